//! `_lzma`: the .xz and .lzma formats, by liblzma.
//!
//! The integrity check of a stream is read from its header (bytes 0-11 of the .xz format), which the safe interface of the library does not show.

mod filters;

use liblzma::stream::{Action, Check, Error, LzmaOptions, Status, Stream};
use std::cell::{Cell, RefCell};
use std::fmt::Arguments;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::dict::PyDict;

const FORMAT_AUTO: i32 = 0;
const FORMAT_XZ: i32 = 1;
const FORMAT_ALONE: i32 = 2;
const FORMAT_RAW: i32 = 3;

const CHECK_NONE: i32 = 0;
/// No stream seen yet.
const CHECK_UNKNOWN: i32 = 16;
const XZ_MAGIC: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

#[derive(Default)]
struct State {
    error: FieldCell<Object>,
}

/// The exception `_lzma.LZMAError`, made once.
fn error_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().error;
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception("_lzma.LZMAError", exc::Exception(), cx)?;
    let doc = PyStr::new("Call to liblzma failed.", cx)?;
    taipan_object::attr::set(&c, name!(cx, "__doc__"), Some(&doc), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

#[cold]
fn raise_text(text: Arguments<'_>, cx: &mut Cx) -> Raised {
    match error_class(cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, text),
            None => cx.runtime_error(text),
        },
        Err(r) => r,
    }
}

#[cold]
fn raise(e: Error, cx: &mut Cx) -> Raised {
    let text = match e {
        Error::Data => "Corrupt input data",
        Error::Options => "Invalid or unsupported options",
        Error::Format => "Input format not supported by decoder",
        Error::MemLimit => "Memory usage limit exceeded",
        Error::Mem => return cx.raise_empty(exc::MemoryError()),
        Error::Program => "Internal error",
        Error::NoCheck | Error::UnsupportedCheck => "Unsupported integrity check",
    };
    raise_text(format_args!("{text}"), cx)
}

/// Room for the next piece of output.
fn grow(out: &mut Vec<u8>, max: usize) {
    let more = out.len().max(16 * 1024).min(1 << 26).min(max - out.len());
    out.reserve_exact(more);
}

/// LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)
///
/// Create a compressor object for compressing data incrementally.
///
/// format specifies the container format to use for the output. This can
/// be FORMAT_XZ (default), FORMAT_ALONE, or FORMAT_RAW.
///
/// check specifies the integrity check to use. For FORMAT_XZ, the default
/// is CHECK_CRC64. FORMAT_ALONE and FORMAT_RAW do not support integrity
/// checks; for these formats, check must be omitted, or be CHECK_NONE.
///
/// The settings used by the compressor can be specified either as a
/// preset compression level (with the 'preset' argument), or in detail
/// as a custom filter chain (with the 'filters' argument). For FORMAT_XZ
/// and FORMAT_ALONE, the default is to use the PRESET_DEFAULT preset
/// level. For FORMAT_RAW, the caller must always specify a filter chain;
/// the raw compressor does not support preset compression levels.
///
/// preset (if provided) should be an integer in the range 0-9, optionally
/// OR-ed with the constant PRESET_EXTREME.
///
/// filters (if provided) should be a sequence of dicts. Each dict should
/// have an entry for "id" indicating the ID of the filter, plus
/// additional entries for options to the filter.
///
/// For one-shot compression, use the compress() function instead.
#[pytype(name = "_lzma.LZMACompressor")]
#[repr(C)]
pub struct PyCompressor {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Stream>,
    #[gc(skip)]
    flushed: Cell<bool>,
}

fn check_of(id: i32) -> Result<Check, Error> {
    Ok(match id {
        -1 | 4 => Check::Crc64,
        0 => Check::None,
        1 => Check::Crc32,
        10 => Check::Sha256,
        2..16 => return Err(Error::UnsupportedCheck),
        _ => return Err(Error::Program),
    })
}

