//! The gate to the operating system: the only crate that makes system calls.
//!
//! Everything that touches files, sockets, processes, the environment, clocks or
//! entropy goes through here, so that one place can observe and refuse it
//! ([`gate`]) and so that native modules stay free of `unsafe`.
//!
//! Conventions of the whole crate:
//! - A function returns [`Result`]; the error is the plain `errno` ([`Errno`]).
//!   Nothing retries on `EINTR` by itself: callers wrap a call in [`retry`] and
//!   run signal handlers in between (PEP 475).
//! - Nothing here takes or releases the GIL, and nothing keeps Python state. A
//!   call that may block says so; callers release the GIL around it.
//! - Paths and names are `&CStr` (bytes of the file system, without NUL), because
//!   Python's own conversion (`os.fsencode`) has produced them already.
//! - Descriptors are plain `i32`, as in Python; they are created close-on-exec
//!   (PEP 446) unless the name says otherwise.

#[macro_use]
mod sys;

pub mod addr;
pub mod clock;
pub mod consts;
pub mod dir;
pub mod dl;
pub mod entropy;
pub mod env;
pub mod epoll;
pub mod errno;
pub mod exec;
pub mod fault;
pub mod fcntl;
pub mod fd;
pub mod fresh;
pub mod fs;
pub mod futex;
pub mod gate;
pub mod ids;
pub mod locale;
pub mod main_stack;
pub mod mem;
pub mod netdb;
pub mod poll;
pub mod process;
pub mod pty;
pub mod resource;
pub mod sched;
pub mod semaphore;
pub mod signal;
pub mod socket;
pub mod sockopt;
pub mod spawn;
pub mod special;
pub mod stat;
pub mod sysinfo;
pub mod syslog;
pub mod termios;
pub mod thread;
pub mod timezone;
pub mod users;
pub mod wait;
pub mod xattr;

#[cfg(test)]
mod tests;

pub use errno::{Errno, Result, retry};

use core::ffi::CStr;

/// A file descriptor.
pub type Fd = i32;

/// "The current directory" where a directory descriptor is expected.
pub const AT_FDCWD: Fd = libc::AT_FDCWD;

/// A path or an open descriptor, where Python functions take either.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// A path, relative to the directory descriptor ([`AT_FDCWD`] for none).
    Path(Fd, &'a CStr),
    /// An open descriptor.
    Fd(Fd),
}
