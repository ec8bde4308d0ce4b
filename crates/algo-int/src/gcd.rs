//! Greatest common divisors (Lehmer's algorithm) and modular inverses.

use crate::arith;
use crate::limb::{self, LIMB_BITS, LIMB_MASK, div};
use crate::repr::{BigInt, IntRef};

/// The greatest common divisor, never negative; `gcd(0, 0)` is 0.
pub fn gcd(a: IntRef, b: IntRef) -> BigInt {
    if let (Some(x), Some(y)) = (a.mag_u64(), b.mag_u64()) {
        return BigInt::from(gcd_u64(x, y));
    }
    if a.is_zero() || b.is_zero() {
        return if a.is_zero() { b.abs().to_owned() } else { a.abs().to_owned() };
    }
    let (mut x, mut y) = (limb::pack(a.digits), limb::pack(b.digits));
    if limb::cmp(&x, &y).is_lt() {
        std::mem::swap(&mut x, &mut y);
    }
    while y.len() > 1 {
        // A number much longer than the other needs a division, and so do steps whose leading limbs decide nothing.
        if x.len() > y.len() + 1 || !lehmer_step(&mut x, &mut y) {
            let (_, mut r) = div::divrem(&x, &y);
            limb::trim_vec(&mut r);
            x = std::mem::replace(&mut y, r);
        }
    }
    let Some(&small) = y.first() else { return BigInt { neg: false, digits: limb::unpack(&x) } };
    BigInt::from(gcd_u64(small, div::Reciprocal::new(small).rem(&x)))
}

/// Binary algorithm.
pub fn gcd_u64(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << twos
}

/// The 62 bits of `x` below bit `top`.
fn leading(x: &[u64], top: u64) -> u64 {
    let low = top.saturating_sub(62);
    let (whole, part) = ((low / u64::from(LIMB_BITS)) as usize, low % u64::from(LIMB_BITS));
    let at = |i: usize| u128::from(x.get(i).copied().unwrap_or(0));
    let t = at(whole) | at(whole + 1) << LIMB_BITS | (at(whole + 2) & 0xff) << (2 * LIMB_BITS);
    (t >> part) as u64 & ((1 << 62) - 1)
}

/// Replace `x >= y` by a pair further down their sequence of remainders, as far as their leading bits decide it; false if
/// they decide nothing. The conditions are Jebelean's ("A double-digit Lehmer-Euclid algorithm", 1995).
fn lehmer_step(x: &mut Vec<u64>, y: &mut Vec<u64>) -> bool {
    let top = limb::bit_length(x);
    let (mut p, mut q) = (leading(x, top), leading(y, top));
    // p belongs to ±(u0 x - v0 y), q to ∓(u1 x - v1 y).
    let (mut u0, mut v0, mut u1, mut v1) = (1u64, 0u64, 0u64, 1u64);
    let mut even = true;
    while q != 0 {
        let quotient = p / q;
        let r = p - quotient * q;
        // Cofactors stay below 2**32 as long as the conditions hold, so the products cannot overflow before they fail.
        let (Some(u2), Some(v2)) = (next(u0, u1, quotient), next(v0, v1, quotient)) else { break };
        let exact = if even { r >= v2 && q - r >= u1 + u2 } else { r >= u2 && q - r >= v1 + v2 };
        if !exact {
            break;
        }
        (p, q) = (q, r);
        (u0, u1, v0, v1) = (u1, u2, v1, v2);
        even = !even;
    }
    if v0 == 0 {
        return false;
    }
    let sign = |u: u64, v: u64, plus: bool| if plus { (i128::from(u), -i128::from(v)) } else { (-i128::from(u), i128::from(v)) };
    let ((a, b), (c, d)) = (sign(u0, v0, even), sign(u1, v1, !even));
    y.resize(x.len(), 0);
    let (mut carry_x, mut carry_y) = (0i128, 0i128);
    for (s, t) in x.iter_mut().zip(y.iter_mut()) {
        let (xi, yi) = (i128::from(*s), i128::from(*t));
        carry_x += a * xi + b * yi;
        carry_y += c * xi + d * yi;
        *s = carry_x as u64 & LIMB_MASK;
        *t = carry_y as u64 & LIMB_MASK;
        carry_x >>= LIMB_BITS;
        carry_y >>= LIMB_BITS;
    }
    limb::trim_vec(x);
    limb::trim_vec(y);
    true
}

fn next(a: u64, b: u64, quotient: u64) -> Option<u64> {
    b.checked_mul(quotient)?.checked_add(a).filter(|&t| t < 1 << 62)
}

/// The least common multiple, never negative.
pub fn lcm(a: IntRef, b: IntRef) -> BigInt {
    if a.is_zero() || b.is_zero() {
        return BigInt::zero();
    }
    let g = gcd(a, b);
    let (q, _) = arith::divrem_trunc(a.abs(), g.view()).unwrap_or_default();
    arith::mul(q.view(), b.abs())
}

/// The inverse of `a` modulo `m` (at least 2), if there is one; it may be any representative.
pub fn mod_inverse(a: IntRef, m: IntRef) -> Option<BigInt> {
    let mut r0 = m.to_owned();
    let mut r1 = arith::modulo(a, m)?;
    let (mut s0, mut s1) = (BigInt::zero(), IntRef::ONE.to_owned());
    while !r1.is_zero() {
        let (q, r) = arith::divrem_trunc(r0.view(), r1.view())?;
        let s = arith::sub(s0.view(), arith::mul(q.view(), s1.view()).view());
        (r0, r1) = (r1, r);
        (s0, s1) = (s1, s);
    }
    (r0.digits == [1]).then_some(s0)
}
