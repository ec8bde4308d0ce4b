//! The exponential function.

use super::{fixed, limbs_for, settle};
use crate::context::{Context, Rounding, Status, flag};
use crate::limb::{self, LIMB_DIGITS, Limbs, div::divrem};
use crate::num::Dec;
use crate::round::{affordable, finish, no_memory, overflow, quiet, underflow};

/// A finite magnitude in fixed point, truncated.
pub(super) fn to_fixed(a: &Dec, k: usize) -> Limbs {
    let shift = a.exp + (k * LIMB_DIGITS) as i64;
    if shift >= 0 {
        return limb::shl(a.limbs(), shift as usize);
    }
    let mut l = Limbs::from_slice(a.limbs());
    limb::shr(&mut l, shift.unsigned_abs() as usize);
    l
}

/// `e**a`.
pub fn exp(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    if a.is_infinite() {
        return if a.neg { Dec::zero(false, 0) } else { a.clone() };
    }
    if a.no_coeff() {
        return Dec::ONE;
    }
    let half_even = Context { round: Rounding::HalfEven, ..*ctx };
    if a.adjusted() > 18 {
        return if a.neg { underflow(false, &half_even, st) } else { overflow(false, &half_even, st) };
    }
    if !affordable(ctx.prec.saturating_mul(4)) {
        return no_memory(st);
    }
    if a.adjusted() < -(ctx.prec + 2) {
        // One, but for less than half a unit.
        *st |= flag::INEXACT | flag::ROUNDED;
        let ones = limb::shl(&[1], (ctx.prec - 1) as usize);
        return finish(false, ones, 1 - ctx.prec, &half_even, st);
    }
    let mut k = limbs_for(ctx.prec + 10);
    loop {
        // a = n ln(10) + r; two limbs more, since n may have nineteen digits.
        let kk = k + 2;
        let x = to_fixed(a, kk);
        let ln10 = fixed::ln10(kk);
        let (n, mut r) = divrem(x.as_slice(), ln10.as_slice());
        let mut n = n.as_slice().first().copied().unwrap_or(0) as i64;
        if a.neg {
            n = -n;
            if !r.is_empty() {
                n -= 1;
                r = fixed::sub(ln10, &r);
            }
        }
        let e = fixed::exp(&fixed::drop_low(&r, 2), k);
        if let Some(done) = settle(false, e, k, n, ctx, st) {
            return done;
        }
        k += 1 + k / 4;
    }
}
