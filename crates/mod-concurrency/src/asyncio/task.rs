//! `_asyncio.Task`: a coroutine that the event loop drives, one step at a time.

use super::future::{PyFuture, Stage, as_future, call_soon, copy_context};
use super::state::{self, cached};
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::registry::Membership;
use taipan_object::types::generator::{PyCoroutine, PyGenerator, gen_of, stop_iteration_value};
use taipan_object::machine::Resumed;
use taipan_object::{abstract_, attr, call, provided};

/// A coroutine wrapped in a Future.
#[pytype(name = "_asyncio.Task", heap, gc, basetype, base = PyFuture, parts(PART, METHODS))]
#[repr(C)]
pub struct PyTask {
    base: PyFuture,
    coro: FieldCell<Object>,
    /// Empty as long as nobody has asked for the name that comes from `number`.
    name: FieldCell<Object>,
    #[gc(skip)]
    number: Cell<u64>,
    context: FieldCell<Object>,
    waits_for: FieldCell<Object>,
    #[gc(skip)]
    must_cancel: Cell<bool>,
    #[gc(skip)]
    log_destroy_pending: Cell<bool>,
    #[gc(skip)]
    cancel_requests: Cell<i32>,
    /// Among the tasks that are scheduled or begin to run.
    #[gc(skip)]
    pub listed: Membership,
}

/// What the loop calls for the next step of a task, with an exception to throw in or none.
#[pytype(name = "_asyncio.TaskStepMethWrapper", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct PyTaskStep {
    head: ObjHead,
    task: FieldCell<PyTask>,
    thrown: FieldCell<Object>,
}

#[pymethods]
impl PyTaskStep {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("function takes no keyword arguments")));
        }
        if !args.0.is_empty() {
            return Err(cx.type_error(format_args!("function takes no positional arguments")));
        }
        let Some(t) = self.task.own() else { return Ok(()) };
        let thrown = self.thrown.own();
        t.step(thrown, cx)
    }
    #[getter("__self__")]
    fn get_self(&self) -> Option<Own<PyTask>> {
        self.task.own()
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let coro = self.task.own().and_then(|t| t.coro.own());
        match coro {
            Some(c) => attr::get(&c, name!(cx, "__qualname__"), cx),
            None => Ok(none().own()),
        }
    }
}

/// What a future that a task waits for calls when it is done.
#[pytype(name = "_asyncio.TaskWakeupMethWrapper", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyTaskWakeup {
    head: ObjHead,
    task: FieldCell<PyTask>,
}

#[pymethods]
impl PyTaskWakeup {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let [future] = args.0 else {
            return Err(cx.type_error(format_args!("wakeup() takes exactly one argument ({} given)", args.0.len())));
        };
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("wakeup() takes no keyword arguments")));
        }
        let Some(t) = self.task.own() else { return Ok(()) };
        t.wake(future, cx)
    }
    #[getter("__self__")]
    fn get_self(&self) -> Option<Own<PyTask>> {
        self.task.own()
    }
    #[getter("__name__")]
    fn get_name(&self) -> &'static str {
        "__wakeup"
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let t = self.task.own();
        let shown = abstract_::repr(t.as_ref().map_or(none(), |t| t.as_object()), cx)?;
        Ok(format!("<bound method TaskWakeupMethWrapper of {shown}>"))
    }
}

/// Whether `Task` drives the object.
fn is_coroutine(o: &Object, cx: &mut Cx) -> PyResult<bool> {
    if o.is_exact::<PyCoroutine>() {
        return Ok(true);
    }
    let f = cached("asyncio.coroutines", "iscoroutine", cx)?;
    let r = call::call(&f, &[o], cx)?;
    abstract_::is_true(&r, cx)
}

/// An exception of a class, with a text.
fn new_error(class: &PyType, text: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let t = PyStr::new(text, cx)?;
    call::call(class.as_object(), &[&t], cx)
}

/// What resuming the coroutine led to.
enum Sent {
    Waits(Own<Object>),
    Returned(Own<Object>),
}

impl PyTask {
    fn future(&self) -> &PyFuture {
        &self.base
    }

    fn step_soon(&self, thrown: Option<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let step = cx.new_object_of_here(PyTaskStep::ty(), || PyTaskStep { head: Object::placeholder(), task: FieldCell::new(Some(self.new_ref())), thrown: FieldCell::empty() })?;
        drop(step.thrown.swap(thrown));
        let l = self.future().alive(cx)?;
        let context = self.context.own().unwrap_or_else(|| none().own());
        call_soon(&l, &step, None, &context, cx)
    }

