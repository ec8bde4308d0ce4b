//! Starting threads, their end, and what happens to exceptions that nobody caught there.

use super::handle::{PyThreadHandle, Shared, Status};
use super::{Threads, ident, local};
use std::sync::Arc;
use taipan_object::prelude::*;
use taipan_object::thread::interpreters::feature;
use taipan_object::thread::spawn;
use taipan_object::types::structseq::StructSeq;
use taipan_object::{attr, audit, call, unraisable};

/// Call `f(*args, **kwargs)` on a new thread.
fn start(f: &Object, args: Own<PyTuple>, kwargs: Option<Own<PyDict>>, shared: Arc<Shared>, daemon: bool, cx: &mut Cx) -> PyResult<u64> {
    if !cx.has_feature(feature::THREADS) {
        return Err(cx.runtime_error(format_args!("thread is not supported for isolated subinterpreters")));
    }
    if daemon && !cx.has_feature(feature::DAEMON_THREADS) {
        return Err(cx.runtime_error(format_args!("daemon threads are disabled in this (sub)interpreter")));
    }
    if cx.interp().finalizing.get() {
        return Err(cx.raise_msg(exc::PythonFinalizationError(), format_args!("can't create new thread at interpreter shutdown")));
    }
    if shared.status() != Status::New {
        return Err(cx.runtime_error(format_args!("thread already started")));
    }
    shared.set_status(Status::Starting);
    let threads = cx.state::<Threads>();
    if !daemon {
        threads.awaited.borrow_mut().push(shared.clone());
    }
    threads.alive.borrow_mut().push(shared.clone());
    let (func, child) = (f.own(), shared.clone());
    let main = move |cx: &mut Cx| {
        child.run_as(ident(cx));
        run(&func, &args, kwargs.as_deref(), cx);
        // What the thread was given dies before anybody who joins goes on.
        drop((func, args, kwargs));
        end(&child, cx);
    };
    threads.count.set(threads.count.get() + 1);
    if !spawn::spawn(threads.stack_bytes.get(), main, cx) {
        forget(&shared, cx);
        shared.set_status(Status::New);
        return Err(cx.runtime_error(format_args!("can't start new thread")));
    }
    // The new thread first needs the GIL: only then is its identity known.
    cx.without_gil(|| {
        while shared.started.wait(None).is_err() {}
    });
    Ok(shared.ident())
}

fn run(f: &Object, args: &PyTuple, kwargs: Option<&PyDict>, cx: &mut Cx) {
    if let Err(r) = call::call_tuple_dict(f, args, kwargs, cx) {
        if cx.raised_is(exc::SystemExit()) {
            cx.discard(r);
            return;
        }
        let e = cx.take_raised(r);
        let msg = match taipan_object::abstract_::repr(f, cx) {
            Ok(s) => format!("Exception ignored in thread started by {s}"),
            Err(r) => {
                cx.discard(r);
                "Exception ignored in thread".to_owned()
            }
        };
        let _set: Raised = cx.set_raised(e);
        unraisable::write(cx, Some(&msg), None);
    }
}

fn forget(shared: &Arc<Shared>, cx: &mut Cx) {
    let threads = cx.state::<Threads>();
    threads.count.set(threads.count.get().saturating_sub(1));
    threads.alive.borrow_mut().retain(|h| !Arc::ptr_eq(h, shared));
    threads.awaited.borrow_mut().retain(|h| !Arc::ptr_eq(h, shared));
}

/// The thread is over: its data goes, then those who wait are told.
fn end(shared: &Arc<Shared>, cx: &mut Cx) {
    local::thread_ends(cx);
    spawn::clear(cx.ts(), cx);
    forget(shared, cx);
    shared.set_done();
}

/// The default `threading.excepthook`.
pub fn uncaught(args: &Object, ty: &'static StructSeq, cx: &mut Cx) -> PyResult<()> {
    if !std::ptr::eq(args.ty(), ty.ty(cx)?) {
        return Err(cx.type_error(format_args!("_thread._excepthook argument type must be ExceptHookArgs")));
    }
    let field = |i| StructSeq::field(args, i).unwrap_or_else(|| none().own());
    let (t, value, tb, thread) = (field(0), field(1), field(2), field(3));
    if t.is(exc::SystemExit().as_object()) {
        return Ok(());
    }
    let err = match cx.interp().sysdict.own() {
        Some(d) => d.get_text("stderr", cx)?,
        None => None,
    };
    let file = match err.filter(|f| !f.is_none()) {
        Some(f) => f,
        None => {
            // Started when there still was a stderr: the thread remembers it.
            if thread.is_none() {
                return Ok(());
            }
            match attr::get_opt(&thread, name!(cx, "_stderr"), cx)?.filter(|f| !f.is_none()) {
                Some(f) => f,
                None => return Ok(()),
            }
        }
    };
    let name = if thread.is_none() { None } else { attr::get_opt(&thread, name!(cx, "_name"), cx)? };
    let name = match name {
        Some(n) => taipan_object::abstract_::str(&n, cx)?.to_string_lossy(),
        None => ident(cx).to_string(),
    };
    let text = PyStr::new(&format!("Exception in thread {name}:\n"), cx)?;
    call::call_method(&file, name!(cx, "write"), &[&text], cx)?;
    let print = cx.import_attr("traceback", "print_exception")?;
    let names = PyTuple::from_slice(&[name!(cx, "file")], cx)?;
    call::call_kw(&print, &[&t, &value, &tb], &[&file], Some(&names), cx)?;
    call::call_method(&file, name!(cx, "flush"), &[], cx).map(drop)
}

