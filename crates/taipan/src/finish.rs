//! The end: reporting the exception that got out, exit codes, `atexit`, waiting for threads, flushing.

use crate::cli;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use taipan_object::prelude::*;
use taipan_object::{attr, call, unraisable};

/// Set when the program ended by an unhandled KeyboardInterrupt: the process then dies by the signal.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How the program is going to end.
#[derive(Default)]
struct Ending {
    /// Stay at a prompt after the program: SystemExit is only shown.
    inspect: Cell<bool>,
    /// SystemExit was raised (and not only shown).
    exit: Cell<bool>,
}

/// Whether an unhandled KeyboardInterrupt ended the program.
pub fn was_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// `-i` is in effect.
pub fn inspect(cx: &Cx) -> bool {
    cx.state::<Ending>().inspect.get()
}
/// Switch the effect of `-i`.
pub fn set_inspect(on: bool, cx: &Cx) {
    cx.state::<Ending>().inspect.set(on);
}
/// Whether SystemExit ended the program, so that no prompt may follow.
pub fn wants_exit(cx: &Cx) -> bool {
    cx.state::<Ending>().exit.get()
}

/// `SystemExit(code)`.
pub fn exit_with(code: i64, cx: &mut Cx) -> Raised {
    match PyInt::new(code, cx) {
        Ok(n) => cx.raise_arg(exc::SystemExit(), &n),
        Err(r) => r,
    }
}

/// Report an exception that nobody caught; gives the exit status.
pub fn report(r: Raised, cx: &mut Cx) -> i32 {
    let e = cx.take_raised(r);
    INTERRUPTED.store(false, Ordering::Relaxed);
    if e.ty().is_subtype(exc::SystemExit()) && !inspect(cx) {
        cx.state::<Ending>().exit.set(true);
        return exit_status(&e, cx);
    }
    if e.ty().is_subtype(exc::KeyboardInterrupt()) {
        INTERRUPTED.store(true, Ordering::Relaxed);
    }
    show(&e, cx);
    1
}

/// At a prompt: SystemExit goes on, anything else is shown.
pub fn report_or_exit(r: Raised, cx: &mut Cx) -> PyResult<()> {
    let e = cx.take_raised(r);
    if e.ty().is_subtype(exc::SystemExit()) && !inspect(cx) {
        return Err(cx.set_raised(e));
    }
    if e.ty().is_subtype(exc::KeyboardInterrupt()) {
        flush(cx);
        cli::err(format_args!("\nKeyboardInterrupt\n"));
        return Ok(());
    }
    show(&e, cx);
    Ok(())
}

/// Show an exception through `sys.excepthook` (`PyErr_PrintEx`).
fn show(e: &Object, cx: &mut Cx) {
    if let Err(r) = excepthook(e, cx) {
        let e2 = cx.take_raised(r);
        if e2.ty().is_subtype(exc::SystemExit()) {
            let status = exit_status(&e2, cx);
            let status = finish(status, cx);
            taipan_host::process::exit(status);
        }
        flush(cx);
        cli::err(format_args!("Error in sys.excepthook:\n"));
        taipan_mod_sys::sys::print_exception(&e2, cx);
        cli::err(format_args!("\nOriginal exception was:\n"));
        taipan_mod_sys::sys::print_exception(e, cx);
    }
    flush(cx);
}

/// Whether the program is a module (`-m`): unlike after a script or command, its output is not flushed before an exit message.
#[derive(Default)]
pub struct ModuleRun(pub std::cell::Cell<bool>);

