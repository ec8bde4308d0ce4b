//! References: the object head and who owns a count.
//!
//! `Object` is CPython's `PyObject` (Include/object.h): a 32-bit count, two half-words and the type. `&T` is borrowed, [`Own<T>`] holds
//! one strong count. Invariants: a count at or above `IMMORTAL` never changes; `overflow` and `flags` of ordinary heap objects stay 0 (old abi3
//! wheels change the whole 64-bit word); every reference is used only by the thread that holds the GIL.

use crate::typeobj::PyType;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

/// The count from which an object is immortal (`_Py_IMMORTAL_INITIAL_REFCNT`).
pub const IMMORTAL: u32 = 3 << 30;
/// `ob_flags`: immortal.
pub const FLAG_IMMORTAL: u16 = 1;
/// `ob_flags`: statically allocated.
pub const FLAG_STATIC: u16 = 4;

/// The head of every object: `PyObject`.
#[repr(C)]
pub struct Object {
    count: Cell<u32>,
    overflow: Cell<u16>,
    flags: Cell<u16>,
    ty: Cell<*const PyType>,
}

/// First field of every built-in struct.
pub type ObjHead = Object;

/// The head of a variable-sized object: `PyVarObject`.
#[repr(C)]
pub struct VarHead {
    pub head: Object,
    /// `ob_size`: number of items.
    pub size: Cell<isize>,
}

const _: () = assert!(size_of::<Object>() == 16 && size_of::<VarHead>() == 24);

/// A Rust struct that begins with [`Object`].
///
/// # Safety
/// The type is `#[repr(C)]` and its first field is an `Object` (or a struct that begins with one).
pub unsafe trait PyLayout: 'static {}

/// A layout with a built-in type: what `#[pytype]` implements.
///
/// # Safety
/// Every object whose type is `Self::ty()` or a subtype of it has the layout of `Self`.
pub unsafe trait PyTyped: PyLayout {
    /// The built-in type.
    fn ty() -> &'static PyType;
    /// Whether `obj` is an instance of the type or of a subtype. Types with a fast flag override it.
    #[inline]
    fn check(obj: &Object) -> bool {
        obj.is_exact::<Self>() || obj.ty().is_subtype(Self::ty())
    }
}

// SAFETY: it is the head itself.
unsafe impl PyLayout for Object {}

impl Object {
    /// A head for a statically allocated, immortal object.
    pub const fn new_static(ty: *const PyType) -> Object {
        Object {
            count: Cell::new(IMMORTAL),
            overflow: Cell::new(0),
            flags: Cell::new(FLAG_IMMORTAL | FLAG_STATIC),
            ty: Cell::new(ty),
        }
    }

    /// As `new_static`, without the mark of objects that the reference has in static memory.
    pub const fn new_immortal(ty: *const PyType) -> Object {
        Object { count: Cell::new(IMMORTAL), overflow: Cell::new(0), flags: Cell::new(FLAG_IMMORTAL), ty: Cell::new(ty) }
    }

    /// A head for a fresh heap object with count one. Takes no count of the type (the caller decides: heap types are counted).
    #[inline(always)]
    pub const fn new_heap(ty: *const PyType) -> Object {
        Object { count: Cell::new(1), overflow: Cell::new(0), flags: Cell::new(0), ty: Cell::new(ty) }
    }

    /// The object's type (`Py_TYPE`).
    #[inline(always)]
    pub fn ty(&self) -> &PyType {
        // SAFETY: every object has a type, which lives at least as long as its instances.
        unsafe { &*self.ty.get() }
    }

    /// Whether the type pointer is still null: a static type of C code before `PyType_Ready`.
    #[inline]
    pub fn has_no_type(&self) -> bool {
        self.ty.get().is_null()
    }

    /// Replace the type pointer without touching counts (`Py_SET_TYPE`).
    #[inline]
    pub fn set_ty_uncounted(&self, ty: *const PyType) {
        self.ty.set(ty);
    }

    /// The count as `Py_REFCNT` gives it.
    #[inline]
    pub fn refcount(&self) -> u32 {
        self.count.get()
    }

    /// Whether nobody but the holder of one reference can see the object.
    #[inline(always)]
    pub fn is_unique(&self) -> bool {
        self.count.get() == 1
    }

    /// Whether the count never changes.
    #[inline(always)]
    pub fn is_immortal(&self) -> bool {
        (self.count.get() as i32) < 0
    }

