//! The last step of a program: what its modules hold dies, so that finalisers run (`finalize_modules`).
//!
//! Modules of the embedded library stay as they are, but for what a program put into them that has a `__del__`: its finalisers may still use
//! them, and taking them apart would only cost time.

use taipan_object::prelude::*;
use taipan_object::typeobj::lookup;
use taipan_object::types::weakref;
use taipan_object::{attr, gc, import};

/// Let the program's own modules go, `__main__` first, then what is left in cycles; take apart what is alive even then.
pub fn modules(cx: &mut Cx) {
    if let Ok(main) = main_dict(cx) {
        gc::collect_at_end(&main, cx);
    }
    if let Err(r) = forget_exceptions(cx) {
        cx.discard(r);
    }
    let Ok(mods) = import::modules(cx) else { return };
    let mut own: Vec<(Own<Object>, Own<PyModule>)> = Vec::new();
    let mut library: Vec<Own<PyModule>> = Vec::new();
    let mut pos = 0;
    while let Some((name, m, _)) = mods.next_own(&mut pos) {
        let main = name.downcast::<PyStr>().is_some_and(|n| n.eq_text("__main__"));
        let Ok(m) = m.downcast_own::<PyModule>() else { continue };
        match if main { Ok(true) } else { is_program(&name, &m, cx) } {
            Ok(true) if main => own.insert(0, (name, m)),
            Ok(true) => own.push((name, m)),
            Ok(false) => library.push(m),
            Err(r) => cx.discard(r),
        }
    }
    let mut left = Vec::new();
    for (name, m) in own {
        if mods.set(&name, none(), cx).is_err() {
            drop(cx.ts().current_exception.take());
        }
        match weakref::new_ref(&m, None, cx) {
            Ok(w) => left.push(w),
            Err(r) => cx.discard(r),
        }
    }
    // Finalisers of what only cycles hold (functions with their globals, above all) still find whole modules.
    gc::collect_at_shutdown(cx);
    gc::debug::at_shutdown(cx);
    let mut alive = cx.interp().builtins.own().is_some_and(|b| finalise_values(&b, cx));
    for m in library.iter().rev() {
        if let Ok(d) = m.dict(cx) {
            alive |= finalise_values(&d, cx);
        }
    }
    for w in left {
        if let Some(m) = w.referent().and_then(|m| m.downcast_own::<PyModule>().ok()) {
            clear(&m, cx);
            alive = true;
        }
    }
    // When nothing was taken apart nothing has changed since.
    if alive {
        gc::collect_at_shutdown(cx);
    }
}

/// The variables of `__main__`; an empty dict where there is no such module any more.
fn main_dict(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    match import::modules(cx)?.get_text("__main__", cx)?.and_then(|m| m.downcast_own::<PyModule>().ok()) {
        Some(m) => m.dict(cx),
        None => PyDict::new(cx),
    }
}

/// `sys.last_*` keep frames alive.
fn forget_exceptions(cx: &mut Cx) -> PyResult<()> {
    let Some(d) = cx.interp().sysdict.own() else { return Ok(()) };
    for n in ["last_exc", "last_type", "last_value", "last_traceback", "path_hooks", "ps1", "ps2"] {
        let n = PyStr::new_interned(n, cx)?;
        if d.contains(&n, cx)? && !n.eq_text("path_hooks") {
            d.set(&n, none(), cx)?;
        }
    }
    if let Some(b) = cx.interp().builtins.own() {
        b.set(name!(cx, "_"), none(), cx)?;
    }
    Ok(())
}

/// Whether a module is neither native nor from the embedded library: its `__spec__` has another loader, or there is none, as in modules that
/// extensions and programs make themselves.
fn is_program(name: &Object, m: &PyModule, cx: &mut Cx) -> PyResult<bool> {
    let Some(spec) = m.dict(cx)?.get(name!(cx, "__spec__"), cx)?.filter(|s| !s.is_none()) else {
        return Ok(!name.downcast::<PyStr>().is_some_and(|n| n.eq_text("sys") || n.eq_text("builtins")));
    };
    // The origin of embedded modules is the file that CPython has for them.
    let loader = attr::get_opt(&spec, name!(cx, "loader"), cx)?;
    if loader.as_ref().and_then(|l| l.downcast::<PyType>()).is_some_and(|t| matches!(t.name(), "FrozenImporter" | "BuiltinImporter")) {
        return Ok(false);
    }
    let Some(origin) = attr::get_opt(&spec, name!(cx, "origin"), cx)? else { return Ok(false) };
    Ok(!origin.downcast::<PyStr>().is_some_and(|o| o.eq_text("frozen") || o.eq_text("built-in")))
}

/// Names that begin with one underscore first, then the rest, except `__builtins__` (`_PyModule_ClearDict`).
fn clear(m: &PyModule, cx: &mut Cx) {
    let Ok(d) = m.dict(cx) else { return };
    for pass in 0..2 {
        let mut pos = 0;
        let mut names: Vec<Own<Object>> = Vec::new();
        while let Some((k, v, _)) = d.next_own(&mut pos) {
            let text = k.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
            let single = text.starts_with('_') && !text.starts_with("__");
            if text != "__builtins__" && (pass == 1 || single) && !v.is_none() {
                names.push(k);
            }
        }
        for k in names {
            if d.set(&k, none(), cx).is_err() {
                drop(cx.ts().current_exception.take());
            }
        }
    }
}

/// Let those values of a dict go whose class has a `__del__`; tells whether there were any.
fn finalise_values(d: &PyDict, cx: &mut Cx) -> bool {
    let (mut pos, mut names) = (0, Vec::new());
    while let Some((k, v, _)) = d.next_own(&mut pos) {
        if v.ty().heap().is_some() && lookup(v.ty(), name!(cx, "__del__"), cx).is_some() {
            names.push(k);
        }
    }
    let any = !names.is_empty();
    for k in names {
        if d.set(&k, none(), cx).is_err() {
            drop(cx.ts().current_exception.take());
        }
    }
    any
}
