//! Calling a class: `tp_new`, then `tp_init` if the result is an instance.

use crate::args::guard;
use crate::call::call_kw;
use crate::err::{result_from_raw, result_into_raw};
use crate::prelude::*;
use crate::typeobj::flags;
use crate::types::descr::{PyMethodDescr, PyWrapperDescr};
use taipan_macros::pymethods;

/// Make an instance: `cls(*args, **kwargs)` with a tuple and a dict.
pub fn type_call(cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>, cx: &mut Cx) -> PyResult<Own<Object>> {
    if std::ptr::eq(cls, PyType::ty()) {
        // type(x) gives the type of x; only `type` itself does so.
        let n = args.len();
        let nkw = kwargs.map_or(0, |k| k.len());
        if n == 1 && nkw == 0 {
            return Ok(args.as_slice()[0].ty().as_object().own());
        }
        if n != 3 {
            return Err(cx.type_error(format_args!("type() takes 1 or 3 arguments")));
        }
    }
    let Some(new) = cls.tp_new.get() else {
        return Err(cx.type_error(format_args!("cannot create '{}' instances", cls.tp_name_str())));
    };
    let kw = kwargs.map_or(std::ptr::null_mut(), |d| d.as_object().as_ptr());
    // SAFETY: the slot's contract.
    let obj = unsafe { result_from_raw(new(cls as *const PyType as *mut PyType, args.as_object().as_ptr(), kw))? };
    if !obj.ty().is_subtype(cls) {
        return Ok(obj);
    }
    if let Some(init) = obj.ty().tp_init.get() {
        // SAFETY: the slot's contract; negative means raised.
        unsafe {
            if init(obj.as_ptr(), args.as_object().as_ptr(), kw) < 0 {
                return Err(Raised::assume());
            }
        }
    }
    Ok(obj)
}

#[pymethods(CALL)]
impl PyType {
    // By hand, so that the tuple that comes is the tuple that `tp_new` gets.
    #[slot_raw(tp_call)]
    unsafe extern "C" fn call(slf: *mut Object, args: *mut Object, kwargs: *mut Object) -> *mut Object {
        // SAFETY: the slot's contract: a type, a tuple, and a dict or null.
        unsafe {
            result_into_raw(guard("type.__call__", |cx| {
                let (cls, args) = ((*slf).cast_unchecked::<PyType>(), (*args).cast_unchecked::<PyTuple>());
                let kwargs = kwargs.as_ref().map(|d| d.cast_unchecked::<PyDict>()).filter(|d| !d.is_empty());
                if cls.constructor().is_none() || !cls.as_object().ty().has(flags::HAVE_VECTORCALL) {
                    return type_call(cls, args, kwargs, cx);
                }
                let Some(d) = kwargs else { return call_kw(cls.as_object(), args.as_slice(), &[], None, cx) };
                let (names, values) = d.split_kwargs(cx)?;
                let values: Vec<&Object> = values.iter().map(|v| &**v).collect();
                call_kw(cls.as_object(), args.as_slice(), &values, Some(&names), cx)
            }))
        }
    }
    /// `type(x)` itself; classes that `type` makes are called through `call`.
    #[slot(tp_vectorcall)]
    fn vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match (args.0, kw.is_empty()) {
            ([o], true) => Ok(o.ty().as_object().own()),
            _ => {
                let t = args.to_tuple(cx)?;
                let d = if kw.is_empty() { None } else { Some(kw.to_dict(cx)?) };
                type_call(cls, &t, d.as_deref(), cx)
            }
        }
    }
    #[slot(tp_is_gc)]
    fn is_gc(&self) -> bool {
        // Static types have no header.
        self.has(flags::HEAPTYPE)
    }

    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(n) = crate::attr::interned_name(name) {
            return get_attr(self, n, cx);
        }
        let n = crate::attr::as_name(name, cx)?;
        get_attr(self, &n, cx)
    }
    #[slot(tp_setattro)]
    fn setattro(&self, name: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if self.has(flags::IMMUTABLETYPE) {
            let shown = crate::abstract_::repr(name, cx)?;
            return Err(cx.type_error(format_args!("cannot set {shown} attribute of immutable type '{}'", self.tp_name_str())));
        }
        let n = crate::attr::as_name(name, cx)?;
        set_attr(self, &n, value, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let m = crate::attr::get_opt(self, name!(cx, "__module__"), cx);
        let m = match m {
            Ok(m) => m.and_then(|m| m.downcast_own::<PyStr>().ok()),
            Err(r) => {
                cx.discard(r);
                None
            }
        };
        let q = crate::attr::get(self, name!(cx, "__qualname__"), cx)?;
        let q = crate::abstract_::str(&q, cx)?;
        Ok(match m.filter(|m| !m.eq_text("builtins")) {
            Some(m) => format!("<class '{m}.{q}'>"),
            None => format!("<class '{}'>", if self.has(flags::HEAPTYPE) { q.to_string() } else { self.name().to_owned() }),
        })
    }
    /// Implement `cls | other`: installed by the union type.
    #[slot(nb_or)]
    fn or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::union_hook(lhs, rhs, cx)
    }
}

