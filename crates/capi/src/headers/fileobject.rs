//! `fileobject.h`: files by name and descriptor, and the printer of early output.

use crate::capi;
use crate::cfile::{self, File};
use std::ffi::{c_char, c_int};
use taipan_object::prelude::*;
use taipan_object::types::str::codec;
use taipan_object::{audit, call, fspath};

/// Writes to the standard output or error without buffer.
#[pytype(name = "stderrprinter", doc = "", no_new)]
#[repr(C)]
pub struct StdPrinter {
    head: ObjHead,
    #[gc(skip)]
    fd: c_int,
}

unsafe extern "C" {
    fn write(fd: c_int, p: *const u8, n: usize) -> isize;
}

#[pymethods]
impl StdPrinter {
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<stdprinter(fd={}) object at {:p}>", self.fd, self)
    }
    #[getter("encoding")]
    fn encoding(&self) -> Own<Object> {
        none().own()
    }
    #[getter("mode")]
    fn mode(&self) -> &'static str {
        "w"
    }
    #[getter("closed")]
    fn closed(&self) -> bool {
        false
    }
    #[method("close()", nosig)]
    fn close(&self) {}
    #[method("flush()", nosig)]
    fn flush(&self) {}
    #[method("fileno()", nosig)]
    fn fileno(&self) -> i64 {
        self.fd.into()
    }
    #[method("isatty()", nosig)]
    fn isatty(&self) -> bool {
        cfile::is_terminal_fd(self.fd)
    }
    #[method("write(text, /)", nosig)]
    fn write(&self, text: &Object, cx: &mut Cx) -> PyResult<i64> {
        let Some(s) = text.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("argument 1 must be str, not {}", text.ty().tp_name_str())));
        };
        let b = codec::encode(s, "utf-8", "backslashreplace", cx)?;
        let Some(b) = b.downcast::<taipan_object::types::bytes::PyBytes>() else { return Ok(0) };
        // SAFETY: live bytes.
        let n = unsafe { write(self.fd, b.as_bytes().as_ptr(), b.as_bytes().len()) };
        if n < 0 {
            return Err(cfile::error(cx, None));
        }
        Ok(n as i64)
    }
}

/// `open(path, mode)` of C with a Python path.
unsafe fn open(path: &Object, mode: *const c_char, cx: &mut Cx) -> PyResult<File> {
    // SAFETY: the caller's C string.
    let m = unsafe { crate::border::str_of(mode, cx)? };
    audit::raise("open", &[path, &m, PyInt::new(0, cx)?.as_object()], cx)?;
    let p = fspath::fspath(path, cx)?;
    let b = match p.downcast::<PyStr>() {
        Some(s) => codec::encode(s, "utf-8", "surrogateescape", cx)?,
        None => p,
    };
    let bytes = b.downcast::<taipan_object::types::bytes::PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default();
    let Ok(c) = std::ffi::CString::new(bytes) else { return Err(cx.value_error(format_args!("embedded null byte"))) };
    // SAFETY: two C strings.
    let f = unsafe { cfile::open(c.as_ptr(), mode) };
    if f.is_null() {
        return Err(cfile::error(cx, Some(path)));
    }
    Ok(f)
}

capi! {
    /// A printer for the descriptors 1 and 2.
    fn PyFile_NewStdPrinter(fd: c_int) -> PyResult<Own<StdPrinter>> = |cx| {
        if fd != 1 && fd != 2 {
            return Err(crate::border::bad_internal_call(cx));
        }
        taipan_object::typeobj::ready_static(StdPrinter::SPEC, cx)?;
        cx.new_object(StdPrinter { head: Object::placeholder(), fd })
    }
    /// `fopen` with a Python path.
    fn Py_fopen(path: &Object, mode: *const c_char) -> PyResult<File> = |cx| { open(path, mode, cx) }
    /// As `Py_fopen`.
    fn _Py_fopen_obj(path: &Object, mode: *const c_char) -> PyResult<File> = |cx| { open(path, mode, cx) }
    /// `fclose`.
    fn Py_fclose(f: File) -> c_int = |_| { cfile::close(f) }
    /// `fgets` that knows all line ends; null at the end of the file.
    fn Py_UniversalNewlineFgets(buf: *mut c_char, n: c_int, f: File, o: *mut Object) -> *mut c_char = |_| {
        let line = cfile::line(f, (n - 1).max(0) as usize);
        if line.is_empty() { return std::ptr::null_mut(); }
        std::ptr::copy_nonoverlapping(line.as_ptr(), buf as *mut u8, line.len());
        *buf.add(line.len()) = 0;
        buf
    }
    /// `io.open_code(path)`.
    fn PyFile_OpenCodeObject(path: &Object) -> PyResult<Own<Object>> = |cx| {
        let f = cx.import_attr("_io", "open_code")?;
        call::call(&f, &[path], cx)
    }
    /// `io.open_code(path)`.
    fn PyFile_OpenCode(path: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let p = crate::border::str_of(path, cx)?;
        let f = cx.import_attr("_io", "open_code")?;
        call::call(&f, &[&p], cx)
    }
}

