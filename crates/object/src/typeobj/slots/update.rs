//! Filling the slots of a class from the dunders that its MRO offers (`fixup_slot_dispatchers`, `update_slot`).

use super::{SLOT_DEFS, SlotDef};
use crate::cx::Cx;
use crate::refs::*;
use crate::typeobj::{PyHeapType, PyType, SlotId, lookup, subclasses};
use crate::types::descr::PyWrapperDescr;
use crate::types::{
    none,
    str::{PyStr, intern},
};
use std::cell::OnceCell;

/// The rows of one slot.
struct Rows {
    id: SlotId,
    rows: Vec<(&'static SlotDef, &'static PyStr)>,
}

/// The table ordered by slot, with interned names.
struct Table {
    slots: Vec<Rows>,
    /// Names in the order of `SLOT_DEFS`.
    names: Vec<&'static PyStr>,
    /// From a name's address to the slots (bits of positions in `slots`) that it takes part in; open addressing.
    by_name: Vec<(*const PyStr, u128)>,
    /// Slots that are decided anew for every class: C types may fill them without a dunder that says so.
    always: u128,
}

struct Shared(OnceCell<Table>);
// SAFETY: used only with the GIL held; what is in it is immortal.
unsafe impl Sync for Shared {}
static TABLE: Shared = Shared(OnceCell::new());

const BUCKETS: usize = 512;
fn bucket(name: *const PyStr) -> usize {
    (name as usize >> 4) % BUCKETS
}

fn table(cx: &mut Cx) -> &'static Table {
    TABLE.0.get_or_init(|| {
        let mut t = Table { slots: Vec::new(), names: Vec::new(), by_name: vec![(std::ptr::null(), 0); BUCKETS], always: 0 };
        for d in SLOT_DEFS {
            let Ok(s) = PyStr::new(d.name, cx) else { crate::fatal("no memory for slot names") };
            let name = intern::intern_immortal(s, cx).into_raw() as *const PyStr;
            // SAFETY: immortal.
            let name: &'static PyStr = unsafe { &*name };
            t.names.push(name);
            let at = match t.slots.iter().position(|r| r.id == d.id) {
                Some(at) => at,
                None => {
                    t.slots.push(Rows { id: d.id, rows: Vec::new() });
                    t.slots.len() - 1
                }
            };
            t.slots[at].rows.push((d, name));
            let mut b = bucket(name);
            while !t.by_name[b].0.is_null() && !std::ptr::eq(t.by_name[b].0, name) {
                b = (b + 1) % BUCKETS;
            }
            t.by_name[b] = (name, t.by_name[b].1 | 1 << at);
        }
        for (at, r) in t.slots.iter().enumerate() {
            use SlotId::*;
            t.always |= u128::from(matches!(r.id, tp_new | tp_getattr | tp_setattr | tp_getattro | tp_setattro | tp_iternext)) << at;
        }
        t
    })
}
const _: () = assert!(SLOT_DEFS.len() < 128, "slots fit a u128");

impl Table {
    fn slots_of(&self, name: &PyStr) -> u128 {
        if name.interned() == 0 {
            // Rare: a name that the class statement did not make.
            return self.slots.iter().enumerate().filter(|(_, r)| r.rows.iter().any(|(_, n)| n.eq_str(name))).fold(0, |m, (i, _)| m | 1 << i);
        }
        let mut b = bucket(name);
        loop {
            let (n, slots) = self.by_name[b];
            if n.is_null() || std::ptr::eq(n, name) {
                return slots;
            }
            b = (b + 1) % BUCKETS;
        }
    }
}

/// The interned name of a row of `SLOT_DEFS`.
pub fn def_name(d: &'static SlotDef, cx: &mut Cx) -> Own<PyStr> {
    let at = (d as *const SlotDef as usize - SLOT_DEFS.as_ptr() as usize) / size_of::<SlotDef>();
    table(cx).names[at].new_ref()
}

