//! Values in memory: one letter says how a simple value is coded (`_type_`).
//!
//! `get` and `set` work on addresses that may be anything, aligned or not; the caller vouches that the bytes are there, as C code would.

use crate::extended;
use libffi_sys as ffi;
use std::ffi::CStr;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;

/// The letters that `_type_` may be.
pub const LETTERS: &str = "cbBhHiIlLdDFGfuzZqQPOv?g";

/// How a value is coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    pub ch: u8,
    /// Most significant byte first.
    pub swapped: bool,
}

impl Code {
    pub const fn native(ch: u8) -> Code {
        Code { ch, swapped: false }
    }

    /// The code of a letter, if there is one. `s` and `U` are fixed arrays of characters.
    pub fn of(ch: u8) -> Option<Code> {
        (LETTERS.as_bytes().contains(&ch) || matches!(ch, b's' | b'U')).then_some(Code::native(ch))
    }

    /// Whether there is a variant with the bytes the other way round.
    pub fn can_swap(self) -> bool {
        b"bBhHiIlLqQ?fdDF".contains(&self.ch)
    }

    /// libffi's type.
    pub fn ffi(self) -> *mut ffi::ffi_type {
        macro_rules! at {
            ($t:ident) => {
                &raw mut ffi::$t
            };
        }
        match self.ch {
            b'c' | b'b' => at!(ffi_type_sint8),
            b'B' | b'?' => at!(ffi_type_uint8),
            b'h' | b'v' => at!(ffi_type_sint16),
            b'H' => at!(ffi_type_uint16),
            b'i' | b'u' => at!(ffi_type_sint32),
            b'I' => at!(ffi_type_uint32),
            b'l' | b'q' => at!(ffi_type_sint64),
            b'L' | b'Q' => at!(ffi_type_uint64),
            b'f' => at!(ffi_type_float),
            b'd' => at!(ffi_type_double),
            b'g' => at!(ffi_type_longdouble),
            b'F' => at!(ffi_type_complex_float),
            b'D' => at!(ffi_type_complex_double),
            b'G' => at!(ffi_type_complex_longdouble),
            _ => at!(ffi_type_pointer),
        }
    }

    /// The PEP 3118 format.
    pub fn format(self) -> String {
        let ch = match self.ch {
            b'l' => 'q',
            b'L' => 'Q',
            c => char::from(c),
        };
        format!("{}{ch}", if self.swapped { '>' } else { '<' })
    }

    /// Bytes of an integer that a bit field may be cut from, and whether it has a sign.
    pub fn integer(self) -> Option<(usize, bool)> {
        Some(match self.ch {
            b'b' => (1, true),
            b'B' | b'?' => (1, false),
            b'h' => (2, true),
            b'H' => (2, false),
            b'i' => (4, true),
            b'I' => (4, false),
            b'l' | b'q' => (8, true),
            b'L' | b'Q' => (8, false),
            _ => return None,
        })
    }
}

/// Read plain data.
///
/// # Safety
/// The bytes at `p` are there.
pub unsafe fn read<T: Copy>(p: *const u8) -> T {
    // SAFETY: the caller's promise.
    unsafe { p.cast::<T>().read_unaligned() }
}

/// Write plain data.
///
/// # Safety
/// As [`read`], and they may be written.
pub unsafe fn write<T: Copy>(p: *mut u8, v: T) {
    // SAFETY: the caller's promise.
    unsafe { p.cast::<T>().write_unaligned(v) }
}

/// The integer of `size` bytes, zero-extended.
///
/// # Safety
/// As [`read`].
pub unsafe fn read_bits(p: *const u8, size: usize, swapped: bool) -> u64 {
    let mut b = [0u8; 8];
    let size = size.min(8);
    // SAFETY: the caller's promise.
    unsafe { std::ptr::copy_nonoverlapping(p, b.as_mut_ptr(), size) };
    if swapped {
        b[..size].reverse();
    }
    u64::from_le_bytes(b)
}

