//! Doubles as decimal text: CPython's `PyOS_double_to_string` and `float.__repr__`.
//!
//! Shortest digits come from the crate `zmij`, exact ones from `core::fmt`, which rounds the exact binary value half to even at
//! any precision. The layout (when an exponent, how many zeros) is here.

use crate::OutOfMemory;
use std::io::Write;

/// No double has more digits than this after the point, nor significant ones; what is asked beyond is zeros.
const EXACT_MAX: usize = 1100;

/// How digits are chosen and laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `r`: the fewest digits that read back as the same double; no precision.
    Shortest,
    /// `e`: an exponent, `precision` digits after the point.
    Exponent,
    /// `f`: no exponent, `precision` digits after the point.
    Fixed,
    /// `g`: `precision` significant digits, an exponent if the number is very small or large for them.
    General,
}

/// What `PyOS_double_to_string` takes beside the value.
#[derive(Clone, Copy, Debug)]
pub struct FloatFormat {
    /// Digits and layout.
    pub style: Style,
    /// Its meaning depends on the style.
    pub precision: usize,
    /// `Py_DTSF_ALT`: always a point, no zeros dropped in `g`.
    pub alternate: bool,
    /// `Py_DTSF_ADD_DOT_0`: a number without exponent gets at least one digit after the point.
    pub add_dot_zero: bool,
    /// `Py_DTSF_NO_NEG_0`: what rounds to zero has no sign.
    pub no_neg_zero: bool,
    /// `E`, `INF`, `NAN`.
    pub upper: bool,
}

/// Append the magnitude of `x`; returns whether a minus sign belongs before it.
///
/// # Errors
/// [`OutOfMemory`] if a huge precision cannot be served.
pub fn format_abs(x: f64, format: &FloatFormat, out: &mut Vec<u8>) -> Result<bool, OutOfMemory> {
    let start = out.len();
    if !x.is_finite() {
        let word: &[u8] = if x.is_nan() { b"nan" } else { b"inf" };
        out.extend_from_slice(word);
        if format.upper {
            out[start..].make_ascii_uppercase();
        }
        return Ok(x < 0.0);
    }
    if format.precision > EXACT_MAX && format.style != Style::Shortest {
        out.try_reserve(format.precision + 400).map_err(|_| OutOfMemory)?;
    }
    let abs = x.abs();
    match format.style {
        Style::Shortest => shortest(abs, format, out),
        Style::Exponent => exponent(abs, format, out),
        Style::Fixed => fixed(abs, format, out),
        Style::General => general(abs, format, out),
    }
    if format.upper {
        out[start..].make_ascii_uppercase();
    }
    Ok(x.is_sign_negative() && !(format.no_neg_zero && is_zero_text(&out[start..])))
}

/// Is there no digit but zero before an exponent?
fn is_zero_text(text: &[u8]) -> bool {
    text.iter().take_while(|c| !matches!(c, b'e' | b'E')).all(|c| matches!(c, b'0' | b'.'))
}

/// Append `repr(x)`.
#[inline]
pub fn repr(x: f64, out: &mut Vec<u8>) {
    if x.is_finite() {
        if x.is_sign_negative() {
            out.push(b'-');
        }
        let format = FloatFormat { add_dot_zero: true, ..PLAIN_SHORTEST };
        shortest(x.abs(), &format, out);
    } else {
        out.extend_from_slice(if x.is_nan() {
            b"nan"
        } else if x > 0.0 {
            b"inf"
        } else {
            b"-inf"
        });
    }
}

const PLAIN_SHORTEST: FloatFormat = FloatFormat {
    style: Style::Shortest,
    precision: 0,
    alternate: false,
    add_dot_zero: false,
    no_neg_zero: false,
    upper: false,
};

/// Append `repr(complex(real, imag))`.
pub fn complex_repr(real: f64, imag: f64, out: &mut Vec<u8>) {
    let bare = real == 0.0 && real.is_sign_positive();
    if !bare {
        out.push(b'(');
        plain(real, out);
        if imag.is_nan() || imag.is_sign_positive() {
            out.push(b'+');
        }
    }
    plain(imag, out);
    out.extend_from_slice(if bare { b"j" } else { b"j)" });
}

