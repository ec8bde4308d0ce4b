//! `TextIOWrapper`: characters over a buffered binary stream.
//!
//! UTF-8, ASCII and Latin-1 with the strict handler are coded here; any other encoding goes through the incremental coders of `codecs`.
//! `decoded[used..]` are characters read but not handed out; `snapshot` is the decoder's state before them and the bytes they came from.

use crate::base::PyTextIoBase;
use crate::buffered::core_of;
use crate::common::*;
use crate::newline::{Ending, Newlines, line_end, substr};
use std::cell::{Cell, RefCell};
use taipan_algo_codec::{TextBuf, single, utf8};
use taipan_object::abstract_::{self, buffer as buf};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::{StrBuf, Units};
use taipan_object::{attr, call};

/// Encodings coded without Python.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Native {
    Utf8,
    Ascii,
    Latin1,
    #[default]
    No,
}

fn native(name: &str, errors: &str) -> Native {
    if errors != "strict" {
        return Native::No;
    }
    match name.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" => Native::Utf8,
        "ascii" | "us-ascii" => Native::Ascii,
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" => Native::Latin1,
        _ => Native::No,
    }
}

#[pytype(name = "_io.TextIOWrapper", heap, gc, basetype, base = PyTextIoBase, doc = "TextIOWrapper(buffer, encoding=None, errors=None, newline=None,\n              line_buffering=False, write_through=False)\n--\n\nCharacter and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().\n\nerrors determines the strictness of encoding and decoding (see\nhelp(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\nnewline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.\n\nIf line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character.")]
#[repr(C)]
pub struct PyTextIoWrapper {
    base: PyTextIoBase,
    buffer: FieldCell<Object>,
    encoding: FieldCell<PyStr>,
    errors: FieldCell<PyStr>,
    encoder: FieldCell<Object>,
    decoder: FieldCell<Object>,
    decoded: FieldCell<PyStr>,
    #[gc(skip)]
    s: Settings,
}

#[derive(Default)]
struct Settings {
    ok: Cell<bool>,
    detached: Cell<bool>,
    finalizing: Cell<bool>,
    native: Cell<Native>,
    reading: Cell<bool>,
    writing: Cell<bool>,
    newlines: Newlines,
    universal: Cell<bool>,
    ending: Cell<Ending>,
    write_newline: Cell<Option<&'static str>>,
    line_buffering: Cell<bool>,
    write_through: Cell<bool>,
    seekable: Cell<bool>,
    telling: Cell<bool>,
    chunk: Cell<usize>,
    used: Cell<usize>,
    pending: RefCell<Vec<u8>>,
    partial: RefCell<Vec<u8>>,
    snapshot: RefCell<Option<(u64, Vec<u8>)>>,
}

impl PyTextIoWrapper {
    fn stream(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.buffer.own() {
            Some(b) if self.s.ok.get() => Ok(b),
            _ if self.s.detached.get() => Err(cx.value_error(format_args!("underlying buffer has been detached"))),
            _ => Err(cx.value_error(format_args!("I/O operation on uninitialized object"))),
        }
    }
    fn open_stream(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        let closed = match core_of(&b) {
            Some(c) => c.is_closed(cx)?,
            None => flag(&b, name!(cx, "closed"), cx)?,
        };
        if closed { Err(cx.value_error(format_args!("I/O operation on closed file."))) } else { Ok(b) }
    }

    /// Set encoding and error handler and make the coders.
    fn set_codec(&self, b: &Object, encoding: &PyStr, errors: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let n = native(&encoding.to_string_lossy(), &errors.to_string_lossy());
        let (readable, writable) = (ask(b, name!(cx, "readable"), cx)?, ask(b, name!(cx, "writable"), cx)?);
        self.decoder.set(None, cx);
        self.encoder.set(None, cx);
        if n == Native::No {
            let lookup = cx.import_attr("codecs", "lookup")?;
            let info = call::call(&lookup, &[encoding], cx)?;
            if let Some(t) = attr::get_opt(&info, name!(cx, "_is_text_encoding"), cx)? {
                if !abstract_::is_true(&t, cx)? {
                    let shown = abstract_::repr(encoding, cx)?;
                    return Err(cx.lookup_error(format_args!("{shown} is not a text encoding; use codecs.open() to handle arbitrary codecs")));
                }
            }
            if readable {
                let d = call::call_method(&info, name!(cx, "incrementaldecoder"), &[errors], cx)?;
                self.decoder.set(Some(d), cx);
            }
            if writable {
                let e = call::call_method(&info, name!(cx, "incrementalencoder"), &[errors], cx)?;
                self.encoder.set(Some(e), cx);
            }
        }
        self.s.native.set(n);
        self.s.reading.set(readable);
        self.s.writing.set(writable);
        self.s.partial.take();
        self.s.newlines.reset();
        self.encoding.set(Some(encoding.new_ref()), cx);
        self.errors.set(Some(errors.new_ref()), cx);
        Ok(())
    }

