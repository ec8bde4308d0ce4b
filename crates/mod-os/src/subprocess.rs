//! The module `_posixsubprocess`: what `subprocess` needs to start a program.
//!
//! Everything the child uses is prepared before the fork; only `preexec_fn` runs Python code in it, and only then the
//! interpreter's own fork hooks run.

use crate::posix::args::{fail, id_from};
use crate::posix::process::{after_fork_child, after_fork_parent, before_fork, warn_of_threads};
use std::ffi::CString;
use taipan_host::spawn::{ForkExec, fork_exec as host_fork_exec};
use taipan_object::abstract_::{self, iter, sequence};
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// A sequence of `bytes` as C strings.
fn byte_strings(v: &Object, cx: &mut Cx) -> PyResult<Vec<CString>> {
    let n = abstract_::len(v, cx)?;
    let mut out: Vec<CString> = Vec::new();
    if n > isize::MAX as usize / size_of::<usize>() - 1 || out.try_reserve(n).is_err() {
        return Err(cx.memory_error());
    }
    for i in 0..n {
        let o = sequence::get(v, i as isize, cx)?;
        let Some(b) = o.downcast::<PyBytes>() else {
            return Err(cx.type_error(format_args!("expected bytes, {} found", o.ty().tp_name_str())));
        };
        out.push(CString::new(b.as_bytes()).map_err(|_| cx.value_error(format_args!("embedded null byte")))?);
    }
    Ok(out)
}

/// The program's arguments.
fn arguments(v: &Object, cx: &mut Cx) -> PyResult<Vec<CString>> {
    if !iter::is_sequence(v) && !iter::is_iterable(v) {
        return Err(cx.type_error(format_args!("argv must be a tuple")));
    }
    let mut out = Vec::new();
    for o in iter::collect(v, cx)? {
        out.push(fspath::to_cstring(&o, cx)?);
    }
    Ok(out)
}

/// Descriptors in strictly ascending order.
fn kept(v: &PyTuple, cx: &mut Cx) -> PyResult<Vec<i32>> {
    let mut out: Vec<i32> = Vec::with_capacity(v.len());
    for o in v.as_slice() {
        let n = o.downcast::<PyInt>().and_then(PyInt::to_i64).and_then(|n| i32::try_from(n).ok());
        match n.filter(|n| *n >= 0 && out.last().is_none_or(|last| last < n)) {
            Some(n) => out.push(n),
            None => return Err(cx.value_error(format_args!("bad value(s) in fds_to_keep"))),
        }
    }
    Ok(out)
}

/// Supplementary groups.
fn groups_of(v: &Object, cx: &mut Cx) -> PyResult<Vec<u32>> {
    let Some(list) = v.downcast::<PyList>() else {
        return Err(cx.type_error(format_args!("setgroups argument must be a list")));
    };
    if list.len() as i64 > taipan_host::consts::posix::NGROUPS_MAX {
        return Err(cx.value_error(format_args!("too many extra_groups")));
    }
    let mut out = Vec::with_capacity(list.len());
    for o in iter::collect(list, cx)? {
        if !o.is_a::<PyInt>() {
            return Err(cx.type_error(format_args!("extra_groups must be integers")));
        }
        match id_from(&o, "gid", cx) {
            Ok(n) => out.push(n),
            Err(r) => {
                cx.discard(r);
                return Err(cx.value_error(format_args!("invalid group id")));
            }
        }
    }
    Ok(out)
}

/// An optional id.
fn optional_id(v: &Object, what: &str, cx: &mut Cx) -> PyResult<Option<u32>> {
    if v.is_none() { Ok(None) } else { id_from(v, what, cx).map(Some) }
}

/// An optional path.
fn optional_path(v: &Object, cx: &mut Cx) -> PyResult<Option<CString>> {
    if v.is_none() { Ok(None) } else { fspath::to_cstring(v, cx).map(Some) }
}

