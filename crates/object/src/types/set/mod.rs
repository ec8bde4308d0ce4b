//! `set` and `frozenset`: `PySetObject`. Both types share the layout and all the code that does not depend on mutability.
//!
//! Parts: `table` (the hash table), `ops` (algebra), `methods` (the types as Python sees them), `iter`. `hash` caches a frozenset's hash (-1: not computed).

mod iter;
mod methods;
mod ops;
mod table;

pub use iter::PySetIter;
pub use table::{Entry, SMALL};

use crate::abstract_;
use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::VisitProc;
use crate::gc;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::dict::{quick_hash, unhashable};
use crate::weakref::WeakList;
use std::cell::Cell;
use table::Spot;

/// `PySetObject` of the type `set`.
#[repr(C)]
pub struct PySet {
    head: ObjHead,
    fill: Cell<isize>,
    used: Cell<isize>,
    mask: Cell<isize>,
    table: Cell<*mut Entry>,
    hash: Cell<isize>,
    /// Where `pop` goes on searching.
    finger: Cell<isize>,
    small: [Entry; SMALL],
    weaklist: WeakList,
}

/// `PySetObject` of the type `frozenset`.
#[repr(C)]
pub struct PyFrozenSet {
    set: PySet,
}

const _: () = {
    use std::mem::offset_of;
    assert!(size_of::<PySet>() == 200 && size_of::<PyFrozenSet>() == 200);
    assert!(offset_of!(PySet, used) == 24 && offset_of!(PySet, small) == 64 && offset_of!(PySet, weaklist) == 192);
};

crate::kernel_type!(PySet, PySet_Type, c"set", HAVE_GC | BASETYPE | MATCH_SELF);
crate::kernel_type!(PyFrozenSet, PyFrozenSet_Type, c"frozenset", HAVE_GC | BASETYPE | MATCH_SELF);

/// Offset of the weak reference list.
const WEAKLIST_OFFSET: isize = std::mem::offset_of!(PySet, weaklist) as isize;

/// Whether `o` is a set or frozenset or of a subclass (`PyAnySet_Check`).
#[inline]
pub fn is_any_set(o: &Object) -> bool {
    any_set(o).is_some()
}

/// Whether the type is exactly `set` or `frozenset` (`PyAnySet_CheckExact`).
#[inline(always)]
pub fn is_any_set_exact(o: &Object) -> bool {
    o.is_exact::<PySet>() || o.is_exact::<PyFrozenSet>()
}

/// View a set or frozenset.
#[inline]
pub fn any_set(o: &Object) -> Option<&PySet> {
    // SAFETY: both types have this layout.
    (is_any_set_exact(o) || o.is_a::<PySet>() || o.is_a::<PyFrozenSet>()).then(|| unsafe { o.cast_unchecked::<PySet>() })
}

impl PyFrozenSet {
    /// The shared part.
    #[inline(always)]
    pub fn core(&self) -> &PySet {
        &self.set
    }

    /// A frozenset of an iterable's items; an exact frozenset is given back itself.
    pub fn from_iterable(items: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if items.is_exact::<PyFrozenSet>() {
            return Ok(items.own());
        }
        PySet::new_of(PyFrozenSet::ty(), Some(items), cx)
    }
}

/// Hash of an element; a plain `TypeError` becomes the message for unhashable elements.
#[inline(always)]
pub(crate) fn hash_element(v: &Object, cx: &mut Cx) -> PyResult<isize> {
    match quick_hash(v) {
        Some(h) => Ok(h),
        None => abstract_::hash(v, cx).map_err(|r| unhashable(v, "a set element", r, cx)),
    }
}

impl PySet {
    /// A new empty set.
    pub fn new(cx: &mut Cx) -> PyResult<Own<PySet>> {
        let o = PySet::empty_of(PySet::ty(), cx)?;
        // SAFETY: made as a set.
        Ok(unsafe { o.cast_own_unchecked() })
    }

    /// A new set of an iterable's items.
    pub fn from_iterable(items: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
        let s = PySet::new(cx)?;
        s.update(items, cx)?;
        Ok(s)
    }

