//! The literal parts of f-strings (PEP 701) and t-strings (PEP 750), and the way between text and fields.

use super::{EOF, Lexer, StringMode, Tok, Token};

/// Fields in format specs may nest this deep.
const FIELD_NESTING_MAX: i32 = 3;

impl StringMode {
    pub(super) fn prefix(&self) -> char {
        if self.template { 't' } else { 'f' }
    }

    fn kinds(&self) -> (Tok, Tok) {
        if self.template {
            (Tok::TStringMiddle, Tok::TStringEnd)
        } else {
            (Tok::FStringMiddle, Tok::FStringEnd)
        }
    }
}

impl Lexer<'_> {
    /// The colon before a format spec is not an operator that could be `:=`.
    pub(super) fn format_spec_colon(&mut self, c: u8) -> Option<Token> {
        let mode = self.modes.last_mut()?;
        if mode.expr_start_depth < 0 {
            return None;
        }
        let cursor = mode.depth - i32::from(c != b'{');
        if c == b':' && cursor == mode.expr_start_depth {
            mode.literal = true;
            mode.in_format_spec = true;
            return Some(self.make(Tok::Colon, self.start, self.cur));
        }
        None
    }

    /// Leave the literal part for a field.
    fn enter_field(&mut self) -> Result<(), Token> {
        let Some(mode) = self.modes.last_mut() else { return Ok(()) };
        mode.expr_start_depth += 1;
        if mode.expr_start_depth >= FIELD_NESTING_MAX {
            let prefix = mode.prefix();
            return Err(self.error(format!("{prefix}-string: expressions nested too deeply")));
        }
        mode.literal = false;
        Ok(())
    }

    /// A token that begins in the literal part of an f-string.
    pub(super) fn string_literal_token(&mut self) -> Token {
        let Some(&mode) = self.modes.last() else { return self.normal_token() };
        self.start = self.cur;
        self.first_lineno = self.lineno;
        if self.cur == self.inp {
            self.underflow();
        }
        let rest = &self.src[self.cur..self.inp];
        if rest.first() == Some(&b'{') && rest.get(1) != Some(&b'{') {
            return match self.enter_field() {
                Ok(()) => self.normal_token(),
                Err(token) => token,
            };
        }
        let quotes = rest.iter().take(mode.quote_size as usize).take_while(|&&b| b == mode.quote).count();
        if quotes == mode.quote_size as usize {
            self.cur += quotes;
            self.modes.pop();
            return self.make(mode.kinds().1, self.start, self.cur);
        }
        self.string_middle(mode)
    }

    fn string_middle(&mut self, mode: StringMode) -> Token {
        self.multi_line_start = self.line_start;
        // A token that begins with a line's first byte belongs to that line.
        self.first_lineno = if self.start == self.line_start { self.lineno } else { self.first_lineno };
        let middle = mode.kinds().0;
        let in_format_spec = mode.in_format_spec && mode.expr_start_depth >= 0;
        let mut run = 0;
        let mut unicode_escape = false;
        while run < mode.quote_size {
            let c = self.next_char();
            if c == EOF || (mode.quote_size == 1 && c == 0x0A) {
                if in_format_spec && c == 0x0A {
                    let prefix = mode.prefix();
                    return self.error(format!(
                        "{prefix}-string: newlines are not allowed in format specifiers for single quoted {prefix}-strings"
                    ));
                }
                return self.unterminated_fstring(&mode, c == EOF);
            }
            if c == i32::from(mode.quote) {
                run += 1;
                continue;
            }
            run = 0;
            match c as u8 {
                b'{' => {
                    let doubled = self.peek_in_line() == 0x7B && !in_format_spec;
                    if doubled {
                        self.cur += 1;
                        return self.doubled_brace(middle);
                    }
                    self.back_up(c);
                    if let Err(token) = self.enter_field() {
                        return token;
                    }
                    return self.make_multi_line(middle, self.start, self.cur);
                }
                b'}' => {
                    if unicode_escape {
                        return self.make_multi_line(middle, self.start, self.cur);
                    }
                    let doubled = self.peek_in_line() == 0x7D && !in_format_spec && mode.depth == 0;
                    if doubled {
                        self.cur += 1;
                        return self.doubled_brace(middle);
                    }
                    self.back_up(c);
                    if let Some(mode) = self.modes.last_mut() {
                        mode.literal = false;
                    }
                    return self.make_multi_line(middle, self.start, self.cur);
                }
                b'\\' => {
                    let mut peek = self.next_char();
                    if peek == 0x0D {
                        peek = self.next_char();
                    }
                    // A backslash does not escape a brace.
                    if peek == 0x7B || peek == 0x7D {
                        if !mode.raw {
                            self.warn_escaped_brace(peek as u8);
                        }
                        self.back_up(peek);
                    } else if !mode.raw && peek == i32::from(b'N') && self.peek_in_line() == 0x7B {
                        self.cur += 1;
                        unicode_escape = true;
                    }
                }
                _ => {}
            }
        }
        // The quotes are a token of their own.
        self.cur -= mode.quote_size as usize;
        self.make_multi_line(middle, self.start, self.cur)
    }

    /// Text up to the first of two braces; its position in the tree includes both.
    fn doubled_brace(&self, middle: Tok) -> Token {
        let token = self.make_multi_line(middle, self.start, self.cur);
        Token { end: token.end - 1, ..token }
    }

    fn warn_escaped_brace(&mut self, brace: u8) {
        let brace = char::from(brace);
        self.warn_with_error(
            format!(
                "\"\\{brace}\" is an invalid escape sequence. Such sequences will not work in the future. \
                 Did you mean \"\\\\{brace}\"? A raw string is also an option."
            ),
            format!("\"\\{brace}\" is an invalid escape sequence. Did you mean \"\\\\{brace}\"? A raw string is also an option."),
        );
    }

    fn warn_with_error(&mut self, message: String, error: String) {
        if self.quiet {
            return;
        }
        self.warn(message);
        if let Some(as_error) = self.warnings.last_mut().and_then(|w| w.as_error.as_mut()) {
            as_error.message = error;
        }
    }

    /// Report from the opening quote on. `ended`: there was no more source.
    fn unterminated_fstring(&mut self, mode: &StringMode, ended: bool) -> Token {
        let detected = self.lineno;
        self.cur = mode.start + 1;
        self.line_start = mode.line_start;
        self.lineno = mode.first_line;
        let prefix = mode.prefix();
        self.ended = ended;
        let long = if mode.quote_size == 3 { "triple-quoted " } else { "" };
        self.error(format!("unterminated {long}{prefix}-string literal (detected at line {detected})"))
    }
}
