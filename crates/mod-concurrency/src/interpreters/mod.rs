//! The module `_interpreters`: making interpreters, running code in them, and what they exchange (`data`), with `_interpqueues` and `_interpchannels`.
//!
//! Interpreters share the GIL and the allocator, so an exchange needs no copies of objects that cannot refer to others; whatever can is taken apart or pickled.

pub mod channels;
pub mod data;
mod excinfo;
pub mod queues;
mod script;
mod session;
pub mod view;

use excinfo::ExcInfo;
use session::Outcome;
use taipan_object::prelude::*;
use taipan_object::thread::Interpreter;
use taipan_object::thread::interpreters::{self as all, Settings, whence};
use taipan_object::types::function::PyFunction;
use taipan_object::types::memoryview::PyMemoryView;
use taipan_object::{abstract_, attr};
use view::PyBufferView;

/// `InterpreterError(message)`.
pub fn interpreter_error(text: std::fmt::Arguments<'_>, cx: &mut Cx) -> Raised {
    cx.raise_msg(exc::InterpreterError(), text)
}

/// The interpreter that an argument names, or the current one, if `op` may be done with it.
fn resolve(id: Option<&Object>, restricted: bool, ready: bool, op: &str, cx: &mut Cx) -> PyResult<&'static Interpreter> {
    let i = match id {
        None => cx.interp(),
        Some(o) => all::from_object(o, cx)?,
    };
    let shown = match id {
        None => "current interpreter".to_owned(),
        Some(o) => format!("interpreter {}", abstract_::repr(o, cx)?),
    };
    if ready && i.identity().ready.get() == 0 {
        return Err(interpreter_error(format_args!("cannot {op} {shown} (not ready)"), cx));
    }
    if restricted && i.identity().whence.get() != whence::STDLIB {
        return Err(interpreter_error(format_args!("cannot {op} unrecognized {shown}"), cx));
    }
    Ok(i)
}

fn named_settings(name: &str, cx: &mut Cx) -> PyResult<Settings> {
    match name {
        "" | "default" | "isolated" => Ok(Settings::ISOLATED),
        "legacy" => Ok(Settings::LEGACY),
        "empty" => Ok(Settings::default()),
        _ => Err(cx.value_error(format_args!("unsupported config name '{name}'"))),
    }
}

/// The settings that `create` is given: a name, None, or an object with attributes.
fn settings_of(o: &Object, cx: &mut Cx) -> PyResult<Settings> {
    if o.is_none() {
        return Ok(Settings::ISOLATED);
    }
    if let Some(s) = o.downcast::<PyStr>() {
        s.utf8_cached(cx)?;
        return named_settings(&s.to_string_lossy(), cx);
    }
    let Some(d) = attr::get_opt(o, name!(cx, "__dict__"), cx)? else {
        let shown = abstract_::repr(o, cx)?;
        return Err(cx.type_error(format_args!("bad config {shown}")));
    };
    let Some(d) = d.downcast::<PyDict>() else {
        return Err(cx.type_error(format_args!("dict expected")));
    };
    let mut s = Settings::default();
    s.update(d, true, cx)?;
    Ok(s)
}

fn namespace(d: &PyDict, cx: &mut Cx) -> PyResult<Own<Object>> {
    taipan_builtins::types::namespace::new(d, cx).map(Own::into_object)
}

fn id_and_whence(i: &Interpreter, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let (id, w) = (PyInt::new(i.identity().id.get(), cx)?, PyInt::new(i.identity().whence.get(), cx)?);
    PyTuple::from_slice(&[&id, &w], cx)
}

/// Run code in an interpreter: None, or what describes the exception that got out.
fn execute(i: &'static Interpreter, code: &Object, shared: Option<&PyDict>, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let script = script::of(code, cx)?;
    let shared = session::updates(shared, cx)?;
    match session::run(i, shared, |main, cx| script.run(main, cx), cx)? {
        Outcome::Done(()) => Ok(None),
        Outcome::Raised(info) => info.to_object(cx).map(Some),
    }
}

#[pymodule(
    name = "_interpreters",
    types(PyBufferView),
    doc = "This module provides primitive operations to manage Python interpreters.\nThe 'interpreters' module provides a more convenient interface."
)]
pub mod interpreters {
    use super::*;

