//! `type`: calling a class, making one (`new`), its attributes, and what instances of Python classes do when they die (`subtype`).

mod annotations;
mod attrs;
pub use attrs::audited;
mod call;
mod namespace;
mod new;
mod rebase;
pub(crate) mod subtype;

pub use call::{find_attr, type_call, uses_type_get};
pub use new::{calculate_metaclass, new_class};
pub use rebase::compatible_layout;
pub use subtype::{subtype_dealloc, subtype_traverse};

use crate::typeobj::{PyHeapType, PyType, PyType_Type, TypeSpec, flags};

/// The type's spec. Rows of `__slots__` lie behind the struct (`tp_itemsize`).
pub const SPEC: &TypeSpec = &TypeSpec {
    doc: Some(c"type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type"),
    itemsize: 40,
    weaklistoffset: std::mem::offset_of!(PyType, tp_weaklist) as isize,
    dictoffset: std::mem::offset_of!(PyType, tp_dict) as isize,
    vectorcall_offset: std::mem::offset_of!(PyType, tp_vectorcall) as isize,
    dealloc: Some(subtype::type_dealloc),
    traverse: Some(subtype::type_traverse),
    clear: Some(subtype::type_clear),
    parts: &[PyType::CALL, PyType::ATTRS, PyType::NEW],
    ..TypeSpec::plain(
        c"type",
        flags::HAVE_GC | flags::BASETYPE | flags::TYPE_SUBCLASS | flags::HAVE_VECTORCALL | flags::ITEMS_AT_END,
        size_of::<PyHeapType>() as isize,
        &PyType_Type,
    )
};
