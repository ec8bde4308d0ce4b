//! `object`: what every type inherits.

mod hooks;
mod methods;
mod reduce;

pub use hooks::{
    Hooks, NextPair, PairFn, Plain, PlainRows, TemplateHooks, generic_alias_hook, new_staticmethod, pair_iterator, plain_rows, set_hooks, set_pair_iterators, set_plain_rows, template_hooks,
    union_args_hook, union_hook,
};

use crate::prelude::*;
use crate::typeobj::{GetSetDef, PyBaseObject_Type, Ptr, TypeSpec, flags};
use crate::types::descr::PyGetSetDescr;
use std::ffi::c_void;

/// The spec of `object`.
pub const SPEC: &TypeSpec = &TypeSpec {
    doc: Some(
        c"object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    ),
    dealloc: Some(methods::dealloc),
    parts: &[methods::PlainObject::PART],
    ..TypeSpec::plain(c"object", flags::BASETYPE, 16, &PyBaseObject_Type)
};

/// `module.qualname` of a type, without the module for built-ins and the main program (`%T`, `PyType_GetFullyQualifiedName`).
pub fn full_name(ty: &PyType, cx: &mut Cx) -> PyResult<String> {
    if !ty.has(crate::typeobj::flags::HEAPTYPE) {
        return Ok(ty.tp_name_str().to_owned());
    }
    let q = crate::attr::get_opt(ty.as_object(), name!(cx, "__qualname__"), cx)?;
    let m = crate::attr::get_opt(ty.as_object(), name!(cx, "__module__"), cx)?;
    let q = match q {
        Some(q) => crate::abstract_::str(&q, cx)?.to_string(),
        None => ty.name().to_owned(),
    };
    Ok(match m.as_ref().and_then(|m| m.downcast::<PyStr>()).filter(|m| !m.eq_text("builtins") && !m.eq_text("__main__")) {
        Some(m) => format!("{m}.{q}"),
        None => q,
    })
}

/// "<module.Class object at 0x…>".
pub fn default_repr(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let ty = o.ty();
    let q = crate::attr::get_opt(ty.as_object(), name!(cx, "__qualname__"), cx)?;
    let m = crate::attr::get_opt(ty.as_object(), name!(cx, "__module__"), cx)?;
    let q = match q {
        Some(q) => crate::abstract_::str(&q, cx)?.to_string(),
        None => ty.name().to_owned(),
    };
    let at = o.as_ptr() as usize;
    let text = match m.as_ref().and_then(|m| m.downcast::<PyStr>()).filter(|m| !m.eq_text("builtins")) {
        Some(m) => format!("<{m}.{q} object at {at:#x}>"),
        None => format!("<{q} object at {at:#x}>"),
    };
    PyStr::new(&text, cx).map(Own::into_object)
}

/// `__dict__` of an instance (`PyObject_GenericGetDict`).
pub fn get_dict(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match crate::instance::dict(o, cx)? {
        Some(d) => Ok(d.into_object()),
        None => Err(crate::attr::attribute_error(o, name!(cx, "__dict__"), "This object has no __dict__", cx)),
    }
}

/// Assign `__dict__` (`PyObject_GenericSetDict`).
pub fn set_dict(o: &Object, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let d = match v {
        None => None,
        Some(v) => match v.downcast::<PyDict>() {
            Some(d) => Some(d.new_ref()),
            None => return Err(cx.type_error(format_args!("__dict__ must be set to a dictionary, not a '{}'", v.ty().tp_name_str()))),
        },
    };
    if crate::instance::set_dict(o, d) {
        return Ok(());
    }
    Err(crate::attr::attribute_error(o, name!(cx, "__dict__"), "This object has no __dict__", cx))
}

/// The `__dict__` descriptor of the built-in base that has a dict of its own (`type`, say): it has the say over the instance's dict.
fn builtin_dict_descr(o: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let with_dict = |t: &&PyType| t.tp_dictoffset.get() != 0 && !t.has(flags::HEAPTYPE);
    let Some(base) = std::iter::successors(Some(o.ty()), |t| t.base()).find(with_dict) else { return Ok(None) };
    match crate::typeobj::lookup(base, name!(cx, "__dict__"), cx).map(|d| d.own()).filter(|d| d.ty().tp_descr_set.get().is_some()) {
        // The base's is this very one: the dict lies where every instance has it.
        Some(d) if d.exact::<PyGetSetDescr>().is_some_and(|g| std::ptr::eq(g.def(), &DICT)) => Ok(None),
        Some(d) => Ok(Some(d)),
        None => Err(dict_refused(o, cx)),
    }
}

#[cold]
fn dict_refused(o: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("this __dict__ descriptor does not support '{}' objects", o.ty().tp_name_str()))
}

unsafe extern "C" fn dict_get(o: Ptr, _: *mut c_void) -> Ptr {
    // SAFETY: getter contract; the slots' contract.
    unsafe {
        let cx = &mut Cx::assume();
        crate::err::result_into_raw(builtin_dict_descr(&*o, cx).and_then(|d| match d {
            Some(d) => match d.ty().tp_descr_get.get() {
                Some(get) => crate::err::result_from_raw(get(d.as_ptr(), o, (*o).ty().as_object().as_ptr())),
                None => Err(dict_refused(&*o, cx)),
            },
            None => get_dict(&*o, cx),
        }))
    }
}
unsafe extern "C" fn dict_set(o: Ptr, v: Ptr, _: *mut c_void) -> i32 {
    // SAFETY: setter contract; the slots' contract.
    unsafe {
        let cx = &mut Cx::assume();
        let done = builtin_dict_descr(&*o, cx).and_then(|d| match d {
            Some(d) => match d.ty().tp_descr_set.get() {
                Some(set) if set(d.as_ptr(), o, v) == 0 => Ok(()),
                Some(_) => Err(Raised::assume()),
                None => Err(dict_refused(&*o, cx)),
            },
            None => set_dict(&*o, v.as_ref(), cx),
        });
        if done.is_ok() { 0 } else { -1 }
    }
}
unsafe extern "C" fn weakref_get(o: Ptr, _: *mut c_void) -> Ptr {
    // SAFETY: getter contract; the list head is null or the first weak reference.
    unsafe {
        let first = crate::weakref::list_of(&*o, (*o).ty()).and_then(|l| (*l).as_ref());
        first.unwrap_or(crate::types::none()).own().into_raw()
    }
}

static DICT: GetSetDef = GetSetDef {
    name: c"__dict__".as_ptr(),
    get: Some(dict_get),
    set: Some(dict_set),
    doc: c"dictionary for instance variables".as_ptr(),
    closure: std::ptr::null_mut(),
};
static WEAKREF: GetSetDef = GetSetDef {
    name: c"__weakref__".as_ptr(),
    get: Some(weakref_get),
    set: None,
    doc: c"list of weak references to the object".as_ptr(),
    closure: std::ptr::null_mut(),
};

/// The `__dict__` attribute that Python classes add.
pub fn dict_getset() -> &'static GetSetDef {
    &DICT
}
/// The `__weakref__` attribute that Python classes add.
pub fn weakref_getset() -> &'static GetSetDef {
    &WEAKREF
}
