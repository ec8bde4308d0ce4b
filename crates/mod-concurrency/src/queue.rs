//! The module `_queue`: `SimpleQueue`, which any thread, signal handler or finaliser may put into at any time.
//!
//! Items change only under the GIL. Whoever waits sleeps on a counter of calls ([`Sleepers`]), so that no wake-up is lost between looking and sleeping.

use crate::wait::{Patience, TIMEOUT_MAX, block};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering::*};
use taipan_builtins::timeval::{Round, nanos_from_seconds};
use taipan_host::clock::Time;
use taipan_host::{Errno, futex};
use taipan_object::prelude::*;
use taipan_object::thread::fork;

/// The items, oldest first.
#[derive(Default)]
struct Items(RefCell<VecDeque<Own<Object>>>);

impl GcField for Items {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        match self.0.try_borrow() {
            Ok(items) => items.iter().try_for_each(|o| v.object(o)),
            Err(_) => Ok(()),
        }
    }
    fn gc_clear(&self) {
        let old = self.0.try_borrow_mut().map(|mut items| std::mem::take(&mut *items));
        drop(old);
    }
}

/// The threads that wait for an item. Everything but the sleep itself happens under the GIL.
///
/// While there are items and sleepers, one of them has been called and is on its way; it calls the next one if it leaves items behind. So a burst of puts costs one system call.
#[derive(Default)]
struct Sleepers {
    calls: AtomicU32,
    count: Cell<u32>,
    /// Somebody was called and has not come yet.
    called: Cell<bool>,
    /// The process that the two speak of.
    generation: Cell<u32>,
}

impl Sleepers {
    /// Whoever slept in the parent is not in the child.
    fn forget_after_fork(&self) {
        let now = fork::generation();
        if self.generation.replace(now) != now {
            self.count.set(0);
            self.called.set(false);
        }
    }

    /// Items have come, or some are left: wake a sleeper unless one is on its way.
    fn call(&self) {
        self.forget_after_fork();
        if self.count.get() > 0 && !self.called.replace(true) {
            // Before the call, for those who are about to sleep.
            self.calls.fetch_add(1, Release);
            futex::wake(&self.calls, 1);
        }
    }

    /// Sleep until called. False: the deadline passed.
    fn sleep(&self, deadline: Option<Time>, cx: &mut Cx) -> PyResult<bool> {
        self.forget_after_fork();
        let seen = self.calls.load(Acquire);
        self.count.set(self.count.get() + 1);
        let r = block(cx, || match futex::wait(&self.calls, seen, deadline) {
            Err(Errno::EAGAIN) => Ok(()),
            r => r,
        });
        // A signal handler may have forked in between.
        self.forget_after_fork();
        self.count.set(self.count.get().saturating_sub(1));
        self.called.set(false);
        r
    }
}

/// Simple, unbounded, reentrant FIFO queue.
#[pytype(name = "_queue.SimpleQueue", heap, gc, basetype)]
#[repr(C)]
pub struct PySimpleQueue {
    head: ObjHead,
    items: Items,
    #[gc(skip)]
    sleepers: Sleepers,
    weak: WeakList,
}

#[derive(Default)]
struct State {
    empty: FieldCell<Object>,
}

/// The exception `_queue.Empty`, made once.
fn empty_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().empty;
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception("_queue.Empty", exc::Exception(), cx)?;
    let doc = PyStr::new("Exception raised by Queue.get(block=0)/get_nowait().", cx)?;
    taipan_object::attr::set(&c, name!(cx, "__doc__"), Some(&doc), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

#[cold]
fn empty(cx: &mut Cx) -> Raised {
    match empty_class(cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_empty(t),
            None => cx.runtime_error(format_args!("_queue.Empty is no class")),
        },
        Err(r) => r,
    }
}

impl PySimpleQueue {
    fn push(&self, item: &Object) {
        self.items.0.borrow_mut().push_back(item.own());
        self.sleepers.call();
    }

    fn pop(&self) -> Option<Own<Object>> {
        self.items.0.borrow_mut().pop_front()
    }

