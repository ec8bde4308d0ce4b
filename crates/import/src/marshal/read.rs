//! Bytes to values.

use super::{DEPTH_MAX, code};
use std::borrow::Cow;
use taipan_object::prelude::*;
use taipan_object::types::boolean;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code::link_in;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::types::slice::new_slice;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::{abstract_, call, types::str::intern};

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    /// Where the bytes come from instead of `data`: an object with `readinto`. It is never asked for more than the value has.
    file: Option<&'a Object>,
    allow_code: bool,
    /// Objects that references may name; empty while the object is being read.
    refs: Vec<Option<Own<Object>>>,
    depth: u32,
}

/// One value, and how many bytes it took.
pub(super) fn from_bytes(data: &[u8], allow_code: bool, cx: &mut Cx) -> PyResult<(Own<Object>, usize)> {
    let mut r = Reader { data, at: 0, file: None, allow_code, refs: Vec::new(), depth: 0 };
    match r.value(cx)? {
        Some(v) => Ok((v, r.at)),
        None => Err(cx.type_error(format_args!("NULL object in marshal data for object"))),
    }
}

/// One value from a file.
pub(super) fn from_file(file: &Object, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut r = Reader { data: &[], at: 0, file: Some(file), allow_code, refs: Vec::new(), depth: 0 };
    match r.value(cx)? {
        Some(v) => Ok(v),
        None => Err(cx.type_error(format_args!("NULL object in marshal data for object"))),
    }
}

fn bad(what: &str, cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("bad marshal data ({what})"))
}

