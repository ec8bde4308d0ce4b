//! Operations on files by path: make, remove, rename, permissions, times, links.

use super::args::*;
use taipan_host::fs::{self, FileTime};
use taipan_host::{AT_FDCWD, Errno};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

/// An error of a call with two paths.
fn fail2(e: Errno, a: &Path, b: &Path, cx: &mut Cx) -> taipan_object::err::Raised {
    cx.os_error(e.0, &e.message(), Some(&a.object), Some(&b.object))
}

fn rename_impl(src: Path, dst: Path, from: Option<DirFd>, to: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
    let (f, t) = (dir(from), dir(to));
    audit("os.rename", cx, |cx| Ok(vec![src.object.clone(), dst.object.clone(), int(shown_dir(f), cx)?, int(shown_dir(t), cx)?]))?;
    cx.without_gil(|| fs::rename(f, src.c(), t, dst.c())).map_err(|e| fail2(e, &src, &dst, cx))
}

fn unlink_impl(path: Path, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
    let d = dir(dir_fd);
    audit("os.remove", cx, |cx| Ok(vec![path.object.clone(), int(shown_dir(d), cx)?]))?;
    cx.without_gil(|| fs::unlink(d, path.c())).map_err(|e| path.fail(e, cx))
}

/// A time in seconds (int or float) split into seconds and nanoseconds, rounded down.
fn seconds(v: &Object, cx: &mut Cx) -> PyResult<FileTime> {
    if let Some(f) = v.downcast::<taipan_object::types::float::PyFloat>() {
        let f = f.value();
        if f.is_nan() {
            return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
        }
        let whole = f.floor();
        if !(-9.3e18..9.2e18).contains(&whole) {
            return Err(cx.overflow_error(format_args!("timestamp out of range for platform time_t")));
        }
        let nanos = ((f - whole) * 1e9).floor() as i64;
        return Ok(FileTime { secs: whole as i64, nanos: nanos.clamp(0, 999_999_999) });
    }
    match number::index(v, cx)?.to_i64() {
        Some(secs) => Ok(FileTime { secs, nanos: 0 }),
        None => Err(cx.overflow_error(format_args!("timestamp out of range for platform time_t"))),
    }
}

/// Nanoseconds since the epoch, split.
fn from_nanos(v: &Object, cx: &mut Cx) -> PyResult<FileTime> {
    let billion = int(1_000_000_000, cx)?;
    let r = number::binary(&number::DIVMOD, v, &billion, cx)?;
    let pair = r.downcast::<PyTuple>().filter(|t| t.len() == 2);
    let Some(t) = pair else {
        return Err(cx.type_error(format_args!("{}.__divmod__() must return a 2-tuple, not {}", v.ty().name(), r.ty().name())));
    };
    let get = |i: usize| t.get(i).and_then(|x| x.downcast::<PyInt>()).and_then(PyInt::to_i64);
    match (get(0), get(1)) {
        (Some(secs), Some(nanos)) => Ok(FileTime { secs, nanos }),
        _ => Err(cx.overflow_error(format_args!("timestamp out of range for platform time_t"))),
    }
}

