//! The functions on pairs of doubles.

use super::tables::{self, Table};
use super::{Fault, Pair};
use std::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};

/// Beyond this the square of a number, or twice its sum with another, may overflow.
const LARGE: f64 = f64::MAX / 4.0;
/// Logarithm of [`LARGE`], a little less: `exp` beyond it is scaled.
const LOG_LARGE: f64 = 708.396_418_532_264_1;
/// Square roots of the largest scale and the smallest normal double.
const SQRT_LARGE: f64 = 6.703_903_964_971_298e153;
const SQRT_MIN: f64 = 1.491_668_146_240_041_3e-154;

type Res = Result<Pair, Fault>;

fn finite(z: Pair) -> bool {
    z.0.is_finite() && z.1.is_finite()
}

/// Row or column of a special table.
fn kind(x: f64) -> usize {
    if x.is_nan() {
        6
    } else if x.is_infinite() {
        if x > 0.0 { 5 } else { 0 }
    } else if x == 0.0 {
        if x.is_sign_positive() { 3 } else { 2 }
    } else if x > 0.0 {
        4
    } else {
        1
    }
}

fn special(t: &Table, z: Pair) -> Pair {
    t[kind(z.0)][kind(z.1)]
}

/// `i * z` and `-i * z`.
fn times_i(z: Pair) -> Pair {
    (-z.1, z.0)
}
fn by_i(z: Pair) -> Pair {
    (z.1, -z.0)
}

/// A range error for infinite results of finite arguments.
fn ranged(r: Pair) -> Res {
    if r.0.is_infinite() || r.1.is_infinite() { Err(Fault::Range) } else { Ok(r) }
}

/// `sqrt(z)`.
pub fn sqrt(z: Pair) -> Res {
    Ok(sqrt_of(z))
}

fn sqrt_of(z: Pair) -> Pair {
    if !finite(z) {
        return special(&tables::SQRT, z);
    }
    if z.0 == 0.0 && z.1 == 0.0 {
        return (0.0, z.1);
    }
    let (ax, ay) = (z.0.abs(), z.1.abs());
    let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        // Subnormal parts are lifted by an even power of two.
        let up = 2f64.powi(53);
        let ax = ax * up;
        (ax + ax.hypot(ay * up)).sqrt() * 2f64.powi(-27)
    } else {
        let ax = ax / 8.0;
        2.0 * (ax + ax.hypot(ay / 8.0)).sqrt()
    };
    let d = ay / (2.0 * s);
    if z.0 >= 0.0 { (s, d.copysign(z.1)) } else { (d, s.copysign(z.1)) }
}

fn is_large(z: Pair) -> bool {
    z.0.abs() > LARGE || z.1.abs() > LARGE
}

/// `log(2 |z|)` for large `z`.
fn log_twice(z: Pair) -> f64 {
    (z.0 / 2.0).hypot(z.1 / 2.0).ln() + 2.0 * LN_2
}

/// `acos(z)`.
pub fn acos(z: Pair) -> Res {
    if !finite(z) {
        return Ok(special(&tables::ACOS, z));
    }
    if is_large(z) {
        let re = z.1.abs().atan2(z.0);
        let l = log_twice(z);
        // Split by the sign of the real part so that signs of zeros come out right on the branch cuts.
        let im = if z.0 < 0.0 { -l.copysign(z.1) } else { l.copysign(-z.1) };
        return Ok((re, im));
    }
    let (s1, s2) = (sqrt_of((1.0 - z.0, -z.1)), sqrt_of((1.0 + z.0, z.1)));
    Ok((2.0 * s1.0.atan2(s2.0), libm::asinh(s2.0 * s1.1 - s2.1 * s1.0)))
}

/// `acosh(z)`.
pub fn acosh(z: Pair) -> Res {
    if !finite(z) {
        return Ok(special(&tables::ACOSH, z));
    }
    if is_large(z) {
        return Ok((log_twice(z), z.1.atan2(z.0)));
    }
    let (s1, s2) = (sqrt_of((z.0 - 1.0, z.1)), sqrt_of((z.0 + 1.0, z.1)));
    Ok((libm::asinh(s1.0 * s2.0 + s1.1 * s2.1), 2.0 * s1.1.atan2(s2.0)))
}

