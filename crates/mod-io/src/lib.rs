//! Native modules: io.
#![deny(unsafe_code)]

mod base;
mod buffered;
mod bytesio;
mod code_points;
mod common;
mod fileio;
mod module;
mod newline;
mod stringio;
mod text;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&module::io::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
