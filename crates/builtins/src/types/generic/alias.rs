//! `types.GenericAlias`: `list[int]`. Unknown attributes are those of the origin.

use super::params::{make_parameters, repr_type, substitute};
use super::union::union_or;
use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::{abstract_, attr, call};

#[pytype(
    name = "types.GenericAlias", no_clear,
    export = "Py_GenericAliasType",
    gc,
    basetype,
    doc = "GenericAlias(origin, args, /)\n--\n\nRepresent a PEP 585 generic type\n\nFor example, for t = list[int], t.__origin__ is list and t.__args__\nis (int,)."
)]
#[repr(C)]
pub struct PyGenericAlias {
    head: ObjHead,
    #[member("__origin__", readonly)]
    origin: Field<Object>,
    args: Field<PyTuple>,
    parameters: FieldCell<PyTuple>,
    weak: WeakList,
    starred: Cell<bool>,
    vectorcall: Vectorcall,
}

/// Own attributes; everything else comes from the origin.
const OWN: &[&str] = &[
    "__class__", "__origin__", "__args__", "__unpacked__", "__parameters__", "__typing_unpacked_tuple_args__", "__mro_entries__", "__reduce_ex__", "__reduce__",
];
/// Not forwarded and not there.
const BLOCKED: &[&str] = &["__bases__", "__copy__", "__deepcopy__"];

fn make(cls: &PyType, origin: &Object, args: &Object, starred: bool, cx: &mut Cx) -> PyResult<Own<PyGenericAlias>> {
    let args = match args.downcast::<PyTuple>() {
        Some(t) => t.new_ref(),
        None => PyTuple::from_slice(&[args], cx)?,
    };
    let a = PyGenericAlias {
        head: Object::placeholder(),
        origin: Field::new(origin.own()),
        args: Field::new(args),
        parameters: FieldCell::empty(),
        weak: WeakList::new(),
        starred: Cell::new(starred),
        vectorcall: Vectorcall::new(PyGenericAlias::VECTORCALL),
    };
    cx.new_object_of(cls, a)
}

/// `origin[args]` (`Py_GenericAlias`).
pub fn new_alias(origin: &Object, args: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    make(PyGenericAlias::ty(), origin, args, false, cx).map(Own::into_object)
}

impl PyGenericAlias {
    /// The generic type.
    pub fn origin(&self) -> &Object {
        &self.origin
    }
    /// Its arguments.
    pub fn args(&self) -> &PyTuple {
        &self.args
    }
    fn params(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if let Some(p) = self.parameters.own() {
            return Ok(p);
        }
        let p = make_parameters(&self.args, cx)?;
        self.parameters.set(Some(p.clone()), cx);
        Ok(p)
    }
}

fn shown(o: &Object, cx: &mut Cx) -> PyResult<String> {
    let _g = cx.enter_call(" while getting the repr of an object")?;
    match o.exact::<PyList>() {
        Some(l) => {
            let mut parts = Vec::new();
            // Showing an item may shorten the list.
            for i in 0..l.len() {
                let Some(v) = l.get_own(i) else { return Err(cx.index_error(format_args!("list index out of range"))) };
                parts.push(repr_type(&v, cx)?);
            }
            Ok(format!("[{}]", parts.join(", ")))
        }
        None => repr_type(o, cx),
    }
}

