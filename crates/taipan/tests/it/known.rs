//! `tests/known-failures.tsv`: programs that do not behave as CPython yet, by way of running. The list may only shrink: a program that fails without
//! being listed fails the test, and one that is listed and passes is named, to be taken off (`KNOWN=1` writes the list anew).

use std::collections::BTreeSet;
use std::path::PathBuf;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/known-failures.tsv")
}

/// Compare the names that failed with the list for `way`; `details` are shown for unexpected ones.
pub fn settle(way: &str, all: &[String], failed: &[(String, String)]) {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let row = |l: &str| l.split_once('\t').map(|(w, n)| (w.to_owned(), n.to_owned()));
    let listed: BTreeSet<String> = text.lines().filter_map(row).filter(|(w, _)| w == way).map(|(_, n)| n).collect();
    let names: BTreeSet<String> = failed.iter().map(|(n, _)| n.clone()).collect();
    if std::env::var_os("KNOWN").is_some() {
        let others = text.lines().filter(|l| row(l).is_none_or(|(w, _)| w != way)).map(str::to_owned);
        let mut lines: BTreeSet<String> = others.collect();
        lines.extend(names.iter().map(|n| format!("{way}\t{n}")));
        let body: String = lines.iter().map(|l| format!("{l}\n")).collect();
        std::fs::write(path(), body).expect("the list can be written");
        return;
    }
    let new: Vec<&str> = failed.iter().filter(|(n, _)| !listed.contains(n)).map(|(_, d)| d.as_str()).collect();
    assert!(new.is_empty(), "{} of {} failed that are not in known-failures.tsv\n{}", new.len(), all.len(), new.join("\n"));
    for name in listed.iter().filter(|n| all.contains(n) && !names.contains(*n)) {
        eprintln!("{way}: {name} passes now: take it off known-failures.tsv");
    }
}

/// Leave out the programs that this machine cannot run: those of `tests/py/net/ssl_*` want OpenSSL 3, which Taipan takes from the machine.
pub fn only_possible(cases: &mut Vec<taipan_testkit::Case>) {
    /// `RTLD_NOW`.
    const NOW: i32 = 2;
    if taipan_host::dl::open(c"libssl.so.3", NOW).is_err() {
        eprintln!("no OpenSSL 3 on this machine: the programs net/ssl_* are not run");
        cases.retain(|case| !case.name().starts_with("net/ssl_"));
    }
}
