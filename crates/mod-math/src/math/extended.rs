//! Functions of several numbers, logarithms, and the parts of a double.

use super::{domain, domain_error, range_error};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::float::{PyFloat, convert};
use taipan_object::{abstract_, call};

/// The logarithm `f` of any real number; ints of any size, with `f(m * 2**e) = f(m) + e * two`.
fn log_of(x: &Object, f: fn(f64) -> f64, two: f64, cx: &mut Cx) -> PyResult<f64> {
    const EXPECTED: &str = "expected a positive input";
    if let Some(i) = x.downcast::<PyInt>() {
        let i = i.as_ref_int();
        if i.neg || i.is_zero() {
            return Err(cx.value_error(format_args!("{EXPECTED}")));
        }
        return Ok(match taipan_algo_int::to_f64(i) {
            Ok(v) => f(v),
            Err(_) => {
                let (m, e) = taipan_algo_int::float::frexp(i);
                f(m) + two * e as f64
            }
        });
    }
    let v = number::as_f64(x, cx)?;
    if v.is_nan() || v > 0.0 { Ok(f(v)) } else { Err(domain(EXPECTED, v, cx)) }
}

/// The nearest double `steps` away from `x` towards `y`.
fn step(x: f64, y: f64, steps: u64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return x + y;
    }
    if x == y || steps == 0 {
        return if steps == 0 { x } else { y };
    }
    // Doubles in order as signed numbers: negative ones mirrored.
    let rank = |v: f64| {
        let b = v.to_bits() as i64;
        i128::from(if b < 0 { i64::MIN.wrapping_sub(b) } else { b })
    };
    let (a, b) = (rank(x), rank(y));
    let n = i128::from(steps);
    let r = if a < b { (a + n).min(b) } else { (a - n).max(b) };
    if r == b && r != 0 {
        return y;
    }
    let r = r as i64;
    if r == 0 {
        return 0.0f64.copysign(x);
    }
    f64::from_bits(if r < 0 { i64::MIN.wrapping_sub(r) as u64 } else { r as u64 })
}

