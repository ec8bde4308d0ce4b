//! The module `_multiprocessing`: locks and semaphores that processes share.
//!
//! A `SemLock` counts what this process has taken from a named POSIX semaphore; `count` and `owner` change only under the GIL.

use crate::wait::run_pending;
use std::cell::Cell;
use std::ffi::CString;
use taipan_host::clock::{self, Time};
use taipan_host::semaphore::{self, Semaphore};
use taipan_host::{Errno, thread};
use taipan_object::prelude::*;
use taipan_object::types::dict::PyDict;

/// A lock that its owner may take again.
const RECURSIVE: i32 = 0;
/// A semaphore, and a lock that is one of value 1.
const SEMAPHORE: i32 = 1;

/// Semaphore/Mutex type
#[pytype(name = "_multiprocessing.SemLock", basetype, attrs("SEM_VALUE_MAX" => value_max))]
#[repr(C)]
pub struct PySemLock {
    head: ObjHead,
    #[gc(skip)]
    semaphore: Semaphore,
    #[gc(skip)]
    kind: i32,
    #[gc(skip)]
    maxvalue: i32,
    #[gc(skip)]
    name: Option<String>,
    #[gc(skip)]
    owner: Cell<u64>,
    #[gc(skip)]
    count: Cell<i32>,
}

fn value_max(cx: &mut Cx) -> PyResult {
    PyInt::new(semaphore::VALUE_MAX.into(), cx).map(Own::into_object)
}

#[cold]
fn failed(e: Errno, cx: &mut Cx) -> Raised {
    cx.os_error(e.0, &e.message(), None, None)
}

fn c_name(name: &str, cx: &mut Cx) -> PyResult<CString> {
    CString::new(name).map_err(|_| cx.value_error(format_args!("embedded null character")))
}

fn new_lock(cls: &PyType, semaphore: Semaphore, kind: i32, maxvalue: i32, name: Option<String>, cx: &mut Cx) -> PyResult<Own<PySemLock>> {
    cx.new_object_of(cls, PySemLock { head: Object::placeholder(), semaphore, kind, maxvalue, name, owner: Cell::new(0), count: Cell::new(0) })
}

impl PySemLock {
    fn mine(&self) -> bool {
        self.count.get() > 0 && self.owner.get() == thread::ident()
    }

    fn taken(&self) -> bool {
        self.count.set(self.count.get() + 1);
        self.owner.set(thread::ident());
        true
    }

    fn take(&self, block: bool, timeout: Option<f64>, cx: &mut Cx) -> PyResult<bool> {
        if self.kind == RECURSIVE && self.mine() {
            self.count.set(self.count.get() + 1);
            return Ok(true);
        }
        let deadline = timeout.map(|t| {
            let nanos = (t.max(0.0) * 1e9 + 0.5).min(9.0e18) as i64;
            Time::from_nanos(clock::nanos(clock::REALTIME).saturating_add(nanos))
        });
        loop {
            match self.semaphore.try_wait() {
                Ok(()) => return Ok(self.taken()),
                Err(Errno::EINTR) => run_pending(cx)?,
                Err(Errno::EAGAIN) => break,
                Err(e) => return Err(failed(e, cx)),
            }
        }
        if !block {
            return Ok(false);
        }
        loop {
            match cx.without_gil(|| self.semaphore.wait(deadline)) {
                Ok(()) => return Ok(self.taken()),
                Err(Errno::EINTR) => run_pending(cx)?,
                Err(Errno::EAGAIN | Errno::ETIMEDOUT) => return Ok(false),
                Err(e) => return Err(failed(e, cx)),
            }
        }
    }

    fn give(&self, cx: &mut Cx) -> PyResult<()> {
        if self.kind == RECURSIVE {
            if !self.mine() {
                return Err(cx.raise_msg(exc::AssertionError(), format_args!("attempt to release recursive lock not owned by thread")));
            }
            if self.count.get() > 1 {
                self.count.set(self.count.get() - 1);
                return Ok(());
            }
        } else if self.semaphore.value().map_err(|e| failed(e, cx))? >= self.maxvalue {
            return Err(cx.value_error(format_args!("semaphore or lock released too many times")));
        }
        self.semaphore.post().map_err(|e| failed(e, cx))?;
        self.count.set(self.count.get() - 1);
        Ok(())
    }
}

