//! This process and others: ids, signals to processes, priorities, ending.

use core::ffi::CStr;

use crate::gate::{Access, check as allow};
use crate::sys::{check, done};
use crate::{Errno, Fd, Result};

/// This process's id.
pub fn getpid() -> i32 {
    sys!(libc::getpid())
}

/// The parent's id.
pub fn getppid() -> i32 {
    sys!(libc::getppid())
}

/// The process group of a process (0: this one).
pub fn getpgid(pid: i32) -> Result<i32> {
    check(sys!(libc::getpgid(pid)))
}

/// This process's group.
pub fn getpgrp() -> i32 {
    sys!(libc::getpgrp())
}

/// Move a process to a group.
pub fn setpgid(pid: i32, group: i32) -> Result<()> {
    done(sys!(libc::setpgid(pid, group)))
}

/// The session of a process (0: this one).
pub fn getsid(pid: i32) -> Result<i32> {
    check(sys!(libc::getsid(pid)))
}

/// Start a new session.
pub fn setsid() -> Result<i32> {
    check(sys!(libc::setsid()))
}

/// Send a signal to a process, a group or all.
pub fn kill(pid: i32, signal: i32) -> Result<()> {
    allow(Access::Kill(pid))?;
    done(sys!(libc::kill(pid, signal)))
}

/// Send a signal to a process group.
pub fn killpg(group: i32, signal: i32) -> Result<()> {
    allow(Access::Kill(-group))?;
    done(sys!(libc::killpg(group, signal)))
}

/// Add to the nice value; returns the new one.
pub fn nice(increment: i32) -> Result<i32> {
    Errno(0).set();
    let value = sys!(libc::nice(increment));
    if value == -1 && Errno::last() != Errno(0) { Err(Errno::last()) } else { Ok(value) }
}

/// The priority of a process, group or user.
pub fn getpriority(which: i32, who: u32) -> Result<i32> {
    Errno(0).set();
    let value = sys!(libc::getpriority(which as libc::__priority_which_t, who));
    if value == -1 && Errno::last() != Errno(0) { Err(Errno::last()) } else { Ok(value) }
}

/// Set the priority of a process, group or user.
pub fn setpriority(which: i32, who: u32, priority: i32) -> Result<()> {
    done(sys!(libc::setpriority(which as libc::__priority_which_t, who, priority)))
}

/// Duplicate the process: 0 in the child, the child's id in the parent.
///
/// Only the calling thread exists in the child. The caller must hold the GIL and
/// mend its own locks afterwards, in both processes.
pub fn fork() -> Result<i32> {
    allow(Access::Fork)?;
    check(sys!(libc::fork()))
}

/// End at once, without running exit handlers or flushing buffers.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(status) }
}

/// End by C's `exit`: runs the C library's exit handlers.
pub fn exit(status: i32) -> ! {
    std::process::exit(status)
}

/// End with `SIGABRT`.
pub fn abort() -> ! {
    std::process::abort()
}

/// Run a shell command and wait; the wait status. Blocks.
pub fn system(command: &CStr) -> Result<i32> {
    allow(Access::Execute(command))?;
    check(sys!(libc::system(command.as_ptr())))
}

/// Leave parts of the process's context shared with others (`CLONE_*`).
pub fn unshare(flags: i32) -> Result<()> {
    done(sys!(libc::unshare(flags)))
}

/// Join a namespace.
pub fn setns(fd: Fd, kind: i32) -> Result<()> {
    done(sys!(libc::setns(fd, kind)))
}

/// A descriptor that refers to a process.
pub fn pidfd_open(pid: i32, flags: u32) -> Result<Fd> {
    check(sys!(libc::syscall(libc::SYS_pidfd_open, pid, flags))).map(|fd| fd as Fd)
}

/// Send a signal to the process behind a descriptor.
pub fn pidfd_send_signal(pidfd: Fd, signal: i32, flags: u32) -> Result<()> {
    allow(Access::Kill(0))?;
    done(sys!(libc::syscall(
        libc::SYS_pidfd_send_signal,
        pidfd,
        signal,
        core::ptr::null::<libc::siginfo_t>(),
        flags
    )))
}
