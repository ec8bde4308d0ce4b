//! Sites that see several types: caches for all of them, by type version and name.
//!
//! A site whose guard failed becomes an `…Any` instruction. Its cell holds the name (`c`) and counts down (`a`), whenever the caches do not help, to the next attempt to settle on one
//! type. What a cache says of a type and a name is what the site's own cell would say (see `load`, `method`, `store`), so the same guards suffice.

use super::*;
use crate::attr;
use crate::call::load_method_slow;
use std::cell::UnsafeCell;
use taipan_object::frame::Slot;
use taipan_object::typeobj::{GetSetDef, lookup, version_tag};
use taipan_object::types::module::PyModule;

const BITS: u32 = 11;
/// Runs out of line of an `…Any` instruction before it tries to settle on one type again.
const PATIENCE: u32 = 300;
/// No name has this address, and no entry is for it.
const NO_NAME: u64 = 1;

/// What is known of a type's version and a name. Names are immortal, a version that was used never means another type.
#[derive(Clone, Copy)]
#[repr(C)]
struct Entry<T> {
    name: u64,
    version: u32,
    /// Offset of the value in the object, or keys version that guards the method (0: none).
    detail: u32,
    rest: T,
}

struct Table<T>(UnsafeCell<[Entry<T>; 1 << BITS]>);
// SAFETY: used only with the GIL held.
unsafe impl<T> Sync for Table<T> {}

impl<T: Copy> Table<T> {
    const fn new(rest: T) -> Table<T> {
        Table(UnsafeCell::new([Entry { name: 0, version: 0, detail: 0, rest }; 1 << BITS]))
    }
    #[inline(always)]
    fn place(&self, version: u32, name: u64) -> *mut Entry<T> {
        let h = (version as usize).wrapping_mul(0x9E37_79B1) ^ (name as usize >> 5);
        // SAFETY: within the table.
        unsafe { (self.0.get() as *mut Entry<T>).add(h & ((1 << BITS) - 1)) }
    }
    /// What is known of an object's type and a name.
    #[inline(always)]
    unsafe fn find(&self, o: &Object, name: u64) -> Option<Entry<T>> {
        let version = o.ty().tp_version_tag.get();
        let e = *self.place(version, name);
        // An entry without a name has no version either.
        if e.version == version && e.name == name { Some(e) } else { None }
    }
    unsafe fn put(&self, e: Entry<T>) {
        *self.place(e.version, e.name) = e;
    }
}

/// Values that lie in the object: inline values and slots.
static LOADS: Table<()> = Table::new(());
/// What getters of C types compute: the row of the getter.
static GETTERS: Table<u64> = Table::new(0);
/// Class variables of instances without a place for the name: the value. `detail`: where a pointer to the instance's dict would lie, as an offset; 0: nowhere.
static CLASS_VARS: Table<u64> = Table::new(0);
/// Methods of instances that have a dict once something is stored there; `detail` as above.
static DICT_METHODS: Table<u64> = Table::new(0);
/// Attributes of classes, by the class's own version; `detail` is the metaclass's.
static OF_CLASSES: Table<u64> = Table::new(0);
/// The same, to be stored over a value that is there.
static STORES: Table<()> = Table::new(());
/// Methods.
static METHODS: Table<u64> = Table::new(0);

