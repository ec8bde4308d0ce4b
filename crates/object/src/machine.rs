//! How the kernel calls into the interpreter: function pointers that `interp::init` installs once, before any Python code runs.

use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::thread::ThreadState;
use crate::typeobj::VectorcallFunc;
use crate::types::generator::Gen;
use std::cell::Cell;

/// What resuming a generator led to.
pub enum Resumed {
    Yield(Own<Object>),
    Return(Own<Object>),
}

/// The interpreter's entry points.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// `vectorcall` of Python functions.
    pub function_vectorcall: VectorcallFunc,
    /// Resume a suspended (or fresh) generator with a value, or, with none, by raising the current exception inside.
    pub resume: fn(&Gen, Option<Own<Object>>, &mut Cx) -> PyResult<Resumed>,
    /// Answer `eval_breaker`: GIL switch, signals, pending calls, collections.
    pub breaker: fn(&mut Cx) -> PyResult<()>,
}

struct Installed(Cell<Option<Hooks>>);
// SAFETY: written once at start, then only read.
unsafe impl Sync for Installed {}
static HOOKS: Installed = Installed(Cell::new(None));

/// Install the interpreter. Once, before any function is made.
pub fn install(h: Hooks) {
    HOOKS.0.set(Some(h));
}

/// The installed interpreter.
#[inline]
pub fn hooks() -> Hooks {
    match HOOKS.0.get() {
        Some(h) => h,
        None => crate::fatal("no interpreter is installed"),
    }
}

/// What other crates do at the eval breaker: set by the crates that own signals and pending calls, called with the GIL held.
pub struct Signals(Cell<Option<fn(&mut Cx) -> PyResult<()>>>, Cell<Option<fn(&mut Cx) -> PyResult<()>>>);
// SAFETY: as above.
unsafe impl Sync for Signals {}
static SIGNALS: Signals = Signals(Cell::new(None), Cell::new(None));

/// Install the handler of [`crate::thread::breaker::SIGNALS`].
pub fn set_signal_handler(f: fn(&mut Cx) -> PyResult<()>) {
    SIGNALS.0.set(Some(f));
}
/// Install the handler of [`crate::thread::breaker::PENDING_CALLS`].
pub fn set_pending_handler(f: fn(&mut Cx) -> PyResult<()>) {
    SIGNALS.1.set(Some(f));
}
/// The handlers for signals and pending calls.
#[allow(clippy::type_complexity)]
pub fn breaker_handlers() -> (Option<fn(&mut Cx) -> PyResult<()>>, Option<fn(&mut Cx) -> PyResult<()>>) {
    (SIGNALS.0.get(), SIGNALS.1.get())
}

/// The innermost complete Python frame of a thread, or none.
pub fn current_frame(ts: &ThreadState) -> Option<&crate::frame::Frame> {
    // SAFETY: the chain of live frames.
    let mut f = unsafe { ts.current_frame.get().as_ref() };
    while let Some(x) = f {
        if x.is_shown() {
            return Some(x);
        }
        f = x.previous();
    }
    None
}
