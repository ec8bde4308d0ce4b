//! [`Dec`]: a decimal number: sign, kind, coefficient, exponent.
//!
//! Invariants: the coefficient has no zero limb on top (zero has no limbs); infinities have coefficient zero and exponent zero; a NaN's
//! coefficient is its payload. A number is immutable once made; operations build new ones through [`crate::round`].

use crate::limb::{self, Limbs, digits_of, join};
use std::cmp::Ordering;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `coefficient * 10**exponent`.
    Finite,
    /// Infinity.
    Infinite,
    /// A quiet NaN.
    Nan,
    /// A signalling NaN.
    Snan,
}

/// A coefficient at rest: two limbs in place, more on the heap.
#[derive(Clone, Debug)]
pub enum Coeff {
    /// Up to 38 digits, least significant limb first.
    Small([u64; 2]),
    /// Three limbs at least.
    Large(Box<[u64]>),
}

impl Coeff {
    /// Zero.
    pub const ZERO: Coeff = Coeff::Small([0, 0]);

    /// The limbs, without zeros on top.
    #[inline]
    pub fn as_slice(&self) -> &[u64] {
        match self {
            Coeff::Small([0, 0]) => &[],
            Coeff::Small(s) => &s[..1 + usize::from(s[1] != 0)],
            Coeff::Large(l) => l,
        }
    }

    /// Copy normalised limbs.
    #[inline]
    pub fn from_slice(limbs: &[u64]) -> Coeff {
        match *limbs {
            [] => Coeff::ZERO,
            [a] => Coeff::Small([a, 0]),
            [a, b] => Coeff::Small([a, b]),
            _ => Coeff::Large(limbs.into()),
        }
    }

    /// Take normalised limbs.
    #[inline]
    pub fn from_limbs(limbs: Limbs) -> Coeff {
        if limbs.len() <= 2 { Coeff::from_slice(limbs.as_slice()) } else { Coeff::Large(limbs.into_vec().into_boxed_slice()) }
    }

    /// The value when it has at most 38 digits.
    #[inline(always)]
    pub fn wide(&self) -> Option<u128> {
        match self {
            Coeff::Small([a, 0]) => Some(u128::from(*a)),
            Coeff::Small([a, b]) => Some(join(*b, *a)),
            Coeff::Large(_) => None,
        }
    }
}

/// A decimal number.
#[derive(Clone, Debug)]
pub struct Dec {
    /// The sign bit; zeros, infinities and NaNs have one too.
    pub neg: bool,
    /// Finite or special.
    pub kind: Kind,
    /// The power of ten; 0 for special values.
    pub exp: i64,
    /// The coefficient, or a NaN's payload.
    pub coeff: Coeff,
}

