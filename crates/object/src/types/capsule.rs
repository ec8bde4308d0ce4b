//! `PyCapsule`: an opaque C pointer as an object (pycapsule.h).

use crate::field::{GcField, Visit};
use crate::prelude::*;
use crate::typeobj::{Destructor, Inquiry, TraverseProc};
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use taipan_macros::{pymethods, pytype};

/// Capsule objects let you wrap a C "void *" pointer in a Python object.
///
/// They're a way of passing data through the Python interpreter without
/// creating your own custom type.
///
/// Capsules are used for communication between extension modules.
/// They provide a way for an extension module to export a C interface
/// to other extension modules, so that extension modules can use the
/// Python import mechanism to link to one another.
#[pytype(name = "PyCapsule", gc, export = "PyCapsule_Type")]
#[repr(C)]
pub struct PyCapsule {
    head: ObjHead,
    pub pointer: Cell<*mut c_void>,
    pub name: Cell<*const c_char>,
    pub context: Cell<*mut c_void>,
    pub destructor: Finish,
}

/// The C functions of a capsule: the destructor runs when the capsule dies.
#[repr(C)]
pub struct Finish {
    pub function: Cell<Option<Destructor>>,
    pub traverse: Cell<Option<TraverseProc>>,
    pub clear: Cell<Option<Inquiry>>,
}

impl Finish {
    fn capsule(&self) -> *mut Object {
        let at = std::mem::offset_of!(PyCapsule, destructor);
        (self as *const Finish as *mut u8).wrapping_sub(at) as *mut Object
    }
}

impl GcField for Finish {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        match self.traverse.get() {
            // SAFETY: the functions that the extension gave with the capsule.
            Some(f) => match unsafe { f(self.capsule(), v.proc_, v.arg) } {
                0 => Ok(()),
                n => Err(n),
            },
            None => Ok(()),
        }
    }
    fn gc_clear(&self) {
        if let Some(f) = self.clear.get() {
            // SAFETY: as above.
            unsafe { f(self.capsule()) };
        }
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        if let Some(f) = self.function.get() {
            // SAFETY: the capsule's fields in front are plain words that are still there.
            unsafe { f(self.capsule()) };
        }
    }
}

impl PyCapsule {
    /// A capsule; `pointer` is not null.
    pub fn new(pointer: *mut c_void, name: *const c_char, destructor: Option<Destructor>, cx: &mut Cx) -> PyResult<Own<PyCapsule>> {
        cx.new_object(PyCapsule {
            head: Object::placeholder(),
            pointer: Cell::new(pointer),
            name: Cell::new(name),
            context: Cell::new(std::ptr::null_mut()),
            destructor: Finish { function: Cell::new(destructor), traverse: Cell::new(None), clear: Cell::new(None) },
        })
    }

    /// Whether the capsule's name is `name` (both may be null).
    ///
    /// # Safety
    /// `name` is null or a C string.
    pub unsafe fn is_named(&self, name: *const c_char) -> bool {
        let own = self.name.get();
        if own.is_null() || name.is_null() {
            return own.is_null() && name.is_null();
        }
        // SAFETY: the caller's promise, and the maker's.
        unsafe { CStr::from_ptr(own) == CStr::from_ptr(name) }
    }
}

#[pymethods]
impl PyCapsule {
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let name = self.name.get();
        if name.is_null() {
            return format!("<capsule object NULL at {:p}>", self);
        }
        // SAFETY: a C string of the maker.
        let text = unsafe { CStr::from_ptr(name) }.to_string_lossy();
        format!("<capsule object \"{text}\" at {:p}>", self)
    }
}
