//! What the standard error handlers put in place of bad input. (Registered handlers are Python objects: the caller's.)

use crate::{ByteOrder, Text, TextBuf, escape, is_surrogate, utf8, utf16, utf32};
use taipan_algo_ucd as ucd;

/// The handlers that a codec need not ask Python for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

impl Handler {
    /// From the `errors` argument.
    pub fn from_name(name: &str) -> Option<Handler> {
        Some(match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::BackslashReplace,
            "xmlcharrefreplace" => Handler::XmlCharRefReplace,
            "namereplace" => Handler::NameReplace,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => return None,
        })
    }
}

/// `backslashreplace` for an encoding error: ASCII text.
pub fn backslash_replace(text: Text<'_>, start: usize, end: usize, out: &mut Vec<u8>) {
    (start..end).filter_map(|at| text.get(at)).for_each(|cp| escape::push_escape(cp, out));
}

/// `backslashreplace` for a decoding or translating error: `\xXX` for each byte.
pub fn backslash_replace_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    bytes.iter().for_each(|&byte| escape::push_escape(u32::from(byte), out));
}

/// `xmlcharrefreplace`: `&#NNN;` for each character.
pub fn xml_char_ref_replace(text: Text<'_>, start: usize, end: usize, out: &mut Vec<u8>) {
    for cp in (start..end).filter_map(|at| text.get(at)) {
        out.extend_from_slice(format!("&#{cp};").as_bytes());
    }
}

/// `namereplace`: `\N{NAME}`, or an escape for what has no name.
pub fn name_replace(text: Text<'_>, start: usize, end: usize, out: &mut Vec<u8>) {
    for cp in (start..end).filter_map(|at| text.get(at)) {
        match ucd::name(ucd::Version::Current, cp) {
            Some(name) => {
                out.extend_from_slice(b"\\N{");
                out.extend_from_slice(name.as_str().as_bytes());
                out.push(b'}');
            }
            None => escape::push_escape(cp, out),
        }
    }
}

/// `surrogateescape` when encoding: the bytes of U+DC80..U+DCFF; `None` (raise) if there is anything else.
pub fn surrogate_escape(text: Text<'_>, start: usize, end: usize, out: &mut Vec<u8>) -> Option<()> {
    let kept = out.len();
    for at in start..end {
        match text.get(at) {
            Some(cp @ 0xDC80..=0xDCFF) => out.push((cp - 0xDC00) as u8),
            _ => {
                out.truncate(kept);
                return None;
            }
        }
    }
    Some(())
}

/// `surrogateescape` when decoding: smuggles up to four non-ASCII bytes from `start`; the number used, 0 to raise.
pub fn surrogate_unescape(bytes: &[u8], start: usize, end: usize, out: &mut TextBuf) -> usize {
    let bad = bytes.get(start..end).unwrap_or_default();
    let used = bad.iter().take(4).take_while(|&&byte| byte >= 0x80).count();
    bad[..used].iter().for_each(|&byte| out.push(0xDC00 + u32::from(byte)));
    used
}

/// The Unicode encodings that `surrogatepass` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Utf {
    Utf8,
    Utf16(ByteOrder),
    Utf32(ByteOrder),
}

impl Utf {
    /// From an encoding's name, in any usual spelling (`utf-8`, `UTF_16LE`, `cp65001`, …).
    pub fn from_name(name: &str) -> Option<Utf> {
        let lower: Vec<u8> = name.bytes().map(|b| b.to_ascii_lowercase()).collect();
        if lower == b"cp65001" {
            return Some(Utf::Utf8);
        }
        let rest = lower.strip_prefix(b"utf")?;
        let rest = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"_")).unwrap_or(rest);
        if rest == b"8" {
            return Some(Utf::Utf8);
        }
        let (make, rest): (fn(ByteOrder) -> Utf, &[u8]) = match rest {
            [b'1', b'6', rest @ ..] => (Utf::Utf16, rest),
            [b'3', b'2', rest @ ..] => (Utf::Utf32, rest),
            _ => return None,
        };
        let tail = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"_")).unwrap_or(rest);
        match tail {
            b"" if rest.is_empty() => Some(make(ByteOrder::NATIVE)),
            b"be" => Some(make(ByteOrder::Big)),
            b"le" => Some(make(ByteOrder::Little)),
            _ => None,
        }
    }

    fn width(self) -> usize {
        match self {
            Utf::Utf8 => 3,
            Utf::Utf16(_) => 2,
            Utf::Utf32(_) => 4,
        }
    }
}

/// `surrogatepass` when encoding: the surrogates' bytes; `None` (raise) if there is anything else.
pub fn surrogate_pass(utf: Utf, text: Text<'_>, start: usize, end: usize, out: &mut Vec<u8>) -> Option<()> {
    let kept = out.len();
    for at in start..end {
        let Some(cp) = text.get(at).filter(|&cp| is_surrogate(cp)) else {
            out.truncate(kept);
            return None;
        };
        match utf {
            Utf::Utf8 => utf8::push_code_point(cp, out),
            Utf::Utf16(order) => utf16::push_unit(cp as u16, order, out),
            Utf::Utf32(order) => utf32::push_code_point(cp, order, out),
        }
    }
    Some(())
}

/// `surrogatepass` when decoding: the surrogate whose bytes stand at `start`, and how many bytes it takes.
pub fn surrogate_read(utf: Utf, bytes: &[u8], start: usize) -> Option<(u32, usize)> {
    let width = utf.width();
    let raw = bytes.get(start..start.checked_add(width)?)?;
    let cp = match (utf, raw) {
        (Utf::Utf8, &[a, b, c]) if a & 0xF0 == 0xE0 && b & 0xC0 == 0x80 && c & 0xC0 == 0x80 => {
            u32::from(a & 0xF) << 12 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F)
        }
        (Utf::Utf16(ByteOrder::Little), &[a, b]) => u32::from(u16::from_le_bytes([a, b])),
        (Utf::Utf16(ByteOrder::Big), &[a, b]) => u32::from(u16::from_be_bytes([a, b])),
        (Utf::Utf32(ByteOrder::Little), &[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        (Utf::Utf32(ByteOrder::Big), &[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
        _ => return None,
    };
    is_surrogate(cp).then_some((cp, width))
}
