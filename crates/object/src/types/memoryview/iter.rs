//! `memory_iterator`: the items of a one-dimensional view.

use super::PyMemoryView;
use crate::prelude::*;
use std::cell::Cell;

/// The iterator.
#[pytype(name = "memory_iterator", export = "_PyMemoryIter_Type", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyMemoryIter {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<PyMemoryView>,
}

impl PyMemoryIter {
    pub(super) fn of(m: &PyMemoryView, cx: &mut Cx) -> PyResult<Own<PyMemoryIter>> {
        cx.new_object(PyMemoryIter { head: Object::placeholder(), index: Cell::new(0), seq: FieldCell::new(Some(m.new_ref())) })
    }
}

#[pymethods]
impl PyMemoryIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(m) = self.seq.own() else { return Ok(None) };
        let i = self.index.get();
        if i < m.first_len() {
            m.check(cx)?;
            self.index.set(i + 1);
            return m.get_one(i, cx).map(Some);
        }
        self.seq.set(None, cx);
        Ok(None)
    }
}
