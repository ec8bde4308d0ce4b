//! Descriptors that are no files: terminals, event counters, timers, anonymous memory.

use super::args::*;
use taipan_host::clock::Time;
use taipan_host::{pty, special};
use taipan_object::abstract_::number;
use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;

const CLOEXEC: i32 = taipan_host::consts::posix::O_CLOEXEC;

/// Seconds as nanoseconds, rounded towards minus infinity.
fn nanos(secs: f64, cx: &mut Cx) -> PyResult<i64> {
    let n = (secs * 1e9).floor();
    if n.is_nan() || n.abs() >= 9.223372036854775e18 {
        return Err(cx.overflow_error(format_args!("timestamp out of range for C PyTime_t")));
    }
    Ok(n as i64)
}

/// A number of nanoseconds.
fn whole(o: Option<&Object>, cx: &mut Cx) -> PyResult<i64> {
    let Some(o) = o else { return Ok(0) };
    match number::index(o, cx)?.to_i64() {
        Some(n) => Ok(n),
        None => Err(cx.overflow_error(format_args!("int too big to convert"))),
    }
}

fn seconds_pair((value, interval): (Time, Time), cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let secs = |t: Time| t.secs as f64 + t.nanos as f64 * 1e-9;
    let v = vec![PyFloat::new(secs(value), cx)?.into_object(), PyFloat::new(secs(interval), cx)?.into_object()];
    PyTuple::from_vec(v, cx)
}

