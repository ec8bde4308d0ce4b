//! The exact decimal of a binary float, and the exact fraction of a decimal.

use super::int::{from_int, to_int};
use crate::limb::mul::{mul, pow_word};
use crate::limb::{self, Limbs};
use crate::num::{Coeff, Dec};
use crate::round::affordable;
use taipan_algo_int::{BigInt, IntRef};

/// The exact value of a float; NaNs and infinities as such.
pub fn from_f64(x: f64) -> Dec {
    let neg = x.is_sign_negative();
    if x.is_nan() {
        return Dec { neg, ..Dec::nan() };
    }
    if x.is_infinite() {
        return Dec::infinity(neg);
    }
    let bits = x.abs().to_bits();
    let (raw, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
    let (mut mantissa, mut exp) = if raw == 0 { (fraction, -1074) } else { (fraction | 1 << 52, raw - 1075) };
    if mantissa == 0 {
        return Dec::zero(neg, 0);
    }
    let zeros = i64::from(mantissa.trailing_zeros());
    mantissa >>= zeros;
    exp += zeros;
    let m = Limbs::from_word(mantissa);
    if exp >= 0 {
        return Dec::finite(neg, mul(m.as_slice(), pow_word(2, exp as u64).as_slice()), 0);
    }
    // m / 2**n = m * 5**n / 10**n
    Dec::finite(neg, mul(m.as_slice(), pow_word(5, exp.unsigned_abs()).as_slice()), exp)
}

/// The exact decimal of an int.
pub fn from_integer(a: IntRef<'_>) -> Dec {
    Dec { neg: a.neg, kind: crate::num::Kind::Finite, exp: 0, coeff: Coeff::from_limbs(from_int(a)) }
}

/// A finite integer's value. `None`: no memory.
pub fn integer_value(a: &Dec) -> Option<BigInt> {
    if a.no_coeff() {
        return Some(BigInt::zero());
    }
    if a.exp == 0 {
        return Some(to_int(a.neg, a.limbs()));
    }
    if a.exp > 0 {
        if !affordable(a.exp.saturating_add(a.digits())) {
            return None;
        }
        return Some(to_int(a.neg, limb::shl(a.limbs(), a.exp as usize).as_slice()));
    }
    let mut l = Limbs::from_slice(a.limbs());
    limb::shr(&mut l, usize::try_from(a.exp.unsigned_abs()).ok()?);
    Some(to_int(a.neg, l.as_slice()))
}

/// Numerator and denominator of a finite number, in lowest terms. `None`: no memory.
pub fn as_ratio(a: &Dec) -> Option<(BigInt, BigInt)> {
    let one = || BigInt::from(1u64);
    if a.no_coeff() {
        return Some((BigInt::zero(), one()));
    }
    let mut l = Limbs::from_slice(a.limbs());
    let zeros = (limb::trailing_zeros(l.as_slice()) as i64).min((-a.exp).max(0));
    limb::shr(&mut l, zeros as usize);
    let exp = a.exp + zeros;
    if exp >= 0 {
        return integer_value(&Dec::finite(a.neg, l, exp)).map(|n| (n, one()));
    }
    if !affordable(exp.saturating_neg()) {
        return None;
    }
    let den = to_int(false, limb::shl(&[1], exp.unsigned_abs() as usize).as_slice());
    let num = to_int(a.neg, l.as_slice());
    let g = taipan_algo_int::gcd::gcd(num.view().abs(), den.view());
    let by = |x: &BigInt| taipan_algo_int::divrem_trunc(x.view(), g.view()).map(|(q, _)| q);
    Some((by(&num)?, by(&den)?))
}

