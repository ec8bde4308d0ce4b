//! The number slots of `float`.

use super::PyFloat;
use crate::abstract_::number;
use crate::prelude::*;
use taipan_macros::pymethods;

/// A float or int operand as a double; `None` for anything else. A huge int raises `OverflowError`.
#[inline(always)]
fn operand(o: &Object, cx: &mut Cx) -> PyResult<Option<f64>> {
    if let Some(f) = o.exact::<PyFloat>() {
        return Ok(Some(f.value()));
    }
    match o.downcast::<PyInt>() {
        Some(i) => match i.compact() {
            Some(n) => Ok(Some(n as f64)),
            None => number::int_to_f64(i, cx).map(Some),
        },
        None => Ok(of_subtype(o)),
    }
}

#[cold]
fn of_subtype(o: &Object) -> Option<f64> {
    o.downcast::<PyFloat>().map(PyFloat::value)
}

/// Both operands as doubles, or `NotImplemented` from the calling slot.
macro_rules! floats {
    ($a:expr, $b:expr, $cx:expr) => {
        match (operand($a, $cx)?, operand($b, $cx)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(crate::types::not_implemented().own()),
        }
    };
}

#[inline(always)]
fn made(v: f64, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyFloat::new(v, cx).map(Own::into_object)
}

/// `x ** y` of Python: a complex number for a negative base and a fraction as exponent. Raises `ZeroDivisionError` and `OverflowError`.
pub fn power(x: f64, y: f64, cx: &mut Cx) -> PyResult<Own<Object>> {
    if y == 0.0 || x == 1.0 {
        return made(1.0, cx);
    }
    if x == 0.0 && y < 0.0 && y.is_finite() {
        return Err(cx.zero_division_error(format_args!("zero to a negative power")));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.floor() != y {
        let v = crate::types::complex::arith::power((x, 0.0), (y, 0.0), cx)?;
        return crate::types::complex::PyComplex::new(v.0, v.1, cx).map(Own::into_object);
    }
    let v = x.powf(y);
    if v.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(range_error(cx));
    }
    made(v, cx)
}

/// `OverflowError(34, 'Numerical result out of range')`, as `ERANGE` gives it.
#[cold]
fn range_error(cx: &mut Cx) -> Raised {
    let r = PyInt::new(34, cx).and_then(|n| Ok((n, PyStr::new("Numerical result out of range", cx)?)));
    match r.and_then(|(n, s)| crate::call::call(exc::OverflowError().as_object(), &[&n, &s], cx)) {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

#[cold]
fn zero_division(cx: &mut Cx) -> Raised {
    cx.zero_division_error(format_args!("division by zero"))
}

#[pymethods(NUMBER)]
impl PyFloat {
    #[slot(nb_add)]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        made(a + b, cx)
    }
    #[slot(nb_subtract)]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        made(a - b, cx)
    }
    #[slot(nb_multiply)]
    fn mul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        made(a * b, cx)
    }
    #[slot(nb_true_divide)]
    fn true_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        if b == 0.0 {
            return Err(zero_division(cx));
        }
        made(a / b, cx)
    }
    #[slot(nb_remainder)]
    fn modulo(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        match taipan_algo_float::number::modulo(a, b) {
            Some(v) => made(v, cx),
            None => Err(zero_division(cx)),
        }
    }
    #[slot(nb_floor_divide)]
    fn floor_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        match taipan_algo_float::divmod(a, b) {
            Some((q, _)) => made(q, cx),
            None => Err(zero_division(cx)),
        }
    }
    #[slot(nb_divmod)]
    fn divmod(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = floats!(a, b, cx);
        let Some((q, r)) = taipan_algo_float::divmod(a, b) else { return Err(zero_division(cx)) };
        let (q, r) = (PyFloat::new(q, cx)?, PyFloat::new(r, cx)?);
        PyTuple::from_slice(&[&q, &r], cx).map(Own::into_object)
    }
    #[slot(nb_power)]
    fn pow(a: &Object, b: &Object, m: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !m.is(crate::types::none()) {
            return Err(cx.type_error(format_args!("pow() 3rd argument not allowed unless all arguments are integers")));
        }
        let (a, b) = floats!(a, b, cx);
        power(a, b, cx)
    }
    #[slot(nb_negative)]
    fn neg(&self) -> f64 {
        -self.value()
    }
    #[slot(nb_positive)]
    fn pos(&self, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        self.exact_ref(cx)
    }
    #[slot(nb_absolute)]
    fn abs(&self) -> f64 {
        self.value().abs()
    }
    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        self.value() != 0.0
    }
    #[slot(nb_int)]
    fn int(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        super::convert::trunc(self.value(), cx)
    }
    #[slot(nb_float)]
    fn float(&self, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        self.exact_ref(cx)
    }
}

impl PyFloat {
    /// The value as an exact float: itself, or a copy when it is of a subtype.
    #[inline]
    pub fn exact_ref(&self, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        if self.as_object().is_exact::<PyFloat>() { Ok(AsObject::new_ref(self)) } else { PyFloat::new(self.value(), cx) }
    }
}
