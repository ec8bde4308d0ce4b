//! Native modules about the interpreter itself: sys, warnings, collector, times, signals and small helpers of Lib.
#![deny(unsafe_code)]

pub mod abc;
pub mod atexit;
pub mod contextvars;
pub mod hamt;
pub mod errno;
pub mod gc;
pub mod locale;
pub mod lsprof;
pub mod opcode;
pub mod remote;
pub mod stat;
pub mod suggestions;
pub mod sys;
pub mod sysconfig;
pub mod time;
pub mod tracemalloc;
pub mod warnings;
pub mod weakref;

use taipan_object::prelude::ModuleSpec;

/// A new module is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&sys::sys::MODULE, &locale::locale::MODULE, &lsprof::lsprof::MODULE, &remote::remote::MODULE, &suggestions::suggestions::MODULE, &sysconfig::sysconfig::MODULE, &sysconfig::data::MODULE, &weakref::weakref::MODULE, &errno::errno::MODULE, &abc::abc::MODULE, &opcode::opcode::MODULE, &gc::gc::MODULE, &time::time::MODULE, &tracemalloc::tracemalloc::MODULE, &stat::stat::MODULE, &contextvars::contextvars::MODULE, &warnings::warnings::MODULE, &atexit::atexit::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
