//! `bytes`: `PyBytesObject`, immutable bytes inline behind the head, followed by a zero byte; the hash is cached (-1 = not computed).
//!
//! Parts: `ops` (algorithms over plain bytes), `args` (arguments), `shared` (methods that `bytearray` has too), `methods`, `percent` (`%`), `iter`.

pub(crate) mod args;
mod iter;
pub(crate) mod methods;
pub(crate) mod ops;

pub use ops::{find, rfind};
pub(crate) mod percent;
pub(crate) mod shared;

pub use iter::PyBytesIter;

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use std::cell::Cell;
use std::mem::MaybeUninit;

/// `PyBytesObject` without its bytes.
#[repr(C)]
pub struct PyBytes {
    head: VarHead,
    hash: Cell<isize>,
    data: [u8; 0],
}

const _: () = assert!(size_of::<PyBytes>() == 32);
const HEAD: usize = size_of::<PyBytes>();

crate::kernel_type!(PyBytes, PyBytes_Type, c"bytes", BASETYPE | BYTES_SUBCLASS | MATCH_SELF, BYTES_SUBCLASS);
crate::kernel_spec!(PyBytes, PyBytes_Type {
    basicsize: 33,
    itemsize: 1,
    dealloc: Some(dealloc),
    doc: Some(c"bytes(iterable_of_ints) -> bytes
bytes(string, encoding[, errors]) -> bytes
bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer
bytes(int) -> bytes object of size given by the parameter initialized with null bytes
bytes() -> empty bytes object

Construct an immutable array of bytes from:
  - an iterable yielding integers in range(256)
  - a text string encoded using the specified encoding
  - any object implementing the buffer API.
  - an integer"),
} parts [PyBytes::SEQUENCE_PART, PyBytes::SHARED]);

/// The empty object and those of one byte exist once, as in CPython.
struct Singles(std::cell::UnsafeCell<[*mut Object; 257]>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Singles {}
static SINGLES: Singles = Singles(std::cell::UnsafeCell::new([std::ptr::null_mut(); 257]));

/// The object of [`SINGLES`] at `i`, whose content is `b`.
fn single(i: usize, b: &[u8], cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    // SAFETY: the GIL is held, and making the object runs no Python code.
    let place = unsafe { &mut (*SINGLES.0.get())[i] };
    if place.is_null() {
        let o = PyBytes::copy_of(b, cx)?;
        o.as_object().immortalise_static();
        *place = o.into_raw();
    }
    // SAFETY: immortal, so that the reference needs no count.
    Ok(unsafe { Own::from_raw(*place) })
}

impl PyBytes {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.head.size.get() as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The bytes.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: `size` bytes lie behind the head.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len()) }
    }
    /// The cached hash, or -1.
    pub fn cached_hash(&self) -> &Cell<isize> {
        &self.hash
    }

    /// Room for `n` bytes, uninitialised but for the closing zero. Raises `MemoryError`.
    #[inline]
    pub fn alloc(n: usize, cx: &mut Cx) -> PyResult<(Own<PyBytes>, *mut u8)> {
        let Some(size) = n.checked_add(HEAD + 1).filter(|&s| s < isize::MAX as usize) else {
            return Err(cx.overflow_error(format_args!("byte string is too large")));
        };
        PyBytes::begin(alloc::malloc(size), n, cx)
    }

    /// The object of `n` bytes that a fresh block becomes, if there is one.
    #[inline(always)]
    fn begin(p: *mut u8, n: usize, cx: &mut Cx) -> PyResult<(Own<PyBytes>, *mut u8)> {
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: the callers allocated the head, `n` bytes and one more.
        unsafe {
            (p as *mut PyBytes).write(PyBytes {
                head: VarHead { head: Object::new_heap(&raw const PyBytes_Type.ty), size: Cell::new(n as isize) },
                hash: Cell::new(-1),
                data: [],
            });
            let d = p.add(HEAD);
            *d.add(n) = 0;
            Ok((Own::from_raw(p as *mut Object), d))
        }
    }

    /// A bytes object with a copy of the content.
    pub fn new(b: &[u8], cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        match b {
            [] => single(256, &[], cx),
            [c] => single(*c as usize, b, cx),
            _ => PyBytes::copy_of(b, cx),
        }
    }

    fn copy_of(b: &[u8], cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let (o, d) = PyBytes::alloc(b.len(), cx)?;
        // SAFETY: room for `len` bytes.
        unsafe { crate::types::str::copy_bytes(b.as_ptr(), d, b.len()) };
        Ok(o)
    }

    /// `n` zero bytes. Raises `MemoryError`, `OverflowError`.
    pub fn zeroed(n: usize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        // What is large comes cleared from the system, and only what is used becomes memory.
        match n.checked_add(HEAD + 1) {
            _ if n <= 1 => PyBytes::new(&[0][..n], cx),
            Some(size) if size > alloc::SMALL_MAX && size < isize::MAX as usize => PyBytes::begin(alloc::raw_calloc(size), n, cx).map(|(o, _)| o),
            _ => PyBytes::build(n, cx, |_| ()),
        }
    }

    /// A bytes object of at most `n` bytes: `fill` writes them where they stay and gives what it has written, a slice from the start of the room (anything else is copied).
    /// Raises `MemoryError`, `OverflowError`, and what `fill` raises.
    pub fn build_up_to(
        n: usize,
        cx: &mut Cx,
        fill: impl for<'a> FnOnce(&'a mut [MaybeUninit<u8>], &mut Cx) -> PyResult<&'a mut [u8]>,
    ) -> PyResult<Own<PyBytes>> {
        let (o, d) = PyBytes::alloc(n, cx)?;
        // SAFETY: room for `n` bytes, nobody else sees the object yet.
        let room = unsafe { std::slice::from_raw_parts_mut(d as *mut MaybeUninit<u8>, n) };
        let written = fill(room, cx)?;
        let got = written.len();
        if got <= 1 || got > n || !std::ptr::eq(written.as_ptr(), d) {
            return PyBytes::new(written, cx);
        }
        if got == n {
            return Ok(o);
        }
        // A block that would be less than half used is left for a smaller one.
        // SAFETY: our only reference to a block of that size; afterwards it is not used but through the result, whose head and first `got` bytes are those of the old one.
        unsafe {
            let q = alloc::grow(o.as_ptr() as *mut u8, HEAD + n + 1, HEAD + got + 1);
            if q.is_null() {
                return Err(cx.memory_error());
            }
            std::mem::forget(o);
            let o = Own::<PyBytes>::from_raw(q as *mut Object);
            o.head.size.set(got as isize);
            *q.add(HEAD + got) = 0;
            Ok(o)
        }
    }

    /// A bytes object of `n` bytes that `fill` writes (the memory is zeroed first).
    pub fn build(n: usize, cx: &mut Cx, fill: impl FnOnce(&mut [u8])) -> PyResult<Own<PyBytes>> {
        let (o, d) = PyBytes::alloc(n, cx)?;
        // SAFETY: room for `n` bytes, nobody else sees the object yet.
        unsafe {
            std::ptr::write_bytes(d, 0, n);
            fill(std::slice::from_raw_parts_mut(d, n));
        }
        Ok(o)
    }
}

/// `tp_dealloc`.
unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying bytes object.
    unsafe {
        let ty = (*obj).ty();
        let n = (*(obj as *const PyBytes)).len();
        match ty.tp_free.get() {
            Some(f) if !std::ptr::eq(ty, &raw const PyBytes_Type.ty) => f(obj as *mut std::ffi::c_void),
            _ => alloc::free(obj as *mut u8, HEAD + n + 1),
        }
    }
}
