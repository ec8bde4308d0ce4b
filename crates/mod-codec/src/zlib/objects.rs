//! The compressor and the two kinds of decompressor.

use super::stream::Stream;
use super::{lib, run, zlib_error};
use std::cell::{Cell, RefCell};
use taipan_object::abstract_::buffer::has_buffer;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// A stream for decompression with its dictionary.
pub fn inflater(wbits: i32, zdict: Option<&Object>, cx: &mut Cx) -> PyResult<(Stream, Vec<u8>)> {
    let dictionary = match zdict {
        None => Vec::new(),
        Some(o) if has_buffer(o) => Buffer::get(o, 0, cx)?.bytes().to_vec(),
        Some(_) => return Err(cx.type_error(format_args!("zdict argument must support the buffer protocol"))),
    };
    let mut s = match Stream::inflate(wbits) {
        Ok(s) => s,
        Err(lib::Z_STREAM_ERROR) => return Err(cx.value_error(format_args!("Invalid initialization option"))),
        Err(lib::Z_MEM_ERROR) => return Err(cx.memory_error()),
        Err(e) => return Err(zlib_error(e, None, "while creating decompression object", cx)),
    };
    if wbits < 0 && !dictionary.is_empty() {
        // A raw stream never asks for it.
        give_dictionary(&mut s, &dictionary, cx)?;
    }
    Ok((s, dictionary))
}

fn give_dictionary(s: &mut Stream, dictionary: &[u8], cx: &mut Cx) -> PyResult<()> {
    match s.set_dictionary(dictionary) {
        lib::Z_OK => Ok(()),
        e => Err(zlib_error(e, s.message(), "while setting zdict", cx)),
    }
}

/// Decompress, handing the dictionary over when it is asked for.
fn expand(s: &mut Stream, dictionary: &[u8], input: &[u8], out: &mut Vec<u8>, max: usize, flush: i32, cx: &mut Cx) -> PyResult<(i32, usize)> {
    let (mut err, mut used) = run(s, input, out, max, flush);
    if err == lib::Z_NEED_DICT && !dictionary.is_empty() {
        give_dictionary(s, dictionary, cx)?;
        let (e, n) = run(s, &input[used..], out, max, flush);
        err = e;
        used += n;
    }
    Ok((err, used))
}

/// What `compressobj` gives.
#[pytype(name = "zlib.Compress", heap, mutable, no_new, doc = "")]
#[repr(C)]
pub struct PyCompress {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Stream>,
    done: Cell<bool>,
}

impl PyCompress {
    pub fn make(s: Stream, cx: &mut Cx) -> PyResult<Own<PyCompress>> {
        cx.new_object(PyCompress { head: Object::placeholder(), stream: RefCell::new(s), done: Cell::new(false) })
    }
}

#[pymethods]
impl PyCompress {
    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///
    /// After calling this function, some of the input data may still
    /// be stored in internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[method("compress(data, /)")]
    fn compress(&self, data: Buffer, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let s = &mut *self.stream.borrow_mut();
        let mut out = Vec::new();
        match run(s, data.bytes(), &mut out, usize::MAX, lib::Z_NO_FLUSH) {
            (lib::Z_OK | lib::Z_BUF_ERROR, _) if !self.done.get() => PyBytes::new(&out, cx),
            (e, _) => {
                let e = if self.done.get() { lib::Z_STREAM_ERROR } else { e };
                Err(zlib_error(e, s.message(), "while compressing data", cx))
            }
        }
    }
    /// Return a bytes object containing any remaining compressed data.
    ///
    ///   mode
    ///     One of the constants Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH.
    ///     If mode == Z_FINISH, the compressor object can no longer be
    ///     used after calling the flush() method.  Otherwise, more data
    ///     can still be compressed.
    #[method("flush(mode=4, /)")]
    fn flush(&self, mode: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if mode == lib::Z_NO_FLUSH {
            return PyBytes::new(b"", cx);
        }
        let s = &mut *self.stream.borrow_mut();
        let mut out = Vec::new();
        let (e, _) = run(s, &[], &mut out, usize::MAX, mode);
        if self.done.get() {
            return Err(zlib_error(lib::Z_STREAM_ERROR, s.message(), "while flushing", cx));
        }
        if e == lib::Z_STREAM_END && mode == lib::Z_FINISH {
            let e = s.end();
            self.done.set(true);
            if e != lib::Z_OK {
                return Err(zlib_error(e, s.message(), "while finishing compression", cx));
            }
        } else if e != lib::Z_OK && e != lib::Z_BUF_ERROR {
            return Err(zlib_error(e, s.message(), "while flushing", cx));
        }
        PyBytes::new(&out, cx)
    }
    /// Return a copy of the compression object.
    #[method("copy()", alias = "__copy__")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyCompress>> {
        if self.done.get() {
            return Err(cx.value_error(format_args!("Inconsistent stream state")));
        }
        let copy = self.stream.borrow_mut().copy();
        match copy {
            Ok(s) => PyCompress::make(s, cx),
            Err(lib::Z_STREAM_ERROR) => Err(cx.value_error(format_args!("Inconsistent stream state"))),
            Err(lib::Z_MEM_ERROR) => Err(cx.memory_error()),
            Err(e) => Err(zlib_error(e, None, "while copying compression object", cx)),
        }
    }
    #[method("__deepcopy__(memo, /)")]
    fn deepcopy(&self, _memo: &Object, cx: &mut Cx) -> PyResult<Own<PyCompress>> {
        self.copy(cx)
    }
}

