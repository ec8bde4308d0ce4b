//! Small extension modules, one per area of the C API: compiled against the reference's headers, run by Taipan, compared with what the reference printed.
//!
//! `tests/ext/NAME.c` is a module, `NAME.py` uses it and prints, `NAME.out` is the reference's output (`TAIPAN_RECORD=1` writes it, with `ref-python3.14`).
//! Nothing is done where the headers (`TAIPAN_HEADERS`, or those of the reference's usual place), a C compiler or a built `taipan` are missing.

use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: [&str; 7] = ["arguments", "classes", "buffers", "errors", "containers", "modules", "runtime"];

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn headers() -> Option<PathBuf> {
    let given = std::env::var_os("TAIPAN_HEADERS").map(PathBuf::from);
    [given, Some("/opt/oracle/usr/include/python3.14".into()), Some("/usr/include/python3.14".into())].into_iter().flatten().find(|p| p.join("Python.h").exists())
}

/// The newest built executable.
fn taipan() -> Option<PathBuf> {
    if let Some(p) = std::env::var_os("TAIPAN_BIN") {
        return Some(p.into());
    }
    let target = here().join("../../target");
    ["fast", "release", "debug"].iter().map(|p| target.join(p).join("taipan")).filter(|p| p.exists()).max_by_key(|p| p.metadata().and_then(|m| m.modified()).ok())
}

/// A directory where `x86_64-linux-gnu/python3.14/pyconfig.h` is found, as Debian's `pyconfig.h` includes it.
fn config_include(headers: &Path, work: &Path) -> PathBuf {
    let include = work.join("include");
    let from = headers.join("..").join("x86_64-linux-gnu");
    std::fs::create_dir_all(&include).ok();
    if from.exists() {
        std::os::unix::fs::symlink(from, include.join("x86_64-linux-gnu")).ok();
    }
    include
}

fn compile(name: &str, headers: &Path, work: &Path) -> bool {
    let out = work.join(format!("{name}.cpython-314-x86_64-linux-gnu.so"));
    let include = config_include(headers, work);
    let status = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wno-unused-function"])
        .arg("-I").arg(headers)
        .arg("-I").arg(include)
        .arg(here().join(format!("tests/ext/{name}.c")))
        .arg("-o").arg(&out)
        .status();
    match status {
        Ok(s) => {
            assert!(s.success(), "{name}.c does not compile");
            true
        }
        Err(_) => false,
    }
}

fn run(program: &Path, name: &str, work: &Path) -> String {
    let script = here().join(format!("tests/ext/{name}.py"));
    let out = Command::new(program).arg("-P").arg(script).env("PYTHONPATH", work).env("PYTHONDONTWRITEBYTECODE", "1").output().expect("runs");
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn extensions_behave_as_under_the_reference() {
    let (Some(headers), Some(program)) = (headers(), taipan()) else { return };
    let work = std::env::temp_dir().join(format!("taipan-ext-{}", std::process::id()));
    std::fs::create_dir_all(&work).expect("a directory");
    let mut wrong = Vec::new();
    for name in NAMES {
        if !compile(name, &headers, &work) {
            return;
        }
        let expected = here().join(format!("tests/ext/{name}.out"));
        if std::env::var_os("TAIPAN_RECORD").is_some() {
            std::fs::write(&expected, run(Path::new("ref-python3.14"), name, &work)).expect("written");
        }
        let want = std::fs::read_to_string(&expected).expect("recorded");
        let got = run(&program, name, &work);
        if got != want {
            wrong.push(format!("--- {name}: expected\n{want}\n--- got\n{got}"));
        }
    }
    std::fs::remove_dir_all(&work).ok();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A result with an exception, and neither, are errors that name the function in every build and on every way; CPython names it on some ways only, so its output is no measure.
#[test]
fn broken_results_name_the_function() {
    let (Some(headers), Some(program)) = (headers(), taipan()) else { return };
    let work = std::env::temp_dir().join(format!("taipan-broken-{}", std::process::id()));
    std::fs::create_dir_all(&work).expect("a directory");
    if compile("rules", &headers, &work) {
        let want = std::fs::read_to_string(here().join("tests/ext/broken.out")).expect("written by hand");
        assert_eq!(run(&program, "broken", &work), want);
    }
    std::fs::remove_dir_all(&work).ok();
}

/// What a debug build says of functions that give up references which are not theirs. Nothing is done where there is no debug build (`TAIPAN_DEBUG_BIN`, `target/debug/taipan`).
#[test]
fn debug_builds_name_who_breaks_the_rules() {
    let built = here().join("../../target/debug/taipan");
    let program = std::env::var_os("TAIPAN_DEBUG_BIN").map_or(built, PathBuf::from);
    let Some(headers) = headers().filter(|_| program.exists()) else { return };
    let work = std::env::temp_dir().join(format!("taipan-rules-{}", std::process::id()));
    std::fs::create_dir_all(&work).expect("a directory");
    if compile("rules", &headers, &work) {
        let want = std::fs::read_to_string(here().join("tests/ext/rules.out")).expect("written by hand");
        assert_eq!(run(&program, "rules", &work), want);
    }
    std::fs::remove_dir_all(&work).ok();
}
