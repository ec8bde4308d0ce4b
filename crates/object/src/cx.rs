//! `Cx`: the proof that this thread holds the GIL, and the way to its thread state.
//!
//! It is zero-sized. `&mut Cx` in a signature means "may run arbitrary Python code": what was borrowed through `&Cx` (items of a list, a mutable
//! field) cannot live across such a call. The thread state is that of the GIL's holder: one load from a static.

use crate::thread::{Interpreter, ThreadState};
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::null;

thread_local! {
    static CURRENT: Cell<*const ThreadState> = const { Cell::new(null()) };
    /// The state that the thread had last, whether or not it holds the GIL; null once the thread has none any more.
    static OWN: Cell<*const ThreadState> = const { Cell::new(null()) };
}

/// Proof of the GIL. Not `Send`, not `Sync`.
pub struct Cx(PhantomData<*mut ()>);

impl Cx {
    /// Conjure the token.
    ///
    /// # Safety
    /// The current thread holds the GIL and has a thread state; the token is not kept beyond the function that made it.
    #[inline(always)]
    pub const unsafe fn assume() -> Cx {
        Cx(PhantomData)
    }

    /// The thread state of this thread.
    #[inline(always)]
    pub fn ts(&self) -> &'static ThreadState {
        // SAFETY: a `Cx` exists only while the thread holds the GIL with its state; states are freed after their thread's last `Cx`.
        unsafe { &*holder() }
    }

    /// The interpreter this thread works for.
    #[inline(always)]
    pub fn interp(&self) -> &'static Interpreter {
        self.ts().interp()
    }
}

/// Bind or unbind (null) the thread's state; gives the earlier one.
pub fn set_current(ts: *const ThreadState) -> *const ThreadState {
    if !ts.is_null() {
        OWN.with(|c| c.set(ts));
    }
    CURRENT.with(|c| c.replace(ts))
}

/// The state that holds the GIL: for code that runs with the GIL held, the thread's own, found without asking the thread.
#[inline(always)]
pub fn holder() -> *const ThreadState {
    crate::thread::gil::HOLDER.load(std::sync::atomic::Ordering::Relaxed)
}

/// The thread's state, or null when the thread is unknown to the interpreter.
#[inline(always)]
pub fn current() -> *const ThreadState {
    CURRENT.with(|c| c.get())
}

/// The thread's own state, also while it does not hold the GIL (`PyGILState_GetThisThreadState`); null for unknown threads.
pub fn own() -> *const ThreadState {
    OWN.with(|c| c.get())
}

/// The thread's state is about to be freed.
pub fn forget_own() {
    OWN.with(|c| c.set(null()));
}
