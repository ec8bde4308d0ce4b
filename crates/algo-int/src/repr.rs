//! The two forms of an integer, [`BigInt`] (owned) and [`IntRef`] (borrowed), and their conversions to machine integers.
//!
//! Invariant: digits are below [`BASE`], the last one is not zero, zero is never negative. Constructors that take raw
//! digits normalise them.

use std::cmp::Ordering;

/// Bits in one digit (`PyLong_SHIFT`).
pub const DIGIT_BITS: u32 = 30;
/// One more than the largest digit (`PyLong_BASE`).
pub const BASE: u32 = 1 << DIGIT_BITS;
/// The largest digit (`PyLong_MASK`).
pub const DIGIT_MASK: u32 = BASE - 1;

/// An owned integer of any size.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BigInt {
    /// True for numbers below zero.
    pub neg: bool,
    /// 30-bit digits, least significant first, no zero at the end.
    pub digits: Vec<u32>,
}

/// A borrowed integer: what the digits of a Python int object look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntRef<'a> {
    /// True for numbers below zero.
    pub neg: bool,
    /// 30-bit digits, least significant first, no zero at the end.
    pub digits: &'a [u32],
}

/// The digits of `value` and how many of the three are used.
#[inline]
pub const fn u64_digits(value: u64) -> ([u32; 3], usize) {
    let d = [
        (value as u32) & DIGIT_MASK,
        ((value >> DIGIT_BITS) as u32) & DIGIT_MASK,
        (value >> (2 * DIGIT_BITS)) as u32,
    ];
    let len = if d[2] != 0 {
        3
    } else if d[1] != 0 {
        2
    } else {
        (d[0] != 0) as usize
    };
    (d, len)
}

/// `digits` without its most significant zeros.
#[inline]
pub fn trim(mut digits: &[u32]) -> &[u32] {
    while let [rest @ .., 0] = digits {
        digits = rest;
    }
    digits
}

/// Drop the most significant zeros of `digits`.
#[inline]
pub fn trim_vec(digits: &mut Vec<u32>) {
    while let Some(0) = digits.last() {
        digits.pop();
    }
}

/// Order of two magnitudes (normalised digits).
#[inline]
pub fn cmp_mag(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Number of bits of a magnitude; 0 for zero.
#[inline]
pub fn bit_length_mag(digits: &[u32]) -> u64 {
    match digits.last() {
        None => 0,
        Some(top) => (digits.len() as u64 - 1) * u64::from(DIGIT_BITS) + u64::from(32 - top.leading_zeros()),
    }
}

impl<'a> IntRef<'a> {
    /// Zero.
    pub const ZERO: IntRef<'static> = IntRef { neg: false, digits: &[] };
    /// One.
    pub const ONE: IntRef<'static> = IntRef { neg: false, digits: &[1] };

    /// View `digits` (least significant first, each below [`BASE`]) as a number; zeros at the top are cut off.
    #[inline]
    pub fn new(neg: bool, digits: &'a [u32]) -> Self {
        let digits = trim(digits);
        IntRef { neg: neg && !digits.is_empty(), digits }
    }

    /// Is it zero?
    #[inline]
    pub fn is_zero(self) -> bool {
        self.digits.is_empty()
    }

    /// -1, 0 or 1.
    #[inline]
    pub fn signum(self) -> i32 {
        match (self.digits.is_empty(), self.neg) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// Is the lowest bit set?
    #[inline]
    pub fn is_odd(self) -> bool {
        self.digits.first().is_some_and(|d| d & 1 == 1)
    }

    /// Copy into an owned number.
    pub fn to_owned(self) -> BigInt {
        BigInt { neg: self.neg, digits: self.digits.to_vec() }
    }

    /// The magnitude as a number of its own.
    #[inline]
    pub fn abs(self) -> IntRef<'a> {
        IntRef { neg: false, digits: self.digits }
    }

    /// The number with the other sign.
    #[inline]
    pub fn negated(self) -> IntRef<'a> {
        IntRef { neg: !self.neg && !self.digits.is_empty(), digits: self.digits }
    }

    /// Number of bits of the magnitude (`int.bit_length`).
    #[inline]
    pub fn bit_length(self) -> u64 {
        bit_length_mag(self.digits)
    }

    /// Number of ones in the magnitude (`int.bit_count`).
    pub fn bit_count(self) -> u64 {
        self.digits.iter().map(|d| u64::from(d.count_ones())).sum()
    }

    /// The magnitude if it fits.
    #[inline]
    pub fn mag_u64(self) -> Option<u64> {
        match *self.digits {
            [] => Some(0),
            [a] => Some(u64::from(a)),
            [a, b] => Some(u64::from(a) | u64::from(b) << 30),
            [a, b, c] if c < 16 => Some(u64::from(a) | u64::from(b) << 30 | u64::from(c) << 60),
            _ => None,
        }
    }

    /// The magnitude if it fits.
    pub fn mag_u128(self) -> Option<u128> {
        if self.bit_length() > 128 {
            return None;
        }
        Some(self.digits.iter().rev().fold(0, |acc, &d| acc << DIGIT_BITS | u128::from(d)))
    }

    /// The value, if it fits.
    #[inline]
    pub fn to_i64(self) -> Option<i64> {
        let mag = self.mag_u64()?;
        if self.neg { 0i64.checked_sub_unsigned(mag) } else { i64::try_from(mag).ok() }
    }

    /// The value, if it is not negative and fits.
    #[inline]
    pub fn to_u64(self) -> Option<u64> {
        if self.neg { None } else { self.mag_u64() }
    }

    /// The value, if it fits.
    pub fn to_i128(self) -> Option<i128> {
        let mag = self.mag_u128()?;
        if self.neg { 0i128.checked_sub_unsigned(mag) } else { i128::try_from(mag).ok() }
    }

    /// The value modulo 2**64, as C's `PyLong_AsUnsignedLongLongMask`.
    pub fn wrapping_u64(self) -> u64 {
        let mag = self.digits.iter().take(3).rev().fold(0u64, |acc, &d| acc << DIGIT_BITS | u64::from(d));
        if self.neg { mag.wrapping_neg() } else { mag }
    }
}

