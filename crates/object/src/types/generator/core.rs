//! The body of the three types: state, frame, sending, throwing, closing, finalising.

use crate::field::GcField;
use crate::frame::{Frame, Slot};
use crate::machine::{self, Resumed};
use crate::name;
use crate::prelude::*;
use crate::thread::ErrStackItem;
use crate::types::code::PyCode;
use crate::types::exc::PyBaseException;
use crate::types::frame::{PyFrame, visit_frame};
use crate::types::singletons;
use std::cell::Cell;
use taipan_bytecode::flags;

/// Where a generator is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum GenState {
    Created,
    Suspended,
    Running,
    Finished,
}

/// `delegate` when the generator is not suspended in `yield from`.
pub const NO_DELEGATE: i32 = i32::MIN;

/// A generator object of any of the three types.
#[repr(C)]
pub struct Gen {
    pub(super) head: ObjHead,
    pub(super) weakrefs: WeakList,
    pub core: GenCore,
}
// SAFETY: repr(C), head first; the three types have exactly this layout.
unsafe impl PyLayout for Gen {}

/// Everything behind the head.
#[repr(C)]
pub struct GenCore {
    pub name: FieldCell<PyStr>,
    pub qualname: FieldCell<PyStr>,
    /// What the generator handles (`sys.exception()` inside); linked into the thread's stack while it runs.
    pub exc: ErrStackItem,
    /// `cr_origin`, or the finaliser hook of an async generator.
    pub origin: FieldCell<Object>,
    pub state: Cell<GenState>,
    /// Async generators: the first-iteration hook was called; closed; somebody is in `__anext__` or its like.
    pub hooks_done: Cell<bool>,
    pub closed: Cell<bool>,
    pub running_async: Cell<bool>,
    /// Register of the iterator that `yield_from` delegates to while suspended there, else [`NO_DELEGATE`].
    pub delegate: Cell<i32>,
    /// Slots behind the frame's header.
    pub words: u32,
    /// `ThreadState::datastack_top` of the resumer, while running.
    pub saved_top: Cell<*mut usize>,
    /// The frame; its slots follow. Its function is empty once finished, and its namespace is then the code.
    pub frame: Frame,
}

impl GcField for GenCore {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.name.traverse(v)?;
        self.qualname.traverse(v)?;
        self.origin.traverse(v)?;
        self.exc.exc_value.traverse(v)?;
        // SAFETY: a frame with a function is complete; a finished one has at most the code.
        unsafe {
            if self.frame.func.get().is_object() {
                visit_frame(&self.frame, v)?;
            } else if self.frame.locals.get().is_object() {
                v.object(&*self.frame.locals.get().as_ptr())?;
            }
        }
        Ok(())
    }
}

