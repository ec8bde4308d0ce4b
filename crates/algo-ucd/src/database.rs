//! What the module `unicodedata` tells about one code point, for the current version and for 3.2.0.

use crate::records::*;
use crate::tables::*;
use crate::types::record as type_record;
use std::fmt::Write;

/// Which database answers: `unicodedata` itself or `unicodedata.ucd_3_2_0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Current,
    V3_2_0,
}

#[inline]
pub(crate) fn props(cp: u32) -> &'static PropRecord {
    &PROP_RECORDS[two_level!(cp, PROPS_1, PROPS_2, PROPS_SHIFT)]
}

/// The differing answers of 3.2.0, if the version asked for is that one and there are any.
fn old(version: Version, cp: u32) -> Option<&'static OldRecord> {
    if version == Version::Current {
        return None;
    }
    let row = two_level!(cp, OLD_1, OLD_2, OLD_SHIFT);
    (row != 0).then(|| &OLD_RECORDS[row])
}

/// Is the code point assigned now but was not in the version asked for?
pub(crate) fn is_newer(version: Version, cp: u32) -> bool {
    old(version, cp).is_some_and(|old| old.category == 0)
}

/// `unicodedata.category`.
pub fn category(version: Version, cp: u32) -> &'static str {
    CATEGORIES[usize::from(old(version, cp).map_or_else(|| props(cp).category, |old| old.category))]
}

/// `unicodedata.bidirectional`.
pub fn bidirectional(version: Version, cp: u32) -> &'static str {
    BIDI_CLASSES[usize::from(old(version, cp).map_or_else(|| props(cp).bidi, |old| old.bidi))]
}

/// `unicodedata.combining`: the canonical combining class.
pub fn combining(version: Version, cp: u32) -> u8 {
    old(version, cp).map_or_else(|| props(cp).combining, |old| old.combining)
}

/// `unicodedata.east_asian_width`.
pub fn east_asian_width(version: Version, cp: u32) -> &'static str {
    WIDTHS[usize::from(old(version, cp).map_or_else(|| props(cp).east_asian_width, |old| old.east_asian_width))]
}

/// `unicodedata.mirrored`.
pub fn mirrored(version: Version, cp: u32) -> bool {
    old(version, cp).map_or_else(|| props(cp).mirrored, |old| old.mirrored) != 0
}

/// `unicodedata.decimal`.
pub fn decimal(version: Version, cp: u32) -> Option<u32> {
    let value = old(version, cp).map_or_else(|| type_record(cp).decimal, |old| old.decimal);
    (value != 255).then_some(u32::from(value))
}

/// `unicodedata.digit` (the reference does not ask the version).
pub fn digit(cp: u32) -> Option<u32> {
    crate::to_digit(cp)
}

/// `unicodedata.numeric`.
pub fn numeric(version: Version, cp: u32) -> Option<f64> {
    let row = match old(version, cp) {
        Some(old) => usize::from(old.numeric),
        None => two_level!(cp, NUMERIC_1, NUMERIC_2, NUMERIC_SHIFT),
    };
    (row != 0).then(|| NUMERIC_VALUES[row])
}

/// The one-step decomposition as (tag, UTF-16 units); the tag is empty for a canonical one. Hangul excluded.
pub(crate) fn decomposition_units(cp: u32) -> Option<(&'static str, &'static [u16])> {
    let at = two_level!(cp, DECOMP_1, DECOMP_2, DECOMP_SHIFT);
    if at == 0 {
        return None;
    }
    let head = DECOMP_POOL[at];
    let len = usize::from(head & 0xFF);
    Some((DECOMP_TAGS[usize::from(head >> 8)], &DECOMP_POOL[at + 1..at + 1 + len]))
}

/// The code points of units taken from `decomposition_units`.
pub(crate) fn units_to_cps(units: &[u16]) -> impl Iterator<Item = u32> {
    char::decode_utf16(units.iter().copied()).map(|c| c.map_or_else(|e| u32::from(e.unpaired_surrogate()), u32::from))
}

/// `unicodedata.decomposition`: such as `"<compat> 0020 0301"`, or empty.
pub fn decomposition(version: Version, cp: u32) -> String {
    let mut out = String::new();
    if is_newer(version, cp) {
        return out;
    }
    let mut hex = |cp: u32| {
        let space = if out.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(out, "{space}{cp:04X}");
    };
    if let Some(jamo) = crate::normalize::hangul_decompose(cp) {
        jamo.iter().copied().filter(|&j| j != 0).for_each(hex);
        return out;
    }
    let Some((tag, units)) = decomposition_units(cp) else { return out };
    units_to_cps(units).for_each(&mut hex);
    if tag.is_empty() { out } else { format!("{tag} {out}") }
}
