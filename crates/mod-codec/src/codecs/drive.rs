//! Running an algorithm to the end: its errors go to the handler, its answer into the output, and on.

use super::handlers::ascii_replacement;
use super::registry;
use crate::data::{name_of, text_of};
use taipan_algo_codec::handlers::{self as algo, Handler, Utf};
use taipan_algo_codec::{ByteOrder, CodecError, Text, TextBuf, utf16, utf32};
use taipan_object::abstract_::number::index_as_isize;
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// The `errors` argument, the handler looked up when it is first needed.
pub struct Errors<'a> {
    name: Option<&'a PyStr>,
    known: Option<Handler>,
    custom: Option<Own<Object>>,
}

impl<'a> Errors<'a> {
    /// `None` is "strict".
    pub fn new(name: Option<&'a PyStr>, cx: &mut Cx) -> PyResult<Errors<'a>> {
        let known = match name {
            None => Some(Handler::Strict),
            Some(n) => match n.as_ascii() {
                Some(t) if !t.contains('\0') => Handler::from_name(t),
                _ => Handler::from_name(&name_of(n, cx)?),
            },
        };
        Ok(Errors { name, known, custom: None })
    }

    fn call(&mut self, e: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.custom.is_none() {
            let h = match self.name {
                Some(n) => registry::lookup_error(n, cx)?,
                None => return Err(cx.raise(e.own())),
            };
            self.custom = Some(h);
        }
        match &self.custom {
            Some(h) => call::call(&h.clone(), &[e], cx),
            None => Err(cx.raise(e.own())),
        }
    }
}

/// How a replacement gets into the output.
pub enum Put<'a> {
    /// One byte per character below the limit.
    Narrow(u32),
    Utf16(ByteOrder),
    Utf32(ByteOrder),
    /// By the mapping of the codec; false when a character has no bytes.
    By(&'a mut dyn FnMut(u32, &mut Vec<u8>, &mut Cx) -> PyResult<bool>),
}

impl Put<'_> {
    fn unit(&self) -> usize {
        match self {
            Put::Utf16(_) => 2,
            Put::Utf32(_) => 4,
            _ => 1,
        }
    }

