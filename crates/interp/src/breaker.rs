//! The slow check: what `eval_breaker` asks for.

use crate::regs::cx;
use taipan_object::machine;
use taipan_object::prelude::*;
use taipan_object::thread::{breaker, gil};
use std::sync::atomic::Ordering::{AcqRel, Acquire};

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
