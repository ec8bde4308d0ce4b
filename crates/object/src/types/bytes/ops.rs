//! Algorithms over plain bytes that `bytes` and `bytearray` share. No objects here.

use memchr::memmem;

/// ASCII whitespace as bytes methods know it.
pub fn is_space(b: u8) -> bool {
    matches!(b, b' ' | 9..=13)
}

/// `start` and `end` of the searching methods, clipped; `None` when the range lies behind the end.
pub fn bounds(len: usize, start: Option<isize>, end: Option<isize>) -> Option<(usize, usize)> {
    let n = len as isize;
    let at = |i: isize| if i < 0 { i.saturating_add(n).max(0) } else { i };
    let (a, b) = (at(start.unwrap_or(0)), at(end.unwrap_or(isize::MAX)).min(n));
    (a <= b).then_some((a as usize, b as usize))
}

/// First place of `n` in `h`.
pub fn find(h: &[u8], n: &[u8]) -> Option<usize> {
    match n {
        [] => Some(0),
        [b] => memchr::memchr(*b, h),
        _ => memmem::find(h, n),
    }
}

/// Last place of `n` in `h`.
pub fn rfind(h: &[u8], n: &[u8]) -> Option<usize> {
    match n {
        [] => Some(h.len()),
        [b] => memchr::memrchr(*b, h),
        _ => memmem::rfind(h, n),
    }
}

/// Occurrences that do not overlap.
pub fn count(h: &[u8], n: &[u8]) -> usize {
    match n {
        [] => h.len() + 1,
        [b] => memchr::memchr_iter(*b, h).count(),
        _ => memmem::find_iter(h, n).count(),
    }
}

/// Split at a separator, at most `max` times.
pub fn split<'a>(h: &'a [u8], sep: &[u8], max: usize) -> Vec<&'a [u8]> {
    let mut out = Vec::new();
    let mut rest = h;
    while out.len() < max {
        let Some(i) = find(rest, sep) else { break };
        out.push(&rest[..i]);
        rest = &rest[i + sep.len()..];
    }
    out.push(rest);
    out
}

/// As `split`, from the end.
pub fn rsplit<'a>(h: &'a [u8], sep: &[u8], max: usize) -> Vec<&'a [u8]> {
    let mut out = Vec::new();
    let mut rest = h;
    while out.len() < max {
        let Some(i) = rfind(rest, sep) else { break };
        out.push(&rest[i + sep.len()..]);
        rest = &rest[..i];
    }
    out.push(rest);
    out.reverse();
    out
}

/// Split at runs of whitespace.
pub fn split_space(h: &[u8], max: usize) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = h.trim_start_by(is_space);
    while !rest.is_empty() {
        if out.len() == max {
            // What is left when the splits are used up keeps its trailing whitespace.
            out.push(rest);
            return out;
        }
        let end = rest.iter().position(|&b| is_space(b)).unwrap_or(rest.len());
        out.push(&rest[..end]);
        rest = rest[end..].trim_start_by(is_space);
    }
    out
}

/// As `split_space`, from the end.
pub fn rsplit_space(h: &[u8], max: usize) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = h.trim_end_by(is_space);
    while !rest.is_empty() {
        if out.len() == max {
            out.push(rest);
            break;
        }
        let start = rest.iter().rposition(|&b| is_space(b)).map_or(0, |i| i + 1);
        out.push(&rest[start..]);
        rest = rest[..start].trim_end_by(is_space);
    }
    out.reverse();
    out
}

/// Lines, ended by `\n`, `\r` or `\r\n`.
pub fn split_lines(h: &[u8], keep: bool) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < h.len() {
        let eol = memchr::memchr2(b'\n', b'\r', &h[at..]).map_or(h.len(), |i| at + i);
        let next = match h.get(eol) {
            Some(b'\r') if h.get(eol + 1) == Some(&b'\n') => eol + 2,
            Some(_) => eol + 1,
            None => eol,
        };
        out.push(&h[at..if keep { next } else { eol }]);
        at = next;
    }
    out
}

