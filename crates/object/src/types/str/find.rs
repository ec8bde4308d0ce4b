//! Searching: the positions of a substring, of blanks, of line ends.

use super::{PyStr, Units, same_bytes};

/// Texts up to so many bytes are searched by hand.
pub(super) const SHORT: usize = 64;

/// The first position of `n` (two bytes or more) in a short text: its first two bytes are looked for at once.
#[inline]
pub(super) fn find_short(h: &[u8], n: &[u8]) -> Option<usize> {
    if n.len() < 2 {
        return None;
    }
    let stop = h.len().checked_sub(n.len())?;
    // SAFETY: two bytes lie at every position up to `stop`, since `n` has as many.
    unsafe {
        let pair = |p: *const u8| (p as *const u16).read_unaligned();
        let (p, first) = (h.as_ptr(), pair(n.as_ptr()));
        let mut i = 0;
        // Not a range with its end in it: that is two tests a round.
        while i <= stop {
            if pair(p.add(i)) == first && same_bytes(p.add(i + 2), n.as_ptr().add(2), n.len() - 2) {
                return Some(i);
            }
            i += 1;
        }
    }
    None
}

/// Whether `n` occurs in `h`.
pub fn occurs(h: &PyStr, n: &PyStr) -> bool {
    // What sets up a searcher has a large frame.
    #[inline(never)]
    fn far(h: &PyStr, n: &PyStr) -> bool {
        find(h, n, 0, h.len()).is_some()
    }
    if h.kind() != 1 || n.kind() != 1 || h.len() > SHORT || n.len() < 2 {
        return far(h, n);
    }
    find_short(h.raw_bytes(), n.raw_bytes()).is_some()
}

/// Whether `h` begins (or, with `TAIL`, ends) with `n`.
#[inline]
pub fn has_affix<const TAIL: bool>(h: &PyStr, n: &PyStr) -> bool {
    let Some(rest) = h.len().checked_sub(n.len()) else { return false };
    let at = if TAIL { rest } else { 0 };
    if h.kind() != 1 || n.kind() != 1 {
        return matches_at(h, n, at);
    }
    // SAFETY: `n.len()` bytes lie at both.
    unsafe { same_bytes(h.raw_bytes().as_ptr().add(at), n.raw_bytes().as_ptr(), n.len()) }
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
        // SAFETY: as many bytes lie at both.
        (Units::Ascii(x) | Units::Latin1(x), Units::Ascii(y) | Units::Latin1(y)) => unsafe { same_bytes(x.as_ptr().add(at), y.as_ptr(), y.len()) },
        _ => (0..n.len()).all(|i| h.code_point(at + i) == n.code_point(i)),
    }
}

/// `start` and `end` of search methods as positions within the string.
pub fn bounds(len: usize, start: Option<isize>, end: Option<isize>) -> (usize, usize) {
    let clip = |v: isize| if v < 0 { (v + len as isize).max(0) as usize } else { v as usize };
    (start.map_or(0, clip), end.map_or(len, clip).min(len))
}
