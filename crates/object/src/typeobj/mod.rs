//! Types: layout, specification, readying, MRO, attribute lookup, class creation.

pub mod alloc;
pub mod from_spec;
pub mod slots;
mod layout;
mod lookup;
mod mro;
mod ready;
mod spec;

pub use alloc::{alloc_instance, preheader_bytes};
pub use layout::*;
pub(crate) use lookup::entry as lookup_entry;
pub use lookup::{for_each_subclass, lookup, modified, subclasses, version_tag};
pub use mro::{best_base, c3_merge, solid_base};
pub use ready::{add_subclass, add_tables, inherit, prepare_static, ready_all, ready_foreign, ready_static, remove_subclass};
pub use spec::*;

use crate::refs::*;

/// `type`.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static PyType_Type: StaticType = StaticType::empty();
/// `object`.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static PyBaseObject_Type: StaticType = StaticType::empty();

/// The type `object`.
#[inline]
pub fn object_type() -> &'static PyType {
    &PyBaseObject_Type.ty
}

// SAFETY: every type object has this layout.
unsafe impl PyTyped for PyType {
    #[inline(always)]
    fn ty() -> &'static PyType {
        &PyType_Type.ty
    }
    #[inline(always)]
    fn check(obj: &Object) -> bool {
        obj.ty().tp_flags.get() & flags::TYPE_SUBCLASS != 0
    }
}
impl std::ops::Deref for PyType {
    type Target = Object;
    #[inline(always)]
    fn deref(&self) -> &Object {
        &self.head.head
    }
}

impl PyType {
    /// `tp_name` as text (dotted for static types).
    pub fn tp_name_str(&self) -> &str {
        // SAFETY: `tp_name` is a C string that lives as long as the type.
        unsafe { std::ffi::CStr::from_ptr(self.tp_name.get()) }.to_str().unwrap_or("?")
    }
    /// The name after the last dot (`__name__`), for messages.
    pub fn name(&self) -> &str {
        let s = self.tp_name_str();
        if self.has(flags::HEAPTYPE) {
            // A heap type's `tp_name` is its bare name and may itself contain dots.
            return s;
        }
        s.rsplit('.').next().unwrap_or(s)
    }
    #[inline(always)]
    pub fn has(&self, flag: u64) -> bool {
        self.tp_flags.get() & flag != 0
    }
    #[inline(always)]
    pub fn base(&self) -> Option<&PyType> {
        // SAFETY: null or a type that lives as long as this one.
        unsafe { self.tp_base.get().as_ref() }
    }
    /// The heap part of a class made at run time.
    #[inline]
    pub fn heap(&self) -> Option<&PyHeapType> {
        // SAFETY: HEAPTYPE promises the layout.
        self.has(flags::HEAPTYPE).then(|| unsafe { &*(self as *const PyType as *const PyHeapType) })
    }
    /// `PyType_IsSubtype`: by MRO, or by bases while the type is being made.
    #[inline]
    pub fn is_subtype(&self, of: &PyType) -> bool {
        std::ptr::eq(self, of) || self.comes_next(of) || self.has_in_mro(of)
    }
    /// Whether `of` is the class right behind the type in its method resolution order, as it mostly is when it is there at all.
    #[inline(always)]
    fn comes_next(&self, of: &PyType) -> bool {
        // SAFETY: a shared borrow of the MRO that ends before anything can change it.
        let cx = unsafe { crate::cx::Cx::assume() };
        self.tp_mro.get(&cx).and_then(|mro| mro.as_slice().get(1)).is_some_and(|t| std::ptr::eq(t.as_ptr() as *const PyType, of))
    }
    /// Whether `of` is one of the classes behind the type itself in its method resolution order.
    fn has_in_mro(&self, of: &PyType) -> bool {
        // SAFETY: a shared borrow of the MRO that ends before anything can change it.
        let cx = unsafe { crate::cx::Cx::assume() };
        match self.tp_mro.get(&cx) {
            Some(mro) => mro.as_slice().iter().any(|t| std::ptr::eq(t.as_ptr() as *const PyType, of)),
            None => {
                let mut t = self.base();
                while let Some(b) = t {
                    if std::ptr::eq(b, of) {
                        return true;
                    }
                    t = b.base();
                }
                std::ptr::eq(of, object_type())
            }
        }
    }
    #[inline(always)]
    pub fn number(&self) -> Option<&NumberMethods> {
        // SAFETY: null or a table that lives as long as the type.
        unsafe { self.tp_as_number.get().as_ref() }
    }
    #[inline(always)]
    pub fn sequence(&self) -> Option<&SequenceMethods> {
        // SAFETY: as above.
        unsafe { self.tp_as_sequence.get().as_ref() }
    }
    #[inline(always)]
    pub fn mapping(&self) -> Option<&MappingMethods> {
        // SAFETY: as above.
        unsafe { self.tp_as_mapping.get().as_ref() }
    }
    #[inline(always)]
    pub fn asynch(&self) -> Option<&AsyncMethods> {
        // SAFETY: as above.
        unsafe { self.tp_as_async.get().as_ref() }
    }
    #[inline(always)]
    pub fn buffer(&self) -> Option<&BufferProcs> {
        // SAFETY: as above.
        unsafe { self.tp_as_buffer.get().as_ref() }
    }
}
