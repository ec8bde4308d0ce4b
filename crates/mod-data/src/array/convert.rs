//! Arrays from and to bytes, lists, text, files and pickles.

use super::PyArray;
use super::item;
use taipan_object::abstract_::buffer::{self, Buffer};
use taipan_object::abstract_::number;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

/// Bytes per `write` of `tofile`.
const FILE_BLOCK: usize = 64 * 1024;

impl PyArray {
    /// Append what must be whole items.
    pub(super) fn push_foreign(&self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        if b.len() % self.descr.size != 0 {
            return Err(cx.value_error(format_args!("bytes length not a multiple of item size")));
        }
        self.push_bytes(b, cx)
    }
    /// Append the characters of a string.
    pub(super) fn push_text(&self, s: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let bytes: Vec<u8> = s.code_points().flat_map(u32::to_ne_bytes).collect();
        self.push_bytes(&bytes, cx)
    }
    /// The items as a string.
    pub(super) fn to_text(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if self.descr.code == 'w' {
            let bytes = PyBytes::new(self.data(), cx)?;
            let codec = PyStr::new(if cfg!(target_endian = "big") { "utf-32-be" } else { "utf-32-le" }, cx)?;
            let text = call::call_method(bytes.as_object(), name!(cx, "decode"), &[codec.as_object()], cx)?;
            return text.downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("decoder should return a string result")));
        }
        let points: Vec<u32> = self.data().chunks_exact(4).map(|b| u32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
        item::text(&points, cx)
    }
    /// The items as a list.
    pub(super) fn to_list(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let mut out = Vec::with_capacity(self.len());
        let mut i = 0;
        while let Some(v) = self.load(i, cx)? {
            out.push(v);
            i += 1;
        }
        PyList::from_vec(out, cx)
    }
}

