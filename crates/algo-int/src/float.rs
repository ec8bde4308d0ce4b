//! Between integers and doubles, always correctly rounded (half to even), and the numeric hash.

use crate::mag;
use crate::repr::{BigInt, DIGIT_BITS, IntRef};
use std::cmp::Ordering;

/// The modulus of numeric hashes, a Mersenne prime (`sys.hash_info.modulus`).
pub const HASH_MODULUS: u64 = (1 << 61) - 1;

/// Why a number is no double.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatError {
    /// Too large; the caller knows which message (`int too large to convert to float`, `integer division result too large
    /// for a float`).
    Overflow,
    /// `division by zero`.
    ZeroDivision,
}

/// The upper 64 bits of a magnitude of more than 64 bits, the lowest one set if anything below them is.
fn top_64(digits: &[u32], bits: u64) -> u64 {
    let (top, sticky) = mag::shr(digits, bits - 64);
    top.iter().rev().fold(0u64, |acc, &d| acc << DIGIT_BITS | u64::from(d)) | u64::from(sticky)
}

/// `2**exp` for exponents of normal doubles.
fn power_of_two(exp: i64) -> f64 {
    f64::from_bits(((exp + 1023) as u64) << 52)
}

/// A finite double that is not zero as `m * 2**e` with `1 <= |m| < 2`.
fn decompose(x: f64) -> (f64, i64) {
    // Subnormal numbers become normal first.
    let (x, below) = if x.abs() < f64::MIN_POSITIVE { (x * power_of_two(54), 54) } else { (x, 0) };
    let bits = x.to_bits();
    let exp = (bits >> 52 & 0x7ff) as i64 - 1023;
    (f64::from_bits(bits & !(0x7ff << 52) | 1023 << 52), exp - below)
}

/// `x * 2**exp`, rounded once (C's `ldexp`); infinite beyond the largest double.
pub fn ldexp(x: f64, exp: i64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let (m, e) = decompose(x);
    match e.saturating_add(exp) {
        1024.. => f64::INFINITY.copysign(x),
        total @ -1022.. => m * power_of_two(total),
        // The last product is the only one that rounds.
        total @ -1080.. => m * power_of_two(total + 200) * power_of_two(-200),
        _ => 0.0f64.copysign(x),
    }
}

/// C's `frexp`: fraction in [0.5, 1) by magnitude, and exponent; zero, infinities and NaN as they are, with exponent 0.
pub fn frexp_f64(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (m, e) = decompose(x);
    (m * 0.5, e + 1)
}

/// The nearest double.
///
/// # Errors
/// [`FloatError::Overflow`] if that would be infinite.
pub fn to_f64(a: IntRef) -> Result<f64, FloatError> {
    let bits = a.bit_length();
    let x = match a.mag_u64() {
        Some(small) => small as f64,
        None if bits > 1024 => return Err(FloatError::Overflow),
        None => ldexp(top_64(a.digits, bits) as f64, bits as i64 - 64),
    };
    if x.is_infinite() {
        return Err(FloatError::Overflow);
    }
    Ok(if a.neg { -x } else { x })
}

/// The integer part of a finite double, towards zero; `None` for infinities and NaN.
pub fn from_f64(x: f64) -> Option<BigInt> {
    if !x.is_finite() {
        return None;
    }
    let x = x.trunc();
    if x.abs() < 9e15 {
        return Some(BigInt::from(x as i64));
    }
    let bits = x.to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let exp = (bits >> 52 & 0x7ff) - 1075;
    let digits = mag::shl(&mag::digits_of(mantissa.into()), exp);
    Some(BigInt { neg: x < 0.0, digits })
}

