//! The buffer protocol: borrowing the bytes of an object (`Py_buffer`, PEP 3118).

use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::refs::*;
use crate::types::bytes::PyBytes;
use crate::types::str::PyStr;
use std::cell::OnceCell;
use std::ffi::{c_int, c_void};
pub use taipan_abi::Py_buffer;

/// `PyBUF_SIMPLE`.
pub const SIMPLE: c_int = 0;
/// `PyBUF_WRITABLE`.
pub const WRITABLE: c_int = 1;

/// A borrowed buffer; released when dropped.
pub struct Buffer {
    data: *mut u8,
    len: usize,
    readonly: bool,
    hold: Hold,
}

/// What keeps a buffer's memory.
enum Hold {
    View(Box<Py_buffer>),
    /// Bytes were asked for with `SIMPLE`: nothing but the object is needed, which never moves. The view is made when somebody looks at it.
    Bytes(Own<Object>, OnceCell<Box<Py_buffer>>),
}

impl Buffer {
    /// Ask `o` for its bytes with `PyBUF_*` flags (`PyObject_GetBuffer`).
    pub fn get(o: &Object, flags: c_int, cx: &mut Cx) -> PyResult<Buffer> {
        if flags == SIMPLE {
            if let Some(b) = o.exact::<PyBytes>() {
                return Ok(Buffer { data: b.as_bytes().as_ptr() as *mut u8, len: b.len(), readonly: true, hold: Hold::Bytes(o.own(), OnceCell::new()) });
            }
        }
        let Some(f) = o.ty().buffer().and_then(|b| b.bf_getbuffer.get()) else {
            return Err(cx.type_error(format_args!("a bytes-like object is required, not '{}'", o.ty().tp_name_str())));
        };
        Buffer::get_with(o, f, flags)
    }
    /// As `get`, with the `bf_getbuffer` given.
    pub(crate) fn get_with(o: &Object, f: crate::typeobj::GetBufferProc, flags: c_int) -> PyResult<Buffer> {
        // SAFETY: an all-zero Py_buffer is valid; the slot fills it.
        unsafe {
            let mut b: Box<Py_buffer> = Box::new(std::mem::zeroed());
            match f(o.as_ptr(), &raw mut *b as *mut c_void, flags) {
                0 => Ok(Buffer::of(b)),
                _ => Err(Raised::assume()),
            }
        }
    }
    /// What a hash function is fed with: bytes in one row. Raises `TypeError` for text, which must be encoded first, and for what offers no buffer, `BufferError` for several dimensions.
    pub fn to_hash(o: &Object, cx: &mut Cx) -> PyResult<Buffer> {
        if o.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("Strings must be encoded before hashing")));
        }
        if !has_buffer(o) {
            return Err(cx.type_error(format_args!("object supporting the buffer API required")));
        }
        let b = Buffer::get(o, SIMPLE, cx)?;
        if b.ndim() > 1 {
            return Err(cx.buffer_error(format_args!("Buffer must be single dimension")));
        }
        Ok(b)
    }
    /// [`Buffer::to_hash`] of `data` or the deprecated `string` (`None` is none), of which only one may be given.
    pub fn to_hash_either(data: Option<&Object>, string: &Object, cx: &mut Cx) -> PyResult<Option<Buffer>> {
        let string = Some(string).filter(|s| !s.is_none());
        if data.is_some() && string.is_some() {
            return Err(cx.type_error(format_args!(
                "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version."
            )));
        }
        data.or(string).map(|o| Buffer::to_hash(o, cx)).transpose()
    }
    fn of(b: Box<Py_buffer>) -> Buffer {
        Buffer { data: b.buf as *mut u8, len: b.len as usize, readonly: b.readonly != 0, hold: Hold::View(b) }
    }
    /// The same memory without an owner: must not outlive `view`'s loan.
    pub(crate) fn lent(view: &Py_buffer) -> Buffer {
        // SAFETY: plain data; without an owner nothing is given back.
        let mut b = unsafe { std::ptr::read(view) };
        b.obj = std::ptr::null_mut();
        Buffer::of(Box::new(b))
    }
    /// The contiguous bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the exporter keeps `len` bytes alive until release.
        unsafe { std::slice::from_raw_parts(self.data, self.len) }
    }
    /// Whether the items lie row by row without gaps, so that `bytes` is all of them.
    pub fn is_contiguous(&self) -> bool {
        let Hold::View(v) = &self.hold else { return true };
        if v.strides.is_null() || v.len == 0 {
            return v.suboffsets.is_null() || v.len == 0;
        }
        if !v.suboffsets.is_null() || v.shape.is_null() {
            return false;
        }
        let n = v.ndim.max(0) as usize;
        // SAFETY: an exporter's arrays have `ndim` items.
        let (shape, strides) = unsafe { (std::slice::from_raw_parts(v.shape, n), std::slice::from_raw_parts(v.strides, n)) };
        let mut want = v.itemsize;
        for (n, s) in shape.iter().zip(strides).rev() {
            if *n > 1 && *s != want {
                return false;
            }
            want = want.wrapping_mul(*n);
        }
        true
    }
    /// The contiguous bytes of a buffer that was asked for with `WRITABLE`.
    #[allow(clippy::mut_from_ref)]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        assert!(!self.readonly, "the buffer is read-only");
        if self.len == 0 {
            return &mut [];
        }
        // SAFETY: as `bytes`, and the exporter allows writing.
        unsafe { std::slice::from_raw_parts_mut(self.data, self.len) }
    }
    /// The number of dimensions.
    pub fn ndim(&self) -> usize {
        match &self.hold {
            Hold::View(b) => b.ndim.max(0) as usize,
            Hold::Bytes(..) => 1,
        }
    }
    /// The raw view.
    pub fn view(&self) -> &Py_buffer {
        match &self.hold {
            Hold::View(b) => b,
            Hold::Bytes(o, view) => view.get_or_init(|| {
                // SAFETY: an all-zero Py_buffer is valid. The view has no count of its own: nobody releases it.
                let mut v: Box<Py_buffer> = Box::new(unsafe { std::mem::zeroed() });
                v.buf = self.data as *mut c_void;
                v.obj = o.as_ptr() as *mut _;
                v.len = self.len as isize;
                v.readonly = 1;
                v.itemsize = 1;
                v.ndim = 1;
                v
            }),
        }
    }
}

