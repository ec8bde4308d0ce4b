//! `int.to_bytes`, `int.from_bytes` and `_PyLong_AsByteArray`.

use crate::repr::{BigInt, DIGIT_BITS, DIGIT_MASK, IntRef};

/// Why a number does not fit its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToBytesError {
    /// `can't convert negative int to unsigned`.
    Negative,
    /// `int too big to convert`.
    TooBig,
}

/// Order of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// Write `a` into all of `out`, in two's complement if `signed`. On error `out` holds the low bytes of the number.
///
/// # Errors
/// See [`ToBytesError`].
pub fn to_bytes(a: IntRef, out: &mut [u8], endian: Endian, signed: bool) -> Result<(), ToBytesError> {
    if a.neg && !signed {
        return Err(ToBytesError::Negative);
    }
    let mut digits = a.digits.iter();
    let (mut acc, mut have) = (0u64, 0u32);
    let mut carry = u64::from(a.neg);
    let mut fill = |byte: &mut u8| {
        if have < 8
            && let Some(&d) = digits.next()
        {
            acc |= u64::from(d) << have;
            have += DIGIT_BITS;
        }
        let low = acc & 0xff;
        acc >>= 8;
        have = have.saturating_sub(8);
        *byte = if a.neg {
            let t = (low ^ 0xff) + carry;
            carry = t >> 8;
            t as u8
        } else {
            low as u8
        };
    };
    match endian {
        Endian::Little => out.iter_mut().for_each(&mut fill),
        Endian::Big => out.iter_mut().rev().for_each(&mut fill),
    }
    if needed_bits(a, signed) > out.len() as u64 * 8 { Err(ToBytesError::TooBig) } else { Ok(()) }
}

/// Bits that `a` takes, with its sign bit if `signed`.
fn needed_bits(a: IntRef, signed: bool) -> u64 {
    let bits = a.bit_length();
    if !signed || bits == 0 {
        return bits;
    }
    // -(2**k) needs no bit more than 2**k - 1.
    let power_of_two = a.neg && crate::arith::trailing_zeros(a.digits) == bits - 1;
    bits + u64::from(!power_of_two)
}

/// The number that `bytes` hold; two's complement if `signed`.
pub fn from_bytes(bytes: &[u8], endian: Endian, signed: bool) -> BigInt {
    let top = match endian {
        Endian::Little => bytes.last(),
        Endian::Big => bytes.first(),
    };
    let neg = signed && top.is_some_and(|b| b & 0x80 != 0);
    let mut digits = Vec::with_capacity((bytes.len() * 8).div_ceil(DIGIT_BITS as usize) + 1);
    let (mut acc, mut have) = (0u64, 0u32);
    let mut carry = u64::from(neg);
    let mut take = |&byte: &u8| {
        let mut value = u64::from(byte);
        if neg {
            value = (value ^ 0xff) + carry;
            carry = value >> 8;
            value &= 0xff;
        }
        acc |= value << have;
        have += 8;
        if have >= DIGIT_BITS {
            digits.push(acc as u32 & DIGIT_MASK);
            acc >>= DIGIT_BITS;
            have -= DIGIT_BITS;
        }
    };
    match endian {
        Endian::Little => bytes.iter().for_each(&mut take),
        Endian::Big => bytes.iter().rev().for_each(&mut take),
    }
    if acc != 0 {
        digits.push(acc as u32);
    }
    BigInt::new(neg, digits)
}
