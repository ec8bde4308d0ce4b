//! `stat` and its relatives, and the struct sequences they give.

use super::args::*;
use taipan_host::stat::{self, Stat, StatVfs};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;
use taipan_object::types::structseq::StructSeq;

/// `os.stat_result`.
pub static STAT_RESULT: StructSeq = StructSeq::new(
    c"os.stat_result",
    c"stat_result: Result from stat, fstat, or lstat.\n\nThis object may be accessed either as a tuple of\n  (mode, ino, dev, nlink, uid, gid, size, atime, mtime, ctime)\nor via the attributes st_mode, st_ino, st_dev, st_nlink, and so on.\n\nPosix/windows: If your platform supports st_blksize, st_blocks, st_rdev,\nor st_flags, they are available as attributes only.\n\nSee os.stat for more information.",
    &[
        ("st_mode", "protection bits"),
        ("st_ino", "inode"),
        ("st_dev", "device"),
        ("st_nlink", "number of hard links"),
        ("st_uid", "user ID of owner"),
        ("st_gid", "group ID of owner"),
        ("st_size", "total size, in bytes"),
        ("", ""),
        ("", ""),
        ("", ""),
        ("st_atime", "time of last access"),
        ("st_mtime", "time of last modification"),
        ("st_ctime", "time of last change"),
        ("st_atime_ns", "time of last access in nanoseconds"),
        ("st_mtime_ns", "time of last modification in nanoseconds"),
        ("st_ctime_ns", "time of last change in nanoseconds"),
        ("st_blksize", "blocksize for filesystem I/O"),
        ("st_blocks", "number of blocks allocated"),
        ("st_rdev", "device type (if inode device)"),
    ],
    10,
);

/// `os.statvfs_result`.
pub static STATVFS_RESULT: StructSeq = StructSeq::new(
    c"os.statvfs_result",
    c"statvfs_result: Result from statvfs or fstatvfs.\n\nThis object may be accessed either as a tuple of\n  (bsize, frsize, blocks, bfree, bavail, files, ffree, favail, flag, namemax),\nor via the attributes f_bsize, f_frsize, f_blocks, f_bfree, and so on.\n\nSee os.statvfs for more information.",
    &[
        ("f_bsize", ""),
        ("f_frsize", ""),
        ("f_blocks", ""),
        ("f_bfree", ""),
        ("f_bavail", ""),
        ("f_files", ""),
        ("f_ffree", ""),
        ("f_favail", ""),
        ("f_flag", ""),
        ("f_namemax", ""),
        ("f_fsid", ""),
    ],
    10,
);

/// Seconds and nanoseconds as one number of nanoseconds, which may need more than 64 bits.
fn nanos(secs: i64, nsec: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(n) = secs.checked_mul(1_000_000_000).and_then(|n| n.checked_add(nsec)) {
        return int(n, cx);
    }
    let (s, billion, rest) = (int(secs, cx)?, int(1_000_000_000, cx)?, int(nsec, cx)?);
    let product = number::binary(&number::MUL, &s, &billion, cx)?;
    number::binary(&number::ADD, &product, &rest, cx)
}

/// The struct sequence for a host result.
pub fn stat_object(s: &Stat, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let seconds = |secs: i64, nsec: i64, cx: &mut Cx| PyFloat::new(secs as f64 + 1e-9 * nsec as f64, cx).map(Own::into_object);
    let values = [
        int(s.mode as i64, cx)?,
        PyInt::from_u64(s.ino, cx)?.into_object(),
        PyInt::from_u64(s.dev, cx)?.into_object(),
        PyInt::from_u64(s.nlink, cx)?.into_object(),
        int(s.uid as i64, cx)?,
        int(s.gid as i64, cx)?,
        int(s.size, cx)?,
        int(s.atime, cx)?,
        int(s.mtime, cx)?,
        int(s.ctime, cx)?,
        seconds(s.atime, s.atime_nsec, cx)?,
        seconds(s.mtime, s.mtime_nsec, cx)?,
        seconds(s.ctime, s.ctime_nsec, cx)?,
        nanos(s.atime, s.atime_nsec, cx)?,
        nanos(s.mtime, s.mtime_nsec, cx)?,
        nanos(s.ctime, s.ctime_nsec, cx)?,
        int(s.blksize, cx)?,
        int(s.blocks, cx)?,
        PyInt::from_u64(s.rdev, cx)?.into_object(),
    ];
    STAT_RESULT.make(values, cx)
}

