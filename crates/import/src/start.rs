//! The start of imports: `sys.modules`, the frozen importlib, the path-based machinery.

use crate::{frozen, imp};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::module;
use taipan_object::{attr, call, import};

/// Make `sys` and `builtins` and install the frozen `importlib._bootstrap`. `sys_spec` is the module `sys`.
pub fn bootstrap(sys_spec: &'static ModuleSpec, cx: &mut Cx) -> PyResult<Own<PyModule>> {
    let mods = PyDict::new(cx)?;
    cx.interp().modules.set(Some(mods.clone()), cx);
    let builtins = module::create(&taipan_builtins::MODULE, cx)?;
    cx.interp().builtins.set(Some(builtins.dict(cx)?), cx);
    let sys = module::create(sys_spec, cx)?;
    cx.interp().sysdict.set(Some(sys.dict(cx)?), cx);
    module::exec(&taipan_builtins::MODULE, &builtins, cx)?;
    taipan_builtins::fill(&builtins, cx)?;
    sys.add("modules", &mods, cx)?;
    module::exec(sys_spec, &sys, cx)?;
    for m in [&builtins, &sys] {
        // Marks them as complete for `_imp.exec_builtin`.
        m.definition.state.set(1 as *mut std::ffi::c_void);
        if let Some(n) = m.md_name.own() {
            mods.set(&n, m, cx)?;
        }
    }
    let import_ = attr::get(&builtins, name!(cx, "__import__"), cx)?;
    cx.interp().import_func.set(Some(import_), cx);
    add_native_names(&sys, cx)?;
    install_importlib(&sys, cx)?;
    Ok(sys)
}

/// `sys.builtin_module_names`, which importlib looks at first thing.
fn add_native_names(sys: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let names = imp::native_names(cx);
    let mut v = Vec::with_capacity(names.len());
    for n in names {
        v.push(PyStr::new_interned(n, cx)?.into_object());
    }
    let t = PyTuple::from_vec(v, cx)?;
    sys.add("builtin_module_names", &t, cx)
}

/// `importlib._bootstrap._install(sys, _imp)`.
fn install_importlib(sys: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let lib = frozen_module("_frozen_importlib", cx)?;
    cx.interp().importlib.set(Some(lib.clone()), cx);
    let imp = module::create(&imp::MODULE, cx)?;
    module::exec(&imp::MODULE, &imp, cx)?;
    imp.definition.state.set(1 as *mut std::ffi::c_void);
    call::call_method(&lib, name!(cx, "_install"), &[sys, &imp], cx)?;
    Ok(())
}

/// The path-based finders (`_install_external_importers`): after `sys.path` is set.
pub fn install_external(cx: &mut Cx) -> PyResult<()> {
    let Some(lib) = cx.interp().importlib.own() else { return Ok(()) };
    call::call_method(&lib, name!(cx, "_install_external_importers"), &[], cx)?;
    // Zip archives on `sys.path` come first (`init_zipimport`).
    let zip = cx.import_attr("zipimport", "zipimporter")?;
    let hooks = cx.import_attr("sys", "path_hooks")?;
    let zero = PyInt::new(0, cx)?;
    call::call_method(&hooks, name!(cx, "insert"), &[&zero, &zip], cx)?;
    let embedded = cx.import_attr("_imp", "_embedded_path_hook")?;
    let one = PyInt::new(1, cx)?;
    call::call_method(&hooks, name!(cx, "insert"), &[&one, &embedded], cx)?;
    Ok(())
}

/// Run an embedded module under its frozen name.
fn frozen_module(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(f) = frozen::find(name) else {
        return Err(cx.import_error(format_args!("the embedded library lacks {name}")));
    };
    let code = frozen::code(f, "", cx)?;
    let n = PyStr::new_interned(name, cx)?;
    let m = exec_as_module(&n, &code, cx)?;
    if let Some(md) = m.downcast::<PyModule>() {
        // What `FrozenImporter._fix_up_module` wants to find.
        let orig = PyStr::new(frozen::canonical(name), cx)?;
        md.add("__origname__", &orig, cx)?;
    }
    Ok(m)
}

/// Make (or reuse) the module `name` and run code in it (`PyImport_ExecCodeModuleObject`).
pub fn exec_as_module(name: &PyStr, code: &PyCode, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mods = import::modules(cx)?;
    let m = match mods.get(name, cx)? {
        Some(m) => m,
        None => {
            let m = PyModule::new_named(name, cx)?;
            mods.set(name, &m, cx)?;
            m.into_object()
        }
    };
    let Some(md) = m.downcast::<PyModule>() else {
        return Err(cx.type_error(format_args!("sys.modules[{name}] is not a module")));
    };
    let d = md.dict(cx)?;
    if let Some(b) = mods.get(name!(cx, "builtins"), cx)? {
        d.set(name!(cx, "__builtins__"), &b, cx)?;
    } else if let Some(b) = cx.interp().builtins.own() {
        d.set(name!(cx, "__builtins__"), &b, cx)?;
    }
    if let Err(r) = crate::compile::run_module(code, &d, cx) {
        let e = cx.take_raised(r);
        drop(mods.remove(name, cx)?);
        return Err(cx.set_raised(e));
    }
    Ok(mods.get(name, cx)?.unwrap_or(m))
}
