//! Every program of `tests/py` behaves as recorded from CPython, with the collector never, normally
//! and at every allocation. `ONLY=name` chooses programs; `UPDATE=1` records from `ref-python3.14`.

use std::path::Path;

use taipan_testkit::{GcMode, cases, in_parallel};

use crate::known;

fn programs(mode: GcMode, way: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/py").canonicalize().expect("tests/py exists");
    let taipan = Path::new(env!("CARGO_BIN_EXE_taipan"));
    let mut cases = cases(&root, &std::env::var("ONLY").unwrap_or_default());
    known::only_possible(&mut cases);
    let update = std::env::var_os("UPDATE").is_some();
    let all: Vec<String> = cases.iter().map(|c| c.name()).collect();
    let failed = std::sync::Mutex::new(Vec::new());
    let failures = in_parallel(&cases, |case| {
        if update {
            return case.record(Path::new("ref-python3.14")).map_err(|e| format!("{}: {e}", case.name()));
        }
        if let Err(e) = case.check(taipan, mode) {
            failed.lock().expect("no panics while held").push((case.name(), e));
        }
        Ok(())
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    if !update {
        known::settle(way, &all, &failed.into_inner().expect("no panics while held"));
    }
}

#[test]
fn with_the_collector_normal() {
    programs(GcMode::Normal, "normal");
}

#[test]
fn with_the_collector_never() {
    programs(GcMode::Never, "never");
}

#[test]
fn with_the_collector_always() {
    programs(GcMode::Always, "always");
}
