//! `fileutils.h`, `pycore_fileutils.h`: text of the operating system as wide characters. The locale's encoding is taken to be UTF-8.

use crate::capi;
use std::ffi::{CStr, c_char, c_int};

/// A wide character of C.
type Wide = i32;

const STRICT: c_int = 1;
const SURROGATEESCAPE: c_int = 2;
const SURROGATEPASS: c_int = 6;

/// Memory of `PyMem_RawMalloc` with a copy of the items; null when there is none.
unsafe fn raw<T: Copy>(v: &[T]) -> *mut T {
    // SAFETY: room for the items.
    unsafe {
        let p = crate::headers::pymem::PyMem_RawMalloc(std::mem::size_of_val(v).max(1)) as *mut T;
        if !p.is_null() {
            p.copy_from_nonoverlapping(v.as_ptr(), v.len());
        }
        p
    }
}

/// Decode UTF-8; the error is the offset of the first bad byte.
fn decode(b: &[u8], errors: c_int) -> Result<Vec<Wide>, usize> {
    let mut out = Vec::with_capacity(b.len());
    let mut i = 0;
    while i < b.len() {
        let rest = &b[i..];
        let good = match std::str::from_utf8(rest) {
            Ok(s) => s,
            Err(e) => std::str::from_utf8(&rest[..e.valid_up_to()]).unwrap_or_default(),
        };
        out.extend(good.chars().map(|c| c as Wide));
        i += good.len();
        if i >= b.len() {
            break;
        }
        match (&b[i..], errors) {
            ([0xed, x @ 0xa0..=0xbf, y @ 0x80..=0xbf, ..], SURROGATEPASS) => {
                out.push(0xd000 | Wide::from(x & 0x3f) << 6 | Wide::from(y & 0x3f));
                i += 3;
            }
            ([c, ..], SURROGATEESCAPE) => {
                out.push(0xdc00 + Wide::from(*c));
                i += 1;
            }
            _ => return Err(i),
        }
    }
    Ok(out)
}

/// Encode as UTF-8; the error is the index of the first character that cannot be.
fn encode(w: &[Wide], errors: c_int) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(w.len());
    for (i, &c) in w.iter().enumerate() {
        match (char::from_u32(c as u32), c) {
            (Some(c), _) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            (None, 0xdc80..=0xdcff) if errors == SURROGATEESCAPE => out.push((c - 0xdc00) as u8),
            (None, 0xd800..=0xdfff) if errors == SURROGATEPASS => out.extend_from_slice(&[0xed, 0x80 | (c >> 6 & 0x3f) as u8, 0x80 | (c & 0x3f) as u8]),
            _ => return Err(i),
        }
    }
    Ok(out)
}

unsafe fn wide<'a>(p: *const Wide) -> &'a [Wide] {
    // SAFETY: a text that ends with zero.
    unsafe {
        let mut n = 0;
        while *p.add(n) != 0 {
            n += 1;
        }
        std::slice::from_raw_parts(p, n)
    }
}

fn known(errors: c_int) -> bool {
    matches!(errors, STRICT | SURROGATEESCAPE | SURROGATEPASS)
}

capi! {
    /// Decode: 0, -1 no memory, -2 a bad byte, -3 an unknown error handler.
    fn _Py_DecodeLocaleEx(p: *const c_char, out: *mut *mut Wide, len: *mut usize, reason: *mut *const c_char, current: c_int, errors: c_int) -> c_int = |_| {
        if !known(errors) { return -3; }
        match decode(CStr::from_ptr(p).to_bytes(), errors) {
            Ok(mut w) => {
                crate::border::put(len, w.len());
                w.push(0);
                *out = raw(&w);
                if (*out).is_null() { -1 } else { 0 }
            }
            Err(at) => {
                crate::border::put(len, at);
                crate::border::put(reason, c"decoding error".as_ptr());
                -2
            }
        }
    }
    /// Encode: 0, -1 no memory, -2 a character that has no encoding, -3 an unknown error handler.
    fn _Py_EncodeLocaleEx(p: *const Wide, out: *mut *mut c_char, at: *mut usize, reason: *mut *const c_char, current: c_int, errors: c_int) -> c_int = |_| {
        if !known(errors) { return -3; }
        match encode(wide(p), errors) {
            Ok(mut b) => {
                b.push(0);
                *out = raw(&b) as *mut c_char;
                if (*out).is_null() { -1 } else { 0 }
            }
            Err(i) => {
                crate::border::put(at, i);
                crate::border::put(reason, c"encoding error".as_ptr());
                -2
            }
        }
    }
    /// Text of the operating system as wide characters, for `PyMem_RawFree`.
    fn Py_DecodeLocale(p: *const c_char, len: *mut usize) -> *mut Wide = |_| {
        let mut w = decode(CStr::from_ptr(p).to_bytes(), SURROGATEESCAPE).unwrap_or_default();
        crate::border::put(len, w.len());
        w.push(0);
        raw(&w)
    }
    /// Wide characters as text of the operating system, for `PyMem_Free`.
    fn Py_EncodeLocale(p: *const Wide, at: *mut usize) -> *mut c_char = |_| {
        match encode(wide(p), SURROGATEESCAPE) {
            Ok(mut b) => {
                crate::border::put(at, usize::MAX);
                b.push(0);
                raw(&b) as *mut c_char
            }
            Err(i) => {
                crate::border::put(at, i);
                std::ptr::null_mut()
            }
        }
    }
    /// The number of an error handler's name; 0 when it is not known.
    fn _Py_GetErrorHandler(name: *const c_char) -> c_int = |_| {
        const NAMES: [&[u8]; 7] = [b"strict", b"surrogateescape", b"replace", b"ignore", b"backslashreplace", b"surrogatepass", b"xmlcharrefreplace"];
        if name.is_null() { return STRICT; }
        NAMES.iter().position(|n| *n == CStr::from_ptr(name).to_bytes()).map_or(8, |i| i as c_int + 1)
    }
}
