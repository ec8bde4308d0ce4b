//! `sqlite3.Cursor`: runs statements and hands out rows.
//!
//! A cursor always stands one row ahead: the statement is on the row that comes next, so that the end is known early. While Python code of a
//! parameter, converter or row factory runs, the cursor is locked against being used again.

use crate::adapt;
use crate::connection::{LEGACY, PyConnection};
use crate::errors::{self, programming};
use crate::raw::Column;
use crate::statement::Statement;
use libsqlite3_sys as ffi;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use taipan_object::abstract_::{self, iter};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::{attr, call};

const PARSE_DECLTYPES: i32 = 1;
const PARSE_COLNAMES: i32 = 2;

/// SQLite database cursor class.
#[pytype(name = "sqlite3.Cursor", gc, basetype)]
#[repr(C)]
pub struct PyCursor {
    head: ObjHead,
    connection: FieldCell<PyConnection>,
    description: FieldCell<Object>,
    row_factory: FieldCell<Object>,
    lastrowid: FieldCell<Object>,
    /// Converters of the columns; empty when types are not detected.
    casts: FieldCell<PyTuple>,
    #[gc(skip)]
    statement: Current,
    #[gc(skip)]
    arraysize: Cell<u32>,
    #[gc(skip)]
    rowcount: Cell<i64>,
    #[gc(skip)]
    initialized: Cell<bool>,
    #[gc(skip)]
    closed: Cell<bool>,
    #[gc(skip)]
    locked: Cell<bool>,
    weak: WeakList,
}

/// The statement of a cursor, which is free again for others when the cursor goes.
#[derive(Default)]
struct Current(RefCell<Option<Rc<Statement>>>);

impl Drop for Current {
    fn drop(&mut self) {
        if let Some(s) = self.0.get_mut().take() {
            s.reset();
        }
    }
}

/// Where the brackets of a column's name, `name [type]`, begin, without the blank before them.
fn name_end(name: &[u8]) -> usize {
    match name.iter().position(|&b| b == b'[') {
        Some(i) if i > 0 && name[i - 1] == b' ' => i - 1,
        Some(i) => i,
        None => name.len(),
    }
}

impl PyCursor {
    pub fn description_own(&self) -> Own<Object> {
        self.description.own().unwrap_or_else(|| none().own())
    }

    pub fn set_row_factory_own(&self, f: Own<Object>, cx: &mut Cx) {
        self.row_factory.set(Some(f), cx);
    }

    /// The connection, if the cursor may be used now.
    fn check(&self, cx: &mut Cx) -> PyResult<Own<PyConnection>> {
        let Some(c) = self.connection.own().filter(|_| self.initialized.get()) else {
            return Err(programming(format_args!("Base Cursor.__init__ not called."), cx));
        };
        if self.closed.get() {
            return Err(programming(format_args!("Cannot operate on a closed cursor."), cx));
        }
        self.check_locked(cx)?;
        c.check_thread(cx)?;
        c.db(cx)?;
        Ok(c)
    }

    fn check_locked(&self, cx: &mut Cx) -> PyResult<()> {
        if self.locked.get() { Err(programming(format_args!("Recursive use of cursors not allowed."), cx)) } else { Ok(()) }
    }

    fn drop_statement(&self) {
        let old = self.statement.0.borrow_mut().take();
        if let Some(s) = old {
            s.reset();
        }
    }

    /// Run a statement for one set of parameters, or for each of many.
    fn execute_any(&self, sql: &PyStr, params: &Object, many: bool, cx: &mut Cx) -> PyResult<()> {
        let c = self.check(cx)?;
        self.locked.set(true);
        let done = self.execute_locked(&c, sql, params, many, cx);
        self.locked.set(false);
        let over = match (&done, &*self.statement.0.borrow()) {
            (Ok(()), Some(s)) => !s.stmt.is_busy(),
            (Err(_), _) => true,
            _ => false,
        };
        if over {
            self.drop_statement();
        }
        if done.is_err() {
            self.rowcount.set(-1);
        }
        done
    }

