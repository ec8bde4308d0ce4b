//! Operations on open descriptors: read, write, seek, duplicate, pipes, flags.

use core::ffi::CStr;
use crate::fresh::Fresh;
use core::mem::MaybeUninit;

use crate::sys::{check, count, direct, done};
use crate::{Errno, Fd, Result};

/// The largest count that one read or write passes to the kernel; Linux transfers at most this much anyway.
pub const IO_MAX: usize = 0x7fff_f000;

/// Read up to `buf.len()` bytes; 0 at end of file. May block.
pub fn read(fd: Fd, buf: &mut [u8]) -> Result<usize> {
    count(sys!(libc::read(fd, buf.as_mut_ptr().cast(), buf.len().min(IO_MAX))))
}

/// [`read`] into memory that holds nothing yet; that many bytes are initialised afterwards. May block.
pub fn read_uninit(fd: Fd, buf: &mut [MaybeUninit<u8>]) -> Result<usize> {
    count(sys!(libc::read(fd, buf.as_mut_ptr().cast(), buf.len().min(IO_MAX))))
}

/// [`read`] from the start of fresh memory. May block.
pub fn read_fresh(fd: Fd, into: &mut Fresh<'_>) -> Result<usize> {
    into.fill(|room| read_uninit(fd, room))
}

/// [`pread`] into fresh memory. May block.
pub fn pread_fresh(fd: Fd, into: &mut Fresh<'_>, offset: i64) -> Result<usize> {
    into.fill(|room| count(sys!(libc::pread(fd, room.as_mut_ptr().cast(), room.len().min(IO_MAX), offset))))
}

/// Read at an offset without moving the file position. May block.
pub fn pread(fd: Fd, buf: &mut [u8], offset: i64) -> Result<usize> {
    count(sys!(libc::pread(fd, buf.as_mut_ptr().cast(), buf.len().min(IO_MAX), offset)))
}

/// Write; returns how much was taken. May block.
pub fn write(fd: Fd, buf: &[u8]) -> Result<usize> {
    count(sys!(libc::write(fd, buf.as_ptr().cast(), buf.len().min(IO_MAX))))
}

/// Write at an offset without moving the file position. May block.
pub fn pwrite(fd: Fd, buf: &[u8], offset: i64) -> Result<usize> {
    count(sys!(libc::pwrite(fd, buf.as_ptr().cast(), buf.len().min(IO_MAX), offset)))
}

