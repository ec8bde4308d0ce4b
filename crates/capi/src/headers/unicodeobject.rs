//! `unicodeobject.h`: making, reading and comparing strings.

use crate::border::{Borrowed, bad_argument, bad_internal_call, put, steal, str_of, utf8, want_str};
use crate::capi;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::{self, Units};
use taipan_object::{abstract_, attr, call};

/// The wide character of C on Linux and macOS.
pub type WChar = i32;

/// `str.name(s, *args)`: the built-in method, whatever a subclass overrides.
pub fn str_method(s: &Object, name: &str, args: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
    let s = want_str(s, cx)?;
    let name = PyStr::new_interned(name, cx)?;
    let f = attr::get(PyStr::ty().as_object(), &name, cx)?;
    let mut all: Vec<&Object> = vec![s];
    all.extend_from_slice(args);
    call::call(&f, &all, cx)
}

/// A size of C as an int argument.
fn int(n: isize, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    PyInt::new(n as i64, cx)
}

/// A string of `n` uninitialised units.
fn fresh(n: isize, max: u32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if n < 0 {
        return Err(cx.system_error(format_args!("Negative size passed to PyUnicode_New")));
    }
    if n == 0 {
        return Ok(str::intern::empty());
    }
    if max > 0x10ffff {
        return Err(cx.system_error(format_args!("invalid maximum character passed to PyUnicode_New")));
    }
    PyStr::alloc(n as usize, max, cx).map(|(s, _)| s)
}

/// From units of one width; widths that the content does not need are narrowed.
unsafe fn from_kind(kind: c_int, p: *const c_void, n: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if n < 0 {
        return Err(cx.value_error(format_args!("size must be positive")));
    }
    if !matches!(kind, 1 | 2 | 4) {
        return Err(cx.system_error(format_args!("invalid kind")));
    }
    let n = n as usize;
    if n == 0 {
        return Ok(str::intern::empty());
    }
    // SAFETY: the caller's `n` units.
    unsafe {
        match kind {
            1 => PyStr::from_latin1(std::slice::from_raw_parts(p as *const u8, n), cx),
            2 => {
                let v: Vec<u32> = std::slice::from_raw_parts(p as *const u16, n).iter().map(|&c| c.into()).collect();
                PyStr::from_code_points(&v, cx)
            }
            4 => {
                let v = std::slice::from_raw_parts(p as *const u32, n);
                if v.iter().any(|c| *c > 0x10ffff) {
                    return Err(cx.system_error(format_args!("invalid maximum character passed to PyUnicode_New")));
                }
                PyStr::from_code_points(v, cx)
            }
            _ => Err(cx.system_error(format_args!("invalid kind"))),
        }
    }
}

unsafe fn wide<'a>(p: *const WChar, n: isize) -> &'a [u32] {
    // SAFETY: the caller's string, terminated when `n` is negative.
    unsafe {
        let n = if n >= 0 { n as usize } else { (0..).take_while(|&i| *p.add(i) != 0).count() };
        if n == 0 { &[] } else { std::slice::from_raw_parts(p as *const u32, n) }
    }
}

/// The data pointer of the units.
fn data(s: &PyStr) -> *mut c_void {
    s.raw_bytes().as_ptr() as *mut c_void
}

/// Write one unit; the kind must hold it.
unsafe fn write_unit(s: &PyStr, i: usize, c: u32) {
    let p = data(s);
    // SAFETY: within bounds, the string unshared.
    unsafe {
        match s.kind() {
            1 => *(p as *mut u8).add(i) = c as u8,
            2 => *(p as *mut u16).add(i) = c as u16,
            _ => *(p as *mut u32).add(i) = c,
        }
    }
}

fn largest(s: &PyStr) -> u32 {
    match s.units() {
        Units::Ascii(_) => 0x7f,
        Units::Latin1(_) => 0xff,
        Units::Ucs2(_) => 0xffff,
        Units::Ucs4(_) => 0x10ffff,
    }
}

