//! The storage of arrays: items by index, growth, splices.

use super::PyArray;
use super::item::{Descr, Raw};
use std::cell::Cell;
use taipan_object::block::ByteBlock;
use taipan_object::prelude::*;
use taipan_object::types::object_::Plain;

impl PyArray {
    /// An array of `n` zeros.
    pub(super) fn zeros(cls: &PyType, descr: &'static Descr, n: usize, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let head = VarHead { head: Object::placeholder(), size: Cell::new(0) };
        let a = cx.new_object_of(cls, PyArray { head, block: ByteBlock::default(), descr, weak: WeakList::new(), exports: Cell::new(0) })?;
        // `new_object_of` keeps the type's head; the count is ours to set.
        a.head.size.set(0);
        match n.checked_mul(descr.size) {
            Some(bytes) => a.block.set_capacity(bytes, cx)?,
            None => return Err(cx.memory_error()),
        }
        a.head.size.set(n as isize);
        Ok(a)
    }
    /// Number of items.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.head.size.get() as usize
    }
    /// All items as bytes.
    #[inline]
    pub(super) fn data(&self) -> &[u8] {
        self.block.bytes(self.len() * self.descr.size)
    }
    /// All items as bytes, for writing.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub(super) fn data_mut<'a>(&'a self, cx: &'a mut Cx) -> &'a mut [u8] {
        self.block.bytes_mut(self.len() * self.descr.size, cx)
    }
    /// The value of item `i`.
    #[inline]
    pub(super) fn load(&self, i: usize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let size = self.descr.size;
        match self.data().get(i * size..(i + 1) * size) {
            // The bytes are read before anything runs.
            Some(b) => self.descr.load(b, cx).map(Some),
            None => Ok(None),
        }
    }
    /// [`PlainRows::load`](taipan_object::types::object_::PlainRows).
    pub(super) fn load_plain(o: &Object, i: i64, _: &Cx) -> Option<Plain> {
        let a = o.exact::<PyArray>()?;
        let at = a.position(i as isize)?;
        let size = a.descr.size;
        a.descr.load_plain(a.data().get(at * size..(at + 1) * size)?)
    }
    /// [`PlainRows::store`](taipan_object::types::object_::PlainRows).
    pub(super) fn store_plain(o: &Object, i: i64, v: Plain, cx: &mut Cx) -> bool {
        let Some(a) = o.exact::<PyArray>() else { return false };
        match (a.position(i as isize), a.descr.store_plain(v)) {
            (Some(at), Some(raw)) => {
                a.put(at, raw, cx);
                true
            }
            _ => false,
        }
    }
    /// Store the bytes of an item that exists (else nothing happens: the array shrank meanwhile).
    #[inline]
    pub(super) fn put(&self, i: usize, raw: Raw, cx: &mut Cx) {
        let size = self.descr.size;
        if let Some(b) = self.data_mut(cx).get_mut(i * size..(i + 1) * size) {
            // Known sizes: a call for so few bytes costs more than the copy.
            match b.len() {
                8 => b.copy_from_slice(&raw),
                4 => b.copy_from_slice(&raw[..4]),
                2 => b.copy_from_slice(&raw[..2]),
                n => b.copy_from_slice(&raw[..n]),
            }
        }
    }
    /// Change the number of items. Raises `BufferError` while exported.
    pub(super) fn resize(&self, n: usize, cx: &mut Cx) -> PyResult<()> {
        let old = self.len();
        if n == old {
            return Ok(());
        }
        if self.exports.get() > 0 {
            return Err(cx.buffer_error(format_args!("cannot resize an array that is exporting buffers")));
        }
        let (size, room) = (self.descr.size, self.block.capacity() / self.descr.size);
        if n > room || n < room / 2 {
            // As lists grow: one sixteenth more and a few.
            let want = if n == 0 { 0 } else { n.saturating_add((n >> 4) + if n < 8 { 3 } else { 7 }) };
            let want = if old == 0 { n } else { want };
            match want.checked_mul(size) {
                Some(b) => self.block.set_capacity(b, cx)?,
                None => return Err(cx.memory_error()),
            }
        }
        self.head.size.set(n as isize);
        Ok(())
    }
    /// Append one item.
    #[inline]
    pub(super) fn push(&self, raw: Raw, cx: &mut Cx) -> PyResult<()> {
        let n = self.len();
        self.resize(n + 1, cx)?;
        self.put(n, raw, cx);
        Ok(())
    }
    /// Append the bytes of items (a copy of them when they are this array's own).
    pub(super) fn push_bytes(&self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        let (n, more) = (self.len(), b.len() / self.descr.size);
        let Some(total) = n.checked_add(more) else { return Err(cx.memory_error()) };
        self.resize(total, cx)?;
        let at = n * self.descr.size;
        self.data_mut(cx)[at..].copy_from_slice(b);
        Ok(())
    }
    /// Replace items `lo..hi` by the bytes of others.
    pub(super) fn splice(&self, lo: usize, hi: usize, new: &[u8], cx: &mut Cx) -> PyResult<()> {
        let (n, size) = (self.len(), self.descr.size);
        let (lo, hi) = (lo.min(n), hi.clamp(lo.min(n), n));
        let total = n - (hi - lo) + new.len() / size;
        let (from, to) = (hi * size, lo * size + new.len());
        if total != n && self.exports.get() > 0 {
            return self.resize(total, cx);
        }
        if total > n {
            self.resize(total, cx)?;
            self.data_mut(cx).copy_within(from..n * size, to);
        } else if total < n {
            self.data_mut(cx).copy_within(from..n * size, to);
            self.resize(total, cx)?;
        }
        self.data_mut(cx)[lo * size..to].copy_from_slice(new);
        Ok(())
    }
    /// A new array of the same kind with these bytes.
    pub(super) fn like(&self, bytes: &[u8], cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let a = PyArray::zeros(PyArray::ty(), self.descr, bytes.len() / self.descr.size, cx)?;
        a.data_mut(cx).copy_from_slice(bytes);
        Ok(a)
    }
    /// Remove the items at `span`.
    pub(super) fn remove_span(&self, span: taipan_object::types::slice::Span, cx: &mut Cx) -> PyResult<()> {
        let (n, size) = (self.len(), self.descr.size);
        let mut gone: Vec<usize> = span.positions().collect();
        if gone.is_empty() {
            return Ok(());
        }
        if self.exports.get() > 0 {
            return self.resize(n - gone.len(), cx);
        }
        gone.sort_unstable();
        let kept: Vec<u8> = {
            let data = self.data();
            let mut skip = gone.iter().peekable();
            (0..n).filter(|i| skip.next_if(|g| **g == *i).is_none()).flat_map(|i| data[i * size..(i + 1) * size].iter().copied()).collect()
        };
        self.resize(n - gone.len(), cx)?;
        self.data_mut(cx).copy_from_slice(&kept);
        Ok(())
    }
}
