//! `str_iterator`, and `str_ascii_iterator` for strings of ASCII: the same under two names.

use super::PyStr;
use crate::prelude::*;
use std::cell::Cell;

macro_rules! iterator {
    ($ty:ident, $name:literal, $export:literal) => {
        /// Walks a string by characters.
        #[pytype(name = $name, no_clear, gc, export = $export, doc = "")]
        #[repr(C)]
        pub struct $ty {
            head: ObjHead,
            index: Cell<usize>,
            seq: FieldCell<PyStr>,
        }

        impl $ty {
            /// The next character of the first 256 code points. `None`: `next` tells.
            #[inline(always)]
            pub fn advance_quietly(&self, cx: &Cx) -> Option<Own<PyStr>> {
                let (s, i) = (self.seq.get(cx)?, self.index.get());
                let c = s.narrow_unit(i)?;
                self.index.set(i + 1);
                Some(super::intern::latin1_char(c))
            }

            /// The next character, a wider one, or null: the end, or no memory.
            #[inline(never)]
            fn next_otherwise(&self) -> *mut Object {
                // SAFETY: as `next`.
                let cx = unsafe { &mut Cx::assume() };
                let Some(s) = self.seq.own() else { return std::ptr::null_mut() };
                let i = self.index.get();
                if i >= s.len() {
                    self.seq.set(None, cx);
                    return std::ptr::null_mut();
                }
                self.index.set(i + 1);
                s.char_at(i, cx).map_or(std::ptr::null_mut(), |c| c.into_raw())
            }
        }

        #[pymethods]
        impl $ty {
            #[slot(tp_iter)]
            fn iter(&self) -> Own<Object> {
                self.own()
            }
            #[slot_raw(tp_iternext)]
            unsafe extern "C" fn next(obj: *mut Object) -> *mut Object {
                // SAFETY: a slot's contract.
                let it = unsafe { (*obj).cast_unchecked::<$ty>() };
                // SAFETY: slots are called with the GIL held.
                let cx = unsafe { &Cx::assume() };
                match it.advance_quietly(cx) {
                    Some(c) => c.into_raw(),
                    None => it.next_otherwise(),
                }
            }
            /// Private method returning an estimate of len(list(it)).
            #[method("__length_hint__()", nosig)]
            fn length_hint(&self) -> usize {
                self.seq.own().map_or(0, |s| s.len().saturating_sub(self.index.get()))
            }
            /// Return state information for pickling.
            #[method("__reduce__()", nosig)]
            fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
                let iter = cx.builtin("iter")?;
                let s = self.seq.own();
                let args = PyTuple::from_slice(&[s.as_ref().map_or(&*super::intern::empty(), |s| &**s)], cx)?;
                if s.is_none() {
                    return PyTuple::from_slice(&[&iter, &args], cx);
                }
                let i = PyInt::new(self.index.get() as i64, cx)?;
                PyTuple::from_slice(&[&iter, &args, &i], cx)
            }
            /// Set state information for unpickling.
            #[method("__setstate__(state, /)", nosig)]
            fn setstate(&self, state: isize) {
                if let Some(s) = self.seq.own() {
                    self.index.set((state.max(0) as usize).min(s.len()));
                }
            }
        }
    };
}
iterator!(PyStrIter, "str_iterator", "PyUnicodeIter_Type");
iterator!(PyStrAsciiIter, "str_ascii_iterator", "_PyUnicodeASCIIIter_Type");

/// An iterator over the characters.
pub fn new(s: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (head, index, seq) = (Object::placeholder(), Cell::new(0), FieldCell::new(Some(AsObject::new_ref(s))));
    if s.is_ascii() {
        return cx.new_object(PyStrAsciiIter { head, index, seq }).map(Own::into_object);
    }
    cx.new_object(PyStrIter { head, index, seq }).map(Own::into_object)
}
