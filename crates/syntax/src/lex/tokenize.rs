//! Tokens as the `_tokenize` module hands them out: type, text, start, end, line; with `extra_tokens` also comments,
//! blank lines, and much leniency.
//!
//! Columns are characters. [`TokenSource`] takes the source whole, [`LineTokens`] line by line.

use std::borrow::Cow;

use super::{Fault, LexOptions, Lexer, Tok};
use crate::error::{ErrorKind, SyntaxError};

/// One token of `_tokenize.TokenizerIter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Number as in the `token` module.
    pub kind: u8,
    /// Its text.
    pub string: String,
    /// Line (from 1) and column of its first character.
    pub start: (i64, i64),
    /// Line and column behind its last.
    pub end: (i64, i64),
    /// The physical line (for strings, all lines of it).
    pub line: String,
}

/// Source made ready: every line ends, and it is known whether the last end is made up.
pub struct TokenSource<'s> {
    text: Cow<'s, str>,
    implicit_newline: bool,
    extra_tokens: bool,
}

impl<'s> TokenSource<'s> {
    /// Source for `TokenizerIter(readline, extra_tokens=…)`. Line ends are kept as they are if `extra_tokens`.
    pub fn new(source: &'s str, extra_tokens: bool) -> Self {
        let text = if extra_tokens { Cow::Borrowed(source) } else { crate::source::prepare(source, false) };
        let implicit_newline = !text.is_empty() && !text.ends_with('\n');
        let text = if implicit_newline { Cow::Owned(text.into_owned() + "\n") } else { text };
        TokenSource { text, implicit_newline, extra_tokens }
    }

    /// Iterate over the tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        let options = LexOptions { type_comments: false, extra_tokens: self.extra_tokens };
        Tokens {
            lexer: Lexer::new(&self.text, options),
            text: &self.text,
            implicit_newline: self.implicit_newline,
            extra_tokens: self.extra_tokens,
            done: false,
        }
    }
}

/// The iterator: ends after ENDMARKER or an error.
pub struct Tokens<'t> {
    lexer: Lexer<'t>,
    text: &'t str,
    implicit_newline: bool,
    extra_tokens: bool,
    done: bool,
}

impl Iterator for Tokens<'_> {
    type Item = Result<TokenInfo, Box<SyntaxError>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let token = self.lexer.next_token();
        if token.kind == Tok::Error {
            self.done = true;
            return Some(Err(self.error()));
        }
        self.done = token.kind == Tok::EndMarker;
        Some(Ok(self.info(token)))
    }
}

/// What the tokenizer says when asked for a token.
pub enum Step {
    /// A token.
    Token(TokenInfo),
    /// It must see this many more lines (or the end) first.
    NeedLines(usize),
    /// The source is wrong; this is the end.
    Error(Box<SyntaxError>),
    /// There are no more tokens.
    Done,
}

/// Tokens of a source that comes line by line. No more lines are asked for than the next token needs, but for
/// tokens of many lines, where the number doubles, since the token is read anew each time.
pub struct LineTokens {
    text: String,
    /// Bound to no source between tokens.
    lexer: Lexer<'static>,
    implicit_newline: bool,
    extra_tokens: bool,
    ended: bool,
    done: bool,
    retries: u32,
    null_byte: Option<Box<SyntaxError>>,
}

impl LineTokens {
    /// No lines yet.
    pub fn new(extra_tokens: bool) -> Self {
        LineTokens {
            text: String::new(),
            lexer: Lexer::new("", LexOptions { type_comments: false, extra_tokens }),
            implicit_newline: false,
            extra_tokens,
            ended: false,
            done: false,
            retries: 0,
            null_byte: None,
        }
    }

    /// One more line of the source, with its end if it has one.
    pub fn push_line(&mut self, line: &str) {
        if let Some(at) = memchr::memchr(0, line.as_bytes()) {
            let message = "source code cannot contain null bytes";
            let mut error = SyntaxError::without_location(ErrorKind::Syntax, message);
            error.lineno = self.text.bytes().filter(|&b| b == b'\n').count() as i64 + 1;
            error.end_lineno = error.lineno;
            error.text = Some(line[..at].to_owned());
            self.null_byte = Some(error);
        }
        self.text.push_str(line);
        self.implicit_newline = !line.ends_with('\n');
        if self.implicit_newline {
            self.text.push('\n');
        }
    }