    /// After a sleep: what this thread does not take is for the next one.
    fn pass_on(&self) {
        if !self.items.0.borrow().is_empty() {
            self.sleepers.call();
        }
    }

    fn take(&self, patience: Patience, cx: &mut Cx) -> PyResult<Own<Object>> {
        let deadline = if patience == Patience::Never { None } else { patience.deadline() };
        if let Some(item) = self.pop() {
            return Ok(item);
        }
        if patience == Patience::Never {
            return Err(empty(cx));
        }
        loop {
            // With the GIL held nobody puts between the look and the sleep's beginning.
            let awake = self.sleepers.sleep(deadline, cx);
            let item = if awake.is_ok() { self.pop() } else { None };
            self.pass_on();
            match item {
                Some(item) => return Ok(item),
                None if !awake? => return Err(empty(cx)),
                None => {}
            }
        }
    }
}

/// The patience that `get(block, timeout)` asks for.
fn patience(block: bool, timeout: &Object, cx: &mut Cx) -> PyResult<Patience> {
    if !block {
        return Ok(Patience::Never);
    }
    if timeout.is_none() {
        return Ok(Patience::Forever);
    }
    let n = nanos_from_seconds(timeout, Round::Ceiling, cx)?;
    if n < 0 {
        return Err(cx.value_error(format_args!("'timeout' must be a non-negative number")));
    }
    if n as f64 > TIMEOUT_MAX * 1e9 {
        return Err(cx.overflow_error(format_args!("timeout value is too large")));
    }
    Ok(Patience::For(n))
}

#[pymethods]
impl PySimpleQueue {
    #[new("SimpleQueue()", nosig)]
    fn py_new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PySimpleQueue>> {
        cx.new_object_of(cls, PySimpleQueue { head: Object::placeholder(), items: Items::default(), sleepers: Sleepers::default(), weak: WeakList::new() })
    }
    /// Return True if the queue is empty, False otherwise (not reliable!).
    #[method("empty()")]
    fn empty(&self) -> bool {
        self.items.0.borrow().is_empty()
    }
    /// Return the approximate size of the queue (not reliable!).
    #[method("qsize()")]
    fn qsize(&self) -> usize {
        self.items.0.borrow().len()
    }
    /// Put the item on the queue.
    ///
    /// The optional 'block' and 'timeout' arguments are ignored, as this
    /// method never blocks.  They are provided for compatibility with the
    /// Queue class.
    #[method("put(item, block=True, timeout=None)")]
    fn put(&self, item: &Object, _block: bool, _timeout: &Object) {
        self.push(item);
    }
    /// Put an item into the queue without blocking.
    ///
    /// This is exactly equivalent to `put(item)` and is only provided
    /// for compatibility with the Queue class.
    #[method("put_nowait(item)")]
    fn put_nowait(&self, item: &Object) {
        self.push(item);
    }
    /// Remove and return an item from the queue.
    ///
    /// If optional args 'block' is true and 'timeout' is None (the
    /// default), block if necessary until an item is available.  If
    /// 'timeout' is a non-negative number, it blocks at most 'timeout'
    /// seconds and raises the Empty exception if no item was available
    /// within that time.
    /// Otherwise ('block' is false), return an item if one is immediately
    /// available, else raise the Empty exception ('timeout' is ignored
    /// in that case).
    #[method("get(block=True, timeout=None)")]
    fn get(&self, block: bool, timeout: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let p = patience(block, timeout, cx)?;
        self.take(p, cx)
    }
    /// Remove and return an item from the queue without blocking.
    ///
    /// Only get an item if one is immediately available. Otherwise
    /// raise the Empty exception.
    #[method("get_nowait()")]
    fn get_nowait(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.take(Patience::Never, cx)
    }
    /// SimpleQueues are generic over the type of their contents
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls.as_object(), object, cx)
    }
}

#[pymodule(name = "_queue", doc = "C implementation of the Python queue module.\nThis module is an implementation detail, please do not use it directly.", types(PySimpleQueue))]
pub mod queue {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let e = empty_class(cx)?;
        m.add("Empty", &e, cx)
    }
}
