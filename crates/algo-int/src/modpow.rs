//! `pow(base, exp, modulus)`: windowed powers over Montgomery residues for odd moduli, over plain remainders for even ones.

use crate::arith;
use crate::gcd;
use crate::limb::{self, LIMB_BITS, LIMB_MASK, div::Reciprocal, mul as limb_mul};
use crate::repr::{BigInt, DIGIT_BITS, IntRef};

/// Why there is no modular power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModPowError {
    /// `pow() 3rd argument cannot be 0`.
    ZeroModulus,
    /// `base is not invertible for the given modulus`.
    NotInvertible,
}

/// Moduli longer than this (in limbs) gain more from fast products than from Montgomery's interleaving.
const MONTGOMERY_MAX: usize = 160;

/// `base ** exp mod modulus`, the result with the sign of the modulus.
///
/// # Errors
/// See [`ModPowError`].
pub fn modpow(base: IntRef, exp: IntRef, modulus: IntRef) -> Result<BigInt, ModPowError> {
    if modulus.is_zero() {
        return Err(ModPowError::ZeroModulus);
    }
    let m = modulus.abs();
    if m.digits == [1] {
        // CPython looks for an inverse only when there is something to invert modulo.
        return Ok(BigInt::zero());
    }
    let inverse;
    let base = if exp.neg {
        inverse = gcd::mod_inverse(base, m).ok_or(ModPowError::NotInvertible)?;
        inverse.view()
    } else {
        base
    };
    let base = arith::modulo(base, m).unwrap_or_default();
    let out = power(base.view(), exp.abs(), m);
    if modulus.neg && !out.is_zero() {
        return Ok(arith::add(out.view(), modulus));
    }
    Ok(out)
}

/// All three at least 0, `base` below `m`, `m` at least 2.
fn power(base: IntRef, exp: IntRef, m: IntRef) -> BigInt {
    if exp.is_zero() {
        return IntRef::ONE.to_owned();
    }
    if base.is_zero() {
        return BigInt::zero();
    }
    if m.digits.len() <= 2 {
        let (b, m) = (base.mag_u64().unwrap_or(0), m.mag_u64().unwrap_or(1));
        return BigInt::from(power_one_limb(b, exp, m));
    }
    let m = limb::pack(m.digits);
    let base = limb::pack(base.digits);
    let digits = if m[0] & 1 == 1 && m.len() <= MONTGOMERY_MAX {
        Montgomery::new(&m).power(&base, exp)
    } else {
        power_plain(&base, exp, &m)
    };
    BigInt::new(false, digits)
}

/// Moduli of one limb.
fn power_one_limb(base: u64, exp: IntRef, m: u64) -> u64 {
    let reciprocal = Reciprocal::new(m);
    let mul = |a: u64, b: u64| {
        let p = u128::from(a) * u128::from(b);
        reciprocal.div((p >> LIMB_BITS) as u64, p as u64 & LIMB_MASK).1
    };
    let mut acc = base;
    for bit in exp_bits(exp).skip(1) {
        acc = mul(acc, acc);
        if bit {
            acc = mul(acc, base);
        }
    }
    acc
}

/// The bits of a positive exponent from the top.
fn exp_bits(exp: IntRef<'_>) -> impl Iterator<Item = bool> {
    (0..exp.bit_length()).rev().map(move |i| exp_bit(exp, i))
}

#[inline]
fn exp_bit(exp: IntRef, i: u64) -> bool {
    let shift = u64::from(DIGIT_BITS);
    exp.digits[(i / shift) as usize] >> (i % shift) & 1 == 1
}

/// Sliding windows: `square` the accumulator, or multiply it by an odd power `table[(w - 1) / 2]`.
fn windows(exp: IntRef, width: u32, mut step: impl FnMut(Step)) {
    let mut at = exp.bit_length();
    let mut first = true;
    while at > 0 {
        if !exp_bit(exp, at - 1) {
            step(Step::Square);
            at -= 1;
            continue;
        }
        // The longest window of at most `width` bits that ends in a one.
        let mut low = at.saturating_sub(u64::from(width));
        while !exp_bit(exp, low) {
            low += 1;
        }
        let value = (low..at).rev().fold(0usize, |acc, i| acc << 1 | usize::from(exp_bit(exp, i)));
        if first {
            step(Step::Start(value / 2));
            first = false;
        } else {
            for _ in low..at {
                step(Step::Square);
            }
            step(Step::Mul(value / 2));
        }
        at = low;
    }
}

