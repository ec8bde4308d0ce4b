//! Methods that search, split, join and replace.

use super::{PyStr, StrBuf, Units, find};
use crate::abstract_::iter;
use crate::prelude::*;

fn is_space(c: u32) -> bool {
    if c < 128 { matches!(c, 9..=13 | 28..=32) } else { taipan_algo_ucd::is_space(c) }
}
fn is_break(c: u32) -> bool {
    if c < 128 { matches!(c, 10..=13 | 28..=30) } else { taipan_algo_ucd::is_linebreak(c) }
}

fn push(l: &PyList, s: &PyStr, a: usize, b: usize, cx: &mut Cx) -> PyResult<()> {
    let piece = s.slice(a, b, cx)?;
    l.push(piece.into_object(), cx)
}

/// `split()` without a separator.
fn split_blank(s: &PyStr, max: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
    if let Units::Ascii(u) = s.units() {
        return split_blank_ascii(s, u, max, cx);
    }
    let l = PyList::new(cx)?;
    let (n, mut i, mut k) = (s.len(), 0, 0);
    loop {
        while i < n && is_space(s.code_point(i)) {
            i += 1;
        }
        if i == n {
            return Ok(l);
        }
        if k == max {
            push(&l, s, i, n, cx)?;
            return Ok(l);
        }
        let start = i;
        while i < n && !is_space(s.code_point(i)) {
            i += 1;
        }
        push(&l, s, start, i, cx)?;
        k += 1;
    }
}

fn split_blank_ascii(s: &PyStr, u: &[u8], max: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let l = PyList::new(cx)?;
    let blank = |c: &u8| is_space(u32::from(*c));
    let (mut i, mut k) = (0, 0);
    while let Some(skip) = u[i..].iter().position(|c| !blank(c)) {
        let start = i + skip;
        if k == max {
            push(&l, s, start, u.len(), cx)?;
            break;
        }
        let end = u[start..].iter().position(blank).map_or(u.len(), |n| start + n);
        push(&l, s, start, end, cx)?;
        (i, k) = (end, k + 1);
    }
    Ok(l)
}

fn rsplit_blank(s: &PyStr, max: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let mut parts = Vec::new();
    let mut i = s.len();
    loop {
        while i > 0 && is_space(s.code_point(i - 1)) {
            i -= 1;
        }
        if i == 0 {
            break;
        }
        if parts.len() == max {
            parts.push(s.slice(0, i, cx)?.into_object());
            break;
        }
        let end = i;
        while i > 0 && !is_space(s.code_point(i - 1)) {
            i -= 1;
        }
        parts.push(s.slice(i, end, cx)?.into_object());
    }
    parts.reverse();
    PyList::from_vec(parts, cx)
}

fn separator<'a>(sep: &'a Object, cx: &mut Cx) -> PyResult<Option<&'a PyStr>> {
    if sep.is_none() {
        return Ok(None);
    }
    match sep.downcast::<PyStr>() {
        Some(s) if s.is_empty() => Err(cx.value_error(format_args!("empty separator"))),
        Some(s) => Ok(Some(s)),
        None => Err(cx.type_error(format_args!("must be str or None, not {}", sep.ty().tp_name_str()))),
    }
}

fn limit(max: isize) -> usize {
    if max < 0 { usize::MAX } else { max as usize }
}

/// `s.split(sep, max)`.
fn split(s: &PyStr, sep: Option<&PyStr>, max: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let Some(sep) = sep else { return split_blank(s, max, cx) };
    let l = PyList::new(cx)?;
    let (mut at, mut k) = (0, 0);
    if let (Some(h), Some(n)) = (narrow(s), narrow(sep)) {
        // One searcher for all pieces.
        let finder = (n.len() > 1 && h.len() > 64).then(|| memchr::memmem::Finder::new(n));
        while k < max {
            let found = match (&finder, n) {
                (_, [c]) => memchr::memchr(*c, &h[at..]),
                (Some(f), _) => f.find(&h[at..]),
                (None, _) => memchr::memmem::find(&h[at..], n),
            };
            let Some(i) = found else { break };
            push(&l, s, at, at + i, cx)?;
            at += i + n.len();
            k += 1;
        }
    } else {
        while k < max {
            let Some(i) = find::find(s, sep, at, s.len()) else { break };
            push(&l, s, at, i, cx)?;
            at = i + sep.len();
            k += 1;
        }
    }
    push(&l, s, at, s.len(), cx)?;
    Ok(l)
}

