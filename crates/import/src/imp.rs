//! The module `_imp`: what `importlib._bootstrap` asks of the runtime — built-in and embedded modules, the import lock, `.pyc` details.

use crate::frozen;
use std::cell::{Cell, RefCell};
use taipan_object::config::CheckPycs;
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::module;
use taipan_object::{attr, call};

/// State of imports in one interpreter.
#[derive(Default)]
pub struct ImportState {
    /// Native modules by name.
    natives: RefCell<std::collections::HashMap<&'static str, &'static ModuleSpec>>,
    /// The import lock: owner thread (its identity) and depth.
    lock_owner: Cell<u64>,
    lock_depth: Cell<u32>,
    /// `sys._stdlib_dir`, for the file names of embedded code.
    pub stdlib_dir: RefCell<String>,
    /// The path entry of the library's directory is asking (see [`found_early`]).
    on_path: Cell<bool>,
    /// Whether embedded modules are found by `find_frozen` (off with a real PYTHONHOME library).
    pub use_frozen: Cell<bool>,
}

/// Make native modules known.
pub fn add_natives(specs: &[&'static ModuleSpec], cx: &Cx) {
    let st = cx.state::<ImportState>();
    for s in specs {
        if let Ok(n) = s.name.to_str() {
            st.natives.borrow_mut().insert(n, s);
        }
    }
}

/// The native module of that name.
pub fn native(name: &str, cx: &Cx) -> Option<&'static ModuleSpec> {
    cx.state::<ImportState>().natives.borrow().get(name).copied()
}

/// Names of all native modules, sorted.
pub fn native_names(cx: &Cx) -> Vec<&'static str> {
    let mut v: Vec<_> = cx.state::<ImportState>().natives.borrow().keys().copied().collect();
    v.sort_unstable();
    v
}

/// Make and fill a native module and put it into `sys.modules`.
pub fn load_native(spec: &'static ModuleSpec, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    let m = module::create(spec, cx)?;
    let name = m.md_name.own().unwrap_or_else(|| none().own());
    taipan_object::import::modules(cx)?.set(&name, &m, cx)?;
    module::exec(spec, &m, cx)?;
    Ok(m)
}

fn frozen_enabled(cx: &Cx) -> bool {
    cx.state::<ImportState>().use_frozen.get()
}

fn find(name: &PyStr, cx: &Cx) -> Option<frozen::Frozen> {
    let n = name.to_str_checked()?;
    let always = n == "_frozen_importlib" || n == "_frozen_importlib_external" || n.starts_with("importlib._bootstrap");
    if always || frozen_enabled(cx) { frozen::find(&n) } else { None }
}

/// Modules that CPython freezes too: `FrozenImporter` has them whatever `sys.path` says.
const ALWAYS: &[&str] = &[
    "abc", "codecs", "io", "_collections_abc", "_sitebuiltins", "genericpath", "ntpath", "posixpath", "os", "site", "stat", "importlib.util",
    "importlib.machinery", "runpy", "zipimport", "__hello__", "__phello__", "__phello__.ham", "__phello__.ham.eggs", "__phello__.spam",
];

/// Whether `FrozenImporter`, which comes before `sys.path`, may find a module. Of the rest of the library it finds the parts of embedded
/// packages; top-level modules wait until their directory's turn in `sys.path`, so that a program's own `calendar.py` wins as in CPython.
fn found_early(name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let Some(n) = name.to_str_checked() else { return Ok(false) };
    if n.starts_with("_frozen_importlib") || n.starts_with("importlib._bootstrap") || ALWAYS.contains(&n.as_ref()) || cx.state::<ImportState>().on_path.get() {
        return Ok(true);
    }
    let Some((parent, _)) = n.rsplit_once('.') else { return Ok(false) };
    let Some(parent) = taipan_object::import::modules(cx)?.get_text(parent, cx)? else { return Ok(false) };
    let Some(spec) = attr::get_opt(&parent, name!(cx, "__spec__"), cx)? else { return Ok(false) };
    let Some(loader) = attr::get_opt(&spec, name!(cx, "loader"), cx)? else { return Ok(false) };
    let importer = bootstrap_attr("FrozenImporter", cx)?;
    Ok(loader.is(&importer))
}

