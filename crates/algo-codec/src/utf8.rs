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
    let (mut len, mut top) = (0, 0);
    // Both loops vectorise: bytes that do not continue are -64..=127 as i8, and the largest lead byte tells the kind. Blocks
    // are short enough to count in a byte.
    for block in bytes.chunks(224) {
        len += usize::from(block.iter().map(|&b| u8::from((b as i8) >= -0x40)).fold(0u8, u8::wrapping_add));
        top = block.iter().fold(top, |top: u8, &b| top.max(b));
    }
    let max = match top {
        0..0x80 => 0x7F,
        0x80..0xC4 => 0xFF,
        0xC4..0xF0 => 0xFFFF,
        _ => 0x10FFFF,
    };
    Some((Measure { len, max }, text))
}

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// How many of eight bytes precede the first that is not ASCII.
#[inline(always)]
fn ascii_of_eight(eight: &[u8; 8]) -> usize {
    (u64::from_le_bytes(*eight) & HIGH_BITS).trailing_zeros() as usize / 8
}

/// Write the code points of valid UTF-8 to `out`. Eight bytes are widened at a time; where they stop being ASCII, what was
/// written beyond is written again.
#[inline(always)]
fn fill<T: Copy>(bytes: &[u8], out: &mut [T], convert: impl Fn(u32) -> T) {
    let low = |byte: u8| u32::from(byte & 0x3F);
    let (mut at, mut n) = (0, 0);
    while at < bytes.len() {
        let eight = bytes[at..].first_chunk::<8>();
        if let (Some(eight), Some(room)) = (eight, out.get_mut(n..n + 8)) {
            for (slot, &byte) in room.iter_mut().zip(eight) {
                *slot = convert(u32::from(byte));
            }
            let ascii = ascii_of_eight(eight);
            (at, n) = (at + ascii, n + ascii);
            if ascii == 8 {
                continue;
            }
        }
        // At least one character, and on to the next ASCII one.
        loop {
            let (cp, len) = match bytes.get(at..) {
                Some(&[a, ..]) if a < 0x80 => (u32::from(a), 1),
                Some(&[a, b, ..]) if a < 0xE0 => (u32::from(a & 0x1F) << 6 | low(b), 2),
                Some(&[a, b, c, ..]) if a < 0xF0 => (u32::from(a & 0xF) << 12 | low(b) << 6 | low(c), 3),
                Some(&[a, b, c, d, ..]) => (u32::from(a & 7) << 18 | low(b) << 12 | low(c) << 6 | low(d), 4),
                _ => return,
            };
            let Some(slot) = out.get_mut(n) else { return };
            *slot = convert(cp);
            (at, n) = (at + len, n + 1);
            if bytes.get(at).is_none_or(u8::is_ascii) {
                break;
            }
        }
    }
}

macro_rules! fill {
    ($(#[$doc:meta])* $name:ident, $unit:ty) => {
        $(#[$doc])*
        pub fn $name(text: &str, out: &mut [$unit]) {
            fill(text.as_bytes(), out, |cp| cp as $unit);
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
    let start = out.len();
    out.resize(start + 2 * units.len(), 0);
    let room = &mut out[start..];
    let (mut at, mut n) = (0, 0);
    while at < units.len() {
        if let (Some(eight), Some(slots)) = (units[at..].first_chunk::<8>(), room.get_mut(n..n + 8)) {
            slots.copy_from_slice(eight);
            let ascii = ascii_of_eight(eight);
            (at, n) = (at + ascii, n + ascii);
            if ascii == 8 {
                continue;
            }
        }
        while let (Some(&unit), Some([first, second])) = (units.get(at), room.get_mut(n..n + 2)) {
            at += 1;
            if unit < 0x80 {
                *first = unit;
                n += 1;
                break;
            }
            (*first, *second) = (unit >> 6 | 0xC0, unit & 0x3F | 0x80);
            n += 2;
        }
    }
    out.truncate(start + n);
}

fn encode_wide<T: crate::Unit>(units: &[T], pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    const CHUNK: usize = 32;
    let mut at = pos;
    while at < units.len() {
        let chunk = &units[at..units.len().min(at + CHUNK)];
        let all = chunk.iter().fold(0, |all, &unit| all | unit.into());
        if all < 0x80 {
            out.extend(chunk.iter().map(|&unit| unit.into() as u8));
            at += chunk.len();
            continue;
        }
        // A buffer on the stack: one capacity check for the chunk.
        let (mut buffer, mut len) = ([0u8; 4 * CHUNK], 0);
        for (i, &unit) in chunk.iter().enumerate() {
            let cp: u32 = unit.into();
            let tail = |shift: u32| (cp >> shift & 0x3F) as u8 | 0x80;
            let Some(room) = buffer[len..].first_chunk_mut::<4>() else { break };
            len += match cp {
                0..0x80 => {
                    room[0] = cp as u8;
                    1
                }
                0x80..0x800 => {
                    (room[0], room[1]) = ((cp >> 6) as u8 | 0xC0, tail(0));
                    2
                }
                0x800..0x10000 => {
                    if is_surrogate(cp) {
                        out.extend_from_slice(&buffer[..len]);
                        let at = at + i;
                        let run = units[at..].iter().take_while(|&&unit| is_surrogate(unit.into())).count();
                        return Err(CodecError::new(at, at + run, NO_SURROGATES));
                    }
                    (room[0], room[1], room[2]) = ((cp >> 12) as u8 | 0xE0, tail(6), tail(0));
                    3
                }
                _ => {
                    *room = [(cp >> 18) as u8 & 7 | 0xF0, tail(12), tail(6), tail(0)];
                    4
                }
            };
        }
        out.extend_from_slice(&buffer[..len]);
        at += chunk.len();
    }
    Ok(())
}

/// Encode from `pos`; the error covers a whole run of surrogates.
pub fn encode(text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve(text.len().saturating_sub(pos));
    match text {
        Text::One(units) => {
            let rest = units.get(pos..).unwrap_or_default();
            let (ascii, tail) = rest.split_at(ascii_prefix(rest));
            out.extend_from_slice(ascii);
            encode_latin1(tail, out);
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
