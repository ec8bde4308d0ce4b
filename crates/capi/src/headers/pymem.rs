//! `pymem.h`, and the allocators of `objimpl.h`: memory by the byte, for extensions.
//!
//! Sizes are rounded up to 16 because blocks may end in the kernel's free lists, which are kept by classes of 16 bytes.

use crate::border::{Void, put};
use crate::{capi, debug_alloc};
use std::ffi::c_void;
use std::mem::size_of;
use taipan_abi::{PyMemAllocatorEx, PyObjectArenaAllocator};
use taipan_object::alloc;

fn rounded(n: usize) -> Option<usize> {
    (n <= isize::MAX as usize - 16).then(|| n.max(1).div_ceil(16) * 16)
}

/// A block of a domain.
fn malloc_in(api: u8, n: usize) -> Void {
    if debug_alloc::active() { debug_alloc::allocate(api, n, false) as Void } else { malloc(n) }
}
fn calloc_in(api: u8, n: usize, size: usize) -> Void {
    if !debug_alloc::active() {
        return calloc(n, size);
    }
    n.checked_mul(size).map_or(std::ptr::null_mut(), |n| debug_alloc::allocate(api, n, true) as Void)
}
unsafe fn realloc_in(api: u8, p: Void, n: usize) -> Void {
    // SAFETY: the caller's block.
    unsafe { if debug_alloc::active() { debug_alloc::resize(api, p as *mut u8, n) as Void } else { realloc(p, n) } }
}
unsafe fn free_in(api: u8, p: Void) {
    // SAFETY: the caller's block.
    unsafe { if debug_alloc::active() { debug_alloc::release(api, p as *mut u8) } else { alloc::raw_free(p as *mut u8) } }
}

fn malloc(n: usize) -> Void {
    rounded(n).map_or(std::ptr::null_mut(), |n| alloc::raw_malloc(n) as Void)
}
fn calloc(n: usize, size: usize) -> Void {
    n.checked_mul(size).and_then(rounded).map_or(std::ptr::null_mut(), |n| alloc::raw_calloc(n) as Void)
}
unsafe fn realloc(p: Void, n: usize) -> Void {
    // SAFETY: the caller's block.
    rounded(n).map_or(std::ptr::null_mut(), |n| unsafe { alloc::raw_realloc(p as *mut u8, n) } as Void)
}

unsafe extern "C" fn hook_malloc(_: *mut c_void, n: usize) -> *mut c_void {
    malloc(n)
}
unsafe extern "C" fn hook_calloc(_: *mut c_void, n: usize, size: usize) -> *mut c_void {
    calloc(n, size)
}
unsafe extern "C" fn hook_realloc(_: *mut c_void, p: *mut c_void, n: usize) -> *mut c_void {
    // SAFETY: the caller's block.
    unsafe { realloc(p, n) }
}
unsafe extern "C" fn hook_free(_: *mut c_void, p: *mut c_void) {
    // SAFETY: the caller's block.
    unsafe { alloc::raw_free(p as *mut u8) }
}

unsafe extern "C" fn hook_free_sized(_: *mut c_void, p: *mut c_void, _: usize) {
    // SAFETY: the caller's block.
    unsafe { alloc::raw_free(p as *mut u8) }
}

const _: () = assert!(size_of::<PyMemAllocatorEx>() == 40);

capi! {
    /// `malloc` of the object domain.
    fn PyObject_Malloc(n: usize) -> Void = |_| { malloc_in(b'o', n) }
    /// `calloc` of the object domain.
    fn PyObject_Calloc(n: usize, size: usize) -> Void = |_| { calloc_in(b'o', n, size) }
    /// `realloc` of the object domain.
    fn PyObject_Realloc(p: Void, n: usize) -> Void = |_| { realloc_in(b'o', p, n) }
    /// `free` of the object domain.
    fn PyObject_Free(p: Void) = |_| { free_in(b'o', p) }
    /// `malloc` of the memory domain.
    fn PyMem_Malloc(n: usize) -> Void = |_| { malloc_in(b'm', n) }
    /// `calloc` of the memory domain.
    fn PyMem_Calloc(n: usize, size: usize) -> Void = |_| { calloc_in(b'm', n, size) }
    /// `realloc` of the memory domain.
    fn PyMem_Realloc(p: Void, n: usize) -> Void = |_| { realloc_in(b'm', p, n) }
    /// `free` of the memory domain.
    fn PyMem_Free(p: Void) = |_| { free_in(b'm', p) }
    /// `malloc` without the GIL.
    fn PyMem_RawMalloc(n: usize) -> Void = |_| { malloc_in(b'r', n) }
    /// `calloc` without the GIL.
    fn PyMem_RawCalloc(n: usize, size: usize) -> Void = |_| { calloc_in(b'r', n, size) }
    /// `realloc` without the GIL.
    fn PyMem_RawRealloc(p: Void, n: usize) -> Void = |_| { realloc_in(b'r', p, n) }
    /// `free` without the GIL.
    fn PyMem_RawFree(p: Void) = |_| { free_in(b'r', p) }
    /// The functions that make and free big blocks.
    fn PyObject_GetArenaAllocator(out: *mut PyObjectArenaAllocator) = |_| {
        put(out, PyObjectArenaAllocator { ctx: std::ptr::null_mut(), alloc: Some(hook_malloc), free: Some(hook_free_sized) })
    }
    /// The functions of a domain (all three are one here).
    fn PyMem_GetAllocator(domain: i32, out: *mut PyMemAllocatorEx) = |_| {
        put(out, PyMemAllocatorEx {
            ctx: std::ptr::null_mut(),
            malloc: Some(hook_malloc),
            calloc: Some(hook_calloc),
            realloc: Some(hook_realloc),
            free: Some(hook_free),
        })
    }
}
