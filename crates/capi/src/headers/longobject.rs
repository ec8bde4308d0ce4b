//! `longobject.h` and `cpython/longintrepr.h`: ints to and from C.

use crate::border::{bad_internal_call, put, str_of};
use crate::capi;
use std::ffi::{c_char, c_int, c_long, c_longlong, c_ulong, c_ulonglong, c_void};
use taipan_algo_int::{self as algo, BigInt, Endian, IntRef};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;

/// `Py_ASNATIVEBYTES_*`.
mod native {
    pub const LITTLE: i32 = 1;
    pub const NATIVE: i32 = 3;
    pub const UNSIGNED_BUFFER: i32 = 4;
    pub const REJECT_NEGATIVE: i32 = 8;
    pub const ALLOW_INDEX: i32 = 16;
}

/// An int from anything with `__index__`; null is a broken call.
fn via_index(o: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    match o {
        None => Err(bad_internal_call(cx)),
        Some(o) => match o.downcast::<PyInt>() {
            Some(i) => Ok(i.new_ref()),
            None => number::index(o, cx),
        },
    }
}

/// An int object, or `TypeError: an integer is required`.
/// The value of an int of one digit.
#[inline(always)]
fn compact(o: Option<&Object>) -> Option<i64> {
    o.and_then(|o| o.downcast::<PyInt>()).and_then(PyInt::compact)
}

fn only_int<'a>(o: Option<&'a Object>, cx: &mut Cx) -> PyResult<&'a PyInt> {
    match o {
        None => Err(bad_internal_call(cx)),
        Some(o) => match o.downcast::<PyInt>() {
            Some(i) => Ok(i),
            None => Err(cx.type_error(format_args!("an integer is required"))),
        },
    }
}

fn too_large(cx: &mut Cx, c_type: &str) -> Raised {
    cx.overflow_error(format_args!("Python int too large to convert to C {c_type}"))
}

/// The value as a signed type of `bits` bits.
fn signed(i: &PyInt, bits: u32, c_type: &str, cx: &mut Cx) -> PyResult<i64> {
    match i.to_i64().filter(|v| bits == 64 || (-(1i64 << (bits - 1))..1i64 << (bits - 1)).contains(v)) {
        Some(v) => Ok(v),
        None => Err(too_large(cx, c_type)),
    }
}

/// The value as an unsigned type of 64 bits, if it fits.
pub fn to_u64(i: &PyInt) -> Option<u64> {
    if i.is_negative() {
        return None;
    }
    let d = i.as_ref_int().digits;
    match *d {
        [] => Some(0),
        [a] => Some(u64::from(a)),
        [a, b] => Some(u64::from(a) | u64::from(b) << 30),
        [a, b, c] if c < 16 => Some(u64::from(a) | u64::from(b) << 30 | u64::from(c) << 60),
        _ => None,
    }
}

fn unsigned(i: &PyInt, c_type: &str, cx: &mut Cx) -> PyResult<u64> {
    if i.is_negative() {
        return Err(cx.overflow_error(format_args!("can't convert negative value to unsigned int")));
    }
    match to_u64(i) {
        Some(v) => Ok(v),
        None => Err(too_large(cx, c_type)),
    }
}

/// The value modulo 2**64.
pub fn masked(i: &PyInt) -> u64 {
    let r = i.as_ref_int();
    let mut v = 0u64;
    for (k, d) in r.digits.iter().take(3).enumerate() {
        v |= u64::from(*d) << (30 * k as u32);
    }
    if r.neg { v.wrapping_neg() } else { v }
}

/// The value, or -1 and the direction of the overflow through `overflow`.
unsafe fn and_overflow(o: Option<&Object>, overflow: *mut c_int, cx: &mut Cx) -> PyResult<i64> {
    // SAFETY: the caller's out-parameter.
    unsafe {
        *overflow = 0;
        let i = via_index(o, cx)?;
        Ok(match i.to_i64() {
            Some(v) => v,
            None => {
                *overflow = if i.is_negative() { -1 } else { 1 };
                -1
            }
        })
    }
}

fn big(i: &PyInt) -> IntRef<'_> {
    i.as_ref_int()
}

fn byte_order(little: bool) -> Endian {
    if little { Endian::Little } else { Endian::Big }
}

