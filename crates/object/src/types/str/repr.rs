//! `repr(str)`: quotes, escapes, printable characters as they are.

use super::{PyStr, StrBuf};
use crate::prelude::*;

const HEX: &[u8; 16] = b"0123456789abcdef";

fn hex(out: &mut StrBuf, prefix: u8, digits: u32, c: u32) {
    out.push(b'\\' as u32);
    out.push(prefix as u32);
    for i in (0..digits).rev() {
        out.push(HEX[(c >> (4 * i) & 15) as usize] as u32);
    }
}

/// Short ASCII text without anything to escape: quotes around it.
fn plain(s: &PyStr, cx: &mut Cx) -> Option<PyResult<Own<PyStr>>> {
    let text = s.as_ascii()?.as_bytes();
    let mut buf = [b'\''; 130];
    if text.len() > 128 || !text.iter().all(|&b| (0x20..0x7f).contains(&b) && b != b'\'' && b != b'\\') {
        return None;
    }
    let whole = &mut buf[..text.len() + 2];
    whole[1..=text.len()].copy_from_slice(text);
    Some(PyStr::from_narrow(whole, true, cx))
}

/// The representation.
pub fn repr(s: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Some(r) = plain(s, cx) {
        return r;
    }
    let single = s.code_points().any(|c| c == '\'' as u32);
    let double = s.code_points().any(|c| c == '"' as u32);
    let quote = if single && !double { '"' } else { '\'' } as u32;
    let mut out = StrBuf::with_capacity(s.len() + 2);
    out.push(quote);
    for c in s.code_points() {
        match c {
            0x5c => out.push_text("\\\\"),
            c if c == quote => {
                out.push(0x5c);
                out.push(c);
            }
            0x0a => out.push_text("\\n"),
            0x0d => out.push_text("\\r"),
            0x09 => out.push_text("\\t"),
            0x20..=0x7e => out.push(c),
            0..=0x1f | 0x7f => hex(&mut out, b'x', 2, c),
            c if taipan_algo_ucd::is_printable(c) => out.push(c),
            0x80..=0xff => hex(&mut out, b'x', 2, c),
            0x100..=0xffff => hex(&mut out, b'u', 4, c),
            _ => hex(&mut out, b'U', 8, c),
        }
    }
    out.push(quote);
    out.finish(cx)
}
