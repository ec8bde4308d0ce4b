//! Asynchronous generators: the wrapped values they yield, and the awaitables of `__anext__`, `asend`, `athrow` and `aclose`.
//!
//! An async generator yields two kinds of things through one frame: what its `await`s yield (plain, handed to the event loop), and its own items (wrapped in
//! `AsyncGenWrapped`, which the awaitable turns into StopIteration).

use super::core::*;
use super::types::PyAsyncGen;
use crate::machine::Resumed;
use crate::prelude::*;
use std::cell::Cell;

/// An item of an async generator on its way out.
#[pytype(name = "async_generator_wrapped_value", gc, no_new, parts(), export = "_PyAsyncGenWrappedValue_Type")]
#[repr(C)]
pub struct AsyncGenWrapped {
    head: ObjHead,
    value: Field<Object>,
}

impl AsyncGenWrapped {
    /// The item.
    #[inline]
    pub fn value(&self) -> &Object {
        &self.value
    }
}

/// Wrap an item.
pub fn wrap(v: Own<Object>, cx: &mut Cx) -> PyResult {
    cx.new_object(AsyncGenWrapped { head: Object::placeholder(), value: Field::new(v) }).map(Own::into_object)
}

/// Whether `o` is one of our own `__anext__` awaitables (which are their own iterators).
pub fn is_async_helper(o: &Object) -> bool {
    o.is_exact::<AsyncGenASend>()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Init,
    Iter,
    Closed,
}

/// The awaitable of `__anext__()` and `asend(v)`.
#[pytype(name = "async_generator_asend", no_clear, doc = "", gc, no_new, parts(PART), export = "_PyAsyncGenASend_Type")]
#[repr(C)]
pub struct AsyncGenASend {
    head: ObjHead,
    generator: Field<PyAsyncGen>,
    /// What to send first; none for `__anext__`.
    value: FieldCell<Object>,
    #[gc(skip)]
    state: Cell<State>,
}

/// The awaitable of `athrow(…)` and `aclose()`.
#[pytype(name = "async_generator_athrow", doc = "", gc, no_new, parts(PART), export = "_PyAsyncGenAThrow_Type")]
#[repr(C)]
pub struct AsyncGenAThrow {
    head: ObjHead,
    generator: Field<PyAsyncGen>,
    /// (type, value, traceback) of `athrow`; empty for `aclose`.
    args: FieldCell<PyTuple>,
    #[gc(skip)]
    state: Cell<State>,
}

/// The first use of an async generator tells the event loop (`sys.set_asyncgen_hooks`).
#[inline]
fn init_hooks(g: &Gen, cx: &mut Cx) -> PyResult<()> {
    if g.core.hooks_done.replace(true) { Ok(()) } else { first_hooks(g, cx) }
}

fn first_hooks(g: &Gen, cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    g.core.origin.set(ts.async_gen_finalizer.own(), cx);
    if let Some(f) = ts.async_gen_firstiter.own() {
        crate::call::call(&f, &[g.as_object()], cx)?;
    }
    Ok(())
}

/// What a step of the generator means for the awaitable: a plain value goes to the event loop, a wrapped one is the result.
fn unwrap(g: &Gen, r: PyResult<Option<Resumed>>, cx: &mut Cx) -> PyResult {
    let r = match r {
        Ok(Some(Resumed::Yield(v))) => match v.exact::<AsyncGenWrapped>() {
            Some(w) => {
                g.core.running_async.set(false);
                Err(raise_stop_iteration(&w.value, cx))
            }
            None => return Ok(v),
        },
        Ok(_) => Err(cx.raise_empty(exc::StopAsyncIteration())),
        Err(r) => Err(r),
    };
    if r.is_err() {
        if cx.raised_is(exc::StopAsyncIteration()) || cx.raised_is(exc::GeneratorExit()) {
            g.core.closed.set(true);
        }
        g.core.running_async.set(false);
    }
    r
}

