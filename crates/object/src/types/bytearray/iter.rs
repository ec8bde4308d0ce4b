//! `bytearray_iterator`: ints; lets go of the object at the end.

use super::PyByteArray;
use crate::prelude::*;
use std::cell::Cell;

/// Iterator over the bytes.
#[pytype(name = "bytearray_iterator", export = "PyByteArrayIter_Type", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyByteArrayIter {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<PyByteArray>,
}

impl PyByteArrayIter {
    /// An iterator from the start.
    pub fn of(b: &PyByteArray, cx: &mut Cx) -> PyResult<Own<PyByteArrayIter>> {
        cx.new_object(PyByteArrayIter { head: Object::placeholder(), index: Cell::new(0), seq: FieldCell::new(Some(b.new_ref())) })
    }
    /// The next byte.
    #[inline]
    pub fn advance(&self, cx: &mut Cx) -> Option<u8> {
        let i = self.index.get();
        match self.seq.get(cx)?.data().get(i as usize).copied() {
            Some(b) => {
                self.index.set(i + 1);
                Some(b)
            }
            None => {
                self.seq.set(None, cx);
                None
            }
        }
    }
}

#[pymethods]
impl PyByteArrayIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyInt>>> {
        match self.advance(cx) {
            Some(b) => PyInt::new(b as i64, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self, cx: &mut Cx) -> isize {
        self.seq.get(cx).map_or(0, |b| (b.data().len() as isize - self.index.get()).max(0))
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
        if let Some(b) = self.seq.get(cx) {
            self.index.set(object.clamp(0, b.data().len() as isize));
        }
    }
}
