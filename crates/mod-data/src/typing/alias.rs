//! `TypeAliasType`: what `type X = …` makes. Its value is computed on first use.

use super::lazy::{Lazy, no_default, unpacked};
use taipan_builtins::types::generic::{new_alias, union_or};
use taipan_object::prelude::*;

/// Type alias.
#[pytype(name = "typing.TypeAliasType", export = "_PyTypeAlias_Type", gc)]
#[repr(C)]
pub struct PyTypeAlias {
    head: ObjHead,
    #[member("__name__", readonly)]
    name: Field<Object>,
    params: Field<PyTuple>,
    value: Lazy,
    module: FieldCell<Object>,
    weak: WeakList,
}

fn make(name: &Object, params: &Object, value: Lazy, cx: &mut Cx) -> PyResult<Own<Object>> {
    let params = params.downcast::<PyTuple>().map_or_else(PyTuple::empty, |t| t.new_ref());
    let module = match taipan_object::thread::current_globals(cx) {
        Some(g) => g.get_text("__name__", cx)?,
        None => None,
    };
    let a = PyTypeAlias {
        head: Object::placeholder(),
        name: Field::new(name.own()),
        params: Field::new(params),
        value,
        module: FieldCell::new(module),
        weak: WeakList::new(),
    };
    cx.new_object(a).map(Own::into_object)
}

/// From what the compiler gives: (name, type parameters or None, function of the value).
pub fn from_parts(parts: &PyTuple, cx: &mut Cx) -> PyResult<Own<Object>> {
    match parts.as_slice() {
        [name, params, value] => make(name, params, Lazy::by(value), cx),
        _ => Err(cx.system_error(format_args!("bad parts of a type alias"))),
    }
}

/// Only type parameters, and those with a default last.
fn check_order(params: &PyTuple, cx: &mut Cx) -> PyResult<()> {
    let no_default = no_default(cx)?;
    let mut default_seen = false;
    for p in params.as_slice() {
        if !matches!(p.ty().tp_name_str(), "typing.TypeVar" | "typing.ParamSpec" | "typing.TypeVarTuple") {
            let shown = taipan_object::abstract_::repr(p, cx)?;
            return Err(cx.type_error(format_args!("Expected a type param, got {shown}")));
        }
        let default = taipan_object::attr::get(p, name!(cx, "__default__"), cx)?;
        if !default.is(&no_default) {
            default_seen = true;
        } else if default_seen {
            let shown = taipan_object::abstract_::repr(p, cx)?;
            return Err(cx.type_error(format_args!("non-default type parameter '{shown}' follows default type parameter")));
        }
    }
    Ok(())
}

#[pymethods]
impl PyTypeAlias {
    #[new("typealias(name, value, *, type_params=())")]
    fn py_new(_cls: &PyType, name: &PyStr, value: &Object, type_params: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if type_params.is_some_and(|p| !p.is_a::<PyTuple>()) {
            return Err(cx.type_error(format_args!("type_params must be a tuple")));
        }
        if let Some(params) = type_params.and_then(|p| p.downcast::<PyTuple>()) {
            check_order(params, cx)?;
        }
        make(name, type_params.unwrap_or(none()), Lazy::given(value), cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        taipan_object::abstract_::str(&self.name, cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        unpacked(self, cx)
    }
    #[slot(nb_or)]
    fn or(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        union_or(lhs, rhs, cx)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.params.is_empty() {
            return Err(cx.type_error(format_args!("Only generic type aliases are subscriptable")));
        }
        new_alias(self, key, cx)
    }
    #[method("__reduce__()", doc = "")]
    fn reduce(&self) -> Own<Object> {
        self.name.own()
    }
    #[getter("__parameters__")]
    fn get_parameters(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        // A type variable tuple stands for as many parameters as there are.
        let mut out = Vec::with_capacity(self.params.len());
        for p in self.params.as_slice() {
            if p.ty().tp_name_str() == "typing.TypeVarTuple" {
                out.extend(taipan_object::abstract_::iter::collect(p, cx)?);
            } else {
                out.push(p.own());
            }
        }
        PyTuple::from_vec(out, cx)
    }
    #[getter("__type_params__")]
    fn get_type_params(&self) -> Own<PyTuple> {
        self.params.new_ref()
    }
    #[getter("__value__")]
    fn get_value(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.value.get(cx)
    }
    #[getter("evaluate_value")]
    fn evaluate_value(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.value.evaluator(cx)
    }
    #[getter("__module__")]
    fn get_module(&self) -> Option<Own<Object>> {
        self.module.own()
    }
}