/// `floor` and `ceil`: by the special method, else of the float.
fn rounded(x: &Object, method: &PyStr, f: fn(f64) -> f64, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(v) = x.exact::<PyFloat>() {
        return convert::to_int(f(v.value()), cx).map(Own::into_object);
    }
    if x.is_exact::<PyInt>() {
        return Ok(x.own());
    }
    if let Some(r) = call::call_special(x, method, &[], cx)? {
        return Ok(r);
    }
    let v = number::as_f64(x, cx)?;
    convert::to_int(f(v), cx).map(Own::into_object)
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Return the arc tangent (measured in radians) of y/x.
    ///
    /// Unlike atan(y/x), the signs of both x and y are considered.
    #[function("atan2(y, x, /)")]
    fn atan2(y: f64, x: f64) -> f64 {
        y.atan2(x)
    }

    #[function("copysign(x, y, /)", doc = "Return a float with the magnitude (absolute value) of x but the sign of y.\n\nOn platforms that support signed zeros, copysign(1.0, -0.0)\nreturns -1.0.\n")]
    fn copysign(x: f64, y: f64) -> f64 {
        x.copysign(y)
    }

    /// Return fmod(x, y), according to platform C.
    ///
    /// x % y may differ.
    #[function("fmod(x, y, /)")]
    fn fmod(x: f64, y: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x % y;
        if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain_error(cx)) } else { Ok(r) }
    }

    /// Return x**y (x to the power of y).
    #[function("pow(x, y, /)")]
    fn pow(x: f64, y: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.powf(y);
        if r.is_finite() || !x.is_finite() || !y.is_finite() {
            return Ok(r);
        }
        Err(if r.is_nan() || x == 0.0 { domain_error(cx) } else { range_error(cx) })
    }

    /// Difference between x and the closest integer multiple of y.
    ///
    /// Return x - n*y where n*y is the closest integer multiple of y.
    /// In the case where x is exactly halfway between two multiples of
    /// y, the nearest even value of n is used. The result is always exact.
    #[function("remainder(x, y, /)")]
    fn remainder(x: f64, y: f64, cx: &mut Cx) -> PyResult<f64> {
        if x.is_finite() && y.is_infinite() {
            return Ok(x);
        }
        let r = libm::remainder(x, y);
        if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain_error(cx)) } else { Ok(r) }
    }

    /// Fused multiply-add operation.
    ///
    /// Compute (x * y) + z with a single round.
    #[function("fma(x, y, z, /)")]
    fn fma(x: f64, y: f64, z: f64, cx: &mut Cx) -> PyResult<f64> {
        let r = x.mul_add(y, z);
        if r.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
            return Err(cx.value_error(format_args!("invalid operation in fma")));
        }
        if r.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
            return Err(cx.overflow_error(format_args!("overflow in fma")));
        }
        Ok(r)
    }

    #[function("log(*args)", nosig, doc = "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x.")]
    fn log(args: Args<'_>, cx: &mut Cx) -> PyResult<f64> {
        let (x, base) = match args.0 {
            &[x] => (x, None),
            &[x, b] => (x, Some(b)),
            [] => return Err(cx.type_error(format_args!("log expected at least 1 argument, got 0"))),
            a => return Err(cx.type_error(format_args!("log expected at most 2 arguments, got {}", a.len()))),
        };
        let num = log_of(x, f64::ln, std::f64::consts::LN_2, cx)?;
        let Some(base) = base else { return Ok(num) };
        let den = log_of(base, f64::ln, std::f64::consts::LN_2, cx)?;
        if den == 0.0 {
            return Err(cx.zero_division_error(format_args!("division by zero")));
        }
        Ok(num / den)
    }

    /// Return the base 2 logarithm of x.
    #[function("log2(x, /)")]
    fn log2(x: &Object, cx: &mut Cx) -> PyResult<f64> {
        log_of(x, f64::log2, 1.0, cx)
    }

    /// Return the base 10 logarithm of x.
    #[function("log10(x, /)")]
    fn log10(x: &Object, cx: &mut Cx) -> PyResult<f64> {
        log_of(x, f64::log10, std::f64::consts::LOG10_2, cx)
    }

    /// Return the mantissa and exponent of x, as pair (m, e).
    ///
    /// If x is a finite nonzero number, then m is a float with
    /// 0.5 <= abs(m) < 1.0 and an integer e is such that
    /// x == m * 2**e exactly.  Else, return (x, 0).
    #[function("frexp(x, /)")]
    fn frexp(x: f64, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (m, e) = taipan_algo_int::float::frexp_f64(x);
        let (m, e) = (PyFloat::new(m, cx)?, PyInt::new(e, cx)?);
        PyTuple::from_slice(&[&m, &e], cx)
    }

    /// Return x * (2**i).
    ///
    /// This is essentially the inverse of frexp().
    #[function("ldexp(x, i, /)")]
    fn ldexp(x: f64, i: &Object, cx: &mut Cx) -> PyResult<f64> {
        let Some(i) = i.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("Expected an int as second argument to ldexp.")));
        };
        if x == 0.0 || !x.is_finite() {
            return Ok(x);
        }
        // Far beyond all exponents, so that nothing overflows on the way.
        let e = i.to_i64().unwrap_or(if i.is_negative() { i64::MIN } else { i64::MAX }).clamp(-10_000, 10_000);
        let r = taipan_algo_int::float::ldexp(x, e);
        if r.is_infinite() { Err(range_error(cx)) } else { Ok(r) }
    }

    /// Return the fractional and integer parts of x.
    ///
    /// Both results carry the sign of x and are floats.
    #[function("modf(x, /)")]
    fn modf(x: f64, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (f, i) = if x.is_infinite() {
            (0.0f64.copysign(x), x)
        } else if x.is_nan() {
            (x, x)
        } else {
            ((x - x.trunc()).copysign(x), x.trunc())
        };
        let (f, i) = (PyFloat::new(f, cx)?, PyFloat::new(i, cx)?);
        PyTuple::from_slice(&[&f, &i], cx)
    }

    /// Return the ceiling of x as an Integral.
    ///
    /// This is the smallest integer >= x.
    #[function("ceil(x, /)")]
    fn ceil(x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        rounded(x, name!(cx, "__ceil__"), f64::ceil, cx)
    }

    /// Return the floor of x as an Integral.
    ///
    /// This is the largest integer <= x.
    #[function("floor(x, /)")]
    fn floor(x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        rounded(x, name!(cx, "__floor__"), f64::floor, cx)
    }

    /// Truncates the Real x to the nearest Integral toward 0.
    ///
    /// Uses the __trunc__ magic method.
    #[function("trunc(x, /)")]
    fn trunc(x: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(v) = x.exact::<PyFloat>() {
            return convert::trunc(v.value(), cx).map(Own::into_object);
        }
        match call::call_special(x, name!(cx, "__trunc__"), &[], cx)? {
            Some(r) => Ok(r),
            None => Err(cx.type_error(format_args!("type {} doesn't define __trunc__ method", x.ty().name()))),
        }
    }

    /// Determine whether two floating-point numbers are close in value.
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
    /// For the values to be considered close, the difference between them
    /// must be smaller than at least one of the tolerances.
    ///
    /// -inf, inf and NaN behave similarly to the IEEE 754 Standard.  That
    /// is, NaN is not close to anything, even itself.  inf and -inf are
    /// only close to themselves.
    #[function("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)")]
    fn isclose(a: f64, b: f64, rel_tol: f64, abs_tol: f64, cx: &mut Cx) -> PyResult<bool> {
        if rel_tol < 0.0 || abs_tol < 0.0 {
            return Err(cx.value_error(format_args!("tolerances must be non-negative")));
        }
        if a == b {
            return Ok(true);
        }
        if a.is_infinite() || b.is_infinite() {
            return Ok(false);
        }
        let diff = (b - a).abs();
        Ok(diff <= (rel_tol * b).abs() || diff <= (rel_tol * a).abs() || diff <= abs_tol)
    }

    /// Return the floating-point value the given number of steps after x towards y.
    ///
    /// If steps is not specified or is None, it defaults to 1.
    ///
    /// Raises a TypeError, if x or y is not a double, or if steps is not
    /// an integer.  Raises ValueError if steps is negative.
    #[function("nextafter(x, y, /, *, steps=None)")]
    fn nextafter(x: f64, y: f64, steps: &Object, cx: &mut Cx) -> PyResult<f64> {
        if steps.is_none() {
            return Ok(step(x, y, 1));
        }
        let n = number::index(steps, cx)?;
        if n.is_negative() {
            return Err(cx.value_error(format_args!("steps must be a non-negative integer")));
        }
        Ok(step(x, y, n.as_ref_int().to_u64().unwrap_or(u64::MAX)))
    }

    /// Return the value of the least significant bit of the float x.
    #[function("ulp(x, /)")]
    fn ulp(x: f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        let x = x.abs();
        if x.is_infinite() {
            return x;
        }
        let next = x.next_up();
        if next.is_infinite() { x - x.next_down() } else { next - x }
    }

    /// Calculate the product of all the elements in the input iterable.
    ///
    /// The default start value for the product is 1.
    ///
    /// When the iterable is empty, return the start value.  This function is
    /// intended specifically for use with numeric values and may reject
    /// non-numeric types.
    #[function("prod(iterable, /, *, start=1)")]
    fn prod(iterable: &Object, start: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut total = match start {
            Some(s) => s.own(),
            None => PyInt::new(1, cx)?.into_object(),
        };
        abstract_::iter::for_each(iterable, cx, |x, cx| {
            total = number::binary(&number::MUL, &total, &x, cx)?;
            Ok(true)
        })?;
        Ok(total)
    }
}
