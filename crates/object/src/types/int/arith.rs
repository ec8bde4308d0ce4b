//! The number slots of `int`.

use super::{PyInt, ops};
use crate::prelude::*;
use crate::types::float::PyFloat;
use taipan_macros::pymethods;

/// Both operands as ints, or `NotImplemented` from the calling slot.
macro_rules! ints {
    ($a:expr, $b:expr) => {
        match ($a.downcast::<PyInt>(), $b.downcast::<PyInt>()) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(crate::types::not_implemented().own()),
        }
    };
}

#[pymethods(NUMBER)]
impl PyInt {
    #[slot(nb_add)]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::add(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_subtract)]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::sub(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_multiply)]
    fn mul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::mul(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_remainder)]
    fn modulo(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::modulo(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_divmod)]
    fn divmod(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        let (q, r) = ops::divmod(a, b, cx)?;
        PyTuple::from_slice(&[&q, &r], cx).map(Own::into_object)
    }
    #[slot(nb_floor_divide)]
    fn floor_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::floor_div(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_true_divide)]
    fn true_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        let v = ops::true_div(a, b, cx)?;
        PyFloat::new(v, cx).map(Own::into_object)
    }
    #[slot(nb_power)]
    fn power(a: &Object, b: &Object, m: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        if m.is(crate::types::none()) {
            if b.is_negative() {
                let (x, y) = (crate::abstract_::number::int_to_f64(a, cx)?, crate::abstract_::number::int_to_f64(b, cx)?);
                return crate::types::float::power(x, y, cx);
            }
            return ops::pow(a, b, cx).map(Own::into_object);
        }
        match m.downcast::<PyInt>() {
            Some(m) => ops::pow_mod(a, b, m, cx).map(Own::into_object),
            None => Ok(crate::types::not_implemented().own()),
        }
    }
    #[slot(nb_negative)]
    fn neg(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::neg(self, cx)
    }
    #[slot(nb_positive)]
    fn pos(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    #[slot(nb_absolute)]
    fn abs(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::abs(self, cx)
    }
    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        !self.is_zero()
    }
    #[slot(nb_invert)]
    fn invert(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::invert(self, cx)
    }
    #[slot(nb_lshift)]
    fn shl(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::shl(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_rshift)]
    fn shr(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::shr(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_and)]
    fn and(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::and(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_xor)]
    fn xor(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::xor(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_or)]
    fn or(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = ints!(a, b);
        ops::or(a, b, cx).map(Own::into_object)
    }
    #[slot(nb_int)]
    fn int(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    #[slot(nb_index)]
    fn index(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        ops::exact(self, cx)
    }
    #[slot(nb_float)]
    fn float(&self, cx: &mut Cx) -> PyResult<f64> {
        crate::abstract_::number::int_to_f64(self, cx)
    }
}
