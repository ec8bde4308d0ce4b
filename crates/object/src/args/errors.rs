//! The messages for calls that do not fit, in the families of CPython's argument parsers.

use super::kwargs::Kwargs;
use super::spec::{ArgAt, FnSpec, shown_type};
use super::suggest::suggest;
use crate::cx::Cx;
use crate::err::Raised;
use crate::refs::*;
use crate::types::str::PyStr;

fn s(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Positional-only functions: "pop expected at most 1 argument, got 2".
#[cold]
pub fn positional_count(name: &str, given: usize, min: usize, max: usize, cx: &mut Cx) -> Raised {
    let (bound, how) = if given < min { (min, "at least ") } else { (max, "at most ") };
    let how = if min == max { "" } else { how };
    cx.type_error(format_args!("{name} expected {how}{bound} argument{}, got {given}", s(bound)))
}

/// `f() argument 1 must be str, not int`.
#[cold]
pub fn bad_argument(at: ArgAt, expected: &str, v: &Object, cx: &mut Cx) -> Raised {
    let or_none = if at.or_none { " or None" } else { "" };
    cx.type_error(format_args!("{}() {at} must be {expected}{or_none}, not {}", at.func.name, shown_type(v)))
}

/// `f() takes no keyword arguments`; `what` is the name as the family shows it (qualified for methods, bare for constructors).
#[cold]
pub fn no_keywords(what: &str, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("{what}() takes no keyword arguments"))
}

/// `f() takes no arguments` (constructors).
#[cold]
pub fn no_arguments(what: &str, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("{what}() takes no arguments"))
}

/// More arguments in all than parameters.
#[cold]
pub fn too_many(spec: &FnSpec, nargs: usize, nkw: usize, cx: &mut Cx) -> Raised {
    let n = spec.params.len();
    let kind = if nargs == 0 { "keyword " } else { "" };
    cx.type_error(format_args!("{}() takes at most {n} {kind}argument{} ({} given)", spec.name, s(n), nargs + nkw))
}

/// More positional arguments than places.
#[cold]
pub fn too_many_positional(spec: &FnSpec, nargs: usize, cx: &mut Cx) -> Raised {
    let max = spec.pos_max as usize;
    if max == 0 {
        return cx.type_error(format_args!("{}() takes no positional arguments", spec.name));
    }
    let how = if spec.pos_min < spec.pos_max { "at most" } else { "exactly" };
    cx.type_error(format_args!("{}() takes {how} {max} positional argument{} ({nargs} given)", spec.name, s(max)))
}

/// A positional-only parameter is missing.
#[cold]
pub fn too_few_positional(spec: &FnSpec, nargs: usize, cx: &mut Cx) -> Raised {
    let min = spec.pos_only.min(spec.pos_min) as usize;
    let how = if min < spec.pos_max as usize || spec.var_args { "at least" } else { "exactly" };
    cx.type_error(format_args!("{}() takes {how} {min} positional argument{} ({nargs} given)", spec.name, s(min)))
}

/// `f() missing required argument 'x' (pos 1)`.
#[cold]
pub fn missing(spec: &FnSpec, i: usize, cx: &mut Cx) -> Raised {
    let p = spec.params.get(i).unwrap_or(&"?");
    cx.type_error(format_args!("{}() missing required argument '{p}' (pos {})", spec.name, i + 1))
}

/// `argument for f() given by name ('x') and position (1)`.
#[cold]
pub fn twice(spec: &FnSpec, i: usize, cx: &mut Cx) -> Raised {
    let p = spec.params.get(i).unwrap_or(&"?");
    cx.type_error(format_args!("argument for {}() given by name ('{p}') and position ({})", spec.name, i + 1))
}

/// The first keyword that is not a parameter, with a suggestion.
#[cold]
pub fn unexpected_keyword(spec: &FnSpec, kw: Kwargs<'_>, cx: &mut Cx) -> Raised {
    let known = spec.params.get(spec.pos_only as usize..).unwrap_or(&[]);
    for (k, _) in kw.iter() {
        let Some(k) = k.downcast::<PyStr>() else {
            return cx.type_error(format_args!("keywords must be strings"));
        };
        if known.iter().any(|p| k.eq_text(p)) {
            continue;
        }
        let text = k.to_string_lossy();
        return match suggest(&text, known.iter().copied()) {
            Some(near) => {
                cx.type_error(format_args!("{}() got an unexpected keyword argument '{text}'. Did you mean '{near}'?", spec.name))
            }
            None => cx.type_error(format_args!("{}() got an unexpected keyword argument '{text}'", spec.name)),
        };
    }
    cx.type_error(format_args!("invalid keyword argument for {}()", spec.name))
}
