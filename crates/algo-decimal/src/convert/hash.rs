//! Python's hash of numbers: the value modulo the Mersenne prime 2**61 - 1.

use crate::limb::BASE;
use crate::num::{Dec, Kind};

/// The prime.
const P: u64 = (1 << 61) - 1;
/// The hash of infinity.
const INFINITY: i64 = 314_159;
/// The inverse of ten modulo the prime.
const INVERSE_OF_TEN: u64 = power(10, P - 2);

const fn times(a: u64, b: u64) -> u64 {
    (a as u128 * b as u128 % P as u128) as u64
}

const fn power(mut base: u64, mut exp: u64) -> u64 {
    let mut acc = 1;
    while exp > 0 {
        if exp & 1 == 1 {
            acc = times(acc, base);
        }
        base = times(base, base);
        exp >>= 1;
    }
    acc
}

/// The hash of a number that is not a NaN (those hash by identity or not at all).
pub fn hash(a: &Dec) -> i64 {
    if a.kind == Kind::Infinite {
        return if a.neg { -INFINITY } else { INFINITY };
    }
    let coeff = a.limbs().iter().rev().fold(0, |h, &x| {
        let t = u128::from(h) * u128::from(BASE % P) + u128::from(x % P);
        (t % u128::from(P)) as u64
    });
    // The exponent counts modulo the order of the group.
    let scale = if a.exp >= 0 { power(10, a.exp as u64 % (P - 1)) } else { power(INVERSE_OF_TEN, a.exp.unsigned_abs() % (P - 1)) };
    let h = times(coeff, scale) as i64;
    match if a.neg { -h } else { h } {
        -1 => -2,
        h => h,
    }
}
