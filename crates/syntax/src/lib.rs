//! Python 3.14 source to syntax tree: tokens, parser, AST, and CPython's syntax errors.
//!
//! [`parse`] is the door. It parses fast first; only if that fails, the error pass reads the source again to find
//! CPython's message and position.
#![forbid(unsafe_code)]

pub mod ast;
pub mod dump;
pub mod error;
mod invalid;
pub mod lex;
pub mod literal;
mod parser;
pub mod source;

pub use error::{Category, ErrorKind, SyntaxError, Warning};

use ast::Mod;
use lex::LexOptions;

/// What the source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A module: `exec`.
    Exec,
    /// An expression: `eval`.
    Eval,
    /// One interactive statement: `single`.
    Single,
    /// A function's type comment: `func_type`.
    FuncType,
}

/// Flags of the parser, named as in `compile()` and pythonrun.h.
#[derive(Clone, Debug)]
pub struct Options {
    /// `PyCF_TYPE_COMMENTS`
    pub type_comments: bool,
    /// Minor version of the grammar; 14 is everything.
    pub feature_version: u8,
    /// `PyCF_ALLOW_INCOMPLETE_INPUT`: source that only ends too early is `_IncompleteInputError`.
    pub allow_incomplete_input: bool,
    /// `PyCF_DONT_IMPLY_DEDENT`
    pub dont_imply_dedent: bool,
    /// `from __future__ import barry_as_FLUFL` is in effect from the start.
    pub barry_as_flufl: bool,
    /// `sys.get_int_max_str_digits()`; 0 for no limit.
    pub int_digits_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            type_comments: false,
            feature_version: 14,
            allow_incomplete_input: false,
            dont_imply_dedent: false,
            barry_as_flufl: false,
            int_digits_max: 4300,
        }
    }
}

impl Options {
    fn lex(&self) -> LexOptions {
        LexOptions { type_comments: self.type_comments, extra_tokens: false }
    }
}

/// A tree and what was warned about.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree.
    pub tree: Mod,
    /// Warnings, in the order of the source.
    pub warnings: Vec<Warning>,
}

/// An error and what was warned about before it.
#[derive(Clone, Debug)]
pub struct ParseError {
    /// The error.
    pub error: Box<SyntaxError>,
    /// Warnings, in the order of the source.
    pub warnings: Vec<Warning>,
}

/// Parse `source` (decoded text, without a byte order mark).
///
/// # Errors
/// What CPython would raise, as data.
pub fn parse(source: &str, mode: Mode, options: &Options) -> Result<Parsed, ParseError> {
    let fail = |error, warnings| Err(ParseError { error, warnings });
    if memchr::memchr(0, source.as_bytes()).is_some() {
        let message = "source code string cannot contain null bytes";
        return fail(SyntaxError::without_location(ErrorKind::Syntax, message), Vec::new());
    }
    if source.len() >= i32::MAX as usize {
        let message = "Parser column offset overflow - source line is too big";
        return fail(SyntaxError::without_location(ErrorKind::Overflow, message), Vec::new());
    }
    let prepared = source::prepare(source, mode == Mode::Exec);
    let parsed = parser::parse(&prepared, mode, options);
    match parsed.result {
        Ok(tree) => Ok(Parsed { tree, warnings: parsed.warnings }),
        Err(parser::Fail::Nesting) => {
            let message = "Parser stack overflowed - Python source too complex to parse";
            fail(SyntaxError::without_location(ErrorKind::Memory, message), parsed.warnings)
        }
        Err(parser::Fail::Chain) => {
            let message = "maximum recursion depth exceeded during compilation";
            fail(SyntaxError::without_location(ErrorKind::Recursion, message), parsed.warnings)
        }
        Err(parser::Fail::Constant(name)) => {
            let message = format!("identifier field can't represent '{name}' constant");
            fail(SyntaxError::without_location(ErrorKind::Value, message), parsed.warnings)
        }
        Err(parser::Fail::Syntax) => {
            let (error, read) = invalid::find_error(&prepared, mode, options);
            let mut warnings = parsed.warnings;
            warnings.retain(|warning| warning.position as usize <= read);
            fail(error, warnings)
        }
    }
}
