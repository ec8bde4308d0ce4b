//! Fields of built-in structs that hold references; `#[pytype]` derives `tp_traverse` and `tp_clear` from them.
//!
//! `Field<T>` is set once and lends freely. `FieldCell<T>` may be empty and replaced; what it lends is tied to `&Cx`, so it cannot be held
//! across a call that may run Python code (`&mut Cx`). Replacing stores first and releases the old value after, as CPython's `Py_XSETREF`.

use crate::cx::Cx;
use crate::refs::*;
use std::cell::{Cell, UnsafeCell};
use std::ops::Deref;

/// `visitproc`: called with every referent; non-zero stops.
pub type VisitProc = unsafe extern "C" fn(*mut Object, *mut std::ffi::c_void) -> i32;

/// What a traverse function gets: the callback and its argument.
#[derive(Clone, Copy)]
pub struct Visit {
    pub proc_: VisitProc,
    pub arg: *mut std::ffi::c_void,
}

impl Visit {
    /// Report one referent. `Err` carries the non-zero result that stops the walk.
    #[inline]
    pub fn object(&self, obj: &Object) -> Result<(), i32> {
        // SAFETY: `proc_` and `arg` belong together (from `tp_traverse`).
        match unsafe { (self.proc_)(obj.as_ptr(), self.arg) } {
            0 => Ok(()),
            n => Err(n),
        }
    }
}

/// A field the collector looks at. Everything without references uses the default methods.
pub trait GcField {
    /// Report every owned reference.
    fn traverse(&self, _v: Visit) -> Result<(), i32> {
        Ok(())
    }
    /// Drop references that may close a cycle (`tp_clear`); immutable fields stay. Not `clear`: by `&self` it would hide `Vec::clear` and `String::clear`.
    fn gc_clear(&self) {}
    /// Take the references out, for containers inside a `RefCell`: they are dropped once the borrow has ended.
    fn take_refs(&mut self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }
}

/// An owned reference, set at construction, never empty.
#[repr(transparent)]
pub struct Field<T: PyLayout = Object>(UnsafeCell<Own<T>>);

impl<T: PyLayout> Field<T> {
    #[inline(always)]
    pub fn new(v: Own<T>) -> Self {
        Field(UnsafeCell::new(v))
    }
    /// Replace the value. Only for constructors and mutation where nobody can hold what `deref` lent.
    ///
    /// # Safety
    /// No borrow of the old value is alive.
    pub unsafe fn replace(&self, v: Own<T>) -> Own<T> {
        // SAFETY: the caller's promise; single thread under the GIL.
        unsafe { std::mem::replace(&mut *self.0.get(), v) }
    }
}

impl<T: PyLayout> Deref for Field<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: only replaced while nobody borrows.
        unsafe { &*self.0.get() }
    }
}

impl<T: PyLayout> GcField for Field<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        v.object((**self).as_object())
    }
}

/// A replaceable, possibly empty owned reference.
#[repr(transparent)]
pub struct FieldCell<T: PyLayout = Object>(UnsafeCell<Option<Own<T>>>);

