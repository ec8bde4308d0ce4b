//! Extended attributes of files (Linux).

use core::ffi::CStr;
use core::ptr::null_mut;

use crate::gate::{Access, check as allow};
use crate::sys::{count, done};
use crate::{Errno, Result, Target};

/// Read until the value fits: it may grow between asking its size and reading it.
fn growing(mut call: impl FnMut(*mut u8, usize) -> isize) -> Result<Vec<u8>> {
    loop {
        let size = count(call(null_mut(), 0))?;
        let mut buffer = vec![0u8; size];
        match count(call(buffer.as_mut_ptr(), size)) {
            Ok(size) => {
                buffer.truncate(size);
                return Ok(buffer);
            }
            Err(Errno::ERANGE) => {}
            Err(error) => return Err(error),
        }
    }
}

/// The value of an attribute.
pub fn get(target: Target<'_>, name: &CStr, follow: bool) -> Result<Vec<u8>> {
    if let Target::Path(_, path) = target {
        allow(Access::Read(path))?;
    }
    growing(|buffer, size| match target {
        Target::Fd(fd) => sys!(libc::fgetxattr(fd, name.as_ptr(), buffer.cast(), size)),
        Target::Path(_, path) if follow => sys!(libc::getxattr(path.as_ptr(), name.as_ptr(), buffer.cast(), size)),
        Target::Path(_, path) => sys!(libc::lgetxattr(path.as_ptr(), name.as_ptr(), buffer.cast(), size)),
    })
}

/// Set an attribute, with `XATTR_*` flags.
pub fn set(target: Target<'_>, name: &CStr, value: &[u8], flags: i32, follow: bool) -> Result<()> {
    let (name, data, size) = (name.as_ptr(), value.as_ptr().cast(), value.len());
    done(match target {
        Target::Fd(fd) => sys!(libc::fsetxattr(fd, name, data, size, flags)),
        Target::Path(_, path) => {
            allow(Access::Write(path))?;
            if follow {
                sys!(libc::setxattr(path.as_ptr(), name, data, size, flags))
            } else {
                sys!(libc::lsetxattr(path.as_ptr(), name, data, size, flags))
            }
        }
    })
}

/// Remove an attribute.
pub fn remove(target: Target<'_>, name: &CStr, follow: bool) -> Result<()> {
    done(match target {
        Target::Fd(fd) => sys!(libc::fremovexattr(fd, name.as_ptr())),
        Target::Path(_, path) => {
            allow(Access::Write(path))?;
            if follow {
                sys!(libc::removexattr(path.as_ptr(), name.as_ptr()))
            } else {
                sys!(libc::lremovexattr(path.as_ptr(), name.as_ptr()))
            }
        }
    })
}

/// The names of all attributes.
pub fn list(target: Target<'_>, follow: bool) -> Result<Vec<Vec<u8>>> {
    if let Target::Path(_, path) = target {
        allow(Access::Read(path))?;
    }
    let names = growing(|buffer, size| match target {
        Target::Fd(fd) => sys!(libc::flistxattr(fd, buffer.cast(), size)),
        Target::Path(_, path) if follow => sys!(libc::listxattr(path.as_ptr(), buffer.cast(), size)),
        Target::Path(_, path) => sys!(libc::llistxattr(path.as_ptr(), buffer.cast(), size)),
    })?;
    Ok(names.split(|b| *b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
}
