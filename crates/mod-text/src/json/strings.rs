//! JSON strings: reading one with its escapes, and writing one.

use super::decode_error;
use taipan_object::prelude::*;
use taipan_object::types::str::{StrBuf, Units};

/// A code unit of a string.
pub trait Unit: Copy + Into<u32> {
    /// A string of some units.
    fn text(units: &[Self], cx: &mut Cx) -> PyResult<Own<PyStr>>;
    /// The units as bytes, when they are bytes.
    fn bytes(units: &[Self]) -> Option<&[u8]>;
}
impl Unit for u8 {
    fn text(units: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        PyStr::from_latin1(units, cx)
    }
    fn bytes(units: &[u8]) -> Option<&[u8]> {
        Some(units)
    }
}
impl Unit for u16 {
    fn text(units: &[u16], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let points: Vec<u32> = units.iter().map(|&u| u32::from(u)).collect();
        PyStr::from_code_points(&points, cx)
    }
    fn bytes(_: &[u16]) -> Option<&[u8]> {
        None
    }
}
impl Unit for u32 {
    fn text(units: &[u32], cx: &mut Cx) -> PyResult<Own<PyStr>> {
        PyStr::from_code_points(units, cx)
    }
    fn bytes(_: &[u32]) -> Option<&[u8]> {
        None
    }
}

/// [`scan`] on whatever kind the string is of.
pub fn scan_any(doc: &PyStr, start: usize, strict: bool, cx: &mut Cx) -> PyResult<(Own<PyStr>, usize)> {
    match doc.units() {
        Units::Ascii(u) | Units::Latin1(u) => scan(doc, u, start, strict, cx),
        Units::Ucs2(u) => scan(doc, u, start, strict, cx),
        Units::Ucs4(u) => scan(doc, u, start, strict, cx),
    }
}

/// The first byte that a JSON string cannot hold as it is (below 0x20, a quote, a backslash; from 0x7F on when `ascii`), eight bytes at a time.
#[inline]
fn find_special(bytes: &[u8], ascii: bool) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |v: u64| v.wrapping_sub(ONES) & !v & HIGH;
    let mut at = 0;
    for word in bytes.chunks_exact(8) {
        let v = u64::from_le_bytes(word.try_into().unwrap_or_default());
        // Bytes above 0x7F make the tests below unsure of their neighbours: such words go byte by byte.
        let low = v.wrapping_sub(ONES * 0x20) & !v & HIGH;
        let hit = low | zero(v ^ (ONES * 0x22)) | zero(v ^ (ONES * 0x5C)) | if ascii { v.wrapping_add(ONES) & HIGH | v & HIGH } else { 0 };
        if hit != 0 {
            break;
        }
        at += 8;
    }
    let special = |c: u8| c < 0x20 || c == b'"' || c == b'\\' || (ascii && c >= 0x7F);
    bytes[at..].iter().position(|&c| special(c)).map(|i| at + i)
}

/// Where a run of plain characters ends: at a quote, a backslash or (when strict) a control character.
#[inline]
pub fn plain_run<T: Unit>(units: &[T], from: usize, strict: bool) -> usize {
    let rest = units.get(from..).unwrap_or_default();
    let stop = |c: u32| c == u32::from(b'"') || c == u32::from(b'\\') || (strict && c <= 0x1F);
    from + rest.iter().position(|&c| stop(c.into())).unwrap_or(rest.len())
}

/// Read the string whose first character behind the quote is at `start`; gives it and the position behind the closing quote.
pub fn scan<T: Unit>(doc: &PyStr, units: &[T], start: usize, strict: bool, cx: &mut Cx) -> PyResult<(Own<PyStr>, usize)> {
    let first = plain_run(units, start, strict);
    if units.get(first).is_some_and(|&c| c.into() == u32::from(b'"')) {
        return Ok((T::text(&units[start..first], cx)?, first + 1));
    }
    let begin = start.wrapping_sub(1);
    let mut out = StrBuf::new();
    let mut at = start;
    loop {
        let stop = plain_run(units, at, strict);
        match (&mut out, T::bytes(&units[at..stop])) {
            (StrBuf::Narrow(v), Some(b)) => v.extend_from_slice(b),
            _ => units[at..stop].iter().for_each(|&c| out.push(c.into())),
        }
        let Some(c) = units.get(stop).map(|&c| c.into()) else {
            return Err(decode_error("Unterminated string starting at", doc, begin, cx));
        };
        if c == u32::from(b'"') {
            return Ok((out.finish(cx)?, stop + 1));
        }
        if c != u32::from(b'\\') {
            return Err(decode_error("Invalid control character at", doc, stop, cx));
        }
        let Some(c) = units.get(stop + 1).map(|&c| c.into()) else {
            return Err(decode_error("Unterminated string starting at", doc, begin, cx));
        };
        at = stop + 2;
        let c = match u8::try_from(c).unwrap_or(0) {
            b'u' => {
                let (c, next) = unicode_escape(doc, units, at, cx)?;
                at = next;
                c
            }
            c @ (b'"' | b'\\' | b'/') => u32::from(c),
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            _ => return Err(decode_error("Invalid \\escape", doc, stop, cx)),
        };
        out.push(c);
    }
}

