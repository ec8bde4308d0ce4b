//! `bytesobject.h` and `bytearrayobject.h`.

use crate::border::{bad_internal_call, steal, want};
use crate::capi;
use std::ffi::{CStr, c_char, c_int};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, call};

fn expected<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyBytes> {
    match o.downcast::<PyBytes>() {
        Some(b) => Ok(b),
        None => Err(cx.type_error(format_args!("expected bytes, {} found", o.ty().tp_name_str()))),
    }
}

/// `bytes(o)` of buffers, lists, tuples and iterables (`PyBytes_FromObject`).
pub fn from_object(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if o.is_exact::<PyBytes>() {
        return Ok(o.own());
    }
    let iterable = o.ty().tp_iter.get().is_some() || abstract_::iter::is_sequence(o);
    if taipan_object::abstract_::buffer::has_buffer(o) || (iterable && !o.is_a::<PyStr>()) {
        return call::call(PyBytes::ty().as_object(), &[o], cx);
    }
    Err(cx.type_error(format_args!("cannot convert '{}' object to bytes", o.ty().tp_name_str())))
}

/// The bytes of a C pointer and a length.
unsafe fn slice<'a>(p: *const c_char, n: isize) -> &'a [u8] {
    // SAFETY: the caller's `n` bytes.
    if n <= 0 { &[] } else { unsafe { std::slice::from_raw_parts(p as *const u8, n as usize) } }
}

/// A bytes object whose content the caller writes, or a copy.
unsafe fn make(p: *const c_char, n: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    if n < 0 {
        return Err(cx.system_error(format_args!("Negative size passed to PyBytes_FromStringAndSize")));
    }
    if p.is_null() && n > 0 {
        return PyBytes::alloc(n as usize, cx).map(|(o, _)| o);
    }
    // SAFETY: the caller's bytes.
    PyBytes::new(unsafe { slice(p, n) }, cx)
}

/// `*b += other`, null on failure.
unsafe fn concat(b: *mut *mut Object, other: Option<&Object>, cx: &mut Cx) {
    // SAFETY: the caller's variable, which owns its object.
    unsafe {
        let Some(left) = steal(*b) else { return };
        *b = std::ptr::null_mut();
        let Some(right) = other else { return };
        if left.is_a::<PyBytes>() && right.is_a::<PyBytes>() {
            if let Ok(sum) = number::binary(&number::ADD, &left, right, cx) {
                *b = sum.into_raw();
            }
            return;
        }
        // Any two buffers.
        let sum = (|| {
            let both = Buffer::get(&left, 0, cx).and_then(|x| Ok((x, Buffer::get(right, 0, cx)?)));
            match both {
                Ok((x, y)) => PyBytes::new(&[x.bytes(), y.bytes()].concat(), cx),
                Err(r) => {
                    cx.discard(r);
                    Err(cx.type_error(format_args!("can't concat {} to {}", right.ty().tp_name_str(), left.ty().tp_name_str())))
                }
            }
        })();
        if let Ok(sum) = sum {
            *b = sum.into_raw();
        }
    }
}

/// Undo the escapes of a bytes literal.
fn decode_escape(b: &[u8], errors: Option<&str>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("_codecs", "escape_decode")?;
    let b = PyBytes::new(b, cx)?;
    let e = PyStr::new(errors.unwrap_or("strict"), cx)?;
    let pair = call::call(&f, &[&b, &e], cx)?;
    let t: &PyTuple = want(Some(&pair), cx)?;
    match t.get(0) {
        Some(v) => Ok(v.own()),
        None => Err(bad_internal_call(cx)),
    }
}

fn array<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyByteArray> {
    want(Some(o), cx)
}

