//! `cargo xtask startup-order [BINARY…]`: write `crates/taipan/startup.ld` and `startup.order`, which put the functions that a start calls together.
//!
//! They are a fifth of the program text, spread over nearly all of it: without the order a start maps five megabytes of code for one that runs, since the kernel maps 64 KiB
//! around every fault. The functions are found by running programs under callgrind: the start alone, programs that use the language widely or import much, and each program of
//! `bench/` for a moment. What the start needs comes first, then what most programs need. The linker script, for the release build, names functions without the compiler's hashes,
//! so it stays good from build to build; matching patterns takes the linker ten seconds, so other optimised builds get a list of full names, which holds as long as
//! no dependency changes. A function that is not named, or that is gone, only lies elsewhere.
//!
//! Give it a binary of the release profile too: it calls other functions than one of the profile `fast`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, root};

/// The start alone; programs that use the language widely and import much, as a command and as a file.
const PROGRAMS: [&[&str]; 5] = [
    &["-c", "pass"],
    &["examples/tour.py"],
    &["-c", "import asyncio, json, re, argparse, dataclasses"],
    &["-c", "import argparse, logging, io, typing, contextlib; argparse.ArgumentParser().parse_args([]); logging.getLogger('x').warning('%s', 1)"],
    &["-c", "import copy, pickle, random, collections, enum, statistics, datetime; copy.deepcopy({1: [2]}); random.random()"],
];

/// Programs of `bench/` that have no size.
const WITHOUT_SIZE: [&str; 2] = ["startup", "startup_imports"];

/// The programs to run, as arguments: those above, then each of `bench/` in its smallest size.
fn programs() -> Result<Vec<Vec<String>>, String> {
    let mut all: Vec<Vec<String>> = PROGRAMS.iter().map(|p| p.iter().map(|s| s.to_string()).collect()).collect();
    let folder = std::fs::read_dir(root().join("bench")).map_err(|e| e.to_string())?;
    let mut names: Vec<String> = folder.flatten().filter_map(|f| Some(f.file_name().to_str()?.strip_suffix(".py")?.to_owned())).collect();
    names.sort();
    for name in names.iter().filter(|n| !WITHOUT_SIZE.contains(&n.as_str())) {
        all.push(vec!["-c".into(), format!("import sys; sys.path.insert(0, 'bench'); import {name}; {name}.main(1)")]);
    }
    Ok(all)
}

/// Measure the binaries (that of the profile `fast` by default) and write the files.
pub fn main(args: &[String]) -> Outcome {
    let mut binaries: Vec<PathBuf> = args.iter().map(PathBuf::from).collect();
    if binaries.is_empty() {
        binaries.push(root().join("target/fast/taipan"));
    }
    // How many programs call a function; the start counts for all of them.
    let (mut patterns, mut names) = (BTreeMap::new(), BTreeMap::new());
    for binary in &binaries {
        let own = symbols(binary)?;
        for (number, program) in programs()?.iter().enumerate() {
            let count = if number == 0 { START } else { 1 };
            // What is not there belongs to the C library.
            let called: BTreeSet<String> = functions(binary, program)?.into_iter().filter(|n| own.contains(n)).collect();
            for name in called.iter().map(|n| pattern(n)).collect::<BTreeSet<_>>() {
                *patterns.entry(name).or_insert(0) += count;
            }
            for name in called {
                *names.entry(name).or_insert(0) += count;
            }
        }
    }
    let (patterns, names) = (by_use(patterns), by_use(names));
    let script: String = patterns.iter().map(|p| format!("    *(.text.{p} .text.hot.{p} .text.unlikely.{p})\n")).collect();
    let script = format!(
        "/* Functions that a start calls, then those that most programs call; written by `cargo xtask startup-order`. */\n\
         SECTIONS\n{{\n  .text.startup_order :\n  {{\n{script}  }}\n}}\nINSERT BEFORE .text;\n"
    );
    let write = |file: &str, text: String| std::fs::write(root().join("crates/taipan").join(file), text).map_err(|e| e.to_string());
    write("startup.ld", script)?;
    write("startup.order", names.join("\n") + "\n")?;
    println!("{} functions", names.len());
    Ok(())
}

/// What the start counts for.
const START: usize = 1000;

/// The names, most used first.
fn by_use(counts: BTreeMap<String, usize>) -> Vec<String> {
    let mut all: Vec<(String, usize)> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all.into_iter().map(|(name, _)| name).collect()
}

fn output(command: &mut Command) -> Result<String, String> {
    let done = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{command:?}: {}", done.status));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// All functions of a binary.
fn symbols(binary: &Path) -> Result<BTreeSet<String>, String> {
    let text = output(Command::new("nm").arg(binary))?;
    Ok(text.lines().filter_map(|l| l.split_once(" t ").or_else(|| l.split_once(" T "))).map(|(_, name)| name.to_owned()).collect())
}

/// The functions of the binary itself that a program runs, by their mangled names.
fn functions(binary: &Path, program: &[String]) -> Result<BTreeSet<String>, String> {
    let file = std::env::temp_dir().join(format!("taipan-startup-{}", std::process::id()));
    let mut callgrind = Command::new("valgrind");
    callgrind.args(["--tool=callgrind", "--demangle=no", "-q"]).arg(format!("--callgrind-out-file={}", file.display()));
    output(callgrind.arg(binary).args(program).current_dir(root()))?;
    let text = std::fs::read_to_string(&file).map_err(|e| e.to_string())?;
    let _gone = std::fs::remove_file(&file);
    // `fn=(id) name` the first time, `fn=(id)` later; the same for called functions, where recursion adds 'N.
    let lines = text.lines().filter_map(|l| l.strip_prefix("fn=(").or_else(|| l.strip_prefix("cfn=(")));
    let names = lines.filter_map(|l| l.split_once(") ")).map(|(_, name)| name.split('\'').next().unwrap_or(name));
    let plain = |name: &&str| !name.starts_with("0x") && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'));
    Ok(names.filter(plain).filter(|n| !n.is_empty()).map(str::to_owned).collect())
}

/// A mangled name without its hash and what the optimiser appended.
fn pattern(name: &str) -> String {
    match name.rfind("17h") {
        Some(at) if name.starts_with("_ZN") => format!("{}*", &name[..at + 3]),
        _ => name.to_owned(),
    }
}