/// The units of a string of bytes.
fn narrow(s: &PyStr) -> Option<&[u8]> {
    match s.units() {
        Units::Ascii(u) | Units::Latin1(u) => Some(u),
        _ => None,
    }
}

/// Positions for `find` and relatives.
fn range(s: &PyStr, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>) -> (usize, usize) {
    find::bounds(s.len(), start.0.map(|v| v.0), end.0.map(|v| v.0))
}

/// `startswith` and `endswith`.
fn affix(s: &PyStr, what: &Object, (a, b): (usize, usize), name: &str, tail: bool, cx: &mut Cx) -> PyResult<bool> {
    let test = |p: &PyStr| a <= b && p.len() <= b - a && find::matches_at(s, p, if tail { b - p.len() } else { a });
    if let Some(t) = what.downcast::<PyTuple>() {
        for p in t.as_slice() {
            match p.downcast::<PyStr>() {
                Some(p) if test(p) => return Ok(true),
                Some(_) => {}
                None => return Err(cx.type_error(format_args!("tuple for {name} must only contain str, not {}", p.ty().tp_name_str()))),
            }
        }
        return Ok(false);
    }
    match what.downcast::<PyStr>() {
        Some(p) => Ok(test(p)),
        None => Err(cx.type_error(format_args!("{name} first arg must be str or a tuple of str, not {}", what.ty().tp_name_str()))),
    }
}

/// `strip` and its halves.
fn strip(s: &PyStr, chars: &Object, left: bool, right: bool, name: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let set = match chars.downcast::<PyStr>() {
        Some(c) => Some(c.to_points()),
        None if chars.is_none() => None,
        None => return Err(cx.type_error(format_args!("{name} arg must be None or str"))),
    };
    let drop = |c: u32| set.as_ref().map_or_else(|| is_space(c), |s| s.contains(&c));
    let (mut a, mut b) = (0, s.len());
    while left && a < b && drop(s.code_point(a)) {
        a += 1;
    }
    while right && b > a && drop(s.code_point(b - 1)) {
        b -= 1;
    }
    if a == 0 && b == s.len() {
        return s.to_exact(cx);
    }
    s.slice(a, b, cx)
}

/// `sep.join(iterable)`; also for f-strings and other makers of text.
pub fn join(sep: &PyStr, it: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Some(t) = it.exact::<PyTuple>() {
        return join_parts(sep, t.as_slice(), cx);
    }
    if let Some(l) = it.exact::<PyList>() {
        return join_parts(sep, l.raw_slice(), cx);
    }
    let items = match iter::collect(it, cx) {
        Ok(v) => v,
        Err(r) => {
            if cx.raised_is(exc::TypeError()) && !iter::is_iterator(it) && it.ty().tp_iter.get().is_none() {
                cx.discard(r);
                return Err(cx.type_error(format_args!("can only join an iterable")));
            }
            return Err(r);
        }
    };
    let parts: Vec<&Object> = items.iter().map(|o| &**o).collect();
    join_parts(sep, &parts, cx)
}