    fn execute_locked(&self, c: &PyConnection, sql: &PyStr, params: &Object, many: bool, cx: &mut Cx) -> PyResult<()> {
        let params = match many {
            true if iter::is_iterator(params) => Some(params.own()),
            true => Some(iter::get_iter(params, cx)?),
            false => None,
        }
        .map_or_else(|| Err(params.own()), Ok);
        self.drop_statement();
        self.description.set(None, cx);
        let db = c.db(cx)?;
        let s = c.statement(sql, cx)?;
        s.in_use.set(true);
        s.stmt.reset();
        *self.statement.0.borrow_mut() = Some(s.clone());
        self.rowcount.set(if s.is_dml { 0 } else { -1 });
        if c.autocommit_mode() == LEGACY && s.is_dml && db.in_autocommit() {
            c.begin(cx)?;
        }
        if many && s.stmt.is_readonly() {
            return Err(programming(format_args!("executemany() can only execute DML statements."), cx));
        }
        let mut single = match &params {
            Err(one) => Some(one.clone()),
            Ok(_) => None,
        };
        loop {
            let next = match &params {
                Ok(it) => iter::next(it, cx)?,
                Err(_) => single.take(),
            };
            let Some(set) = next else { break };
            s.in_use.set(true);
            s.bind(&set, cx)?;
            let rc = s.stmt.step(cx);
            if cx.is_raised() {
                return Err(cx.runtime_error(format_args!("a callback left an exception")));
            }
            if rc != ffi::SQLITE_DONE && rc != ffi::SQLITE_ROW {
                return Err(errors::last(&db, cx));
            }
            self.learn_columns(c, &s, cx)?;
            if rc == ffi::SQLITE_DONE {
                if s.is_dml {
                    self.rowcount.set(self.rowcount.get() + i64::from(db.changes()));
                }
                s.reset();
            }
            if many && rc == ffi::SQLITE_ROW {
                s.reset();
            }
        }
        if !many {
            let row = PyInt::new(db.last_insert_rowid(), cx)?;
            self.lastrowid.set(Some(row.into_object()), cx);
        }
        Ok(())
    }

    /// Make the description and the converters after the first step.
    fn learn_columns(&self, c: &PyConnection, s: &Statement, cx: &mut Cx) -> PyResult<()> {
        let n = s.stmt.columns();
        let detect = c.detect_types();
        let mut casts = Vec::new();
        if detect != 0 {
            for i in 0..n {
                let mut f = None;
                if detect & PARSE_COLNAMES != 0
                    && let Some(name) = s.stmt.column_name(i)
                    && let Some(open) = name.iter().position(|&b| b == b'[')
                    && let Some(len) = name[open + 1..].iter().position(|&b| b == b']')
                {
                    f = adapt::converter(&name[open + 1..open + 1 + len], cx)?;
                }
                if f.is_none()
                    && detect & PARSE_DECLTYPES != 0
                    && let Some(ty) = s.stmt.column_decltype(i)
                {
                    let end = ty.iter().position(|&b| b == b' ' || b == b'(').unwrap_or(ty.len());
                    f = adapt::converter(&ty[..end], cx)?;
                }
                casts.push(f.unwrap_or_else(|| none().own()));
            }
        }
        let casts = PyTuple::from_vec(casts, cx)?;
        self.casts.set(Some(casts), cx);
        if self.description.is_empty() && n > 0 {
            let mut out = Vec::with_capacity(n as usize);
            for i in 0..n {
                let name = s.stmt.column_name(i).unwrap_or_default();
                let end = if detect & PARSE_COLNAMES != 0 { name_end(&name) } else { name.len() };
                let name = errors::decode(&name[..end], cx)?;
                let nothing = none();
                let entry = PyTuple::from_slice(&[&name, nothing, nothing, nothing, nothing, nothing, nothing], cx)?;
                out.push(entry.into_object());
            }
            let all = PyTuple::from_vec(out, cx)?;
            self.description.set(Some(all.into_object()), cx);
        }
        Ok(())
    }

    fn column(&self, c: &PyConnection, s: &Statement, i: i32, cx: &mut Cx) -> PyResult {
        let cast = self.casts.own().and_then(|t| t.get(i as usize).map(|f| f.own())).filter(|f| !f.is_none());
        if let Some(f) = cast {
            // SQLite has no bytes to show for a value of no length, so that it looks like NULL.
            let Some(bytes) = s.stmt.column_bytes(i).filter(|b| !b.is_empty()) else { return Ok(none().own()) };
            return adapt::convert(&f, bytes, cx);
        }
        match s.stmt.column(i) {
            Column::Null => Ok(none().own()),
            Column::Int(n) => PyInt::new(n, cx).map(Own::into_object),
            Column::Float(x) => PyFloat::new(x, cx).map(Own::into_object),
            Column::Blob(b) => PyBytes::new(b, cx).map(Own::into_object),
            Column::Text(t) => {
                let factory = c.text_factory(cx);
                if factory.is(PyStr::ty().as_object()) {
                    return match std::str::from_utf8(t) {
                        Ok(t) => PyStr::new(t, cx).map(Own::into_object),
                        Err(_) => {
                            let name = s.stmt.column_name(i).unwrap_or_default();
                            let (name, text) = (String::from_utf8_lossy(&name), String::from_utf8_lossy(t));
                            Err(errors::raise("OperationalError", format_args!("Could not decode to UTF-8 column '{name}' with text '{text}'"), cx))
                        }
                    };
                }
                let b = PyBytes::new(t, cx)?;
                if factory.is(PyBytes::ty().as_object()) { Ok(b.into_object()) } else { call::call(&factory, &[&b], cx) }
            }
        }
    }

