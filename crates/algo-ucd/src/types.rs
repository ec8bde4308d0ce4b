//! The `str` predicates: `isalpha` and its kin, one table lookup each, Latin-1 through a flat table.

use crate::records::*;
use crate::tables::{TYPE_RECORDS, TYPES_1, TYPES_2, TYPES_SHIFT};

static LATIN1: [u16; 256] = latin1_flags();

const fn latin1_flags() -> [u16; 256] {
    let mut out = [0; 256];
    let mut cp = 0;
    while cp < 256 {
        let block = TYPES_1[cp >> TYPES_SHIFT] as usize;
        out[cp] = TYPE_RECORDS[TYPES_2[(block << TYPES_SHIFT) | (cp & ((1 << TYPES_SHIFT) - 1))] as usize].flags;
        cp += 1;
    }
    out
}

#[inline]
pub(crate) fn record(cp: u32) -> &'static TypeRecord {
    &TYPE_RECORDS[two_level!(cp, TYPES_1, TYPES_2, TYPES_SHIFT)]
}

#[inline]
pub(crate) fn flags(cp: u32) -> u16 {
    if cp < 256 { LATIN1[cp as usize] } else { record(cp).flags }
}

macro_rules! predicates {
    ($($(#[$doc:meta])* $name:ident = $mask:expr;)*) => {
        $($(#[$doc])* #[inline] pub fn $name(cp: u32) -> bool { flags(cp) & ($mask) != 0 })*
    };
}

predicates! {
    /// `str.isalpha` for one code point (category L*).
    is_alpha = ALPHA;
    /// `str.isalnum` for one code point.
    is_alnum = ALPHA | DECIMAL | DIGIT | NUMERIC;
    /// `str.isdecimal` for one code point.
    is_decimal = DECIMAL;
    /// `str.isdigit` for one code point.
    is_digit = DIGIT;
    /// `str.isnumeric` for one code point.
    is_numeric = NUMERIC;
    /// Lowercase (derived property), as `str.islower` counts it.
    is_lower = LOWER;
    /// Uppercase (derived property), as `str.isupper` counts it.
    is_upper = UPPER;
    /// Titlecase letter (category Lt), which `str.istitle` treats as uppercase.
    is_title = TITLE;
    /// `str.isspace` for one code point.
    is_space = SPACE;
    /// `str.isprintable` for one code point: what `repr` shows unescaped.
    is_printable = PRINTABLE;
    /// May start an identifier: XID_Start or `_` (PEP 3131).
    is_xid_start = XID_START;
    /// May continue an identifier (PEP 3131).
    is_xid_continue = XID_CONTINUE;
    /// A line boundary of `str.splitlines`.
    is_linebreak = LINEBREAK;
}

/// `\w` of a Unicode pattern: alphanumeric or `_`.
#[inline]
pub fn is_word(cp: u32) -> bool {
    cp == u32::from(b'_') || is_alnum(cp)
}

/// The value of a decimal digit (what `int()` and `float()` read).
#[inline]
pub fn to_decimal(cp: u32) -> Option<u32> {
    if cp < 128 {
        return (cp as u8 as char).to_digit(10);
    }
    let value = record(cp).decimal;
    (value != 255).then_some(u32::from(value))
}

/// The value of a digit, superscripts and circled digits included.
#[inline]
pub fn to_digit(cp: u32) -> Option<u32> {
    let value = record(cp).digit;
    (value != 255).then_some(u32::from(value))
}
