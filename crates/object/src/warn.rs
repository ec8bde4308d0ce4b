//! Warnings from Rust code (`PyErr_WarnEx`): handed to the module `_warnings`.

use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::str::PyStr;
use std::cell::Cell;
use std::fmt::Arguments;

/// `warnings.warn(message, category, stacklevel)`, and the explicit form with a place.
pub struct Hooks {
    pub warn: fn(&mut Cx, category: &PyType, message: &Object, stack_level: isize, source: Option<&Object>) -> PyResult<()>,
    pub warn_explicit: fn(&mut Cx, category: &PyType, message: &Object, filename: &PyStr, lineno: i32, module: Option<&PyStr>) -> PyResult<()>,
}

struct Hook(Cell<Option<&'static Hooks>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Hook {}
static HOOK: Hook = Hook(Cell::new(None));

/// Install the implementation (`mod-sys`, at start).
pub fn set_hooks(h: &'static Hooks) {
    HOOK.0.set(Some(h));
}

/// Issue a warning; raises when the filters turn it into an error. Before the implementation is installed there is nobody to tell.
pub fn warn(category: &PyType, msg: Arguments<'_>, stack_level: isize, cx: &mut Cx) -> PyResult<()> {
    warn_from(category, msg, stack_level, None, cx)
}

/// [`warn`] with the object that caused it (`PyErr_ResourceWarning`).
pub fn warn_from(category: &PyType, msg: Arguments<'_>, stack_level: isize, source: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let Some(h) = HOOK.0.get() else { return Ok(()) };
    let m = PyStr::new(&msg.to_string(), cx)?;
    (h.warn)(cx, category, &m, stack_level, source)
}

/// Issue a warning for a place in a source file.
pub fn warn_explicit(category: &PyType, msg: Arguments<'_>, filename: &PyStr, lineno: i32, module: Option<&PyStr>, cx: &mut Cx) -> PyResult<()> {
    let Some(h) = HOOK.0.get() else { return Ok(()) };
    let m = PyStr::new(&msg.to_string(), cx)?;
    (h.warn_explicit)(cx, category, &m, filename, lineno, module)
}
