//! Products and fused products.

use super::add::add;
use crate::context::{Context, Status, flag};
use crate::limb::mul::{mul as mul_limbs, rows};
use crate::num::{Coeff, Dec};
use crate::round::{affordable, finish, finish_four, finish_wide, invalid, nans, no_memory};

/// `a * b`.
#[inline]
pub fn mul(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let neg = a.neg != b.neg;
    if a.is_finite() && b.is_finite() {
        let exp = a.exp + b.exp;
        if let (Coeff::Small([x, 0]), Coeff::Small([y, 0])) = (&a.coeff, &b.coeff) {
            return finish_wide(neg, u128::from(*x) * u128::from(*y), exp, ctx, st);
        }
        if let (Coeff::Small(x), Coeff::Small(y)) = (&a.coeff, &b.coeff) {
            let mut out = [0; 4];
            rows(&mut out, x, y);
            return finish_four(neg, &out, exp, ctx, st);
        }
        if !affordable(a.digits() + b.digits()) {
            return no_memory(st);
        }
        return finish(neg, mul_limbs(a.limbs(), b.limbs()), exp, ctx, st);
    }
    special(a, b, ctx, st)
}

/// One of the operands is not finite.
fn special(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(nan) = nans(a, b, ctx, st) {
        return nan;
    }
    if a.is_zero() || b.is_zero() {
        return invalid(st, flag::INVALID_OPERATION);
    }
    Dec::infinity(a.neg != b.neg)
}

/// The exact product of finite numbers, whatever its exponent. `None`: no memory.
pub fn exact(a: &Dec, b: &Dec) -> Option<Dec> {
    if !affordable(a.digits() + b.digits()) {
        return None;
    }
    Some(Dec::finite(a.neg != b.neg, mul_limbs(a.limbs(), b.limbs()), a.exp + b.exp))
}

/// `a * b + c`, rounded once.
pub fn fma(a: &Dec, b: &Dec, c: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if !(a.is_finite() && b.is_finite()) {
        let mut status = 0;
        let product = special(a, b, ctx, &mut status);
        *st |= status;
        // An invalid product is the result, whatever is added.
        return if status != 0 { product } else { add(&product, c, ctx, st) };
    }
    match exact(a, b) {
        Some(product) => add(&product, c, ctx, st),
        None => no_memory(st),
    }
}
