//! `load_attr`.

use super::*;
use crate::attr;
use crate::frames::Behind;
use taipan_object::frame::Slot;
use taipan_object::typeobj::{self, lookup, version_tag};
use taipan_object::typeobj::{GetSetDef, MemberDef};
use taipan_object::types::descr::{PyGetSetDescr, PyMemberDescr, PyMethodDescr, PyWrapperDescr, member_code, read_member};
use taipan_object::types::function::PyFunction;
use taipan_object::types::module::PyModule;
use taipan_object::types::property::PyProperty;
use taipan_object::types::type_::uses_type_get;

#[inline(always)]
pub unsafe fn load_attr<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    if !W::WIDE && due(cell) {
        return specialise(*m, cell, w.a(), w.b(), w.cu());
    }
    attr::load_slow(m.at(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
unsafe fn specialise(m: Regs, cell: *mut CacheCell, dst: isize, obj: isize, name_index: usize) -> PyResult<()> {
    let name = m.name(name_index);
    let o = m.get(obj);
    match if o.is_object() { choose(&*o.as_ptr(), name, &mut *cell) } else { None } {
        Some(op) => m.respecialise(2, op),
        None if o.is_object() && super::any::class_var(&*o.as_ptr(), name, &mut cx()).is_some() => super::any::give_way(&m, cell, sop::LoadAttrAny, name_index),
        None => give_up(cell),
    }
    attr::load_slow(m.at(dst), m.src(obj), name)
}

pub(super) unsafe fn choose(o: &Object, name: &PyStr, cell: &mut CacheCell) -> Option<u8> {
    let cx = &mut cx();
    let ty = o.ty();
    if let Some(md) = o.exact::<PyModule>() {
        return module_index(md, name, cell, cx).then_some(sop::LoadAttrModule);
    }
    if let Some(t) = o.downcast::<PyType>() {
        let found = if uses_type_get(ty) { lookup(ty, name, cx).and_then(|d| data_descriptor(d, ty, cell, cx)) } else { None };
        return found.or_else(|| class_attr(t, name, cell, cx).then_some(sop::LoadAttrClass));
    }
    let version = version_tag(ty);
    if version == 0 {
        return None;
    }
    if !uses_generic_get(ty) {
        return hook(ty, name, version, cell, cx);
    }
    let descr = lookup(ty, name, cx);
    if let Some(d) = descr {
        if let Some(mb) = d.exact::<PyMemberDescr>() {
            let def = mb.def();
            if def.type_ == member_code::OBJECT_EX && def.flags & member_code::AUDIT_READ == 0 && ty.is_subtype(mb.owner()) {
                *cell = CacheCell { a: version, b: def.offset as u32, c: 0 };
                return Some(sop::LoadAttrSlot);
            }
        }
        if let Some(op) = data_descriptor(d, ty, cell, cx) {
            return Some(op);
        }
        if d.ty().tp_descr_set.get().is_some() {
            return None;
        }
    }
    if let Some(ix) = instance::index_of(ty, name) {
        let offset = instance::value_offset(ty, ix);
        *cell = CacheCell { a: version, b: u32::try_from(offset).ok()?, c: 0 };
        return Some(sop::LoadAttrInline);
    }
    let d = descr.filter(|d| d.ty().tp_descr_get.get().is_none())?;
    match absence(ty, name) {
        Absence::KeysVersion(v) => {
            *cell = CacheCell { a: version, b: v, c: d.as_ptr() as u64 };
            Some(sop::LoadAttrClassVar)
        }
        _ => None,
    }
}

/// A descriptor of the type that is computed, whatever the object itself has: `a` = version of the type, `c` = the row of a C type or the property.
fn data_descriptor(d: &Object, ty: &PyType, cell: &mut CacheCell, cx: &Cx) -> Option<u8> {
    let version = version_tag(ty);
    let (op, c) = if let Some(mb) = d.exact::<PyMemberDescr>() {
        let def = mb.def();
        if def.flags & member_code::AUDIT_READ != 0 || !ty.is_subtype(mb.owner()) {
            return None;
        }
        (sop::LoadAttrMember, def as *const MemberDef as u64)
    } else if let Some(g) = d.exact::<PyGetSetDescr>() {
        if g.def().get.is_none() || !ty.is_subtype(g.owner()) {
            return None;
        }
        (sop::LoadAttrGetSet, g.def() as *const GetSetDef as u64)
    } else {
        d.exact::<PyProperty>()?.getter(cx)?.exact::<PyFunction>()?;
        (sop::LoadAttrProperty, d.as_ptr() as u64)
    };
    if version == 0 {
        return None;
    }
    *cell = CacheCell { a: version, b: 0, c };
    Some(op)
}

/// A name that neither the class nor the shared keys know, of a class with `__getattr__` and the ordinary `__getattribute__`.
unsafe fn hook(ty: &PyType, name: &PyStr, version: u32, cell: &mut CacheCell, cx: &mut Cx) -> Option<u8> {
    if !typeobj::slots::dispatch::has_getattr_only(ty, cx) || lookup(ty, name, cx).is_some() {
        return None;
    }
    let f = lookup(ty, taipan_object::name!(cx, "__getattr__"), cx)?.exact::<PyFunction>()?;
    let (Absence::KeysVersion(b), 2) = (absence(ty, name), f.code().simple_args()) else { return None };
    *cell = CacheCell { a: version, b, c: f as *const PyFunction as u64 };
    Some(sop::LoadAttrHook)
}

/// Cache a module's variable: `a` = keys version, `c` = where the value lies while the keys have it.
pub(super) unsafe fn module_index(md: &PyModule, name: &PyStr, cell: &mut CacheCell, cx: &mut Cx) -> bool {
    if lookup(PyModule::ty(), name, cx).is_some() {
        return false;
    }
    let Some(d) = md.md_dict.own() else { return false };
    if !d.is_str_only() || d.split_values().is_some() {
        return false;
    }
    let Some(ix) = d.lookup_index_str(name) else { return false };
    *cell = CacheCell { a: d.keys_version(), b: 0, c: d.value_place(ix) as u64 };
    cell.a != 0
}

/// Cache what `C.name` gives: `a` = version of C, `b` = version of its metaclass, `c` = the value.
pub(super) unsafe fn class_attr(t: &PyType, name: &PyStr, cell: &mut CacheCell, cx: &mut Cx) -> bool {
    let meta = t.as_object().ty();
    let ordinary = meta.tp_getattro.get().map(|f| f as usize) == PyType::ty().tp_getattro.get().map(|f| f as usize);
    // Only a data descriptor of the metaclass goes before what the class has.
    if !ordinary || lookup(meta, name, cx).is_some_and(|d| d.ty().tp_descr_set.get().is_some()) {
        return false;
    }
    let (version, of_meta) = (version_tag(t), version_tag(meta));
    let Some(v) = lookup(t, name, cx) else { return false };
    // What these give for a class is themselves.
    let plain = v.ty().tp_descr_get.get().is_none() || v.is_exact::<PyFunction>() || v.is_exact::<PyMethodDescr>() || v.is_exact::<PyWrapperDescr>();
    if version == 0 || of_meta == 0 || !plain {
        return false;
    }
    *cell = CacheCell { a: version, b: of_meta, c: v.as_ptr() as u64 };
    true
}

#[cold]
#[inline(never)]
unsafe fn miss(m: Regs, cell: *mut CacheCell, dst: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    despecialise(&m, cell, Op::LoadAttr);
    attr::load_slow(m.at(dst), m.src(obj), m.name(name))
}

/// As `miss`, where another type may have come.
#[cold]
#[inline(never)]
unsafe fn other_type(m: Regs, cell: *mut CacheCell, dst: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    super::any::give_way(&m, cell, sop::LoadAttrAny, name);
    attr::load_slow(m.at(dst), m.src(obj), m.name(name))
}

/// Deliver a cached value, borrowed from somewhere that outlives the operand's release only by luck: counted first.
#[inline(always)]
pub(super) unsafe fn deliver<W: Word>(m: &mut Regs, w: W, v: *mut Object) -> PyResult<()> {
    let v = Slot::loaded(&*v);
    m.consume(w.b());
    m.put(w, v);
    Ok(())
}

/// The operand's object, if its type has the cached version.
#[inline(always)]
pub(super) unsafe fn guarded<'a>(s: Slot, version: u32) -> Option<&'a Object> {
    if s.is_int() {
        return None;
    }
    let o = &*s.as_ptr();
    if o.ty().tp_version_tag.get() == version { Some(o) } else { None }
}

#[inline(always)]
pub unsafe fn load_attr_inline<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        let cx = cx();
        if let Some(v) = instance::load_cached(o, (*cell).b as usize, &cx) {
            return deliver(m, w, v.as_ptr());
        }
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_attr_slot<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        let v = *((o.as_ptr() as *const u8).add((*cell).b as usize) as *const *mut Object);
        if !v.is_null() {
            return deliver(m, w, v);
        }
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

/// The cached variable of a module.
#[inline(always)]
pub(super) unsafe fn module_value(s: Slot, cell: &CacheCell) -> Option<*mut Object> {
    if s.is_int() {
        return None;
    }
    let md = (*s.as_ptr()).exact::<PyModule>()?;
    let d = &*(md.md_dict.as_raw() as *const PyDict);
    if md.md_dict.is_empty() || d.keys().current_version() != cell.a {
        return None;
    }
    Some(*(cell.c as *const *mut Object))
}

#[inline(always)]
pub unsafe fn load_attr_module<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    match module_value(m.get(w.b()), &*cell) {
        Some(v) => deliver(m, w, v),
        None => miss(*m, cell, w.a(), w.b(), w.cu()),
    }
}

/// The cached attribute of a class.
#[inline(always)]
pub(super) unsafe fn class_value(s: Slot, cell: &CacheCell) -> Option<*mut Object> {
    if s.is_int() {
        return None;
    }
    let o = &*s.as_ptr();
    // No other type than the metaclass has its version, so the object is a class.
    let class = o.ty().tp_version_tag.get() == cell.b && o.cast_unchecked::<PyType>().tp_version_tag.get() == cell.a;
    if class { Some(cell.c as *mut Object) } else { None }
}

#[inline(always)]
pub unsafe fn load_attr_class<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    match class_value(m.get(w.b()), &*cell) {
        Some(v) => deliver(m, w, v),
        None => other_type(*m, cell, w.a(), w.b(), w.cu()),
    }
}

