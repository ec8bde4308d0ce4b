//! `bool`: two static ints (`_Py_TrueStruct`, `_Py_FalseStruct`).

use crate::refs::*;
use crate::typeobj::{PyType, StaticType};
use crate::types::int::PyInt;

#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, missing_docs)]
pub static PyBool_Type: StaticType = StaticType::empty();

/// A static int object.
#[repr(transparent)]
pub struct StaticInt(PyInt);
// SAFETY: touched only with the GIL held.
unsafe impl Sync for StaticInt {}

#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, missing_docs)]
pub static _Py_TrueStruct: StaticInt = StaticInt(PyInt::new_static(&raw const PyBool_Type.ty, true));
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, missing_docs)]
pub static _Py_FalseStruct: StaticInt = StaticInt(PyInt::new_static(&raw const PyBool_Type.ty, false));

/// The type `bool`.
pub fn bool_type() -> &'static PyType {
    &PyBool_Type.ty
}
/// `True`.
#[inline(always)]
pub fn true_() -> &'static Object {
    _Py_TrueStruct.0.as_object()
}
/// `False`.
#[inline(always)]
pub fn false_() -> &'static Object {
    _Py_FalseStruct.0.as_object()
}
/// A new reference to `True` or `False`.
#[inline(always)]
pub fn from_bool(b: bool) -> Own<Object> {
    if b { true_().own() } else { false_().own() }
}
