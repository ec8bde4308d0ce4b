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

/// As [`open`], with no path for the program itself.
pub fn open_handle(path: Option<&CStr>, flags: i32) -> core::result::Result<usize, Vec<u8>> {
    match path {
        Some(path) => open(path, flags).map(Library::handle),
        None => NonNull::new(sys!(libc::dlopen(core::ptr::null(), flags))).map(|h| Library(h).handle()).ok_or_else(last_error),
    }
}

/// The address of a symbol, which may be null, in the library with the handle. The handle is the program's word.
pub fn symbol_in(handle: usize, name: &CStr) -> core::result::Result<usize, Option<Vec<u8>>> {
    sys!(libc::dlerror());
    let address = sys!(libc::dlsym(handle as *mut c_void, name.as_ptr())) as usize;
    if address != 0 {
        return Ok(address);
    }
    let text = sys!(libc::dlerror());
    if text.is_null() {
        return Err(None);
    }
    // SAFETY: as in `last_error`.
    Err(Some(unsafe { CStr::from_ptr(text) }.to_bytes().to_vec()))
}

/// Give a handle back.
pub fn close_handle(handle: usize) -> core::result::Result<(), Vec<u8>> {
    if sys!(libc::dlclose(handle as *mut c_void)) == 0 { Ok(()) } else { Err(last_error()) }
}

/// The names of all loaded libraries; the program's own is empty.
pub fn loaded() -> Vec<Vec<u8>> {
    unsafe extern "C" fn note(info: *mut libc::dl_phdr_info, _size: usize, out: *mut c_void) -> i32 {
        // SAFETY: called by `dl_iterate_phdr` with its description and our vector.
        unsafe {
            let out = &mut *(out as *mut Vec<Vec<u8>>);
            if !(*info).dlpi_name.is_null() {
                out.push(CStr::from_ptr((*info).dlpi_name).to_bytes().to_vec());
            }
        }
        0
    }
    let mut out: Vec<Vec<u8>> = Vec::new();
    sys!(libc::dl_iterate_phdr(Some(note), &raw mut out as *mut c_void));
    out
}

/// `errno` of this thread, exchanged.
pub fn swap_errno(new: i32) -> i32 {
    // SAFETY: the thread's own variable.
    unsafe { core::mem::replace(&mut *libc::__errno_location(), new) }
}
