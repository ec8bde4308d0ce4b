//! `PyArg_ParseTupleAndKeywords`.

use super::getargs::{convert_item, count_units, settled, skip};
use super::units::{Format, Names, fail, split};
use super::{Args, Va};
use crate::border::text;
use crate::capi;
use std::ffi::c_char;
use taipan_object::prelude::*;

/// Parameter names; the leading empty ones are positional only.
struct Params {
    names: Vec<String>,
    positional_only: usize,
}

unsafe fn params(mut p: *const *const c_char) -> Params {
    let mut names = Vec::new();
    // SAFETY: the list ends with a null.
    unsafe {
        while !(*p).is_null() {
            names.push(text(*p).into_owned());
            p = p.add(1);
        }
    }
    let positional_only = names.iter().take_while(|n| n.is_empty()).count();
    Params { names, positional_only }
}

fn title(names: &Names) -> String {
    names.function.as_ref().map_or("function".to_owned(), |f| format!("{f}()"))
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Too many arguments.
fn too_many(names: &Names, given: usize, keywords: usize, params: &Params, cx: &mut Cx) -> Raised {
    let len = params.names.len();
    let kind = if given == keywords { "keyword " } else { "" };
    let how = if len == 0 { "exactly" } else { "at most" };
    cx.type_error(format_args!("{} takes {how} {len} {kind}argument{} ({given} given)", title(names), plural(len)))
}

/// What is known while parsing.
struct Call<'a> {
    args: &'a PyTuple,
    kw: Option<&'a PyDict>,
    params: &'a Params,
    names: &'a Names,
    /// Number of required parameters, and of positional ones.
    required: usize,
    positional: usize,
}

/// The positions of `|` and `$` in units.
fn markers(units: &[u8]) -> (usize, usize) {
    let total = count_units(units).map_or(0, |c| c.0);
    let before = |mark: u8| units.iter().position(|c| *c == mark).and_then(|at| count_units(&units[..at])).map(|c| c.0);
    (before(b'|').unwrap_or(total), before(b'$').unwrap_or(total))
}

fn counts_fit(c: &Call<'_>, cx: &mut Cx) -> PyResult<()> {
    let (given, kw) = (c.args.len(), c.kw.map_or(0, |k| k.len()));
    let len = c.params.names.len();
    if given + kw > len {
        return Err(too_many(c.names, given + kw, kw, c.params, cx));
    }
    if given > c.positional {
        if c.positional == 0 {
            return Err(cx.type_error(format_args!("{} takes no positional arguments", title(c.names))));
        }
        let how = if c.required < c.positional { "at most" } else { "exactly" };
        let n = c.positional;
        return Err(cx.type_error(format_args!("{} takes {how} {n} positional argument{} ({given} given)", title(c.names), plural(n))));
    }
    if given < c.params.positional_only.min(c.required) {
        let n = c.params.positional_only.min(c.required);
        let how = if c.params.positional_only < c.required || c.required < len.min(c.positional) { "at least" } else { "exactly" };
        return Err(cx.type_error(format_args!("{} takes {how} {n} positional argument{} ({given} given)", title(c.names), plural(n))));
    }
    Ok(())
}

