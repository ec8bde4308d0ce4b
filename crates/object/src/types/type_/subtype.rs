//! Life and death of classes made at run time and of their instances.

use crate::field::{GcField, Visit, VisitProc};
use crate::gc;
use crate::instance;
use crate::prelude::*;
use crate::typeobj::{Destructor, MemberDef, PyHeapType, flags};
use crate::types::descr::member_code as code;
use std::ffi::c_void;

/// The rows of `__slots__` that the class itself adds.
pub(super) fn own_members(ty: &PyHeapType) -> &[MemberDef] {
    let n = ty.slots.ty.head.size.get().max(0) as usize;
    // SAFETY: `new_class` puts `ob_size` rows behind the struct (at the metatype's basic size).
    unsafe {
        let meta = ty.slots.ty.as_object().ty();
        let p = (ty as *const PyHeapType as *const u8).offset(meta.tp_basicsize.get()) as *const MemberDef;
        if n == 0 { &[] } else { std::slice::from_raw_parts(p, n) }
    }
}

/// Release the values of `__slots__`.
unsafe fn clear_slots(ty: &PyHeapType, obj: *mut Object) {
    for m in own_members(ty) {
        if m.type_ == code::OBJECT_EX && m.flags & code::READONLY == 0 {
            // SAFETY: the class put an object slot there.
            unsafe {
                let p = (obj as *mut u8).offset(m.offset) as *mut *mut Object;
                let old = std::mem::replace(&mut *p, std::ptr::null_mut());
                drop(Own::<Object>::from_raw_opt(old));
            }
        }
    }
}

/// The first base of `ty` with a destructor (or other slot) of its own.
#[inline(always)]
fn solid_base<'a>(ty: &'a PyType, slot_is_ours: impl Fn(&PyType) -> bool) -> &'a PyType {
    let mut t = ty;
    while slot_is_ours(t) {
        match t.base() {
            Some(b) => t = b,
            None => break,
        }
    }
    t
}

/// The classes made by `new_class` from `ty` up to `base` that add `__slots__`.
fn heap_part<'a>(ty: &'a PyType, base: &'a PyType) -> impl Iterator<Item = &'a PyHeapType> {
    std::iter::successors(Some(ty), |t| t.base())
        .take_while(move |t| !std::ptr::eq(*t, base))
        .filter_map(PyType::heap)
        .filter(|h| h.slots.ty.head.size.get() > 0)
}

/// `tp_dealloc` of Python classes.
pub unsafe extern "C" fn subtype_dealloc(obj: *mut Object) {
    // SAFETY: a dying instance of a heap type; every step leaves it valid for the next.
    unsafe {
        let ty: &PyType = &*((*obj).ty() as *const PyType);
        let is_gc = ty.has(flags::HAVE_GC);
        if is_gc {
            gc::untrack(obj);
        }
        if ty.tp_finalize.get().is_none() && ty.tp_del.get().is_none() && is_plain(ty) {
            return plain_dealloc(obj, ty);
        }
        let ours = |t: &PyType| t.tp_dealloc.get().is_some_and(|f| f as usize == subtype_dealloc as *const () as usize);
        let base = solid_base(ty, ours);
        let managed = ty.has(flags::MANAGED_WEAKREF) && !base.has(flags::MANAGED_WEAKREF);
        let has_refs = managed || (ty.tp_weaklistoffset.get() > 0 && base.tp_weaklistoffset.get() == 0);
        if !run_finalisers(obj, ty, is_gc, has_refs) {
            return;
        }
        if has_refs {
            crate::weakref::clear_refs_of(obj);
        }
        for h in heap_part(ty, base) {
            clear_slots(h, obj);
        }
        if ty.has(flags::MANAGED_DICT) || (ty.tp_dictoffset.get() != 0 && base.tp_dictoffset.get() == 0) {
            instance::clear(&*obj);
        }
        // The type may have been changed by `__class__` assignment in a finaliser.
        let ty_now: *const PyType = (*obj).ty();
        if let Some(f) = base.tp_dealloc.get() {
            f(obj);
        }
        if (*ty_now).has(flags::HEAPTYPE) && !base.has(flags::HEAPTYPE) {
            Object::decref((*ty_now).as_object().as_ptr());
        }
    }
}

/// Whether instances are nothing but a head and inline values: Python classes all the way up to `object`, without `__slots__`.
#[inline(always)]
fn is_plain(ty: &PyType) -> bool {
    if !ty.has(flags::INLINE_VALUES) || ty.tp_basicsize.get() as usize != size_of::<Object>() {
        return false;
    }
    let mut t = ty;
    while t.tp_dealloc.get().is_some_and(|f| f as usize == subtype_dealloc as *const () as usize) {
        match t.base() {
            Some(b) => t = b,
            None => return false,
        }
    }
    std::ptr::eq(t, crate::typeobj::object_type())
}