/// A site's guard failed: several types come here. The cell's `c` becomes the name; [`NO_NAME`] for one that may die before the tables.
#[cold]
#[inline(never)]
pub(super) unsafe fn give_way(m: &Regs, cell: *mut CacheCell, op: u8, name: usize) {
    m.respecialise(2, op);
    let name = m.name(name);
    *cell = CacheCell { a: PATIENCE, b: 0, c: if name.interned() >= 2 { name as *const PyStr as u64 } else { NO_NAME } };
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

/// Whether the attributes of an instance are in a dict, though its class has places for them: the tables do not help.
#[inline(always)]
unsafe fn has_dict_only(o: &Object) -> bool {
    let ty = o.ty();
    ty.has(flags::INLINE_VALUES) && !instance::inline_values(o, ty).is_valid()
}

#[inline(always)]
pub unsafe fn load_attr_any<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    let s = m.get(w.b());
    if s.is_object() {
        let o = &*s.as_ptr();
        if let Some(e) = LOADS.find(o, (*cell).c) {
            let v = *((o.as_ptr() as *const u8).add(e.detail as usize) as *const *mut Object);
            if !v.is_null() {
                return load::deliver(m, w, v);
            }
        }
    }
    load_any(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
unsafe fn load_any(m: Regs, cell: *mut CacheCell, dst: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    let s = m.get(obj);
    if s.is_object() && (*cell).c != NO_NAME && !has_dict_only(&*s.as_ptr()) {
        let o = &*s.as_ptr();
        if let Some(e) = CLASS_VARS.find(o, (*cell).c) {
            if has_no_dict(o, e.detail) {
                let v = Slot::loaded(&*(e.rest as *const Object));
                m.src(obj).consume();
                m.set(dst, v);
                return Ok(());
            }
        }
        patience(&m, cell, Op::LoadAttr);
        if let Some(e) = GETTERS.find(o, (*cell).c) {
            return load::run_getter(m.at(dst), m.src(obj), &*(e.rest as *const GetSetDef));
        }
        if o.ty().has(flags::TYPE_SUBCLASS) {
            let e = *OF_CLASSES.place(o.cast_unchecked::<PyType>().tp_version_tag.get(), (*cell).c);
            if e.name == (*cell).c && e.version == o.cast_unchecked::<PyType>().tp_version_tag.get() && e.detail == o.ty().tp_version_tag.get() {
                let v = Slot::loaded(&*(e.rest as *const Object));
                m.src(obj).consume();
                m.set(dst, v);
                return Ok(());
            }
        }
        let mut found = CacheCell::default();
        match load::choose(o, m.name(name), &mut found) {
            Some(sop::LoadAttrInline | sop::LoadAttrSlot) => LOADS.put(Entry { name: (*cell).c, version: found.a, detail: found.b, rest: () }),
            Some(sop::LoadAttrGetSet) => GETTERS.put(Entry { name: (*cell).c, version: found.a, detail: 0, rest: found.c }),
            Some(sop::LoadAttrClass) => OF_CLASSES.put(Entry { name: (*cell).c, version: found.a, detail: found.b, rest: found.c }),
            Some(sop::LoadAttrClassVar) if load::has_no_own(o, found.b) => {
                let v = Slot::loaded(&*(found.c as *const Object));
                m.src(obj).consume();
                m.set(dst, v);
                return Ok(());
            }
            Some(_) => {}
            None => {
                if let Some((version, detail, v)) = class_var(o, m.name(name), &mut cx()) {
                    CLASS_VARS.put(Entry { name: (*cell).c, version, detail, rest: v as u64 });
                }
            }
        }
    } else {
        patience(&m, cell, Op::LoadAttr);
    }
    attr::load_slow(m.at(dst), m.src(obj), m.name(name))
}

/// Whether the instance's dict is not made yet: the pointer at this offset is null, or there is no such place.
#[inline(always)]
unsafe fn has_no_dict(o: &Object, detail: u32) -> bool {
    detail == 0 || (*((o.as_ptr() as *const u8).offset(detail as i32 as isize) as *const *mut Object)).is_null()
}

/// A class variable that an instance without inline values shows as long as it has no dict: version of the type, `detail` and the value.
pub(super) fn class_var(o: &Object, name: &PyStr, cx: &mut Cx) -> Option<(u32, u32, *mut Object)> {
    let ty = o.ty();
    if !uses_generic_get(ty) || o.is_a::<PyType>() || o.is_a::<PyModule>() {
        return None;
    }
    let d = lookup(ty, name, cx).filter(|d| d.ty().tp_descr_get.get().is_none())?.as_ptr();
    let version = version_tag(ty);
    match absence(ty, name) {
        Absence::NoDict if version != 0 => Some((version, 0, d)),
        Absence::NoDictYet(at) if version != 0 => Some((version, at as u32, d)),
        _ => None,
    }
}

#[inline(always)]
pub unsafe fn load_method_any<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    let s = m.get(w.b());
    if s.is_object() {
        let o = &*s.as_ptr();
        if let Some(e) = METHODS.find(o, (*cell).c) {
            if e.detail == 0 || load::has_no_own(o, e.detail) {
                return method::fill(m, w.a(), w.b(), e.rest as *mut Object);
            }
        }
    }
    method_any(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
unsafe fn method_any(m: Regs, cell: *mut CacheCell, win: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    let mut m = m;
    patience(&m, cell, Op::LoadMethod);
    let s = m.get(obj);
    if s.is_object() && (*cell).c != NO_NAME && !has_dict_only(&*s.as_ptr()) {
        if let Some(e) = DICT_METHODS.find(&*s.as_ptr(), (*cell).c) {
            if has_no_dict(&*s.as_ptr(), e.detail) {
                return method::fill(&mut m, win, obj, e.rest as *mut Object);
            }
        }
        let mut found = CacheCell::default();
        let e = match method::choose(&*s.as_ptr(), m.name(name), &mut found) {
            Some(sop::LoadMethodInstance | sop::LoadMethodPlain) => Some(&METHODS),
            Some(sop::LoadMethodNoDict) => Some(&DICT_METHODS),
            _ => None,
        };
        if let Some(table) = e {
            table.put(Entry { name: (*cell).c, version: found.a, detail: found.b, rest: found.c });
        }
    }
    load_method_slow(m.at(win), m.src(obj), m.name(name))
}

#[inline(always)]
pub unsafe fn store_attr_any<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    let s = m.get(w.a());
    if s.is_object() {
        let o = &*s.as_ptr();
        if let Some(e) = STORES.find(o, (*cell).c) {
            let place = &mut *((o.as_ptr() as *mut u8).add(e.detail as usize) as *mut *mut Object);
            if !place.is_null() && (!o.ty().has(flags::INLINE_VALUES) || instance::managed_dict(o).get().is_null()) {
                return store::overwrite(m, w, place);
            }
        }
    }
    store_any(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(never)]
unsafe fn store_any(m: Regs, cell: *mut CacheCell, obj: isize, value: isize, name: usize) -> PyResult<()> {
    m.save();
    patience(&m, cell, Op::StoreAttr);
    let s = m.get(obj);
    if s.is_object() && (*cell).c != NO_NAME {
        let mut found = CacheCell::default();
        let offset = match store::choose(&*s.as_ptr(), m.name(name), &mut found) {
            Some(sop::StoreAttrSlot) => found.b,
            Some(sop::StoreAttrInline) => u32::try_from(found.c).unwrap_or(0),
            _ => 0,
        };
        if offset != 0 {
            STORES.put(Entry { name: (*cell).c, version: found.a, detail: offset, rest: () });
        }
    }
    attr::store_slow(m.src(obj), m.src(value), m.name(name))
}
