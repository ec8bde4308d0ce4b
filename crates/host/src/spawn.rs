//! What `subprocess` needs: fork, arrange the child, run a program, report failure through a pipe.
//!
//! Between fork and exec the child calls async-signal-safe functions only (and
//! the caller's `preexec`, which is the caller's risk, as in CPython). All
//! memory is prepared before the fork.

use core::ffi::{CStr, c_char};
use core::ptr::null;
use std::ffi::CString;

use crate::exec::pointers;
use crate::gate::{Access, check as allow};
use crate::sys::{check, done};
use crate::{Errno, Fd, Result};

/// The request of `_posixsubprocess.fork_exec`. A descriptor of -1 means "none".
pub struct ForkExec<'a> {
    /// Candidate paths, tried in order while they do not exist.
    pub programs: &'a [CString],
    /// The arguments.
    pub args: &'a [CString],
    /// `NAME=value` strings; None inherits the environment.
    pub env: Option<&'a [CString]>,
    /// The directory to change to.
    pub cwd: Option<&'a CStr>,
    /// The child's ends of the three standard streams.
    pub stdin: Fd,
    /// See `stdin`.
    pub stdout: Fd,
    /// See `stdin`.
    pub stderr: Fd,
    /// The parent's ends, closed in the child.
    pub parent_ends: [Fd; 4],
    /// Where the child writes why it failed.
    pub error_pipe: Fd,
    /// Close all descriptors from 3 on but `keep`.
    pub close_fds: bool,
    /// Sorted, without duplicates; made inheritable in the child.
    pub keep: &'a [Fd],
    /// Restore the default action of `SIGPIPE` and `SIGXFSZ`.
    pub restore_signals: bool,
    /// Start a new session.
    pub new_session: bool,
    /// Join or make a process group.
    pub group: Option<i32>,
    /// Supplementary groups.
    pub groups: Option<&'a [u32]>,
    /// The group id.
    pub gid: Option<u32>,
    /// The user id.
    pub uid: Option<u32>,
    /// The file mode mask.
    pub umask: Option<u32>,
}

/// Why the child could not go on, in the form `subprocess` reads.
enum Failure {
    /// An errno, and what failed: empty for `exec` itself, else a text that begins with `noexec`.
    Errno(Errno, &'static [u8]),
    /// The caller's function raised.
    Preexec,
}

/// Fork and run. `preexec` runs in the child just before descriptors are closed; false means it raised.
///
/// Returns the child's id in the parent; never returns in the child. `preexec`
/// sees the state of the forking thread only.
pub fn fork_exec(request: &ForkExec<'_>, preexec: Option<&mut dyn FnMut() -> bool>) -> Result<i32> {
    for program in request.programs {
        allow(Access::Execute(program))?;
    }
    let argv = pointers(request.args);
    let envp = request.env.map(pointers);
    let envp = envp.as_ref().map_or(null(), |list| list.as_ptr());
    // Signals stay blocked over the fork, so that no Python-level handler runs in the child.
    let mut all = zeroed!(libc::sigset_t);
    let mut before = zeroed!(libc::sigset_t);
    sys!(libc::sigfillset(&mut all));
    sys!(libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut before));
    let forked = check(sys!(libc::fork()));
    if forked == Ok(0) {
        let failure = child(request, &argv, envp, &before, preexec);
        report(request.error_pipe, failure);
        crate::process::exit_now(255);
    }
    sys!(libc::pthread_sigmask(libc::SIG_SETMASK, &before, core::ptr::null_mut()));
    forked
}

fn child(
    request: &ForkExec<'_>,
    argv: &[*const c_char],
    envp: *const *const c_char,
    signals_before: &libc::sigset_t,
    preexec: Option<&mut dyn FnMut() -> bool>,
) -> Failure {
    if let Err(error) = arrange_descriptors(request) {
        return Failure::Errno(error, b"noexec");
    }
    if let Some(cwd) = request.cwd {
        if let Err(error) = done(sys!(libc::chdir(cwd.as_ptr()))) {
            return Failure::Errno(error, b"noexec:chdir");
        }
    }
    if let Some(mask) = request.umask {
        sys!(libc::umask(mask));
    }
    if request.restore_signals {
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            sys!(libc::signal(signal, libc::SIG_DFL));
        }
    }
    sys!(libc::pthread_sigmask(libc::SIG_SETMASK, signals_before, core::ptr::null_mut()));
    if let Err(error) = become_other(request) {
        return Failure::Errno(error, b"noexec");
    }
    if preexec.is_some_and(|run| !run()) {
        return Failure::Preexec;
    }
    if request.close_fds {
        close_all_but(request.keep);
    }
    Failure::Errno(try_programs(request.programs, argv, envp), b"")
}

