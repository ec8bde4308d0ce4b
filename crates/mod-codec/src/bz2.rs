//! `_bz2`: compression by the bzip2 crate (libbz2-rs, which is bzip2 in Rust).

use bzip2::{Action, Compress, Compression, Decompress, Error, Status};
use std::cell::{Cell, RefCell};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

#[cold]
fn raise(e: &Error, cx: &mut Cx) -> Raised {
    match e {
        Error::Data | Error::DataMagic => cx.raise_msg(exc::OSError(), format_args!("Invalid data stream")),
        Error::Param => cx.value_error(format_args!("Internal error - invalid parameters passed to libbzip2")),
        _ => cx.runtime_error(format_args!("Internal error - Invalid sequence of commands sent to libbzip2")),
    }
}

/// Room for the next piece of output.
fn grow(out: &mut Vec<u8>, max: usize) {
    let more = out.len().max(16 * 1024).min(1 << 26).min(max - out.len());
    out.reserve_exact(more);
}

/// Create a compressor object for compressing data incrementally.
#[pytype(
    name = "_bz2.BZ2Compressor", heap,
    doc = "BZ2Compressor(compresslevel=9, /)\n--\n\nCreate a compressor object for compressing data incrementally.\n\n  compresslevel\n    Compression level, as a number between 1 and 9.\n\nFor one-shot compression, use the compress() function instead."
)]
#[repr(C)]
pub struct PyCompressor {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Compress>,
    flushed: Cell<bool>,
}

#[pymethods]
impl PyCompressor {
    #[new("BZ2Compressor(compresslevel=9, /)", nosig)]
    fn new(cls: &PyType, compresslevel: i32, cx: &mut Cx) -> PyResult<Own<PyCompressor>> {
        if !(1..=9).contains(&compresslevel) {
            return Err(cx.value_error(format_args!("compresslevel must be between 1 and 9")));
        }
        let stream = RefCell::new(Compress::new(Compression::new(compresslevel as u32), 0));
        cx.new_object_of(cls, PyCompressor { head: Object::placeholder(), stream, flushed: Cell::new(false) })
    }
    /// Provide data to the compressor object.
    ///
    /// Returns a chunk of compressed data if possible, or b'' otherwise.
    ///
    /// When you have finished providing data to the compressor, call the
    /// flush() method to finish the compression process.
    #[method("compress(data, /)")]
    fn compress(&self, data: Buffer, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if self.flushed.get() {
            return Err(cx.value_error(format_args!("Compressor has been flushed")));
        }
        let out = self.run(data.bytes(), Action::Run, cx)?;
        PyBytes::new(&out, cx)
    }
    /// Finish the compression process.
    ///
    /// Returns the compressed data left in internal buffers.
    ///
    /// The compressor object may not be used after this method is called.
    #[method("flush()")]
    fn flush(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if self.flushed.replace(true) {
            return Err(cx.value_error(format_args!("Repeated call to flush()")));
        }
        let out = self.run(b"", Action::Finish, cx)?;
        PyBytes::new(&out, cx)
    }
}

impl PyCompressor {
    fn run(&self, input: &[u8], action: Action, cx: &mut Cx) -> PyResult<Vec<u8>> {
        let s = &mut *self.stream.borrow_mut();
        let mut out = Vec::new();
        let finish = matches!(action, Action::Finish);
        let mut used = 0;
        loop {
            if !finish && used == input.len() {
                return Ok(out);
            }
            grow(&mut out, usize::MAX);
            let before = s.total_in();
            // The library takes the input by 32-bit lengths.
            let part = &input[used..input.len().min(used + (1 << 30))];
            let status = s.compress_vec(part, &mut out, if finish { Action::Finish } else { Action::Run }).map_err(|e| raise(&e, cx))?;
            used += (s.total_in() - before) as usize;
            if matches!(status, Status::StreamEnd) {
                return Ok(out);
            }
        }
    }
}