    /// One step, as the loop's running task.
    fn step(&self, thrown: Option<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let l = self.future().alive(cx)?;
        state::enter_task(&l, self.as_object(), cx)?;
        match self.advance(thrown, cx) {
            Ok(()) => state::leave_task(&l, self.as_object(), cx),
            Err(r) => {
                let e = cx.take_raised(r);
                state::leave_task(&l, self.as_object(), cx)?;
                Err(cx.set_raised(e))
            }
        }
    }

    /// Resume the coroutine, and see what it waits for.
    fn advance(&self, mut thrown: Option<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let f = self.future();
        if f.stage.get() != Stage::Pending {
            let a = abstract_::repr(self, cx)?;
            let b = abstract_::repr(thrown.as_deref().unwrap_or(none()), cx)?;
            return Err(super::future::invalid_state(&format!("__step(): already done: {a} {b}"), cx));
        }
        if self.must_cancel.replace(false) {
            let class = cached("asyncio.exceptions", "CancelledError", cx)?;
            let given = match &thrown {
                Some(e) => abstract_::is_instance(e, &class, cx)?,
                None => false,
            };
            if !given {
                thrown = Some(f.cancelled_error(cx)?);
            }
        }
        self.waits_for.set(None, cx);
        let Some(coro) = self.coro.own() else {
            return Err(cx.runtime_error(format_args!("uninitialized Task object")));
        };
        match resume(&coro, thrown.as_deref(), cx) {
            Ok(Sent::Waits(o)) => self.wait_for(o, cx),
            Ok(Sent::Returned(v)) => {
                self.listed.leave();
                if self.must_cancel.replace(false) {
                    // Cancelled just before the coroutine stopped.
                    let m = f.cancel_message.own();
                    return f.cancel_now(m.as_deref(), cx).map(drop);
                }
                f.finish(&v, cx)
            }
            Err(r) => {
                let e = cx.take_raised(r);
                self.ended_by(e, cx)
            }
        }
    }

    /// The coroutine raised.
    fn ended_by(&self, e: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        self.listed.leave();
        let f = self.future();
        let class = cached("asyncio.exceptions", "CancelledError", cx)?;
        if abstract_::is_instance(&e, &class, cx)? {
            f.cancelled_exc.set(Some(e), cx);
            let m = f.cancel_message.own();
            return f.cancel_now(m.as_deref(), cx).map(drop);
        }
        let done = f.fail(&e, cx);
        if e.ty().is_subtype(exc::KeyboardInterrupt()) || e.ty().is_subtype(exc::SystemExit()) {
            done?;
            return Err(cx.raise(e));
        }
        done
    }

    /// The coroutine gave `o`: wait until it is done.
    fn wait_for(&self, o: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        if o.is(self.as_object()) {
            return self.wrong(format_args!("Task cannot await on itself: {}", abstract_::repr(self, cx)?), cx);
        }
        if let Some(f) = as_future(&o) {
            let l = self.future().alive(cx)?;
            if !f.event_loop.own().is_some_and(|other| other.is(&l)) {
                return self.other_loop(&o, cx);
            }
            if !f.blocking.replace(false) {
                return self.no_await(&o, cx);
            }
            let wake = self.wakeup(cx)?;
            let context = self.context.own().unwrap_or_else(|| none().own());
            f.on_done(&wake, &context, cx)?;
            return self.now_waits(o, cx);
        }
        if o.is_none() {
            return self.step_soon(None, cx);
        }
        let blocking = attr::get_opt(&o, name!(cx, "_asyncio_future_blocking"), cx)?;
        if let Some(b) = blocking.filter(|b| !b.is_none()) {
            let l = cached("asyncio.futures", "_get_loop", cx).and_then(|f| call::call(&f, &[&o], cx))?;
            let mine = self.future().alive(cx)?;
            if !l.is(&mine) {
                return self.other_loop(&o, cx);
            }
            if !abstract_::is_true(&b, cx)? {
                return self.no_await(&o, cx);
            }
            let no = false.into_return(cx)?;
            attr::set(&o, name!(cx, "_asyncio_future_blocking"), Some(&no), cx)?;
            let wake = self.wakeup(cx)?;
            let context = self.context.own().unwrap_or_else(|| none().own());
            let add = attr::get(&o, name!(cx, "add_done_callback"), cx)?;
            let names = PyTuple::from_slice(&[name!(cx, "context")], cx)?;
            call::call_kw(&add, &[&wake], &[&context], Some(&names), cx)?;
            return self.now_waits(o, cx);
        }
        let (me, it) = (abstract_::repr(self, cx)?, abstract_::repr(&o, cx)?);
        if o.is_a::<PyGenerator>() {
            return self.wrong(format_args!("yield was used instead of yield from for generator in task {me} with {it}"), cx);
        }
        self.wrong(format_args!("Task got bad yield: {it}"), cx)
    }

