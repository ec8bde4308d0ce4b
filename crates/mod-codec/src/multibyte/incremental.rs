//! `MultibyteIncrementalEncoder` and `MultibyteIncrementalDecoder`.

use super::{ErrorsName, codec_of, decode, encode};
use crate::codecs::drive::Errors;
use crate::data::utf8_of;
use std::cell::{Cell, RefCell};
use taipan_algo_codec::cjk::{Multibyte, PENDING_MAX, State};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// What an encoder keeps between calls.
pub struct Encoding {
    pub codec: Multibyte,
    pub state: Cell<State>,
    pub pending: RefCell<Option<Own<PyStr>>>,
    pub errors: ErrorsName,
}

/// Where an encoder starts: unlike a decoder it has nothing designated beyond the first two sets.
fn start(codec: Multibyte) -> State {
    let mut s = codec.initial();
    s.0[2] = 0;
    s
}

impl Encoding {
    pub fn new(cls: &PyType, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Encoding> {
        let codec = codec_of(cls, cx)?;
        Ok(Encoding { codec, state: Cell::new(start(codec)), pending: RefCell::new(None), errors: ErrorsName::new(errors, cx)? })
    }

    /// Encode what was kept and `s`; keep what may combine with what follows.
    pub fn encode(&self, s: &PyStr, is_final: bool, cx: &mut Cx) -> PyResult<Vec<u8>> {
        let kept = self.pending.borrow_mut().take();
        let all = match &kept {
            Some(p) => PyStr::concat(p, s, cx)?,
            None => AsObject::new_ref(s),
        };
        let name = self.errors.get();
        let mut e = Errors::new(name.as_deref(), cx)?;
        let mut state = self.state.get();
        match encode(self.codec, &mut state, &all, &mut e, is_final, cx) {
            Ok((out, used)) => {
                self.state.set(state);
                if used < all.len() {
                    let rest = all.slice(used, all.len(), cx)?;
                    if rest.len() > 2 {
                        let x = exc::unicode::new_encode(self.codec.name(), &all, 0, all.len(), "pending buffer overflow", cx)?;
                        return Err(cx.raise(x));
                    }
                    *self.pending.borrow_mut() = Some(rest);
                }
                Ok(out)
            }
            Err(r) => {
                // What was kept before is kept.
                *self.pending.borrow_mut() = kept;
                Err(r)
            }
        }
    }

    /// Back to the start; gives what must be written for that.
    pub fn reset(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut state = self.state.get();
        self.codec.reset(&mut state, &mut out);
        self.state.set(start(self.codec));
        let old = self.pending.borrow_mut().take();
        drop(old);
        out
    }
}

/// Little-endian bytes as an int.
fn int_of(bytes: &[u8], cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let mut digits = Vec::new();
    let (mut word, mut bits) = (0u64, 0);
    for &b in bytes {
        word |= u64::from(b) << bits;
        bits += 8;
        if bits >= 30 {
            digits.push((word & 0x3FFF_FFFF) as u32);
            word >>= 30;
            bits -= 30;
        }
    }
    digits.push(word as u32);
    while digits.last() == Some(&0) {
        digits.pop();
    }
    PyInt::from_digits(false, &digits, cx)
}

/// The low `N` bytes of an int; raises if it has more.
fn bytes_of<const N: usize>(i: &PyInt, cx: &mut Cx) -> PyResult<[u8; N]> {
    let mut out = [0; N];
    let (mut word, mut bits, mut at) = (0u64, 0, 0);
    let mut fits = !i.is_negative();
    for &d in i.as_ref_int().digits {
        word |= u64::from(d) << bits;
        bits += 30;
        while bits >= 8 {
            match out.get_mut(at) {
                Some(b) => *b = word as u8,
                None => fits &= word as u8 == 0,
            }
            (word, bits, at) = (word >> 8, bits - 8, at + 1);
        }
    }
    match out.get_mut(at) {
        Some(b) => *b = word as u8,
        None => fits &= word == 0,
    }
    if fits { Ok(out) } else { Err(cx.overflow_error(format_args!("int too big to convert"))) }
}

/// An encoder that takes its text in pieces.
#[pytype(name = "_multibytecodec.MultibyteIncrementalEncoder", heap, gc, basetype, doc = "")]
#[repr(C)]
pub struct PyIncrementalEncoder {
    head: ObjHead,
    #[gc(skip)]
    with: Encoding,
}

/// The keyword-or-positional `errors` of the constructors.
fn errors_arg<'a>(name: &str, args: Args<'a>, kw: Kwargs<'a>, cx: &mut Cx) -> PyResult<Option<&'a PyStr>> {
    kw.only(name, &["errors"], cx)?;
    if args.len() > 1 {
        return Err(cx.type_error(format_args!("{name}() takes at most 1 argument ({} given)", args.len())));
    }
    match args.first().copied().or(kw.get("errors")) {
        None => Ok(None),
        Some(o) => match o.downcast::<PyStr>() {
            Some(s) => Ok(Some(s)),
            None => Err(cx.type_error(format_args!("{name}() argument 1 must be str, not {}", o.ty().name()))),
        },
    }
}

#[pymethods]
impl PyIncrementalEncoder {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyIncrementalEncoder>> {
        let errors = errors_arg("IncrementalEncoder", args, kw, cx)?;
        let with = Encoding::new(cls, errors, cx)?;
        cx.new_object_of(cls, PyIncrementalEncoder { head: Object::placeholder(), with })
    }
    #[init]
    fn init(&self, _args: Args<'_>, _kw: Kwargs<'_>) {}
    #[method("encode(input, final=False)")]
    fn encode(&self, input: &Object, r#final: bool, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let Some(s) = input.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("couldn't convert the object to str.")));
        };
        let out = self.with.encode(s, r#final, cx)?;
        PyBytes::new(&out, cx)
    }
    #[method("getstate()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        let pending = self.with.pending.borrow().clone();
        let utf8 = match &pending {
            Some(p) => utf8_of(p, cx)?,
            None => Vec::new(),
        };
        let mut bytes = vec![utf8.len() as u8];
        bytes.extend_from_slice(&utf8);
        bytes.extend_from_slice(&self.with.state.get().0);
        int_of(&bytes, cx)
    }
    #[method("setstate(state, /)")]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(i) = state.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("setstate() argument must be int, not {}", state.ty().name())));
        };
        let bytes = bytes_of::<17>(i, cx)?;
        let n = usize::from(bytes[0]);
        if n > 8 {
            return Err(cx.raise_msg(exc::UnicodeError(), format_args!("pending buffer too large")));
        }
        let pending = taipan_object::types::str::codec::decode(bytes.get(1..1 + n).unwrap_or_default(), "utf-8", "strict", cx)?;
        let pending = pending.downcast_own::<PyStr>().ok().filter(|p| !p.is_empty());
        let mut raw = [0; 8];
        raw.copy_from_slice(bytes.get(1 + n..9 + n).unwrap_or(&[0; 8]));
        self.with.state.set(State(raw));
        let old = std::mem::replace(&mut *self.with.pending.borrow_mut(), pending);
        drop(old);
        Ok(())
    }
    #[method("reset()")]
    fn reset(&self) {
        self.with.reset();
    }
    #[getter("errors")]
    fn get_errors(&self) -> Option<Own<PyStr>> {
        self.with.errors.get()
    }
    #[setter("errors")]
    fn set_errors(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.with.errors.set(v, cx)
    }
}

