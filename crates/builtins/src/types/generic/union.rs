//! `typing.Union`: `int | str`. Members are unique and flat; equality ignores their order.

use super::alias::PyGenericAlias;
use super::params::{make_parameters, repr_type, substitute};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::{abstract_, attr, call};

#[pytype(name = "typing.Union", no_clear, export = "_PyUnion_Type", gc, no_new, doc = "Represent a union type\n\nE.g. for int | str")]
#[repr(C)]
pub struct PyUnion {
    head: ObjHead,
    args: Field<PyTuple>,
    /// The hashable members, as a frozenset.
    hashable: Field<Object>,
    unhashable: Field<PyTuple>,
    parameters: FieldCell<PyTuple>,
    weak: WeakList,
}

/// Whether `|` makes a union of it.
pub fn is_unionable(o: &Object) -> bool {
    o.is_none() || o.is_a::<PyType>() || o.is_a::<PyGenericAlias>() || o.is_exact::<PyUnion>() || o.ty().tp_name_str() == "typing.TypeAliasType"
}

/// The members, if it is a union.
pub fn union_args(o: &Object) -> Option<Own<PyTuple>> {
    o.exact::<PyUnion>().map(|u| u.args.new_ref())
}

/// Members in the making.
struct Builder {
    args: Vec<Own<Object>>,
    seen: Own<PySet>,
    unhashable: Vec<Own<Object>>,
    /// Convert and check members as `typing` does.
    checked: bool,
}

impl Builder {
    fn add(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(u) = o.exact::<PyUnion>() {
            let members = u.args.new_ref();
            return members.as_slice().iter().try_for_each(|m| self.add_unique(m.own(), cx));
        }
        if o.is_none() {
            return self.add_unique(o.ty().as_object().own(), cx);
        }
        if self.checked && !is_unionable(o) {
            let check = cx.import_attr("typing", "_type_check")?;
            let msg = PyStr::new("Union[arg, ...]: each arg must be a type.", cx)?;
            let t = call::call(&check, &[o, &msg], cx)?;
            return self.add_unique(t, cx);
        }
        self.add_unique(o.own(), cx)
    }
    fn add_unique(&mut self, o: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        match abstract_::hash(&o, cx) {
            Ok(_) => {
                if !self.seen.add(&o, cx)? {
                    return Ok(());
                }
            }
            Err(r) => {
                cx.catch(r, exc::TypeError())?;
                for u in &self.unhashable {
                    if abstract_::eq(u, &o, cx)? {
                        return Ok(());
                    }
                }
                self.unhashable.push(o.clone());
            }
        }
        self.args.push(o);
        Ok(())
    }
    fn finish(mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.args.is_empty() {
            return Err(cx.type_error(format_args!("Cannot take a Union of no types.")));
        }
        if self.args.len() == 1 {
            return self.args.pop().ok_or_else(|| cx.system_error(format_args!("no member")));
        }
        let args = PyTuple::from_vec(self.args, cx)?;
        let hashable = PyFrozenSet::from_iterable(&self.seen, cx)?;
        let unhashable = PyTuple::from_vec(self.unhashable, cx)?;
        let u = PyUnion {
            head: Object::placeholder(),
            args: Field::new(args),
            hashable: Field::new(hashable),
            unhashable: Field::new(unhashable),
            parameters: FieldCell::empty(),
            weak: WeakList::new(),
        };
        cx.new_object(u).map(Own::into_object)
    }
}

/// The union of some types; one member stays itself. `checked`: convert strings and refuse what is no type, as `typing` does.
pub fn union_of(args: &[&Object], checked: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut b = Builder { args: Vec::new(), seen: PySet::new(cx)?, unhashable: Vec::new(), checked };
    args.iter().try_for_each(|a| b.add(a, cx))?;
    b.finish(cx)
}

/// `a | b` for types, else `NotImplemented`. Beside a union stands whatever `Union[...]` takes: strings too.
pub fn union_or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    if a.is_exact::<PyUnion>() || b.is_exact::<PyUnion>() {
        return union_of(&[a, b], true, cx);
    }
    if !is_unionable(a) || !is_unionable(b) {
        return Ok(not_implemented().own());
    }
    union_of(&[a, b], false, cx)
}

fn contains_all(a: &PyTuple, b: &PyTuple, cx: &mut Cx) -> PyResult<bool> {
    for x in a.as_slice() {
        if !abstract_::sequence::contains(b.as_object(), x, cx)? {
            return Ok(false);
        }
    }
    Ok(true)
}

impl PyUnion {
    fn params(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if let Some(p) = self.parameters.own() {
            return Ok(p);
        }
        let p = make_parameters(&self.args, cx)?;
        self.parameters.set(Some(p.clone()), cx);
        Ok(p)
    }
}

#[pymethods]
impl PyUnion {
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let mut parts = Vec::new();
        for a in self.args.as_slice() {
            parts.push(if a.is(none().ty().as_object()) { "None".to_owned() } else { repr_type(a, cx)? });
        }
        Ok(parts.join(" | "))
    }
    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        if !self.unhashable.is_empty() {
            // Hashing the first of them gives its own message, unless it became hashable.
            for u in self.unhashable.as_slice() {
                abstract_::hash(u, cx)?;
            }
            return Err(cx.type_error(format_args!("union contains {} unhashable elements", self.unhashable.len())));
        }
        abstract_::hash(&self.hashable, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (CmpOp::Eq | CmpOp::Ne, Some(o)) = (op, other.exact::<PyUnion>()) else { return Ok(not_implemented().own()) };
        let same = abstract_::eq(&self.hashable, &o.hashable, cx)?
            && self.unhashable.len() == o.unhashable.len()
            && contains_all(&self.unhashable, &o.unhashable, cx)?
            && contains_all(&o.unhashable, &self.unhashable, cx)?;
        Ok(from_bool(same == (op == CmpOp::Eq)))
    }
    #[slot(tp_getattro)]
    fn getattro(&self, name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = attr::as_name(name, cx)?;
        if n.eq_text("__module__") { attr::get(self.ty().as_object(), &n, cx) } else { attr::generic_get(self, &n, cx) }
    }
    #[slot(nb_or)]
    fn or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        union_or(lhs, rhs, cx)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let params = self.params(cx)?;
        let args = substitute(self, &self.args, &params, key, cx)?;
        union_of(args.as_slice(), false, cx)
    }
    #[method("__mro_entries__(object, /)", doc = "")]
    fn mro_entries(&self, _object: &Object, cx: &mut Cx) -> PyResult<()> {
        let r = abstract_::repr(self, cx)?;
        Err(cx.type_error(format_args!("Cannot subclass {r}")))
    }
    /// Create a union containing the given types
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(_cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match object.downcast::<PyTuple>() {
            Some(t) => union_of(t.as_slice(), true, cx),
            None => union_of(&[object], true, cx),
        }
    }
    #[getter("__args__")]
    fn get_args(&self) -> Own<PyTuple> {
        self.args.new_ref()
    }
    /// Name of the type
    #[getter("__name__")]
    fn get_name(&self) -> &'static str {
        "Union"
    }
    /// Qualified name of the type
    #[getter("__qualname__")]
    fn get_qualname(&self) -> &'static str {
        "Union"
    }
    /// Always returns the type
    #[getter("__origin__")]
    fn get_origin(&self) -> Own<Object> {
        PyUnion::ty().as_object().own()
    }
    /// Type variables in the types.UnionType.
    #[getter("__parameters__")]
    fn get_parameters(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.params(cx)
    }
}