fn statvfs_object(s: &StatVfs, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let all = [s.bsize, s.frsize, s.blocks, s.bfree, s.bavail, s.files, s.ffree, s.favail, s.flag, s.namemax, s.fsid];
    let mut v = Vec::with_capacity(all.len());
    for n in all {
        v.push(PyInt::from_u64(n, cx)?.into_object());
    }
    STATVFS_RESULT.make(v, cx)
}

/// A part of a device number; all ones is "none".
fn part_of(n: u32) -> i64 {
    if n == u32::MAX { -1 } else { n as i64 }
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Perform a stat system call on the given path.
    ///
    ///   path
    ///     Path to be examined; can be string, bytes, a path-like object or
    ///     open-file-descriptor int.
    ///   dir_fd
    ///     If not None, it should be a file descriptor open to a directory,
    ///     and path should be a relative string; path will then be relative to
    ///     that directory.
    ///   follow_symlinks
    ///     If False, and the last element of the path is a symbolic link,
    ///     stat will examine the symbolic link itself instead of the file
    ///     the link points to.
    ///
    /// dir_fd and follow_symlinks may not be implemented
    ///   on your platform.  If they are unavailable, using them will raise a
    ///   NotImplementedError.
    ///
    /// It's an error to use dir_fd or follow_symlinks when specifying path as
    ///   an open file descriptor.
    #[function("stat(path, *, dir_fd=None, follow_symlinks=True)")]
    fn stat(path: PathOrFd, dir_fd: Option<DirFd>, follow_symlinks: bool, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let d = dir(dir_fd);
        path.check_alone("stat", d, follow_symlinks, cx)?;
        match cx.without_gil(|| stat::of(path.target(d), follow_symlinks)) {
            Ok(s) => stat_object(&s, cx),
            Err(e) => Err(path.fail(e, cx)),
        }
    }

    /// Perform a stat system call on the given path, without following symbolic links.
    ///
    /// Like stat(), but do not follow symbolic links.
    /// Equivalent to stat(path, follow_symlinks=False).
    #[function("lstat(path, *, dir_fd=None)")]
    fn lstat(path: Path, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match cx.without_gil(|| stat::fstatat(dir(dir_fd), path.c(), false)) {
            Ok(s) => stat_object(&s, cx),
            Err(e) => Err(path.fail(e, cx)),
        }
    }

    /// Perform a stat system call on the given file descriptor.
    ///
    /// Like stat(), but for an open file descriptor.
    /// Equivalent to os.stat(fd).
    #[function("fstat(fd)")]
    fn fstat(fd: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = wait_for(cx, || stat::fstat(fd))?;
        stat_object(&s, cx)
    }

    /// Perform a statvfs system call on the given path.
    ///
    /// path may always be specified as a string.
    /// On some platforms, path may also be specified as an open file descriptor.
    ///   If this functionality is unavailable, using it raises an exception.
    #[function("statvfs(path)")]
    fn statvfs(path: PathOrFd, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match blocking(cx, || stat::statvfs(path.target(taipan_host::AT_FDCWD)))? {
            Ok(s) => statvfs_object(&s, cx),
            Err(e) => Err(path.fail(e, cx)),
        }
    }

    /// Perform an fstatvfs system call on the given fd.
    ///
    /// Equivalent to statvfs(fd).
    #[function("fstatvfs(fd, /)")]
    fn fstatvfs(fd: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = wait_for(cx, || stat::statvfs(taipan_host::Target::Fd(fd)))?;
        statvfs_object(&s, cx)
    }

    /// Extracts a device major number from a raw device number.
    #[function("major(device, /)")]
    fn major(device: Device) -> i64 {
        part_of(stat::major(device.0))
    }

    /// Extracts a device minor number from a raw device number.
    #[function("minor(device, /)")]
    fn minor(device: Device) -> i64 {
        part_of(stat::minor(device.0))
    }

    /// Composes a raw device number from the major and minor device numbers.
    #[function("makedev(major, minor, /)")]
    fn makedev(major: DevicePart, minor: DevicePart, cx: &mut Cx) -> PyResult<Own<Object>> {
        match stat::makedev(major.0, minor.0) {
            u64::MAX => int(-1, cx),
            n => PyInt::from_u64(n, cx).map(Own::into_object),
        }
    }
}
