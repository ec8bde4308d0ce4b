//! What can go wrong, and what is merely warned about. Both are data; raising them is the caller's.

use std::fmt;

/// The exception class of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError`
    IncompleteInput,
    /// `MemoryError`: the parser's own nesting limit.
    Memory,
    /// `RecursionError`: a tree deeper than anything may walk.
    Recursion,
    /// `OverflowError`
    Overflow,
    /// `ValueError`: a name that is a keyword's other spelling.
    Value,
    /// `UnicodeDecodeError`, which CPython lets out of format specs; the message is its text.
    UnicodeDecode,
}

/// An error with the attributes of `SyntaxError` (for the other kinds only the message counts).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Exception class.
    pub kind: ErrorKind,
    /// `msg`
    pub message: String,
    /// `lineno`, from 1.
    pub lineno: i64,
    /// `offset`, in characters, from 1.
    pub offset: i64,
    /// `end_lineno`
    pub end_lineno: i64,
    /// `end_offset`; -1 or 0 when unknown.
    pub end_offset: i64,
    /// `text`, the source line or lines.
    pub text: Option<String>,
    /// `_metadata`, from which traceback.py suggests keywords: line and column of the last complete compound
    /// statement, and the source.
    pub metadata: Option<(i64, i64, String)>,
}

impl SyntaxError {
    /// An error that has no place in the source.
    pub fn without_location(kind: ErrorKind, message: impl Into<String>) -> Box<Self> {
        Box::new(SyntaxError {
            kind,
            message: message.into(),
            lineno: 0,
            offset: 0,
            end_lineno: 0,
            end_offset: 0,
            text: None,
            metadata: None,
        })
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {})", self.message, self.lineno)
    }
}

impl std::error::Error for SyntaxError {}

/// The class of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// `SyntaxWarning`
    SyntaxWarning,
    /// `DeprecationWarning`: what escape sequences gave before 3.12, when that grammar is asked for.
    DeprecationWarning,
}

/// A warning found on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Class.
    pub category: Category,
    /// The text.
    pub message: String,
    /// The line it is reported for.
    pub lineno: u32,
    /// Byte offset in the source; warnings are in this order.
    pub position: u32,
    /// The error to raise when a filter turns the warning into one.
    pub as_error: Option<Box<SyntaxError>>,
}
