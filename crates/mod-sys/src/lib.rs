//! Native modules about the interpreter itself: sys, warnings, collector, times, signals and small helpers of Lib.
#![deny(unsafe_code)]

pub mod sys;

use taipan_object::prelude::ModuleSpec;

/// A new module is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&sys::sys::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
