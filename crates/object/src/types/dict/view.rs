//! Views: `dict.keys()`, `dict.values()`, `dict.items()`. Keys and items behave as sets.

use super::iter::{self as diter, What};
use super::text::TextBuf;
use super::*;
use crate::abstract_::{self, CmpOp};
use crate::field::Field;
use crate::name;
use crate::types::set::PySet;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use taipan_macros::{pymethods, pytype};

/// The dict and kind of a set-like view, if `o` is one.
fn set_view(o: &Object) -> Option<(Own<PyDict>, What)> {
    if let Some(v) = o.downcast::<PyDictKeys>() {
        return Some((v.dict.new_ref(), What::Keys));
    }
    o.downcast::<PyDictItems>().map(|v| (v.dict.new_ref(), What::Items))
}

/// The dict and kind of a view of exactly one of the three types.
pub(crate) fn viewed(o: &Object) -> Option<(Own<PyDict>, What)> {
    if let Some(v) = o.exact::<PyDictItems>() {
        return Some((v.dict.new_ref(), What::Items));
    }
    if let Some(v) = o.exact::<PyDictValues>() {
        return Some((v.dict.new_ref(), What::Values));
    }
    o.exact::<PyDictKeys>().map(|v| (v.dict.new_ref(), What::Keys))
}

fn is_set_like(o: &Object) -> bool {
    o.is_a::<PyDictKeys>() || o.is_a::<PyDictItems>() || crate::types::set::is_any_set(o)
}

/// Whether an item belongs to the view.
fn view_contains(d: &PyDict, what: What, item: &Object, cx: &mut Cx) -> PyResult<bool> {
    if what == What::Keys {
        return d.contains(item, cx);
    }
    let Some([key, value]) = item.downcast::<PyTuple>().map(|t| t.as_slice()).and_then(|s| <&[&Object; 2]>::try_from(s).ok()) else {
        return Ok(false);
    };
    match d.get(key, cx)? {
        Some(found) => abstract_::eq(&found, value, cx),
        None => Ok(false),
    }
}

/// Whether every item of `a` is in `b`.
fn all_in(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<bool> {
    let mut all = true;
    abstract_::iter::for_each(a, cx, |v, cx| {
        all = abstract_::sequence::contains(b, &v, cx)?;
        Ok(all)
    })?;
    Ok(all)
}

fn view_compare(me: &Object, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
    if !is_set_like(other) {
        return Ok(crate::types::not_implemented().own());
    }
    let (a, b) = (abstract_::len(me, cx)?, abstract_::len(other, cx)?);
    let yes = match op {
        CmpOp::Eq => a == b && all_in(me, other, cx)?,
        CmpOp::Ne => !(a == b && all_in(me, other, cx)?),
        CmpOp::Lt => a < b && all_in(me, other, cx)?,
        CmpOp::Le => a <= b && all_in(me, other, cx)?,
        CmpOp::Gt => a > b && all_in(other, me, cx)?,
        CmpOp::Ge => a >= b && all_in(other, me, cx)?,
    };
    Ok(crate::types::boolean::from_bool(yes))
}

/// A new set of an operand's items.
fn to_set(o: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
    match o.downcast::<PyDictKeys>() {
        Some(v) => {
            let d = v.dict.new_ref();
            PySet::from_iterable(&d, cx)
        }
        None => PySet::from_iterable(o, cx),
    }
}

fn view_sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
    let out = to_set(a, cx)?;
    out.difference_update(b, cx)?;
    Ok(out)
}

fn view_or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
    let out = to_set(a, cx)?;
    out.update(b, cx)?;
    Ok(out)
}

fn view_and(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
    let (mut me, mut other) = if set_view(a).is_some() { (a, b) } else { (b, a) };
    let Some((d, _)) = set_view(me) else { return Ok(crate::types::not_implemented().own()) };
    if other.is_exact::<PySet>() && d.len() <= abstract_::len(other, cx)? {
        return crate::call::call_method(other, name!(cx, "intersection"), &[me], cx);
    }
    if let Some((o, _)) = set_view(other) {
        if o.len() > d.len() {
            std::mem::swap(&mut me, &mut other);
        }
    }
    let Some((d, what)) = set_view(me) else { return Ok(crate::types::not_implemented().own()) };
    let out = PySet::new(cx)?;
    abstract_::iter::for_each(other, cx, |v, cx| {
        if view_contains(&d, what, &v, cx)? {
            out.add(&v, cx)?;
        }
        Ok(true)
    })?;
    Ok(out.into_object())
}

fn view_xor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
    if let (Some(x), Some(y)) = (a.downcast::<PyDictItems>(), b.downcast::<PyDictItems>()) {
        let (x, y) = (x.dict.new_ref(), y.dict.new_ref());
        return items_xor(&x, &y, cx).map(Own::into_object);
    }
    let out = to_set(a, cx)?;
    out.symmetric_difference_update(b, cx)?;
    Ok(out.into_object())
}

