//! Changes of the exponent: quantize, reduce.

use crate::context::{Context, Status, flag};
use crate::limb::{self, Limbs};
use crate::num::Dec;
use crate::round::{affordable, finalize, finish, invalid, nans, no_memory, quiet, shift_round};

/// `a` with the exponent of `b`.
pub fn quantize(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_special() || b.is_special() {
        if let Some(nan) = nans(a, b, ctx, st) {
            return nan;
        }
        return if a.is_infinite() && b.is_infinite() { a.clone() } else { invalid(st, flag::INVALID_OPERATION) };
    }
    quantize_to(a, b.exp, ctx, st)
}

/// Finite `a` with an exponent.
pub fn quantize_to(a: &Dec, exp: i64, ctx: &Context, st: &mut Status) -> Dec {
    if exp > ctx.emax || exp < ctx.etiny() {
        return invalid(st, flag::INVALID_OPERATION);
    }
    if a.no_coeff() {
        return finish(a.neg, Limbs::new(), exp, ctx, st);
    }
    let diff = a.exp - exp;
    if a.digits().saturating_add(diff) > ctx.prec {
        return invalid(st, flag::INVALID_OPERATION);
    }
    let mut status = 0;
    let limbs = if diff >= 0 {
        if !affordable(a.digits() + diff) {
            return no_memory(st);
        }
        limb::shl(a.limbs(), diff as usize)
    } else {
        let mut l = Limbs::from_slice(a.limbs());
        status |= flag::ROUNDED;
        if shift_round(&mut l, diff.unsigned_abs() as usize, a.neg, ctx.round) {
            status |= flag::INEXACT;
        }
        l
    };
    let digits = limb::digits(limbs.as_slice()).max(1) as i64;
    if exp + digits - 1 > ctx.emax || digits > ctx.prec {
        return invalid(st, flag::INVALID_OPERATION);
    }
    *st |= status;
    finish(a.neg, limbs, exp, ctx, st)
}

/// `a` without trailing zeros.
pub fn reduce(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    if a.is_infinite() {
        return a.clone();
    }
    let r = finalize(a.clone(), ctx, st);
    if !r.is_finite() {
        return r;
    }
    if r.no_coeff() {
        return Dec::zero(r.neg, 0);
    }
    let zeros = limb::trailing_zeros(r.limbs()) as i64;
    let top = if ctx.clamp { ctx.etop() } else { ctx.emax };
    let shift = zeros.min((top - r.exp).max(0));
    let mut limbs = Limbs::from_slice(r.limbs());
    limb::shr(&mut limbs, shift as usize);
    Dec::finite(r.neg, limbs, r.exp + shift)
}
