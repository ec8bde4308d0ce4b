//! File metadata.

use core::ffi::CStr;

use crate::gate::{Access, check as allow};
use crate::sys::done;
use crate::{Fd, Result, Target};

/// `struct stat`, in widths that fit every platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Stat {
    pub mode: u32,
    pub ino: u64,
    pub dev: u64,
    pub nlink: u64,
    pub uid: u32,
    pub gid: u32,
    pub size: i64,
    pub atime: i64,
    pub mtime: i64,
    pub ctime: i64,
    pub atime_nsec: i64,
    pub mtime_nsec: i64,
    pub ctime_nsec: i64,
    pub blksize: i64,
    pub blocks: i64,
    pub rdev: u64,
}

impl Stat {
    fn from_c(raw: &libc::stat) -> Stat {
        Stat {
            mode: raw.st_mode,
            ino: raw.st_ino,
            dev: raw.st_dev,
            nlink: raw.st_nlink as u64,
            uid: raw.st_uid,
            gid: raw.st_gid,
            size: raw.st_size,
            atime: raw.st_atime,
            mtime: raw.st_mtime,
            ctime: raw.st_ctime,
            atime_nsec: raw.st_atime_nsec,
            mtime_nsec: raw.st_mtime_nsec,
            ctime_nsec: raw.st_ctime_nsec,
            blksize: raw.st_blksize as i64,
            blocks: raw.st_blocks,
            rdev: raw.st_rdev,
        }
    }

    /// Whether this is a directory.
    pub fn is_dir(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFDIR
    }

    /// Whether this is a regular file.
    pub fn is_file(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFREG
    }

    /// Whether this is a symbolic link.
    pub fn is_symlink(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFLNK
    }

    /// Whether this is a character device.
    pub fn is_char_device(&self) -> bool {
        self.mode & libc::S_IFMT == libc::S_IFCHR
    }
}

/// Metadata of an open descriptor.
pub fn fstat(fd: Fd) -> Result<Stat> {
    let mut raw = zeroed!(libc::stat);
    done(sys!(libc::fstat(fd, &mut raw)))?;
    Ok(Stat::from_c(&raw))
}

/// Metadata of a path relative to a directory descriptor.
pub fn fstatat(dir: Fd, path: &CStr, follow: bool) -> Result<Stat> {
    allow(Access::Read(path))?;
    let mut raw = zeroed!(libc::stat);
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    done(sys!(libc::fstatat(dir, path.as_ptr(), &mut raw, flags)))?;
    Ok(Stat::from_c(&raw))
}

/// Metadata of a path, links followed.
pub fn stat(path: &CStr) -> Result<Stat> {
    fstatat(crate::AT_FDCWD, path, true)
}

/// Metadata of a path itself, even if it is a link.
pub fn lstat(path: &CStr) -> Result<Stat> {
    fstatat(crate::AT_FDCWD, path, false)
}

/// Metadata of either.
pub fn of(target: Target<'_>, follow: bool) -> Result<Stat> {
    match target {
        Target::Fd(fd) => fstat(fd),
        Target::Path(dir, path) => fstatat(dir, path, follow),
    }
}

/// `struct statvfs`.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct StatVfs {
    pub bsize: u64,
    pub frsize: u64,
    pub blocks: u64,
    pub bfree: u64,
    pub bavail: u64,
    pub files: u64,
    pub ffree: u64,
    pub favail: u64,
    pub flag: u64,
    pub namemax: u64,
    pub fsid: u64,
}

/// Facts about the file system that holds a file.
pub fn statvfs(target: Target<'_>) -> Result<StatVfs> {
    let mut raw = zeroed!(libc::statvfs);
    match target {
        Target::Fd(fd) => done(sys!(libc::fstatvfs(fd, &mut raw)))?,
        Target::Path(_, path) => {
            allow(Access::Read(path))?;
            done(sys!(libc::statvfs(path.as_ptr(), &mut raw)))?;
        }
    }
    Ok(StatVfs {
        bsize: raw.f_bsize,
        frsize: raw.f_frsize,
        blocks: raw.f_blocks,
        bfree: raw.f_bfree,
        bavail: raw.f_bavail,
        files: raw.f_files,
        ffree: raw.f_ffree,
        favail: raw.f_favail,
        flag: raw.f_flag,
        namemax: raw.f_namemax,
        fsid: raw.f_fsid,
    })
}

/// The device number's major part.
pub fn major(device: u64) -> u32 {
    libc::major(device)
}

/// The device number's minor part.
pub fn minor(device: u64) -> u32 {
    libc::minor(device)
}

/// A device number from its parts.
pub fn makedev(major: u32, minor: u32) -> u64 {
    libc::makedev(major, minor)
}
