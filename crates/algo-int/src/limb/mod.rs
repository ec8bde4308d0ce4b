//! The inner number form: 60-bit limbs in `u64`, two Python digits each, least significant first.
//!
//! Long operations pack their operands into limbs (a cheap pairing of digits), compute there with four times fewer
//! products than on 30-bit digits, and unpack. The four spare bits of a limb mean that sums of up to 256 products fit a
//! `u128` and that carries need no flags. Slices of limbs may have zeros at the top unless a function says otherwise.

pub mod div;
pub mod div_large;
pub mod mul;
pub mod ntt;

use crate::repr::DIGIT_MASK;
use std::cmp::Ordering;

/// Bits in one limb.
pub const LIMB_BITS: u32 = 60;
/// The largest limb.
pub const LIMB_MASK: u64 = (1 << LIMB_BITS) - 1;

/// Pack 30-bit digits into `out`, which has room for `digits.len().div_ceil(2)` limbs; returns that number.
#[inline]
pub fn pack_into(digits: &[u32], out: &mut [u64]) -> usize {
    let mut used = 0;
    let pairs = digits.chunks_exact(2);
    let odd = pairs.remainder();
    for (pair, slot) in pairs.zip(out.iter_mut()) {
        *slot = u64::from(pair[0]) | u64::from(pair[1]) << 30;
        used += 1;
    }
    if let ([last], Some(slot)) = (odd, out.get_mut(used)) {
        *slot = u64::from(*last);
        used += 1;
    }
    used
}

/// Pack 30-bit digits into a new vector.
pub fn pack(digits: &[u32]) -> Vec<u64> {
    let mut out = vec![0; digits.len().div_ceil(2)];
    pack_into(digits, &mut out);
    out
}

/// Write limbs as 30-bit digits; what does not fit `out` must be zero. Returns the number of digits without top zeros.
#[inline]
pub fn unpack_into(limbs: &[u64], out: &mut [u32]) -> usize {
    let limbs = trim(limbs);
    let mut slots = out.iter_mut();
    let mut used = 0;
    for &limb in limbs {
        for d in [limb as u32 & DIGIT_MASK, (limb >> 30) as u32] {
            if let Some(slot) = slots.next() {
                *slot = d;
                used += 1;
            }
        }
    }
    for slot in slots {
        *slot = 0;
    }
    while used > 0 && out[used - 1] == 0 {
        used -= 1;
    }
    used
}

/// Limbs as normalised digits.
pub fn unpack(limbs: &[u64]) -> Vec<u32> {
    let limbs = trim(limbs);
    let mut out = Vec::with_capacity(limbs.len() * 2);
    out.extend(limbs.iter().flat_map(|&l| [l as u32 & DIGIT_MASK, (l >> 30) as u32]));
    crate::repr::trim_vec(&mut out);
    out
}

/// `limbs` without its most significant zeros.
#[inline]
pub fn trim(mut limbs: &[u64]) -> &[u64] {
    while let [rest @ .., 0] = limbs {
        limbs = rest;
    }
    limbs
}

/// Drop the most significant zeros.
#[inline]
pub fn trim_vec(limbs: &mut Vec<u64>) {
    while let Some(0) = limbs.last() {
        limbs.pop();
    }
}

/// Order of two numbers of equal length (zeros at the top allowed).
#[inline]
pub fn cmp_same_len(a: &[u64], b: &[u64]) -> Ordering {
    debug_assert_eq!(a.len(), b.len());
    a.iter().rev().cmp(b.iter().rev())
}

/// Order of two numbers of any length.
pub fn cmp(a: &[u64], b: &[u64]) -> Ordering {
    let (a, b) = (trim(a), trim(b));
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// `acc += b`, `acc` at least as long as `b`; returns the carry out of `acc`.
#[inline]
pub fn add_assign(acc: &mut [u64], b: &[u64]) -> u64 {
    let (low, high) = acc.split_at_mut(b.len());
    let mut carry = 0;
    for (x, &y) in low.iter_mut().zip(b) {
        let t = *x + y + carry;
        *x = t & LIMB_MASK;
        carry = t >> LIMB_BITS;
    }
    add_small(high, carry)
}

/// `acc += small` (one limb at most); returns the carry out.
#[inline]
pub fn add_small(acc: &mut [u64], small: u64) -> u64 {
    let mut carry = small;
    for x in acc {
        if carry == 0 {
            return 0;
        }
        let t = *x + carry;
        *x = t & LIMB_MASK;
        carry = t >> LIMB_BITS;
    }
    carry
}

/// `acc -= b`, `acc` at least as long as `b`; returns the borrow out of `acc` (0 or 1).
#[inline]
pub fn sub_assign(acc: &mut [u64], b: &[u64]) -> u64 {
    let (low, high) = acc.split_at_mut(b.len());
    let mut borrow = 0;
    for (x, &y) in low.iter_mut().zip(b) {
        let t = x.wrapping_sub(y).wrapping_sub(borrow);
        *x = t & LIMB_MASK;
        borrow = t >> 63;
    }
    sub_small(high, borrow)
}

/// `acc -= small` (one limb at most); returns the borrow out.
#[inline]
pub fn sub_small(acc: &mut [u64], small: u64) -> u64 {
    let mut borrow = small;
    for x in acc {
        if borrow == 0 {
            return 0;
        }
        let t = x.wrapping_sub(borrow);
        *x = t & LIMB_MASK;
        borrow = t >> 63;
    }
    borrow
}

/// `out = |a - b|` for operands of the same length as `out`; true if `a < b`.
pub fn abs_diff(out: &mut [u64], a: &[u64], b: &[u64]) -> bool {
    let less = cmp_same_len(a, b) == Ordering::Less;
    let (big, small) = if less { (b, a) } else { (a, b) };
    out.copy_from_slice(big);
    sub_assign(out, small);
    less
}

/// `a << bits` (below one limb) into a new vector one limb longer than `a`.
pub fn shl_small(a: &[u64], bits: u32) -> Vec<u64> {
    debug_assert!(bits < LIMB_BITS);
    let mut out = Vec::with_capacity(a.len() + 1);
    let mut carry = 0u64;
    for &x in a {
        out.push((x << bits) & LIMB_MASK | carry);
        carry = x >> (LIMB_BITS - bits);
    }
    out.push(carry);
    out
}

/// `a >>= bits` (below one limb).
pub fn shr_small(a: &mut [u64], bits: u32) {
    if bits == 0 {
        return;
    }
    let mut high = 0;
    for x in a.iter_mut().rev() {
        let t = *x;
        *x = t >> bits | high;
        high = (t << (LIMB_BITS - bits)) & LIMB_MASK;
    }
}

/// `a << bits` for any number of bits.
pub fn shl(a: &[u64], bits: u64) -> Vec<u64> {
    let whole = (bits / u64::from(LIMB_BITS)) as usize;
    let mut out = vec![0; whole];
    out.extend(shl_small(a, (bits % u64::from(LIMB_BITS)) as u32));
    trim_vec(&mut out);
    out
}

/// Number of bits.
pub fn bit_length(a: &[u64]) -> u64 {
    let a = trim(a);
    match a.last() {
        None => 0,
        Some(top) => (a.len() as u64 - 1) * u64::from(LIMB_BITS) + u64::from(64 - top.leading_zeros()),
    }
}
