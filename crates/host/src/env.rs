//! The environment and the command line.
//!
//! C's `environ` is process-wide and not locked by libc. Python changes it under
//! the GIL only; extension code that calls `setenv` itself has C's usual problem.

use core::ffi::CStr;
use core::ffi::c_char;
use std::os::unix::ffi::OsStringExt;

use crate::gate::{Access, check as allow};
use crate::sys::done;
use crate::{Errno, Result};

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// The program's arguments, program name first.
pub fn args() -> Vec<Vec<u8>> {
    std::env::args_os().map(OsStringExt::into_vec).collect()
}

/// All variables as `NAME=value` split at the first `=` after the first byte; entries without one are left out.
pub fn vars() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    // SAFETY: `environ` is null or a null-terminated array of C strings; Python code changes it under the GIL only.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            let text = CStr::from_ptr(*entry).to_bytes();
            if let Some(at) = text.iter().position(|b| *b == b'=') {
                found.push((text[..at].to_vec(), text[at + 1..].to_vec()));
            }
            entry = entry.add(1);
        }
    }
    found
}

/// The value of a variable.
pub fn get(name: &CStr) -> Option<Vec<u8>> {
    allow(Access::Environment(name, false)).ok()?;
    let found = sys!(libc::getenv(name.as_ptr()));
    if found.is_null() {
        return None;
    }
    // SAFETY: getenv returned a C string that is valid until the environment changes; it is copied at once.
    Some(unsafe { CStr::from_ptr(found) }.to_bytes().to_vec())
}

/// Set a variable. A name that is empty or has a `=` is `EINVAL`.
pub fn set(name: &CStr, value: &CStr) -> Result<()> {
    allow(Access::Environment(name, true))?;
    done(sys!(libc::setenv(name.as_ptr(), value.as_ptr(), 1)))
}

/// Remove a variable.
pub fn unset(name: &CStr) -> Result<()> {
    allow(Access::Environment(name, true))?;
    done(sys!(libc::unsetenv(name.as_ptr())))
}

/// The path of the running executable, links resolved.
pub fn current_exe() -> Result<Vec<u8>> {
    std::env::current_exe()
        .map(|path| path.into_os_string().into_vec())
        .map_err(|e| Errno(e.raw_os_error().unwrap_or(libc::ENOENT)))
}
