//! Making decimals: from text, ints, floats, tuples; and operands of operations.

use super::PyDecimal;
use crate::context::{PyContext, bind, optional};
use std::borrow::Cow;
use taipan_algo_decimal::convert::binary;
use taipan_algo_decimal::text::parse;
use taipan_algo_decimal::{Coeff, Context, Dec, Kind, Status, flag, round};
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;
use taipan_object::{abstract_, call};

/// The value of an int.
#[inline]
pub fn of_int(i: &PyInt) -> Dec {
    match i.short() {
        Some(n) => Dec::small(n < 0, n.unsigned_abs(), 0),
        None => binary::from_integer(i.as_ref_int()),
    }
}

/// What cannot become a decimal.
#[cold]
pub fn unsupported(o: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("conversion from {} to Decimal is not supported", o.ty().tp_name_str()))
}

/// An operand of an arithmetic operation: decimals and ints only.
#[inline]
pub fn operand(o: &Object) -> Option<Cow<'_, Dec>> {
    if let Some(d) = o.downcast::<PyDecimal>() {
        return Some(Cow::Borrowed(&d.value));
    }
    o.downcast::<PyInt>().map(|i| Cow::Owned(of_int(i)))
}

/// As [`operand`]; anything else is a `TypeError`.
pub fn operand_or_raise<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<Cow<'a, Dec>> {
    match operand(o) {
        Some(d) => Ok(d),
        None => Err(unsupported(o, cx)),
    }
}

/// As [`operand_or_raise`], as an object: a decimal is itself.
pub fn operand_object(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if o.is_a::<PyDecimal>() {
        return Ok(o.own());
    }
    let d = operand_or_raise(o, cx)?.into_owned();
    PyDecimal::new(d, cx).map(Own::into_object)
}

/// The ASCII form of a numeric text: digits of every script as ASCII ones. With `lenient` blanks around it and underscores do not count.
/// `None`: it cannot be a number.
fn ascii(s: &PyStr, lenient: bool) -> Option<Vec<u8>> {
    let is_space = |c: u32| lenient && taipan_algo_ucd::is_space(c);
    if let Some(t) = s.as_ascii() {
        let t = t.trim_matches(|c: char| is_space(c as u32));
        return Some(t.bytes().filter(|&b| !lenient || b != b'_').collect());
    }
    let all = s.to_points();
    let start = all.iter().position(|&c| !is_space(c))?;
    let end = all.iter().rposition(|&c| !is_space(c))?;
    let mut out = Vec::with_capacity(end + 1 - start);
    for &c in &all[start..=end] {
        match c {
            0x5f if lenient => {}
            0..=0x7f => out.push(c as u8),
            _ => out.push(b'0' + taipan_algo_ucd::to_decimal(c)? as u8),
        }
    }
    Some(out)
}

/// How exactly a value is taken over.
#[derive(Clone, Copy)]
pub enum Precision<'a> {
    /// Without loss, or it is invalid.
    Exact,
    /// Rounded.
    Rounded(&'a Context),
}

impl Precision<'_> {
    fn parse(self, text: &[u8], status: &mut Status) -> Dec {
        match self {
            Precision::Exact => parse::parse_exact(text, status),
            Precision::Rounded(ctx) => parse::parse(text, ctx, status),
        }
    }
    fn take(self, d: Dec, status: &mut Status) -> Dec {
        let mut own = 0;
        match self {
            Precision::Exact => {
                let d = round::finalize(d, &Context::MAX, &mut own);
                parse::exact(d, own, status)
            }
            Precision::Rounded(ctx) => round::finalize(d, ctx, status),
        }
    }
}

fn from_text(s: &PyStr, precision: Precision<'_>, status: &mut Status) -> Dec {
    match ascii(s, matches!(precision, Precision::Exact)) {
        Some(t) => precision.parse(&t, status),
        None => {
            *status |= flag::CONVERSION_SYNTAX;
            Dec::nan()
        }
    }
}

/// The digits of a coefficient.
fn tuple_digits(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let wrong = |cx: &mut Cx| Err(cx.value_error(format_args!("coefficient must be a tuple of digits")));
    if !o.is_a::<PyTuple>() && !o.is_a::<PyList>() {
        return wrong(cx);
    }
    let items = abstract_::iter::collect(o, cx)?;
    let mut out = Vec::with_capacity(items.len());
    for d in &items {
        match d.downcast::<PyInt>().and_then(|i| i.to_i64()) {
            Some(n @ 0..=9) => out.push(b'0' + n as u8),
            _ => return wrong(cx),
        }
    }
    Ok(out)
}

