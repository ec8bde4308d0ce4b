//! `tuple`: `PyTupleObject`; 3.14 caches the hash at offset 24, the items lie inline from 32.
//!
//! Parts: `display` (`(a, b)`), `methods` (the type as Python sees it), `iter`. Invariant: every item is non-null once anyone else can see the tuple.

mod display;
mod iter;
mod methods;

pub(crate) use display::give_back;
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

    /// Room for `n` items, uninitialised, untracked. The caller fills every item with an owned reference and calls [`PyTuple::publish`]; nothing may look at the tuple before.
    #[inline(always)]
    pub(crate) fn alloc_uninit(n: usize, cx: &mut Cx) -> PyResult<*mut PyTuple> {
        // A tuple counts as an allocation of the collector's when it is tracked (`publish`): most never are.
        if n > (isize::MAX as usize - HEAD_BYTES) / 8 {
            return Err(cx.memory_error());
        }
        let p = alloc::malloc(HEAD_BYTES + n * 8);
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block of the size.
        unsafe {
            (p as *mut [usize; 2]).write([0, 0]);
            let t = p.add(gc::GC_HEAD_BYTES) as *mut PyTuple;
            t.write(PyTuple {
                head: VarHead { head: Object::new_heap(&raw const PyTuple_Type.ty), size: Cell::new(n as isize) },
                hash: Cell::new(-1),
                items: [],
            });
            Ok(t)
        }
    }

    /// Room for `n` items, all null, untracked. The caller fills every item with an owned reference and calls [`PyTuple::publish`].
    pub fn alloc(n: usize, cx: &mut Cx) -> PyResult<*mut PyTuple> {
        let t = PyTuple::alloc_uninit(n, cx)?;
        // SAFETY: room for `n` words.
        unsafe { std::ptr::write_bytes((*t).items.as_mut_ptr(), 0, n) };
        Ok(t)
    }

    /// A tuple of `n` references that are moved out of the words at `from`, for the time of a call (`args` of a C function). The collector does not see it meanwhile: what it holds counts as
    /// held from outside. The words get `empty`. Null: no memory, and nothing was moved. Ended by [`PyTuple::end_loan`].
    ///
    /// # Safety
    /// `from` points to `n` owned references.
    #[inline]
    pub unsafe fn lend(from: *mut *mut Object, n: usize, empty: *mut Object) -> *mut Object {
        if n == 0 {
            return EMPTY.0.get();
        }
        let p = alloc::malloc(HEAD_BYTES + n * 8);
        if p.is_null() {
            return p as *mut Object;
        }
        // SAFETY: a fresh block; each reference is moved once.
        unsafe {
            (p as *mut [usize; 2]).write([0, 0]);
            let t = p.add(gc::GC_HEAD_BYTES) as *mut PyTuple;
            t.write(PyTuple {
                head: VarHead { head: Object::new_heap(&raw const PyTuple_Type.ty), size: Cell::new(n as isize) },
                hash: Cell::new(-1),
                items: [],
            });
            let items = (*t).items.as_mut_ptr();
            for i in 0..n {
                *items.add(i) = std::mem::replace(&mut *from.add(i), empty);
            }
            t as *mut Object
        }
    }

    /// The call is over: release the items, and the tuple unless the callee kept it.
    ///
    /// # Safety
    /// `t` comes from `lend` and is not used afterwards.
    #[inline]
    pub unsafe fn end_loan(t: *mut Object) {
        // SAFETY: the caller's promise.
        unsafe {
            if (*t).is_unique() && !gc::GcHead::of(t).is_tracked() {
                let n = release_items(&*(t as *const PyTuple));
                alloc::free((t as *mut u8).sub(gc::GC_HEAD_BYTES), HEAD_BYTES + n * 8);
            } else if t != EMPTY.0.get() {
                PyTuple::keep_loan(t);
            }
        }
    }

    /// The items of a tuple that its only owner takes apart; the collector does not see it any more. Each is to be taken over, then comes [`PyTuple::free_emptied`].
    ///
    /// # Safety
    /// `t` is an exact tuple with items, and the caller's is the only reference.
    #[inline(always)]
    pub unsafe fn begin_emptying(t: &PyTuple) -> *const *mut Object {
        // SAFETY: the caller's promise.
        unsafe { gc::untrack(t.as_object().as_ptr()) };
        t.items.as_ptr()
    }

    /// Free such a tuple.
    ///
    /// # Safety
    /// After [`PyTuple::begin_emptying`], when every item has been taken over.
    #[inline(always)]
    pub unsafe fn free_emptied(t: &PyTuple) {
        // SAFETY: the caller's promise; the block of an exact tuple.
        unsafe { alloc::free((t.as_object().as_ptr() as *mut u8).sub(gc::GC_HEAD_BYTES), HEAD_BYTES + t.len() * 8) };
    }

    /// The callee kept its arguments: an ordinary tuple from now on.
    #[cold]
    #[inline(never)]
    unsafe fn keep_loan(t: *mut Object) {
        // SAFETY: as `end_loan`; a complete tuple, whose reference is given away.
        unsafe {
            if gc::GcHead::of(t).is_tracked() {
                return Object::decref(t);
            }
            drop(PyTuple::publish(t as *mut PyTuple));
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
        // SAFETY: a complete tuple, which was not tracked while it held nothing that could refer back.
        unsafe {
            if !gc::is_tracked(self.as_object()) && !self.holds_untracked_only() {
                gc::track(self.as_object().as_ptr());
            }
        }
    }

    /// Hand out a filled tuple. It is tracked only if it can be part of a cycle: atoms, and tuples of nothing else,
    /// are no concern of the collector's.
    ///
    /// # Safety
    /// `t` comes from `alloc` and all its items are set.
    #[inline]
    pub unsafe fn publish(t: *mut PyTuple) -> Own<PyTuple> {
        // SAFETY: the caller's promise.
        unsafe { PyTuple::publish_as(t, !(*t).holds_untracked_only()) }
    }

    /// Hand out a filled tuple, tracked or not.
    ///
    /// # Safety
    /// As [`PyTuple::publish`]; `tracked` when an item is, or may come to be, tracked.
    #[inline(always)]
    unsafe fn publish_as(t: *mut PyTuple, tracked: bool) -> Own<PyTuple> {
        // SAFETY: the caller's promise; it holds the GIL.
        unsafe {
            if tracked {
                gc::before_alloc(&Cx::assume());
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
        unsafe { PyTuple::publish_as(t, true) }
    }

    /// Whether no item is, or may come to be, tracked by the collector. False while items are missing.
    pub(crate) fn holds_untracked_only(&self) -> bool {
        (0..self.len()).all(|i| {
            // SAFETY: within the items, which are null or live objects.
            let Some(o) = (unsafe { (*self.items.as_ptr().add(i)).as_ref() }) else { return false };
            !concerns_collector(o)
        })
    }

    /// A tuple of `n` words of a frame, which are emptied. On failure the rest of them stays.
    ///
    /// # Safety
    /// `base` points to `n` owned words, none of them empty.
    #[inline(always)]
    pub unsafe fn take_slots(base: *mut crate::frame::Slot, n: usize, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        use crate::frame::Slot;
        if n == 0 {
            return Ok(PyTuple::empty());
        }
        let t = PyTuple::alloc_uninit(n, cx)?;
        let mut tracked = false;
        // SAFETY: `n` words and `n` items; each count moves once.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            for i in 0..n {
                let s = std::mem::replace(&mut *base.add(i), Slot::EMPTY);
                if s.is_int() {
                    match crate::types::int::PyInt::new(s.as_int(), cx) {
                        Ok(v) => *items.add(i) = v.into_raw(),
                        Err(r) => {
                            std::ptr::write_bytes(items.add(i), 0, n - i);
                            drop(PyTuple::publish_as(t, false));
                            return Err(r);
                        }
                    }
                } else {
                    *items.add(i) = s.as_ptr();
                    tracked |= concerns_collector(&*s.as_ptr());
                }
            }
            Ok(PyTuple::publish_as(t, tracked))
        }
    }

    /// A pair.
    #[inline(always)]
    pub fn pair(a: Own<Object>, b: Own<Object>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let t = PyTuple::alloc_uninit(2, cx)?;
        let tracked = concerns_collector(&a) || concerns_collector(&b);
        // SAFETY: room for two.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            *items = a.into_raw();
            *items.add(1) = b.into_raw();
            Ok(PyTuple::publish_as(t, tracked))
        }
    }

    /// A tuple of what the iterator gives; its length must be exact.
    #[inline]
    pub fn from_exact<I: ExactSizeIterator<Item = Own<Object>>>(it: I, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let n = it.len();
        if n == 0 {
            return Ok(PyTuple::empty());
        }
        let t = PyTuple::alloc_uninit(n, cx)?;
        // SAFETY: `n` slots, each written once; a short iterator is a broken promise of the caller, and is refused.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            let (mut k, mut tracked) = (0, false);
            for v in it.take(n) {
                tracked |= concerns_collector(&v);
                *items.add(k) = v.into_raw();
                k += 1;
            }
            assert!(k == n, "ExactSizeIterator was not exact");
            Ok(PyTuple::publish_as(t, tracked))
        }
    }
    /// A tuple that takes over the references of a vector.
    pub fn from_vec(v: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        PyTuple::from_exact(v.into_iter(), cx)
    }
    /// A tuple of a list's items.
    pub fn from_list(l: &crate::types::list::PyList, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        // Making a tuple can start a collection only once its items are held.
        PyTuple::from_slice(l.raw_slice(), cx)
    }
    /// A tuple of a list's items, which leave the list.
    pub fn take_list(l: &crate::types::list::PyList, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (taken, size) = (l.raw_slice(), l.raw_parts().1);
        // Before the tuple is handed out, which may start a collection.
        let n = size.replace(0);
        // SAFETY: the list holds them no more; without memory none is taken.
        PyTuple::from_exact(taken.iter().map(|o| unsafe { Own::from_raw(o.as_ptr()) }), cx).inspect_err(|_| size.set(n))
    }
    /// A tuple of new references to borrowed items.
    pub fn from_slice(v: &[&Object], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if v.is_empty() {
            return Ok(PyTuple::empty());
        }
        let t = PyTuple::alloc_uninit(v.len(), cx)?;
        // SAFETY: as many items as the slice has, each written once.
        unsafe {
            let items = (*t).items.as_mut_ptr();
            let mut concern = false;
            for (i, o) in v.iter().enumerate() {
                o.incref();
                *items.add(i) = o.as_ptr();
                concern = concern || concerns_collector(o);
            }
            Ok(PyTuple::publish_as(t, concern))
        }
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
                gc::before_alloc(&Cx::assume());
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

/// Whether an item makes the tuple that holds it a concern of the collector's.
#[inline(always)]
fn concerns_collector(o: &Object) -> bool {
    o.ty().tp_flags.get() & crate::typeobj::flags::HAVE_GC != 0 && concerns_collector_gc(o)
}

fn concerns_collector_gc(o: &Object) -> bool {
    // SAFETY: tuples have a header.
    if o.is_exact::<PyTuple>() { unsafe { gc::GcHead::of(o) }.is_tracked() } else { o.is_gc() }
}

/// The death of an exact tuple.
///
/// # Safety
/// The count is zero and nobody else holds the tuple.
#[inline(always)]
pub(crate) unsafe fn dealloc_exact(obj: *mut Object) {
    // SAFETY: a dying tuple; each item is released once.
    unsafe {
        gc::untrack(obj);
        let t = &*(obj as *const PyTuple);
        let n = t.len();
        let (first, mut at) = (t.items.as_ptr() as *mut *mut Object, t.items.as_ptr().wrapping_add(n) as *mut *mut Object);
        // Last to first, as CPython does.
        while at != first {
            at = at.sub(1);
            if !(*at).is_null() && Object::decref_is_last(*at) {
                return dealloc_from(obj, at);
            }
        }
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), HEAD_BYTES + n * 8);
    }
}