/// `flags` of the native-bytes functions as byte order: native is little.
fn order_of(flags: c_int) -> Endian {
    byte_order(flags == -1 || flags & native::NATIVE == native::NATIVE || flags & native::NATIVE == native::LITTLE)
}

/// The bytes of an int in two's complement, sign-extended or cut to the buffer; gives the number of bytes the value needs.
unsafe fn as_native_bytes(i: &PyInt, buf: *mut u8, n: usize, flags: c_int, cx: &mut Cx) -> PyResult<isize> {
    let flags_ = if flags == -1 { 0 } else { flags };
    if i.is_negative() && flags != -1 && flags_ & native::REJECT_NEGATIVE != 0 {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    let bits = bit_length(big(i));
    let unsigned = flags != -1 && flags_ & native::UNSIGNED_BUFFER != 0 && !i.is_negative();
    // `-2**k` needs no bit for its sign.
    let signed_bits = if i.is_negative() && bit_length(algo::invert(big(i)).view()) < bits { bits } else { bits + 1 };
    if n > 0 {
        // SAFETY: the caller's buffer of `n` bytes.
        let out = unsafe { std::slice::from_raw_parts_mut(buf, n) };
        let mut all = vec![0u8; (bits / 8 + 1) as usize + n + 8];
        // Enough room for any sign: cannot fail.
        let _ = algo::to_bytes(big(i), &mut all, Endian::Little, true);
        out.copy_from_slice(&all[..n]);
        if order_of(flags) == Endian::Big {
            out.reverse();
        }
    }
    const WORD: usize = size_of::<isize>();
    // Ints of one digit are taken for a machine word, which `n` bytes may hold as well.
    if i.compact().is_some() {
        let fits = |b: u64| b <= 8 * n as u64;
        return Ok(if n == 0 || n >= WORD {
            WORD
        } else if fits(signed_bits) || (unsigned && fits(bits)) {
            n
        } else if !i.is_negative() && fits(bits) {
            n + 1
        } else {
            WORD
        } as isize);
    }
    let needed = (bits / 8 + 1) as usize;
    let spare = n > 0 && needed == n + 1 && bits % 8 == 0 && (unsigned || signed_bits == bits);
    Ok(if spare { n } else { needed } as isize)
}

/// Bits of the magnitude.
pub fn bit_length(v: IntRef<'_>) -> u64 {
    match v.digits.last() {
        Some(top) => (v.digits.len() as u64 - 1) * 30 + u64::from(32 - top.leading_zeros()),
        None => 0,
    }
}

fn from_native(b: &[u8], flags: c_int, is_signed: bool, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    PyInt::from_big(&algo::from_bytes(b, order_of(flags), is_signed), cx)
}

/// `int(text, base)` of a C string; `end` gets where parsing stopped, otherwise all must be used.
unsafe fn from_string(p: *const c_char, end: *mut *mut c_char, base: c_int, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if base != 0 && !(2..=36).contains(&base) {
        return Err(cx.value_error(format_args!("int() arg 2 must be >= 2 and <= 36")));
    }
    // SAFETY: a C string.
    let all = unsafe { std::ffi::CStr::from_ptr(p) }.to_bytes();
    if end.is_null() {
        // SAFETY: as above.
        let s = unsafe { str_of(p, cx)? };
        return taipan_object::types::int::new::from_str(&s, base as u32, cx);
    }
    let n = number_prefix(all, base as u32);
    let s = PyStr::from_latin1(&all[..n], cx)?;
    let n = n + all[n..].iter().take_while(|c| c.is_ascii_whitespace() || **c == 0x0b).count();
    let v = taipan_object::types::int::new::from_str(&s, base as u32, cx);
    // SAFETY: the caller's out-parameter.
    unsafe { put(end, p.add(n) as *mut c_char) };
    v
}

/// How many bytes look like an int of the base: blanks, sign, prefix, digits and single underscores.
fn number_prefix(b: &[u8], base: u32) -> usize {
    let mut i = b.iter().take_while(|c| c.is_ascii_whitespace() || **c == 0x0b).count();
    if matches!(b.get(i), Some(b'+' | b'-')) {
        i += 1;
    }
    let mut radix = base;
    if b.get(i) == Some(&b'0') {
        let of = match b.get(i + 1).map(u8::to_ascii_lowercase) {
            Some(b'x') => 16,
            Some(b'o') => 8,
            Some(b'b') => 2,
            _ => 0,
        };
        if of != 0 && (base == 0 || base == of) {
            radix = of;
            i += 2;
        }
    }
    let radix = if radix == 0 { 10 } else { radix };
    while let Some(c) = b.get(i) {
        let digit = (*c as char).to_digit(radix).is_some();
        if !digit && !(*c == b'_' && b.get(i + 1).is_some_and(|n| (*n as char).to_digit(radix).is_some())) {
            break;
        }
        i += 1;
    }
    i
}

fn from_f64(x: f64, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    taipan_object::types::float::convert::to_int(x, cx)
}

capi! {
    /// From `long`.
    fn PyLong_FromLong(v: c_long) -> PyResult<Own<PyInt>> = direct |cx| { PyInt::new(v, cx) }
    /// From `unsigned long`.
    fn PyLong_FromUnsignedLong(v: c_ulong) -> PyResult<Own<PyInt>> = direct |cx| { PyInt::from_u64(v, cx) }
    /// From `long long`.
    fn PyLong_FromLongLong(v: c_longlong) -> PyResult<Own<PyInt>> = direct |cx| { PyInt::new(v, cx) }
    /// From `unsigned long long`.
    fn PyLong_FromUnsignedLongLong(v: c_ulonglong) -> PyResult<Own<PyInt>> = direct |cx| { PyInt::from_u64(v, cx) }
    /// From `Py_ssize_t`.
    fn PyLong_FromSsize_t(v: isize) -> PyResult<Own<PyInt>> = direct |cx| { PyInt::new(v as i64, cx) }
    /// From `size_t`.
    fn PyLong_FromSize_t(v: usize) -> PyResult<Own<PyInt>> = direct |cx| { PyInt::from_u64(v as u64, cx) }
    /// From `int32_t`.
    fn PyLong_FromInt32(v: i32) -> PyResult<Own<PyInt>> = |cx| { PyInt::new(v.into(), cx) }
    /// From `uint32_t`.
    fn PyLong_FromUInt32(v: u32) -> PyResult<Own<PyInt>> = |cx| { PyInt::new(v.into(), cx) }
    /// From `int64_t`.
    fn PyLong_FromInt64(v: i64) -> PyResult<Own<PyInt>> = |cx| { PyInt::new(v, cx) }
    /// From `uint64_t`.
    fn PyLong_FromUInt64(v: u64) -> PyResult<Own<PyInt>> = |cx| { PyInt::from_u64(v, cx) }
    /// From `double`, truncated.
    fn PyLong_FromDouble(v: f64) -> PyResult<Own<PyInt>> = |cx| { from_f64(v, cx) }
    /// From a pointer.
    fn PyLong_FromVoidPtr(p: *mut c_void) -> PyResult<Own<PyInt>> = |cx| { PyInt::from_u64(p as u64, cx) }
    /// `int(text, base)`.
    fn PyLong_FromString(p: *const c_char, end: *mut *mut c_char, base: c_int) -> PyResult<Own<PyInt>> = |cx| { from_string(p, end, base, cx) }
    /// `int(text, base)`.
    fn PyLong_FromUnicodeObject(s: &PyStr, base: c_int) -> PyResult<Own<PyInt>> = |cx| {
        if base != 0 && !(2..=36).contains(&base) {
            return Err(cx.value_error(format_args!("int() base must be >= 2 and <= 36, or 0")));
        }
        taipan_object::types::int::new::from_str(s, base as u32, cx)
    }
    /// From bytes in two's complement.
    fn PyLong_FromNativeBytes(p: *const u8, n: usize, flags: c_int) -> PyResult<Own<PyInt>> = |cx| {
        let b = if n == 0 { &[] } else { std::slice::from_raw_parts(p, n) };
        from_native(b, flags, flags == -1 || flags & native::UNSIGNED_BUFFER == 0, cx)
    }
    /// From bytes without sign.
    fn PyLong_FromUnsignedNativeBytes(p: *const u8, n: usize, flags: c_int) -> PyResult<Own<PyInt>> = |cx| {
        let b = if n == 0 { &[] } else { std::slice::from_raw_parts(p, n) };
        from_native(b, flags, false, cx)
    }
    /// From bytes (older form).
    fn _PyLong_FromByteArray(p: *const u8, n: usize, little: c_int, is_signed: c_int) -> PyResult<Own<PyInt>> = |cx| {
        let b = if n == 0 { &[] } else { std::slice::from_raw_parts(p, n) };
        PyInt::from_big(&algo::from_bytes(b, byte_order(little != 0), is_signed != 0), cx)
    }

    /// As `long`.
    fn PyLong_AsLong(o: Option<&Object>) -> PyResult<c_long> = |cx| { let i = via_index(o, cx)?; signed(&i, 64, "long", cx) }
    /// As `long`; out of range is told through `overflow`.
    fn PyLong_AsLongAndOverflow(o: Option<&Object>, overflow: *mut c_int) -> PyResult<c_long> = |cx| { and_overflow(o, overflow, cx) }
    /// As `long long`; out of range is told through `overflow`.
    fn PyLong_AsLongLongAndOverflow(o: Option<&Object>, overflow: *mut c_int) -> PyResult<c_longlong> = |cx| { and_overflow(o, overflow, cx) }
    /// As `int`.
    fn PyLong_AsInt(o: Option<&Object>) -> PyResult<c_int> = |cx| {
        let i = via_index(o, cx)?;
        signed(&i, 32, "int", cx).map(|v| v as c_int)
    }
    /// As `long long`.
    fn PyLong_AsLongLong(o: Option<&Object>) -> PyResult<c_longlong> = |cx| { let i = via_index(o, cx)?; signed(&i, 64, "long long", cx) }
    /// As `Py_ssize_t`; ints only.
    fn PyLong_AsSsize_t(o: Option<&Object>) -> isize = direct |_| {
        if let Some(v) = compact(o) { return v as isize }
        taipan_as_ssize_t(o)
    }
    /// The rest of `PyLong_AsSsize_t`.
    fn taipan_as_ssize_t(o: Option<&Object>) -> PyResult<isize> = |cx| {
        let i = only_int(o, cx)?;
        signed(i, 64, "ssize_t", cx).map(|v| v as isize)
    }
    /// As `size_t`; ints only.
    fn PyLong_AsSize_t(o: Option<&Object>) -> PyResult<usize> = |cx| {
        let i = only_int(o, cx)?;
        if i.is_negative() {
            return Err(cx.overflow_error(format_args!("can't convert negative value to size_t")));
        }
        to_u64(i).map(|v| v as usize).ok_or_else(|| too_large(cx, "size_t"))
    }
    /// As `unsigned long`; ints only.
    fn PyLong_AsUnsignedLong(o: Option<&Object>) -> PyResult<c_ulong> = |cx| { let i = only_int(o, cx)?; unsigned(i, "unsigned long", cx) }
    /// As `unsigned long long`; ints only.
    fn PyLong_AsUnsignedLongLong(o: Option<&Object>) -> PyResult<c_ulonglong> = |cx| {
        let i = only_int(o, cx)?;
        if i.is_negative() {
            return Err(cx.overflow_error(format_args!("can't convert negative int to unsigned")));
        }
        to_u64(i).ok_or_else(|| cx.overflow_error(format_args!("int too big to convert")))
    }
    /// As `unsigned long`, modulo its range.
    fn PyLong_AsUnsignedLongMask(o: Option<&Object>) -> PyResult<c_ulong> = |cx| { via_index(o, cx).map(|i| masked(&i)) }
    /// As `unsigned long long`, modulo its range.
    fn PyLong_AsUnsignedLongLongMask(o: Option<&Object>) -> PyResult<c_ulonglong> = |cx| { via_index(o, cx).map(|i| masked(&i)) }
    /// As `int32_t`.
    fn PyLong_AsInt32(o: Option<&Object>, out: *mut i32) -> PyResult<()> = |cx| {
        let i = via_index(o, cx)?;
        *out = signed(&i, 32, "int32_t", cx)? as i32;
        Ok(())
    }
    /// As `uint32_t`.
    fn PyLong_AsUInt32(o: Option<&Object>, out: *mut u32) -> PyResult<()> = |cx| {
        let i = via_index(o, cx)?;
        if i.is_negative() {
            return Err(cx.value_error(format_args!("Cannot convert negative int")));
        }
        *out = to_u64(&i).and_then(|v| u32::try_from(v).ok()).ok_or_else(|| too_large(cx, "uint32_t"))?;
        Ok(())
    }
    /// As `int64_t`.
    fn PyLong_AsInt64(o: Option<&Object>, out: *mut i64) -> PyResult<()> = |cx| {
        let i = via_index(o, cx)?;
        *out = signed(&i, 64, "int64_t", cx)?;
        Ok(())
    }
    /// As `uint64_t`.
    fn PyLong_AsUInt64(o: Option<&Object>, out: *mut u64) -> PyResult<()> = |cx| {
        let i = via_index(o, cx)?;
        if i.is_negative() {
            return Err(cx.value_error(format_args!("Cannot convert negative int")));
        }
        *out = to_u64(&i).ok_or_else(|| too_large(cx, "uint64_t"))?;
        Ok(())
    }
    /// As `double`; ints only.
    fn PyLong_AsDouble(o: Option<&Object>) -> PyResult<f64> = |cx| { let i = only_int(o, cx)?; number::int_to_f64(i, cx) }
    /// As a pointer; ints only.
    fn PyLong_AsVoidPtr(o: Option<&Object>) -> PyResult<*mut c_void> = |cx| {
        let i = only_int(o, cx)?;
        if i.is_negative() {
            return signed(i, 64, "long", cx).map(|v| v as *mut c_void);
        }
        unsigned(i, "unsigned long", cx).map(|v| v as *mut c_void)
    }
    /// Into bytes in two's complement; gives the number of bytes needed.
    fn PyLong_AsNativeBytes(o: &Object, p: *mut u8, n: isize, flags: c_int) -> PyResult<isize> = |cx| {
        if n < 0 {
            return Err(cx.value_error(format_args!("negative n_bytes")));
        }
        let i = match o.downcast::<PyInt>() {
            Some(i) => i.new_ref(),
            None if flags != -1 && flags & native::ALLOW_INDEX != 0 => number::index(o, cx)?,
            None => return Err(cx.type_error(format_args!("expect int, got {}", o.ty().tp_name_str()))),
        };
        as_native_bytes(&i, p, n as usize, flags, cx)
    }
    /// Into bytes (older form).
    fn _PyLong_AsByteArray(i: &PyInt, p: *mut u8, n: usize, little: c_int, is_signed: c_int, with_exceptions: c_int) -> PyResult<()> = |cx| {
        let out = if n == 0 { &mut [] } else { std::slice::from_raw_parts_mut(p, n) };
        if i.is_negative() && is_signed == 0 {
            return Err(cx.overflow_error(format_args!("can't convert negative int to unsigned")));
        }
        algo::to_bytes(big(i), out, byte_order(little != 0), is_signed != 0).map_err(|_| cx.overflow_error(format_args!("int too big to convert")))
    }
    /// -1, 0 or 1.
    fn _PyLong_Sign(i: &PyInt) -> c_int = |_| { i.sign() }
    /// -1, 0 or 1 through `sign`.
    fn PyLong_GetSign(o: &Object, sign: *mut c_int) -> PyResult<()> = |cx| {
        let Some(i) = o.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("expect int, got {}", o.ty().tp_name_str()))) };
        *sign = i.sign();
        Ok(())
    }
    /// Whether the int is positive.
    fn PyLong_IsPositive(o: &Object) -> PyResult<bool> = |cx| {
        let Some(i) = o.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("expected int, got {}", o.ty().tp_name_str()))) };
        Ok(i.sign() > 0)
    }
    /// Whether the int is negative.
    fn PyLong_IsNegative(o: &Object) -> PyResult<bool> = |cx| {
        let Some(i) = o.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("expected int, got {}", o.ty().tp_name_str()))) };
        Ok(i.sign() < 0)
    }
    /// Whether the int is zero.
    fn PyLong_IsZero(o: &Object) -> PyResult<bool> = |cx| {
        let Some(i) = o.downcast::<PyInt>() else { return Err(cx.type_error(format_args!("expected int, got {}", o.ty().tp_name_str()))) };
        Ok(i.sign() == 0)
    }
    /// Bits of the magnitude.
    fn _PyLong_NumBits(i: &PyInt) -> i64 = |_| { bit_length(big(i)) as i64 }
    /// `math.gcd(a, b)`.
    fn _PyLong_GCD(a: &PyInt, b: &PyInt) -> PyResult<Own<PyInt>> = |cx| { PyInt::from_big(&algo::gcd::gcd(big(a), big(b)), cx) }
    /// A copy.
    fn _PyLong_Copy(i: &PyInt) -> PyResult<Own<PyInt>> = |cx| {
        let b: BigInt = algo::add(big(i), IntRef { neg: false, digits: &[] });
        PyInt::from_big(&b, cx)
    }
    /// `sys.int_info`.
    fn PyLong_GetInfo() -> PyResult<Own<Object>> = |cx| { cx.import_attr("sys", "int_info") }
    /// Whether the int has at most one digit.
    fn PyUnstable_Long_IsCompact(i: &PyInt) -> bool = |_| { i.compact().is_some() }
    /// The value of a compact int.
    fn PyUnstable_Long_CompactValue(i: &PyInt) -> isize = |_| { i.compact().unwrap_or(0) as isize }
}

