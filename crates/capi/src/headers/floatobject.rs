//! `floatobject.h`, `complexobject.h`, `boolobject.h`, `pystrtod.h`: floats, complex numbers and booleans to and from C.

use crate::border::{bad_argument, text};
use crate::capi;
use std::ffi::{c_char, c_int, c_long};
use taipan_abi::Py_complex;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::types::complex::{self, PyComplex};
use taipan_object::types::float::{PyFloat, new};

fn as_double(o: Option<&Object>, cx: &mut Cx) -> PyResult<f64> {
    match o {
        None => Err(bad_argument(cx)),
        Some(o) => number::as_f64(o, cx),
    }
}

/// A complex as C passes it: two doubles in registers.
fn pair(c: Py_complex) -> (f64, f64) {
    (c.real, c.imag)
}

fn c_complex(v: (f64, f64)) -> Py_complex {
    Py_complex { real: v.0, imag: v.1 }
}

impl crate::border::CReturn for Py_complex {
    type C = Py_complex;
    fn into_c(self) -> Py_complex {
        self
    }
    fn failed() -> Py_complex {
        c_complex((-1.0, 0.0))
    }
}
impl crate::border::CReturn for PyResult<Py_complex> {
    type C = Py_complex;
    fn into_c(self) -> Py_complex {
        self.unwrap_or(c_complex((-1.0, 0.0)))
    }
    fn failed() -> Py_complex {
        c_complex((-1.0, 0.0))
    }
}

unsafe fn bytes<const N: usize>(p: *const u8, little: c_int) -> [u8; N] {
    // SAFETY: the caller's N bytes.
    let mut b: [u8; N] = unsafe { *(p as *const [u8; N]) };
    if little == 0 {
        b.reverse();
    }
    b
}

unsafe fn store<const N: usize>(mut b: [u8; N], p: *mut u8, little: c_int) {
    if little == 0 {
        b.reverse();
    }
    // SAFETY: the caller's N bytes.
    unsafe { (p as *mut [u8; N]).write(b) }
}

/// Half precision: value to bits, rounding to even; none when out of range.
fn half_bits(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000u16 } else { 0 };
    if x == 0.0 {
        return Some(sign);
    }
    if x.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if x.is_nan() {
        let mantissa = (x.to_bits() >> 42) as u16 & 0x3ff;
        // A signalling nan whose payload is cut off would be an infinity: it becomes a quiet one.
        return Some(sign | 0x7c00 | if mantissa == 0 { 0x200 } else { mantissa });
    }
    let magnitude = x.abs();
    // Units of the result: 2**-24 below the normal range, otherwise eleven bits of precision.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    let scaled = magnitude * f64::powi(2.0, 10 - exponent);
    let units = round_even(scaled);
    let bits = if exponent == -14 { units } else { units + (((exponent + 14) as u32) << 10) };
    (bits < 0x7c00).then_some(sign | bits as u16)
}

fn round_even(x: f64) -> u32 {
    x.round_ties_even() as u32
}

/// Half precision: bits to value.
fn half_value(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (exponent, mantissa) = ((bits >> 10 & 0x1f) as i32, (bits & 0x3ff) as f64);
    match exponent {
        0 => sign * mantissa * f64::powi(2.0, -24),
        31 if mantissa == 0.0 => sign * f64::INFINITY,
        31 => f64::from_bits(((bits as u64 & 0x8000) << 48) | 0x7ff << 52 | (bits as u64 & 0x3ff) << 42),
        _ => sign * (1.0 + mantissa / 1024.0) * f64::powi(2.0, exponent - 15),
    }
}

