//! Making objects: the pre-header, allocation and `tp_free`.
//!
//! In front of an object lie, nearest first: the GC header (16 bytes, types with `HAVE_GC`), the dict word (`MANAGED_DICT`), the weak reference word (`MANAGED_WEAKREF`). Types with a
//! managed dict or weak references always have both words, so their places are fixed.

use super::{PyType, flags};
use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::gc;
use crate::refs::*;
use std::ffi::c_void;

/// Distance of the dict word before the object.
pub const DICT_BEFORE: usize = gc::GC_HEAD_BYTES + 8;
/// Distance of the weak reference word before the object.
pub const WEAKREF_BEFORE: usize = gc::GC_HEAD_BYTES + 16;

/// Bytes in front of instances of the type.
#[inline(always)]
pub fn preheader_bytes(ty: &PyType) -> usize {
    let f = ty.tp_flags.get();
    if f & (flags::MANAGED_DICT | flags::MANAGED_WEAKREF) != 0 {
        gc::GC_HEAD_BYTES + 16
    } else if f & flags::HAVE_GC != 0 {
        gc::GC_HEAD_BYTES
    } else {
        0
    }
}

/// Bytes of an instance with `n` items, the pre-header left out, rounded up to 8 (`_PyObject_VAR_SIZE`).
#[inline]
pub fn object_bytes(ty: &PyType, n: usize) -> Option<usize> {
    let items = (ty.tp_itemsize.get() as usize).checked_mul(n)?;
    (ty.tp_basicsize.get() as usize).checked_add(items)?.checked_add(7).map(|b| b & !7)
}

/// A zeroed instance of `ty` with count one and room for `n` items; heap types are counted; inline values are initialised; tracked when the type has GC. `tp_alloc`'s default (`PyType_GenericAlloc`).
#[inline]
pub fn alloc_instance(ty: &PyType, n: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    if let Some(k) = crate::instance::shared_keys(ty).filter(|_| ty.tp_itemsize.get() == 0 && ty.has(flags::HAVE_GC)) {
        return alloc_with_values(ty, k, cx);
    }
    let o = alloc_untracked(ty, n, cx)?;
    if ty.tp_flags.get() & flags::HAVE_GC != 0 {
        // SAFETY: zeroed fields can be traversed.
        unsafe { gc::track(o.as_ptr()) };
    }
    Ok(o)
}

/// An instance of a type with inline values (see `instance`), tracked.
fn alloc_with_values(ty: &PyType, k: &crate::types::dict::Keys, cx: &mut Cx) -> PyResult<Own<Object>> {
    const PRE: usize = DICT_BEFORE + 8;
    let (base, capacity) = ((ty.tp_basicsize.get() as usize + 7) & !7, k.nentries() + k.usable());
    let total = PRE + base + crate::types::dict::InlineValues::bytes_for(capacity);
    gc::before_alloc(cx);
    let p = alloc::malloc(total);
    if p.is_null() {
        return Err(cx.memory_error());
    }
    // SAFETY: a fresh block of `total` bytes: the pre-header, the fixed part, the values.
    unsafe {
        (p as *mut [usize; PRE / 8]).write([0; PRE / 8]);
        let o = p.add(PRE) as *mut Object;
        o.write(Object::new_heap(ty));
        if base > size_of::<Object>() {
            std::ptr::write_bytes((o as *mut u8).add(size_of::<Object>()), 0, base - size_of::<Object>());
        }
        ty.as_object().incref();
        crate::types::dict::InlineValues::init_at((o as *mut u8).add(base), capacity, true);
        crate::instance::made_one(k);
        gc::track(o);
        Ok(Own::from_raw(o))
    }
}

/// As [`alloc_instance`] without tracking.
#[inline]
pub fn alloc_untracked(ty: &PyType, n: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    let fixed = ty.tp_basicsize.get() as usize;
    if ty.tp_itemsize.get() == 0 && fixed <= 4096 {
        alloc_fixed(ty, fixed, cx)
    } else {
        alloc_general(ty, n, cx)
    }
}

