//! UTF-32, both byte orders; the byte order mark is the caller's ([`detect_bom`]).

use crate::{ByteOrder, CodecError, Text, TextBuf, is_surrogate, with_units};

/// The byte order that a mark at the start tells; the caller then starts decoding at 4.
pub fn detect_bom(bytes: &[u8]) -> Option<ByteOrder> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => Some(ByteOrder::Little),
        [0, 0, 0xFE, 0xFF, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Append one code point, whatever it is.
pub fn push_code_point(cp: u32, order: ByteOrder, out: &mut Vec<u8>) {
    out.extend_from_slice(&if order == ByteOrder::Little { cp.to_le_bytes() } else { cp.to_be_bytes() });
}

/// Decode from `pos`; returns how many bytes are consumed in all.
pub fn decode(bytes: &[u8], pos: usize, order: ByteOrder, is_final: bool, out: &mut TextBuf) -> Result<usize, CodecError> {
    let mut at = pos;
    while let Some(quad) = bytes.get(at..at + 4) {
        let quad = [quad[0], quad[1], quad[2], quad[3]];
        let cp = if order == ByteOrder::Little { u32::from_le_bytes(quad) } else { u32::from_be_bytes(quad) };
        if is_surrogate(cp) {
            return Err(CodecError::new(at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)"));
        }
        if cp > 0x10FFFF {
            return Err(CodecError::new(at, at + 4, "code point not in range(0x110000)"));
        }
        out.push(cp);
        at += 4;
    }
    if at >= bytes.len() || !is_final {
        return Ok(at);
    }
    Err(CodecError::new(at, bytes.len(), "truncated data"))
}

/// Encode from `pos`, without a mark. An error covers one surrogate.
pub fn encode(text: Text<'_>, pos: usize, order: ByteOrder, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve(4 * text.len().saturating_sub(pos));
    with_units!(text, units => {
        for (at, &unit) in units.iter().enumerate().skip(pos) {
            let cp: u32 = unit.into();
            if is_surrogate(cp) {
                return Err(CodecError::new(at, at + 1, "surrogates not allowed"));
            }
            push_code_point(cp, order, out);
        }
    });
    Ok(())
}