/// Create a decompressor object for decompressing data incrementally.
#[pytype(
    name = "_bz2.BZ2Decompressor", heap,
    doc = "BZ2Decompressor()\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\nFor one-shot decompression, use the decompress() function instead."
)]
#[repr(C)]
pub struct PyDecompressor {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Decompress>,
    /// Input not used yet.
    pending: RefCell<Vec<u8>>,
    unused_data: RefCell<Vec<u8>>,
    eof: Cell<bool>,
    /// An error has left the library's state unusable.
    failed: Cell<bool>,
    needs_input: Cell<bool>,
}

#[pymethods]
impl PyDecompressor {
    #[new("BZ2Decompressor()", nosig)]
    fn new(cls: &PyType, cx: &mut Cx) -> PyResult<Own<PyDecompressor>> {
        let d = PyDecompressor {
            head: Object::placeholder(),
            stream: RefCell::new(Decompress::new(false)),
            pending: RefCell::default(),
            unused_data: RefCell::default(),
            eof: Cell::new(false),
            failed: Cell::new(false),
            needs_input: Cell::new(true),
        };
        cx.new_object_of(cls, d)
    }
    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes of
    /// decompressed data. If this limit is reached and further output can be
    /// produced, *self.needs_input* will be set to ``False``. In this case, the next
    /// call to *decompress()* may provide *data* as b'' to obtain more of the output.
    ///
    /// If all of the input data was decompressed and returned (either because this
    /// was less than *max_length* bytes, or because *max_length* was negative),
    /// *self.needs_input* will be set to True.
    ///
    /// Attempting to decompress data after the end of stream is reached raises an
    /// EOFError.  Any data found after the end of the stream is ignored and saved in
    /// the unused_data attribute.
    #[method("decompress(data, max_length=-1)")]
    fn decompress(&self, data: Buffer, max_length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if self.eof.get() {
            return Err(cx.eof_error(format_args!("End of stream already reached")));
        }
        if self.failed.get() {
            return Err(cx.value_error(format_args!("Decompressor is unusable after a previous error")));
        }
        let max = usize::try_from(max_length).unwrap_or(usize::MAX);
        let mut input = std::mem::take(&mut *self.pending.borrow_mut());
        input.extend_from_slice(data.bytes());
        let s = &mut *self.stream.borrow_mut();
        let (mut out, mut used) = (Vec::new(), 0);
        loop {
            if out.len() == max {
                self.needs_input.set(false);
                break;
            }
            grow(&mut out, max);
            let (before_in, before_out) = (s.total_in(), s.total_out());
            let part = &input[used..input.len().min(used + (1 << 30))];
            let status = match s.decompress_vec(part, &mut out) {
                Ok(status) => status,
                Err(e) => {
                    self.failed.set(true);
                    self.needs_input.set(false);
                    return Err(raise(&e, cx));
                }
            };
            used += (s.total_in() - before_in) as usize;
            if matches!(status, Status::StreamEnd) {
                self.eof.set(true);
                self.needs_input.set(false);
                break;
            }
            let full = out.len() == out.capacity();
            if used == input.len() && !full {
                self.needs_input.set(true);
                break;
            }
            if s.total_in() == before_in && s.total_out() == before_out {
                self.needs_input.set(true);
                break;
            }
        }
        let rest = input.split_off(used);
        if self.eof.get() {
            *self.unused_data.borrow_mut() = rest;
        } else {
            *self.pending.borrow_mut() = rest;
        }
        PyBytes::new(&out, cx)
    }
    /// Data found after the end of the compressed stream.
    #[getter("unused_data")]
    fn get_unused_data(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let b = self.unused_data.borrow().clone();
        PyBytes::new(&b, cx)
    }
    /// True if the end-of-stream marker has been reached.
    #[getter("eof")]
    fn get_eof(&self) -> bool {
        self.eof.get()
    }
    /// True if more input is needed before more decompressed data can be produced.
    #[getter("needs_input")]
    fn get_needs_input(&self) -> bool {
        self.needs_input.get()
    }
}

/// The module.
#[pymodule(name = "_bz2", types(PyCompressor, PyDecompressor))]
mod module {
    use super::*;
}

pub use module::MODULE;
