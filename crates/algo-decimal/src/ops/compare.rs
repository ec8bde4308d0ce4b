//! Comparisons, minimum and maximum, total order.

use crate::context::{Context, Status, flag};
use crate::num::{Dec, Kind, cmp_magnitude, cmp_value};
use crate::round::{finalize, nans, quiet};
use std::cmp::Ordering;

/// -1, 0 or 1 as a number.
pub fn from_ordering(o: Ordering) -> Dec {
    Dec::small(o == Ordering::Less, u64::from(o != Ordering::Equal), 0)
}

/// `compare`: -1, 0, 1, or a NaN.
pub fn compare(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    nans(a, b, ctx, st).unwrap_or_else(|| from_ordering(cmp_value(a, b)))
}

/// `compare_signal`: as [`compare`], with every NaN invalid.
pub fn compare_signal(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(nan) = nans(a, b, ctx, st) {
        *st |= flag::INVALID_OPERATION;
        return nan;
    }
    from_ordering(cmp_value(a, b))
}

/// Numbers, then infinity, then signalling and quiet NaNs.
fn rank(a: &Dec) -> u8 {
    match a.kind {
        Kind::Finite => 0,
        Kind::Infinite => 1,
        Kind::Snan => 2,
        Kind::Nan => 3,
    }
}

/// The total order of magnitudes.
pub fn total_magnitude(a: &Dec, b: &Dec) -> Ordering {
    let by_rank = rank(a).cmp(&rank(b));
    if by_rank != Ordering::Equal {
        return by_rank;
    }
    match a.kind {
        Kind::Infinite => Ordering::Equal,
        Kind::Nan | Kind::Snan => crate::limb::cmp(a.limbs(), b.limbs()),
        Kind::Finite => cmp_magnitude(a, b).then(a.exp.cmp(&b.exp)),
    }
}

/// The total order.
pub fn total(a: &Dec, b: &Dec) -> Ordering {
    match (a.neg, b.neg) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => total_magnitude(a, b),
        (true, true) => total_magnitude(b, a),
    }
}

/// Which of max and min, and by what.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// `max`.
    Max,
    /// `min`.
    Min,
    /// `max_mag`.
    MaxMag,
    /// `min_mag`.
    MinMag,
}

/// Maximum or minimum; a quiet NaN loses against a number.
pub fn pick(which: Pick, a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_qnan() && !b.is_nan() {
        return finalize(b.clone(), ctx, st);
    }
    if b.is_qnan() && !a.is_nan() {
        return finalize(a.clone(), ctx, st);
    }
    if let Some(nan) = nans(a, b, ctx, st) {
        return nan;
    }
    let order = match which {
        Pick::Max | Pick::Min => cmp_value(a, b),
        Pick::MaxMag | Pick::MinMag => cmp_value(&a.with_sign(false), &b.with_sign(false)).then_with(|| cmp_value(a, b)),
    };
    let order = order.then_with(|| equal_order(a, b));
    let first = match which {
        Pick::Max | Pick::MaxMag => order != Ordering::Less,
        Pick::Min | Pick::MinMag => order == Ordering::Less,
    };
    finalize(if first { a } else { b }.clone(), ctx, st)
}

/// Order among representations of one value.
fn equal_order(a: &Dec, b: &Dec) -> Ordering {
    match (a.neg, b.neg) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.exp.cmp(&b.exp),
        (true, true) => b.exp.cmp(&a.exp),
    }
}

/// `same_quantum`.
pub fn same_quantum(a: &Dec, b: &Dec) -> bool {
    match (a.is_nan(), b.is_nan(), a.is_infinite(), b.is_infinite()) {
        (true, true, ..) => true,
        (.., true, true) => true,
        _ => a.is_finite() && b.is_finite() && a.exp == b.exp,
    }
}

/// `number_class`.
pub fn class(a: &Dec, ctx: &Context) -> &'static str {
    let pair = match a.kind {
        Kind::Snan => return "sNaN",
        Kind::Nan => return "NaN",
        Kind::Infinite => ["+Infinity", "-Infinity"],
        Kind::Finite if a.no_coeff() => ["+Zero", "-Zero"],
        Kind::Finite if is_subnormal(a, ctx) => ["+Subnormal", "-Subnormal"],
        Kind::Finite => ["+Normal", "-Normal"],
    };
    pair[usize::from(a.neg)]
}

/// A finite number that is not zero, below the normal ones.
pub fn is_subnormal(a: &Dec, ctx: &Context) -> bool {
    a.is_finite() && !a.no_coeff() && a.adjusted() < ctx.emin
}

/// A finite number that is not zero and not subnormal.
pub fn is_normal(a: &Dec, ctx: &Context) -> bool {
    a.is_finite() && !a.no_coeff() && a.adjusted() >= ctx.emin
}

/// `logb`: the exponent of the leading digit.
pub fn logb(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    match a.kind {
        Kind::Nan | Kind::Snan => quiet(a, ctx, st),
        Kind::Infinite => Dec::infinity(false),
        Kind::Finite if a.no_coeff() => {
            *st |= flag::DIVISION_BY_ZERO;
            Dec::infinity(true)
        }
        Kind::Finite => {
            let e = a.adjusted();
            finalize(Dec::small(e < 0, e.unsigned_abs(), 0), ctx, st)
        }
    }
}
