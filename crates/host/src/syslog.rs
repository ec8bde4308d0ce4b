//! The system logger. The C library keeps the identity's pointer, so the text lives here until it is replaced.

use core::ffi::CStr;
use std::ffi::CString;
use std::sync::{Mutex, PoisonError};

/// What `openlog` was given: owned here as long as the C library may read it.
static IDENT: Mutex<Option<CString>> = Mutex::new(None);

/// Open the log; None lets the C library use the program's name.
pub fn open(ident: Option<CString>, option: i32, facility: i32) {
    let mut held = IDENT.lock().unwrap_or_else(PoisonError::into_inner);
    let pointer = ident.as_ref().map_or(core::ptr::null(), |i| i.as_ptr());
    sys!(libc::openlog(pointer, option, facility));
    // Only now may the old text go.
    *held = ident;
}

/// Send a message. May block.
pub fn send(priority: i32, message: &CStr) {
    let _held = IDENT.lock().unwrap_or_else(PoisonError::into_inner);
    sys!(libc::syslog(priority, c"%s".as_ptr(), message.as_ptr()));
}

/// Close the log and forget the identity.
pub fn close() {
    let mut held = IDENT.lock().unwrap_or_else(PoisonError::into_inner);
    sys!(libc::closelog());
    *held = None;
}

/// Set which priorities pass; the old mask.
pub fn set_mask(mask: i32) -> i32 {
    sys!(libc::setlogmask(mask))
}
