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
mod sub;
mod teardown;

pub use runtime::Runtime;

/// Run the command line: the `main` of the binary. Gives the exit status.
pub fn main(args: Vec<Vec<u8>>) -> i32 {
    match cli::parse(&args) {
        cli::Parsed::Exit(code) => code,
        cli::Parsed::Run(options) => run::run_program(*options),
    }
}