impl Dec {
    /// A small number.
    #[inline]
    pub const fn small(neg: bool, coeff: u64, exp: i64) -> Dec {
        debug_assert!(coeff < limb::BASE);
        Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::Small([coeff, 0]) }
    }
    /// Zero with a sign and exponent.
    #[inline]
    pub const fn zero(neg: bool, exp: i64) -> Dec {
        Dec::small(neg, 0, exp)
    }
    /// One.
    pub const ONE: Dec = Dec::small(false, 1, 0);
    /// An infinity.
    #[inline]
    pub const fn infinity(neg: bool) -> Dec {
        Dec { neg, kind: Kind::Infinite, exp: 0, coeff: Coeff::ZERO }
    }
    /// A quiet NaN without payload.
    #[inline]
    pub const fn nan() -> Dec {
        Dec { neg: false, kind: Kind::Nan, exp: 0, coeff: Coeff::ZERO }
    }
    /// A finite number of limbs (trimmed).
    #[inline]
    pub fn finite(neg: bool, limbs: Limbs, exp: i64) -> Dec {
        Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::from_limbs(limbs) }
    }

    /// The limbs of the coefficient.
    #[inline]
    pub fn limbs(&self) -> &[u64] {
        self.coeff.as_slice()
    }
    /// Finite, zero included.
    #[inline]
    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }
    /// An infinity or a NaN.
    #[inline]
    pub fn is_special(&self) -> bool {
        self.kind != Kind::Finite
    }
    /// An infinity.
    #[inline]
    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }
    /// Any NaN.
    #[inline]
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Nan | Kind::Snan)
    }
    /// A quiet NaN.
    #[inline]
    pub fn is_qnan(&self) -> bool {
        self.kind == Kind::Nan
    }
    /// A signalling NaN.
    #[inline]
    pub fn is_snan(&self) -> bool {
        self.kind == Kind::Snan
    }
    /// Is the coefficient zero? (Says nothing about special values.)
    #[inline]
    pub fn no_coeff(&self) -> bool {
        matches!(self.coeff, Coeff::Small([0, 0]))
    }
    /// A finite zero.
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.is_finite() && self.no_coeff()
    }
    /// Digits of the coefficient; zero counts as one digit.
    #[inline]
    pub fn digits(&self) -> i64 {
        match &self.coeff {
            Coeff::Small([0, 0]) => 1,
            Coeff::Small([a, 0]) => digits_of(*a) as i64,
            Coeff::Small([_, b]) => (digits_of(*b) + limb::LIMB_DIGITS) as i64,
            Coeff::Large(l) => limb::digits(l) as i64,
        }
    }
    /// The exponent of the most significant digit.
    #[inline]
    pub fn adjusted(&self) -> i64 {
        self.exp + self.digits() - 1
    }
    /// The same with another sign.
    #[inline]
    pub fn with_sign(&self, neg: bool) -> Dec {
        Dec { neg, ..self.clone() }
    }
    /// Is a finite value an integer, whatever its exponent?
    pub fn is_integer(&self) -> bool {
        if self.is_special() {
            return false;
        }
        self.exp >= 0 || self.no_coeff() || (self.exp > -self.digits() && limb::trailing_zeros(self.limbs()) as i64 >= -self.exp)
    }
    /// Is an integer odd? (For integers only.)
    pub fn is_odd(&self) -> bool {
        match self.exp {
            0 => self.limbs().first().is_some_and(|x| x & 1 == 1),
            e if e < 0 && e > -self.digits() => limb::digit_at(self.limbs(), -e as usize) & 1 == 1,
            _ => false,
        }
    }
    /// The value of a finite integer, if it fits; `Err` for what is not an integer, infinite or too large.
    #[allow(clippy::result_unit_err)]
    pub fn to_i64(&self) -> Result<i64, ()> {
        if !self.is_integer() {
            return Err(());
        }
        if self.no_coeff() {
            return Ok(0);
        }
        if self.adjusted() > 19 {
            return Err(());
        }
        let mag = if self.exp >= 0 {
            // At most 20 digits after the shift.
            limb::shl(self.limbs(), self.exp as usize)
        } else {
            let mut l = Limbs::from_slice(self.limbs());
            limb::shr(&mut l, (-self.exp) as usize);
            l
        };
        let wide = match *mag.as_slice() {
            [] => 0,
            [a] => u128::from(a),
            [a, b] => join(b, a),
            _ => return Err(()),
        };
        let value = if self.neg { -(wide as i128) } else { wide as i128 };
        i64::try_from(value).map_err(|_| ())
    }
}

/// Order of two finite magnitudes.
pub fn cmp_magnitude(a: &Dec, b: &Dec) -> Ordering {
    match (a.no_coeff(), b.no_coeff()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        _ => {}
    }
    if a.exp == b.exp {
        return limb::cmp(a.limbs(), b.limbs());
    }
    let by_size = a.adjusted().cmp(&b.adjusted());
    if by_size != Ordering::Equal {
        return by_size;
    }
    // The same size: the difference of the exponents is the difference of the lengths.
    if a.exp > b.exp {
        limb::cmp(limb::shl(a.limbs(), (a.exp - b.exp) as usize).as_slice(), b.limbs())
    } else {
        limb::cmp(a.limbs(), limb::shl(b.limbs(), (b.exp - a.exp) as usize).as_slice())
    }
}

/// Order of two numbers that are not NaN, by value.
pub fn cmp_value(a: &Dec, b: &Dec) -> Ordering {
    if a.is_zero() && b.is_zero() {
        return Ordering::Equal;
    }
    let negative = |x: &Dec| x.neg && !x.is_zero();
    match (negative(a), negative(b)) {
        (false, true) => return Ordering::Greater,
        (true, false) => return Ordering::Less,
        _ => {}
    }
    let by_magnitude = match (a.is_infinite(), b.is_infinite()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => cmp_magnitude(a, b),
    };
    if negative(a) { by_magnitude.reverse() } else { by_magnitude }
}
