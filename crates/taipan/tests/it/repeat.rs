//! Running the same program 100 times in one process leaves object counts and memory flat; 20 times unless `REPEAT=1` asks for all.

use std::path::Path;
use std::process::Command;

use taipan_testkit::{cases, in_parallel};

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
    let all: Vec<String> = cases.iter().map(|c| c.name()).collect();
    let failed = std::sync::Mutex::new(Vec::new());
    let failures = in_parallel(&cases, |case| {
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
                let what = format!("{}: {} {text}", case.name(), last.unwrap_or_default());
                failed.lock().expect("no panics while held").push((case.name(), what));
                Ok(())
            }
        }
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    crate::known::settle("repeat", &all, &failed.into_inner().expect("no panics while held"));
}
