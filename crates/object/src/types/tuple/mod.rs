//! `tuple`: `PyTupleObject`; 3.14 caches the hash at offset 24, the items lie inline from 32.
//!
//! Parts: `methods` (the type as Python sees it), `iter`. Invariant: every item is non-null once anyone else can see the tuple.

mod iter;
mod methods;

pub use iter::PyTupleIter;

use crate::alloc;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::gc;
use crate::refs::*;
use std::cell::Cell;

/// `PyTupleObject` without its items.
#[repr(C)]
pub struct PyTuple {
    head: VarHead,
    hash: Cell<isize>,
    items: [*mut Object; 0],
}

const _: () = assert!(size_of::<PyTuple>() == 32);
const HEAD_BYTES: usize = size_of::<PyTuple>() + gc::GC_HEAD_BYTES;

crate::kernel_type!(PyTuple, PyTuple_Type, c"tuple", HAVE_GC | BASETYPE | TUPLE_SUBCLASS | SEQUENCE | MATCH_SELF, TUPLE_SUBCLASS);

struct Empty(Cell<*mut Object>);
// SAFETY: written once at start with the GIL held.
unsafe impl Sync for Empty {}
static EMPTY: Empty = Empty(Cell::new(std::ptr::null_mut()));

impl PyTuple {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.head.size.get() as usize
    }
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The items.
    #[inline(always)]
    pub fn as_slice(&self) -> &[&Object] {
        // SAFETY: `size` non-null items behind the head; `&Object` is a non-null pointer.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr() as *const &Object, self.len()) }
    }
    /// The items as the collector may find them: null while the tuple is built.
    #[inline(always)]
    pub(crate) fn raw_items(&self) -> &[*mut Object] {
        // SAFETY: `len` words behind the head.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr(), self.len()) }
    }
    /// The item at `i`, if there is one.
    #[inline(always)]
    pub fn get(&self, i: usize) -> Option<&Object> {
        self.as_slice().get(i).copied()
    }
    /// The item at `i`; the inner option is none for an item that C code has not filled yet.
    pub fn get_filled(&self, i: usize) -> Option<Option<Own<Object>>> {
        if i >= self.len() {
            return None;
        }
        // SAFETY: within bounds; a word of the tuple is null or a live object.
        Some(unsafe { (*(self.as_slice().as_ptr() as *const *const Object).add(i)).as_ref() }.map(|o| o.own()))
    }
    /// Cached hash, or -1.
    pub fn cached_hash(&self) -> &Cell<isize> {
        &self.hash
    }

    /// The empty tuple (immortal).
    #[inline]
    pub fn empty() -> Own<PyTuple> {
        // SAFETY: made by `init` before anything else runs.
        unsafe { Own::from_raw(EMPTY.0.get()) }
    }

    /// Room for `n` items, all null, untracked. The caller fills every item with an owned reference and calls [`PyTuple::publish`].
    pub fn alloc(n: usize, cx: &mut Cx) -> PyResult<*mut PyTuple> {
        let Some(bytes) = n.checked_mul(8).and_then(|b| b.checked_add(HEAD_BYTES)) else {
            return Err(cx.memory_error());
        };
        gc::before_alloc(cx);
        let p = alloc::malloc(bytes);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of `bytes` bytes.
        unsafe {
            (p as *mut [usize; 2]).write([0, 0]);
            let t = p.add(gc::GC_HEAD_BYTES) as *mut PyTuple;
            t.write(PyTuple {
                head: VarHead { head: Object::new_heap(&raw const PyTuple_Type.ty), size: Cell::new(n as isize) },
                hash: Cell::new(-1),
                items: [],
            });
            std::ptr::write_bytes((*t).items.as_mut_ptr(), 0, n);
            Ok(t)
        }
    }

    /// Replace an item of a tuple that is still being made (by unmarshalling, where items may name the tuple): nobody may rely on its content yet.
    pub fn fill_item(&self, i: usize, v: Own<Object>) {
        if i >= self.len() {
            return;
        }
        // SAFETY: within bounds; the old item is released after the new one is in place.
        let old = unsafe { Own::<Object>::from_raw(std::mem::replace(&mut *(self.items.as_ptr() as *mut *mut Object).add(i), v.into_raw())) };
        self.hash.set(-1);
        drop(old);
    }

    /// Hand out a filled tuple. It is tracked only if it can be part of a cycle: atoms, and tuples of nothing else,
    /// are no concern of the collector's.
    ///
    /// # Safety
    /// `t` comes from `alloc` and all its items are set.
    pub unsafe fn publish(t: *mut PyTuple) -> Own<PyTuple> {
        // SAFETY: the caller's promise.
        unsafe {
            if !(*t).holds_untracked_only() {
                gc::track(t as *mut Object);
            }
            Own::from_raw(t as *mut Object)
        }
    }

    /// Track a tuple whose items are set later, and hand it out.
    ///
    /// # Safety
    /// `t` comes from `alloc`. Nobody reads it before all items are set.
    pub unsafe fn publish_unfilled(t: *mut PyTuple) -> Own<PyTuple> {
        // SAFETY: the caller's promise; the collector expects null items.
        unsafe {
            gc::track(t as *mut Object);
            Own::from_raw(t as *mut Object)
        }
    }

    /// Whether no item is, or may come to be, tracked by the collector. False while items are missing.
    pub(crate) fn holds_untracked_only(&self) -> bool {
        (0..self.len()).all(|i| {
            // SAFETY: within the items, which are null or live objects.
            let Some(o) = (unsafe { (*self.items.as_ptr().add(i)).as_ref() }) else { return false };
            !o.is_gc() || (o.is_exact::<PyTuple>() && !gc::is_tracked(o))
        })
    }

    /// A tuple of what the iterator gives; its length must be exact.
    pub fn from_exact<I: ExactSizeIterator<Item = Own<Object>>>(it: I, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = it.len();
        if n == 0 {
            return Ok(PyTuple::empty());
        }
        let t = PyTuple::alloc(n, cx)?;
        // SAFETY: `n` slots, each written once; a short iterator is a broken promise of the caller, and is refused.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            let mut k = 0;
            for v in it.take(n) {
                *items.add(k) = v.into_raw();
                k += 1;
            }
            assert!(k == n, "ExactSizeIterator was not exact");
            Ok(PyTuple::publish(t))
        }
    }
    /// A tuple that takes over the `n` references at `from`, for which the caller gives up its ownership when this succeeds. Raises `MemoryError`.
    ///
    /// # Safety
    /// `n` > 0 owned references.
    #[inline]
    pub unsafe fn steal_items(from: *const *mut Object, n: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let bytes = HEAD_BYTES + n * 8;
        gc::before_alloc(cx);
        let p = alloc::malloc(bytes);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of `bytes` bytes; the caller's references move.
        unsafe {
            (p as *mut [usize; 2]).write([0, 0]);
            let t = p.add(gc::GC_HEAD_BYTES) as *mut PyTuple;
            t.write(PyTuple {
                head: VarHead { head: Object::new_heap(&raw const PyTuple_Type.ty), size: Cell::new(n as isize) },
                hash: Cell::new(-1),
                items: [],
            });
            let to = (*t).items.as_mut_ptr();
            let mut atoms = true;
            for i in 0..n {
                let o = *from.add(i);
                *to.add(i) = o;
                atoms &= !(*o).ty().has(crate::typeobj::flags::HAVE_GC);
            }
            if atoms {
                return Ok(Own::from_raw(t as *mut Object));
            }
            Ok(PyTuple::publish(t))
        }
    }
    /// A tuple that takes over the references of a vector.
    pub fn from_vec(v: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        PyTuple::from_exact(v.into_iter(), cx)
    }
    /// A tuple of new references to borrowed items.
    pub fn from_slice(v: &[&Object], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        PyTuple::from_exact(v.iter().map(|o| o.own()), cx)
    }

    /// Put other items into a tuple that nobody but `this` holds (iterators hand the same pair out again); gives the old ones. `None`: it is shared, or of another length.
    #[inline]
    pub fn refill<const N: usize>(this: &Own<PyTuple>, items: [Own<Object>; N]) -> Result<[Own<Object>; N], [Own<Object>; N]> {
        if !this.as_object().is_unique() || this.len() != N {
            return Err(items);
        }
        this.hash.set(-1);
        // The collector lets go of tuples without containers; the new items may be some.
        // SAFETY: a complete tuple.
        unsafe {
            if !gc::GcHead::of(this.as_object().as_ptr()).is_tracked() {
                gc::track(this.as_object().as_ptr());
            }
        }
        let at = this.items.as_ptr() as *mut *mut Object;
        let mut i = 0;
        // SAFETY: `N` items, owned by the tuple; nobody else sees it.
        Ok(items.map(|v| unsafe {
            let old = Own::from_raw(std::mem::replace(&mut *at.add(i), v.into_raw()));
            i += 1;
            old
        }))
    }

    /// As [`PyTuple::from_exact`] for an iterator that keeps its last result in `last`: the same tuple once nobody else holds it.
    #[inline]
    pub fn reused<const N: usize>(last: &crate::field::FieldCell<PyTuple>, items: [Own<Object>; N], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let items = match last.take() {
            Some(t) => match PyTuple::refill(&t, items) {
                Ok(old) => {
                    let out = AsObject::new_ref(&*t);
                    drop(last.swap(Some(t)));
                    drop(old);
                    return Ok(out);
                }
                Err(items) => items,
            },
            None => items,
        };
        let t = PyTuple::from_exact(items.into_iter(), cx)?;
        drop(last.swap(Some(AsObject::new_ref(&*t))));
        Ok(t)
    }

    pub(crate) fn init(cx: &mut Cx) {
        let Ok(t) = PyTuple::alloc(0, cx) else { crate::fatal("no memory at start") };
        // SAFETY: fresh.
        unsafe { (*t).as_object().immortalise_static() };
        EMPTY.0.set(t as *mut Object);
    }
}

pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying tuple; each item is released once.
    unsafe {
        if gc::is_tracked(&*obj) {
            gc::untrack(obj);
        } else if (*obj).is_exact::<PyTuple>() {
            gc::untracked_died();
        }
        let t = &*(obj as *const PyTuple);
        let n = t.len();
        for i in 0..n {
            let p = *t.items.as_ptr().add(i);
            if !p.is_null() {
                Object::decref(p);
            }
        }
        let ty = (*obj).ty();
        match ty.tp_free.get() {
            Some(f) if !std::ptr::eq(ty, &raw const PyTuple_Type.ty) => f(obj as *mut std::ffi::c_void),
            _ => alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), HEAD_BYTES + n * 8),
        }
    }
}

pub(crate) unsafe extern "C" fn traverse(obj: *mut Object, visit: crate::field::VisitProc, arg: *mut std::ffi::c_void) -> i32 {
    // SAFETY: called by the collector with a live tuple; items may still be null while it is built.
    unsafe {
        let t = &*(obj as *const PyTuple);
        for i in 0..t.len() {
            let p = *t.items.as_ptr().add(i);
            if !p.is_null() {
                let r = visit(p, arg);
                if r != 0 {
                    return r;
                }
            }
        }
        0
    }
}

crate::kernel_spec!(PyTuple, PyTuple_Type { itemsize: 8, dealloc: Some(dealloc), traverse: Some(traverse), doc: Some(c"tuple(iterable=(), /)\n--\n\nBuilt-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.") } parts [PyTuple::METHODS]);
