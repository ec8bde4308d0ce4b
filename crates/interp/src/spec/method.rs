//! `load_method`: the function and its self, without a bound method object.

use super::load::{class_attr, class_value, guarded, has_no_own, module_index, module_value};
use super::*;
use crate::call::load_method_slow;
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::typeobj::{METH_METHOD, lookup, version_tag};
use taipan_object::types::descr::{PyClassMethodDescr, PyMemberDescr, member_code};
use taipan_object::types::function::PyFunction;
use taipan_object::types::method::PyMethod;
use taipan_object::types::module::PyModule;
use taipan_object::types::static_method::{PyClassMethod, PyStaticMethod};
use taipan_object::types::type_::uses_type_get;

#[inline(always)]
pub unsafe fn load_method<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    if !W::WIDE && due(cell) {
        let o = m.get(w.b());
        match if o.is_object() { choose(&*o.as_ptr(), m.name(w.cu()), &mut *cell) } else { None } {
            Some(op) => m.respecialise(2, op),
            None => give_up(cell),
        }
    }
    load_method_slow(m.at(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
pub(super) unsafe fn choose(o: &Object, name: &PyStr, cell: &mut CacheCell) -> Option<u8> {
    let cx = &mut cx();
    let ty = o.ty();
    if let Some(md) = o.exact::<PyModule>() {
        return module_index(md, name, cell, cx).then_some(sop::LoadMethodModule);
    }
    if let Some(t) = o.downcast::<PyType>() {
        if t.as_object().is_exact::<PyType>() && lookup(PyType::ty(), name, cx).is_none() {
            let (version, found) = (version_tag(t), lookup(t, name, cx));
            if let Some(d) = found.filter(|d| version != 0 && (d.is_exact::<PyClassMethod>() || d.is_exact::<PyStaticMethod>())) {
                *cell = CacheCell { a: version, b: 0, c: d.as_ptr() as u64 };
                return Some(if d.is_exact::<PyClassMethod>() { sop::LoadMethodClassMethod } else { sop::LoadMethodStatic });
            }
            if let Some(d) = found.and_then(|d| d.exact::<PyClassMethodDescr>()).filter(|d| version != 0 && d.def().ml_flags & METH_METHOD == 0) {
                *cell = CacheCell { a: version, b: version_tag(PyType::ty()), c: d.as_object().as_ptr() as u64 };
                return Some(sop::LoadMethodClassDescr);
            }
        }
        let of_meta = if uses_type_get(ty) { lookup(ty, name, cx).filter(|f| f.ty().has(flags::METHOD_DESCRIPTOR)) } else { None };
        if let Some(f) = of_meta.filter(|_| lookup(t, name, cx).is_none()) {
            let versions = (version_tag(t), version_tag(ty));
            *cell = CacheCell { a: versions.0, b: versions.1, c: f.as_ptr() as u64 };
            return (versions.0 != 0 && versions.1 != 0).then_some(sop::LoadMethodClassDescr);
        }
        return class_attr(t, name, cell, cx).then_some(sop::LoadMethodClass);
    }
    let version = version_tag(ty);
    if version == 0 || !uses_generic_get(ty) {
        return None;
    }
    let Some(found) = lookup(ty, name, cx) else {
        let offset = instance::value_offset(ty, instance::index_of(ty, name)?);
        *cell = CacheCell { a: version, b: u32::try_from(offset).ok()?, c: 0 };
        return Some(sop::LoadMethodInline);
    };
    let own = match found.exact::<PyMemberDescr>() {
        // A variable in a slot of the object.
        Some(mb) => {
            let def = mb.def();
            let slot = def.type_ == member_code::OBJECT_EX && def.flags & member_code::AUDIT_READ == 0 && ty.is_subtype(mb.owner());
            slot.then_some(def.offset as usize)
        }
        // An instance's variable goes before what is no data descriptor.
        None if found.ty().tp_descr_set.get().is_none() => instance::index_of(ty, name).map(|ix| instance::value_offset(ty, ix)),
        None => None,
    };
    if let Some(b) = own.and_then(|at| u32::try_from(at).ok()).filter(|&b| !inline_value(o, b).is_null()) {
        *cell = CacheCell { a: version, b, c: 0 };
        return Some(sop::LoadMethodInline);
    }
    if found.is_exact::<PyClassMethod>() || found.is_exact::<PyStaticMethod>() {
        // `b` is never 0 here, which tells a receiver that is an instance.
        let Absence::KeysVersion(b) = absence(ty, name) else { return None };
        *cell = CacheCell { a: version, b, c: found.as_ptr() as u64 };
        return Some(if found.is_exact::<PyClassMethod>() { sop::LoadMethodClassMethod } else { sop::LoadMethodStatic });
    }
    let f = Some(found).filter(|f| f.ty().has(flags::METHOD_DESCRIPTOR))?;
    let (op, b) = match absence(ty, name) {
        Absence::NoDict => (sop::LoadMethodPlain, 0),
        Absence::KeysVersion(v) => (sop::LoadMethodInstance, v),
        Absence::NoDictYet(at) => (sop::LoadMethodNoDict, at as u32),
        Absence::Unknown => return None,
    };
    *cell = CacheCell { a: version, b, c: f.as_ptr() as u64 };
    Some(op)
}

#[cold]
#[inline(never)]
unsafe fn miss(m: Regs, cell: *mut CacheCell, win: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    despecialise(&m, cell, Op::LoadMethod);
    load_method_slow(m.at(win), m.src(obj), m.name(name))
}

/// As `miss`, where another type may have come.
#[cold]
#[inline(never)]
unsafe fn other_type(m: Regs, cell: *mut CacheCell, win: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    super::any::give_way(&m, cell, sop::LoadMethodAny, name);
    load_method_slow(m.at(win), m.src(obj), m.name(name))
}

/// Fill the window with a method and its self. The object may itself be the window's first word.
#[inline(always)]
pub(super) unsafe fn fill(m: &mut Regs, win: isize, obj: isize, f: *mut Object) -> PyResult<()> {
    let slf = m.src(obj).take_slot();
    let win = m.at(win);
    *win = Slot::new_ref(&*f);
    *win.add(FRAME_HEADER) = slf;
    Ok(())
}

/// Fill the window with a callable that takes no self.
#[inline(always)]
unsafe fn fill_plain(m: &mut Regs, win: isize, obj: isize, f: *mut Object) -> PyResult<()> {
    let f = Slot::new_ref(&*f);
    m.consume(obj);
    let win = m.at(win);
    *win = f;
    *win.add(FRAME_HEADER) = Slot::EMPTY;
    Ok(())
}

/// Fill the window with what a bound method is made of.
#[inline(always)]
unsafe fn fill_bound(m: &mut Regs, win: isize, obj: isize, b: &PyMethod) -> PyResult<()> {
    let (f, slf) = (Slot::new_ref(b.func()), Slot::new_ref(b.receiver()));
    m.consume(obj);
    let win = m.at(win);
    *win = f;
    *win.add(FRAME_HEADER) = slf;
    Ok(())
}

#[inline(always)]
pub unsafe fn load_method_instance<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        if has_no_own(o, (*cell).b) {
            return fill(m, w.a(), w.b(), (*cell).c as *mut Object);
        }
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_plain<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if guarded(m.get(w.b()), (*cell).a).is_some() {
        return fill(m, w.a(), w.b(), (*cell).c as *mut Object);
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_class_descr(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    match class_value(m.get(w.b()), &*cell) {
        Some(d) => fill(m, w.a(), w.b(), d),
        None => miss(*m, cell, w.a(), w.b(), w.cu()),
    }
}

#[inline(always)]
pub unsafe fn load_method_no_dict(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        let dict = *((o.as_ptr() as *const u8).offset((*cell).b as i32 as isize) as *const *mut Object);
        if dict.is_null() {
            return fill(m, w.a(), w.b(), (*cell).c as *mut Object);
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_inline<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        let v = inline_value(o, (*cell).b);
        if !v.is_null() {
            m.save();
            if let Some(b) = (*v).exact::<PyMethod>() {
                return fill_bound(m, w.a(), w.b(), b);
            }
            return fill_plain(m, w.a(), w.b(), v);
        }
    }
    other_type(*m, cell, w.a(), w.b(), w.cu())
}

/// The instance's value at an offset from `value_offset`; null: none, or the attributes are in a dict.
#[inline(always)]
pub(super) unsafe fn inline_value(o: &Object, offset: u32) -> *mut Object {
    *((o.as_ptr() as *const u8).add(offset as usize) as *const *mut Object)
}

/// The class through which a cached class or static method is reached: the operand itself, or its type.
#[inline(always)]
unsafe fn through<'a>(s: Slot, cell: &CacheCell) -> Option<&'a PyType> {
    if s.is_int() {
        return None;
    }
    let o = &*s.as_ptr();
    if cell.b == 0 {
        return o.exact::<PyType>().filter(|t| t.tp_version_tag.get() == cell.a);
    }
    (o.ty().tp_version_tag.get() == cell.a && has_no_own(o, cell.b)).then(|| o.ty())
}

#[inline(always)]
pub unsafe fn load_method_class_method<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    let cx = cx();
    if let Some(t) = through(m.get(w.b()), &*cell) {
        let d = (*((*cell).c as *const Object)).cast_unchecked::<PyClassMethod>();
        if let Some(f) = d.callable(&cx).filter(|f| f.is_exact::<PyFunction>()) {
            let (f, t) = (Slot::new_ref(f), Slot::new_ref(t.as_object()));
            m.save();
            m.src(w.b()).consume();
            let win = m.at(w.a());
            *win = f;
            *win.add(FRAME_HEADER) = t;
            return Ok(());
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_static<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    let cx = cx();
    if through(m.get(w.b()), &*cell).is_some() {
        let d = (*((*cell).c as *const Object)).cast_unchecked::<PyStaticMethod>();
        if let Some(f) = d.callable(&cx) {
            m.save();
            return fill_plain(m, w.a(), w.b(), f.as_ptr());
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_module<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    match module_value(m.get(w.b()), &*cell) {
        Some(v) => fill_plain(m, w.a(), w.b(), v),
        None => miss(*m, cell, w.a(), w.b(), w.cu()),
    }
}

#[inline(always)]
pub unsafe fn load_method_class<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    match class_value(m.get(w.b()), &*cell) {
        Some(v) => fill_plain(m, w.a(), w.b(), v),
        None => miss(*m, cell, w.a(), w.b(), w.cu()),
    }
}
