//! `BytesIO`: a growing array of bytes as a binary stream.

use crate::base::PyBufferedIoBase;
use crate::common::*;
use std::cell::{Cell, RefCell};
use taipan_object::abstract_::{buffer, iter};
use taipan_object::prelude::*;
use taipan_object::types::bytearray::PyByteArray;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::memoryview::PyMemoryView;

/// Where the content is.
enum Store {
    /// An immutable object, shared until something changes.
    Shared(Own<PyBytes>),
    /// Ours alone.
    Own(Vec<u8>),
    /// Lent to `getbuffer()`: views keep the array from changing its size.
    Lent(Own<PyByteArray>),
}

impl Default for Store {
    fn default() -> Store {
        Store::Own(Vec::new())
    }
}

impl Store {
    fn bytes(&self) -> &[u8] {
        match self {
            Store::Shared(b) => b.as_bytes(),
            Store::Own(v) => v,
            Store::Lent(a) => a.data(),
        }
    }
}

#[derive(Default)]
struct State {
    data: RefCell<Store>,
    pos: Cell<usize>,
    closed: Cell<bool>,
}

#[pytype(name = "_io.BytesIO", heap, gc, basetype, base = PyBufferedIoBase, doc = "BytesIO(initial_bytes=b'')\n--\n\nBuffered I/O implementation using an in-memory bytes buffer.")]
#[repr(C)]
pub struct PyBytesIo {
    base: PyBufferedIoBase,
    #[gc(skip)]
    s: Box<State>,
    // `object.__sizeof__` tells the reference's size.
    #[gc(skip)]
    _room: [usize; 3],
}

const _: () = assert!(size_of::<PyBytesIo>() == 64);

impl PyBytesIo {
    fn check(&self, cx: &mut Cx) -> PyResult<()> {
        if self.s.closed.get() { Err(cx.value_error(format_args!("I/O operation on closed file."))) } else { Ok(()) }
    }
    fn len(&self) -> usize {
        self.s.data.borrow().bytes().len()
    }
    /// Raise while views are out; otherwise make the content ours when `ours` is asked for.
    fn unlend(&self, ours: bool, cx: &mut Cx) -> PyResult<()> {
        let mut d = self.s.data.borrow_mut();
        if let Store::Lent(a) = &*d {
            if a.is_exported() {
                return Err(cx.buffer_error(format_args!("Existing exports of data: object cannot be re-sized")));
            }
        }
        if !ours || matches!(&*d, Store::Own(_)) {
            return Ok(());
        }
        let mut v = Vec::new();
        if v.try_reserve(d.bytes().len()).is_err() {
            return Err(cx.memory_error());
        }
        v.extend_from_slice(d.bytes());
        *d = Store::Own(v);
        Ok(())
    }
    /// Consume up to `n` bytes (-1: all).
    fn take(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = self.s.data.borrow();
        let all = d.bytes();
        let start = self.s.pos.get().min(all.len());
        let rest = all.get(start..).unwrap_or_default();
        let n = if n < 0 { rest.len() } else { rest.len().min(n as usize) };
        if n > 0 {
            self.s.pos.set(start + n);
        }
        match &*d {
            Store::Shared(b) if start == 0 && n == all.len() && n > 1 => Ok(b.new_ref()),
            _ => PyBytes::new(rest.get(..n).unwrap_or_default(), cx),
        }
    }
    fn line(&self, limit: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let n = {
            let d = self.s.data.borrow();
            let rest = d.bytes().get(self.s.pos.get()..).unwrap_or_default();
            let n = memchr::memchr(b'\n', rest).map_or(rest.len(), |i| i + 1);
            if limit >= 0 { n.min(limit as usize) } else { n }
        };
        self.take(n as isize, cx)
    }
    fn put(&self, b: &[u8], cx: &mut Cx) -> PyResult<usize> {
        self.unlend(!b.is_empty(), cx)?;
        let mut store = self.s.data.borrow_mut();
        let Store::Own(d) = &mut *store else { return Ok(0) };
        if b.is_empty() {
            return Ok(0);
        }
        let pos = self.s.pos.get();
        let Some(end) = pos.checked_add(b.len()).filter(|e| *e <= isize::MAX as usize) else {
            return Err(cx.overflow_error(format_args!("new buffer size too large")));
        };
        if end > d.len() {
            let more = end - d.len();
            if d.try_reserve(more).is_err() {
                return Err(cx.memory_error());
            }
            if pos == d.len() {
                d.extend_from_slice(b);
                self.s.pos.set(end);
                return Ok(b.len());
            }
            d.resize(end, 0);
        }
        if let Some(t) = d.get_mut(pos..end) {
            t.copy_from_slice(b);
        }
        self.s.pos.set(end);
        Ok(b.len())
    }
}

