//! C's `errno`, for functions whose contract speaks of it.

use std::ffi::c_int;

/// Argument out of domain.
pub const EDOM: c_int = 33;
/// Result out of range.
pub const ERANGE: c_int = 34;

unsafe extern "C" {
    #[cfg_attr(target_os = "macos", link_name = "__error")]
    fn __errno_location() -> *mut c_int;
}

/// Set `errno` of this thread.
pub fn set(n: c_int) {
    // SAFETY: libc gives the thread's own word.
    unsafe { *__errno_location() = n }
}
