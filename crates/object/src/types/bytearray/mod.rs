//! `bytearray`: `PyByteArrayObject`, growable bytes with a closing zero. While buffers are exported its size cannot change.
//!
//! Parts: `methods` (the type as Python sees it), `iter`.

mod iter;
mod methods;

pub use iter::PyByteArrayIter;

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::GcField;
use crate::refs::*;
use std::cell::Cell;
use taipan_macros::pytype;

/// The layout.
#[pytype(
    name = "bytearray",
    export = "PyByteArray_Type",
    basetype,
    parts(SEQUENCE_PART, SHARED, MUTABLE),
    flags(MATCH_SELF),
    doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nConstruct a mutable bytearray object from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - a bytes or a buffer object\n  - any object implementing the buffer API.\n  - an integer"
)]
#[repr(C)]
pub struct PyByteArray {
    head: VarHead,
    alloc: Cell<isize>,
    block: Block,
    start: Cell<*mut u8>,
    exports: Cell<isize>,
}

const _: () = assert!(size_of::<PyByteArray>() == 56);

/// The memory, freed with the object.
#[repr(transparent)]
struct Block(Cell<*mut u8>);
impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: null or our block.
        unsafe { alloc::raw_free(self.0.get()) }
    }
}
impl GcField for Block {}

/// The bytes held in place: while this lives the object cannot change its size. For calls during which Python code may run.
pub struct Lent<'a>(&'a PyByteArray);
impl std::ops::Deref for Lent<'_> {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        self.0.data()
    }
}
impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.0.exports.set(self.0.exports.get() - 1);
    }
}

impl PyByteArray {
    /// The bytes, for as long as Python code may run; until then attempts to resize raise `BufferError`.
    #[inline]
    pub fn lend(&self) -> Lent<'_> {
        self.exports.set(self.exports.get() + 1);
        Lent(self)
    }
    fn empty() -> PyByteArray {
        PyByteArray {
            head: VarHead { head: Object::placeholder(), size: Cell::new(0) },
            alloc: Cell::new(0),
            block: Block(Cell::new(std::ptr::null_mut())),
            start: Cell::new(std::ptr::null_mut()),
            exports: Cell::new(0),
        }
    }
    /// A bytearray with a copy of the content.
    pub fn new(b: &[u8], cx: &mut Cx) -> PyResult<Own<PyByteArray>> {
        let o = cx.new_object(PyByteArray::empty())?;
        o.assign(b, cx)?;
        Ok(o)
    }
    /// The bytes, valid until Python code runs.
    #[inline(always)]
    pub fn data(&self) -> &[u8] {
        let n = self.head.size.get() as usize;
        if n == 0 {
            return &[];
        }
        // SAFETY: `size` bytes.
        unsafe { std::slice::from_raw_parts(self.start.get(), n) }
    }
    /// The bytes for writing, valid until Python code runs.
    #[allow(clippy::mut_from_ref)]
    pub fn data_mut<'a>(&'a self, _cx: &'a mut Cx) -> &'a mut [u8] {
        let n = self.head.size.get() as usize;
        if n == 0 {
            return &mut [];
        }
        // SAFETY: `size` bytes; the token keeps other borrows away.
        unsafe { std::slice::from_raw_parts_mut(self.start.get(), n) }
    }
    /// Where the bytes are (`PyByteArray_AS_STRING`): never null.
    pub fn as_ptr_bytes(&self) -> *mut u8 {
        let p = self.start.get();
        if p.is_null() { c"".as_ptr() as *mut u8 } else { p }
    }
    /// Change the size; new bytes are undefined unless written by the caller. Raises `BufferError` while exported.
    pub fn resize(&self, n: usize, cx: &mut Cx) -> PyResult<()> {
        let (size, cap) = (self.head.size.get() as usize, self.alloc.get() as usize);
        if n == size {
            return Ok(());
        }
        if self.exports.get() > 0 {
            return Err(cx.buffer_error(format_args!("Existing exports of data: object cannot be re-sized")));
        }
        if n >= isize::MAX as usize - 64 {
            return Err(cx.memory_error());
        }
        let skipped = self.skipped();
        let want = if skipped + n < cap {
            if n < cap / 2 { n + 1 } else { cap }
        } else if (n as f64) <= cap as f64 * 1.125 {
            n + (n >> 3) + if n < 9 { 3 } else { 6 }
        } else {
            n + 1
        };
        if want != cap || skipped + n >= cap {
            self.reallocate(want, size.min(n), cx)?;
        }
        self.head.size.set(n as isize);
        // SAFETY: room for the closing zero.
        unsafe { *self.start.get().add(n) = 0 };
        Ok(())
    }
    /// How many bytes at the start of the block were cut off.
    fn skipped(&self) -> usize {
        self.start.get() as usize - self.block.0.get() as usize
    }
    /// Make the block `want` bytes large; the first `kept` of the content stay.
    fn reallocate(&self, want: usize, kept: usize, cx: &mut Cx) -> PyResult<()> {
        let block = self.block.0.get();
        // SAFETY: null or our block; `kept` bytes lie at the start and fit into the new one.
        let p = unsafe {
            if self.skipped() == 0 {
                alloc::raw_realloc(block, want)
            } else {
                let p = alloc::raw_malloc(want);
                if !p.is_null() {
                    std::ptr::copy_nonoverlapping(self.start.get(), p, kept);
                    alloc::raw_free(block);
                }
                p
            }
        };
        if p.is_null() {
            return Err(cx.memory_error());
        }
        self.block.0.set(p);
        self.start.set(p);
        self.alloc.set(want as isize);
        Ok(())
    }
    /// Whether somebody holds a buffer of the bytes, which then must not move.
    pub fn is_exported(&self) -> bool {
        self.exports.get() > 0
    }
    /// Bytes allocated.
    pub fn capacity(&self) -> usize {
        self.alloc.get() as usize
    }
    /// Replace the whole content.
    pub fn assign(&self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        self.resize(b.len(), cx)?;
        self.data_mut(cx).copy_from_slice(b);
        Ok(())
    }
    /// Append bytes that are not part of this object.
    pub fn extend(&self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        let n = self.data().len();
        self.resize(n + b.len(), cx)?;
        self.data_mut(cx)[n..].copy_from_slice(b);
        Ok(())
    }
    /// Replace `lo..hi` by bytes that are not part of this object.
    pub fn splice(&self, lo: usize, hi: usize, new: &[u8], cx: &mut Cx) -> PyResult<()> {
        let n = self.data().len();
        let (lo, hi) = (lo.min(n), hi.clamp(lo.min(n), n));
        let total = n - (hi - lo) + new.len();
        if total > n {
            self.resize(total, cx)?;
            self.data_mut(cx).copy_within(hi..n, lo + new.len());
        } else if total < n {
            if self.exports.get() > 0 {
                return self.resize(total, cx);
            }
            if lo == 0 {
                // Nothing moves: the content begins later in its block.
                let start = self.start.get();
                self.start.set(start.wrapping_add(n - total));
                self.resize(total, cx).inspect_err(|_| self.start.set(start))?;
            } else {
                self.data_mut(cx).copy_within(hi..n, lo + new.len());
                self.resize(total, cx)?;
            }
        }
        self.data_mut(cx)[lo..lo + new.len()].copy_from_slice(new);
        Ok(())
    }
}
