//! `array` as Python sees it.

use super::item::{self, Descr};
use super::{PyArray, PyArrayIter};
use std::ffi::c_int;
use taipan_object::abstract_::buffer::{self, Py_buffer};
use taipan_object::abstract_::{self, iter, number};
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::slice::{PySlice, Span};

impl PyArray {
    pub(super) fn extend_iter(&self, items: &Object, cx: &mut Cx) -> PyResult<()> {
        let it = iter::get_iter(items, cx)?;
        while let Some(v) = iter::next(&it, cx)? {
            let raw = self.descr.store(&v, cx)?;
            self.push(raw, cx)?;
        }
        Ok(())
    }
    fn extend_any(&self, items: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(o) = items.downcast::<PyArray>() else { return self.extend_iter(items, cx) };
        if !std::ptr::eq(o.descr, self.descr) {
            return Err(cx.type_error(format_args!("can only extend with array of same kind")));
        }
        let bytes = o.data().to_vec();
        self.push_bytes(&bytes, cx)
    }
    fn wrong_kind(cx: &mut Cx) -> Raised {
        cx.type_error(format_args!("bad argument type for built-in operation"))
    }
    #[inline]
    pub(super) fn position(&self, i: isize) -> Option<usize> {
        let i = if i < 0 { i + self.len() as isize } else { i };
        usize::try_from(i).ok().filter(|&i| i < self.len())
    }
    /// The first item in the range that equals `v`.
    fn find(&self, v: &Object, start: usize, stop: usize, cx: &mut Cx) -> PyResult<Option<usize>> {
        let mut i = start;
        while i < stop {
            let Some(x) = self.load(i, cx)? else { break };
            if abstract_::eq(&x, v, cx)? {
                return Ok(Some(i));
            }
            i += 1;
        }
        Ok(None)
    }
    fn assign_slice(&self, s: &PySlice, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let new = match value {
            None => Vec::new(),
            Some(v) => {
                let Some(o) = v.downcast::<PyArray>() else {
                    let name = v.ty().tp_name_str().to_owned();
                    return Err(cx.type_error(format_args!("can only assign array (not \"{name}\") to array slice")));
                };
                if !std::ptr::eq(o.descr, self.descr) {
                    return Err(PyArray::wrong_kind(cx));
                }
                o.data().to_vec()
            }
        };
        let span = s.span(|| self.len(), cx)?;
        let (size, needed) = (self.descr.size, new.len() / self.descr.size);
        if (needed == 0 || needed != span.count) && self.exports.get() > 0 && !(needed == 0 && span.count == 0) {
            return Err(cx.buffer_error(format_args!("cannot resize an array that is exporting buffers")));
        }
        if span.step == 1 {
            let lo = span.start as usize;
            return self.splice(lo, lo + span.count, &new, cx);
        }
        if needed == 0 {
            return self.remove_span(span, cx);
        }
        if needed != span.count {
            return Err(cx.value_error(format_args!("attempt to assign array of size {needed} to extended slice of size {}", span.count)));
        }
        let data = self.data_mut(cx);
        for (i, b) in span.positions().zip(new.chunks_exact(size)) {
            data[i * size..(i + 1) * size].copy_from_slice(b);
        }
        Ok(())
    }
    fn take_slice(&self, span: Span, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let (size, data) = (self.descr.size, self.data());
        let mut bytes = Vec::with_capacity(span.count * size);
        for i in span.positions() {
            bytes.extend_from_slice(&data[i * size..(i + 1) * size]);
        }
        self.like(&bytes, cx)
    }
    fn repeat_bytes(&self, n: isize, cx: &mut Cx) -> PyResult<Vec<u8>> {
        let (n, data) = (n.max(0) as usize, self.data());
        let mut out = Vec::new();
        match data.len().checked_mul(n).filter(|&t| t <= isize::MAX as usize) {
            Some(total) if out.try_reserve_exact(total).is_ok() => {}
            _ => return Err(cx.memory_error()),
        }
        (0..n).for_each(|_| out.extend_from_slice(data));
        Ok(out)
    }
    /// A typecode and an initial value to an array.
    fn construct(cls: &PyType, descr: &'static Descr, initial: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let a = PyArray::zeros(cls, descr, 0, cx)?;
        let Some(v) = initial else { return Ok(a) };
        if let Some(s) = v.downcast::<PyStr>() {
            a.push_text(s, cx)?;
        } else if let Some(b) = v.downcast::<PyBytes>() {
            a.push_foreign(b.as_bytes(), cx)?;
        } else if let Some(b) = v.downcast::<PyByteArray>() {
            let b = b.data().to_vec();
            a.push_foreign(&b, cx)?;
        } else if let Some(o) = v.downcast::<PyArray>().filter(|o| std::ptr::eq(o.descr, descr)) {
            let b = o.data().to_vec();
            a.push_bytes(&b, cx)?;
        } else if v.is_a::<PyList>() || v.is_a::<PyTuple>() {
            let n = abstract_::len(v, cx)?;
            a.resize(n, cx)?;
            for i in 0..n {
                let x = abstract_::sequence::get(v, i as isize, cx)?;
                let raw = descr.store(&x, cx)?;
                a.put(i, raw, cx);
            }
        } else {
            a.extend_iter(v, cx)?;
        }
        Ok(a)
    }
}

