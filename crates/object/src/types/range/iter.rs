//! `range_iterator` over machine integers, `longrange_iterator` over the others.

use crate::frame::Slot;
use super::{PyRange, item};
use crate::abstract_::number;
use crate::prelude::*;
use std::cell::Cell;
use taipan_algo_int as big;

/// Iterator over machine integers; neither it nor the number behind its last overflows.
#[pytype(name = "range_iterator", export = "PyRangeIter_Type", no_new, doc = "")]
#[repr(C)]
pub struct PyRangeIter {
    head: ObjHead,
    start: Cell<i64>,
    step: Cell<i64>,
    len: Cell<i64>,
}

impl PyRangeIter {
    /// `len` numbers from `start` by `step`.
    pub fn of(start: i64, step: i64, len: i64, cx: &mut Cx) -> PyResult<Own<PyRangeIter>> {
        cx.new_object(PyRangeIter { head: Object::placeholder(), start: Cell::new(start), step: Cell::new(step), len: Cell::new(len.max(0)) })
    }
    /// The next number; for loops of the interpreter.
    #[inline(always)]
    pub fn advance(&self) -> Option<i64> {
        let n = self.len.get();
        if n == 0 {
            return None;
        }
        let v = self.start.get();
        self.len.set(n - 1);
        self.start.set(v.wrapping_add(self.step.get()));
        Some(v)
    }
    /// The next number as a word of a frame, if there is one that has a tag's room.
    #[inline(always)]
    pub fn advance_tagged(&self) -> Option<Slot> {
        let (n, v) = (self.len.get(), self.start.get());
        if n == 0 {
            return None;
        }
        let word = Slot::try_int(v)?;
        self.len.set(n - 1);
        self.start.set(v.wrapping_add(self.step.get()));
        Some(word)
    }
}

/// `(iter, (range(…),), None)`.
fn reduced(start: Own<PyInt>, step: Own<PyInt>, len: &PyInt, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let stop = item(start.as_ref_int(), step.as_ref_int(), len.as_ref_int(), cx)?;
    let r = PyRange::make(start, stop, step, cx)?;
    let iter = cx.builtin("iter")?;
    let args = PyTuple::from_slice(&[&r], cx)?;
    PyTuple::from_slice(&[&iter, &args, none()], cx)
}

#[pymethods]
impl PyRangeIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyInt>>> {
        match self.advance() {
            Some(v) => PyInt::new(v, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self) -> i64 {
        self.len.get()
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (a, s, n) = (PyInt::new(self.start.get(), cx)?, PyInt::new(self.step.get(), cx)?, PyInt::new(self.len.get(), cx)?);
        reduced(a, s, &n, cx)
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: i64) {
        let i = object.clamp(0, self.len.get());
        self.start.set(self.start.get().wrapping_add(i.wrapping_mul(self.step.get())));
        self.len.set(self.len.get() - i);
    }
}

/// Iterator over ints of any size.
#[pytype(name = "longrange_iterator", export = "PyLongRangeIter_Type", no_new, doc = "")]
#[repr(C)]
pub struct PyLongRangeIter {
    head: ObjHead,
    start: FieldCell<PyInt>,
    step: Field<PyInt>,
    len: FieldCell<PyInt>,
}

impl PyLongRangeIter {
    /// `len` numbers from `start` by `step`.
    pub fn of(start: Own<PyInt>, step: Own<PyInt>, len: Own<PyInt>, cx: &mut Cx) -> PyResult<Own<PyLongRangeIter>> {
        cx.new_object(PyLongRangeIter {
            head: Object::placeholder(),
            start: FieldCell::new(Some(start)),
            step: Field::new(step),
            len: FieldCell::new(Some(len)),
        })
    }
    fn state(&self, cx: &mut Cx) -> PyResult<(Own<PyInt>, Own<PyInt>)> {
        let zero = PyInt::new(0, cx)?;
        Ok((self.start.own().unwrap_or_else(|| zero.clone()), self.len.own().unwrap_or(zero)))
    }
    fn skip(&self, n: &PyInt, cx: &mut Cx) -> PyResult<()> {
        let (start, len) = self.state(cx)?;
        let new = item(start.as_ref_int(), self.step.as_ref_int(), n.as_ref_int(), cx)?;
        let left = PyInt::from_big(&big::sub(len.as_ref_int(), n.as_ref_int()), cx)?;
        self.start.set(Some(new), cx);
        self.len.set(Some(left), cx);
        Ok(())
    }
}

#[pymethods]
impl PyLongRangeIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyInt>>> {
        let (v, len) = self.state(cx)?;
        if len.is_zero() || len.is_negative() {
            return Ok(None);
        }
        let one = PyInt::new(1, cx)?;
        self.skip(&one, cx)?;
        Ok(Some(v))
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        Ok(self.state(cx)?.1)
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (a, n) = self.state(cx)?;
        reduced(a, self.step.new_ref(), &n, cx)
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        if !object.is_a::<PyInt>() {
            return Err(cx.type_error(format_args!("state must be an int, not {}", object.ty().tp_name_str())));
        }
        let i = number::index(object, cx)?;
        let (_, len) = self.state(cx)?;
        if i.is_negative() {
            return Ok(());
        }
        let n = if i.as_ref_int().cmp(&len.as_ref_int()).is_gt() { len } else { i };
        self.skip(&n, cx)
    }
}
