//! Writing: opcodes with framing, and the objects that have opcodes of their own.

use super::memo::Memo;
use super::op::*;
use super::pickler::{self, Options};
use super::cannot;
use crate::naming::noted;
use std::cell::RefCell;
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::types::function::PyFunction;
use taipan_object::types::int::text;
use taipan_object::types::pickle_buffer::PyPickleBuffer;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::types::str::codec;
use taipan_object::types::boolean;
use taipan_object::{attr, call};

const FRAME_MIN: usize = 4;
const FRAME_TARGET: usize = 64 * 1024;
const FRAME_HEADER: usize = 9;
const BATCH: usize = 1000;
/// So deep may objects nest before `fast` pickling looks for cycles.
const FAST_DEPTH: usize = 50;

/// One run of pickling.
pub struct Saver<'a> {
    pub with: &'a Options,
    pub memo: &'a RefCell<Memo>,
    pub out: Vec<u8>,
    write: Option<Own<Object>>,
    framing: bool,
    /// Where the header of the current frame is.
    frame: Option<usize>,
    /// Containers being saved, in `fast` mode.
    nested: Vec<usize>,
}

impl<'a> Saver<'a> {
    /// A run that writes to a file, or collects in `out`.
    pub fn new(with: &'a Options, memo: &'a RefCell<Memo>, write: Option<Own<Object>>) -> Saver<'a> {
        Saver { with, memo, out: Vec::with_capacity(256), write, framing: false, frame: None, nested: Vec::new() }
    }

    /// A whole pickle.
    pub fn dump(&mut self, obj: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.with.proto >= 2 {
            self.put(&[PROTO, self.with.proto as u8]);
            self.framing = self.with.proto >= 4;
        }
        self.save(obj, cx)?;
        self.put(&[STOP]);
        self.commit();
        self.framing = false;
        Ok(())
    }

    /// Hand what is collected to the file.
    pub fn flush(&mut self, cx: &mut Cx) -> PyResult<()> {
        let Some(write) = self.write.clone() else { return Ok(()) };
        let data = PyBytes::new(&self.out, cx)?;
        self.out.clear();
        pickler::write(&write, data.as_object(), cx)
    }

    /// Append bytes, in a frame where frames are used.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if self.framing && self.frame.is_none() {
            self.frame = Some(self.out.len());
            self.out.extend_from_slice(&[0; FRAME_HEADER]);
        }
        self.out.extend_from_slice(bytes);
    }

    /// End the current frame; a very short one is not worth its header.
    fn commit(&mut self) {
        let Some(start) = self.frame.take() else { return };
        let body = start + FRAME_HEADER;
        let n = self.out.len() - body;
        if n >= FRAME_MIN {
            self.out[start] = FRAME;
            self.out[start + 1..body].copy_from_slice(&(n as u64).to_le_bytes());
        } else {
            self.out.drain(start..body);
        }
    }

    /// Between objects: a full frame ends.
    fn boundary(&mut self, cx: &mut Cx) -> PyResult<()> {
        if let Some(start) = self.frame {
            if self.out.len() - start - FRAME_HEADER >= FRAME_TARGET {
                self.commit();
                if self.write.is_some() {
                    self.flush(cx)?;
                }
            }
        }
        Ok(())
    }

    /// A header and its payload; a large one goes outside frames, and to the file without a copy if there is an object for it.
    fn put_large(&mut self, header: &[u8], payload: &[u8], object: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if payload.len() < FRAME_TARGET {
            self.put(header);
            self.put(payload);
            return Ok(());
        }
        let framing = self.framing;
        self.commit();
        self.framing = false;
        self.put(header);
        match self.write.clone() {
            None => self.put(payload),
            Some(write) => {
                self.flush(cx)?;
                match object {
                    Some(o) => pickler::write(&write, o, cx)?,
                    None => {
                        let data = PyBytes::new(payload, cx)?;
                        pickler::write(&write, data.as_object(), cx)?;
                    }
                }
            }
        }
        self.framing = framing;
        Ok(())
    }

    pub fn bin(&self) -> bool {
        self.with.proto > 0
    }

    /// Refer to an object that the memo has.
    pub fn put_get(&mut self, n: u32) {
        match n {
            _ if !self.bin() => self.put(format!("g{n}\n").as_bytes()),
            0..=255 => self.put(&[BINGET, n as u8]),
            _ => {
                self.put(&[LONG_BINGET]);
                self.put(&n.to_le_bytes());
            }
        }
    }

    pub fn known(&self, o: &Object) -> Option<u32> {
        self.memo.borrow().get(o)
    }

    /// Add an object to the memo, here and in the stream.
    pub fn memoize(&mut self, o: &Object) {
        if self.with.fast {
            return;
        }
        let n = self.memo.borrow_mut().add(o);
        match n {
            _ if self.with.proto >= 4 => self.put(&[MEMOIZE]),
            _ if !self.bin() => self.put(format!("p{n}\n").as_bytes()),
            0..=255 => self.put(&[BINPUT, n as u8]),
            _ => {
                self.put(&[LONG_BINPUT]);
                self.put(&n.to_le_bytes());
            }
        }
    }

    /// Save one object.
    pub fn save(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        self.save_as(o, true, cx)
    }

    fn save_as(&mut self, o: &Object, ask_persistent: bool, cx: &mut Cx) -> PyResult<()> {
        self.boundary(cx)?;
        if ask_persistent {
            if let Some(f) = self.with.persistent_id.clone() {
                let pid = call::call(&f, &[o], cx)?;
                if !pid.is_none() {
                    return self.persistent(&pid, cx);
                }
            }
        }
        if let Some(s) = o.exact::<PyStr>() {
            return match self.known(o) {
                Some(n) => {
                    self.put_get(n);
                    Ok(())
                }
                None => self.string(s, cx),
            };
        }
        if let Some(i) = o.exact::<PyInt>() {
            return self.int(i, cx);
        }
        if o.is_none() {
            self.put(&[NONE]);
            return Ok(());
        }
        if boolean::is_bool(o) {
            let yes = o.is(boolean::true_());
            match (self.with.proto >= 2, yes) {
                (true, true) => self.put(&[NEWTRUE]),
                (true, false) => self.put(&[NEWFALSE]),
                (false, true) => self.put(b"I01\n"),
                (false, false) => self.put(b"I00\n"),
            }
            return Ok(());
        }
        if let Some(f) = o.exact::<PyFloat>() {
            self.float(f.value());
            return Ok(());
        }
        if let Some(n) = self.known(o) {
            self.put_get(n);
            return Ok(());
        }
        if let Some(b) = o.exact::<PyBytes>() {
            return self.bytes(b, cx);
        }
        let _guard = cx.enter_call(" while pickling an object")?;
        if let Some(d) = o.exact::<PyDict>() {
            return self.dict(d, cx);
        }
        if let Some(l) = o.exact::<PyList>() {
            return self.list(l, cx);
        }
        if let Some(t) = o.exact::<PyTuple>() {
            return self.tuple(t, cx);
        }
        if let Some(s) = o.exact::<PySet>() {
            return self.set(s, cx);
        }
        if o.is_exact::<PyFrozenSet>() {
            return self.frozenset(o, cx);
        }
        if let Some(b) = o.exact::<PyByteArray>() {
            return self.bytearray(b, cx);
        }
        if let Some(b) = o.exact::<PyPickleBuffer>() {
            return self.buffer(b, cx);
        }
        self.other(o, cx)
    }

    /// By `reducer_override`, as a global, or by a reduction.
    fn other(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(f) = self.with.reducer_override.clone() {
            let rv = call::call(&f, &[o], cx)?;
            if !rv.is(not_implemented()) {
                return self.reduction(&rv, o, cx);
            }
        }
        let ty = o.ty();
        if ty.as_object().is(PyType::ty().as_object()) {
            return self.class(o, cx);
        }
        if o.is_exact::<PyFunction>() {
            return self.global(o, None, cx);
        }
        let found = match self.with.dispatch_table.clone() {
            None => {
                let table = &super::names(cx)?.dispatch_table;
                match table.downcast::<PyDict>() {
                    Some(d) => d.get(ty.as_object(), cx)?,
                    None => None,
                }
            }
            Some(table) => match abstract_::get_item(&table, ty.as_object(), cx) {
                Ok(f) => Some(f),
                Err(r) => {
                    cx.catch(r, exc::KeyError())?;
                    None
                }
            },
        };
        let rv = if let Some(f) = found {
            call::call(&f, &[o], cx)?
        } else if ty.is_subtype(PyType::ty()) {
            return self.global(o, None, cx);
        } else if let Some(f) = attr::get_opt(o, name!(cx, "__reduce_ex__"), cx)? {
            let proto = PyInt::new(i64::from(self.with.proto), cx)?;
            call::call(&f, &[&proto], cx)?
        } else if let Some(f) = attr::get_opt(o, name!(cx, "__reduce__"), cx)? {
            call::call(&f, &[], cx)?
        } else {
            let name = crate::naming::full_name(ty, cx)?;
            return Err(cannot(format_args!("Can't pickle {name} object"), cx));
        };
        self.reduction(&rv, o, cx)
    }

    fn reduction(&mut self, rv: &Object, o: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(name) = rv.downcast::<PyStr>() {
            return self.global(o, Some(name), cx);
        }
        let done = match rv.downcast::<PyTuple>() {
            Some(t) => self.reduce(t, Some(o), cx),
            None => {
                let name = crate::naming::full_name(rv.ty(), cx)?;
                Err(cannot(format_args!("__reduce__ must return a string or tuple, not {name}"), cx))
            }
        };
        done.map_err(|r| noted(r, o, |_| Ok("object".to_owned()), cx))
    }

    fn persistent(&mut self, pid: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.bin() {
            self.save_as(pid, false, cx)?;
            self.put(&[BINPERSID]);
            return Ok(());
        }
        let s = abstract_::str(pid, cx)?;
        let Some(s) = s.as_ascii().map(str::to_owned) else {
            return Err(cannot(format_args!("persistent IDs in protocol 0 must be ASCII strings"), cx));
        };
        self.put(&[PERSID]);
        self.put(s.as_bytes());
        self.put(b"\n");
        Ok(())
    }

    fn int(&mut self, i: &PyInt, cx: &mut Cx) -> PyResult<()> {
        let small = i.to_i64().and_then(|n| i32::try_from(n).ok());
        match small {
            Some(n) if self.bin() => {
                match n {
                    0..=0xFF => self.put(&[BININT1, n as u8]),
                    0x100..=0xFFFF => {
                        let [a, b] = (n as u16).to_le_bytes();
                        self.put(&[BININT2, a, b]);
                    }
                    _ => {
                        let [a, b, c, d] = n.to_le_bytes();
                        self.put(&[BININT, a, b, c, d]);
                    }
                }
                return Ok(());
            }
            Some(n) => {
                self.put(format!("I{n}\n").as_bytes());
                return Ok(());
            }
            None => {}
        }
        if self.with.proto >= 2 {
            let bytes = to_bytes(i);
            match u8::try_from(bytes.len()) {
                Ok(n) => self.put(&[LONG1, n]),
                Err(_) => {
                    self.put(&[LONG4]);
                    self.put(&(bytes.len() as u32).to_le_bytes());
                }
            }
            self.put(&bytes);
            return Ok(());
        }
        let mut digits = vec![LONG];
        text::push_decimal(i, &mut digits, cx)?;
        digits.extend_from_slice(b"L\n");
        self.put(&digits);
        Ok(())
    }

    fn float(&mut self, x: f64) {
        if self.bin() {
            self.put(&[BINFLOAT]);
            self.put(&x.to_be_bytes());
            return;
        }
        let mut digits = vec![FLOAT];
        taipan_algo_float::repr(x, &mut digits);
        digits.push(b'\n');
        self.put(&digits);
    }

    fn string(&mut self, s: &PyStr, cx: &mut Cx) -> PyResult<()> {
        if !self.bin() {
            let mut out = vec![UNICODE];
            for c in s.code_points() {
                match c {
                    0 | 10 | 13 | 26 | 92 | 0x100..=0xFFFF => out.extend_from_slice(format!("\\u{c:04x}").as_bytes()),
                    0x10000.. => out.extend_from_slice(format!("\\U{c:08x}").as_bytes()),
                    _ => out.push(c as u8),
                }
            }
            out.push(b'\n');
            self.put(&out);
            self.memoize(s.as_object());
            return Ok(());
        }
        let made;
        let owned;
        let utf8: &[u8] = match s.as_ascii() {
            Some(t) => t.as_bytes(),
            None => match s.to_utf8() {
                Some(b) => {
                    made = b;
                    &made
                }
                None => {
                    owned = codec::encode(s, "utf-8", "surrogatepass", cx)?;
                    owned.downcast::<PyBytes>().map_or(&[], PyBytes::as_bytes)
                }
            },
        };
        let n = utf8.len();
        if n <= 0xFF && self.with.proto >= 4 {
            self.put(&[SHORT_BINUNICODE, n as u8]);
            self.put(utf8);
        } else {
            let mut header = [0; 9];
            let header = match u32::try_from(n) {
                Ok(n) => {
                    header[0] = BINUNICODE;
                    header[1..5].copy_from_slice(&n.to_le_bytes());
                    &header[..5]
                }
                Err(_) if self.with.proto >= 4 => {
                    header[0] = BINUNICODE8;
                    header[1..].copy_from_slice(&(n as u64).to_le_bytes());
                    &header[..]
                }
                Err(_) => return Err(cx.overflow_error(format_args!("serializing a string larger than 4 GiB requires pickle protocol 4 or higher"))),
            };
            self.put_large(header, utf8, None, cx)?;
        }
        self.memoize(s.as_object());
        Ok(())
    }

    fn bytes_payload(&mut self, b: &[u8], o: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let n = b.len();
        let mut header = [0; 9];
        let header = if n <= 0xFF {
            header[0] = SHORT_BINBYTES;
            header[1] = n as u8;
            &header[..2]
        } else if let Ok(n) = u32::try_from(n) {
            header[0] = BINBYTES;
            header[1..5].copy_from_slice(&n.to_le_bytes());
            &header[..5]
        } else if self.with.proto >= 4 {
            header[0] = BINBYTES8;
            header[1..].copy_from_slice(&(n as u64).to_le_bytes());
            &header[..]
        } else {
            return Err(cx.overflow_error(format_args!("serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher")));
        };
        self.put_large(header, b, o, cx)
    }

    fn bytes(&mut self, b: &PyBytes, cx: &mut Cx) -> PyResult<()> {
        if self.with.proto < 3 {
            // Older protocols have no opcode: Latin-1 text encoded again, or nothing for nothing.
            let rv = if b.is_empty() {
                let none = PyTuple::empty();
                PyTuple::from_slice(&[PyBytes::ty().as_object(), &none], cx)?
            } else {
                let encode = cx.import_attr("_codecs", "encode")?;
                let text = PyStr::from_latin1(b.as_bytes(), cx)?;
                let name = PyStr::new("latin1", cx)?;
                let args = PyTuple::from_slice(&[&text, &name], cx)?;
                PyTuple::from_slice(&[&encode, &args], cx)?
            };
            return self.reduce(&rv, Some(b.as_object()), cx);
        }
        self.bytes_payload(b.as_bytes(), Some(b.as_object()), cx)?;
        self.memoize(b.as_object());
        Ok(())
    }

    fn bytearray_payload(&mut self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        let mut header = [BYTEARRAY8; 9];
        header[1..].copy_from_slice(&(b.len() as u64).to_le_bytes());
        self.put_large(&header, b, None, cx)
    }

    fn bytearray(&mut self, b: &PyByteArray, cx: &mut Cx) -> PyResult<()> {
        let data = b.data().to_vec();
        if self.with.proto < 5 {
            let args = if data.is_empty() {
                PyTuple::empty()
            } else {
                let data = PyBytes::new(&data, cx)?;
                PyTuple::from_slice(&[data.as_object()], cx)?
            };
            let rv = PyTuple::from_slice(&[PyByteArray::ty().as_object(), &args], cx)?;
            return self.reduce(&rv, Some(b.as_object()), cx);
        }
        self.bytearray_payload(&data, cx)?;
        self.memoize(b.as_object());
        Ok(())
    }

    fn buffer(&mut self, b: &PyPickleBuffer, cx: &mut Cx) -> PyResult<()> {
        if self.with.proto < 5 {
            return Err(cannot(format_args!("PickleBuffer can only be pickled with protocol >= 5"), cx));
        }
        let (readonly, contiguous) = b.facts(cx)?;
        if !contiguous {
            return Err(cannot(format_args!("PickleBuffer can not be pickled when pointing to a non-contiguous buffer"), cx));
        }
        // The callback may release the buffer: what is written in-band is taken before.
        let raw = b.raw(cx)?;
        let data = Buffer::get(&raw, 0, cx)?;
        let mut in_band = true;
        if let Some(f) = self.with.callback.clone() {
            let answer = call::call(&f, &[b.as_object()], cx)?;
            in_band = abstract_::is_true(&answer, cx)?;
        }
        if in_band {
            if readonly {
                self.bytes_payload(data.bytes(), None, cx)?;
            } else {
                self.bytearray_payload(data.bytes(), cx)?;
            }
            self.memoize(b.as_object());
        } else {
            self.put(&[NEXT_BUFFER]);
            if readonly {
                self.put(&[READONLY_BUFFER]);
            }
        }
        Ok(())
    }

    fn tuple(&mut self, t: &PyTuple, cx: &mut Cx) -> PyResult<()> {
        let (items, o) = (t.as_slice(), t.as_object());
        let n = items.len();
        if n == 0 {
            if self.bin() {
                self.put(&[EMPTY_TUPLE]);
            } else {
                self.put(&[MARK, TUPLE]);
            }
            return Ok(());
        }
        let short = n <= 3 && self.with.proto >= 2;
        if !short {
            self.put(&[MARK]);
        }
        for (i, item) in items.iter().enumerate() {
            self.save(item, cx).map_err(|r| noted(r, o, |_| Ok(format!("item {i}")), cx))?;
        }
        // A tuple that holds itself was saved while its items were.
        if let Some(known) = self.known(o) {
            match (short, self.bin()) {
                (true, _) => self.put(&vec![POP; n]),
                (false, true) => self.put(&[POP_MARK]),
                (false, false) => self.put(&vec![POP; n + 1]),
            }
            self.put_get(known);
            return Ok(());
        }
        self.put(&[if short { [TUPLE1, TUPLE2, TUPLE3][n - 1] } else { TUPLE }]);
        self.memoize(o);
        Ok(())
    }

    /// In `fast` mode nothing is memoized, so deep nesting may be a cycle.
    fn enter(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.with.fast {
            let key = o.as_ptr() as usize;
            if self.nested.len() >= FAST_DEPTH && self.nested.contains(&key) {
                let name = o.ty().tp_name_str().to_owned();
                return Err(cx.value_error(format_args!("fast mode: can't pickle cyclic objects including object type {name} at {:#x}", key)));
            }
            self.nested.push(key);
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.nested.pop();
    }

    fn list(&mut self, l: &PyList, cx: &mut Cx) -> PyResult<()> {
        let o = l.as_object();
        self.enter(o, cx)?;
        if self.bin() {
            self.put(&[EMPTY_LIST]);
        } else {
            self.put(&[MARK, LIST]);
        }
        self.memoize(o);
        let item_saved = |s: &mut Self, i: usize, v: &Object, cx: &mut Cx| s.save(v, cx).map_err(|r| noted(r, o, |_| Ok(format!("item {i}")), cx));
        let mut i = 0;
        if !self.bin() || l.len() == 1 {
            while let Some(v) = l.get_own(i) {
                item_saved(self, i, &v, cx)?;
                self.put(&[APPEND]);
                i += 1;
            }
        } else {
            while i < l.len() {
                self.put(&[MARK]);
                let stop = i + BATCH;
                while let Some(v) = l.get_own(i).filter(|_| i < stop) {
                    item_saved(self, i, &v, cx)?;
                    i += 1;
                }
                self.put(&[APPENDS]);
            }
        }
        self.leave();
        Ok(())
    }

    /// Items of an iterator, in batches.
    pub fn appends(&mut self, it: &Object, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let mut i = 0;
        let mut next = iter::next(it, cx)?;
        while let Some(first) = next.take() {
            let item_saved = |s: &mut Self, i: usize, v: &Object, cx: &mut Cx| s.save(v, cx).map_err(|r| noted(r, o, |_| Ok(format!("item {i}")), cx));
            let second = if self.bin() { iter::next(it, cx)? } else { None };
            let Some(second) = second else {
                item_saved(self, i, &first, cx)?;
                self.put(&[APPEND]);
                i += 1;
                if !self.bin() {
                    next = iter::next(it, cx)?;
                }
                continue;
            };
            self.put(&[MARK]);
            item_saved(self, i, &first, cx)?;
            i += 1;
            let mut n = 1;
            let mut current = Some(second);
            while let Some(v) = current.take() {
                item_saved(self, i, &v, cx)?;
                (i, n) = (i + 1, n + 1);
                if n < BATCH {
                    current = iter::next(it, cx)?;
                }
            }
            self.put(&[APPENDS]);
            if n == BATCH {
                next = iter::next(it, cx)?;
            }
        }
        Ok(())
    }

    fn pair(&mut self, k: &Object, v: &Object, o: &Object, cx: &mut Cx) -> PyResult<()> {
        self.save(k, cx)?;
        self.save(v, cx).map_err(|r| noted(r, o, |cx| Ok(format!("item {}", abstract_::repr(k, cx)?)), cx))
    }

    fn dict(&mut self, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
        let o = d.as_object();
        self.enter(o, cx)?;
        if self.bin() {
            self.put(&[EMPTY_DICT]);
        } else {
            self.put(&[MARK, DICT]);
        }
        self.memoize(o);
        let n = d.len();
        let changed = |d: &PyDict, cx: &mut Cx| {
            if d.len() == n { Ok(()) } else { Err(cx.runtime_error(format_args!("dictionary changed size during iteration"))) }
        };
        let mut pos = 0;
        if !self.bin() || n == 1 {
            while let Some((k, v, _)) = d.next_own(&mut pos) {
                self.pair(&k, &v, o, cx)?;
                self.put(&[SETITEM]);
                changed(d, cx)?;
            }
        } else {
            let mut next = d.next_own(&mut pos);
            while next.is_some() {
                self.put(&[MARK]);
                let mut batch = 0;
                while let Some((k, v, _)) = next.take() {
                    self.pair(&k, &v, o, cx)?;
                    changed(d, cx)?;
                    next = d.next_own(&mut pos);
                    batch += 1;
                    if batch == BATCH {
                        break;
                    }
                }
                self.put(&[SETITEMS]);
            }
        }
        self.leave();
        Ok(())
    }

    /// Pairs of an iterator, in batches.
    pub fn setitems(&mut self, it: &Object, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let pair = |s: &mut Self, p: &Object, cx: &mut Cx| match p.downcast::<PyTuple>().map(PyTuple::as_slice) {
            Some(&[k, v]) => s.pair(k, v, o, cx),
            _ => Err(cx.type_error(format_args!("dict items iterator must return 2-tuples"))),
        };
        let mut next = iter::next(it, cx)?;
        while let Some(first) = next.take() {
            let second = if self.bin() { iter::next(it, cx)? } else { None };
            let Some(second) = second else {
                pair(self, &first, cx)?;
                self.put(&[SETITEM]);
                if !self.bin() {
                    next = iter::next(it, cx)?;
                }
                continue;
            };
            self.put(&[MARK]);
            pair(self, &first, cx)?;
            let mut n = 1;
            let mut current = Some(second);
            while let Some(p) = current.take() {
                pair(self, &p, cx)?;
                n += 1;
                if n < BATCH {
                    current = iter::next(it, cx)?;
                }
            }
            self.put(&[SETITEMS]);
            if n == BATCH {
                next = iter::next(it, cx)?;
            }
        }
        Ok(())
    }

    fn by_list(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let items = iter::to_list(o, cx)?;
        let args = PyTuple::from_slice(&[items.as_object()], cx)?;
        let rv = PyTuple::from_slice(&[o.ty().as_object(), &args], cx)?;
        self.reduce(&rv, Some(o), cx)
    }

    fn set(&mut self, s: &PySet, cx: &mut Cx) -> PyResult<()> {
        let o = s.as_object();
        if self.with.proto < 4 {
            return self.by_list(o, cx);
        }
        self.put(&[EMPTY_SET]);
        self.memoize(o);
        let n = s.len();
        let mut pos = 0;
        let mut next = s.next_own(&mut pos);
        while next.is_some() {
            self.put(&[MARK]);
            let mut batch = 0;
            while let Some((v, _)) = next.take() {
                self.save(&v, cx).map_err(|r| noted(r, o, |_| Ok("element".to_owned()), cx))?;
                if s.len() != n {
                    return Err(cx.runtime_error(format_args!("set changed size during iteration")));
                }
                next = s.next_own(&mut pos);
                batch += 1;
                if batch == BATCH {
                    break;
                }
            }
            self.put(&[ADDITEMS]);
        }
        Ok(())
    }

    fn frozenset(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.with.proto < 4 {
            return self.by_list(o, cx);
        }
        self.put(&[MARK]);
        let items = iter::collect(o, cx)?;
        for v in &items {
            self.save(v, cx).map_err(|r| noted(r, o, |_| Ok("element".to_owned()), cx))?;
        }
        if let Some(known) = self.known(o) {
            self.put(&[POP_MARK]);
            self.put_get(known);
            return Ok(());
        }
        self.put(&[FROZENSET]);
        self.memoize(o);
        Ok(())
    }

    /// A class: the types of the singletons have no name of their own.
    fn class(&mut self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let singletons = [none(), not_implemented(), taipan_object::types::ellipsis()];
        let Some(s) = singletons.into_iter().find(|s| o.is(s.ty().as_object())) else {
            return self.global(o, None, cx);
        };
        let args = PyTuple::from_slice(&[s], cx)?;
        let rv = PyTuple::from_slice(&[PyType::ty().as_object(), &args], cx)?;
        self.reduce(&rv, Some(o), cx)
    }
}

