//! Attributes and methods of `type`.

use crate::prelude::*;
use crate::typeobj::{flags, modified, subclasses};
use crate::types::descr;
use taipan_macros::pymethods;

/// Tell the audit hooks of an attribute that changes what code runs (`object.__setattr__`).
pub fn audited(o: &Object, name: &str, v: &Object, cx: &mut Cx) -> PyResult<()> {
    if !crate::audit::is_active() {
        return Ok(());
    }
    let n = PyStr::new_interned(name, cx)?;
    crate::audit::raise("object.__setattr__", &[o, &n, v], cx)
}

/// Raise unless the class may be changed and the value is given.
fn check_set(t: &PyType, value: Option<&Object>, what: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    if t.has(flags::IMMUTABLETYPE) {
        return Err(cx.type_error(format_args!("cannot set '{what}' attribute of immutable type '{}'", t.tp_name_str())));
    }
    match value {
        Some(v) => {
            audited(t, what, v, cx)?;
            Ok(v.own())
        }
        None => Err(cx.type_error(format_args!("cannot delete '{what}' attribute of immutable type '{}'", t.tp_name_str()))),
    }
}

fn own_dict(t: &PyType, cx: &mut Cx) -> PyResult<Own<PyDict>> {
    t.tp_dict.own().ok_or_else(|| cx.type_error(format_args!("type '{}' is not ready", t.name())))
}

