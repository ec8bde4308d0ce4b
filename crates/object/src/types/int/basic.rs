//! Hash, comparison and text of ints.

use super::{PyInt, hash_value, ops, text};
use crate::abstract_::CmpOp;
use crate::prelude::*;
use taipan_macros::pymethods;

#[pymethods(BASIC)]
impl PyInt {
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        hash_value(self)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        match other.downcast::<PyInt>() {
            Some(o) => crate::types::boolean::from_bool(op.holds(ops::cmp(self, o))),
            None => crate::types::not_implemented().own(),
        }
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        text::decimal(self, cx)
    }
}
