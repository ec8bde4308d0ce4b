//! `seq_iterator!`: the type that walks a sequence by index — of tuple, list, bytes, bytearray. What they have in common: the index, a
//! reference to the sequence that is let go at the end (so that a sequence that grows later is not taken up again), pickling as
//! `(iter, (seq,), index)`.

use crate::prelude::*;

/// Define an iterator type over an indexed sequence.
///
/// `item |seq, i|` gives the Rust item at an index or `None` past the end; `object |item, cx|` makes it a Python object;
/// `len |seq|` is the length now; `exhausted |cx|` is the empty sequence that a finished iterator pickles as.
macro_rules! seq_iterator {
    (
        $(#[$doc:meta])*
        pub struct $Iter:ident over $Seq:ty, name $name:literal, export $export:literal;
        item |$s:ident, $i:ident| -> $Item:ty { $item:expr }
        object |$v:ident, $cx:ident| { $object:expr }
        len |$l:ident| { $len:expr }
        exhausted |$ecx:ident| { $empty:expr }
    ) => {
        $(#[$doc])*
        #[pytype(name = $name, no_clear, export = $export, gc, no_new, doc = "")]
        #[repr(C)]
        pub struct $Iter {
            head: ObjHead,
            index: std::cell::Cell<isize>,
            seq: FieldCell<$Seq>,
        }

        impl $Iter {
            /// An iterator from the start.
            pub fn of(seq: &$Seq, cx: &mut Cx) -> PyResult<Own<$Iter>> {
                cx.new_object($Iter { head: Object::placeholder(), index: std::cell::Cell::new(0), seq: FieldCell::new(Some(seq.new_ref())) })
            }
            /// The next item; for loops of the interpreter. `None` at the end, and ever after.
            #[inline(always)]
            pub fn advance(&self, cx: &mut Cx) -> Option<$Item> {
                let $i = self.index.get() as usize;
                let $s = self.seq.get(cx)?;
                match $item {
                    Some(item) => {
                        self.index.set($i as isize + 1);
                        Some(item)
                    }
                    None => {
                        self.seq.set(None, cx);
                        None
                    }
                }
            }
        }

        #[pymethods]
        impl $Iter {
            #[slot(tp_iter)]
            fn iter(&self) -> Own<Object> {
                self.own()
            }
            #[slot(tp_iternext)]
            fn next(&self, $cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
                match self.advance($cx) {
                    Some($v) => ($object).map(Some),
                    None => Ok(None),
                }
            }
            /// Private method returning an estimate of len(list(it)).
            #[method("__length_hint__()")]
            fn length_hint(&self, cx: &mut Cx) -> isize {
                self.seq.get(cx).map_or(0, |$l| ($len as isize - self.index.get()).max(0))
            }
            /// Return state information for pickling.
            #[method("__reduce__()")]
            fn reduce(&self, $ecx: &mut Cx) -> PyResult<Own<PyTuple>> {
                // Finding the function may run code that ends the iteration: it comes first.
                let f = $ecx.builtin("iter")?;
                match self.seq.own() {
                    Some(seq) => $crate::types::seq_iter::reduce_at(&f, seq.as_object(), self.index.get(), $ecx),
                    None => {
                        let empty = $empty;
                        $crate::types::seq_iter::reduce_finished(&f, &empty, $ecx)
                    }
                }
            }
            /// Set state information for unpickling.
            #[method("__setstate__(object, /)")]
            fn setstate(&self, object: isize, cx: &mut Cx) {
                if let Some($l) = self.seq.get(cx) {
                    self.index.set(object.clamp(0, $len as isize));
                }
            }
        }
    };
}
pub(crate) use seq_iterator;

/// What `__reduce__` of an iterator gives on its way: `(f, (seq,), index)`.
pub(crate) fn reduce_at(f: &Object, seq: &Object, index: isize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let args = PyTuple::from_slice(&[seq], cx)?;
    let index = PyInt::new(index as i64, cx)?;
    PyTuple::from_slice(&[f, args.as_object(), index.as_object()], cx)
}

/// What `__reduce__` of a finished iterator gives: `(f, (empty,))`.
pub(crate) fn reduce_finished(f: &Object, empty: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let args = PyTuple::from_slice(&[empty], cx)?;
    PyTuple::from_slice(&[f, args.as_object()], cx)
}
