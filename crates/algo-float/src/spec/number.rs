//! Formatting of int, float and complex by a specification.

use super::layout::{Locale, NumberParts, Padded, lay_out_number};
use super::{Align, FormatError, FormatSpec};
use crate::text::{FloatFormat, Style, format_abs};

/// What an int has to deliver for its specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntForm {
    /// Its digits in a base (10, 2, 8, 16), upper case if told so: then [`format_int`].
    Digits {
        /// The base.
        base: u32,
        /// `X`.
        upper: bool,
    },
    /// Itself as a code point: then [`format_char`].
    Char,
    /// Itself as a float: then [`format_float`].
    Float,
}

/// What form an int takes, and the errors that do not depend on its value.
///
/// # Errors
/// CPython's, in its order.
pub fn int_form(spec: &FormatSpec) -> Result<IntForm, FormatError> {
    let kind = u8::try_from(spec.kind).unwrap_or(0);
    let (base, upper) = match kind {
        b'd' | b'n' | b'c' => (10, false),
        b'b' => (2, false),
        b'o' => (8, false),
        b'x' => (16, false),
        b'X' => (16, true),
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => return Ok(IntForm::Float),
        _ => return Err(FormatError::UnknownCode(spec.kind)),
    };
    if spec.precision.is_some() {
        return Err(FormatError::PrecisionInInt);
    }
    if spec.no_neg_zero {
        return Err(FormatError::NegZeroInInt);
    }
    if kind == b'c' {
        if spec.sign != 0 {
            return Err(FormatError::SignWithC);
        }
        if spec.alternate {
            return Err(FormatError::AlternateWithC);
        }
        return Ok(IntForm::Char);
    }
    Ok(IntForm::Digits { base, upper })
}

/// An int from its digits in the base that [`int_form`] named. `locale` counts for type `n` only.
///
/// # Errors
/// [`FormatError::OutOfMemory`].
pub fn format_int(spec: &FormatSpec, neg: bool, digits: &[u8], locale: &Locale) -> Result<Padded, FormatError> {
    let kind = u8::try_from(spec.kind).unwrap_or(0);
    let prefix = match (spec.alternate, kind) {
        (true, b'b') => "0b",
        (true, b'o') => "0o",
        (true, b'x') => "0x",
        (true, b'X') => "0X",
        _ => "",
    };
    lay_out_number(spec, &locale_for(spec, locale), &NumberParts { neg, prefix, body: digits, radix: true })
}

fn locale_for<'a>(spec: &FormatSpec, locale: &Locale<'a>) -> Locale<'a> {
    if spec.kind == u32::from(b'n') { *locale } else { Locale::of(spec.grouping) }
}

/// Type `c`: the padding and the code point to put in place of the one-character text (which stands for it, since a surrogate
/// is no `char`). `value` is `None` if the int is beyond 64 bits.
///
/// # Errors
/// [`FormatError::CharRange`] and [`FormatError::CharTooLarge`], OverflowErrors.
pub fn format_char(spec: &FormatSpec, value: Option<i64>) -> Result<(Padded, u32), FormatError> {
    let value = value.ok_or(FormatError::CharTooLarge)?;
    let code = u32::try_from(value).ok().filter(|&c| c < 0x11_0000).ok_or(FormatError::CharRange)?;
    let mut spec = *spec;
    if spec.align == Align::AfterSign {
        spec.align = Align::Right;
    }
    let text: String = char::from_u32(code).unwrap_or('\u{fffd}').into();
    Ok((Padded::around(text, 1, &spec), code))
}

/// How a float type code is computed.
struct FloatForm {
    format: FloatFormat,
    percent: bool,
}

/// Style and precision of a type code; `percent` only for float.
fn float_form(spec: &FormatSpec, complex: bool) -> Result<FloatForm, FormatError> {
    let kind = u8::try_from(spec.kind).unwrap_or(0xff);
    let (mut style, upper) = match kind {
        0 => (Style::Shortest, false),
        b'e' => (Style::Exponent, false),
        b'E' => (Style::Exponent, true),
        b'f' => (Style::Fixed, false),
        b'F' => (Style::Fixed, true),
        b'g' | b'n' => (Style::General, false),
        b'G' => (Style::General, true),
        b'%' if !complex => (Style::Fixed, false),
        _ => return Err(FormatError::UnknownCode(spec.kind)),
    };
    let precision = match spec.precision {
        Some(p) if p > crate::PRECISION_MAX => return Err(FormatError::PrecisionTooBig),
        Some(p) => {
            if style == Style::Shortest {
                style = Style::General;
            }
            p
        }
        None => 6,
    };
    let format = FloatFormat {
        style,
        precision,
        alternate: spec.alternate,
        add_dot_zero: kind == 0 && !complex,
        no_neg_zero: spec.no_neg_zero,
        upper,
    };
    Ok(FloatForm { format, percent: kind == b'%' })
}

/// A float. `locale` counts for type `n` only.
///
/// # Errors
/// Unknown type codes, too much precision, no memory.
pub fn format_float(spec: &FormatSpec, x: f64, locale: &Locale) -> Result<Padded, FormatError> {
    let form = float_form(spec, false)?;
    let mut body = Vec::new();
    let value = if form.percent { x * 100.0 } else { x };
    let neg = format_abs(value, &form.format, &mut body).map_err(|_| FormatError::OutOfMemory)?;
    if form.percent {
        body.push(b'%');
    }
    lay_out_number(spec, &locale_for(spec, locale), &NumberParts { neg, prefix: "", body: &body, radix: false })
}

/// A complex number. `locale` counts for type `n` only.
///
/// # Errors
/// As for floats, and zero padding and `=` are refused.
pub fn format_complex(spec: &FormatSpec, real: f64, imag: f64, locale: &Locale) -> Result<Padded, FormatError> {
    let form = float_form(spec, true)?;
    if spec.fill == u32::from(b'0') {
        return Err(FormatError::ZeroPaddingInComplex);
    }
    if spec.align == Align::AfterSign {
        return Err(FormatError::AlignInComplex);
    }
    let plain = spec.kind == 0;
    let skip_real = plain && real == 0.0 && real.is_sign_positive();
    let locale = locale_for(spec, locale);
    let bare = FormatSpec { width: None, align: Align::Left, ..*spec };
    let part = |x: f64, spec: &FormatSpec| {
        let mut body = Vec::new();
        let neg = format_abs(x, &form.format, &mut body).map_err(|_| FormatError::OutOfMemory)?;
        lay_out_number(spec, &locale, &NumberParts { neg, prefix: "", body: &body, radix: false })
    };
    let mut text = String::new();
    let mut chars = 1;
    let mut imag_spec = bare;
    if !skip_real {
        let re = part(real, &bare)?;
        if plain {
            text.push('(');
            chars += 2;
        }
        text.push_str(&re.text);
        chars += re.chars;
        imag_spec.sign = b'+';
    }
    let im = part(imag, &imag_spec)?;
    text.push_str(&im.text);
    text.push('j');
    chars += im.chars;
    if plain && !skip_real {
        text.push(')');
    }
    Ok(Padded::around(text, chars, spec))
}
