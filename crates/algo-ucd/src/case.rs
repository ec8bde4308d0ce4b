//! Case mappings: simple (one code point) and full (up to three), final sigma, and whole-string conversions.

use crate::Unit;
use crate::records::*;
use crate::tables::{LOWER_PREIMAGES, SPECIAL_CASES};
use crate::types::{flags, is_lower, is_upper, record};

/// One to three code points: the full case mapping of one code point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseSeq {
    chars: [u32; 3],
    len: u8,
}

impl CaseSeq {
    #[inline]
    fn one(cp: u32) -> Self {
        CaseSeq { chars: [cp, 0, 0], len: 1 }
    }

    /// The code points.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        &self.chars[..usize::from(self.len.min(3))]
    }
}

impl std::ops::Deref for CaseSeq {
    type Target = [u32];
    #[inline]
    fn deref(&self) -> &[u32] {
        self.as_slice()
    }
}

#[derive(Clone, Copy)]
enum Mapping {
    Lower,
    Upper,
    Title,
    Fold,
}

#[cold]
fn special(cp: u32, mapping: Mapping) -> CaseSeq {
    let Ok(row) = SPECIAL_CASES.binary_search_by_key(&cp, |row| row.cp) else { return CaseSeq::one(cp) };
    let full = SPECIAL_CASES[row].full[mapping as usize];
    let len = full.iter().take_while(|&&unit| unit != 0).count() as u8;
    CaseSeq { chars: full.map(u32::from), len }
}

macro_rules! mappings {
    ($($(#[$sdoc:meta])* $simple:ident, $(#[$fdoc:meta])* $full:ident, $field:ident, $mapping:ident;)*) => {
        $(
            $(#[$sdoc])*
            #[inline]
            pub fn $simple(cp: u32) -> u32 {
                cp.wrapping_add_signed(record(cp).$field)
            }
            mappings!(@full $(#[$fdoc])* $full, $field, $mapping);
        )*
    };
    (@full $(#[$fdoc:meta])* $full:ident, $field:ident, $mapping:ident) => {
        $(#[$fdoc])*
        #[inline]
        pub fn $full(cp: u32) -> CaseSeq {
            let record = record(cp);
            if record.flags & SPECIAL != 0 {
                return special(cp, Mapping::$mapping);
            }
            CaseSeq::one(cp.wrapping_add_signed(record.$field))
        }
    };
}

mappings! {
    /// Simple lowercase mapping (`Py_UNICODE_TOLOWER`, `_sre.unicode_tolower`).
    lower_simple,
    /// Full lowercase mapping, without the final-sigma rule.
    lower_full, lower, Lower;
    /// Simple uppercase mapping (`Py_UNICODE_TOUPPER`).
    upper_simple,
    /// Full uppercase mapping.
    upper_full, upper, Upper;
    /// Simple titlecase mapping (`Py_UNICODE_TOTITLE`).
    title_simple,
    /// Full titlecase mapping.
    title_full, title, Title;
}
mappings!(@full
    /// Full case folding.
    fold_full, fold, Fold);

/// The other code points whose simple lowercase mapping is `lower`.
pub fn lower_preimages(lower: u32) -> impl Iterator<Item = u32> {
    let from = LOWER_PREIMAGES.partition_point(|pair| pair.0 < lower);
    LOWER_PREIMAGES[from..].iter().take_while(move |pair| pair.0 == lower).map(|pair| pair.1)
}

/// Upper-, lower- or titlecase: what `str.istitle`, `str.title` call cased.
#[inline]
pub fn is_cased(cp: u32) -> bool {
    flags(cp) & (LOWER | UPPER | TITLE) != 0
}

const CAPITAL_SIGMA: u32 = 0x3A3;
const SMALL_SIGMA: u32 = 0x3C3;
const FINAL_SIGMA: u32 = 0x3C2;

/// Does the capital sigma at `at` end a word, so that it is lowered to U+03C2? (Unicode 3.13, Final_Sigma.)
pub fn is_final_sigma<T: Unit>(text: &[T], at: usize) -> bool {
    let cased = |unit: Option<&T>| unit.is_some_and(|&unit| flags(unit.into()) & SIGMA_CASED != 0);
    let ignorable = |unit: &&T| flags((**unit).into()) & CASE_IGNORABLE != 0;
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + 1..).unwrap_or_default();
    cased(before.iter().rev().find(|unit| !ignorable(unit))) && !cased(after.iter().find(|unit| !ignorable(unit)))
}

#[inline]
fn lower_at<T: Unit>(text: &[T], at: usize, out: &mut Vec<u32>) {
    let cp = text[at].into();
    if cp == CAPITAL_SIGMA {
        out.push(if is_final_sigma(text, at) { FINAL_SIGMA } else { SMALL_SIGMA });
    } else {
        out.extend_from_slice(&lower_full(cp));
    }
}

/// `str.lower` (full mappings and final sigma); appends to `out`.
pub fn lower_into<T: Unit>(text: &[T], out: &mut Vec<u32>) {
    out.reserve(text.len());
    for at in 0..text.len() {
        lower_at(text, at, out);
    }
}

/// `str.upper`; appends to `out`.
pub fn upper_into<T: Unit>(text: &[T], out: &mut Vec<u32>) {
    out.reserve(text.len());
    for &unit in text {
        out.extend_from_slice(&upper_full(unit.into()));
    }
}

/// `str.casefold`; appends to `out`.
pub fn fold_into<T: Unit>(text: &[T], out: &mut Vec<u32>) {
    out.reserve(text.len());
    for &unit in text {
        out.extend_from_slice(&fold_full(unit.into()));
    }
}

/// `str.title`; appends to `out`.
pub fn title_into<T: Unit>(text: &[T], out: &mut Vec<u32>) {
    out.reserve(text.len());
    let mut in_word = false;
    for at in 0..text.len() {
        let cp = text[at].into();
        if in_word {
            lower_at(text, at, out);
        } else {
            out.extend_from_slice(&title_full(cp));
        }
        in_word = is_cased(cp);
    }
}

/// `str.swapcase`; appends to `out`.
pub fn swap_into<T: Unit>(text: &[T], out: &mut Vec<u32>) {
    out.reserve(text.len());
    for at in 0..text.len() {
        let cp = text[at].into();
        if is_upper(cp) {
            lower_at(text, at, out);
        } else if is_lower(cp) {
            out.extend_from_slice(&upper_full(cp));
        } else {
            out.push(cp);
        }
    }
}
