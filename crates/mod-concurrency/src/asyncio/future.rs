//! `_asyncio.Future`: a result that will come, with callbacks that the event loop runs.

use super::state::cached;
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::generator::raise_stop_iteration;
use taipan_object::types::set::PySet;
use taipan_object::{abstract_, attr, call, provided};

/// Where a future is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    Pending,
    Cancelled,
    Finished,
}

/// A callback with its context.
pub type Callback = (Own<Object>, Own<Object>);

/// This class is *almost* compatible with concurrent.futures.Future.
///
///     Differences:
///
///     - result() and exception() do not take a timeout argument and
///       raise an exception when the future isn't done yet.
///
///     - Callbacks registered with add_done_callback() are always called
///       via the event loop's call_soon_threadsafe().
///
///     - This class is not compatible with the wait() and as_completed()
///       methods in the concurrent.futures package.
#[pytype(name = "_asyncio.Future", heap, gc, basetype, parts(PART, FIELDS))]
#[repr(C)]
pub struct PyFuture {
    head: ObjHead,
    pub event_loop: FieldCell<Object>,
    /// The first callback and its context; mostly there is no other.
    first: FieldCell<Object>,
    first_context: FieldCell<Object>,
    /// Those behind the first.
    callbacks: std::cell::RefCell<Vec<Callback>>,
    result: FieldCell<Object>,
    exception: FieldCell<Object>,
    exception_tb: FieldCell<Object>,
    pub source_tb: FieldCell<Object>,
    pub cancel_message: FieldCell<Object>,
    pub cancelled_exc: FieldCell<Object>,
    /// Who waits for it: nobody, one task, or a set of them.
    awaited_by: FieldCell<Object>,
    #[gc(skip)]
    pub stage: Cell<Stage>,
    #[gc(skip)]
    pub log_traceback: Cell<bool>,
    #[gc(skip)]
    pub blocking: Cell<bool>,
    dict: InstDict,
    weak: WeakList,
}

/// Raise `asyncio.InvalidStateError`.
pub fn invalid_state(text: &str, cx: &mut Cx) -> Raised {
    match cached("asyncio.exceptions", "InvalidStateError", cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, format_args!("{text}")),
            None => cx.runtime_error(format_args!("{text}")),
        },
        Err(r) => r,
    }
}

/// `loop.call_soon(function, *args, context=context)`.
pub fn call_soon(event_loop: &Object, function: &Object, arg: Option<&Object>, context: &Object, cx: &mut Cx) -> PyResult<()> {
    let names = super::state::context_name(cx)?;
    match arg {
        Some(a) => call::call_method_kw(event_loop, name!(cx, "call_soon"), &[function, a], &[context], &names, cx)?,
        None => call::call_method_kw(event_loop, name!(cx, "call_soon"), &[function], &[context], &names, cx)?,
    };
    Ok(())
}

/// A copy of the calling thread's context.
pub fn copy_context(cx: &mut Cx) -> PyResult<Own<Object>> {
    match provided::COPY_CONTEXT.get() {
        Some(copy) => copy(cx),
        None => {
            let f = cached("_contextvars", "copy_context", cx)?;
            call::call(&f, &[], cx)
        }
    }
}

impl PyFuture {
    /// A future before `__init__`.
    #[inline(always)]
    pub fn fresh() -> PyFuture {
        PyFuture {
            head: Object::placeholder(),
            event_loop: FieldCell::empty(),
            first: FieldCell::empty(),
            first_context: FieldCell::empty(),
            callbacks: Default::default(),
            result: FieldCell::empty(),
            exception: FieldCell::empty(),
            exception_tb: FieldCell::empty(),
            source_tb: FieldCell::empty(),
            cancel_message: FieldCell::empty(),
            cancelled_exc: FieldCell::empty(),
            awaited_by: FieldCell::empty(),
            stage: Cell::new(Stage::Pending),
            log_traceback: Cell::new(false),
            blocking: Cell::new(false),
            dict: FieldCell::empty(),
            weak: WeakList::new(),
        }
    }

