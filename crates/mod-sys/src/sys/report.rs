//! Exceptions on their way to the user: the default `excepthook`, unraisable exceptions, and a printer for when Lib's `traceback` cannot be used.

use super::fields::UNRAISABLE_ARGS;
use super::hooks::sys_attr;
use taipan_object::prelude::*;
use taipan_object::types::traceback::{PyTraceback, print};
use taipan_object::{abstract_, attr, audit, call, unraisable};

/// Text straight to descriptor 2, for when there is no `sys.stderr`.
pub fn report_to_stderr(text: &str) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match taipan_host::fd::write(2, rest) {
            Ok(0) | Err(_) => return,
            Ok(n) => rest = rest.get(n..).unwrap_or_default(),
        }
    }
}

/// Write to `sys.stderr`, or to descriptor 2 without one. `sys.stderr = None` swallows.
fn write_err(text: &PyStr, cx: &mut Cx) -> PyResult<()> {
    match sys_attr("stderr", cx)? {
        Some(f) if f.is_none() => Ok(()),
        Some(f) => call::call_method(&f, name!(cx, "write"), &[text], cx).map(drop),
        None => {
            report_to_stderr(&text.to_string_lossy());
            Ok(())
        }
    }
}

fn write_text(text: &str, cx: &mut Cx) -> PyResult<()> {
    let s = PyStr::new(text, cx)?;
    write_err(&s, cx)
}

fn flush_err(cx: &mut Cx) {
    if let Ok(Some(f)) = sys_attr("stderr", cx) {
        if !f.is_none() {
            if let Err(r) = call::call_method(&f, name!(cx, "flush"), &[], cx) {
                cx.discard(r);
            }
        }
    }
}

fn write_traceback(tb: &PyTraceback, cx: &mut Cx) -> PyResult<()> {
    print::print(tb, &mut |text, cx| write_text(text, cx), cx)
}

/// `module.QualName` as tracebacks show a class.
fn class_name(ty: &Object, cx: &mut Cx) -> PyResult<String> {
    let text = |o: Option<Own<Object>>| o.and_then(|o| o.downcast::<PyStr>().map(|s| s.to_string_lossy()));
    let module = text(attr::get_opt(ty, name!(cx, "__module__"), cx)?);
    let name = text(attr::get_opt(ty, name!(cx, "__qualname__"), cx)?).unwrap_or_else(|| "<unknown>".to_owned());
    Ok(match module.as_deref() {
        Some("builtins" | "__main__") => name,
        Some(m) => format!("{m}.{name}"),
        None => format!("<unknown>.{name}"),
    })
}

/// The last line: class and text.
fn write_last_line(ty: &Object, value: &Object, cx: &mut Cx) -> PyResult<()> {
    let name = class_name(ty, cx)?;
    write_text(&name, cx)?;
    if !value.is_none() {
        match abstract_::str(value, cx) {
            Ok(s) if s.is_empty() => {}
            Ok(s) => {
                write_text(": ", cx)?;
                write_err(&s, cx)?;
            }
            Err(r) => {
                cx.discard(r);
                write_text(": <exception str() failed>", cx)?;
            }
        }
    }
    write_text("\n", cx)
}

fn traceback_of(e: &Object) -> Option<Own<PyTraceback>> {
    let e = e.downcast::<exc::PyBaseException>()?;
    e.traceback.own().and_then(|t| t.downcast_own::<PyTraceback>().ok())
}

/// Cause or context first, then the exception itself. `seen`: those shown or about to be.
fn print_plain(e: &Object, seen: &mut Vec<*const Object>, cx: &mut Cx) -> PyResult<()> {
    let _deep = cx.enter_call(" while printing an exception")?;
    seen.push(std::ptr::from_ref(e));
    if let Some(x) = e.downcast::<exc::PyBaseException>() {
        let new = |o: &Own<Object>, seen: &[*const Object]| !seen.contains(&std::ptr::from_ref(&**o));
        if let Some(cause) = x.cause.own() {
            if new(&cause, seen) {
                print_plain(&cause, seen, cx)?;
                write_text("\nThe above exception was the direct cause of the following exception:\n\n", cx)?;
            }
        } else if let Some(context) = x.context.own().filter(|c| !x.suppress_context.get() && new(c, seen)) {
            print_plain(&context, seen, cx)?;
            write_text("\nDuring handling of the above exception, another exception occurred:\n\n", cx)?;
        }
    }
    if let Some(tb) = traceback_of(e) {
        write_traceback(&tb, cx)?;
    }
    write_last_line(e.ty(), e, cx)
}

