//! Division of limbs: by one limb with a precomputed reciprocal, and Knuth's algorithm D.

use super::{LIMB_BITS, LIMB_MASK, shl_small, shr_small, trim};

/// A divisor of one limb, prepared for many divisions (Möller and Granlund, "Improved division by invariant integers").
#[derive(Clone, Copy, Debug)]
pub struct Reciprocal {
    /// The divisor moved up so that bit 63 is set.
    d: u64,
    /// `floor((2**128 - 1) / d) - 2**64`.
    v: u64,
    /// How far a limb moves up so that a divisor of 60 bits has its top bit set.
    pub shift: u32,
}

impl Reciprocal {
    /// Prepare a divisor that is not zero and below 2**60.
    pub const fn new(divisor: u64) -> Reciprocal {
        debug_assert!(divisor != 0 && divisor <= LIMB_MASK);
        let lead = divisor.leading_zeros();
        let d = divisor << lead;
        Reciprocal { d, v: (u128::MAX / d as u128) as u64, shift: lead - (64 - LIMB_BITS) }
    }

    /// Quotient and remainder of `high * 2**60 + low` by the *shifted* divisor (60 bits, top bit set); `high` is below it.
    #[inline(always)]
    pub fn div_shifted(&self, high: u64, low: u64) -> (u64, u64) {
        let low = low << (64 - LIMB_BITS);
        let q = u128::from(self.v) * u128::from(high) + (u128::from(high) << 64 | u128::from(low));
        let (mut q1, q0) = (((q >> 64) as u64).wrapping_add(1), q as u64);
        let mut r = low.wrapping_sub(q1.wrapping_mul(self.d));
        if r > q0 {
            q1 = q1.wrapping_sub(1);
            r = r.wrapping_add(self.d);
        }
        if r >= self.d {
            q1 = q1.wrapping_add(1);
            r -= self.d;
        }
        (q1, r >> (64 - LIMB_BITS))
    }

    /// Quotient and remainder of `high * 2**60 + low` by the divisor; `high` is below it.
    #[inline(always)]
    pub fn div(&self, high: u64, low: u64) -> (u64, u64) {
        let up = (high << self.shift) | (low >> (LIMB_BITS - self.shift));
        let (q, r) = self.div_shifted(up, (low << self.shift) & LIMB_MASK);
        (q, r >> self.shift)
    }

    /// Divide `a` in place; returns the remainder.
    pub fn div_assign(&self, a: &mut [u64]) -> u64 {
        let mut rem = 0;
        for x in a.iter_mut().rev() {
            (*x, rem) = self.div(rem, *x);
        }
        rem
    }

    /// The remainder of `a`.
    pub fn rem(&self, a: &[u64]) -> u64 {
        a.iter().rev().fold(0, |rem, &x| self.div(rem, x).1)
    }
}

/// Quotient and remainder of `a` by `b` (not zero after trimming, else both come back as zero and `a`).
pub fn divrem(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let (a, b) = (trim(a), trim(b));
    if b.is_empty() || super::cmp(a, b).is_lt() {
        return (Vec::new(), a.to_vec());
    }
    if let [d] = *b {
        let mut q = a.to_vec();
        let r = Reciprocal::new(d).div_assign(&mut q);
        return (q, vec![r]);
    }
    if b.len() >= super::div_large::DIVISOR_MIN && a.len() - b.len() >= super::div_large::QUOTIENT_MIN {
        return super::div_large::divrem(a, b);
    }
    let shift = b[b.len() - 1].leading_zeros() - (64 - LIMB_BITS);
    let mut v = shl_small(b, shift);
    v.pop();
    let mut u = shl_small(a, shift);
    let mut q = vec![0; u.len() - v.len()];
    knuth(&mut q, &mut u, &v);
    u.truncate(v.len());
    shr_small(&mut u, shift);
    (q, u)
}

/// Knuth's algorithm D. `v` has at least two limbs, its top bit (bit 59) is set, `u.len() == q.len() + v.len()`, and the
/// top `v.len()` limbs of `u` are below `v`. Leaves the remainder in the low `v.len()` limbs of `u`, zeros above.
pub fn knuth(q: &mut [u64], u: &mut [u64], v: &[u64]) {
    let n = v.len();
    let (v1, v2) = (v[n - 1], v[n - 2]);
    let top = Reciprocal::new(v1);
    for (j, slot) in q.iter_mut().enumerate().rev() {
        let window = &mut u[j..=j + n];
        let (u0, u1, u2) = (window[n], window[n - 1], window[n - 2]);
        let (mut guess, mut rest);
        if u0 >= v1 {
            // Only equality is possible: the quotient limb is the largest or one less.
            guess = LIMB_MASK;
            rest = u1 + v1;
        } else {
            (guess, rest) = top.div_shifted(u0, u1);
        }
        while rest <= LIMB_MASK
            && u128::from(guess) * u128::from(v2) > (u128::from(rest) << LIMB_BITS | u128::from(u2))
        {
            guess -= 1;
            rest += v1;
        }
        if guess != 0 && sub_mul(window, v, guess) {
            guess -= 1;
            super::add_assign(&mut window[..n], v);
            window[n] = 0;
        }
        *slot = guess;
    }
}

/// `window -= factor * v`, `window` one limb longer; true if the result went below zero (it then wraps).
#[inline]
fn sub_mul(window: &mut [u64], v: &[u64], factor: u64) -> bool {
    let mut carry = 0u128;
    let mut borrow = 0u64;
    let (low, high) = window.split_at_mut(v.len());
    for (x, &y) in low.iter_mut().zip(v) {
        carry += u128::from(y) * u128::from(factor);
        let t = x.wrapping_sub(carry as u64 & LIMB_MASK).wrapping_sub(borrow);
        *x = t & LIMB_MASK;
        borrow = t >> 63;
        carry >>= LIMB_BITS;
    }
    let t = high[0].wrapping_sub(carry as u64).wrapping_sub(borrow);
    high[0] = t & LIMB_MASK;
    t >> 63 != 0
}
