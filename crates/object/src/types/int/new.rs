//! `int(...)`: from numbers, text and bytes, for `int` and its subtypes.

use super::{PyInt, ops, text};
use crate::abstract_::buffer::{self, Buffer};
use crate::abstract_::number;
use crate::args::{Args, Kwargs};
use crate::err::result_from_raw;
use crate::prelude::*;
use crate::types::bytes::PyBytes;
use crate::typeobj::{PyType, alloc_instance};
use taipan_algo_int::{IntRef, ParseIntError, from_str_radix};
use taipan_macros::pymethods;

/// Text with the decimal digits and spaces of every script as ASCII; other characters become `?`, which no number has
/// (`_PyUnicode_TransformDecimalAndSpaceToASCII`).
pub(crate) fn ascii_number_text(s: &PyStr) -> std::borrow::Cow<'_, [u8]> {
    if let Some(t) = s.as_ascii() {
        return std::borrow::Cow::Borrowed(t.as_bytes());
    }
    let one = |c: u32| match c {
        0..=0x7f => c as u8,
        _ if taipan_algo_ucd::is_space(c) => b' ',
        _ => taipan_algo_float::digit::to_decimal(c).map_or(b'?', |d| b'0' + d as u8),
    };
    std::borrow::Cow::Owned(s.code_points().map(one).collect())
}

/// The first 200 characters of `repr(o)`, as messages show a bad argument.
#[cold]
pub(crate) fn short_repr(o: &Object, cx: &mut Cx) -> PyResult<String> {
    Ok(crate::abstract_::repr(o, cx)?.code_points().take(200).map(|c| char::from_u32(c).unwrap_or('\u{fffd}')).collect())
}

/// The value of short decimal numbers, without any parser.
#[inline(always)]
fn short_decimal(digits: &[u8]) -> Option<i64> {
    if !(1..=18).contains(&digits.len()) {
        return None;
    }
    let mut n = 0;
    for c in digits {
        let d = c.wrapping_sub(b'0');
        if d > 9 {
            return None;
        }
        n = n * 10 + i64::from(d);
    }
    Some(n)
}

/// `int(s)` for up to 18 ASCII digits and nothing else.
pub fn from_short_text(s: &PyStr) -> Option<i64> {
    short_decimal(s.as_ascii()?.as_bytes())
}

/// Parse `digits`; `shown` is the object that the message quotes.
fn parse(digits: &[u8], base: u32, shown: impl FnOnce(&mut Cx) -> PyResult<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some(v) = short_decimal(digits).filter(|_| base == 10) {
        return PyInt::new(v, cx);
    }
    match from_str_radix(digits, base, text::max_str_digits(cx)) {
        Ok(v) => PyInt::from_big(&v, cx),
        Err(ParseIntError::TooManyDigits(n)) => Err(text::too_long_text(n, cx)),
        Err(ParseIntError::BadBase) => Err(bad_base(cx)),
        Err(ParseIntError::Invalid) => {
            let o = shown(cx)?;
            let r = short_repr(&o, cx)?;
            Err(cx.value_error(format_args!("invalid literal for int() with base {base}: {r}")))
        }
    }
}

#[cold]
fn bad_base(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("int() base must be >= 2 and <= 36, or 0"))
}

/// `int(s, base)` (`PyLong_FromUnicodeObject`).
pub fn from_str(s: &PyStr, base: u32, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let digits = ascii_number_text(s);
    parse(&digits, base, |_| Ok(s.as_object().own()), cx)
}

/// `int(b, base)` for the bytes of a buffer.
fn from_buffer(b: &[u8], base: u32, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    parse(b, base, |cx| crate::types::bytes::PyBytes::new(b, cx).map(Own::into_object), cx)
}

/// "… returned non-int" or the warning about a subtype; an exact int either way.
fn returned(r: Own<Object>, what: &str, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let i = number::strict_int(r, what, cx)?;
    ops::exact(&i, cx)
}

