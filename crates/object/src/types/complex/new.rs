//! `complex(...)`: from a string, one number, or two real numbers.

use super::PyComplex;
use crate::abstract_::number;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use crate::types::int::new::ascii_number_text;
use taipan_macros::pymethods;

/// What `__complex__` of the type gives; `None` if there is none. Exact complex numbers are not asked.
fn by_method(o: &Object, cx: &mut Cx) -> PyResult<Option<(f64, f64)>> {
    if let Some(c) = o.exact::<PyComplex>() {
        return Ok(Some(c.value()));
    }
    let Some(r) = crate::call::call_special(o, name!(cx, "__complex__"), &[], cx)? else { return Ok(None) };
    let Some(c) = r.downcast::<PyComplex>() else {
        return Err(cx.type_error(format_args!("__complex__ returned non-complex (type {})", r.ty().tp_name_str())));
    };
    if !r.is_exact::<PyComplex>() {
        let t = r.ty().tp_name_str().to_owned();
        crate::warn::warn(
            exc::DeprecationWarning(),
            format_args!("__complex__ returned non-complex (type {t}).  The ability to return an instance of a strict subclass of complex is deprecated, and may be removed in a future version of Python."),
            1,
            cx,
        )?;
    }
    Ok(Some(c.value()))
}

/// A number as real and imaginary part (`PyComplex_AsCComplex`): complex, `__complex__`, or a real number.
pub fn as_complex(o: &Object, cx: &mut Cx) -> PyResult<(f64, f64)> {
    if let Some(c) = o.downcast::<PyComplex>() {
        return Ok(c.value());
    }
    match by_method(o, cx)? {
        Some(v) => Ok(v),
        None => number::as_f64(o, cx).map(|x| (x, 0.0)),
    }
}

fn is_real(o: &Object) -> bool {
    o.ty().number().is_some_and(|n| n.nb_float.get().is_some() || n.nb_index.get().is_some())
}

/// `complex(x)` with a single positional argument.
fn from_one(cls: &PyType, x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if std::ptr::eq(cls, PyComplex::ty()) && x.is_exact::<PyComplex>() {
        return Ok(x.own());
    }
    let v = if let Some(s) = x.downcast::<PyStr>() {
        match taipan_algo_float::parse_complex(&ascii_number_text(s)) {
            Some(v) => v,
            None => return Err(cx.value_error(format_args!("complex() arg is a malformed string"))),
        }
    } else if let Some(v) = by_method(x, cx)? {
        v
    } else if let Some(c) = x.downcast::<PyComplex>() {
        c.value()
    } else if is_real(x) {
        (number::as_f64(x, cx)?, 0.0)
    } else {
        return Err(cx.type_error(format_args!("complex() argument must be a string or a number, not {}", x.ty().tp_name_str())));
    };
    PyComplex::of_type(cls, v, cx)
}

/// One of two arguments: a real number, or (deprecated) a complex one.
enum Part {
    Real(f64),
    Complex(f64, f64),
}

fn part(o: &Object, which: &str, cx: &mut Cx) -> PyResult<Part> {
    let wrong = |cx: &mut Cx| cx.type_error(format_args!("complex() argument '{which}' must be a real number, not {}", o.ty().tp_name_str()));
    let complex = if which == "real" { by_method(o, cx)? } else { None };
    let complex = complex.or_else(|| o.downcast::<PyComplex>().map(PyComplex::value));
    if let Some((re, im)) = complex {
        let t = o.ty().tp_name_str().to_owned();
        crate::warn::warn(
            exc::DeprecationWarning(),
            format_args!("complex() argument '{which}' must be a real number, not {t}"),
            1,
            cx,
        )?;
        return Ok(Part::Complex(re, im));
    }
    if !is_real(o) {
        return Err(wrong(cx));
    }
    number::as_f64(o, cx).map(Part::Real)
}

/// `complex(real, imag)`: `real + imag * 1j`, also for complex parts.
fn from_parts(cls: &PyType, real: Option<&Object>, imag: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let r = match real {
        Some(o) => part(o, "real", cx)?,
        None => Part::Real(0.0),
    };
    let i = match imag {
        Some(o) => part(o, "imag", cx)?,
        None => Part::Real(0.0),
    };
    let (mut re, mut im) = match r {
        Part::Real(x) => (x, 0.0),
        Part::Complex(x, y) => (x, y),
    };
    let real_is_complex = matches!(r, Part::Complex(..));
    match i {
        Part::Real(y) if !real_is_complex => im = y,
        Part::Real(y) => im += y,
        Part::Complex(x, y) => {
            re -= y;
            im = if real_is_complex { im + x } else { x };
        }
    }
    PyComplex::of_type(cls, (re, im), cx)
}

fn construct(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    if kw.is_empty() {
        match args.0 {
            [] => return PyComplex::of_type(cls, (0.0, 0.0), cx),
            [x] => return from_one(cls, x, cx),
            [r, i] => return from_parts(cls, Some(r), Some(i), cx),
            _ => {}
        }
    }
    let given = args.len() + kw.len();
    if given > 2 {
        return Err(cx.type_error(format_args!("complex() takes at most 2 arguments ({given} given)")));
    }
    kw.only("complex", &["real", "imag"], cx)?;
    let (mut real, mut imag) = (args.0.first().copied(), args.0.get(1).copied());
    for (slot, name, pos) in [(&mut real, "real", 1), (&mut imag, "imag", 2)] {
        if let Some(v) = kw.get(name) {
            if slot.replace(v).is_some() {
                return Err(cx.type_error(format_args!("argument for complex() given by name ('{name}') and position ({pos})")));
            }
        }
    }
    from_parts(cls, real, imag, cx)
}

#[pymethods(NEW)]
impl PyComplex {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        construct(cls, args, kw, cx)
    }
    #[slot(construct)]
    fn vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        construct(cls, args, kw, cx)
    }
}