impl<T: PyLayout> Default for FieldCell<T> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<T: PyLayout> FieldCell<T> {
    #[inline(always)]
    pub const fn empty() -> Self {
        FieldCell(UnsafeCell::new(None))
    }
    #[inline(always)]
    pub fn new(v: Option<Own<T>>) -> Self {
        FieldCell(UnsafeCell::new(v))
    }
    /// Borrow the value for as long as no Python code can run.
    #[inline(always)]
    pub fn get<'a>(&'a self, _cx: &'a Cx) -> Option<&'a T> {
        // SAFETY: replacing needs `&mut Cx` (or `set_quiet`, whose caller promises).
        unsafe { (*self.0.get()).as_deref() }
    }
    /// A new strong reference to the value.
    #[inline]
    pub fn own(&self) -> Option<Own<T>> {
        // SAFETY: a short borrow that ends before anything else runs.
        unsafe { (*self.0.get()).clone() }
    }
    /// Whether there is no value.
    #[inline]
    pub fn is_empty(&self) -> bool {
        // SAFETY: a short borrow.
        unsafe { (*self.0.get()).is_none() }
    }
    /// Raw pointer (null when empty), for identity tests and the GC.
    #[inline(always)]
    pub fn as_raw(&self) -> *mut Object {
        // SAFETY: `Option<Own<T>>` is a nullable pointer.
        unsafe { *(self.0.get() as *const *mut Object) }
    }
    /// Store a value; the old one is released afterwards and may run code.
    #[inline]
    pub fn set(&self, v: Option<Own<T>>, _cx: &mut Cx) {
        drop(self.swap(v));
    }
    /// Store a value and hand the old one back.
    #[inline]
    #[must_use]
    pub fn swap(&self, v: Option<Own<T>>) -> Option<Own<T>> {
        // SAFETY: borrows from `get` cannot be alive: they are tied to `&Cx`, and the caller keeps the old value.
        unsafe { std::mem::replace(&mut *self.0.get(), v) }
    }
    /// Take the value out.
    #[inline]
    #[must_use]
    pub fn take(&self) -> Option<Own<T>> {
        self.swap(None)
    }
}

impl<T: PyLayout> GcField for FieldCell<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        // SAFETY: traverse functions run no Python code.
        match unsafe { &*self.0.get() } {
            Some(o) => v.object((**o).as_object()),
            None => Ok(()),
        }
    }
    fn gc_clear(&self) {
        drop(self.take());
    }
}

/// A `FieldCell` that the collector leaves alone when it breaks cycles: what an object needs as long as it can be used.
#[repr(transparent)]
pub struct Kept<T: PyLayout = Object>(pub FieldCell<T>);

impl<T: PyLayout> Kept<T> {
    #[inline(always)]
    pub fn new(v: Option<Own<T>>) -> Self {
        Kept(FieldCell::new(v))
    }
}
impl<T: PyLayout> Deref for Kept<T> {
    type Target = FieldCell<T>;
    #[inline(always)]
    fn deref(&self) -> &FieldCell<T> {
        &self.0
    }
}
impl<T: PyLayout> GcField for Kept<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.0.traverse(v)
    }
}

/// The `__dict__` of a built-in struct; `#[pytype]` takes `tp_dictoffset` from a field of this type.
pub type InstDict = FieldCell<crate::types::dict::PyDict>;

impl<T: PyLayout> GcField for Own<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        v.object((**self).as_object())
    }
}
impl<T: GcField> GcField for Option<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.as_ref().map_or(Ok(()), |x| x.traverse(v))
    }
    fn take_refs(&mut self) -> Option<Self> {
        Some(self.take())
    }
}
impl<T: GcField> GcField for Vec<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.iter().try_for_each(|x| x.traverse(v))
    }
    fn take_refs(&mut self) -> Option<Self> {
        Some(std::mem::take(self))
    }
}
impl<T: GcField> GcField for Box<[T]> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.iter().try_for_each(|x| x.traverse(v))
    }
}
impl<T: GcField> GcField for std::cell::RefCell<T> {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        // SAFETY: traverse only reads, and a live mutable borrow never spans a collection of its own object.
        unsafe { (*self.as_ptr()).traverse(v) }
    }
    fn gc_clear(&self) {
        let old = self.try_borrow_mut().ok().and_then(|mut x| x.take_refs());
        drop(old);
    }
}
impl<A: GcField, B: GcField> GcField for (A, B) {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        self.0.traverse(v)?;
        self.1.traverse(v)
    }
}
impl<T: Copy> GcField for Cell<T> {}
impl GcField for Object {}
impl GcField for VarHead {}
macro_rules! plain_fields { ($($t:ty),*) => { $(impl GcField for $t {})* } }
plain_fields!(bool, char, u8, i8, u16, i16, u32, i32, u64, i64, u128, i128, usize, isize, f32, f64, String, &'static str, ());
impl<T> GcField for *const T {}
impl<T> GcField for *mut T {}
