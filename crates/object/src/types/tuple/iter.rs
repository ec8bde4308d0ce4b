//! `tuple_iterator`: lets go of the tuple at the end.

use super::PyTuple;
use crate::prelude::*;
use std::cell::Cell;

/// Iterator over a tuple.
#[pytype(name = "tuple_iterator", export = "PyTupleIter_Type", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyTupleIter {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<PyTuple>,
}

impl PyTupleIter {
    /// `iter(tuple)`.
    pub fn of(t: &PyTuple, cx: &mut Cx) -> PyResult<Own<PyTupleIter>> {
        cx.new_object(PyTupleIter { head: Object::placeholder(), index: Cell::new(0), seq: FieldCell::new(Some(t.new_ref())) })
    }
    /// The next item; for loops of the interpreter.
    #[inline(always)]
    pub fn advance(&self, cx: &mut Cx) -> Option<Own<Object>> {
        let i = self.index.get();
        match self.seq.get(cx)?.get(i as usize).map(|v| v.own()) {
            Some(v) => {
                self.index.set(i + 1);
                Some(v)
            }
            None => {
                self.seq.set(None, cx);
                None
            }
        }
    }
}

#[pymethods]
impl PyTupleIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        Ok(self.advance(cx))
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self, cx: &mut Cx) -> isize {
        self.seq.get(cx).map_or(0, |t| (t.len() as isize - self.index.get()).max(0))
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let f = cx.import_attr("builtins", "iter")?;
        match self.seq.own() {
            Some(s) => crate::types::list::reduce_iter(f, Some(s.as_object()), self.index.get(), cx),
            None => {
                let empty = PyTuple::empty();
                let args = PyTuple::from_slice(&[&empty], cx)?;
                PyTuple::from_slice(&[&f, &args], cx)
            }
        }
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: isize, cx: &mut Cx) {
        if let Some(t) = self.seq.get(cx) {
            self.index.set(object.clamp(0, t.len() as isize));
        }
    }
}
