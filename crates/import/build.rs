//! Compiles CPython's Lib (from the crate `rustpython-pylib`) and writes one blob: an index and the serialised code of every module.
//!
//! Files that do not compile are left out with a warning; the imports then fail as for any missing module.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Packages that are not part of the embedded library: tests and tools that need a real directory.
const LEFT_OUT: &[&str] = &["test", "idlelib", "turtledemo", "lib2to3"];

/// Lines in which the packed library names another implementation: module, text, and CPython's text. Packages go where CPython has them.
const MENDED: &[(&str, &str, &str)] = &[
    ("sysconfig", "return 'RustPython'", "return 'Python'"),
    ("site", "return 'RustPython'", "return 'Python'"),
    ("site", "{userbase}/lib/rustpython{version[0]}", "{userbase}/lib/python{version[0]}"),
];

struct Module {
    code: Vec<u8>,
    package: bool,
}

fn main() {
    let lib = PathBuf::from(rustpython_pylib::LIB_PATH);
    println!("cargo:rerun-if-changed=build.rs");
    let mut files = Vec::new();
    collect(&lib, "", &mut files);
    // What the packed library lacks.
    println!("cargo:rerun-if-changed=lib");
    collect(Path::new("lib"), "", &mut files);
    let compiled = compile_all(&lib, files);
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("lib.bin");
    write_blob(&out, &compiled);
    println!("cargo:rustc-env=TAIPAN_LIB_DIR={}", lib.display());
}

/// All modules of a directory: dotted name, path, whether a package.
fn collect(dir: &Path, prefix: &str, out: &mut Vec<(String, PathBuf, bool)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).map(|d| d.flatten().map(|e| e.path()).collect()).unwrap_or_default();
    entries.sort();
    for path in entries {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        if path.is_dir() {
            let init = path.join("__init__.py");
            let full = format!("{prefix}{name}");
            if LEFT_OUT.contains(&full.as_str()) || name == "__pycache__" {
                continue;
            }
            if init.exists() {
                out.push((full.clone(), init, true));
                collect(&path, &format!("{full}."), out);
            }
        } else if let Some(stem) = name.strip_suffix(".py") {
            if stem != "__init__" {
                out.push((format!("{prefix}{stem}"), path, false));
            }
        }
    }
}

/// Compile on all cores; deep trees need room.
fn compile_all(lib: &Path, files: Vec<(String, PathBuf, bool)>) -> BTreeMap<String, Module> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(BTreeMap::new());
    std::thread::scope(|s| {
        for _ in 0..2 {
            let work = || {
                while let Some((name, path, package)) = files.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    match compile(lib, name, path) {
                        Ok(code) => {
                            let mut d = done.lock().expect("no panics while held");
                            d.insert(name.clone(), Module { code, package: *package });
                        }
                        Err(e) => println!("cargo:warning={}: {e}", path.display()),
                    }
                }
            };
            std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(s, work).expect("a thread");
        }
    });
    done.into_inner().expect("no panics while held")
}

fn compile(lib: &Path, name: &str, path: &Path) -> Result<Vec<u8>, String> {
    let bytes = fs::read(path).map_err(|e| e.to_string())?;
    let mut no_codec = |n: &str, _: &[u8]| Err(format!("unknown encoding: {n}"));
    let text = taipan_text::decode::decode(&bytes, None, &mut no_codec).map_err(|e| e.message)?;
    let mut text = text.into_owned();
    for (_, from, to) in MENDED.iter().filter(|m| m.0 == name) {
        assert!(text.contains(from), "{name} has no {from:?} any more: look at MENDED");
        text = text.replace(from, to);
    }
    let parsed = taipan_syntax::parse(&text, taipan_syntax::Mode::Exec, &Default::default()).map_err(|e| e.error.message.clone())?;
    let relative = path.strip_prefix(lib).map_or_else(|_| format!("{name}.py"), |p| p.display().to_string());
    // importlib's own modules are shown with their frozen names, everything else with a path below the library's directory.
    let filename = match name {
        "importlib._bootstrap" | "importlib._bootstrap_external" => format!("<frozen {name}>"),
        _ => format!("\u{0}/{relative}"),
    };
    let options = taipan_compiler::Options { filename: Arc::new(filename.as_str().into()), future: 0, optimize: 0, top_level_await: false };
    let (spec, _) = taipan_compiler::compile(&parsed.tree, &options).map_err(|e| e.to_string())?;
    Ok(taipan_bytecode::serial::to_bytes(&spec))
}

/// Blob: u32 count, then per module u32 name length, name, u8 package, u32 offset, u32 length; then the code.
fn write_blob(out: &Path, modules: &BTreeMap<String, Module>) {
    let mut index = Vec::new();
    let mut data = Vec::new();
    index.extend((modules.len() as u32).to_le_bytes());
    for (name, m) in modules {
        index.extend((name.len() as u32).to_le_bytes());
        index.extend(name.as_bytes());
        index.push(m.package as u8);
        index.extend((data.len() as u32).to_le_bytes());
        index.extend((m.code.len() as u32).to_le_bytes());
        data.extend(&m.code);
    }
    let mut f = fs::File::create(out).expect("OUT_DIR is writable");
    f.write_all(&(index.len() as u32).to_le_bytes()).and_then(|()| f.write_all(&index)).and_then(|()| f.write_all(&data)).expect("OUT_DIR is writable");
}
