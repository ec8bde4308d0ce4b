//! Attribute lookup along the MRO, with version tags and a global cache.
//!
//! A type with a version tag has a number that is unique to its present state. `modified` is the one place through which every mutation goes: it clears the tag of the type and of
//! its subclasses, which invalidates the global cache and every inline cache at once.

use super::{PyType, flags};
use crate::cx::Cx;
use crate::refs::*;
use crate::types::str::PyStr;
use std::cell::{Cell, UnsafeCell};

const CACHE_BITS: u32 = 12;

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    version: u32,
    /// Where the shared keys of the instances had the name last, for whoever wants to look there first.
    pub(crate) place: u32,
    name: *const PyStr,
    /// Borrowed: alive as long as the version is valid. Null = known to be absent.
    value: *mut Object,
}

struct Cache(UnsafeCell<[Entry; 1 << CACHE_BITS]>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Cache {}
static CACHE: Cache = Cache(UnsafeCell::new([Entry { version: 0, place: 0, name: std::ptr::null(), value: std::ptr::null_mut() }; 1 << CACHE_BITS]));

struct NextTag(Cell<u32>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for NextTag {}
static NEXT_TAG: NextTag = NextTag(Cell::new(1));

/// The type's version, assigned on demand; 0 when it has none (numbers used up, or a base without one).
#[inline]
pub fn version_tag(ty: &PyType) -> u32 {
    let t = ty.tp_version_tag.get();
    if t != 0 { t } else { assign(ty) }
}

/// Versions that one class may use up.
const VERSIONS_PER_CLASS: u16 = 1000;

#[cold]
fn assign(ty: &PyType) -> u32 {
    if !ty.has(flags::READY) {
        return 0;
    }
    // SAFETY: a short borrow; assigning runs no Python code.
    let cx = unsafe { Cx::assume() };
    if let Some(bases) = ty.tp_bases.get(&cx) {
        for b in bases.as_slice() {
            if b.downcast::<PyType>().is_none_or(|b| version_tag(b) == 0) {
                return 0;
            }
        }
    }
    // An `mro()` of a metatype may name classes that do not know this one as theirs: their changes would not reach it.
    if !ty.as_object().is_exact::<PyType>()
        && let (Some(mro), Some(bases)) = (ty.tp_mro.get(&cx), ty.tp_bases.get(&cx))
    {
        let inherited = |c: &Object| {
            bases.as_slice().iter().any(|b| b.downcast::<PyType>().and_then(|b| b.tp_mro.get(&cx)).is_some_and(|m| m.as_slice().iter().any(|x| x.is(c))))
        };
        if !mro.as_slice().iter().all(|c| c.is(ty.as_object()) || inherited(c)) {
            return 0;
        }
    }
    let t = NEXT_TAG.0.get();
    // A class that changes all the time is looked up without the cache (`MAX_VERSIONS_PER_CLASS`).
    if t == u32::MAX || ty.tp_versions_used.get() >= VERSIONS_PER_CLASS {
        return 0;
    }
    ty.tp_versions_used.set(ty.tp_versions_used.get() + 1);
    NEXT_TAG.0.set(t + 1);
    ty.tp_version_tag.set(t);
    t
}

/// The type or one of its bases has changed (`PyType_Modified`).
pub fn modified(ty: &PyType) {
    if ty.tp_version_tag.get() == 0 {
        return; // then no subclass has one either
    }
    ty.tp_version_tag.set(0);
    if ty.tp_watched.get() != 0 {
        crate::watchers::type_event(ty);
    }
    for_each_subclass(ty, &mut |s| modified(s));
}

/// Call `f` with every live direct subclass.
pub fn for_each_subclass(ty: &PyType, f: &mut dyn FnMut(&PyType)) {
    for s in subclasses(ty) {
        if let Some(s) = s.downcast::<PyType>() {
            f(s);
        }
    }
}

/// The live direct subclasses in order of creation.
pub fn subclasses(ty: &PyType) -> Vec<Own<Object>> {
    let Some(d) = ty.tp_subclasses.own() else { return Vec::new() };
    let Some(d) = d.downcast::<crate::types::dict::PyDict>() else { return Vec::new() };
    // SAFETY: iteration without running code.
    let cx = unsafe { Cx::assume() };
    let mut pos = 0;
    let mut out = Vec::new();
    while let Some((_, w, _)) = d.next(&mut pos, &cx) {
        if let Some(t) = crate::weakref::referent(w) {
            out.push(t);
        }
    }
    out
}

/// Find `name` in the dicts along the MRO (`_PyType_Lookup`). Borrowed from the type; runs no Python code for interned names.
#[inline]
pub fn lookup<'a>(ty: &'a PyType, name: &PyStr, cx: &'a Cx) -> Option<&'a Object> {
    // SAFETY: the entry's value is alive while its version is valid.
    match entry(ty, name, cx) {
        Ok(e) => unsafe { (*e).value.as_ref() },
        Err(found) => found,
    }
}

impl Entry {
    /// What the name stands for in the class, borrowed from it.
    #[inline(always)]
    pub(crate) fn value(&self) -> *mut Object {
        self.value
    }
}

/// The cache's entry of a name, which stays one until the next lookup; what is found where there cannot be one.
#[inline(always)]
pub(crate) fn entry<'a>(ty: &'a PyType, name: &PyStr, cx: &'a Cx) -> Result<*mut Entry, Option<&'a Object>> {
    let version = version_tag(ty);
    if version == 0 || name.interned() == 0 {
        return Err(walk(ty, name, cx));
    }
    let h = (version as usize ^ (name as *const PyStr as usize >> 3)) & ((1 << CACHE_BITS) - 1);
    // SAFETY: GIL; the entry's value is alive while its version is valid.
    unsafe {
        let e = &mut (*CACHE.0.get())[h];
        if e.version != version || !std::ptr::eq(e.name, name) {
            let value = walk(ty, name, cx).map_or(std::ptr::null_mut(), |o| o.as_ptr());
            if ty.tp_version_tag.get() != version {
                return Err(value.as_ref()); // an odd key's `__eq__` has changed the class
            }
            // Names in the cache must not die and be reborn at the same address as another name.
            if name.interned() == 1 {
                name.set_interned(2);
                name.as_object().immortalise();
            }
            *e = Entry { version, place: 0, name, value };
        }
        Ok(e)
    }
}

fn walk<'a>(ty: &'a PyType, name: &PyStr, cx: &'a Cx) -> Option<&'a Object> {
    let mro = ty.tp_mro.get(cx)?;
    mro.as_slice().iter().find_map(|t| {
        // SAFETY: the MRO consists of types.
        let t = unsafe { t.cast_unchecked::<PyType>() };
        let d = t.tp_dict.get(cx)?;
        if d.is_str_only() { d.get_str(name, cx) } else { odd(d, name) }
    })
}

/// Look into a namespace with keys that are not strings: their `__eq__` runs, and what it raises is dropped, as in CPython.
#[cold]
fn odd<'a>(d: &'a crate::types::dict::PyDict, name: &PyStr) -> Option<&'a Object> {
    // SAFETY: a lookup happens with the GIL held; the caller's borrow of the namespace is renewed by the count below.
    let cx = unsafe { &mut Cx::assume() };
    let d = d.new_ref();
    let before = cx.ts().current_exception.take();
    let found = d.get(name, cx).unwrap_or_else(|r| {
        cx.discard(r);
        None
    });
    cx.ts().current_exception.set(before, cx);
    found.map(|v| {
        if v.refcount() == 1 {
            // That `__eq__` has taken the value out of the namespace: nobody else would keep it alive for the caller.
            v.immortalise();
        }
        // SAFETY: the namespace holds it, or it lives for good.
        unsafe { &*v.as_ptr() }
    })
}