impl PartialOrd for IntRef<'_> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IntRef<'_> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.neg, other.neg) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => cmp_mag(self.digits, other.digits),
            (true, true) => cmp_mag(other.digits, self.digits),
        }
    }
}

impl BigInt {
    /// Zero, without allocation.
    pub const fn zero() -> Self {
        BigInt { neg: false, digits: Vec::new() }
    }

    /// A number from a sign and digits (each below [`BASE`]); zeros at the top are cut off.
    #[inline]
    pub fn new(neg: bool, mut digits: Vec<u32>) -> Self {
        trim_vec(&mut digits);
        let neg = neg && !digits.is_empty();
        BigInt { neg, digits }
    }

    /// Borrow as the form that all algorithms take.
    #[inline]
    pub fn view(&self) -> IntRef<'_> {
        IntRef { neg: self.neg, digits: &self.digits }
    }

    /// Restore the invariant after the digits were written.
    #[inline]
    pub fn normalise(&mut self) {
        trim_vec(&mut self.digits);
        self.neg &= !self.digits.is_empty();
    }

    /// A number from a sign and a magnitude.
    #[inline]
    pub fn from_sign_u64(neg: bool, mag: u64) -> Self {
        let (d, len) = u64_digits(mag);
        BigInt { neg: neg && len != 0, digits: d[..len].to_vec() }
    }

    /// A number from a sign and a magnitude.
    pub fn from_sign_u128(neg: bool, mut mag: u128) -> Self {
        let mut digits = Vec::with_capacity(5);
        while mag != 0 {
            digits.push(mag as u32 & DIGIT_MASK);
            mag >>= DIGIT_BITS;
        }
        BigInt { neg: neg && !digits.is_empty(), digits }
    }

    /// Change the sign in place.
    #[inline]
    pub fn negate(&mut self) {
        self.neg = !self.neg && !self.digits.is_empty();
    }

    /// Is it zero?
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }
}

impl From<i64> for BigInt {
    fn from(value: i64) -> Self {
        BigInt::from_sign_u64(value < 0, value.unsigned_abs())
    }
}

impl From<u64> for BigInt {
    fn from(value: u64) -> Self {
        BigInt::from_sign_u64(false, value)
    }
}

impl From<i128> for BigInt {
    fn from(value: i128) -> Self {
        BigInt::from_sign_u128(value < 0, value.unsigned_abs())
    }
}

impl From<u128> for BigInt {
    fn from(value: u128) -> Self {
        BigInt::from_sign_u128(false, value)
    }
}

impl PartialOrd for BigInt {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for BigInt {
    fn cmp(&self, other: &Self) -> Ordering {
        self.view().cmp(&other.view())
    }
}
