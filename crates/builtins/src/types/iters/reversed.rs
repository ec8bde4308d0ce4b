//! `reversed`: a sequence from its end, by index; objects with `__reversed__` give what that gives.

use super::checks_keywords;
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::{abstract_, call};

#[pytype(
    name = "reversed", no_clear,
    export = "PyReversed_Type",
    gc,
    basetype,
    doc = "reversed(object, /)\n--\n\nReturn a reverse iterator over the values of the given sequence."
)]
#[repr(C)]
pub struct PyReversed {
    head: ObjHead,
    index: Cell<isize>,
    seq: FieldCell<Object>,
}

#[pymethods]
impl PyReversed {
    #[new(vectorcall)]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if checks_keywords(cls, PyReversed::ty()) {
            kw.refuse("reversed", cx)?;
        }
        let [seq] = args.0 else {
            return Err(cx.type_error(format_args!("reversed expected 1 argument, got {}", args.len())));
        };
        if let Some(f) = call::lookup_special(seq, name!(cx, "__reversed__"), cx)? {
            if f.is_none() {
                return Err(cx.type_error(format_args!("'{}' object is not reversible", seq.ty().tp_name_str())));
            }
            return call::call(&f, &[], cx);
        }
        if !abstract_::iter::is_sequence(seq) {
            return Err(cx.type_error(format_args!("'{}' object is not reversible", seq.ty().tp_name_str())));
        }
        let n = abstract_::len(seq, cx)?;
        let r = PyReversed { head: Object::placeholder(), index: Cell::new(n as isize - 1), seq: FieldCell::new(Some(seq.own())) };
        cx.new_object_of(cls, r).map(Own::into_object)
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let i = self.index.get();
        if i >= 0 {
            let Some(seq) = self.seq.own() else { return Ok(None) };
            match abstract_::sequence::get(&seq, i, cx) {
                Ok(v) => {
                    self.index.set(i - 1);
                    return Ok(Some(v));
                }
                Err(r) => {
                    if !cx.raised_is(exc::IndexError()) && !cx.raised_is(exc::StopIteration()) {
                        return Err(r);
                    }
                    cx.discard(r);
                }
            }
        }
        self.index.set(-1);
        self.seq.set(None, cx);
        Ok(None)
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn length_hint(&self, cx: &mut Cx) -> PyResult<isize> {
        let Some(seq) = self.seq.own() else { return Ok(0) };
        let n = abstract_::len(&seq, cx)? as isize;
        let at = self.index.get() + 1;
        Ok(if n < at { 0 } else { at })
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let ty = self.ty().as_object();
        match self.seq.own() {
            Some(s) => {
                let args = PyTuple::from_slice(&[&s], cx)?;
                let i = PyInt::new(self.index.get() as i64, cx)?;
                PyTuple::from_slice(&[ty, &args, &i], cx)
            }
            None => {
                let empty = PyTuple::empty();
                let args = PyTuple::from_slice(&[&empty], cx)?;
                PyTuple::from_slice(&[ty, &args], cx)
            }
        }
    }
    /// Set state information for unpickling.
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: isize, cx: &mut Cx) -> PyResult<()> {
        if let Some(s) = self.seq.own() {
            let n = abstract_::len(&s, cx)? as isize;
            self.index.set(object.clamp(-1, n - 1));
        }
        Ok(())
    }
}
