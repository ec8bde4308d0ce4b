//! `staticmethod` and `classmethod`.

use crate::prelude::*;
use taipan_macros::{pymethods, pytype};

/// Convert a function to be a static method.
///
/// A static method does not receive an implicit first argument.
/// To declare a static method, use this idiom:
///
///      class C:
///          @staticmethod
///          def f(arg1, arg2, argN):
///              ...
///
/// It can be called either on the class (e.g. C.f()) or on an instance
/// (e.g. C().f()). Both the class and the instance are ignored, and
/// neither is passed implicitly as the first argument to the method.
///
/// Static methods in Python are similar to those found in Java or C++.
/// For a more advanced concept, see the classmethod builtin.
#[pytype(name = "staticmethod", gc, basetype, export = "PyStaticMethod_Type", parts(PART, WRAPPER))]
#[repr(C)]
pub struct PyStaticMethod {
    head: ObjHead,
    callable: FieldCell<Object>,
    dict: InstDict,
}

/// Convert a function to be a class method.
///
/// A class method receives the class as implicit first argument,
/// just like an instance method receives the instance.
/// To declare a class method, use this idiom:
///
///   class C:
///       @classmethod
///       def f(cls, arg1, arg2, argN):
///           ...
///
/// It can be called either on the class (e.g. C.f()) or on an instance
/// (e.g. C().f()).  The instance is ignored except for its class.
/// If a class method is called for a derived class, the derived class
/// object is passed as the implied first argument.
///
/// Class methods are different than C++ or Java static methods.
/// If you want those, see the staticmethod builtin.
#[pytype(name = "classmethod", gc, basetype, export = "PyClassMethod_Type", parts(PART, WRAPPER))]
#[repr(C)]
pub struct PyClassMethod {
    head: ObjHead,
    callable: FieldCell<Object>,
    dict: InstDict,
}

impl PyStaticMethod {
    /// The function, borrowed while nothing runs.
    #[inline(always)]
    pub fn callable<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        self.callable.get(cx)
    }
}

impl PyClassMethod {
    /// The function, borrowed while nothing runs.
    #[inline(always)]
    pub fn callable<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        self.callable.get(cx)
    }
}

/// `staticmethod(f)`.
pub fn new_staticmethod(f: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let m = PyStaticMethod { head: Object::placeholder(), callable: FieldCell::new(Some(f.own())), dict: InstDict::empty() };
    cx.new_object(m).map(Own::into_object)
}

/// `classmethod(f)`.
pub fn new_classmethod(f: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let m = PyClassMethod { head: Object::placeholder(), callable: FieldCell::new(Some(f.own())), dict: InstDict::empty() };
    cx.new_object(m).map(Own::into_object)
}

fn uninitialised(what: &str, cx: &mut Cx) -> Raised {
    cx.runtime_error(format_args!("uninitialized {what} object"))
}

/// Copy what `functools.wraps` would (`functools_wraps` of CPython).
fn copy_attributes(me: &Object, f: &Object, cx: &mut Cx) -> PyResult<()> {
    for n in [name!(cx, "__module__"), name!(cx, "__name__"), name!(cx, "__qualname__"), name!(cx, "__doc__")] {
        if let Some(v) = crate::attr::get_opt(f, n, cx)? {
            crate::attr::set(me, n, Some(&v), cx)?;
        }
    }
    Ok(())
}

fn is_abstract(f: &FieldCell<Object>, cx: &mut Cx) -> PyResult<bool> {
    let Some(f) = f.own() else { return Ok(false) };
    match crate::attr::get_opt(&f, name!(cx, "__isabstractmethod__"), cx)? {
        Some(v) => crate::abstract_::is_true(&v, cx),
        None => Ok(false),
    }
}

/// Attributes that are the wrapped function's unless set on the wrapper: `__annotations__` and `__annotate__` are computed late.
fn forwarded(me: &Object, f: &FieldCell<Object>, n: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = crate::instance::dict(me, cx)?;
    if let Some(v) = d.as_ref().map(|d| d.get(n, cx)).transpose()?.flatten() {
        return Ok(v);
    }
    let Some(f) = f.own() else { return Err(crate::attr::no_attribute(me, n, cx)) };
    let v = crate::attr::get(&f, n, cx)?;
    if let Some(d) = d {
        d.set(n, &v, cx)?;
    }
    Ok(v)
}