/// Write the low `size` bytes.
///
/// # Safety
/// As [`write`].
pub unsafe fn write_bits(p: *mut u8, size: usize, swapped: bool, v: u64) {
    let mut b = v.to_le_bytes();
    let size = size.min(8);
    if swapped {
        b[..size].reverse();
    }
    // SAFETY: the caller's promise.
    unsafe { std::ptr::copy_nonoverlapping(b.as_ptr(), p, size) };
}

/// `bits` low bits with the sign extended, if there is one.
pub fn extend(v: u64, bits: u32, signed: bool) -> i64 {
    if bits == 0 || bits >= 64 {
        return v as i64;
    }
    let up = 64 - bits;
    if signed { ((v << up) as i64) >> up } else { ((v << up) >> up) as i64 }
}

/// A Python int of a C integer.
pub fn int_object(v: u64, signed: bool, cx: &mut Cx) -> PyResult {
    if signed { PyInt::new(v as i64, cx) } else { PyInt::from_u64(v, cx) }.map(Own::into_object)
}

/// The text of `n` wide characters.
///
/// # Safety
/// As [`read`].
pub unsafe fn wide_text(p: *const u8, n: usize, cx: &mut Cx) -> PyResult {
    // SAFETY: the caller's promise.
    let points: Vec<u32> = (0..n).map(|i| unsafe { read(p.add(4 * i)) }).collect();
    if let Some(bad) = points.iter().find(|c| **c > 0x10ffff) {
        return Err(cx.value_error(format_args!("character U+{bad:x} is not in range [U+0000; U+10ffff]")));
    }
    PyStr::from_code_points(&points, cx).map(Own::into_object)
}

/// Length of the wide text at `p`, at most `max`.
///
/// # Safety
/// As [`read`].
pub unsafe fn wide_len(p: *const u8, max: usize) -> usize {
    // SAFETY: the caller's promise.
    (0..max).take_while(|i| unsafe { read::<u32>(p.add(4 * i)) } != 0).count()
}

fn float_at(code: Code, p: *const u8) -> f64 {
    // SAFETY: `get`'s promise.
    unsafe {
        match (code.ch, code.swapped) {
            (b'f' | b'F', false) => f64::from(read::<f32>(p)),
            (b'f' | b'F', true) => f64::from(f32::from_bits(read::<u32>(p).swap_bytes())),
            (b'g' | b'G', _) => extended::to_f64(read(p)),
            (_, false) => read(p),
            (_, true) => f64::from_bits(read::<u64>(p).swap_bytes()),
        }
    }
}

fn put_float(code: Code, p: *mut u8, v: f64) {
    // SAFETY: `set`'s promise.
    unsafe {
        match (code.ch, code.swapped) {
            (b'f' | b'F', swapped) => {
                let bits = (v as f32).to_bits();
                write(p, if swapped { bits.swap_bytes() } else { bits });
            }
            (b'g' | b'G', _) => write(p, extended::from_f64(v)),
            (_, swapped) => {
                let bits = v.to_bits();
                write(p, if swapped { bits.swap_bytes() } else { bits });
            }
        }
    }
}

/// Bytes of one part of a complex number.
fn part_size(code: Code) -> usize {
    match code.ch {
        b'F' => 4,
        b'D' => 8,
        _ => 16,
    }
}

/// The value at `p`; `size` bounds arrays of characters.
///
/// # Safety
/// The bytes at `p` are there; an address in them is null or good, as the type says.
pub unsafe fn get(code: Code, p: *const u8, size: usize, cx: &mut Cx) -> PyResult {
    if let Some((n, signed)) = code.integer().filter(|_| code.ch != b'?') {
        // SAFETY: the caller's promise.
        let v = unsafe { read_bits(p, n, code.swapped) };
        return int_object(extend(v, n as u32 * 8, signed) as u64, signed, cx);
    }
    // SAFETY: the caller's promise.
    unsafe {
        match code.ch {
            b'?' => Ok(from_bool(*p != 0)),
            b'v' => Ok(from_bool(read::<i16>(p) != 0)),
            b'c' => PyBytes::new(&[*p], cx).map(Own::into_object),
            b'u' => wide_text(p, 1, cx),
            b'f' | b'd' | b'g' => PyFloat::new(float_at(code, p), cx).map(Own::into_object),
            b'F' | b'D' | b'G' => PyComplex::new(float_at(code, p), float_at(code, p.add(part_size(code))), cx).map(Own::into_object),
            b's' => {
                let all = std::slice::from_raw_parts(p, size);
                PyBytes::new(all.split(|b| *b == 0).next().unwrap_or(&[]), cx).map(Own::into_object)
            }
            b'U' => wide_text(p, wide_len(p, size / 4), cx),
            _ => get_address(code, read(p), cx),
        }
    }
}