    fn set_newline(&self, nl: Option<&str>, cx: &mut Cx) -> PyResult<()> {
        let ending = match nl {
            None | Some("\n") => Ending::Lf,
            Some("") => Ending::Any,
            Some("\r") => Ending::Cr,
            Some("\r\n") => Ending::CrLf,
            Some(t) => return Err(cx.value_error(format_args!("illegal newline value: {t}"))),
        };
        self.s.ending.set(ending);
        self.s.universal.set(matches!(nl, None | Some("")));
        self.s.newlines.translate.set(nl.is_none());
        self.s.write_newline.set(match nl {
            Some("\r") => Some("\r"),
            Some("\r\n") => Some("\r\n"),
            _ => None,
        });
        Ok(())
    }

    /// Decode more input.
    fn decode(&self, input: &[u8], is_final: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let text = if self.s.native.get() == Native::No {
            let Some(d) = self.decoder.own() else { return Err(unsupported("not readable", cx)) };
            let (b, f) = (PyBytes::new(input, cx)?, taipan_object::types::boolean::from_bool(is_final));
            let t = call::call_method(&d, name!(cx, "decode"), &[&b, &f], cx)?;
            match t.downcast_own::<PyStr>() {
                Ok(t) => t,
                Err(o) => return Err(cx.type_error(format_args!("decoder should return a string result, not '{}'", o.ty().name()))),
            }
        } else {
            self.decode_native(input, is_final, cx)?
        };
        if self.s.universal.get() { self.s.newlines.process(text, is_final, cx) } else { Ok(text) }
    }

    fn decode_native(&self, input: &[u8], is_final: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut held = self.s.partial.take();
        let all: &[u8] = if held.is_empty() {
            input
        } else {
            held.extend_from_slice(input);
            &held
        };
        if self.s.native.get() == Native::Latin1 || all.is_ascii() {
            return PyStr::from_latin1(all, cx);
        }
        let mut out = TextBuf::with_capacity(all.len());
        let (r, name) = match self.s.native.get() {
            Native::Ascii => (single::decode_ascii(all, 0, &mut out), "ascii"),
            _ => (utf8::decode(all, 0, is_final, &mut out), "utf-8"),
        };
        match r {
            Ok(n) => {
                self.s.partial.replace(all.get(n..).unwrap_or_default().to_vec());
                match out {
                    TextBuf::One(v) => PyStr::from_latin1(&v, cx),
                    TextBuf::Two(v) => {
                        let v: Vec<u32> = v.into_iter().map(u32::from).collect();
                        PyStr::from_code_points(&v, cx)
                    }
                    TextBuf::Four(v) => PyStr::from_code_points(&v, cx),
                }
            }
            Err(e) => {
                let o = PyBytes::new(all, cx)?;
                let e = exc::unicode::new_decode(name, &o, e.start, e.end, e.reason, cx)?;
                Err(cx.raise(e))
            }
        }
    }

    /// The decoder's state: input it holds back, and flags.
    fn decoder_state(&self, cx: &mut Cx) -> PyResult<(Vec<u8>, u64)> {
        let cr = self.s.universal.get() && self.s.newlines.pending_cr.get();
        if self.s.native.get() != Native::No {
            return Ok((self.s.partial.borrow().clone(), cr as u64));
        }
        let Some(d) = self.decoder.own() else { return Ok((Vec::new(), 0)) };
        let st = call::call_method(&d, name!(cx, "getstate"), &[], cx)?;
        let Some([b, f]) = st.downcast::<PyTuple>().map(|t| t.as_slice()) else {
            return Err(cx.type_error(format_args!("illegal decoder state")));
        };
        let Some(b) = b.downcast::<PyBytes>() else {
            return Err(cx.type_error(format_args!("illegal decoder state: the first item should be a bytes object, not '{}'", b.ty().name())));
        };
        let mut n = as_i64(f, cx)? as u64;
        if self.s.universal.get() {
            n = n << 1 | cr as u64;
        }
        Ok((b.as_bytes().to_vec(), n))
    }

    fn set_decoder_state(&self, held: &[u8], flags: u64, cx: &mut Cx) -> PyResult<()> {
        let mut flags = flags;
        if self.s.universal.get() {
            self.s.newlines.pending_cr.set(flags & 1 != 0);
            flags >>= 1;
        }
        self.s.partial.replace(held.to_vec());
        if let Some(d) = self.decoder.own() {
            if held.is_empty() && flags == 0 {
                call::call_method(&d, name!(cx, "reset"), &[], cx)?;
            } else {
                let (b, f) = (PyBytes::new(held, cx)?, PyInt::new(flags as i64, cx)?);
                let t = PyTuple::from_slice(&[&b, &f], cx)?;
                call::call_method(&d, name!(cx, "setstate"), &[&t], cx)?;
            }
        }
        Ok(())
    }

    fn forget_read(&self, cx: &mut Cx) {
        self.decoded.set(None, cx);
        self.s.used.set(0);
        self.s.snapshot.replace(None);
    }

