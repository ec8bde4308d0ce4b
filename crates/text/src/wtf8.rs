//! Strings that may hold lone surrogates, as Python's `str` may.
//!
//! Encoding: WTF-8, that is UTF-8 in which a surrogate that is not half of a pair written as two units is
//! allowed as its own three-byte form (`ED A0 80` ..= `ED BF BF`). Unlike the web's WTF-8, a high surrogate
//! followed by a low one stays two code points, because Python never joins them.
//!
//! Invariant of [`Wtf8Buf`] and [`Wtf8`]: the bytes decode, by [`Wtf8::code_points`], to code points
//! 0 ..= 0x10FFFF, each in its shortest form.

use std::borrow::Cow;
use std::fmt;

/// Owned text, surrogates allowed.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wtf8Buf(Vec<u8>);

/// Borrowed text, surrogates allowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wtf8<'a>(&'a [u8]);

/// Iterator over code points (surrogates included).
#[derive(Clone)]
pub struct CodePoints<'a>(&'a [u8]);

impl Wtf8Buf {
    /// Empty text.
    pub const fn new() -> Self {
        Wtf8Buf(Vec::new())
    }

    /// Empty text with room for `bytes` bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Wtf8Buf(Vec::with_capacity(bytes))
    }

    /// Take well-formed WTF-8 bytes; `None` when they are not.
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        if std::str::from_utf8(&bytes).is_ok() || Wtf8(&bytes).is_well_formed() {
            Some(Wtf8Buf(bytes))
        } else {
            None
        }
    }

    /// Append one code point. Values above 0x10FFFF become U+FFFD.
    pub fn push(&mut self, code_point: u32) {
        match char::from_u32(code_point) {
            Some(c) => self.push_char(c),
            None if (0xD800..0xE000).contains(&code_point) => self.0.extend_from_slice(&[
                0xE0 | (code_point >> 12) as u8,
                0x80 | ((code_point >> 6) & 0x3F) as u8,
                0x80 | (code_point & 0x3F) as u8,
            ]),
            None => self.push_char(char::REPLACEMENT_CHARACTER),
        }
    }

    /// Append one scalar value.
    pub fn push_char(&mut self, c: char) {
        let mut buf = [0; 4];
        self.0.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
    }

    /// Append text.
    pub fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Append text.
    pub fn push_wtf8(&mut self, text: Wtf8<'_>) {
        self.0.extend_from_slice(text.0);
    }

    /// A borrowed view.
    pub fn as_wtf8(&self) -> Wtf8<'_> {
        Wtf8(&self.0)
    }

    /// The encoded bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The encoded bytes, owned.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The text as `str`, or `None` when it holds a surrogate.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// True for no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in bytes of the encoded form.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Iterate over the code points.
    pub fn code_points(&self) -> CodePoints<'_> {
        CodePoints(&self.0)
    }
}

impl<'a> Wtf8<'a> {
    /// View a `str`.
    pub const fn from_str(text: &'a str) -> Self {
        Wtf8(text.as_bytes())
    }

    /// View well-formed bytes; `None` when they are not.
    pub fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        let view = Wtf8(bytes);
        (std::str::from_utf8(bytes).is_ok() || view.is_well_formed()).then_some(view)
    }

    /// The encoded bytes.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text as `str`, or `None` when it holds a surrogate.
    pub fn as_str(self) -> Option<&'a str> {
        std::str::from_utf8(self.0).ok()
    }

    /// The text with each surrogate replaced by U+FFFD.
    pub fn to_string_lossy(self) -> Cow<'a, str> {
        match std::str::from_utf8(self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(
                self.code_points().map(|c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            ),
        }
    }

    /// An owned copy.
    pub fn to_owned(self) -> Wtf8Buf {
        Wtf8Buf(self.0.to_vec())
    }

    /// Iterate over the code points.
    pub const fn code_points(self) -> CodePoints<'a> {
        CodePoints(self.0)
    }

    fn is_well_formed(self) -> bool {
        let mut rest = self.0;
        while !rest.is_empty() {
            match std::str::from_utf8(rest) {
                Ok(_) => return true,
                Err(error) => {
                    rest = &rest[error.valid_up_to()..];
                    match rest {
                        [0xED, 0xA0..=0xBF, 0x80..=0xBF, tail @ ..] => rest = tail,
                        _ => return false,
                    }
                }
            }
        }
        true
    }
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.0.split_first()?;
        let (extra, mut value) = match first {
            0..=0x7F => (0, u32::from(first)),
            0x80..=0xDF => (1, u32::from(first & 0x1F)),
            0xE0..=0xEF => (2, u32::from(first & 0x0F)),
            _ => (3, u32::from(first & 0x07)),
        };
        let (tail, rest) = rest.split_at(extra.min(rest.len()));
        for &byte in tail {
            value = (value << 6) | u32::from(byte & 0x3F);
        }
        self.0 = rest;
        Some(value)
    }
}

impl From<&str> for Wtf8Buf {
    fn from(text: &str) -> Self {
        Wtf8Buf(text.as_bytes().to_vec())
    }
}

impl From<String> for Wtf8Buf {
    fn from(text: String) -> Self {
        Wtf8Buf(text.into_bytes())
    }
}

impl<'a> From<&'a str> for Wtf8<'a> {
    fn from(text: &'a str) -> Self {
        Wtf8(text.as_bytes())
    }
}

impl fmt::Display for Wtf8<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_string_lossy())
    }
}

impl fmt::Display for Wtf8Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_wtf8().fmt(f)
    }
}

impl fmt::Debug for Wtf8<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_string_lossy(), f)
    }
}

impl fmt::Debug for Wtf8Buf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_wtf8().fmt(f)
    }
}
