//! What `_asyncio` remembers: the running loop and task of every thread, and which tasks exist.

use super::future::{PyFuture, Stage};
use super::task::PyTask;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use taipan_object::hash::ByNumber;
use taipan_object::prelude::*;
use taipan_object::registry::Registry;
use taipan_object::types::set::PySet;
use taipan_object::types::weakref::PyWeakref;
use taipan_object::{abstract_, call};

/// The state of an interpreter.
#[derive(Default)]
pub struct State {
    /// Tasks of our own that are scheduled or begin to run; one leaves when it is done or dies.
    own_tasks: Registry,
    /// Scheduled tasks of other kinds by address; an entry leaves when its task is done or dies.
    tasks: RefCell<HashMap<usize, Own<PyWeakref>, ByNumber>>,
    /// Tasks of other kinds that run eagerly and are not scheduled yet.
    eager: RefCell<Vec<Own<Object>>>,
    pub next_name: Cell<u64>,
    imported: RefCell<Vec<(&'static str, &'static str, Own<Object>)>>,
    context_name: FieldCell<PyTuple>,
}

/// The tuple `("context",)`, the keyword of `call_soon`.
pub fn context_name(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let s = cx.state::<State>();
    if let Some(t) = s.context_name.own() {
        return Ok(t);
    }
    let t = PyTuple::from_slice(&[name!(cx, "context")], cx)?;
    s.context_name.set(Some(t.clone()), cx);
    Ok(t)
}

/// An attribute of a module of Lib, looked up once.
pub fn cached(module: &'static str, name: &'static str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let s = cx.state::<State>();
    // A few names, each asked for from one place: their addresses tell them apart.
    if let Some((.., o)) = s.imported.borrow().iter().find(|(m, n, _)| std::ptr::eq(*m, module) && std::ptr::eq(*n, name)) {
        return Ok(o.clone());
    }
    let o = cx.import_attr(module, name)?;
    s.imported.borrow_mut().push((module, name, o.clone()));
    Ok(o)
}

/// The running loop of the calling thread.
#[inline]
pub fn running_loop(cx: &Cx) -> Option<Own<Object>> {
    cx.ts().asyncio_loop.own()
}

/// Set the running loop of the calling thread; none when it stops.
pub fn set_running_loop(event_loop: Option<&Object>, cx: &mut Cx) {
    cx.ts().asyncio_loop.set(event_loop.map(|l| l.own()), cx);
}

/// In the child of a fork no loop runs.
pub fn after_fork_child(cx: &mut Cx) {
    cx.ts().asyncio_loop.set(None, cx);
    cx.ts().asyncio_task.set(None, cx);
}

/// `asyncio.get_event_loop()`.
pub fn event_loop(cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(l) = running_loop(cx) {
        return Ok(l);
    }
    let policy = call::call(&*cached("asyncio.events", "_get_event_loop_policy", cx)?, &[], cx)?;
    call::call_method(&policy, name!(cx, "get_event_loop"), &[], cx)
}

#[cold]
fn not_running(event_loop: &Object, cx: &mut Cx) -> Raised {
    match abstract_::repr(event_loop, cx) {
        Ok(shown) => cx.runtime_error(format_args!("loop {shown} is not the running loop")),
        Err(r) => r,
    }
}

/// Put `task` in the place of the running task of `event_loop`, which must be the running loop.
#[inline]
pub fn swap_task(event_loop: &Object, task: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let ts = cx.ts();
    if ts.asyncio_loop.as_raw() != event_loop.as_ptr() {
        return Err(not_running(event_loop, cx));
    }
    Ok(ts.asyncio_task.swap(task))
}

/// A task begins to run.
#[inline]
pub fn enter_task(event_loop: &Object, task: &Object, cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    if ts.asyncio_loop.as_raw() != event_loop.as_ptr() {
        return Err(not_running(event_loop, cx));
    }
    if ts.asyncio_task.is_empty() {
        ts.asyncio_task.set(Some(task.own()), cx);
        return Ok(());
    }
    cannot_enter(task, cx)
}

#[cold]
fn cannot_enter(task: &Object, cx: &mut Cx) -> PyResult<()> {
    let other = cx.ts().asyncio_task.own();
    let (a, b) = (abstract_::repr(task, cx)?, abstract_::repr(other.as_deref().unwrap_or(none()), cx)?);
    Err(cx.runtime_error(format_args!("Cannot enter into task {a} while another task {b} is being executed.")))
}

