//! `scaleb`: a number times a power of ten.

use crate::context::{Context, EXP_CLAMP, EXP_INF, Status, flag};
use crate::num::Dec;
use crate::round::{finalize, invalid, nans};

/// `a * 10**b`.
pub fn scaleb(a: &Dec, b: &Dec, ctx: &Context, st: &mut Status) -> Dec {
    if let Some(nan) = nans(a, b, ctx, st) {
        return nan;
    }
    let limit = 2 * (ctx.emax as i128 + ctx.prec as i128);
    let n = match b.to_i64() {
        Ok(n) if b.is_finite() && b.exp == 0 && i128::from(n).abs() <= limit => n,
        _ => return invalid(st, flag::INVALID_OPERATION),
    };
    if a.is_infinite() {
        return a.clone();
    }
    let exp = (i128::from(a.exp) + i128::from(n)).clamp(i128::from(EXP_CLAMP), i128::from(EXP_INF)) as i64;
    finalize(Dec { exp, ..a.clone() }, ctx, st)
}
