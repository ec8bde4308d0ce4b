//! `bool`: two static ints (`_Py_TrueStruct`, `_Py_FalseStruct`).

use crate::args::{Args, Kwargs};
use crate::prelude::*;
use crate::typeobj::{StaticType, TypeSpec, flags};
use taipan_macros::pymethods;

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

/// The struct of both values: an int.
#[repr(transparent)]
pub struct PyBool(PyInt);
// SAFETY: it is an int.
unsafe impl PyLayout for PyBool {}
// SAFETY: the two instances have this layout; the type has no subtypes.
unsafe impl PyTyped for PyBool {
    fn ty() -> &'static PyType {
        bool_type()
    }
}
impl std::ops::Deref for PyBool {
    type Target = PyInt;
    fn deref(&self) -> &PyInt {
        &self.0
    }
}

unsafe extern "C" fn never_dealloc(o: *mut Object) {
    // SAFETY: a static object.
    unsafe { (*o).immortalise() }
}

impl PyBool {
    /// The spec of `bool`.
    pub const SPEC: &'static TypeSpec = &TypeSpec {
        doc: Some(
            c"bool(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
        ),
        base: Some(PyInt::ty),
        itemsize: 4,
        dealloc: Some(never_dealloc),
        parts: &[PyBool::PART],
        ..TypeSpec::plain(c"bool", flags::LONG_SUBCLASS, 24, &PyBool_Type)
    };
}

#[pymethods]
impl PyBool {
    #[slot(tp_new)]
    fn tp_new(_cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("bool() takes no keyword arguments")));
        }
        match args.0 {
            [] => Ok(from_bool(false)),
            [x] => crate::abstract_::is_true(x, cx).map(from_bool),
            a => Err(cx.type_error(format_args!("bool expected at most 1 argument, got {}", a.len()))),
        }
    }
    #[slot(tp_vectorcall)]
    fn vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyBool::tp_new(cls, args, kw, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> &'static str {
        if self.is_zero() { "False" } else { "True" }
    }
    #[slot(nb_and)]
    fn and(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        logic(a, b, &crate::abstract_::number::AND, |x, y| x & y, cx)
    }
    #[slot(nb_or)]
    fn or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        logic(a, b, &crate::abstract_::number::OR, |x, y| x | y, cx)
    }
    #[slot(nb_xor)]
    fn xor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        logic(a, b, &crate::abstract_::number::XOR, |x, y| x ^ y, cx)
    }
    #[slot(nb_invert)]
    fn invert(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::warn::warn(
            crate::types::exc::DeprecationWarning(),
            format_args!(
                "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int."
            ),
            1,
            cx,
        )?;
        PyInt::new(if self.is_zero() { -1 } else { -2 }, cx).map(Own::into_object)
    }
}

/// Two bools give a bool; otherwise ints.
fn logic(a: &Object, b: &Object, op: &crate::abstract_::number::BinOp, f: fn(bool, bool) -> bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let truth = |o: &Object| if o.is(true_()) { Some(true) } else if o.is(false_()) { Some(false) } else { None };
    if let (Some(x), Some(y)) = (truth(a), truth(b)) {
        return Ok(from_bool(f(x, y)));
    }
    op.call_slot_of(PyInt::ty(), a, b, cx)
}

/// Whether the object is `True` or `False`.
#[inline(always)]
pub fn is_bool(o: &Object) -> bool {
    std::ptr::eq(o.ty(), bool_type())
}
