//! Reading ISO 8601 dates and times. Positions are bytes of ASCII text; what is not well-formed gives `None`.

use super::calendar;
use super::fields::{Clock, Ymd};

/// The value of `n` digits at `at`.
fn digits(s: &[u8], at: usize, n: usize) -> Option<i32> {
    s.get(at..at + n)?.iter().try_fold(0, |v, b| b.is_ascii_digit().then(|| v * 10 + i32::from(b - b'0')))
}

/// A date of 7, 8 or 10 characters. Its fields are not checked.
pub fn date(s: &[u8]) -> Option<Ymd> {
    if !matches!(s.len(), 7 | 8 | 10) {
        return None;
    }
    let year = digits(s, 0, 4)?;
    let dashed = s.get(4) == Some(&b'-');
    let mut at = 4 + usize::from(dashed);
    if s.get(at) == Some(&b'W') {
        let week = digits(s, at + 1, 2)?;
        at += 3;
        let mut day = 1;
        if at < s.len() {
            if dashed {
                if s.get(at) != Some(&b'-') {
                    return None;
                }
                at += 1;
            }
            day = digits(s, at, 1)?;
            at += 1;
        }
        if at != s.len() {
            return None;
        }
        let (year, month, day) = calendar::from_iso(year, week, day).ok()?;
        return Some(Ymd { year, month, day });
    }
    let month = digits(s, at, 2)?;
    at += 2;
    if dashed {
        if s.get(at) != Some(&b'-') {
            return None;
        }
        at += 1;
    }
    let day = digits(s, at, 2)?;
    (at + 2 == s.len()).then_some(Ymd { year, month, day })
}

/// Where the date of a combined text ends; the text has at least seven characters.
pub fn separator(s: &[u8]) -> Option<usize> {
    if s.len() == 7 {
        return Some(7);
    }
    let digit = |i: usize| s.get(i).is_some_and(u8::is_ascii_digit);
    if s.get(4) == Some(&b'-') {
        if s.get(5) != Some(&b'W') {
            return Some(10);
        }
        if s.get(8) == Some(&b'-') {
            if s.len() == 9 {
                return None;
            }
            // YYYY-Www-## is ambiguous: a dash is the likelier separator.
            return Some(if s.len() > 10 && digit(10) { 8 } else { 10 });
        }
        return Some(8);
    }
    if s.get(4) == Some(&b'W') {
        let end = (7..s.len()).find(|&i| !digit(i)).unwrap_or(s.len());
        if end < 9 {
            return Some(end);
        }
        return Some(if end % 2 == 0 { 7 } else { 8 });
    }
    Some(8)
}

/// `HH[:?MM[:?SS[.fff]]]` at `at`, before `end`; and whether something is left unread. Fields are not checked.
fn clock(s: &[u8], at: usize, end: usize) -> Option<(Clock, bool)> {
    let byte = |i: usize| s.get(i).copied().unwrap_or(0);
    let mut parts = [0; 3];
    let mut at = at;
    let mut dotted = false;
    let mut colons = true;
    for i in 0..3 {
        parts[i] = digits(s, at, 2)?;
        at += 2;
        let c = byte(at);
        at += 1;
        if i == 0 {
            colons = c == b':';
        }
        if at >= end {
            let [hour, minute, second] = parts;
            return Some((Clock { hour, minute, second, us: 0 }, c != 0));
        }
        match c {
            b':' if colons => {
                if i == 2 {
                    return None;
                }
            }
            b'.' | b',' => {
                if i < 2 {
                    return None;
                }
                dotted = true;
                break;
            }
            _ if !colons => at -= 1,
            _ => return None,
        }
    }
    if !dotted {
        // `HHMMSS` and something that is neither a fraction nor the end.
        let n = (end - at).min(6);
        digits(s, at, n)?;
    }
    let n = (end - at).min(6);
    let mut us = digits(s, at, n)?;
    for _ in n..6 {
        us *= 10;
    }
    at += n;
    while byte(at).is_ascii_digit() {
        at += 1;
    }
    let [hour, minute, second] = parts;
    Some((Clock { hour, minute, second, us }, byte(at) != 0))
}

/// A time of day with the offset of its zone in microseconds, if it has one. The time's fields are not checked.
pub fn time(s: &[u8]) -> Option<(Clock, Option<i64>)> {
    let end = s.iter().position(|b| matches!(b, b'+' | b'-' | b'Z')).unwrap_or(s.len());
    let (time, more) = clock(s, 0, end)?;
    let Some(sign) = s.get(end) else {
        return (!more).then_some((time, None));
    };
    if *sign == b'Z' {
        return (end + 1 == s.len()).then_some((time, Some(0)));
    }
    let (zone, more) = clock(s, end + 1, s.len())?;
    if more {
        return None;
    }
    let us = zone.micros();
    Some((time, Some(if *sign == b'-' { -us } else { us })))
}
