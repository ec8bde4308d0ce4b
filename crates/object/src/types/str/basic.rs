//! Hash, comparison, `str()` and length of strings.

use super::PyStr;
use crate::abstract_::CmpOp;
use crate::prelude::*;
use taipan_macros::pymethods;

#[pymethods(BASIC)]
impl PyStr {
    #[slot(tp_hash)]
    fn hash_slot(&self) -> isize {
        self.hash_value()
    }
    #[slot(tp_str)]
    fn str_slot(&self, cx: &mut Cx) -> PyResult<Own<PyStr>> {
        if self.as_object().is_exact::<PyStr>() {
            return Ok(AsObject::new_ref(self));
        }
        let points: Vec<u32> = self.code_points().collect();
        PyStr::from_code_points(&points, cx)
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        let Some(o) = other.downcast::<PyStr>() else { return crate::types::not_implemented().own() };
        let r = match op {
            CmpOp::Eq => self.eq_str(o),
            CmpOp::Ne => !self.eq_str(o),
            _ => op.holds(self.code_points().cmp(o.code_points())),
        };
        crate::types::boolean::from_bool(r)
    }
    #[slot(sq_length, mp_length)]
    fn length(&self) -> usize {
        self.len()
    }
}
