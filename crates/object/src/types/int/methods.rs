//! The methods and attributes of `int`.

use super::{PyInt, new, ops, text};
use crate::abstract_::buffer::{self, Buffer};
use crate::abstract_::{iter, number};
use crate::prelude::*;
use crate::types::bytes::PyBytes;
use taipan_algo_int::bytes::{Endian, ToBytesError};
use taipan_macros::pymethods;

/// `byteorder` as both byte methods take it.
fn endian(s: Option<&PyStr>, cx: &mut Cx) -> PyResult<Endian> {
    match s {
        None => Ok(Endian::Big),
        Some(s) if s.eq_text("big") => Ok(Endian::Big),
        Some(s) if s.eq_text("little") => Ok(Endian::Little),
        Some(_) => Err(cx.value_error(format_args!("byteorder must be either 'little' or 'big'"))),
    }
}

/// The bytes that `bytes(o)` would hold (`PyObject_Bytes`).
/// The value of at most seven bytes.
fn short_value(b: &[u8], order: &Endian) -> Option<i64> {
    if b.len() > 7 {
        return None;
    }
    let digit = |v: i64, b: &u8| v << 8 | i64::from(*b);
    Some(match order {
        Endian::Big => b.iter().fold(0, digit),
        Endian::Little => b.iter().rev().fold(0, digit),
    })
}

fn bytes_of(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    if let Some(b) = o.exact::<PyBytes>() {
        return Ok(b.as_bytes().to_vec());
    }
    if let Some(f) = crate::call::lookup_special(o, name!(cx, "__bytes__"), cx)? {
        let r = crate::call::call(&f, &[], cx)?;
        let Some(b) = r.downcast::<PyBytes>() else {
            return Err(cx.type_error(format_args!("__bytes__ returned non-bytes (type {})", r.ty().tp_name_str())));
        };
        return Ok(b.as_bytes().to_vec());
    }
    if buffer::has_buffer(o) {
        return Ok(Buffer::get(o, buffer::SIMPLE, cx)?.bytes().to_vec());
    }
    if o.is_a::<PyStr>() || !(o.is_a::<PyList>() || o.is_a::<PyTuple>() || iterable(o)) {
        return Err(cx.type_error(format_args!("cannot convert '{}' object to bytes", o.ty().tp_name_str())));
    }
    let mut out = Vec::new();
    iter::for_each(o, cx, |x, cx| {
        match number::index_as_isize(&x, exc::ValueError(), cx) {
            Ok(n @ 0..=255) => out.push(n as u8),
            Ok(_) => return Err(cx.value_error(format_args!("bytes must be in range(0, 256)"))),
            Err(r) if cx.raised_is(exc::ValueError()) => {
                cx.discard(r);
                return Err(cx.value_error(format_args!("bytes must be in range(0, 256)")));
            }
            Err(r) => return Err(r),
        }
        Ok(true)
    })?;
    Ok(out)
}

fn iterable(o: &Object) -> bool {
    o.ty().tp_iter.get().is_some() || iter::is_sequence(o)
}

