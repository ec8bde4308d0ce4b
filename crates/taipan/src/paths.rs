//! Where things are: executable, prefix, the library, `sys.path` (what CPython's `getpath` works out).

use std::ffi::CString;
use taipan_import::frozen;
use taipan_object::config::Config;

/// Directories of a running interpreter, as bytes of the operating system.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    pub executable: Vec<u8>,
    pub base_executable: Vec<u8>,
    pub prefix: Vec<u8>,
    pub base_prefix: Vec<u8>,
    pub stdlib_dir: Vec<u8>,
    pub search: Vec<Vec<u8>>,
    /// Embedded modules serve the library (no PYTHONHOME).
    pub use_frozen: bool,
}

fn is_dir(p: &[u8]) -> bool {
    CString::new(p).is_ok_and(|c| taipan_host::stat::stat(&c).is_ok_and(|s| s.is_dir()))
}
fn is_file(p: &[u8]) -> bool {
    CString::new(p).is_ok_and(|c| taipan_host::stat::stat(&c).is_ok_and(|s| s.is_file()))
}
fn parent(p: &[u8]) -> Vec<u8> {
    match p.iter().rposition(|&b| b == b'/') {
        Some(0) => b"/".to_vec(),
        Some(i) => p[..i].to_vec(),
        None => Vec::new(),
    }
}
fn join(a: &[u8], b: &str) -> Vec<u8> {
    let mut v = a.to_vec();
    if !v.ends_with(b"/") {
        v.push(b'/');
    }
    v.extend(b.as_bytes());
    v
}

/// The program's own path: as invoked, made absolute, found on PATH.
pub fn executable(argv0: &[u8]) -> Vec<u8> {
    if argv0.contains(&b'/') {
        if argv0.starts_with(b"/") {
            return argv0.to_vec();
        }
        if let Ok(cwd) = taipan_host::fs::getcwd() {
            let rel = argv0.strip_prefix(b"./").unwrap_or(argv0);
            return join(&cwd, &String::from_utf8_lossy(rel));
        }
    }
    let path = taipan_host::env::get(c"PATH").unwrap_or_default();
    for dir in path.split(|&b| b == b':').filter(|d| !d.is_empty()) {
        let p = join(dir, &String::from_utf8_lossy(argv0));
        if is_file(&p) {
            return p;
        }
    }
    taipan_host::env::current_exe().unwrap_or_default()
}

/// A virtual environment: its prefix, and the directory of the executable that made it.
struct Venv {
    prefix: Vec<u8>,
    home: Vec<u8>,
}

/// `pyvenv.cfg` beside the executable or one level up. Without a `home` in it the environment has no effect.
fn virtual_environment(exe: &[u8]) -> Option<Venv> {
    let dir = parent(exe);
    for base in [parent(&dir), dir.clone()] {
        let cfg = join(&base, "pyvenv.cfg");
        let Ok(text) = CString::new(cfg).map_err(drop).and_then(|c| taipan_host::fs::read_file(&c).map_err(drop)) else { continue };
        for line in text.split(|&b| b == b'\n') {
            let Some(at) = line.iter().position(|&b| b == b'=') else { continue };
            if line[..at].trim_ascii().eq_ignore_ascii_case(b"home") {
                return Some(Venv { prefix: base, home: line[at + 1..].trim_ascii().to_vec() });
            }
        }
        return None;
    }
    None
}

/// The executable that a virtual environment was made from: the name of ours in its home, else what ours links to.
fn base_executable(home: &[u8], exe: &[u8]) -> Vec<u8> {
    let real = CString::new(exe).ok().and_then(|c| taipan_host::fs::realpath(&c).ok()).unwrap_or_else(|| exe.to_vec());
    let last = |p: &[u8]| String::from_utf8_lossy(p.rsplit(|&b| b == b'/').next().unwrap_or_default()).into_owned();
    for name in [last(exe), last(&real), "taipan".into(), "python3".into(), "python3.14".into()] {
        let p = join(home, &name);
        if is_file(&p) {
            return p;
        }
    }
    real
}

