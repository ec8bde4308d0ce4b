//! Waiting for children, and what a wait status says.

use super::args::*;
use super::process::pair;
use crate::resource::usage_object;
use taipan_host::wait;
use taipan_object::prelude::*;
use taipan_object::types::structseq::StructSeq;

/// `os.waitid_result`.
pub static WAITID_RESULT: StructSeq = StructSeq::new(
    c"posix.waitid_result",
    c"waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.",
    &[("si_pid", ""), ("si_uid", ""), ("si_signo", ""), ("si_status", ""), ("si_code", "")],
    5,
);

/// `wait4` as a tuple.
fn wait_usage(pid: i32, options: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let (pid, status, usage) = wait_for(cx, || wait::wait4(pid, options))?;
    let v = vec![int(pid as i64, cx)?, int(status as i64, cx)?, usage_object(&usage, cx)?.into_object()];
    PyTuple::from_vec(v, cx)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Wait for completion of a child process.
    ///
    /// Returns a tuple of information about the child process:
    ///   (pid, status, rusage)
    #[function("wait3(options)")]
    fn wait3(options: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        wait_usage(-1, options, cx)
    }
    /// Wait for completion of a specific child process.
    ///
    /// Returns a tuple of information about the child process:
    ///   (pid, status, rusage)
    #[function("wait4(pid, options)")]
    fn wait4(pid: i32, options: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        wait_usage(pid, options, cx)
    }
    /// Returns the result of waiting for a process or processes.
    ///
    ///   idtype
    ///     Must be one of be P_PID, P_PGID or P_ALL.
    ///   id
    ///     The id to wait on.
    ///   options
    ///     Constructed from the ORing of one or more of WEXITED, WSTOPPED
    ///     or WCONTINUED and additionally may be ORed with WNOHANG or WNOWAIT.
    ///
    /// Returns either waitid_result or None if WNOHANG is specified and there
    /// are no children in a waitable state.
    #[function("waitid(idtype, id, options, /)")]
    fn waitid(idtype: i32, id: i32, options: i32, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let Some(i) = wait_for(cx, || wait::waitid(idtype as u32, id as u32, options))? else { return Ok(None) };
        let mut v = Vec::new();
        for n in [i.pid as i64, i.uid as i64, i.signo as i64, i.status as i64, i.code as i64] {
            v.push(int(n, cx)?);
        }
        WAITID_RESULT.make(v, cx).map(Some)
    }
    /// Wait for completion of a child process.
    ///
    /// Returns a tuple of information about the child process:
    ///     (pid, status)
    #[function("wait()")]
    fn wait(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (p, s) = wait_for(cx, || wait::waitpid(-1, 0))?;
        pair(p, s, cx)
    }
    /// Wait for completion of a given child process.
    ///
    /// Returns a tuple of information regarding the child process:
    ///     (pid, status)
    ///
    /// The options argument is ignored on Windows.
    #[function("waitpid(pid, options, /)")]
    fn waitpid(pid: i32, options: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (p, s) = wait_for(cx, || wait::waitpid(pid, options))?;
        pair(p, s, cx)
    }
    /// Convert a wait status to an exit code.
    ///
    /// On Unix:
    ///
    /// * If WIFEXITED(status) is true, return WEXITSTATUS(status).
    /// * If WIFSIGNALED(status) is true, return -WTERMSIG(status).
    /// * Otherwise, raise a ValueError.
    ///
    /// On Windows, return status shifted right by 8 bits.
    ///
    /// On Unix, if the process is being traced or if waitpid() was called with
    /// WUNTRACED option, the caller must first check if WIFSTOPPED(status) is true.
    /// This function must not be called if WIFSTOPPED(status) is true.
    #[function("waitstatus_to_exitcode(status)")]
    fn waitstatus_to_exitcode(status: i32, cx: &mut Cx) -> PyResult<i32> {
        if wait::exited(status) {
            let code = wait::exit_status(status);
            return Ok(code);
        }
        if wait::signaled(status) {
            return Ok(-wait::term_signal(status));
        }
        if wait::stopped(status) {
            let s = wait::stop_signal(status);
            return Err(cx.value_error(format_args!("process stopped by delivery of signal {s}")));
        }
        Err(cx.value_error(format_args!("invalid wait status: {status}")))
    }
    /// Return True if the process returning status was dumped to a core file.
    #[function("WCOREDUMP(status, /)")]
    fn wcoredump(status: i32) -> bool {
        wait::core_dumped(status)
    }
    /// Return True if a particular process was continued from a job control stop.
    ///
    /// Return True if the process returning status was continued from a
    /// job control stop.
    #[function("WIFCONTINUED(status)")]
    fn wifcontinued(status: i32) -> bool {
        wait::continued(status)
    }
    /// Return True if the process returning status was stopped.
    #[function("WIFSTOPPED(status)")]
    fn wifstopped(status: i32) -> bool {
        wait::stopped(status)
    }
    /// Return True if the process returning status was terminated by a signal.
    #[function("WIFSIGNALED(status)")]
    fn wifsignaled(status: i32) -> bool {
        wait::signaled(status)
    }
    /// Return True if the process returning status exited via the exit() system call.
    #[function("WIFEXITED(status)")]
    fn wifexited(status: i32) -> bool {
        wait::exited(status)
    }
    /// Return the process return code from status.
    #[function("WEXITSTATUS(status)")]
    fn wexitstatus(status: i32) -> i32 {
        wait::exit_status(status)
    }
    /// Return the signal that terminated the process that provided the status value.
    #[function("WTERMSIG(status)")]
    fn wtermsig(status: i32) -> i32 {
        wait::term_signal(status)
    }
    /// Return the signal that stopped the process that provided the status value.
    #[function("WSTOPSIG(status)")]
    fn wstopsig(status: i32) -> i32 {
        wait::stop_signal(status)
    }
}
