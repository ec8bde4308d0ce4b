//! `[a, b]`: a list of words of a frame. What needs a call is left to functions that are called last, so that the quick way saves no registers.

use super::*;
use crate::frame::{Slot, put_last};
use crate::types::int::PyInt;
use crate::types::tuple::give_back;

impl PyList {
    /// Put a list of `n` words, which are emptied, into the register `dst`. Raises `MemoryError`; the words that are left stay then.
    ///
    /// # Safety
    /// `base` points to `n` owned words, none of them empty; `dst` is a register, maybe the first of them.
    #[inline(never)]
    pub unsafe fn display(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
        // SAFETY: the caller's promise, which holds the GIL.
        unsafe {
            if n != 0 {
                return display_items(dst, base, n);
            }
            let p = alloc::take_kept(LIST_BYTES);
            if p.is_null() {
                return display_slowly(dst, base, n);
            }
            let l = PyList::begin(p, std::ptr::null_mut(), 0);
            put_last(dst, l, gc::link_new(l, &Cx::assume()))
        }
    }
}

#[inline(never)]
unsafe fn display_items(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    // SAFETY: as `display`; each count moves once.
    unsafe {
        if n > alloc::SMALL_MAX / 8 {
            return display_slowly(dst, base, n);
        }
        let p = alloc::take_kept(LIST_BYTES);
        if p.is_null() {
            return display_slowly(dst, base, n);
        }
        let items = alloc::take_kept(n * 8) as *mut *mut Object;
        if items.is_null() {
            // There was room for it a moment ago.
            let _ = alloc::keep(p, LIST_BYTES);
            return display_slowly(dst, base, n);
        }
        let (mut from, mut to) = (base, items);
        while from != base.add(n) {
            let s = *from;
            *to = if s.is_int() {
                let Some(v) = PyInt::small(s.as_int()) else { return undo(dst, base, n, p, items, from) };
                v.as_object().as_ptr()
            } else {
                s.as_ptr()
            };
            *from = Slot::EMPTY;
            (from, to) = (from.add(1), to.add(1));
        }
        let l = PyList::begin(p, items, n);
        put_last(dst, l, gc::link_new(l, &Cx::assume()))
    }
}

/// The word at `from` is an int without an object at hand: give everything back and go the long way.
#[inline(never)]
unsafe fn undo(dst: *mut Slot, base: *mut Slot, n: usize, p: *mut u8, items: *mut *mut Object, from: *mut Slot) -> PyResult<()> {
    // SAFETY: what `display_items` has taken; there was room for the blocks a moment ago.
    unsafe {
        give_back(base, items, from);
        let _ = alloc::keep(items as *mut u8, n * 8);
        let _ = alloc::keep(p, LIST_BYTES);
        display_slowly(dst, base, n)
    }
}

#[inline(never)]
unsafe fn display_slowly(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    // SAFETY: as `display`.
    unsafe {
        let l = PyList::take_slots(base, n, &mut Cx::assume())?;
        put_last(dst, l.into_raw(), false)
    }
}
