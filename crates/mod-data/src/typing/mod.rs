//! `_typing`: type parameters, type aliases, `Generic` and `NoDefault` (PEP 695, PEP 696). What only annotations need lives in Lib's `typing`.
//!
//! Bounds, constraints, defaults and values are either given or evaluated on first use by a function of the compiler's.

mod alias;
mod generic;
mod lazy;
mod params;
mod spec;

use taipan_object::prelude::*;

/// Primitives and accelerators for the typing module.
#[pymodule(
    name = "_typing",
    doc = "Primitives and accelerators for the typing module.\n",
    types(params::PyTypeVar, params::PyTypeVarTuple, spec::PyParamSpec, spec::PyParamSpecArgs, spec::PyParamSpecKwargs, alias::PyTypeAlias, generic::PyGeneric)
)]
pub mod typing {
    use super::*;
    use super::{alias, lazy, params, spec};
    use taipan_object::typeobj::ready_static;

    /// Return the argument unchanged.
    #[function("_idfunc(x, /)", nosig, doc = "")]
    fn idfunc(x: &Object) -> Own<Object> {
        x.own()
    }
    /// A type variable of the new syntax.
    #[function("_typevar(name, /)", nosig, doc = "")]
    fn typevar(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        params::new_typevar(name, lazy::Lazy::empty(), lazy::Lazy::empty(), cx)
    }
    #[function("_typevar_with_bound(name, evaluate, /)", nosig, doc = "")]
    fn typevar_with_bound(name: &Object, evaluate: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        params::new_typevar(name, lazy::Lazy::by(evaluate), lazy::Lazy::empty(), cx)
    }
    #[function("_typevar_with_constraints(name, evaluate, /)", nosig, doc = "")]
    fn typevar_with_constraints(name: &Object, evaluate: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        params::new_typevar(name, lazy::Lazy::empty(), lazy::Lazy::by(evaluate), cx)
    }
    #[function("_paramspec(name, /)", nosig, doc = "")]
    fn paramspec(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        spec::new_paramspec(name, cx)
    }
    #[function("_typevartuple(name, /)", nosig, doc = "")]
    fn typevartuple(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        params::new_typevartuple(name, cx)
    }
    #[function("_typealias(parts, /)", nosig, doc = "")]
    fn typealias(parts: &PyTuple, cx: &mut Cx) -> PyResult<Own<Object>> {
        alias::from_parts(parts, cx)
    }
    #[function("_set_typeparam_default(param, evaluate, /)", nosig, doc = "")]
    fn set_default(param: &Object, evaluate: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let slot = if let Some(p) = param.downcast::<params::PyTypeVar>() {
            &p.default
        } else if let Some(p) = param.downcast::<params::PyTypeVarTuple>() {
            &p.default
        } else if let Some(p) = param.downcast::<spec::PyParamSpec>() {
            &p.default
        } else {
            return Err(cx.type_error(format_args!("Expected a type param, got {}", param.ty().name())));
        };
        slot.set_evaluator(evaluate, cx);
        Ok(param.own())
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for s in [lazy::PyNoDefault::SPEC, lazy::PyConstEvaluator::SPEC] {
            ready_static(s, cx)?;
        }
        // `Generic` has no `__new__` of its own: as a base beside others it must not decide how instances are made.
        let g = generic::PyGeneric::ty();
        g.tp_new.set(taipan_object::typeobj::object_type().tp_new.get());
        g.tp_flags.set(g.tp_flags.get() & !taipan_object::typeobj::flags::DISALLOW_INSTANTIATION);
        let n = lazy::no_default(cx)?;
        m.add("NoDefault", &n, cx)?;
        m.add("Union", taipan_builtins::types::generic::PyUnion::ty().as_object(), cx)
    }
}

pub use typing::MODULE;
