//! Plain string literals and the beginning of f-strings and t-strings.

use super::{EOF, Lexer, StringMode, Tok, Token};

/// f-strings and t-strings may nest this deep.
const STRING_MODES_MAX: usize = 150;

impl Lexer<'_> {
    /// A string if the letters from `start` on are a prefix with a quote behind them.
    ///
    /// On `None` the read position is undefined; the caller rescans from `start`.
    pub(super) fn prefixed_string(&mut self, first: i32) -> Option<Token> {
        let line = &self.src[self.start..self.inp];
        let mut seen = [false; 5];
        let mut length = 0;
        loop {
            let index = match line.get(length)? | 0x20 {
                b'b' => 0,
                b'u' => 1,
                b'r' => 2,
                b'f' => 3,
                b't' => 4,
                _ => break,
            };
            if seen[index] || !line[length].is_ascii_alphabetic() {
                break;
            }
            seen[index] = true;
            length += 1;
        }
        let quote = *line.get(length)?;
        if quote != b'"' && quote != b'\'' {
            return None;
        }
        debug_assert!(first >= 0 && length > 0);
        self.cur = self.start + length + 1;
        let [b, u, r, f, t] = seen;
        let clash = match () {
            () if u && b => Some("'u' and 'b'"),
            () if u && r => Some("'u' and 'r'"),
            () if u && f => Some("'u' and 'f'"),
            () if u && t => Some("'u' and 't'"),
            () if b && f => Some("'b' and 'f'"),
            () if b && t => Some("'b' and 't'"),
            () if f && t => Some("'f' and 't'"),
            () => None,
        };
        if let Some(clash) = clash {
            let (from, to) = (self.start + 1 - self.line_start, self.cur - self.line_start);
            return Some(self.error_range(format!("{clash} prefixes are incompatible"), from as i64, to as i64));
        }
        Some(if f || t { self.fstring_start(quote, r, t) } else { self.string(quote) })
    }

    fn fstring_start(&mut self, quote: u8, raw: bool, template: bool) -> Token {
        let mut quote_size = 1;
        if self.src[self.cur..self.inp].starts_with(&[quote, quote]) {
            self.cur += 2;
            quote_size = 3;
        }
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        if self.modes.len() + 1 >= STRING_MODES_MAX {
            return self.error("too many nested f-strings or t-strings");
        }
        self.modes.push(StringMode {
            literal: true,
            quote,
            quote_size,
            raw,
            template,
            in_format_spec: false,
            start: self.start,
            first_line: self.lineno,
            line_start: self.line_start,
            depth: 0,
            expr_start_depth: -1,
        });
        self.make(if template { Tok::TStringStart } else { Tok::FStringStart }, self.start, self.cur)
    }

    /// A string whose opening quote has been read.
    pub(super) fn string(&mut self, quote: u8) -> Token {
        self.first_lineno = self.lineno;
        self.multi_line_start = self.line_start;
        let quote_char = i32::from(quote);
        let rest = &self.src[self.cur..self.inp];
        if rest.starts_with(&[quote, quote]) {
            self.cur += 2;
            return self.long_string(quote);
        }
        let mut escaped_quote = false;
        loop {
            // Everything up to the next quote, backslash or line end is plain.
            let rest = &self.src[self.cur..self.inp];
            match memchr::memchr3(quote, b'\\', b'\n', rest) {
                Some(offset) => self.cur += offset,
                None => self.cur = self.inp,
            }
            let c = self.next_char();
            if c == EOF || c == 0x0A {
                return self.unterminated(quote, 1, escaped_quote, c == EOF);
            }
            if c == quote_char {
                return self.make_multi_line(Tok::String, self.start, self.cur);
            }
            if c == 0x5C {
                let c = self.next_char();
                escaped_quote |= c == quote_char;
                if c == 0x0D {
                    self.next_char();
                }
            }
        }
    }

    fn long_string(&mut self, quote: u8) -> Token {
        let quote_char = i32::from(quote);
        let mut run = 0;
        while run < 3 {
            let c = self.next_char();
            if c == EOF {
                return self.unterminated(quote, 3, false, true);
            }
            if c == quote_char {
                run += 1;
                continue;
            }
            run = 0;
            if c == 0x5C {
                let c = self.next_char();
                if c == 0x0D {
                    self.next_char();
                }
                continue;
            }
            let rest = &self.src[self.cur..self.inp];
            self.cur += memchr::memchr2(quote, b'\\', rest).unwrap_or(rest.len());
        }
        self.make_multi_line(Tok::String, self.start, self.cur)
    }

    /// Report from the opening quote on.
    fn unterminated(&mut self, quote: u8, size: u8, escaped_quote: bool, ended: bool) -> Token {
        let detected = self.lineno;
        self.cur = self.start + 1;
        self.line_start = self.multi_line_start;
        self.lineno = self.first_lineno;
        if let Some(mode) = self.modes.last() {
            // The same quote as the f-string's: its field was never closed.
            if mode.quote == quote && mode.quote_size == size {
                let prefix = mode.prefix();
                return self.error(format!("{prefix}-string: expecting '}}'"));
            }
        }
        self.ended = ended;
        if size == 3 {
            return self.error(format!("unterminated triple-quoted string literal (detected at line {detected})"));
        }
        let hint = if escaped_quote { "; perhaps you escaped the end quote?" } else { "" };
        self.error(format!("unterminated string literal (detected at line {detected}){hint}"))
    }
}
