//! Named POSIX semaphores, which processes share (`_multiprocessing`).

use core::ffi::CStr;

use crate::clock::Time;
use crate::sys::done;
use crate::{Errno, Result};

/// The largest value of a semaphore.
pub const VALUE_MAX: i32 = i32::MAX;

/// An open semaphore; closed when dropped.
pub struct Semaphore(*mut libc::sem_t);

// SAFETY: a semaphore is made for use from any thread.
unsafe impl Send for Semaphore {}
// SAFETY: as above.
unsafe impl Sync for Semaphore {}

impl Semaphore {
    fn opened(raw: *mut libc::sem_t) -> Result<Semaphore> {
        if raw == libc::SEM_FAILED { Err(Errno::last()) } else { Ok(Semaphore(raw)) }
    }
    /// Create a semaphore that must not exist yet.
    pub fn create(name: &CStr, value: u32) -> Result<Semaphore> {
        crate::gate::check(crate::gate::Access::Write(name))?;
        Semaphore::opened(sys!(libc::sem_open(name.as_ptr(), libc::O_CREAT | libc::O_EXCL, 0o600, value)))
    }
    /// Open an existing one.
    pub fn open(name: &CStr) -> Result<Semaphore> {
        crate::gate::check(crate::gate::Access::Write(name))?;
        Semaphore::opened(sys!(libc::sem_open(name.as_ptr(), 0)))
    }
    /// Its address, as a number to show.
    pub fn address(&self) -> usize {
        self.0 as usize
    }
    /// Take one if that needs no waiting. `EAGAIN` otherwise.
    pub fn try_wait(&self) -> Result<()> {
        // SAFETY: open until dropped.
        done(unsafe { libc::sem_trywait(self.0) })
    }
    /// Take one; `ETIMEDOUT` after the deadline (of the real-time clock), `EINTR` when a signal came. Blocks.
    pub fn wait(&self, deadline: Option<Time>) -> Result<()> {
        // SAFETY: open until dropped; the time lives during the call.
        done(unsafe {
            match deadline {
                None => libc::sem_wait(self.0),
                Some(t) => libc::sem_timedwait(self.0, &t.to_c()),
            }
        })
    }
    /// Add one.
    pub fn post(&self) -> Result<()> {
        // SAFETY: open until dropped.
        done(unsafe { libc::sem_post(self.0) })
    }
    /// The current value.
    pub fn value(&self) -> Result<i32> {
        let mut value = 0;
        // SAFETY: open until dropped; the value lives during the call.
        done(unsafe { libc::sem_getvalue(self.0, &mut value) })?;
        Ok(value)
    }
}

impl Drop for Semaphore {
    fn drop(&mut self) {
        // SAFETY: opened by this value, closed once.
        unsafe { libc::sem_close(self.0) };
    }
}

/// Remove the name of a semaphore.
pub fn unlink(name: &CStr) -> Result<()> {
    crate::gate::check(crate::gate::Access::Write(name))?;
    done(sys!(libc::sem_unlink(name.as_ptr())))
}