#[pymethods]
impl PySemLock {
    #[new("SemLock(kind, value, maxvalue, name, unlink)", nosig)]
    fn new(cls: &PyType, kind: i32, value: i32, maxvalue: i32, name: std::borrow::Cow<'_, str>, unlink: bool, cx: &mut Cx) -> PyResult<Own<PySemLock>> {
        if kind != RECURSIVE && kind != SEMAPHORE {
            return Err(cx.value_error(format_args!("unrecognized kind")));
        }
        let path = c_name(&name, cx)?;
        let semaphore = Semaphore::create(&path, value as u32).map_err(|e| failed(e, cx))?;
        if unlink {
            semaphore::unlink(&path).map_err(|e| failed(e, cx))?;
        }
        // A name that is gone already is nobody's business.
        let name = (!unlink).then(|| name.into_owned());
        new_lock(cls, semaphore, kind, maxvalue, name, cx)
    }
    /// Acquire the semaphore/lock.
    #[method("acquire(block=True, timeout=None)")]
    fn acquire(&self, block: bool, timeout: NoneOr<f64>, cx: &mut Cx) -> PyResult<bool> {
        self.take(block, timeout.0, cx)
    }
    /// Release the semaphore/lock.
    #[method("release()")]
    fn release(&self, cx: &mut Cx) -> PyResult<()> {
        self.give(cx)
    }
    /// Enter the semaphore/lock.
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<bool> {
        self.take(true, None, cx)
    }
    /// Exit the semaphore/lock.
    #[method("__exit__(exc_type=None, exc_value=None, exc_tb=None, /)")]
    fn exit(&self, _exc_type: &Object, _exc_value: &Object, _exc_tb: &Object, cx: &mut Cx) -> PyResult<()> {
        self.give(cx)
    }
    /// Num of `acquire()`s minus num of `release()`s for this process.
    #[method("_count()")]
    fn py_count(&self) -> i32 {
        self.count.get()
    }
    /// Whether the lock is owned by this thread.
    #[method("_is_mine()")]
    fn is_mine(&self) -> bool {
        self.mine()
    }
    /// Get the value of the semaphore.
    #[method("_get_value()")]
    fn get_value(&self, cx: &mut Cx) -> PyResult<i32> {
        // Some systems report waiters as a negative value.
        Ok(self.semaphore.value().map_err(|e| failed(e, cx))?.max(0))
    }
    /// Return whether semaphore has value zero.
    #[method("_is_zero()")]
    fn is_zero(&self, cx: &mut Cx) -> PyResult<bool> {
        Ok(self.semaphore.value().map_err(|e| failed(e, cx))? == 0)
    }
    #[classmethod("_rebuild(handle, kind, maxvalue, name, /)")]
    fn rebuild(cls: &PyType, _handle: &Object, kind: i32, maxvalue: i32, name: NoneOr<std::borrow::Cow<'_, str>>, cx: &mut Cx) -> PyResult<Own<PySemLock>> {
        let Some(name) = name.0 else {
            // Without a name a lock exists in its own process only; its address means nothing elsewhere.
            return Err(cx.value_error(format_args!("a lock without a name cannot be rebuilt")));
        };
        let path = c_name(&name, cx)?;
        let semaphore = Semaphore::open(&path).map_err(|e| failed(e, cx))?;
        new_lock(cls, semaphore, kind, maxvalue, Some(name.into_owned()), cx)
    }
    /// Rezero the net acquisition count after fork().
    #[method("_after_fork()")]
    fn after_fork(&self) {
        self.count.set(0);
    }
    #[getter("handle")]
    fn handle(&self) -> usize {
        self.semaphore.address()
    }
    #[getter("kind")]
    fn get_kind(&self) -> i32 {
        self.kind
    }
    #[getter("maxvalue")]
    fn get_maxvalue(&self) -> i32 {
        self.maxvalue
    }
    #[getter("name")]
    fn get_name(&self) -> Option<String> {
        self.name.clone()
    }
}

/// `_multiprocessing`.
#[pymodule(name = "_multiprocessing", doc = "", types(PySemLock))]
pub mod module {
    use super::*;

    #[function("sem_unlink(name, /)")]
    fn sem_unlink(name: std::borrow::Cow<'_, str>, cx: &mut Cx) -> PyResult<()> {
        let path = c_name(&name, cx)?;
        semaphore::unlink(&path).map_err(|e| failed(e, cx))
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let flags = PyDict::new(cx)?;
        for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
            let one = PyInt::new(1, cx)?;
            flags.set_text(name, one.into_object(), cx)?;
        }
        m.add("flags", &flags, cx)
    }
}
