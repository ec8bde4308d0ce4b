//! Signed arithmetic: sums, products, the three kinds of division, powers.

use crate::limb::{self, mul as limb_mul};
use crate::mag;
use crate::repr::{BigInt, DIGIT_BITS, IntRef, cmp_mag};
use std::cmp::Ordering;

/// More bits than this cannot be asked for: the digits would not fit the address space CPython allows.
pub const BITS_MAX: u64 = 1 << 40;

/// A result that no machine can hold; the caller raises `MemoryError` or `OverflowError` as CPython does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// Is there memory for a result of so many bits? Asked before the work starts, since a failed allocation inside would abort.
///
/// # Errors
/// [`TooLarge`] beyond [`BITS_MAX`] bits or if the allocator refuses.
pub fn bearable(bits: u64) -> Result<(), TooLarge> {
    if bits > BITS_MAX {
        return Err(TooLarge);
    }
    // Operands, result and scratch of the last step together.
    let bytes = usize::try_from(bits / 8).map_err(|_| TooLarge)?;
    if bytes > 1 << 24 {
        Vec::<u8>::new().try_reserve_exact(bytes.saturating_mul(4)).map_err(|_| TooLarge)?;
    }
    Ok(())
}

/// `a + b`.
pub fn add(a: IntRef, b: IntRef) -> BigInt {
    let mut out = BigInt::zero();
    add_into(&mut out, a, b);
    out
}

/// `a - b`.
pub fn sub(a: IntRef, b: IntRef) -> BigInt {
    add(a, b.negated())
}

/// How many digits [`sum_into`] wants for `a + b`.
pub fn sum_room(a: IntRef, b: IntRef) -> usize {
    a.digits.len().max(b.digits.len()) + 1
}

/// `out = a + b`, where `out` has the digits of [`sum_room`]; gives the sign and how many digits are used.
pub fn sum_into(out: &mut [u32], a: IntRef, b: IntRef) -> (bool, usize) {
    if a.neg == b.neg || a.is_zero() || b.is_zero() {
        return (a.neg || b.neg, mag::add_into(out, a.digits, b.digits));
    }
    let (big, small) = match cmp_mag(a.digits, b.digits) {
        Ordering::Less => (b, a),
        _ => (a, b),
    };
    let len = mag::sub_into(out, big.digits, small.digits);
    (big.neg && len != 0, len)
}

/// `out = a + b`, using the memory that `out` has.
pub fn add_into(out: &mut BigInt, a: IntRef, b: IntRef) {
    out.digits.resize(sum_room(a, b), 0);
    let len;
    (out.neg, len) = sum_into(&mut out.digits, a, b);
    out.digits.truncate(len);
}

/// `out = a - b`, using the memory that `out` has.
pub fn sub_into(out: &mut BigInt, a: IntRef, b: IntRef) {
    add_into(out, a, b.negated());
}

/// `a * b`; a square is found by the identity of the slices.
pub fn mul(a: IntRef, b: IntRef) -> BigInt {
    let mut out = BigInt::zero();
    mul_into(&mut out, a, b);
    out
}

/// How many digits [`product_into`] wants for `a * b`.
pub fn product_room(a: IntRef, b: IntRef) -> usize {
    a.digits.len() + b.digits.len()
}

/// `out = a * b`, where `out` has the digits of [`product_room`]; gives the sign and how many digits are used.
pub fn product_into(out: &mut [u32], a: IntRef, b: IntRef) -> (bool, usize) {
    let len = mag::mul_into(out, a.digits, b.digits);
    (len != 0 && a.neg != b.neg, len)
}

/// `out = a * b`, using the memory that `out` has.
pub fn mul_into(out: &mut BigInt, a: IntRef, b: IntRef) {
    out.digits.resize(product_room(a, b), 0);
    let len;
    (out.neg, len) = product_into(&mut out.digits, a, b);
    out.digits.truncate(len);
}

