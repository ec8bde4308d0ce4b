//! `str.format` templates: `literal {name.attribute[item]!conversion:spec}`.
//!
//! [`Template`] yields literals and fields as ranges of the text; [`split_name`] and [`NamePath`] take field names apart;
//! [`AutoNumber`] keeps the numbering of empty names. Also what `_string.formatter_parser` and
//! `_string.formatter_field_name_split` show.

use crate::CodeUnits;
use crate::digit::to_decimal;
use std::ops::Range;

/// How deep fields may nest in format specifications.
pub const RECURSION_MAX: u32 = 2;

/// What is wrong with a template; all are ValueErrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TemplateError {
    SingleClose,
    SingleOpen,
    OpenInName,
    EndBeforeConversion,
    NoColonAfterConversion,
    OpenInSpec,
    NoClose,
    TooManyDigits,
    MissingBracket,
    AfterBracket,
    EmptyAttribute,
    AutoAfterManual,
    ManualAfterAuto,
    Recursion,
}

impl TemplateError {
    /// CPython's message.
    pub fn message(self) -> &'static str {
        match self {
            Self::SingleClose => "Single '}' encountered in format string",
            Self::SingleOpen => "Single '{' encountered in format string",
            Self::OpenInName => "unexpected '{' in field name",
            Self::EndBeforeConversion => "end of string while looking for conversion specifier",
            Self::NoColonAfterConversion => "expected ':' after conversion specifier",
            Self::OpenInSpec => "unmatched '{' in format spec",
            Self::NoClose => "expected '}' before end of string",
            Self::TooManyDigits => "Too many decimal digits in format string",
            Self::MissingBracket => "Missing ']' in format string",
            Self::AfterBracket => "Only '.' or '[' may follow ']' in format field specifier",
            Self::EmptyAttribute => "Empty attribute in format string",
            Self::AutoAfterManual => {
                "cannot switch from manual field specification to automatic field numbering"
            }
            Self::ManualAfterAuto => {
                "cannot switch from automatic field numbering to manual field specification"
            }
            Self::Recursion => "Max string recursion exceeded",
        }
    }
}

/// `Unknown conversion specifier …`, for anything but `r`, `s`, `a`.
pub fn unknown_conversion_message(conversion: u32) -> String {
    match char::from_u32(conversion) {
        Some(c @ '!'..='~') => format!("Unknown conversion specifier {c}"),
        _ => format!("Unknown conversion specifier \\x{conversion:x}"),
    }
}

/// A piece of a template: literal text, then perhaps a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Text to copy; of a doubled brace it holds one.
    pub literal: Range<usize>,
    /// The field after it.
    pub field: Option<Field>,
}

/// A replacement field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its name with attributes and items.
    pub name: Range<usize>,
    /// Its specification, empty if there is none.
    pub spec: Range<usize>,
    /// Does the specification hold fields of its own?
    pub nested: bool,
    /// The code point after `!`, or 0.
    pub conversion: u32,
}

/// The pieces of `text`, from `at` to `end`.
#[derive(Clone, Debug)]
pub struct Template<'a, S: CodeUnits + ?Sized> {
    text: &'a S,
    at: usize,
    end: usize,
}

const OPEN: u32 = b'{' as u32;
const CLOSE: u32 = b'}' as u32;
const BRACKET: u32 = b'[' as u32;
const COLON: u32 = b':' as u32;
const BANG: u32 = b'!' as u32;

impl<'a, S: CodeUnits + ?Sized> Template<'a, S> {
    /// All of `text`.
    pub fn new(text: &'a S) -> Self {
        Template { text, at: 0, end: text.count() }
    }

    /// A part of `text`, for instance a nested specification.
    pub fn part(text: &'a S, range: Range<usize>) -> Self {
        Template { text, at: range.start, end: range.end.min(text.count()) }
    }

    fn take(&mut self) -> Option<u32> {
        if self.at >= self.end {
            return None;
        }
        let c = self.text.at(self.at);
        self.at += 1;
        c
    }

    fn piece(&mut self) -> Result<Piece, TemplateError> {
        let start = self.at;
        let mut brace = None;
        while brace.is_none() {
            match self.take() {
                None => break,
                Some(c) => brace = (c == OPEN || c == CLOSE).then_some(c),
            }
        }
        let Some(brace) = brace else { return Ok(Piece { literal: start..self.at, field: None }) };
        let next = if self.at < self.end { self.text.at(self.at) } else { None };
        if next == Some(brace) {
            let literal = start..self.at;
            self.at += 1;
            return Ok(Piece { literal, field: None });
        }
        if brace == CLOSE {
            return Err(TemplateError::SingleClose);
        }
        if next.is_none() {
            return Err(TemplateError::SingleOpen);
        }
        let literal = start..self.at - 1;
        Ok(Piece { literal, field: Some(self.field()?) })
    }

