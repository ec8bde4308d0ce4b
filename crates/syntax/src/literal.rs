//! Values of literals: string and bytes escapes, numbers, and what may be wrong with them.

use taipan_text::Wtf8Buf;

use crate::ast::{ConstantValue, Int};

/// A string token taken apart.
#[derive(Clone, Copy, Debug)]
pub struct StringParts<'s> {
    /// `b` prefix.
    pub bytes: bool,
    /// `r` prefix.
    pub raw: bool,
    /// `u` prefix (lower case: it shows in `Constant.kind`).
    pub unicode: bool,
    /// Offset of the body in the token.
    pub body_start: usize,
    /// Between the quotes.
    pub body: &'s str,
}

/// The first escape sequence that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadEscape {
    /// Where its backslash stands in the body.
    pub offset: usize,
    /// The character after the backslash, or the three octal digits.
    pub text: [u8; 3],
    /// Whether it is an octal escape above `\377`.
    pub octal: bool,
}

/// Why a literal has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralError {
    /// A message for `(unicode error) …`.
    Unicode(String),
    /// A message for `(value error) …`.
    Value(String),
    /// A bytes literal with other than ASCII characters.
    NonAscii,
    /// A decimal integer with more digits than the limit; the number of digits.
    TooManyDigits(usize),
}

impl BadEscape {
    fn spelling(&self) -> &str {
        let length = if self.octal { 3 } else { 1 };
        std::str::from_utf8(&self.text[..length]).unwrap_or("?")
    }

    /// Text of the warning.
    pub fn warning(&self) -> String {
        let (s, octal) = (self.spelling(), if self.octal { "octal " } else { "" });
        format!(
            "\"\\{s}\" is an invalid {octal}escape sequence. Such sequences will not work in the future. \
             Did you mean \"\\\\{s}\"? A raw string is also an option."
        )
    }

    /// Text of the error it becomes under `-W error`.
    pub fn error(&self) -> String {
        let (s, octal) = (self.spelling(), if self.octal { "octal " } else { "" });
        format!(
            "\"\\{s}\" is an invalid {octal}escape sequence. Did you mean \"\\\\{s}\"? A raw string is also an option."
        )
    }
}

/// Take a string token (not an f-string's) apart.
pub fn split(token: &str) -> StringParts<'_> {
    let bytes = token.as_bytes();
    let prefix = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let has = |letter: u8| bytes[..prefix].iter().any(|b| b | 0x20 == letter);
    let quoted = &token[prefix..];
    let q = quoted.as_bytes();
    let size = if q.len() >= 6 && q[1] == q[0] && q[2] == q[0] { 3 } else { 1 };
    StringParts {
        bytes: has(b'b'),
        raw: has(b'r'),
        unicode: bytes.first() == Some(&b'u'),
        body_start: prefix + size,
        body: quoted.get(size..quoted.len() - size).unwrap_or(""),
    }
}

/// The text of a string body with escapes resolved.
pub fn decode_str(body: &str, raw: bool, bad: &mut Option<BadEscape>) -> Result<Wtf8Buf, LiteralError> {
    if raw || memchr::memchr(b'\\', body.as_bytes()).is_none() {
        return Ok(Wtf8Buf::from(body));
    }
    let mut out = Wtf8Buf::with_capacity(body.len());
    let bytes = body.as_bytes();
    let mut at = 0;
    while let Some(offset) = memchr::memchr(b'\\', &bytes[at..]) {
        out.push_str(&body[at..at + offset]);
        at += offset;
        at = decode_escape(body, at, &mut out, bad)?;
    }
    out.push_str(&body[at..]);
    Ok(out)
}

/// Decode the escape whose backslash is at `start`; returns the offset behind it.
fn decode_escape(
    body: &str,
    start: usize,
    out: &mut Wtf8Buf,
    bad: &mut Option<BadEscape>,
) -> Result<usize, LiteralError> {
    let bytes = body.as_bytes();
    let at = start + 2;
    let Some(&c) = bytes.get(start + 1) else {
        out.push_char('\\');
        return Ok(start + 1);
    };
    let simple = match c {
        b'\n' => return Ok(at),
        b'\\' | b'\'' | b'"' => c,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'0'..=b'7' => {
            let (value, length) = octal(&bytes[start + 1..]);
            if value > 0o377 {
                note_bad(bad, start, &bytes[start + 1..], true);
            }
            out.push(value);
            return Ok(start + 1 + length);
        }
        b'x' => return hex_escape(body, start, 2, "truncated \\xXX escape", out),
        b'u' => return hex_escape(body, start, 4, "truncated \\uXXXX escape", out),
        b'U' => return hex_escape(body, start, 8, "truncated \\UXXXXXXXX escape", out),
        b'N' => return named_escape(body, start, out),
        128.. => {
            // Not reported: CPython doubles this backslash before it looks for escapes.
            out.push_char('\\');
            return Ok(start + 1);
        }
        _ => {
            note_bad(bad, start, &bytes[start + 1..], false);
            out.push_char('\\');
            return Ok(start + 1);
        }
    };
    out.push_char(char::from(simple));
    Ok(at)
}

fn note_bad(bad: &mut Option<BadEscape>, offset: usize, rest: &[u8], octal: bool) {
    if bad.is_none() {
        let mut text = [0; 3];
        let length = if octal { 3 } else { 1 };
        text[..length].copy_from_slice(&rest[..length]);
        *bad = Some(BadEscape { offset, text, octal });
    }
}

/// Up to three octal digits: value and number of digits.
fn octal(bytes: &[u8]) -> (u32, usize) {
    let digits = bytes.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
    (bytes[..digits].iter().fold(0, |v, b| v * 8 + u32::from(b - b'0')), digits)
}

