//! Code as bytes and back: what `.pyc` files and the embedded library hold.
//!
//! Layout: magic (4 bytes), file name, table of the distinct names, the code. Code is a header of numbers and the length of
//! its body, then the body: locals, names, constants, instruction words, line table, exception table. So nested code can be
//! passed over, to be read when it is first called ([`image`]). Numbers are LEB128, instruction words raw little-endian, at
//! multiples of 4 from the beginning. Reading never panics and never allocates more than the input can justify; it checks form
//! only, so code from outside goes through [`crate::verify::verify`] afterwards.

pub mod image;
mod read;
mod write;

use crate::ops::{Op, OpInfo};

pub use read::from_bytes;
pub use write::to_bytes;

/// Version of this layout, and of what the compiler makes of a program: old files are compiled again when that changes.
const LAYOUT: u32 = 4;

/// Identifies the instruction table and this layout: the first four bytes of serialised code.
pub const MAGIC: u32 = magic();

const fn mix(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// FNV-1a over the table.
const fn magic() -> u32 {
    let mut hash = mix(0x811C_9DC5, LAYOUT as u8);
    hash = mix(hash, crate::FRAME_HEADER as u8);
    let mut i = 0;
    while i < Op::COUNT {
        let info: &OpInfo = Op::ALL[i].info();
        let name = info.name.as_bytes();
        let mut n = 0;
        while n < name.len() {
            hash = mix(hash, name[n]);
            n += 1;
        }
        let mut o = 0;
        while o < info.operands.len() {
            hash = mix(hash, info.operands[o].1 as u8);
            o += 1;
        }
        hash = mix(hash, info.cells);
        i += 1;
    }
    // The end of a line, as in CPython: a file that was mangled as text is refused.
    (hash ^ hash >> 16) & 0xffff | 0x0A0D_0000
}

/// Why bytes are no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// Made by another version.
    BadMagic,
    /// The bytes end too early or hold what cannot be.
    Malformed,
    /// Something follows the code.
    TrailingBytes,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ReadError::BadMagic => "bad magic number",
            ReadError::Malformed => "malformed code",
            ReadError::TrailingBytes => "trailing bytes after code",
        })
    }
}

impl std::error::Error for ReadError {}

#[repr(u8)]
enum Tag {
    None,
    Ellipsis,
    False,
    True,
    Int,
    BigInt,
    Float,
    Complex,
    /// An identifier-like string: an index of the name table.
    Name,
    Str,
    Bytes,
    Tuple,
    FrozenSet,
    Slice,
    Code,
}
