//! Quotients and remainders.

use crate::context::{Context, Status, flag};
use crate::limb::{self, Limbs, div::divrem as divrem_limbs};
use crate::num::{Coeff, Dec, cmp_magnitude};
use crate::round::{affordable, finalize, finish, finish_four, invalid, nans, no_memory};
use std::cmp::Ordering;

/// The quotient where an operand is a NaN or an infinity. `Some(None)`: something finite by an infinity, which is a zero of the caller's kind.
fn of_special(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Option<Option<Dec>> {
    if !a.is_special() && !b.is_special() {
        return None;
    }
    Some(nans(a, b, ctx, st).or_else(|| match (a.is_infinite(), b.is_infinite()) {
        (true, true) => Some(invalid(st, flag::INVALID_OPERATION)),
        (true, false) => Some(Dec::infinity(a.neg != b.neg)),
        _ => None,
    }))
}

/// `a / b`.
pub fn div(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let neg = a.neg != b.neg;
    if let Some(special) = of_special(a, b, ctx, st) {
        return special.unwrap_or_else(|| {
            *st |= flag::CLAMPED;
            Dec::zero(neg, ctx.etiny())
        });
    }
    if b.no_coeff() {
        return by_zero(a, neg, st);
    }
    let ideal = a.exp - b.exp;
    if a.no_coeff() {
        return finish(neg, Limbs::new(), ideal, ctx, st);
    }
    let (da, db) = (a.digits(), b.digits());
    let shift = db - da + ctx.prec + 1;
    if !affordable(shift.abs()) || ctx.prec > LONG {
        // Exact quotients have a bounded length: no digits of a divisor of 2**i * 5**j give more than log2(10) each.
        let enough = Context { prec: (da + 4 * db + 4).min(ctx.prec), ..Context::MAX };
        if enough.prec < ctx.prec {
            if !affordable(enough.prec) {
                return no_memory(st);
            }
            let mut status = 0;
            let q = divide(a, b, neg, db - da + enough.prec + 1, &enough, &mut status);
            if status & flag::INEXACT == 0 {
                return finalize(q, ctx, st);
            }
        }
        if !affordable(shift.abs()) {
            return no_memory(st);
        }
    }
    match divide_short(a, b, neg, shift, ctx, st) {
        Some(q) => q,
        None => divide(a, b, neg, shift, ctx, st),
    }
}

/// From this precision on, look for an exact quotient first.
const LONG: i64 = 1 << 18;

#[cold]
fn by_zero(a: &Dec, neg: bool, st: &mut Status) -> Dec {
    if a.no_coeff() {
        return invalid(st, flag::DIVISION_UNDEFINED);
    }
    *st |= flag::DIVISION_BY_ZERO;
    Dec::infinity(neg)
}

/// As [`divide`] for coefficients of two limbs and a precision that two limbs hold: without buffers. `None`: not of that kind, or perhaps exact.
fn divide_short(a: &Dec, b: &Dec, neg: bool, shift: i64, ctx: &Context, st: &mut Status) -> Option<Dec> {
    let (Coeff::Small(x), Coeff::Small(y)) = (&a.coeff, &b.coeff) else { return None };
    if !(0..=60).contains(&shift) || ctx.prec > 36 {
        return None;
    }
    // The dividend has at most 38 + 37 + 1 digits.
    let mut u = [0u64; 5];
    let (whole, part) = (shift as usize / limb::LIMB_DIGITS, shift as usize % limb::LIMB_DIGITS);
    if part == 0 {
        u[whole..whole + 2].copy_from_slice(x);
    } else if whole <= 2 {
        let (up, down) = (limb::POW10[part], limb::POW10[limb::LIMB_DIGITS - part]);
        let (q0, q1) = (x[0] / down, x[1] / down);
        u[whole] = (x[0] - q0 * down) * up;
        u[whole + 1] = (x[1] - q1 * down) * up + q0;
        u[whole + 2] = q1;
    } else {
        return None;
    }
    let mut q = [0u64; 4];
    let exact = if y[1] == 0 {
        q.copy_from_slice(&u[..4]);
        u[4] == 0 && limb::div_word(&mut q, y[0]) == 0
    } else {
        limb::div::by_two(&mut u, y, &mut q)
    };
    if exact {
        return None;
    }
    // The digit below the last place stands for all that follows.
    if q[0].is_multiple_of(5) {
        q[0] += 1;
    }
    Some(finish_four(neg, &q, a.exp - b.exp - shift, ctx, st))
}

/// Finite operands that are not zero; `shift` digits are added to the dividend so that the quotient has one digit more than the precision.
fn divide(a: &Dec, b: &Dec, neg: bool, shift: i64, ctx: &Context, st: &mut Status) -> Dec {
    let ideal = a.exp - b.exp;
    let mut exp = ideal - shift;
    let (mut q, r) = if shift >= 0 {
        divrem_limbs(limb::shl(a.limbs(), shift as usize).as_slice(), b.limbs())
    } else {
        divrem_limbs(a.limbs(), limb::shl(b.limbs(), (-shift) as usize).as_slice())
    };
    if !r.is_empty() {
        // The digit below the last place stands for all that follows.
        if q.as_slice().first().is_some_and(|x| x % 5 == 0) {
            q.add_word(1);
        }
    } else if exp < ideal {
        let zeros = limb::trailing_zeros(q.as_slice()) as i64;
        let drop = zeros.min(ideal - exp);
        limb::shr(&mut q, drop as usize);
        exp += drop;
    }
    finish(neg, q, exp, ctx, st)
}

/// Integer quotient and remainder of finite operands, `b` not zero. `None`: the quotient is too long, with the condition set.
fn divmod_finite(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Option<(Dec, Dec)> {
    let neg = a.neg != b.neg;
    let ideal = a.exp.min(b.exp);
    if a.no_coeff() {
        return Some((Dec::zero(neg, 0), Dec::zero(a.neg, ideal)));
    }
    if cmp_magnitude(a, b) == Ordering::Less {
        if a.exp > b.exp {
            // The remainder gets the lower exponent.
            let shift = a.exp - b.exp;
            if !affordable(shift) {
                *st |= flag::MALLOC_ERROR;
                return None;
            }
            return Some((Dec::zero(neg, 0), Dec::finite(a.neg, limb::shl(a.limbs(), shift as usize), b.exp)));
        }
        return Some((Dec::zero(neg, 0), a.clone()));
    }
    if a.adjusted() - b.adjusted() > ctx.prec {
        *st |= flag::DIVISION_IMPOSSIBLE;
        return None;
    }
    let shift = a.exp - b.exp;
    if !affordable(shift.abs().saturating_add(a.digits() + b.digits())) {
        *st |= flag::MALLOC_ERROR;
        return None;
    }
    let (q, r) = if shift >= 0 {
        divrem_limbs(limb::shl(a.limbs(), shift as usize).as_slice(), b.limbs())
    } else {
        divrem_limbs(a.limbs(), limb::shl(b.limbs(), (-shift) as usize).as_slice())
    };
    if limb::digits(q.as_slice()) as i64 > ctx.prec {
        *st |= flag::DIVISION_IMPOSSIBLE;
        return None;
    }
    Some((Dec::finite(neg, q, 0), Dec::finite(a.neg, r, ideal)))
}

/// The integer part of `a / b`.
pub fn divide_int(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let neg = a.neg != b.neg;
    if let Some(special) = of_special(a, b, ctx, st) {
        return special.unwrap_or_else(|| Dec::zero(neg, 0));
    }
    if b.no_coeff() {
        return by_zero(a, neg, st);
    }
    match divmod_finite(a, b, ctx, st) {
        Some((q, _)) => finalize(q, ctx, st),
        None => Dec::nan(),
    }
}

/// What a remainder is when an operand is special or the divisor zero.
fn special_rem(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Option<Dec> {
    if a.is_special() || b.is_special() {
        if let Some(nan) = nans(a, b, ctx, st) {
            return Some(nan);
        }
        return Some(if a.is_infinite() { invalid(st, flag::INVALID_OPERATION) } else { finalize(a.clone(), ctx, st) });
    }
    if b.no_coeff() {
        return Some(invalid(st, if a.no_coeff() { flag::DIVISION_UNDEFINED } else { flag::INVALID_OPERATION }));
    }
    None
}

/// `a - b * int(a / b)`.
pub fn rem(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(done) = special_rem(a, b, ctx, st) {
        return done;
    }
    match divmod_finite(a, b, ctx, st) {
        Some((_, r)) => finalize(r, ctx, st),
        None => Dec::nan(),
    }
}

/// Integer quotient and remainder.
pub fn divmod(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> (Dec, Dec) {
    let neg = a.neg != b.neg;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nans(a, b, ctx, st) {
            return (nan.clone(), nan);
        }
        if a.is_infinite() {
            let q = if b.is_infinite() { Dec::nan() } else { Dec::infinity(neg) };
            return (q, invalid(st, flag::INVALID_OPERATION));
        }
        return (Dec::zero(neg, 0), finalize(a.clone(), ctx, st));
    }
    if b.no_coeff() {
        if a.no_coeff() {
            return (Dec::nan(), invalid(st, flag::DIVISION_UNDEFINED));
        }
        *st |= flag::DIVISION_BY_ZERO;
        return (Dec::infinity(neg), invalid(st, flag::INVALID_OPERATION));
    }
    match divmod_finite(a, b, ctx, st) {
        Some((q, r)) => (finalize(q, ctx, st), finalize(r, ctx, st)),
        None => (Dec::nan(), Dec::nan()),
    }
}

/// `a - b * n` where `n` is the integer nearest to `a / b` (even on ties).
pub fn rem_near(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(done) = special_rem(a, b, ctx, st) {
        return done;
    }
    let Some((q, r)) = divmod_finite(a, b, ctx, st) else { return Dec::nan() };
    if r.no_coeff() {
        return finalize(r, ctx, st);
    }
    let twice = Dec::finite(false, limb::mul::by_word(r.limbs(), 2), r.exp);
    let up = match cmp_magnitude(&twice, b) {
        Ordering::Greater => true,
        Ordering::Equal => q.is_odd(),
        Ordering::Less => false,
    };
    if !up {
        return finalize(r, ctx, st);
    }
    let next = super::add::plus_one(&q.coeff);
    if limb::digits(next.as_slice()) as i64 > ctx.prec {
        return invalid(st, flag::DIVISION_IMPOSSIBLE);
    }
    // |b| - |r|, on the other side of zero.
    let mut exact = 0;
    let d = super::add::sub(&b.with_sign(false), &r.with_sign(false), &Context::MAX, &mut exact);
    if exact & flag::MALLOC_ERROR != 0 {
        return no_memory(st);
    }
    finalize(d.with_sign(!a.neg), ctx, st)
}
