//! `list`: `PyListObject`, a growable array of owned references.
//!
//! What `items` lends is tied to `&Cx`: no Python code can change the list while it is held.
//! Parts: `display` (`[a, b]`), `edit` (insertion, removal, slices), `methods` (the type as Python sees it), `sort`, `iter`.

mod display;
mod edit;
mod iter;
mod methods;
mod sort;

pub use iter::{PyListIter, PyListRevIter};
pub(crate) use methods::{clip, position, repr_items};

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::gc;
use crate::refs::*;
use std::cell::Cell;

/// `PyListObject`.
#[repr(C)]
pub struct PyList {
    head: VarHead,
    items: Cell<*mut *mut Object>,
    allocated: Cell<isize>,
}

const _: () = assert!(size_of::<PyList>() == 40);
const LIST_BYTES: usize = size_of::<PyList>() + gc::GC_HEAD_BYTES;

crate::kernel_type!(PyList, PyList_Type, c"list", HAVE_GC | BASETYPE | LIST_SUBCLASS | SEQUENCE | MATCH_SELF, LIST_SUBCLASS);

impl PyList {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.head.size.get() as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The items, for as long as no Python code can run.
    #[inline(always)]
    pub fn items<'a>(&'a self, _cx: &'a Cx) -> &'a [&'a Object] {
        let n = self.len();
        if n == 0 {
            return &[];
        }
        // SAFETY: `n` non-null items; changed only through `&mut Cx`.
        unsafe { std::slice::from_raw_parts(self.items.get() as *const &Object, n) }
    }
    /// The items, until any code runs that could change the list: for loops that look at one item and forget the slice.
    #[inline(always)]
    pub(crate) fn raw_slice(&self) -> &[&Object] {
        let n = self.len();
        if n == 0 {
            return &[];
        }
        // SAFETY: `n` non-null items, read at once by the callers.
        unsafe { std::slice::from_raw_parts(self.items.get() as *const &Object, n) }
    }
    /// Item `i`, if there is one, until any code runs that could change the list.
    #[inline(always)]
    pub(crate) fn raw_item(&self, i: usize) -> Option<&Object> {
        // SAFETY: within bounds; not null.
        if i < self.len() { Some(unsafe { &**self.items.get().add(i) }) } else { None }
    }
    /// The items as the collector may find them: null where C code has not filled the list yet.
    #[inline(always)]
    pub(crate) fn raw_items(&self) -> &[*mut Object] {
        let n = self.len();
        // SAFETY: `n` words.
        if n == 0 { &[] } else { unsafe { std::slice::from_raw_parts(self.items.get(), n) } }
    }
    /// Item `i`; the inner option is none for an item that C code has not filled yet.
    pub fn get_filled(&self, i: usize) -> Option<Option<Own<Object>>> {
        if i >= self.len() {
            return None;
        }
        // SAFETY: within bounds; null or live.
        Some(unsafe { (*self.items.get().add(i)).as_ref() }.map(|o| o.own()))
    }
    /// A new reference to item `i`.
    #[inline]
    pub fn get_own(&self, i: usize) -> Option<Own<Object>> {
        if i >= self.len() {
            return None;
        }
        // SAFETY: within bounds.
        Some(unsafe { (**self.items.get().add(i)).own() })
    }

    /// A new empty list with room for `cap` items.
    #[inline]
    pub fn with_capacity(cap: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        if cap > 0 {
            l.first_items(cap, cx)?;
        }
        Ok(l)
    }

    /// Room for the first items of an empty list without any.
    #[inline(always)]
    fn first_items(&self, cap: usize, cx: &mut Cx) -> PyResult<()> {
        if cap > isize::MAX as usize / 8 {
            return Err(cx.memory_error());
        }
        let p = alloc::malloc(cap * 8);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        self.items.set(p as *mut *mut Object);
        self.allocated.set(cap as isize);
        Ok(())
    }

    /// A list of `n` words of a frame, which are emptied. On failure the rest of them stays.
    ///
    /// # Safety
    /// `base` points to `n` owned words, none of them empty.
    #[inline(always)]
    pub unsafe fn take_slots(base: *mut crate::frame::Slot, n: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        use crate::frame::Slot;
        let l = PyList::with_capacity(n, cx)?;
        let items = l.items.get();
        // SAFETY: `n` words and room for `n` items; each count moves once.
        unsafe {
            for i in 0..n {
                let s = std::mem::replace(&mut *base.add(i), Slot::EMPTY);
                *items.add(i) = if s.is_int() {
                    match crate::types::int::PyInt::new(s.as_int(), cx) {
                        Ok(v) => v.into_raw(),
                        Err(r) => {
                            l.head.size.set(i as isize);
                            return Err(r);
                        }
                    }
                } else {
                    s.as_ptr()
                };
            }
        }
        l.head.size.set(n as isize);
        Ok(l)
    }