    /// A new empty set or frozenset of type `cls`, tracked.
    pub(super) fn empty_of(cls: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
        if std::ptr::eq(cls, PySet::ty()) || std::ptr::eq(cls, PyFrozenSet::ty()) {
            return PySet::alloc_exact(cls, cx);
        }
        let o = crate::typeobj::alloc::alloc_untracked(cls, 0, cx)?;
        // SAFETY: a fresh zeroed instance with this layout.
        unsafe {
            o.cast_unchecked::<PySet>().init_table();
            gc::track(o.as_ptr());
        }
        Ok(o)
    }

    fn alloc_exact(cls: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
        gc::before_alloc(cx);
        let p = alloc::malloc(size_of::<PySet>() + gc::GC_HEAD_BYTES);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of the size; every field is written or may be zero.
        unsafe {
            // Two halves: short enough to be written without a call.
            const HALF: usize = 112;
            std::ptr::write_bytes(p, 0, HALF);
            std::ptr::write_bytes(p.add(HALF), 0, size_of::<PySet>() + gc::GC_HEAD_BYTES - HALF);
            let o = p.add(gc::GC_HEAD_BYTES) as *mut Object;
            o.write(Object::new_heap(cls));
            let s = &*(o as *const PySet);
            s.mask.set(SMALL as isize - 1);
            s.table.set(&raw const s.small as *mut Entry);
            s.hash.set(-1);
            gc::track(o);
            Ok(Own::from_raw(o))
        }
    }

    /// A new set or frozenset of type `cls` with an iterable's items.
    pub(super) fn new_of(cls: &PyType, items: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = PySet::empty_of(cls, cx)?;
        if let Some(items) = items {
            // SAFETY: made with this layout.
            unsafe { o.cast_unchecked::<PySet>() }.update(items, cx)?;
        }
        Ok(o)
    }

    /// The shared part (the counterpart of `PyFrozenSet::core`).
    #[inline(always)]
    pub(super) fn core(&self) -> &PySet {
        self
    }

