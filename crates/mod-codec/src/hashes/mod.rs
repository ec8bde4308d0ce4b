//! `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`: the digests that `hashlib` builds on, by the RustCrypto crates and blake2*_simd.

mod blake;
mod fixed;
mod hmac;
mod keccak;

pub use blake::MODULE as BLAKE2;
pub use fixed::{MD5, SHA1, SHA2};
pub use hmac::MODULE as HMAC;
pub use keccak::MODULE as SHA3;

/// Data this large is hashed without the GIL in CPython.
const GIL_MINSIZE: i32 = 2048;