unsafe fn parse(c: &Call<'_>, f: &mut Format<'_>, cx: &mut Cx) -> PyResult<()> {
    counts_fit(c, cx)?;
    let mut used = 0;
    for (i, name) in c.params.names.iter().enumerate() {
        while matches!(f.peek(), b'|' | b'$') {
            f.skip();
        }
        if f.peek() == 0 {
            return Err(cx.system_error(format_args!("More keyword list entries ({}) than format specifiers ({i})", c.params.names.len())));
        }
        let by_name = match c.kw {
            Some(d) if i >= c.params.positional_only && i >= c.args.len() => d.get_text(name, cx)?,
            _ => None,
        };
        let value = match (c.args.get(i), by_name) {
            (Some(o), _) => Some(o.own()),
            (None, Some(v)) => {
                used += 1;
                Some(v)
            }
            (None, None) => None,
        };
        match value {
            Some(v) => {
                let mut path = vec![i + 1];
                // SAFETY: the units name the variables. The tuple or dict keeps the value alive.
                if let Err(e) = unsafe { convert_item(&v, f, &mut path, cx) } {
                    return Err(fail(e, &path, c.names, cx));
                }
            }
            None if i < c.required => return Err(missing(c, i, cx)),
            // SAFETY: as above.
            None => unsafe { skip(f, cx)? },
        }
    }
    if !matches!(f.peek(), 0 | b'|' | b'$') {
        return Err(cx.system_error(format_args!("more argument specifiers than keyword list entries (remaining format:'{}')", String::from_utf8_lossy(f.rest))));
    }
    match c.kw {
        Some(d) if used < d.len() => Err(unexpected(c, d, cx)),
        _ => Ok(()),
    }
}

fn missing(c: &Call<'_>, i: usize, cx: &mut Cx) -> Raised {
    if i < c.params.positional_only {
        let n = c.params.positional_only.min(c.required);
        let how = if c.params.positional_only < c.required { "at least" } else { "exactly" };
        return cx.type_error(format_args!("{} takes {how} {n} positional argument{} ({} given)", title(c.names), plural(n), c.args.len()));
    }
    cx.type_error(format_args!("{} missing required argument '{}' (pos {})", title(c.names), c.params.names[i], i + 1))
}

/// A keyword that is no parameter, or one that was given by position too.
fn unexpected(c: &Call<'_>, d: &PyDict, cx: &mut Cx) -> Raised {
    for (i, name) in c.params.names.iter().enumerate().take(c.args.len()).skip(c.params.positional_only) {
        match d.get_text(name, cx) {
            Ok(Some(_)) => return cx.type_error(format_args!("argument for {} given by name ('{name}') and position ({})", title(c.names), i + 1)),
            Ok(None) => {}
            Err(r) => return r,
        }
    }
    let mut pos = 0;
    let mut keys = Vec::new();
    while let Some((k, _, _)) = d.next(&mut pos, cx) {
        keys.push(k.own());
    }
    for k in keys {
        let Some(s) = k.downcast::<PyStr>() else { return cx.type_error(format_args!("keywords must be strings")) };
        let text = s.to_string_lossy();
        if !c.params.names.iter().skip(c.params.positional_only).any(|n| *n == text) {
            let who = c.names.function.as_ref().map_or("this function".to_owned(), |f| format!("{f}()"));
            return cx.type_error(format_args!("{who} got an unexpected keyword argument '{text}'"));
        }
    }
    cx.system_error(format_args!("bad keyword arguments"))
}

unsafe fn parse_keywords(args: Option<&Object>, kw: Option<&Object>, format: *const c_char, names: *const *const c_char, v: *mut Va, cx: &mut Cx) -> bool {
    let (Some(args), false, false) = (args.and_then(|a| a.downcast::<PyTuple>()), format.is_null(), names.is_null()) else {
        let _raised = crate::border::bad_internal_call(cx);
        return false;
    };
    // SAFETY: the caller's format, names and variables.
    unsafe {
        let (rest, titles) = split(format);
        let params = params(names);
        let (required, positional) = markers(rest);
        let mut f = Format { rest, args: Args(v), undo: Vec::new() };
        let call = Call { args, kw: kw.and_then(|k| k.downcast::<PyDict>()), params: &params, names: &titles, required, positional };
        let r = parse(&call, &mut f, cx);
        settled(&mut f, r, cx)
    }
}

capi! {
    /// For `PyArg_ParseTupleAndKeywords`: 1, or 0 with an exception.
    fn taipan_parse_keywords(args: Option<&Object>, kw: Option<&Object>, format: *const c_char, names: *const *const c_char, v: *mut Va) -> bool = |cx| {
        parse_keywords(args, kw, format, names, v, cx)
    }
}
