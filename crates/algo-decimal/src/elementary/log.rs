//! Logarithms.

use super::exp::to_fixed;
use super::{fixed, limbs_for, settle};
use crate::context::{Context, Rounding, Status, flag};
use crate::limb::{self, Limbs};
use crate::num::{Dec, Kind, cmp_magnitude};
use crate::ops::add::sub;
use crate::round::{affordable, finalize, invalid, no_memory, quiet};

/// Answers that need no work.
fn special(a: &Dec, ctx: &Context, st: &mut Status) -> Option<Dec> {
    Some(match a.kind {
        Kind::Nan | Kind::Snan => quiet(a, ctx, st),
        Kind::Infinite if a.neg => invalid(st, flag::INVALID_OPERATION),
        Kind::Infinite => a.clone(),
        Kind::Finite if a.no_coeff() => Dec::infinity(true),
        Kind::Finite if a.neg => invalid(st, flag::INVALID_OPERATION),
        Kind::Finite => return None,
    })
}

/// The logarithm of a positive number that is not one: sign, and magnitude with `k` limbs of fraction.
fn natural(a: &Dec, k: usize) -> (bool, Limbs) {
    let top = a.adjusted();
    // Numbers a little below one go by their inverse: nothing cancels then.
    let third = Dec::small(false, 316, -3);
    if top == -1 && cmp_magnitude(a, &third).is_gt() {
        let m = fixed::div(&fixed::one(k), &to_fixed(a, k), k);
        return (true, fixed::ln(&m, k));
    }
    let m = to_fixed(&Dec { exp: a.exp - top, ..a.clone() }, k);
    let y = fixed::ln(&m, k);
    // The exponent counts ln(10); it has nineteen digits at most.
    let scaled = limb::mul::by_word(fixed::ln10(k + 2).as_slice(), top.unsigned_abs());
    let scaled = fixed::drop_low(&scaled, 2);
    if top >= 0 { (false, fixed::add(scaled, &y)) } else { (true, fixed::sub(scaled, &y)) }
}

/// Leading zeros of the logarithm: how near the number is to one.
fn nearness(a: &Dec) -> i64 {
    if a.adjusted() != 0 && a.adjusted() != -1 {
        return 0;
    }
    let mut exact = 0;
    let d = sub(a, &Dec::ONE, &Context::MAX, &mut exact);
    (-d.adjusted()).max(0)
}

fn logarithm(a: &Dec, common: bool, ctx: &Context, st: &mut Status) -> Dec {
    let near = nearness(a);
    if !affordable(ctx.prec.saturating_add(near).saturating_mul(4)) {
        return no_memory(st);
    }
    let mut k = limbs_for(ctx.prec + near + 10);
    loop {
        let (neg, mut v) = natural(a, k);
        if common {
            v = fixed::div(&v, &fixed::ln10(k), k);
        }
        if let Some(done) = settle(neg, v, k, 0, ctx, st) {
            return done;
        }
        k += 1 + k / 4;
    }
}

/// Is the number a power of ten? Its exponent.
fn power_of_ten(a: &Dec) -> Option<i64> {
    let digits = a.digits();
    let zeros = limb::trailing_zeros(a.limbs()) as i64;
    (zeros == digits - 1 && limb::digit_at(a.limbs(), zeros as usize) == 1).then_some(a.exp + zeros)
}

/// The natural logarithm.
pub fn ln(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(done) = special(a, ctx, st) {
        return done;
    }
    if power_of_ten(a) == Some(0) {
        return Dec::zero(false, 0);
    }
    logarithm(a, false, ctx, st)
}

/// The logarithm to base ten.
pub fn log10(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(done) = special(a, ctx, st) {
        return done;
    }
    if let Some(e) = power_of_ten(a) {
        let half_even = Context { round: Rounding::HalfEven, ..*ctx };
        return finalize(Dec::small(e < 0, e.unsigned_abs(), 0), &half_even, st);
    }
    logarithm(a, true, ctx, st)
}

