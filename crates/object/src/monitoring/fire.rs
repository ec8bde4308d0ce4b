//! Telling tools, trace and profile functions what happened. The frame is complete and its `pc` stands within the instruction in question.
//!
//! Order as in CPython: tools by number, then the profile function, then the trace function. An exception from a callback is raised where the event happened.

use super::{Deaf, event, set_profile, set_trace};
use crate::call;
use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::frame::Frame;
use crate::prelude::*;
use crate::types::builtin::PyCFunction;
use crate::types::descr::PyMethodDescr;
use crate::types::exc::PyBaseException;
use crate::types::frame::PyFrame;
use crate::types::none;

/// What a trace or profile function is told (`PyTrace_*`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum What {
    Call,
    Exception,
    Line,
    Return,
    CCall,
    CException,
    CReturn,
    Opcode,
    /// As `Return`, of a generator that suspends.
    Yield,
}

impl What {
    /// The event that corresponds, for `ThreadState::what_event`.
    fn event(self) -> usize {
        match self {
            What::Call => event::PY_START,
            What::Exception => event::RAISE,
            What::Line | What::Opcode => event::LINE,
            What::Return => event::PY_RETURN,
            What::CCall => event::CALL,
            What::CException => event::C_RAISE,
            What::CReturn => event::C_RETURN,
            What::Yield => event::PY_YIELD,
        }
    }
    fn name(self) -> &'static str {
        ["call", "exception", "line", "return", "c_call", "c_exception", "c_return", "opcode", "return"][self as usize]
    }
}

/// Tell the tools. `args` follow the code object; word indices are given as offsets by the caller.
pub fn tools(f: &Frame, at: u32, ev: usize, args: &[&Object], cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    if ts.tracing.get() != 0 {
        return Ok(());
    }
    let m = &ts.interp().monitoring;
    let code = f.code();
    let mut left = m.tools_at(code, at, ev);
    if left == 0 {
        return Ok(());
    }
    let mut all: Vec<&Object> = Vec::with_capacity(args.len() + 1);
    let code_own = code.new_ref();
    all.push(code_own.as_object());
    all.extend_from_slice(args);
    while left != 0 {
        let tool = left.trailing_zeros() as usize;
        left &= left - 1;
        if tell(tool, ev, &all, cx)? {
            code_own.monitoring_or_new().disable(at, ev, tool, m);
        }
    }
    Ok(())
}

/// Call a tool's callback, unless one runs; whether it asks not to hear of this place again. Callbacks of events without a place are removed if they ask.
pub fn tell(tool: usize, ev: usize, args: &[&Object], cx: &mut Cx) -> PyResult<bool> {
    let ts = cx.ts();
    let m = &ts.interp().monitoring;
    let Some(callback) = m.callback(tool, ev).filter(|_| ts.tracing.get() == 0) else { return Ok(false) };
    let r = {
        let _deaf = Deaf::new(ts);
        let before = ts.what_event.replace(ev as i32);
        let r = call::call(&callback, args, cx);
        ts.what_event.set(before);
        r?
    };
    if !m.disable.get(cx).is_some_and(|d| r.is(d)) {
        return Ok(false);
    }
    if ev >= event::LOCAL {
        drop(m.set_callback(tool, ev, None));
        return Err(cx.value_error(format_args!("Cannot disable {} events. Callback removed.", event::NAMES[ev])));
    }
    Ok(true)
}

/// The `instruction_offset` of a word.
fn offset(at: u32, cx: &mut Cx) -> PyResult {
    PyInt::new(at as i64 * 2, cx).map(Own::into_object)
}

/// Whether any tool listens to `ev` here.
fn wanted(f: &Frame, at: u32, ev: usize, cx: &Cx) -> bool {
    let ts = cx.ts();
    ts.tracing.get() == 0 && ts.interp().monitoring.tools_at(f.code(), at, ev) != 0
}

/// An event with (code, offset).
pub fn plain(f: &Frame, at: u32, ev: usize, cx: &mut Cx) -> PyResult<()> {
    if !wanted(f, at, ev, cx) {
        return Ok(());
    }
    let o = offset(at, cx)?;
    tools(f, at, ev, &[&o], cx)
}

/// An event with (code, offset, value).
pub fn with_value(f: &Frame, at: u32, ev: usize, v: &Object, cx: &mut Cx) -> PyResult<()> {
    if !wanted(f, at, ev, cx) {
        return Ok(());
    }
    let o = offset(at, cx)?;
    tools(f, at, ev, &[&o, v], cx)
}

/// A jump or branch to word `to`.
pub fn jump(f: &Frame, at: u32, ev: usize, to: u32, cx: &mut Cx) -> PyResult<()> {
    if !wanted(f, at, ev, cx) {
        return Ok(());
    }
    let (o, t) = (offset(at, cx)?, offset(to, cx)?);
    tools(f, at, ev, &[&o, &t], cx)
}

