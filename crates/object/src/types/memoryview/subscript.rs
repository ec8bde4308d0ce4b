//! Items and slices of views.

use super::item::{native_char, pack, unpack};
use super::{Form, PyMemoryView};
use crate::abstract_::buffer::{self, Buffer};
use crate::abstract_::number;
use crate::prelude::*;
use crate::types::slice::PySlice;

impl PyMemoryView {
    pub(super) fn first_len(&self) -> isize {
        self.shape().first().copied().unwrap_or(0)
    }
    /// The native format character, or `NotImplementedError`.
    pub(super) fn native(&self, cx: &mut Cx) -> PyResult<u8> {
        match native_char(self.format()) {
            Some(c) => Ok(c),
            None => {
                let f = self.format().to_owned();
                Err(cx.not_implemented_error(format_args!("memoryview: format {f} not supported")))
            }
        }
    }
    fn too_far(&self, dim: usize, cx: &mut Cx) -> Raised {
        cx.index_error(format_args!("index out of bounds on dimension {}", dim + 1))
    }
    /// The address of item `i` of dimension `dim`, from `p`.
    fn at(&self, p: *mut u8, dim: usize, i: isize, cx: &mut Cx) -> PyResult<*mut u8> {
        let n = self.shape().get(dim).copied().unwrap_or(0);
        let k = if i < 0 { i + n } else { i };
        if k < 0 || k >= n {
            return Err(self.too_far(dim, cx));
        }
        Ok(self.step(p, dim, k))
    }
    /// Item `i` of a one-dimensional view.
    pub(super) fn get_one(&self, i: isize, cx: &mut Cx) -> PyResult {
        let f = self.native(cx)?;
        let p = self.at(self.raw().buf as *mut u8, 0, i, cx)?;
        unpack(f, self.item_bytes(p), cx)
    }
    /// The address that a tuple of indices means.
    fn at_tuple(&self, t: &PyTuple, cx: &mut Cx) -> PyResult<*mut u8> {
        let n = self.ndim();
        if t.len() > n {
            return Err(cx.type_error(format_args!("cannot index {n}-dimension view with {}-element tuple", t.len())));
        }
        let mut p = self.raw().buf as *mut u8;
        for (d, k) in t.as_slice().iter().enumerate() {
            let i = number::index_as_isize(k, exc::IndexError(), cx)?;
            self.check(cx)?;
            p = self.at(p, d, i, cx)?;
        }
        Ok(p)
    }
    fn sliced(&self, s: &PySlice, cx: &mut Cx) -> PyResult<Form> {
        let s = s.span(|| self.first_len() as usize, cx)?;
        self.check(cx)?;
        let mut f = self.form();
        let by = f.strides[0].wrapping_mul(s.start);
        // The suboffset of the first dimension counts behind its pointers: it stays.
        f.buf = f.buf.wrapping_offset(by);
        f.shape[0] = s.count as isize;
        f.strides[0] = f.strides[0].wrapping_mul(s.step);
        f.len = f.shape.iter().product::<isize>() * f.itemsize;
        Ok(f)
    }
    fn view_with(&self, f: Form, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.check_restricted(cx)?;
        match self.mbuf.own() {
            Some(mb) => PyMemoryView::derive(&mb, f, cx),
            None => Err(self.released_error(cx)),
        }
    }
    pub(super) fn with_form(&self, f: Form, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.view_with(f, cx)
    }
    fn write(&self, p: *mut u8, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let f = self.native(cx)?;
        let b = pack(f, v, cx)?;
        // Packing may have run code that released the view.
        self.check(cx)?;
        // SAFETY: `p` is an item of a writable view; `b` has its size.
        unsafe { std::ptr::copy_nonoverlapping(b.as_ptr(), p, b.len().min(self.raw().itemsize as usize)) };
        Ok(())
    }
    fn assign_slice(&self, s: &PySlice, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let src = Buffer::get(v, buffer::FULL_RO, cx)?;
        let from = Form::of(src.view());
        let to = self.sliced(s, cx)?;
        let plain = |f: &Form| f.format.to_str().map(|t| t.strip_prefix('@').unwrap_or(t).to_owned()).unwrap_or_default();
        if plain(&from) != plain(&to) || from.itemsize != to.itemsize || from.shape != to.shape {
            return Err(cx.value_error(format_args!("memoryview assignment: lvalue and rvalue have different structures")));
        }
        let source = PyMemoryView::from_object(v, cx)?;
        let bytes = source.to_vec(false);
        let target = self.view_with(to, cx)?;
        let size = self.raw().itemsize as usize;
        let mut at = 0;
        target.walk(false, &mut |p| {
            if let Some(b) = bytes.get(at..at + size) {
                // SAFETY: an item of a writable view.
                unsafe { std::ptr::copy_nonoverlapping(b.as_ptr(), p, size) };
            }
            at += size;
        });
        Ok(())
    }
}

