//! What a program defines on a connection: functions, aggregates, collations, hooks.

use super::PyConnection;
use crate::callbacks::Callable;
use crate::errors::{self, programming};
use crate::params::{Bound, warn_keywords};
use crate::raw::c_text;
use libsqlite3_sys as ffi;
use taipan_object::abstract_;
use taipan_object::args::utf8;
use taipan_object::prelude::*;

/// A name as C text.
fn c_name(o: Option<&Object>, method: &str, cx: &mut Cx) -> PyResult<std::ffi::CString> {
    match o.and_then(|o| o.downcast::<PyStr>()) {
        Some(s) => {
            let text = utf8(s, cx)?;
            c_text(&text, cx)
        }
        None => {
            let ty = o.map_or("NoneType", |o| o.ty().tp_name_str());
            Err(cx.type_error(format_args!("{method}() argument 'name' must be str, not {ty}")))
        }
    }
}

/// How many arguments a function may have.
fn check_count(name: &str, n: i32, db: &crate::raw::Db, cx: &mut Cx) -> PyResult<()> {
    let max = db.limit(ffi::SQLITE_LIMIT_FUNCTION_ARG, -1);
    if (-1..=max).contains(&n) {
        return Ok(());
    }
    Err(programming(format_args!("'{name}' must be between -1 and {max}, not {n}"), cx))
}

/// The callable of a hook; `None` removes it.
fn hook(o: Option<&Object>) -> Option<Box<Callable>> {
    o.filter(|o| !o.is_none()).map(|o| Box::new(Callable(o.own())))
}

