//! Shifts and bitwise operations; negative numbers behave as infinite two's complement.

use crate::arith::{self, TooLarge};
use crate::mag;
use crate::repr::{BigInt, DIGIT_BITS, DIGIT_MASK, IntRef};

/// Which bitwise operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitOp {
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
}

/// `a << bits`.
///
/// # Errors
/// [`TooLarge`] if the result would have more than [`arith::BITS_MAX`] bits.
pub fn shl(a: IntRef, bits: u64) -> Result<BigInt, TooLarge> {
    if a.is_zero() {
        return Ok(BigInt::zero());
    }
    arith::bearable(a.bit_length().saturating_add(bits))?;
    Ok(BigInt { neg: a.neg, digits: mag::shl(a.digits, bits) })
}

/// `a >> bits`, towards minus infinity.
pub fn shr(a: IntRef, bits: u64) -> BigInt {
    let (digits, sticky) = mag::shr(a.digits, bits);
    let out = BigInt::new(a.neg, digits);
    if a.neg && sticky { arith::sub(out.view(), IntRef::ONE) } else { out }
}

/// `~a`.
pub fn invert(a: IntRef) -> BigInt {
    arith::sub(a.negated(), IntRef::ONE)
}

/// `a & b`.
pub fn and(a: IntRef, b: IntRef) -> BigInt {
    bitwise(BitOp::And, a, b)
}

/// `a | b`.
pub fn or(a: IntRef, b: IntRef) -> BigInt {
    bitwise(BitOp::Or, a, b)
}

/// `a ^ b`.
pub fn xor(a: IntRef, b: IntRef) -> BigInt {
    bitwise(BitOp::Xor, a, b)
}

/// Any of the three operations.
pub fn bitwise(op: BitOp, a: IntRef, b: IntRef) -> BigInt {
    let apply = |x: u32, y: u32| match op {
        BitOp::And => x & y,
        BitOp::Or => x | y,
        BitOp::Xor => x ^ y,
    };
    let neg = match op {
        BitOp::And => a.neg && b.neg,
        BitOp::Or => a.neg || b.neg,
        BitOp::Xor => a.neg != b.neg,
    };
    let (x, y) = if a.digits.len() >= b.digits.len() { (a, b) } else { (b, a) };
    // Above the shorter operand stand its sign bits: with `&` and a positive one nothing is left there.
    let len = if op == BitOp::And && !y.neg { y.digits.len() } else { x.digits.len() };
    let mut digits = Vec::with_capacity(len + 1);
    if !a.neg && !b.neg {
        let (low, high) = x.digits.split_at(y.digits.len());
        digits.extend(low.iter().zip(y.digits).map(|(&p, &q)| apply(p, q)));
        if op != BitOp::And {
            digits.extend_from_slice(high);
        }
        return BigInt::new(false, digits);
    }
    let (mut px, mut py) = (Complement::new(x), Complement::new(y));
    let mut out = Complement { neg, carry: u32::from(neg) };
    for i in 0..len {
        let d = apply(px.next(digit(x, i)), py.next(digit(y, i)));
        digits.push(out.next(d));
    }
    if neg && out.carry != 0 {
        digits.push(1); // all digits were zero: -(BASE ** len)
    }
    BigInt::new(neg, digits)
}

fn digit(a: IntRef, i: usize) -> u32 {
    a.digits.get(i).copied().unwrap_or(0)
}

/// Digits of the two's complement, one after the other.
struct Complement {
    neg: bool,
    carry: u32,
}

impl Complement {
    fn new(a: IntRef) -> Self {
        Complement { neg: a.neg, carry: u32::from(a.neg) }
    }

    #[inline]
    fn next(&mut self, d: u32) -> u32 {
        if !self.neg {
            return d;
        }
        let t = (d ^ DIGIT_MASK) + self.carry;
        self.carry = t >> DIGIT_BITS;
        t & DIGIT_MASK
    }
}

/// The lowest `bits` bits of a magnitude, normalised.
pub fn low_bits(digits: &[u32], bits: u64) -> Vec<u32> {
    let whole = usize::try_from(bits / u64::from(DIGIT_BITS)).unwrap_or(usize::MAX);
    let part = bits % u64::from(DIGIT_BITS);
    let mut out = digits.get(..whole.saturating_add(1)).unwrap_or(digits).to_vec();
    if let Some(top) = out.get_mut(whole) {
        *top &= (1 << part) - 1;
    }
    crate::repr::trim_vec(&mut out);
    out
}

/// Bit `index` of the two's complement.
pub fn test_bit(a: IntRef, index: u64) -> bool {
    let whole = usize::try_from(index / u64::from(DIGIT_BITS)).unwrap_or(usize::MAX);
    let part = index % u64::from(DIGIT_BITS);
    let Some(&d) = a.digits.get(whole) else { return a.neg };
    let bit = d >> part & 1 == 1;
    if !a.neg {
        return bit;
    }
    // -m is ~(m - 1): below the lowest one nothing changes, above it bits are inverted.
    bit != (arith::trailing_zeros(a.digits) < index)
}
