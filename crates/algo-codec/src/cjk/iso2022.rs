//! The ISO 2022 family: character sets designated to G0, G1 and G2 by escape sequences, G1 reached by shifting.
//!
//! State bytes 0..3 are the sets in G0, G1, G2 (final byte of the escape sequence, high bit for two-byte sets), byte 4 the flags.

use super::table::{Charset, Target, charset, differences};
use super::{ILLEGAL_SEQUENCE, INCOMPLETE, State, tables};
use crate::{CodecError, Text, TextBuf};
use std::sync::OnceLock;

const ASCII: u8 = b'B';
const LATIN1: u8 = b'A';
const GREEK: u8 = b'F';
const DOUBLE: u8 = 0x80;
const ESC: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;
const FLAGS: usize = 4;
const SHIFTED: u8 = 1;
/// Inside of an escape sequence that is none of ISO 2022: pass it through.
const PASSING: u8 = 2;

/// A character set that a codec knows.
struct Set {
    /// As in the state.
    mark: u8,
    kind: Kind,
}

enum Kind {
    Table(usize),
    /// JIS X 0201: ASCII but for yen and overline; half-width katakana.
    Roman,
    Kana,
}

/// One codec of the family.
pub(super) struct Codec {
    pub name: &'static str,
    /// In the order in which the encoder asks them.
    sets: &'static [Set],
    /// G1 (with SO and SI) rather than G0.
    shifts: bool,
    uses_g2: bool,
    /// Accepts the prefix ESC & @ of JIS X 0208:1990.
    prefix: bool,
    differences: OnceLock<Vec<(u32, u32)>>,
}

const fn table(mark: u8, table: usize) -> Set {
    Set { mark: mark | DOUBLE, kind: Kind::Table(table) }
}

const ROMAN: Set = Set { mark: b'J', kind: Kind::Roman };
const KANA: Set = Set { mark: b'I', kind: Kind::Kana };
const JIS: Set = table(b'B', tables::JISX0208);
const JIS_OLD: Set = table(b'@', tables::JISX0208);
const JIS_MORE: Set = table(b'D', tables::JISX0212);
const KOREAN: Set = table(b'C', tables::KSX1001);
const CHINESE: Set = table(b'A', tables::GB2312);
const PLANE1: Set = table(b'Q', tables::JISX0213_1);
const PLANE1_2000: Set = table(b'O', tables::JISX0213_1_2000);
const PLANE2: Set = table(b'P', tables::JISX0213_2);

const fn codec(name: &'static str, sets: &'static [Set], uses_g2: bool) -> Codec {
    Codec { name, sets, shifts: false, uses_g2, prefix: true, differences: OnceLock::new() }
}

pub(super) static CODECS: [Codec; 7] = [
    Codec { name: "iso2022_kr", sets: &[KOREAN], shifts: true, uses_g2: false, prefix: false, differences: OnceLock::new() },
    codec("iso2022_jp", &[JIS, ROMAN, JIS_OLD], false),
    codec("iso2022_jp_1", &[JIS, JIS_MORE, ROMAN, JIS_OLD], false),
    codec("iso2022_jp_2", &[JIS, JIS_MORE, KOREAN, CHINESE, ROMAN, JIS_OLD], true),
    codec("iso2022_jp_2004", &[JIS, PLANE1, PLANE2], false),
    codec("iso2022_jp_3", &[JIS, PLANE1_2000, PLANE2], false),
    codec("iso2022_jp_ext", &[JIS, JIS_MORE, ROMAN, KANA, JIS_OLD], false),
];

/// What a step of decoding came to.
enum Step {
    To(usize),
    Illegal(usize),
    Incomplete,
}

impl Set {
    fn width(&self) -> usize {
        if self.mark & DOUBLE != 0 { 2 } else { 1 }
    }

    fn table(&self) -> Option<&'static Charset> {
        match self.kind {
            Kind::Table(number) => Some(charset(number)),
            _ => None,
        }
    }

    fn decode(&self, bytes: &[u8]) -> Option<Target> {
        match (&self.kind, bytes) {
            (&Kind::Table(number), &[high, low, ..]) => charset(number).decode(high, low),
            (Kind::Roman, [0x5C, ..]) => Some(Target::One(0xA5)),
            (Kind::Roman, [0x7E, ..]) => Some(Target::One(0x203E)),
            (Kind::Roman, &[byte, ..]) => Some(Target::One(u32::from(byte))),
            (Kind::Kana, &[byte @ 0x21..=0x5F, ..]) => Some(Target::One(0xFF40 + u32::from(byte))),
            _ => None,
        }
    }

    fn encode(&self, cp: u32) -> Option<u16> {
        match self.kind {
            Kind::Table(number) => charset(number).encode(cp),
            Kind::Roman => match cp {
                0xA5 => Some(0x5C),
                0x203E => Some(0x7E),
                _ => None,
            },
            Kind::Kana => cp.checked_sub(0xFF40).filter(|code| (0x21..=0x5F).contains(code)).map(|code| code as u16),
        }
    }
}

