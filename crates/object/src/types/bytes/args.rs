//! Arguments of bytes methods: what counts as a byte, as a part, as the source of a new object.

use super::PyBytes;
use crate::abstract_::buffer::{Buffer, FULL_RO, SIMPLE, has_buffer};
use crate::abstract_::{self, iter, number};
use crate::call;
use crate::prelude::*;
use crate::types::bytearray::PyByteArray;

/// What `find` and relatives look for.
pub(crate) enum Sub {
    Byte([u8; 1]),
    Many(Buffer),
}

impl Sub {
    /// A byte or bytes-like object.
    pub fn of(o: &Object, cx: &mut Cx) -> PyResult<Sub> {
        if has_buffer(o) {
            return Buffer::get(o, SIMPLE, cx).map(Sub::Many);
        }
        if !number::has_index(o) {
            return Err(cx.type_error(format_args!("argument should be integer or bytes-like object, not '{}'", o.ty().tp_name_str())));
        }
        byte_of(number::index_clipped(o, cx)?, "byte", cx).map(|b| Sub::Byte([b]))
    }
    pub fn bytes(&self) -> &[u8] {
        match self {
            Sub::Byte(b) => b,
            Sub::Many(b) => b.bytes(),
        }
    }
}

/// "byte(s) must be in range(0, 256)".
fn byte_of(i: isize, what: &str, cx: &mut Cx) -> PyResult<u8> {
    u8::try_from(i).map_err(|_| cx.value_error(format_args!("{what} must be in range(0, 256)")))
}

/// An int as a byte; `what` is "byte" or "bytes" in the message.
pub(crate) fn as_byte(o: &Object, what: &str, cx: &mut Cx) -> PyResult<u8> {
    byte_of(number::index_clipped(o, cx)?, what, cx)
}

/// The bytes of `o` if it is exactly one of our types, without a buffer request.
pub(crate) fn quick(o: &Object) -> Option<&[u8]> {
    if let Some(b) = o.downcast::<PyBytes>() {
        return Some(b.as_bytes());
    }
    o.downcast::<PyByteArray>().map(|b| b.data())
}

/// The ints of an iterable as bytes.
pub(crate) fn from_iterable(o: &Object, what: &str, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let hint = abstract_::length_hint(o, 64, cx)?;
    let mut out = Vec::with_capacity(hint.min(1 << 20));
    iter::for_each(o, cx, |v, cx| {
        out.push(as_byte(&v, what, cx)?);
        Ok(true)
    })?;
    Ok(out)
}

/// What a new object begins with.
pub(crate) enum Contents {
    Zeros(usize),
    /// Those of a bytes object or bytearray.
    Of(Own<Object>),
    /// A contiguous buffer.
    Held(Buffer),
    Made(Vec<u8>),
}

impl Contents {
    /// The bytes but for zeros, valid until Python code runs.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Contents::Zeros(_) => &[],
            Contents::Of(o) => quick(o).unwrap_or_default(),
            Contents::Held(b) => b.bytes(),
            Contents::Made(v) => v,
        }
    }
    /// What an exporter holds.
    pub fn of_buffer(o: &Object, cx: &mut Cx) -> PyResult<Contents> {
        if quick(o).is_some() {
            return Ok(Contents::Of(o.own()));
        }
        let b = Buffer::get(o, FULL_RO, cx)?;
        if b.is_contiguous() { Ok(Contents::Held(b)) } else { crate::types::memoryview::copy_of(b, cx).map(Contents::Made) }
    }
}

