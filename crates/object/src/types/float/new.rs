//! `float(...)`: from numbers and text, for `float` and its subtypes.

use super::PyFloat;
use crate::abstract_::buffer::{self, Buffer};
use crate::abstract_::number;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use crate::types::int::new::{ascii_number_text, short_repr};
use taipan_macros::pymethods;

/// `float(s)` for text (`PyFloat_FromString`).
pub fn from_str(s: &PyStr, cx: &mut Cx) -> PyResult<f64> {
    match taipan_algo_float::parse_float(&ascii_number_text(s)) {
        Some(v) => Ok(v),
        None => Err(bad_text(s.as_object(), cx)),
    }
}

#[cold]
fn bad_text(o: &Object, cx: &mut Cx) -> Raised {
    match short_or_full(o, cx) {
        Ok(r) => cx.value_error(format_args!("could not convert string to float: {r}")),
        Err(r) => r,
    }
}

fn short_or_full(o: &Object, cx: &mut Cx) -> PyResult<String> {
    if o.is_a::<PyStr>() { Ok(crate::abstract_::repr(o, cx)?.to_string()) } else { short_repr(o, cx) }
}

/// `float(o)` as a double: numbers by `__float__` or `__index__`, text, bytes.
pub fn from_object(o: &Object, cx: &mut Cx) -> PyResult<f64> {
    if let Some(f) = o.exact::<PyFloat>() {
        return Ok(f.value());
    }
    if let Some(s) = o.exact::<PyStr>() {
        return from_str(s, cx);
    }
    let n = o.ty().number();
    if n.is_some_and(|n| n.nb_float.get().is_some() || n.nb_index.get().is_some()) {
        return number::as_f64_by_slot(o, cx);
    }
    if let Some(s) = o.downcast::<PyStr>() {
        return from_str(s, cx);
    }
    if let Some(b) = o.downcast::<crate::types::bytes::PyBytes>() {
        return taipan_algo_float::parse_float(b.as_bytes()).ok_or_else(|| bad_text(o, cx));
    }
    if buffer::has_buffer(o) {
        let b = Buffer::get(o, buffer::SIMPLE, cx)?;
        return match taipan_algo_float::parse_float(b.bytes()) {
            Some(v) => Ok(v),
            None => Err(bad_text(o, cx)),
        };
    }
    Err(cx.type_error(format_args!("float() argument must be a string or a real number, not '{}'", o.ty().tp_name_str())))
}

/// The value as an instance of `cls`, which is `float` or derives from it.
pub fn of_type(cls: &PyType, v: f64, cx: &mut Cx) -> PyResult<Own<Object>> {
    if std::ptr::eq(cls, PyFloat::ty()) {
        return PyFloat::new(v, cx).map(Own::into_object);
    }
    let f = PyFloat { head: Object::placeholder(), value: std::cell::Cell::new(v) };
    cx.new_object_of(cls, f).map(Own::into_object)
}

fn construct(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    // A subtype with an `__init__` of its own decides about keywords itself.
    let init = |t: &PyType| t.tp_init.get().map(|f| f as usize);
    if !kw.is_empty() && (std::ptr::eq(cls, PyFloat::ty()) || init(cls) == init(PyFloat::ty())) {
        return Err(cx.type_error(format_args!("float() takes no keyword arguments")));
    }
    match args.0 {
        [] => of_type(cls, 0.0, cx),
        [x] => {
            if std::ptr::eq(cls, PyFloat::ty()) && x.is_exact::<PyFloat>() {
                return Ok(x.own());
            }
            let v = from_object(x, cx)?;
            of_type(cls, v, cx)
        }
        a => Err(cx.type_error(format_args!("float expected at most 1 argument, got {}", a.len()))),
    }
}

#[pymethods(NEW)]
impl PyFloat {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        construct(cls, args, kw, cx)
    }
    #[slot(tp_vectorcall)]
    fn vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        construct(cls, args, kw, cx)
    }
}
