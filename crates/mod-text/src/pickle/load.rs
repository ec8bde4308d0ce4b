//! Reading: a machine with a stack, marks and a memo.

use super::input::Input;
use super::op::*;
use super::unpickler::{Memo, Options, PyUnpickler};
use super::{HIGHEST, bad, globals, names};
use taipan_object::abstract_::{self, iter, number};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::{self, PyFloat};
use taipan_object::types::memoryview::PyMemoryView;
use taipan_object::types::set::{PyFrozenSet, PySet};
use taipan_object::types::str::{codec, intern};
use taipan_object::types::int;
use taipan_object::{attr, call};

/// One run over a pickle.
pub struct Loader<'a> {
    with: &'a Options,
    owner: Option<&'a PyUnpickler>,
    pub input: Input,
    memo: Memo,
    stack: Vec<Own<Object>>,
    marks: Vec<usize>,
    proto: i32,
}

#[cold]
fn data_error(msg: &str, cx: &mut Cx) -> Raised {
    bad(format_args!("{msg}"), cx)
}

impl<'a> Loader<'a> {
    pub fn new(with: &'a Options, input: Input, memo: Memo, owner: Option<&'a PyUnpickler>) -> Loader<'a> {
        Loader { with, owner, input, memo, stack: Vec::new(), marks: Vec::new(), proto: 0 }
    }

    pub fn into_parts(self) -> (Input, Memo, i32) {
        (self.input, self.memo, self.proto)
    }

    /// Read up to `STOP`.
    pub fn run(&mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(o) = self.owner {
            o.proto.set(0);
        }
        loop {
            let op = self.input.opcode(cx)?;
            if op == STOP {
                return self.pop(cx);
            }
            self.step(op, cx)?;
        }
    }

    /// Where the part of the stack above the last mark begins.
    fn fence(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    #[cold]
    fn underflow(&self, cx: &mut Cx) -> Raised {
        data_error(if self.marks.is_empty() { "unpickling stack underflow" } else { "unexpected MARK found" }, cx)
    }

    #[inline]
    fn pop(&mut self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.stack.len() <= self.fence() {
            return Err(self.underflow(cx));
        }
        match self.stack.pop() {
            Some(o) => Ok(o),
            None => Err(self.underflow(cx)),
        }
    }

    #[inline]
    fn top(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.stack.last() {
            Some(o) if self.stack.len() > self.fence() => Ok(o.clone()),
            _ => Err(self.underflow(cx)),
        }
    }

    fn marked(&mut self, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
        match self.marks.pop() {
            Some(m) => Ok(self.stack.split_off(m.min(self.stack.len()))),
            None => Err(data_error("could not find MARK", cx)),
        }
    }

    #[inline]
    fn push(&mut self, o: impl Into<Own<Object>>) {
        self.stack.push(o.into());
    }

    fn line_text(&mut self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let line = self.input.line(cx)?;
        text(&line, cx)
    }

    /// The name of a module or a global, which cannot be empty.
    fn line_name(&mut self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let line = self.input.line(cx)?;
        if line.is_empty() { Err(self.input.truncated(cx)) } else { text(&line, cx) }
    }

    /// A little-endian length of `N` bytes.
    #[inline]
    fn size<const N: usize>(&mut self, what: &str, cx: &mut Cx) -> PyResult<usize> {
        let raw = self.input.array::<N>(cx)?;
        let mut le = [0; 8];
        le[..N].copy_from_slice(&raw);
        match usize::try_from(u64::from_le_bytes(le)).ok().filter(|&n| n <= isize::MAX as usize) {
            Some(n) => Ok(n),
            None => Err(cx.overflow_error(format_args!("{what} exceeds system's maximum size of {} bytes", isize::MAX))),
        }
    }

    #[inline]
    fn step(&mut self, op: u8, cx: &mut Cx) -> PyResult<()> {
        match op {
            SHORT_BINUNICODE => {
                let n = self.size::<1>("", cx)?;
                self.unicode(n, cx)
            }
            MEMOIZE => {
                let top = self.top(cx)?;
                let n = self.memo.len();
                drop(self.memo.put(n, top));
                Ok(())
            }
            BINGET => {
                let n = self.input.array::<1>(cx)?[0];
                self.get(u64::from(n), cx)
            }
            BINPUT => {
                let n = self.input.array::<1>(cx)?[0];
                self.put(u64::from(n), cx)
            }
            BININT1 => {
                let n = self.input.array::<1>(cx)?[0];
                let n = PyInt::new(i64::from(n), cx)?;
                self.push(n.into_object());
                Ok(())
            }
            BININT2 => {
                let n = u16::from_le_bytes(self.input.array(cx)?);
                let n = PyInt::new(i64::from(n), cx)?;
                self.push(n.into_object());
                Ok(())
            }
            BININT => {
                let n = i32::from_le_bytes(self.input.array(cx)?);
                let n = PyInt::new(i64::from(n), cx)?;
                self.push(n.into_object());
                Ok(())
            }
            MARK => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            NONE => {
                self.push(none().own());
                Ok(())
            }
            NEWTRUE | NEWFALSE => {
                self.push(from_bool(op == NEWTRUE));
                Ok(())
            }
            BINFLOAT => {
                let x = f64::from_be_bytes(self.input.array(cx)?);
                let x = PyFloat::new(x, cx)?;
                self.push(x.into_object());
                Ok(())
            }
            EMPTY_TUPLE => {
                self.push(PyTuple::empty().into_object());
                Ok(())
            }
            EMPTY_LIST => {
                let l = PyList::new(cx)?;
                self.push(l.into_object());
                Ok(())
            }
            EMPTY_DICT => {
                let d = PyDict::new(cx)?;
                self.push(d.into_object());
                Ok(())
            }
            EMPTY_SET => {
                let s = PySet::new(cx)?;
                self.push(s.into_object());
                Ok(())
            }
            TUPLE1 | TUPLE2 | TUPLE3 => self.short_tuple(usize::from(op - TUPLE1) + 1, cx),
            APPEND => {
                let v = self.pop(cx)?;
                if let Some(l) = self.stack.last().filter(|_| self.stack.len() > self.fence()).and_then(|o| o.exact::<PyList>()) {
                    return l.push(v, cx);
                }
                self.append_to_top(vec![v], cx)
            }
            APPENDS => {
                if self.extend_list(cx)? {
                    return Ok(());
                }
                let items = self.marked(cx)?;
                self.append_to_top(items, cx)
            }
            SETITEM => {
                let v = self.pop(cx)?;
                let k = self.pop(cx)?;
                self.set_on_top(vec![k, v], cx)
            }
            SETITEMS => {
                let items = self.marked(cx)?;
                self.set_on_top(items, cx)
            }
            BUILD => self.build(cx),
            REDUCE => {
                let args = self.pop(cx)?;
                let f = self.pop(cx)?;
                let Some(t) = args.downcast::<PyTuple>() else {
                    return Err(cx.type_error(format_args!("argument list must be a tuple")));
                };
                let v = call::call_tuple_dict(&f, t, None, cx)?;
                self.push(v);
                Ok(())
            }
            NEWOBJ | NEWOBJ_EX => self.new_object(op == NEWOBJ_EX, cx),
            STACK_GLOBAL => {
                let name = self.pop(cx)?;
                let module = self.pop(cx)?;
                let (Some(m), Some(n)) = (module.exact::<PyStr>(), name.exact::<PyStr>()) else {
                    return Err(data_error("STACK_GLOBAL requires str", cx));
                };
                let v = self.find_class(m, n, cx)?;
                self.push(v);
                Ok(())
            }
            FRAME => {
                let n = self.size::<8>("FRAME length", cx)?;
                self.input.frame(n, cx)
            }
            PROTO => {
                let n = self.input.array::<1>(cx)?[0];
                if i32::from(n) > HIGHEST {
                    return Err(cx.value_error(format_args!("unsupported pickle protocol: {n}")));
                }
                self.proto = i32::from(n);
                if let Some(o) = self.owner {
                    o.proto.set(self.proto);
                }
                Ok(())
            }
            _ => self.rarer(op, cx),
        }
    }

    fn rarer(&mut self, op: u8, cx: &mut Cx) -> PyResult<()> {
        match op {
            BINUNICODE => {
                let n = self.size::<4>("BINUNICODE", cx)?;
                self.unicode(n, cx)
            }
            BINUNICODE8 => {
                let n = self.size::<8>("BINUNICODE8", cx)?;
                self.unicode(n, cx)
            }
            SHORT_BINBYTES | BINBYTES | BINBYTES8 => {
                let n = match op {
                    SHORT_BINBYTES => self.size::<1>("", cx)?,
                    BINBYTES => self.size::<4>("BINBYTES", cx)?,
                    _ => self.size::<8>("BINBYTES8", cx)?,
                };
                let b = self.input.read(n, cx)?.to_vec();
                let b = PyBytes::new(&b, cx)?;
                self.push(b.into_object());
                Ok(())
            }
            BYTEARRAY8 => {
                let n = self.size::<8>("BYTEARRAY8", cx)?;
                let b = self.input.read(n, cx)?.to_vec();
                let b = PyByteArray::new(&b, cx)?;
                self.push(b.into_object());
                Ok(())
            }
            NEXT_BUFFER => self.next_buffer(cx),
            READONLY_BUFFER => self.readonly_buffer(cx),
            LONG1 | LONG4 => {
                let n = if op == LONG1 {
                    usize::from(self.input.array::<1>(cx)?[0])
                } else {
                    let n = i32::from_le_bytes(self.input.array(cx)?);
                    usize::try_from(n).map_err(|_| data_error("LONG pickle has negative byte count", cx))?
                };
                let b = self.input.read(n, cx)?.to_vec();
                let v = int_from_bytes(&b, cx)?;
                self.push(v);
                Ok(())
            }
            TUPLE => {
                let items = self.marked(cx)?;
                let t = PyTuple::from_vec(items, cx)?;
                self.push(t.into_object());
                Ok(())
            }
            LIST => {
                let items = self.marked(cx)?;
                let l = PyList::from_vec(items, cx)?;
                self.push(l.into_object());
                Ok(())
            }
            DICT => {
                let items = self.marked(cx)?;
                if items.len() % 2 != 0 {
                    return Err(data_error("odd number of items for DICT", cx));
                }
                let d = PyDict::new(cx)?;
                for pair in items.chunks_exact(2) {
                    d.set(&pair[0], &pair[1], cx)?;
                }
                self.push(d.into_object());
                Ok(())
            }
            FROZENSET => {
                let items = self.marked(cx)?;
                let l = PyList::from_vec(items, cx)?;
                let s = PyFrozenSet::from_iterable(l.as_object(), cx)?;
                self.push(s);
                Ok(())
            }
            ADDITEMS => self.add_items(cx),
            POP => {
                // A mark just above is popped instead.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                    return Ok(());
                }
                match self.stack.pop() {
                    Some(o) if self.stack.len() >= self.fence() => {
                        drop(o);
                        Ok(())
                    }
                    _ => Err(self.underflow(cx)),
                }
            }
            POP_MARK => self.marked(cx).map(drop),
            DUP => {
                let top = self.top(cx)?;
                self.push(top);
                Ok(())
            }
            GET | PUT => self.by_decimal(op == GET, cx),
            LONG_BINGET => {
                let n = u32::from_le_bytes(self.input.array(cx)?);
                self.get(u64::from(n), cx)
            }
            LONG_BINPUT => {
                let n = u32::from_le_bytes(self.input.array(cx)?);
                self.put(u64::from(n), cx)
            }
            _ => self.old(op, cx),
        }
    }

    /// Opcodes of protocols 0 and 1, and extensions.
    fn old(&mut self, op: u8, cx: &mut Cx) -> PyResult<()> {
        let v = match op {
            INT => {
                let line = self.input.line(cx)?;
                match &*line {
                    b"00" => from_bool(false),
                    b"01" => from_bool(true),
                    _ => decimal(&line, cx)?,
                }
            }
            LONG => {
                let line = self.input.line(cx)?;
                decimal(line.strip_suffix(b"L").unwrap_or(&line), cx)?
            }
            FLOAT => {
                let s = self.line_text(cx)?;
                match float::new::from_str(&s, cx) {
                    Ok(x) => PyFloat::new(x, cx)?.into_object(),
                    Err(r) => {
                        cx.catch(r, exc::ValueError())?;
                        return Err(cx.value_error(format_args!("could not convert string to float")));
                    }
                }
            }
            UNICODE => {
                let line = self.input.line(cx)?;
                codec::decode(&line, "raw-unicode-escape", "strict", cx)?
            }
            STRING => {
                let line = self.input.line(cx)?;
                let inner = match &*line {
                    [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
                    _ => return Err(data_error("the STRING opcode argument must be quoted", cx)),
                };
                let decode = cx.import_attr("_codecs", "escape_decode")?;
                let raw = PyBytes::new(inner, cx)?;
                let pair = call::call(&decode, &[raw.as_object()], cx)?;
                let b = pair.downcast::<PyTuple>().and_then(|t| t.get(0)).and_then(|b| b.downcast::<PyBytes>()).map(|b| b.as_bytes().to_vec());
                self.old_string(&b.unwrap_or_default(), cx)?
            }
            BINSTRING => {
                let n = i32::from_le_bytes(self.input.array(cx)?);
                let n = usize::try_from(n).map_err(|_| data_error("BINSTRING pickle has negative byte count", cx))?;
                let b = self.input.read(n, cx)?.to_vec();
                self.old_string(&b, cx)?
            }
            SHORT_BINSTRING => {
                let n = usize::from(self.input.array::<1>(cx)?[0]);
                let b = self.input.read(n, cx)?.to_vec();
                self.old_string(&b, cx)?
            }
            GLOBAL => {
                let m = self.line_name(cx)?;
                let n = self.line_name(cx)?;
                self.find_class(&m, &n, cx)?
            }
            INST => {
                let m = self.line_name(cx)?;
                let n = self.line_name(cx)?;
                let args = self.marked(cx)?;
                let cls = self.find_class(&m, &n, cx)?;
                instantiate(&cls, args, cx)?
            }
            OBJ => {
                let mut args = self.marked(cx)?;
                if args.is_empty() {
                    return Err(self.underflow(cx));
                }
                let cls = args.remove(0);
                instantiate(&cls, args, cx)?
            }
            PERSID => {
                let line = self.input.line(cx)?;
                if !line.is_ascii() {
                    return Err(data_error("persistent IDs in protocol 0 must be ASCII strings", cx));
                }
                let pid = PyStr::from_latin1(&line, cx)?;
                self.persistent(&pid, cx)?
            }
            BINPERSID => {
                let pid = self.pop(cx)?;
                self.persistent(&pid, cx)?
            }
            EXT1 => {
                let n = self.input.array::<1>(cx)?[0];
                self.extension(i64::from(n), cx)?
            }
            EXT2 => {
                let n = u16::from_le_bytes(self.input.array(cx)?);
                self.extension(i64::from(n), cx)?
            }
            EXT4 => {
                let n = i32::from_le_bytes(self.input.array(cx)?);
                self.extension(i64::from(n), cx)?
            }
            b if (0x20..0x7F).contains(&b) && b != b'\'' => return Err(bad(format_args!("invalid load key, '{}'.", b as char), cx)),
            b => return Err(bad(format_args!("invalid load key, '\\x{b:02x}'."), cx)),
        };
        self.push(v);
        Ok(())
    }

    #[inline]
    fn unicode(&mut self, n: usize, cx: &mut Cx) -> PyResult<()> {
        let b = self.input.read(n, cx)?;
        let s = if b.is_ascii() {
            PyStr::from_latin1(b, cx)?.into_object()
        } else {
            let b = b.to_vec();
            codec::decode(&b, "utf-8", "surrogatepass", cx)?
        };
        self.push(s);
        Ok(())
    }

    /// A string of Python 2.
    fn old_string(&self, b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.with.encoding == "bytes" {
            return Ok(PyBytes::new(b, cx)?.into_object());
        }
        codec::decode(b, &self.with.encoding, &self.with.errors, cx)
    }

    #[inline]
    fn get(&mut self, n: u64, cx: &mut Cx) -> PyResult<()> {
        match self.memo.get(n).cloned() {
            Some(o) => {
                self.push(o);
                Ok(())
            }
            None => Err(bad(format_args!("Memo value not found at index {n}"), cx)),
        }
    }

    fn put(&mut self, n: u64, cx: &mut Cx) -> PyResult<()> {
        let top = self.top(cx)?;
        drop(self.memo.put(n, top));
        Ok(())
    }

    fn by_decimal(&mut self, get: bool, cx: &mut Cx) -> PyResult<()> {
        let line = self.input.line(cx)?;
        let n = decimal(&line, cx)?;
        let n = number::index_as_isize(&n, exc::OverflowError(), cx)?;
        match (u64::try_from(n), get) {
            (Ok(n), true) => self.get(n, cx),
            (Ok(n), false) => self.put(n, cx),
            (Err(_), true) => Err(bad(format_args!("Memo value not found at index {n}"), cx)),
            (Err(_), false) => Err(cx.value_error(format_args!("negative PUT argument"))),
        }
    }

    fn short_tuple(&mut self, n: usize, cx: &mut Cx) -> PyResult<()> {
        if self.stack.len() < self.fence() + n {
            return Err(self.underflow(cx));
        }
        let items = self.stack.split_off(self.stack.len() - n);
        let t = PyTuple::from_vec(items, cx)?;
        self.push(t.into_object());
        Ok(())
    }

    /// `APPENDS` to an exact list below the mark, without a vector between. False: nothing was done.
    fn extend_list(&mut self, cx: &mut Cx) -> PyResult<bool> {
        let Some((&m, below)) = self.marks.split_last() else { return Ok(false) };
        if below.last().is_some_and(|&fence| m <= fence) {
            return Ok(false);
        }
        let Some(l) = m.checked_sub(1).and_then(|i| self.stack.get(i)).and_then(|o| o.exact::<PyList>()).map(|l| l.new_ref()) else { return Ok(false) };
        self.marks.pop();
        l.reserve(l.len() + self.stack.len().saturating_sub(m), cx)?;
        for v in self.stack.drain(m..) {
            l.push(v, cx)?;
        }
        Ok(true)
    }

    fn append_to_top(&mut self, items: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let target = self.top(cx)?;
        if let Some(l) = target.exact::<PyList>() {
            l.reserve(l.len() + items.len(), cx)?;
            for v in items {
                l.push(v, cx)?;
            }
            return Ok(());
        }
        if items.is_empty() {
            return Ok(());
        }
        if items.len() > 1 {
            if let Some(f) = attr::get_opt(&target, name!(cx, "extend"), cx)? {
                let l = PyList::from_vec(items, cx)?;
                return call::call(&f, &[l.as_object()], cx).map(drop);
            }
        }
        let f = attr::get(&target, name!(cx, "append"), cx)?;
        for v in items {
            drop(call::call(&f, &[&v], cx)?);
        }
        Ok(())
    }

    fn set_on_top(&mut self, items: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        let target = self.top(cx)?;
        if items.len() % 2 != 0 {
            return Err(data_error("odd number of items for SETITEMS", cx));
        }
        if let Some(d) = target.exact::<PyDict>() {
            if d.is_empty() && items.len() > 16 {
                d.reserve(items.len() / 2, cx)?;
            }
            let mut items = items.into_iter();
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                d.set_own(&key, value, cx)?;
            }
            return Ok(());
        }
        for pair in items.chunks_exact(2) {
            abstract_::set_item(&target, &pair[0], Some(&*pair[1]), cx)?;
        }
        Ok(())
    }

    fn add_items(&mut self, cx: &mut Cx) -> PyResult<()> {
        let items = self.marked(cx)?;
        let target = self.top(cx)?;
        if let Some(s) = target.downcast::<PySet>() {
            for v in &items {
                s.add(v, cx)?;
            }
            return Ok(());
        }
        let f = attr::get(&target, name!(cx, "add"), cx)?;
        for v in &items {
            drop(call::call(&f, &[v], cx)?);
        }
        Ok(())
    }

    fn build(&mut self, cx: &mut Cx) -> PyResult<()> {
        let mut state = self.pop(cx)?;
        let inst = self.top(cx)?;
        if let Some(f) = attr::get_opt(&inst, name!(cx, "__setstate__"), cx)? {
            return call::call(&f, &[&state], cx).map(drop);
        }
        let mut slots = None;
        if let Some([a, b]) = state.downcast::<PyTuple>().map(PyTuple::as_slice) {
            let (a, b) = (a.own(), b.own());
            state = a;
            slots = Some(b);
        }
        if !state.is_none() {
            let Some(d) = state.downcast::<PyDict>() else {
                return Err(data_error("state is not a dictionary", cx));
            };
            let dict = attr::get(&inst, name!(cx, "__dict__"), cx)?;
            let mut pos = 0;
            while let Some((k, v, _)) = d.next_own(&mut pos) {
                let k = match k.exact::<PyStr>() {
                    Some(s) => intern::intern(AsObject::new_ref(s), cx).into_object(),
                    None => k,
                };
                abstract_::set_item(&dict, &k, Some(&*v), cx)?;
            }
        }
        if let Some(s) = slots.filter(|s| !s.is_none()) {
            let Some(d) = s.downcast::<PyDict>() else {
                return Err(data_error("slot state is not a dictionary", cx));
            };
            let mut pos = 0;
            while let Some((k, v, _)) = d.next_own(&mut pos) {
                let name = attr::as_name(&k, cx)?;
                attr::set(&inst, &name, Some(&*v), cx)?;
            }
        }
        Ok(())
    }

    fn new_object(&mut self, keywords: bool, cx: &mut Cx) -> PyResult<()> {
        let op = if keywords { "NEWOBJ_EX" } else { "NEWOBJ" };
        let kwargs = if keywords { Some(self.pop(cx)?) } else { None };
        let args = self.pop(cx)?;
        let cls = self.pop(cx)?;
        if !cls.is_a::<PyType>() {
            return Err(bad(format_args!("{op} class argument must be a type, not {}", cls.ty().tp_name_str()), cx));
        }
        let Some(args) = args.downcast::<PyTuple>() else {
            return Err(bad(format_args!("{op} args argument must be a tuple, not {}", args.ty().tp_name_str()), cx));
        };
        let kwargs = match &kwargs {
            None => None,
            Some(k) => match k.downcast::<PyDict>() {
                Some(d) => Some(d),
                None => return Err(bad(format_args!("{op} kwargs argument must be a dict, not {}", k.ty().tp_name_str()), cx)),
            },
        };
        let new = attr::get(&cls, name!(cx, "__new__"), cx)?;
        let mut all = vec![&*cls];
        all.extend_from_slice(args.as_slice());
        let v = match kwargs.filter(|k| !k.is_empty()) {
            None => call::call(&new, &all, cx)?,
            Some(k) => {
                let all = PyTuple::from_slice(&all, cx)?;
                call::call_tuple_dict(&new, &all, Some(k), cx)?
            }
        };
        self.push(v);
        Ok(())
    }

    fn find_class(&self, module: &PyStr, name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.owner {
            Some(o) => call::call_method(o.as_object(), name!(cx, "find_class"), &[module.as_object(), name.as_object()], cx),
            None => globals::find_class(module, name, self.proto, self.with.fix_imports, cx),
        }
    }

    fn persistent(&self, pid: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match &self.with.persistent_load {
            Some(f) => call::call(f, &[pid], cx),
            None => Err(data_error("A load persistent id instruction was encountered, but no persistent_load function was specified.", cx)),
        }
    }

    fn extension(&self, code: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = names(cx)?;
        let key = PyInt::new(code, cx)?;
        if let Some(d) = n.extension_cache.downcast::<PyDict>() {
            if let Some(o) = d.get(&key, cx)? {
                return Ok(o);
            }
        }
        let pair = match n.inverted_registry.downcast::<PyDict>() {
            Some(d) => d.get(&key, cx)?,
            None => None,
        };
        let Some(pair) = pair else {
            if code <= 0 {
                return Err(data_error("EXT specifies code <= 0", cx));
            }
            return Err(cx.value_error(format_args!("unregistered extension code {code}")));
        };
        let parts = pair.downcast::<PyTuple>().map(PyTuple::as_slice).unwrap_or_default();
        let (Some(Some(m)), Some(Some(name))) = (parts.first().map(|o| o.downcast::<PyStr>()), parts.get(1).map(|o| o.downcast::<PyStr>())) else {
            return Err(cx.value_error(format_args!("_inverted_registry[{code}] isn't a 2-tuple of strings")));
        };
        let o = self.find_class(m, name, cx)?;
        if let Some(d) = n.extension_cache.downcast::<PyDict>() {
            d.set(&key, &o, cx)?;
        }
        Ok(o)
    }

    fn next_buffer(&mut self, cx: &mut Cx) -> PyResult<()> {
        let Some(buffers) = &self.with.buffers else {
            return Err(data_error("pickle stream refers to out-of-band data but no *buffers* argument was given", cx));
        };
        match iter::next(buffers, cx)? {
            Some(b) => {
                self.push(b);
                Ok(())
            }
            None => Err(data_error("not enough out-of-band buffers", cx)),
        }
    }

    fn readonly_buffer(&mut self, cx: &mut Cx) -> PyResult<()> {
        let o = self.top(cx)?;
        let view = PyMemoryView::of(&o, taipan_object::abstract_::buffer::FULL_RO, cx)?;
        let readonly = attr::get(view.as_object(), name!(cx, "readonly"), cx)?;
        if abstract_::is_true(&readonly, cx)? {
            return Ok(());
        }
        let view = call::call_method(view.as_object(), name!(cx, "toreadonly"), &[], cx)?;
        drop(self.pop(cx)?);
        self.push(view);
        Ok(())
    }
}

