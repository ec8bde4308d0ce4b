//! HZ (RFC 1843): ASCII with GB 2312 between `~{` and `~}`. The state's first byte tells which.

use super::table::{Target, charset};
use super::{ILLEGAL_SEQUENCE, INCOMPLETE, State, tables};
use crate::{CodecError, Text, TextBuf};

pub(super) fn decode(
    state: &mut State,
    bytes: &[u8],
    pos: usize,
    is_final: bool,
    out: &mut TextBuf,
) -> Result<usize, CodecError> {
    let gb2312 = charset(tables::GB2312);
    let mut at = pos;
    while let Some(&byte) = bytes.get(at) {
        let illegal = Err(CodecError::new(at, at + 1, ILLEGAL_SEQUENCE));
        let in_gb = state.0[0] != 0;
        if byte >= 0x80 {
            return illegal;
        }
        if byte != b'~' && !in_gb {
            out.push(u32::from(byte));
            at += 1;
            continue;
        }
        let Some(&second) = bytes.get(at + 1) else {
            return if is_final { Err(CodecError::new(at, bytes.len(), INCOMPLETE)) } else { Ok(at) };
        };
        match (byte, second, in_gb) {
            (b'~', b'~', false) => out.push(u32::from(b'~')),
            (b'~', b'{', false) => state.0[0] = 1,
            (b'~', b'\n', false) => {}
            (b'~', b'}', true) => state.0[0] = 0,
            (b'~', ..) => return illegal,
            _ => match gb2312.decode(byte, second) {
                Some(Target::One(cp)) => out.push(cp),
                _ => return illegal,
            },
        }
        at += 2;
    }
    Ok(at)
}

pub(super) fn encode(state: &mut State, text: Text<'_>, pos: usize, out: &mut Vec<u8>) -> Result<usize, CodecError> {
    let gb2312 = charset(tables::GB2312);
    for at in pos..text.len() {
        let cp = text.get(at).unwrap_or(0);
        if let Some(byte) = u8::try_from(cp).ok().filter(u8::is_ascii) {
            reset(state, out);
            out.push(byte);
            if byte == b'~' {
                out.push(b'~');
            }
            continue;
        }
        let Some(code) = gb2312.encode(cp) else { return Err(CodecError::new(at, at + 1, ILLEGAL_SEQUENCE)) };
        if state.0[0] == 0 {
            out.extend_from_slice(b"~{");
            state.0[0] = 1;
        }
        out.extend_from_slice(&code.to_be_bytes());
    }
    Ok(text.len())
}

/// Back to ASCII.
pub(super) fn reset(state: &mut State, out: &mut Vec<u8>) {
    if state.0[0] != 0 {
        out.extend_from_slice(b"~}");
        state.0[0] = 0;
    }
}
