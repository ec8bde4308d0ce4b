//! Conversion between text digits and numbers in bases 2 to 36, by divide and conquer where numbers are long.

use crate::limb::{self, LIMB_MASK, div, mul as limb_mul};
use crate::mag;
use crate::parse::digit_value;
use crate::repr::{DIGIT_BITS, DIGIT_MASK, IntRef};

/// The number has more decimal digits than `sys.set_int_max_str_digits` allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyDigits;

/// Numbers up to this many limbs are written by repeated division.
const WRITE_BASE_LIMBS: usize = 30;
/// Texts up to this many limbs are read by repeated multiplication.
const READ_BASE_LIMBS: usize = 48;

const LOWER: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Append the decimal form with its sign.
pub fn to_decimal(a: IntRef, out: &mut Vec<u8>) {
    if a.neg {
        out.push(b'-');
    }
    match a.mag_u64() {
        Some(small) => push_u64(small, out),
        None if a.digits.len() <= SMALL_DIGITS => write_decimal_small(a.digits, out),
        None => write_magnitude(a.digits, 10, LOWER, out),
    }
}

/// As [`to_decimal`] if there are at most `max_digits` digits (0: no limit). A number far too long is refused before any work.
///
/// # Errors
/// [`TooManyDigits`], with `out` as it was.
pub fn to_decimal_limited(a: IntRef, max_digits: usize, out: &mut Vec<u8>) -> Result<(), TooManyDigits> {
    // 30102 / 100000 is below log10(2), so this is below the number of digits.
    let least = u128::from(a.bit_length().saturating_sub(1)) * 30_102 / 100_000;
    if max_digits > 0 && least > max_digits as u128 {
        return Err(TooManyDigits);
    }
    let start = out.len();
    to_decimal(a, out);
    if max_digits > 0 && out.len() - start - usize::from(a.neg) > max_digits {
        out.truncate(start);
        return Err(TooManyDigits);
    }
    Ok(())
}

/// Append the digits in a base from 2 to 36, with a minus sign but without prefix.
pub fn to_radix(a: IntRef, base: u32, upper: bool, out: &mut Vec<u8>) {
    debug_assert!((2..=36).contains(&base));
    if base == 10 {
        return to_decimal(a, out);
    }
    if a.neg {
        out.push(b'-');
    }
    let alphabet = if upper { UPPER } else { LOWER };
    if a.is_zero() {
        out.push(b'0');
    } else if base.is_power_of_two() {
        write_bits(a, base.trailing_zeros(), alphabet, out);
    } else {
        write_magnitude(a.digits, base, alphabet, out);
    }
}

/// Append a machine integer in decimal.
pub fn push_u64(value: u64, out: &mut Vec<u8>) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = value;
    while rest >= 100 {
        let pair = (rest % 100) as usize;
        rest /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair]);
    }
    if rest >= 10 {
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[rest as usize]);
    } else {
        at -= 1;
        buffer[at] = b'0' + rest as u8;
    }
    out.extend_from_slice(&buffer[at..]);
}

/// "00" to "99".
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut i = 0;
    while i < 100 {
        pairs[i] = [b'0' + (i / 10) as u8, b'0' + (i % 10) as u8];
        i += 1;
    }
    pairs
};

/// Decimal numbers of up to this many digits are written without any vector of their own.
const SMALL_DIGITS: usize = 2 * WRITE_BASE_LIMBS;

/// Decimal digits by repeated division, everything on the stack. The magnitude has more than 64 bits.
fn write_decimal_small(digits: &[u32], out: &mut Vec<u8>) {
    const RECIPROCAL: div::Reciprocal = div::Reciprocal::new(DECIMAL.chunk_value);
    let mut limbs = [0u64; WRITE_BASE_LIMBS];
    let mut pieces = [0u64; WRITE_BASE_LIMBS + 2];
    let mut len = limb::pack_into(digits, &mut limbs);
    let mut count = 0;
    while len > 0 {
        pieces[count] = RECIPROCAL.div_assign(&mut limbs[..len]);
        count += 1;
        while len > 0 && limbs[len - 1] == 0 {
            len -= 1;
        }
    }
    if let Some((&top, rest)) = pieces[..count].split_last() {
        out.reserve(count * DECIMAL.chunk);
        push_u64(top, out);
        for &piece in rest.iter().rev() {
            let start = out.len();
            out.extend_from_slice(&[b'0'; DECIMAL.chunk]);
            write_piece(piece, &mut out[start..]);
        }
    }
}

