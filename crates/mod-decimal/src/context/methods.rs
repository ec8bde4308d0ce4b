//! The operations of a context.

use super::PyContext;
use crate::decimal::PyDecimal;
use crate::decimal::construct::{Precision, from_float, from_object, operand_or_raise};
use taipan_algo_decimal::elementary::{exp, log};
use taipan_algo_decimal::ops::compare::Pick;
use taipan_algo_decimal::ops::integral::to_integral;
use taipan_algo_decimal::ops::logical::{self, Logic};
use taipan_algo_decimal::ops::{add, compare, div, mul, next, power, quantize, scale, sqrt};
use taipan_algo_decimal::{Context, Dec, Status, round};
use taipan_object::prelude::*;

impl PyContext {
    fn unary(&self, x: &Object, f: fn(&Dec, &Context, &mut Status) -> Dec, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        let mut status = 0;
        let r = f(&a, &self.rules(), &mut status);
        self.give(r, status, cx)
    }

    fn binary(&self, x: &Object, y: &Object, f: fn(&Dec, &Dec, &Context, &mut Status) -> Dec, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        let mut status = 0;
        let r = f(&a, &b, &self.rules(), &mut status);
        self.give(r, status, cx)
    }
}

#[pymethods(METHODS)]
impl PyContext {
    /// Return the absolute value of x.
    #[method("abs(x, /)")]
    fn abs(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, add::abs, cx)
    }
    /// Return e ** x.
    #[method("exp(x, /)")]
    fn exp(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, exp::exp, cx)
    }
    /// Return the natural (base e) logarithm of x.
    #[method("ln(x, /)")]
    fn ln(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, log::ln, cx)
    }
    /// Return the base 10 logarithm of x.
    #[method("log10(x, /)")]
    fn log10(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, log::log10, cx)
    }
    /// Minus corresponds to the unary prefix minus operator in Python, but applies
    /// the context to the result.
    #[method("minus(x, /)")]
    fn minus(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, add::minus, cx)
    }
    /// Return the largest representable number smaller than x.
    #[method("next_minus(x, /)")]
    fn next_minus(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, next::next_minus, cx)
    }
    /// Return the smallest representable number larger than x.
    #[method("next_plus(x, /)")]
    fn next_plus(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, next::next_plus, cx)
    }
    /// Reduce x to its simplest form. Alias for reduce(x).
    #[method("normalize(x, /)")]
    fn normalize(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, quantize::reduce, cx)
    }
    /// Plus corresponds to the unary prefix plus operator in Python, but applies
    /// the context to the result.
    #[method("plus(x, /)")]
    fn plus(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, add::plus, cx)
    }
    /// Identical to to_integral_value(x).
    #[method("to_integral(x, /)")]
    fn to_integral(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, |a, c, s| to_integral(a, false, c, s), cx)
    }
    /// Round to an integer. Signal if the result is rounded or inexact.
    #[method("to_integral_exact(x, /)")]
    fn to_integral_exact(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, |a, c, s| to_integral(a, true, c, s), cx)
    }
    /// Round to an integer.
    #[method("to_integral_value(x, /)")]
    fn to_integral_value(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, |a, c, s| to_integral(a, false, c, s), cx)
    }
    /// Square root of a non-negative number to context precision.
    #[method("sqrt(x, /)")]
    fn sqrt(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, sqrt::sqrt, cx)
    }
    /// Return the exponent of the magnitude of the operand's MSD.
    #[method("logb(x, /)")]
    fn logb(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, compare::logb, cx)
    }
    /// Invert all the digits in the operand.
    ///
    /// The operand must be a logical number.
    ///
    ///     >>> ExtendedContext.logical_invert(Decimal('0'))
    ///     Decimal('111111111')
    ///     >>> ExtendedContext.logical_invert(Decimal('1'))
    ///     Decimal('111111110')
    ///     >>> ExtendedContext.logical_invert(Decimal('111111111'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_invert(Decimal('101010101'))
    ///     Decimal('10101010')
    ///     >>> ExtendedContext.logical_invert(1101)
    ///     Decimal('111110010')
    #[method("logical_invert(x, /)")]
    fn logical_invert(&self, x: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(x, logical::invert, cx)
    }
    /// Return the sum of x and y.
    #[method("add(x, y, /)")]
    fn add(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, add::add, cx)
    }
    /// Compare x and y numerically.
    #[method("compare(x, y, /)")]
    fn compare(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, compare::compare, cx)
    }
    /// Compare x and y numerically.  All NaNs signal.
    #[method("compare_signal(x, y, /)")]
    fn compare_signal(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, compare::compare_signal, cx)
    }
    /// Return x divided by y.
    #[method("divide(x, y, /)")]
    fn divide(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, div::div, cx)
    }
    /// Return x divided by y, truncated to an integer.
    #[method("divide_int(x, y, /)")]
    fn divide_int(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, div::divide_int, cx)
    }
    /// Compare the values numerically and return the maximum.
    #[method("max(x, y, /)")]
    fn max(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| compare::pick(Pick::Max, a, b, c, s), cx)
    }
    /// Compare the values numerically with their sign ignored.
    #[method("max_mag(x, y, /)")]
    fn max_mag(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| compare::pick(Pick::MaxMag, a, b, c, s), cx)
    }
    /// Compare the values numerically and return the minimum.
    #[method("min(x, y, /)")]
    fn min(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| compare::pick(Pick::Min, a, b, c, s), cx)
    }
    /// Compare the values numerically with their sign ignored.
    #[method("min_mag(x, y, /)")]
    fn min_mag(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| compare::pick(Pick::MinMag, a, b, c, s), cx)
    }
    /// Return the product of x and y.
    #[method("multiply(x, y, /)")]
    fn multiply(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, mul::mul, cx)
    }
    /// Return the number closest to x, in the direction towards y.
    #[method("next_toward(x, y, /)")]
    fn next_toward(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, next::next_toward, cx)
    }
    /// Return a value equal to x (rounded), having the exponent of y.
    #[method("quantize(x, y, /)")]
    fn quantize(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, quantize::quantize, cx)
    }
    /// Return the remainder from integer division.  The sign of the result,
    /// if non-zero, is the same as that of the original dividend.
    #[method("remainder(x, y, /)")]
    fn remainder(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, div::rem, cx)
    }
    /// Return x - y * n, where n is the integer nearest the exact value of x / y
    /// (if the result is 0 then its sign will be the sign of x).
    #[method("remainder_near(x, y, /)")]
    fn remainder_near(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, div::rem_near, cx)
    }
    /// Return the difference between x and y.
    #[method("subtract(x, y, /)")]
    fn subtract(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, add::sub, cx)
    }
    /// Return the first operand after adding the second value to its exp.
    #[method("scaleb(x, y, /)")]
    fn scaleb(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, scale::scaleb, cx)
    }
    /// Applies the logical operation 'and' between each operand's digits.
    ///
    /// The operands must be both logical numbers.
    ///
    ///     >>> ExtendedContext.logical_and(Decimal('0'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_and(Decimal('0'), Decimal('1'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_and(Decimal('1'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_and(Decimal('1'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_and(Decimal('1100'), Decimal('1010'))
    ///     Decimal('1000')
    ///     >>> ExtendedContext.logical_and(Decimal('1111'), Decimal('10'))
    ///     Decimal('10')
    ///     >>> ExtendedContext.logical_and(110, 1101)
    ///     Decimal('100')
    ///     >>> ExtendedContext.logical_and(Decimal(110), 1101)
    ///     Decimal('100')
    ///     >>> ExtendedContext.logical_and(110, Decimal(1101))
    ///     Decimal('100')
    #[method("logical_and(x, y, /)")]
    fn logical_and(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| logical::logic(Logic::And, a, b, c, s), cx)
    }
    /// Applies the logical operation 'or' between each operand's digits.
    ///
    /// The operands must be both logical numbers.
    ///
    ///     >>> ExtendedContext.logical_or(Decimal('0'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_or(Decimal('0'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_or(Decimal('1'), Decimal('0'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_or(Decimal('1'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_or(Decimal('1100'), Decimal('1010'))
    ///     Decimal('1110')
    ///     >>> ExtendedContext.logical_or(Decimal('1110'), Decimal('10'))
    ///     Decimal('1110')
    ///     >>> ExtendedContext.logical_or(110, 1101)
    ///     Decimal('1111')
    ///     >>> ExtendedContext.logical_or(Decimal(110), 1101)
    ///     Decimal('1111')
    ///     >>> ExtendedContext.logical_or(110, Decimal(1101))
    ///     Decimal('1111')
    #[method("logical_or(x, y, /)")]
    fn logical_or(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| logical::logic(Logic::Or, a, b, c, s), cx)
    }
    /// Applies the logical operation 'xor' between each operand's digits.
    ///
    /// The operands must be both logical numbers.
    ///
    ///     >>> ExtendedContext.logical_xor(Decimal('0'), Decimal('0'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_xor(Decimal('0'), Decimal('1'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_xor(Decimal('1'), Decimal('0'))
    ///     Decimal('1')
    ///     >>> ExtendedContext.logical_xor(Decimal('1'), Decimal('1'))
    ///     Decimal('0')
    ///     >>> ExtendedContext.logical_xor(Decimal('1100'), Decimal('1010'))
    ///     Decimal('110')
    ///     >>> ExtendedContext.logical_xor(Decimal('1111'), Decimal('10'))
    ///     Decimal('1101')
    ///     >>> ExtendedContext.logical_xor(110, 1101)
    ///     Decimal('1011')
    ///     >>> ExtendedContext.logical_xor(Decimal(110), 1101)
    ///     Decimal('1011')
    ///     >>> ExtendedContext.logical_xor(110, Decimal(1101))
    ///     Decimal('1011')
    #[method("logical_xor(x, y, /)")]
    fn logical_xor(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, |a, b, c, s| logical::logic(Logic::Xor, a, b, c, s), cx)
    }
    /// Return a copy of x, rotated by y places.
    #[method("rotate(x, y, /)")]
    fn rotate(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, logical::rotate, cx)
    }
    /// Return a copy of x, shifted by y places.
    #[method("shift(x, y, /)")]
    fn shift(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.binary(x, y, logical::shift, cx)
    }
    /// Return quotient and remainder of the division x / y.
    #[method("divmod(x, y, /)")]
    fn divmod(&self, x: &Object, y: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        crate::decimal::divmod(&a, &b, self, cx)
    }
    /// Compute a**b. If 'a' is negative, then 'b' must be integral. The result
    /// will be inexact unless 'a' is integral and the result is finite and can
    /// be expressed exactly in 'precision' digits.  In the Python version the
    /// result is always correctly rounded, in the C version the result is almost
    /// always correctly rounded.
    ///
    /// If modulo is given, compute (a**b) % modulo. The following restrictions
    /// hold:
    ///
    ///     * all three arguments must be integral
    ///     * 'b' must be nonnegative
    ///     * at least one of 'a' or 'b' must be nonzero
    ///     * modulo must be nonzero and less than 10**prec in absolute value
    #[method("power(a, b, modulo=None)")]
    fn power(&self, a: &Object, b: &Object, modulo: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let x = operand_or_raise(a, cx)?;
        let y = operand_or_raise(b, cx)?;
        let mut status = 0;
        let r = if modulo.is_none() {
            power::power(&x, &y, &self.rules(), &mut status)
        } else {
            let m = operand_or_raise(modulo, cx)?;
            power::power_mod(&x, &y, &m, &self.rules(), &mut status)
        };
        self.give(r, status, cx)
    }
    /// Return x multiplied by y, plus z.
    #[method("fma(x, y, z, /)")]
    fn fma(&self, x: &Object, y: &Object, z: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let a = operand_or_raise(x, cx)?;
        let b = operand_or_raise(y, cx)?;
        let c = operand_or_raise(z, cx)?;
        let mut status = 0;
        let r = mul::fma(&a, &b, &c, &self.rules(), &mut status);
        self.give(r, status, cx)
    }
    #[method("_apply(object, /)")]
    fn apply(&self, object: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        self.unary(object, |a, c, s| round::finalize(a.clone(), c, s), cx)
    }
    /// Create a new Decimal instance from num, using self as the context. Unlike the
    /// Decimal constructor, this function observes the context limits.
    #[method("create_decimal(num='0', /)")]
    fn create_decimal(&self, #[default(None)] num: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let Some(v) = num else { return PyDecimal::new(Dec::zero(false, 0), cx) };
        let rules = self.rules();
        let d = from_object(v, Precision::Rounded(&rules), self, cx)?;
        PyDecimal::new(d, cx)
    }
    /// Create a new Decimal instance from float f.  Unlike the Decimal.from_float()
    /// class method, this function observes the context limits.
    #[method("create_decimal_from_float(f, /)")]
    fn create_decimal_from_float(&self, f: &Object, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        let d = from_float(f, cx)?;
        let mut status = 0;
        let r = round::finalize(d, &self.rules(), &mut status);
        self.give(r, status, cx)
    }
}
