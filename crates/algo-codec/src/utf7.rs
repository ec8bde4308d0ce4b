//! UTF-7 (RFC 2152), decoding and encoding as CPython does: set O and white space stay direct when encoding.

use crate::{CodecError, Text, TextBuf};

fn from_base64(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Which characters an encoder writes as they are.
fn is_direct(cp: u32) -> bool {
    match u8::try_from(cp) {
        Ok(b'\t' | b'\n' | b'\r') => true,
        Ok(b'+' | b'\\' | b'~') => false,
        Ok(byte) => (0x20..0x7F).contains(&byte),
        Err(_) => false,
    }
}

/// A base64 section being read.
struct Shift {
    start: usize,
    out_len: usize,
    bits: u32,
    buffer: u32,
    high: u32,
}

impl Shift {
    fn feed(&mut self, sextet: u32, out: &mut TextBuf) {
        self.buffer = self.buffer << 6 | sextet;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits & 0xFFFF;
        self.buffer &= (1 << self.bits) - 1;
        if self.high != 0 {
            let high = std::mem::take(&mut self.high);
            if (0xDC00..0xE000).contains(&unit) {
                return out.push(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
            }
            out.push(high);
        }
        if (0xD800..0xDC00).contains(&unit) {
            self.high = unit;
        } else {
            out.push(unit);
        }
    }

    /// What is wrong with ending the section here, if anything.
    fn end_error(&self) -> Option<&'static str> {
        match self.bits {
            6.. => Some("partial character in shift sequence"),
            1.. if self.buffer != 0 => Some("non-zero padding bits in shift sequence"),
            _ => None,
        }
    }
}

/// Decode from `pos` (outside of any base64 section). Without `is_final`, an unfinished section is left, output included.
pub fn decode(bytes: &[u8], pos: usize, is_final: bool, out: &mut TextBuf) -> Result<usize, CodecError> {
    let mut at = pos;
    let mut shift: Option<Shift> = None;
    while let Some(&byte) = bytes.get(at) {
        if let Some(section) = &mut shift {
            if let Some(sextet) = from_base64(byte) {
                section.feed(sextet, out);
                at += 1;
                continue;
            }
            if let Some(reason) = section.end_error() {
                return Err(CodecError::new(section.start, at + 1, reason));
            }
            if section.high != 0 && byte < 0x80 && byte != b'+' {
                out.push(section.high);
            }
            shift = None;
            at += usize::from(byte == b'-');
            continue;
        }
        match (byte, bytes.get(at + 1)) {
            (b'+', Some(b'-')) => {
                out.push(u32::from(b'+'));
                at += 2;
            }
            (b'+', Some(&next)) if from_base64(next).is_none() => {
                return Err(CodecError::new(at, at + 2, "ill-formed sequence"));
            }
            (b'+', _) => {
                shift = Some(Shift { start: at, out_len: out.len(), bits: 0, buffer: 0, high: 0 });
                at += 1;
            }
            (0..0x80, _) => {
                out.push(u32::from(byte));
                at += 1;
            }
            _ => return Err(CodecError::new(at, at + 1, "unexpected special character")),
        }
    }
    let Some(section) = shift else { return Ok(at) };
    if !is_final {
        out.truncate(section.out_len);
        out.narrow();
        return Ok(section.start);
    }
    if section.high != 0 || section.end_error().is_some() {
        return Err(CodecError::new(section.start, bytes.len(), "unterminated shift sequence"));
    }
    Ok(at)
}

/// Encode; never fails (lone surrogates are written as they are).
pub fn encode(text: Text<'_>, out: &mut Vec<u8>) {
    let (mut in_shift, mut bits, mut buffer) = (false, 0u32, 0u32);
    let sextet = |value: u32| ALPHABET[(value & 0x3F) as usize];
    for cp in text.iter() {
        if is_direct(cp) || (!in_shift && cp == u32::from(b'+')) {
            let byte = cp as u8;
            if in_shift {
                if bits > 0 {
                    out.push(sextet(buffer << (6 - bits)));
                }
                (in_shift, bits, buffer) = (false, 0, 0);
                if from_base64(byte).is_some() || byte == b'-' {
                    out.push(b'-');
                }
            }
            out.push(byte);
            if byte == b'+' {
                out.push(b'-');
            }
            continue;
        }
        if !in_shift {
            out.push(b'+');
            in_shift = true;
        }
        let mut put = |unit: u32| {
            bits += 16;
            buffer = buffer << 16 | unit;
            while bits >= 6 {
                bits -= 6;
                out.push(sextet(buffer >> bits));
            }
            buffer &= (1 << bits) - 1;
        };
        if cp >= 0x10000 {
            put(0xD800 + ((cp - 0x10000) >> 10));
            put(0xDC00 + ((cp - 0x10000) & 0x3FF));
        } else {
            put(cp);
        }
    }
    if bits > 0 {
        out.push(sextet(buffer << (6 - bits)));
    }
    if in_shift {
        out.push(b'-');
    }
}
