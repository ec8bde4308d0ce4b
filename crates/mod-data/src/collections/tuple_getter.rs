//! `_tuplegetter`: the descriptor behind the fields of named tuples.

use taipan_object::abstract_;
use taipan_object::prelude::*;

#[pytype(name = "collections._tuplegetter", heap, gc, doc = "")]
#[repr(C)]
pub struct PyTupleGetter {
    head: ObjHead,
    index: isize,
    #[member("__doc__")]
    doc: FieldCell<Object>,
}

#[pymethods]
impl PyTupleGetter {
    #[new("_tuplegetter(index, doc, /)")]
    fn new(cls: &PyType, index: isize, doc: &Object, cx: &mut Cx) -> PyResult<Own<PyTupleGetter>> {
        cx.new_object_of(cls, PyTupleGetter { head: Object::placeholder(), index, doc: FieldCell::new(Some(doc.own())) })
    }
    #[slot(tp_descr_get)]
    fn get(&self, obj: Option<&Object>, _ty: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(obj) = obj else { return Ok(self.own()) };
        if let Some(t) = obj.downcast::<PyTuple>() {
            return match usize::try_from(self.index).ok().and_then(|i| t.get(i)) {
                Some(v) => Ok(v.own()),
                None => Err(cx.index_error(format_args!("tuple index out of range"))),
            };
        }
        if obj.is(none()) {
            return Ok(self.own());
        }
        let (i, name) = (self.index, obj.ty().name());
        Err(cx.type_error(format_args!("descriptor for index '{i}' for tuple subclasses doesn't apply to '{name}' object")))
    }
    #[slot(tp_descr_set)]
    fn set(&self, _obj: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let verb = if value.is_some() { "set" } else { "delete" };
        Err(cx.attribute_error(format_args!("can't {verb} attribute")))
    }
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (i, doc) = (PyInt::new(self.index as i64, cx)?, self.doc.own().unwrap_or_else(|| none().own()));
        let args = PyTuple::from_slice(&[i.as_object(), &doc], cx)?;
        PyTuple::from_slice(&[self.as_object().ty().as_object(), &args], cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let doc = self.doc.own().unwrap_or_else(|| none().own());
        let shown = abstract_::repr(&doc, cx)?;
        let (head, tail) = (PyStr::new(&format!("{}({}, ", self.as_object().ty().name(), self.index), cx)?, PyStr::new(")", cx)?);
        PyStr::concat_all(&[&head, &shown, &tail], cx)
    }
}
