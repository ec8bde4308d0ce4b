//! Type parameters: finding them in arguments, substituting them, and how type arguments are shown.

use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

fn is_type(o: &Object) -> bool {
    o.is_a::<PyType>()
}

fn position(t: &[Own<Object>], o: &Object) -> Option<usize> {
    t.iter().position(|x| x.is(o))
}

fn items_of(o: &Object, cx: &Cx) -> Vec<Own<Object>> {
    match (o.downcast::<PyTuple>(), o.downcast::<PyList>()) {
        (Some(t), _) => t.as_slice().iter().map(|x| x.own()).collect(),
        (_, Some(l)) => l.items(cx).iter().map(|x| x.own()).collect(),
        _ => Vec::new(),
    }
}

/// `__parameters__` of an object, if it is a tuple.
fn parameters_of(o: &Object, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
    Ok(attr::get_opt(o, name!(cx, "__parameters__"), cx)?.and_then(|p| p.downcast_own().ok()))
}

fn find(args: &[Own<Object>], out: &mut Vec<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
    let _g = cx.enter_call(" in __parameter__ calculation")?;
    for a in args {
        // A bare class has a `__parameters__` descriptor that is not meant.
        if is_type(a) {
            continue;
        }
        if a.is_exact::<PyTuple>() || a.is_exact::<PyList>() {
            find(&items_of(a, cx), out, cx)?;
        } else if attr::get_opt(a, name!(cx, "__typing_subst__"), cx)?.is_some() {
            if position(out, a).is_none() {
                out.push(a.clone());
            }
        } else if let Some(p) = parameters_of(a, cx)? {
            for x in p.as_slice() {
                if position(out, x).is_none() {
                    out.push(x.own());
                }
            }
        }
    }
    Ok(())
}

/// The type parameters among the arguments, each once, in order.
pub fn make_parameters(args: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let mut out = Vec::new();
    find(&items_of(args, cx), &mut out, cx)?;
    PyTuple::from_vec(out, cx)
}

/// The arguments in brackets, starred tuples spread.
fn unpack_args(item: &Object, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    let items = match item.downcast::<PyTuple>() {
        Some(t) => items_of(t, cx),
        None => vec![item.own()],
    };
    let mut out = Vec::new();
    for a in items {
        if !is_type(&a) {
            let sub = attr::get_opt(&a, name!(cx, "__typing_unpacked_tuple_args__"), cx)?;
            if let Some(t) = sub.as_ref().and_then(|s| s.downcast::<PyTuple>()) {
                let open = t.as_slice().last().is_some_and(|l| l.is(taipan_object::types::ellipsis()));
                if !open {
                    out.extend(items_of(t, cx));
                    continue;
                }
            }
        }
        out.push(a);
    }
    Ok(out)
}

/// Put the new arguments into an argument that has parameters of its own.
fn substitute_inside(obj: &Object, params: &[Own<Object>], items: &[Own<Object>], cx: &mut Cx) -> PyResult {
    let Some(sub) = parameters_of(obj, cx)?.filter(|p| !p.is_empty()) else { return Ok(obj.own()) };
    let mut out: Vec<Own<Object>> = Vec::new();
    for p in sub.as_slice() {
        match position(params, p).and_then(|i| items.get(i)) {
            Some(v) => match v.downcast::<PyTuple>() {
                Some(t) if p.ty().tp_iter.get().is_some() => out.extend(items_of(t, cx)),
                _ => out.push(v.clone()),
            },
            None => out.push(p.own()),
        }
    }
    let key = PyTuple::from_vec(out, cx)?;
    abstract_::get_item(obj, &key, cx)
}

