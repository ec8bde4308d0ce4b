//! The last step of every operation: bring an exact (or sticky) result into the context.

use crate::context::{Context, EXP_INF, Rounding, Status, flag};
use crate::limb::{self, Limbs, POW10_WIDE, Rest, digits_of_wide, nines};
use crate::num::{Coeff, Dec, Kind};

/// Does rounding go away from zero?
#[inline]
pub fn rounds_up(mode: Rounding, neg: bool, rest: Rest, last: u64) -> bool {
    match mode {
        Rounding::Up => rest != Rest::Zero,
        Rounding::Down => false,
        Rounding::Ceiling => !neg && rest != Rest::Zero,
        Rounding::Floor => neg && rest != Rest::Zero,
        Rounding::HalfUp => rest >= Rest::Half,
        Rounding::HalfDown => rest == Rest::Above,
        Rounding::HalfEven => rest == Rest::Above || (rest == Rest::Half && last & 1 == 1),
        Rounding::ZeroFiveUp => rest != Rest::Zero && last.is_multiple_of(5),
    }
}

/// Drop `n` digits and round; `true` if anything but zeros was dropped.
pub fn shift_round(limbs: &mut Limbs, n: usize, neg: bool, mode: Rounding) -> bool {
    let rest = limb::shr(limbs, n);
    let last = limbs.as_slice().first().map_or(0, |x| x % 10);
    if rounds_up(mode, neg, rest, last) {
        limbs.add_word(1);
    }
    rest != Rest::Zero
}

/// No memory for a result of that many digits: the answer and its condition.
#[cold]
pub fn no_memory(st: &mut Status) -> Dec {
    *st |= flag::MALLOC_ERROR;
    Dec::nan()
}

/// An invalid operation: the answer and its condition.
#[cold]
pub fn invalid(st: &mut Status, condition: u32) -> Dec {
    *st |= condition;
    Dec::nan()
}

/// Can so many digits, and what working on them takes, be had? Asks the allocator for large ones.
pub fn affordable(digits: i64) -> bool {
    const SURE: i64 = 1 << 20;
    // Some thousand million digits: beyond what a machine should be asked for in passing.
    const NEVER: i64 = 1 << 33;
    if digits < SURE {
        return true;
    }
    if digits > NEVER {
        return false;
    }
    Vec::<u64>::new().try_reserve_exact(digits as usize / 19 * 6).is_ok()
}

/// Cut a payload to what the context allows.
pub fn fix_nan(mut a: Dec, ctx: &Context) -> Dec {
    if !a.no_coeff() && a.digits() > ctx.payload_digits() {
        let mut limbs = Limbs::from_slice(a.limbs());
        limb::keep_low(&mut limbs, ctx.payload_digits() as usize);
        a.coeff = Coeff::from_limbs(limbs);
    }
    a
}

/// The quiet NaN that an operation on a NaN gives.
pub fn quiet(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if a.is_snan() {
        *st |= flag::INVALID_OPERATION;
    }
    fix_nan(Dec { kind: Kind::Nan, exp: 0, ..a.clone() }, ctx)
}

/// The result of an operation with NaNs among two operands, if there are any: signalling ones first.
#[inline]
pub fn nans(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Option<Dec> {
    if a.is_nan() || b.is_nan() {
        let which = if a.is_snan() || (a.is_nan() && !b.is_snan()) { a } else { b };
        return Some(quiet(which, ctx, st));
    }
    None
}

/// A result of at most 38 digits.
#[inline]
pub fn finish_wide(neg: bool, coeff: u128, exp: i64, ctx: &Context, st: &mut Status) -> Dec {
    if coeff >> 64 == 0 && (coeff as u64) < limb::BASE {
        let c = coeff as u64;
        let digits = limb::digits_of(c).max(1) as i64;
        let adjusted = exp + digits - 1;
        if digits <= ctx.prec && adjusted <= ctx.emax && adjusted >= ctx.emin && (!ctx.clamp || exp <= ctx.etop()) {
            return Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::Small([c, 0]) };
        }
        return finish(neg, Limbs::from_word(c), exp, ctx, st);
    }
    let digits = digits_of_wide(coeff) as i64;
    let adjusted = exp + digits - 1;
    if digits <= 38 && digits <= ctx.prec && adjusted <= ctx.emax && adjusted >= ctx.emin && !ctx.clamp {
        let (hi, lo) = limb::split(coeff);
        return Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::Small([lo, hi]) };
    }
    // Rounding of what fits two limbs, in the machine's words.
    let drop = digits - ctx.prec;
    if drop > 0 && drop < 20 && digits <= 38 && adjusted < ctx.emax && adjusted >= ctx.emin && !ctx.clamp {
        let unit = limb::POW10.get(drop as usize).copied().unwrap_or(1);
        let mut q = coeff / u128::from(unit);
        let r = (coeff - q * u128::from(unit)) as u64;
        *st |= flag::ROUNDED;
        if r != 0 {
            *st |= flag::INEXACT;
            let rest = match (unit - r).cmp(&r) {
                std::cmp::Ordering::Greater => Rest::Below,
                std::cmp::Ordering::Equal => Rest::Half,
                std::cmp::Ordering::Less => Rest::Above,
            };
            q += u128::from(rounds_up(ctx.round, neg, rest, (q % 10) as u64));
        }
        let mut exp = exp + drop;
        if POW10_WIDE.get(ctx.prec as usize) == Some(&q) {
            q /= 10;
            exp += 1;
        }
        let (hi, lo) = limb::split(q);
        return Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::Small([lo, hi]) };
    }
    finish(neg, Limbs::from_wide(coeff), exp, ctx, st)
}