    /// Read and decode a chunk; `false` at the end.
    fn read_chunk(&self, b: &Object, hint: usize, cx: &mut Cx) -> PyResult<bool> {
        if !self.s.reading.get() {
            return Err(unsupported("not readable", cx));
        }
        let before = if self.s.telling.get() { Some(self.decoder_state(cx)?) } else { None };
        let want = self.s.chunk.get().max(hint);
        let data = match core_of(b) {
            Some(c) => c.read1(b, want as isize, cx)?.into_object(),
            None => {
                let n = PyInt::new(want as i64, cx)?;
                let m = if attr::has(b, name!(cx, "read1"), cx)? { name!(cx, "read1") } else { name!(cx, "read") };
                call::call_method(b, m, &[&n], cx)?
            }
        };
        let view = match Buffer::get(&data, buf::SIMPLE, cx) {
            Ok(v) => v,
            Err(r) => {
                cx.discard(r);
                return Err(cx.type_error(format_args!("underlying read1() should have returned a bytes-like object, not '{}'", data.ty().name())));
            }
        };
        let eof = view.bytes().is_empty();
        let text = self.decode(view.bytes(), eof, cx)?;
        let more = !eof || !text.is_empty();
        self.decoded.set(Some(text), cx);
        self.s.used.set(0);
        if let Some((mut held, flags)) = before {
            held.extend_from_slice(view.bytes());
            self.s.snapshot.replace(Some((flags, held)));
        }
        Ok(more)
    }

    /// Hand the encoded text to the buffer.
    fn write_out(&self, cx: &mut Cx) -> PyResult<()> {
        if self.s.pending.borrow().is_empty() {
            return Ok(());
        }
        let b = self.stream(cx)?;
        let data = self.s.pending.take();
        match core_of(&b) {
            Some(c) => drop(c.write(&b, &data, cx)?),
            None => {
                let d = PyBytes::new(&data, cx)?;
                call::call_method(&b, name!(cx, "write"), &[&d], cx)?;
            }
        }
        Ok(())
    }

    fn encode(&self, t: &PyStr, cx: &mut Cx) -> PyResult<()> {
        let n = self.s.native.get();
        match (n, t.units()) {
            (Native::Utf8 | Native::Ascii | Native::Latin1, Units::Ascii(u)) | (Native::Latin1, Units::Latin1(u)) => {
                return self.queue(u, cx);
            }
            (Native::Utf8, _) => {
                if let Some(v) = t.to_utf8() {
                    return self.queue(&v, cx);
                }
            }
            _ => {}
        }
        let r = match self.encoder.own() {
            Some(e) => call::call_method(&e, name!(cx, "encode"), &[t], cx)?,
            None if n != Native::No => {
                let (enc, err) = (self.encoding.own(), self.errors.own());
                let (Some(enc), Some(err)) = (enc, err) else { return Err(unsupported("not writable", cx)) };
                taipan_object::types::str::codec::encode(t, &enc.to_string_lossy(), &err.to_string_lossy(), cx)?
            }
            None => return Err(unsupported("not writable", cx)),
        };
        match r.downcast::<PyBytes>() {
            Some(b) => self.queue(b.as_bytes(), cx),
            None => Err(cx.type_error(format_args!("encoder should return a bytes object, not '{}'", r.ty().name()))),
        }
    }

    /// Add encoded text to what waits; what waits already goes first when both are too much together.
    fn queue(&self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        loop {
            let waiting = self.s.pending.borrow().len();
            if waiting == 0 || waiting + b.len() <= self.s.chunk.get() {
                break;
            }
            // Writing may run code that writes here again.
            self.write_out(cx)?;
        }
        self.s.pending.borrow_mut().extend_from_slice(b);
        Ok(())
    }

    /// Open, attached and made for writing.
    fn check_writing(&self, cx: &mut Cx) -> PyResult<()> {
        self.open_stream(cx)?;
        if self.s.writing.get() { Ok(()) } else { Err(unsupported("not writable", cx)) }
    }

    /// Tell the encoder that this is not the stream's start, where it is not.
    fn fix_encoder(&self, buffer: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(e) = self.encoder.own().filter(|_| self.s.seekable.get()) {
            let at = call::call_method(buffer, name!(cx, "tell"), &[], cx)?;
            if as_i64(&at, cx)? != 0 {
                let zero = PyInt::new(0, cx)?;
                call::call_method(&e, name!(cx, "setstate"), &[&zero], cx)?;
            }
        }
        Ok(())
    }

