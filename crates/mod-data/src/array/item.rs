//! Item types of arrays: from Python values to machine values and back.

use std::ffi::CStr;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;
use taipan_object::types::object_::Plain;

/// One typecode.
pub struct Descr {
    pub code: char,
    pub size: usize,
    /// As `memoryview` shows it.
    pub format: &'static CStr,
    /// The machine format code of pickles.
    pub machine: usize,
    pub signed: bool,
}

macro_rules! descrs {
    ($($code:literal $size:literal $format:literal $little:literal $signed:literal;)*) => {
        /// All typecodes, in the order in which they are documented.
        pub static DESCRS: &[Descr] =
            &[$(Descr { code: $code, size: $size, format: $format, machine: $little + (($size > 1 && cfg!(target_endian = "big")) as usize), signed: $signed }),*];
    };
}
descrs! {
    'b' 1 c"b" 1 true; 'B' 1 c"B" 0 false; 'u' 4 c"w" 20 false; 'w' 4 c"w" 20 false; 'h' 2 c"h" 4 true; 'H' 2 c"H" 2 false; 'i' 4 c"i" 8 true;
    'I' 4 c"I" 6 false; 'l' 8 c"l" 12 true; 'L' 8 c"L" 10 false; 'q' 8 c"q" 12 true; 'Q' 8 c"Q" 10 false; 'f' 4 c"f" 14 false; 'd' 8 c"d" 16 false;
}

/// The description of a typecode.
pub fn find(code: u32) -> Option<&'static Descr> {
    DESCRS.iter().find(|d| d.code as u32 == code)
}

/// A machine value; the first `size` bytes count.
pub type Raw = [u8; 8];

fn raw(bytes: &[u8]) -> Raw {
    let mut out = [0; 8];
    out[..bytes.len()].copy_from_slice(bytes);
    out
}

/// The first N bytes; `b` is an item of a type of that size.
#[inline(always)]
fn bytes_of<const N: usize>(b: &[u8]) -> [u8; N] {
    b.first_chunk::<N>().copied().unwrap_or([0; N])
}

impl Descr {
    /// Whether items are characters.
    pub fn is_text(&self) -> bool {
        matches!(self.code, 'u' | 'w')
    }
    /// Whether items are ints.
    pub fn is_int(&self) -> bool {
        !self.is_text() && !matches!(self.code, 'f' | 'd')
    }

    /// The value of an item's bytes.
    #[inline]
    pub fn load(&self, b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        let int = match self.code {
            'b' => i8::from_ne_bytes(bytes_of(b)) as i64,
            'B' => u8::from_ne_bytes(bytes_of(b)) as i64,
            'h' => i16::from_ne_bytes(bytes_of(b)) as i64,
            'H' => u16::from_ne_bytes(bytes_of(b)) as i64,
            'i' => i32::from_ne_bytes(bytes_of(b)) as i64,
            'I' => u32::from_ne_bytes(bytes_of(b)) as i64,
            'l' | 'q' => i64::from_ne_bytes(bytes_of(b)),
            'L' | 'Q' => return PyInt::from_u64(u64::from_ne_bytes(bytes_of(b)), cx).map(Own::into_object),
            'f' => return PyFloat::new(f32::from_ne_bytes(bytes_of(b)) as f64, cx).map(Own::into_object),
            'd' => return PyFloat::new(f64::from_ne_bytes(bytes_of(b)), cx).map(Own::into_object),
            _ => return text(&[u32::from_ne_bytes(bytes_of(b))], cx).map(Own::into_object),
        };
        PyInt::new(int, cx).map(Own::into_object)
    }

    /// The number that an item's bytes are, if it is one of at most 63 bits.
    #[inline(always)]
    pub fn load_plain(&self, b: &[u8]) -> Option<Plain> {
        Some(match self.code {
            'd' => Plain::Float(f64::from_ne_bytes(bytes_of(b))),
            'f' => Plain::Float(f32::from_ne_bytes(bytes_of(b)) as f64),
            'b' => Plain::Int(i8::from_ne_bytes(bytes_of(b)) as i64),
            'B' => Plain::Int(u8::from_ne_bytes(bytes_of(b)) as i64),
            'h' => Plain::Int(i16::from_ne_bytes(bytes_of(b)) as i64),
            'H' => Plain::Int(u16::from_ne_bytes(bytes_of(b)) as i64),
            'i' => Plain::Int(i32::from_ne_bytes(bytes_of(b)) as i64),
            'I' => Plain::Int(u32::from_ne_bytes(bytes_of(b)) as i64),
            'l' | 'q' => Plain::Int(i64::from_ne_bytes(bytes_of(b))),
            'L' | 'Q' => Plain::Int(i64::try_from(u64::from_ne_bytes(bytes_of(b))).ok()?),
            _ => return None,
        })
    }

    /// The bytes of a number, if items are of its kind and it is in range. An int for a float must be exact.
    #[inline(always)]
    pub fn store_plain(&self, v: Plain) -> Option<Raw> {
        let v = match (self.code, v) {
            ('d', Plain::Float(f)) => return Some(f.to_ne_bytes()),
            ('d', Plain::Int(n)) if n.unsigned_abs() < 1 << 53 => {
                return Some((n as f64).to_ne_bytes());
            }
            (_, Plain::Int(n)) => n,
            _ => return None,
        };
        Some(match self.code {
            'b' => raw(&i8::try_from(v).ok()?.to_ne_bytes()),
            'B' => raw(&u8::try_from(v).ok()?.to_ne_bytes()),
            'h' => raw(&i16::try_from(v).ok()?.to_ne_bytes()),
            'H' => raw(&u16::try_from(v).ok()?.to_ne_bytes()),
            'i' => raw(&i32::try_from(v).ok()?.to_ne_bytes()),
            'I' => raw(&u32::try_from(v).ok()?.to_ne_bytes()),
            'l' | 'q' => v.to_ne_bytes(),
            'L' | 'Q' => u64::try_from(v).ok()?.to_ne_bytes(),
            _ => return None,
        })
    }

