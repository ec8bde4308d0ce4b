//! `internal/pycore_time.h`: times as nanoseconds, and their conversions with rounding. The public part (`pytime.h`) is in `clinic`.

use crate::capi;
use std::ffi::c_int;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;

const NS: i64 = 1_000_000_000;

/// `struct timeval` and `struct timespec` alike: seconds and a part.
#[repr(C)]
pub struct Parts {
    seconds: i64,
    part: i64,
}

/// `_PyTime_round_t`: floor, ceiling, half to even, away from zero.
fn round(x: f64, how: c_int) -> f64 {
    match how {
        0 => x.floor(),
        1 => x.ceil(),
        2 => x.round_ties_even(),
        _ => if x >= 0.0 { x.ceil() } else { x.floor() },
    }
}

/// `t / k`, rounded; `k` is positive.
fn divide(t: i64, k: i64, how: c_int) -> i64 {
    let (q, r) = (t.div_euclid(k), t.rem_euclid(k));
    let up = match how {
        0 => false,
        1 => r > 0,
        2 => 2 * r > k || (2 * r == k && q % 2 != 0),
        // Away from zero.
        _ => r > 0 && t > 0,
    };
    if up { q + 1 } else { q }
}

fn parts(t: i64, unit: i64, how: c_int) -> Parts {
    let n = divide(t, unit, how);
    let per_second = NS / unit;
    Parts { seconds: n.div_euclid(per_second), part: n.rem_euclid(per_second) }
}

fn time_t_overflow(cx: &mut Cx) -> Raised {
    cx.overflow_error(format_args!("timestamp out of range for platform time_t"))
}

fn in_range(x: f64) -> bool {
    (-9.223372036854775808e18..9.223372036854775808e18).contains(&x)
}

fn no_nan(x: f64, cx: &mut Cx) -> PyResult<f64> {
    if x.is_nan() { Err(cx.value_error(format_args!("Invalid value NaN (not a number)"))) } else { Ok(x) }
}

/// An int object as `time_t`.
fn int_seconds(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    match number::index(o, cx)?.to_i64() {
        Some(n) => Ok(n),
        None => Err(time_t_overflow(cx)),
    }
}

/// Seconds and a part of `1 / denominator` of a number object.
fn object_parts(o: &Object, denominator: f64, how: c_int, cx: &mut Cx) -> PyResult<Parts> {
    let Some(f) = o.downcast::<PyFloat>() else { return int_seconds(o, cx).map(|seconds| Parts { seconds, part: 0 }) };
    let x = no_nan(f.value(), cx)?;
    let mut whole = x.trunc();
    let mut part = round((x - whole) * denominator, how);
    if part >= denominator {
        part -= denominator;
        whole += 1.0;
    } else if part < 0.0 {
        part += denominator;
        whole -= 1.0;
    }
    if !in_range(whole) {
        return Err(time_t_overflow(cx));
    }
    Ok(Parts { seconds: whole as i64, part: part as i64 })
}

/// Nanoseconds of a number object that counts units of so many.
fn nanoseconds(o: &Object, unit: i64, how: c_int, cx: &mut Cx) -> PyResult<i64> {
    if let Some(f) = o.downcast::<PyFloat>() {
        let x = round(no_nan(f.value(), cx)? * unit as f64, how);
        return if in_range(x) { Ok(x as i64) } else { Err(cx.overflow_error(format_args!("timestamp out of range for C PyTime_t"))) };
    }
    match number::index(o, cx)?.to_i64().and_then(|n| n.checked_mul(unit)) {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("timestamp out of range for C PyTime_t"))),
    }
}

capi! {
    /// Nanoseconds of whole seconds.
    fn _PyTime_FromSeconds(seconds: c_int) -> i64 = |_| { i64::from(seconds) * NS }
    /// Nanoseconds of an int object.
    fn _PyTime_FromLong(out: *mut i64, o: &Object) -> PyResult<()> = |cx| {
        let Some(i) = o.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("expect int, got {}", o.ty().tp_name_str()))) };
        match i.to_i64() {
            Some(n) => { *out = n; Ok(()) }
            None => Err(cx.overflow_error(format_args!("timestamp out of range for C PyTime_t"))),
        }
    }
    /// Nanoseconds as an int object.
    fn _PyTime_AsLong(t: i64) -> PyResult<Own<PyInt>> = |cx| { PyInt::new(t, cx) }
    /// Nanoseconds of seconds as an int or float object.
    fn _PyTime_FromSecondsObject(out: *mut i64, o: &Object, how: c_int) -> PyResult<()> = |cx| { *out = nanoseconds(o, NS, how, cx)?; Ok(()) }
    /// Nanoseconds of milliseconds as an int or float object.
    fn _PyTime_FromMillisecondsObject(out: *mut i64, o: &Object, how: c_int) -> PyResult<()> = |cx| { *out = nanoseconds(o, 1_000_000, how, cx)?; Ok(()) }
    /// Milliseconds.
    fn _PyTime_AsMilliseconds(t: i64, how: c_int) -> i64 = |_| { divide(t, 1_000_000, how) }
    /// Microseconds.
    fn _PyTime_AsMicroseconds(t: i64, how: c_int) -> i64 = |_| { divide(t, 1000, how) }
    /// Seconds and microseconds.
    fn _PyTime_AsTimeval(t: i64, out: *mut Parts, how: c_int) -> PyResult<()> = |_| { *out = parts(t, 1000, how); Ok(()) }
    /// Seconds and microseconds.
    fn _PyTime_AsTimeval_clamp(t: i64, out: *mut Parts, how: c_int) = |_| { *out = parts(t, 1000, how) }
    /// Seconds and nanoseconds.
    fn _PyTime_AsTimespec(t: i64, out: *mut Parts) -> PyResult<()> = |_| { *out = parts(t, 1, 0); Ok(()) }
    /// Seconds and nanoseconds.
    fn _PyTime_AsTimespec_clamp(t: i64, out: *mut Parts) = |_| { *out = parts(t, 1, 0) }
    /// Seconds of a number object.
    fn _PyTime_ObjectToTime_t(o: &Object, out: *mut i64, how: c_int) -> PyResult<()> = |cx| {
        *out = match o.downcast::<PyFloat>() {
            None => int_seconds(o, cx)?,
            Some(f) => {
                let x = round(no_nan(f.value(), cx)?, how);
                if !in_range(x) { return Err(time_t_overflow(cx)); }
                x as i64
            }
        };
        Ok(())
    }
    /// Seconds and microseconds of a number object.
    fn _PyTime_ObjectToTimeval(o: &Object, seconds: *mut i64, part: *mut i64, how: c_int) -> PyResult<()> = |cx| {
        let p = object_parts(o, 1e6, how, cx)?;
        (*seconds, *part) = (p.seconds, p.part);
        Ok(())
    }
    /// Seconds and nanoseconds of a number object.
    fn _PyTime_ObjectToTimespec(o: &Object, seconds: *mut i64, part: *mut i64, how: c_int) -> PyResult<()> = |cx| {
        let p = object_parts(o, 1e9, how, cx)?;
        (*seconds, *part) = (p.seconds, p.part);
        Ok(())
    }
    /// An int of C's `time_t`.
    fn _PyLong_FromTime_t(t: i64) -> PyResult<Own<PyInt>> = |cx| { PyInt::new(t, cx) }
}
