//! `method_descriptor` and `classmethod_descriptor`: a row of a type's method table.

use super::*;
use crate::args::{Args, Kwargs, call_method_def};
use crate::call::{ARGUMENTS_OFFSET, Vectorcall};
use crate::err::result_into_raw;
use crate::typeobj::{METH_CLASS, METH_STATIC, MethodDef, Ptr, VectorcallFunc};
use crate::types::builtin;
use taipan_macros::{pymethods, pytype};

/// `PyMethodDescrObject`.
#[pytype(name = "method_descriptor", no_clear, gc, flags(METHOD_DESCRIPTOR), export = "PyMethodDescr_Type", doc = "")]
#[repr(C)]
pub struct PyMethodDescr {
    head: ObjHead,
    #[member("__objclass__", readonly)]
    d_type: Field<PyType>,
    #[member("__name__", readonly)]
    d_name: Field<PyStr>,
    d_qualname: FieldCell<Object>,
    #[gc(skip)]
    d_method: &'static MethodDef,
    vectorcall: Vectorcall,
}

/// `PyMethodDescrObject` under the type `classmethod_descriptor`.
#[pytype(name = "classmethod_descriptor", no_clear, gc, export = "PyClassMethodDescr_Type", doc = "")]
#[repr(C)]
pub struct PyClassMethodDescr {
    head: ObjHead,
    #[member("__objclass__", readonly)]
    d_type: Field<PyType>,
    #[member("__name__", readonly)]
    d_name: Field<PyStr>,
    d_qualname: FieldCell<Object>,
    #[gc(skip)]
    d_method: &'static MethodDef,
    /// Never filled: such descriptors are not called through it.
    #[gc(skip)]
    vectorcall: Option<VectorcallFunc>,
}

/// What a row becomes in the type's dict.
pub fn new_for_method(ty: &PyType, def: &'static MethodDef, cx: &mut Cx) -> PyResult<Own<Object>> {
    if def.ml_flags & METH_STATIC != 0 {
        let f = builtin::new_function(def, Some(ty.as_object()), None, cx)?;
        return crate::types::object_::new_staticmethod(&f, cx);
    }
    let d_name = Field::new(c_name(def.ml_name, cx)?);
    let d_type = Field::new(ty.new_ref());
    if def.ml_flags & METH_CLASS != 0 {
        let d = PyClassMethodDescr { head: Object::placeholder(), d_type, d_name, d_qualname: FieldCell::empty(), d_method: def, vectorcall: None };
        return cx.new_object(d).map(Own::into_object);
    }
    let d = PyMethodDescr { head: Object::placeholder(), d_type, d_name, d_qualname: FieldCell::empty(), d_method: def, vectorcall: Vectorcall::new(vectorcall) };
    cx.new_object(d).map(Own::into_object)
}

unsafe extern "C" fn vectorcall(callee: Ptr, args: *const Ptr, nargsf: usize, kwnames: Ptr) -> Ptr {
    // SAFETY: the vectorcall contract; the object is a PyMethodDescr.
    unsafe {
        let cx = &mut Cx::assume();
        let d = (*callee).cast_unchecked::<PyMethodDescr>();
        let n = nargsf & !ARGUMENTS_OFFSET;
        result_into_raw((|| {
            if n == 0 {
                return Err(needs_argument(&d.d_name, &d.d_type, cx));
            }
            let slf = &**args;
            check_receiver(slf, &d.d_type, &d.d_name, cx)?;
            let _g = cx.enter_call(" while calling a Python object")?;
            call_method_def(d.d_method, d, slf.as_ptr(), Some(&d.d_type), args.add(1), n - 1, kwnames, cx)
        })())
    }
}

#[cold]
fn needs_argument(name: &PyStr, ty: &PyType, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("unbound method {}.{name}() needs an argument", ty.tp_name_str()))
}

