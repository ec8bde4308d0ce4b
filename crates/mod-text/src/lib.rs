//! Native modules: text.
#![deny(unsafe_code)]

pub mod csv;
pub mod datetime;
pub mod json;
mod naming;
pub mod pickle;
pub mod sre;
pub mod string;
pub mod structs;
pub mod unicodedata;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&csv::MODULE, &datetime::MODULE, &json::MODULE, &pickle::MODULE, &sre::module::MODULE, &string::MODULE, &structs::MODULE, &unicodedata::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
