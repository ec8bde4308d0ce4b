//! The iterators of deques. They stop with an error when the deque changed.

use super::deque::PyDeque;
use std::cell::Cell;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

/// Forward iterator.
#[pytype(name = "collections._deque_iterator", heap, gc, doc = "")]
#[repr(C)]
pub struct PyDequeIter {
    head: ObjHead,
    deque: Field<PyDeque>,
    /// The deque's state at the start.
    state: usize,
    /// Items left; 0 for good after the end.
    left: Cell<usize>,
    index: Cell<usize>,
}

/// Backward iterator.
#[pytype(name = "collections._deque_reverse_iterator", heap, gc, doc = "")]
#[repr(C)]
pub struct PyDequeRevIter {
    head: ObjHead,
    deque: Field<PyDeque>,
    state: usize,
    left: Cell<usize>,
}

/// The arguments `(deque, index=0)` of both constructors; keywords are ignored, as the reference does.
fn constructor_args<'a>(args: Args<'a>, cx: &mut Cx) -> PyResult<(&'a PyDeque, usize)> {
    let Some(first) = args.0.first().filter(|_| args.0.len() <= 2) else {
        let (n, bound) = (args.0.len(), if args.0.is_empty() { "at least 1 argument" } else { "at most 2 arguments" });
        return Err(cx.type_error(format_args!("function takes {bound} ({n} given)")));
    };
    let Some(d) = first.downcast::<PyDeque>() else {
        return Err(cx.type_error(format_args!("argument 1 must be collections.deque, not {}", first.ty().name())));
    };
    let skip = match args.0.get(1) {
        Some(i) => number::index_as_isize(i, exc::OverflowError(), cx)?.max(0) as usize,
        None => 0,
    };
    Ok((d, skip))
}

fn mutated(cx: &mut Cx) -> Raised {
    cx.runtime_error(format_args!("deque mutated during iteration"))
}

/// `(type, (deque, items already given))`.
fn reduce(it: &Object, d: &PyDeque, left: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let done = PyInt::new(d.ring().len() as i64 - left as i64, cx)?;
    let args = PyTuple::from_slice(&[d.as_object(), &done], cx)?;
    PyTuple::from_slice(&[it.ty().as_object(), &args], cx)
}

impl PyDequeIter {
    /// `iter(deque)`.
    pub fn of(d: &PyDeque, cx: &mut Cx) -> PyResult<Own<PyDequeIter>> {
        let left = Cell::new(d.ring().len());
        cx.new_object(PyDequeIter { head: Object::placeholder(), deque: Field::new(d.new_ref()), state: d.state(), left, index: Cell::new(0) })
    }
}

#[pymethods]
impl PyDequeIter {
    #[slot(tp_new)]
    fn new(_cls: &PyType, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDequeIter>> {
        let (d, skip) = constructor_args(args, cx)?;
        let it = PyDequeIter::of(d, cx)?;
        let skip = skip.min(it.left.get());
        it.left.set(it.left.get() - skip);
        it.index.set(skip);
        Ok(it)
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if self.deque.state() != self.state {
            self.left.set(0);
            return Err(mutated(cx));
        }
        if self.left.get() == 0 {
            return Ok(None);
        }
        self.left.set(self.left.get() - 1);
        let i = self.index.get();
        self.index.set(i + 1);
        Ok(self.deque.ring().get(i))
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self) -> usize {
        self.left.get()
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        reduce(self.as_object(), &self.deque, self.left.get(), cx)
    }
}

impl PyDequeRevIter {
    /// `reversed(deque)`.
    pub fn of(d: &PyDeque, cx: &mut Cx) -> PyResult<Own<PyDequeRevIter>> {
        let left = Cell::new(d.ring().len());
        cx.new_object(PyDequeRevIter { head: Object::placeholder(), deque: Field::new(d.new_ref()), state: d.state(), left })
    }
}

#[pymethods]
impl PyDequeRevIter {
    #[slot(tp_new)]
    fn new(_cls: &PyType, args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyDequeRevIter>> {
        let (d, skip) = constructor_args(args, cx)?;
        let it = PyDequeRevIter::of(d, cx)?;
        it.left.set(it.left.get().saturating_sub(skip));
        Ok(it)
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let left = self.left.get();
        if left == 0 {
            return Ok(None);
        }
        if self.deque.state() != self.state {
            self.left.set(0);
            return Err(mutated(cx));
        }
        self.left.set(left - 1);
        Ok(self.deque.ring().get(left - 1))
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self) -> usize {
        self.left.get()
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        reduce(self.as_object(), &self.deque, self.left.get(), cx)
    }
}
