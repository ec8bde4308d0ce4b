//! XML: the parser and its module `pyexpat`.
#![deny(unsafe_code)]

mod handlers;
mod module;
mod parser;
mod pyparser;

use taipan_object::prelude::*;

/// The modules of this crate.
static MODULES: &[&ModuleSpec] = &[&module::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
