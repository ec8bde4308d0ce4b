//! `abstract.h`: the number protocol.

use crate::capi;
use std::ffi::c_int;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;

/// The base of `__truediv__` and friends: one exported function per operator.
macro_rules! binary_functions {
    ($( $(#[$m:meta])* $name:ident = $op:ident $how:ident; )*) => {
        $(
            $(#[$m])*
            ///
            /// # Safety
            /// Two live objects; the GIL is held.
            #[unsafe(no_mangle)]
            #[allow(non_snake_case)]
            pub unsafe extern "C" fn $name(a: &Object, b: &Object) -> *mut Object {
                crate::border::border(stringify!($name), |cx: &mut Cx| number::$how(&number::$op, a, b, cx))
            }
        )*
        /// The binary operators.
        pub const OPERATORS: &[crate::border::Export] = &[$(crate::border::Export { name: stringify!($name), address: $name as *const () }),*];
    };
}

binary_functions! {
    /// `a + b`.
    PyNumber_Add = ADD binary;
    /// `a - b`.
    PyNumber_Subtract = SUB binary;
    /// `a * b`.
    PyNumber_Multiply = MUL binary;
    /// `a @ b`.
    PyNumber_MatrixMultiply = MATMUL binary;
    /// `a / b`.
    PyNumber_TrueDivide = TRUE_DIV binary;
    /// `a // b`.
    PyNumber_FloorDivide = FLOOR_DIV binary;
    /// `a % b`.
    PyNumber_Remainder = MOD binary;
    /// `divmod(a, b)`.
    PyNumber_Divmod = DIVMOD binary;
    /// `a << b`.
    PyNumber_Lshift = LSHIFT binary;
    /// `a >> b`.
    PyNumber_Rshift = RSHIFT binary;
    /// `a & b`.
    PyNumber_And = AND binary;
    /// `a ^ b`.
    PyNumber_Xor = XOR binary;
    /// `a | b`.
    PyNumber_Or = OR binary;
    /// `a += b`.
    PyNumber_InPlaceAdd = ADD inplace;
    /// `a -= b`.
    PyNumber_InPlaceSubtract = SUB inplace;
    /// `a *= b`.
    PyNumber_InPlaceMultiply = MUL inplace;
    /// `a @= b`.
    PyNumber_InPlaceMatrixMultiply = MATMUL inplace;
    /// `a /= b`.
    PyNumber_InPlaceTrueDivide = TRUE_DIV inplace;
    /// `a //= b`.
    PyNumber_InPlaceFloorDivide = FLOOR_DIV inplace;
    /// `a %= b`.
    PyNumber_InPlaceRemainder = MOD inplace;
    /// `a <<= b`.
    PyNumber_InPlaceLshift = LSHIFT inplace;
    /// `a >>= b`.
    PyNumber_InPlaceRshift = RSHIFT inplace;
    /// `a &= b`.
    PyNumber_InPlaceAnd = AND inplace;
    /// `a ^= b`.
    PyNumber_InPlaceXor = XOR inplace;
    /// `a |= b`.
    PyNumber_InPlaceOr = OR inplace;
}

capi! {
    /// Whether the object is a number: has `__index__`, `__int__`, `__float__` or is complex.
    fn PyNumber_Check(o: Option<&Object>) -> bool = |_| {
        o.is_some_and(|o| {
            o.ty().number().is_some_and(|n| n.nb_index.get().is_some() || n.nb_int.get().is_some() || n.nb_float.get().is_some())
                || o.is_a::<taipan_object::types::complex::PyComplex>()
        })
    }
    /// `pow(a, b, m)`.
    fn PyNumber_Power(a: &Object, b: &Object, m: &Object) -> PyResult<Own<Object>> = |cx| { number::power(a, b, m, false, cx) }
    /// `a **= b`.
    fn PyNumber_InPlacePower(a: &Object, b: &Object, m: &Object) -> PyResult<Own<Object>> = |cx| { number::power(a, b, m, true, cx) }
    /// `-a`.
    fn PyNumber_Negative(a: &Object) -> PyResult<Own<Object>> = |cx| { number::negative(a, cx) }
    /// `+a`.
    fn PyNumber_Positive(a: &Object) -> PyResult<Own<Object>> = |cx| { number::positive(a, cx) }
    /// `~a`.
    fn PyNumber_Invert(a: &Object) -> PyResult<Own<Object>> = |cx| { number::invert(a, cx) }
    /// `abs(a)`.
    fn PyNumber_Absolute(a: &Object) -> PyResult<Own<Object>> = |cx| { number::absolute(a, cx) }
    /// Whether `__index__` exists.
    fn PyIndex_Check(o: &Object) -> bool = |_| { number::has_index(o) }
    /// `operator.index(o)` as an exact int.
    fn PyNumber_Index(o: Option<&Object>) -> PyResult<Own<PyInt>> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        let i = number::index(o, cx)?;
        taipan_object::types::int::ops::exact(&i, cx)
    }
    /// `int(o)`.
    fn PyNumber_Long(o: Option<&Object>) -> PyResult<Own<PyInt>> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        taipan_object::types::int::new::from_object(o, cx)
    }
    /// `float(o)`.
    fn PyNumber_Float(o: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        use taipan_object::types::float::{PyFloat, new};
        let Some(o) = o else { return Err(null_error(cx)) };
        if o.is_exact::<PyFloat>() {
            return Ok(o.own());
        }
        let v = match o.downcast::<PyStr>() {
            Some(s) => new::from_str(s, cx)?,
            None => new::from_object(o, cx)?,
        };
        PyFloat::new(v, cx).map(Own::into_object)
    }
    /// `operator.index(o)` as a C size; `err` says what to raise when it does not fit, null clips.
    fn PyNumber_AsSsize_t(o: &Object, err: Option<&Object>) -> PyResult<isize> = |cx| {
        match err.and_then(|e| e.downcast::<PyType>()) {
            Some(e) => number::index_as_isize(o, e, cx),
            None => number::index_clipped(o, cx),
        }
    }
    /// `bin`, `oct`, `hex` or `str` of an integer.
    fn PyNumber_ToBase(o: &Object, base: c_int) -> PyResult<Own<PyStr>> = |cx| {
        if !matches!(base, 2 | 8 | 10 | 16) {
            return Err(cx.system_error(format_args!("PyNumber_ToBase: base must be 2, 8, 10 or 16")));
        }
        let i = number::index(o, cx)?;
        if base == 10 { abstract_::str(&i, cx) } else { taipan_object::types::int::text::prefixed(&i, base as u32, cx) }
    }
}

fn null_error(cx: &mut Cx) -> Raised {
    if cx.is_raised() {
        // SAFETY: just looked.
        return unsafe { Raised::assume() };
    }
    cx.system_error(format_args!("null argument to internal routine"))
}
