//! A prepared statement and its parameters; the cache of a connection.

use crate::adapt;
use crate::errors::{self, programming};
use crate::raw::{Db, Param, Stmt};
use libsqlite3_sys as ffi;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::CString;
use std::rc::Rc;
use taipan_object::abstract_::{self, buffer::has_buffer, iter, sequence};
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;

/// A statement that cursors share through the cache.
pub struct Statement {
    pub stmt: Stmt,
    /// Whether it changes rows: INSERT, UPDATE, DELETE, REPLACE.
    pub is_dml: bool,
    /// A cursor is using it.
    pub in_use: Cell<bool>,
    /// Keeps the database open.
    _db: Rc<Db>,
}

/// SQL without blanks and comments in front; `None` if nothing else is there.
fn strip(sql: &[u8]) -> Option<&[u8]> {
    let mut s = sql;
    loop {
        s = match s {
            [] => return None,
            [b' ' | b'\t' | b'\x0c' | b'\n' | b'\r', rest @ ..] => rest,
            [b'-', b'-', rest @ ..] => &rest[rest.iter().position(|&b| b == b'\n')? + 1..],
            [b'/', b'*', rest @ ..] => &rest[rest.windows(2).position(|w| w == b"*/")? + 2..],
            _ => return Some(s),
        };
    }
}

impl Statement {
    /// Compile one statement.
    pub fn new(db: &Rc<Db>, sql: &PyStr, cx: &mut Cx) -> PyResult<Rc<Statement>> {
        let text = taipan_object::args::utf8(sql, cx)?.into_owned();
        if text.len() > db.limit(ffi::SQLITE_LIMIT_SQL_LENGTH, -1).max(0) as usize {
            return Err(errors::raise("DataError", format_args!("query string is too large"), cx));
        }
        let Ok(c) = CString::new(text) else { return Err(programming(format_args!("the query contains a null character"), cx)) };
        let (rc, stmt, used) = db.prepare(&c, cx);
        if rc != ffi::SQLITE_OK {
            return Err(errors::last(db, cx));
        }
        let sql = c.as_bytes();
        if sql.get(used..).and_then(strip).is_some() {
            return Err(programming(format_args!("You can only execute one statement at a time."), cx));
        }
        let is_dml = strip(sql).is_some_and(|s| {
            let starts = |word: &str| s.get(..word.len()).is_some_and(|h| h.eq_ignore_ascii_case(word.as_bytes()));
            ["insert", "update", "delete", "replace"].into_iter().any(starts)
        });
        Ok(Rc::new(Statement { stmt, is_dml, in_use: Cell::new(false), _db: db.clone() }))
    }

    /// Make it ready for its next use.
    pub fn reset(&self) {
        if self.in_use.replace(false) {
            self.stmt.reset();
        }
    }

    /// Set all parameters from a sequence or a mapping.
    pub fn bind(&self, params: &Object, cx: &mut Cx) -> PyResult<()> {
        let needed = self.stmt.parameters();
        let is_dict = params.is_a::<PyDict>();
        if params.is_a::<PyTuple>() || params.is_a::<PyList>() || !is_dict && iter::is_sequence(params) {
            let given = abstract_::len(params, cx)?;
            if given != needed as usize {
                return Err(programming(
                    format_args!("Incorrect number of bindings supplied. The current statement uses {needed}, and there are {given} supplied."),
                    cx,
                ));
            }
            for i in 0..needed {
                if let Some(name) = self.stmt.parameter_name(i + 1).filter(|n| !n.starts_with('?')) {
                    return Err(programming(
                        format_args!(
                            "Binding {} ('{name}') is a named parameter, but you supplied a sequence which requires nameless (qmark) placeholders.",
                            i + 1
                        ),
                        cx,
                    ));
                }
                let v = match params.exact::<PyList>() {
                    Some(l) => l.get_own(i as usize).ok_or_else(|| cx.index_error(format_args!("list index out of range")))?,
                    None => sequence::get(params, i as isize, cx)?,
                };
                self.bind_one(i + 1, &v, cx)?;
            }
            return Ok(());
        }
        if !is_dict && taipan_object::attr::get_opt(params.ty().as_object(), name!(cx, "__getitem__"), cx)?.is_none() {
            return Err(programming(format_args!("parameters are of unsupported type"), cx));
        }
        for i in 1..=needed {
            let Some(name) = self.stmt.parameter_name(i) else {
                return Err(programming(format_args!("Binding {i} has no name, but you supplied a dictionary (which has only names)."), cx));
            };
            let name = &name[1..];
            let key = PyStr::new(name, cx)?;
            let v = match abstract_::get_item(params, &key, cx) {
                Ok(v) => v,
                Err(r) => {
                    if cx.raised_is(exc::LookupError()) {
                        cx.discard(r);
                        return Err(programming(format_args!("You did not supply a value for binding parameter :{name}."), cx));
                    }
                    return Err(r);
                }
            };
            self.bind_one(i, &v, cx)?;
        }
        Ok(())
    }

