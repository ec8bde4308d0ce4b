//! `set_iterator`.

use super::PySet;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::FieldCell;
use crate::refs::*;
use crate::types::list::PyList;
use crate::types::tuple::PyTuple;
use std::cell::Cell;
use taipan_macros::{pymethods, pytype};

/// Iterator over a set or frozenset; lets go of it at the end.
#[pytype(name = "set_iterator", no_clear, export = "PySetIter_Type", gc, no_new)]
#[repr(C)]
pub struct PySetIter {
    head: ObjHead,
    set: FieldCell<Object>,
    /// Size at the start; -1 after an error.
    used: Cell<isize>,
    at: Cell<usize>,
    left: Cell<isize>,
}

impl PySetIter {
    /// A new iterator.
    pub fn of(s: &PySet, cx: &mut Cx) -> PyResult<Own<PySetIter>> {
        let n = s.len() as isize;
        cx.new_object(PySetIter {
            head: Object::placeholder(),
            set: FieldCell::new(Some(s.own())),
            used: Cell::new(n),
            at: Cell::new(0),
            left: Cell::new(n),
        })
    }

    fn set_of(o: &Object) -> &PySet {
        // SAFETY: only sets are stored.
        unsafe { o.cast_unchecked::<PySet>() }
    }

    /// The next element, borrowed, when nothing is unusual. `None`: `advance` tells.
    #[inline(always)]
    pub fn advance_quietly<'a>(&'a self, cx: &'a Cx) -> Option<&'a Object> {
        let s = PySetIter::set_of(self.set.get(cx)?);
        if self.used.get() != s.len() as isize {
            return None;
        }
        let mut at = self.at.get();
        let (k, _) = s.walk(&mut at)?;
        self.at.set(at);
        self.left.set(self.left.get() - 1);
        // SAFETY: a live key; changes need `&mut Cx`.
        Some(unsafe { &*k })
    }

    /// As the slot, where something is unusual.
    #[inline(never)]
    fn next_otherwise(&self) -> *mut Object {
        // SAFETY: only the slot calls this.
        let cx = unsafe { &mut Cx::assume() };
        match self.advance(cx) {
            Ok(Some(k)) => k.into_raw(),
            _ => std::ptr::null_mut(),
        }
    }

    /// The next element.
    #[inline]
    pub fn advance(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if let Some(k) = self.advance_quietly(cx) {
            return Ok(Some(k.own()));
        }
        let Some(s) = self.set.own() else { return Ok(None) };
        let s = PySetIter::set_of(&s);
        if self.used.get() != s.len() as isize {
            self.used.set(-1);
            return Err(cx.runtime_error(format_args!("Set changed size during iteration")));
        }
        let mut at = self.at.get();
        let item = s.next_own(&mut at);
        self.at.set(at);
        match item {
            Some((k, _)) => {
                self.left.set(self.left.get() - 1);
                Ok(Some(k))
            }
            None => {
                drop(self.set.take());
                Ok(None)
            }
        }
    }
}

#[pymethods]
impl PySetIter {
    #[slot(tp_iter)]
    fn py_iter(&self) -> Own<Object> {
        self.own()
    }

    #[slot_raw(tp_iternext)]
    unsafe extern "C" fn py_next(obj: *mut Object) -> *mut Object {
        // SAFETY: a slot's contract; slots are called with the GIL held.
        let (it, cx) = unsafe { ((*obj).cast_unchecked::<PySetIter>(), Cx::assume()) };
        match it.advance_quietly(&cx) {
            Some(k) => k.own().into_raw(),
            None => it.next_otherwise(),
        }
    }

    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()")]
    fn py_length_hint(&self) -> isize {
        match self.set.own() {
            Some(s) if self.used.get() == PySetIter::set_of(&s).len() as isize => self.left.get(),
            _ => 0,
        }
    }

    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn py_reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let iter = cx.builtin("iter")?;
        let mut rest = Vec::new();
        if let Some(s) = self.set.own() {
            let s = PySetIter::set_of(&s);
            if self.used.get() != s.len() as isize {
                self.used.set(-1);
                return Err(cx.runtime_error(format_args!("Set changed size during iteration")));
            }
            let mut at = self.at.get();
            while let Some((k, _)) = s.next_own(&mut at) {
                rest.push(k);
            }
        }
        let rest = PyList::from_vec(rest, cx)?;
        let args = PyTuple::from_vec(vec![rest.into_object()], cx)?;
        PyTuple::from_vec(vec![iter, args.into_object()], cx)
    }
}