#[pymethods(DEFINE)]
impl PyConnection {
    /// Creates a new function.
    ///
    /// Note: Passing keyword arguments 'name', 'narg' and 'func' to
    /// _sqlite3.Connection.create_function() is deprecated. Parameters
    /// 'name', 'narg' and 'func' will become positional-only in Python 3.15.
    #[method("create_function(*args, **kwargs)", nosig)]
    fn create_function(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let p = Bound::new("create_function", &["name", "narg", "func", "deterministic"], 3, 3, &args, kwargs, cx)?;
        warn_keywords("create_function", &["name", "narg", "func"], kwargs, cx)?;
        let name = c_name(p.get("name"), "create_function", cx)?;
        let n = p.i32_or("narg", 0, cx)?;
        let db = self.usable(cx)?;
        check_count("narg", n, &db, cx)?;
        let deterministic = p.get("deterministic").map_or(Ok(false), |o| abstract_::is_true(o, cx))?;
        let f = p.get("func").filter(|f| !f.is_none());
        match db.create_function(&name, n, f, deterministic) {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(errors::raise("OperationalError", format_args!("Error creating function"), cx)),
        }
    }
    /// Creates a new aggregate.
    ///
    /// Note: Passing keyword arguments 'name', 'n_arg' and 'aggregate_class'
    /// to _sqlite3.Connection.create_aggregate() is deprecated. Parameters
    /// 'name', 'n_arg' and 'aggregate_class' will become positional-only in
    /// Python 3.15.
    #[method("create_aggregate(*args, **kwargs)", nosig)]
    fn create_aggregate(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        const NAMES: [&str; 3] = ["name", "n_arg", "aggregate_class"];
        let p = Bound::new("create_aggregate", &NAMES, 3, 3, &args, kwargs, cx)?;
        warn_keywords("create_aggregate", &NAMES, kwargs, cx)?;
        let name = c_name(p.get("name"), "create_aggregate", cx)?;
        let n = p.i32_or("n_arg", 0, cx)?;
        let db = self.usable(cx)?;
        check_count("n_arg", n, &db, cx)?;
        match db.create_aggregate(&name, n, p.get("aggregate_class").filter(|c| !c.is_none())) {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(errors::raise("OperationalError", format_args!("Error creating aggregate"), cx)),
        }
    }
    /// Creates or redefines an aggregate window function. Non-standard.
    ///
    ///   name
    ///     The name of the SQL aggregate window function to be created or
    ///     redefined.
    ///   num_params
    ///     The number of arguments the step and inverse methods takes.
    ///   aggregate_class
    ///     A class with step(), finalize(), value(), and inverse() methods.
    ///     Set to None to clear the window function.
    #[method("create_window_function(name, num_params, aggregate_class, /)")]
    fn create_window_function(&self, name: String, num_params: i32, aggregate_class: &Object, cx: &mut Cx) -> PyResult<()> {
        let db = self.usable(cx)?;
        check_count("num_params", num_params, &db, cx)?;
        let name = c_text(&name, cx)?;
        match db.create_window_function(&name, num_params, Some(aggregate_class).filter(|c| !c.is_none())) {
            ffi::SQLITE_OK => Ok(()),
            // The connection itself knows nothing of this error.
            rc => Err(errors::plain(rc, cx)),
        }
    }
    /// Creates a collation function.
    #[method("create_collation(name, callback, /)")]
    fn create_collation(&self, name: String, callback: &Object, cx: &mut Cx) -> PyResult<()> {
        let db = self.usable(cx)?;
        let name = c_text(&name, cx)?;
        let callback = Some(callback).filter(|c| !c.is_none());
        if callback.is_some_and(|c| !cx.is_callable(c)) {
            return Err(cx.type_error(format_args!("parameter must be callable")));
        }
        match db.create_collation(&name, callback) {
            ffi::SQLITE_OK => Ok(()),
            _ => Err(errors::last(&db, cx)),
        }
    }
    /// Set authorizer callback.
    ///
    /// Note: Passing keyword argument 'authorizer_callback' to
    /// _sqlite3.Connection.set_authorizer() is deprecated. Parameter
    /// 'authorizer_callback' will become positional-only in Python 3.15.
    #[method("set_authorizer(*args, **kwargs)", nosig)]
    fn set_authorizer(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        const NAMES: [&str; 1] = ["authorizer_callback"];
        let p = Bound::new("set_authorizer", &NAMES, 1, 1, &args, kwargs, cx)?;
        warn_keywords("set_authorizer", &NAMES, kwargs, cx)?;
        let db = self.usable(cx)?;
        let new = hook(p.get(NAMES[0]));
        let rc = db.set_authorizer(new.as_deref());
        let old = std::mem::replace(&mut self.handle.hooks.borrow_mut().authorizer, new);
        drop(old);
        if rc == ffi::SQLITE_OK { Ok(()) } else { Err(errors::raise("OperationalError", format_args!("Error setting authorizer callback"), cx)) }
    }
    /// Set progress handler callback.
    ///
    ///   progress_handler
    ///     A callable that takes no arguments.
    ///     If the callable returns non-zero, the current query is
    ///     terminated, and an exception is raised.
    ///   n
    ///     The number of SQLite virtual machine instructions that are
    ///     executed between invocations of 'progress_handler'.
    ///
    /// If 'progress_handler' is None or 'n' is 0, the progress handler is
    /// disabled.
    ///
    /// Note: Passing keyword argument 'progress_handler' to
    /// _sqlite3.Connection.set_progress_handler() is deprecated. Parameter
    /// 'progress_handler' will become positional-only in Python 3.15.
    #[method("set_progress_handler(*args, **kwargs)", nosig)]
    fn set_progress_handler(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let p = Bound::new("set_progress_handler", &["progress_handler", "n"], 2, 2, &args, kwargs, cx)?;
        warn_keywords("set_progress_handler", &["progress_handler"], kwargs, cx)?;
        let n = p.i32_or("n", 0, cx)?;
        let db = self.usable(cx)?;
        let new = hook(p.get("progress_handler"));
        db.set_progress(n, new.as_deref());
        let old = std::mem::replace(&mut self.handle.hooks.borrow_mut().progress, new);
        drop(old);
        Ok(())
    }
    /// Set a trace callback called for each SQL statement (passed as unicode).
    ///
    /// Note: Passing keyword argument 'trace_callback' to
    /// _sqlite3.Connection.set_trace_callback() is deprecated. Parameter
    /// 'trace_callback' will become positional-only in Python 3.15.
    #[method("set_trace_callback(*args, **kwargs)", nosig)]
    fn set_trace_callback(&self, args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        const NAMES: [&str; 1] = ["trace_callback"];
        let p = Bound::new("set_trace_callback", &NAMES, 1, 1, &args, kwargs, cx)?;
        warn_keywords("set_trace_callback", &NAMES, kwargs, cx)?;
        let db = self.usable(cx)?;
        let new = hook(p.get(NAMES[0]));
        db.set_trace(new.as_deref());
        let old = std::mem::replace(&mut self.handle.hooks.borrow_mut().trace, new);
        drop(old);
        Ok(())
    }
}
