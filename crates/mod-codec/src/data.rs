//! Between objects and the algorithms: strings as [`Text`], bytes-like objects as slices.

use taipan_algo_codec::{Text, TextBuf};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::Units;

/// A string as the algorithms see it.
pub fn text_of(s: &PyStr) -> Text<'_> {
    match s.units() {
        Units::Ascii(u) | Units::Latin1(u) => Text::One(u),
        Units::Ucs2(u) => Text::Two(u),
        Units::Ucs4(u) => Text::Four(u),
    }
}

/// A string object of what a decoder made.
pub fn new_str(t: &TextBuf, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    match t {
        TextBuf::One(u) => PyStr::from_latin1(u, cx),
        TextBuf::Two(u) => {
            let wide: Vec<u32> = u.iter().map(|&c| u32::from(c)).collect();
            PyStr::from_code_points(&wide, cx)
        }
        TextBuf::Four(u) => PyStr::from_code_points(u, cx),
    }
}

/// The bytes of a bytes-like object; a `bytes` is read in place.
pub enum Data<'a> {
    Bytes(&'a [u8]),
    Owned(Vec<u8>),
    View(Buffer),
}

impl<'a> Data<'a> {
    /// Of any object with the buffer protocol.
    pub fn of(o: &'a Object, cx: &mut Cx) -> PyResult<Data<'a>> {
        match o.downcast::<PyBytes>() {
            Some(b) => Ok(Data::Bytes(b.as_bytes())),
            None => Ok(Data::View(Buffer::get(o, 0, cx)?)),
        }
    }

    /// As `of`, where a string stands for its UTF-8.
    pub fn of_text_or_bytes(o: &'a Object, cx: &mut Cx) -> PyResult<Data<'a>> {
        match o.downcast::<PyStr>() {
            Some(s) => utf8_of(s, cx).map(Data::Owned),
            None => Data::of(o, cx),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Data::Bytes(b) => b,
            Data::Owned(v) => v,
            Data::View(b) => b.bytes(),
        }
    }
}

/// The UTF-8 of a string; lone surrogates raise `UnicodeEncodeError`.
pub fn utf8_of(s: &PyStr, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    match taipan_algo_codec::utf8::encode(text_of(s), 0, &mut out) {
        Ok(()) => Ok(out),
        Err(e) => {
            let x = exc::unicode::new_encode("utf-8", s, e.start, e.end, e.reason, cx)?;
            Err(cx.raise(x))
        }
    }
}

/// As Rust text without NUL characters: names of encodings and error handlers.
pub fn name_of(s: &PyStr, cx: &mut Cx) -> PyResult<String> {
    let utf8 = utf8_of(s, cx)?;
    if utf8.contains(&0) {
        return Err(cx.value_error(format_args!("embedded null character")));
    }
    Ok(String::from_utf8_lossy(&utf8).into_owned())
}
