//! The error pass: what CPython says about source that the first pass refused.
//!
//! CPython's parser is a PEG with memoised backtracking, and which error it reports depends on the order in which it
//! tries things, on how far it has read tokens, and on what it has memoised. So this pass is a PEG recogniser of the
//! same grammar: once plainly, to find the last token read and the errors of well-formed but impossible code, and once
//! with the `invalid_*` rules. It builds only what messages need: kinds, positions, children.
//!
//! It runs rarely, so clarity wins over speed; but every rule CPython does not memoise and that may be tried often is
//! memoised here too (which cannot change the outcome, see [`engine::Engine::extra_memo`]), so time stays linear.

mod calls;
mod compound;
mod engine;
mod expr;
mod helpers;
mod params;
mod pattern;
mod raise;
mod simple;
mod strings;
mod targets;

use crate::error::{ErrorKind, SyntaxError};
use crate::{Mode, Options};
use engine::Engine;

/// Stack for the recogniser: its depth is limited to CPython's 6,000 rules, each of a few hundred bytes.
const STACK_BYTES: usize = 64 << 20;

/// The error CPython reports for `src` (prepared source that the first pass refused), and how far it had read.
pub(crate) fn find_error(src: &str, mode: Mode, options: &Options) -> (Box<SyntaxError>, usize) {
    let run = || Engine::new(src, mode, options).run();
    // The caller may have little stack left, so the work gets a stack of its own.
    let found = std::thread::scope(|scope| {
        let handle = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run);
        handle.ok().and_then(|handle| handle.join().ok())
    });
    found.unwrap_or_else(|| (SyntaxError::without_location(ErrorKind::Memory, ""), 0))
}
