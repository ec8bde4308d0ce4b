//! The module `fcntl`: control of open descriptors, and file locks.

use crate::posix::args::{FileNo, audit, done, int, wait_for};
use taipan_host::fcntl as host;
use taipan_object::abstract_::{buffer, number};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// The most that an argument given as a buffer may hold.
const BUFFER_MAX: usize = 1024;

/// The lowest 64 bits of an integer, as C's conversions without overflow check take them.
fn low_bits(o: &Object, cx: &mut Cx) -> PyResult<u64> {
    let n = number::index(o, cx)?;
    let r = n.as_ref_int();
    let m = r.digits.iter().take(3).enumerate().fold(0u64, |m, (k, d)| m | (*d as u64) << (30 * k));
    Ok(if r.neg { m.wrapping_neg() } else { m })
}

/// The bytes of a `str` or bytes-like argument, padded for the kernel; their number.
fn padded(func: &str, arg: &Object, cx: &mut Cx) -> PyResult<([u8; BUFFER_MAX], usize)> {
    let mut out = [0; BUFFER_MAX];
    let mut fill = |b: &[u8]| {
        out.get_mut(..b.len())?.copy_from_slice(b);
        Some(b.len())
    };
    let used = match arg.downcast::<PyStr>() {
        Some(s) => fill(taipan_object::args::utf8(s, cx)?.as_bytes()),
        None => fill(Buffer::get(arg, buffer::SIMPLE, cx)?.bytes()),
    };
    match used {
        Some(n) => Ok((out, n)),
        None => Err(cx.value_error(format_args!("{func} argument 3 is too long"))),
    }
}

fn is_data(arg: &Object) -> bool {
    arg.is_a::<PyStr>() || buffer::has_buffer(arg)
}

fn wrong_argument<T>(func: &str, arg: &Object, cx: &mut Cx) -> PyResult<T> {
    Err(cx.type_error(format_args!(
        "{func}() argument 3 must be an integer, a bytes-like object, or a string, not {}",
        arg.ty().name()
    )))
}