    /// Make the block at `p` a list over a block of items that it takes over; not tracked yet.
    ///
    /// # Safety
    /// `p` is fresh memory for a list and its header, `items` null or a block with `n` references.
    #[inline(always)]
    unsafe fn begin(p: *mut u8, items: *mut *mut Object, n: usize) -> *mut Object {
        // SAFETY: the caller's promise.
        unsafe {
            let l = p.add(gc::GC_HEAD_BYTES) as *mut PyList;
            l.write(PyList {
                head: VarHead { head: Object::new_heap(&raw const PyList_Type.ty), size: Cell::new(n as isize) },
                items: Cell::new(items),
                allocated: Cell::new(n as isize),
            });
            l as *mut Object
        }
    }

    /// A new empty list.
    #[inline]
    pub fn new(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let p = alloc::malloc(LIST_BYTES);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of the size.
        Ok(unsafe {
            let l = PyList::begin(p, std::ptr::null_mut(), 0);
            gc::track_new(l, cx);
            Own::from_raw(l)
        })
    }
    /// A list that takes over the references of a vector.
    pub fn from_vec(v: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::with_capacity(v.len(), cx)?;
        for (i, o) in v.into_iter().enumerate() {
            // SAFETY: room was made.
            unsafe { *l.items.get().add(i) = o.into_raw() };
            l.head.size.set(i as isize + 1);
        }
        Ok(l)
    }

    /// A list of what the iterator gives; its length must be exact.
    #[inline]
    pub fn from_exact<I: ExactSizeIterator<Item = Own<Object>>>(it: I, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let n = it.len();
        let l = PyList::with_capacity(n, cx)?;
        for (i, o) in it.take(n).enumerate() {
            // SAFETY: room was made for `n`.
            unsafe { *l.items.get().add(i) = o.into_raw() };
            l.head.size.set(i as isize + 1);
        }
        Ok(l)
    }

    pub(super) fn set_capacity(&self, cap: usize, cx: &mut Cx) -> PyResult<()> {
        let Some(bytes) = cap.checked_mul(8).filter(|&b| b <= isize::MAX as usize) else {
            return Err(cx.memory_error());
        };
        let (old, have) = (self.items.get() as *mut u8, self.allocated.get().max(0) as usize * 8);
        // SAFETY: `items` is null or our block of `allocated` items.
        let p = match (old.is_null(), bytes) {
            (true, _) => alloc::malloc(bytes),
            // The first steps of growth keep out of the free lists: they would take the blocks of just freed tuples, whose reuse programs can see.
            (false, ..=128) if bytes > have => unsafe { alloc::grow_fresh(old, have, bytes) },
            (false, ..=128) => unsafe { alloc::raw_realloc(old, bytes) },
            (false, _) => unsafe { alloc::grow(old, have, bytes) },
        };
        if p.is_null() {
            return Err(cx.memory_error());
        }
        self.items.set(p as *mut *mut Object);
        self.allocated.set(cap as isize);
        Ok(())
    }

    /// Make room for at least `n` items, growing as CPython does (about 1/8 more).
    #[inline(never)]
    pub fn reserve(&self, n: usize, cx: &mut Cx) -> PyResult<()> {
        // Signed: -1 marks a list that is being sorted.
        if n as isize <= self.allocated.get() {
            return Ok(());
        }
        let mut cap = (n + (n >> 3) + 6) & !3;
        if n - self.len() > cap - n {
            cap = (n + 3) & !3;
        }
        self.set_capacity(cap, cx)
    }

    /// Append new references to items that lie outside this list.
    pub fn extend_refs(&self, new: &[&Object], cx: &mut Cx) -> PyResult<()> {
        let (n, more) = (self.len(), new.len());
        if self.items.get().is_null() && self.allocated.get() == 0 && more > 0 {
            // As CPython: no more than there are, but an even number.
            self.first_items((more + 1) & !1, cx)?;
        } else {
            self.reserve(n + more, cx)?;
        }
        // SAFETY: room for them all; the slice is no part of this list's block.
        unsafe {
            let at = self.items.get().add(n);
            for (i, o) in new.iter().enumerate() {
                o.incref();
                *at.add(i) = o.as_ptr();
            }
        }
        self.head.size.set((n + more) as isize);
        Ok(())
    }

    /// Append, taking over the reference.
    #[inline(always)]
    pub fn push(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let n = self.len();
        if n as isize >= self.allocated.get() {
            return self.push_growing(v, cx);
        }
        // SAFETY: room for one more.
        unsafe { *self.items.get().add(n) = v.into_raw() };
        self.head.size.set(n as isize + 1);
        Ok(())
    }

    #[inline(never)]
    fn push_growing(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let n = self.len();
        // -1 marks a list that is being sorted.
        if self.items.get().is_null() && self.allocated.get() == 0 {
            self.first_items(4, cx)?;
        } else {
            self.reserve(n + 1, cx)?;
        }
        // SAFETY: room for one more.
        unsafe { *self.items.get().add(n) = v.into_raw() };
        self.head.size.set(n as isize + 1);
        Ok(())
    }

    /// Replace item `i` (`i < len`) and give the old one back.
    #[inline]
    #[must_use]
    pub fn replace(&self, i: usize, v: Own<Object>) -> Own<Object> {
        assert!(i < self.len());
        // SAFETY: within bounds.
        unsafe {
            let slot = self.items.get().add(i);
            Own::from_raw(std::mem::replace(&mut *slot, v.into_raw()))
        }
    }

