//! The module `_ssl`. `context` and `loading` are `_SSLContext`, `socket` and `info` `_SSLSocket`, `memory` is `MemoryBIO`; `callbacks` is what OpenSSL calls.

pub mod callbacks;
pub mod certificate;
pub mod constants;
pub mod context;
pub mod distrusted;
pub mod errors;
pub mod info;
pub mod loading;
pub mod memory;
pub mod module;
pub mod session;
pub mod socket;
