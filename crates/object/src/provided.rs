//! Functions of built-in modules that the C border offers to C code. The border does not know the modules, so they put their functions here when they start.

use crate::prelude::*;
use std::cell::Cell;

/// A function that its module provides.
pub struct Provided<F: Copy>(Cell<Option<F>>);
// SAFETY: touched with the GIL held.
unsafe impl<F: Copy> Sync for Provided<F> {}

impl<F: Copy> Provided<F> {
    const fn new() -> Provided<F> {
        Provided(Cell::new(None))
    }

    /// Put the function there.
    pub fn set(&self, f: F) {
        self.0.set(Some(f));
    }

    /// The function, once its module has started.
    pub fn get(&self) -> Option<F> {
        self.0.get()
    }
}

/// Make a context the thread's (`_contextvars`).
pub static ENTER_CONTEXT: Provided<fn(&Object, &mut Cx) -> PyResult<()>> = Provided::new();
/// Go back to the context before (`_contextvars`).
pub static EXIT_CONTEXT: Provided<fn(&Object, &mut Cx) -> PyResult<()>> = Provided::new();
/// A new context with the values of the thread's (`_contextvars`).
pub static COPY_CONTEXT: Provided<fn(&mut Cx) -> PyResult<Own<Object>>> = Provided::new();
/// A new, empty mapping of the kind that contexts are made of (`_contextvars`).
pub static NEW_HAMT: Provided<fn(&mut Cx) -> PyResult<Own<Object>>> = Provided::new();
/// The traceback of a traced block of a domain at an address, if it is known (`_tracemalloc`).
pub static TRACEBACK_OF_BLOCK: Provided<fn(u32, usize, &mut Cx) -> PyResult<Option<Own<Object>>>> = Provided::new();
/// Python's hooks before a fork (`posix`).
pub static BEFORE_FORK: Provided<fn(&mut Cx)> = Provided::new();
/// Python's hooks after a fork, in the parent.
pub static AFTER_FORK_PARENT: Provided<fn(&mut Cx)> = Provided::new();
/// Python's hooks after a fork, in the child.
pub static AFTER_FORK_CHILD: Provided<fn(&mut Cx)> = Provided::new();
