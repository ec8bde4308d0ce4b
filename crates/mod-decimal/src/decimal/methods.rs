//! Methods of decimals that take one or two numbers and a context.

use super::construct::operand_or_raise;
use super::PyDecimal;
use crate::context::optional;
use taipan_algo_decimal::elementary::{exp, log};
use taipan_algo_decimal::ops::compare::Pick;
use taipan_algo_decimal::ops::{compare, div, mul, next, quantize, scale, sqrt};
use taipan_algo_decimal::{Context, Dec, Status};
use taipan_object::prelude::*;

/// An operation on one number.
fn unary(a: &PyDecimal, f: fn(&Dec, &Context, &mut Status) -> Dec, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
    let c = optional(context, cx)?;
    let mut status = 0;
    let r = f(&a.value, &c.rules(), &mut status);
    c.give(r, status, cx)
}

/// An operation on two numbers.
pub(super) fn binary(
    a: &PyDecimal,
    other: &Object,
    f: fn(&Dec, &Dec, &Context, &mut Status) -> Dec,
    context: &Object,
    cx: &mut Cx,
) -> PyResult<Own<PyDecimal>> {
    let c = optional(context, cx)?;
    let b = operand_or_raise(other, cx)?;
    let mut status = 0;
    let r = f(&a.value, &b, &c.rules(), &mut status);
    c.give(r, status, cx)
}

#[pymethods(METHODS)]
impl PyDecimal {
    /// Return the value of the (natural) exponential function e**x at the given
    /// number.  The function always uses the ROUND_HALF_EVEN mode and the result
    /// is correctly rounded.
    #[method("exp(context=None)")]
    fn exp(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, exp::exp, context, cx)
    }
    /// Return the natural (base e) logarithm of the operand. The function always
    /// uses the ROUND_HALF_EVEN mode and the result is correctly rounded.
    #[method("ln(context=None)")]
    fn ln(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, log::ln, context, cx)
    }
    /// Return the base ten logarithm of the operand. The function always uses the
    /// ROUND_HALF_EVEN mode and the result is correctly rounded.
    #[method("log10(context=None)")]
    fn log10(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, log::log10, context, cx)
    }
    /// Return the largest number representable in the given context (or in the
    /// current default context if no context is given) that is smaller than the
    /// given operand.
    #[method("next_minus(context=None)")]
    fn next_minus(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, next::next_minus, context, cx)
    }
    /// Return the smallest number representable in the given context (or in the
    /// current default context if no context is given) that is larger than the
    /// given operand.
    #[method("next_plus(context=None)")]
    fn next_plus(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, next::next_plus, context, cx)
    }
    /// Normalize the number by stripping the rightmost trailing zeros and
    /// converting any result equal to Decimal('0') to Decimal('0e0').  Used
    /// for producing canonical values for members of an equivalence class.
    /// For example, Decimal('32.100') and Decimal('0.321000e+2') both normalize
    /// to the equivalent value Decimal('32.1').
    #[method("normalize(context=None)")]
    fn normalize(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, quantize::reduce, context, cx)
    }
    /// Return the square root of the argument to full precision. The result is
    /// correctly rounded using the ROUND_HALF_EVEN rounding mode.
    #[method("sqrt(context=None)")]
    fn sqrt(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, sqrt::sqrt, context, cx)
    }
    /// For a non-zero number, return the adjusted exponent of the operand as a
    /// Decimal instance.  If the operand is a zero, then Decimal('-Infinity') is
    /// returned and the DivisionByZero condition is raised. If the operand is
    /// an infinity then Decimal('Infinity') is returned.
    #[method("logb(context=None)")]
    fn logb(&self, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        unary(self, compare::logb, context, cx)
    }
    /// Compare self to other.  Return a decimal value:
    ///
    ///     a or b is a NaN ==> Decimal('NaN')
    ///     a < b           ==> Decimal('-1')
    ///     a == b          ==> Decimal('0')
    ///     a > b           ==> Decimal('1')
    #[method("compare(other, context=None)")]
    fn compare(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, compare::compare, context, cx)
    }
    /// Identical to compare, except that all NaNs signal.
    #[method("compare_signal(other, context=None)")]
    fn compare_signal(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, compare::compare_signal, context, cx)
    }
    /// If the two operands are unequal, return the number closest to the first
    /// operand in the direction of the second operand.  If both operands are
    /// numerically equal, return a copy of the first operand with the sign set
    /// to be the same as the sign of the second operand.
    #[method("next_toward(other, context=None)")]
    fn next_toward(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, next::next_toward, context, cx)
    }
    /// Return the remainder from dividing self by other.  This differs from
    /// self % other in that the sign of the remainder is chosen so as to minimize
    /// its absolute value. More precisely, the return value is self - n * other
    /// where n is the integer nearest to the exact value of self / other, and
    /// if two integers are equally near then the even one is chosen.
    ///
    /// If the result is zero then its sign will be the sign of self.
    #[method("remainder_near(other, context=None)")]
    fn remainder_near(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, div::rem_near, context, cx)
    }
    /// Return the first operand with the exponent adjusted the second.  Equivalently,
    /// return the first operand multiplied by 10**other. The second operand must be
    /// an integer.
    #[method("scaleb(other, context=None)")]
    fn scaleb(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, scale::scaleb, context, cx)
    }
    /// Maximum of self and other.  If one operand is a quiet NaN and the other is
    /// numeric, the numeric operand is returned.
    #[method("max(other, context=None)")]
    fn max(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| compare::pick(Pick::Max, a, b, c, s), context, cx)
    }
    /// Similar to the max() method, but the comparison is done using the absolute
    /// values of the operands.
    #[method("max_mag(other, context=None)")]
    fn max_mag(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| compare::pick(Pick::MaxMag, a, b, c, s), context, cx)
    }
    /// Minimum of self and other. If one operand is a quiet NaN and the other is
    /// numeric, the numeric operand is returned.
    #[method("min(other, context=None)")]
    fn min(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| compare::pick(Pick::Min, a, b, c, s), context, cx)
    }
    /// Similar to the min() method, but the comparison is done using the absolute
    /// values of the operands.
    #[method("min_mag(other, context=None)")]
    fn min_mag(&self, other: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        binary(self, other, |a, b, c, s| compare::pick(Pick::MinMag, a, b, c, s), context, cx)
    }
    /// Fused multiply-add.  Return self*other+third with no rounding of the
    /// intermediate product self*other.
    ///
    ///     >>> Decimal(2).fma(3, 5)
    ///     Decimal('11')
    #[method("fma(other, third, context=None)")]
    fn fma(&self, other: &Object, third: &Object, context: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let c = optional(context, cx)?;
        let b = operand_or_raise(other, cx)?;
        let third = operand_or_raise(third, cx)?;
        let mut status = 0;
        let r = mul::fma(&self.value, &b, &third, &c.rules(), &mut status);
        c.give(r, status, cx)
    }
}
