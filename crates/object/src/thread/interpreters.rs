//! The interpreters of the process: the list of them, making one, working in one, ending one.
//!
//! All share the one GIL, the allocator, the static types and the interned strings. Whatever else a program can see hangs off its `Interpreter`. A thread works in another
//! interpreter with a second state, which it makes current for a while: nothing on the hot paths knows of it. What an interpreter needs to start and to end is the
//! binary's business, which says so through [`set_lifecycle`].

pub use super::settings::{Gil, Settings, feature};
use super::{Interpreter, ThreadState, gil, spawn};
use crate::cx::{self, Cx};
use crate::prelude::*;
use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};

/// Who made an interpreter (`_PyInterpreterState_WHENCE_*`).
pub mod whence {
    pub const UNKNOWN: i64 = 0;
    pub const RUNTIME: i64 = 1;
    pub const LEGACY_CAPI: i64 = 2;
    pub const CAPI: i64 = 3;
    pub const XI: i64 = 4;
    pub const STDLIB: i64 = 5;
}

/// What it takes to start and to end an interpreter. Both run in it.
#[derive(Clone, Copy)]
pub struct Lifecycle {
    /// Make its modules.
    pub start: fn(&mut Cx) -> PyResult<()>,
    /// Wait for its threads, run its exit functions, let its modules go.
    pub stop: fn(&mut Cx),
    /// A text for an exception that ended the start.
    pub describe: fn(&Object, &mut Cx) -> String,
}

struct Known {
    head: Cell<*const Interpreter>,
    main: Cell<*const Interpreter>,
    next_id: Cell<i64>,
    lifecycle: Cell<Option<Lifecycle>>,
    /// Told the head and the next number whenever they change.
    observer: Cell<Option<fn(*const Interpreter, i64)>>,
    /// Lets what a thread state owns outside of itself go.
    state_end: Cell<Option<fn(&mut Cx)>>,
    /// Told the number of every interpreter that ends.
    enders: RefCell<Vec<fn(i64, &mut Cx)>>,
}
// SAFETY: touched with the GIL held.
unsafe impl Sync for Known {}
static KNOWN: Known = Known {
    head: Cell::new(null()),
    main: Cell::new(null()),
    next_id: Cell::new(0),
    lifecycle: Cell::new(None),
    observer: Cell::new(None),
    state_end: Cell::new(None),
    enders: RefCell::new(Vec::new()),
};

/// Say how interpreters start and end.
pub fn set_lifecycle(l: Lifecycle) {
    KNOWN.lifecycle.set(Some(l));
}

/// Hear of the list's head and the next number, now and whenever they change.
pub fn observe(f: fn(*const Interpreter, i64)) {
    KNOWN.observer.set(Some(f));
    changed();
}

fn changed() {
    if let Some(f) = KNOWN.observer.get() {
        f(KNOWN.head.get(), KNOWN.next_id.get());
    }
}

/// Have `f` called when a state ends that was made for a visit, while it is still current.
pub fn on_state_end(f: fn(&mut Cx)) {
    KNOWN.state_end.set(Some(f));
}

/// Empty the current state.
fn clear_current(cx: &mut Cx) {
    if let Some(f) = KNOWN.state_end.get() {
        f(cx);
    }
    spawn::clear(cx.ts(), cx);
}

/// Have `f` told the number of every interpreter that ends; once per function. It runs in that interpreter.
pub fn on_end(f: fn(i64, &mut Cx)) {
    let mut list = KNOWN.enders.borrow_mut();
    if !list.iter().any(|g| std::ptr::fn_addr_eq(*g, f)) {
        list.push(f);
    }
}

/// State that all interpreters share: the main one's.
pub fn shared_state<T: Default + 'static>(cx: &Cx) -> &'static T {
    // SAFETY: the main interpreter lives as long as the process.
    unsafe { KNOWN.main.get().as_ref() }.unwrap_or(cx.interp()).state::<T>()
}

/// Give a buffer back in the interpreter of its exporter, if there still is one.
pub fn release_in(owner: i64, buffer: Buffer) {
    // SAFETY: whoever holds a buffer holds the GIL when it is dropped.
    let cx = &mut unsafe { Cx::assume() };
    match find(owner, cx) {
        Some(i) => enter(i, cx, |_| drop(buffer)),
        None => drop(buffer),
    }
}

/// For destructors of what hangs on objects: do something with the interpreter whose object dies.
pub fn in_destructor<T>(value: T, f: impl FnOnce(T, &mut Cx)) {
    // SAFETY: objects die with the GIL held.
    f(value, &mut unsafe { Cx::assume() })
}

