//! The allocator of Rust's own tables and vectors: mimalloc, by its plain functions wherever they align well enough.
//!
//! `mi_malloc_aligned`, which the crate `mimalloc` calls for everything, gives more than was asked for and looks for an aligned place in it when no block happens to lie well: a few
//! hundred instructions for a vector.

use libmimalloc_sys::*;
use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::ffi::c_void;

/// What every block of mimalloc is aligned to.
const WORD: usize = 8;

/// See the first page.
pub struct Rust;

// SAFETY: blocks come from mimalloc, whose functions go together in any combination; `mi_malloc` aligns to words.
unsafe impl GlobalAlloc for Rust {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { if layout.align() <= WORD { mi_malloc(layout.size()) as *mut u8 } else { MiMalloc.alloc(layout) } }
    }
    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { if layout.align() <= WORD { mi_zalloc(layout.size()) as *mut u8 } else { MiMalloc.alloc_zeroed(layout) } }
    }
    #[inline]
    unsafe fn dealloc(&self, p: *mut u8, _: Layout) {
        // SAFETY: the caller's promise.
        unsafe { mi_free(p as *mut c_void) }
    }
    #[inline]
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { if layout.align() <= WORD { mi_realloc(p as *mut c_void, size) as *mut u8 } else { MiMalloc.realloc(p, layout, size) } }
    }
}
