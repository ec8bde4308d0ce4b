//! Shared libraries.

use core::ffi::{CStr, c_void};
use core::ptr::NonNull;

use crate::gate::{Access, check as allow};

/// A loaded library; it stays loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Library(NonNull<c_void>);

// SAFETY: a handle is an opaque token; dlsym may be called from any thread.
unsafe impl Send for Library {}
// SAFETY: as above.
unsafe impl Sync for Library {}

/// Load a library with `RTLD_*` flags (`RTLD_NOW` unless the program asked otherwise); the error is dlopen's text.
/// Its initialisers run: the caller vouches for the file as for any native code.
pub fn open(path: &CStr, flags: i32) -> core::result::Result<Library, Vec<u8>> {
    if let Err(error) = allow(Access::Library(path)) {
        return Err(error.message_bytes());
    }
    let handle = sys!(libc::dlopen(path.as_ptr(), flags));
    NonNull::new(handle).map(Library).ok_or_else(last_error)
}

/// The running program itself and all it has loaded.
pub fn this_program() -> core::result::Result<Library, Vec<u8>> {
    let handle = sys!(libc::dlopen(core::ptr::null(), libc::RTLD_NOW));
    NonNull::new(handle).map(Library).ok_or_else(last_error)
}

impl Library {
    /// The address of a symbol.
    pub fn symbol(self, name: &CStr) -> Option<NonNull<c_void>> {
        NonNull::new(sys!(libc::dlsym(self.0.as_ptr(), name.as_ptr())))
    }

    /// The raw handle, for `ctypes`.
    pub fn handle(self) -> usize {
        self.0.as_ptr() as usize
    }
}

fn last_error() -> Vec<u8> {
    let text = sys!(libc::dlerror());
    if text.is_null() {
        return b"unknown dlopen() error".to_vec();
    }
    // SAFETY: dlerror returned a C string that is valid until this thread's next call; it is copied.
    unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()
}
