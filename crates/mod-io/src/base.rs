//! `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`: the abstract classes and what they do by default.

use crate::common::*;
use taipan_object::abstract_::{self, buffer, iter};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

/// The base of all I/O classes; instances have a dict and can be weakly referenced.
#[pytype(name = "_io._IOBase", heap, gc, basetype, doc = "The abstract base class for all I/O classes.\n\nThis class provides dummy implementations for many methods that\nderived classes can override selectively; the default implementations\nrepresent a file that cannot be read, written or seeked.\n\nEven though IOBase does not declare read, readinto, or write because\ntheir signatures will vary, implementations and clients should\nconsider those methods part of the interface. Also, implementations\nmay raise UnsupportedOperation when operations they do not support are\ncalled.\n\nThe basic type used for binary data read from or written to a file is\nbytes. Other bytes-like objects are accepted as method arguments too.\nIn some cases (such as readinto), a writable object is required. Text\nI/O classes work with str data.\n\nNote that calling any method (except additional calls to close(),\nwhich are ignored) on a closed stream should raise a ValueError.\n\nIOBase (and its subclasses) support the iterator protocol, meaning\nthat an IOBase object can be iterated over yielding the lines in a\nstream.\n\nIOBase also supports the :keyword:`with` statement. In this example,\nfp is closed after the suite of the with statement is complete:\n\nwith open('spam.txt', 'r') as fp:\n    fp.write('Spam and eggs!')\n")]
#[repr(C)]
pub struct PyIoBase {
    head: ObjHead,
    dict: InstDict,
    weak: WeakList,
}

/// Base of unbuffered binary I/O.
#[pytype(name = "_io._RawIOBase", heap, gc, basetype, base = PyIoBase, doc = "Base class for raw binary I/O.")]
#[repr(C)]
pub struct PyRawIoBase {
    base: PyIoBase,
}

/// Base of buffered binary I/O.
#[pytype(name = "_io._BufferedIOBase", heap, gc, basetype, base = PyIoBase, doc = "Base class for buffered IO objects.\n\nThe main difference with RawIOBase is that the read() method\nsupports omitting the size argument, and does not have a default\nimplementation that defers to readinto().\n\nIn addition, read(), readinto() and write() may raise\nBlockingIOError if the underlying raw stream is in non-blocking\nmode and not ready; unlike their raw counterparts, they will never\nreturn None.\n\nA typical implementation should not inherit from a RawIOBase\nimplementation, but wrap one.\n")]
#[repr(C)]
pub struct PyBufferedIoBase {
    base: PyIoBase,
}

/// Base of text I/O.
#[pytype(name = "_io._TextIOBase", heap, gc, basetype, base = PyIoBase, doc = "Base class for text I/O.\n\nThis class provides a character and line based interface to stream\nI/O. There is no readinto method because Python's character strings\nare immutable.\n")]
#[repr(C)]
pub struct PyTextIoBase {
    base: PyIoBase,
}

impl PyIoBase {
    /// The common part of a new instance.
    pub fn blank() -> PyIoBase {
        PyIoBase { head: Object::placeholder(), dict: Default::default(), weak: WeakList::new() }
    }
}
impl PyRawIoBase {
    /// See [`PyIoBase::blank`].
    pub fn blank() -> Self {
        PyRawIoBase { base: PyIoBase::blank() }
    }
}
impl PyBufferedIoBase {
    /// See [`PyIoBase::blank`].
    pub fn blank() -> Self {
        PyBufferedIoBase { base: PyIoBase::blank() }
    }
}
impl PyTextIoBase {
    /// See [`PyIoBase::blank`].
    pub fn blank() -> Self {
        PyTextIoBase { base: PyIoBase::blank() }
    }
}

/// Raise when `o.closed` is true.
pub fn check_closed(o: &Object, cx: &mut Cx) -> PyResult<()> {
    if flag(o, name!(cx, "closed"), cx)? {
        return Err(cx.value_error(format_args!("I/O operation on closed file.")));
    }
    Ok(())
}

/// Raise unless `o.seekable()` and its like are true.
pub fn check_able(o: &Object, method: &str, cx: &mut Cx) -> PyResult<()> {
    let n = PyStr::new_interned(method, cx)?;
    let v = call::call_method(o, &n, &[], cx)?;
    if v.is(taipan_object::types::boolean::true_()) || (!v.is(taipan_object::types::boolean::false_()) && abstract_::is_true(&v, cx)?) {
        return Ok(());
    }
    Err(unsupported(&format!("File or stream is not {method}."), cx))
}

fn marked_closed(o: &Object, cx: &mut Cx) -> PyResult<bool> {
    attr::has(o, name!(cx, "__IOBase_closed"), cx)
}