/// Show an exception on `sys.stderr` as an uncaught one (`PyErr_DisplayException`), without calling `sys.excepthook`.
pub fn print_exception(e: &Object, cx: &mut Cx) {
    let shown = match cx.import_attr("traceback", "_print_exception_bltin") {
        Ok(f) => call::call(&f, &[e], cx).map(drop),
        Err(r) => Err(r),
    };
    if let Err(r) = shown {
        cx.discard(r);
        if let Err(r) = print_plain(e, &mut Vec::new(), cx) {
            cx.discard(r);
        }
    }
    flush_err(cx);
}

/// The default `sys.excepthook`: what is not an exception is said so.
pub fn display_exception(value: &Object, tb: &Object, cx: &mut Cx) {
    let Some(e) = value.downcast::<exc::PyBaseException>() else {
        let text = format!("TypeError: print_exception(): Exception expected for value, {} found\n", value.ty().name());
        if let Err(r) = write_text(&text, cx) {
            cx.discard(r);
        }
        return;
    };
    if tb.is_a::<PyTraceback>() && e.traceback.is_empty() {
        e.traceback.set(Some(tb.own()), cx);
    }
    print_exception(value, cx);
}

/// The default `sys.unraisablehook`.
pub fn write_unraisable(ty: &Object, value: &Object, tb: &Object, msg: &Object, obj: &Object, cx: &mut Cx) -> PyResult<()> {
    // At the very end nobody can be told any more.
    if sys_attr("stderr", cx)?.is_none_or(|f| f.is_none()) {
        return Ok(());
    }
    if !obj.is_none() {
        if msg.is_none() {
            write_text("Exception ignored in: ", cx)?;
        } else {
            let m = abstract_::str(msg, cx)?;
            write_err(&m, cx)?;
            write_text(": ", cx)?;
        }
        match abstract_::repr(obj, cx) {
            Ok(s) => write_err(&s, cx)?,
            Err(r) => {
                cx.discard(r);
                write_text("<object repr() failed>", cx)?;
            }
        }
        write_text("\n", cx)?;
    } else if !msg.is_none() {
        let m = abstract_::str(msg, cx)?;
        write_err(&m, cx)?;
        write_text(":\n", cx)?;
    }
    if let Some(t) = tb.downcast::<PyTraceback>() {
        write_traceback(t, cx)?;
    }
    if !ty.is_none() {
        write_last_line(ty, value, cx)?;
    }
    flush_err(cx);
    Ok(())
}

/// Make the arguments and call `sys.unraisablehook`.
fn call_hook(e: &Object, msg: Option<&str>, obj: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let or_none = |o: Option<Own<Object>>| o.unwrap_or_else(|| none().own());
    let tb = or_none(e.downcast::<exc::PyBaseException>().and_then(|x| x.traceback.own()));
    let msg = match msg {
        Some(m) => PyStr::new(m, cx)?.into_object(),
        None => none().own(),
    };
    let obj = or_none(obj.map(|o| o.own()));
    let hook = sys_attr("unraisablehook", cx)?;
    let args = UNRAISABLE_ARGS.make(vec![e.ty().as_object().own(), e.own(), tb.clone(), msg.clone(), obj.clone()], cx)?;
    let hook_shown = or_none(hook.clone());
    audit::raise("sys.unraisablehook", &[&hook_shown, &args], cx)?;
    match hook.filter(|h| !h.is_none()) {
        Some(h) => call::call(&h, &[&args], cx).map(drop),
        None => write_unraisable(e.ty(), e, &tb, &msg, &obj, cx),
    }
}

fn reporter(cx: &mut Cx, e: Own<Object>, msg: Option<&str>, obj: Option<&Object>) {
    if let Err(r) = call_hook(&e, msg, obj, cx) {
        // The hook itself failed: the default says so, and nothing more can be done.
        let failed = cx.take_raised(r);
        let hook = match sys_attr("unraisablehook", cx) {
            Ok(h) => h.unwrap_or_else(|| none().own()),
            Err(r) => {
                cx.discard(r);
                none().own()
            }
        };
        let tb = traceback_of(&failed).map_or_else(|| none().own(), Own::into_object);
        let text = PyStr::new("Exception ignored in sys.unraisablehook", cx);
        let shown = text.and_then(|m| write_unraisable(failed.ty(), &failed, &tb, &m, &hook, cx));
        if let Err(r) = shown {
            cx.discard(r);
        }
    }
}

/// Make the kernel report unraisable exceptions through `sys.unraisablehook`.
pub fn install() {
    unraisable::set_reporter(reporter);
}