/// An instance without items, of a moderate size.
fn alloc_fixed(ty: &PyType, basicsize: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    let pre = preheader_bytes(ty);
    let fixed = pre + ((basicsize + 7) & !7);
    if ty.tp_flags.get() & flags::HAVE_GC != 0 {
        gc::before_alloc(cx);
    }
    let p = alloc::malloc(fixed + crate::instance::inline_bytes(ty));
    if p.is_null() {
        return Err(cx.memory_error());
    }
    // SAFETY: a fresh block of at least `fixed` bytes, a multiple of 8; inline values are initialised by their owner.
    unsafe {
        for i in 0..fixed / 8 {
            // Volatile, or it becomes a call of `memset`, which costs more than the few words.
            (p as *mut u64).add(i).write_volatile(0);
        }
        let o = p.add(pre) as *mut Object;
        o.write(Object::new_heap(ty));
        if ty.tp_flags.get() & flags::HEAPTYPE != 0 {
            ty.as_object().incref();
        }
        crate::instance::init_inline(&*o, ty);
        Ok(Own::from_raw(o))
    }
}

#[inline(never)]
fn alloc_general(ty: &PyType, n: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    // One more item than asked, as CPython does for a sentinel.
    let items = if ty.tp_itemsize.get() != 0 { n + 1 } else { 0 };
    let pre = preheader_bytes(ty);
    let values = crate::instance::inline_bytes(ty);
    let Some(body) = object_bytes(ty, items).and_then(|b| b.checked_add(values)).filter(|&b| b < isize::MAX as usize - 64) else {
        return Err(cx.memory_error());
    };
    if ty.tp_flags.get() & flags::HAVE_GC != 0 {
        gc::before_alloc(cx);
    }
    let total = pre + body;
    let p = if ty.tp_itemsize.get() == 0 { alloc::malloc(total) } else { alloc::raw_malloc(total) };
    if p.is_null() {
        return Err(cx.memory_error());
    }
    // SAFETY: a fresh block of `total` bytes.
    unsafe {
        std::ptr::write_bytes(p, 0, total);
        let o = p.add(pre) as *mut Object;
        o.write(Object::new_heap(ty));
        if ty.tp_flags.get() & flags::HEAPTYPE != 0 {
            ty.as_object().incref();
        }
        if ty.tp_itemsize.get() != 0 {
            (*(o as *const VarHead)).size.set(n as isize);
        }
        if values > 0 {
            crate::instance::init_inline(&*o, ty);
        }
        Ok(Own::from_raw(o))
    }
}

/// Where the block of an object begins: before its collector's header.
pub fn block_address(o: &Object) -> usize {
    o.as_ptr() as usize - preheader_bytes(o.ty())
}

/// Free an instance's memory (`PyObject_Free`, `PyObject_GC_Del` in one: the type tells). Does not touch the type's count.
///
/// # Safety
/// The fields of `obj` are gone; it was made by this module for its type.
pub unsafe fn free_instance(obj: *mut Object) {
    // SAFETY: the caller's promise.
    unsafe {
        let ty = (*obj).ty();
        if let Some(size) = bare_bytes(ty) {
            return alloc::free(obj as *mut u8, size);
        }
        let pre = preheader_bytes(ty);
        let p = (obj as *mut u8).sub(pre);
        if ty.tp_itemsize.get() == 0 {
            match object_bytes(ty, 0) {
                Some(b) => alloc::free(p, pre + b + crate::instance::inline_bytes_of(&*obj, ty)),
                None => alloc::raw_free(p),
            }
        } else {
            alloc::raw_free(p);
        }
    }
}

/// Flags of types whose instances have something in front of them or behind.
const ATTACHED: u64 = flags::HAVE_GC | flags::MANAGED_DICT | flags::MANAGED_WEAKREF | flags::INLINE_VALUES;
/// Up to this size instances without anything attached are made and freed in short ways.
const SHORT: usize = 512;

/// The rounded size of instances that are nothing but a struct of moderate size.
#[inline(always)]
fn bare_bytes(ty: &PyType) -> Option<usize> {
    let size = (ty.tp_basicsize.get() as usize + 7) & !7;
    (ty.tp_flags.get() & ATTACHED == 0 && ty.tp_itemsize.get() == 0 && size <= SHORT).then_some(size)
}

