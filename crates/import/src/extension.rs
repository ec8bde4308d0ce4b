//! Extension modules: shared libraries that define `PyInit_NAME` (`_imp.create_dynamic`, `_imp.exec_dynamic`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CString, c_void};
use taipan_host::dl;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters;
use taipan_object::types::module::foreign::{self, PyModuleDef};
use taipan_object::{attr, audit, call};

/// The suffixes of extension modules, most specific first.
pub const SUFFIXES: &[&str] = if cfg!(target_os = "macos") {
    &[".cpython-314-darwin.so", ".abi3.so", ".so"]
} else if cfg!(target_arch = "aarch64") {
    &[".cpython-314-aarch64-linux-gnu.so", ".abi3.so", ".so"]
} else {
    &[".cpython-314-x86_64-linux-gnu.so", ".abi3.so", ".so"]
};

/// A single-phase module that was loaded before.
#[derive(Clone)]
struct Loaded {
    init: usize,
    /// For `m_size` -1: the content after initialisation, which later imports copy.
    copy: Option<Own<PyDict>>,
}

/// What the loader remembers in one interpreter.
#[derive(Default)]
pub struct ExtensionState {
    /// Full name of the module whose `PyInit_` runs.
    package_context: RefCell<Option<String>>,
    /// Single-phase modules by file and name.
    loaded: RefCell<HashMap<(String, String), Loaded>>,
    /// Modules by `m_index` (`PyState_FindModule`).
    by_index: RefCell<Vec<Option<Own<Object>>>>,
}

/// The full name of the module being initialised.
pub fn package_context(cx: &Cx) -> Option<String> {
    cx.state::<ExtensionState>().package_context.borrow().clone()
}

/// `PyState_FindModule`.
pub fn module_at(index: isize, cx: &Cx) -> Option<Own<Object>> {
    let st = cx.state::<ExtensionState>();
    usize::try_from(index).ok().filter(|i| *i > 0).and_then(|i| st.by_index.borrow().get(i).cloned().flatten())
}

/// `PyState_AddModule` and `PyState_RemoveModule` (none).
pub fn set_module_at(index: isize, m: Option<Own<Object>>, cx: &Cx) {
    let Ok(i) = usize::try_from(index) else { return };
    let st = cx.state::<ExtensionState>();
    let old = {
        let mut v = st.by_index.borrow_mut();
        if v.len() <= i {
            v.resize(i + 1, None);
        }
        std::mem::replace(&mut v[i], m)
    };
    drop(old);
}

