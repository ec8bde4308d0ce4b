//! `list_iterator` and `list_reverseiterator`. Both let go of the list at the end.

use super::PyList;
use crate::prelude::*;
use crate::types::seq_iter::{self, seq_iterator};
use std::cell::Cell;

seq_iterator! {
    /// Forward iterator: `_PyListIterObject`.
    pub struct PyListIter over PyList, name "list_iterator", export "PyListIter_Type";
    item |l, i| -> Own<Object> { l.get_own(i) }
    object |v, cx| { Ok(v) }
    len |l| { l.len() }
    exhausted |cx| { PyList::new(cx)?.into_object() }
}

impl PyListIter {
    /// The next item, borrowed. `None`: `advance` tells.
    #[inline(always)]
    pub fn advance_quietly<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        let (i, l) = (self.index.get() as usize, self.seq.get(cx)?);
        let item = l.raw_item(i)?;
        self.index.set(i as isize + 1);
        Some(item)
    }
}

/// Backward iterator.
#[pytype(name = "list_reverseiterator", no_clear, export = "PyListRevIter_Type", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyListRevIter {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<PyList>,
}

impl PyListRevIter {
    /// `reversed(list)`.
    pub fn of(l: &PyList, cx: &mut Cx) -> PyResult<Own<PyListRevIter>> {
        let at = l.len() as isize - 1;
        cx.new_object(PyListRevIter { head: Object::placeholder(), index: Cell::new(at), seq: FieldCell::new(Some(l.new_ref())) })
    }
}

#[pymethods]
impl PyListRevIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let i = self.index.get();
        let v = self.seq.get(cx).and_then(|l| usize::try_from(i).ok().and_then(|i| l.get_own(i)));
        match v {
            Some(v) => {
                self.index.set(i - 1);
                Ok(Some(v))
            }
            None => {
                self.index.set(-1);
                self.seq.set(None, cx);
                Ok(None)
            }
        }
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self, cx: &mut Cx) -> isize {
        let n = self.index.get() + 1;
        match self.seq.get(cx) {
            Some(l) if (l.len() as isize) >= n => n,
            _ => 0,
        }
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if self.seq.is_empty() {
            let f = cx.builtin("iter")?;
            return seq_iter::reduce_finished(&f, &PyList::new(cx)?.into_object(), cx);
        }
        let f = cx.builtin("reversed")?;
        match self.seq.own() {
            Some(l) => seq_iter::reduce_at(&f, l.as_object(), self.index.get(), cx),
            None => seq_iter::reduce_finished(&f, &PyList::new(cx)?.into_object(), cx),
        }
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: isize, cx: &mut Cx) {
        if let Some(l) = self.seq.get(cx) {
            self.index.set(object.clamp(-1, l.len() as isize - 1));
        }
    }
}
