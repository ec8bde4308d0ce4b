//! `FromArg`: an argument becomes what the Rust parameter wants, with the message of CPython's converter when it cannot.

use super::errors::bad_argument;
use super::needs;
use super::spec::ArgAt;
use crate::abstract_::buffer::{self, Buffer};
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::types::int::PyInt;
use crate::types::str::PyStr;
use std::borrow::Cow;

/// A type that a parameter can have.
pub trait FromArg<'a>: Sized {
    /// Convert `v`, which stands at `at`. May run Python code; raises `TypeError`, `OverflowError` or `ValueError`.
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Self>;
}

/// Any built-in type: an instance of it (or of a subtype).
impl<'a, T: PyTyped> FromArg<'a> for &'a T {
    #[inline(always)]
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Self> {
        match v.downcast::<T>() {
            Some(t) => Ok(t),
            None => Err(bad_argument(at, T::ty().tp_name_str(), v, cx)),
        }
    }
}

/// Not given at all is `None`; a given Python `None` goes to `T`.
impl<'a, T: FromArg<'a>> FromArg<'a> for Option<T> {
    #[inline(always)]
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Self> {
        T::from_arg(v, at, cx).map(Some)
    }
}

/// `Option<&Object>`: given or not.
impl<'a> FromArg<'a> for &'a Object {
    #[inline(always)]
    fn from_arg(v: &'a Object, _at: ArgAt, _cx: &mut Cx) -> PyResult<Self> {
        Ok(v)
    }
}

/// Python's `None` and "not given" alike are `None`; messages say "str or None".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoneOr<T>(pub Option<T>);

impl<'a, T: FromArg<'a>> FromArg<'a> for NoneOr<T> {
    #[inline(always)]
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Self> {
        if needs::is_none(v) { Ok(NoneOr(None)) } else { T::from_arg(v, at.or_none(), cx).map(|x| NoneOr(Some(x))) }
    }
}

/// The truth of any object.
impl<'a> FromArg<'a> for bool {
    #[inline]
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<bool> {
        needs::is_true(v, cx)
    }
}

/// `__float__` or `__index__` (`PyFloat_AsDouble`).
impl<'a> FromArg<'a> for f64 {
    #[inline]
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<f64> {
        needs::as_f64(v, cx)
    }
}

impl<'a> FromArg<'a> for f32 {
    #[inline]
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<f32> {
        Ok(needs::as_f64(v, cx)? as f32)
    }
}

/// A bytes-like object, as a contiguous read-only buffer.
impl<'a> FromArg<'a> for Buffer {
    fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<Buffer> {
        Buffer::get(v, buffer::SIMPLE, cx)
    }
}

/// A bytes-like object that can be written to.
pub struct WritableBuffer(pub Buffer);

impl<'a> FromArg<'a> for WritableBuffer {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<WritableBuffer> {
        match Buffer::get(v, buffer::WRITABLE, cx) {
            Ok(b) => Ok(WritableBuffer(b)),
            Err(r) => {
                cx.discard(r);
                Err(bad_argument(at, "read-write bytes-like object", v, cx))
            }
        }
    }
}

/// A string of one character. Lone surrogates cannot be a `char`: take `CodePoint` where they matter.
impl<'a> FromArg<'a> for char {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<char> {
        let c = CodePoint::from_arg(v, at, cx)?.0;
        char::from_u32(c).ok_or_else(|| cx.value_error(format_args!("{}(): {at} must not be a surrogate", at.func.name)))
    }
}

/// The text of a string, borrowed when it is ASCII. Raises `UnicodeEncodeError` for lone surrogates. Take `&PyStr` where the object will do.
impl<'a> FromArg<'a> for Cow<'a, str> {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Self> {
        let s = <&PyStr>::from_arg(v, at, cx)?;
        utf8(s, cx)
    }
}

/// The text of a string, borrowed when it is ASCII. `UnicodeEncodeError` for lone surrogates.
pub fn utf8<'a>(s: &'a PyStr, cx: &mut Cx) -> PyResult<Cow<'a, str>> {
    if let Some(t) = s.as_ascii() {
        return Ok(Cow::Borrowed(t));
    }
    match s.to_str_checked() {
        Some(t) => Ok(Cow::Owned(t)),
        None => {
            let i = s.code_points().position(|c| char::from_u32(c).is_none()).unwrap_or(0);
            Err(needs::surrogate_error(s, i, cx))
        }
    }
}

/// A Rust copy of a string; as `Cow<str>`.
impl<'a> FromArg<'a> for String {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<Self> {
        Cow::from_arg(v, at, cx).map(Cow::into_owned)
    }
}

/// A string of one character, as its code point (format unit `C`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePoint(pub u32);

