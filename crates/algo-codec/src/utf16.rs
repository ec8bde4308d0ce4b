//! UTF-16, both byte orders; the byte order mark is the caller's ([`detect_bom`]).

use crate::{ByteOrder, CodecError, Text, TextBuf, is_surrogate, with_units};

/// The byte order that a mark at the start tells; the caller then starts decoding at 2.
pub fn detect_bom(bytes: &[u8]) -> Option<ByteOrder> {
    match bytes {
        [0xFF, 0xFE, ..] => Some(ByteOrder::Little),
        [0xFE, 0xFF, ..] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Append U+FEFF.
pub fn push_bom(order: ByteOrder, out: &mut Vec<u8>) {
    out.extend_from_slice(if order == ByteOrder::Little { &[0xFF, 0xFE] } else { &[0xFE, 0xFF] });
}

/// Decode from `pos`; returns how many bytes are consumed in all.
pub fn decode(bytes: &[u8], pos: usize, order: ByteOrder, is_final: bool, out: &mut TextBuf) -> Result<usize, CodecError> {
    let read = |at: usize| {
        let pair = bytes.get(at..at + 2)?;
        let pair = [pair[0], pair[1]];
        Some(u32::from(if order == ByteOrder::Little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }))
    };
    let end = bytes.len();
    let mut at = pos;
    while let Some(unit) = read(at) {
        if !is_surrogate(unit) {
            at += plain_run(&bytes[at..], order, out);
            continue;
        }
        if unit >= 0xDC00 {
            return Err(CodecError::new(at, at + 2, "illegal encoding"));
        }
        let Some(low) = read(at + 2) else {
            if !is_final {
                return Ok(at);
            }
            return Err(CodecError::new(at, end, "unexpected end of data"));
        };
        if !(0xDC00..0xE000).contains(&low) {
            return Err(CodecError::new(at, at + 2, "illegal UTF-16 surrogate"));
        }
        out.push(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
        at += 4;
    }
    if at >= end || !is_final {
        return Ok(at);
    }
    Err(CodecError::new(at, end, "truncated data"))
}

/// Decode what stands before the next surrogate, at most a chunk; returns how many bytes that is.
fn plain_run(bytes: &[u8], order: ByteOrder, out: &mut TextBuf) -> usize {
    const CHUNK: usize = 64;
    let mut units = [0u16; CHUNK];
    let pairs = bytes.chunks_exact(2).take(CHUNK);
    let mut len = pairs.len();
    for (unit, pair) in units.iter_mut().zip(pairs) {
        *unit = u16::from_le_bytes([pair[0], pair[1]]);
    }
    if order == ByteOrder::Big {
        units.iter_mut().for_each(|unit| *unit = unit.swap_bytes());
    }
    let special = |unit: u16| unit & 0xF800 == 0xD800;
    if units[..len].iter().fold(false, |any, &unit| any | special(unit)) {
        len = units[..len].iter().position(|&unit| special(unit)).unwrap_or(len);
    }
    out.extend_ucs2(&units[..len]);
    2 * len
}

/// Append one 16-bit unit.
pub fn push_unit(unit: u16, order: ByteOrder, out: &mut Vec<u8>) {
    out.extend_from_slice(&if order == ByteOrder::Little { unit.to_le_bytes() } else { unit.to_be_bytes() });
}

/// Encode from `pos`, without a mark. An error covers one surrogate.
pub fn encode(text: Text<'_>, pos: usize, order: ByteOrder, out: &mut Vec<u8>) -> Result<(), CodecError> {
    out.reserve(2 * text.len().saturating_sub(pos));
    with_units!(text, units => {
        for (at, &unit) in units.iter().enumerate().skip(pos) {
            let cp: u32 = unit.into();
            if cp >= 0x10000 {
                let rest = cp - 0x10000;
                push_unit(0xD800 | (rest >> 10) as u16, order, out);
                push_unit(0xDC00 | (rest & 0x3FF) as u16, order, out);
            } else if is_surrogate(cp) {
                return Err(CodecError::new(at, at + 1, "surrogates not allowed"));
            } else {
                push_unit(cp as u16, order, out);
            }
        }
    });
    Ok(())
}
