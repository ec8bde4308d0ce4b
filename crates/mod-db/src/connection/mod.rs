//! `sqlite3.Connection`: an open database, its transactions and its settings.

mod define;
mod extras;

use crate::blob;
use crate::callbacks::Callable;
use crate::cursor::{self, PyCursor};
use crate::errors::{self, programming};
use crate::params::Bound;
use crate::raw::{Db, RawBlob};
use crate::statement::{Cache, Statement};
use libsqlite3_sys as ffi;
use std::cell::{Cell, RefCell};
use std::ffi::CString;
use std::rc::{Rc, Weak};
use taipan_host::thread;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::{attr, audit, call, fspath, unraisable, warn};

/// `LEGACY_TRANSACTION_CONTROL`: transactions begin by themselves before statements that change rows.
pub const LEGACY: i32 = -1;

/// The callables of the three hooks, which SQLite points at.
#[derive(Default)]
pub struct Hooks {
    pub authorizer: Option<Box<Callable>>,
    pub progress: Option<Box<Callable>>,
    pub trace: Option<Box<Callable>>,
}

/// The database of a connection with its hooks. When the connection goes, the hooks go first.
#[derive(Default)]
pub struct Handle {
    db: RefCell<Option<Rc<Db>>>,
    pub hooks: RefCell<Hooks>,
}

impl GcField for Handle {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        let Ok(h) = self.hooks.try_borrow() else { return Ok(()) };
        [&h.authorizer, &h.progress, &h.trace].into_iter().flatten().try_for_each(|c| v.object(&c.0))
    }
}

