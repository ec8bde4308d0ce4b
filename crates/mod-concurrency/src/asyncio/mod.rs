//! The module `_asyncio`: futures, tasks, and what runs in which thread.

pub mod future;
pub mod state;
pub mod task;

use future::{PyFuture, PyFutureIter};
use taipan_object::prelude::*;
use taipan_object::types::set::PySet;
use task::{PyTask, PyTaskStep, PyTaskWakeup};

/// Note (or no longer) that `waiter` waits for `future`, when both are of this module.
pub fn add_awaited_by(future: &Object, waiter: &Object, add: bool, cx: &mut Cx) -> PyResult<()> {
    match (future.downcast::<PyFuture>(), waiter.downcast::<PyFuture>()) {
        (Some(f), Some(_)) => f.note_waiter(waiter, add, cx),
        _ => Ok(()),
    }
}

fn running(cx: &mut Cx) -> PyResult<Own<Object>> {
    state::running_loop(cx).ok_or_else(|| cx.runtime_error(format_args!("no running event loop")))
}

/// The loop of an optional argument.
fn loop_or_running(given: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if given.is_none() { running(cx) } else { Ok(given.own()) }
}

#[pymodule(name = "_asyncio", doc = "Accelerator module for asyncio", types(PyFuture, PyTask))]
pub mod asyncio {
    use super::*;

    /// Return the running event loop.  Raise a RuntimeError if there is none.
    ///
    /// This function is thread-specific.
    #[function("get_running_loop()")]
    fn get_running_loop(cx: &mut Cx) -> PyResult<Own<Object>> {
        running(cx)
    }
    /// Return the running event loop or None.
    ///
    /// This is a low-level function intended to be used by event loops.
    /// This function is thread-specific.
    #[function("_get_running_loop()")]
    fn get_running_loop_or_none(cx: &mut Cx) -> Option<Own<Object>> {
        state::running_loop(cx)
    }
    /// Set the running event loop.
    ///
    /// This is a low-level function intended to be used by event loops.
    /// This function is thread-specific.
    #[function("_set_running_loop(loop, /)")]
    fn set_running_loop(r#loop: NoneOr<&Object>, cx: &mut Cx) {
        state::set_running_loop(r#loop.0, cx);
    }
    /// Return an asyncio event loop.
    ///
    /// When called from a coroutine or a callback (e.g. scheduled with
    /// call_soon or similar API), this function will always return the
    /// running event loop.
    ///
    /// If there is no running event loop set, the function will return
    /// the result of `get_event_loop_policy().get_event_loop()` call.
    #[function("get_event_loop()")]
    fn get_event_loop(cx: &mut Cx) -> PyResult<Own<Object>> {
        state::event_loop(cx)
    }
    /// Return a currently executed task.
    #[function("current_task(loop=None)")]
    fn current_task(r#loop: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let l = loop_or_running(r#loop, cx)?;
        Ok(state::current_task(&l, cx))
    }
    /// Return a set of all tasks for the loop.
    #[function("all_tasks(loop=None)")]
    fn all_tasks(r#loop: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
        let l = loop_or_running(r#loop, cx)?;
        state::all_tasks(&l, cx)
    }
    /// Register a new task in asyncio as executed by loop.
    ///
    /// Returns None.
    #[function("_register_task(task)")]
    fn register_task(task: &Object, cx: &mut Cx) -> PyResult<()> {
        state::register(task, cx)
    }
    /// Unregister a task.
    ///
    /// Returns None.
    #[function("_unregister_task(task)")]
    fn unregister_task(task: &Object, cx: &mut Cx) {
        state::unregister(task, cx);
    }
    /// Register a new task in asyncio as executed by loop.
    ///
    /// Returns None.
    #[function("_register_eager_task(task)")]
    fn register_eager_task(task: &Object, cx: &mut Cx) {
        state::register_eager(task, cx);
    }
    /// Unregister a task.
    ///
    /// Returns None.
    #[function("_unregister_eager_task(task)")]
    fn unregister_eager_task(task: &Object, cx: &mut Cx) {
        state::unregister_eager(task, cx);
    }
    /// Enter into task execution or resume suspended task.
    ///
    /// Task belongs to loop.
    ///
    /// Returns None.
    #[function("_enter_task(loop, task)")]
    fn enter_task(r#loop: &Object, task: &Object, cx: &mut Cx) -> PyResult<()> {
        state::enter_task(r#loop, task, cx)
    }
    /// Leave task execution or suspend a task.
    ///
    /// Task belongs to loop.
    ///
    /// Returns None.
    #[function("_leave_task(loop, task)")]
    fn leave_task(r#loop: &Object, task: &Object, cx: &mut Cx) -> PyResult<()> {
        state::leave_task(r#loop, task, cx)
    }
    /// Temporarily swap in the supplied task and return the original one (or None).
    ///
    /// This is intended for use during eager coroutine execution.
    #[function("_swap_current_task(loop, task)")]
    fn swap_current_task(r#loop: &Object, task: NoneOr<&Object>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        state::swap_task(r#loop, task.0.map(|t| t.own()), cx)
    }
    /// Record that `fut` is awaited on by `waiter`.
    #[function("future_add_to_awaited_by(fut, waiter, /)")]
    fn future_add_to_awaited_by(fut: &Object, waiter: &Object, cx: &mut Cx) -> PyResult<()> {
        add_awaited_by(fut, waiter, true, cx)
    }
    /// Record that `fut` is no longer awaited on by `waiter`.
    #[function("future_discard_from_awaited_by(fut, waiter, /)")]
    fn future_discard_from_awaited_by(fut: &Object, waiter: &Object, cx: &mut Cx) -> PyResult<()> {
        add_awaited_by(fut, waiter, false, cx)
    }

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for spec in [PyFutureIter::SPEC, PyTaskStep::SPEC, PyTaskWakeup::SPEC] {
            taipan_object::typeobj::ready_static(spec, cx)?;
        }
        taipan_object::thread::fork::on_child(state::after_fork_child);
        Ok(())
    }
}