/// Replace up to `max` occurrences; `None` when nothing changes. The length is checked before anything is made.
pub fn replace(h: &[u8], old: &[u8], new: &[u8], max: usize) -> Result<Option<Vec<u8>>, TooLong> {
    if max == 0 {
        return Ok(None);
    }
    let n = count(h, old).min(max);
    if n == 0 || (h.is_empty() && !old.is_empty()) {
        return Ok(None);
    }
    let total = (h.len() as i128) + n as i128 * (new.len() as i128 - old.len() as i128);
    if total > isize::MAX as i128 {
        return Err(TooLong);
    }
    let mut out = Vec::new();
    out.try_reserve_exact(total as usize).map_err(|_| TooLong)?;
    if old.is_empty() {
        for i in 0..n {
            out.extend_from_slice(new);
            out.extend_from_slice(h.get(i..i + 1).unwrap_or(&[]));
        }
        out.extend_from_slice(h.get(n..).unwrap_or(&[]));
        return Ok(Some(out));
    }
    let mut rest = h;
    for _ in 0..n {
        let Some(i) = find(rest, old) else { break };
        out.extend_from_slice(&rest[..i]);
        out.extend_from_slice(new);
        rest = &rest[i + old.len()..];
    }
    out.extend_from_slice(rest);
    Ok(Some(out))
}

/// The result would not fit.
#[derive(Debug)]
pub struct TooLong;

/// Strip bytes for which `f` holds.
pub trait Trim {
    fn trim_start_by(&self, f: impl Fn(u8) -> bool) -> &[u8];
    fn trim_end_by(&self, f: impl Fn(u8) -> bool) -> &[u8];
}
impl Trim for [u8] {
    fn trim_start_by(&self, f: impl Fn(u8) -> bool) -> &[u8] {
        let at = self.iter().position(|&b| !f(b)).unwrap_or(self.len());
        &self[at..]
    }
    fn trim_end_by(&self, f: impl Fn(u8) -> bool) -> &[u8] {
        let at = self.iter().rposition(|&b| !f(b)).map_or(0, |i| i + 1);
        &self[..at]
    }
}

/// `title()`.
pub fn title(h: &[u8]) -> Vec<u8> {
    let mut inside = false;
    h.iter()
        .map(|&b| {
            let c = if inside { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
            inside = b.is_ascii_alphabetic();
            c
        })
        .collect()
}

/// `istitle()`.
pub fn is_title(h: &[u8]) -> bool {
    let (mut inside, mut any) = (false, false);
    for &b in h {
        if b.is_ascii_uppercase() {
            if inside {
                return false;
            }
            (inside, any) = (true, true);
        } else if b.is_ascii_lowercase() {
            if !inside {
                return false;
            }
            any = true;
        } else {
            inside = false;
        }
    }
    any
}

/// `expandtabs(size)`.
pub fn expand_tabs(h: &[u8], size: isize) -> Result<Vec<u8>, TooLong> {
    let mut out = Vec::with_capacity(h.len());
    let mut col = 0usize;
    for &b in h {
        match b {
            b'\t' => {
                if size > 0 {
                    let n = size as usize - col % size as usize;
                    if out.len().saturating_add(n) > isize::MAX as usize {
                        return Err(TooLong);
                    }
                    out.try_reserve(n).map_err(|_| TooLong)?;
                    out.resize(out.len() + n, b' ');
                    col += n;
                }
            }
            b'\n' | b'\r' => {
                out.push(b);
                col = 0;
            }
            _ => {
                out.push(b);
                col += 1;
            }
        }
    }
    Ok(out)
}

/// `b'…'`, with double quotes when that saves escapes.
pub fn repr(h: &[u8]) -> String {
    use std::fmt::Write;
    let quote = if h.contains(&b'\'') && !h.contains(&b'"') { '"' } else { '\'' };
    quoted(h, quote, |out, b| {
        let _ = write!(out, "\\x{b:02x}");
    })
}

/// As `repr`, for bytearrays, which escape the apostrophe between double quotes too.
pub fn repr_array(h: &[u8]) -> String {
    let s = repr(h);
    if s.starts_with("b\"") { s.replace('\'', "\\'") } else { s }
}

fn quoted(h: &[u8], quote: char, hex: impl Fn(&mut String, u8)) -> String {
    let mut out = String::with_capacity(h.len() + 3);
    out.push('b');
    out.push(quote);
    for &b in h {
        match b {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b if b as char == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(b as char),
            _ => hex(&mut out, b),
        }
    }
    out.push(quote);
    out
}
