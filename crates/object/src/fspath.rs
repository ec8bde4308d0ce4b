//! Paths as objects: the `os.PathLike` protocol (PEP 519) and the file system's encoding (UTF-8 or, in some locales, ASCII or Latin-1;
//! always with `surrogateescape`, PEP 383).

use crate::args::needs;
use crate::call;
use crate::config::FsEncoding;
use crate::prelude::*;
use crate::typeobj::{self, flags};
use crate::types::bytes::PyBytes;
use std::ffi::CString;

/// `os.fspath(o)`: a `str` or `bytes`.
pub fn fspath(o: &Object, cx: &mut Cx) -> PyResult {
    match fspath_opt(o, cx)? {
        Some(p) => Ok(p),
        None => Err(cx.type_error(format_args!("expected str, bytes or os.PathLike object, not {}", o.ty().tp_name_str()))),
    }
}

/// As [`fspath`]; `None` for what is neither a path nor has `__fspath__`.
pub fn fspath_opt(o: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if o.is_a::<PyStr>() || o.is_a::<PyBytes>() {
        return Ok(Some(o.own()));
    }
    let name = name!(cx, "__fspath__");
    let Some(f) = typeobj::lookup(o.ty(), name, cx).map(|f| f.own()) else { return Ok(None) };
    let r = if f.ty().has(flags::METHOD_DESCRIPTOR) {
        call::call(&f, &[o], cx)?
    } else {
        // What cannot be bound, for whatever reason, counts as missing.
        match call::lookup_special(o, name, cx) {
            Ok(Some(f)) if !f.is_none() => call::call(&f, &[], cx)?,
            Ok(_) => return Ok(None),
            Err(r) => {
                cx.discard(r);
                return Ok(None);
            }
        }
    };
    if r.is_a::<PyStr>() || r.is_a::<PyBytes>() {
        return Ok(Some(r));
    }
    Err(cx.type_error(format_args!("expected {}.__fspath__() to return str or bytes, not {}", o.ty().tp_name_str(), r.ty().tp_name_str())))
}

/// A copy with room for the zero byte that C wants at the end.
fn copied(b: &[u8]) -> Vec<u8> {
    let mut v = Vec::with_capacity(b.len() + 1);
    v.extend_from_slice(b);
    v
}

/// The bytes of a string for the operating system. Raises `UnicodeEncodeError` for surrogates that do not stand for bytes.
pub fn encode(s: &PyStr, cx: &mut Cx) -> PyResult<Vec<u8>> {
    if let Some(t) = s.as_ascii() {
        return Ok(copied(t.as_bytes()));
    }
    let encoding = cx.interp().config.borrow().fs_encoding;
    if encoding != FsEncoding::Utf8 {
        return encode_narrow(s, encoding, cx);
    }
    let mut out = Vec::with_capacity(s.len() * 2);
    let mut b = [0; 4];
    for (i, c) in s.code_points().enumerate() {
        match char::from_u32(c) {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut b).as_bytes()),
            None if (0xdc80..=0xdcff).contains(&c) => out.push((c - 0xdc00) as u8),
            None => return Err(needs::surrogate_error(s, i, cx)),
        }
    }
    Ok(out)
}

/// [`encode`] for the encodings of one byte a character.
fn encode_narrow(s: &PyStr, encoding: FsEncoding, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let end = if encoding == FsEncoding::Latin1 { 0x100 } else { 0x80 };
    let byte = |c: u32| match c {
        0xdc80..=0xdcff => Some((c - 0xdc00) as u8),
        c if c < end => Some(c as u8),
        _ => None,
    };
    if let Some(out) = s.code_points().map(byte).collect() {
        return Ok(out);
    }
    // The codec raises the error, with its position.
    let (name, errors) = (PyStr::new(encoding.name(), cx)?, PyStr::new("surrogateescape", cx)?);
    let b = call::call_method(s, name!(cx, "encode"), &[&name, &errors], cx)?;
    Ok(b.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default())
}

/// Text from the operating system (`os.fsdecode`).
pub fn decode(bytes: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if bytes.is_ascii() {
        return PyStr::from_ascii(bytes, cx);
    }
    let encoding = cx.interp().config.borrow().fs_encoding;
    if encoding != FsEncoding::Utf8 {
        let escape = if encoding == FsEncoding::Ascii { 0xdc00 } else { 0 };
        let points: Vec<u32> = bytes.iter().map(|&b| if b < 0x80 { b as u32 } else { escape + b as u32 }).collect();
        return PyStr::from_code_points(&points, cx);
    }
    if let Ok(s) = std::str::from_utf8(bytes) {
        return PyStr::new(s, cx);
    }
    let mut points = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        points.extend(chunk.valid().chars().map(|c| c as u32));
        points.extend(chunk.invalid().iter().map(|&b| 0xdc00 + b as u32));
    }
    PyStr::from_code_points(&points, cx)
}

/// `os.fsencode(o)` for anything that [`fspath`] takes.
pub fn to_bytes(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let p = fspath(o, cx)?;
    if let Some(b) = p.downcast::<PyBytes>() {
        return Ok(copied(b.as_bytes()));
    }
    match p.downcast::<PyStr>() {
        Some(s) => encode(s, cx),
        None => Ok(Vec::new()),
    }
}

/// As [`to_bytes`], for C (`PyUnicode_FSConverter`). Raises `ValueError` for a null byte inside.
pub fn to_cstring(o: &Object, cx: &mut Cx) -> PyResult<CString> {
    CString::new(to_bytes(o, cx)?).map_err(|_| cx.value_error(format_args!("embedded null byte")))
}
