//! OpenSSL behind types that are safe to use: all unsafe code of the crate is in this folder and in `ssl/callbacks.rs`.
//!
//! `table` finds the functions, `ctx` (`SSL_CTX`), `conn` (`SSL`), `cert` (`X509`) and `session` (`SSL_SESSION`) own one object each, `bio` is how a connection gets at
//! its bytes, `queue` is OpenSSL's error queue (one per thread), `lock` keeps two threads out of one object.

pub mod bio;
pub mod cert;
pub mod conn;
pub mod ctx;
pub mod digest;
pub mod library;
pub mod lock;
pub mod names;
pub mod queue;
pub mod reasons;
pub mod session;
pub mod table;

use std::ffi::{CStr, c_char};

/// A copy of a C string that OpenSSL keeps; `None` for null.
///
/// # Safety
/// `p` is null or a C string that is alive during the call.
#[allow(unsafe_code)]
pub unsafe fn text_at(p: *const c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned())
}

/// The part of a buffer that a call has filled.
#[allow(unsafe_code)]
pub fn filled(room: &[std::mem::MaybeUninit<u8>], n: usize) -> &[u8] {
    let n = n.min(room.len());
    // SAFETY: the callers pass what OpenSSL says it has written, from the start.
    unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), n) }
}

/// Bytes as room for others.
#[allow(unsafe_code)]
pub fn as_room(bytes: &mut [u8]) -> &mut [std::mem::MaybeUninit<u8>] {
    // SAFETY: the same layout; OpenSSL only writes bytes there.
    unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), bytes.len()) }
}
