//! `moduleobject.h`, `modsupport.h` (modules) and `import.h`.

use crate::border::{Borrowed, bad_argument, bad_internal_call, steal, str_of, text, want};
use crate::capi;
use std::ffi::{c_char, c_int, c_long, c_void};
use taipan_abi as abi;
use taipan_import::extension;
use taipan_object::prelude::*;
use taipan_object::typeobj::MethodDef;
use taipan_object::types::module::foreign;
use taipan_object::{attr, call, import};

fn module<'a>(o: Option<&'a Object>, cx: &mut Cx) -> PyResult<&'a PyModule> {
    match o.and_then(|o| o.downcast::<PyModule>()) {
        Some(m) => Ok(m),
        None => Err(bad_argument(cx)),
    }
}

fn module_name(o: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let m = module(o, cx)?;
    let n = m.dict(cx)?.get(name!(cx, "__name__"), cx)?;
    match n.and_then(|n| n.downcast_own::<PyStr>().ok()) {
        Some(n) => Ok(n),
        None => Err(cx.system_error(format_args!("nameless module"))),
    }
}

fn module_file(o: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let m = module(o, cx)?;
    let n = m.dict(cx)?.get(name!(cx, "__file__"), cx)?;
    match n.and_then(|n| n.downcast_own::<PyStr>().ok()) {
        Some(n) => Ok(n),
        None => Err(cx.system_error(format_args!("module filename missing"))),
    }
}

/// `m.name = v` in the module's dict.
unsafe fn add(m: Option<&Object>, name: *const c_char, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(m) = m.and_then(|m| m.downcast::<PyModule>()) else {
        return Err(cx.type_error(format_args!("PyModule_AddObjectRef() first argument must be a module")));
    };
    let Some(v) = v else {
        if cx.is_raised() {
            // SAFETY: just looked.
            return Err(unsafe { Raised::assume() });
        }
        return Err(cx.system_error(format_args!("PyModule_AddObjectRef() must be called with an exception raised if value is NULL")));
    };
    // SAFETY: the caller's C string.
    m.add(&unsafe { text(name) }, v, cx)
}

/// `sys.modules[name]`, made when missing. Any hashable name will do.
fn add_module(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let modules = import::modules(cx)?;
    if let Some(m) = modules.get(name, cx)?.filter(|m| m.is_a::<PyModule>()) {
        return Ok(m);
    }
    let m = PyModule::new_named(name, cx)?;
    modules.set(name, &m, cx)?;
    Ok(m.into_object())
}

/// `__import__(name, globals, locals, fromlist, level)`.
fn import_level(name: &Object, globals: Option<&Object>, fromlist: Option<&Object>, level: c_int, cx: &mut Cx) -> PyResult<Own<Object>> {
    if level < 0 {
        return Err(cx.value_error(format_args!("level must be >= 0")));
    }
    import::import(name, globals, fromlist, level, cx)
}

/// `importlib.import_module(name)`: the module itself.
fn import_module(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    if name.is_empty() {
        return Err(cx.value_error(format_args!("Empty module name")));
    }
    import::import_absolute(name, cx)
}

/// A module name of a caller: a str, or `TypeError`.
fn module_name_of<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyStr> {
    match o.downcast::<PyStr>() {
        Some(s) => Ok(s),
        None => Err(cx.type_error(format_args!("module name must be a string"))),
    }
}

/// A path in the encoding of the file system; null is none.
unsafe fn path_of(p: *const c_char, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if p.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's C string.
    let b = unsafe { std::ffi::CStr::from_ptr(p) }.to_bytes();
    taipan_object::types::str::codec::decode(b, "utf-8", "surrogateescape", cx).map(Some)
}

fn exec_code(name: &Object, code: &Object, path: Option<&Object>, cached: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let m = add_module(name, cx)?;
    let d: Own<PyDict> = want::<PyModule>(Some(&m), cx)?.dict(cx)?;
    let b = cx.import("builtins")?;
    if !d.contains(name!(cx, "__builtins__"), cx)? {
        d.set(name!(cx, "__builtins__"), &b, cx)?;
    }
    let path = match path {
        Some(p) => p.own(),
        None => attr::get_text(code, "co_filename", cx)?,
    };
    // `__spec__`, `__loader__`, `__file__` and `__cached__`.
    let fix = cx.import_attr("_frozen_importlib_external", "_fix_up_module")?;
    match cached {
        Some(c) => call::call(&fix, &[d.as_object(), name, &path, c], cx)?,
        None => call::call(&fix, &[d.as_object(), name, &path], cx)?,
    };
    let exec = cx.import_attr("builtins", "exec")?;
    if let Err(r) = call::call(&exec, &[code, &d], cx) {
        let e = cx.take_raised(r);
        drop(import::modules(cx)?.remove(name, cx)?);
        return Err(cx.set_raised(e));
    }
    match import::modules(cx)?.get(name, cx)? {
        Some(m) => Ok(m),
        None => {
            let shown = taipan_object::abstract_::str(name, cx)?;
            Err(cx.import_error(format_args!("Loaded module {shown} not found in sys.modules")))
        }
    }
}

