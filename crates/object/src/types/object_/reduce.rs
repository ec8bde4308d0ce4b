//! `object.__reduce_ex__` and `__getstate__` (PEP 307, PEP 3154).

use crate::prelude::*;
use crate::typeobj::{flags, object_type};

/// `__reduce_ex__`: an overridden `__reduce__` wins.
pub(super) fn reduce_ex(o: &Object, protocol: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = name!(cx, "__reduce__");
    if is_plain_default(o, n, cx) {
        return common(o, protocol, cx);
    }
    if let Some(f) = crate::attr::get_opt(o, n, cx)? {
        let cls = crate::attr::get(o, name!(cx, "__class__"), cx)?;
        let of_class = crate::attr::get(&cls, n, cx)?;
        let default = object_type().tp_dict.own().map(|d| d.get(n, cx)).transpose()?.flatten();
        if !default.is_some_and(|d| d.is(&of_class)) {
            return crate::call::call(&f, &[], cx);
        }
    }
    common(o, protocol, cx)
}

/// Whether `o.name` is certainly `object`'s own method, bound: the class does not override it, nor does the instance, and both are looked at in the usual way.
fn is_plain_default(o: &Object, name: &PyStr, cx: &mut Cx) -> bool {
    let ty = o.ty();
    if !crate::attr::uses_generic_get(ty) || !ty.as_object().is_exact::<PyType>() || overridden(o, name, cx) {
        return false;
    }
    // Nobody asks an instance dict whose keys could run code.
    match crate::instance::get(o, name, cx) {
        Ok(found) => found.is_none(),
        Err(r) => {
            cx.discard(r);
            false
        }
    }
}

/// An attribute of `copyreg`.
fn copyreg(attr: &PyStr, cx: &mut Cx) -> PyResult {
    let name = name!(cx, "copyreg");
    let m = match cx.interp().modules.own().and_then(|mods| mods.get_str(name, cx).map(|m| m.own())) {
        Some(m) => m,
        None => cx.import("copyreg")?,
    };
    crate::attr::get(&m, attr, cx)
}

/// Without overrides: `copyreg._reduce_ex` below protocol 2, `copyreg.__newobj__` from there on.
pub(super) fn common(o: &Object, protocol: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    if protocol >= 2 {
        return new_protocol(o, cx);
    }
    let f = copyreg(name!(cx, "_reduce_ex"), cx)?;
    let p = PyInt::new(protocol as i64, cx)?;
    crate::call::call(&f, &[o, &p], cx)
}

fn new_protocol(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let ty = o.ty();
    if ty.tp_new.get().is_none() {
        return Err(cx.type_error(format_args!("cannot pickle '{}' object", ty.tp_name_str())));
    }
    let (args, kwargs) = new_arguments(o, cx)?;
    let cls = ty.as_object().own();
    let has_args = args.is_some();
    let (f, newargs) = match kwargs.filter(|k| k.len() > 0) {
        Some(k) => {
            let Some(args) = args else {
                return Err(cx.system_error(format_args!("keyword arguments without arguments")));
            };
            let f = copyreg(name!(cx, "__newobj_ex__"), cx)?;
            (f, PyTuple::from_slice(&[&cls, &args, &k], cx)?)
        }
        None => {
            let f = copyreg(name!(cx, "__newobj__"), cx)?;
            let Some(a) = args else {
                let only = PyTuple::from_slice(&[&cls], cx)?;
                return finish_protocol(o, f, only, false, cx);
            };
            let mut v = vec![cls];
            v.extend(a.as_slice().iter().map(|x| x.own()));
            (f, PyTuple::from_vec(v, cx)?)
        }
    };
    finish_protocol(o, f, newargs, has_args, cx)
}

/// The state and the items, beside what makes the object.
fn finish_protocol(o: &Object, f: Own<Object>, newargs: Own<PyTuple>, has_args: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let required = !has_args && !o.is_a::<PyList>() && !o.is_a::<PyDict>();
    let state = get_state_method(o, required, cx)?;
    let none = || crate::types::none().own();
    let list_items = if o.is_a::<PyList>() { crate::abstract_::iter::get_iter(o, cx)? } else { none() };
    let dict_items = if o.is_a::<PyDict>() {
        let items = crate::call::call_method(o, name!(cx, "items"), &[], cx)?;
        crate::abstract_::iter::get_iter(&items, cx)?
    } else {
        none()
    };
    PyTuple::from_slice(&[&f, &newargs, &state, &list_items, &dict_items], cx).map(Own::into_object)
}

type NewArgs = (Option<Own<PyTuple>>, Option<Own<PyDict>>);

