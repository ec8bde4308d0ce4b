//! From files and embedded modules to running code: compiling source, the frozen Lib, `_imp`, the start of importlib.

pub mod compile;
pub mod extension;
pub mod frozen;
pub mod imp;
pub mod marshal;
pub mod start;

use taipan_object::prelude::*;

/// The native modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    static ALL: [&ModuleSpec; 2] = [&imp::MODULE, &marshal::MODULE];
    &ALL
}
