//! Searching: the positions of a substring, of blanks, of line ends.

use super::{PyStr, Units};

/// Texts up to so many bytes are searched by hand.
pub(super) const SHORT: usize = 64;

/// The first position of `n` (two bytes or more) in a short text.
#[inline]
pub(super) fn find_short(h: &[u8], n: &[u8]) -> Option<usize> {
    let (first, last) = (*n.first()?, *n.last()?);
    let stop = h.len().checked_sub(n.len())?;
    let (p, tail) = (h.as_ptr(), n.len() - 1);
    for i in 0..=stop {
        // SAFETY: `i + tail` is below the length.
        if unsafe { *p.add(i) == first && *p.add(i + tail) == last } && (tail < 2 || h[i + 1..i + tail] == n[1..tail]) {
            return Some(i);
        }
    }
    None
}

/// Search for `n` in code points `a..b` of `h`.
pub fn find(h: &PyStr, n: &PyStr, a: usize, b: usize) -> Option<usize> {
    if n.len() > b.saturating_sub(a) || a > b {
        return None;
    }
    if n.is_empty() {
        return Some(a);
    }
    match (h.units(), n.units()) {
        (Units::Ascii(x) | Units::Latin1(x), Units::Ascii(y) | Units::Latin1(y)) => {
            if let [c] = y {
                return memchr::memchr(*c, &x[a..b]).map(|i| i + a);
            }
            let x = x.get(a..b)?;
            // A searcher costs more to set up than a short text takes to walk.
            if x.len() <= SHORT { find_short(x, y) } else { memchr::memmem::find(x, y) }.map(|i| i + a)
        }
        (Units::Ascii(_) | Units::Latin1(_), _) => None,
        (Units::Ucs2(x), _) => find_wide(&x[a..b], &narrow16(n)?).map(|i| i + a),
        (Units::Ucs4(x), _) => find_wide(&x[a..b], &n.to_points()).map(|i| i + a),
    }
}

/// The last position of `n` in `a..b` of `h`.
pub fn rfind(h: &PyStr, n: &PyStr, a: usize, b: usize) -> Option<usize> {
    if n.len() > b.saturating_sub(a) || a > b {
        return None;
    }
    if n.is_empty() {
        return Some(b);
    }
    match (h.units(), n.units()) {
        (Units::Ascii(x) | Units::Latin1(x), Units::Ascii(y) | Units::Latin1(y)) => memchr::memmem::rfind(&x[a..b], y).map(|i| i + a),
        (Units::Ascii(_) | Units::Latin1(_), _) => None,
        (Units::Ucs2(x), _) => rfind_wide(&x[a..b], &narrow16(n)?).map(|i| i + a),
        (Units::Ucs4(x), _) => rfind_wide(&x[a..b], &n.to_points()).map(|i| i + a),
    }
}

fn narrow16(n: &PyStr) -> Option<Vec<u16>> {
    n.code_points().map(|c| u16::try_from(c).ok()).collect()
}

fn find_wide<T: Copy + PartialEq>(h: &[T], n: &[T]) -> Option<usize> {
    let first = *n.first()?;
    let last = h.len().checked_sub(n.len())?;
    (0..=last).find(|&i| h[i] == first && h[i..i + n.len()] == *n)
}
fn rfind_wide<T: Copy + PartialEq>(h: &[T], n: &[T]) -> Option<usize> {
    let last = h.len().checked_sub(n.len())?;
    (0..=last).rev().find(|&i| h[i..i + n.len()] == *n)
}

/// Number of non-overlapping occurrences, at most `max`.
pub fn count(h: &PyStr, n: &PyStr, a: usize, b: usize, max: usize) -> usize {
    if a > b {
        return 0;
    }
    if n.is_empty() {
        return (b - a + 1).min(max);
    }
    if let (Units::Ascii(x) | Units::Latin1(x), Units::Ascii(y) | Units::Latin1(y)) = (h.units(), n.units()) {
        return match y {
            [c] => memchr::memchr_iter(*c, &x[a..b]).take(max).count(),
            _ => memchr::memmem::find_iter(&x[a..b], y).take(max).count(),
        };
    }
    let (mut at, mut k) = (a, 0);
    while k < max {
        match find(h, n, at, b) {
            Some(i) => {
                k += 1;
                at = i + n.len();
            }
            None => break,
        }
    }
    k
}

/// Whether `n` stands at position `at` of `h`.
pub fn matches_at(h: &PyStr, n: &PyStr, at: usize) -> bool {
    if at + n.len() > h.len() {
        return false;
    }
    match (h.units(), n.units()) {
        (Units::Ascii(x) | Units::Latin1(x), Units::Ascii(y) | Units::Latin1(y)) => x[at..at + y.len()] == *y,
        _ => (0..n.len()).all(|i| h.code_point(at + i) == n.code_point(i)),
    }
}

/// `start` and `end` of search methods as positions within the string.
pub fn bounds(len: usize, start: Option<isize>, end: Option<isize>) -> (usize, usize) {
    let clip = |v: isize| if v < 0 { (v + len as isize).max(0) as usize } else { v as usize };
    (start.map_or(0, clip), end.map_or(len, clip).min(len))
}
