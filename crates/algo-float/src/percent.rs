//! `%`-formatting of str and bytes: the specifications and the layout of numbers.
//!
//! The grammar is `%[(key)][flags][width][.precision][hlL]type`. Arguments are asked for while the specification is read, since
//! CPython reports their errors before those of what follows; see [`Arguments`].

use crate::spec::Padded;
use crate::text::{FloatFormat, Style, format_abs};
use crate::{CodeUnits, OutOfMemory};
use std::ops::Range;

/// `-`: left-justified.
pub const LEFT: u8 = 1;
/// `+`: always a sign.
pub const PLUS: u8 = 2;
/// Space: a space where a plus sign would be.
pub const BLANK: u8 = 4;
/// `#`: alternate form.
pub const ALTERNATE: u8 = 8;
/// `0`: zeros as padding.
pub const ZERO: u8 = 16;

/// What follows a `%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PercentSpec {
    /// Any of the flag bits.
    pub flags: u8,
    /// Least width.
    pub width: Option<usize>,
    /// Precision.
    pub precision: Option<usize>,
    /// The type's code point.
    pub kind: u32,
    /// Where that stands (for `unsupported format character`).
    pub index: usize,
}

/// The arguments of a format operation, as far as the grammar needs them.
pub trait Arguments {
    /// What can go wrong.
    type Error;
    /// A `(` was met: fail (TypeError `format requires a mapping`) if the arguments are no mapping.
    fn need_mapping(&mut self) -> Result<(), Self::Error>;
    /// From here on the argument is the mapping's value for the key that stands at `range`.
    fn select(&mut self, range: Range<usize>) -> Result<(), Self::Error>;
    /// The next argument for a `*` width: TypeError `* wants int` if it is none.
    fn star_width(&mut self) -> Result<isize, Self::Error>;
    /// The next argument for a `*` precision, a C int.
    fn star_precision(&mut self) -> Result<i32, Self::Error>;
}

/// Why a specification is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentError<E> {
    /// ValueError `incomplete format`.
    Incomplete,
    /// ValueError `incomplete format key`.
    IncompleteKey,
    /// ValueError `width too big`.
    WidthTooBig,
    /// ValueError `precision too big`.
    PrecisionTooBig,
    /// From the arguments.
    Argument(E),
}

impl<E> PercentError<E> {
    /// The ValueError's message; `None` if the error came from the arguments.
    pub fn message(&self) -> Option<&'static str> {
        match self {
            Self::Incomplete => Some("incomplete format"),
            Self::IncompleteKey => Some("incomplete format key"),
            Self::WidthTooBig => Some("width too big"),
            Self::PrecisionTooBig => Some("precision too big"),
            Self::Argument(_) => None,
        }
    }
}

/// `unsupported format character 'y' (0x79) at index 4`.
pub fn unsupported_message(spec: &PercentSpec) -> String {
    let shown = match u8::try_from(spec.kind) {
        Ok(c @ 31..=126) => char::from(c),
        _ => '?',
    };
    format!("unsupported format character '{shown}' (0x{:x}) at index {}", spec.kind, spec.index)
}

/// Read the specification that begins at `at`, right behind the `%`. Returns it and the place after it. `%%` is a specification with
/// kind `%` and nothing else; the caller finds it before.
///
/// # Errors
/// See [`PercentError`].
pub fn parse<S: CodeUnits + ?Sized, A: Arguments>(
    text: &S,
    mut at: usize,
    args: &mut A,
) -> Result<(PercentSpec, usize), PercentError<A::Error>> {
    let mut spec = PercentSpec::default();
    let peek = |at: usize| text.at(at).unwrap_or(u32::MAX);
    let is = |at: usize, c: u8| peek(at) == u32::from(c);
    if is(at, b'(') {
        args.need_mapping().map_err(PercentError::Argument)?;
        let start = at + 1;
        let mut depth = 1;
        while depth > 0 {
            at += 1;
            match text.at(at) {
                None => return Err(PercentError::IncompleteKey),
                Some(0x28) => depth += 1,
                Some(0x29) => depth -= 1,
                Some(_) => {}
            }
        }
        args.select(start..at).map_err(PercentError::Argument)?;
        at += 1;
    }
    loop {
        spec.flags |= match u8::try_from(peek(at)) {
            Ok(b'-') => LEFT,
            Ok(b'+') => PLUS,
            Ok(b' ') => BLANK,
            Ok(b'#') => ALTERNATE,
            Ok(b'0') => ZERO,
            _ => break,
        };
        at += 1;
    }
    let digit = |at: usize| peek(at).checked_sub(48).filter(|&d| d < 10);
    let number = |at: &mut usize, max: usize| -> Option<usize> {
        let mut value = 0usize;
        while let Some(d) = digit(*at) {
            value = value.checked_mul(10)?.checked_add(d as usize).filter(|&v| v <= max)?;
            *at += 1;
        }
        Some(value)
    };
    if is(at, b'*') {
        let width = args.star_width().map_err(PercentError::Argument)?;
        if width < 0 {
            spec.flags |= LEFT;
        }
        spec.width = Some(width.unsigned_abs());
        at += 1;
    } else if digit(at).is_some() {
        spec.width = Some(number(&mut at, isize::MAX as usize).ok_or(PercentError::WidthTooBig)?);
    }
    if is(at, b'.') {
        at += 1;
        if is(at, b'*') {
            let precision = args.star_precision().map_err(PercentError::Argument)?;
            spec.precision = Some(precision.max(0) as usize);
            at += 1;
        } else {
            spec.precision = Some(number(&mut at, i32::MAX as usize).ok_or(PercentError::PrecisionTooBig)?);
        }
    }
    if matches!(u8::try_from(peek(at)), Ok(b'h' | b'l' | b'L')) {
        at += 1;
    }
    spec.kind = text.at(at).ok_or(PercentError::Incomplete)?;
    let float = matches!(u8::try_from(spec.kind), Ok(b'e' | b'E' | b'f' | b'F' | b'g' | b'G'));
    if float && spec.precision.is_some_and(|p| p > crate::PRECISION_MAX) {
        return Err(PercentError::PrecisionTooBig);
    }
    spec.index = at;
    Ok((spec, at + 1))
}

