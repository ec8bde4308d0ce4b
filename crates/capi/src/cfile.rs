//! Writing into a C `FILE` that C code handed over.

use std::ffi::{c_int, c_void};
use taipan_object::prelude::*;

unsafe extern "C" {
    fn fwrite(p: *const c_void, size: usize, n: usize, file: *mut c_void) -> usize;
    fn fflush(file: *mut c_void) -> c_int;
}

/// Write all bytes; `OSError` when the file refuses.
///
/// # Safety
/// `file` is an open `FILE *`.
pub unsafe fn write(file: *mut c_void, b: &[u8], cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let (n, flushed) = unsafe { (fwrite(b.as_ptr() as *const c_void, 1, b.len(), file), fflush(file)) };
    if n == b.len() && flushed == 0 {
        return Ok(());
    }
    let e = std::io::Error::last_os_error();
    Err(cx.os_error(e.raw_os_error().unwrap_or(0), &e.to_string(), None, None))
}
