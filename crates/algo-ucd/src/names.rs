//! Character names, aliases and named sequences.
//!
//! A name is a run of word numbers (frequent words take one byte, the rest two) behind a length byte; every sixteenth name
//! and word has its offset stored. A table hashed by name (FNV-1a, linear probing) finds a name's number. Plain names come
//! first, in code point order, found through `NAME_RUNS`; aliases and sequences follow.

use crate::database::{Version, is_newer};
use crate::records::DerivedName;
use crate::tables::*;

static WORDS: &[u8] = include_bytes!("data/words.bin");
static WORD_LENS: &[u8] = include_bytes!("data/word_lens.bin");
static NAMES: &[u8] = include_bytes!("data/names.bin");

/// A name in upper case, built on the stack.
pub struct NameOf {
    bytes: [u8; NAME_LEN_MAX + 8],
    len: usize,
}

impl NameOf {
    fn new() -> Self {
        NameOf { bytes: [0; NAME_LEN_MAX + 8], len: 0 }
    }

    fn push(&mut self, part: &[u8]) {
        if let Some(room) = self.bytes.get_mut(self.len..self.len + part.len()) {
            room.copy_from_slice(part);
            self.len += part.len();
        }
    }

    fn push_hex(&mut self, cp: u32) {
        let digits = (8 - cp.leading_zeros() / 4).max(4);
        for place in (0..digits).rev() {
            self.push(&[b"0123456789ABCDEF"[(cp >> (4 * place) & 15) as usize]]);
        }
    }

    /// The name's ASCII text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A character, by its name or by an alias of it.
    Char(u32),
    /// A named sequence.
    Sequence(&'static [u32]),
}

fn word(number: usize) -> &'static [u8] {
    let block = number / 16;
    let (Some(&start), Some(lens)) = (WORD_STARTS.get(block), WORD_LENS.get(block * 16..=number)) else { return &[] };
    let end = start as usize + lens.iter().map(|&len| usize::from(len)).sum::<usize>();
    let len = usize::from(lens.last().copied().unwrap_or(0));
    WORDS.get(end - len..end).unwrap_or_default()
}

/// The coded form of name `number`.
fn coded(number: usize) -> &'static [u8] {
    let Some(&start) = NAME_STARTS.get(number / 16) else { return &[] };
    let mut at = start as usize;
    for _ in 0..number % 16 {
        at += 1 + usize::from(NAMES.get(at).copied().unwrap_or(0));
    }
    let len = usize::from(NAMES.get(at).copied().unwrap_or(0));
    NAMES.get(at + 1..at + 1 + len).unwrap_or_default()
}

fn spell(number: usize) -> NameOf {
    let mut out = NameOf::new();
    let mut code = coded(number).iter();
    while let Some(&byte) = code.next() {
        let mut number = usize::from(byte);
        if number >= ONE_BYTE_WORDS {
            let low = usize::from(code.next().copied().unwrap_or(0));
            number = ONE_BYTE_WORDS + ((number - ONE_BYTE_WORDS) << 8 | low);
        }
        if out.len > 0 {
            out.push(b" ");
        }
        out.push(word(number));
    }
    out
}

const HANGUL_PREFIX: &[u8] = b"HANGUL SYLLABLE ";
const LEADS: [&str; 19] =
    ["G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I",
];
const TAILS: [&str; 28] = [
    "", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS", "NG", "J",
    "C", "K", "T", "P", "H",
];

fn derived_range(cp: u32) -> Option<&'static DerivedName> {
    let at = DERIVED_NAMES.partition_point(|range| range.last < cp);
    DERIVED_NAMES.get(at).filter(|range| range.first <= cp)
}

