//! Native modules about doing things at once: threads, queues, contexts, signals.
#![deny(unsafe_code)]

pub mod asyncio;
pub mod faulthandler;
pub mod interpreters;
pub mod queue;
pub mod semlock;
pub mod signal;
pub mod thread;
pub mod wait;

use taipan_object::prelude::*;

/// The modules of this crate; a new one is its file and one line here.
static MODULES: &[&ModuleSpec] = &[&thread::thread::MODULE, &signal::signal::MODULE, &queue::queue::MODULE, &faulthandler::faulthandler::MODULE, &asyncio::asyncio::MODULE, &semlock::module::MODULE, &interpreters::interpreters::MODULE, &interpreters::queues::module::MODULE, &interpreters::channels::module::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}
