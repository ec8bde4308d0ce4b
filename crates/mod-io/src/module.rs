//! The module `_io`: `open`, `open_code`, `text_encoding`, the types and `UnsupportedOperation`.

use crate::common::*;
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// What the mode of `open()` says.
#[derive(Default)]
struct Mode {
    raw: String,
    text: bool,
    binary: bool,
    updating: bool,
    reading: bool,
    writing: bool,
}

fn parse(mode: &PyStr, cx: &mut Cx) -> PyResult<Mode> {
    let text = mode.to_string_lossy();
    let mut m = Mode::default();
    let (mut seen, mut kinds, mut bad) = (String::new(), 0, false);
    for c in text.chars() {
        bad |= seen.contains(c) || !"rwxab+t".contains(c);
        seen.push(c);
        match c {
            't' => m.text = true,
            'b' => m.binary = true,
            c => {
                m.raw.push(c);
                kinds += (c != '+') as i32;
                m.updating |= c == '+';
                m.reading |= c == 'r';
                m.writing |= c != 'r' && c != '+';
            }
        }
    }
    if bad {
        return Err(cx.value_error(format_args!("invalid mode: '{text}'")));
    }
    if m.text && m.binary {
        return Err(cx.value_error(format_args!("can't have text and binary mode at once")));
    }
    if kinds > 1 {
        return Err(cx.value_error(format_args!("must have exactly one of create/read/write/append mode")));
    }
    Ok(m)
}

/// The name of the locale's encoding.
pub fn locale_encoding() -> String {
    let n = String::from_utf8_lossy(&taipan_host::locale::codeset()).into_owned();
    // The C locale is coerced to UTF-8 (PEP 538, PEP 540).
    if n.is_empty() || n == "ANSI_X3.4-1968" { "UTF-8".to_owned() } else { n }
}

#[pymodule(
    name = "_io",
    doc = "The io module provides the Python interfaces to stream handling. The\nbuiltin open function is defined in this module.\n\nAt the top of the I/O hierarchy is the abstract base class IOBase. It\ndefines the basic interface to a stream. Note, however, that there is no\nseparation between reading and writing to streams; implementations are\nallowed to raise an OSError if they do not support a given operation.\n\nExtending IOBase is RawIOBase which deals simply with the reading and\nwriting of raw bytes to a stream. FileIO subclasses RawIOBase to provide\nan interface to OS files.\n\nBufferedIOBase deals with buffering on a raw byte stream (RawIOBase). Its\nsubclasses, BufferedWriter, BufferedReader, and BufferedRWPair buffer\nstreams that are readable, writable, and both respectively.\nBufferedRandom provides a buffered interface to random access\nstreams. BytesIO is a simple stream of in-memory bytes.\n\nAnother IOBase subclass, TextIOBase, deals with the encoding and decoding\nof streams into text. TextIOWrapper, which extends it, is a buffered text\ninterface to a buffered raw stream (`BufferedIOBase`). Finally, StringIO\nis an in-memory stream for text.\n\nArgument names are not part of the specification, and only the arguments\nof open() are intended to be used as keyword arguments.\n\ndata:\n\nDEFAULT_BUFFER_SIZE\n   An int containing the default buffer size used by the module's buffered\n   I/O classes.\n",
    types(
        crate::base::PyIoBase, crate::base::PyRawIoBase, crate::base::PyBufferedIoBase, crate::base::PyTextIoBase, crate::fileio::PyFileIo,
        crate::bytesio::PyBytesIo, crate::stringio::PyStringIo, crate::buffered::PyBufferedReader, crate::buffered::PyBufferedWriter,
        crate::buffered::PyBufferedRandom, crate::buffered::PyBufferedRwPair, crate::newline::PyNewlineDecoder, crate::text::PyTextIoWrapper
    )
)]
pub mod io {
    use super::*;

    #[constant("DEFAULT_BUFFER_SIZE")]
    fn default_buffer_size() -> usize {
        crate::common::DEFAULT_BUFFER_SIZE
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        m.add("BlockingIOError", exc::BlockingIOError(), cx)?;
        let t = cx.import_attr("builtins", "type")?;
        let (n, io) = (PyStr::new("UnsupportedOperation", cx)?, PyStr::new("io", cx)?);
        let bases = PyTuple::from_slice(&[exc::OSError().as_object(), exc::ValueError().as_object()], cx)?;
        let ns = PyDict::new(cx)?;
        ns.set_text("__module__", io.into_object(), cx)?;
        let u = call::call(&t, &[&n, &bases, &ns], cx)?;
        m.add("UnsupportedOperation", &u, cx)?;
        cx.state::<State>().unsupported.set(Some(u), cx);
        Ok(())
    }

