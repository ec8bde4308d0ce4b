//! Thread states, interpreters and the GIL.

pub mod dump;
pub mod fork;
pub mod gil;
mod interp;
pub mod interpreters;
mod settings;
pub mod spawn;
mod state;

pub use interp::{Identity, Interpreter};
pub use state::{ErrStackItem, STACK_MIN, ThreadState, breaker};

/// The globals of the innermost Python frame (`PyEval_GetGlobals`).
pub fn current_globals(cx: &crate::cx::Cx) -> Option<crate::refs::Own<crate::types::dict::PyDict>> {
    use crate::refs::AsObject;
    // SAFETY: null or a live frame.
    unsafe { cx.ts().current_frame.get().as_ref() }.map(|f| f.globals().new_ref())
}