/// `tp_alloc` of types that do not say otherwise.
pub unsafe extern "C" fn generic_alloc(ty: *mut PyType, n: isize) -> *mut Object {
    // SAFETY: called as a slot with the GIL held.
    unsafe {
        if let Some(size) = bare_bytes(&*ty) {
            let p = alloc::malloc(size) as *mut Object;
            if !p.is_null() {
                p.write(Object::new_heap(ty));
                for i in size_of::<Object>() / 8..size / 8 {
                    // Volatile, or it becomes a call of `memset`, which costs more than the few words.
                    (p as *mut u64).add(i).write_volatile(0);
                }
                if (*ty).tp_flags.get() & flags::HEAPTYPE != 0 {
                    (*ty).as_object().incref();
                }
                return p;
            }
        }
    }
    // SAFETY: as above.
    unsafe { crate::err::result_into_raw(alloc_instance(&*ty, n.max(0) as usize, &mut Cx::assume())) }
}

/// `tp_free` of types without GC (`PyObject_Free`) and with it (`PyObject_GC_Del`).
pub unsafe extern "C" fn generic_free(p: *mut c_void) {
    // SAFETY: called as a slot on a dead object whose type is still readable.
    unsafe { free_instance(p as *mut Object) }
}

/// A new instance of the built-in layout `T` (type `ty`, `T`'s or a subtype). `init` writes the fields behind the head.
///
/// # Safety
/// `init` initialises every field of `T` after the head.
pub unsafe fn new_object<T: PyTyped>(ty: &PyType, cx: &mut Cx, init: impl FnOnce(*mut T)) -> PyResult<Own<T>> {
    let o = alloc_untracked(ty, 0, cx)?;
    init(o.as_ptr() as *mut T);
    // SAFETY: initialised; the layout is `T`'s.
    unsafe {
        if ty.tp_flags.get() & flags::HAVE_GC != 0 {
            gc::track(o.as_ptr());
        }
        Ok(o.cast_own_unchecked())
    }
}

impl Cx {
    /// A new object of the built-in type `T`: `value` is the struct with any head (`ObjHead` is replaced).
    #[inline]
    pub fn new_object<T: PyTyped>(&mut self, value: T) -> PyResult<Own<T>> {
        const UNUSUAL: u64 = flags::HEAPTYPE | flags::MANAGED_DICT | flags::MANAGED_WEAKREF | flags::INLINE_VALUES;
        let ty = T::ty();
        let fl = ty.tp_flags.get();
        let bytes = ty.tp_basicsize.get() as usize;
        // What CPython's type has as items is part of our struct.
        if fl & UNUSUAL != 0 || (ty.tp_itemsize.get() == 0 && bytes != size_of::<T>()) {
            return self.new_object_of(ty, value);
        }
        let traced = fl & flags::HAVE_GC != 0;
        let pre = if traced { gc::GC_HEAD_BYTES } else { 0 };
        if traced {
            gc::before_alloc(self);
        }
        let p = alloc::malloc(pre + size_of::<T>());
        if p.is_null() {
            return Err(self.memory_error());
        }
        // SAFETY: a fresh block of the size; the value moves into it and gets its head.
        unsafe {
            if traced {
                (p as *mut [usize; 2]).write([0, 0]);
            }
            let o = p.add(pre);
            (o as *mut T).write(value);
            (o as *mut Object).write(Object::new_heap(ty));
            if traced {
                gc::track(o as *mut Object);
            }
            Ok(Own::<T>::from_raw(o as *mut Object))
        }
    }

    /// As `new_object`, for structs that are made often: always inlined, and `value` makes the struct after the block is there, so that it is built where it stays. (Built before, it is
    /// written to the stack word by word and copied from there in wider pieces, which waits for the writes to reach the cache.) `T` is a fixed-size built-in type without a managed dict.
    #[inline(always)]
    pub fn new_object_here<T: PyTyped>(&mut self, value: impl FnOnce() -> T) -> PyResult<Own<T>> {
        let ty = T::ty();
        debug_assert!(ty.tp_basicsize.get() as usize == size_of::<T>() && ty.tp_flags.get() & flags::HEAPTYPE == 0);
        debug_assert!(ty.tp_flags.get() & flags::HAVE_GC != 0);
        // SAFETY: a built-in type of the struct's size, traced.
        unsafe { self.build_here(ty, false, value) }
    }

