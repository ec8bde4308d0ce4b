//! The filters: which action applies to a warning.

use super::{Warning, Warnings, lib_attr};
use taipan_object::prelude::*;
use taipan_object::{abstract_, call};

/// The filters at start, as the reference's release build.
pub fn defaults(cx: &mut Cx) -> PyResult<Own<PyList>> {
    let main = PyStr::new_interned("__main__", cx)?;
    let rows: [(&str, &PyType, bool); 5] = [
        ("default", exc::DeprecationWarning(), true),
        ("ignore", exc::DeprecationWarning(), false),
        ("ignore", exc::PendingDeprecationWarning(), false),
        ("ignore", exc::ImportWarning(), false),
        ("ignore", exc::ResourceWarning(), false),
    ];
    let mut v = Vec::new();
    for (action, category, in_main) in rows {
        let action = PyStr::new_interned(action, cx)?;
        let zero = PyInt::new(0, cx)?;
        let module = if in_main { main.as_object() } else { none() };
        v.push(PyTuple::from_slice(&[&action, none(), category, module, &zero], cx)?.into_object());
    }
    PyList::from_vec(v, cx)
}

/// A pattern fits: None always, a string when equal, anything else through `match`.
fn fits(pattern: &Object, text: &Object, cx: &mut Cx) -> PyResult<bool> {
    if pattern.is_none() {
        return Ok(true);
    }
    if pattern.is_exact::<PyStr>() {
        return abstract_::eq(pattern, text, cx);
    }
    let r = call::call_method(pattern, name!(cx, "match"), &[text], cx)?;
    abstract_::is_true(&r, cx)
}

fn own_or_lib(name: &str, field: &FieldCell<Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(v) = lib_attr(name, false, cx)? {
        field.set(Some(v.clone()), cx);
        return Ok(v);
    }
    match field.own() {
        Some(v) => Ok(v),
        None => Err(cx.value_error(format_args!("_warnings.{name} not found"))),
    }
}

/// `warnings.onceregistry`
pub fn once_registry(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let r = own_or_lib("onceregistry", &cx.state::<Warnings>().once, cx)?;
    r.downcast_own::<PyDict>().map_err(|r| cx.type_error(format_args!("_warnings.onceregistry must be a dict, not '{}'", r.ty().name())))
}

/// The action for a warning, and the filter that said so.
pub fn find(w: &Warning<'_>, cx: &mut Cx) -> PyResult<(Own<PyStr>, Own<Object>)> {
    let filters = own_or_lib("filters", &cx.state::<Warnings>().filters, cx)?;
    let Some(list) = filters.downcast::<PyList>() else {
        return Err(cx.value_error(format_args!("_warnings.filters must be a list")));
    };
    // The list may change while patterns run.
    let mut i = 0;
    while let Some(item) = list.get_own(i) {
        let Some([action, msg, cat, module, lineno]) = item.downcast::<PyTuple>().map(PyTuple::as_slice) else {
            return Err(cx.value_error(format_args!("_warnings.filters item {i} isn't a 5-tuple")));
        };
        let Some(action) = action.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("action must be a string, not '{}'", action.ty().name())));
        };
        let good = fits(msg, &w.text, cx)?
            && fits(module, &w.place.module, cx)?
            && abstract_::is_subclass(&w.category, cat, cx)?
            && {
                let n = abstract_::number::index_as_isize(lineno, exc::OverflowError(), cx)?;
                n == 0 || n == w.place.lineno
            };
        if good {
            return Ok((action.new_ref(), item.clone()));
        }
        i += 1;
    }
    let action = own_or_lib("defaultaction", &cx.state::<Warnings>().default_action, cx)?;
    match action.downcast_own::<PyStr>() {
        Ok(a) => Ok((a, none().own())),
        Err(a) => Err(cx.type_error(format_args!("_warnings.defaultaction must be a string, not '{}'", a.ty().name()))),
    }
}
