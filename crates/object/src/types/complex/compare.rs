//! Hash, equality and `repr` of complex numbers.

use super::PyComplex;
use crate::abstract_::CmpOp;
use crate::prelude::*;
use crate::types::float::{PyFloat, cmp_int, hash_f64};
use taipan_macros::pymethods;

#[pymethods(BASIC)]
impl PyComplex {
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        let (re, im) = self.value();
        let (a, b) = (hash_f64(re, self.as_object()), hash_f64(im, self.as_object()));
        taipan_algo_hash::complex_hash(a as i64, b as i64) as isize
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        let (re, im) = self.value();
        let same = if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return crate::types::not_implemented().own();
        } else if let Some(i) = other.downcast::<PyInt>() {
            im == 0.0 && cmp_int(re, i).is_some_and(|o| o.is_eq())
        } else if let Some(f) = other.downcast::<PyFloat>() {
            im == 0.0 && re == f.value()
        } else if let Some(c) = other.downcast::<PyComplex>() {
            (re, im) == c.value()
        } else {
            return crate::types::not_implemented().own();
        };
        crate::types::boolean::from_bool(same == (op == CmpOp::Eq))
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        let (re, im) = self.value();
        let mut out = Vec::with_capacity(32);
        taipan_algo_float::complex_repr(re, im, &mut out);
        PyStr::from_latin1(&out, cx)
    }
}