impl Gen {
    /// The generator whose frame `f` is.
    ///
    /// # Safety
    /// `f` lies in a generator (`frame_flags::GENERATOR`).
    #[inline(always)]
    pub unsafe fn of_frame<'a>(f: *mut Frame) -> &'a Gen {
        // SAFETY: the caller's promise.
        unsafe { &*((f as *const u8).sub(std::mem::offset_of!(Gen, core) + std::mem::offset_of!(GenCore, frame)) as *const Gen) }
    }
    #[inline(always)]
    pub fn frame(&self) -> &Frame {
        &self.core.frame
    }
    #[inline(always)]
    pub fn state(&self) -> GenState {
        self.core.state.get()
    }
    /// The code, while the generator is not finished.
    pub fn code(&self) -> Option<&PyCode> {
        (self.core.frame.func.get().is_object()).then(|| self.core.frame.code())
    }
    pub(super) fn has_flag(&self, f: u32) -> bool {
        match self.code() {
            Some(c) => c.has_flag(f),
            None => self.last_code().is_some_and(|c| c.has_flag(f)),
        }
    }
    /// The code of a finished generator.
    pub(super) fn last_code(&self) -> Option<&PyCode> {
        let last = self.core.frame.locals.get();
        // SAFETY: once the frame has no function, its namespace is empty or the code (`release_header`).
        (last.is_object() && !self.core.frame.func.get().is_object()).then(|| unsafe { (*last.as_ptr()).cast_unchecked::<PyCode>() })
    }
    pub fn is_coroutine(&self) -> bool {
        self.as_object().is_exact::<super::PyCoroutine>()
    }
    pub fn is_async_gen(&self) -> bool {
        self.as_object().is_exact::<super::PyAsyncGen>()
    }
    fn kind(&self) -> &'static str {
        if self.is_coroutine() {
            "coroutine"
        } else if self.is_async_gen() {
            "async generator"
        } else {
            "generator"
        }
    }
    /// The iterator that `yield from` or `await` delegates to.
    pub fn delegate(&self) -> Option<Own<Object>> {
        let r = self.core.delegate.get();
        if r == NO_DELEGATE || self.state() != GenState::Suspended {
            return None;
        }
        // SAFETY: the register of a suspended frame holds the iterator.
        unsafe {
            let s = *self.frame().fp().offset(r as isize);
            s.is_object().then(|| (*s.as_ptr()).own())
        }
    }

    /// Whether `close()` has nothing to do but to release the frame: it is suspended at a `yield` of its own, outside of any `try`, and nobody listens.
    pub(super) fn ends_quietly(&self, cx: &Cx) -> bool {
        let f = &self.core.frame;
        self.core.delegate.get() == NO_DELEGATE && !crate::monitoring::is_traced(cx.ts()) && f.code().handler_at(f.lasti_word().max(0) as u32).is_none()
    }

    /// Release the frame: the generator is finished.
    #[inline]
    pub fn finish(&self, cx: &mut Cx) {
        self.core.state.set(GenState::Finished);
        if self.core.frame.func.get().is_object() {
            self.release_frame(cx);
        }
    }

    fn release_frame(&self, cx: &mut Cx) {
        let f = &self.core.frame;
        // SAFETY: the frame does not run and is never resumed.
        unsafe {
            if f.frame_obj.get().is_object() {
                let o = Own::<PyFrame>::from_raw(f.frame_obj.get().as_ptr());
                PyFrame::leave(o, f, cx);
            }
            f.clear_slots();
            self.release_header(cx);
        }
    }

    /// Release everything: the object's memory is given back next.
    ///
    /// # Safety
    /// The count is zero, and the frame does not run.
    #[inline(always)]
    pub(super) unsafe fn die(&self, cx: &mut Cx) {
        let (core, f) = (&self.core, &self.core.frame);
        core.state.set(GenState::Finished);
        // SAFETY: the caller's promise.
        unsafe {
            if f.func.get().is_object() {
                if f.frame_obj.get().is_object() {
                    PyFrame::leave(Own::<PyFrame>::from_raw(f.frame_obj.get().as_ptr()), f, cx);
                }
                let locals = f.locals_ptr();
                for i in 0..core.words as usize {
                    let v = *locals.add(i);
                    if v.is_object() {
                        *locals.add(i) = Slot::EMPTY;
                        v.release();
                    }
                }
            }
            f.locals.replace(Slot::EMPTY).release();
            drop(core.exc.exc_value.take());
            // The code lives as long as its function.
            f.func.replace(Slot::EMPTY).release();
        }
        drop(core.origin.take());
        drop(core.name.take());
        drop(core.qualname.take());
    }

    /// The rest of `finish`, once the slots are empty.
    ///
    /// # Safety
    /// The frame does not run and is never resumed; its function is set.
    #[inline]
    pub unsafe fn release_header(&self, cx: &mut Cx) {
        let f = &self.core.frame;
        // SAFETY: the caller's promise.
        unsafe {
            let _ = cx;
            let namespace = f.locals.replace(Slot::new_ref(f.code().as_object()));
            let func = f.func.replace(Slot::EMPTY);
            namespace.release();
            drop(self.core.exc.exc_value.take());
            func.release();
        }
    }

    /// Resume with a value. Raises ValueError or RuntimeError when that is impossible now.
    #[inline]
    pub fn send(&self, value: &Object, cx: &mut Cx) -> PyResult<Option<Resumed>> {
        let state = self.state();
        if state == GenState::Suspended || (state == GenState::Created && value.is(singletons::none())) {
            return (machine::hooks().resume)(self, Some(value.own()), cx).map(Some);
        }
        self.send_odd(value, cx)
    }

    /// As [`Gen::send`] where the simple case does not apply.
    #[cold]
    fn send_odd(&self, value: &Object, cx: &mut Cx) -> PyResult<Option<Resumed>> {
        match self.state() {
            GenState::Running => Err(cx.value_error(format_args!("{} already executing", self.kind()))),
            GenState::Finished if self.is_coroutine() => Err(cx.runtime_error(format_args!("cannot reuse already awaited coroutine"))),
            GenState::Finished => Ok(None),
            GenState::Created if !value.is(singletons::none()) => {
                let what = match self.kind() {
                    "coroutine" => "can't send non-None value to a just-started coroutine",
                    "async generator" => "can't send non-None value to a just-started async generator",
                    _ => "can't send non-None value to a just-started generator",
                };
                Err(cx.type_error(format_args!("{what}")))
            }
            _ => (machine::hooks().resume)(self, Some(value.own()), cx).map(Some),
        }
    }

    /// `send` as Python sees it: StopIteration carries the result.
    pub fn send_or_stop(&self, value: &Object, cx: &mut Cx) -> PyResult {
        match self.send(value, cx)? {
            Some(Resumed::Yield(v)) => Ok(v),
            Some(Resumed::Return(v)) => Err(self.raise_stop(&v, cx)),
            None => Err(self.raise_stop(singletons::none(), cx)),
        }
    }

    pub(super) fn raise_stop(&self, v: &Object, cx: &mut Cx) -> Raised {
        if self.is_async_gen() {
            return cx.raise_empty(exc::StopAsyncIteration());
        }
        if v.is(singletons::none()) { cx.raise_empty(exc::StopIteration()) } else { raise_stop_iteration(v, cx) }
    }

    /// `next`: none when exhausted without a value to report.
    pub fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        match self.send(singletons::none(), cx)? {
            Some(Resumed::Yield(v)) => Ok(Some(v)),
            Some(Resumed::Return(v)) if !v.is(singletons::none()) => Err(raise_stop_iteration(&v, cx)),
            _ => Ok(None),
        }
    }

    /// Resume by raising the current exception inside.
    pub fn resume_raising(&self, cx: &mut Cx) -> PyResult<Resumed> {
        match self.state() {
            GenState::Running => {
                let r = cx.value_error(format_args!("{} already executing", self.kind()));
                Err(r)
            }
            GenState::Finished if self.is_coroutine() => {
                let e = cx.ts().current_exception.take();
                drop(e);
                Err(cx.runtime_error(format_args!("cannot reuse already awaited coroutine")))
            }
            // SAFETY: the caller has set the exception.
            GenState::Finished => Err(unsafe { Raised::assume() }),
            GenState::Created => {
                // It has not begun: the exception passes through its frame's first line.
                crate::types::traceback::add_frame_entry(self.frame(), cx);
                self.finish(cx);
                // SAFETY: as above.
                Err(unsafe { Raised::assume() })
            }
            GenState::Suspended => (machine::hooks().resume)(self, None, cx),
        }
    }

    /// `throw(type, value=None, traceback=None)`.
    pub fn throw(&self, typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult<Resumed> {
        let e = exception_for_throw(typ, value, tb, cx)?;
        if self.state() == GenState::Running {
            return Err(cx.value_error(format_args!("{} already executing", self.kind())));
        }
        drop(cx.set_raised(e));
        self.resume_raising(cx)
    }

    /// `close()`: the value of a `return` that answers GeneratorExit.
    pub fn close(&self, cx: &mut Cx) -> PyResult {
        match self.state() {
            GenState::Running => return Err(cx.value_error(format_args!("{} already executing", self.kind()))),
            GenState::Finished => return Ok(singletons::none().own()),
            GenState::Created => {
                self.finish(cx);
                return Ok(singletons::none().own());
            }
            GenState::Suspended => {}
        }
        if !self.is_async_gen() && self.ends_quietly(cx) {
            self.finish(cx);
            return Ok(singletons::none().own());
        }
        drop(cx.raise_empty(exc::GeneratorExit()));
        match self.resume_raising(cx) {
            Ok(Resumed::Yield(_)) => {
                let what = match self.kind() {
                    "coroutine" => "coroutine ignored GeneratorExit",
                    "async generator" => "async generator ignored GeneratorExit",
                    _ => "generator ignored GeneratorExit",
                };
                Err(cx.runtime_error(format_args!("{what}")))
            }
            Ok(Resumed::Return(v)) => Ok(v),
            Err(r) => {
                if cx.raised_is(exc::StopIteration()) {
                    let e = cx.take_raised(r);
                    return Ok(stop_iteration_value(&e));
                }
                cx.catch(r, exc::GeneratorExit())?;
                Ok(singletons::none().own())
            }
        }
    }

    /// `tp_finalize`: close a suspended generator, warn about a coroutine that never ran.
    pub fn finalize(&self, cx: &mut Cx) {
        match self.state() {
            GenState::Finished | GenState::Running => return,
            _ => {}
        }
        let saved = cx.ts().current_exception.take();
        if self.is_async_gen() && !self.core.closed.get() {
            if let Some(f) = self.core.origin.own() {
                if let Err(r) = crate::call::call(&f, &[self.as_object()], cx) {
                    report(r, self.as_object(), cx);
                }
                cx.ts().current_exception.set(saved, cx);
                return;
            }
        }
        if self.state() == GenState::Created && self.has_flag(flags::COROUTINE) {
            super::awaitable::warn_never_awaited(self, cx);
            self.finish(cx);
        } else if let Err(r) = self.close(cx) {
            report(r, self.as_object(), cx);
        }
        cx.ts().current_exception.set(saved, cx);
    }
}

