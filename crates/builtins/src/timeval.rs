//! Durations and instants from Python numbers: seconds (int, float) to nanoseconds, with CPython's rounding and messages.

use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;

/// How a fraction of a nanosecond is rounded (`_PyTime_round_t`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Round {
    Floor,
    Ceiling,
    HalfEven,
    /// Away from zero: timeouts never end early.
    Up,
}

impl Round {
    /// Round to a whole number.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Round::Floor => x.floor(),
            Round::Ceiling => x.ceil(),
            Round::HalfEven => x.round_ties_even(),
            Round::Up => {
                if x >= 0.0 {
                    x.ceil()
                } else {
                    x.floor()
                }
            }
        }
    }
}

const TOO_LARGE: &str = "timestamp out of range for C PyTime_t";

/// Seconds as nanoseconds (`_PyTime_FromSecondsObject`).
pub fn nanos_from_seconds(o: &Object, round: Round, cx: &mut Cx) -> PyResult<i64> {
    if let Some(f) = o.downcast::<PyFloat>() {
        return nanos_from_f64(f.value(), round, cx);
    }
    let Some(n) = o.downcast::<PyInt>() else {
        if abstract_::number::has_index(o) {
            let n = abstract_::number::index(o, cx)?;
            return nanos_from_int(&n, cx);
        }
        // Any other real number counts as a float.
        let float = o.ty().number().is_some_and(|n| n.nb_float.get().is_some());
        if float {
            let x = abstract_::number::as_f64(o, cx)?;
            return nanos_from_f64(x, round, cx);
        }
        return Err(cx.type_error(format_args!("'{}' object cannot be interpreted as an integer or float", o.ty().tp_name_str())));
    };
    nanos_from_int(n, cx)
}

fn nanos_from_int(n: &PyInt, cx: &mut Cx) -> PyResult<i64> {
    match n.to_i64().and_then(|n| n.checked_mul(1_000_000_000)) {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("{TOO_LARGE}"))),
    }
}

fn nanos_from_f64(x: f64, round: Round, cx: &mut Cx) -> PyResult<i64> {
    if x.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    let n = round.apply(x * 1e9);
    if !(i64::MIN as f64 <= n && n < -(i64::MIN as f64)) {
        return Err(cx.overflow_error(format_args!("{TOO_LARGE}")));
    }
    Ok(n as i64)
}

/// Seconds and nanoseconds (0 to 999,999,999) of an instant (`_PyTime_ObjectToTimespec`).
pub fn timespec(o: &Object, round: Round, cx: &mut Cx) -> PyResult<(i64, i64)> {
    let Some(f) = o.downcast::<PyFloat>() else { return Ok((time_t(o, round, cx)?, 0)) };
    let x = f.value();
    if x.is_nan() {
        return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
    }
    let (mut whole, mut nanos) = (x.trunc(), round.apply(x.fract() * 1e9));
    if nanos >= 1e9 {
        nanos -= 1e9;
        whole += 1.0;
    } else if nanos < 0.0 {
        nanos += 1e9;
        whole -= 1.0;
    }
    Ok((whole_seconds(whole, cx)?, nanos as i64))
}

/// Whole seconds of an instant (`_PyTime_ObjectToTime_t`).
pub fn time_t(o: &Object, round: Round, cx: &mut Cx) -> PyResult<i64> {
    if let Some(f) = o.downcast::<PyFloat>() {
        if f.value().is_nan() {
            return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
        }
        let x = round.apply(f.value());
        return whole_seconds(x, cx);
    }
    let n = abstract_::number::index(o, cx)?;
    n.to_i64().ok_or_else(|| cx.overflow_error(format_args!("timestamp out of range for platform time_t")))
}

fn whole_seconds(x: f64, cx: &mut Cx) -> PyResult<i64> {
    if !(i64::MIN as f64 <= x && x < -(i64::MIN as f64)) {
        return Err(cx.overflow_error(format_args!("timestamp out of range for platform time_t")));
    }
    Ok(x as i64)
}
