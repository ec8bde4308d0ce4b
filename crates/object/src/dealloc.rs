//! Destruction: what happens when the last reference goes.
//!
//! `dealloc` is the only way in. Deep structures (a list of a list of a list …) would recurse once per level, so beyond `NEST_MAX` levels GC objects are
//! put aside and destroyed when the outermost call unwinds (CPython's trashcan).

use crate::cx;
use crate::gc;
use crate::refs::*;
use crate::thread::ThreadState;
use crate::types::dict::{self, PyDict};
use crate::types::float::{self, PyFloat};
use crate::types::int::{self, PyInt};
use crate::types::list::{self, PyList};
use crate::types::str::{self, PyStr};
use crate::types::tuple::{self, PyTuple};
use crate::typeobj::flags;

/// Nesting of destructors before objects are put aside.
const NEST_MAX: u32 = 200;

/// Destroy an object whose count has reached zero (`_Py_Dealloc`).
///
/// Exact objects of the commonest types die here. What calls something on the way is in functions of its own, called last, so that nothing is saved and restored for the others.
///
/// # Safety
/// The count is zero and nobody else holds the object.
#[inline(never)]
pub unsafe fn dealloc(obj: *mut Object) {
    // SAFETY: the object is alive until its `tp_dealloc` has freed it.
    unsafe {
        crate::rules::must_live(obj);
        let ty = (*obj).ty();
        let is = |t: &crate::typeobj::PyType| std::ptr::eq(ty, t);
        if is(PyFloat::ty()) {
            return float::dealloc_exact(obj);
        }
        if is(PyInt::ty()) {
            return int::dealloc_exact(obj);
        }
        if is(PyStr::ty()) {
            if let Some(bytes) = str::plain_block_bytes(&*(obj as *const PyStr)) {
                return crate::alloc::free(obj as *mut u8, bytes);
            }
        }
        if is(PyTuple::ty()) && may_nest() {
            return tuple::dealloc_exact(obj);
        }
        if is(PyList::ty()) && may_nest() {
            return list::dealloc_exact(obj);
        }
        dealloc_other(obj, ty)
    }
}

/// Whether another level of destructors may begin.
#[inline(always)]
fn may_nest() -> bool {
    // SAFETY: a thread state exists while objects die.
    unsafe { (*cx::holder()).dealloc_depth.get() < NEST_MAX }
}

#[inline(never)]
unsafe fn dealloc_other(obj: *mut Object, ty: &crate::typeobj::PyType) {
    // SAFETY: as `dealloc`.
    unsafe {
        if ty.tp_flags.get() & flags::HAVE_GC == 0 {
            let Some(f) = ty.tp_dealloc.get() else { no_dealloc() };
            return f(obj);
        }
        let ts = &*cx::holder();
        let depth = ts.dealloc_depth.get();
        if depth >= NEST_MAX {
            return put_aside(ts, obj);
        }
        ts.dealloc_depth.set(depth + 1);
        if !(std::ptr::eq(ty, PyDict::ty()) && dict::dealloc_exact(obj)) {
            let Some(f) = ty.tp_dealloc.get() else { no_dealloc() };
            f(obj);
        }
        nested_end(ts, depth);
    }
}

/// Back at the depth of before; the outermost destructor sees to what was put aside.
#[inline(always)]
unsafe fn nested_end(ts: &ThreadState, depth: u32) {
    ts.dealloc_depth.set(depth);
    if depth == 0 && !ts.delete_later.get().is_null() {
        // SAFETY: the chain of this thread.
        unsafe { run_put_aside(ts) };
    }
}

/// Release the references from `at` down to `first`, some of which may be null, in the death of a container: the count of the one at `at` is zero already.
///
/// # Safety
/// Each count but that one is the caller's to give up.
#[inline(never)]
pub(crate) unsafe fn release_from(first: *mut *mut Object, mut at: *mut *mut Object) {
    // SAFETY: the caller's promise.
    unsafe {
        let ts = &*cx::holder();
        let depth = ts.dealloc_depth.get();
        ts.dealloc_depth.set(depth + 1);
        dealloc(*at);
        while at != first {
            at = at.sub(1);
            if !(*at).is_null() {
                Object::decref(*at);
            }
        }
        nested_end(ts, depth);
    }
}