    /// Take every item out, leaving the list empty.
    #[must_use]
    pub fn take_all(&self) -> Vec<Own<Object>> {
        let n = self.len();
        let p = self.items.replace(std::ptr::null_mut());
        if p.is_null() {
            return Vec::new();
        }
        self.head.size.set(0);
        self.allocated.set(0);
        // SAFETY: the block held `n` owned references; it is freed after they moved.
        unsafe {
            let v = (0..n).map(|i| Own::from_raw(*p.add(i))).collect();
            alloc::raw_free(p as *mut u8);
            v
        }
    }

    /// The raw parts `(items, size, allocated)` for the list methods in this folder and `capi`.
    pub fn raw_parts(&self) -> (&Cell<*mut *mut Object>, &Cell<isize>, &Cell<isize>) {
        (&self.items, &self.head.size, &self.allocated)
    }
}

/// The death of an exact list.
///
/// # Safety
/// The count is zero and nobody else holds the list.
#[inline(always)]
pub(crate) unsafe fn dealloc_exact(obj: *mut Object) {
    // SAFETY: a dying list; each item is released once.
    unsafe {
        gc::untrack(obj);
        let l = &*(obj as *const PyList);
        let p = l.items.get();
        if !p.is_null() {
            // Nobody sees the list any more: its fields need not be made consistent first.
            let mut at = p.add(l.len());
            while at != p {
                at = at.sub(1);
                if !(*at).is_null() && Object::decref_is_last(*at) {
                    return dealloc_from(obj, at);
                }
            }
            // A negative number is a size that `keep` refuses.
            if !alloc::keep(p as *mut u8, (l.allocated.get() as usize).wrapping_mul(8)) {
                return free_both(obj);
            }
        }
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), LIST_BYTES);
    }
}

/// The rest of an exact list's death, where an item dies with it.
#[inline(never)]
unsafe fn dealloc_from(obj: *mut Object, at: *mut *mut Object) {
    // SAFETY: the items from `at` down still hold their counts, but that the last of `at`'s was given up.
    unsafe {
        crate::dealloc::release_from((*(obj as *const PyList)).items.get(), at);
        free_both(obj);
    }
}

/// Free the items' block and the list, when all items are released.
#[inline(never)]
unsafe fn free_both(obj: *mut Object) {
    // SAFETY: the list's own blocks.
    unsafe {
        let l = &*(obj as *const PyList);
        free_items(l.items.get(), l.allocated.get());
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), LIST_BYTES);
    }
}

pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying list; each item is released once.
    unsafe {
        let ty = (*obj).ty();
        match ty.tp_free.get() {
            Some(f) if !std::ptr::eq(ty, &raw const PyList_Type.ty) => {
                gc::untrack(obj);
                clear(obj);
                f(obj as *mut std::ffi::c_void);
            }
            _ => dealloc_exact(obj),
        }
    }
}

/// Free a block of items of which `allocated` fit (negative while the list is sorted: not known).
///
/// # Safety
/// `p` is a list's block that nothing refers to any more.
#[inline(always)]
unsafe fn free_items(p: *mut *mut Object, allocated: isize) {
    // SAFETY: the caller's promise.
    unsafe {
        match allocated {
            1.. => alloc::free(p as *mut u8, allocated as usize * 8),
            _ => alloc::raw_free(p as *mut u8),
        }
    }
}

pub(crate) unsafe extern "C" fn clear(obj: *mut Object) -> i32 {
    // SAFETY: a live list; it is emptied before any item dies. Items are released last to first, as CPython does.
    unsafe {
        let l = &*(obj as *const PyList);
        let (p, n, allocated) = (l.items.replace(std::ptr::null_mut()), l.len(), l.allocated.get());
        if p.is_null() {
            return 0;
        }
        l.head.size.set(0);
        l.allocated.set(0);
        for i in (0..n).rev() {
            // Null: a list from C that was not filled (`PyList_New`).
            if !(*p.add(i)).is_null() {
                Object::decref(*p.add(i));
            }
        }
        free_items(p, allocated);
        0
    }
}

pub(crate) unsafe extern "C" fn traverse(obj: *mut Object, visit: crate::field::VisitProc, arg: *mut std::ffi::c_void) -> i32 {
    // SAFETY: called by the collector with a live list.
    unsafe {
        let l = &*(obj as *const PyList);
        // From the end, as CPython does: `gc.get_referents` shows the order.
        for i in (0..l.len()).rev() {
            let item = *l.items.get().add(i);
            let r = if item.is_null() { 0 } else { visit(item, arg) };
            if r != 0 {
                return r;
            }
        }
        0
    }
}

crate::kernel_spec!(PyList, PyList_Type { dealloc: Some(dealloc), traverse: Some(traverse), clear: Some(clear), doc: Some(c"list(iterable=(), /)\n--\n\nBuilt-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.") } parts [PyList::METHODS, PyList::SEQUENCE_PART, PyList::SORT]);