/// An int as the shortest little-endian two's complement.
fn to_bytes(i: &PyInt) -> Vec<u8> {
    if let Some(n) = i.to_i64() {
        let bytes = n.to_le_bytes();
        let sign = if n < 0 { 0xFF } else { 0 };
        let mut len = 8;
        while len > 1 && bytes[len - 1] == sign && (bytes[len - 2] & 0x80 != 0) == (n < 0) {
            len -= 1;
        }
        return if n == 0 { Vec::new() } else { bytes[..len].to_vec() };
    }
    // Magnitude, then the complement for a negative number.
    let mut out = Vec::new();
    let (mut word, mut bits) = (0u64, 0);
    for &d in i.as_ref_int().digits {
        word |= u64::from(d) << bits;
        bits += 30;
        while bits >= 8 {
            out.push(word as u8);
            word >>= 8;
            bits -= 8;
        }
    }
    while word > 0 {
        out.push(word as u8);
        word >>= 8;
    }
    while out.last() == Some(&0) {
        out.pop();
    }
    out.push(0);
    if i.is_negative() {
        let mut carry = true;
        for b in &mut out {
            let (v, c) = (!*b).overflowing_add(u8::from(carry));
            (*b, carry) = (v, c);
        }
    }
    let sign = if i.is_negative() { 0xFF } else { 0 };
    while out.len() > 1 && out[out.len() - 1] == sign && (out[out.len() - 2] & 0x80 != 0) == i.is_negative() {
        out.pop();
    }
    out
}
