//! `__import__`: the fast path over `sys.modules`; the work is done by Lib's `importlib._bootstrap` (`interp.importlib`).

use crate::prelude::*;
use crate::types::traceback::PyTraceback;
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
    find_absolute(name, cx).map_err(|r| without_importlib_frames(r, cx))
}

fn find_absolute(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mods = modules(cx)?;
    if let Some(m) = mods.get(name, cx)?.filter(|m| !m.is_none()) {
        if let Some(o) = OBSERVER.0.get() {
            (o.cached)(name, cx);
        }
        ensure_initialised(&m, name, cx)?;
        // While this thread waited the import may have failed elsewhere.
        if mods.get(name, cx)?.is_some_and(|now| now.is(&m)) {
            return Ok(m);
        }
    }
    if crate::audit::is_active() {
        let sys = cx.interp().sysdict.own();
        let get = |n: &str, cx: &mut Cx| match &sys {
            Some(d) => Ok(d.get_text(n, cx)?.unwrap_or_else(|| none().own())),
            None => Ok(none().own()),
        };
        let (path, meta, hooks) = (get("path", cx)?, get("meta_path", cx)?, get("path_hooks", cx)?);
        crate::audit::raise("import", &[name, none(), &path, &meta, &hooks], cx)?;
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
    find(name, globals, fromlist, level, cx).map_err(|r| without_importlib_frames(r, cx))
}

/// Take importlib's own frames out of the traceback: all of them for an `ImportError`, otherwise those that end in `_call_with_frames_removed`
/// (`remove_importlib_frames`). `-v` keeps them.
fn without_importlib_frames(r: Raised, cx: &mut Cx) -> Raised {
    if cx.interp().config.borrow().verbose > 0 {
        return r;
    }
    let e = cx.take_raised(r);
    if let Some(b) = e.downcast::<crate::types::exc::PyBaseException>() {
        if let Some(tb) = b.traceback.own().and_then(|t| t.downcast_own::<PyTraceback>().ok()) {
            let kept = trimmed(tb, e.ty().is_subtype(exc::ImportError()), cx);
            b.traceback.set(kept.map(Own::into_object), cx);
        }
    }
    cx.set_raised(e)
}

/// The entries that stay, linked anew.
fn trimmed(first: Own<PyTraceback>, always: bool, cx: &mut Cx) -> Option<Own<PyTraceback>> {
    let mut all = vec![first];
    while let Some(n) = all.last().and_then(|t| t.next()) {
        all.push(n);
    }
    let of = |t: &PyTraceback, what: &str| {
        let c = t.frame().code();
        if what == "file" { c.filename().downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default() } else { c.name().to_string_lossy() }
    };
    let mut keep = vec![true; all.len()];
    let mut chunk = None;
    for (i, t) in all.iter().enumerate() {
        if !of(t, "file").starts_with("<frozen importlib._bootstrap") {
            chunk = None;
            continue;
        }
        let start = *chunk.get_or_insert(i);
        if always || of(t, "name") == "_call_with_frames_removed" {
            keep[start..=i].fill(false);
            chunk = None;
            if always {
                chunk = Some(i + 1);
            }
        }
    }
    let mut next = None;
    for (t, _) in all.into_iter().zip(keep).rev().filter(|(_, k)| *k) {
        t.link_next(next.take(), cx);
        next = Some(t);
    }
    next
}

fn find(name: &Object, globals: Option<&Object>, fromlist: Option<&Object>, level: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
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
    let m = find_absolute(&abs, cx)?;
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
        return find_absolute(&head, cx);
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
