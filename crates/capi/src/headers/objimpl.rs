//! `objimpl.h`: making objects, and the collector.

use crate::capi;
use std::ffi::{c_int, c_void};
use taipan_object::prelude::*;
use taipan_object::typeobj::{self, flags};
use taipan_object::{alloc, gc};

/// Memory for an instance without items set: zeroed, head initialised.
fn fresh(ty: &PyType, n: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
    typeobj::alloc::alloc_untracked(ty, n.max(0) as usize, cx)
}

/// Count the type of a fresh instance and write its head.
unsafe fn init_head(o: *mut Object, ty: &PyType) {
    if ty.has(flags::HEAPTYPE) {
        ty.as_object().incref();
    }
    // SAFETY: the caller's memory has room for the head.
    unsafe { o.write(Object::new_heap(ty)) }
}

capi! {
    /// Write the head of an object that the caller allocated; null is `MemoryError`.
    fn PyObject_Init(o: *mut Object, ty: &PyType) -> PyResult<*mut Object> = |cx| {
        if o.is_null() {
            return Err(cx.memory_error());
        }
        init_head(o, ty);
        Ok(o)
    }
    /// As `PyObject_Init` with `ob_size`.
    fn PyObject_InitVar(o: *mut Object, ty: &PyType, n: isize) -> PyResult<*mut Object> = |cx| {
        if o.is_null() {
            return Err(cx.memory_error());
        }
        init_head(o, ty);
        (*(o as *const VarHead)).size.set(n);
        Ok(o)
    }
    /// An object without GC header; only its head is set.
    fn _PyObject_New(ty: &PyType) -> PyResult<Own<Object>> = |cx| { fresh(ty, 0, cx) }
    /// An object with items and without GC header.
    fn _PyObject_NewVar(ty: &PyType, n: isize) -> PyResult<Own<Object>> = |cx| { fresh(ty, n, cx) }
    /// An object with GC header, not tracked yet.
    fn _PyObject_GC_New(ty: &PyType) -> PyResult<Own<Object>> = |cx| { fresh(ty, 0, cx) }
    /// An object with items and GC header, not tracked yet.
    fn _PyObject_GC_NewVar(ty: &PyType, n: isize) -> PyResult<Own<Object>> = |cx| { fresh(ty, n, cx) }
    /// An object with GC header and extra bytes behind it.
    fn PyUnstable_Object_GC_NewWithExtraData(ty: &PyType, extra: usize) -> PyResult<*mut Object> = |cx| {
        let pre = typeobj::preheader_bytes(ty);
        let Some(total) = (pre + ty.tp_basicsize.get() as usize).checked_add(extra).filter(|&n| n < isize::MAX as usize - 16) else {
            return Err(cx.memory_error());
        };
        let p = alloc::raw_calloc(total.div_ceil(16) * 16);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        let o = p.add(pre) as *mut Object;
        init_head(o, ty);
        Ok(o)
    }
    /// Change the number of items of an untracked object.
    fn _PyObject_GC_Resize(o: *mut Object, n: isize) -> PyResult<*mut Object> = |cx| {
        let ty: &PyType = &*((*o).ty() as *const PyType);
        let pre = typeobj::preheader_bytes(ty);
        let Some(body) = typeobj::alloc::object_bytes(ty, n.max(0) as usize) else { return Err(cx.memory_error()) };
        let p = alloc::raw_realloc((o as *mut u8).sub(pre), (pre + body).div_ceil(16) * 16);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        let o = p.add(pre) as *mut Object;
        (*(o as *const VarHead)).size.set(n);
        Ok(o)
    }
    /// Free a GC object's memory.
    fn PyObject_GC_Del(o: *mut c_void) = |_| {
        let o = o as *mut Object;
        // The type has a collector's head, or this function would not be called. `tp_is_gc` is not asked: it may look at what `tp_dealloc` has torn down.
        gc::untrack(o);
        let pre = typeobj::preheader_bytes((*o).ty());
        alloc::raw_free((o as *mut u8).sub(pre));
    }
    /// Let the collector see the object.
    fn PyObject_GC_Track(o: *mut c_void) = |_| {
        let o = o as *mut Object;
        if !gc::is_tracked(&*o) { gc::track(o) }
    }
    /// Hide the object from the collector.
    fn PyObject_GC_UnTrack(o: *mut c_void) = |_| {
        let o = o as *mut Object;
        if gc::is_tracked(&*o) { gc::untrack(o) }
    }
    /// Whether the collector sees the object.
    fn PyObject_GC_IsTracked(o: &Object) -> bool = |_| { o.is_gc() && gc::is_tracked(o) }
    /// Whether the finaliser ran.
    fn PyObject_GC_IsFinalized(o: &Object) -> bool = |_| { o.is_gc() && gc::is_finalized(o) }
    /// Whether the object has a GC header.
    fn PyObject_IS_GC(o: &Object) -> bool = |_| { o.is_gc() }
    /// Collect everything; the number of unreachable objects.
    fn PyGC_Collect() -> isize = |cx| {
        if !cx.interp().gc.enabled.get() {
            return 0;
        }
        let saved = cx.ts().current_exception.take();
        let n = gc::collect(gc::GENERATIONS - 1, cx);
        cx.ts().current_exception.set(saved, cx);
        (n.collected + n.uncollectable) as isize
    }
    /// Switch automatic collection on; whether it was.
    fn PyGC_Enable() -> bool = |cx| { cx.interp().gc.enabled.replace(true) }
    /// Switch automatic collection off; whether it was on.
    fn PyGC_Disable() -> bool = |cx| { cx.interp().gc.enabled.replace(false) }
    /// Whether automatic collection is on.
    fn PyGC_IsEnabled() -> bool = |cx| { cx.interp().gc.enabled.get() }
    /// Call `f` with every tracked object until it returns 0.
    fn PyUnstable_GC_VisitObjects(f: unsafe extern "C" fn(*mut Object, *mut c_void) -> c_int, arg: *mut c_void) = |cx| {
        for o in gc::inspect::objects(None, cx) {
            if f(o.as_ptr(), arg) == 0 {
                break;
            }
        }
    }
    /// Whether instances of the type can be referenced weakly.
    fn PyType_SUPPORTS_WEAKREFS(ty: &PyType) -> bool = |_| { ty.tp_weaklistoffset.get() != 0 || ty.has(flags::MANAGED_WEAKREF) }
    /// Where the list of weak references starts.
    fn PyObject_GET_WEAKREFS_LISTPTR(o: &Object) -> *mut *mut Object = |_| {
        taipan_object::weakref::list_of(o, o.ty()).unwrap_or(std::ptr::null_mut())
    }
}
