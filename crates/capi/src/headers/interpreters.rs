//! `pystate.h`, `pylifecycle.h`, `internal/pycore_interp.h`, `internal/pycore_crossinterp.h`: interpreters.

use crate::border::{Borrowed, bad_internal_call};
use crate::capi;
use crate::sync;
use std::ffi::{c_int, c_long, c_void};
use taipan_abi::PyInterpreterConfig as Config;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters::{self, Gil, Settings, whence};
use taipan_object::thread::{Interpreter, ThreadState, gil};

type State = *mut ThreadState;

fn pointer(ts: &ThreadState) -> State {
    ts as *const ThreadState as State
}

/// What a configuration of C code says.
pub fn settings(c: &Config) -> Result<Settings, String> {
    Ok(Settings {
        use_main_obmalloc: c.use_main_obmalloc != 0,
        allow_fork: c.allow_fork != 0,
        allow_exec: c.allow_exec != 0,
        allow_threads: c.allow_threads != 0,
        allow_daemon_threads: c.allow_daemon_threads != 0,
        check_multi_interp_extensions: c.check_multi_interp_extensions != 0,
        gil: match c.gil {
            0 => Gil::Default,
            1 => Gil::Shared,
            2 => Gil::Own,
            _ => return Err("invalid interpreter config 'gil' value".into()),
        },
    })
}

fn config(s: &Settings) -> Config {
    Config {
        use_main_obmalloc: s.use_main_obmalloc.into(),
        allow_fork: s.allow_fork.into(),
        allow_exec: s.allow_exec.into(),
        allow_threads: s.allow_threads.into(),
        allow_daemon_threads: s.allow_daemon_threads.into(),
        check_multi_interp_extensions: s.check_multi_interp_extensions.into(),
        gil: s.gil as c_int,
    }
}

unsafe fn update(c: *mut Config, d: Option<&Object>, all: bool, cx: &mut Cx) -> PyResult<()> {
    let Some(d) = d.and_then(|d| d.downcast::<PyDict>()) else {
        return Err(cx.type_error(format_args!("dict expected")));
    };
    // SAFETY: the caller's configuration.
    unsafe {
        let mut s = if all { Settings::default() } else { settings(&*c).unwrap_or_default() };
        s.update(d, all, cx)?;
        *c = config(&s);
    }
    Ok(())
}

/// End the interpreter of a state that is current, and give the GIL up.
unsafe fn end(ts: State, cx: &mut Cx) {
    if !std::ptr::eq(ts, cx.ts()) {
        taipan_object::fatal("Py_EndInterpreter: thread is not current");
    }
    if cx.interp().is_main() {
        taipan_object::fatal("Py_EndInterpreter: the main interpreter cannot be ended by this");
    }
    if !cx.ts().current_frame.get().is_null() {
        taipan_object::fatal("Py_EndInterpreter: thread still has a frame");
    }
    interpreters::end_current(std::ptr::null(), true, cx);
}