/// `repr` without the `.0` of whole numbers.
fn plain(x: f64, out: &mut Vec<u8>) {
    if x.is_finite() {
        if x.is_sign_negative() {
            out.push(b'-');
        }
        shortest(x.abs(), &PLAIN_SHORTEST, out);
    } else {
        repr(x, out);
    }
}

/// Significant digits without zeros at either end (but "0" for zero), and the power of ten of the first one.
struct Digits<'a> {
    digits: &'a [u8],
    exp: i32,
}

fn shortest(x: f64, format: &FloatFormat, out: &mut Vec<u8>) {
    let digits = Shortest::of(x);
    let d = digits.view();
    let point = d.exp + 1;
    if point <= -4 || point > 16 {
        lay_out_exponent(&d, d.digits.len() - 1, format.alternate, out);
    } else {
        lay_out_plain(&d, 0, format, out);
    }
}

/// Read digits and exponent from a number that `zmij` or `core::fmt` wrote.
fn scan<'a>(text: &[u8], copy: &'a mut [u8]) -> Digits<'a> {
    let (mut len, mut exp, mut seen_point) = (0, -1i32, false);
    let mut rest = text.iter();
    for &c in rest.by_ref() {
        match c {
            b'.' => seen_point = true,
            b'e' => break,
            b'0' if len == 0 => exp -= i32::from(seen_point),
            _ => {
                if let Some(slot) = copy.get_mut(len) {
                    *slot = c;
                    len += 1;
                }
                exp += i32::from(!seen_point);
            }
        }
    }
    let (mut value, mut minus) = (0i32, false);
    for &c in rest {
        match c {
            b'-' => minus = true,
            b'0'..=b'9' => value = value * 10 + i32::from(c - b'0'),
            _ => {}
        }
    }
    while len > 1 && copy[len - 1] == b'0' {
        len -= 1;
    }
    if len == 0 {
        copy[0] = b'0';
        return Digits { digits: &copy[..1], exp: 0 };
    }
    Digits { digits: &copy[..len], exp: exp + if minus { -value } else { value } }
}

/// `d.ddde+xx` with `fraction` digits after the point.
fn lay_out_exponent(d: &Digits, fraction: usize, alternate: bool, out: &mut Vec<u8>) {
    out.push(d.digits[0]);
    if fraction > 0 || alternate {
        out.push(b'.');
    }
    let rest = &d.digits[1..];
    let shown = rest.len().min(fraction);
    out.extend_from_slice(&rest[..shown]);
    out.resize(out.len() + fraction - shown, b'0');
    push_exponent(d.exp, out);
}

/// Sign and at least two digits.
fn push_exponent(exp: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(if exp < 0 { b"e-" } else { b"e+" });
    let exp = exp.unsigned_abs();
    if exp >= 100 {
        out.push(b'0' + (exp / 100) as u8);
    }
    out.extend_from_slice(&[b'0' + (exp / 10 % 10) as u8, b'0' + (exp % 10) as u8]);
}

/// No exponent, at least `significant` digits in all.
fn lay_out_plain(d: &Digits, significant: usize, format: &FloatFormat, out: &mut Vec<u8>) {
    let count = d.digits.len().max(significant);
    let digit = |i: usize| d.digits.get(i).copied().unwrap_or(b'0');
    let whole = if d.exp < 0 {
        out.push(b'0');
        0
    } else {
        let whole = d.exp as usize + 1;
        let shown = whole.min(d.digits.len());
        out.extend_from_slice(&d.digits[..shown]);
        out.resize(out.len() + whole - shown, b'0');
        whole
    };
    if count > whole {
        out.push(b'.');
        out.resize(out.len() + (-1 - d.exp.min(-1)) as usize, b'0');
        out.extend((whole..count).map(digit));
    } else if format.add_dot_zero {
        out.extend_from_slice(b".0");
    } else if format.alternate {
        out.push(b'.');
    }
}

