//! The methods and attributes of `float`.

use super::{PyFloat, convert, new, text};
use crate::abstract_::number;
use crate::prelude::*;
use taipan_algo_float::hex::{HexError, from_hex, to_hex};
use taipan_macros::pymethods;

/// Round half to even.
fn round_even(x: f64) -> f64 {
    x.round_ties_even()
}

#[pymethods(METHODS)]
impl PyFloat {
    /// Convert real number to a floating-point number.
    #[classmethod("from_number(number, /)")]
    fn from_number(cls: &PyType, number: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if std::ptr::eq(cls, PyFloat::ty()) && number.is_exact::<PyFloat>() {
            return Ok(number.own());
        }
        let v = number::as_f64(number, cx)?;
        wrap(cls, v, cx)
    }
    /// Return self, the complex conjugate of any float.
    #[method("conjugate()")]
    fn conjugate(&self, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        self.exact_ref(cx)
    }
    /// Return the Integral closest to x between 0 and x.
    #[method("__trunc__()")]
    fn trunc(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        convert::trunc(self.value(), cx)
    }
    /// Return the floor as an Integral.
    #[method("__floor__()")]
    fn floor(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        convert::to_int(self.value().floor(), cx)
    }
    /// Return the ceiling as an Integral.
    #[method("__ceil__()")]
    fn ceil(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        convert::to_int(self.value().ceil(), cx)
    }
    /// Return the Integral closest to x, rounding half toward even.
    ///
    /// When an argument is passed, work like built-in round(x, ndigits).
    #[method("__round__(ndigits=None, /)")]
    fn round(&self, ndigits: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let x = self.value();
        if ndigits.is_none() {
            return convert::to_int(round_even(x), cx).map(Own::into_object);
        }
        let n = number::index_clipped(ndigits, cx)?;
        match taipan_algo_float::round_digits(x, n as i64) {
            Ok(v) => PyFloat::new(v, cx).map(Own::into_object),
            Err(_) => Err(cx.overflow_error(format_args!("rounded value too large to represent"))),
        }
    }
    /// Return a pair of integers, whose ratio is exactly equal to the original float.
    ///
    /// The ratio is in lowest terms and has a positive denominator.  Raise
    /// OverflowError on infinities and a ValueError on NaNs.
    ///
    /// >>> (10.0).as_integer_ratio()
    /// (10, 1)
    /// >>> (0.0).as_integer_ratio()
    /// (0, 1)
    /// >>> (-.25).as_integer_ratio()
    /// (-1, 4)
    #[method("as_integer_ratio()")]
    fn as_integer_ratio(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let x = self.value();
        let Some((neg, m, e)) = taipan_algo_float::as_integer_ratio(x) else {
            return Err(if x.is_nan() {
                cx.value_error(format_args!("cannot convert NaN to integer ratio"))
            } else {
                cx.overflow_error(format_args!("cannot convert Infinity to integer ratio"))
            });
        };
        let (n, d) = convert::ratio(neg, m, e, cx)?;
        PyTuple::from_slice(&[&n, &d], cx)
    }
    /// Create a floating-point number from a hexadecimal string.
    ///
    /// >>> float.fromhex('0x1.ffffp10')
    /// 2047.984375
    /// >>> float.fromhex('-0x1p-1074')
    /// -5e-324
    #[classmethod("fromhex(string, /)")]
    fn fromhex(cls: &PyType, string: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(s) = string.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("bad argument type for built-in operation")));
        };
        // Other characters than ASCII never belong to a number: any of them stands for a wrong one.
        let bytes: Vec<u8> = s.code_points().map(|c| if c < 0x80 { c as u8 } else { b'?' }).collect();
        match from_hex(&bytes) {
            Ok(v) => wrap(cls, v, cx),
            Err(HexError::Invalid) => Err(cx.value_error(format_args!("invalid hexadecimal floating-point string"))),
            Err(HexError::TooLarge) => Err(cx.overflow_error(format_args!("hexadecimal value too large to represent as a float"))),
            Err(HexError::TooLong) => Err(cx.value_error(format_args!("hexadecimal string too long to convert"))),
        }
    }
    /// Return a hexadecimal representation of a floating-point number.
    ///
    /// >>> (-0.1).hex()
    /// '-0x1.999999999999ap-4'
    /// >>> 3.14159.hex()
    /// '0x1.921f9f01b866ep+1'
    #[method("hex()")]
    fn hex(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut out = Vec::new();
        to_hex(self.value(), &mut out);
        PyStr::from_latin1(&out, cx)
    }
    /// Return True if the float is an integer.
    #[method("is_integer()")]
    fn is_integer(&self) -> bool {
        let x = self.value();
        x.is_finite() && x.floor() == x
    }
    #[method("__getnewargs__()")]
    fn getnewargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = PyFloat::new(self.value(), cx)?;
        PyTuple::from_slice(&[&v], cx)
    }
    #[classmethod("__getformat__(typestr, /)", doc = "You probably don't want to use this function.\n\n  typestr\n    Must be 'double' or 'float'.\n\nIt exists mainly to be used in Python's test suite.\n\nThis function returns whichever of 'unknown', 'IEEE, big-endian' or\n'IEEE, little-endian' best describes the format of floating-point\nnumbers used by the C type named by typestr.")]
    fn getformat(_cls: &PyType, typestr: &PyStr, cx: &mut Cx) -> PyResult<&'static str> {
        if typestr.eq_text("double") || typestr.eq_text("float") {
            Ok(if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" })
        } else {
            Err(cx.value_error(format_args!("__getformat__() argument 1 must be 'double' or 'float'")))
        }
    }
    /// Formats the float according to format_spec.
    #[method("__format__(format_spec, /)")]
    fn format(&self, format_spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if format_spec.is_empty() {
            return crate::abstract_::str(self, cx);
        }
        let name = self.as_object().ty().tp_name_str();
        text::format(self.value(), format_spec, name, cx)
    }
    /// the real part of a complex number
    #[getter("real")]
    fn real(&self, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        self.exact_ref(cx)
    }
    /// the imaginary part of a complex number
    #[getter("imag")]
    fn imag(&self) -> f64 {
        0.0
    }
}

/// A float of the class: for a subtype whatever calling it gives.
fn wrap(cls: &PyType, v: f64, cx: &mut Cx) -> PyResult<Own<Object>> {
    if std::ptr::eq(cls, PyFloat::ty()) {
        return new::of_type(cls, v, cx);
    }
    let f = PyFloat::new(v, cx)?;
    crate::call::call(cls.as_object(), &[&f], cx)
}