#[pymethods(METHODS)]
impl PyInt {
    /// Returns self, the complex conjugate of any int.
    #[method("conjugate()")]
    fn conjugate(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    /// Number of bits necessary to represent self in binary.
    ///
    /// >>> bin(37)
    /// '0b100101'
    /// >>> (37).bit_length()
    /// 6
    #[method("bit_length()")]
    fn bit_length(&self) -> u64 {
        self.as_ref_int().bit_length()
    }
    /// Number of ones in the binary representation of the absolute value of self.
    ///
    /// Also known as the population count.
    ///
    /// >>> bin(13)
    /// '0b1101'
    /// >>> (13).bit_count()
    /// 3
    #[method("bit_count()")]
    fn bit_count(&self) -> u64 {
        self.as_ref_int().bit_count()
    }
    #[method("to_bytes(length=1, byteorder='big', *, signed=False)", doc = "to_bytes($self, /, length=1, byteorder='big', *, signed=False)\n--\n\nReturn an array of bytes representing an integer.\n\n  length\n    Length of bytes object to use.  An OverflowError is raised if\n    the integer is not representable with the given number of bytes.\n    Default is length 1.\n  byteorder\n    The byte order used to represent the integer.  If byteorder is\n    'big', the most significant byte is at the beginning of the byte\n    array.  If byteorder is 'little', the most significant byte is at\n    the end of the byte array.  To request the native byte order of\n    the host system, use sys.byteorder as the byte order value.\n    Default is to use 'big'.\n  signed\n    Determines whether two's complement is used to represent the\n    integer.  If signed is False and a negative integer is given,\n    an OverflowError is raised.")]
    fn to_bytes(&self, length: isize, byteorder: Option<&PyStr>, signed: bool, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let order = endian(byteorder, cx)?;
        let Ok(n) = usize::try_from(length) else { return Err(cx.value_error(format_args!("length argument must be non-negative"))) };
        if let (Some(v @ 0..), 1..=8, false) = (self.compact(), n, signed) {
            if n == 8 || v >> (n * 8) == 0 {
                return match order {
                    Endian::Big => PyBytes::new(&v.to_be_bytes()[8 - n..], cx),
                    Endian::Little => PyBytes::new(&v.to_le_bytes()[..n], cx),
                };
            }
        }
        let mut out = Vec::new();
        if out.try_reserve_exact(n).is_err() {
            return Err(cx.memory_error());
        }
        out.resize(n, 0);
        match taipan_algo_int::to_bytes(self.as_ref_int(), &mut out, order, signed) {
            Ok(()) => PyBytes::new(&out, cx),
            Err(ToBytesError::Negative) => Err(cx.overflow_error(format_args!("can't convert negative int to unsigned"))),
            Err(ToBytesError::TooBig) => Err(cx.overflow_error(format_args!("int too big to convert"))),
        }
    }
    #[classmethod("from_bytes(bytes, byteorder='big', *, signed=False)", doc = "from_bytes($type, /, bytes, byteorder='big', *, signed=False)\n--\n\nReturn the integer represented by the given array of bytes.\n\n  bytes\n    Holds the array of bytes to convert.  The argument must either\n    support the buffer protocol or be an iterable object producing\n    bytes.  Bytes and bytearray are examples of built-in objects that\n    support the buffer protocol.\n  byteorder\n    The byte order used to represent the integer.  If byteorder is\n    'big', the most significant byte is at the beginning of the byte\n    array.  If byteorder is 'little', the most significant byte is at\n    the end of the byte array.  To request the native byte order of\n    the host system, use sys.byteorder as the byte order value.\n    Default is to use 'big'.\n  signed\n    Indicates whether two's complement is used to represent the\n    integer.")]
    fn from_bytes(cls: &PyType, bytes: &Object, byteorder: Option<&PyStr>, signed: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let order = endian(byteorder, cx)?;
        if let (Some(b), true, false) = (bytes.exact::<PyBytes>(), std::ptr::eq(cls, PyInt::ty()), signed) {
            if let Some(v) = short_value(b.as_bytes(), &order) {
                return PyInt::new(v, cx).map(Own::into_object);
            }
        }
        let b = bytes_of(bytes, cx)?;
        let v = PyInt::from_big(&taipan_algo_int::from_bytes(&b, order, signed), cx)?;
        if std::ptr::eq(cls, PyInt::ty()) {
            return Ok(v.into_object());
        }
        crate::call::call(cls.as_object(), &[&v], cx)
    }
    /// Return a pair of integers, whose ratio is equal to the original int.
    ///
    /// The ratio is in lowest terms and has a positive denominator.
    ///
    /// >>> (10).as_integer_ratio()
    /// (10, 1)
    /// >>> (-10).as_integer_ratio()
    /// (-10, 1)
    /// >>> (0).as_integer_ratio()
    /// (0, 1)
    #[method("as_integer_ratio()")]
    fn as_integer_ratio(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (n, d) = (ops::exact(self, cx)?, PyInt::new(1, cx)?);
        PyTuple::from_slice(&[&n, &d], cx)
    }
    /// Truncating an Integral returns itself.
    #[method("__trunc__()")]
    fn trunc(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    /// Flooring an Integral returns itself.
    #[method("__floor__()")]
    fn floor(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    /// Ceiling of an Integral returns itself.
    #[method("__ceil__()")]
    fn ceil(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    /// Rounding an Integral returns itself.
    ///
    /// Rounding with an ndigits argument also returns an integer.
    #[method("__round__(ndigits=None, /)")]
    fn round(&self, ndigits: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        if ndigits.is_none() {
            return ops::exact(self, cx);
        }
        let n = number::index(ndigits, cx)?;
        if !n.is_negative() {
            return ops::exact(self, cx);
        }
        let places = n.to_i64().map_or(u64::MAX, i64::unsigned_abs);
        match ops::round_to_power(self.as_ref_int(), places) {
            Some(v) => PyInt::from_big(&v, cx),
            None => Err(cx.memory_error()),
        }
    }
    #[method("__getnewargs__()")]
    fn getnewargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let v = ops::exact(self, cx)?;
        PyTuple::from_slice(&[&v], cx)
    }
    /// Convert to a string according to format_spec.
    #[method("__format__(format_spec, /)")]
    fn format(&self, format_spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        text::format(self, format_spec, cx)
    }
    /// Returns size in memory, in bytes.
    #[method("__sizeof__()")]
    fn size_in_memory(&self) -> isize {
        self.as_object().ty().tp_basicsize.get() + 4 * self.digit_count().max(1) as isize
    }
    /// Returns True. Exists for duck type compatibility with float.is_integer.
    #[method("is_integer()")]
    fn is_integer(&self) -> bool {
        true
    }
    /// the real part of a complex number
    #[getter("real")]
    fn real(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    /// the imaginary part of a complex number
    #[getter("imag")]
    fn imag(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        PyInt::new(0, cx)
    }
    /// the numerator of a rational number in lowest terms
    #[getter("numerator")]
    fn numerator(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    /// the denominator of a rational number in lowest terms
    #[getter("denominator")]
    fn denominator(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        PyInt::new(1, cx)
    }
}

impl PyInt {
    /// `int(o)`: see [`new::from_object`].
    pub fn from_object(o: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        new::from_object(o, cx)
    }
}