/// `type.__getattribute__`: data descriptors of the metatype, then the MRO, then the rest of the metatype.
pub(super) fn get_attr(ty: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    match find_attr(ty, name, cx)? {
        Some(v) => Ok(v),
        None => Err(crate::attr::no_attribute(ty, name, cx)),
    }
}

/// Whether attributes of the metatype's instances are found by `type.__getattribute__`.
#[inline]
pub fn uses_type_get(meta: &PyType) -> bool {
    meta.tp_getattro.get().map(|f| f as usize) == PyType::ty().tp_getattro.get().map(|f| f as usize)
}

/// As `type.__getattribute__`, but nothing is raised about what does not exist.
pub fn find_attr(ty: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let meta = ty.as_object().ty();
    let meta_attr = crate::typeobj::lookup(meta, name, cx).map(|a| a.own());
    let meta_get = meta_attr.as_ref().and_then(|a| a.ty().tp_descr_get.get());
    let tyo = ty.as_object().as_ptr();
    let metao = meta.as_object().as_ptr();
    if let (Some(a), Some(get)) = (&meta_attr, meta_get) {
        if a.ty().tp_descr_set.get().is_some() {
            // SAFETY: the slot's contract.
            return unsafe { result_from_raw(get(a.as_ptr(), tyo, metao)) }.map(Some);
        }
    }
    if let Some(a) = crate::typeobj::lookup(ty, name, cx).map(|a| a.own()) {
        // Methods are themselves when there is no instance.
        if a.is_exact::<crate::types::function::PyFunction>() || a.is_exact::<PyWrapperDescr>() || a.is_exact::<PyMethodDescr>() {
            return Ok(Some(a));
        }
        return match a.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: no instance.
            Some(get) => unsafe { result_from_raw(get(a.as_ptr(), std::ptr::null_mut(), tyo)) }.map(Some),
            None => Ok(Some(a)),
        };
    }
    match (meta_attr, meta_get) {
        // SAFETY: the slot's contract.
        (Some(a), Some(get)) => unsafe { result_from_raw(get(a.as_ptr(), tyo, metao)) }.map(Some),
        (a, _) => Ok(a),
    }
}

/// `type.__setattr__`: a descriptor of the metatype, else the class dict; slots and caches follow.
pub(super) fn set_attr(ty: &PyType, name: &PyStr, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let meta = ty.as_object().ty();
    if let Some(d) = crate::typeobj::lookup(meta, name, cx).map(|a| a.own()) {
        if let Some(f) = d.ty().tp_descr_set.get() {
            let v = value.map_or(std::ptr::null_mut(), |v| v.as_ptr());
            // SAFETY: the slot's contract; non-zero means raised.
            return unsafe { if f(d.as_ptr(), ty.as_object().as_ptr(), v) == 0 { Ok(()) } else { Err(Raised::assume()) } };
        }
    }
    let dict = match ty.tp_dict.own() {
        Some(d) => d,
        // A type that C code has not readied yet.
        None => {
            let d = PyDict::new(cx)?;
            ty.tp_dict.set(Some(d.clone()), cx);
            d
        }
    };
    // Caches may point at the value that is about to be released: invalidate before the change.
    crate::typeobj::modified(ty);
    let old = match value {
        Some(v) => {
            let old = dict.get(name, cx)?;
            dict.set(name, v, cx)?;
            old
        }
        None => match dict.remove(name, cx)? {
            Some(old) => Some(old),
            None => return Err(crate::attr::no_attribute(ty, name, cx)),
        },
    };
    crate::typeobj::modified(ty);
    crate::typeobj::slots::update::update_name(ty, name, cx);
    if ["__get__", "__set__", "__delete__"].iter().any(|n| name.eq_text(n)) {
        // Its instances become descriptors, or cease to be some, in whatever classes they lie: caches of all of these know them as something else.
        crate::typeobj::modified(crate::typeobj::object_type());
    }
    if name.eq_text("__abstractmethods__") {
        namespace::refresh_abstract(ty, cx)?;
    }
    drop(old);
    Ok(())
}

use super::namespace;