/// `EXECUTABLE._pth`: the whole of `sys.path`, one directory a line. It isolates the interpreter; `import site` brings `site` back.
fn path_file(exe: &[u8], cfg: &mut Config) -> Option<Vec<Vec<u8>>> {
    let real = CString::new(exe).ok().and_then(|c| taipan_host::fs::realpath(&c).ok()).unwrap_or_else(|| exe.to_vec());
    for program in [exe, &real] {
        let file = [program, b"._pth"].concat();
        let Some(text) = CString::new(file).ok().and_then(|c| taipan_host::fs::read_file(&c).ok()) else { continue };
        cfg.isolated = true;
        cfg.ignore_environment = true;
        cfg.no_user_site = true;
        cfg.safe_path = true;
        cfg.no_site = true;
        let mut search = Vec::new();
        for line in text.split(|&b| b == b'\n') {
            let line = line.split(|&b| b == b'#').next().unwrap_or_default().trim_ascii();
            if line == b"import site" {
                cfg.no_site = false;
            } else if line.starts_with(b"import ") {
                super::cli::err(format_args!("unsupported 'import' line in ._pth file\n"));
            } else if !line.is_empty() {
                let line = if line.starts_with(b"/") { line.to_vec() } else { join(&parent(program), &String::from_utf8_lossy(line)) };
                search.push(normal(&line));
            }
        }
        return Some(search);
    }
    None
}

/// A path without `.` and `..` components, doubled slashes and a slash at the end.
fn normal(path: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for p in path.split(|&b| b == b'/').filter(|p| !p.is_empty() && *p != b".") {
        if p == b".." {
            parts.pop();
        } else {
            parts.push(p);
        }
    }
    let mut out = Vec::with_capacity(path.len());
    for p in parts {
        out.push(b'/');
        out.extend_from_slice(p);
    }
    if out.is_empty() { b"/".to_vec() } else { out }
}

/// Work everything out from the configuration, which a `._pth` file may change.
pub fn compute(cfg: &mut Config) -> Paths {
    let argv0 = cfg.orig_argv.first().cloned().unwrap_or_default();
    let exe = executable(&argv0);
    let fixed = if cfg.home.is_none() { path_file(&exe, cfg) } else { None };
    let venv = if cfg.home.is_none() { virtual_environment(&exe) } else { None };
    let base_exe = venv.as_ref().map_or_else(|| exe.clone(), |v| base_executable(&v.home, &exe));
    let real = CString::new(base_exe.clone()).ok().and_then(|c| taipan_host::fs::realpath(&c).ok()).unwrap_or(base_exe.clone());
    let base_prefix = match &cfg.home {
        Some(h) => h.split(|&b| b == b':').next().unwrap_or(h).to_vec(),
        None => parent(&parent(&real)),
    };
    let from_home = cfg.home.as_ref().map(|_| join(&base_prefix, "lib/python3.14")).filter(|d| is_dir(d) || cfg.frozen_modules_off);
    let installed = join(&base_prefix, "lib/python3.14");
    let stdlib_dir = match &from_home {
        Some(d) => d.clone(),
        None if is_file(&join(&installed, "os.py")) => installed.clone(),
        // Run from where it was built: the sources that the embedded code came from.
        None if is_file(&join(frozen::LIB_DIR.as_bytes(), "os.py")) => frozen::LIB_DIR.as_bytes().to_vec(),
        None => installed,
    };
    let mut search: Vec<Vec<u8>> = cfg.pythonpath.clone();
    search.push(join(&base_prefix, "lib/python314.zip"));
    search.push(stdlib_dir.clone());
    search.push(join(&base_prefix, "lib/python3.14/lib-dynload"));
    if let Some(fixed) = fixed {
        search = fixed;
    }
    Paths {
        executable: exe,
        base_executable: base_exe,
        prefix: venv.map_or_else(|| base_prefix.clone(), |v| v.prefix),
        base_prefix,
        stdlib_dir,
        search,
        use_frozen: from_home.is_none() && !cfg.frozen_modules_off,
    }
}