    /// Number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get() as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.used.get() == 0
    }

    /// Whether the element is there. A `set` is looked for as the equal frozenset.
    pub fn contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        match hash_element(v, cx) {
            Ok(h) => self.contains_with_hash(v, h, cx),
            Err(r) => match self.frozen_stand_in(v, r, cx)? {
                Some(f) => {
                    let h = hash_element(&f, cx)?;
                    self.contains_with_hash(&f, h, cx)
                }
                None => Ok(false),
            },
        }
    }

    /// For a `set` that could not be hashed: a frozenset of the same elements.
    #[cold]
    fn frozen_stand_in(&self, v: &Object, r: crate::err::Raised, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if !v.is_a::<PySet>() || !cx.raised_is(crate::types::exc::TypeError()) {
            return Err(r);
        }
        cx.discard(r);
        PySet::new_of(PyFrozenSet::ty(), Some(v), cx).map(Some)
    }

    /// As `contains`, with the hash known.
    #[inline]
    pub fn contains_with_hash(&self, v: &Object, hash: isize, cx: &mut Cx) -> PyResult<bool> {
        Ok(matches!(self.find(v, hash, cx)?, Spot::Found(_)))
    }

    /// Add an element; `true` when it is new. (For frozensets only while nobody else has seen them.)
    #[inline]
    pub fn add(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        let h = hash_element(v, cx)?;
        self.add_with_hash(v, h, cx)
    }

    /// As [`PySet::add`], taking over the reference.
    pub fn add_own(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<bool> {
        let hash = hash_element(&v, cx)?;
        match self.find(&v, hash, cx)? {
            Spot::Found(_) => Ok(false),
            Spot::Free(at) => self.occupy(at, v, hash, cx).map(|()| true),
        }
    }

    /// As `add`, with the hash known.
    #[inline]
    pub fn add_with_hash(&self, v: &Object, hash: isize, cx: &mut Cx) -> PyResult<bool> {
        match self.find(v, hash, cx)? {
            Spot::Found(_) => Ok(false),
            Spot::Free(at) => self.occupy(at, v.own(), hash, cx).map(|()| true),
        }
    }

    /// Remove an element; `true` when it was there. A `set` is looked for as the equal frozenset.
    pub fn discard(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        match hash_element(v, cx) {
            Ok(h) => self.discard_with_hash(v, h, cx),
            Err(r) => match self.frozen_stand_in(v, r, cx)? {
                Some(f) => {
                    let h = hash_element(&f, cx)?;
                    self.discard_with_hash(&f, h, cx)
                }
                None => Ok(false),
            },
        }
    }

    /// As `discard`, with the hash known.
    pub fn discard_with_hash(&self, v: &Object, hash: isize, cx: &mut Cx) -> PyResult<bool> {
        match self.find(v, hash, cx)? {
            Spot::Found(at) => {
                drop(self.vacate(at));
                Ok(true)
            }
            Spot::Free(_) => Ok(false),
        }
    }

    /// Take some element out.
    pub fn pop(&self) -> Option<Own<Object>> {
        if self.is_empty() {
            return None;
        }
        let mask = self.mask();
        let mut at = self.finger.get() as usize & mask;
        loop {
            let k = self.entry(at).key.get();
            if !k.is_null() && !std::ptr::eq(k, table::marker()) {
                break;
            }
            at = (at + 1) & mask;
        }
        let k = self.vacate(at);
        self.finger.set(at as isize + 1);
        Some(k)
    }

    /// Bytes beside the object itself.
    fn extra_bytes(&self) -> usize {
        if self.is_small() { 0 } else { (self.mask() + 1) * size_of::<Entry>() }
    }

    /// A frozenset's hash, computed once.
    pub(super) fn frozen_hash(&self) -> isize {
        let cached = self.hash.get();
        if cached != -1 {
            return cached;
        }
        let mut at = 0;
        let mut h: u64 = 0;
        while let Some((_, kh)) = self.walk(&mut at) {
            // Element hashes are spread before they are combined, since the combination must not depend on the order.
            let k = kh as u64;
            h ^= ((k ^ 89_869_747) ^ (k << 16)).wrapping_mul(3_644_798_167);
        }
        h ^= (self.len() as u64 + 1).wrapping_mul(1_927_868_237);
        h ^= (h >> 11) ^ (h >> 25);
        h = h.wrapping_mul(69_069).wrapping_add(907_133_923);
        let h = if h == u64::MAX { 590_923_713 } else { h as isize };
        self.hash.set(h);
        h
    }
}

/// `tp_dealloc` of both types and their subclasses.
pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying set.
    unsafe {
        gc::untrack(obj);
        let s = &*(obj as *const PySet);
        if !s.weaklist.0.get().is_null() {
            crate::weakref::clear_refs_of(obj);
        }
        s.release_keys();
        let ty = (*obj).ty();
        match ty.tp_free.get() {
            Some(f) if ty.has(crate::typeobj::flags::HEAPTYPE) => f(obj as *mut std::ffi::c_void),
            _ => alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), size_of::<PySet>() + gc::GC_HEAD_BYTES),
        }
    }
}

pub(crate) unsafe extern "C" fn traverse(obj: *mut Object, visit: VisitProc, arg: *mut std::ffi::c_void) -> i32 {
    // SAFETY: called by the collector with a live set; nothing changes meanwhile.
    unsafe {
        let s = &*(obj as *const PySet);
        let mut at = 0;
        while let Some((k, _)) = s.walk(&mut at) {
            let r = visit(k, arg);
            if r != 0 {
                return r;
            }
        }
        0
    }
}

pub(crate) unsafe extern "C" fn clear(obj: *mut Object) -> i32 {
    // SAFETY: called by the collector with a live set.
    unsafe { (*(obj as *const PySet)).clear_items() };
    0
}

/// The types of this folder, for the list of types to ready.
pub const SPECS: &[&crate::typeobj::TypeSpec] = &[PySet::SPEC, PyFrozenSet::SPEC, PySetIter::SPEC];
