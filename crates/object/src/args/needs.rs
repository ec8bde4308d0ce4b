//! What this folder needs of the rest of the kernel, under names of its own.

use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::refs::*;
use crate::types::dict::PyDict;
use crate::types::exc;
use crate::types::float::PyFloat;
use crate::types::int::PyInt;
use crate::types::str::PyStr;

pub use crate::types::none;

/// Whether the object is `None`.
#[inline(always)]
pub fn is_none(v: &Object) -> bool {
    v.is(none())
}

/// `True` or `False`.
#[inline(always)]
pub fn bool_object(b: bool) -> &'static Object {
    if b { crate::types::boolean::true_() } else { crate::types::boolean::false_() }
}

pub fn new_float(v: f64, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyFloat::new(v, cx).map(Own::into_object)
}

pub fn new_dict(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    PyDict::new(cx)
}

pub fn dict_set(d: &PyDict, k: &Object, v: &Object, cx: &mut Cx) -> PyResult<()> {
    d.set(k, v, cx)
}

/// Every item in order; runs no Python code.
pub fn dict_for_each(d: &PyDict, cx: &Cx, mut f: impl FnMut(&Object, &Object)) {
    let mut pos = 0;
    while let Some((k, v, _)) = d.next(&mut pos, cx) {
        f(k, v);
    }
}

pub fn is_true(v: &Object, cx: &mut Cx) -> PyResult<bool> {
    crate::abstract_::is_true(v, cx)
}

pub fn as_f64(v: &Object, cx: &mut Cx) -> PyResult<f64> {
    crate::abstract_::number::as_f64(v, cx)
}

/// `operator.index`.
pub fn index(v: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    crate::abstract_::number::index(v, cx)
}

/// Whether the type has `__index__`.
pub fn has_index(v: &Object) -> bool {
    crate::abstract_::number::has_index(v)
}

pub fn repr(v: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    crate::abstract_::repr(v, cx)
}

/// How messages call a callable: `list.append()`, `math.sqrt()` (`_PyObject_FunctionStr`).
pub fn function_str(f: &Object, cx: &mut Cx) -> PyResult<String> {
    let Some(q) = crate::attr::get_opt(f, crate::name!(cx, "__qualname__"), cx)? else {
        return crate::abstract_::str(f, cx).map(|r| r.to_string());
    };
    let q = crate::abstract_::str(&q, cx)?;
    let m = crate::attr::get_opt(f, crate::name!(cx, "__module__"), cx)?;
    Ok(match m.as_ref().and_then(|m| m.downcast::<PyStr>()) {
        Some(m) if !m.eq_text("builtins") => format!("{m}.{}()", &*q),
        _ => format!("{}()", &*q),
    })
}

/// Raise the `UnicodeEncodeError` of a string with a lone surrogate at `i`.
#[cold]
pub fn surrogate_error(s: &PyStr, i: usize, cx: &mut Cx) -> Raised {
    fn args(s: &PyStr, i: usize, cx: &mut Cx) -> PyResult<[Own<Object>; 5]> {
        Ok([
            PyStr::new("utf-8", cx)?.into_object(),
            s.as_object().own(),
            PyInt::new(i as i64, cx)?.into_object(),
            PyInt::new(i as i64 + 1, cx)?.into_object(),
            PyStr::new("surrogates not allowed", cx)?.into_object(),
        ])
    }
    let made = args(s, i, cx).and_then(|a| crate::call::call(exc::UnicodeEncodeError().as_object(), &a.each_ref().map(|o| &**o), cx));
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}
