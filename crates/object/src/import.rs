//! `__import__`: the fast path over `sys.modules`; the work is done by Lib's `importlib._bootstrap` (`interp.importlib`).

use crate::prelude::*;
use crate::{abstract_, attr, call};

/// What `-X importtime` wants to hear of.
#[derive(Clone, Copy)]
pub struct Observer {
    /// A module is going to be looked for.
    pub begin: fn(&PyStr, &mut Cx),
    /// It was imported, or not.
    pub end: fn(&PyStr, &mut Cx),
    /// An import statement found it in `sys.modules`.
    pub cached: fn(&PyStr, &mut Cx),
}

struct ObserverCell(std::cell::Cell<Option<Observer>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for ObserverCell {}
static OBSERVER: ObserverCell = ObserverCell(std::cell::Cell::new(None));

/// Report imports from now on.
pub fn observe(o: Observer) {
    OBSERVER.0.set(Some(o));
}

/// `sys.modules`.
pub fn modules(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    match cx.interp().modules.own() {
        Some(m) => Ok(m),
        None => Err(cx.runtime_error(format_args!("unable to get sys.modules"))),
    }
}

fn bootstrap(name: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
    match cx.interp().importlib.own() {
        Some(lib) => call::call_method(&lib, name, args, cx),
        None => Err(cx.import_error(format_args!("import is not available yet"))),
    }
}

/// What importlib calls for parent packages: `builtins.__import__`.
fn import_function(cx: &mut Cx) -> PyResult<Own<Object>> {
    cx.interp().import_func.own().ok_or_else(|| cx.import_error(format_args!("import is not available yet")))
}

/// The absolute name of a relative import.
fn resolve(name: &PyStr, globals: Option<&Object>, level: i32, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let Some(g) = globals.and_then(|g| g.downcast::<PyDict>()) else {
        return Err(match globals {
            Some(g) if !g.is_none() => cx.type_error(format_args!("globals must be a dict")),
            _ => cx.raise_msg(exc::KeyError(), format_args!("'__name__' not in globals")),
        });
    };
    let package = package_of(g, cx)?;
    let text = package.to_string();
    let mut end = text.len();
    for _ in 1..level {
        match text[..end].rfind('.') {
            Some(i) => end = i,
            None => return Err(cx.import_error(format_args!("attempted relative import beyond top-level package"))),
        }
    }
    let base = &text[..end];
    if base.is_empty() {
        return Err(cx.import_error(format_args!("attempted relative import with no known parent package")));
    }
    let full = if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") };
    PyStr::new_interned(&full, cx)
}

/// `__package__`, else `__spec__.parent`, else from `__name__` and `__path__`, with the warnings of PEP 366.
fn package_of(g: &PyDict, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let not_none = |o: Option<Own<Object>>| o.filter(|o| !o.is_none());
    let package = not_none(g.get(name!(cx, "__package__"), cx)?);
    let spec = not_none(g.get(name!(cx, "__spec__"), cx)?);
    let parent = match &spec {
        Some(s) => Some(attr::get(s, name!(cx, "parent"), cx)?),
        None => None,
    };
    if let Some(p) = package {
        let Ok(p) = p.downcast_own::<PyStr>() else {
            return Err(cx.type_error(format_args!("package must be a string")));
        };
        if let Some(parent) = parent {
            if !abstract_::eq(&p, &parent, cx)? {
                crate::warn::warn(exc::DeprecationWarning(), format_args!("__package__ != __spec__.parent"), 1, cx)?;
            }
        }
        return Ok(p);
    }
    if let Some(parent) = parent {
        return parent.downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("__spec__.parent must be a string")));
    }
    crate::warn::warn(
        exc::ImportWarning(),
        format_args!("can't resolve package from __spec__ or __package__, falling back on __name__ and __path__"),
        1,
        cx,
    )?;
    let Some(n) = g.get(name!(cx, "__name__"), cx)? else {
        return Err(cx.raise_msg(exc::KeyError(), format_args!("'__name__' not in globals")));
    };
    let Ok(n) = n.downcast_own::<PyStr>() else {
        return Err(cx.type_error(format_args!("__name__ must be a string")));
    };
    if g.contains(name!(cx, "__path__"), cx)? {
        return Ok(n);
    }
    let text = n.to_string();
    match text.rfind('.') {
        Some(i) => PyStr::new_interned(&text[..i], cx),
        None => Err(cx.import_error(format_args!("attempted relative import with no known parent package"))),
    }
}

/// A module that another thread is still initialising must be waited for.
fn ensure_initialised(m: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<()> {
    let Some(spec) = attr::get_opt(m, name!(cx, "__spec__"), cx)?.filter(|s| !s.is_none()) else { return Ok(()) };
    let Some(v) = attr::get_opt(&spec, name!(cx, "_initializing"), cx)? else { return Ok(()) };
    if abstract_::is_true(&v, cx)? {
        drop(bootstrap(name!(cx, "_lock_unlock_module"), &[name], cx)?);
    }
    Ok(())
}

/// Find or load a module by its absolute name.
pub fn import_absolute(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mods = modules(cx)?;
    if let Some(m) = mods.get(name, cx)?.filter(|m| !m.is_none()) {
        if let Some(o) = OBSERVER.0.get() {
            (o.cached)(name, cx);
        }
        ensure_initialised(&m, name, cx)?;
        return Ok(m);
    }
    let f = import_function(cx)?;
    let Some(o) = OBSERVER.0.get() else {
        return bootstrap(name!(cx, "_find_and_load"), &[name, &f], cx);
    };
    (o.begin)(name, cx);
    let r = bootstrap(name!(cx, "_find_and_load"), &[name, &f], cx);
    let r = r.map_err(|r| cx.take_raised(r));
    (o.end)(name, cx);
    r.map_err(|e| cx.set_raised(e))
}

/// `__import__(name, globals, locals, fromlist, level)` (`PyImport_ImportModuleLevelObject`).
pub fn import(name: &Object, globals: Option<&Object>, fromlist: Option<&Object>, level: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(name) = name.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("module name must be a string")));
    };
    if level < 0 {
        return Err(cx.value_error(format_args!("level must be >= 0")));
    }
    let abs = if level > 0 {
        resolve(name, globals, level, cx)?
    } else {
        if name.is_empty() {
            return Err(cx.value_error(format_args!("Empty module name")));
        }
        name.new_ref()
    };
    let m = import_absolute(&abs, cx)?;
    let has_from = match fromlist {
        Some(f) if !f.is_none() => abstract_::is_true(f, cx)?,
        _ => false,
    };
    if has_from {
        // Only packages can have submodules to import.
        if attr::get_opt(&m, name!(cx, "__path__"), cx)?.is_none() {
            return Ok(m);
        }
        let import_ = import_function(cx)?;
        let from = fromlist.unwrap_or(none());
        return bootstrap(name!(cx, "_handle_fromlist"), &[&m, from, &import_], cx);
    }
    let text = name.to_string();
    let Some(dot) = text.find('.') else {
        return Ok(m);
    };
    if level == 0 {
        let head = PyStr::new_interned(&text[..dot], cx)?;
        return import_absolute(&head, cx);
    }
    // The first component of a relative import: cut as much from the absolute name as the rest is long.
    let full = abs.to_string();
    let head = PyStr::new_interned(&full[..full.len() - (text.len() - dot)], cx)?;
    match modules(cx)?.get(&head, cx)? {
        Some(m) => Ok(m),
        None => {
            let shown = abstract_::repr(&head, cx)?;
            Err(cx.raise_msg(exc::KeyError(), format_args!("{shown} not in sys.modules as expected")))
        }
    }
}
