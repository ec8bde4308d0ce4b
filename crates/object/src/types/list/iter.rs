//! `list_iterator` and `list_reverseiterator`. Both let go of the list at the end.

use super::PyList;
use crate::prelude::*;
use std::cell::Cell;

/// Forward iterator: `_PyListIterObject`.
#[pytype(name = "list_iterator", export = "PyListIter_Type", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyListIter {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<PyList>,
}

/// Backward iterator.
#[pytype(name = "list_reverseiterator", export = "PyListRevIter_Type", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyListRevIter {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<PyList>,
}

/// `(builtins.iter or reversed, (seq,), index)`, or `(iter, ([],))` when exhausted.
pub(crate) fn reduce_iter(f: Own<Object>, seq: Option<&Object>, index: isize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    match seq {
        Some(s) => {
            let args = PyTuple::from_slice(&[s], cx)?;
            let i = PyInt::new(index as i64, cx)?;
            PyTuple::from_slice(&[&f, &args, &i], cx)
        }
        None => {
            let empty = PyList::new(cx)?;
            let args = PyTuple::from_slice(&[&empty], cx)?;
            PyTuple::from_slice(&[&f, &args], cx)
        }
    }
}

impl PyListIter {
    /// `iter(list)`.
    pub fn of(l: &PyList, cx: &mut Cx) -> PyResult<Own<PyListIter>> {
        cx.new_object(PyListIter { head: Object::placeholder(), index: Cell::new(0), seq: FieldCell::new(Some(l.new_ref())) })
    }
    /// The next item; for loops of the interpreter.
    #[inline(always)]
    pub fn advance(&self, cx: &mut Cx) -> Option<Own<Object>> {
        let i = self.index.get();
        let v = self.seq.get(cx)?.get_own(i as usize);
        match v {
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
impl PyListIter {
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
        self.seq.get(cx).map_or(0, |l| (l.len() as isize - self.index.get()).max(0))
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        // Finding the function may run code that ends the iteration: it comes first.
        let f = cx.import_attr("builtins", "iter")?;
        let seq = self.seq.own();
        reduce_iter(f, seq.as_ref().map(|s| s.as_object()), self.index.get(), cx)
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: isize, cx: &mut Cx) {
        if let Some(l) = self.seq.get(cx) {
            self.index.set(object.clamp(0, l.len() as isize));
        }
    }
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
            let f = cx.import_attr("builtins", "iter")?;
            return reduce_iter(f, None, 0, cx);
        }
        let f = cx.import_attr("builtins", "reversed")?;
        let seq = self.seq.own();
        reduce_iter(f, seq.as_ref().map(|s| s.as_object()), self.index.get(), cx)
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: isize, cx: &mut Cx) {
        if let Some(l) = self.seq.get(cx) {
            self.index.set(object.clamp(-1, l.len() as isize - 1));
        }
    }
}
