//! The list of known shortfalls, which may only shrink.
//!
//! One line each: module, test id (`*` for the module as a whole), outcome,
//! reason. A run may show nothing that is not listed; what is listed and met is
//! to be removed, which `--update` does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use super::results::ModuleResult;
use super::table::Reference;
use crate::root;

/// (module, test id) to (outcome, reason).
type List = BTreeMap<(String, String), (String, String)>;

fn path() -> PathBuf {
    root().join("tests/conformance/expected.tsv")
}

fn read() -> List {
    let mut list = List::new();
    for line in fs::read_to_string(path()).unwrap_or_default().lines() {
        if let [module, id, outcome, reason] = line.split('\t').collect::<Vec<_>>()[..] {
            list.insert((module.into(), id.into()), (outcome.into(), reason.into()));
        }
    }
    list
}

fn write(list: &List) -> crate::Outcome {
    let text: String =
        list.iter().map(|((module, id), (outcome, reason))| format!("{module}\t{id}\t{outcome}\t{reason}\n")).collect();
    fs::create_dir_all(path().parent().unwrap_or(&root())).map_err(|e| e.to_string())?;
    fs::write(path(), text).map_err(|e| e.to_string())
}

/// Compare a run with the list; bring the list up to date when asked.
pub fn settle(
    reference: &Reference,
    results: &BTreeMap<String, ModuleResult>,
    update: bool,
    accept: Option<&str>,
) -> crate::Outcome {
    let mut list = read();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    let mut unexpected = Vec::new();
    for (module, result) in results {
        for (id, outcome, message) in reference.shortfalls(module, result) {
            let key = (module.clone(), id);
            if !list.contains_key(&key) {
                if let Some(reason) = accept.filter(|_| update) {
                    list.insert(key.clone(), (outcome, format!("{reason}: {message}")));
                } else {
                    unexpected.push(format!("{module}\t{}\t{outcome}\t{message}", key.1));
                }
            }
            seen.insert(key);
        }
    }
    let met: Vec<_> = list.keys().filter(|key| results.contains_key(&key.0) && !seen.contains(*key)).cloned().collect();
    if update {
        for key in &met {
            list.remove(key);
        }
        write(&list)?;
    } else {
        for (module, id) in &met {
            println!("met: {module}\t{id}");
        }
    }
    for line in &unexpected {
        println!("unexpected: {line}");
    }
    match (unexpected.len(), met.len()) {
        (0, 0) => Ok(()),
        (0, _) if update => Ok(()),
        (0, n) => Err(format!("{n} listed shortfalls are met now: run with --update")),
        (n, _) => Err(format!("{n} shortfalls are not listed in tests/conformance/expected.tsv")),
    }
}
