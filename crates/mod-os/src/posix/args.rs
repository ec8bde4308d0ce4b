//! What arguments of `posix` functions become: paths, descriptors, ids; and how a failed call becomes an `OSError`.

use std::ffi::{CStr, CString};
use taipan_host::{AT_FDCWD, Errno, Target};
use taipan_object::abstract_::number;
use taipan_object::args::ArgAt;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// The name of a parameter in messages.
fn param(at: ArgAt) -> &'static str {
    at.func.params.get(at.index as usize).copied().unwrap_or("path")
}

/// A path: `str`, `bytes` or `os.PathLike`.
pub struct Path {
    /// What the caller gave, after `__fspath__`; shown in errors.
    pub object: Own<Object>,
    /// For the operating system.
    pub text: CString,
}

/// A path, or an open descriptor.
pub enum PathOrFd {
    /// By name.
    Path(Path),
    /// By descriptor.
    Fd(i32),
}

fn convert(v: &Object, at: ArgAt, fd_allowed: bool, cx: &mut Cx) -> PyResult<PathOrFd> {
    let is_path = v.is_a::<PyStr>() || v.is_a::<PyBytes>();
    if !is_path && fd_allowed && number::has_index(v) {
        return fd_from(v, cx).map(PathOrFd::Fd);
    }
    let Some(object) = fspath::fspath_opt(v, cx)? else {
        let allowed = match (fd_allowed, at.or_none) {
            (true, true) => "string, bytes, os.PathLike, integer or None",
            (true, false) => "string, bytes, os.PathLike or integer",
            (false, true) => "string, bytes, os.PathLike or None",
            (false, false) => "string, bytes or os.PathLike",
        };
        return Err(cx.type_error(format_args!("{}: {} should be {allowed}, not {}", at.func.name, param(at), v.ty().name())));
    };
    let bytes = fspath::to_bytes(&object, cx)?;
    match CString::new(bytes) {
        Ok(text) => Ok(PathOrFd::Path(Path { object, text })),
        Err(_) => Err(cx.value_error(format_args!("{}: embedded null character in {}", at.func.name, param(at)))),
    }
}

impl<'a> FromArg<'a> for Path {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Path> {
        match convert(v, at, false, cx)? {
            PathOrFd::Path(p) => Ok(p),
            PathOrFd::Fd(_) => Err(cx.type_error(format_args!("path expected"))),
        }
    }
}

impl<'a> FromArg<'a> for PathOrFd {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<PathOrFd> {
        convert(v, at, true, cx)
    }
}

impl Path {
    /// For the host.
    pub fn c(&self) -> &CStr {
        &self.text
    }
    /// Whether results should be `bytes`.
    pub fn is_bytes(&self) -> bool {
        self.object.is_a::<PyBytes>()
    }
    /// Raise for a failed call on this path.
    pub fn fail(&self, e: Errno, cx: &mut Cx) -> taipan_object::err::Raised {
        cx.os_error(e.0, &e.message(), Some(&self.object), None)
    }
}

impl PathOrFd {
    /// For the host; `dir` applies to paths.
    pub fn target(&self, dir: i32) -> Target<'_> {
        match self {
            PathOrFd::Path(p) => Target::Path(dir, p.c()),
            PathOrFd::Fd(fd) => Target::Fd(*fd),
        }
    }
    /// Raise for a failed call.
    pub fn fail(&self, e: Errno, cx: &mut Cx) -> taipan_object::err::Raised {
        match self {
            PathOrFd::Path(p) => p.fail(e, cx),
            PathOrFd::Fd(fd) => match PyInt::new(*fd as i64, cx) {
                Ok(n) => cx.os_error(e.0, &e.message(), Some(&n), None),
                Err(r) => r,
            },
        }
    }
    /// A descriptor excludes `dir_fd` and `follow_symlinks=False`.
    pub fn check_alone(&self, func: &str, dir: i32, follow: bool, cx: &mut Cx) -> PyResult<()> {
        let PathOrFd::Fd(_) = self else { return Ok(()) };
        if dir != AT_FDCWD {
            return Err(cx.value_error(format_args!("{func}: can't specify dir_fd without matching path")));
        }
        if !follow {
            return Err(cx.value_error(format_args!("{func}: cannot use fd and follow_symlinks together")));
        }
        Ok(())
    }
}