    fn field(&mut self) -> Result<Field, TemplateError> {
        let start = self.at;
        let mut field = Field::default();
        let stop = loop {
            match self.take().ok_or(TemplateError::NoClose)? {
                OPEN => return Err(TemplateError::OpenInName),
                BRACKET => {
                    // Brackets may hold anything.
                    while self.at < self.end && self.text.at(self.at) != Some(u32::from(b']')) {
                        self.at += 1;
                    }
                }
                c @ (CLOSE | COLON | BANG) => break c,
                _ => {}
            }
        };
        field.name = start..self.at - 1;
        if stop == CLOSE {
            field.spec = self.at - 1..self.at - 1;
            return Ok(field);
        }
        if stop == BANG {
            field.conversion = self.take().ok_or(TemplateError::EndBeforeConversion)?;
            match self.take() {
                Some(CLOSE) => {
                    field.spec = self.at - 1..self.at - 1;
                    return Ok(field);
                }
                Some(c) if c != COLON => return Err(TemplateError::NoColonAfterConversion),
                _ => {}
            }
        }
        let start = self.at;
        let mut depth = 1;
        while let Some(c) = self.take() {
            if c == OPEN {
                field.nested = true;
                depth += 1;
            } else if c == CLOSE {
                depth -= 1;
                if depth == 0 {
                    field.spec = start..self.at - 1;
                    return Ok(field);
                }
            }
        }
        Err(TemplateError::OpenInSpec)
    }
}

impl<S: CodeUnits + ?Sized> Iterator for Template<'_, S> {
    type Item = Result<Piece, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let piece = self.piece();
        if piece.is_err() {
            self.at = self.end;
        }
        Some(piece)
    }
}

/// The first part of a field name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// Nothing: the next automatic number.
    Empty,
    /// A positional argument.
    Index(usize),
    /// A keyword argument.
    Name(Range<usize>),
}

/// A decimal number that is all of `range`; `None` if it is none.
fn index<S: CodeUnits + ?Sized>(text: &S, range: &Range<usize>) -> Result<Option<usize>, TemplateError> {
    if range.is_empty() {
        return Ok(None);
    }
    let mut value = 0usize;
    for i in range.clone() {
        let Some(d) = text.at(i).and_then(to_decimal) else { return Ok(None) };
        value = value
            .checked_mul(10)
            .and_then(|v| v.checked_add(d as usize))
            .filter(|&v| v <= isize::MAX as usize)
            .ok_or(TemplateError::TooManyDigits)?;
    }
    Ok(Some(value))
}

/// Split a field name into its first part and the path behind it.
///
/// # Errors
/// [`TemplateError::TooManyDigits`].
pub fn split_name<S: CodeUnits + ?Sized>(
    text: &S,
    name: Range<usize>,
) -> Result<(First, NamePath<'_, S>), TemplateError> {
    let stop = |c: u32| c == u32::from(b'.') || c == u32::from(b'[');
    let middle = name.clone().find(|&i| text.at(i).is_some_and(stop)).unwrap_or(name.end);
    let first = name.start..middle;
    let first = match index(text, &first)? {
        Some(i) => First::Index(i),
        None if first.is_empty() => First::Empty,
        None => First::Name(first),
    };
    Ok((first, NamePath { text, at: middle, end: name.end }))
}

/// A step from an object to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Attribute(Range<usize>),
    /// `[number]`
    Index(usize),
    /// `[text]`
    Key(Range<usize>),
}

/// The steps of a field name after its first part.
#[derive(Clone, Debug)]
pub struct NamePath<'a, S: CodeUnits + ?Sized> {
    text: &'a S,
    at: usize,
    end: usize,
}

impl<S: CodeUnits + ?Sized> NamePath<'_, S> {
    fn step(&mut self) -> Result<Step, TemplateError> {
        let is = |i: usize, c: u8| self.text.at(i) == Some(c.into());
        let start = self.at + 1;
        if is(self.at, b'.') {
            let end = (start..self.end).find(|&i| is(i, b'.') || is(i, b'[')).unwrap_or(self.end);
            self.at = end;
            return if end == start { Err(TemplateError::EmptyAttribute) } else { Ok(Step::Attribute(start..end)) };
        }
        if !is(self.at, b'[') {
            return Err(TemplateError::AfterBracket);
        }
        let end = (start..self.end).find(|&i| is(i, b']')).ok_or(TemplateError::MissingBracket)?;
        self.at = end + 1;
        match index(self.text, &(start..end))? {
            Some(i) => Ok(Step::Index(i)),
            None if end == start => Err(TemplateError::EmptyAttribute),
            None => Ok(Step::Key(start..end)),
        }
    }
}

impl<S: CodeUnits + ?Sized> Iterator for NamePath<'_, S> {
    type Item = Result<Step, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let step = self.step();
        if step.is_err() {
            self.at = self.end;
        }
        Some(step)
    }
}

/// Numbers for fields without name: one `format` call numbers all of its fields automatically or none.
#[derive(Clone, Copy, Debug, Default)]
pub struct AutoNumber {
    next: usize,
    manual: Option<bool>,
}

impl AutoNumber {
    /// Put a number in place of an empty first part.
    ///
    /// # Errors
    /// Empty and numbered fields in one template.
    pub fn resolve(&mut self, first: First) -> Result<First, TemplateError> {
        let empty = match first {
            First::Name(_) => return Ok(first),
            First::Empty => true,
            First::Index(_) => false,
        };
        match (*self.manual.get_or_insert(!empty), empty) {
            (true, true) => Err(TemplateError::AutoAfterManual),
            (false, false) => Err(TemplateError::ManualAfterAuto),
            (true, false) => Ok(first),
            (false, true) => {
                let number = self.next;
                self.next += 1;
                Ok(First::Index(number))
            }
        }
    }
}
