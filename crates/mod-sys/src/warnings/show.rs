//! Showing a warning: through Lib's `warnings` when it is there, plainly otherwise.

use super::{Warning, lib_attr};
use crate::sys::report_to_stderr;
use taipan_object::prelude::*;
use taipan_object::{abstract_, attr, call};

/// Show it.
pub fn show(w: &Warning<'_>, cx: &mut Cx) -> PyResult<()> {
    // At the end Lib's part may be gone in pieces.
    if cx.interp().finalizing.get() {
        return show_plain(w, cx);
    }
    // Somebody who traces allocations wants to see them: only Lib's function can show the source.
    let Some(f) = lib_attr("_showwarnmsg", w.source.is_some(), cx)? else { return show_plain(w, cx) };
    if !cx.is_callable(&f) {
        return Err(cx.type_error(format_args!("warnings._showwarnmsg() must be set to a callable")));
    }
    let Some(class) = lib_attr("WarningMessage", false, cx)? else {
        return Err(cx.runtime_error(format_args!("unable to get warnings.WarningMessage")));
    };
    let lineno = PyInt::new(w.place.lineno as i64, cx)?;
    let source = w.source.unwrap_or(none());
    let msg = call::call(&class, &[&w.message, &w.category, &w.place.filename, &lineno, none(), none(), source], cx)?;
    call::call(&f, &[&msg], cx).map(drop)
}

/// `file:line: Category: text`, and the source line.
fn show_plain(w: &Warning<'_>, cx: &mut Cx) -> PyResult<()> {
    let name = match attr::get_opt(&w.category, name!(cx, "__name__"), cx)? {
        Some(n) => abstract_::str(&n, cx)?.to_string_lossy(),
        None => "Warning".to_owned(),
    };
    let (file, text) = (abstract_::str(&w.place.filename, cx)?, abstract_::str(&w.text, cx)?);
    let mut out = format!("{}:{}: {name}: {}\n", file.to_string_lossy(), w.place.lineno, text.to_string_lossy());
    if let Some(line) = source_line(&w.place.filename, w.place.lineno, cx) {
        out.push_str(&format!("  {}\n", line.trim()));
    }
    let stderr = match cx.interp().sysdict.own() {
        Some(d) => d.get_text("stderr", cx)?,
        None => None,
    };
    match stderr {
        Some(f) if f.is_none() => {}
        Some(f) => {
            let s = PyStr::new(&out, cx)?;
            // A stream that cannot be written to must not hide what the program does.
            if let Err(r) = call::call_method(&f, name!(cx, "write"), &[&s], cx) {
                cx.discard(r);
            }
        }
        None => report_to_stderr(&out),
    }
    Ok(())
}

fn source_line(filename: &Object, lineno: isize, cx: &mut Cx) -> Option<String> {
    let line = (|| {
        let f = cx.import_attr("linecache", "getline")?;
        let n = PyInt::new(lineno as i64, cx)?;
        let line = call::call(&f, &[filename, &n], cx)?;
        abstract_::str(&line, cx)
    })();
    match line {
        Ok(s) => Some(s.to_string_lossy()).filter(|s| !s.trim().is_empty()),
        Err(r) => {
            cx.discard(r);
            None
        }
    }
}

/// Let `linecache` find the source through the module's loader.
pub fn prime_linecache(filename: &PyStr, globals: &Object, cx: &mut Cx) -> PyResult<()> {
    let getlines = match cx.import_attr("linecache", "getlines") {
        Ok(f) => f,
        Err(r) => return cx.catch(r, exc::ImportError()),
    };
    match call::call(&getlines, &[filename, globals], cx) {
        Ok(_) => Ok(()),
        // A loader whose source has no proper lines only costs the line that would have been shown.
        Err(r) => cx.catch(r, exc::TypeError()),
    }
}
