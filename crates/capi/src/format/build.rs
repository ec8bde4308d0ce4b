//! `Py_BuildValue`: objects from C values by a format string.

use super::Args;
use crate::border::text;
use crate::capi;
use crate::headers::unicodeobject::WChar;
use std::ffi::{CStr, c_char, c_void};
use taipan_abi::Py_complex;
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;

/// The format string and where reading stands.
struct Format<'a> {
    rest: &'a [u8],
    args: Args,
}

impl Format<'_> {
    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }
    fn next(&mut self) -> Option<u8> {
        let c = self.peek()?;
        self.rest = &self.rest[1..];
        Some(c)
    }
    /// The length behind `#`, if there is one.
    unsafe fn length(&mut self) -> Option<isize> {
        (self.peek() == Some(b'#')).then(|| {
            self.next();
            // SAFETY: `#` says that a `Py_ssize_t` follows.
            unsafe { self.args.long() as isize }
        })
    }
}

/// Items up to the end or `close`. Every argument is fetched even after an error, so that `N` references are not lost.
unsafe fn items(f: &mut Format<'_>, close: Option<u8>, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    let mut v = Vec::new();
    let mut failed: Option<Own<Object>> = None;
    loop {
        match f.peek() {
            None if close.is_none() => break,
            None => {
                let r = cx.system_error(format_args!("unmatched paren in format"));
                failed.get_or_insert(cx.take_raised(r));
                break;
            }
            c if c == close => {
                f.next();
                break;
            }
            Some(b',' | b':' | b' ' | b'\t') => {
                f.next();
            }
            // SAFETY: the format says which argument comes.
            Some(_) => match unsafe { item(f, cx) } {
                Ok(o) => v.push(o),
                Err(r) => {
                    let e = cx.take_raised(r);
                    failed.get_or_insert(e);
                }
            },
        }
    }
    match failed {
        None => Ok(v),
        Some(e) => Err(cx.set_raised(e)),
    }
}

unsafe fn dict(f: &mut Format<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: as the caller.
    let v = unsafe { items(f, Some(b'}'), cx)? };
    if v.len() % 2 != 0 {
        return Err(cx.system_error(format_args!("Bad dict format")));
    }
    let d = PyDict::new(cx)?;
    for p in v.chunks_exact(2) {
        d.set(&p[0], &p[1], cx)?;
    }
    Ok(d.into_object())
}

/// Bytes of a `char *` with a length or up to the zero; none for null.
unsafe fn bytes<'a>(p: *const c_char, n: Option<isize>) -> Option<&'a [u8]> {
    if p.is_null() {
        return None;
    }
    // SAFETY: the caller's text.
    unsafe {
        Some(match n {
            Some(n) if n >= 0 => std::slice::from_raw_parts(p as *const u8, n as usize),
            _ => CStr::from_ptr(p).to_bytes(),
        })
    }
}

unsafe fn item(f: &mut Format<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(c) = f.next() else { return Err(cx.system_error(format_args!("unmatched paren in format"))) };
    let a = f.args;
    // SAFETY: the format says which argument comes.
    unsafe {
        match c {
            b'(' => items(f, Some(b')'), cx).and_then(|v| PyTuple::from_vec(v, cx)).map(Own::into_object),
            b'[' => items(f, Some(b']'), cx).and_then(|v| PyList::from_vec(v, cx)).map(Own::into_object),
            b'{' => dict(f, cx),
            b'b' | b'B' | b'h' | b'i' => PyInt::new(a.int().into(), cx).map(Own::into_object),
            b'H' => PyInt::new((a.int() as u32).into(), cx).map(Own::into_object),
            b'I' => PyInt::new((a.int() as u32).into(), cx).map(Own::into_object),
            b'l' | b'n' => PyInt::new(a.long(), cx).map(Own::into_object),
            b'k' => PyInt::from_u64(a.long() as u64, cx).map(Own::into_object),
            b'L' => PyInt::new(a.longlong(), cx).map(Own::into_object),
            b'K' => PyInt::from_u64(a.longlong() as u64, cx).map(Own::into_object),
            b'p' => Ok(taipan_object::types::boolean::from_bool(a.int() != 0)),
            b'f' | b'd' => PyFloat::new(a.double(), cx).map(Own::into_object),
            b'D' => {
                let z = &*a.ptr::<Py_complex>();
                PyComplex::new(z.real, z.imag, cx).map(Own::into_object)
            }
            b'c' => PyBytes::new(&[a.int() as u8], cx).map(Own::into_object),
            b'C' => match u32::try_from(a.int()).ok().filter(|c| *c <= 0x10ffff) {
                Some(c) => PyStr::from_code_points(&[c], cx).map(Own::into_object),
                None => Err(cx.value_error(format_args!("chr() arg not in range(0x110000)"))),
            },
            b's' | b'z' | b'U' => {
                let p = a.text();
                let n = f.length();
                match bytes(p, n) {
                    Some(b) => crate::border::utf8(b, cx).map(Own::into_object),
                    None => Ok(none().own()),
                }
            }
            b'y' => {
                let p = a.text();
                let n = f.length();
                match bytes(p, n) {
                    Some(b) => PyBytes::new(b, cx).map(Own::into_object),
                    None => Ok(none().own()),
                }
            }
            b'u' => {
                let p = a.ptr::<WChar>();
                let n = f.length().unwrap_or(-1);
                if p.is_null() {
                    return Ok(none().own());
                }
                taipan_object::err::result_from_raw(crate::headers::unicodeobject::PyUnicode_FromWideChar(p, n))
            }
            b'N' | b'S' | b'O' => {
                if f.peek() == Some(b'&') {
                    f.next();
                    let convert: unsafe extern "C" fn(*mut c_void) -> *mut Object = std::mem::transmute(a.ptr::<c_void>());
                    return taipan_object::err::result_from_raw(convert(a.ptr()));
                }
                let p = a.ptr::<Object>();
                match p.as_ref() {
                    Some(_) if c == b'N' => Ok(Own::from_raw(p)),
                    Some(o) => Ok(o.own()),
                    None if cx.is_raised() => Err(Raised::assume()),
                    None => Err(cx.system_error(format_args!("NULL object passed to Py_BuildValue"))),
                }
            }
            _ => Err(cx.system_error(format_args!("bad format char passed to Py_BuildValue"))),
        }
    }
}