#[pymethods(ASYNC)]
impl PyAsyncGen {
    #[slot(am_aiter)]
    fn aiter(&self) -> Own<Object> {
        self.as_object().own()
    }
    #[slot(am_anext)]
    fn anext(&self, cx: &mut Cx) -> PyResult<Own<AsyncGenASend>> {
        self.next_awaitable(cx)
    }
    /// asend(v) -> send 'v' in generator.
    #[method("asend(value, /)", nosig)]
    fn asend(&self, value: &Object, cx: &mut Cx) -> PyResult<Own<AsyncGenASend>> {
        init_hooks(self.body(), cx)?;
        self.new_asend(Some(value.own()), cx)
    }
    /// athrow(value)
    /// athrow(type[,value[,tb]])
    ///
    /// raise exception in generator.
    /// the (type, val, tb) signature is deprecated,
    /// and may be removed in a future version of Python.
    #[method("athrow(type, value=None, traceback=None, /)", nosig)]
    fn athrow(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult<Own<AsyncGenAThrow>> {
        if value.is_some() {
            crate::warn::warn(
                exc::DeprecationWarning(),
                format_args!("the (type, exc, tb) signature of athrow() is deprecated, use the single-arg signature instead."),
                1,
                cx,
            )?;
        }
        init_hooks(self.body(), cx)?;
        let args = PyTuple::from_slice(&[typ, value.unwrap_or(none()), tb.unwrap_or(none())], cx)?;
        self.new_athrow(Some(args), cx)
    }
    /// aclose() -> raise GeneratorExit inside generator.
    #[method("aclose()", nosig)]
    fn aclose(&self, cx: &mut Cx) -> PyResult<Own<AsyncGenAThrow>> {
        init_hooks(self.body(), cx)?;
        self.new_athrow(None, cx)
    }
}

impl PyAsyncGen {
    /// What `__anext__()` gives.
    pub fn next_awaitable(&self, cx: &mut Cx) -> PyResult<Own<AsyncGenASend>> {
        init_hooks(self.body(), cx)?;
        self.new_asend(None, cx)
    }
    fn new_asend(&self, value: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Own<AsyncGenASend>> {
        cx.new_object(AsyncGenASend {
            head: Object::placeholder(),
            generator: Field::new(self.new_ref()),
            value: FieldCell::new(value),
            state: Cell::new(State::Init),
        })
    }
    fn new_athrow(&self, args: Option<Own<PyTuple>>, cx: &mut Cx) -> PyResult<Own<AsyncGenAThrow>> {
        cx.new_object(AsyncGenAThrow {
            head: Object::placeholder(),
            generator: Field::new(self.new_ref()),
            args: FieldCell::new(args),
            state: Cell::new(State::Init),
        })
    }
}

/// "coroutine method 'asend' of 'gen' was never awaited".
fn warn_unawaited(g: &PyAsyncGen, method: &str, cx: &mut Cx) {
    let saved = cx.ts().current_exception.take();
    let q = g.body().core.qualname.own().map_or_else(String::new, |q| q.to_string_lossy());
    let text = format_args!("coroutine method '{method}' of '{q}' was never awaited");
    if crate::warn::warn(exc::RuntimeWarning(), text, 1, cx).is_err() {
        crate::unraisable::write(cx, None, Some(g.as_object()));
    }
    cx.ts().current_exception.set(saved, cx);
}

#[pymethods]
impl AsyncGenASend {
    #[slot_raw(tp_finalize)]
    unsafe extern "C" fn finalize(o: *mut Object) {
        // SAFETY: called as a slot with the GIL held.
        let (this, cx) = unsafe { ((*o).cast_unchecked::<AsyncGenASend>(), &mut Cx::assume()) };
        if this.state.get() == State::Init {
            warn_unawaited(&this.generator, "asend", cx);
        }
    }
    #[slot(am_await, tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.as_object().own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.step(none(), cx).map(Some)
    }
    #[method("send(value, /)", nosig)]
    fn send(&self, value: &Object, cx: &mut Cx) -> PyResult {
        self.step(value, cx)
    }
    #[method("throw(type, value=None, traceback=None, /)", nosig)]
    fn throw(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult {
        let g = self.generator.body();
        match self.state.get() {
            State::Closed => {
                return Err(cx.runtime_error(format_args!("cannot reuse already awaited __anext__()/asend()")));
            }
            State::Init => {
                if g.core.running_async.get() {
                    self.state.set(State::Closed);
                    return Err(cx.runtime_error(format_args!("anext(): asynchronous generator is already running")));
                }
                self.state.set(State::Iter);
                g.core.running_async.set(true);
            }
            State::Iter => {}
        }
        let r = g.throw(typ, value, tb, cx).map(Some);
        let r = unwrap(g, r, cx);
        if r.is_err() {
            self.state.set(State::Closed);
        }
        r
    }
    #[method("close()", nosig)]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        if self.state.get() == State::Closed {
            return Ok(());
        }
        let r = AsyncGenASend::throw(self, exc::GeneratorExit().as_object(), None, None, cx);
        closed(r, cx)
    }
}

