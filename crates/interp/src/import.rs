//! `import` and `from … import`.

use crate::regs::*;
use taipan_object::types::module::shadow;
use taipan_object::attr;
use taipan_object::call;
use taipan_object::frame::Slot;
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::types::none;

#[inline(never)]
pub unsafe fn import_name(m: Regs, dst: isize, base: *mut Slot, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let level = std::mem::replace(&mut *base, Slot::EMPTY).into_own(cx)?;
    let fromlist = std::mem::replace(&mut *base.add(1), Slot::EMPTY).into_own(cx)?;
    let name = m.name(name);
    let fr = &*m.frame;
    let key = name!(cx, "__import__");
    let Some(f) = crate::names::mapping_get(fr.func().builtins(), key, cx)? else {
        return Err(cx.import_error(format_args!("__import__ not found")));
    };
    let locals = match fr.namespace() {
        Some(o) => o.own(),
        None => none().own(),
    };
    let v = call::call(&f, &[name, fr.globals(), &locals, &fromlist, &level], cx)?;
    m.set(dst, Slot::object(v));
    Ok(())
}

#[inline(never)]
pub unsafe fn import_from(m: Regs, dst: isize, module: Opd, name: usize) -> PyResult<()> {
    let cx = &mut cx();
    let name = m.name(name);
    let md = module.take(cx)?;
    let v = match attr::get_opt(&md, name, cx)? {
        Some(v) => v,
        None => from_modules(&md, name, cx)?,
    };
    m.set(dst, Slot::object(v));
    Ok(())
}

/// `sys.modules["package.name"]`, or the ImportError.
fn from_modules(md: &Object, name: &PyStr, cx: &mut Cx) -> PyResult {
    let full = attr::get_opt(md, name!(cx, "__name__"), cx)?.and_then(|n| n.downcast_own::<PyStr>().ok());
    if let Some(p) = &full {
        let key = PyStr::new_interned(&format!("{p}.{name}"), cx)?;
        if let Some(mods) = cx.interp().modules.own() {
            if let Some(v) = mods.get(&key, cx)? {
                return Ok(v);
            }
        }
    }
    cannot_import(md, full.as_deref(), name, cx)
}

/// A string attribute, if there is one.
fn text_attr(o: &Object, n: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
    Ok(attr::get_opt(o, n, cx)?.and_then(|v| v.downcast_own::<PyStr>().ok()))
}

/// "cannot import name 'x' from 'm' (path)" and its relatives.
#[cold]
fn cannot_import(md: &Object, module: Option<&PyStr>, name: &PyStr, cx: &mut Cx) -> PyResult {
    let spec = attr::get_opt(md, name!(cx, "__spec__"), cx)?.filter(|s| !s.is_none());
    let (mut origin, mut starting) = (None, false);
    if let Some(s) = &spec {
        let located = match attr::get_opt(s, name!(cx, "has_location"), cx)? {
            Some(v) => taipan_object::abstract_::is_true(&v, cx)?,
            None => false,
        };
        if located {
            origin = text_attr(s, name!(cx, "origin"), cx)?;
        }
        starting = match attr::get_opt(s, name!(cx, "_initializing"), cx)? {
            Some(v) => taipan_object::abstract_::is_true(&v, cx)?,
            None => false,
        };
    }
    if origin.is_none() {
        origin = text_attr(md, name!(cx, "__file__"), cx)?;
    }
    let n = taipan_object::abstract_::repr(name, cx)?;
    let m = match module {
        Some(m) => taipan_object::abstract_::repr(m, cx)?.to_string(),
        None => "'<unknown module name>'".to_owned(),
    };
    let place = origin.as_ref().map_or_else(|| "unknown location".to_owned(), |o| o.to_string());
    let beside = match &origin {
        Some(o) => shadow::is_beside_script(o, cx)?,
        None => false,
    };
    let hides_stdlib = match module {
        Some(m) if beside => shadow::is_stdlib(m, cx)?,
        _ => false,
    };
    let r = if hides_stdlib {
        cx.import_error(format_args!(
            "cannot import name {n} from {m} (consider renaming '{place}' since it has the same name as the standard library module named {m} and prevents importing that standard library module)"
        ))
    } else if starting && beside {
        cx.import_error(format_args!(
            "cannot import name {n} from {m} (consider renaming '{place}' if it has the same name as a library you intended to import)"
        ))
    } else if starting {
        let circular = "(most likely due to a circular import)";
        cx.import_error(format_args!("cannot import name {n} from partially initialized module {m} {circular} ({place})"))
    } else {
        cx.import_error(format_args!("cannot import name {n} from {m} ({place})"))
    };
    if let Some(e) = cx.ts().current_exception.own() {
        if let Some(i) = e.downcast::<exc::PyImportError>() {
            i.name.set(module.map(|m| m.as_object().own()), cx);
            i.path.set(origin.map(Own::into_object), cx);
            i.name_from.set(Some(name.as_object().own()), cx);
        }
    }
    Err(r)
}
