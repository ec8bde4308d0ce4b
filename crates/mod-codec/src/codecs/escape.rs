//! `unicode_escape`, `raw_unicode_escape` and the escapes of bytes literals.

use super::drive::{self, Errors};
use taipan_algo_codec::TextBuf;
use taipan_algo_codec::escape::{self as algo, BytesEscapeError, BytesEscapePolicy, InvalidEscape};
use taipan_object::prelude::*;
use taipan_object::warn;

fn warn_invalid(what: InvalidEscape, cx: &mut Cx) -> PyResult<()> {
    const TAIL: &str = "Such sequences will not work in the future. ";
    match what {
        InvalidEscape::Unknown(b) => {
            warn::warn(exc::DeprecationWarning(), format_args!("\"\\{}\" is an invalid escape sequence. {TAIL}", b as char), 1, cx)
        }
        InvalidEscape::Octal(n) => warn::warn(exc::DeprecationWarning(), format_args!("\"\\{n:o}\" is an invalid octal escape sequence. {TAIL}"), 1, cx),
    }
}

/// `unicode_escape`; the first doubtful escape gives a `DeprecationWarning`.
pub fn decode_unicode(b: &[u8], e: &mut Errors<'_>, is_final: bool, cx: &mut Cx) -> PyResult<(TextBuf, usize)> {
    let mut invalid = None;
    let r = drive::decode(b, 0, "unicodeescape", e, &mut |b, at, out, _| Ok(algo::decode_unicode(b, at, is_final, out, &mut invalid)), cx)?;
    if let Some((_, what)) = invalid {
        warn_invalid(what, cx)?;
    }
    Ok(r)
}

/// `raw_unicode_escape`.
pub fn decode_raw(b: &[u8], e: &mut Errors<'_>, is_final: bool, cx: &mut Cx) -> PyResult<(TextBuf, usize)> {
    drive::decode(b, 0, "rawunicodeescape", e, &mut |b, at, out, _| Ok(algo::decode_raw(b, at, is_final, out)), cx)
}

/// `escape_decode`.
pub fn decode_bytes(b: &[u8], errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let name = errors.map_or_else(|| "strict".to_owned(), PyStr::to_string_lossy);
    let policy = match name.as_str() {
        "replace" => BytesEscapePolicy::Replace,
        "ignore" => BytesEscapePolicy::Ignore,
        _ => BytesEscapePolicy::Strict,
    };
    let mut invalid = None;
    let r = algo::decode_bytes(b, policy, &mut invalid);
    match r {
        Ok(v) => {
            if let Some((_, what)) = invalid {
                warn_invalid(what, cx)?;
            }
            Ok(v)
        }
        Err(BytesEscapeError::TrailingBackslash) => Err(cx.value_error(format_args!("Trailing \\ in string"))),
        Err(BytesEscapeError::InvalidHex(at)) if name == "strict" => Err(cx.value_error(format_args!("invalid \\x escape at position {at}"))),
        Err(BytesEscapeError::InvalidHex(_)) => Err(cx.value_error(format_args!("decoding error; unknown error handling code: {name}"))),
    }
}
