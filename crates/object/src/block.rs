//! A growable block of raw bytes for types that export their items (`array`): its address stays while the size does.

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use std::cell::Cell;

/// The memory; freed when dropped. A zeroed one is empty.
#[repr(C)]
pub struct ByteBlock {
    start: Cell<*mut u8>,
    capacity: Cell<usize>,
}

impl Default for ByteBlock {
    fn default() -> ByteBlock {
        ByteBlock { start: Cell::new(std::ptr::null_mut()), capacity: Cell::new(0) }
    }
}

impl crate::field::GcField for ByteBlock {}

impl Drop for ByteBlock {
    fn drop(&mut self) {
        // SAFETY: null or our block.
        unsafe { alloc::raw_free(self.start.get()) }
    }
}

impl ByteBlock {
    /// Bytes of room.
    pub fn capacity(&self) -> usize {
        self.capacity.get()
    }
    /// Address of the first byte; null while there is no room.
    pub fn address(&self) -> *mut u8 {
        self.start.get()
    }
    /// The first `n` bytes (clipped to the room), valid until Python code runs.
    #[inline]
    pub fn bytes(&self, n: usize) -> &[u8] {
        let n = n.min(self.capacity.get());
        if n == 0 {
            return &[];
        }
        // SAFETY: initialised room (`set_capacity` zeroes it).
        unsafe { std::slice::from_raw_parts(self.start.get(), n) }
    }
    /// The first `n` bytes for writing, valid until Python code runs.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub fn bytes_mut<'a>(&'a self, n: usize, _cx: &'a mut Cx) -> &'a mut [u8] {
        let n = n.min(self.capacity.get());
        if n == 0 {
            return &mut [];
        }
        // SAFETY: initialised room; the token keeps other borrows away.
        unsafe { std::slice::from_raw_parts_mut(self.start.get(), n) }
    }
    /// Change the room, keeping what fits. New room is zero. Raises `MemoryError`.
    pub fn set_capacity(&self, n: usize, cx: &mut Cx) -> PyResult<()> {
        let old = self.capacity.get();
        if n == 0 {
            // SAFETY: null or our block.
            unsafe { alloc::raw_free(self.start.replace(std::ptr::null_mut())) };
            self.capacity.set(0);
            return Ok(());
        }
        if n > isize::MAX as usize {
            return Err(cx.memory_error());
        }
        // SAFETY: null or our block.
        let p = unsafe { alloc::raw_realloc(self.start.get(), n) };
        if p.is_null() {
            return Err(cx.memory_error());
        }
        if n > old {
            // SAFETY: the room beyond `old` is ours.
            unsafe { std::ptr::write_bytes(p.add(old), 0, n - old) };
        }
        self.start.set(p);
        self.capacity.set(n);
        Ok(())
    }
}
