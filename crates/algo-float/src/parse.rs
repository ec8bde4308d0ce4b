//! Text to float and complex. ASCII bytes come in: a caller with other spaces or decimal digits translates them first
//! (`_PyUnicode_TransformDecimalAndSpaceToASCII`).

/// `float(text)`: spaces around, a sign, `inf`, `infinity`, `nan` in any case, single underscores between digits.
/// `None`: `could not convert string to float`.
pub fn parse_float(text: &[u8]) -> Option<f64> {
    let text = trim(text);
    let mut copy = Vec::new();
    let text = without_underscores(text, &mut copy)?;
    let (value, used) = parse_prefix(text)?;
    (used == text.len()).then_some(value)
}

/// The float that `text` begins with and its length (`PyOS_string_to_double` with an end pointer); no spaces, no underscores.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let (neg, start) = match text.first()? {
        b'-' => (true, 1),
        b'+' => (false, 1),
        _ => (false, 0),
    };
    let signed = |x: f64| if neg { -x } else { x };
    let rest = &text[start..];
    for (word, value) in [("infinity", f64::INFINITY), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        if rest.get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word.as_bytes())) {
            return Some((signed(value), start + word.len()));
        }
    }
    let len = decimal_len(rest)?;
    let value: f64 = std::str::from_utf8(&rest[..len]).ok()?.parse().ok()?;
    Some((signed(value), start + len))
}

/// Length of `digits[.digits][e[sign]digits]`, with a digit before or after the point.
fn decimal_len(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let whole = digits(0);
    let mut at = whole;
    let mut count = whole;
    if text.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        count += fraction;
        at += 1 + fraction;
    }
    if count == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let from = at + 1 + sign;
        let exponent = if from <= text.len() { digits(from) } else { 0 };
        if exponent > 0 {
            at = from + exponent;
        }
    }
    Some(at)
}

/// `text` without underscores, each of which must stand between digits; `None` if one does not.
fn without_underscores<'a>(text: &'a [u8], copy: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    if !text.contains(&b'_') {
        return Some(text);
    }
    let mut previous = 0u8;
    for &c in text {
        if c == b'_' {
            if !previous.is_ascii_digit() {
                return None;
            }
        } else {
            if previous == b'_' && !c.is_ascii_digit() {
                return None;
            }
            copy.push(c);
        }
        previous = c;
    }
    (previous != b'_').then_some(copy)
}

/// Cut off ASCII spaces as `Py_ISSPACE` knows them.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let is_space = |c: &u8| matches!(c, b' ' | b'\t'..=b'\r');
    let start = text.iter().position(|c| !is_space(c)).unwrap_or(text.len());
    let end = text.iter().rposition(|c| !is_space(c)).map_or(start, |i| i + 1);
    &text[start..end]
}

/// `complex(text)`: real and imaginary part. `None`: `complex() arg is a malformed string`.
pub fn parse_complex(text: &[u8]) -> Option<(f64, f64)> {
    let mut copy = Vec::new();
    let mut text = trim(without_underscores(text, &mut copy)?);
    if let [b'(', inner @ .., b')'] = text {
        text = trim(inner);
    }
    let is_unit = |rest: &[u8]| matches!(rest, [b'j' | b'J']);
    // A sign without number, or nothing at all, before the unit counts as one.
    let bare = |rest: &[u8]| match rest {
        [b'-', unit @ ..] if is_unit(unit) => Some(-1.0),
        [b'+', unit @ ..] if is_unit(unit) => Some(1.0),
        _ => None,
    };
    let Some((first, used)) = parse_prefix(text) else {
        let imag = if is_unit(text) { 1.0 } else { bare(text)? };
        return Some((0.0, imag));
    };
    let rest = &text[used..];
    match rest {
        [] => Some((first, 0.0)),
        [b'j' | b'J'] => Some((0.0, first)),
        [b'+' | b'-', ..] => {
            if let Some(imag) = bare(rest) {
                return Some((first, imag));
            }
            let (imag, used) = parse_prefix(rest)?;
            is_unit(&rest[used..]).then_some((first, imag))
        }
        _ => None,
    }
}
