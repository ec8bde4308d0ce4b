//! The end: reporting the exception that got out, exit codes, `atexit`, waiting for threads, flushing.

use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// Text of `-c` or standard input, for the lines that tracebacks show.
#[derive(Default)]
pub struct CommandSource(pub RefCell<Option<(String, String)>>);

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
    if e.ty().is_subtype(exc::SystemExit()) {
        return exit_status(&e, cx);
    }
    let interrupted = e.ty().is_subtype(exc::KeyboardInterrupt());
    if let Err(r) = excepthook(&e, cx) {
        let e2 = cx.take_raised(r);
        let text = taipan_object::abstract_::repr(&e2, cx).map(|s| s.to_string()).unwrap_or_default();
        eprintln!("Error in sys.excepthook:\n{text}");
        let text = taipan_object::abstract_::repr(&e, cx).map(|s| s.to_string()).unwrap_or_default();
        eprintln!("\nOriginal exception was:\n{text}");
    }
    if interrupted { 130 } else { 1 }
}

/// The status of a SystemExit: None 0, an int itself, anything else is printed and gives 1.
fn exit_status(e: &Object, cx: &mut Cx) -> i32 {
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
    flush(cx);
    let shown = (|| -> PyResult<()> {
        let s = taipan_object::abstract_::str(&code, cx)?;
        let err = cx.import_attr("sys", "stderr")?;
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
    register_command_source(cx)?;
    let hook = attr::get(&sys, name!(cx, "excepthook"), cx)?;
    call::call(&hook, &[&ty, e, &tb], cx).map(drop)
}

/// Put the text of `-c` into `linecache`, so that its lines are shown.
fn register_command_source(cx: &mut Cx) -> PyResult<()> {
    let st = cx.state::<CommandSource>();
    let Some((name, text)) = st.0.borrow_mut().take() else { return Ok(()) };
    let cache = cx.import_attr("linecache", "cache")?;
    let lines = PyList::new(cx)?;
    for l in text.split_inclusive('\n') {
        let l = if l.ends_with('\n') { PyStr::new(l, cx)? } else { PyStr::new(&format!("{l}\n"), cx)? };
        lines.push(l.into_object(), cx)?;
    }
    let (n, size) = (PyStr::new(&name, cx)?, PyInt::new(text.len() as i64, cx)?);
    let entry = PyTuple::from_slice(&[&size, none(), &lines, &n], cx)?;
    taipan_object::abstract_::set_item(&cache, &n, Some(&entry), cx)
}

/// Flush the standard streams; gives false when stdout could not be written.
fn flush(cx: &mut Cx) -> bool {
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
                taipan_object::unraisable::write(cx, Some("Exception ignored while flushing sys.stdout"), None);
            } else {
                cx.discard(r);
            }
        }
    }
    ok
}

/// Wait for threads, run `atexit`, flush. Gives the final status.
pub fn finish(status: i32, cx: &mut Cx) -> i32 {
    if let Some(mods) = cx.interp().modules.own() {
        if let Ok(Some(t)) = mods.get_text("threading", cx) {
            if let Err(r) = attr::get_text(&t, "_shutdown", cx).and_then(|f| call::call(&f, &[], cx)) {
                let _pending = r;
                taipan_object::unraisable::write(cx, Some("Exception ignored on threading shutdown"), Some(&t));
            }
        }
    }
    if let Ok(f) = cx.import_attr("atexit", "_run_exitfuncs") {
        if let Err(r) = call::call(&f, &[], cx) {
            let _pending = r;
            taipan_object::unraisable::write(cx, None, Some(&f));
        }
    } else {
        drop(cx.ts().current_exception.take());
    }
    let ok = flush(cx);
    cx.interp().finalizing.set(true);
    drop_main(cx);
    flush(cx);
    if ok { status } else { 120 }
}

/// Objects of `__main__` die, so that their finalisers run (`finalize_modules`, first step).
fn drop_main(cx: &mut Cx) {
    let Some(mods) = cx.interp().modules.own() else { return };
    let Ok(Some(main)) = mods.get_text("__main__", cx) else { return };
    let Some(m) = main.downcast::<PyModule>() else { return };
    let Ok(d) = m.dict(cx) else { return };
    // As CPython: names that begin with one underscore first, then the rest, except __builtins__.
    for pass in 0..2 {
        let mut pos = 0;
        let mut names: Vec<Own<Object>> = Vec::new();
        while let Some((k, _, _)) = d.next_own(&mut pos) {
            let text = k.downcast::<PyStr>().map(|s| s.to_string()).unwrap_or_default();
            let single = text.starts_with('_') && !text.starts_with("__");
            if text != "__builtins__" && (pass == 1 || single) {
                names.push(k);
            }
        }
        for k in names {
            if d.set(&k, none(), cx).is_err() {
                drop(cx.ts().current_exception.take());
            }
        }
    }
    taipan_object::gc::collect(2, cx);
}