/// Give the three streams their numbers without overwriting one that is still needed.
fn arrange_descriptors(request: &ForkExec<'_>) -> Result<()> {
    for fd in request.keep {
        if *fd != request.error_pipe {
            crate::fd::set_inheritable(*fd, true)?;
        }
    }
    for fd in request.parent_ends {
        if fd != -1 {
            crate::fd::close(fd)?;
        }
    }
    let (mut out, mut err) = (request.stdout, request.stderr);
    // A child's end numbered like an earlier stream would be overwritten by it.
    if out == 0 {
        out = check(sys!(libc::dup(out)))?;
    }
    while err == 0 || err == 1 {
        err = check(sys!(libc::dup(err)))?;
    }
    for (from, to) in [(request.stdin, 0), (out, 1), (err, 2)] {
        if from == to {
            crate::fd::set_inheritable(to, true)?;
        } else if from != -1 {
            check(sys!(libc::dup2(from, to)))?;
        }
    }
    Ok(())
}

/// Session, group and user.
fn become_other(request: &ForkExec<'_>) -> Result<()> {
    if request.new_session {
        done(sys!(libc::setsid()))?;
    }
    if let Some(group) = request.group {
        done(sys!(libc::setpgid(0, group)))?;
    }
    if let Some(groups) = request.groups {
        done(sys!(libc::setgroups(groups.len(), groups.as_ptr())))?;
    }
    if let Some(gid) = request.gid {
        done(sys!(libc::setregid(gid, gid)))?;
    }
    if let Some(uid) = request.uid {
        done(sys!(libc::setreuid(uid, uid)))?;
    }
    Ok(())
}

/// Close what lies between the kept descriptors, from 3 on.
fn close_all_but(keep: &[Fd]) {
    let mut low = 3;
    for fd in keep.iter().copied().filter(|fd| *fd >= 3) {
        crate::fd::close_range(low, fd);
        low = fd + 1;
    }
    let tail = sys!(libc::syscall(libc::SYS_close_range, low as u32, u32::MAX, 0u32));
    if tail != 0 {
        let limit = sys!(libc::sysconf(libc::_SC_OPEN_MAX)).clamp(256, 1 << 16) as Fd;
        crate::fd::close_range(low, limit);
    }
}

/// Try the candidates; an error other than "not there" is remembered.
fn try_programs(programs: &[CString], argv: &[*const c_char], envp: *const *const c_char) -> Errno {
    let mut remembered = None;
    let mut last = Errno::ENOENT;
    for program in programs {
        if envp.is_null() {
            sys!(libc::execv(program.as_ptr(), argv.as_ptr()));
        } else {
            sys!(libc::execve(program.as_ptr(), argv.as_ptr(), envp));
        }
        last = Errno::last();
        if !matches!(last, Errno::ENOENT | Errno::ENOTDIR) && remembered.is_none() {
            remembered = Some(last);
        }
    }
    remembered.unwrap_or(last)
}

/// Write `OSError:<errno in hex>:<what>` or `SubprocessError:0:…`, as `subprocess.Popen` parses it;
/// without allocating.
fn report(pipe: Fd, failure: Failure) {
    let mut line = [0u8; 64];
    let mut used = 0;
    let mut push = |bytes: &[u8]| {
        line[used..used + bytes.len()].copy_from_slice(bytes);
        used += bytes.len();
    };
    match failure {
        Failure::Preexec => push(b"SubprocessError:0:Exception occurred in preexec_fn."),
        Failure::Errno(Errno(code), what) => {
            push(b"OSError:");
            let mut digits = [0u8; 8];
            let mut at = digits.len();
            let mut rest = code as u32;
            loop {
                at -= 1;
                digits[at] = b"0123456789ABCDEF"[(rest & 15) as usize];
                rest >>= 4;
                if rest == 0 || at == 0 {
                    break;
                }
            }
            push(&digits[at..]);
            push(b":");
            push(what);
        }
    }
    // Nobody is left to tell when this fails.
    let _ = crate::fd::write_all(pipe, &line[..used]);
}
