//! Text to number: literals of the language and `int(text, base)`.
//!
//! The input is ASCII bytes; a caller with other decimal digits (`int("٣")`) or Unicode spaces translates them first, as
//! CPython does with `_PyUnicode_TransformDecimalAndSpaceToASCII`.

use crate::repr::{BigInt, DIGIT_BITS, DIGIT_MASK};

/// Why a text is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseIntError {
    /// `int() base must be >= 2 and <= 36, or 0`.
    BadBase,
    /// `invalid literal for int() with base …`.
    Invalid,
    /// The limit on decimal digits (`sys.set_int_max_str_digits`) was passed; holds the count of digits in the text.
    TooManyDigits(usize),
}

/// Parse an integer literal as the tokenizer hands it over: `123`, `1_000`, `0x_ff`, `0o17`, `0b1`, `00`; no sign, no spaces.
///
/// `max_digits` is the limit of `sys.int_info` for bases that are not powers of two; 0 means none.
///
/// # Errors
/// [`ParseIntError::Invalid`] for anything but such a literal, [`ParseIntError::TooManyDigits`] beyond the limit.
pub fn parse_literal(text: &[u8], max_digits: usize) -> Result<BigInt, ParseIntError> {
    if matches!(text.first(), Some(b'0'..=b'9')) && !text.last().is_some_and(u8::is_ascii_whitespace) {
        from_str_radix(text, 0, max_digits)
    } else {
        Err(ParseIntError::Invalid)
    }
}

/// `int(text, base)` with base 0 or 2..=36: surrounding spaces, a sign, a prefix that fits the base, single underscores
/// between digits.
///
/// # Errors
/// See [`ParseIntError`].
pub fn from_str_radix(text: &[u8], base: u32, max_digits: usize) -> Result<BigInt, ParseIntError> {
    if base == 1 || base > 36 {
        return Err(ParseIntError::BadBase);
    }
    let mut rest = trim_space(text);
    let mut neg = false;
    if let [sign @ (b'+' | b'-'), tail @ ..] = rest {
        neg = *sign == b'-';
        rest = tail;
    }
    let (base, digits, old_octal) = strip_prefix(rest, base)?;
    let (count, plain) = check_digits(digits, base)?;
    if max_digits > 0 && !base.is_power_of_two() && count > max_digits {
        return Err(ParseIntError::TooManyDigits(count));
    }
    let number = if plain {
        magnitude(digits, base)
    } else {
        let packed: Vec<u8> = digits.iter().copied().filter(|&c| c != b'_').collect();
        magnitude(&packed, base)
    };
    if old_octal && !number.is_empty() {
        return Err(ParseIntError::Invalid); // 0123 is no decimal literal
    }
    Ok(BigInt::new(neg, number))
}

/// Cut off what `Py_ISSPACE` calls spaces.
fn trim_space(text: &[u8]) -> &[u8] {
    let is_space = |c: &u8| matches!(c, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|c| !is_space(c)).unwrap_or(text.len());
    let end = text.iter().rposition(|c| !is_space(c)).map_or(start, |i| i + 1);
    text.get(start..end).unwrap_or(&[])
}

/// The real base, the digits after a prefix, and whether base 0 met a leading zero without prefix.
fn strip_prefix(text: &[u8], base: u32) -> Result<(u32, &[u8], bool), ParseIntError> {
    let prefixed = match text {
        [b'0', b'x' | b'X', tail @ ..] => Some((16, tail)),
        [b'0', b'o' | b'O', tail @ ..] => Some((8, tail)),
        [b'0', b'b' | b'B', tail @ ..] => Some((2, tail)),
        _ => None,
    };
    match prefixed {
        Some((real, tail)) if base == 0 || base == real => {
            // One underscore may follow the prefix.
            let tail = if let [b'_', more @ ..] = tail { more } else { tail };
            if tail.is_empty() { Err(ParseIntError::Invalid) } else { Ok((real, tail, false)) }
        }
        _ if base == 0 => Ok((10, text, text.first() == Some(&b'0'))),
        _ => Ok((base, text, false)),
    }
}

/// Check every character; return the number of digits and whether there is no underscore among them.
fn check_digits(text: &[u8], base: u32) -> Result<(usize, bool), ParseIntError> {
    if base == 10 && !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
        return Ok((text.len(), true));
    }
    let mut count = 0;
    let mut previous = b'_';
    for &c in text {
        if c == b'_' {
            if previous == b'_' {
                return Err(ParseIntError::Invalid);
            }
        } else if digit_value(c) < base {
            count += 1;
        } else {
            return Err(ParseIntError::Invalid);
        }
        previous = c;
    }
    if previous == b'_' { Err(ParseIntError::Invalid) } else { Ok((count, count == text.len())) }
}

/// The value of a digit of base 36, or 255.
#[inline]
pub fn digit_value(c: u8) -> u32 {
    match c {
        b'0'..=b'9' => u32::from(c - b'0'),
        b'a'..=b'z' => u32::from(c - b'a') + 10,
        b'A'..=b'Z' => u32::from(c - b'A') + 10,
        _ => 255,
    }
}

/// The number that checked digits mean.
fn magnitude(text: &[u8], base: u32) -> Vec<u32> {
    if base.is_power_of_two() {
        return magnitude_of_bits(text, base.trailing_zeros());
    }
    crate::radix::read_magnitude(text, base)
}

/// Digits of a base 2**bits: a plain repacking.
fn magnitude_of_bits(text: &[u8], bits: u32) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len() * bits as usize / DIGIT_BITS as usize + 1);
    let (mut acc, mut have) = (0u64, 0);
    for &c in text.iter().rev() {
        acc |= u64::from(digit_value(c)) << have;
        have += bits;
        if have >= DIGIT_BITS {
            out.push(acc as u32 & DIGIT_MASK);
            acc >>= DIGIT_BITS;
            have -= DIGIT_BITS;
        }
    }
    if acc != 0 {
        out.push(acc as u32);
    }
    out
}
