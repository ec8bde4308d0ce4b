//! Operations on open descriptors.

use super::args::*;
use taipan_host::fresh::Fresh;
use taipan_host::{Errno, fd as host, fs};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// Buffers of a sequence argument.
fn buffers(v: &Object, func: &str, writable: bool, cx: &mut Cx) -> PyResult<Vec<Buffer>> {
    if !taipan_object::abstract_::iter::is_sequence(v) {
        return Err(cx.type_error(format_args!("{func}() arg 2 must be a sequence")));
    }
    let flags = if writable { taipan_object::abstract_::buffer::WRITABLE } else { taipan_object::abstract_::buffer::SIMPLE };
    let items = taipan_object::abstract_::iter::collect(v, cx)?;
    let mut out = Vec::with_capacity(items.len());
    for o in items {
        out.push(Buffer::get(&o, flags, cx)?);
    }
    Ok(out)
}

/// Read with `f` into a new bytes object of at most `n` bytes.
pub fn read_with(n: isize, cx: &mut Cx, mut f: impl FnMut(&mut Fresh<'_>) -> taipan_host::Result<usize>) -> PyResult<Own<PyBytes>> {
    if n < 0 {
        return Err(fail(Errno::EINVAL, cx));
    }
    PyBytes::build_up_to(n as usize, cx, |room, cx| {
        let mut room = Fresh::new(room);
        wait_for(cx, || f(&mut room))?;
        Ok(room.filled())
    })
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Open a file for low level IO.  Returns a file descriptor (integer).
    ///
    /// If dir_fd is not None, it should be a file descriptor open to a directory,
    ///   and path should be relative; path will then be relative to that directory.
    /// dir_fd may not be implemented on your platform.
    ///   If it is unavailable, using it will raise a NotImplementedError.
    #[function("open(path, flags, mode=511, *, dir_fd=None)")]
    fn open(path: Path, flags: i32, mode: i32, dir_fd: Option<DirFd>, cx: &mut Cx) -> PyResult<i32> {
        audit("open", cx, |cx| Ok(vec![path.object.clone(), none().own(), int(flags as i64, cx)?]))?;
        let d = dir(dir_fd);
        blocking(cx, || fs::open(d, path.c(), flags, mode as u32))?.map_err(|e| path.fail(e, cx))
    }

    /// Close a file descriptor.
    #[function("close(fd)")]
    fn close(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        // Not repeated after EINTR: the descriptor is gone.
        match cx.without_gil(|| host::close(fd.0)) {
            Ok(()) | Err(Errno::EINTR) => Ok(()),
            Err(e) => Err(fail(e, cx)),
        }
    }

    /// Closes all file descriptors in [fd_low, fd_high), ignoring errors.
    #[function("closerange(fd_low, fd_high, /)")]
    fn closerange(fd_low: i32, fd_high: i32, cx: &mut Cx) {
        cx.without_gil(|| host::close_range(fd_low.max(0), fd_high));
    }

    /// Return a duplicate of a file descriptor.
    #[function("dup(fd, /)")]
    fn dup(fd: i32, cx: &mut Cx) -> PyResult<i32> {
        done(host::dup(fd), cx)
    }

    /// Duplicate file descriptor.
    #[function("dup2(fd, fd2, inheritable=True)")]
    fn dup2(fd: i32, fd2: i32, inheritable: bool, cx: &mut Cx) -> PyResult<i32> {
        if fd < 0 || fd2 < 0 {
            return Err(fail(Errno::EBADF, cx));
        }
        let r = cx.without_gil(|| host::dup2(fd, fd2, inheritable));
        done(r, cx).map(|_| fd2)
    }

    /// Read from a file descriptor.  Returns a bytes object.
    #[function("read(fd, length, /)")]
    fn read(fd: i32, length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        read_with(length, cx, |b| host::read_fresh(fd, b))
    }

    /// Read into a buffer object from a file descriptor.
    ///
    /// The buffer should be mutable and bytes-like. On success, returns the number of
    /// bytes read. Less bytes may be read than the size of the buffer. The underlying
    /// system call will be retried when interrupted by a signal, unless the signal
    /// handler raises an exception. Other errors will not be retried and an error will
    /// be raised.
    ///
    /// Returns 0 if *fd* is at end of file or if the provided *buffer* has length 0
    /// (which can be used to check for errors without reading data).
    #[function("readinto(fd, buffer, /)")]
    fn readinto(fd: i32, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<usize> {
        let b = buffer.0.bytes_mut();
        wait_for(cx, || host::read(fd, b))
    }

    /// Read a number of bytes from a file descriptor starting at a particular offset.
    ///
    /// Read length bytes from file descriptor fd, starting at offset bytes from
    /// the beginning of the file.  The file offset remains unchanged.
    #[function("pread(fd, length, offset, /)")]
    fn pread(fd: i32, length: isize, offset: i64, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        read_with(length, cx, |b| host::pread_fresh(fd, b, offset))
    }

    /// Read from a file descriptor fd into an iterable of buffers.
    #[function("readv(fd, buffers, /)")]
    fn readv(fd: i32, buffers: &Object, cx: &mut Cx) -> PyResult<usize> {
        let mut b = super::buffers(buffers, "readv", true, cx)?;
        let mut slices: Vec<&mut [u8]> = b.iter_mut().map(|b| b.bytes_mut()).collect();
        wait_for(cx, || host::readv(fd, &mut slices))
    }

    /// Reads from a file descriptor into a number of mutable bytes-like objects.
    #[function("preadv(fd, buffers, offset, flags=0, /)")]
    fn preadv(fd: i32, buffers: &Object, offset: i64, flags: i32, cx: &mut Cx) -> PyResult<usize> {
        let mut b = super::buffers(buffers, "preadv", true, cx)?;
        let mut slices: Vec<&mut [u8]> = b.iter_mut().map(|b| b.bytes_mut()).collect();
        wait_for(cx, || host::preadv2(fd, &mut slices, offset, flags))
    }

    /// Write a bytes object to a file descriptor.
    #[function("write(fd, data, /)")]
    fn write(fd: i32, data: Buffer, cx: &mut Cx) -> PyResult<usize> {
        let b = data.bytes();
        wait_for(cx, || host::write(fd, b))
    }

    /// Iterate over buffers, and write the contents of each to a file descriptor.
    ///
    /// Returns the total number of bytes written.
    /// buffers must be a sequence of bytes-like objects.
    #[function("writev(fd, buffers, /)")]
    fn writev(fd: i32, buffers: &Object, cx: &mut Cx) -> PyResult<usize> {
        let b = super::buffers(buffers, "writev", false, cx)?;
        let slices: Vec<&[u8]> = b.iter().map(|b| b.bytes()).collect();
        wait_for(cx, || host::writev(fd, &slices))
    }

    /// Write bytes to a file descriptor starting at a particular offset.
    ///
    /// Write buffer to fd, starting at offset bytes from the beginning of
    /// the file.  Returns the number of bytes written.  Does not change the
    /// current file offset.
    #[function("pwrite(fd, buffer, offset, /)")]
    fn pwrite(fd: i32, buffer: Buffer, offset: i64, cx: &mut Cx) -> PyResult<usize> {
        let b = buffer.bytes();
        wait_for(cx, || host::pwrite(fd, b, offset))
    }

    /// Writes the contents of bytes-like objects to a file descriptor at a given offset.
    #[function("pwritev(fd, buffers, offset, flags=0, /)")]
    fn pwritev(fd: i32, buffers: &Object, offset: i64, flags: i32, cx: &mut Cx) -> PyResult<usize> {
        let b = super::buffers(buffers, "pwritev", false, cx)?;
        let slices: Vec<&[u8]> = b.iter().map(|b| b.bytes()).collect();
        wait_for(cx, || host::pwritev2(fd, &slices, offset, flags))
    }

    /// Set the position of a file descriptor.  Return the new position.
    ///
    ///   fd
    ///     An open file descriptor, as returned by os.open().
    ///   position
    ///     Position, interpreted relative to 'whence'.
    ///   whence
    ///     The relative position to seek from. Valid values are:
    ///     - SEEK_SET: seek from the start of the file.
    ///     - SEEK_CUR: seek from the current file position.
    ///     - SEEK_END: seek from the end of the file.
    ///
    /// The return value is the number of bytes relative to the beginning of the file.
    #[function("lseek(fd, position, whence, /)")]
    fn lseek(fd: i32, position: i64, whence: i32, cx: &mut Cx) -> PyResult<i64> {
        let r = cx.without_gil(|| host::lseek(fd, position, whence));
        done(r, cx)
    }

    /// Return True if the fd is connected to a terminal.
    ///
    /// Return True if the file descriptor is an open file descriptor
    /// connected to the slave end of a terminal.
    #[function("isatty(fd, /)")]
    fn isatty(fd: i32, cx: &mut Cx) -> bool {
        cx.without_gil(|| host::isatty(fd))
    }

    /// Create a pipe.
    ///
    /// Returns a tuple of two file descriptors:
    ///   (read_fd, write_fd)
    #[function("pipe()")]
    fn pipe(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (r, w) = done(host::pipe(), cx)?;
        ints(&[r as i64, w as i64], cx)
    }

    /// Create a pipe with flags set atomically.
    ///
    /// Returns a tuple of two file descriptors:
    ///   (read_fd, write_fd)
    ///
    /// flags can be constructed by ORing together one or more of these values:
    /// O_NONBLOCK, O_CLOEXEC.
    #[function("pipe2(flags, /)")]
    fn pipe2(flags: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (r, w) = done(host::pipe2(flags), cx)?;
        ints(&[r as i64, w as i64], cx)
    }

    /// Truncate a file, specified by file descriptor, to a specific length.
    #[function("ftruncate(fd, length, /)")]
    fn ftruncate(fd: i32, length: i64, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::ftruncate(fd, length))
    }

    /// Force write of fd to disk.
    #[function("fsync(fd)")]
    fn fsync(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::fsync(fd.0))
    }

    /// Force write of fd to disk without forcing update of metadata.
    #[function("fdatasync(fd)")]
    fn fdatasync(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::fdatasync(fd.0))
    }

    /// Force write of everything to disk.
    #[function("sync()")]
    fn sync(cx: &mut Cx) {
        cx.without_gil(host::sync);
    }

    /// Change to the directory of the given file descriptor.
    ///
    /// fd must be opened on a directory, not a file.
    /// Equivalent to os.chdir(fd).
    #[function("fchdir(fd)")]
    fn fchdir(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::fchdir(fd.0))
    }

    /// Get the close-on-exe flag of the specified file descriptor.
    #[function("get_inheritable(fd, /)")]
    fn get_inheritable(fd: i32, cx: &mut Cx) -> PyResult<bool> {
        done(host::inheritable(fd), cx)
    }

    /// Set the inheritable flag of the specified file descriptor.
    #[function("set_inheritable(fd, inheritable, /)")]
    fn set_inheritable(fd: i32, inheritable: i32, cx: &mut Cx) -> PyResult<()> {
        done(host::set_inheritable(fd, inheritable != 0), cx)
    }

    /// Get the blocking mode of the file descriptor.
    ///
    /// Return False if the O_NONBLOCK flag is set, True if the flag is cleared.
    #[function("get_blocking(fd, /)")]
    fn get_blocking(fd: i32, cx: &mut Cx) -> PyResult<bool> {
        done(host::blocking(fd), cx)
    }

    /// Set the blocking mode of the specified file descriptor.
    ///
    /// Set the O_NONBLOCK flag if blocking is False,
    /// clear the O_NONBLOCK flag otherwise.
    #[function("set_blocking(fd, blocking, /)")]
    fn set_blocking(fd: i32, blocking: bool, cx: &mut Cx) -> PyResult<()> {
        done(host::set_blocking(fd, blocking), cx)
    }

    /// Return the name of the terminal device connected to 'fd'.
    ///
    ///   fd
    ///     Integer file descriptor handle.
    #[function("ttyname(fd, /)")]
    fn ttyname(fd: i32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = done(host::ttyname(fd), cx)?;
        taipan_object::fspath::decode(&n, cx)
    }

    /// Copy count bytes from file descriptor in_fd to file descriptor out_fd.
    #[function("sendfile(out_fd, in_fd, offset, count)")]
    fn sendfile(out_fd: i32, in_fd: i32, offset: NoneOr<i64>, count: isize, cx: &mut Cx) -> PyResult<usize> {
        wait_for(cx, || host::sendfile(out_fd, in_fd, offset.0, count.max(0) as usize))
    }

    /// Copy count bytes from one file descriptor to another.
    #[function("copy_file_range(src, dst, count, offset_src=None, offset_dst=None)")]
    fn copy_file_range(
        src: i32,
        dst: i32,
        count: isize,
        #[default(NoneOr(None))] offset_src: NoneOr<i64>,
        #[default(NoneOr(None))] offset_dst: NoneOr<i64>,
        cx: &mut Cx,
    ) -> PyResult<usize> {
        if count < 0 {
            return Err(cx.value_error(format_args!("negative value for 'count' not allowed")));
        }
        wait_for(cx, || host::copy_file_range(src, offset_src.0, dst, offset_dst.0, count as usize))
    }

    /// Transfer count bytes from one pipe to a descriptor or vice versa.
    #[function("splice(src, dst, count, offset_src=None, offset_dst=None, flags=0)")]
    fn splice(
        src: i32,
        dst: i32,
        count: isize,
        #[default(NoneOr(None))] offset_src: NoneOr<i64>,
        #[default(NoneOr(None))] offset_dst: NoneOr<i64>,
        #[default(0)] flags: u32,
        cx: &mut Cx,
    ) -> PyResult<usize> {
        if count < 0 {
            return Err(cx.value_error(format_args!("negative value for 'count' not allowed")));
        }
        wait_for(cx, || host::splice(src, offset_src.0, dst, offset_dst.0, count as usize, flags))
    }

    /// Announce an intention to access data in a specific pattern.
    #[function("posix_fadvise(fd, offset, length, advice, /)")]
    fn posix_fadvise(fd: i32, offset: i64, length: i64, advice: i32, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::fadvise(fd, offset, length, advice))
    }

    /// Ensure a file has allocated at least a particular number of bytes on disk.
    #[function("posix_fallocate(fd, offset, length, /)")]
    fn posix_fallocate(fd: i32, offset: i64, length: i64, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || host::fallocate(fd, offset, length))
    }

    /// Apply, test or remove a POSIX lock on an open file descriptor.
    #[function("lockf(fd, command, length, /)")]
    fn lockf(fd: i32, command: i32, length: i64, cx: &mut Cx) -> PyResult<()> {
        wait_for(cx, || taipan_host::fcntl::lockf(fd, command, length))
    }
}
