//! `(a, b)`: a tuple of words of a frame. What needs a call is left to functions that are called last, so that the quick way saves no registers.

use super::*;
use crate::frame::{Slot, put_last};
use crate::typeobj::flags;
use crate::types::int::PyInt;

impl PyTuple {
    /// Put a tuple of `n` words, which are emptied, into the register `dst`. Raises `MemoryError`; the words that are left stay then.
    ///
    /// # Safety
    /// `base` points to `n` owned words, none of them empty; `dst` is a register, maybe the first of them.
    #[inline(never)]
    pub unsafe fn display(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
        let bytes = HEAD_BYTES + n * 8;
        // SAFETY: the caller's promise, which holds the GIL; each count moves once.
        unsafe {
            if n == 0 || bytes > alloc::SMALL_MAX {
                return display_slowly(dst, base, n);
            }
            let p = alloc::take_kept(bytes);
            if p.is_null() {
                return display_slowly(dst, base, n);
            }
            let t = p.add(gc::GC_HEAD_BYTES) as *mut PyTuple;
            let (mut from, mut to, mut seen) = (base, &raw mut (*t).items as *mut *mut Object, 0);
            while from != base.add(n) {
                let s = *from;
                *to = if s.is_int() {
                    let Some(v) = PyInt::small(s.as_int()) else { return undo(dst, base, n, p, from) };
                    v.as_object().as_ptr()
                } else {
                    seen |= (*s.as_ptr()).ty().tp_flags.get();
                    s.as_ptr()
                };
                *from = Slot::EMPTY;
                (from, to) = (from.add(1), to.add(1));
            }
            t.write(PyTuple {
                head: VarHead { head: Object::new_heap(&raw const PyTuple_Type.ty), size: Cell::new(n as isize) },
                hash: Cell::new(-1),
                items: [],
            });
            if seen & flags::HAVE_GC != 0 {
                return display_gc(dst, t);
            }
            (p as *mut [usize; 2]).write([0, 0]);
            put_last(dst, t as *mut Object, false)
        }
    }
}

/// The tuple holds objects of types with headers: it is tracked if one of them may be.
#[inline(never)]
unsafe fn display_gc(dst: *mut Slot, t: *mut PyTuple) -> PyResult<()> {
    // SAFETY: a complete tuple; tuples have headers.
    unsafe {
        // A tuple that is tracked for nothing leaves the collector's lists at the first collection.
        let may_be_tracked = |o: &Object| o.ty().tp_flags.get() & flags::HAVE_GC != 0 && (!o.is_exact::<PyTuple>() || gc::GcHead::of(o).is_tracked());
        if (*t).as_slice().iter().any(|o| may_be_tracked(o)) {
            return put_last(dst, t as *mut Object, gc::link_new(t as *mut Object, &Cx::assume()));
        }
        let head = gc::GcHead::of(t as *mut Object);
        head.next.set(0);
        head.prev.set(0);
        put_last(dst, t as *mut Object, false)
    }
}

/// The word at `from` is an int without an object at hand: give everything back and go the long way.
#[inline(never)]
unsafe fn undo(dst: *mut Slot, base: *mut Slot, n: usize, p: *mut u8, from: *mut Slot) -> PyResult<()> {
    // SAFETY: what `display` has taken; there was room for the block a moment ago.
    unsafe {
        give_back(base, p.add(HEAD_BYTES) as *const *mut Object, from);
        let _ = alloc::keep(p, HEAD_BYTES + n * 8);
        display_slowly(dst, base, n)
    }
}

/// Put the words from `base` to `end` back, which became `items`.
///
/// # Safety
/// As many items as words, whose counts move back.
pub(crate) unsafe fn give_back(base: *mut Slot, items: *const *mut Object, end: *mut Slot) {
    // SAFETY: the caller's promise.
    unsafe {
        for i in 0..end.offset_from(base) as usize {
            *base.add(i) = Slot(*items.add(i) as usize);
        }
    }
}

#[inline(never)]
unsafe fn display_slowly(dst: *mut Slot, base: *mut Slot, n: usize) -> PyResult<()> {
    // SAFETY: as `display`.
    unsafe {
        let t = PyTuple::take_slots(base, n, &mut Cx::assume())?;
        put_last(dst, t.into_raw(), false)
    }
}