#[pymethods]
impl PyArray {
    #[slot(tp_new)]
    fn new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let same_init = cls.tp_init.get().map(|f| f as usize) == PyArray::ty().tp_init.get().map(|f| f as usize);
        if same_init {
            kw.refuse("array.array", cx)?;
        }
        let n = args.0.len();
        let (code, initial) = match args.0 {
            [code] => (*code, None),
            [code, initial] => (*code, Some(*initial)),
            _ => {
                let bound = if n == 0 { "at least 1 argument" } else { "at most 2 arguments" };
                return Err(cx.type_error(format_args!("array() takes {bound} ({n} given)")));
            }
        };
        let Some(s) = code.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("array() argument 1 must be a unicode character, not {}", code.ty().tp_name_str())));
        };
        if s.len() != 1 {
            return Err(cx.type_error(format_args!("array() argument 1 must be a unicode character, not a string of length {}", s.len())));
        }
        let code = s.code_point(0);
        if taipan_object::audit::is_active() {
            taipan_object::audit::raise("array.__new__", &[s.as_object(), initial.unwrap_or(none())], cx)?;
        }
        if code == 'u' as u32 {
            let text = "The 'u' type code is deprecated and will be removed in Python 3.16";
            taipan_object::warn::warn(exc::DeprecationWarning(), format_args!("{text}"), 1, cx)?;
        }
        let is_text = code == 'u' as u32 || code == 'w' as u32;
        if let Some(v) = initial.filter(|_| !is_text) {
            let shown = char::from_u32(code).unwrap_or('?');
            if v.is_a::<PyStr>() {
                return Err(cx.type_error(format_args!("cannot use a str to initialize an array with typecode '{shown}'")));
            }
            if v.downcast::<PyArray>().is_some_and(|a| a.descr.is_text()) {
                return Err(cx.type_error(format_args!("cannot use a unicode array to initialize an array with typecode '{shown}'")));
            }
        }
        match item::find(code) {
            Some(d) => PyArray::construct(cls, d, initial, cx),
            None => Err(cx.value_error(format_args!("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"))),
        }
    }
    /// Append new value v to the end of the array.
    #[method("append(v, /)")]
    fn append(&self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let raw = self.descr.store(v, cx)?;
        self.push(raw, cx)
    }
    /// Append items to the end of the array.
    #[method("extend(bb, /)")]
    fn extend(&self, bb: &Object, cx: &mut Cx) -> PyResult<()> {
        self.extend_any(bb, cx)
    }
    /// Insert a new item v into the array before position i.
    #[method("insert(i, v, /)")]
    fn insert(&self, i: isize, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let raw = self.descr.store(v, cx)?;
        let n = self.len();
        let i = (if i < 0 { (i + n as isize).max(0) } else { i } as usize).min(n);
        self.splice(i, i, &raw[..self.descr.size], cx)
    }
    /// Return the i-th element and delete it from the array.
    ///
    /// i defaults to -1.
    #[method("pop(i=-1, /)")]
    fn pop(&self, i: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.len() == 0 {
            return Err(cx.index_error(format_args!("pop from empty array")));
        }
        let Some(i) = self.position(i) else {
            return Err(cx.index_error(format_args!("pop index out of range")));
        };
        let v = self.load(i, cx)?.unwrap_or_else(|| none().own());
        self.splice(i, i + 1, &[], cx)?;
        Ok(v)
    }
    /// Remove the first occurrence of v in the array.
    #[method("remove(v, /)")]
    fn remove(&self, v: &Object, cx: &mut Cx) -> PyResult<()> {
        match self.find(v, 0, usize::MAX, cx)? {
            Some(i) => self.splice(i, i + 1, &[], cx),
            None => Err(cx.value_error(format_args!("array.remove(x): x not in array"))),
        }
    }
    /// Return index of first occurrence of v in the array.
    ///
    /// Raise ValueError if the value is not present.
    #[method("index(v, start=0, stop=sys.maxsize, /)")]
    fn index(&self, v: &Object, start: Option<SliceIndex>, stop: Option<SliceIndex>, cx: &mut Cx) -> PyResult<usize> {
        let n = self.len() as isize;
        let clip = |i: isize| (if i < 0 { i.saturating_add(n).max(0) } else { i }) as usize;
        match self.find(v, start.map_or(0, |s| clip(s.0)), stop.map_or(usize::MAX, |s| clip(s.0)), cx)? {
            Some(i) => Ok(i),
            None => Err(cx.value_error(format_args!("array.index(x): x not in array"))),
        }
    }
    /// Return number of occurrences of v in the array.
    #[method("count(v, /)")]
    fn count(&self, v: &Object, cx: &mut Cx) -> PyResult<isize> {
        let (mut n, mut i) = (0, 0);
        while let Some(x) = self.load(i, cx)? {
            n += abstract_::eq(&x, v, cx)? as isize;
            i += 1;
        }
        Ok(n)
    }
    /// Reverse the order of the items in the array.
    #[method("reverse()")]
    fn reverse(&self, cx: &mut Cx) {
        let size = self.descr.size;
        let data = self.data_mut(cx);
        data.reverse();
        data.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    /// Remove all items from the array.
    #[method("clear()")]
    fn clear(&self, cx: &mut Cx) -> PyResult<()> {
        self.resize(0, cx)
    }
    /// the typecode character used to create the array
    #[getter("typecode")]
    fn typecode(&self) -> char {
        self.descr.code
    }
    /// the size, in bytes, of one array item
    #[getter("itemsize")]
    fn itemsize(&self) -> usize {
        self.descr.size
    }
    /// Size of the array in memory, in bytes.
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        self.as_object().ty().tp_basicsize.get() as usize + self.block.capacity()
    }
    /// Arrays are generic over the type of their elements
    #[classmethod("__class_getitem__(object, /)")]
    fn class_getitem(cls: &PyType, object: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::generic_alias_hook(cls.as_object(), object, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let (name, code) = (self.as_object().ty().name().to_owned(), self.descr.code);
        if self.len() == 0 {
            return PyStr::new(&format!("{name}('{code}')"), cx);
        }
        let items = if self.descr.is_text() { self.to_text(cx)?.into_object() } else { self.to_list(cx)?.into_object() };
        let (head, shown) = (PyStr::new(&format!("{name}('{code}', "), cx)?, abstract_::repr(&items, cx)?);
        let tail = PyStr::new(")", cx)?;
        PyStr::concat_all(&[&head, &shown, &tail], cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyArrayIter>> {
        PyArrayIter::of(self, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyArray>() else { return Ok(not_implemented().own()) };
        if self.len() != o.len() && matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(from_bool(op == CmpOp::Ne));
        }
        if std::ptr::eq(self.descr, o.descr) && (self.descr.is_int() || self.descr.is_text()) {
            let size = self.descr.size;
            let pairs = self.data().chunks_exact(size).zip(o.data().chunks_exact(size));
            let first = pairs.map(|(a, b)| self.descr.order(a, b)).find(|c| c.is_ne());
            return Ok(from_bool(op.holds(first.unwrap_or_else(|| self.len().cmp(&o.len())))));
        }
        let mut i = 0;
        while let (Some(a), Some(b)) = (self.load(i, cx)?, o.load(i, cx)?) {
            if !abstract_::eq(&a, &b, cx)? {
                return match op {
                    CmpOp::Eq => Ok(from_bool(false)),
                    CmpOp::Ne => Ok(from_bool(true)),
                    _ => abstract_::rich_compare(&a, &b, op, cx),
                };
            }
            i += 1;
        }
        Ok(from_bool(op.holds(self.len().cmp(&o.len()))))
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
    #[slot(sq_contains)]
    fn contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        Ok(self.find(v, 0, usize::MAX, cx)?.is_some())
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        match usize::try_from(i).ok().filter(|&i| i < self.len()) {
            Some(i) => Ok(self.load(i, cx)?.unwrap_or_else(|| none().own())),
            None => Err(cx.index_error(format_args!("array index out of range"))),
        }
    }
    #[slot(sq_ass_item)]
    fn ass_item(&self, i: isize, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(i) = usize::try_from(i).ok().filter(|&i| i < self.len()) else {
            return Err(cx.index_error(format_args!("array assignment index out of range")));
        };
        match value {
            None => self.splice(i, i + 1, &[], cx),
            Some(v) => {
                let raw = self.descr.store(v, cx)?;
                if i >= self.len() {
                    // The conversion ran code that shrank the array.
                    return Err(cx.index_error(format_args!("array assignment index out of range")));
                }
                self.put(i, raw, cx);
                Ok(())
            }
        }
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(i) = key.exact::<PyInt>().and_then(PyInt::compact).and_then(|i| self.position(i as isize)) {
            return Ok(self.load(i, cx)?.unwrap_or_else(|| none().own()));
        }
        if number::has_index(key) {
            let i = number::index_as_isize(key, exc::IndexError(), cx)?;
            return match self.position(i) {
                Some(i) => Ok(self.load(i, cx)?.unwrap_or_else(|| none().own())),
                None => Err(cx.index_error(format_args!("array index out of range"))),
            };
        }
        let Some(s) = key.downcast::<PySlice>() else {
            return Err(cx.type_error(format_args!("array indices must be integers")));
        };
        let span = s.span(|| self.len(), cx)?;
        self.take_slice(span, cx).map(Own::into_object)
    }
    #[slot(mp_ass_subscript)]
    fn ass_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if number::has_index(key) {
            let i = number::index_as_isize(key, exc::IndexError(), cx)?;
            let at = self.position(i).map_or(-1, |i| i as isize);
            return self.ass_item(at, value, cx);
        }
        match key.downcast::<PySlice>() {
            Some(s) => self.assign_slice(s, value, cx),
            None => Err(cx.type_error(format_args!("array indices must be integers"))),
        }
    }
    #[slot(sq_concat)]
    fn concat(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let Some(o) = other.downcast::<PyArray>() else {
            return Err(cx.type_error(format_args!("can only append array (not \"{}\") to array", other.ty().tp_name_str())));
        };
        if !std::ptr::eq(self.descr, o.descr) {
            return Err(PyArray::wrong_kind(cx));
        }
        let bytes = [self.data(), o.data()].concat();
        self.like(&bytes, cx)
    }
    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let bytes = self.repeat_bytes(n, cx)?;
        self.like(&bytes, cx)
    }
    #[slot(sq_inplace_concat)]
    fn iadd(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !other.is_a::<PyArray>() {
            return Err(cx.type_error(format_args!("can only extend array with array (not \"{}\")", other.ty().tp_name_str())));
        }
        self.extend_any(other, cx)?;
        Ok(self.own())
    }
    #[slot(sq_inplace_repeat)]
    fn imul(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.len() > 0 && n != 1 {
            let bytes = self.repeat_bytes(n, cx)?;
            self.resize(bytes.len() / self.descr.size, cx)?;
            self.data_mut(cx).copy_from_slice(&bytes);
        }
        Ok(self.own())
    }
    #[slot(bf_getbuffer)]
    #[allow(unsafe_code)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
        if view.is_null() {
            return Err(cx.buffer_error(format_args!("array_buffer_getbuf: view==NULL argument is obsolete")));
        }
        let items = buffer::Items { data: self.block.address(), count: &self.head.size, itemsize: self.descr.size, format: self.descr.format };
        // SAFETY: slot contract; neither the items nor their number change while they are exported.
        unsafe { buffer::fill_items(view, self.as_object(), items, flags) };
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut Py_buffer) {
        self.exports.set(self.exports.get() - 1);
    }
}
