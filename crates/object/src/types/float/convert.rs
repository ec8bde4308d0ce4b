//! Floats to ints.

use crate::prelude::*;

/// A double whose fraction is gone, as an int. Raises `ValueError` for NaN and `OverflowError` for infinities.
pub fn to_int(x: f64, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    // Everything below 2**63 in size fits a machine integer.
    if x.abs() < 9_223_372_036_854_775_808.0 {
        return PyInt::new(x as i64, cx);
    }
    match taipan_algo_int::from_f64(x) {
        Some(v) => PyInt::from_big(&v, cx),
        None if x.is_nan() => Err(cx.value_error(format_args!("cannot convert float NaN to integer"))),
        None => Err(cx.overflow_error(format_args!("cannot convert float infinity to integer"))),
    }
}

/// `int(x)`.
pub fn trunc(x: f64, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    to_int(x, cx)
}

/// Numerator and denominator of `mantissa * 2**exp` with a sign.
pub fn ratio(neg: bool, mantissa: u64, exp: i32, cx: &mut Cx) -> PyResult<(Own<PyInt>, Own<PyInt>)> {
    use taipan_algo_int::{BigInt, shl};
    let m = BigInt::from_sign_u64(neg, mantissa);
    let one = BigInt::from_sign_u64(false, 1);
    let shifted = |v: &BigInt, cx: &mut Cx| match shl(v.view(), u64::from(exp.unsigned_abs())) {
        Ok(v) => PyInt::from_big(&v, cx),
        Err(_) => Err(cx.memory_error()),
    };
    if exp >= 0 { Ok((shifted(&m, cx)?, PyInt::new(1, cx)?)) } else { Ok((PyInt::from_big(&m, cx)?, shifted(&one, cx)?)) }
}
