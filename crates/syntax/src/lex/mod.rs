//! The lexer: bytes to tokens, one at a time, as CPython 3.14's tokenizer sees them.
//!
//! Invariants: `line_start <= cur <= inp <= src.len()`; `inp` ends the line read last, and the next line is only
//! entered by [`Lexer::underflow`], because error positions depend on how far has been read. The source is valid
//! UTF-8 without NUL bytes. After an [`Tok::Error`] token [`Lexer::fault`] says why.

mod fstring;
pub mod kind;
mod number;
mod strings;
pub mod tokenize;

use crate::error::{ErrorKind, SyntaxError, Warning};
pub use kind::Tok;

/// Brackets may nest this deep.
const LEVEL_MAX: usize = 200;
/// Blocks may nest this deep.
const INDENT_MAX: usize = 100;
const TAB_SIZE: u32 = 8;
/// "No token has begun", CPython's null `tok->start`.
const NO_START: usize = usize::MAX;
/// End of input, as a character.
const EOF: i32 = -1;

/// One token. Columns are bytes; -1 for tokens without text (INDENT, DEDENT, ENDMARKER).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Kind.
    pub kind: Tok,
    /// Bracket depth after the token.
    pub level: u8,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset after the last.
    pub end: u32,
    /// First line.
    pub lineno: i32,
    /// First column.
    pub col: i32,
    /// Last line.
    pub end_lineno: i32,
    /// Column after the last byte.
    pub end_col: i32,
}

/// Why the lexer stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is wrong.
    None,
    /// The source ended (an error only inside brackets or after a backslash).
    Eof,
    /// A complete error.
    Error(Box<SyntaxError>),
    /// Unindent to a column no block has.
    Dedent,
    /// Indentation whose meaning depends on the width of a tab.
    TabSpace,
    /// Too many blocks.
    TooDeep,
    /// Something behind a line-continuation backslash.
    LineCont,
}

/// What to recognise.
#[derive(Clone, Copy, Debug, Default)]
pub struct LexOptions {
    /// `# type:` comments are tokens.
    pub type_comments: bool,
    /// For `tokenize`: comments and blank lines are tokens, and much that is wrong is let through.
    pub extra_tokens: bool,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
struct Paren {
    open: u8,
    lineno: i32,
    col: i32,
}

/// The state of the f-string or t-string being read.
#[derive(Clone, Copy, Debug)]
struct StringMode {
    /// Reading literal text (not an expression).
    literal: bool,
    quote: u8,
    quote_size: u8,
    raw: bool,
    template: bool,
    in_format_spec: bool,
    start: usize,
    first_line: i32,
    line_start: usize,
    depth: i32,
    expr_start_depth: i32,
}

/// The lexer's whole state.
#[derive(Clone)]
pub struct Lexer<'s> {
    src: &'s [u8],
    cur: usize,
    inp: usize,
    /// Start of the buffer CPython would hold: the line the current token began in.
    buf: usize,
    line_start: usize,
    start: usize,
    lineno: i32,
    first_lineno: i32,
    multi_line_start: usize,
    at_line_start: bool,
    pending: i32,
    indents: Vec<(u32, u32)>,
    parens: Vec<Paren>,
    modes: Vec<StringMode>,
    comment_newline: bool,
    options: LexOptions,
    fault: Fault,
    warnings: Vec<Warning>,
    /// The source ended where more was needed (CPython's `E_EOF`, `E_EOFS`, `E_EOLS`).
    ended: bool,
    /// Second pass: everything has been warned about already.
    quiet: bool,
    /// `<>` is an operator.
    flufl: bool,
    /// The source ended between tokens.
    ended_between: bool,
}

#[inline]
fn is_identifier_start(c: i32) -> bool {
    c >= 128 || (c >= 0 && ((c as u8).is_ascii_alphabetic() || c == i32::from(b'_')))
}

#[inline]
fn is_identifier_char(c: i32) -> bool {
    c >= 128 || (c >= 0 && ((c as u8).is_ascii_alphanumeric() || c == i32::from(b'_')))
}

/// Identifier bytes by value, for the scan that most tokens need.
static IDENTIFIER_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b >= 128 || b.is_ascii_alphanumeric() || b == b'_';
        byte += 1;
    }
    table
};