/// `ImportError(message, name=name, path=path)`.
fn import_error(message: &str, name: &Object, path: &Object, cx: &mut Cx) -> Raised {
    let made = (|| {
        let m = PyStr::new(message, cx)?;
        let names = PyTuple::from_vec(vec![PyStr::new("name", cx)?.into_object(), PyStr::new("path", cx)?.into_object()], cx)?;
        call::call_kw(exc::ImportError().as_object(), &[&m], &[name, path], Some(&names), cx)
    })();
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// `PyInit_name`, or `PyInitU_` with punycode (PEP 489).
fn init_symbol(name: &str, cx: &mut Cx) -> PyResult<String> {
    let last = name.rsplit('.').next().unwrap_or(name);
    if last.is_ascii() {
        return Ok(format!("PyInit_{last}"));
    }
    let s = PyStr::new(last, cx)?;
    let b = taipan_object::types::str::codec::encode(&s, "punycode", "strict", cx)?;
    let text = b.downcast::<taipan_object::types::bytes::PyBytes>().map(|b| String::from_utf8_lossy(b.as_bytes()).replace('-', "_"));
    Ok(format!("PyInitU_{}", text.unwrap_or_default()))
}

fn text_of(o: &Object, what: &str, cx: &mut Cx) -> PyResult<String> {
    match o.downcast::<PyStr>().and_then(|s| s.to_str_checked()) {
        Some(s) if s.contains('\0') => Err(cx.value_error(format_args!("embedded null character"))),
        Some(s) => Ok(s),
        None => Err(cx.type_error(format_args!("{what} must be string, not {}", o.ty().tp_name_str()))),
    }
}

/// Load the library of `spec` and give its module, whose second phase has not run.
pub fn create(spec: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let name = attr::get(spec, name!(cx, "name"), cx)?;
    let path = attr::get(spec, name!(cx, "origin"), cx)?;
    let (shown, file) = (text_of(&name, "name", cx)?, text_of(&path, "path", cx)?);
    let key = (file.clone(), shown.clone());
    let known = cx.state::<ExtensionState>().loaded.borrow().get(&key).cloned();
    if let Some(known) = known {
        interpreters::check_extension(&shown, cx)?;
        return again(&known, &name, &path, &shown, cx);
    }
    audit::raise("import", &[&name, &path, none(), none(), none()], cx)?;
    let (Ok(c_path), symbol) = (CString::new(file.as_bytes()), init_symbol(&shown, cx)?) else {
        return Err(cx.value_error(format_args!("embedded null character")));
    };
    let flags = cx.interp().dlopen_flags.get();
    let library = match cx.without_gil(|| dl::open(&c_path, flags)) {
        Ok(l) => l,
        Err(text) => return Err(import_error(&String::from_utf8_lossy(&text), &name, &path, cx)),
    };
    let c_symbol = CString::new(symbol.as_bytes()).unwrap_or_default();
    let Some(f) = library.symbol(&c_symbol) else {
        return Err(import_error(&format!("dynamic module does not define module export function ({symbol})"), &name, &path, cx));
    };
    let m = initialise(f.as_ptr(), &shown, cx)?;
    if m.is_a::<PyModuleDef>() {
        // SAFETY: a definition of the library, which stays loaded.
        return unsafe { foreign::create_from_def(m.as_ptr() as *mut _, spec, cx) };
    }
    let m = single(m, &shown, cx)?;
    // Only now it is known that the module has a single phase.
    interpreters::check_extension(&shown, cx)?;
    attr::set(&m, name!(cx, "__file__"), Some(&path), cx)?;
    remember(&m, &name, key, f.as_ptr(), cx)?;
    Ok(m)
}

/// Forget a single-phase module, so that the next import initialises it anew (`_PyImport_ClearExtension`).
pub fn forget(name: &Object, path: &Object, cx: &mut Cx) -> PyResult<()> {
    let key = (text_of(path, "path", cx)?, text_of(name, "name", cx)?);
    let old = cx.state::<ExtensionState>().loaded.borrow_mut().remove(&key);
    drop(old);
    Ok(())
}

/// Call the library's function with the name it is imported under in sight.
fn initialise(f: *mut c_void, shown: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let outer = cx.state::<ExtensionState>().package_context.replace(Some(shown.to_owned()));
    // SAFETY: the symbol that PEP 489 names.
    let r = unsafe { foreign::call_init(f, shown, cx) };
    cx.state::<ExtensionState>().package_context.replace(outer);
    r
}

fn single(m: Own<Object>, shown: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    match m.downcast::<PyModule>() {
        Some(pm) if !pm.definition.def.get().is_null() => Ok(m),
        _ => Err(cx.system_error(format_args!("initialization of {shown} did not return an extension module"))),
    }
}

/// Make the module known: `sys.modules`, its index, and what a later import of the same file needs.
fn remember(m: &Object, name: &Object, key: (String, String), f: *mut c_void, cx: &mut Cx) -> PyResult<()> {
    let Some(pm) = m.downcast::<PyModule>() else { return Ok(()) };
    // SAFETY: `single` looked.
    let (index, size) = unsafe { ((*pm.definition.def.get()).m_base.m_index, (*pm.definition.def.get()).m_size) };
    taipan_object::import::modules(cx)?.set(name, m, cx)?;
    set_module_at(index, Some(m.own()), cx);
    let copy = if size < 0 { Some(pm.dict(cx)?.copy(cx)?) } else { None };
    cx.state::<ExtensionState>().loaded.borrow_mut().insert(key, Loaded { init: f as usize, copy });
    Ok(())
}

/// A later import of a single-phase module.
fn again(known: &Loaded, name: &Object, path: &Object, shown: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let modules = taipan_object::import::modules(cx)?;
    let m = match &known.copy {
        Some(copy) => {
            let m = match modules.get(name, cx)? {
                Some(m) => m,
                None => PyModule::new_named(name, cx)?.into_object(),
            };
            if let Some(pm) = m.downcast::<PyModule>() {
                pm.dict(cx)?.merge(copy, taipan_object::types::dict::Clash::Replace, cx)?;
            }
            m
        }
        None => {
            let m = initialise(known.init as *mut c_void, shown, cx)?;
            let m = single(m, shown, cx)?;
            attr::set(&m, name!(cx, "__file__"), Some(path), cx)?;
            if let Some(pm) = m.downcast::<PyModule>() {
                // SAFETY: `single` looked.
                let index = unsafe { (*pm.definition.def.get()).m_base.m_index };
                set_module_at(index, Some(m.clone()), cx);
            }
            m
        }
    };
    modules.set(name, &m, cx)?;
    Ok(m)
}

/// Run the second phase, once.
pub fn exec(m: &Object, cx: &mut Cx) -> PyResult<()> {
    let Some(pm) = m.downcast::<PyModule>() else { return Ok(()) };
    let d = pm.definition.def.get();
    if d.is_null() || !pm.definition.state.get().is_null() {
        return Ok(());
    }
    // SAFETY: the module's own definition.
    unsafe { foreign::exec_def(m, d, cx) }
}
