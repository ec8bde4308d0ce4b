//! `ceval.h`, `tracemalloc.h`, `genobject.h`: tracing from C, and what else looks at running code.

use crate::border::bad_internal_call;
use crate::capi;
use std::ffi::{c_int, c_uint};
use taipan_object::monitoring::{fire::TraceFunc, set_c_profile, set_c_trace};
use taipan_object::alloc::trace;
use taipan_object::prelude::*;
use taipan_object::provided::TRACEBACK_OF_BLOCK;
use taipan_object::types::code::PyCode;
use taipan_object::types::generator;

capi! {
    /// Have a C function called for what happens in this thread's Python code; null ends it.
    fn PyEval_SetTrace(f: Option<TraceFunc>, o: Option<&Object>) = |cx| { set_c_trace(cx.ts(), f, o, cx) }
    /// As `PyEval_SetTrace` for all threads.
    fn PyEval_SetTraceAllThreads(f: Option<TraceFunc>, o: Option<&Object>) = |cx| {
        for t in cx.interp().thread_list(cx) { set_c_trace(t, f, o, cx) }
    }
    /// Have a C function called for calls and returns in this thread, those of native functions too; null ends it.
    fn PyEval_SetProfile(f: Option<TraceFunc>, o: Option<&Object>) = |cx| { set_c_profile(cx.ts(), f, o, cx) }
    /// As `PyEval_SetProfile` for all threads.
    fn PyEval_SetProfileAllThreads(f: Option<TraceFunc>, o: Option<&Object>) = |cx| {
        for t in cx.interp().thread_list(cx) { set_c_profile(t, f, o, cx) }
    }
    /// The code of a generator.
    fn PyGen_GetCode(g: &Object) -> PyResult<Own<PyCode>> = |cx| {
        match generator::gen_of(g) {
            Some(g) => match g.code() { Some(c) => Ok(c.new_ref()), None => Err(bad_internal_call(cx)) },
            None => Err(bad_internal_call(cx)),
        }
    }
    /// Tell `tracemalloc` of memory that it cannot see, with or without the GIL: -2 when it is not tracing.
    fn PyTraceMalloc_Track(domain: c_uint, p: usize, n: usize) -> c_int = |_| {
        if trace::limit().is_none() {
            return -2;
        }
        let held = super::pystate::PyGILState_Ensure();
        let tracked = trace::track_in(domain, p, n, &Cx::assume());
        super::pystate::PyGILState_Release(held);
        if tracked { 0 } else { -2 }
    }
    /// Tell `tracemalloc` that such memory is gone: -2 when it is not tracing.
    fn PyTraceMalloc_Untrack(domain: c_uint, p: usize) -> c_int = |_| { if trace::untrack_in(domain, p) { 0 } else { -2 } }
    /// Where traced memory was allocated, as a tuple of files and lines; None when it is not known.
    fn _PyTraceMalloc_GetTraceback(domain: c_uint, p: usize) -> PyResult<Own<Object>> = |cx| {
        cx.import("_tracemalloc")?;
        match TRACEBACK_OF_BLOCK.get() {
            Some(f) => Ok(f(domain, p, cx)?.unwrap_or_else(|| none().own())),
            None => Err(bad_internal_call(cx)),
        }
    }
    /// Raise an exception of `ty` whose context and cause is the current one; the text is made already (for `csrc/variadic.c`).
    fn taipan_take_cause() -> Option<Own<Object>> = |cx| { cx.ts().current_exception.take() }
    /// See `taipan_take_cause`.
    fn taipan_put_cause(cause: *mut Object) = |cx| {
        use taipan_object::types::exc::PyBaseException;
        let Some(cause) = crate::border::steal(cause) else { return };
        if let Some(e) = cx.ts().current_exception.own().as_deref().and_then(|e| e.downcast::<PyBaseException>()) {
            e.cause.set(Some(cause.clone()), cx);
            e.context.set(Some(cause), cx);
        }
    }
}
