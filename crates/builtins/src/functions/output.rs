//! `print` and `input`.

use taipan_object::prelude::*;
use taipan_object::{abstract_, call};

/// `sys.name`; missing raises RuntimeError "lost sys.name".
fn sys_attr(name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = cx.interp().sysdict.own();
    let v = match d {
        Some(d) => d.get_text(name, cx)?,
        None => None,
    };
    v.ok_or_else(|| cx.runtime_error(format_args!("lost sys.{name}")))
}

/// `sep` and `end`: None or a string.
fn text_or_none<'a>(v: Option<&'a Object>, what: &str, cx: &mut Cx) -> PyResult<Option<&'a PyStr>> {
    match v.filter(|v| !v.is_none()) {
        None => Ok(None),
        Some(v) => match v.downcast::<PyStr>() {
            Some(s) => Ok(Some(s)),
            None => Err(cx.type_error(format_args!("{what} must be None or a string, not {}", v.ty().tp_name_str()))),
        },
    }
}

/// `file.write(text)`.
fn write(file: &Object, text: &Object, cx: &mut Cx) -> PyResult<()> {
    call::call_method(file, name!(cx, "write"), &[text], cx).map(drop)
}

fn flush(file: &Object, cx: &mut Cx) -> PyResult<()> {
    call::call_method(file, name!(cx, "flush"), &[], cx).map(drop)
}

#[pyfunctions]
pub mod part {
    use super::*;

    /// Prints the values to a stream, or to sys.stdout by default.
    ///
    /// sep
    ///   string inserted between values, default a space.
    /// end
    ///   string appended after the last value, default a newline.
    /// file
    ///   a file-like object (stream); defaults to the current sys.stdout.
    /// flush
    ///   whether to forcibly flush the stream.
    #[function("print(*args, sep=' ', end='\\n', file=None, flush=False)")]
    fn print(args: Args<'_>, sep: Option<&Object>, end: Option<&Object>, file: Option<&Object>, flush: bool, cx: &mut Cx) -> PyResult<()> {
        let file = match file.filter(|f| !f.is_none()) {
            Some(f) => f.own(),
            None => {
                let f = sys_attr("stdout", cx)?;
                if f.is_none() {
                    return Ok(());
                }
                f
            }
        };
        let sep = text_or_none(sep, "sep", cx)?;
        let end = text_or_none(end, "end", cx)?;
        for (i, a) in args.0.iter().enumerate() {
            if i > 0 {
                match sep {
                    Some(s) => write(&file, s, cx)?,
                    None => write(&file, name!(cx, " "), cx)?,
                }
            }
            let s = abstract_::str(a, cx)?;
            write(&file, &s, cx)?;
        }
        match end {
            Some(s) => write(&file, s, cx)?,
            None => write(&file, name!(cx, "\n"), cx)?,
        }
        if flush {
            super::flush(&file, cx)?;
        }
        Ok(())
    }

    /// Read a string from standard input.  The trailing newline is stripped.
    ///
    /// The prompt string, if given, is printed to standard output without a
    /// trailing newline before reading input.
    ///
    /// If the user hits EOF (*nix: Ctrl-D, Windows: Ctrl-Z+Return), raise EOFError.
    /// On *nix systems, readline is used if available.
    #[function("input(prompt='', /)")]
    fn input(prompt: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (stdin, stdout, stderr) = (sys_attr("stdin", cx)?, sys_attr("stdout", cx)?, sys_attr("stderr", cx)?);
        for (f, n) in [(&stdin, "stdin"), (&stdout, "stdout"), (&stderr, "stderr")] {
            if f.is_none() {
                return Err(cx.runtime_error(format_args!("input(): lost sys.{n}")));
            }
        }
        if let Err(r) = flush(&stderr, cx) {
            cx.discard(r);
        }
        if let Some(p) = prompt {
            let s = abstract_::str(p, cx)?;
            write(&stdout, &s, cx)?;
        }
        if let Err(r) = flush(&stdout, cx) {
            cx.discard(r);
        }
        let line = call::call_method(&stdin, name!(cx, "readline"), &[], cx)?;
        let Some(s) = line.downcast::<PyStr>() else {
            return Err(cx.type_error(format_args!("object.readline() returned non-string")));
        };
        if s.is_empty() {
            return Err(cx.eof_error(format_args!("EOF when reading a line")));
        }
        if s.code_point(s.len() - 1) == '\n' as u32 {
            let points: Vec<u32> = s.code_points().take(s.len() - 1).collect();
            return PyStr::from_code_points(&points, cx).map(Own::into_object);
        }
        Ok(line)
    }
}
