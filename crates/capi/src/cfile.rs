//! C's `FILE`, which C code hands over: reading, writing, closing.

use std::ffi::{c_char, c_int, c_void};
use taipan_object::prelude::*;

/// A `FILE *` of C.
pub type File = *mut c_void;

unsafe extern "C" {
    fn fwrite(p: *const c_void, size: usize, n: usize, file: File) -> usize;
    fn fread(p: *mut c_void, size: usize, n: usize, file: File) -> usize;
    fn fflush(file: File) -> c_int;
    fn fclose(file: File) -> c_int;
    fn ferror(file: File) -> c_int;
    fn fileno(file: File) -> c_int;
    fn isatty(fd: c_int) -> c_int;
    fn getc(file: File) -> c_int;
    fn ungetc(c: c_int, file: File) -> c_int;
    fn fopen(path: *const c_char, mode: *const c_char) -> File;
    #[cfg_attr(target_os = "macos", link_name = "__stderrp")]
    static stderr: File;
}

/// Raise `OSError` for the present `errno`.
pub fn error(cx: &mut Cx, path: Option<&Object>) -> Raised {
    let e = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    cx.os_error(e, &message(e), path, None)
}

/// What the system says about an error number.
fn message(e: c_int) -> String {
    unsafe extern "C" {
        fn strerror(n: c_int) -> *const c_char;
    }
    // SAFETY: a static text of libc.
    unsafe { crate::border::text(strerror(e)) }.into_owned()
}

/// Write all bytes; `OSError` when the file refuses.
///
/// # Safety
/// `file` is an open `FILE *`.
pub unsafe fn write(file: File, b: &[u8], cx: &mut Cx) -> PyResult<()> {
    // SAFETY: the caller's promise.
    let (n, flushed) = unsafe { (fwrite(b.as_ptr() as *const c_void, 1, b.len(), file), fflush(file)) };
    if n == b.len() && flushed == 0 {
        return Ok(());
    }
    Err(error(cx, None))
}

/// Up to `n` bytes; fewer at the end of the file.
///
/// # Safety
/// As [`write`].
pub unsafe fn read(file: File, n: usize) -> Vec<u8> {
    let mut b = vec![0; n];
    // SAFETY: room for `n` bytes; the caller's file.
    let got = unsafe { fread(b.as_mut_ptr() as *mut c_void, 1, n, file) };
    b.truncate(got);
    b
}

/// All that is left in the file.
///
/// # Safety
/// As [`write`].
pub unsafe fn read_all(file: File, cx: &mut Cx) -> PyResult<Vec<u8>> {
    const STEP: usize = 8192;
    let mut all = Vec::new();
    loop {
        // SAFETY: the caller's promise.
        let part = unsafe { read(file, STEP) };
        let last = part.len() < STEP;
        all.extend_from_slice(&part);
        if last {
            break;
        }
    }
    // SAFETY: the caller's promise.
    if unsafe { ferror(file) } != 0 {
        return Err(error(cx, None));
    }
    Ok(all)
}

/// A line with its end; empty at the end of the file. `\r\n` and `\r` become `\n`.
///
/// # Safety
/// As [`write`].
pub unsafe fn line(file: File, limit: usize) -> Vec<u8> {
    let mut b = Vec::new();
    while b.len() < limit {
        // SAFETY: the caller's promise.
        let c = unsafe { getc(file) };
        if c < 0 {
            break;
        }
        if c == c_int::from(b'\r') {
            // SAFETY: as above; one character may always be given back.
            unsafe {
                let next = getc(file);
                if next != c_int::from(b'\n') && next >= 0 {
                    ungetc(next, file);
                }
            }
            b.push(b'\n');
            break;
        }
        b.push(c as u8);
        if c == c_int::from(b'\n') {
            break;
        }
    }
    b
}

/// Text for the user, straight to the standard error.
pub fn complain(s: &str) {
    // SAFETY: libc's own stream.
    unsafe {
        fwrite(s.as_ptr() as *const c_void, 1, s.len(), stderr);
        fflush(stderr);
    }
}

/// Close.
///
/// # Safety
/// As [`write`]; the file is not used afterwards.
pub unsafe fn close(file: File) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { fclose(file) }
}

/// Whether a terminal is behind it.
///
/// # Safety
/// As [`write`].
pub unsafe fn is_terminal(file: File) -> bool {
    // SAFETY: the caller's promise.
    unsafe { isatty(fileno(file)) != 0 }
}

/// Whether a terminal is behind a descriptor.
pub fn is_terminal_fd(fd: c_int) -> bool {
    // SAFETY: any number may be asked about.
    unsafe { isatty(fd) != 0 }
}

/// Open; null with `errno` set.
///
/// # Safety
/// C strings.
pub unsafe fn open(path: *const c_char, mode: *const c_char) -> File {
    // SAFETY: the caller's promise.
    unsafe { fopen(path, mode) }
}
