//! The rows that the generated tables are made of, and the compile-time readers of the binary blobs.

/// Predicates, case deltas and digit values: what `str` methods need.
pub(crate) struct TypeRecord {
    pub flags: u16,
    /// Simple mappings as differences from the code point.
    pub lower: i32,
    pub upper: i32,
    pub title: i32,
    /// Case folding when it is one code point; else see `SPECIAL_CASES`.
    pub fold: i32,
    /// 255 when the code point has none.
    pub decimal: u8,
    pub digit: u8,
}

pub(crate) const ALPHA: u16 = 0x1;
pub(crate) const DECIMAL: u16 = 0x2;
pub(crate) const DIGIT: u16 = 0x4;
pub(crate) const NUMERIC: u16 = 0x8;
pub(crate) const LOWER: u16 = 0x10;
pub(crate) const UPPER: u16 = 0x20;
pub(crate) const TITLE: u16 = 0x40;
pub(crate) const SPACE: u16 = 0x80;
pub(crate) const PRINTABLE: u16 = 0x100;
pub(crate) const XID_START: u16 = 0x200;
pub(crate) const XID_CONTINUE: u16 = 0x400;
pub(crate) const LINEBREAK: u16 = 0x800;
/// Cased and not case-ignorable: ends the search of the final-sigma rule with yes.
pub(crate) const SIGMA_CASED: u16 = 0x1000;
/// Case-ignorable: the final-sigma rule looks past it.
pub(crate) const CASE_IGNORABLE: u16 = 0x2000;
/// A full mapping differs from the simple one: see `SPECIAL_CASES`.
pub(crate) const SPECIAL: u16 = 0x4000;

/// Full mappings, zero-padded, in the order lower, upper, title, fold.
pub(crate) struct SpecialCase {
    pub cp: u32,
    pub full: [[u16; 3]; 4],
}

/// What only `unicodedata` and normalisation need.
pub(crate) struct PropRecord {
    pub category: u8,
    pub bidi: u8,
    pub combining: u8,
    pub east_asian_width: u8,
    pub mirrored: u8,
    /// Bits 1, 2, 4, 8: not in NFD, NFKD, NFC, NFKC; bit 16: may compose with what stands before it.
    pub quick: u8,
}

/// The answers of Unicode 3.2.0 where they differ from today's.
pub(crate) struct OldRecord {
    pub category: u8,
    pub bidi: u8,
    pub combining: u8,
    pub east_asian_width: u8,
    pub mirrored: u8,
    pub decimal: u8,
    pub numeric: u8,
}

/// A range whose names are a prefix and the code point in hexadecimal.
pub(crate) struct DerivedName {
    pub first: u32,
    pub last: u32,
    pub prefix: &'static str,
    /// `unicodedata.name` knows it (`lookup` always does).
    pub has_name: bool,
}

pub(crate) const fn u8s<const N: usize>(bytes: &[u8; N]) -> [u8; N] {
    *bytes
}

pub(crate) const fn u16s<const N: usize>(bytes: &[u8]) -> [u16; N] {
    assert!(bytes.len() == N * 2);
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]]);
        i += 1;
    }
    out
}

pub(crate) const fn u32s<const N: usize>(bytes: &[u8]) -> [u32; N] {
    assert!(bytes.len() == N * 4);
    let mut out = [0; N];
    let mut i = 0;
    while i < N {
        out[i] = u32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]);
        i += 1;
    }
    out
}

/// Look a code point up in a two-level table; `$default` above U+10FFFF.
macro_rules! two_level {
    ($cp:expr, $first:ident, $second:ident, $shift:ident) => {{
        let cp: u32 = $cp;
        match $first.get((cp >> $shift) as usize) {
            Some(&block) => $second[((block as usize) << $shift) | (cp & ((1 << $shift) - 1)) as usize] as usize,
            None => 0,
        }
    }};
}
pub(crate) use two_level;
