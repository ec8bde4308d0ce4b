//! Powers: by squaring for integral exponents, through exp and ln for others, and modulo an integer.

use super::div::div;
use super::mul::mul;
use crate::context::{Context, EXP_INF, Rounding, Status, flag};
use crate::convert::binary::integer_value;
use crate::convert::int::{from_int, to_int};
use crate::elementary::exp::exp;
use crate::elementary::log::ln;
use crate::limb::{self, Limbs};
use crate::num::{Dec, cmp_magnitude, cmp_value};
use crate::round::{affordable, finalize, finish, invalid, nans, no_memory, overflow, quiet, underflow};
use std::cmp::Ordering;
use taipan_algo_int::BigInt;

/// Digits of the largest exponent, by which the work of real powers is longer.
const EXPONENT_DIGITS: i64 = 19;

/// `base ** exponent`.
pub fn power(base: &Dec, y: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(nan) = nans(base, y, ctx, st) {
        return nan;
    }
    let integral = y.is_integer();
    let neg = base.neg && integral && y.is_odd();
    if y.is_zero() {
        return if base.is_zero() { invalid(st, flag::INVALID_OPERATION) } else { Dec::small(neg, 1, 0) };
    }
    if base.is_zero() {
        return if y.neg { Dec::infinity(neg) } else { Dec::zero(neg, 0) };
    }
    if base.neg && !integral {
        return invalid(st, flag::INVALID_OPERATION);
    }
    if y.is_infinite() {
        return infinite_exponent(base, y, neg, ctx, st);
    }
    if base.is_infinite() {
        return if y.neg { Dec::zero(neg, 0) } else { Dec::infinity(neg) };
    }
    if cmp_magnitude(base, &Dec::ONE) == Ordering::Equal {
        return of_one(base, y, neg, ctx, st);
    }
    if let Some(done) = bounded(base, y, neg, ctx, st) {
        return done;
    }
    if !affordable(ctx.prec.saturating_mul(2)) && !integral {
        return no_memory(st);
    }
    if integral { integral_power(base, y, neg, ctx, st) } else { real_power(base, y, ctx, st) }
}

/// One with as many zeros as the precision allows, for results that are one only after rounding.
fn padded_one(neg: bool, shift: i64, st: &mut Status) -> Dec {
    if !affordable(shift) {
        return no_memory(st);
    }
    Dec::finite(neg, limb::shl(&[1], shift as usize), -shift)
}

fn infinite_exponent(base: &Dec, y: &Dec, neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    match cmp_value(&base.with_sign(false), &Dec::ONE) {
        Ordering::Equal => {
            *st |= flag::INEXACT | flag::ROUNDED;
            padded_one(neg, ctx.prec - 1, st)
        }
        o if (o == Ordering::Greater) != y.neg => Dec::infinity(neg),
        _ => Dec::zero(neg, 0),
    }
}

/// A base of plus or minus one.
fn of_one(base: &Dec, y: &Dec, neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    if !y.is_integer() {
        *st |= flag::INEXACT | flag::ROUNDED;
        return padded_one(neg, ctx.prec - 1, st);
    }
    if y.neg {
        return Dec::small(neg, 1, 0);
    }
    // The ideal exponent is the base's times the power.
    if base.exp == 0 {
        return Dec::small(neg, 1, 0);
    }
    let mut ignored = 0;
    let places = mul(y, &Dec::small(base.exp > 0, base.exp.unsigned_abs(), 0), ctx, &mut ignored).to_i64().unwrap_or(i64::MAX);
    let mut shift = places.max(0);
    if shift > ctx.prec - 1 {
        shift = ctx.prec - 1;
        *st |= flag::ROUNDED;
    }
    padded_one(neg, shift, st)
}

/// An integral exponent that is not zero.
fn integral_power(base: &Dec, y: &Dec, neg: bool, ctx: &Context, st: &mut Status) -> Dec {
    let digits = y.digits() + y.exp;
    let extra = digits.max(0) + 2 + i64::from(y.neg);
    let work = Context { prec: ctx.prec.saturating_add(extra).min(crate::context::MAX_PREC + 64), round: Rounding::HalfEven, clamp: false, ..*ctx };
    // The digits that squaring leads to, if the precision lets it.
    let grown = y.to_i64().map_or(i64::MAX, |n| n.saturating_abs().saturating_mul(base.digits() - 1)).min(work.prec);
    if !affordable(grown) {
        return no_memory(st);
    }
    let Some(n) = integer_value(&y.with_sign(false)) else { return no_memory(st) };
    let start = if y.neg {
        let inverse = div(&Dec::ONE, base, &work, st);
        if *st & flag::ERRORS != 0 && !inverse.is_finite() {
            return inverse;
        }
        inverse
    } else {
        base.clone()
    };
    let mut status = 0;
    let r = by_squaring(&start, &n, &work, &mut status);
    *st |= status;
    if r.is_infinite() {
        // As a number, so that the context's rounding decides what it becomes.
        return finish(neg, Limbs::from_word(1), EXP_INF, ctx, st);
    }
    finalize(Dec { neg: neg && !r.is_nan(), ..r }, ctx, st)
}

