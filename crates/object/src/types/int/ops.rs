//! Arithmetic on int objects for Rust callers (the interpreter, slots, modules): machine integers while they suffice, big ones otherwise.
//!
//! Every function takes ints of any subtype and gives an exact `int`. Zero divisors and negative shifts raise as Python's operators do.

use super::PyInt;
use crate::prelude::*;
use std::cmp::Ordering;
use taipan_algo_int::{self as algo, BigInt, IntRef};

/// Both values when both fit a machine integer.
#[inline(always)]
fn words(a: &PyInt, b: &PyInt) -> Option<(i64, i64)> {
    match (a.compact(), b.compact()) {
        (Some(x), Some(y)) => Some((x, y)),
        _ => Some((a.to_i64()?, b.to_i64()?)),
    }
}

/// The magnitude of an int of at most four digits.
#[inline(always)]
fn magnitude(v: &PyInt) -> u128 {
    let d = v.as_ref_int().digits;
    let at = |i: usize| d.get(i).map_or(0, |&x| u64::from(x));
    u128::from(at(0) | at(1) << 30) | u128::from(at(2) | at(3) << 30) << 60
}

/// Both values when both have at most four digits: numbers of one or two machine words need no vectors.
#[inline(always)]
fn wide(a: &PyInt, b: &PyInt) -> Option<(i128, i128)> {
    if a.digit_count() > 4 || b.digit_count() > 4 {
        return None;
    }
    let of = |v: &PyInt| {
        let m = magnitude(v) as i128;
        if v.is_negative() { -m } else { m }
    };
    Some((of(a), of(b)))
}

/// An int object of a double word.
#[inline]
fn from_wide(v: i128, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Ok(n) = i64::try_from(v) {
        return PyInt::new(n, cx);
    }
    PyInt::from_magnitude(v.unsigned_abs(), v < 0, cx)
}

/// The sum of two ints of one sign with two to four digits, by words of two digits.
#[inline(always)]
fn add_short(a: &PyInt, b: &PyInt, cx: &mut Cx) -> Option<PyResult<Own<PyInt>>> {
    const LOW: u64 = (1 << 60) - 1;
    let ((x, xs), (y, ys)) = ((a.two_words()?, a.is_negative()), (b.two_words()?, b.is_negative()));
    if xs != ys {
        return None;
    }
    let low = x[0] + y[0];
    let high = x[1] + y[1] + (low >> 60);
    (high != 0).then(|| PyInt::from_two_words([low & LOW, high], xs, cx))
}

#[inline(always)]
fn none_short(_: &PyInt, _: &PyInt, _: &mut Cx) -> Option<PyResult<Own<PyInt>>> {
    None
}

