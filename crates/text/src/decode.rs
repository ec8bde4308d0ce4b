//! Source bytes to text (PEP 263): byte order mark, coding cookie, and CPython's messages for what does not decode.

use std::borrow::Cow;

/// What the first two lines and the byte order mark say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declaration {
    /// A UTF-8 byte order mark was there.
    pub bom: bool,
    /// The cookie's name, in the normal form CPython compares (`utf-8`, `iso-8859-1`, else as written).
    pub cookie: Option<String>,
    /// Index of the cookie's line: 0 or 1.
    pub line: usize,
}

/// Why source does not decode; becomes a `SyntaxError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// `msg`
    pub message: String,
    /// `lineno`; 0 when the codec failed as a whole.
    pub lineno: i64,
    /// `offset`; -1 when the codec failed as a whole.
    pub offset: i64,
    /// `end_offset`, when there is a line.
    pub end_offset: i64,
    /// `text`
    pub text: Option<String>,
    /// CPython leaves `filename` out of the errors that point at a line.
    pub with_filename: bool,
}

impl DecodeError {
    fn of_codec(message: String) -> Self {
        DecodeError { message, lineno: 0, offset: -1, end_offset: 0, text: None, with_filename: true }
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Read the declaration.
pub fn declaration(source: &[u8]) -> Declaration {
    let bom = source.starts_with(BOM);
    let mut rest = if bom { &source[BOM.len()..] } else { source };
    for index in 0..2 {
        let length = rest.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(rest.len());
        let line = &rest[..length];
        if let Some(cookie) = cookie(line) {
            return Declaration { bom, cookie: Some(cookie), line: index };
        }
        let blank = line.iter().all(|b| matches!(b, b' ' | b'\t' | 0x0C));
        let comment = line.iter().find(|b| !matches!(b, b' ' | b'\t' | 0x0C)) == Some(&b'#');
        if !(blank || comment) {
            break;
        }
        rest = &rest[length..];
        rest = match rest {
            [b'\r', b'\n', tail @ ..] | [_, tail @ ..] => tail,
            [] => break,
        };
    }
    Declaration { bom, cookie: None, line: 0 }
}

/// The name in a comment's `coding: name` or `coding=name`.
fn cookie(line: &[u8]) -> Option<String> {
    let hash = line.iter().position(|b| !matches!(b, b' ' | b'\t' | 0x0C))?;
    if line[hash] != b'#' {
        return None;
    }
    let mut at = hash;
    loop {
        at += line[at..].windows(6).position(|w| w == b"coding")? + 6;
        if !matches!(line.get(at), Some(b':' | b'=')) {
            continue;
        }
        let rest = &line[at + 1..];
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let rest = &rest[blanks..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')).count();
        if length > 0 {
            return Some(normal_name(&String::from_utf8_lossy(&rest[..length])));
        }
    }
}

/// CPython's spelling of the two encodings it knows by many names.
fn normal_name(name: &str) -> String {
    let short: String = name
        .chars()
        .take(12)
        .map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() })
        .collect();
    if short == "utf-8" || short.starts_with("utf-8-") {
        return "utf-8".into();
    }
    let latin = ["latin-1", "iso-8859-1", "iso-latin-1"];
    if latin.iter().any(|l| short.strip_prefix(l).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))) {
        return "iso-8859-1".into();
    }
    name.into()
}