/// The `count` first significant digits of `x`, rounded half to even, from its shortest digits; `None` where those do not decide
/// it. They do decide it unless what they leave out is exactly half a unit: a midpoint between them and `x` would itself be
/// shorter, or as short and nearer. If they are fewer than `count`, the rest is zeros as long as `count` is at most 15 and `x` not
/// subnormal, or if `x` is a whole number below 2**53, which they spell out.
fn rounded(x: f64, shortest: &mut Shortest, count: i64) -> Option<()> {
    let len = shortest.len as i64;
    if count >= len {
        return (count <= 15 && x >= f64::MIN_POSITIVE || x < 9e15 && x.fract() == 0.0).then_some(());
    }
    if count < 0 {
        shortest.set_zero();
        return Some(());
    }
    let count = count as usize;
    let up = match shortest.digits[count..shortest.len] {
        [b'5'] => return None,
        [first, ..] => first >= b'5',
        [] => false,
    };
    shortest.len = count;
    let kept = &mut shortest.digits[..count];
    if up {
        match kept.iter().rposition(|&c| c != b'9') {
            Some(i) => {
                kept[i] += 1;
                shortest.len = i + 1;
            }
            None => {
                shortest.digits[0] = b'1';
                shortest.len = 1;
                shortest.exp += 1;
            }
        }
    } else {
        shortest.len = kept.iter().rposition(|&c| c != b'0').map_or(0, |i| i + 1);
        if shortest.len == 0 {
            shortest.set_zero();
        }
    }
    Some(())
}

/// Digits in place.
struct Shortest {
    digits: [u8; 32],
    len: usize,
    exp: i32,
}

impl Shortest {
    fn of(x: f64) -> Shortest {
        let mut digits = [0; 32];
        let mut buffer = zmij::Buffer::new();
        let d = scan(buffer.format_finite(x).as_bytes(), &mut digits);
        let (len, exp) = (d.digits.len(), d.exp);
        Shortest { digits, len, exp }
    }

    fn set_zero(&mut self) {
        (self.digits[0], self.len, self.exp) = (b'0', 1, 0);
    }

    fn view(&self) -> Digits<'_> {
        Digits { digits: &self.digits[..self.len], exp: self.exp }
    }
}

/// Call `then` with the `count` first significant digits of `x`.
fn with_significant(x: f64, count: usize, then: impl FnOnce(&Digits)) {
    let mut digits = Shortest::of(x);
    if rounded(x, &mut digits, i64::try_from(count).unwrap_or(i64::MAX)).is_some() {
        return then(&digits.view());
    }
    let text = exact(x, count);
    let mut copy = [0u8; EXACT_MAX];
    then(&scan(&text, &mut copy));
}

/// `count` significant digits, exactly rounded, in `core::fmt`'s exponent form.
fn exact(x: f64, count: usize) -> Vec<u8> {
    let fraction = count.clamp(1, EXACT_MAX) - 1;
    let mut text = Vec::with_capacity(fraction + 8);
    // Writing to a vector does not fail.
    let _ = write!(text, "{x:.fraction$e}");
    text
}

fn exponent(x: f64, format: &FloatFormat, out: &mut Vec<u8>) {
    with_significant(x, format.precision + 1, |d| lay_out_exponent(d, format.precision, format.alternate, out));
}

/// Powers of ten that are exact doubles and fit a word.
pub(crate) const POWERS: [u64; 18] = {
    let mut p = [1u64; 18];
    let mut i = 1;
    while i < 18 {
        p[i] = p[i - 1] * 10;
        i += 1;
    }
    p
};

/// `x * 10**precision` rounded half to even, exactly, for `0 <= x < 2**53`; `None` when it does not fit a word or the precision is beyond 17.
#[inline]
pub(crate) fn scaled(x: f64, precision: usize) -> Option<u64> {
    let power = *POWERS.get(precision)?;
    if !(x < 9_007_199_254_740_992.0) {
        return None;
    }
    let bits = x.to_bits();
    let (fraction, exp) = (bits & ((1 << 52) - 1), (bits >> 52) as u32);
    // x = mantissa / 2**shift
    let (mantissa, shift) = if exp == 0 { (fraction, 1074) } else { (fraction | 1 << 52, 1075 - exp) };
    let product = u128::from(mantissa) * u128::from(power);
    if shift >= 127 {
        return Some(0); // below a half: the product has at most 110 bits
    }
    if shift == 0 {
        return u64::try_from(product).ok();
    }
    let (whole, rest, half) = (product >> shift, product & ((1 << shift) - 1), 1u128 << (shift - 1));
    let up = rest > half || rest == half && whole & 1 == 1;
    u64::try_from(whole).ok()?.checked_add(u64::from(up))
}

