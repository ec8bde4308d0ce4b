//! The native module `_decimal`: Python's decimals over `taipan-algo-decimal`.
#![deny(unsafe_code)]

pub mod context;
pub mod decimal;
pub mod module;
mod signals;
mod state;

use taipan_object::prelude::ModuleSpec;

static MODULES: &[&ModuleSpec] = &[&module::module::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
