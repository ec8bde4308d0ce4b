//! Parts and sequences of iterables: `chain`, `islice`, `zip_longest`.

use super::{no_keywords, positional};
use std::cell::Cell;
use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;

/// chain(*iterables)
/// --
///
/// Return a chain object whose .__next__() method returns elements from the
/// first iterable until it is exhausted, then elements from the next
/// iterable, until all of the iterables are exhausted.
#[pytype(name = "itertools.chain", heap, gc, basetype)]
#[repr(C)]
pub struct PyChain {
    head: ObjHead,
    source: FieldCell<Object>,
    active: FieldCell<Object>,
}

#[pymethods]
impl PyChain {
    #[new]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyChain>> {
        no_keywords("chain", cls, PyChain::ty(), kw, cx)?;
        let t = args.to_tuple(cx)?;
        let source = iter::get_iter(&t, cx)?;
        cx.new_object_of(cls, PyChain { head: Object::placeholder(), source: FieldCell::new(Some(source)), active: FieldCell::empty() })
    }
    /// Alternative chain() constructor taking a single iterable argument that evaluates lazily.
    #[classmethod("from_iterable(iterable, /)")]
    fn from_iterable(cls: &PyType, iterable: &Object, cx: &mut Cx) -> PyResult<Own<PyChain>> {
        let source = iter::get_iter(iterable, cx)?;
        cx.new_object_of(cls, PyChain { head: Object::placeholder(), source: FieldCell::new(Some(source)), active: FieldCell::empty() })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        while let Some(source) = self.source.own() {
            let active = match self.active.own() {
                Some(a) => a,
                None => {
                    let of = match iter::next(&source, cx) {
                        Ok(Some(of)) => iter::get_iter(&of, cx),
                        Ok(None) => {
                            self.source.set(None, cx);
                            return Ok(None);
                        }
                        Err(r) => Err(r),
                    };
                    match of {
                        Ok(a) => {
                            self.active.set(Some(a.clone()), cx);
                            a
                        }
                        Err(r) => {
                            self.source.set(None, cx);
                            return Err(r);
                        }
                    }
                }
            };
            match iter::next(&active, cx)? {
                Some(v) => return Ok(Some(v)),
                None => self.active.set(None, cx),
            }
        }
        Ok(None)
    }
    /// See PEP 585
    #[classmethod("__class_getitem__(item, /)", nosig)]
    fn class_getitem(cls: &PyType, item: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls.as_object(), item, cx)
    }
}

/// islice(iterable, stop) --> islice object
/// islice(iterable, start, stop[, step]) --> islice object
///
/// Return an iterator whose next() method returns selected values from an
/// iterable.
#[pytype(name = "itertools.islice", heap, gc, basetype)]
#[repr(C)]
pub struct PyISlice {
    head: ObjHead,
    it: FieldCell<Object>,
    next: Cell<usize>,
    /// `usize::MAX`: no end.
    stop: Cell<usize>,
    step: Cell<usize>,
    count: Cell<usize>,
}

/// An argument of `islice`: none, or an int from 0 to `sys.maxsize`; anything else is refused with `message`.
fn bound(v: &Object, message: &str, cx: &mut Cx) -> PyResult<Option<usize>> {
    if v.is(none()) {
        return Ok(None);
    }
    let n = match number::index_as_isize(v, exc::OverflowError(), cx) {
        Ok(n) => n,
        Err(r) => {
            cx.discard(r);
            -1
        }
    };
    usize::try_from(n).map(Some).map_err(|_| cx.value_error(format_args!("{message}")))
}

#[pymethods]
impl PyISlice {
    #[new]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyISlice>> {
        const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        const BOTH: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
        const STEP: &str = "Step for islice() must be a positive integer or None.";
        no_keywords("islice", cls, PyISlice::ty(), kw, cx)?;
        positional("islice", args.0, 2, 4, cx)?;
        let (start, stop) = match args.0 {
            [_, stop] => (0, bound(stop, STOP, cx)?),
            [_, start, stop, ..] => {
                let end = bound(stop, STOP, cx)?;
                (bound(start, BOTH, cx)?.unwrap_or(0), end)
            }
            _ => (0, None),
        };
        let step = match args.0.get(3) {
            Some(s) => bound(s, STEP, cx)?.unwrap_or(1),
            None => 1,
        };
        if step == 0 {
            return Err(cx.value_error(format_args!("{STEP}")));
        }
        let it = FieldCell::new(Some(iter::get_iter(args.0[0], cx)?));
        let (next, stop) = (Cell::new(start), Cell::new(stop.unwrap_or(usize::MAX)));
        cx.new_object_of(cls, PyISlice { head: Object::placeholder(), it, next, stop, step: Cell::new(step), count: Cell::new(0) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(it) = self.it.own() else { return Ok(None) };
        while self.count.get() < self.next.get().min(self.stop.get()) {
            if iter::next(&it, cx)?.is_none() {
                self.it.set(None, cx);
                return Ok(None);
            }
            self.count.set(self.count.get() + 1);
        }
        if self.count.get() >= self.stop.get() {
            self.it.set(None, cx);
            return Ok(None);
        }
        let v = iter::next(&it, cx)?;
        if v.is_none() {
            self.it.set(None, cx);
        }
        self.count.set(self.count.get() + 1);
        self.next.set(self.next.get().saturating_add(self.step.get()).min(self.stop.get()));
        Ok(v)
    }
}

/// zip_longest(*iterables, fillvalue=None)
/// --
///
/// Return a zip_longest object whose .__next__() method returns a tuple where
/// the i-th element comes from the i-th iterable argument.
#[pytype(name = "itertools.zip_longest", heap, gc, basetype)]
#[repr(C)]
pub struct PyZipLongest {
    head: ObjHead,
    /// Iterators; `None` in place of an exhausted one.
    its: Field<PyList>,
    active: Cell<usize>,
    fill: Field<Object>,
}

#[pymethods]
impl PyZipLongest {
    #[new]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyZipLongest>> {
        let fill = match (kw.len(), kw.get("fillvalue")) {
            (0, _) => none(),
            (1, Some(v)) => v,
            _ => return Err(cx.type_error(format_args!("zip_longest() got an unexpected keyword argument"))),
        };
        let mut its = Vec::with_capacity(args.0.len());
        for a in args.0 {
            its.push(iter::get_iter(a, cx)?);
        }
        let its = Field::new(PyList::from_vec(its, cx)?);
        cx.new_object_of(cls, PyZipLongest { head: Object::placeholder(), its, active: Cell::new(args.0.len()), fill: Field::new(fill.own()) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let n = self.its.len();
        if n == 0 || self.active.get() == 0 {
            return Ok(None);
        }
        let mut out = Vec::with_capacity(n);
        for i in 0..n {
            let it = self.its.get_own(i).filter(|it| !it.is(none()));
            let Some(it) = it else {
                out.push(self.fill.own());
                continue;
            };
            match iter::next(&it, cx) {
                Ok(Some(v)) => out.push(v),
                Ok(None) => {
                    self.active.set(self.active.get().saturating_sub(1));
                    if self.active.get() == 0 {
                        return Ok(None);
                    }
                    drop(PyList::replace(&self.its, i, none().own()));
                    out.push(self.fill.own());
                }
                Err(r) => {
                    self.active.set(0);
                    return Err(r);
                }
            }
        }
        PyTuple::from_vec(out, cx).map(Some)
    }
}
