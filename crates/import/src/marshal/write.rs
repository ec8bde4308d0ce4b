//! Values to bytes.

use super::{DEPTH_MAX, code};
use std::collections::HashMap;
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::types::code::PyCode;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::types::slice::PySlice;

struct Writer {
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    /// Objects written so far, by address, when more than one reference may be met.
    seen: HashMap<*mut Object, u32>,
    /// Keeps the objects in `seen` alive, so that addresses stay theirs.
    kept: Vec<Own<Object>>,
    /// Slices that are being written.
    open: Vec<*mut Object>,
    depth: u32,
}

pub(super) fn to_bytes(v: &Object, version: i32, allow_code: bool, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let mut w = Writer { out: Vec::new(), version, allow_code, seen: HashMap::new(), kept: Vec::new(), open: Vec::new(), depth: 0 };
    w.value(v, cx)?;
    Ok(w.out)
}

impl Writer {
    fn word(&mut self, n: u32) {
        self.out.extend_from_slice(&n.to_le_bytes());
    }
    fn size(&mut self, n: usize, cx: &mut Cx) -> PyResult<()> {
        match i32::try_from(n) {
            Ok(n) => {
                self.word(n as u32);
                Ok(())
            }
            Err(_) => Err(cx.value_error(format_args!("object too large to marshal"))),
        }
    }

    /// Write a reference to an object written before; otherwise the flag for its type code.
    fn reference(&mut self, v: &Object) -> Option<u8> {
        if self.version < 3 || v.is_unique() {
            return Some(0);
        }
        if self.open.contains(&v.as_ptr()) {
            return Some(0);
        }
        if let Some(&n) = self.seen.get(&v.as_ptr()) {
            self.out.push(code::REF);
            self.word(n);
            return None;
        }
        self.seen.insert(v.as_ptr(), self.seen.len() as u32);
        self.kept.push(v.own());
        Some(code::FLAG_REF)
    }