/// `readline` by `peek` and `read` for classes that have no better way.
fn readline(o: &Object, limit: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    let peek = attr::get_opt(o, name!(cx, "peek"), cx)?;
    let mut line: Vec<u8> = Vec::new();
    while limit < 0 || line.len() < limit as usize {
        let mut want = 1;
        if let Some(p) = &peek {
            let one = PyInt::new(1, cx)?;
            let ahead = call::call(p, &[&one], cx)?;
            let Some(b) = ahead.downcast::<PyBytes>() else {
                return Err(cx.raise_msg(exc::OSError(), format_args!("peek() should have returned a bytes object, not '{}'", ahead.ty().name())));
            };
            if !b.is_empty() {
                let most = if limit >= 0 { b.len().min(limit as usize - line.len()) } else { b.len() };
                let seen = b.as_bytes().get(..most).unwrap_or_default();
                want = memchr::memchr(b'\n', seen).map_or(most, |i| i + 1);
            }
        }
        let n = PyInt::new(want as i64, cx)?;
        let got = call::call_method(o, name!(cx, "read"), &[&n], cx)?;
        let Some(b) = got.downcast::<PyBytes>() else {
            return Err(cx.raise_msg(exc::OSError(), format_args!("read() should have returned a bytes object, not '{}'", got.ty().name())));
        };
        if b.is_empty() {
            break;
        }
        line.extend_from_slice(b.as_bytes());
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    PyBytes::new(&line, cx)
}

/// Close a forgotten stream.
fn finalise(o: &Object, cx: &mut Cx) {
    if o.is_exact::<crate::bytesio::PyBytesIo>() || o.is_exact::<crate::stringio::PyStringIo>() {
        return;
    }
    let saved = cx.ts().current_exception.take();
    let closed = match flag(o, name!(cx, "closed"), cx) {
        Ok(c) => c,
        Err(r) => {
            cx.discard(r);
            true
        }
    };
    if !closed {
        if let Err(r) = attr::set(o, name!(cx, "_finalizing"), Some(taipan_object::types::boolean::true_()), cx) {
            cx.discard(r);
        }
        if call::call_method(o, name!(cx, "close"), &[], cx).is_err() {
            taipan_object::unraisable::write(cx, None, Some(o));
        }
    }
    cx.ts().current_exception.set(saved, cx);
}

#[pymethods]
impl PyIoBase {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyIoBase>> {
        cx.new_object_of(cls, PyIoBase::blank())
    }
    #[slot(tp_finalize)]
    fn finalize(&self, cx: &mut Cx) {
        finalise(self, cx);
    }
    /// Change the stream position to the given byte offset.
    ///
    ///   offset
    ///     The stream position, relative to 'whence'.
    ///   whence
    ///     The relative position to seek from.
    ///
    /// The offset is interpreted relative to the position indicated by whence.
    /// Values for whence are:
    ///
    /// * os.SEEK_SET or 0 -- start of stream (the default); offset should be zero or positive
    /// * os.SEEK_CUR or 1 -- current stream position; offset may be negative
    /// * os.SEEK_END or 2 -- end of stream; offset is usually negative
    ///
    /// Return the new absolute position.
    #[method("seek(offset, whence=0, /)")]
    fn seek(&self, _offset: &Object, _whence: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("seek", cx))
    }
    /// Return current stream position.
    #[method("tell()")]
    fn tell(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (zero, one) = (PyInt::new(0, cx)?, PyInt::new(1, cx)?);
        call::call_method(self, name!(cx, "seek"), &[&zero, &one], cx)
    }
    /// Truncate file to size bytes.
    ///
    /// File pointer is left unchanged. Size defaults to the current IO position
    /// as reported by tell(). Return the new size.
    #[method("truncate(size=None, /)")]
    fn truncate(&self, _size: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("truncate", cx))
    }
    /// Flush write buffers, if applicable.
    ///
    /// This is not implemented for read-only and non-blocking streams.
    #[method("flush()")]
    fn flush(&self, cx: &mut Cx) -> PyResult<()> {
        if marked_closed(self, cx)? {
            return Err(cx.value_error(format_args!("I/O operation on closed file.")));
        }
        Ok(())
    }
    /// Flush and close the IO object.
    ///
    /// This method has no effect if the file is already closed.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        if marked_closed(self, cx)? {
            return Ok(());
        }
        let r = call::call_method(self, name!(cx, "flush"), &[], cx).map(drop);
        chain(r, cx, |cx| attr::set(self, name!(cx, "__IOBase_closed"), Some(taipan_object::types::boolean::true_()), cx))
    }
    /// Return whether object supports random access.
    ///
    /// If False, seek(), tell() and truncate() will raise OSError.
    /// This method may need to do a test seek().
    #[method("seekable()")]
    fn seekable(&self) -> bool {
        false
    }
    /// Return whether object was opened for reading.
    ///
    /// If False, read() will raise OSError.
    #[method("readable()")]
    fn readable(&self) -> bool {
        false
    }
    /// Return whether object was opened for writing.
    ///
    /// If False, write() will raise OSError.
    #[method("writable()")]
    fn writable(&self) -> bool {
        false
    }
    #[method("_checkClosed()")]
    fn _check_closed(&self, cx: &mut Cx) -> PyResult<()> {
        check_closed(self, cx)
    }
    #[method("_checkSeekable()")]
    fn _check_seekable(&self, cx: &mut Cx) -> PyResult<bool> {
        check_able(self, "seekable", cx).map(|()| true)
    }
    #[method("_checkReadable()")]
    fn _check_readable(&self, cx: &mut Cx) -> PyResult<bool> {
        check_able(self, "readable", cx).map(|()| true)
    }
    #[method("_checkWritable()")]
    fn _check_writable(&self, cx: &mut Cx) -> PyResult<bool> {
        check_able(self, "writable", cx).map(|()| true)
    }
    /// Return underlying file descriptor if one exists.
    ///
    /// Raise OSError if the IO object does not use a file descriptor.
    #[method("fileno()")]
    fn fileno(&self, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("fileno", cx))
    }
    /// Return whether this is an 'interactive' stream.
    ///
    /// Return False if it can't be determined.
    #[method("isatty()")]
    fn isatty(&self, cx: &mut Cx) -> PyResult<bool> {
        check_closed(self, cx).map(|()| false)
    }
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        check_closed(self, cx)?;
        Ok(self.own())
    }
    #[method("__exit__(*args)", nosig)]
    fn exit(&self, _args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        call::call_method(self, name!(cx, "close"), &[], cx)
    }
    #[slot(tp_iter)]
    fn iter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        check_closed(self, cx)?;
        Ok(self.own())
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let line = call::call_method(self, name!(cx, "readline"), &[], cx)?;
        Ok((abstract_::len(&line, cx)? > 0).then_some(line))
    }
    /// Read and return a line from the stream.
    ///
    /// If size is specified, at most size bytes will be read.
    ///
    /// The line terminator is always b'\n' for binary files; for text
    /// files, the newlines argument to open can be used to select the line
    /// terminator(s) recognized.
    #[method("readline(size=-1, /)")]
    fn readline(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        readline(self, size.0, cx)
    }
    /// Return a list of lines from the stream.
    ///
    /// hint can be specified to control the number of lines read: no more
    /// lines will be read if the total size (in bytes/characters) of all
    /// lines so far exceeds hint.
    #[method("readlines(hint=-1, /)")]
    fn readlines(&self, #[default(Size(-1))] hint: Size, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let out = PyList::new(cx)?;
        let mut total = 0;
        let it = iter::get_iter(self, cx)?;
        while let Some(line) = iter::next(&it, cx)? {
            if hint.0 > 0 {
                total += abstract_::len(&line, cx)?;
            }
            out.push(line, cx)?;
            if hint.0 > 0 && total > hint.0 as usize {
                break;
            }
        }
        Ok(out)
    }
    /// Write a list of lines to stream.
    ///
    /// Line separators are not added, so it is usual for each of the
    /// lines provided to have a line separator at the end.
    #[method("writelines(lines, /)")]
    fn writelines(&self, lines: &Object, cx: &mut Cx) -> PyResult<()> {
        check_closed(self, cx)?;
        let it = iter::get_iter(lines, cx)?;
        while let Some(line) = iter::next(&it, cx)? {
            call::call_method(self, name!(cx, "write"), &[&line], cx)?;
        }
        Ok(())
    }
    #[getter("closed")]
    fn closed(&self, cx: &mut Cx) -> PyResult<bool> {
        marked_closed(self, cx)
    }
    #[getter("__dict__")]
    fn get_dict(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        taipan_object::types::object_::get_dict(self, cx)
    }
}