    /// False when the replacement itself cannot be encoded.
    fn text(&mut self, rep: Text<'_>, out: &mut Vec<u8>, cx: &mut Cx) -> PyResult<bool> {
        for c in rep.iter() {
            match self {
                Put::Narrow(limit) if c < *limit => out.push(c as u8),
                Put::Utf16(order) if c < 0x80 => utf16::push_unit(c as u16, *order, out),
                Put::Utf32(order) if c < 0x80 => utf32::push_code_point(c, *order, out),
                Put::By(f) => {
                    if !f(c, out, cx)? {
                        return Ok(false);
                    }
                }
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn encode_error(s: &PyStr, encoding: &str, e: CodecError, cx: &mut Cx) -> Raised {
    match exc::unicode::new_encode(encoding, s, e.start, e.end, e.reason, cx) {
        Ok(x) => cx.raise(x),
        Err(r) => r,
    }
}

/// Where to go on, from a handler's answer.
fn position(v: &Object, len: usize, cx: &mut Cx) -> PyResult<usize> {
    let mut at = index_as_isize(v, exc::OverflowError(), cx)?;
    if at < 0 {
        at += len as isize;
    }
    match usize::try_from(at) {
        Ok(n) if n <= len => Ok(n),
        _ => Err(cx.index_error(format_args!("position {at} from error handler out of bounds"))),
    }
}

/// One run of an encoding algorithm from a position.
pub type EncodeStep<'a> = &'a mut dyn FnMut(Text<'_>, usize, &mut Vec<u8>, &mut Cx) -> PyResult<Result<(), CodecError>>;

/// Encode the whole string.
pub fn encode(s: &PyStr, encoding: &str, errors: &mut Errors<'_>, step: EncodeStep<'_>, mut put: Put<'_>, mut out: Vec<u8>, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let text = text_of(s);
    let mut pos = 0;
    loop {
        let mut e = match step(text, pos, &mut out, cx)? {
            Ok(()) => return Ok(out),
            Err(e) => e,
        };
        match errors.known {
            Some(Handler::Strict) => return Err(encode_error(s, encoding, e, cx)),
            Some(Handler::Ignore) => pos = e.end,
            Some(Handler::SurrogateEscape) => {
                let before = out.len();
                while e.start < e.end && algo::surrogate_escape(text, e.start, e.start + 1, &mut out).is_some() {
                    e.start += 1;
                }
                if e.start < e.end || (out.len() - before) % put.unit() != 0 {
                    return Err(encode_error(s, encoding, e, cx));
                }
                pos = e.end;
            }
            Some(Handler::SurrogatePass) => {
                if Utf::from_name(encoding).and_then(|u| algo::surrogate_pass(u, text, e.start, e.end, &mut out)).is_none() {
                    return Err(encode_error(s, encoding, e, cx));
                }
                pos = e.end;
            }
            Some(h) => {
                let rep = ascii_replacement(h, text, e.start, e.end).unwrap_or_default();
                if !put.text(Text::One(&rep), &mut out, cx)? {
                    return Err(encode_error(s, encoding, e, cx));
                }
                pos = e.end;
            }
            None => pos = ask_encode(s, encoding, errors, e, &mut put, &mut out, cx)?,
        }
    }
}

/// Let a registered handler answer; gives the position to go on from.
fn ask_encode(s: &PyStr, encoding: &str, errors: &mut Errors<'_>, e: CodecError, put: &mut Put<'_>, out: &mut Vec<u8>, cx: &mut Cx) -> PyResult<usize> {
    let x = exc::unicode::new_encode(encoding, s, e.start, e.end, e.reason, cx)?;
    let r = errors.call(&x, cx)?;
    let Some((rep, at)) = r.downcast::<PyTuple>().and_then(|t| if let [rep, at] = t.as_slice() { Some((rep.own(), at.own())) } else { None }) else {
        return Err(cx.type_error(format_args!("encoding error handler must return (str/bytes, int) tuple")));
    };
    if !rep.is_a::<PyStr>() && !rep.is_a::<PyBytes>() {
        return Err(cx.type_error(format_args!("encoding error handler must return (str/bytes, int) tuple")));
    }
    let at = position(&at, s.len(), cx)?;
    let good = match (rep.downcast::<PyBytes>(), rep.downcast::<PyStr>()) {
        (Some(b), _) => {
            out.extend_from_slice(b.as_bytes());
            b.len() % put.unit() == 0
        }
        (_, Some(t)) => put.text(text_of(t), out, cx)?,
        _ => false,
    };
    if good { Ok(at) } else { Err(encode_error(s, encoding, e, cx)) }
}

fn decode_error(b: &[u8], encoding: &str, e: CodecError, cx: &mut Cx) -> Raised {
    let made = PyBytes::new(b, cx).and_then(|b| exc::unicode::new_decode(encoding, &b, e.start, e.end, e.reason, cx));
    match made {
        Ok(x) => cx.raise(x),
        Err(r) => r,
    }
}

/// One run of a decoding algorithm from a position; how many bytes are consumed in all.
pub type DecodeStep<'a> = &'a mut dyn FnMut(&[u8], usize, &mut TextBuf, &mut Cx) -> PyResult<Result<usize, CodecError>>;

/// Decode from `pos`; gives the text and how many bytes were consumed.
pub fn decode(input: &[u8], mut pos: usize, encoding: &str, errors: &mut Errors<'_>, step: DecodeStep<'_>, cx: &mut Cx) -> PyResult<(TextBuf, usize)> {
    let mut out = TextBuf::with_capacity(input.len());
    // A handler may put another object in place of the input.
    let mut replaced: Option<Own<PyBytes>> = None;
    loop {
        let data = replaced.as_ref().map_or(input, |b| b.as_bytes());
        let e = match step(data, pos, &mut out, cx)? {
            Ok(n) => return Ok((out, n)),
            Err(e) => e,
        };
        match errors.known {
            Some(Handler::Strict) => return Err(decode_error(data, encoding, e, cx)),
            Some(Handler::Ignore) => pos = e.end,
            Some(Handler::Replace) => {
                out.push(0xFFFD);
                pos = e.end;
            }
            Some(Handler::BackslashReplace) => {
                let mut rep = Vec::new();
                algo::backslash_replace_bytes(data.get(e.start..e.end).unwrap_or_default(), &mut rep);
                out.extend_latin1(&rep);
                pos = e.end;
            }
            Some(Handler::SurrogateEscape) => {
                let used = algo::surrogate_unescape(data, e.start, e.end, &mut out);
                if used == 0 {
                    return Err(decode_error(data, encoding, e, cx));
                }
                pos = e.start + used;
            }
            Some(Handler::SurrogatePass) => match Utf::from_name(encoding).and_then(|u| algo::surrogate_read(u, data, e.start)) {
                Some((cp, used)) => {
                    out.push(cp);
                    pos = e.start + used;
                }
                None => return Err(decode_error(data, encoding, e, cx)),
            },
            _ => {
                let (at, other) = ask_decode(data, encoding, errors, e, &mut out, cx)?;
                pos = at;
                if other.is_some() {
                    replaced = other;
                }
            }
        }
    }
}

fn ask_decode(data: &[u8], encoding: &str, errors: &mut Errors<'_>, e: CodecError, out: &mut TextBuf, cx: &mut Cx) -> PyResult<(usize, Option<Own<PyBytes>>)> {
    let b = PyBytes::new(data, cx)?;
    let x = exc::unicode::new_decode(encoding, &b, e.start, e.end, e.reason, cx)?;
    let r = errors.call(&x, cx)?;
    let pair = r.downcast::<PyTuple>().and_then(|t| if let [rep, at] = t.as_slice() { Some((rep.own(), at.own())) } else { None });
    let Some((rep, at)) = pair.and_then(|(rep, at)| Some((rep.downcast_own::<PyStr>().ok()?, at))) else {
        return Err(cx.type_error(format_args!("decoding error handler must return (str, int) tuple")));
    };
    let now = match exc::unicode::fields_of(&x) {
        Some(u) => u.bytes(cx)?,
        None => b.clone(),
    };
    let at = position(&at, now.len(), cx)?;
    out.extend_text(text_of(&rep));
    Ok((at, (!now.is(&b)).then_some(now)))
}