/// Put a new interpreter into the list. The first one is the main one.
pub(super) fn enlist(i: &'static Interpreter) {
    let id = KNOWN.next_id.get();
    KNOWN.next_id.set(id + 1);
    i.identity().id.set(id);
    i.identity().next.set(KNOWN.head.get());
    KNOWN.head.set(i);
    if KNOWN.main.get().is_null() {
        KNOWN.main.set(i);
        i.features().set(feature::ALL);
        i.own_gil.set(1);
        i.identity().whence.set(whence::RUNTIME);
        i.identity().ready.set(1);
    }
    changed();
}

fn delist(i: &Interpreter) {
    if std::ptr::eq(KNOWN.head.get(), i) {
        KNOWN.head.set(i.identity().next.get());
    } else {
        let mut at = KNOWN.head.get();
        // SAFETY: members of the list are alive.
        while let Some(x) = unsafe { at.as_ref() } {
            at = x.identity().next.get();
            if std::ptr::eq(at, i) {
                x.identity().next.set(i.identity().next.get());
                break;
            }
        }
    }
    changed();
}

/// All interpreters, newest first.
pub fn all(_cx: &Cx) -> Vec<&'static Interpreter> {
    let (mut v, mut at) = (Vec::new(), KNOWN.head.get());
    // SAFETY: members of the list are alive; ending one takes the GIL.
    while let Some(x) = unsafe { at.as_ref() } {
        v.push(x);
        at = x.identity().next.get();
    }
    v
}

/// The newest interpreter, or null.
pub fn head() -> *const Interpreter {
    KNOWN.head.get()
}

/// The main interpreter, or null before it exists.
pub fn main() -> *const Interpreter {
    KNOWN.main.get()
}

/// The interpreter with a number.
pub fn find(id: i64, cx: &Cx) -> Option<&'static Interpreter> {
    all(cx).into_iter().find(|i| i.identity().id.get() == id)
}

/// A new interpreter, running nothing, and a state of it for the calling thread, which is current afterwards. Called with or without a current state; without one the GIL is
/// taken.
///
/// # Errors
/// The text of what went wrong; the calling thread's state is what it was.
pub fn create(s: &Settings, made_by: i64) -> Result<&'static ThreadState, String> {
    if !s.use_main_obmalloc && !s.check_multi_interp_extensions {
        // The number is used up.
        KNOWN.next_id.set(KNOWN.next_id.get() + 1);
        changed();
        return Err("per-interpreter obmalloc does not support single-phase init extension modules".into());
    }
    // SAFETY: the main interpreter lives as long as the process.
    let (Some(main), Some(life)) = (unsafe { KNOWN.main.get().as_ref() }, KNOWN.lifecycle.get()) else {
        return Err("no main interpreter".into());
    };
    let make = || {
        let i = Interpreter::new(main.config.borrow().clone());
        i.features().set(s.flags());
        i.own_gil.set((s.gil == Gil::Own).into());
        i.identity().whence.set(whence::UNKNOWN);
        ThreadState::new(i)
    };
    let before = cx::current();
    let ts = if before.is_null() {
        gil::take_new(make)
    } else {
        let ts = make();
        gil::switch(ts);
        ts
    };
    // SAFETY: the GIL is held with the new state.
    let cx = &mut unsafe { Cx::assume() };
    if let Err(r) = (life.start)(cx) {
        let e = cx.take_raised(r);
        let text = (life.describe)(&e, cx);
        drop(e);
        end_current(before, false, cx);
        return Err(text);
    }
    let id = ts.interp().identity();
    id.whence.set(made_by);
    id.ready.set(1);
    Ok(ts)
}

/// End the interpreter of the current state and free both; `back` is current afterwards, or nothing (the GIL is given up) if it is null. An interpreter that has other threads
/// is only stopped: they still use it.
pub fn end_current(back: *const ThreadState, started: bool, cx: &mut Cx) {
    let ts = cx.ts();
    let i = ts.interp();
    if let (true, Some(life)) = (started, KNOWN.lifecycle.get()) {
        (life.stop)(cx);
    }
    i.finalizing.set(true);
    run_at_exit(cx);
    let number = i.identity().id.get();
    for f in KNOWN.enders.borrow().clone() {
        f(number, cx);
    }
    let alone = std::ptr::eq(i.threads.get(), ts) && ts.next.get().is_null();
    clear_current(cx);
    if alone {
        i.dismantle(cx);
        spawn::clear(ts, cx);
    }
    delist(i);
    leave(ts, back);
    if alone {
        // SAFETY: dismantled, in no list, and its last state is gone.
        unsafe { i.free() };
    }
}

