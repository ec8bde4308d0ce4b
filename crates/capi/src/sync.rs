//! Locks, keys and pending calls behind `pythread.h`, `lock.h` and `ceval.h`.

use std::ffi::{c_int, c_uint, c_void};
use std::sync::atomic::{AtomicU8, Ordering::*};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use taipan_object::field::FieldCell;
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, breaker, spawn};

unsafe extern "C" {
    fn pthread_key_create(key: *mut c_uint, destructor: *const c_void) -> c_int;
    fn pthread_key_delete(key: c_uint) -> c_int;
    fn pthread_getspecific(key: c_uint) -> *mut c_void;
    fn pthread_setspecific(key: c_uint, v: *const c_void) -> c_int;
    fn pthread_exit(v: *mut c_void) -> !;
    fn pthread_join(thread: std::ffi::c_ulong, result: *mut *mut c_void) -> c_int;
    fn pthread_detach(thread: std::ffi::c_ulong) -> c_int;
    #[cfg(target_os = "linux")]
    fn gettid() -> c_int;
}

/// `PyInterpreterState_GetDict`.
#[derive(Default)]
pub struct InterpreterDict(pub FieldCell<Object>);

/// What `PyEval_GetLocals` lent last.
#[derive(Default)]
pub struct LastLocals(pub FieldCell<Object>);

/// `PyThread_type_lock`.
pub struct Lock {
    held: Mutex<bool>,
    free: Condvar,
}

impl Lock {
    /// A free lock.
    pub fn new() -> Lock {
        Lock { held: Mutex::new(false), free: Condvar::new() }
    }
    /// Take it, waiting at most so many microseconds. Does not touch the GIL.
    pub fn acquire(&self, microseconds: Option<u64>) -> bool {
        let held = self.held.lock().unwrap_or_else(|e| e.into_inner());
        let mut held = match microseconds {
            None => self.free.wait_while(held, |h| *h).unwrap_or_else(|e| e.into_inner()),
            Some(us) => self.free.wait_timeout_while(held, Duration::from_micros(us), |h| *h).unwrap_or_else(|e| e.into_inner()).0,
        };
        !std::mem::replace(&mut *held, true)
    }
    /// Give it back, from any thread.
    pub fn release(&self) {
        *self.held.lock().unwrap_or_else(|e| e.into_inner()) = false;
        self.free.notify_one();
    }
}

impl Default for Lock {
    fn default() -> Lock {
        Lock::new()
    }
}

/// `Py_tss_t`.
#[repr(C)]
pub struct Tss {
    initialised: c_int,
    key: c_uint,
}

impl Tss {
    /// `Py_tss_NEEDS_INIT`.
    pub const fn new() -> Tss {
        Tss { initialised: 0, key: 0 }
    }
    /// Whether the key was made.
    pub fn is_created(&self) -> bool {
        self.initialised != 0
    }
}

impl Default for Tss {
    fn default() -> Tss {
        Tss::new()
    }
}

/// Make the key, once.
///
/// # Safety
/// `k` is a key of C code.
pub unsafe fn tss_create(k: *mut Tss) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        if (*k).is_created() {
            return 0;
        }
        if pthread_key_create(&raw mut (*k).key, std::ptr::null()) != 0 {
            return -1;
        }
        (*k).initialised = 1;
        0
    }
}

/// Forget the key.
///
/// # Safety
/// As [`tss_create`].
pub unsafe fn tss_delete(k: *mut Tss) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*k).is_created() {
            pthread_key_delete((*k).key);
            (*k).initialised = 0;
        }
    }
}

/// This thread's value.
///
/// # Safety
/// The key was made.
pub unsafe fn tss_get(k: *mut Tss) -> *mut c_void {
    // SAFETY: the caller's promise.
    unsafe { pthread_getspecific((*k).key) }
}

/// Set this thread's value: 0, or -1.
///
/// # Safety
/// The key was made.
pub unsafe fn tss_set(k: *mut Tss, v: *mut c_void) -> c_int {
    // SAFETY: the caller's promise.
    if unsafe { pthread_setspecific((*k).key, v) } == 0 { 0 } else { -1 }
}

/// The system's number of this thread.
pub fn native_id() -> u64 {
    #[cfg(target_os = "linux")]
    // SAFETY: no preconditions.
    unsafe {
        gettid() as u64
    }
    #[cfg(not(target_os = "linux"))]
    0
}

/// End the calling thread.
pub fn exit_thread() {
    // SAFETY: C code asked for it; no Rust frame with something to drop lies between.
    unsafe { pthread_exit(std::ptr::null_mut()) }
}

struct Parcel(unsafe extern "C" fn(*mut c_void), *mut c_void);
// SAFETY: the caller hands the argument over.
unsafe impl Send for Parcel {}

/// Run `f(arg)` on a new thread; its identity, or all ones.
pub fn start_thread(f: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> u64 {
    let p = Parcel(f, arg);
    let started = std::thread::Builder::new().spawn(move || {
        let p = p;
        let Parcel(f, arg) = p;
        // SAFETY: the caller's function and argument.
        unsafe { f(arg) }
    });
    match started {
        Ok(t) => {
            use std::os::unix::thread::JoinHandleExt;
            t.into_pthread_t() as u64
        }
        Err(_) => u64::MAX,
    }
}

/// Wait for a thread of [`start_thread`] to end, or let it go: 0 when that was possible. The GIL stays as it is.
///
/// # Safety
/// `thread` was not waited for or let go before.
pub unsafe fn end_of_thread(thread: u64, wait: bool) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { if wait { pthread_join(thread as _, std::ptr::null_mut()) } else { pthread_detach(thread as _) } }
}

