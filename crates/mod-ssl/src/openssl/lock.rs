//! A lock around one object of OpenSSL's, which several threads may want while they run without the GIL.
//!
//! OpenSSL calls back into Python from within its functions, and those callbacks may use the object again: so the thread that has the lock may take it again.
//! Nobody waits for the lock with the GIL in hand, and nobody sleeps with the lock in hand but to get the GIL for a callback: the two cannot block each other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use taipan_object::prelude::*;

#[derive(Default)]
struct Owner {
    /// Who has it; 0 for nobody.
    thread: usize,
    depth: usize,
}

/// See the module's text.
#[derive(Default)]
pub struct Lock {
    owner: Mutex<Owner>,
    free: Condvar,
}

/// The lock is held while this lives.
pub struct Held<'a>(&'a Lock);

/// A number that only this thread has, while it lives.
fn this_thread() -> usize {
    thread_local!(static HERE: u8 = const { 0 });
    HERE.with(|h| &raw const *h as usize)
}

impl Lock {
    fn owner(&self) -> MutexGuard<'_, Owner> {
        // Nothing can panic while the inner lock is held.
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_take(&self) -> Option<Held<'_>> {
        let me = this_thread();
        let mut o = self.owner();
        if o.thread != 0 && o.thread != me {
            return None;
        }
        o.thread = me;
        o.depth += 1;
        Some(Held(self))
    }

    fn take(&self) -> Held<'_> {
        let me = this_thread();
        let mut o = self.owner();
        while o.thread != 0 && o.thread != me {
            o = self.free.wait(o).unwrap_or_else(PoisonError::into_inner);
        }
        o.thread = me;
        o.depth += 1;
        Held(self)
    }

    /// Run `f` with the lock and the GIL: for what is done at once.
    pub fn quick<R>(&self, cx: &mut Cx, f: impl FnOnce() -> R) -> R {
        let _held = match self.try_take() {
            Some(held) => held,
            None => cx.without_gil(|| self.take()),
        };
        f()
    }

    /// Run `f` with the lock and without the GIL: for what takes time.
    pub fn slow<R>(&self, cx: &mut Cx, f: impl FnOnce() -> R) -> R {
        cx.without_gil(|| {
            let _held = self.take();
            f()
        })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut o = self.0.owner();
        o.depth -= 1;
        if o.depth == 0 {
            o.thread = 0;
            drop(o);
            self.0.free.notify_one();
        }
    }
}