/// `__getnewargs_ex__`, else `__getnewargs__`.
fn new_arguments(o: &Object, cx: &mut Cx) -> PyResult<NewArgs> {
    if let Some(f) = crate::call::lookup_special(o, name!(cx, "__getnewargs_ex__"), cx)? {
        let r = crate::call::call(&f, &[], cx)?;
        let Some(t) = r.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("__getnewargs_ex__ should return a tuple, not '{}'", r.ty().tp_name_str())));
        };
        let [a, k] = t.as_slice() else {
            return Err(cx.value_error(format_args!("__getnewargs_ex__ should return a tuple of length 2, not {}", t.len())));
        };
        let Some(a) = a.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{}'", a.ty().tp_name_str())));
        };
        let Some(k) = k.downcast::<PyDict>() else {
            return Err(cx.type_error(format_args!("second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{}'", k.ty().tp_name_str())));
        };
        return Ok((Some(a.new_ref()), Some(k.new_ref())));
    }
    if let Some(f) = crate::call::lookup_special(o, name!(cx, "__getnewargs__"), cx)? {
        let r = crate::call::call(&f, &[], cx)?;
        return match r.downcast_own::<PyTuple>() {
            Ok(t) => Ok((Some(t), None)),
            Err(r) => Err(cx.type_error(format_args!("__getnewargs__ should return a tuple, not '{}'", r.ty().tp_name_str()))),
        };
    }
    Ok((None, None))
}

fn get_state_method(o: &Object, required: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = name!(cx, "__getstate__");
    if is_plain_default(o, n, cx) {
        return getstate(o, required, cx);
    }
    let f = crate::attr::get(o, n, cx)?;
    let default = f
        .downcast::<crate::types::builtin::PyCFunction>()
        .is_some_and(|c| c.self_ptr() == o.as_ptr() && c.name() == "__getstate__" && !overridden(o, n, cx));
    if default { getstate(o, required, cx) } else { crate::call::call(&f, &[], cx) }
}

/// Whether the type replaces `object.__getstate__`.
fn overridden(o: &Object, n: &PyStr, cx: &Cx) -> bool {
    let mine = crate::typeobj::lookup(o.ty(), n, cx);
    let base = crate::typeobj::lookup(object_type(), n, cx);
    match (mine, base) {
        (Some(a), Some(b)) => !a.is(b),
        _ => true,
    }
}

/// The dict, or (dict, slots) when there are filled `__slots__`. `required`: refuse objects with state that cannot be seen.
pub(super) fn getstate(o: &Object, required: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let ty = o.ty();
    if required && ty.tp_itemsize.get() != 0 {
        return Err(cx.type_error(format_args!("cannot pickle '{}' object", ty.tp_name_str())));
    }
    let state = match crate::instance::has_dict(o) {
        false => crate::types::none().own(),
        true => match crate::attr::get_opt(o, name!(cx, "__dict__"), cx)? {
            Some(d) if d.downcast::<PyDict>().is_some_and(|d| d.len() == 0) && !ty.has(flags::TYPE_SUBCLASS) => crate::types::none().own(),
            // The dict itself, not a copy.
            Some(d) => d,
            None => crate::types::none().own(),
        },
    };
    let known = ty.tp_dict.own().and_then(|d| d.get_str(name!(cx, "__slotnames__"), cx).map(|n| n.own()));
    let names = match known {
        Some(n) => n,
        None => {
            let f = copyreg(name!(cx, "_slotnames"), cx)?;
            crate::call::call(&f, &[ty.as_object()], cx)?
        }
    };
    let names = if names.is_none() { None } else { names.downcast_own::<PyList>().ok() };
    if required {
        check_size(o, names.as_ref().map_or(0, |n| n.len()), cx)?;
    }
    let Some(names) = names.filter(|n| !n.is_empty()) else { return Ok(state) };
    let slots = PyDict::new(cx)?;
    let mut i = 0;
    while let Some(n) = names.get_own(i) {
        i += 1;
        let Some(n) = n.downcast::<PyStr>() else { continue };
        if let Some(v) = crate::attr::get_opt(o, n, cx)? {
            slots.set(n, &v, cx)?;
        }
    }
    if slots.len() == 0 {
        return Ok(state);
    }
    PyTuple::from_slice(&[&state, &slots], cx).map(Own::into_object)
}

/// An object whose struct is larger than what dict, weak references and slots explain has hidden state.
fn check_size(o: &Object, slots: usize, cx: &mut Cx) -> PyResult<()> {
    let ty = o.ty();
    let mut basic = object_type().tp_basicsize.get();
    if ty.tp_dictoffset.get() > 0 {
        basic += 8;
    }
    if ty.tp_weaklistoffset.get() > 0 {
        basic += 8;
    }
    basic += 8 * slots as isize;
    if ty.tp_basicsize.get() > basic {
        return Err(cx.type_error(format_args!("cannot pickle '{}' object", ty.tp_name_str())));
    }
    Ok(())
}