/// Decide one slot of a heap type.
fn update_one(ty: &PyHeapType, of: &Rows, cx: &mut Cx) {
    let (t, id) = (&ty.slots.ty, of.id);
    let mut specific: *const () = std::ptr::null();
    let mut generic: *const () = std::ptr::null();
    let mut use_generic = false;
    for &(d, name) in &of.rows {
        let Some(descr) = lookup(t, name, cx).map(|x| x.own()) else {
            if id == SlotId::tp_iternext {
                specific = super::dispatch::next_not_implemented as *const ();
            }
            continue;
        };
        if let Some(w) = descr.exact::<PyWrapperDescr>().filter(|w| w.def().name == d.name) {
            if w.def().id != id {
                // A wrapper for the dunder's other slot (`__len__` of a sequence, say): the owner's function for this slot goes with it.
                let f = w.owner().slot_ptr(id);
                if !t.is_subtype(w.owner()) {
                    // Taken from a foreign class: calling it must raise.
                    use_generic = true;
                    generic = if d.dispatch.is_null() { generic } else { d.dispatch };
                } else if !f.is_null() {
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
            // `__new__` of a built-in type: what the class has inherited, as in CPython.
            specific = t.tp_new.get().map_or(std::ptr::null(), |f| f as *const ());
        } else if id == SlotId::tp_hash && descr.is(none()) {
            specific = crate::abstract_::hash_not_implemented_slot as *const ();
        } else {
            use_generic = true;
            generic = if d.dispatch.is_null() { generic } else { d.dispatch };
        }
    }
    let f = if !specific.is_null() && !use_generic { specific } else { generic };
    let f = simplify(f, t, cx);
    if id == SlotId::tp_call && f == super::dispatch::slot_tp_call as *const () {
        // The instances' own function would bypass a `__call__` written in Python.
        t.tp_flags.set(t.tp_flags.get() & !crate::typeobj::flags::HAVE_VECTORCALL);
    }
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

/// Fill all slots of a new class. Most are its base's: only those whose dunders stand in the dict of a class that the base does not have among its own bases can differ.
pub fn fixup_all(ty: &PyHeapType, cx: &mut Cx) {
    let all = table(cx);
    let t = &ty.slots.ty;
    let Some(base) = t.base() else { return all.slots.iter().for_each(|r| update_one(ty, r, cx)) };
    let differ = match own_slots(t, base, all, cx) {
        Some(own) => own | all.always,
        None => u128::MAX,
    };
    for (at, r) in all.slots.iter().enumerate() {
        if differ >> at & 1 != 0 {
            update_one(ty, r, cx);
        } else {
            // SAFETY: the same slot of another type.
            unsafe { ty.slots.set_slot(r.id, base.slot_ptr(r.id)) };
        }
    }
}

/// The slots whose dunders the classes in `t`'s MRO define that are not in `base`'s. `None` when the MROs do not agree.
fn own_slots(t: &PyType, base: &PyType, all: &Table, cx: &Cx) -> Option<u128> {
    let (mro, theirs) = (t.tp_mro.get(cx)?, base.tp_mro.get(cx)?);
    let mut theirs = theirs.as_slice().iter().peekable();
    let mut found = 0;
    for c in mro.as_slice() {
        if theirs.next_if(|x| x.is(c)).is_some() {
            continue;
        }
        let dict = c.downcast::<PyType>()?.tp_dict.get(cx)?;
        let mut pos = 0;
        while let Some((k, _, _)) = dict.next(&mut pos, cx) {
            if let Some(name) = k.downcast::<PyStr>() {
                found |= all.slots_of(name);
            }
        }
    }
    theirs.next().is_none().then_some(found)
}

/// A dunder was set on or deleted from a class: recompute its slots, here and in subclasses that do not override it.
pub fn update_name(ty: &PyType, name: &PyStr, cx: &mut Cx) {
    let Some(text) = name.as_ascii().filter(|s| s.starts_with("__") && s.ends_with("__")) else { return };
    if !SLOT_DEFS.iter().any(|d| d.name == text) {
        return;
    }
    let all = table(cx);
    let affected: Vec<&Rows> = all.slots.iter().filter(|r| r.rows.iter().any(|(d, _)| d.name == text)).collect();
    update_recursive(ty, name, &affected, cx);
}

fn update_recursive(ty: &PyType, name: &PyStr, affected: &[&Rows], cx: &mut Cx) {
    if let Some(h) = ty.heap() {
        for r in affected {
            update_one(h, r, cx);
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
