//! `float.hex` and `float.fromhex`.

/// Why `fromhex` refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// ValueError `invalid hexadecimal floating-point string`.
    Invalid,
    /// OverflowError `hexadecimal value too large to represent as a float`.
    TooLarge,
    /// ValueError `hexadecimal string too long to convert`.
    TooLong,
}

/// Append `x.hex()`.
pub fn to_hex(x: f64, out: &mut Vec<u8>) {
    if !x.is_finite() {
        return crate::text::repr(x, out);
    }
    if x.is_sign_negative() {
        out.push(b'-');
    }
    let bits = x.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    if field == 0 && fraction == 0 {
        out.extend_from_slice(b"0x0.0p+0");
        return;
    }
    let (lead, exp) = if field == 0 { (b'0', -1022) } else { (b'1', field - 1023) };
    out.extend_from_slice(&[b'0', b'x', lead, b'.']);
    out.extend((0..13).rev().map(|i| b"0123456789abcdef"[(fraction >> (4 * i) & 15) as usize]));
    out.extend_from_slice(if exp < 0 { b"p-" } else { b"p+" });
    out.extend_from_slice(exp.unsigned_abs().to_string().as_bytes());
}

/// `float.fromhex(text)`.
///
/// # Errors
/// See [`HexError`].
pub fn from_hex(text: &[u8]) -> Result<f64, HexError> {
    let mut text = crate::parse::trim(text);
    let mut neg = false;
    if let [sign @ (b'+' | b'-'), rest @ ..] = text {
        neg = *sign == b'-';
        text = rest;
    }
    let signed = |x: f64| if neg { -x } else { x };
    for (word, value) in [("inf", f64::INFINITY), ("infinity", f64::INFINITY), ("nan", f64::NAN)] {
        if text.eq_ignore_ascii_case(word.as_bytes()) {
            return Ok(signed(value));
        }
    }
    if let [b'0', b'x' | b'X', rest @ ..] = text {
        text = rest;
    }
    let hex_len = |t: &[u8]| t.iter().take_while(|c| c.is_ascii_hexdigit()).count();
    let (whole, mut rest) = text.split_at(hex_len(text));
    let mut fraction: &[u8] = &[];
    if let [b'.', tail @ ..] = rest {
        (fraction, rest) = tail.split_at(hex_len(tail));
    }
    if whole.len() + fraction.len() == 0 {
        return Err(HexError::Invalid);
    }
    let exp = exponent(rest)?;
    if whole.len() + fraction.len() > (i64::MAX / 16) as usize {
        return Err(HexError::TooLong);
    }
    let digits = whole.iter().chain(fraction).copied();
    combine(digits, exp - 4 * fraction.len() as i64).map(signed)
}

/// `p[sign]digits` or nothing; enormous values stop far outside of what any digits could make up for.
fn exponent(text: &[u8]) -> Result<i64, HexError> {
    let [b'p' | b'P', text @ ..] = text else {
        return if text.is_empty() { Ok(0) } else { Err(HexError::Invalid) };
    };
    let (minus, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(HexError::Invalid);
    }
    let value = digits.iter().fold(0i64, |acc, c| (acc * 10 + i64::from(c - b'0')).min(1 << 59));
    Ok(if minus { -value } else { value })
}

/// `digits * 2**exp`, rounded half to even.
fn combine(digits: impl Iterator<Item = u8>, mut exp: i64) -> Result<f64, HexError> {
    // 60 bits and whether anything but zeros follows.
    let (mut mantissa, mut sticky) = (0u64, false);
    for c in digits {
        let d = u64::from((c as char).to_digit(16).unwrap_or(0));
        if mantissa >> 60 == 0 {
            mantissa = mantissa << 4 | d;
        } else {
            sticky |= d != 0;
            exp = exp.saturating_add(4);
        }
    }
    if mantissa == 0 {
        return Ok(0.0);
    }
    let bits = i64::from(64 - mantissa.leading_zeros());
    let top = bits.saturating_add(exp);
    if top > 1024 {
        return Err(HexError::TooLarge);
    }
    if top < -1074 {
        return Ok(0.0);
    }
    // Drop what does not fit 53 bits, or less for subnormal numbers.
    let drop = (bits - 53).max(-1074 - exp);
    if drop > 0 {
        let (unit, half) = (1u128 << drop, 1u128 << (drop - 1));
        let wide = u128::from(mantissa);
        let rest = wide & (unit - 1);
        let mut kept = (wide >> drop) as u64;
        if rest > half || rest == half && (sticky || kept & 1 == 1) {
            kept += 1;
        }
        mantissa = kept;
        exp += drop;
    }
    let x = taipan_algo_int::float::ldexp(mantissa as f64, exp);
    if x.is_infinite() { Err(HexError::TooLarge) } else { Ok(x) }
}
