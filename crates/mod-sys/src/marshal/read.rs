//! Bytes to values. Malformed input raises; it never crashes or allocates more than it holds.

use super::{DEPTH_MAX, code};
use std::sync::Arc;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::code as code_object;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::types::str::intern;
use taipan_object::types::{boolean, ellipsis, slice};
use taipan_object::call;

/// Where the bytes come from.
pub enum Source<'a> {
    Bytes(&'a [u8]),
    /// The `read` method of a file.
    File(&'a Object),
}

struct Reader<'a> {
    source: Source<'a>,
    allow_code: bool,
    depth: u32,
    /// Objects by number; `None` while one is being made.
    refs: Vec<Option<Own<Object>>>,
}

/// `marshal.loads` and `marshal.load`.
pub fn load(source: Source<'_>, allow_code: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut r = Reader { source, allow_code, depth: 0, refs: Vec::new() };
    match r.object(cx)? {
        Some(v) => Ok(v),
        None => Err(cx.type_error(format_args!("NULL object in marshal data for object"))),
    }
}

fn bad(what: &str, cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("bad marshal data ({what})"))
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, n: usize, cx: &mut Cx) -> PyResult<std::borrow::Cow<'a, [u8]>> {
        match &mut self.source {
            Source::Bytes(b) => {
                let b: &mut &'a [u8] = b;
                let Some((head, rest)) = b.split_at_checked(n) else {
                    return Err(cx.eof_error(format_args!("marshal data too short")));
                };
                *b = rest;
                Ok(head.into())
            }
            Source::File(read) => {
                let mut out = Vec::new();
                while out.len() < n {
                    let want = n - out.len();
                    let count = PyInt::new(want as i64, cx)?;
                    let got = call::call(read, &[&count], cx)?;
                    let Some(b) = got.downcast::<PyBytes>() else {
                        return Err(cx.type_error(format_args!("file.read() returned not bytes but {}", got.ty().name())));
                    };
                    if b.len() > want {
                        return Err(cx.value_error(format_args!("read() returned too much data: {want} bytes requested, {} returned", b.len())));
                    }
                    if b.is_empty() {
                        return Err(cx.eof_error(format_args!("EOF read where not expected")));
                    }
                    out.extend_from_slice(b.as_bytes());
                }
                Ok(out.into())
            }
        }
    }

    fn byte(&mut self, cx: &mut Cx) -> PyResult<u8> {
        let b = self.bytes(1, cx)?;
        Ok(b.first().copied().unwrap_or(0))
    }

    fn fixed<const N: usize>(&mut self, cx: &mut Cx) -> PyResult<[u8; N]> {
        let b = self.bytes(N, cx)?;
        Ok(b.first_chunk::<N>().copied().unwrap_or([0; N]))
    }

    fn long(&mut self, cx: &mut Cx) -> PyResult<i32> {
        self.fixed::<4>(cx).map(i32::from_le_bytes)
    }

    fn size(&mut self, what: &str, cx: &mut Cx) -> PyResult<usize> {
        let n = self.long(cx)?;
        usize::try_from(n).map_err(|_| bad(&format!("{what} size out of range"), cx))
    }

    /// Give the object a number if the flag asks for it.
    fn keep(&mut self, v: Own<Object>, flag: bool) -> Own<Object> {
        if flag {
            self.refs.push(Some(v.clone()));
        }
        v
    }

    /// A number for an object that is still to be made.
    fn reserve(&mut self, flag: bool) -> Option<usize> {
        flag.then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        })
    }

    fn fill(&mut self, at: Option<usize>, v: Own<Object>) -> Own<Object> {
        if let Some(slot) = at.and_then(|i| self.refs.get_mut(i)) {
            *slot = Some(v.clone());
        }
        v
    }

    /// The next object; `None` for the mark that ends dicts.
    fn object(&mut self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let first = match self.byte(cx) {
            Ok(b) => b,
            Err(r) => {
                cx.catch(r, exc::EOFError())?;
                return Err(cx.eof_error(format_args!("EOF read where object expected")));
            }
        };
        if self.depth > DEPTH_MAX {
            return Err(cx.value_error(format_args!("recursion limit exceeded")));
        }
        self.depth += 1;
        let r = self.of_code(first & !code::FLAG_REF, first & code::FLAG_REF != 0, cx);
        self.depth -= 1;
        r
    }

    /// An object that must be there.
    fn item(&mut self, what: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.object(cx)? {
            Some(v) => Ok(v),
            None => Err(cx.type_error(format_args!("NULL object in marshal data for {what}"))),
        }
    }

    fn of_code(&mut self, kind: u8, flag: bool, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let v = match kind {
            code::NULL => return Ok(None),
            code::NONE => none().own(),
            code::STOP_ITERATION => exc::StopIteration().own(),
            code::ELLIPSIS => ellipsis().own(),
            code::FALSE => boolean::from_bool(false),
            code::TRUE => boolean::from_bool(true),
            code::INT => {
                let n = self.long(cx)?;
                let v = PyInt::new(n as i64, cx)?;
                self.keep(v.into_object(), flag)
            }
            code::INT64 => {
                let n = i64::from_le_bytes(self.fixed(cx)?);
                let v = PyInt::new(n, cx)?;
                self.keep(v.into_object(), flag)
            }
            code::LONG => {
                let v = self.big(cx)?;
                self.keep(v, flag)
            }
            code::FLOAT | code::BINARY_FLOAT => {
                let x = self.float(kind == code::BINARY_FLOAT, cx)?;
                let v = PyFloat::new(x, cx)?;
                self.keep(v.into_object(), flag)
            }
            code::COMPLEX | code::BINARY_COMPLEX => {
                let binary = kind == code::BINARY_COMPLEX;
                let (re, im) = (self.float(binary, cx)?, self.float(binary, cx)?);
                let v = PyComplex::new(re, im, cx)?;
                self.keep(v.into_object(), flag)
            }
            code::STRING => {
                let n = self.size("bytes object", cx)?;
                let b = self.bytes(n, cx)?;
                let v = PyBytes::new(&b, cx)?;
                self.keep(v.into_object(), flag)
            }
            code::ASCII | code::ASCII_INTERNED | code::SHORT_ASCII | code::SHORT_ASCII_INTERNED | code::UNICODE | code::INTERNED => {
                let v = self.text(kind, cx)?;
                self.keep(v.into_object(), flag)
            }
            code::TUPLE | code::SMALL_TUPLE => {
                let n = if kind == code::TUPLE { self.size("tuple", cx)? } else { self.byte(cx)? as usize };
                let at = self.reserve(flag);
                let mut v = Vec::new();
                for _ in 0..n {
                    v.push(self.item("tuple", cx)?);
                }
                let t = PyTuple::from_vec(v, cx)?;
                self.fill(at, t.into_object())
            }
            code::LIST => {
                let n = self.size("list", cx)?;
                let l = PyList::new(cx)?;
                self.keep(l.own(), flag);
                for _ in 0..n {
                    let x = self.item("list", cx)?;
                    l.push(x, cx)?;
                }
                l.into_object()
            }
            code::DICT => {
                let d = PyDict::new(cx)?;
                self.keep(d.own(), flag);
                while let Some(k) = self.object(cx)? {
                    // A key without value ends the dict, as in the reference.
                    let Some(v) = self.object(cx)? else { break };
                    d.set(&k, &v, cx)?;
                }
                d.into_object()
            }
            code::SET | code::FROZENSET => self.set(kind == code::FROZENSET, flag, cx)?,
            code::SLICE => {
                let at = self.reserve(flag);
                let (a, b, c) = (self.item("slice", cx)?, self.item("slice", cx)?, self.item("slice", cx)?);
                let v = slice::new_slice(&a, &b, &c, cx)?;
                self.fill(at, v)
            }
            code::CODE => {
                if !self.allow_code {
                    return Err(cx.value_error(format_args!("unmarshalling code objects is disallowed")));
                }
                let at = self.reserve(flag);
                let v = self.code(cx)?;
                self.fill(at, v)
            }
            code::REF => {
                let i = self.long(cx)?;
                let found = usize::try_from(i).ok().and_then(|i| self.refs.get(i)).cloned().flatten();
                match found {
                    Some(v) => v,
                    None => return Err(bad("invalid reference", cx)),
                }
            }
            _ => return Err(bad("unknown type code", cx)),
        };
        Ok(Some(v))
    }

    fn big(&mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = self.long(cx)?;
        if n == i32::MIN {
            return Err(bad("long size out of range", cx));
        }
        let count = n.unsigned_abs() as usize;
        let raw = self.bytes(count.saturating_mul(2), cx)?;
        let halves: Vec<u16> = raw.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
        if halves.iter().any(|&h| h > 0x7fff) {
            return Err(bad("digit out of range in long", cx));
        }
        if halves.last() == Some(&0) {
            return Err(bad("unnormalized long data", cx));
        }
        let digits: Vec<u32> = halves.chunks(2).map(|c| c[0] as u32 | (c.get(1).copied().unwrap_or(0) as u32) << 15).collect();
        PyInt::from_digits(n < 0, &digits, cx).map(Own::into_object)
    }

    fn float(&mut self, binary: bool, cx: &mut Cx) -> PyResult<f64> {
        if binary {
            return self.fixed(cx).map(f64::from_le_bytes);
        }
        let n = self.byte(cx)? as usize;
        let text = self.bytes(n, cx)?;
        let x = std::str::from_utf8(&text).ok().and_then(|t| t.parse::<f64>().ok());
        x.ok_or_else(|| cx.value_error(format_args!("could not convert string to float: '{}'", String::from_utf8_lossy(&text))))
    }

    fn text(&mut self, kind: u8, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let short = matches!(kind, code::SHORT_ASCII | code::SHORT_ASCII_INTERNED);
        let n = if short { self.byte(cx)? as usize } else { self.size("string", cx)? };
        let b = self.bytes(n, cx)?;
        let s = if matches!(kind, code::UNICODE | code::INTERNED) {
            match std::str::from_utf8(&b) {
                Ok(t) => PyStr::new(t, cx)?,
                Err(_) => surrogates(&b, cx)?,
            }
        } else {
            PyStr::from_latin1(&b, cx)?
        };
        let interned = matches!(kind, code::INTERNED | code::ASCII_INTERNED | code::SHORT_ASCII_INTERNED);
        Ok(if interned { intern::intern(s, cx) } else { s })
    }

    fn set(&mut self, frozen: bool, flag: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = self.size("set", cx)?;
        let s = PySet::new(cx)?;
        let at = if frozen {
            self.reserve(flag)
        } else {
            self.keep(s.own(), flag);
            None
        };
        for _ in 0..n {
            let x = self.item("set", cx)?;
            s.add(&x, cx)?;
        }
        if !frozen {
            return Ok(s.into_object());
        }
        let f = PyFrozenSet::from_iterable(&s, cx)?;
        Ok(self.fill(at, f))
    }

    fn code(&mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = self.size("bytes object", cx)?;
        let b = self.bytes(n, cx)?;
        match taipan_bytecode::serial::from_bytes(&b) {
            Ok(spec) => code_object::link(Arc::new(spec), cx).map(Own::into_object),
            Err(_) => Err(bad("malformed code object", cx)),
        }
    }
}

/// UTF-8 with encoded surrogates, through the codec that allows them.
fn surrogates(b: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let bytes = PyBytes::new(b, cx)?;
    let s = call::call_method(&bytes, name!(cx, "decode"), &[name!(cx, "utf-8"), name!(cx, "surrogatepass")], cx)?;
    match s.downcast_own::<PyStr>() {
        Ok(s) => Ok(s),
        Err(_) => Err(bad("malformed text", cx)),
    }
}