/// A result in four limbs (zeros on top allowed): the product of two numbers of the default precision, or their quotient with its guard digits.
#[inline]
pub fn finish_four(neg: bool, l: &[u64; 4], exp: i64, ctx: &Context, st: &mut Status) -> Dec {
    let digits = limb::digits(l) as i64;
    let adjusted = exp + digits - 1;
    if digits > 0 && ctx.prec <= 38 && adjusted < ctx.emax && adjusted >= ctx.emin && !ctx.clamp {
        let drop = digits - ctx.prec;
        if drop <= 0 {
            return Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::Small([l[0], l[1]]) };
        }
        return round_four(neg, l, drop as usize, exp, ctx, st);
    }
    let mut limbs = Limbs::from_slice(l);
    limbs.trim();
    finish(neg, limbs, exp, ctx, st)
}

/// Drop digits of four limbs, so that the precision is left, which two limbs hold. The exponent is far from its limits.
#[inline]
fn round_four(neg: bool, l: &[u64; 4], drop: usize, exp: i64, ctx: &Context, st: &mut Status) -> Dec {
    let (whole, part) = (drop / limb::LIMB_DIGITS, drop % limb::LIMB_DIGITS);
    let at = |i: usize| l.get(i).copied().unwrap_or(0);
    let (r0, r1, top, unit, below) = if part == 0 {
        (at(whole), at(whole + 1), at(whole - 1), limb::BASE, whole - 1)
    } else {
        let (down, up) = (limb::POW10[part], limb::POW10[limb::LIMB_DIGITS - part]);
        let (x0, x1, x2) = (at(whole), at(whole + 1), at(whole + 2));
        let q0 = x0 / down;
        let q1 = x1 / down;
        let q2 = if x2 == 0 { 0 } else { x2 / down };
        (q0 + (x1 - q1 * down) * up, q1 + (x2 - q2 * down) * up, x0 - q0 * down, down, whole)
    };
    *st |= flag::ROUNDED;
    let mut coeff = [r0, r1];
    let mut exp = exp + drop as i64;
    let lower = l[..below].iter().any(|&x| x != 0);
    if top != 0 || lower {
        *st |= flag::INEXACT;
        let rest = match top.cmp(&(unit / 2)) {
            std::cmp::Ordering::Less => Rest::Below,
            std::cmp::Ordering::Equal if !lower => Rest::Half,
            _ => Rest::Above,
        };
        if rounds_up(ctx.round, neg, rest, r0 % 10) {
            coeff[0] += 1;
            if coeff[0] == limb::BASE {
                coeff = [0, r1 + 1];
            }
            // The carry may make a power of ten, one digit too long (38 digits: a third limb).
            if limb::join(coeff[1], coeff[0]) == limb::power_of_ten(ctx.prec as usize) {
                exp += 1;
                let (hi, lo) = limb::split(POW10_WIDE[ctx.prec as usize - 1]);
                coeff = [lo, hi];
            }
        }
    }
    Dec { neg, kind: Kind::Finite, exp, coeff: Coeff::Small(coeff) }
}

