//! `_thread.lock`.

use crate::wait::{self, Patience};
use taipan_host::futex::Lock;
use taipan_object::prelude::*;

/// A lock object is a synchronization primitive.  To create a lock,
/// call threading.Lock().  Methods are:
///
/// acquire() -- lock the lock, possibly blocking until it can be obtained
/// release() -- unlock of the lock
/// locked() -- test whether the lock is currently locked
///
/// A lock is not owned by the thread that locked it; another thread may
/// unlock it.  A thread attempting to lock a lock that it has already locked
/// will block until another thread unlocks it.  Deadlocks may ensue.
#[pytype(name = "_thread.lock", heap)]
#[repr(C)]
pub struct PyLock {
    head: ObjHead,
    #[gc(skip)]
    lock: Lock,
    weak: WeakList,
}

/// An open lock.
pub fn new(cx: &mut Cx) -> PyResult<Own<PyLock>> {
    cx.new_object(PyLock { head: Object::placeholder(), lock: Lock::new(), weak: WeakList::new() })
}

impl PyLock {
    fn open(&self, cx: &mut Cx) -> PyResult<()> {
        if self.lock.open() { Ok(()) } else { Err(cx.runtime_error(format_args!("release unlocked lock"))) }
    }
    fn take(&self, blocking: bool, timeout: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
        let patience = Patience::from_args(blocking, timeout, cx)?;
        wait::take(&self.lock, patience, cx)
    }
}

#[pymethods]
impl PyLock {
    #[new("lock()")]
    fn py_new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyLock>> {
        cx.new_object_of(cls, PyLock { head: Object::placeholder(), lock: Lock::new(), weak: WeakList::new() })
    }

    /// Lock the lock.  Without argument, this blocks if the lock is already
    /// locked (even by the same thread), waiting for another thread to release
    /// the lock, and return True once the lock is acquired.
    /// With an argument, this will only block if the argument is true,
    /// and the return value reflects whether the lock is acquired.
    /// The blocking operation is interruptible.
    #[method("acquire(blocking=True, timeout=-1)")]
    fn acquire(&self, blocking: bool, timeout: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
        self.take(blocking, timeout, cx)
    }
    /// An obsolete synonym of acquire().
    #[method("acquire_lock(blocking=True, timeout=-1)")]
    fn acquire_lock(&self, blocking: bool, timeout: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
        self.take(blocking, timeout, cx)
    }
    /// Release the lock, allowing another thread that is blocked waiting for
    /// the lock to acquire the lock.  The lock must be in the locked state,
    /// but it needn't be locked by the same thread that unlocks it.
    #[method("release()")]
    fn release(&self, cx: &mut Cx) -> PyResult<()> {
        self.open(cx)
    }
    /// An obsolete synonym of release().
    #[method("release_lock()")]
    fn release_lock(&self, cx: &mut Cx) -> PyResult<()> {
        self.open(cx)
    }
    /// Return whether the lock is in the locked state.
    #[method("locked()")]
    fn locked(&self) -> bool {
        self.lock.is_taken()
    }
    /// An obsolete synonym of locked().
    #[method("locked_lock()")]
    fn locked_lock(&self) -> bool {
        self.lock.is_taken()
    }
    /// Lock the lock.
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<bool> {
        wait::take(&self.lock, Patience::Forever, cx)
    }
    /// Release the lock.
    #[method("__exit__(*exc_info)")]
    fn exit(&self, _exc_info: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        self.open(cx)
    }
    #[method("_at_fork_reinit()")]
    fn at_fork_reinit(&self) {
        self.lock.reset();
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let state = if self.lock.is_taken() { "locked" } else { "unlocked" };
        format!("<{state} {} object at {:#x}>", self.ty().tp_name_str(), self.as_ptr() as usize)
    }
}
