//! The regular expression matcher behind the module `_sre`.
//!
//! `Lib/re/_compiler.py` emits a list of code words. [`Program::new`] checks the list once and translates it into a program of
//! our own, with what can be known beforehand worked out: which characters may follow a repeat, where a search may start,
//! which alternatives a character rules out. [`run`] executes it over the units of a string (PEP 393 kinds) or bytes, by
//! backtracking over an explicit stack, so that neither deep patterns nor long subjects touch the Rust stack.
#![forbid(unsafe_code)]

mod case;
mod charset;
mod code;
mod compile;
mod first;
mod machine;
mod program;
mod scan;
mod search;
mod stack;

pub use case::{LocaleTable, ascii_iscased, ascii_tolower, unicode_iscased, unicode_tolower};
pub use code::{MAGIC, MAXGROUPS, MAXREPEAT};
pub use compile::BadCode;
pub use program::Program;
pub use scan::Subject;
pub use search::{Env, Mode, NoEnv, Request, Scratch, Stop, run};
pub use taipan_algo_ucd::Unit;

/// `_sre.CODESIZE`: bytes of a code word.
pub const CODESIZE: usize = 4;