    fn wakeup(&self, cx: &mut Cx) -> PyResult<Own<PyTaskWakeup>> {
        cx.new_object_of_here(PyTaskWakeup::ty(), || PyTaskWakeup { head: Object::placeholder(), task: FieldCell::new(Some(self.new_ref())) })
    }

    fn now_waits(&self, o: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        super::add_awaited_by(&o, self.as_object(), true, cx)?;
        self.waits_for.set(Some(o.clone()), cx);
        if self.must_cancel.get() {
            let m = self.future().cancel_message.own();
            if cancel_with(&o, m.as_deref(), cx)? {
                self.must_cancel.set(false);
            }
        }
        Ok(())
    }

    fn wrong(&self, text: std::fmt::Arguments<'_>, cx: &mut Cx) -> PyResult<()> {
        let e = new_error(exc::RuntimeError(), &text.to_string(), cx)?;
        self.step_soon(Some(e), cx)
    }

    fn other_loop(&self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let (me, it) = (abstract_::repr(self, cx)?, abstract_::repr(o, cx)?);
        self.wrong(format_args!("Task {me} got Future {it} attached to a different loop"), cx)
    }

    fn no_await(&self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let (me, it) = (abstract_::repr(self, cx)?, abstract_::repr(o, cx)?);
        self.wrong(format_args!("yield was used instead of yield from in task {me} with {it}"), cx)
    }

    /// The future that the task waited for is done.
    fn wake(&self, future: &Object, cx: &mut Cx) -> PyResult<()> {
        super::add_awaited_by(future, self.as_object(), false, cx)?;
        let outcome = match as_future(future) {
            Some(f) => f.outcome(cx),
            None => call::call_method(future, name!(cx, "result"), &[], cx),
        };
        match outcome {
            Ok(_) => self.step(None, cx),
            Err(r) => {
                let e = cx.take_raised(r);
                self.step(Some(e), cx)
            }
        }
    }

    /// Run the first step at once, in the task's context.
    fn start_eagerly(&self, cx: &mut Cx) -> PyResult<()> {
        let l = self.future().alive(cx)?;
        let before = state::swap_task(&l, Some(self.as_object().own()), cx)?;
        state::enlist(self, cx);
        let raised = self.first_step(cx).err().map(|r| cx.take_raised(r));
        drop(state::swap_task(&l, before, cx)?);
        if self.future().stage.get() != Stage::Pending {
            self.listed.leave();
            self.coro.set(None, cx);
        }
        match raised {
            Some(e) => Err(cx.set_raised(e)),
            None => Ok(()),
        }
    }

    /// `context.run(step)` of the first step.
    fn first_step(&self, cx: &mut Cx) -> PyResult<()> {
        let context = self.context.own().unwrap_or_else(|| none().own());
        let (enter, exit) = context_ways(cx)?;
        enter(&context, cx)?;
        match self.advance(None, cx) {
            Ok(()) => exit(&context, cx),
            Err(r) => {
                let e = cx.take_raised(r);
                exit(&context, cx)?;
                Err(cx.set_raised(e))
            }
        }
    }
}

/// How a context becomes the thread's, and the way back.
type ContextWays = (fn(&Object, &mut Cx) -> PyResult<()>, fn(&Object, &mut Cx) -> PyResult<()>);

fn context_ways(cx: &mut Cx) -> PyResult<ContextWays> {
    if provided::ENTER_CONTEXT.get().is_none() {
        cx.import("_contextvars")?;
    }
    match (provided::ENTER_CONTEXT.get(), provided::EXIT_CONTEXT.get()) {
        (Some(enter), Some(exit)) => Ok((enter, exit)),
        _ => Err(cx.runtime_error(format_args!("_contextvars is missing"))),
    }
}

