//! Questions about a decimal.

use super::PyDecimal;
use crate::context::optional;
use taipan_algo_decimal::ops::compare;
use taipan_object::prelude::*;

#[pymethods(QUERIES)]
impl PyDecimal {
    /// Return the adjusted exponent of the number.  Defined as exp + digits - 1.
    #[method("adjusted()")]
    fn adjusted(&self) -> i64 {
        if self.value.is_special() { 0 } else { self.value.adjusted() }
    }
    /// Return True if the argument is canonical and False otherwise.  Currently,
    /// a Decimal instance is always canonical, so this operation always returns
    /// True.
    #[method("is_canonical()")]
    fn is_canonical(&self) -> bool {
        true
    }
    /// Return True if the argument is a finite number, and False if the argument
    /// is infinite or a NaN.
    #[method("is_finite()")]
    fn is_finite(&self) -> bool {
        self.value.is_finite()
    }
    /// Return True if the argument is either positive or negative infinity and
    /// False otherwise.
    #[method("is_infinite()")]
    fn is_infinite(&self) -> bool {
        self.value.is_infinite()
    }
    /// Return True if the argument is a (quiet or signaling) NaN and False
    /// otherwise.
    #[method("is_nan()")]
    fn is_nan(&self) -> bool {
        self.value.is_nan()
    }
    /// Return True if the argument is a quiet NaN, and False otherwise.
    #[method("is_qnan()")]
    fn is_qnan(&self) -> bool {
        self.value.is_qnan()
    }
    /// Return True if the argument is a signaling NaN and False otherwise.
    #[method("is_snan()")]
    fn is_snan(&self) -> bool {
        self.value.is_snan()
    }
    /// Return True if the argument has a negative sign and False otherwise.
    /// Note that both zeros and NaNs can carry signs.
    #[method("is_signed()")]
    fn is_signed(&self) -> bool {
        self.value.neg
    }
    /// Return True if the argument is a (positive or negative) zero and False
    /// otherwise.
    #[method("is_zero()")]
    fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
    /// Return True if the argument is a normal finite non-zero number with an
    /// adjusted exponent greater than or equal to Emin. Return False if the
    /// argument is zero, subnormal, infinite or a NaN.
    #[method("is_normal(context=None)")]
    fn is_normal(&self, context: &Object, cx: &mut Cx) -> PyResult<bool> {
        let c = optional(context, cx)?;
        Ok(compare::is_normal(&self.value, &c.rules()))
    }
    /// Return True if the argument is subnormal, and False otherwise. A number is
    /// subnormal if it is non-zero, finite, and has an adjusted exponent less
    /// than Emin.
    #[method("is_subnormal(context=None)")]
    fn is_subnormal(&self, context: &Object, cx: &mut Cx) -> PyResult<bool> {
        let c = optional(context, cx)?;
        Ok(compare::is_subnormal(&self.value, &c.rules()))
    }
    /// Return a string describing the class of the operand.  The returned value
    /// is one of the following ten strings:
    ///
    ///     * '-Infinity', indicating that the operand is negative infinity.
    ///     * '-Normal', indicating that the operand is a negative normal number.
    ///     * '-Subnormal', indicating that the operand is negative and subnormal.
    ///     * '-Zero', indicating that the operand is a negative zero.
    ///     * '+Zero', indicating that the operand is a positive zero.
    ///     * '+Subnormal', indicating that the operand is positive and subnormal.
    ///     * '+Normal', indicating that the operand is a positive normal number.
    ///     * '+Infinity', indicating that the operand is positive infinity.
    ///     * 'NaN', indicating that the operand is a quiet NaN (Not a Number).
    ///     * 'sNaN', indicating that the operand is a signaling NaN.
    #[method("number_class(context=None)")]
    fn number_class(&self, context: &Object, cx: &mut Cx) -> PyResult<&'static str> {
        let c = optional(context, cx)?;
        Ok(compare::class(&self.value, &c.rules()))
    }
}