/// Take a current, empty state out of its interpreter, make another one current and free it.
fn leave(ts: &'static ThreadState, back: *const ThreadState) {
    ts.interp().unlink_thread(ts);
    crate::frame::free_stack(ts);
    // SAFETY: null or a state of this thread.
    match unsafe { back.as_ref() } {
        Some(b) => gil::switch(b),
        None => gil::release(ts),
    }
    // SAFETY: unlinked; nobody else knows it.
    unsafe { spawn::free(ts) };
}

/// A state of an interpreter for the calling thread, not current.
pub fn new_state(i: &'static Interpreter, cx: &Cx) -> &'static ThreadState {
    let ts = ThreadState::new(i);
    ts.share_thread(cx.ts());
    ts
}

/// Empty the current state, take it out of its interpreter, make another one current and free it.
pub fn leave_for(back: &'static ThreadState, cx: &mut Cx) {
    let ts = cx.ts();
    clear_current(cx);
    leave(ts, back);
}

/// Take an interpreter that never started out of the list and free it.
pub fn forget(i: &'static Interpreter, cx: &mut Cx) {
    i.dismantle(cx);
    delist(i);
    // SAFETY: dismantled; it never had threads.
    unsafe { i.free() };
}

/// The number of an interpreter that an object names.
pub fn id_of(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    if !crate::abstract_::number::has_index(o) {
        return Err(cx.type_error(format_args!("interpreter ID must be an int, got {}", o.ty().tp_name_str())));
    }
    let n = crate::abstract_::number::index(o, cx)?;
    match n.to_i64() {
        Some(n) if n >= 0 => Ok(n),
        None if !n.is_negative() => Err(cx.overflow_error(format_args!("int too big to convert"))),
        _ => {
            let shown = crate::abstract_::repr(o, cx)?;
            Err(cx.value_error(format_args!("interpreter ID must be a non-negative int, got {shown}")))
        }
    }
}

/// The interpreter of a number.
///
/// # Errors
/// `InterpreterNotFoundError`.
pub fn require(id: i64, cx: &mut Cx) -> PyResult<&'static Interpreter> {
    match find(id, cx) {
        Some(i) => Ok(i),
        None => Err(cx.raise_msg(exc::InterpreterNotFoundError(), format_args!("unrecognized interpreter ID {id}"))),
    }
}

/// The interpreter that an object names.
pub fn from_object(o: &Object, cx: &mut Cx) -> PyResult<&'static Interpreter> {
    let id = id_of(o, cx)?;
    require(id, cx)
}

/// Run `f` in another interpreter, with a state of its own. What `f` makes must not come back but as plain data.
pub fn enter<R>(i: &'static Interpreter, cx: &mut Cx, f: impl FnOnce(&mut Cx) -> R) -> R {
    let old = cx.ts();
    if std::ptr::eq(old.interp(), i) {
        return f(cx);
    }
    struct Back(&'static ThreadState, &'static ThreadState);
    impl Drop for Back {
        fn drop(&mut self) {
            // SAFETY: the GIL is held with the second state.
            clear_current(&mut unsafe { Cx::assume() });
            leave(self.1, self.0);
        }
    }
    let ts = new_state(i, cx);
    gil::switch(ts);
    let _back = Back(old, ts);
    // SAFETY: the GIL is held with the new state.
    f(&mut unsafe { Cx::assume() })
}

/// Make an interpreter for a program (`_interpreters.create`): the calling thread's state stays.
pub fn create_idle(s: &Settings, made_by: i64, cx: &mut Cx) -> PyResult<&'static Interpreter> {
    let old = cx.ts();
    match create(s, made_by) {
        Ok(ts) => {
            let i = ts.interp();
            leave_for(old, cx);
            Ok(i)
        }
        Err(text) => Err(creation_failed(&text, cx)),
    }
}

/// `InterpreterError("sub-interpreter creation failed")` because of what the start said.
pub fn creation_failed(text: &str, cx: &mut Cx) -> Raised {
    let cause = cx.runtime_error(format_args!("{text}"));
    let cause = cx.take_raised(cause);
    let r = cx.raise_msg(exc::InterpreterError(), format_args!("sub-interpreter creation failed"));
    let e = cx.take_raised(r);
    if let Some(b) = e.downcast::<exc::PyBaseException>() {
        b.context.set(Some(cause), cx);
    }
    cx.set_raised(e)
}