/// The status of a SystemExit: None 0, an int itself, anything else is printed and gives 1.
pub fn exit_status(e: &Object, cx: &mut Cx) -> i32 {
    let code = match attr::get(e, name!(cx, "code"), cx) {
        Ok(c) => c,
        Err(r) => {
            cx.discard(r);
            return 1;
        }
    };
    if code.is_none() {
        return 0;
    }
    if let Some(i) = code.downcast::<PyInt>() {
        return i.to_i64().map_or(-1, |n| n as i32) & 0xff;
    }
    if !cx.state::<ModuleRun>().0.get() {
        flush(cx);
    }
    let shown = (|| -> PyResult<()> {
        let s = taipan_object::abstract_::str(&code, cx)?;
        let err = cx.import_attr("sys", "stderr")?;
        if err.is_none() {
            cli::err(format_args!("{s}\n"));
            return Ok(());
        }
        call::call_method(&err, name!(cx, "write"), &[&s], cx)?;
        let nl = PyStr::new("\n", cx)?;
        call::call_method(&err, name!(cx, "write"), &[&nl], cx).map(drop)
    })();
    if let Err(r) = shown {
        cx.discard(r);
    }
    1
}

/// `sys.excepthook(type, value, traceback)`.
fn excepthook(e: &Object, cx: &mut Cx) -> PyResult<()> {
    let sys = cx.import("sys")?;
    let tb = attr::get(e, name!(cx, "__traceback__"), cx)?;
    let ty = e.ty().as_object().own();
    for (n, v) in [("last_exc", e), ("last_type", &*ty), ("last_value", e), ("last_traceback", &*tb)] {
        let n = PyStr::new_interned(n, cx)?;
        attr::set(&sys, &n, Some(v), cx)?;
    }
    let Some(hook) = attr::get_opt(&sys, name!(cx, "excepthook"), cx)?.filter(|h| !h.is_none()) else {
        cli::err(format_args!("sys.excepthook is missing\n"));
        taipan_mod_sys::sys::print_exception(e, cx);
        return Ok(());
    };
    taipan_object::audit::raise("sys.excepthook", &[&hook, &ty, e, &tb], cx)?;
    call::call(&hook, &[&ty, e, &tb], cx).map(drop)
}

/// Flush the standard streams; gives false when stdout could not be written.
pub fn flush(cx: &mut Cx) -> bool {
    let mut ok = true;
    for n in ["stdout", "stderr"] {
        let r = cx.import_attr("sys", n).and_then(|f| {
            if f.is_none() {
                return Ok(());
            }
            let closed = attr::get_opt(&f, name!(cx, "closed"), cx)?;
            if let Some(c) = closed {
                if taipan_object::abstract_::is_true(&c, cx)? {
                    return Ok(());
                }
            }
            call::call_method(&f, name!(cx, "flush"), &[], cx).map(drop)
        });
        if let Err(r) = r {
            if n == "stdout" {
                ok = false;
                let _pending = r;
                unraisable::write(cx, Some("Exception ignored while flushing sys.stdout"), None);
            } else {
                cx.discard(r);
            }
        }
    }
    ok
}

/// Wait for threads, run `atexit`, flush, let objects go. Gives the final status.
pub fn finish(status: i32, cx: &mut Cx) -> i32 {
    wait_and_run_exit_functions(cx);
    crate::sub::end_all(cx);
    let ok = flush(cx);
    cx.interp().finalizing.set(true);
    crate::teardown::modules(cx);
    let late = flush(cx);
    taipan_object::thread::interpreters::run_at_exit(cx);
    if ok && late { status } else { 120 }
}

/// The part of an end in which everything still works.
pub fn wait_and_run_exit_functions(cx: &mut Cx) {
    if let Some(mods) = cx.interp().modules.own() {
        if let Ok(Some(t)) = mods.get_text("threading", cx) {
            if let Err(r) = attr::get_text(&t, "_shutdown", cx).and_then(|f| call::call(&f, &[], cx)) {
                let _pending = r;
                unraisable::write(cx, Some("Exception ignored on threading shutdown"), Some(&t));
            }
        }
    }
    // Whatever became of the module: the functions are the interpreter's.
    taipan_mod_sys::atexit::run(cx);
}