    /// As [`Cx::new_object_of`], for structs that are made often, of types made at run time too: an instance of the struct's size is built where it stays. `value` makes the struct.
    #[inline(always)]
    pub fn new_object_of_here<T: PyTyped>(&mut self, ty: &PyType, value: impl Fn() -> T) -> PyResult<Own<T>> {
        const UNUSUAL: u64 = flags::MANAGED_DICT | flags::MANAGED_WEAKREF | flags::INLINE_VALUES;
        let fl = ty.tp_flags.get();
        if fl & UNUSUAL != 0 || fl & flags::HAVE_GC == 0 || ty.tp_itemsize.get() != 0 || ty.tp_basicsize.get() != size_of::<T>() as isize {
            return self.new_object_of(ty, value());
        }
        // SAFETY: a type of the struct's size, traced, with nothing in front of the collector's head.
        unsafe { self.build_here(ty, fl & flags::HEAPTYPE != 0, value) }
    }

    /// An instance of `ty` that `value` makes where it stays. `counted`: the type is one whose instances count as its owners.
    ///
    /// # Safety
    /// `ty` is traced, has instances of `T`'s size, and no words in front of the collector's head.
    #[inline(always)]
    unsafe fn build_here<T: PyTyped>(&mut self, ty: &PyType, counted: bool, value: impl FnOnce() -> T) -> PyResult<Own<T>> {
        gc::before_alloc(self);
        let p = alloc::malloc(gc::GC_HEAD_BYTES + size_of::<T>());
        if p.is_null() {
            return Err(self.memory_error());
        }
        // SAFETY: a fresh block of the size; the value is built in it and gets its head.
        unsafe {
            (p as *mut [usize; 2]).write([0, 0]);
            let o = p.add(gc::GC_HEAD_BYTES);
            (o as *mut T).write(value());
            (o as *mut Object).write(Object::new_heap(ty));
            if counted {
                ty.as_object().incref();
            }
            gc::track(o as *mut Object);
            Ok(Own::<T>::from_raw(o as *mut Object))
        }
    }

    /// As `new_object`, for a subtype `ty` of `T`'s type.
    pub fn new_object_of<T: PyTyped>(&mut self, ty: &PyType, value: T) -> PyResult<Own<T>> {
        debug_assert!(ty.is_subtype(T::ty()));
        let exact = size_of::<T>() as isize;
        if std::ptr::eq(ty, T::ty()) && ty.tp_itemsize.get() == 0 && ty.tp_basicsize.get() == exact && ty.tp_flags.get() & flags::HEAPTYPE == 0 {
            return new_exact(ty, value, self);
        }
        // SAFETY: everything behind the head is copied from `value`, whose own head has no destructor.
        unsafe {
            new_object(ty, self, |p: *mut T| {
                let head = size_of::<Object>();
                std::ptr::copy_nonoverlapping((&raw const value as *const u8).add(head), (p as *mut u8).add(head), size_of::<T>() - head);
                std::mem::forget(value);
            })
        }
    }
}

/// A new object of exactly the built-in type `ty`, whose size is that of `T`: only what lies in front is zeroed.
#[inline(always)]
fn new_exact<T: PyTyped>(ty: &PyType, value: T, cx: &mut Cx) -> PyResult<Own<T>> {
    let pre = preheader_bytes(ty);
    let is_gc = ty.tp_flags.get() & flags::HAVE_GC != 0;
    if is_gc {
        gc::before_alloc(cx);
    }
    let p = alloc::malloc(pre + size_of::<T>());
    if p.is_null() {
        return Err(cx.memory_error());
    }
    // SAFETY: a fresh block; the struct is complete once its head is written.
    unsafe {
        for i in 0..pre / 8 {
            (p as *mut u64).add(i).write(0);
        }
        let o = p.add(pre) as *mut T;
        o.write(value);
        (o as *mut Object).write(Object::new_heap(ty));
        if is_gc {
            gc::track(o as *mut Object);
        }
        Ok(Own::from_raw(o as *mut Object))
    }
}

impl Object {
    /// A placeholder head for struct literals handed to [`Cx::new_object`], which writes the real one.
    #[inline(always)]
    pub const fn placeholder() -> Object {
        Object::new_heap(std::ptr::null())
    }
}