/// The contents for `bytes(source, encoding, errors)` or `bytearray(…)`; `name` is the type.
pub(crate) fn contents(
    name: &str,
    source: Option<&Object>,
    encoding: Option<&PyStr>,
    errors: Option<&PyStr>,
    cx: &mut Cx,
) -> PyResult<Contents> {
    let is_bytes = name == "bytes";
    if let Some(o) = source.filter(|o| is_bytes && encoding.is_none() && errors.is_none() && !o.is_exact::<PyBytes>()) {
        if let Some(f) = call::lookup_special(o, name!(cx, "__bytes__"), cx)? {
            let b = call::call(&f, &[], cx)?;
            return match b.is_a::<PyBytes>() {
                true => Ok(Contents::Of(b)),
                false => Err(cx.type_error(format_args!("__bytes__ returned non-bytes (type {})", b.ty().tp_name_str()))),
            };
        }
    }
    let text = source.and_then(|s| s.downcast::<PyStr>());
    if let Some(s) = text {
        let Some(enc) = encoding else { return Err(cx.type_error(format_args!("string argument without an encoding"))) };
        let (enc, err) = (enc.to_string_lossy(), errors.map_or("strict".to_owned(), |e| e.to_string_lossy()));
        let b = crate::types::str::codec::encode(s, &enc, &err, cx)?;
        return match quick(&b) {
            Some(_) => Ok(Contents::Of(b)),
            None => Err(cx.type_error(format_args!("encoder did not return bytes"))),
        };
    }
    if encoding.is_some() || errors.is_some() {
        let what = if encoding.is_some() { "encoding" } else { "errors" };
        return Err(cx.type_error(format_args!("{what} without a string argument")));
    }
    let Some(o) = source else { return Ok(Contents::Zeros(0)) };
    if number::has_index(o) {
        match number::index_as_isize(o, exc::OverflowError(), cx) {
            Ok(n) if n < 0 => return Err(cx.value_error(format_args!("negative count"))),
            Ok(n) => return Ok(Contents::Zeros(n as usize)),
            Err(r) => cx.catch(r, exc::TypeError())?,
        }
    }
    if has_buffer(o) {
        return Contents::of_buffer(o, cx);
    }
    if !iter::is_iterable(o) {
        return Err(cx.type_error(format_args!("cannot convert '{}' object to {name}", o.ty().tp_name_str())));
    }
    from_iterable(o, if is_bytes { "bytes" } else { "byte" }, cx).map(Contents::Made)
}

/// `fromhex`.
pub(crate) fn from_hex(o: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let digits: Vec<u32> = match o.downcast::<PyStr>() {
        Some(s) => s.code_points().collect(),
        None if has_buffer(o) => Buffer::get(o, SIMPLE, cx)?.bytes().iter().map(|&b| b as u32).collect(),
        None => return Err(cx.type_error(format_args!("fromhex() argument must be str or bytes-like, not {}", o.ty().tp_name_str()))),
    };
    let value = |at: usize| digits.get(at).and_then(|&c| char::from_u32(c)).and_then(|c| c.to_digit(16));
    let mut out = Vec::with_capacity(digits.len() / 2);
    let mut at = 0;
    while at < digits.len() {
        if u8::try_from(digits[at]).is_ok_and(super::ops::is_space) {
            at += 1;
            continue;
        }
        let bad = match (value(at), value(at + 1)) {
            (Some(h), Some(l)) => {
                out.push((h * 16 + l) as u8);
                at += 2;
                continue;
            }
            (Some(_), None) if at + 1 >= digits.len() => {
                return Err(cx.value_error(format_args!("fromhex() arg must contain an even number of hexadecimal digits")));
            }
            (Some(_), None) => at + 1,
            _ => at,
        };
        return Err(cx.value_error(format_args!("non-hexadecimal number found in fromhex() arg at position {bad}")));
    }
    Ok(out)
}

/// `hex(sep, bytes_per_sep)`.
pub(crate) fn to_hex(b: &[u8], sep: Option<&Object>, group: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let mut out = Vec::with_capacity(b.len() * 3);
    match sep {
        None => taipan_algo_codec::binascii::encode_hex(b, &mut out),
        Some(s) => {
            let n = abstract_::len(s, cx)?;
            if n != 1 {
                return Err(cx.value_error(format_args!("sep must be length 1.")));
            }
            let c = match (s.downcast::<PyStr>(), quick(s)) {
                (Some(s), _) if s.is_ascii() => s.code_point(0) as u8,
                (None, Some(b)) if b.first().is_some_and(|b| b.is_ascii()) => b[0],
                (None, None) => return Err(cx.type_error(format_args!("sep must be str or bytes."))),
                _ => return Err(cx.value_error(format_args!("sep must be ASCII."))),
            };
            if group == 0 {
                taipan_algo_codec::binascii::encode_hex(b, &mut out);
            } else {
                taipan_algo_codec::binascii::encode_hex_grouped(b, c, group, &mut out);
            }
        }
    }
    PyStr::from_latin1(&out, cx)
}

