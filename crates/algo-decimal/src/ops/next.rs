//! Neighbours: next_plus, next_minus, next_toward.

use super::add::{add, sub};
use crate::context::{Context, Rounding, Status, flag};
use crate::num::{Dec, Kind, cmp_value};
use crate::round::{finalize, largest, nans, quiet};
use std::cmp::Ordering;

/// The neighbour above (`up`) or below.
fn neighbour(a: &Dec, up: bool, ctx: &Context, st: &mut Status) -> Dec {
    match a.kind {
        Kind::Nan | Kind::Snan => return quiet(a, ctx, st),
        Kind::Infinite if a.neg == up => return largest(a.neg, ctx, st),
        Kind::Infinite => return a.clone(),
        Kind::Finite => {}
    }
    let work = Context { round: if up { Rounding::Ceiling } else { Rounding::Floor }, ..*ctx };
    let mut status = 0;
    let rounded = finalize(a.clone(), &work, &mut status);
    if status & (flag::INEXACT | flag::ERRORS) != 0 {
        // Rounding went to the neighbour already.
        *st |= status & flag::ERRORS;
        return rounded;
    }
    let tiny = Dec::small(false, 1, ctx.etiny() - 1);
    let r = if up { add(a, &tiny, &work, &mut status) } else { sub(a, &tiny, &work, &mut status) };
    *st |= status & flag::ERRORS;
    r
}

/// The least number above `a`.
pub fn next_plus(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    neighbour(a, true, ctx, st)
}

/// The largest number below `a`.
pub fn next_minus(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    neighbour(a, false, ctx, st)
}

/// The neighbour of `a` in the direction of `b`.
pub fn next_toward(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(nan) = nans(a, b, ctx, st) {
        return nan;
    }
    let order = cmp_value(a, b);
    if order == Ordering::Equal {
        return a.with_sign(b.neg);
    }
    let r = neighbour(a, order == Ordering::Less, ctx, st);
    if r.is_infinite() {
        *st |= flag::OVERFLOW | flag::ROUNDED | flag::INEXACT;
    } else if r.is_finite() && r.adjusted() < ctx.emin {
        *st |= flag::UNDERFLOW | flag::SUBNORMAL | flag::ROUNDED | flag::INEXACT;
        if r.no_coeff() {
            *st |= flag::CLAMPED;
        }
    }
    r
}
