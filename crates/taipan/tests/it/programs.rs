//! Every program of `tests/py` behaves as recorded from CPython, with the collector never, normally
//! and at every allocation. `ONLY=name` chooses programs; `UPDATE=1` records from `ref-python3.14`.

use std::path::Path;

use taipan_testkit::{GcMode, cases, in_parallel};

fn programs(mode: GcMode) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/py").canonicalize().expect("tests/py exists");
    let taipan = Path::new(env!("CARGO_BIN_EXE_taipan"));
    let cases = cases(&root, &std::env::var("ONLY").unwrap_or_default());
    let update = std::env::var_os("UPDATE").is_some();
    let failures = in_parallel(&cases, |case| {
        if update {
            return case.record(Path::new("ref-python3.14")).map_err(|e| format!("{}: {e}", case.name()));
        }
        case.check(taipan, mode)
    });
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn with_the_collector_normal() {
    programs(GcMode::Normal);
}

#[test]
fn with_the_collector_never() {
    programs(GcMode::Never);
}

#[test]
fn with_the_collector_always() {
    programs(GcMode::Always);
}