/// End an interpreter in which this thread has no state that matters.
pub fn destroy(i: &'static Interpreter, cx: &mut Cx) {
    let old = cx.ts();
    let ts = new_state(i, cx);
    gil::switch(ts);
    // SAFETY: the GIL is held with the new state.
    end_current(old, true, &mut unsafe { Cx::assume() });
}

/// Whether something runs in the interpreter's `__main__` (`_PyInterpreterState_IsRunningMain`). The main interpreter's is taken to run always.
pub fn is_running(i: &Interpreter) -> bool {
    !i.running_main.get().is_null() || i.is_main()
}

/// The calling thread runs the interpreter's `__main__` now; false when another one does.
pub fn set_running(i: &Interpreter, cx: &Cx) -> bool {
    if is_running(i) {
        return false;
    }
    i.running_main.set(cx.ts());
    true
}

/// The namespace of the current interpreter's `__main__` while it is run from outside: what code without a frame takes for its globals.
pub fn running_globals(cx: &mut Cx) -> Option<Own<PyDict>> {
    if cx.interp().running_main.get().is_null() {
        return None;
    }
    let main = cx.interp().modules.own()?.get_text("__main__", cx).ok()??;
    main.downcast::<PyModule>()?.dict(cx).ok()
}

/// Whether other interpreters expect to run while this one waits, as they do in CPython with a GIL of their own.
pub fn others_wait() -> bool {
    let (head, main) = (KNOWN.head.get(), KNOWN.main.get());
    !head.is_null() && !std::ptr::eq(head, main)
}

/// Nobody runs the interpreter's `__main__` any more.
pub fn set_not_running(i: &Interpreter) {
    i.running_main.set(null());
}

/// Count a reference to an interpreter.
pub fn add_ref(i: &Interpreter) {
    let id = i.identity();
    id.refs.set(id.refs.get() + 1);
}

/// Give a reference up; the last one ends the interpreter if it is so wished.
pub fn drop_ref(i: &'static Interpreter, cx: &mut Cx) {
    let id = i.identity();
    id.refs.set(id.refs.get() - 1);
    if id.refs.get() == 0 && id.requires_ref.get() != 0 {
        // One that runs is ended by whoever closes it.
        if std::ptr::eq(i, cx.interp()) || is_running(i) {
            return;
        }
        destroy(i, cx);
    }
}

/// Whether the last reference ends the interpreter; only if some are counted.
pub fn require_ref(i: &Interpreter, wish: bool) {
    i.identity().requires_ref.set(c_int::from(wish));
}

/// Whether extension modules must say that they support several interpreters.
pub fn checks_extensions(cx: &Cx) -> bool {
    match cx.interp().extensions_check.get() {
        n if n < 0 => false,
        0 => cx.has_feature(feature::CHECK_EXTENSIONS),
        _ => true,
    }
}

/// `ImportError` if the interpreter takes only modules that support several interpreters and `name` does not.
pub fn check_extension(name: &str, cx: &mut Cx) -> PyResult<()> {
    if checks_extensions(cx) {
        return Err(cx.import_error(format_args!("module {name} does not support loading in subinterpreters")));
    }
    Ok(())
}

/// A function of C code for the end of an interpreter.
pub type AtExit = unsafe extern "C" fn(*mut c_void);

/// What C code wants called when an interpreter ends (`PyUnstable_AtExit`).
#[derive(Default)]
struct ExitCalls(RefCell<Vec<(AtExit, *mut c_void)>>);

/// Have `f(data)` called when the current interpreter ends.
pub fn at_exit(f: AtExit, data: *mut c_void, cx: &mut Cx) {
    cx.state::<ExitCalls>().0.borrow_mut().push((f, data));
}

/// Make those calls, last first.
pub fn run_at_exit(cx: &mut Cx) {
    while let Some((f, data)) = { cx.state::<ExitCalls>().0.borrow_mut().pop() } {
        // SAFETY: the function and argument of `PyUnstable_AtExit`.
        unsafe { f(data) };
    }
}

/// As a pointer for C code.
pub fn pointer(i: &Interpreter) -> *mut Interpreter {
    i as *const Interpreter as *mut Interpreter
}

/// What C code passes for "no interpreter".
pub const NONE: *mut Interpreter = null_mut();
