//! `to-scientific-string` and `to-engineering-string`.

use crate::limb::{LIMB_DIGITS, digits_of};
use crate::num::{Dec, Kind};

/// Pairs of digits.
const PAIRS: &[u8; 200] = b"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// Write the last `width` digits of a word, with zeros in front.
fn push_word(out: &mut Vec<u8>, mut x: u64, width: usize) {
    let mut buf = [b'0'; 20];
    let mut at = 20;
    while at >= 2 && 20 - at < width {
        let pair = (x % 100) as usize * 2;
        x /= 100;
        at -= 2;
        buf[at] = PAIRS[pair];
        buf[at + 1] = PAIRS[pair + 1];
    }
    out.extend_from_slice(&buf[20 - width..]);
}

/// The digits of a magnitude; "0" for zero.
pub fn push_digits(out: &mut Vec<u8>, limbs: &[u64]) {
    let Some((&top, rest)) = limbs.split_last() else {
        out.push(b'0');
        return;
    };
    push_word(out, top, digits_of(top).max(1));
    out.reserve(rest.len() * LIMB_DIGITS);
    for &x in rest.iter().rev() {
        push_word(out, x, LIMB_DIGITS);
    }
}

/// Append a signed exponent with its sign.
pub fn push_exponent(out: &mut Vec<u8>, exp: i64) {
    out.push(if exp < 0 { b'-' } else { b'+' });
    let mag = exp.unsigned_abs();
    push_word(out, mag, digits_of(mag).max(1));
}

/// The name of a special value with its payload, without sign.
pub fn push_special(out: &mut Vec<u8>, a: &Dec) {
    out.extend_from_slice(match a.kind {
        Kind::Infinite | Kind::Finite => b"Infinity".as_slice(),
        Kind::Nan => b"NaN",
        Kind::Snan => b"sNaN",
    });
    if a.is_nan() && !a.no_coeff() {
        push_digits(out, a.limbs());
    }
}

/// Append a number.
pub fn push(out: &mut Vec<u8>, a: &Dec, capitals: bool, engineering: bool) {
    if a.neg {
        out.push(b'-');
    }
    if a.is_special() {
        push_special(out, a);
        return;
    }
    let start = out.len();
    push_digits(out, a.limbs());
    if a.exp == 0 {
        return;
    }
    let len = (out.len() - start) as i64;
    let left = a.exp + len;
    let point = if a.exp <= 0 && left > -6 {
        left
    } else if !engineering {
        1
    } else if a.no_coeff() {
        (left + 1).rem_euclid(3) - 1
    } else {
        (left - 1).rem_euclid(3) + 1
    };
    if point <= 0 {
        let zeros = (-point) as usize;
        out.splice(start..start, b"0.".iter().copied().chain(std::iter::repeat_n(b'0', zeros)));
    } else if point >= len {
        out.extend(std::iter::repeat_n(b'0', (point - len) as usize));
    } else {
        out.insert(start + point as usize, b'.');
    }
    if left != point {
        out.push(if capitals { b'E' } else { b'e' });
        push_exponent(out, left - point);
    }
}

/// A number as text.
pub fn to_text(a: &Dec, capitals: bool, engineering: bool) -> String {
    let mut out = Vec::with_capacity(32);
    push(&mut out, a, capitals, engineering);
    // Only ASCII was written.
    String::from_utf8(out).unwrap_or_default()
}