    /// `__init__` of futures and tasks.
    pub fn begin(&self, event_loop: &Object, cx: &mut Cx) -> PyResult<()> {
        let l = match event_loop.is_none() {
            true => super::state::event_loop(cx)?,
            false => event_loop.own(),
        };
        if self.event_loop.swap(Some(l.clone())).is_some() {
            self.begin_again(cx);
        }
        let debug = call::call_method(&l, name!(cx, "get_debug"), &[], cx)?;
        if abstract_::is_true(&debug, cx)? {
            let frame = call::call(&*cached("sys", "_getframe", cx)?, &[], cx)?;
            let extract = cached("asyncio.format_helpers", "extract_stack", cx)?;
            let tb = call::call(&extract, &[&frame], cx)?;
            self.source_tb.set(Some(tb), cx);
        }
        Ok(())
    }

    /// `__init__` once more: what the future was is forgotten.
    #[cold]
    fn begin_again(&self, cx: &mut Cx) {
        drop(self.take_callbacks());
        for cell in [&self.result, &self.exception, &self.exception_tb, &self.source_tb, &self.cancel_message, &self.cancelled_exc] {
            cell.set(None, cx);
        }
        self.awaited_by.set(None, cx);
        self.stage.set(Stage::Pending);
        self.log_traceback.set(false);
        self.blocking.set(false);
    }

    /// All callbacks, in order.
    fn callbacks(&self) -> Vec<Callback> {
        let first = self.first.own().zip(self.first_context.own());
        first.into_iter().chain(self.callbacks.borrow().iter().cloned()).collect()
    }

    fn take_callbacks(&self) -> (Option<Callback>, Vec<Callback>) {
        let first = self.first.take().zip(self.first_context.take());
        let more = if self.callbacks.borrow().is_empty() { Vec::new() } else { self.callbacks.take() };
        (first, more)
    }

    /// The loop; raises before `__init__`.
    pub fn alive(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.event_loop.own().ok_or_else(|| cx.runtime_error(format_args!("Future object is not initialized.")))
    }

    fn schedule(&self, cx: &mut Cx) -> PyResult<()> {
        if self.first.is_empty() && self.callbacks.borrow().is_empty() {
            return Ok(());
        }
        let Some(l) = self.event_loop.own() else { return Ok(()) };
        let (first, more) = self.take_callbacks();
        if let Some((f, context)) = first {
            call_soon(&l, &f, Some(self.as_object()), &context, cx)?;
        }
        for (f, context) in more {
            call_soon(&l, &f, Some(self.as_object()), &context, cx)?;
        }
        Ok(())
    }

    /// `set_result`.
    pub fn finish(&self, result: &Object, cx: &mut Cx) -> PyResult<()> {
        self.alive(cx)?;
        if self.stage.get() != Stage::Pending {
            return Err(invalid_state("invalid state", cx));
        }
        self.result.set(Some(result.own()), cx);
        self.stage.set(Stage::Finished);
        self.schedule(cx)
    }

    /// `set_exception`.
    pub fn fail(&self, exception: &Object, cx: &mut Cx) -> PyResult<()> {
        self.alive(cx)?;
        if self.stage.get() != Stage::Pending {
            return Err(invalid_state("invalid state", cx));
        }
        let mut e = match exception.downcast::<PyType>() {
            Some(t) if t.is_subtype(exc::BaseException()) => call::call(exception, &[], cx)?,
            _ => exception.own(),
        };
        if !e.is_a::<exc::PyBaseException>() {
            return Err(cx.type_error(format_args!("invalid exception object")));
        }
        if e.ty().is_subtype(exc::StopIteration()) {
            let text = PyStr::new("StopIteration interacts badly with generators and cannot be raised into a Future", cx)?;
            let new = call::call(exc::RuntimeError().as_object(), &[&text], cx)?;
            attr::set(&new, name!(cx, "__cause__"), Some(&e), cx)?;
            attr::set(&new, name!(cx, "__context__"), Some(&e), cx)?;
            e = new;
        }
        let tb = e.downcast::<exc::PyBaseException>().and_then(|b| b.traceback.own());
        self.exception_tb.set(tb.map(Own::into_object), cx);
        self.exception.set(Some(e), cx);
        self.stage.set(Stage::Finished);
        self.schedule(cx)?;
        self.log_traceback.set(true);
        Ok(())
    }