/// Run a frozen module anew, in the module of its name.
fn import_frozen(name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let ask = |f: &str, cx: &mut Cx| {
        let f = cx.import_attr("_imp", f)?;
        call::call(&f, &[name.as_object()], cx)
    };
    let frozen = ask("is_frozen", cx)?;
    if !taipan_object::abstract_::is_true(&frozen, cx)? {
        return Ok(false);
    }
    let code = ask("get_frozen_object", cx)?;
    let package = ask("is_frozen_package", cx)?;
    if taipan_object::abstract_::is_true(&package, cx)? {
        let m = add_module(name, cx)?;
        let path = PyList::new(cx)?;
        attr::set(&m, name!(cx, "__path__"), Some(path.as_object()), cx)?;
    }
    exec_code(name, &code, None, None, cx).map(|_| true)
}

capi! {
    /// An empty module.
    fn PyModule_NewObject(name: &Object) -> PyResult<Own<PyModule>> = |cx| { PyModule::new_named(name, cx) }
    /// An empty module.
    fn PyModule_New(name: *const c_char) -> PyResult<Own<PyModule>> = |cx| { let n = str_of(name, cx)?; PyModule::new_named(&n, cx) }
    /// A module of single-phase initialisation.
    fn PyModule_Create2(d: *mut abi::PyModuleDef, api: c_int) -> PyResult<Own<PyModule>> = |cx| {
        let context = extension::package_context(cx);
        foreign::create_single(d, context.as_deref(), cx)
    }
    /// The first phase of a definition.
    fn PyModule_FromDefAndSpec2(d: *mut abi::PyModuleDef, spec: &Object, api: c_int) -> PyResult<Own<Object>> = |cx| {
        foreign::init_def(d);
        foreign::create_from_def(d, spec, cx)
    }
    /// The second phase of a definition.
    fn PyModule_ExecDef(m: &Object, d: *mut abi::PyModuleDef) -> PyResult<()> = |cx| { foreign::exec_def(m, d, cx) }
    /// Make a definition an object.
    fn PyModuleDef_Init(d: *mut abi::PyModuleDef) -> *mut Object = |_| { foreign::init_def(d) }
    /// The module's dict, borrowed.
    fn PyModule_GetDict(m: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        let Some(m) = m.and_then(|m| m.downcast::<PyModule>()) else { return Err(bad_internal_call(cx)) };
        m.dict(cx).map(|d| Borrowed(d.as_object().as_ptr()))
    }
    /// The module's name.
    fn PyModule_GetNameObject(m: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| { module_name(m, cx) }
    /// The module's name in UTF-8.
    fn PyModule_GetName(m: Option<&Object>) -> PyResult<*const c_char> = |cx| {
        let n = module_name(m, cx)?;
        // The dict keeps the name alive.
        n.utf8_cached(cx).map(|b| b.as_ptr() as *const c_char)
    }
    /// The module's file.
    fn PyModule_GetFilenameObject(m: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| { module_file(m, cx) }
    /// The module's file in UTF-8.
    fn PyModule_GetFilename(m: Option<&Object>) -> PyResult<*const c_char> = |cx| {
        let n = module_file(m, cx)?;
        n.utf8_cached(cx).map(|b| b.as_ptr() as *const c_char)
    }
    /// The module's definition, or null.
    fn PyModule_GetDef(m: Option<&Object>) -> PyResult<*mut abi::PyModuleDef> = |cx| { module(m, cx).map(|m| m.definition.def.get()) }
    /// The module's state, or null.
    fn PyModule_GetState(m: Option<&Object>) -> PyResult<*mut c_void> = |cx| { module(m, cx).map(|m| m.definition.state.get()) }
    /// `m.name = v`.
    fn PyModule_AddObjectRef(m: Option<&Object>, name: *const c_char, v: Option<&Object>) -> PyResult<()> = |cx| { add(m, name, v, cx) }
    /// `m.name = v` (steals `v`, also on failure).
    fn PyModule_Add(m: Option<&Object>, name: *const c_char, v: *mut Object) -> PyResult<()> = |cx| { let v = steal(v); add(m, name, v.as_deref(), cx) }
    /// `m.name = v` (steals `v` on success only).
    fn PyModule_AddObject(m: Option<&Object>, name: *const c_char, v: *mut Object) -> PyResult<()> = |cx| {
        add(m, name, v.as_ref(), cx)?;
        drop(steal(v));
        Ok(())
    }
    /// `m.name = v`.
    fn PyModule_AddIntConstant(m: Option<&Object>, name: *const c_char, v: c_long) -> PyResult<()> = |cx| { let v = PyInt::new(v, cx)?; add(m, name, Some(&v), cx) }
    /// `m.name = v`.
    fn PyModule_AddStringConstant(m: Option<&Object>, name: *const c_char, v: *const c_char) -> PyResult<()> = |cx| { let v = str_of(v, cx)?; add(m, name, Some(&v), cx) }
    /// Ready a type and add it under its short name.
    fn PyModule_AddType(m: Option<&Object>, t: &PyType) -> PyResult<()> = |cx| {
        taipan_object::typeobj::ready_foreign(t, cx)?;
        let p = super::typeobject::_PyType_Name(t);
        add(m, p, Some(t.as_object()), cx)
    }
    /// Functions of a method table.
    fn PyModule_AddFunctions(m: &Object, rows: *const MethodDef) -> PyResult<()> = |cx| {
        let n = module_name(Some(m), cx)?;
        foreign::add_functions(m, &n, rows, cx)
    }
    /// `m.__doc__ = doc`.
    fn PyModule_SetDocString(m: &Object, doc: *const c_char) -> PyResult<()> = |cx| { foreign::set_doc(m, doc, cx) }
    /// The single-phase module of a definition, borrowed; null when there is none.
    fn PyState_FindModule(d: *mut abi::PyModuleDef) -> Borrowed = |cx| {
        if !(*d).m_slots.is_null() { return Borrowed(std::ptr::null_mut()); }
        Borrowed(extension::module_at((*d).m_base.m_index, cx).map_or(std::ptr::null_mut(), |m| m.as_ptr()))
    }
    /// Remember the module of a definition.
    fn PyState_AddModule(m: &Object, d: *mut abi::PyModuleDef) -> PyResult<()> = |cx| {
        if !(*d).m_slots.is_null() {
            return Err(cx.system_error(format_args!("PyState_AddModule called on module with slots")));
        }
        foreign::init_def(d);
        extension::set_module_at((*d).m_base.m_index, Some(m.own()), cx);
        Ok(())
    }
    /// Forget the module of a definition.
    fn PyState_RemoveModule(d: *mut abi::PyModuleDef) -> PyResult<()> = |cx| {
        if !(*d).m_slots.is_null() {
            return Err(cx.system_error(format_args!("PyState_RemoveModule called on module with slots")));
        }
        extension::set_module_at((*d).m_base.m_index, None, cx);
        Ok(())
    }

    /// `importlib.import_module(name)`.
    fn PyImport_ImportModule(name: *const c_char) -> PyResult<Own<Object>> = |cx| { let n = str_of(name, cx)?; import_module(&n, cx) }
    /// As `PyImport_ImportModule`.
    fn PyImport_ImportModuleNoBlock(name: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let text = "PyImport_ImportModuleNoBlock() is deprecated and scheduled for removal in Python 3.15. Use PyImport_ImportModule() instead.";
        taipan_object::warn::warn(exc::DeprecationWarning(), format_args!("{text}"), 1, cx)?;
        let n = str_of(name, cx)?;
        import_module(&n, cx)
    }
    /// `importlib.import_module(name)` through `__import__` of the current builtins.
    fn PyImport_Import(name: &Object) -> PyResult<Own<Object>> = |cx| { import_module(module_name_of(name, cx)?, cx) }
    /// An attribute of a module.
    fn PyImport_ImportModuleAttr(name: &Object, a: &Object) -> PyResult<Own<Object>> = |cx| {
        let m = import_module(module_name_of(name, cx)?, cx)?;
        let a = attr::as_name(a, cx)?;
        attr::get(&m, &a, cx)
    }
    /// An attribute of a module.
    fn PyImport_ImportModuleAttrString(name: *const c_char, a: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let n = str_of(name, cx)?;
        let m = import_module(&n, cx)?;
        let a = str_of(a, cx)?;
        attr::get(&m, &a, cx)
    }
    /// `__import__`.
    fn PyImport_ImportModuleLevelObject(name: Option<&Object>, globals: Option<&Object>, locals: Option<&Object>, fromlist: Option<&Object>, level: c_int) -> PyResult<Own<Object>> = |cx| {
        let Some(name) = name else { return Err(cx.value_error(format_args!("Empty module name"))) };
        if !name.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("module name must be a string")));
        }
        import_level(name, globals, fromlist, level, cx)
    }
    /// `__import__`.
    fn PyImport_ImportModuleLevel(name: *const c_char, globals: Option<&Object>, locals: Option<&Object>, fromlist: Option<&Object>, level: c_int) -> PyResult<Own<Object>> = |cx| {
        let n = str_of(name, cx)?;
        import_level(&n, globals, fromlist, level, cx)
    }
    /// `importlib.reload(m)`.
    fn PyImport_ReloadModule(m: &Object) -> PyResult<Own<Object>> = |cx| {
        let f = cx.import_attr("importlib", "reload")?;
        call::call(&f, &[m], cx)
    }
    /// `sys.modules`, borrowed.
    fn PyImport_GetModuleDict() -> PyResult<Borrowed> = |cx| { import::modules(cx).map(|d| Borrowed(d.as_object().as_ptr())) }
    /// `sys.modules.get(name)`.
    fn PyImport_GetModule(name: &Object) -> PyResult<Option<Own<Object>>> = |cx| { import::modules(cx)?.get(name, cx) }
    /// The module of a name, made when missing, borrowed.
    fn PyImport_AddModule(name: *const c_char) -> PyResult<Borrowed> = |cx| { let n = str_of(name, cx)?; add_module(&n, cx).map(|m| Borrowed(m.as_ptr())) }
    /// The module of a name, made when missing, borrowed.
    fn PyImport_AddModuleObject(name: &Object) -> PyResult<Borrowed> = |cx| { add_module(name, cx).map(|m| Borrowed(m.as_ptr())) }
    /// The module of a name, made when missing.
    fn PyImport_AddModuleRef(name: *const c_char) -> PyResult<Own<Object>> = |cx| { let n = str_of(name, cx)?; add_module(&n, cx) }
    /// Run a code object as a module.
    fn PyImport_ExecCodeModule(name: *const c_char, code: &Object) -> PyResult<Own<Object>> = |cx| { let n = str_of(name, cx)?; exec_code(&n, code, None, None, cx) }
    /// Run a code object as a module of a file.
    fn PyImport_ExecCodeModuleEx(name: *const c_char, code: &Object, path: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let n = str_of(name, cx)?;
        let p = path_of(path, cx)?;
        exec_code(&n, code, p.as_deref(), None, cx)
    }
    /// Run a code object as a module of a file and its `.pyc`.
    fn PyImport_ExecCodeModuleWithPathnames(name: *const c_char, code: &Object, path: *const c_char, cached: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let n = str_of(name, cx)?;
        let (mut p, c) = (path_of(path, cx)?, path_of(cached, cx)?);
        if let (None, Some(c)) = (&p, &c) {
            let source = cx.import_attr("_frozen_importlib_external", "_get_sourcefile")?;
            p = Some(call::call(&source, &[c], cx)?);
        }
        exec_code(&n, code, p.as_deref(), c.as_deref(), cx)
    }
    /// Run a code object as a module of a file and its `.pyc`.
    fn PyImport_ExecCodeModuleObject(name: &Object, code: &Object, path: Option<&Object>, cached: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        exec_code(name, code, path, cached, cx)
    }
    /// Import a frozen module: 1, 0 when there is none of that name.
    fn PyImport_ImportFrozenModuleObject(name: Option<&Object>) -> PyResult<bool> = |cx| {
        match name.and_then(|n| n.downcast::<PyStr>()) { Some(n) => import_frozen(n, cx), None => Ok(false) }
    }
    /// Import a frozen module: 1, 0 when there is none of that name.
    fn PyImport_ImportFrozenModule(name: *const c_char) -> PyResult<bool> = |cx| { let n = str_of(name, cx)?; import_frozen(&n, cx) }
    /// The magic number of `.pyc` files.
    fn PyImport_GetMagicNumber() -> PyResult<c_long> = |cx| {
        let m = cx.import_attr("importlib.util", "MAGIC_NUMBER")?;
        let b: &taipan_object::types::bytes::PyBytes = want(Some(&m), cx)?;
        Ok(b.as_bytes().iter().take(4).enumerate().map(|(i, b)| c_long::from(*b) << (8 * i)).sum())
    }
    /// The tag in names of `.pyc` files.
    fn PyImport_GetMagicTag() -> PyResult<*const c_char> = |cx| {
        let i = cx.import_attr("sys", "implementation")?;
        let t = attr::get_text(&i, "cache_tag", cx)?;
        want::<PyStr>(Some(&t), cx)?.utf8_cached(cx).map(|b| b.as_ptr() as *const c_char)
    }
    /// The path entry finder of a path item.
    fn PyImport_GetImporter(path: &Object) -> PyResult<Own<Object>> = |cx| {
        let f = cx.import_attr("pkgutil", "get_importer")?;
        call::call(&f, &[path], cx)
    }
}

