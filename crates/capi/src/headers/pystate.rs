//! `pystate.h`, `ceval.h`, `pythread.h`, `lock.h`: thread states, the GIL, locks.

use crate::border::{Borrowed, bad_internal_call};
use crate::capi;
use crate::sync;
use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering::*};
use taipan_object::machine::current_frame;
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, ThreadState, gil, spawn};
use taipan_object::types::frame::PyFrame;
use taipan_object::{attr, call, cx};

/// The interpreter that foreign threads join.
static MAIN: AtomicPtr<Interpreter> = AtomicPtr::new(std::ptr::null_mut());

/// The complaint about a call without a thread state.
const NO_STATE: &str = "PyThreadState_Get: the function must be called with the GIL held, after Python initialization and before Python finalization, but the GIL is released (the current Python thread state is NULL)";

/// Stack that a foreign thread is taken to have left, bytes.
const FOREIGN_STACK: usize = 1 << 20;

/// Remember the interpreter for threads that C code starts.
pub fn init(cx: &Cx) {
    MAIN.store(cx.interp() as *const Interpreter as *mut Interpreter, Release);
}

/// Whether the interpreter is shutting down; also without the GIL.
pub fn main_is_finalizing() -> bool {
    // SAFETY: null or the interpreter, which stays until the process ends.
    unsafe { MAIN.load(Acquire).as_ref() }.is_some_and(|i| i.finalizing.get())
}

type State = *mut ThreadState;

fn pointer(ts: &ThreadState) -> State {
    ts as *const ThreadState as State
}

/// Take a lock of C code. While it waits with the GIL held nobody else can run, as is the rule; only where interpreters count on GILs of their own it is given up.
fn acquire(l: &sync::Lock, microseconds: Option<u64>) -> bool {
    if microseconds == Some(0) || cx::current().is_null() || !taipan_object::thread::interpreters::others_wait() {
        return l.acquire(microseconds);
    }
    if l.acquire(Some(0)) {
        return true;
    }
    // SAFETY: the thread has its state.
    unsafe { Cx::assume() }.without_gil(|| l.acquire(microseconds))
}

/// Give the GIL up; the state comes back through `restore`.
fn save(cx: &Cx) -> State {
    let ts = cx.ts();
    gil::release(ts);
    pointer(ts)
}

fn restore(ts: State) {
    let e = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    // SAFETY: a state that C code got from `save` or `PyThreadState_New`.
    match unsafe { ts.as_ref() } {
        Some(ts) => gil::take(ts),
        None => taipan_object::fatal("PyEval_RestoreThread: the function must be called with a thread state"),
    }
    crate::errno::set(e);
}

/// `PyGILState_Ensure`: 0 when the GIL was held already, 1 when it was taken.
fn ensure() -> c_int {
    let current = cx::current();
    // SAFETY: the thread's own state.
    if let Some(ts) = unsafe { current.as_ref() } {
        ts.gilstate_counter.set(ts.gilstate_counter.get() + 1);
        return 0;
    }
    // SAFETY: a state that this thread has released for a while.
    match unsafe { cx::own().as_ref() } {
        Some(ts) => {
            gil::take(ts);
            ts.gilstate_counter.set(ts.gilstate_counter.get() + 1);
        }
        None => {
            // SAFETY: interpreters live as long as the process.
            let Some(interp) = (unsafe { MAIN.load(Acquire).as_ref() }) else { taipan_object::fatal("PyGILState_Ensure: no interpreter") };
            let ts = gil::take_new(|| ThreadState::new(interp));
            ts.set_stack_size(FOREIGN_STACK);
            ts.gilstate_counter.set(1);
        }
    }
    1
}

/// `PyGILState_Release`.
fn release(old: c_int, cx: &mut Cx) {
    let ts = cx.ts();
    let n = ts.gilstate_counter.get() - 1;
    ts.gilstate_counter.set(n);
    if n == 0 {
        // SAFETY: made by `ensure` for this thread, and the last user is done.
        unsafe { spawn::finish(ts, cx) };
    } else if old == 1 {
        save(cx);
    }
}

