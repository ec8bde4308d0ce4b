//! `PyArg_ParseTupleAndKeywords`.

use super::getargs::{convert_item, settled, skip};
use super::units::{Format, Names, fail, split};
use super::{Args, Va};
use crate::capi;
use std::ffi::{CStr, c_char};
use taipan_object::prelude::*;
use taipan_object::types::str::StrBuf;

/// Parameter names; the leading empty ones are positional only.
struct Params<'a> {
    names: Vec<&'a CStr>,
    positional_only: usize,
}

unsafe fn params<'a>(mut p: *const *const c_char) -> Params<'a> {
    let mut names = Vec::new();
    // SAFETY: the list ends with a null.
    unsafe {
        while !(*p).is_null() {
            names.push(CStr::from_ptr(*p));
            p = p.add(1);
        }
    }
    let positional_only = names.iter().take_while(|n| n.to_bytes().is_empty()).count();
    Params { names, positional_only }
}

fn title(names: &Names<'_>) -> String {
    names.title()
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Too many arguments.
fn too_many(names: &Names<'_>, given: usize, keywords: usize, params: &Params<'_>, cx: &mut Cx) -> Raised {
    let len = params.names.len();
    let kind = if given == keywords { "keyword " } else { "" };
    let how = if len == 0 { "exactly" } else { "at most" };
    cx.type_error(format_args!("{} takes {how} {len} {kind}argument{} ({given} given)", title(names), plural(len)))
}

/// What is known while parsing.
struct Call<'a> {
    args: &'a PyTuple,
    kw: Option<&'a PyDict>,
    params: &'a Params<'a>,
    names: &'a Names<'a>,
}

/// The numbers of parameters before `|` and `$`, as far as those have been read.
#[derive(Default)]
struct Seen {
    min: Option<usize>,
    max: Option<usize>,
}

impl Seen {
    /// Step over the markers in front of parameter `i`. True: nothing more to look at, the counts are known.
    fn markers(&mut self, i: usize, skipping: bool, c: &Call<'_>, f: &mut Format<'_>, cx: &mut Cx) -> PyResult<bool> {
        if f.peek() == b'|' {
            if self.min.is_some() {
                return Err(cx.system_error(format_args!("Invalid format string (| specified twice)")));
            }
            self.min = Some(i);
            f.skip();
            if self.max.is_some() {
                return Err(cx.system_error(format_args!("Invalid format string ($ before |)")));
            }
        }
        if f.peek() == b'$' {
            if self.max.is_some() {
                return Err(cx.system_error(format_args!("Invalid format string ($ specified twice)")));
            }
            self.max = Some(i);
            f.skip();
            if i < c.params.positional_only {
                return Err(cx.system_error(format_args!("Empty parameter name after $")));
            }
            if skipping {
                return Ok(true);
            }
            let given = c.args.len();
            if i < given {
                if i == 0 {
                    return Err(cx.type_error(format_args!("{} takes no positional arguments", title(c.names))));
                }
                let how = if self.min.is_some() { "at most" } else { "exactly" };
                return Err(cx.type_error(format_args!("{} takes {how} {i} positional argument{} ({given} given)", title(c.names), plural(i))));
            }
        }
        Ok(false)
    }
}

unsafe fn parse(c: &Call<'_>, f: &mut Format<'_>, cx: &mut Cx) -> PyResult<()> {
    let (given, mut left) = (c.args.len(), c.kw.map_or(0, |k| k.len()));
    let names = &c.params.names;
    if names.iter().skip(c.params.positional_only).any(|n| n.to_bytes().is_empty()) {
        return Err(cx.system_error(format_args!("Empty keyword parameter name")));
    }
    if given + left > names.len() {
        return Err(too_many(c.names, given + left, left, c.params, cx));
    }
    let mut seen = Seen::default();
    let (mut skipping, mut reached) = (false, names.len());
    for (i, name) in names.iter().enumerate() {
        if seen.markers(i, skipping, c, f, cx)? {
            reached = i;
            break;
        }
        if f.peek() == 0 {
            return Err(cx.system_error(format_args!("More keyword list entries ({}) than format specifiers ({i})", names.len())));
        }
        if !skipping {
            let value = match c.args.get(i) {
                Some(o) => Some(o.own()),
                None if left > 0 && i >= c.params.positional_only => match find(c.kw, name, cx)? {
                    Some(v) => {
                        left -= 1;
                        Some(v)
                    }
                    None => None,
                },
                None => None,
            };
            if let Some(v) = value {
                let mut path = Vec::new();
                // SAFETY: the units name the variables. The tuple or dict keeps the value alive.
                if let Err(e) = unsafe { convert_item(&v, f, &mut path, cx) } {
                    path.push(i + 1);
                    return Err(fail(e, &path, c.names, cx));
                }
                continue;
            }
            if seen.min.is_none() {
                if i < c.params.positional_only {
                    // The error says how many there are at least and at most, which later markers tell.
                    skipping = true;
                } else {
                    return Err(cx.type_error(format_args!("{} missing required argument '{}' (pos {})", title(c.names), name.to_string_lossy(), i + 1)));
                }
            }
            if left == 0 && !skipping {
                return Ok(());
            }
        }
        // SAFETY: the units name the variables.
        unsafe { skip(f, cx)? };
    }
    if skipping {
        let n = c.params.positional_only.min(seen.min.unwrap_or(usize::MAX));
        let how = if n < reached { "at least" } else { "exactly" };
        return Err(cx.type_error(format_args!("{} takes {how} {n} positional argument{} ({given} given)", title(c.names), plural(n))));
    }
    if !matches!(f.peek(), 0 | b'|' | b'$') {
        return Err(cx.system_error(format_args!("more argument specifiers than keyword list entries (remaining format:'{}')", String::from_utf8_lossy(f.rest))));
    }
    match c.kw {
        Some(d) if left > 0 => Err(unexpected(c, d, cx)),
        _ => Ok(()),
    }
}

