//! Processes: ids, fork, exec, wait, signals to others.

use super::args::*;
use std::cell::RefCell;
use std::ffi::CString;
use taipan_host::{exec, ids, process, wait};
use taipan_object::abstract_::iter;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// Callbacks of `os.register_at_fork`.
#[derive(Default)]
pub struct AtFork {
    before: RefCell<Vec<Own<Object>>>,
    child: RefCell<Vec<Own<Object>>>,
    parent: RefCell<Vec<Own<Object>>>,
}

/// Call callbacks; their errors are reported, not raised.
fn run_hooks(list: Vec<Own<Object>>, cx: &mut Cx) {
    for f in list {
        if taipan_object::call::call(&f, &[], cx).is_err() {
            taipan_object::unraisable::write(cx, None, Some(&f));
        }
    }
}

/// `PyOS_BeforeFork`.
pub fn before_fork(cx: &mut Cx) {
    let mut l = cx.state::<AtFork>().before.borrow().clone();
    l.reverse();
    run_hooks(l, cx);
}

/// `PyOS_AfterFork_Parent`.
pub fn after_fork_parent(cx: &mut Cx) {
    let l = cx.state::<AtFork>().parent.borrow().clone();
    run_hooks(l, cx);
}

/// `PyOS_AfterFork_Child`: only this thread is left.
pub fn after_fork_child(cx: &mut Cx) {
    taipan_host::signal::clear_pending();
    let l = cx.state::<AtFork>().child.borrow().clone();
    run_hooks(l, cx);
}

fn fork_with<T>(name: &str, cx: &mut Cx, f: impl FnOnce() -> taipan_host::Result<(i32, T)>) -> PyResult<(i32, T)> {
    if cx.interp().finalizing.get() {
        return Err(cx.raise_msg(exc::PythonFinalizationError(), format_args!("can't fork at interpreter shutdown")));
    }
    taipan_object::audit::raise(&format!("os.{name}"), &[], cx)?;
    before_fork(cx);
    let r = taipan_object::thread::fork::around(cx, f, |r| matches!(r, Ok((0, _))));
    match &r {
        Ok((0, _)) => after_fork_child(cx),
        _ => {
            after_fork_parent(cx);
            let threads = cx.interp().thread_list(cx).len();
            if r.is_ok() && threads > 1 {
                let pid = process::getpid();
                taipan_object::warn::warn(
                    exc::DeprecationWarning(),
                    format_args!("This process (pid={pid}) is multi-threaded, use of {name}() may lead to deadlocks in the child."),
                    1,
                    cx,
                )?;
            }
        }
    }
    done(r, cx)
}

/// Arguments for a new program.
fn arg_list(v: &Object, func: &str, cx: &mut Cx) -> PyResult<Vec<CString>> {
    if !v.is_a::<PyList>() && !v.is_a::<PyTuple>() {
        return Err(cx.type_error(format_args!("{func} must be a tuple or list")));
    }
    let items = iter::collect(v, cx)?;
    let mut out = Vec::with_capacity(items.len());
    for o in items {
        out.push(fspath::to_cstring(&o, cx)?);
    }
    Ok(out)
}

fn exec_args(v: &Object, func: &str, cx: &mut Cx) -> PyResult<Vec<CString>> {
    let out = arg_list(v, &format!("{func} arg 2").replace("execve() arg 2", "execve: argv"), cx)?;
    let shown = if func == "execve()" { "execve: argv" } else { "execv() arg 2" };
    match out.first() {
        None => Err(cx.value_error(format_args!("{shown} must not be empty"))),
        Some(a) if a.is_empty() => Err(cx.value_error(format_args!("{shown} first element cannot be empty"))),
        _ => Ok(out),
    }
}

