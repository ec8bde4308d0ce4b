//! Where a warning belongs: the frame that the stack level names, its file, line, module and registry.

use taipan_object::frame::Frame;
use taipan_object::machine::current_frame;
use taipan_object::prelude::*;

/// File, line, module and registry of a warning.
pub struct Place {
    pub filename: Own<Object>,
    pub lineno: isize,
    pub module: Own<Object>,
    pub registry: Option<Own<Object>>,
}

fn filename_of(f: &Frame) -> String {
    let name = f.code().filename();
    name.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default()
}

/// Frames of the import system do not count.
fn is_internal(f: &Frame) -> bool {
    let name = filename_of(f);
    name.contains("importlib") && name.contains("_bootstrap")
}

fn is_skipped(f: &Frame, skip: Option<&PyTuple>) -> bool {
    let Some(skip) = skip.filter(|s| !s.is_empty()) else { return false };
    let name = filename_of(f);
    skip.as_slice().iter().any(|p| p.downcast::<PyStr>().is_some_and(|p| name.starts_with(&p.to_string_lossy())))
}

fn back(f: &Frame) -> Option<&Frame> {
    let mut at = f.previous();
    while let Some(x) = at {
        if x.is_shown() {
            return Some(x);
        }
        at = x.previous();
    }
    None
}

fn find(level: isize, skip: Option<&PyTuple>, cx: &Cx) -> Option<&'static Frame> {
    let mut f: Option<&'static Frame> = current_frame(cx.ts());
    let plain = level <= 0 || f.is_some_and(is_internal);
    let mut left = level;
    loop {
        left -= 1;
        if left <= 0 {
            return f;
        }
        f = back(f?);
        if !plain {
            while let Some(x) = f.filter(|x| is_internal(x) || is_skipped(x, skip)) {
                f = back(x);
            }
        }
    }
}

/// The place `level` frames up (1: the innermost Python frame).
pub fn at_level(level: isize, skip: Option<&PyTuple>, cx: &mut Cx) -> PyResult<Place> {
    let (globals, filename, lineno) = match find(level, skip, cx) {
        Some(f) => (Some(f.globals().new_ref()), f.code().filename(), f.line() as isize),
        None => (cx.interp().sysdict.own(), PyStr::new("<sys>", cx)?.into_object(), 0),
    };
    let Some(g) = globals else {
        return Err(cx.runtime_error(format_args!("no globals to warn about")));
    };
    let key = name!(cx, "__warningregistry__");
    let registry = match g.get(key, cx)? {
        Some(r) => r,
        None => {
            let r = PyDict::new(cx)?;
            g.set(key, &r, cx)?;
            r.into_object()
        }
    };
    let module = match g.get(name!(cx, "__name__"), cx)? {
        Some(n) if n.is_none() || n.is_a::<PyStr>() => n,
        _ => PyStr::new("<string>", cx)?.into_object(),
    };
    Ok(Place { filename, lineno, module, registry: Some(registry) })
}

/// The module name that a file name suggests.
pub fn module_of_file(filename: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
    if filename.is_empty() {
        return PyStr::new("<unknown>", cx).map(Own::into_object);
    }
    let points: Vec<u32> = filename.code_points().collect();
    let py = [b'.' as u32, b'p' as u32, b'y' as u32];
    match points.strip_suffix(&py) {
        Some(stem) => PyStr::from_code_points(stem, cx).map(Own::into_object),
        None => Ok(filename.as_object().own()),
    }
}
