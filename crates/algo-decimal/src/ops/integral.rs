//! Rounding to integers.

use crate::context::{Context, Rounding, Status, flag};
use crate::limb::Limbs;
use crate::num::Dec;
use crate::round::{quiet, shift_round};

/// To an integer by the context's rounding; `exact` reports what was lost.
pub fn to_integral(a: &Dec, exact: bool, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    if a.is_infinite() || a.exp >= 0 {
        return a.clone();
    }
    let (r, lost) = round_to(a, ctx.round);
    if exact && !a.no_coeff() {
        *st |= flag::ROUNDED;
        if lost {
            *st |= flag::INEXACT;
        }
    }
    r
}

/// A finite number with a negative exponent as an integer.
fn round_to(a: &Dec, mode: Rounding) -> (Dec, bool) {
    let mut limbs = Limbs::from_slice(a.limbs());
    let lost = shift_round(&mut limbs, usize::try_from(a.exp.unsigned_abs()).unwrap_or(usize::MAX), a.neg, mode);
    (Dec::finite(a.neg, limbs, 0), lost)
}

/// A finite number rounded to an integer by a mode; exponents of zero and more stay.
pub fn integer_part(a: &Dec, mode: Rounding) -> Dec {
    if a.exp >= 0 { a.clone() } else { round_to(a, mode).0 }
}
