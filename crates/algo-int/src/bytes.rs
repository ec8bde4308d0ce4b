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
    let flip = if a.neg { u64::from(u32::MAX) } else { 0 };
    let mut next_word = || {
        while have < 32
            && let Some(&d) = digits.next()
        {
            acc |= u64::from(d) << have;
            have += DIGIT_BITS;
        }
        let word = ((acc & u64::from(u32::MAX)) ^ flip) + carry;
        acc >>= 32;
        have = have.saturating_sub(32);
        carry = word >> 32;
        word as u32
    };
    match endian {
        Endian::Little => {
            for part in out.chunks_mut(4) {
                part.copy_from_slice(&next_word().to_le_bytes()[..part.len()]);
            }
        }
        Endian::Big => {
            for part in out.rchunks_mut(4) {
                part.copy_from_slice(&next_word().to_be_bytes()[4 - part.len()..]);
            }
        }
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
    let flip = if neg { u64::from(u32::MAX) } else { 0 };
    let mut take = |word: u32, bytes: usize| {
        let mut value = (u64::from(word) ^ flip) + carry;
        carry = value >> 32;
        // Of the last bytes only as many bits count as there are.
        value &= u64::from(u32::MAX) >> (32 - 8 * bytes);
        acc |= value << have;
        have += 8 * bytes as u32;
        while have >= DIGIT_BITS {
            digits.push(acc as u32 & DIGIT_MASK);
            acc >>= DIGIT_BITS;
            have -= DIGIT_BITS;
        }
    };
    let mut word = [0; 4];
    match endian {
        Endian::Little => {
            for part in bytes.chunks(4) {
                word[..part.len()].copy_from_slice(part);
                take(u32::from_le_bytes(word), part.len());
            }
        }
        Endian::Big => {
            for part in bytes.rchunks(4) {
                word[4 - part.len()..].copy_from_slice(part);
                take(u32::from_be_bytes(word), part.len());
            }
        }
    }
    if acc != 0 {
        digits.push(acc as u32);
    }
    BigInt::new(neg, digits)
}
