//! Numbers from and to text.

pub mod format;
pub mod parse;
pub mod write;
