//! `cargo xtask trees`: every file of the library and of CPython's tests gives the tree that it gives in CPython, and
//! compiles, or fails with the same error.
//!
//! Both interpreters run `xtask/data/trees.py` over the same directories; what they print must agree line by line.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Outcome, interp, root};

/// Compare all files, or those of the directories that are given.
///
/// # Errors
/// Files that differ, or an interpreter that is missing or fails.
pub fn main(args: &[String]) -> Outcome {
    let taipan = interp::taipan()?;
    let reference = interp::reference().ok_or("the reference is not installed")?;
    let mut tops: Vec<String> = args.to_vec();
    if tops.is_empty() {
        tops.push(rustpython_lib(&taipan)?);
        tops.push(test_directory(&reference)?);
    }
    let (ours, theirs) = std::thread::scope(|scope| {
        let ours = scope.spawn(|| run(&taipan, &tops));
        let theirs = scope.spawn(|| run(&reference, &tops));
        (ours.join(), theirs.join())
    });
    let failed = |_| "a comparison panicked".to_string();
    let (ours, theirs) = (ours.map_err(failed)??, theirs.map_err(failed)??);
    let mut different = 0;
    for (path, expected) in &theirs {
        let got = ours.get(path).map_or("nothing", String::as_str);
        if got != expected {
            different += 1;
            println!("{path}\n  reference {expected}\n  taipan    {got}");
        }
    }
    println!("{} files, {different} different", theirs.len());
    if different == 0 { Ok(()) } else { Err(format!("{different} files differ")) }
}

/// The lines of one interpreter, by path.
fn run(interpreter: &Path, tops: &[String]) -> Result<BTreeMap<String, String>, String> {
    let mut command = Command::new(interpreter);
    interp::clean_environment(&mut command);
    command.arg(root().join("xtask/data/trees.py")).args(tops).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", interpreter.display(), output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text.lines().filter_map(|l| l.split_once('\t')).map(|(path, rest)| (path.into(), rest.into())).collect())
}

fn ask(interpreter: &Path, program: &str) -> Result<String, String> {
    let output = Command::new(interpreter).args(["-c", program]).output().map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Where the packed library lies.
fn rustpython_lib(taipan: &Path) -> Result<String, String> {
    ask(taipan, "import os; print(os.path.dirname(os.__file__))")
}

/// The reference's test package.
fn test_directory(reference: &Path) -> Result<String, String> {
    ask(reference, "import test, os; print(os.path.dirname(test.__file__))")
}
