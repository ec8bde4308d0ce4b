//! `zip`: tuples of one item of each iterable.

use super::{advance_all, iterators, strict_of};
use std::cell::Cell;
use taipan_object::abstract_::iter;
use taipan_object::frame::Slot;
use taipan_object::types::object_::NextPair;
use taipan_object::prelude::*;

#[pytype(
    name = "zip", no_clear,
    export = "PyZip_Type",
    gc,
    basetype,
    doc = "zip(*iterables, strict=False)\n--\n\nThe zip object yields n-length tuples, where n is the number of\niterables passed as positional arguments to zip().  The i-th element\nin every tuple comes from the i-th iterable argument to zip().  This\ncontinues until the shortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the\nothers, raise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]"
)]
#[repr(C)]
pub struct PyZip {
    head: ObjHead,
    /// How many items a tuple has.
    count: usize,
    its: Field<PyTuple>,
    last: FieldCell<PyTuple>,
    strict: Cell<bool>,
}

/// For `for a, b in zip(…)`.
pub fn next_pair(o: &Object, cx: &mut Cx) -> PyResult<NextPair> {
    let Some(z) = o.exact::<PyZip>() else { return Ok(NextPair::Other) };
    let (&[a, b], false) = (z.its.as_slice(), z.strict.get()) else { return Ok(NextPair::Other) };
    let Some(a) = iter::next(a, cx)? else { return Ok(NextPair::End) };
    let Some(b) = iter::next(b, cx)? else { return Ok(NextPair::End) };
    Ok(NextPair::Pair(Slot::object(a), Slot::object(b)))
}

#[pymethods]
impl PyZip {
    #[new]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyZip>> {
        let strict = strict_of("zip", kw, cx)?;
        let its = iterators(args.0, cx)?;
        cx.new_object_of(cls, PyZip { head: Object::placeholder(), count: its.len(), its: Field::new(its), last: FieldCell::empty(), strict: Cell::new(strict) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        if self.count == 0 {
            return Ok(None);
        }
        if let (&[a, b], false) = (self.its.as_slice(), self.strict.get()) {
            let Some(a) = iter::next(a, cx)? else { return Ok(None) };
            let Some(b) = iter::next(b, cx)? else { return Ok(None) };
            return PyTuple::reused(&self.last, [a, b], cx).map(Some);
        }
        match advance_all("zip", &self.its, self.strict.get(), cx)? {
            Some(v) => PyTuple::from_vec(v, cx).map(Some),
            None => Ok(None),
        }
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let ty = self.ty().as_object();
        if self.strict.get() {
            return PyTuple::from_slice(&[ty, self.its.as_object(), taipan_object::types::boolean::true_()], cx);
        }
        PyTuple::from_slice(&[ty, self.its.as_object()], cx)
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: bool) {
        self.strict.set(object);
    }
}
