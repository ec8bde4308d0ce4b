//! Codecs by a table: a decoding string, a mapping object, or an `EncodingMap`.

use super::drive::{self, Errors, Put};
use super::utf::{self, Plain};
use crate::data::text_of;
use taipan_algo_codec::charmap::{self as algo, EncodingMap};
use taipan_algo_codec::{CodecError, TextBuf};
use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

const UNDEFINED: &str = "character maps to <undefined>";

/// What `charmap_build` makes of a decoding table.
#[pytype(name = "EncodingMap", no_new)]
#[repr(C)]
pub struct PyEncodingMap {
    head: ObjHead,
    #[gc(skip)]
    map: EncodingMap,
}

#[pymethods]
impl PyEncodingMap {
    /// Return the size (in bytes) of this object.
    #[method("size()", nosig)]
    fn size(&self) -> usize {
        size_of::<PyEncodingMap>() + self.map.heap_bytes()
    }
}

/// `charmap_build`.
pub fn build(table: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(map) = EncodingMap::build(text_of(table)) {
        return Ok(cx.new_object(PyEncodingMap { head: Object::placeholder(), map })?.into_object());
    }
    let d = PyDict::new(cx)?;
    for (i, c) in table.code_points().take(256).enumerate() {
        let (k, v) = (PyInt::new(i64::from(c), cx)?, PyInt::new(i as i64, cx)?);
        d.set(&k, &v, cx)?;
    }
    Ok(d.into_object())
}

/// `mapping[key]`, None also for a `LookupError`.
fn look(mapping: &Object, key: u32, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let k = PyInt::new(i64::from(key), cx)?;
    match abstract_::get_item(mapping, &k, cx) {
        Ok(v) => Ok(Some(v).filter(|v| !v.is_none())),
        Err(r) => {
            cx.catch(r, exc::LookupError())?;
            Ok(None)
        }
    }
}

/// The bytes of one character by the mapping; false when it has none.
fn put(mapping: &Object, c: u32, out: &mut Vec<u8>, cx: &mut Cx) -> PyResult<bool> {
    if let Some(m) = mapping.downcast::<PyEncodingMap>() {
        return Ok(m.map.get(c).map(|b| out.push(b)).is_some());
    }
    let Some(v) = look(mapping, c, cx)? else { return Ok(false) };
    if let Some(n) = v.downcast::<PyInt>() {
        let Some(b) = n.to_i64().and_then(|n| u8::try_from(n).ok()) else {
            return Err(cx.type_error(format_args!("character mapping must be in range(256)")));
        };
        out.push(b);
        return Ok(true);
    }
    match v.downcast::<PyBytes>() {
        Some(b) => out.extend_from_slice(b.as_bytes()),
        None => return Err(cx.type_error(format_args!("character mapping must return integer, bytes or None, not {}", v.ty().name()))),
    }
    Ok(true)
}

/// `charmap_encode`.
pub fn encode(s: &PyStr, e: &mut Errors<'_>, mapping: Option<&Object>, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let Some(m) = mapping else { return utf::encode_plain(Plain::Latin1, s, e, cx) };
    let mut by = |c: u32, out: &mut Vec<u8>, cx: &mut Cx| put(m, c, out, cx);
    if let Some(map) = m.downcast::<PyEncodingMap>() {
        return drive::encode(s, "charmap", e, &mut |t, at, out, _| Ok(map.map.encode(t, at, out)), Put::By(&mut by), Vec::new(), cx);
    }
    let mut step = |t: taipan_algo_codec::Text<'_>, at: usize, out: &mut Vec<u8>, cx: &mut Cx| {
        let mut at = at;
        while let Some(c) = t.get(at) {
            if put(m, c, out, cx)? {
                at += 1;
                continue;
            }
            let start = at;
            let mut unused = Vec::new();
            at += 1;
            while let Some(c) = t.get(at) {
                if put(m, c, &mut unused, cx)? {
                    break;
                }
                at += 1;
            }
            return Ok(Err(CodecError { start, end: at, reason: UNDEFINED }));
        }
        Ok(Ok(()))
    };
    drive::encode(s, "charmap", e, &mut step, Put::By(&mut by), Vec::new(), cx)
}

/// Append what the mapping says of a byte; false when it says nothing.
fn take(mapping: &Object, byte: u8, out: &mut TextBuf, cx: &mut Cx) -> PyResult<bool> {
    let Some(v) = look(mapping, u32::from(byte), cx)? else { return Ok(false) };
    if let Some(n) = v.downcast::<PyInt>() {
        return match n.to_i64().and_then(|n| u32::try_from(n).ok()).filter(|&n| n <= 0x10FFFF) {
            Some(0xFFFE) => Ok(false),
            Some(c) => {
                out.push(c);
                Ok(true)
            }
            None => Err(cx.type_error(format_args!("character mapping must be in range(0x110000)"))),
        };
    }
    let Some(s) = v.downcast::<PyStr>() else {
        return Err(cx.type_error(format_args!("character mapping must return integer, None or str")));
    };
    if s.len() == 1 && s.code_point(0) == 0xFFFE {
        return Ok(false);
    }
    out.extend_text(text_of(s));
    Ok(true)
}

/// `charmap_decode`.
pub fn decode(b: &[u8], e: &mut Errors<'_>, mapping: Option<&Object>, cx: &mut Cx) -> PyResult<(TextBuf, usize)> {
    let Some(m) = mapping else { return utf::decode_plain(Plain::Latin1, b, e, true, cx) };
    if let Some(table) = m.exact::<PyStr>() {
        return drive::decode(b, 0, "charmap", e, &mut |b, at, out, _| Ok(algo::decode(b, at, text_of(table), out)), cx);
    }
    let mut step = |b: &[u8], at: usize, out: &mut TextBuf, cx: &mut Cx| {
        for (i, &byte) in b.iter().enumerate().skip(at) {
            if !take(m, byte, out, cx)? {
                return Ok(Err(CodecError { start: i, end: i + 1, reason: UNDEFINED }));
            }
        }
        Ok(Ok(b.len()))
    };
    drive::decode(b, 0, "charmap", e, &mut step, cx)
}
