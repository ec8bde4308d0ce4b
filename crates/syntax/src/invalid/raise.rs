//! Raising errors: positions as CPython computes them, and what takes precedence over what.

use super::compound::root;
use super::engine::{Engine, Fail, N};
use crate::ast::Span;
use crate::error::{ErrorKind, SyntaxError};
use crate::lex::{Fault, Tok, Token};

/// A place as CPython's macros give it: columns from 1, in bytes.
#[derive(Clone, Copy)]
struct Place {
    lineno: i64,
    offset: i64,
    end_lineno: i64,
    end_offset: i64,
}

impl Place {
    fn of(first: Span, last: Span) -> Self {
        Place {
            lineno: i64::from(first.lineno),
            offset: i64::from(first.col_offset) + 1,
            end_lineno: i64::from(last.end_lineno),
            end_offset: i64::from(last.end_col_offset) + 1,
        }
    }
}

/// Characters in the first `offset` bytes; one more when `offset` lies behind the end.
fn characters(line: &[u8], offset: i64) -> i64 {
    if offset < 0 {
        return offset;
    }
    let offset = offset as usize;
    let within = &line[..offset.min(line.len())];
    let extra = i64::from(offset > line.len());
    String::from_utf8_lossy(within).chars().count() as i64 + extra
}

