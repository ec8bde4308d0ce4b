//! Native modules: data.
#![deny(unsafe_code)]

pub mod array;
mod chain;
pub mod collections;
pub mod functools;
pub mod itertools;
pub mod types;
pub mod typing;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&array::module::MODULE, &collections::module::MODULE, &functools::module::MODULE, &itertools::module::MODULE, &types::MODULE, &typing::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
