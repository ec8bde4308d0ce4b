//! The questions and quiet operations of a context.

use super::PyContext;
use crate::decimal::PyDecimal;
use crate::decimal::construct::{operand_object, operand_or_raise};
use taipan_algo_decimal::ops::compare;
use taipan_algo_decimal::text::write;
use taipan_object::prelude::*;

/// An argument that must be a decimal.
fn decimal<'a>(x: &'a Object, cx: &mut Cx) -> PyResult<&'a PyDecimal> {
    match x.downcast::<PyDecimal>() {
        Some(d) => Ok(d),
        None => Err(cx.type_error(format_args!("argument must be a Decimal"))),
    }
}

#[pymethods(PREDICATES)]
impl PyContext {
    /// Return True if x is canonical, False otherwise.
    #[method("is_canonical(x, /)")]
    fn is_canonical(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        decimal(x, cx).map(|_| true)
    }
    /// Return True if x is finite, False otherwise.
    #[method("is_finite(x, /)")]
    fn is_finite(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.is_finite())
    }
    /// Return True if x is infinite, False otherwise.
    #[method("is_infinite(x, /)")]
    fn is_infinite(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.is_infinite())
    }
    /// Return True if x is a qNaN or sNaN, False otherwise.
    #[method("is_nan(x, /)")]
    fn is_nan(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.is_nan())
    }
    /// Return True if x is a quiet NaN, False otherwise.
    #[method("is_qnan(x, /)")]
    fn is_qnan(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.is_qnan())
    }
    /// Return True if x is a signaling NaN, False otherwise.
    #[method("is_snan(x, /)")]
    fn is_snan(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.is_snan())
    }
    /// Return True if x is negative, False otherwise.
    #[method("is_signed(x, /)")]
    fn is_signed(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.neg)
    }
    /// Return True if x is a zero, False otherwise.
    #[method("is_zero(x, /)")]
    fn is_zero(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(a.is_zero())
    }
    /// Return True if x is a normal number, False otherwise.
    #[method("is_normal(x, /)")]
    fn is_normal(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(compare::is_normal(&a, &self.rules()))
    }
    /// Return True if x is subnormal, False otherwise.
    #[method("is_subnormal(x, /)")]
    fn is_subnormal(&self, x: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        Ok(compare::is_subnormal(&a, &self.rules()))
    }
    /// Return a new instance of x.
    #[method("canonical(x, /)")]
    fn canonical(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        decimal(x, cx)?;
        Ok(x.own())
    }
    /// Return a copy of Decimal x.
    #[method("copy_decimal(x, /)")]
    fn copy_decimal(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        operand_object(x, cx)
    }
    /// Return a copy of x with the sign set to 0.
    #[method("copy_abs(x, /)")]
    fn copy_abs(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        PyDecimal::new(a.with_sign(false), cx)
    }
    /// Return a copy of x with the sign inverted.
    #[method("copy_negate(x, /)")]
    fn copy_negate(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        PyDecimal::new(a.with_sign(!a.neg), cx)
    }
    /// Return an indication of the class of x.
    #[method("number_class(x, /)")]
    fn number_class(&self, x: &Object, cx: &mut Cx) -> PyResult<&'static str> {
        let a = operand_or_raise(x, cx)?;
        Ok(compare::class(&a, &self.rules()))
    }
    /// Convert a number to a string using scientific notation.
    #[method("to_sci_string(x, /)")]
    fn to_sci_string(&self, x: &Object, cx: &mut Cx) -> PyResult<String> {
        let a = operand_or_raise(x, cx)?;
        Ok(write::to_text(&a, self.capitals(), false))
    }
    /// Convert a number to a string, using engineering notation.
    #[method("to_eng_string(x, /)")]
    fn to_eng_string(&self, x: &Object, cx: &mut Cx) -> PyResult<String> {
        let a = operand_or_raise(x, cx)?;
        Ok(write::to_text(&a, self.capitals(), true))
    }
    /// Compare x and y using their abstract representation.
    #[method("compare_total(x, y, /)")]
    fn compare_total(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        PyDecimal::new(compare::from_ordering(compare::total(&a, &b)), cx)
    }
    /// Compare x and y using their abstract representation, ignoring sign.
    #[method("compare_total_mag(x, y, /)")]
    fn compare_total_mag(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        PyDecimal::new(compare::from_ordering(compare::total_magnitude(&a, &b)), cx)
    }
    /// Copy the sign from y to x.
    #[method("copy_sign(x, y, /)")]
    fn copy_sign(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        PyDecimal::new(a.with_sign(b.neg), cx)
    }
    /// Return True if the two operands have the same exponent.
    #[method("same_quantum(x, y, /)")]
    fn same_quantum(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<bool> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        Ok(compare::same_quantum(&a, &b))
    }
}