/// The base of an integer type code.
pub fn int_base(kind: u32) -> u32 {
    match u8::try_from(kind) {
        Ok(b'x' | b'X') => 16,
        Ok(b'o') => 8,
        _ => 10,
    }
}

/// An int from its digits in the base of its type (lower case).
///
/// # Errors
/// [`OutOfMemory`] if a huge precision cannot be served.
pub fn format_int(spec: &PercentSpec, neg: bool, digits: &[u8]) -> Result<Padded, OutOfMemory> {
    let zeros = spec.precision.unwrap_or(0).saturating_sub(digits.len());
    let mut body = Vec::new();
    body.try_reserve(zeros.saturating_add(digits.len())).map_err(|_| OutOfMemory)?;
    body.resize(zeros, b'0');
    body.extend_from_slice(digits);
    let prefix = match u8::try_from(spec.kind) {
        Ok(b'x') => "0x",
        Ok(b'X') => {
            body.make_ascii_uppercase();
            "0X"
        }
        Ok(b'o') => "0o",
        _ => "",
    };
    let prefix = if spec.flags & ALTERNATE != 0 { prefix } else { "" };
    Ok(lay_out(spec, neg, prefix, &body))
}

/// A float; the type is one of `eEfFgG`.
///
/// # Errors
/// [`OutOfMemory`] if a huge precision cannot be served.
pub fn format_float(spec: &PercentSpec, x: f64) -> Result<Padded, OutOfMemory> {
    let kind = u8::try_from(spec.kind).unwrap_or(b'f');
    let format = FloatFormat {
        style: match kind {
            b'e' | b'E' => Style::Exponent,
            b'g' | b'G' => Style::General,
            _ => Style::Fixed,
        },
        precision: spec.precision.unwrap_or(6),
        alternate: spec.flags & ALTERNATE != 0,
        add_dot_zero: false,
        no_neg_zero: false,
        upper: kind.is_ascii_uppercase(),
    };
    let mut body = Vec::new();
    let neg = format_abs(x, &format, &mut body)?;
    Ok(lay_out(spec, neg, "", &body))
}

fn lay_out(spec: &PercentSpec, neg: bool, prefix: &str, body: &[u8]) -> Padded {
    let mut text = String::with_capacity(body.len() + 3);
    if neg {
        text.push('-');
    } else if spec.flags & PLUS != 0 {
        text.push('+');
    } else if spec.flags & BLANK != 0 {
        text.push(' ');
    }
    text.push_str(prefix);
    let split = text.len();
    text.push_str(&String::from_utf8_lossy(body));
    let chars = text.len();
    let free = spec.width.unwrap_or(0).saturating_sub(chars);
    let (mut left, mut inner, mut right, mut fill) = (0, 0, 0, 0x20);
    if spec.flags & LEFT != 0 {
        right = free;
    } else if spec.flags & ZERO != 0 {
        fill = 0x30;
        inner = free;
    } else {
        left = free;
    }
    Padded { fill, left, text, chars, split, inner, right }
}

/// Text (`%s`, `%r`, `%a`, `%c`) of `len` code points: how many are shown, and the spaces before and after.
pub fn format_text(spec: &PercentSpec, len: usize) -> (usize, usize, usize) {
    let take = if spec.kind == u32::from(b'c') { len } else { spec.precision.map_or(len, |p| p.min(len)) };
    let free = spec.width.unwrap_or(0).saturating_sub(take);
    if spec.flags & LEFT != 0 { (take, 0, free) } else { (take, free, 0) }
}
