//! Loading the mapping tables: each is the difference from an earlier one, unpacked on first use and kept.

use super::tables::{BLOB, SPECS, TABLES};
use std::sync::OnceLock;

/// Where a table's differences lie and what they differ from.
pub(super) struct Table {
    /// Number of the base table; 255 for none.
    pub base: u8,
    /// How the base's codes are moved: not at all, to EUC (both high bits), to Shift JIS.
    pub transform: u8,
    pub from: usize,
    pub to: usize,
}

/// A stateless codec.
pub(super) struct Spec {
    pub name: &'static str,
    pub table: u8,
    /// The table behind the byte 8F, or 255.
    pub three: u8,
    /// 256 entries of 16 bits: a code point, `LEAD` or `ILLEGAL`.
    pub singles: usize,
    /// Where encoding differs from the inverse of decoding.
    pub encode: (usize, usize),
    /// Codes whose error covers all of their bytes instead of the first.
    pub long_two: &'static [u16],
    pub long_three: &'static [u16],
}

/// First byte of a longer code.
pub(super) const LEAD: u16 = 0xFFFF;
/// No code begins with this byte.
pub(super) const ILLEGAL: u16 = 0xFFFE;
/// Marks a decoding target that is an index into `pairs`.
const PAIR: u32 = 1 << 31;

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    One(u32),
    Two(u32, u32),
}

/// Two-byte codes to code points and back.
#[derive(Default)]
pub(super) struct Charset {
    /// By first byte, then second; 0 is "none".
    rows: Vec<Option<Box<[u32; 256]>>>,
    pairs: Vec<(u32, u32)>,
    /// By the upper bits of the code point, then the lower eight; 0 is "none".
    pages: Vec<Option<Box<[u16; 256]>>>,
    /// Codes of pairs, sorted.
    pair_codes: Vec<(u32, u32, u16)>,
}

impl Charset {
    #[inline]
    pub fn decode(&self, high: u8, low: u8) -> Option<Target> {
        match self.rows.get(usize::from(high))?.as_ref()?[usize::from(low)] {
            0 => None,
            at if at & PAIR != 0 => self.pairs.get((at & !PAIR) as usize).map(|&(a, b)| Target::Two(a, b)),
            cp => Some(Target::One(cp)),
        }
    }

    #[inline]
    pub fn encode(&self, cp: u32) -> Option<u16> {
        let page = self.pages.get((cp >> 8) as usize)?.as_ref()?;
        Some(page[(cp & 0xFF) as usize]).filter(|&code| code != 0)
    }

    /// May `cp` be the first of a pair?
    #[inline]
    pub fn begins_pair(&self, cp: u32) -> bool {
        !self.pair_codes.is_empty() && {
            let at = self.pair_codes.partition_point(|pair| pair.0 < cp);
            self.pair_codes.get(at).is_some_and(|pair| pair.0 == cp)
        }
    }

    pub fn encode_pair(&self, a: u32, b: u32) -> Option<u16> {
        let at = self.pair_codes.binary_search_by(|pair| (pair.0, pair.1).cmp(&(a, b))).ok()?;
        self.pair_codes.get(at).map(|pair| pair.2)
    }

    fn set_code(&mut self, cp: u32, code: u16, replace: bool) {
        let page = (cp >> 8) as usize;
        if page >= self.pages.len() {
            self.pages.resize_with(page + 1, || None);
        }
        let slot = &mut self.pages[page].get_or_insert_with(|| Box::new([0; 256]))[(cp & 0xFF) as usize];
        if *slot == 0 || replace {
            *slot = code;
        }
    }
}

/// Reads the packed tokens of one table.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> u32 {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        u32::from(byte)
    }

    fn number(&mut self, bytes: u32) -> u32 {
        (0..bytes).map(|place| self.byte() << (8 * place)).sum()
    }

    fn varint(&mut self) -> u32 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= (byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 || shift > 28 {
                return value;
            }
        }
    }
}

/// Call `give(key, target)` for each packed difference; the target is one number, or two for a pair.
fn unpack(from: usize, to: usize, mut give: impl FnMut(u32, u32, Option<u32>)) {
    let mut reader = Reader(BLOB.get(from..to).unwrap_or_default());
    let mut key = 0;
    while !reader.0.is_empty() {
        key += reader.varint();
        let head = reader.varint();
        let mut sequential = if head & 3 == 1 { reader.varint() } else { 0 };
        for _ in 0..head >> 2 {
            match head & 3 {
                0 => give(key, reader.number(2), None),
                1 => {
                    give(key, sequential, None);
                    sequential += 1;
                }
                2 => give(key, reader.number(3), None),
                _ => {
                    let first = reader.number(2);
                    give(key, first, Some(reader.number(2)));
                }
            }
            key += 1;
        }
    }
}