/// Four hexadecimal digits at `at`.
fn hex4<T: Unit>(units: &[T], at: usize) -> Option<u32> {
    let four = units.get(at..at + 4)?;
    four.iter().try_fold(0, |n, &c| char::from_u32(c.into()).and_then(|c| c.to_digit(16)).map(|d| n << 4 | d))
}

/// The character of the escape whose digits start at `at`, and where to go on; a pair of surrogates is one character.
fn unicode_escape<T: Unit>(doc: &PyStr, units: &[T], at: usize, cx: &mut Cx) -> PyResult<(u32, usize)> {
    // A string cannot end with the digits, so there is always one more unit.
    let Some(c) = hex4(units, at).filter(|_| units.len() > at + 4) else {
        return Err(decode_error("Invalid \\uXXXX escape", doc, at - 1, cx));
    };
    let is_unit = |i: usize, b: u8| units.get(i).is_some_and(|&u| u.into() == u32::from(b));
    if (0xD800..0xDC00).contains(&c) && at + 10 < units.len() && is_unit(at + 4, b'\\') && is_unit(at + 5, b'u') {
        let Some(low) = hex4(units, at + 6) else {
            return Err(decode_error("Invalid \\uXXXX escape", doc, at + 5, cx));
        };
        if (0xDC00..0xE000).contains(&low) {
            return Ok((0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00)), at + 10));
        }
    }
    Ok((c, at + 4))
}

/// The text that an encoder writes.
pub struct Out(StrBuf);

impl Out {
    pub fn new() -> Out {
        Out(StrBuf::with_capacity(64))
    }
    /// ASCII text.
    #[inline]
    pub fn push_ascii(&mut self, s: &[u8]) {
        match &mut self.0 {
            StrBuf::Narrow(v) => v.extend_from_slice(s),
            StrBuf::Wide(v) => v.extend(s.iter().map(|&b| u32::from(b))),
        }
    }
    /// A string as it is.
    #[inline]
    pub fn push_str(&mut self, s: &PyStr) {
        self.0.push_str(s);
    }
    /// A string in quotes, escaped.
    pub fn push_quoted(&mut self, s: &PyStr, ascii: bool) {
        self.push_ascii(b"\"");
        match s.units() {
            Units::Ascii(u) | Units::Latin1(u) => self.push_escaped(u, ascii),
            Units::Ucs2(u) => self.push_escaped(u, ascii),
            Units::Ucs4(u) => self.push_escaped(u, ascii),
        }
        self.push_ascii(b"\"");
    }
    fn push_escaped<T: Unit>(&mut self, units: &[T], ascii: bool) {
        let mut at = 0;
        let special = |c: u32| c < 0x20 || c == u32::from(b'"') || c == u32::from(b'\\') || (ascii && c >= 0x7F);
        while at < units.len() {
            let found = match T::bytes(&units[at..]) {
                Some(bytes) => find_special(bytes, ascii),
                None => units[at..].iter().position(|&c| special(c.into())),
            };
            let stop = at + found.unwrap_or(units.len() - at);
            match (&mut self.0, T::bytes(&units[at..stop])) {
                (StrBuf::Narrow(v), Some(b)) => v.extend_from_slice(b),
                _ => units[at..stop].iter().for_each(|&c| self.0.push(c.into())),
            }
            if let Some(&c) = units.get(stop) {
                self.push_escape(c.into());
            }
            at = stop + 1;
        }
    }
    fn push_escape(&mut self, c: u32) {
        let short = match c {
            0x22 => b"\\\"",
            0x5C => b"\\\\",
            8 => b"\\b",
            12 => b"\\f",
            10 => b"\\n",
            13 => b"\\r",
            9 => b"\\t",
            0x10000.. => {
                let c = c - 0x10000;
                self.push_u(0xD800 | c >> 10);
                return self.push_u(0xDC00 | (c & 0x3FF));
            }
            _ => return self.push_u(c),
        };
        self.push_ascii(short);
    }
    fn push_u(&mut self, c: u32) {
        let digit = |shift: u32| b"0123456789abcdef"[(c >> shift & 15) as usize];
        self.push_ascii(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
    }
    /// The string.
    pub fn finish(self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.0.finish(cx)
    }
}