fn hex_escape(
    body: &str,
    start: usize,
    count: usize,
    message: &str,
    out: &mut Wtf8Buf,
) -> Result<usize, LiteralError> {
    let digits = &body.as_bytes()[start + 2..];
    let found = digits.iter().take(count).take_while(|b| b.is_ascii_hexdigit()).count();
    let end = start + 2 + found;
    if found < count {
        return Err(unicode_error(body, start, end, message));
    }
    // At most eight digits were found, so they fit.
    let value = u32::from_str_radix(&body[start + 2..end], 16).unwrap_or(u32::MAX);
    if value > 0x10FFFF {
        return Err(unicode_error(body, start, end, "illegal Unicode character"));
    }
    out.push(value);
    Ok(end)
}

fn named_escape(body: &str, start: usize, out: &mut Wtf8Buf) -> Result<usize, LiteralError> {
    let malformed = |end| Err(unicode_error(body, start, end, "malformed \\N character escape"));
    let Some(rest) = body[start + 2..].strip_prefix('{') else { return malformed(start + 2) };
    let Some(length) = memchr::memchr(b'}', rest.as_bytes()) else { return malformed(body.len()) };
    if length == 0 {
        return malformed(start + 3);
    }
    let end = start + 3 + length + 1;
    match taipan_algo_ucd::lookup_char(&rest[..length]) {
        Some(value) => {
            out.push(value);
            Ok(end)
        }
        None => Err(unicode_error(body, start, end, "unknown Unicode character name")),
    }
}

/// The text of the `UnicodeDecodeError`. Positions count in the form CPython decodes from, where a non-ASCII
/// character is ten bytes long (`\UXXXXXXXX`) and a backslash before one, or at the end, six.
fn unicode_error(body: &str, start: usize, end: usize, message: &str) -> LiteralError {
    let position = |offset: usize| -> usize {
        let mut length = 0;
        let mut chars = body[..offset].chars().peekable();
        while let Some(c) = chars.next() {
            length += if c.is_ascii() { 1 } else { 10 };
            if c == '\\' {
                match chars.peek() {
                    Some(next) if !next.is_ascii() => length += 5,
                    Some(_) => {
                        chars.next();
                        length += 1;
                    }
                    None => {}
                }
            }
        }
        length
    };
    let (first, last) = (position(start), position(end).max(1) - 1);
    LiteralError::Unicode(if first >= last {
        format!("'unicodeescape' codec can't decode byte 0x5c in position {first}: {message}")
    } else {
        format!("'unicodeescape' codec can't decode bytes in position {first}-{last}: {message}")
    })
}

/// The value of a bytes body.
pub fn decode_bytes(body: &str, raw: bool, bad: &mut Option<BadEscape>) -> Result<Box<[u8]>, LiteralError> {
    if !body.is_ascii() {
        return Err(LiteralError::NonAscii);
    }
    let bytes = body.as_bytes();
    if raw || memchr::memchr(b'\\', bytes).is_none() {
        return Ok(bytes.into());
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&c) = bytes.get(at) {
        if c != b'\\' {
            out.push(c);
            at += 1;
            continue;
        }
        let Some(&e) = bytes.get(at + 1) else {
            out.push(b'\\');
            break;
        };
        let start = at;
        at += 2;
        match e {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(e),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'0'..=b'7' => {
                let (value, length) = octal(&bytes[start + 1..]);
                if value > 0o377 {
                    note_bad(bad, start, &bytes[start + 1..], true);
                }
                out.push(value as u8);
                at = start + 1 + length;
            }
            b'x' => {
                let digits = bytes.get(at..at + 2).and_then(|d| std::str::from_utf8(d).ok());
                // `from_str_radix` would take a sign.
                let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
                match digits.and_then(|d| u8::from_str_radix(d, 16).ok()) {
                    Some(value) => out.push(value),
                    None => return Err(LiteralError::Value(format!("invalid \\x escape at position {start}"))),
                }
                at += 2;
            }
            _ => {
                note_bad(bad, start, &bytes[start + 1..], false);
                out.push(b'\\');
                at = start + 1;
            }
        }
    }
    Ok(out.into())
}

/// The value of a numeric token. `digits_max` limits decimal integers; 0 means no limit.
pub fn number(text: &str, digits_max: usize) -> Result<ConstantValue, LiteralError> {
    let bytes = text.as_bytes();
    let last = bytes.last().copied().unwrap_or(b'0');
    if let [b'0', radix, ..] = bytes {
        let radix = match radix | 0x20 {
            b'x' => 16,
            b'o' => 8,
            b'b' => 2,
            _ => 10,
        };
        if radix != 10 {
            return Ok(integer(&text[2..], radix));
        }
    }
    if last | 0x20 == b'j' {
        return Ok(ConstantValue::Complex { real: 0.0, imag: float(&text[..text.len() - 1]) });
    }
    if memchr::memchr3(b'.', b'e', b'E', bytes).is_some() {
        return Ok(ConstantValue::Float(float(text)));
    }
    if digits_max != 0 && text.len() > digits_max {
        let digits = bytes.iter().filter(|&&b| b != b'_').count();
        if digits > digits_max {
            return Err(LiteralError::TooManyDigits(digits));
        }
    }
    Ok(integer(text, 10))
}

fn integer(digits: &str, radix: u32) -> ConstantValue {
    // The lexer lets only digits of the radix through.
    ConstantValue::Int(Int::from_digits(digits, radix).unwrap_or(Int::Small(0)))
}

fn float(text: &str) -> f64 {
    let parsed = if memchr::memchr(b'_', text.as_bytes()).is_some() {
        text.replace('_', "").parse()
    } else {
        text.parse()
    };
    // The lexer lets only what both languages read as a float through.
    parsed.unwrap_or(f64::NAN)
}
