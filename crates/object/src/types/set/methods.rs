//! The types `set` and `frozenset` as Python sees them.

use super::*;
use crate::abstract_::CmpOp;
use crate::args::{Args, Kwargs};
use crate::name;
use crate::typeobj::TypeSpec;
use crate::types::boolean::from_bool;
use crate::types::dict::{PyDict, TextBuf};
use crate::types::list::PyList;
use crate::types::not_implemented;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use taipan_macros::pymethods;

macro_rules! set_spec {
    ($ty:ident, $storage:ident, $doc:literal, [$($part:ident),*]) => {
        impl $ty {
            /// The type's specification.
            pub const SPEC: &'static TypeSpec = &TypeSpec {
                name: $ty::KERNEL_NAME,
                doc: Some($doc),
                basicsize: size_of::<$ty>() as isize,
                itemsize: 0,
                flags: $ty::KERNEL_FLAGS,
                base: None,
                dictoffset: 0,
                weaklistoffset: WEAKLIST_OFFSET,
                vectorcall_offset: 0,
                dealloc: Some(dealloc),
                traverse: Some(traverse),
                clear: Some(clear),
                parts: &[$($ty::$part),*],
                attrs: &[],
                storage: &$storage,
            };
        }
    };
}
set_spec!(PySet, PySet_Type, c"set(iterable=(), /)\n--\n\nBuild an unordered collection of unique elements.", [PART, COMMON_PART]);
set_spec!(PyFrozenSet, PyFrozenSet_Type, c"frozenset(iterable=(), /)\n--\n\nBuild an immutable unordered collection of unique elements.", [PART, COMMON_PART]);

/// Zero or one positional argument, no keywords.
fn one_argument<'a>(name: &str, args: &[&'a Object], kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Option<&'a Object>> {
    kwargs.refuse(name, cx)?;
    match args {
        [] => Ok(None),
        [a] => Ok(Some(a)),
        _ => Err(cx.type_error(format_args!("{name} expected at most 1 argument, got {}", args.len()))),
    }
}

/// `op(a, b)` when both are sets, else `NotImplemented`.
fn binary(a: &Object, b: &Object, cx: &mut Cx, op: fn(&PySet, &Object, &mut Cx) -> PyResult<Own<Object>>) -> PyResult {
    match (any_set(a), is_any_set(b)) {
        (Some(s), true) => op(s, b, cx),
        _ => Ok(not_implemented().own()),
    }
}

/// `op(a, b)` in place when `b` is a set, else `NotImplemented`.
fn in_place(a: &PySet, b: &Object, cx: &mut Cx, op: fn(&PySet, &Object, &mut Cx) -> PyResult<()>) -> PyResult {
    if !is_any_set(b) {
        return Ok(not_implemented().own());
    }
    op(a, b, cx)?;
    Ok(a.own())
}

impl PySet {
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
        let Some(o) = any_set(other) else { return Ok(not_implemented().own()) };
        let yes = match op {
            CmpOp::Eq => self.equals(o, cx)?,
            CmpOp::Ne => !self.equals(o, cx)?,
            CmpOp::Le => self.is_subset(o, cx)?,
            CmpOp::Ge => o.is_subset(self, cx)?,
            CmpOp::Lt => self.len() < o.len() && self.is_subset(o, cx)?,
            CmpOp::Gt => self.len() > o.len() && o.is_subset(self, cx)?,
        };
        Ok(from_bool(yes))
    }

    fn repr_text(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let name = self.ty().tp_name_str();
        let mut out = TextBuf::new();
        let Some(_guard) = abstract_::repr_enter(self, cx) else {
            out.push(name);
            out.push("(...)");
            return out.finish(cx);
        };
        if self.is_empty() {
            out.push(name);
            out.push("()");
            return out.finish(cx);
        }
        let exact = self.is_exact::<PySet>();
        if !exact {
            out.push(name);
            out.push("(");
        }
        out.push("{");
        for (i, k) in self.keys().iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            out.push_str(&*abstract_::repr(k, cx)?);
        }
        out.push(if exact { "}" } else { "})" });
        out.finish(cx)
    }

    /// The elements in order.
    fn keys(&self) -> Vec<Own<Object>> {
        let mut at = 0;
        let mut out = Vec::with_capacity(self.len());
        while let Some((k, _)) = self.next_own(&mut at) {
            out.push(k);
        }
        out
    }

    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let list = PyList::from_vec(self.keys(), cx)?;
        let args = PyTuple::from_vec(vec![list.into_object()], cx)?;
        let state = crate::call::call_method(self, name!(cx, "__getstate__"), &[], cx)?;
        PyTuple::from_vec(vec![self.ty().own(), args.into_object(), state], cx)
    }

    /// `self |= others…`.
    fn update_all(&self, others: &[&Object], cx: &mut Cx) -> PyResult<()> {
        others.iter().try_for_each(|o| self.update(o, cx))
    }

    fn intersection_update_all(&self, others: &[&Object], cx: &mut Cx) -> PyResult<()> {
        let both = self.intersection_all(others, cx)?;
        if let Some(b) = any_set(&both) {
            self.swap_contents(b);
        }
        Ok(())
    }

    fn difference_all(&self, others: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((first, rest)) = others.split_first() else { return self.copy_as(self.base_type(), cx) };
        let out = self.difference(first, cx)?;
        if let Some(s) = any_set(&out) {
            rest.iter().try_for_each(|o| s.difference_update(o, cx))?;
        }
        Ok(out)
    }
}

