//! Hash, comparison and text of ints.

use super::{PyInt, hash_value};
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
        let Some(o) = other.downcast::<PyInt>() else { return crate::types::not_implemented().own() };
        let order = match (self.compact(), o.compact()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.as_ref_int().cmp(&o.as_ref_int()),
        };
        crate::types::boolean::from_bool(op.holds(order))
    }
}
