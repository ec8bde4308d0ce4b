//! The iterator protocol, and `iterator`, the iterator over anything with `__getitem__`.

use crate::err::result_from_raw;
use crate::frame::Slot;
use crate::machine::{self, Sink};
use crate::prelude::*;
use crate::types::generator::{Gen, PyGenerator};
use crate::types::set::{PySet, is_any_set_exact};
use std::cell::Cell;
use taipan_macros::{pymethods, pytype};

/// `iter(o)`.
pub fn get_iter(o: &Object, cx: &mut Cx) -> PyResult {
    match o.ty().tp_iter.get() {
        None => {
            if is_sequence(o) {
                return new_seq_iter(o, cx);
            }
            Err(cx.type_error(format_args!("'{}' object is not iterable", o.ty().tp_name_str())))
        }
        // SAFETY: the slot's contract.
        Some(f) => {
            let it = unsafe { result_from_raw(f(o.as_ptr()))? };
            if is_iterator(&it) {
                return Ok(it);
            }
            Err(cx.type_error(format_args!("iter() returned non-iterator of type '{}'", it.ty().tp_name_str())))
        }
    }
}

/// Whether `__getitem__` with ints works (`PySequence_Check`; dicts do not count).
pub fn is_sequence(o: &Object) -> bool {
    !o.ty().has(crate::typeobj::flags::DICT_SUBCLASS) && o.ty().sequence().is_some_and(|s| s.sq_item.get().is_some())
}

/// Whether `iter(o)` has something to call.
pub fn is_iterable(o: &Object) -> bool {
    o.ty().tp_iter.get().is_some() || is_sequence(o)
}

/// Whether the object has a working `__next__` (`PyIter_Check`).
pub fn is_iterator(o: &Object) -> bool {
    o.ty().tp_iternext.get().is_some_and(|f| f as usize != crate::typeobj::slots::dispatch::next_not_implemented as *const () as usize)
}

/// The next item, or `None` at the end. `StopIteration` is absorbed.
#[inline]
pub fn next(it: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let Some(f) = it.ty().tp_iternext.get() else {
        return Err(cx.type_error(format_args!("'{}' object is not an iterator", it.ty().tp_name_str())));
    };
    // SAFETY: the slot's contract: null without an exception means the end.
    unsafe {
        match Own::from_raw_opt(f(it.as_ptr())) {
            Some(v) => Ok(Some(v)),
            None if !cx.is_raised() => Ok(None),
            None => {
                let r = Raised::assume();
                cx.catch(r, exc::StopIteration()).map(|()| None)
            }
        }
    }
}

/// A function as a sink.
pub struct Each<F>(pub F);
impl<F: FnMut(Own<Object>, &mut Cx) -> PyResult<bool>> Sink for Each<F> {
    #[inline]
    fn take(&mut self, v: Own<Object>, cx: &mut Cx) -> PyResult<bool> {
        (self.0)(v, cx)
    }
}

/// Call `f` with every item of an iterable until it says stop (`false`).
#[inline]
pub fn for_each(o: &Object, cx: &mut Cx, f: impl FnMut(Own<Object>, &mut Cx) -> PyResult<bool>) -> PyResult<()> {
    walk(o, &mut Each(f), cx)
}

/// Give every item of an iterable to the sink until that wants no more.
pub fn walk(o: &Object, sink: &mut impl Sink, cx: &mut Cx) -> PyResult<()> {
    if let Some(t) = o.exact::<PyTuple>() {
        let t = t.new_ref();
        for v in t.as_slice() {
            if !sink.take(v.own(), cx)? {
                break;
            }
        }
        return Ok(());
    }
    if let Some(l) = o.exact::<PyList>() {
        let l = l.new_ref();
        let mut i = 0;
        while let Some(v) = l.get_own(i) {
            if !sink.take(v, cx)? {
                break;
            }
            i += 1;
        }
        return Ok(());
    }
    if is_any_set_exact(o) {
        let s = o.own();
        // SAFETY: sets and frozensets have one layout.
        let s = unsafe { s.cast_unchecked::<PySet>() };
        let (mut at, used) = (0, s.len());
        loop {
            if s.len() != used {
                return Err(cx.runtime_error(format_args!("Set changed size during iteration")));
            }
            let Some((v, _)) = s.next_own(&mut at) else { return Ok(()) };
            if !sink.take(v, cx)? {
                return Ok(());
            }
        }
    }
    if o.is_exact::<PyGenerator>() {
        return walk_iterator(o, sink, cx);
    }
    let it = get_iter(o, cx)?;
    walk_iterator(&it, sink, cx)
}

/// Give what is left of an iterator to the sink until that wants no more.
pub fn walk_iterator(it: &Object, sink: &mut impl Sink, cx: &mut Cx) -> PyResult<()> {
    if it.is_exact::<PyGenerator>() {
        // SAFETY: the three types have one layout.
        return (machine::hooks().drive)(unsafe { it.cast_unchecked::<Gen>() }, sink, cx);
    }
    while let Some(v) = next(it, cx)? {
        if !sink.take(v, cx)? {
            break;
        }
    }
    Ok(())
}

/// All items of an iterable.
pub fn collect(o: &Object, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
    if let Some(t) = o.exact::<PyTuple>() {
        return Ok(t.as_slice().iter().map(|v| v.own()).collect());
    }
    if let Some(l) = o.exact::<PyList>() {
        return Ok(l.items(cx).iter().map(|v| v.own()).collect());
    }
    let hint = super::length_hint(o, 8, cx)?;
    let mut out = Vec::new();
    if out.try_reserve(hint.min(1 << 20)).is_err() {
        return Err(cx.memory_error());
    }
    walk(o, &mut Collected(&mut out), cx)?;
    Ok(out)
}

