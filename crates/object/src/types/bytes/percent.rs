//! `b"…" % values`.

use super::PyBytes;
use super::args::quick;
use crate::abstract_::buffer::{Buffer, SIMPLE, has_buffer};
use crate::abstract_::{self, number};
use crate::call;
use crate::prelude::*;
use crate::types::bytearray::PyByteArray;
use crate::types::float::PyFloat;
use crate::types::percent::{Values, integer};
use taipan_algo_float::percent::{self, PercentError, PercentSpec};

fn text(spec: &PercentSpec, s: &[u8], out: &mut Vec<u8>) {
    let (take, left, right) = percent::format_text(spec, s.len());
    out.resize(out.len() + left, b' ');
    out.extend_from_slice(s.get(..take).unwrap_or(s));
    out.resize(out.len() + right, b' ');
}

/// What `%b` and `%s` show.
fn bytes_of(v: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    if let Some(b) = quick(v) {
        return Ok(b.to_vec());
    }
    if let Some(f) = call::lookup_special(v, name!(cx, "__bytes__"), cx)? {
        let b = call::call(&f, &[], cx)?;
        return match b.downcast::<PyBytes>() {
            Some(b) => Ok(b.as_bytes().to_vec()),
            None => Err(cx.type_error(format_args!("__bytes__ returned non-bytes (type {})", b.ty().tp_name_str()))),
        };
    }
    if has_buffer(v) {
        return Ok(Buffer::get(v, SIMPLE, cx)?.bytes().to_vec());
    }
    Err(cx.type_error(format_args!("%b requires a bytes-like object, or an object that implements __bytes__, not '{}'", v.ty().tp_name_str())))
}

fn character(v: &Object, cx: &mut Cx) -> PyResult<u8> {
    let bytes = v.downcast::<PyBytes>().map(|b| b.as_bytes()).or_else(|| v.downcast::<PyByteArray>().map(|b| b.data()));
    match bytes {
        Some([b]) => return Ok(*b),
        Some(b) => {
            let (t, n) = (v.ty().tp_name_str(), b.len());
            return Err(cx.type_error(format_args!("%c requires an integer in range(256) or a single byte, not a {t} object of length {n}")));
        }
        None => {}
    }
    if !number::has_index(v) {
        let t = crate::types::object_::full_name(v.ty(), cx)?;
                return Err(cx.type_error(format_args!("%c requires an integer in range(256) or a single byte, not {}", t)));
    }
    let i = number::index(v, cx)?;
    match i.to_i64().and_then(|n| u8::try_from(n).ok()) {
        Some(b) => Ok(b),
        None => Err(cx.overflow_error(format_args!("%c arg not in range(256)"))),
    }
}

fn one(spec: &PercentSpec, v: &Object, out: &mut Vec<u8>, cx: &mut Cx) -> PyResult<()> {
    let kind = char::from_u32(spec.kind).unwrap_or('\0');
    let padded = match kind {
        's' | 'b' => return Ok(text(spec, &bytes_of(v, cx)?, out)),
        'r' | 'a' => {
            let s = abstract_::ascii(v, cx)?;
            return Ok(text(spec, s.raw_bytes(), out));
        }
        'c' => {
            let b = character(v, cx)?;
            return Ok(text(&PercentSpec { precision: None, ..*spec }, &[b], out));
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => return integer(spec, v, cx).map(|p| p.push_ascii(out)),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let x = match v.exact::<PyFloat>() {
                Some(f) => f.value(),
                None => match number::as_f64(v, cx) {
                    Ok(x) => x,
                    Err(r) => {
                        cx.catch(r, exc::TypeError())?;
                        return Err(cx.type_error(format_args!("float argument required, not {}", v.ty().tp_name_str())));
                    }
                },
            };
            percent::format_float(spec, x)
        }
        _ => return Err(cx.value_error(format_args!("{}", percent::unsupported_message(spec)))),
    };
    match padded {
        Ok(p) => {
            p.push_ascii(out);
            Ok(())
        }
        Err(_) => Err(cx.memory_error()),
    }
}

/// `s % values`.
pub(crate) fn format(s: &[u8], values: &Object, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let tuple = values.downcast::<PyTuple>();
    let plain = tuple.is_some() || quick(values).is_some() || values.is_a::<PyStr>();
    let mapping = !plain && values.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some());
    let mut out = Vec::with_capacity(s.len());
    let mut vals = Values { all: values, tuple, next: 0, mapping, selected: None, key: |range, cx: &mut Cx| PyBytes::new(s.get(range).unwrap_or(&[]), cx).map(Own::into_object), cx };
    let mut at = 0;
    while at < s.len() {
        let stop = memchr::memchr(b'%', &s[at..]).map_or(s.len(), |i| at + i);
        out.extend_from_slice(&s[at..stop]);
        if stop == s.len() {
            break;
        }
        at = stop + 1;
        if s.get(at) == Some(&b'%') {
            out.push(b'%');
            at += 1;
            continue;
        }
        vals.selected = None;
        let (spec, next) = match percent::parse(s, at, &mut vals) {
            Ok(x) => x,
            Err(PercentError::Argument(r)) => return Err(r),
            Err(e) => return Err(vals.cx.value_error(format_args!("{}", e.message().unwrap_or("incomplete format")))),
        };
        at = next;
        let v = vals.take()?;
        if spec.width.is_some_and(|w| out.try_reserve(w).is_err()) {
            return Err(vals.cx.memory_error());
        }
        one(&spec, &v, &mut out, vals.cx)?;
    }
    if vals.are_left() {
        return Err(vals.cx.type_error(format_args!("not all arguments converted during bytes formatting")));
    }
    Ok(out)
}