/// Report an exception that nobody can catch.
pub(super) fn report(_r: Raised, o: &Object, cx: &mut Cx) {
    crate::unraisable::write_while("closing generator", o, cx);
}

/// As [`report`], for what goes wrong while the warning about a coroutine that never ran is given.
pub(super) fn report_unawaited(_r: Raised, o: &Object, cx: &mut Cx) {
    crate::unraisable::write_while("finalizing coroutine", o, cx);
}

/// Raise `StopIteration(v)` so that a tuple stays one value.
pub fn raise_stop_iteration(v: &Object, cx: &mut Cx) -> Raised {
    match stop_iteration(v, cx) {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// `StopIteration(v)`, made without a call. Raises `MemoryError`.
pub fn stop_iteration(v: &Object, cx: &mut Cx) -> PyResult {
    let e = crate::typeobj::alloc_instance(exc::StopIteration(), 0, cx)?;
    let args = PyTuple::from_slice(&[v], cx)?;
    if let Some(x) = e.downcast::<exc::PyStopIteration>() {
        x.value.set(Some(v.own()), cx);
    }
    if let Some(x) = e.downcast::<PyBaseException>() {
        x.args.set(Some(args), cx);
    }
    Ok(e)
}

/// The value of a StopIteration (`_PyGen_FetchStopIterationValue`).
pub fn stop_iteration_value(e: &Object) -> Own<Object> {
    let v = e.downcast::<exc::PyStopIteration>().and_then(|x| x.value.own());
    v.unwrap_or_else(|| singletons::none().own())
}

/// The exception that `throw` raises inside the generator: when making it fails, it is what that raised.
fn exception_for_throw(typ: &Object, value: Option<&Object>, tb: Option<&Object>, cx: &mut Cx) -> PyResult {
    let value = value.filter(|v| !v.is(singletons::none()));
    let tb = tb.filter(|t| !t.is(singletons::none()));
    if let Some(t) = tb {
        if t.downcast::<crate::types::traceback::PyTraceback>().is_none() {
            return Err(cx.type_error(format_args!("throw() third argument must be a traceback object")));
        }
    }
    let e = if typ.downcast::<PyType>().is_some_and(|t| t.is_subtype(exc::BaseException())) {
        let made = match value {
            Some(v) if v.downcast::<PyType>().is_none() && typ.downcast::<PyType>().is_some_and(|t| v.ty().is_subtype(t)) => Ok(v.own()),
            Some(v) => match v.downcast::<PyTuple>() {
                Some(t) => crate::call::call(typ, t.as_slice(), cx),
                None => crate::call::call(typ, &[v], cx),
            },
            None => crate::call::call(typ, &[], cx),
        };
        let made = made.and_then(|e| {
            if e.is_a::<PyBaseException>() {
                return Ok(e);
            }
            let (shown, n) = (crate::abstract_::repr(typ, cx)?, e.ty().tp_name_str());
            Err(cx.type_error(format_args!("calling {shown} should have returned an instance of BaseException, not {n}")))
        });
        match made {
            Ok(e) => e,
            Err(r) => cx.take_raised(r),
        }
    } else if typ.downcast::<PyBaseException>().is_some() {
        if value.is_some() {
            return Err(cx.type_error(format_args!("instance exception may not have a separate value")));
        }
        typ.own()
    } else {
        let n = typ.ty().tp_name_str();
        return Err(cx.type_error(format_args!("exceptions must be classes or instances deriving from BaseException, not {n}")));
    };
    if let (Some(t), Some(x)) = (tb, e.downcast::<PyBaseException>()) {
        x.traceback.set(Some(t.own()), cx);
    }
    Ok(e)
}

/// Close an iterator that is being delegated to: a generator directly, others by their `close` method, if any.
pub fn close_iter(it: &Object, cx: &mut Cx) -> PyResult<()> {
    if let Some(g) = super::gen_of(it).filter(|g| !g.is_async_gen()) {
        return g.close(cx).map(drop);
    }
    match crate::attr::get_opt(it, name!(cx, "close"), cx) {
        Ok(Some(m)) => crate::call::call(&m, &[], cx).map(drop),
        Ok(None) => Ok(()),
        Err(r) => {
            report(r, it, cx);
            Ok(())
        }
    }
}
