//! The one point at which access to the outside world can be observed or refused.
//!
//! Host functions call [`check`] before they act. With no guard installed that
//! is one relaxed load. A guard is a function pointer, process-wide; it sees what
//! is about to happen and may refuse with an errno (permissions give `EPERM` or
//! `EACCES`). Python-level audit events (PEP 578) have Python objects as
//! arguments, so the native modules raise them; a program cannot get round the
//! guard here by avoiding those modules.

use core::ffi::CStr;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::Result;

/// What is about to happen.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Access<'a> {
    /// Read a file or directory, or its metadata.
    Read(&'a CStr),
    /// Create, change or remove a file or directory.
    Write(&'a CStr),
    /// Open a network socket of this address family.
    Socket(i32),
    /// Connect to or bind an address, given as the bytes of its `sockaddr`.
    Address(&'a [u8]),
    /// Resolve a host name.
    Resolve(&'a CStr),
    /// Start a program, or replace this process by one.
    Execute(&'a CStr),
    /// Duplicate this process.
    Fork,
    /// Send a signal to a process.
    Kill(i32),
    /// Read or (with a value) change an environment variable.
    Environment(&'a CStr, bool),
    /// Load a shared library.
    Library(&'a CStr),
}

/// A guard: an error refuses the access.
pub type Guard = fn(Access<'_>) -> Result<()>;

static GUARD: AtomicUsize = AtomicUsize::new(0);

/// Install the process's guard; it stays for the life of the process.
/// Returns false, and changes nothing, when there is one already.
pub fn install(guard: Guard) -> bool {
    GUARD.compare_exchange(0, guard as usize, Ordering::AcqRel, Ordering::Acquire).is_ok()
}

/// Ask the guard, if there is one.
#[inline]
pub fn check(access: Access<'_>) -> Result<()> {
    let guard = GUARD.load(Ordering::Relaxed);
    if guard == 0 {
        return Ok(());
    }
    ask(guard, access)
}

#[cold]
fn ask(guard: usize, access: Access<'_>) -> Result<()> {
    // SAFETY: only `install` stores here, and it stores a `Guard`.
    let guard: Guard = unsafe { core::mem::transmute::<usize, Guard>(guard) };
    guard(access)
}