fn check_receiver(slf: &Object, ty: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<()> {
    check_instance(slf, ty, name, cx)
}

impl PyMethodDescr {
    /// The row.
    #[inline(always)]
    pub fn def(&self) -> &'static MethodDef {
        self.d_method
    }
    /// The type whose method it is.
    #[inline(always)]
    pub fn owner(&self) -> &PyType {
        &self.d_type
    }
}

#[pymethods]
impl PyMethodDescr {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(self, args.0, vals, names.as_deref(), cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj else { return Ok(self.own()) };
        check_instance(obj, &self.d_type, &self.d_name, cx)?;
        if self.d_method.ml_flags & crate::typeobj::METH_METHOD != 0 {
            if let Some(t) = ty.filter(|t| !t.is_a::<PyType>()) {
                return Err(cx.type_error(format_args!("descriptor '{}' needs a type, not '{}', as arg 2", &*self.d_name, t.ty().tp_name_str())));
            }
            return builtin::new_method(self.d_method, Some(obj), None, &self.d_type, cx);
        }
        builtin::new_function(self.d_method, Some(obj), None, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<method '{}' of '{}' objects>", &*self.d_name, self.d_type.tp_name_str())
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        doc_object(&self.d_name.to_string_lossy(), self.d_method.ml_doc, cx)
    }
    #[getter("__text_signature__")]
    fn get_text_signature(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        text_signature(&self.d_name.to_string_lossy(), self.d_method.ml_doc, self.d_method.ml_flags, cx)
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        qualname(&self.d_type, &self.d_name, cx)
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        super::reduce(&self.d_type, &self.d_name, cx)
    }
}

impl PyClassMethodDescr {
    /// The row.
    #[inline(always)]
    pub fn def(&self) -> &'static MethodDef {
        self.d_method
    }
    /// The type whose method it is.
    #[inline(always)]
    pub fn owner(&self) -> &PyType {
        &self.d_type
    }
}

#[pymethods]
impl PyClassMethodDescr {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((cls, rest)) = args.0.split_first() else {
            return Err(cx.type_error(format_args!("descriptor '{}' of '{}' object needs an argument", &*self.d_name, self.d_type.tp_name_str())));
        };
        let bound = self.get(None, Some(cls), cx)?;
        let (names, vals) = kw.split(cx)?;
        crate::call::call_kw(&bound, rest, vals, names.as_deref(), cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let ty = match (ty, obj) {
            (Some(t), _) => t.own(),
            (None, Some(o)) => o.ty().as_object().own(),
            (None, None) => {
                return Err(cx.type_error(format_args!("descriptor '{}' for type '{}' needs either an object or a type", &*self.d_name, self.d_type.tp_name_str())));
            }
        };
        let Some(t) = ty.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!(
                "descriptor '{}' for type '{}' needs a type, not a '{}' as arg 2",
                &*self.d_name,
                self.d_type.tp_name_str(),
                ty.ty().tp_name_str()
            )));
        };
        if !t.is_subtype(&self.d_type) {
            return Err(cx.type_error(format_args!(
                "descriptor '{}' requires a subtype of '{}' but received '{}'",
                &*self.d_name,
                self.d_type.tp_name_str(),
                t.tp_name_str()
            )));
        }
        if self.d_method.ml_flags & crate::typeobj::METH_METHOD != 0 {
            return builtin::new_method(self.d_method, Some(t.as_object()), None, &self.d_type, cx);
        }
        builtin::new_function(self.d_method, Some(t.as_object()), None, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<method '{}' of '{}' objects>", &*self.d_name, self.d_type.tp_name_str())
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        doc_object(&self.d_name.to_string_lossy(), self.d_method.ml_doc, cx)
    }
    #[getter("__text_signature__")]
    fn get_text_signature(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        text_signature(&self.d_name.to_string_lossy(), self.d_method.ml_doc, self.d_method.ml_flags, cx)
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        qualname(&self.d_type, &self.d_name, cx)
    }
}