    /// Make the object immortal.
    pub fn immortalise(&self) {
        self.count.set(IMMORTAL);
        self.flags.set(self.flags.get() | FLAG_IMMORTAL);
    }

    /// As [`immortalise`](Object::immortalise), for objects that the reference has in static memory.
    pub fn immortalise_static(&self) {
        self.immortalise();
        self.flags.set(self.flags.get() | FLAG_STATIC);
    }

    /// Set the count (`_Py_NewReference`, resurrection, free lists).
    #[inline(always)]
    pub fn set_refcount(&self, n: u32) {
        self.count.set(n);
    }

    /// `Py_INCREF`.
    #[inline(always)]
    pub fn incref(&self) {
        let n = self.count.get();
        if n < IMMORTAL {
            self.count.set(n + 1);
        }
    }

    /// `Py_DECREF`: gives one count back and destroys the object when it was the last.
    ///
    /// # Safety
    /// The caller owns a count and does not use the reference afterwards.
    #[inline(always)]
    pub unsafe fn decref(this: *mut Object) {
        // SAFETY: the caller owns a count, so the object is alive.
        unsafe {
            if Object::decref_is_last(this) {
                crate::dealloc::dealloc(this);
            }
        }
    }

    /// Give up one count; if it was the last one, do `last`, which deallocates the object, else `alive`. The branches have no common end, so that the compiler knows which of them is rare.
    ///
    /// # Safety
    /// The caller owns a count and does not use the reference afterwards.
    #[inline(always)]
    pub unsafe fn decref_or(this: *mut Object, last: impl FnOnce(), alive: impl Fn()) {
        // SAFETY: the caller owns a count, so the object is alive.
        unsafe {
            let n = (*this).count.get();
            if (n as i32) < 0 {
                return alive();
            }
            (*this).count.set(n - 1);
            if n == 1 {
                last();
            } else {
                alive();
            }
        }
    }

    /// Give up one count unless it is the last one: false then, and nothing was done.
    ///
    /// # Safety
    /// The caller owns a count; when the result is true it does not use the reference afterwards.
    #[inline(always)]
    #[must_use]
    pub unsafe fn decref_unless_last(this: *mut Object) -> bool {
        // SAFETY: the caller owns a count, so the object is alive.
        unsafe {
            let n = (*this).count.get();
            if (n as i32) >= 0 {
                if n == 1 {
                    return false;
                }
                (*this).count.set(n - 1);
            }
            true
        }
    }

    /// Give up one count: true if it was the last one, and the object has to be deallocated.
    ///
    /// # Safety
    /// The caller owns a count; when the result is true it deallocates, else it does not use the reference afterwards.
    #[inline(always)]
    #[must_use]
    pub unsafe fn decref_is_last(this: *mut Object) -> bool {
        // SAFETY: the caller owns a count, so the object is alive.
        unsafe {
            crate::rules::must_live(this);
            let n = (*this).count.get();
            if (n as i32) < 0 {
                return false;
            }
            (*this).count.set(n - 1);
            n == 1
        }
    }

    /// Pointer for slots and C code. Borrowed.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut Object {
        self as *const Object as *mut Object
    }

    /// Identity (`is`).
    #[inline(always)]
    pub fn is(&self, other: &Object) -> bool {
        std::ptr::eq(self, other)
    }

    /// Whether the type is exactly `T`'s.
    #[inline(always)]
    pub fn is_exact<T: PyTyped + ?Sized>(&self) -> bool {
        std::ptr::eq(self.ty.get(), T::ty())
    }

    /// Whether the object is an instance of `T`'s type or a subtype.
    #[inline(always)]
    pub fn is_a<T: PyTyped>(&self) -> bool {
        T::check(self)
    }

    /// View as `T` if it is an instance of it (subtypes included).
    #[inline(always)]
    pub fn downcast<T: PyTyped>(&self) -> Option<&T> {
        // SAFETY: checked; `PyTyped` promises the layout.
        T::check(self).then(|| unsafe { self.cast_unchecked::<T>() })
    }

    /// View as `T` if the type is exactly `T`'s.
    #[inline(always)]
    pub fn exact<T: PyTyped>(&self) -> Option<&T> {
        // SAFETY: a reference is never null. The compiler forgets that of one that was a number (a frame's word), and would test the result for null, too.
        unsafe { std::hint::assert_unchecked(self as *const Object as usize != 0) };
        // SAFETY: checked; `PyTyped` promises the layout.
        if self.is_exact::<T>() { Some(unsafe { self.cast_unchecked::<T>() }) } else { None }
    }

    /// View as `T` without a check.
    ///
    /// # Safety
    /// The object has the layout of `T`.
    #[inline(always)]
    pub unsafe fn cast_unchecked<T: PyLayout>(&self) -> &T {
        // SAFETY: the caller's promise.
        unsafe { &*(self as *const Object as *const T) }
    }

    /// A new strong reference.
    #[inline(always)]
    pub fn own(&self) -> Own<Object> {
        self.incref();
        // SAFETY: the count was just taken.
        unsafe { Own::from_raw(self.as_ptr()) }
    }

    /// Borrow from a pointer that C or a slot handed over.
    ///
    /// # Safety
    /// `p` is a live object for `'a`.
    #[inline(always)]
    pub unsafe fn borrow_raw<'a>(p: *mut Object) -> &'a Object {
        // SAFETY: the caller's promise.
        unsafe { &*p }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object at {:p}>", self.ty().tp_name_str(), self)
    }
}