/// A pending call's function.
pub type Pending = unsafe extern "C" fn(*mut c_void) -> c_int;

struct Call(Pending, *mut c_void);
// SAFETY: handed from the thread that adds it to the main one.
unsafe impl Send for Call {}

static PENDING: Mutex<Vec<Call>> = Mutex::new(Vec::new());
/// As many as CPython keeps for the main thread, and for any.
const PENDING_MAIN_MAX: usize = 32;
const PENDING_ANY_MAX: usize = 300;

/// Add a call for the main thread: 0, or -1 when there are too many.
pub fn add_pending(f: Pending, arg: *mut c_void) -> c_int {
    let mut v = PENDING.lock().unwrap_or_else(|e| e.into_inner());
    if v.len() >= PENDING_MAIN_MAX {
        return -1;
    }
    v.push(Call(f, arg));
    drop(v);
    spawn::ask_main(breaker::PENDING_CALLS);
    0
}

/// Calls that any thread of an interpreter may make.
#[derive(Default)]
struct PendingAny(Mutex<Vec<Call>>);

/// Add a call for whichever thread runs first: 0, or -1 when there are too many. The GIL is held.
pub fn add_pending_for_any(i: &Interpreter, f: Pending, arg: *mut c_void, cx: &Cx) -> c_int {
    let mut v = i.state::<PendingAny>().0.lock().unwrap_or_else(|e| e.into_inner());
    if v.len() >= PENDING_ANY_MAX {
        return -1;
    }
    v.push(Call(f, arg));
    drop(v);
    for t in i.thread_list(cx) {
        t.eval_breaker.fetch_or(breaker::PENDING_CALLS, AcqRel);
    }
    0
}

/// Make the calls that are pending; the first failure stops.
pub fn make_pending(cx: &mut Cx) -> PyResult<()> {
    cx.ts().eval_breaker.fetch_and(!breaker::PENDING_CALLS, AcqRel);
    run_queue(&cx.state::<PendingAny>().0, cx)?;
    if spawn::is_main(cx) { run_queue(&PENDING, cx) } else { Ok(()) }
}

fn run_queue(queue: &Mutex<Vec<Call>>, cx: &mut Cx) -> PyResult<()> {
    loop {
        let next = {
            let mut v = queue.lock().unwrap_or_else(|e| e.into_inner());
            if v.is_empty() { None } else { Some(v.remove(0)) }
        };
        let Some(Call(f, arg)) = next else { return Ok(()) };
        // SAFETY: the function and argument of `Py_AddPendingCall`.
        if unsafe { f(arg) } != 0 {
            // What is left is made at the next look.
            cx.ts().eval_breaker.fetch_or(breaker::PENDING_CALLS, AcqRel);
            // SAFETY: the function says that it raised.
            return Err(unsafe { Raised::assume() });
        }
    }
}

/// The monotonic clock.
fn now() -> Duration {
    Duration::from_nanos(taipan_host::clock::nanos(taipan_host::clock::MONOTONIC).max(0) as u64)
}

/// Wait until `ready` says so or the time is over, the GIL given up if this thread holds it; what `ready` said last.
pub fn wait_for(limit: Option<Duration>, ready: impl Fn() -> bool, cx: &mut Cx) -> bool {
    if ready() {
        return true;
    }
    let end = limit.and_then(|l| now().checked_add(l));
    let wait = || {
        let mut pause = 1;
        loop {
            if ready() {
                return true;
            }
            if end.is_some_and(|e| now() >= e) {
                return false;
            }
            std::thread::sleep(Duration::from_micros(pause));
            pause = (pause * 2).min(1000);
        }
    };
    if taipan_object::cx::current().is_null() { wait() } else { cx.without_gil(wait) }
}

/// Lock a `PyMutex` (bit 0; bit 1: somebody waits); waiters poll with the GIL released.
pub fn mutex_lock(m: &AtomicU8, cx: &mut Cx) {
    mutex_lock_timed(m, -1, cx);
}

/// Lock a `PyMutex` within so many nanoseconds: whether it came about. Negative: without a limit.
pub fn mutex_lock_timed(m: &AtomicU8, ns: i64, cx: &mut Cx) -> bool {
    let taken = || m.compare_exchange(0, 1, Acquire, Relaxed).is_ok();
    // No time at all: one try, without giving the GIL up.
    if ns == 0 {
        return taken();
    }
    // Bit 1 says that somebody waits: the inline unlock of the headers then calls `PyMutex_Unlock`, which clears both.
    let taken_or_told = || taken() || (m.compare_exchange(1, 3, Relaxed, Relaxed).is_err() && taken());
    wait_for(u64::try_from(ns).ok().map(Duration::from_nanos), taken_or_told, cx)
}

/// Unlock a `PyMutex`.
pub fn mutex_unlock(m: &AtomicU8) {
    m.store(0, Release);
}