    /// `cancel` of a plain future.
    pub fn cancel_now(&self, message: Option<&Object>, cx: &mut Cx) -> PyResult<bool> {
        self.log_traceback.set(false);
        if self.stage.get() != Stage::Pending {
            return Ok(false);
        }
        self.stage.set(Stage::Cancelled);
        self.cancel_message.set(message.filter(|m| !m.is_none()).map(|m| m.own()), cx);
        self.schedule(cx)?;
        Ok(true)
    }

    /// The `CancelledError` that stands for this future's end.
    pub fn cancelled_error(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(e) = self.cancelled_exc.take() {
            return Ok(e);
        }
        let class = cached("asyncio.exceptions", "CancelledError", cx)?;
        match self.cancel_message.own() {
            Some(m) => call::call(&class, &[&m], cx),
            None => call::call(&class, &[], cx),
        }
    }

    /// The result, or the exception raised.
    pub fn outcome(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.stage.get() {
            Stage::Pending => return Err(invalid_state("Result is not set.", cx)),
            Stage::Cancelled => {
                let e = self.cancelled_error(cx)?;
                return Err(cx.raise(e));
            }
            Stage::Finished => {}
        }
        self.log_traceback.set(false);
        let Some(e) = self.exception.own() else {
            return Ok(self.result.own().unwrap_or_else(|| none().own()));
        };
        let tb = self.exception_tb.own().unwrap_or_else(|| none().own());
        attr::set(&e, name!(cx, "__traceback__"), Some(&tb), cx)?;
        self.exception_tb.set(None, cx);
        Err(cx.raise(e))
    }

    /// `add_done_callback`.
    pub fn on_done(&self, function: &Object, context: &Object, cx: &mut Cx) -> PyResult<()> {
        let l = self.alive(cx)?;
        if self.stage.get() != Stage::Pending {
            return call_soon(&l, function, Some(self.as_object()), context, cx);
        }
        if self.first.is_empty() && self.callbacks.borrow().is_empty() {
            self.first.set(Some(function.own()), cx);
            self.first_context.set(Some(context.own()), cx);
        } else {
            self.callbacks.borrow_mut().push((function.own(), context.own()));
        }
        Ok(())
    }

    /// Tell the loop's exception handler. `source_traceback` goes along when there is one.
    pub fn report(&self, message: &str, entries: &[(&str, &Object)], cx: &mut Cx) -> PyResult<()> {
        let context = PyDict::new(cx)?;
        let text = PyStr::new(message, cx)?;
        context.set_text("message", text.into_object(), cx)?;
        for (k, v) in entries {
            context.set_text(k, v.own(), cx)?;
        }
        if let Some(tb) = self.source_tb.own() {
            context.set_text("source_traceback", tb, cx)?;
        }
        let Some(l) = self.event_loop.own() else { return Ok(()) };
        call::call_method(&l, name!(cx, "call_exception_handler"), &[&context], cx).map(drop)
    }

    /// Somebody waits for this future; `add` false: no longer.
    pub fn note_waiter(&self, waiter: &Object, add: bool, cx: &mut Cx) -> PyResult<()> {
        let Some(now) = self.awaited_by.own() else {
            if add {
                self.awaited_by.set(Some(waiter.own()), cx);
            }
            return Ok(());
        };
        if let Some(set) = now.exact::<PySet>() {
            return if add { set.add(waiter, cx).map(drop) } else { set.discard(waiter, cx).map(drop) };
        }
        if !add {
            if now.is(waiter) {
                self.awaited_by.set(None, cx);
            }
            return Ok(());
        }
        if !now.is(waiter) {
            let set = PySet::new(cx)?;
            set.add(&now, cx)?;
            set.add(waiter, cx)?;
            self.awaited_by.set(Some(set.into_object()), cx);
        }
        Ok(())
    }

    /// What `__del__` does about an exception that nobody has asked for.
    pub fn finalize_future(&self, cx: &mut Cx) {
        if !self.log_traceback.replace(false) {
            return;
        }
        let Some(e) = self.exception.own() else { return };
        let saved = cx.ts().current_exception.take();
        let message = format!("{} exception was never retrieved", self.ty().name());
        if self.report(&message, &[("exception", &e), ("future", self.as_object())], cx).is_err() {
            taipan_object::unraisable::write(cx, None, Some(self.as_object()));
        }
        cx.ts().current_exception.set(saved, cx);
    }
}

