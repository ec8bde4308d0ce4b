//! How the kernel calls into the interpreter: function pointers that `interp::init` installs once, before any Python code runs.

use crate::cx::Cx;
use crate::err::PyResult;
use crate::frame::Slot;
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

/// What takes the items of an iterable that native code walks (`abstract_::iter::walk`).
pub trait Sink {
    /// Take an item. False: no more are wanted.
    fn take(&mut self, v: Own<Object>, cx: &mut Cx) -> PyResult<bool>;
    /// Take an item of a generator, a number that fits a frame's word, while the generator still runs. False: `take` must do it, and nothing has happened.
    ///
    /// Nothing of this may run Python code, raise, or look at frames.
    #[inline(always)]
    fn see_int(&mut self, _v: i64) -> bool {
        false
    }
    /// As `see_int`, for an object. Only objects may be taken whose death runs nothing: exact numbers and what never dies.
    #[inline(always)]
    fn see(&mut self, _v: &Object) -> bool {
        false
    }
    /// As `see` and `see_int`, for a sink that keeps what it takes.
    ///
    /// # Safety
    /// The word is owned and not empty; it is taken over if the answer is true.
    #[inline(always)]
    unsafe fn take_quietly(&mut self, v: Slot) -> bool {
        if v.is_int() {
            return self.see_int(v.as_int());
        }
        // SAFETY: the caller's promise.
        unsafe {
            let seen = self.see(&*v.as_ptr());
            if seen {
                v.release();
            }
            seen
        }
    }
}

/// A generator that native code walks: its items go to the sink without leaving the loop.
#[repr(C, align(16))]
pub struct Drive<'a> {
    pub sink: &'a mut dyn Sink,
    /// How the sink ended it, while a generator waits: it wants no more, or has raised.
    pub ended: Option<PyResult<()>>,
}

/// The interpreter's entry points.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// `vectorcall` of Python functions.
    pub function_vectorcall: VectorcallFunc,
    /// Resume a suspended (or fresh) generator with a value, or, with none, by raising the current exception inside.
    pub resume: fn(&Gen, Option<Own<Object>>, &mut Cx) -> PyResult<Resumed>,
    /// Give what is left of a generator to the sink, until that wants no more.
    pub drive: fn(&Gen, &mut dyn Sink, &mut Cx) -> PyResult<()>,
    /// `tp_iternext` of generators.
    pub next: crate::typeobj::UnaryFunc,
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
