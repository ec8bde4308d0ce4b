//! Calling a row of a method table, ours or a C extension's: the checks that CPython's callers make, and the six calling conventions.

use super::kwargs::Kwargs;
use super::needs;
use crate::cx::Cx;
use crate::err::{PyResult, Raised, result_from_raw};
use crate::refs::*;
use crate::typeobj::*;
use crate::types::tuple::PyTuple;
use std::mem::transmute;
use std::ptr::null_mut;

type FastCall = unsafe extern "C" fn(Ptr, *const Ptr, isize) -> Ptr;
type FastCallKeywords = unsafe extern "C" fn(Ptr, *const Ptr, isize, Ptr) -> Ptr;
type MethodCall = unsafe extern "C" fn(Ptr, *const PyType, *const Ptr, isize, Ptr) -> Ptr;
type VarKeywords = unsafe extern "C" fn(Ptr, Ptr, Ptr) -> Ptr;

const CONVENTION: i32 = METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD;

/// Call `def` with `slf` bound. `callee` is the method descriptor or builtin function, for messages; `class` is the defining class (`METH_METHOD`).
///
/// # Safety
/// `def` is a row of a live table; `args` holds `nargs` objects and after them one per name in `kwnames` (a tuple or null); `slf` is what the
/// function expects (an instance, a class, a module, or null).
#[inline]
#[allow(clippy::too_many_arguments)]
pub unsafe fn call_method_def(
    def: &MethodDef,
    callee: &Object,
    slf: Ptr,
    class: Option<&PyType>,
    args: *const Ptr,
    nargs: usize,
    kwnames: Ptr,
    cx: &mut Cx,
) -> PyResult {
    let Some(f) = def.ml_meth else {
        return Err(cx.system_error(format_args!("method without a function")));
    };
    // SAFETY: the caller's promise; each transmute gives the function its own type according to the flags.
    unsafe {
        let has_kw = !kwnames.is_null() && !(*(kwnames as *const PyTuple)).is_empty();
        crate::rules::calling(def);
        let r = match def.ml_flags & CONVENTION {
            METH_NOARGS => {
                if has_kw || nargs != 0 {
                    return Err(refuse(callee, has_kw, nargs, "no arguments", cx));
                }
                f(slf, null_mut())
            }
            METH_O => {
                if has_kw || nargs != 1 {
                    return Err(refuse(callee, has_kw, nargs, "exactly one argument", cx));
                }
                f(slf, *args)
            }
            METH_FASTCALL => {
                if has_kw {
                    return Err(refuse(callee, true, nargs, "", cx));
                }
                transmute::<CFunction, FastCall>(f)(slf, args, nargs as isize)
            }
            FAST_KW => transmute::<CFunction, FastCallKeywords>(f)(slf, args, nargs as isize, if has_kw { kwnames } else { null_mut() }),
            FAST_KW_METHOD => {
                let class = class.map_or(std::ptr::null(), |c| c as *const PyType);
                transmute::<CFunction, MethodCall>(f)(slf, class, args, nargs as isize, if has_kw { kwnames } else { null_mut() })
            }
            METH_VARARGS => {
                if has_kw {
                    return Err(refuse(callee, true, nargs, "", cx));
                }
                let t = PyTuple::from_slice(super::entry::slice(args, nargs as isize), cx)?;
                f(slf, t.as_object().as_ptr())
            }
            VAR_KW => {
                let t = PyTuple::from_slice(super::entry::slice(args, nargs as isize), cx)?;
                let d = match has_kw {
                    true => Some(Kwargs::from_vector(args, nargs as isize, kwnames).to_dict(cx)?),
                    false => None,
                };
                let d = d.as_ref().map_or(null_mut(), |d| d.as_object().as_ptr());
                transmute::<CFunction, VarKeywords>(f)(slf, t.as_object().as_ptr(), d)
            }
            _ => return Err(bad_flags(callee, cx)),
        };
        let given = nargs + if has_kw { (*(kwnames as *const PyTuple)).len() } else { 0 };
        crate::rules::after_call(callee, args, given, r);
        check_result(r, callee, cx)
    }
}

const FAST_KW: i32 = METH_FASTCALL | METH_KEYWORDS;
const FAST_KW_METHOD: i32 = METH_FASTCALL | METH_KEYWORDS | METH_METHOD;
const VAR_KW: i32 = METH_VARARGS | METH_KEYWORDS;

/// Make a C function's nullable pointer a result; null without an exception is the function's bug.
///
/// # Safety
/// `r` is an owned reference or null.
#[inline(always)]
pub unsafe fn check_result(r: Ptr, callee: &Object, cx: &mut Cx) -> PyResult {
    if r.is_null() != cx.is_raised() {
        // SAFETY: null or an owned result.
        return Err(match unsafe { Own::<Object>::from_raw_opt(r) } {
            None => null_without_exception(callee, cx),
            Some(result) => result_with_exception(result, callee, cx),
        });
    }
    // SAFETY: null only with an exception set.
    unsafe { result_from_raw(r) }
}

#[cold]
fn null_without_exception(callee: &Object, cx: &mut Cx) -> Raised {
    match needs::repr(callee, cx) {
        Ok(text) => cx.system_error(format_args!("{} returned NULL without setting an exception", &*text)),
        Err(r) => r,
    }
}

/// C code gave a result and left an exception: the result goes, the exception becomes the cause of an error that names the function.
#[cold]
fn result_with_exception(result: Own<Object>, callee: &Object, cx: &mut Cx) -> Raised {
    let cause = cx.ts().current_exception.take();
    drop(result);
    let r = match needs::repr(callee, cx) {
        Ok(text) => cx.system_error(format_args!("{} returned a result with an exception set", &*text)),
        Err(r) => r,
    };
    let e = cx.take_raised(r);
    if let Some(b) = e.downcast::<crate::types::exc::PyBaseException>() {
        b.cause.set(cause.clone(), cx);
        b.context.set(cause, cx);
    }
    cx.set_raised(e)
}

#[cold]
fn bad_flags(callee: &Object, cx: &mut Cx) -> Raised {
    match needs::function_str(callee, cx) {
        Ok(f) => cx.system_error(format_args!("{f} method: bad call flags")),
        Err(r) => r,
    }
}

/// `list.append() takes exactly one argument (0 given)` and the like.
#[cold]
fn refuse(callee: &Object, has_kw: bool, nargs: usize, takes: &str, cx: &mut Cx) -> Raised {
    match needs::function_str(callee, cx) {
        Ok(f) if has_kw => cx.type_error(format_args!("{f} takes no keyword arguments")),
        Ok(f) => cx.type_error(format_args!("{f} takes {takes} ({nargs} given)")),
        Err(r) => r,
    }
}
