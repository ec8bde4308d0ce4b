//! Taipan: wires all crates into one Python runtime; the command line and the embedding API.
//!
//! `cli` reads options into a `Config`, `runtime` brings an interpreter up, `run` runs a program in it, `finish` takes it down.

pub mod cli;
mod finish;
mod import_time;
mod locale;
mod modules;
mod paths;
mod repl;
mod run;
mod runtime;
mod script;
mod streams;
mod teardown;

pub use runtime::Runtime;

/// The first part of the heap, which every program touches.
const SMALL_HEAP: usize = 16 << 20;

/// Run the command line: the `main` of the binary. Gives the exit status.
pub fn main(args: Vec<Vec<u8>>) -> i32 {
    // The allocator asks for huge pages, which pay only for programs that use much memory.
    taipan_host::mem::small_pages(Box::new(0u64).as_ref() as *const u64 as *const u8, SMALL_HEAP);
    match cli::parse(&args) {
        cli::Parsed::Exit(code) => code,
        cli::Parsed::Run(options) => run::run_program(*options),
    }
}