impl<'a> FromArg<'a> for CodePoint {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<CodePoint> {
        let Some(s) = v.downcast::<PyStr>() else {
            return Err(bad_argument(at, "a unicode character", v, cx));
        };
        if s.len() != 1 {
            return Err(cx.type_error(format_args!(
                "{}(): {at} must be a unicode character, not a string of length {}",
                at.func.name,
                s.len()
            )));
        }
        Ok(CodePoint(s.code_point(0)))
    }
}

/// An index that is clamped instead of overflowing, as in `list.index(x, start, stop)`. `None` is refused: use `NoneOr<SliceIndex>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceIndex(pub isize);

impl<'a> FromArg<'a> for SliceIndex {
    fn from_arg(v: &'a Object, at: ArgAt, cx: &mut Cx) -> PyResult<SliceIndex> {
        if !needs::has_index(v) {
            let none = if at.or_none { "or None " } else { "" };
            return Err(cx.type_error(format_args!("slice indices must be integers {none}or have an __index__ method")));
        }
        let mut hold = None;
        let i = index(v, &mut hold, cx)?;
        Ok(SliceIndex(i.to_i64().map_or(if i.is_negative() { isize::MIN } else { isize::MAX }, |n| n as isize)))
    }
}

/// The integer behind `v`: itself, or what `__index__` gives, kept alive in `hold`.
#[inline]
pub fn index<'a>(v: &'a Object, hold: &'a mut Option<Own<PyInt>>, cx: &mut Cx) -> PyResult<&'a PyInt> {
    if let Some(i) = v.downcast::<PyInt>() {
        return Ok(i);
    }
    Ok(hold.insert(needs::index(v, cx)?))
}

/// The value as `i64`, or which side it is beyond: `Err(true)` = negative.
#[inline]
fn as_i64(v: &Object, cx: &mut Cx) -> PyResult<Result<i64, bool>> {
    if let Some(n) = v.downcast::<PyInt>().and_then(PyInt::compact) {
        return Ok(Ok(n));
    }
    let mut hold = None;
    let i = index(v, &mut hold, cx)?;
    Ok(i.to_i64().ok_or(i.is_negative()))
}

/// `Python int too large to convert to C <what>`.
#[cold]
fn too_large(what: &str, cx: &mut Cx) -> crate::err::Raised {
    cx.overflow_error(format_args!("Python int too large to convert to C {what}"))
}

macro_rules! wide {
    ($($t:ty = $what:literal;)*) => { $(
        impl<'a> FromArg<'a> for $t {
            #[inline]
            fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<$t> {
                match as_i64(v, cx)?.ok().and_then(|n| <$t>::try_from(n).ok()) {
                    Some(n) => Ok(n),
                    None => Err(too_large($what, cx)),
                }
            }
        }
    )* };
}
wide! { isize = "ssize_t"; i64 = "long"; i32 = "int"; }

macro_rules! narrow {
    ($($t:ty = $what:literal;)*) => { $(
        impl<'a> FromArg<'a> for $t {
            fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<$t> {
                let Ok(n) = as_i64(v, cx)? else { return Err(too_large("long", cx)) };
                <$t>::try_from(n).map_err(|_| {
                    let bound = if n < 0 { "less than minimum" } else { "greater than maximum" };
                    cx.overflow_error(format_args!("{} is {bound}", $what))
                })
            }
        }
    )* };
}
narrow! { u8 = "unsigned byte integer"; i16 = "signed short integer"; i8 = "signed char integer"; }

macro_rules! unsigned {
    ($($t:ty = $what:literal;)*) => { $(
        impl<'a> FromArg<'a> for $t {
            fn from_arg(v: &'a Object, _at: ArgAt, cx: &mut Cx) -> PyResult<$t> {
                let n = match as_i64(v, cx)? {
                    Ok(n) if n >= 0 => <$t>::try_from(n).ok(),
                    Ok(_) | Err(true) => return Err(cx.value_error(format_args!("Cannot convert negative int"))),
                    Err(false) => as_u64(v, cx)?.and_then(|n| <$t>::try_from(n).ok()),
                };
                n.ok_or_else(|| cx.overflow_error(format_args!("Python int too large for C {}", $what)))
            }
        }
    )* };
}
unsigned! { u16 = "unsigned short"; u32 = "unsigned int"; u64 = "unsigned long"; usize = "size_t"; }

/// A value above `i64::MAX`, if it fits.
#[cold]
fn as_u64(v: &Object, cx: &mut Cx) -> PyResult<Option<u64>> {
    let mut hold = None;
    let i = index(v, &mut hold, cx)?.as_ref_int();
    let mut n: u64 = 0;
    for (k, &d) in i.digits.iter().enumerate() {
        // Digits have 30 bits: three make 90, of which the upper 26 must be clear.
        match (k, d) {
            (_, 0) => {}
            (0 | 1, d) => n |= (d as u64) << (30 * k),
            (2, d) if d < 16 => n |= (d as u64) << 60,
            _ => return Ok(None),
        }
    }
    Ok(Some(n))
}
