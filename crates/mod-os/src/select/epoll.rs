//! `select.epoll`: a descriptor that watches others. Invariant: `fd` is -1 once closed.

use super::{milliseconds, seconds, wait};
use crate::posix::args::{FileNo, done};
use std::cell::Cell;
use taipan_host::{Fd, consts, epoll as host};
use taipan_object::prelude::*;

/// What is watched when nothing is said.
const USUAL: u32 = (consts::select::EPOLLIN | consts::select::EPOLLPRI | consts::select::EPOLLOUT) as u32;

/// select.epoll(sizehint=-1, flags=0)
///
/// Returns an epolling object
///
/// sizehint must be a positive integer or -1 for the default size. The
/// sizehint is used to optimize internal data structures. It doesn't limit
/// the maximum number of monitored events.
#[pytype(
    name = "select.epoll", heap, mutable,
    doc = "select.epoll(sizehint=-1, flags=0)\n\nReturns an epolling object\n\nsizehint must be a positive integer or -1 for the default size. The\nsizehint is used to optimize internal data structures. It doesn't limit\nthe maximum number of monitored events."
)]
#[repr(C)]
pub struct PyEpoll {
    head: ObjHead,
    fd: Cell<Fd>,
}

impl PyEpoll {
    fn open(&self, cx: &mut Cx) -> PyResult<Fd> {
        match self.fd.get() {
            -1 => Err(cx.value_error(format_args!("I/O operation on closed epoll object"))),
            fd => Ok(fd),
        }
    }

    fn shut(&self, cx: &mut Cx) -> PyResult<()> {
        let fd = self.fd.replace(-1);
        if fd < 0 {
            return Ok(());
        }
        let r = cx.without_gil(|| taipan_host::fd::close(fd));
        done(r, cx)
    }
}

impl Drop for PyEpoll {
    fn drop(&mut self) {
        let fd = self.fd.replace(-1);
        if fd >= 0 {
            // Nobody is left to tell of an error.
            let _ = taipan_host::fd::close(fd);
        }
    }
}

#[pymethods]
impl PyEpoll {
    #[new("epoll(sizehint=-1, flags=0)", nosig)]
    fn py_new(cls: &PyType, sizehint: i32, flags: i32, cx: &mut Cx) -> PyResult<Own<PyEpoll>> {
        if sizehint != -1 && sizehint <= 0 {
            return Err(cx.value_error(format_args!("negative sizehint")));
        }
        if flags != 0 && flags != consts::select::EPOLL_CLOEXEC {
            return Err(cx.raise_msg(exc::OSError(), format_args!("invalid flags")));
        }
        let r = cx.without_gil(host::create);
        let fd = done(r, cx)?;
        cx.new_object_of(cls, PyEpoll { head: Object::placeholder(), fd: Cell::new(fd) })
    }

    /// Create an epoll object from a given control fd.
    #[classmethod("fromfd(fd, /)")]
    fn fromfd(cls: &PyType, fd: i32, cx: &mut Cx) -> PyResult<Own<PyEpoll>> {
        cx.new_object_of(cls, PyEpoll { head: Object::placeholder(), fd: Cell::new(fd) })
    }

    /// Close the epoll control file descriptor.
    ///
    /// Further operations on the epoll object will raise an exception.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        self.shut(cx)
    }

    /// True if the epoll handler is closed
    #[getter("closed")]
    fn closed(&self) -> bool {
        self.fd.get() < 0
    }

    /// Return the epoll control file descriptor.
    #[method("fileno()")]
    fn fileno(&self, cx: &mut Cx) -> PyResult<i32> {
        self.open(cx)
    }

    /// Registers a new fd or raises an OSError if the fd is already registered.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    ///   eventmask
    ///     a bit set composed of the various EPOLL constants
    ///
    /// The epoll interface supports all file descriptors that support poll.
    #[method("register(fd, eventmask=select.EPOLLIN | select.EPOLLPRI | select.EPOLLOUT)")]
    fn register(&self, fd: FileNo, eventmask: Option<u32>, cx: &mut Cx) -> PyResult<()> {
        let epoll = self.open(cx)?;
        let r = cx.without_gil(|| host::add(epoll, fd.0, eventmask.unwrap_or(USUAL)));
        done(r, cx)
    }

    /// Modify event mask for a registered file descriptor.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    ///   eventmask
    ///     a bit set composed of the various EPOLL constants
    #[method("modify(fd, eventmask)")]
    fn modify(&self, fd: FileNo, eventmask: u32, cx: &mut Cx) -> PyResult<()> {
        let epoll = self.open(cx)?;
        let r = cx.without_gil(|| host::modify(epoll, fd.0, eventmask));
        done(r, cx)
    }

    /// Remove a registered file descriptor from the epoll object.
    ///
    ///   fd
    ///     the target file descriptor of the operation
    #[method("unregister(fd)")]
    fn unregister(&self, fd: FileNo, cx: &mut Cx) -> PyResult<()> {
        let epoll = self.open(cx)?;
        let r = cx.without_gil(|| host::remove(epoll, fd.0));
        done(r, cx)
    }

    /// Wait for events on the epoll file descriptor.
    ///
    ///   timeout
    ///     the maximum time to wait in seconds (as float);
    ///     a timeout of None or -1 makes poll wait indefinitely
    ///   maxevents
    ///     the maximum number of events returned; -1 means no limit
    ///
    /// Returns a list containing any descriptors that have events to
    /// report, as a list of (fd, events) 2-tuples.
    #[method("poll(timeout=None, maxevents=-1)")]
    fn poll(&self, timeout: &Object, maxevents: i32, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let epoll = self.open(cx)?;
        let limit = if timeout.is_none() { None } else { Some(seconds(timeout, "an integer", cx)?).filter(|n| *n >= 0) };
        milliseconds(limit, cx)?;
        let most = match maxevents {
            -1 => taipan_host::poll::SELECT_MAX - 1,
            n if n < 1 => return Err(cx.value_error(format_args!("maxevents must be greater than 0, got {n}"))),
            n => n as usize,
        };
        let found = wait(limit, cx, |left| {
            let ms = left.map_or(-1, |n| n / 1_000_000 + (n % 1_000_000 > 0) as i64);
            host::wait(epoll, most, ms.clamp(-1, i32::MAX as i64) as i32)
        })?;
        let mut out = Vec::new();
        for (fd, events) in found.unwrap_or_default() {
            out.push(crate::posix::args::ints(&[fd as i64, events as i64], cx)?.into_object());
        }
        PyList::from_vec(out, cx)
    }

    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.open(cx)?;
        Ok(self.as_object().own())
    }

    #[method("__exit__(exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(&self, _exc_type: &Object, _exc_value: &Object, _exc_tb: &Object, cx: &mut Cx) -> PyResult<()> {
        self.shut(cx)
    }
}
