//! Where things are: `sys.path`, prefixes, argv, options; from the configuration.

use super::report::fs_decode;
use taipan_object::prelude::*;
use taipan_object::types::boolean;

/// A list of byte strings of the operating system as text.
fn list_of(items: &[Vec<u8>], cx: &mut Cx) -> PyResult<Own<PyList>> {
    let v = items.iter().map(|b| fs_decode(b, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    PyList::from_vec(v, cx)
}

/// The part of a path before its last `n` components.
fn parent(path: &[u8], n: usize) -> &[u8] {
    let mut p = path;
    for _ in 0..n {
        match p.iter().rposition(|&b| b == b'/') {
            Some(0) => return b"/",
            Some(i) => p = &p[..i],
            None => return b"",
        }
    }
    p
}

fn join(dir: &[u8], rest: &str) -> Vec<u8> {
    let mut p = dir.to_vec();
    if !p.ends_with(b"/") {
        p.push(b'/');
    }
    p.extend_from_slice(rest.as_bytes());
    p
}

/// The prefix: PYTHONHOME, or two levels above the executable.
fn prefix(home: Option<&[u8]>, executable: &[u8]) -> Vec<u8> {
    if let Some(h) = home {
        // `prefix:exec_prefix` is allowed.
        return h.split(|&b| b == b':').next().unwrap_or(h).to_vec();
    }
    let p = parent(executable, 2);
    if p.is_empty() { b"/usr/local".to_vec() } else { p.to_vec() }
}

/// Add everything that has to do with paths and the command line.
pub fn fill(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let c = cx.interp().config.borrow().clone();
    let prefix = prefix(c.home.as_deref(), &c.executable);
    let text = fs_decode(&prefix, cx)?;
    for name in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        m.add(name, &text, cx)?;
    }
    let exe = fs_decode(&c.executable, cx)?;
    m.add("executable", &exe, cx)?;
    m.add("_base_executable", &exe, cx)?;
    let lib = c.home.as_ref().map(|_| join(&prefix, "lib/python3.14"));
    let mut path = c.pythonpath.clone();
    match &lib {
        Some(l) => {
            let l = fs_decode(l, cx)?;
            m.add("_stdlib_dir", &l, cx)?;
        }
        None => m.add("_stdlib_dir", none(), cx)?,
    }
    path.extend(lib);
    if c.home.is_some() {
        path.push(join(&prefix, "lib/python3.14/lib-dynload"));
    }
    for (name, items) in [("path", &path), ("argv", &c.argv), ("orig_argv", &c.orig_argv)] {
        let v = list_of(items, cx)?;
        m.add(name, &v, cx)?;
    }
    let v = match &c.pycache_prefix {
        Some(p) => PyStr::new(p, cx)?.into_object(),
        None => none().own(),
    };
    m.add("pycache_prefix", &v, cx)?;
    m.add("dont_write_bytecode", &boolean::from_bool(c.dont_write_bytecode), cx)?;
    let v = c.warnoptions.iter().map(|w| PyStr::new(w, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    let v = PyList::from_vec(v, cx)?;
    m.add("warnoptions", &v, cx)?;
    let x = PyDict::new(cx)?;
    for (name, value) in &c.xoptions {
        let value = match value {
            Some(v) => PyStr::new(v, cx)?.into_object(),
            None => boolean::from_bool(true),
        };
        x.set_text(name, value, cx)?;
    }
    m.add("_xoptions", &x, cx)?;
    import_state(m, cx)
}

/// `modules` and the empty tables of the import system.
fn import_state(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let modules = match cx.interp().modules.own() {
        Some(d) => d,
        None => {
            let d = PyDict::new(cx)?;
            cx.interp().modules.set(Some(d.clone()), cx);
            d
        }
    };
    m.add("modules", &modules, cx)?;
    for name in ["meta_path", "path_hooks"] {
        let v = PyList::new(cx)?;
        m.add(name, &v, cx)?;
    }
    let v = PyDict::new(cx)?;
    m.add("path_importer_cache", &v, cx)
}

/// `sys.builtin_module_names`: the binary calls it with the names of its native modules.
pub fn set_builtin_module_names(names: &[&str], cx: &mut Cx) -> PyResult<()> {
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let v = sorted.iter().map(|n| PyStr::new_interned(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    let t = PyTuple::from_vec(v, cx)?;
    match cx.interp().sysdict.own() {
        Some(d) => d.set_text("builtin_module_names", t.into_object(), cx),
        None => Ok(()),
    }
}
