//! Instruction counts under callgrind: exact and repeatable, whatever else the machine does.
//!
//! `bench/instructions.tsv` holds the accepted counts; a program that needs more
//! than 3 % more fails, one that needs less is worth recording.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Program;
use crate::{Outcome, interp, root};

/// How much more a program may need before it counts as a regression.
const TOLERANCE: f64 = 0.03;

/// Count all programs; compare with the file, or write it.
pub fn main(taipan: &Path, programs: &[Program], update: bool) -> Outcome {
    let path = root().join("bench/instructions.tsv");
    let mut accepted: BTreeMap<String, u64> = BTreeMap::new();
    for line in fs::read_to_string(&path).unwrap_or_default().lines() {
        if let Some((name, count)) = line.split_once('\t') {
            accepted.insert(name.into(), count.parse().map_err(|e| format!("{line}: {e}"))?);
        }
    }
    let mut worse = Vec::new();
    for program in programs {
        let count = count(taipan, &program.path).map_err(|e| format!("{}: {e}", program.name))?;
        let change = accepted.get(&program.name).map(|old| count as f64 / *old as f64 - 1.0);
        let shown = change.map_or("new".into(), |c| format!("{:+.2} %", c * 100.0));
        println!("{:20} {count:>14} {shown}", program.name);
        if change.is_some_and(|c| c > TOLERANCE) {
            worse.push(program.name.clone());
        }
        if update {
            accepted.insert(program.name.clone(), count);
        }
    }
    if update {
        let text: String = accepted.iter().map(|(name, count)| format!("{name}\t{count}\n")).collect();
        return fs::write(&path, text).map_err(|e| e.to_string());
    }
    if worse.is_empty() { Ok(()) } else { Err(format!("more instructions than recorded: {}", worse.join(", "))) }
}

fn count(taipan: &Path, program: &Path) -> Result<u64, String> {
    let mut command = Command::new("valgrind");
    interp::clean_environment(&mut command);
    let output = command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(taipan)
        .arg(program)
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("valgrind: {e}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let found = text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    match found {
        Some(count) if output.status.success() => count.parse().map_err(|e| format!("{count}: {e}")),
        _ => Err(format!("callgrind gave no count: {}", text.lines().last().unwrap_or_default())),
    }
}
