//! Taipan as an installation that has the `test` package in its library, as CPython's does: children that run isolated (`-I`) find it there.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Make `bin/python3.14` and a library of links beside the binary; gives the new program.
pub fn installation(program: &Path, suite: &Path) -> Result<PathBuf, String> {
    let fail = |e: std::io::Error| e.to_string();
    let program = program.canonicalize().map_err(fail)?;
    let top = program.parent().and_then(Path::parent).ok_or("the binary lies at the root")?.join("conformance");
    let (bin, lib) = (top.join("bin"), top.join("lib/python3.14"));
    fs::create_dir_all(&bin).map_err(fail)?;
    fs::create_dir_all(lib.join("lib-dynload")).map_err(fail)?;
    for entry in fs::read_dir(library(&program)?).map_err(fail)?.flatten() {
        if entry.file_name() != "test" && entry.file_name() != "lib-dynload" {
            link(&entry.path(), &lib.join(entry.file_name()))?;
        }
    }
    for entry in fs::read_dir(suite).map_err(fail)?.flatten() {
        let into = if entry.file_name() == "test" { lib.join("test") } else { lib.join("lib-dynload").join(entry.file_name()) };
        link(&entry.path().canonicalize().map_err(fail)?, &into)?;
    }
    // A copy, not a link: the program looks for its library beside what it really is.
    let installed = bin.join("python3.14");
    let fresh = bin.join("python3.14.new");
    fs::copy(&program, &fresh).map_err(fail)?;
    fs::rename(&fresh, &installed).map_err(fail)?;
    Ok(installed)
}

/// Where the program's library lies.
fn library(program: &Path) -> Result<PathBuf, String> {
    let mut command = Command::new(program);
    crate::interp::clean_environment(&mut command);
    let output = command.args(["-I", "-c", "import os; print(os.path.dirname(os.__file__))"]).output().map_err(|e| e.to_string())?;
    let dir = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if dir.is_dir() { Ok(dir) } else { Err(format!("{} has no library directory", program.display())) }
}

/// A link that replaces an older one.
fn link(target: &Path, at: &Path) -> Result<(), String> {
    if fs::read_link(at).is_ok_and(|old| old == target) {
        return Ok(());
    }
    if at.symlink_metadata().is_ok() {
        fs::remove_file(at).map_err(|e| format!("{}: {e}", at.display()))?;
    }
    symlink(target, at).map_err(|e| format!("{}: {e}", at.display()))
}
