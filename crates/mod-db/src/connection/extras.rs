//! The less common methods of a connection: backup, serialisation, limits, configuration, extensions; the exception classes as attributes.

use super::PyConnection;
use crate::errors::{self, programming};
use crate::raw::{Backup, c_text};
use libsqlite3_sys as ffi;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{audit, call};

macro_rules! exception_getters {
    ($($f:ident $name:literal,)*) => {
        #[pymethods(EXTRAS)]
        impl PyConnection {
            $(
                #[getter($name)]
                fn $f(&self, cx: &mut Cx) -> PyResult {
                    errors::class($name, cx)
                }
            )*
            /// Abort any pending database operation.
            #[method("interrupt()")]
            fn interrupt(&self, cx: &mut Cx) -> PyResult<()> {
                self.db(cx)?.interrupt();
                Ok(())
            }
            /// Returns iterator to the dump of the database in an SQL text format.
            ///
            ///   filter
            ///     An optional LIKE pattern for database objects to dump
            #[method("iterdump(*, filter=None)")]
            fn iterdump(&self, filter: &Object, cx: &mut Cx) -> PyResult {
                self.db(cx)?;
                let f = cx.import_attr("sqlite3.dump", "_iterdump")?;
                let names = PyTuple::from_slice(&[name!(cx, "filter").as_object()], cx)?;
                call::call_kw(&f, &[self.as_object()], &[filter], Some(&names), cx)
            }
            /// Enable dynamic loading of SQLite extension modules.
            #[method("enable_load_extension(enable, /)")]
            fn enable_load_extension(&self, enable: bool, cx: &mut Cx) -> PyResult<()> {
                let db = self.usable(cx)?;
                let on = taipan_object::types::boolean::from_bool(enable);
                audit::raise("sqlite3.enable_load_extension", &[self.as_object(), &on], cx)?;
                match db.enable_load_extension(enable) {
                    ffi::SQLITE_OK => Ok(()),
                    _ => Err(errors::raise("OperationalError", format_args!("Error enabling load extension"), cx)),
                }
            }
            /// Load SQLite extension module.
            #[method("load_extension(name, /, *, entrypoint=None)")]
            fn load_extension(&self, name: String, entrypoint: NoneOr<String>, cx: &mut Cx) -> PyResult<()> {
                let db = self.usable(cx)?;
                let shown = PyStr::new(&name, cx)?;
                audit::raise("sqlite3.load_extension", &[self.as_object(), &shown], cx)?;
                let file = c_text(&name, cx)?;
                let entry = match &entrypoint.0 {
                    Some(e) => Some(c_text(e, cx)?),
                    None => None,
                };
                db.load_extension(&file, entry.as_deref()).map_err(|text| errors::raise("OperationalError", format_args!("{text}"), cx))
            }
            /// Set connection run-time limits.
            ///
            ///   category
            ///     The limit category to be set.
            ///   limit
            ///     The new limit. If the new limit is a negative number, the limit
            ///     is unchanged.
            ///
            /// Attempts to increase a limit above its hard upper bound are silently
            /// truncated to the hard upper bound. Regardless of whether or not the
            /// limit was changed, the prior value of the limit is returned.
            #[method("setlimit(category, limit, /)")]
            fn setlimit(&self, category: i32, limit: i32, cx: &mut Cx) -> PyResult<i32> {
                let db = self.usable(cx)?;
                match db.limit(category, limit) {
                    old if old < 0 => Err(programming(format_args!("'category' is out of bounds"), cx)),
                    old => Ok(old),
                }
            }
            /// Get connection run-time limits.
            ///
            ///   category
            ///     The limit category to be queried.
            #[method("getlimit(category, /)")]
            fn getlimit(&self, category: i32, cx: &mut Cx) -> PyResult<i32> {
                self.setlimit(category, -1, cx)
            }
            /// Set a boolean connection configuration option.
            ///
            ///   op
            ///     The configuration verb; one of the sqlite3.SQLITE_DBCONFIG codes.
            #[method("setconfig(op, enable=True, /)")]
            fn setconfig(&self, op: i32, enable: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
                let db = self.usable(cx)?;
                let on = enable.map_or(Ok(true), |o| taipan_object::abstract_::is_true(o, cx))?;
                check_config(op, cx)?;
                let (rc, now) = db.config(op, on.into());
                if rc != ffi::SQLITE_OK {
                    return Err(errors::last(&db, cx));
                }
                if now != on {
                    return Err(errors::raise("OperationalError", format_args!("Unable to set config"), cx));
                }
                Ok(())
            }
            /// Query a boolean connection configuration option.
            ///
            ///   op
            ///     The configuration verb; one of the sqlite3.SQLITE_DBCONFIG codes.
            #[method("getconfig(op, /)")]
            fn getconfig(&self, op: i32, cx: &mut Cx) -> PyResult<bool> {
                let db = self.usable(cx)?;
                check_config(op, cx)?;
                match db.config(op, -1) {
                    (ffi::SQLITE_OK, now) => Ok(now),
                    _ => Err(errors::last(&db, cx)),
                }
            }
            /// Serialize a database into a byte string.
            ///
            ///   name
            ///     Which database to serialize.
            ///
            /// For an ordinary on-disk database file, the serialization is just
            /// a copy of the disk file.  For an in-memory database or a "temp"
            /// database, the serialization is the same sequence of bytes which
            /// would be written to disk if that database were backed up to disk.
            #[method("serialize(*, name='main')")]
            fn serialize(&self, name: Option<String>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                let db = self.usable(cx)?;
                let name = name.unwrap_or_else(|| "main".into());
                let c = c_text(&name, cx)?;
                match db.serialize(&c, cx) {
                    Some(bytes) => PyBytes::new(&bytes, cx),
                    None => Err(errors::raise("OperationalError", format_args!("unable to serialize '{name}'"), cx)),
                }
            }
            /// Load a serialized database.
            ///
            ///   data
            ///     The serialized database content.
            ///   name
            ///     Which database to reopen with the deserialization.
            ///
            /// The deserialize interface causes the database connection to
            /// disconnect from the target database, and then reopen it as
            /// an in-memory database based on the given serialized data.
            ///
            /// The deserialize interface will fail with SQLITE_BUSY if the database
            /// is currently in a read transaction or is involved in a backup
            /// operation.
            #[method("deserialize(data, /, *, name='main')")]
            fn deserialize(&self, data: &Object, name: Option<String>, cx: &mut Cx) -> PyResult<()> {
                let db = self.usable(cx)?;
                let c = c_text(name.as_deref().unwrap_or("main"), cx)?;
                let text;
                let rc = if let Some(s) = data.downcast::<PyStr>() {
                    text = taipan_object::args::utf8(s, cx)?;
                    db.deserialize(&c, text.as_bytes(), cx)
                } else {
                    let b = Buffer::get(data, 0, cx)?;
                    db.deserialize(&c, b.bytes(), cx)
                };
                match rc {
                    Some(ffi::SQLITE_OK) => Ok(()),
                    Some(_) => Err(errors::last(&db, cx)),
                    None => Err(cx.raise_empty(exc::MemoryError())),
                }
            }
            /// Makes a backup of the database.
            #[method("backup(target, *, pages=-1, progress=None, name='main', sleep=0.25)")]
            fn backup(&self, target: &PyConnection, pages: i32, progress: &Object, name: Option<String>, sleep: f64, cx: &mut Cx) -> PyResult<()> {
                let sleep_ms = (sleep * 1000.0).round();
                if sleep < 0.0 {
                    return Err(cx.value_error(format_args!("sleep must be greater-or-equal to zero")));
                }
                let from = self.usable(cx)?;
                let to = target.usable(cx)?;
                if std::rc::Rc::ptr_eq(&from, &to) {
                    return Err(cx.value_error(format_args!("target cannot be the same connection instance")));
                }
                let progress = Some(progress).filter(|p| !p.is_none());
                if progress.is_some_and(|p| !cx.is_callable(p)) {
                    return Err(cx.type_error(format_args!("progress argument must be a callable")));
                }
                let pages = if pages == 0 { -1 } else { pages };
                let c = c_text(name.as_deref().unwrap_or("main"), cx)?;
                let Some(b) = Backup::start(&to, &from, &c, cx) else { return Err(errors::last(&to, cx)) };
                let rc = loop {
                    let rc = b.step(pages, cx);
                    if let Some(p) = progress {
                        let (left, all) = b.progress();
                        let args = [PyInt::new(rc.into(), cx)?, PyInt::new(left.into(), cx)?, PyInt::new(all.into(), cx)?];
                        call::call(p, &[&args[0], &args[1], &args[2]], cx)?;
                    }
                    match rc {
                        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Backup::sleep(sleep_ms as i32, cx),
                        ffi::SQLITE_OK => {}
                        _ => break rc,
                    }
                };
                let end = b.finish(cx);
                let rc = if rc == ffi::SQLITE_DONE { end } else { rc };
                match rc {
                    ffi::SQLITE_OK => Ok(()),
                    ffi::SQLITE_NOMEM => Err(cx.raise_empty(exc::MemoryError())),
                    rc => Err(errors::plain(rc, cx)),
                }
            }
        }
    };
}
exception_getters! {
    warning "Warning",
    error "Error",
    interface_error "InterfaceError",
    database_error "DatabaseError",
    data_error "DataError",
    operational_error "OperationalError",
    integrity_error "IntegrityError",
    internal_error "InternalError",
    programming_error "ProgrammingError",
    not_supported_error "NotSupportedError",
}

/// Only the boolean options of the module's constants are known.
fn check_config(op: i32, cx: &mut Cx) -> PyResult<()> {
    let known = crate::constants::NUMBERS.iter().any(|(name, n)| name.starts_with("SQLITE_DBCONFIG_") && *n == op);
    if known { Ok(()) } else { Err(cx.value_error(format_args!("unknown config 'op': {op}"))) }
}