capi! {
    /// From a C string.
    fn PyBytes_FromString(p: *const c_char) -> PyResult<Own<PyBytes>> = |cx| { if p.is_null() { return Err(bad_internal_call(cx)); } PyBytes::new(CStr::from_ptr(p).to_bytes(), cx) }
    /// From `n` bytes; null leaves the content to the caller.
    fn PyBytes_FromStringAndSize(p: *const c_char, n: isize) -> PyResult<Own<PyBytes>> = |cx| { make(p, n, cx) }
    /// `bytes(o)` of buffers and iterables.
    fn PyBytes_FromObject(o: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match o { Some(o) => from_object(o, cx), None => Err(bad_internal_call(cx)) }
    }
    /// `len(o)`.
    fn PyBytes_Size(o: &Object) -> PyResult<isize> = |cx| { expected(o, cx).map(|b| b.len() as isize) }
    /// The content, with a zero behind.
    fn PyBytes_AsString(o: &Object) -> PyResult<*mut c_char> = |cx| { expected(o, cx).map(|b| b.as_bytes().as_ptr() as *mut c_char) }
    /// Content and length; without `n` zeros inside are refused.
    fn PyBytes_AsStringAndSize(o: &Object, p: *mut *mut c_char, n: *mut isize) -> PyResult<()> = |cx| {
        if p.is_null() {
            return Err(bad_internal_call(cx));
        }
        let b = expected(o, cx)?;
        *p = b.as_bytes().as_ptr() as *mut c_char;
        if n.is_null() {
            if b.as_bytes().contains(&0) {
                return Err(cx.value_error(format_args!("embedded null byte")));
            }
            return Ok(());
        }
        *n = b.len() as isize;
        Ok(())
    }
    /// `*b += other`.
    fn PyBytes_Concat(b: *mut *mut Object, other: Option<&Object>) = |cx| { concat(b, other, cx) }
    /// `*b += other`, and releases `other`.
    fn PyBytes_ConcatAndDel(b: *mut *mut Object, other: *mut Object) = |cx| {
        let other = steal(other);
        concat(b, other.as_deref(), cx)
    }
    /// `repr(o)`.
    fn PyBytes_Repr(o: &Object, smart_quotes: c_int) -> PyResult<Own<PyStr>> = |cx| {
        let Some(b) = o.downcast::<PyBytes>().filter(|_| smart_quotes == 0) else { return abstract_::repr(o, cx) };
        let mut s = String::from("b'");
        for &c in b.as_bytes() {
            match c {
                b'\'' | b'\\' => { s.push('\\'); s.push(c as char); }
                b'\t' => s.push_str("\\t"),
                b'\n' => s.push_str("\\n"),
                b'\r' => s.push_str("\\r"),
                0x20..=0x7e => s.push(c as char),
                _ => s.push_str(&format!("\\x{c:02x}")),
            }
        }
        s.push('\'');
        PyStr::new(&s, cx)
    }
    /// `sep.join(items)`.
    fn PyBytes_Join(sep: &Object, items: &Object) -> PyResult<Own<Object>> = |cx| {
        if !sep.is_a::<PyBytes>() {
            return Err(cx.type_error(format_args!("sep: expected bytes, got {}", sep.ty().tp_name_str())));
        }
        call::call_method(sep, name!(cx, "join"), &[items], cx)
    }
    /// Undo the escapes of a bytes literal.
    fn PyBytes_DecodeEscape(p: *const c_char, n: isize, errors: *const c_char, unicode: isize, recode: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let e = (!errors.is_null()).then(|| crate::border::text(errors));
        decode_escape(slice(p, n), e.as_deref(), cx)
    }
    /// Change the length of an unshared object; null in `*b` on failure.
    fn _PyBytes_Resize(b: *mut *mut Object, n: isize) -> PyResult<()> = |cx| {
        let Some(old) = steal(*b) else { return Err(bad_internal_call(cx)) };
        *b = std::ptr::null_mut();
        let now: &PyBytes = want(Some(&old), cx)?;
        if n < 0 {
            return Err(bad_internal_call(cx));
        }
        if now.len() == n as usize {
            *b = old.into_raw();
            return Ok(());
        }
        if n == 0 {
            *b = PyBytes::new(b"", cx)?.into_raw();
            return Ok(());
        }
        let (new, d) = PyBytes::alloc(n as usize, cx)?;
        let keep = now.len().min(n as usize);
        d.copy_from_nonoverlapping(now.as_bytes().as_ptr(), keep);
        *b = new.into_raw();
        Ok(())
    }

    /// A bytearray from bytes; null content is zeros.
    fn PyByteArray_FromStringAndSize(p: *const c_char, n: isize) -> PyResult<Own<PyByteArray>> = |cx| {
        if n < 0 {
            return Err(cx.system_error(format_args!("Negative size passed to PyByteArray_FromStringAndSize")));
        }
        if !p.is_null() {
            return PyByteArray::new(slice(p, n), cx);
        }
        let a = PyByteArray::new(b"", cx)?;
        a.resize(n as usize, cx)?;
        Ok(a)
    }
    /// `bytearray(o)`.
    fn PyByteArray_FromObject(o: &Object) -> PyResult<Own<Object>> = |cx| { call::call(PyByteArray::ty().as_object(), &[o], cx) }
    /// `bytearray(a) + b`.
    fn PyByteArray_Concat(a: &Object, b: &Object) -> PyResult<Own<Object>> = |cx| {
        let (x, y) = (Buffer::get(a, 0, cx), Buffer::get(b, 0, cx));
        match (x, y) {
            (Ok(x), Ok(y)) => {
                let both = [x.bytes(), y.bytes()].concat();
                PyByteArray::new(&both, cx).map(Own::into_object)
            }
            _ => {
                drop(cx.ts().current_exception.take());
                Err(cx.type_error(format_args!("can't concat {} to {}", a.ty().tp_name_str(), b.ty().tp_name_str())))
            }
        }
    }
    /// `len(o)`.
    fn PyByteArray_Size(o: &PyByteArray) -> isize = |_| { o.data().len() as isize }
    /// The content, with a zero behind.
    fn PyByteArray_AsString(o: &PyByteArray) -> *mut c_char = |_| {
        let p = o.as_ptr_bytes();
        if p.is_null() { c"".as_ptr() as *mut c_char } else { p as *mut c_char }
    }
    /// Change the length.
    fn PyByteArray_Resize(o: &Object, n: isize) -> PyResult<()> = |cx| {
        let a = array(o, cx)?;
        if n < 0 {
            return Err(cx.value_error(format_args!("Can only resize to positive sizes, got {n}")));
        }
        a.resize(n as usize, cx)
    }
    /// For `csrc/variadic.c`: a bytes object with the UTF-8 or Latin-1 text of `PyBytes_FromFormat`.
    fn taipan_bytes_of(p: *const u8, n: usize) -> PyResult<Own<PyBytes>> = |cx| { PyBytes::new(slice(p as *const c_char, n as isize), cx) }
}