/// What [`windows`] asks for.
enum Step {
    /// Begin with this table entry.
    Start(usize),
    Square,
    Mul(usize),
}

fn window_width(exp: IntRef) -> u32 {
    match exp.bit_length() {
        0..=8 => 1,
        9..=30 => 2,
        31..=100 => 3,
        101..=300 => 4,
        301..=900 => 5,
        _ => 6,
    }
}

/// Any modulus: products and remainders.
fn power_plain(base: &[u64], exp: IntRef, m: &[u64]) -> Vec<u32> {
    let width = window_width(exp);
    let rem = |x: Vec<u64>| {
        let mut r = limb::div::divrem(&x, m).1;
        limb::trim_vec(&mut r);
        r
    };
    let squared = rem(limb_mul::square(base));
    let mut table = vec![base.to_vec()];
    while table.len() < 1 << (width - 1) {
        let next = rem(limb_mul::mul(&table[table.len() - 1], &squared));
        table.push(next);
    }
    let mut acc = Vec::new();
    windows(exp, width, |step| {
        acc = match step {
            Step::Start(i) => table[i].clone(),
            Step::Square => rem(limb_mul::square(&acc)),
            Step::Mul(i) => rem(limb_mul::mul(&acc, &table[i])),
        }
    });
    limb::unpack(&acc)
}

/// Residues times R = 2**(60 n) modulo an odd number of n limbs.
struct Montgomery<'a> {
    m: &'a [u64],
    /// `-1 / m` modulo 2**60.
    factor: u64,
}

impl<'a> Montgomery<'a> {
    fn new(m: &'a [u64]) -> Self {
        // Newton: each turn doubles the correct low bits; m is its own inverse modulo 8.
        let mut inverse = m[0];
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(m[0].wrapping_mul(inverse)));
        }
        Montgomery { m, factor: inverse.wrapping_neg() & LIMB_MASK }
    }

    /// `x * R mod m`.
    fn enter(&self, x: &[u64]) -> Vec<u64> {
        let mut shifted = vec![0; self.m.len()];
        shifted.extend_from_slice(x);
        let mut r = limb::div::divrem(&shifted, self.m).1;
        r.resize(self.m.len(), 0);
        r
    }

    /// `out = a * b / R mod m`; all have the length of `m`, `out` one limb more.
    fn mul(&self, out: &mut [u64], a: &[u64], b: &[u64]) {
        let m = self.m;
        let n = m.len();
        let (b, out) = (&b[..n], &mut out[..n + 1]);
        out.fill(0);
        for &x in a {
            let x = u128::from(x);
            let mut acc = u128::from(out[0]) + x * u128::from(b[0]);
            let q = u128::from((acc as u64).wrapping_mul(self.factor) & LIMB_MASK);
            acc = (acc + q * u128::from(m[0])) >> LIMB_BITS;
            for j in 1..n {
                acc += u128::from(out[j]) + x * u128::from(b[j]) + q * u128::from(m[j]);
                out[j - 1] = acc as u64 & LIMB_MASK;
                acc >>= LIMB_BITS;
            }
            acc += u128::from(out[n]);
            out[n - 1] = acc as u64 & LIMB_MASK;
            out[n] = (acc >> LIMB_BITS) as u64;
        }
        if out[n] != 0 || limb::cmp_same_len(&out[..n], m).is_ge() {
            limb::sub_assign(&mut out[..n], m);
            out[n] = 0;
        }
    }

    fn power(&self, base: &[u64], exp: IntRef) -> Vec<u32> {
        let n = self.m.len();
        let width = window_width(exp);
        let mut product = vec![0; n + 1];
        let mut table = vec![self.enter(base)];
        if width > 1 {
            let mut squared = vec![0; n + 1];
            self.mul(&mut squared, &table[0], &table[0]);
            while table.len() < 1 << (width - 1) {
                self.mul(&mut product, &table[table.len() - 1], &squared[..n]);
                table.push(product[..n].to_vec());
            }
        }
        let mut acc = vec![0; n + 1];
        windows(exp, width, |step| {
            match step {
                Step::Start(i) => {
                    acc[..n].copy_from_slice(&table[i]);
                    return;
                }
                Step::Square => self.mul(&mut product, &acc[..n], &acc[..n]),
                Step::Mul(i) => self.mul(&mut product, &acc[..n], &table[i]),
            }
            std::mem::swap(&mut acc, &mut product);
        });
        let mut one = vec![0; n];
        one[0] = 1;
        self.mul(&mut product, &acc[..n], &one);
        limb::unpack(&product)
    }
}
