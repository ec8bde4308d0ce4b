//! `cmath`: functions of complex numbers, after Kahan ("Branch cuts for complex elementary functions", 1987) and Annex G of the C standard.

mod functions;
mod tables;

use crate::math::{domain_error, range_error};
use functions as f;
use taipan_object::prelude::*;
use taipan_object::types::complex::{PyComplex, arith, as_complex};
use taipan_object::types::float::PyFloat;

/// Real and imaginary part.
type Pair = (f64, f64);

/// Why a function has no value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// "math domain error"
    Domain,
    /// "math range error"
    Range,
}

#[cold]
fn raise(e: Fault, cx: &mut Cx) -> Raised {
    match e {
        Fault::Domain => domain_error(cx),
        Fault::Range => range_error(cx),
    }
}

/// Apply a function to a number.
fn apply(z: &Object, f: fn(Pair) -> Result<Pair, Fault>, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
    let z = as_complex(z, cx)?;
    match f(z) {
        Ok((re, im)) => PyComplex::new(re, im, cx),
        Err(e) => Err(raise(e, cx)),
    }
}

#[pymodule(name = "cmath", doc = "This module provides access to mathematical functions for complex\nnumbers.")]
pub mod module {
    use super::*;

    #[constant("pi")]
    const PI: f64 = std::f64::consts::PI;
    #[constant("e")]
    const E: f64 = std::f64::consts::E;
    #[constant("tau")]
    const TAU: f64 = std::f64::consts::TAU;
    #[constant("inf")]
    const INF: f64 = f64::INFINITY;
    #[constant("nan")]
    const NAN: f64 = f64::NAN;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let (i, n) = (PyComplex::new(0.0, f64::INFINITY, cx)?, PyComplex::new(0.0, f64::NAN, cx)?);
        let d = m.dict(cx)?;
        d.set_text("infj", i.into_object(), cx)?;
        d.set_text("nanj", n.into_object(), cx)
    }

    /// Return the arc cosine of z.
    #[function("acos(z, /)")]
    fn acos(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::acos, cx)
    }

    /// Return the inverse hyperbolic cosine of z.
    #[function("acosh(z, /)")]
    fn acosh(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::acosh, cx)
    }

    /// Return the arc sine of z.
    #[function("asin(z, /)")]
    fn asin(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::asin, cx)
    }

    /// Return the inverse hyperbolic sine of z.
    #[function("asinh(z, /)")]
    fn asinh(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::asinh, cx)
    }

    /// Return the arc tangent of z.
    #[function("atan(z, /)")]
    fn atan(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::atan, cx)
    }

    /// Return the inverse hyperbolic tangent of z.
    #[function("atanh(z, /)")]
    fn atanh(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::atanh, cx)
    }

    /// Return the cosine of z.
    #[function("cos(z, /)")]
    fn cos(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::cos, cx)
    }

    /// Return the hyperbolic cosine of z.
    #[function("cosh(z, /)")]
    fn cosh(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::cosh, cx)
    }

    /// Return the exponential value e**z.
    #[function("exp(z, /)")]
    fn exp(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::exp, cx)
    }

    /// Return the base-10 logarithm of z.
    #[function("log10(z, /)")]
    fn log10(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::log10, cx)
    }

    /// Return the sine of z.
    #[function("sin(z, /)")]
    fn sin(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::sin, cx)
    }

    /// Return the hyperbolic sine of z.
    #[function("sinh(z, /)")]
    fn sinh(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::sinh, cx)
    }

    /// Return the square root of z.
    #[function("sqrt(z, /)")]
    fn sqrt(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::sqrt, cx)
    }

    /// Return the tangent of z.
    #[function("tan(z, /)")]
    fn tan(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::tan, cx)
    }

    /// Return the hyperbolic tangent of z.
    #[function("tanh(z, /)")]
    fn tanh(z: &Object, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        apply(z, f::tanh, cx)
    }

    #[function("log(z, base=<unrepresentable>, /)", doc = "log(z[, base]) -> the logarithm of z to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e)\nof z.")]
    fn log(z: &Object, base: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        let Some(base) = base else { return apply(z, f::log, cx) };
        let (z, base) = (as_complex(z, cx)?, as_complex(base, cx)?);
        let r = f::log(z).and_then(|n| f::log(base).and_then(|d| arith::div(n, d).ok_or(Fault::Domain)));
        match r {
            Ok((re, im)) => PyComplex::new(re, im, cx),
            Err(e) => Err(raise(e, cx)),
        }
    }

    /// Return argument, also known as the phase angle, of a complex.
    #[function("phase(z, /)")]
    fn phase(z: &Object, cx: &mut Cx) -> PyResult<f64> {
        let (re, im) = as_complex(z, cx)?;
        Ok(im.atan2(re))
    }

    /// Convert a complex from rectangular coordinates to polar coordinates.
    ///
    /// r is the distance from 0 and phi the phase angle.
    #[function("polar(z, /)")]
    fn polar(z: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (re, im) = as_complex(z, cx)?;
        let r = re.hypot(im);
        if r.is_infinite() && re.is_finite() && im.is_finite() {
            return Err(raise(Fault::Range, cx));
        }
        let (r, phi) = (PyFloat::new(r, cx)?, PyFloat::new(im.atan2(re), cx)?);
        PyTuple::from_slice(&[&r, &phi], cx)
    }

    /// Convert from polar coordinates to rectangular coordinates.
    #[function("rect(r, phi, /)")]
    fn rect(r: f64, phi: f64, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        match f::rect(r, phi) {
            Ok((re, im)) => PyComplex::new(re, im, cx),
            Err(e) => Err(raise(e, cx)),
        }
    }

    /// Return True if both the real and imaginary parts of z are finite, else False.
    #[function("isfinite(z, /)")]
    fn isfinite(z: &Object, cx: &mut Cx) -> PyResult<bool> {
        let (re, im) = as_complex(z, cx)?;
        Ok(re.is_finite() && im.is_finite())
    }

    /// Checks if the real or imaginary part of z is infinite.
    #[function("isinf(z, /)")]
    fn isinf(z: &Object, cx: &mut Cx) -> PyResult<bool> {
        let (re, im) = as_complex(z, cx)?;
        Ok(re.is_infinite() || im.is_infinite())
    }

    /// Checks if the real or imaginary part of z not a number (NaN).
    #[function("isnan(z, /)")]
    fn isnan(z: &Object, cx: &mut Cx) -> PyResult<bool> {
        let (re, im) = as_complex(z, cx)?;
        Ok(re.is_nan() || im.is_nan())
    }

    /// Determine whether two complex numbers are close in value.
    ///
    ///   rel_tol
    ///     maximum difference for being considered "close", relative to the
    ///     magnitude of the input values
    ///   abs_tol
    ///     maximum difference for being considered "close", regardless of the
    ///     magnitude of the input values
    ///
    /// Return True if a is close in value to b, and False otherwise.
    ///
    /// For the values to be considered close, the difference between them must
    /// be smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That is,
    /// NaN is not close to anything, even itself. inf and -inf are only close
    /// to themselves.
    #[function("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: &Object, b: &Object, rel_tol: f64, abs_tol: f64, cx: &mut Cx) -> PyResult<bool> {
        let (a, b) = (as_complex(a, cx)?, as_complex(b, cx)?);
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(cx.value_error(format_args!("tolerances must be non-negative")));
        }
        if a == b {
            return Ok(true);
        }
        if [a.0, a.1, b.0, b.1].iter().any(|x| x.is_infinite()) {
            return Ok(false);
        }
        let diff = (a.0 - b.0).hypot(a.1 - b.1);
        Ok(diff <= rel_tol * b.0.hypot(b.1) || diff <= rel_tol * a.0.hypot(a.1) || diff <= abs_tol)
    }
}
