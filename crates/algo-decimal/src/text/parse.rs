//! The numeric string syntax of the specification.

use crate::context::{Context, EXP_CLAMP, EXP_INF, Status, flag};
use crate::limb::{LIMB_DIGITS, Limbs};
use crate::num::{Coeff, Dec, Kind};
use crate::round::{finish, invalid};

/// Limbs of ASCII digits.
pub fn limbs_of_digits(digits: &[u8]) -> Limbs {
    let value = |chunk: &[u8]| chunk.iter().fold(0u64, |n, c| n * 10 + u64::from(c - b'0'));
    if digits.len() <= LIMB_DIGITS {
        return Limbs::from_word(value(digits));
    }
    let mut out = Limbs::zeroed(digits.len().div_ceil(LIMB_DIGITS));
    for (slot, chunk) in out.as_mut_slice().iter_mut().zip(digits.rchunks(LIMB_DIGITS)) {
        *slot = value(chunk);
    }
    out.trim();
    out
}

/// The digits before and after a point, joined, when there is one.
fn split_point(text: &[u8]) -> Option<(std::borrow::Cow<'_, [u8]>, usize)> {
    let is_number = |s: &[u8]| s.iter().all(u8::is_ascii_digit);
    match text.iter().position(|&c| c == b'.') {
        None => (is_number(text) && !text.is_empty()).then_some((text.into(), 0)),
        Some(i) => {
            let (whole, fraction) = (&text[..i], &text[i + 1..]);
            if !is_number(whole) || !is_number(fraction) || text.len() == 1 {
                return None;
            }
            Some(([whole, fraction].concat().into(), fraction.len()))
        }
    }
}

/// An exponent, at most some digits beyond what matters.
fn exponent(text: &[u8]) -> Option<i128> {
    let (neg, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mag = digits.iter().fold(0i128, |n, c| (n * 10 + i128::from(c - b'0')).min(1 << 80));
    Some(if neg { -mag } else { mag })
}

/// What a text says, before any rounding. `None`: it is not a number.
pub enum Parsed {
    /// A special value.
    Special(Dec),
    /// Sign, digits, exponent.
    Finite(bool, Limbs, i64),
}

/// Read a text: ASCII, no blanks, no underscores.
pub fn read(text: &[u8]) -> Option<Parsed> {
    let (neg, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    match body.first()? {
        b'0'..=b'9' | b'.' => {}
        _ => return special(neg, body).map(Parsed::Special),
    }
    let (mantissa, exp) = match body.iter().position(|c| matches!(c, b'e' | b'E')) {
        Some(i) => (&body[..i], exponent(&body[i + 1..])?),
        None => (body, 0),
    };
    let (digits, fraction) = split_point(mantissa)?;
    let exp = (exp - fraction as i128).clamp(i128::from(EXP_CLAMP), i128::from(EXP_INF)) as i64;
    Some(Parsed::Finite(neg, limbs_of_digits(&digits), exp))
}

fn special(neg: bool, body: &[u8]) -> Option<Dec> {
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Some(Dec::infinity(neg));
    }
    let (kind, rest) = match body {
        [b's' | b'S', rest @ ..] => (Kind::Snan, rest),
        _ => (Kind::Nan, body),
    };
    let (word, payload) = rest.split_at_checked(3)?;
    if !word.eq_ignore_ascii_case(b"nan") || !payload.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(Dec { neg, kind, exp: 0, coeff: Coeff::from_limbs(limbs_of_digits(payload)) })
}

/// The number that a text means, rounded to the context.
pub fn parse(text: &[u8], ctx: &Context, st: &mut Status) -> Dec {
    match read(text) {
        None => invalid(st, flag::CONVERSION_SYNTAX),
        Some(Parsed::Special(d)) => {
            if d.is_nan() && !d.no_coeff() && d.digits() > ctx.payload_digits() {
                return invalid(st, flag::CONVERSION_SYNTAX);
            }
            d
        }
        Some(Parsed::Finite(neg, limbs, exp)) => finish(neg, limbs, exp, ctx, st),
    }
}

/// The exact number of a text; what does not fit the largest context is invalid.
pub fn parse_exact(text: &[u8], st: &mut Status) -> Dec {
    let mut status = 0;
    let d = parse(text, &Context::MAX, &mut status);
    exact(d, status, st)
}

/// A result that must not have been altered by the largest context.
pub fn exact(d: Dec, status: Status, st: &mut Status) -> Dec {
    *st |= status & flag::ERRORS;
    if status & (flag::INEXACT | flag::ROUNDED | flag::CLAMPED) != 0 {
        return invalid(st, flag::INVALID_OPERATION);
    }
    d
}
