//! `_csv`: dialects, the reader and the writer behind `csv`.

mod dialect;
mod reader;
mod writer;

use dialect::PyDialect;
use reader::PyReader;
use std::cell::{Cell, OnceCell};
use taipan_object::prelude::*;
use taipan_object::typeobj;
use writer::PyWriter;

/// What the module keeps per interpreter.
struct State {
    error: OnceCell<Own<Object>>,
    dialects: OnceCell<Own<PyDict>>,
    field_max: Cell<i64>,
}

impl Default for State {
    fn default() -> Self {
        State { error: OnceCell::new(), dialects: OnceCell::new(), field_max: Cell::new(128 * 1024) }
    }
}

/// Raise `_csv.Error`.
#[cold]
fn fail(msg: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    match cx.state::<State>().error.get().and_then(|e| e.downcast::<PyType>()) {
        Some(t) => cx.raise_msg(t, msg),
        None => cx.value_error(msg),
    }
}

/// The dict of registered dialects.
fn dialects(cx: &mut Cx) -> PyResult<&'static PyDict> {
    let state = cx.state::<State>();
    if let Some(d) = state.dialects.get() {
        return Ok(d);
    }
    let d = PyDict::new(cx)?;
    Ok(state.dialects.get_or_init(|| d))
}

fn registered(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    match dialects(cx)?.get(name, cx)? {
        Some(d) => Ok(d),
        None => Err(fail(format_args!("unknown dialect"), cx)),
    }
}

/// One or two positional arguments: the object and the dialect.
fn one_or_two<'a>(func: &str, args: Args<'a>, cx: &mut Cx) -> PyResult<(&'a Object, Option<&'a Object>)> {
    match args.0 {
        &[a] => Ok((a, None)),
        &[a, b] => Ok((a, Some(b))),
        [] => Err(cx.type_error(format_args!("{func} expected at least 1 argument, got 0"))),
        more => Err(cx.type_error(format_args!("{func} expected at most 2 arguments, got {}", more.len()))),
    }
}

/// The module.
#[pymodule(name = "_csv", doc = "CSV parsing and writing.\n", types(PyDialect))]
mod functions {
    use super::*;

    #[constant]
    const QUOTE_MINIMAL: i32 = dialect::QUOTE_MINIMAL;
    #[constant]
    const QUOTE_ALL: i32 = dialect::QUOTE_ALL;
    #[constant]
    const QUOTE_NONNUMERIC: i32 = dialect::QUOTE_NONNUMERIC;
    #[constant]
    const QUOTE_NONE: i32 = dialect::QUOTE_NONE;
    #[constant]
    const QUOTE_STRINGS: i32 = dialect::QUOTE_STRINGS;
    #[constant]
    const QUOTE_NOTNULL: i32 = dialect::QUOTE_NOTNULL;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        typeobj::ready_static(PyReader::SPEC, cx)?;
        typeobj::ready_static(PyWriter::SPEC, cx)?;
        m.add("Reader", PyReader::ty().as_object(), cx)?;
        m.add("Writer", PyWriter::ty().as_object(), cx)?;
        let d = dialects(cx)?;
        m.add("_dialects", d.as_object(), cx)?;
        let error = taipan_builtins::new_exception("_csv.Error", exc::Exception(), cx)?;
        m.add("Error", &error, cx)?;
        let _ = cx.state::<State>().error.set(error);
        Ok(())
    }

    /// Return a reader object that will process lines from the given iterable.
    ///
    /// The "iterable" argument can be any object that returns a line
    /// of input for each iteration, such as a file object or a list.  The
    /// optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    ///
    /// The returned object is an iterator.  Each iteration returns a row
    /// of the CSV file (which can span multiple input lines).
    #[function("reader(*args, **fmtparams)", nosig)]
    fn reader(args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyReader>> {
        let (lines, dialect) = one_or_two("reader", args, cx)?;
        PyReader::make(lines, dialect, kw, cx)
    }

    /// Return a writer object that will write user data on the given file object.
    ///
    /// The "fileobj" argument can be any object that supports the file API.
    /// The optional "dialect" argument defines a CSV dialect.  The function
    /// also accepts optional keyword arguments which override settings
    /// provided by the dialect.
    #[function("writer(*args, **fmtparams)", nosig)]
    fn writer(args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<PyWriter>> {
        let (file, dialect) = one_or_two("writer", args, cx)?;
        PyWriter::make(file, dialect, kw, cx)
    }

    /// Create a mapping from a string name to a CVS dialect.
    ///
    /// The optional "dialect" argument specifies the base dialect instance
    /// or the name of the registered dialect.  The function also accepts
    /// optional keyword arguments which override settings provided by the
    /// dialect.
    #[function("register_dialect(*args, **fmtparams)", nosig)]
    fn register_dialect(args: Args<'_>, kw: Kwargs<'_>, cx: &mut Cx) -> PyResult<()> {
        let (name, base) = one_or_two("register_dialect", args, cx)?;
        if !name.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("dialect name must be a string")));
        }
        let d = PyDialect::make(base, kw, cx)?;
        dialects(cx)?.set(name, &d, cx)
    }

    /// Delete the name/dialect mapping associated with a string name.
    #[function("unregister_dialect(name)")]
    fn unregister_dialect(name: &Object, cx: &mut Cx) -> PyResult<()> {
        match dialects(cx)?.remove(name, cx)? {
            Some(_) => Ok(()),
            None => Err(fail(format_args!("unknown dialect"), cx)),
        }
    }

    /// Return the dialect instance associated with name.
    #[function("get_dialect(name)")]
    fn get_dialect(name: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        registered(name, cx)
    }

    /// Return a list of all known dialect names.
    #[function("list_dialects()")]
    fn list_dialects(cx: &mut Cx) -> PyResult<Own<PyList>> {
        let d = dialects(cx)?;
        taipan_object::abstract_::iter::to_list(d.as_object(), cx)
    }

    /// Sets an upper limit on parsed fields.
    ///
    /// Returns old limit. If limit is not given, no new limit is set and
    /// the old limit is returned
    #[function("field_size_limit(new_limit=None)")]
    fn field_size_limit(new_limit: Option<&Object>, cx: &mut Cx) -> PyResult<i64> {
        let state = cx.state::<State>();
        let old = state.field_max.get();
        if let Some(n) = new_limit {
            let Some(n) = n.exact::<PyInt>() else {
                return Err(cx.type_error(format_args!("limit must be an integer")));
            };
            let Some(n) = n.to_i64() else {
                return Err(cx.overflow_error(format_args!("Python int too large to convert to C long")));
            };
            state.field_max.set(n);
        }
        Ok(old)
    }
}

pub use functions::MODULE;
