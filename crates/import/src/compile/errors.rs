//! Errors and warnings of parser and compiler as Python exceptions.

use taipan_object::call;
use taipan_object::prelude::*;
use taipan_syntax as syntax;
use taipan_text::decode::DecodeError;

fn opt_str(s: Option<&str>, cx: &mut Cx) -> PyResult<Own<Object>> {
    match s {
        Some(s) => PyStr::new(s, cx).map(Own::into_object),
        None => Ok(none().own()),
    }
}

fn int(n: i64, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyInt::new(n, cx).map(Own::into_object)
}

/// The parts of a SyntaxError.
struct Parts<'a> {
    class: &'a PyType,
    message: &'a str,
    lineno: i64,
    offset: i64,
    end_lineno: i64,
    end_offset: i64,
    text: Option<String>,
    with_filename: bool,
}

fn make(p: &Parts<'_>, filename: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    let text = match p.text.as_deref() {
        Some(t) => Some(t.to_owned()),
        None if p.lineno > 0 => line_of_file(filename, p.lineno, cx),
        None => None,
    };
    let fname = if p.with_filename { filename.own() } else { none().own() };
    let mut details = vec![fname, int(p.lineno, cx)?, int(p.offset, cx)?, opt_str(text.as_deref(), cx)?];
    // What concerns the source as a whole has no end.
    if p.lineno != 0 || p.offset != -1 {
        details.extend([int(p.end_lineno, cx)?, int(p.end_offset, cx)?]);
    }
    let details = PyTuple::from_vec(details, cx)?;
    let message = PyStr::new(p.message, cx)?;
    let e = call::call(p.class.as_object(), &[&message, &details], cx)?;
    if !p.with_filename {
        // CPython fills it in afterwards: `args` stays without.
        taipan_object::attr::set(&e, taipan_object::name!(cx, "filename"), Some(filename.as_object()), cx)?;
    }
    Ok(e)
}

/// The source line, read from the file, when only the tree is at hand.
fn line_of_file(filename: &PyStr, lineno: i64, cx: &mut Cx) -> Option<String> {
    let name = filename.to_string();
    if name.starts_with('<') {
        return None;
    }
    let bytes = taipan_host::fs::read_file(&std::ffi::CString::new(name).ok()?).ok()?;
    let _ = cx;
    let text = String::from_utf8_lossy(&bytes);
    text.split_inclusive('\n').nth(usize::try_from(lineno).ok()?.checked_sub(1)?).map(|l| if l.ends_with('\n') { l.to_owned() } else { format!("{l}\n") })
}

