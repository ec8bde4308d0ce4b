//! Calls: the window protocol of `docs/bytecode.md`.
//!
//! `bind` puts arguments into parameters, `errors` has CPython's messages, `class` makes instances without leaving the loop, `known` remembers at call sites how to call native code, `ex` is `f(*a, **k)`,
//! `quick` completes the arguments of Python functions in the window.

pub mod bind;
mod class;
pub mod errors;
mod ex;
pub mod known;
mod method;
mod native;
pub mod quick;
mod window;

pub use ex::call_ex;
pub use method::{call_method, call_method_kw, load_method_slow, load_super_attr, load_super_method};
pub use window::{Callee, call, call_kw, run_window};
