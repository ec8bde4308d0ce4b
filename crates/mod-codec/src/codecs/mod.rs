//! The module `_codecs`: the registry of codecs and error handlers, and the codecs written natively.
//!
//! `drive.rs` runs an algorithm of `algo-codec` and answers its errors by the standard handlers or a registered one.

mod charmap;
pub(crate) mod drive;
mod escape;
mod handlers;
pub mod module;
pub mod registry;
mod texts;
mod utf;