#[pymethods]
impl PyFuture {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyFuture>> {
        cx.new_object_of_here(cls, PyFuture::fresh)
    }
    #[init("Future(*, loop=None)")]
    fn init(&self, r#loop: &Object, cx: &mut Cx) -> PyResult<()> {
        self.begin(r#loop, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.alive(cx)?;
        let f = cached("asyncio.base_futures", "_future_repr", cx)?;
        call::call(&f, &[self.as_object()], cx)
    }
    #[slot(tp_finalize)]
    fn finalize(&self, cx: &mut Cx) {
        self.finalize_future(cx);
    }
    #[slot(tp_iter, am_await)]
    fn iterate(&self, cx: &mut Cx) -> PyResult<Own<PyFutureIter>> {
        self.alive(cx)?;
        cx.new_object_of_here(PyFutureIter::ty(), || PyFutureIter { head: Object::placeholder(), future: FieldCell::new(Some(self.new_ref())) })
    }
    /// Return the result this future represents.
    ///
    /// If the future has been cancelled, raises CancelledError.  If the
    /// future's result isn't yet available, raises InvalidStateError.  If
    /// the future is done and has an exception set, this exception is raised.
    #[method("result()")]
    fn result(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.event_loop.is_empty() {
            return Err(invalid_state("Future object is not initialized.", cx));
        }
        self.outcome(cx)
    }
    /// Return the exception that was set on this future.
    ///
    /// The exception (or None if no exception was set) is returned only if
    /// the future is done.  If the future has been cancelled, raises
    /// CancelledError.  If the future isn't done yet, raises
    /// InvalidStateError.
    #[method("exception()")]
    fn exception(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.event_loop.is_empty() {
            return Err(invalid_state("Future object is not initialized.", cx));
        }
        match self.stage.get() {
            Stage::Pending => Err(invalid_state("Exception is not set.", cx)),
            Stage::Cancelled => {
                let e = self.cancelled_error(cx)?;
                Err(cx.raise(e))
            }
            Stage::Finished => {
                let Some(e) = self.exception.own() else { return Ok(none().own()) };
                self.log_traceback.set(false);
                Ok(e)
            }
        }
    }
    /// Mark the future done and set its result.
    ///
    /// If the future is already done when this method is called, raises
    /// InvalidStateError.
    #[method("set_result(result, /)")]
    fn set_result(&self, result: &Object, cx: &mut Cx) -> PyResult<()> {
        self.finish(result, cx)
    }
    /// Mark the future done and set an exception.
    ///
    /// If the future is already done when this method is called, raises
    /// InvalidStateError.
    #[method("set_exception(exception, /)")]
    fn set_exception(&self, exception: &Object, cx: &mut Cx) -> PyResult<()> {
        self.fail(exception, cx)
    }
    /// Add a callback to be run when the future becomes done.
    ///
    /// The callback is called with a single argument - the future object. If
    /// the future is already done when this is called, the callback is
    /// scheduled with call_soon.
    #[method("add_done_callback(fn, /, *, context=<unrepresentable>)")]
    fn add_done_callback(&self, r#fn: &Object, #[default(None)] context: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match context {
            Some(c) => self.on_done(r#fn, c, cx),
            None => {
                let c = copy_context(cx)?;
                self.on_done(r#fn, &c, cx)
            }
        }
    }
    /// Remove all instances of a callback from the "call when done" list.
    ///
    /// Returns the number of callbacks removed.
    #[method("remove_done_callback(fn, /)")]
    fn remove_done_callback(&self, r#fn: &Object, cx: &mut Cx) -> PyResult<usize> {
        self.alive(cx)?;
        // Comparisons run code, which may change the list: look at a copy and take out what is still there.
        let all = self.callbacks();
        let mut removed = 0;
        for (f, _) in &all {
            if !abstract_::eq(f, r#fn, cx)? {
                continue;
            }
            if self.first.as_raw() == f.as_ptr() {
                drop((self.first.take(), self.first_context.take()));
                removed += 1;
                continue;
            }
            let old = {
                let mut list = self.callbacks.borrow_mut();
                let at = list.iter().position(|(g, _)| std::ptr::eq(g.as_ptr(), f.as_ptr()));
                at.map(|i| list.remove(i))
            };
            removed += usize::from(old.is_some());
        }
        Ok(removed)
    }
    /// Cancel the future and schedule callbacks.
    ///
    /// If the future is already done or cancelled, return False.  Otherwise,
    /// change the future's state to cancelled, schedule the callbacks and
    /// return True.
    #[method("cancel(msg=None)")]
    fn cancel(&self, msg: &Object, cx: &mut Cx) -> PyResult<bool> {
        self.alive(cx)?;
        self.cancel_now(Some(msg), cx)
    }
    /// Return True if the future was cancelled.
    #[method("cancelled()")]
    fn cancelled(&self) -> bool {
        self.stage.get() == Stage::Cancelled
    }
    /// Return True if the future is done.
    ///
    /// Done means either that a result / exception are available, or that the
    /// future was cancelled.
    #[method("done()")]
    fn done(&self) -> bool {
        !self.event_loop.is_empty() && self.stage.get() != Stage::Pending
    }
    /// Return the event loop the Future is bound to.
    #[method("get_loop()")]
    fn get_loop(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.alive(cx)
    }
    /// Create the CancelledError to raise if the Future is cancelled.
    ///
    /// This should only be called once when handling a cancellation since
    /// it erases the context exception value.
    #[method("_make_cancelled_error()")]
    fn make_cancelled_error(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.cancelled_error(cx)
    }
    /// See PEP 585
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls.as_object(), object, cx)
    }
}

