//! `arrayiterator`. It lets go of the array at the end.

use super::PyArray;
use std::cell::Cell;
use taipan_object::prelude::*;

#[pytype(name = "array.arrayiterator", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct PyArrayIter {
    head: ObjHead,
    index: Cell<usize>,
    array: FieldCell<PyArray>,
}

impl PyArrayIter {
    /// `iter(array)`.
    pub fn of(a: &PyArray, cx: &mut Cx) -> PyResult<Own<PyArrayIter>> {
        cx.new_object(PyArrayIter { head: Object::placeholder(), index: Cell::new(0), array: FieldCell::new(Some(a.new_ref())) })
    }
}

#[pymethods]
impl PyArrayIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(a) = self.array.own() else { return Ok(None) };
        let i = self.index.get();
        match a.load(i, cx)? {
            Some(v) => {
                self.index.set(i + 1);
                Ok(Some(v))
            }
            None => {
                self.array.set(None, cx);
                Ok(None)
            }
        }
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let f = cx.import_attr("builtins", "iter")?;
        match self.array.own() {
            Some(a) => {
                let args = PyTuple::from_slice(&[a.as_object()], cx)?;
                let i = PyInt::new(self.index.get() as i64, cx)?;
                PyTuple::from_slice(&[&f, args.as_object(), i.as_object()], cx)
            }
            None => {
                let args = PyTuple::from_slice(&[PyTuple::empty().as_object()], cx)?;
                PyTuple::from_slice(&[&f, args.as_object()], cx)
            }
        }
    }
    /// Set state information for unpickling.
    #[method("__setstate__(state, /)")]
    fn setstate(&self, state: isize) {
        if let Some(a) = self.array.own() {
            self.index.set((state.max(0) as usize).min(a.len()));
        }
    }
}