    /// The bytes of a value. Raises `TypeError` and `OverflowError`.
    #[inline]
    pub fn store(&self, v: &Object, cx: &mut Cx) -> PyResult<Raw> {
        match self.code {
            'f' => Ok(raw(&(number::as_f64(v, cx)? as f32).to_ne_bytes())),
            'd' => Ok(raw(&number::as_f64(v, cx)?.to_ne_bytes())),
            'u' | 'w' => character(v, cx).map(|c| raw(&c.to_ne_bytes())),
            'I' | 'L' | 'Q' => self.store_unsigned(v, cx),
            _ => self.store_small(v, cx),
        }
    }

    fn store_small(&self, v: &Object, cx: &mut Cx) -> PyResult<Raw> {
        let hold;
        let int = match v.exact::<PyInt>() {
            Some(i) => i,
            None => {
                hold = number::index(v, cx)?;
                &*hold
            }
        };
        let Some(n) = int.to_i64() else {
            let text = if self.code == 'q' { "int too big to convert" } else { "Python int too large to convert to C long" };
            return Err(cx.overflow_error(format_args!("{text}")));
        };
        // The C function reads a wider type first, whose bounds have names of their own.
        let steps: &[(i64, i64, &str)] = match self.code {
            'b' => &[(i16::MIN as i64, i16::MAX as i64, "signed short integer"), (-128, 127, "signed char")],
            'B' => &[(0, 255, "unsigned byte integer")],
            'h' => &[(i16::MIN as i64, i16::MAX as i64, "signed short integer")],
            'H' => &[(i32::MIN as i64, i32::MAX as i64, "signed integer"), (0, 0xffff, "unsigned short")],
            'i' => &[(i32::MIN as i64, i32::MAX as i64, "signed integer")],
            _ => &[],
        };
        for &(low, high, what) in steps {
            if n < low {
                return Err(cx.overflow_error(format_args!("{what} is less than minimum")));
            }
            if n > high {
                return Err(cx.overflow_error(format_args!("{what} is greater than maximum")));
            }
        }
        Ok(match self.size {
            1 => raw(&(n as u8).to_ne_bytes()),
            2 => raw(&(n as u16).to_ne_bytes()),
            4 => raw(&(n as u32).to_ne_bytes()),
            _ => n.to_ne_bytes(),
        })
    }

    fn store_unsigned(&self, v: &Object, cx: &mut Cx) -> PyResult<Raw> {
        let int = number::index(v, cx)?;
        if int.is_negative() {
            let text = if self.code == 'Q' { "can't convert negative int to unsigned" } else { "can't convert negative value to unsigned int" };
            return Err(cx.overflow_error(format_args!("{text}")));
        }
        let Some(n) = to_u64(&int) else {
            let text = if self.code == 'Q' { "int too big to convert" } else { "Python int too large to convert to C unsigned long" };
            return Err(cx.overflow_error(format_args!("{text}")));
        };
        if self.code == 'I' {
            return match u32::try_from(n) {
                Ok(n) => Ok(raw(&n.to_ne_bytes())),
                Err(_) => Err(cx.overflow_error(format_args!("unsigned int is greater than maximum"))),
            };
        }
        Ok(n.to_ne_bytes())
    }

    /// Compare the bytes of two ints or characters of this type as numbers.
    pub fn order(&self, a: &[u8], b: &[u8]) -> std::cmp::Ordering {
        let key = |x: &[u8]| -> i128 {
            match self.code {
                'b' => i8::from_ne_bytes(bytes_of(x)) as i128,
                'B' => u8::from_ne_bytes(bytes_of(x)) as i128,
                'h' => i16::from_ne_bytes(bytes_of(x)) as i128,
                'H' => u16::from_ne_bytes(bytes_of(x)) as i128,
                'i' => i32::from_ne_bytes(bytes_of(x)) as i128,
                'I' | 'u' | 'w' => u32::from_ne_bytes(bytes_of(x)) as i128,
                'l' | 'q' => i64::from_ne_bytes(bytes_of(x)) as i128,
                _ => u64::from_ne_bytes(bytes_of(x)) as i128,
            }
        };
        key(a).cmp(&key(b))
    }
}

/// The value of a non-negative int below 2**64.
fn to_u64(i: &PyInt) -> Option<u64> {
    if let Some(n) = i.to_i64() {
        return u64::try_from(n).ok();
    }
    let mut n: u128 = 0;
    let digits = i.as_ref_int().digits;
    if digits.len() > 3 {
        return None;
    }
    for (k, &d) in digits.iter().enumerate() {
        n |= (d as u128) << (30 * k);
    }
    u64::try_from(n).ok()
}

fn character(v: &Object, cx: &mut Cx) -> PyResult<u32> {
    let Some(s) = v.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("array item must be a unicode character, not {}", v.ty().tp_name_str())));
    };
    if s.len() != 1 {
        return Err(cx.type_error(format_args!("array item must be a unicode character, not a string of length {}", s.len())));
    }
    Ok(s.code_point(0))
}

/// A string of code points, which must be ones.
pub fn text(points: &[u32], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if let Some(c) = points.iter().find(|&&c| c > 0x10ffff) {
        return Err(cx.value_error(format_args!("character U+{c:x} is not in range [U+0000; U+10ffff]")));
    }
    PyStr::from_code_points(points, cx)
}
