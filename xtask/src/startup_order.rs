//! `cargo xtask startup-order [BINARY]`: write `crates/taipan/startup.ld`, which puts the functions that a start calls together.
//!
//! They are a sixth of the program text, spread over nearly all of it: without the order a start maps five megabytes of code for one that runs. The
//! functions are found by running two programs under callgrind. Only names are written, without the compiler's hashes, so the file stays good from build
//! to build; a function that it does not name, or that is gone, only lies elsewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, root};

const PROGRAMS: [&str; 2] = ["pass", "import asyncio, json, re, argparse, dataclasses"];

/// Measure the binary (the release build's by default) and write the file.
pub fn main(args: &[String]) -> Outcome {
    let binary = args.first().map_or_else(|| root().join("target/release/taipan"), PathBuf::from);
    let mut seen = BTreeSet::new();
    let mut out = String::from("/* Functions that a start calls, in the order of the first program that does; written by `cargo xtask startup-order`. */\nSECTIONS\n{\n  .text.startup_order :\n  {\n");
    for program in PROGRAMS {
        for name in functions(&binary, program)? {
            if seen.insert(name.clone()) {
                out.push_str(&format!("    *(.text.{name} .text.unlikely.{name})\n"));
            }
        }
    }
    out.push_str("  }\n}\nINSERT BEFORE .text;\n");
    std::fs::write(root().join("crates/taipan/startup.ld"), out).map_err(|e| e.to_string())?;
    println!("{} functions", seen.len());
    Ok(())
}

/// The functions of the binary itself that a program runs, as patterns for section names.
fn functions(binary: &Path, program: &str) -> Result<BTreeSet<String>, String> {
    let file = std::env::temp_dir().join(format!("taipan-startup-{}", std::process::id()));
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--demangle=no", "-q"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(binary)
        .args(["-c", program])
        .status()
        .map_err(|e| format!("valgrind: {e}"))?;
    if !status.success() {
        return Err(format!("{program}: {status}"));
    }
    let text = std::fs::read_to_string(&file).map_err(|e| e.to_string())?;
    let _gone = std::fs::remove_file(&file);
    // `fn=(id) name` the first time, `fn=(id)` later; the same for called functions, where recursion adds 'N.
    let lines = text.lines().filter_map(|l| l.strip_prefix("fn=(").or_else(|| l.strip_prefix("cfn=(")));
    Ok(lines.filter_map(|l| l.split_once(") ")).filter_map(|(_, name)| pattern(name)).collect())
}

/// A mangled name without its hash and what the optimiser appended.
fn pattern(name: &str) -> Option<String> {
    let name = name.split('\'').next().unwrap_or(name);
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'));
    if !plain || name.is_empty() || name.starts_with("0x") {
        return None;
    }
    match name.rfind("17h") {
        Some(at) if name.starts_with("_ZN") => Some(format!("{}*", &name[..at + 3])),
        _ => Some(name.to_owned()),
    }
}
