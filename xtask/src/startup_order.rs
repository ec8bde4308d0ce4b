//! `cargo xtask startup-order [BINARY…]`: write `crates/taipan/startup.ld` and `startup.order`, which put the functions that a start calls together.
//!
//! They are a sixth of the program text, spread over nearly all of it: without the order a start maps five megabytes of code for one that runs. The
//! functions are found by running three programs under callgrind. The linker script, for the release build, names them without the compiler's hashes, so it
//! stays good from build to build; matching patterns takes the linker ten seconds, so other optimised builds get a list of full names, which holds as long as
//! no dependency changes. A function that is not named, or that is gone, only lies elsewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, root};

/// The start alone; a program that uses the language widely; one that imports much.
const PROGRAMS: [&str; 3] =
    ["pass", "exec(compile(open('examples/tour.py').read(), 'tour', 'exec'))", "import asyncio, json, re, argparse, dataclasses"];

/// Measure the binaries (that of the profile `fast` by default) and write the files.
pub fn main(args: &[String]) -> Outcome {
    let mut binaries: Vec<PathBuf> = args.iter().map(PathBuf::from).collect();
    if binaries.is_empty() {
        binaries.push(root().join("target/fast/taipan"));
    }
    let (mut patterns, mut names) = (Ordered::default(), Ordered::default());
    for program in PROGRAMS {
        for binary in &binaries {
            let own = symbols(binary)?;
            // What is not there belongs to the C library.
            for name in functions(binary, program)?.into_iter().filter(|n| own.contains(n)) {
                patterns.add(pattern(&name));
                names.add(name);
            }
        }
    }
    let script: String = patterns.list.iter().map(|p| format!("    *(.text.{p} .text.unlikely.{p})\n")).collect();
    let script = format!(
        "/* Functions that a start calls, in the order of the first program that does; written by `cargo xtask startup-order`. */\n\
         SECTIONS\n{{\n  .text.startup_order :\n  {{\n{script}  }}\n}}\nINSERT BEFORE .text;\n"
    );
    let write = |file: &str, text: String| std::fs::write(root().join("crates/taipan").join(file), text).map_err(|e| e.to_string());
    write("startup.ld", script)?;
    write("startup.order", names.list.join("\n") + "\n")?;
    println!("{} functions", names.list.len());
    Ok(())
}

/// Each text once, in the order of coming.
#[derive(Default)]
struct Ordered {
    list: Vec<String>,
    seen: BTreeSet<String>,
}

impl Ordered {
    fn add(&mut self, text: String) {
        if self.seen.insert(text.clone()) {
            self.list.push(text);
        }
    }
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
