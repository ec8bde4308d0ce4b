//! Sites that see several types: one cache for all of them, by type version and name.
//!
//! A site whose guard failed becomes an `…Any` instruction. Its cell counts down (`a`) to the next attempt to settle on one type. What the cache says of a type and a name is what the
//! site's own cell would say (see `load`, `method`, `store`), so the same guards suffice.

use super::*;
use crate::attr;
use crate::call::load_method_slow;
use crate::regs::*;
use std::cell::UnsafeCell;
use taipan_object::frame::{FRAME_HEADER, Slot};

const BITS: u32 = 11;
/// Runs of an `…Any` instruction before it tries to settle again.
const PATIENCE: u32 = 2000;

#[derive(Clone, Copy)]
struct Entry {
    name: *const PyStr,
    /// The specialised form that fits; 0: nothing is known.
    op: u8,
    cell: CacheCell,
}

struct Table(UnsafeCell<[Entry; 1 << BITS]>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Table {}
static TABLE: Table = Table(UnsafeCell::new([Entry { name: std::ptr::null(), op: 0, cell: CacheCell { a: 0, b: 0, c: 0 } }; 1 << BITS]));

/// What kind of access an entry is for, so that the same name may be loaded, called and stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Load = 0,
    Method = 1,
    Store = 2,
}

type Chooser = unsafe fn(&Object, &PyStr, &mut CacheCell) -> Option<u8>;

/// The entry for a receiver, filled if need be. `None`: its type cannot be cached this way.
#[inline(always)]
unsafe fn entry<'a>(o: &Object, name: &PyStr, access: Access, chooser: Chooser) -> Option<&'a Entry> {
    let version = o.ty().tp_version_tag.get();
    let h = (version as usize).wrapping_mul(0x9E37_79B1) ^ (name as *const PyStr as usize >> 4) ^ (access as usize) << 5;
    let e = &mut (*TABLE.0.get())[h & ((1 << BITS) - 1)];
    if version != 0 && e.cell.a == version && std::ptr::eq(e.name, name) && access_of(e.op) == Some(access) {
        return Some(e);
    }
    fill(e, o, name, access, chooser)
}

#[cold]
#[inline(never)]
unsafe fn fill<'a>(e: &'a mut Entry, o: &Object, name: &PyStr, access: Access, chooser: Chooser) -> Option<&'a Entry> {
    let mut cell = CacheCell::default();
    let op = chooser(o, name, &mut cell)?;
    // Names are kept alive by the code that uses them, not by this table: only those that never die.
    if access_of(op) != Some(access) || name.interned() < 2 {
        return None;
    }
    *e = Entry { name, op, cell };
    Some(e)
}

/// Which access a specialised form is of, for those whose guard is the version of the receiver's type.
#[inline(always)]
fn access_of(op: u8) -> Option<Access> {
    match op {
        sop::LoadAttrInline | sop::LoadAttrSlot | sop::LoadAttrClassVar => Some(Access::Load),
        sop::LoadMethodInstance | sop::LoadMethodPlain => Some(Access::Method),
        sop::StoreAttrInline | sop::StoreAttrSlot => Some(Access::Store),
        _ => None,
    }
}

/// A site's guard failed: several types come here.
#[cold]
#[inline(never)]
pub(super) unsafe fn give_way(m: &Regs, cell: *mut CacheCell, op: u8) {
    m.respecialise(2, op);
    *cell = CacheCell { a: PATIENCE, b: 0, c: 0 };
}

/// Count down; at the end the general form has another try.
#[inline(always)]
unsafe fn patience(m: &Regs, cell: *mut CacheCell, op: Op) {
    (*cell).a = (*cell).a.wrapping_sub(1);
    if (*cell).a == 0 {
        m.respecialise(2, op as u8);
        (*cell).a = 1;
    }
}

#[inline(always)]
pub unsafe fn load_attr_any(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    patience(m, cell, Op::LoadAttr);
    load_any(m.at(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
unsafe fn load_any(dst: *mut Slot, o: Opd, name: &PyStr) -> PyResult<()> {
    let s = o.peek();
    if s.is_object() {
        let obj = &*s.as_ptr();
        if let Some(e) = entry(obj, name, Access::Load, load::choose) {
            let at = |offset: u32| *((obj.as_ptr() as *const u8).add(offset as usize) as *const *mut Object);
            let v = match e.op {
                sop::LoadAttrClassVar if load::has_no_own(obj, e.cell.b) => e.cell.c as *mut Object,
                sop::LoadAttrClassVar => std::ptr::null_mut(),
                _ => at(e.cell.b),
            };
            if !v.is_null() {
                let v = Slot::loaded(&*v);
                o.consume();
                store(dst, v);
                return Ok(());
            }
        }
    }
    attr::load_slow(dst, o, name)
}

#[inline(always)]
pub unsafe fn load_method_any(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    patience(m, cell, Op::LoadMethod);
    method_any(m.at(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
unsafe fn method_any(win: *mut Slot, o: Opd, name: &PyStr) -> PyResult<()> {
    let s = o.peek();
    if s.is_object() {
        let obj = &*s.as_ptr();
        if let Some(e) = entry(obj, name, Access::Method, method::choose) {
            if e.op == sop::LoadMethodPlain || load::has_no_own(obj, e.cell.b) {
                let slf = o.take_slot();
                *win = Slot::new_ref(&*(e.cell.c as *const Object));
                *win.add(FRAME_HEADER) = slf;
                return Ok(());
            }
        }
    }
    load_method_slow(win, o, name)
}

#[inline(always)]
pub unsafe fn store_attr_any(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    patience(m, cell, Op::StoreAttr);
    store_any(m.src(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
unsafe fn store_any(o: Opd, v: Opd, name: &PyStr) -> PyResult<()> {
    let s = o.peek();
    if s.is_object() {
        let obj = &*s.as_ptr();
        if let Some(e) = entry(obj, name, Access::Store, super::store::choose) {
            let old = if e.op == sop::StoreAttrSlot {
                let at = (obj.as_ptr() as *mut u8).add(e.cell.b as usize) as *mut *mut Object;
                let new = v.take_slot().into_own(&mut cx())?;
                Own::<Object>::from_raw_opt(std::mem::replace(&mut *at, new.into_raw()))
            } else {
                let (values, ix) = (instance::inline_values(obj, obj.ty()), e.cell.b as usize);
                if !values.is_valid() || ix >= values.capacity() {
                    return attr::store_slow(o, v, name);
                }
                let new = v.take_slot().into_own(&mut cx())?;
                instance::store_inline(values, ix, new, instance::managed_dict(obj))
            };
            o.consume();
            drop(old);
            return Ok(());
        }
    }
    attr::store_slow(o, v, name)
}