/// What `close()` makes of throwing GeneratorExit.
fn closed(r: PyResult, cx: &mut Cx) -> PyResult<()> {
    match r {
        Ok(_) => Err(cx.runtime_error(format_args!("coroutine ignored GeneratorExit"))),
        Err(r) => {
            if cx.raised_is(exc::StopIteration()) || cx.raised_is(exc::StopAsyncIteration()) || cx.raised_is(exc::GeneratorExit()) {
                cx.discard(r);
                return Ok(());
            }
            Err(r)
        }
    }
}

impl AsyncGenASend {
    /// For an interpreter that runs the generator in its own loop: the generator to resume, with what to send it instead of `sent` if that is another value. None: [`step`](Self::step) has
    /// something to say; nothing has happened then.
    #[inline]
    pub fn begin(&self, sent_none: bool) -> Option<(&Gen, Option<Own<Object>>)> {
        let g = self.generator.body();
        let fresh = match g.state() {
            GenState::Created => true,
            GenState::Suspended => false,
            _ => return None,
        };
        let mut first = None;
        match self.state.get() {
            State::Closed => return None,
            State::Init => {
                if g.core.running_async.get() {
                    return None;
                }
                first = self.value.own().filter(|_| sent_none);
            }
            State::Iter => {}
        }
        if fresh && !(sent_none && first.as_ref().is_none_or(|v| v.is_none())) {
            return None;
        }
        self.state.set(State::Iter);
        g.core.running_async.set(true);
        Some((g, first))
    }

    /// The step that [`begin`](Self::begin) began is over: with an item, or (`closed`) the generator is.
    #[inline]
    pub fn end(&self, closed: bool) {
        let g = self.generator.body();
        if closed {
            g.core.closed.set(true);
        }
        g.core.running_async.set(false);
        self.state.set(State::Closed);
    }

    fn step(&self, v: &Object, cx: &mut Cx) -> PyResult {
        let g = self.generator.body();
        let mut sent = v.own();
        match self.state.get() {
            State::Closed => {
                return Err(cx.runtime_error(format_args!("cannot reuse already awaited __anext__()/asend()")));
            }
            State::Init => {
                if g.core.running_async.get() {
                    self.state.set(State::Closed);
                    return Err(cx.runtime_error(format_args!("anext(): asynchronous generator is already running")));
                }
                if v.is_none() {
                    if let Some(first) = self.value.own() {
                        sent = first;
                    }
                }
                self.state.set(State::Iter);
            }
            State::Iter => {}
        }
        g.core.running_async.set(true);
        let r = g.send(&sent, cx);
        let r = unwrap(g, r, cx);
        if r.is_err() {
            self.state.set(State::Closed);
        }
        r
    }
}

