//! Running the same program 100 times in one process leaves object counts and memory flat; 20 times unless `REPEAT=1` asks for all.

use std::path::Path;
use std::process::Command;

use taipan_testkit::{Case, cases, in_parallel};

use crate::known;

/// Programs that keep something in each run under CPython too, as much as here: caches of typing, registered exit functions, logging's handlers, ctypes' function types.
const KEEPS: &[&str] = &[
    "classes/mixin_new",
    "classes/type_params",
    "ctypes/functions",
    "ctypes/structures",
    "exceptions/exit_code",
    "modules/dataclasses_enum",
    "modules/system",
    "stdlib/typing_forms",
];

#[test]
fn programs_leave_nothing_behind() {
    let rounds = if std::env::var_os("REPEAT").is_some() { "100" } else { "20" };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository");
    let mut cases = cases(&root.join("tests/py"), &std::env::var("ONLY").unwrap_or_default());
    cases.retain(|case| !KEEPS.contains(&case.name().as_str()));
    known::only_possible(&mut cases);
    let all: Vec<String> = cases.iter().map(|c| c.name()).collect();
    let failed = std::sync::Mutex::new(Vec::new());
    let failures = in_parallel(&cases, |case| {
        if repeat(case, &root, rounds).is_err() {
            failed.lock().expect("no panics while held").push(case.name());
        }
        Ok(())
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // Once more, alone: a leak shows again, resident memory that the neighbours disturbed does not.
    let suspects = failed.into_inner().expect("no panics while held");
    let again: Vec<_> = cases
        .iter()
        .filter(|case| suspects.contains(&case.name()))
        .filter_map(|case| repeat(case, &root, rounds).err().map(|what| (case.name(), what)))
        .collect();
    crate::known::settle("repeat", &all, &again);
}

/// Run a program `rounds` times; what grew, if something did.
fn repeat(case: &Case, root: &Path, rounds: &str) -> Result<(), String> {
    let output = Command::new(env!("CARGO_BIN_EXE_taipan"))
        .arg(root.join("tests/repeat/repeat.py"))
        .arg(&case.path)
        .arg(rounds)
        .output()
        .map_err(|e| format!("{}: {e}", case.name()))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match said.lines().last() {
        Some("flat") if output.status.success() => Ok(()),
        last => {
            let text = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned();
            Err(format!("{}: {} {text}", case.name(), last.unwrap_or_default()))
        }
    }
}