#[pymethods]
impl PySet {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        PySet::empty_of(cls, cx)
    }

    #[slot(tp_vectorcall)]
    fn py_vectorcall(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let items = one_argument("set", &args, kwargs, cx)?;
        PySet::new_of(cls, items, cx)
    }

    #[slot(tp_init)]
    fn py_init(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let items = one_argument("set", &args, kwargs, cx)?;
        self.clear_items();
        self.hash.set(-1);
        match items {
            Some(items) => self.update(items, cx),
            None => Ok(()),
        }
    }

    #[slot(nb_inplace_subtract)]
    fn py_isub(&self, other: &Object, cx: &mut Cx) -> PyResult {
        in_place(self, other, cx, |a, b, cx| a.difference_update(b, cx))
    }
    #[slot(nb_inplace_and)]
    fn py_iand(&self, other: &Object, cx: &mut Cx) -> PyResult {
        in_place(self, other, cx, |a, b, cx| a.intersection_update_all(&[b], cx))
    }
    #[slot(nb_inplace_xor)]
    fn py_ixor(&self, other: &Object, cx: &mut Cx) -> PyResult {
        in_place(self, other, cx, |a, b, cx| a.symmetric_difference_update(b, cx))
    }
    #[slot(nb_inplace_or)]
    fn py_ior(&self, other: &Object, cx: &mut Cx) -> PyResult {
        in_place(self, other, cx, |a, b, cx| a.update(b, cx))
    }

    /// Add an element to a set.
    ///
    /// This has no effect if the element is already present.
    #[method("add(object, /)")]
    fn py_add(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        self.add(object, cx).map(|_| ())
    }

    /// Remove all elements from this set.
    #[method("clear()")]
    fn py_clear(&self) {
        self.clear_items()
    }

    /// Remove an element from a set if it is a member.
    ///
    /// Unlike set.remove(), the discard() method does not raise
    /// an exception when an element is missing from the set.
    #[method("discard(object, /)")]
    fn py_discard(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        self.discard(object, cx).map(|_| ())
    }

    /// Remove an element from a set; it must be a member.
    ///
    /// If the element is not a member, raise a KeyError.
    #[method("remove(object, /)")]
    fn py_remove(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.discard(object, cx)? { Ok(()) } else { Err(PyDict::key_error(object, cx)) }
    }

    /// Remove and return an arbitrary set element.
    ///
    /// Raises KeyError if the set is empty.
    #[method("pop()")]
    fn py_pop(&self, cx: &mut Cx) -> PyResult {
        match self.pop() {
            Some(v) => Ok(v),
            None => Err(cx.raise_msg(crate::types::exc::KeyError(), format_args!("pop from an empty set"))),
        }
    }

    /// Update the set, removing elements found in others.
    #[method("difference_update(*others)")]
    fn py_difference_update(&self, others: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        others.iter().try_for_each(|o| self.difference_update(o, cx))
    }

    /// Update the set, keeping only elements found in it and all others.
    #[method("intersection_update(*others)")]
    fn py_intersection_update(&self, others: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        self.intersection_update_all(&others, cx)
    }

    /// Update the set, keeping only elements found in either set, but not in both.
    #[method("symmetric_difference_update(other, /)")]
    fn py_symmetric_difference_update(&self, other: &Object, cx: &mut Cx) -> PyResult<()> {
        self.symmetric_difference_update(other, cx)
    }

    /// Update the set, adding elements from all others.
    #[method("update(*others)")]
    fn py_update(&self, others: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        self.update_all(&others, cx)
    }
}

