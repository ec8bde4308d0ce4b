//! Magnitudes as slices of 30-bit digits: the operations that write into digits a caller provides, for example those of
//! a just allocated int object, and choose between a direct loop and the limb form.
//!
//! Each `_into` function returns how many digits of `out` are used (no zeros at the top); it leaves the rest of the digits that it
//! was documented to need in an unspecified state.

use crate::limb::{self, div::Reciprocal, mul as limb_mul};
use crate::repr::{DIGIT_BITS, DIGIT_MASK, trim_vec};

/// Below this many digits of the shorter operand the schoolbook method works on digits as they are.
const PACK_MIN: usize = 5;
/// Operands with this many limbs together are packed on the stack.
const STACK_LIMBS: usize = 64;

/// `out = a + b`; `out` has room for one digit more than the longer operand.
#[inline]
pub fn add_into(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let (low, high) = long.split_at(short.len());
    let (out_low, out_high) = out[..long.len() + 1].split_at_mut(short.len());
    // Two digits at a time, as long as there are two.
    let mut carry = 0u64;
    let even = low.len() & !1;
    for ((slot, x), y) in out_low.chunks_exact_mut(2).zip(low.chunks_exact(2)).zip(short.chunks_exact(2)) {
        let t = pair(x) + pair(y) + carry;
        slot[0] = t as u32 & DIGIT_MASK;
        slot[1] = (t >> DIGIT_BITS) as u32 & DIGIT_MASK;
        carry = t >> (2 * DIGIT_BITS);
    }
    let mut carry = carry as u32;
    for ((slot, &x), &y) in out_low[even..].iter_mut().zip(&low[even..]).zip(&short[even..]) {
        let t = x + y + carry;
        *slot = t & DIGIT_MASK;
        carry = t >> DIGIT_BITS;
    }
    for (slot, &x) in out_high.iter_mut().zip(high) {
        let t = x + carry;
        *slot = t & DIGIT_MASK;
        carry = t >> DIGIT_BITS;
    }
    if let Some(last) = out_high.last_mut() {
        *last = carry;
    }
    long.len() + carry as usize
}

/// Two digits as one number.
#[inline(always)]
fn pair(digits: &[u32]) -> u64 {
    u64::from(digits[0]) | u64::from(digits[1]) << DIGIT_BITS
}

/// `out = a - b` where `a >= b`; `out` has room for `a.len()` digits.
#[inline]
pub fn sub_into(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let (low, high) = a.split_at(b.len());
    let (out_low, out_high) = out[..a.len()].split_at_mut(b.len());
    let mut borrow = 0u64;
    let even = low.len() & !1;
    for ((slot, x), y) in out_low.chunks_exact_mut(2).zip(low.chunks_exact(2)).zip(b.chunks_exact(2)) {
        let t = pair(x).wrapping_sub(pair(y)).wrapping_sub(borrow);
        slot[0] = t as u32 & DIGIT_MASK;
        slot[1] = (t >> DIGIT_BITS) as u32 & DIGIT_MASK;
        borrow = t >> 63;
    }
    let mut borrow = borrow as u32;
    for ((slot, &x), &y) in out_low[even..].iter_mut().zip(&low[even..]).zip(&b[even..]) {
        let t = x.wrapping_sub(y).wrapping_sub(borrow);
        *slot = t & DIGIT_MASK;
        borrow = t >> 31;
    }
    for (slot, &x) in out_high.iter_mut().zip(high) {
        let t = x.wrapping_sub(borrow);
        *slot = t & DIGIT_MASK;
        borrow = t >> 31;
    }
    used(&out[..a.len()])
}

/// `out = a * b`; `out` has room for `a.len() + b.len()` digits.
#[inline]
pub fn mul_into(out: &mut [u32], a: &[u32], b: &[u32]) -> usize {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    match *short {
        [] => 0,
        [d] => {
            let len = long.len();
            out[len] = mul_digit(&mut out[..len], long, d);
            len + usize::from(out[len] != 0)
        }
        _ if short.len() < PACK_MIN => mul_school(&mut out[..a.len() + b.len()], long, short),
        _ if std::ptr::eq(a, b) => square_packed(&mut out[..2 * a.len()], a),
        _ => mul_packed(&mut out[..a.len() + b.len()], long, short),
    }
}