/// Whether the instance surely has no attribute of the cached name.
#[inline(always)]
pub(super) unsafe fn has_no_own(o: &Object, keys_version: u32) -> bool {
    let ty = o.ty();
    let heap = &*(ty as *const PyType as *const typeobj::PyHeapType);
    let keys = heap.ht_cached_keys.get() as *const taipan_object::types::dict::Keys;
    instance::inline_values(o, ty).is_valid() && (*keys).current_version() == keys_version
}

/// The getter runs as a call from this instruction, its result is the attribute.
#[inline(always)]
pub unsafe fn load_attr_property<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        let cx = cx();
        let p = (*((*cell).c as *const Object)).cast_unchecked::<PyProperty>();
        if let Some(f) = p.getter(&cx).and_then(|f| f.exact::<PyFunction>()) {
            if f.code().simple_args() == 1 && !m.breaker() {
                if let Some(call) = Behind::of(m, f) {
                    *call.args = m.src(w.b()).take_slot();
                    call.enter(m, f, 1, w.a());
                    return Ok(());
                }
                m.save();
                let slf = Slot::new_ref(o);
                m.src(w.b()).consume();
                crate::frames::enter_separate(m.ts, f, [slf], w.a())?;
                m.reload();
                return Ok(());
            }
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

/// `__getattr__(name)`, as a call from this instruction.
#[inline(always)]
pub unsafe fn load_attr_hook<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        let f = &*((*cell).c as *const PyFunction);
        if has_no_own(o, (*cell).b) && f.code().simple_args() == 2 && !m.breaker() {
            if let Some(call) = Behind::of(m, f) {
                *call.args = m.src(w.b()).take_slot();
                *call.args.add(1) = Slot::new_ref(m.name(w.cu()));
                call.enter(m, f, 2, w.a());
                return Ok(());
            }
            m.save();
            let args = [Slot::new_ref(o), Slot::new_ref(m.name(w.cu()))];
            m.src(w.b()).consume();
            crate::frames::enter_separate(m.ts, f, args, w.a())?;
            m.reload();
            return Ok(());
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_attr_class_var<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        if has_no_own(o, (*cell).b) {
            return deliver(m, w, (*cell).c as *mut Object);
        }
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

/// Deliver what a native getter gave for the operand, which is released then.
#[inline(always)]
unsafe fn computed(dst: *mut Slot, o: Opd, v: Own<Object>) -> PyResult<()> {
    o.consume();
    store(dst, crate::arith::unboxed(v));
    Ok(())
}

#[inline(always)]
pub unsafe fn load_attr_getset(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if guarded(m.get(w.b()), (*cell).a).is_some() {
        m.save();
        return run_getter(m.at(w.a()), m.src(w.b()), &*((*cell).c as *const GetSetDef));
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
pub(super) unsafe fn run_getter(dst: *mut Slot, o: Opd, def: &GetSetDef) -> PyResult<()> {
    // The choice was of a row with a getter.
    let get = def.get.unwrap_unchecked();
    match Own::<Object>::from_raw_opt(get(o.peek().as_ptr(), def.closure)) {
        Some(v) => computed(dst, o, v),
        None => {
            o.consume();
            Err(Raised::assume())
        }
    }
}

#[inline(always)]
pub unsafe fn load_attr_member(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if guarded(m.get(w.b()), (*cell).a).is_some() {
        m.save();
        return run_member(m.at(w.a()), m.src(w.b()), &*((*cell).c as *const MemberDef));
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
unsafe fn run_member(dst: *mut Slot, o: Opd, def: &MemberDef) -> PyResult<()> {
    let v = read_member(&*o.peek().as_ptr(), def, &mut cx())?;
    computed(dst, o, v)
}
