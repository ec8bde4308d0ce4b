//! Native modules: codec.
#![deny(unsafe_code)]

pub mod binascii;
pub mod codecs;
pub mod data;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&codecs::module::MODULE, &binascii::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
