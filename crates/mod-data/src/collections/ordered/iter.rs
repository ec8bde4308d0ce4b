//! `odict_iterator`: along the chain, forwards or backwards, over keys, values or items.

use crate::chain::NIL;
use super::{PyOrderedDict, key_error};
use std::cell::Cell;
use taipan_object::abstract_::iter;
use taipan_object::prelude::*;

/// What an iterator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    Keys,
    Values,
    Items,
}

#[pytype(name = "odict_iterator", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyODictIter {
    head: ObjHead,
    /// Empty after the end or an error.
    dict: FieldCell<PyOrderedDict>,
    #[gc(skip)]
    what: What,
    backwards: bool,
    /// The node whose turn it is.
    at: Cell<u32>,
    /// State of the chain and length of the dict at the start.
    state: Cell<usize>,
    len: Cell<usize>,
}

impl PyODictIter {
    /// An iterator from one end.
    pub fn of(d: &PyOrderedDict, what: What, backwards: bool, cx: &mut Cx) -> PyResult<Own<PyODictIter>> {
        cx.new_object(PyODictIter {
            head: Object::placeholder(),
            dict: FieldCell::new(Some(d.new_ref())),
            what,
            backwards,
            at: Cell::new(d.end(backwards)),
            state: Cell::new(d.state()),
            len: Cell::new(d.dict.len()),
        })
    }
}

#[pymethods]
impl PyODictIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(d) = self.dict.own() else { return Ok(None) };
        if self.at.get() == NIL {
            self.dict.set(None, cx);
            return Ok(None);
        }
        if d.state() != self.state.get() {
            self.dict.set(None, cx);
            return Err(PyOrderedDict::mutated(cx));
        }
        if d.dict.len() != self.len.get() {
            self.len.set(usize::MAX); // for good
            self.dict.set(None, cx);
            return Err(cx.runtime_error(format_args!("OrderedDict changed size during iteration")));
        }
        let Some(k) = d.node(self.at.get()) else { return Ok(None) };
        self.at.set(d.beside(self.at.get(), self.backwards));
        if self.what == What::Keys && d.dict.entry_key(k.entry, cx).is_some_and(|e| e.is(&k.key)) {
            return Ok(Some(k.key));
        }
        match d.value_of(&k, cx)? {
            Some(v) => match self.what {
                What::Keys => Ok(Some(k.key)),
                What::Values => Ok(Some(v)),
                What::Items => PyTuple::from_slice(&[&k.key, &v], cx).map(|t| Some(t.into_object())),
            },
            None => {
                self.at.set(NIL);
                Err(key_error(&k.key, cx))
            }
        }
    }
    /// Return state information for pickling
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let copy = cx.new_object(PyODictIter {
            head: Object::placeholder(),
            dict: FieldCell::new(self.dict.own()),
            what: self.what,
            backwards: self.backwards,
            at: self.at.clone(),
            state: self.state.clone(),
            len: self.len.clone(),
        })?;
        let list = iter::to_list(&copy, cx)?;
        let args = PyTuple::from_slice(&[list.as_object()], cx)?;
        let f = cx.import_attr("builtins", "iter")?;
        PyTuple::from_slice(&[&f, &args], cx)
    }
}