/// `out = a * d`, same length; returns the top digit.
#[inline]
fn mul_digit(out: &mut [u32], a: &[u32], d: u32) -> u32 {
    let mut carry = 0u64;
    for (slot, &x) in out.iter_mut().zip(a) {
        carry += u64::from(x) * u64::from(d);
        *slot = carry as u32 & DIGIT_MASK;
        carry >>= DIGIT_BITS;
    }
    carry as u32
}

/// Rows of products, for a short operand of at least one digit.
fn mul_school(out: &mut [u32], long: &[u32], short: &[u32]) -> usize {
    let n = long.len();
    out[n] = mul_digit(&mut out[..n], long, short[0]);
    for (i, &d) in short.iter().enumerate().skip(1) {
        let mut carry = 0u64;
        for (slot, &x) in out[i..i + n].iter_mut().zip(long) {
            carry += u64::from(x) * u64::from(d) + u64::from(*slot);
            *slot = carry as u32 & DIGIT_MASK;
            carry >>= DIGIT_BITS;
        }
        out[i + n] = carry as u32;
    }
    used(out)
}

fn mul_packed(out: &mut [u32], long: &[u32], short: &[u32]) -> usize {
    let (n, m) = (long.len().div_ceil(2), short.len().div_ceil(2));
    if n + m > STACK_LIMBS {
        return limb::unpack_into(&limb_mul::mul(&limb::pack(long), &limb::pack(short)), out);
    }
    let (mut inputs, mut product) = ([0; STACK_LIMBS], [0; STACK_LIMBS]);
    let (x, y) = inputs.split_at_mut(n);
    limb::pack_into(long, x);
    limb::pack_into(short, y);
    let product = &mut product[..n + m];
    limb_mul::mul_into(product, x, &y[..m]);
    limb::unpack_into(product, out)
}

fn square_packed(out: &mut [u32], a: &[u32]) -> usize {
    let n = a.len().div_ceil(2);
    if 2 * n > STACK_LIMBS {
        return limb::unpack_into(&limb_mul::square(&limb::pack(a)), out);
    }
    let (mut input, mut product) = ([0; STACK_LIMBS / 2], [0; STACK_LIMBS]);
    limb::pack_into(a, &mut input);
    limb_mul::square_into(&mut product[..2 * n], &input[..n]);
    limb::unpack_into(&product[..2 * n], out)
}

/// Quotient and remainder of magnitudes; `None` if `b` is zero.
pub fn divrem(a: &[u32], b: &[u32]) -> Option<(Vec<u32>, Vec<u32>)> {
    if b.is_empty() {
        return None;
    }
    if crate::repr::cmp_mag(a, b).is_lt() {
        return Some((Vec::new(), a.to_vec()));
    }
    if let [d] = *b {
        let mut q = vec![0; a.len()];
        let r = divrem_digit(&mut q, a, d);
        trim_vec(&mut q);
        return Some((q, if r == 0 { Vec::new() } else { vec![r] }));
    }
    if a.len() <= 4 {
        let value = |d: &[u32]| d.iter().rev().fold(0u128, |acc, &d| acc << DIGIT_BITS | u128::from(d));
        let (x, y) = (value(a), value(b));
        let (q, r) = if a.len() == 2 {
            (u128::from(x as u64 / y as u64), u128::from(x as u64 % y as u64))
        } else {
            (x / y, x % y)
        };
        return Some((digits_of(q), digits_of(r)));
    }
    let (q, r) = limb::div::divrem(&limb::pack(a), &limb::pack(b));
    Some((limb::unpack(&q), limb::unpack(&r)))
}