#[pymethods(ATTRS)]
impl PyType {
    #[getter("__name__")]
    fn get_name(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.heap().and_then(|h| h.ht_name.own()) {
            Some(n) => Ok(n),
            None => PyStr::new_interned(self.name(), cx).map(Own::into_object),
        }
    }
    #[setter("__name__")]
    fn set_name(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = check_set(self, value, "__name__", cx)?;
        let Some(s) = v.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("can only assign string to {}.__name__, not '{}'", self.name(), v.ty().tp_name_str())));
        };
        let text = s.utf8_cached(cx)?.to_vec();
        let Ok(c) = std::ffi::CString::new(text) else {
            return Err(cx.value_error(format_args!("type name must not contain null characters")));
        };
        let Some(h) = self.heap() else { return Ok(()) };
        let raw = c.into_raw();
        let old = h.ht_tpname.replace(raw);
        self.tp_name.set(raw);
        if !old.is_null() {
            // SAFETY: made by `CString::into_raw` when the class was made or renamed.
            drop(unsafe { std::ffi::CString::from_raw(old) });
        }
        h.ht_name.set(Some(v.clone()), cx);
        Ok(())
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.heap().and_then(|h| h.ht_qualname.own()) {
            Some(n) => Ok(n),
            None => PyStr::new_interned(self.name(), cx).map(Own::into_object),
        }
    }
    #[setter("__qualname__")]
    fn set_qualname(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = check_set(self, value, "__qualname__", cx)?;
        if !v.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("can only assign string to {}.__qualname__, not '{}'", self.name(), v.ty().tp_name_str())));
        }
        if let Some(h) = self.heap() {
            h.ht_qualname.set(Some(v), cx);
        }
        Ok(())
    }
    #[getter("__module__")]
    fn get_module(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.has(flags::HEAPTYPE) {
            let n = name!(cx, "__module__");
            return match own_dict(self, cx)?.get(n, cx)? {
                Some(m) => Ok(m),
                None => Err(crate::attr::attribute_error(self, n, "__module__", cx)),
            };
        }
        let s = self.tp_name_str();
        let m = s.rsplit_once('.').map_or("builtins", |(m, _)| m);
        PyStr::new_interned(m, cx).map(Own::into_object)
    }
    #[setter("__module__")]
    fn set_module(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = check_set(self, value, "__module__", cx)?;
        modified(self);
        let d = own_dict(self, cx)?;
        d.set(name!(cx, "__module__"), &v, cx)?;
        drop(d.remove(name!(cx, "__firstlineno__"), cx)?);
        Ok(())
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !self.has(flags::HEAPTYPE) && !self.tp_doc.get().is_null() {
            return descr::doc_object(self.name(), self.tp_doc.get(), cx);
        }
        let Some(v) = own_dict(self, cx)?.get(name!(cx, "__doc__"), cx)? else { return Ok(crate::types::none().own()) };
        match v.ty().tp_descr_get.get() {
            // SAFETY: the slot's contract: no instance.
            Some(get) => unsafe { crate::err::result_from_raw(get(v.as_ptr(), std::ptr::null_mut(), self.as_object().as_ptr())) },
            None => Ok(v),
        }
    }
    #[setter("__doc__")]
    fn set_doc(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = check_set(self, value, "__doc__", cx)?;
        modified(self);
        own_dict(self, cx)?.set(name!(cx, "__doc__"), &v, cx)
    }
    #[getter("__text_signature__")]
    fn get_text_signature(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.has(flags::HEAPTYPE) && self.tp_doc.get().is_null() {
            return Ok(crate::types::none().own());
        }
        descr::text_signature(self.name(), self.tp_doc.get(), 0, cx)
    }
    #[getter("__dict__")]
    fn get_dict(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.tp_dict.own() {
            Some(d) => crate::types::dict::PyMappingProxy::of(&d, cx).map(Own::into_object),
            None => Ok(crate::types::none().own()),
        }
    }
    #[getter("__bases__")]
    fn get_bases(&self) -> Own<PyTuple> {
        self.tp_bases.own().unwrap_or_else(PyTuple::empty)
    }
    #[setter("__bases__")]
    fn set_bases(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = check_set(self, value, "__bases__", cx)?;
        super::rebase::set_bases(self, &v, cx)
    }
    #[getter("__base__")]
    fn get_base(&self) -> Own<Object> {
        self.base().map_or_else(|| crate::types::none().own(), |b| b.as_object().own())
    }
    #[getter("__mro__")]
    fn get_mro(&self) -> Own<Object> {
        self.tp_mro.own().map_or_else(|| crate::types::none().own(), Own::into_object)
    }
    #[getter("__basicsize__")]
    fn get_basicsize(&self) -> isize {
        self.tp_basicsize.get()
    }
    #[getter("__itemsize__")]
    fn get_itemsize(&self) -> isize {
        self.tp_itemsize.get()
    }
    #[getter("__flags__")]
    fn get_flags(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let mut shown = self.tp_flags.get() & 0xFFFF_FFFF;
        if self.has(flags::MODULE_TYPE) {
            shown = shown & !flags::STATIC_BUILTIN | flags::HEAPTYPE;
        }
        PyInt::from_u64(shown, cx)
    }
    #[getter("__weakrefoffset__")]
    fn get_weakrefoffset(&self) -> isize {
        self.tp_weaklistoffset.get()
    }
    #[getter("__dictoffset__")]
    fn get_dictoffset(&self) -> isize {
        self.tp_dictoffset.get()
    }
    #[getter("__abstractmethods__")]
    fn get_abstractmethods(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = name!(cx, "__abstractmethods__");
        let v = if std::ptr::eq(self, PyType::ty()) { None } else { own_dict(self, cx)?.get(n, cx)? };
        v.ok_or_else(|| crate::attr::attribute_error(self, n, "__abstractmethods__", cx))
    }
    #[setter("__abstractmethods__")]
    fn set_abstractmethods(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let n = name!(cx, "__abstractmethods__");
        let d = own_dict(self, cx)?;
        let on = match value {
            Some(v) => {
                let on = crate::abstract_::is_true(v, cx)?;
                d.set(n, v, cx)?;
                on
            }
            None => {
                if d.remove(n, cx)?.is_none() {
                    return Err(crate::attr::attribute_error(self, n, "__abstractmethods__", cx));
                }
                false
            }
        };
        modified(self);
        let f = self.tp_flags.get() & !flags::IS_ABSTRACT;
        self.tp_flags.set(if on { f | flags::IS_ABSTRACT } else { f });
        Ok(())
    }
    #[getter("__annotations__")]
    fn get_annotations(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::annotations::get(self, cx)
    }
    #[setter("__annotations__")]
    fn set_annotations(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        super::annotations::set(self, value, cx)
    }
    #[getter("__annotate__")]
    fn get_annotate(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::annotations::get_annotate(self, cx)
    }
    #[setter("__annotate__")]
    fn set_annotate(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        super::annotations::set_annotate(self, value, cx)
    }
    #[getter("__type_params__")]
    fn get_type_params(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let v = if std::ptr::eq(self, PyType::ty()) { None } else { own_dict(self, cx)?.get(name!(cx, "__type_params__"), cx)? };
        Ok(v.unwrap_or_else(|| PyTuple::empty().into_object()))
    }
    #[setter("__type_params__")]
    fn set_type_params(&self, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = check_set(self, value, "__type_params__", cx)?;
        modified(self);
        own_dict(self, cx)?.set(name!(cx, "__type_params__"), &v, cx)
    }

    /// Return a type's method resolution order.
    #[method("mro()")]
    fn mro(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let bases = self.get_bases();
        let types: Vec<&PyType> = bases.as_slice().iter().filter_map(|b| b.downcast::<PyType>()).collect();
        let v = crate::typeobj::c3_merge(self, &types, cx)?;
        PyList::from_vec(v, cx)
    }
    /// Return a list of immediate subclasses.
    #[method("__subclasses__()")]
    fn subclasses(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        PyList::from_vec(subclasses(self), cx)
    }
    /// Create the namespace for the class statement
    #[classmethod("__prepare__(*args, **kwargs)", nosig, doc = "__prepare__($cls, name, bases, /, **kwds)\n--\n\nCreate the namespace for the class statement")]
    fn prepare(_cls: &PyType, _args: crate::args::Args<'_>, _kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        PyDict::new(cx)
    }
    /// Check if an object is an instance.
    #[method("__instancecheck__(instance, /)")]
    fn instancecheck(&self, instance: &Object, cx: &mut Cx) -> PyResult<bool> {
        crate::abstract_::recursive_is_instance(instance, self, cx)
    }
    /// Check if a class is a subclass.
    #[method("__subclasscheck__(subclass, /)")]
    fn subclasscheck(&self, subclass: &Object, cx: &mut Cx) -> PyResult<bool> {
        crate::abstract_::recursive_is_subclass(subclass, self, cx)
    }
    /// Specialized __dir__ implementation for types.
    #[method("__dir__()")]
    fn dir(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let d = PyDict::new(cx)?;
        let mro = self.tp_mro.own().unwrap_or_else(PyTuple::empty);
        for c in mro.as_slice().iter().rev() {
            if let Some(ns) = c.downcast::<PyType>().and_then(|c| c.tp_dict.own()) {
                d.merge(&ns, crate::types::dict::Clash::Replace, cx)?;
            }
        }
        crate::abstract_::iter::to_list(&d, cx)
    }
    /// Return memory consumption of the type object.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        if self.has(flags::HEAPTYPE) {
            let rows = self.head.size.get().max(0) as usize;
            size_of::<crate::typeobj::PyHeapType>() + 40 * (rows + 1)
        } else {
            size_of::<PyType>()
        }
    }
}
