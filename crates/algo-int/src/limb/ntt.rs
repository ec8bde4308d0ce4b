//! Products by a number-theoretic transform modulo the prime p = 2**64 - 2**32 + 1.
//!
//! A limb is cut into three 20-bit coefficients. A coefficient of the product is a sum of at most 2**23 products of 40
//! bits, so it stays below p and is exact. p - 1 is divisible by 3 * 2**32, which gives transforms of length 2**k and
//! 3 * 2**k and so little padding. Forward transforms leave their output in bit-reversed order, the inverse takes it so.

use super::LIMB_MASK;

/// The prime.
const P: u64 = 0xffff_ffff_0000_0001;
/// 2**64 mod p.
const EPSILON: u64 = 0xffff_ffff;
/// Generates the multiplicative group.
const GENERATOR: u64 = 7;
/// Bits of a coefficient.
const COEFF_BITS: u32 = 20;
const COEFF_MASK: u64 = (1 << COEFF_BITS) - 1;
/// Longest transform for which sums of products stay below p.
const LEN_MAX: usize = 1 << 24;

/// Is the product of operands of these lengths within the transform's reach?
pub fn fits(a: usize, b: usize) -> bool {
    (a + b) * 3 <= LEN_MAX
}

/// `out = a * b`, `out.len() == a.len() + b.len()`, and [`fits`] holds.
pub fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    let plan = Plan::new((a.len() + b.len()) * 3);
    let mut x = plan.coefficients(a);
    let mut y = plan.coefficients(b);
    plan.forward(&mut x);
    plan.forward(&mut y);
    for (u, &v) in x.iter_mut().zip(&y) {
        *u = mul(*u, v);
    }
    drop(y);
    plan.inverse(&mut x);
    plan.carry(out, &x);
}

/// `out = a * a`.
pub fn square_into(out: &mut [u64], a: &[u64]) {
    let plan = Plan::new(a.len() * 6);
    let mut x = plan.coefficients(a);
    plan.forward(&mut x);
    for u in &mut x {
        *u = mul(*u, *u);
    }
    plan.inverse(&mut x);
    plan.carry(out, &x);
}

/// The coefficients of a product of polynomials (of a square without `y`). Exact as long as each of them is below 2**64 - 2**32 + 1 and there
/// are at most 2**32; for numbers in any base the caller cuts them into coefficients and carries.
pub fn convolve(x: &[u64], y: Option<&[u64]>) -> Vec<u64> {
    let need = x.len() + y.map_or(x.len(), <[u64]>::len);
    let plan = Plan::new(need);
    let mut out = plan.padded(x);
    plan.forward(&mut out);
    match y {
        Some(y) => {
            let mut y = plan.padded(y);
            plan.forward(&mut y);
            for (u, &v) in out.iter_mut().zip(&y) {
                *u = mul(*u, v);
            }
        }
        None => {
            for u in &mut out {
                *u = mul(*u, *u);
            }
        }
    }
    plan.inverse(&mut out);
    out.truncate(need);
    out
}

#[inline(always)]
fn add(a: u64, b: u64) -> u64 {
    // a - (p - b) is a + b, reduced; the borrow says that no reduction was needed.
    let (d, borrow) = a.overflowing_sub(P - b);
    if borrow { d.wrapping_add(P) } else { d }
}

#[inline(always)]
fn sub(a: u64, b: u64) -> u64 {
    let (d, borrow) = a.overflowing_sub(b);
    if borrow { d.wrapping_add(P) } else { d }
}

#[inline(always)]
fn mul(a: u64, b: u64) -> u64 {
    let t = u128::from(a) * u128::from(b);
    let (lo, hi) = (t as u64, (t >> 64) as u64);
    // 2**96 = -1 and 2**64 = 2**32 - 1 modulo p.
    let (mut r, borrow) = lo.overflowing_sub(hi >> 32);
    if borrow {
        r = r.wrapping_sub(EPSILON);
    }
    let (mut s, carry) = r.overflowing_add((hi & EPSILON) * EPSILON);
    if carry {
        s = s.wrapping_add(EPSILON);
    }
    if s >= P { s - P } else { s }
}

fn power(mut base: u64, mut exp: u64) -> u64 {
    let mut acc = 1;
    while exp > 0 {
        if exp & 1 == 1 {
            acc = mul(acc, base);
        }
        base = mul(base, base);
        exp >>= 1;
    }
    acc
}

/// A transform length with its roots of unity.
struct Plan {
    /// Length of the whole transform: `pow2` or `3 * pow2`.
    len: usize,
    /// The power of two.
    pow2: usize,
    /// For each level, from length 2 on: the powers of its root, concatenated (1 + 2 + 4 + … entries).
    roots: Vec<u64>,
    /// The same for the inverse roots.
    inverse_roots: Vec<u64>,
}

impl Plan {
    fn new(need: usize) -> Plan {
        let two = need.next_power_of_two().max(4);
        let three = two / 4 * 3;
        let (len, pow2) = if three >= need { (three, two / 4) } else { (two, two) };
        let root = power(GENERATOR, (P - 1) / pow2 as u64);
        Plan { len, pow2, roots: root_table(pow2, root), inverse_roots: root_table(pow2, power(root, P - 2)) }
    }