fn encoder(format: i32, check: i32, preset: &Object, specs: &Object, cx: &mut Cx) -> PyResult<Stream> {
    if !preset.is_none() && !specs.is_none() {
        return Err(cx.value_error(format_args!("Cannot specify both preset and filter chain")));
    }
    let level = match preset.is_none() {
        true => liblzma::stream::PRESET_DEFAULT,
        false => filters::u32_of(preset, cx)?,
    };
    if format != FORMAT_XZ && check != -1 && check != CHECK_NONE {
        return Err(cx.value_error(format_args!("Integrity checks are only supported by FORMAT_XZ")));
    }
    let made = match format {
        FORMAT_XZ if specs.is_none() => check_of(check).and_then(|c| Stream::new_easy_encoder(level, c)),
        FORMAT_XZ => {
            let (chain, _) = filters::chain(specs, cx)?;
            check_of(check).and_then(|c| Stream::new_stream_encoder(&chain, c))
        }
        FORMAT_ALONE if specs.is_none() => match LzmaOptions::new_preset(level) {
            Ok(o) => Stream::new_lzma_encoder(&o),
            Err(_) => return Err(raise_text(format_args!("Invalid compression preset: {level}"), cx)),
        },
        FORMAT_ALONE => match filters::chain(specs, cx)? {
            (_, Some(o)) => Stream::new_lzma_encoder(&o),
            _ => return Err(cx.value_error(format_args!("Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter"))),
        },
        FORMAT_RAW if specs.is_none() => return Err(cx.value_error(format_args!("Must specify filters for FORMAT_RAW"))),
        FORMAT_RAW => Stream::new_raw_encoder(&filters::chain(specs, cx)?.0),
        _ => return Err(cx.value_error(format_args!("Invalid container format: {format}"))),
    };
    made.map_err(|e| raise(e, cx))
}

#[pymethods]
impl PyCompressor {
    #[new("LZMACompressor(format=1, check=-1, preset=None, filters=None)", nosig)]
    fn new(cls: &PyType, format: i32, check: i32, preset: &Object, filters: &Object, cx: &mut Cx) -> PyResult<Own<PyCompressor>> {
        let stream = encoder(format, check, preset, filters, cx)?;
        cx.new_object_of(cls, PyCompressor { head: Object::placeholder(), stream: RefCell::new(stream), flushed: Cell::new(false) })
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
            if out.len() == out.capacity() {
                grow(&mut out, usize::MAX);
            }
            let before = s.total_in();
            let status = s.process_vec(&input[used..], &mut out, action).map_err(|e| raise(e, cx))?;
            used += (s.total_in() - before) as usize;
            let done = if finish { status == Status::StreamEnd } else { used == input.len() && out.len() < out.capacity() };
            if done {
                return Ok(out);
            }
        }
    }
}

/// Create a decompressor object for decompressing data incrementally.
///
///   format
///     Specifies the container format of the input stream.  If this is
///     FORMAT_AUTO (the default), the decompressor will automatically detect
///     whether the input is FORMAT_XZ or FORMAT_ALONE.  Streams created with
///     FORMAT_RAW cannot be autodetected.
///   memlimit
///     Limit the amount of memory used by the decompressor.  This will cause
///     decompression to fail if the input cannot be decompressed within the
///     given limit.
///   filters
///     A custom filter chain.  This argument is required for FORMAT_RAW, and
///     not accepted with any other format.  When provided, this should be a
///     sequence of dicts, each indicating the ID and options for a single
///     filter.
///
/// For one-shot decompression, use the decompress() function instead.
#[pytype(name = "_lzma.LZMADecompressor")]
#[repr(C)]
pub struct PyDecompressor {
    head: ObjHead,
    #[gc(skip)]
    stream: RefCell<Stream>,
    #[gc(skip)]
    format: i32,
    /// The first bytes of the input, until the header is complete.
    #[gc(skip)]
    header: RefCell<Vec<u8>>,
    /// Input not used yet.
    #[gc(skip)]
    pending: RefCell<Vec<u8>>,
    #[gc(skip)]
    unused_data: RefCell<Vec<u8>>,
    #[gc(skip)]
    check: Cell<i32>,
    #[gc(skip)]
    eof: Cell<bool>,
    #[gc(skip)]
    needs_input: Cell<bool>,
}

