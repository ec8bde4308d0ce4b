//! `unicode_escape`, `raw_unicode_escape`, and the bytes escapes of `_codecs.escape_decode`.

use crate::{CodecError, Text, TextBuf, hex_value};
use memchr::memchr;

/// An escape that a decoder let pass and that deserves a `DeprecationWarning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidEscape {
    /// Backslash and this byte (of a UTF-8 or Latin-1 source): kept as it is.
    Unknown(u8),
    /// An octal escape above 0o377.
    Octal(u32),
}

/// Hands back the hexadecimal number of `count` digits at `at`, or the position of what is not a digit.
fn hex_number(bytes: &[u8], at: usize, count: usize) -> Result<u32, usize> {
    let mut value = 0u32;
    for place in at..at + count {
        let digit = bytes.get(place).and_then(|&byte| hex_value(byte)).ok_or(place)?;
        value = value << 4 | digit;
    }
    Ok(value)
}

/// Up to three octal digits: the value and where they end.
fn octal_number(bytes: &[u8], at: usize) -> (u32, usize) {
    let digits = bytes[at..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte));
    let (mut value, mut end) = (0, at);
    for &digit in digits {
        value = value * 8 + u32::from(digit - b'0');
        end += 1;
    }
    (value, end)
}

fn simple_escape(byte: u8) -> Option<u8> {
    Some(match byte {
        b'\\' | b'\'' | b'"' => byte,
        b'b' => 8,
        b'f' => 12,
        b't' => b'\t',
        b'n' => b'\n',
        b'r' => b'\r',
        b'v' => 11,
        b'a' => 7,
        _ => return None,
    })
}

