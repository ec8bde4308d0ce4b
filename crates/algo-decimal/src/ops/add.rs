//! Sums, differences, signs.

use crate::context::{Context, Rounding, Status, flag};
use crate::limb::{self, Limbs, POW10_WIDE, digits_of_wide};
use crate::num::{Coeff, Dec, cmp_magnitude};
use crate::round::{affordable, finalize, finish, finish_wide, invalid, nans, no_memory, quiet};
use std::cmp::Ordering;

/// `a + b`.
#[inline]
pub fn add(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    sum(a, b, b.neg, ctx, st)
}

/// `a - b`.
#[inline]
pub fn sub(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    sum(a, b, !b.neg, ctx, st)
}

/// The sum with `b`'s sign replaced.
#[inline]
fn sum(a: &Dec, b: &Dec, b_neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_finite() && b.is_finite() {
        if let (Some(x), Some(y)) = (a.coeff.wide(), b.coeff.wide())
            && let Some(done) = sum_wide((a.neg, x, a.exp), (b_neg, y, b.exp), ctx, st)
        {
            return done;
        }
        return sum_finite(a, b, b_neg, ctx, st);
    }
    if let Some(nan) = nans(a, b, ctx, st) {
        return nan;
    }
    match (a.is_infinite(), b.is_infinite()) {
        (true, true) if a.neg != b_neg => invalid(st, flag::INVALID_OPERATION),
        (true, _) => Dec::infinity(a.neg),
        _ => Dec::infinity(b_neg),
    }
}

/// Operands that fit double words even after alignment.
#[inline]
fn sum_wide(a: (bool, u128, i64), b: (bool, u128, i64), ctx: &Context, st: &mut Status) -> Option<Dec> {
    let (hi, lo) = if a.2 >= b.2 { (a, b) } else { (b, a) };
    let shift = hi.2.wrapping_sub(lo.2) as u64;
    let mut big = hi.1;
    if shift != 0 {
        if shift > 37 || digits_of_wide(big) as u64 + shift > 37 {
            return None;
        }
        big *= POW10_WIDE[shift as usize];
    }
    let (neg, coeff) = if hi.0 == lo.0 {
        (hi.0, big + lo.1)
    } else {
        match big.cmp(&lo.1) {
            Ordering::Greater => (hi.0, big - lo.1),
            Ordering::Less => (lo.0, lo.1 - big),
            Ordering::Equal => (ctx.round == Rounding::Floor, 0),
        }
    };
    Some(finish_wide(neg, coeff, lo.2, ctx, st))
}

/// Finite operands of any size.
fn sum_finite(a: &Dec, b: &Dec, b_neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    let ((big, big_neg), (small, small_neg)) = if a.exp >= b.exp { ((a, a.neg), (b, b_neg)) } else { ((b, b_neg), (a, a.neg)) };
    let tiny;
    let mut small = small;
    if big.exp != small.exp && !big.no_coeff() {
        // A number far below the last place matters only by its being there.
        let digits = big.digits();
        let mut limit = big.exp - 1;
        if digits <= ctx.prec {
            limit += digits - ctx.prec - 1;
        }
        if small.adjusted() < limit {
            tiny = Dec::small(small.neg, u64::from(!small.no_coeff()), limit);
            // A zero gives only its exponent, which cannot be reached by a result of this precision.
            small = &tiny;
        }
    }
    let shift = big.exp - small.exp;
    if !affordable(shift.saturating_add(big.digits())) && !big.no_coeff() {
        return no_memory(st);
    }
    let mut x = if shift == 0 || big.no_coeff() { Limbs::from_slice(big.limbs()) } else { limb::shl(big.limbs(), shift as usize) };
    let y = small.limbs();
    let exp = small.exp;
    if big_neg == small_neg {
        while x.len() < y.len() {
            x.push(0);
        }
        let carry = limb::add_assign(x.as_mut_slice(), y);
        if carry != 0 {
            x.push(carry);
        }
        return finish(big_neg, x, exp, ctx, st);
    }
    let (neg, diff) = match limb::cmp(x.as_slice(), y) {
        Ordering::Equal => (ctx.round == Rounding::Floor, Limbs::new()),
        Ordering::Greater => {
            limb::sub_assign(x.as_mut_slice(), y);
            (big_neg, x)
        }
        Ordering::Less => {
            let mut d = Limbs::from_slice(y);
            limb::sub_assign(d.as_mut_slice(), x.as_slice());
            (small_neg, d)
        }
    };
    let mut diff = diff;
    diff.trim();
    finish(neg, diff, exp, ctx, st)
}

/// `+a`: rounded; the sign of a zero is lost unless rounding goes down.
pub fn plus(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    let neg = a.neg && !(a.is_zero() && ctx.round != Rounding::Floor);
    finalize(a.with_sign(neg), ctx, st)
}

/// `-a`.
pub fn minus(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    let neg = if a.is_zero() && ctx.round != Rounding::Floor { false } else { !a.neg };
    finalize(a.with_sign(neg), ctx, st)
}

/// `abs(a)`.
pub fn abs(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_nan() {
        return quiet(a, ctx, st);
    }
    if a.neg { minus(a, ctx, st) } else { plus(a, ctx, st) }
}

/// Both zero, or the same magnitude.
pub fn same_magnitude(a: &Dec, b: &Dec) -> bool {
    cmp_magnitude(a, b) == Ordering::Equal
}

/// `a + 1` for an integer coefficient: the limbs.
pub fn plus_one(a: &Coeff) -> Limbs {
    let mut l = Limbs::from_slice(a.as_slice());
    l.add_word(1);
    l
}