    fn bind_one(&self, i: i32, v: &Object, cx: &mut Cx) -> PyResult<()> {
        let basic = v.is_exact::<PyInt>() || v.is_exact::<PyFloat>() || v.is_exact::<PyStr>();
        let plain = basic && !errors::state(cx).basic_adapted.get();
        let adapted = if plain { v.own() } else { adapt::adapt_parameter(v, cx)? };
        let v = &*adapted;
        let rc = if v.is_none() {
            self.stmt.bind(i, Param::Null)
        } else if let Some(n) = v.downcast::<PyInt>() {
            match n.to_i64() {
                Some(n) => self.stmt.bind(i, Param::Int(n)),
                None => return Err(cx.overflow_error(format_args!("Python int too large to convert to SQLite INTEGER"))),
            }
        } else if let Some(x) = v.downcast::<PyFloat>() {
            self.stmt.bind(i, Param::Float(x.value()))
        } else if let Some(s) = v.downcast::<PyStr>() {
            let t = taipan_object::args::utf8(s, cx)?;
            if i32::try_from(t.len()).is_err() {
                return Err(cx.overflow_error(format_args!("string longer than INT_MAX bytes")));
            }
            self.stmt.bind(i, Param::Text(t.as_bytes()))
        } else if has_buffer(v) {
            let b = Buffer::get(v, 0, cx)?;
            if i32::try_from(b.bytes().len()).is_err() {
                return Err(cx.overflow_error(format_args!("BLOB longer than INT_MAX bytes")));
            }
            self.stmt.bind(i, Param::Blob(b.bytes()))
        } else {
            let ty = v.ty().tp_name_str();
            return Err(programming(format_args!("Error binding parameter {i}: type '{ty}' is not supported"), cx));
        };
        if rc == ffi::SQLITE_OK { Ok(()) } else { Err(errors::last(&self._db, cx)) }
    }
}

/// The statements of a connection by their text; the least recently used one goes first.
#[derive(Default)]
pub struct Cache {
    room: Cell<usize>,
    turn: Cell<u64>,
    known: RefCell<HashMap<Box<str>, (Rc<Statement>, u64)>>,
}

impl Cache {
    pub fn with_room(room: usize) -> Cache {
        Cache { room: Cell::new(room), ..Cache::default() }
    }
    /// The statement of a text, compiled if need be. One that is in use elsewhere is compiled anew.
    pub fn get(&self, db: &Rc<Db>, sql: &PyStr, cx: &mut Cx) -> PyResult<Rc<Statement>> {
        if self.room.get() == 0 {
            return Statement::new(db, sql, cx);
        }
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        let key = sql.to_str_checked();
        if let Some((s, used)) = key.as_deref().and_then(|k| self.known.borrow_mut().get_mut(k).map(|(s, used)| (s.clone(), std::mem::replace(used, turn)))) {
            let _ = used;
            return if s.in_use.get() { Statement::new(db, sql, cx) } else { Ok(s) };
        }
        let s = Statement::new(db, sql, cx)?;
        if let Some(key) = key {
            let mut known = self.known.borrow_mut();
            if known.len() >= self.room.get()
                && let Some(oldest) = known.iter().min_by_key(|(_, (_, used))| *used).map(|(k, _)| k.clone())
            {
                known.remove(&oldest);
            }
            known.insert(key.into(), (s.clone(), turn));
        }
        Ok(s)
    }
    pub fn clear(&self) {
        self.known.borrow_mut().clear();
    }
}
