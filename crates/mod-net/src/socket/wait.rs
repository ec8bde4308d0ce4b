//! Calls on a socket that may block: without the GIL, with the socket's timeout, repeated after signals (PEP 475).

use super::errors::{fail, timed_out};
use std::sync::atomic::Ordering::Relaxed;
use taipan_host::consts::select::{POLLERR, POLLIN, POLLOUT};
use taipan_host::{Errno, Fd, Result as HostResult, clock, poll};
use taipan_object::prelude::*;

/// How long a call may take, in nanoseconds; `None` for ever, zero not at all.
pub type Timeout = Option<i64>;

/// What a call waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    Input,
    Output,
    /// The end of a connection attempt.
    Connection,
}

/// The monotonic instant at which a timeout ends; `None` when the call does not wait for readiness.
pub fn deadline(timeout: Timeout) -> Option<i64> {
    timeout.filter(|t| *t > 0).map(|t| clock::nanos(clock::MONOTONIC).saturating_add(t))
}

/// Signal handlers and whatever else is pending for this thread.
pub fn run_pending(cx: &mut Cx) -> PyResult<()> {
    if cx.ts().eval_breaker.load(Relaxed) != 0 {
        return (taipan_object::machine::hooks().breaker)(cx);
    }
    Ok(())
}

/// Run `f` until it succeeds, fails for good or the deadline passes. The outer error is a Python exception, the inner one an errno;
/// time that has run out is `Err(None)` inside.
pub fn attempt<T>(fd: Fd, what: For, timeout: Timeout, end: Option<i64>, cx: &mut Cx, mut f: impl FnMut() -> HostResult<T>) -> PyResult<Result<T, Option<Errno>>> {
    let timed = timeout.is_some_and(|t| t > 0);
    let events = match what {
        For::Input => POLLIN,
        For::Output => POLLOUT,
        For::Connection => POLLOUT | POLLERR,
    } as i16;
    loop {
        if timed || what == For::Connection {
            let left = end.map(|e| e - clock::nanos(clock::MONOTONIC));
            if left.is_some_and(|l| l < 0) {
                return Ok(Err(None));
            }
            if fd >= 0 {
                match cx.without_gil(|| poll::wait_one(fd, events, left)) {
                    Ok(true) => {}
                    Ok(false) => return Ok(Err(None)),
                    Err(Errno::EINTR) => {
                        run_pending(cx)?;
                        continue;
                    }
                    Err(e) => return Ok(Err(Some(e))),
                }
            }
        }
        match cx.without_gil(&mut f) {
            Ok(v) => return Ok(Ok(v)),
            Err(Errno::EINTR) => run_pending(cx)?,
            // Readiness may be gone by the time of the call.
            Err(Errno::EAGAIN) if timed => {}
            Err(e) => return Ok(Err(Some(e))),
        }
    }
}

/// [`attempt`] with the whole timeout, raising on failure.
pub fn call<T>(fd: Fd, what: For, timeout: Timeout, cx: &mut Cx, f: impl FnMut() -> HostResult<T>) -> PyResult<T> {
    call_until(fd, what, timeout, deadline(timeout), cx, f)
}

/// [`call`] with an instant at which the time is over.
pub fn call_until<T>(fd: Fd, what: For, timeout: Timeout, end: Option<i64>, cx: &mut Cx, f: impl FnMut() -> HostResult<T>) -> PyResult<T> {
    match attempt(fd, what, timeout, end, cx, f)? {
        Ok(v) => Ok(v),
        Err(Some(e)) => Err(fail(e, cx)),
        Err(None) => Err(timed_out(cx)),
    }
}
