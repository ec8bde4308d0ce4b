//! `select.poll()` objects: descriptors in the order of their registration.

use super::{milliseconds, wait};
use crate::posix::args::{FileNo, fail, int};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use taipan_builtins::timeval::Round;
use taipan_host::poll::{self as host, PollFd};
use taipan_host::{Errno, Fd};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;

/// What is watched when nothing is said: `POLLIN | POLLPRI | POLLOUT`.
const USUAL: u16 = 7;

/// What is watched, and where each descriptor stands in it.
#[derive(Default)]
struct Table {
    entries: Vec<PollFd>,
    places: HashMap<Fd, usize>,
}

impl Table {
    fn remove(&mut self, fd: Fd) -> bool {
        let Some(at) = self.places.remove(&fd) else { return false };
        self.entries.remove(at);
        for place in self.places.values_mut().filter(|p| **p > at) {
            *place -= 1;
        }
        true
    }

    fn entry(&mut self, fd: Fd) -> Option<&mut PollFd> {
        let at = *self.places.get(&fd)?;
        self.entries.get_mut(at)
    }
}

#[pytype(name = "select.poll", heap, mutable, no_new, doc = "")]
#[repr(C)]
pub struct PyPoll {
    head: ObjHead,
    #[gc(skip)]
    table: RefCell<Table>,
    busy: Cell<bool>,
}

impl PyPoll {
    /// One that watches nothing.
    pub fn make(cx: &mut Cx) -> PyResult<Own<PyPoll>> {
        cx.new_object(PyPoll { head: Object::placeholder(), table: RefCell::default(), busy: Cell::new(false) })
    }
}

/// Milliseconds given as a number, in nanoseconds.
fn nanos_from_millis(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    let range = |cx: &mut Cx| cx.overflow_error(format_args!("timestamp out of range for C PyTime_t"));
    if let Some(f) = o.downcast::<PyFloat>() {
        if f.value().is_nan() {
            return Err(cx.value_error(format_args!("Invalid value NaN (not a number)")));
        }
        let n = Round::Up.apply(f.value() * 1e6);
        return if n.abs() < 9.2e18 { Ok(n as i64) } else { Err(range(cx)) };
    }
    if !number::has_index(o) {
        return Err(cx.type_error(format_args!("timeout must be an integer or None")));
    }
    number::index(o, cx)?.to_i64().and_then(|n| n.checked_mul(1_000_000)).ok_or_else(|| range(cx))
}

#[pymethods]
impl PyPoll {
    /// Register a file descriptor with the polling object.
    ///
    ///   fd
    ///     either an integer, or an object with a fileno() method returning an int
    ///   eventmask
    ///     an optional bitmask describing the type of events to check for
    #[method("register(fd, eventmask=select.POLLIN | select.POLLPRI | select.POLLOUT, /)")]
    fn register(&self, fd: FileNo, eventmask: Option<u16>) {
        let events = eventmask.unwrap_or(USUAL) as i16;
        let mut t = self.table.borrow_mut();
        if let Some(e) = t.entry(fd.0) {
            e.events = events;
            return;
        }
        let at = t.entries.len();
        t.places.insert(fd.0, at);
        t.entries.push(PollFd { fd: fd.0, events, revents: 0 });
    }

    /// Modify an already registered file descriptor.
    ///
    ///   fd
    ///     either an integer, or an object with a fileno() method returning an int
    ///   eventmask
    ///     a bitmask describing the type of events to check for
    #[method("modify(fd, eventmask, /)")]
    fn modify(&self, fd: FileNo, eventmask: u16, cx: &mut Cx) -> PyResult<()> {
        if let Some(e) = self.table.borrow_mut().entry(fd.0) {
            e.events = eventmask as i16;
            return Ok(());
        }
        Err(fail(Errno::ENOENT, cx))
    }

    /// Remove a file descriptor being tracked by the polling object.
    #[method("unregister(fd, /)")]
    fn unregister(&self, fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        if self.table.borrow_mut().remove(fd.0) {
            return Ok(());
        }
        let key = int(fd.0 as i64, cx)?;
        Err(cx.raise_arg(exc::KeyError(), &key))
    }

    /// Polls the set of registered file descriptors.
    ///
    ///   timeout
    ///     The maximum time to wait in milliseconds, or else None (or a negative
    ///     value) to wait indefinitely.
    ///
    /// Returns a list containing any descriptors that have events or errors to
    /// report, as a list of (fd, event) 2-tuples.
    #[method("poll(timeout=None, /)")]
    fn poll(&self, timeout: &Object, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let limit = if timeout.is_none() { None } else { Some(nanos_from_millis(timeout, cx)?).filter(|n| *n >= 0) };
        milliseconds(limit, cx)?;
        if self.busy.replace(true) {
            return Err(cx.runtime_error(format_args!("concurrent poll() invocation")));
        }
        // Other threads may register meanwhile: the kernel works on a copy.
        let mut entries = self.table.borrow().entries.clone();
        let r = wait(limit, cx, |left| {
            let ms = left.map_or(-1, |n| n / 1_000_000 + (n % 1_000_000 > 0) as i64);
            host::poll(&mut entries, ms.clamp(-1, i32::MAX as i64) as i32)
        });
        self.busy.set(false);
        let mut out = Vec::new();
        if r?.unwrap_or(0) > 0 {
            for e in entries.iter().filter(|e| e.revents != 0) {
                let (fd, events) = (e.fd as i64, e.revents as u16 as i64);
                out.push(crate::posix::args::ints(&[fd, events], cx)?.into_object());
            }
        }
        PyList::from_vec(out, cx)
    }
}
