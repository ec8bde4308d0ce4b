//! Codecs without objects: code points to bytes and back.
//!
//! A decoder appends to a [`TextBuf`] (a PEP 393 string in the making), an encoder to a `Vec<u8>`; both start at a
//! given position and stop at the first problem with a [`CodecError`] that names the range and CPython's reason. The caller
//! runs the Python error handler, appends its answer and calls again from the position that the handler chose. So every
//! error handler works with every codec, and no codec knows about handlers.
#![forbid(unsafe_code)]
// `with_units!` writes one body for three unit types; for the widest, its conversions are no-ops.
#![allow(clippy::useless_conversion)]

pub mod binascii;
pub mod charmap;
pub mod cjk;
pub mod escape;
pub mod handlers;
pub mod single;
pub mod text;
pub mod utf16;
pub mod utf32;
pub mod utf7;
pub mod utf8;

pub use taipan_algo_ucd::Unit;
pub use text::{Text, TextBuf};

/// What a `UnicodeDecodeError` or `UnicodeEncodeError` needs: a range of the input and the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodecError {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

impl CodecError {
    #[inline]
    pub(crate) fn new(start: usize, end: usize, reason: &'static str) -> Self {
        CodecError { start, end, reason }
    }
}

/// Byte order of UTF-16 and UTF-32.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// The machine's own.
    pub const NATIVE: ByteOrder = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
}

pub(crate) fn is_surrogate(cp: u32) -> bool {
    cp & 0xFFFF_F800 == 0xD800
}

pub(crate) fn hex_value(byte: u8) -> Option<u32> {
    (byte as char).to_digit(16)
}