    /// There are no more lines.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next token, if the lines so far are enough for it.
    pub fn step(&mut self) -> Step {
        if self.done {
            return Step::Done;
        }
        if let Some(error) = self.null_byte.take() {
            self.done = true;
            return Step::Error(error);
        }
        let before = if self.ended { None } else { Some(self.lexer.clone()) };
        let lexer = std::mem::replace(&mut self.lexer, Lexer::new("", LexOptions::default()));
        let mut tokens = Tokens {
            lexer: lexer.rebind(&self.text),
            text: &self.text,
            implicit_newline: self.implicit_newline,
            extra_tokens: self.extra_tokens,
            done: false,
        };
        let item = tokens.next();
        let starved = tokens.lexer.ended();
        let lexer = tokens.lexer.rebind("");
        match before {
            Some(before) if starved => {
                self.lexer = before;
                self.retries += 1;
                return Step::NeedLines(1 << self.retries.saturating_sub(8).min(20));
            }
            _ => self.lexer = lexer,
        }
        self.retries = 0;
        match item {
            Some(Ok(token)) => {
                self.done = token.kind == Tok::EndMarker as u8;
                Step::Token(token)
            }
            Some(Err(error)) => {
                self.done = true;
                Step::Error(error)
            }
            None => Step::Done,
        }
    }
}

fn characters(text: &str) -> i64 {
    text.chars().count() as i64
}

impl Tokens<'_> {
    /// Characters between two byte offsets.
    fn width(&self, from: usize, to: usize) -> i64 {
        self.text.get(from..to).map_or(0, characters)
    }

    /// Whether the lexer stands in the last line and its end is made up.
    fn in_unfinished_line(&self) -> bool {
        self.implicit_newline && self.lexer.inp == self.text.len()
    }

    fn info(&self, token: super::Token) -> TokenInfo {
        let ended = *self.lexer.fault() == Fault::Eof;
        let trailing = token.kind == Tok::EndMarker || (token.kind == Tok::Dedent && ended);
        let multi_line = matches!(
            token.kind,
            Tok::String | Tok::FStringMiddle | Tok::TStringMiddle
        );
        let last_line = self.lexer.line_start;
        let first_line = if multi_line { self.lexer.multi_line_start } else { last_line };
        let (start, end) = (token.start as usize, token.end as usize);
        let mut string = self.text.get(start..end).unwrap_or("").to_owned();
        let mut first = (i64::from(token.lineno), -1);
        let mut last = (i64::from(token.end_lineno), -1);
        if token.col >= 0 {
            first.1 = self.width(first_line, start);
        }
        if token.end_col >= 0 {
            last.1 = self.width(last_line, end) + i64::from(self.extra_tokens && token.kind == Tok::Newline);
        }
        let mut kind = token.kind.number();
        let line = if self.extra_tokens && trailing {
            String::new()
        } else {
            let stop = self.lexer.inp - usize::from(self.in_unfinished_line());
            self.text.get(first_line..stop.max(first_line)).unwrap_or("").to_owned()
        };
        if self.extra_tokens {
            if trailing {
                let after = i64::from(token.lineno) + 1;
                first = (after, 0);
                last = (after, 0);
            }
            match token.kind {
                Tok::Newline => {
                    string = if self.in_unfinished_line() {
                        String::new()
                    } else if string.starts_with('\r') {
                        "\r\n".into()
                    } else {
                        "\n".into()
                    };
                }
                Tok::Nl if self.in_unfinished_line() => string.clear(),
                _ if kind > Tok::Dedent as u8 && kind < Tok::Op as u8 => kind = Tok::Op as u8,
                _ => {}
            }
        }
        TokenInfo { kind, string, start: first, end: last, line }
    }

    fn error(&mut self) -> Box<SyntaxError> {
        let (kind, message) = match self.lexer.fault().clone() {
            Fault::Error(mut error) => {
                // The made-up newline is not shown, and never part of `text` anyway.
                if let Some(text) = &mut error.text {
                    while text.ends_with(['\n', '\r']) {
                        text.pop();
                    }
                }
                return error;
            }
            Fault::None | Fault::Eof => {
                let mut error =
                    SyntaxError::without_location(ErrorKind::Syntax, "unexpected EOF in multi-line statement");
                error.lineno = i64::from(self.lexer.lineno());
                let buffered = self.lexer.inp - self.lexer.buf.min(self.lexer.inp);
                error.offset = if self.lexer.ended_between && !self.lexer.inside_string() { 0 } else { buffered as i64 };
                return error;
            }
            Fault::Dedent => (ErrorKind::Indentation, "unindent does not match any outer indentation level"),
            Fault::TabSpace => (ErrorKind::Tab, "inconsistent use of tabs and spaces in indentation"),
            Fault::TooDeep => (ErrorKind::Indentation, "too many levels of indentation"),
            Fault::LineCont => (ErrorKind::Syntax, "unexpected character after line continuation character"),
        };
        let line = self.text.get(self.lexer.line_start..self.lexer.inp).unwrap_or("");
        let shown = line.trim_end_matches(['\n', '\r']);
        let mut error = SyntaxError::without_location(kind, message);
        error.lineno = i64::from(self.lexer.lineno());
        error.offset = characters(line);
        error.text = Some(shown.to_owned());
        error
    }
}