fn ends_escape(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'@'
}

impl Codec {
    pub fn initial() -> State {
        State([ASCII, ASCII, ASCII, 0, 0, 0, 0, 0])
    }

    fn find(&self, mark: u8) -> Option<&Set> {
        self.sets.iter().find(|set| set.mark == mark)
    }

    fn differences(&self) -> &[(u32, u32)] {
        self.differences.get_or_init(|| {
            let found = tables::ISO2022.iter().find(|row| row.0 == self.name);
            found.map(|&(_, from, to)| differences(from, to)).unwrap_or_default()
        })
    }

    pub fn decode(
        &self,
        state: &mut State,
        bytes: &[u8],
        pos: usize,
        is_final: bool,
        out: &mut TextBuf,
    ) -> Result<usize, CodecError> {
        let mut at = pos;
        while at < bytes.len() {
            match self.step(state, &bytes[at..], out) {
                Step::To(len) => at += len,
                Step::Illegal(len) => return Err(CodecError::new(at, at + len, ILLEGAL_SEQUENCE)),
                Step::Incomplete if is_final => return Err(CodecError::new(at, bytes.len(), INCOMPLETE)),
                Step::Incomplete => return Ok(at),
            }
        }
        Ok(at)
    }

    fn step(&self, state: &mut State, rest: &[u8], out: &mut TextBuf) -> Step {
        let byte = rest[0];
        let plain = |out: &mut TextBuf| {
            out.push(u32::from(byte));
            Step::To(1)
        };
        if state.0[FLAGS] & PASSING != 0 {
            if ends_escape(byte) {
                state.0[FLAGS] &= !PASSING;
            }
            return plain(out);
        }
        match byte {
            ESC => return self.escape(state, rest, out),
            SHIFT_IN if self.shifts => {
                state.0[FLAGS] &= !SHIFTED;
                return Step::To(1);
            }
            SHIFT_OUT if self.shifts => {
                state.0[FLAGS] |= SHIFTED;
                return Step::To(1);
            }
            b'\n' => state.0[FLAGS] &= !SHIFTED,
            _ => {}
        }
        if byte < 0x20 {
            return plain(out);
        }
        if byte >= 0x80 {
            return Step::Illegal(1);
        }
        let mark = state.0[usize::from(state.0[FLAGS] & SHIFTED != 0)];
        if mark == ASCII {
            return plain(out);
        }
        let Some(set) = self.find(mark) else { return Step::Illegal(1) };
        if rest.len() < set.width() {
            return Step::Incomplete;
        }
        match set.decode(rest) {
            Some(Target::One(cp)) => out.push(cp),
            Some(Target::Two(a, b)) => {
                out.push(a);
                out.push(b);
            }
            None => return Step::Illegal(set.width()),
        }
        Step::To(set.width())
    }

    fn escape(&self, state: &mut State, rest: &[u8], out: &mut TextBuf) -> Step {
        match rest.get(1) {
            None => Step::Incomplete,
            Some(b'(' | b')' | b'$' | b'.' | b'&') => self.designate(state, rest),
            Some(b'N') if self.uses_g2 => match rest.get(2) {
                None => Step::Incomplete,
                Some(&byte) => match from_g2(state.0[2], byte) {
                    Some(cp) => {
                        out.push(cp);
                        Step::To(3)
                    }
                    None => Step::Illegal(3),
                },
            },
            Some(_) => {
                out.push(u32::from(ESC));
                state.0[FLAGS] |= PASSING;
                Step::To(1)
            }
        }
    }

    fn designate(&self, state: &mut State, rest: &[u8]) -> Step {
        const LONGEST: usize = 16;
        let (mut len, mut i) = (0, 1);
        while i < LONGEST {
            let Some(&byte) = rest.get(i) else { return Step::Incomplete };
            if ends_escape(byte) {
                len = i + 1;
                break;
            }
            if self.prefix && byte == b'&' && rest.get(i + 1) == Some(&b'@') {
                i += 2;
            }
            i += 1;
        }
        let (plane, mark) = match rest[..len] {
            [] => return Step::Illegal(1),
            [_, b'$', mark] => (0, mark | DOUBLE),
            [_, b'(', mark] => (0, mark),
            [_, b')', mark] => (1, mark),
            [_, b'.', mark] if self.uses_g2 => (2, mark),
            [_, b'$', b'(', mark] => (0, mark | DOUBLE),
            [_, b'$', b')', mark] => (1, mark | DOUBLE),
            [_, b'&', b'@', ESC, b'$', b'B'] if self.prefix => (0, b'B' | DOUBLE),
            _ => return Step::Illegal(len),
        };
        let known = mark == ASCII || self.find(mark).is_some() || (self.uses_g2 && matches!(mark, LATIN1 | GREEK));
        if !known {
            return Step::Illegal(len);
        }
        state.0[plane] = mark;
        Step::To(len)
    }

