//! `methodobject.h`, `descrobject.h`, `classobject.h`, `funcobject.h`, `cellobject.h`, `weakrefobject.h`, `iterobject.h`: callables, descriptors and small objects.

use crate::border::{Borrowed, bad_internal_call, put, want};
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::prelude::*;
use taipan_object::provided::{ENTER_CONTEXT, EXIT_CONTEXT, NEW_HAMT, Provided};
use taipan_object::typeobj::{CFunction, GetSetDef, MemberDef, METH_CLASS, MethodDef};
use taipan_object::types::builtin::{self, PyCFunction};
use taipan_object::types::cell::PyCell;
use taipan_object::types::descr;
use taipan_object::types::function::PyFunction;
use taipan_object::types::method::instance::PyInstanceMethod;
use taipan_object::types::method::{PyMethod, new_method};
use taipan_object::types::static_method;
use taipan_object::types::weakref::{self as weak, PyWeakref};
use taipan_object::{attr, call};

/// Call a function that the module of contexts provides.
fn with_context(f: &Provided<fn(&Object, &mut Cx) -> PyResult<()>>, c: &Object, cx: &mut Cx) -> PyResult<()> {
    cx.import("_contextvars")?;
    match f.get() {
        Some(f) => f(c, cx),
        None => Err(bad_internal_call(cx)),
    }
}

fn function<'a>(o: Option<&'a Object>, cx: &mut Cx) -> PyResult<&'a PyFunction> {
    want(o, cx)
}

/// The referent of a weak reference or proxy; an error for anything else.
fn referent(o: Option<&Object>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match o {
        Some(o) if o.is_a::<PyWeakref>() || weak::proxy::is_proxy(o) => Ok(taipan_object::weakref::referent(o)),
        _ => Err(cx.type_error(format_args!("expected a weakref"))),
    }
}

/// An attribute of a function, borrowed; null for None.
fn part(f: Option<&Object>, name: &str, cx: &mut Cx) -> PyResult<Borrowed> {
    let f = function(f, cx)?;
    let v = attr::get_text(f, name, cx)?;
    Ok(if v.is_none() { Borrowed(std::ptr::null_mut()) } else { Borrowed(v.as_ptr()) })
}

/// Set an attribute of a function from a tuple, a dict or None.
fn set_part<T: PyTyped>(f: Option<&Object>, name: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
    let f = function(f, cx)?;
    if !v.is_none() && !v.is_a::<T>() {
        return Err(cx.system_error(format_args!("non-{} {}", T::ty().name(), name.trim_matches('_'))));
    }
    let n = PyStr::new_interned(name, cx)?;
    attr::set(f, &n, Some(v), cx)
}

