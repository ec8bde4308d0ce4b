//! The hooks a program may replace: display, exceptions, breakpoints; and audit events.

use super::report;
use taipan_object::prelude::*;
use taipan_object::types::structseq::StructSeq;
use taipan_object::{abstract_, attr, audit, call, warn};

/// `sys.NAME`, if it is there.
pub fn sys_attr(name: &str, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match cx.interp().sysdict.own() {
        Some(d) => d.get_text(name, cx),
        None => Ok(None),
    }
}

/// Write the repr of `o` to `out`; characters its encoding lacks are escaped.
fn write_repr(o: &Object, out: &Object, cx: &mut Cx) -> PyResult<()> {
    let text = abstract_::repr(o, cx)?;
    let r = match call::call_method(out, name!(cx, "write"), &[&text], cx) {
        Ok(_) => return Ok(()),
        Err(r) => r,
    };
    cx.catch(r, exc::UnicodeEncodeError())?;
    let encoding = attr::get(out, name!(cx, "encoding"), cx)?;
    let bytes = call::call_method(&text, name!(cx, "encode"), &[&encoding, name!(cx, "backslashreplace")], cx)?;
    if let Some(buffer) = attr::get_opt(out, name!(cx, "buffer"), cx)? {
        return call::call_method(&buffer, name!(cx, "write"), &[&bytes], cx).map(drop);
    }
    let text = call::call_method(&bytes, name!(cx, "decode"), &[&encoding, name!(cx, "strict")], cx)?;
    call::call_method(out, name!(cx, "write"), &[&text], cx).map(drop)
}

fn display(o: &Object, cx: &mut Cx) -> PyResult<()> {
    let Some(builtins) = cx.interp().builtins.own() else {
        return Err(cx.runtime_error(format_args!("lost builtins module")));
    };
    if o.is_none() {
        return Ok(());
    }
    let name = name!(cx, "_");
    // While its text is made the object must not be `_`: its repr may look there.
    builtins.set(name, none(), cx)?;
    let Some(out) = sys_attr("stdout", cx)?.filter(|o| !o.is_none()) else {
        return Err(cx.runtime_error(format_args!("lost sys.stdout")));
    };
    write_repr(o, &out, cx)?;
    call::call_method(&out, name!(cx, "write"), &[name!(cx, "\n")], cx)?;
    builtins.set(name, o, cx)
}

/// The function that PYTHONBREAKPOINT names; `None` when breakpoints are off.
fn breakpoint_function(args: &[&Object], kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let env = if cx.interp().config.borrow().ignore_environment { None } else { taipan_host::env::get(c"PYTHONBREAKPOINT") };
    let text = match env {
        Some(v) if !v.is_empty() => String::from_utf8_lossy(&v).into_owned(),
        _ => "pdb.set_trace".to_owned(),
    };
    if text == "0" {
        return Ok(none().own());
    }
    let (module, function) = match text.rfind('.') {
        None => ("builtins", text.as_str()),
        Some(i) => (&text[..i], &text[i + 1..]),
    };
    if module.is_empty() {
        warn::warn(exc::RuntimeWarning(), format_args!("Ignoring unimportable $PYTHONBREAKPOINT: \"{text}\""), 0, cx)?;
        return Ok(none().own());
    }
    let found = match cx.import(module) {
        Ok(m) => attr::get_text(&m, function, cx).map_err(|r| (r, exc::AttributeError())),
        Err(r) => Err((r, exc::ImportError())),
    };
    let f = match found {
        Ok(f) => f,
        Err((r, expected)) => {
            cx.catch(r, expected)?;
            warn::warn(exc::RuntimeWarning(), format_args!("Ignoring unimportable $PYTHONBREAKPOINT: \"{text}\""), 0, cx)?;
            return Ok(none().own());
        }
    };
    let args = PyTuple::from_slice(args, cx)?;
    let kw = kwargs.to_dict(cx)?;
    call::call_tuple_dict(&f, &args, Some(&kw), cx)
}

/// The plain prompt, which is the binary's.
#[derive(Default)]
struct BaseRepl(std::cell::Cell<Option<fn(&mut Cx) -> PyResult<()>>>);

/// Say what `sys._baserepl()` runs.
pub fn set_base_repl(f: fn(&mut Cx) -> PyResult<()>, cx: &mut Cx) {
    cx.state::<BaseRepl>().0.set(Some(f));
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Private function for getting the base REPL
    #[function("_baserepl()")]
    fn baserepl(cx: &mut Cx) -> PyResult<()> {
        match cx.state::<BaseRepl>().0.get() {
            Some(f) => f(cx),
            None => Ok(()),
        }
    }

    /// Print an object to sys.stdout and also save it in builtins._
    #[function("displayhook(object, /)")]
    fn displayhook(object: &Object, cx: &mut Cx) -> PyResult<()> {
        display(object, cx)
    }

    /// Handle an exception by displaying it with a traceback on sys.stderr.
    #[function("excepthook(exctype, value, traceback, /)")]
    fn excepthook(_exctype: &Object, value: &Object, traceback: &Object, cx: &mut Cx) -> PyResult<()> {
        report::display_exception(value, traceback, cx);
        Ok(())
    }

    /// Handle an unraisable exception.
    ///
    /// The unraisable argument has the following attributes:
    ///
    /// * exc_type: Exception type.
    /// * exc_value: Exception value, can be None.
    /// * exc_traceback: Exception traceback, can be None.
    /// * err_msg: Error message, can be None.
    /// * object: Object causing the exception, can be None.
    #[function("unraisablehook(unraisable, /)")]
    fn unraisablehook(unraisable: &Object, cx: &mut Cx) -> PyResult<()> {
        let ours = super::super::fields::UNRAISABLE_ARGS.ty(cx)?;
        if !std::ptr::eq(unraisable.ty(), ours) {
            return Err(cx.type_error(format_args!("sys.unraisablehook argument type must be UnraisableHookArgs")));
        }
        let field = |i| StructSeq::field(unraisable, i).unwrap_or_else(|| none().own());
        report::write_unraisable(&field(0), &field(1), &field(2), &field(3), &field(4), cx)
    }

    /// This hook function is called by built-in breakpoint().
    #[function("breakpointhook(*args, **kwargs)")]
    fn breakpointhook(args: Args<'_>, kwargs: Kwargs<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        breakpoint_function(args.0, kwargs, cx)
    }

    /// Adds a new audit hook callback.
    #[function("addaudithook(hook)")]
    fn addaudithook(hook: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Err(r) = audit::raise("sys.addaudithook", &[], cx) {
            // A hook that refuses another one does so silently.
            return cx.catch(r, exc::RuntimeError());
        }
        audit::add(hook, cx);
        Ok(())
    }

    /// Passes the event to any audit hooks that are attached.
    #[function("audit(event, /, *args)")]
    fn audit_(event: &PyStr, args: Args<'_>, cx: &mut Cx) -> PyResult<()> {
        if !audit::is_active() {
            return Ok(());
        }
        let name = event.to_string();
        audit::raise(&name, args.0, cx)
    }
}
