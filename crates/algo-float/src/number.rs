//! What `float` computes beyond the machine's own operations.

use crate::text::all_digits;

/// A finite double as `mantissa * 2**exp`, the mantissa odd (or zero, then with exponent 0): the base of
/// `float.as_integer_ratio` and of exact conversions.
pub fn as_integer_ratio(x: f64) -> Option<(bool, u64, i32)> {
    if !x.is_finite() {
        return None;
    }
    let bits = x.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (mantissa, exp) = if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) };
    if mantissa == 0 {
        return Some((false, 0, 0));
    }
    let zeros = mantissa.trailing_zeros();
    Some((x < 0.0, mantissa >> zeros, exp + zeros as i32))
}

/// `hash(x)` for anything but NaN, whose hash is that of its identity: `None`.
pub fn hash(x: f64) -> Option<i64> {
    const MODULUS: u64 = (1 << 61) - 1;
    if x.is_infinite() {
        return Some(if x > 0.0 { 314_159 } else { -314_159 });
    }
    let (neg, mantissa, exp) = as_integer_ratio(x)?;
    // Powers of two are rotations modulo 2**61 - 1.
    let turn = exp.rem_euclid(61) as u32;
    let h = if turn == 0 { mantissa } else { (mantissa << turn & MODULUS) | mantissa >> (61 - turn) } as i64;
    Some(match (neg, h) {
        (true, 1) => -2,
        (true, _) => -h,
        (false, _) => h,
    })
}

/// `rounded value too large to represent` (OverflowError).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundOverflow;

/// `round(x, ndigits)` for a finite `x`: the exact value rounded half to even in decimal, then to the nearest double.
/// Infinities and NaN come back as they are.
///
/// # Errors
/// [`RoundOverflow`] if the rounded value is beyond all doubles.
pub fn round_digits(x: f64, ndigits: i64) -> Result<f64, RoundOverflow> {
    if !x.is_finite() || x == 0.0 || ndigits > 323 {
        return Ok(x);
    }
    if ndigits < -308 {
        return Ok(0.0f64.copysign(x));
    }
    let abs = x.abs();
    let rounded = if ndigits >= 0 {
        // Beyond 2**52 there is nothing after the point.
        if abs >= 4_503_599_627_370_496.0 {
            return Ok(x);
        }
        match crate::text::scaled(abs, ndigits as usize) {
            // Both exact doubles, so that the quotient is the double nearest to the decimal number.
            Some(n) if n < 1 << 53 => n as f64 / crate::text::POWERS[ndigits as usize] as f64,
            _ => read(&crate::text::fixed_digits(abs, ndigits as usize)),
        }
    } else {
        let (digits, exp) = all_digits(abs);
        let kept = i64::from(exp) + 1 + ndigits;
        read(&round_decimal(&digits, kept, -ndigits))
    };
    if rounded.is_infinite() { Err(RoundOverflow) } else { Ok(rounded.copysign(x)) }
}

/// Decimal text of the number `0.digits` (times a power of ten) rounded half to even to its first `kept` digits, followed by the
/// exponent `e<exp>`.
fn round_decimal(digits: &[u8], kept: i64, exp: i64) -> Vec<u8> {
    let kept_len = usize::try_from(kept).unwrap_or(0);
    let mut text = digits.get(..kept_len).unwrap_or(digits).to_vec();
    text.resize(kept_len, b'0');
    let up = if kept < 0 {
        false
    } else {
        match digits.get(kept_len..) {
            Some([b'5', rest @ ..]) => {
                rest.iter().any(|&c| c != b'0') || text.last().is_some_and(|c| (c - b'0') % 2 == 1)
            }
            Some([c, ..]) => *c > b'5',
            _ => false,
        }
    };
    if up {
        match text.iter().rposition(|&c| c != b'9') {
            Some(i) => {
                text[i] += 1;
                text[i + 1..].fill(b'0');
            }
            None => {
                text.fill(b'0');
                text.insert(0, b'1');
            }
        }
    }
    text.insert(0, b'0');
    text.extend_from_slice(format!("e{exp}").as_bytes());
    text
}

fn read(text: &[u8]) -> f64 {
    std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()).unwrap_or(f64::NAN)
}

/// Python's `divmod(x, y)` for floats: floored quotient and a remainder with the sign of `y`. `None` if `y` is zero.
pub fn divmod(x: f64, y: f64) -> Option<(f64, f64)> {
    if y == 0.0 {
        return None;
    }
    let mut rem = x % y;
    let mut div = (x - rem) / y;
    if rem != 0.0 {
        if (y < 0.0) != (rem < 0.0) {
            rem += y;
            div -= 1.0;
        }
    } else {
        rem = 0.0f64.copysign(y);
    }
    let floor = if div != 0.0 {
        let floor = div.floor();
        if div - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0.0f64.copysign(x / y)
    };
    Some((floor, rem))
}

/// Python's `x % y` for floats; `None` if `y` is zero.
#[inline]
pub fn modulo(x: f64, y: f64) -> Option<f64> {
    if y == 0.0 {
        return None;
    }
    let rem = x % y;
    Some(if rem == 0.0 {
        0.0f64.copysign(y)
    } else if (y < 0.0) != (rem < 0.0) {
        rem + y
    } else {
        rem
    })
}