/// May the content of the string still change? Only while nobody else holds it, it is not interned and its hash is not known.
fn modifiable(s: &PyStr) -> bool {
    s.as_object().is_unique() && s.cached_hash() == -1 && s.interned() == 0 && s.as_object().is_exact::<PyStr>()
}

/// A copy of `n` units from `from`.
unsafe fn copy_units(to: &PyStr, at: usize, from: &PyStr, start: usize, n: usize) {
    for k in 0..n {
        // SAFETY: the caller checked the ranges.
        unsafe { write_unit(to, at + k, from.code_point(start + k)) };
    }
}

/// Change the length of `*p`.
unsafe fn resize(p: *mut *mut Object, n: isize, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's variable.
    unsafe {
        let Some(old) = p.as_ref().and_then(|o| (*o).as_ref()).and_then(|o| o.downcast::<PyStr>()).filter(|_| n >= 0) else {
            return Err(bad_internal_call(cx));
        };
        let n = n as usize;
        if old.len() == n {
            return Ok(());
        }
        if n == 0 {
            let e = str::intern::empty();
            drop(steal(std::mem::replace(&mut *p, e.into_raw())));
            return Ok(());
        }
        let (new, _) = PyStr::alloc(n, largest(old), cx)?;
        let keep = old.len().min(n);
        (data(&new) as *mut u8).copy_from_nonoverlapping(data(old) as *const u8, keep * old.kind() as usize);
        drop(steal(std::mem::replace(&mut *p, new.into_raw())));
        Ok(())
    }
}

/// The order of two strings as -1, 0, 1.
fn order(a: &PyStr, b: &PyStr) -> c_int {
    a.order(b) as c_int
}

fn latin1_order(a: &PyStr, b: &[u8]) -> c_int {
    a.code_points().cmp(b.iter().map(|&c| u32::from(c))) as c_int
}

/// Find within `a..b`; -1 when missing.
fn find(s: &PyStr, sub: &PyStr, a: isize, b: isize, direction: c_int) -> isize {
    let (lo, hi) = str::find::bounds(s.len(), Some(a), Some(b));
    let at = if direction > 0 { str::find::find(s, sub, lo, hi) } else { str::find::rfind(s, sub, lo, hi) };
    at.map_or(-1, |i| i as isize)
}

