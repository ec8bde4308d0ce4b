//! The codecs without state: one- and two-byte codes by table, and the longer ones of EUC-JP, EUC-KR and GB 18030.

use super::table::{ILLEGAL, LEAD, Stateless, Target};
use super::tables::FOUR_BYTE;
use super::{ILLEGAL_SEQUENCE, INCOMPLETE};
use crate::text::ascii_prefix;
use crate::{CodecError, Text, TextBuf, Unit, with_units};

/// What stands at a position of the input.
enum Step {
    Char(Target, usize),
    /// So many bytes are illegal.
    Illegal(usize),
    Incomplete,
}

fn push(target: Target, out: &mut TextBuf) {
    match target {
        Target::One(cp) => out.push(cp),
        Target::Two(a, b) => {
            out.push(a);
            out.push(b);
        }
    }
}

/// Decode from `pos`; returns how many bytes are consumed in all.
pub(super) fn decode(
    codec: &Stateless,
    bytes: &[u8],
    pos: usize,
    is_final: bool,
    out: &mut TextBuf,
) -> Result<usize, CodecError> {
    let ascii_is_plain = codec.singles[0x5C] == 0x5C;
    let mut at = pos;
    while at < bytes.len() {
        if ascii_is_plain {
            let run = ascii_prefix(&bytes[at..]);
            out.extend_latin1(&bytes[at..at + run]);
            at += run;
        }
        while at < bytes.len() {
            match step(codec, &bytes[at..]) {
                Step::Char(target, len) => {
                    push(target, out);
                    at += len;
                }
                Step::Illegal(len) => return Err(CodecError::new(at, at + len, ILLEGAL_SEQUENCE)),
                Step::Incomplete if is_final => return Err(CodecError::new(at, bytes.len(), INCOMPLETE)),
                Step::Incomplete => return Ok(at),
            }
            if ascii_is_plain && bytes.get(at).is_some_and(u8::is_ascii) {
                break;
            }
        }
    }
    Ok(at)
}

#[inline]
fn step(codec: &Stateless, rest: &[u8]) -> Step {
    match codec.singles[usize::from(rest[0])] {
        LEAD => {}
        ILLEGAL => return Step::Illegal(1),
        cp => return Step::Char(Target::One(u32::from(cp)), 1),
    }
    let &[high, low, ref tail @ ..] = rest else { return Step::Incomplete };
    if let Some(target) = codec.charset.decode(high, low) {
        return Step::Char(target, 2);
    }
    match (codec.spec.name, &codec.three) {
        ("gb18030", _) if low.is_ascii_digit() => four_bytes(rest),
        ("euc_kr", _) if (high, low) == (JAMO, FILLER) => make_up(rest),
        (_, Some(three)) if high == 0x8F => match tail.first() {
            None => Step::Incomplete,
            Some(&last) => match three.decode(low, last) {
                Some(target) => Step::Char(target, 3),
                None if codec.spec.long_three.contains(&u16::from_be_bytes([low, last])) => Step::Illegal(3),
                None => Step::Illegal(1),
            },
        },
        _ if codec.spec.long_two.contains(&u16::from_be_bytes([high, low])) => Step::Illegal(2),
        _ => Step::Illegal(1),
    }
}

/// GB 18030's four-byte codes: the rest of the BMP in ranges, then everything above in order.
fn four_bytes(rest: &[u8]) -> Step {
    let &[a, b, c, d, ..] = rest else { return Step::Incomplete };
    if !(0x81..=0xFE).contains(&a) || !(0x81..=0xFE).contains(&c) || !d.is_ascii_digit() {
        return Step::Illegal(1);
    }
    let linear = (u32::from(a - 0x81) * 10 + u32::from(b - b'0')) * 1260 + u32::from(c - 0x81) * 10 + u32::from(d - b'0');
    let cp = match linear.checked_sub(SUPPLEMENTARY) {
        Some(above) => Some(0x10000 + above).filter(|&cp| cp <= 0x10FFFF),
        None => {
            let at = FOUR_BYTE.partition_point(|range| range.0 <= linear);
            let range = at.checked_sub(1).and_then(|at| FOUR_BYTE.get(at));
            range.filter(|range| linear - range.0 < range.2).map(|range| range.1 + (linear - range.0))
        }
    };
    cp.map_or(Step::Illegal(1), |cp| Step::Char(Target::One(cp), 4))
}

/// The linear four-byte code of U+10000.
const SUPPLEMENTARY: u32 = 189_000;

fn push_four_bytes(cp: u32, out: &mut Vec<u8>) -> bool {
    let linear = if cp >= 0x10000 {
        SUPPLEMENTARY + cp - 0x10000
    } else {
        let at = FOUR_BYTE.partition_point(|range| range.1 <= cp);
        match at.checked_sub(1).and_then(|at| FOUR_BYTE.get(at)).filter(|range| cp - range.1 < range.2) {
            Some(range) => range.0 + (cp - range.1),
            None => return false,
        }
    };
    let digits = [linear / 12600 + 0x81, linear / 1260 % 10 + 0x30, linear / 10 % 126 + 0x81, linear % 10 + 0x30];
    out.extend(digits.map(|digit| digit as u8));
    true
}