/// The line event of tools.
pub fn line(f: &Frame, at: u32, line: i32, cx: &mut Cx) -> PyResult<()> {
    if !wanted(f, at, event::LINE, cx) {
        return Ok(());
    }
    let n = PyInt::new(line as i64, cx)?;
    tools(f, at, event::LINE, &[n.as_object()], cx)
}

/// A call of `callable`, or how it ended; `arg0` none: no argument.
pub fn call_event(f: &Frame, at: u32, ev: usize, callable: &Object, arg0: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    if !wanted(f, at, ev, cx) {
        return Ok(());
    }
    let o = offset(at, cx)?;
    let missing = cx.interp().monitoring.missing.own();
    let arg = arg0.or(missing.as_deref()).unwrap_or(none());
    tools(f, at, ev, &[&o, callable, arg], cx)
}

fn invoke(callback: &Object, fo: &PyFrame, what: What, arg: Option<&Object>, cx: &mut Cx) -> PyResult {
    let ts = cx.ts();
    let name = PyStr::new_interned(what.name(), cx)?;
    let _deaf = Deaf::new(ts);
    let before = ts.what_event.replace(what.event() as i32);
    let r = call::call(callback, &[fo.as_object(), &name, arg.unwrap_or(none())], cx);
    ts.what_event.set(before);
    r
}

/// `Py_tracefunc`: the function's object, the frame, `PyTrace_*`, the argument.
pub type TraceFunc = unsafe extern "C" fn(*mut Object, *mut Object, i32, *mut Object) -> i32;

/// The C function that listens instead of a Python one.
fn c_function(word: *mut std::ffi::c_void) -> Option<TraceFunc> {
    // SAFETY: null, or what `set_c_trace` and `set_c_profile` stored.
    unsafe { std::mem::transmute::<*mut std::ffi::c_void, Option<TraceFunc>>(word) }
}

/// Tell a C function; it hears every event. `None` as its object stands for a null pointer.
fn invoke_c(func: TraceFunc, object: &Object, f: &Frame, what: What, arg: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let fo = PyFrame::of(f, cx)?;
    match what {
        What::Line if !fo.traces_lines() => return Ok(()),
        What::Opcode if !fo.traces_opcodes() => return Ok(()),
        _ => {}
    }
    let ts = cx.ts();
    let number = if what == What::Yield { What::Return } else { what } as i32;
    let object = if object.is_none() { std::ptr::null_mut() } else { object.as_ptr() };
    let _deaf = Deaf::new(ts);
    let before = ts.what_event.replace(what.event() as i32);
    // SAFETY: the extension's function with live objects; it may run anything, and the frame is complete.
    let failed = unsafe { func(object, fo.as_object().as_ptr(), number, arg.unwrap_or(none()).as_ptr()) } != 0;
    ts.what_event.set(before);
    // SAFETY: it says that it raised.
    if failed { Err(unsafe { Raised::assume() }) } else { Ok(()) }
}

/// Tell the trace function. `Call` goes to the thread's function, the rest to the frame's own.
pub fn trace(f: &Frame, what: What, arg: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    if ts.tracing.get() != 0 {
        return Ok(());
    }
    let Some(global) = ts.c_traceobj.own() else { return Ok(()) };
    if let Some(func) = c_function(ts.c_tracefunc.get()) {
        return invoke_c(func, &global, f, what, arg, cx).map_err(|e| {
            let raised = cx.take_raised(e);
            set_trace(ts, None, cx);
            cx.set_raised(raised)
        });
    }
    if what != What::Call && !f.frame_obj.get().is_object() {
        return Ok(());
    }
    let fo = PyFrame::of(f, cx)?;
    let callback = if what == What::Call { Some(global) } else { fo.trace() };
    let Some(callback) = callback else { return Ok(()) };
    match what {
        What::Line if !fo.traces_lines() => return Ok(()),
        What::Opcode if !fo.traces_opcodes() => return Ok(()),
        _ => {}
    }
    match invoke(&callback, &fo, what, arg, cx) {
        Ok(r) => {
            if !r.is_none() {
                fo.set_trace(Some(r), cx);
            }
            Ok(())
        }
        Err(e) => {
            let raised = cx.take_raised(e);
            set_trace(ts, None, cx);
            fo.set_trace(None, cx);
            Err(cx.set_raised(raised))
        }
    }
}

/// Tell the profile function.
pub fn profile(f: &Frame, what: What, arg: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    if ts.tracing.get() != 0 {
        return Ok(());
    }
    let Some(callback) = ts.c_profileobj.own() else { return Ok(()) };
    if let Some(func) = c_function(ts.c_profilefunc.get()) {
        return invoke_c(func, &callback, f, what, arg, cx).map_err(|e| {
            let raised = cx.take_raised(e);
            set_profile(ts, None, cx);
            cx.set_raised(raised)
        });
    }
    let fo = PyFrame::of(f, cx)?;
    match invoke(&callback, &fo, what, arg, cx) {
        Ok(_) => Ok(()),
        Err(e) => {
            let raised = cx.take_raised(e);
            set_profile(ts, None, cx);
            Err(cx.set_raised(raised))
        }
    }
}

