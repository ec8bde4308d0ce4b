//! `store_attr`.

use super::load::guarded;
use super::*;
use crate::attr;
use taipan_object::typeobj::{lookup, version_tag};
use taipan_object::frame::Slot;
use taipan_object::typeobj::{GetSetDef, MemberDef};
use taipan_object::types::descr::{PyGetSetDescr, PyMemberDescr, member_code, write_member};

#[inline(always)]
pub unsafe fn store_attr<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    if !W::WIDE && due(cell) {
        let o = m.get(w.a());
        match if o.is_object() { choose(&*o.as_ptr(), m.name(w.cu()), &mut *cell) } else { None } {
            Some(op) => m.respecialise(2, op),
            None => give_up(cell),
        }
    }
    attr::store_slow(m.src(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
pub(super) unsafe fn choose(o: &Object, name: &PyStr, cell: &mut CacheCell) -> Option<u8> {
    let cx = &mut cx();
    let ty = o.ty();
    let version = version_tag(ty);
    if version == 0 || !taipan_object::attr::uses_generic_set(ty) {
        return None;
    }
    if let Some(d) = lookup(ty, name, cx) {
        if let Some(mb) = d.exact::<PyMemberDescr>() {
            let def = mb.def();
            if def.type_ == member_code::OBJECT_EX && def.flags == 0 && ty.is_subtype(mb.owner()) {
                *cell = CacheCell { a: version, b: def.offset as u32, c: 0 };
                return Some(sop::StoreAttrSlot);
            }
            if ty.is_subtype(mb.owner()) {
                *cell = CacheCell { a: version, b: 0, c: def as *const MemberDef as u64 };
                return Some(sop::StoreAttrMember);
            }
        }
        if let Some(g) = d.exact::<PyGetSetDescr>() {
            if g.def().set.is_some() && ty.is_subtype(g.owner()) {
                *cell = CacheCell { a: version, b: 0, c: g.def() as *const GetSetDef as u64 };
                return Some(sop::StoreAttrGetSet);
            }
        }
        if d.ty().tp_descr_set.get().is_some() {
            return None;
        }
    }
    let ix = instance::index_for_store(ty, name)?;
    *cell = CacheCell { a: version, b: ix, c: instance::value_offset(ty, ix) as u64 };
    Some(sop::StoreAttrInline)
}

#[cold]
#[inline(never)]
unsafe fn miss(m: Regs, cell: *mut CacheCell, obj: isize, value: isize, name: usize) -> PyResult<()> {
    m.save();
    super::any::give_way(&m, cell, sop::StoreAttrAny, name);
    attr::store_slow(m.src(obj), m.src(value), m.name(name))
}

/// The value to store, owned. Small ints without a call.
#[inline(always)]
unsafe fn value_of<W: Word>(m: &Regs, w: W) -> PyResult<*mut Object> {
    let v = m.src(w.b()).take_slot();
    if v.is_object() {
        return Ok(v.as_ptr());
    }
    match PyInt::small(v.as_int()) {
        Some(s) => Ok(s.as_object().as_ptr()),
        None => v.into_own(&mut cx()).map(Own::into_raw),
    }
}

/// Put the value in the place of another.
#[inline(always)]
pub(super) unsafe fn overwrite<W: Word>(m: &mut Regs, w: W, place: &mut *mut Object) -> PyResult<()> {
    let v = value_of(m, w)?;
    let old = std::mem::replace(place, v);
    m.consume(w.a());
    m.release(Slot(old as usize));
    Ok(())
}

#[inline(always)]
pub unsafe fn store_attr_inline<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.a()), (*cell).a) {
        let place = &mut *((o.as_ptr() as *mut u8).add((*cell).c as usize) as *mut *mut Object);
        if !place.is_null() && instance::managed_dict(o).get().is_null() {
            // A value takes the place of another and no dict watches: values that are present are valid.
            return overwrite(m, w, place);
        }
        let values = instance::inline_values(o, o.ty());
        let ix = (*cell).b as usize;
        if values.is_valid() && ix < values.capacity() {
            let v = m.src(w.b()).take_slot().into_own(&mut cx())?;
            m.save();
            let dict = instance::managed_dict(o);
            let old = instance::store_inline(values, ix, v, dict);
            m.src(w.a()).consume();
            drop(old);
            return Ok(());
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn store_attr_slot<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.a()), (*cell).a) {
        let at = (o.as_ptr() as *mut u8).add((*cell).b as usize) as *mut *mut Object;
        if !(*at).is_null() {
            return overwrite(m, w, &mut *at);
        }
        *at = value_of(m, w)?;
        m.consume(w.a());
        return Ok(());
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

/// The guard failed at a site whose instruction is for one kind of descriptor.
#[cold]
#[inline(never)]
unsafe fn other_descriptor(m: Regs, cell: *mut CacheCell, obj: isize, value: isize, name: usize) -> PyResult<()> {
    m.save();
    despecialise(&m, cell, Op::StoreAttr);
    attr::store_slow(m.src(obj), m.src(value), m.name(name))
}

#[inline(always)]
pub unsafe fn store_attr_getset(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if guarded(m.get(w.a()), (*cell).a).is_some() {
        m.save();
        return run_setter(m.src(w.a()), m.src(w.b()), &*((*cell).c as *const GetSetDef));
    }
    other_descriptor(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
unsafe fn run_setter(o: Opd, v: Opd, def: &GetSetDef) -> PyResult<()> {
    let value = Slot::boxed(v.at, &mut cx())?.as_ptr();
    // The choice was of a row with a setter.
    let set = def.set.unwrap_unchecked();
    let r = set(o.peek().as_ptr(), value, def.closure);
    v.consume();
    o.consume();
    if r == 0 { Ok(()) } else { Err(Raised::assume()) }
}

#[inline(always)]
pub unsafe fn store_attr_member(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if guarded(m.get(w.a()), (*cell).a).is_some() {
        m.save();
        return run_write(m.src(w.a()), m.src(w.b()), &*((*cell).c as *const MemberDef));
    }
    other_descriptor(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
unsafe fn run_write(o: Opd, v: Opd, def: &MemberDef) -> PyResult<()> {
    let cx = &mut cx();
    let value = Slot::boxed(v.at, cx)?;
    let r = write_member(&*o.peek().as_ptr(), def, Some(value), cx);
    v.consume();
    o.consume();
    r
}
