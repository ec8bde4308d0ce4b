//! `bytearray` as Python sees it, beside the methods it shares with `bytes`.

use super::{PyByteArray, PyByteArrayIter};
use crate::abstract_::buffer::{self, Buffer, SIMPLE, has_buffer};
use crate::abstract_::{self, CmpOp, iter, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use crate::types::bytes::args::*;
use crate::types::bytes::methods::contains;
use crate::types::bytes::ops::{self, Trim};
use crate::types::bytes::shared::shared_methods;
use crate::types::bytes::{PyBytes, percent};
use crate::types::list::{clip, position};
use crate::types::slice::{PySlice, Span};
use std::ffi::c_int;
use taipan_abi::Py_buffer;

shared_methods!(PyByteArray, SHARED);

impl PyByteArray {
    pub(crate) fn wrap(b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        PyByteArray::new(b, cx).map(Own::into_object)
    }
    fn same(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyByteArray::wrap(self.data(), cx)
    }
    fn check_free(&self, cx: &mut Cx) -> PyResult<()> {
        if self.exports.get() > 0 {
            return Err(cx.buffer_error(format_args!("Existing exports of data: object cannot be re-sized")));
        }
        Ok(())
    }
    /// The bytes that an assignment to a slice takes; a copy where the memory may be ours.
    fn source(&self, v: &Object, cx: &mut Cx) -> PyResult<Contents> {
        if has_buffer(v) {
            let c = Contents::of_buffer(v, cx)?;
            return Ok(if v.is(self) || matches!(c, Contents::Held(_)) { Contents::Made(c.bytes().to_vec()) } else { c });
        }
        if number::has_index(v) || v.is_a::<PyStr>() || !iter::is_iterable(v) {
            return Err(cx.type_error(format_args!("can assign only bytes, buffers, or iterables of ints in range(0, 256)")));
        }
        from_iterable(v, "byte", cx).map(Contents::Made)
    }
    fn assign_slice(&self, s: &PySlice, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let (start, stop, step) = s.unpack(cx)?;
        let new = match value {
            Some(v) => self.source(v, cx)?,
            None => Contents::Zeros(0),
        };
        let new = new.bytes();
        let span = Span::clip(start, stop, step, self.data().len());
        if span.step == 1 {
            return self.splice(span.start as usize, span.stop.max(span.start) as usize, new, cx);
        }
        if new.is_empty() {
            if span.count == 0 {
                return Ok(());
            }
            self.check_free(cx)?;
            let mut gone = vec![false; self.data().len()];
            span.positions().for_each(|i| gone[i] = true);
            let kept: Vec<u8> = self.data().iter().zip(&gone).filter(|(_, g)| !**g).map(|(b, _)| *b).collect();
            return self.assign(&kept, cx);
        }
        if new.len() != span.count {
            return Err(cx.value_error(format_args!("attempt to assign bytes of size {} to extended slice of size {}", new.len(), span.count)));
        }
        let d = self.data_mut(cx);
        span.positions().zip(new).for_each(|(i, b)| d[i] = *b);
        Ok(())
    }
    fn with_state(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        crate::call::call_method(self, name!(cx, "__getstate__"), &[], cx)
    }
}

/// The bytes of an operand of `+`, whatever reason it has to give none: "can't concat rhs to lhs".
fn operand(o: &Object, rhs: &Object, lhs: &Object, cx: &mut Cx) -> PyResult<Buffer> {
    let got = Buffer::get(o, SIMPLE, cx);
    got.map_err(|r| {
        cx.discard(r);
        cx.type_error(format_args!("can't concat {} to {}", rhs.ty().tp_name_str(), lhs.ty().tp_name_str()))
    })
}

#[pymethods(SEQUENCE_PART)]
impl PyByteArray {
    #[slot(tp_new)]
    fn py_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyByteArray>> {
        cx.new_object_of(cls, PyByteArray::empty())
    }
    #[init("bytearray(source=b'', encoding='utf-8', errors='strict')")]
    fn py_init(&self, source: Option<&Object>, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<()> {
        if !self.data().is_empty() {
            self.resize(0, cx)?;
        }
        if let Some(o) = source.filter(|o| encoding.is_none() && errors.is_none() && !o.is_a::<PyStr>() && !number::has_index(o) && !has_buffer(o) && !o.is_exact::<PyList>() && !o.is_exact::<PyTuple>()) {
            if iter::is_iterable(o) {
                return iter::for_each(o, cx, |v, cx| self.append(&v, cx).map(|()| true));
            }
        }
        match contents("bytearray", source, encoding, errors, cx)? {
            Contents::Zeros(n) => {
                self.resize(n, cx)?;
                self.data_mut(cx).fill(0);
                Ok(())
            }
            Contents::Of(o) if o.is(self) => Ok(()),
            c => self.assign(c.bytes(), cx),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("{}({})", self.ty().name(), ops::repr_array(self.data()))
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<String> {
        if cx.interp().config.borrow().bytes_warning > 0 {
            crate::warn::warn(exc::BytesWarning(), format_args!("str() on a bytearray instance"), 1, cx)?;
        }
        Ok(self.repr())
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        if other.is_a::<PyStr>() || !has_buffer(other) {
            return Ok(not_implemented().own());
        }
        match Buffer::get(other, SIMPLE, cx) {
            Ok(b) => Ok(from_bool(op.holds(self.data().cmp(b.bytes())))),
            Err(r) => {
                cx.discard(r);
                Ok(not_implemented().own())
            }
        }
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyByteArrayIter>> {
        PyByteArrayIter::of(self, cx)
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.data().len()
    }
    #[slot(sq_concat)]
    fn concat(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = (operand(lhs, rhs, lhs, cx)?, operand(rhs, rhs, lhs, cx)?);
        let (a, b) = (a.bytes(), b.bytes());
        let out = PyByteArray::new(&[], cx)?;
        out.resize(a.len() + b.len(), cx)?;
        let (left, right) = out.data_mut(cx).split_at_mut(a.len());
        left.copy_from_slice(a);
        right.copy_from_slice(b);
        Ok(out.into_object())
    }
    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyByteArray>> {
        let out = PyByteArray::new(&[], cx)?;
        out.extend(self.data(), cx)?;
        out.multiply(n, cx)?;
        Ok(out)
    }
    #[slot(sq_inplace_concat)]
    fn iadd(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        // While our own memory is lent it cannot grow, so `b += b` fails.
        let b = operand(other, other, self, cx)?;
        self.extend(b.bytes(), cx)?;
        Ok(self.own())
    }
    #[slot(sq_inplace_repeat)]
    fn imul(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.multiply(n, cx)?;
        Ok(self.own())
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        match usize::try_from(i).ok().and_then(|i| self.data().get(i)) {
            Some(b) => PyInt::new(*b as i64, cx),
            None => Err(cx.index_error(format_args!("bytearray index out of range"))),
        }
    }
    #[slot(sq_ass_item)]
    fn ass_item(&self, i: isize, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let b = value.map(|v| as_byte(v, "byte", cx)).transpose()?;
        let Some(at) = usize::try_from(i).ok().filter(|i| *i < self.data().len()) else {
            return Err(cx.index_error(format_args!("bytearray index out of range")));
        };
        match b {
            Some(b) => self.data_mut(cx)[at] = b,
            None => self.splice(at, at + 1, &[], cx)?,
        }
        Ok(())
    }
    #[slot(sq_contains)]
    fn py_contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        contains(&self.lend(), v, cx)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(s) = key.downcast::<PySlice>() {
            let s = s.span(|| self.data().len(), cx)?;
            if s.step == 1 {
                let part = self.data().get(s.start as usize..s.stop.max(s.start) as usize).unwrap_or_default();
                return PyByteArray::wrap(part, cx);
            }
            let v: Vec<u8> = s.positions().filter_map(|i| self.data().get(i).copied()).collect();
            return PyByteArray::wrap(&v, cx);
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("bytearray indices must be integers or slices, not {}", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        let i = if i < 0 { i + self.data().len() as isize } else { i };
        self.item(i, cx).map(Own::into_object)
    }
    #[slot(mp_ass_subscript)]
    fn ass_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        if let Some(s) = key.downcast::<PySlice>() {
            return self.assign_slice(s, value, cx);
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("bytearray indices must be integers or slices, not {}", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        // The value's own code may change the size: the position is checked last.
        let b = match value {
            Some(v) => Some(as_byte(v, "byte", cx)?),
            None => None,
        };
        let Some(at) = position(i, self.data().len()) else {
            return Err(cx.index_error(format_args!("bytearray index out of range")));
        };
        match b {
            Some(b) => self.data_mut(cx)[at] = b,
            None => self.splice(at, at + 1, &[], cx)?,
        }
        Ok(())
    }
    #[slot(nb_remainder)]
    fn rem(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(b) = lhs.downcast::<PyByteArray>() else { return Ok(not_implemented().own()) };
        let v = percent::format(&b.lend(), rhs, cx)?;
        PyByteArray::wrap(&v, cx)
    }
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
        // SAFETY: slot contract; the bytes do not move while they are exported.
        unsafe { buffer::fill_info(view, self, self.as_ptr_bytes(), self.data().len(), false, flags, cx)? };
        self.exports.set(self.exports.get() + 1);
        Ok(())
    }
    #[slot(bf_releasebuffer)]
    fn releasebuffer(&self, _view: *mut Py_buffer) {
        self.exports.set(self.exports.get() - 1);
    }
}

impl PyByteArray {
    fn multiply(&self, n: isize, cx: &mut Cx) -> PyResult<()> {
        let n = n.max(0) as usize;
        let len = self.data().len();
        let Some(total) = len.checked_mul(n).filter(|&t| t < isize::MAX as usize - 64) else { return Err(cx.memory_error()) };
        self.resize(total, cx)?;
        if len > 0 {
            let d = self.data_mut(cx);
            for i in 1..n {
                d.copy_within(0..len, i * len);
            }
        }
        Ok(())
    }
}

#[pymethods(MUTABLE)]
impl PyByteArray {
    /// Append a single item to the end of the bytearray.
    ///
    ///   item
    ///     The item to be appended.
    #[method("append(item, /)")]
    fn append(&self, item: &Object, cx: &mut Cx) -> PyResult<()> {
        let b = as_byte(item, "byte", cx)?;
        self.extend(&[b], cx)
    }
    /// Remove all items from the bytearray.
    #[method("clear()")]
    fn clear(&self, cx: &mut Cx) -> PyResult<()> {
        self.resize(0, cx)
    }
    /// Return a copy of B.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.same(cx)
    }
    /// Append all the items from the iterator or sequence to the bytearray.
    ///
    ///   iterable_of_ints
    ///     The iterable of items to append.
    #[method("extend(iterable_of_ints, /)")]
    fn py_extend(&self, iterable_of_ints: &Object, cx: &mut Cx) -> PyResult<()> {
        let o = iterable_of_ints;
        if has_buffer(o) {
            // The end as it is now, whatever the other object's `__buffer__` does.
            let end = self.data().len();
            if o.is(self) {
                let b = self.data().to_vec();
                return self.splice(end, end, &b, cx);
            }
            // While a view of our own memory is held, the splice fails.
            let b = Buffer::get(o, SIMPLE, cx).map_err(|r| {
                cx.discard(r);
                cx.type_error(format_args!("can't set bytearray slice from {}", o.ty().tp_name_str()))
            })?;
            return self.splice(end, end, b.bytes(), cx);
        }
        if !iter::is_iterable(o) {
            return Err(cx.type_error(format_args!("can't extend bytearray with {}", o.ty().tp_name_str())));
        }
        if o.is_a::<PyStr>() && abstract_::len(o, cx)? > 0 {
            return Err(cx.type_error(format_args!("expected iterable of integers; got: 'str'")));
        }
        let v = from_iterable(o, "byte", cx)?;
        self.extend(&v, cx)
    }
    /// Insert a single item into the bytearray before the given index.
    ///
    ///   index
    ///     The index where the value is to be inserted.
    ///   item
    ///     The item to be inserted.
    #[method("insert(index, item, /)")]
    fn insert(&self, index: isize, item: &Object, cx: &mut Cx) -> PyResult<()> {
        let b = as_byte(item, "byte", cx)?;
        let at = clip(index, self.data().len()).min(self.data().len());
        self.splice(at, at, &[b], cx)
    }
    /// Remove and return a single item from B.
    ///
    ///   index
    ///     The index from where to remove the item.
    ///     -1 (the default value) means remove the last item.
    ///
    /// If no index argument is given, will pop the last item.
    #[method("pop(index=-1, /)")]
    fn pop(&self, index: isize, cx: &mut Cx) -> PyResult<u8> {
        if self.data().is_empty() {
            return Err(cx.index_error(format_args!("pop from empty bytearray")));
        }
        let Some(i) = position(index, self.data().len()) else {
            return Err(cx.index_error(format_args!("pop index out of range")));
        };
        self.check_free(cx)?;
        let b = self.data()[i];
        self.splice(i, i + 1, &[], cx)?;
        Ok(b)
    }
    /// Remove the first occurrence of a value in the bytearray.
    ///
    ///   value
    ///     The value to remove.
    #[method("remove(value, /)")]
    fn remove(&self, value: &Object, cx: &mut Cx) -> PyResult<()> {
        let b = as_byte(value, "byte", cx)?;
        match memchr::memchr(b, self.data()) {
            Some(i) => self.splice(i, i + 1, &[], cx),
            None => Err(cx.value_error(format_args!("value not found in bytearray"))),
        }
    }
    /// Resize the internal buffer of bytearray to len.
    ///
    ///   size
    ///     New size to resize to..
    #[method("resize(size, /)")]
    fn py_resize(&self, size: isize, cx: &mut Cx) -> PyResult<()> {
        if size < 0 {
            return Err(cx.value_error(format_args!("Can only resize to positive sizes, got {size}")));
        }
        let n = self.data().len();
        self.resize(size as usize, cx)?;
        if let Some(new) = self.data_mut(cx).get_mut(n..) {
            new.fill(0);
        }
        Ok(())
    }
    /// Reverse the order of the values in B in place.
    #[method("reverse()")]
    fn reverse(&self, cx: &mut Cx) {
        self.data_mut(cx).reverse();
    }
    /// B.__alloc__() -> int
    ///
    /// Return the number of bytes actually allocated.
    #[method("__alloc__()")]
    fn py_alloc(&self) -> isize {
        self.alloc.get()
    }
    /// Returns the size of the bytearray object in memory, in bytes.
    #[method("__sizeof__()")]
    fn py_sizeof(&self) -> isize {
        self.ty().tp_basicsize.get() + self.alloc.get()
    }
    /// Return state information for pickling.
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        self.reduce_ex(0, cx)
    }
    /// Return state information for pickling.
    #[method("__reduce_ex__(proto=0, /)")]
    fn reduce_ex(&self, proto: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let args = if self.data().is_empty() {
            PyTuple::empty()
        } else if proto < 3 {
            let s = PyStr::from_latin1(self.data(), cx)?;
            let enc = PyStr::new_interned("latin-1", cx)?;
            PyTuple::from_slice(&[&s, &enc], cx)?
        } else {
            let b = PyBytes::new(self.data(), cx)?;
            PyTuple::from_slice(&[&b], cx)?
        };
        let state = self.with_state(cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &args, &state], cx)
    }
}
