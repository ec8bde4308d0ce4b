//! Trace and profile functions: kept in the thread states, run by the interpreter.

use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::{audit, call, monitoring};

fn or_none(o: Option<Own<Object>>) -> Own<Object> {
    o.unwrap_or_else(|| none().own())
}

fn set_trace_of(t: &ThreadState, f: &Object, cx: &mut Cx) {
    monitoring::set_trace(t, (!f.is_none()).then(|| f.own()), cx);
}
fn set_profile_of(t: &ThreadState, f: &Object, cx: &mut Cx) {
    monitoring::set_profile(t, (!f.is_none()).then(|| f.own()), cx);
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Set the global debug tracing function.
    ///
    /// It will be called on each function call.  See the debugger chapter
    /// in the library manual.
    #[function("settrace(function, /)")]
    fn settrace(function: &Object, cx: &mut Cx) -> PyResult<()> {
        audit::raise("sys.settrace", &[], cx)?;
        set_trace_of(cx.ts(), function, cx);
        Ok(())
    }

    /// Set the global debug tracing function in all running threads belonging to the current interpreter.
    ///
    /// It will be called on each function call. See the debugger chapter
    /// in the library manual.
    #[function("_settraceallthreads(function, /)")]
    fn settraceallthreads(function: &Object, cx: &mut Cx) -> PyResult<()> {
        audit::raise("sys.settrace", &[], cx)?;
        for t in cx.interp().thread_list(cx) {
            set_trace_of(t, function, cx);
        }
        Ok(())
    }

    /// Return the global debug tracing function set with sys.settrace.
    ///
    /// See the debugger chapter in the library manual.
    #[function("gettrace()")]
    fn gettrace(cx: &mut Cx) -> Own<Object> {
        or_none(cx.ts().c_traceobj.own())
    }

    /// Set the profiling function.
    ///
    /// It will be called on each function call and return.  See the profiler
    /// chapter in the library manual.
    #[function("setprofile(function, /)")]
    fn setprofile(function: &Object, cx: &mut Cx) -> PyResult<()> {
        audit::raise("sys.setprofile", &[], cx)?;
        set_profile_of(cx.ts(), function, cx);
        Ok(())
    }

    /// Set the profiling function in all running threads belonging to the current interpreter.
    ///
    /// It will be called on each function call and return.  See the profiler
    /// chapter in the library manual.
    #[function("_setprofileallthreads(function, /)")]
    fn setprofileallthreads(function: &Object, cx: &mut Cx) -> PyResult<()> {
        audit::raise("sys.setprofile", &[], cx)?;
        for t in cx.interp().thread_list(cx) {
            set_profile_of(t, function, cx);
        }
        Ok(())
    }

    /// Return the profiling function set with sys.setprofile.
    ///
    /// See the profiler chapter in the library manual.
    #[function("getprofile()")]
    fn getprofile(cx: &mut Cx) -> Own<Object> {
        or_none(cx.ts().c_profileobj.own())
    }

    /// Call func(*args), while tracing is enabled.
    ///
    /// The tracing state is saved, and restored afterwards.  This is intended
    /// to be called from a debugger from a checkpoint, to recursively debug
    /// some other code.
    #[function("call_tracing(func, args, /)")]
    fn call_tracing(func: &Object, args: &PyTuple, cx: &mut Cx) -> PyResult<Own<Object>> {
        monitoring::call_tracing(cx.ts(), || call::call(func, args.as_slice(), cx))
    }
}
