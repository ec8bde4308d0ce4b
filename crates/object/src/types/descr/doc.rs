//! Docstrings of C tables: `name(signature)\n--\n\ntext` splits into `__text_signature__` and `__doc__`.

use crate::prelude::*;
use crate::typeobj::{METH_CLASS, METH_COEXIST, METH_NOARGS, METH_O, METH_STATIC};
use std::ffi::{CStr, c_char};

const END: &str = ")\n--\n\n";

/// The parts of a docstring: signature with parentheses (if it has one in the machine-readable form) and the text.
fn split<'a>(name: &str, doc: &'a str) -> (Option<&'a str>, &'a str) {
    let short = name.rsplit('.').next().unwrap_or(name);
    let Some(rest) = doc.strip_prefix(short).filter(|r| r.starts_with('(')) else { return (None, doc) };
    match rest.find(END) {
        // A blank line before the marker means that it belongs to something else.
        Some(i) if !rest[..i].contains("\n\n") => (Some(&rest[..=i]), &rest[i + END.len()..]),
        _ => (None, doc),
    }
}

fn text<'a>(doc: *const c_char) -> Option<std::borrow::Cow<'a, str>> {
    // SAFETY: null or a C string that lives as long as the table.
    (!doc.is_null()).then(|| unsafe { CStr::from_ptr(doc) }.to_string_lossy())
}

/// `__doc__`: the text without signature; None when there is no docstring.
pub fn doc_object(name: &str, doc: *const c_char, cx: &mut Cx) -> PyResult<Own<Object>> {
    let none = || Ok(crate::types::none().own());
    let Some(doc) = text(doc) else { return none() };
    let (_, body) = split(name, &doc);
    if body.is_empty() {
        return none();
    }
    PyStr::new(body, cx).map(Own::into_object)
}

/// `__text_signature__`: `(…)` from the docstring, else what the calling convention says, else None.
pub fn text_signature(name: &str, doc: *const c_char, ml_flags: i32, cx: &mut Cx) -> PyResult<Own<Object>> {
    let text = text(doc);
    let found = match text.as_deref().and_then(|d| split(name, d).0) {
        Some(s) => s,
        None => match ml_flags & !METH_COEXIST {
            METH_NOARGS => "($self, /)",
            METH_O => "($self, object, /)",
            f if f == METH_NOARGS | METH_CLASS => "($type, /)",
            f if f == METH_O | METH_CLASS => "($type, object, /)",
            f if f == METH_NOARGS | METH_STATIC => "()",
            f if f == METH_O | METH_STATIC => "(object, /)",
            _ => return Ok(crate::types::none().own()),
        },
    };
    PyStr::new(found, cx).map(Own::into_object)
}