/// Fork and run, with the interpreter's fork hooks when Python code is to run in the child.
fn run(request: &ForkExec<'_>, preexec: &Object, cx: &mut Cx) -> PyResult<i32> {
    if preexec.is_none() {
        return host_fork_exec(request, None).map_err(|e| fail(e, cx));
    }
    before_fork(cx);
    let mut prepared = Some(taipan_object::thread::fork::prepare(cx));
    let mut child = || {
        if let Some(p) = prepared.take() {
            p.in_child(cx);
        }
        after_fork_child(cx);
        // Nobody can be told of the exception: the parent learns that there was one.
        taipan_object::call::call(preexec, &[], cx).map_err(|r| cx.discard(r)).is_ok()
    };
    let r = host_fork_exec(request, Some(&mut child));
    // In the parent this lets go of what was held.
    drop(prepared);
    after_fork_parent(cx);
    let pid = r.map_err(|e| fail(e, cx))?;
    warn_of_threads("fork", cx)?;
    Ok(pid)
}

#[pymodule(name = "_posixsubprocess", doc = "A POSIX helper for the subprocess module.")]
pub mod module {
    use super::*;

    /// Spawn a fresh new child process.
    ///
    /// Fork a child process, close parent file descriptors as appropriate in
    /// the child and duplicate the few that are needed before calling exec() in
    /// the child process.
    ///
    /// If close_fds is True, close file descriptors 3 and higher, except those
    /// listed in the sorted tuple pass_fds.
    ///
    /// The preexec_fn, if supplied, will be called immediately before closing
    /// file descriptors and exec.
    ///
    /// WARNING: preexec_fn is NOT SAFE if your application uses threads.
    ///          It may trigger infrequent, difficult to debug deadlocks.
    ///
    /// If an error occurs in the child process before the exec, it is
    /// serialized and written to the errpipe_write fd per subprocess.py.
    ///
    /// Returns: the child process's PID.
    ///
    /// Raises: Only on an error in the parent process.
    #[allow(clippy::too_many_arguments)]
    #[function(
        "fork_exec(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)"
    )]
    fn fork_exec(
        args: &Object,
        executable_list: &Object,
        close_fds: bool,
        pass_fds: &PyTuple,
        cwd: &Object,
        env: &Object,
        p2cread: i32,
        p2cwrite: i32,
        c2pread: i32,
        c2pwrite: i32,
        errread: i32,
        errwrite: i32,
        errpipe_read: i32,
        errpipe_write: i32,
        restore_signals: bool,
        call_setsid: bool,
        pgid_to_set: i32,
        gid: &Object,
        extra_groups: &Object,
        uid: &Object,
        child_umask: i32,
        preexec_fn: &Object,
        cx: &mut Cx,
    ) -> PyResult<i32> {
        if !preexec_fn.is_none() && !cx.interp().is_main() {
            return Err(cx.runtime_error(format_args!("preexec_fn not supported within subinterpreters")));
        }
        if !preexec_fn.is_none() && cx.interp().finalizing.get() {
            return Err(cx.raise_msg(exc::PythonFinalizationError(), format_args!("preexec_fn not supported at interpreter shutdown")));
        }
        if close_fds && errpipe_write < 3 {
            return Err(cx.value_error(format_args!("errpipe_write must be >= 3")));
        }
        taipan_object::audit::raise("_posixsubprocess.fork_exec", &[executable_list, args, env], cx)?;
        let keep = kept(pass_fds, cx)?;
        let programs = byte_strings(executable_list, cx)?;
        let args = arguments(args, cx)?;
        let env = if env.is_none() { None } else { Some(byte_strings(env, cx)?) };
        let cwd = optional_path(cwd, cx)?;
        let groups = if extra_groups.is_none() { None } else { Some(groups_of(extra_groups, cx)?) };
        let (gid, uid) = (optional_id(gid, "gid", cx)?, optional_id(uid, "uid", cx)?);
        let request = ForkExec {
            programs: &programs,
            args: &args,
            env: env.as_deref(),
            cwd: cwd.as_deref(),
            stdin: p2cread,
            stdout: c2pwrite,
            stderr: errwrite,
            parent_ends: [p2cwrite, c2pread, errread, errpipe_read],
            error_pipe: errpipe_write,
            close_fds,
            keep: &keep,
            restore_signals,
            new_session: call_setsid,
            group: (pgid_to_set >= 0).then_some(pgid_to_set),
            groups: groups.as_deref(),
            gid,
            uid,
            umask: (child_umask >= 0).then_some(child_umask as u32),
        };
        run(&request, preexec_fn, cx)
    }
}
