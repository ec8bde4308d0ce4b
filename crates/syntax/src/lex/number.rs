//! Numeric literals and the messages for malformed ones.

use super::{EOF, Lexer, Tok, Token, is_identifier_char};
use crate::error::{Category, ErrorKind, SyntaxError, Warning};

#[inline]
fn is_digit(c: i32) -> bool {
    (0x30..=0x39).contains(&c)
}

impl Lexer<'_> {
    /// A number that begins with `first` (a digit, or a point before a digit).
    pub(super) fn number(&mut self, first: u8) -> Token {
        match self.scan_number(i32::from(first)) {
            Ok(()) => self.make(Tok::Number, self.start, self.cur),
            Err(token) => token,
        }
    }

    fn scan_number(&mut self, first: i32) -> Result<(), Token> {
        if first == 0x2E {
            let c = self.next_char();
            return self.fraction(c);
        }
        if first == 0x30 {
            let c = self.next_char();
            return match c {
                0x78 | 0x58 => self.radix_tail(16, "hexadecimal"),
                0x6F | 0x4F => self.radix_tail(8, "octal"),
                0x62 | 0x42 => self.radix_tail(2, "binary"),
                _ => self.leading_zero(c),
            };
        }
        let c = self.decimal_tail()?;
        self.after_integer(c)
    }

    /// Digits of a prefixed literal.
    fn radix_tail(&mut self, radix: u32, kind: &str) -> Result<(), Token> {
        let in_radix = |c: i32| c >= 0 && char::from(c as u8).is_digit(radix);
        let mut c = self.next_char();
        loop {
            if c == 0x5F {
                c = self.next_char();
            }
            if !in_radix(c) {
                if is_digit(c) {
                    return Err(self.bad_digit(c, kind));
                }
                self.back_up(c);
                return Err(self.error(format!("invalid {kind} literal")));
            }
            while in_radix(c) {
                c = self.next_char();
            }
            if c != 0x5F {
                break;
            }
        }
        if is_digit(c) {
            return Err(self.bad_digit(c, kind));
        }
        self.end_of_number(c, kind)?;
        self.back_up(c);
        Ok(())
    }

    fn bad_digit(&mut self, c: i32, kind: &str) -> Token {
        self.error(format!("invalid digit '{}' in {kind} literal", char::from(c as u8)))
    }

    /// After a `0` that no radix letter follows: `c` is the next character.
    fn leading_zero(&mut self, mut c: i32) -> Result<(), Token> {
        loop {
            if c == 0x5F {
                c = self.next_char();
                if !is_digit(c) {
                    self.back_up(c);
                    return Err(self.error("invalid decimal literal"));
                }
            }
            if c != 0x30 {
                break;
            }
            c = self.next_char();
        }
        let zeros_end = self.cur;
        let nonzero = is_digit(c);
        if nonzero {
            c = self.decimal_tail()?;
        }
        if nonzero && !self.options.extra_tokens && !matches!(c, 0x2E | 0x65 | 0x45 | 0x6A | 0x4A) {
            self.back_up(c);
            let (start, end) = (self.start + 1 - self.line_start, zeros_end - self.line_start);
            return Err(self.error_range(
                "leading zeros in decimal integer literals are not permitted; \
                 use an 0o prefix for octal integers",
                start as i64,
                end as i64,
            ));
        }
        self.after_integer(c)
    }

    /// After the integer part; `c` has been read.
    fn after_integer(&mut self, c: i32) -> Result<(), Token> {
        if c == 0x2E {
            let c = self.next_char();
            return self.fraction(c);
        }
        self.exponent(c)
    }

    fn fraction(&mut self, c: i32) -> Result<(), Token> {
        let c = if is_digit(c) { self.decimal_tail()? } else { c };
        self.exponent(c)
    }

    fn exponent(&mut self, c: i32) -> Result<(), Token> {
        if c != 0x65 && c != 0x45 {
            return self.imaginary(c);
        }
        let e = c;
        let mut c = self.next_char();
        if c == 0x2B || c == 0x2D {
            c = self.next_char();
            if !is_digit(c) {
                self.back_up(c);
                return Err(self.error("invalid decimal literal"));
            }
        } else if !is_digit(c) {
            // Not an exponent: perhaps a keyword such as `else`.
            self.back_up(c);
            self.end_of_number(e, "decimal")?;
            self.back_up(e);
            return Ok(());
        }
        let c = self.decimal_tail()?;
        self.imaginary(c)
    }

    fn imaginary(&mut self, c: i32) -> Result<(), Token> {
        let (c, kind) = match c {
            0x6A | 0x4A => (self.next_char(), "imaginary"),
            _ => (c, "decimal"),
        };
        self.end_of_number(c, kind)?;
        self.back_up(c);
        Ok(())
    }

    /// Decimal digits with underscores; returns the character behind them, read.
    fn decimal_tail(&mut self) -> Result<i32, Token> {
        loop {
            let mut c = self.next_char();
            while is_digit(c) {
                c = self.next_char();
            }
            if c != 0x5F {
                return Ok(c);
            }
            c = self.next_char();
            if !is_digit(c) {
                self.back_up(c);
                return Err(self.error("invalid decimal literal"));
            }
        }
    }

    /// `c`, already read, follows a number. A letter there is an error, or a warning if a keyword begins.
    fn end_of_number(&mut self, c: i32, kind: &str) -> Result<(), Token> {
        if self.options.extra_tokens || c == EOF || c >= 128 || !is_identifier_char(c) {
            return Ok(());
        }
        let rest = &self.src[self.cur..self.inp];
        let word = |tail: &[u8]| {
            rest.starts_with(tail) && !rest.get(tail.len()).is_some_and(|&b| is_identifier_char(i32::from(b)))
        };
        let keyword = match c as u8 {
            b'a' => word(b"nd"),
            b'e' => word(b"lse"),
            b'f' => word(b"or"),
            b'i' => matches!(rest.first(), Some(b'f' | b'n' | b's')),
            b'o' => word(b"r"),
            b'n' => word(b"ot"),
            _ => false,
        };
        self.back_up(c);
        if !keyword {
            return Err(self.error(format!("invalid {kind} literal")));
        }
        self.warn(format!("invalid {kind} literal"));
        self.next_char();
        Ok(())
    }

    /// Warn about the text before the read position.
    pub(super) fn warn(&mut self, message: String) {
        if self.quiet {
            return;
        }
        let line = &self.src[self.line_start..];
        let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
        let read = String::from_utf8_lossy(&self.src[self.line_start..self.cur]);
        let error = SyntaxError {
            kind: ErrorKind::Syntax,
            message: message.clone(),
            lineno: i64::from(self.lineno),
            offset: read.chars().count() as i64,
            end_lineno: i64::from(self.lineno),
            end_offset: read.chars().count() as i64,
            text: Some(String::from_utf8_lossy(line).into_owned()),
            metadata: None,
        };
        self.warnings.push(Warning {
            category: Category::SyntaxWarning,
            message,
            lineno: self.lineno as u32,
            position: self.cur as u32,
            as_error: Some(Box::new(error)),
        });
    }
}