/// The rest of an exact tuple's death, where an item dies with it.
#[inline(never)]
unsafe fn dealloc_from(obj: *mut Object, at: *mut *mut Object) {
    // SAFETY: the items from `at` down still hold their counts, but that the last of `at`'s was given up.
    unsafe {
        let t = &*(obj as *const PyTuple);
        crate::dealloc::release_from(t.items.as_ptr() as *mut *mut Object, at);
        alloc::free((obj as *mut u8).sub(gc::GC_HEAD_BYTES), HEAD_BYTES + t.len() * 8);
    }
}

/// Give the items of a dying tuple back; gives their number.
#[inline(always)]
unsafe fn release_items(t: &PyTuple) -> usize {
    let n = t.len();
    let (first, mut at) = (t.items.as_ptr(), t.items.as_ptr().wrapping_add(n));
    // Last to first, as CPython does.
    while at != first {
        // SAFETY: within the items, each released once; null where the tuple was never filled.
        unsafe {
            at = at.sub(1);
            let p = *at;
            if !p.is_null() {
                Object::decref(p);
            }
        }
    }
    n
}

pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying tuple; each item is released once.
    unsafe {
        let ty = (*obj).ty();
        match ty.tp_free.get() {
            Some(f) if !std::ptr::eq(ty, &raw const PyTuple_Type.ty) => {
                gc::untrack(obj);
                release_items(&*(obj as *const PyTuple));
                f(obj as *mut std::ffi::c_void);
            }
            _ => dealloc_exact(obj),
        }
    }
}

pub(crate) unsafe extern "C" fn traverse(obj: *mut Object, visit: crate::field::VisitProc, arg: *mut std::ffi::c_void) -> i32 {
    // SAFETY: called by the collector with a live tuple; items may still be null while it is built.
    unsafe {
        let t = &*(obj as *const PyTuple);
        for i in (0..t.len()).rev() {
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
