//! Dict iterators, forwards and reversed, over keys, values and items.
//!
//! The dict is let go of at the end. A change of size is an error that stays; a change of keys at equal size is noticed when more items turn up than there were.

use super::*;
use crate::types::tuple::PyTuple;
use taipan_macros::{pymethods, pytype};

/// What an iterator gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    Keys,
    Values,
    Items,
}

/// State shared by the six types.
#[repr(C)]
pub struct Walk {
    dict: crate::field::FieldCell<PyDict>,
    /// Length of the dict at the start; -1 after an error.
    used: Cell<isize>,
    at: Cell<usize>,
    /// Items still expected.
    left: Cell<isize>,
}

impl crate::field::GcField for Walk {
    fn traverse(&self, v: crate::field::Visit) -> Result<(), i32> {
        self.dict.traverse(v)
    }
}

impl Walk {
    fn new(d: &PyDict, at: usize) -> Walk {
        let n = d.len() as isize;
        Walk { dict: crate::field::FieldCell::new(Some(d.new_ref())), used: Cell::new(n), at: Cell::new(at), left: Cell::new(n) }
    }

    #[inline]
    fn step(&self, back: bool, cx: &mut Cx) -> PyResult<Option<(Own<Object>, Own<Object>)>> {
        // The iterator may be entered again only through code that runs after the item is taken, so a borrow will do.
        let Some(d) = self.dict.own() else { return Ok(None) };
        if self.used.get() != d.len() as isize {
            self.used.set(-1);
            return Err(cx.runtime_error(format_args!("dictionary changed size during iteration")));
        }
        let mut at = self.at.get();
        let item = if back { d.prev_own(&mut at) } else { d.next_own(&mut at) };
        self.at.set(at);
        match item {
            Some((k, v, _)) => {
                if self.left.get() == 0 {
                    self.used.set(-1);
                    drop(self.dict.take());
                    return Err(cx.runtime_error(format_args!("dictionary keys changed during iteration")));
                }
                self.left.set(self.left.get() - 1);
                Ok(Some((k, v)))
            }
            None => {
                drop(self.dict.take());
                Ok(None)
            }
        }
    }

    /// The next live entry when nothing is unusual: (key, value). `None` says nothing.
    #[inline(always)]
    fn step_quietly(&self, cx: &Cx) -> Option<(*mut Object, *mut Object)> {
        let d = self.dict.get(cx)?;
        if self.used.get() != d.len() as isize || self.left.get() <= 0 {
            return None;
        }
        let mut at = self.at.get();
        let (k, v, _) = d.walk_raw(&mut at)?;
        self.at.set(at);
        self.left.set(self.left.get() - 1);
        Some((k, v))
    }

    fn hint(&self) -> isize {
        match self.dict.own() {
            Some(d) if self.used.get() == d.len() as isize => self.left.get().max(0),
            _ => 0,
        }
    }

    /// What is left, as a list; the iterator stays where it is.
    fn rest(&self, back: bool, what: What, cx: &mut Cx) -> PyResult<Own<crate::types::list::PyList>> {
        let copy = Walk {
            dict: crate::field::FieldCell::new(self.dict.own()),
            used: self.used.clone(),
            at: self.at.clone(),
            left: self.left.clone(),
        };
        let mut out = Vec::new();
        while let Some(kv) = copy.step(back, cx)? {
            out.push(pick(kv, what, cx)?);
        }
        crate::types::list::PyList::from_vec(out, cx)
    }
}

#[inline(always)]
fn pick((k, v): (Own<Object>, Own<Object>), what: What, cx: &mut Cx) -> PyResult {
    match what {
        What::Keys => Ok(k),
        What::Values => Ok(v),
        What::Items => Ok(PyTuple::from_exact([k, v].into_iter(), cx)?.into_object()),
    }
}