    #[constant]
    const WHENCE_UNKNOWN: i64 = whence::UNKNOWN;
    #[constant]
    const WHENCE_RUNTIME: i64 = whence::RUNTIME;
    #[constant]
    const WHENCE_LEGACY_CAPI: i64 = whence::LEGACY_CAPI;
    #[constant]
    const WHENCE_CAPI: i64 = whence::CAPI;
    #[constant]
    const WHENCE_XI: i64 = whence::XI;
    #[constant]
    const WHENCE_STDLIB: i64 = whence::STDLIB;

    /// new_config(name='isolated', /, **overrides) -> type.SimpleNamespace
    ///
    /// Return a representation of a new PyInterpreterConfig.
    ///
    /// The name determines the initial values of the config.  Supported named
    /// configs are: default, isolated, legacy, and empty.
    ///
    /// Any keyword arguments are set on the corresponding config fields,
    /// overriding the initial values.
    #[function("new_config(*args, **kwargs)", nosig)]
    fn new_config(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let name = match args.0 {
            [] => String::new(),
            [n] => match n.downcast::<PyStr>() {
                Some(s) => {
                    s.utf8_cached(cx)?;
                    s.to_string_lossy()
                }
                None => {
                    let shown = if n.is_none() { "None" } else { n.ty().tp_name_str() };
                    return Err(cx.type_error(format_args!("_interpreters.new_config() argument 1 must be str, not {shown}")));
                }
            },
            a => return Err(cx.type_error(format_args!("_interpreters.new_config() takes at most 1 argument ({} given)", a.len()))),
        };
        let mut s = named_settings(&name, cx)?;
        if !kwargs.is_empty() {
            let d = kwargs.to_dict(cx)?;
            s.update(&d, false, cx)?;
        }
        let d = s.to_dict(cx)?;
        namespace(&d, cx)
    }
    /// create([config], *, reqrefs=False) -> ID
    ///
    /// Create a new interpreter and return a unique generated ID.
    ///
    /// The caller is responsible for destroying the interpreter before exiting,
    /// typically by using _interpreters.destroy().  This can be managed 
    /// automatically by passing "reqrefs=True" and then using _incref() and
    /// _decref() appropriately.
    ///
    /// "config" must be a valid interpreter config or the name of a
    /// predefined config ("isolated" or "legacy").  The default
    /// is "isolated".
    #[function("create(config=None, *, reqrefs=False)", nosig)]
    fn create(config: &Object, reqrefs: bool, cx: &mut Cx) -> PyResult<i64> {
        let s = settings_of(config, cx)?;
        match all::create_idle(&s, whence::STDLIB, cx) {
            Ok(i) => {
                all::require_ref(i, reqrefs);
                Ok(i.identity().id.get())
            }
            Err(r) => {
                let inner = cx.take_raised(r);
                let r = interpreter_error(format_args!("interpreter creation failed"), cx);
                let e = cx.take_raised(r);
                if let Some(b) = e.downcast::<exc::PyBaseException>() {
                    b.context.set(Some(inner), cx);
                }
                Err(cx.set_raised(e))
            }
        }
    }
    /// destroy(id, *, restrict=False)
    ///
    /// Destroy the identified interpreter.
    ///
    /// Attempting to destroy the current interpreter raises InterpreterError.
    /// So does an unrecognized ID.
    #[function("destroy(id, *, restrict=False)", nosig)]
    fn destroy(id: &Object, restrict: bool, cx: &mut Cx) -> PyResult<()> {
        let i = resolve(Some(id), restrict, false, "destroy", cx)?;
        if std::ptr::eq(i, cx.interp()) {
            return Err(interpreter_error(format_args!("cannot destroy the current interpreter"), cx));
        }
        if all::is_running(i) {
            return Err(interpreter_error(format_args!("interpreter running"), cx));
        }
        if i.identity().ready.get() == 0 {
            all::forget(i, cx);
        } else {
            all::destroy(i, cx);
        }
        Ok(())
    }
    /// list_all() -> [(ID, whence)]
    ///
    /// Return a list containing the ID of every existing interpreter.
    #[function("list_all(*, require_ready=False)", nosig)]
    fn list_all(require_ready: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::new(cx)?;
        for i in all::all(cx).into_iter().rev().filter(|i| !require_ready || i.identity().ready.get() != 0) {
            let t = id_and_whence(i, cx)?;
            l.push(t.into_object(), cx)?;
        }
        Ok(l)
    }
    /// get_current() -> (ID, whence)
    ///
    /// Return the ID of current interpreter.
    #[function("get_current()", nosig)]
    fn get_current(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        id_and_whence(cx.interp(), cx)
    }
    /// get_main() -> (ID, whence)
    ///
    /// Return the ID of main interpreter.
    #[function("get_main()", nosig)]
    fn get_main(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let i = all::require(0, cx)?;
        id_and_whence(i, cx)
    }
    /// is_running(id, *, restrict=False) -> bool
    ///
    /// Return whether or not the identified interpreter is running.
    #[function("is_running(id, *, restrict=False)", nosig)]
    fn is_running(id: &Object, restrict: bool, cx: &mut Cx) -> PyResult<bool> {
        resolve(Some(id), restrict, true, "check if running for", cx).map(all::is_running)
    }
    /// get_config(id, *, restrict=False) -> types.SimpleNamespace
    ///
    /// Return a representation of the config used to initialize the interpreter.
    #[function("get_config(id, *, restrict=False)", nosig)]
    fn get_config(id: Option<&Object>, restrict: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
        let i = resolve(id.filter(|o| !o.is_none()), restrict, false, "get the config of", cx)?;
        let d = Settings::of(i).to_dict(cx)?;
        namespace(&d, cx)
    }
    /// whence(id) -> int
    ///
    /// Return an identifier for where the interpreter was created.
    #[function("whence(id)", nosig)]
    fn whence_(id: &Object, cx: &mut Cx) -> PyResult<i64> {
        all::from_object(id, cx).map(|i| i.identity().whence.get())
    }
    #[function("incref(id, *, implieslink=False, restrict=False)", nosig, doc = "")]
    fn incref(id: &Object, implieslink: bool, restrict: bool, cx: &mut Cx) -> PyResult<()> {
        let i = resolve(Some(id), restrict, true, "incref", cx)?;
        if implieslink {
            // The last reference ends the interpreter.
            all::require_ref(i, true);
        }
        all::add_ref(i);
        Ok(())
    }
    #[function("decref(id, *, restrict=False)", nosig, doc = "")]
    fn decref(id: &Object, restrict: bool, cx: &mut Cx) -> PyResult<()> {
        let i = resolve(Some(id), restrict, true, "decref", cx)?;
        all::drop_ref(i, cx);
        Ok(())
    }