fn to_sjis(code: usize) -> usize {
    let (high, low) = ((code >> 8).wrapping_sub(0x21), (code & 0xFF).wrapping_sub(0x21));
    let lead = (high >> 1) + if high < 62 { 0x81 } else { 0xC1 };
    let trail = low + if high & 1 == 1 { 0x9F } else if low < 63 { 0x40 } else { 0x41 };
    lead << 8 | trail
}

/// A table as 65,536 targets.
fn flat(number: usize, pairs: &mut Vec<(u32, u32)>) -> Vec<u32> {
    let mut out = vec![0; 0x10000];
    let Some(table) = TABLES.get(number) else { return out };
    // A base always comes earlier, so this ends.
    if usize::from(table.base) < number {
        for (code, target) in flat(usize::from(table.base), pairs).into_iter().enumerate() {
            if target != 0 {
                let moved = match table.transform {
                    0 => code,
                    1 => code | 0x8080,
                    _ => to_sjis(code),
                };
                if let Some(slot) = out.get_mut(moved) {
                    *slot = target;
                }
            }
        }
    }
    unpack(table.from, table.to, |code, first, second| {
        if let Some(slot) = out.get_mut(code as usize) {
            *slot = match second {
                None => first,
                Some(second) => {
                    pairs.push((first, second));
                    PAIR | (pairs.len() as u32 - 1)
                }
            };
        }
    });
    out
}

/// Fill both directions from a flat table; `squeeze` turns a code into what the encoder stores.
fn fill(charset: &mut Charset, flat: &[u32], decoding: bool, squeeze: fn(u16) -> u16) {
    if decoding {
        charset.rows.resize_with(256, || None);
    }
    for (code, &target) in flat.iter().enumerate().filter(|&(_, &target)| target != 0) {
        if decoding {
            charset.rows[code >> 8].get_or_insert_with(|| Box::new([0; 256]))[code & 0xFF] = target;
        }
        let squeezed = squeeze(code as u16);
        match target & PAIR {
            0 => charset.set_code(target, squeezed, false),
            _ => {
                let (a, b) = charset.pairs[(target & !PAIR) as usize];
                charset.pair_codes.push((a, b, squeezed));
            }
        }
    }
    charset.pair_codes.sort_unstable();
}

fn load(number: usize) -> Charset {
    let mut charset = Charset::default();
    let flat = flat(number, &mut charset.pairs);
    fill(&mut charset, &flat, true, |code| code);
    charset
}

const LOADED_MAX: usize = 32;
static LOADED: [OnceLock<Charset>; LOADED_MAX] = [const { OnceLock::new() }; LOADED_MAX];

/// The charset of table `number`, without a codec's peculiarities.
pub(super) fn charset(number: usize) -> &'static Charset {
    LOADED[number % LOADED_MAX].get_or_init(|| load(number))
}

/// A stateless codec, ready.
pub(super) struct Stateless {
    pub spec: &'static Spec,
    pub singles: [u16; 256],
    /// Decodes two-byte codes; encodes everything the table can: one-byte codes as they are, three-byte ones (behind 8F) with
    /// the top bit of the last byte cleared.
    pub charset: Charset,
    pub three: Option<Charset>,
}

fn load_stateless(spec: &'static Spec) -> Stateless {
    let mut singles = [0; 256];
    let mut reader = Reader(BLOB.get(spec.singles..).unwrap_or_default());
    singles.iter_mut().for_each(|single| *single = reader.number(2) as u16);
    let mut charset = Charset::default();
    for (byte, &single) in singles.iter().enumerate().filter(|&(_, &single)| single < ILLEGAL) {
        charset.set_code(u32::from(single), byte as u16, false);
    }
    let two = flat(usize::from(spec.table), &mut charset.pairs);
    fill(&mut charset, &two, true, |code| code);
    let three = (spec.three != 255).then(|| {
        let three = flat(usize::from(spec.three), &mut charset.pairs);
        fill(&mut charset, &three, false, |code| code & 0xFF7F);
        load(usize::from(spec.three))
    });
    unpack(spec.encode.0, spec.encode.1, |cp, code, _| charset.set_code(cp, code as u16, true));
    Stateless { spec, singles, charset, three }
}

static STATELESS: [OnceLock<Stateless>; LOADED_MAX] = [const { OnceLock::new() }; LOADED_MAX];

/// The stateless codec number `number` of `SPECS`.
pub(super) fn stateless(number: usize) -> Option<&'static Stateless> {
    let spec = SPECS.get(number)?;
    Some(STATELESS.get(number)?.get_or_init(|| load_stateless(spec)))
}

/// The encoding differences in `from..to` as sorted (code point, value).
pub(super) fn differences(from: usize, to: usize) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    unpack(from, to, |cp, value, _| out.push((cp, value)));
    out
}