fn new_function(code: &Object, globals: &Object, qualname: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyFunction>> {
    let (Some(c), Some(g)) = (code.downcast::<taipan_object::types::code::PyCode>(), globals.downcast::<PyDict>()) else { return Err(bad_internal_call(cx)) };
    let f = PyFunction::new(c, g, cx)?;
    if let Some(q) = qualname {
        attr::set(&f, name!(cx, "__qualname__"), Some(q), cx)?;
    }
    Ok(f)
}

capi! {
    /// A function object for a method row.
    fn PyCFunction_New(def: &'static MethodDef, slf: Option<&Object>) -> PyResult<Own<Object>> = |cx| { builtin::new_function(def, slf, None, cx) }
    /// A function object for a method row, with its module.
    fn PyCFunction_NewEx(def: &'static MethodDef, slf: Option<&Object>, module: Option<&Object>) -> PyResult<Own<Object>> = |cx| { builtin::new_function(def, slf, module, cx) }
    /// A function object for a method row, with its defining class.
    fn PyCMethod_New(def: &'static MethodDef, slf: Option<&Object>, module: Option<&Object>, cls: Option<&PyType>) -> PyResult<Own<Object>> = |cx| {
        match cls {
            None => builtin::new_function(def, slf, module, cx),
            Some(c) => builtin::new_method(def, slf, module, c, cx),
        }
    }
    /// The C function.
    fn PyCFunction_GetFunction(o: Option<&Object>) -> PyResult<*const ()> = |cx| {
        let f: &PyCFunction = want(o, cx)?;
        Ok(f.def().ml_meth.map_or(std::ptr::null(), |f: CFunction| f as *const ()))
    }
    /// The self of a C function, borrowed; null for static methods.
    fn PyCFunction_GetSelf(o: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        let f: &PyCFunction = want(o, cx)?;
        Ok(Borrowed(f.self_ptr()))
    }
    /// The flags of a C function.
    fn PyCFunction_GetFlags(o: Option<&Object>) -> PyResult<c_int> = |cx| { want::<PyCFunction>(o, cx).map(|f| f.def().ml_flags) }

    /// A method descriptor.
    fn PyDescr_NewMethod(t: &PyType, def: &'static MethodDef) -> PyResult<Own<Object>> = |cx| { descr::new_for_method(t, def, cx) }
    /// A class method descriptor.
    fn PyDescr_NewClassMethod(t: &PyType, def: &'static MethodDef) -> PyResult<Own<Object>> = |cx| {
        if def.ml_flags & METH_CLASS != 0 {
            return descr::new_for_method(t, def, cx);
        }
        // The row does not say it: a copy that lives as long as the type does says it.
        let row: &'static MethodDef = Box::leak(Box::new(MethodDef { ml_name: def.ml_name, ml_meth: def.ml_meth, ml_flags: def.ml_flags | METH_CLASS, ml_doc: def.ml_doc }));
        descr::new_for_method(t, row, cx)
    }
    /// A getset descriptor.
    fn PyDescr_NewGetSet(t: &PyType, def: &'static GetSetDef) -> PyResult<Own<Object>> = |cx| { descr::new_getset(t, def, cx) }
    /// A member descriptor.
    fn PyDescr_NewMember(t: &PyType, def: *const MemberDef) -> PyResult<Own<Object>> = |cx| { descr::new_member(t, def, cx) }
    /// Whether the descriptor has a setter.
    fn PyDescr_IsData(o: &Object) -> bool = |_| { o.ty().tp_descr_set.get().is_some() }
    /// The value of a member.
    fn PyMember_GetOne(o: *const c_char, def: &MemberDef) -> PyResult<Own<Object>> = |cx| {
        if def.flags & taipan_abi::Py_RELATIVE_OFFSET != 0 {
            return Err(cx.system_error(format_args!("PyMember_GetOne used with Py_RELATIVE_OFFSET")));
        }
        descr::read_member(&*(o as *const Object), def, cx) }
    /// Set a member; null deletes.
    fn PyMember_SetOne(o: *mut c_char, def: &MemberDef, v: Option<&Object>) -> PyResult<()> = |cx| {
        if def.flags & taipan_abi::Py_RELATIVE_OFFSET != 0 {
            return Err(cx.system_error(format_args!("PyMember_SetOne used with Py_RELATIVE_OFFSET")));
        }
        descr::write_member(&*(o as *const Object), def, v, cx) }

    /// A bound method.
    fn PyMethod_New(f: &Object, slf: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match slf { Some(s) => new_method(f, s, cx), None => Err(bad_internal_call(cx)) }
    }
    /// The function of a bound method, borrowed.
    fn PyMethod_Function(o: Option<&Object>) -> PyResult<Borrowed> = |cx| { want::<PyMethod>(o, cx).map(|m| m.func().into()) }
    /// The self of a bound method, borrowed.
    fn PyMethod_Self(o: Option<&Object>) -> PyResult<Borrowed> = |cx| { want::<PyMethod>(o, cx).map(|m| m.receiver().into()) }
    /// A callable that binds as a method.
    fn PyInstanceMethod_New(f: &Object) -> PyResult<Own<PyInstanceMethod>> = |cx| { PyInstanceMethod::wrap(f, cx) }
    /// The callable of an instance method, borrowed.
    fn PyInstanceMethod_Function(o: Option<&Object>) -> PyResult<Borrowed> = |cx| { want::<PyInstanceMethod>(o, cx).map(|m| m.func().into()) }
    /// `classmethod(f)`.
    fn PyClassMethod_New(f: &Object) -> PyResult<Own<Object>> = |cx| { static_method::new_classmethod(f, cx) }
    /// `staticmethod(f)`.
    fn PyStaticMethod_New(f: &Object) -> PyResult<Own<Object>> = |cx| { static_method::new_staticmethod(f, cx) }

    /// A function of a code object.
    fn PyFunction_New(code: &Object, globals: &Object) -> PyResult<Own<PyFunction>> = |cx| { new_function(code, globals, None, cx) }
    /// A function of a code object with a qualified name.
    fn PyFunction_NewWithQualName(code: &Object, globals: &Object, qualname: Option<&Object>) -> PyResult<Own<PyFunction>> = |cx| { new_function(code, globals, qualname, cx) }
    /// The code, borrowed.
    fn PyFunction_GetCode(f: Option<&Object>) -> PyResult<Borrowed> = |cx| { part(f, "__code__", cx) }
    /// The globals, borrowed.
    fn PyFunction_GetGlobals(f: Option<&Object>) -> PyResult<Borrowed> = |cx| { part(f, "__globals__", cx) }
    /// The module, borrowed; null for None.
    fn PyFunction_GetModule(f: Option<&Object>) -> PyResult<Borrowed> = |cx| { part(f, "__module__", cx) }
    /// The defaults, borrowed; null for none.
    fn PyFunction_GetDefaults(f: Option<&Object>) -> PyResult<Borrowed> = |cx| { part(f, "__defaults__", cx) }
    /// The keyword defaults, borrowed; null for none.
    fn PyFunction_GetKwDefaults(f: Option<&Object>) -> PyResult<Borrowed> = |cx| { part(f, "__kwdefaults__", cx) }
    /// The closure, borrowed; null for none.
    fn PyFunction_GetClosure(f: Option<&Object>) -> PyResult<Borrowed> = |cx| { part(f, "__closure__", cx) }
    /// The annotations, borrowed.
    fn PyFunction_GetAnnotations(f: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        if !function(f, cx)?.is_annotated() { return Ok(none().into()); }
        part(f, "__annotations__", cx)
    }
    /// Set the defaults.
    fn PyFunction_SetDefaults(f: Option<&Object>, v: &Object) -> PyResult<()> = |cx| { set_part::<PyTuple>(f, "__defaults__", v, cx) }
    /// Set the keyword defaults.
    fn PyFunction_SetKwDefaults(f: Option<&Object>, v: &Object) -> PyResult<()> = |cx| { set_part::<PyDict>(f, "__kwdefaults__", v, cx) }
    /// Set the annotations.
    fn PyFunction_SetAnnotations(f: Option<&Object>, v: &Object) -> PyResult<()> = |cx| { set_part::<PyDict>(f, "__annotations__", v, cx) }
    /// Set the closure.
    fn PyFunction_SetClosure(f: Option<&Object>, v: &Object) -> PyResult<()> = |cx| {
        let f = function(f, cx)?;
        match v.downcast::<PyTuple>() {
            Some(t) => { f.set_closure(Some(t.new_ref())); Ok(()) }
            None if v.is_none() => { f.set_closure(None); Ok(()) }
            None => Err(cx.system_error(format_args!("expected tuple for closure, got '{}'", v.ty().tp_name_str()))),
        }
    }

    /// A cell.
    fn PyCell_New(v: Option<&Object>) -> PyResult<Own<PyCell>> = |cx| { PyCell::new(v.map(Object::own), cx) }
    /// The content; null for an empty cell.
    fn PyCell_Get(o: Option<&Object>) -> PyResult<Option<Own<Object>>> = |cx| { want::<PyCell>(o, cx).map(|c| c.get()) }
    /// Set the content; null empties.
    fn PyCell_Set(o: Option<&Object>, v: Option<&Object>) -> PyResult<()> = |cx| {
        drop(want::<PyCell>(o, cx)?.replace(v.map(Object::own)));
        Ok(())
    }

    /// `weakref.ref(o, callback)`.
    fn PyWeakref_NewRef(o: &Object, callback: Option<&Object>) -> PyResult<Own<PyWeakref>> = |cx| { weak::new_ref(o, callback.filter(|c| !c.is_none()), cx) }
    /// `weakref.proxy(o, callback)`.
    fn PyWeakref_NewProxy(o: &Object, callback: Option<&Object>) -> PyResult<Own<PyWeakref>> = |cx| { weak::proxy::new_proxy(o, callback.filter(|c| !c.is_none()), cx) }
    /// The referent: 1, or 0 when it is dead.
    fn PyWeakref_GetRef(r: Option<&Object>, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        put(out, std::ptr::null_mut());
        if r.is_none() { return Err(bad_internal_call(cx)); }
        let v = referent(r, cx)?;
        let alive = v.is_some();
        put(out, v.map_or(std::ptr::null_mut(), Own::into_raw));
        Ok(alive)
    }
    /// Whether the referent is dead.
    fn PyWeakref_IsDead(r: Option<&Object>) -> PyResult<bool> = |cx| {
        if r.is_none() { return Err(bad_internal_call(cx)); }
        match r {
            Some(o) if o.is_a::<PyWeakref>() || weak::proxy::is_proxy(o) => Ok(taipan_object::weakref::referent(o).is_none()),
            _ => Err(cx.type_error(format_args!("expected a weakref, got {}", r.map_or("NULL", |r| r.ty().tp_name_str())))),
        }
    }
    /// The referent, borrowed; None when it is dead.
    fn PyWeakref_GetObject(r: Option<&Object>) -> PyResult<Borrowed> = |cx| {
        match r {
            Some(o) if o.is_a::<PyWeakref>() || weak::proxy::is_proxy(o) => Ok(Borrowed(taipan_object::weakref::referent(o).map_or(none().as_ptr(), |v| v.as_ptr()))),
            _ => Err(bad_internal_call(cx)),
        }
    }

    /// An iterator over a sequence by index.
    fn PySeqIter_New(o: &Object) -> PyResult<Own<Object>> = |cx| { taipan_object::abstract_::iter::new_seq_iter(o, cx) }
    /// `iter(f, sentinel)`.
    fn PyCallIter_New(f: &Object, sentinel: &Object) -> PyResult<Own<Object>> = |cx| { taipan_builtins::types::call_iter::new(f, sentinel, cx) }
    /// `types.GenericAlias(origin, args)`.
    fn Py_GenericAlias(origin: &Object, args: &Object) -> PyResult<Own<Object>> = |cx| {
        let f = cx.import_attr("types", "GenericAlias")?;
        call::call(&f, &[origin, args], cx)
    }
    /// `context_var = ContextVar(name, default=…)`.
    fn PyContextVar_New(name: *const c_char, default: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let f = cx.import_attr("_contextvars", "ContextVar")?;
        let n = crate::border::str_of(name, cx)?;
        match default {
            None => call::call(&f, &[&n], cx),
            Some(d) => {
                let k = PyTuple::from_vec(vec![PyStr::new("default", cx)?.into_object()], cx)?;
                call::call_kw(&f, &[&n], &[d], Some(&k), cx)
            }
        }
    }
    /// `var.get(default)`: 0, also without a value (null).
    fn PyContextVar_Get(var: &Object, default: Option<&Object>, out: *mut *mut Object) -> PyResult<()> = |cx| {
        *out = std::ptr::null_mut();
        let r = match default {
            Some(d) => call::call_method(var, name!(cx, "get"), &[d], cx),
            None => call::call_method(var, name!(cx, "get"), &[], cx),
        };
        match r {
            Ok(v) => *out = v.into_raw(),
            Err(e) => cx.catch(e, exc::LookupError())?,
        }
        Ok(())
    }
    /// `var.set(v)`.
    fn PyContextVar_Set(var: &Object, v: &Object) -> PyResult<Own<Object>> = |cx| { call::call_method(var, name!(cx, "set"), &[v], cx) }
    /// `var.reset(token)`.
    fn PyContextVar_Reset(var: &Object, token: &Object) -> PyResult<()> = |cx| { call::call_method(var, name!(cx, "reset"), &[token], cx).map(drop) }
    /// `Context()`.
    fn PyContext_New() -> PyResult<Own<Object>> = |cx| { let f = cx.import_attr("_contextvars", "Context")?; call::call(&f, &[], cx) }
    /// `context.copy()`.
    fn PyContext_Copy(c: &Object) -> PyResult<Own<Object>> = |cx| { call::call_method(c, name!(cx, "copy"), &[], cx) }
    /// Make a context the thread's.
    fn PyContext_Enter(c: &Object) -> PyResult<()> = |cx| { with_context(&ENTER_CONTEXT, c, cx) }
    /// Go back to the context before.
    fn PyContext_Exit(c: &Object) -> PyResult<()> = |cx| { with_context(&EXIT_CONTEXT, c, cx) }
    /// `copy_context()`.
    fn PyContext_CopyCurrent() -> PyResult<Own<Object>> = |cx| { let f = cx.import_attr("_contextvars", "copy_context")?; call::call(&f, &[], cx) }
    /// The empty mapping that contexts begin with.
    fn _PyContext_NewHamtForTests() -> PyResult<Own<Object>> = |cx| {
        cx.import("_contextvars")?;
        match NEW_HAMT.get() {
            Some(f) => f(cx),
            None => Err(bad_internal_call(cx)),
        }
    }
}