impl Handle {
    fn close(&self) {
        if let Some(db) = self.db.borrow_mut().take() {
            db.set_authorizer(None);
            db.set_progress(0, None);
            db.set_trace(None);
        }
        let old = self.hooks.take();
        drop(old);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

/// SQLite database connection object.
#[pytype(name = "sqlite3.Connection", gc, basetype, parts(PART, DEFINE, EXTRAS), attrs("__text_signature__" => call_signature))]
#[repr(C)]
pub struct PyConnection {
    head: ObjHead,
    handle: Handle,
    row_factory: FieldCell<Object>,
    text_factory: FieldCell<Object>,
    #[gc(skip)]
    cache: RefCell<Cache>,
    #[gc(skip)]
    blobs: RefCell<Vec<Weak<RawBlob>>>,
    #[gc(skip)]
    initialized: Cell<bool>,
    #[gc(skip)]
    detect_types: Cell<i32>,
    #[gc(skip)]
    isolation_level: Cell<Option<&'static str>>,
    #[gc(skip)]
    autocommit: Cell<i32>,
    #[gc(skip)]
    check_same_thread: Cell<bool>,
    #[gc(skip)]
    thread: Cell<u64>,
}

/// How a connection is called.
fn call_signature(cx: &mut Cx) -> PyResult {
    PyStr::new("(sql, /)", cx).map(Own::into_object)
}

const LEVELS: [&str; 4] = ["", "DEFERRED", "IMMEDIATE", "EXCLUSIVE"];

/// The level that an object names; `None` turns implicit transactions off.
fn level_of(o: &Object, cx: &mut Cx) -> PyResult<Option<&'static str>> {
    if o.is_none() {
        return Ok(None);
    }
    let Some(s) = o.downcast::<PyStr>() else { return Err(cx.type_error(format_args!("isolation_level must be str or None"))) };
    let text = taipan_object::args::utf8(s, cx)?;
    if text.contains('\0') {
        return Err(cx.value_error(format_args!("embedded null character")));
    }
    match LEVELS.iter().find(|l| l.eq_ignore_ascii_case(&text)) {
        Some(l) => Ok(Some(l)),
        None => Err(cx.value_error(format_args!("isolation_level string must be '', 'DEFERRED', 'IMMEDIATE', or 'EXCLUSIVE'"))),
    }
}

fn autocommit_of(o: &Object, cx: &mut Cx) -> PyResult<i32> {
    use taipan_object::types::boolean::{false_, true_};
    if o.is(true_()) {
        return Ok(1);
    }
    if o.is(false_()) {
        return Ok(0);
    }
    if o.downcast::<PyInt>().and_then(PyInt::to_i64) == Some(LEGACY.into()) {
        return Ok(LEGACY);
    }
    Err(cx.value_error(format_args!("autocommit must be True, False, or sqlite3.LEGACY_TRANSACTION_CONTROL")))
}

impl PyConnection {
    /// The open database.
    pub fn db(&self, cx: &mut Cx) -> PyResult<Rc<Db>> {
        if !self.initialized.get() {
            return Err(programming(format_args!("Base Connection.__init__ not called."), cx));
        }
        let db = self.handle.db.borrow().clone();
        db.ok_or_else(|| programming(format_args!("Cannot operate on a closed database."), cx))
    }
    /// Only the thread that made it may use it, unless it was told otherwise.
    pub fn check_thread(&self, cx: &mut Cx) -> PyResult<()> {
        let (made, now) = (self.thread.get(), thread::ident());
        if self.initialized.get() && self.check_same_thread.get() && made != now {
            return Err(programming(
                format_args!(
                    "SQLite objects created in a thread can only be used in that same thread. The object was created in thread id {made} and this is thread id {now}."
                ),
                cx,
            ));
        }
        Ok(())
    }
    /// The database, if this thread may use it.
    pub fn usable(&self, cx: &mut Cx) -> PyResult<Rc<Db>> {
        self.check_thread(cx)?;
        self.db(cx)
    }
    pub fn autocommit_mode(&self) -> i32 {
        // Without a level there are no implicit transactions.
        if self.autocommit.get() == LEGACY && self.isolation_level.get().is_none() { 1 } else { self.autocommit.get() }
    }
    pub fn detect_types(&self) -> i32 {
        self.detect_types.get()
    }
    pub fn text_factory(&self, _cx: &Cx) -> Own<Object> {
        self.text_factory.own().unwrap_or_else(|| PyStr::ty().as_object().own())
    }
    /// The compiled statement of a text.
    pub fn statement(&self, sql: &PyStr, cx: &mut Cx) -> PyResult<Rc<Statement>> {
        let db = self.db(cx)?;
        // The cache is not borrowed while SQLite runs callbacks: it keeps its own borrows short.
        let cache = self.cache.borrow();
        cache.get(&db, sql, cx)
    }
    /// Run a statement without parameters or rows.
    pub fn run(&self, sql: &str, cx: &mut Cx) -> PyResult<()> {
        let db = self.db(cx)?;
        let text = crate::raw::c_text(sql, cx)?;
        let (rc, stmt, _) = db.prepare(&text, cx);
        if rc == ffi::SQLITE_OK {
            let rc = stmt.step(cx);
            if rc == ffi::SQLITE_DONE || rc == ffi::SQLITE_ROW {
                return Ok(());
            }
        }
        Err(errors::last(&db, cx))
    }
    /// Begin a transaction at the connection's level.
    pub fn begin(&self, cx: &mut Cx) -> PyResult<()> {
        self.run(&format!("BEGIN {}", self.isolation_level.get().unwrap_or("")), cx)
    }

    fn end(&self, how: &str, cx: &mut Cx) -> PyResult<()> {
        let db = self.usable(cx)?;
        match self.autocommit.get() {
            LEGACY if !db.in_autocommit() => self.run(how, cx),
            0 => {
                self.run(how, cx)?;
                self.run("BEGIN", cx)
            }
            _ => Ok(()),
        }
    }

    /// Close the database. Blobs are closed with it; statements of cursors keep it alive underneath.
    fn shut(&self, cx: &mut Cx) -> PyResult<()> {
        for b in self.blobs.take() {
            if let Some(b) = b.upgrade() {
                b.close();
            }
        }
        let db = self.handle.db.borrow().clone();
        let mut done = Ok(());
        if let Some(db) = db
            && self.autocommit.get() == 0
            && !db.in_autocommit()
        {
            done = self.run("ROLLBACK", cx);
        }
        self.cache.borrow().clear();
        self.handle.close();
        done
    }

