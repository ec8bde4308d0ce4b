//! Text as Python source and Python strings need it: WTF-8 strings, source decoding, line index, identifiers.
#![forbid(unsafe_code)]

pub mod decode;
pub mod ident;
pub mod lines;
pub mod wtf8;

pub use lines::LineIndex;
pub use wtf8::{Wtf8, Wtf8Buf};
