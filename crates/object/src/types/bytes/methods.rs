//! `bytes` as Python sees it, beside the methods in `shared`.

use super::args::*;
use super::ops::{self, Trim};
use super::shared::shared_methods;
use super::{PyBytes, PyBytesIter, percent};
use crate::abstract_::buffer::{self, Buffer, SIMPLE};
use crate::abstract_::{CmpOp, number};
use crate::prelude::*;
use crate::types::boolean::from_bool;
use crate::types::list::position;
use crate::types::slice::PySlice;
use crate::types::str::copy_bytes;
use std::ffi::c_int;
use taipan_abi::Py_buffer;

shared_methods!(PyBytes, SHARED);

impl PyBytes {
    /// The bytes.
    #[inline(always)]
    pub(crate) fn data(&self) -> &[u8] {
        self.as_bytes()
    }
    /// The bytes, however long Python code runs.
    #[inline(always)]
    fn lend(&self) -> &[u8] {
        self.as_bytes()
    }
    pub(crate) fn wrap(b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        PyBytes::new(b, cx).map(Own::into_object)
    }
    /// Two rows of bytes as one object.
    #[inline]
    fn joined(a: &[u8], b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        let (o, d) = PyBytes::alloc(a.len() + b.len(), cx)?;
        // SAFETY: room for both.
        unsafe {
            copy_bytes(a.as_ptr(), d, a.len());
            copy_bytes(b.as_ptr(), d.add(a.len()), b.len());
        }
        Ok(o.into_object())
    }
    /// `self[lo:hi]` of an exact object; the bounds lie within it.
    pub fn slice(&self, lo: usize, hi: usize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if hi - lo == self.len() { Ok(self.new_ref()) } else { PyBytes::new(self.as_bytes().get(lo..hi).unwrap_or(&[]), cx) }
    }
    fn same(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is_exact::<PyBytes>() { Ok(self.own()) } else { PyBytes::wrap(self.as_bytes(), cx) }
    }
    /// An instance of a subtype with a copy of the content.
    fn of_subtype(cls: &PyType, b: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
        let o = crate::typeobj::alloc_instance(cls, b.len(), cx)?;
        // SAFETY: a fresh instance with room for the bytes and a closing zero.
        unsafe {
            let n = o.cast_unchecked::<PyBytes>();
            n.hash.set(-1);
            std::ptr::copy_nonoverlapping(b.as_ptr(), n.data.as_ptr() as *mut u8, b.len());
        }
        Ok(o)
    }
    fn build_new(cls: &PyType, source: Option<&Object>, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let exact = std::ptr::eq(cls, PyBytes::ty());
        if let (true, Some(s), None, None) = (exact, source, encoding, errors) {
            if s.is_exact::<PyBytes>() {
                return Ok(s.own());
            }
            // The very object that `__bytes__` gives.
            if let Some(f) = crate::call::lookup_special(s, name!(cx, "__bytes__"), cx)? {
                let b = crate::call::call(&f, &[], cx)?;
                if !b.is_a::<PyBytes>() {
                    return Err(cx.type_error(format_args!("__bytes__ returned non-bytes (type {})", b.ty().tp_name_str())));
                }
                return Ok(b);
            }
        }
        let c = contents("bytes", source, encoding, errors, cx)?;
        let c = match c {
            Contents::Zeros(n) => Contents::Of(PyBytes::zeroed(n, cx)?.into_object()),
            c => c,
        };
        match c {
            Contents::Of(o) if exact && o.is_exact::<PyBytes>() => Ok(o),
            c if exact => PyBytes::wrap(c.bytes(), cx),
            c => PyBytes::of_subtype(cls, c.bytes(), cx),
        }
    }
}