/// `asin(z)`.
pub fn asin(z: Pair) -> Res {
    asinh(times_i(z)).map(by_i)
}

/// `asinh(z)`.
pub fn asinh(z: Pair) -> Res {
    if !finite(z) {
        return Ok(special(&tables::ASINH, z));
    }
    if is_large(z) {
        let l = log_twice(z);
        let re = if z.1 >= 0.0 { l.copysign(z.0) } else { -l.copysign(-z.0) };
        return Ok((re, z.1.atan2(z.0.abs())));
    }
    let (s1, s2) = (sqrt_of((1.0 + z.1, -z.0)), sqrt_of((1.0 - z.1, z.0)));
    Ok((libm::asinh(s1.0 * s2.1 - s2.0 * s1.1), z.1.atan2(s1.0 * s2.0 - s1.1 * s2.1)))
}

/// `atan(z)`.
pub fn atan(z: Pair) -> Res {
    atanh(times_i(z)).map(by_i)
}

/// `atanh(z)`.
pub fn atanh(z: Pair) -> Res {
    if !finite(z) {
        return Ok(special(&tables::ATANH, z));
    }
    // Odd: work with a real part that is not negative.
    if z.0.is_sign_negative() {
        return atanh((-z.0, -z.1)).map(|r| (-r.0, -r.1));
    }
    let ay = z.1.abs();
    if z.0 > SQRT_LARGE || ay > SQRT_LARGE {
        let h = (z.0 / 2.0).hypot(z.1 / 2.0);
        return Ok((z.0 / 4.0 / h / h, -FRAC_PI_2.copysign(-z.1)));
    }
    if z.0 == 1.0 && ay < SQRT_MIN {
        if ay == 0.0 {
            return Err(Fault::Domain);
        }
        return Ok((-(ay.sqrt() / ay.hypot(2.0).sqrt()).ln(), (2f64.atan2(-ay) / 2.0).copysign(z.1)));
    }
    let d = 1.0 - z.0;
    Ok(((4.0 * z.0 / (d * d + ay * ay)).ln_1p() / 4.0, -(-2.0 * z.1).atan2(d * (1.0 + z.0) - ay * ay) / 2.0))
}

/// `cos(z)`.
pub fn cos(z: Pair) -> Res {
    cosh(times_i(z))
}

/// `cosh(z)`.
pub fn cosh(z: Pair) -> Res {
    if !finite(z) {
        if z.1.is_infinite() && !z.0.is_nan() {
            return Err(Fault::Domain);
        }
        if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            let (c, s) = (f64::INFINITY.copysign(z.1.cos()), f64::INFINITY.copysign(z.1.sin()));
            return Ok((c, if z.0 > 0.0 { s } else { -s }));
        }
        return Ok(special(&tables::COSH, z));
    }
    ranged(if z.0.abs() > LOG_LARGE {
        let x = z.0 - 1f64.copysign(z.0);
        (z.1.cos() * x.cosh() * E, z.1.sin() * x.sinh() * E)
    } else {
        (z.1.cos() * z.0.cosh(), z.1.sin() * z.0.sinh())
    })
}

/// `exp(z)`.
pub fn exp(z: Pair) -> Res {
    if !finite(z) {
        if z.1.is_infinite() && (z.0.is_finite() || z.0 == f64::INFINITY) {
            return Err(Fault::Domain);
        }
        if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            let size: f64 = if z.0 > 0.0 { f64::INFINITY } else { 0.0 };
            return Ok((size.copysign(z.1.cos()), size.copysign(z.1.sin())));
        }
        return Ok(special(&tables::EXP, z));
    }
    ranged(if z.0 > LOG_LARGE {
        let l = (z.0 - 1.0).exp();
        (l * z.1.cos() * E, l * z.1.sin() * E)
    } else {
        let l = z.0.exp();
        (l * z.1.cos(), l * z.1.sin())
    })
}