#[pymodule(
    name = "fcntl",
    doc = "This module performs file control and I/O control on file\ndescriptors.  It is an interface to the fcntl() and ioctl() Unix\nroutines.  File descriptors can be obtained with the fileno() method of\na file or socket object."
)]
pub mod fcntl {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        crate::add_constants(m, taipan_host::consts::fcntl::TABLE, cx)
    }

    /// Perform the operation cmd on file descriptor fd.
    ///
    /// The values used for cmd are operating system dependent, and are
    /// available as constants in the fcntl module, using the same names as used
    /// in the relevant C header files.  The argument arg is optional, and
    /// defaults to 0; it may be an integer, a bytes-like object or a string.
    /// If arg is given as a string, it will be encoded to binary using the
    /// UTF-8 encoding.
    ///
    /// If the arg given is an integer or if none is specified, the result value
    /// is an integer corresponding to the return value of the fcntl() call in
    /// the C code.
    ///
    /// If arg is given as a bytes-like object, the return value of fcntl() is a
    /// bytes object of that length, containing the resulting value put in the
    /// arg buffer by the operating system.  The length of the arg buffer is not
    /// allowed to exceed 1024 bytes.
    #[function("fcntl(fd, cmd, arg=0, /)")]
    fn fcntl(fd: FileNo, cmd: i32, arg: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let shown = arg.map(|a| a.own());
        audit("fcntl.fcntl", cx, |cx| Ok(vec![int(fd.0 as i64, cx)?, int(cmd as i64, cx)?, shown.unwrap_or_else(|| none().own())]))?;
        let number = match arg {
            None => Some(0),
            Some(a) if number::has_index(a) => Some(low_bits(a, cx)?),
            Some(_) => None,
        };
        if let Some(n) = number {
            let r = wait_for(cx, || host::fcntl(fd.0, cmd, n as u32 as i32 as i64))?;
            return int(r as i64, cx);
        }
        match arg {
            Some(a) if is_data(a) => {
                let (mut data, used) = padded("fcntl", a, cx)?;
                wait_for(cx, || host::fcntl_buffer(fd.0, cmd, &mut data))?;
                PyBytes::new(data.get(..used).unwrap_or_default(), cx).map(Own::into_object)
            }
            other => wrong_argument("fcntl", other.unwrap_or(none()), cx),
        }
    }

    /// Perform the operation request on file descriptor fd.
    ///
    /// The values used for request are operating system dependent, and are
    /// available as constants in the fcntl or termios library modules, using
    /// the same names as used in the relevant C header files.
    ///
    /// The argument arg is optional, and defaults to 0; it may be an integer, a
    /// bytes-like object or a string.  If arg is given as a string, it will be
    /// encoded to binary using the UTF-8 encoding.
    ///
    /// If the arg given is an integer or if none is specified, the result value
    /// is an integer corresponding to the return value of the ioctl() call in
    /// the C code.
    ///
    /// If the argument is a mutable buffer (such as a bytearray) and the
    /// mutate_flag argument is true (default) then the buffer is (in effect)
    /// passed to the operating system and changes made by the OS will be
    /// reflected in the contents of the buffer after the call has returned.
    /// The return value is the integer returned by the ioctl() system call.
    ///
    /// If the argument is a mutable buffer and the mutable_flag argument is
    /// false, the behavior is as if an immutable buffer had been passed.
    ///
    /// If the argument is an immutable buffer then a copy of the buffer is
    /// passed to the operating system and the return value is a bytes object of
    /// the same length containing whatever the operating system put in the
    /// buffer.  The length of the arg buffer in this case is not allowed to
    /// exceed 1024 bytes.
    #[function("ioctl(fd, request, arg=0, mutate_flag=True, /)")]
    fn ioctl(fd: FileNo, request: &Object, arg: Option<&Object>, mutate_flag: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let code = low_bits(request, cx)?;
        let shown = arg.map(|a| a.own());
        audit("fcntl.ioctl", cx, |cx| Ok(vec![int(fd.0 as i64, cx)?, int(code as i64, cx)?, shown.unwrap_or_else(|| none().own())]))?;
        let Some(arg) = arg else {
            let r = wait_for(cx, || host::ioctl(fd.0, code, 0))?;
            return int(r as i64, cx);
        };
        if number::has_index(arg) {
            let n = low_bits(arg, cx)?;
            let r = wait_for(cx, || host::ioctl(fd.0, code, n as i64))?;
            return int(r as i64, cx);
        }
        if !is_data(arg) {
            return wrong_argument("ioctl", arg, cx);
        }
        if mutate_flag && !arg.is_a::<PyStr>() {
            match Buffer::get(arg, buffer::WRITABLE, cx) {
                Ok(mut target) => return mutate(fd.0, code, &mut target, cx),
                Err(r) if cx.raised_is(exc::BufferError()) => cx.discard(r),
                Err(r) => return Err(r),
            }
        }
        let (mut data, used) = padded("ioctl", arg, cx)?;
        wait_for(cx, || host::ioctl_buffer(fd.0, code, &mut data))?;
        PyBytes::new(data.get(..used).unwrap_or_default(), cx).map(Own::into_object)
    }

    /// Perform the lock operation on file descriptor fd.
    ///
    /// See the Unix manual page for flock(2) for details (On some systems, this
    /// function is emulated using fcntl()).
    #[function("flock(fd, operation, /)")]
    fn flock(fd: FileNo, operation: i32, cx: &mut Cx) -> PyResult<()> {
        audit("fcntl.flock", cx, |cx| Ok(vec![int(fd.0 as i64, cx)?, int(operation as i64, cx)?]))?;
        wait_for(cx, || host::flock(fd.0, operation))
    }

    /// A wrapper around the fcntl() locking calls.
    ///
    /// fd is the file descriptor of the file to lock or unlock, and operation
    /// is one of the following values:
    ///
    ///     LOCK_UN - unlock
    ///     LOCK_SH - acquire a shared lock
    ///     LOCK_EX - acquire an exclusive lock
    ///
    /// When operation is LOCK_SH or LOCK_EX, it can also be bitwise ORed with
    /// LOCK_NB to avoid blocking on lock acquisition.  If LOCK_NB is used and
    /// the lock cannot be acquired, an OSError will be raised and the exception
    /// will have an errno attribute set to EACCES or EAGAIN (depending on the
    /// operating system -- for portability, check for either value).
    ///
    /// len is the number of bytes to lock, with the default meaning to lock to
    /// EOF.  start is the byte offset, relative to whence, to that the lock
    /// starts.  whence is as with fileobj.seek(), specifically:
    ///
    ///     0 - relative to the start of the file (SEEK_SET)
    ///     1 - relative to the current buffer position (SEEK_CUR)
    ///     2 - relative to the end of the file (SEEK_END)
    #[function("lockf(fd, cmd, len=0, start=0, whence=0, /)")]
    fn lockf(fd: FileNo, cmd: i32, len: Option<&Object>, start: Option<&Object>, whence: i32, cx: &mut Cx) -> PyResult<()> {
        use taipan_host::consts::fcntl::{LOCK_EX, LOCK_SH, LOCK_UN};
        let shown = [len, start].map(|o| o.map(|o| o.own()));
        audit("fcntl.lockf", cx, |cx| {
            let mut v = vec![int(fd.0 as i64, cx)?, int(cmd as i64, cx)?];
            for o in shown {
                v.push(o.unwrap_or_else(|| none().own()));
            }
            v.push(int(whence as i64, cx)?);
            Ok(v)
        })?;
        if cmd != LOCK_UN && cmd & (LOCK_SH | LOCK_EX) == 0 {
            return Err(cx.value_error(format_args!("unrecognized lockf argument")));
        }
        let start = start.map_or(Ok(0), |o| offset(o, cx))?;
        let len = len.map_or(Ok(0), |o| offset(o, cx))?;
        wait_for(cx, || host::lock_range(fd.0, cmd, len, start, whence))
    }
}

/// A C `long`.
fn offset(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    match number::index(o, cx)?.to_i64() {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

/// Let the kernel change a buffer in place. A small one is padded first, for requests that want more than it holds.
fn mutate(fd: i32, code: u64, target: &mut Buffer, cx: &mut Cx) -> PyResult<Own<Object>> {
    let bytes = target.bytes_mut();
    let n = bytes.len();
    let r = if n <= BUFFER_MAX {
        let mut data = [0u8; BUFFER_MAX];
        if let Some(room) = data.get_mut(..n) {
            room.copy_from_slice(bytes);
        }
        let r = crate::posix::args::blocking(cx, || host::ioctl_buffer(fd, code, &mut data))?;
        if let Some(back) = data.get(..n) {
            bytes.copy_from_slice(back);
        }
        done(r, cx)?
    } else {
        wait_for(cx, || host::ioctl_buffer(fd, code, bytes))?
    };
    int(r as i64, cx)
}
