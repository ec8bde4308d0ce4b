//! Memoryviews of memory that no object owns: a hidden exporter carries the description.

use std::ffi::{CStr, CString, c_int, c_void};
use taipan_abi::Py_buffer;
use taipan_object::abstract_::buffer;
use taipan_object::prelude::*;
use taipan_object::types::memoryview::PyMemoryView;

/// What a view of foreign memory says.
struct Shape {
    buf: *mut c_void,
    len: isize,
    itemsize: isize,
    readonly: bool,
    format: CString,
    shape: Vec<isize>,
    strides: Vec<isize>,
    suboffsets: Option<Vec<isize>>,
}

/// The exporter of memory that C code vouches for.
#[pytype(name = "taipan.foreign_memory", no_new)]
#[repr(C)]
struct ForeignMemory {
    head: ObjHead,
    #[gc(skip)]
    shape: Shape,
}

#[pymethods]
impl ForeignMemory {
    #[slot_raw(bf_getbuffer)]
    unsafe extern "C" fn getbuffer(slf: *mut Object, view: *mut c_void, flags: c_int) -> c_int {
        // SAFETY: slot contract: our own object and the caller's view.
        unsafe {
            let cx = &mut Cx::assume();
            let s = &(*slf).cast_unchecked::<ForeignMemory>().shape;
            if flags & buffer::WRITABLE != 0 && s.readonly {
                let _raised = cx.buffer_error(format_args!("memoryview: underlying buffer is not writable"));
                return -1;
            }
            let v = &mut *(view as *mut Py_buffer);
            v.obj = (*slf).own().into_raw() as *mut _;
            v.buf = s.buf;
            v.len = s.len;
            v.itemsize = s.itemsize;
            v.readonly = s.readonly.into();
            v.ndim = s.shape.len() as c_int;
            v.format = if flags & buffer::FORMAT != 0 { s.format.as_ptr() as *mut _ } else { std::ptr::null_mut() };
            v.shape = if flags & buffer::ND == buffer::ND { s.shape.as_ptr() as *mut _ } else { std::ptr::null_mut() };
            v.strides = if flags & buffer::STRIDES == buffer::STRIDES { s.strides.as_ptr() as *mut _ } else { std::ptr::null_mut() };
            v.suboffsets = s.suboffsets.as_ref().map_or(std::ptr::null_mut(), |x| x.as_ptr() as *mut _);
            v.internal = std::ptr::null_mut();
            0
        }
    }
}

fn view(shape: Shape, cx: &mut Cx) -> PyResult<Own<Object>> {
    taipan_object::typeobj::ready_static(ForeignMemory::SPEC, cx)?;
    taipan_object::types::memoryview::hide_exporters_of(ForeignMemory::ty());
    let o = cx.new_object(ForeignMemory { head: Object::placeholder(), shape })?;
    PyMemoryView::from_object(o.as_object(), cx).map(Own::into_object)
}

/// `PyMemoryView_FromMemory`.
pub fn view_of_memory(p: *mut u8, n: usize, readonly: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = n as isize;
    view(Shape { buf: p as *mut c_void, len: n, itemsize: 1, readonly, format: c"B".to_owned(), shape: vec![n], strides: vec![1], suboffsets: None }, cx)
}

/// `PyMemoryView_FromBuffer`: the description is copied, the memory is not.
///
/// # Safety
/// A filled view.
pub unsafe fn view_of_buffer(v: &Py_buffer, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = v.ndim.max(0) as usize;
    // SAFETY: the arrays of a filled view.
    let shape = unsafe {
        let words = |p: *mut isize| (!p.is_null()).then(|| std::slice::from_raw_parts(p, n).to_vec());
        let shape = words(v.shape).unwrap_or_else(|| vec![v.len / v.itemsize.max(1); n.min(1)]);
        let mut strides = vec![v.itemsize; shape.len()];
        for i in (0..shape.len().saturating_sub(1)).rev() {
            strides[i] = strides[i + 1] * shape[i + 1];
        }
        Shape {
            buf: v.buf,
            len: v.len,
            itemsize: v.itemsize,
            readonly: v.readonly != 0,
            format: if v.format.is_null() { c"B".to_owned() } else { CStr::from_ptr(v.format).to_owned() },
            strides: words(v.strides).unwrap_or(strides),
            suboffsets: words(v.suboffsets),
            shape,
        }
    };
    view(shape, cx)
}