/// Text that must be UTF-8.
fn text(b: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    match codec::decode(b, "utf-8", "strict", cx)?.downcast_own::<PyStr>() {
        Ok(s) => Ok(s),
        Err(_) => Err(cx.type_error(format_args!("decoder should return a string"))),
    }
}

/// A decimal int.
fn decimal(line: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    let s = PyStr::from_latin1(line, cx)?;
    Ok(int::new::from_str(&s, 10, cx)?.into_object())
}

/// An int from little-endian two's complement.
fn int_from_bytes(b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    let negative = b.last().is_some_and(|b| b & 0x80 != 0);
    let fill = if negative { 0xFF } else { 0 };
    if b.len() <= 8 {
        let mut le = [fill; 8];
        le[..b.len()].copy_from_slice(b);
        return Ok(PyInt::new(i64::from_le_bytes(le), cx)?.into_object());
    }
    let mut magnitude = b.to_vec();
    if negative {
        let mut carry = true;
        for v in &mut magnitude {
            (*v, carry) = (!*v).overflowing_add(u8::from(carry));
        }
        magnitude.push(0);
    }
    let mut digits = Vec::with_capacity(magnitude.len() * 8 / 30 + 1);
    let (mut word, mut bits) = (0u64, 0);
    for &v in &magnitude {
        word |= u64::from(v) << bits;
        bits += 8;
        if bits >= 30 {
            digits.push((word & 0x3FFF_FFFF) as u32);
            word >>= 30;
            bits -= 30;
        }
    }
    digits.push(word as u32);
    while digits.last() == Some(&0) {
        digits.pop();
    }
    Ok(PyInt::from_digits(negative, &digits, cx)?.into_object())
}

/// An old-style construction: without arguments a class is not called.
fn instantiate(cls: &Object, args: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Own<Object>> {
    if args.is_empty() && cls.is_a::<PyType>() && !attr::has(cls, name!(cx, "__getinitargs__"), cx)? {
        return call::call_method(cls, name!(cx, "__new__"), &[cls], cx);
    }
    let args = PyTuple::from_vec(args, cx)?;
    call::call_tuple_dict(cls, &args, None, cx)
}
