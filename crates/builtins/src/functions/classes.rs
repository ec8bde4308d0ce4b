//! `__build_class__`: what the `class` statement calls.

use taipan_object::prelude::*;
use taipan_object::types::{cell::PyCell, function::PyFunction, type_};
use taipan_object::{attr, call};

/// Resolve bases with `__mro_entries__` (PEP 560). The original tuple comes back when nothing changed.
fn resolve_bases(bases: &[&Object], cx: &mut Cx) -> PyResult<Option<Vec<Own<Object>>>> {
    let mut out: Vec<Own<Object>> = Vec::new();
    let mut changed = false;
    let orig = PyTuple::from_slice(bases, cx)?;
    for b in bases {
        if b.is_a::<PyType>() {
            out.push(b.own());
            continue;
        }
        match attr::get_opt(b, name!(cx, "__mro_entries__"), cx)? {
            None => out.push(b.own()),
            Some(f) => {
                let r = call::call(&f, &[&orig], cx)?;
                let Some(t) = r.downcast::<PyTuple>() else {
                    return Err(cx.type_error(format_args!("__mro_entries__ must return a tuple")));
                };
                out.extend(t.as_slice().iter().map(|x| x.own()));
                changed = true;
            }
        }
    }
    Ok(changed.then_some(out))
}

#[pyfunctions]
pub mod part {
    use super::*;

    #[function("__build_class__(*args, **kwds)", nosig, doc = "__build_class__(func, name, /, *bases, [metaclass], **kwds) -> class\n\nInternal helper function used by the class statement.")]
    fn build_class(args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let [func, name, bases @ ..] = args.0 else {
            return Err(cx.type_error(format_args!("__build_class__: not enough arguments")));
        };
        let Some(func) = func.downcast::<PyFunction>() else {
            return Err(cx.type_error(format_args!("__build_class__: func must be a function")));
        };
        if !name.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("__build_class__: name is not a string")));
        }
        let resolved = resolve_bases(bases, cx)?;
        let changed = resolved.is_some();
        let bases_tuple = match resolved {
            Some(v) => PyTuple::from_vec(v, cx)?,
            None => PyTuple::from_slice(bases, cx)?,
        };
        let meta = match kw.get("metaclass") {
            Some(m) => m.own(),
            None => match bases_tuple.get(0) {
                Some(b) => b.ty().as_object().own(),
                None => PyType::ty().as_object().own(),
            },
        };
        let meta = match meta.downcast::<PyType>() {
            Some(m) => type_::calculate_metaclass(m, &bases_tuple, cx)?.as_object().own(),
            None => meta,
        };
        let names: Vec<&Object> = kw.iter().filter(|(k, _)| !k.downcast::<PyStr>().is_some_and(|k| k.eq_text("metaclass"))).map(|(k, _)| k).collect();
        let values: Vec<&Object> = kw.iter().filter(|(k, _)| !k.downcast::<PyStr>().is_some_and(|k| k.eq_text("metaclass"))).map(|(_, v)| v).collect();
        let kwnames = if names.is_empty() { None } else { Some(PyTuple::from_slice(&names, cx)?) };
        let ns = match attr::get_opt(&meta, name!(cx, "__prepare__"), cx)? {
            Some(f) => call::call_kw(&f, &[name, &bases_tuple], &values, kwnames.as_deref(), cx)?,
            None => PyDict::new(cx)?.into_object(),
        };
        if ns.ty().mapping().is_none_or(|m| m.mp_subscript.get().is_none()) {
            let who = meta.downcast::<PyType>().map_or("<metaclass>".to_owned(), |m| m.name().to_owned());
            return Err(cx.type_error(format_args!("{who}.__prepare__() must return a mapping, not {}", ns.ty().tp_name_str())));
        }
        let cell = run_body(func, &ns, cx)?;
        if changed {
            let orig = PyTuple::from_slice(bases, cx)?;
            taipan_object::abstract_::set_item(&ns, name!(cx, "__orig_bases__"), Some(&orig), cx)?;
        }
        let cls = call::call_kw(&meta, &[name, &bases_tuple, &ns], &values, kwnames.as_deref(), cx)?;
        check_cell(&cls, &cell, name, cx)?;
        Ok(cls)
    }
}

/// Run the class body in the namespace; gives the `__class__` cell, or None.
fn run_body(func: &PyFunction, ns: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let h = crate::code::hooks(cx)?;
    let closure = func.closure(cx).map(|c| c.new_ref());
    let (code, globals) = (func.code().own(), func.globals().new_ref());
    (h.run)(&code, &globals, Some(ns), closure, cx)
}

/// The `__class__` cell must have been set to the new class by `type.__new__`.
fn check_cell(cls: &Object, cell: &Object, name: &Object, cx: &mut Cx) -> PyResult<()> {
    let Some(c) = cell.downcast::<PyCell>() else { return Ok(()) };
    if !cls.is_a::<PyType>() {
        return Ok(());
    }
    let set = c.get();
    // The class may not be able to show itself yet: ask for its repr only when it is needed.
    if set.as_ref().is_some_and(|v| v.is(cls)) {
        return Ok(());
    }
    let n = taipan_object::abstract_::repr(name, cx)?;
    let n = n.to_string().trim_matches('\'').to_owned();
    let shown = taipan_object::abstract_::repr(cls, cx)?;
    match set {
        None => Err(cx.runtime_error(format_args!(
            "__class__ not set defining '{n}' as {shown}. Was __classcell__ propagated to type.__new__?"
        ))),
        Some(v) => {
            let a = taipan_object::abstract_::repr(&v, cx)?;
            Err(cx.type_error(format_args!("__class__ set to {a} defining '{n}' as {shown}")))
        }
    }
}
