//! Values between interpreters (`_PyXIData_t`): what can be handed over, as what, and how it becomes an object again.

use super::channels;
use super::script::{self, Script};
use super::view::Lent;
use std::rc::Rc;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::float::PyFloat;
use taipan_object::types::function::PyFunction;
use taipan_object::types::memoryview::PyMemoryView;
use taipan_object::types::{boolean, exc::PyBaseException};
use taipan_object::{abstract_, attr, call, import};

/// A value that left its interpreter.
pub enum Shared {
    /// An object that refers to nothing: all interpreters can use it.
    Same(Own<Object>),
    Tuple(Vec<Shared>),
    Memory(Rc<Lent>),
    Function(Script),
    Pickle { bytes: Vec<u8>, main: Option<String> },
    Queue(i64),
    Channel(channels::Sent),
}

#[derive(Default)]
struct State {
    not_shareable: FieldCell<Object>,
    /// `Queue` of `concurrent.interpreters._queues`.
    queue: FieldCell<Object>,
    /// A second `__main__`, from the file that the main interpreter's came from.
    fake_main: FieldCell<Object>,
}

/// The class `NotShareableError` of the current interpreter.
pub fn not_shareable_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().not_shareable;
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception("concurrent.interpreters.NotShareableError", exc::TypeError(), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

/// `NotShareableError(message)` from a cause.
pub fn not_shareable(message: &str, cause: Option<Own<Object>>, cx: &mut Cx) -> Raised {
    let class = match not_shareable_class(cx) {
        Ok(c) => c,
        Err(r) => return r,
    };
    let Some(class) = class.downcast::<PyType>() else { return cx.type_error(format_args!("{message}")) };
    let r = cx.raise_msg(class, format_args!("{message}"));
    let e = cx.take_raised(r);
    if let (Some(b), Some(cause)) = (e.downcast::<PyBaseException>(), cause) {
        b.set_cause(Some(cause), cx);
    }
    cx.set_raised(e)
}

/// Make the class of queues known to this interpreter.
pub fn set_queue_class(class: &Object, cx: &mut Cx) {
    cx.state::<State>().queue.set(Some(class.own()), cx);
}

/// Objects without references to others, which may be common to all interpreters.
fn is_plain(o: &Object) -> bool {
    o.is_none() || o.ty().is(boolean::bool_type()) || o.is_exact::<PyInt>() || o.is_exact::<PyFloat>() || o.is_exact::<PyStr>() || o.is_exact::<PyBytes>()
}

fn is_queue(o: &Object, cx: &Cx) -> bool {
    cx.state::<State>().queue.own().is_some_and(|c| o.ty().as_object().is(&c))
}

/// `_PyObject_CheckXIData`: by the type alone.
pub fn is_shareable(o: &Object, cx: &mut Cx) -> bool {
    is_plain(o) || o.is_exact::<PyTuple>() || o.is_exact::<PyMemoryView>() || is_queue(o, cx) || channels::is_shareable(o, cx)
}

/// Take a value out of its interpreter. With `fallback` functions without state and whatever can be pickled go too.
///
/// # Errors
/// `NotShareableError`.
pub fn share(o: &Object, fallback: bool, cx: &mut Cx) -> PyResult<Shared> {
    match own_way(o, fallback, cx) {
        Ok(s) => Ok(s),
        Err(r) if fallback => {
            let first = cx.take_raised(r);
            if let Some(f) = o.downcast::<PyFunction>() {
                match script::of_function(f, cx) {
                    Ok(s) => return Ok(Shared::Function(s)),
                    Err(r) => cx.discard(r),
                }
            }
            match pickle(o, cx) {
                Ok(s) => Ok(s),
                Err(r) => {
                    cx.discard(r);
                    Err(cx.set_raised(first))
                }
            }
        }
        Err(r) => Err(r),
    }
}

/// Something to be called: functions without state as code, others pickled.
pub fn share_callable(o: &Object, cx: &mut Cx) -> PyResult<Shared> {
    let first = match o.downcast::<PyFunction>() {
        Some(f) => match script::of_function(f, cx) {
            Ok(s) => return Ok(Shared::Function(s)),
            Err(r) => {
                let cause = cx.take_raised(r);
                not_shareable("only stateless functions are shareable", Some(cause), cx)
            }
        },
        None => {
            let shown = abstract_::repr(o, cx)?;
            not_shareable(&format!("expected a function, got {shown}"), None, cx)
        }
    };
    let first = cx.take_raised(first);
    match pickle(o, cx) {
        Ok(s) => Ok(s),
        Err(r) => {
            cx.discard(r);
            Err(cx.set_raised(first))
        }
    }
}

fn own_way(o: &Object, fallback: bool, cx: &mut Cx) -> PyResult<Shared> {
    if o.is_exact::<PyInt>() && o.downcast::<PyInt>().is_some_and(|i| i.to_i64().is_none()) {
        let r = cx.overflow_error(format_args!("try sending as bytes"));
        let cause = cx.take_raised(r);
        return Err(unsupported(o, Some(cause), cx));
    }
    if is_plain(o) {
        return Ok(Shared::Same(o.own()));
    }
    if let Some(t) = o.exact::<PyTuple>() {
        return share_items(t, fallback, cx);
    }
    if o.is_exact::<PyMemoryView>() {
        return Lent::of(o, cx).map(Shared::Memory).map_err(|r| because(o, r, cx));
    }
    if is_queue(o, cx) {
        let id = attr::get_text(o, "_id", cx).map_err(|r| because(o, r, cx))?;
        let Some(id) = id.downcast::<PyInt>().and_then(|i| i.to_i64()) else {
            return Err(unsupported(o, None, cx));
        };
        return Ok(Shared::Queue(id));
    }
    match channels::send(o, cx) {
        Ok(Some(s)) => Ok(Shared::Channel(s)),
        Ok(None) => Err(unsupported(o, None, cx)),
        Err(r) => Err(because(o, r, cx)),
    }
}

fn share_items(t: &PyTuple, fallback: bool, cx: &mut Cx) -> PyResult<Shared> {
    let _depth = cx.enter_call(" while sharing a tuple")?;
    let mut items = Vec::with_capacity(t.len());
    for i in 0..t.len() {
        let Some(item) = t.get(i).map(|o| o.own()) else { break };
        items.push(share(&item, fallback, cx).map_err(|r| because(t.as_object(), r, cx))?);
    }
    Ok(Shared::Tuple(items))
}

fn because(o: &Object, r: Raised, cx: &mut Cx) -> Raised {
    let cause = cx.take_raised(r);
    unsupported(o, Some(cause), cx)
}

/// "X does not support cross-interpreter data"
fn unsupported(o: &Object, cause: Option<Own<Object>>, cx: &mut Cx) -> Raised {
    match abstract_::repr(o, cx) {
        Ok(shown) => not_shareable(&format!("{} does not support cross-interpreter data", shown.to_string_lossy()), cause, cx),
        Err(r) => r,
    }
}

fn pickle(o: &Object, cx: &mut Cx) -> PyResult<Shared> {
    let dumps = cx.import_attr("pickle", "dumps")?;
    match call::call(&dumps, &[o], cx) {
        Ok(b) => {
            let bytes = b.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default();
            Ok(Shared::Pickle { bytes, main: main_file(cx)? })
        }
        Err(r) => {
            let cause = cx.take_raised(r);
            Err(not_shareable("object could not be pickled", Some(cause), cx))
        }
    }
}

/// `__main__.__file__`.
fn main_file(cx: &mut Cx) -> PyResult<Option<String>> {
    let Some(main) = import::modules(cx)?.get_text("__main__", cx)? else { return Ok(None) };
    let file = attr::get_opt(&main, name!(cx, "__file__"), cx)?;
    Ok(file.and_then(|f| f.downcast::<PyStr>().map(|s| s.to_string_lossy())))
}

impl Shared {
    /// The value as an object of the current interpreter.
    pub fn make(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self {
            // As in CPython a new object, unless there is but one such.
            Shared::Same(o) => match o.exact::<PyBytes>() {
                Some(b) => PyBytes::new(b.as_bytes(), cx).map(Own::into_object),
                None => Ok(o.clone()),
            },
            Shared::Tuple(items) => {
                let mut v = Vec::with_capacity(items.len());
                for i in items {
                    v.push(i.make(cx)?);
                }
                PyTuple::from_vec(v, cx).map(Own::into_object)
            }
            Shared::Memory(lent) => super::view_of(lent.clone(), cx),
            Shared::Function(s) => s.function(cx),
            Shared::Pickle { bytes, main } => unpickle(bytes, main.as_deref(), cx).map_err(|r| {
                let cause = cx.take_raised(r);
                not_shareable("object could not be unpickled", Some(cause), cx)
            }),
            Shared::Queue(id) => {
                let class = match cx.state::<State>().queue.own() {
                    Some(c) => c,
                    None => cx.import_attr("concurrent.interpreters._queues", "Queue")?,
                };
                let id = PyInt::new(*id, cx)?;
                call::call(&class, &[&id], cx)
            }
            Shared::Channel(s) => s.make(cx),
        }
    }
}

fn loads(bytes: &[u8], cx: &mut Cx) -> PyResult<Own<Object>> {
    let loads = cx.import_attr("pickle", "loads")?;
    let b = PyBytes::new(bytes, cx)?;
    call::call(&loads, &[&b], cx)
}

/// Unpickle; what `__main__` lacks is looked for in a second one, which the sender's file is run for.
fn unpickle(bytes: &[u8], main: Option<&str>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let r = match loads(bytes, cx) {
        Ok(o) => return Ok(o),
        Err(r) => r,
    };
    let e = cx.take_raised(r);
    let Some(file) = main.filter(|_| e.ty().is_subtype(exc::AttributeError())) else { return Err(cx.set_raised(e)) };
    let text = abstract_::str(&e, cx)?.to_string_lossy();
    if !text.starts_with("module '__main__' has no attribute '") {
        return Err(cx.set_raised(e));
    }
    let fake = fake_main(file, cx)?;
    let mods = import::modules(cx)?;
    let own = mods.get_text("__main__", cx)?;
    mods.set_text("__main__", fake, cx)?;
    let r = loads(bytes, cx).map_err(|r| cx.take_raised(r));
    if let Some(own) = own {
        mods.set_text("__main__", own, cx)?;
    }
    r.map_err(|e| cx.set_raised(e))
}

fn fake_main(file: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().fake_main;
    if let Some(m) = cell.own() {
        return Ok(m);
    }
    let run = cx.import_attr("runpy", "run_path")?;
    let (path, name) = (PyStr::new(file, cx)?, PyStr::new("<fake __main__>", cx)?);
    let names = PyTuple::from_slice(&[name!(cx, "run_name")], cx)?;
    let ns = call::call_kw(&run, &[&path], &[&name], Some(&names), cx)?;
    let m = PyModule::new_named(&name, cx)?;
    if let Some(ns) = ns.downcast::<PyDict>() {
        m.dict(cx)?.merge(ns, taipan_object::types::dict::Clash::Replace, cx)?;
    }
    cell.set(Some(m.clone().into_object()), cx);
    Ok(m.into_object())
}
