//! A TLS session (`SSL_SESSION`), which can be offered again.
#![allow(unsafe_code)]

use super::table::{SSL_SESSION, api};
use std::ptr::NonNull;

/// An owned session. What is read here does not change.
pub struct Session(NonNull<SSL_SESSION>);

impl Session {
    /// Take over a session; `None` for null.
    ///
    /// # Safety
    /// The caller owns `p`.
    pub unsafe fn steal(p: *mut SSL_SESSION) -> Option<Session> {
        NonNull::new(p).map(Session)
    }
    pub fn as_ptr(&self) -> *mut SSL_SESSION {
        self.0.as_ptr()
    }
    pub fn id(&self) -> &[u8] {
        let mut n = 0;
        // SAFETY: alive; the bytes are part of it.
        unsafe {
            let p = (api().SSL_SESSION_get_id)(self.as_ptr(), &mut n);
            if p.is_null() { &[] } else { std::slice::from_raw_parts(p, n as usize) }
        }
    }
    /// When it was made, in seconds of Unix.
    pub fn time(&self) -> i64 {
        // SAFETY: alive.
        unsafe {
            match api().SSL_SESSION_get_time_ex {
                Some(f) => f(self.as_ptr()),
                None => (api().SSL_SESSION_get_time)(self.as_ptr()),
            }
        }
    }
    /// Seconds that it is good for.
    pub fn timeout(&self) -> i64 {
        // SAFETY: alive.
        unsafe { (api().SSL_SESSION_get_timeout)(self.as_ptr()) }
    }
    pub fn ticket_lifetime_hint(&self) -> u64 {
        // SAFETY: alive.
        unsafe { (api().SSL_SESSION_get_ticket_lifetime_hint)(self.as_ptr()) }
    }
    pub fn has_ticket(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().SSL_SESSION_has_ticket)(self.as_ptr()) != 0 }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { (api().SSL_SESSION_free)(self.as_ptr()) };
    }
}
