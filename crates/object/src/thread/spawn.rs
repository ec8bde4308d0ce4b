//! New threads that run Python, and the requests that other threads and signal handlers make of the main thread.

use super::{ThreadState, gil};
use crate::cx::Cx;
use crate::field::FieldCell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::*};

/// The state of the thread that handles signals.
static MAIN: AtomicPtr<ThreadState> = AtomicPtr::new(null_mut());

/// Make the calling thread the main one: it alone runs signal handlers.
pub fn set_main(cx: &Cx) {
    MAIN.store(cx.ts() as *const ThreadState as *mut ThreadState, Release);
}

/// Whether the calling thread is the main one.
pub fn is_main(cx: &Cx) -> bool {
    std::ptr::eq(cx.ts(), MAIN.load(Acquire))
}

/// Set bits of the main thread's `eval_breaker`. Async-signal-safe.
pub fn ask_main(bits: usize) {
    // SAFETY: the main thread's state lives as long as the process.
    if let Some(ts) = unsafe { MAIN.load(Acquire).as_ref() } {
        ts.eval_breaker.fetch_or(bits, AcqRel);
    }
}

/// What the new thread gets: it holds references, which only the holder of the GIL touches.
struct Parcel<F>(&'static ThreadState, F);
// SAFETY: opened only after the new thread has taken the GIL; the state belongs to that thread.
unsafe impl<F> Send for Parcel<F> {}

/// Run `f` on a new thread with a state of its own and the GIL. `stack_bytes` 0: the default. False when the system refuses.
///
/// `f` gets what it captured; everything it holds is dropped by the new thread. An exception that `f` leaves behind is dropped.
pub fn spawn(stack_bytes: usize, f: impl FnOnce(&mut Cx) + 'static, cx: &mut Cx) -> bool {
    let ts = ThreadState::new(cx.interp());
    let parcel = Parcel(ts, f);
    // Less than the default is not given: nested calls of Rust code take more than C's would, and memory that is not touched costs nothing.
    let size = stack_bytes.max(DEFAULT_STACK);
    let run = move || {
        let parcel = parcel;
        let Parcel(ts, f) = parcel;
        gil::take(ts);
        // What recurses deeper should get its RecursionError soon, as on the main thread; the rest is for what cannot raise one (the death of nested objects).
        ts.set_stack_size(stack_bytes.max(KNOWN_STACK));
        // SAFETY: the GIL was just taken by this thread with its own state.
        let cx = &mut unsafe { Cx::assume() };
        f(cx);
        // SAFETY: nobody uses the state afterwards.
        unsafe { finish(ts, cx) };
    };
    if std::thread::Builder::new().stack_size(size).spawn(run).is_ok() {
        return true;
    }
    cx.interp().unlink_thread(ts);
    // SAFETY: nobody else knows the state.
    unsafe { drop(Box::from_raw(ts as *const ThreadState as *mut ThreadState)) };
    false
}

/// What a thread may use of its stack unless it was asked for with more.
const KNOWN_STACK: usize = 16 << 20;

/// Stack of new threads: eight times glibc's default. What CPython's C does within that (100,000 nested `zip` objects) takes several times as much in Rust; pages that are not touched cost nothing.
const DEFAULT_STACK: usize = 64 << 20;

/// Empty the state, give the GIL up and free the state (`PyThreadState_DeleteCurrent`).
///
/// # Safety
/// `ts` is the calling thread's; nobody uses it afterwards.
pub unsafe fn finish(ts: &'static ThreadState, cx: &mut Cx) {
    clear(ts, cx);
    cx.interp().unlink_thread(ts);
    crate::frame::free_stack(ts);
    gil::release(ts);
    // SAFETY: unlinked; the caller's promise.
    unsafe { free(ts) };
}

/// Free a state that is in no list.
///
/// # Safety
/// Nobody uses it afterwards.
pub unsafe fn free(ts: &'static ThreadState) {
    if std::ptr::eq(crate::cx::own(), ts) {
        crate::cx::forget_own();
    }
    // SAFETY: the caller's promise.
    unsafe { drop(Box::from_raw(ts as *const ThreadState as *mut ThreadState)) };
}

/// Drop every reference that a thread's state holds (`PyThreadState_Clear`).
pub fn clear(ts: &ThreadState, cx: &mut Cx) {
    let cells: [&FieldCell; 14] = [
        &ts.dict,
        &ts.c_profileobj,
        &ts.c_traceobj,
        &ts.current_exception,
        &ts.async_exc,
        &ts.async_gen_firstiter,
        &ts.async_gen_finalizer,
        &ts.context,
        &ts.threading_local_key,
        &ts.threading_local_sentinel,
        &ts.asyncio_loop,
        &ts.asyncio_task,
        &ts.exc_state.exc_value,
        &ts.current_exception,
    ];
    for c in cells {
        c.set(None, cx);
    }
}
