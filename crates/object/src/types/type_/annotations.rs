//! `__annotations__` and `__annotate__` of classes (PEP 649, 749): computed on first use, kept in the class dict under private names.

use crate::prelude::*;
use crate::typeobj::{flags, modified};

fn dict_of(t: &PyType, what: &str, cx: &mut Cx) -> PyResult<Own<PyDict>> {
    match t.tp_dict.own().filter(|_| t.has(flags::HEAPTYPE)) {
        Some(d) => Ok(d),
        None => {
            let n = PyStr::new_interned(what, cx)?;
            let text = format!("type object '{}' has no attribute '{what}'", t.tp_name_str());
            Err(crate::attr::attribute_error(t, &n, &text, cx))
        }
    }
}

fn check(t: &PyType, what: &str, cx: &mut Cx) -> PyResult<()> {
    if t.has(flags::IMMUTABLETYPE) {
        return Err(cx.type_error(format_args!("cannot set '{what}' attribute of immutable type '{}'", t.tp_name_str())));
    }
    Ok(())
}

/// The annotations dict; calls `__annotate__` with format 1 (VALUE) when there is none yet.
pub(super) fn get(t: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = dict_of(t, "__annotations__", cx)?;
    let v = match d.get(name!(cx, "__annotations__"), cx)? {
        Some(v) => Some(v),
        None => d.get(name!(cx, "__annotations_cache__"), cx)?,
    };
    if let Some(v) = v {
        return match v.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: no instance.
            Some(f) => unsafe { crate::err::result_from_raw(f(v.as_ptr(), std::ptr::null_mut(), t.as_object().as_ptr())) },
            None => Ok(v),
        };
    }
    let annotate = get_annotate(t, cx)?;
    let v = if cx.is_callable(&annotate) {
        let one = PyInt::new(1, cx)?;
        let v = crate::call::call(&annotate, &[&one], cx)?;
        if !v.is_a::<PyDict>() {
            return Err(cx.type_error(format_args!("__annotate__ returned non-dict of type '{}'", v.ty().tp_name_str())));
        }
        v
    } else {
        PyDict::new(cx)?.into_object()
    };
    d.set(name!(cx, "__annotations_cache__"), &v, cx)?;
    modified(t);
    Ok(v)
}

/// Set or delete the annotations; `__annotate__` goes too.
pub(super) fn set(t: &PyType, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    check(t, "__annotations__", cx)?;
    let d = dict_of(t, "__annotations__", cx)?;
    let (n, cache) = (name!(cx, "__annotations__"), name!(cx, "__annotations_cache__"));
    let key = if d.contains(n, cx)? { n } else { cache };
    match value {
        Some(v) => d.set(key, v, cx)?,
        None => {
            if d.remove(key, cx)?.is_none() {
                return Err(crate::attr::attribute_error(t, n, "__annotations__", cx));
            }
        }
    }
    for k in [name!(cx, "__annotate__"), name!(cx, "__annotate_func__")] {
        drop(d.remove(k, cx)?);
    }
    modified(t);
    Ok(())
}

/// The annotate function, or None.
pub(super) fn get_annotate(t: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = dict_of(t, "__annotate__", cx)?;
    for k in [name!(cx, "__annotate__"), name!(cx, "__annotate_func__")] {
        if let Some(v) = d.get(k, cx)? {
            return match v.ty().tp_descr_get.get() {
                // SAFETY: the slot's contract: no instance.
                Some(f) => unsafe { crate::err::result_from_raw(f(v.as_ptr(), std::ptr::null_mut(), t.as_object().as_ptr())) },
                None => Ok(v),
            };
        }
    }
    d.set(name!(cx, "__annotate_func__"), crate::types::none(), cx)?;
    modified(t);
    Ok(crate::types::none().own())
}

/// Set the annotate function; cached annotations go unless it is None.
pub(super) fn set_annotate(t: &PyType, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(v) = value else {
        return Err(cx.type_error(format_args!("cannot delete __annotate__ attribute")));
    };
    check(t, "__annotate__", cx)?;
    if !v.is_none() && !cx.is_callable(v) {
        return Err(cx.type_error(format_args!("__annotate__ must be callable or None")));
    }
    let d = dict_of(t, "__annotate__", cx)?;
    d.set(name!(cx, "__annotate_func__"), v, cx)?;
    if !v.is_none() {
        drop(d.remove(name!(cx, "__annotations_cache__"), cx)?);
    }
    modified(t);
    Ok(())
}