macro_rules! checked {
    ($($(#[$doc:meta])* $f:ident $checked:ident $big:ident $short:expr;)*) => { $(
        $(#[$doc])*
        #[inline]
        pub fn $f(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
            if let Some(r) = $short(a, b, cx) {
                return r;
            }
            if let Some(v) = words(a, b).and_then(|(x, y)| x.$checked(y)) {
                return PyInt::new(v, cx);
            }
            if let Some(v) = wide(a, b).and_then(|(x, y)| x.$checked(y)) {
                return from_wide(v, cx);
            }
            $big(a.as_ref_int(), b.as_ref_int(), cx)
        }
    )* };
}
checked! {
    /// `a + b`.
    add checked_add sum add_short;
    /// `a - b`.
    sub checked_sub difference none_short;
    /// `a * b`.
    mul checked_mul product none_short;
}

#[inline(never)]
fn sum(a: IntRef, b: IntRef, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    PyInt::build(algo::arith::sum_room(a, b), cx, |out| algo::arith::sum_into(out, a, b))
}

#[inline(always)]
fn difference(a: IntRef, b: IntRef, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    sum(a, b.negated(), cx)
}

#[inline(never)]
fn product(a: IntRef, b: IntRef, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    PyInt::build(algo::arith::product_room(a, b), cx, |out| algo::arith::product_into(out, a, b))
}

macro_rules! bitwise {
    ($($(#[$doc:meta])* $f:ident $op:tt;)*) => { $(
        $(#[$doc])*
        #[inline]
        pub fn $f(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
            match words(a, b) {
                Some((x, y)) => PyInt::new(x $op y, cx),
                None => PyInt::from_big(&algo::$f(a.as_ref_int(), b.as_ref_int()), cx),
            }
        }
    )* };
}
bitwise! {
    /// `a & b`.
    and &;
    /// `a | b`.
    or |;
    /// `a ^ b`.
    xor ^;
}

/// "division by zero".
#[cold]
pub fn zero_division(cx: &mut Cx) -> Raised {
    cx.zero_division_error(format_args!("division by zero"))
}

/// Floored quotient and remainder of machine integers; `b` is not zero and the quotient fits.
#[inline(always)]
fn divmod_words(a: i64, b: i64) -> Option<(i64, i64)> {
    let (q, r) = (a.checked_div(b)?, a.checked_rem(b)?);
    Some(if r != 0 && (r < 0) != (b < 0) { (q - 1, r + b) } else { (q, r) })
}

/// As [`divmod_words`] for double words, which four digits never fill.
fn divmod_wide(a: i128, b: i128) -> Option<(i128, i128)> {
    // One word by one word divides far faster.
    let (q, r) = match (u64::try_from(a), u64::try_from(b)) {
        (Ok(x), Ok(y)) => (i128::from(x.checked_div(y)?), i128::from(x.checked_rem(y)?)),
        _ => (a.checked_div(b)?, a.checked_rem(b)?),
    };
    Some(if r != 0 && (r < 0) != (b < 0) { (q - 1, r + b) } else { (q, r) })
}

/// `a // b`; raises `ZeroDivisionError`.
pub fn floor_div(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some((q, _)) = words(a, b).and_then(|(x, y)| divmod_words(x, y)) {
        return PyInt::new(q, cx);
    }
    if let Some((q, _)) = wide(a, b).and_then(|(x, y)| divmod_wide(x, y)) {
        return from_wide(q, cx);
    }
    match algo::floor_div(a.as_ref_int(), b.as_ref_int()) {
        Some(q) => PyInt::from_big(&q, cx),
        None => Err(zero_division(cx)),
    }
}

/// `a % b`; raises `ZeroDivisionError`.
pub fn modulo(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some((_, r)) = words(a, b).and_then(|(x, y)| divmod_words(x, y)) {
        return PyInt::new(r, cx);
    }
    if let Some((_, r)) = wide(a, b).and_then(|(x, y)| divmod_wide(x, y)) {
        return from_wide(r, cx);
    }
    match algo::modulo(a.as_ref_int(), b.as_ref_int()) {
        Some(r) => PyInt::from_big(&r, cx),
        None => Err(zero_division(cx)),
    }
}

/// `divmod(a, b)`; raises `ZeroDivisionError`.
pub fn divmod(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<(Own<PyInt>, Own<PyInt>)> {
    if let Some((q, r)) = words(a, b).and_then(|(x, y)| divmod_words(x, y)) {
        return Ok((PyInt::new(q, cx)?, PyInt::new(r, cx)?));
    }
    match algo::divmod_floor(a.as_ref_int(), b.as_ref_int()) {
        Some((q, r)) => Ok((PyInt::from_big(&q, cx)?, PyInt::from_big(&r, cx)?)),
        None => Err(zero_division(cx)),
    }
}

/// `a / b`, correctly rounded; raises `ZeroDivisionError` and `OverflowError`.
pub fn true_div(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<f64> {
    // Integers of 53 bits are exact doubles, so one division rounds once.
    const EXACT: u64 = 1 << 53;
    if let Some((x, y)) = words(a, b) {
        if y != 0 && x.unsigned_abs() <= EXACT && y.unsigned_abs() <= EXACT {
            return Ok(x as f64 / y as f64);
        }
    }
    algo::true_div(a.as_ref_int(), b.as_ref_int()).map_err(|e| match e {
        algo::FloatError::ZeroDivision => zero_division(cx),
        algo::FloatError::Overflow => cx.overflow_error(format_args!("integer division result too large for a float")),
    })
}

/// `a << b`; raises `ValueError` for a negative count and `OverflowError` or `MemoryError` for results beyond all memory.
pub fn shl(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if b.is_negative() {
        return Err(cx.value_error(format_args!("negative shift count")));
    }
    if a.is_zero() {
        return PyInt::new(0, cx);
    }
    if let Some((x, n)) = words(a, b) {
        if n < 63 && (x << n) >> n == x {
            return PyInt::new(x << n, cx);
        }
    }
    match b.to_i64() {
        Some(n) => match algo::shl(a.as_ref_int(), n as u64) {
            Ok(v) => PyInt::from_big(&v, cx),
            Err(_) => Err(cx.memory_error()),
        },
        None => Err(cx.overflow_error(format_args!("too many digits in integer"))),
    }
}

/// `a >> b`; raises `ValueError` for a negative count.
pub fn shr(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if b.is_negative() {
        return Err(cx.value_error(format_args!("negative shift count")));
    }
    if let Some((x, n)) = words(a, b) {
        return PyInt::new(x >> n.min(63), cx);
    }
    match b.to_i64() {
        Some(n) => PyInt::from_big(&algo::shr(a.as_ref_int(), n as u64), cx),
        None => PyInt::new(if a.is_negative() { -1 } else { 0 }, cx),
    }
}

/// `a ** b` for `b >= 0`. Raises `MemoryError` for results beyond all memory.
pub fn pow(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some((x, n)) = words(a, b) {
        if let Some(v) = u32::try_from(n).ok().and_then(|n| x.checked_pow(n)) {
            return PyInt::new(v, cx);
        }
    }
    match algo::pow(a.as_ref_int(), b.as_ref_int()) {
        Ok(v) => PyInt::from_big(&v, cx),
        Err(_) => Err(cx.memory_error()),
    }
}

/// `pow(a, b, m)`; raises `ValueError` for a zero modulus and for a base without inverse.
pub fn pow_mod(a: &PyInt, b: &PyInt, m: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match algo::modpow(a.as_ref_int(), b.as_ref_int(), m.as_ref_int()) {
        Ok(v) => PyInt::from_big(&v, cx),
        Err(algo::ModPowError::ZeroModulus) => Err(cx.value_error(format_args!("pow() 3rd argument cannot be 0"))),
        Err(algo::ModPowError::NotInvertible) => Err(cx.value_error(format_args!("base is not invertible for the given modulus"))),
    }
}

/// `-a`.
#[inline]
pub fn neg(a: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match a.compact() {
        Some(v) => PyInt::new(-v, cx),
        None => PyInt::from_digits(!a.is_negative(), a.as_ref_int().digits, cx),
    }
}

/// `abs(a)`.
#[inline]
pub fn abs(a: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if a.is_negative() { neg(a, cx) } else { exact(a, cx) }
}

/// `~a`.
#[inline]
pub fn invert(a: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match a.compact() {
        Some(v) => PyInt::new(!v, cx),
        None => PyInt::from_big(&algo::bits::invert(a.as_ref_int()), cx),
    }
}

/// The value as an exact int: `a` itself, or a copy when it is of a subtype (`_PyLong_Copy`).
#[inline]
pub fn exact(a: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if a.as_object().is_exact::<PyInt>() {
        return Ok(AsObject::new_ref(a));
    }
    match a.compact() {
        Some(v) => PyInt::new(v, cx),
        None => {
            let v = a.as_ref_int();
            PyInt::from_digits(v.neg, v.digits, cx)
        }
    }
}

/// Order of two ints.
#[inline]
pub fn cmp(a: &PyInt, b: &PyInt) -> Ordering {
    match (a.compact(), b.compact()) {
        (Some(x), Some(y)) => x.cmp(&y),
        _ => a.as_ref_int().cmp(&b.as_ref_int()),
    }
}

/// `round(a, -n)` for `n > 0`: to a multiple of `10**n`, half to even. `None` if `10**n` is beyond all memory, which cannot happen for the
/// `n` that callers let through.
pub fn round_to_power(a: IntRef<'_>, n: u64) -> Option<BigInt> {
    // 10**n has more than 3.3 n bits: beyond twice the number everything rounds to zero.
    if n.saturating_mul(3) > a.bit_length() + 1 {
        return Some(BigInt::zero());
    }
    let unit = algo::pow(BigInt::from_sign_u64(false, 10).view(), BigInt::from_sign_u64(false, n).view()).ok()?;
    let (q, r) = algo::divmod_floor(a, unit.view())?;
    let twice = algo::add(r.view(), r.view());
    let up = match twice.view().cmp(&unit.view()) {
        Ordering::Less => false,
        Ordering::Greater => true,
        Ordering::Equal => q.view().is_odd(),
    };
    let low = algo::sub(a, r.view());
    Some(if up { algo::add(low.view(), unit.view()) } else { low })
}