/// Every layout can be seen as an `Object`.
pub trait AsObject: PyLayout + Sized {
    /// The head.
    #[inline(always)]
    fn as_object(&self) -> &Object {
        // SAFETY: `PyLayout` promises that the struct begins with the head.
        unsafe { &*(self as *const Self as *const Object) }
    }
    /// A new strong reference that keeps the Rust type.
    #[inline(always)]
    fn new_ref(&self) -> Own<Self> {
        self.as_object().incref();
        // SAFETY: the count was just taken.
        unsafe { Own::from_raw(self.as_object().as_ptr()) }
    }
}
impl<T: PyLayout> AsObject for T {}

/// One strong count of an object. `Option<Own<T>>` and `Result<Own<T>, Raised>` are nullable pointers.
#[repr(transparent)]
pub struct Own<T: PyLayout>(NonNull<T>, PhantomData<T>);

impl<T: PyLayout> Own<T> {
    /// Take over a count (`steal`).
    ///
    /// # Safety
    /// `p` is a live object of layout `T` and the caller gives one count away.
    #[inline(always)]
    pub unsafe fn from_raw(p: *mut Object) -> Own<T> {
        debug_assert!(!p.is_null());
        // SAFETY: live, hence not null.
        Own(unsafe { NonNull::new_unchecked(p as *mut T) }, PhantomData)
    }

    /// As `from_raw`, where null means none.
    ///
    /// # Safety
    /// As [`Own::from_raw`].
    #[inline(always)]
    pub unsafe fn from_raw_opt(p: *mut Object) -> Option<Own<T>> {
        // SAFETY: not null in the branch that uses it.
        if p.is_null() { None } else { Some(unsafe { Own::from_raw(p) }) }
    }

    /// Give the count away as a pointer.
    #[inline(always)]
    pub fn into_raw(self) -> *mut Object {
        ManuallyDrop::new(self).0.as_ptr() as *mut Object
    }

    /// Forget the Rust type.
    #[inline(always)]
    pub fn into_object(self) -> Own<Object> {
        // SAFETY: same object, count moved.
        unsafe { Own::from_raw(self.into_raw()) }
    }

    /// Change the Rust type without a check.
    ///
    /// # Safety
    /// The object has the layout of `U`.
    #[inline(always)]
    pub unsafe fn cast_own_unchecked<U: PyLayout>(self) -> Own<U> {
        // SAFETY: the caller's promise.
        unsafe { Own::from_raw(self.into_raw()) }
    }

    /// Change the Rust type after a check; gives the reference back if it does not fit.
    #[inline]
    pub fn downcast_own<U: PyTyped>(self) -> Result<Own<U>, Own<T>> {
        if U::check(self.as_object()) {
            // SAFETY: checked.
            Ok(unsafe { self.cast_own_unchecked() })
        } else {
            Err(self)
        }
    }
}

impl<T: PyLayout> Deref for Own<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the count keeps it alive.
        unsafe { self.0.as_ref() }
    }
}

impl<T: PyLayout> Clone for Own<T> {
    #[inline(always)]
    fn clone(&self) -> Own<T> {
        (**self).new_ref()
    }
}

impl<T: PyLayout> Drop for Own<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: we own the count.
        unsafe { Object::decref(self.0.as_ptr() as *mut Object) }
    }
}

impl<T: PyLayout> fmt::Debug for Own<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_object().fmt(f)
    }
}

impl<T: PyLayout + fmt::Display> fmt::Display for Own<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PyLayout> From<&T> for Own<T> {
    fn from(v: &T) -> Own<T> {
        v.new_ref()
    }
}
