//! The number slots.

use super::construct::operand;
use super::PyDecimal;
use crate::state;
use std::borrow::Cow;
use taipan_algo_decimal::ops::{add, div, mul, power};
use taipan_algo_decimal::{Context, Dec, Status};
use taipan_object::prelude::*;

/// Two operands with the current context; `NotImplemented` for what is no decimal or int.
#[inline(always)]
fn binary(a: &Object, b: &Object, f: impl Fn(&Dec, &Dec, &Context, &mut Status) -> Dec, cx: &mut Cx) -> PyResult<Own<Object>> {
    let context = state::current(cx)?;
    let mut status = 0;
    let r = if let (Some(a), Some(b)) = (a.downcast::<PyDecimal>(), b.downcast::<PyDecimal>()) {
        f(&a.value, &b.value, &context.rules(), &mut status)
    } else {
        match (operand(a), operand(b)) {
            (Some(a), Some(b)) => f(&a, &b, &context.rules(), &mut status),
            _ => return Ok(not_implemented().own()),
        }
    };
    context.give(r, status, cx).map(Own::into_object)
}

#[inline(always)]
fn unary(a: &PyDecimal, f: impl Fn(&Dec, &Context, &mut Status) -> Dec, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
    let context = state::current(cx)?;
    let mut status = 0;
    let r = f(&a.value, &context.rules(), &mut status);
    context.give(r, status, cx)
}

#[pymethods(NUMBERS)]
impl PyDecimal {
    #[slot(nb_add)]
    fn nb_add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        binary(a, b, add::add, cx)
    }
    #[slot(nb_subtract)]
    fn nb_subtract(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        binary(a, b, add::sub, cx)
    }
    #[slot(nb_multiply)]
    fn nb_multiply(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        binary(a, b, mul::mul, cx)
    }
    #[slot(nb_true_divide)]
    fn nb_true_divide(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        binary(a, b, div::div, cx)
    }
    #[slot(nb_floor_divide)]
    fn nb_floor_divide(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        binary(a, b, div::divide_int, cx)
    }
    #[slot(nb_remainder)]
    fn nb_remainder(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        binary(a, b, div::rem, cx)
    }
    #[slot(nb_divmod)]
    fn nb_divmod(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(not_implemented().own()) };
        let context = state::current(cx)?;
        divmod(&a, &b, &context, cx).map(Own::into_object)
    }
    #[slot(nb_power)]
    fn nb_power(a: &Object, b: &Object, modulus: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (Some(a), Some(b)) = (operand(a), operand(b)) else { return Ok(not_implemented().own()) };
        let context = state::current(cx)?;
        let mut status = 0;
        let r = if modulus.is_none() {
            power::power(&a, &b, &context.rules(), &mut status)
        } else {
            let Some(m) = operand(modulus) else { return Ok(not_implemented().own()) };
            power::power_mod(&a, &b, &m, &context.rules(), &mut status)
        };
        context.give(r, status, cx).map(Own::into_object)
    }
    #[slot(nb_negative)]
    fn nb_negative(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, add::minus, cx)
    }
    #[slot(nb_positive)]
    fn nb_positive(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, add::plus, cx)
    }
    #[slot(nb_absolute)]
    fn nb_absolute(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, add::abs, cx)
    }
    #[slot(nb_bool)]
    fn nb_bool(&self) -> bool {
        !self.value.is_zero()
    }
}

/// Quotient and remainder as a tuple.
pub fn divmod(a: &Cow<'_, Dec>, b: &Cow<'_, Dec>, context: &crate::context::PyContext, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut status = 0;
    let (q, r) = div::divmod(a, b, &context.rules(), &mut status);
    context.check(status, cx)?;
    let q = PyDecimal::new(q, cx)?.into_object();
    let r = PyDecimal::new(r, cx)?.into_object();
    PyTuple::pair(q, r, cx)
}
