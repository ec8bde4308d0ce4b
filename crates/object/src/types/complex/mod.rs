//! `complex`: `PyComplexObject`, two doubles.

pub mod arith;
mod compare;
mod methods;
pub mod new;

use crate::prelude::*;
use std::cell::Cell;
use taipan_macros::pytype;

pub use new::as_complex;

/// The struct.
#[pytype(
    name = "complex",
    layout = "PyComplexObject",
    export = "PyComplex_Type",
    basetype,
    parts(BASIC, NUMBER, NEW, METHODS),
    doc = "complex(real=0, imag=0)\n--\n\nCreate a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary components."
)]
#[repr(C)]
pub struct PyComplex {
    head: ObjHead,
    /// the real part of a complex number
    #[member("real", readonly, ty = Py_T_DOUBLE, doc = "the real part of a complex number")]
    real: Cell<f64>,
    /// the imaginary part of a complex number
    #[member("imag", readonly, ty = Py_T_DOUBLE, doc = "the imaginary part of a complex number")]
    imag: Cell<f64>,
}

impl PyComplex {
    /// A complex object.
    pub fn new(real: f64, imag: f64, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        cx.new_object(PyComplex { head: Object::placeholder(), real: Cell::new(real), imag: Cell::new(imag) })
    }
    /// Real and imaginary part.
    #[inline]
    pub fn value(&self) -> (f64, f64) {
        (self.real.get(), self.imag.get())
    }
    /// An instance of `cls`, which is `complex` or derives from it.
    pub fn of_type(cls: &PyType, v: (f64, f64), cx: &mut Cx) -> PyResult<Own<Object>> {
        let c = PyComplex { head: Object::placeholder(), real: Cell::new(v.0), imag: Cell::new(v.1) };
        cx.new_object_of(cls, c).map(Own::into_object)
    }
}