#[pymethods]
impl PyBytesIo {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyBytesIo>> {
        cx.new_object_of(cls, PyBytesIo { base: PyBufferedIoBase::blank(), s: Box::default(), _room: [0; 3] })
    }
    #[init("BytesIO(initial_bytes=b'')")]
    fn init(&self, initial_bytes: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.unlend(false, cx)?;
        self.s.pos.set(0);
        self.s.data.replace(Store::default());
        if let Some(b) = initial_bytes.filter(|b| !b.is_none()) {
            if let Some(b) = b.exact::<PyBytes>() {
                self.s.data.replace(Store::Shared(b.new_ref()));
                return Ok(());
            }
            let b = Buffer::get(b, buffer::SIMPLE, cx)?;
            self.unlend(false, cx)?;
            self.s.data.replace(Store::Own(b.bytes().to_vec()));
        }
        Ok(())
    }
    /// Get a read-write view over the contents of the BytesIO object.
    #[method("getbuffer()")]
    fn getbuffer(&self, cx: &mut Cx) -> PyResult<Own<PyMemoryView>> {
        self.check(cx)?;
        let lent = match &*self.s.data.borrow() {
            Store::Lent(a) => Some(a.new_ref()),
            _ => None,
        };
        let array = match lent {
            Some(a) => a,
            None => {
                let a = PyByteArray::new(self.s.data.borrow().bytes(), cx)?;
                self.s.data.replace(Store::Lent(a.new_ref()));
                a
            }
        };
        PyMemoryView::from_object(&array, cx)
    }
    /// Read at most size bytes, returned as a bytes object.
    ///
    /// If the size argument is negative, read until EOF is reached.
    /// Return an empty bytes object at EOF.
    #[method("read(size=-1, /)")]
    fn read(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.check(cx)?;
        self.take(size.0, cx)
    }
    /// Read at most size bytes, returned as a bytes object.
    ///
    /// If the size argument is negative or omitted, read until EOF is reached.
    /// Return an empty bytes object at EOF.
    #[method("read1(size=-1, /)")]
    fn read1(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.check(cx)?;
        self.take(size.0, cx)
    }
    /// Read bytes into buffer.
    ///
    /// Returns number of bytes read (0 for EOF), or None if the object
    /// is set not to block and has no data to read.
    #[method("readinto(buffer, /)")]
    fn readinto(&self, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        let b = buffer.0.bytes_mut();
        let d = self.s.data.borrow();
        let rest = d.bytes().get(self.s.pos.get()..).unwrap_or_default();
        let n = rest.len().min(b.len());
        if let (Some(t), Some(s)) = (b.get_mut(..n), rest.get(..n)) {
            t.copy_from_slice(s);
        }
        self.s.pos.set(self.s.pos.get() + n);
        Ok(n)
    }
    /// Next line from the file, as a bytes object.
    ///
    /// Retain newline.  A non-negative size argument limits the maximum
    /// number of bytes to return (an incomplete line may be returned then).
    /// Return an empty bytes object at EOF.
    #[method("readline(size=-1, /)")]
    fn readline(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.check(cx)?;
        self.line(size.0, cx)
    }
    /// List of bytes objects, each a line from the file.
    ///
    /// Call readline() repeatedly and return a list of the lines so read.
    /// The optional size argument, if given, is an approximate bound on the
    /// total number of bytes in the lines returned.
    #[method("readlines(size=None, /)")]
    fn readlines(&self, size: &Object, cx: &mut Cx) -> PyResult<Own<PyList>> {
        self.check(cx)?;
        let most = match size {
            s if s.is_none() => 0,
            s if s.is_a::<PyInt>() => as_i64(s, cx)?,
            s => return Err(cx.type_error(format_args!("integer argument expected, got '{}'", s.ty().name()))),
        };
        let out = PyList::new(cx)?;
        let mut total = 0;
        loop {
            let l = self.line(-1, cx)?;
            if l.is_empty() {
                return Ok(out);
            }
            total += l.len() as i64;
            out.push(l.into_object(), cx)?;
            if most > 0 && total >= most {
                return Ok(out);
            }
        }
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<PyBytes>>> {
        self.check(cx)?;
        let l = self.line(-1, cx)?;
        Ok((!l.is_empty()).then_some(l))
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.check(cx)?;
        Ok(self.own())
    }
    /// Write bytes to file.
    ///
    /// Return the number of bytes written.
    #[method("write(b, /)")]
    fn write(&self, b: &Object, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        if let Some(b) = b.exact::<PyBytes>() {
            return self.put(b.as_bytes(), cx);
        }
        self.unlend(false, cx)?;
        let v = Buffer::get(b, buffer::SIMPLE, cx)?;
        self.check(cx)?;
        self.put(v.bytes(), cx)
    }
    /// Write lines to the file.
    ///
    /// Note that newlines are not added.  lines can be any iterable object
    /// producing bytes-like objects. This is equivalent to calling write() for
    /// each element.
    #[method("writelines(lines, /)")]
    fn writelines(&self, lines: &Object, cx: &mut Cx) -> PyResult<()> {
        self.check(cx)?;
        let it = iter::get_iter(lines, cx)?;
        while let Some(l) = iter::next(&it, cx)? {
            self.write(&l, cx)?;
        }
        Ok(())
    }
    /// Retrieve the entire contents of the BytesIO object.
    #[method("getvalue()")]
    fn getvalue(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.check(cx)?;
        match &*self.s.data.borrow() {
            Store::Shared(b) => Ok(b.new_ref()),
            other => PyBytes::new(other.bytes(), cx),
        }
    }
    /// Current file position, an integer.
    #[method("tell()")]
    fn tell(&self, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx).map(|()| self.s.pos.get())
    }
    /// Change stream position.
    ///
    /// Seek to byte offset pos relative to position indicated by whence:
    ///      0  Start of stream (the default).  pos should be >= 0;
    ///      1  Current position - pos may be negative;
    ///      2  End of stream - pos usually negative.
    /// Returns the new absolute position.
    #[method("seek(pos, whence=0, /)")]
    fn seek(&self, pos: isize, whence: i32, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        let base = match whence {
            0 if pos < 0 => return Err(cx.value_error(format_args!("negative seek value {pos}"))),
            0 => 0,
            1 => self.s.pos.get() as isize,
            2 => self.len() as isize,
            _ => return Err(cx.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)"))),
        };
        let Some(n) = base.checked_add(pos) else {
            return Err(cx.overflow_error(format_args!("new position too large")));
        };
        self.s.pos.set(n.max(0) as usize);
        Ok(self.s.pos.get())
    }
    /// Truncate the file to at most size bytes.
    ///
    /// Size defaults to the current file position, as returned by tell().
    /// The current file position is unchanged.  Returns the new size.
    #[method("truncate(size=None, /)")]
    fn truncate(&self, size: &Object, cx: &mut Cx) -> PyResult<usize> {
        self.check(cx)?;
        let n = if size.is_none() { self.s.pos.get() as i64 } else { as_i64(size, cx)? };
        // The conversion may have run code that closed or lent the content.
        self.check(cx)?;
        self.unlend(false, cx)?;
        if n < 0 {
            return Err(cx.value_error(format_args!("negative size value {n}")));
        }
        self.unlend((n as usize) < self.len(), cx)?;
        if let Store::Own(v) = &mut *self.s.data.borrow_mut() {
            v.truncate(n as usize);
        }
        Ok(n as usize)
    }
    /// Disable all I/O operations.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        self.unlend(false, cx)?;
        self.s.data.take();
        self.s.closed.set(true);
        Ok(())
    }
    /// Does nothing.
    #[method("flush()")]
    fn flush(&self, cx: &mut Cx) -> PyResult<()> {
        self.check(cx)
    }
    /// Always returns False.
    ///
    /// BytesIO objects are not connected to a TTY-like device.
    #[method("isatty()")]
    fn isatty(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| false)
    }
    /// Returns True if the IO object can be read.
    #[method("readable()")]
    fn readable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| true)
    }
    /// Returns True if the IO object can be written.
    #[method("writable()")]
    fn writable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| true)
    }
    /// Returns True if the IO object can be seeked.
    #[method("seekable()")]
    fn seekable(&self, cx: &mut Cx) -> PyResult<bool> {
        self.check(cx).map(|()| true)
    }
    /// True if the file is closed.
    #[getter("closed")]
    fn get_closed(&self) -> bool {
        self.s.closed.get()
    }
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        let held = match &*self.s.data.borrow() {
            Store::Own(v) => v.capacity(),
            other => other.bytes().len(),
        };
        // A bytes object's own part is counted as in the reference.
        size_of::<PyBytesIo>() + if held > 0 { held + 33 } else { 0 }
    }
    #[method("__getstate__()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (v, n) = (self.getvalue(cx)?, PyInt::new(self.s.pos.get() as i64, cx)?);
        let d = match taipan_object::instance::existing_dict(self) {
            Some(d) => d.copy(cx)?.into_object(),
            None => none().own(),
        };
        PyTuple::from_slice(&[&v, &n, &d], cx)
    }
    #[method("__setstate__(object, /)")]
    fn setstate(&self, object: &Object, cx: &mut Cx) -> PyResult<()> {
        let t = object.downcast::<PyTuple>().map(|t| t.as_slice());
        let Some([v, n, d]) = t else {
            let (w, got) = (self.ty().name().to_owned(), object.ty().name().to_owned());
            return Err(cx.type_error(format_args!("{w}.__setstate__ argument should be 3-tuple, got {got}")));
        };
        self.check(cx)?;
        self.init(Some(v), cx)?;
        if !n.is_a::<PyInt>() {
            return Err(cx.type_error(format_args!("second item of state must be an integer, not {}", n.ty().name())));
        }
        let n = as_i64(n, cx)?;
        if n < 0 {
            return Err(cx.value_error(format_args!("position value cannot be negative")));
        }
        self.s.pos.set(n as usize);
        restore_dict(self, d, cx)
    }
}

/// Set the attributes that a pickle had.
pub fn restore_dict(o: &Object, d: &Object, cx: &mut Cx) -> PyResult<()> {
    if d.is_none() {
        return Ok(());
    }
    let Some(d) = d.downcast::<PyDict>() else {
        return Err(cx.type_error(format_args!("third item of state should be a dict, got a {}", d.ty().name())));
    };
    let mut pos = 0;
    while let Some((k, v, _)) = d.next_own(&mut pos) {
        let k = taipan_object::attr::as_name(&k, cx)?;
        taipan_object::attr::set(o, &k, Some(&v), cx)?;
    }
    Ok(())
}