fn decoder(format: i32, memlimit: &Object, specs: &Object, cx: &mut Cx) -> PyResult<Stream> {
    let limit = match memlimit.is_none() {
        true => u64::MAX,
        false if format == FORMAT_RAW => return Err(cx.value_error(format_args!("Cannot specify memory limit with FORMAT_RAW"))),
        false => filters::u64_of(memlimit, cx)?,
    };
    if format == FORMAT_RAW && specs.is_none() {
        return Err(cx.value_error(format_args!("Must specify filters for FORMAT_RAW")));
    }
    if format != FORMAT_RAW && !specs.is_none() {
        return Err(cx.value_error(format_args!("Cannot specify filters except with FORMAT_RAW")));
    }
    let made = match format {
        FORMAT_AUTO => Stream::new_auto_decoder(limit, 0),
        FORMAT_XZ => Stream::new_stream_decoder(limit, 0),
        FORMAT_ALONE => Stream::new_lzma_decoder(limit),
        FORMAT_RAW => Stream::new_raw_decoder(&filters::chain(specs, cx)?.0),
        _ => return Err(cx.value_error(format_args!("Invalid container format: {format}"))),
    };
    made.map_err(|e| raise(e, cx))
}

impl PyDecompressor {
    /// Learn the integrity check from the stream's header.
    fn look_at(&self, data: &[u8]) {
        if self.check.get() != CHECK_UNKNOWN {
            return;
        }
        let mut header = self.header.borrow_mut();
        let want = 8usize.saturating_sub(header.len());
        header.extend_from_slice(&data[..want.min(data.len())]);
        if header.len() >= 8 {
            self.check.set(if header.starts_with(XZ_MAGIC) { i32::from(header[7] & 15) } else { CHECK_NONE });
        }
    }

    fn run(&self, input: &[u8], max: usize, cx: &mut Cx) -> PyResult<(Vec<u8>, usize)> {
        let s = &mut *self.stream.borrow_mut();
        let (mut out, mut used) = (Vec::new(), 0);
        loop {
            if out.len() == max {
                // There may be more output inside.
                self.needs_input.set(false);
                return Ok((out, used));
            }
            if out.len() == out.capacity() {
                grow(&mut out, max);
            }
            let (before_in, before_out) = (s.total_in(), s.total_out());
            let status = s.process_vec(&input[used..], &mut out, Action::Run).map_err(|e| raise(e, cx))?;
            used += (s.total_in() - before_in) as usize;
            if status == Status::StreamEnd {
                self.eof.set(true);
                self.needs_input.set(false);
                return Ok((out, used));
            }
            let stuck = s.total_in() == before_in && s.total_out() == before_out;
            if stuck || used == input.len() && out.len() < out.capacity() {
                self.needs_input.set(true);
                return Ok((out, used));
            }
        }
    }
}

