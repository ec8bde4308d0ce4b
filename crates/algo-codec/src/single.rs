//! ASCII and Latin-1.

use crate::text::ascii_prefix;
use crate::{CodecError, Text, TextBuf, with_units};

/// Decode ASCII from `pos`. An error covers one byte.
pub fn decode_ascii(bytes: &[u8], pos: usize, out: &mut TextBuf) -> Result<usize, CodecError> {
    let rest = bytes.get(pos..).unwrap_or_default();
    let run = ascii_prefix(rest);
    out.extend_latin1(&rest[..run]);
    if run == rest.len() {
        return Ok(bytes.len());
    }
    Err(CodecError::new(pos + run, pos + run + 1, "ordinal not in range(128)"))
}

/// Decode Latin-1: never fails.
pub fn decode_latin1(bytes: &[u8], out: &mut TextBuf) {
    out.extend_latin1(bytes);
}

/// Encode ASCII from `pos`. An error covers a run of characters that do not fit.
pub fn encode_ascii(text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    if let Text::One(units) = text {
        let rest = units.get(pos..).unwrap_or_default();
        let run = ascii_prefix(rest);
        out.extend_from_slice(&rest[..run]);
        return encode_below(text, pos + run, 0x80, "ordinal not in range(128)", out);
    }
    encode_below(text, pos, 0x80, "ordinal not in range(128)", out)
}

/// Encode Latin-1 from `pos`. An error covers a run of characters that do not fit.
pub fn encode_latin1(text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    if let Text::One(units) = text {
        out.extend_from_slice(units.get(pos..).unwrap_or_default());
        return Ok(());
    }
    encode_below(text, pos, 0x100, "ordinal not in range(256)", out)
}

fn encode_below(text: Text<'_>, pos: usize, limit: u32, reason: &'static str, out: &mut Vec<u8>) -> Result<(), CodecError> {
    with_units!(text, units => {
        out.reserve(units.len().saturating_sub(pos));
        for (at, &unit) in units.iter().enumerate().skip(pos) {
            let cp: u32 = unit.into();
            if cp >= limit {
                let run = units[at..].iter().take_while(|&&unit| Into::<u32>::into(unit) >= limit).count();
                return Err(CodecError::new(at, at + run, reason));
            }
            out.push(cp as u8);
        }
    });
    Ok(())
}
