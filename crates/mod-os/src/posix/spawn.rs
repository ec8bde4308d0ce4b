//! `posix_spawn` and `posix_spawnp`.

use super::args::*;
use super::process::{arg_list, env_list, signal_numbers};
use super::sched::priority_of;
use std::ffi::CString;
use taipan_host::exec::{FileAction, SpawnOptions, posix_spawn as host_spawn};
use taipan_object::abstract_::{iter, number};
use taipan_object::fspath;
use taipan_object::prelude::*;

/// An int that fits a C `int`.
fn c_int(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    match number::index(o, cx)?.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

fn file_action(o: &Object, cx: &mut Cx) -> PyResult<FileAction> {
    let Some(t) = o.downcast::<PyTuple>().filter(|t| !t.is_empty()) else {
        return Err(cx.type_error(format_args!("Each file_actions element must be a non-empty tuple")));
    };
    let parts = t.as_slice();
    let tag = match parts.first() {
        Some(tag) => c_int(tag, cx)?,
        None => -1,
    };
    let wrong = |what: &str, n: usize, cx: &mut Cx| cx.type_error(format_args!("A {what} file_action tuple must have {n} elements"));
    match (tag, parts) {
        (0, [_, fd, path, flags, mode]) => {
            let fd = c_int(fd, cx)?;
            let path = fspath::to_cstring(path, cx)?;
            Ok(FileAction::Open(fd, path, c_int(flags, cx)?, c_int(mode, cx)? as u32))
        }
        (0, _) => Err(wrong("open", 5, cx)),
        (1, [_, fd]) => Ok(FileAction::Close(c_int(fd, cx)?)),
        (1, _) => Err(wrong("close", 2, cx)),
        (2, [_, from, to]) => Ok(FileAction::Dup2(c_int(from, cx)?, c_int(to, cx)?)),
        (2, _) => Err(wrong("dup2", 3, cx)),
        (3, [_, fd]) => Ok(FileAction::CloseFrom(c_int(fd, cx)?)),
        (3, _) => Err(wrong("closefrom", 2, cx)),
        _ => Err(cx.type_error(format_args!("Unknown file_actions identifier"))),
    }
}

fn file_actions(v: Option<&Object>, cx: &mut Cx) -> PyResult<Vec<FileAction>> {
    let Some(v) = v.filter(|v| !v.is_none()) else { return Ok(Vec::new()) };
    if !iter::is_sequence(v) {
        return Err(cx.type_error(format_args!("file_actions must be a sequence or None")));
    }
    let mut out = Vec::new();
    for o in iter::collect(v, cx)? {
        out.push(file_action(&o, cx)?);
    }
    Ok(out)
}

/// A policy, perhaps, and a priority.
fn scheduler_of(func: &str, v: Option<&Object>, cx: &mut Cx) -> PyResult<Option<(Option<i32>, i32)>> {
    let Some(v) = v.filter(|v| !v.is_none()) else { return Ok(None) };
    let Some(t) = v.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("{func}: scheduler must be a tuple or None")));
    };
    let [policy, param] = t.as_slice() else {
        return Err(cx.type_error(format_args!("A scheduler tuple must have two elements")));
    };
    let policy = if policy.is_none() { None } else { Some(c_int(policy, cx)?) };
    Ok(Some((policy, priority_of(param, cx)?)))
}

/// The keyword arguments of both functions.
struct Wishes<'a> {
    file_actions: Option<&'a Object>,
    setpgroup: Option<&'a Object>,
    resetids: bool,
    setsid: bool,
    setsigmask: Option<&'a Object>,
    setsigdef: Option<&'a Object>,
    scheduler: Option<&'a Object>,
}

fn signals(v: Option<&Object>, cx: &mut Cx) -> PyResult<Option<Vec<i32>>> {
    v.map(|v| signal_numbers(v, cx)).transpose()
}

