//! `_sqlite3`: SQLite's databases by DB-API 2.0 (PEP 249).
#![deny(unsafe_code)]

mod adapt;
mod blob;
mod callbacks;
mod connection;
mod constants;
mod cursor;
mod errors;
mod params;
mod raw;
mod row;
mod statement;

use adapt::PyPrepareProtocol;
use blob::PyBlob;
use connection::PyConnection;
use cursor::PyCursor;
use row::PyRow;
use std::rc::Rc;
use taipan_object::call;
use taipan_object::prelude::*;

/// The modules of this crate.
static MODULES: &[&ModuleSpec] = &[&module::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}

/// A compiled statement, as calling a connection gives it.
#[pytype(name = "sqlite3.Statement", no_new, doc = "")]
#[repr(C)]
pub struct PyStatement {
    head: ObjHead,
    #[gc(skip)]
    _statement: Rc<statement::Statement>,
}

#[pymethods]
impl PyStatement {}

impl PyStatement {
    fn wrap(s: Rc<statement::Statement>, cx: &mut Cx) -> PyResult {
        cx.new_object(PyStatement { head: Object::placeholder(), _statement: s }).map(Own::into_object)
    }
}

#[pymodule(name = "_sqlite3", types(PyConnection, PyCursor, PyRow, PyBlob, PyPrepareProtocol))]
mod module {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyStatement::SPEC, cx)?;
        for (name, _) in errors::CLASSES {
            let c = errors::class(name, cx)?;
            m.add(name, &c, cx)?;
        }
        for (name, value) in constants::CODES.iter().chain(&constants::NUMBERS) {
            let v = PyInt::new(i64::from(*value), cx)?;
            m.add(name, &v, cx)?;
        }
        let safety = raw::thread_safety();
        for (name, value) in [("PARSE_DECLTYPES", 1), ("PARSE_COLNAMES", 2), ("LEGACY_TRANSACTION_CONTROL", -1), ("threadsafety", safety)] {
            let v = PyInt::new(value, cx)?;
            m.add(name, &v, cx)?;
        }
        let version = PyStr::new(&raw::version(), cx)?;
        m.add("sqlite_version", &version, cx)?;
        let (a, c) = (adapt::adapters(cx)?, adapt::converters(cx)?);
        m.add("adapters", &a, cx)?;
        m.add("converters", &c, cx)
    }

    /// Open a connection to the SQLite database file 'database'.
    ///
    /// You can use ":memory:" to open a database connection to a database that
    /// resides in RAM instead of on disk.
    ///
    /// Note: Passing more than 1 positional argument to _sqlite3.connect() is
    /// deprecated. Parameters 'timeout', 'detect_types', 'isolation_level',
    /// 'check_same_thread', 'factory', 'cached_statements' and 'uri' will
    /// become keyword-only parameters in Python 3.15.
    #[function("connect(*args, **kwargs)", nosig)]
    fn connect(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult {
        const FACTORY: usize = 5;
        connection::warn_positional("sqlite3.connect", args.len(), cx)?;
        let factory = args.get(FACTORY).copied().or_else(|| kwargs.get("factory"));
        let factory = factory.unwrap_or(PyConnection::ty().as_object());
        let (names, values) = kwargs.split(cx)?;
        call::call_kw(factory, &args, values, names.as_deref(), cx)
    }

    /// Checks if a string contains a complete SQL statement.
    #[function("complete_statement(statement)")]
    fn complete_statement(statement: String, cx: &mut Cx) -> PyResult<bool> {
        let sql = raw::c_text(&statement, cx)?;
        Ok(raw::complete(&sql))
    }

    /// Register a function to adapt Python objects to SQLite values.
    #[function("register_adapter(type, adapter, /)")]
    fn register_adapter(r#type: &Object, adapter: &Object, cx: &mut Cx) -> PyResult<()> {
        let Some(ty) = r#type.downcast::<PyType>() else {
            let name = r#type.ty().tp_name_str();
            return Err(cx.type_error(format_args!("register_adapter() argument 1 must be type, not {name}")));
        };
        adapt::register(ty, adapter, cx)
    }

    /// Register a function to convert SQLite values to Python objects.
    #[function("register_converter(typename, converter, /)")]
    fn register_converter(typename: &PyStr, converter: &Object, cx: &mut Cx) -> PyResult<()> {
        let upper = call::call_method(typename, name!(cx, "upper"), &[], cx)?;
        adapt::converters(cx)?.set(&upper, converter, cx)
    }

    /// Enable or disable callback functions throwing errors to stderr.
    #[function("enable_callback_tracebacks(enable, /)")]
    fn enable_callback_tracebacks(enable: bool, cx: &mut Cx) {
        errors::state(cx).callback_tracebacks.set(enable);
    }

    /// Adapt given object to given protocol.
    #[function("adapt(obj, proto=<unrepresentable>, alt=<unrepresentable>, /)", nosig)]
    fn adapt(obj: &Object, proto: Option<&Object>, alt: Option<&Object>, cx: &mut Cx) -> PyResult {
        adapt::adapt(obj, proto.unwrap_or(adapt::protocol()), alt, cx)
    }
}