#[pymethods]
impl PyRawIoBase {
    #[method("read(size=-1, /)")]
    fn read(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<Object>> {
        if size.0 < 0 {
            return call::call_method(self, name!(cx, "readall"), &[], cx);
        }
        let make = cx.import_attr("builtins", "bytearray")?;
        let n = PyInt::new(size.0 as i64, cx)?;
        let b = call::call(&make, &[&n], cx)?;
        let r = call::call_method(self, name!(cx, "readinto"), &[&b], cx)?;
        if r.is_none() {
            return Ok(r);
        }
        let got = as_i64(&r, cx)?;
        if got < 0 || got > size.0 as i64 {
            return Err(cx.value_error(format_args!("readinto returned {got} outside buffer size {}", size.0)));
        }
        let view = Buffer::get(&b, buffer::SIMPLE, cx)?;
        PyBytes::new(view.bytes().get(..got as usize).unwrap_or_default(), cx).map(Own::into_object)
    }
    /// Read until EOF, using multiple read() call.
    #[method("readall()")]
    fn readall(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut all: Vec<u8> = Vec::new();
        let n = PyInt::new(DEFAULT_BUFFER_SIZE as i64, cx)?;
        loop {
            let r = call::call_method(self, name!(cx, "read"), &[&n], cx)?;
            if r.is_none() {
                if all.is_empty() {
                    return Ok(r);
                }
                break;
            }
            let Some(b) = r.downcast::<PyBytes>() else {
                return Err(cx.type_error(format_args!("read() should return bytes")));
            };
            if b.is_empty() {
                break;
            }
            all.extend_from_slice(b.as_bytes());
        }
        PyBytes::new(&all, cx).map(Own::into_object)
    }
    #[method("readinto(*args)", nosig)]
    fn readinto(&self, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        Err(cx.raise_empty(exc::NotImplementedError()))
    }
    #[method("write(*args)", nosig)]
    fn write(&self, _args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        Err(cx.raise_empty(exc::NotImplementedError()))
    }
}

/// `readinto` by `read` or `read1`.
fn read_into(o: &Object, target: &mut Buffer, method: &PyStr, cx: &mut Cx) -> PyResult<usize> {
    let n = PyInt::new(target.bytes().len() as i64, cx)?;
    let data = call::call_method(o, method, &[&n], cx)?;
    let Some(b) = data.downcast::<PyBytes>() else {
        return Err(cx.type_error(format_args!("read() should return bytes")));
    };
    let (len, room) = (b.len(), target.bytes().len());
    match target.bytes_mut().get_mut(..len) {
        Some(t) => {
            t.copy_from_slice(b.as_bytes());
            Ok(len)
        }
        None => Err(cx.value_error(format_args!("read() returned too much data: {room} bytes requested, {len} returned"))),
    }
}

#[pymethods]
impl PyBufferedIoBase {
    /// Disconnect this buffer from its underlying raw stream and return it.
    ///
    /// After the raw stream has been detached, the buffer is in an unusable
    /// state.
    #[method("detach()")]
    fn detach(&self, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("detach", cx))
    }
    /// Read and return up to n bytes.
    #[method("read(size=-1, /)")]
    fn read(&self, _size: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("read", cx))
    }
    /// Read and return up to size bytes, with at most one read() call to the underlying raw stream.
    #[method("read1(size=-1, /)")]
    fn read1(&self, _size: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("read1", cx))
    }
    #[method("readinto(buffer, /)")]
    fn readinto(&self, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<usize> {
        read_into(self, &mut buffer.0, name!(cx, "read"), cx)
    }
    #[method("readinto1(buffer, /)")]
    fn readinto1(&self, mut buffer: WritableBuffer, cx: &mut Cx) -> PyResult<usize> {
        read_into(self, &mut buffer.0, name!(cx, "read1"), cx)
    }
    /// Write buffer b to the IO stream.
    ///
    /// Return the number of bytes written, which is always
    /// the length of b in bytes.
    ///
    /// Raise BlockingIOError if the buffer is full and the
    /// underlying raw stream cannot accept more data at the moment.
    #[method("write(b, /)")]
    fn write(&self, _b: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("write", cx))
    }
}