/// The value of a keyword; a name that is not UTF-8 raises.
fn find(kw: Option<&PyDict>, name: &CStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(d) = kw else { return Ok(None) };
    match name.to_str() {
        Ok(n) => d.get_text(n, cx),
        // Raises what is wrong with it.
        Err(_) => crate::border::utf8(name.to_bytes(), cx).map(|_| None),
    }
}

/// A keyword that is no parameter, or one that was given by position too.
fn unexpected(c: &Call<'_>, d: &PyDict, cx: &mut Cx) -> Raised {
    for (i, name) in c.params.names.iter().enumerate().take(c.args.len()).skip(c.params.positional_only) {
        match find(Some(d), name, cx) {
            Ok(Some(_)) => {
                return cx.type_error(format_args!("argument for {} given by name ('{}') and position ({})", title(c.names), name.to_string_lossy(), i + 1));
            }
            Ok(None) => {}
            Err(r) => return r,
        }
    }
    let mut known = Vec::new();
    for name in c.params.names.iter().skip(c.params.positional_only) {
        match crate::border::utf8(name.to_bytes(), cx) {
            Ok(n) => known.push(n),
            Err(r) => return r,
        }
    }
    let who = c.names.function().unwrap_or_else(|| "this function".to_owned());
    match stray(d, &known, cx) {
        Err(r) => r,
        Ok(Some(key)) => unexpected_keyword(&who, &key, cx),
        Ok(None) => cx.type_error(format_args!("invalid keyword argument for {who}")),
    }
}

/// The first key of a keyword dict that names none of the parameters.
fn stray(d: &PyDict, known: &[Own<PyStr>], cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
    let mut at = 0;
    while let Some((k, _, _)) = d.next_own(&mut at) {
        let Ok(k) = k.downcast_own::<PyStr>() else { return Err(cx.type_error(format_args!("keywords must be strings"))) };
        if !known.iter().any(|n| n.eq_str(&k)) {
            return Ok(Some(k));
        }
    }
    Ok(None)
}

/// `WHO got an unexpected keyword argument 'KEY'`, lone surrogates kept.
pub fn unexpected_keyword(who: &str, key: &PyStr, cx: &mut Cx) -> Raised {
    let mut m = StrBuf::new();
    m.push_text(who);
    m.push_text(" got an unexpected keyword argument '");
    m.push_str(key);
    m.push_text("'");
    match m.finish(cx) {
        Ok(m) => cx.raise_arg(exc::TypeError(), m.as_object()),
        Err(r) => r,
    }
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
        let mut f = Format { rest, args: Args(v), undo: Vec::new() };
        let call = Call { args, kw: kw.and_then(|k| k.downcast::<PyDict>()), params: &params, names: &titles };
        let r = parse(&call, &mut f, cx);
        settled(&mut f, r, cx)
    }
}

/// The value of a keyword whose name, and all keys up to it, are ASCII text.
unsafe fn quick_find(d: &PyDict, name: &[u8], cx: &mut Cx) -> *mut Object {
    let mut at = 0;
    while let Some((k, v, _)) = d.next(&mut at, cx) {
        let Some(k) = k.exact::<PyStr>().and_then(|k| k.as_ascii()) else { break };
        if k.as_bytes() == name {
            return v.as_ptr();
        }
    }
    std::ptr::null_mut()
}

capi! {
    /// For `csrc/parse.c`: the value of a keyword, borrowed; null when there is none or only a search can tell.
    fn taipan_keyword(kw: &Object, name: *const c_char) -> *mut Object = |cx| {
        match kw.exact::<PyDict>() {
            Some(d) => quick_find(d, CStr::from_ptr(name).to_bytes(), cx),
            None => std::ptr::null_mut(),
        }
    }
    /// For `PyArg_ParseTupleAndKeywords`: 1, or 0 with an exception.
    fn taipan_parse_keywords(args: Option<&Object>, kw: Option<&Object>, format: *const c_char, names: *const *const c_char, v: *mut Va) -> bool = |cx| {
        parse_keywords(args, kw, format, names, v, cx)
    }
}
