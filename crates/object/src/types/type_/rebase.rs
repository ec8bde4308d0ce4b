//! `cls.__bases__ = …`: new bases, new MRO here and in all subclasses; all or nothing.
//!
//! A metatype's `mro()` may run any code, this assignment included. So every step asks again whether it is still the latest:
//! a class whose MRO changed meanwhile keeps the newer one, and bases that were replaced meanwhile stay.

use super::new::compute_mro;
use crate::prelude::*;
use crate::typeobj::flags;
use crate::typeobj::slots::update::fixup_all;
use crate::typeobj::{add_subclass, best_base, inherit, modified, remove_subclass, subclasses};

/// Whether a class adds nothing to the layout of its base (`compatible_with_tp_base`).
fn same_as_base(child: &PyType) -> bool {
    let Some(parent) = child.base() else { return false };
    child.tp_basicsize.get() == parent.tp_basicsize.get()
        && child.tp_itemsize.get() == parent.tp_itemsize.get()
        && child.tp_dictoffset.get() == parent.tp_dictoffset.get()
        && child.tp_weaklistoffset.get() == parent.tp_weaklistoffset.get()
        && child.has(flags::HAVE_GC) == parent.has(flags::HAVE_GC)
        && (super::subtype::clears_as_subtype(child) || child.tp_clear.get().map(|f| f as usize) == parent.tp_clear.get().map(|f| f as usize))
}

/// Whether two classes add the same slots to the same base (`same_slots_added`).
fn same_slots_added(a: &PyType, b: &PyType, cx: &mut Cx) -> PyResult<bool> {
    let (Some(base), Some(base_b)) = (a.base(), b.base()) else { return Ok(false) };
    if !std::ptr::eq(base, base_b) {
        return Ok(false);
    }
    let mut size = base.tp_basicsize.get();
    for (x, y) in [(&a.tp_dictoffset, &b.tp_dictoffset), (&a.tp_weaklistoffset, &b.tp_weaklistoffset)] {
        if x.get() == size && y.get() == size {
            size += size_of::<*mut Object>() as isize;
        }
    }
    let (Some(ha), Some(hb)) = (a.heap(), b.heap()) else { return Ok(false) };
    if let (Some(sa), Some(sb)) = (ha.ht_slots.own(), hb.ht_slots.own()) {
        if !crate::abstract_::eq(&sa, &sb, cx)? {
            return Ok(false);
        }
        size += sa.downcast::<PyTuple>().map_or(0, |t| t.len() * size_of::<*mut Object>()) as isize;
    }
    Ok(size == a.tp_basicsize.get() && size == b.tp_basicsize.get())
}

/// Whether instances of the one layout can be instances of the other (`compatible_for_assignment`).
pub fn compatible_layout(old: &PyType, new: &PyType, attr: &str, cx: &mut Cx) -> PyResult<()> {
    let dealloc = |t: &PyType| t.tp_free.get().map(|f| f as usize);
    if dealloc(old) != dealloc(new) {
        return Err(cx.type_error(format_args!("{attr} assignment: '{}' deallocator differs from '{}'", new.tp_name_str(), old.tp_name_str())));
    }
    let root = |mut t: &'static PyType| {
        while same_as_base(t) {
            match t.base() {
                // SAFETY: a class keeps its bases alive, and both classes live for this call.
                Some(b) => t = unsafe { &*(b as *const PyType) },
                None => break,
            }
        }
        t
    };
    // SAFETY: the references stay within this call, which the caller's references span.
    let (old_root, new_root) = unsafe { (root(&*(old as *const PyType)), root(&*(new as *const PyType))) };
    let managed = |t: &PyType| t.tp_flags.get() & (flags::INLINE_VALUES | flags::MANAGED_DICT | flags::MANAGED_WEAKREF);
    let same = (std::ptr::eq(old_root, new_root) || same_slots_added(new_root, old_root, cx)?)
        && managed(old) == managed(new)
        && crate::typeobj::preheader_bytes(old) == crate::typeobj::preheader_bytes(new);
    if !same {
        return Err(cx.type_error(format_args!("{attr} assignment: '{}' object layout differs from '{}'", new.tp_name_str(), old.tp_name_str())));
    }
    Ok(())
}

