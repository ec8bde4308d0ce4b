//! Square roots, correctly rounded (half even, as the specification has it).

use crate::context::{Context, Rounding, Status, flag};
use crate::limb::{self, root::isqrt};
use crate::num::Dec;
use crate::round::{affordable, finish, invalid, no_memory, quiet};

/// The square root.
pub fn sqrt(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    let ideal = a.exp.div_euclid(2);
    if a.is_zero() {
        return finish(a.neg, limb::Limbs::new(), ideal, ctx, st);
    }
    if a.neg {
        return invalid(st, flag::INVALID_OPERATION);
    }
    if a.is_infinite() {
        return a.clone();
    }
    // An exact root has at most half of the digits; a long precision is tried in vain otherwise.
    let exact_digits = a.digits() / 2 + 2;
    if ctx.prec > (1 << 18) && ctx.prec > exact_digits + 2 {
        let short = Context { prec: exact_digits, ..Context::MAX };
        let mut status = 0;
        let r = root(a, ideal, &short, &mut status);
        if status & flag::INEXACT == 0 {
            return crate::round::finalize(r, &Context { round: Rounding::HalfEven, ..*ctx }, st);
        }
    }
    if !affordable(2 * ctx.prec) {
        return no_memory(st);
    }
    root(a, ideal, ctx, st)
}

/// Of a positive number.
fn root(a: &Dec, ideal: i64, ctx: &Context, st: &mut Status) -> Dec {
    // An even exponent, and two digits of the root more than the precision.
    let odd = a.exp.rem_euclid(2);
    let need = 2 * (ctx.prec + 2);
    let mut shift = (need - a.digits()).max(0);
    shift += (shift + odd) % 2;
    let n = limb::shl(a.limbs(), shift as usize);
    let mut exp = (a.exp - shift) / 2;
    let (mut s, exact) = isqrt(n.as_slice());
    if !exact {
        if s.as_slice().first().is_some_and(|x| x % 5 == 0) {
            s.add_word(1);
        }
    } else if exp < ideal {
        let drop = (limb::trailing_zeros(s.as_slice()) as i64).min(ideal - exp);
        limb::shr(&mut s, drop as usize);
        exp += drop;
    }
    finish(false, s, exp, &Context { round: Rounding::HalfEven, ..*ctx }, st)
}
