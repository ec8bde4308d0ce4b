//! Comparison with every kind of number, and hashing.

use super::construct::{of_int, operand};
use super::PyDecimal;
use crate::context::PyContext;
use crate::state::{self, State};
use std::borrow::Cow;
use taipan_algo_decimal::convert::{binary, hash};
use taipan_algo_decimal::num::cmp_value;
use taipan_algo_decimal::ops::mul;
use taipan_algo_decimal::{Dec, flag};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::{abstract_, attr};

/// The two values to compare. `None`: not comparable.
type Pair<'a> = Option<(Cow<'a, Dec>, Cow<'a, Dec>)>;

/// A float is compared with: noted for equality, a signal for order.
fn note_float(op: CmpOp, context: &PyContext, cx: &mut Cx) -> PyResult<()> {
    if matches!(op, CmpOp::Eq | CmpOp::Ne) {
        context.add_status(flag::FLOAT_OPERATION);
        return Ok(());
    }
    context.check(flag::FLOAT_OPERATION, cx)
}

/// A fraction: both sides times its denominator.
fn with_fraction<'a>(a: &'a Dec, b: &Object, cx: &mut Cx) -> PyResult<Pair<'a>> {
    let numerator = attr::get(b, name!(cx, "numerator"), cx)?;
    let denominator = attr::get(b, name!(cx, "denominator"), cx)?;
    let (Some(n), Some(d)) = (numerator.downcast::<PyInt>(), denominator.downcast::<PyInt>()) else {
        return Err(cx.type_error(format_args!("numerator and denominator must be integers")));
    };
    let n = Cow::Owned(of_int(n));
    if a.is_special() {
        return Ok(Some((Cow::Borrowed(a), n)));
    }
    match mul::exact(a, &of_int(d)) {
        Some(scaled) => Ok(Some((Cow::Owned(scaled), n))),
        None => Err(cx.memory_error()),
    }
}

fn pair<'a>(a: &'a Dec, b: &'a Object, op: CmpOp, context: &PyContext, cx: &mut Cx) -> PyResult<Pair<'a>> {
    if let Some(b) = operand(b) {
        return Ok(Some((Cow::Borrowed(a), b)));
    }
    let float = |x: f64| Ok(Some((Cow::Borrowed(a), Cow::Owned(binary::from_f64(x)))));
    if let Some(f) = b.downcast::<PyFloat>() {
        note_float(op, context, cx)?;
        return float(f.value());
    }
    if let Some(c) = b.downcast::<PyComplex>() {
        let (re, im) = c.value();
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) || im != 0.0 {
            return Ok(None);
        }
        note_float(op, context, cx)?;
        return float(re);
    }
    let Some(rational) = cx.state::<State>().rational.own() else { return Ok(None) };
    if abstract_::is_instance(b, &rational, cx)? { with_fraction(a, b, cx) } else { Ok(None) }
}

#[pymethods(COMPARE)]
impl PyDecimal {
    #[slot(tp_richcompare)]
    fn tp_richcompare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let context = state::current(cx)?;
        let Some((a, b)) = pair(&self.value, other, op, &context, cx)? else { return Ok(not_implemented().own()) };
        if a.is_nan() || b.is_nan() {
            // Order with a NaN is an error, and so is anything with a signalling one.
            if a.is_snan() || b.is_snan() || !matches!(op, CmpOp::Eq | CmpOp::Ne) {
                context.check(flag::INVALID_OPERATION, cx)?;
            }
            return Ok(from_bool(op == CmpOp::Ne));
        }
        Ok(from_bool(op.holds(cmp_value(&a, &b))))
    }
    #[slot(tp_hash)]
    fn tp_hash(&self, cx: &mut Cx) -> PyResult<isize> {
        let known = self.hash.get();
        if known != -1 {
            return Ok(known);
        }
        if self.value.is_snan() {
            return Err(cx.type_error(format_args!("Cannot hash a signaling NaN value")));
        }
        let h = if self.value.is_nan() { taipan_object::hash::hash_pointer(self.as_ptr()) } else { hash::hash(&self.value) as isize };
        self.hash.set(h);
        Ok(h)
    }
}