/// `x` with `precision` digits after the point, at the end of `buf`, if that can be done with machine words (`0 <= x < 2**53`).
#[inline]
pub fn fixed_into(x: f64, precision: usize, buf: &mut [u8; 48]) -> Option<&[u8]> {
    let mut n = scaled(x, precision)?;
    let mut at = buf.len();
    for _ in 0..precision {
        at -= 1;
        buf[at] = b'0' + (n % 10) as u8;
        n /= 10;
    }
    if precision > 0 {
        at -= 1;
        buf[at] = b'.';
    }
    loop {
        at -= 1;
        buf[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            return Some(&buf[at..]);
        }
    }
}

fn fixed(x: f64, format: &FloatFormat, out: &mut Vec<u8>) {
    if format.precision > 0 {
        if let Some(text) = fixed_into(x, format.precision, &mut [0; 48]) {
            return out.extend_from_slice(text);
        }
    }
    let mut digits = Shortest::of(x);
    let count = i64::from(digits.exp) + 1 + format.precision as i64;
    if x == 0.0 || rounded(x, &mut digits, count).is_some() {
        lay_out_fixed(&digits.view(), format.precision, out);
    } else {
        let fraction = format.precision.min(EXACT_MAX);
        let _ = write!(out, "{x:.fraction$}");
        out.resize(out.len() + format.precision - fraction, b'0');
    }
    if format.precision == 0 {
        if format.add_dot_zero {
            out.extend_from_slice(b".0");
        } else if format.alternate {
            out.push(b'.');
        }
    }
}

/// A positive double with so many digits after the point.
pub(crate) fn fixed_digits(x: f64, precision: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    fixed(x, &FloatFormat { precision, ..PLAIN_SHORTEST }, &mut out);
    out
}

/// No exponent, exactly `fraction` digits after the point, none of which is left out of `d`.
fn lay_out_fixed(d: &Digits, fraction: usize, out: &mut Vec<u8>) {
    let mut rest = d.digits;
    if d.exp < 0 {
        out.push(b'0');
    } else {
        let whole = d.exp as usize + 1;
        let shown = whole.min(rest.len());
        out.extend_from_slice(&rest[..shown]);
        out.resize(out.len() + whole - shown, b'0');
        rest = &rest[shown..];
    }
    if fraction > 0 {
        out.push(b'.');
        let end = out.len() + fraction;
        let zeros = (-1 - d.exp.min(-1)) as usize;
        out.resize(out.len() + zeros.min(fraction), b'0');
        out.extend_from_slice(&rest[..rest.len().min(end - out.len())]);
        out.resize(end, b'0');
    }
}

fn general(x: f64, format: &FloatFormat, out: &mut Vec<u8>) {
    let precision = format.precision.max(1);
    let limit = precision.min(i32::MAX as usize) as i32 - i32::from(format.add_dot_zero);
    with_significant(x, precision, |d| {
        if d.exp < -4 || d.exp >= limit {
            let fraction = if format.alternate { precision - 1 } else { d.digits.len() - 1 };
            lay_out_exponent(d, fraction, format.alternate, out);
        } else {
            lay_out_plain(d, if format.alternate { precision } else { 0 }, format, out);
        }
    });
}

/// Exact decimal digits of a finite, positive double, all of them, and the power of ten of the first.
pub(crate) fn all_digits(x: f64) -> (Vec<u8>, i32) {
    let text = exact(x, EXACT_MAX);
    let mut copy = vec![0u8; EXACT_MAX];
    let d = scan(&text, &mut copy);
    (d.digits.to_vec(), d.exp)
}