fn no_delete(name: &str, cx: &mut Cx) -> Raised {
    cx.raise_msg(exc::AttributeError(), format_args!("attribute '{name}' of '_asyncio.Future' objects cannot be deleted"))
}

#[pymethods(FIELDS)]
impl PyFuture {
    #[getter("_state")]
    fn get_state(&self) -> &'static str {
        match self.stage.get() {
            Stage::Pending => "PENDING",
            Stage::Cancelled => "CANCELLED",
            Stage::Finished => "FINISHED",
        }
    }
    #[getter("_asyncio_future_blocking")]
    fn get_blocking(&self) -> bool {
        !self.event_loop.is_empty() && self.blocking.get()
    }
    #[setter("_asyncio_future_blocking")]
    fn set_blocking(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.alive(cx)?;
        let Some(v) = v else { return Err(no_delete("_asyncio_future_blocking", cx)) };
        self.blocking.set(abstract_::is_true(v, cx)?);
        Ok(())
    }
    #[getter("_loop")]
    fn get_loop_field(&self) -> Option<Own<Object>> {
        self.event_loop.own()
    }
    #[getter("_callbacks")]
    fn get_callbacks(&self, cx: &mut Cx) -> PyResult<Option<Own<PyList>>> {
        self.alive(cx)?;
        let all = self.callbacks();
        if all.is_empty() {
            return Ok(None);
        }
        let list = PyList::new(cx)?;
        for (f, c) in &all {
            let t = PyTuple::from_slice(&[f, c], cx)?;
            list.push(t.into_object(), cx)?;
        }
        Ok(Some(list))
    }
    #[getter("_result")]
    fn get_result(&self) -> Option<Own<Object>> {
        self.result.own()
    }
    #[getter("_exception")]
    fn get_exception(&self) -> Option<Own<Object>> {
        self.exception.own()
    }
    #[getter("_log_traceback")]
    fn get_log_traceback(&self, cx: &mut Cx) -> PyResult<bool> {
        self.alive(cx)?;
        Ok(self.log_traceback.get())
    }
    #[setter("_log_traceback")]
    fn set_log_traceback(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete("_log_traceback", cx)) };
        if abstract_::is_true(v, cx)? {
            return Err(cx.value_error(format_args!("_log_traceback can only be set to False")));
        }
        self.log_traceback.set(false);
        Ok(())
    }
    #[getter("_source_traceback")]
    fn get_source_traceback(&self) -> Option<Own<Object>> {
        self.source_tb.own()
    }
    #[getter("_cancel_message")]
    fn get_cancel_message(&self) -> Option<Own<Object>> {
        self.cancel_message.own()
    }
    #[setter("_cancel_message")]
    fn set_cancel_message(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(no_delete("_cancel_message", cx)) };
        self.cancel_message.set(Some(v.own()), cx);
        Ok(())
    }
    #[getter("_asyncio_awaited_by")]
    fn get_awaited_by(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.awaited_by.own() {
            None => Ok(none().own()),
            Some(s) if s.is_exact::<PySet>() => taipan_object::types::set::PyFrozenSet::from_iterable(&s, cx),
            Some(one) => {
                let t = PyTuple::from_slice(&[&one], cx)?;
                taipan_object::types::set::PyFrozenSet::from_iterable(&t, cx)
            }
        }
    }
}