fn substitute_all(args: &[Own<Object>], params: &[Own<Object>], items: &[Own<Object>], cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    let _g = cx.enter_call(" while substituting type parameters")?;
    let mut out = Vec::with_capacity(args.len());
    for a in args {
        if is_type(a) {
            out.push(a.clone());
            continue;
        }
        if a.is_exact::<PyTuple>() || a.is_exact::<PyList>() {
            let inner = substitute_all(&items_of(a, cx), params, items, cx)?;
            let t = if a.is_exact::<PyTuple>() { PyTuple::from_vec(inner, cx)?.into_object() } else { PyList::from_vec(inner, cx)?.into_object() };
            out.push(t);
            continue;
        }
        let unpack = match attr::get_opt(a, name!(cx, "__typing_is_unpacked_typevartuple__"), cx)? {
            Some(v) => abstract_::is_true(&v, cx)?,
            None => false,
        };
        let v = match attr::get_opt(a, name!(cx, "__typing_subst__"), cx)? {
            Some(f) => match position(params, a).and_then(|i| items.get(i)) {
                Some(item) => call::call(&f, &[item], cx)?,
                // It became a parameter after the tuple of parameters was made.
                None => {
                    let r = abstract_::repr(a, cx)?;
                    return Err(cx.type_error(format_args!("argument {r} with __typing_subst__ was not found in __parameters__")));
                }
            },
            None => substitute_inside(a, params, items, cx)?,
        };
        match v.downcast::<PyTuple>() {
            Some(t) if unpack => out.extend(items_of(t, cx)),
            None if unpack => {
                let t = a.ty().tp_name_str().to_owned();
                return Err(cx.type_error(format_args!("expected {t}.__typing_subst__() to return a tuple, not {}", v.ty().tp_name_str())));
            }
            _ => out.push(v),
        }
    }
    Ok(out)
}

/// `alias[item]`: the arguments of `alias` with its parameters replaced.
pub(super) fn substitute(alias: &Object, args: &PyTuple, params: &PyTuple, item: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    if params.is_empty() {
        let r = abstract_::repr(alias, cx)?;
        return Err(cx.type_error(format_args!("{r} is not a generic class")));
    }
    let unpacked = unpack_args(item, cx)?;
    let mut item = PyTuple::from_vec(unpacked, cx)?;
    for p in params.as_slice() {
        let prepare = attr::get_opt(p, name!(cx, "__typing_prepare_subst__"), cx)?;
        if let Some(f) = prepare.filter(|f| !f.is_none()) {
            let v = call::call(&f, &[alias, &item], cx)?;
            item = match v.downcast_own::<PyTuple>() {
                Ok(t) => t,
                Err(v) => PyTuple::from_slice(&[&v], cx)?,
            };
        }
    }
    if item.len() != params.len() {
        let r = abstract_::repr(alias, cx)?;
        let how = if item.len() > params.len() { "many" } else { "few" };
        return Err(cx.type_error(format_args!("Too {how} arguments for {r}; actual {}, expected {}", item.len(), params.len())));
    }
    let out = substitute_all(&items_of(args, cx), &items_of(params, cx), &items_of(&item, cx), cx)?;
    PyTuple::from_vec(out, cx)
}

/// How an argument is shown: classes by their qualified name, `...` for Ellipsis.
pub fn repr_type(o: &Object, cx: &mut Cx) -> PyResult<String> {
    if o.is(taipan_object::types::ellipsis()) {
        return Ok("...".to_owned());
    }
    let plain = |cx: &mut Cx| Ok(abstract_::repr(o, cx)?.to_string_lossy());
    if attr::get_opt(o, name!(cx, "__origin__"), cx)?.is_some() && attr::get_opt(o, name!(cx, "__args__"), cx)?.is_some() {
        return plain(cx);
    }
    let Some(q) = attr::get_opt(o, name!(cx, "__qualname__"), cx)? else { return plain(cx) };
    let Some(m) = attr::get_opt(o, name!(cx, "__module__"), cx)?.filter(|m| !m.is_none()) else { return plain(cx) };
    let q = abstract_::str(&q, cx)?.to_string_lossy();
    let m = abstract_::str(&m, cx)?.to_string_lossy();
    Ok(if m == "builtins" { q } else { format!("{m}.{q}") })
}
