//! What `str.encode` and `bytes.decode` call: any encoding by name; UTF-8, 16, 32, ASCII and Latin-1 need no lookup.

use super::drive::Errors;
use super::registry::{self, Way};
use super::utf::{self, Plain};
use crate::data::new_str;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

fn plain(encoding: &str) -> Option<Plain> {
    Some(match registry::normalize(encoding).as_str() {
        "utf_8" | "utf8" => Plain::Utf8,
        "utf_16" | "utf16" => Plain::Utf16,
        "utf_32" | "utf32" => Plain::Utf32,
        "ascii" | "us_ascii" => Plain::Ascii,
        "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" => Plain::Latin1,
        _ => return None,
    })
}

/// `str.encode`.
pub fn encode(s: &PyStr, encoding: &str, errors: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(p) = plain(encoding) else {
        return registry::convert_text(Way::Encode, s, encoding, Some(errors), cx);
    };
    let mut e = Errors::new(Some(errors), cx)?;
    let out = utf::encode_plain(p, s, &mut e, cx)?;
    Ok(PyBytes::new(&out, cx)?.into_object())
}

/// `bytes.decode`; `obj` is what a registered codec gets.
pub fn decode(obj: &Object, bytes: &[u8], encoding: &str, errors: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(p) = plain(encoding) else {
        return registry::convert_text(Way::Decode, obj, encoding, Some(errors), cx);
    };
    let mut e = Errors::new(Some(errors), cx)?;
    let (out, _) = utf::decode_plain(p, bytes, &mut e, true, cx)?;
    Ok(new_str(&out, cx)?.into_object())
}
