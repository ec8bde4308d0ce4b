//! The `charmap` codec for its two fast cases: decoding by a string, encoding by an `EncodingMap`. (Mappings that are
//! dicts belong to the caller: they run Python code.)

use crate::{CodecError, Text, TextBuf, with_units};

const UNDEFINED: &str = "character maps to <undefined>";
/// The marker for "no character" in a decoding table.
const NONE: u32 = 0xFFFE;

/// Decode from `pos` by `table`, whose U+FFFE entries are undefined, as are bytes behind its end.
pub fn decode(bytes: &[u8], pos: usize, table: Text<'_>, out: &mut TextBuf) -> Result<usize, CodecError> {
    for (at, &byte) in bytes.iter().enumerate().skip(pos) {
        match table.get(usize::from(byte)) {
            Some(cp) if cp != NONE => out.push(cp),
            _ => return Err(CodecError::new(at, at + 1, UNDEFINED)),
        }
    }
    Ok(bytes.len())
}

/// The inverse of a decoding table: what `_codecs.charmap_build` makes.
pub struct EncodingMap {
    /// Page number by bits 7..16 of the code point; page 0 is empty.
    pages: [u8; 512],
    /// 128 bytes a page; 0 is "undefined" (only U+0000 maps to it).
    bytes: Vec<u8>,
}

impl EncodingMap {
    /// Build from a decoding table; `None` when CPython falls back to a dict `{ord: byte}` over the first 256 entries.
    pub fn build(table: Text<'_>) -> Option<EncodingMap> {
        if table.get(0)? != 0 {
            return None;
        }
        let mut map = EncodingMap { pages: [0; 512], bytes: vec![0; 128] };
        for (byte, cp) in table.iter().enumerate().take(256).skip(1) {
            if cp == 0 || cp > 0xFFFF {
                return None;
            }
            if cp == NONE {
                continue;
            }
            let page = &mut map.pages[(cp >> 7) as usize];
            if *page == 0 {
                *page = u8::try_from(map.bytes.len() / 128).ok()?;
                map.bytes.resize(map.bytes.len() + 128, 0);
            }
            map.bytes[usize::from(*page) * 128 + (cp & 0x7F) as usize] = byte as u8;
        }
        Some(map)
    }

    /// The byte of a code point.
    #[inline]
    pub fn get(&self, cp: u32) -> Option<u8> {
        if cp == 0 {
            return Some(0);
        }
        let page = *self.pages.get((cp >> 7) as usize)?;
        let byte = self.bytes[usize::from(page) * 128 + (cp & 0x7F) as usize];
        (byte != 0).then_some(byte)
    }

    /// Memory held, for `__sizeof__`.
    pub fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.bytes.capacity()
    }

    /// Encode from `pos`. An error covers a run of characters without a byte.
    pub fn encode(&self, text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
        with_units!(text, units => {
            out.reserve(units.len().saturating_sub(pos));
            for (at, &unit) in units.iter().enumerate().skip(pos) {
                match self.get(unit.into()) {
                    Some(byte) => out.push(byte),
                    None => {
                        let run = units[at..].iter().take_while(|&&unit| self.get(unit.into()).is_none()).count();
                        return Err(CodecError::new(at, at + run, UNDEFINED));
                    }
                }
            }
        });
        Ok(())
    }
}
