//! OpenSSL's error queue, which belongs to the thread: what is put there by one call must be read before the next.
#![allow(unsafe_code)]

use super::reasons::{LIBRARIES, REASONS};
use super::table::api;
use super::text_at;
use std::borrow::Cow;
use std::ffi::c_ulong;

/// The library number of errors of the operating system, whose reason is an errno.
const SYSTEM: i32 = 2;
/// The library of TLS itself.
pub const SSL: i32 = 20;
pub const X509: i32 = 11;
pub const PEM: i32 = 9;
/// Reasons that decide what exception is raised.
pub const CERTIFICATE_VERIFY_FAILED: i32 = 134;
pub const UNEXPECTED_EOF_WHILE_READING: i32 = 294;
pub const CERT_ALREADY_IN_HASH_TABLE: i32 = 101;
pub const NO_START_LINE: i32 = 108;

/// One entry of the queue; zero is none.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Code(pub c_ulong);

impl Code {
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
    fn is_system(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }
    pub fn library(self) -> i32 {
        if self.is_system() { SYSTEM } else { (self.0 >> 23 & 0xff) as i32 }
    }
    pub fn reason(self) -> i32 {
        if self.is_system() { (self.0 & 0x7fff_ffff) as i32 } else { (self.0 & 0x7f_ffff) as i32 }
    }
    pub fn is(self, library: i32, reason: i32) -> bool {
        self.library() == library && self.reason() == reason
    }
    /// The library's name as in `ERR_LIB_…`.
    pub fn library_name(self) -> Option<&'static str> {
        let n = self.library();
        LIBRARIES.iter().find(|l| l.0 == n).map(|l| l.1)
    }
    /// The reason's name as in `SSL_R_…`. A reason that is newer than our table has the name that its words make; the reasons that all libraries share have none.
    pub fn reason_name(self) -> Option<Cow<'static, str>> {
        /// The least number of the shared ones.
        const SHARED: i32 = 1 << 18;
        let key = (self.library(), self.reason());
        if let Ok(at) = REASONS.binary_search_by_key(&key, |r| (r.0, r.1)) {
            return REASONS.get(at).map(|r| Cow::Borrowed(r.2));
        }
        if self.is_system() || key.1 >= SHARED || key.1 < 100 || self.library_name().is_none() {
            return None;
        }
        let words = self.text()?;
        Some(Cow::Owned(words.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()))
    }
    /// The reason in words.
    pub fn text(self) -> Option<String> {
        if self.is_system() {
            return Some(taipan_host::Errno(self.reason()).message());
        }
        // SAFETY: a constant text or null.
        unsafe { text_at((api().ERR_reason_error_string)(self.0)) }
    }
}

/// The newest entry; it stays.
pub fn last() -> Code {
    // SAFETY: a plain call.
    Code(unsafe { (api().ERR_peek_last_error)() })
}

/// Empty the queue.
pub fn clear() {
    // SAFETY: a plain call.
    unsafe { (api().ERR_clear_error)() }
}