#[pymethods]
impl PyFrozenSet {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let same = |a: Option<crate::typeobj::InitProc>, b: Option<crate::typeobj::InitProc>| a.map(|f| f as usize) == b.map(|f| f as usize);
        let plain = std::ptr::eq(cls, PyFrozenSet::ty()) || same(cls.tp_init.get(), PyFrozenSet::ty().tp_init.get());
        let items = one_argument("frozenset", &args, if plain { kwargs } else { Kwargs::EMPTY }, cx)?;
        PyFrozenSet::make(cls, items, cx)
    }

    #[slot(tp_vectorcall)]
    fn py_vectorcall(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let items = one_argument("frozenset", &args, kwargs, cx)?;
        PyFrozenSet::make(cls, items, cx)
    }

    #[slot(tp_hash)]
    fn py_hash(&self) -> isize {
        self.set.frozen_hash()
    }
}

impl PyFrozenSet {
    fn make(cls: &PyType, items: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        match items {
            Some(items) if std::ptr::eq(cls, PyFrozenSet::ty()) => PyFrozenSet::from_iterable(items, cx),
            _ => PySet::new_of(cls, items, cx),
        }
    }
}

macro_rules! common {
    ($ty:ident) => {
        #[pymethods(COMMON_PART)]
        impl $ty {
            #[slot(tp_repr)]
            fn py_repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
                self.core().repr_text(cx)
            }
            #[slot(tp_richcompare)]
            fn py_compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
                self.core().compare(other, op, cx)
            }
            #[slot(tp_iter)]
            fn py_iter(&self, cx: &mut Cx) -> PyResult<Own<PySetIter>> {
                PySetIter::of(self.core(), cx)
            }
            #[slot(sq_length)]
            fn py_len(&self) -> usize {
                self.core().len()
            }
            #[slot(nb_subtract)]
            fn py_sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
                binary(a, b, cx, |a, b, cx| a.difference(b, cx))
            }
            #[slot(nb_and)]
            fn py_and(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
                binary(a, b, cx, |a, b, cx| a.intersection(b, cx))
            }
            #[slot(nb_xor)]
            fn py_xor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
                binary(a, b, cx, |a, b, cx| a.symmetric_difference(b, cx))
            }
            #[slot(nb_or)]
            fn py_or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
                binary(a, b, cx, |a, b, cx| a.union(&[b], cx))
            }

            /// x.__contains__(y) <==> y in x.
            #[slot(sq_contains)]
            #[method("__contains__(object, /)", coexist)]
            fn py_contains(&self, object: &Object, cx: &mut Cx) -> PyResult<bool> {
                self.core().contains(object, cx)
            }

            /// Return a shallow copy of a set.
            #[method("copy()")]
            fn py_copy(&self, cx: &mut Cx) -> PyResult {
                self.core().copy(cx)
            }

            /// Return a new set with elements in the set that are not in the others.
            #[method("difference(*others)")]
            fn py_difference(&self, others: Args<'_>, cx: &mut Cx) -> PyResult {
                self.core().difference_all(&others, cx)
            }

            /// Return a new set with elements common to the set and all others.
            #[method("intersection(*others)")]
            fn py_intersection(&self, others: Args<'_>, cx: &mut Cx) -> PyResult {
                self.core().intersection_all(&others, cx)
            }

            /// Return True if two sets have a null intersection.
            #[method("isdisjoint(other, /)")]
            fn py_isdisjoint(&self, other: &Object, cx: &mut Cx) -> PyResult<bool> {
                self.core().is_disjoint(other, cx)
            }

            /// Report whether another set contains this set.
            #[method("issubset(other, /)")]
            fn py_issubset(&self, other: &Object, cx: &mut Cx) -> PyResult<bool> {
                self.core().is_subset(other, cx)
            }

            /// Report whether this set contains another set.
            #[method("issuperset(other, /)")]
            fn py_issuperset(&self, other: &Object, cx: &mut Cx) -> PyResult<bool> {
                self.core().is_superset(other, cx)
            }

            /// Return state information for pickling.
            #[method("__reduce__()")]
            fn py_reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
                self.core().reduce(cx)
            }

            /// S.__sizeof__() -> size of S in memory, in bytes.
            #[method("__sizeof__()")]
            fn py_sizeof(&self) -> usize {
                self.ty().tp_basicsize.get() as usize + self.core().extra_bytes()
            }

            /// Return a new set with elements in either the set or other but not both.
            #[method("symmetric_difference(other, /)")]
            fn py_symmetric_difference(&self, other: &Object, cx: &mut Cx) -> PyResult {
                self.core().symmetric_difference(other, cx)
            }

            /// Return a new set with elements from the set and all others.
            #[method("union(*others)")]
            fn py_union(&self, others: Args<'_>, cx: &mut Cx) -> PyResult {
                self.core().union(&others, cx)
            }

            /// generators are generic over the types of their yield, send, and return values
            #[classmethod("__class_getitem__(object, /)")]
            fn py_class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult {
                crate::types::object_::generic_alias_hook(cls, object, cx)
            }
        }
    };
}
common!(PySet);
common!(PyFrozenSet);