const JAMO: u8 = 0xA4;
const FILLER: u8 = 0xD4;
/// KS X 1001 row 4 (from A1): which consonants may lead a syllable and which may end one, by their syllable indices.
const LEADS: [u8; 30] =
    [0, 1, 99, 2, 99, 99, 3, 4, 5, 99, 99, 99, 99, 99, 99, 99, 6, 7, 8, 99, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
const TAILS: [u8; 30] =
    [1, 2, 3, 4, 5, 6, 7, 99, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 99, 18, 19, 20, 21, 22, 99, 23, 24, 25, 26, 27];

/// KS X 1001 annex 3: a syllable spelt with a filler and three jamo, eight bytes.
fn make_up(rest: &[u8]) -> Step {
    let &[_, _, j1, lead, j2, vowel, j3, tail, ..] = rest else { return Step::Incomplete };
    let index = |table: &[u8; 30], byte: u8| {
        table.get(usize::from(byte.wrapping_sub(0xA1))).copied().filter(|&index| index != 99).map(u32::from)
    };
    let vowel = vowel.checked_sub(0xBF).filter(|&vowel| vowel < 21).map(u32::from);
    let tail = if tail == FILLER { Some(0) } else { index(&TAILS, tail) };
    match (index(&LEADS, lead), vowel, tail) {
        (Some(lead), Some(vowel), Some(tail)) if (j1, j2, j3) == (JAMO, JAMO, JAMO) => {
            Step::Char(Target::One(0xAC00 + lead * 588 + vowel * 28 + tail), 8)
        }
        _ => Step::Illegal(1),
    }
}

fn push_make_up(cp: u32, out: &mut Vec<u8>) -> bool {
    let Some(index) = cp.checked_sub(0xAC00).filter(|&index| index < 11172) else { return false };
    let spot = |table: &[u8; 30], wanted: u32| table.iter().position(|&entry| u32::from(entry) == wanted).unwrap_or(0) as u8 + 0xA1;
    let tail = match index % 28 {
        0 => FILLER,
        tail => spot(&TAILS, tail),
    };
    let vowel = (index / 28 % 21) as u8 + 0xBF;
    out.extend_from_slice(&[JAMO, FILLER, JAMO, spot(&LEADS, index / 588), JAMO, vowel, JAMO, tail]);
    true
}

fn push_code(code: u16, out: &mut Vec<u8>, has_three: bool) {
    let [high, low] = code.to_be_bytes();
    if code < 0x100 {
        out.push(low);
    } else if has_three && low < 0x80 {
        out.extend_from_slice(&[0x8F, high, low | 0x80]);
    } else {
        out.extend_from_slice(&[high, low]);
    }
}

/// Encode from `pos`; returns how many characters are consumed in all: fewer than there are only if the last may begin a
/// pair and `flush` is not set.
pub(super) fn encode(
    codec: &Stateless,
    text: Text<'_>,
    pos: usize,
    flush: bool,
    out: &mut Vec<u8>,
) -> Result<usize, CodecError> {
    with_units!(text, units => encode_units(codec, units, pos, flush, out))
}

fn encode_units<T: Unit>(
    codec: &Stateless,
    text: &[T],
    pos: usize,
    flush: bool,
    out: &mut Vec<u8>,
) -> Result<usize, CodecError> {
    let has_three = codec.three.is_some();
    let ascii_is_plain = codec.singles[0x5C] == 0x5C;
    out.reserve(2 * text.len().saturating_sub(pos));
    let mut at = pos;
    while let Some(cp) = text.get(at).map(|&unit| unit.into()) {
        if cp == 0 || (cp < 0x80 && ascii_is_plain) {
            out.push(cp as u8);
            at += 1;
            continue;
        }
        if codec.charset.begins_pair(cp) {
            match text.get(at + 1).map(|&unit| unit.into()) {
                None if !flush => return Ok(at),
                None => {}
                Some(next) => {
                    if let Some(code) = codec.charset.encode_pair(cp, next) {
                        push_code(code, out, has_three);
                        at += 2;
                        continue;
                    }
                }
            }
        }
        let done = match codec.charset.encode(cp) {
            Some(code) => {
                push_code(code, out, has_three);
                true
            }
            None => match codec.spec.name {
                "gb18030" => push_four_bytes(cp, out),
                "euc_kr" => push_make_up(cp, out),
                _ => false,
            },
        };
        if !done {
            return Err(CodecError::new(at, at + 1, ILLEGAL_SEQUENCE));
        }
        at += 1;
    }
    Ok(at)
}