unsafe fn get_address(code: Code, at: usize, cx: &mut Cx) -> PyResult {
    if at == 0 {
        return if code.ch == b'O' { Err(cx.value_error(format_args!("PyObject is NULL"))) } else { Ok(none().own()) };
    }
    // SAFETY: the caller of `get` vouches for the address.
    unsafe {
        match code.ch {
            b'z' => PyBytes::new(CStr::from_ptr(at as *const _).to_bytes(), cx).map(Own::into_object),
            b'Z' => wide_text(at as *const u8, wide_len(at as *const u8, usize::MAX / 4), cx),
            b'O' => Ok(Object::borrow_raw(at as *mut Object).own()),
            _ => PyInt::from_u64(at as u64, cx).map(Own::into_object),
        }
    }
}

/// The low 64 bits of an integer.
pub fn int_bits(value: &Object, cx: &mut Cx) -> PyResult<u64> {
    Ok(number::index(value, cx)?.as_ref_int().wrapping_u64())
}

/// Store `value` at `p`: what must stay alive for it (None for nothing).
///
/// # Safety
/// As [`get`], and the bytes may be written.
pub unsafe fn set(code: Code, p: *mut u8, value: &Object, size: usize, cx: &mut Cx) -> PyResult {
    if let Some((n, _)) = code.integer().filter(|_| code.ch != b'?') {
        let v = int_bits(value, cx)?;
        // SAFETY: the caller's promise.
        unsafe { write_bits(p, n, code.swapped, v) };
        return Ok(none().own());
    }
    // SAFETY: the caller's promise.
    unsafe {
        match code.ch {
            b'?' => *p = u8::from(abstract_::is_true(value, cx)?),
            b'v' => write(p, if abstract_::is_true(value, cx)? { -1i16 } else { 0 }),
            b'c' => *p = one_byte(value, cx)?,
            b'u' => write(p, one_char(value, cx)?),
            b'f' | b'd' | b'g' => put_float(code, p, number::as_f64(value, cx)?),
            b'F' | b'D' | b'G' => {
                let (re, im) = complex_value(value, cx)?;
                put_float(code, p, re);
                put_float(code, p.add(part_size(code)), im);
            }
            b's' => set_bytes(p, value, size, cx)?,
            b'U' => set_wide(p, value, size / 4, cx)?,
            _ => return set_address(code, p, value, cx),
        }
    }
    Ok(none().own())
}

fn complex_value(value: &Object, cx: &mut Cx) -> PyResult<(f64, f64)> {
    if let Some(c) = value.downcast::<PyComplex>() {
        return Ok(c.value());
    }
    if let Some(c) = taipan_object::call::call_special(value, name!(cx, "__complex__"), &[], cx)? {
        if let Some(c) = c.downcast::<PyComplex>() {
            return Ok(c.value());
        }
        return Err(cx.type_error(format_args!("{}.__complex__() must return a complex, not {}", value.ty().tp_name_str(), c.ty().tp_name_str())));
    }
    Ok((number::as_f64(value, cx)?, 0.0))
}

