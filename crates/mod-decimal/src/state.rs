//! What the module keeps per interpreter: its classes, the context variable, and the context found last.

use crate::context::PyContext;
use std::cell::Cell;
use taipan_mod_sys::contextvars::{PyContextVar, new_var};
use taipan_object::prelude::*;

/// The module's state.
#[derive(Default)]
pub struct State {
    /// All exception classes, in the order of their making.
    pub exceptions: [FieldCell<Object>; 14],
    /// Classes of the signals, in the order of `SIGNALS`.
    pub signals: [FieldCell<Object>; 9],
    /// Classes of the conditions of `InvalidOperation`.
    pub conditions: [FieldCell<Object>; 5],
    /// `DecimalTuple`.
    pub tuple: FieldCell<Object>,
    /// `numbers.Rational`.
    pub rational: FieldCell<Object>,
    /// The class of `Context.flags`.
    pub signal_dict: FieldCell<Object>,
    /// `DefaultContext`, `BasicContext`, `ExtendedContext`.
    pub templates: [FieldCell<PyContext>; 3],
    /// `decimal_context`.
    var: FieldCell<PyContextVar>,
    /// The context found last, and for which thread, context object and change it holds.
    cached: FieldCell<PyContext>,
    cached_for: Cell<(u64, usize, u64)>,
}

/// What a look-up of the context variable depends on.
#[inline(always)]
fn key(cx: &Cx) -> (u64, usize, u64) {
    let ts = cx.ts();
    (ts.id.get(), ts.context.as_raw() as usize, ts.context_ver.get())
}

/// The calling thread's decimal context.
#[inline]
pub fn current(cx: &mut Cx) -> PyResult<Own<PyContext>> {
    let state = cx.state::<State>();
    if state.cached_for.get() == key(cx)
        && let Some(c) = state.cached.own()
    {
        return Ok(c);
    }
    look_up(cx)
}

#[cold]
fn var(cx: &mut Cx) -> PyResult<Own<PyContextVar>> {
    let state = cx.state::<State>();
    if let Some(v) = state.var.own() {
        return Ok(v);
    }
    let name = PyStr::new_interned("decimal_context", cx)?;
    let v = new_var(&name, None, cx)?;
    state.var.set(Some(v.clone()), cx);
    Ok(v)
}

#[cold]
fn look_up(cx: &mut Cx) -> PyResult<Own<PyContext>> {
    let v = var(cx)?;
    let found = v.value(None, cx)?;
    let c = match found.as_deref().and_then(|c| c.downcast::<PyContext>()) {
        Some(c) => c.new_ref(),
        None => {
            // A thread starts with a copy of the default.
            let c = match cx.state::<State>().templates[0].own() {
                Some(t) => t.duplicate(cx)?,
                None => return Err(cx.runtime_error(format_args!("_decimal is not initialised"))),
            };
            c.clear_status();
            v.assign(&c, cx)?;
            c
        }
    };
    let state = cx.state::<State>();
    state.cached.set(Some(c.clone()), cx);
    state.cached_for.set(key(cx));
    Ok(c)
}

/// Make a context the calling thread's.
pub fn set_current(c: &PyContext, cx: &mut Cx) -> PyResult<()> {
    var(cx)?.assign(c, cx)?;
    let state = cx.state::<State>();
    state.cached.set(Some(c.new_ref()), cx);
    state.cached_for.set(key(cx));
    Ok(())
}

/// One of the templates by name: those are copied when they are set.
pub fn is_template(c: &PyContext, cx: &Cx) -> bool {
    cx.state::<State>().templates.iter().any(|t| t.as_raw() == c.as_ptr())
}
