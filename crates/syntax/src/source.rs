//! Making text ready for the lexer, as CPython's string tokenizer does.

use std::borrow::Cow;

use taipan_text::decode::{self, DecodeError};

use crate::error::{ErrorKind, SyntaxError};

/// Turn `\r\n` and `\r` into `\n`, and with `end_line` add a final newline if there is none.
pub fn prepare(source: &str, end_line: bool) -> Cow<'_, str> {
    let bytes = source.as_bytes();
    let add = end_line && bytes.last().is_some_and(|&b| b != b'\n');
    if memchr::memchr(b'\r', bytes).is_none() {
        if !add {
            return Cow::Borrowed(source);
        }
        let mut out = String::with_capacity(source.len() + 1);
        out.push_str(source);
        out.push('\n');
        return Cow::Owned(out);
    }
    let mut out = String::with_capacity(source.len() + 1);
    let mut rest = source;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    out.push_str(rest);
    if end_line && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    Cow::Owned(out)
}

/// Decode source bytes (PEP 263), a byte order mark dropped. `codec` decodes the encodings that are not built in.
///
/// # Errors
/// The `SyntaxError` CPython raises; `filename` is to be left out of it if the second value is false.
pub fn decode<'a>(
    source: &'a [u8],
    file: Option<&str>,
    codec: &mut dyn FnMut(&str, &[u8]) -> Result<String, String>,
) -> Result<Cow<'a, str>, (Box<SyntaxError>, bool)> {
    decode::decode(source, file, codec).map_err(|error| {
        let with_filename = error.with_filename;
        (Box::new(error.into()), with_filename)
    })
}

impl From<DecodeError> for SyntaxError {
    fn from(error: DecodeError) -> Self {
        SyntaxError {
            kind: ErrorKind::Syntax,
            message: error.message,
            lineno: error.lineno,
            offset: error.offset,
            end_lineno: error.lineno,
            end_offset: error.end_offset,
            text: error.text,
            metadata: None,
        }
    }
}
