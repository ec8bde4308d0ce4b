//! The standard error handlers as functions (`codecs.lookup_error` hands them out).

use crate::data::{new_str, text_of};
use taipan_algo_codec::handlers::{self as algo, Utf};
use taipan_algo_codec::{Text, TextBuf};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::exc::PyUnicodeError;
use taipan_object::types::module as make;

/// Names that cannot be unregistered.
pub const STANDARD: [&str; 8] =
    ["strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass"];

/// A dict of the standard handlers.
pub fn standard(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let m = make::create(&functions::MODULE, cx)?;
    make::exec(&functions::MODULE, &m, cx)?;
    let all = m.dict(cx)?;
    let out = PyDict::new(cx)?;
    for name in STANDARD {
        let function = if name.starts_with("surrogate") { name.to_owned() } else { format!("{name}_errors") };
        if let Some(f) = all.get_text(&function, cx)? {
            out.set_text(name, f, cx)?;
        }
    }
    Ok(out)
}

/// Which of the three errors, with its range.
enum Problem<'a> {
    Encode(&'a PyUnicodeError, Own<PyStr>, usize, usize),
    Decode(&'a PyUnicodeError, Own<PyBytes>, usize, usize),
    Translate(Own<PyStr>, usize, usize),
}

fn unknown(e: &Object, cx: &mut Cx) -> Raised {
    cx.type_error(format_args!("don't know how to handle {} in error callback", e.ty().tp_name_str()))
}

fn problem<'a>(e: &'a Object, cx: &mut Cx) -> PyResult<Problem<'a>> {
    let Some(u) = exc::unicode::fields_of(e) else {
        return Err(unknown(e, cx));
    };
    if e.ty().is_subtype(exc::UnicodeDecodeError()) {
        let b = u.bytes(cx)?;
        let (start, end) = u.clipped(b.len());
        return Ok(Problem::Decode(u, b, start, end));
    }
    let s = u.text(cx)?;
    let (start, end) = u.clipped(s.len());
    Ok(if e.ty().is_subtype(exc::UnicodeEncodeError()) { Problem::Encode(u, s, start, end) } else { Problem::Translate(s, start, end) })
}

fn answer(rep: &Object, at: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let at = PyInt::new(at as i64, cx)?;
    PyTuple::from_slice(&[rep, &at], cx)
}

fn ascii_answer(rep: &[u8], at: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let rep = PyStr::from_latin1(rep, cx)?;
    answer(&rep, at, cx)
}

/// Raise the exception given as argument again.
fn again(e: &Object, cx: &mut Cx) -> Raised {
    cx.raise(e.own())
}

fn encoding_of(u: &PyUnicodeError) -> Option<Utf> {
    let name = u.encoding.own()?;
    Utf::from_name(&name.downcast::<PyStr>()?.to_string_lossy())
}

#[pymodule(name = "_codecs", doc = "")]
mod functions {
    use super::*;

    /// Implements the 'strict' error handling, which raises a UnicodeError on coding errors.
    #[function("strict_errors(exception, /)", nosig)]
    fn strict_errors(exception: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if exception.is_a::<exc::PyBaseException>() {
            return Err(again(exception, cx));
        }
        Err(cx.type_error(format_args!("codec must pass exception instance")))
    }

    /// Implements the 'ignore' error handling, which ignores malformed data and continues.
    #[function("ignore_errors(exception, /)", nosig)]
    fn ignore_errors(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let end = match problem(exception, cx)? {
            Problem::Encode(_, _, _, end) | Problem::Decode(_, _, _, end) | Problem::Translate(_, _, end) => end,
        };
        ascii_answer(b"", end, cx)
    }

    /// Implements the 'replace' error handling, which replaces malformed data with a replacement marker.
    #[function("replace_errors(exception, /)", nosig)]
    fn replace_errors(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (mark, n, end) = match problem(exception, cx)? {
            Problem::Encode(_, _, start, end) => (u32::from(b'?'), end.saturating_sub(start), end),
            Problem::Decode(_, _, _, end) => (0xFFFD, 1, end),
            Problem::Translate(_, start, end) => (0xFFFD, end.saturating_sub(start), end),
        };
        let rep = PyStr::from_code_points(&vec![mark; n], cx)?;
        answer(&rep, end, cx)
    }