/// The running task stops.
#[inline]
pub fn leave_task(event_loop: &Object, task: &Object, cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    if ts.asyncio_loop.as_raw() != event_loop.as_ptr() {
        return Err(not_running(event_loop, cx));
    }
    if ts.asyncio_task.as_raw() == task.as_ptr() {
        ts.asyncio_task.set(None, cx);
        return Ok(());
    }
    cannot_leave(task, cx)
}

#[cold]
fn cannot_leave(task: &Object, cx: &mut Cx) -> PyResult<()> {
    let now = cx.ts().asyncio_task.own();
    let a = abstract_::repr(task, cx)?;
    let b = abstract_::repr(now.as_deref().unwrap_or(none()), cx)?;
    Err(cx.runtime_error(format_args!("Invalid attempt to leave task {a} while task {b} is entered.")))
}

/// The task that runs in a loop, in whatever thread.
pub fn current_task(event_loop: &Object, cx: &Cx) -> Option<Own<Object>> {
    let ts = cx.ts();
    if ts.asyncio_loop.as_raw() == event_loop.as_ptr() {
        return ts.asyncio_task.own();
    }
    let all = cx.interp().thread_list(cx);
    all.iter().find(|t| t.asyncio_loop.as_raw() == event_loop.as_ptr()).and_then(|t| t.asyncio_task.own())
}

/// One of our tasks is scheduled, or begins to run.
#[inline]
pub fn enlist(task: &PyTask, cx: &Cx) {
    cx.state::<State>().own_tasks.enter(task.as_object(), &task.listed);
}

/// A task is scheduled.
pub fn register(task: &Object, cx: &mut Cx) -> PyResult<()> {
    if let Some(t) = task.downcast::<PyTask>() {
        enlist(t, cx);
        return Ok(());
    }
    let w = taipan_object::weakref::new_ref(task, None, cx)?;
    let s = cx.state::<State>();
    let old = s.tasks.borrow_mut().insert(task.as_ptr() as usize, w);
    drop(old);
    Ok(())
}

/// A task is done.
pub fn unregister(task: &Object, cx: &mut Cx) {
    if let Some(t) = task.downcast::<PyTask>() {
        return t.listed.leave();
    }
    let old = cx.state::<State>().tasks.borrow_mut().remove(&(task.as_ptr() as usize));
    drop(old);
}

/// A task starts eagerly.
pub fn register_eager(task: &Object, cx: &mut Cx) {
    cx.state::<State>().eager.borrow_mut().push(task.own());
}

/// It is scheduled now, or done.
pub fn unregister_eager(task: &Object, cx: &mut Cx) {
    let old = {
        let mut all = cx.state::<State>().eager.borrow_mut();
        let at = all.iter().position(|t| t.is(task));
        at.map(|i| all.swap_remove(i))
    };
    drop(old);
}

/// Whether a task belongs to the loop and is not done.
fn counts(task: &Object, event_loop: &Object, cx: &mut Cx) -> PyResult<bool> {
    if let Some(f) = task.downcast::<PyFuture>() {
        return Ok(f.stage.get() == Stage::Pending && f.event_loop.own().is_some_and(|l| l.is(event_loop)));
    }
    let done = call::call_method(task, name!(cx, "done"), &[], cx)?;
    if abstract_::is_true(&done, cx)? {
        return Ok(false);
    }
    let f = cached("asyncio.futures", "_get_loop", cx)?;
    Ok(call::call(&f, &[task], cx)?.is(event_loop))
}

/// `asyncio.all_tasks(loop)`.
pub fn all_tasks(event_loop: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
    let s = cx.state::<State>();
    let mut found: Vec<Own<Object>> = s.eager.borrow().clone();
    let dead: Vec<_> = {
        let mut all = s.tasks.borrow_mut();
        let gone: Vec<usize> = all.iter().filter(|(_, w)| w.referent().is_none()).map(|(k, _)| *k).collect();
        gone.iter().filter_map(|k| all.remove(k)).collect()
    };
    drop(dead);
    found.extend(s.own_tasks.living(cx));
    found.extend(s.tasks.borrow().values().filter_map(|w| w.referent()));
    let set = PySet::new(cx)?;
    for t in &found {
        if counts(t, event_loop, cx)? {
            set.add(t, cx)?;
        }
    }
    Ok(set)
}

/// The number of a task that was given no name; it is called `Task-<n>` when somebody asks.
pub fn fresh_number(cx: &Cx) -> u64 {
    let s = cx.state::<State>();
    let n = s.next_name.get() + 1;
    s.next_name.set(n);
    n
}

/// Whether a future is one of our tasks.
pub fn is_task(o: &Object) -> bool {
    o.downcast::<PyTask>().is_some()
}
