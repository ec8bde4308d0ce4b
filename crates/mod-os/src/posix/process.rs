//! Processes: ids, fork, exec, wait, signals to others.

use super::args::*;
use std::cell::RefCell;
use std::ffi::CString;
use taipan_host::{exec, ids, process};
use taipan_object::abstract_::iter;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters::feature;

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
    // No import may be half done in the child.
    import_lock("acquire_lock", cx);
}

/// Take or give back the import lock.
fn import_lock(what: &str, cx: &mut Cx) {
    let r = cx.import_attr("_imp", what).and_then(|f| taipan_object::call::call(&f, &[], cx));
    if let Err(r) = r {
        cx.discard(r);
    }
}

/// `PyOS_AfterFork_Parent`.
pub fn after_fork_parent(cx: &mut Cx) {
    import_lock("release_lock", cx);
    let l = cx.state::<AtFork>().parent.borrow().clone();
    run_hooks(l, cx);
}

/// `PyOS_AfterFork_Child`: only this thread is left.
pub fn after_fork_child(cx: &mut Cx) {
    taipan_host::signal::clear_pending();
    import_lock("release_lock", cx);
    let l = cx.state::<AtFork>().child.borrow().clone();
    run_hooks(l, cx);
}

/// Offer the hooks to C code that forks.
pub fn provide() {
    use taipan_object::provided;
    provided::BEFORE_FORK.set(before_fork);
    provided::AFTER_FORK_PARENT.set(after_fork_parent);
    provided::AFTER_FORK_CHILD.set(after_fork_child);
}

/// `fork` in a process with several threads is a risk that is worth a warning.
pub fn warn_of_threads(name: &str, cx: &mut Cx) -> PyResult<()> {
    if cx.interp().thread_list(cx).len() < 2 {
        return Ok(());
    }
    let pid = process::getpid();
    taipan_object::warn::warn(
        exc::DeprecationWarning(),
        format_args!("This process (pid={pid}) is multi-threaded, use of {name}() may lead to deadlocks in the child."),
        1,
        cx,
    )
}

fn fork_with<T>(name: &str, cx: &mut Cx, f: impl FnOnce() -> taipan_host::Result<(i32, T)>) -> PyResult<(i32, T)> {
    if cx.interp().finalizing.get() {
        return Err(cx.raise_msg(exc::PythonFinalizationError(), format_args!("can't fork at interpreter shutdown")));
    }
    if !cx.has_feature(feature::FORK) {
        return Err(cx.runtime_error(format_args!("fork not supported for isolated subinterpreters")));
    }
    taipan_object::audit::raise(&format!("os.{name}"), &[], cx)?;
    before_fork(cx);
    let r = taipan_object::thread::fork::around(cx, f, |r| matches!(r, Ok((0, _))));
    match &r {
        Ok((0, _)) => after_fork_child(cx),
        _ => {
            after_fork_parent(cx);
            if r.is_ok() {
                warn_of_threads(name, cx)?;
            }
        }
    }
    done(r, cx)
}

/// Signal numbers from an iterable.
pub fn signal_numbers(v: &Object, cx: &mut Cx) -> PyResult<Vec<i32>> {
    let last = taipan_host::signal::NSIG as i64 - 1;
    let mut out = Vec::new();
    iter::for_each(v, cx, |o, cx| {
        let n = taipan_object::abstract_::number::index(&o, cx)?;
        match n.to_i64() {
            Some(k) if (1..=last).contains(&k) => out.push(k as i32),
            _ => {
                let shown = taipan_object::abstract_::str(&n, cx)?.to_string();
                return Err(cx.value_error(format_args!("signal number {shown} out of range [1; {last}]")));
            }
        }
        Ok(true)
    })?;
    Ok(out)
}

/// Arguments for a new program.
pub fn arg_list(v: &Object, func: &str, cx: &mut Cx) -> PyResult<Vec<CString>> {
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

fn may_exec(cx: &mut Cx) -> PyResult<()> {
    if cx.has_feature(feature::EXEC) { Ok(()) } else { Err(cx.runtime_error(format_args!("exec not supported for isolated subinterpreters"))) }
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

pub fn pair(pid: i32, status: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
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

    /// register_at_fork($module, /, *, before=<unrepresentable>,
    ///                  after_in_child=<unrepresentable>,
    ///                  after_in_parent=<unrepresentable>)
    /// --
    ///
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
        may_exec(cx)?;
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
        may_exec(cx)?;
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
}