fn all_indices(t: &PyTuple) -> bool {
    t.as_slice().iter().all(|k| number::has_index(k))
}
fn all_slices(t: &PyTuple) -> bool {
    t.as_slice().iter().all(|k| k.is_a::<PySlice>())
}

#[pymethods(SUBSCRIPT)]
impl PyMemoryView {
    #[slot(sq_length, mp_length)]
    fn len(&self, cx: &mut Cx) -> PyResult<isize> {
        self.check(cx)?;
        if self.ndim() == 0 {
            return Err(cx.type_error(format_args!("0-dim memory has no length")));
        }
        Ok(self.first_len())
    }
    #[slot(sq_item)]
    fn item(&self, i: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        match self.ndim() {
            0 => Err(cx.type_error(format_args!("invalid indexing of 0-dim memory"))),
            1 => self.get_one(i, cx),
            _ => Err(cx.not_implemented_error(format_args!("multi-dimensional sub-views are not implemented"))),
        }
    }
    #[slot(mp_subscript)]
    fn subscript(&self, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        let tuple = key.downcast::<PyTuple>();
        if self.ndim() == 0 {
            if tuple.is_some_and(|t| t.is_empty()) {
                let f = self.native(cx)?;
                return unpack(f, self.item_bytes(self.raw().buf as *mut u8), cx);
            }
            if key.is(crate::types::ellipsis()) {
                return Ok(self.own());
            }
            return Err(cx.type_error(format_args!("invalid indexing of 0-dim memory")));
        }
        if number::has_index(key) {
            let i = number::index_as_isize(key, exc::IndexError(), cx)?;
            return self.item(i, cx);
        }
        if let Some(s) = key.downcast::<PySlice>() {
            if s.is_plain() {
                let f = self.sliced(s, cx)?;
                return self.view_with(f, cx).map(Own::into_object);
            }
            // The bounds' code may release this view: another one keeps the memory meanwhile.
            let keep = self.view_with(self.form(), cx)?;
            let f = keep.sliced(s, cx)?;
            return keep.view_with(f, cx).map(Own::into_object);
        }
        match tuple {
            Some(t) if all_indices(t) => {
                if t.len() < self.ndim() {
                    return Err(cx.not_implemented_error(format_args!("sub-views are not implemented")));
                }
                let p = self.at_tuple(t, cx)?;
                let f = self.native(cx)?;
                unpack(f, self.item_bytes(p), cx)
            }
            Some(t) if all_slices(t) => Err(cx.not_implemented_error(format_args!("multi-dimensional slicing is not implemented"))),
            _ => Err(cx.type_error(format_args!("memoryview: invalid slice key"))),
        }
    }
    #[slot(mp_ass_subscript)]
    fn ass_subscript(&self, key: &Object, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.check(cx)?;
        self.native(cx)?;
        if self.raw().readonly != 0 {
            return Err(cx.type_error(format_args!("cannot modify read-only memory")));
        }
        let Some(v) = value else { return Err(cx.type_error(format_args!("cannot delete memory"))) };
        let tuple = key.downcast::<PyTuple>();
        if self.ndim() == 0 {
            if key.is(crate::types::ellipsis()) || tuple.is_some_and(|t| t.is_empty()) {
                return self.write(self.raw().buf as *mut u8, v, cx);
            }
            return Err(cx.type_error(format_args!("invalid indexing of 0-dim memory")));
        }
        if number::has_index(key) {
            if self.ndim() > 1 {
                return Err(cx.not_implemented_error(format_args!("sub-views are not implemented")));
            }
            let i = number::index_as_isize(key, exc::IndexError(), cx)?;
            self.check(cx)?;
            let p = self.at(self.raw().buf as *mut u8, 0, i, cx)?;
            return self.write(p, v, cx);
        }
        if let Some(s) = key.downcast::<PySlice>().filter(|_| self.ndim() == 1) {
            return self.assign_slice(s, v, cx);
        }
        match tuple {
            Some(t) if all_indices(t) => {
                if t.len() < self.ndim() {
                    return Err(cx.not_implemented_error(format_args!("sub-views are not implemented")));
                }
                let p = self.at_tuple(t, cx)?;
                self.write(p, v, cx)
            }
            Some(t) if all_slices(t) => Err(cx.not_implemented_error(format_args!("memoryview slice assignments are currently restricted to ndim = 1"))),
            None if key.is_a::<PySlice>() => {
                Err(cx.not_implemented_error(format_args!("memoryview slice assignments are currently restricted to ndim = 1")))
            }
            _ => Err(cx.type_error(format_args!("memoryview: invalid slice key"))),
        }
    }
}
