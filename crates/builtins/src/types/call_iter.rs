//! `callable_iterator`: calls a function until it returns the sentinel (`iter(f, sentinel)`).

use taipan_object::prelude::*;
use taipan_object::{abstract_, call};

#[pytype(name = "callable_iterator", no_clear, gc, export = "PyCallIter_Type", doc = "")]
#[repr(C)]
pub struct PyCallIter {
    head: ObjHead,
    it_callable: FieldCell<Object>,
    it_sentinel: FieldCell<Object>,
}

/// `iter(f, sentinel)` (`PyCallIter_New`).
pub fn new(f: &Object, sentinel: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let it = PyCallIter { head: Object::placeholder(), it_callable: FieldCell::new(Some(f.own())), it_sentinel: FieldCell::new(Some(sentinel.own())) };
    cx.new_object(it).map(Own::into_object)
}

impl PyCallIter {
    fn finish(&self, cx: &mut Cx) {
        self.it_callable.set(None, cx);
        self.it_sentinel.set(None, cx);
    }
}

#[pymethods]
impl PyCallIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(f) = self.it_callable.own() else { return Ok(None) };
        let v = match call::call(&f, &[], cx) {
            Ok(v) => v,
            Err(r) => {
                cx.catch(r, exc::StopIteration())?;
                self.finish(cx);
                return Ok(None);
            }
        };
        // The call may have exhausted this very iterator.
        let Some(s) = self.it_sentinel.own() else { return Ok(None) };
        if abstract_::eq(&s, &v, cx)? {
            self.finish(cx);
            return Ok(None);
        }
        Ok(Some(v))
    }
    /// Return state information for pickling.
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let iter = cx.builtin("iter")?;
        let args = match (self.it_callable.own(), self.it_sentinel.own()) {
            (Some(f), Some(s)) => PyTuple::from_slice(&[&f, &s], cx)?,
            _ => {
                let empty = PyTuple::empty();
                PyTuple::from_slice(&[&empty], cx)?
            }
        };
        PyTuple::from_slice(&[&iter, &args], cx)
    }
}
