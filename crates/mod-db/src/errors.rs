//! The exceptions of DB-API (PEP 249), made from SQLite's codes, and the module's state.

use crate::raw::{Db, code_text};
use libsqlite3_sys as ffi;
use std::cell::Cell;
use std::fmt::Arguments;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{attr, call};

/// What the module keeps per interpreter.
#[derive(Default)]
pub struct State {
    /// The ten exception classes, by name.
    pub classes: FieldCell<PyDict>,
    pub adapters: FieldCell<PyDict>,
    pub converters: FieldCell<PyDict>,
    /// Whether a basic type (int, float, str, bytearray) has an adapter.
    pub basic_adapted: Cell<bool>,
    /// Whether exceptions of callbacks are shown.
    pub callback_tracebacks: Cell<bool>,
}

pub fn state(cx: &Cx) -> &'static State {
    cx.interp().state::<State>()
}

/// Names and bases of the classes, each base before its subclasses.
pub const CLASSES: [(&str, &str); 10] = [
    ("Warning", ""),
    ("Error", ""),
    ("InterfaceError", "Error"),
    ("DatabaseError", "Error"),
    ("DataError", "DatabaseError"),
    ("OperationalError", "DatabaseError"),
    ("IntegrityError", "DatabaseError"),
    ("InternalError", "DatabaseError"),
    ("ProgrammingError", "DatabaseError"),
    ("NotSupportedError", "DatabaseError"),
];

fn make_classes(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let out = PyDict::new(cx)?;
    for (name, base) in CLASSES {
        let base = out.get_text(base, cx)?;
        let base = base.as_ref().and_then(|b| b.downcast::<PyType>()).unwrap_or(exc::Exception());
        let class = taipan_builtins::new_exception(&format!("sqlite3.{name}"), base, cx)?;
        out.set_text(name, class, cx)?;
    }
    Ok(out)
}

/// The dict of the exception classes.
pub fn classes(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let cell = &state(cx).classes;
    if let Some(d) = cell.own() {
        return Ok(d);
    }
    let d = make_classes(cx)?;
    cell.set(Some(d.clone()), cx);
    Ok(d)
}

/// One of the exception classes.
pub fn class(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    match classes(cx)?.get_text(name, cx)? {
        Some(c) => Ok(c),
        None => Err(cx.runtime_error(format_args!("no exception {name}"))),
    }
}

/// Raise one of them.
#[cold]
pub fn raise(name: &str, text: Arguments<'_>, cx: &mut Cx) -> Raised {
    match class(name, cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, text),
            None => cx.runtime_error(text),
        },
        Err(r) => r,
    }
}

/// `ProgrammingError`.
#[cold]
pub fn programming(text: Arguments<'_>, cx: &mut Cx) -> Raised {
    raise("ProgrammingError", text, cx)
}

/// The class for a code.
fn class_of(code: i32) -> &'static str {
    match code {
        ffi::SQLITE_INTERNAL | ffi::SQLITE_NOTFOUND => "InternalError",
        ffi::SQLITE_ERROR
        | ffi::SQLITE_PERM
        | ffi::SQLITE_ABORT
        | ffi::SQLITE_BUSY
        | ffi::SQLITE_LOCKED
        | ffi::SQLITE_READONLY
        | ffi::SQLITE_INTERRUPT
        | ffi::SQLITE_IOERR
        | ffi::SQLITE_FULL
        | ffi::SQLITE_CANTOPEN
        | ffi::SQLITE_PROTOCOL
        | ffi::SQLITE_EMPTY
        | ffi::SQLITE_SCHEMA => "OperationalError",
        ffi::SQLITE_TOOBIG => "DataError",
        ffi::SQLITE_CONSTRAINT | ffi::SQLITE_MISMATCH => "IntegrityError",
        ffi::SQLITE_MISUSE | ffi::SQLITE_RANGE => "InterfaceError",
        _ => "DatabaseError",
    }
}

/// Raise the exception for a code, with `sqlite_errorcode` and `sqlite_errorname`.
#[cold]
pub fn from_code(code: i32, extended: i32, text: &str, cx: &mut Cx) -> Raised {
    if code == ffi::SQLITE_NOMEM {
        return cx.raise_empty(exc::MemoryError());
    }
    let made = (|| {
        let c = class(class_of(code), cx)?;
        let text = PyStr::new(text, cx)?;
        let e = call::call(&c, &[&text], cx)?;
        let n = PyInt::new(extended.into(), cx)?;
        attr::set(&e, name!(cx, "sqlite_errorcode"), Some(&n), cx)?;
        let known = crate::constants::error_name(extended);
        let known = PyStr::new(known.unwrap_or("unknown"), cx)?;
        attr::set(&e, name!(cx, "sqlite_errorname"), Some(&known), cx)?;
        Ok(e)
    })();
    match made {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// Raise the database's last error.
#[cold]
pub fn last(db: &Db, cx: &mut Cx) -> Raised {
    let (code, extended) = db.codes();
    from_code(code, extended, &db.message(), cx)
}

/// Raise a code without a message of its own.
#[cold]
pub fn plain(code: i32, cx: &mut Cx) -> Raised {
    from_code(code & 0xff, code, &code_text(code), cx)
}

/// Text of the database, which should be UTF-8.
pub fn decode(t: &[u8], cx: &mut Cx) -> PyResult<Own<PyStr>> {
    match std::str::from_utf8(t) {
        Ok(t) => PyStr::new(t, cx),
        Err(_) => {
            // The codec raises the exact error.
            let b = PyBytes::new(t, cx)?;
            let s = call::call_method(&b, name!(cx, "decode"), &[], cx)?;
            s.downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("decode() gave no text")))
        }
    }
}
