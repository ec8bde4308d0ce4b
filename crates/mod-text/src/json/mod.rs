//! `_json`: the scanner and the encoder behind `json`.
//!
//! Text is read and written in the units of the string, whatever its kind. Nothing here holds a borrow of a mutable object across a call.

mod encoder;
mod scanner;
mod strings;

pub use encoder::PyEncoder;
pub use scanner::PyScanner;

use std::cell::OnceCell;
use taipan_object::prelude::*;
use taipan_object::{call, typeobj};

/// The module's own quoting functions, by which the encoder knows them.
#[derive(Default)]
struct State {
    quote_ascii: OnceCell<Own<Object>>,
    quote: OnceCell<Own<Object>>,
}

/// Raise `json.JSONDecodeError(msg, doc, pos)`.
#[cold]
fn decode_error(msg: &str, doc: &PyStr, pos: usize, cx: &mut Cx) -> Raised {
    let made = cx.import_attr("json.decoder", "JSONDecodeError").and_then(|class| {
        let msg = PyStr::new(msg, cx)?;
        let pos = PyInt::new(pos as i64, cx)?;
        call::call(&class, &[&msg, doc, &pos], cx)
    });
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// The string that a function of this module wants.
fn wanted<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<&'a PyStr> {
    match o.downcast::<PyStr>() {
        Some(s) => Ok(s),
        None => Err(cx.type_error(format_args!("first argument must be a string, not {}", o.ty().tp_name_str()))),
    }
}

/// The module.
#[pymodule(name = "_json", doc = "json speedups\n")]
mod functions {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        typeobj::ready_static(PyEncoder::SPEC, cx)?;
        typeobj::ready_static(PyScanner::SPEC, cx)?;
        m.add("make_encoder", PyEncoder::ty().as_object(), cx)?;
        m.add("make_scanner", PyScanner::ty().as_object(), cx)?;
        let functions = m.dict(cx)?;
        let state = cx.state::<State>();
        if let Some(f) = functions.get_text("encode_basestring_ascii", cx)? {
            let _ = state.quote_ascii.set(f);
        }
        if let Some(f) = functions.get_text("encode_basestring", cx)? {
            let _ = state.quote.set(f);
        }
        Ok(())
    }

    /// encode_basestring(string) -> string
    ///
    /// Return a JSON representation of a Python string
    #[function("encode_basestring(object, /)")]
    fn encode_basestring(object: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let s = wanted(object, cx)?;
        let mut out = strings::Out::new();
        out.push_quoted(s, false);
        out.finish(cx)
    }

    /// encode_basestring_ascii(string) -> string
    ///
    /// Return an ASCII-only JSON representation of a Python string
    #[function("encode_basestring_ascii(object, /)")]
    fn encode_basestring_ascii(object: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let s = wanted(object, cx)?;
        let mut out = strings::Out::new();
        out.push_quoted(s, true);
        out.finish(cx)
    }

    /// scanstring(string, end, strict=True) -> (string, end)
    ///
    /// Scan the string s for a JSON string. End is the index of the
    /// character in s after the quote that started the JSON string.
    /// Unescapes all valid JSON string escape sequences and raises ValueError
    /// on attempt to decode an invalid string. If strict is False then literal
    /// control characters are allowed in the string.
    ///
    /// Returns a tuple of the decoded string and the index of the character in s
    /// after the end quote.
    #[function("scanstring(*args)", nosig)]
    fn scanstring(args: Args<'_>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = args.len();
        if !(2..=3).contains(&n) {
            let (bound, count) = if n < 2 { ("at least", 2) } else { ("at most", 3) };
            return Err(cx.type_error(format_args!("scanstring() takes {bound} {count} arguments ({n} given)")));
        }
        let end = taipan_object::abstract_::number::index_as_isize(args[1], exc::OverflowError(), cx)?;
        let strict = match args.get(2) {
            Some(s) => taipan_object::abstract_::is_true(s, cx)?,
            None => true,
        };
        let s = wanted(args[0], cx)?;
        if end < 0 || end as usize > s.len() {
            return Err(cx.value_error(format_args!("end is out of bounds")));
        }
        let (text, next) = strings::scan_any(s, end as usize, strict, cx)?;
        let next = PyInt::new(next as i64, cx)?;
        PyTuple::from_slice(&[&text, &next], cx)
    }
}

pub use functions::MODULE;