/// Decode source. `codec` decodes encodings that are not built in; its error is a message such as
/// `unknown encoding: foo`. `file` is named in messages when a file is read rather than bytes compiled.
///
/// # Errors
/// What becomes a `SyntaxError`.
pub fn decode<'a>(
    source: &'a [u8],
    file: Option<&str>,
    codec: &mut dyn FnMut(&str, &[u8]) -> Result<String, String>,
) -> Result<Cow<'a, str>, DecodeError> {
    let declaration = declaration(source);
    let body = if declaration.bom { &source[BOM.len()..] } else { source };
    match declaration.cookie.as_deref() {
        None | Some("utf-8") => utf8(body, file).map(Cow::Borrowed),
        Some(name) if declaration.bom => {
            let lineno = declaration.line + 1;
            let line = body.split(|&b| b == b'\n').nth(declaration.line).unwrap_or_default();
            let shown = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            Err(DecodeError {
                message: format!("encoding problem: {name} with BOM"),
                lineno: lineno as i64,
                offset: 0,
                end_offset: shown.chars().count() as i64 + if lineno > 1 { 1 } else { 0 },
                text: Some(shown),
                with_filename: file.is_some(),
            })
        }
        Some("iso-8859-1") => Ok(Cow::Owned(body.iter().map(|&b| char::from(b)).collect())),
        Some(name) => match name.to_ascii_lowercase().as_str() {
            "ascii" | "us-ascii" => ascii(body).map(Cow::Borrowed),
            "utf8" => std::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
                // CPython ends the last line before it decodes.
                let ended = [body, b"\n"].concat();
                match std::str::from_utf8(&ended) {
                    Err(error) => DecodeError::of_codec(utf8_message(&ended, &error)),
                    Ok(_) => DecodeError::of_codec(utf8_message(body, &error)),
                }
            }),
            _ => codec(name, body).map(Cow::Owned).map_err(DecodeError::of_codec),
        },
    }
}

fn first_line(body: &[u8]) -> &[u8] {
    &body[..body.iter().position(|&b| b == b'\n' || b == b'\r').unwrap_or(body.len())]
}

fn ascii(body: &[u8]) -> Result<&str, DecodeError> {
    match body.iter().position(|b| !b.is_ascii()) {
        Some(at) => Err(DecodeError::of_codec(format!(
            "'ascii' codec can't decode byte 0x{:02x} in position {at}: ordinal not in range(128)",
            body[at]
        ))),
        // All ASCII, hence UTF-8.
        None => Ok(std::str::from_utf8(body).unwrap_or_default()),
    }
}

fn utf8<'a>(body: &'a [u8], file: Option<&str>) -> Result<&'a str, DecodeError> {
    let error = match std::str::from_utf8(body) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let at = error.valid_up_to();
    let before = &body[..at];
    let line_start = before.iter().rposition(|&b| b == b'\n' || b == b'\r').map_or(0, |p| p + 1);
    let crlf = before.windows(2).filter(|w| *w == b"\r\n").count();
    let ends = before.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
    let lineno = 1 + ends - crlf;
    let offset = String::from_utf8_lossy(&body[line_start..at]).chars().count() as i64 + 1;
    let place = file.map_or(String::new(), |file| format!(" in file {file}"));
    Err(DecodeError {
        message: format!(
            "Non-UTF-8 code starting with '\\x{:02x}'{place} on line {lineno}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details",
            body[at]
        ),
        lineno: lineno as i64,
        offset,
        end_offset: offset,
        text: Some(String::from_utf8_lossy(first_line(&body[line_start..])).into_owned()),
        with_filename: file.is_some(),
    })
}

/// The text of the `UnicodeDecodeError` for bytes that are not UTF-8.
pub fn utf8_message(bytes: &[u8], error: &std::str::Utf8Error) -> String {
    let at = error.valid_up_to();
    let rest = bytes.get(at..).unwrap_or_default();
    let first = rest.first().copied().unwrap_or(0);
    let (length, reason) = match error.error_len() {
        None => (rest.len(), "unexpected end of data"),
        Some(_) if matches!(first, 0x80..=0xC1 | 0xF5..) => (1, "invalid start byte"),
        Some(length) => (length, "invalid continuation byte"),
    };
    if length == 1 {
        format!("'utf-8' codec can't decode byte 0x{first:02x} in position {at}: {reason}")
    } else {
        format!("'utf-8' codec can't decode bytes in position {at}-{}: {reason}", at + length - 1)
    }
}
