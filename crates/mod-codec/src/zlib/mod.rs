//! `zlib`: compression by zlib.

mod objects;
mod stream;

use libz_sys as lib;
use objects::{PyCompress, PyDecompress, PyDecompressor};
use std::cell::OnceCell;
use std::ffi::c_int;
use stream::Stream;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// What the module keeps per interpreter.
#[derive(Default)]
struct State {
    error: OnceCell<Own<Object>>,
}

#[cold]
fn fail(msg: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    match cx.state::<State>().error.get().and_then(|e| e.downcast::<PyType>()) {
        Some(t) => cx.raise_msg(t, msg),
        None => cx.value_error(msg),
    }
}

/// Raise `zlib.error` for an answer of the library.
#[cold]
fn zlib_error(err: c_int, message: Option<String>, doing: &str, cx: &mut Cx) -> Raised {
    let message = if err == lib::Z_VERSION_ERROR { Some("library version mismatch".to_owned()) } else { message };
    let known = match err {
        lib::Z_BUF_ERROR => Some("incomplete or truncated stream"),
        lib::Z_STREAM_ERROR => Some("inconsistent stream state"),
        lib::Z_DATA_ERROR => Some("invalid input data"),
        _ => None,
    };
    match message.as_deref().or(known) {
        Some(m) => fail(format_args!("Error {err} {doing}: {m}"), cx),
        None => fail(format_args!("Error {err} {doing}"), cx),
    }
}

/// How much output is asked for at a time: it grows with what there is.
fn room(out: &[u8], max: usize) -> usize {
    (out.len().max(16 * 1024)).min(1 << 26).min(max - out.len())
}

/// Run a stream over all of the input until it wants no more; gives the library's last answer and the input used.
fn run(s: &mut Stream, input: &[u8], out: &mut Vec<u8>, max: usize, flush: c_int) -> (c_int, usize) {
    let mut used = 0;
    loop {
        let space = room(out, max);
        if space == 0 {
            return (lib::Z_OK, used);
        }
        let before = out.len();
        let (err, n) = s.step(&input[used..], out, space, flush);
        used += n;
        let full = out.len() - before == space;
        if err != lib::Z_OK && err != lib::Z_BUF_ERROR {
            return (err, used);
        }
        if !full && (used == input.len() || (n == 0 && err == lib::Z_BUF_ERROR)) {
            return (err, used);
        }
    }
}

/// The module.
#[pymodule(
    name = "zlib",
    doc = "The functions in this module allow compression and decompression using the\nzlib library, which is based on GNU zip.\n\nadler32(string[, start]) -- Compute an Adler-32 checksum.\ncompress(data[, level]) -- Compress data, with compression level 0-9 or -1.\ncompressobj([level[, ...]]) -- Return a compressor object.\ncrc32(string[, start]) -- Compute a CRC-32 checksum.\ndecompress(string,[wbits],[bufsize]) -- Decompresses a compressed string.\ndecompressobj([wbits[, zdict]]) -- Return a decompressor object.\n\n'wbits' is window buffer size and container format.\nCompressor objects support compress() and flush() methods; decompressor\nobjects support decompress() and flush()."
)]
mod functions {
    use super::*;

