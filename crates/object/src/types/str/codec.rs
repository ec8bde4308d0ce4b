//! `encode` and `decode`: UTF-8, ASCII and Latin-1 with the strict handler here, everything else through the module `_codecs`.

use super::{PyStr, Units};
use crate::call;
use crate::prelude::*;
use crate::types::bytes::PyBytes;

/// Encodings known without a lookup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Utf8,
    Ascii,
    Latin1,
    Other,
}

fn known(name: &str) -> Known {
    let mut buf = [0u8; 16];
    let Some(n) = buf.get_mut(..name.len()) else { return Known::Other };
    for (to, &b) in n.iter_mut().zip(name.as_bytes()) {
        *to = if b == b'_' { b'-' } else { b.to_ascii_lowercase() };
    }
    match &*n {
        b"utf-8" | b"utf8" => Known::Utf8,
        b"ascii" | b"us-ascii" => Known::Ascii,
        b"latin-1" | b"latin1" | b"iso-8859-1" | b"iso8859-1" => Known::Latin1,
        _ => Known::Other,
    }
}

impl PyStr {
    /// UTF-8 of the string; `None` when it has lone surrogates.
    pub fn to_utf8(&self) -> Option<Vec<u8>> {
        match self.units() {
            Units::Ascii(u) => Some(u.to_vec()),
            _ => {
                let mut out = Vec::with_capacity(self.len() * 2);
                let mut b = [0; 4];
                for c in self.code_points() {
                    out.extend_from_slice(char::from_u32(c)?.encode_utf8(&mut b).as_bytes());
                }
                Some(out)
            }
        }
    }
}

impl PyStr {
    /// UTF-8 of the string followed by a zero, kept in the object (`PyUnicode_AsUTF8AndSize`). Raises `UnicodeEncodeError` for lone surrogates.
    pub fn utf8_cached(&self, cx: &mut Cx) -> PyResult<&[u8]> {
        if self.state.get() & (super::ASCII | super::COMPACT) == super::ASCII | super::COMPACT {
            return Ok(self.raw_bytes());
        }
        let base = self as *const PyStr as *mut u8;
        // SAFETY: strings that are not compact ASCII have the two words (`utf8_length`, `utf8`) behind the common head.
        unsafe {
            let (len, text) = (base.add(super::ASCII_DATA) as *mut usize, base.add(super::ASCII_DATA + 8) as *mut *mut u8);
            if (*text).is_null() {
                let Some(v) = self.to_utf8() else {
                    let e = encode(self, "utf-8", "strict", cx);
                    return Err(match e {
                        Err(r) => r,
                        Ok(_) => cx.value_error(format_args!("the string has no UTF-8 form")),
                    });
                };
                let p = crate::alloc::raw_malloc(v.len() + 1);
                if p.is_null() {
                    return Err(cx.memory_error());
                }
                p.copy_from_nonoverlapping(v.as_ptr(), v.len());
                p.add(v.len()).write(0);
                (*len, *text) = (v.len(), p);
            }
            Ok(std::slice::from_raw_parts(*text, *len))
        }
    }
}

/// In development mode names of codecs and error handlers are looked up even when nothing needs them.
fn check_names(encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<()> {
    if !cx.interp().config.borrow().dev_mode {
        return Ok(());
    }
    for (f, name) in [("lookup", encoding), ("lookup_error", errors)] {
        let f = cx.import_attr("_codecs", f)?;
        let name = PyStr::new(name, cx)?;
        call::call(&f, &[&name], cx)?;
    }
    Ok(())
}

/// `s.encode(encoding, errors)`.
pub fn encode(s: &PyStr, encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    check_names(encoding, errors, cx)?;
    let fast = match (known(encoding), s.units()) {
        (Known::Utf8 | Known::Ascii | Known::Latin1, Units::Ascii(u)) | (Known::Latin1, Units::Latin1(u)) => return PyBytes::new(u, cx).map(Own::into_object),
        (Known::Utf8, _) => s.to_utf8(),
        _ => None,
    };
    if let Some(b) = fast {
        return PyBytes::new(&b, cx).map(Own::into_object);
    }
    let f = cx.import_attr("_codecs", "_encode_text")?;
    let (enc, err) = (PyStr::new(encoding, cx)?, PyStr::new(errors, cx)?);
    call::call(&f, &[s, &enc, &err], cx)
}

/// `bytes.decode(encoding, errors)`. The caller holds the bytes in place.
pub fn decode(b: &[u8], encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    check_names(encoding, errors, cx)?;
    let k = known(encoding);
    if k == Known::Latin1 {
        return PyStr::from_latin1(b, cx).map(Own::into_object);
    }
    if k != Known::Other && b.is_ascii() {
        return PyStr::from_latin1(b, cx).map(Own::into_object);
    }
    if k == Known::Utf8 {
        if let Ok(s) = std::str::from_utf8(b) {
            return PyStr::new(s, cx).map(Own::into_object);
        }
    }
    let f = cx.import_attr("_codecs", "_decode_text")?;
    let (enc, err) = (PyStr::new(encoding, cx)?, PyStr::new(errors, cx)?);
    let b = PyBytes::new(b, cx)?;
    call::call(&f, &[&b, &enc, &err], cx)
}
