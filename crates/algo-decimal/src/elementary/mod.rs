//! exp, ln and log10, correctly rounded (half even).
//!
//! The work is done on fixed-point magnitudes ([`fixed`]): limbs of which the lowest `k` are the fraction. A result with a bound of its error is
//! rounded only when both ends of the interval round alike; otherwise the work is repeated with more limbs. None of the values is exact,
//! so that this ends.

pub mod exp;
pub mod fixed;
pub mod log;

use crate::context::{Context, Rounding, Status, flag};
use crate::limb::{self, LIMB_DIGITS, Limbs};
use crate::num::Dec;
use crate::round::finish;

/// Units of the last limb by which a fixed-point result may be wrong.
const ERROR: u64 = 100_000;

/// Limbs of fraction for so many digits.
fn limbs_for(digits: i64) -> usize {
    digits.max(1) as usize / LIMB_DIGITS + 2
}

/// A fixed-point magnitude with `k` limbs of fraction, times `10**exp`, as result; `None` when the error could change the rounding.
fn settle(neg: bool, v: Limbs, k: usize, exp: i64, ctx: &Context, st: &mut Status) -> Option<Dec> {
    let digits = limb::digits(v.as_slice()) as i64;
    let drop = digits - ctx.prec;
    // The error must lie below the digits that decide.
    if drop < 8 {
        return None;
    }
    let rounded = |mut x: Limbs| {
        crate::round::shift_round(&mut x, drop as usize, false, Rounding::HalfEven);
        x
    };
    let mut low = v.clone();
    if limb::sub_word(low.as_mut_slice(), ERROR) != 0 {
        return None;
    }
    low.trim();
    let mut high = v.clone();
    high.add_word(ERROR);
    if limb::cmp(rounded(low).as_slice(), rounded(high).as_slice()).is_ne() {
        return None;
    }
    *st |= flag::INEXACT | flag::ROUNDED;
    let half_even = Context { round: Rounding::HalfEven, ..*ctx };
    // Three digits more than the precision tell a subnormal result (and one that rounds up to a normal one), unless they look like a tie.
    let mut short = v.clone();
    crate::round::shift_round(&mut short, drop as usize - 3, false, Rounding::HalfEven);
    let exp = exp - (k * LIMB_DIGITS) as i64;
    let mut status = 0;
    let r = match short.as_slice().first() {
        Some(low) if low % 1000 != 500 => finish(neg, short, exp + drop - 3, &half_even, &mut status),
        _ => finish(neg, v, exp, &half_even, &mut status),
    };
    if status & flag::SUBNORMAL != 0 {
        // The value is not exact, even where the digits dropped are zeros.
        status |= flag::UNDERFLOW;
    }
    *st |= status;
    Some(r)
}