/// The shape of digits for `PyLong_Export`: 30 bits in 4 bytes, least significant first.
#[repr(C)]
pub struct PyLongLayout {
    bits_per_digit: u8,
    digit_size: u8,
    digits_order: i8,
    digit_endianness: i8,
}
static LAYOUT: PyLongLayout = PyLongLayout { bits_per_digit: 30, digit_size: 4, digits_order: -1, digit_endianness: -1 };

/// `PyLongExport`.
#[repr(C)]
pub struct PyLongExport {
    value: i64,
    negative: u8,
    ndigits: isize,
    digits: *const c_void,
    reserved: usize,
}

/// `PyLongWriter`: the sign and digits to be filled.
pub struct PyLongWriter {
    negative: bool,
    digits: Vec<u32>,
}

/// Digits in and out (PEP 757).
pub mod digits {
    use super::*;

    capi! {
        /// How digits look.
        fn PyLong_GetNativeLayout() -> *const PyLongLayout = |_| { &raw const LAYOUT }
        /// The value as an `int64_t`, or its digits, which stay valid until `PyLong_FreeExport`.
        fn PyLong_Export(o: &Object, out: *mut PyLongExport) -> PyResult<()> = |cx| {
            let Some(i) = o.downcast::<PyInt>() else {
                out.write(PyLongExport { value: 0, negative: 0, ndigits: 0, digits: std::ptr::null(), reserved: 0 });
                return Err(cx.type_error(format_args!("expected int, got {}", o.ty().tp_name_str())));
            };
            out.write(match i.to_i64() {
                Some(value) => PyLongExport { value, negative: 0, ndigits: 0, digits: std::ptr::null(), reserved: 0 },
                None => {
                    let d = i.as_ref_int().digits;
                    let kept = o.own().into_raw() as usize;
                    PyLongExport { value: 0, negative: i.is_negative().into(), ndigits: d.len() as isize, digits: d.as_ptr() as *const c_void, reserved: kept }
                }
            });
            Ok(())
        }
        /// Give an export back.
        fn PyLong_FreeExport(e: *mut PyLongExport) = |_| {
            let kept = std::mem::replace(&mut (*e).reserved, 0);
            drop(crate::border::steal(kept as *mut Object));
        }
        /// Begin an int of `n` digits; `digits` gets where to write them.
        fn PyLongWriter_Create(negative: c_int, n: isize, digits: *mut *mut c_void) -> PyResult<*mut PyLongWriter> = |cx| {
            if n <= 0 {
                *digits = std::ptr::null_mut();
                return Err(cx.value_error(format_args!("ndigits must be positive")));
            }
            let mut room = Vec::new();
            if room.try_reserve_exact(n as usize).is_err() {
                *digits = std::ptr::null_mut();
                return Err(cx.memory_error());
            }
            room.resize(n as usize, 0);
            let mut w = Box::new(PyLongWriter { negative: negative != 0, digits: room });
            *digits = w.digits.as_mut_ptr() as *mut c_void;
            Ok(Box::into_raw(w))
        }
        /// The int of the digits written.
        fn PyLongWriter_Finish(w: *mut PyLongWriter) -> PyResult<Own<PyInt>> = |cx| {
            let w = Box::from_raw(w);
            let len = w.digits.iter().rposition(|d| *d != 0).map_or(0, |n| n + 1);
            PyInt::from_digits(w.negative && len > 0, &w.digits[..len], cx)
        }
        /// Forget the digits.
        fn PyLongWriter_Discard(w: *mut PyLongWriter) = |_| {
            if !w.is_null() { drop(Box::from_raw(w)) }
        }
    }
}
