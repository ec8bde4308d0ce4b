//! `map`: a function of one item of each iterable.

use super::{advance_all, checks_keywords, iterators, strict_of};
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::{abstract_, call};

#[pytype(
    name = "map", no_clear,
    export = "PyMap_Type",
    gc,
    basetype,
    doc = "map(function, iterable, /, *iterables, strict=False)\n--\n\nMake an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the\nothers, raise a ValueError."
)]
#[repr(C)]
pub struct PyMap {
    head: ObjHead,
    its: Field<PyTuple>,
    func: Field<Object>,
    strict: Cell<bool>,
}

#[pymethods]
impl PyMap {
    #[new(vectorcall)]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyMap>> {
        let strict = if checks_keywords(cls, PyMap::ty()) { strict_of("map", kw, cx)? } else { false };
        let [func, rest @ ..] = args.0 else { return Err(cx.type_error(format_args!("map() must have at least two arguments."))) };
        if rest.is_empty() {
            return Err(cx.type_error(format_args!("map() must have at least two arguments.")));
        }
        let its = iterators(rest, cx)?;
        cx.new_object_of(cls, PyMap { head: Object::placeholder(), its: Field::new(its), func: Field::new(func.own()), strict: Cell::new(strict) })
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let [it] = self.its.as_slice() {
            return match abstract_::iter::next(it, cx)? {
                Some(v) => call::call(&self.func, &[&v], cx).map(Some),
                None => Ok(None),
            };
        }
        match advance_all("map", &self.its, self.strict.get(), cx)? {
            Some(v) => {
                let args: Vec<&Object> = v.iter().map(|o| &**o).collect();
                call::call(&self.func, &args, cx).map(Some)
            }
            None => Ok(None),
        }
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let mut args: Vec<&Object> = vec![&self.func];
        args.extend_from_slice(self.its.as_slice());
        let args = PyTuple::from_slice(&args, cx)?;
        let ty = self.ty().as_object();
        if self.strict.get() {
            return PyTuple::from_slice(&[ty, &args, taipan_object::types::boolean::true_()], cx);
        }
        PyTuple::from_slice(&[ty, &args], cx)
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: bool) {
        self.strict.set(object);
    }
}
