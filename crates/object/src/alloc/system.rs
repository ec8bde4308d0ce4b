//! The C library's allocator under the names that `alloc` uses: for tools that watch it. Not for daily use: it is slower, and `sys.getallocatedblocks` and the memory limit count by its sizes.

use std::ffi::c_void;

unsafe extern "C" {
    pub fn malloc(n: usize) -> *mut c_void;
    pub fn free(p: *mut c_void);
    pub fn realloc(p: *mut c_void, n: usize) -> *mut c_void;
    fn calloc(n: usize, size: usize) -> *mut c_void;
    fn malloc_usable_size(p: *const c_void) -> usize;
}

/// Zeroed memory.
///
/// # Safety
/// None: the allocator below has it unsafe.
pub unsafe fn zalloc(n: usize) -> *mut c_void {
    // SAFETY: plain allocation.
    unsafe { calloc(n, 1) }
}

/// A small block.
///
/// # Safety
/// As [`zalloc`].
pub unsafe fn malloc_small(n: usize) -> *mut c_void {
    // SAFETY: plain allocation.
    unsafe { malloc(n) }
}

/// The bytes of a block.
///
/// # Safety
/// `p` is a live block.
pub unsafe fn usable_size(p: *const c_void) -> usize {
    // SAFETY: the caller's promise.
    unsafe { malloc_usable_size(p) }
}

/// The size of a block for `n` bytes.
///
/// # Safety
/// As [`zalloc`].
pub unsafe fn good_size(n: usize) -> usize {
    n
}
