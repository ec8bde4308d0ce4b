//! Command line and options as `sys` shows them: argv, warnings, `-X`; and the tables of the import system. Where things are is the binary's to say.

use taipan_object::fspath;
use taipan_object::prelude::*;
use taipan_object::types::boolean;

/// A list of byte strings of the operating system as text.
fn list_of(items: &[Vec<u8>], cx: &mut Cx) -> PyResult<Own<PyList>> {
    let v = items.iter().map(|b| fspath::decode(b, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    PyList::from_vec(v, cx)
}

/// Add everything that has to do with the command line.
pub fn fill(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let c = cx.interp().config.borrow().clone();
    for (name, items) in [("argv", &c.argv), ("orig_argv", &c.orig_argv)] {
        let v = list_of(items, cx)?;
        m.add(name, &v, cx)?;
    }
    // `sys.path` and the prefixes follow once the binary has worked them out; imports of native modules do not need them.
    let path = PyList::new(cx)?;
    m.add("path", &path, cx)?;
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
