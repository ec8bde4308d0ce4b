//! Weak references: the list of an object's weak references and what happens when it dies.

use crate::refs::*;
use crate::typeobj::{PyType, flags};
use std::cell::Cell;

/// Head of an object's list of weak references; a field of built-in structs that can be weakly referenced.
#[repr(transparent)]
pub struct WeakList(pub Cell<*mut Object>);

impl WeakList {
    #[inline(always)]
    pub const fn new() -> Self {
        WeakList(Cell::new(std::ptr::null_mut()))
    }
}
impl Default for WeakList {
    fn default() -> Self {
        Self::new()
    }
}
impl crate::field::GcField for WeakList {}

/// Where the list head of `obj` is, or `None` when its type has no weak references.
#[inline]
pub fn list_of(obj: &Object, ty: &PyType) -> Option<*mut *mut Object> {
    let off = ty.tp_weaklistoffset.get();
    if ty.tp_flags.get() & flags::MANAGED_WEAKREF != 0 {
        // The pre-header of managed types: see `typeobj::alloc`.
        return Some((obj.as_ptr() as *mut u8).wrapping_sub(crate::typeobj::alloc::WEAKREF_BEFORE) as *mut *mut Object);
    }
    (off > 0).then(|| (obj.as_ptr() as *mut u8).wrapping_add(off as usize) as *mut *mut Object)
}

pub use crate::types::weakref::{PyWeakref, new_ref};
const _: () = assert!(size_of::<PyWeakref>() == 64);

impl PyWeakref {
    /// What stands for a dead referent: None, which C code reads (`PyWeakref_GET_OBJECT`).
    #[inline]
    fn dead() -> *mut Object {
        crate::types::none().as_ptr()
    }

    /// The referent, if it is alive.
    #[inline]
    pub fn referent(&self) -> Option<Own<Object>> {
        let p = self.object.get();
        if p == Self::dead() {
            return None;
        }
        // SAFETY: the pointer is cleared before the referent is freed; a count of zero means that it is dying.
        unsafe { ((*p).refcount() > 0).then(|| (*p).own()) }
    }

    /// Take the reference out of its referent's list.
    pub fn unlink(&self) {
        let p = self.object.replace(Self::dead());
        if p == Self::dead() {
            return;
        }
        // SAFETY: the referent is alive or in its destructor; list neighbours are live weak references.
        unsafe {
            if let Some(list) = list_of(&*p, (*p).ty()) {
                if *list == self as *const PyWeakref as *mut Object {
                    *list = self.next.get() as *mut Object;
                }
            }
            if let Some(q) = self.prev.get().as_ref() {
                q.next.set(self.next.get());
            }
            if let Some(q) = self.next.get().as_ref() {
                q.prev.set(self.prev.get());
            }
        }
        self.prev.set(std::ptr::null_mut());
        self.next.set(std::ptr::null_mut());
    }
}

/// The referent of a `weakref.ref` (or proxy) object, if it is alive.
///
/// `w` must be one; the callers hold weak references that they made themselves.
pub fn referent(w: &Object) -> Option<Own<Object>> {
    // SAFETY: the callers' contract.
    unsafe { w.cast_unchecked::<PyWeakref>() }.referent()
}

/// The referent is dying: clear its weak references and run their callbacks (`PyObject_ClearWeakRefs`).
///
/// # Safety
/// Called from a destructor: the object's count is zero.
#[inline]
pub unsafe fn clear_refs_of(obj: *mut Object) {
    // SAFETY: alive until the destructor frees it; the list head belongs to the object.
    match list_of(unsafe { &*obj }, unsafe { (*obj).ty() }) {
        Some(list) if !unsafe { *list }.is_null() => unsafe { clear_some_refs(obj) },
        _ => {}
    }
}

/// [`clear_refs_of`] an object that has some.
#[cold]
unsafe fn clear_some_refs(obj: *mut Object) {
    // SAFETY: alive until the destructor frees it.
    let Some(list) = list_of(unsafe { &*obj }, unsafe { (*obj).ty() }) else { return };
    // SAFETY: the list head belongs to the object.
    if unsafe { *list }.is_null() {
        return;
    }
    // SAFETY: a destructor runs with the GIL held.
    let cx = &mut unsafe { crate::cx::Cx::assume() };
    let saved = cx.ts().current_exception.take();
    let mut todo: Vec<(Own<PyWeakref>, Own<Object>)> = Vec::new();
    // SAFETY: list members are live; each is unlinked before the next is looked at.
    unsafe {
        while let Some(w) = (*list as *mut PyWeakref).as_ref() {
            w.unlink();
            if let Some(f) = w.callback.take() {
                if w.as_object().refcount() > 0 {
                    todo.push((w.new_ref(), f));
                }
            }
        }
    }
    for (w, f) in todo {
        run_callback(&w, &f, cx);
    }
    cx.ts().current_exception.set(saved, cx);
}

/// The live weak references and proxies to `obj` (`weakref.getweakrefs`).
pub fn all_to(obj: &Object) -> Vec<Own<Object>> {
    let mut v = Vec::new();
    let Some(list) = list_of(obj, obj.ty()) else { return v };
    // SAFETY: the referent is alive; list members are live.
    unsafe {
        let mut w = *list as *mut PyWeakref;
        while let Some(r) = w.as_ref() {
            if r.as_object().refcount() > 0 {
                v.push(r.as_object().own());
            }
            w = r.next.get();
        }
    }
    v
}

fn run_callback(w: &PyWeakref, f: &Object, cx: &mut crate::cx::Cx) {
    if crate::call::call(f, &[w.as_object()], cx).is_err() {
        crate::unraisable::write_while("calling weakref callback", f, cx);
    }
}

/// Before a collection runs finalisers: weak references to garbage are cleared; callbacks of weak references that are not garbage themselves run.
pub(crate) fn clear_for_garbage(objs: &[Own<Object>], cx: &mut crate::cx::Cx) {
    let dying: std::collections::HashSet<*mut Object> = objs.iter().map(|o| o.as_ptr()).collect();
    let mut todo: Vec<(Own<PyWeakref>, Own<Object>)> = Vec::new();
    for o in objs {
        let Some(list) = list_of(o, o.ty()) else { continue };
        // SAFETY: list members are live; `next` is read before unlinking.
        unsafe {
            let mut w = *list as *mut PyWeakref;
            while let Some(r) = w.as_ref() {
                w = r.next.get();
                r.unlink();
                let Some(f) = r.callback.take() else { continue };
                if !dying.contains(&r.as_object().as_ptr()) {
                    todo.push((r.new_ref(), f));
                }
            }
        }
    }
    // What is garbage itself calls nobody any more: its callback could see objects that are half cleared.
    for r in objs.iter().filter_map(|o| o.downcast::<PyWeakref>()) {
        r.unlink();
        drop(r.callback.take());
    }
    for (w, f) in todo {
        run_callback(&w, &f, cx);
    }
}

/// After the finalisers: the weak references that they made to garbage are cleared, so that nothing can bring half-cleared objects back.
pub(crate) fn clear_late(objs: &[Own<Object>], _cx: &mut crate::cx::Cx) {
    for o in objs {
        let Some(list) = list_of(o, o.ty()) else { continue };
        // SAFETY: as above.
        unsafe {
            while let Some(r) = (*list as *mut PyWeakref).as_ref() {
                r.unlink();
            }
        }
    }
}
