//! `cargo xtask abi-probe`: the layouts that we claim against the real headers and against
//! Taipan's own type objects.
//!
//! 1. A C program with a static assertion for every row of `layouts.tsv` whose struct
//!    `crates/abi` declares is compiled against the 3.14 headers (skipped without them).
//!    The Rust side of the same rows is asserted when `crates/abi` compiles.
//! 2. `probe.py` prints sizes, flags and filled slots of the built-in types from inside
//!    Taipan; they are compared with `builtin-types.tsv`.

mod c_side;
mod types;

use crate::Outcome;

/// Run both halves; `--headers` or `--types` runs one.
pub fn main(args: &[String]) -> Outcome {
    let only = |name: &str| args.is_empty() || args.iter().any(|arg| arg == name);
    let mut failures = Vec::new();
    if only("--headers") {
        failures.extend(c_side::check()?);
    }
    if only("--types") {
        failures.extend(types::check()?);
    }
    for failure in &failures {
        println!("{failure}");
    }
    if failures.is_empty() { Ok(()) } else { Err(format!("{} differences", failures.len())) }
}