impl Engine<'_> {
    /// Parse, and say what is wrong.
    ///
    /// Also returns how far the source was read before the first error: warnings from further on were not given.
    pub fn run(mut self) -> (Box<SyntaxError>, usize) {
        let accepted = root(&mut self).is_ok();
        self.warned_until = self.lexer.position();
        let error = self.error_after(accepted);
        (error, self.warned_until)
    }

    fn error_after(&mut self, accepted: bool) -> Box<SyntaxError> {
        if accepted {
            return self.rejected_single();
        }
        if self.options.allow_incomplete_input && self.lexer.ended() {
            self.error = None;
            self.raise_kind(ErrorKind::IncompleteInput, "incomplete input");
            return self.finish();
        }
        if let Some(error) = self.error.take_if(|e| is_no_syntax_error(e)) {
            return error;
        }
        let last = self.last_token();
        if self.error.is_none() {
            self.reset();
            // An error of the second run is in `self.error`; a match would be a contradiction.
            let _ = root(self);
        }
        self.settle(last);
        self.finish()
    }

    /// Only interactive source may be refused although it matches: more follows the statement.
    fn rejected_single(&mut self) -> Box<SyntaxError> {
        if self.mode == crate::Mode::Single {
            self.raise("multiple statements found while compiling a single statement");
        } else {
            self.raise("invalid syntax");
        }
        match self.error.take() {
            Some(error) => error,
            None => SyntaxError::without_location(ErrorKind::Syntax, "invalid syntax"),
        }
    }

    fn finish(&mut self) -> Box<SyntaxError> {
        let Some(mut error) = self.error.take() else {
            return SyntaxError::without_location(ErrorKind::Syntax, "invalid syntax");
        };
        if !is_no_syntax_error(&error) {
            let (line, column) = self.last_statement;
            error.metadata = Some((line, column, self.src.to_owned()));
        }
        error
    }

    /// Decide between what the runs raised, errors of the tokenizer further on, and plain "invalid syntax".
    fn settle(&mut self, last: Option<Token>) {
        if let Some(error) = &self.error {
            if *self.lexer.fault() == Fault::None && !is_no_syntax_error(error) {
                self.check_rest();
            }
            return;
        }
        let Some(last) = last else {
            self.raise("error at start before reading any input");
            return;
        };
        if last.kind == Tok::Error && *self.lexer.fault() == Fault::Eof {
            self.raise_at_end();
            return;
        }
        match last.kind {
            Tok::Indent => drop(self.raise_kind(ErrorKind::Indentation, "unexpected indent")),
            Tok::Dedent => drop(self.raise_kind(ErrorKind::Indentation, "unexpected unindent")),
            _ => {
                self.raise_place(ErrorKind::Syntax, token_place(last), "invalid syntax".into());
                self.check_rest();
            }
        }
    }

    /// Tokenize what has not been read: an error of the tokenizer, or a bracket that is never closed, says more.
    fn check_rest(&mut self) {
        let line = self.last_token().map_or(0, |t| t.lineno);
        loop {
            match self.lexer.next_token().kind {
                Tok::EndMarker => {
                    self.warned_until = self.lexer.position();
                    return;
                }
                Tok::Error => break,
                _ => {}
            }
        }
        self.warned_until = self.lexer.position();
        if let Fault::Error(error) = self.lexer.fault() {
            // What goes wrong inside an f-string may only follow from the first error.
            if self.lexer.inside_string() {
                return;
            }
            self.error = Some(error.clone());
            return;
        }
        if let Some((_, opened, _)) = self.lexer.innermost_paren() {
            if line > opened {
                self.raise_unclosed();
            }
        }
    }

    /// The error behind an ERRORTOKEN.
    pub fn tokenizer_error(&mut self) -> Fail {
        let (kind, offset, message) = match self.lexer.fault().clone() {
            Fault::Error(error) => {
                self.error.get_or_insert(error);
                return Fail::Raised;
            }
            Fault::None | Fault::Eof => return self.raise_at_end(),
            Fault::Dedent => {
                let message = "unindent does not match any outer indentation level";
                return self.raise_kind(ErrorKind::Indentation, message);
            }
            Fault::TabSpace => {
                (ErrorKind::Tab, None, "inconsistent use of tabs and spaces in indentation")
            }
            Fault::TooDeep => (ErrorKind::Indentation, None, "too many levels of indentation"),
            Fault::LineCont => {
                let column = self.lexer.buffer_column() as i64 - 1;
                (ErrorKind::Syntax, Some(column), "unexpected character after line continuation character")
            }
        };
        let lineno = i64::from(self.lexer.lineno());
        let offset = offset.unwrap_or(0).max(0) + 1;
        self.raise_place(kind, Place { lineno, offset, end_lineno: lineno, end_offset: 0 }, message.into())
    }

    fn raise_at_end(&mut self) -> Fail {
        if self.lexer.level() > 0 { self.raise_unclosed() } else { self.raise("unexpected EOF while parsing") }
    }

    fn raise_unclosed(&mut self) -> Fail {
        let Some((open, lineno, col)) = self.lexer.innermost_paren() else { return Fail::Raised };
        let lineno = i64::from(lineno);
        let place = Place { lineno, offset: i64::from(col) + 1, end_lineno: lineno, end_offset: 0 };
        self.error = None;
        self.raise_place(ErrorKind::Syntax, place, format!("'{}' was never closed", char::from(open)))
    }

    pub fn raise_overflow(&mut self) -> Fail {
        let message = "Parser stack overflowed - Python source too complex to parse";
        self.error.get_or_insert_with(|| SyntaxError::without_location(ErrorKind::Memory, message));
        Fail::Raised
    }

    /// Raise at the last token read.
    pub fn raise(&mut self, message: &str) -> Fail {
        self.raise_kind(ErrorKind::Syntax, message)
    }

    /// As [`Self::raise`], with the class.
    pub fn raise_kind(&mut self, kind: ErrorKind, message: &str) -> Fail {
        let token = self.known_error_token.or(self.last_token());
        self.raise_token(kind, token, message)
    }

    /// Raise at the token at the mark.
    pub fn raise_on_next_token(&mut self, message: &str) -> Fail {
        if let Err(fail) = self.here() {
            return fail;
        }
        let token = self.toks.get(self.mark).copied();
        self.raise_token(ErrorKind::Syntax, token, message)
    }

    fn raise_token(&mut self, kind: ErrorKind, token: Option<Token>, message: &str) -> Fail {
        if self.error.is_some() {
            return Fail::Raised;
        }
        let Some(token) = token else {
            let place = Place { lineno: 0, offset: 0, end_lineno: 0, end_offset: -1 };
            return self.raise_place(kind, place, message.into());
        };
        let offset = if token.col == -1 { self.lexer.column() as i64 } else { i64::from(token.col) + 1 };
        let end_offset = if token.end_col == -1 { -1 } else { i64::from(token.end_col) + 1 };
        let place = Place {
            lineno: i64::from(token.lineno),
            offset,
            end_lineno: i64::from(token.end_lineno),
            end_offset,
        };
        self.raise_place(kind, place, message.into())
    }

    /// Raise over a node.
    pub fn raise_at(&mut self, node: N, message: impl Into<String>) -> Fail {
        self.raise_range(node, node, message)
    }

    /// Raise from the start of one node to the end of another.
    pub fn raise_range(&mut self, first: N, last: N, message: impl Into<String>) -> Fail {
        let place = Place::of(self.span(first), self.span(last));
        self.raise_place(ErrorKind::Syntax, place, message.into())
    }

    /// Raise from the start of a node to where the lexer stands.
    pub fn raise_from(&mut self, node: N, message: impl Into<String>) -> Fail {
        let place = Place {
            end_lineno: i64::from(self.lexer.lineno()),
            end_offset: self.lexer.column() as i64,
            ..Place::of(self.span(node), self.span(node))
        };
        self.raise_place(ErrorKind::Syntax, place, message.into())
    }

    /// Raise at columns (from 0, in bytes) of one line; an end of -1 is unknown.
    pub fn raise_columns(&mut self, lineno: i32, column: i32, end_lineno: i32, end_column: i32, message: &str) -> Fail {
        let span = Span::new(lineno, column, end_lineno, end_column);
        self.raise_place(ErrorKind::Syntax, Place::of(span, span), message.into())
    }

    fn raise_place(&mut self, kind: ErrorKind, place: Place, message: String) -> Fail {
        if self.error.is_some() && message != "invalid syntax" {
            return Fail::Raised;
        }
        let line = self.error_line(place.lineno);
        let offset = characters(line, place.offset);
        let end_offset =
            if place.end_offset > 0 { characters(line, place.end_offset) } else { place.end_offset };
        self.error = Some(Box::new(SyntaxError {
            kind,
            message,
            lineno: place.lineno,
            offset,
            end_lineno: place.end_lineno,
            end_offset,
            text: Some(String::from_utf8_lossy(line).into_owned()),
            metadata: None,
        }));
        Fail::Raised
    }

    /// The text shown: the line read last, or an earlier one (then without its end).
    fn error_line(&self, lineno: i64) -> &[u8] {
        let current = self.lexer.current_line();
        if i64::from(self.lexer.lineno()) <= lineno && !current.is_empty() {
            return current;
        }
        let mut rest = self.src.as_bytes();
        for _ in 1..lineno {
            match memchr::memchr(b'\n', rest) {
                Some(at) => rest = &rest[at + 1..],
                None => break,
            }
        }
        &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())]
    }
}

fn token_place(token: Token) -> Place {
    Place::of(super::engine::token_span(token), super::engine::token_span(token))
}

/// Errors that say nothing about the source's syntax.
fn is_no_syntax_error(error: &SyntaxError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Memory | ErrorKind::Recursion | ErrorKind::Overflow | ErrorKind::UnicodeDecode
    )
}