fn one_byte(value: &Object, cx: &mut Cx) -> PyResult<u8> {
    let name = value.ty().tp_name_str();
    let found = if let Some(b) = value.downcast::<PyBytes>() {
        if let [b] = b.as_bytes() {
            return Ok(*b);
        }
        format!("bytes of length {}", b.len())
    } else if let Some(b) = value.downcast::<PyByteArray>() {
        if let [b] = b.data() {
            return Ok(*b);
        }
        format!("bytearray of length {}", b.data().len())
    } else if let Some(i) = value.downcast::<PyInt>() {
        return match i.to_i64().and_then(|v| u8::try_from(v).ok()) {
            Some(b) => Ok(b),
            None => Err(cx.type_error(format_args!("integer not in range(256)"))),
        };
    } else {
        name.to_owned()
    };
    Err(cx.type_error(format_args!("one character bytes, bytearray, or an integer in range(256) expected, not {found}")))
}

fn one_char(value: &Object, cx: &mut Cx) -> PyResult<u32> {
    let Some(s) = value.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("a unicode character expected, not instance of {}", value.ty().tp_name_str())));
    };
    if s.len() != 1 {
        return Err(cx.type_error(format_args!("a unicode character expected, not a string of length {}", s.len())));
    }
    Ok(s.code_point(0))
}

unsafe fn set_bytes(p: *mut u8, value: &Object, size: usize, cx: &mut Cx) -> PyResult<()> {
    let Some(b) = value.downcast::<PyBytes>() else {
        return Err(cx.type_error(format_args!("expected bytes, {} found", value.ty().tp_name_str())));
    };
    let text = b.as_bytes().split(|c| *c == 0).next().unwrap_or(&[]);
    if text.len() > size {
        return Err(cx.value_error(format_args!("bytes too long ({}, maximum length {size})", text.len())));
    }
    // SAFETY: within `size` bytes.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr(), p, text.len());
        if text.len() < size {
            *p.add(text.len()) = 0;
        }
    }
    Ok(())
}

/// Store text into room for `max` wide characters.
///
/// # Safety
/// As [`set`].
pub unsafe fn set_wide(p: *mut u8, value: &Object, max: usize, cx: &mut Cx) -> PyResult<()> {
    let Some(s) = value.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("unicode string expected instead of {} instance", value.ty().tp_name_str())));
    };
    if s.len() > max {
        return Err(cx.value_error(format_args!("string too long ({}, maximum length {max})", s.len())));
    }
    // SAFETY: within the room.
    unsafe {
        for (i, c) in s.code_points().enumerate() {
            write(p.add(4 * i), c);
        }
        if s.len() < max {
            write(p.add(4 * s.len()), 0u32);
        }
    }
    Ok(())
}

/// Text as wide characters with a zero behind, in an object that owns them.
pub fn wide_copy(s: &PyStr, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    let mut wide: Vec<u8> = Vec::with_capacity(4 * s.len() + 4);
    for c in s.code_points().chain([0]) {
        wide.extend_from_slice(&c.to_le_bytes());
    }
    PyBytes::new(&wide, cx)
}

unsafe fn set_address(code: Code, p: *mut u8, value: &Object, cx: &mut Cx) -> PyResult {
    let put = |at: usize| {
        // SAFETY: `set`'s promise.
        unsafe { write(p, at) }
    };
    let name = value.ty().tp_name_str();
    if code.ch == b'O' {
        put(value.as_ptr() as usize);
        return Ok(value.own());
    }
    if value.is_none() {
        put(0);
        return Ok(none().own());
    }
    if value.is_a::<PyInt>() {
        put(int_bits(value, cx)? as usize);
        return Ok(none().own());
    }
    match code.ch {
        b'z' => {
            if let Some(b) = value.downcast::<PyBytes>() {
                put(b.as_bytes().as_ptr() as usize);
                return Ok(value.own());
            }
            Err(cx.type_error(format_args!("bytes or integer address expected instead of {name} instance")))
        }
        b'Z' => {
            if let Some(s) = value.downcast::<PyStr>() {
                let wide = wide_copy(s, cx)?;
                put(wide.as_bytes().as_ptr() as usize);
                return Ok(wide.into_object());
            }
            Err(cx.type_error(format_args!("unicode string or integer address expected instead of {name} instance")))
        }
        _ => Err(cx.type_error(format_args!("cannot be converted to pointer"))),
    }
}
