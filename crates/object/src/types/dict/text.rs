//! A growing string for `repr`: one byte per character until a wider one arrives.

use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::Own;
use crate::types::str::{PyStr, Units};

/// The text so far.
pub(crate) enum TextBuf {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl TextBuf {
    pub fn new() -> TextBuf {
        TextBuf::Narrow(Vec::with_capacity(32))
    }

    /// Append Rust text.
    pub fn push(&mut self, s: &str) {
        if !s.is_ascii() {
            self.widen();
        }
        match self {
            TextBuf::Narrow(v) => v.extend_from_slice(s.as_bytes()),
            TextBuf::Wide(v) => v.extend(s.chars().map(u32::from)),
        }
    }

    fn widen(&mut self) {
        if let TextBuf::Narrow(v) = self {
            *self = TextBuf::Wide(v.iter().map(|&b| u32::from(b)).collect());
        }
    }

    /// Append a string.
    pub fn push_str(&mut self, s: &PyStr) {
        if let TextBuf::Narrow(v) = self {
            match s.units() {
                Units::Ascii(b) | Units::Latin1(b) => return v.extend_from_slice(b),
                _ => self.widen(),
            }
        }
        if let TextBuf::Wide(v) = self {
            v.extend(s.code_points());
        }
    }

    /// The string object.
    pub fn finish(self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match self {
            TextBuf::Narrow(v) => PyStr::from_latin1(&v, cx),
            TextBuf::Wide(v) => PyStr::from_code_points(&v, cx),
        }
    }
}