#[pymethods]
impl AsyncGenAThrow {
    #[slot_raw(tp_finalize)]
    unsafe extern "C" fn finalize(o: *mut Object) {
        // SAFETY: called as a slot with the GIL held.
        let (this, cx) = unsafe { ((*o).cast_unchecked::<AsyncGenAThrow>(), &mut Cx::assume()) };
        if this.state.get() == State::Init {
            warn_unawaited(&this.generator, if this.args.is_empty() { "aclose" } else { "athrow" }, cx);
        }
    }
    #[slot(am_await, tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.as_object().own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.step(none(), cx).map(Some)
    }
    #[method("send(value, /)", nosig)]
    fn send(&self, value: &Object, cx: &mut Cx) -> PyResult {
        self.step(value, cx)
    }
    #[method("throw(type, value=None, traceback=None, /)", nosig)]
    fn throw(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult {
        let g = self.generator.body();
        match self.state.get() {
            State::Closed => return Err(self.reused(cx)),
            State::Init => {
                if g.core.running_async.get() {
                    self.state.set(State::Closed);
                    return Err(self.busy(cx));
                }
                self.state.set(State::Iter);
                g.core.running_async.set(true);
            }
            State::Iter => {}
        }
        let r = g.throw(typ, value, tb, cx).map(Some);
        if !self.args.is_empty() {
            let r = unwrap(g, r, cx);
            if r.is_err() {
                self.state.set(State::Closed);
            }
            return r;
        }
        self.after_close(r, cx)
    }
    #[method("close()", nosig)]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        if self.state.get() == State::Closed {
            return Ok(());
        }
        let r = AsyncGenAThrow::throw(self, exc::GeneratorExit().as_object(), None, None, cx);
        closed(r, cx)
    }
}

impl AsyncGenAThrow {
    fn reused(&self, cx: &mut Cx) -> Raised {
        cx.runtime_error(format_args!("cannot reuse already awaited aclose()/athrow()"))
    }
    fn busy(&self, cx: &mut Cx) -> Raised {
        let what = if self.args.is_empty() { "aclose" } else { "athrow" };
        cx.runtime_error(format_args!("{what}(): asynchronous generator is already running"))
    }

    fn step(&self, v: &Object, cx: &mut Cx) -> PyResult {
        let g = self.generator.body();
        if self.state.get() == State::Closed {
            return Err(self.reused(cx));
        }
        if g.state() == GenState::Finished && self.state.get() == State::Init && !g.core.running_async.get() {
            self.state.set(State::Closed);
            return Err(if self.args.is_empty() { cx.raise_empty(exc::StopIteration()) } else { cx.raise_empty(exc::StopAsyncIteration()) });
        }
        let r = if self.state.get() == State::Init {
            if g.core.running_async.get() {
                self.state.set(State::Closed);
                return Err(self.busy(cx));
            }
            if g.core.closed.get() {
                self.state.set(State::Closed);
                return Err(cx.raise_empty(exc::StopAsyncIteration()));
            }
            if !v.is_none() {
                return Err(cx.runtime_error(format_args!("can't send non-None value to a just-started coroutine")));
            }
            self.state.set(State::Iter);
            g.core.running_async.set(true);
            match self.args.own() {
                Some(a) => {
                    let [t, val, tb] = a.as_slice() else { return Err(self.reused(cx)) };
                    g.throw(t, Some(val), Some(tb), cx).map(Some)
                }
                None => {
                    g.core.closed.set(true);
                    g.throw(exc::GeneratorExit().as_object(), None, None, cx).map(Some)
                }
            }
        } else {
            g.send(v, cx)
        };
        if self.args.is_empty() {
            return self.after_close(r, cx);
        }
        let r = unwrap(g, r, cx);
        if r.is_err() {
            self.state.set(State::Closed);
        }
        r
    }

    /// `aclose`: an item is an error, the end is success.
    fn after_close(&self, r: PyResult<Option<Resumed>>, cx: &mut Cx) -> PyResult {
        let g = self.generator.body();
        match r {
            Ok(Some(Resumed::Yield(v))) if v.exact::<AsyncGenWrapped>().is_none() => Ok(v),
            Ok(Some(Resumed::Yield(_))) => {
                g.core.running_async.set(false);
                self.state.set(State::Closed);
                Err(cx.runtime_error(format_args!("async generator ignored GeneratorExit")))
            }
            Ok(_) => {
                g.core.running_async.set(false);
                self.state.set(State::Closed);
                Err(cx.raise_empty(exc::StopIteration()))
            }
            Err(r) => {
                g.core.running_async.set(false);
                self.state.set(State::Closed);
                if cx.raised_is(exc::StopAsyncIteration()) || cx.raised_is(exc::GeneratorExit()) {
                    cx.discard(r);
                    return Err(cx.raise_empty(exc::StopIteration()));
                }
                Err(r)
            }
        }
    }
}