    /// Open file and return a stream.  Raise OSError upon failure.
    #[function("open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)")]
    fn open(
        file: &Object,
        mode: Option<&PyStr>,
        #[default(-1)] buffering: i32,
        #[default(NoneOr(None))] encoding: NoneOr<&PyStr>,
        #[default(NoneOr(None))] errors: NoneOr<&PyStr>,
        #[default(NoneOr(None))] newline: NoneOr<&PyStr>,
        closefd: bool,
        opener: &Object,
        cx: &mut Cx,
    ) -> PyResult<Own<Object>> {
        let r = PyStr::new_interned("r", cx)?;
        let mode = mode.unwrap_or(&r);
        let file = if file.is_a::<PyInt>() { file.own() } else if taipan_object::abstract_::number::has_index(file) && !file.is_a::<PyStr>() { file.own() } else { taipan_object::fspath::fspath(file, cx)? };
        let m = parse(mode, cx)?;
        if m.binary {
            for (given, what) in [(encoding.0.is_some(), "an encoding"), (errors.0.is_some(), "an errors"), (newline.0.is_some(), "a newline")] {
                if given {
                    return Err(cx.value_error(format_args!("binary mode doesn't take {what} argument")));
                }
            }
            if buffering == 1 {
                taipan_object::warn::warn(
                    exc::RuntimeWarning(),
                    format_args!("line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used"),
                    1,
                    cx,
                )?;
            }
        }
        let raw_mode = PyStr::new(&m.raw, cx)?;
        let close = taipan_object::types::boolean::from_bool(closefd);
        let raw = call::call(crate::fileio::PyFileIo::ty().as_object(), &[&file, &raw_mode, &close, opener], cx)?;
        match layers(&raw, &m, mode, buffering, encoding, errors, newline, cx) {
            Ok(s) => Ok(s),
            Err(r) => {
                let e = cx.take_raised(r);
                let r = cx.set_raised(e);
                chain(Err(r), cx, |cx| call::call_method(&raw, name!(cx, "close"), &[], cx).map(drop))?;
                Ok(raw)
            }
        }
    }

    /// Opens the provided file with the intent to import the contents.
    ///
    /// This may perform extra validation beyond open(), but is otherwise interchangeable
    /// with calling open(path, 'rb').
    #[function("open_code(path)")]
    fn open_code(path: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let f = cx.import_attr("_io", "open")?;
        let rb = PyStr::new("rb", cx)?;
        call::call(&f, &[path, &rb], cx)
    }

    /// A helper function to choose the text encoding.
    ///
    /// When encoding is not None, this function returns it.
    /// Otherwise, this function returns the default text encoding
    /// (i.e. "locale" or "utf-8" depends on UTF-8 mode).
    ///
    /// This function emits an EncodingWarning if encoding is None and
    /// sys.flags.warn_default_encoding is true.
    ///
    /// This can be used in APIs with an encoding=None parameter.
    /// However, please consider using encoding="utf-8" for new APIs.
    #[function("text_encoding(encoding, stacklevel=2, /)")]
    fn text_encoding(encoding: &Object, #[default(2)] stacklevel: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !encoding.is_none() {
            return Ok(encoding.own());
        }
        let (warn, utf8) = {
            let c = cx.interp().config.borrow();
            (c.warn_default_encoding, c.utf8_mode)
        };
        if warn {
            taipan_object::warn::warn(exc::EncodingWarning(), format_args!("'encoding' argument not specified"), stacklevel as isize, cx)?;
        }
        PyStr::new_interned(if utf8 { "utf-8" } else { "locale" }, cx).map(Own::into_object)
    }
}

/// The buffered and the text layer over a raw file.
#[allow(clippy::too_many_arguments)]
fn layers(
    raw: &Object,
    m: &Mode,
    mode: &PyStr,
    buffering: i32,
    encoding: NoneOr<&PyStr>,
    errors: NoneOr<&PyStr>,
    newline: NoneOr<&PyStr>,
    cx: &mut Cx,
) -> PyResult<Own<Object>> {
    let tty = buffering < 0 && ask(raw, name!(cx, "_isatty_open_only"), cx)?;
    let line_buffering = (buffering == 1 && !m.binary) || tty;
    let mut size = if buffering == 1 || buffering < 0 { -1 } else { buffering as i64 };
    if size < 0 {
        let b = attr::get(raw, name!(cx, "_blksize"), cx)?;
        size = as_i64(&b, cx)?.clamp(DEFAULT_BUFFER_SIZE as i64, 8 << 20);
    }
    if size == 0 {
        if !m.binary {
            return Err(cx.value_error(format_args!("can't have unbuffered text I/O")));
        }
        return Ok(raw.own());
    }
    let ty = match (m.updating, m.writing, m.reading) {
        (true, ..) => crate::buffered::PyBufferedRandom::ty(),
        (_, true, _) => crate::buffered::PyBufferedWriter::ty(),
        (_, _, true) => crate::buffered::PyBufferedReader::ty(),
        _ => return Err(cx.value_error(format_args!("unknown mode: '{}'", mode.to_string_lossy()))),
    };
    let n = PyInt::new(size, cx)?;
    let buffer = call::call(ty.as_object(), &[raw, &n], cx)?;
    if m.binary {
        return Ok(buffer);
    }
    let or_none = |s: NoneOr<&PyStr>| s.0.map_or_else(|| none().own(), |s| s.as_object().own());
    let line = taipan_object::types::boolean::from_bool(line_buffering);
    let args = (or_none(encoding), or_none(errors), or_none(newline));
    let t = match call::call(crate::text::PyTextIoWrapper::ty().as_object(), &[&buffer, &args.0, &args.1, &args.2, &line], cx) {
        Ok(t) => t,
        Err(r) => {
            // The buffer is closed first: nobody else has it.
            chain(Err(r), cx, |cx| call::call_method(&buffer, name!(cx, "close"), &[], cx).map(drop))?;
            return Ok(buffer);
        }
    };
    attr::set(&t, name!(cx, "mode"), Some(mode), cx)?;
    Ok(t)
}
