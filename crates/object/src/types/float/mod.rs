//! `float`: `PyFloatObject`, a boxed `f64`.

mod arith;
mod compare;
pub mod convert;
mod methods;
pub mod new;
pub mod text;

pub use arith::power;
pub use compare::{cmp_int, hash_f64};

use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use std::cell::Cell;

/// `PyFloatObject`.
#[repr(C)]
pub struct PyFloat {
    head: ObjHead,
    value: Cell<f64>,
}
const _: () = assert!(size_of::<PyFloat>() == 24);

crate::kernel_type!(PyFloat, PyFloat_Type, c"float", BASETYPE | MATCH_SELF);

impl PyFloat {
    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.value.get()
    }
    /// Overwrite the value of a box that nobody else can see (the interpreter reuses unshared boxes).
    #[inline(always)]
    pub fn set_value_unshared(&self, v: f64) {
        debug_assert!(self.as_object().is_unique());
        self.value.set(v);
    }
    /// A float object in a block that waits for reuse; `None` when there is none: [`PyFloat::new`] makes it then.
    #[inline(always)]
    pub fn from_waiting(v: f64) -> Option<Own<PyFloat>> {
        let p = crate::alloc::take_kept(size_of::<PyFloat>()) as *mut PyFloat;
        if p.is_null() {
            return None;
        }
        // SAFETY: a fresh block.
        unsafe {
            p.write(PyFloat { head: Object::new_heap(&raw const PyFloat_Type.ty), value: Cell::new(v) });
            Some(Own::from_raw(p as *mut Object))
        }
    }
    /// A float object.
    #[inline]
    pub fn new(v: f64, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        let p = crate::alloc::malloc(size_of::<PyFloat>()) as *mut PyFloat;
        if p.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: a fresh block.
        unsafe {
            p.write(PyFloat { head: Object::new_heap(&raw const PyFloat_Type.ty), value: Cell::new(v) });
            Ok(Own::from_raw(p as *mut Object))
        }
    }
}

/// The death of an exact float.
///
/// # Safety
/// The count is zero and nobody else holds the float.
#[inline(always)]
pub(crate) unsafe fn dealloc_exact(obj: *mut Object) {
    // SAFETY: exact floats have the size of their struct.
    unsafe { crate::alloc::free(obj as *mut u8, size_of::<PyFloat>()) }
}

/// `tp_dealloc`.
pub(crate) unsafe extern "C" fn dealloc(obj: *mut Object) {
    // SAFETY: a dying float; exact ones have the size of their struct.
    unsafe {
        if (*obj).is_exact::<PyFloat>() {
            crate::alloc::free(obj as *mut u8, size_of::<PyFloat>());
        } else {
            crate::dealloc::dealloc_of::<PyFloat>(obj);
        }
    }
}

crate::kernel_spec!(PyFloat, PyFloat_Type {
    dealloc: Some(dealloc),
    doc: Some(c"float(x=0, /)\n--\n\nConvert a string or number to a floating-point number, if possible."),
} parts [PyFloat::BASIC, PyFloat::NUMBER, PyFloat::NEW, PyFloat::METHODS]);
