//! Products: rows, Karatsuba, and a number-theoretic transform over coefficients of six digits.

use super::{BASE, LIMB_DIGITS, Limbs, POW10, POW10_WIDE, abs_diff, add_assign, mul_word, split, sub_assign, trim};
use taipan_algo_int::convolve;

/// From this many limbs of the shorter operand on, Karatsuba.
const KARATSUBA_MIN: usize = 24;
/// From this many limbs of the shorter operand on, the transform.
const TRANSFORM_MIN: usize = 700;
/// Digits of a coefficient of the transform: sums of 2**23 products stay below its prime.
const COEFF_DIGITS: usize = 6;
/// Six limbs are nineteen coefficients.
const GROUP: usize = 6;

/// `a * b`, trimmed.
pub fn mul(a: &[u64], b: &[u64]) -> Limbs {
    let (a, b) = (trim(a), trim(b));
    if a.is_empty() || b.is_empty() {
        return Limbs::new();
    }
    let mut out = Limbs::zeroed(a.len() + b.len());
    mul_into(out.as_mut_slice(), a, b);
    out.trim();
    out
}

/// `out = a * b`; `out.len() == a.len() + b.len()`.
pub fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let n = short.len();
    if n < KARATSUBA_MIN {
        rows(out, long, short);
    } else if n >= TRANSFORM_MIN && fits(long.len() + n) && long.len() <= 4 * n {
        transform(out, long, short);
    } else if long.len() == n {
        karatsuba(out, long, short, &mut vec![0; 4 * n + 256]);
    } else {
        lopsided(out, long, short);
    }
}

/// Row by row. Any lengths.
#[inline]
pub fn rows(out: &mut [u64], long: &[u64], short: &[u64]) {
    out.fill(0);
    for (i, &y) in short.iter().enumerate() {
        if y == 0 {
            continue;
        }
        let mut carry = 0u64;
        for (slot, &x) in out[i..i + long.len()].iter_mut().zip(long) {
            let (q, r) = split(u128::from(x) * u128::from(y) + u128::from(*slot) + u128::from(carry));
            *slot = r;
            carry = q;
        }
        out[i + long.len()] = carry;
    }
}

/// Pieces of the long operand, each as long as the short one.
fn lopsided(out: &mut [u64], long: &[u64], short: &[u64]) {
    let n = short.len();
    out.fill(0);
    let mut product = vec![0; 2 * n];
    for (i, piece) in long.chunks(n).enumerate() {
        let product = &mut product[..piece.len() + n];
        mul_into(product, piece, short);
        add_assign(&mut out[i * n..], product);
    }
}

/// Equal lengths, at least 2.
fn karatsuba(out: &mut [u64], a: &[u64], b: &[u64], scratch: &mut [u64]) {
    let n = a.len();
    if n < KARATSUBA_MIN {
        rows(out, a, b);
        return;
    }
    let half = n.div_ceil(2);
    let (a0, a1) = a.split_at(half);
    let (b0, b1) = b.split_at(half);
    let (mid, rest) = scratch.split_at_mut(2 * half);
    // |a0 - a1| and |b0 - b1| lie in the still unused output.
    let (da, db) = out[..2 * half].split_at_mut(half);
    let minus = diff_padded(da, a0, a1) != diff_padded(db, b0, b1);
    karatsuba(mid, da, db, rest);
    let (low, high) = out.split_at_mut(2 * half);
    karatsuba(low, a0, b0, rest);
    karatsuba(high, a1, b1, rest);
    let term = &mut rest[..2 * half + 1];
    term[..2 * half].copy_from_slice(low);
    term[2 * half] = 0;
    add_assign(term, high);
    if minus {
        add_assign(term, mid);
    } else {
        sub_assign(term, mid);
    }
    let room = (out.len() - half).min(term.len());
    add_assign(&mut out[half..], &term[..room]);
}

/// `out = |a - b|`, `b` at most one limb shorter than `a`; true if `a < b`.
fn diff_padded(out: &mut [u64], a: &[u64], b: &[u64]) -> bool {
    if a.len() == b.len() {
        return abs_diff(out, a, b);
    }
    let top = a.len() - 1;
    if a[top] != 0 {
        out.copy_from_slice(a);
        sub_assign(out, b);
        false
    } else {
        out[top] = 0;
        abs_diff(&mut out[..top], &a[..top], b)
    }
}

/// Is a product of so many limbs within the transform's reach?
fn fits(limbs: usize) -> bool {
    limbs * LIMB_DIGITS / COEFF_DIGITS + 64 <= 1 << 24
}

/// Cut limbs into coefficients of six digits.
fn coefficients(a: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(a.len().div_ceil(GROUP) * LIMB_DIGITS);
    let unit = POW10[COEFF_DIGITS];
    // `held` digits of earlier limbs wait in `acc`.
    let (mut acc, mut held) = (0u128, 0);
    for &x in a {
        acc += u128::from(x) * u128::from(POW10[held]);
        held += LIMB_DIGITS;
        // The low three coefficients first: what is left then is small.
        while held >= COEFF_DIGITS {
            let q = acc / u128::from(unit);
            out.push((acc - q * u128::from(unit)) as u64);
            acc = q;
            held -= COEFF_DIGITS;
        }
    }
    if held > 0 {
        out.push(acc as u64);
    }
    out
}

fn transform(out: &mut [u64], a: &[u64], b: &[u64]) {
    let square = std::ptr::eq(a, b) || a == b;
    let x = coefficients(a);
    let product = if square { convolve(&x, None) } else { convolve(&x, Some(&coefficients(b))) };
    // Carry, and gather coefficients into limbs.
    let unit = u128::from(POW10[COEFF_DIGITS]);
    let (mut carry, mut acc, mut held) = (0u128, 0u128, 0usize);
    let mut coeffs = product.into_iter();
    for slot in out.iter_mut() {
        while held < LIMB_DIGITS {
            carry += u128::from(coeffs.next().unwrap_or(0));
            let q = if carry >> 64 == 0 { u128::from(carry as u64 / unit as u64) } else { carry / unit };
            acc += (carry - q * unit) * POW10_WIDE[held];
            carry = q;
            held += COEFF_DIGITS;
        }
        let (q, r) = split(acc);
        *slot = r;
        acc = u128::from(q);
        held -= LIMB_DIGITS;
    }
}

/// `a**n` for a word: used by conversions. Trimmed.
pub fn pow_word(a: u64, mut n: u64) -> Limbs {
    let mut acc = Limbs::from_word(1);
    let mut base = if a < BASE { Limbs::from_word(a) } else { Limbs::from_wide(u128::from(a)) };
    while n > 0 {
        if n & 1 == 1 {
            acc = mul(acc.as_slice(), base.as_slice());
        }
        n >>= 1;
        if n > 0 {
            base = mul(base.as_slice(), base.as_slice());
        }
    }
    acc
}

/// `a * m` for a word below the base.
pub fn by_word(a: &[u64], m: u64) -> Limbs {
    let mut out = Limbs::from_slice(a);
    let carry = mul_word(out.as_mut_slice(), m, 0);
    if carry != 0 {
        out.push(carry);
    }
    out.trim();
    out
}