    fn coefficients(&self, a: &[u64]) -> Vec<u64> {
        let mut out = Vec::with_capacity(self.len);
        for &limb in a {
            out.extend([limb & COEFF_MASK, (limb >> COEFF_BITS) & COEFF_MASK, limb >> (2 * COEFF_BITS)]);
        }
        out.resize(self.len, 0);
        out
    }

    fn padded(&self, a: &[u64]) -> Vec<u64> {
        let mut out = Vec::with_capacity(self.len);
        out.extend_from_slice(a);
        out.resize(self.len, 0);
        out
    }

    fn carry(&self, out: &mut [u64], coefficients: &[u64]) {
        let mut carry = 0u128;
        for (slot, c) in out.iter_mut().zip(coefficients.chunks_exact(3)) {
            carry += u128::from(c[0]) + (u128::from(c[1]) << COEFF_BITS) + (u128::from(c[2]) << (2 * COEFF_BITS));
            *slot = carry as u64 & LIMB_MASK;
            carry >>= super::LIMB_BITS;
        }
    }

    fn forward(&self, x: &mut [u64]) {
        if self.len != self.pow2 {
            let root = power(GENERATOR, (P - 1) / self.len as u64);
            radix3_forward(x, self.pow2, root);
        }
        for part in x.chunks_exact_mut(self.pow2) {
            self.forward_pow2(part);
        }
    }

    fn inverse(&self, x: &mut [u64]) {
        for part in x.chunks_exact_mut(self.pow2) {
            self.inverse_pow2(part);
        }
        if self.len != self.pow2 {
            let root = power(power(GENERATOR, (P - 1) / self.len as u64), P - 2);
            radix3_inverse(x, self.pow2, root);
        }
        let scale = power(self.len as u64, P - 2);
        for v in x {
            *v = mul(*v, scale);
        }
    }

    /// Depth first, so that the parts fit the cache as soon as possible.
    fn forward_pow2(&self, x: &mut [u64]) {
        let n = x.len();
        if n == 1 {
            return;
        }
        let half = n / 2;
        let w = &self.roots[half - 1..n - 1];
        let (low, high) = x.split_at_mut(half);
        for ((a, b), &w) in low.iter_mut().zip(high.iter_mut()).zip(w) {
            let (u, v) = (*a, *b);
            *a = add(u, v);
            *b = mul(sub(u, v), w);
        }
        self.forward_pow2(low);
        self.forward_pow2(high);
    }

    fn inverse_pow2(&self, x: &mut [u64]) {
        let n = x.len();
        if n == 1 {
            return;
        }
        let half = n / 2;
        let (low, high) = x.split_at_mut(half);
        self.inverse_pow2(low);
        self.inverse_pow2(high);
        let w = &self.inverse_roots[half - 1..n - 1];
        for ((a, b), &w) in low.iter_mut().zip(high.iter_mut()).zip(w) {
            let (u, v) = (*a, mul(*b, w));
            *a = add(u, v);
            *b = sub(u, v);
        }
    }
}

/// Powers of the roots of order 2, 4, …, `pow2`, level after level.
fn root_table(pow2: usize, root: u64) -> Vec<u64> {
    let mut table = vec![0; pow2.max(2) - 1];
    let mut half = pow2 / 2;
    let mut w = root;
    while half >= 1 {
        let mut v = 1;
        for slot in &mut table[half - 1..2 * half - 1] {
            *slot = v;
            v = mul(v, w);
        }
        w = mul(w, w);
        half /= 2;
    }
    table
}

/// The first level of a transform of length `3 * m`.
fn radix3_forward(x: &mut [u64], m: usize, root: u64) {
    let w1 = power(root, m as u64); // of order 3
    let w2 = mul(w1, w1);
    let (x0, rest) = x.split_at_mut(m);
    let (x1, x2) = rest.split_at_mut(m);
    let mut t1 = 1;
    for ((a, b), c) in x0.iter_mut().zip(x1).zip(x2) {
        let (u, v, w) = (*a, *b, *c);
        *a = add(u, add(v, w));
        *b = mul(add(u, add(mul(v, w1), mul(w, w2))), t1);
        *c = mul(add(u, add(mul(v, w2), mul(w, w1))), mul(t1, t1));
        t1 = mul(t1, root);
    }
}

/// The last level of an inverse transform of length `3 * m`; `root` is the inverse root.
fn radix3_inverse(x: &mut [u64], m: usize, root: u64) {
    let w1 = power(root, m as u64);
    let w2 = mul(w1, w1);
    let (x0, rest) = x.split_at_mut(m);
    let (x1, x2) = rest.split_at_mut(m);
    let mut t1 = 1;
    for ((a, b), c) in x0.iter_mut().zip(x1).zip(x2) {
        let (u, v, w) = (*a, mul(*b, t1), mul(*c, mul(t1, t1)));
        *a = add(u, add(v, w));
        *b = add(u, add(mul(v, w1), mul(w, w2)));
        *c = add(u, add(mul(v, w2), mul(w, w1)));
        t1 = mul(t1, root);
    }
}