    fn open(&self, p: &Bound<'_>, cx: &mut Cx) -> PyResult<()> {
        let timeout = p.get("timeout").map_or(Ok(5.0), |o| number::as_f64(o, cx))?;
        let detect_types = p.i32_or("detect_types", 0, cx)?;
        let level = p.get("isolation_level").map_or(Ok(Some("")), |o| level_of(o, cx))?;
        let same_thread = p.get("check_same_thread").map_or(Ok(true), |o| abstract_::is_true(o, cx))?;
        let cached = p.i32_or("cached_statements", 128, cx)?;
        let uri = p.get("uri").map_or(Ok(false), |o| abstract_::is_true(o, cx))?;
        let autocommit = p.get("autocommit").map_or(Ok(LEGACY), |o| autocommit_of(o, cx))?;
        let Some(database) = p.get("database") else { return Err(cx.type_error(format_args!("Connection() missing required argument 'database' (pos 1)"))) };
        audit::raise("sqlite3.connect", &[database], cx)?;
        let path = fspath::to_cstring(database, cx)?;
        if self.initialized.get() {
            self.initialized.set(false);
            self.row_factory.set(None, cx);
            self.handle.close();
        }
        let flags = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE | if uri { ffi::SQLITE_OPEN_URI } else { 0 };
        let db = match Db::open(&path, flags, cx) {
            Ok(db) => db,
            Err((code, text)) => return Err(errors::from_code(code & 0xff, code, &text, cx)),
        };
        db.busy_timeout((timeout * 1000.0) as i32);
        *self.handle.db.borrow_mut() = Some(Rc::new(db));
        *self.cache.borrow_mut() = Cache::with_room(cached.max(0) as usize);
        self.detect_types.set(detect_types);
        self.isolation_level.set(level);
        self.autocommit.set(autocommit);
        self.check_same_thread.set(same_thread);
        self.thread.set(thread::ident());
        self.text_factory.set(Some(PyStr::ty().as_object().own()), cx);
        self.initialized.set(true);
        audit::raise("sqlite3.connect/handle", &[self.as_object()], cx)?;
        if autocommit == 0 {
            self.run("BEGIN", cx)?;
        }
        Ok(())
    }
}

/// Parameters of `connect` and `Connection`.
pub const CONNECT: [&str; 9] =
    ["database", "timeout", "detect_types", "isolation_level", "check_same_thread", "factory", "cached_statements", "uri", "autocommit"];

/// Warn about more than one positional argument.
pub fn warn_positional(what: &str, given: usize, cx: &mut Cx) -> PyResult<()> {
    if !(2..=8).contains(&given) {
        return Ok(());
    }
    warn::warn(
        exc::DeprecationWarning(),
        format_args!(
            "Passing more than 1 positional argument to {what}() is deprecated. Parameters 'timeout', 'detect_types', 'isolation_level', 'check_same_thread', 'factory', 'cached_statements' and 'uri' will become keyword-only parameters in Python 3.15."
        ),
        1,
        cx,
    )
}

#[pymethods]
impl PyConnection {
    #[slot(tp_new)]
    fn tp_new(cls: &PyType, _args: Args<'_>, _kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyConnection>> {
        let c = PyConnection {
            head: Object::placeholder(),
            handle: Handle::default(),
            row_factory: FieldCell::empty(),
            text_factory: FieldCell::empty(),
            cache: RefCell::default(),
            blobs: RefCell::default(),
            initialized: Cell::new(false),
            detect_types: Cell::new(0),
            isolation_level: Cell::new(Some("")),
            autocommit: Cell::new(LEGACY),
            check_same_thread: Cell::new(true),
            thread: Cell::new(0),
        };
        cx.new_object_of(cls, c)
    }
    #[slot(tp_init)]
    fn tp_init(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        warn_positional("_sqlite3.Connection", args.len(), cx)?;
        let p = Bound::new("Connection", &CONNECT, 8, 1, &args, kw, cx)?;
        self.open(&p, cx)
    }
    #[slot(tp_finalize)]
    fn finalize(&self, cx: &mut Cx) {
        if self.handle.db.borrow().is_none() {
            return;
        }
        let saved = cx.ts().current_exception.take();
        let warned = abstract_::repr(self.as_object(), cx)
            .and_then(|shown| warn::warn_from(exc::ResourceWarning(), format_args!("unclosed database in {shown}"), 1, Some(self.as_object()), cx));
        if warned.is_err() {
            unraisable::write(cx, None, Some(self.as_object()));
        }
        if self.shut(cx).is_err() {
            unraisable::write(cx, None, Some(self.as_object()));
        }
        cx.ts().current_exception.set(saved, cx);
    }
    #[slot(tp_call)]
    fn call(&self, args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult {
        let _ = self.usable(cx)?;
        kw.refuse("Connection", cx)?;
        let [sql] = *args else { return Err(cx.type_error(format_args!("Connection() takes exactly 1 positional argument ({} given)", args.len()))) };
        let Some(sql) = sql.downcast::<PyStr>() else {
            let ty = sql.ty().tp_name_str();
            return Err(cx.type_error(format_args!("argument 1 must be str, not {ty}")));
        };
        let s = self.statement(sql, cx)?;
        crate::PyStatement::wrap(s, cx)
    }
    /// Return a cursor for the connection.
    #[method("cursor(factory=<unrepresentable>)", nosig)]
    fn cursor(&self, factory: Option<&Object>, cx: &mut Cx) -> PyResult {
        self.usable(cx)?;
        let factory = factory.unwrap_or(PyCursor::ty().as_object());
        let c = call::call(factory, &[self.as_object()], cx)?;
        let Some(made) = c.downcast::<PyCursor>() else {
            let ty = c.ty().tp_name_str();
            return Err(cx.type_error(format_args!("factory must return a cursor, not {ty}")));
        };
        if let Some(f) = self.row_factory.own().filter(|f| !f.is_none()) {
            made.set_row_factory_own(f, cx);
        }
        Ok(c)
    }
    /// Open and return a BLOB object.
    ///
    ///   table
    ///     Table name.
    ///   column
    ///     Column name.
    ///   rowid
    ///     Row id.
    ///   readonly
    ///     Open the BLOB without write permissions.
    ///   name
    ///     Database name.
    #[method("blobopen(table, column, rowid, /, *, readonly=False, name='main')")]
    fn blobopen(&self, table: String, column: String, rowid: i64, readonly: bool, name: Option<String>, cx: &mut Cx) -> PyResult<Own<blob::PyBlob>> {
        let db = self.usable(cx)?;
        let mut names = Vec::new();
        for n in [name.as_deref().unwrap_or("main"), &table, &column] {
            names.push(crate::raw::c_text(n, cx)?);
        }
        let names: &[CString] = &names;
        let [s, t, c] = names else { return Err(cx.runtime_error(format_args!("three names"))) };
        let b = match RawBlob::open(&db, [s, t, c], rowid, !readonly, cx) {
            Ok(b) => Rc::new(b),
            Err(ffi::SQLITE_MISUSE) => return Err(errors::plain(ffi::SQLITE_MISUSE, cx)),
            Err(_) => return Err(errors::last(&db, cx)),
        };
        self.blobs.borrow_mut().retain(|b| b.strong_count() > 0);
        self.blobs.borrow_mut().push(Rc::downgrade(&b));
        blob::new(self, b, cx)
    }
    /// Close the database connection.
    ///
    /// Any pending transaction is not committed implicitly.
    #[method("close()")]
    fn close(&self, cx: &mut Cx) -> PyResult<()> {
        self.check_thread(cx)?;
        if !self.initialized.get() {
            return Err(programming(format_args!("Base Connection.__init__ not called."), cx));
        }
        self.shut(cx)
    }
    /// Commit any pending transaction to the database.
    ///
    /// If there is no open transaction, this method is a no-op.
    #[method("commit()")]
    fn commit(&self, cx: &mut Cx) -> PyResult<()> {
        self.end("COMMIT", cx)
    }
    /// Roll back to the start of any pending transaction.
    ///
    /// If there is no open transaction, this method is a no-op.
    #[method("rollback()")]
    fn rollback(&self, cx: &mut Cx) -> PyResult<()> {
        self.end("ROLLBACK", cx)
    }
    /// Executes an SQL statement.
    #[method("execute(sql, parameters=(), /)")]
    fn execute(&self, sql: &Object, parameters: Option<&Object>, cx: &mut Cx) -> PyResult {
        let c = cursor::new_for(self.as_object(), cx)?;
        let method = attr::get(&c, name!(cx, "execute"), cx)?;
        match parameters {
            Some(p) => call::call(&method, &[sql, p], cx),
            None => call::call(&method, &[sql], cx),
        }
    }
    /// Repeatedly executes an SQL statement.
    #[method("executemany(sql, parameters, /)")]
    fn executemany(&self, sql: &Object, parameters: &Object, cx: &mut Cx) -> PyResult {
        let c = cursor::new_for(self.as_object(), cx)?;
        call::call_method(&c, name!(cx, "executemany"), &[sql, parameters], cx)
    }
    /// Executes multiple SQL statements at once.
    #[method("executescript(sql_script, /)")]
    fn executescript(&self, sql_script: &Object, cx: &mut Cx) -> PyResult {
        let c = cursor::new_for(self.as_object(), cx)?;
        call::call_method(&c, name!(cx, "executescript"), &[sql_script], cx)
    }
    /// Called when the connection is used as a context manager.
    ///
    /// Returns itself as a convenience to the caller.
    #[method("__enter__()")]
    fn enter(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.db(cx)?;
        Ok(self.as_object().own())
    }
    /// Called when the connection is used as a context manager.
    ///
    /// If there was any exception, a rollback takes place; otherwise we
    /// commit.
    #[method("__exit__(type, value, traceback, /)")]
    fn exit(&self, r#type: &Object, value: &Object, traceback: &Object, cx: &mut Cx) -> PyResult<bool> {
        let failed = !(r#type.is_none() && value.is_none() && traceback.is_none());
        if failed {
            self.rollback(cx)?;
            return Ok(false);
        }
        if let Err(r) = self.commit(cx) {
            // The commit failed; the transaction is undone and the failure reported.
            let e = cx.take_raised(r);
            if let Err(second) = self.rollback(cx) {
                let second = cx.take_raised(second);
                attr::set(&second, name!(cx, "__context__"), Some(&e), cx)?;
                return Err(cx.set_raised(second));
            }
            return Err(cx.set_raised(e));
        }
        Ok(false)
    }
    #[getter("isolation_level")]
    fn get_isolation_level(&self, cx: &mut Cx) -> PyResult<Option<&'static str>> {
        self.db(cx)?;
        Ok(self.isolation_level.get())
    }
    #[setter("isolation_level")]
    fn set_isolation_level(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("cannot delete attribute"))) };
        let level = level_of(v, cx)?;
        if level.is_none() {
            // Whatever is pending is committed.
            self.commit(cx)?;
        }
        self.isolation_level.set(level);
        Ok(())
    }
    #[getter("autocommit")]
    fn get_autocommit(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        self.usable(cx)?;
        match self.autocommit.get() {
            LEGACY => PyInt::new(LEGACY.into(), cx).map(Own::into_object),
            n => Ok(taipan_object::types::boolean::from_bool(n != 0)),
        }
    }
    #[setter("autocommit")]
    fn set_autocommit(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let db = self.usable(cx)?;
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("cannot delete autocommit attribute"))) };
        let mode = autocommit_of(v, cx)?;
        if mode == 1 && !db.in_autocommit() {
            self.run("COMMIT", cx)?;
        } else if mode == 0 && db.in_autocommit() {
            self.run("BEGIN", cx)?;
        }
        self.autocommit.set(mode);
        Ok(())
    }
    #[getter("total_changes")]
    fn total_changes(&self, cx: &mut Cx) -> PyResult<i32> {
        Ok(self.db(cx)?.total_changes())
    }
    #[getter("in_transaction")]
    fn in_transaction(&self, cx: &mut Cx) -> PyResult<bool> {
        Ok(!self.db(cx)?.in_autocommit())
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
    #[getter("text_factory")]
    fn get_text_factory(&self, cx: &mut Cx) -> Own<Object> {
        self.text_factory(cx)
    }
    #[setter("text_factory")]
    fn set_text_factory(&self, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = v else { return Err(cx.attribute_error(format_args!("cannot delete text_factory attribute"))) };
        self.text_factory.set(Some(v.own()), cx);
        Ok(())
    }
}