fn start(func: &str, path: &Path, argv: &Object, env: &Object, w: Wishes<'_>, cx: &mut Cx) -> PyResult<i32> {
    if !argv.is_a::<PyList>() && !argv.is_a::<PyTuple>() {
        return Err(cx.type_error(format_args!("{func}: argv must be a tuple or list")));
    }
    if taipan_object::abstract_::len(argv, cx)? == 0 {
        return Err(cx.value_error(format_args!("{func}: argv must not be empty")));
    }
    let is_mapping = env.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some());
    if !env.is_none() && !is_mapping {
        return Err(cx.type_error(format_args!("{func}: environment must be a mapping object or None")));
    }
    let args = arg_list(argv, func, cx)?;
    if args.first().is_some_and(|a| a.is_empty()) {
        return Err(cx.value_error(format_args!("{func}: argv first element cannot be empty")));
    }
    let environment: Vec<CString> = if env.is_none() {
        let line = |(mut k, v): (Vec<u8>, Vec<u8>)| {
            k.push(b'=');
            k.extend_from_slice(&v);
            CString::new(k).unwrap_or_default()
        };
        taipan_host::env::vars().into_iter().map(line).collect()
    } else {
        env_list(env, cx)?
    };
    let actions = file_actions(w.file_actions, cx)?;
    let options = SpawnOptions {
        group: w.setpgroup.filter(|g| !g.is_none()).map(|g| c_int(g, cx)).transpose()?,
        reset_ids: w.resetids,
        new_session: w.setsid,
        mask: signals(w.setsigmask, cx)?,
        defaults: signals(w.setsigdef, cx)?,
        scheduler: scheduler_of(func, w.scheduler, cx)?,
    };
    taipan_object::audit::raise("os.posix_spawn", &[&path.object, argv, env], cx)?;
    host_spawn(path.c(), &args, &environment, &actions, &options, func == "posix_spawnp").map_err(|e| path.fail(e, cx))
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Execute the program specified by path in a new process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    ///   file_actions
    ///     A sequence of file action tuples.
    ///   setpgroup
    ///     The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.
    ///   resetids
    ///     If the value is `true` the POSIX_SPAWN_RESETIDS will be activated.
    ///   setsid
    ///     If the value is `true` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP
    ///     will be activated.
    ///   setsigmask
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.
    ///   setsigdef
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.
    ///   scheduler
    ///     A tuple with the scheduler policy (optional) and parameters.
    #[allow(clippy::too_many_arguments)]
    #[function(
        "posix_spawn(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)"
    )]
    fn posix_spawn(
        path: Path,
        argv: &Object,
        env: &Object,
        file_actions: Option<&Object>,
        setpgroup: Option<&Object>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&Object>,
        setsigdef: Option<&Object>,
        scheduler: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<i32> {
        let w = Wishes { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        start("posix_spawn", &path, argv, env, w, cx)
    }

    /// Execute the program specified by path in a new process.
    ///
    ///   path
    ///     Path of executable file.
    ///   argv
    ///     Tuple or list of strings.
    ///   env
    ///     Dictionary of strings mapping to strings.
    ///   file_actions
    ///     A sequence of file action tuples.
    ///   setpgroup
    ///     The pgroup to use with the POSIX_SPAWN_SETPGROUP flag.
    ///   resetids
    ///     If the value is `True` the POSIX_SPAWN_RESETIDS will be activated.
    ///   setsid
    ///     If the value is `True` the POSIX_SPAWN_SETSID or POSIX_SPAWN_SETSID_NP
    ///     will be activated.
    ///   setsigmask
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGMASK flag.
    ///   setsigdef
    ///     The sigmask to use with the POSIX_SPAWN_SETSIGDEF flag.
    ///   scheduler
    ///     A tuple with the scheduler policy (optional) and parameters.
    #[allow(clippy::too_many_arguments)]
    #[function(
        "posix_spawnp(path, argv, env, /, *, file_actions=(), setpgroup=None, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=None)"
    )]
    fn posix_spawnp(
        path: Path,
        argv: &Object,
        env: &Object,
        file_actions: Option<&Object>,
        setpgroup: Option<&Object>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&Object>,
        setsigdef: Option<&Object>,
        scheduler: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<i32> {
        let w = Wishes { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        start("posix_spawnp", &path, argv, env, w, cx)
    }
}
