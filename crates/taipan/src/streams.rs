//! `sys.stdin`, `sys.stdout`, `sys.stderr`: text layers over the descriptors 0, 1 and 2.

use crate::locale;
use taipan_object::prelude::*;
use taipan_object::{attr, call};

/// Import what the streams need and install them (`init_sys_streams`).
pub fn install(sys: &PyModule, cx: &mut Cx) -> PyResult<()> {
    cx.import("encodings")?;
    let io = cx.import("_io")?;
    let open = attr::get_text(&io, "open", cx)?;
    let builtins = cx.import("builtins")?;
    attr::set(&builtins, name!(cx, "open"), Some(&open), cx)?;
    let encoding = encoding(cx)?;
    let errors = cx.interp().config.borrow().stdio_errors.clone().unwrap_or_else(|| locale::stream_errors().into());
    let unbuffered = cx.interp().config.borrow().unbuffered;
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        // A directory as standard input is an error of its own in CPython; a closed descriptor gives None.
        let s = if taipan_host::stat::fstat(fd).is_ok() {
            let errors = if fd == 2 { "backslashreplace" } else { &errors };
            make(&open, &io, fd, name, &encoding, errors, unbuffered, cx)?
        } else {
            none().own()
        };
        sys.add(name, &s, cx)?;
        sys.add(&format!("__{name}__"), &s, cx)?;
    }
    Ok(())
}

/// The streams' encoding under the name that its codec has.
fn encoding(cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let given = cx.interp().config.borrow().stdio_encoding.clone();
    let name = given.unwrap_or_else(|| String::from_utf8_lossy(&taipan_host::locale::codeset()).into_owned());
    if name.is_empty() || name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("utf8") {
        return PyStr::new_interned("utf-8", cx);
    }
    let lookup = cx.import_attr("_codecs", "lookup")?;
    let n = PyStr::new(&name, cx)?;
    let info = call::call(&lookup, &[&n], cx)?;
    attr::get(&info, name!(cx, "name"), cx)?.downcast_own::<PyStr>().or_else(|_| PyStr::new(&name, cx))
}

#[allow(clippy::too_many_arguments)]
fn make(open: &Object, io: &Object, fd: i32, name: &str, encoding: &PyStr, errors: &str, unbuffered: bool, cx: &mut Cx) -> PyResult<Own<Object>> {
    let writing = fd != 0;
    let raw_mode = PyStr::new(if writing { "wb" } else { "rb" }, cx)?;
    let fd_obj = PyInt::new(fd as i64, cx)?;
    let buffering = PyInt::new(if unbuffered && writing { 0 } else { -1 }, cx)?;
    let (none_, false_) = (none(), taipan_object::types::boolean::false_());
    let buf = call::call(open, &[&fd_obj, &raw_mode, &buffering, none_, none_, none_, false_], cx)?;
    let raw = if unbuffered && writing { buf.clone() } else { attr::get_text(&buf, "raw", cx)? };
    let shown = PyStr::new(&format!("<{name}>"), cx)?;
    attr::set(&raw, name!(cx, "name"), Some(&shown), cx)?;
    let tty = cx.interp().config.borrow().interactive || taipan_host::fd::isatty(fd);
    let errors = PyStr::new(errors, cx)?;
    let newline = PyStr::new("\n", cx)?;
    let line_buffering = taipan_object::types::boolean::from_bool(!unbuffered && (fd == 2 || tty));
    let write_through = taipan_object::types::boolean::from_bool(unbuffered && writing);
    let wrapper = attr::get_text(io, "TextIOWrapper", cx)?;
    let text = call::call(&wrapper, &[&buf, encoding, &errors, &newline, &line_buffering, &write_through], cx)?;
    let mode = PyStr::new(if writing { "w" } else { "r" }, cx)?;
    attr::set(&text, name!(cx, "mode"), Some(&mode), cx)?;
    Ok(text)
}