    /// Implements the 'xmlcharrefreplace' error handling, which replaces an unencodable character with the appropriate XML character reference.
    #[function("xmlcharrefreplace_errors(exception, /)", nosig)]
    fn xmlcharrefreplace_errors(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let Problem::Encode(_, s, start, end) = problem(exception, cx)? else {
            return Err(unknown(exception, cx));
        };
        let mut out = Vec::new();
        algo::xml_char_ref_replace(text_of(&s), start, end, &mut out);
        ascii_answer(&out, end, cx)
    }

    /// Implements the 'backslashreplace' error handling, which replaces malformed data with a backslashed escape sequence.
    #[function("backslashreplace_errors(exception, /)", nosig)]
    fn backslashreplace_errors(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let mut out = Vec::new();
        let end = match problem(exception, cx)? {
            Problem::Decode(_, b, start, end) => {
                algo::backslash_replace_bytes(b.as_bytes().get(start..end).unwrap_or_default(), &mut out);
                end
            }
            Problem::Encode(_, s, start, end) | Problem::Translate(s, start, end) => {
                algo::backslash_replace(text_of(&s), start, end, &mut out);
                end
            }
        };
        ascii_answer(&out, end, cx)
    }

    /// Implements the 'namereplace' error handling, which replaces an unencodable character with a \N{...} escape sequence.
    #[function("namereplace_errors(exception, /)", nosig)]
    fn namereplace_errors(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        // CPython finds the names there; programs see the module arrive.
        cx.import("unicodedata")?;
        let Problem::Encode(_, s, start, end) = problem(exception, cx)? else {
            return Err(unknown(exception, cx));
        };
        let mut out = Vec::new();
        algo::name_replace(text_of(&s), start, end, &mut out);
        ascii_answer(&out, end, cx)
    }

    #[function("surrogateescape(exception, /)", nosig)]
    fn surrogateescape(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match problem(exception, cx)? {
            Problem::Encode(_, s, start, end) => {
                let mut out = Vec::new();
                if algo::surrogate_escape(text_of(&s), start, end, &mut out).is_none() {
                    return Err(again(exception, cx));
                }
                let rep = PyBytes::new(&out, cx)?;
                answer(&rep, end, cx)
            }
            Problem::Decode(_, b, start, end) => {
                let mut out = TextBuf::default();
                let used = algo::surrogate_unescape(b.as_bytes(), start, end, &mut out);
                if used == 0 {
                    return Err(again(exception, cx));
                }
                let rep = new_str(&out, cx)?;
                answer(&rep, start + used, cx)
            }
            Problem::Translate(..) => Err(unknown(exception, cx)),
        }
    }

    #[function("surrogatepass(exception, /)", nosig)]
    fn surrogatepass(exception: &Object, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match problem(exception, cx)? {
            Problem::Encode(u, s, start, end) => {
                let mut out = Vec::new();
                let done = encoding_of(u).and_then(|utf| algo::surrogate_pass(utf, text_of(&s), start, end, &mut out));
                if done.is_none() {
                    return Err(again(exception, cx));
                }
                let rep = PyBytes::new(&out, cx)?;
                answer(&rep, end, cx)
            }
            Problem::Decode(u, b, start, _) => {
                let Some((cp, used)) = encoding_of(u).and_then(|utf| algo::surrogate_read(utf, b.as_bytes(), start)) else {
                    return Err(again(exception, cx));
                };
                let rep = PyStr::from_code_points(&[cp], cx)?;
                answer(&rep, start + used, cx)
            }
            Problem::Translate(..) => Err(unknown(exception, cx)),
        }
    }
}

/// The text of a replacement that a handler would give for an encoding error, as ASCII; None for handlers that do not replace.
pub fn ascii_replacement(h: algo::Handler, text: Text<'_>, start: usize, end: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match h {
        algo::Handler::Replace => out.resize(end - start, b'?'),
        algo::Handler::BackslashReplace => algo::backslash_replace(text, start, end, &mut out),
        algo::Handler::XmlCharRefReplace => algo::xml_char_ref_replace(text, start, end, &mut out),
        algo::Handler::NameReplace => algo::name_replace(text, start, end, &mut out),
        _ => return None,
    }
    Some(out)
}