    /// Names of encodings and handlers are UTF-8; in development mode handlers are looked up at once.
    fn check_names(&self, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<()> {
        for name in [encoding, errors].into_iter().flatten() {
            taipan_object::args::utf8(name, cx)?;
        }
        if let Some(e) = errors.filter(|_| cx.interp().config.borrow().dev_mode) {
            let lookup = cx.import_attr("codecs", "lookup_error")?;
            call::call(&lookup, &[e], cx)?;
        }
        Ok(())
    }

    fn read_line(&self, limit: isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let b = self.open_stream(cx)?;
        self.write_out(cx)?;
        let most = if limit < 0 { usize::MAX } else { limit as usize };
        let mut line: Option<Own<PyStr>> = None;
        loop {
            let Some(d) = self.decoded.own().filter(|d| self.s.used.get() < d.len()) else {
                if self.read_chunk(&b, 0, cx)? {
                    continue;
                }
                self.forget_read(cx);
                break;
            };
            let from = self.s.used.get();
            let (text, start, at) = match line.take() {
                None => (d.new_ref(), from, 0),
                Some(head) => {
                    let mut j = StrBuf::with_capacity(head.len() + d.len() - from);
                    j.push_str(&head);
                    j.push_part(&d, from, d.len());
                    (j.finish(cx)?, 0, head.len())
                }
            };
            let stop = start.saturating_add(most).min(text.len());
            // A pair may have been cut between chunks: look one back.
            let search = if at > 0 { at - 1 } else { start };
            let end = line_end(&text, search, &self.s.ending.get()).filter(|e| *e <= stop);
            let full = stop < text.len() || stop - start == most;
            match end.or(full.then_some(stop)) {
                Some(e) => {
                    // `text` began at `start`, which is `from` (or `from - at`) in the chunk.
                    self.s.used.set(from + (e - start) - at);
                    return substr(&text, start, e, cx);
                }
                None => {
                    self.s.used.set(d.len());
                    line = Some(substr(&text, start, text.len(), cx)?);
                }
            }
        }
        Ok(line.unwrap_or_else(taipan_object::types::str::intern::empty))
    }

    fn position(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.open_stream(cx)?;
        if !self.s.seekable.get() {
            return Err(unsupported("underlying stream is not seekable", cx));
        }
        if !self.s.telling.get() {
            return Err(cx.raise_msg(exc::OSError(), format_args!("telling position disabled by next() call")));
        }
        self.write_out(cx)?;
        call::call_method(self, name!(cx, "flush"), &[], cx)?;
        let at = call::call_method(&b, name!(cx, "tell"), &[], cx)?;
        let Some((flags, input)) = self.s.snapshot.borrow().clone() else { return Ok(at) };
        let at = as_i64(&at, cx)? - input.len() as i64;
        let skip = self.s.used.get();
        if skip == 0 {
            return cookie(at, flags, 0, 0, false, cx);
        }
        if self.s.native.get() != Native::No {
            let w = self.walk(&input, flags, skip);
            return cookie(at + w.safe as i64, w.flags, w.fed as u64, w.skip as u64, w.eof, cx);
        }
        let (held, now) = self.decoder_state(cx)?;
        let seen = self.s.newlines.seen.get();
        let r = self.search_position(&input, at, flags, skip, cx);
        let r2 = self.set_decoder_state(&held, now, cx);
        self.s.newlines.seen.set(seen);
        let c = r?;
        r2?;
        Ok(c)
    }

    /// Find the position with a decoder that only tells what it made of some input.
    fn search_position(&self, input: &[u8], at: i64, flags: u64, skip: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (mut at, mut skip, mut start_flags) = (at, skip, flags);
        let mut rest = input;
        // Guess from the average size of a character, and go back in growing steps until the guess is not too far.
        let chars = self.decoded.own().map_or(0, |d| d.len()).max(1);
        let mut guess = (skip * input.len() / chars).min(input.len());
        let mut back = 1;
        while guess > 0 {
            let Some(part) = input.get(..guess) else { break };
            self.set_decoder_state(&[], flags, cx)?;
            let n = self.decode(part, false, cx)?.len();
            if n <= skip {
                let (pending, f) = self.decoder_state(cx)?;
                if pending.is_empty() {
                    (at, skip, start_flags) = (at + guess as i64, skip - n, f);
                    rest = input.get(guess..).unwrap_or_default();
                    break;
                }
                guess = guess.saturating_sub(pending.len());
                back = 1;
            } else {
                guess = guess.saturating_sub(back);
                back *= 2;
            }
        }
        self.set_decoder_state(&[], start_flags, cx)?;
        let (mut fed, mut chars, mut eof) = (0i64, 0, false);
        for byte in rest {
            if chars >= skip {
                break;
            }
            chars += self.decode(std::slice::from_ref(byte), false, cx)?.len();
            fed += 1;
            let (pending, f) = self.decoder_state(cx)?;
            if pending.is_empty() && chars <= skip {
                at += fed;
                skip -= chars;
                (start_flags, fed, chars) = (f, 0, 0);
            }
        }
        if chars < skip {
            chars += self.decode(&[], true, cx)?.len();
            eof = true;
            if chars < skip {
                return Err(cx.raise_msg(exc::OSError(), format_args!("can't reconstruct logical file position")));
            }
        }
        cookie(at, start_flags, fed as u64, skip as u64, eof, cx)
    }

    /// Find the position in input that is coded here, without decoding it.
    fn walk(&self, input: &[u8], flags: u64, skip: usize) -> Walk {
        let (universal, translate) = (self.s.universal.get(), self.s.newlines.translate.get());
        let is_utf8 = self.s.native.get() == Native::Utf8;
        let mut cr = universal && flags & 1 != 0;
        // Characters so far, those before the last safe place, and that place.
        let (mut chars, mut before, mut safe, mut safe_cr, mut i) = (0, 0, 0, cr, 0);
        while chars < skip && i < input.len() {
            let b = input.get(i).copied().unwrap_or(0);
            i += 1;
            while is_utf8 && b >= 0xc0 && input.get(i).is_some_and(|b| b & 0xc0 == 0x80) {
                i += 1;
            }
            match b {
                b'\r' if universal => {
                    chars += cr as usize;
                    cr = true;
                }
                b'\n' if cr => {
                    chars += 2 - translate as usize;
                    cr = false;
                }
                _ => {
                    chars += 1 + cr as usize;
                    cr = false;
                }
            }
            if chars <= skip {
                (before, safe, safe_cr) = (chars, i, cr);
            }
        }
        Walk { safe, flags: safe_cr as u64, fed: i - safe, skip: skip - before, eof: chars < skip }
    }
}

/// What [`PyTextIoWrapper::walk`] found: a place where the decoder holds nothing back, its flags there, what to feed
/// after it, how many characters to skip, and whether the decoder must be told that the input ends.
struct Walk {
    safe: usize,
    flags: u64,
    fed: usize,
    skip: usize,
    eof: bool,
}

/// `None`, or an integer as a truth value.
fn optional_flag(o: &Object, cx: &mut Cx) -> PyResult<Option<bool>> {
    if o.is_none() {
        return Ok(None);
    }
    match abstract_::number::index(o, cx)?.to_i64() {
        Some(n) => Ok(Some(n != 0)),
        None => Err(cx.overflow_error(format_args!("Python int too large to convert to C long"))),
    }
}

/// Position, decoder flags, bytes to feed, characters to skip and "at the end" as one int, 64 + 32 + 32 + 32 + 8 bits.
fn cookie(at: i64, flags: u64, fed: u64, skip: u64, eof: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    if flags | fed | skip == 0 && !eof {
        return PyInt::new(at, cx).map(Own::into_object);
    }
    let mut bits: Vec<bool> = Vec::with_capacity(168);
    for (v, n) in [(at as u64, 64), (flags, 32), (fed, 32), (skip, 32), (eof as u64, 8)] {
        bits.extend((0..n).map(|i| v >> i & 1 != 0));
    }
    let digits: Vec<u32> = bits.chunks(30).map(|c| c.iter().rev().fold(0, |d, b| d << 1 | *b as u32)).collect();
    PyInt::from_digits(false, &digits, cx).map(Own::into_object)
}

/// The parts of a cookie.
fn from_cookie(c: &PyInt) -> [u64; 5] {
    let mut bits = c.as_ref_int().digits.iter().flat_map(|d| (0..30).map(move |i| d >> i & 1));
    [64, 32, 32, 32, 8].map(|n| (0..n).fold(0u64, |v, i| v | (bits.next().unwrap_or(0) as u64) << i))
}

#[pymethods]
impl PyTextIoWrapper {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyTextIoWrapper>> {
        cx.new_object_of(
            cls,
            PyTextIoWrapper {
                base: PyTextIoBase::blank(),
                buffer: FieldCell::empty(),
                encoding: FieldCell::empty(),
                errors: FieldCell::empty(),
                encoder: FieldCell::empty(),
                decoder: FieldCell::empty(),
                decoded: FieldCell::empty(),
                s: Settings::default(),
            },
        )
    }
    #[init("TextIOWrapper(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)")]
    fn init(
        &self,
        buffer: &Object,
        #[default(NoneOr(None))] encoding: NoneOr<&PyStr>,
        #[default(NoneOr(None))] errors: NoneOr<&PyStr>,
        #[default(NoneOr(None))] newline: NoneOr<&PyStr>,
        line_buffering: bool,
        write_through: bool,
        cx: &mut Cx,
    ) -> PyResult<()> {
        self.s.ok.set(false);
        self.s.detached.set(false);
        self.check_names(encoding.0, errors.0, cx)?;
        let nl = newline.0.map(|n| n.to_string_lossy());
        self.set_newline(nl.as_deref(), cx)?;
        let (utf8_mode, warn) = {
            let c = cx.interp().config.borrow();
            (c.utf8_mode, c.warn_default_encoding)
        };
        if warn && encoding.0.is_none() {
            taipan_object::warn::warn(exc::EncodingWarning(), format_args!("'encoding' argument not specified"), 1, cx)?;
        }
        let enc = match encoding.0 {
            Some(e) if !e.eq_text("locale") => e.new_ref(),
            None if utf8_mode => PyStr::new("utf-8", cx)?,
            _ => PyStr::new(&crate::module::locale_encoding(), cx)?,
        };
        let err = match errors.0 {
            Some(e) => e.new_ref(),
            None => PyStr::new_interned("strict", cx)?,
        };
        self.set_codec(buffer, &enc, &err, cx)?;
        self.buffer.set(Some(buffer.own()), cx);
        self.s.line_buffering.set(line_buffering);
        self.s.write_through.set(write_through);
        self.s.chunk.set(8192);
        self.s.pending.take();
        self.forget_read(cx);
        let seekable = ask(buffer, name!(cx, "seekable"), cx)?;
        self.s.seekable.set(seekable);
        self.s.telling.set(seekable);
        self.fix_encoder(buffer, cx)?;
        self.s.ok.set(true);
        Ok(())
    }
    #[method("write(text, /)")]
    fn write(&self, text: &PyStr, cx: &mut Cx) -> PyResult<usize> {
        self.check_writing(cx)?;
        let line = self.s.line_buffering.get();
        let has_lf = (line || self.s.write_newline.get().is_some()) && text.code_points().any(|c| c == 10);
        let flush = line && (has_lf || text.code_points().any(|c| c == 13));
        match self.s.write_newline.get().filter(|_| has_lf) {
            Some(nl) if !text.is_exact::<PyStr>() => {
                let (lf, nl) = (PyStr::new("\n", cx)?, PyStr::new(nl, cx)?);
                let t = call::call_method(text, name!(cx, "replace"), &[&lf, &nl], cx)?;
                let Some(t) = t.downcast::<PyStr>() else {
                    return Err(cx.type_error(format_args!("replace() should return a str, not {}", t.ty().name())));
                };
                self.check_writing(cx)?;
                self.encode(t, cx)?;
            }
            Some(nl) => {
                let points: Vec<u32> = text
                    .code_points()
                    .flat_map(|c| if c == 10 { nl.chars().map(u32::from).collect() } else { vec![c] })
                    .collect();
                let t = PyStr::from_code_points(&points, cx)?;
                self.encode(&t, cx)?;
            }
            None => self.encode(text, cx)?,
        }
        if self.s.pending.borrow().len() >= self.s.chunk.get() || flush || self.s.write_through.get() {
            self.write_out(cx)?;
        }
        if flush {
            let b = self.stream(cx)?;
            match core_of(&b) {
                Some(c) => c.flush(&b, cx)?,
                None => drop(call::call_method(&b, name!(cx, "flush"), &[], cx)?),
            }
        }
        if self.s.snapshot.borrow().is_some() {
            self.forget_read(cx);
        }
        if self.s.reading.get() {
            self.set_decoder_state(&[], 0, cx)?;
        }
        Ok(text.len())
    }
    #[method("read(size=-1, /)")]
    fn read(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let b = self.open_stream(cx)?;
        if !self.s.reading.get() {
            return Err(unsupported("not readable", cx));
        }
        self.write_out(cx)?;
        let mut out = StrBuf::new();
        if size.0 < 0 {
            let data = call::call_method(&b, name!(cx, "read"), &[], cx)?;
            if data.is_none() {
                return Err(cx.raise_msg(exc::BlockingIOError(), format_args!("Read returned None.")));
            }
            if let Some(d) = self.decoded.own() {
                out.push_part(&d, self.s.used.get().min(d.len()), d.len());
            }
            let view = Buffer::get(&data, buf::SIMPLE, cx)?;
            let t = self.decode(view.bytes(), true, cx)?;
            self.forget_read(cx);
            if out.is_empty() {
                return Ok(t);
            }
            out.push_str(&t);
            return out.finish(cx);
        }
        let want = size.0 as usize;
        while out.len() < want {
            if let Some(d) = self.decoded.own().filter(|d| self.s.used.get() < d.len()) {
                let from = self.s.used.get();
                let to = d.len().min(from + (want - out.len()));
                out.push_part(&d, from, to);
                self.s.used.set(to);
            } else if !self.read_chunk(&b, 0, cx)? {
                break;
            }
        }
        out.finish(cx)
    }
    #[method("readline(size=-1, /)")]
    fn readline(&self, #[default(Size(-1))] size: Size, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        self.read_line(size.0, cx)
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.stream(cx)?;
        self.s.telling.set(false);
        let line = if self.is_exact::<PyTextIoWrapper>() {
            self.read_line(-1, cx)?.into_object()
        } else {
            call::call_method(self, name!(cx, "readline"), &[], cx)?
        };
        match line.downcast::<PyStr>() {
            Some(s) if s.is_empty() => {
                self.s.snapshot.replace(None);
                self.s.telling.set(self.s.seekable.get());
                Ok(None)
            }
            Some(_) => Ok(Some(line)),
            None => Err(cx.raise_msg(exc::OSError(), format_args!("readline() should have returned a str object, not '{}'", line.ty().name()))),
        }
    }
    #[method("flush()")]
    fn flush(&self, cx: &mut Cx) -> PyResult<()> {
        let b = self.open_stream(cx)?;
        self.s.telling.set(self.s.seekable.get());
        self.write_out(cx)?;
        match core_of(&b) {
            Some(c) => c.flush(&b, cx),
            None => call::call_method(&b, name!(cx, "flush"), &[], cx).map(drop),
        }
    }
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        let b = self.stream(cx)?;
        if flag(&b, name!(cx, "closed"), cx)? || self.s.detached.get() {
            return Ok(());
        }
        if self.s.finalizing.get() {
            if let Err(r) = call::call_method(&b, name!(cx, "_dealloc_warn"), &[self], cx) {
                cx.discard(r);
            }
        }
        let r = call::call_method(self, name!(cx, "flush"), &[], cx).map(drop);
        chain(r, cx, |cx| call::call_method(&b, name!(cx, "close"), &[], cx).map(drop))
    }
    #[method("detach()")]
    fn detach(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.stream(cx)?;
        call::call_method(self, name!(cx, "flush"), &[], cx)?;
        let b = self.stream(cx)?;
        self.buffer.set(None, cx);
        self.s.detached.set(true);
        self.s.ok.set(false);
        Ok(b)
    }
    #[method("tell()")]
    fn tell(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.position(cx)
    }
    #[method("seek(cookie, whence=0, /)")]
    fn seek(&self, cookie: &Object, #[default(0)] whence: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.open_stream(cx)?;
        if !self.s.seekable.get() {
            return Err(unsupported("underlying stream is not seekable", cx));
        }
        let mut target = taipan_object::abstract_::number::index(cookie, cx)?;
        match whence {
            0 => {}
            1 | 2 if !target.is_zero() => {
                return Err(unsupported(if whence == 1 { "can't do nonzero cur-relative seeks" } else { "can't do nonzero end-relative seeks" }, cx));
            }
            1 => {
                let here = self.position(cx)?;
                target = taipan_object::abstract_::number::index(&here, cx)?;
            }
            2 => {
                call::call_method(self, name!(cx, "flush"), &[], cx)?;
                self.forget_read(cx);
                self.set_decoder_state(&[], 0, cx)?;
                let (zero, two) = (PyInt::new(0, cx)?, PyInt::new(2, cx)?);
                let at = call::call_method(&b, name!(cx, "seek"), &[&zero, &two], cx)?;
                if let Some(e) = self.encoder.own() {
                    if as_i64(&at, cx)? == 0 {
                        call::call_method(&e, name!(cx, "reset"), &[], cx)?;
                    } else {
                        call::call_method(&e, name!(cx, "setstate"), &[&zero], cx)?;
                    }
                }
                return Ok(at);
            }
            _ => return Err(cx.value_error(format_args!("invalid whence ({whence}, should be 0, 1 or 2)"))),
        }
        if target.is_negative() {
            let shown = abstract_::repr(&target, cx)?;
            return Err(cx.value_error(format_args!("negative seek position {shown}")));
        }
        call::call_method(self, name!(cx, "flush"), &[], cx)?;
        let [at, flags, feed, skip, eof] = from_cookie(&target);
        let start = PyInt::new(at as i64, cx)?;
        call::call_method(&b, name!(cx, "seek"), &[&start], cx)?;
        self.forget_read(cx);
        self.set_decoder_state(&[], flags, cx)?;
        if skip > 0 {
            let n = PyInt::new(feed as i64, cx)?;
            let data = call::call_method(&b, name!(cx, "read"), &[&n], cx)?;
            let view = Buffer::get(&data, buf::SIMPLE, cx)?;
            self.s.snapshot.replace(Some((flags, view.bytes().to_vec())));
            let t = self.decode(view.bytes(), eof != 0, cx)?;
            if (t.len() as u64) < skip {
                return Err(cx.raise_msg(exc::OSError(), format_args!("can't restore logical file position")));
            }
            self.decoded.set(Some(t), cx);
            self.s.used.set(skip as usize);
        } else {
            self.s.snapshot.replace(Some((flags, Vec::new())));
        }
        if let Some(e) = self.encoder.own() {
            if at == 0 && flags == 0 {
                call::call_method(&e, name!(cx, "reset"), &[], cx)?;
            } else {
                let zero = PyInt::new(0, cx)?;
                call::call_method(&e, name!(cx, "setstate"), &[&zero], cx)?;
            }
        }
        Ok(target.into_object())
    }
    #[method("truncate(pos=None, /)")]
    fn truncate(&self, pos: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        call::call_method(self, name!(cx, "flush"), &[], cx)?;
        call::call_method(&b, name!(cx, "truncate"), &[pos], cx)
    }
    #[method("reconfigure(*, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)")]
    fn reconfigure(
        &self,
        #[default(NoneOr(None))] encoding: NoneOr<&PyStr>,
        #[default(NoneOr(None))] errors: NoneOr<&PyStr>,
        newline: Option<&Object>,
        line_buffering: &Object,
        write_through: &Object,
        cx: &mut Cx,
    ) -> PyResult<()> {
        let b = self.stream(cx)?;
        let coding = encoding.0.is_some() || errors.0.is_some() || newline.is_some();
        if self.s.snapshot.borrow().is_some() && coding {
            return Err(unsupported("It is not possible to set the encoding or newline of stream after the first read", cx));
        }
        self.check_names(encoding.0, errors.0, cx)?;
        if let Some(e) = encoding.0.filter(|e| e.code_points().any(|c| c == 0)) {
            let shown = e.to_string_lossy();
            return Err(cx.lookup_error(format_args!("unknown encoding: {}", shown.split('\0').next().unwrap_or_default())));
        }
        let (line_buffering, write_through) = (optional_flag(line_buffering, cx)?, optional_flag(write_through, cx)?);
        call::call_method(self, name!(cx, "flush"), &[], cx)?;
        if let Some(n) = newline {
            let t = match n.downcast::<PyStr>() {
                Some(s) => Some(taipan_object::args::utf8(s, cx)?.into_owned()),
                None if n.is_none() => None,
                None => return Err(cx.type_error(format_args!("reconfigure() argument 'newline' must be str or None, not {}", n.ty().name()))),
            };
            self.set_newline(t.as_deref(), cx)?;
        }
        if coding {
            let strict = PyStr::new_interned("strict", cx)?;
            let old = (self.encoding.own(), self.errors.own());
            let locale = PyStr::new(&crate::module::locale_encoding(), cx)?;
            let enc = encoding.0.map(|e| if e.eq_text("locale") { locale.new_ref() } else { e.new_ref() });
            let err = errors.0.map(|e| e.new_ref()).or_else(|| if enc.is_some() { Some(strict.new_ref()) } else { old.1 });
            self.set_codec(&b, &enc.or(old.0).unwrap_or(locale), &err.unwrap_or(strict), cx)?;
            self.fix_encoder(&b, cx)?;
        }
        if let Some(v) = line_buffering {
            self.s.line_buffering.set(v);
        }
        if let Some(v) = write_through {
            self.s.write_through.set(v);
        }
        Ok(())
    }
    #[method("fileno()")]
    fn fileno(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        call::call_method(&b, name!(cx, "fileno"), &[], cx)
    }
    #[method("isatty()")]
    fn isatty(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        call::call_method(&b, name!(cx, "isatty"), &[], cx)
    }
    #[method("readable()")]
    fn readable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        call::call_method(&b, name!(cx, "readable"), &[], cx)
    }
    #[method("writable()")]
    fn writable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        call::call_method(&b, name!(cx, "writable"), &[], cx)
    }
    #[method("seekable()")]
    fn seekable(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        call::call_method(&b, name!(cx, "seekable"), &[], cx)
    }
    #[method("__getstate__()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<()> {
        Err(no_pickle(self, cx))
    }
    #[getter("buffer")]
    fn get_buffer(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.stream(cx)
    }
    #[getter("encoding")]
    fn get_encoding(&self) -> Option<Own<PyStr>> {
        self.encoding.own()
    }
    #[getter("errors")]
    fn get_errors(&self, cx: &mut Cx) -> PyResult<Option<Own<PyStr>>> {
        if !self.s.detached.get() {
            self.stream(cx)?;
        }
        Ok(self.errors.own())
    }
    #[getter("newlines")]
    fn get_newlines(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.stream(cx)?;
        self.s.newlines.object(cx)
    }
    #[getter("line_buffering")]
    fn get_line_buffering(&self) -> bool {
        self.s.line_buffering.get()
    }
    #[getter("write_through")]
    fn get_write_through(&self) -> bool {
        self.s.write_through.get()
    }
    #[getter("closed")]
    fn get_closed(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        attr::get(&b, name!(cx, "closed"), cx)
    }
    #[getter("name")]
    fn get_name(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let b = self.stream(cx)?;
        attr::get(&b, name!(cx, "name"), cx)
    }
    #[getter("_CHUNK_SIZE")]
    fn get_chunk(&self) -> usize {
        self.s.chunk.get()
    }
    #[setter("_CHUNK_SIZE")]
    fn set_chunk(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("attribute '_CHUNK_SIZE' of '_io.TextIOWrapper' objects cannot be deleted"))) };
        let n = as_i64(v, cx)?;
        if n <= 0 {
            return Err(cx.value_error(format_args!("a strictly positive integer is required")));
        }
        self.s.chunk.set(n as usize);
        Ok(())
    }
    #[getter("_finalizing")]
    fn get_finalizing(&self) -> bool {
        self.s.finalizing.get()
    }
    #[setter("_finalizing")]
    fn set_finalizing(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let v = bool_member(v, cx)?;
        self.s.finalizing.set(v);
        Ok(())
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let t = self.ty().tp_name_str().to_owned();
        if !self.s.detached.get() {
            self.stream(cx)?;
        }
        let Some(_g) = abstract_::repr_enter(self, cx) else {
            return Err(cx.runtime_error(format_args!("reentrant call inside {t}.__repr__")));
        };
        let mut out = format!("<{t}");
        if let Some(n) = shown_name(self, cx)? {
            out.push_str(&format!(" name={n}"));
        }
        if let Some(m) = attr::get_opt(self, name!(cx, "mode"), cx)? {
            out.push_str(&format!(" mode={}", abstract_::repr(&m, cx)?));
        }
        if let Some(e) = self.encoding.own() {
            out.push_str(&format!(" encoding={}", abstract_::repr(&e, cx)?));
        }
        out.push('>');
        Ok(out)
    }
}
