//! `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`: the digests that `hashlib` builds on, by the RustCrypto crates and blake2*_simd.

mod blake;
mod fixed;
mod hmac;
mod keccak;

pub use blake::MODULE as BLAKE2;
pub use fixed::{MD5, SHA1, SHA2};
pub use hmac::MODULE as HMAC;
pub use keccak::MODULE as SHA3;

use taipan_object::abstract_::buffer::has_buffer;
use taipan_object::prelude::*;

/// Data this large is hashed without the GIL in CPython.
const GIL_MINSIZE: i32 = 2048;

/// The bytes of an argument. Text must be encoded first.
fn data_of(o: &Object, cx: &mut Cx) -> PyResult<Buffer> {
    if o.is_a::<PyStr>() {
        return Err(cx.type_error(format_args!("Strings must be encoded before hashing")));
    }
    if !has_buffer(o) {
        return Err(cx.type_error(format_args!("object supporting the buffer API required")));
    }
    let b = Buffer::get(o, 0, cx)?;
    if b.view().ndim > 1 {
        return Err(cx.buffer_error(format_args!("Buffer must be single dimension")));
    }
    Ok(b)
}

/// `data` or the deprecated `string`, of which only one may be given.
fn either<'a>(data: Option<&'a Object>, string: &'a Object, cx: &mut Cx) -> PyResult<Option<Buffer>> {
    let string = Some(string).filter(|s| !s.is_none());
    if data.is_some() && string.is_some() {
        return Err(cx.type_error(format_args!(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version."
        )));
    }
    match data.or(string) {
        Some(o) => data_of(o, cx).map(Some),
        None => Ok(None),
    }
}

/// Lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(u32::from(n), 16).unwrap_or('0');
    bytes.iter().flat_map(|&b| [digit(b >> 4), digit(b & 15)]).collect()
}