/// What `decompressobj` gives.
#[pytype(name = "zlib.Decompress", heap, mutable, no_new, doc = "")]
#[repr(C)]
pub struct PyDecompress {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Stream>,
    #[gc(skip)]
    dictionary: Vec<u8>,
    unused_data: RefCell<Vec<u8>>,
    unconsumed_tail: RefCell<Vec<u8>>,
    eof: Cell<bool>,
}

impl PyDecompress {
    pub fn make(s: Stream, dictionary: Vec<u8>, cx: &mut Cx) -> PyResult<Own<PyDecompress>> {
        cx.new_object(PyDecompress {
            head: Object::placeholder(),
            stream: RefCell::new(s),
            dictionary,
            unused_data: RefCell::default(),
            unconsumed_tail: RefCell::default(),
            eof: Cell::new(false),
        })
    }

    /// Keep what the stream did not take.
    fn keep(&self, rest: &[u8], err: i32) {
        if err == lib::Z_STREAM_END {
            // What follows the end of the stream is handed out as it is.
            self.unused_data.borrow_mut().extend_from_slice(rest);
            *self.unconsumed_tail.borrow_mut() = Vec::new();
        } else {
            *self.unconsumed_tail.borrow_mut() = rest.to_vec();
        }
    }
}

#[pymethods]
impl PyDecompress {
    #[getter("unused_data")]
    fn get_unused_data(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let b = self.unused_data.borrow().clone();
        PyBytes::new(&b, cx)
    }
    #[getter("unconsumed_tail")]
    fn get_unconsumed_tail(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let b = self.unconsumed_tail.borrow().clone();
        PyBytes::new(&b, cx)
    }
    #[getter("eof")]
    fn get_eof(&self) -> bool {
        self.eof.get()
    }
    /// Return a bytes object containing the decompressed version of the data.
    ///
    ///   data
    ///     The binary data to decompress.
    ///   max_length
    ///     The maximum allowable length of the decompressed data.
    ///     Unconsumed input data will be stored in
    ///     the unconsumed_tail attribute.
    ///
    /// After calling this function, some of the input data may still be stored in
    /// internal buffers for later processing.
    /// Call the flush() method to clear these buffers.
    #[method("decompress(data, /, max_length=0)")]
    fn decompress(&self, data: Buffer, max_length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if max_length < 0 {
            return Err(cx.value_error(format_args!("max_length must be non-negative")));
        }
        let max = if max_length == 0 { usize::MAX } else { max_length as usize };
        let input = data.bytes().to_vec();
        let mut out = Vec::new();
        let s = &mut *self.stream.borrow_mut();
        let (err, used) = if self.eof.get() {
            (lib::Z_STREAM_END, 0)
        } else {
            expand(s, &self.dictionary, &input, &mut out, max, lib::Z_SYNC_FLUSH, cx)?
        };
        self.keep(&input[used..], err);
        match err {
            lib::Z_STREAM_END => self.eof.set(true),
            lib::Z_OK | lib::Z_BUF_ERROR => {}
            e => return Err(zlib_error(e, s.message(), "while decompressing data", cx)),
        }
        PyBytes::new(&out, cx)
    }
    /// Return a bytes object containing any remaining decompressed data.
    ///
    ///   length
    ///     the initial size of the output buffer.
    #[method("flush(length=16384, /)")]
    fn flush(&self, length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if length <= 0 {
            return Err(cx.value_error(format_args!("length must be greater than zero")));
        }
        let input = self.unconsumed_tail.borrow().clone();
        let mut out = Vec::new();
        if self.eof.get() {
            return PyBytes::new(&out, cx);
        }
        let s = &mut *self.stream.borrow_mut();
        let (err, used) = expand(s, &self.dictionary, &input, &mut out, usize::MAX, lib::Z_FINISH, cx)?;
        self.keep(&input[used..], err);
        match err {
            lib::Z_STREAM_END => {
                self.eof.set(true);
                s.end();
            }
            lib::Z_OK | lib::Z_BUF_ERROR => {}
            e => return Err(zlib_error(e, s.message(), "while decompressing data", cx)),
        }
        PyBytes::new(&out, cx)
    }
    /// Return a copy of the decompression object.
    #[method("copy()", alias = "__copy__")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyDecompress>> {
        let copy = self.stream.borrow_mut().copy();
        let s = match copy {
            Ok(s) => s,
            Err(lib::Z_STREAM_ERROR) => return Err(cx.value_error(format_args!("Inconsistent stream state"))),
            Err(lib::Z_MEM_ERROR) => return Err(cx.memory_error()),
            Err(e) => return Err(zlib_error(e, None, "while copying decompression object", cx)),
        };
        let d = PyDecompress::make(s, self.dictionary.clone(), cx)?;
        *d.unused_data.borrow_mut() = self.unused_data.borrow().clone();
        *d.unconsumed_tail.borrow_mut() = self.unconsumed_tail.borrow().clone();
        d.eof.set(self.eof.get());
        Ok(d)
    }
    #[method("__deepcopy__(memo, /)")]
    fn deepcopy(&self, _memo: &Object, cx: &mut Cx) -> PyResult<Own<PyDecompress>> {
        self.copy(cx)
    }
}

