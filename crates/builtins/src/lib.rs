//! The module `builtins`, and every built-in type that the kernel does not need itself.
#![deny(unsafe_code)]

pub mod code;
pub mod functions;
mod module;
pub mod types;

pub use module::{MODULE, fill};

use taipan_object::prelude::*;

/// Ready the types of this crate and install them where the kernel calls them. Once per process, after `typelist::init`.
pub fn init(cx: &mut Cx) -> PyResult<()> {
    types::init(cx)
}
