//! Blocking without the GIL: deadlines, and signal handlers in between (PEP 475).

use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::clock::{self, Time};
use taipan_host::futex::Lock;
use taipan_host::{Errno, Result as HostResult};
use taipan_object::prelude::*;
use std::sync::atomic::Ordering::Relaxed;

/// Longest wait in seconds (`threading.TIMEOUT_MAX`).
pub const TIMEOUT_MAX: f64 = 9223372036.0;

/// How long a caller is willing to wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    Never,
    For(i64),
    Forever,
}

impl Patience {
    /// The monotonic instant at which patience ends.
    pub fn deadline(self) -> Option<Time> {
        match self {
            Patience::Forever => None,
            Patience::Never => Some(Time::from_nanos(0)),
            Patience::For(n) => Some(Time::from_nanos(clock::nanos(clock::MONOTONIC).saturating_add(n))),
        }
    }

    /// From the arguments `blocking` and `timeout` of `acquire`.
    pub fn from_args(blocking: bool, timeout: Option<&Object>, cx: &mut Cx) -> PyResult<Patience> {
        let nanos = match timeout {
            None => -1_000_000_000,
            Some(t) => nanos_from_seconds(t, Round::Up, cx)?,
        };
        if !blocking {
            if nanos != -1_000_000_000 {
                return Err(cx.value_error(format_args!("can't specify a timeout for a non-blocking call")));
            }
            return Ok(Patience::Never);
        }
        if nanos == -1_000_000_000 {
            return Ok(Patience::Forever);
        }
        if nanos < 0 {
            return Err(cx.value_error(format_args!("timeout value must be a non-negative number")));
        }
        if nanos as f64 > TIMEOUT_MAX * 1e9 {
            return Err(cx.overflow_error(format_args!("timeout value is too large")));
        }
        Ok(Patience::For(nanos))
    }
}

/// Run what is pending: signal handlers on the main thread, asynchronous exceptions.
pub fn run_pending(cx: &mut Cx) -> PyResult<()> {
    if cx.ts().eval_breaker.load(Relaxed) != 0 {
        return (taipan_object::machine::hooks().breaker)(cx);
    }
    Ok(())
}

/// Run a blocking call without the GIL until it ends otherwise than by a signal. `Ok(false)`: the deadline passed.
pub fn block(cx: &mut Cx, mut f: impl FnMut() -> HostResult<()>) -> PyResult<bool> {
    loop {
        match cx.without_gil(&mut f) {
            Ok(()) => return Ok(true),
            Err(Errno::EINTR) => run_pending(cx)?,
            Err(_) => return Ok(false),
        }
    }
}

/// Take a lock. Handlers that signals start in between may raise.
pub fn take(lock: &Lock, patience: Patience, cx: &mut Cx) -> PyResult<bool> {
    if lock.try_take() {
        return Ok(true);
    }
    if patience == Patience::Never {
        return Ok(false);
    }
    let deadline = patience.deadline();
    block(cx, || lock.take(deadline))
}
