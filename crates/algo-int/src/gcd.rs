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
        match lehmer_steps(&x, &y).filter(|_| x.len() <= y.len() + 1) {
            Some(steps) => steps.apply(&mut x, &mut y),
            None => {
                let (_, mut r) = div::divrem(&x, &y);
                limb::trim_vec(&mut r);
                x = std::mem::replace(&mut y, r);
            }
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

/// Several steps of Euclid's algorithm at once: `x' = ±(u0 x - v0 y)`, `y' = ∓(u1 x - v1 y)`, upper signs if `even`.
struct Steps {
    u0: u64,
    v0: u64,
    u1: u64,
    v1: u64,
    even: bool,
}

/// The steps from `x >= y` that their leading bits decide; `None` if they decide none. The conditions are Jebelean's ("A
/// double-digit Lehmer-Euclid algorithm", 1995).
fn lehmer_steps(x: &[u64], y: &[u64]) -> Option<Steps> {
    let top = limb::bit_length(x);
    let (mut p, mut q) = (leading(x, top), leading(y, top));
    let (mut u0, mut v0, mut u1, mut v1) = (1u64, 0u64, 0u64, 1u64);
    let mut even = true;
    while q != 0 {
        let quotient = p / q;
        let r = p - quotient * q;
        // Cofactors stay small as long as the conditions hold, so the products cannot overflow before they fail.
        let (Some(u2), Some(v2)) = (next(u0, u1, quotient), next(v0, v1, quotient)) else { break };
        let exact = if even { r >= v2 && q - r >= u1 + u2 } else { r >= u2 && q - r >= v1 + v2 };
        if !exact {
            break;
        }
        (p, q) = (q, r);
        (u0, u1, v0, v1) = (u1, u2, v1, v2);
        even = !even;
    }
    (v0 != 0).then_some(Steps { u0, v0, u1, v1, even })
}

impl Steps {
    /// Replace a pair by its successors.
    fn apply(&self, x: &mut Vec<u64>, y: &mut Vec<u64>) {
        let signed = |u: u64, v: u64, plus: bool| {
            if plus { (i128::from(u), -i128::from(v)) } else { (-i128::from(u), i128::from(v)) }
        };
        let ((a, b), (c, d)) = (signed(self.u0, self.v0, self.even), signed(self.u1, self.v1, !self.even));
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
    }

    /// The magnitudes of cofactors, whose signs differ, follow with plus signs only.
    fn apply_cofactors(&self, s: &mut Vec<u64>, t: &mut Vec<u64>) {
        let len = s.len().max(t.len()) + 2;
        s.resize(len, 0);
        t.resize(len, 0);
        let [u0, v0, u1, v1] = [self.u0, self.v0, self.u1, self.v1].map(u128::from);
        let (mut carry_s, mut carry_t) = (0u128, 0u128);
        for (a, b) in s.iter_mut().zip(t.iter_mut()) {
            let (x, y) = (u128::from(*a), u128::from(*b));
            carry_s += u0 * x + v0 * y;
            carry_t += u1 * x + v1 * y;
            *a = carry_s as u64 & LIMB_MASK;
            *b = carry_t as u64 & LIMB_MASK;
            carry_s >>= LIMB_BITS;
            carry_t >>= LIMB_BITS;
        }
        limb::trim_vec(s);
        limb::trim_vec(t);
    }
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

/// The inverse of `a` modulo `m` (at least 2), if there is one: the representative between 0 and `m`.
pub fn mod_inverse(a: IntRef, m: IntRef) -> Option<BigInt> {
    let a = arith::modulo(a, m)?;
    if let (Some(a), Some(m)) = (a.view().mag_u64(), m.mag_u64().filter(|&m| m < 1 << 63)) {
        return inverse_u64(a, m).map(BigInt::from);
    }
    // Euclid on (m, a); x = ±s a and y = ∓t a modulo m, upper signs if `plus`.
    let (mut x, mut y) = (limb::pack(m.digits), limb::pack(&a.digits));
    let (mut s, mut t) = (Vec::new(), vec![1]);
    let mut plus = false;
    while !y.is_empty() {
        match lehmer_steps(&x, &y).filter(|_| y.len() > 1 && x.len() <= y.len() + 1) {
            Some(steps) => {
                steps.apply(&mut x, &mut y);
                steps.apply_cofactors(&mut s, &mut t);
                plus ^= !steps.even;
            }
            None => {
                let (q, mut r) = div::divrem(&x, &y);
                limb::trim_vec(&mut r);
                x = std::mem::replace(&mut y, r);
                let mut next = limb::mul::mul(&q, &t);
                next.resize(next.len().max(s.len()) + 1, 0);
                limb::add_assign(&mut next, &s);
                limb::trim_vec(&mut next);
                s = std::mem::replace(&mut t, next);
                plus = !plus;
            }
        }
    }
    if x != [1] {
        return None;
    }
    let s = BigInt { neg: false, digits: limb::unpack(&s) };
    Some(if plus { s } else { arith::sub(m, s.view()) })
}

/// Extended Euclid in words; `a` below `m` below 2**63.
fn inverse_u64(a: u64, m: u64) -> Option<u64> {
    let (mut x, mut y) = (m, a);
    let (mut s, mut t) = (0i64, 1i64);
    while y != 0 {
        let q = x / y;
        (x, y) = (y, x - q * y);
        // Cofactors stay within the modulus; only the last one, which is not used, may reach it.
        (s, t) = (t, s.wrapping_sub((q as i64).wrapping_mul(t)));
    }
    (x == 1).then(|| if s < 0 { m.wrapping_add_signed(s) } else { s as u64 })
}
