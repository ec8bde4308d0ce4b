//! The interpreter: runs the register bytecode of `docs/bytecode.md`.
//!
//! `dispatch` is the loop; the handlers lie in one file per family and are inlined into it. `regs` is what the loop keeps in machine registers. `frames` pushes and pops,
//! `unwind` finds handlers, `call` binds arguments, `api` is the door for the other crates.
//!
//! Every handler is `unsafe` for one reason, stated here once: it trusts the code object. The compiler's output (or `bytecode::verify`) guarantees that registers lie within
//! the frame, that operands that are read are set, that temps have one reader, and that indices are within their tables. `m` always describes the innermost frame, and the thread
//! holds the GIL.
#![allow(unsafe_op_in_unsafe_fn, clippy::missing_safety_doc, clippy::undocumented_unsafe_blocks)]

mod api;
mod arith;
mod attr;
mod breaker;
mod build;
mod call;
mod cells;
mod compare;
mod dispatch;
mod driven;
mod exc;
mod format;
mod frames;
mod generator;
mod import;
mod intrinsics;
mod iter;
mod make;
mod names;
mod operator;
mod pattern;
mod regs;
mod spec;
mod subscr;
mod traced;
mod unwind;
mod with_;

pub use intrinsics::prep_reraise_star;
pub use api::{current_globals, eval_code, eval_code_with_closure, init};