capi! {
    /// A string of `n` units to be filled, the largest of which is at most `max`.
    fn PyUnicode_New(n: isize, max: u32) -> PyResult<Own<PyStr>> = |cx| { fresh(n, max, cx) }
    /// From UTF-8.
    fn PyUnicode_FromString(p: *const c_char) -> PyResult<Own<PyStr>> = |cx| { str_of(p, cx) }
    /// From `n` bytes of UTF-8.
    fn PyUnicode_FromStringAndSize(p: *const c_char, n: isize) -> PyResult<Own<PyStr>> = |cx| {
        if n < 0 {
            return Err(cx.system_error(format_args!("Negative size passed to PyUnicode_FromStringAndSize")));
        }
        if n == 0 {
            return Ok(str::intern::empty());
        }
        if p.is_null() {
            return Err(cx.system_error(format_args!("NULL string with positive size with NULL passed to PyUnicode_FromStringAndSize")));
        }
        if n > isize::MAX - 64 {
            return Err(cx.memory_error());
        }
        utf8(std::slice::from_raw_parts(p as *const u8, n as usize), cx)
    }
    /// From units of 1, 2 or 4 bytes.
    fn PyUnicode_FromKindAndData(kind: c_int, p: *const c_void, n: isize) -> PyResult<Own<PyStr>> = |cx| { from_kind(kind, p, n, cx) }
    /// From wide characters; a negative length means up to the zero.
    fn PyUnicode_FromWideChar(p: *const WChar, n: isize) -> PyResult<Own<PyStr>> = |cx| {
        if (p.is_null() && n != 0) || n < -1 {
            return Err(bad_internal_call(cx));
        }
        let v = if p.is_null() { &[] } else { wide(p, n) };
        if let Some(c) = v.iter().find(|c| **c > 0x10ffff) {
            return Err(cx.value_error(format_args!("character U+{c:x} is not in range [U+0000; U+10ffff]")));
        }
        PyStr::from_code_points(v, cx)
    }
    /// `chr(c)`.
    fn PyUnicode_FromOrdinal(c: c_int) -> PyResult<Own<PyStr>> = |cx| {
        if !(0..=0x10ffff).contains(&c) {
            return Err(cx.value_error(format_args!("chr() arg not in range(0x110000)")));
        }
        PyStr::from_code_points(&[c as u32], cx)
    }
    /// A str as an exact str.
    fn PyUnicode_FromObject(o: &Object) -> PyResult<Own<PyStr>> = |cx| {
        match o.downcast::<PyStr>() {
            Some(s) => s.to_exact(cx),
            None => Err(cx.type_error(format_args!("Can't convert '{}' object to str implicitly", o.ty().tp_name_str()))),
        }
    }
    /// Interned, from UTF-8.
    fn PyUnicode_InternFromString(p: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        let s = str_of(p, cx)?;
        Ok(str::intern::intern(s, cx))
    }
    /// Replace `*p` by the interned string of the same text.
    fn PyUnicode_InternInPlace(p: *mut *mut Object) = |cx| {
        let Some(o) = steal(*p) else { return };
        *p = match o.downcast_own::<PyStr>() {
            Ok(s) if s.as_object().is_exact::<PyStr>() => str::intern::intern(s, cx).into_raw(),
            Ok(s) => s.into_raw(),
            Err(o) => o.into_raw(),
        };
    }
    /// `len(o)`.
    fn PyUnicode_GetLength(o: &Object) -> PyResult<isize> = |cx| { want_str(o, cx).map(|s| s.len() as isize) }
    /// The code point at `i`.
    fn PyUnicode_ReadChar(o: &Object, i: isize) -> PyResult<u32> = |cx| {
        let s = want_str(o, cx)?;
        if i < 0 || i as usize >= s.len() {
            return Err(cx.index_error(format_args!("string index out of range")));
        }
        Ok(s.code_point(i as usize))
    }
    /// Set the code point at `i` of a string that nobody else holds.
    fn PyUnicode_WriteChar(o: &Object, i: isize, c: u32) -> PyResult<()> = |cx| {
        let s = want_str(o, cx)?;
        if i < 0 || i as usize >= s.len() {
            return Err(cx.index_error(format_args!("string index out of range")));
        }
        if !modifiable(s) {
            return Err(cx.system_error(format_args!("Cannot modify a string currently used")));
        }
        if c > largest(s) {
            return Err(cx.value_error(format_args!("character out of range")));
        }
        write_unit(s, i as usize, c);
        Ok(())
    }
    /// Fill `n` units from `start`; how many were written.
    fn PyUnicode_Fill(o: &Object, start: isize, n: isize, c: u32) -> PyResult<isize> = |cx| {
        let Some(s) = o.downcast::<PyStr>() else { return Err(bad_internal_call(cx)) };
        if !modifiable(s) {
            return Err(cx.system_error(format_args!("Cannot modify a string currently used")));
        }
        if c > largest(s) {
            return Err(cx.value_error(format_args!("fill character is bigger than the string maximum character")));
        }
        if start < 0 {
            return Err(cx.index_error(format_args!("string index out of range")));
        }
        let n = n.min(s.len() as isize - start).max(0);
        for k in 0..n {
            write_unit(s, (start + k) as usize, c);
        }
        Ok(n)
    }
    /// Copy `n` units between strings; how many were copied.
    fn PyUnicode_CopyCharacters(to: &Object, at: isize, from: &Object, start: isize, n: isize) -> PyResult<isize> = |cx| {
        let (Some(t), Some(f)) = (to.downcast::<PyStr>(), from.downcast::<PyStr>()) else { return Err(bad_internal_call(cx)) };
        if start < 0 || start as usize > f.len() || at < 0 || at as usize > t.len() {
            return Err(cx.index_error(format_args!("string index out of range")));
        }
        if n < 0 {
            return Err(cx.system_error(format_args!("how_many cannot be negative")));
        }
        let n = n.min(f.len() as isize - start);
        if at + n > t.len() as isize {
            return Err(cx.system_error(format_args!("Cannot write {n} characters at {at} in a string of {} characters", t.len())));
        }
        if n == 0 {
            return Ok(0);
        }
        if !modifiable(t) {
            return Err(cx.system_error(format_args!("Cannot modify a string currently used")));
        }
        let top = (0..n as usize).map(|k| f.code_point(start as usize + k)).max().unwrap_or(0);
        if top > largest(t) {
            return Err(cx.system_error(format_args!("Cannot copy non-latin1 characters into a string of {} characters", t.len())));
        }
        copy_units(t, at as usize, f, start as usize, n as usize);
        Ok(n)
    }
    /// `o[a:b]`.
    fn PyUnicode_Substring(o: &Object, a: isize, b: isize) -> PyResult<Own<PyStr>> = |cx| {
        let s = want_str(o, cx)?;
        if a < 0 || b < 0 {
            return Err(cx.index_error(format_args!("string index out of range")));
        }
        let b = (b as usize).min(s.len());
        if a == 0 && b == s.len() {
            return s.to_exact(cx);
        }
        if a as usize >= b { Ok(str::intern::empty()) } else { s.slice(a as usize, b, cx) }
    }
    /// Change the length of a string that nobody else holds.
    fn PyUnicode_Resize(p: *mut *mut Object, n: isize) -> PyResult<()> = |cx| { resize(p, n, cx) }
    /// `a + b`.
    fn PyUnicode_Concat(a: &Object, b: &Object) -> PyResult<Own<PyStr>> = |cx| {
        let Some(a) = a.downcast::<PyStr>() else { return Err(bad_argument(cx)) };
        match b.downcast::<PyStr>() {
            Some(b) => PyStr::concat(a, b, cx),
            None => Err(cx.type_error(format_args!("can only concatenate str (not \"{}\") to str", b.ty().tp_name_str()))),
        }
    }
    /// `*p += b`; null on failure.
    fn PyUnicode_Append(p: *mut *mut Object, b: Option<&Object>) = |cx| {
        if p.is_null() {
            if !cx.is_raised() { let _raised = bad_internal_call(cx); }
            return;
        }
        let left = steal(*p);
        *p = std::ptr::null_mut();
        let (Some(left), Some(b)) = (left.and_then(|l| l.downcast_own::<PyStr>().ok()), b.and_then(|b| b.downcast::<PyStr>())) else {
            if !cx.is_raised() { let _raised = bad_internal_call(cx); }
            return;
        };
        if let Ok(s) = PyStr::append(left, b, cx) { *p = s.into_raw(); }
    }
    /// As `PyUnicode_Append`; releases `b`.
    fn PyUnicode_AppendAndDel(p: *mut *mut Object, b: *mut Object) = |cx| {
        let b = steal(b);
        PyUnicode_Append(p, b.as_deref());
    }
    /// -1, 0, 1.
    fn PyUnicode_Compare(a: &Object, b: &Object) -> PyResult<c_int> = |cx| {
        match (a.downcast::<PyStr>(), b.downcast::<PyStr>()) {
            (Some(a), Some(b)) => Ok(order(a, b)),
            _ => Err(cx.type_error(format_args!("Can't compare {} and {}", a.ty().tp_name_str(), b.ty().tp_name_str()))),
        }
    }
    /// -1, 0, 1 against Latin-1 text.
    fn PyUnicode_CompareWithASCIIString(a: &PyStr, b: *const c_char) -> c_int = |_| { latin1_order(a, CStr::from_ptr(b).to_bytes()) }
    /// Whether two strings are equal.
    fn PyUnicode_Equal(a: &Object, b: &Object) -> PyResult<bool> = |cx| {
        let Some(x) = a.downcast::<PyStr>() else { return Err(cx.type_error(format_args!("first argument must be str, not {}", a.ty().tp_name_str()))) };
        let Some(y) = b.downcast::<PyStr>() else { return Err(cx.type_error(format_args!("second argument must be str, not {}", b.ty().tp_name_str()))) };
        Ok(x.eq_str(y))
    }
    /// Whether the string equals UTF-8 text.
    fn PyUnicode_EqualToUTF8(a: &PyStr, b: *const c_char) -> bool = |_| { equal_utf8(a, CStr::from_ptr(b).to_bytes()) }
    /// Whether the string equals `n` bytes of UTF-8 text.
    fn PyUnicode_EqualToUTF8AndSize(a: &PyStr, b: *const c_char, n: isize) -> bool = |_| {
        equal_utf8(a, if n <= 0 { &[] } else { std::slice::from_raw_parts(b as *const u8, n as usize) })
    }
    /// `a OP b`, or NotImplemented.
    fn PyUnicode_RichCompare(a: &Object, b: &Object, op: c_int) -> PyResult<Own<Object>> = |cx| {
        match (a.downcast::<PyStr>(), b.downcast::<PyStr>()) {
            (Some(_), Some(_)) => abstract_::rich_compare(a, b, CmpOp::from_int(op), cx),
            _ => Ok(not_implemented().own()),
        }
    }
    /// `sub in o`.
    fn PyUnicode_Contains(o: &Object, sub: &Object) -> PyResult<bool> = |cx| {
        let Some(sub) = sub.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("'in <string>' requires string as left operand, not {}", sub.ty().tp_name_str())));
        };
        let s = want_str(o, cx)?;
        Ok(str::find::find(s, sub, 0, s.len()).is_some())
    }
    /// `o.count(sub, a, b)`.
    fn PyUnicode_Count(o: &Object, sub: &Object, a: isize, b: isize) -> PyResult<isize> = |cx| {
        let (s, sub) = (want_str(o, cx)?, want_str(sub, cx)?);
        let (lo, hi) = str::find::bounds(s.len(), Some(a), Some(b));
        Ok(str::find::count(s, sub, lo, hi, usize::MAX) as isize)
    }
    /// `o.find(sub, a, b)` or `o.rfind`; -1 missing, -2 raised.
    fn PyUnicode_Find(o: &Object, sub: &Object, a: isize, b: isize, direction: c_int) -> isize = |cx| {
        match (want_str(o, cx), want_str(sub, cx)) {
            (Ok(s), Ok(sub)) => find(s, sub, a, b, direction),
            _ => -2,
        }
    }
    /// The position of a code point; -1 missing.
    fn PyUnicode_FindChar(o: &PyStr, c: u32, a: isize, b: isize, direction: c_int) -> isize = |cx| {
        match PyStr::from_code_points(&[c.min(0x10ffff)], cx) {
            Ok(sub) => find(o, &sub, a, b, direction),
            Err(_) => -2,
        }
    }
    /// Whether `o[a:b]` starts (direction <= 0) or ends with `sub`.
    fn PyUnicode_Tailmatch(o: &Object, sub: &Object, a: isize, b: isize, direction: c_int) -> PyResult<isize> = |cx| {
        let (s, sub) = (want_str(o, cx)?, want_str(sub, cx)?);
        let (lo, hi) = str::find::bounds(s.len(), Some(a), Some(b));
        if lo > hi || hi - lo < sub.len() {
            return Ok(0);
        }
        let at = if direction > 0 { hi - sub.len() } else { lo };
        Ok(str::find::matches_at(s, sub, at).into())
    }
    /// `sep.join(items)`; null joins with a blank.
    fn PyUnicode_Join(sep: Option<&Object>, items: &Object) -> PyResult<Own<PyStr>> = |cx| {
        match sep {
            Some(sep) => match sep.downcast::<PyStr>() {
                Some(s) => str::join(s, items, cx),
                None => Err(cx.type_error(format_args!("separator: expected str instance, {} found", sep.ty().tp_name_str()))),
            },
            None => {
                let blank = PyStr::new(" ", cx)?;
                str::join(&blank, items, cx)
            }
        }
    }
    /// `o.replace(old, new, max)`.
    fn PyUnicode_Replace(o: &Object, old: &Object, new: &Object, max: isize) -> PyResult<Own<Object>> = |cx| {
        let (old, new) = (want_str(old, cx)?, want_str(new, cx)?);
        let n = int(max, cx)?;
        str_method(o, "replace", &[old, new, &n], cx)
    }
    /// `o.split(sep, max)`; null splits at blanks.
    fn PyUnicode_Split(o: &Object, sep: Option<&Object>, max: isize) -> PyResult<Own<Object>> = |cx| {
        if let Some(s) = sep { want_str(s, cx)?; }
        let n = int(max, cx)?;
        str_method(o, "split", &[sep.unwrap_or_else(|| none()), &n], cx)
    }
    /// `o.rsplit(sep, max)`; null splits at blanks.
    fn PyUnicode_RSplit(o: &Object, sep: Option<&Object>, max: isize) -> PyResult<Own<Object>> = |cx| {
        if let Some(s) = sep { want_str(s, cx)?; }
        let n = int(max, cx)?;
        str_method(o, "rsplit", &[sep.unwrap_or_else(|| none()), &n], cx)
    }
    /// `o.splitlines(keepends)`.
    fn PyUnicode_Splitlines(o: &Object, keep: c_int) -> PyResult<Own<Object>> = |cx| {
        let k = taipan_object::types::boolean::from_bool(keep != 0);
        str_method(o, "splitlines", &[&k], cx)
    }
    /// `o.partition(sep)`.
    fn PyUnicode_Partition(o: &Object, sep: &Object) -> PyResult<Own<Object>> = |cx| { let sep = want_str(sep, cx)?; str_method(o, "partition", &[sep], cx) }
    /// `o.rpartition(sep)`.
    fn PyUnicode_RPartition(o: &Object, sep: &Object) -> PyResult<Own<Object>> = |cx| { let sep = want_str(sep, cx)?; str_method(o, "rpartition", &[sep], cx) }
    /// `o % args`.
    fn PyUnicode_Format(o: Option<&Object>, args: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match (o.and_then(|o| o.downcast::<PyStr>()), args) {
            (Some(s), Some(a)) => str_method(s, "__mod__", &[a], cx),
            (None, _) if o.is_some() => Err(bad_argument(cx)),
            _ => Err(bad_internal_call(cx)),
        }
    }
    /// Whether the string is an identifier.
    fn PyUnicode_IsIdentifier(o: &PyStr) -> bool = |_| { str::is_identifier(o) }
    /// The units.
    fn PyUnicode_DATA(o: &PyStr) -> *mut c_void = |_| { data(o) }
    /// Bytes per unit.
    fn PyUnicode_KIND(o: &PyStr) -> c_uint = |_| { o.kind() }

    /// UTF-8 of the string, kept in the object, with its length.
    fn PyUnicode_AsUTF8AndSize(o: &Object, n: *mut isize) -> PyResult<*const c_char> = |cx| {
        put(n, -1);
        let b = want_str(o, cx)?.utf8_cached(cx)?;
        put(n, b.len() as isize);
        Ok(b.as_ptr() as *const c_char)
    }
    /// UTF-8 of the string, kept in the object.
    fn PyUnicode_AsUTF8(o: &Object) -> PyResult<*const c_char> = |cx| { want_str(o, cx)?.utf8_cached(cx).map(|b| b.as_ptr() as *const c_char) }
    /// The code points into a buffer, with a zero behind when `null` is set.
    fn PyUnicode_AsUCS4(o: &Object, buf: *mut u32, n: isize, null: c_int) -> PyResult<*mut u32> = |cx| {
        let s = want_str(o, cx)?;
        let need = s.len() + usize::from(null != 0);
        if buf.is_null() || n < need as isize {
            return Err(cx.system_error(format_args!("string is longer than the buffer")));
        }
        for (i, c) in s.code_points().enumerate() { *buf.add(i) = c; }
        if null != 0 { *buf.add(s.len()) = 0; }
        Ok(buf)
    }
    /// The code points in memory of `PyMem_Malloc`, with a zero behind.
    fn PyUnicode_AsUCS4Copy(o: &Object) -> PyResult<*mut u32> = |cx| {
        let s = want_str(o, cx)?;
        let p = super::pymem::PyMem_Malloc((s.len() + 1) * 4) as *mut u32;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        for (i, c) in s.code_points().enumerate() { *p.add(i) = c; }
        *p.add(s.len()) = 0;
        Ok(p)
    }
    /// The code points as wide characters into a buffer; how many, or how many would be needed for null.
    fn PyUnicode_AsWideChar(o: Option<&Object>, buf: *mut WChar, n: isize) -> PyResult<isize> = |cx| {
        let Some(o) = o else { return Err(bad_internal_call(cx)) };
        let s = want_str(o, cx)?;
        if buf.is_null() {
            return Ok(s.len() as isize + 1);
        }
        let fits = s.len().min(n.max(0) as usize);
        for i in 0..fits { *buf.add(i) = s.code_point(i) as WChar; }
        if (fits as isize) < n { *buf.add(fits) = 0; }
        Ok(fits as isize)
    }
    /// Wide characters in memory of `PyMem_Malloc`; without `n` zeros inside are refused.
    fn PyUnicode_AsWideCharString(o: Option<&Object>, n: *mut isize) -> PyResult<*mut WChar> = |cx| {
        let Some(o) = o else { return Err(bad_internal_call(cx)) };
        let s = want_str(o, cx)?;
        if n.is_null() && s.code_points().any(|c| c == 0) {
            return Err(cx.value_error(format_args!("embedded null character")));
        }
        let p = super::pymem::PyMem_Malloc((s.len() + 1) * 4) as *mut WChar;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        for (i, c) in s.code_points().enumerate() { *p.add(i) = c as WChar; }
        *p.add(s.len()) = 0;
        put(n, s.len() as isize);
        Ok(p)
    }
    /// The interned text of a static `_Py_Identifier` (its second word).
    fn _PyUnicode_FromId(id: *const [*const c_char; 2]) -> PyResult<Borrowed> = |cx| {
        let text = if (*id)[0].is_null() { (*id)[1] } else { (*id)[0] };
        let s = str_of(text, cx)?;
        let s = str::intern::intern_immortal(s, cx);
        Ok(Borrowed(s.as_object().as_ptr()))
    }
    /// For `csrc/variadic.c`: a string of UTF-8 whose broken bytes are replaced.
    fn taipan_text(p: *const c_char, n: usize) -> PyResult<Own<PyStr>> = |cx| {
        let b = std::slice::from_raw_parts(p as *const u8, n);
        PyStr::new(&String::from_utf8_lossy(b), cx)
    }
}

fn equal_utf8(a: &PyStr, b: &[u8]) -> bool {
    match a.as_ascii() {
        Some(s) => s.as_bytes() == b,
        None => std::str::from_utf8(b).is_ok_and(|t| a.eq_text(t)),
    }
}

/// The bytes object of an encoding.
pub fn encoded(o: &Object, encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let s = want_str(o, cx)?;
    let b = str::codec::encode(s, encoding, errors, cx)?;
    if b.is_a::<PyBytes>() {
        return Ok(b);
    }
    Err(cx.type_error(format_args!("'{encoding}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types", b.ty().tp_name_str())))
}
