//! `wrapper_descriptor` (a slot seen as a dunder) and `method-wrapper` (the same, bound).

use super::*;
use crate::args::{Args, Kwargs};
use crate::typeobj::slots::{self, SlotDef};
use taipan_macros::{pymethods, pytype};

/// `PyWrapperDescrObject`.
#[pytype(name = "wrapper_descriptor", no_clear, gc, flags(METHOD_DESCRIPTOR), export = "PyWrapperDescr_Type", doc = "")]
#[repr(C)]
pub struct PyWrapperDescr {
    head: ObjHead,
    #[member("__objclass__", readonly)]
    d_type: Field<PyType>,
    #[member("__name__", readonly)]
    d_name: Field<PyStr>,
    d_qualname: FieldCell<Object>,
    #[gc(skip)]
    d_base: &'static SlotDef,
    d_wrapped: *const (),
}

/// The descriptor for a slot that `ty` fills with `f`.
pub fn new_wrapper(ty: &PyType, name: &PyStr, def: &'static SlotDef, f: *const (), cx: &mut Cx) -> PyResult<Own<Object>> {
    let w = cx.new_object(PyWrapperDescr {
        head: Object::placeholder(),
        d_type: Field::new(ty.new_ref()),
        d_name: Field::new(name.new_ref()),
        d_qualname: FieldCell::empty(),
        d_base: def,
        d_wrapped: f,
    })?;
    Ok(w.into_object())
}

/// Whether `o` is the wrapper of exactly the slot function `f`.
pub fn wraps(o: &Object, f: *const ()) -> bool {
    o.exact::<PyWrapperDescr>().is_some_and(|w| w.d_wrapped == f)
}

impl PyWrapperDescr {
    /// The row of the slot table.
    pub fn def(&self) -> &'static SlotDef {
        self.d_base
    }
    /// The slot function.
    pub fn func(&self) -> *const () {
        self.d_wrapped
    }
    /// The type that fills the slot.
    pub fn owner(&self) -> &PyType {
        &self.d_type
    }
    fn invoke(&self, o: &Object, args: &[&Object], kw: Option<&PyDict>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if kw.is_some_and(|k| k.len() > 0) && !self.d_base.wrap.takes_keywords() {
            return Err(cx.type_error(format_args!("wrapper {}() takes no keyword arguments", &*self.d_name)));
        }
        let kw = kw.filter(|k| k.len() > 0);
        // SAFETY: the wrapper was made for this slot of the type, and `o` was checked to be an instance.
        unsafe { slots::wrap::call_wrapped(self.d_base.wrap, self.d_wrapped, o, args, kw, cx) }
    }
}

#[pymethods]
impl PyWrapperDescr {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((o, rest)) = args.0.split_first() else {
            return Err(cx.type_error(format_args!(
                "descriptor '{}' of '{}' object needs an argument",
                &*self.d_name,
                self.d_type.tp_name_str()
            )));
        };
        if !o.ty().is_subtype(&self.d_type) {
            return Err(cx.type_error(format_args!(
                "descriptor '{}' requires a '{}' object but received a '{}'",
                &*self.d_name,
                self.d_type.tp_name_str(),
                o.ty().tp_name_str()
            )));
        }
        let d = if kw.is_empty() { None } else { Some(kw.to_dict(cx)?) };
        self.invoke(o, rest, d.as_deref(), cx)
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj else { return Ok(self.own()) };
        check_instance(obj, &self.d_type, &self.d_name, cx)?;
        let w = cx.new_object(PyMethodWrapper { head: Object::placeholder(), descr: Field::new(self.new_ref()), slf: Field::new(obj.own()) })?;
        Ok(w.into_object())
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<slot wrapper '{}' of '{}' objects>", &*self.d_name, self.d_type.tp_name_str())
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        doc_object(self.d_base.name, self.d_base.doc.as_ptr(), cx)
    }
    #[getter("__text_signature__")]
    fn get_text_signature(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        text_signature(self.d_base.name, self.d_base.doc.as_ptr(), 0, cx)
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

/// `wrapperobject`: a wrapper bound to an instance.
#[pytype(name = "method-wrapper", gc, doc = "")]
#[repr(C)]
pub struct PyMethodWrapper {
    head: ObjHead,
    descr: Field<PyWrapperDescr>,
    slf: Field<Object>,
}

#[pymethods]
impl PyMethodWrapper {
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = if kw.is_empty() { None } else { Some(kw.to_dict(cx)?) };
        self.descr.invoke(&self.slf, args.0, d.as_deref(), cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<method-wrapper '{}' of {} object at {:#x}>", &*self.descr.d_name, self.slf.ty().tp_name_str(), self.slf.as_ptr() as usize)
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        match crate::hash::hash_pointer(self.slf.as_ptr()) ^ crate::hash::hash_pointer(self.descr.as_ptr()) {
            -1 => -2,
            h => h,
        }
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: crate::abstract_::CmpOp) -> Own<Object> {
        use crate::abstract_::CmpOp;
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyMethodWrapper>()) else {
            return crate::types::not_implemented().own();
        };
        let same = self.slf.is(&o.slf) && self.descr.is(&o.descr);
        crate::types::boolean::from_bool(same == (op == CmpOp::Eq))
    }
    #[getter("__self__")]
    fn get_self(&self) -> Own<Object> {
        self.slf.own()
    }
    #[getter("__objclass__")]
    fn get_objclass(&self) -> Own<Object> {
        self.descr.d_type.own()
    }
    #[getter("__name__")]
    fn get_name(&self) -> Own<Object> {
        self.descr.d_name.own()
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        qualname(&self.descr.d_type, &self.descr.d_name, cx)
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.descr.get_doc(cx)
    }
    #[getter("__text_signature__")]
    fn get_text_signature(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.descr.get_text_signature(cx)
    }
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let getattr = cx.builtin("getattr")?;
        let args = PyTuple::from_slice(&[&self.slf, &self.descr.d_name], cx)?;
        PyTuple::from_slice(&[&getattr, &args], cx)
    }
}

