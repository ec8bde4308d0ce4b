//! Built-in types outside the kernel. A type is its file and one line in `SPECS` (and in `named` when it is a name of `builtins`).

pub mod anext;
pub mod call_iter;
pub mod namespace;

use taipan_object::prelude::*;
use taipan_object::typeobj::{TypeSpec, object_type, ready_static};
use taipan_object::types::{boolean, float::PyFloat, static_method};

/// All types of this crate.
static SPECS: &[&TypeSpec] = &[anext::PyAnextAwaitable::SPEC, call_iter::PyCallIter::SPEC, namespace::PyNamespace::SPEC];

/// Ready the types.
pub(crate) fn init(cx: &mut Cx) -> PyResult<()> {
    SPECS.iter().try_for_each(|s| ready_static(s, cx))
}

/// The types that are names of the module `builtins`.
pub(crate) fn named() -> Vec<&'static PyType> {
    use taipan_object::types::set::{PyFrozenSet, PySet};
    vec![
        boolean::bool_type(),
        static_method::PyClassMethod::ty(),
        PyDict::ty(),
        PyFloat::ty(),
        PyFrozenSet::ty(),
        PyInt::ty(),
        PyList::ty(),
        object_type(),
        PySet::ty(),
        static_method::PyStaticMethod::ty(),
        PyStr::ty(),
        PyTuple::ty(),
        PyType::ty(),
    ]
}