/// What `await future` iterates: gives the future itself once, then its result.
#[pytype(name = "_asyncio.FutureIter", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct PyFutureIter {
    head: ObjHead,
    future: FieldCell<PyFuture>,
}

impl PyFutureIter {
    fn step(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(f) = self.future.own() else { return Err(cx.raise_empty(exc::StopIteration())) };
        if f.stage.get() == Stage::Pending {
            if f.blocking.replace(true) {
                f.blocking.set(false);
                return Err(cx.runtime_error(format_args!("await wasn't used with future")));
            }
            return Ok(f.into_object());
        }
        self.future.set(None, cx);
        let value = f.outcome(cx)?;
        Err(raise_stop_iteration(&value, cx))
    }
}

#[pymethods]
impl PyFutureIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<PyFutureIter> {
        self.new_ref()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.step(cx).map(Some)
    }
    #[slot(am_send)]
    fn am_send(&self, _value: &Object, cx: &mut Cx) -> PyResult<SendResult> {
        let Some(f) = self.future.own() else { return Ok(SendResult::Return(none().own())) };
        if f.stage.get() == Stage::Pending {
            return self.step(cx).map(SendResult::Yield);
        }
        self.future.set(None, cx);
        f.outcome(cx).map(SendResult::Return)
    }
    #[method("send(value, /)")]
    fn send(&self, _value: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.step(cx)
    }
    #[method("throw(typ, val=None, tb=None, /)", nosig)]
    fn throw(&self, typ: &Object, #[default(None)] val: Option<&Object>, #[default(None)] tb: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if val.is_some() || tb.is_some() {
            let text = "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";
            taipan_object::warn::warn(exc::DeprecationWarning(), format_args!("{text}"), 1, cx)?;
        }
        let tb = tb.filter(|t| !t.is_none());
        if tb.is_some_and(|t| !t.is_a::<taipan_object::types::traceback::PyTraceback>()) {
            return Err(cx.type_error(format_args!("throw() third argument must be a traceback")));
        }
        let val = val.filter(|v| !v.is_none());
        let e = match typ.downcast::<PyType>() {
            Some(t) if t.is_subtype(exc::BaseException()) => match val {
                Some(v) if v.ty().is_subtype(t) => v.own(),
                Some(v) => match v.downcast::<PyTuple>() {
                    Some(args) => call::call(typ, args.as_slice(), cx)?,
                    None => call::call(typ, &[v], cx)?,
                },
                None => call::call(typ, &[], cx)?,
            },
            _ if typ.is_a::<exc::PyBaseException>() => {
                if val.is_some() {
                    return Err(cx.type_error(format_args!("instance exception may not have a separate value")));
                }
                typ.own()
            }
            _ => return Err(cx.type_error(format_args!("exceptions must be classes deriving BaseException or instances of such a class"))),
        };
        if let Some(tb) = tb {
            attr::set(&e, name!(cx, "__traceback__"), Some(tb), cx)?;
        }
        self.future.set(None, cx);
        Err(cx.raise(e))
    }
    #[method("close()")]
    fn close(&self, cx: &mut Cx) {
        self.future.set(None, cx);
    }
}

/// A future of this module behind an object, whatever its class.
pub fn as_future(o: &Object) -> Option<&PyFuture> {
    o.downcast::<PyFuture>()
}

