//! Generators, coroutines and asynchronous generators: one body ([`Gen`]) under three types.
//!
//! A generator owns its frame: the header and slots lie at the end of the object. States: created, suspended, running, finished. The interpreter resumes the
//! frame in place (`machine::Hooks::resume`); this module has everything else: the methods, `throw`, `close`, finalisation and the helper awaitables.

mod asyncgen;
mod awaitable;
mod core;
mod types;

pub use asyncgen::{AsyncGenASend, AsyncGenAThrow, AsyncGenWrapped, is_async_helper, wrap as async_wrap};
pub use awaitable::{CoroWrapper, awaitable_iter, is_awaitable_generator};
pub use core::{Gen, GenCore, GenState, NO_DELEGATE, close_iter, raise_stop_iteration, stop_iteration, stop_iteration_value};
pub use types::{PyAsyncGen, PyCoroutine, PyGenerator, gen_of, new_generator};