fn dict_of(ts: &ThreadState, cx: &mut Cx) -> PyResult<Borrowed> {
    if ts.dict.is_empty() {
        let d = PyDict::new(cx)?;
        ts.dict.set(Some(d.into_object()), cx);
    }
    Ok(Borrowed(ts.dict.as_raw()))
}

fn frame_of(ts: &ThreadState, cx: &mut Cx) -> PyResult<Option<Own<PyFrame>>> {
    match current_frame(ts) {
        Some(f) => PyFrame::of(f, cx).map(Some),
        None => Ok(None),
    }
}

/// The number of the calling thread, never 0; also without a state.
pub(crate) fn this_thread() -> c_ulong {
    unsafe extern "C" {
        fn pthread_self() -> c_ulong;
    }
    // SAFETY: no preconditions.
    unsafe { pthread_self() }
}

capi! {
    /// Take the GIL from any thread.
    fn PyGILState_Ensure() -> c_int = |_| { ensure() }
    /// Undo `PyGILState_Ensure`.
    fn PyGILState_Release(old: c_int) = |cx| { release(old, cx) }
    /// Whether this thread holds the GIL.
    fn PyGILState_Check() -> bool = |_| { !cx::current().is_null() }
    /// This thread's state, also without the GIL; null for unknown threads.
    fn PyGILState_GetThisThreadState() -> State = |_| {
        let c = cx::current();
        if c.is_null() { cx::own() as State } else { c as State }
    }
    /// The current state; fatal without one.
    fn PyThreadState_Get() -> State = |_| {
        let c = cx::current();
        if c.is_null() { taipan_object::fatal(NO_STATE); }
        c as State
    }
    /// The current state, or null.
    fn PyThreadState_GetUnchecked() -> State = |_| { cx::current() as State }
    /// As `PyThreadState_GetUnchecked`.
    fn _PyThreadState_UncheckedGet() -> State = |_| { cx::current() as State }
    /// A state for another thread.
    fn PyThreadState_New(interp: &'static Interpreter) -> State = |_| { pointer(ThreadState::new(interp)) }
    /// Empty a state.
    fn PyThreadState_Clear(ts: &ThreadState) = |cx| { spawn::clear(ts, cx) }
    /// Free a state that no thread uses.
    fn PyThreadState_Delete(ts: State) = |cx| {
        let ts: &'static ThreadState = &*ts;
        ts.interp().unlink_thread(ts);
        taipan_object::frame::free_stack(ts);
        spawn::free(ts);
    }
    /// Free this thread's state and give the GIL up.
    fn PyThreadState_DeleteCurrent() = |cx| { spawn::finish(cx.ts(), cx) }
    /// Exchange the current state; null gives the GIL up.
    fn PyThreadState_Swap(new: State) -> State = |_| {
        let old = cx::current();
        match (old.as_ref(), new.as_ref()) {
            (Some(_), Some(t)) => gil::switch(t),
            (Some(t), None) => gil::release(t),
            (None, Some(t)) => gil::take(t),
            (None, None) => {}
        }
        old as State
    }
    /// The dict for extensions of this thread, borrowed; null without a state.
    fn PyThreadState_GetDict() -> PyResult<Borrowed> = |cx| {
        if cx::current().is_null() { return Ok(Borrowed(std::ptr::null_mut())); }
        dict_of(cx.ts(), cx)
    }
    /// The dict for extensions of a thread, borrowed.
    fn _PyThreadState_GetDict(ts: &'static ThreadState) -> PyResult<Borrowed> = |cx| { dict_of(ts, cx) }
    /// The running frame of a thread, or null.
    fn PyThreadState_GetFrame(ts: &ThreadState) -> PyResult<Option<Own<PyFrame>>> = |cx| { frame_of(ts, cx) }
    /// The state's number.
    fn PyThreadState_GetID(ts: &ThreadState) -> u64 = |_| { ts.id.get() }
    /// The state's interpreter.
    fn PyThreadState_GetInterpreter(ts: &ThreadState) -> *mut Interpreter = |_| { ts.interp() as *const Interpreter as *mut Interpreter }
    /// The next state of the interpreter.
    fn PyThreadState_Next(ts: &ThreadState) -> State = |_| { ts.next.get() }
    /// Say where the stack of a thread is.
    fn PyUnstable_ThreadState_SetStackProtection(ts: &ThreadState, start: *mut c_void, bytes: usize) -> PyResult<()> = |cx| {
        const MIN: usize = taipan_object::thread::STACK_MIN;
        if bytes < MIN { return Err(cx.value_error(format_args!("stack_size must be at least {MIN} bytes"))); }
        ts.set_stack(start as usize, bytes);
        Ok(())
    }
    /// The stack is the thread's own again.
    fn PyUnstable_ThreadState_ResetStackProtection(ts: &ThreadState) = |_| { ts.reset_stack() }
    /// Suspend tracing.
    fn PyThreadState_EnterTracing(ts: &ThreadState) = |_| { ts.tracing.set(ts.tracing.get() + 1) }
    /// Resume tracing.
    fn PyThreadState_LeaveTracing(ts: &ThreadState) = |_| { ts.tracing.set(ts.tracing.get() - 1) }
    /// Raise an exception in another thread: the number of threads found.
    fn PyThreadState_SetAsyncExc(id: c_ulong, e: Option<&Object>) -> c_int = |cx| {
        for t in cx.interp().thread_list(cx) {
            if t.thread_id.get() == id {
                t.async_exc.set(e.map(Object::own), cx);
                t.eval_breaker.fetch_or(taipan_object::thread::breaker::ASYNC_EXC, AcqRel);
                return 1;
            }
        }
        0
    }
    /// Give the GIL up.
    fn PyEval_SaveThread() -> State = |cx| { save(cx) }
    /// Take the GIL back.
    fn PyEval_RestoreThread(ts: State) = |_| { restore(ts) }
    /// Take the GIL for a state.
    fn PyEval_AcquireThread(ts: State) = |_| { restore(ts) }
    /// Give the GIL of a state up.
    fn PyEval_ReleaseThread(ts: State) = |cx| { save(cx); }
    /// Nothing to do since 3.7.
    fn PyEval_InitThreads() = |_| {}
    /// Since 3.7 always.
    fn PyEval_ThreadsInitialized() -> c_int = |_| { 1 }
    /// `builtins` of the running frame, borrowed.
    fn PyEval_GetBuiltins() -> PyResult<Borrowed> = |cx| {
        match cx.interp().builtins.own() { Some(b) => Ok(Borrowed(b.as_object().as_ptr())), None => Err(bad_internal_call(cx)) }
    }
    /// `builtins` of the running frame.
    fn PyEval_GetFrameBuiltins() -> Option<Own<PyDict>> = |cx| { cx.interp().builtins.own() }
    /// `globals()`, borrowed; null without a frame.
    fn PyEval_GetGlobals() -> Borrowed = |cx| {
        Borrowed(taipan_interp::current_globals(cx).map_or(std::ptr::null_mut(), |g| g.as_object().as_ptr()))
    }
    /// `globals()`.
    fn PyEval_GetFrameGlobals() -> Option<Own<PyDict>> = |cx| { taipan_interp::current_globals(cx) }
    /// `locals()`.
    fn PyEval_GetFrameLocals() -> PyResult<Own<Object>> = |cx| { let f = cx.import_attr("builtins", "locals")?; call::call(&f, &[], cx) }
    /// `locals()`, borrowed.
    fn PyEval_GetLocals() -> PyResult<Borrowed> = |cx| {
        match current_frame(cx.ts()) {
            None => Err(cx.system_error(format_args!("frame does not exist"))),
            Some(f) => {
                let l = taipan_object::types::frame::locals_of(f, cx)?;
                // The thread's state keeps it alive until the next call, as the frame does in CPython.
                let st = cx.state::<sync::LastLocals>();
                st.0.set(Some(l), cx);
                Ok(Borrowed(st.0.as_raw()))
            }
        }
    }
    /// The running frame, borrowed; null without one.
    fn PyEval_GetFrame() -> PyResult<Borrowed> = |cx| { frame_of(cx.ts(), cx).map(|f| Borrowed(f.map_or(std::ptr::null_mut(), |f| f.as_object().as_ptr()))) }
    /// The name of a callable, for messages.
    fn PyEval_GetFuncName(f: &Object) -> PyResult<*const c_char> = |cx| {
        if !matches!(f.ty().tp_name_str(), "function" | "method" | "builtin_function_or_method" | "builtin_method") {
            return Ok(f.ty().tp_name.get());
        }
        match attr::get_opt(f, name!(cx, "__name__"), cx)?.and_then(|n| n.downcast_own::<PyStr>().ok()) {
            // The function keeps its name alive.
            Some(n) => n.utf8_cached(cx).map(|b| b.as_ptr() as *const c_char),
            None => Ok(f.ty().tp_name.get()),
        }
    }
    /// "()" for functions, " object" for the rest.
    fn PyEval_GetFuncDesc(f: &Object) -> *const c_char = |_| {
        match f.ty().tp_name_str() { "function" | "method" | "builtin_function_or_method" => c"()".as_ptr(), _ => c" object".as_ptr() }
    }
    /// `exec` or `eval` of a code object.
    fn PyEval_EvalCode(code: &Object, globals: &Object, locals: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let (Some(c), Some(g)) = (code.downcast::<taipan_object::types::code::PyCode>(), globals.downcast::<PyDict>()) else { return Err(bad_internal_call(cx)) };
        if !g.contains(name!(cx, "__builtins__"), cx)? {
            let b = cx.import("builtins")?;
            g.set(name!(cx, "__builtins__"), &b, cx)?;
        }
        taipan_interp::eval_code(c, g, locals, cx)
    }
    /// Flags of the compiler of the running frame.
    fn PyEval_MergeCompilerFlags(flags: *mut c_int) -> bool = |cx| {
        const FUTURES: u32 = 0x01ff_0000;
        if let Some(f) = current_frame(cx.ts()) {
            *flags |= (f.code().flags() & FUTURES) as c_int;
        }
        *flags != 0
    }
    /// Count a level of recursion: 0, or -1 with `RecursionError`.
    fn Py_EnterRecursiveCall(whence: *const c_char) -> PyResult<()> = |cx| {
        let w = crate::border::text(whence);
        cx.enter_call(&w).map(drop)
    }
    /// Undo `Py_EnterRecursiveCall`, which looks at the stack itself: there is nothing to count down.
    fn Py_LeaveRecursiveCall() = |_| {}
    /// `sys.getrecursionlimit()`.
    fn Py_GetRecursionLimit() -> c_int = |cx| { cx.interp().recursion_limit.get() }
    /// `sys.setrecursionlimit(n)`.
    fn Py_SetRecursionLimit(n: c_int) = |cx| {
        let r = (|| { let f = cx.import_attr("sys", "setrecursionlimit")?; let n = PyInt::new(n.into(), cx)?; call::call(&f, &[&n], cx) })();
        if let Err(r) = r { cx.discard(r); }
    }
    /// Have the main thread call `f(arg)` soon.
    fn Py_AddPendingCall(f: sync::Pending, arg: *mut c_void) -> c_int = |_| { sync::add_pending(f, arg) }
    /// Make the calls that are pending.
    fn Py_MakePendingCalls() -> PyResult<()> = |cx| { sync::make_pending(cx) }
    /// A slice bound as a C size; None leaves `*p`.
    fn _PyEval_SliceIndex(o: Option<&Object>, p: *mut isize) -> bool = |cx| {
        match o {
            None => true,
            Some(o) if o.is_none() => true,
            Some(o) if !taipan_object::abstract_::number::has_index(o) => {
                let _raised = cx.type_error(format_args!("slice indices must be integers or None or have an __index__ method"));
                false
            }
            Some(o) => match taipan_object::abstract_::number::index_clipped(o, cx) {
                Ok(n) => { *p = n; true }
                Err(_) => false,
            },
        }
    }

    /// A lock.
    fn PyThread_allocate_lock() -> *mut sync::Lock = |_| { Box::into_raw(Box::new(sync::Lock::new())) }
    /// Free a lock.
    fn PyThread_free_lock(l: *mut sync::Lock) = |_| { drop(Box::from_raw(l)) }
    /// Take a lock; without `wait` only when it is free. 1 when taken.
    fn PyThread_acquire_lock(l: &sync::Lock, wait: c_int) -> bool = |_| { acquire(l, if wait != 0 { None } else { Some(0) }) }
    /// Take a lock within microseconds (negative: for ever). 1 when taken.
    fn PyThread_acquire_lock_timed(l: &sync::Lock, microseconds: i64, interruptible: c_int) -> bool = |_| {
        acquire(l, u64::try_from(microseconds).ok())
    }
    /// Release a lock.
    fn PyThread_release_lock(l: &sync::Lock) = |_| { l.release() }
    /// Nothing to prepare.
    fn PyThread_init_thread() = |_| {}
    /// This thread.
    fn PyThread_get_thread_ident() -> u64 = |_| { this_thread() }
    /// As `PyThread_get_thread_ident`, in the width of the thread module.
    fn PyThread_get_thread_ident_ex() -> u64 = |_| { this_thread() }
    /// This thread's number in the system.
    fn PyThread_get_thread_native_id() -> u64 = |_| { sync::native_id() }
    /// End this thread.
    fn PyThread_exit_thread() = |_| { sync::exit_thread() }
    /// Start a thread; its identity, or -1.
    fn PyThread_start_new_thread(f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> u64 = |_| { sync::start_thread(f, arg) }
    /// Start a thread that will be joined or detached: 0, or -1.
    fn PyThread_start_joinable_thread(f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void, ident: *mut u64, handle: *mut u64) -> c_int = |_| {
        let t = sync::start_thread(f, arg);
        if t == u64::MAX { return -1; }
        (*ident, *handle) = (t, t);
        0
    }
    /// Wait for such a thread to end.
    fn PyThread_join_thread(handle: u64) -> c_int = |_| { sync::end_of_thread(handle, true) }
    /// Let such a thread go.
    fn PyThread_detach_thread(handle: u64) -> c_int = |_| { sync::end_of_thread(handle, false) }
    /// The stack size of new threads, 0: the system's.
    fn PyThread_get_stacksize() -> usize = |_| { 0 }
    /// Make a key of a thread-specific storage.
    fn PyThread_tss_create(k: *mut sync::Tss) -> c_int = |_| { sync::tss_create(k) }
    /// Forget a key.
    fn PyThread_tss_delete(k: *mut sync::Tss) = |_| { sync::tss_delete(k) }
    /// Whether the key was made.
    fn PyThread_tss_is_created(k: *mut sync::Tss) -> bool = |_| { (*k).is_created() }
    /// This thread's value.
    fn PyThread_tss_get(k: *mut sync::Tss) -> *mut c_void = |_| { sync::tss_get(k) }
    /// Set this thread's value.
    fn PyThread_tss_set(k: *mut sync::Tss, v: *mut c_void) -> c_int = |_| { sync::tss_set(k, v) }
    /// A key on the heap.
    fn PyThread_tss_alloc() -> *mut sync::Tss = |_| { Box::into_raw(Box::new(sync::Tss::new())) }
    /// Free a key of `PyThread_tss_alloc`.
    fn PyThread_tss_free(k: *mut sync::Tss) = |_| {
        if !k.is_null() { sync::tss_delete(k); drop(Box::from_raw(k)); }
    }

    /// Lock a one-byte mutex, giving the GIL up while waiting.
    fn PyMutex_Lock(m: &AtomicU8) = |cx| { sync::mutex_lock(m, cx) }
    /// Lock within a time in nanoseconds (negative: for ever, 0: only if it is free): 0 failed, 1 done.
    fn _PyMutex_LockTimed(m: &AtomicU8, ns: i64, flags: c_int) -> c_int = |cx| { sync::mutex_lock_timed(m, ns, cx).into() }
    /// Unlock.
    fn PyMutex_Unlock(m: &AtomicU8) = |_| { sync::mutex_unlock(m) }
    /// Whether it is locked.
    fn PyMutex_IsLocked(m: &AtomicU8) -> bool = |_| { m.load(Relaxed) & 1 != 0 }
    /// With the GIL a critical section needs nothing.
    fn PyCriticalSection_Begin(c: *mut c_void, o: *mut Object) = |_| {}
    /// End of a critical section.
    fn PyCriticalSection_End(c: *mut c_void) = |_| {}
    /// With the GIL a critical section needs nothing.
    fn PyCriticalSection2_Begin(c: *mut c_void, a: *mut Object, b: *mut Object) = |_| {}
    /// End of a critical section.
    fn PyCriticalSection2_End(c: *mut c_void) = |_| {}
}
