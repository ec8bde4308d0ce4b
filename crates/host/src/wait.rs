//! Waiting for children and reading their status.

use crate::resource::Usage;
use crate::sys::{check, done};
use crate::Result;

/// Wait for a child; (its id, its status), id 0 with `WNOHANG` when none has changed. Blocks.
pub fn waitpid(pid: i32, options: i32) -> Result<(i32, i32)> {
    let mut status = 0;
    let pid = check(sys!(libc::waitpid(pid, &mut status, options)))?;
    Ok((pid, status))
}

/// [`waitpid`] with the child's resource usage. Blocks.
pub fn wait4(pid: i32, options: i32) -> Result<(i32, i32, Usage)> {
    let mut status = 0;
    let mut usage = zeroed!(libc::rusage);
    let pid = check(sys!(libc::wait4(pid, &mut status, options, &mut usage)))?;
    Ok((pid, status, Usage::from_c(&usage)))
}

/// What [`waitid`] says of a child.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct ChildInfo {
    pub pid: i32,
    pub uid: u32,
    pub signo: i32,
    pub status: i32,
    pub code: i32,
}

/// Wait for a change of a child, chosen by `P_*`; None with `WNOHANG` when there is none. Blocks.
pub fn waitid(kind: u32, id: u32, options: i32) -> Result<Option<ChildInfo>> {
    let mut info = zeroed!(libc::siginfo_t);
    done(sys!(libc::waitid(kind, id, &mut info, options)))?;
    // SAFETY: waitid filled the members that SIGCHLD has, or left them zero.
    let (pid, uid, status) = unsafe { (info.si_pid(), info.si_uid(), info.si_status()) };
    if pid == 0 {
        return Ok(None);
    }
    Ok(Some(ChildInfo { pid, uid, signo: info.si_signo, status, code: info.si_code }))
}

/// Whether the child exited by itself.
pub fn exited(status: i32) -> bool {
    libc::WIFEXITED(status)
}
/// The status it exited with.
pub fn exit_status(status: i32) -> i32 {
    libc::WEXITSTATUS(status)
}
/// Whether a signal killed it.
pub fn signaled(status: i32) -> bool {
    libc::WIFSIGNALED(status)
}
/// The signal that killed it.
pub fn term_signal(status: i32) -> i32 {
    libc::WTERMSIG(status)
}
/// Whether it is stopped.
pub fn stopped(status: i32) -> bool {
    libc::WIFSTOPPED(status)
}
/// The signal that stopped it.
pub fn stop_signal(status: i32) -> i32 {
    libc::WSTOPSIG(status)
}
/// Whether it was continued.
pub fn continued(status: i32) -> bool {
    libc::WIFCONTINUED(status)
}
/// Whether it left a core file.
pub fn core_dumped(status: i32) -> bool {
    libc::WCOREDUMP(status)
}