/// C's `strtod` on a prefix; the value and how much was used.
fn prefix(b: &[u8]) -> Option<(f64, usize)> {
    let mut i = usize::from(matches!(b.first(), Some(b'+' | b'-')));
    let lower: Vec<u8> = b[i..].iter().take(8).map(u8::to_ascii_lowercase).collect();
    let word = if lower.starts_with(b"infinity") { 8 } else if lower.starts_with(b"inf") || lower.starts_with(b"nan") { 3 } else { 0 };
    if word > 0 {
        i += word;
    } else {
        let digits = |b: &[u8], from: usize| b[from..].iter().take_while(|c| c.is_ascii_digit()).count();
        let whole = digits(b, i);
        i += whole;
        let mut fraction = 0;
        if b.get(i) == Some(&b'.') {
            fraction = digits(b, i + 1);
            if whole + fraction > 0 {
                i += 1 + fraction;
            }
        }
        if whole + fraction == 0 {
            return None;
        }
        if matches!(b.get(i), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(b.get(i + 1), Some(b'+' | b'-')));
            let n = digits(b, i + 1 + sign);
            if n > 0 {
                i += 1 + sign + n;
            }
        }
    }
    std::str::from_utf8(&b[..i]).ok()?.parse().ok().map(|v| (v, i))
}

fn strtod(p: *const c_char, end: *mut *mut c_char, overflow: Option<&Object>, cx: &mut Cx) -> PyResult<f64> {
    // SAFETY: a C string and an out-parameter of the caller.
    unsafe {
        let b = std::ffi::CStr::from_ptr(p).to_bytes();
        let found = prefix(b);
        let used = found.map_or(0, |f| f.1);
        if !end.is_null() {
            *end = p.add(used) as *mut c_char;
        }
        let Some((v, used)) = found.filter(|f| !end.is_null() || f.1 == b.len()) else {
            return Err(cx.value_error(format_args!("could not convert string to float: '{}'", text(p))));
        };
        let literal_infinity = b[..used].iter().any(|c| c.eq_ignore_ascii_case(&b'i'));
        if v.is_infinite() && !literal_infinity {
            if let Some(ty) = overflow.and_then(|o| o.downcast::<PyType>()) {
                return Err(cx.raise_msg(ty, format_args!("value too large to convert to float: '{}'", text(p))));
            }
        }
        Ok(v)
    }
}

/// `'e'`, `'f'`, `'g'`, `'r'` formats of `PyOS_double_to_string` through the format mini-language.
fn double_text(x: f64, code: u8, precision: c_int, flags: c_int, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    const SIGN: c_int = 1;
    const DOT_0: c_int = 2;
    const ALT: c_int = 4;
    let mut s = if code == b'r' {
        taipan_object::types::float::text::repr(x, cx)?.to_string_lossy()
    } else {
        let alt = if flags & ALT != 0 { "#" } else { "" };
        let spec = PyStr::new(&format!("{alt}.{}{}", precision.max(0), code as char), cx)?;
        taipan_object::types::float::text::format(x, &spec, "float", cx)?.to_string_lossy()
    };
    if code == b'r' && flags & DOT_0 == 0 {
        if let Some(t) = s.strip_suffix(".0") {
            s = t.to_owned();
        }
    }
    if flags & DOT_0 != 0 && x.is_finite() && !s.contains(['.', 'e', 'E']) {
        s.push_str(".0");
    }
    if flags & SIGN != 0 && !s.starts_with('-') {
        s.insert(0, '+');
    }
    PyStr::new(&s, cx)
}