/// `sep.join(parts)`. The caller holds `sep` in place.
pub(crate) fn join(sep: &[u8], parts: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    // A list is read as it is, since an item's `__buffer__` may change it; its length must stay.
    let items = if parts.is_exact::<PyList>() {
        parts.own()
    } else {
        match iter::to_tuple(parts, cx) {
            Ok(v) => v.into_object(),
            Err(r) if !iter::is_iterable(parts) => {
                cx.catch(r, exc::TypeError())?;
                return Err(cx.type_error(format_args!("can only join an iterable")));
            }
            Err(r) => return Err(r),
        }
    };
    let item = |i: usize| match items.exact::<PyList>() {
        Some(l) => (l.get_own(i), l.len()),
        None => items.downcast::<PyTuple>().map_or((None, 0), |t| (t.as_slice().get(i).map(|o| o.own()), t.len())),
    };
    let count = item(0).1;
    // What a row of bytes will take, as far as that is plain to see.
    let known = |o: &&Object| o.exact::<PyBytes>().map_or(0, PyBytes::len);
    let bytes: usize = match items.exact::<PyList>() {
        Some(l) => l.items(cx).iter().map(known).sum(),
        None => items.downcast::<PyTuple>().map_or(0, |t| t.as_slice().iter().map(known).sum()),
    };
    let mut out: Vec<u8> = Vec::new();
    if bytes.checked_add(sep.len().saturating_mul(count)).is_none_or(|n| out.try_reserve_exact(n).is_err()) {
        return Err(cx.memory_error());
    }
    for i in 0..count {
        let (Some(p), now) = item(i) else { break };
        if now != count {
            return Err(cx.runtime_error(format_args!("sequence changed size during iteration")));
        }
        if i > 0 {
            out.extend_from_slice(sep);
        }
        if let Some(b) = p.exact::<PyBytes>() {
            out.extend_from_slice(b.as_bytes());
            continue;
        }
        if !has_buffer(&p) {
            return Err(cx.type_error(format_args!("sequence item {i}: expected a bytes-like object, {} found", p.ty().tp_name_str())));
        }
        out.extend_from_slice(Buffer::get(&p, SIMPLE, cx)?.bytes());
        if item(0).1 != count {
            return Err(cx.runtime_error(format_args!("sequence changed size during iteration")));
        }
    }
    Ok(out)
}

/// `startswith` and `endswith`: bytes-like or a tuple of such.
pub(crate) fn affix(h: &[u8], o: &Object, range: Option<(usize, usize)>, func: &str, end: bool, cx: &mut Cx) -> PyResult<bool> {
    let h = range.and_then(|(a, b)| h.get(a..b));
    let one = |b: &[u8]| h.is_some_and(|h| if end { h.ends_with(b) } else { h.starts_with(b) });
    if let Some(t) = o.downcast::<PyTuple>() {
        for x in t.as_slice() {
            if one(Buffer::get(x, SIMPLE, cx)?.bytes()) {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if !has_buffer(o) {
        return Err(cx.type_error(format_args!("{func} first arg must be bytes or a tuple of bytes, not {}", o.ty().tp_name_str())));
    }
    Ok(one(Buffer::get(o, SIMPLE, cx)?.bytes()))
}

/// `bytes.maketrans(from, to)`.
pub(crate) fn make_table(from: &[u8], to: &[u8], cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    if from.len() != to.len() {
        return Err(cx.value_error(format_args!("maketrans arguments must have same length")));
    }
    PyBytes::build(256, cx, |t| {
        for (i, b) in t.iter_mut().enumerate() {
            *b = i as u8;
        }
        for (f, v) in from.iter().zip(to) {
            t[*f as usize] = *v;
        }
    })
}

/// `translate(table, delete)`.
pub(crate) fn translate(h: &[u8], table: &Object, delete: Option<&Object>, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let table = if table.is_none() { None } else { Some(Buffer::get(table, SIMPLE, cx)?) };
    if table.as_ref().is_some_and(|t| t.bytes().len() != 256) {
        return Err(cx.value_error(format_args!("translation table must be 256 characters long")));
    }
    if let (Some(t), None) = (&table, delete) {
        if let Ok(t) = <&[u8; 256]>::try_from(t.bytes()) {
            return Ok(h.iter().map(|b| t[*b as usize]).collect());
        }
    }
    let mut gone = [false; 256];
    if let Some(d) = delete {
        for b in Buffer::get(d, SIMPLE, cx)?.bytes() {
            gone[*b as usize] = true;
        }
    }
    let kept = h.iter().filter(|b| !gone[**b as usize]);
    Ok(match &table {
        Some(t) => kept.map(|b| t.bytes()[*b as usize]).collect(),
        None => kept.copied().collect(),
    })
}

/// A fill byte.
pub(crate) fn fill_byte(o: Option<&Object>, func: &str, cx: &mut Cx) -> PyResult<u8> {
    let Some(o) = o else { return Ok(b' ') };
    match quick(o) {
        Some([b]) => Ok(*b),
        Some(b) => {
            let n = b.len();
            Err(cx.type_error(format_args!("{func}(): argument 2 must be a byte string of length 1, not a {} object of length {n}", o.ty().tp_name_str())))
        }
        None => Err(cx.type_error(format_args!("{func}() argument 2 must be a byte string of length 1, not {}", o.ty().tp_name_str()))),
    }
}