/// `True` as a descriptor is most likely a mistake.
fn warn_of_bool(v: &Object, cx: &mut Cx) -> PyResult<()> {
    if v.is_a::<taipan_object::types::boolean::PyBool>() {
        taipan_object::warn::warn(exc::RuntimeWarning(), format_args!("bool is used as a file descriptor"), 1, cx)?;
    }
    Ok(())
}

fn fd_from(v: &Object, cx: &mut Cx) -> PyResult<i32> {
    warn_of_bool(v, cx)?;
    let i = number::index(v, cx)?;
    match i.to_i64().map(i32::try_from) {
        Some(Ok(n)) => Ok(n),
        _ => {
            let bound = if i.is_negative() { "less than minimum" } else { "greater than maximum" };
            Err(cx.overflow_error(format_args!("fd is {bound}")))
        }
    }
}

/// `dir_fd`: a descriptor, or `None` for the current directory.
#[derive(Clone, Copy)]
pub struct DirFd(pub i32);

impl<'a> FromArg<'a> for DirFd {
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<DirFd> {
        if v.is_none() {
            return Ok(DirFd(AT_FDCWD));
        }
        if !number::has_index(v) {
            return Err(cx.type_error(format_args!("argument should be integer or None, not {}", v.ty().name())));
        }
        fd_from(v, cx).map(DirFd)
    }
}

/// The directory descriptor of an optional `dir_fd`.
pub fn dir(d: Option<DirFd>) -> i32 {
    d.map_or(AT_FDCWD, |d| d.0)
}

/// A descriptor, or an object with `fileno()` (`PyObject_AsFileDescriptor`).
#[derive(Clone, Copy)]
pub struct FileNo(pub i32);

/// The descriptor that an object is or has (`PyObject_AsFileDescriptor`).
pub fn as_fd(v: &Object, cx: &mut Cx) -> PyResult<i32> {
    let found = match v.downcast::<PyInt>() {
        Some(_) => v.own(),
        None => match taipan_object::attr::get_opt(v, name!(cx, "fileno"), cx)? {
            None => return Err(cx.type_error(format_args!("argument must be an int, or have a fileno() method."))),
            Some(m) => {
                let r = taipan_object::call::call(&m, &[], cx)?;
                if !r.is_a::<PyInt>() {
                    return Err(cx.type_error(format_args!("fileno() returned a non-integer")));
                }
                r
            }
        },
    };
    warn_of_bool(v, cx)?;
    let n = found.downcast::<PyInt>().and_then(PyInt::to_i64);
    match n.map(i32::try_from) {
        Some(Ok(fd)) if fd < 0 => Err(cx.value_error(format_args!("file descriptor cannot be a negative integer ({fd})"))),
        Some(Ok(fd)) => Ok(fd),
        _ => Err(cx.overflow_error(format_args!("Python int too large to convert to C int"))),
    }
}

impl<'a> FromArg<'a> for FileNo {
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<FileNo> {
        as_fd(v, cx).map(FileNo)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $t:ident $name:literal;)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $t(pub u32);
        impl<'a> FromArg<'a> for $t {
            fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<$t> {
                id_from(v, $name, cx).map($t)
            }
        }
    )* };
}
ids! {
    /// A user id; -1 is "no change".
    Uid "uid";
    /// A group id; -1 is "no change".
    Gid "gid";
}

