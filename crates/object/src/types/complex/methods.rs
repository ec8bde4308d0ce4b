//! The methods of `complex`.

use super::{PyComplex, as_complex};
use crate::prelude::*;
use crate::types::float::{PyFloat, text};
use taipan_macros::pymethods;

#[pymethods(METHODS)]
impl PyComplex {
    /// Convert number to a complex floating-point number.
    #[classmethod("from_number(number, /)")]
    fn from_number(cls: &PyType, number: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if std::ptr::eq(cls, PyComplex::ty()) && number.is_exact::<PyComplex>() {
            return Ok(number.own());
        }
        let v = as_complex(number, cx)?;
        PyComplex::of_type(cls, v, cx)
    }
    /// Return the complex conjugate of its argument. (3-4j).conjugate() == 3+4j.
    #[method("conjugate()")]
    fn conjugate(&self, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        let (re, im) = self.value();
        PyComplex::new(re, -im, cx)
    }
    /// Convert this value to exact type complex.
    #[method("__complex__()")]
    fn complex(&self, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        if self.as_object().is_exact::<PyComplex>() {
            return Ok(AsObject::new_ref(self));
        }
        let (re, im) = self.value();
        PyComplex::new(re, im, cx)
    }
    #[method("__getnewargs__()")]
    fn getnewargs(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let (re, im) = self.value();
        let (re, im) = (PyFloat::new(re, cx)?, PyFloat::new(im, cx)?);
        PyTuple::from_slice(&[&re, &im], cx)
    }
    /// Convert to a string according to format_spec.
    #[method("__format__(format_spec, /)")]
    fn format(&self, format_spec: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if format_spec.is_empty() {
            return crate::abstract_::str(self, cx);
        }
        let (re, im) = self.value();
        let name = self.as_object().ty().tp_name_str();
        text::format_pair(re, im, format_spec, name, cx)
    }
}
