//! Reading directories.

use core::ffi::CStr;

use crate::gate::{Access, check as allow};
use crate::{Errno, Fd, Result};

/// What a directory says of an entry without a further system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EntryKind {
    Unknown,
    File,
    Dir,
    Symlink,
    Other,
}

/// One entry; `.` and `..` are left out.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The name in the directory.
    pub name: Vec<u8>,
    /// The inode number.
    pub ino: u64,
    /// The kind, when the file system tells.
    pub kind: EntryKind,
}

/// An open directory stream; closed when dropped.
pub struct Dir {
    stream: *mut libc::DIR,
    /// Streams over a caller's descriptor are rewound at the end, since the offset is shared.
    rewind: bool,
}

// SAFETY: a DIR may be used from any thread, one at a time; `&mut self` ensures that.
unsafe impl Send for Dir {}

/// Open a directory by path. May block.
pub fn open(path: &CStr) -> Result<Dir> {
    allow(Access::Read(path))?;
    let stream = sys!(libc::opendir(path.as_ptr()));
    if stream.is_null() { Err(Errno::last()) } else { Ok(Dir { stream, rewind: false }) }
}

/// Open a directory by descriptor, which stays the caller's.
pub fn open_fd(fd: Fd) -> Result<Dir> {
    let own = crate::fd::dup(fd)?;
    let stream = sys!(libc::fdopendir(own));
    if stream.is_null() {
        let error = Errno::last();
        crate::fd::close(own)?;
        return Err(error);
    }
    let mut dir = Dir { stream, rewind: true };
    dir.rewind_now();
    Ok(dir)
}

impl Dir {
    /// The next entry, or None at the end. May block.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        loop {
            Errno(0).set();
            // SAFETY: the stream is open until drop.
            let raw = unsafe { libc::readdir(self.stream) };
            if raw.is_null() {
                return match Errno::last() {
                    Errno(0) => Ok(None),
                    error => Err(error),
                };
            }
            // SAFETY: readdir returned a valid entry that lives until the next call on this stream.
            let (name, ino, kind) =
                unsafe { (CStr::from_ptr((*raw).d_name.as_ptr()).to_bytes(), (*raw).d_ino, (*raw).d_type) };
            if name != b"." && name != b".." {
                return Ok(Some(Entry { name: name.to_vec(), ino, kind: kind_of(kind) }));
            }
        }
    }

    fn rewind_now(&mut self) {
        // SAFETY: the stream is open until drop.
        unsafe { libc::rewinddir(self.stream) }
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        if self.rewind {
            self.rewind_now();
        }
        // SAFETY: the stream is open and closed here only.
        unsafe {
            libc::closedir(self.stream);
        }
    }
}

fn kind_of(raw: u8) -> EntryKind {
    match raw {
        libc::DT_UNKNOWN => EntryKind::Unknown,
        libc::DT_REG => EntryKind::File,
        libc::DT_DIR => EntryKind::Dir,
        libc::DT_LNK => EntryKind::Symlink,
        _ => EntryKind::Other,
    }
}