#[pymethods(SEQUENCE_PART)]
impl PyBytes {
    #[new("bytes(source=b'', encoding='utf-8', errors='strict')")]
    fn py_new(cls: &PyType, source: Option<&Object>, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
        PyBytes::build_new(cls, source, encoding, errors, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        ops::repr(self.as_bytes())
    }
    #[slot(tp_str)]
    fn str(&self, cx: &mut Cx) -> PyResult<String> {
        if cx.interp().config.borrow().bytes_warning > 0 {
            crate::warn::warn(exc::BytesWarning(), format_args!("str() on a bytes instance"), 1, cx)?;
        }
        Ok(ops::repr(self.as_bytes()))
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        if self.hash.get() == -1 {
            self.hash.set(crate::hash::hash_bytes(self.as_bytes()));
        }
        self.hash.get()
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(o) = other.downcast::<PyBytes>() else {
            if matches!(op, CmpOp::Eq | CmpOp::Ne) && cx.interp().config.borrow().bytes_warning > 0 {
                if other.is_a::<PyStr>() {
                    crate::warn::warn(exc::BytesWarning(), format_args!("Comparison between bytes and string"), 1, cx)?;
                } else if other.is_a::<PyInt>() {
                    crate::warn::warn(exc::BytesWarning(), format_args!("Comparison between bytes and int"), 1, cx)?;
                }
            }
            return Ok(not_implemented().own());
        };
        Ok(from_bool(op.holds(self.as_bytes().cmp(o.as_bytes()))))
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<PyBytesIter>> {
        PyBytesIter::of(self, cx)
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
    #[slot(sq_concat)]
    fn concat(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let (Some(a), Some(b)) = (lhs.exact::<PyBytes>(), rhs.exact::<PyBytes>()) {
            return if a.is_empty() {
                Ok(rhs.own())
            } else if b.is_empty() {
                Ok(lhs.own())
            } else {
                PyBytes::joined(a.as_bytes(), b.as_bytes(), cx)
            };
        }
        if !buffer::has_buffer(lhs) || !buffer::has_buffer(rhs) {
            return Err(cx.type_error(format_args!("can't concat {} to {}", rhs.ty().tp_name_str(), lhs.ty().tp_name_str())));
        }
        let (a, b) = (Buffer::get(lhs, SIMPLE, cx)?, Buffer::get(rhs, SIMPLE, cx)?);
        if a.bytes().is_empty() && rhs.is_exact::<PyBytes>() {
            return Ok(rhs.own());
        }
        if b.bytes().is_empty() && lhs.is_exact::<PyBytes>() {
            return Ok(lhs.own());
        }
        PyBytes::joined(a.bytes(), b.bytes(), cx)
    }
    #[slot(sq_repeat)]
    fn repeat(&self, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = n.max(0) as usize;
        if n == 1 && self.is_exact::<PyBytes>() {
            return Ok(self.own());
        }
        let Some(total) = self.len().checked_mul(n).filter(|&t| t < isize::MAX as usize - 64) else {
            return Err(cx.overflow_error(format_args!("repeated bytes are too long")));
        };
        let (o, d) = PyBytes::alloc(total, cx)?;
        let b = self.as_bytes();
        // SAFETY: room for `n` copies.
        unsafe {
            if let [one] = b {
                std::ptr::write_bytes(d, *one, n);
            } else if !b.is_empty() {
                for i in 0..n {
                    std::ptr::copy_nonoverlapping(b.as_ptr(), d.add(i * b.len()), b.len());
                }
            }
        }
        Ok(o.into_object())
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        match usize::try_from(i).ok().and_then(|i| self.as_bytes().get(i)) {
            Some(b) => PyInt::new(*b as i64, cx),
            None => Err(cx.index_error(format_args!("index out of range"))),
        }
    }
    #[slot(sq_contains)]
    fn contains(&self, v: &Object, cx: &mut Cx) -> PyResult<bool> {
        contains(self.as_bytes(), v, cx)
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if let Some(s) = key.downcast::<PySlice>() {
            let s = s.span(|| self.len(), cx)?;
            if s.step == 1 {
                if s.count == self.len() && self.is_exact::<PyBytes>() {
                    return Ok(self.own());
                }
                let a = s.start as usize;
                return PyBytes::wrap(self.as_bytes().get(a..a + s.count).unwrap_or(&[]), cx);
            }
            let v: Vec<u8> = s.positions().filter_map(|i| self.as_bytes().get(i).copied()).collect();
            return PyBytes::wrap(&v, cx);
        }
        if !number::has_index(key) {
            return Err(cx.type_error(format_args!("byte indices must be integers or slices, not {}", key.ty().tp_name_str())));
        }
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        match position(i, self.len()).and_then(|i| self.as_bytes().get(i)) {
            Some(b) => PyInt::new(*b as i64, cx).map(Own::into_object),
            None => Err(cx.index_error(format_args!("index out of range"))),
        }
    }
    #[slot(nb_remainder)]
    fn rem(lhs: &Object, rhs: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(b) = lhs.downcast::<PyBytes>() else { return Ok(not_implemented().own()) };
        let v = percent::format(b.as_bytes(), rhs, cx)?;
        PyBytes::wrap(&v, cx)
    }
    #[slot(bf_getbuffer)]
    fn getbuffer(&self, view: *mut Py_buffer, flags: c_int, cx: &mut Cx) -> PyResult<()> {
        // SAFETY: slot contract; bytes never move.
        unsafe { buffer::fill_info(view, self, self.data.as_ptr() as *mut u8, self.len(), true, flags, cx) }
    }
    #[method("__getnewargs__()", doc = "")]
    fn getnewargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let b = PyBytes::wrap(self.as_bytes(), cx)?;
        PyTuple::from_slice(&[&b], cx)
    }
    /// Convert this value to exact type bytes.
    #[method("__bytes__()")]
    fn to_bytes(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.same(cx)
    }
}

/// `v in bytes`. The caller holds the bytes in place: looking at `v` may run code.
pub(crate) fn contains(h: &[u8], v: &Object, cx: &mut Cx) -> PyResult<bool> {
    if number::has_index(v) {
        return Ok(memchr::memchr(as_byte(v, "byte", cx)?, h).is_some());
    }
    Ok(ops::find(h, Buffer::get(v, SIMPLE, cx)?.bytes()).is_some())
}
