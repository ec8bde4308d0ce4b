//! Functions on integers: divisors, roots, combinatorics.

use taipan_algo_int::{self as algo, arith::bearable, combinat};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

/// Fold integers with a function that works on machine words and one that works on all.
fn fold(args: Args<'_>, start: i64, f: impl Fn(&PyInt, &PyInt, &mut Cx) -> PyResult<Own<PyInt>>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let mut acc = PyInt::new(start, cx)?;
    for a in args.0 {
        let x = number::index(a, cx)?;
        acc = f(&acc, &x, cx)?;
    }
    Ok(acc)
}

fn gcd_of(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let (Some(x), Some(y)) = (a.to_i64(), b.to_i64()) {
        return PyInt::from_u64(algo::gcd::gcd_u64(x.unsigned_abs(), y.unsigned_abs()), cx);
    }
    PyInt::from_big(&algo::gcd::gcd(a.as_ref_int(), b.as_ref_int()), cx)
}

/// `n!`; raises `OverflowError` and `ValueError`.
fn factorial_of(n: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let n = number::index(n, cx)?;
    if n.is_negative() {
        return Err(cx.value_error(format_args!("factorial() not defined for negative values")));
    }
    let Some(n) = n.to_i64() else {
        return Err(cx.overflow_error(format_args!("factorial() argument should not exceed {}", i64::MAX)));
    };
    let n = n as u64;
    let bits = n.saturating_mul(u64::from(64 - n.leading_zeros()));
    if bearable(bits).is_err() {
        return Err(cx.memory_error());
    }
    PyInt::from_big(&combinat::factorial(n), cx)
}

/// `n` and `k` of `comb` and `perm`, not negative.
fn counts(n: &Object, k: &Object, cx: &mut Cx) -> PyResult<(Own<PyInt>, Own<PyInt>)> {
    let n = number::index(n, cx)?;
    let k = number::index(k, cx)?;
    if n.is_negative() {
        return Err(cx.value_error(format_args!("n must be a non-negative integer")));
    }
    if k.is_negative() {
        return Err(cx.value_error(format_args!("k must be a non-negative integer")));
    }
    Ok((n, k))
}

/// Whether a product of `k` factors up to `n` fits the memory.
fn check_size(n: &PyInt, k: u64, cx: &mut Cx) -> PyResult<()> {
    let bits = k.saturating_mul(n.as_ref_int().bit_length());
    bearable(bits).map_err(|_| cx.memory_error())
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Greatest Common Divisor.
    #[function("gcd(*integers)")]
    fn gcd(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        fold(args, 0, gcd_of, cx)
    }

    /// Least Common Multiple.
    #[function("lcm(*integers)")]
    fn lcm(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        fold(args, 1, |a, b, cx| PyInt::from_big(&algo::gcd::lcm(a.as_ref_int(), b.as_ref_int()), cx), cx)
    }

    /// Find n!.
    #[function("factorial(n, /)")]
    fn factorial(n: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        factorial_of(n, cx)
    }

    /// Return the integer part of the square root of the input.
    #[function("isqrt(n, /)")]
    fn isqrt(n: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let n = number::index(n, cx)?;
        match algo::isqrt(n.as_ref_int()) {
            Some(r) => PyInt::from_big(&r, cx),
            None => Err(cx.value_error(format_args!("isqrt() argument must be nonnegative"))),
        }
    }

    /// Number of ways to choose k items from n items without repetition and with order.
    ///
    /// Evaluates to n! / (n - k)! when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// If k is not specified or is None, then k defaults to n
    /// and the function returns n!.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[function("perm(n, k=None, /)")]
    fn perm(n: &Object, k: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        if k.is_none() {
            return factorial_of(n, cx);
        }
        let (n, k) = counts(n, k, cx)?;
        if n.as_ref_int() < k.as_ref_int() {
            return PyInt::new(0, cx);
        }
        let Some(k) = k.to_i64() else {
            return Err(cx.overflow_error(format_args!("k must not exceed {}", i64::MAX)));
        };
        check_size(&n, k as u64, cx)?;
        PyInt::from_big(&combinat::perm(n.as_ref_int(), k as u64), cx)
    }

    /// Number of ways to choose k items from n items without repetition and without order.
    ///
    /// Evaluates to n! / (k! * (n - k)!) when k <= n and evaluates
    /// to zero when k > n.
    ///
    /// Also called the binomial coefficient because it is equivalent
    /// to the coefficient of k-th term in polynomial expansion of the
    /// expression (1 + x)**n.
    ///
    /// Raises TypeError if either of the arguments are not integers.
    /// Raises ValueError if either of the arguments are negative.
    #[function("comb(n, k, /)")]
    fn comb(n: &Object, k: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let (n, k) = counts(n, k, cx)?;
        if n.as_ref_int() < k.as_ref_int() {
            return PyInt::new(0, cx);
        }
        let rest = algo::sub(n.as_ref_int(), k.as_ref_int());
        let smaller = if rest.view() < k.as_ref_int() { rest.view().to_i64() } else { k.to_i64() };
        let Some(k) = smaller else {
            return Err(cx.overflow_error(format_args!("min(n - k, k) must not exceed {}", i64::MAX)));
        };
        check_size(&n, k as u64, cx)?;
        PyInt::from_big(&combinat::comb(n.as_ref_int(), k as u64), cx)
    }
}