/// A base 2**bits: cut the bits anew.
fn write_bits(a: IntRef, bits: u32, alphabet: &[u8; 36], out: &mut Vec<u8>) {
    let count = a.bit_length().div_ceil(u64::from(bits)) as usize;
    let start = out.len();
    out.resize(start + count, b'0');
    // Two digits are 60 bits, which every such base divides evenly.
    let mask = (1 << bits) - 1;
    let pieces = out[start..].rchunks_mut((60 / bits) as usize);
    for (pair, piece) in a.digits.chunks(2).zip(pieces) {
        let mut value = u64::from(pair[0]) | pair.get(1).map_or(0, |&d| u64::from(d) << DIGIT_BITS);
        for slot in piece.iter_mut().rev() {
            *slot = alphabet[(value & mask) as usize];
            value >>= bits;
        }
    }
}

/// What a base that is no power of two needs on both ways.
struct Radix {
    base: u32,
    /// Characters that fit one limb together.
    chunk: usize,
    /// `base ** chunk`.
    chunk_value: u64,
    /// `base == odd << twos`.
    odd: u32,
    twos: u32,
}

/// Base 10.
const DECIMAL: Radix = Radix { base: 10, chunk: 18, chunk_value: 1_000_000_000_000_000_000, odd: 5, twos: 1 };

impl Radix {
    fn new(base: u32) -> Radix {
        if base == 10 {
            return DECIMAL;
        }
        let mut chunk = 1;
        let mut chunk_value = u64::from(base);
        while let Some(v) = chunk_value.checked_mul(base.into()).filter(|&v| v <= LIMB_MASK) {
            chunk_value = v;
            chunk += 1;
        }
        let twos = base.trailing_zeros();
        Radix { base, chunk, chunk_value, odd: base >> twos, twos }
    }

    /// Powers `base ** (first * 2**i)` for `i < levels`.
    fn ladder(&self, first: usize, levels: u32) -> Vec<Power> {
        let mut ladder: Vec<Power> = Vec::with_capacity(levels as usize);
        for _ in 0..levels {
            let next = match ladder.last() {
                None => {
                    let (base, exp) = ([self.odd], [first as u32 & DIGIT_MASK, (first >> DIGIT_BITS) as u32]);
                    let odd = crate::arith::pow(IntRef::new(false, &base), IntRef::new(false, &exp));
                    Power {
                        odd: limb::pack(&odd.unwrap_or_default().digits),
                        shift: first as u64 * u64::from(self.twos),
                    }
                }
                Some(p) => {
                    let mut odd = limb_mul::square(&p.odd);
                    limb::trim_vec(&mut odd);
                    Power { odd, shift: p.shift * 2 }
                }
            };
            ladder.push(next);
        }
        ladder
    }
}

/// A power of the base as `odd << shift`: products and divisions by the odd part are a third shorter for base 10.
struct Power {
    odd: Vec<u64>,
    shift: u64,
}

/// Digits of a magnitude that is not zero, base not a power of two.
fn write_magnitude(digits: &[u32], base: u32, alphabet: &[u8; 36], out: &mut Vec<u8>) {
    let radix = Radix::new(base);
    let limbs = limb::pack(digits);
    let start = out.len();
    let bits = limb::bit_length(&limbs) as f64;
    let count = (bits / f64::from(base).log2()) as usize + 2;
    let mut levels = 0;
    while count >> levels > WRITE_BASE_LIMBS * radix.chunk {
        levels += 1;
    }
    let leaf = count.div_ceil(1 << levels);
    out.resize(start + (leaf << levels), b'0');
    let ladder = radix.ladder(leaf, levels);
    write_part(&radix, &ladder, limbs, alphabet, &mut out[start..]);
    let zeros = out[start..].iter().take_while(|&&c| c == b'0').count();
    out.drain(start..start + zeros);
}

/// Fill all of `out` with the digits of `limbs`, zeros in front.
fn write_part(radix: &Radix, ladder: &[Power], limbs: Vec<u64>, alphabet: &[u8; 36], out: &mut [u8]) {
    let Some((power, rest)) = ladder.split_last() else {
        return write_leaf(radix, limbs, alphabet, out);
    };
    let (high_out, low_out) = out.split_at_mut(out.len() / 2);
    // x = (x >> s) * 2**s + low; divide only the upper part by the odd power.
    let (whole, part) = ((power.shift / 60) as usize, (power.shift % 60) as u32);
    let mut upper = limbs.get(whole..).unwrap_or(&[]).to_vec();
    limb::shr_small(&mut upper, part);
    let (q, r) = div::divrem(&upper, &power.odd);
    let mut low = limbs;
    low.truncate(whole + 1);
    if let Some(top) = low.get_mut(whole) {
        *top &= (1 << part) - 1;
    }
    let mut remainder = limb::shl(limb::trim(&r), power.shift);
    let len = remainder.len().max(low.len());
    remainder.resize(len, 0);
    for (x, y) in remainder.iter_mut().zip(&low) {
        *x |= y;
    }
    limb::trim_vec(&mut remainder);
    write_part(radix, rest, q, alphabet, high_out);
    write_part(radix, rest, remainder, alphabet, low_out);
}

