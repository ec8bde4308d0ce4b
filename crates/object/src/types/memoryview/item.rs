//! One item of a view: native formats of one character, as `struct` has them.

use crate::abstract_::number;
use crate::prelude::*;
use crate::types::bytes::PyBytes;
use crate::types::float::PyFloat;

/// Bytes of an item of a native format; `None` for formats that views do not know.
pub fn size_of_format(f: u8) -> Option<usize> {
    Some(match f {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'd' | b'P' => 8,
        b'F' => 8,
        b'D' => 16,
        _ => return None,
    })
}

/// The character of a native single-item format (`B`, `@B`).
pub fn native_char(f: &str) -> Option<u8> {
    let f = f.strip_prefix('@').unwrap_or(f);
    match f.as_bytes() {
        [c] if size_of_format(*c).is_some() => Some(*c),
        _ => None,
    }
}

fn word<const N: usize>(b: &[u8]) -> [u8; N] {
    let mut w = [0; N];
    w.copy_from_slice(&b[..N]);
    w
}

/// Half precision to double.
fn half_to_f64(h: u16) -> f64 {
    let sign = if h & 0x8000 != 0 { -1.0 } else { 1.0 };
    let (e, m) = ((h >> 10 & 31) as i32, (h & 0x3ff) as f64);
    sign * match e {
        0 => m * 2f64.powi(-24),
        31 if m == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + m / 1024.0) * 2f64.powi(e - 15),
    }
}

/// Double to half precision, to even; `None` on overflow.
fn f64_to_half(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000u16 } else { 0 };
    let a = x.abs();
    if a.is_nan() {
        return Some(sign | 0x7e00);
    }
    if a.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if a < 2f64.powi(-14) {
        return Some(sign | (a * 2f64.powi(24)).round_ties_even() as u16);
    }
    let mut e = a.log2().floor() as i32;
    if 2f64.powi(e) > a {
        e -= 1;
    }
    let mut m = (a / 2f64.powi(e) * 1024.0).round_ties_even() as u32;
    if m >= 2048 {
        e += 1;
        m = 1024;
    }
    if e > 15 { None } else { Some(sign | ((e + 15) as u16) << 10 | (m - 1024) as u16) }
}

/// The object that the bytes of an item mean. `b` has the format's size.
pub fn unpack(f: u8, b: &[u8], cx: &mut Cx) -> PyResult {
    let int = |v: i64, cx: &mut Cx| PyInt::new(v, cx).map(Own::into_object);
    let float = |v: f64, cx: &mut Cx| PyFloat::new(v, cx).map(Own::into_object);
    match f {
        b'B' => int(b[0] as i64, cx),
        b'b' => int(b[0] as i8 as i64, cx),
        b'c' => PyBytes::new(&b[..1], cx).map(Own::into_object),
        b'?' => Ok(crate::types::boolean::from_bool(b[0] != 0)),
        b'h' => int(i16::from_ne_bytes(word(b)) as i64, cx),
        b'H' => int(u16::from_ne_bytes(word(b)) as i64, cx),
        b'i' => int(i32::from_ne_bytes(word(b)) as i64, cx),
        b'I' => int(u32::from_ne_bytes(word(b)) as i64, cx),
        b'l' | b'q' | b'n' => int(i64::from_ne_bytes(word(b)), cx),
        b'L' | b'Q' | b'N' | b'P' => PyInt::from_u64(u64::from_ne_bytes(word(b)), cx).map(Own::into_object),
        b'f' => float(f32::from_ne_bytes(word(b)) as f64, cx),
        b'd' => float(f64::from_ne_bytes(word(b)), cx),
        b'e' => float(half_to_f64(u16::from_ne_bytes(word(b))), cx),
        b'F' => complex(f32::from_ne_bytes(word(b)) as f64, f32::from_ne_bytes(word(&b[4..])) as f64, cx),
        b'D' => complex(f64::from_ne_bytes(word(b)), f64::from_ne_bytes(word(&b[8..])), cx),
        _ => Err(cx.not_implemented_error(format_args!("memoryview: format {} not supported", f as char))),
    }
}

fn complex(re: f64, im: f64, cx: &mut Cx) -> PyResult {
    let (re, im) = (PyFloat::new(re, cx)?, PyFloat::new(im, cx)?);
    let c = crate::call::call(crate::types::complex::PyComplex::ty().as_object(), &[re.as_object(), im.as_object()], cx)?;
    Ok(c)
}

fn bad_type(f: u8, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("memoryview: invalid type for format '{}'", f as char))
}
fn bad_value(f: u8, cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("memoryview: invalid value for format '{}'", f as char))
}

fn int_for(f: u8, v: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match number::index(v, cx) {
        Ok(i) => Ok(i),
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            Err(bad_type(f, cx))
        }
    }
}

fn float_for(f: u8, v: &Object, cx: &mut Cx) -> PyResult<f64> {
    match number::as_f64(v, cx) {
        Ok(x) => Ok(x),
        Err(r) if cx.raised_is(exc::OverflowError()) || cx.raised_is(exc::ValueError()) => {
            cx.discard(r);
            Err(bad_value(f, cx))
        }
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            Err(bad_type(f, cx))
        }
    }
}

/// The bytes of an item for a value.
pub fn pack(f: u8, v: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    macro_rules! signed {
        ($t:ty) => {{
            let i = int_for(f, v, cx)?;
            match i.to_i64().and_then(|n| <$t>::try_from(n).ok()) {
                Some(n) => n.to_ne_bytes().to_vec(),
                None => return Err(bad_value(f, cx)),
            }
        }};
    }
    Ok(match f {
        b'B' => signed!(u8),
        b'b' => signed!(i8),
        b'h' => signed!(i16),
        b'H' => signed!(u16),
        b'i' => signed!(i32),
        b'I' => signed!(u32),
        b'l' | b'q' | b'n' => signed!(i64),
        b'L' | b'Q' | b'N' | b'P' => {
            let i = int_for(f, v, cx)?;
            match i.as_ref_int().to_u64() {
                Some(n) => n.to_ne_bytes().to_vec(),
                None => return Err(bad_value(f, cx)),
            }
        }
        b'?' => vec![crate::abstract_::is_true(v, cx)? as u8],
        b'c' => match v.downcast::<PyBytes>().map(|b| b.as_bytes()) {
            None => return Err(bad_type(f, cx)),
            Some([b]) => vec![*b],
            Some(_) => return Err(bad_value(f, cx)),
        },
        b'f' => (float_for(f, v, cx)? as f32).to_ne_bytes().to_vec(),
        b'd' => float_for(f, v, cx)?.to_ne_bytes().to_vec(),
        b'e' => match f64_to_half(float_for(f, v, cx)?) {
            Some(h) => h.to_ne_bytes().to_vec(),
            None => return Err(bad_value(f, cx)),
        },
        b'F' | b'D' => {
            let (re, im) = match v.downcast::<crate::types::complex::PyComplex>() {
                Some(c) => {
                    let re = crate::attr::get(c.as_object(), name!(cx, "real"), cx)?;
                    let im = crate::attr::get(c.as_object(), name!(cx, "imag"), cx)?;
                    (number::as_f64(&re, cx)?, number::as_f64(&im, cx)?)
                }
                None => (float_for(f, v, cx)?, 0.0),
            };
            if f == b'F' {
                [(re as f32).to_ne_bytes(), (im as f32).to_ne_bytes()].concat()
            } else {
                [re.to_ne_bytes(), im.to_ne_bytes()].concat()
            }
        }
        _ => return Err(cx.not_implemented_error(format_args!("memoryview: format {} not supported", f as char))),
    })
}
