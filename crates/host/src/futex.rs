//! Waiting on a word of memory: what interruptible locks are made of.

use core::sync::atomic::AtomicU32;

use crate::clock::Time;
use crate::sys::done;
use crate::{Errno, Result};

/// Sleep while the word is `expected`, at most until `deadline` of the monotonic clock. `EAGAIN` when it already differs, `EINTR` when a signal
/// came, `ETIMEDOUT`. May wake for no reason. Blocks.
pub fn wait(word: &AtomicU32, expected: u32, deadline: Option<Time>) -> Result<()> {
    let raw = deadline.map(Time::to_c);
    let limit = raw.as_ref().map_or(core::ptr::null(), |t| t as *const libc::timespec);
    const MATCH_ANY: u32 = !0;
    // SAFETY: the word and the time live during the call; the kernel only reads them.
    let r = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT_BITSET | libc::FUTEX_PRIVATE_FLAG,
            expected,
            limit,
            core::ptr::null::<u32>(),
            MATCH_ANY,
        )
    };
    done(r)
}

/// Wake up to `count` sleepers.
pub fn wake(word: &AtomicU32, count: i32) {
    // SAFETY: the address is only a key.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, count) };
}

/// A lock that any thread may open, whose waiting ends at signals and deadlines. 0: open, 1: taken, 2: taken, others may wait.
#[derive(Default)]
pub struct Lock(AtomicU32);

impl Lock {
    /// An open lock.
    pub const fn new() -> Lock {
        Lock(AtomicU32::new(0))
    }
    /// Take it if it is open.
    #[inline]
    pub fn try_take(&self) -> bool {
        use core::sync::atomic::Ordering::*;
        self.0.compare_exchange(0, 1, Acquire, Relaxed).is_ok()
    }
    /// Take it, waiting as long as need be. `ETIMEDOUT` after the deadline, `EINTR` when a signal came. Blocks.
    pub fn take(&self, deadline: Option<Time>) -> Result<()> {
        use core::sync::atomic::Ordering::*;
        if self.try_take() {
            return Ok(());
        }
        while self.0.swap(2, Acquire) != 0 {
            match wait(&self.0, 2, deadline) {
                Ok(()) | Err(Errno::EAGAIN) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
    /// Open it. False when it was open.
    #[inline]
    pub fn open(&self) -> bool {
        use core::sync::atomic::Ordering::*;
        match self.0.swap(0, Release) {
            0 => false,
            1 => true,
            _ => {
                wake(&self.0, 1);
                true
            }
        }
    }
    /// Whether it is taken.
    #[inline]
    pub fn is_taken(&self) -> bool {
        self.0.load(core::sync::atomic::Ordering::Relaxed) != 0
    }
    /// Make it open without telling anybody (after a fork).
    pub fn reset(&self) {
        self.0.store(0, core::sync::atomic::Ordering::Release);
    }
}

/// Something that happens once; any number of threads wait for it.
#[derive(Default)]
pub struct Event(AtomicU32);

impl Event {
    /// An event that has not happened.
    pub const fn new() -> Event {
        Event(AtomicU32::new(0))
    }
    /// Whether it has happened.
    pub fn is_set(&self) -> bool {
        self.0.load(core::sync::atomic::Ordering::Acquire) != 0
    }
    /// Let it happen.
    pub fn set(&self) {
        self.0.store(1, core::sync::atomic::Ordering::Release);
        wake(&self.0, i32::MAX);
    }
    /// Wait for it. `ETIMEDOUT` after the deadline, `EINTR` when a signal came. Blocks.
    pub fn wait(&self, deadline: Option<Time>) -> Result<()> {
        while !self.is_set() {
            match wait(&self.0, 0, deadline) {
                Ok(()) | Err(Errno::EAGAIN) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}
