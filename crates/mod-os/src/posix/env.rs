//! The environment, the process's identity, and facts about the system.

use super::args::*;
use std::ffi::CString;
use taipan_host::consts::names;
use taipan_object::abstract_::number;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::types::structseq::StructSeq;

/// `os.terminal_size`.
pub static TERMINAL_SIZE: StructSeq = StructSeq::new(
    c"os.terminal_size",
    c"A tuple of (columns, lines) for holding terminal window size",
    &[("columns", "width of the terminal window in characters"), ("lines", "height of the terminal window in characters")],
    2,
);

/// `posix.times_result`.
pub static TIMES_RESULT: StructSeq = StructSeq::new(
    c"posix.times_result",
    c"times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more information.",
    &[
        ("user", "user time"),
        ("system", "system time"),
        ("children_user", "user time of children"),
        ("children_system", "system time of children"),
        ("elapsed", "elapsed time since an arbitrary point in the past"),
    ],
    5,
);

/// `posix.uname_result`.
pub static UNAME_RESULT: StructSeq = StructSeq::new(
    c"posix.uname_result",
    c"uname_result: Result from os.uname().\n\nThis object may be accessed either as a tuple of\n  (sysname, nodename, release, version, machine),\nor via the attributes sysname, nodename, release, version, and machine.\n\nSee os.uname for more information.",
    &[
        ("sysname", "operating system name"),
        ("nodename", "name of machine on network (implementation-defined)"),
        ("release", "operating system release"),
        ("version", "operating system version"),
        ("machine", "hardware identifier"),
    ],
    5,
);

/// The environment as a dict of bytes.
pub fn environ(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let d = PyDict::new(cx)?;
    for (k, v) in taipan_host::env::vars() {
        let (k, v) = (PyBytes::new(&k, cx)?, PyBytes::new(&v, cx)?);
        d.setdefault(&k, &v, cx)?;
    }
    Ok(d)
}