/// `(sign, digits, exponent)`.
fn from_tuple(o: &Object, precision: Precision<'_>, status: &mut Status, cx: &mut Cx) -> PyResult<Dec> {
    let parts = abstract_::iter::collect(o, cx)?;
    let [sign, digits, exponent] = parts.as_slice() else {
        return Err(cx.value_error(format_args!("argument must be a sequence of length 3")));
    };
    let neg = match sign.downcast::<PyInt>().and_then(|i| i.to_i64()) {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(cx.value_error(format_args!("sign must be an integer with the value 0 or 1"))),
    };
    let mut kind = Kind::Finite;
    let mut exp = 0;
    if let Some(s) = exponent.downcast::<PyStr>() {
        kind = match s.as_ascii() {
            Some("F") => return Ok(Dec::infinity(neg)),
            Some("n") => Kind::Nan,
            Some("N") => Kind::Snan,
            _ => return Err(cx.value_error(format_args!("string argument in the third position must be 'F', 'n' or 'N'"))),
        };
    } else {
        let Some(i) = exponent.downcast::<PyInt>() else {
            return Err(cx.value_error(format_args!("exponent must be an integer")));
        };
        exp = match i.to_i64() {
            Some(n) => n,
            None => return Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t"))),
        };
    }
    let digits = tuple_digits(digits, cx)?;
    let limbs = parse::limbs_of_digits(&digits);
    if kind == Kind::Finite {
        use taipan_algo_decimal::context::{EXP_CLAMP, EXP_INF};
        return Ok(precision.take(Dec::finite(neg, limbs, exp.clamp(EXP_CLAMP, EXP_INF)), status));
    }
    let d = Dec { neg, kind, exp: 0, coeff: Coeff::from_limbs(limbs) };
    Ok(checked_nan(d, precision, status))
}

/// A NaN whose payload must fit the context.
fn checked_nan(d: Dec, precision: Precision<'_>, status: &mut Status) -> Dec {
    match precision {
        Precision::Rounded(ctx) if !d.no_coeff() && d.digits() > ctx.payload_digits() => round::invalid(status, flag::CONVERSION_SYNTAX),
        _ => d,
    }
}

/// A decimal from any supported object. Raises `TypeError`.
pub fn from_object(o: &Object, precision: Precision<'_>, context: &PyContext, cx: &mut Cx) -> PyResult<Dec> {
    let mut status = 0;
    let d = if let Some(d) = o.downcast::<PyDecimal>() {
        if d.value.is_nan() { checked_nan(d.value.clone(), precision, &mut status) } else { precision.take(d.value.clone(), &mut status) }
    } else if let Some(s) = o.downcast::<PyStr>() {
        from_text(s, precision, &mut status)
    } else if let Some(i) = o.downcast::<PyInt>() {
        precision.take(of_int(i), &mut status)
    } else if o.is_a::<PyTuple>() || o.is_a::<PyList>() {
        from_tuple(o, precision, &mut status, cx)?
    } else if let Some(f) = o.downcast::<PyFloat>() {
        context.check(flag::FLOAT_OPERATION, cx)?;
        precision.take(binary::from_f64(f.value()), &mut status)
    } else {
        return Err(unsupported(o, cx));
    };
    context.check(status, cx)?;
    Ok(d)
}

/// An exact decimal of an int or float, for `from_float`.
pub fn from_float(o: &Object, cx: &mut Cx) -> PyResult<Dec> {
    if let Some(i) = o.downcast::<PyInt>() {
        return Ok(of_int(i));
    }
    match o.downcast::<PyFloat>() {
        Some(f) => Ok(binary::from_f64(f.value())),
        None => Err(cx.type_error(format_args!("argument must be int or float"))),
    }
}

/// A decimal as an instance of a class: a subclass is called with it.
pub fn as_class(cls: &PyType, d: Dec, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = PyDecimal::new(d, cx)?;
    if std::ptr::eq(cls, PyDecimal::ty()) {
        return Ok(d.into_object());
    }
    call::call(cls.as_object(), &[&d], cx)
}

#[pymethods]
impl PyDecimal {
    #[new]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let [value, context] = if kw.is_empty() && args.0.len() == 1 { [args.0.first().copied(), None] } else { bind(["value", "context"], args, kw, cx)? };
        let context = optional(context.unwrap_or(none()), cx)?;
        let Some(value) = value else { return PyDecimal::of_class(cls, Dec::zero(false, 0), cx).map(Own::into_object) };
        if std::ptr::eq(cls, PyDecimal::ty()) && value.is_exact::<PyDecimal>() {
            return Ok(value.own());
        }
        let d = match value.downcast::<PyDecimal>() {
            Some(d) => d.value.clone(),
            None => from_object(value, Precision::Exact, &context, cx)?,
        };
        PyDecimal::of_class(cls, d, cx).map(Own::into_object)
    }
}