fn start_new(function: &Object, args: &Object, kwargs: Option<&Object>, cx: &mut Cx) -> PyResult<u64> {
    if !cx.is_callable(function) {
        return Err(cx.type_error(format_args!("first arg must be callable")));
    }
    let Some(a) = args.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("2nd arg must be a tuple")));
    };
    let kw = match kwargs {
        None => None,
        Some(k) => match k.downcast::<PyDict>() {
            Some(d) => Some(d.new_ref()),
            None => return Err(cx.type_error(format_args!("optional 3rd arg must be a dictionary"))),
        },
    };
    audit::raise("_thread.start_new_thread", &[function, args, kwargs.unwrap_or(none())], cx)?;
    start(function, a.new_ref(), kw, Arc::default(), true, cx)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Start a new thread and return its identifier.
    ///
    /// The thread will call the function with positional arguments from the
    /// tuple args and keyword arguments taken from the optional dictionary
    /// kwargs.  The thread exits when the function returns; the return value
    /// is ignored.  The thread will also exit when the function raises an
    /// unhandled exception; a stack trace will be printed unless the exception
    /// is SystemExit.
    #[function("start_new_thread(function, args, kwargs={}, /)")]
    fn start_new_thread(function: &Object, args: &Object, #[default(None)] kwargs: Option<&Object>, cx: &mut Cx) -> PyResult<u64> {
        start_new(function, args, kwargs, cx)
    }
    /// An obsolete synonym of start_new_thread().
    #[function("start_new(function, args, kwargs={}, /)")]
    fn start_new_(function: &Object, args: &Object, #[default(None)] kwargs: Option<&Object>, cx: &mut Cx) -> PyResult<u64> {
        start_new(function, args, kwargs, cx)
    }

    /// *For internal use only*: start a new thread.
    ///
    /// Like start_new_thread(), this starts a new thread calling the given function.
    /// Unlike start_new_thread(), this returns a handle object with methods to join
    /// or detach the given thread.
    /// This function is not for third-party code, please use the
    /// `threading` module instead. During finalization the runtime will not wait for
    /// the thread to exit if daemon is True. If handle is provided it must be a
    /// newly created thread._ThreadHandle instance.
    #[function("start_joinable_thread(function, handle=None, daemon=True)")]
    fn start_joinable_thread(function: &Object, handle: &Object, daemon: bool, cx: &mut Cx) -> PyResult<Own<PyThreadHandle>> {
        if !cx.is_callable(function) {
            return Err(cx.type_error(format_args!("thread function must be callable")));
        }
        let h = match handle.downcast::<PyThreadHandle>() {
            Some(h) => h.new_ref(),
            None if handle.is_none() => super::super::handle::new(cx)?,
            None => return Err(cx.type_error(format_args!("'handle' must be a _ThreadHandle"))),
        };
        let flag = PyInt::new(daemon as i64, cx)?;
        audit::raise("_thread.start_joinable_thread", &[function, &flag, handle], cx)?;
        start(function, PyTuple::empty(), None, h.shared.clone(), daemon, cx)?;
        Ok(h)
    }

    /// Internal only. Make a thread handle for threads not spawned
    /// by the _thread or threading module.
    #[function("_make_thread_handle(ident, /)")]
    fn make_thread_handle(ident: u64, cx: &mut Cx) -> PyResult<Own<PyThreadHandle>> {
        let h = super::super::handle::new(cx)?;
        h.shared.run_as(ident);
        Ok(h)
    }

    /// Wait for all non-daemon threads (other than the calling thread) to stop.
    #[function("_shutdown()")]
    fn shutdown(cx: &mut Cx) -> PyResult<()> {
        let me = ident(cx);
        loop {
            let next = cx.state::<Threads>().awaited.borrow().iter().find(|h| h.ident() != me).cloned();
            let Some(h) = next else { return Ok(()) };
            h.wait(None, cx)?;
            cx.state::<Threads>().awaited.borrow_mut().retain(|x| !Arc::ptr_eq(x, &h));
        }
    }
}
