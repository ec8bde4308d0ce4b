//! `getset_descriptor`: an attribute computed by C functions.

use super::*;
use crate::err::result_from_raw;
use crate::typeobj::GetSetDef;
use taipan_macros::{pymethods, pytype};

/// `PyGetSetDescrObject`.
#[pytype(name = "getset_descriptor", no_clear, gc, export = "PyGetSetDescr_Type", doc = "")]
#[repr(C)]
pub struct PyGetSetDescr {
    head: ObjHead,
    #[member("__objclass__", readonly)]
    d_type: Field<PyType>,
    #[member("__name__", readonly)]
    d_name: Field<PyStr>,
    d_qualname: FieldCell<Object>,
    #[gc(skip)]
    d_getset: &'static GetSetDef,
}

/// The descriptor of a row.
pub fn new_getset(ty: &PyType, def: &'static GetSetDef, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d_name = Field::new(c_name(def.name, cx)?);
    let d = PyGetSetDescr { head: Object::placeholder(), d_type: Field::new(ty.new_ref()), d_name, d_qualname: FieldCell::empty(), d_getset: def };
    cx.new_object(d).map(Own::into_object)
}

impl PyGetSetDescr {
    /// The row.
    pub fn def(&self) -> &'static GetSetDef {
        self.d_getset
    }
    /// The class that owns the attribute.
    pub fn owner(&self) -> &PyType {
        &self.d_type
    }
}

#[pymethods]
impl PyGetSetDescr {
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj else { return Ok(self.own()) };
        check_instance(obj, &self.d_type, &self.d_name, cx)?;
        match self.d_getset.get {
            // SAFETY: the getter's contract; the instance was checked.
            Some(f) => unsafe { result_from_raw(f(obj.as_ptr(), self.d_getset.closure)) },
            None => {
                let t = format!("attribute '{}' of '{}' objects is not readable", &*self.d_name, self.d_type.tp_name_str());
                Err(cx.attribute_error(format_args!("{t}")))
            }
        }
    }
    #[slot(tp_descr_set)]
    fn set(&self, obj: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        check_instance(obj, &self.d_type, &self.d_name, cx)?;
        match self.d_getset.set {
            // SAFETY: the setter's contract; the instance was checked; non-zero means raised.
            Some(f) => unsafe {
                match f(obj.as_ptr(), value.map_or(std::ptr::null_mut(), |v| v.as_ptr()), self.d_getset.closure) {
                    0 => Ok(()),
                    _ => Err(Raised::assume()),
                }
            },
            None => Err(cx.attribute_error(format_args!(
                "attribute '{}' of '{}' objects is not writable",
                &*self.d_name,
                self.d_type.tp_name_str()
            ))),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<attribute '{}' of '{}' objects>", &*self.d_name, self.d_type.tp_name_str())
    }
    #[getter("__doc__")]
    fn get_doc(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        doc_object("", self.d_getset.doc, cx)
    }
    #[getter("__qualname__")]
    fn get_qualname(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        qualname(&self.d_type, &self.d_name, cx)
    }
}