/// `log(z)`, the natural logarithm.
pub fn log(z: Pair) -> Res {
    if !finite(z) {
        return Ok(special(&tables::LOG, z));
    }
    let (ax, ay) = (z.0.abs(), z.1.abs());
    let re = if is_large(z) {
        (ax / 2.0).hypot(ay / 2.0).ln() + LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        if ax == 0.0 && ay == 0.0 {
            return Err(Fault::Domain);
        }
        let up = 2f64.powi(53);
        (ax * up).hypot(ay * up).ln() - 53.0 * LN_2
    } else {
        let h = ax.hypot(ay);
        if (0.71..=1.73).contains(&h) {
            let (am, an) = (ax.max(ay), ax.min(ay));
            ((am - 1.0) * (am + 1.0) + an * an).ln_1p() / 2.0
        } else {
            h.ln()
        }
    };
    Ok((re, z.1.atan2(z.0)))
}

/// `log10(z)`.
pub fn log10(z: Pair) -> Res {
    log(z).map(|r| (r.0 / LN_10, r.1 / LN_10))
}

/// `sin(z)`.
pub fn sin(z: Pair) -> Res {
    sinh(times_i(z)).map(by_i)
}

/// `sinh(z)`.
pub fn sinh(z: Pair) -> Res {
    if !finite(z) {
        if z.1.is_infinite() && !z.0.is_nan() {
            return Err(Fault::Domain);
        }
        if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            let (c, s) = (f64::INFINITY.copysign(z.1.cos()), f64::INFINITY.copysign(z.1.sin()));
            return Ok((if z.0 > 0.0 { c } else { -c }, s));
        }
        return Ok(special(&tables::SINH, z));
    }
    ranged(if z.0.abs() > LOG_LARGE {
        let x = z.0 - 1f64.copysign(z.0);
        (z.1.cos() * x.sinh() * E, z.1.sin() * x.cosh() * E)
    } else {
        (z.1.cos() * z.0.sinh(), z.1.sin() * z.0.cosh())
    })
}

/// `tan(z)`.
pub fn tan(z: Pair) -> Res {
    tanh(times_i(z)).map(by_i)
}

/// `tanh(z)`.
pub fn tanh(z: Pair) -> Res {
    if !finite(z) {
        if z.1.is_infinite() && z.0.is_finite() {
            return Err(Fault::Domain);
        }
        if z.0.is_infinite() && z.1.is_finite() && z.1 != 0.0 {
            return Ok((1f64.copysign(z.0), 0f64.copysign(2.0 * z.1.sin() * z.1.cos())));
        }
        return Ok(special(&tables::TANH, z));
    }
    if z.0.abs() > LOG_LARGE {
        return Ok((1f64.copysign(z.0), 4.0 * z.1.sin() * z.1.cos() * (-2.0 * z.0.abs()).exp()));
    }
    let (tx, ty, c) = (z.0.tanh(), z.1.tan(), 1.0 / z.0.cosh());
    let txty = tx * ty;
    let denom = 1.0 + txty * txty;
    Ok((tx * (1.0 + ty * ty) / denom, (ty / denom) * c * c))
}

/// `rect(r, phi)`.
pub fn rect(r: f64, phi: f64) -> Res {
    if !finite((r, phi)) {
        if r != 0.0 && !r.is_nan() && phi.is_infinite() {
            return Err(Fault::Domain);
        }
        if r.is_infinite() && phi.is_finite() && phi != 0.0 {
            let (c, s) = (f64::INFINITY.copysign(phi.cos()), f64::INFINITY.copysign(phi.sin()));
            return Ok(if r > 0.0 { (c, s) } else { (-c, -s) });
        }
        return Ok(special(&tables::RECT, (r, phi)));
    }
    Ok(if phi == 0.0 { (r, r * phi) } else { (r * phi.cos(), r * phi.sin()) })
}
