//! Functions of one real number, from C's library.

use super::{domain, range_error};
use taipan_object::prelude::*;

/// The result of a function that is `r` at `x`: NaN or an infinity out of nothing raises.
#[inline(always)]
fn checked(x: f64, r: f64, expected: &str, can_overflow: bool, cx: &mut Cx) -> PyResult<f64> {
    if r.is_finite() || r.is_nan() && x.is_nan() || r.is_infinite() && !x.is_finite() {
        return Ok(r);
    }
    Err(if r.is_infinite() && can_overflow { range_error(cx) } else { domain(expected, x, cx) })
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Return the arc cosine (measured in radians) of x.
    ///
    /// The result is between 0 and pi.
    #[function("acos(x, /)")]
    fn acos(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.acos();
        checked(x, r, "expected a number in range from -1 up to 1", false, cx)
    }

    /// Return the inverse hyperbolic cosine of x.
    #[function("acosh(x, /)")]
    fn acosh(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = libm::acosh(x);
        checked(x, r, "expected argument value not less than 1", false, cx)
    }

    /// Return the arc sine (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[function("asin(x, /)")]
    fn asin(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.asin();
        checked(x, r, "expected a number in range from -1 up to 1", false, cx)
    }

    /// Return the inverse hyperbolic sine of x.
    #[function("asinh(x, /)")]
    fn asinh(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = libm::asinh(x);
        checked(x, r, "expected another number", false, cx)
    }

    /// Return the arc tangent (measured in radians) of x.
    ///
    /// The result is between -pi/2 and pi/2.
    #[function("atan(x, /)")]
    fn atan(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.atan();
        checked(x, r, "expected another number", false, cx)
    }

    /// Return the inverse hyperbolic tangent of x.
    #[function("atanh(x, /)")]
    fn atanh(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = libm::atanh(x);
        checked(x, r, "expected a number between -1 and 1", false, cx)
    }

    /// Return the cube root of x.
    #[function("cbrt(x, /)")]
    fn cbrt(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.cbrt();
        checked(x, r, "expected another number", false, cx)
    }

    /// Return the cosine of x (measured in radians).
    #[function("cos(x, /)")]
    fn cos(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.cos();
        checked(x, r, "expected a finite input", false, cx)
    }

    /// Return the hyperbolic cosine of x.
    #[function("cosh(x, /)")]
    fn cosh(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.cosh();
        checked(x, r, "expected another number", true, cx)
    }

    /// Return e raised to the power of x.
    #[function("exp(x, /)")]
    fn exp(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.exp();
        checked(x, r, "expected another number", true, cx)
    }

    /// Return 2 raised to the power of x.
    #[function("exp2(x, /)")]
    fn exp2(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.exp2();
        checked(x, r, "expected another number", true, cx)
    }

    /// Return exp(x)-1.
    ///
    /// This function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x.
    #[function("expm1(x, /)")]
    fn expm1(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.exp_m1();
        checked(x, r, "expected another number", true, cx)
    }

    /// Return the natural logarithm of 1+x (base e).
    ///
    /// The result is computed in a way which is accurate for x near zero.
    #[function("log1p(x, /)")]
    fn log1p(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = if x == 0.0 { x } else { x.ln_1p() };
        checked(x, r, "expected argument value > -1", false, cx)
    }

    /// Return the sine of x (measured in radians).
    #[function("sin(x, /)")]
    fn sin(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.sin();
        checked(x, r, "expected a finite input", false, cx)
    }

    /// Return the hyperbolic sine of x.
    #[function("sinh(x, /)")]
    fn sinh(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.sinh();
        checked(x, r, "expected another number", true, cx)
    }

    /// Return the square root of x.
    #[function("sqrt(x, /)")]
    fn sqrt(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.sqrt();
        checked(x, r, "expected a nonnegative input", false, cx)
    }

    /// Return the tangent of x (measured in radians).
    #[function("tan(x, /)")]
    fn tan(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.tan();
        checked(x, r, "expected a finite input", false, cx)
    }

    /// Return the hyperbolic tangent of x.
    #[function("tanh(x, /)")]
    fn tanh(x: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.tanh();
        checked(x, r, "expected another number", false, cx)
    }

    /// Return the absolute value of the float x.
    #[function("fabs(x, /)")]
    fn fabs(x: f64) -> f64 {
        x.abs()
    }

    /// Error function at x.
    #[function("erf(x, /)")]
    fn erf(x: f64) -> f64 {
        libm::erf(x)
    }

    /// Complementary error function at x.
    #[function("erfc(x, /)")]
    fn erfc(x: f64) -> f64 {
        libm::erfc(x)
    }

    /// Convert angle x from radians to degrees.
    #[function("degrees(x, /)")]
    fn degrees(x: f64) -> f64 {
        x * (180.0 / std::f64::consts::PI)
    }

    /// Convert angle x from degrees to radians.
    #[function("radians(x, /)")]
    fn radians(x: f64) -> f64 {
        x * (std::f64::consts::PI / 180.0)
    }

    /// Return True if x is neither an infinity nor a NaN, and False otherwise.
    #[function("isfinite(x, /)")]
    fn isfinite(x: f64) -> bool {
        x.is_finite()
    }

    /// Return True if x is a positive or negative infinity, and False otherwise.
    #[function("isinf(x, /)")]
    fn isinf(x: f64) -> bool {
        x.is_infinite()
    }

    /// Return True if x is a NaN (not a number), and False otherwise.
    #[function("isnan(x, /)")]
    fn isnan(x: f64) -> bool {
        x.is_nan()
    }

    /// Gamma function at x.
    #[function("gamma(x, /)")]
    fn gamma(x: f64, cx: &mut Cx) -> PyResult<f64> {
        if x == f64::NEG_INFINITY || x == 0.0 || x < 0.0 && x.floor() == x {
            return Err(domain("expected a noninteger or positive integer", x, cx));
        }
        let r = if x.is_finite() { gamma_of(x) } else { x };
        checked(x, r, "", true, cx)
    }

    /// Natural logarithm of absolute value of Gamma function at x.
    #[function("lgamma(x, /)")]
    fn lgamma(x: f64, cx: &mut Cx) -> PyResult<f64> {
        if x.is_infinite() {
            return Ok(f64::INFINITY);
        }
        if x <= 0.0 && x.floor() == x {
            return Err(domain("expected a noninteger or positive integer", x, cx));
        }
        checked(x, libm::lgamma(x), "", true, cx)
    }
}

/// Gamma at a finite number that is no pole; exact for the integers whose factorial a double can hold.
fn gamma_of(x: f64) -> f64 {
    if x.floor() == x && (1.0..=23.0).contains(&x) {
        return (2..x as u32).fold(1.0, |p, n| p * f64::from(n));
    }
    libm::tgamma(x)
}