capi! {
    /// The current interpreter.
    fn PyInterpreterState_Get() -> *mut Interpreter = |cx| { interpreters::pointer(cx.interp()) }
    /// The main interpreter.
    fn PyInterpreterState_Main() -> *mut Interpreter = |_| { interpreters::main() as *mut Interpreter }
    /// The main interpreter.
    fn _PyInterpreterState_Main() -> *mut Interpreter = |_| { interpreters::main() as *mut Interpreter }
    /// The newest interpreter.
    fn PyInterpreterState_Head() -> *mut Interpreter = |_| { interpreters::head() as *mut Interpreter }
    /// The interpreter made before.
    fn PyInterpreterState_Next(i: &Interpreter) -> *mut Interpreter = |_| { i.identity().next.get() as *mut Interpreter }
    /// An interpreter that never starts: only its number is of use.
    fn PyInterpreterState_New() -> *mut Interpreter = |cx| {
        let i = Interpreter::new(cx.interp().config.borrow().clone());
        i.identity().whence.set(whence::UNKNOWN);
        interpreters::pointer(i)
    }
    /// Empty an interpreter.
    fn PyInterpreterState_Clear(i: &Interpreter) = |_| {}
    /// Forget an interpreter that never started.
    fn PyInterpreterState_Delete(i: &'static Interpreter) = |cx| { interpreters::forget(i, cx) }
    /// The newest thread state.
    fn PyInterpreterState_ThreadHead(i: &Interpreter) -> State = |_| { i.threads.get() }
    /// The interpreter's number.
    fn PyInterpreterState_GetID(i: &Interpreter) -> i64 = |_| { i.identity().id.get() }
    /// A dict for extensions, borrowed.
    fn PyInterpreterState_GetDict(i: &'static Interpreter) -> PyResult<Borrowed> = |cx| {
        let st = i.state::<sync::InterpreterDict>();
        if st.0.is_empty() {
            let d = PyDict::new(cx)?;
            st.0.set(Some(d.into_object()), cx);
        }
        Ok(Borrowed(st.0.as_raw()))
    }
    /// Have `f(data)` called at the end of the interpreter.
    fn PyUnstable_AtExit(i: &'static Interpreter, f: interpreters::AtExit, data: *mut c_void) -> PyResult<()> = |cx| {
        // Only for the current one, as in CPython.
        if !std::ptr::eq(i, cx.interp()) { return Err(bad_internal_call(cx)); }
        interpreters::at_exit(f, data, cx);
        Ok(())
    }
    /// A new interpreter; its state is current afterwards. Null when it could not start.
    fn Py_NewInterpreter() -> State = |_| {
        match interpreters::create(&Settings::LEGACY, whence::LEGACY_CAPI) {
            Ok(ts) => pointer(ts),
            Err(text) => taipan_object::fatal(&format!("Py_NewInterpreter: {text}")),
        }
    }
    /// End the interpreter of the current state; none is current afterwards.
    fn Py_EndInterpreter(ts: State) = |cx| { end(ts, cx) }
    /// The configuration as a dict.
    fn _PyInterpreterConfig_AsDict(c: *const Config) -> PyResult<Own<PyDict>> = |cx| {
        match settings(&*c) { Ok(s) => s.to_dict(cx), Err(t) => Err(cx.value_error(format_args!("{t}"))) }
    }
    /// A configuration from a dict that has all fields.
    fn _PyInterpreterConfig_InitFromDict(c: *mut Config, d: Option<&Object>) -> PyResult<()> = |cx| { update(c, d, true, cx) }
    /// Change a configuration as a dict says.
    fn _PyInterpreterConfig_UpdateFromDict(c: *mut Config, d: Option<&Object>) -> PyResult<()> = |cx| { update(c, d, false, cx) }
    /// The configuration of an interpreter.
    fn _PyInterpreterConfig_InitFromState(c: *mut Config, i: &Interpreter) -> c_int = |_| { *c = config(&Settings::of(i)); 0 }
    /// The number that an object names, -1 with an exception.
    fn _PyInterpreterState_ObjectToID(o: &Object) -> PyResult<i64> = |cx| { interpreters::id_of(o, cx) }
    /// The interpreter that an object names, null with an exception.
    fn _PyInterpreterState_LookUpIDObject(o: &Object) -> PyResult<*mut Interpreter> = |cx| {
        interpreters::from_object(o, cx).map(interpreters::pointer)
    }
    /// The interpreter of a number, null with an exception.
    fn _PyInterpreterState_LookUpID(id: i64) -> PyResult<*mut Interpreter> = |cx| { interpreters::require(id, cx).map(interpreters::pointer) }
    /// The number as an object.
    fn _PyInterpreterState_GetIDObject(i: &Interpreter) -> PyResult<Own<PyInt>> = |cx| { PyInt::new(i.identity().id.get(), cx) }
    /// Count a reference.
    fn _PyInterpreterState_IDIncref(i: &Interpreter) -> c_int = |_| { interpreters::add_ref(i); 0 }
    /// Give a reference up.
    fn _PyInterpreterState_IDDecref(i: &'static Interpreter) = |cx| { interpreters::drop_ref(i, cx) }
    /// Whether the last reference ends the interpreter.
    fn _PyInterpreterState_RequiresIDRef(i: &Interpreter) -> c_int = |_| { i.identity().requires_ref.get() }
    /// Say whether the last reference ends the interpreter.
    fn _PyInterpreterState_RequireIDRef(i: &Interpreter, wish: c_int) = |_| { interpreters::require_ref(i, wish != 0) }
    /// Who made it.
    fn _PyInterpreterState_GetWhence(i: &Interpreter) -> c_long = |_| { i.identity().whence.get() }
    /// Whether it has started.
    fn _PyInterpreterState_IsReady(i: &Interpreter) -> c_int = |_| { i.identity().ready.get() }
    /// Whether something runs in its `__main__`.
    fn _PyInterpreterState_IsRunningMain(i: &Interpreter) -> c_int = |_| { interpreters::is_running(i).into() }
    /// This thread runs its `__main__` now.
    fn _PyInterpreterState_SetRunningMain(i: &Interpreter) -> PyResult<()> = |cx| {
        if interpreters::set_running(i, cx) { return Ok(()); }
        Err(cx.raise_msg(exc::InterpreterError(), format_args!("interpreter already running")))
    }
    /// Nobody runs its `__main__`.
    fn _PyInterpreterState_SetNotRunningMain(i: &Interpreter) = |_| { interpreters::set_not_running(i) }
    /// A state of an interpreter for the calling thread, not current.
    fn _PyThreadState_NewBound(i: &'static Interpreter, whence: c_int) -> State = |cx| { pointer(interpreters::new_state(i, cx)) }
    /// A new interpreter. With `p_tstate` its state stays current, otherwise the caller's.
    fn _PyXI_NewInterpreter(c: *const Config, p_whence: *const c_long, p_tstate: *mut State, p_save: *mut State) -> PyResult<*mut Interpreter> = |cx| {
        let old = cx.ts();
        let made_by = p_whence.as_ref().copied().unwrap_or(whence::XI);
        let ts = match settings(&*c).and_then(|s| interpreters::create(&s, made_by)) {
            Ok(ts) => ts,
            Err(text) => return Err(interpreters::creation_failed(&text, cx)),
        };
        let i = ts.interp();
        let mut save = pointer(old);
        if p_tstate.is_null() {
            interpreters::leave_for(old, cx);
            save = std::ptr::null_mut();
        } else {
            *p_tstate = pointer(ts);
        }
        if !p_save.is_null() { *p_save = save; }
        Ok(interpreters::pointer(i))
    }
    /// End an interpreter; the state in `*p_save`, or the caller's, is current afterwards.
    fn _PyXI_EndInterpreter(i: &'static Interpreter, ts: State, p_save: *mut State) = |cx| {
        if i.identity().ready.get() == 0 { return interpreters::forget(i, cx); }
        let current = cx.ts();
        let mut back = if std::ptr::eq(current.interp(), i) { std::ptr::null() } else { current as *const ThreadState };
        if let Some(ts) = ts.as_ref() {
            if !std::ptr::eq(ts, current) { gil::switch(ts); }
        } else if !back.is_null() {
            gil::switch(interpreters::new_state(i, cx));
        }
        if let Some(save) = p_save.as_ref() { back = *save; }
        interpreters::end_current(back, true, &mut Cx::assume());
    }
}