/// Fraction in [0.5, 1) (0 for zero) and exponent with `a ≈ fraction * 2**exponent`, the fraction correctly rounded
/// (`_PyLong_Frexp`; what `math.log` of huge numbers rests on).
pub fn frexp(a: IntRef) -> (f64, u64) {
    let bits = a.bit_length();
    if bits == 0 {
        return (0.0, 0);
    }
    let (x, mut exp) = match a.mag_u64() {
        Some(small) => (ldexp(small as f64, -(bits as i64)), bits),
        None => (ldexp(top_64(a.digits, bits) as f64, -64), bits),
    };
    let mut x = x;
    if x >= 1.0 {
        x *= 0.5;
        exp += 1;
    }
    (if a.neg { -x } else { x }, exp)
}

/// Correctly rounded quotient of two integers.
///
/// # Errors
/// See [`FloatError`].
pub fn true_div(a: IntRef, b: IntRef) -> Result<f64, FloatError> {
    if b.is_zero() {
        return Err(FloatError::ZeroDivision);
    }
    let neg = a.neg != b.neg;
    let sign = |x: f64| if neg { -x } else { x };
    if a.is_zero() {
        return Ok(sign(0.0));
    }
    let exact = 1 << 53;
    if let (Some(x), Some(y)) = (a.mag_u64(), b.mag_u64())
        && x <= exact
        && y <= exact
    {
        return Ok(sign(x as f64 / y as f64));
    }
    let diff = a.bit_length() as i64 - b.bit_length() as i64;
    if diff > 1024 {
        return Err(FloatError::Overflow);
    }
    if diff < -1075 {
        return Ok(sign(0.0));
    }
    // A quotient of 55 or 56 bits, fewer where the result is subnormal; its last bit also says whether there was a rest.
    let shift = diff.max(-1021) - 55;
    let (shifted, mut sticky) = if shift <= 0 {
        (mag::shl(a.digits, shift.unsigned_abs()), false)
    } else {
        mag::shr(a.digits, shift.unsigned_abs())
    };
    let (q, r) = mag::divrem(&shifted, b.digits).unwrap_or_default();
    sticky |= !r.is_empty();
    let mut q = q.iter().rev().fold(0u64, |acc, &d| acc << DIGIT_BITS | u64::from(d)) | u64::from(sticky);
    let bits = i64::from(64 - q.leading_zeros());
    let extra = (bits - 53).max(-1074 - shift);
    let (half, unit) = (1u64 << (extra - 1), 1u64 << extra);
    let rest = q & (unit - 1);
    q -= rest;
    if rest > half || rest == half && q & unit != 0 {
        q += unit;
    }
    let x = ldexp(q as f64, shift);
    if x.is_infinite() { Err(FloatError::Overflow) } else { Ok(sign(x)) }
}

/// Exact comparison of an integer with a double; `None` if that is NaN.
pub fn cmp_f64(a: IntRef, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    if let Some(small) = a.to_i64().filter(|v| v.unsigned_abs() <= 1 << 53) {
        return (small as f64).partial_cmp(&x);
    }
    let whole = from_f64(x)?;
    let order = a.cmp(&whole.view());
    // A fraction decides only if the whole parts are equal.
    Some(order.then_with(|| x.trunc().partial_cmp(&x).unwrap_or(Ordering::Equal)))
}

/// `hash(a)`: the value modulo 2**61 - 1 with the sign of `a`, and -2 in place of -1.
pub fn hash(a: IntRef) -> i64 {
    let h = match *a.digits {
        [] => 0,
        [d] => u64::from(d),
        _ => {
            let reduce = |h: u64| if h >= HASH_MODULUS { h - HASH_MODULUS } else { h };
            let pairs = a.digits.chunks_exact(2);
            let top = pairs.remainder().first().map_or(0, |&d| u64::from(d));
            pairs.rev().fold(top, |h, pair| {
                // A rotation by 60 within 61 bits multiplies by 2**60.
                let h = h << 60 & HASH_MODULUS | h >> 1;
                reduce(h + (u64::from(pair[0]) | u64::from(pair[1]) << 30))
            })
        }
    };
    let h = h as i64;
    match (a.neg, h) {
        (true, 1) => -2,
        (true, _) => -h,
        (false, _) => h,
    }
}
