//! `_multibytecodec` and the modules of East Asia's codecs: `_codecs_cn`, `_hk`, `_iso2022`, `_jp`, `_kr`, `_tw`.
//!
//! The conversion is `algo-codec`'s; here are the codec objects, the incremental classes with what they keep between calls, and the streams.

mod incremental;
mod modules;
mod streams;

pub use modules::{CN, HK, ISO2022, JP, KR, MULTIBYTE, TW};

use crate::codecs::drive::{self, Errors, Put};
use crate::data::new_str;
use std::cell::{Cell, RefCell};
use taipan_algo_codec::Text;
use taipan_algo_codec::cjk::{Multibyte, State};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{abstract_, attr};

/// One codec, as `getcodec` gives it.
#[pytype(name = "_multibytecodec.MultibyteCodec", heap, no_new, doc = "")]
#[repr(C)]
pub struct PyCodec {
    pub head: ObjHead,
    #[gc(skip)]
    pub codec: Multibyte,
}

/// Encode from a state; gives the bytes and how many characters are used up. With `flush` all are, and the encoder goes back to its start.
fn encode(codec: Multibyte, state: &mut State, s: &PyStr, errors: &mut Errors<'_>, flush: bool, cx: &mut Cx) -> PyResult<(Vec<u8>, usize)> {
    let st = RefCell::new(*state);
    let used = Cell::new(0);
    let mut step = |t: Text<'_>, at: usize, out: &mut Vec<u8>, _: &mut Cx| Ok(codec.encode(&mut st.borrow_mut(), t, at, flush, out).map(|n| used.set(n)));
    let mut put = |c: u32, out: &mut Vec<u8>, _: &mut Cx| Ok(codec.encode(&mut st.borrow_mut(), Text::Four(&[c]), 0, true, out).is_ok());
    let mut out = drive::encode(s, codec.name(), errors, &mut step, Put::By(&mut put), Vec::new(), cx).map_err(|r| as_index_error(r, cx))?;
    if flush {
        codec.reset(&mut st.borrow_mut(), &mut out);
    }
    *state = st.into_inner();
    Ok((out, used.get()))
}

/// These codecs call a handler's position that is beyond any index out of range, as `IndexError`.
fn as_index_error(r: Raised, cx: &mut Cx) -> Raised {
    if !cx.raised_is(exc::OverflowError()) {
        return r;
    }
    cx.discard(r);
    cx.index_error(format_args!("cannot fit 'int' into an index-sized integer"))
}

/// Decode from a state; gives the text and how many bytes are used up.
fn decode(codec: Multibyte, state: &mut State, b: &[u8], errors: &mut Errors<'_>, is_final: bool, cx: &mut Cx) -> PyResult<(Own<PyStr>, usize)> {
    let mut step = |b: &[u8], at: usize, out: &mut taipan_algo_codec::TextBuf, _: &mut Cx| Ok(codec.decode(state, b, at, is_final, out));
    let (text, n) = drive::decode(b, 0, codec.name(), errors, &mut step, cx).map_err(|r| as_index_error(r, cx))?;
    Ok((new_str(&text, cx)?, n))
}

#[pymethods]
impl PyCodec {
    /// Return an encoded string version of 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme.
    /// Default is 'strict' meaning that encoding errors raise
    /// a UnicodeEncodeError.  Other possible values are 'ignore', 'replace'
    /// and 'xmlcharrefreplace' as well as any other name registered with
    /// codecs.register_error that can handle UnicodeEncodeErrors.
    #[method("encode(input, errors=None)")]
    fn encode(&self, input: &Object, errors: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let s = abstract_::str(input, cx)?;
        let mut e = Errors::new(errors.0, cx)?;
        let (out, _) = encode(self.codec, &mut self.codec.initial(), &s, &mut e, true, cx)?;
        let out = PyBytes::new(&out, cx)?;
        let n = PyInt::new(s.len() as i64, cx)?;
        PyTuple::from_slice(&[&out, &n], cx)
    }
    /// Decodes 'input'.
    ///
    /// 'errors' may be given to set a different error handling scheme.
    /// Default is 'strict' meaning that encoding errors raise
    /// a UnicodeDecodeError.  Other possible values are 'ignore' and 'replace'
    /// as well as any other name registered with codecs.register_error that is
    /// able to handle UnicodeDecodeErrors."
    #[method("decode(input, errors=None)")]
    fn decode(&self, input: Buffer, errors: NoneOr<&PyStr>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let b = input.bytes().to_vec();
        let mut e = Errors::new(errors.0, cx)?;
        let (text, _) = decode(self.codec, &mut self.codec.initial(), &b, &mut e, true, cx)?;
        let n = PyInt::new(b.len() as i64, cx)?;
        PyTuple::from_slice(&[&text, &n], cx)
    }
}

/// The `codec` attribute of a class.
fn codec_of(cls: &PyType, cx: &mut Cx) -> PyResult<Multibyte> {
    let c = attr::get(cls.as_object(), name!(cx, "codec"), cx)?;
    match c.downcast::<PyCodec>() {
        Some(c) => Ok(c.codec),
        None => Err(cx.type_error(format_args!("codec is unexpected type"))),
    }
}

/// The `errors` of an object: a string, which may be replaced.
struct ErrorsName(FieldCell<PyStr>);

impl ErrorsName {
    fn new(name: Option<&PyStr>, cx: &mut Cx) -> PyResult<ErrorsName> {
        let name = match name {
            Some(n) => AsObject::new_ref(n),
            None => PyStr::new("strict", cx)?,
        };
        Ok(ErrorsName(FieldCell::new(Some(name))))
    }
    fn get(&self) -> Option<Own<PyStr>> {
        self.0.own()
    }
    fn set(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else {
            return Err(cx.attribute_error(format_args!("cannot delete attribute")));
        };
        let Some(s) = v.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("errors must be a string")));
        };
        self.0.set(Some(AsObject::new_ref(s)), cx);
        Ok(())
    }
}
