//! `cargo xtask startup-order [BINARY…]`: write `crates/taipan/startup.ld`, which puts the functions that a start calls together.
//!
//! They are a sixth of the program text, spread over nearly all of it: without the order a start maps five megabytes of code for one that runs. The
//! functions are found by running three programs under callgrind. Names are written without the compiler's hashes, so the file stays good from build
//! to build; a function that it does not name, or that is gone, only lies elsewhere. Instances of generic functions differ in nothing but the hash: those that
//! run stand in front by their full names (of each binary given), as long as the hashes hold; all others follow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, root};

/// The start alone; a program that uses the language widely; one that imports much.
const PROGRAMS: [&str; 3] =
    ["pass", "exec(compile(open('examples/tour.py').read(), 'tour', 'exec'))", "import asyncio, json, re, argparse, dataclasses"];

/// Measure the binaries (the release build's by default) and write the file.
pub fn main(args: &[String]) -> Outcome {
    let mut binaries: Vec<PathBuf> = args.iter().map(PathBuf::from).collect();
    if binaries.is_empty() {
        binaries.push(root().join("target/release/taipan"));
    }
    let all: Vec<BTreeMap<String, BTreeSet<String>>> = binaries.iter().map(|b| symbols(b)).collect::<Result<_, _>>()?;
    let mut out = String::from("/* Functions that a start calls, in the order of the first program that does; written by `cargo xtask startup-order`. */\nSECTIONS\n{\n  .text.startup_order :\n  {\n");
    let mut seen = BTreeSet::new();
    let mut add = |name: &str| {
        if seen.insert(name.to_owned()) {
            out.push_str(&format!("    *(.text.{name} .text.unlikely.{name})\n"));
        }
    };
    // Generic functions that only some of their instances make part of the start: after everything else.
    let mut late = BTreeSet::new();
    for program in PROGRAMS {
        for (binary, all) in binaries.iter().zip(&all) {
            let run = functions(binary, program)?;
            let mut instances: BTreeMap<String, usize> = BTreeMap::new();
            for name in &run {
                *instances.entry(pattern(name)).or_default() += 1;
            }
            for name in &run {
                let p = pattern(name);
                // What is not there belongs to the C library.
                let Some(all) = all.get(&p) else { continue };
                if all.len() > instances[&p] {
                    add(name);
                    late.insert(p);
                } else {
                    add(&p);
                }
            }
        }
    }
    late.iter().for_each(|p| add(p));
    out.push_str("  }\n}\nINSERT BEFORE .text;\n");
    std::fs::write(root().join("crates/taipan/startup.ld"), out).map_err(|e| e.to_string())?;
    println!("{} functions", seen.len());
    Ok(())
}

fn output(command: &mut Command) -> Result<String, String> {
    let done = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if !done.status.success() {
        return Err(format!("{command:?}: {}", done.status));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// All functions of a binary by pattern.
fn symbols(binary: &Path) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in output(Command::new("nm").arg(binary))?.lines() {
        if let Some((_, name)) = line.split_once(" t ").or_else(|| line.split_once(" T ")) {
            found.entry(pattern(name)).or_default().insert(name.to_owned());
        }
    }
    Ok(found)
}

/// The functions of the binary itself that a program runs, by their mangled names.
fn functions(binary: &Path, program: &str) -> Result<BTreeSet<String>, String> {
    let file = std::env::temp_dir().join(format!("taipan-startup-{}", std::process::id()));
    let mut callgrind = Command::new("valgrind");
    callgrind.args(["--tool=callgrind", "--demangle=no", "-q"]).arg(format!("--callgrind-out-file={}", file.display()));
    output(callgrind.arg(binary).args(["-c", program]).current_dir(root()))?;
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
