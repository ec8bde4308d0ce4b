//! The format specification mini-language, `format(value, spec)`:
//! `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.
//!
//! [`FormatSpec::parse`] reads it; [`number`] lays out numbers, [`string`] strings; [`layout`] holds what they share. Errors are
//! data: [`FormatError`] knows CPython's message.

pub mod layout;
pub mod number;
pub mod string;

pub use layout::{Locale, Padded};
pub use number::{IntForm, format_char, format_complex, format_float, format_int, int_form};
pub use string::{StrLayout, format_str};

use crate::CodeUnits;
use crate::digit::to_decimal;
use std::fmt;

/// Where the padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
    /// `=`: between sign (and prefix) and digits.
    AfterSign,
}

/// Digit grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// None.
    Plain,
    /// `,` every three digits.
    Comma,
    /// `_` every three digits.
    Underscore,
    /// `_` every four digits, for bases that are powers of two.
    UnderscoreFour,
}

/// A parsed specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatSpec {
    /// The fill code point.
    pub fill: u32,
    /// Where it goes.
    pub align: Align,
    /// `+`, `-` or a space, or 0.
    pub sign: u8,
    /// `z`: no negative zero.
    pub no_neg_zero: bool,
    /// `#`.
    pub alternate: bool,
    /// Least width in code points.
    pub width: Option<usize>,
    /// Of the integer part.
    pub grouping: Grouping,
    /// Of the fractional part.
    pub fraction_grouping: Grouping,
    /// After the point.
    pub precision: Option<usize>,
    /// The type's code point; 0 if there was none and the object's type has no default.
    pub kind: u32,
}

/// Why a format fails. All are ValueErrors but those that say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FormatError {
    TooManyDigits,
    MissingPrecision,
    /// `Invalid format specifier '…' for object of type '…'`: the message quotes the specification.
    Invalid,
    CommaAndUnderscore,
    /// Separator and type.
    BadSeparator(u8, u32),
    UnknownCode(u32),
    PrecisionInInt,
    NegZeroInInt,
    SignWithC,
    AlternateWithC,
    /// OverflowError.
    CharRange,
    /// OverflowError.
    CharTooLarge,
    SignInString,
    SpaceInString,
    NegZeroInString,
    AlternateInString,
    AlignInString,
    PrecisionTooBig,
    ZeroPaddingInComplex,
    AlignInComplex,
    /// MemoryError, without message.
    OutOfMemory,
}

/// A code point as CPython's messages show it.
struct Code(u32);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match char::from_u32(self.0) {
            Some(c @ '!'..='\x7f') => write!(f, "{c}"),
            _ => write!(f, "\\x{:x}", self.0),
        }
    }
}

impl FormatError {
    /// The message; `spec` is the whole specification and `type_name` that of the formatted object.
    pub fn message(&self, spec: &str, type_name: &str) -> String {
        let text = match self {
            Self::TooManyDigits => "Too many decimal digits in format string",
            Self::MissingPrecision => "Format specifier missing precision",
            Self::Invalid => return format!("Invalid format specifier '{spec}' for object of type '{type_name}'"),
            Self::CommaAndUnderscore => "Cannot specify both ',' and '_'.",
            Self::BadSeparator(sep, kind) => {
                return format!("Cannot specify '{}' with '{}'.", char::from(*sep), Code(*kind));
            }
            Self::UnknownCode(kind) => {
                return format!("Unknown format code '{}' for object of type '{type_name}'", Code(*kind));
            }
            Self::PrecisionInInt => "Precision not allowed in integer format specifier",
            Self::NegZeroInInt => "Negative zero coercion (z) not allowed in integer format specifier",
            Self::SignWithC => "Sign not allowed with integer format specifier 'c'",
            Self::AlternateWithC => "Alternate form (#) not allowed with integer format specifier 'c'",
            Self::CharTooLarge => "Python int too large to convert to C long",
            Self::CharRange => "%c arg not in range(0x110000)",
            Self::SignInString => "Sign not allowed in string format specifier",
            Self::SpaceInString => "Space not allowed in string format specifier",
            Self::NegZeroInString => "Negative zero coercion (z) not allowed in string format specifier",
            Self::AlternateInString => "Alternate form (#) not allowed in string format specifier",
            Self::AlignInString => "'=' alignment not allowed in string format specifier",
            Self::PrecisionTooBig => "precision too big",
            Self::ZeroPaddingInComplex => "Zero padding is not allowed in complex format specifier",
            Self::AlignInComplex => "'=' alignment flag is not allowed in complex format specifier",
            Self::OutOfMemory => "",
        };
        text.to_owned()
    }
}

/// Reads a specification from left to right.
struct Reader<'a, S: CodeUnits + ?Sized> {
    spec: &'a S,
    at: usize,
}