#[cold]
fn no_dealloc() -> ! {
    crate::fatal("object without tp_dealloc")
}

/// Chain the object through its GC header.
unsafe fn put_aside(ts: &ThreadState, obj: *mut Object) {
    // SAFETY: a GC object with a header; untracked, its links are free.
    unsafe {
        gc::untrack(obj);
        let head = gc::GcHead::of(obj);
        head.prev.set((head.prev.get() & !gc::PREV_MASK) | ts.delete_later.get() as usize);
        ts.delete_later.set(obj);
    }
}

/// Destroy what was put aside, one after the other.
unsafe fn run_put_aside(ts: &ThreadState) {
    while !ts.delete_later.get().is_null() {
        let obj = ts.delete_later.get();
        // SAFETY: chained by `put_aside`.
        unsafe {
            let head = gc::GcHead::of(obj);
            ts.delete_later.set(head.prev_addr() as *mut Object);
            head.prev.set(head.prev.get() & gc::PREV_FINALIZED);
            ts.dealloc_depth.set(1);
            if let Some(f) = (*obj).ty().tp_dealloc.get() {
                f(obj);
            }
            ts.dealloc_depth.set(0);
        }
    }
}

/// `tp_dealloc` of a built-in struct: untracks, clears weak references, drops the Rust fields and frees the memory.
///
/// # Safety
/// `obj` has the layout of `T` and a count of zero. Called as a slot.
pub unsafe extern "C" fn dealloc_of<T: PyTyped>(obj: *mut Object) {
    // SAFETY: see the contract; fields are dropped exactly once.
    unsafe {
        let ty = &*((*obj).ty() as *const crate::typeobj::PyType);
        let fl = ty.tp_flags.get();
        let own_ty = T::ty();
        if own_ty.tp_finalize.get().is_some() && !finalise(obj, ty) {
            return;
        }
        if fl & flags::HAVE_GC != 0 {
            gc::untrack(obj);
        }
        if own_ty.tp_weaklistoffset.get() > 0 {
            crate::weakref::clear_refs_of(obj);
        }
        std::ptr::drop_in_place(obj as *mut T);
        match ty.tp_free.get() {
            Some(f) if fl & flags::HEAPTYPE != 0 => {
                f(obj as *mut std::ffi::c_void);
            }
            // The items that the type speaks of are part of the struct.
            _ if ty.tp_itemsize.get() != 0 && std::ptr::eq(ty, own_ty) => {
                let pre = crate::typeobj::preheader_bytes(ty);
                crate::alloc::free((obj as *mut u8).sub(pre), size_of::<T>() + pre);
            }
            _ => free_object(obj, ty),
        }
    }
}

/// Run `tp_finalize` of a dying object once. `false`: it came back to life.
#[cold]
unsafe fn finalise(obj: *mut Object, ty: &crate::typeobj::PyType) -> bool {
    // SAFETY: the object is alive; its count is raised while the finaliser runs.
    unsafe {
        let is_gc = ty.tp_flags.get() & flags::HAVE_GC != 0;
        let (Some(f), true) = (ty.tp_finalize.get(), is_gc && !gc::is_finalized(&*obj)) else { return true };
        (*obj).set_refcount(1);
        f(obj);
        gc::set_finalized(obj);
        let left = (*obj).refcount() - 1;
        (*obj).set_refcount(left);
        left == 0
    }
}

/// Free the memory of a fixed-size built-in object by the size that its type states.
///
/// # Safety
/// `obj` was allocated by [`crate::typeobj::alloc`] for exactly `ty`, and is not used afterwards.
#[inline]
pub unsafe fn free_object(obj: *mut Object, ty: &crate::typeobj::PyType) {
    // SAFETY: the caller's promise.
    unsafe {
        let pre = crate::typeobj::preheader_bytes(ty);
        let size = ty.tp_basicsize.get() as usize + pre;
        if ty.tp_itemsize.get() == 0 {
            crate::alloc::free((obj as *mut u8).sub(pre), size);
        } else {
            crate::alloc::raw_free((obj as *mut u8).sub(pre));
        }
    }
}
