//! Methods on the digits, and on the representation: total order, signs, quanta.

use super::construct::operand_or_raise;
use super::methods::binary;
use super::PyDecimal;
use crate::context::optional;
use taipan_algo_decimal::Dec;
use taipan_algo_decimal::ops::compare;
use taipan_algo_decimal::ops::logical::{self, Logic};
use taipan_object::prelude::*;

#[pymethods(DIGITS)]
impl PyDecimal {
    /// Applies an 'and' operation between self and other's digits.
    ///
    /// Both self and other must be logical numbers.
    #[method("logical_and(other, context=None)")]
    fn logical_and(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| logical::logic(Logic::And, a, b, c, s), context, cx)
    }
    /// Applies an 'or' operation between self and other's digits.
    ///
    /// Both self and other must be logical numbers. 
    #[method("logical_or(other, context=None)")]
    fn logical_or(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| logical::logic(Logic::Or, a, b, c, s), context, cx)
    }
    /// Applies an 'xor' operation between self and other's digits.
    ///
    /// Both self and other must be logical numbers.
    #[method("logical_xor(other, context=None)")]
    fn logical_xor(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| logical::logic(Logic::Xor, a, b, c, s), context, cx)
    }
    /// Return the result of rotating the digits of the first operand by an amount
    /// specified by the second operand.  The second operand must be an integer in
    /// the range -precision through precision. The absolute value of the second
    /// operand gives the number of places to rotate. If the second operand is
    /// positive then rotation is to the left; otherwise rotation is to the right.
    /// The coefficient of the first operand is padded on the left with zeros to
    /// length precision if necessary. The sign and exponent of the first operand are
    /// unchanged.
    #[method("rotate(other, context=None)")]
    fn rotate(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, logical::rotate, context, cx)
    }
    /// Return the result of shifting the digits of the first operand by an amount
    /// specified by the second operand.  The second operand must be an integer in
    /// the range -precision through precision. The absolute value of the second
    /// operand gives the number of places to shift. If the second operand is
    /// positive, then the shift is to the left; otherwise the shift is to the
    /// right. Digits shifted into the coefficient are zeros. The sign and exponent
    /// of the first operand are unchanged.
    #[method("shift(other, context=None)")]
    fn shift(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, logical::shift, context, cx)
    }
    /// Invert all its digits.
    ///
    /// The self must be logical number.
    #[method("logical_invert(context=None)")]
    fn logical_invert(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let c = optional(context, cx)?;
        let mut status = 0;
        let r = logical::invert(&self.value, &c.rules(), &mut status);
        c.give(r, status, cx)
    }
    /// Compare two operands using their abstract representation rather than
    /// their numerical value.  Similar to the compare() method, but the result
    /// gives a total ordering on Decimal instances.  Two Decimal instances with
    /// the same numeric value but different representations compare unequal
    /// in this ordering:
    ///
    ///     >>> Decimal('12.0').compare_total(Decimal('12'))
    ///     Decimal('-1')
    ///
    /// Quiet and signaling NaNs are also included in the total ordering. The result
    /// of this function is Decimal('0') if both operands have the same representation,
    /// Decimal('-1') if the first operand is lower in the total order than the second,
    /// and Decimal('1') if the first operand is higher in the total order than the
    /// second operand. See the specification for details of the total order.
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    #[method("compare_total(other, context=None)")]
    fn compare_total(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        optional(context, cx)?;
        let b = operand_or_raise(other, cx)?;
        PyDecimal::new(compare::from_ordering(compare::total(&self.value, &b)), cx)
    }
    /// Compare two operands using their abstract representation rather than their
    /// value as in compare_total(), but ignoring the sign of each operand.
    ///
    /// x.compare_total_mag(y) is equivalent to x.copy_abs().compare_total(y.copy_abs()).
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    #[method("compare_total_mag(other, context=None)")]
    fn compare_total_mag(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        optional(context, cx)?;
        let b = operand_or_raise(other, cx)?;
        PyDecimal::new(compare::from_ordering(compare::total_magnitude(&self.value, &b)), cx)
    }
    /// Return a copy of the first operand with the sign set to be the same as the
    /// sign of the second operand. For example:
    ///
    ///     >>> Decimal('2.3').copy_sign(Decimal('-1.5'))
    ///     Decimal('-2.3')
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    #[method("copy_sign(other, context=None)")]
    fn copy_sign(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        optional(context, cx)?;
        let b = operand_or_raise(other, cx)?;
        PyDecimal::new(self.value.with_sign(b.neg), cx)
    }
    /// Test whether self and other have the same exponent or whether both are NaN.
    ///
    /// This operation is unaffected by context and is quiet: no flags are changed
    /// and no rounding is performed. As an exception, the C version may raise
    /// InvalidOperation if the second operand cannot be converted exactly.
    #[method("same_quantum(other, context=None)")]
    fn same_quantum(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<bool> {
        optional(context, cx)?;
        let b = operand_or_raise(other, cx)?;
        Ok(compare::same_quantum(&self.value, &b))
    }
    /// Return the absolute value of the argument.  This operation is unaffected by
    /// context and is quiet: no flags are changed and no rounding is performed.
    #[method("copy_abs()")]
    fn copy_abs(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        PyDecimal::new(self.value.with_sign(false), cx)
    }
    /// Return the negation of the argument.  This operation is unaffected by context
    /// and is quiet: no flags are changed and no rounding is performed.
    #[method("copy_negate()")]
    fn copy_negate(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        PyDecimal::new(self.value.with_sign(!self.value.neg), cx)
    }
    /// Return Decimal(10), the radix (base) in which the Decimal class does
    /// all its arithmetic. Included for compatibility with the specification.
    #[method("radix()")]
    fn radix(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        PyDecimal::new(Dec::small(false, 10, 0), cx)
    }
    /// Return the canonical encoding of the argument.  Currently, the encoding
    /// of a Decimal instance is always canonical, so this operation returns its
    /// argument unchanged.
    #[method("canonical()")]
    fn canonical(&self) -> &PyDecimal {
        self
    }
    /// Return self.
    #[method("conjugate()")]
    fn conjugate(&self) -> &PyDecimal {
        self
    }
}
