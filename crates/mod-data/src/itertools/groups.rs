//! Runs of items: `groupby`, `batched`, `pairwise`.

use super::{no_keywords, positional};
use std::cell::Cell;
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::call;

/// make an iterator that returns consecutive keys and groups from the iterable
///
///   iterable
///     Elements to divide into groups according to the key function.
///   key
///     A function for computing the group category for each element.
///     If the key function is not specified or is None, the element itself
///     is used for grouping.
#[pytype(name = "itertools.groupby", heap, gc, basetype)]
#[repr(C)]
pub struct PyGroupBy {
    head: ObjHead,
    it: Field<Object>,
    key: Field<Object>,
    target_key: FieldCell<Object>,
    current_key: FieldCell<Object>,
    current: FieldCell<Object>,
    /// Numbers the groups: only the newest group's iterator may advance.
    turn: Cell<usize>,
}

impl PyGroupBy {
    /// Read one item and its key; `false` at the end.
    fn step(&self, cx: &mut Cx) -> PyResult<bool> {
        let Some(v) = iter::next(&self.it, cx)? else { return Ok(false) };
        let k = if self.key.is(none()) { v.clone() } else { call::call(&self.key, &[&v], cx)? };
        self.current.set(Some(v), cx);
        self.current_key.set(Some(k), cx);
        Ok(true)
    }
}

#[pymethods]
impl PyGroupBy {
    #[new("groupby(iterable, key=None)")]
    fn new(cls: &PyType, iterable: &Object, key: &Object, cx: &mut Cx) -> PyResult<Own<PyGroupBy>> {
        let it = Field::new(iter::get_iter(iterable, cx)?);
        let (target_key, current_key, current) = (FieldCell::empty(), FieldCell::empty(), FieldCell::empty());
        cx.new_object_of(cls, PyGroupBy { head: Object::placeholder(), it, key: Field::new(key.own()), target_key, current_key, current, turn: Cell::new(0) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        self.turn.set(self.turn.get().wrapping_add(1));
        // Skip what is left of the group before.
        loop {
            if let Some(k) = self.current_key.own() {
                let Some(t) = self.target_key.own() else { break };
                if !abstract_::eq(&t, &k, cx)? {
                    break;
                }
            }
            if !self.step(cx)? {
                return Ok(None);
            }
        }
        let Some(key) = self.current_key.own() else { return Ok(None) };
        self.target_key.set(Some(key.clone()), cx);
        let g = PyGrouper { head: Object::placeholder(), parent: Field::new(self.new_ref()), target: Field::new(key.clone()), turn: Cell::new(self.turn.get()) };
        let g = cx.new_object(g)?;
        PyTuple::from_vec(vec![key, g.into_object()], cx).map(Some)
    }
}

/// The items of one group.
#[pytype(name = "itertools._grouper", heap, gc, no_new, doc = "")]
#[repr(C)]
pub struct PyGrouper {
    head: ObjHead,
    parent: Field<PyGroupBy>,
    target: Field<Object>,
    turn: Cell<usize>,
}

#[pymethods]
impl PyGrouper {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let by = &*self.parent;
        if by.turn.get() != self.turn.get() {
            return Ok(None);
        }
        if by.current.is_empty() && !by.step(cx)? {
            return Ok(None);
        }
        let Some(k) = by.current_key.own() else { return Ok(None) };
        if !abstract_::eq(&self.target, &k, cx)? {
            return Ok(None);
        }
        Ok(by.current.take())
    }
}

/// Batch data into tuples of length n. The last batch may be shorter than n.
///
/// Loops over the input iterable and accumulates data into tuples
/// up to size n.  The input is consumed lazily, just enough to
/// fill a batch.  The result is yielded as soon as a batch is full
/// or when the input iterable is exhausted.
///
/// If "strict" is True, raises a ValueError if the final batch is shorter
/// than n.
#[pytype(name = "itertools.batched", heap, gc, basetype)]
#[repr(C)]
pub struct PyBatched {
    head: ObjHead,
    it: FieldCell<Object>,
    n: Cell<usize>,
    strict: Cell<bool>,
}

#[pymethods]
impl PyBatched {
    #[new("batched(iterable, n, *, strict=False)")]
    fn new(cls: &PyType, iterable: &Object, n: isize, strict: bool, cx: &mut Cx) -> PyResult<Own<PyBatched>> {
        if n < 1 {
            return Err(cx.value_error(format_args!("n must be at least one")));
        }
        let it = FieldCell::new(Some(iter::get_iter(iterable, cx)?));
        cx.new_object_of(cls, PyBatched { head: Object::placeholder(), it, n: Cell::new(n as usize), strict: Cell::new(strict) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let Some(it) = self.it.own() else { return Ok(None) };
        let n = self.n.get();
        let mut out = Vec::with_capacity(n.min(1 << 12));
        while out.len() < n {
            match iter::next(&it, cx) {
                Ok(Some(v)) => out.push(v),
                Ok(None) => break,
                Err(r) => {
                    self.it.set(None, cx);
                    return Err(r);
                }
            }
        }
        if out.len() < n {
            self.it.set(None, cx);
            if out.is_empty() {
                return Ok(None);
            }
            if self.strict.get() {
                return Err(cx.value_error(format_args!("batched(): incomplete batch")));
            }
        }
        PyTuple::from_vec(out, cx).map(Some)
    }
}

/// pairwise(iterable, /)
/// --
///
/// Return an iterator of overlapping pairs taken from the input iterator.
///
///     s -> (s0,s1), (s1,s2), (s2, s3), ...
#[pytype(name = "itertools.pairwise", heap, gc, basetype)]
#[repr(C)]
pub struct PyPairwise {
    head: ObjHead,
    it: FieldCell<Object>,
    old: FieldCell<Object>,
}

#[pymethods]
impl PyPairwise {
    #[new]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyPairwise>> {
        no_keywords("pairwise", cls, PyPairwise::ty(), kw, cx)?;
        positional("pairwise", args.0, 1, 1, cx)?;
        let it = FieldCell::new(Some(iter::get_iter(args.0[0], cx)?));
        cx.new_object_of(cls, PyPairwise { head: Object::placeholder(), it, old: FieldCell::empty() })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyTuple>>> {
        let Some(it) = self.it.own() else { return Ok(None) };
        if self.old.is_empty() {
            let Some(v) = iter::next(&it, cx)? else {
                self.it.set(None, cx);
                return Ok(None);
            };
            self.old.set(Some(v), cx);
            // Reading the first item may have exhausted or changed this very iterator.
            if self.it.is_empty() {
                self.old.set(None, cx);
                return Ok(None);
            }
        }
        // What reading the next item does to `old` by entering this iterator again does not show in this pair.
        let old = self.old.own();
        let v = match iter::next(&it, cx)? {
            Some(v) => v,
            None => {
                self.it.set(None, cx);
                self.old.set(None, cx);
                return Ok(None);
            }
        };
        self.old.set(Some(v.clone()), cx);
        let Some(old) = old else { return Ok(None) };
        PyTuple::from_vec(vec![old, v], cx).map(Some)
    }
}