struct Collected<'a>(&'a mut Vec<Own<Object>>);
impl Sink for Collected<'_> {
    #[inline]
    fn take(&mut self, v: Own<Object>, _: &mut Cx) -> PyResult<bool> {
        self.0.push(v);
        Ok(true)
    }
    unsafe fn take_quietly(&mut self, v: Slot) -> bool {
        if self.0.len() == self.0.capacity() {
            return false;
        }
        // SAFETY: the caller's promise.
        let Some(v) = (unsafe { v.into_own_quietly() }) else { return false };
        self.0.push(v);
        true
    }
}

/// `list(o)`.
pub fn to_list(o: &Object, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let l = PyList::new(cx)?;
    l.extend(o, cx)?;
    Ok(l)
}

/// `tuple(o)`; an exact tuple is returned as it is.
pub fn to_tuple(o: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    if let Some(t) = o.exact::<PyTuple>() {
        return Ok(t.new_ref());
    }
    if let Some(l) = o.exact::<PyList>() {
        return PyTuple::from_list(l, cx);
    }
    let v = collect(o, cx)?;
    PyTuple::from_vec(v, cx)
}

/// Search by iteration with `==`.
pub fn search(o: &Object, v: &Object, cx: &mut Cx) -> PyResult<bool> {
    let it = match get_iter(o, cx) {
        Ok(it) => it,
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            return Err(cx.type_error(format_args!("argument of type '{}' is not a container or iterable", o.ty().tp_name_str())));
        }
    };
    while let Some(x) = next(&it, cx)? {
        if super::eq(&x, v, cx)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `iterator`: walks `__getitem__` from 0 until `IndexError` (or `StopIteration`).
#[pytype(name = "iterator", no_clear, gc, export = "PySeqIter_Type", doc = "")]
#[repr(C)]
pub struct PySeqIter {
    head: ObjHead,
    it_index: Cell<isize>,
    it_seq: FieldCell<Object>,
}

/// An iterator over `o` by index (`PySeqIter_New`).
pub fn new_seq_iter(o: &Object, cx: &mut Cx) -> PyResult {
    let it = PySeqIter { head: Object::placeholder(), it_index: Cell::new(0), it_seq: FieldCell::new(Some(o.own())) };
    cx.new_object(it).map(Own::into_object)
}

#[pymethods]
impl PySeqIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(seq) = self.it_seq.own() else { return Ok(None) };
        let i = self.it_index.get();
        if i == isize::MAX {
            return Err(cx.overflow_error(format_args!("iter index too large")));
        }
        match super::sequence::get(&seq, i, cx) {
            Ok(v) => {
                self.it_index.set(i + 1);
                Ok(Some(v))
            }
            Err(r) => {
                if cx.raised_is(exc::IndexError()) || cx.raised_is(exc::StopIteration()) {
                    cx.discard(r);
                    self.it_seq.set(None, cx);
                    return Ok(None);
                }
                Err(r)
            }
        }
    }
    /// Private method returning an estimate of len(list(it)).
    #[method("__length_hint__()", nosig)]
    fn length_hint(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(seq) = self.it_seq.own() else { return PyInt::new(0, cx).map(Own::into_object) };
        if seq.ty().sequence().is_none_or(|s| s.sq_length.get().is_none()) {
            return Ok(crate::types::not_implemented().own());
        }
        let n = super::len(&seq, cx)? as i64 - self.it_index.get() as i64;
        PyInt::new(n.max(0), cx).map(Own::into_object)
    }
    /// Return state information for pickling.
    #[method("__reduce__()", nosig)]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let iter = cx.builtin("iter")?;
        match self.it_seq.own() {
            Some(s) => {
                let args = PyTuple::from_slice(&[&s], cx)?;
                let i = PyInt::new(self.it_index.get() as i64, cx)?;
                PyTuple::from_slice(&[&iter, &args, &i], cx)
            }
            None => {
                let empty = PyTuple::empty();
                let args = PyTuple::from_slice(&[&empty], cx)?;
                PyTuple::from_slice(&[&iter, &args], cx)
            }
        }
    }
    /// Set state information for unpickling.
    #[method("__setstate__(state, /)", nosig)]
    fn setstate(&self, state: isize) {
        if !self.it_seq.is_empty() {
            self.it_index.set(state.max(0));
        }
    }
}

/// `next(it)` or `next(it, default)`: the `StopIteration` of an iterator written in Python keeps its value.
pub fn next_or_raise(it: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
    let Some(f) = it.ty().tp_iternext.get() else {
        return Err(cx.type_error(format_args!("'{}' object is not an iterator", it.ty().tp_name_str())));
    };
    // SAFETY: the slot's contract: null without an exception means the end.
    let v = unsafe { Own::from_raw_opt(f(it.as_ptr())) };
    match (v, default) {
        (Some(v), _) => Ok(v),
        (None, Some(d)) => {
            if cx.is_raised() {
                // SAFETY: just seen.
                let r = unsafe { Raised::assume() };
                cx.catch(r, exc::StopIteration())?;
            }
            Ok(d.own())
        }
        // SAFETY: just seen.
        (None, None) if cx.is_raised() => Err(unsafe { Raised::assume() }),
        (None, None) => Err(cx.raise_empty(exc::StopIteration())),
    }
}
