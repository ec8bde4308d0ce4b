//! The module `select`: waiting for many descriptors at once.

mod epoll;
mod poll;

use crate::posix::args::{as_fd, fail};
use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::poll as host;
use taipan_host::{Errno, Fd, clock};
use taipan_object::abstract_::iter;
use taipan_object::prelude::*;

/// A call that may be interrupted and has an end: `f` gets what is left of `limit` nanoseconds (None: for ever).
/// After a signal its handlers run and the wait goes on (PEP 475); `None` says that the time ended so.
fn wait<T>(limit: Option<i64>, cx: &mut Cx, mut f: impl FnMut(Option<i64>) -> taipan_host::Result<T>) -> PyResult<Option<T>> {
    let end = limit.map(|n| clock::nanos(clock::MONOTONIC).saturating_add(n));
    let mut left = limit;
    loop {
        match cx.without_gil(|| f(left)) {
            Ok(v) => return Ok(Some(v)),
            Err(Errno::EINTR) => {}
            Err(e) => return Err(fail(e, cx)),
        }
        (taipan_object::machine::hooks().breaker)(cx)?;
        left = end.map(|e| e - clock::nanos(clock::MONOTONIC));
        if left.is_some_and(|n| n < 0) {
            return Ok(None);
        }
    }
}

/// Seconds of a timeout; `what` names the allowed types in the message.
fn seconds(o: &Object, what: &str, cx: &mut Cx) -> PyResult<i64> {
    match nanos_from_seconds(o, Round::Up, cx) {
        Ok(n) => Ok(n),
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            Err(cx.type_error(format_args!("timeout must be {what} or None")))
        }
    }
}

/// Nanoseconds as milliseconds, rounded up so that a wait never ends early; negative is for ever.
fn milliseconds(nanos: Option<i64>, cx: &mut Cx) -> PyResult<i32> {
    let Some(n) = nanos.filter(|n| *n >= 0) else { return Ok(-1) };
    i32::try_from(n / 1_000_000 + (n % 1_000_000 > 0) as i64).map_err(|_| cx.overflow_error(format_args!("timeout is too large")))
}

/// The objects of one list and their descriptors.
struct Watched {
    objects: Vec<Own<Object>>,
    fds: Vec<Fd>,
}

impl Watched {
    fn of(list: &Object, cx: &mut Cx) -> PyResult<Watched> {
        if !list.is_a::<PyList>() && !list.is_a::<PyTuple>() && !iter::is_iterable(list) {
            return Err(cx.type_error(format_args!("arguments 1-3 must be sequences")));
        }
        // A list may change while its items are asked for their descriptors.
        let live = list.downcast::<PyList>();
        let (mut objects, mut fds) = (Vec::new(), Vec::new());
        let fixed = if live.is_some() { Vec::new() } else { iter::collect(list, cx)? };
        let item = |i: usize| live.map_or_else(|| fixed.get(i).cloned(), |l| l.get_own(i));
        while let Some(o) = item(fds.len()) {
            let fd = as_fd(&o, cx)?;
            if fd as usize >= host::SELECT_MAX {
                return Err(cx.value_error(format_args!("filedescriptor out of range in select()")));
            }
            fds.push(fd);
            objects.push(o);
            if fds.len() > host::SELECT_MAX {
                return Err(cx.value_error(format_args!("too many file descriptors in select()")));
            }
        }
        Ok(Watched { objects, fds })
    }

    /// The objects whose descriptors are in `ready`, which has them in the same order.
    fn ready(&self, ready: &[Fd], cx: &mut Cx) -> PyResult<Own<PyList>> {
        let mut rest = ready.iter().peekable();
        let mut out = Vec::with_capacity(ready.len());
        for (o, fd) in self.objects.iter().zip(&self.fds) {
            if rest.peek() == Some(&fd) {
                rest.next();
                out.push(o.clone());
            }
        }
        PyList::from_vec(out, cx)
    }
}

#[pymodule(
    name = "select",
    doc = "This module supports asynchronous I/O on multiple file descriptors.\n\n*** IMPORTANT NOTICE ***\nOn Windows, only sockets are supported; on Unix, all file descriptors.",
    types(epoll::PyEpoll)
)]
pub mod select {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(poll::PyPoll::SPEC, cx)?;
        m.add("error", exc::OSError(), cx)?;
        for (name, value) in taipan_host::consts::select::TABLE {
            // The topmost bit is no sign.
            let v = PyInt::new(*value as u32 as i64, cx)?;
            m.add(name, &v, cx)?;
        }
        Ok(())
    }

    /// Wait until one or more file descriptors are ready for some kind of I/O.
    ///
    /// The first three arguments are iterables of file descriptors to be waited
    /// for:
    /// rlist -- wait until ready for reading
    /// wlist -- wait until ready for writing
    /// xlist -- wait for an "exceptional condition"
    /// If only one kind of condition is required, pass [] for the other lists.
    ///
    /// A file descriptor is either a socket or file object, or a small integer
    /// gotten from a fileno() method call on one of those.
    ///
    /// The optional 4th argument specifies a timeout in seconds; it may be
    /// a floating-point number to specify fractions of seconds.  If it is absent
    /// or None, the call will never time out.
    ///
    /// The return value is a tuple of three lists corresponding to the first
    /// three arguments; each contains the subset of the corresponding file
    /// descriptors that are ready.
    ///
    /// *** IMPORTANT NOTICE ***
    /// On Windows, only sockets are supported; on Unix, all file
    /// descriptors can be used.
    #[function("select(rlist, wlist, xlist, timeout=None, /)")]
    fn select(rlist: &Object, wlist: &Object, xlist: &Object, timeout: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let limit = if timeout.is_none() { None } else { Some(seconds(timeout, "a float", cx)?) };
        if limit.is_some_and(|n| n < 0) {
            return Err(cx.value_error(format_args!("timeout must be non-negative")));
        }
        // The kernel counts in microseconds.
        let limit = limit.map(|n| n / 1000 * 1000 + if n % 1000 > 0 { 1000 } else { 0 });
        let (r, w, x) = (Watched::of(rlist, cx)?, Watched::of(wlist, cx)?, Watched::of(xlist, cx)?);
        let found = wait(limit, cx, |left| host::select(&r.fds, &w.fds, &x.fds, left))?.unwrap_or_default();
        let v = vec![
            r.ready(&found.0, cx)?.into_object(),
            w.ready(&found.1, cx)?.into_object(),
            x.ready(&found.2, cx)?.into_object(),
        ];
        PyTuple::from_vec(v, cx)
    }

    /// Returns a polling object.
    ///
    /// This object supports registering and unregistering file descriptors, and
    /// then polling them for I/O events.
    #[function("poll()")]
    fn poll(cx: &mut Cx) -> PyResult<Own<poll::PyPoll>> {
        poll::PyPoll::make(cx)
    }
}