/// Tell the profile function about a native callable; other callables are not its business.
pub fn profile_c(f: &Frame, what: What, callable: &Object, arg0: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    if cx.ts().c_profileobj.is_empty() || cx.ts().tracing.get() != 0 {
        return Ok(());
    }
    if callable.downcast::<PyCFunction>().is_some() {
        return profile(f, what, Some(callable), cx);
    }
    if callable.is_exact::<PyMethodDescr>() {
        let Some(slf) = arg0 else { return Ok(()) };
        let Some(get) = callable.ty().tp_descr_get.get() else { return Ok(()) };
        // SAFETY: the slot's contract.
        let bound = unsafe { crate::err::result_from_raw(get(callable.as_ptr(), slf.as_ptr(), slf.ty().as_object().as_ptr())) };
        return match bound {
            Ok(b) => profile(f, what, Some(&b), cx),
            Err(r) => {
                // Not a method of this object: the call itself will say so.
                cx.discard(r);
                Ok(())
            }
        };
    }
    Ok(())
}

/// Run `f` with the current exception put aside; it stays current unless `f` raises another.
fn aside(cx: &mut Cx, f: impl FnOnce(&Object, &mut Cx) -> PyResult<()>) {
    let Some(e) = cx.ts().current_exception.take() else { return };
    match f(&e, cx) {
        Ok(()) => drop(cx.set_raised(e)),
        // The callback's exception takes its place.
        Err(r) => keep(r),
    }
}
fn keep(_r: Raised) {}

/// The current exception has come to this frame's instruction (`RAISE`), or was raised again (`RERAISE`).
pub fn raised(f: &Frame, again: bool, cx: &mut Cx) {
    let at = f.lasti_word().max(0) as u32;
    aside(cx, |e, cx| {
        with_value(f, at, if again { event::RERAISE } else { event::RAISE }, e, cx)?;
        if again { Ok(()) } else { trace_exception(f, e, cx) }
    });
}

/// A StopIteration that need not be raised: of a generator (`STOP_ITERATION`), or of another iterator (`RAISE`).
pub fn stop_iteration(f: &Frame, e: &Object, of_generator: bool, cx: &mut Cx) -> PyResult<()> {
    let at = f.lasti_word().max(0) as u32;
    with_value(f, at, if of_generator { event::STOP_ITERATION } else { event::RAISE }, e, cx)?;
    trace_exception(f, e, cx)
}

fn trace_exception(f: &Frame, e: &Object, cx: &mut Cx) -> PyResult<()> {
    if cx.ts().c_traceobj.is_empty() || (!f.frame_obj.get().is_object() && cx.ts().c_tracefunc.get().is_null()) {
        return Ok(());
    }
    let tb = e.downcast::<PyBaseException>().and_then(|x| x.traceback.own()).unwrap_or_else(|| none().own());
    let arg = PyTuple::from_slice(&[e.ty().as_object(), e, &tb], cx)?;
    trace(f, What::Exception, Some(&arg), cx)
}

/// A handler takes the current exception.
pub fn handled(f: &Frame, e: &Object, cx: &mut Cx) -> PyResult<()> {
    let at = f.lasti_word().max(0) as u32;
    with_value(f, at, event::EXCEPTION_HANDLED, e, cx)
}

/// The current exception leaves the frame.
pub fn unwound(f: &Frame, cx: &mut Cx) {
    let at = f.lasti_word().max(0) as u32;
    aside(cx, |e, cx| {
        with_value(f, at, event::PY_UNWIND, e, cx)?;
        profile(f, What::Return, None, cx)?;
        trace(f, What::Return, None, cx)
    });
}

/// The current exception is thrown into the (suspended) frame.
pub fn thrown(f: &Frame, cx: &mut Cx) {
    let at = f.lasti_word().max(0) as u32;
    aside(cx, |e, cx| {
        with_value(f, at, event::PY_THROW, e, cx)?;
        profile(f, What::Call, None, cx)?;
        trace(f, What::Call, None, cx)
    });
}

/// The frame starts or goes on.
pub fn entered(f: &Frame, ev: usize, cx: &mut Cx) -> PyResult<()> {
    let at = f.lasti_word().max(0) as u32;
    plain(f, at, ev, cx)?;
    profile(f, What::Call, None, cx)?;
    trace(f, What::Call, None, cx)
}

/// The frame returns or yields `v`.
pub fn left(f: &Frame, ev: usize, v: &Object, cx: &mut Cx) -> PyResult<()> {
    let at = f.lasti_word().max(0) as u32;
    with_value(f, at, ev, v, cx)?;
    let what = if ev == event::PY_YIELD { What::Yield } else { What::Return };
    profile(f, what, Some(v), cx)?;
    trace(f, what, Some(v), cx)
}
