//! A traceback as plain text (`PyTraceBack_Print`): without carets, with runs of equal entries shortened.

use super::PyTraceback;
use crate::prelude::*;
use crate::types::bytes::PyBytes;
use crate::{abstract_, attr, call};

/// Entries shown of a run of equal ones.
const REPEATS_SHOWN: usize = 3;
/// Entries shown if `sys.tracebacklimit` says nothing.
const LIMIT: i64 = 1000;

/// Where the text goes.
pub type Write<'a> = &'a mut dyn FnMut(&str, &mut Cx) -> PyResult<()>;

/// `sys.tracebacklimit`.
fn limit(cx: &mut Cx) -> i64 {
    let found = cx.import("sys").and_then(|sys| attr::get_opt(&sys, name!(cx, "tracebacklimit"), cx));
    match found {
        Ok(Some(v)) => v.downcast::<PyInt>().map_or(LIMIT, |i| i.to_i64().unwrap_or(i64::MAX)),
        Ok(None) => LIMIT,
        Err(r) => {
            cx.discard(r);
            LIMIT
        }
    }
}

/// The source line, without its blanks in front; read with `io.open`, as a program may have replaced it.
fn source_line(file: &Object, line: i32, cx: &mut Cx) -> PyResult<Option<String>> {
    let Some(wanted) = usize::try_from(line).ok().filter(|n| *n > 0) else { return Ok(None) };
    let open = cx.import_attr("io", "open")?;
    let mode = PyStr::new("rb", cx)?;
    let f = call::call(&open, &[file, &mode], cx)?;
    let data = call::call_method(&f, name!(cx, "read"), &[], cx);
    call::call_method(&f, name!(cx, "close"), &[], cx)?;
    let data = data?;
    let Some(bytes) = data.downcast::<PyBytes>() else { return Ok(None) };
    let found = bytes.as_bytes().split(|&b| b == b'\n').nth(wanted - 1);
    let text = found.map(|l| String::from_utf8_lossy(l).trim_matches([' ', '\t', '\x0c', '\r']).to_owned());
    Ok(text.filter(|t| !t.is_empty()))
}

fn repeated(count: usize, write: Write<'_>, cx: &mut Cx) -> PyResult<()> {
    if count <= REPEATS_SHOWN {
        return Ok(());
    }
    let more = count - REPEATS_SHOWN;
    write(&format!("  [Previous line repeated {more} more time{}]\n", if more == 1 { "" } else { "s" }), cx)
}

/// Write the header and the entries.
///
/// # Errors
/// What `write` raises; a source file that cannot be read is left out.
pub fn print(tb: &PyTraceback, write: Write<'_>, cx: &mut Cx) -> PyResult<()> {
    let limit = limit(cx);
    if limit <= 0 {
        return Ok(());
    }
    write("Traceback (most recent call last):\n", cx)?;
    let mut entries = 0i64;
    let mut at = Some(tb.new_ref());
    while let Some(t) = at {
        entries += 1;
        at = t.next();
    }
    let mut skip = (entries - limit).max(0);
    let mut last: Option<(Own<Object>, i32, Own<PyStr>)> = None;
    let mut count = 0;
    let mut at = Some(tb.new_ref());
    while let Some(t) = at {
        at = t.next();
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let code = t.frame().code();
        let (file, line, name) = (code.filename(), t.lineno(), code.name().new_ref());
        let same = last.as_ref().is_some_and(|(f, l, n)| f.is(&file) && *l == line && n.eq_str(&name));
        if !same {
            repeated(count, write, cx)?;
            count = 0;
        }
        count += 1;
        if count <= REPEATS_SHOWN {
            let shown = abstract_::str(&file, cx)?;
            write(&format!("  File \"{shown}\", line {line}, in {name}\n"), cx)?;
            match source_line(&file, line, cx) {
                Ok(Some(text)) => write(&format!("    {text}\n"), cx)?,
                Ok(None) => {}
                Err(r) => cx.discard(r),
            }
        }
        last = Some((file, line, name));
    }
    repeated(count, write, cx)
}
