//! Built-in types outside the kernel. A type is its file and one line in `SPECS` (and in `named` when it is a name of `builtins`).

pub mod anext;
pub mod call_iter;
pub mod generic;
pub mod iters;
pub mod namespace;
pub mod template;

use taipan_object::prelude::*;
use taipan_object::typeobj::{TypeSpec, object_type, ready_static};
use taipan_object::types::{boolean, float::PyFloat, static_method};

/// All types of this crate.
static SPECS: &[&TypeSpec] = &[anext::PyAnextAwaitable::SPEC, call_iter::PyCallIter::SPEC, generic::PyGenericAlias::SPEC, generic::GenericAliasIter::SPEC, generic::PyUnion::SPEC, iters::PyEnumerate::SPEC, iters::PyFilter::SPEC, iters::PyMap::SPEC, iters::PyReversed::SPEC, iters::PyZip::SPEC, namespace::PyNamespace::SPEC, template::PyInterpolation::SPEC, template::PyTemplate::SPEC, template::TemplateIter::SPEC];

/// Ready the types.
pub(crate) fn init(cx: &mut Cx) -> PyResult<()> {
    SPECS.iter().try_for_each(|s| ready_static(s, cx))?;
    taipan_object::types::object_::set_hooks(taipan_object::types::object_::Hooks {
        generic_alias: generic::new_alias,
        union: generic::union_or,
        union_args: generic::union_args,
        template: template::HOOKS,
    });
    taipan_object::types::object_::set_pair_iterators(iters::pair_functions());
    Ok(())
}

/// The types that are names of the module `builtins`.
pub(crate) fn named() -> Vec<&'static PyType> {
    use taipan_object::types::set::{PyFrozenSet, PySet};
    vec![
        boolean::bool_type(),
        taipan_object::types::memoryview::memoryview_type(),
        taipan_object::types::bytearray::PyByteArray::ty(),
        taipan_object::types::bytes::PyBytes::ty(),
        static_method::PyClassMethod::ty(),
        taipan_object::types::complex::PyComplex::ty(),
        PyDict::ty(),
        PyFloat::ty(),
        PyFrozenSet::ty(),
        PyInt::ty(),
        PyList::ty(),
        object_type(),
        taipan_object::types::property::PyProperty::ty(),
        PySet::ty(),
        taipan_object::types::super_::super_type(),
        taipan_object::types::slice::PySlice::ty(),
        static_method::PyStaticMethod::ty(),
        PyStr::ty(),
        PyTuple::ty(),
        PyType::ty(),
        iters::PyEnumerate::ty(),
        iters::PyFilter::ty(),
        iters::PyMap::ty(),
        iters::PyReversed::ty(),
        iters::PyZip::ty(),
        taipan_object::types::range::PyRange::ty(),
    ]
}
