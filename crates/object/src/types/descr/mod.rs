//! Descriptors of built-in types: `wrapper_descriptor`, `method_descriptor`, `classmethod_descriptor`, `member_descriptor`, `getset_descriptor`,
//! `method-wrapper`. All begin with `PyDescrObject` (d_type, d_name, d_qualname).

mod doc;
mod getset;
mod member;
mod method;
mod wrapper;

pub use doc::{doc_object, text_signature};
pub use getset::{PyGetSetDescr, new_getset};
pub use member::{PyMemberDescr, code as member_code, new_member, read_member, write_member};
pub use method::{PyClassMethodDescr, PyMethodDescr, new_for_method};
pub use wrapper::{PyMethodWrapper, PyWrapperDescr, new_wrapper, wraps};

use crate::prelude::*;
use std::ffi::{CStr, c_char};


/// An interned name from a C string of a table.
pub fn c_name(p: *const c_char, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    // SAFETY: table names are C strings that live as long as the table.
    let s = unsafe { CStr::from_ptr(p) };
    PyStr::new_interned(&s.to_string_lossy(), cx)
}

/// `T.name` for `__qualname__`.
fn qualname(ty: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let q = crate::attr::get(ty.as_object(), name!(cx, "__qualname__"), cx)?;
    let q = crate::abstract_::str(&q, cx)?;
    PyStr::new(&format!("{q}.{name}"), cx)
}

/// Raise unless `obj` is an instance of the descriptor's type.
#[inline(always)]
fn check_instance(obj: &Object, ty: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<()> {
    if obj.ty().is_subtype(ty) { Ok(()) } else { Err(no_instance(obj, ty, name, cx)) }
}

#[cold]
fn no_instance(obj: &Object, ty: &PyType, name: &PyStr, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!(
        "descriptor '{name}' for '{}' objects doesn't apply to a '{}' object",
        ty.tp_name_str(),
        obj.ty().tp_name_str()
    ))
}

/// `__reduce__` of descriptors: `getattr(type, name)`.
fn reduce(ty: &PyType, name: &PyStr, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let getattr = cx.builtin("getattr")?;
    let args = PyTuple::from_slice(&[ty.as_object(), name], cx)?;
    PyTuple::from_slice(&[&getattr, &args], cx)
}
