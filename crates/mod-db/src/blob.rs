//! `sqlite3.Blob`: the bytes of one column of one row, read and written in place.

use crate::connection::PyConnection;
use crate::errors::{self, programming};
use crate::raw::RawBlob;
use libsqlite3_sys as ffi;
use std::cell::Cell;
use std::rc::Rc;
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::slice::{PySlice, Span};

/// An open blob.
#[pytype(name = "sqlite3.Blob", gc, no_new, doc = "")]
#[repr(C)]
pub struct PyBlob {
    head: ObjHead,
    connection: Field<PyConnection>,
    #[gc(skip)]
    blob: Rc<RawBlob>,
    #[gc(skip)]
    offset: Cell<usize>,
    weak: WeakList,
}

/// A blob object for an open blob.
pub fn new(connection: &PyConnection, blob: Rc<RawBlob>, cx: &mut Cx) -> PyResult<Own<PyBlob>> {
    cx.new_object(PyBlob { head: Object::placeholder(), connection: Field::new(connection.new_ref()), blob, offset: Cell::new(0), weak: WeakList::new() })
}

impl PyBlob {
    fn check(&self, cx: &mut Cx) -> PyResult<&RawBlob> {
        self.connection.check_thread(cx)?;
        self.connection.db(cx)?;
        if self.blob.is_closed() {
            return Err(programming(format_args!("Cannot operate on a closed blob."), cx));
        }
        Ok(&self.blob)
    }

    fn failed(&self, rc: i32, cx: &mut Cx) -> Raised {
        if rc == ffi::SQLITE_ABORT {
            return errors::raise("OperationalError", format_args!("Cannot operate on an expired blob handle"), cx);
        }
        match self.connection.db(cx) {
            Ok(db) => errors::last(&db, cx),
            Err(r) => r,
        }
    }

    fn read_at(&self, n: usize, at: usize, cx: &mut Cx) -> PyResult<Vec<u8>> {
        let mut out = vec![0; n];
        match self.blob.read(&mut out, at) {
            ffi::SQLITE_OK => Ok(out),
            rc => Err(self.failed(rc, cx)),
        }
    }

    fn write_at(&self, data: &[u8], at: usize, cx: &mut Cx) -> PyResult<()> {
        let remaining = self.blob.len().saturating_sub(at);
        if data.len() > remaining {
            return Err(cx.value_error(format_args!("data longer than blob length")));
        }
        match self.blob.write(data, at) {
            ffi::SQLITE_OK => Ok(()),
            rc => Err(self.failed(rc, cx)),
        }
    }

    fn index(&self, key: &Object, cx: &mut Cx) -> PyResult<usize> {
        let i = number::index_as_isize(key, exc::IndexError(), cx)?;
        let n = self.blob.len() as isize;
        let i = if i < 0 { i + n } else { i };
        if i < 0 || i >= n {
            return Err(cx.index_error(format_args!("Blob index out of range")));
        }
        Ok(i as usize)
    }

    fn span(&self, s: &PySlice, cx: &mut Cx) -> PyResult<Span> {
        let (start, stop, step) = s.unpack(cx)?;
        Ok(Span::clip(start, stop, step, self.blob.len()))
    }

    fn set_slice(&self, s: &PySlice, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let span = self.span(s, cx)?;
        let data = Buffer::get(v, 0, cx)?;
        if data.bytes().len() != span.count {
            return Err(cx.index_error(format_args!("Blob slice assignment is wrong size")));
        }
        if span.count == 0 {
            return Ok(());
        }
        if span.step < 0 {
            return Err(negative(cx));
        }
        if span.step == 1 {
            return self.write_at(data.bytes(), span.start as usize, cx);
        }
        let (lo, hi) = extent(&span);
        let mut all = self.read_at(hi - lo, lo, cx)?;
        let mut at = span.start;
        for &b in data.bytes() {
            if let Some(slot) = all.get_mut(at as usize - lo) {
                *slot = b;
            }
            at += span.step;
        }
        self.write_at(&all, lo, cx)
    }
}

#[cold]
fn negative(cx: &mut Cx) -> Raised {
    cx.value_error(format_args!("Blob doesn't support slices with a negative step"))
}

/// First byte and end of what a slice touches.
fn extent(s: &Span) -> (usize, usize) {
    let last = s.start + (s.count as isize - 1) * s.step;
    (s.start.min(last) as usize, s.start.max(last) as usize + 1)
}

