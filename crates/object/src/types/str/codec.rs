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
    let n: String = name.bytes().map(|b| if b == b'_' { '-' } else { b.to_ascii_lowercase() as char }).collect();
    match n.as_str() {
        "utf-8" | "utf8" => Known::Utf8,
        "ascii" | "us-ascii" => Known::Ascii,
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Known::Latin1,
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

/// `s.encode(encoding, errors)`.
pub fn encode(s: &PyStr, encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let fast = match (known(encoding), s.units()) {
        (Known::Utf8 | Known::Ascii | Known::Latin1, Units::Ascii(u)) => Some(u.to_vec()),
        (Known::Latin1, Units::Latin1(u)) => Some(u.to_vec()),
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

/// `bytes.decode(encoding, errors)`.
pub fn decode(b: &[u8], encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
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
