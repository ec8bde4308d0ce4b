//! Iterators that ask a function: `filterfalse`, `takewhile`, `dropwhile`, `starmap`, `accumulate`; and `compress`.

use super::{no_keywords, positional};
use std::cell::Cell;
use taipan_object::abstract_::{self, iter, number};
use taipan_object::prelude::*;
use taipan_object::call;

/// A type over a function and an iterator, made from exactly these two arguments.
macro_rules! of_function {
    ($(#[$doc:meta])* $t:ident, $name:literal, $full:literal, $next:ident) => {
        $(#[$doc])*
        #[pytype(name = $full, heap, gc, basetype)]
        #[repr(C)]
        pub struct $t {
            head: ObjHead,
            func: Field<Object>,
            it: Field<Object>,
            done: Cell<bool>,
        }

        #[pymethods]
        impl $t {
            #[new]
            fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<$t>> {
                no_keywords($name, cls, <$t>::ty(), kw, cx)?;
                positional($name, args.0, 2, 2, cx)?;
                let it = Field::new(iter::get_iter(args.0[1], cx)?);
                cx.new_object_of(cls, $t { head: Object::placeholder(), func: Field::new(args.0[0].own()), it, done: Cell::new(false) })
            }
            #[slot(tp_iter)]
            fn iter(&self) -> Own<Object> {
                self.own()
            }
            #[slot(tp_iternext)]
            fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
                $next(&self.func, &self.it, &self.done, cx)
            }
        }
    };
}

of_function! {
    /// filterfalse(function, iterable, /)
    /// --
    ///
    /// Return those items of iterable for which function(item) is false.
    ///
    /// If function is None, return the items that are false.
    PyFilterFalse, "filterfalse", "itertools.filterfalse", next_false
}
of_function! {
    /// takewhile(predicate, iterable, /)
    /// --
    ///
    /// Return successive entries from an iterable as long as the predicate evaluates to true for each entry.
    PyTakeWhile, "takewhile", "itertools.takewhile", next_taken
}
of_function! {
    /// dropwhile(predicate, iterable, /)
    /// --
    ///
    /// Drop items from the iterable while predicate(item) is true.
    ///
    /// Afterwards, return every element until the iterable is exhausted.
    PyDropWhile, "dropwhile", "itertools.dropwhile", next_kept
}
of_function! {
    /// starmap(function, iterable, /)
    /// --
    ///
    /// Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.
    PyStarMap, "starmap", "itertools.starmap", next_starred
}

fn holds(f: &Object, v: &Object, cx: &mut Cx) -> PyResult<bool> {
    let r = call::call(f, &[v], cx)?;
    abstract_::is_true(&r, cx)
}

fn next_false(f: &Object, it: &Object, _: &Cell<bool>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let plain = f.is(none()) || f.is(taipan_object::types::boolean::PyBool::ty().as_object());
    while let Some(v) = iter::next(it, cx)? {
        let yes = if plain { abstract_::is_true(&v, cx)? } else { holds(f, &v, cx)? };
        if !yes {
            return Ok(Some(v));
        }
    }
    Ok(None)
}

fn next_taken(f: &Object, it: &Object, done: &Cell<bool>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    if done.get() {
        return Ok(None);
    }
    let Some(v) = iter::next(it, cx)? else { return Ok(None) };
    if holds(f, &v, cx)? {
        return Ok(Some(v));
    }
    done.set(true);
    Ok(None)
}

fn next_kept(f: &Object, it: &Object, done: &Cell<bool>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    while let Some(v) = iter::next(it, cx)? {
        if done.get() || !holds(f, &v, cx)? {
            done.set(true);
            return Ok(Some(v));
        }
    }
    Ok(None)
}

fn next_starred(f: &Object, it: &Object, _: &Cell<bool>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(v) = iter::next(it, cx)? else { return Ok(None) };
    let args = iter::to_tuple(&v, cx)?;
    call::call(f, args.as_slice(), cx).map(Some)
}

/// Return series of accumulated sums.
#[pytype(name = "itertools.accumulate", heap, gc, basetype)]
#[repr(C)]
pub struct PyAccumulate {
    head: ObjHead,
    total: FieldCell<Object>,
    it: Field<Object>,
    func: Field<Object>,
    initial: FieldCell<Object>,
}

#[pymethods]
impl PyAccumulate {
    #[new("accumulate(iterable, func=None, *, initial=None)")]
    fn new(cls: &PyType, iterable: &Object, func: &Object, initial: &Object, cx: &mut Cx) -> PyResult<Own<PyAccumulate>> {
        let it = Field::new(iter::get_iter(iterable, cx)?);
        let initial = FieldCell::new((!initial.is(none())).then(|| initial.own()));
        cx.new_object_of(cls, PyAccumulate { head: Object::placeholder(), total: FieldCell::empty(), it, func: Field::new(func.own()), initial })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(v) = self.initial.take() {
            self.total.set(Some(v.clone()), cx);
            return Ok(Some(v));
        }
        let Some(v) = iter::next(&self.it, cx)? else { return Ok(None) };
        let total = match self.total.own() {
            None => v,
            Some(t) if self.func.is(none()) => number::binary(&number::ADD, &t, &v, cx)?,
            Some(t) => call::call(&self.func, &[&t, &v], cx)?,
        };
        self.total.set(Some(total.clone()), cx);
        Ok(Some(total))
    }
}

/// Return data elements corresponding to true selector elements.
///
/// Forms a shorter iterator from selected data elements using the selectors to
/// choose the data elements.
#[pytype(name = "itertools.compress", heap, gc, basetype)]
#[repr(C)]
pub struct PyCompress {
    head: ObjHead,
    data: Field<Object>,
    selectors: Field<Object>,
}

#[pymethods]
impl PyCompress {
    #[new("compress(data, selectors)")]
    fn new(cls: &PyType, data: &Object, selectors: &Object, cx: &mut Cx) -> PyResult<Own<PyCompress>> {
        let data = Field::new(iter::get_iter(data, cx)?);
        let selectors = Field::new(iter::get_iter(selectors, cx)?);
        cx.new_object_of(cls, PyCompress { head: Object::placeholder(), data, selectors })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        loop {
            let Some(v) = iter::next(&self.data, cx)? else { return Ok(None) };
            let Some(s) = iter::next(&self.selectors, cx)? else { return Ok(None) };
            if abstract_::is_true(&s, cx)? {
                return Ok(Some(v));
            }
        }
    }
}
