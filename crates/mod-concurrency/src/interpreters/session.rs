//! Working in another interpreter for a while: its `__main__` is this thread's, values go in and out, exceptions come back as texts.

use super::data::{self, Shared};
use super::excinfo::ExcInfo;
use super::interpreter_error;
use taipan_object::prelude::*;
use taipan_object::thread::Interpreter;
use taipan_object::thread::interpreters;
use taipan_object::{call, import};

/// How work in another interpreter ended.
pub enum Outcome<T> {
    Done(T),
    Raised(ExcInfo),
}

/// Names and values for `__main__`.
pub struct Updates(Vec<(Own<PyStr>, Shared)>);

/// What is to be put into `__main__`.
pub fn updates(d: Option<&PyDict>, cx: &mut Cx) -> PyResult<Updates> {
    let mut v = Vec::new();
    let mut at = 0;
    while let Some((k, o, _)) = d.and_then(|d| d.next_own(&mut at)) {
        let Ok(k) = k.downcast_own::<PyStr>() else {
            return Err(cx.type_error(format_args!("bad argument type for built-in operation")));
        };
        if k.utf8_cached(cx)?.contains(&0) {
            return Err(cx.value_error(format_args!("embedded null character")));
        }
        // Its own text, not an instance of a subclass with attributes.
        let k = PyStr::from_code_points(&k.code_points().collect::<Vec<_>>(), cx)?;
        v.push((k, data::share(&o, false, cx)?));
    }
    Ok(Updates(v))
}

/// The namespace of `__main__`.
pub fn main_dict(cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let mods = import::modules(cx)?;
    let main = mods.get_text("__main__", cx)?;
    match main.as_ref().and_then(|m| m.downcast::<PyModule>()) {
        Some(m) => m.dict(cx),
        None => Err(interpreter_error(format_args!("failed to get __main__ namespace"), cx)),
    }
}

enum Ended<T> {
    Busy,
    As(Outcome<T>),
}

/// Run `body` with the namespace of an interpreter's `__main__`, after `updates` have been put there.
///
/// # Errors
/// `InterpreterError` if somebody else runs there. What `body` raises is described in the outcome.
pub fn run<T>(i: &'static Interpreter, updates: Updates, body: impl FnOnce(&PyDict, &mut Cx) -> PyResult<T>, cx: &mut Cx) -> PyResult<Outcome<T>> {
    let ended = interpreters::enter(i, cx, |cx| {
        if !interpreters::set_running(i, cx) {
            return Ended::Busy;
        }
        let r = (|| {
            let main = main_dict(cx)?;
            for (k, v) in &updates.0 {
                let v = v.make(cx)?;
                main.set(k, &v, cx)?;
            }
            body(&main, cx)
        })();
        let out = match r {
            Ok(v) => Outcome::Done(v),
            Err(r) => {
                let e = cx.take_raised(r);
                Outcome::Raised(ExcInfo::of(&e, cx))
            }
        };
        interpreters::set_not_running(i);
        Ended::As(out)
    });
    match ended {
        Ended::Busy => Err(interpreter_error(format_args!("interpreter already running"), cx)),
        Ended::As(o) => Ok(o),
    }
}

/// What a call gave, or what stood in its way.
enum Called {
    Result(Shared),
    Lost { message: String, why: ExcInfo },
}

/// Call something in another interpreter: the result (None if it raised) and what it raised (None if it did not).
pub fn call(i: &'static Interpreter, f: &Object, args: Option<&PyTuple>, kwargs: Option<&PyDict>, cx: &mut Cx) -> PyResult<(Own<Object>, Own<Object>)> {
    if !cx.is_callable(f) {
        let shown = taipan_object::abstract_::repr(f, cx)?;
        return Err(cx.type_error(format_args!("expected a callable, got {shown}")));
    }
    let f = data::share_callable(f, cx)?;
    let args = match args {
        Some(a) if a.len() > 0 => Some(data::share(a.as_object(), true, cx)?),
        _ => None,
    };
    let kwargs = match kwargs {
        Some(k) if k.len() > 0 => Some(data::share(k.as_object(), true, cx)?),
        _ => None,
    };
    let body = |_: &PyDict, cx: &mut Cx| {
        let parts = [("func", Some(&f)), ("args", args.as_ref()), ("kwargs", kwargs.as_ref())];
        let mut made = Vec::with_capacity(parts.len());
        for (what, part) in parts {
            match part.map(|p| p.make(cx)).transpose() {
                Ok(o) => made.push(o),
                Err(r) => {
                    let e = cx.take_raised(r);
                    return Ok(Called::Lost { message: format!("{what} not shareable"), why: ExcInfo::of(&e, cx) });
                }
            }
        }
        let args = made[1].as_ref().and_then(|a| a.downcast::<PyTuple>()).map_or_else(PyTuple::empty, |a| a.new_ref());
        let kwargs = made[2].as_ref().and_then(|k| k.downcast::<PyDict>());
        let Some(f) = made[0].as_ref() else { return Err(cx.type_error(format_args!("expected a callable"))) };
        let r = call::call_tuple_dict(f, &args, kwargs, cx)?;
        match data::share(&r, true, cx) {
            Ok(s) => Ok(Called::Result(s)),
            Err(r) => {
                let e = cx.take_raised(r);
                Ok(Called::Lost { message: "object does not support cross-interpreter data".into(), why: ExcInfo::of(&e, cx) })
            }
        }
    };
    match run(i, Updates(Vec::new()), body, cx)? {
        Outcome::Done(Called::Result(s)) => Ok((s.make(cx)?, none().own())),
        Outcome::Done(Called::Lost { message, why }) => {
            let text = why.display.clone().unwrap_or_else(|| why.formatted());
            let r = cx.raise_msg(exc::Exception(), format_args!("{text}"));
            let cause = cx.take_raised(r);
            Err(data::not_shareable(&message, Some(cause), cx))
        }
        Outcome::Raised(info) => Ok((none().own(), info.to_object(cx)?)),
    }
}
