//! `object`: what every type inherits.

use crate::prelude::*;
use std::cell::Cell;

/// "<module.Class object at 0x…>".
pub fn default_repr(o: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let ty = o.ty();
    let q = crate::attr::get_opt(ty.as_object(), name!(cx, "__qualname__"), cx)?;
    let m = crate::attr::get_opt(ty.as_object(), name!(cx, "__module__"), cx)?;
    let q = match q {
        Some(q) => crate::abstract_::str(&q, cx)?.to_string(),
        None => ty.name().to_owned(),
    };
    let at = o.as_ptr() as usize;
    let text = match m.as_ref().and_then(|m| m.downcast::<PyStr>()).filter(|m| !m.eq_text("builtins")) {
        Some(m) => format!("<{m}.{q} object at {at:#x}>"),
        None => format!("<{q} object at {at:#x}>"),
    };
    PyStr::new(&text, cx).map(Own::into_object)
}

/// Types of the crate `builtins` that the kernel needs: installed at start.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// `staticmethod(f)`.
    pub staticmethod: fn(&Object, &mut Cx) -> PyResult<Own<Object>>,
    /// `types.GenericAlias(origin, args)`.
    pub generic_alias: fn(&Object, &Object, &mut Cx) -> PyResult<Own<Object>>,
}

struct Hook(Cell<Option<Hooks>>);
// SAFETY: used only with the GIL held.
unsafe impl Sync for Hook {}
static HOOK: Hook = Hook(Cell::new(None));

/// Install the types.
pub fn set_hooks(h: Hooks) {
    HOOK.0.set(Some(h));
}

fn hooks() -> Hooks {
    match HOOK.0.get() {
        Some(h) => h,
        None => crate::fatal("built-in types are used before they are installed"),
    }
}

/// `staticmethod(f)`.
pub fn new_staticmethod(f: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    (hooks().staticmethod)(f, cx)
}

/// `type[key]`.
pub fn generic_alias_hook(origin: &Object, key: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    (hooks().generic_alias)(origin, key, cx)
}