#[pymethods]
impl PyGenericAlias {
    #[new]
    fn py_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyGenericAlias>> {
        kw.refuse("GenericAlias", cx)?;
        match args.0 {
            [origin, a] => make(cls, origin, a, false, cx),
            a => Err(cx.type_error(format_args!("GenericAlias expected 2 arguments, got {}", a.len()))),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let origin = repr_type(&self.origin, cx)?;
        let mut parts = Vec::new();
        for a in self.args.as_slice() {
            parts.push(shown(a, cx)?);
        }
        let inside = if parts.is_empty() { "()".to_owned() } else { parts.join(", ") };
        Ok(format!("{}{origin}[{inside}]", if self.starred.get() { "*" } else { "" }))
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        Ok(abstract_::hash(&self.origin, cx)? ^ abstract_::hash(self.args.as_object(), cx)?)
    }
    #[vectorcall]
    fn fast_call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.call(args, kw, cx)
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (names, vals) = kw.split(cx)?;
        let o = call::call_kw(&self.origin, args.0, vals, names.as_deref(), cx)?;
        if let Err(r) = attr::set(&o, name!(cx, "__orig_class__"), Some(self), cx) {
            if !cx.raised_is(exc::AttributeError()) && !cx.raised_is(exc::TypeError()) {
                return Err(r);
            }
            cx.discard(r);
        }
        Ok(o)
    }
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = attr::as_name(name, cx)?;
        let own = n.as_ascii().is_some_and(|t| t.starts_with("__") && (OWN.contains(&t) || BLOCKED.contains(&t)));
        if own { attr::generic_get(self, &n, cx) } else { attr::get(&self.origin, &n, cx) }
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.downcast::<PyGenericAlias>()) else { return Ok(not_implemented().own()) };
        let same = self.starred.get() == o.starred.get()
            && abstract_::eq(&self.origin, &o.origin, cx)?
            && abstract_::eq(self.args.as_object(), o.args.as_object(), cx)?;
        Ok(from_bool(same == (op == CmpOp::Eq)))
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<GenericAliasIter>> {
        cx.new_object(GenericAliasIter { head: Object::placeholder(), obj: FieldCell::new(Some(self.own())) })
    }
    #[slot(nb_or)]
    fn or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        union_or(lhs, rhs, cx)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let params = self.params(cx)?;
        let args = substitute(self, &self.args, &params, key, cx)?;
        make(PyGenericAlias::ty(), &self.origin, &args, self.starred.get(), cx).map(Own::into_object)
    }
    #[method("__mro_entries__(object, /)", doc = "")]
    fn mro_entries(&self, _object: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        PyTuple::from_slice(&[&self.origin], cx)
    }
    #[method("__instancecheck__(object, /)", doc = "")]
    fn instancecheck(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("isinstance() argument 2 cannot be a parameterized generic")))
    }
    #[method("__subclasscheck__(object, /)", doc = "")]
    fn subclasscheck(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(cx.type_error(format_args!("issubclass() argument 2 cannot be a parameterized generic")))
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if self.starred.get() {
            let plain = new_alias(&self.origin, self.args.as_object(), cx)?;
            let it = abstract_::iter::get_iter(&plain, cx)?;
            let next = cx.import_attr("builtins", "next")?;
            let args = PyTuple::from_slice(&[&it], cx)?;
            return PyTuple::from_slice(&[&next, &args], cx);
        }
        let args = PyTuple::from_slice(&[&self.origin, self.args.as_object()], cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args], cx)
    }
    #[method("__dir__()", doc = "")]
    fn dir(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let dir = cx.import_attr("builtins", "dir")?;
        let names = call::call(&dir, &[&*self.origin], cx)?;
        if let Some(l) = names.downcast::<PyList>() {
            for n in OWN {
                let n = PyStr::new_interned(n, cx)?;
                if !taipan_object::abstract_::sequence::contains(l, &n, cx)? {
                    l.push(n.into_object(), cx)?;
                }
            }
        }
        Ok(names)
    }
    #[getter("__args__")]
    fn get_args(&self) -> Own<PyTuple> {
        self.args.new_ref()
    }
    #[getter("__unpacked__")]
    fn get_unpacked(&self) -> bool {
        self.starred.get()
    }
    /// Type variables in the GenericAlias.
    #[getter("__parameters__")]
    fn get_parameters(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.params(cx)
    }
    #[getter("__typing_unpacked_tuple_args__")]
    fn get_unpacked_tuple_args(&self) -> Option<Own<PyTuple>> {
        (self.starred.get() && self.origin.is(PyTuple::ty().as_object())).then(|| self.args.new_ref())
    }
}

/// `iter(list[int])`: gives `*list[int]` once.
#[pytype(name = "generic_alias_iterator", export = "_Py_GenericAliasIterType", gc, no_new, doc = "")]
#[repr(C)]
pub struct GenericAliasIter {
    head: ObjHead,
    obj: FieldCell<Object>,
}

#[pymethods]
impl GenericAliasIter {
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(o) = self.obj.take() else { return Ok(None) };
        let Some(a) = o.downcast::<PyGenericAlias>() else { return Ok(None) };
        make(PyGenericAlias::ty(), &a.origin, a.args.as_object(), true, cx).map(|a| Some(a.into_object()))
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let iter = cx.import_attr("builtins", "iter")?;
        let of = self.obj.own().unwrap_or_else(|| PyTuple::empty().into_object());
        let args = PyTuple::from_slice(&[&of], cx)?;
        PyTuple::from_slice(&[&iter, &args], cx)
    }
}
