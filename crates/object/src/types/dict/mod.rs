//! `dict`: the public head of `PyDictObject` over our own tables.
//!
//! Parts: `group` (probing sixteen control bytes), `keys` (the table), `values` (values of instances), `lookup`, `quick` (what the interpreter tries first), `store` (every other mutation), `merge` (copy, update), `walk` (the
//! iteration cursor), `watch` (PEP-less watchers of the C API), and the Python-visible type: `methods`, `iter`, `view`, `proxy`.
//!
//! Invariants: `used` counts the live items; a dict is *combined* (`values` null, the keys block is its own or the static empty one) or *split* (`values` set, the
//! keys block is a class's `Split` block). Borrowed keys and values are tied to `&Cx`; everything that may run code takes `&mut Cx`. Every change of the key set goes through
//! `Keys::push`/`Keys::delete`, which zero the version that inline caches compare, or installs another block.

pub mod group;
pub mod keys;
pub mod values;

mod int_key;
pub mod iter;
mod lookup;
mod quick;
mod merge;
mod methods;
pub mod proxy;
mod store;
mod text;
mod update;
pub mod view;
mod walk;
#[cfg(test)]
mod tests;
pub mod watch;

pub(crate) use int_key::is_i64;
pub use int_key::{Unsure, hash_i64};
pub use keys::{Keys, Kind};
pub use lookup::{full_type_name, hash_key};
pub(crate) use lookup::{quick_hash, quiet_eq, unhashable};
pub use merge::Clash;
pub use proxy::PyMappingProxy;
pub(crate) use text::TextBuf;
pub use values::InlineValues;

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::VisitProc;
use crate::gc;
use crate::refs::*;
use std::cell::Cell;
use std::ptr::null_mut;

/// `PyDictObject`.
#[repr(C)]
pub struct PyDict {
    head: ObjHead,
    used: Cell<isize>,
    /// Low 8 bits: which watchers look at this dict.
    watcher: Cell<u64>,
    keys: Cell<*mut Keys>,
    values: Cell<*mut InlineValues>,
}

const _: () = assert!(size_of::<PyDict>() == 48);

crate::kernel_type!(PyDict, PyDict_Type, c"dict", HAVE_GC | BASETYPE | DICT_SUBCLASS | MAPPING | MATCH_SELF, DICT_SUBCLASS);

impl PyDict {
    /// A new empty dict. Raises `MemoryError`.
    #[inline]
    pub fn new(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        PyDict::from_keys(Keys::empty(), null_mut(), 0, cx)
    }

    /// A new dict with room for `n` items; `str_only` when all keys will be exact strings.
    pub fn with_capacity(n: usize, str_only: bool, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        if n == 0 {
            return PyDict::new(cx);
        }
        let k = Keys::new(if str_only { Kind::Str } else { Kind::General }, n);
        if k.is_null() {
            return Err(cx.memory_error());
        }
        PyDict::from_keys(k, null_mut(), 0, cx)
    }

