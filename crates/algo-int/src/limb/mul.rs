//! Products of limbs: column-wise schoolbook, Karatsuba, and the number-theoretic transform above that.

use super::ntt;
use super::{LIMB_BITS, LIMB_MASK, abs_diff, add_assign, sub_assign};

/// From this many limbs of the shorter operand on, Karatsuba.
const KARATSUBA_MIN: usize = 28;
/// Squares are cheaper in the base case, so they split later.
const KARATSUBA_SQUARE_MIN: usize = 44;
/// From this many limbs of the shorter operand on, the transform.
const NTT_MIN: usize = 2400;

/// `a * b`; the result has `a.len() + b.len()` limbs.
pub fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = vec![0; a.len() + b.len()];
    mul_into(&mut out, a, b);
    out
}

/// `a * a`; the result has twice the limbs.
pub fn square(a: &[u64]) -> Vec<u64> {
    let mut out = vec![0; a.len() * 2];
    square_into(&mut out, a);
    out
}

/// `out = a * b`; `out.len() == a.len() + b.len()`. Overwrites all of `out`.
pub fn mul_into(out: &mut [u64], a: &[u64], b: &[u64]) {
    debug_assert_eq!(out.len(), a.len() + b.len());
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        out.fill(0);
    } else if short.len() < KARATSUBA_MIN {
        mul_base(out, long, short);
    } else if short.len() >= NTT_MIN && ntt::fits(long.len(), short.len()) {
        ntt::mul_into(out, long, short);
    } else if long.len() == short.len() {
        let mut scratch = vec![0; scratch_len(short.len())];
        karatsuba(out, long, short, &mut scratch);
    } else {
        mul_lopsided(out, long, short);
    }
}

/// `out = a * a`; `out.len() == 2 * a.len()`.
pub fn square_into(out: &mut [u64], a: &[u64]) {
    debug_assert_eq!(out.len(), 2 * a.len());
    if a.is_empty() {
    } else if a.len() < KARATSUBA_SQUARE_MIN {
        square_base(out, a);
    } else if a.len() >= NTT_MIN && ntt::fits(a.len(), a.len()) {
        ntt::square_into(out, a);
    } else {
        let mut scratch = vec![0; scratch_len(a.len())];
        karatsuba_square(out, a, &mut scratch);
    }
}

/// Operands of different lengths: pieces of the long one, each as long as the short one.
fn mul_lopsided(out: &mut [u64], long: &[u64], short: &[u64]) {
    let n = short.len();
    out.fill(0);
    let mut product = vec![0; 2 * n];
    let mut scratch = vec![0; scratch_len(n)];
    for (i, piece) in long.chunks(n).enumerate() {
        let product = &mut product[..piece.len() + n];
        if piece.len() == n && n < NTT_MIN {
            karatsuba(product, piece, short, &mut scratch);
        } else {
            mul_into(product, piece, short);
        }
        // `out` has room for the whole product, so no carry leaves it.
        add_assign(&mut out[i * n..], product);
    }
}

/// Column-wise product. The shorter operand has less than 256 limbs, so a column fits `u128`.
pub(super) fn mul_base(out: &mut [u64], long: &[u64], short: &[u64]) {
    let (n, m) = (long.len(), short.len());
    debug_assert!(m <= n && m < 256 && m > 0);
    let mut acc = 0u128;
    for (k, slot) in out[..n + m - 1].iter_mut().enumerate() {
        let lo = (k + 1).saturating_sub(m);
        let hi = (k + 1).min(n);
        let xs = &long[lo..hi];
        let ys = &short[k + 1 - hi..k + 1 - lo];
        for (&x, &y) in xs.iter().zip(ys.iter().rev()) {
            acc += u128::from(x) * u128::from(y);
        }
        *slot = acc as u64 & LIMB_MASK;
        acc >>= LIMB_BITS;
    }
    out[n + m - 1] = acc as u64;
}

