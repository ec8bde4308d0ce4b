//! Products for `math`: factorials, permutations, combinations.

use crate::arith;
use crate::mag;
use crate::repr::{BigInt, IntRef};

/// `n!`. The caller bounds `n`.
pub fn factorial(n: u64) -> BigInt {
    // The odd part of n! is the product over i of the odd numbers up to n / 2**i; each factor set extends the next smaller.
    let (mut inner, mut outer) = (IntRef::ONE.to_owned(), IntRef::ONE.to_owned());
    let mut upper = 2;
    for i in (0..64 - n.leading_zeros()).rev() {
        let limit = n >> i;
        if limit <= 2 {
            continue;
        }
        let (lower, top) = (upper | 1, (limit + 1) | 1);
        upper = top;
        inner = arith::mul(inner.view(), odd_product(lower, top).view());
        outer = arith::mul(outer.view(), inner.view());
    }
    BigInt { neg: false, digits: mag::shl(&outer.digits, n - u64::from(n.count_ones())) }
}

/// Product of the odd numbers from `lower` (odd) up to, not including, `upper` (odd).
fn odd_product(lower: u64, upper: u64) -> BigInt {
    product((upper.saturating_sub(lower)) / 2, &|i| lower + 2 * i)
}

/// Product of `factor(0)`, …, `factor(count - 1)`, balanced.
fn product(count: u64, factor: &impl Fn(u64) -> u64) -> BigInt {
    fn part(from: u64, to: u64, factor: &impl Fn(u64) -> u64) -> BigInt {
        if to - from <= 24 {
            let mut out = IntRef::ONE.to_owned();
            let mut acc = 1u128;
            for i in from..to {
                let f = u128::from(factor(i));
                acc = match acc.checked_mul(f) {
                    Some(next) => next,
                    None => {
                        out = arith::mul(out.view(), BigInt::from(acc).view());
                        f
                    }
                };
            }
            return arith::mul(out.view(), BigInt::from(acc).view());
        }
        let middle = from + (to - from) / 2;
        arith::mul(part(from, middle, factor).view(), part(middle, to, factor).view())
    }
    part(0, count, factor)
}

/// `n * (n - 1) * … * (n - k + 1)`; 0 if `k > n >= 0`. `n` is not negative; the caller bounds `k`.
pub fn perm(n: IntRef, k: u64) -> BigInt {
    if let Some(n) = n.to_u64() {
        if k > n {
            return BigInt::zero();
        }
        return product(k, &|i| n - i);
    }
    match k {
        0 => IntRef::ONE.to_owned(),
        1 => n.to_owned(),
        _ => {
            let half = k / 2;
            let rest = arith::sub(n, BigInt::from(half).view());
            arith::mul(perm(n, half).view(), perm(rest.view(), k - half).view())
        }
    }
}

/// Binomial coefficient `n` over `k`; 0 if `k > n >= 0`. `n` is not negative; the caller bounds `k` and passes the smaller of
/// `k` and `n - k`.
pub fn comb(n: IntRef, k: u64) -> BigInt {
    if let Some(small) = n.to_u64() {
        if k > small {
            return BigInt::zero();
        }
        if let Some(value) = comb_u64(small, k.min(small - k)) {
            return BigInt::from(value);
        }
    }
    let (q, _) = arith::divrem_trunc(perm(n, k).view(), factorial(k).view()).unwrap_or_default();
    q
}

/// All binomials of `n` up to here fit 64 bits.
const SMALL_MAX: usize = 67;

/// Odd part of `n!` modulo 2**64, its inverse there, and the number of twos that the odd part leaves out.
const ODD_FACTORIALS: [(u64, u64, u32); SMALL_MAX + 1] = {
    let mut table = [(1, 1, 0); SMALL_MAX + 1];
    let mut n = 1;
    while n <= SMALL_MAX {
        let (odd, _, twos) = table[n - 1];
        let zeros = n.trailing_zeros();
        let odd = (n as u64 >> zeros).wrapping_mul(odd);
        // Newton: an odd number is its own inverse modulo 8, and each turn doubles the correct bits.
        let mut inverse: u64 = odd;
        let mut turn = 0;
        while turn < 5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
            turn += 1;
        }
        table[n] = (odd, inverse, twos + zeros);
        n += 1;
    }
    table
};

/// Binomials that fit: by table, or as long as every intermediate product fits.
fn comb_u64(n: u64, k: u64) -> Option<u64> {
    if n <= SMALL_MAX as u64 {
        let (n, k) = (n as usize, k as usize);
        let ((a, _, twos_a), (_, b, twos_b), (_, c, twos_c)) =
            (ODD_FACTORIALS[n], ODD_FACTORIALS[k], ODD_FACTORIALS[n - k]);
        return Some(a.wrapping_mul(b).wrapping_mul(c) << (twos_a - twos_b - twos_c));
    }
    let mut acc = 1u64;
    for i in 0..k {
        acc = acc.checked_mul(n - i)? / (i + 1);
    }
    Some(acc)
}