    /// exec(id, code, shared=None, *, restrict=False)
    ///
    /// Execute the provided code in the identified interpreter.
    /// This is equivalent to running the builtin exec() under the target
    /// interpreter, using the __dict__ of its __main__ module as both
    /// globals and locals.
    ///
    /// "code" may be a string containing the text of a Python script.
    ///
    /// Functions (and code objects) are also supported, with some restrictions.
    /// The code/function must not take any arguments or be a closure
    /// (i.e. have cell vars).  Methods and other callables are not supported.
    ///
    /// If a function is provided, its code object is used and all its state
    /// is ignored, including its __globals__ dict.
    #[function("exec(id, code, shared={}, *, restrict=False)", nosig)]
    fn exec_(id: &Object, code: &Object, #[default(None)] shared: Option<&Object>, restrict: bool, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let shared = exact(shared, "exec", 3, "dict", cx)?;
        let i = resolve(Some(id), restrict, true, "exec code for", cx)?;
        execute(i, code, shared, cx)
    }
    /// run_string(id, script, shared=None, *, restrict=False)
    ///
    /// Execute the provided string in the identified interpreter.
    ///
    /// (See _interpreters.exec().
    #[function("run_string(id, script, shared={}, *, restrict=False)", nosig)]
    fn run_string(id: &Object, script: &Object, #[default(None)] shared: Option<&Object>, restrict: bool, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        if !script.is_a::<PyStr>() {
            return Err(argument_error("run_string", 2, "str", script, cx));
        }
        let shared = exact(shared, "run_string", 3, "dict", cx)?;
        let i = resolve(Some(id), restrict, true, "run a string in", cx)?;
        execute(i, script, shared, cx)
    }
    /// run_func(id, func, shared=None, *, restrict=False)
    ///
    /// Execute the body of the provided function in the identified interpreter.
    /// Code objects are also supported.  In both cases, closures and args
    /// are not supported.  Methods and other callables are not supported either.
    ///
    /// (See _interpreters.exec().
    #[function("run_func(id, func, shared={}, *, restrict=False)", nosig)]
    fn run_func(id: &Object, func: &Object, #[default(None)] shared: Option<&Object>, restrict: bool, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let shared = exact(shared, "run_func", 3, "dict", cx)?;
        let i = resolve(Some(id), restrict, true, "run a function in", cx)?;
        if !func.is_a::<PyFunction>() && !func.is_a::<taipan_object::types::code::PyCode>() {
            return Err(argument_error("run_func", 2, "a function", func, cx));
        }
        execute(i, func, shared, cx)
    }
    /// call(id, callable, args=None, kwargs=None, *, restrict=False)
    ///
    /// Call the provided object in the identified interpreter.
    /// Pass the given args and kwargs, if possible.
    #[function("call(id, callable, args=(), kwargs={}, *, preserve_exc=False, restrict=False)", nosig)]
    fn call_(
        id: &Object,
        callable: &Object,
        #[default(None)] args: Option<&Object>,
        #[default(None)] kwargs: Option<&Object>,
        preserve_exc: bool,
        restrict: bool,
        cx: &mut Cx,
    ) -> PyResult<Own<PyTuple>> {
        let _ = preserve_exc;
        let (args, kwargs) = (exact(args, "call", 3, "tuple", cx)?, exact(kwargs, "call", 4, "dict", cx)?);
        let i = resolve(Some(id), restrict, true, "make a call in", cx)?;
        let (result, info) = session::call(i, callable, args, kwargs, cx)?;
        PyTuple::from_slice(&[&result, &info], cx)
    }
    /// set___main___attrs(id, ns, *, restrict=False)
    ///
    /// Bind the given attributes in the interpreter's __main__ module.
    #[function("set___main___attrs(id, updates, *, restrict=False)", nosig)]
    fn set_main_attrs(id: &Object, updates: &Object, restrict: bool, cx: &mut Cx) -> PyResult<()> {
        let Some(d) = updates.downcast::<PyDict>() else {
            return Err(argument_error("set___main___attrs", 2, "dict", updates, cx));
        };
        let i = resolve(Some(id), restrict, true, "update __main__ for", cx)?;
        if d.len() == 0 {
            return Err(cx.value_error(format_args!("arg 2 must be a non-empty dict")));
        }
        let shared = session::updates(Some(d), cx)?;
        match session::run(i, shared, |_, _| Ok(()), cx)? {
            Outcome::Done(()) => Ok(()),
            Outcome::Raised(info) => Err(interpreter_error(format_args!("{}", info.formatted()), cx)),
        }
    }
    /// is_shareable(obj) -> bool
    ///
    /// Return True if the object's data may be shared between interpreters and
    /// False otherwise.
    #[function("is_shareable(obj)", nosig)]
    fn is_shareable(obj: &Object, cx: &mut Cx) -> bool {
        data::is_shareable(obj, cx)
    }
    /// capture_exception(exc=None) -> types.SimpleNamespace
    ///
    /// Return a snapshot of an exception.  If "exc" is None
    /// then the current exception, if any, is used (but not cleared).
    ///
    /// The returned snapshot is the same as what _interpreters.exec() returns.
    #[function("capture_exception(exc=None)", nosig)]
    fn capture_exception(exc: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let e = if exc.is_none() { cx.ts().handled_exception() } else { Some(exc.own()) };
        let Some(e) = e else { return Ok(none().own()) };
        if !e.ty().is_subtype(taipan_object::types::exc::BaseException()) {
            let shown = abstract_::repr(&e, cx)?;
            return Err(cx.type_error(format_args!("expected exception, got {shown}")));
        }
        ExcInfo::of(&e, cx).to_object(cx)
    }

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        m.add("InterpreterError", exc::InterpreterError(), cx)?;
        m.add("InterpreterNotFoundError", exc::InterpreterNotFoundError(), cx)?;
        let c = data::not_shareable_class(cx)?;
        m.add("NotShareableError", &c, cx)
    }
}

/// An argument of a type, or none.
fn exact<'a, T: PyTyped>(o: Option<&'a Object>, function: &str, n: usize, wanted: &str, cx: &mut Cx) -> PyResult<Option<&'a T>> {
    match o.map(|o| (o, o.downcast::<T>())) {
        None => Ok(None),
        Some((_, Some(t))) => Ok(Some(t)),
        Some((o, None)) => Err(argument_error(function, n, wanted, o, cx)),
    }
}

fn argument_error(function: &str, n: usize, wanted: &str, got: &Object, cx: &mut Cx) -> Raised {
    let shown = if got.is_none() { "None" } else { got.ty().tp_name_str() };
    cx.type_error(format_args!("_interpreters.{function}() argument {n} must be {wanted}, not {shown}"))
}

/// A memory view of memory that another interpreter's object exports.
pub(crate) fn view_of(lent: std::rc::Rc<view::Lent>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let v = view::new(lent, cx)?;
    PyMemoryView::from_object(&v, cx).map(Own::into_object)
}
