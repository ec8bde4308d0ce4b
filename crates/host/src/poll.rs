//! `select` and `poll`.

use core::ptr::null_mut;

use crate::sys::check;
use crate::{Errno, Fd, Result};

/// One descriptor of [`poll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct PollFd {
    /// The descriptor.
    pub fd: Fd,
    /// What is asked (`POLL*`).
    pub events: i16,
    /// What was found.
    pub revents: i16,
}

const _: () = assert!(size_of::<PollFd>() == size_of::<libc::pollfd>());

/// Wait until one of the descriptors is ready; a negative time waits for ever. Returns how many are. Blocks.
pub fn poll(fds: &mut [PollFd], timeout_ms: i32) -> Result<usize> {
    let n = check(sys!(libc::poll(fds.as_mut_ptr().cast::<libc::pollfd>(), fds.len() as libc::nfds_t, timeout_ms)))?;
    Ok(n as usize)
}

/// Wait for one descriptor with nanosecond precision; None waits for ever. False when the time is over. Blocks.
pub fn wait_one(fd: Fd, events: i16, timeout_ns: Option<i64>) -> Result<bool> {
    let mut entry = PollFd { fd, events, revents: 0 };
    let limit = timeout_ns.map(|ns| crate::clock::Time::from_nanos(ns.max(0)).to_c());
    let pointer = limit.as_ref().map_or(core::ptr::null(), |t| t as *const _);
    let n = check(sys!(libc::ppoll((&raw mut entry).cast(), 1, pointer, core::ptr::null())))?;
    Ok(n > 0)
}

/// The largest descriptor that `select` takes, plus one.
pub const SELECT_MAX: usize = libc::FD_SETSIZE;

/// The three lists that [`select`] returns.
pub type Ready = (Vec<Fd>, Vec<Fd>, Vec<Fd>);

/// Wait until one of the descriptors is ready; those that are. `EINVAL` for one outside `0..SELECT_MAX`. Blocks.
pub fn select(read: &[Fd], write: &[Fd], except: &[Fd], timeout_ns: Option<i64>) -> Result<Ready> {
    let mut sets = [set_of(read)?, set_of(write)?, set_of(except)?];
    let highest = read.iter().chain(write).chain(except).copied().max().unwrap_or(-1);
    let mut limit = timeout_ns.map(|ns| libc::timeval {
        tv_sec: ns.max(0) / 1_000_000_000,
        tv_usec: ns.max(0) % 1_000_000_000 / 1_000,
    });
    let pointer = limit.as_mut().map_or(null_mut(), |t| t as *mut _);
    let [r, w, x] = &mut sets;
    check(sys!(libc::select(highest + 1, r, w, x, pointer)))?;
    Ok((ready(read, &sets[0]), ready(write, &sets[1]), ready(except, &sets[2])))
}

fn set_of(fds: &[Fd]) -> Result<libc::fd_set> {
    let mut set = zeroed!(libc::fd_set);
    for fd in fds {
        if *fd < 0 || *fd as usize >= SELECT_MAX {
            return Err(Errno::EINVAL);
        }
        sys!(libc::FD_SET(*fd, &mut set));
    }
    Ok(set)
}

fn ready(fds: &[Fd], set: &libc::fd_set) -> Vec<Fd> {
    fds.iter().copied().filter(|fd| sys!(libc::FD_ISSET(*fd, set))).collect()
}
