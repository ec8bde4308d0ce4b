//! Normalisation forms (UAX #15), for the current database and for 3.2.0.
//!
//! For 3.2.0 the reference decomposes nothing that was unassigned then, undoes five later corrections, and otherwise
//! uses today's combining classes and compositions; so do we.

use crate::Unit;
use crate::database::{Version, decomposition_units, is_newer, props, units_to_cps};
use crate::tables::{COMPOSITIONS, OLD_CORRECTIONS};

/// A normalisation form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

impl Form {
    /// From `"NFC"`, `"NFD"`, `"NFKC"`, `"NFKD"`.
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFD" => Form::Nfd,
            "NFKC" => Form::Nfkc,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    /// Bits of `PropRecord::quick` that mean "not in this form".
    fn no_bit(self) -> u8 {
        match self {
            Form::Nfd => 1,
            Form::Nfkd => 2,
            Form::Nfc => 4,
            Form::Nfkc => 8,
        }
    }
}

/// The answer of the quick check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickCheck {
    Yes,
    No,
    Maybe,
}

const MAY_COMPOSE: u8 = 16;

/// Is `text` in the form, as far as one pass without buffers can tell? (Current database only.)
pub fn quick_check<T: Unit>(form: Form, text: &[T]) -> QuickCheck {
    let maybe_bit = if form.composes() { MAY_COMPOSE } else { 0 };
    let mut result = QuickCheck::Yes;
    let mut last_class = 0;
    for &unit in text {
        let cp: u32 = unit.into();
        if cp < 0x80 {
            last_class = 0;
            continue;
        }
        let props = props(cp);
        if props.quick & form.no_bit() != 0 || (props.combining != 0 && props.combining < last_class) {
            return QuickCheck::No;
        }
        if props.quick & maybe_bit != 0 {
            result = QuickCheck::Maybe;
        }
        last_class = props.combining;
    }
    result
}

/// `unicodedata.is_normalized`.
pub fn is_normalized<T: Unit>(version: Version, form: Form, text: &[T]) -> bool {
    if version == Version::Current {
        match quick_check(form, text) {
            QuickCheck::Yes => return true,
            QuickCheck::No => return false,
            QuickCheck::Maybe => {}
        }
    }
    normalize(version, form, text).iter().copied().eq(text.iter().map(|&unit| unit.into()))
}

/// `unicodedata.normalize`. A caller that keeps the string when nothing changes asks `quick_check` first.
pub fn normalize<T: Unit>(version: Version, form: Form, text: &[T]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for &unit in text {
        decompose(version, form.compatible(), unit.into(), &mut out);
    }
    reorder(&mut out);
    if form.composes() {
        compose(&mut out);
    }
    out
}

const S_BASE: u32 = 0xAC00;
const L_BASE: u32 = 0x1100;
const V_BASE: u32 = 0x1161;
const T_BASE: u32 = 0x11A7;
const L_COUNT: u32 = 19;
const V_COUNT: u32 = 21;
const T_COUNT: u32 = 28;
const S_COUNT: u32 = L_COUNT * V_COUNT * T_COUNT;

/// The jamo of a Hangul syllable; the third is 0 when there is no final consonant.
pub(crate) fn hangul_decompose(cp: u32) -> Option<[u32; 3]> {
    let index = cp.wrapping_sub(S_BASE);
    if index >= S_COUNT {
        return None;
    }
    let tail = match index % T_COUNT {
        0 => 0,
        t => T_BASE + t,
    };
    Some([L_BASE + index / (V_COUNT * T_COUNT), V_BASE + index % (V_COUNT * T_COUNT) / T_COUNT, tail])
}

fn decompose(version: Version, compatible: bool, cp: u32, out: &mut Vec<u32>) {
    if cp < 0x80 {
        return out.push(cp);
    }
    // Decompositions nest at most a few levels, and the table has no cycles; the stack is the table's order reversed.
    let mut pending = [0u32; 64];
    let mut depth = 1;
    pending[0] = cp;
    while depth > 0 {
        depth -= 1;
        let cp = pending[depth];
        if let Some(jamo) = hangul_decompose(cp) {
            out.extend(jamo.iter().copied().filter(|&j| j != 0));
            continue;
        }
        if version == Version::V3_2_0 {
            if is_newer(version, cp) {
                out.push(cp);
                continue;
            }
            if let Some(&(_, was)) = OLD_CORRECTIONS.iter().find(|row| row.0 == cp) {
                if depth < pending.len() {
                    pending[depth] = was;
                    depth += 1;
                }
                continue;
            }
        }
        match decomposition_units(cp) {
            Some((tag, units)) if tag.is_empty() || compatible => {
                let start = depth;
                for part in units_to_cps(units) {
                    if depth < pending.len() {
                        pending[depth] = part;
                        depth += 1;
                    }
                }
                pending[start..depth].reverse();
            }
            _ => out.push(cp),
        }
    }
}

/// Canonical ordering: a stable sort of each run of non-starters by class.
fn reorder(text: &mut [u32]) {
    let class = |cp: u32| if cp < 0x300 { 0 } else { props(cp).combining };
    let mut at = 0;
    while at < text.len() {
        if class(text[at]) == 0 {
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && class(text[at]) != 0 {
            at += 1;
        }
        if at - start > 1 {
            text[start..at].sort_by_key(|&cp| class(cp));
        }
    }
}

fn compose_pair(first: u32, second: u32) -> Option<u32> {
    if first.wrapping_sub(L_BASE) < L_COUNT && second.wrapping_sub(V_BASE) < V_COUNT {
        return Some(S_BASE + ((first - L_BASE) * V_COUNT + (second - V_BASE)) * T_COUNT);
    }
    let syllable = first.wrapping_sub(S_BASE);
    if syllable < S_COUNT && syllable.is_multiple_of(T_COUNT) && second.wrapping_sub(T_BASE + 1) < T_COUNT - 1 {
        return Some(first + (second - T_BASE));
    }
    let row = COMPOSITIONS.binary_search_by(|row| (row.0, row.1).cmp(&(first, second))).ok()?;
    Some(COMPOSITIONS[row].2)
}

/// Canonical composition in place (UAX #15, D117).
fn compose(text: &mut Vec<u32>) {
    let mut starter: Option<usize> = None;
    let mut last_class = 0;
    let mut kept = 0;
    for at in 0..text.len() {
        let cp = text[at];
        let props = props(cp);
        let class = props.combining;
        if let Some(start) = starter
            && props.quick & MAY_COMPOSE != 0
        {
            let adjacent = kept == start + 1;
            // Blocked when something of an equal or higher class (or a starter) stands between.
            let blocked = !adjacent && (last_class == 0 || last_class >= class);
            if let Some(composed) = compose_pair(text[start], cp).filter(|_| !blocked) {
                text[start] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(kept);
        }
        last_class = class;
        text[kept] = cp;
        kept += 1;
    }
    text.truncate(kept);
}