macro_rules! dict_iterator {
    ($ty:ident, $name:literal, $export:literal, $what:expr, $back:literal) => {
        #[pytype(name = $name, no_clear, export = $export, gc, no_new)]
        #[repr(C)]
        #[doc(hidden)]
        pub struct $ty {
            head: ObjHead,
            walk: Walk,
            last: crate::field::FieldCell<PyTuple>,
        }

        impl $ty {
            /// The next key and value of a forward iterator, borrowed, when nothing is unusual. `None`: `advance` tells.
            #[inline(always)]
            pub fn advance_quietly<'a>(&'a self, cx: &'a Cx) -> Option<(&'a Object, &'a Object)> {
                if $back {
                    return None;
                }
                // SAFETY: live entries hold live objects; changes need `&mut Cx`.
                self.walk.step_quietly(cx).map(|(k, v)| unsafe { (&*k, &*v) })
            }
            /// The next key and value without making the object that `next()` gives, for loops of the interpreter.
            #[inline]
            pub fn advance(&self, cx: &mut Cx) -> PyResult<Option<(Own<Object>, Own<Object>)>> {
                self.walk.step($back, cx)
            }
        }

        #[pymethods]
        impl $ty {
            #[slot(tp_iter)]
            fn py_iter(&self) -> Own<Object> {
                self.own()
            }
            #[slot(tp_iternext)]
            fn py_next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
                if let Some((k, v)) = self.advance_quietly(cx) {
                    return Ok(Some(match $what {
                        What::Keys => k.own(),
                        What::Values => v.own(),
                        What::Items => {
                            let pair = [k.own(), v.own()];
                            return PyTuple::reused(&self.last, pair, cx).map(|t| Some(t.into_object()));
                        }
                    }));
                }
                match self.advance(cx)? {
                    Some((k, v)) if $what == What::Items => PyTuple::reused(&self.last, [k, v], cx).map(|t| Some(t.into_object())),
                    Some(kv) => pick(kv, $what, cx).map(Some),
                    None => Ok(None),
                }
            }
            /// Private method returning an estimate of len(list(it)).
            #[method("__length_hint__()")]
            fn py_length_hint(&self) -> isize {
                self.walk.hint()
            }
            /// Return state information for pickling.
            #[method("__reduce__()")]
            fn py_reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
                let iter = cx.builtin("iter")?;
                let rest = self.walk.rest($back, $what, cx)?;
                let args = PyTuple::from_vec(vec![rest.into_object()], cx)?;
                PyTuple::from_vec(vec![iter, args.into_object()], cx)
            }
        }
    };
}
dict_iterator!(PyDictKeyIter, "dict_keyiterator", "PyDictIterKey_Type", What::Keys, false);
dict_iterator!(PyDictValueIter, "dict_valueiterator", "PyDictIterValue_Type", What::Values, false);
dict_iterator!(PyDictItemIter, "dict_itemiterator", "PyDictIterItem_Type", What::Items, false);
dict_iterator!(PyDictRevKeyIter, "dict_reversekeyiterator", "PyDictRevIterKey_Type", What::Keys, true);
dict_iterator!(PyDictRevValueIter, "dict_reversevalueiterator", "PyDictRevIterValue_Type", What::Values, true);
dict_iterator!(PyDictRevItemIter, "dict_reverseitemiterator", "PyDictRevIterItem_Type", What::Items, true);

/// A new iterator.
pub fn new(d: &PyDict, what: What, cx: &mut Cx) -> PyResult {
    let (head, walk) = (Object::placeholder(), Walk::new(d, 0));
    Ok(match what {
        What::Keys => cx.new_object(PyDictKeyIter { head, walk, last: crate::field::FieldCell::empty() })?.into_object(),
        What::Values => cx.new_object(PyDictValueIter { head, walk, last: crate::field::FieldCell::empty() })?.into_object(),
        What::Items => cx.new_object(PyDictItemIter { head, walk, last: crate::field::FieldCell::empty() })?.into_object(),
    })
}

/// A new iterator from the end.
pub fn new_reversed(d: &PyDict, what: What, cx: &mut Cx) -> PyResult {
    let (head, walk) = (Object::placeholder(), Walk::new(d, d.walk_end()));
    Ok(match what {
        What::Keys => cx.new_object(PyDictRevKeyIter { head, walk, last: crate::field::FieldCell::empty() })?.into_object(),
        What::Values => cx.new_object(PyDictRevValueIter { head, walk, last: crate::field::FieldCell::empty() })?.into_object(),
        What::Items => cx.new_object(PyDictRevItemIter { head, walk, last: crate::field::FieldCell::empty() })?.into_object(),
    })
}

/// The types of this file, for the list of types to ready.
pub const SPECS: &[&crate::typeobj::TypeSpec] = &[
    PyDictKeyIter::SPEC,
    PyDictValueIter::SPEC,
    PyDictItemIter::SPEC,
    PyDictRevKeyIter::SPEC,
    PyDictRevValueIter::SPEC,
    PyDictRevItemIter::SPEC,
];
