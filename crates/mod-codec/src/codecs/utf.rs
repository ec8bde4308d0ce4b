//! The Unicode encodings, ASCII and Latin-1 with error handling.

use super::drive::{self, Errors, Put};
use crate::data::text_of;
use taipan_algo_codec::{ByteOrder, TextBuf, single, utf7, utf8, utf16, utf32};
use taipan_object::prelude::*;

/// Encodings with a fixed spelling.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    Utf8,
    Utf16,
    Utf32,
    Ascii,
    Latin1,
}

/// Encode; UTF-16 and UTF-32 with a mark in native order.
pub fn encode_plain(p: Plain, s: &PyStr, e: &mut Errors<'_>, cx: &mut Cx) -> PyResult<Vec<u8>> {
    match p {
        Plain::Utf8 => drive::encode(s, "utf-8", e, &mut |t, at, out, _| Ok(utf8::encode(t, at, out)), Put::Narrow(0x80), Vec::new(), cx),
        Plain::Ascii => drive::encode(s, "ascii", e, &mut |t, at, out, _| Ok(single::encode_ascii(t, at, out)), Put::Narrow(0x80), Vec::new(), cx),
        Plain::Latin1 => drive::encode(s, "latin-1", e, &mut |t, at, out, _| Ok(single::encode_latin1(t, at, out)), Put::Narrow(0x100), Vec::new(), cx),
        Plain::Utf16 => encode_wide(2, s, e, 0, cx),
        Plain::Utf32 => encode_wide(4, s, e, 0, cx),
    }
}

/// Decode; gives the text and how many bytes were consumed.
pub fn decode_plain(p: Plain, b: &[u8], e: &mut Errors<'_>, is_final: bool, cx: &mut Cx) -> PyResult<(TextBuf, usize)> {
    match p {
        Plain::Utf8 => drive::decode(b, 0, "utf-8", e, &mut |b, at, out, _| Ok(utf8::decode(b, at, is_final, out)), cx),
        Plain::Ascii => drive::decode(b, 0, "ascii", e, &mut |b, at, out, _| Ok(single::decode_ascii(b, at, out)), cx),
        Plain::Latin1 => {
            let mut out = TextBuf::default();
            single::decode_latin1(b, &mut out);
            Ok((out, b.len()))
        }
        Plain::Utf16 => decode_wide(2, b, e, 0, is_final, cx).map(|r| (r.0, r.1)),
        Plain::Utf32 => decode_wide(4, b, e, 0, is_final, cx).map(|r| (r.0, r.1)),
    }
}

/// UTF-16 (`width` 2) or UTF-32 (4); `order` is -1 for little, 1 for big, 0 for native with a mark.
pub fn encode_wide(width: usize, s: &PyStr, e: &mut Errors<'_>, order: i32, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let o = match order {
        0 => ByteOrder::NATIVE,
        n if n < 0 => ByteOrder::Little,
        _ => ByteOrder::Big,
    };
    let mut out = Vec::new();
    if width == 2 {
        if order == 0 {
            utf16::push_bom(o, &mut out);
        }
        let name = ["utf-16-le", "utf-16", "utf-16-be"][(order.signum() + 1) as usize];
        drive::encode(s, name, e, &mut |t, at, out, _| Ok(utf16::encode(t, at, o, out)), Put::Utf16(o), out, cx)
    } else {
        if order == 0 {
            utf32::push_code_point(0xFEFF, o, &mut out);
        }
        let name = ["utf-32-le", "utf-32", "utf-32-be"][(order.signum() + 1) as usize];
        drive::encode(s, name, e, &mut |t, at, out, _| Ok(utf32::encode(t, at, o, out)), Put::Utf32(o), out, cx)
    }
}

/// The text, the bytes consumed, and the order found (0 if still unknown).
pub fn decode_wide(width: usize, b: &[u8], e: &mut Errors<'_>, order: i32, is_final: bool, cx: &mut Cx) -> PyResult<(TextBuf, usize, i32)> {
    let (mut order, mut start) = (order, 0);
    if order == 0 {
        let found = if width == 2 { utf16::detect_bom(b) } else { utf32::detect_bom(b) };
        if let Some(o) = found {
            order = if o == ByteOrder::Little { -1 } else { 1 };
            start = width;
        }
    }
    let o = match order {
        0 => ByteOrder::NATIVE,
        n if n < 0 => ByteOrder::Little,
        _ => ByteOrder::Big,
    };
    let little = o == ByteOrder::Little;
    let r = if width == 2 {
        let name = if little { "utf-16-le" } else { "utf-16-be" };
        drive::decode(b, start, name, e, &mut |b, at, out, _| Ok(utf16::decode(b, at, o, is_final, out)), cx)?
    } else {
        let name = if little { "utf-32-le" } else { "utf-32-be" };
        drive::decode(b, start, name, e, &mut |b, at, out, _| Ok(utf32::decode(b, at, o, is_final, out)), cx)?
    };
    Ok((r.0, r.1, order))
}

/// UTF-7.
pub fn encode_utf7(s: &PyStr) -> Vec<u8> {
    let mut out = Vec::new();
    utf7::encode(text_of(s), &mut out);
    out
}

/// UTF-7.
pub fn decode_utf7(b: &[u8], e: &mut Errors<'_>, is_final: bool, cx: &mut Cx) -> PyResult<(TextBuf, usize)> {
    drive::decode(b, 0, "utf7", e, &mut |b, at, out, _| Ok(utf7::decode(b, at, is_final, out)), cx)
}
