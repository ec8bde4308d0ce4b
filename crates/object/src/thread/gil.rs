//! The GIL: one lock per process, handed over on request after the switch interval (`sys.setswitchinterval`).
//!
//! A waiting thread sleeps for the interval, then asks the holder to let go through `eval_breaker`; the holder releases at its next check and waits until somebody else
//! has taken the lock (forced switch), as CPython does.

use super::state::{ThreadState, breaker};
use crate::cx;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::*};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

struct Gil {
    locked: Mutex<State>,
    free: Condvar,
    switched: Condvar,
}

pub struct State {
    held: bool,
    /// Number of takeovers; a dropping thread waits for it to change.
    switches: u64,
    waiting: u32,
    /// Threads that have let go on request and wait for the takeover. Telling nobody costs a system call, so it is asked first.
    yielding: u32,
}

static GIL: Gil = Gil { locked: Mutex::new(State { held: false, switches: 0, waiting: 0, yielding: 0 }), free: Condvar::new(), switched: Condvar::new() };
/// The state whose thread holds the GIL. Only that thread reads it without the lock (`Cx::ts`).
pub(crate) static HOLDER: AtomicPtr<ThreadState> = AtomicPtr::new(null_mut());
static INTERVAL_US: AtomicU64 = AtomicU64::new(5000);

/// Switch interval in microseconds.
pub fn switch_interval_us() -> u64 {
    INTERVAL_US.load(Relaxed)
}
pub fn set_switch_interval_us(us: u64) {
    INTERVAL_US.store(us.max(1), Relaxed);
}

fn lock() -> std::sync::MutexGuard<'static, State> {
    GIL.locked.lock().unwrap_or_else(|e| e.into_inner())
}

/// Take the GIL and make `ts` the thread's state.
pub fn take(ts: &ThreadState) {
    acquire();
    bind(ts);
}

/// Take the GIL on a thread that has no state yet; `make` makes it with the GIL held.
pub fn take_new(make: impl FnOnce() -> &'static ThreadState) -> &'static ThreadState {
    acquire();
    let ts = make();
    bind(ts);
    ts
}

/// Wait until the lock is free and take it; nobody is named as its holder yet.
fn acquire() {
    let mut s = lock();
    s.waiting += 1;
    while s.held {
        let seen = s.switches;
        let wait = Duration::from_micros(switch_interval_us());
        let (g, timeout) = GIL.free.wait_timeout(s, wait).unwrap_or_else(|e| e.into_inner());
        s = g;
        if timeout.timed_out() && s.held && s.switches == seen {
            let holder = HOLDER.load(Acquire);
            if !holder.is_null() {
                // SAFETY: a holder's state stays alive while the lock's mutex is held by us and `held` is true.
                unsafe { (*holder).eval_breaker.fetch_or(breaker::GIL_DROP, Release) };
            }
        }
    }
    s.waiting -= 1;
    s.held = true;
    s.switches += 1;
    if s.yielding > 0 {
        GIL.switched.notify_all();
    }
}

/// Name the state that holds the GIL now.
fn bind(ts: &ThreadState) {
    ts.know_stack();
    HOLDER.store(ts as *const ThreadState as *mut ThreadState, Release);
    ts.holds_gil.set(1);
    cx::set_current(ts);
}

/// Release the GIL. The thread has no state afterwards.
pub fn release(ts: &ThreadState) {
    cx::set_current(std::ptr::null());
    ts.holds_gil.set(0);
    let mut s = lock();
    HOLDER.store(null_mut(), Release);
    s.held = false;
    let wanted = s.waiting > 0;
    drop(s);
    if wanted {
        GIL.free.notify_one();
    }
}

/// Make another state of the calling thread, which holds the GIL, the current one.
pub fn switch(ts: &ThreadState) {
    ts.know_stack();
    let old = cx::current();
    // Those who ask the holder to let go look at it under the lock: afterwards the old state may be freed.
    let s = lock();
    HOLDER.store(ts as *const ThreadState as *mut ThreadState, Release);
    drop(s);
    // SAFETY: null or the state that was current.
    if let Some(old) = unsafe { old.as_ref() } {
        old.holds_gil.set(0);
    }
    ts.holds_gil.set(1);
    cx::set_current(ts);
}

/// Answer a drop request: let another thread run, then take the GIL back.
pub fn yield_now(ts: &ThreadState) {
    ts.eval_breaker.fetch_and(!breaker::GIL_DROP, AcqRel);
    let seen = {
        let s = lock();
        if s.waiting == 0 {
            return;
        }
        s.switches
    };
    release(ts);
    let mut s = lock();
    s.yielding += 1;
    while s.switches == seen && s.waiting > 0 {
        s = GIL.switched.wait(s).unwrap_or_else(|e| e.into_inner());
    }
    s.yielding -= 1;
    drop(s);
    take(ts);
}

/// Run `f` with the GIL on a thread of the interpreter, which takes it if it has let go of it: for what foreign code calls back while it is called with or without the GIL.
pub fn with_gil<R>(f: impl FnOnce(&mut cx::Cx) -> R) -> R {
    if !cx::current().is_null() {
        // SAFETY: the thread has its state, hence the GIL.
        let mut cx = unsafe { cx::Cx::assume() };
        return f(&mut cx);
    }
    // SAFETY: null, or the thread's own state, which lives as long as the thread runs Python code or is called from it.
    let ts = unsafe { cx::own().as_ref() }.expect("a thread of the interpreter");
    take(ts);
    // SAFETY: taken just now.
    let mut cx = unsafe { cx::Cx::assume() };
    let r = f(&mut cx);
    release(ts);
    r
}

/// The GIL's own lock, held across a fork: no other thread can be inside while the process is copied.
pub struct ForkGuard(std::sync::MutexGuard<'static, State>);

/// Take the lock before a fork; dropping the guard in the parent gives it back.
pub fn before_fork() -> ForkGuard {
    ForkGuard(lock())
}

impl ForkGuard {
    /// In the child: only this thread is left and it holds the GIL.
    pub fn in_child(mut self, ts: &ThreadState) {
        self.0.held = true;
        self.0.waiting = 0;
        self.0.yielding = 0;
        HOLDER.store(ts as *const ThreadState as *mut ThreadState, Release);
        ts.eval_breaker.fetch_and(!breaker::GIL_DROP, AcqRel);
    }
}

impl cx::Cx {
    /// Run `f` without the GIL (`Py_BEGIN_ALLOW_THREADS`). `f` must not touch objects, which the missing `Cx` ensures.
    pub fn without_gil<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let ts = self.ts();
        release(ts);
        let r = f();
        take(ts);
        r
    }
}
