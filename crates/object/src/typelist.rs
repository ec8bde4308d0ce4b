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
    builtin::PyCMethod::SPEC,
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
    boolean::PyBool::SPEC,
    float::PyFloat::SPEC,
    complex::PyComplex::SPEC,
    bytes::PyBytes::SPEC,
    bytes::PyBytesIter::SPEC,
    bytearray::PyByteArray::SPEC,
    bytearray::PyByteArrayIter::SPEC,
    memoryview::ManagedBuffer::SPEC,
    memoryview::PyMemoryView::SPEC,
    memoryview::PyMemoryIter::SPEC,
    crate::typeobj::slots::buffer::PyBufferWrapper::SPEC,
    pickle_buffer::PyPickleBuffer::SPEC,
    PyList::SPEC,
    list::PyListIter::SPEC,
    list::PyListRevIter::SPEC,
    tuple::PyTupleIter::SPEC,
    slice::PySlice::SPEC,
    range::PyRange::SPEC,
    range::PyRangeIter::SPEC,
    range::PyLongRangeIter::SPEC,
    module::PyModule::SPEC,
    module::foreign::PyModuleDef::SPEC,
    capsule::PyCapsule::SPEC,
    method::instance::PyInstanceMethod::SPEC,
    descr::PyMethodWrapper::SPEC,
    static_method::PyClassMethod::SPEC,
    PySeqIter::SPEC,
    crate::types::str::PyStrIter::SPEC,
    crate::types::str::PyStrAsciiIter::SPEC,
    method::PyMethod::SPEC,
    cell::PyCell::SPEC,
    code::PyCode::SPEC,
    property::PyProperty::SPEC,
    super_::PySuper::SPEC,
    function::PyFunction::SPEC,
    frame::PyFrame::SPEC,
    frame::FrameLocalsProxy::SPEC,
    traceback::PyTraceback::SPEC,
    &weakref::proxy::PROXY_SPEC,
    &weakref::proxy::CALLABLE_PROXY_SPEC,
    generator::PyGenerator::SPEC,
    generator::PyCoroutine::SPEC,
    generator::PyAsyncGen::SPEC,
    generator::CoroWrapper::SPEC,
    generator::AsyncGenWrapped::SPEC,
    generator::AsyncGenASend::SPEC,
    generator::AsyncGenAThrow::SPEC,
];

/// Types that a folder lists itself.
static FOLDERS: &[&[&TypeSpec]] = &[dict::SPECS[0], dict::SPECS[1], dict::SPECS[2], set::SPECS];

fn all() -> impl Iterator<Item = &'static TypeSpec> {
    FIRST.iter().chain(REST).chain(FOLDERS.iter().flat_map(|f| f.iter())).copied()
}

/// Make the kernel usable: strings, the empty tuple, all types. Called once per process with the first thread state bound.
pub fn init(cx: &mut Cx) -> PyResult<()> {
    crate::alloc::init();
    // Before any object is made its type must know its size: sizes and flags of all types first.
    for s in all() {
        crate::typeobj::prepare_static(s);
    }
    str::intern::init(cx);
    tuple::PyTuple::init(cx);
    for s in all() {
        ready_static(s, cx)?;
    }
    exc::ready(cx)?;
    exc::raise::prepare_memory_error(cx)
}
