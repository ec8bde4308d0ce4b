//! Decimal limbs from and to the binary digits of Python's ints, by halving: as fast as multiplication.

use crate::limb::mul::{mul, pow_word};
use crate::limb::{self, BASE, Limbs, add_assign, mul_word};
use taipan_algo_int::{BigInt, IntRef};

/// Bits per digit of an int.
const BITS: u64 = 30;
/// Below so many digits (or limbs) the schoolbook loop is best.
const SCHOOL: usize = 60;

/// The limbs of an int's magnitude.
pub fn from_digits(digits: &[u32]) -> Limbs {
    match *digits {
        [] => Limbs::new(),
        [a] => Limbs::from_word(u64::from(a)),
        [a, b] => Limbs::from_word(u64::from(a) | u64::from(b) << BITS),
        [a, b, c] => Limbs::from_wide(u128::from(a) | u128::from(b) << BITS | u128::from(c) << (2 * BITS)),
        _ if digits.len() <= SCHOOL => school_from(digits),
        _ => {
            // Powers of two for every level, the longest last.
            let mut powers = vec![pow_word(1 << 30, SCHOOL as u64 / 2)];
            let mut span = SCHOOL / 2;
            while span * 2 < digits.len() {
                let next = powers.last().map(|p| mul(p.as_slice(), p.as_slice())).unwrap_or_default();
                powers.push(next);
                span *= 2;
            }
            halves_from(digits, &powers, span)
        }
    }
}

fn school_from(digits: &[u32]) -> Limbs {
    let mut out = Limbs::new();
    // Two digits at a time; an odd one first, on top.
    let (pairs, top) = digits.as_chunks::<2>();
    if let [d] = *top {
        out.push(u64::from(d));
    }
    for [a, b] in pairs.iter().rev() {
        let carry = mul_word(out.as_mut_slice(), 1 << 60, u64::from(*a) | u64::from(*b) << BITS);
        if carry != 0 {
            out.push(carry);
        }
    }
    out.trim();
    out
}

fn halves_from(digits: &[u32], powers: &[Limbs], span: usize) -> Limbs {
    let Some((power, lower)) = powers.split_last() else { return school_from(digits) };
    if digits.len() <= SCHOOL {
        return school_from(digits);
    }
    if digits.len() <= span {
        return halves_from(digits, lower, span / 2);
    }
    let (low, high) = digits.split_at(span);
    let high = halves_from(high, lower, span / 2);
    let low = halves_from(low, lower, span / 2);
    let mut out = mul(high.as_slice(), power.as_slice());
    while out.len() < low.len() {
        out.push(0);
    }
    let carry = add_assign(out.as_mut_slice(), low.as_slice());
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// A magnitude as an int.
pub fn to_int(neg: bool, limbs: &[u64]) -> BigInt {
    let limbs = limb::trim(limbs);
    match *limbs {
        [] => BigInt::zero(),
        [a] => BigInt::from_sign_u64(neg, a),
        [a, b] => BigInt::from_sign_u128(neg, limb::join(b, a)),
        _ => {
            let mut out = if limbs.len() <= SCHOOL / 2 { school_to(limbs) } else { halves_to(limbs, &int_powers(limbs.len())) };
            out.neg = neg && !out.is_zero();
            out
        }
    }
}

/// `BASE**(2**i * SCHOOL / 4)`, up to half of a length.
fn int_powers(len: usize) -> Vec<BigInt> {
    let mut span = SCHOOL / 4;
    let base = BigInt::from(BASE);
    let mut first = BigInt::from(1u64);
    for _ in 0..span {
        first = taipan_algo_int::mul(first.view(), base.view());
    }
    let mut powers = vec![first];
    while span * 2 < len {
        let next = powers.last().map(|p| taipan_algo_int::mul(p.view(), p.view())).unwrap_or_default();
        powers.push(next);
        span *= 2;
    }
    powers
}

fn school_to(limbs: &[u64]) -> BigInt {
    let mut digits: Vec<u32> = Vec::with_capacity(limbs.len() * 3);
    for &x in limbs.iter().rev() {
        // times 10**19, plus the limb
        let mut carry = u128::from(x);
        for d in &mut digits {
            let t = u128::from(*d) * u128::from(BASE) + carry;
            *d = (t & ((1 << BITS) - 1)) as u32;
            carry = t >> BITS;
        }
        while carry != 0 {
            digits.push((carry & ((1 << BITS) - 1)) as u32);
            carry >>= BITS;
        }
    }
    BigInt::new(false, digits)
}

fn halves_to(limbs: &[u64], powers: &[BigInt]) -> BigInt {
    let Some((power, lower)) = powers.split_last() else { return school_to(limbs) };
    if limbs.len() <= SCHOOL / 2 {
        return school_to(limbs);
    }
    let span = SCHOOL / 4 << lower.len();
    if limbs.len() <= span {
        return halves_to(limbs, lower);
    }
    let (low, high) = limbs.split_at(span);
    let high = halves_to(high, lower);
    let low = halves_to(low, lower);
    let shifted = taipan_algo_int::mul(high.view(), power.view());
    taipan_algo_int::add(shifted.view(), low.view())
}

/// The limbs of a borrowed int.
pub fn from_int(a: IntRef<'_>) -> Limbs {
    from_digits(a.digits)
}
