//! Format strings of the C API: arguments in (`getargs`), values out (`build`), text (`text`).
//!
//! The functions here are called by `csrc/variadic.c` with an argument list that is read through [`Va`].

pub mod build;
pub mod getargs;
pub mod keywords;
pub mod text;
mod units;

use std::ffi::{c_char, c_double, c_int, c_long, c_longlong, c_void};

/// An argument list of C (`struct taipan_va`).
#[repr(C)]
pub struct Va([u8; 0]);

unsafe extern "C" {
    fn taipan_va_ptr(v: *mut Va) -> *mut c_void;
    fn taipan_va_int(v: *mut Va) -> c_int;
    fn taipan_va_long(v: *mut Va) -> c_long;
    fn taipan_va_longlong(v: *mut Va) -> c_longlong;
    fn taipan_va_double(v: *mut Va) -> c_double;
}

/// The next arguments of a list. Every method takes one argument of its C type; the format string says which is there.
#[derive(Clone, Copy)]
pub struct Args(pub *mut Va);

impl Args {
    /// # Safety
    /// The next argument is a pointer.
    pub unsafe fn ptr<T>(self) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { taipan_va_ptr(self.0) as *mut T }
    }
    /// # Safety
    /// The next argument is an `int` or is promoted to one.
    pub unsafe fn int(self) -> c_int {
        // SAFETY: the caller's promise.
        unsafe { taipan_va_int(self.0) }
    }
    /// # Safety
    /// The next argument is a `long` or `Py_ssize_t`.
    pub unsafe fn long(self) -> c_long {
        // SAFETY: the caller's promise.
        unsafe { taipan_va_long(self.0) }
    }
    /// # Safety
    /// The next argument is a `long long`.
    pub unsafe fn longlong(self) -> c_longlong {
        // SAFETY: the caller's promise.
        unsafe { taipan_va_longlong(self.0) }
    }
    /// # Safety
    /// The next argument is a `double`.
    pub unsafe fn double(self) -> c_double {
        // SAFETY: the caller's promise.
        unsafe { taipan_va_double(self.0) }
    }
    /// # Safety
    /// The next argument is a C string or null.
    pub unsafe fn text(self) -> *const c_char {
        // SAFETY: the caller's promise.
        unsafe { taipan_va_ptr(self.0) as *const c_char }
    }
}
