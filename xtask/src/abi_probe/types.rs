//! The Python half: type objects as Taipan shows them against the recorded ones.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use crate::{interp, root};

/// Types that exist for CPython's own machinery and have no counterpart here.
const NOT_OURS: &[&str] = &["_PyExecutor", "uop_executor", "_PyUOpOptimizer", "hamt", "line_iterator", "positions_iterator"];

/// Compare; one line for each difference.
pub fn check() -> Result<Vec<String>, String> {
    let taipan = interp::taipan()?;
    let mut command = Command::new(&taipan);
    interp::clean_environment(&mut command);
    let output = command
        .arg(root().join("xtask/src/abi_probe/probe.py"))
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("{}: {e}", taipan.display()))?;
    if !output.status.success() {
        return Err(format!("probe.py: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let seen = rows(&String::from_utf8_lossy(&output.stdout));
    let recorded = fs::read_to_string(root().join("xtask/data/builtin-types.tsv")).map_err(|e| e.to_string())?;
    let mut differences = Vec::new();
    let (mut compared, mut absent) = (0, Vec::new());
    for line in recorded.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [_, _, name, base, basicsize, itemsize, flags, dictoffset, weaklistoffset, ..] = cells[..] else { continue };
        if NOT_OURS.iter().any(|skip| name.contains(skip)) {
            continue;
        }
        let Some(ours) = seen.get(name) else {
            absent.push(name.to_string());
            continue;
        };
        compared += 1;
        let wanted = [("base", base), ("basicsize", basicsize), ("itemsize", itemsize), ("flags", flags), ("dictoffset", dictoffset), ("weakrefoffset", weaklistoffset)];
        for (what, value) in wanted {
            let found = ours.get(what).map_or("", String::as_str);
            if !same(what, value, found) {
                differences.push(format!("{name}: {what} is {found}, recorded {value}"));
            }
        }
    }
    println!("{compared} types compared; not reachable from Python: {}", absent.join(" "));
    Ok(differences)
}

/// Flags that say nothing of the layout: a version tag may or may not be assigned.
fn same(what: &str, recorded: &str, found: &str) -> bool {
    let number = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or(0);
    match what {
        "flags" => number(recorded) == number(found) & !(1 << 19),
        _ => recorded == found || (recorded.is_empty() && found == "None"),
    }
}

/// `name \t key=value …` lines by name.
fn rows(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let mut cells = line.split('\t');
        let Some(name) = cells.next() else { continue };
        let pairs = cells.filter_map(|cell| cell.split_once('=')).map(|(k, v)| (k.to_string(), v.to_string()));
        found.insert(name.to_string(), pairs.collect());
    }
    found
}