/// Left to right over the bits of `n`.
fn by_squaring(base: &Dec, n: &BigInt, ctx: &Context, status: &mut Status) -> Dec {
    let mut r = base.clone();
    for i in (0..n.view().bit_length().saturating_sub(1)).rev() {
        r = mul(&r, &r, ctx, status);
        if taipan_algo_int::bits::test_bit(n.view(), i) {
            r = mul(&r, base, ctx, status);
        }
        if r.is_special() || (r.no_coeff() && *status & flag::CLAMPED != 0) {
            break;
        }
    }
    r
}

/// Decimal digits of an exponent's magnitude.
fn exponent_digits(e: i64) -> i64 {
    limb::digits_of(e.unsigned_abs()).max(1) as i64
}

/// Does the result leave the range for certain? By the sizes of the exponent and of the base's logarithm, which is from below the size of the
/// base's exponent or, near one, of its difference from one.
fn bounded(base: &Dec, y: &Dec, neg: bool, ctx: &Context, st: &mut Status) -> Option<Dec> {
    let size = match base.adjusted() {
        t if t > 0 => exponent_digits(t) - 1,
        t if t < -1 => exponent_digits(t + 1) - 1,
        _ => {
            let mut exact = 0;
            let d = super::add::sub(&base.with_sign(false), &Dec::ONE, &Context::MAX, &mut exact);
            if exact & flag::MALLOC_ERROR != 0 {
                return None;
            }
            // Above one the logarithm is less than that difference.
            d.adjusted() - if d.neg { 1 } else { 2 }
        }
    };
    let size = size + y.adjusted();
    if cmp_magnitude(base, &Dec::ONE).is_lt() != y.neg {
        return (exponent_digits(ctx.etiny()) < size).then(|| underflow(neg, ctx, st));
    }
    (exponent_digits(ctx.emax) < size).then(|| overflow(neg, ctx, st))
}

/// Any other exponent, positive base.
fn real_power(base: &Dec, y: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let work = Context::work(ctx.prec.max(base.digits()) + 4 + EXPONENT_DIGITS);
    let mut status = 0;
    let log = ln(base, &work, &mut status);
    let product = mul(&log, y, &work, &mut status);
    *st |= flag::INEXACT | flag::ROUNDED | (status & flag::MALLOC_ERROR);
    if status & flag::MALLOC_ERROR != 0 {
        return Dec::nan();
    }
    if product.is_infinite() || product.adjusted() > 19 {
        return if product.neg { underflow(false, ctx, st) } else { overflow(false, ctx, st) };
    }
    let mut status = 0;
    let r = exp(&product, &work, &mut status);
    *st |= status & (flag::MALLOC_ERROR | flag::INEXACT | flag::ROUNDED);
    if r.is_infinite() {
        return overflow(false, ctx, st);
    }
    if r.is_zero() {
        return underflow(false, ctx, st);
    }
    if r.is_finite() && cmp_magnitude(&r, &Dec::ONE) == Ordering::Equal {
        return finalize(padded_one(false, ctx.prec - 1, st), ctx, st);
    }
    finalize(r, ctx, st)
}

/// `base ** exponent % modulus` for integers.
pub fn power_mod(base: &Dec, y: &Dec, modulus: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let all = [base, y, modulus];
    if let Some(nan) = all.iter().find(|d| d.is_snan()).or_else(|| all.iter().find(|d| d.is_nan())) {
        return quiet(nan, ctx, st);
    }
    let fine = all.iter().all(|d| d.is_integer())
        && (!y.neg || y.no_coeff())
        && !modulus.no_coeff()
        && modulus.digits() + modulus.exp <= ctx.prec
        && !(base.no_coeff() && y.no_coeff());
    if !fine {
        return invalid(st, flag::INVALID_OPERATION);
    }
    let neg = base.neg && y.is_odd();
    let compute = || -> Option<BigInt> {
        use taipan_algo_int::{modpow, modulo, mul};
        let m = integer_value(&modulus.with_sign(false))?;
        let power = |b: &BigInt, e: &BigInt| modpow(b.view(), e.view(), m.view()).ok();
        let ten = BigInt::from(10u64);
        let mut b = if base.exp > 0 {
            let c = to_int(false, base.limbs());
            modulo(mul(c.view(), power(&ten, &BigInt::from(base.exp))?.view()).view(), m.view())?
        } else {
            modulo(integer_value(&base.with_sign(false))?.view(), m.view())?
        };
        let mut e = y.clone();
        e.neg = false;
        while e.exp > 0 && !e.no_coeff() {
            // One more step is as cheap as a long exponent, and needs no memory.
            b = power(&b, &ten)?;
            e.exp -= 1;
        }
        power(&b, &integer_value(&e)?)
    };
    match compute() {
        // Shorter than the modulus, which fits the precision.
        Some(r) => Dec::finite(neg, from_int(r.view().abs()), 0),
        None => no_memory(st),
    }
}
