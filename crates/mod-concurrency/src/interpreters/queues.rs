//! The module `_interpqueues`: queues that all interpreters see. The queues belong to the main interpreter, under the GIL.

use super::data::{self, Shared};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters;

/// What becomes of an item whose interpreter ends.
pub mod unbound {
    pub const REMOVE: i32 = 1;
    pub const REPLACE: i32 = 3;
}

/// A value in a queue or channel and where it came from; the value is gone when that interpreter has ended.
pub struct Item {
    pub data: Option<Shared>,
    pub from: i64,
    pub unbound: i32,
}

impl Item {
    /// The interpreter `id` has ended: false when the item is to be removed. What dies is put into `dead`, to be dropped when nothing is borrowed.
    pub fn outlive(&mut self, id: i64, dead: &mut Vec<Shared>) -> bool {
        if self.from == id {
            dead.extend(self.data.take());
            return self.unbound != unbound::REMOVE;
        }
        true
    }
}

struct Queue {
    id: i64,
    max: i64,
    items: VecDeque<Item>,
    binds: i64,
    unbound: i32,
    fallback: i32,
}

/// All queues, newest first.
#[derive(Default)]
struct Queues {
    list: RefCell<Vec<Queue>>,
    last_id: Cell<i64>,
}

/// The classes of one interpreter.
#[derive(Default)]
struct Classes {
    error: FieldCell<Object>,
    missing: FieldCell<Object>,
    empty: FieldCell<Object>,
    full: FieldCell<Object>,
}

fn queues(cx: &Cx) -> &'static Queues {
    interpreters::shared_state::<Queues>(cx)
}

fn error(missing: bool, text: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    let c = cx.state::<Classes>();
    let class = if missing { c.missing.own() } else { c.error.own() };
    raise(class, text, cx)
}

fn raise(class: Option<Own<Object>>, text: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    match class.as_ref().and_then(|c| c.downcast::<PyType>()) {
        Some(c) => cx.raise_msg(c, text),
        None => cx.runtime_error(text),
    }
}

/// `QueueEmpty` or `QueueFull`, which the library's module defines.
fn state_error(full: bool, id: i64, cx: &mut Cx) -> Raised {
    let pick = |cx: &Cx| if full { cx.state::<Classes>().full.own() } else { cx.state::<Classes>().empty.own() };
    let mut class = pick(cx);
    if class.is_none() {
        // Importing it registers them.
        if let Err(r) = cx.import("concurrent.interpreters._queues") {
            return r;
        }
        class = pick(cx);
    }
    let what = if full { "full" } else { "empty" };
    raise(class, format_args!("queue {id} is {what}"), cx)
}

/// Use the queue with a number.
fn with<R>(id: i64, cx: &mut Cx, f: impl FnOnce(&mut Queue) -> R) -> PyResult<R> {
    let r = queues(cx).list.borrow_mut().iter_mut().find(|q| q.id == id).map(f);
    r.ok_or_else(|| error(true, format_args!("queue {id} not found"), cx))
}

fn remove(id: i64, cx: &mut Cx) -> bool {
    let old = {
        let mut l = queues(cx).list.borrow_mut();
        l.iter().position(|q| q.id == id).map(|i| l.remove(i))
    };
    old.is_some()
}

fn id_of(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    if !taipan_object::abstract_::number::has_index(o) {
        return Err(cx.type_error(format_args!("queue ID must be an int, got {}", o.ty().tp_name_str())));
    }
    let n = taipan_object::abstract_::number::index(o, cx)?;
    let shown = taipan_object::abstract_::repr(o, cx)?;
    match n.to_i64() {
        Some(n) if n >= 0 => Ok(n),
        None if !n.is_negative() => Err(cx.overflow_error(format_args!("max queue ID is {}, got {shown}", i64::MAX))),
        _ => Err(cx.value_error(format_args!("queue ID must be a non-negative int, got {shown}"))),
    }
}

/// The operation for unbound items; -1 means `default`.
pub fn unbound_op(n: i32, default: i32, cx: &mut Cx) -> PyResult<i32> {
    match n {
        -1 => Ok(default),
        unbound::REMOVE..=unbound::REPLACE => Ok(n),
        _ => Err(cx.value_error(format_args!("unsupported unboundop {n}"))),
    }
}

/// Whether values may be pickled; -1 means `default`.
pub fn fallback(n: i32, default: i32, cx: &mut Cx) -> PyResult<i32> {
    match n {
        -1 => Ok(default),
        0 | 1 => Ok(n),
        _ => Err(cx.value_error(format_args!("unsupported fallback {n}"))),
    }
}