/// The items that are in one dict only. Compares by key first, so values need not be hashable unless they differ.
fn items_xor(x: &PyDict, y: &PyDict, cx: &mut Cx) -> PyResult<Own<PySet>> {
    let rest = y.copy(cx)?;
    let out = PySet::new(cx)?;
    let mut at = 0;
    while let Some((k, v, h)) = x.next_own(&mut at) {
        let same = match rest.get_with_hash(&k, h, cx)? {
            None => false,
            Some(w) => abstract_::eq(&v, &w, cx)?,
        };
        if same {
            drop(rest.remove_with_hash(&k, h, cx)?);
        } else {
            let t = PyTuple::from_vec(vec![k, v], cx)?;
            out.add(&t, cx)?;
        }
    }
    let mut at = 0;
    while let Some((k, v, _)) = rest.next_own(&mut at) {
        let t = PyTuple::from_vec(vec![k, v], cx)?;
        out.add(&t, cx)?;
    }
    Ok(out)
}

fn view_isdisjoint(me: &Object, other: &Object, cx: &mut Cx) -> PyResult<bool> {
    let mine = abstract_::len(me, cx)?;
    if me.is(other) {
        return Ok(mine == 0);
    }
    let (mut each, mut within) = (other, me);
    // Walk the shorter one, if both can be asked for members.
    if is_set_like(other) && abstract_::len(other, cx)? > mine {
        std::mem::swap(&mut each, &mut within);
    }
    let mut disjoint = true;
    abstract_::iter::for_each(each, cx, |v, cx| {
        disjoint = !abstract_::sequence::contains(within, &v, cx)?;
        Ok(disjoint)
    })?;
    Ok(disjoint)
}

fn view_repr(me: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let Some(_guard) = abstract_::repr_enter(me, cx) else { return PyStr::new("...", cx) };
    let list = abstract_::iter::to_list(me, cx)?;
    let mut out = TextBuf::new();
    out.push(me.ty().tp_name_str());
    out.push("(");
    out.push_str(&*abstract_::repr(&list, cx)?);
    out.push(")");
    out.finish(cx)
}

macro_rules! dict_view {
    ($ty:ident, $name:literal, $export:literal, $what:expr, [$($part:ident),*]) => {
        #[pytype(name = $name, no_clear, export = $export, gc, no_new, derived, parts($($part),*))]
        #[repr(C)]
        #[doc(hidden)]
        pub struct $ty {
            head: ObjHead,
            dict: Field<PyDict>,
        }

        impl $ty {
            /// The view of a dict.
            pub fn of(d: &PyDict, cx: &mut Cx) -> PyResult<Own<$ty>> {
                cx.new_object($ty::part(d))
            }
            /// The struct of a view, for types that extend it.
            pub fn part(d: &PyDict) -> $ty {
                $ty { head: Object::placeholder(), dict: Field::new(d.new_ref()) }
            }
            /// The dict.
            pub fn dict(&self) -> &PyDict {
                &self.dict
            }
        }

        #[pymethods]
        impl $ty {
            #[slot(tp_repr)]
            fn py_repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
                view_repr(self, cx)
            }
            #[slot(tp_iter)]
            fn py_iter(&self, cx: &mut Cx) -> PyResult {
                diter::new(&self.dict, $what, cx)
            }
            #[slot(sq_length)]
            fn py_len(&self) -> usize {
                self.dict.len()
            }
            /// Return a reverse iterator over the dict's entries.
            #[method("__reversed__()")]
            fn py_reversed(&self, cx: &mut Cx) -> PyResult {
                diter::new_reversed(&self.dict, $what, cx)
            }
            /// dictionary that this view refers to
            #[getter("mapping")]
            fn py_mapping(&self, cx: &mut Cx) -> PyResult {
                super::proxy::PyMappingProxy::of(&self.dict, cx).map(Own::into_object)
            }
        }
    };
}

macro_rules! set_like {
    ($ty:ident, $what:expr) => {
        #[pymethods(SET_PART)]
        impl $ty {
            #[slot(tp_richcompare)]
            fn py_compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
                view_compare(self, other, op, cx)
            }
            #[slot(sq_contains)]
            fn py_contains(&self, item: &Object, cx: &mut Cx) -> PyResult<bool> {
                view_contains(&self.dict, $what, item, cx)
            }
            #[slot(nb_subtract)]
            fn py_sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
                view_sub(a, b, cx)
            }
            #[slot(nb_and)]
            fn py_and(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
                view_and(a, b, cx)
            }
            #[slot(nb_xor)]
            fn py_xor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult {
                view_xor(a, b, cx)
            }
            #[slot(nb_or)]
            fn py_or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<PySet>> {
                view_or(a, b, cx)
            }
            /// Return True if the view and the given iterable have a null intersection.
            #[method("isdisjoint(object, /)")]
            fn py_isdisjoint(&self, object: &Object, cx: &mut Cx) -> PyResult<bool> {
                view_isdisjoint(self, object, cx)
            }
        }
    };
}

dict_view!(PyDictKeys, "dict_keys", "PyDictKeys_Type", What::Keys, [PART, SET_PART]);
set_like!(PyDictKeys, What::Keys);
dict_view!(PyDictItems, "dict_items", "PyDictItems_Type", What::Items, [PART, SET_PART]);
set_like!(PyDictItems, What::Items);
dict_view!(PyDictValues, "dict_values", "PyDictValues_Type", What::Values, [PART]);

/// The types of this file, for the list of types to ready.
pub const SPECS: &[&crate::typeobj::TypeSpec] = &[PyDictKeys::SPEC, PyDictItems::SPEC, PyDictValues::SPEC];
