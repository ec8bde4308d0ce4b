//! `mappingproxy`: a read-only view of any mapping.

use crate::abstract_::{self, CmpOp, number};
use crate::cx::Cx;
use crate::err::PyResult;
use crate::field::Field;
use crate::name;
use crate::refs::*;
use crate::types::dict::PyDict;
use crate::types::str::PyStr;
use taipan_macros::{pymethods, pytype};

/// Read-only proxy of a mapping.
#[pytype(name = "mappingproxy", no_clear, export = "PyDictProxy_Type", gc, mapping)]
#[repr(C)]
pub struct PyMappingProxy {
    head: ObjHead,
    mapping: Field<Object>,
}

impl PyMappingProxy {
    /// A proxy of a mapping that is known to be one.
    pub fn of(mapping: &Object, cx: &mut Cx) -> PyResult<Own<PyMappingProxy>> {
        cx.new_object(PyMappingProxy { head: Object::placeholder(), mapping: Field::new(mapping.own()) })
    }

    /// What the proxy shows.
    pub fn mapping(&self) -> &Object {
        &self.mapping
    }

    fn call(&self, method: &PyStr, args: &[&Object], cx: &mut Cx) -> PyResult {
        let m = self.mapping.own();
        crate::call::call_method(&m, method, args, cx)
    }

    fn unwrap(o: &Object) -> &Object {
        o.downcast::<PyMappingProxy>().map_or(o, |p| p.mapping())
    }
}

#[pymethods]
impl PyMappingProxy {
    #[new("mappingproxy(mapping)")]
    fn py_new(_cls: &crate::typeobj::PyType, mapping: &Object, cx: &mut Cx) -> PyResult<Own<PyMappingProxy>> {
        use crate::types::{list::PyList, tuple::PyTuple};
        let subscript = mapping.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some());
        if !subscript || mapping.is_a::<PyList>() || mapping.is_a::<PyTuple>() {
            return Err(cx.type_error(format_args!("mappingproxy() argument must be a mapping, not {}", mapping.ty().tp_name_str())));
        }
        PyMappingProxy::of(mapping, cx)
    }

    #[slot(tp_repr)]
    fn py_repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut out = super::text::TextBuf::new();
        out.push("mappingproxy(");
        out.push_str(&*abstract_::repr(&self.mapping, cx)?);
        out.push(")");
        out.finish(cx)
    }

    #[slot(tp_str)]
    fn py_str(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        abstract_::str(&self.mapping, cx)
    }

    #[slot(tp_hash)]
    fn py_hash(&self, cx: &mut Cx) -> PyResult<isize> {
        abstract_::hash(&self.mapping, cx)
    }

    #[slot(tp_richcompare)]
    fn py_compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult {
        abstract_::rich_compare(&self.mapping, other, op, cx)
    }

    #[slot(tp_iter)]
    fn py_iter(&self, cx: &mut Cx) -> PyResult {
        abstract_::iter::get_iter(&self.mapping, cx)
    }

    #[slot(mp_length)]
    fn py_len(&self, cx: &mut Cx) -> PyResult<usize> {
        abstract_::len(&self.mapping, cx)
    }

    #[slot(mp_subscript)]
    fn py_getitem(&self, key: &Object, cx: &mut Cx) -> PyResult {
        abstract_::get_item(&self.mapping, key, cx)
    }

    #[slot(sq_contains)]
    fn py_contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        match self.mapping.exact::<PyDict>() {
            Some(d) => d.contains(key, cx),
            None => abstract_::sequence::contains(&self.mapping, key, cx),
        }
    }

    #[slot(nb_or)]
    fn py_or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult {
        number::binary(&number::OR, PyMappingProxy::unwrap(lhs), PyMappingProxy::unwrap(rhs), cx)
    }

    #[slot(nb_inplace_or)]
    fn py_ior(lhs: &Object, _rhs: &Object, cx: &mut Cx) -> PyResult {
        Err(cx.type_error(format_args!("'|=' is not supported by {}; use '|' instead", lhs.ty().tp_name_str())))
    }

    /// Return the value for key if key is in the mapping, else default.
    #[method("get(key, default=None, /)")]
    fn py_get(&self, key: &Object, default: Option<&Object>, cx: &mut Cx) -> PyResult {
        self.call(name!(cx, "get"), &[key, default.unwrap_or(crate::types::none())], cx)
    }

    /// D.keys() -> a set-like object providing a view on D's keys
    #[method("keys()")]
    fn py_keys(&self, cx: &mut Cx) -> PyResult {
        self.call(name!(cx, "keys"), &[], cx)
    }

    /// D.values() -> an object providing a view on D's values
    #[method("values()")]
    fn py_values(&self, cx: &mut Cx) -> PyResult {
        self.call(name!(cx, "values"), &[], cx)
    }

    /// D.items() -> a set-like object providing a view on D's items
    #[method("items()")]
    fn py_items(&self, cx: &mut Cx) -> PyResult {
        self.call(name!(cx, "items"), &[], cx)
    }

    /// D.copy() -> a shallow copy of D
    #[method("copy()")]
    fn py_copy(&self, cx: &mut Cx) -> PyResult {
        self.call(name!(cx, "copy"), &[], cx)
    }

    /// frozensets are generic over the type of their elements
    #[classmethod("__class_getitem__(object, /)")]
    fn py_class_getitem(cls: &crate::typeobj::PyType, object: &Object, cx: &mut Cx) -> PyResult {
        crate::types::object_::generic_alias_hook(cls, object, cx)
    }

    /// D.__reversed__() -> reverse iterator
    #[method("__reversed__()")]
    fn py_reversed(&self, cx: &mut Cx) -> PyResult {
        self.call(name!(cx, "__reversed__"), &[], cx)
    }
}