/// The strings `parts` with `sep` between them. Runs no code.
fn join_parts(sep: &PyStr, parts: &[&Object], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let [one] = parts {
        if let Some(s) = one.exact::<PyStr>() {
            return Ok(s.new_ref());
        }
    }
    let gaps = parts.len().saturating_sub(1);
    let mut width = if gaps > 0 { sep.width() } else { 0 };
    let mut total = sep.len().checked_mul(gaps);
    for (i, o) in parts.iter().enumerate() {
        let Some(s) = o.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("sequence item {i}: expected str instance, {} found", o.ty().tp_name_str())));
        };
        width = width.max(s.width());
        total = total.and_then(|t| t.checked_add(s.len()));
    }
    let Some(total) = total.filter(|&t| t <= isize::MAX as usize) else {
        return Err(cx.overflow_error(format_args!("join() result is too long for a Python string")));
    };
    if total == 0 {
        return Ok(super::intern::empty());
    }
    let (max, kind) = super::concat::limits(width);
    let (made, data) = PyStr::alloc(total, max, cx)?;
    if kind == 1 {
        let (between, gap) = (sep.raw_bytes().as_ptr(), sep.len());
        let mut to = data;
        for (i, o) in parts.iter().enumerate() {
            // SAFETY: as below, with units of one byte.
            unsafe {
                if i > 0 {
                    match gap {
                        0 => {}
                        1 => *to = *between,
                        _ => super::copy_bytes(between, to, gap),
                    }
                    to = to.add(gap);
                }
                let s = o.cast_unchecked::<PyStr>();
                super::copy_bytes(s.raw_bytes().as_ptr(), to, s.len());
                to = to.add(s.len());
            }
        }
        return Ok(made);
    }
    let mut at = 0;
    for (i, o) in parts.iter().enumerate() {
        // SAFETY: the lengths add up to `total`; all are strings, none wider than `kind`.
        unsafe {
            if i > 0 && !sep.is_empty() {
                sep.write_units(data, at, kind);
                at += sep.len();
            }
            let s = o.cast_unchecked::<PyStr>();
            s.write_units(data, at, kind);
            at += s.len();
        }
    }
    Ok(made)
}

fn replace(s: &PyStr, old: &PyStr, new: &PyStr, max: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if max == 0 || (old.eq_str(new)) || old.len() > s.len() {
        return s.to_exact(cx);
    }
    let mut buf = StrBuf::new();
    let mut k = 0;
    if old.is_empty() {
        for i in 0..=s.len() {
            if k < max {
                buf.push_str(new);
                k += 1;
            }
            if i < s.len() {
                buf.push(s.code_point(i));
            }
        }
        return buf.finish(cx);
    }
    if let (Some(h), Some(o), Some(n)) = (narrow(s), narrow(old), narrow(new)) {
        return replace_narrow(s, h, o, n, max, cx);
    }
    let mut at = 0;
    while k < max {
        let Some(i) = find::find(s, old, at, s.len()) else { break };
        buf.push_part(s, at, i);
        buf.push_str(new);
        at = i + old.len();
        k += 1;
    }
    if k == 0 {
        return s.to_exact(cx);
    }
    buf.push_part(s, at, s.len());
    buf.finish(cx)
}

/// `replace` on strings of bytes; `old` is not empty.
fn replace_narrow(s: &PyStr, h: &[u8], old: &[u8], new: &[u8], max: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let first = match old {
        [c] if h.len() <= 16 => h.iter().position(|b| b == c),
        [c] => memchr::memchr(*c, h),
        _ if h.len() <= find::SHORT => find::find_short(h, old),
        _ => memchr::memmem::find(h, old),
    };
    let Some(first) = first else { return s.to_exact(cx) };
    let mut out = Vec::new();
    if out.try_reserve(h.len() + new.len()).is_err() {
        return Err(cx.memory_error());
    }
    let mut at = 0;
    let mut put = |i: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(&h[at..i]);
        out.extend_from_slice(new);
        at = i + old.len();
    };
    let from = first + old.len();
    put(first, &mut out);
    match old {
        [c] => memchr::memchr_iter(*c, &h[from..]).take(max - 1).for_each(|i| put(from + i, &mut out)),
        _ => memchr::memmem::find_iter(&h[from..], old).take(max - 1).for_each(|i| put(from + i, &mut out)),
    }
    out.extend_from_slice(&h[at..]);
    PyStr::from_latin1(&out, cx)
}