/// What a decoder keeps between calls.
pub struct Decoding {
    pub codec: Multibyte,
    pub state: Cell<State>,
    pub pending: RefCell<Vec<u8>>,
    pub errors: ErrorsName,
}

impl Decoding {
    pub fn new(cls: &PyType, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Decoding> {
        let codec = codec_of(cls, cx)?;
        Ok(Decoding { codec, state: Cell::new(codec.initial()), pending: RefCell::new(Vec::new()), errors: ErrorsName::new(errors, cx)? })
    }

    /// Decode what was kept and `b`; keep what is incomplete.
    pub fn decode(&self, b: &[u8], is_final: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let mut all = std::mem::take(&mut *self.pending.borrow_mut());
        let kept = all.len();
        all.extend_from_slice(b);
        let name = self.errors.get();
        let mut e = Errors::new(name.as_deref(), cx)?;
        let mut state = self.state.get();
        match decode(self.codec, &mut state, &all, &mut e, is_final, cx) {
            Ok((text, used)) => {
                self.state.set(state);
                let rest = all.get(used..).unwrap_or_default();
                if rest.len() > PENDING_MAX {
                    let b = PyBytes::new(&all, cx)?;
                    let x = exc::unicode::new_decode(self.codec.name(), &b, 0, all.len(), "pending buffer overflow", cx)?;
                    return Err(cx.raise(x));
                }
                *self.pending.borrow_mut() = rest.to_vec();
                Ok(text)
            }
            Err(r) => {
                all.truncate(kept);
                *self.pending.borrow_mut() = all;
                Err(r)
            }
        }
    }

    pub fn reset(&self) {
        self.state.set(self.codec.initial());
        *self.pending.borrow_mut() = Vec::new();
    }
}

/// A decoder that takes its bytes in pieces.
#[pytype(name = "_multibytecodec.MultibyteIncrementalDecoder", heap, gc, basetype, doc = "")]
#[repr(C)]
pub struct PyIncrementalDecoder {
    head: ObjHead,
    #[gc(skip)]
    with: Decoding,
}

#[pymethods]
impl PyIncrementalDecoder {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyIncrementalDecoder>> {
        let errors = errors_arg("IncrementalDecoder", args, kw, cx)?;
        let with = Decoding::new(cls, errors, cx)?;
        cx.new_object_of(cls, PyIncrementalDecoder { head: Object::placeholder(), with })
    }
    #[init]
    fn init(&self, _args: Args<'_>, _kw: Kwargs<'_>) {}
    #[method("decode(input, final=False)")]
    fn decode(&self, input: Buffer, r#final: bool, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let b = input.bytes().to_vec();
        self.with.decode(&b, r#final, cx)
    }
    #[method("getstate()")]
    fn getstate(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let pending = self.with.pending.borrow().clone();
        let pending = PyBytes::new(&pending, cx)?;
        let state = int_of(&self.with.state.get().0, cx)?;
        PyTuple::from_slice(&[&pending, &state], cx)
    }
    #[method("setstate(state, /)")]
    fn setstate(&self, state: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(t) = state.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("setstate() argument must be tuple, not {}", state.ty().name())));
        };
        let &[pending, state] = t.as_slice() else {
            return Err(cx.type_error(format_args!("setstate(): illegal state argument")));
        };
        let (Some(b), Some(i)) = (pending.downcast::<PyBytes>(), state.downcast::<PyInt>()) else {
            return Err(cx.type_error(format_args!("setstate(): illegal state argument")));
        };
        let raw = bytes_of::<8>(i, cx)?;
        if b.len() > PENDING_MAX {
            let x = exc::unicode::new_decode(self.with.codec.name(), b, 0, b.len(), "pending buffer too large", cx)?;
            return Err(cx.raise(x));
        }
        *self.with.pending.borrow_mut() = b.as_bytes().to_vec();
        self.with.state.set(State(raw));
        Ok(())
    }
    #[method("reset()")]
    fn reset(&self) {
        self.with.reset();
    }
    #[getter("errors")]
    fn get_errors(&self) -> Option<Own<PyStr>> {
        self.with.errors.get()
    }
    #[setter("errors")]
    fn set_errors(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        self.with.errors.set(v, cx)
    }
}
