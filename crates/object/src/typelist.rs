//! The list of the kernel's types, bases first, and the start of the runtime.
//!
//! A new core type is its folder and one line here. Types of other crates are readied by the module or crate that has them.

use crate::abstract_::iter::PySeqIter;
use crate::prelude::*;
use crate::typeobj::{TypeSpec, ready_static};
use crate::types::*;

/// Readied first: what `ready` itself needs.
static FIRST: &[&TypeSpec] = &[
    object_::SPEC,
    type_::SPEC,
    PyStr::SPEC,
    PyTuple::SPEC,
    PyDict::SPEC,
    PyInt::SPEC,
    weakref::PyWeakref::SPEC,
    builtin::PyCFunction::SPEC,
    descr::PyWrapperDescr::SPEC,
    descr::PyMethodDescr::SPEC,
    descr::PyClassMethodDescr::SPEC,
    descr::PyMemberDescr::SPEC,
    descr::PyGetSetDescr::SPEC,
    static_method::PyStaticMethod::SPEC,
];

/// The rest, bases before derived types.
static REST: &[&TypeSpec] = &[
    singletons::NONE_SPEC,
    singletons::NOT_IMPLEMENTED_SPEC,
    singletons::ELLIPSIS_SPEC,
    boolean::SPEC,
    float::PyFloat::SPEC,
    PyList::SPEC,
    module::PyModule::SPEC,
    descr::PyMethodWrapper::SPEC,
    static_method::PyClassMethod::SPEC,
    PySeqIter::SPEC,
];

/// Make the kernel usable: strings, the empty tuple, all types. Called once per process with the first thread state bound.
pub fn init(cx: &mut Cx) -> PyResult<()> {
    // Before any object is made its type must know its size: sizes and flags of all types first.
    for s in FIRST.iter().chain(REST) {
        crate::typeobj::prepare_static(s);
    }
    str::intern::init(cx);
    tuple::PyTuple::init(cx);
    for s in FIRST.iter().chain(REST) {
        ready_static(s, cx)?;
    }
    exc::ready(cx)
}