    fn value(&mut self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(cx.value_error(format_args!("object too deeply nested to marshal")));
        }
        let r = self.write(v, cx);
        self.depth -= 1;
        r
    }

    fn write(&mut self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let single = [
            (none(), code::NONE),
            (boolean::true_(), code::TRUE),
            (boolean::false_(), code::FALSE),
            (taipan_object::types::ellipsis(), code::ELLIPSIS),
            (exc::StopIteration().as_object(), code::STOP_ITER),
        ];
        if let Some((_, c)) = single.iter().find(|(o, _)| v.is(o)) {
            self.out.push(*c);
            return Ok(());
        }
        let Some(flag) = self.reference(v) else { return Ok(()) };
        if let Some(i) = v.exact::<PyInt>() {
            self.int(i, flag);
        } else if let Some(f) = v.exact::<PyFloat>() {
            self.float(code::BINARY_FLOAT, code::FLOAT, &[f.value()], flag, cx)?;
        } else if let Some(c) = v.exact::<PyComplex>() {
            self.float(code::BINARY_COMPLEX, code::COMPLEX, &[c.value().0, c.value().1], flag, cx)?;
        } else if let Some(s) = v.exact::<PyStr>() {
            return self.text(s, flag, cx);
        } else if let Some(t) = v.exact::<PyTuple>() {
            match u8::try_from(t.len()) {
                Ok(n) if self.version >= 4 => self.out.extend([code::SMALL_TUPLE | flag, n]),
                _ => {
                    self.out.push(code::TUPLE | flag);
                    self.size(t.len(), cx)?;
                }
            }
            return t.as_slice().iter().try_for_each(|x| self.value(x, cx));
        } else if let Some(l) = v.exact::<PyList>() {
            self.out.push(code::LIST | flag);
            let items: Vec<Own<Object>> = l.items(cx).iter().map(|x| x.own()).collect();
            self.size(items.len(), cx)?;
            return items.iter().try_for_each(|x| self.value(x, cx));
        } else if let Some(d) = v.exact::<PyDict>() {
            self.out.push(code::DICT | flag);
            let mut pos = 0;
            while let Some((k, x, _)) = d.next_own(&mut pos) {
                self.value(&k, cx)?;
                self.value(&x, cx)?;
            }
            self.out.push(code::NULL);
        } else if v.is_exact::<PySet>() || v.is_exact::<PyFrozenSet>() {
            return self.set(v, flag, cx);
        } else if let Some(c) = v.exact::<PyCode>() {
            return self.code(c, flag, cx);
        } else if let Some(s) = v.exact::<PySlice>() {
            if self.version < 5 {
                return Err(cx.value_error(format_args!("unmarshallable object")));
            }
            self.out.push(code::SLICE | flag);
            let (a, b, c) = s.parts();
            let (a, b, c) = (a.own(), b.own(), c.own());
            // A reference to a slice that is not complete could not be read back.
            if self.open.contains(&v.as_ptr()) {
                return Err(cx.value_error(format_args!("object too deeply nested to marshal")));
            }
            self.open.push(v.as_ptr());
            [a, b, c].iter().try_for_each(|x| self.value(x, cx))?;
            self.open.pop();
            return Ok(());
        } else if taipan_object::abstract_::buffer::has_buffer(v) {
            let b = Buffer::get(v, 0, cx)?;
            self.out.push(code::STRING | flag);
            self.size(b.bytes().len(), cx)?;
            self.out.extend_from_slice(b.bytes());
        } else {
            return Err(cx.value_error(format_args!("unmarshallable object")));
        }
        Ok(())
    }

    fn int(&mut self, i: &PyInt, flag: u8) {
        if let Some(n) = i.to_i64().and_then(|n| i32::try_from(n).ok()) {
            self.out.push(code::INT | flag);
            return self.word(n as u32);
        }
        // 15-bit digits, as the format has it.
        let v = i.as_ref_int();
        let mut halves: Vec<u16> = v.digits.iter().flat_map(|d| [(d & 0x7fff) as u16, (d >> 15) as u16]).collect();
        while halves.last() == Some(&0) {
            halves.pop();
        }
        self.out.push(code::LONG | flag);
        let n = halves.len() as i32;
        self.word(if v.neg { -n } else { n } as u32);
        halves.iter().for_each(|h| self.out.extend_from_slice(&h.to_le_bytes()));
    }

    fn float(&mut self, binary: u8, text: u8, parts: &[f64], flag: u8, cx: &mut Cx) -> PyResult<()> {
        if self.version > 1 {
            self.out.push(binary | flag);
            parts.iter().for_each(|x| self.out.extend_from_slice(&x.to_le_bytes()));
            return Ok(());
        }
        self.out.push(text | flag);
        for x in parts {
            let t = taipan_object::types::float::text::repr(*x, cx)?;
            let t = t.as_ascii().unwrap_or_default();
            self.out.push(t.len() as u8);
            self.out.extend_from_slice(t.as_bytes());
        }
        Ok(())
    }

    fn text(&mut self, s: &PyStr, flag: u8, cx: &mut Cx) -> PyResult<()> {
        let interned = s.interned() != 0;
        match s.as_ascii() {
            Some(t) if self.version >= 4 => {
                match u8::try_from(t.len()) {
                    Ok(n) => self.out.extend([if interned { code::SHORT_ASCII_INTERNED } else { code::SHORT_ASCII } | flag, n]),
                    Err(_) => {
                        self.out.push(if interned { code::ASCII_INTERNED } else { code::ASCII } | flag);
                        self.size(t.len(), cx)?;
                    }
                }
                self.out.extend_from_slice(t.as_bytes());
            }
            _ => {
                let b = crate::compile::wtf8(s).into_bytes();
                self.out.push(if interned && self.version >= 3 { code::INTERNED } else { code::UNICODE } | flag);
                self.size(b.len(), cx)?;
                self.out.extend_from_slice(&b);
            }
        }
        Ok(())
    }

    /// Members in the order of their own bytes, so that equal sets give equal bytes.
    fn set(&mut self, v: &Object, flag: u8, cx: &mut Cx) -> PyResult<()> {
        self.out.push(if v.is_exact::<PySet>() { code::SET } else { code::FROZENSET } | flag);
        let items = iter::collect(v, cx)?;
        self.size(items.len(), cx)?;
        let mut keyed = Vec::with_capacity(items.len());
        for x in items {
            keyed.push((to_bytes(&x, self.version, self.allow_code, cx)?, x));
        }
        if abstract_::len(v, cx)? != keyed.len() {
            return Err(cx.runtime_error(format_args!("set changed size during iteration")));
        }
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        keyed.iter().try_for_each(|(_, x)| self.value(x, cx))
    }

    fn code(&mut self, c: &PyCode, flag: u8, cx: &mut Cx) -> PyResult<()> {
        if !self.allow_code {
            return Err(cx.value_error(format_args!("marshalling code objects is disallowed")));
        }
        self.out.push(code::CODE | flag);
        let b = taipan_bytecode::serial::to_bytes(&c.to_spec(cx)?);
        self.size(b.len(), cx)?;
        self.out.extend_from_slice(&b);
        let name = c.filename();
        self.value(&name, cx)
    }
}