unsafe fn build(format: *const c_char, args: *mut super::Va, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    // SAFETY: the caller's format string.
    let rest = if format.is_null() { &[][..] } else { unsafe { CStr::from_ptr(format) }.to_bytes() };
    let mut f = Format { rest, args: Args(args) };
    // SAFETY: the format says which arguments come.
    unsafe { items(&mut f, None, cx) }
}

capi! {
    /// For `Py_BuildValue`: nothing is None, one item is itself, more are a tuple.
    fn taipan_build_value(format: *const c_char, args: *mut super::Va) -> PyResult<Own<Object>> = |cx| {
        let mut v = build(format, args, cx)?;
        match v.len() {
            0 => Ok(none().own()),
            1 => Ok(v.remove(0)),
            _ => PyTuple::from_vec(v, cx).map(Own::into_object),
        }
    }
    /// For `PyObject_CallFunction`: the arguments as a tuple; one tuple is the arguments themselves.
    fn taipan_build_arguments(format: *const c_char, args: *mut super::Va) -> PyResult<Own<PyTuple>> = |cx| {
        let mut v = build(format, args, cx)?;
        if v.len() == 1 && v[0].is_a::<PyTuple>() {
            return v.remove(0).downcast_own::<PyTuple>().map_err(|_| cx.system_error(format_args!("not a tuple")));
        }
        PyTuple::from_vec(v, cx)
    }
    /// For `PyObject_CallFunction`.
    fn taipan_call_tuple(f: Option<&Object>, args: &PyTuple) -> PyResult<Own<Object>> = |cx| {
        match f {
            Some(f) => call::call_tuple_dict(f, args, None, cx),
            None if cx.is_raised() => Err(Raised::assume()),
            None => Err(cx.system_error(format_args!("null argument to internal routine"))),
        }
    }
    /// For `PyObject_CallMethod`.
    fn taipan_call_method_tuple(o: Option<&Object>, name: *const c_char, args: &PyTuple) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o.filter(|_| !name.is_null()) else {
            return Err(if cx.is_raised() { Raised::assume() } else { cx.system_error(format_args!("null argument to internal routine")) });
        };
        let n = PyStr::new_interned(&text(name), cx)?;
        let f = taipan_object::attr::get(o, &n, cx)?;
        if !cx.is_callable(&f) {
            return Err(cx.type_error(format_args!("attribute of type '{}' is not callable", f.ty().tp_name_str())));
        }
        call::call_tuple_dict(&f, args, None, cx)
    }
    /// For `PySys_Audit`.
    fn taipan_audit(event: *const c_char, args: Option<&Object>) -> PyResult<()> = |cx| {
        if !taipan_object::audit::is_active() {
            return Ok(());
        }
        let t = match args.and_then(|a| a.downcast::<PyTuple>()) { Some(t) => t.new_ref(), None => PyTuple::empty() };
        taipan_object::audit::raise_tuple(&text(event), &t, cx)
    }
    /// `PySys_AuditTuple`.
    fn PySys_AuditTuple(event: *const c_char, args: Option<&Object>) -> PyResult<()> = |cx| {
        let t = match args {
            None => PyTuple::empty(),
            Some(a) => match a.downcast::<PyTuple>() {
                Some(t) => t.new_ref(),
                None => return Err(cx.type_error(format_args!("expected tuple, got {}", a.ty().tp_name_str()))),
            },
        };
        taipan_object::audit::raise_tuple(&text(event), &t, cx)
    }
    /// Take the current exception, for functions that must keep it.
    fn taipan_take_raised() -> Option<Own<Object>> = |cx| { cx.ts().current_exception.take() }
    /// Put back what `taipan_take_raised` took (steals).
    fn taipan_put_raised(e: *mut Object) = |cx| {
        let e = crate::border::steal(e);
        cx.ts().current_exception.set(e, cx);
    }
    /// Write to `sys.stdout` or `sys.stderr`; errors are dropped.
    fn taipan_sys_write(stream: *const c_char, s: Option<&Object>) = |cx| {
        let Some(s) = s else { drop(cx.ts().current_exception.take()); return };
        let r = cx.import_attr("sys", &text(stream)).and_then(|f| call::call_method(&f, name!(cx, "write"), &[s], cx));
        if let Err(r) = r { cx.discard(r); }
    }
}
