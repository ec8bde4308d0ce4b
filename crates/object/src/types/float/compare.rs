//! Hash, comparison and `repr` of floats. Comparison with an int is exact, however large it is.

use super::PyFloat;
use crate::abstract_::CmpOp;
use crate::prelude::*;
use std::cmp::Ordering;
use taipan_macros::pymethods;

/// What an operator says of a partial order: with NaN everything but `!=` is false.
#[inline(always)]
fn holds(op: CmpOp, o: Option<Ordering>) -> bool {
    match o {
        Some(o) => op.holds(o),
        None => op == CmpOp::Ne,
    }
}

/// Order of a double and an int, exactly; `None` for NaN.
pub fn cmp_int(x: f64, i: &PyInt) -> Option<Ordering> {
    match i.compact() {
        Some(n) => x.partial_cmp(&(n as f64)),
        None => taipan_algo_int::cmp_f64(i.as_ref_int(), x).map(Ordering::reverse),
    }
}

/// `hash` of a double; NaN hashes by the identity of its object.
pub fn hash_f64(x: f64, owner: &Object) -> isize {
    match taipan_algo_float::hash(x) {
        Some(h) => h as isize,
        None => crate::hash::hash_pointer(owner.as_ptr()),
    }
}

#[pymethods(BASIC)]
impl PyFloat {
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        hash_f64(self.value(), self.as_object())
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        let x = self.value();
        let order = if let Some(f) = other.exact::<PyFloat>() {
            x.partial_cmp(&f.value())
        } else if let Some(i) = other.downcast::<PyInt>() {
            cmp_int(x, i)
        } else if let Some(f) = other.downcast::<PyFloat>() {
            x.partial_cmp(&f.value())
        } else {
            return crate::types::not_implemented().own();
        };
        crate::types::boolean::from_bool(holds(op, order))
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        super::text::repr(self.value(), cx)
    }
}