fn raise(p: &Parts<'_>, filename: &PyStr, cx: &mut Cx) -> Raised {
    match make(p, filename, cx) {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

/// Raise what the parser found.
pub fn raise_syntax_error(e: &syntax::SyntaxError, filename: &PyStr, cx: &mut Cx) -> Raised {
    use syntax::ErrorKind as K;
    let class = match e.kind {
        K::Syntax => exc::SyntaxError(),
        K::Indentation => exc::IndentationError(),
        K::Tab => exc::TabError(),
        K::IncompleteInput => exc::IncompleteInputError(),
        K::Memory => return cx.raise_msg(exc::MemoryError(), format_args!("{}", e.message)),
        K::Recursion => return cx.recursion_error(format_args!("{}", e.message)),
        K::Value => return cx.value_error(format_args!("{}", e.message)),
        K::Overflow => return cx.overflow_error(format_args!("{}", e.message)),
        K::UnicodeDecode => return cx.raise_msg(exc::UnicodeError(), format_args!("{}", e.message)),
    };
    if e.lineno == 0 && e.text.is_none() && e.offset == 0 {
        return cx.raise_msg(class, format_args!("{}", e.message));
    }
    let p = Parts {
        class,
        message: &e.message,
        lineno: e.lineno,
        offset: e.offset,
        end_lineno: e.end_lineno,
        end_offset: e.end_offset,
        text: e.text.clone(),
        with_filename: true,
    };
    let made = make(&p, filename, cx).and_then(|x| {
        if let Some((line, col, source)) = &e.metadata {
            let t = [int(*line, cx)?, int(*col, cx)?, PyStr::new(source, cx)?.into_object()];
            let t = PyTuple::from_exact(t.into_iter(), cx)?;
            taipan_object::attr::set(&x, name!(cx, "_metadata"), Some(&t), cx)?;
        }
        Ok(x)
    });
    match made {
        Ok(x) => cx.raise(x),
        Err(r) => r,
    }
}

/// Take the column out of a SyntaxError with this message; anything else stays as it is.
pub(super) fn without_offset(r: Raised, message: &str, cx: &mut Cx) -> Raised {
    let e = cx.take_raised(r);
    let set = |cx: &mut Cx| -> PyResult<()> {
        let msg = taipan_object::attr::get_opt(&e, name!(cx, "msg"), cx)?;
        if msg.is_some_and(|m| m.downcast::<PyStr>().is_some_and(|m| m.eq_text(message))) {
            let zero = PyInt::new(0, cx)?;
            taipan_object::attr::set(&e, name!(cx, "offset"), Some(&zero), cx)?;
        }
        Ok(())
    };
    match set(cx) {
        Ok(()) => cx.raise(e),
        Err(r) => r,
    }
}

/// Raise what is wrong with the bytes of a file.
pub(super) fn raise_decode(e: &DecodeError, filename: &PyStr, cx: &mut Cx) -> Raised {
    let p = Parts {
        class: exc::SyntaxError(),
        message: &e.message,
        lineno: e.lineno,
        offset: e.offset,
        end_lineno: e.lineno,
        end_offset: e.end_offset,
        text: e.text.clone(),
        with_filename: e.with_filename,
    };
    // The name comes later, so that it is no part of `args`.
    let made = make(&p, filename, cx).and_then(|x| {
        taipan_object::attr::set(&x, name!(cx, "filename"), Some(filename), cx)?;
        Ok(x)
    });
    match made {
        Ok(x) => cx.raise(x),
        Err(r) => r,
    }
}

/// Line `lineno` of the source and the character column of a byte column; bytes where the line is unknown or so long that CPython does not look.
fn line_and_column(text: Option<&str>, lineno: i32, col: i32) -> (Option<String>, i64) {
    let line = text.and_then(|t| t.split_inclusive('\n').nth((lineno - 1).max(0) as usize));
    match line {
        Some(l) if l.len() >= 1000 => (Some(l.to_owned()), col as i64 + 1),
        Some(l) => {
            let chars = l.get(..(col.max(0) as usize).min(l.len())).map_or(col as usize, |s| s.chars().count());
            (Some(if l.ends_with('\n') { l.to_owned() } else { format!("{l}\n") }), chars as i64 + 1)
        }
        None => (None, col as i64 + 1),
    }
}

/// Whether there is a file of this name.
fn is_file(filename: &PyStr) -> bool {
    let name = filename.to_string_lossy();
    !name.starts_with('<') && std::ffi::CString::new(name).is_ok_and(|n| taipan_host::stat::stat(&n).is_ok())
}

fn parts_of_span<'a>(message: &'a str, s: &syntax::ast::Span, filename: &PyStr, text: Option<&str>) -> Parts<'a> {
    // The compiler works on trees: it shows lines of files only.
    let text = text.filter(|_| is_file(filename));
    let (line, offset) = line_and_column(text, s.lineno, s.col_offset);
    let (_, end_offset) = line_and_column(text, s.end_lineno, s.end_col_offset);
    Parts {
        class: exc::SyntaxError(),
        message,
        lineno: s.lineno as i64,
        offset,
        end_lineno: s.end_lineno as i64,
        end_offset,
        text: line,
        with_filename: true,
    }
}

/// Raise what the compiler found.
pub fn raise_compile_error(e: &taipan_compiler::Error, filename: &PyStr, text: Option<&str>, cx: &mut Cx) -> Raised {
    use taipan_compiler::ErrorKind as K;
    let m = &e.message;
    match (e.kind, &e.span) {
        (K::Syntax, Some(s)) => raise(&parts_of_span(m, s, filename, text), filename, cx),
        (K::Syntax, None) => cx.raise_msg(exc::SyntaxError(), format_args!("{m}")),
        (K::Recursion, _) => cx.recursion_error(format_args!("{m}")),
        (K::Overflow, _) => cx.overflow_error(format_args!("{m}")),
        (K::Value, _) => cx.value_error(format_args!("{m}")),
        (K::Type, _) => cx.type_error(format_args!("{m}")),
    }
}

/// A filter made a SyntaxWarning an error: it becomes a SyntaxError with the place.
pub(super) fn warning_as_error(r: Raised, w: &syntax::Warning, filename: &PyStr, cx: &mut Cx) -> Raised {
    if !cx.raised_is(exc::SyntaxWarning()) {
        return r;
    }
    match &w.as_error {
        Some(e) => {
            cx.discard(r);
            raise_syntax_error(e, filename, cx)
        }
        None => r,
    }
}

/// As above, for warnings of the compiler.
pub(super) fn compiler_warning_as_error(r: Raised, w: &taipan_compiler::Warning, filename: &PyStr, text: Option<&str>, cx: &mut Cx) -> Raised {
    if !cx.raised_is(exc::SyntaxWarning()) {
        return r;
    }
    cx.discard(r);
    raise(&parts_of_span(&w.message, &w.span, filename, text), filename, cx)
}