/// An id from an object.
pub fn id_from(v: &Object, what: &str, cx: &mut Cx) -> PyResult<u32> {
    if !number::has_index(v) {
        return Err(cx.type_error(format_args!("{what} should be integer, not {}", v.ty().name())));
    }
    let i = number::index(v, cx)?;
    match i.to_i64() {
        Some(-1) => Ok(u32::MAX),
        Some(n) if (0..=u32::MAX as i64).contains(&n) => Ok(n as u32),
        _ => {
            let bound = if i.is_negative() { "less than minimum" } else { "greater than maximum" };
            Err(cx.overflow_error(format_args!("{what} is {bound}")))
        }
    }
}

/// The larger or smaller part of a device number; -1 is "none".
#[derive(Clone, Copy)]
pub struct DevicePart(pub u32);

impl<'a> FromArg<'a> for DevicePart {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<DevicePart> {
        if number::has_index(v) && number::index(v, cx)?.to_i64() == Some(-1) {
            return Ok(DevicePart(u32::MAX));
        }
        let n = Device::from_arg(v, at, cx)?.0;
        match u32::try_from(n) {
            Ok(n) => Ok(DevicePart(n)),
            Err(_) => Err(cx.overflow_error(format_args!("Python int too large to convert to C unsigned int"))),
        }
    }
}

/// A device number.
#[derive(Clone, Copy)]
pub struct Device(pub u64);

impl<'a> FromArg<'a> for Device {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Device> {
        let i = number::index(v, cx)?;
        match i.to_i64() {
            Some(-1) => Ok(Device(u64::MAX)),
            Some(n) if n < 0 => Err(cx.overflow_error(format_args!("can't convert negative int to unsigned"))),
            Some(n) => Ok(Device(n as u64)),
            None => u64::from_arg(v, at, cx).map(Device),
        }
    }
}

/// Raise for a failed call without a path.
#[cold]
pub fn fail(e: Errno, cx: &mut Cx) -> taipan_object::err::Raised {
    cx.os_error(e.0, &e.message(), None, None)
}

/// A host result without a path.
pub fn done<T>(r: taipan_host::Result<T>, cx: &mut Cx) -> PyResult<T> {
    r.map_err(|e| fail(e, cx))
}

/// Run a call that may block without the GIL, again after signals (PEP 475).
pub fn blocking<T>(cx: &mut Cx, mut f: impl FnMut() -> taipan_host::Result<T>) -> PyResult<taipan_host::Result<T>> {
    loop {
        match cx.without_gil(&mut f) {
            Err(Errno::EINTR) => (taipan_object::machine::hooks().breaker)(cx)?,
            r => return Ok(r),
        }
    }
}

/// As [`blocking`], raising on failure.
pub fn wait_for<T>(cx: &mut Cx, f: impl FnMut() -> taipan_host::Result<T>) -> PyResult<T> {
    let r = blocking(cx, f)?;
    done(r, cx)
}

/// A name from the system as `str`, or as `bytes`.
pub fn name_object(bytes: &[u8], as_bytes: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    if as_bytes { PyBytes::new(bytes, cx).map(Own::into_object) } else { fspath::decode(bytes, cx).map(Own::into_object) }
}

/// A tuple of ints.
pub fn ints(v: &[i64], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut items = Vec::with_capacity(v.len());
    for n in v {
        items.push(PyInt::new(*n, cx)?.into_object());
    }
    PyTuple::from_vec(items, cx)
}

/// An audit event with plain arguments; nothing is made when nobody listens.
pub fn audit(event: &str, cx: &mut Cx, args: impl FnOnce(&mut Cx) -> PyResult<Vec<Own<Object>>>) -> PyResult<()> {
    if !taipan_object::audit::is_active() {
        return Ok(());
    }
    let items = args(cx)?;
    let t = PyTuple::from_vec(items, cx)?;
    taipan_object::audit::raise_tuple(event, &t, cx)
}

/// An int object for audit arguments.
pub fn int(n: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyInt::new(n, cx).map(Own::into_object)
}

/// `dir_fd` as audit events show it: -1 for none.
pub fn shown_dir(d: i32) -> i64 {
    if d == AT_FDCWD { -1 } else { d as i64 }
}