/// Quotient towards zero and remainder with the sign of `a`, as C divides; `None` if `b` is zero.
pub fn divrem_trunc(a: IntRef, b: IntRef) -> Option<(BigInt, BigInt)> {
    let (q, r) = mag::divrem(a.digits, b.digits)?;
    Some((BigInt::new(a.neg != b.neg, q), BigInt::new(a.neg, r)))
}

/// Python's `divmod`: quotient towards minus infinity, remainder with the sign of `b`; `None` if `b` is zero.
pub fn divmod_floor(a: IntRef, b: IntRef) -> Option<(BigInt, BigInt)> {
    let (mut q, mut r) = divrem_trunc(a, b)?;
    if !r.is_zero() && a.neg != b.neg {
        r = add(r.view(), b);
        q = sub(q.view(), IntRef::ONE);
    }
    Some((q, r))
}

/// `a // b`; `None` if `b` is zero.
pub fn floor_div(a: IntRef, b: IntRef) -> Option<BigInt> {
    if let Some(q) = floor_div_by_tops(a, b) {
        return Some(q);
    }
    divmod_floor(a, b).map(|(q, _)| q)
}

/// `a // b` from the uppermost digits alone, when the quotient is short and they tell it: then the rest of the numbers need not be read.
fn floor_div_by_tops(a: IntRef, b: IntRef) -> Option<BigInt> {
    /// Digits of `b` that are looked at; of `a` one more, so that everything below fits a double word.
    const TOP: usize = 3;
    let below = b.digits.len().checked_sub(TOP).filter(|&n| n > 0 && a.digits.len() <= b.digits.len() + 1)?;
    if a.is_zero() {
        return None;
    }
    let top = |digits: &[u32]| digits.get(below..).unwrap_or(&[]).iter().rev().fold(0u128, |acc, &d| acc << DIGIT_BITS | u128::from(d));
    // With x and y the upper parts and k the bits below: x <= |a| / 2**k < x + 1, y <= |b| / 2**k < y + 1. So |a| > q * |b| for the q below (or |a| < |b| if it is 0),
    // and |a| < (q + 1) * |b| if (q + 1) * y > x.
    let (x, y) = (top(a.digits), top(b.digits));
    let q = x / (y + 1);
    if (q + 1) * y <= x {
        return None;
    }
    // Something is left over in any case.
    let neg = a.neg != b.neg;
    Some(BigInt::from_sign_u128(neg, q + u128::from(neg)))
}

/// `a % b`; `None` if `b` is zero.
pub fn modulo(a: IntRef, b: IntRef) -> Option<BigInt> {
    if let [d] = *b.digits {
        let mut r = mag::rem_digit(a.digits, d);
        if r != 0 && a.neg != b.neg {
            r = d - r;
        }
        return Some(BigInt::from_sign_u64(b.neg, u64::from(r)));
    }
    let (_, r) = mag::divrem(a.digits, b.digits)?;
    let r = BigInt::new(a.neg, r);
    if !r.is_zero() && a.neg != b.neg { Some(add(r.view(), b)) } else { Some(r) }
}

/// `base ** exp` for `exp >= 0` (a negative exponent counts as its magnitude; the caller makes a float of it first).
///
/// # Errors
/// [`TooLarge`] if the result would have more than [`BITS_MAX`] bits.
pub fn pow(base: IntRef, exp: IntRef) -> Result<BigInt, TooLarge> {
    let neg = base.neg && exp.is_odd();
    if exp.is_zero() {
        return Ok(IntRef::ONE.to_owned());
    }
    if let [] | [1] = *base.digits {
        return Ok(BigInt::new(neg, base.digits.to_vec()));
    }
    let exp = exp.mag_u64().filter(|&e| e <= BITS_MAX).ok_or(TooLarge)?;
    bearable((base.bit_length() - 1).saturating_mul(exp))?;
    // Powers of two in the base are a shift in the end.
    let zeros = trailing_zeros(base.digits);
    let (odd, _) = mag::shr(base.digits, zeros);
    let digits = pow_mag(&odd, exp);
    Ok(BigInt { neg, digits: if zeros == 0 { digits } else { mag::shl(&digits, zeros * exp) } })
}

