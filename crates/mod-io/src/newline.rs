//! Newline translation, and `IncrementalNewlineDecoder`, its Python face.

use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::str::Units;
use taipan_object::call;

const SEEN_CR: u8 = 1;
const SEEN_LF: u8 = 2;
const SEEN_CRLF: u8 = 4;

/// The state of universal newlines: what was seen, and a carriage return that waits for its line feed.
#[derive(Default)]
pub struct Newlines {
    pub translate: Cell<bool>,
    pub pending_cr: Cell<bool>,
    pub seen: Cell<u8>,
}

impl Newlines {
    /// Note line ends, hold back a final `\r`, translate if asked for.
    pub fn process(&self, s: Own<PyStr>, is_final: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let plain = match s.units() {
            Units::Ascii(u) | Units::Latin1(u) if !self.pending_cr.get() => memchr::memchr(b'\r', u).is_none(),
            _ => !self.pending_cr.get() && !s.code_points().any(|c| c == 13),
        };
        if plain {
            if self.seen.get() & SEEN_LF == 0 && s.code_points().any(|c| c == 10) {
                self.seen.set(self.seen.get() | SEEN_LF);
            }
            return Ok(s);
        }
        let mut points: Vec<u32> = Vec::with_capacity(s.len() + 1);
        if self.pending_cr.get() && (is_final || !s.is_empty()) {
            points.push(13);
            self.pending_cr.set(false);
        }
        points.extend(s.code_points());
        if !is_final && points.last() == Some(&13) {
            points.pop();
            self.pending_cr.set(true);
        }
        let mut seen = self.seen.get();
        let mut out = Vec::with_capacity(points.len());
        let mut it = points.iter().copied().peekable();
        while let Some(c) = it.next() {
            match c {
                13 if it.peek() == Some(&10) => {
                    it.next();
                    seen |= SEEN_CRLF;
                    if !self.translate.get() {
                        out.push(13);
                    }
                    out.push(10);
                }
                13 => {
                    seen |= SEEN_CR;
                    out.push(if self.translate.get() { 10 } else { 13 });
                }
                10 => {
                    seen |= SEEN_LF;
                    out.push(10);
                }
                c => out.push(c),
            }
        }
        self.seen.set(seen);
        PyStr::from_code_points(&out, cx)
    }

    /// Forget everything.
    pub fn reset(&self) {
        self.pending_cr.set(false);
        self.seen.set(0);
    }

    /// The attribute `newlines`.
    pub fn object(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let mut v = Vec::new();
        for (bit, text) in [(SEEN_CR, "\r"), (SEEN_LF, "\n"), (SEEN_CRLF, "\r\n")] {
            if self.seen.get() & bit != 0 {
                v.push(PyStr::new(text, cx)?.into_object());
            }
        }
        match v.len() {
            0 => Ok(none().own()),
            1 => Ok(v.remove(0)),
            _ => PyTuple::from_vec(v, cx).map(Own::into_object),
        }
    }
}

/// Codec used when reading a file in universal newlines mode.
#[pytype(name = "_io.IncrementalNewlineDecoder", heap, gc, basetype, doc = "IncrementalNewlineDecoder(decoder, translate, errors='strict')\n--\n\nCodec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.\nIt also records the types of newlines encountered.  When used with\ntranslate=False, it ensures that the newline sequence is returned in\none piece. When used with decoder=None, it expects unicode strings as\ndecode input and translates newlines without first invoking an external\ndecoder.")]
#[repr(C)]
pub struct PyNewlineDecoder {
    head: ObjHead,
    decoder: FieldCell<Object>,
    errors: FieldCell<Object>,
    #[gc(skip)]
    state: Newlines,
}

impl PyNewlineDecoder {
    fn inner(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.decoder.own().ok_or_else(|| cx.value_error(format_args!("IncrementalNewlineDecoder.__init__() not called")))
    }
}