#[pymethods]
impl PyBlob {
    /// Close the blob.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        self.connection.check_thread(cx)?;
        self.connection.db(cx)?;
        self.blob.close();
        Ok(())
    }
    /// Read data at the current offset position.
    ///
    ///   length
    ///     Read length in bytes.
    ///
    /// If the end of the blob is reached, the data up to end of file will
    /// be returned.  When length is not specified, or is negative,
    /// Blob.read() will read until the end of the blob.
    #[method("read(length=-1, /)")]
    fn read(&self, length: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let blob = self.check(cx)?;
        let rest = blob.len().saturating_sub(self.offset.get());
        let n = usize::try_from(length).map_or(rest, |n| n.min(rest));
        if n == 0 {
            return PyBytes::new(b"", cx);
        }
        let out = self.read_at(n, self.offset.get(), cx)?;
        self.offset.set(self.offset.get() + n);
        PyBytes::new(&out, cx)
    }
    /// Write data at the current offset.
    ///
    /// This function cannot change the blob length.  Writing beyond the end
    /// of the blob will result in an exception being raised.
    #[method("write(data, /)")]
    fn write(&self, data: Buffer, cx: &mut Cx) -> PyResult<()> {
        self.check(cx)?;
        self.write_at(data.bytes(), self.offset.get(), cx)?;
        self.offset.set(self.offset.get() + data.bytes().len());
        Ok(())
    }
    /// Set the current access position to offset.
    ///
    /// The origin argument defaults to os.SEEK_SET (absolute blob
    /// positioning).  Other values for origin are os.SEEK_CUR (seek
    /// relative to the current position) and os.SEEK_END (seek relative to
    /// the blob's end).
    #[method("seek(offset, origin=0, /)")]
    fn seek(&self, offset: i32, origin: i32, cx: &mut Cx) -> PyResult<()> {
        let blob = self.check(cx)?;
        let len = blob.len() as i64;
        let base = match origin {
            0 => 0,
            1 => self.offset.get() as i64,
            2 => len,
            _ => return Err(cx.value_error(format_args!("'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END"))),
        };
        let to = base + i64::from(offset);
        if i32::try_from(to).is_err() {
            return Err(cx.overflow_error(format_args!("seek offset results in overflow")));
        }
        if to < 0 || to > len {
            return Err(cx.value_error(format_args!("offset out of blob range")));
        }
        self.offset.set(to as usize);
        Ok(())
    }
    /// Return the current access position for the blob.
    #[method("tell()")]
    fn tell(&self, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        Ok(self.offset.get())
    }
    /// Blob context manager enter.
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        Ok(self.as_object().own())
    }
    /// Blob context manager exit.
    #[method("__exit__(type, val, tb, /)")]
    fn exit(&self, _type: &Object, _val: &Object, _tb: &Object, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx)?;
        self.blob.close();
        Ok(false)
    }
    #[slot(sq_length, mp_length)]
    fn len(&self, cx: &mut Cx) -> PyResult<usize> {
        Ok(self.check(cx)?.len())
    }
    #[slot(mp_subscript)]
    fn get(&self, key: &Object, cx: &mut Cx) -> PyResult {
        self.check(cx)?;
        if number::has_index(key) {
            let i = self.index(key, cx)?;
            let b = self.read_at(1, i, cx)?;
            return PyInt::new(b.first().copied().unwrap_or_default().into(), cx).map(Own::into_object);
        }
        let Some(s) = key.downcast::<PySlice>() else { return Err(cx.type_error(format_args!("Blob indices must be integers"))) };
        let span = self.span(s, cx)?;
        if span.count == 0 {
            return PyBytes::new(b"", cx).map(Own::into_object);
        }
        if span.step < 0 {
            return Err(negative(cx));
        }
        let (lo, hi) = extent(&span);
        let all = self.read_at(hi - lo, lo, cx)?;
        let out: Vec<u8> = (0..span.count as isize).filter_map(|i| all.get((span.start + i * span.step) as usize - lo).copied()).collect();
        PyBytes::new(&out, cx).map(Own::into_object)
    }
    #[slot(mp_ass_subscript)]
    fn set(&self, key: &Object, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.check(cx)?;
        if number::has_index(key) {
            let Some(v) = v else { return Err(cx.type_error(format_args!("Blob doesn't support item deletion"))) };
            let Some(n) = v.downcast::<PyInt>() else {
                let ty = v.ty().tp_name_str();
                return Err(cx.type_error(format_args!("'{ty}' object cannot be interpreted as an integer")));
            };
            let i = self.index(key, cx)?;
            let Some(b) = n.to_i64().and_then(|n| u8::try_from(n).ok()) else {
                return Err(cx.value_error(format_args!("byte must be in range(0, 256)")));
            };
            return self.write_at(&[b], i, cx);
        }
        let Some(s) = key.downcast::<PySlice>() else { return Err(cx.type_error(format_args!("Blob indices must be integers"))) };
        match v {
            Some(v) => self.set_slice(s, v, cx),
            None => Err(cx.type_error(format_args!("Blob doesn't support slice deletion"))),
        }
    }
}
