//! Filling the slots of a class from the dunders that its MRO offers (`fixup_slot_dispatchers`, `update_slot`).

use super::{SLOT_DEFS, SlotDef};
use crate::cx::Cx;
use crate::refs::*;
use crate::typeobj::{PyHeapType, PyType, SlotId, lookup, subclasses};
use crate::types::descr::PyWrapperDescr;
use crate::types::{none, str::PyStr};

/// Slots in table order, each once.
fn ids() -> impl Iterator<Item = SlotId> {
    SLOT_DEFS.iter().enumerate().filter(|(i, d)| !SLOT_DEFS[..*i].iter().any(|e| e.id == d.id)).map(|(_, d)| d.id)
}

/// The interned name of a row.
pub fn def_name(d: &SlotDef, cx: &mut Cx) -> Own<PyStr> {
    match PyStr::new_interned(d.name, cx) {
        Ok(s) => s,
        Err(_) => crate::fatal("no memory for slot names"),
    }
}

/// Decide one slot of a heap type.
fn update_one(ty: &PyHeapType, id: SlotId, cx: &mut Cx) {
    let t = &ty.slots.ty;
    let mut specific: *const () = std::ptr::null();
    let mut generic: *const () = std::ptr::null();
    let mut use_generic = false;
    for d in SLOT_DEFS.iter().filter(|d| d.id == id) {
        let name = def_name(d, cx);
        let Some(descr) = lookup(t, &name, cx).map(|x| x.own()) else {
            if id == SlotId::tp_iternext {
                specific = super::dispatch::next_not_implemented as *const ();
            }
            continue;
        };
        if let Some(w) = descr.exact::<PyWrapperDescr>().filter(|w| w.def().name == d.name) {
            if w.def().id != id {
                // A wrapper for the dunder's other slot (`__len__` of a sequence, say): the owner's function for this slot goes with it.
                let f = w.owner().slot_ptr(id);
                if !f.is_null() && t.is_subtype(w.owner()) {
                    specific = f;
                    generic = if d.dispatch.is_null() { generic } else { d.dispatch };
                }
                continue;
            }
            // A wrapper that fills this very slot can be short-cut, unless two rows of the slot disagree.
            if !d.dispatch.is_null() {
                generic = d.dispatch;
            }
            if (specific.is_null() || specific == w.func()) && w.def().wrap == d.wrap && w.def().id == id && t.is_subtype(w.owner()) {
                specific = w.func();
            } else {
                use_generic = true;
            }
        } else if id == SlotId::tp_new && crate::types::builtin::is_new_wrapper(&descr) {
            // `__new__` of a built-in type: the tp_new of the built-in type whose layout this class has, which a mixin's (`Generic`'s, say) must not replace.
            let dispatcher = super::dispatch::slot_tp_new as *const () as usize;
            let mut at = t.base();
            while let Some(b) = at.filter(|b| b.tp_new.get().is_some_and(|f| f as usize == dispatcher)) {
                at = b.base();
            }
            specific = at.and_then(|b| b.tp_new.get()).map_or(std::ptr::null(), |f| f as *const ());
        } else if id == SlotId::tp_hash && descr.is(none()) {
            specific = crate::abstract_::hash_not_implemented_slot as *const ();
        } else {
            use_generic = true;
            generic = if d.dispatch.is_null() { generic } else { d.dispatch };
        }
    }
    let f = if !specific.is_null() && !use_generic { specific } else { generic };
    let f = simplify(f, t, cx);
    // SAFETY: dispatchers and wrapped functions have the slot's signature.
    unsafe { ty.slots.set_slot(id, f) };
}

/// `slot_tp_getattr_hook` is only needed when there is a `__getattr__` or an overridden `__getattribute__`.
fn simplify(f: *const (), t: &PyType, cx: &mut Cx) -> *const () {
    if f != super::dispatch::slot_tp_getattr_hook as *const () {
        return f;
    }
    if lookup(t, crate::name!(cx, "__getattr__"), cx).is_some() {
        return f;
    }
    match lookup(t, crate::name!(cx, "__getattribute__"), cx) {
        Some(g) => match g.exact::<PyWrapperDescr>() {
            Some(w) if w.def().id == SlotId::tp_getattro => w.func(),
            _ => f,
        },
        None => f,
    }
}

/// Fill all slots of a new class.
pub fn fixup_all(ty: &PyHeapType, cx: &mut Cx) {
    for id in ids() {
        update_one(ty, id, cx);
    }
}

/// A dunder was set on or deleted from a class: recompute its slots, here and in subclasses that do not override it.
pub fn update_name(ty: &PyType, name: &PyStr, cx: &mut Cx) {
    let Some(text) = name.as_ascii().filter(|s| s.starts_with("__") && s.ends_with("__")) else { return };
    let affected: Vec<SlotId> = SLOT_DEFS.iter().filter(|d| d.name == text).map(|d| d.id).collect();
    if affected.is_empty() {
        return;
    }
    update_recursive(ty, name, &affected, cx);
}

fn update_recursive(ty: &PyType, name: &PyStr, affected: &[SlotId], cx: &mut Cx) {
    if let Some(h) = ty.heap() {
        for &id in affected {
            update_one(h, id, cx);
        }
    }
    for s in subclasses(ty) {
        let Some(s) = s.downcast::<PyType>() else { continue };
        if s.tp_dict.get(cx).is_some_and(|d| d.get_str(name, cx).is_some()) {
            continue;
        }
        update_recursive(s, name, affected, cx);
    }
}
