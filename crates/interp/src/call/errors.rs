//! The TypeErrors of argument binding, word for word CPython's.

use std::ops::Range;
use taipan_object::args::suggest;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::function::PyFunction;

fn qualname(f: &PyFunction) -> String {
    f.qualname().map_or_else(String::new, |q| q.to_string_lossy())
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

#[cold]
pub fn keywords_must_be_strings(f: &PyFunction, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("{}() keywords must be strings", qualname(f)))
}

#[cold]
pub fn multiple_values(f: &PyFunction, name: &PyStr, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("{}() got multiple values for argument '{name}'", qualname(f)))
}

/// "f() got some positional-only arguments passed as keyword arguments: 'a, b'".
#[cold]
pub fn positional_only_given(f: &PyFunction, code: &PyCode, names: &PyTuple, cx: &mut Cx) -> Option<Raised> {
    let mut hits: Vec<String> = Vec::new();
    for i in 0..code.posonlyargcount() {
        let p = code.local_name(i);
        if names.as_slice().iter().any(|n| n.downcast::<PyStr>().is_some_and(|n| n.eq_str(p))) {
            hits.push(p.to_string_lossy());
        }
    }
    if hits.is_empty() {
        return None;
    }
    let text = hits.join(", ");
    Some(cx.type_error(format_args!("{}() got some positional-only arguments passed as keyword arguments: '{text}'", qualname(f))))
}

#[cold]
pub fn unexpected_keyword(f: &PyFunction, code: &PyCode, name: &PyStr, cx: &mut Cx) -> Raised {
    let total = code.argcount() + code.kwonlyargcount();
    let known: Vec<String> = (code.posonlyargcount()..total).map(|i| code.local_name(i).to_string_lossy()).collect();
    let given = name.to_string_lossy();
    match suggest(&given, known.iter().map(|s| s.as_str())) {
        Some(s) => cx.type_error(format_args!("{}() got an unexpected keyword argument '{given}'. Did you mean '{s}'?", qualname(f))),
        None => cx.type_error(format_args!("{}() got an unexpected keyword argument '{given}'", qualname(f))),
    }
}

/// "f() takes 2 positional arguments but 3 were given".
#[cold]
pub unsafe fn too_many_positional(f: &PyFunction, code: &PyCode, given: usize, locals: *mut Slot, cx: &mut Cx) -> Raised {
    let argcount = code.argcount();
    let kwonly = (argcount..argcount + code.kwonlyargcount()).filter(|&i| !(*locals.add(i)).is_empty()).count();
    let ndef = f.defaults(cx).map_or(0, |d| d.len());
    let (takes, many) = if ndef > 0 {
        (format!("from {} to {argcount}", argcount - ndef), true)
    } else {
        (argcount.to_string(), argcount != 1)
    };
    let extra = if kwonly > 0 {
        format!(" positional argument{} (and {kwonly} keyword-only argument{})", plural(given), plural(kwonly))
    } else {
        String::new()
    };
    let were = if given == 1 && kwonly == 0 { "was" } else { "were" };
    let s = if many { "s" } else { "" };
    cx.type_error(format_args!("{}() takes {takes} positional argument{s} but {given}{extra} {were} given", qualname(f)))
}

/// "f() missing 2 required positional arguments: 'a' and 'b'".
#[cold]
pub unsafe fn missing(f: &PyFunction, code: &PyCode, range: Range<usize>, kind: &str, locals: *mut Slot, cx: &mut Cx) -> Raised {
    let names: Vec<String> = range.filter(|&i| (*locals.add(i)).is_empty()).map(|i| format!("'{}'", code.local_name(i))).collect();
    let list = match names.as_slice() {
        [one] => one.clone(),
        [a, b] => format!("{a} and {b}"),
        [head @ .., last] => format!("{}, and {last}", head.join(", ")),
        [] => String::new(),
    };
    let n = names.len();
    cx.type_error(format_args!("{}() missing {n} required {kind} argument{}: {list}", qualname(f), plural(n)))
}