/// `future.cancel(msg=message)`.
fn cancel_with(future: &Object, message: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
    let f = attr::get(future, name!(cx, "cancel"), cx)?;
    let names = PyTuple::from_slice(&[name!(cx, "msg")], cx)?;
    let r = call::call_kw(&f, &[], &[message.unwrap_or(none())], Some(&names), cx)?;
    abstract_::is_true(&r, cx)
}

/// Send `None` into the coroutine, or throw.
fn resume(coro: &Object, thrown: Option<&Object>, cx: &mut Cx) -> PyResult<Sent> {
    if let Some(g) = gen_of(coro).filter(|_| coro.is_exact::<PyCoroutine>() || coro.is_exact::<PyGenerator>()) {
        let r = match thrown {
            Some(e) => Some(g.throw(e, None, None, cx)?),
            None => g.send(none(), cx)?,
        };
        return match r {
            Some(Resumed::Yield(o)) => Ok(Sent::Waits(o)),
            Some(Resumed::Return(v)) => Ok(Sent::Returned(v)),
            None => Err(cx.runtime_error(format_args!("cannot reuse already awaited coroutine"))),
        };
    }
    let r = match thrown {
        Some(e) => call::call_method(coro, name!(cx, "throw"), &[e], cx),
        None => call::call_method(coro, name!(cx, "send"), &[none()], cx),
    };
    match r {
        Ok(o) => Ok(Sent::Waits(o)),
        Err(r) if cx.raised_is(exc::StopIteration()) => {
            let e = cx.take_raised(r);
            Ok(Sent::Returned(stop_iteration_value(&e)))
        }
        Err(r) => Err(r),
    }
}

