//! Compiles CPython's Lib (from the crate `rustpython-pylib`) and writes one blob: an index and the serialised code of every module.
//!
//! Files that do not compile are left out with a warning; the imports then fail as for any missing module.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Packages that are not part of the embedded library: tests and tools that need a real directory.
const LEFT_OUT: &[&str] = &["test", "idlelib", "turtledemo", "lib2to3"];

/// Lines in which the packed library names another implementation: module, text, and CPython's text. Packages go where CPython has them.
/// And where it reads bytecode, which is Taipan's own (`lib/_taipan_dis.py`).
const MENDED: &[(&str, &str, &str)] = &[
    ("dis", "def main(args=None):", "import _taipan_dis\n_taipan_dis.adapt(globals())\n\n\ndef main(args=None):"),
    ("pdb", "if prev is not None and prev.opname == 'RESUME':", "if prev is not None and instr.opname not in ('MAKE_CELL', 'COPY_FREE_VARS', 'RETURN_GENERATOR'):"),
    ("inspect", "if opname == \"LOAD_ATTR\":", "if opname in (\"LOAD_ATTR\", \"LOAD_METHOD\"):"),
    // What CPython has as files shows a file as its origin.
    (
        "importlib._bootstrap",
        "            spec.submodule_search_locations.insert(0, pkgdir)\n        return spec",
        "            spec.submodule_search_locations.insert(0, pkgdir)\n        _imp._place_embedded(spec, fullname, filename)\n        return spec",
    ),
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

/// Modules that every start imports: their code lies together, so that few pages of the executable are touched.
const AT_START: &[&str] = &[
    "importlib._bootstrap",
    "importlib._bootstrap_external",
    "zipimport",
    "encodings",
    "encodings.aliases",
    "encodings.utf_8",
    "codecs",
    "io",
    "abc",
    "site",
    "os",
    "stat",
    "posixpath",
    "genericpath",
    "_collections_abc",
    "_sitebuiltins",
    "linecache",
];

/// Blob: length of the index, index, code. Index: number of modules, number of bytes of all names; per module in the order of names where its name, its code and their
/// ends are, and whether it is a package; the names. All numbers are little-endian u32; code begins at multiples of 8 of the blob.
fn write_blob(out: &Path, modules: &BTreeMap<String, Module>) {
    let mut order: Vec<&String> = AT_START.iter().filter_map(|n| modules.get_key_value(*n).map(|m| m.0)).collect();
    order.extend(modules.keys().filter(|n| !AT_START.contains(&n.as_str())));
    let mut data: Vec<u8> = Vec::new();
    let mut places = BTreeMap::new();
    for name in order {
        data.resize(data.len().next_multiple_of(8), 0);
        places.insert(name, data.len());
        data.extend(&modules[name].code);
    }
    let mut names: Vec<u8> = Vec::new();
    let mut rows: Vec<u8> = Vec::new();
    for (name, m) in modules {
        let at = places[name];
        for n in [names.len(), names.len() + name.len(), at, at + m.code.len(), m.package as usize] {
            rows.extend((n as u32).to_le_bytes());
        }
        names.extend(name.as_bytes());
    }
    let mut blob = vec![0; 4];
    blob.extend((modules.len() as u32).to_le_bytes());
    blob.extend(rows);
    blob.extend(names);
    blob.resize(blob.len().next_multiple_of(8), 0);
    let index = blob.len() as u32;
    blob[..4].copy_from_slice(&index.to_le_bytes());
    blob.extend(data);
    fs::write(out, blob).expect("OUT_DIR is writable");
}
