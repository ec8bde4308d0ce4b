//! Operations on the file system by path.
//!
//! Functions with a directory descriptor take paths relative to it; pass
//! [`crate::AT_FDCWD`] for the current directory. `follow` says whether a final
//! symbolic link is followed.

use core::ffi::CStr;

use crate::fd::no_limit;
use crate::gate::{Access, check as allow};
use crate::sys::{check, count, done};
use crate::{Errno, Fd, Result, Target};

/// Open a file; always close-on-exec. May block.
pub fn open(dir: Fd, path: &CStr, flags: i32, mode: u32) -> Result<Fd> {
    let writes = flags & (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC) != 0;
    allow(if writes { Access::Write(path) } else { Access::Read(path) })?;
    check(sys!(libc::openat(dir, path.as_ptr(), flags | libc::O_CLOEXEC, mode)))
}

/// The whole contents of a file, for the interpreter's own needs (source files, `.pyc`). May block.
pub fn read_file(path: &CStr) -> Result<Vec<u8>> {
    let fd = open(crate::AT_FDCWD, path, libc::O_RDONLY, 0)?;
    let result = read_to_end(fd);
    crate::fd::close(fd)?;
    result
}

/// Read an open file to its end, retrying by itself on `EINTR`. May block.
pub fn read_to_end(fd: Fd) -> Result<Vec<u8>> {
    let expected = crate::stat::fstat(fd).map_or(0, |s| s.size.clamp(0, 1 << 30) as usize);
    let mut data = Vec::new();
    data.try_reserve_exact(expected + 1).map_err(|_| Errno::ENOMEM)?;
    loop {
        if data.capacity() - data.len() < 512 {
            data.try_reserve(data.len().max(8192)).map_err(|_| Errno::ENOMEM)?;
        }
        match crate::fd::read_uninit(fd, data.spare_capacity_mut()) {
            Ok(0) => return Ok(data),
            // SAFETY: the kernel initialised that many bytes after the current length.
            Ok(n) => unsafe { data.set_len(data.len() + n) },
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether the process may access a path (`R_OK` …), by real or effective ids.
pub fn access(dir: Fd, path: &CStr, mode: i32, effective: bool, follow: bool) -> Result<()> {
    allow(Access::Read(path))?;
    let mut flags = if effective { libc::AT_EACCESS } else { 0 };
    if !follow {
        flags |= libc::AT_SYMLINK_NOFOLLOW;
    }
    done(sys!(libc::faccessat(dir, path.as_ptr(), mode, flags)))
}

/// Change the current directory.
pub fn chdir(path: &CStr) -> Result<()> {
    allow(Access::Read(path))?;
    done(sys!(libc::chdir(path.as_ptr())))
}

/// The current directory.
pub fn getcwd() -> Result<Vec<u8>> {
    let mut buffer = vec![0u8; 1024];
    loop {
        let found = sys!(libc::getcwd(buffer.as_mut_ptr().cast(), buffer.len()));
        if !found.is_null() {
            return Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default());
        }
        match Errno::last() {
            Errno::ERANGE if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 2, 0),
            error => return Err(error),
        }
    }
}

/// Make another directory the root of the process.
pub fn chroot(path: &CStr) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::chroot(path.as_ptr())))
}

/// Change permissions.
pub fn chmod(dir: Fd, path: &CStr, mode: u32, follow: bool) -> Result<()> {
    allow(Access::Write(path))?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    done(sys!(libc::fchmodat(dir, path.as_ptr(), mode, flags)))
}

/// Change the owner; `u32::MAX` leaves an id as it is.
pub fn chown(dir: Fd, path: &CStr, uid: u32, gid: u32, follow: bool) -> Result<()> {
    allow(Access::Write(path))?;
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    done(sys!(libc::fchownat(dir, path.as_ptr(), uid, gid, flags)))
}

/// Make a hard link.
pub fn link(from_dir: Fd, from: &CStr, to_dir: Fd, to: &CStr, follow: bool) -> Result<()> {
    allow(Access::Read(from))?;
    allow(Access::Write(to))?;
    let flags = if follow { libc::AT_SYMLINK_FOLLOW } else { 0 };
    done(sys!(libc::linkat(from_dir, from.as_ptr(), to_dir, to.as_ptr(), flags)))
}

