//! Raising: making the instance, chaining the context.

use super::PyBaseException;
use crate::cx::Cx;
use crate::err::{PyResult, Raised};
use crate::field::FieldCell;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::str::PyStr;
use std::cell::Cell;
use std::fmt::Arguments;

/// What `MemoryError` needs that cannot be had when it is needed.
#[derive(Default)]
struct Spare {
    /// A `MemoryError` is being made.
    busy: Cell<bool>,
    exception: FieldCell<Object>,
}

/// Put a `MemoryError` by.
pub(crate) fn prepare_memory_error(cx: &mut Cx) -> PyResult<()> {
    let e = crate::call::call(super::MemoryError().as_object(), &[], cx)?;
    let old = cx.state::<Spare>().exception.swap(Some(e));
    drop(old);
    Ok(())
}

/// Make `e` the current exception; the one being handled becomes its `__context__` (`_PyErr_SetObject`).
#[inline]
pub(crate) fn raise_instance(cx: &mut Cx, e: Own<Object>) {
    let ts = cx.ts();
    // Mostly nothing is being handled: one level, and it is empty.
    let top = ts.exc_top();
    if !(top.exc_value.is_empty() && top.previous_item.get().is_null())
        && let Some(handled) = ts.handled_exception()
    {
        chain_context(cx, &e, handled);
    }
    ts.current_exception.set(Some(e), cx);
}

/// Set `e.__context__ = handled`, cutting any link that would close a cycle.
fn chain_context(cx: &mut Cx, e: &Object, handled: Own<Object>) {
    if handled.is(e) {
        return;
    }
    let Some(exc) = e.downcast::<PyBaseException>() else { return };
    // Walk the chain of the handled exception; if `e` is in it, cut there. The second pointer (half speed) stops foreign cycles.
    let mut o = handled.clone();
    let mut slow = handled.clone();
    let mut step = false;
    loop {
        let Some(next) = o.downcast::<PyBaseException>().and_then(|x| x.context.own()) else { break };
        if next.is(e) {
            if let Some(x) = o.downcast::<PyBaseException>() {
                x.context.set(None, cx);
            }
            break;
        }
        o = next;
        if o.is(&slow) {
            break;
        }
        if step {
            if let Some(n) = slow.downcast::<PyBaseException>().and_then(|x| x.context.own()) {
                slow = n;
            }
        }
        step = !step;
    }
    exc.context.set(Some(handled), cx);
}

pub(crate) fn raise_message(cx: &mut Cx, ty: &PyType, msg: Arguments<'_>) {
    if !ty.has(crate::typeobj::flags::READY) {
        // An error before the exception types exist is a bug of the runtime itself.
        crate::fatal(&format!("{msg} (raised before the start was complete)"));
    }
    let text = match msg.as_str() {
        Some(s) => PyStr::new(s, cx),
        None => PyStr::new(&msg.to_string(), cx),
    };
    match text {
        Ok(s) => raise_with_args(cx, ty, &[&s]),
        Err(r) => forget_raised(r),
    }
}

pub(crate) fn raise_with_args(cx: &mut Cx, ty: &PyType, args: &[&Object]) {
    let made = match super::base::new_plain(ty, args, cx) {
        Some(r) => r,
        None => crate::call::call(ty.as_object(), args, cx),
    };
    match made {
        Ok(e) => raise_instance(cx, e),
        Err(r) => forget_raised(r),
    }
}

/// The failed construction has already set the exception that will be seen.
fn forget_raised(_r: Raised) {}

impl Cx {
    /// Raise `MemoryError`: a new one, or the preallocated one when there is no memory even for that.
    #[cold]
    pub fn memory_error(&mut self) -> Raised {
        crate::alloc::grant_reserve();
        let spare = self.state::<Spare>();
        if spare.busy.replace(true) {
            // Making the exception led here.
            if let Some(e) = spare.exception.own() {
                self.ts().current_exception.set(Some(e), self);
            }
        } else {
            crate::alloc::without_limit(|| raise_with_args(self, super::MemoryError(), &[]));
            self.state::<Spare>().busy.set(false);
        }
        // SAFETY: just raised.
        unsafe { Raised::assume() }
    }
}

/// Raise `AttributeError(text)` with its `name` and `obj` attributes set.
pub(crate) fn raise_attribute_error(cx: &mut Cx, obj: &Object, name: &crate::types::str::PyStr, text: &str) -> Raised {
    let r = cx.attribute_error(format_args!("{text}"));
    let Some(e) = cx.ts().current_exception.own() else { return r };
    if let Some(a) = super::layout::as_attribute_error(&e) {
        a.obj.set(Some(obj.own()), cx);
        a.name.set(Some(name.as_object().own()), cx);
    }
    r
}

/// Raise `NameError(text)` (or a subtype) with its `name` attribute set.
pub fn raise_name_error(cx: &mut Cx, ty: &PyType, name: &PyStr, text: &str) -> Raised {
    let r = cx.raise_msg(ty, format_args!("{text}"));
    let Some(e) = cx.ts().current_exception.own() else { return r };
    if let Some(n) = e.downcast::<super::PyNameError>() {
        n.name.set(Some(name.as_object().own()), cx);
    }
    r
}
