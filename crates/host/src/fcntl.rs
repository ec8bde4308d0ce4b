//! `fcntl`, `ioctl` and file locks.

use crate::sys::{check, done};
use crate::{Fd, Result};

/// `fcntl` with an integer argument. May block.
pub fn fcntl(fd: Fd, command: i32, argument: i64) -> Result<i32> {
    check(sys!(libc::fcntl(fd, command, argument)))
}

/// `fcntl` with a buffer that the kernel reads and writes. The caller sizes it for the command;
/// it is at least 1,024 bytes here, which every command of Linux fits in. May block.
pub fn fcntl_buffer(fd: Fd, command: i32, buffer: &mut [u8; 1024]) -> Result<i32> {
    check(sys!(libc::fcntl(fd, command, buffer.as_mut_ptr())))
}

/// `ioctl` with an integer argument. May block.
pub fn ioctl(fd: Fd, request: u64, argument: i64) -> Result<i32> {
    check(sys!(libc::ioctl(fd, request, argument)))
}

/// `ioctl` with a buffer that the kernel reads and writes. The kernel trusts the request's own idea
/// of the size: as in CPython, a request for more than the buffer holds is the caller's error. May block.
pub fn ioctl_buffer(fd: Fd, request: u64, buffer: &mut [u8]) -> Result<i32> {
    check(sys!(libc::ioctl(fd, request, buffer.as_mut_ptr())))
}

/// Lock a whole file (`LOCK_*`). May block.
pub fn flock(fd: Fd, operation: i32) -> Result<()> {
    done(sys!(libc::flock(fd, operation)))
}

/// Lock or unlock a section of a file by POSIX record locks; `operation` is `LOCK_*`. `EINVAL` for others. May block.
pub fn lock_range(fd: Fd, operation: i32, length: i64, start: i64, whence: i32) -> Result<()> {
    let kind = if operation == libc::LOCK_UN {
        libc::F_UNLCK
    } else if operation & libc::LOCK_SH != 0 {
        libc::F_RDLCK
    } else if operation & libc::LOCK_EX != 0 {
        libc::F_WRLCK
    } else {
        return Err(crate::Errno::EINVAL);
    };
    let mut lock = zeroed!(libc::flock);
    lock.l_type = kind as i16;
    lock.l_whence = whence as i16;
    lock.l_start = start;
    lock.l_len = length;
    let command = if operation & libc::LOCK_NB != 0 { libc::F_SETLK } else { libc::F_SETLKW };
    done(sys!(libc::fcntl(fd, command, &lock)))
}

/// `lockf`: lock a section from the file position (`F_LOCK` …). May block.
pub fn lockf(fd: Fd, command: i32, length: i64) -> Result<()> {
    done(sys!(libc::lockf(fd, command, length)))
}