/// Whether the collector sees in an object what it sees in a plain instance (see [`is_plain`]): its values and its type.
#[inline(always)]
pub(crate) fn is_plain_instance(o: &Object) -> bool {
    let ty = o.ty();
    ty.tp_traverse.get().is_some_and(|f| f as usize == subtype_traverse as *const () as usize) && is_plain(ty)
}

/// The end of a plain instance (see [`is_plain`]) that is not tracked any more and has no finaliser.
///
/// # Safety
/// Its count is zero.
unsafe fn plain_dealloc(obj: *mut Object, ty: &PyType) {
    // SAFETY: nobody sees the instance any more once its weak references are cleared; each value is released once.
    unsafe {
        if ty.has(flags::MANAGED_WEAKREF) {
            crate::weakref::clear_refs_of(obj);
        }
        let v = instance::inline_values(&*obj, ty);
        if v.is_valid() && instance::managed_dict(&*obj).get().is_null() {
            v.release_all();
        } else {
            instance::clear(&*obj);
        }
        let ty_now: *const PyType = (*obj).ty();
        if std::ptr::eq(ty_now, ty) {
            let bytes = crate::typeobj::alloc::DICT_BEFORE + 8 + size_of::<Object>() + v.bytes();
            crate::alloc::free((obj as *mut u8).sub(crate::typeobj::alloc::DICT_BEFORE + 8), bytes);
        } else {
            crate::typeobj::alloc::free_instance(obj);
        }
        Object::decref((*ty_now).as_object().as_ptr());
    }
}

/// `__del__` and friends. `false`: the object came back to life.
unsafe fn run_finalisers(obj: *mut Object, ty: &PyType, is_gc: bool, has_refs: bool) -> bool {
    // SAFETY: the count is raised while finalisers run.
    unsafe {
        let done = is_gc && gc::is_finalized(&*obj);
        if let Some(f) = ty.tp_finalize.get().filter(|_| !done) {
            (*obj).set_refcount(1);
            f(obj);
            if is_gc {
                gc::set_finalized(obj);
            }
            if !settle(obj, is_gc) {
                return false;
            }
        }
        if let Some(f) = ty.tp_del.get() {
            // Weak references die before it runs, even if it brings the object back.
            if has_refs {
                crate::weakref::clear_refs_of(obj);
            }
            // Unlike `tp_finalize`, it raises the count itself, and finds the object tracked.
            if is_gc && !gc::GcHead::of(obj).is_tracked() {
                gc::track(obj);
            }
            f(obj);
            if (*obj).refcount() > 0 {
                return false;
            }
            if is_gc {
                gc::untrack(obj);
            }
        }
        true
    }
}

/// Give back the count that a finaliser ran under.
unsafe fn settle(obj: *mut Object, is_gc: bool) -> bool {
    // SAFETY: as the caller.
    unsafe {
        let n = (*obj).refcount() - 1;
        (*obj).set_refcount(n);
        if n > 0 && is_gc && !gc::GcHead::of(obj).is_tracked() {
            gc::track(obj);
        }
        n == 0
    }
}

/// `tp_traverse` of Python classes: slots, dict, the type, then the base's own.
pub unsafe extern "C" fn subtype_traverse(obj: *mut Object, visit: VisitProc, arg: *mut c_void) -> i32 {
    // SAFETY: called by the collector with a live instance.
    unsafe {
        let v = Visit { proc_: visit, arg };
        let ty: &PyType = &*((*obj).ty() as *const PyType);
        if is_plain(ty) {
            return match instance::traverse(&*obj, v) {
                Ok(()) => visit(ty.as_object().as_ptr(), arg),
                Err(n) => n,
            };
        }
        let ours = |t: &PyType| t.tp_traverse.get().is_some_and(|f| f as usize == subtype_traverse as *const () as usize);
        let base = solid_base(ty, ours);
        let r = (|| {
            for h in heap_part(ty, base) {
                for m in own_members(h).iter().filter(|m| m.type_ == code::OBJECT_EX) {
                    if let Some(o) = (*((obj as *const u8).offset(m.offset) as *const *mut Object)).as_ref() {
                        v.object(o)?;
                    }
                }
            }
            if ty.has(flags::MANAGED_DICT) || (ty.tp_dictoffset.get() != 0 && base.tp_dictoffset.get() == 0) {
                instance::traverse(&*obj, v)?;
            }
            if ty.has(flags::HEAPTYPE) && !base.has(flags::HEAPTYPE) {
                v.object(ty.as_object())?;
            }
            Ok(())
        })();
        match (r, base.tp_traverse.get()) {
            (Err(n), _) => n,
            (Ok(()), Some(f)) => f(obj, visit, arg),
            (Ok(()), None) => 0,
        }
    }
}

