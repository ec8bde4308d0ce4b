//! Socket options.

use crate::sys::done;
use crate::{Fd, Result};

/// An option that is an int.
pub fn get_int(fd: Fd, level: i32, option: i32) -> Result<i32> {
    let mut value: i32 = 0;
    let mut size = size_of::<i32>() as libc::socklen_t;
    done(sys!(libc::getsockopt(fd, level, option, (&raw mut value).cast(), &mut size)))?;
    Ok(value)
}

/// An option as bytes, at most `size_max` of them.
pub fn get_bytes(fd: Fd, level: i32, option: i32, size_max: usize) -> Result<Vec<u8>> {
    let mut buffer = vec![0u8; size_max];
    let mut size = size_max as libc::socklen_t;
    done(sys!(libc::getsockopt(fd, level, option, buffer.as_mut_ptr().cast(), &mut size)))?;
    buffer.truncate(size as usize);
    Ok(buffer)
}

/// Set an option that is an int.
pub fn set_int(fd: Fd, level: i32, option: i32, value: i32) -> Result<()> {
    let size = size_of::<i32>() as libc::socklen_t;
    done(sys!(libc::setsockopt(fd, level, option, (&raw const value).cast(), size)))
}

/// Set an option to bytes.
pub fn set_bytes(fd: Fd, level: i32, option: i32, value: &[u8]) -> Result<()> {
    done(sys!(libc::setsockopt(fd, level, option, value.as_ptr().cast(), value.len() as libc::socklen_t)))
}

/// Set an option to nothing, with a length (`setsockopt(level, option, None, length)`).
pub fn set_none(fd: Fd, level: i32, option: i32, length: u32) -> Result<()> {
    done(sys!(libc::setsockopt(fd, level, option, core::ptr::null(), length)))
}