    pub fn encode(
        &self,
        state: &mut State,
        text: Text<'_>,
        pos: usize,
        flush: bool,
        out: &mut Vec<u8>,
    ) -> Result<usize, CodecError> {
        let mut at = pos;
        while let Some(cp) = text.get(at) {
            if let Some(byte) = u8::try_from(cp).ok().filter(u8::is_ascii) {
                self.reset(state, out);
                out.push(byte);
                at += 1;
                continue;
            }
            let next = text.get(at + 1);
            let pairs = self.sets.iter().any(|set| set.table().is_some_and(|table| table.begins_pair(cp)));
            if pairs && next.is_none() && !flush {
                return Ok(at);
            }
            let Some((set, code, used)) = self.choose(cp, next.filter(|_| pairs)) else {
                return Err(CodecError::new(at, at + 1, ILLEGAL_SEQUENCE));
            };
            self.switch(state, set, out);
            let [high, low] = code.to_be_bytes();
            if set.width() == 2 {
                out.push(high);
            }
            out.push(low);
            at += used;
        }
        Ok(at)
    }

    /// The set and code for a character, or for a pair of them.
    fn choose(&self, cp: u32, next: Option<u32>) -> Option<(&Set, u16, usize)> {
        if let Some(next) = next {
            let mut pairs = self.sets.iter().filter_map(|set| Some((set, set.table()?.encode_pair(cp, next)?, 2)));
            if let Some(found) = pairs.next() {
                return Some(found);
            }
        }
        if let Ok(row) = self.differences().binary_search_by_key(&cp, |row| row.0) {
            let value = self.differences()[row].1;
            let set = self.sets.get((value >> 16) as usize)?;
            return (value != 0).then_some((set, value as u16, 1));
        }
        self.sets.iter().find_map(|set| Some((set, set.encode(cp)?, 1)))
    }

    /// Make `set` the one that bytes are read by.
    fn switch(&self, state: &mut State, set: &Set, out: &mut Vec<u8>) {
        let plane = usize::from(self.shifts);
        if state.0[plane] != set.mark {
            let last = set.mark & !DOUBLE;
            match (set.width(), self.shifts, last) {
                (1, false, _) => out.extend_from_slice(&[ESC, b'(', last]),
                (1, true, _) => out.extend_from_slice(&[ESC, b')', last]),
                // The three oldest sets have the short form.
                (_, false, b'B') => out.extend_from_slice(&[ESC, b'$', last]),
                (_, false, _) => out.extend_from_slice(&[ESC, b'$', b'(', last]),
                (_, true, _) => out.extend_from_slice(&[ESC, b'$', b')', last]),
            }
            state.0[plane] = set.mark;
        }
        if self.shifts && state.0[FLAGS] & SHIFTED == 0 {
            out.push(SHIFT_OUT);
            state.0[FLAGS] |= SHIFTED;
        }
    }

    /// Back to ASCII.
    pub fn reset(&self, state: &mut State, out: &mut Vec<u8>) {
        if state.0[FLAGS] & SHIFTED != 0 {
            out.push(SHIFT_IN);
            state.0[FLAGS] &= !SHIFTED;
        }
        if state.0[0] != ASCII {
            out.extend_from_slice(&[ESC, b'(', b'B']);
            state.0[0] = ASCII;
        }
    }
}

/// A character of the set in G2: ASCII, Latin-1 or Greek (ISO 8859-7).
fn from_g2(mark: u8, byte: u8) -> Option<u32> {
    match (mark, byte) {
        (_, 0x80..) => None,
        (LATIN1, _) => Some(u32::from(byte) + 0x80),
        (GREEK, _) => greek(byte | 0x80),
        _ => Some(u32::from(byte)),
    }
}

/// ISO 8859-7 as of 1987.
fn greek(byte: u8) -> Option<u32> {
    Some(match byte {
        0..=0xA0 | 0xA3 | 0xA6..=0xA9 | 0xAB..=0xAD | 0xB0..=0xB3 | 0xB7 | 0xBB | 0xBD => u32::from(byte),
        0xA1 => 0x2018,
        0xA2 => 0x2019,
        0xAF => 0x2015,
        0xB4..=0xB6 | 0xB8..=0xBA | 0xBC | 0xBE..=0xD1 | 0xD3..=0xFE => u32::from(byte) + 0x2D0,
        _ => return None,
    })
}