fn set_forwarded(me: &Object, n: &PyStr, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    match value {
        Some(v) => crate::instance::set(me, n, v, cx),
        None if crate::instance::delete(me, n, cx)? => Ok(()),
        None => Err(crate::attr::no_attribute(me, n, cx)),
    }
}

/// What `staticmethod` and `classmethod` say of the function they hold.
macro_rules! wrapper_attributes {
    ($ty:ident) => {
        #[pymethods(WRAPPER)]
        impl $ty {
            #[getter("__func__")]
            fn get_func(&self) -> Option<Own<Object>> {
                self.callable.own()
            }
            #[getter("__wrapped__")]
            fn get_wrapped(&self) -> Option<Own<Object>> {
                self.callable.own()
            }
            #[getter("__isabstractmethod__")]
            fn get_isabstract(&self, cx: &mut Cx) -> PyResult<bool> {
                is_abstract(&self.callable, cx)
            }
            #[getter("__annotations__")]
            fn get_annotations(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                forwarded(self, &self.callable, name!(cx, "__annotations__"), cx)
            }
            #[setter("__annotations__")]
            fn set_annotations(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                set_forwarded(self, name!(cx, "__annotations__"), v, cx)
            }
            #[getter("__annotate__")]
            fn get_annotate(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                forwarded(self, &self.callable, name!(cx, "__annotate__"), cx)
            }
            #[setter("__annotate__")]
            fn set_annotate(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                set_forwarded(self, name!(cx, "__annotate__"), v, cx)
            }
            #[getter("__dict__")]
            fn get_dict(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
                crate::types::object_::get_dict(self, cx)
            }
        }
    };
}
wrapper_attributes!(PyStaticMethod);
wrapper_attributes!(PyClassMethod);

#[pymethods]
impl PyStaticMethod {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: crate::args::Args<'_>, _kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyStaticMethod>> {
        cx.new_object_of(cls, PyStaticMethod { head: Object::placeholder(), callable: FieldCell::empty(), dict: InstDict::empty() })
    }
    #[init("staticmethod(function, /)")]
    fn init(&self, function: &Object, cx: &mut Cx) -> PyResult<()> {
        self.callable.set(Some(function.own()), cx);
        copy_attributes(self, function, cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, _obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.callable.own().ok_or_else(|| uninitialised("staticmethod", cx))
    }
    #[slot(tp_call)]
    fn call(&self, args: crate::args::Args<'_>, kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = self.callable.own().ok_or_else(|| uninitialised("staticmethod", cx))?;
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(&f, args.0, vals, names.as_deref(), cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let f = self.callable.own().unwrap_or_else(|| crate::types::none().own());
        Ok(format!("<staticmethod({})>", crate::abstract_::repr(&f, cx)?))
    }
    /// Weakrefs are generic over the type of the referenced object.
    #[classmethod("__class_getitem__(item, /)", nosig)]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls.as_object(), item, cx)
    }
}

#[pymethods]
impl PyClassMethod {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: crate::args::Args<'_>, _kw: crate::args::Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyClassMethod>> {
        cx.new_object_of(cls, PyClassMethod { head: Object::placeholder(), callable: FieldCell::empty(), dict: InstDict::empty() })
    }
    #[init("classmethod(function, /)")]
    fn init(&self, function: &Object, cx: &mut Cx) -> PyResult<()> {
        self.callable.set(Some(function.own()), cx);
        copy_attributes(self, function, cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = self.callable.own().ok_or_else(|| uninitialised("classmethod", cx))?;
        let cls = match (ty, obj) {
            (Some(t), _) => t.own(),
            (None, Some(o)) => o.ty().as_object().own(),
            (None, None) => crate::types::none().own(),
        };
        crate::types::method::new_method(&f, &cls, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let f = self.callable.own().unwrap_or_else(|| crate::types::none().own());
        Ok(format!("<classmethod({})>", crate::abstract_::repr(&f, cx)?))
    }
    /// async generators are generic over the types of their yield and send values
    #[classmethod("__class_getitem__(item, /)", nosig)]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::types::object_::generic_alias_hook(cls.as_object(), item, cx)
    }
}