    fn fetch_row(&self, c: &PyConnection, s: &Statement, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = s.stmt.data_count();
        let mut out = Vec::with_capacity(n.max(0) as usize);
        for i in 0..n {
            out.push(self.column(c, s, i, cx)?);
        }
        PyTuple::from_vec(out, cx)
    }

    fn next_row(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let c = self.check(cx)?;
        let Some(s) = self.statement.0.borrow().clone() else { return Ok(None) };
        if s.stmt.data_count() == 0 {
            self.drop_statement();
            return Ok(None);
        }
        self.locked.set(true);
        let row = self.fetch_row(&c, &s, cx);
        self.locked.set(false);
        let row = row?;
        let db = c.db(cx)?;
        let rc = s.stmt.step(cx);
        if rc == ffi::SQLITE_DONE {
            if s.is_dml {
                self.rowcount.set(i64::from(db.changes()));
            }
            self.drop_statement();
        } else if rc != ffi::SQLITE_ROW {
            let r = errors::last(&db, cx);
            self.drop_statement();
            return Err(r);
        }
        match self.row_factory.own().filter(|f| !f.is_none()) {
            Some(f) => call::call(&f, &[self.as_object(), &row], cx).map(Some),
            None => Ok(Some(row.into_object())),
        }
    }

    fn fetch_many(&self, max: Option<usize>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let out = PyList::new(cx)?;
        while max.is_none_or(|m| out.len() < m) {
            // A subclass may have its own `__next__`.
            match iter::next(self.as_object(), cx)? {
                Some(row) => out.push(row, cx)?,
                None => break,
            }
        }
        Ok(out)
    }
}