capi! {
    /// A float.
    fn PyFloat_FromDouble(v: f64) -> PyResult<Own<PyFloat>> = direct |cx| { PyFloat::new(v, cx) }
    /// `float(text)`.
    fn PyFloat_FromString(o: &Object) -> PyResult<Own<PyFloat>> = |cx| {
        if let Some(s) = o.downcast::<PyStr>() {
            let v = new::from_str(s, cx)?;
            return PyFloat::new(v, cx);
        }
        if o.is_a::<PyFloat>() || o.is_a::<PyInt>() || Buffer::get(o, 0, cx).is_err_and(|r| { cx.discard(r); true }) {
            return Err(cx.type_error(format_args!("float() argument must be a string or a real number, not '{}'", o.ty().tp_name_str())));
        }
        let v = new::from_object(o, cx)?;
        PyFloat::new(v, cx)
    }
    /// The value as a `double`.
    fn PyFloat_AsDouble(o: Option<&Object>) -> f64 = direct |_| {
        if let Some(f) = o.and_then(|o| o.downcast::<PyFloat>()) { return f.value() }
        taipan_as_double(o)
    }
    /// The rest of `PyFloat_AsDouble`.
    fn taipan_as_double(o: Option<&Object>) -> PyResult<f64> = |cx| { as_double(o, cx) }
    /// `sys.float_info`.
    fn PyFloat_GetInfo() -> PyResult<Own<Object>> = |cx| { cx.import_attr("sys", "float_info") }
    /// The largest float.
    fn PyFloat_GetMax() -> f64 = |_| { f64::MAX }
    /// The smallest normal float.
    fn PyFloat_GetMin() -> f64 = |_| { f64::MIN_POSITIVE }
    /// Half precision into two bytes.
    fn PyFloat_Pack2(x: f64, p: *mut u8, little: c_int) -> PyResult<()> = |cx| {
        let Some(b) = half_bits(x) else { return Err(cx.overflow_error(format_args!("float too large to pack with e format"))) };
        store(b.to_le_bytes(), p, little);
        Ok(())
    }
    /// Single precision into four bytes.
    fn PyFloat_Pack4(x: f64, p: *mut u8, little: c_int) -> PyResult<()> = |cx| {
        if x.is_nan() {
            // Bit by bit: a conversion would make signalling nans quiet.
            let mantissa = (x.to_bits() >> 29) as u32 & 0x7f_ffff;
            let sign = ((x.to_bits() >> 63) as u32) << 31;
            let bits = sign | 0x7f80_0000 | if mantissa == 0 { 0x40_0000 } else { mantissa };
            store(bits.to_le_bytes(), p, little);
            return Ok(());
        }
        let f = x as f32;
        if f.is_infinite() && x.is_finite() {
            return Err(cx.overflow_error(format_args!("float too large to pack with f format")));
        }
        store(f.to_le_bytes(), p, little);
        Ok(())
    }
    /// Eight bytes.
    fn PyFloat_Pack8(x: f64, p: *mut u8, little: c_int) -> PyResult<()> = |cx| {
        store(x.to_le_bytes(), p, little);
        Ok(())
    }
    /// Half precision from two bytes.
    fn PyFloat_Unpack2(p: *const u8, little: c_int) -> f64 = |_| { half_value(u16::from_le_bytes(bytes(p, little))) }
    /// Single precision from four bytes.
    fn PyFloat_Unpack4(p: *const u8, little: c_int) -> f64 = |_| {
        let b = u32::from_le_bytes(bytes(p, little));
        let f = f32::from_bits(b);
        if f.is_nan() { f64::from_bits(u64::from(b >> 31) << 63 | 0x7ff << 52 | u64::from(b & 0x7f_ffff) << 29) } else { f64::from(f) }
    }
    /// From eight bytes.
    fn PyFloat_Unpack8(p: *const u8, little: c_int) -> f64 = |_| { f64::from_le_bytes(bytes(p, little)) }

    /// `True` or `False`.
    fn PyBool_FromLong(v: c_long) -> Own<Object> = |_| { boolean::from_bool(v != 0) }
    /// `o is True`.
    fn Py_IsTrue(o: *mut Object) -> bool = |_| { std::ptr::eq(o, boolean::true_()) }
    /// `o is False`.
    fn Py_IsFalse(o: *mut Object) -> bool = |_| { std::ptr::eq(o, boolean::false_()) }

    /// A complex.
    fn PyComplex_FromDoubles(re: f64, im: f64) -> PyResult<Own<PyComplex>> = |cx| { PyComplex::new(re, im, cx) }
    /// A complex.
    fn PyComplex_FromCComplex(v: Py_complex) -> PyResult<Own<PyComplex>> = |cx| { PyComplex::new(v.real, v.imag, cx) }
    /// The real part; floats and `__complex__` work too.
    fn PyComplex_RealAsDouble(o: &Object) -> PyResult<f64> = |cx| { complex::new::as_complex(o, cx).map(|v| v.0) }
    /// The imaginary part; 0 for other numbers.
    fn PyComplex_ImagAsDouble(o: &Object) -> PyResult<f64> = |cx| { complex::new::as_complex(o, cx).map(|v| v.1) }
    /// Both parts.
    fn PyComplex_AsCComplex(o: &Object) -> PyResult<Py_complex> = |cx| { complex::new::as_complex(o, cx).map(c_complex) }
    /// `a + b`.
    fn _Py_c_sum(a: Py_complex, b: Py_complex) -> Py_complex = |_| { c_complex((a.real + b.real, a.imag + b.imag)) }
    /// `a - b`.
    fn _Py_c_diff(a: Py_complex, b: Py_complex) -> Py_complex = |_| { c_complex((a.real - b.real, a.imag - b.imag)) }
    /// `-a`.
    fn _Py_c_neg(a: Py_complex) -> Py_complex = |_| { c_complex((-a.real, -a.imag)) }
    /// `a * b`.
    fn _Py_c_prod(a: Py_complex, b: Py_complex) -> Py_complex = |_| { c_complex(complex::arith::mul(pair(a), pair(b))) }
    /// `a / b`; sets `errno` to EDOM for a zero divisor.
    fn _Py_c_quot(a: Py_complex, b: Py_complex) -> Py_complex = |_| {
        match complex::arith::div(pair(a), pair(b)) {
            Some(v) => c_complex(v),
            None => { crate::errno::set(crate::errno::EDOM); c_complex((0.0, 0.0)) }
        }
    }
    /// `a ** b`; sets `errno` to EDOM or ERANGE where Python raises.
    fn _Py_c_pow(a: Py_complex, b: Py_complex) -> Py_complex = |cx| {
        match complex::arith::power(pair(a), pair(b), cx) {
            Ok(v) => c_complex(v),
            Err(r) => {
                let e = cx.take_raised(r);
                let overflow = e.ty().is_subtype(exc::OverflowError());
                crate::errno::set(if overflow { crate::errno::ERANGE } else { crate::errno::EDOM });
                c_complex(if overflow { (f64::INFINITY, f64::INFINITY) } else { (0.0, 0.0) })
            }
        }
    }
    /// `abs(a)`; sets `errno` to ERANGE when it overflows.
    fn _Py_c_abs(a: Py_complex) -> f64 = |_| {
        let r = a.real.hypot(a.imag);
        crate::errno::set(if r.is_infinite() && a.real.is_finite() && a.imag.is_finite() { crate::errno::ERANGE } else { 0 });
        r
    }

    /// `float(text)` of a C string, without blanks.
    fn PyOS_string_to_double(p: *const c_char, end: *mut *mut c_char, overflow: Option<&Object>) -> PyResult<f64> = |cx| { strtod(p, end, overflow, cx) }
    /// The text of a float, in memory of `PyMem_Malloc`; `kind` gets 0 finite, 1 infinite, 2 nan.
    fn PyOS_double_to_string(x: f64, code: c_char, precision: c_int, flags: c_int, kind: *mut c_int) -> PyResult<*mut c_char> = |cx| {
        let s = double_text(x, code as u8, precision, flags, cx)?;
        crate::border::put(kind, if x.is_nan() { 2 } else if x.is_infinite() { 1 } else { 0 });
        let s = s.to_string_lossy();
        let p = super::pymem::PyMem_Malloc(s.len() + 1) as *mut u8;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        p.copy_from_nonoverlapping(s.as_ptr(), s.len());
        p.add(s.len()).write(0);
        Ok(p as *mut c_char)
    }
}
