//! UTF-8. [`measure`] and the `fill_*` functions are the fast way from valid bytes to a string of exact size; [`decode`]
//! is the general, resumable one.

use crate::text::ascii_prefix;
use crate::{CodecError, Text, TextBuf, is_surrogate};

/// Size of a string before it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// Code points.
    pub len: usize,
    /// A bound that tells the kind as CPython counts it: 0x7F, 0xFF, 0xFFFF or 0x10FFFF.
    pub max: u32,
}

/// Length and kind of valid UTF-8; `None` if it is not valid (then [`decode`] finds the error).
pub fn measure(bytes: &[u8]) -> Option<(Measure, &str)> {
    let text = simdutf8::basic::from_utf8(bytes).ok()?;
    // Both loops vectorise: continuation bytes are -128..=-65 as i8, and the largest lead byte tells the kind.
    let len = bytes.iter().filter(|&&b| (b as i8) >= -0x40).count();
    let max = match bytes.iter().copied().max().unwrap_or(0) {
        0..0x80 => 0x7F,
        0x80..0xC4 => 0xFF,
        0xC4..0xF0 => 0xFFFF,
        _ => 0x10FFFF,
    };
    Some((Measure { len, max }, text))
}

macro_rules! fill {
    ($(#[$doc:meta])* $name:ident, $unit:ty) => {
        $(#[$doc])*
        pub fn $name(text: &str, out: &mut [$unit]) {
            let bytes = text.as_bytes();
            let mut slots = out.iter_mut();
            let mut at = 0;
            while at < bytes.len() {
                let run = ascii_prefix(&bytes[at..]);
                for (&byte, slot) in bytes[at..at + run].iter().zip(&mut slots) {
                    *slot = <$unit>::from(byte);
                }
                at += run;
                for c in text[at..].chars() {
                    if c.is_ascii() {
                        break;
                    }
                    if let Some(slot) = slots.next() {
                        *slot = c as u32 as $unit;
                    }
                    at += c.len_utf8();
                }
            }
        }
    };
}

fill!(
    /// Write the code points of `text`, which `measure` found to be at most U+00FF, into a slice of its length.
    fill_latin1, u8);
fill!(
    /// Write the code points of `text`, which `measure` found to be at most U+FFFF, into a slice of its length.
    fill_ucs2, u16);
fill!(
    /// Write the code points of `text` into a slice of its length.
    fill_ucs4, u32);

const INVALID_START: &str = "invalid start byte";
const INVALID_CONTINUATION: &str = "invalid continuation byte";
const UNEXPECTED_END: &str = "unexpected end of data";

enum Step {
    Char(u32, usize),
    /// So many bytes are wrong, for the reason.
    Bad(usize, &'static str),
    /// The input ends within a sequence that could become valid.
    Incomplete,
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Read one non-ASCII sequence at the start of `rest`, which is not empty.
#[inline]
fn step(rest: &[u8]) -> Step {
    let lead = rest[0];
    let low = |byte: u8| u32::from(byte & 0x3F);
    let need = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Step::Bad(1, INVALID_START),
    };
    let Some(&second) = rest.get(1) else { return Step::Incomplete };
    let second_ok = is_continuation(second)
        && match lead {
            0xE0 => second >= 0xA0,
            0xED => second < 0xA0,
            0xF0 => second >= 0x90,
            0xF4 => second < 0x90,
            _ => true,
        };
    if !second_ok {
        return Step::Bad(1, INVALID_CONTINUATION);
    }
    if need == 2 {
        return Step::Char(u32::from(lead & 0x1F) << 6 | low(second), 2);
    }
    let Some(&third) = rest.get(2) else { return Step::Incomplete };
    if !is_continuation(third) {
        return Step::Bad(2, INVALID_CONTINUATION);
    }
    if need == 3 {
        return Step::Char(u32::from(lead & 0xF) << 12 | low(second) << 6 | low(third), 3);
    }
    let Some(&fourth) = rest.get(3) else { return Step::Incomplete };
    if !is_continuation(fourth) {
        return Step::Bad(3, INVALID_CONTINUATION);
    }
    Step::Char(u32::from(lead & 7) << 18 | low(second) << 12 | low(third) << 6 | low(fourth), 4)
}

/// Decode from `pos`. With `is_final`, an incomplete sequence at the end is an error; without, it is left. Returns how many
/// bytes are consumed in all.
pub fn decode(bytes: &[u8], pos: usize, is_final: bool, out: &mut TextBuf) -> Result<usize, CodecError> {
    let mut at = pos;
    while at < bytes.len() {
        let run = ascii_prefix(&bytes[at..]);
        out.extend_latin1(&bytes[at..at + run]);
        at += run;
        while at < bytes.len() && bytes[at] >= 0x80 {
            match step(&bytes[at..]) {
                Step::Char(cp, len) => {
                    out.push(cp);
                    at += len;
                }
                Step::Incomplete if !is_final => return Ok(at),
                Step::Incomplete => return Err(CodecError::new(at, bytes.len(), UNEXPECTED_END)),
                Step::Bad(len, reason) => {
                    // Half a surrogate: with more input, `surrogatepass` may accept it.
                    let rest = &bytes[at..];
                    if !is_final && rest.len() == 2 && rest[0] == 0xED && (0xA0..=0xBF).contains(&rest[1]) {
                        return Ok(at);
                    }
                    return Err(CodecError::new(at, at + len, reason));
                }
            }
        }
    }
    Ok(at)
}

const NO_SURROGATES: &str = "surrogates not allowed";

/// Append one code point's UTF-8 (surrogates too, as `surrogatepass` wants them).
#[inline]
pub fn push_code_point(cp: u32, out: &mut Vec<u8>) {
    let tail = |shift: u32| (cp >> shift & 0x3F) as u8 | 0x80;
    match cp {
        0..0x80 => out.push(cp as u8),
        0x80..0x800 => out.extend_from_slice(&[(cp >> 6) as u8 | 0xC0, tail(0)]),
        0x800..0x10000 => out.extend_from_slice(&[(cp >> 12) as u8 | 0xE0, tail(6), tail(0)]),
        _ => out.extend_from_slice(&[(cp >> 18) as u8 & 7 | 0xF0, tail(12), tail(6), tail(0)]),
    }
}

fn encode_latin1(units: &[u8], out: &mut Vec<u8>) {
    let mut rest = units;
    while !rest.is_empty() {
        let (ascii, tail) = rest.split_at(ascii_prefix(rest));
        out.extend_from_slice(ascii);
        let wide = tail.iter().position(u8::is_ascii).unwrap_or(tail.len());
        for &unit in &tail[..wide] {
            out.extend_from_slice(&[unit >> 6 | 0xC0, unit & 0x3F | 0x80]);
        }
        rest = &tail[wide..];
    }
}

fn encode_wide<T: crate::Unit>(units: &[T], pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    for (at, &unit) in units.iter().enumerate().skip(pos) {
        let cp: u32 = unit.into();
        if is_surrogate(cp) {
            let run = units[at..].iter().take_while(|&&unit| is_surrogate(unit.into())).count();
            return Err(CodecError::new(at, at + run, NO_SURROGATES));
        }
        push_code_point(cp, out);
    }
    Ok(())
}

/// Encode from `pos`; the error covers a whole run of surrogates.
pub fn encode(text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve(text.len().saturating_sub(pos));
    match text {
        Text::One(units) => {
            encode_latin1(units.get(pos..).unwrap_or_default(), out);
            Ok(())
        }
        Text::Two(units) => encode_wide(units, pos, out),
        Text::Four(units) => encode_wide(units, pos, out),
    }
}

/// Bytes that `encode` would produce, surrogates counted as three.
pub fn encoded_len(text: Text<'_>) -> usize {
    let width = |cp: u32| 1 + usize::from(cp >= 0x80) + usize::from(cp >= 0x800) + usize::from(cp >= 0x10000);
    crate::with_units!(text, units => units.iter().map(|&unit| width(unit.into())).sum())
}