/// Column-wise square: each mixed product once, doubled.
pub(super) fn square_base(out: &mut [u64], a: &[u64]) {
    let n = a.len();
    debug_assert!(n < 256 && n > 0);
    let mut acc = 0u128;
    for (k, slot) in out[..2 * n - 1].iter_mut().enumerate() {
        let lo = (k + 1).saturating_sub(n);
        let half = k.div_ceil(2); // pairs (i, k - i) with i < k - i
        let xs = &a[lo..half];
        let ys = &a[k + 1 - half..k + 1 - lo];
        let mut column = 0u128;
        for (&x, &y) in xs.iter().zip(ys.iter().rev()) {
            column += u128::from(x) * u128::from(y);
        }
        acc += column << 1;
        if k % 2 == 0 {
            acc += u128::from(a[k / 2]) * u128::from(a[k / 2]);
        }
        *slot = acc as u64 & LIMB_MASK;
        acc >>= LIMB_BITS;
    }
    out[2 * n - 1] = acc as u64;
}

/// Scratch limbs that Karatsuba needs for operands of `n` limbs.
fn scratch_len(n: usize) -> usize {
    // Each level uses 2 * ceil(n/2) + 2 and hands the rest down.
    4 * n + 256
}

/// Equal lengths, both at least 2.
fn karatsuba(out: &mut [u64], a: &[u64], b: &[u64], scratch: &mut [u64]) {
    let n = a.len();
    if n < KARATSUBA_MIN {
        mul_base(out, a, b);
        return;
    }
    let half = n.div_ceil(2);
    let (a0, a1) = a.split_at(half);
    let (b0, b1) = b.split_at(half);
    let (mid, rest) = scratch.split_at_mut(2 * half);
    // |a0 - a1| and |b0 - b1| in the still unused output; the upper halves may be one limb shorter.
    let (da, db) = out[..2 * half].split_at_mut(half);
    let minus = abs_diff_padded(da, a0, a1) != abs_diff_padded(db, b0, b1);
    karatsuba(mid, da, db, rest);
    let (low, high) = out.split_at_mut(2 * half);
    karatsuba(low, a0, b0, rest);
    karatsuba_or_base(high, a1, b1, rest);
    combine(out, mid, half, minus, rest);
}

/// The upper halves may be too short for another level.
fn karatsuba_or_base(out: &mut [u64], a: &[u64], b: &[u64], scratch: &mut [u64]) {
    if a.len() < KARATSUBA_MIN { mul_base(out, a, b) } else { karatsuba(out, a, b, scratch) }
}

/// As [`karatsuba`] with both operands the same.
fn karatsuba_square(out: &mut [u64], a: &[u64], scratch: &mut [u64]) {
    let n = a.len();
    if n < KARATSUBA_SQUARE_MIN {
        square_base(out, a);
        return;
    }
    let half = n.div_ceil(2);
    let (a0, a1) = a.split_at(half);
    let (mid, rest) = scratch.split_at_mut(2 * half);
    abs_diff_padded(&mut out[..half], a0, a1);
    karatsuba_square(mid, &out[..half], rest);
    let (low, high) = out.split_at_mut(2 * half);
    karatsuba_square(low, a0, rest);
    karatsuba_square(high, a1, rest);
    combine(out, mid, half, false, rest);
}

/// `out = |a - b|`, `b` at most one limb shorter than `a`; true if `a < b`.
fn abs_diff_padded(out: &mut [u64], a: &[u64], b: &[u64]) -> bool {
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

/// `out` holds low and high products; add the middle term `low + high - (±mid)` at `half`.
fn combine(out: &mut [u64], mid: &[u64], half: usize, minus: bool, scratch: &mut [u64]) {
    let len = 2 * half + 1;
    let term = &mut scratch[..len];
    let (low, high) = out.split_at(2 * half);
    term[..2 * half].copy_from_slice(low);
    term[2 * half] = 0;
    add_assign(term, high);
    if minus {
        add_assign(term, mid);
    } else {
        sub_assign(term, mid);
    }
    // The middle term may carry a zero limb past the end of `out`.
    let room = out.len() - half;
    let term = if len > room { &term[..room] } else { &term[..] };
    add_assign(&mut out[half..], term);
}