/// The two items of a `times` or `ns` tuple.
fn pair<'a>(v: &'a Object, msg: &str, cx: &mut Cx) -> PyResult<(&'a Object, &'a Object)> {
    match v.exact::<PyTuple>().map(|t| t.as_slice()) {
        Some([a, b]) => Ok((a, b)),
        _ => Err(cx.type_error(format_args!("{msg}"))),
    }
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Use the real uid/gid to test for access to a path.
    ///
    ///   path
    ///     Path to be tested; can be string, bytes, or a path-like object.
    ///   mode
    ///     Operating-system mode bitfield.  Can be F_OK to test existence,
    ///     or the inclusive-OR of R_OK, W_OK, and X_OK.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be relative; path will then be relative to that
    ///     directory.
    ///   effective_ids
    ///     If True, access will use the effective uid/gid instead of
    ///     the real uid/gid.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     access will examine the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// dir_fd, effective_ids, and follow_symlinks may not be implemented
    ///   on your platform.  If they are unavailable, using them will raise a
    ///   NotImplementedError.
    ///
    /// Note that most operations will use the effective uid/gid, therefore this
    ///   routine can be used in a suid/sgid environment to test if the invoking user
    ///   has the specified access to the path.
    #[function("access(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)")]
    fn access(path: Path, mode: i32, dir_fd: Option<DirFd>, effective_ids: bool, follow_symlinks: bool, cx: &mut Cx) -> bool {
        cx.without_gil(|| fs::access(dir(dir_fd), path.c(), mode, effective_ids, follow_symlinks)).is_ok()
    }

    /// Change the current working directory to the specified path.
    ///
    /// path may always be specified as a string.
    /// On some platforms, path may also be specified as an open file descriptor.
    ///   If this functionality is unavailable, using it raises an exception.
    #[function("chdir(path)")]
    fn chdir(path: PathOrFd, cx: &mut Cx) -> PyResult<()> {
        audit("os.chdir", cx, |cx| {
            Ok(vec![match &path {
                PathOrFd::Path(p) => p.object.clone(),
                PathOrFd::Fd(fd) => int(*fd as i64, cx)?,
            }])
        })?;
        let r = cx.without_gil(|| match &path {
            PathOrFd::Path(p) => fs::chdir(p.c()),
            PathOrFd::Fd(fd) => taipan_host::fd::fchdir(*fd),
        });
        r.map_err(|e| path.fail(e, cx))
    }

    /// chmod($module, /, path, mode, *, dir_fd=None,
    ///       follow_symlinks=(os.name != 'nt'))
    /// --
    ///
    /// Change the access permissions of a file.
    ///
    ///   path
    ///     Path to be modified.  May always be specified as a str, bytes, or a path-like object.
    ///     On some platforms, path may also be specified as an open file descriptor.
    ///     If this functionality is unavailable, using it raises an exception.
    ///   mode
    ///     Operating-system mode bitfield.
    ///     Be careful when using number literals for *mode*. The conventional UNIX notation for
    ///     numeric modes uses an octal base, which needs to be indicated with a ``0o`` prefix in
    ///     Python.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be relative; path will then be relative to that
    ///     directory.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     chmod will modify the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// It is an error to use dir_fd or follow_symlinks when specifying path as
    ///   an open file descriptor.
    /// dir_fd and follow_symlinks may not be implemented on your platform.
    ///   If they are unavailable, using them will raise a NotImplementedError.
    #[function("chmod(path, mode, *, dir_fd=None, follow_symlinks=True)", nosig)]
    fn chmod(path: PathOrFd, mode: i32, dir_fd: Option<DirFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        path.check_alone("chmod", d, follow_symlinks, cx)?;
        let r = cx.without_gil(|| match &path {
            PathOrFd::Path(p) => fs::chmod(d, p.c(), mode as u32, follow_symlinks),
            PathOrFd::Fd(fd) => taipan_host::fd::fchmod(*fd, mode as u32),
        });
        match r {
            Err(taipan_host::Errno::EOPNOTSUPP) if !follow_symlinks && d != taipan_host::AT_FDCWD => {
                Err(cx.value_error(format_args!("chmod: cannot use dir_fd and follow_symlinks together")))
            }
            Err(taipan_host::Errno::EOPNOTSUPP) if !follow_symlinks => {
                Err(cx.raise_msg(exc::NotImplementedError(), format_args!("chmod: follow_symlinks unavailable on this platform")))
            }
            r => r.map_err(|e| path.fail(e, cx)),
        }
    }

    /// Change the access permissions of the file given by file descriptor.
    #[function("fchmod(fd, mode)")]
    fn fchmod(fd: i32, mode: i32, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || taipan_host::fd::fchmod(fd, mode as u32))
    }

    /// Change the owner and group id of path to the numeric uid and gid.
    #[function("chown(path, uid, gid, *, dir_fd=None, follow_symlinks=True)")]
    fn chown(path: PathOrFd, uid: Uid, gid: Gid, dir_fd: Option<DirFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        path.check_alone("chown", d, follow_symlinks, cx)?;
        let r = cx.without_gil(|| match &path {
            PathOrFd::Path(p) => fs::chown(d, p.c(), uid.0, gid.0, follow_symlinks),
            PathOrFd::Fd(fd) => taipan_host::fd::fchown(*fd, uid.0, gid.0),
        });
        r.map_err(|e| path.fail(e, cx))
    }

    /// Change the owner and group id of the file specified by file descriptor.
    ///
    /// Equivalent to os.chown(fd, uid, gid).
    #[function("fchown(fd, uid, gid)")]
    fn fchown(fd: i32, uid: Uid, gid: Gid, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || taipan_host::fd::fchown(fd, uid.0, gid.0))
    }

    /// Change the owner and group id of path to the numeric uid and gid.
    ///
    /// This function will not follow symbolic links.
    /// Equivalent to os.chown(path, uid, gid, follow_symlinks=False).
    #[function("lchown(path, uid, gid)")]
    fn lchown(path: Path, uid: Uid, gid: Gid, cx: &mut Cx) -> PyResult<()> {
        cx.without_gil(|| fs::chown(AT_FDCWD, path.c(), uid.0, gid.0, false)).map_err(|e| path.fail(e, cx))
    }

    /// Change root directory to path.
    #[function("chroot(path)")]
    fn chroot(path: Path, cx: &mut Cx) -> PyResult<()> {
        cx.without_gil(|| fs::chroot(path.c())).map_err(|e| path.fail(e, cx))
    }

    /// link($module, /, src, dst, *, src_dir_fd=None, dst_dir_fd=None,
    ///      follow_symlinks=(os.name != 'nt'))
    /// --
    ///
    /// Create a hard link to a file.
    #[function("link(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", nosig)]
    fn link(src: Path, dst: Path, src_dir_fd: Option<DirFd>, dst_dir_fd: Option<DirFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        let (f, t) = (dir(src_dir_fd), dir(dst_dir_fd));
        audit("os.link", cx, |cx| Ok(vec![src.object.clone(), dst.object.clone(), int(shown_dir(f), cx)?, int(shown_dir(t), cx)?]))?;
        cx.without_gil(|| fs::link(f, src.c(), t, dst.c(), follow_symlinks)).map_err(|e| fail2(e, &src, &dst, cx))
    }

    /// Create a symbolic link pointing to src named dst.
    ///
    /// target_is_directory is required on Windows if the target is to be
    ///   interpreted as a directory.  (On Windows, symlink requires
    ///   Windows 6.0 or greater, and raises a NotImplementedError otherwise.)
    ///   target_is_directory is ignored on non-Windows platforms.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to a directory,
    ///   and path should be relative; path will then be relative to that directory.
    /// dir_fd may not be implemented on your platform.
    ///   If it is unavailable, using it will raise a NotImplementedError.
    #[function("symlink(src, dst, target_is_directory=False, *, dir_fd=None)")]
    fn symlink(src: Path, dst: Path, target_is_directory: bool, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        let _ = target_is_directory;
        let d = dir(dir_fd);
        audit("os.symlink", cx, |cx| Ok(vec![src.object.clone(), dst.object.clone(), int(shown_dir(d), cx)?]))?;
        cx.without_gil(|| fs::symlink(src.c(), d, dst.c())).map_err(|e| fail2(e, &src, &dst, cx))
    }

    /// Return a string representing the path to which the symbolic link points.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to a directory,
    /// and path should be relative; path will then be relative to that directory.
    ///
    /// dir_fd may not be implemented on your platform.  If it is unavailable,
    /// using it will raise a NotImplementedError.
    #[function("readlink(path, *, dir_fd=None)")]
    fn readlink(path: Path, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match cx.without_gil(|| fs::readlink(dir(dir_fd), path.c())) {
            Ok(t) => name_object(&t, path.is_bytes(), cx),
            Err(e) => Err(path.fail(e, cx)),
        }
    }

    /// Create a directory.
    ///
    /// If dir_fd is not None, it should be a file descriptor open to a directory,
    ///   and path should be relative; path will then be relative to that directory.
    /// dir_fd may not be implemented on your platform.
    ///   If it is unavailable, using it will raise a NotImplementedError.
    ///
    /// The mode argument is ignored on Windows. Where it is used, the current umask
    /// value is first masked out.
    #[function("mkdir(path, mode=511, *, dir_fd=None)")]
    fn mkdir(path: Path, mode: i32, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        audit("os.mkdir", cx, |cx| Ok(vec![path.object.clone(), int(mode as i64, cx)?, int(shown_dir(d), cx)?]))?;
        cx.without_gil(|| fs::mkdir(d, path.c(), mode as u32)).map_err(|e| path.fail(e, cx))
    }

    /// Create a "fifo" (a POSIX named pipe).
    #[function("mkfifo(path, mode=438, *, dir_fd=None)")]
    fn mkfifo(path: Path, mode: i32, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        blocking(cx, || fs::mkfifo(d, path.c(), mode as u32))?.map_err(|e| path.fail(e, cx))
    }

    /// Create a node in the file system.
    #[function("mknod(path, mode=384, device=0, *, dir_fd=None)")]
    fn mknod(path: Path, mode: i32, #[default(Device(0))] device: Device, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        blocking(cx, || fs::mknod(d, path.c(), mode as u32, device.0))?.map_err(|e| path.fail(e, cx))
    }

    /// Remove a file (same as unlink()).
    #[function("remove(path, *, dir_fd=None)")]
    fn remove(path: Path, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        unlink_impl(path, dir_fd, cx)
    }

    /// Remove a file (same as remove()).
    #[function("unlink(path, *, dir_fd=None)")]
    fn unlink(path: Path, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        unlink_impl(path, dir_fd, cx)
    }

    /// Remove a directory.
    #[function("rmdir(path, *, dir_fd=None)")]
    fn rmdir(path: Path, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        audit("os.rmdir", cx, |cx| Ok(vec![path.object.clone(), int(shown_dir(d), cx)?]))?;
        cx.without_gil(|| fs::rmdir(d, path.c())).map_err(|e| path.fail(e, cx))
    }

    /// Rename a file or directory.
    #[function("rename(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn rename(src: Path, dst: Path, src_dir_fd: Option<DirFd>, dst_dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        rename_impl(src, dst, src_dir_fd, dst_dir_fd, cx)
    }

    /// Rename a file or directory, overwriting the destination.
    #[function("replace(src, dst, *, src_dir_fd=None, dst_dir_fd=None)")]
    fn replace(src: Path, dst: Path, src_dir_fd: Option<DirFd>, dst_dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<()> {
        rename_impl(src, dst, src_dir_fd, dst_dir_fd, cx)
    }

    /// Truncate a file, specified by path, to a specific length.
    ///
    /// On some platforms, path may also be specified as an open file descriptor.
    /// If this functionality is unavailable, using it raises an exception.
    #[function("truncate(path, length)")]
    fn truncate(path: PathOrFd, length: i64, cx: &mut Cx) -> PyResult<()> {
        audit("os.truncate", cx, |cx| {
            let p = match &path {
                PathOrFd::Path(p) => p.object.clone(),
                PathOrFd::Fd(fd) => int(*fd as i64, cx)?,
            };
            Ok(vec![p, int(length, cx)?])
        })?;
        let r = blocking(cx, || match &path {
            PathOrFd::Path(p) => fs::truncate(p.c(), length),
            PathOrFd::Fd(fd) => taipan_host::fd::ftruncate(*fd, length),
        })?;
        r.map_err(|e| path.fail(e, cx))
    }

    /// Set the current numeric umask and return the previous umask.
    #[function("umask(mask, /)")]
    fn umask(mask: i32) -> u32 {
        fs::umask(mask as u32)
    }

    /// utime($module, /, path, times=None, *, ns=<unrepresentable>,
    ///       dir_fd=None, follow_symlinks=True)
    /// --
    ///
    /// Set the access and modified time of path.
    #[function("utime(path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True)", nosig)]
    fn utime(path: PathOrFd, times: &Object, ns: Option<&Object>, dir_fd: Option<DirFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<()> {
        let d = dir(dir_fd);
        let when = match (times.is_none(), ns) {
            (false, Some(_)) => {
                return Err(cx.value_error(format_args!("utime: you may specify either 'times' or 'ns' but not both")));
            }
            (false, None) => {
                let (a, m) = pair(times, "utime: 'times' must be either a tuple of two ints or None", cx)?;
                Some((seconds(a, cx)?, seconds(m, cx)?))
            }
            (true, Some(ns)) => {
                let (a, m) = pair(ns, "utime: 'ns' must be a tuple of two ints", cx)?;
                Some((from_nanos(a, cx)?, from_nanos(m, cx)?))
            }
            (true, None) => None,
        };
        path.check_alone("utime", d, follow_symlinks, cx)?;
        cx.without_gil(|| fs::utime(path.target(d), when, follow_symlinks)).map_err(|e| path.fail(e, cx))
    }
}
