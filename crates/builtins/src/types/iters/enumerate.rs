//! `enumerate`: pairs of a count and an item.

use std::cell::Cell;
use taipan_object::abstract_::{iter, number};
use taipan_object::frame::Slot;
use taipan_object::types::object_::NextPair;
use taipan_object::prelude::*;

#[pytype(
    name = "enumerate", no_clear,
    export = "PyEnum_Type",
    gc,
    basetype,
    doc = "enumerate(iterable, start=0)\n--\n\nReturn an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ..."
)]
#[repr(C)]
pub struct PyEnumerate {
    head: ObjHead,
    index: Cell<i64>,
    it: Field<Object>,
    /// The count once it is beyond machine integers.
    long: FieldCell<PyInt>,
    last: FieldCell<PyTuple>,
    /// What the count grows by.
    one: Field<PyInt>,
}

#[pymethods]
impl PyEnumerate {
    #[new(vectorcall)]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyEnumerate>> {
        let n = args.len() + kw.len();
        if n > 2 {
            return Err(cx.type_error(format_args!("enumerate() takes at most 2 arguments ({n} given)")));
        }
        let (mut iterable, mut start) = (args.first().copied(), args.get(1).copied());
        for (k, v) in kw.iter() {
            match k.downcast::<PyStr>() {
                Some(k) if k.eq_text("iterable") && iterable.is_none() => iterable = Some(v),
                Some(k) if k.eq_text("start") && start.is_none() => start = Some(v),
                _ => {
                    let k = taipan_object::abstract_::str(k, cx)?;
                    return Err(cx.type_error(format_args!("'{k}' is an invalid keyword argument for enumerate()")));
                }
            }
        }
        let Some(iterable) = iterable else {
            return Err(cx.type_error(format_args!("enumerate() missing required argument 'iterable'")));
        };
        let (index, long) = match start {
            None => (0, None),
            Some(s) => {
                let i = number::index(s, cx)?;
                match i.to_i64() {
                    Some(n) => (n, None),
                    None => (i64::MAX, Some(i)),
                }
            }
        };
        let it = iter::get_iter(iterable, cx)?;
        let one = Field::new(PyInt::new(1, cx)?);
        cx.new_object_of(cls, PyEnumerate { head: Object::placeholder(), index: Cell::new(index), it: Field::new(it), long: FieldCell::new(long), last: FieldCell::empty(), one })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let Some(v) = iter::next(&self.it, cx)? else { return Ok(None) };
        let i = self.count(cx)?;
        if self.long.is_empty() && self.index.get() < i64::MAX {
            self.index.set(self.index.get() + 1);
        } else {
            let next = number::binary(&number::ADD, &i, &self.one, cx)?;
            self.long.set(next.downcast_own::<PyInt>().ok(), cx);
        }
        PyTuple::reused(&self.last, [i.into_object(), v], cx).map(Some)
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let i = self.count(cx)?;
        let args = PyTuple::from_slice(&[&self.it, &i], cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args], cx)
    }
    /// 'enumerate' objects are generic over the type of their values
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        super::super::generic::new_alias(cls, object, cx)
    }
}

/// For `for i, x in enumerate(…)`.
pub fn next_pair(o: &Object, cx: &mut Cx) -> PyResult<NextPair> {
    let Some(e) = o.exact::<PyEnumerate>() else { return Ok(NextPair::Other) };
    let (true, i) = (e.long.is_empty(), e.index.get()) else { return Ok(NextPair::Other) };
    let Some(n) = Slot::try_int(i) else { return Ok(NextPair::Other) };
    let Some(v) = iter::next(&e.it, cx)? else { return Ok(NextPair::End) };
    e.index.set(i + 1);
    Ok(NextPair::Pair(n, Slot::object(v)))
}

impl PyEnumerate {
    fn count(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        match self.long.own() {
            Some(i) => Ok(i),
            None => PyInt::new(self.index.get(), cx),
        }
    }
}
