//! `__annotations__` and `__annotate__` of modules (PEP 649, 749): computed on first use, kept in the module's dict.

use crate::prelude::*;

fn dict_of(m: &PyModule, cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let d = crate::attr::get(m, name!(cx, "__dict__"), cx)?;
    match d.downcast_own::<PyDict>() {
        Ok(d) => Ok(d),
        Err(_) => Err(cx.type_error(format_args!("<module>.__dict__ is not a dictionary"))),
    }
}

/// Whether the module is still being executed: its annotations are not complete then.
fn is_initializing(d: &PyDict, cx: &mut Cx) -> PyResult<bool> {
    let Some(spec) = d.get(name!(cx, "__spec__"), cx)?.filter(|s| !s.is_none()) else { return Ok(false) };
    match crate::attr::get_opt(&spec, name!(cx, "_initializing"), cx)? {
        Some(v) => crate::abstract_::is_true(&v, cx),
        None => Ok(false),
    }
}

/// The annotations dict; calls `__annotate__` with format 1 (VALUE) when there is none yet.
pub fn get(m: &PyModule, cx: &mut Cx) -> PyResult {
    let d = dict_of(m, cx)?;
    if let Some(a) = d.get(name!(cx, "__annotations__"), cx)? {
        return Ok(a);
    }
    let initializing = is_initializing(&d, cx)?;
    let made = match d.get(name!(cx, "__annotate__"), cx)?.filter(|f| cx.is_callable(f)) {
        Some(f) => {
            let format = PyInt::new(1, cx)?;
            let a = crate::call::call(&f, &[&format], cx)?;
            if !a.is_a::<PyDict>() {
                return Err(cx.type_error(format_args!("__annotate__ returned non-dict of type '{}'", a.ty().tp_name_str())));
            }
            a
        }
        None => PyDict::new(cx)?.into_object(),
    };
    if !initializing {
        d.set(name!(cx, "__annotations__"), &made, cx)?;
    }
    Ok(made)
}

/// Set or delete the annotations; the function that computed them goes too.
pub fn set(m: &PyModule, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let d = dict_of(m, cx)?;
    match v {
        Some(v) => d.set(name!(cx, "__annotations__"), v, cx)?,
        None => {
            if d.remove(name!(cx, "__annotations__"), cx)?.is_none() {
                return Err(cx.raise_msg(exc::AttributeError(), format_args!("__annotations__")));
            }
        }
    }
    d.remove(name!(cx, "__annotate__"), cx).map(drop)
}

/// `__annotate__`; None when there is none.
pub fn get_annotate(m: &PyModule, cx: &mut Cx) -> PyResult {
    let d = dict_of(m, cx)?;
    if let Some(f) = d.get(name!(cx, "__annotate__"), cx)? {
        return Ok(f);
    }
    d.set(name!(cx, "__annotate__"), none(), cx)?;
    Ok(none().own())
}

/// Set `__annotate__`, which drops annotations computed before.
pub fn set_annotate(m: &PyModule, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = v else {
        return Err(cx.type_error(format_args!("cannot delete __annotate__ attribute")));
    };
    if !v.is_none() && !cx.is_callable(v) {
        return Err(cx.type_error(format_args!("__annotate__ must be callable or None")));
    }
    let d = dict_of(m, cx)?;
    d.set(name!(cx, "__annotate__"), v, cx)?;
    if !v.is_none() {
        d.remove(name!(cx, "__annotations__"), cx)?;
    }
    Ok(())
}
