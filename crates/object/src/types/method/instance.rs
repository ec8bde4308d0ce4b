//! `instancemethod`: makes any callable bind as a method (`PyInstanceMethod_New`, classobject.h).

use super::new_method;
use crate::args::{Args, Kwargs};
use crate::prelude::*;
use taipan_macros::{pymethods, pytype};

/// instancemethod(function)
///
/// Bind a function to a class.
#[pytype(name = "instancemethod", no_clear, gc, export = "PyInstanceMethod_Type")]
#[repr(C)]
pub struct PyInstanceMethod {
    head: ObjHead,
    #[member("__func__", readonly)]
    func: Field<Object>,
}

impl PyInstanceMethod {
    /// Wrap a callable.
    pub fn wrap(func: &Object, cx: &mut Cx) -> PyResult<Own<PyInstanceMethod>> {
        cx.new_object(PyInstanceMethod { head: Object::placeholder(), func: Field::new(func.own()) })
    }
    /// The callable.
    pub fn func(&self) -> &Object {
        &self.func
    }
}

#[pymethods]
impl PyInstanceMethod {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyInstanceMethod>> {
        match args.0 {
            [f] if kw.is_empty() && cx.is_callable(f) => PyInstanceMethod::wrap(f, cx),
            [_] if kw.is_empty() => Err(cx.type_error(format_args!("first argument must be callable"))),
            a => Err(cx.type_error(format_args!("instancemethod expected 1 argument, got {}", a.len()))),
        }
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, values) = kw.split(cx)?;
        crate::call::call_kw(&self.func, args.0, values, names.as_deref(), cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match obj {
            Some(o) => new_method(&self.func, o, cx),
            None => Ok(self.func.own()),
        }
    }
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = crate::attr::as_name(name, cx)?;
        match crate::typeobj::lookup(PyInstanceMethod::ty(), &n, cx) {
            Some(_) => crate::attr::generic_get(self, &n, cx),
            None => crate::attr::get(&self.func, &n, cx),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let name = crate::attr::get_opt(&self.func, name!(cx, "__name__"), cx)?;
        let shown = name.and_then(|n| n.downcast::<PyStr>().map(|s| s.to_string_lossy())).unwrap_or_else(|| "?".to_owned());
        Ok(format!("<instancemethod {shown} at {:p}>", self.as_object()))
    }
}