#[pymethods]
impl PyDecompressor {
    #[new("LZMADecompressor(format=FORMAT_AUTO, memlimit=None, filters=None)")]
    fn new(cls: &PyType, #[default(FORMAT_AUTO)] format: i32, memlimit: &Object, filters: &Object, cx: &mut Cx) -> PyResult<Own<PyDecompressor>> {
        let stream = decoder(format, memlimit, filters, cx)?;
        let d = PyDecompressor {
            head: Object::placeholder(),
            stream: RefCell::new(stream),
            format,
            header: RefCell::default(),
            pending: RefCell::default(),
            unused_data: RefCell::default(),
            check: Cell::new(if format == FORMAT_RAW || format == FORMAT_ALONE { CHECK_NONE } else { CHECK_UNKNOWN }),
            eof: Cell::new(false),
            needs_input: Cell::new(true),
        };
        cx.new_object_of(cls, d)
    }
    /// Decompress *data*, returning uncompressed data as bytes.
    ///
    /// If *max_length* is nonnegative, returns at most *max_length* bytes
    /// of decompressed data. If this limit is reached and further output
    /// can be produced, *self.needs_input* will be set to ``False``.  In
    /// this case, the next call to *decompress()* may provide *data* as b''
    /// to obtain more of the output.
    ///
    /// If all of the input data was decompressed and returned (either
    /// because this was less than *max_length* bytes, or because
    /// *max_length* was negative), *self.needs_input* will be set to True.
    ///
    /// Attempting to decompress data after the end of stream is reached
    /// raises an EOFError.  Any data found after the end of the stream is
    /// ignored and saved in the unused_data attribute.
    #[method("decompress(data, max_length=-1)")]
    fn decompress(&self, data: Buffer, max_length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if self.eof.get() {
            return Err(cx.eof_error(format_args!("Already at end of stream")));
        }
        let max = usize::try_from(max_length).unwrap_or(usize::MAX);
        let mut input = std::mem::take(&mut *self.pending.borrow_mut());
        input.extend_from_slice(data.bytes());
        self.look_at(data.bytes());
        let (out, used) = self.run(&input, max, cx)?;
        let rest = input.split_off(used);
        if self.eof.get() {
            *self.unused_data.borrow_mut() = rest;
        } else {
            *self.pending.borrow_mut() = rest;
        }
        PyBytes::new(&out, cx)
    }
    /// ID of the integrity check used by the input stream.
    #[getter("check")]
    fn get_check(&self) -> i32 {
        self.check.get()
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
    /// Data found after the end of the compressed stream.
    #[getter("unused_data")]
    fn get_unused_data(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let b = self.unused_data.borrow().clone();
        PyBytes::new(&b, cx)
    }
}

/// The module.
#[pymodule(name = "_lzma", types(PyCompressor, PyDecompressor))]
mod module {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        const NUMBERS: [(&str, i64); 25] = [
            ("FORMAT_AUTO", FORMAT_AUTO as i64),
            ("FORMAT_XZ", FORMAT_XZ as i64),
            ("FORMAT_ALONE", FORMAT_ALONE as i64),
            ("FORMAT_RAW", FORMAT_RAW as i64),
            ("CHECK_NONE", CHECK_NONE as i64),
            ("CHECK_CRC32", 1),
            ("CHECK_CRC64", 4),
            ("CHECK_SHA256", 10),
            ("CHECK_ID_MAX", 15),
            ("CHECK_UNKNOWN", CHECK_UNKNOWN as i64),
            ("FILTER_LZMA1", filters::LZMA1 as i64),
            ("FILTER_LZMA2", filters::LZMA2 as i64),
            ("FILTER_DELTA", filters::DELTA as i64),
            ("FILTER_X86", filters::X86 as i64),
            ("FILTER_POWERPC", filters::POWERPC as i64),
            ("FILTER_IA64", filters::IA64 as i64),
            ("FILTER_ARM", filters::ARM as i64),
            ("FILTER_ARMTHUMB", filters::ARMTHUMB as i64),
            ("FILTER_SPARC", filters::SPARC as i64),
            ("MF_HC3", 3),
            ("MF_HC4", 4),
            ("MF_BT2", 0x12),
            ("MF_BT3", 0x13),
            ("MF_BT4", 0x14),
            ("MODE_FAST", 1),
        ];
        for (name, value) in NUMBERS.into_iter().chain([("MODE_NORMAL", 2), ("PRESET_DEFAULT", 6), ("PRESET_EXTREME", 1 << 31)]) {
            let value = PyInt::new(value, cx)?;
            m.add(name, &value, cx)?;
        }
        let class = error_class(cx)?;
        m.add("LZMAError", &class, cx)
    }

    /// Test whether the given integrity check is supported.
    ///
    /// Always returns True for CHECK_NONE and CHECK_CRC32.
    #[function("is_check_supported(check_id, /)")]
    fn is_check_supported(check_id: i32) -> bool {
        matches!(check_id, 0 | 1 | 4 | 10)
    }

    /// Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).
    ///
    /// The result does not include the filter ID itself, only the options.
    #[function("_encode_filter_properties(filter, /)")]
    fn encode_filter_properties(filter: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let bytes = filters::encode(filter, cx)?;
        PyBytes::new(&bytes, cx)
    }

    /// Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict).
    ///
    /// The result does not include the filter ID itself, only the options.
    #[function("_decode_filter_properties(filter_id, encoded_props, /)")]
    fn decode_filter_properties(filter_id: &Object, encoded_props: Buffer, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let id = filters::u64_of(filter_id, cx)?;
        filters::decode(id, encoded_props.bytes(), cx)
    }
}

pub use module::MODULE;
