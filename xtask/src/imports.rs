//! `cargo xtask imports`: every module of the library that CPython imports is imported, one process each.
//!
//! `xtask/data/importable.txt` is the list, recorded from the reference (`--record-reference`). Modules
//! that Taipan cannot import are listed with their error in `tests/conformance/imports.tsv`, which may only shrink.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use crate::child::{self, End, Limits};
use crate::{Outcome, interp, root};

/// Prints the names of all modules of the library, without its tests.
const LIST: &str = r#"
import sys, os
lib = os.path.dirname(os.__file__)
skip = {"test", "tests", "__pycache__", "site-packages", "dist-packages", "lib-dynload", "idle_test", "lib2to3", "turtledemo", "ensurepip"}
names = set()
for top, dirs, files in os.walk(lib):
    rel = os.path.relpath(top, lib)
    dirs[:] = [d for d in dirs if d not in skip and d.isidentifier() and (rel != "." or os.path.exists(os.path.join(top, d, "__init__.py")) or d == "xmlrpc")]
    parts = [] if rel == "." else rel.split(os.sep)
    for f in files:
        if f.endswith(".py") and f[:-3].isidentifier() and f != "__main__.py":
            names.add(".".join(parts + ([] if f == "__init__.py" else [f[:-3]])))
names |= set(sys.builtin_module_names)
# What CPython writes in C, but for the modules of its own tests.
for path in sys.path:
    if os.path.basename(path) == "lib-dynload":
        names |= {f.split(".")[0] for f in os.listdir(path)}
names = {n for n in names if not n.startswith(("_test", "_ctypes_test", "_xxtest", "xx"))}
for name in sorted(n for n in names if n and n not in {"antigravity", "this", "__phello__"}):
    print(name)
"#;

/// Import everything that is listed; or record the list.
pub fn main(args: &[String]) -> Outcome {
    let flag = |name: &str| args.iter().any(|arg| arg == name);
    if flag("--record-reference") {
        return record();
    }
    let taipan = interp::taipan()?;
    let listed = fs::read_to_string(list_path()).map_err(|e| e.to_string())?;
    let names: Vec<&str> = listed.lines().filter(|name| args.iter().all(|a| a.starts_with('-') || name.contains(a.as_str()))).collect();
    let failures = import_all(&taipan, &names);
    settle(&names, &failures, flag("--update"), flag("--accept"))
}

fn list_path() -> PathBuf {
    root().join("xtask/data/importable.txt")
}

fn record() -> Outcome {
    let reference = interp::reference().ok_or("the reference is not installed")?;
    let output = Command::new(&reference).args(["-S", "-c", LIST]).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names: Vec<&str> = text.lines().collect();
    let failures = import_all(&reference, &names);
    let good: String = names.iter().filter(|n| !failures.contains_key(**n)).map(|n| format!("{n}\n")).collect();
    println!("{} of {} modules can be imported", names.len() - failures.len(), names.len());
    fs::write(list_path(), good).map_err(|e| e.to_string())
}

/// The modules that cannot be imported, with the last line of what was said.
fn import_all(interpreter: &Path, names: &[&str]) -> BTreeMap<String, String> {
    let failures = Mutex::new(BTreeMap::new());
    let done = taipan_testkit::in_parallel(names, |name| {
        if let Some(why) = import(interpreter, name)? {
            failures.lock().unwrap_or_else(|e| e.into_inner()).insert(name.to_string(), why);
        }
        Ok(())
    });
    let mut failures = failures.into_inner().unwrap_or_else(|e| e.into_inner());
    for message in done {
        failures.insert(String::new(), message);
    }
    failures
}

fn import(interpreter: &Path, name: &str) -> Result<Option<String>, String> {
    let log = std::env::temp_dir().join(format!("taipan-import-{}-{name}.log", std::process::id()));
    let file = fs::File::create(&log).map_err(|e| e.to_string())?;
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    command.args(["-W", "ignore", "-c", &format!("import {name}")]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    let limits = Limits { time: Duration::from_secs(30), memory_bytes: 2 << 30 };
    let ended = child::run(&mut command, limits).map_err(|e| e.to_string())?;
    let said = fs::read_to_string(&log).unwrap_or_default();
    // The log was only for its last line.
    let _ = fs::remove_file(&log);
    let last = said.lines().last().unwrap_or_default().replace('\t', " ");
    Ok(match ended.end {
        End::Exit(0) => None,
        End::Exit(_) => Some(last),
        other => Some(format!("CRASH {other:?} {last}")),
    })
}

fn settle(names: &[&str], failures: &BTreeMap<String, String>, update: bool, accept: bool) -> Outcome {
    let path = root().join("tests/conformance/imports.tsv");
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for line in fs::read_to_string(&path).unwrap_or_default().lines() {
        if let Some((name, why)) = line.split_once('\t') {
            known.insert(name.into(), why.into());
        }
    }
    let crashes = failures.values().filter(|why| why.starts_with("CRASH")).count();
    println!("{} of {} modules imported, {crashes} crashes", names.len() - failures.len(), names.len());
    let mut unlisted = 0;
    for (name, why) in failures {
        println!("{}{name}\t{why}", if known.contains_key(name) { "  " } else { "! " });
        unlisted += usize::from(!known.contains_key(name));
        if update && accept {
            known.insert(name.clone(), why.clone());
        }
    }
    let met: Vec<String> =
        known.keys().filter(|name| names.contains(&name.as_str()) && !failures.contains_key(*name)).cloned().collect();
    if update {
        met.iter().for_each(|name| drop(known.remove(name)));
        let text: String = known.iter().map(|(name, why)| format!("{name}\t{why}\n")).collect();
        fs::write(&path, text).map_err(|e| e.to_string())?;
        return Ok(());
    }
    match (unlisted, met.len()) {
        (0, 0) => Ok(()),
        (0, n) => Err(format!("{n} listed modules can be imported now: run with --update ({})", met.join(" "))),
        (n, _) => Err(format!("{n} failures are not listed in tests/conformance/imports.tsv")),
    }
}