#[pymethods]
impl PyTextIoBase {
    /// Separate the underlying buffer from the TextIOBase and return it.
    ///
    /// After the underlying buffer has been detached, the TextIO is in an unusable state.
    #[method("detach()")]
    fn detach(&self, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("detach", cx))
    }
    /// Read at most size characters from stream.
    ///
    /// Read from underlying buffer until we have size characters or we hit EOF.
    /// If size is negative or omitted, read until EOF.
    #[method("read(size=-1, /)")]
    fn read(&self, _size: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("read", cx))
    }
    /// Read until newline or EOF.
    ///
    /// Return an empty string if EOF is hit immediately.
    /// If size is specified, at most size characters will be read.
    #[method("readline(size=-1, /)")]
    fn readline(&self, _size: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("readline", cx))
    }
    /// Write string s to stream.
    ///
    /// Return the number of characters written
    /// (which is always equal to the length of the string).
    #[method("write(s, /)")]
    fn write(&self, _s: &Object, cx: &mut Cx) -> PyResult<()> {
        Err(unsupported("write", cx))
    }
    /// Encoding of the text stream.
    ///
    /// Subclasses should override.
    #[getter("encoding")]
    fn encoding(&self) {}
    /// Line endings translated so far.
    ///
    /// Only line endings translated during reading are considered.
    ///
    /// Subclasses should override.
    #[getter("newlines")]
    fn newlines(&self) {}
    /// The error setting of the decoder or encoder.
    ///
    /// Subclasses should override.
    #[getter("errors")]
    fn errors(&self) {}
}