impl<S: CodeUnits + ?Sized> Reader<'_, S> {
    fn peek(&self) -> u32 {
        self.spec.at(self.at).unwrap_or(u32::MAX)
    }

    fn eat(&mut self, c: u8) -> bool {
        let found = self.peek() == u32::from(c);
        self.at += usize::from(found);
        found
    }

    /// A decimal number in digits of any script; `None` if there is no digit.
    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let Some(d) = to_decimal(self.peek()) {
            let next = value.unwrap_or(0usize).checked_mul(10).and_then(|v| v.checked_add(d as usize));
            value = Some(next.filter(|&v| v <= isize::MAX as usize).ok_or(FormatError::TooManyDigits)?);
            self.at += 1;
        }
        Ok(value)
    }

    fn grouping(&mut self) -> Result<Grouping, FormatError> {
        let comma = self.eat(b',');
        if self.eat(b'_') {
            if comma || self.peek() == u32::from(b',') {
                return Err(FormatError::CommaAndUnderscore);
            }
            return Ok(Grouping::Underscore);
        }
        Ok(if comma { Grouping::Comma } else { Grouping::Plain })
    }
}

fn align_of(c: Option<u32>) -> Option<Align> {
    match u8::try_from(c?).ok()? {
        b'<' => Some(Align::Left),
        b'>' => Some(Align::Right),
        b'^' => Some(Align::Center),
        b'=' => Some(Align::AfterSign),
        _ => None,
    }
}

impl FormatSpec {
    /// Parse for an int (`kind` `d`).
    ///
    /// # Errors
    /// What the specification alone decides.
    pub fn for_int<S: CodeUnits + ?Sized>(spec: &S) -> Result<Self, FormatError> {
        Self::parse(spec, b'd', Align::Right)
    }

    /// Parse for a float or complex (no default type).
    ///
    /// # Errors
    /// What the specification alone decides.
    pub fn for_float<S: CodeUnits + ?Sized>(spec: &S) -> Result<Self, FormatError> {
        Self::parse(spec, 0, Align::Right)
    }

    /// Parse for a str (`kind` `s`).
    ///
    /// # Errors
    /// What the specification alone decides.
    pub fn for_str<S: CodeUnits + ?Sized>(spec: &S) -> Result<Self, FormatError> {
        Self::parse(spec, b's', Align::Left)
    }

    fn parse<S: CodeUnits + ?Sized>(spec: &S, kind: u8, align: Align) -> Result<Self, FormatError> {
        let mut r = Reader { spec, at: 0 };
        let numeric = align == Align::Right;
        let mut out = FormatSpec {
            fill: 0x20,
            align,
            sign: 0,
            no_neg_zero: false,
            alternate: false,
            width: None,
            grouping: Grouping::Plain,
            fraction_grouping: Grouping::Plain,
            precision: None,
            kind: kind.into(),
        };
        let (mut fill_given, mut align_given) = (false, false);
        if let Some(a) = align_of(spec.at(1)) {
            out.fill = r.peek();
            out.align = a;
            (fill_given, align_given) = (true, true);
            r.at = 2;
        } else if let Some(a) = align_of(spec.at(0)) {
            out.align = a;
            align_given = true;
            r.at = 1;
        }
        for sign in [b'+', b'-', b' '] {
            if out.sign == 0 && r.eat(sign) {
                out.sign = sign;
            }
        }
        out.no_neg_zero = r.eat(b'z');
        out.alternate = r.eat(b'#');
        if !fill_given && r.eat(b'0') {
            out.fill = b'0'.into();
            if !align_given && numeric {
                out.align = Align::AfterSign;
            }
        }
        out.width = r.number()?;
        out.grouping = r.grouping()?;
        if r.eat(b'.') {
            out.precision = r.number()?;
            out.fraction_grouping = r.grouping()?;
            if out.precision.is_none() && out.fraction_grouping == Grouping::Plain {
                return Err(FormatError::MissingPrecision);
            }
        }
        match spec.count().saturating_sub(r.at) {
            0 => {}
            1 => out.kind = r.peek(),
            _ => return Err(FormatError::Invalid),
        }
        out.check_grouping()?;
        Ok(out)
    }

    fn check_grouping(&mut self) -> Result<(), FormatError> {
        let kind = u8::try_from(self.kind).unwrap_or(0xff);
        let bad = |g| {
            let sep = if g == Grouping::Comma { b',' } else { b'_' };
            Err(FormatError::BadSeparator(sep, self.kind))
        };
        match (self.grouping, kind) {
            (Grouping::Plain, _) | (_, b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0) => {}
            (Grouping::Underscore, b'b' | b'o' | b'x' | b'X') => self.grouping = Grouping::UnderscoreFour,
            (g, _) => return bad(g),
        }
        match (self.fraction_grouping, kind) {
            (Grouping::Plain, _) => Ok(()),
            (g, b'n') => bad(g),
            _ => Ok(()),
        }
    }
}