/// The lowest decimal digits of `value`, as many as `piece` has room for.
fn write_piece(value: u64, piece: &mut [u8]) {
    if piece.len() > 9 {
        // Two halves of 32 bits each divide faster, and side by side.
        let (high, low) = piece.split_at_mut(piece.len() - 9);
        write_half((value / 1_000_000_000 % 1_000_000_000) as u32, high);
        write_half((value % 1_000_000_000) as u32, low);
    } else {
        write_half((value % 1_000_000_000) as u32, piece);
    }
}

fn write_half(mut value: u32, piece: &mut [u8]) {
    let mut pairs = piece.rchunks_exact_mut(2);
    for pair in &mut pairs {
        pair.copy_from_slice(&PAIRS[(value % 100) as usize]);
        value /= 100;
    }
    if let [single] = pairs.into_remainder() {
        *single = b'0' + (value % 10) as u8;
    }
}

/// Repeated division by the largest power of the base within a limb.
fn write_leaf(radix: &Radix, mut limbs: Vec<u64>, alphabet: &[u8; 36], out: &mut [u8]) {
    let reciprocal = div::Reciprocal::new(radix.chunk_value);
    for piece in out.rchunks_mut(radix.chunk) {
        limb::trim_vec(&mut limbs);
        let mut value = if limbs.is_empty() { 0 } else { reciprocal.div_assign(&mut limbs) };
        if radix.base == 10 {
            write_piece(value, piece);
        } else {
            for slot in piece.iter_mut().rev() {
                *slot = alphabet[(value % u64::from(radix.base)) as usize];
                value /= u64::from(radix.base);
            }
        }
    }
}

/// The number that checked digits (no underscores) of a base that is no power of two mean.
pub fn read_magnitude(text: &[u8], base: u32) -> Vec<u32> {
    let radix = Radix::new(base);
    if text.len() <= radix.chunk {
        return mag::digits_of(read_chunk(text, base).into());
    }
    let mut levels = 0;
    while text.len() >> levels > READ_BASE_LIMBS * radix.chunk {
        levels += 1;
    }
    let leaf = text.len().div_ceil(1 << levels);
    let ladder = radix.ladder(leaf, levels);
    limb::unpack(&read_part(&radix, &ladder, leaf, text))
}

fn read_part(radix: &Radix, ladder: &[Power], leaf: usize, text: &[u8]) -> Vec<u64> {
    let Some((power, rest)) = ladder.split_last() else {
        return read_leaf(radix, text);
    };
    let low_len = leaf << rest.len();
    if text.len() <= low_len {
        return read_part(radix, rest, leaf, text);
    }
    let (high_text, low_text) = text.split_at(text.len() - low_len);
    let high = read_part(radix, rest, leaf, high_text);
    let low = read_part(radix, rest, leaf, low_text);
    let mut product = limb_mul::mul(&high, &power.odd);
    limb::trim_vec(&mut product);
    let mut out = limb::shl(&product, power.shift);
    out.resize(out.len().max(low.len()) + 1, 0);
    limb::add_assign(&mut out, &low);
    limb::trim_vec(&mut out);
    out
}

fn read_leaf(radix: &Radix, text: &[u8]) -> Vec<u64> {
    let mut out: Vec<u64> = Vec::with_capacity(text.len() / radix.chunk + 2);
    let (head, rest) = text.split_at(text.len() % radix.chunk);
    if !head.is_empty() {
        out.push(read_chunk(head, radix.base));
    }
    for part in rest.chunks_exact(radix.chunk) {
        let mut carry = u128::from(read_chunk(part, radix.base));
        for x in &mut out {
            carry += u128::from(*x) * u128::from(radix.chunk_value);
            *x = carry as u64 & LIMB_MASK;
            carry >>= limb::LIMB_BITS;
        }
        if carry != 0 {
            out.push(carry as u64);
        }
    }
    limb::trim_vec(&mut out);
    out
}

fn read_chunk(text: &[u8], base: u32) -> u64 {
    if base == 10 {
        let blocks = text.rchunks_exact(8);
        let head = blocks.remainder().iter().fold(0, |acc, &c| acc * 10 + u64::from(c & 15));
        return blocks.rev().fold(head, |acc, block| acc * 100_000_000 + read_eight(block));
    }
    text.iter().fold(0, |acc, &c| acc * u64::from(base) + u64::from(digit_value(c)))
}

/// Eight decimal digits, combined pairwise in three steps.
#[inline]
fn read_eight(block: &[u8]) -> u64 {
    let Some(&bytes) = block.first_chunk::<8>() else { return 0 };
    let x = u64::from_le_bytes(bytes) & 0x0f0f_0f0f_0f0f_0f0f;
    let x = x.wrapping_mul(10 << 8 | 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let x = x.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_ffff_0000_ffff;
    x.wrapping_mul(10_000 << 32 | 1) >> 32
}
