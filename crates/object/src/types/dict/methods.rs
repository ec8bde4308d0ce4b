//! The type `dict` as Python sees it.

use super::iter::{self as diter, What};
use super::text::TextBuf;
use super::view::{PyDictItems, PyDictKeys, PyDictValues};
use super::*;
use crate::abstract_::{self, CmpOp};
use crate::args::{Args, Kwargs};
use crate::name;
use crate::typeobj::{PyType, TypeSpec};
use crate::types::exc;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;
use taipan_macros::pymethods;

impl PyDict {
    /// The type's specification.
    pub const SPEC: &'static TypeSpec = &TypeSpec {
        name: PyDict::KERNEL_NAME,
        doc: Some(
            c"dict() -> new empty dictionary
dict(mapping) -> new dictionary initialized from a mapping object's
    (key, value) pairs
dict(iterable) -> new dictionary initialized as if via:
    d = {}
    for k, v in iterable:
        d[k] = v
dict(**kwargs) -> new dictionary initialized with the name=value pairs
    in the keyword argument list.  For example:  dict(one=1, two=2)",
        ),
        basicsize: size_of::<PyDict>() as isize,
        itemsize: 0,
        flags: PyDict::KERNEL_FLAGS,
        base: None,
        dictoffset: 0,
        weaklistoffset: 0,
        vectorcall_offset: 0,
        dealloc: Some(dealloc),
        traverse: Some(traverse),
        clear: Some(clear),
        parts: &[PyDict::PART],
        attrs: &[],
        storage: &PyDict_Type,
    };

    /// An empty dict of a subtype.
    fn new_of(cls: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
        if std::ptr::eq(cls, PyDict::ty()) {
            return PyDict::new(cx).map(Own::into_object);
        }
        let o = crate::typeobj::alloc::alloc_untracked(cls, 0, cx)?;
        // SAFETY: a fresh zeroed instance of a dict type.
        unsafe {
            o.cast_unchecked::<PyDict>().init_zeroed();
            gc::track(o.as_ptr());
        }
        Ok(o)
    }

    /// Equality of contents with another dict.
    pub fn equals(&self, other: &PyDict, cx: &mut Cx) -> PyResult<bool> {
        if self.len() != other.len() {
            return Ok(false);
        }
        let mut at = 0;
        while let Some((key, value, hash)) = self.next_own(&mut at) {
            match other.get_with_hash(&key, hash, cx)? {
                None => return Ok(false),
                Some(theirs) => {
                    if !abstract_::eq(&value, &theirs, cx)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// `{key: value, …}`.
    fn repr_text(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut out = TextBuf::new();
        out.push("{");
        let mut at = 0;
        let mut first = true;
        while let Some((key, value, _)) = self.next_own(&mut at) {
            if !std::mem::take(&mut first) {
                out.push(", ");
            }
            out.push_str(&*abstract_::repr(&key, cx)?);
            out.push(": ");
            out.push_str(&*abstract_::repr(&value, cx)?);
        }
        out.push("}");
        out.finish(cx)
    }

    /// Raise `KeyError(key)`.
    #[cold]
    pub(crate) fn key_error(key: &Object, cx: &mut Cx) -> crate::err::Raised {
        cx.raise_arg(exc::KeyError(), key)
    }
}

#[pymethods]
impl PyDict {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyDict::new_of(cls, cx)
    }

    #[slot(tp_vectorcall)]
    fn py_vectorcall(cls: &PyType, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = PyDict::new_of(cls, cx)?;
        // SAFETY: just made as a dict.
        unsafe { o.cast_unchecked::<PyDict>() }.update_args("dict", &args, kwargs, cx)?;
        Ok(o)
    }

    #[slot(tp_init)]
    fn py_init(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.update_args("dict", &args, kwargs, cx)
    }

    #[slot(tp_repr)]
    fn py_repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        match abstract_::repr_enter(self, cx) {
            None => PyStr::new("{...}", cx),
            Some(_guard) => self.repr_text(cx),
        }
    }

    #[slot(tp_richcompare)]
    fn py_compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
        let (CmpOp::Eq | CmpOp::Ne, Some(other)) = (op, other.downcast::<PyDict>()) else {
            return Ok(crate::types::not_implemented().own());
        };
        let same = self.equals(other, cx)?;
        Ok(crate::types::boolean::from_bool(same == (op == CmpOp::Eq)))
    }

    #[slot(tp_iter)]
    fn py_iter(&self, cx: &mut Cx) -> PyResult {
        diter::new(self, What::Keys, cx)
    }

    #[slot(mp_length)]
    fn py_len(&self) -> usize {
        self.len()
    }

    #[slot(mp_ass_subscript)]
    fn py_assign(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        match value {
            Some(v) => self.set(key, v, cx),
            None => match self.remove(key, cx)? {
                Some(_) => Ok(()),
                None => Err(PyDict::key_error(key, cx)),
            },
        }
    }

    #[slot(nb_or)]
    fn py_or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult {
        let (Some(a), true) = (lhs.downcast::<PyDict>(), rhs.is_a::<PyDict>()) else {
            return Ok(crate::types::not_implemented().own());
        };
        let out = a.copy(cx)?;
        out.update_from(rhs, cx)?;
        Ok(out.into_object())
    }

    #[slot(nb_inplace_or)]
    fn py_ior(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult {
        match lhs.downcast::<PyDict>() {
            Some(d) => d.update_from(rhs, cx)?,
            None => return Ok(crate::types::not_implemented().own()),
        }
        Ok(lhs.own())
    }

    /// True if the dictionary has the specified key, else False.
    #[slot(sq_contains)]
    #[method("__contains__(key, /)", coexist)]
    fn py_contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        self.contains(key, cx)
    }

    /// Return self[key].
    #[slot(mp_subscript)]
    #[method("__getitem__(key, /)", coexist)]
    fn py_getitem(&self, key: &Object, cx: &mut Cx) -> PyResult {
        match self.get(key, cx)? {
            Some(v) => Ok(v),
            None => self.missing(key, cx),
        }
    }

    #[cold]
    fn missing(&self, key: &Object, cx: &mut Cx) -> PyResult {
        if !self.is_exact::<PyDict>() {
            if let Some(v) = crate::call::call_special(self, name!(cx, "__missing__"), &[key], cx)? {
                return Ok(v);
            }
        }
        Err(PyDict::key_error(key, cx))
    }

    /// Return the size of the dict in memory, in bytes.
    #[method("__sizeof__()")]
    fn py_sizeof(&self) -> usize {
        self.ty().tp_basicsize.get() as usize + self.extra_bytes()
    }

    /// Return the value for key if key is in the dictionary, else default.
    #[method("get(key, default=None, /)")]
    fn py_get(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        Ok(match self.get(key, cx)? {
            Some(v) => v,
            None => default.unwrap_or(crate::types::none()).own(),
        })
    }

    /// Insert key with a value of default if key is not in the dictionary.
    ///
    /// Return the value for key if key is in the dictionary, else default.
    #[method("setdefault(key, default=None, /)")]
    fn py_setdefault(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        Ok(self.setdefault(key, default.unwrap_or(crate::types::none()), cx)?.0)
    }

    /// D.pop(k[,d]) -> v, remove specified key and return the corresponding value.
    ///
    /// If the key is not found, return the default if given; otherwise,
    /// raise a KeyError.
    #[method("pop(key, default=<unrepresentable>, /)")]
    fn py_pop(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        let found = if self.is_empty() { None } else { self.remove(key, cx)? };
        match (found, default) {
            (Some(v), _) => Ok(v),
            (None, Some(d)) => Ok(d.own()),
            (None, None) => Err(PyDict::key_error(key, cx)),
        }
    }

    /// Remove and return a (key, value) pair as a 2-tuple.
    ///
    /// Pairs are returned in LIFO (last-in, first-out) order.
    /// Raises KeyError if the dict is empty.
    #[method("popitem()")]
    fn py_popitem(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match self.pop_last(cx)? {
            Some((k, v)) => PyTuple::from_vec(vec![k, v], cx),
            None => Err(cx.raise_msg(exc::KeyError(), format_args!("popitem(): dictionary is empty"))),
        }
    }

    /// Return a set-like object providing a view on the dict's keys.
    #[method("keys()")]
    fn py_keys(&self, cx: &mut Cx) -> PyResult<Own<PyDictKeys>> {
        PyDictKeys::of(self, cx)
    }

    /// Return a set-like object providing a view on the dict's items.
    #[method("items()")]
    fn py_items(&self, cx: &mut Cx) -> PyResult<Own<PyDictItems>> {
        PyDictItems::of(self, cx)
    }

    /// Return an object providing a view on the dict's values.
    #[method("values()")]
    fn py_values(&self, cx: &mut Cx) -> PyResult<Own<PyDictValues>> {
        PyDictValues::of(self, cx)
    }

    /// D.update([E, ]**F) -> None.  Update D from mapping/iterable E and F.
    /// If E is present and has a .keys() method, then does:  for k in E.keys(): D[k] = E[k]
    /// If E is present and lacks a .keys() method, then does:  for k, v in E: D[k] = v
    /// In either case, this is followed by: for k in F:  D[k] = F[k]
    #[method("update(*args, **kwargs)", nosig)]
    fn py_update(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        self.update_args("update", &args, kwargs, cx)
    }

    /// Create a new dictionary with keys from iterable and values set to value.
    #[classmethod("fromkeys(iterable, value=None, /)")]
    fn py_fromkeys(cls: &PyType, iterable: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult {
        let value = value.unwrap_or(crate::types::none());
        let out = crate::call::call(cls, &[], cx)?;
        if let Some(d) = out.exact::<PyDict>() {
            let exact = iterable.is_exact::<crate::types::set::PySet>() || iterable.is_exact::<crate::types::set::PyFrozenSet>();
            if let (Some(s), true) = (crate::types::set::any_set(iterable), exact) {
                // The hashes are known.
                let mut at = 0;
                while let Some((k, h)) = s.next_own(&mut at) {
                    d.set_with_hash(&k, h, value.own(), cx)?;
                }
                return Ok(out);
            }
            crate::abstract_::iter::for_each(iterable, cx, |k, cx| d.set(&k, value, cx).map(|()| true))?;
        } else {
            crate::abstract_::iter::for_each(iterable, cx, |k, cx| abstract_::set_item(&out, &k, Some(value), cx).map(|()| true))?;
        }
        Ok(out)
    }

    /// Remove all items from the dict.
    #[method("clear()")]
    fn py_clear(&self, cx: &mut Cx) {
        self.clear_items(cx)
    }

    /// Return a shallow copy of the dict.
    #[method("copy()")]
    fn py_copy(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        self.copy(cx)
    }

    /// Return a reverse iterator over the dict keys.
    #[method("__reversed__()")]
    fn py_reversed(&self, cx: &mut Cx) -> PyResult {
        diter::new_reversed(self, What::Keys, cx)
    }

    /// dicts are generic over two types, signifying (respectively) the types of their keys and values
    #[classmethod("__class_getitem__(object, /)")]
    fn py_class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult {
        crate::types::object_::generic_alias_hook(cls, object, cx)
    }
}