/// `out = a / d` for a digit that is not zero, `out.len() == a.len()`; returns the remainder.
pub fn divrem_digit(out: &mut [u32], a: &[u32], d: u32) -> u32 {
    let divide = |rem: u64, x: u32| {
        let t = rem << DIGIT_BITS | u64::from(x);
        (t / u64::from(d), t % u64::from(d))
    };
    if a.len() <= 6 {
        let mut rem = 0;
        for (slot, &x) in out.iter_mut().zip(a).rev() {
            let q;
            (q, rem) = divide(rem, x);
            *slot = q as u32;
        }
        return rem as u32;
    }
    // The reciprocal takes two digits at a time; an odd one on top goes first.
    let even = a.len() & !1;
    let mut rem = 0;
    for (slot, &x) in out[even..].iter_mut().zip(&a[even..]) {
        let q;
        (q, rem) = divide(rem, x);
        *slot = q as u32;
    }
    let reciprocal = Reciprocal::new(u64::from(d));
    for (slot, x) in out[..even].chunks_exact_mut(2).zip(a[..even].chunks_exact(2)).rev() {
        let q;
        (q, rem) = reciprocal.div(rem, u64::from(x[0]) | u64::from(x[1]) << DIGIT_BITS);
        slot[0] = q as u32 & DIGIT_MASK;
        slot[1] = (q >> DIGIT_BITS) as u32;
    }
    rem as u32
}

/// The remainder of `a` by a digit that is not zero.
pub fn rem_digit(a: &[u32], d: u32) -> u32 {
    a.iter().rev().fold(0u64, |rem, &x| (rem << DIGIT_BITS | u64::from(x)) % u64::from(d)) as u32
}

/// Normalised digits of a machine integer.
pub fn digits_of(mut value: u128) -> Vec<u32> {
    let mut out = Vec::with_capacity((128 - value.leading_zeros()).div_ceil(DIGIT_BITS) as usize);
    while value != 0 {
        out.push(value as u32 & DIGIT_MASK);
        value >>= DIGIT_BITS;
    }
    out
}

/// `a << bits` as normalised digits; the caller has checked that the result is of bearable size.
pub fn shl(a: &[u32], bits: u64) -> Vec<u32> {
    if a.is_empty() {
        return Vec::new();
    }
    let (whole, part) = ((bits / u64::from(DIGIT_BITS)) as usize, (bits % u64::from(DIGIT_BITS)) as u32);
    let mut out = Vec::with_capacity(a.len() + whole + 1);
    out.resize(whole, 0);
    let mut carry = 0u64;
    for &x in a {
        carry |= u64::from(x) << part;
        out.push(carry as u32 & DIGIT_MASK);
        carry >>= DIGIT_BITS;
    }
    if carry != 0 {
        out.push(carry as u32);
    }
    out
}

/// `a >> bits` (towards zero) as normalised digits, and whether any one-bit fell out.
pub fn shr(a: &[u32], bits: u64) -> (Vec<u32>, bool) {
    let whole = usize::try_from(bits / u64::from(DIGIT_BITS)).unwrap_or(usize::MAX);
    let part = (bits % u64::from(DIGIT_BITS)) as u32;
    let Some((lost, kept)) = a.split_at_checked(whole) else {
        return (Vec::new(), !a.is_empty());
    };
    let Some(&first) = kept.first() else {
        return (Vec::new(), !a.is_empty());
    };
    let sticky = lost.iter().any(|&d| d != 0) || first & ((1 << part) - 1) != 0;
    let mut out = Vec::with_capacity(kept.len());
    out.extend(kept.windows(2).map(|w| {
        let t = u64::from(w[0]) | u64::from(w[1]) << DIGIT_BITS;
        (t >> part) as u32 & DIGIT_MASK
    }));
    out.push(kept[kept.len() - 1] >> part);
    trim_vec(&mut out);
    (out, sticky)
}

/// Length of `digits` without zeros at the top.
#[inline]
fn used(digits: &[u32]) -> usize {
    crate::repr::trim(digits).len()
}
