//! `pybuffer.h` and `memoryobject.h`.

use crate::border::bad_internal_call;
use crate::capi;
use std::ffi::{c_char, c_int, c_void};
use taipan_abi::Py_buffer;
use taipan_object::abstract_::buffer;
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::memoryview::PyMemoryView;
use taipan_object::types::pickle_buffer::PyPickleBuffer;

/// The dimensions of a view.
unsafe fn dims<'a>(v: &'a Py_buffer) -> (&'a [isize], Option<&'a [isize]>, Option<&'a [isize]>) {
    let n = v.ndim.max(0) as usize;
    // SAFETY: the exporter's arrays of `ndim` words.
    unsafe {
        let slice = |p: *mut isize| (!p.is_null()).then(|| std::slice::from_raw_parts(p as *const isize, n));
        (slice(v.shape).unwrap_or(&[]), slice(v.strides), slice(v.suboffsets))
    }
}

/// Whether the items lie in order without gaps, the last (C) or first (Fortran) index fastest.
unsafe fn contiguous(v: &Py_buffer, fortran: bool) -> bool {
    // SAFETY: a filled view.
    let (shape, strides, sub) = unsafe { dims(v) };
    if sub.is_some() {
        return false;
    }
    let Some(strides) = strides else { return !fortran || v.ndim <= 1 };
    if v.len == 0 {
        return true;
    }
    let mut step = v.itemsize;
    let order: Vec<usize> = if fortran { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
    for i in order {
        if shape[i] > 1 && strides[i] != step {
            return false;
        }
        step *= shape[i];
    }
    true
}

/// The address of an item.
unsafe fn address(v: &Py_buffer, indices: *const isize) -> *mut u8 {
    let mut p = v.buf as *mut u8;
    // SAFETY: indices within the shape.
    unsafe {
        let (shape, strides, sub) = dims(v);
        for i in 0..v.ndim.max(0) as usize {
            // Without strides the items lie row by row.
            let stride = strides.map_or_else(|| v.itemsize * shape.get(i + 1..).unwrap_or_default().iter().product::<isize>(), |s| s[i]);
            p = p.offset(stride * *indices.add(i));
            if let Some(s) = sub.filter(|s| s[i] >= 0) {
                p = (*(p as *const *mut u8)).offset(s[i]);
            }
        }
    }
    p
}

/// Visit every index in C or Fortran order.
fn each_index(shape: &[isize], fortran: bool, mut f: impl FnMut(&[isize])) {
    if shape.contains(&0) {
        return;
    }
    let mut at = vec![0isize; shape.len()];
    loop {
        f(&at);
        let mut done = true;
        let order: Vec<usize> = if fortran { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
        for i in order {
            at[i] += 1;
            if at[i] < shape[i] {
                done = false;
                break;
            }
            at[i] = 0;
        }
        if done {
            return;
        }
    }
}

fn ask(o: &Object, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
    const READ: c_int = 0x100;
    const WRITE: c_int = 0x200;
    if flags == READ || flags == WRITE {
        return Err(bad_internal_call(cx));
    }
    if view.is_null() {
        return Err(cx.buffer_error(format_args!("PyObject_GetBuffer: view==NULL argument is obsolete")));
    }
    let Some(f) = o.ty().buffer().and_then(|b| b.bf_getbuffer.get()) else {
        return Err(cx.type_error(format_args!("a bytes-like object is required, not '{}'", o.ty().tp_name_str())));
    };
    // SAFETY: the caller's view; the slot fills it or raises.
    unsafe {
        match f(o.as_ptr(), view as *mut c_void, flags) {
            0 => Ok(()),
            _ => Err(Raised::assume()),
        }
    }
}

capi! {
    /// Whether the object offers a buffer.
    fn PyObject_CheckBuffer(o: &Object) -> bool = |_| { buffer::has_buffer(o) }
    /// Ask the object for its buffer.
    fn PyObject_GetBuffer(o: &Object, view: *mut Py_buffer, flags: c_int) -> PyResult<()> = |cx| { ask(o, view, flags, cx) }
    /// Give the buffer back.
    fn PyBuffer_Release(view: *mut Py_buffer) = |_| { buffer::release(&mut *view) }
    /// Fill a view of plain bytes.
    fn PyBuffer_FillInfo(view: *mut Py_buffer, o: Option<&Object>, p: *mut c_void, n: isize, readonly: c_int, flags: c_int) -> PyResult<()> = |cx| {
        if view.is_null() {
            return Err(cx.buffer_error(format_args!("PyBuffer_FillInfo: view==NULL argument is obsolete")));
        }
        match o {
            Some(o) => buffer::fill_info(view, o, p as *mut u8, n.max(0) as usize, readonly != 0, flags, cx),
            None => {
                buffer::fill_info(view, none(), p as *mut u8, n.max(0) as usize, readonly != 0, flags, cx)?;
                // A view without an owner.
                (*view).obj = std::ptr::null_mut();
                Ok(())
            }
        }
    }
    /// Whether the items are contiguous in order 'C', 'F' or either ('A').
    fn PyBuffer_IsContiguous(view: &Py_buffer, order: c_char) -> bool = |_| {
        match order as u8 {
            b'C' => contiguous(view, false),
            b'F' => contiguous(view, true),
            b'A' => contiguous(view, false) || contiguous(view, true),
            _ => false,
        }
    }
    /// The address of an item.
    fn PyBuffer_GetPointer(view: &Py_buffer, indices: *const isize) -> *mut c_void = |_| { address(view, indices) as *mut c_void }
    /// Bytes of a `struct` format.
    fn PyBuffer_SizeFromFormat(format: *const c_char) -> PyResult<isize> = |cx| {
        let f = cx.import_attr("struct", "calcsize")?;
        let s = crate::border::str_of(format, cx)?;
        let n = call::call(&f, &[&s], cx)?;
        Ok(n.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(-1) as isize)
    }
    /// Strides of contiguous items.
    fn PyBuffer_FillContiguousStrides(n: c_int, shape: *const isize, strides: *mut isize, itemsize: c_int, order: c_char) = |_| {
        let mut step = itemsize as isize;
        for k in 0..n.max(0) as usize {
            let i = if order as u8 == b'F' { k } else { n as usize - 1 - k };
            *strides.add(i) = step;
            step *= *shape.add(i);
        }
    }
    /// The items into contiguous memory.
    fn PyBuffer_ToContiguous(buf: *mut c_void, view: &Py_buffer, len: isize, order: c_char) -> PyResult<()> = |cx| {
        if len != view.len {
            return Err(cx.value_error(format_args!("PyBuffer_ToContiguous: len != view->len")));
        }
        let fortran = order as u8 == b'F' || (order as u8 == b'A' && contiguous(view, true));
        if contiguous(view, fortran) {
            (buf as *mut u8).copy_from_nonoverlapping(view.buf as *const u8, len as usize);
            return Ok(());
        }
        let mut to = buf as *mut u8;
        let size = view.itemsize as usize;
        each_index(dims(view).0, fortran, |at| {
            to.copy_from_nonoverlapping(address(view, at.as_ptr()), size);
            to = to.add(size);
        });
        Ok(())
    }
    /// Contiguous memory into the items.
    fn PyBuffer_FromContiguous(view: &Py_buffer, buf: *const c_void, len: isize, order: c_char) -> PyResult<()> = |cx| {
        let n = len.min(view.len);
        if contiguous(view, order as u8 == b'F') {
            (view.buf as *mut u8).copy_from_nonoverlapping(buf as *const u8, n as usize);
            return Ok(());
        }
        let mut from = buf as *const u8;
        let size = view.itemsize as usize;
        let mut left = n as usize;
        each_index(dims(view).0, order as u8 == b'F', |at| {
            if left >= size {
                address(view, at.as_ptr()).copy_from_nonoverlapping(from, size);
                from = from.add(size);
                left -= size;
            }
        });
        Ok(())
    }
    /// Copy one buffer into another.
    fn PyObject_CopyData(to: &Object, from: &Object) -> PyResult<()> = |cx| {
        if !buffer::has_buffer(to) || !buffer::has_buffer(from) {
            return Err(cx.type_error(format_args!("both destination and source must be bytes-like objects")));
        }
        let mut d = Buffer::get(to, buffer::WRITABLE, cx)?;
        let s = Buffer::get(from, 0, cx)?;
        if d.bytes().len() < s.bytes().len() {
            return Err(cx.buffer_error(format_args!("destination is too small to receive data from source")));
        }
        let n = s.bytes().len();
        d.bytes_mut()[..n].copy_from_slice(s.bytes());
        Ok(())
    }
    /// `memoryview(o)`.
    fn PyMemoryView_FromObject(o: &Object) -> PyResult<Own<PyMemoryView>> = |cx| { PyMemoryView::from_object(o, cx) }
    /// A memoryview of memory that outlives it.
    fn PyMemoryView_FromMemory(p: *mut c_char, n: isize, flags: c_int) -> PyResult<Own<Object>> = |cx| {
        let readonly = flags != 0x200;
        crate::exporter::view_of_memory(p as *mut u8, n.max(0) as usize, readonly, cx)
    }
    /// A memoryview of a filled view.
    fn PyMemoryView_FromBuffer(view: &Py_buffer) -> PyResult<Own<Object>> = |cx| {
        if view.buf.is_null() {
            return Err(cx.value_error(format_args!("PyMemoryView_FromBuffer(): info->buf must not be NULL")));
        }
        crate::exporter::view_of_buffer(view, cx)
    }
    /// A contiguous memoryview: of the object itself, or of a copy.
    fn PyMemoryView_GetContiguous(o: &Object, kind: c_int, order: c_char) -> PyResult<Own<Object>> = |cx| {
        let m = PyMemoryView::from_object(o, cx)?;
        let mut v: Py_buffer = std::mem::zeroed();
        ask(m.as_object(), &raw mut v, buffer::FULL_RO, cx)?;
        let fits = match order as u8 { b'F' => contiguous(&v, true), b'A' => contiguous(&v, false) || contiguous(&v, true), _ => contiguous(&v, false) };
        let writable_wanted = kind == 0x200;
        if writable_wanted && v.readonly != 0 {
            buffer::release(&mut v);
            return Err(cx.buffer_error(format_args!("underlying buffer is not writable")));
        }
        if fits {
            buffer::release(&mut v);
            return Ok(m.into_object());
        }
        if writable_wanted {
            buffer::release(&mut v);
            return Err(cx.buffer_error(format_args!("writable contiguous buffer requested for a non-contiguous object.")));
        }
        buffer::release(&mut v);
        m.contiguous_copy(order as u8 == b'F', cx).map(Own::into_object)
    }
    /// A pickle buffer of an object.
    fn PyPickleBuffer_FromObject(o: &Object) -> PyResult<Own<PyPickleBuffer>> = |cx| { PyPickleBuffer::of(o, cx) }
    /// The view that a pickle buffer holds.
    fn PyPickleBuffer_GetBuffer(o: &Object) -> PyResult<*const Py_buffer> = |cx| {
        match o.downcast::<PyPickleBuffer>() {
            Some(b) => b.request(cx),
            None => Err(cx.type_error(format_args!("expected PickleBuffer, {} found", o.ty().tp_name_str()))),
        }
    }
    /// Give back what a pickle buffer holds.
    fn PyPickleBuffer_Release(o: &Object) -> PyResult<()> = |cx| {
        if !o.is_a::<PyPickleBuffer>() {
            return Err(cx.type_error(format_args!("expected PickleBuffer, {} found", o.ty().tp_name_str())));
        }
        call::call_method(o, name!(cx, "release"), &[], cx).map(drop)
    }
}
