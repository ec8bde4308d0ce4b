//! `sys.stdin`, `sys.stdout`, `sys.stderr`: text layers over the descriptors 0, 1 and 2.

use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// Import what the streams need and install them (`init_sys_streams`).
pub fn install(sys: &PyModule, cx: &mut Cx) -> PyResult<()> {
    cx.import("encodings")?;
    let io = cx.import("_io")?;
    let open = attr::get_text(&io, "open", cx)?;
    let builtins = cx.import("builtins")?;
    attr::set(&builtins, name!(cx, "open"), Some(&open), cx)?;
    let unbuffered = cx.interp().config.borrow().unbuffered;
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let s = if taipan_host::stat::fstat(fd).is_ok() { make(&open, &io, fd, name, unbuffered, cx)? } else { none().own() };
        sys.add(name, &s, cx)?;
        sys.add(&format!("__{name}__"), &s, cx)?;
    }
    Ok(())
}

/// PYTHONIOENCODING or the file system's: encoding and error handler.
fn encoding(cx: &Cx) -> (String, Option<String>) {
    let mut enc = "utf-8".to_owned();
    let mut errors = None;
    if !cx.interp().config.borrow().ignore_environment {
        if let Some(v) = taipan_host::env::get(c"PYTHONIOENCODING") {
            let v = String::from_utf8_lossy(&v).into_owned();
            let (e, h) = v.split_once(':').map_or((v.as_str(), None), |(e, h)| (e, Some(h)));
            if !e.is_empty() {
                enc = e.to_owned();
            }
            errors = h.filter(|h| !h.is_empty()).map(|h| h.to_owned());
        }
    }
    (enc, errors)
}

fn make(open: &Object, io: &Object, fd: i32, name: &str, unbuffered: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let writing = fd != 0;
    let raw_mode = PyStr::new(if writing { "wb" } else { "rb" }, cx)?;
    let fd_obj = PyInt::new(fd as i64, cx)?;
    let buffering = PyInt::new(if unbuffered && writing { 0 } else { -1 }, cx)?;
    let (none_, false_) = (none(), taipan_object::types::boolean::false_());
    let buf = call::call(open, &[&fd_obj, &raw_mode, &buffering, none_, none_, none_, false_], cx)?;
    let raw = if unbuffered && writing { buf.clone() } else { attr::get_text(&buf, "raw", cx)? };
    let shown = PyStr::new(&format!("<{name}>"), cx)?;
    attr::set(&raw, name!(cx, "name"), Some(&shown), cx)?;
    let tty = call::call_method(&raw, name!(cx, "isatty"), &[], cx)?;
    let tty = taipan_object::abstract_::is_true(&tty, cx)?;
    let (enc, handler) = encoding(cx);
    let handler = if fd == 2 { "backslashreplace".to_owned() } else { handler.unwrap_or_else(|| default_errors().into()) };
    let enc = PyStr::new(&enc, cx)?;
    let errors = PyStr::new(&handler, cx)?;
    let newline = PyStr::new("\n", cx)?;
    let line_buffering = taipan_object::types::boolean::from_bool(fd == 2 || (tty && !unbuffered) || (unbuffered && writing));
    let write_through = taipan_object::types::boolean::from_bool(unbuffered && writing);
    let wrapper = attr::get_text(io, "TextIOWrapper", cx)?;
    let text = call::call(&wrapper, &[&buf, &enc, &errors, &newline, &line_buffering, &write_through], cx)?;
    let mode = PyStr::new(if writing { "w" } else { "r" }, cx)?;
    attr::set(&text, name!(cx, "mode"), Some(&mode), cx)?;
    Ok(text)
}

/// "surrogateescape" in the C and POSIX locales, else "strict".
fn default_errors() -> &'static str {
    let get = |n| taipan_host::env::get(n).filter(|v| !v.is_empty());
    match get(c"LC_ALL").or_else(|| get(c"LC_CTYPE")).or_else(|| get(c"LANG")).as_deref() {
        None | Some(b"C") | Some(b"POSIX") => "surrogateescape",
        _ => "strict",
    }
}