/// Where a decoding step leads: past an escape, to an error ending there, or to the end of incomplete input.
enum Step {
    To(usize),
    Bad(usize, &'static str),
    Incomplete(&'static str),
}

fn hex_escape(bytes: &[u8], at: usize, count: usize, reason: &'static str, illegal: &'static str, out: &mut TextBuf) -> Step {
    match hex_number(bytes, at, count) {
        Ok(cp) if cp <= 0x10FFFF => {
            out.push(cp);
            Step::To(at + count)
        }
        Ok(_) => Step::Bad(at + count, illegal),
        Err(place) if place >= bytes.len() => Step::Incomplete(reason),
        Err(place) => Step::Bad(place, reason),
    }
}

fn named_escape(bytes: &[u8], at: usize, out: &mut TextBuf) -> Step {
    const MALFORMED: &str = "malformed \\N character escape";
    match bytes.get(at) {
        None => return Step::Incomplete(MALFORMED),
        Some(b'{') => {}
        Some(_) => return Step::Bad(at, MALFORMED),
    }
    let Some(len) = memchr(b'}', &bytes[at + 1..]) else { return Step::Incomplete(MALFORMED) };
    if len == 0 {
        return Step::Bad(at + 1, MALFORMED);
    }
    let end = at + 1 + len + 1;
    let name = std::str::from_utf8(&bytes[at + 1..end - 1]).ok();
    match name.and_then(taipan_algo_ucd::lookup_char) {
        Some(cp) => {
            out.push(cp);
            Step::To(end)
        }
        None => Step::Bad(end, "unknown Unicode character name"),
    }
}

/// Decode `unicode_escape` from `pos`. The first escape that only deserves a warning is put into `invalid` with the position of
/// its backslash, unless one is there already. Returns how many bytes are consumed in all.
pub fn decode_unicode(
    bytes: &[u8],
    pos: usize,
    is_final: bool,
    out: &mut TextBuf,
    invalid: &mut Option<(usize, InvalidEscape)>,
) -> Result<usize, CodecError> {
    const ILLEGAL: &str = "illegal Unicode character";
    let mut at = pos;
    while at < bytes.len() {
        let run = memchr(b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
        out.extend_latin1(&bytes[at..at + run]);
        at += run;
        if at == bytes.len() {
            break;
        }
        let step = match bytes.get(at + 1) {
            None => Step::Incomplete("\\ at end of string"),
            Some(b'\n') => Step::To(at + 2),
            Some(b'0'..=b'7') => {
                let (value, end) = octal_number(bytes, at + 1);
                if value > 0o377 {
                    invalid.get_or_insert((at, InvalidEscape::Octal(value)));
                }
                out.push(value);
                Step::To(end)
            }
            Some(b'x') => hex_escape(bytes, at + 2, 2, "truncated \\xXX escape", ILLEGAL, out),
            Some(b'u') => hex_escape(bytes, at + 2, 4, "truncated \\uXXXX escape", ILLEGAL, out),
            Some(b'U') => hex_escape(bytes, at + 2, 8, "truncated \\UXXXXXXXX escape", ILLEGAL, out),
            Some(b'N') => named_escape(bytes, at + 2, out),
            Some(&byte) => {
                match simple_escape(byte) {
                    Some(value) => out.push(u32::from(value)),
                    None => {
                        invalid.get_or_insert((at, InvalidEscape::Unknown(byte)));
                        out.extend_latin1(&[b'\\', byte]);
                    }
                }
                Step::To(at + 2)
            }
        };
        at = match step {
            Step::To(next) => next,
            Step::Incomplete(_) if !is_final => return Ok(at),
            Step::Incomplete(reason) => return Err(CodecError::new(at, bytes.len(), reason)),
            Step::Bad(end, reason) => return Err(CodecError::new(at, end, reason)),
        };
    }
    Ok(at)
}

/// Decode `raw_unicode_escape` from `pos`: only `\u` and `\U` are escapes. Returns how many bytes are consumed in all.
pub fn decode_raw(bytes: &[u8], pos: usize, is_final: bool, out: &mut TextBuf) -> Result<usize, CodecError> {
    const ILLEGAL: &str = "\\Uxxxxxxxx out of range";
    let mut at = pos;
    while at < bytes.len() {
        let run = memchr(b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
        out.extend_latin1(&bytes[at..at + run]);
        at += run;
        if at == bytes.len() {
            break;
        }
        let step = match bytes.get(at + 1) {
            None if is_final => {
                out.push(u32::from(b'\\'));
                Step::To(at + 1)
            }
            None => Step::Incomplete(""),
            Some(b'u') => hex_escape(bytes, at + 2, 4, "truncated \\uXXXX escape", ILLEGAL, out),
            Some(b'U') => hex_escape(bytes, at + 2, 8, "truncated \\UXXXXXXXX escape", ILLEGAL, out),
            Some(&byte) => {
                out.extend_latin1(&[b'\\', byte]);
                Step::To(at + 2)
            }
        };
        at = match step {
            Step::To(next) => next,
            Step::Incomplete(_) if !is_final => return Ok(at),
            Step::Incomplete(reason) => return Err(CodecError::new(at, bytes.len(), reason)),
            Step::Bad(end, reason) => return Err(CodecError::new(at, end, reason)),
        };
    }
    Ok(at)
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Append `\xXX`, `\uXXXX` or `\UXXXXXXXX`, as short as the code point allows.
pub fn push_escape(cp: u32, out: &mut Vec<u8>) {
    let (letter, digits) = match cp {
        0..0x100 => (b'x', 2),
        0x100..0x10000 => (b'u', 4),
        _ => (b'U', 8),
    };
    push_hex_escape(letter, digits, cp, out);
}

fn push_hex_escape(letter: u8, digits: u32, cp: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'\\', letter]);
    out.extend((0..digits).rev().map(|place| HEX[(cp >> (4 * place) & 15) as usize]));
}

/// Encode `unicode_escape`.
pub fn encode_unicode(text: Text<'_>, out: &mut Vec<u8>) {
    out.reserve(text.len());
    text.for_each(|cp| match cp {
        0x5C => out.extend_from_slice(b"\\\\"),
        0x20..0x7F => out.push(cp as u8),
        0x09 => out.extend_from_slice(b"\\t"),
        0x0A => out.extend_from_slice(b"\\n"),
        0x0D => out.extend_from_slice(b"\\r"),
        _ => push_escape(cp, out),
    });
}

/// Encode `raw_unicode_escape`.
pub fn encode_raw(text: Text<'_>, out: &mut Vec<u8>) {
    out.reserve(text.len());
    text.for_each(|cp| match u8::try_from(cp) {
        Ok(byte) => out.push(byte),
        Err(_) => push_escape(cp, out),
    });
}

/// Why `decode_bytes` stopped: a `ValueError` for the caller to word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesEscapeError {
    /// "Trailing \ in string".
    TrailingBackslash,
    /// "invalid \x escape at position N".
    InvalidHex(usize),
}

/// What `decode_bytes` does with a broken `\x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BytesEscapePolicy {
    Strict,
    Replace,
    Ignore,
}

/// `_codecs.escape_decode`: the escapes of a bytes literal.
pub fn decode_bytes(
    bytes: &[u8],
    policy: BytesEscapePolicy,
    invalid: &mut Option<(usize, InvalidEscape)>,
) -> Result<Vec<u8>, BytesEscapeError> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let run = memchr(b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
        out.extend_from_slice(&bytes[at..at + run]);
        at += run;
        if at == bytes.len() {
            break;
        }
        match bytes.get(at + 1) {
            None => return Err(BytesEscapeError::TrailingBackslash),
            Some(b'\n') => at += 2,
            Some(b'0'..=b'7') => {
                let (value, end) = octal_number(bytes, at + 1);
                if value > 0o377 {
                    invalid.get_or_insert((at, InvalidEscape::Octal(value)));
                }
                out.push(value as u8);
                at = end;
            }
            Some(b'x') => match hex_number(bytes, at + 2, 2) {
                Ok(value) => {
                    out.push(value as u8);
                    at += 4;
                }
                Err(place) => {
                    match policy {
                        BytesEscapePolicy::Strict => return Err(BytesEscapeError::InvalidHex(at)),
                        BytesEscapePolicy::Replace => out.push(b'?'),
                        BytesEscapePolicy::Ignore => {}
                    }
                    at = place;
                }
            },
            Some(&byte) => {
                match simple_escape(byte) {
                    Some(value) => out.push(value),
                    None => {
                        invalid.get_or_insert((at, InvalidEscape::Unknown(byte)));
                        out.extend_from_slice(&[b'\\', byte]);
                    }
                }
                at += 2;
            }
        }
    }
    Ok(out)
}

/// `_codecs.escape_encode`: the inside of `repr(bytes)` with single quotes escaped.
pub fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len());
    for &byte in bytes {
        match byte {
            b'\'' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x20..0x7F => out.push(byte),
            _ => push_hex_escape(b'x', 2, u32::from(byte), out),
        }
    }
}
