//! `cls.__bases__ = …`: new bases, new MRO here and in all subclasses; all or nothing.

use super::new::compute_mro;
use crate::prelude::*;
use crate::typeobj::slots::update::fixup_all;
use crate::typeobj::{add_subclass, best_base, inherit, modified, remove_subclass, subclasses};

/// Whether instances of the one layout can be instances of the other (`compatible_for_assignment`).
pub fn compatible_layout(old: &PyType, new: &PyType, attr: &str, cx: &mut Cx) -> PyResult<()> {
    let same = |a: &PyType, b: &PyType| {
        a.tp_basicsize.get() == b.tp_basicsize.get()
            && a.tp_itemsize.get() == b.tp_itemsize.get()
            && a.tp_dictoffset.get() == b.tp_dictoffset.get()
            && a.tp_weaklistoffset.get() == b.tp_weaklistoffset.get()
            && crate::typeobj::preheader_bytes(a) == crate::typeobj::preheader_bytes(b)
            && a.has(crate::typeobj::flags::INLINE_VALUES) == b.has(crate::typeobj::flags::INLINE_VALUES)
    };
    let dealloc = |t: &PyType| t.tp_free.get().map(|f| f as usize);
    if dealloc(old) != dealloc(new) {
        return Err(cx.type_error(format_args!("{attr} assignment: '{}' deallocator differs from '{}'", new.tp_name_str(), old.tp_name_str())));
    }
    let slots = |t: &PyType| t.heap().and_then(|h| h.ht_slots.own());
    let slots_equal = match (slots(old), slots(new)) {
        (None, None) => true,
        (Some(a), Some(b)) => crate::abstract_::eq(&a, &b, cx)?,
        (Some(a), None) | (None, Some(a)) => a.downcast::<PyTuple>().is_some_and(|t| t.is_empty()),
    };
    if !same(old, new) || !slots_equal {
        return Err(cx.type_error(format_args!("{attr} assignment: '{}' object layout differs from '{}'", new.tp_name_str(), old.tp_name_str())));
    }
    Ok(())
}

pub(super) fn set_bases(t: &PyType, value: &Object, cx: &mut Cx) -> PyResult<()> {
    let Some(bases) = value.downcast::<PyTuple>() else {
        return Err(cx.type_error(format_args!("can only assign tuple to {}.__bases__, not {}", t.tp_name_str(), value.ty().tp_name_str())));
    };
    if bases.is_empty() {
        return Err(cx.type_error(format_args!("can only assign non-empty tuple to {}.__bases__, not ()", t.tp_name_str())));
    }
    for b in bases.as_slice() {
        let Some(b) = b.downcast::<PyType>() else {
            return Err(cx.type_error(format_args!("{}.__bases__ must be tuple of classes, not '{}'", t.tp_name_str(), b.ty().tp_name_str())));
        };
        // The MRO of a class that is being rebased further out is still the old one: its bases tell.
        let below = std::iter::successors(Some(b), |c| c.base()).any(|c| std::ptr::eq(c, t));
        if below || b.is_subtype(t) {
            return Err(cx.type_error(format_args!("a __bases__ item causes an inheritance cycle")));
        }
    }
    let base = best_base(bases, cx)?;
    if let Some(old) = t.base() {
        compatible_layout(old, base, "__bases__", cx)?;
    }
    let old_bases = t.tp_bases.swap(Some(bases.new_ref()));
    base.as_object().incref();
    let old_base = t.tp_base.replace(base);
    let mut undo = Vec::new();
    let done = new_mros(t, &mut undo, cx);
    // A metatype's `mro()` may have assigned other bases meanwhile: theirs stay, and all that is left is to let go of the old ones.
    let current = t.tp_bases.get(cx).is_some_and(|b| b.is(bases));
    if let Err(r) = done {
        for step in undo.into_iter().rev() {
            if step.class.tp_mro.as_raw() == step.new {
                step.class.tp_mro.set(step.old, cx);
                modified(&step.class);
            }
        }
        if current {
            drop(t.tp_bases.swap(old_bases));
            t.tp_base.set(old_base);
            // SAFETY: the count taken above.
            unsafe { Object::decref(base.as_object().as_ptr()) };
        } else if !old_base.is_null() {
            // SAFETY: the count that the class held.
            unsafe { Object::decref(old_base as *mut Object) };
        }
        return Err(r);
    }
    if current {
        let types = |t: &PyTuple| t.as_slice().iter().filter_map(|b| b.downcast::<PyType>()).map(|b| b.new_ref()).collect::<Vec<_>>();
        for b in old_bases.as_deref().map(types).unwrap_or_default() {
            remove_subclass(&b, t, cx)?;
        }
        for b in types(bases) {
            add_subclass(&b, t, cx)?;
        }
        modified(t);
        refill(t, cx);
    }
    if !old_base.is_null() {
        // SAFETY: the count that the class held.
        unsafe { Object::decref(old_base as *mut Object) };
    }
    Ok(())
}

/// A class whose MRO was computed anew.
struct Step {
    class: Own<PyType>,
    old: Option<Own<PyTuple>>,
    /// For comparison only.
    new: *mut Object,
}

fn new_mros(t: &PyType, undo: &mut Vec<Step>, cx: &mut Cx) -> PyResult<()> {
    let bases = t.tp_bases.own().unwrap_or_else(PyTuple::empty);
    let mro = compute_mro(t, t.as_object().ty(), &bases, cx)?;
    let new = mro.as_object().as_ptr();
    undo.push(Step { class: t.new_ref(), old: t.tp_mro.swap(Some(mro)), new });
    modified(t);
    for s in subclasses(t) {
        if let Some(s) = s.downcast::<PyType>() {
            new_mros(s, undo, cx)?;
        }
    }
    Ok(())
}

fn refill(t: &PyType, cx: &mut Cx) {
    if let Some(h) = t.heap() {
        inherit(t, cx);
        fixup_all(h, cx);
    }
    for s in subclasses(t) {
        if let Some(s) = s.downcast::<PyType>() {
            refill(s, cx);
        }
    }
}
