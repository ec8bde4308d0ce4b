//! `PyArg_ParseTuple`, `PyArg_Parse`, `PyArg_UnpackTuple`.

use super::units::{Fail, Format, Names, convert, fail, skip_unit, split};
use super::{Args, Va};
use crate::border::{put, text};
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::abstract_::{self, iter, sequence};
use taipan_object::prelude::*;
use taipan_object::warn;

/// Units at the outer level: how many there are, how many are required.
pub fn count_units(units: &[u8]) -> Option<(usize, usize)> {
    let (mut all, mut required, mut depth) = (0, None, 0);
    let mut escape = false;
    for &c in units {
        if escape {
            // The second letter of `es` and `et`.
            escape = false;
            continue;
        }
        match c {
            b'(' => {
                if depth == 0 {
                    all += 1;
                }
                depth += 1;
            }
            b')' => depth -= 1,
            b'|' if depth == 0 => required = required.or(Some(all)),
            b'$' => {}
            c if depth == 0 && c.is_ascii_alphabetic() => {
                all += 1;
                escape = c == b'e';
            }
            c if c.is_ascii_alphabetic() => escape = c == b'e',
            _ => {}
        }
    }
    (depth == 0).then_some((all, required.unwrap_or(all)))
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

#[cold]
fn wrong_count(names: &Names<'_>, min: usize, max: usize, given: usize, cx: &mut Cx) -> Raised {
    if let Some(m) = names.message() {
        return cx.type_error(format_args!("{m}"));
    }
    let function = names.title();
    let (how, n) = if min == max { ("exactly", max) } else if given < min { ("at least", min) } else { ("at most", max) };
    if max == 0 {
        return cx.type_error(format_args!("{function} takes no arguments"));
    }
    cx.type_error(format_args!("{function} takes {how} {n} argument{} ({given} given)", plural(n)))
}

/// Convert an item, which may be a nested sequence. What fails leaves its position in `path`.
#[inline]
pub unsafe fn convert_item(o: &Object, f: &mut Format<'_>, path: &mut Vec<usize>, cx: &mut Cx) -> Result<(), Fail> {
    // SAFETY: as the caller.
    unsafe {
        match f.rest {
            // The most common unit by far.
            [b'O', rest @ ..] if !matches!(rest, [b'!' | b'&', ..]) => {
                f.rest = rest;
                *f.args.ptr::<*mut Object>() = o.as_ptr();
                Ok(())
            }
            [b'(', ..] => convert_sequence(o, f, path, cx),
            _ => convert(o, f, cx),
        }
    }
}

/// Whether a nested format gives out references or memory that only the argument keeps alive.
fn gives_borrowed(format: &[u8]) -> bool {
    let mut depth = 0;
    let mut rest = format.iter().copied().peekable();
    while let Some(c) = rest.next() {
        match c {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'e' => {
                rest.next();
            }
            b'O' if rest.peek() == Some(&b'&') => {}
            b'O' | b's' | b'z' | b'y' | b'S' | b'Y' | b'U' if depth == 0 && rest.peek() != Some(&b'*') => return true,
            _ => {}
        }
    }
    false
}

unsafe fn convert_sequence(o: &Object, f: &mut Format<'_>, path: &mut Vec<usize>, cx: &mut Cx) -> Result<(), Fail> {
    f.skip();
    let depth = f.rest.iter().scan(1, |d, c| { *d += match c { b'(' => 1, b')' => -1, _ => 0 }; Some(*d) }).position(|d| d == 0).unwrap_or(f.rest.len());
    let n = count_units(&f.rest[..depth]).map_or(0, |c| c.0);
    let is_sequence = iter::is_sequence(o) && !o.is_a::<taipan_object::types::bytes::PyBytes>() && !o.is_a::<taipan_object::types::bytearray::PyByteArray>() && !o.is_a::<PyStr>();
    if !is_sequence {
        let found = if o.is_none() { "None" } else { o.ty().tp_name_str() };
        return Err(Fail::Must(format!("must be {n}-item tuple, not {found}")));
    }
    // Borrowed items of what is no tuple may go before the caller looks at them.
    let borrows = !o.is_a::<PyTuple>() && gives_borrowed(&f.rest[..depth]);
    if borrows {
        warn::warn(exc::DeprecationWarning(), format_args!("argument must be {n}-item tuple, not {}", o.ty().tp_name_str()), 1, cx)?;
    }
    let len = abstract_::len(o, cx)?;
    if len != n {
        let kind = if borrows || o.is_a::<PyTuple>() { "tuple" } else { "sequence" };
        return Err(Fail::Must(format!("must be {kind} of length {n}, not {len}")));
    }
    for i in 0..n {
        let item = sequence::get(o, i as isize, cx)?;
        // SAFETY: as the caller. The sequence keeps borrowed items alive, as in CPython.
        if let Err(e) = unsafe { convert_item(&item, f, path, cx) } {
            path.push(i + 1);
            return Err(e);
        }
    }
    f.skip();
    Ok(())
}

/// Parse positional arguments.
unsafe fn parse_tuple(args: &PyTuple, f: &mut Format<'_>, names: &Names<'_>, cx: &mut Cx) -> PyResult<()> {
    let Some((max, min)) = count_units(f.rest) else { return Err(cx.system_error(format_args!("unmatched paren in format"))) };
    if args.len() < min || args.len() > max {
        return Err(wrong_count(names, min, max, args.len(), cx));
    }
    for (i, o) in args.as_slice().iter().enumerate() {
        if f.peek() == b'|' {
            f.skip();
        }
        let mut path = Vec::new();
        // SAFETY: as the caller.
        if let Err(e) = unsafe { convert_item(o, f, &mut path, cx) } {
            path.push(i + 1);
            return Err(fail(e, &path, names, cx));
        }
    }
    Ok(())
}

/// `PyArg_Parse`: the object is the one argument, or a tuple of them.
unsafe fn parse_single(o: Option<&Object>, f: &mut Format<'_>, names: &Names<'_>, cx: &mut Cx) -> PyResult<()> {
    match count_units(f.rest) {
        Some((0, _)) => match o {
            None => Ok(()),
            Some(_) => Err(cx.type_error(format_args!("{} takes no arguments", names.title()))),
        },
        Some((1, min)) => {
            let Some(o) = o else {
                return if min == 0 { Ok(()) } else { Err(cx.type_error(format_args!("{} takes at least one argument", names.title().trim_end_matches("()")))) };
            };
            if f.peek() == b'|' {
                f.skip();
            }
            let mut path = Vec::new();
            // SAFETY: as the caller.
            unsafe { convert_item(o, f, &mut path, cx) }.map_err(|e| {
                path.push(0);
                fail(e, &path, names, cx)
            })
        }
        _ => Err(cx.system_error(format_args!("old style getargs format uses new features"))),
    }
}

/// Run a parser; what it allocated is undone when it fails.
pub unsafe fn settled(f: &mut Format<'_>, r: PyResult<()>, cx: &mut Cx) -> bool {
    if r.is_err() {
        let e = cx.ts().current_exception.take();
        // SAFETY: as the parser.
        unsafe { f.roll_back() };
        cx.ts().current_exception.set(e, cx);
        return false;
    }
    true
}

unsafe fn unpack(args: &Object, name: *const c_char, min: isize, max: isize, v: Args, cx: &mut Cx) -> PyResult<bool> {
    let Some(t) = args.downcast::<PyTuple>() else {
        return Err(cx.system_error(format_args!("PyArg_UnpackTuple() argument list is not a tuple")));
    };
    let n = t.len() as isize;
    if n < min || n > max {
        let (how, limit) = if n < min { (if min == max { "" } else { "at least " }, min) } else { (if min == max { "" } else { "at most " }, max) };
        // SAFETY: null or the caller's C string.
        let what = if name.is_null() { "unpacked tuple should have".to_owned() } else { format!("{} expected", unsafe { text(name) }) };
        let unit = if name.is_null() { "element" } else { "argument" };
        let tail = if name.is_null() { format!("but has {n}") } else { format!("got {n}") };
        return Err(cx.type_error(format_args!("{what} {how}{limit} {unit}{}, {tail}", plural(limit as usize))));
    }
    for o in t.as_slice() {
        // SAFETY: one variable per item.
        unsafe { put(v.ptr::<*mut Object>(), o.as_ptr()) };
    }
    Ok(true)
}

capi! {
    /// For `PyArg_ParseTuple` and `PyArg_Parse`: 1, or 0 with an exception.
    fn taipan_parse_args(args: Option<&Object>, format: *const c_char, v: *mut Va, single: c_int) -> bool = |cx| {
        let (rest, names) = split(format);
        let mut f = Format { rest, args: Args(v), undo: Vec::new() };
        let r = if single != 0 {
            parse_single(args, &mut f, &names, cx)
        } else {
            match args.and_then(|a| a.downcast::<PyTuple>()) {
                Some(t) => parse_tuple(t, &mut f, &names, cx),
                None => Err(cx.system_error(format_args!("new style getargs format but argument is not a tuple"))),
            }
        };
        settled(&mut f, r, cx)
    }
    /// For `_PyArg_ParseStack`: 1, or 0 with an exception.
    fn taipan_parse_stack(args: *const *mut Object, n: isize, format: *const c_char, v: *mut Va) -> bool = |cx| {
        let (rest, names) = split(format);
        let mut f = Format { rest, args: Args(v), undo: Vec::new() };
        let r = PyTuple::from_slice(crate::border::objects(args, n.max(0) as usize), cx).and_then(|t| parse_tuple(&t, &mut f, &names, cx));
        settled(&mut f, r, cx)
    }
    /// For `PyArg_UnpackTuple`: 1, or 0 with an exception.
    fn taipan_unpack_tuple(args: &Object, name: *const c_char, min: isize, max: isize, v: *mut Va) -> bool = |cx| {
        unpack(args, name, min, max, Args(v), cx).unwrap_or(false)
    }
    /// Whether the keys of a keyword dict are all str: 1, or 0 with an exception.
    fn PyArg_ValidateKeywordArguments(kw: &Object) -> bool = |cx| {
        let Some(d) = kw.downcast::<PyDict>() else {
            let _raised = crate::border::bad_internal_call(cx);
            return false;
        };
        let mut pos = 0;
        while let Some((k, _, _)) = d.next(&mut pos, cx) {
            if !k.is_a::<PyStr>() {
                let _raised = cx.type_error(format_args!("keywords must be strings"));
                return false;
            }
        }
        true
    }
}

/// Step over units without arguments.
pub unsafe fn skip(f: &mut Format<'_>, cx: &mut Cx) -> PyResult<()> {
    let from = f.rest;
    // SAFETY: as `skip_unit`.
    let skipped = unsafe { skip_unit(f) };
    // What follows must be a unit, a marker or the end.
    let next = f.peek();
    if skipped && (next == 0 || next.is_ascii_alphabetic() || matches!(next, b'(' | b')' | b'|' | b'$')) {
        return Ok(());
    }
    Err(cx.system_error(format_args!("impossible<bad format char>: '{}'", String::from_utf8_lossy(from))))
}