/// Write everything to a descriptor, retrying by itself on `EINTR`: for diagnostics that must
/// come out (a fatal error), not for Python-level output.
pub fn write_all(fd: Fd, mut buf: &[u8]) -> Result<()> {
    while !buf.is_empty() {
        match write(fd, buf) {
            Ok(taken) => buf = &buf[taken..],
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn io_vectors(buffers: &mut [&mut [u8]]) -> Vec<libc::iovec> {
    buffers.iter_mut().map(|b| libc::iovec { iov_base: b.as_mut_ptr().cast(), iov_len: b.len() }).collect()
}

fn io_vectors_const(buffers: &[&[u8]]) -> Vec<libc::iovec> {
    buffers.iter().map(|b| libc::iovec { iov_base: b.as_ptr().cast_mut().cast(), iov_len: b.len() }).collect()
}

/// Scatter input over several buffers. May block.
pub fn readv(fd: Fd, buffers: &mut [&mut [u8]]) -> Result<usize> {
    let vectors = io_vectors(buffers);
    count(sys!(libc::readv(fd, vectors.as_ptr(), vectors.len() as i32)))
}

/// Gather output from several buffers. May block.
pub fn writev(fd: Fd, buffers: &[&[u8]]) -> Result<usize> {
    let vectors = io_vectors_const(buffers);
    count(sys!(libc::writev(fd, vectors.as_ptr(), vectors.len() as i32)))
}

/// [`readv`] at an offset, with `RWF_*` flags. May block.
pub fn preadv2(fd: Fd, buffers: &mut [&mut [u8]], offset: i64, flags: i32) -> Result<usize> {
    let vectors = io_vectors(buffers);
    count(sys!(libc::preadv2(fd, vectors.as_ptr(), vectors.len() as i32, offset, flags)))
}

/// [`writev`] at an offset, with `RWF_*` flags. May block.
pub fn pwritev2(fd: Fd, buffers: &[&[u8]], offset: i64, flags: i32) -> Result<usize> {
    let vectors = io_vectors_const(buffers);
    count(sys!(libc::pwritev2(fd, vectors.as_ptr(), vectors.len() as i32, offset, flags)))
}

/// Move the file position; returns the new one.
pub fn lseek(fd: Fd, offset: i64, whence: i32) -> Result<i64> {
    check(sys!(libc::lseek(fd, offset, whence)))
}

/// Close. On `EINTR` the descriptor is closed all the same (Linux), so that is no error.
pub fn close(fd: Fd) -> Result<()> {
    match done(sys!(libc::close(fd))) {
        Err(Errno::EINTR) => Ok(()),
        other => other,
    }
}

/// Close all descriptors in `low..high`, ignoring errors.
pub fn close_range(low: Fd, high: Fd) {
    let low = low.max(0);
    if high <= low {
        return;
    }
    let fast = sys!(libc::syscall(libc::SYS_close_range, low as u32, (high - 1) as u32, 0u32));
    if fast != 0 {
        for fd in low..high {
            sys!(libc::close(fd));
        }
    }
}

/// Duplicate; the new descriptor is close-on-exec.
pub fn dup(fd: Fd) -> Result<Fd> {
    check(sys!(libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0)))
}

/// Duplicate `fd` as `target`, which is closed first; inheritable or close-on-exec. May block.
pub fn dup2(fd: Fd, target: Fd, inheritable: bool) -> Result<Fd> {
    if inheritable || fd == target {
        return check(sys!(libc::dup2(fd, target)));
    }
    check(sys!(libc::dup3(fd, target, libc::O_CLOEXEC)))
}

/// A pipe: (read end, write end), with `O_*` flags.
pub fn pipe2(flags: i32) -> Result<(Fd, Fd)> {
    let mut ends = [0; 2];
    done(sys!(libc::pipe2(ends.as_mut_ptr(), flags)))?;
    Ok((ends[0], ends[1]))
}

/// A pipe whose ends are close-on-exec.
pub fn pipe() -> Result<(Fd, Fd)> {
    pipe2(libc::O_CLOEXEC)
}

/// Whether the descriptor is a terminal.
pub fn isatty(fd: Fd) -> bool {
    sys!(libc::isatty(fd)) == 1
}

/// The path of the terminal behind a descriptor.
pub fn ttyname(fd: Fd) -> Result<Vec<u8>> {
    let mut buffer = [0u8; 4096];
    direct(sys!(libc::ttyname_r(fd, buffer.as_mut_ptr().cast(), buffer.len())))?;
    Ok(CStr::from_bytes_until_nul(&buffer).map(|s| s.to_bytes().to_vec()).unwrap_or_default())
}

/// Set the file's length. May block.
pub fn ftruncate(fd: Fd, length: i64) -> Result<()> {
    done(sys!(libc::ftruncate(fd, length)))
}

/// Write data and metadata to the device. May block.
pub fn fsync(fd: Fd) -> Result<()> {
    done(sys!(libc::fsync(fd)))
}

/// Write data, and the metadata needed to read it, to the device. May block.
pub fn fdatasync(fd: Fd) -> Result<()> {
    done(sys!(libc::fdatasync(fd)))
}

/// Write all file systems' buffers. May block.
pub fn sync() {
    sys!(libc::sync())
}

/// Whether children inherit the descriptor (PEP 446).
pub fn inheritable(fd: Fd) -> Result<bool> {
    Ok(check(sys!(libc::fcntl(fd, libc::F_GETFD)))? & libc::FD_CLOEXEC == 0)
}

/// Say whether children inherit the descriptor.
pub fn set_inheritable(fd: Fd, inheritable: bool) -> Result<()> {
    let flags = check(sys!(libc::fcntl(fd, libc::F_GETFD)))?;
    let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
    if flags == wanted {
        return Ok(());
    }
    done(sys!(libc::fcntl(fd, libc::F_SETFD, wanted)))
}

/// Whether reads and writes wait.
pub fn blocking(fd: Fd) -> Result<bool> {
    Ok(check(sys!(libc::fcntl(fd, libc::F_GETFL)))? & libc::O_NONBLOCK == 0)
}

/// Say whether reads and writes wait.
pub fn set_blocking(fd: Fd, blocking: bool) -> Result<()> {
    let flags = check(sys!(libc::fcntl(fd, libc::F_GETFL)))?;
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    if flags == wanted {
        return Ok(());
    }
    done(sys!(libc::fcntl(fd, libc::F_SETFL, wanted)))
}

/// Copy between descriptors in the kernel; `offset` None continues at the input's position. May block.
pub fn sendfile(out: Fd, input: Fd, offset: Option<i64>, length: usize) -> Result<usize> {
    match offset {
        None => count(sys!(libc::sendfile(out, input, core::ptr::null_mut(), length))),
        Some(mut at) => count(sys!(libc::sendfile(out, input, &mut at, length))),
    }
}

fn offset_pointer(offset: &mut Option<i64>) -> *mut i64 {
    offset.as_mut().map_or(core::ptr::null_mut(), |at| at as *mut i64)
}

/// Copy between files, sharing blocks where the file system can. May block.
pub fn copy_file_range(
    input: Fd,
    mut input_at: Option<i64>,
    out: Fd,
    mut out_at: Option<i64>,
    length: usize,
) -> Result<usize> {
    let (from, to) = (offset_pointer(&mut input_at), offset_pointer(&mut out_at));
    count(sys!(libc::copy_file_range(input, from, out, to, length, 0)))
}

/// Move data between a pipe and a descriptor. May block.
pub fn splice(
    input: Fd,
    mut input_at: Option<i64>,
    out: Fd,
    mut out_at: Option<i64>,
    length: usize,
    flags: u32,
) -> Result<usize> {
    let (from, to) = (offset_pointer(&mut input_at), offset_pointer(&mut out_at));
    count(sys!(libc::splice(input, from, out, to, length, flags)))
}

/// Announce how a file range will be used.
pub fn fadvise(fd: Fd, offset: i64, length: i64, advice: i32) -> Result<()> {
    direct(sys!(libc::posix_fadvise(fd, offset, length, advice)))
}

/// Reserve space for a file range. May block.
pub fn fallocate(fd: Fd, offset: i64, length: i64) -> Result<()> {
    direct(sys!(libc::posix_fallocate(fd, offset, length)))
}

/// Change the permissions of an open file.
pub fn fchmod(fd: Fd, mode: u32) -> Result<()> {
    done(sys!(libc::fchmod(fd, mode)))
}

/// Change the owner of an open file; `u32::MAX` leaves an id as it is.
pub fn fchown(fd: Fd, uid: u32, gid: u32) -> Result<()> {
    done(sys!(libc::fchown(fd, uid, gid)))
}

/// Make an open directory the current one.
pub fn fchdir(fd: Fd) -> Result<()> {
    done(sys!(libc::fchdir(fd)))
}

/// A limit of the file behind a descriptor; None when there is none.
pub fn fpathconf(fd: Fd, name: i32) -> Result<Option<i64>> {
    Errno(0).set();
    let value = sys!(libc::fpathconf(fd, name));
    if value == -1 { no_limit() } else { Ok(Some(value)) }
}

/// -1 with an unchanged errno means "no limit".
pub(crate) fn no_limit() -> Result<Option<i64>> {
    match Errno::last() {
        Errno(0) => Ok(None),
        error => Err(error),
    }
}