impl Drop for Buffer {
    #[inline]
    fn drop(&mut self) {
        if let Hold::View(b) = &mut self.hold {
            // SAFETY: filled by `get`; released once. A dropped buffer implies the GIL.
            unsafe { release(b) }
        }
    }
}

/// Give a view back (`PyBuffer_Release`).
///
/// # Safety
/// The view was filled by a `bf_getbuffer` and not released yet (or its `obj` is null).
pub unsafe fn release(b: &mut Py_buffer) {
    let o = b.obj as *mut Object;
    if o.is_null() {
        return;
    }
    // SAFETY: the view owns a count of its exporter.
    unsafe {
        if let Some(f) = (*o).ty().buffer().and_then(|p| p.bf_releasebuffer.get()) {
            f(o, b as *mut Py_buffer as *mut c_void);
        }
        b.obj = std::ptr::null_mut();
        Object::decref(o);
    }
}

/// Fill a view with another one's memory and shape, on behalf of `obj`.
///
/// # Safety
/// `view` can be written; what `of` describes lives as long as `obj`.
pub unsafe fn fill_like(view: *mut Py_buffer, of: &Py_buffer, obj: &Object) {
    // SAFETY: plain data; the view gets a count of its own owner.
    unsafe {
        let mut b = std::ptr::read(of);
        b.obj = obj.own().into_raw() as *mut _;
        view.write(b);
    }
}

/// Whether the object offers a buffer (`PyObject_CheckBuffer`).
pub fn has_buffer(o: &Object) -> bool {
    o.ty().buffer().is_some_and(|b| b.bf_getbuffer.get().is_some())
}