fn not_found(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("substring not found"))
}

#[pymethods(SEARCH)]
impl PyStr {
    /// find($self, sub[, start[, end]], /)
    /// --
    ///
    /// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Return -1 on failure.
    #[method("find(sub, start=None, end=None, /)", nosig)]
    fn py_find(&self, sub: &PyStr, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>) -> isize {
        let (a, b) = range(self, start, end);
        find::find(self, sub, a, b).map_or(-1, |i| i as isize)
    }
    /// rfind($self, sub[, start[, end]], /)
    /// --
    ///
    /// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Return -1 on failure.
    #[method("rfind(sub, start=None, end=None, /)", nosig)]
    fn py_rfind(&self, sub: &PyStr, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>) -> isize {
        let (a, b) = range(self, start, end);
        find::rfind(self, sub, a, b).map_or(-1, |i| i as isize)
    }
    /// index($self, sub[, start[, end]], /)
    /// --
    ///
    /// Return the lowest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Raises ValueError when the substring is not found.
    #[method("index(sub, start=None, end=None, /)", nosig)]
    fn py_index(&self, sub: &PyStr, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
        let (a, b) = range(self, start, end);
        find::find(self, sub, a, b).ok_or_else(|| not_found(cx))
    }
    /// rindex($self, sub[, start[, end]], /)
    /// --
    ///
    /// Return the highest index in S where substring sub is found, such that sub is contained within S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.  Raises ValueError when the substring is not found.
    #[method("rindex(sub, start=None, end=None, /)", nosig)]
    fn py_rindex(&self, sub: &PyStr, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
        let (a, b) = range(self, start, end);
        find::rfind(self, sub, a, b).ok_or_else(|| not_found(cx))
    }
    /// count($self, sub[, start[, end]], /)
    /// --
    ///
    /// Return the number of non-overlapping occurrences of substring sub in string S[start:end].
    ///
    /// Optional arguments start and end are interpreted as in slice
    /// notation.
    #[method("count(sub, start=None, end=None, /)", nosig)]
    fn py_count(&self, sub: &PyStr, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>) -> usize {
        let (a, b) = range(self, start, end);
        find::count(self, sub, a, b, usize::MAX)
    }
    /// startswith($self, prefix[, start[, end]], /)
    /// --
    ///
    /// Return True if the string starts with the specified prefix, False otherwise.
    ///
    ///   prefix
    ///     A string or a tuple of strings to try.
    ///   start
    ///     Optional start position. Default: start of the string.
    ///   end
    ///     Optional stop position. Default: end of the string.
    #[method("startswith(prefix, start=None, end=None, /)", nosig)]
    fn startswith(&self, prefix: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<bool> {
        affix(self, prefix, range(self, start, end), "startswith", false, cx)
    }
    /// endswith($self, suffix[, start[, end]], /)
    /// --
    ///
    /// Return True if the string ends with the specified suffix, False otherwise.
    ///
    ///   suffix
    ///     A string or a tuple of strings to try.
    ///   start
    ///     Optional start position. Default: start of the string.
    ///   end
    ///     Optional stop position. Default: end of the string.
    #[method("endswith(suffix, start=None, end=None, /)", nosig)]
    fn endswith(&self, suffix: &Object, start: NoneOr<SliceIndex>, end: NoneOr<SliceIndex>, cx: &mut Cx) -> PyResult<bool> {
        affix(self, suffix, range(self, start, end), "endswith", true, cx)
    }
    /// Return a list of the substrings in the string, using sep as the separator string.
    ///
    ///   sep
    ///     The separator used to split the string.
    ///
    ///     When set to None (the default value), will split on any
    ///     whitespace character (including \n \r \t \f and spaces) and
    ///     will discard empty strings from the result.
    ///   maxsplit
    ///     Maximum number of splits.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting starts at the front of the string and works to the end.
    ///
    /// Note, str.split() is mainly useful for data that has been
    /// intentionally delimited.  With natural text that includes
    /// punctuation, consider using the regular expression module.
    #[method("split(sep=None, maxsplit=-1)")]
    fn py_split(&self, sep: &Object, maxsplit: isize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let sep = separator(sep, cx)?;
        split(self, sep, limit(maxsplit), cx)
    }
    /// Return a list of the substrings in the string, using sep as the separator string.
    ///
    ///   sep
    ///     The separator used to split the string.
    ///
    ///     When set to None (the default value), will split on any
    ///     whitespace character (including \n \r \t \f and spaces) and
    ///     will discard empty strings from the result.
    ///   maxsplit
    ///     Maximum number of splits.
    ///     -1 (the default value) means no limit.
    ///
    /// Splitting starts at the end of the string and works to the front.
    #[method("rsplit(sep=None, maxsplit=-1)")]
    fn py_rsplit(&self, sep: &Object, maxsplit: isize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let max = limit(maxsplit);
        let Some(sep) = separator(sep, cx)? else { return rsplit_blank(self, max, cx) };
        let mut parts = Vec::new();
        let mut end = self.len();
        while parts.len() < max {
            let Some(i) = find::rfind(self, sep, 0, end) else { break };
            parts.push(self.slice(i + sep.len(), end, cx)?.into_object());
            end = i;
        }
        parts.push(self.slice(0, end, cx)?.into_object());
        parts.reverse();
        PyList::from_vec(parts, cx)
    }
    /// Return a list of the lines in the string, breaking at line boundaries.
    ///
    /// Line breaks are not included in the resulting list unless keepends
    /// is given and true.
    #[method("splitlines(keepends=False)")]
    fn splitlines(&self, keepends: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        let (n, mut i) = (self.len(), 0);
        while i < n {
            let start = i;
            while i < n && !is_break(self.code_point(i)) {
                i += 1;
            }
            let mut end = i;
            if i < n {
                i += if self.code_point(i) == 13 && i + 1 < n && self.code_point(i + 1) == 10 { 2 } else { 1 };
                if keepends {
                    end = i;
                }
            }
            push(&l, self, start, end, cx)?;
        }
        Ok(l)
    }
    /// Partition the string into three parts using the given separator.
    ///
    /// This will search for the separator in the string.  If the separator
    /// is found, returns a 3-tuple containing the part before the
    /// separator, the separator itself, and the part after it.
    ///
    /// If the separator is not found, returns a 3-tuple containing
    /// the original string and two empty strings.
    #[method("partition(sep, /)")]
    fn partition(&self, sep: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        parts(self, sep, false, cx)
    }
    /// Partition the string into three parts using the given separator.
    ///
    /// This will search for the separator in the string, starting at the
    /// end.  If the separator is found, returns a 3-tuple containing the
    /// part before the separator, the separator itself, and the part after
    /// it.
    ///
    /// If the separator is not found, returns a 3-tuple containing two
    /// empty strings and the original string.
    #[method("rpartition(sep, /)")]
    fn rpartition(&self, sep: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        parts(self, sep, true, cx)
    }
    /// Return a copy of the string with leading and trailing whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[method("strip(chars=None, /)")]
    fn py_strip(&self, chars: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        strip(self, chars, true, true, "strip", cx)
    }
    /// Return a copy of the string with leading whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[method("lstrip(chars=None, /)")]
    fn lstrip(&self, chars: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        strip(self, chars, true, false, "lstrip", cx)
    }
    /// Return a copy of the string with trailing whitespace removed.
    ///
    /// If chars is given and not None, remove characters in chars instead.
    #[method("rstrip(chars=None, /)")]
    fn rstrip(&self, chars: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        strip(self, chars, false, true, "rstrip", cx)
    }
    /// Return a str with the given prefix string removed if present.
    ///
    /// If the string starts with the prefix string, return
    /// string[len(prefix):].  Otherwise, return a copy of the original
    /// string.
    #[method("removeprefix(prefix, /)")]
    fn removeprefix(&self, prefix: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if find::matches_at(self, prefix, 0) { self.slice(prefix.len(), self.len(), cx) } else { self.to_exact(cx) }
    }
    /// Return a str with the given suffix string removed if present.
    ///
    /// If the string ends with the suffix string and that suffix is not
    /// empty, return string[:-len(suffix)].  Otherwise, return a copy of
    /// the original string.
    #[method("removesuffix(suffix, /)")]
    fn removesuffix(&self, suffix: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = self.len();
        if !suffix.is_empty() && suffix.len() <= n && find::matches_at(self, suffix, n - suffix.len()) {
            return self.slice(0, n - suffix.len(), cx);
        }
        self.to_exact(cx)
    }
    /// Concatenate any number of strings.
    ///
    /// The string whose method is called is inserted in between each given
    /// string.  The result is returned as a new string.
    ///
    /// Example: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'
    #[method("join(iterable, /)")]
    fn py_join(&self, iterable: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        join(self, iterable, cx)
    }
    /// Return a copy with all occurrences of substring old replaced by new.
    ///
    ///   count
    ///     Maximum number of occurrences to replace.
    ///     -1 (the default value) means replace all occurrences.
    ///
    /// If the optional argument count is given, only the first count occurrences are
    /// replaced.
    #[method("replace(old, new, /, count=-1)")]
    fn py_replace(&self, old: &PyStr, new: &PyStr, count: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        replace(self, old, new, limit(count), cx)
    }
    /// Encode the string using the codec registered for encoding.
    ///
    ///   encoding
    ///     The encoding in which to encode the string.
    ///   errors
    ///     The error handling scheme to use for encoding errors.
    ///     The default is 'strict' meaning that encoding errors raise a
    ///     UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
    ///     and 'xmlcharrefreplace' as well as any other name registered with
    ///     codecs.register_error that can handle UnicodeEncodeErrors.
    #[method("encode(encoding='utf-8', errors='strict')")]
    fn encode(&self, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
        fn text(s: &PyStr) -> std::borrow::Cow<'_, str> {
            s.as_ascii().map_or_else(|| s.to_string_lossy().into(), Into::into)
        }
        let (enc, err) = (encoding.map(text), errors.map(text));
        super::codec::encode(self, enc.as_deref().unwrap_or("utf-8"), err.as_deref().unwrap_or("strict"), cx)
    }
    #[method("__getnewargs__()", nosig)]
    fn getnewargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = PyStr::from_code_points(&self.to_points(), cx)?;
        PyTuple::from_slice(&[&s], cx)
    }
    /// Return the size of the string in memory, in bytes.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        let head = if self.is_ascii() { 40 } else { 56 };
        // One-character Latin-1 strings are shared and come with their UTF-8 form.
        let utf8 = if self.is_ascii() || self.len() != 1 || self.kind() as usize != 1 { 0 } else { 3 };
        head + utf8 + (self.len() + 1) * self.kind() as usize
    }
}

fn parts(s: &PyStr, sep: &Object, last: bool, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let Some(p) = sep.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("must be str, not {}", sep.ty().tp_name_str())));
    };
    if p.is_empty() {
        return Err(cx.value_error(format_args!("empty separator")));
    }
    let at = if last { find::rfind(s, p, 0, s.len()) } else { find::find(s, p, 0, s.len()) };
    let e = super::intern::empty();
    match at {
        Some(i) => {
            let (a, b) = (s.slice(0, i, cx)?, s.slice(i + p.len(), s.len(), cx)?);
            PyTuple::from_slice(&[&a, p, &b], cx)
        }
        None => {
            let me = s.to_exact(cx)?;
            if last { PyTuple::from_slice(&[&e, &e, &me], cx) } else { PyTuple::from_slice(&[&me, &e, &e], cx) }
        }
    }
}
