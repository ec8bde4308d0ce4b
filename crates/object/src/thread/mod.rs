//! Thread states, interpreters and the GIL.

pub mod gil;
mod interp;
mod state;

pub use interp::Interpreter;
pub use state::{ErrStackItem, ThreadState, breaker};