/// Number of zero bits below the lowest one.
pub fn trailing_zeros(digits: &[u32]) -> u64 {
    match digits.iter().position(|&d| d != 0) {
        None => 0,
        Some(i) => i as u64 * u64::from(DIGIT_BITS) + u64::from(digits[i].trailing_zeros()),
    }
}

/// Left-to-right binary powers on limbs; `exp > 0`.
fn pow_mag(base: &[u32], exp: u64) -> Vec<u32> {
    if let ([d], true) = (base, exp <= 4) {
        return mag::digits_of(u128::from(*d).pow(exp as u32));
    }
    // As long as the result fits a word, no vector is needed.
    let bits = crate::repr::bit_length_mag(base);
    if bits * exp <= 120 {
        let value = base.iter().rev().fold(0u128, |acc, &d| acc << DIGIT_BITS | u128::from(d));
        return mag::digits_of(value.pow(exp as u32));
    }
    let base = limb::pack(base);
    let mut acc = base.clone();
    let mut next = Vec::new();
    for bit in (0..63 - exp.leading_zeros()).rev() {
        next.clear();
        next.resize(acc.len() * 2, 0);
        limb_mul::square_into(&mut next, &acc);
        limb::trim_vec(&mut next);
        std::mem::swap(&mut acc, &mut next);
        if exp >> bit & 1 == 1 {
            next.clear();
            next.resize(acc.len() + base.len(), 0);
            limb_mul::mul_into(&mut next, &acc, &base);
            limb::trim_vec(&mut next);
            std::mem::swap(&mut acc, &mut next);
        }
    }
    limb::unpack(&acc)
}

/// The largest `r` with `r * r <= n`; `None` for negative numbers.
pub fn isqrt(n: IntRef) -> Option<BigInt> {
    if n.neg {
        return None;
    }
    if let Some(v) = n.mag_u128() {
        return Some(BigInt::from_sign_u128(false, v.isqrt()));
    }
    Some(sqrt_rem(n).0)
}

/// Root and remainder of a number that is not negative: from the root of the upper half by one division of half the length
/// (Zimmermann, "Karatsuba square root", 1999).
fn sqrt_rem(n: IntRef) -> (BigInt, BigInt) {
    if let Some(v) = n.mag_u128() {
        let r = v.isqrt();
        return (BigInt::from(r), BigInt::from(v - r * r));
    }
    // n = high * 4**k + low; the upper part has at least half of the bits plus two, so the estimate is off by one at most.
    let k = (n.bit_length() - 1) / 4;
    let (high, _) = mag::shr(n.digits, 2 * k);
    let (root, rem) = sqrt_rem(IntRef::new(false, &high));
    let low = crate::bits::low_bits(n.digits, 2 * k);
    let (low_high, _) = mag::shr(&low, k);
    let numerator = add(shl(rem.view(), k).view(), IntRef::new(false, &low_high));
    let twice = shl(root.view(), 1);
    let (q, u) = mag::divrem(&numerator.digits, &twice.digits).unwrap_or_default();
    let (q, u) = (BigInt::new(false, q), BigInt::new(false, u));
    let mut root = add(shl(root.view(), k).view(), q.view());
    let low_low = crate::bits::low_bits(n.digits, k);
    let mut rem = add(shl(u.view(), k).view(), IntRef::new(false, &low_low));
    rem = sub(rem.view(), mul(q.view(), q.view()).view());
    while rem.neg {
        // (root - 1)**2 = root**2 - 2 * root + 1
        rem = add(rem.view(), shl(root.view(), 1).view());
        rem = sub(rem.view(), IntRef::ONE);
        root = sub(root.view(), IntRef::ONE);
    }
    (root, rem)
}

fn shl(a: IntRef, bits: u64) -> BigInt {
    BigInt { neg: a.neg, digits: mag::shl(a.digits, bits) }
}