/// Exactly `n` bytes by `readinto`; EOFError when there are fewer.
fn read_exactly(file: &Object, n: usize, cx: &mut Cx) -> PyResult<Vec<u8>> {
    // A size that the data only claims is not believed at once.
    const STEP: usize = 1 << 20;
    let mut out = Vec::new();
    while out.len() < n {
        let want = (n - out.len()).min(STEP);
        let zeros = vec![0u8; want];
        let part = PyByteArray::new(&zeros, cx)?;
        let got = call::call_method(file, name!(cx, "readinto"), &[&part], cx)?;
        let Some(got) = got.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("an integer is required (got type {})", got.ty().tp_name_str())));
        };
        let got = abstract_::number::int_as_isize(got, exc::OverflowError(), cx)?;
        match usize::try_from(got) {
            Ok(got) if got == want => {}
            Ok(got) if got > want => {
                return Err(cx.value_error(format_args!("read() returned too much data: {want} bytes requested, {got} returned")));
            }
            _ => return Err(cx.eof_error(format_args!("EOF read where not expected"))),
        }
        let b = Buffer::get(&part, 0, cx)?;
        out.extend_from_slice(b.bytes().get(..want).unwrap_or_default());
    }
    Ok(out)
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, n: usize, cx: &mut Cx) -> PyResult<Cow<'a, [u8]>> {
        if let Some(f) = self.file {
            return read_exactly(f, n, cx).map(Cow::Owned);
        }
        match self.at.checked_add(n).and_then(|end| self.data.get(self.at..end)) {
            Some(b) => {
                self.at += n;
                Ok(Cow::Borrowed(b))
            }
            None => Err(cx.eof_error(format_args!("marshal data too short"))),
        }
    }
    fn byte(&mut self, cx: &mut Cx) -> PyResult<u8> {
        if self.file.is_some() {
            return self.bytes(1, cx).map(|b| b[0]);
        }
        match self.data.get(self.at) {
            Some(b) => {
                self.at += 1;
                Ok(*b)
            }
            None => Err(cx.eof_error(format_args!("EOF read where object expected"))),
        }
    }
    fn word(&mut self, cx: &mut Cx) -> PyResult<i32> {
        let b = self.bytes(4, cx)?;
        Ok(i32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }
    fn double(&mut self, cx: &mut Cx) -> PyResult<f64> {
        let b = self.bytes(8, cx)?;
        Ok(f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
    }
    /// A size that cannot exceed what is left, since every item takes a byte at least.
    fn size(&mut self, what: &str, cx: &mut Cx) -> PyResult<usize> {
        let n = self.word(cx)?;
        match usize::try_from(n) {
            Ok(n) if self.file.is_some() || n <= self.data.len() => Ok(n),
            Ok(_) => Err(cx.eof_error(format_args!("marshal data too short"))),
            Err(_) => Err(bad(&format!("{what} size out of range"), cx)),
        }
    }
    fn text_float(&mut self, cx: &mut Cx) -> PyResult<f64> {
        let n = self.byte(cx)? as usize;
        let b = self.bytes(n, cx)?;
        std::str::from_utf8(&b).ok().and_then(|s| s.parse().ok()).ok_or_else(|| bad("float", cx))
    }

    fn value(&mut self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(cx.value_error(format_args!("recursion limit exceeded")));
        }
        let c = self.byte(cx)?;
        let flagged = c & code::FLAG_REF != 0;
        let c = c & !code::FLAG_REF;
        let slot = flagged.then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let v = self.object(c, slot, cx)?;
        if let (Some(i), Some(v)) = (slot, &v) {
            self.refs[i] = Some(v.clone());
        }
        self.depth -= 1;
        Ok(v)
    }

    fn need(&mut self, what: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.value(cx)? {
            Some(v) => Ok(v),
            None => Err(cx.type_error(format_args!("NULL object in marshal data for {what}"))),
        }
    }

    fn items(&mut self, n: usize, what: &str, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
        let mut v = Vec::with_capacity(n.min(1 << 16));
        for _ in 0..n {
            v.push(self.need(what, cx)?);
        }
        Ok(v)
    }

    fn object(&mut self, c: u8, slot: Option<usize>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let v = match c {
            code::NULL => return Ok(None),
            code::NONE => none().own(),
            code::TRUE => boolean::true_().own(),
            code::FALSE => boolean::false_().own(),
            code::ELLIPSIS => taipan_object::types::ellipsis().own(),
            code::STOP_ITER => exc::StopIteration().as_object().own(),
            code::INT => PyInt::new(self.word(cx)? as i64, cx)?.into_object(),
            code::INT64 => {
                let b = self.bytes(8, cx)?;
                let n = i64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]);
                PyInt::new(n, cx)?.into_object()
            }
            code::LONG => self.long(cx)?,
            code::BINARY_FLOAT => PyFloat::new(self.double(cx)?, cx)?.into_object(),
            code::FLOAT => PyFloat::new(self.text_float(cx)?, cx)?.into_object(),
            code::BINARY_COMPLEX => {
                let (a, b) = (self.double(cx)?, self.double(cx)?);
                PyComplex::new(a, b, cx)?.into_object()
            }
            code::COMPLEX => {
                let (a, b) = (self.text_float(cx)?, self.text_float(cx)?);
                PyComplex::new(a, b, cx)?.into_object()
            }
            code::STRING => {
                let n = self.size("bytes object", cx)?;
                PyBytes::new(&self.bytes(n, cx)?, cx)?.into_object()
            }
            code::ASCII | code::ASCII_INTERNED | code::SHORT_ASCII | code::SHORT_ASCII_INTERNED => {
                let short = matches!(c, code::SHORT_ASCII | code::SHORT_ASCII_INTERNED);
                let n = if short { self.byte(cx)? as usize } else { self.size("string", cx)? };
                let s = PyStr::from_latin1(&self.bytes(n, cx)?, cx)?;
                let keep = matches!(c, code::ASCII_INTERNED | code::SHORT_ASCII_INTERNED);
                if keep { intern::intern(s, cx).into_object() } else { s.into_object() }
            }
            code::UNICODE | code::INTERNED => {
                let n = self.size("string", cx)?;
                let s = self.text(n, cx)?;
                if c == code::INTERNED { intern::intern(s, cx).into_object() } else { s.into_object() }
            }
            code::SMALL_TUPLE | code::TUPLE => {
                let n = if c == code::SMALL_TUPLE { self.byte(cx)? as usize } else { self.size("tuple", cx)? };
                if slot.is_some() && (1..1 << 16).contains(&n) {
                    // Items may name the tuple: it is there first, with something harmless inside.
                    let t = PyTuple::from_exact((0..n).map(|_| none().own()), cx)?;
                    self.announce(slot, t.as_object());
                    for i in 0..n {
                        let x = self.need("tuple", cx)?;
                        t.fill_item(i, x);
                    }
                    return Ok(Some(t.into_object()));
                }
                let v = self.items(n, "tuple", cx)?;
                PyTuple::from_vec(v, cx)?.into_object()
            }
            code::LIST => {
                let n = self.size("list", cx)?;
                let l = PyList::new(cx)?;
                self.announce(slot, l.as_object());
                for _ in 0..n {
                    let x = self.need("list", cx)?;
                    l.push(x, cx)?;
                }
                l.into_object()
            }
            code::DICT => {
                let d = PyDict::new(cx)?;
                self.announce(slot, d.as_object());
                while let Some(k) = self.value(cx)? {
                    let Some(x) = self.value(cx)? else { break };
                    d.set(&k, &x, cx)?;
                }
                d.into_object()
            }
            code::SET => {
                let n = self.size("set", cx)?;
                let s = PySet::new(cx)?;
                self.announce(slot, s.as_object());
                for _ in 0..n {
                    let x = self.need("set", cx)?;
                    s.add(&x, cx)?;
                }
                s.into_object()
            }
            code::FROZENSET => {
                let n = self.size("set", cx)?;
                let v = self.items(n, "set", cx)?;
                let l = PyList::from_vec(v, cx)?;
                call::call(PyFrozenSet::ty().as_object(), &[&l], cx)?
            }
            code::SLICE => {
                let (a, b, s) = (self.need("slice", cx)?, self.need("slice", cx)?, self.need("slice", cx)?);
                new_slice(&a, &b, &s, cx)?
            }
            code::REF => {
                let n = self.word(cx)?;
                match usize::try_from(n).ok().and_then(|n| self.refs.get(n)) {
                    Some(Some(v)) => v.clone(),
                    _ => return Err(bad("invalid reference", cx)),
                }
            }
            code::CODE => self.code(cx)?,
            _ => return Err(bad("unknown type code", cx)),
        };
        Ok(Some(v))
    }

    /// Containers can be named by their own items.
    fn announce(&mut self, slot: Option<usize>, o: &Object) {
        if let Some(i) = slot {
            self.refs[i] = Some(o.own());
        }
    }

    fn long(&mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = self.word(cx)?;
        let count = n.unsigned_abs() as usize;
        let b = self.bytes(count.saturating_mul(2), cx)?;
        let halves: Vec<u32> = b.chunks_exact(2).map(|h| u16::from_le_bytes([h[0], h[1]]) as u32).collect();
        if halves.iter().any(|h| *h > 0x7fff) {
            return Err(bad("digit out of range in long", cx));
        }
        if halves.last() == Some(&0) {
            return Err(bad("unnormalized long data", cx));
        }
        let digits: Vec<u32> = halves.chunks(2).map(|p| p[0] | p.get(1).copied().unwrap_or(0) << 15).collect();
        PyInt::from_digits(n < 0, &digits, cx).map(Own::into_object)
    }

    fn text(&mut self, n: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let b = self.bytes(n, cx)?;
        if let Ok(s) = std::str::from_utf8(&b) {
            return PyStr::new(s, cx);
        }
        match taipan_text::Wtf8Buf::from_bytes(b.to_vec()) {
            Some(w) => {
                let points: Vec<u32> = w.as_wtf8().code_points().collect();
                PyStr::from_code_points(&points, cx)
            }
            None => Err(bad("string is not UTF-8", cx)),
        }
    }

    fn code(&mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !self.allow_code {
            return Err(cx.value_error(format_args!("unmarshalling code objects is disallowed")));
        }
        let n = self.size("code", cx)?;
        let b = self.bytes(n, cx)?;
        let spec = match taipan_bytecode::serial::from_bytes(&b) {
            Ok(s) => s,
            Err(e) => return Err(bad(&format!("code object: {e}"), cx)),
        };
        if let Err(e) = taipan_bytecode::verify::verify(&spec) {
            return Err(bad(&format!("code object: {e}"), cx));
        }
        let name = self.need("code", cx)?;
        match name.downcast_own::<PyStr>() {
            Ok(name) => link_in(spec, &name, cx).map(Own::into_object),
            Err(_) => Err(bad("file name is not a string", cx)),
        }
    }
}