/// A name or number of a configuration variable.
fn conf_name(v: &Object, table: &[(&str, i32)], cx: &mut Cx) -> PyResult<i32> {
    if let Some(s) = v.downcast::<PyStr>() {
        return match table.iter().find(|(n, _)| s.eq_text(n)) {
            Some((_, value)) => Ok(*value),
            None => Err(cx.value_error(format_args!("unrecognized configuration name"))),
        };
    }
    if !number::has_index(v) {
        return Err(cx.type_error(format_args!("configuration names must be strings or integers")));
    }
    match number::index(v, cx)?.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

/// A dict of the names for `os.sysconf_names` and its like.
pub fn names_dict(table: &[(&str, i32)], cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let d = PyDict::new(cx)?;
    for (n, v) in table {
        let v = int(*v as i64, cx)?;
        d.set_text(n, v, cx)?;
    }
    Ok(d)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Create the environment dictionary.
    #[function("_create_environ()")]
    fn _create_environ(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        environ(cx)
    }

    /// Change or add an environment variable.
    #[function("putenv(name, value, /)")]
    fn putenv(name: &Object, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let (n, v): (CString, CString) = (fspath::to_cstring(name, cx)?, fspath::to_cstring(value, cx)?);
        if n.to_bytes().contains(&b'=') {
            return Err(cx.value_error(format_args!("illegal environment variable name")));
        }
        taipan_object::audit::raise("os.putenv", &[name, value], cx)?;
        done(taipan_host::env::set(&n, &v), cx)
    }

    /// Delete an environment variable.
    #[function("unsetenv(name, /)")]
    fn unsetenv(name: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = fspath::to_cstring(name, cx)?;
        taipan_object::audit::raise("os.unsetenv", &[name], cx)?;
        done(taipan_host::env::unset(&n), cx)
    }

    /// Translate an error code to a message string.
    #[function("strerror(code, /)")]
    fn strerror(code: i32) -> String {
        taipan_host::Errno(code).message()
    }

    /// Return a bytes object containing random bytes suitable for cryptographic use.
    #[function("urandom(size, /)")]
    fn urandom(size: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if size < 0 {
            return Err(cx.value_error(format_args!("negative argument not allowed")));
        }
        let mut r = Ok(());
        let b = PyBytes::build(size as usize, cx, |b| r = taipan_host::entropy::fill(b))?;
        done(r, cx)?;
        Ok(b)
    }

    /// Obtain a series of random bytes.
    #[function("getrandom(size, flags=0)")]
    fn getrandom(size: isize, #[default(0)] flags: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        super::super::fds::read_with(size, cx, |b| taipan_host::entropy::getrandom_fresh(b, flags as u32))
    }

    /// get_terminal_size($module, fd=<unrepresentable>, /)
    /// --
    ///
    /// Return the size of the terminal window as (columns, lines).
    ///
    /// The optional argument fd (default standard output) specifies
    /// which file descriptor should be queried.
    ///
    /// If the file descriptor is not connected to a terminal, an OSError
    /// is thrown.
    ///
    /// This function will only be defined if an implementation is
    /// available for this system.
    ///
    /// shutil.get_terminal_size is the high-level function which should
    /// normally be used, os.get_terminal_size is the low-level implementation.
    #[function("get_terminal_size(fd=1, /)", nosig)]
    fn get_terminal_size(fd: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (rows, columns) = done(taipan_host::termios::window_size(fd), cx)?;
        let v = vec![int(columns as i64, cx)?, int(rows as i64, cx)?];
        TERMINAL_SIZE.make(v, cx)
    }

    /// Return the number of logical CPUs in the system.
    ///
    /// Return None if indeterminable.
    #[function("cpu_count()")]
    fn cpu_count(cx: &mut Cx) -> Option<usize> {
        match cx.interp().config.borrow().cpu_count {
            n if n > 0 => Some(n as usize),
            _ => taipan_host::sysinfo::cpu_count(),
        }
    }

    /// Calls PyOS_CallInputHook droppong the GIL first
    #[function("_inputhook()")]
    fn inputhook() -> i32 {
        // No hook can be installed: nothing exports `PyOS_InputHook`.
        0
    }
    /// Checks if PyOS_CallInputHook is set
    #[function("_is_inputhook_installed()")]
    fn is_inputhook_installed() -> bool {
        false
    }

    /// Return an object identifying the current operating system.
    ///
    /// The object behaves like a named tuple with the following fields:
    ///   (sysname, nodename, release, version, machine)
    #[function("uname()")]
    fn uname(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let all = done(taipan_host::sysinfo::uname(), cx)?;
        let mut v = Vec::new();
        for s in all {
            v.push(fspath::decode(&s, cx)?.into_object());
        }
        UNAME_RESULT.make(v, cx)
    }

    /// Return a collection containing process timing information.
    ///
    /// The object returned behaves like a named tuple with these fields:
    ///   (utime, stime, cutime, cstime, elapsed_time)
    /// All fields are floating-point numbers.
    #[function("times()")]
    fn times(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let all = done(taipan_host::clock::times(), cx)?;
        let mut v = Vec::new();
        for t in all {
            v.push(PyFloat::new(t, cx)?.into_object());
        }
        TIMES_RESULT.make(v, cx)
    }

    /// Return average recent system load information.
    ///
    /// Return the number of processes in the system run queue averaged over
    /// the last 1, 5, and 15 minutes as a tuple of three floats.
    /// Raises OSError if the load average was unobtainable.
    #[function("getloadavg()")]
    fn getloadavg(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Some(all) = taipan_host::sysinfo::load_average() else {
            return Err(cx.raise_msg(exc::OSError(), format_args!("Load averages are unobtainable")));
        };
        let mut v = Vec::new();
        for t in all {
            v.push(PyFloat::new(t, cx)?.into_object());
        }
        PyTuple::from_vec(v, cx)
    }

    /// Return an integer-valued system configuration variable.
    #[function("sysconf(name, /)")]
    fn sysconf(name: &Object, cx: &mut Cx) -> PyResult<i64> {
        let n = conf_name(name, names::SYSCONF, cx)?;
        done(taipan_host::sysinfo::sysconf(n), cx).map(|v| v.unwrap_or(-1))
    }

    /// Return a string-valued system configuration variable.
    #[function("confstr(name, /)")]
    fn confstr(name: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        let n = conf_name(name, names::CONFSTR, cx)?;
        match done(taipan_host::sysinfo::confstr(n), cx)? {
            Some(t) => fspath::decode(&t, cx).map(Some),
            None => Ok(None),
        }
    }

    /// Return the configuration limit name for the file or directory path.
    ///
    /// If there is no limit, return -1.
    /// On some platforms, path may also be specified as an open file descriptor.
    ///   If this functionality is unavailable, using it raises an exception.
    #[function("pathconf(path, name)")]
    fn pathconf(path: PathOrFd, name: &Object, cx: &mut Cx) -> PyResult<i64> {
        let n = conf_name(name, names::PATHCONF, cx)?;
        let r = match &path {
            PathOrFd::Path(p) => taipan_host::fs::pathconf(p.c(), n),
            PathOrFd::Fd(fd) => taipan_host::fd::fpathconf(*fd, n),
        };
        r.map(|v| v.unwrap_or(-1)).map_err(|e| path.fail(e, cx))
    }

    /// Return the configuration limit name for the file descriptor fd.
    ///
    /// If there is no limit, return -1.
    #[function("fpathconf(fd, name, /)")]
    fn fpathconf(fd: FileNo, name: &Object, cx: &mut Cx) -> PyResult<i64> {
        let n = conf_name(name, names::PATHCONF, cx)?;
        done(taipan_host::fd::fpathconf(fd.0, n), cx).map(|v| v.unwrap_or(-1))
    }

    /// Return a string describing the encoding of a terminal's file descriptor.
    ///
    /// The file descriptor must be attached to a terminal.
    /// If the device is not a terminal, return None.
    #[function("device_encoding(fd)")]
    fn device_encoding(fd: i32, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        if !taipan_host::fd::isatty(fd) {
            return Ok(None);
        }
        if cx.interp().config.borrow().utf8_mode {
            return PyStr::new("utf-8", cx).map(Some);
        }
        let name = taipan_host::locale::codeset();
        fspath::decode(&name, cx).map(Some)
    }
}
