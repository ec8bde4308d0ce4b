//! Operations on the digits: logical ones on digits 0 and 1, shifts, rotations.

use crate::context::{Context, Status, flag};
use crate::limb::{self, LIMB_DIGITS, Limbs, POW10};
use crate::num::{Coeff, Dec, Kind};
use crate::round::{affordable, invalid, nans, no_memory};

/// A logical operation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Logic {
    /// Both.
    And,
    /// Either.
    Or,
    /// One of them.
    Xor,
}

/// Are all digits 0 or 1?
fn logical(a: &Dec) -> bool {
    a.is_finite() && !a.neg && a.exp == 0 && a.limbs().iter().all(|&x| word_is_logical(x))
}

fn word_is_logical(mut x: u64) -> bool {
    while x != 0 {
        if x % 10 > 1 {
            return false;
        }
        x /= 10;
    }
    true
}

/// One limb's digits combined.
fn combine(op: Logic, mut a: u64, mut b: u64) -> u64 {
    let mut out = 0;
    for unit in &POW10[..LIMB_DIGITS] {
        let (x, y) = (a % 10 == 1, b % 10 == 1);
        let on = match op {
            Logic::And => x && y,
            Logic::Or => x || y,
            Logic::Xor => x != y,
        };
        out += u64::from(on) * unit;
        a /= 10;
        b /= 10;
    }
    out
}

/// `logical_and`, `logical_or`, `logical_xor`.
pub fn logic(op: Logic, a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if !logical(a) || !logical(b) {
        return invalid(st, flag::INVALID_OPERATION);
    }
    let (x, y) = (a.limbs(), b.limbs());
    let mut out = Limbs::zeroed(x.len().max(y.len()));
    for (i, slot) in out.as_mut_slice().iter_mut().enumerate() {
        *slot = combine(op, x.get(i).copied().unwrap_or(0), y.get(i).copied().unwrap_or(0));
    }
    out.trim();
    limb::keep_low(&mut out, ctx.prec as usize);
    Dec::finite(false, out, 0)
}

/// `logical_invert`: as many digits as the precision.
pub fn invert(a: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if !logical(a) {
        return invalid(st, flag::INVALID_OPERATION);
    }
    let digits = ctx.prec.max(a.digits());
    if !affordable(digits) {
        return no_memory(st);
    }
    let mut out = Limbs::zeroed((digits as usize).div_ceil(LIMB_DIGITS));
    const ONES: u64 = 1_111_111_111_111_111_111;
    for (i, slot) in out.as_mut_slice().iter_mut().enumerate() {
        *slot = ONES - a.limbs().get(i).copied().unwrap_or(0);
    }
    limb::keep_low(&mut out, ctx.prec as usize);
    out.trim();
    Dec::finite(false, out, 0)
}

/// The count of a shift or rotation: an integer of at most the precision.
fn count(b: &Dec, ctx: &Context) -> Option<i64> {
    if b.is_special() {
        return None;
    }
    // The specification wants an exponent of zero.
    b.to_i64().ok().filter(|n| b.exp == 0 && n.unsigned_abs() <= ctx.prec as u64)
}

/// By how many places `b` moves the finite `a`; else what `shift` and `rotate` give without moving anything.
fn places(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Result<i64, Dec> {
    if let Some(nan) = nans(a, b, ctx, st) {
        return Err(nan);
    }
    let n = count(b, ctx).ok_or_else(|| invalid(st, flag::INVALID_OPERATION))?;
    if a.is_infinite() { Err(a.clone()) } else { Ok(n) }
}

/// `shift`: the digits moved, zeros in their place, cut to the precision.
pub fn shift(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let n = match places(a, b, ctx, st) {
        Ok(n) => n,
        Err(done) => return done,
    };
    let prec = ctx.prec as usize;
    let limbs = if n >= 0 {
        let mut l = Limbs::from_slice(a.limbs());
        // What is shifted out needs not be moved first.
        limb::keep_low(&mut l, prec - n as usize);
        if !l.is_empty() && !affordable(n + a.digits()) {
            return no_memory(st);
        }
        limb::shl(l.as_slice(), n as usize)
    } else {
        let mut l = Limbs::from_slice(a.limbs());
        limb::keep_low(&mut l, prec);
        limb::shr(&mut l, n.unsigned_abs() as usize);
        l
    };
    Dec { coeff: Coeff::from_limbs(limbs), kind: Kind::Finite, ..a.clone() }
}

/// `rotate`: within a coefficient as long as the precision.
pub fn rotate(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    let n = match places(a, b, ctx, st) {
        Ok(n) => n,
        Err(done) => return done,
    };
    let prec = ctx.prec as usize;
    let mut limbs = Limbs::from_slice(a.limbs());
    limb::keep_low(&mut limbs, prec);
    // To the left by n, or by prec - n.
    let left = if n >= 0 { n as usize } else { prec - n.unsigned_abs() as usize };
    let mut high = limbs.clone();
    limb::shr(&mut high, prec - left);
    limb::keep_low(&mut limbs, prec - left);
    if !limbs.is_empty() && !affordable(left as i64 + a.digits()) {
        return no_memory(st);
    }
    let mut out = limb::shl(limbs.as_slice(), left);
    while out.len() < high.len() {
        out.push(0);
    }
    limb::add_assign(out.as_mut_slice(), high.as_slice());
    out.trim();
    Dec { coeff: Coeff::from_limbs(out), kind: Kind::Finite, ..a.clone() }
}
