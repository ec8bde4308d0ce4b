//! `_thread.RLock`: a lock that its owner may take again.

use super::ident;
use crate::wait::{self, Patience};
use std::cell::Cell;
use taipan_host::futex::Lock;
use taipan_object::prelude::*;

#[pytype(name = "_thread.RLock", heap, basetype, doc = "")]
#[repr(C)]
pub struct PyRLock {
    head: ObjHead,
    #[gc(skip)]
    lock: Lock,
    /// The owner's identity; meaningful while `count` is not 0.
    owner: Cell<u64>,
    count: Cell<usize>,
    weak: WeakList,
}

impl PyRLock {
    fn is_mine(&self, cx: &Cx) -> bool {
        self.count.get() > 0 && self.owner.get() == ident(cx)
    }

    fn take(&self, patience: Patience, cx: &mut Cx) -> PyResult<bool> {
        if self.is_mine(cx) {
            let Some(n) = self.count.get().checked_add(1) else {
                return Err(cx.overflow_error(format_args!("internal lock count overflowed")));
            };
            self.count.set(n);
            return Ok(true);
        }
        let taken = wait::take(&self.lock, patience, cx)?;
        if taken {
            self.owner.set(ident(cx));
            self.count.set(1);
        }
        Ok(taken)
    }

    fn open(&self, cx: &mut Cx) -> PyResult<()> {
        if !self.is_mine(cx) {
            return Err(cx.runtime_error(format_args!("cannot release un-acquired lock")));
        }
        let n = self.count.get() - 1;
        self.count.set(n);
        if n == 0 {
            self.owner.set(0);
            self.lock.open();
        }
        Ok(())
    }
}

#[pymethods]
impl PyRLock {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyRLock>> {
        let lock = PyRLock { head: Object::placeholder(), lock: Lock::new(), owner: Cell::new(0), count: Cell::new(0), weak: WeakList::new() };
        cx.new_object_of(cls, lock)
    }

    /// Lock the lock.  `blocking` indicates whether we should wait
    /// for the lock to be available or not.  If `blocking` is False
    /// and another thread holds the lock, the method will return False
    /// immediately.  If `blocking` is True and another thread holds
    /// the lock, the method will wait for the lock to be released,
    /// take it and then return True.
    /// (note: the blocking operation is interruptible.)
    ///
    /// In all other cases, the method will return True immediately.
    /// Precisely, if the current thread already holds the lock, its
    /// internal counter is simply incremented. If nobody holds the lock,
    /// the lock is taken and its internal counter initialized to 1.
    #[method("acquire(blocking=True, timeout=-1)")]
    fn acquire(&self, blocking: bool, timeout: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
        let patience = Patience::from_args(blocking, timeout, cx)?;
        self.take(patience, cx)
    }
    /// Lock the lock.
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<bool> {
        self.take(Patience::Forever, cx)
    }
    /// Release the lock, allowing another thread that is blocked waiting for
    /// the lock to acquire the lock.  The lock must be in the locked state,
    /// and must be locked by the same thread that unlocks it; otherwise a
    /// `RuntimeError` is raised.
    ///
    /// Do note that if the lock was acquire()d several times in a row by the
    /// current thread, release() needs to be called as many times for the lock
    /// to be available for other threads.
    #[method("release()")]
    fn release(&self, cx: &mut Cx) -> PyResult<()> {
        self.open(cx)
    }
    /// Release the lock.
    #[method("__exit__(*exc_info)")]
    fn exit(&self, _exc_info: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        self.open(cx)
    }
    /// locked()
    ///
    /// Return a boolean indicating whether this object is locked right now.
    #[method("locked()")]
    fn locked(&self) -> bool {
        self.lock.is_taken()
    }
    /// For internal use by `threading.Condition`.
    #[method("_is_owned()")]
    fn is_owned(&self, cx: &mut Cx) -> bool {
        self.is_mine(cx)
    }
    /// For internal use by reentrancy checks.
    #[method("_recursion_count()")]
    fn recursion_count(&self, cx: &mut Cx) -> usize {
        if self.is_mine(cx) { self.count.get() } else { 0 }
    }
    /// For internal use by `threading.Condition`.
    #[method("_acquire_restore(state, /)")]
    fn acquire_restore(&self, state: &PyTuple, cx: &mut Cx) -> PyResult<()> {
        let numbers = match state.as_slice() {
            [c, o] => c.downcast::<PyInt>().and_then(|c| c.to_i64()).zip(o.downcast::<PyInt>().and_then(PyInt::to_i64)),
            _ => None,
        };
        let Some((count, owner)) = numbers else {
            return Err(cx.type_error(format_args!("a tuple of count and owner is needed")));
        };
        wait::take(&self.lock, Patience::Forever, cx)?;
        self.owner.set(owner as u64);
        self.count.set(count as usize);
        Ok(())
    }
    /// For internal use by `threading.Condition`.
    #[method("_release_save()")]
    fn release_save(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if self.count.get() == 0 {
            return Err(cx.runtime_error(format_args!("cannot release un-acquired lock")));
        }
        let (count, owner) = (PyInt::new(self.count.get() as i64, cx)?, PyInt::new(self.owner.get() as i64, cx)?);
        let t = PyTuple::from_slice(&[&count, &owner], cx)?;
        self.count.set(0);
        self.owner.set(0);
        self.lock.open();
        Ok(t)
    }
    #[method("_at_fork_reinit()")]
    fn at_fork_reinit(&self) {
        self.lock.reset();
        self.owner.set(0);
        self.count.set(0);
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let state = if self.lock.is_taken() { "locked" } else { "unlocked" };
        let (name, owner, count) = (self.ty().tp_name_str(), self.owner.get(), self.count.get());
        format!("<{state} {name} object owner={owner} count={count} at {:#x}>", self.as_ptr() as usize)
    }
}