/// Make a symbolic link at `path` that says `content`.
pub fn symlink(content: &CStr, dir: Fd, path: &CStr) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::symlinkat(content.as_ptr(), dir, path.as_ptr())))
}

/// What a symbolic link says.
pub fn readlink(dir: Fd, path: &CStr) -> Result<Vec<u8>> {
    allow(Access::Read(path))?;
    let mut buffer = vec![0u8; 256];
    loop {
        let size = count(sys!(libc::readlinkat(dir, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len())))?;
        if size < buffer.len() {
            buffer.truncate(size);
            return Ok(buffer);
        }
        buffer.resize(buffer.len() * 2, 0);
    }
}

/// Make a directory.
pub fn mkdir(dir: Fd, path: &CStr, mode: u32) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::mkdirat(dir, path.as_ptr(), mode)))
}

/// Make a named pipe.
pub fn mkfifo(dir: Fd, path: &CStr, mode: u32) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::mkfifoat(dir, path.as_ptr(), mode)))
}

/// Make a file system node.
pub fn mknod(dir: Fd, path: &CStr, mode: u32, device: u64) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::mknodat(dir, path.as_ptr(), mode, device)))
}

/// Remove a name of a file.
pub fn unlink(dir: Fd, path: &CStr) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::unlinkat(dir, path.as_ptr(), 0)))
}

/// Remove an empty directory.
pub fn rmdir(dir: Fd, path: &CStr) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::unlinkat(dir, path.as_ptr(), libc::AT_REMOVEDIR)))
}

/// Rename, replacing what is there.
pub fn rename(from_dir: Fd, from: &CStr, to_dir: Fd, to: &CStr) -> Result<()> {
    allow(Access::Write(from))?;
    allow(Access::Write(to))?;
    done(sys!(libc::renameat(from_dir, from.as_ptr(), to_dir, to.as_ptr())))
}

/// Set a file's length by path. May block.
pub fn truncate(path: &CStr, length: i64) -> Result<()> {
    allow(Access::Write(path))?;
    done(sys!(libc::truncate(path.as_ptr(), length)))
}

/// A point in time for [`utime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileTime {
    /// Seconds since the epoch.
    pub secs: i64,
    /// Nanoseconds, 0 to 999,999,999.
    pub nanos: i64,
}

/// Set access and modification times; None means "now".
pub fn utime(target: Target<'_>, times: Option<(FileTime, FileTime)>, follow: bool) -> Result<()> {
    let pair = times.map(|(accessed, modified)| [spec(accessed), spec(modified)]);
    let pointer = pair.as_ref().map_or(core::ptr::null(), |p| p.as_ptr());
    match target {
        Target::Fd(fd) => done(sys!(libc::futimens(fd, pointer))),
        Target::Path(dir, path) => {
            allow(Access::Write(path))?;
            let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
            done(sys!(libc::utimensat(dir, path.as_ptr(), pointer, flags)))
        }
    }
}

fn spec(time: FileTime) -> libc::timespec {
    libc::timespec { tv_sec: time.secs, tv_nsec: time.nanos }
}

/// Set the mask of permissions that new files do not get; returns the old one.
pub fn umask(mask: u32) -> u32 {
    sys!(libc::umask(mask))
}

/// A limit of the file at a path; None when there is none.
pub fn pathconf(path: &CStr, name: i32) -> Result<Option<i64>> {
    allow(Access::Read(path))?;
    Errno(0).set();
    let value = sys!(libc::pathconf(path.as_ptr(), name));
    if value == -1 { no_limit() } else { Ok(Some(value)) }
}

/// The canonical absolute path, without links.
pub fn realpath(path: &CStr) -> Result<Vec<u8>> {
    allow(Access::Read(path))?;
    let found = sys!(libc::realpath(path.as_ptr(), core::ptr::null_mut()));
    if found.is_null() {
        return Err(Errno::last());
    }
    // SAFETY: realpath returned a NUL-terminated string that we own; it is freed once.
    unsafe {
        let text = CStr::from_ptr(found).to_bytes().to_vec();
        libc::free(found.cast());
        Ok(text)
    }
}