    #[constant]
    const MAX_WBITS: i32 = 15;
    #[constant]
    const DEFLATED: i32 = 8;
    #[constant]
    const DEF_MEM_LEVEL: i32 = 8;
    #[constant]
    const DEF_BUF_SIZE: i32 = 16 * 1024;
    #[constant]
    const Z_BEST_SPEED: i32 = 1;
    #[constant]
    const Z_BEST_COMPRESSION: i32 = 9;
    #[constant]
    const Z_DEFAULT_COMPRESSION: i32 = -1;
    #[constant]
    const Z_NO_COMPRESSION: i32 = 0;
    #[constant]
    const Z_FILTERED: i32 = 1;
    #[constant]
    const Z_HUFFMAN_ONLY: i32 = 2;
    #[constant]
    const Z_RLE: i32 = 3;
    #[constant]
    const Z_FIXED: i32 = 4;
    #[constant]
    const Z_DEFAULT_STRATEGY: i32 = 0;
    #[constant]
    const Z_NO_FLUSH: i32 = 0;
    #[constant]
    const Z_PARTIAL_FLUSH: i32 = 1;
    #[constant]
    const Z_SYNC_FLUSH: i32 = 2;
    #[constant]
    const Z_FULL_FLUSH: i32 = 3;
    #[constant]
    const Z_FINISH: i32 = 4;
    #[constant]
    const Z_BLOCK: i32 = 5;
    #[constant]
    const Z_TREES: i32 = 6;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        for spec in [PyCompress::SPEC, PyDecompress::SPEC, PyDecompressor::SPEC] {
            taipan_object::typeobj::ready_static(spec, cx)?;
        }
        m.add("_ZlibDecompressor", PyDecompressor::ty().as_object(), cx)?;
        let version = PyStr::new(&stream::version(), cx)?;
        m.add("ZLIB_VERSION", &version, cx)?;
        m.add("ZLIB_RUNTIME_VERSION", &version, cx)?;
        let own = PyStr::new("1.0", cx)?;
        m.add("__version__", &own, cx)?;
        let error = taipan_builtins::new_exception("zlib.error", exc::Exception(), cx)?;
        m.add("error", &error, cx)?;
        let _ = cx.state::<State>().error.set(error);
        Ok(())
    }

    /// Returns a bytes object containing compressed data.
    ///
    ///   data
    ///     Binary data to be compressed.
    ///   level
    ///     Compression level, in 0-9 or -1.
    ///   wbits
    ///     The window buffer size and container format.
    #[function("compress(data, /, level=-1, wbits=15)")]
    fn compress(data: Buffer, level: i32, wbits: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let mut s = match Stream::deflate(level, 8, wbits, 8, 0) {
            Ok(s) => s,
            Err(lib::Z_STREAM_ERROR) => return Err(fail(format_args!("Bad compression level"), cx)),
            Err(lib::Z_MEM_ERROR) => return Err(cx.memory_error()),
            Err(e) => return Err(zlib_error(e, None, "while compressing data", cx)),
        };
        let mut out = Vec::new();
        match run(&mut s, data.bytes(), &mut out, usize::MAX, lib::Z_FINISH) {
            (lib::Z_STREAM_END, _) => PyBytes::new(&out, cx),
            (e, _) => Err(zlib_error(e, s.message(), "while compressing data", cx)),
        }
    }

    /// Returns a bytes object containing the uncompressed data.
    ///
    ///   data
    ///     Compressed data.
    ///   wbits
    ///     The window buffer size and container format.
    ///   bufsize
    ///     The initial output buffer size.
    #[function("decompress(data, /, wbits=15, bufsize=16384)")]
    fn decompress(data: Buffer, wbits: i32, bufsize: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if bufsize < 0 {
            return Err(cx.value_error(format_args!("bufsize must be non-negative")));
        }
        let mut s = match Stream::inflate(wbits) {
            Ok(s) => s,
            Err(lib::Z_MEM_ERROR) => return Err(cx.memory_error()),
            Err(e) => return Err(zlib_error(e, None, "while preparing to decompress data", cx)),
        };
        let mut out = Vec::new();
        match run(&mut s, data.bytes(), &mut out, usize::MAX, lib::Z_SYNC_FLUSH) {
            (lib::Z_STREAM_END, _) => PyBytes::new(&out, cx),
            (lib::Z_OK, _) => Err(zlib_error(lib::Z_BUF_ERROR, s.message(), "while decompressing data", cx)),
            (e, _) => Err(zlib_error(e, s.message(), "while decompressing data", cx)),
        }
    }

    /// Return a compressor object.
    #[function("compressobj(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)")]
    fn compressobj(level: i32, method: i32, wbits: i32, mem_level: i32, strategy: i32, zdict: Option<Buffer>, cx: &mut Cx) -> PyResult<Own<PyCompress>> {
        let mut s = match Stream::deflate(level, method, wbits, mem_level, strategy) {
            Ok(s) => s,
            Err(lib::Z_STREAM_ERROR) => return Err(cx.value_error(format_args!("Invalid initialization option"))),
            Err(lib::Z_MEM_ERROR) => return Err(cx.memory_error()),
            Err(e) => return Err(zlib_error(e, None, "while creating compression object", cx)),
        };
        if let Some(d) = zdict {
            match s.set_dictionary(d.bytes()) {
                lib::Z_OK => {}
                lib::Z_STREAM_ERROR => return Err(cx.value_error(format_args!("Invalid dictionary"))),
                _ => return Err(cx.value_error(format_args!("deflateSetDictionary()"))),
            }
        }
        PyCompress::make(s, cx)
    }

    /// Return a decompressor object.
    ///
    ///   wbits
    ///     The window buffer size and container format.
    ///   zdict
    ///     The predefined compression dictionary.  This must be the same
    ///     dictionary as used by the compressor that produced the input data.
    #[function("decompressobj(wbits=15, zdict=b'')")]
    fn decompressobj(wbits: i32, zdict: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyDecompress>> {
        let (s, zdict) = objects::inflater(wbits, zdict, cx)?;
        PyDecompress::make(s, zdict, cx)
    }

    /// Compute an Adler-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[function("adler32(data, value=1, /)")]
    fn adler32(data: Buffer, value: Option<&Object>, cx: &mut Cx) -> PyResult<u32> {
        Ok(stream::adler32(start(value, 1, cx)?, data.bytes()))
    }

    /// Compute a CRC-32 checksum of data.
    ///
    ///   value
    ///     Starting value of the checksum.
    ///
    /// The returned checksum is an integer.
    #[function("crc32(data, value=0, /)")]
    fn crc32(data: Buffer, value: Option<&Object>, cx: &mut Cx) -> PyResult<u32> {
        let value = start(value, 0, cx)?;
        Ok(taipan_algo_codec::binascii::crc32(data.bytes(), value))
    }
}

/// The low 32 bits of an int.
fn start(o: Option<&Object>, default: u32, cx: &mut Cx) -> PyResult<u32> {
    let Some(o) = o else { return Ok(default) };
    let i = taipan_object::abstract_::number::index(o, cx)?;
    let low = i.as_ref_int().digits.iter().take(2).rev().fold(0u64, |n, &d| n << 30 | u64::from(d)) as u32;
    Ok(if i.is_negative() { low.wrapping_neg() } else { low })
}

pub use functions::MODULE;
