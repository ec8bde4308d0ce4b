//! `_ssl.MemoryBIO`: bytes on their way between a connection and whoever carries them.

use crate::openssl::bio::Transport;
use crate::ssl::errors;
use std::sync::Arc;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

#[pytype(name = "_ssl.MemoryBIO", gc, heap, doc = "")]
#[repr(C)]
pub struct PyMemoryBio {
    head: ObjHead,
    #[gc(skip)]
    pub transport: Arc<Transport>,
}

#[pymethods]
impl PyMemoryBio {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyMemoryBio>> {
        if !kw.is_empty() {
            return Err(cx.type_error(format_args!("MemoryBIO() takes no keyword arguments")));
        }
        if !args.is_empty() {
            return Err(cx.type_error(format_args!("MemoryBIO() takes no positional arguments")));
        }
        cx.new_object_of(cls, PyMemoryBio { head: Object::placeholder(), transport: Transport::memory() })
    }

    /// Read up to size bytes from the memory BIO.
    ///
    /// If size is not specified, read the entire buffer.
    /// If the return value is an empty bytes instance, this means either
    /// EOF or that no data is available. Use the "eof" property to
    /// distinguish between the two.
    #[method("read(size=-1, /)")]
    fn read(&self, size: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let Some(mut q) = self.transport.queue() else { return PyBytes::new(b"", cx) };
        let n = usize::try_from(size).unwrap_or(usize::MAX).min(q.len());
        let out = PyBytes::new(q.rest().get(..n).unwrap_or_default(), cx)?;
        q.consume(n);
        Ok(out)
    }

    /// Writes the bytes b into the memory BIO.
    ///
    /// Returns the number of bytes written.
    #[method("write(b, /)")]
    fn write(&self, b: Buffer, cx: &mut Cx) -> PyResult<usize> {
        let bytes = b.bytes();
        if bytes.len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("string longer than {} bytes", i32::MAX)));
        }
        let Some(mut q) = self.transport.queue() else { return Ok(0) };
        if q.eof {
            drop(q);
            return Err(errors::plain("cannot write() after write_eof()", cx));
        }
        if !q.push(bytes) {
            drop(q);
            return Err(cx.memory_error());
        }
        Ok(bytes.len())
    }

    /// Write an EOF marker to the memory BIO.
    ///
    /// When all data has been read, the "eof" property will be True.
    #[method("write_eof()")]
    fn write_eof(&self) {
        if let Some(mut q) = self.transport.queue() {
            q.eof = true;
        }
    }

    /// The number of bytes pending in the memory BIO.
    #[getter]
    fn pending(&self) -> usize {
        self.transport.queue().map_or(0, |q| q.len())
    }

    /// Whether the memory BIO is at EOF.
    #[getter]
    fn eof(&self) -> bool {
        self.transport.queue().is_some_and(|q| q.eof && q.len() == 0)
    }
}