fn nanos_pair((value, interval): (Time, Time), cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    ints(&[value.as_nanos(), interval.as_nanos()], cx)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Creates and returns an event notification file descriptor.
    #[function("eventfd(initval, flags=EFD_CLOEXEC)")]
    fn eventfd(initval: u32, flags: Option<i32>, cx: &mut Cx) -> PyResult<i32> {
        done(special::eventfd(initval, flags.unwrap_or(CLOEXEC)), cx)
    }
    /// Read eventfd value
    #[function("eventfd_read(fd)")]
    fn eventfd_read(fd: FileNo, cx: &mut Cx) -> PyResult<u64> {
        let r = cx.without_gil(|| special::eventfd_read(fd.0));
        done(r, cx)
    }
    /// Write eventfd value.
    #[function("eventfd_write(fd, value)")]
    fn eventfd_write(fd: FileNo, value: u64, cx: &mut Cx) -> PyResult<()> {
        let r = cx.without_gil(|| special::eventfd_write(fd.0, value));
        done(r, cx)
    }
    #[function("memfd_create(name, flags=MFD_CLOEXEC)")]
    fn memfd_create(name: &Object, flags: Option<u32>, cx: &mut Cx) -> PyResult<i32> {
        let name = fspath::to_cstring(name, cx)?;
        let flags = flags.unwrap_or(taipan_host::consts::posix::MFD_CLOEXEC as u32);
        let r = cx.without_gil(|| special::memfd(&name, flags));
        done(r, cx)
    }

    /// Create and return a timer file descriptor.
    ///
    ///   clockid
    ///     A valid clock ID constant as timer file descriptor.
    ///
    ///     time.CLOCK_REALTIME
    ///     time.CLOCK_MONOTONIC
    ///     time.CLOCK_BOOTTIME
    ///   flags
    ///     0 or a bit mask of os.TFD_NONBLOCK or os.TFD_CLOEXEC.
    ///
    ///     os.TFD_NONBLOCK
    ///         If *TFD_NONBLOCK* is set as a flag, read doesn't blocks.
    ///         If *TFD_NONBLOCK* is not set as a flag, read block until the timer fires.
    ///
    ///     os.TFD_CLOEXEC
    ///         If *TFD_CLOEXEC* is set as a flag, enable the close-on-exec flag
    #[function("timerfd_create(clockid, /, *, flags=0)")]
    fn timerfd_create(clockid: i32, flags: i32, cx: &mut Cx) -> PyResult<i32> {
        let r = cx.without_gil(|| special::timerfd(clockid, flags | CLOEXEC));
        done(r, cx)
    }
    /// Alter a timer file descriptor's internal timer in seconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    ///   flags
    ///     0 or a bit mask of TFD_TIMER_ABSTIME or TFD_TIMER_CANCEL_ON_SET.
    ///   initial
    ///     The initial expiration time, in seconds.
    ///   interval
    ///     The timer's interval, in seconds.
    #[function("timerfd_settime(fd, /, *, flags=0, initial=0.0, interval=0.0)")]
    fn timerfd_settime(fd: FileNo, flags: i32, initial: Option<f64>, interval: Option<f64>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (a, b) = (nanos(initial.unwrap_or(0.0), cx)?, nanos(interval.unwrap_or(0.0), cx)?);
        let r = cx.without_gil(|| special::timerfd_set(fd.0, flags, Time::from_nanos(a), Time::from_nanos(b)));
        let old = done(r, cx)?;
        seconds_pair(old, cx)
    }
    /// Alter a timer file descriptor's internal timer in nanoseconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    ///   flags
    ///     0 or a bit mask of TFD_TIMER_ABSTIME or TFD_TIMER_CANCEL_ON_SET.
    ///   initial
    ///     initial expiration timing in nanoseconds.
    ///   interval
    ///     interval for the timer in nanoseconds.
    #[function("timerfd_settime_ns(fd, /, *, flags=0, initial=0, interval=0)")]
    fn timerfd_settime_ns(
        fd: FileNo,
        flags: i32,
        initial: Option<&Object>,
        interval: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<Own<PyTuple>> {
        let (a, b) = (whole(initial, cx)?, whole(interval, cx)?);
        let r = cx.without_gil(|| special::timerfd_set(fd.0, flags, Time::from_nanos(a), Time::from_nanos(b)));
        let old = done(r, cx)?;
        nanos_pair(old, cx)
    }
    /// Return a tuple of a timer file descriptor's (next expiration, interval) in float seconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    #[function("timerfd_gettime(fd, /)")]
    fn timerfd_gettime(fd: FileNo, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let r = cx.without_gil(|| special::timerfd_get(fd.0));
        let now = done(r, cx)?;
        seconds_pair(now, cx)
    }
    /// Return a tuple of a timer file descriptor's (next expiration, interval) in nanoseconds.
    ///
    ///   fd
    ///     A timer file descriptor.
    #[function("timerfd_gettime_ns(fd, /)")]
    fn timerfd_gettime_ns(fd: FileNo, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let r = cx.without_gil(|| special::timerfd_get(fd.0));
        let now = done(r, cx)?;
        nanos_pair(now, cx)
    }

    /// Return the name of the controlling terminal for this process.
    #[function("ctermid()")]
    fn ctermid(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        fspath::decode(&pty::ctermid(), cx)
    }
    /// Return the process group associated with the terminal specified by fd.
    #[function("tcgetpgrp(fd, /)")]
    fn tcgetpgrp(fd: i32, cx: &mut Cx) -> PyResult<i32> {
        done(pty::tcgetpgrp(fd), cx)
    }
    /// Set the process group associated with the terminal specified by fd.
    #[function("tcsetpgrp(fd, pgid, /)")]
    fn tcsetpgrp(fd: i32, pgid: i32, cx: &mut Cx) -> PyResult<()> {
        done(pty::tcsetpgrp(fd, pgid), cx)
    }
    /// Open a pseudo-terminal.
    ///
    /// Return a tuple of (master_fd, slave_fd) containing open file descriptors
    /// for both the master and slave ends.
    #[function("openpty()")]
    fn openpty(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (master, slave) = done(pty::openpty(), cx)?;
        ints(&[master as i64, slave as i64], cx)
    }
    /// Prepare the tty of which fd is a file descriptor for a new login session.
    ///
    /// Make the calling process a session leader; make the tty the
    /// controlling tty, the stdin, the stdout, and the stderr of the
    /// calling process; close fd.
    #[function("login_tty(fd, /)")]
    fn login_tty(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        done(pty::login_tty(fd.0), cx)
    }
    /// Open and return a file descriptor for a master pseudo-terminal device.
    ///
    /// Performs a posix_openpt() C function call. The oflag argument is used to
    /// set file status flags and file access modes as specified in the manual
    /// page of posix_openpt() of your system.
    #[function("posix_openpt(oflag, /)")]
    fn posix_openpt(oflag: i32, cx: &mut Cx) -> PyResult<i32> {
        done(pty::posix_openpt(oflag), cx)
    }
    /// Grant access to the slave pseudo-terminal device.
    ///
    ///   fd
    ///     File descriptor of a master pseudo-terminal device.
    ///
    /// Performs a grantpt() C function call.
    #[function("grantpt(fd, /)")]
    fn grantpt(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        done(pty::grantpt(fd.0), cx)
    }
    /// Unlock a pseudo-terminal master/slave pair.
    ///
    ///   fd
    ///     File descriptor of a master pseudo-terminal device.
    ///
    /// Performs an unlockpt() C function call.
    #[function("unlockpt(fd, /)")]
    fn unlockpt(fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        done(pty::unlockpt(fd.0), cx)
    }
    /// Return the name of the slave pseudo-terminal device.
    ///
    ///   fd
    ///     File descriptor of a master pseudo-terminal device.
    ///
    /// If the ptsname_r() C function is available, it is called;
    /// otherwise, performs a ptsname() C function call.
    #[function("ptsname(fd, /)")]
    fn ptsname(fd: FileNo, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let n = done(pty::ptsname(fd.0), cx)?;
        fspath::decode(&n, cx)
    }
}