/// A global of the bootstrap module: programs may have replaced what `sys.modules` says.
fn bootstrap_attr(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    match cx.interp().importlib.own() {
        Some(lib) => attr::get_text(&lib, name, cx),
        None => Err(cx.import_error(format_args!("import is not available yet"))),
    }
}

/// The library's directory, whose path entry finds embedded modules.
fn library(cx: &Cx) -> String {
    cx.state::<ImportState>().stdlib_dir.borrow().clone()
}

fn no_such(name: &PyStr, cx: &mut Cx) -> Raised {
    let shown = match taipan_object::abstract_::repr(name, cx) {
        Ok(s) => s.to_string(),
        Err(r) => return r,
    };
    let text = match PyStr::new(&format!("No such frozen object named {}", shown.trim_matches('\'')), cx) {
        Ok(t) => t,
        Err(r) => return r,
    };
    let kw = PyTuple::from_slice(&[name!(cx, "name")], cx);
    let made = kw.and_then(|kw| call::call_kw(exc::ImportError().as_object(), &[&text], &[name], Some(&kw), cx));
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

#[pymodule(name = "_imp", doc = "(Extremely) low-level import machinery bits as used by importlib.")]
pub mod imp {
    use super::*;

    /// Return True if the import lock is currently held, else False.
    ///
    /// On platforms without threads, return False.
    #[function("lock_held()")]
    fn lock_held(cx: &mut Cx) -> bool {
        cx.state::<ImportState>().lock_depth.get() > 0
    }
    /// Acquires the interpreter's import lock for the current thread.
    ///
    /// This lock should be used by import hooks to ensure thread-safety when importing
    /// modules. On platforms without threads, this function does nothing.
    #[function("acquire_lock()")]
    fn acquire_lock(cx: &mut Cx) -> PyResult<()> {
        let st = cx.state::<ImportState>();
        let me = cx.ts().id.get();
        loop {
            if st.lock_depth.get() == 0 || st.lock_owner.get() == me {
                st.lock_owner.set(me);
                st.lock_depth.set(st.lock_depth.get() + 1);
                return Ok(());
            }
            // Another thread is inside: let it run.
            cx.without_gil(|| std::thread::sleep(std::time::Duration::from_micros(100)));
        }
    }
    /// Release the interpreter's import lock.
    ///
    /// On platforms without threads, this function does nothing.
    #[function("release_lock()")]
    fn release_lock(cx: &mut Cx) -> PyResult<()> {
        let st = cx.state::<ImportState>();
        if st.lock_depth.get() == 0 || st.lock_owner.get() != cx.ts().id.get() {
            return Err(cx.runtime_error(format_args!("not holding the import lock")));
        }
        st.lock_depth.set(st.lock_depth.get() - 1);
        Ok(())
    }

    /// Returns the list of file suffixes used to identify extension modules.
    #[function("extension_suffixes()")]
    fn extension_suffixes(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        for suffix in crate::extension::SUFFIXES {
            l.push(PyStr::new(suffix, cx)?.into_object(), cx)?;
        }
        Ok(l)
    }
    /// Create an extension module.
    #[function("create_dynamic(spec, file=None, /)")]
    fn create_dynamic(spec: &Object, file: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let _ = file;
        crate::extension::create(spec, cx)
    }
    /// Initialize an extension module.
    #[function("exec_dynamic(mod, /)")]
    fn exec_dynamic(m: &Object, cx: &mut Cx) -> PyResult<i32> {
        crate::extension::exec(m, cx).map(|()| 0)
    }

    /// Returns True if the module name corresponds to a built-in module.
    #[function("is_builtin(name, /)")]
    fn is_builtin(name: &PyStr, cx: &mut Cx) -> i32 {
        match name.to_str_checked() {
            Some(n) if native(&n, cx).is_some() => 1,
            _ => 0,
        }
    }
    /// Create an extension module.
    #[function("create_builtin(spec, /)")]
    fn create_builtin(spec: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let name = attr::get(spec, name!(cx, "name"), cx)?;
        let Some(n) = name.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("name must be string, not {}", name.ty().name())));
        };
        if let Some(m) = taipan_object::import::modules(cx)?.get(n, cx)? {
            return Ok(m);
        }
        match n.to_str_checked().and_then(|s| native(&s, cx)) {
            Some(s) => module::create(s, cx).map(Own::into_object),
            None => Ok(none().own()),
        }
    }
    /// Initialize a built-in module.
    #[function("exec_builtin(mod, /)")]
    fn exec_builtin(m: &Object, cx: &mut Cx) -> PyResult<i32> {
        let Some(m) = m.downcast::<PyModule>() else { return Ok(0) };
        let name = m.dict(cx)?.get(name!(cx, "__name__"), cx)?;
        let spec = name.as_ref().and_then(|n| n.downcast::<PyStr>()).and_then(|n| n.to_str_checked()).and_then(|n| native(&n, cx));
        // A module that was made at start is complete already.
        let complete = m.definition.state.get() as usize == 1;
        if let Some(s) = spec.filter(|_| !complete) {
            m.definition.state.set(1 as *mut std::ffi::c_void);
            module::exec(s, m, cx)?;
        }
        Ok(0)
    }

    /// Return info about the corresponding frozen module (if there is one) or None.
    ///
    /// The returned info (a 2-tuple):
    ///
    ///  * data         the raw marshalled bytes
    ///  * is_package   whether or not it is a package
    ///  * origname     the originally frozen module's name, or None if not
    ///                 a stdlib module (this will usually be the same as
    ///                 the module's current name)
    #[function("find_frozen(name, /, *, withdata=False)")]
    fn find_frozen(name: &PyStr, withdata: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(f) = find(name, cx) else { return Ok(none().own()) };
        if !found_early(name, cx)? {
            return Ok(none().own());
        }
        let data = if withdata { taipan_object::types::bytes::PyBytes::new(f.bytes(), cx)?.into_object() } else { none().own() };
        let package = taipan_object::types::boolean::from_bool(f.package);
        PyTuple::from_slice(&[&data, &package, name], cx).map(Own::into_object)
    }
    #[function("_embedded_path_hook(path, /)", nosig, doc = "(internal-only) Path hook for the library's directory: its finder has the embedded modules.")]
    fn embedded_path_hook(path: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let lib = library(cx);
        let ours = frozen_enabled(cx) && path.downcast::<PyStr>().is_some_and(|p| p.eq_text(&lib));
        if !ours {
            return Err(cx.import_error(format_args!("only the library's directory is supported")));
        }
        // What is not embedded is looked for on disk.
        let external = bootstrap_attr("_bootstrap_external", cx)?;
        let class = attr::get(&external, name!(cx, "FileFinder"), cx)?;
        let details = attr::get(&external, name!(cx, "_get_supported_file_loaders"), cx)?;
        let details = call::call(&details, &[], cx)?;
        let details = taipan_object::abstract_::iter::collect(&details, cx)?;
        let args: Vec<&Object> = std::iter::once(path).chain(details.iter().map(|d| &**d)).collect();
        let finder = call::call(&class, &args, cx)?;
        let imp = bootstrap_attr("_imp", cx)?;
        let f = attr::get(&imp, name!(cx, "_find_embedded"), cx)?;
        attr::set(&finder, name!(cx, "find_spec"), Some(&f), cx)?;
        // Embedded packages may have data files beside them on disk.
        let importer = bootstrap_attr("FrozenImporter", cx)?;
        let reader = attr::get(&imp, name!(cx, "_embedded_resource_reader"), cx)?;
        attr::set(&importer, name!(cx, "get_resource_reader"), Some(&reader), cx)?;
        Ok(finder)
    }
    #[function("_embedded_resource_reader(name, /)", nosig, doc = "(internal-only) Reader of the data files of an embedded package, which lie in the library's directory.")]
    fn embedded_resource_reader(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(n) = name.to_str_checked().filter(|n| frozen::find(n).is_some_and(|f| f.package)) else { return Ok(none().own()) };
        let init = format!("{}/{}/__init__.py", library(cx), n.replace('.', "/"));
        let there = std::ffi::CString::new(init.as_str()).is_ok_and(|c| taipan_host::stat::stat(&c).is_ok());
        if !there {
            return Ok(none().own());
        }
        // `FileReader` asks its loader for nothing but the path.
        let namespace = cx.import_attr("types", "SimpleNamespace")?;
        let path = PyStr::new(&init, cx)?;
        let names = PyTuple::from_slice(&[name!(cx, "path").as_object()], cx)?;
        let loader = call::call_kw(&namespace, &[], &[&path], Some(&names), cx)?;
        let class = cx.import_attr("importlib.readers", "FileReader")?;
        call::call(&class, &[&loader], cx)
    }
    #[function("_find_embedded(name, target=None)", nosig, doc = "(internal-only) What the finder of the library's directory does.")]
    fn find_embedded(name: &PyStr, target: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if find(name, cx).is_some() {
            let importer = bootstrap_attr("FrozenImporter", cx)?;
            cx.state::<ImportState>().on_path.set(true);
            let r = call::call_method(&importer, name!(cx, "find_spec"), &[name], cx);
            cx.state::<ImportState>().on_path.set(false);
            return r;
        }
        let sys = bootstrap_attr("sys", cx)?;
        let cache = attr::get(&sys, name!(cx, "path_importer_cache"), cx)?;
        let lib = PyStr::new(&library(cx), cx)?;
        let external = bootstrap_attr("_bootstrap_external", cx)?;
        let class = attr::get(&external, name!(cx, "FileFinder"), cx)?;
        let finder = match cache.downcast::<PyDict>() {
            Some(d) => d.get(&lib, cx)?,
            None => None,
        };
        match (finder, class.downcast::<PyType>()) {
            (Some(f), Some(c)) if f.ty().is_subtype(c) => {
                let g = attr::get(&class, name!(cx, "find_spec"), cx)?;
                call::call(&g, &[&f, name, target], cx)
            }
            _ => Ok(none().own()),
        }
    }
    #[function("_place_embedded(spec, name, filename, /)", nosig, doc = "(internal-only) Give the spec of an embedded module that CPython has as a file its origin.")]
    fn place_embedded(spec: &Object, name: &PyStr, filename: &Object, cx: &mut Cx) -> PyResult<()> {
        let n = name.to_string_lossy();
        let (Some(path), false) = (filename.downcast::<PyStr>(), ALWAYS.contains(&n.as_str()) || n.starts_with("importlib._bootstrap")) else { return Ok(()) };
        attr::set(spec, name!(cx, "origin"), Some(path), cx)?;
        attr::set(spec, name!(cx, "has_location"), Some(taipan_object::types::boolean::true_()), cx)?;
        // What `cache_from_source` gives, which may not be there yet.
        let sys = bootstrap_attr("sys", cx)?;
        let prefix = attr::get_opt(&sys, name!(cx, "pycache_prefix"), cx)?.and_then(|p| p.downcast_own::<PyStr>().ok());
        let path = path.to_string_lossy();
        let Some((dir, file)) = path.rsplit_once('/') else { return Ok(()) };
        let stem = file.strip_suffix(".py").unwrap_or(file);
        let level = match cx.interp().config.borrow().optimize {
            n if n > 0 => format!(".opt-{n}"),
            _ => String::new(),
        };
        let place = match prefix {
            Some(p) => format!("{}/{}", p.to_string_lossy().trim_end_matches('/'), dir.trim_start_matches('/')),
            None => format!("{dir}/__pycache__"),
        };
        let cached = PyStr::new(&format!("{place}/{stem}.taipan-314{level}.pyc"), cx)?;
        attr::set(spec, name!(cx, "cached"), Some(&cached), cx)
    }
    /// Create a code object for a frozen module.
    #[function("get_frozen_object(name, data=None, /)")]
    fn get_frozen_object(name: &PyStr, data: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyCode>> {
        if let Some(data) = data.filter(|d| !d.is_none()) {
            let bytes = Buffer::get(data, 0, cx)?;
            let Ok(spec) = taipan_bytecode::serial::from_bytes(bytes.bytes()) else {
                let shown = taipan_object::abstract_::repr(name, cx)?;
                return Err(cx.import_error(format_args!("Frozen object named {shown} is invalid")));
            };
            let file = PyStr::new(spec.filename.as_str().unwrap_or("?"), cx)?;
            return taipan_object::types::code::link_in(spec, &file, cx);
        }
        let Some(f) = find(name, cx) else { return Err(no_such(name, cx)) };
        let lib = cx.state::<ImportState>().stdlib_dir.borrow().clone();
        frozen::code(f, &lib, cx)
    }
    /// Returns True if the module name is of a frozen package.
    #[function("is_frozen_package(name, /)")]
    fn is_frozen_package(name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
        match find(name, cx) {
            Some(f) => Ok(f.package),
            None => Err(no_such(name, cx)),
        }
    }
    /// Returns True if the module name corresponds to a frozen module.
    #[function("is_frozen(name, /)")]
    fn is_frozen(name: &PyStr, cx: &mut Cx) -> bool {
        find(name, cx).is_some()
    }
    /// Initializes a frozen module.
    #[function("init_frozen(name, /)")]
    fn init_frozen(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(f) = find(name, cx) else { return Ok(none().own()) };
        let lib = cx.state::<ImportState>().stdlib_dir.borrow().clone();
        let code = frozen::code(f, &lib, cx)?;
        crate::start::exec_as_module(name, &code, cx)
    }
    /// (internal-only) Return the names of all frozen modules.
    #[function("_frozen_module_names()")]
    fn frozen_module_names(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        for n in frozen::names() {
            let s = PyStr::new(n, cx)?;
            l.push(s.into_object(), cx)?;
        }
        Ok(l)
    }
    /// (internal-only) Override PyConfig.use_frozen_modules.
    ///
    /// (-1: "off", 1: "on", 0: no override)
    #[function("_override_frozen_modules_for_tests(override, /)")]
    fn override_frozen(n: i32, cx: &mut Cx) {
        if n != 0 {
            cx.state::<ImportState>().use_frozen.set(n > 0);
        }
    }

    /// (internal-only) Override PyInterpreterConfig.check_multi_interp_extensions.
    ///
    /// (-1: "never", 1: "always", 0: no override)
    #[function("_override_multi_interp_extensions_check(override, /)")]
    fn override_extensions_check(check: i32, cx: &mut Cx) -> PyResult<i32> {
        let i = cx.interp();
        if i.is_main() {
            return Err(cx.runtime_error(format_args!("_imp._override_multi_interp_extensions_check() cannot be used in the main interpreter")));
        }
        Ok(i.extensions_check.replace(check))
    }

    /// Changes code.co_filename to specify the passed-in path.
    #[function("_fix_co_filename(code, path, /)")]
    fn fix_co_filename(code: &Object, path: &PyStr, cx: &mut Cx) -> PyResult<()> {
        match code.downcast::<PyCode>() {
            Some(c) => {
                c.set_filename_deep(path, cx);
                Ok(())
            }
            None => Err(cx.type_error(format_args!("_fix_co_filename() argument 1 must be code, not {}", code.ty().name()))),
        }
    }
    #[function("source_hash(key, source)")]
    fn source_hash(key: i64, source: Buffer, cx: &mut Cx) -> PyResult<Own<taipan_object::types::bytes::PyBytes>> {
        let keys = taipan_algo_hash::SipKeys { k0: key as u64, k1: 0 };
        let h = keys.siphash13(source.bytes());
        taipan_object::types::bytes::PyBytes::new(&h.to_le_bytes(), cx)
    }
    #[constant("check_hash_based_pycs")]
    fn check_hash_based_pycs(cx: &mut Cx) -> &'static str {
        match cx.interp().config.borrow().check_pycs {
            CheckPycs::Default => "default",
            CheckPycs::Always => "always",
            CheckPycs::Never => "never",
        }
    }
    #[constant("pyc_magic_number_token")]
    fn pyc_magic(cx: &mut Cx) -> PyResult<Own<PyInt>> {
        PyInt::new(taipan_bytecode::serial::MAGIC as i64, cx)
    }
}

pub use imp::MODULE;
