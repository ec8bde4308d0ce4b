//! The slow check: what `eval_breaker` asks for.

use crate::regs::{Regs, cx};
use taipan_object::frame::{Slot, Tagged};
use taipan_object::machine;
use taipan_object::monitoring;
use taipan_object::prelude::*;
use taipan_object::thread::{ThreadState, breaker, gil};
use std::sync::atomic::Ordering::{AcqRel, Acquire};

/// Leave the plain loop for the traced one; the innermost frame's saved `pc` says where to go on. The error is no exception.
unsafe fn switch(ts: &ThreadState) -> Raised {
    ts.switching.set(true);
    Raised::assume()
}

/// Whether the plain loop runs although somebody listens.
fn must_switch(ts: &ThreadState) -> bool {
    monitoring::is_traced(ts) && !ts.in_traced.get()
}

/// The check of a jump by `offset`.
#[cold]
#[inline(never)]
pub unsafe fn at_jump(m: Regs, offset: isize) -> PyResult<()> {
    m.save();
    handle()?;
    if must_switch(m.ts) {
        (*m.frame).pc.set(Tagged::new(m.pc.offset(offset)));
        return Err(switch(m.ts));
    }
    Ok(())
}

/// The check of a `for_iter` that has an item, which is stored first.
#[cold]
#[inline(never)]
pub unsafe fn give(m: Regs, at: *mut Slot, v: Slot, offset: isize) -> PyResult<()> {
    m.save();
    crate::regs::store(at, v);
    at_jump(m, offset)
}

/// The check before a call, whose instruction began `words` words before `pc` and has consumed nothing yet.
#[cold]
#[inline(never)]
pub unsafe fn before_call(m: Regs, words: usize) -> PyResult<()> {
    m.save();
    handle()?;
    if must_switch(m.ts) {
        (*m.frame).pc.set(Tagged::new(m.pc.sub(words)));
        return Err(switch(m.ts));
    }
    Ok(())
}

/// The check after a call: `m` was reloaded.
#[cold]
#[inline(never)]
pub unsafe fn after_call(m: Regs) -> PyResult<()> {
    if must_switch(m.ts) { Err(switch(m.ts)) } else { Ok(()) }
}

/// The one check of a call that a handler has made: `m` stands behind it, and its result is delivered.
#[cold]
#[inline(never)]
pub unsafe fn after_native(m: Regs) -> PyResult<()> {
    handle()?;
    after_call(m)
}

/// Answer everything that is asked. Raises what signal handlers and asynchronous exceptions raise.
#[cold]
#[inline(never)]
pub fn handle() -> PyResult<()> {
    handle_in(&mut cx())
}

/// As [`handle`], for the kernel's hook.
pub fn handle_in(cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    let bits = ts.eval_breaker.load(Acquire);
    let (signals, pending) = machine::breaker_handlers();
    if bits & breaker::SIGNALS != 0 {
        match signals {
            Some(f) => f(cx)?,
            None => drop(ts.eval_breaker.fetch_and(!breaker::SIGNALS, AcqRel)),
        }
    }
    if bits & breaker::PENDING_CALLS != 0 {
        match pending {
            Some(f) => f(cx)?,
            None => drop(ts.eval_breaker.fetch_and(!breaker::PENDING_CALLS, AcqRel)),
        }
    }
    if bits & breaker::GC != 0 {
        taipan_object::gc::run_due(cx);
    }
    if bits & breaker::GIL_DROP != 0 {
        gil::yield_now(ts);
    }
    if bits & breaker::ASYNC_EXC != 0 {
        ts.eval_breaker.fetch_and(!breaker::ASYNC_EXC, AcqRel);
        if let Some(e) = ts.async_exc.take() {
            return Err(match e.downcast::<PyType>() {
                Some(t) => cx.raise_empty(t),
                None => cx.raise(e),
            });
        }
    }
    Ok(())
}
