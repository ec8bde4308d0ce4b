//! The way from source to running code, installed by the crate that knows the compiler and the interpreter.

use std::cell::Cell;
use taipan_object::prelude::*;

/// What `compile` is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Exec,
    Eval,
    Single,
    FuncType,
}

/// A request to compile.
pub struct Request<'a> {
    /// A str, a bytes-like object or an AST node.
    pub source: &'a Object,
    pub filename: &'a PyStr,
    pub mode: Mode,
    /// `PyCF_*` and future flags.
    pub flags: i32,
    pub dont_inherit: bool,
    /// -1: as the interpreter was started.
    pub optimize: i32,
    pub feature_version: i32,
}

/// Compiler and machine.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// A code object, or an AST for `PyCF_ONLY_AST`.
    pub compile: fn(&Request<'_>, &mut Cx) -> PyResult,
    /// Run a code object; closure: a tuple of cells for its free variables.
    pub run: fn(code: &Object, globals: &PyDict, locals: Option<&Object>, closure: Option<Own<PyTuple>>, cx: &mut Cx) -> PyResult,
    /// `locals()` of the calling frame.
    pub locals: fn(&mut Cx) -> PyResult,
    /// The calling frame's globals and builtins.
    pub globals: fn(&mut Cx) -> Option<Own<PyDict>>,
    /// Whether an object is a code object, and how many free variables it has.
    pub free_vars: fn(&Object) -> Option<usize>,
}

struct Hook(Cell<Option<Hooks>>);
#[allow(unsafe_code)]
// SAFETY: used only with the GIL held.
unsafe impl Sync for Hook {}
static HOOK: Hook = Hook(Cell::new(None));

/// Install compiler and machine.
pub fn install(h: Hooks) {
    HOOK.0.set(Some(h));
}

/// The installed hooks.
pub fn hooks(cx: &mut Cx) -> PyResult<Hooks> {
    HOOK.0.get().ok_or_else(|| cx.runtime_error(format_args!("no compiler is installed")))
}