impl<'s> Lexer<'s> {
    /// A lexer over prepared source (see [`crate::source`]).
    pub fn new(src: &'s str, options: LexOptions) -> Self {
        Lexer {
            src: src.as_bytes(),
            cur: 0,
            inp: 0,
            buf: 0,
            line_start: 0,
            start: NO_START,
            lineno: 0,
            first_lineno: 0,
            multi_line_start: 0,
            at_line_start: true,
            pending: 0,
            indents: vec![(0, 0)],
            parens: Vec::new(),
            modes: Vec::new(),
            comment_newline: false,
            options,
            fault: Fault::None,
            warnings: Vec::new(),
            ended: false,
            quiet: false,
            flufl: false,
            ended_between: false,
        }
    }

    /// The same state over another source, which must begin with what has been read so far.
    fn rebind(self, src: &str) -> Lexer<'_> {
        Lexer {
            src: src.as_bytes(),
            cur: self.cur,
            inp: self.inp,
            buf: self.buf,
            line_start: self.line_start,
            start: self.start,
            lineno: self.lineno,
            first_lineno: self.first_lineno,
            multi_line_start: self.multi_line_start,
            at_line_start: self.at_line_start,
            pending: self.pending,
            indents: self.indents,
            parens: self.parens,
            modes: self.modes,
            comment_newline: self.comment_newline,
            options: self.options,
            fault: self.fault,
            warnings: self.warnings,
            ended: self.ended,
            quiet: self.quiet,
            flufl: self.flufl,
            ended_between: self.ended_between,
        }
    }

    /// Suppress warnings: this source has been read before.
    pub fn set_quiet(&mut self) {
        self.quiet = true;
    }

    /// Read `<>` as one operator (PEP 401).
    pub fn set_flufl(&mut self) {
        self.flufl = true;
    }

    /// Why the last token was an error, or [`Fault::Eof`] at the end.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// Whether the end of the source has been met, be it inside a string.
    pub fn ended(&self) -> bool {
        self.ended || self.fault == Fault::Eof
    }

    /// The warnings so far; they are handed over.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// The line read last.
    pub fn lineno(&self) -> i32 {
        self.lineno
    }

    /// Read position.
    pub fn position(&self) -> usize {
        self.cur
    }

    /// Column of the read position, in bytes.
    pub fn column(&self) -> usize {
        self.cur - self.line_start.min(self.cur)
    }

    /// Read position within the buffered lines.
    pub fn buffer_column(&self) -> usize {
        self.cur - self.buf.min(self.cur)
    }

    /// The line read last, its end included.
    pub fn current_line(&self) -> &'s [u8] {
        &self.src[self.line_start.min(self.inp)..self.inp]
    }

    /// Bracket depth.
    pub fn level(&self) -> usize {
        self.parens.len()
    }

    /// The innermost open bracket: character, line, column.
    pub fn innermost_paren(&self) -> Option<(u8, i32, i32)> {
        self.parens.last().map(|p| (p.open, p.lineno, p.col))
    }

    /// Number of open blocks.
    pub fn indent_depth(&self) -> usize {
        self.indents.len() - 1
    }

    /// Whether an f-string or t-string is being read.
    pub fn inside_string(&self) -> bool {
        !self.modes.is_empty()
    }

    /// Close all open blocks with the next tokens (the end of interactive input implies them).
    pub fn imply_dedents(&mut self) {
        self.pending = -(self.indent_depth() as i32);
        self.indents.truncate(1);
    }

    /// Load the next line; false at the end.
    #[cold]
    #[inline(never)]
    fn underflow(&mut self) -> bool {
        if self.fault != Fault::None {
            return false;
        }
        if self.inp == self.src.len() {
            self.fault = Fault::Eof;
            self.ended_between = self.start == NO_START && self.modes.is_empty();
            return false;
        }
        if self.start == NO_START {
            self.buf = self.cur;
        }
        self.line_start = self.cur;
        self.lineno += 1;
        self.inp = match memchr::memchr(b'\n', &self.src[self.inp..]) {
            Some(offset) => self.inp + offset + 1,
            None => self.src.len(),
        };
        true
    }

    #[inline(always)]
    fn next_char(&mut self) -> i32 {
        if self.cur < self.inp || self.underflow() {
            let c = self.src[self.cur];
            self.cur += 1;
            i32::from(c)
        } else {
            EOF
        }
    }

    #[inline(always)]
    fn back_up(&mut self, c: i32) {
        if c != EOF {
            self.cur -= 1;
        }
    }

    /// Note the end of the source if it is next, as reading a character would.
    #[inline(always)]
    fn touch_next(&mut self) {
        if self.cur == self.inp {
            self.underflow();
        }
    }

    /// The next character without reading it; stays in the line.
    #[inline(always)]
    fn peek_in_line(&self) -> i32 {
        if self.cur < self.inp { i32::from(self.src[self.cur]) } else { EOF }
    }

    fn make(&self, kind: Tok, start: usize, end: usize) -> Token {
        Token {
            kind,
            level: self.parens.len() as u8,
            start: start as u32,
            end: end as u32,
            lineno: self.lineno,
            col: start as i32 - self.line_start as i32,
            end_lineno: self.lineno,
            end_col: end as i32 - self.line_start as i32,
        }
    }

    /// A token that may span lines, begun at `first_lineno` / `multi_line_start`.
    fn make_multi_line(&self, kind: Tok, start: usize, end: usize) -> Token {
        Token {
            lineno: self.first_lineno,
            col: start as i32 - self.multi_line_start as i32,
            ..self.make(kind, start, end)
        }
    }

    /// A token without text.
    fn make_empty(&self, kind: Tok) -> Token {
        Token {
            kind,
            level: self.parens.len() as u8,
            start: self.cur as u32,
            end: self.cur as u32,
            lineno: self.lineno,
            col: -1,
            end_lineno: self.lineno,
            end_col: -1,
        }
    }

    fn fail(&mut self, fault: Fault) -> Token {
        self.fault = fault;
        self.make_empty(Tok::Error)
    }

    /// An error at the read position.
    fn error(&mut self, message: impl Into<String>) -> Token {
        self.error_range(message, -1, -1)
    }

    /// An error in the current line. `offset` (bytes, from 1) -1 means the read position, `end_offset` -1 the same.
    fn error_range(&mut self, message: impl Into<String>, offset: i64, end_offset: i64) -> Token {
        let line = &self.src[self.line_start..];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let characters = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count() as i64;
        let column = |offset: i64| characters(line.get(..offset as usize).unwrap_or(line));
        let offset = if offset >= 1 {
            column(offset - 1) + 1
        } else {
            characters(&self.src[self.line_start..self.cur.max(self.line_start)])
        };
        let error = SyntaxError {
            kind: ErrorKind::Syntax,
            message: message.into(),
            lineno: i64::from(self.lineno),
            offset,
            end_lineno: i64::from(self.lineno),
            end_offset: if end_offset >= 0 { column(end_offset) } else { offset },
            text: Some(String::from_utf8_lossy(line).into_owned()),
            metadata: None,
        };
        self.fail(Fault::Error(Box::new(error)))
    }

    /// The next token.
    #[inline]
    pub fn next_token(&mut self) -> Token {
        match self.modes.last() {
            Some(mode) if mode.literal => self.string_literal_token(),
            _ => self.normal_token(),
        }
    }

    fn continuation_line(&mut self) -> Result<(), Token> {
        let mut c = self.next_char();
        if c == i32::from(b'\r') {
            c = self.next_char();
        }
        if c != i32::from(b'\n') {
            return Err(self.fail(Fault::LineCont));
        }
        let c = self.next_char();
        if c == EOF {
            self.cur = self.inp;
            return Err(self.fail(Fault::Eof));
        }
        self.back_up(c);
        Ok(())
    }

    /// Measure the indentation of a new line; `Ok(true)` for a line without code.
    fn indentation(&mut self) -> Result<bool, Token> {
        let (mut col, mut alt_col, mut continued) = (0u32, 0u32, 0u32);
        self.at_line_start = false;
        let c = loop {
            let c = self.next_char();
            match c {
                0x20 => {
                    col += 1;
                    alt_col += 1;
                }
                0x09 => {
                    col = (col / TAB_SIZE + 1) * TAB_SIZE;
                    alt_col += 1;
                }
                0x0C => {
                    col = 0;
                    alt_col = 0;
                }
                // The first backslash decides the indentation of what follows it.
                0x5C => {
                    if continued == 0 {
                        continued = col;
                    }
                    self.continuation_line()?;
                }
                _ => break c,
            }
        };
        self.back_up(c);
        if matches!(c, 0x23 | 0x0A | 0x0D) {
            return Ok(true);
        }
        if !self.parens.is_empty() {
            return Ok(false);
        }
        if continued != 0 {
            col = continued;
            alt_col = continued;
        }
        self.change_indentation(col, alt_col)?;
        Ok(false)
    }

    fn change_indentation(&mut self, col: u32, alt_col: u32) -> Result<(), Token> {
        let &(top, alt_top) = self.indents.last().unwrap_or(&(0, 0));
        if col == top {
            if alt_col != alt_top {
                return Err(self.tab_error());
            }
        } else if col > top {
            if self.indents.len() >= INDENT_MAX {
                self.cur = self.inp;
                return Err(self.fail(Fault::TooDeep));
            }
            if alt_col <= alt_top {
                return Err(self.tab_error());
            }
            self.pending += 1;
            self.indents.push((col, alt_col));
        } else {
            while self.indents.len() > 1 && col < self.indents[self.indents.len() - 1].0 {
                self.pending -= 1;
                self.indents.pop();
            }
            let &(top, alt_top) = self.indents.last().unwrap_or(&(0, 0));
            if col != top {
                self.cur = self.inp;
                return Err(self.fail(Fault::Dedent));
            }
            if alt_col != alt_top {
                return Err(self.tab_error());
            }
        }
        Ok(())
    }

    fn tab_error(&mut self) -> Token {
        self.cur = self.inp;
        self.fail(Fault::TabSpace)
    }

    /// A token outside the literal parts of f-strings.
    fn normal_token(&mut self) -> Token {
        'next_line: loop {
            self.start = NO_START;
            let mut blank = false;
            if self.at_line_start {
                blank = match self.indentation() {
                    Ok(blank) => blank,
                    Err(token) => return token,
                };
            }
            self.start = self.cur;
            if self.pending != 0 {
                return self.pending_token();
            }
            // CPython peeks here, which loads the next line while `start` is set.
            if self.cur == self.inp {
                self.underflow();
            }
            loop {
                self.start = NO_START;
                let c = loop {
                    let c = self.next_char();
                    if c != 0x20 && c != 0x09 && c != 0x0C {
                        break c;
                    }
                };
                self.start = if c == EOF { self.cur } else { self.cur - 1 };
                if is_identifier_start(c) {
                    return self.name(c);
                }
                match c {
                    0x23 => match self.comment(blank) {
                        Ok(token) => return token,
                        Err(c) => match self.after_comment(c, blank) {
                            Some(token) => return token,
                            None => continue 'next_line,
                        },
                    },
                    EOF => return self.end_of_input(),
                    0x0A | 0x0D => {
                        let c = if c == 0x0D { self.next_char() } else { c };
                        if c == 0x0A {
                            match self.newline(blank) {
                                Some(token) => return token,
                                None => continue 'next_line,
                            }
                        }
                        // A lone carriage return (only `tokenize` sees one) is no token of its own.
                        if c == EOF {
                            return self.end_of_input();
                        }
                        self.back_up(c);
                    }
                    0x5C => match self.continuation_line() {
                        Ok(()) => continue,
                        Err(token) => return token,
                    },
                    _ => return self.symbol(c as u8),
                }
            }
        }
    }

    fn pending_token(&mut self) -> Token {
        let kind = if self.pending < 0 {
            self.pending += 1;
            Tok::Dedent
        } else {
            self.pending -= 1;
            Tok::Indent
        };
        if !self.options.extra_tokens {
            return self.make_empty(kind);
        }
        match kind {
            Tok::Dedent => self.make(kind, self.cur, self.cur),
            _ => self.make(kind, self.line_start, self.cur),
        }
    }

    fn end_of_input(&mut self) -> Token {
        if self.fault != Fault::Eof || !self.parens.is_empty() {
            return self.make_empty(Tok::Error);
        }
        self.make_empty(Tok::EndMarker)
    }

    /// What follows a comment that is no token: the line's end.
    fn after_comment(&mut self, c: i32, blank: bool) -> Option<Token> {
        let c = if c == 0x0D { self.next_char() } else { c };
        if c == EOF { Some(self.end_of_input()) } else { self.newline(blank) }
    }

    /// A newline character was read; `None` if it is no token.
    fn newline(&mut self, blank: bool) -> Option<Token> {
        self.at_line_start = true;
        let after_comment = std::mem::take(&mut self.comment_newline);
        if blank || !self.parens.is_empty() {
            return self.options.extra_tokens.then(|| self.make(Tok::Nl, self.start, self.cur));
        }
        if after_comment && self.options.extra_tokens {
            return Some(self.make(Tok::Nl, self.start, self.cur));
        }
        // After a skipped comment the token begins where the comment did. Its text leaves the character out, its
        // end column does not.
        let token = self.make(Tok::Newline, self.start, self.cur);
        Some(Token { end: token.end - 1, ..token })
    }

    /// A comment, from after its `#`. `Err` holds the character behind it if the comment is no token.
    fn comment(&mut self, blank: bool) -> Result<Token, i32> {
        let rest = &self.src[self.cur..self.inp];
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        self.cur += length;
        if self.options.type_comments {
            if let Some(token) = self.type_comment(blank) {
                return Ok(token);
            }
        }
        if self.options.extra_tokens {
            self.comment_newline = blank;
            return Ok(self.make(Tok::Comment, self.start, self.cur));
        }
        Err(self.next_char())
    }

    /// The comment just read as a type comment, if it is one.
    fn type_comment(&mut self, blank: bool) -> Option<Token> {
        let text = &self.src[self.start..self.cur];
        let skip_blanks = |at: usize| at + text[at..].iter().take_while(|&&b| b == b' ' || b == b'\t').count();
        let at = skip_blanks(1);
        if !text[at..].starts_with(b"type:") {
            return None;
        }
        let at = skip_blanks(at + 5);
        let body = &text[at..];
        let ignore = body.starts_with(b"ignore")
            && body.get(6).is_none_or(|b| b.is_ascii() && !b.is_ascii_alphanumeric());
        if ignore {
            let token = self.make(Tok::TypeIgnore, self.start + at + 6, self.cur);
            if blank {
                // Alone on its line: the newline goes with it.
                self.next_char();
                self.at_line_start = true;
            }
            return Some(token);
        }
        Some(self.make(Tok::TypeComment, self.start + at, self.cur))
    }

    /// An identifier, keyword or prefixed string that begins with `c`.
    fn name(&mut self, c: i32) -> Token {
        let start = self.start;
        if matches!(c as u8 | 0x20, b'b' | b'f' | b'r' | b't' | b'u') && c < 128 {
            if let Some(token) = self.prefixed_string(c) {
                return token;
            }
        }
        let mut cur = start;
        let mut high = 0;
        while cur < self.inp && IDENTIFIER_BYTE[self.src[cur] as usize] {
            high |= self.src[cur];
            cur += 1;
        }
        self.cur = cur;
        self.touch_next();
        if high >= 128 {
            if let Err(token) = self.verify_identifier() {
                return token;
            }
        }
        let kind = if self.options.extra_tokens { Tok::Name } else { Tok::of_name(&self.src[start..cur]) };
        self.make(kind, start, cur)
    }

    /// Check a name with non-ASCII characters (PEP 3131).
    fn verify_identifier(&mut self) -> Result<(), Token> {
        if self.options.extra_tokens {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.src[self.start..self.cur]);
        let Some((at, bad)) = taipan_text::ident::first_invalid(&text) else { return Ok(()) };
        self.cur = self.start + at + bad.len_utf8();
        Err(if taipan_text::ident::is_printable(bad) {
            self.error(format!("invalid character '{bad}' (U+{:04X})", bad as u32))
        } else {
            self.error(format!("invalid non-printable character U+{:04X}", bad as u32))
        })
    }

    /// Anything that begins with neither a letter nor a blank.
    fn symbol(&mut self, c: u8) -> Token {
        match c {
            b'0'..=b'9' => return self.number(c),
            b'.' if self.peek_in_line() >= 0x30 && self.peek_in_line() <= 0x39 => return self.number(c),
            b'.' => {
                self.touch_next();
                if self.src[self.cur..self.inp] == *b"." {
                    // The third character was asked for.
                    self.cur += 1;
                    self.touch_next();
                    self.cur -= 1;
                }
                let ellipsis = self.src[self.cur..self.inp].starts_with(b"..");
                self.cur += if ellipsis { 2 } else { 0 };
                return self.make(if ellipsis { Tok::Ellipsis } else { Tok::Dot }, self.start, self.cur);
            }
            b'"' | b'\'' => return self.string(c),
            _ => {}
        }
        if matches!(c, b':' | b'}' | b'!' | b'{') {
            if let Some(token) = self.format_spec_colon(c) {
                return token;
            }
        }
        self.touch_next();
        if self.cur < self.inp {
            if let Some(two) = Tok::two_chars(c, self.src[self.cur]) {
                self.cur += 1;
                let mut kind = two;
                self.touch_next();
                if self.cur < self.inp {
                    if let Some(three) = Tok::three_chars(two, self.src[self.cur]) {
                        self.cur += 1;
                        kind = three;
                    }
                }
                return self.make(kind, self.start, self.cur);
            }
            if self.flufl && c == b'<' && self.src[self.cur] == b'>' {
                self.cur += 1;
                return self.make(Tok::NotEqual, self.start, self.cur);
            }
        }
        match c {
            b'(' | b'[' | b'{' => {
                if self.parens.len() >= LEVEL_MAX {
                    return self.error("too many nested parentheses");
                }
                let col = (self.start - self.line_start) as i32;
                self.parens.push(Paren { open: c, lineno: self.lineno, col });
                if let Some(mode) = self.modes.last_mut() {
                    mode.depth += 1;
                }
            }
            b')' | b']' | b'}' => {
                if let Err(token) = self.close_bracket(c) {
                    return token;
                }
            }
            0..=0x1F | 0x7F => return self.error(format!("invalid non-printable character U+{c:04X}")),
            _ => {}
        }
        let kind = Tok::one_char(c);
        self.make(kind, self.start, self.cur)
    }

    fn close_bracket(&mut self, c: u8) -> Result<(), Token> {
        let lenient = self.options.extra_tokens;
        let close = char::from(c);
        let mode = self.modes.last().copied();
        if let Some(mode) = &mode {
            if mode.depth == 0 && c == b'}' {
                let prefix = mode.prefix();
                return Err(self.error(format!("{prefix}-string: single '}}' is not allowed")));
            }
        }
        if !lenient && self.parens.is_empty() {
            return Err(self.error(format!("unmatched '{close}'")));
        }
        if let Some(paren) = self.parens.pop() {
            let matches = matches!((paren.open, c), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
            if !lenient && !matches {
                // The field's own brace is open: the bracket closes nothing inside the field.
                if let Some(mode) = &mode {
                    if paren.open == b'{' && mode.depth - 1 == mode.expr_start_depth {
                        let prefix = mode.prefix();
                        return Err(self.error(format!("{prefix}-string: unmatched '{close}'")));
                    }
                }
                let mut message = format!(
                    "closing parenthesis '{close}' does not match opening parenthesis '{}'",
                    char::from(paren.open)
                );
                if paren.lineno != self.lineno {
                    message.push_str(&format!(" on line {}", paren.lineno));
                }
                return Err(self.error(message));
            }
        }
        if let Some(mode) = self.modes.last_mut() {
            mode.depth -= 1;
            if mode.depth < 0 {
                let prefix = mode.prefix();
                return Err(self.error(format!("{prefix}-string: unmatched '{close}'")));
            }
            if c == b'}' && mode.depth == mode.expr_start_depth {
                mode.expr_start_depth -= 1;
                mode.literal = true;
                mode.in_format_spec = false;
            }
        }
        Ok(())
    }
}