/// `NAME=value` strings of a mapping.
pub fn env_list(env: &Object, cx: &mut Cx) -> PyResult<Vec<CString>> {
    let keys = taipan_object::call::call_method(env, name!(cx, "keys"), &[], cx)?;
    let values = taipan_object::call::call_method(env, name!(cx, "values"), &[], cx)?;
    let (keys, values) = (iter::collect(&keys, cx)?, iter::collect(&values, cx)?);
    let mut out = Vec::with_capacity(keys.len());
    for (k, v) in keys.iter().zip(&values) {
        let (k, v) = (fspath::to_cstring(k, cx)?, fspath::to_cstring(v, cx)?);
        if k.is_empty() || k.to_bytes().iter().skip(1).any(|&b| b == b'=') {
            return Err(cx.value_error(format_args!("illegal environment variable name")));
        }
        let mut line = k.into_bytes();
        line.push(b'=');
        line.extend_from_slice(v.to_bytes());
        out.push(CString::new(line).unwrap_or_default());
    }
    Ok(out)
}

fn pair(pid: i32, status: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    ints(&[pid as i64, status as i64], cx)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Return the current process id.
    #[function("getpid()")]
    fn getpid() -> i32 {
        process::getpid()
    }
    /// Return the parent's process id.
    ///
    /// If the parent process has already exited, Windows machines will still
    /// return its id; others systems will return the id of the 'init' process (1).
    #[function("getppid()")]
    fn getppid() -> i32 {
        process::getppid()
    }
    /// Call the system call getpgid(), and return the result.
    #[function("getpgid(pid)")]
    fn getpgid(pid: i32, cx: &mut Cx) -> PyResult<i32> {
        done(process::getpgid(pid), cx)
    }
    /// Return the current process group id.
    #[function("getpgrp()")]
    fn getpgrp() -> i32 {
        process::getpgrp()
    }
    /// Make the current process the leader of its process group.
    #[function("setpgrp()")]
    fn setpgrp(cx: &mut Cx) -> PyResult<()> {
        done(process::setpgid(0, 0), cx)
    }
    /// Call the system call setpgid(pid, pgrp).
    #[function("setpgid(pid, pgrp, /)")]
    fn setpgid(pid: i32, pgrp: i32, cx: &mut Cx) -> PyResult<()> {
        done(process::setpgid(pid, pgrp), cx)
    }
    /// Call the system call getsid(pid) and return the result.
    #[function("getsid(pid, /)")]
    fn getsid(pid: i32, cx: &mut Cx) -> PyResult<i32> {
        done(process::getsid(pid), cx)
    }
    /// Call the system call setsid().
    #[function("setsid()")]
    fn setsid(cx: &mut Cx) -> PyResult<()> {
        done(process::setsid(), cx).map(drop)
    }
    /// Return the current process's user id.
    #[function("getuid()")]
    fn getuid() -> u32 {
        ids::getuid()
    }
    /// Return the current process's effective user id.
    #[function("geteuid()")]
    fn geteuid() -> u32 {
        ids::geteuid()
    }
    /// Return the current process's group id.
    #[function("getgid()")]
    fn getgid() -> u32 {
        ids::getgid()
    }
    /// Return the current process's effective group id.
    #[function("getegid()")]
    fn getegid() -> u32 {
        ids::getegid()
    }
    /// Set the current process's user id.
    #[function("setuid(uid, /)")]
    fn setuid(uid: Uid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setuid(uid.0), cx)
    }
    /// Set the current process's effective user id.
    #[function("seteuid(euid, /)")]
    fn seteuid(euid: Uid, cx: &mut Cx) -> PyResult<()> {
        done(ids::seteuid(euid.0), cx)
    }
    /// Set the current process's group id.
    #[function("setgid(gid, /)")]
    fn setgid(gid: Gid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setgid(gid.0), cx)
    }
    /// Set the current process's effective group id.
    #[function("setegid(egid, /)")]
    fn setegid(egid: Gid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setegid(egid.0), cx)
    }
    /// Set the current process's real and effective user ids.
    #[function("setreuid(ruid, euid, /)")]
    fn setreuid(ruid: Uid, euid: Uid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setreuid(ruid.0, euid.0), cx)
    }
    /// Set the current process's real and effective group ids.
    #[function("setregid(rgid, egid, /)")]
    fn setregid(rgid: Gid, egid: Gid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setregid(rgid.0, egid.0), cx)
    }
    /// Set the current process's real, effective, and saved user ids.
    #[function("setresuid(ruid, euid, suid, /)")]
    fn setresuid(ruid: Uid, euid: Uid, suid: Uid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setresuid(ruid.0, euid.0, suid.0), cx)
    }
    /// Set the current process's real, effective, and saved group ids.
    #[function("setresgid(rgid, egid, sgid, /)")]
    fn setresgid(rgid: Gid, egid: Gid, sgid: Gid, cx: &mut Cx) -> PyResult<()> {
        done(ids::setresgid(rgid.0, egid.0, sgid.0), cx)
    }
    /// Return a tuple of the current process's real, effective, and saved user ids.
    #[function("getresuid()")]
    fn getresuid(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = done(ids::getresuid(), cx)?;
        ints(&v.map(i64::from), cx)
    }
    /// Return a tuple of the current process's real, effective, and saved group ids.
    #[function("getresgid()")]
    fn getresgid(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = done(ids::getresgid(), cx)?;
        ints(&v.map(i64::from), cx)
    }
    /// Return list of supplemental group IDs for the process.
    #[function("getgroups()")]
    fn getgroups(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let v = done(ids::getgroups(), cx)?;
        let l = PyList::with_capacity(v.len(), cx)?;
        for g in v {
            let g = int(g as i64, cx)?;
            l.push(g, cx)?;
        }
        Ok(l)
    }
    /// Set the groups of the current process to list.
    #[function("setgroups(groups, /)")]
    fn setgroups(groups: &Object, cx: &mut Cx) -> PyResult<()> {
        if !iter::is_sequence(groups) {
            return Err(cx.type_error(format_args!("setgroups argument must be a sequence")));
        }
        let mut out = Vec::new();
        for g in iter::collect(groups, cx)? {
            if !taipan_object::abstract_::number::has_index(&g) {
                return Err(cx.type_error(format_args!("groups must be integers")));
            }
            out.push(id_from(&g, "gid", cx)?);
        }
        done(ids::setgroups(&out), cx)
    }
    /// Initialize the group access list.
    ///
    /// Call the system initgroups() to initialize the group access list with all of
    /// the groups of which the specified username is a member, plus the specified
    /// group id.
    #[function("initgroups(username, gid, /)")]
    fn initgroups(username: &Object, gid: Gid, cx: &mut Cx) -> PyResult<()> {
        let u = fspath::to_cstring(username, cx)?;
        done(ids::initgroups(&u, gid.0), cx)
    }
    /// Returns a list of groups to which a user belongs.
    ///
    ///   user
    ///     username to lookup
    ///   group
    ///     base group id of the user
    #[function("getgrouplist(user, group, /)")]
    fn getgrouplist(user: &PyStr, group: Gid, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let u = fspath::to_cstring(user, cx)?;
        let v = done(ids::getgrouplist(&u, group.0), cx)?;
        let l = PyList::with_capacity(v.len(), cx)?;
        for g in v {
            let g = int(g as i64, cx)?;
            l.push(g, cx)?;
        }
        Ok(l)
    }
    /// Return the actual login name.
    #[function("getlogin()")]
    fn getlogin(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = done(ids::getlogin(), cx)?;
        fspath::decode(&n, cx)
    }

    /// Kill a process with a signal.
    #[function("kill(pid, signal, /)")]
    fn kill(pid: i32, signal: i32, cx: &mut Cx) -> PyResult<()> {
        audit("os.kill", cx, |cx| Ok(vec![int(pid as i64, cx)?, int(signal as i64, cx)?]))?;
        done(process::kill(pid, signal), cx)?;
        // A signal to oneself is handled before the call returns.
        (taipan_object::machine::hooks().breaker)(cx)
    }
    /// Kill a process group with a signal.
    #[function("killpg(pgid, signal, /)")]
    fn killpg(pgid: i32, signal: i32, cx: &mut Cx) -> PyResult<()> {
        audit("os.killpg", cx, |cx| Ok(vec![int(pgid as i64, cx)?, int(signal as i64, cx)?]))?;
        done(process::killpg(pgid, signal), cx)?;
        (taipan_object::machine::hooks().breaker)(cx)
    }
    /// Add increment to the priority of process and return the new priority.
    #[function("nice(increment, /)")]
    fn nice(increment: i32, cx: &mut Cx) -> PyResult<i32> {
        done(process::nice(increment), cx)
    }
    /// Return program scheduling priority.
    #[function("getpriority(which, who)")]
    fn getpriority(which: i32, who: i32, cx: &mut Cx) -> PyResult<i32> {
        done(process::getpriority(which, who as u32), cx)
    }
    /// Set program scheduling priority.
    #[function("setpriority(which, who, priority)")]
    fn setpriority(which: i32, who: i32, priority: i32, cx: &mut Cx) -> PyResult<()> {
        done(process::setpriority(which, who as u32, priority), cx)
    }
    /// Execute the command in a subshell.
    #[function("system(command)")]
    fn system(command: &Object, cx: &mut Cx) -> PyResult<i32> {
        let c = fspath::to_cstring(command, cx)?;
        taipan_object::audit::raise("os.system", &[command], cx)?;
        let r = cx.without_gil(|| process::system(&c));
        done(r, cx)
    }
    /// Exit to the system with specified status, without normal exit processing.
    #[function("_exit(status)")]
    fn _exit(status: i32) {
        process::exit_now(status)
    }
    /// Abort the interpreter immediately.
    ///
    /// This function 'dumps core' or otherwise fails in the hardest way possible
    /// on the hosting operating system.  This function never returns.
    #[function("abort()")]
    fn abort() {
        process::abort()
    }

    /// Register callables to be called when forking a new process.
    ///
    ///   before
    ///     A callable to be called in the parent before the fork() syscall.
    ///   after_in_child
    ///     A callable to be called in the child after fork().
    ///   after_in_parent
    ///     A callable to be called in the parent after fork().
    ///
    /// 'before' callbacks are called in reverse order.
    /// 'after_in_child' and 'after_in_parent' callbacks are called in order.
    #[function("register_at_fork(*, before=None, after_in_child=None, after_in_parent=None)", nosig)]
    fn register_at_fork(before: Option<&Object>, after_in_child: Option<&Object>, after_in_parent: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if before.is_none() && after_in_child.is_none() && after_in_parent.is_none() {
            return Err(cx.type_error(format_args!("At least one argument is required.")));
        }
        for (n, f) in [("before", before), ("after_in_child", after_in_child), ("after_in_parent", after_in_parent)] {
            if let Some(f) = f.filter(|f| !cx.is_callable(f)) {
                return Err(cx.type_error(format_args!("'{n}' must be callable, not {}", f.ty().name())));
            }
        }
        let s = cx.state::<AtFork>();
        s.before.borrow_mut().extend(before.map(|f| f.own()));
        s.child.borrow_mut().extend(after_in_child.map(|f| f.own()));
        s.parent.borrow_mut().extend(after_in_parent.map(|f| f.own()));
        Ok(())
    }
    /// Fork a child process.
    ///
    /// Return 0 to child process and PID of child to parent process.
    #[function("fork()")]
    fn fork(cx: &mut Cx) -> PyResult<i32> {
        fork_with("fork", cx, || process::fork().map(|p| (p, ()))).map(|r| r.0)
    }
    /// Fork a new process with a new pseudo-terminal as controlling tty.
    ///
    /// Returns a tuple of (pid, master_fd).
    /// Like fork(), return pid of 0 to the child process,
    /// and pid of child to the parent process.
    /// To both, return fd of newly opened pseudo-terminal.
    #[function("forkpty()")]
    fn forkpty(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (p, fd) = fork_with("forkpty", cx, taipan_host::pty::forkpty)?;
        pair(p, fd, cx)
    }

    /// Execute an executable path with arguments, replacing current process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    #[function("execv(path, argv, /)")]
    fn execv(path: Path, argv: &Object, cx: &mut Cx) -> PyResult<()> {
        let args = exec_args(argv, "execv()", cx)?;
        taipan_object::audit::raise("os.exec", &[&path.object, argv, none()], cx)?;
        let e = exec::execv(path.c(), &args);
        Err(fail(e, cx))
    }
    /// Execute an executable path with arguments, replacing current process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    #[function("execve(path, argv, env)")]
    fn execve(path: PathOrFd, argv: &Object, env: &Object, cx: &mut Cx) -> PyResult<()> {
        let args = exec_args(argv, "execve()", cx)?;
        if env.ty().mapping().is_none_or(|m| m.mp_subscript.get().is_none()) {
            return Err(cx.type_error(format_args!("execve: environment must be a mapping object")));
        }
        let envp = env_list(env, cx)?;
        let shown = match &path {
            PathOrFd::Path(p) => p.object.clone(),
            PathOrFd::Fd(fd) => int(*fd as i64, cx)?,
        };
        taipan_object::audit::raise("os.exec", &[&shown, argv, env], cx)?;
        let e = match &path {
            PathOrFd::Path(p) => exec::execve(p.c(), &args, &envp),
            PathOrFd::Fd(fd) => exec::fexecve(*fd, &args, &envp),
        };
        Err(path.fail(e, cx))
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

    /// Return the value of the extended attribute attribute on path.
    #[function("getxattr(path, attribute, *, follow_symlinks=True)")]
    fn getxattr(path: PathOrFd, attribute: Path, follow_symlinks: bool, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        path.check_alone("getxattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        match cx.without_gil(|| taipan_host::xattr::get(path.target(taipan_host::AT_FDCWD), attribute.c(), follow_symlinks)) {
            Ok(v) => PyBytes::new(&v, cx),
            Err(e) => Err(path.fail(e, cx)),
        }
    }
    /// Set extended attribute attribute on path to value.
    #[function("setxattr(path, attribute, value, flags=0, *, follow_symlinks=True)")]
    fn setxattr(path: PathOrFd, attribute: Path, value: Buffer, flags: i32, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        path.check_alone("setxattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        let v = value.bytes();
        cx.without_gil(|| taipan_host::xattr::set(path.target(taipan_host::AT_FDCWD), attribute.c(), v, flags, follow_symlinks))
            .map_err(|e| path.fail(e, cx))
    }
    /// Remove extended attribute attribute on path.
    #[function("removexattr(path, attribute, *, follow_symlinks=True)")]
    fn removexattr(path: PathOrFd, attribute: Path, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        path.check_alone("removexattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        cx.without_gil(|| taipan_host::xattr::remove(path.target(taipan_host::AT_FDCWD), attribute.c(), follow_symlinks))
            .map_err(|e| path.fail(e, cx))
    }
    /// Return a list of extended attributes on path.
    #[function("listxattr(path=None, *, follow_symlinks=True)")]
    fn listxattr(#[default(NoneOr(None))] path: NoneOr<PathOrFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let here = taipan_host::Target::Path(taipan_host::AT_FDCWD, c".");
        if let Some(p) = &path.0 {
            p.check_alone("listxattr", taipan_host::AT_FDCWD, follow_symlinks, cx)?;
        }
        let target = path.0.as_ref().map_or(here, |p| p.target(taipan_host::AT_FDCWD));
        let names = match cx.without_gil(|| taipan_host::xattr::list(target, follow_symlinks)) {
            Ok(n) => n,
            Err(e) => {
                return Err(match &path.0 {
                    Some(p) => p.fail(e, cx),
                    None => fail(e, cx),
                });
            }
        };
        let l = PyList::with_capacity(names.len(), cx)?;
        for n in names {
            let n = fspath::decode(&n, cx)?;
            l.push(n.into_object(), cx)?;
        }
        Ok(l)
    }
}
