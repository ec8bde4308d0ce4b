//! Descriptors that are no files: events, timers, anonymous memory (Linux).

use core::ffi::CStr;

use crate::clock::{ClockId, Time};
use crate::sys::{check, count, done};
use crate::{Fd, Result};

/// A counter to wait on, with `EFD_*` flags.
pub fn eventfd(initial: u32, flags: i32) -> Result<Fd> {
    check(sys!(libc::eventfd(initial, flags)))
}

/// Take an event counter's value. May block.
pub fn eventfd_read(fd: Fd) -> Result<u64> {
    let mut value = 0u64;
    done(sys!(libc::eventfd_read(fd, &mut value)))?;
    Ok(value)
}

/// Add to an event counter. May block.
pub fn eventfd_write(fd: Fd, value: u64) -> Result<()> {
    done(sys!(libc::eventfd_write(fd, value)))
}

/// A file in memory, with `MFD_*` flags.
pub fn memfd(name: &CStr, flags: u32) -> Result<Fd> {
    check(sys!(libc::memfd_create(name.as_ptr(), flags)))
}

/// A timer as a descriptor, with `TFD_*` flags.
pub fn timerfd(clock: ClockId, flags: i32) -> Result<Fd> {
    check(sys!(libc::timerfd_create(clock, flags)))
}

fn pair(raw: &libc::itimerspec) -> (Time, Time) {
    (Time::from_c(raw.it_value), Time::from_c(raw.it_interval))
}

/// Set a timer (first expiry, then interval); returns the old values.
pub fn timerfd_set(fd: Fd, flags: i32, first: Time, interval: Time) -> Result<(Time, Time)> {
    let new = libc::itimerspec { it_interval: interval.to_c(), it_value: first.to_c() };
    let mut old = zeroed!(libc::itimerspec);
    done(sys!(libc::timerfd_settime(fd, flags, &new, &mut old)))?;
    Ok(pair(&old))
}

/// What is left of a timer, and its interval.
pub fn timerfd_get(fd: Fd) -> Result<(Time, Time)> {
    let mut now = zeroed!(libc::itimerspec);
    done(sys!(libc::timerfd_gettime(fd, &mut now)))?;
    Ok(pair(&now))
}

/// A named POSIX semaphore-like shared memory object (`_posixshmem`).
pub fn shm_open(name: &CStr, flags: i32, mode: u32) -> Result<Fd> {
    crate::gate::check(crate::gate::Access::Write(name))?;
    check(sys!(libc::shm_open(name.as_ptr(), flags | libc::O_CLOEXEC, mode)))
}

/// Remove the name of a shared memory object.
pub fn shm_unlink(name: &CStr) -> Result<()> {
    crate::gate::check(crate::gate::Access::Write(name))?;
    done(sys!(libc::shm_unlink(name.as_ptr())))
}

/// How many bytes can be read without waiting.
pub fn readable_bytes(fd: Fd) -> Result<usize> {
    let mut size: i32 = 0;
    count(sys!(libc::ioctl(fd, libc::FIONREAD, &mut size)) as isize)?;
    Ok(size.max(0) as usize)
}