/// Whether `t` is among the bases that `base` goes back to; its MRO may lag behind while a metatype's `mro()` runs.
fn descends_by_base(base: &PyType, t: &PyType) -> bool {
    std::iter::successors(Some(base), |b| b.base()).any(|b| std::ptr::eq(b, t))
}

fn check_bases<'a>(t: &PyType, value: &'a Object, cx: &mut Cx) -> PyResult<&'a PyTuple> {
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
        if b.is_subtype(t) || descends_by_base(b, t) {
            return Err(cx.type_error(format_args!("a __bases__ item causes an inheritance cycle")));
        }
    }
    Ok(bases)
}

pub(super) fn set_bases(t: &PyType, value: &Object, cx: &mut Cx) -> PyResult<()> {
    let bases = check_bases(t, value, cx)?;
    let base = best_base(bases, cx)?;
    if let Some(old) = t.base() {
        compatible_layout(old, base, "__bases__", cx)?;
    }
    let latest = |t: &PyType| t.tp_bases.own().is_some_and(|b| std::ptr::eq(&*b, bases));
    let old_bases = t.tp_bases.swap(Some(bases.new_ref()));
    base.as_object().incref();
    let old_base = t.tp_base.replace(base);
    let mut undo = Vec::new();
    let made = new_mros(t, &mut undo, cx);
    if made.is_err() {
        for (c, new, old) in undo.into_iter().rev() {
            // A newer MRO, made by code that ran meanwhile, stays.
            if c.tp_mro.own().is_some_and(|m| m.is(&new)) {
                c.tp_mro.set(old, cx);
                modified(&c);
            }
        }
    }
    let current = latest(t);
    let dropped = match (&made, current) {
        (Err(_), true) => {
            drop(t.tp_bases.swap(old_bases));
            t.tp_base.replace(old_base)
        }
        (Ok(()), true) => {
            move_subclass(t, old_bases.as_deref(), bases, cx)?;
            modified(t);
            refill(t, cx);
            old_base
        }
        (_, false) => old_base,
    };
    if !dropped.is_null() {
        // SAFETY: the count that the class held, or the one taken above.
        unsafe { Object::decref(dropped as *mut Object) };
    }
    made
}

/// Take the class out of the lists of its old bases and put it into those of the new ones.
fn move_subclass(t: &PyType, old: Option<&PyTuple>, new: &PyTuple, cx: &mut Cx) -> PyResult<()> {
    for b in old.iter().flat_map(|o| o.as_slice()).filter_map(|b| b.downcast::<PyType>()) {
        remove_subclass(b, t, cx)?;
    }
    for b in new.as_slice().iter().filter_map(|b| b.downcast::<PyType>()) {
        add_subclass(b, t, cx)?;
    }
    Ok(())
}

/// Each class with its new MRO and its old one.
type Undo = Vec<(Own<PyType>, Own<PyTuple>, Option<Own<PyTuple>>)>;

fn new_mros(t: &PyType, undo: &mut Undo, cx: &mut Cx) -> PyResult<()> {
    let _g = cx.enter_call(" in __bases__ assignment")?;
    let bases = t.tp_bases.own().unwrap_or_else(PyTuple::empty);
    let before = t.tp_mro.own();
    let mro = compute_mro(t, t.as_object().ty(), &bases, cx)?;
    let unchanged = match (&before, t.tp_mro.own()) {
        (Some(b), Some(now)) => b.is(&now),
        (None, None) => true,
        _ => false,
    };
    if !unchanged {
        // The metatype's `mro()` assigned bases itself: its result is newer than ours, and its subclasses are done.
        return Ok(());
    }
    undo.push((t.new_ref(), mro.clone(), t.tp_mro.swap(Some(mro))));
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
