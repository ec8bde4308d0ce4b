//! Real sources: every file of a directory compiles, and the verifier accepts the result.
//!
//! `TAIPAN_CORPUS=dir[:dir…]` names the directories; without it Lib of the packed library is taken when it is there.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn files(root: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "py") {
            out.push(path);
        }
    }
}

fn roots() -> Vec<PathBuf> {
    match std::env::var("TAIPAN_CORPUS") {
        Ok(list) => list.split(':').map(PathBuf::from).collect(),
        Err(_) => Vec::new(),
    }
}

#[test]
fn corpus_compiles_and_verifies() {
    let mut paths = Vec::new();
    for root in roots() {
        if root.is_file() {
            paths.push(root);
        } else {
            files(&root, &mut paths);
        }
    }
    paths.sort();
    let (mut parsing, mut compiling) = (Duration::ZERO, Duration::ZERO);
    let (mut count, mut failures) = (0, 0);
    for path in paths {
        let Ok(source) = std::fs::read_to_string(&path) else { continue };
        let start = Instant::now();
        let Ok(parsed) = taipan_syntax::parse(&source, taipan_syntax::Mode::Exec, &Default::default()) else { continue };
        parsing += start.elapsed();
        let start = Instant::now();
        let options = taipan_compiler::Options::new(path.to_string_lossy().as_ref());
        let result = taipan_compiler::compile(&parsed.tree, &options);
        compiling += start.elapsed();
        count += 1;
        match result {
            Err(error) => {
                failures += 1;
                println!("{}: {error}", path.display());
            }
            Ok((code, _)) => {
                if let Err(error) = taipan_bytecode::verify::verify(&code) {
                    failures += 1;
                    println!("{}: {error}", path.display());
                }
            }
        }
    }
    println!("{count} files, parse {parsing:?}, compile {compiling:?}");
    assert_eq!(failures, 0);
}