/// `tp_clear` of Python classes.
pub unsafe extern "C" fn subtype_clear(obj: *mut Object) -> i32 {
    // SAFETY: called by the collector with a live instance.
    unsafe {
        let ty: &PyType = &*((*obj).ty() as *const PyType);
        let ours = |t: &PyType| t.tp_clear.get().is_some_and(|f| f as usize == subtype_clear as *const () as usize);
        let base = solid_base(ty, ours);
        for h in heap_part(ty, base) {
            clear_slots(h, obj);
        }
        if ty.has(flags::MANAGED_DICT) || (ty.tp_dictoffset.get() != 0 && base.tp_dictoffset.get() == 0) {
            instance::clear(&*obj);
        }
        match base.tp_clear.get() {
            Some(f) => f(obj),
            None => 0,
        }
    }
}

/// `tp_dealloc` of `type`: only heap types die.
pub(super) unsafe extern "C" fn type_dealloc(obj: *mut Object) {
    // SAFETY: a dying heap type, which no instance uses any more.
    unsafe {
        let h = &*(obj as *const PyHeapType);
        let ty = &h.slots.ty;
        gc::untrack(obj);
        let cx = &mut Cx::assume();
        let saved = cx.ts().current_exception.take();
        if let Some(bases) = ty.tp_bases.own() {
            for b in bases.as_slice() {
                if let Some(Err(r)) = b.downcast::<PyType>().map(|b| crate::typeobj::remove_subclass(b, ty, cx)) {
                    cx.discard(r);
                }
            }
        }
        cx.ts().current_exception.set(saved, cx);
        crate::weakref::clear_refs_of(obj);
        crate::typeobj::modified(ty);
        for c in [ty.tp_dict.take().map(Own::into_object), ty.tp_bases.take().map(Own::into_object), ty.tp_mro.take().map(Own::into_object)] {
            drop(c);
        }
        for c in [&ty.tp_subclasses, &h.ht_name, &h.ht_slots, &h.ht_qualname, &h.ht_module] {
            drop(c.take());
        }
        instance::drop_class(h);
        super::new::free_texts(h);
        let base = ty.tp_base.replace(std::ptr::null());
        if !base.is_null() {
            Object::decref((*base).as_object().as_ptr());
        }
        let meta: *const PyType = (*obj).ty();
        match (*meta).tp_free.get() {
            Some(f) => f(obj as *mut c_void),
            None => crate::typeobj::alloc::free_instance(obj),
        }
        if (*meta).has(flags::HEAPTYPE) && std::ptr::eq(meta, PyType::ty()) {
            Object::decref((*meta).as_object().as_ptr());
        }
    }
}

/// `tp_traverse` of `type`: static types hold nothing that could be collected.
pub(super) unsafe extern "C" fn type_traverse(obj: *mut Object, visit: VisitProc, arg: *mut c_void) -> i32 {
    // SAFETY: called by the collector with a live type.
    unsafe {
        let h = &*(obj as *const PyHeapType);
        if !h.slots.ty.has(flags::HEAPTYPE) {
            return 0;
        }
        let ty = &h.slots.ty;
        let v = Visit { proc_: visit, arg };
        let r = (|| {
            ty.tp_dict.traverse(v)?;
            ty.tp_mro.traverse(v)?;
            ty.tp_bases.traverse(v)?;
            if let Some(b) = ty.base() {
                v.object(b.as_object())?;
            }
            h.ht_module.traverse(v)
        })();
        r.err().unwrap_or(0)
    }
}

/// `tp_clear` of `type`: the dict and the MRO (which holds the type itself) close the cycles.
pub(super) unsafe extern "C" fn type_clear(obj: *mut Object) -> i32 {
    // SAFETY: called by the collector with a live heap type.
    unsafe {
        let h = &*(obj as *const PyHeapType);
        let ty = &h.slots.ty;
        if !ty.has(flags::HEAPTYPE) {
            return 0;
        }
        crate::typeobj::modified(ty);
        if let Some(d) = ty.tp_dict.own() {
            d.clear_items(&mut Cx::assume());
        }
        drop(h.ht_module.take());
        drop(ty.tp_mro.take());
        0
    }
}

/// Whether instances of the class are cleared as those of Python classes are.
pub(super) fn clears_as_subtype(t: &PyType) -> bool {
    t.tp_clear.get().is_some_and(|f| f as usize == subtype_clear as *const () as usize)
}

/// For `new_class`: the destructor of heap types.
pub(super) const DEALLOC: Destructor = subtype_dealloc;
