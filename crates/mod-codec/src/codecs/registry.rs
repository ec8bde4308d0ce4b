//! Search functions, the cache of codecs, and error handlers by name; one set per interpreter.

use crate::data::name_of;
use std::cell::{Cell, OnceCell, RefCell};
use taipan_object::abstract_;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call, warn};

#[derive(Default)]
struct Registry {
    search: RefCell<Vec<Own<Object>>>,
    cache: OnceCell<Own<PyDict>>,
    handlers: OnceCell<Own<PyDict>>,
    started: Cell<bool>,
}

fn cache(cx: &mut Cx) -> PyResult<&'static PyDict> {
    let r = cx.state::<Registry>();
    if r.cache.get().is_none() {
        let d = PyDict::new(cx)?;
        let _ = r.cache.set(d);
    }
    Ok(r.cache.get_or_init(|| unreachable!()))
}

fn handlers(cx: &mut Cx) -> PyResult<&'static PyDict> {
    let r = cx.state::<Registry>();
    if r.handlers.get().is_none() {
        let d = super::handlers::standard(cx)?;
        let _ = r.handlers.set(d);
    }
    Ok(r.handlers.get_or_init(|| unreachable!()))
}

/// `codecs.register`.
pub fn register(f: &Object, cx: &mut Cx) -> PyResult<()> {
    if !cx.is_callable(f) {
        return Err(cx.type_error(format_args!("argument must be callable")));
    }
    let r = cx.state::<Registry>();
    r.started.set(true);
    r.search.borrow_mut().push(f.own());
    Ok(())
}

/// `codecs.unregister`.
pub fn unregister(f: &Object, cx: &mut Cx) -> PyResult<()> {
    let r = cx.state::<Registry>();
    let at = r.search.borrow().iter().position(|g| g.is(f));
    if let Some(at) = at {
        cache(cx)?.clear_items(cx);
        let gone = r.search.borrow_mut().remove(at);
        drop(gone);
    }
    Ok(())
}

/// Lower case; runs of anything but letters, digits and dots between them become one underscore.
pub fn normalize(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut gap = false;
    for b in name.bytes() {
        if b.is_ascii_alphanumeric() || b == b'.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(b.to_ascii_lowercase() as char);
        } else {
            gap = true;
        }
    }
    out
}

/// `codecs.lookup`.
pub fn lookup(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let key = PyStr::new_interned(&normalize(name), cx)?;
    let cache = cache(cx)?;
    if let Some(found) = cache.get(&key, cx)? {
        return Ok(found);
    }
    let r = cx.state::<Registry>();
    if !r.started.replace(true) {
        cx.import("encodings")?;
    }
    let mut at = 0;
    if r.search.borrow().is_empty() {
        return Err(cx.lookup_error(format_args!("no codec search functions registered: can't find encoding")));
    }
    loop {
        let f = r.search.borrow().get(at).cloned();
        let Some(f) = f else {
            return Err(cx.lookup_error(format_args!("unknown encoding: {name}")));
        };
        at += 1;
        let found = call::call(&f, &[&key], cx)?;
        if found.is_none() {
            continue;
        }
        if found.downcast::<PyTuple>().is_none_or(|t| t.len() != 4) {
            return Err(cx.type_error(format_args!("codec search functions must return 4-tuples")));
        }
        cache.set(&key, &found, cx)?;
        return Ok(found);
    }
}

/// `codecs.register_error`.
pub fn register_error(name: &PyStr, handler: &Object, cx: &mut Cx) -> PyResult<()> {
    name_of(name, cx)?;
    if !cx.is_callable(handler) {
        return Err(cx.type_error(format_args!("handler must be callable")));
    }
    handlers(cx)?.set(name, handler, cx)
}

/// `codecs._unregister_error`.
pub fn unregister_error(name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    let text = name_of(name, cx)?;
    if super::handlers::STANDARD.contains(&text.as_str()) {
        return Err(cx.value_error(format_args!("cannot un-register built-in error handler '{text}'")));
    }
    Ok(handlers(cx)?.remove(name, cx)?.is_some())
}

/// `codecs.lookup_error`.
pub fn lookup_error(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let text = name_of(name, cx)?;
    match handlers(cx)?.get(name, cx)? {
        Some(h) => Ok(h),
        None => Err(cx.lookup_error(format_args!("unknown error handler name '{text}'"))),
    }
}

/// Which half of a codec.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Encode,
    Decode,
}

impl Way {
    fn word(self) -> &'static str {
        if self == Way::Encode { "encod" } else { "decod" }
    }
}

/// Run the codec's function and take the first item of its pair; a failure gets a note.
fn run(codec: &Object, way: Way, obj: &Object, encoding: &str, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let Some(f) = codec.downcast::<PyTuple>().and_then(|t| t.get(if way == Way::Encode { 0 } else { 1 })).map(|f| f.own()) else {
        return Err(cx.type_error(format_args!("codec search functions must return 4-tuples")));
    };
    let r = match errors {
        Some(e) => call::call(&f, &[obj, e], cx),
        None => call::call(&f, &[obj], cx),
    };
    let r = match r {
        Ok(r) => r,
        Err(raised) => {
            let e = cx.take_raised(raised);
            let note = PyStr::new(&format!("{}ing with '{encoding}' codec failed", way.word()), cx)?;
            if let Err(second) = call::call_method(&e, name!(cx, "add_note"), &[&note], cx) {
                return Err(second);
            }
            return Err(cx.set_raised(e));
        }
    };
    match r.downcast::<PyTuple>().filter(|t| t.len() == 2).and_then(|t| t.get(0)) {
        Some(v) => Ok(v.own()),
        None if way == Way::Encode => Err(cx.type_error(format_args!("encoder must return a tuple (object, integer)"))),
        None => Err(cx.type_error(format_args!("decoder must return a tuple (object,integer)"))),
    }
}

/// `codecs.encode` and `codecs.decode`.
pub fn convert(way: Way, obj: &Object, encoding: &str, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let codec = lookup(encoding, cx)?;
    run(&codec, way, obj, encoding, errors, cx)
}

/// As `convert`, for codecs between str and bytes only.
pub fn convert_text(way: Way, obj: &Object, encoding: &str, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let codec = lookup(encoding, cx)?;
    let verb = way.word();
    if codec.exact::<PyTuple>().is_none() {
        if let Some(flag) = attr::get_opt(&codec, name!(cx, "_is_text_encoding"), cx)? {
            if !abstract_::is_true(&flag, cx)? {
                return Err(cx.lookup_error(format_args!("'{encoding}' is not a text encoding; use codecs.{verb}e() to handle arbitrary codecs")));
            }
        }
    }
    let v = run(&codec, way, obj, encoding, errors, cx)?;
    let (fits, wanted) = match way {
        Way::Encode => (v.is_a::<PyBytes>(), "bytes"),
        Way::Decode => (v.is_a::<PyStr>(), "str"),
    };
    if fits {
        return Ok(v);
    }
    if way == Way::Encode && v.ty().name() == "bytearray" {
        warn::warn(exc::RuntimeWarning(), format_args!("encoder {encoding} returned bytearray instead of bytes; use codecs.encode() to encode to arbitrary types"), 1, cx)?;
        let b = Buffer::get(&v, 0, cx)?;
        return Ok(PyBytes::new(b.bytes(), cx)?.into_object());
    }
    Err(cx.type_error(format_args!("'{encoding}' {verb}er returned '{}' instead of '{wanted}'; use codecs.{verb}e() to {verb}e to arbitrary types", v.ty().name())))
}
