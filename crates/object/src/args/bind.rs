//! Matching arguments with parameters.

use super::errors;
use super::kwargs::Kwargs;
use super::spec::FnSpec;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::typeobj::PyType;

/// Check the number of arguments of a positional-only function (`_PyArg_CheckPositional`).
#[inline(always)]
pub fn check_positional(spec: &FnSpec, given: usize, cx: &mut Cx) -> PyResult<()> {
    let (min, max) = (spec.pos_min as usize, spec.pos_max as usize);
    if given < min || (given > max && !spec.var_args) {
        let max = if spec.var_args { usize::MAX } else { max };
        return Err(errors::positional_count(spec.name, given, min, max, cx));
    }
    Ok(())
}

/// The first `N` arguments, as far as they were given.
#[inline(always)]
pub fn bind_positional<'a, const N: usize>(all: &[&'a Object]) -> [Option<&'a Object>; N] {
    std::array::from_fn(|i| all.get(i).copied())
}

/// Put every argument into the place of its parameter (`out` has one per `spec.params`). Arguments beyond `pos_max` are left to `*args`.
/// Raises `TypeError` as CPython's keyword parser does.
#[inline]
pub fn bind<'a>(
    spec: &'static FnSpec,
    args: &[&'a Object],
    kw: Kwargs<'a>,
    out: &mut [Option<&'a Object>],
    cx: &mut Cx,
) -> PyResult<()> {
    let max = spec.pos_max as usize;
    let simple = kw.is_empty() && spec.kw_min == 0 && args.len() >= spec.pos_min as usize;
    for (o, a) in out.iter_mut().zip(args.iter().take(max)) {
        *o = Some(a);
    }
    if simple && (args.len() <= max || spec.var_args) {
        return Ok(());
    }
    bind_keywords(spec, args.len(), kw, out, cx)
}

/// Keywords in the order of the parameters, as most calls have them: each name is compared once. False: something is unusual, and nothing is settled.
#[inline]
fn bind_in_order<'a>(spec: &'static FnSpec, nargs: usize, kw: Kwargs<'a>, out: &mut [Option<&'a Object>], cx: &Cx) -> bool {
    let (max, min) = (spec.pos_max as usize, spec.pos_min as usize);
    if nargs > max {
        return false;
    }
    let first = nargs.max(spec.pos_only as usize);
    if spec.kw_min != 0 || nargs < (spec.pos_only as usize).min(min) {
        return false;
    }
    let mut required = first;
    let names = spec.interned(cx);
    let mut i = first;
    for (name, value) in kw.iter() {
        // Names in code are interned; others are compared by text by the general way.
        let Some(at) = names.get(i..).and_then(|rest| rest.iter().position(|p| name.is(p))) else { return false };
        i += at;
        let Some(place) = out.get_mut(i) else { return false };
        *place = Some(value);
        if i == required {
            required += 1;
        }
        i += 1;
    }
    required >= min
}

fn bind_keywords<'a>(spec: &'static FnSpec, nargs: usize, kw: Kwargs<'a>, out: &mut [Option<&'a Object>], cx: &mut Cx) -> PyResult<()> {
    if bind_in_order(spec, nargs, kw, out, cx) {
        return Ok(());
    }
    out.iter_mut().skip(nargs.min(spec.pos_max as usize)).for_each(|o| *o = None);
    let (total, max, min) = (spec.params.len(), spec.pos_max as usize, spec.pos_min as usize);
    let pos_only = spec.pos_only as usize;
    if !spec.var_args {
        if nargs + kw.len() > total {
            return Err(errors::too_many(spec, nargs, kw.len(), cx));
        }
        if nargs > max {
            return Err(errors::too_many_positional(spec, nargs, cx));
        }
    }
    if nargs < pos_only.min(min) {
        return Err(errors::too_few_positional(spec, nargs, cx));
    }
    let placed = nargs.min(max);
    let mut left = kw.len();
    let required_end = max + spec.kw_min as usize;
    for i in placed.max(pos_only)..total {
        let found = if left > 0 { spec.params.get(i).and_then(|p| kw.get(p)) } else { None };
        match (found, out.get_mut(i)) {
            (Some(v), Some(place)) => {
                *place = Some(v);
                left -= 1;
            }
            _ if i < min || (i >= max && i < required_end) => return Err(errors::missing(spec, i, cx)),
            _ => {}
        }
    }
    if left == 0 {
        return Ok(());
    }
    for i in pos_only..placed {
        if spec.params.get(i).is_some_and(|p| kw.get(p).is_some()) {
            return Err(errors::twice(spec, i, cx));
        }
    }
    Err(errors::unexpected_keyword(spec, kw, cx))
}

/// A constructor without keyword parameters refuses keywords, unless a subclass that has its own `__init__` will take them.
#[inline]
pub fn no_keywords_new(spec: &FnSpec, cls: &PyType, own: &PyType, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    let ours = std::ptr::eq(cls, own) || cls.tp_init.get().map(|f| f as usize) == own.tp_init.get().map(|f| f as usize);
    if kw.is_empty() || !ours { Ok(()) } else { Err(errors::no_keywords(spec.name, cx)) }
}

/// As [`no_keywords_new`], for `__init__`: a subclass with its own `__new__` may have taken the keywords.
///
/// # Safety
/// `slf` is a live object.
#[inline]
pub unsafe fn no_keywords_init(spec: &FnSpec, slf: *mut Object, own: &PyType, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let cls = unsafe { Object::borrow_raw(slf) }.ty();
    let ours = std::ptr::eq(cls, own) || cls.tp_new.get().map(|f| f as usize) == own.tp_new.get().map(|f| f as usize);
    if kw.is_empty() || !ours { Ok(()) } else { Err(errors::no_keywords(spec.name, cx)) }
}

/// A constructor without parameters.
#[inline]
pub fn no_positional(spec: &FnSpec, all: &[&Object], cx: &mut Cx) -> PyResult<()> {
    if all.is_empty() { Ok(()) } else { Err(errors::no_arguments(spec.name, cx)) }
}