/// A result of trimmed limbs.
pub fn finish(neg: bool, mut limbs: Limbs, mut exp: i64, ctx: &Context, st: &mut Status) -> Dec {
    let digits = limb::digits(limbs.as_slice()).max(1) as i64;
    let adjusted = exp.saturating_add(digits - 1);
    if digits <= ctx.prec && adjusted <= ctx.emax && adjusted >= ctx.emin && (!ctx.clamp || exp <= ctx.etop()) {
        return Dec::finite(neg, limbs, exp);
    }
    if let Some(done) = limit_exponent(neg, &mut limbs, &mut exp, adjusted, ctx, st) {
        return done;
    }
    let digits = limb::digits(limbs.as_slice()).max(1) as i64;
    if digits > ctx.prec {
        let drop = digits - ctx.prec;
        *st |= flag::ROUNDED;
        if shift_round(&mut limbs, drop as usize, neg, ctx.round) {
            *st |= flag::INEXACT;
        }
        exp += drop;
        if limb::digits(limbs.as_slice()) as i64 > ctx.prec {
            // The carry made a power of ten.
            limb::shr(&mut limbs, 1);
            exp += 1;
            let adjusted = exp + ctx.prec - 1;
            if let Some(done) = limit_exponent(neg, &mut limbs, &mut exp, adjusted, ctx, st) {
                return done;
            }
        }
    }
    Dec::finite(neg, limbs, exp)
}

/// Overflow, clamping and subnormal results. `Some` is final; `None`: the (perhaps altered) number goes on.
fn limit_exponent(neg: bool, limbs: &mut Limbs, exp: &mut i64, adjusted: i64, ctx: &Context, st: &mut Status) -> Option<Dec> {
    let zero = limbs.is_empty();
    if adjusted > ctx.emax {
        if zero {
            *st |= flag::CLAMPED;
            return Some(Dec::zero(neg, if ctx.clamp { ctx.etop() } else { ctx.emax }));
        }
        *st |= flag::OVERFLOW | flag::INEXACT | flag::ROUNDED;
        return Some(overflowed(neg, ctx, st));
    }
    if ctx.clamp && *exp > ctx.etop() {
        let shift = *exp - ctx.etop();
        *exp = ctx.etop();
        *st |= flag::CLAMPED;
        if !zero {
            if !affordable(shift) {
                return Some(no_memory(st));
            }
            *limbs = limb::shl(limbs.as_slice(), shift as usize);
            if adjusted < ctx.emin {
                *st |= flag::SUBNORMAL;
            }
        }
        return None;
    }
    if adjusted < ctx.emin {
        let etiny = ctx.etiny();
        if zero {
            if *exp < etiny {
                *st |= flag::CLAMPED;
                return Some(Dec::zero(neg, etiny));
            }
            return None;
        }
        *st |= flag::SUBNORMAL;
        if *exp < etiny {
            let drop = usize::try_from(etiny.saturating_sub(*exp)).unwrap_or(usize::MAX);
            *exp = etiny;
            *st |= flag::ROUNDED;
            if shift_round(limbs, drop, neg, ctx.round) {
                *st |= flag::INEXACT | flag::UNDERFLOW;
                if limbs.is_empty() {
                    *st |= flag::CLAMPED;
                }
            }
        }
    }
    None
}

/// What too large a number becomes.
fn overflowed(neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    let finite = match ctx.round {
        Rounding::HalfUp | Rounding::HalfEven | Rounding::HalfDown | Rounding::Up => false,
        Rounding::Down | Rounding::ZeroFiveUp => true,
        Rounding::Ceiling => neg,
        Rounding::Floor => !neg,
    };
    if finite { largest(neg, ctx, st) } else { Dec::infinity(neg) }
}

/// The number of the largest magnitude.
pub fn largest(neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    if !affordable(ctx.prec) {
        return no_memory(st);
    }
    Dec::finite(neg, nines(ctx.prec as usize), ctx.etop())
}

/// A number as an operation's result: rounded to the context, NaN payloads cut.
pub fn finalize(a: Dec, ctx: &Context, st: &mut Status) -> Dec {
    match a.kind {
        Kind::Infinite => a,
        Kind::Nan | Kind::Snan => fix_nan(a, ctx),
        Kind::Finite => {
            let digits = a.digits();
            let adjusted = a.exp.saturating_add(digits - 1);
            if digits <= ctx.prec && adjusted <= ctx.emax && adjusted >= ctx.emin && (!ctx.clamp || a.exp <= ctx.etop()) {
                return a;
            }
            let limbs = match a.coeff {
                Coeff::Large(l) => Limbs::from_vec(l.into_vec()),
                small => Limbs::from_slice(small.as_slice()),
            };
            finish(a.neg, limbs, a.exp, ctx, st)
        }
    }
}

/// A number whose magnitude is certain to overflow.
pub fn overflow(neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    finish(neg, Limbs::from_word(1), EXP_INF, ctx, st)
}

/// A number that is certain to underflow to zero or the least number.
pub fn underflow(neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    finish(neg, Limbs::from_word(1), ctx.etiny() - 1, ctx, st)
}