/// `PyBUF_FORMAT`.
pub const FORMAT: c_int = 4;
/// `PyBUF_ND`.
pub const ND: c_int = 8;
/// `PyBUF_STRIDES`.
pub const STRIDES: c_int = 0x10 | ND;
/// `PyBUF_C_CONTIGUOUS`.
pub const C_CONTIGUOUS: c_int = 0x20 | STRIDES;
/// `PyBUF_F_CONTIGUOUS`.
pub const F_CONTIGUOUS: c_int = 0x40 | STRIDES;
/// `PyBUF_ANY_CONTIGUOUS`.
pub const ANY_CONTIGUOUS: c_int = 0x80 | STRIDES;
/// `PyBUF_INDIRECT`.
pub const INDIRECT: c_int = 0x100 | STRIDES;
/// `PyBUF_FULL_RO`.
pub const FULL_RO: c_int = INDIRECT | FORMAT;

/// Fill a view of plain bytes (`PyBuffer_FillInfo`).
///
/// # Safety
/// `view` can be written, and stays where it is until it is released; `len` bytes at `data` live as long as `obj` and the view.
pub unsafe fn fill_info(view: *mut Py_buffer, obj: &Object, data: *mut u8, len: usize, readonly: bool, flags: c_int, cx: &mut Cx) -> PyResult<()> {
    if view.is_null() {
        return Err(cx.buffer_error(format_args!("PyBuffer_FillInfo: view==NULL argument is obsolete")));
    }
    // `PyBUF_READ` and `PyBUF_WRITE` are no requests.
    if flags == 0x100 || flags == 0x200 {
        return Err(cx.system_error(format_args!("bad argument to internal function")));
    }
    if readonly && flags & WRITABLE != 0 {
        return Err(cx.buffer_error(format_args!("Object is not writable.")));
    }
    // SAFETY: the caller's promise.
    unsafe {
        let v = &mut *view;
        v.obj = obj.own().into_raw() as *mut _;
        v.buf = data as *mut c_void;
        v.len = len as isize;
        v.readonly = readonly as c_int;
        v.itemsize = 1;
        v.format = if flags & FORMAT != 0 { c"B".as_ptr() as *mut _ } else { std::ptr::null_mut() };
        v.ndim = 1;
        v.shape = if flags & ND == ND { &raw mut v.len } else { std::ptr::null_mut() };
        v.strides = if flags & STRIDES == STRIDES { &raw mut v.itemsize } else { std::ptr::null_mut() };
        v.suboffsets = std::ptr::null_mut();
        v.internal = std::ptr::null_mut();
    }
    Ok(())
}

/// The items of an exporter for [`fill_items`].
pub struct Items<'a> {
    pub data: *mut u8,
    /// Number of items; the view's shape points at it.
    pub count: &'a std::cell::Cell<isize>,
    pub itemsize: usize,
    pub format: &'static std::ffi::CStr,
}

/// Fill a view of a writable row of items.
///
/// # Safety
/// As [`fill_info`]; the count belongs to `obj`.
pub unsafe fn fill_items(view: *mut Py_buffer, obj: &Object, items: Items<'_>, flags: c_int) {
    // SAFETY: the caller's promise.
    unsafe {
        let v = &mut *view;
        v.obj = obj.own().into_raw() as *mut _;
        v.buf = if items.data.is_null() { c"".as_ptr() as *mut c_void } else { items.data as *mut c_void };
        v.len = items.count.get() * items.itemsize as isize;
        v.readonly = 0;
        v.itemsize = items.itemsize as isize;
        v.format = if flags & FORMAT != 0 { items.format.as_ptr() as *mut _ } else { std::ptr::null_mut() };
        v.ndim = 1;
        v.shape = if flags & ND == ND { items.count.as_ptr() } else { std::ptr::null_mut() };
        v.strides = if flags & STRIDES == STRIDES { &raw mut v.itemsize } else { std::ptr::null_mut() };
        v.suboffsets = std::ptr::null_mut();
        v.internal = std::ptr::null_mut();
    }
}