#[pymethods(CONVERT)]
impl PyArray {
    /// Append items to array from list.
    #[method("fromlist(list, /)")]
    fn fromlist(&self, list: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(l) = list.downcast::<PyList>() else {
            return Err(cx.type_error(format_args!("arg must be list")));
        };
        let (old, n) = (self.len(), l.len());
        self.resize(old + n, cx)?;
        for i in 0..n {
            let stored = match l.get_own(i) {
                Some(v) => self.descr.store(&v, cx).map(|raw| self.put(old + i, raw, cx)),
                None => Ok(()),
            };
            let stored = match stored {
                Ok(()) if l.len() != n => Err(cx.runtime_error(format_args!("list changed size during iteration"))),
                r => r,
            };
            if let Err(r) = stored {
                let e = cx.take_raised(r);
                self.resize(old, cx)?;
                return Err(cx.set_raised(e));
            }
        }
        Ok(())
    }
    /// Convert array to an ordinary list with the same items.
    #[method("tolist()")]
    fn tolist(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        self.to_list(cx)
    }
    /// Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.
    #[method("frombytes(buffer, /)")]
    fn frombytes(&self, buffer: &Object, cx: &mut Cx) -> PyResult<()> {
        let b = Buffer::get(buffer, buffer::SIMPLE, cx)?;
        if b.view().itemsize != 1 {
            return Err(cx.type_error(format_args!("a bytes-like object is required")));
        }
        self.push_foreign(b.bytes(), cx)
    }
    /// Convert the array to an array of machine values and return the bytes representation.
    #[method("tobytes()")]
    fn tobytes(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        PyBytes::new(self.data(), cx)
    }
    /// Extends this array with data from the unicode string ustr.
    ///
    /// The array must be a unicode type array; otherwise a ValueError is
    /// raised.  Use array.frombytes(ustr.encode(...)) to append Unicode
    /// data to an array of some other type.
    #[method("fromunicode(ustr, /)")]
    fn fromunicode(&self, ustr: &PyStr, cx: &mut Cx) -> PyResult<()> {
        if !self.descr.is_text() {
            return Err(cx.value_error(format_args!("fromunicode() may only be called on unicode type arrays ('u' or 'w')")));
        }
        self.push_text(ustr, cx)
    }
    /// Extends this array with data from the unicode string ustr.
    ///
    /// Convert the array to a unicode string.  The array must be a unicode
    /// type array; otherwise a ValueError is raised.  Use
    /// array.tobytes().decode() to obtain a unicode string from an array of
    /// some other type.
    #[method("tounicode()")]
    fn tounicode(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if !self.descr.is_text() {
            return Err(cx.value_error(format_args!("tounicode() may only be called on unicode type arrays ('u' or 'w')")));
        }
        self.to_text(cx)
    }
    /// Read n objects from the file object f and append them to the end of the array.
    #[method("fromfile(f, n, /)")]
    fn fromfile(&self, f: &Object, n: isize, cx: &mut Cx) -> PyResult<()> {
        if n < 0 {
            return Err(cx.value_error(format_args!("negative count")));
        }
        let Some(want) = (n as usize).checked_mul(self.descr.size).filter(|&w| w <= isize::MAX as usize) else { return Err(cx.memory_error()) };
        let count = PyInt::new(want as i64, cx)?;
        let got = call::call_method(f, name!(cx, "read"), &[count.as_object()], cx)?;
        let Some(b) = got.downcast::<PyBytes>() else {
            return Err(cx.type_error(format_args!("read() didn't return bytes")));
        };
        let enough = b.len() == want;
        self.push_foreign(b.as_bytes(), cx)?;
        if enough { Ok(()) } else { Err(cx.eof_error(format_args!("read() didn't return enough bytes"))) }
    }
    /// Write all items (as machine values) to the file object f.
    #[method("tofile(f, /)")]
    fn tofile(&self, f: &Object, cx: &mut Cx) -> PyResult<()> {
        let mut at = 0;
        loop {
            let end = self.data().len().min(at + FILE_BLOCK);
            if at >= end {
                return Ok(());
            }
            let block = PyBytes::new(&self.data()[at..end], cx)?;
            call::call_method(f, name!(cx, "write"), &[block.as_object()], cx)?;
            at = end;
        }
    }
    /// Byteswap all items of the array.
    ///
    /// If the items in the array are not 1, 2, 4, or 8 bytes in size,
    /// RuntimeError is raised.
    #[method("byteswap()")]
    fn byteswap(&self, cx: &mut Cx) {
        let size = self.descr.size;
        self.data_mut(cx).chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    /// Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.
    ///
    /// The length should be multiplied by the itemsize attribute to
    /// calculate the buffer length in bytes.
    #[method("buffer_info()")]
    fn buffer_info(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (address, n) = (PyInt::from_u64(self.block.address() as u64, cx)?, PyInt::new(self.len() as i64, cx)?);
        PyTuple::from_slice(&[address.as_object(), n.as_object()], cx)
    }
    /// Return a copy of the array.
    #[method("__copy__()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let bytes = self.data().to_vec();
        self.like(&bytes, cx)
    }
    /// Return a copy of the array.
    #[method("__deepcopy__(unused, /)")]
    fn deepcopy(&self, _unused: &Object, cx: &mut Cx) -> PyResult<Own<PyArray>> {
        let bytes = self.data().to_vec();
        self.like(&bytes, cx)
    }
    /// Return state information for pickling.
    #[method("__reduce_ex__(value, /)")]
    fn reduce_ex(&self, value: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Some(protocol) = value.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("__reduce_ex__ argument should be an integer")));
        };
        let protocol = number::int_as_isize(protocol, exc::OverflowError(), cx)?;
        let me = self.as_object();
        let dict = attr::get_opt(me, name!(cx, "__dict__"), cx)?.unwrap_or_else(|| none().own());
        let code = PyStr::new(self.descr.code.encode_utf8(&mut [0; 4]), cx)?;
        let ty = me.ty().as_object();
        if protocol < 3 {
            let list = self.to_list(cx)?;
            let args = PyTuple::from_slice(&[code.as_object(), list.as_object()], cx)?;
            return PyTuple::from_slice(&[ty, args.as_object(), &dict], cx);
        }
        let make = cx.import_attr("array", "_array_reconstructor")?;
        let (machine, bytes) = (PyInt::new(self.descr.machine as i64, cx)?, PyBytes::new(self.data(), cx)?);
        let args = PyTuple::from_slice(&[ty, code.as_object(), machine.as_object(), bytes.as_object()], cx)?;
        PyTuple::from_slice(&[&make, args.as_object(), &dict], cx)
    }
}