#[pymethods]
impl PyTask {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyTask>> {
        cx.new_object_of_here(cls, || PyTask {
            base: PyFuture::fresh(),
            coro: FieldCell::empty(),
            name: FieldCell::empty(),
            number: Cell::new(0),
            context: FieldCell::empty(),
            waits_for: FieldCell::empty(),
            must_cancel: Cell::new(false),
            log_destroy_pending: Cell::new(false),
            cancel_requests: Cell::new(0),
            listed: Membership::new(),
        })
    }
    #[init("Task(coro, *, loop=None, name=None, context=None, eager_start=False)")]
    fn init(&self, coro: &Object, r#loop: &Object, name: &Object, context: &Object, eager_start: bool, cx: &mut Cx) -> PyResult<()> {
        self.future().begin(r#loop, cx)?;
        if !is_coroutine(coro, cx)? {
            self.log_destroy_pending.set(false);
            let shown = abstract_::repr(coro, cx)?;
            return Err(cx.type_error(format_args!("a coroutine was expected, got {shown}")));
        }
        let context = if context.is_none() { copy_context(cx)? } else { context.own() };
        self.context.set(Some(context), cx);
        self.waits_for.set(None, cx);
        self.must_cancel.set(false);
        self.log_destroy_pending.set(true);
        self.cancel_requests.set(0);
        self.coro.set(Some(coro.own()), cx);
        let name = if name.is_none() {
            self.number.set(state::fresh_number(cx));
            None
        } else if let Some(s) = name.exact::<PyStr>() {
            Some(s.new_ref())
        } else {
            Some(abstract_::str(name, cx)?)
        };
        self.name.set(name.map(Own::into_object), cx);
        if eager_start {
            let l = self.future().alive(cx)?;
            let runs = call::call_method(&l, name!(cx, "is_running"), &[], cx)?;
            if abstract_::is_true(&runs, cx)? {
                return self.start_eagerly(cx);
            }
        }
        self.step_soon(None, cx)?;
        state::enlist(self, cx);
        Ok(())
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = cached("asyncio.base_tasks", "_task_repr", cx)?;
        call::call(&f, &[self.as_object()], cx)
    }
    #[slot(tp_finalize)]
    fn finalize(&self, cx: &mut Cx) {
        let f = self.future();
        if f.stage.get() == Stage::Pending && self.log_destroy_pending.get() && !f.event_loop.is_empty() {
            let saved = cx.ts().current_exception.take();
            if f.report("Task was destroyed but it is pending!", &[("task", self.as_object())], cx).is_err() {
                taipan_object::unraisable::write(cx, None, Some(self.as_object()));
            }
            cx.ts().current_exception.set(saved, cx);
        }
        self.listed.leave();
        f.finalize_future(cx);
    }
    #[getter("_log_destroy_pending")]
    fn get_log_destroy_pending(&self) -> bool {
        self.log_destroy_pending.get()
    }
    #[setter("_log_destroy_pending")]
    fn set_log_destroy_pending(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else {
            return Err(cx.raise_msg(exc::AttributeError(), format_args!("attribute '_log_destroy_pending' of '_asyncio.Task' objects cannot be deleted")));
        };
        self.log_destroy_pending.set(abstract_::is_true(v, cx)?);
        Ok(())
    }
    #[getter("_must_cancel")]
    fn get_must_cancel(&self) -> bool {
        self.must_cancel.get()
    }
    #[getter("_coro")]
    fn get_coro_field(&self) -> Option<Own<Object>> {
        self.coro.own()
    }
    #[getter("_fut_waiter")]
    fn get_fut_waiter(&self) -> Option<Own<Object>> {
        self.waits_for.own()
    }
}

#[pymethods(METHODS)]
impl PyTask {
    /// Request that this task cancel itself.
    ///
    /// This arranges for a CancelledError to be thrown into the
    /// wrapped coroutine on the next cycle through the event loop.
    /// The coroutine then has a chance to clean up or even deny
    /// the request using try/except/finally.
    #[method("cancel(msg=None)")]
    fn cancel(&self, msg: &Object, cx: &mut Cx) -> PyResult<bool> {
        let f = self.future();
        f.log_traceback.set(false);
        if f.stage.get() != Stage::Pending {
            return Ok(false);
        }
        self.cancel_requests.set(self.cancel_requests.get() + 1);
        if let Some(w) = self.waits_for.own() {
            if cancel_with(&w, Some(msg), cx)? {
                return Ok(true);
            }
        }
        self.must_cancel.set(true);
        f.cancel_message.set(Some(msg.own()).filter(|m| !m.is_none()), cx);
        Ok(true)
    }
    /// Return the count of the task's cancellation requests.
    ///
    /// This count is incremented when .cancel() is called
    /// and may be decremented using .uncancel().
    #[method("cancelling()")]
    fn cancelling(&self) -> i32 {
        self.cancel_requests.get()
    }
    /// Decrement the task's count of cancellation requests.
    ///
    /// This should be used by tasks that catch CancelledError
    /// and wish to continue indefinitely until they are cancelled again.
    ///
    /// Returns the remaining number of cancellation requests.
    #[method("uncancel()")]
    fn uncancel(&self) -> i32 {
        let n = self.cancel_requests.get();
        if n > 0 {
            self.cancel_requests.set(n - 1);
            if n == 1 {
                self.must_cancel.set(false);
            }
        }
        self.cancel_requests.get()
    }
    /// Return the list of stack frames for this task's coroutine.
    #[method("get_stack(*, limit=None)")]
    fn get_stack(&self, limit: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = cached("asyncio.base_tasks", "_task_get_stack", cx)?;
        call::call(&f, &[self.as_object(), limit], cx)
    }
    /// Print the stack or traceback for this task's coroutine.
    #[method("print_stack(*, limit=None, file=None)")]
    fn print_stack(&self, limit: &Object, file: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = cached("asyncio.base_tasks", "_task_print_stack", cx)?;
        call::call(&f, &[self.as_object(), limit, file], cx)
    }
    #[method("get_name()")]
    fn get_name(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if self.name.is_empty() && self.number.get() != 0 {
            let text = PyStr::new(&format!("Task-{}", self.number.get()), cx)?;
            self.name.set(Some(text.into_object()), cx);
        }
        Ok(self.name.own())
    }
    #[method("set_name(value, /)")]
    fn set_name(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let name = match value.exact::<PyStr>() {
            Some(s) => s.new_ref(),
            None => abstract_::str(value, cx)?,
        };
        self.name.set(Some(name.into_object()), cx);
        Ok(())
    }
    #[method("get_coro()")]
    fn get_coro(&self) -> Option<Own<Object>> {
        self.coro.own()
    }
    #[method("get_context()")]
    fn get_context(&self) -> Option<Own<Object>> {
        self.context.own()
    }
    #[method("set_result(result, /)")]
    fn set_result(&self, _result: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.runtime_error(format_args!("Task does not support set_result operation")))
    }
    #[method("set_exception(exception, /)")]
    fn set_exception(&self, _exception: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.runtime_error(format_args!("Task does not support set_exception operation")))
    }
}
