//! Getting packages from the index with the reference's `pip`, once each, into `target/wheels`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::root;

/// The directories of the packages, each a wheel unpacked.
pub fn unpacked(python: &Path, packages: &[String]) -> Result<Vec<PathBuf>, String> {
    packages.iter().map(|p| one(python, p)).collect()
}

fn one(python: &Path, package: &str) -> Result<PathBuf, String> {
    let cache = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join("wheels");
    let place = cache.join(package.replace("==", "-"));
    if place.is_dir() {
        return Ok(place);
    }
    let download = cache.join("download").join(package.replace("==", "-"));
    fs::create_dir_all(&download).map_err(|e| e.to_string())?;
    succeed(Command::new(python).args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest"]).arg(&download).arg(package))?;
    let wheel = fs::read_dir(&download)
        .map_err(|e| e.to_string())?
        .flatten()
        .map(|e| e.path())
        .find(|p| p.extension().is_some_and(|x| x == "whl"))
        .ok_or(format!("{package}: no wheel for this Python"))?;
    // Unpacked beside its place and then moved, so that a broken run leaves nothing half done.
    let half = cache.join(format!("half-{}", std::process::id()));
    succeed(Command::new(python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&half))?;
    fs::rename(&half, &place).map_err(|e| format!("{}: {e}", place.display()))?;
    Ok(place)
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {}", said.lines().last().unwrap_or_default()))
}