#[pymethods]
impl PyCursor {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyCursor>> {
        let c = PyCursor {
            head: Object::placeholder(),
            connection: FieldCell::empty(),
            description: FieldCell::empty(),
            row_factory: FieldCell::empty(),
            lastrowid: FieldCell::empty(),
            casts: FieldCell::empty(),
            statement: Current::default(),
            arraysize: Cell::new(1),
            rowcount: Cell::new(-1),
            initialized: Cell::new(false),
            closed: Cell::new(false),
            locked: Cell::new(false),
            weak: WeakList::new(),
        };
        cx.new_object_of(cls, c)
    }
    #[init("Cursor(connection, /)", nosig)]
    fn init(&self, connection: &PyConnection, cx: &mut Cx) -> PyResult<()> {
        self.check_locked(cx)?;
        self.drop_statement();
        self.connection.set(Some(connection.new_ref()), cx);
        self.description.set(None, cx);
        self.lastrowid.set(None, cx);
        self.row_factory.set(None, cx);
        self.arraysize.set(1);
        self.closed.set(false);
        self.rowcount.set(-1);
        connection.check_thread(cx)?;
        self.initialized.set(true);
        Ok(())
    }
    /// Executes an SQL statement.
    #[method("execute(sql, parameters=(), /)")]
    fn execute(&self, sql: &PyStr, parameters: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let empty = PyTuple::empty();
        self.execute_any(sql, parameters.unwrap_or(empty.as_object()), false, cx)?;
        Ok(self.as_object().own())
    }
    /// Repeatedly executes an SQL statement.
    #[method("executemany(sql, seq_of_parameters, /)")]
    fn executemany(&self, sql: &PyStr, seq_of_parameters: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.execute_any(sql, seq_of_parameters, true, cx)?;
        Ok(self.as_object().own())
    }
    /// Executes multiple SQL statements at once.
    #[method("executescript(sql_script, /)")]
    fn executescript(&self, sql_script: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let c = self.check(cx)?;
        let db = c.db(cx)?;
        let text = taipan_object::args::utf8(sql_script, cx)?;
        if text.len() > db.limit(ffi::SQLITE_LIMIT_SQL_LENGTH, -1).max(0) as usize {
            return Err(errors::raise("DataError", format_args!("query string is too large"), cx));
        }
        let script = crate::raw::c_text(&text, cx)?;
        if c.autocommit_mode() == LEGACY && !db.in_autocommit() {
            c.run("COMMIT", cx)?;
        }
        let mut rest = script.as_c_str();
        while !rest.is_empty() {
            let (rc, stmt, used) = db.prepare(rest, cx);
            let mut rc = rc;
            if rc == ffi::SQLITE_OK && !stmt.is_empty() {
                rc = loop {
                    let rc = stmt.step(cx);
                    if rc != ffi::SQLITE_ROW {
                        break rc;
                    }
                };
            }
            if rc != ffi::SQLITE_OK && rc != ffi::SQLITE_DONE {
                return Err(errors::last(&db, cx));
            }
            drop(stmt);
            match rest.to_bytes_with_nul().get(used..).and_then(|b| std::ffi::CStr::from_bytes_with_nul(b).ok()) {
                Some(r) if used > 0 => rest = r,
                _ => break,
            }
        }
        Ok(self.as_object().own())
    }
    /// Fetches one row from the resultset.
    #[method("fetchone()")]
    fn fetchone(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let row = iter::next(self.as_object(), cx)?;
        Ok(row.unwrap_or_else(|| none().own()))
    }
    /// Fetches several rows from the resultset.
    ///
    ///   size
    ///     The default value is set by the Cursor.arraysize attribute.
    #[method("fetchmany(size=1)")]
    fn fetchmany(&self, size: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let n = match size {
            Some(o) => size_of_array(o, cx)?,
            None => self.arraysize.get(),
        };
        self.fetch_many(Some(n as usize), cx)
    }
    /// Fetches all rows from the resultset.
    #[method("fetchall()")]
    fn fetchall(&self, cx: &mut Cx) -> PyResult<Own<PyList>> {
        self.fetch_many(None, cx)
    }
    /// Required by DB-API. Does nothing in sqlite3.
    #[method("setinputsizes(sizes, /)")]
    fn setinputsizes(&self, _sizes: &Object) {}
    /// Required by DB-API. Does nothing in sqlite3.
    #[method("setoutputsize(size, column=None, /)")]
    fn setoutputsize(&self, _size: &Object, _column: &Object) {}
    /// Closes the cursor.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        self.check_locked(cx)?;
        let Some(c) = self.connection.own() else {
            return Err(programming(format_args!("Base Cursor.__init__ not called."), cx));
        };
        c.check_thread(cx)?;
        c.db(cx)?;
        self.drop_statement();
        self.closed.set(true);
        Ok(())
    }
    #[slot(tp_iter)]
    fn iter(&self) -> Own<Object> {
        self.as_object().own()
    }
    #[slot(tp_iternext)]
    fn next(&self, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        self.next_row(cx)
    }
    #[getter("connection")]
    fn get_connection(&self) -> Option<Own<PyConnection>> {
        self.connection.own()
    }
    #[getter("description")]
    fn get_description(&self) -> Own<Object> {
        self.description_own()
    }
    #[getter("lastrowid")]
    fn get_lastrowid(&self) -> Own<Object> {
        self.lastrowid.own().unwrap_or_else(|| none().own())
    }
    #[getter("rowcount")]
    fn get_rowcount(&self) -> i64 {
        self.rowcount.get()
    }
    #[getter("arraysize")]
    fn get_arraysize(&self) -> u32 {
        self.arraysize.get()
    }
    #[setter("arraysize")]
    fn set_arraysize(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("attribute 'arraysize' of 'sqlite3.Cursor' objects cannot be deleted"))) };
        self.arraysize.set(size_of_array(v, cx)?);
        Ok(())
    }
    #[getter("row_factory")]
    fn get_row_factory(&self) -> Own<Object> {
        self.row_factory.own().unwrap_or_else(|| none().own())
    }
    #[setter("row_factory")]
    fn set_row_factory(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("cannot delete row_factory attribute"))) };
        self.row_factory.set(Some(v.own()), cx);
        Ok(())
    }
}

/// A number of rows.
fn size_of_array(o: &Object, cx: &mut Cx) -> PyResult<u32> {
    let n = abstract_::number::index(o, cx)?;
    if n.is_negative() {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    n.to_i64().and_then(|n| u32::try_from(n).ok()).ok_or_else(|| cx.overflow_error(format_args!("Python int too large for C uint32_t")))
}

/// `connection.cursor()` and what it needs of the attribute machinery.
pub fn new_for(connection: &Object, cx: &mut Cx) -> PyResult {
    let method = attr::get(connection, name!(cx, "cursor"), cx)?;
    call::call(&method, &[], cx)
}
