//! `cargo xtask`: the chores of this repository, in Rust, without installing anything.
//! Each subcommand is one module; this file only dispatches.

use std::process::ExitCode;

use xtask::{abi_gen, abi_probe, bench, border, conformance, imports, pgo, programs, record, startup_order, tidy, trees, wheels};

const USAGE: &str = "\
usage: cargo xtask COMMAND [OPTIONS]

  tidy                check the house rules (also part of `cargo test`)
  conformance         run CPython's own tests (`--help` for options)
  programs [FILTER]   run tests/py under the built binary (`--gc never|normal|always`)
  record [FILTER]     write tests/py/**/*.out from the reference
  bench [NAME…]       our benchmarks beside the reference (`--instructions`: under callgrind)
  pgo                 the release build, laid out by profiles of bench/ (target/pgo/taipan)
  border              the cost of crossing between Python and C, beside the reference (`--runs N`)
  abi-probe           layouts against the 3.14 headers and against Taipan's types
  startup-order       write crates/taipan/startup.ld: functions of the start together (needs valgrind)
  imports [NAME]      import every module of the library, one process each
  trees [DIR…]        trees and errors of all library and test files beside the reference's
  wheels [NAME…]      packages from the index, used by Taipan and the reference (`--repeat N`: memory over N rounds)
  abi-gen [--check]   write crates/abi/src/headers from xtask/data/layouts.tsv (or only compare)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = args.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = match command.as_str() {
        "tidy" => tidy::main(rest),
        "conformance" => conformance::main(rest),
        "programs" => programs::main(rest),
        "record" => record::main(rest),
        "bench" => bench::main(rest),
        "pgo" => pgo::main(rest),
        "border" => border::main(rest),
        "abi-probe" => abi_probe::main(rest),
        "imports" => imports::main(rest),
        "trees" => trees::main(rest),
        "wheels" => wheels::main(rest),
        "startup-order" => startup_order::main(rest),
        "abi-gen" => abi_gen::main(rest),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{command}: {message}");
            ExitCode::FAILURE
        }
    }
}
