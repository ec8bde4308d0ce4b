//! What compiling can report: errors and warnings, with exact messages and positions.

use taipan_syntax::ast::Span;

/// Which exception an [`Error`] becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `SyntaxError`, with a position.
    Syntax,
    /// `RecursionError`: the tree is nested too deeply.
    Recursion,
    /// `OverflowError`: more locals, constants or code than the encoding holds.
    Overflow,
    /// `ValueError`: a tree built by a program is malformed.
    Value,
    /// `TypeError`: a tree built by a program holds a wrong object.
    Type,
}

/// Why compilation failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The class of the exception.
    pub kind: ErrorKind,
    /// Its message.
    pub message: String,
    /// Where, for a `SyntaxError`.
    pub span: Option<Span>,
}

/// Result of a compilation step. Boxed: the error path is cold, the value path is not.
pub type Result<T> = std::result::Result<T, Box<Error>>;

impl Error {
    /// A `SyntaxError` at `span`.
    pub fn syntax(message: impl Into<String>, span: Span) -> Box<Error> {
        Box::new(Error { kind: ErrorKind::Syntax, message: message.into(), span: Some(span) })
    }

    /// An error without a position.
    pub fn other(kind: ErrorKind, message: impl Into<String>) -> Box<Error> {
        Box::new(Error { kind, message: message.into(), span: None })
    }

    /// The error for a tree that is nested too deeply.
    pub fn recursion() -> Box<Error> {
        Error::other(ErrorKind::Recursion, "maximum recursion depth exceeded during compilation")
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.span {
            Some(span) => write!(f, "{} (line {}, column {})", self.message, span.lineno, span.col_offset + 1),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Error {}

/// A `SyntaxWarning`. If a filter turns it into an error, it becomes a `SyntaxError` of the same message and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The message.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// Levels of nesting (statements, expressions, patterns, scopes) that compile; beyond is a `RecursionError`.
///
/// One level costs the deepest walker well under 4 KiB of stack in an unoptimised build.
pub const DEPTH_MAX: u32 = 1200;
