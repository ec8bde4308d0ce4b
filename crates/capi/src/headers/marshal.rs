//! `marshal.h`: values to and from bytes and C files.

use crate::capi;
use crate::cfile::{self, File};
use std::ffi::{c_int, c_long};
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

fn dumps(o: &Object, version: c_int, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("marshal", "dumps")?;
    let v = PyInt::new(version.into(), cx)?;
    call::call(&f, &[o, &v], cx)
}

fn loads(b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("marshal", "loads")?;
    let b = PyBytes::new(b, cx)?;
    call::call(&f, &[&b], cx)
}

/// The next value of a file, which is left behind it.
unsafe fn load(fp: File, cx: &mut Cx) -> PyResult<Own<Object>> {
    unsafe extern "C" {
        fn ftell(f: File) -> c_long;
        fn fseek(f: File, at: c_long, whence: c_int) -> c_int;
    }
    // SAFETY: the caller's file.
    unsafe {
        let start = ftell(fp);
        let rest = cfile::read_all(fp, cx)?;
        // A reader that counts says how much the value took.
        let io = cx.import_attr("io", "BytesIO")?;
        let b = PyBytes::new(&rest, cx)?;
        let stream = call::call(&io, &[&b], cx)?;
        let f = cx.import_attr("marshal", "load")?;
        let v = call::call(&f, &[&stream], cx)?;
        let used = call::call_method(&stream, name!(cx, "tell"), &[], cx)?;
        let used = used.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(rest.len() as i64);
        fseek(fp, start + used, 0);
        Ok(v)
    }
}

unsafe fn number(fp: File, n: usize, cx: &mut Cx) -> PyResult<i64> {
    // SAFETY: the caller's file.
    let b = unsafe { cfile::read(fp, n) };
    if b.len() < n {
        return Err(cx.eof_error(format_args!("EOF read where data expected")));
    }
    let v = b.iter().rev().fold(0i64, |v, b| v << 8 | i64::from(*b));
    let shift = 64 - 8 * n as u32;
    Ok(v << shift >> shift)
}

fn report(r: PyResult<()>, cx: &mut Cx) {
    if let Err(r) = r {
        cx.discard(r);
    }
}

capi! {
    /// `marshal.dumps(o, version)`.
    fn PyMarshal_WriteObjectToString(o: &Object, version: c_int) -> PyResult<Own<Object>> = |cx| { dumps(o, version, cx) }
    /// `marshal.loads(bytes)`.
    fn PyMarshal_ReadObjectFromString(p: *const u8, n: isize) -> PyResult<Own<Object>> = |cx| {
        loads(if n <= 0 { &[] } else { std::slice::from_raw_parts(p, n as usize) }, cx)
    }
    /// A value into a file; errors are dropped, as the interface has no way to tell them.
    fn PyMarshal_WriteObjectToFile(o: &Object, fp: File, version: c_int) = |cx| {
        let r = dumps(o, version, cx).and_then(|b| match b.downcast::<PyBytes>() { Some(b) => cfile::write(fp, b.as_bytes(), cx), None => Ok(()) });
        report(r, cx)
    }
    /// Four bytes into a file.
    fn PyMarshal_WriteLongToFile(v: c_long, fp: File, version: c_int) = |cx| {
        let r = cfile::write(fp, &(v as i32).to_le_bytes(), cx);
        report(r, cx)
    }
    /// The value at the position of a file.
    fn PyMarshal_ReadObjectFromFile(fp: File) -> PyResult<Own<Object>> = |cx| { load(fp, cx) }
    /// The value at the end of a file.
    fn PyMarshal_ReadLastObjectFromFile(fp: File) -> PyResult<Own<Object>> = |cx| {
        let b = cfile::read_all(fp, cx)?;
        loads(&b, cx)
    }
    /// Two bytes of a file.
    fn PyMarshal_ReadShortFromFile(fp: File) -> PyResult<c_int> = |cx| { number(fp, 2, cx).map(|n| n as c_int) }
    /// Four bytes of a file.
    fn PyMarshal_ReadLongFromFile(fp: File) -> PyResult<c_long> = |cx| { number(fp, 4, cx) }
}