fn interpreter_ended(id: i64, cx: &mut Cx) {
    let mut dead = Vec::new();
    for q in queues(cx).list.borrow_mut().iter_mut() {
        q.items.retain_mut(|i| i.outlive(id, &mut dead));
    }
    drop(dead);
}

#[pymodule(
    name = "_interpqueues",
    doc = "This module provides primitive operations to manage Python interpreters.\nThe 'interpreters' module provides a more convenient interface."
)]
pub mod module {
    use super::*;

    /// create(maxsize, unboundop, fallback) -> qid
    ///
    /// Create a new cross-interpreter queue and return its unique generated ID.
    /// It is a new reference as though bind() had been called on the queue.
    /// The caller is responsible for calling destroy() for the new queue
    /// before the runtime is finalized.
    #[function("create(maxsize, unboundop=-1, fallback=-1)", nosig)]
    fn create(maxsize: i64, unboundop: i32, fallback: i32, cx: &mut Cx) -> PyResult<i64> {
        let unbound = unbound_op(unboundop, unbound::REPLACE, cx)?;
        let fallback = super::fallback(fallback, 1, cx)?;
        let q = queues(cx);
        let id = q.last_id.get() + 1;
        q.last_id.set(id);
        q.list.borrow_mut().insert(0, Queue { id, max: maxsize, items: VecDeque::new(), binds: 0, unbound, fallback });
        Ok(id)
    }
    /// destroy(qid)
    ///
    /// Clear and destroy the queue.  Afterward attempts to use the queue
    /// will behave as though it never existed.
    #[function("destroy(qid)", nosig)]
    fn destroy(qid: &Object, cx: &mut Cx) -> PyResult<()> {
        let id = id_of(qid, cx)?;
        if remove(id, cx) { Ok(()) } else { Err(error(true, format_args!("queue {id} not found"), cx)) }
    }
    /// list_all() -> [(qid, unboundop, fallback)]
    ///
    /// Return the list of IDs for all queues.
    /// Each corresponding default unbound op and fallback is also included.
    #[function("list_all()", nosig)]
    fn list_all(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let rows: Vec<_> = queues(cx).list.borrow().iter().map(|q| (q.id, q.unbound, q.fallback)).collect();
        let l = PyList::new(cx)?;
        for (id, unbound, fallback) in rows {
            let t = ints(&[id, unbound.into(), fallback.into()], cx)?;
            l.push(t.into_object(), cx)?;
        }
        Ok(l)
    }
    /// put(qid, obj)
    ///
    /// Add the object's data to the queue.
    #[function("put(qid, obj, unboundop=-1, fallback=-1)", nosig)]
    fn put(qid: &Object, obj: &Object, unboundop: i32, fallback: i32, cx: &mut Cx) -> PyResult<()> {
        let id = id_of(qid, cx)?;
        let (unbound, may_pickle) = with(id, cx, |q| (q.unbound, q.fallback))?;
        let unbound = unbound_op(unboundop, unbound, cx)?;
        let may_pickle = super::fallback(fallback, may_pickle, cx)?;
        let data = data::share(obj, may_pickle != 0, cx)?;
        let mut item = Some(Item { data: Some(data), from: cx.interp().identity().id.get(), unbound });
        let added = with(id, cx, |q| {
            let room = q.max <= 0 || (q.items.len() as i64) < q.max;
            if room {
                q.items.extend(item.take());
            }
            room
        })?;
        if added { Ok(()) } else { Err(state_error(true, id, cx)) }
    }
    /// get(qid) -> (obj, unboundop)
    ///
    /// Return a new object from the data at the front of the queue.
    /// The unbound op is also returned.
    ///
    /// If there is nothing to receive then raise QueueEmpty.
    #[function("get(qid)", nosig)]
    fn get(qid: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let id = id_of(qid, cx)?;
        let Some(item) = with(id, cx, |q| q.items.pop_front())? else { return Err(state_error(false, id, cx)) };
        received(&item, cx)
    }
    /// bind(qid)
    ///
    /// Take a reference to the identified queue.
    /// The queue is not destroyed until there are no references left.
    #[function("bind(qid)", nosig)]
    fn bind(qid: &Object, cx: &mut Cx) -> PyResult<()> {
        let id = id_of(qid, cx)?;
        with(id, cx, |q| q.binds += 1)
    }
    /// release(qid)
    ///
    /// Release a reference to the queue.
    /// The queue is destroyed once there are no references left.
    #[function("release(qid)", nosig)]
    fn release(qid: &Object, cx: &mut Cx) -> PyResult<()> {
        let id = id_of(qid, cx)?;
        let left = with(id, cx, |q| {
            q.binds -= 1;
            q.binds
        })?;
        if left < 0 {
            with(id, cx, |q| q.binds = 0)?;
            return Err(error(false, format_args!("queue {id} never bound"), cx));
        }
        if left == 0 {
            remove(id, cx);
        }
        Ok(())
    }
    /// get_maxsize(qid)
    ///
    /// Return the maximum number of items in the queue.
    #[function("get_maxsize(qid)", nosig)]
    fn get_maxsize(qid: &Object, cx: &mut Cx) -> PyResult<i64> {
        let id = id_of(qid, cx)?;
        with(id, cx, |q| q.max)
    }
    /// get_queue_defaults(qid)
    ///
    /// Return the queue's default values, set when it was created.
    #[function("get_queue_defaults(qid)", nosig)]
    fn get_queue_defaults(qid: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let id = id_of(qid, cx)?;
        let (unbound, fallback) = with(id, cx, |q| (q.unbound, q.fallback))?;
        ints(&[unbound.into(), fallback.into()], cx)
    }
    /// is_full(qid)
    ///
    /// Return true if the queue has a maxsize and has reached it.
    #[function("is_full(qid)", nosig)]
    fn is_full(qid: &Object, cx: &mut Cx) -> PyResult<bool> {
        let id = id_of(qid, cx)?;
        with(id, cx, |q| q.max > 0 && q.items.len() as i64 >= q.max)
    }
    /// get_count(qid)
    ///
    /// Return the number of items in the queue.
    #[function("get_count(qid)", nosig)]
    fn get_count(qid: &Object, cx: &mut Cx) -> PyResult<usize> {
        let id = id_of(qid, cx)?;
        with(id, cx, |q| q.items.len())
    }
    #[function("_register_heap_types(queuetype, emptyerror, fullerror)", nosig, doc = "")]
    fn register_heap_types(queuetype: &Object, emptyerror: &Object, fullerror: &Object, cx: &mut Cx) -> PyResult<()> {
        if !queuetype.is_a::<PyType>() {
            return Err(cx.type_error(format_args!("expected a type for 'queuetype'")));
        }
        for (o, name) in [(emptyerror, "emptyerror"), (fullerror, "fullerror")] {
            if !o.downcast::<PyType>().is_some_and(|t| t.is_subtype(taipan_object::types::exc::BaseException())) {
                return Err(cx.type_error(format_args!("expected an exception type for '{name}'")));
            }
        }
        data::set_queue_class(queuetype, cx);
        let c = cx.state::<Classes>();
        c.empty.set(Some(emptyerror.own()), cx);
        c.full.set(Some(fullerror.own()), cx);
        Ok(())
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let error = taipan_builtins::new_exception("concurrent.interpreters.QueueError", taipan_object::types::exc::RuntimeError(), cx)?;
        let doc = PyStr::new("Indicates that a queue-related error happened.", cx)?;
        taipan_object::attr::set(&error, name!(cx, "__doc__"), Some(&doc), cx)?;
        let base = error.downcast::<PyType>().unwrap_or(taipan_object::types::exc::RuntimeError());
        let missing = taipan_builtins::new_exception("concurrent.interpreters.QueueNotFoundError", base, cx)?;
        m.add("QueueError", &error, cx)?;
        m.add("QueueNotFoundError", &missing, cx)?;
        let c = cx.state::<Classes>();
        c.missing.set(Some(missing), cx);
        c.error.set(Some(error), cx);
        interpreters::on_end(interpreter_ended);
        Ok(())
    }
}

fn ints(v: &[i64], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut out = Vec::with_capacity(v.len());
    for n in v {
        out.push(PyInt::new(*n, cx)?.into_object());
    }
    PyTuple::from_vec(out, cx)
}

/// `(value, None)`, or `(None, op)` when the sender is gone.
pub fn received(item: &Item, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    match &item.data {
        Some(d) => {
            let o = d.make(cx)?;
            PyTuple::from_slice(&[&o, none()], cx)
        }
        None => {
            let op = PyInt::new(item.unbound.into(), cx)?;
            PyTuple::from_slice(&[none(), &op], cx)
        }
    }
}