/// `int(o)` (`PyNumber_Long`): an exact int. Raises `TypeError` for what is no number and no text.
pub fn from_object(o: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Some(i) = o.exact::<PyInt>() {
        return Ok(i.new_ref());
    }
    let n = o.ty().number();
    if let Some(f) = n.and_then(|n| n.nb_int.get()) {
        // SAFETY: the slot's contract.
        let r = unsafe { result_from_raw(f(o.as_ptr()))? };
        return returned(r, "__int__", cx);
    }
    if n.is_some_and(|n| n.nb_index.get().is_some()) {
        let i = number::index(o, cx)?;
        return ops::exact(&i, cx);
    }
    if let Some(s) = o.downcast::<PyStr>() {
        return from_str(s, 10, cx);
    }
    if let Some(b) = o.downcast::<PyBytes>() {
        return from_buffer(b.as_bytes(), 10, cx);
    }
    if buffer::has_buffer(o) {
        let b = Buffer::get(o, buffer::SIMPLE, cx)?;
        return from_buffer(b.bytes(), 10, cx);
    }
    Err(cx.type_error(format_args!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        o.ty().tp_name_str()
    )))
}

/// `int(x, base)`.
fn with_base(x: &Object, base: &Object, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let i = number::index(base, cx)?;
    let base = match i.to_i64() {
        Some(n @ (0 | 2..=36)) => n as u32,
        _ => return Err(bad_base(cx)),
    };
    if let Some(s) = x.downcast::<PyStr>() {
        return from_str(s, base, cx);
    }
    if let Some(b) = x.downcast::<PyBytes>() {
        return from_buffer(b.as_bytes(), base, cx);
    }
    if builtin_base(x.ty(), "bytearray") {
        let b = Buffer::get(x, buffer::SIMPLE, cx)?;
        return from_buffer(b.bytes(), base, cx);
    }
    Err(cx.type_error(format_args!("int() can't convert non-string with explicit base")))
}

/// Whether `ty` is, or derives from, the static built-in type of this name.
fn builtin_base(ty: &PyType, name: &str) -> bool {
    let mut t = Some(ty);
    while let Some(x) = t {
        if !x.has(crate::typeobj::flags::HEAPTYPE) {
            return x.name() == name;
        }
        t = x.base();
    }
    false
}

/// An instance of the subtype `cls` with the value `v`.
pub fn subtype(cls: &PyType, v: IntRef<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = v.digits.len().max(1);
    let o = alloc_instance(cls, n, cx)?;
    // SAFETY: `cls` derives from int, so the instance has int's layout with room for `n` digits, and nobody else sees it yet.
    unsafe { o.cast_unchecked::<PyInt>().fill(v) };
    Ok(o)
}

/// The value as an instance of `cls`, which is `int` or derives from it.
pub fn of_type(cls: &PyType, v: Own<PyInt>, cx: &mut Cx) -> PyResult<Own<Object>> {
    if std::ptr::eq(cls, PyInt::ty()) { Ok(v.into_object()) } else { subtype(cls, v.as_ref_int(), cx) }
}

fn construct(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let total = args.len() + kw.len();
    if total > 2 {
        let s = if kw.is_empty() { "int expected at most 2 arguments, got" } else { "int() takes at most 2 arguments" };
        return Err(if kw.is_empty() {
            cx.type_error(format_args!("{s} {total}"))
        } else {
            cx.type_error(format_args!("{s} ({total} given)"))
        });
    }
    let mut base = None;
    if !kw.is_empty() {
        kw.only("int", &["base"], cx)?;
        base = kw.get("base");
    }
    let v = match (args.0, base) {
        (&[], None) => PyInt::new(0, cx)?,
        (&[], Some(_)) => return Err(cx.type_error(format_args!("int() missing string argument"))),
        (&[x], None) => from_object(x, cx)?,
        (&[x], Some(b)) | (&[x, b, ..], _) => with_base(x, b, cx)?,
    };
    of_type(cls, v, cx)
}

#[pymethods(NEW)]
impl PyInt {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        construct(cls, args, kw, cx)
    }
    #[slot(tp_vectorcall)]
    fn vectorcall(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        construct(cls, args, kw, cx)
    }
}
