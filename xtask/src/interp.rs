//! Which interpreters the chores run: Taipan as built, and the reference if it is installed.

use std::path::{Path, PathBuf};

use crate::root;

/// Taipan's binary: `TAIPAN_BIN`, or the first of the built profiles.
pub fn taipan() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("TAIPAN_BIN") {
        return Ok(path.into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    ["release", "fast", "debug"]
        .iter()
        .map(|profile| target.join(profile).join("taipan"))
        .find(|path| path.exists())
        .ok_or("no taipan binary: build one (`cargo build --release -p taipan`) or set TAIPAN_BIN".into())
}

/// The reference implementation: `REFERENCE_PYTHON`, or `ref-python3.14` on the path.
pub fn reference() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("REFERENCE_PYTHON") {
        return Some(path.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join("ref-python3.14")).find(|file| file.exists())
}

/// The directory of CPython 3.14's `test` package, beside the reference.
pub fn test_suite() -> Option<PathBuf> {
    let root = std::env::var_os("ORACLE_ROOT").map_or_else(|| PathBuf::from("/opt/oracle"), PathBuf::from);
    let lib = root.join("usr/lib/python3.14");
    lib.join("test").is_dir().then_some(lib)
}

/// The reference's C headers.
pub fn headers() -> Option<PathBuf> {
    let root = std::env::var_os("ORACLE_ROOT").map_or_else(|| PathBuf::from("/opt/oracle"), PathBuf::from);
    let dir = root.join("usr/include/python3.14");
    dir.join("Python.h").exists().then_some(dir)
}

/// Take the variables away that would change how an interpreter behaves.
pub fn clean_environment(command: &mut std::process::Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PYTHON") || text.starts_with("CARGO") || text == "COLUMNS" {
            command.env_remove(&name);
        }
    }
    command.env("LANG", "C.UTF-8").env("LC_ALL", "C.UTF-8").env("TERM", "dumb");
}

/// A path as text for messages.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