    /// A dict over a block that it takes over.
    #[inline]
    pub(crate) fn from_keys(k: *mut Keys, values: *mut InlineValues, used: usize, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let p = alloc::malloc(size_of::<PyDict>() + gc::GC_HEAD_BYTES);
        if p.is_null() {
            // SAFETY: the hold was handed to us.
            unsafe { Keys::release(k) };
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of the size.
        unsafe {
            let d = p.add(gc::GC_HEAD_BYTES) as *mut PyDict;
            d.write(PyDict {
                head: Object::new_heap(&raw const PyDict_Type.ty),
                used: Cell::new(used as isize),
                watcher: Cell::new(0),
                keys: Cell::new(k),
                values: Cell::new(values),
            });
            gc::track_new(d as *mut Object, cx);
            Ok(Own::from_raw(d as *mut Object))
        }
    }

    /// The struct of an empty dict, for built-in types that extend it.
    pub fn part() -> PyDict {
        PyDict { head: Object::placeholder(), used: Cell::new(0), watcher: Cell::new(0), keys: Cell::new(Keys::empty()), values: Cell::new(null_mut()) }
    }

    /// Make an object that `tp_alloc` zeroed (a subclass instance) an empty dict.
    pub(crate) fn init_zeroed(&self) {
        self.keys.set(Keys::empty());
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get() as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }
    /// The keys block, for as long as the dict is not changed.
    #[inline(always)]
    pub fn keys(&self) -> &Keys {
        // SAFETY: never null; replaced only by `store`.
        unsafe { &*self.keys.get() }
    }
    /// The values of a split dict.
    #[inline(always)]
    pub fn split_values(&self) -> Option<&InlineValues> {
        // SAFETY: null or alive as long as it is set.
        unsafe { self.values.get().as_ref() }
    }
    /// Whether every key is an exact `str` (then lookups of strings run no code).
    #[inline(always)]
    pub fn is_str_only(&self) -> bool {
        self.keys().kind() != Kind::General
    }
    /// The version of the key set, assigned on demand (0: none left). While it stays, every key keeps its index. Split dicts have none (0).
    #[inline]
    pub fn keys_version(&self) -> u32 {
        if self.values.get().is_null() { self.keys().version() } else { 0 }
    }
    /// Bytes beside the object itself (`__sizeof__`).
    pub fn extra_bytes(&self) -> usize {
        match self.split_values() {
            // The object has room for them; what is in use counts as the dict's.
            Some(v) if v.is_embedded() => self.len() * size_of::<*mut Object>(),
            Some(v) => InlineValues::bytes_for(v.capacity()),
            None => self.keys().bytes(),
        }
    }
}

/// The types of this folder, for the list of types to ready.
pub const SPECS: &[&[&crate::typeobj::TypeSpec]] = &[&[PyDict::SPEC, PyMappingProxy::SPEC], iter::SPECS, view::SPECS];

/// For built-in types that extend dict: `dealloc_of` drops their struct, and with it the tables. `dealloc` below does the same by itself.
impl Drop for PyDict {
    fn drop(&mut self) {
        self.drop_tables();
    }
}

/// The death of an exact dict; false when it needs more than is done here (nothing has happened then).
///
/// # Safety
/// The count is zero and nobody else holds the dict.
#[inline(always)]
pub(crate) unsafe fn dealloc_exact(obj: *mut Object) -> bool {
    // SAFETY: a dying dict, combined and without watchers; its hold of the table is given back.
    unsafe {
        let d = &*(obj as *const PyDict);
        if d.watcher.get() & 0xff != 0 || !d.values.get().is_null() {
            return false;
        }
        gc::untrack(obj);
        let k = d.keys.get();
        if !k.is_null() {
            Keys::release(k);
        }
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), size_of::<PyDict>() + gc::GC_HEAD_BYTES);
        true
    }
}

/// `tp_dealloc` of dicts and dict subclasses.
pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying dict.
    unsafe {
        gc::untrack(obj);
        let d = &*(obj as *const PyDict);
        if d.watcher.get() & 0xff != 0 {
            (*obj).set_refcount(1); // callbacks may look at the dict
            watch::notify(d, watch::Event::Deallocated, None, None);
            if (*obj).refcount() > 1 {
                (*obj).set_refcount((*obj).refcount() - 1);
                gc::track(obj);
                return;
            }
        }
        d.drop_tables();
        let ty = (*obj).ty();
        match ty.tp_free.get() {
            Some(f) if !std::ptr::eq(ty, &raw const PyDict_Type.ty) => f(obj as *mut std::ffi::c_void),
            _ => alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), size_of::<PyDict>() + gc::GC_HEAD_BYTES),
        }
    }
}

pub(crate) unsafe extern "C" fn traverse(obj: *mut Object, visit: VisitProc, arg: *mut std::ffi::c_void) -> i32 {
    // SAFETY: called by the collector with a live dict; nothing changes meanwhile.
    unsafe {
        let d = &*(obj as *const PyDict);
        let mut at = 0;
        let with_keys = !d.is_str_only();
        while let Some((key, value, _)) = d.walk_raw(&mut at) {
            let mut r = visit(value, arg);
            if r == 0 && with_keys {
                r = visit(key, arg);
            }
            if r != 0 {
                return r;
            }
        }
        0
    }
}

pub(crate) unsafe extern "C" fn clear(obj: *mut Object) -> i32 {
    // SAFETY: called by the collector with a live dict; it holds the GIL.
    unsafe { (*(obj as *const PyDict)).clear_items(&mut Cx::assume()) };
    0
}