/// Create a decompressor object for decompressing data incrementally.
#[pytype(
    name = "zlib._ZlibDecompressor", heap,
    doc = "_ZlibDecompressor(wbits=15, zdict=b\'\')\n--\n\nCreate a decompressor object for decompressing data incrementally.\n\n  wbits = 15\n  zdict\n     The predefined compression dictionary. This is a sequence of bytes\n     (such as a bytes object) containing subsequences that are expected\n     to occur frequently in the data that is to be compressed. Those\n     subsequences that are expected to be most common should come at the\n     end of the dictionary. This must be the same dictionary as used by the\n     compressor that produced the input data.\n"
)]
#[repr(C)]
pub struct PyDecompressor {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Stream>,
    #[gc(skip)]
    dictionary: Vec<u8>,
    /// Input not used yet.
    pending: RefCell<Vec<u8>>,
    unused_data: RefCell<Vec<u8>>,
    eof: Cell<bool>,
    needs_input: Cell<bool>,
}

#[pymethods]
impl PyDecompressor {
    #[new("_ZlibDecompressor(wbits=15, zdict=b'')", nosig)]
    fn new(cls: &PyType, wbits: i32, zdict: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyDecompressor>> {
        let (s, dictionary) = inflater(wbits, zdict, cx)?;
        let d = PyDecompressor {
            head: Object::placeholder(),
            stream: RefCell::new(s),
            dictionary,
            pending: RefCell::default(),
            unused_data: RefCell::default(),
            eof: Cell::new(false),
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
        let max = usize::try_from(max_length).unwrap_or(usize::MAX);
        let mut input = std::mem::take(&mut *self.pending.borrow_mut());
        input.extend_from_slice(data.bytes());
        let mut out = Vec::new();
        let s = &mut *self.stream.borrow_mut();
        let (err, used) = expand(s, &self.dictionary, &input, &mut out, max, lib::Z_SYNC_FLUSH, cx)?;
        let rest = input.split_off(used);
        match err {
            lib::Z_STREAM_END => {
                self.eof.set(true);
                self.needs_input.set(false);
                *self.unused_data.borrow_mut() = rest;
            }
            lib::Z_OK | lib::Z_BUF_ERROR => {
                // A full output may hide more that needs no input.
                self.needs_input.set(rest.is_empty() && out.len() < max);
                *self.pending.borrow_mut() = rest;
            }
            e => {
                *self.pending.borrow_mut() = rest;
                return Err(zlib_error(e, s.message(), "while decompressing data", cx));
            }
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