/// `unicodedata.name`; `None` where it raises. The caller owns the answer.
pub fn name(version: Version, cp: u32) -> Option<NameOf> {
    if is_newer(version, cp) {
        return None;
    }
    let mut out = NameOf::new();
    let index = cp.wrapping_sub(0xAC00) as usize;
    if index < 19 * 21 * 28 {
        out.push(HANGUL_PREFIX);
        out.push(LEADS[index / (21 * 28)].as_bytes());
        out.push(VOWELS[index / 28 % 21].as_bytes());
        out.push(TAILS[index % 28].as_bytes());
        return Some(out);
    }
    if let Some(range) = derived_range(cp) {
        if !range.has_name {
            return None;
        }
        out.push(range.prefix.as_bytes());
        out.push_hex(cp);
        return Some(out);
    }
    let at = NAME_RUNS.partition_point(|run| run.1 < cp);
    let &(first, _, number) = NAME_RUNS.get(at).filter(|run| run.0 <= cp)?;
    Some(spell(usize::from(number) + (cp - first) as usize))
}

fn longest_match(parts: &[&str], text: &[u8]) -> Option<(usize, usize)> {
    let fits = parts.iter().enumerate().filter(|(_, part)| text.starts_with(part.as_bytes()));
    fits.map(|(i, part)| (i, part.len())).max_by_key(|&(_, len)| len)
}

fn lookup_hangul(upper: &[u8]) -> Option<u32> {
    let rest = upper.strip_prefix(HANGUL_PREFIX)?;
    let (lead, len) = longest_match(&LEADS, rest)?;
    let rest = &rest[len..];
    let (vowel, len) = longest_match(&VOWELS, rest).filter(|&(_, len)| len > 0)?;
    let rest = &rest[len..];
    let (tail, len) = longest_match(&TAILS, rest)?;
    (len == rest.len()).then_some(0xAC00 + ((lead * 21 + vowel) * 28 + tail) as u32)
}

fn lookup_derived(upper: &[u8]) -> Option<u32> {
    let dash = upper.iter().rposition(|&b| b == b'-')?;
    let digits = std::str::from_utf8(&upper[dash + 1..]).ok().filter(|d| (4..=6).contains(&d.len()))?;
    if digits.starts_with('+') {
        return None;
    }
    let cp = u32::from_str_radix(digits, 16).ok()?;
    let range = derived_range(cp)?;
    let exact = digits.len() == 4 || !digits.starts_with('0');
    (exact && range.prefix.as_bytes() == &upper[..=dash]).then_some(cp)
}

/// `unicodedata.lookup`, in any case; sequences and aliases are unknown to 3.2.0.
pub fn lookup(version: Version, name: &str) -> Option<Named> {
    let mut upper = [0; NAME_LEN_MAX];
    let upper = upper.get_mut(..name.len())?;
    upper.copy_from_slice(name.as_bytes());
    upper.make_ascii_uppercase();
    if let Some(cp) = lookup_hangul(upper).or_else(|| lookup_derived(upper)) {
        return Some(Named::Char(cp));
    }
    let number = find(upper)?;
    if let Some(extra) = number.checked_sub(PLAIN_NAMES) {
        if version == Version::V3_2_0 {
            return None;
        }
        let (from, to) = (*EXTRA_STARTS.get(extra)?, *EXTRA_STARTS.get(extra + 1)?);
        return Some(match EXTRA_TEXTS.get(usize::from(from)..usize::from(to))? {
            [cp] => Named::Char(*cp),
            sequence => Named::Sequence(sequence),
        });
    }
    let run = NAME_RUNS.partition_point(|run| usize::from(run.2) <= number).checked_sub(1)?;
    let (first, _, start) = NAME_RUNS[run];
    Some(Named::Char(first + (number - usize::from(start)) as u32))
}

/// What `\N{name}` may stand for in a literal: a character or an alias, never a sequence.
pub fn lookup_char(name: &str) -> Option<u32> {
    match lookup(Version::Current, name)? {
        Named::Char(cp) => Some(cp),
        Named::Sequence(_) => None,
    }
}

fn find(upper: &[u8]) -> Option<usize> {
    let mut hash = 0x811C_9DC5u32;
    for &byte in upper {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    let mut slot = ((hash ^ hash >> 15) & 0xFFFF) as usize;
    loop {
        let number = usize::from(NAME_HASH[slot]).checked_sub(1)?;
        if number < ALL_NAMES && spell(number).as_bytes() == upper {
            return Some(number);
        }
        slot = (slot + 1) & 0xFFFF;
    }
}