#[pymethods]
impl PyNewlineDecoder {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyNewlineDecoder>> {
        let head = Object::placeholder();
        cx.new_object_of(cls, PyNewlineDecoder { head, decoder: FieldCell::empty(), errors: FieldCell::empty(), state: Newlines::default() })
    }
    #[init("IncrementalNewlineDecoder(decoder, translate, errors='strict')")]
    fn init(&self, decoder: &Object, translate: bool, errors: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.decoder.set(Some(decoder.own()), cx);
        self.errors.set(errors.map(|e| e.own()), cx);
        self.state.translate.set(translate);
        self.state.reset();
        Ok(())
    }
    #[method("decode(input, final=False)")]
    fn decode(&self, input: &Object, r#final: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let d = self.inner(cx)?;
        let text = if d.is_none() {
            input.own()
        } else {
            let f = taipan_object::types::boolean::from_bool(r#final);
            call::call_method(&d, name!(cx, "decode"), &[input, &f], cx)?
        };
        match text.downcast_own::<PyStr>() {
            Ok(s) => self.state.process(s, r#final, cx),
            Err(o) => Err(cx.type_error(format_args!("decoder should return a string result, not '{}'", o.ty().name()))),
        }
    }
    #[method("getstate()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let d = self.inner(cx)?;
        let (buffer, inner) = if d.is_none() {
            (taipan_object::types::bytes::PyBytes::new(b"", cx)?.into_object(), 0)
        } else {
            let s = call::call_method(&d, name!(cx, "getstate"), &[], cx)?;
            match s.downcast::<PyTuple>().map(|t| t.as_slice()) {
                Some([b, f]) => (b.own(), crate::common::as_i64(f, cx)?),
                _ => return Err(cx.type_error(format_args!("illegal decoder state"))),
            }
        };
        let flag = PyInt::new((inner << 1) | self.state.pending_cr.get() as i64, cx)?;
        PyTuple::from_slice(&[&buffer, &flag], cx)
    }
    #[method("setstate(state, /)")]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        let d = self.inner(cx)?;
        let Some(t) = state.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("state argument must be a tuple")));
        };
        let [b, f] = t.as_slice() else {
            return Err(cx.type_error(format_args!("setstate(): illegal state argument")));
        };
        let n = crate::common::as_i64(f, cx)?;
        self.state.pending_cr.set(n & 1 != 0);
        if !d.is_none() {
            let inner = PyInt::new(n >> 1, cx)?;
            let t = PyTuple::from_slice(&[b, &inner], cx)?;
            call::call_method(&d, name!(cx, "setstate"), &[&t], cx)?;
        }
        Ok(())
    }
    #[method("reset()")]
    fn reset(&self, cx: &mut Cx) -> PyResult<()> {
        let d = self.inner(cx)?;
        self.state.reset();
        if !d.is_none() {
            call::call_method(&d, name!(cx, "reset"), &[], cx)?;
        }
        Ok(())
    }
    #[getter("newlines")]
    fn newlines(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.state.object(cx)
    }
    #[getter("errors")]
    fn get_errors(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self.errors.own() {
            Some(e) => Ok(e),
            None => PyStr::new("strict", cx).map(Own::into_object),
        }
    }
}

/// The end of the first line of `units` from `start` (exclusive), under a newline mode; `None` when it is not there.
pub fn line_end(s: &PyStr, start: usize, mode: &Ending) -> Option<usize> {
    match (mode, s.units()) {
        (Ending::Lf, Units::Ascii(u) | Units::Latin1(u)) => memchr::memchr(b'\n', u.get(start..)?).map(|i| start + i + 1),
        (Ending::Lf, _) => s.code_points().skip(start).position(|c| c == 10).map(|i| start + i + 1),
        (Ending::Cr, _) => s.code_points().skip(start).position(|c| c == 13).map(|i| start + i + 1),
        (Ending::CrLf, _) => {
            let mut cr = false;
            for (i, c) in s.code_points().enumerate().skip(start) {
                if cr && c == 10 {
                    return Some(i + 1);
                }
                cr = c == 13;
            }
            None
        }
        (Ending::Any, _) => {
            let i = s.code_points().skip(start).position(|c| c == 10 || c == 13)? + start;
            let pair = s.code_point(i) == 13 && i + 1 < s.len() && s.code_point(i + 1) == 10;
            Some(i + 1 + pair as usize)
        }
    }
}

/// What ends a line when reading.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Ending {
    #[default]
    Lf,
    Cr,
    CrLf,
    /// Universal, untranslated.
    Any,
}

/// Part of a string.
pub fn substr(s: &PyStr, a: usize, b: usize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if a == 0 && b >= s.len() && s.is_exact::<PyStr>() {
        return Ok(s.new_ref());
    }
    s.slice(a, b.min(s.len()), cx)
}

