//! `epoll` (Linux).

use crate::sys::{check, done};
use crate::{Fd, Result};

/// Make an epoll descriptor, close-on-exec.
pub fn create() -> Result<Fd> {
    check(sys!(libc::epoll_create1(libc::EPOLL_CLOEXEC)))
}

/// Watch a descriptor.
pub fn add(epoll: Fd, fd: Fd, events: u32) -> Result<()> {
    control(epoll, libc::EPOLL_CTL_ADD, fd, events)
}

/// Change what is watched.
pub fn modify(epoll: Fd, fd: Fd, events: u32) -> Result<()> {
    control(epoll, libc::EPOLL_CTL_MOD, fd, events)
}

/// Stop watching.
pub fn remove(epoll: Fd, fd: Fd) -> Result<()> {
    control(epoll, libc::EPOLL_CTL_DEL, fd, 0)
}

fn control(epoll: Fd, operation: i32, fd: Fd, events: u32) -> Result<()> {
    let mut event = libc::epoll_event { events, u64: fd as u64 };
    done(sys!(libc::epoll_ctl(epoll, operation, fd, &mut event)))
}

/// Wait for events: (descriptor, events) pairs; a negative time waits for ever. Blocks.
pub fn wait(epoll: Fd, events_max: usize, timeout_ms: i32) -> Result<Vec<(Fd, u32)>> {
    let size = events_max.clamp(1, i32::MAX as usize);
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; size];
    let n = check(sys!(libc::epoll_wait(epoll, events.as_mut_ptr(), size as i32, timeout_ms)))?;
    Ok(events[..n as usize].iter().map(|e| (e.u64 as Fd, e.events)).collect())
}
