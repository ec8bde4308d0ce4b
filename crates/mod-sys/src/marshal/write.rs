//! Values to bytes.

use super::{DEPTH_MAX, code};
use std::collections::HashMap;
use taipan_object::abstract_::buffer;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code::PyCode;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::{PyFrozenSet, any_set, is_any_set};
use taipan_object::types::slice::PySlice;
use taipan_object::types::{boolean, ellipsis};
use taipan_object::abstract_;

struct Writer {
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    depth: u32,
    /// Numbers of the objects written so far. The value keeps them alive, or `held` does.
    refs: HashMap<*mut Object, u32>,
    held: Vec<Own<Object>>,
}

/// `marshal.dumps`. Raises `ValueError` for types it does not know.
pub fn dumps(v: &Object, version: i32, allow_code: bool, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let mut w = Writer { out: Vec::new(), version, allow_code, depth: 0, refs: HashMap::new(), held: Vec::new() };
    w.object(v, cx)?;
    Ok(w.out)
}

/// UTF-8 with surrogates as if they were characters.
fn utf8(s: &PyStr) -> Vec<u8> {
    let mut out = Vec::with_capacity(s.len());
    for c in s.code_points() {
        match char::from_u32(c) {
            Some(ch) => out.extend_from_slice(ch.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.extend_from_slice(&[0xe0 | (c >> 12) as u8, 0x80 | (c >> 6 & 0x3f) as u8, 0x80 | (c & 0x3f) as u8]),
        }
    }
    out
}

impl Writer {
    fn long(&mut self, n: i32) {
        self.out.extend_from_slice(&n.to_le_bytes());
    }

    fn size(&mut self, n: usize, cx: &mut Cx) -> PyResult<()> {
        match i32::try_from(n) {
            Ok(n) => {
                self.long(n);
                Ok(())
            }
            Err(_) => Err(cx.value_error(format_args!("unmarshallable object"))),
        }
    }

    fn sized(&mut self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        self.size(b.len(), cx)?;
        self.out.extend_from_slice(b);
        Ok(())
    }

    fn object(&mut self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.depth > DEPTH_MAX {
            return Err(cx.value_error(format_args!("object too deeply nested to marshal")));
        }
        self.depth += 1;
        let r = self.one(v, cx);
        self.depth -= 1;
        r
    }

    fn one(&mut self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let single = if v.is_none() {
            code::NONE
        } else if v.is(exc::StopIteration()) {
            code::STOP_ITERATION
        } else if v.is(ellipsis()) {
            code::ELLIPSIS
        } else if v.is(boolean::false_()) {
            code::FALSE
        } else if v.is(boolean::true_()) {
            code::TRUE
        } else {
            return match self.reference(v) {
                Ok(flag) => self.complex_object(v, flag, cx),
                Err(index) => {
                    self.out.push(code::REF);
                    self.long(index as i32);
                    Ok(())
                }
            };
        };
        self.out.push(single);
        Ok(())
    }

    /// The flag for a new object, or the number of one that was written before.
    fn reference(&mut self, v: &Object) -> Result<u8, u32> {
        if self.version < 3 {
            return Ok(0);
        }
        // What only its container holds cannot come again.
        if v.is_unique() && !v.downcast::<PyStr>().is_some_and(|s| s.interned() != 0) {
            return Ok(0);
        }
        let next = self.refs.len() as u32;
        match self.refs.entry(v.as_ptr()) {
            std::collections::hash_map::Entry::Occupied(e) => Err(*e.get()),
            std::collections::hash_map::Entry::Vacant(e) => {
                e.insert(next);
                self.held.push(v.own());
                Ok(code::FLAG_REF)
            }
        }
    }

    fn complex_object(&mut self, v: &Object, flag: u8, cx: &mut Cx) -> PyResult<()> {
        if let Some(i) = v.exact::<PyInt>() {
            self.int(i, flag);
            Ok(())
        } else if let Some(f) = v.exact::<PyFloat>() {
            self.float(f.value(), None, flag, cx)
        } else if let Some(c) = v.exact::<PyComplex>() {
            let (re, im) = c.value();
            self.float(re, Some(im), flag, cx)
        } else if let Some(b) = v.exact::<PyBytes>() {
            self.out.push(code::STRING | flag);
            self.sized(b.as_bytes(), cx)
        } else if let Some(s) = v.exact::<PyStr>() {
            self.text(s, flag, cx)
        } else if let Some(t) = v.exact::<PyTuple>() {
            if self.version >= 4 && t.len() < 256 {
                self.out.extend_from_slice(&[code::SMALL_TUPLE | flag, t.len() as u8]);
            } else {
                self.out.push(code::TUPLE | flag);
                self.size(t.len(), cx)?;
            }
            t.as_slice().iter().try_for_each(|x| self.object(x, cx))
        } else if let Some(l) = v.exact::<PyList>() {
            self.out.push(code::LIST | flag);
            self.size(l.len(), cx)?;
            let mut i = 0;
            while let Some(x) = l.get_own(i) {
                self.object(&x, cx)?;
                i += 1;
            }
            Ok(())
        } else if let Some(d) = v.exact::<PyDict>() {
            self.dict(d, flag, cx)
        } else if is_any_set(v) {
            self.set(v, flag, cx)
        } else if let Some(c) = v.downcast::<PyCode>() {
            if !self.allow_code {
                return Err(cx.value_error(format_args!("marshalling code objects is disallowed")));
            }
            self.out.push(code::CODE | flag);
            let bytes = taipan_bytecode::serial::to_bytes(c.spec());
            self.sized(&bytes, cx)
        } else if let Some(s) = v.exact::<PySlice>().filter(|_| self.version >= 5) {
            self.out.push(code::SLICE | flag);
            let (a, b, c) = s.parts();
            [a, b, c].into_iter().try_for_each(|x| self.object(x, cx))
        } else if buffer::has_buffer(v) {
            let b = match Buffer::get(v, buffer::SIMPLE, cx) {
                Ok(b) => b,
                Err(r) => {
                    cx.discard(r);
                    return Err(cx.value_error(format_args!("unmarshallable object")));
                }
            };
            self.out.push(code::STRING | flag);
            self.sized(b.bytes(), cx)
        } else {
            Err(cx.value_error(format_args!("unmarshallable object")))
        }
    }

    fn int(&mut self, i: &PyInt, flag: u8) {
        if let Some(n) = i.to_i64().and_then(|n| i32::try_from(n).ok()) {
            self.out.push(code::INT | flag);
            self.long(n);
            return;
        }
        // Digits of 15 bits: each of ours makes two.
        let v = i.as_ref_int();
        let mut halves: Vec<u16> = v.digits.iter().flat_map(|d| [(d & 0x7fff) as u16, (d >> 15) as u16]).collect();
        while halves.last() == Some(&0) {
            halves.pop();
        }
        let n = halves.len() as i32;
        self.out.push(code::LONG | flag);
        self.long(if v.neg { -n } else { n });
        for h in halves {
            self.out.extend_from_slice(&h.to_le_bytes());
        }
    }

    fn float(&mut self, re: f64, im: Option<f64>, flag: u8, cx: &mut Cx) -> PyResult<()> {
        if self.version > 1 {
            self.out.push(if im.is_some() { code::BINARY_COMPLEX } else { code::BINARY_FLOAT } | flag);
            for x in std::iter::once(re).chain(im) {
                self.out.extend_from_slice(&x.to_le_bytes());
            }
            return Ok(());
        }
        self.out.push(if im.is_some() { code::COMPLEX } else { code::FLOAT } | flag);
        for x in std::iter::once(re).chain(im) {
            let o = x.into_return(cx)?;
            let spec = PyStr::new(".17g", cx)?;
            let text = abstract_::format(&o, &spec, cx)?.to_string();
            self.out.push(text.len() as u8);
            self.out.extend_from_slice(text.as_bytes());
        }
        Ok(())
    }

    fn text(&mut self, s: &PyStr, flag: u8, cx: &mut Cx) -> PyResult<()> {
        let interned = s.interned() != 0;
        if self.version >= 4 && s.is_ascii() {
            let bytes = s.as_ascii().unwrap_or_default().as_bytes();
            if bytes.len() < 256 {
                let kind = if interned { code::SHORT_ASCII_INTERNED } else { code::SHORT_ASCII };
                self.out.extend_from_slice(&[kind | flag, bytes.len() as u8]);
                self.out.extend_from_slice(bytes);
                return Ok(());
            }
            self.out.push(if interned { code::ASCII_INTERNED } else { code::ASCII } | flag);
            return self.sized(bytes, cx);
        }
        let kind = if self.version >= 3 && interned { code::INTERNED } else { code::UNICODE };
        self.out.push(kind | flag);
        self.sized(&utf8(s), cx)
    }

    fn dict(&mut self, d: &PyDict, flag: u8, cx: &mut Cx) -> PyResult<()> {
        self.out.push(code::DICT | flag);
        let mut at = 0;
        while let Some((k, v, _)) = d.next_own(&mut at) {
            self.object(&k, cx)?;
            self.object(&v, cx)?;
        }
        self.out.push(code::NULL);
        Ok(())
    }

    /// Items in the order of their bytes, so that equal sets give equal results.
    fn set(&mut self, v: &Object, flag: u8, cx: &mut Cx) -> PyResult<()> {
        let Some(s) = any_set(v) else { return Ok(()) };
        self.out.push(if v.is_a::<PyFrozenSet>() { code::FROZENSET } else { code::SET } | flag);
        self.size(s.len(), cx)?;
        let mut items = Vec::new();
        let mut at = 0;
        while let Some((x, _)) = s.next_own(&mut at) {
            let key = dumps(&x, self.version, self.allow_code, cx)?;
            items.push((key, x));
        }
        items.sort_by(|a, b| a.0.cmp(&b.0));
        items.iter().try_for_each(|(_, x)| self.object(x, cx))
    }
}
