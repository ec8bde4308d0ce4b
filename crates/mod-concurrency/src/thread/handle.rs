//! `_thread._ThreadHandle`: a started thread, to be waited for. The part that both threads see is `Shared`.

use super::ident;
use crate::wait::block;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::*};
use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::clock::{self, Time};
use taipan_host::futex::Event;
use taipan_object::prelude::*;

/// Where a thread is in its life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    New = 0,
    Starting = 1,
    Running = 2,
    Done = 3,
}

/// What the handle and its thread share.
#[derive(Default)]
pub struct Shared {
    status: AtomicU8,
    ident: AtomicU64,
    /// The identity is known.
    pub started: Event,
    done: Event,
}

impl Shared {
    pub fn status(&self) -> Status {
        match self.status.load(Acquire) {
            0 => Status::New,
            1 => Status::Starting,
            2 => Status::Running,
            _ => Status::Done,
        }
    }
    pub fn set_status(&self, s: Status) {
        self.status.store(s as u8, Release);
    }
    pub fn ident(&self) -> u64 {
        self.ident.load(Acquire)
    }
    /// The thread runs under this identity.
    pub fn run_as(&self, ident: u64) {
        self.ident.store(ident, Release);
        self.set_status(Status::Running);
        self.started.set();
    }
    /// The thread has ended; wakes everybody who waits.
    pub fn set_done(&self) {
        self.set_status(Status::Done);
        self.done.set();
    }
    /// Wait for the end.
    pub fn wait(&self, deadline: Option<Time>, cx: &mut Cx) -> PyResult<bool> {
        if self.done.is_set() {
            return Ok(true);
        }
        block(cx, || self.done.wait(deadline))
    }
}

#[pytype(name = "_thread._ThreadHandle", heap, doc = "")]
#[repr(C)]
pub struct PyThreadHandle {
    head: ObjHead,
    #[gc(skip)]
    pub shared: Arc<Shared>,
}

/// A handle of a thread that is not started yet.
pub fn new(cx: &mut Cx) -> PyResult<Own<PyThreadHandle>> {
    cx.new_object(PyThreadHandle { head: Object::placeholder(), shared: Arc::default() })
}

#[pymethods]
impl PyThreadHandle {
    #[new("_ThreadHandle()")]
    fn py_new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyThreadHandle>> {
        cx.new_object_of(cls, PyThreadHandle { head: Object::placeholder(), shared: Arc::default() })
    }
    #[getter]
    fn ident(&self) -> u64 {
        self.shared.ident()
    }
    #[method("is_done()")]
    fn is_done(&self) -> bool {
        self.shared.status() == Status::Done
    }
    #[method("_set_done()")]
    fn py_set_done(&self, cx: &mut Cx) -> PyResult<()> {
        if self.shared.status() == Status::New {
            return Err(cx.runtime_error(format_args!("thread not started")));
        }
        self.shared.set_done();
        Ok(())
    }
    #[method("join(timeout=None, /)", nosig)]
    fn join(&self, timeout: &Object, cx: &mut Cx) -> PyResult<()> {
        let nanos = if timeout.is_none() { -1 } else { nanos_from_seconds(timeout, Round::Up, cx)? };
        let shared = self.shared.clone();
        match shared.status() {
            Status::New => return Err(cx.runtime_error(format_args!("thread not started"))),
            Status::Done => return Ok(()),
            _ => {}
        }
        if shared.ident() == ident(cx) {
            return Err(cx.runtime_error(format_args!("Cannot join current thread")));
        }
        if cx.interp().finalizing.get() {
            // The thread may never get to run again.
            return Err(cx.raise_msg(exc::PythonFinalizationError(), format_args!("cannot join thread at interpreter shutdown")));
        }
        let deadline = (nanos >= 0).then(|| Time::from_nanos(clock::nanos(clock::MONOTONIC).saturating_add(nanos)));
        shared.wait(deadline, cx).map(drop)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<{} object: ident={}>", self.ty().name(), self.shared.ident())
    }
}
