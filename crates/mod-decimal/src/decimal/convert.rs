//! To and from other types: ints, floats, tuples, ratios, pickles.

use super::construct::{Precision, as_class, from_float, from_object, unsupported};
use super::PyDecimal;
use crate::state::{self, State};
use taipan_algo_decimal::convert::binary;
use taipan_algo_decimal::ops::integral::integer_part;
use taipan_algo_decimal::ops::quantize::quantize;
use taipan_algo_decimal::text::write;
use taipan_algo_decimal::{Dec, Kind, Rounding};
use taipan_object::prelude::*;
use taipan_object::types::complex::PyComplex;
use taipan_object::types::float::PyFloat;
use taipan_object::call;

impl PyDecimal {
    /// The value rounded to an int. Raises `ValueError` and `OverflowError`.
    pub fn to_int(&self, mode: Rounding, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        match self.value.kind {
            Kind::Nan | Kind::Snan => return Err(cx.value_error(format_args!("cannot convert NaN to integer"))),
            Kind::Infinite => return Err(cx.overflow_error(format_args!("cannot convert Infinity to integer"))),
            Kind::Finite => {}
        }
        let whole = integer_part(&self.value, mode);
        if whole.exp == 0
            && let Some(w) = whole.coeff.wide().and_then(|w| i64::try_from(w).ok())
        {
            return PyInt::new(if whole.neg { -w } else { w }, cx);
        }
        match binary::integer_value(&whole) {
            Some(i) => PyInt::from_big(&i, cx),
            None => Err(cx.memory_error()),
        }
    }

    /// The nearest float.
    fn to_float(&self, cx: &mut Cx) -> PyResult<f64> {
        let sign = if self.value.neg { -1.0f64 } else { 1.0 };
        match self.value.kind {
            Kind::Snan => return Err(cx.value_error(format_args!("cannot convert signaling NaN to float"))),
            Kind::Nan => return Ok(f64::NAN.copysign(sign)),
            Kind::Infinite => return Ok(f64::INFINITY * sign),
            Kind::Finite => {}
        }
        // Powers of ten up to 10**22 are exact, and so is one rounding.
        if let Some(c) = self.value.coeff.wide()
            && c < 1 << 53
            && (-22..=22).contains(&self.value.exp)
        {
            let ten = 10f64.powi(self.value.exp.unsigned_abs() as i32);
            let c = c as f64 * sign;
            return Ok(if self.value.exp < 0 { c / ten } else { c * ten });
        }
        let text = write::to_text(&self.value, true, false);
        Ok(text.parse::<f64>().unwrap_or(f64::NAN))
    }
}

#[pymethods(CONVERT)]
impl PyDecimal {
    #[slot(nb_int)]
    fn nb_int(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        self.to_int(Rounding::Down, cx)
    }
    #[slot(nb_float)]
    fn nb_float(&self, cx: &mut Cx) -> PyResult<Own<PyFloat>> {
        let x = self.to_float(cx)?;
        PyFloat::new(x, cx)
    }
    #[method("__round__(*args)", nosig)]
    fn round(&self, args: Args<'_>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = match *args.0 {
            [] => return self.to_int(Rounding::HalfEven, cx).map(Own::into_object),
            [n] => n,
            _ => return Err(cx.type_error(format_args!("function takes at most 1 argument ({} given)", args.0.len()))),
        };
        let Some(i) = n.downcast::<PyInt>() else {
            return Err(cx.type_error(format_args!("optional arg must be an integer")));
        };
        let Some(n) = i.to_i64() else {
            return Err(cx.overflow_error(format_args!("Python int too large to convert to C ssize_t")));
        };
        let context = state::current(cx)?;
        let exponent = Dec::small(false, 1, n.checked_neg().unwrap_or(i64::MAX));
        let mut status = 0;
        let r = quantize(&self.value, &exponent, &context.rules(), &mut status);
        context.give(r, status, cx).map(Own::into_object)
    }
    #[method("__ceil__()")]
    fn ceil(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        self.to_int(Rounding::Ceiling, cx)
    }
    #[method("__floor__()")]
    fn floor(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        self.to_int(Rounding::Floor, cx)
    }
    #[method("__trunc__()")]
    fn trunc(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        self.to_int(Rounding::Down, cx)
    }
    #[method("__complex__()")]
    fn complex(&self, cx: &mut Cx) -> PyResult<Own<PyComplex>> {
        let x = self.to_float(cx)?;
        PyComplex::new(x, 0.0, cx)
    }
    #[method("__copy__()")]
    fn copy(&self) -> &PyDecimal {
        self
    }
    #[method("__deepcopy__(object, /)")]
    fn deepcopy(&self, _object: &Object) -> &PyDecimal {
        self
    }
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let text = taipan_object::abstract_::str(self, cx)?.into_object();
        let args = PyTuple::from_vec(vec![text], cx)?.into_object();
        PyTuple::pair(self.ty().as_object().own(), args, cx)
    }
    #[method("__sizeof__()")]
    fn sizeof(&self) -> usize {
        let beside = self.value.limbs().len();
        size_of::<PyDecimal>() + if beside > 2 { beside * 8 } else { 0 }
    }
    /// Return a tuple representation of the number.
    #[method("as_tuple()")]
    fn as_tuple(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let v = &self.value;
        let exponent = match v.kind {
            Kind::Finite => PyInt::new(v.exp, cx)?.into_object(),
            Kind::Infinite => PyStr::new_interned("F", cx)?.into_object(),
            Kind::Nan => PyStr::new_interned("n", cx)?.into_object(),
            Kind::Snan => PyStr::new_interned("N", cx)?.into_object(),
        };
        let mut text = Vec::new();
        if !v.is_nan() || !v.no_coeff() {
            write::push_digits(&mut text, v.limbs());
        }
        let mut digits = Vec::with_capacity(text.len());
        for c in text {
            digits.push(PyInt::new(i64::from(c - b'0'), cx)?.into_object());
        }
        let digits = PyTuple::from_vec(digits, cx)?;
        let sign = PyInt::new(i64::from(v.neg), cx)?;
        match cx.state::<State>().tuple.own() {
            Some(t) => call::call(&t, &[&sign, &digits, &exponent], cx),
            None => Err(cx.runtime_error(format_args!("_decimal is not initialised"))),
        }
    }
    /// Decimal.as_integer_ratio() -> (int, int)
    ///
    /// Return a pair of integers, whose ratio is exactly equal to the original
    /// Decimal and with a positive denominator. The ratio is in lowest terms.
    /// Raise OverflowError on infinities and a ValueError on NaNs.
    #[method("as_integer_ratio()")]
    fn as_integer_ratio(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        match self.value.kind {
            Kind::Nan | Kind::Snan => return Err(cx.value_error(format_args!("cannot convert NaN to integer ratio"))),
            Kind::Infinite => return Err(cx.overflow_error(format_args!("cannot convert Infinity to integer ratio"))),
            Kind::Finite => {}
        }
        let Some((n, d)) = binary::as_ratio(&self.value) else { return Err(cx.memory_error()) };
        let n = PyInt::from_big(&n, cx)?.into_object();
        let d = PyInt::from_big(&d, cx)?.into_object();
        PyTuple::pair(n, d, cx)
    }
    /// Class method that converts a float to a decimal number, exactly.
    /// Since 0.1 is not exactly representable in binary floating point,
    /// Decimal.from_float(0.1) is not the same as Decimal('0.1').
    ///
    ///     >>> Decimal.from_float(0.1)
    ///     Decimal('0.1000000000000000055511151231257827021181583404541015625')
    ///     >>> Decimal.from_float(float('nan'))
    ///     Decimal('NaN')
    ///     >>> Decimal.from_float(float('inf'))
    ///     Decimal('Infinity')
    ///     >>> Decimal.from_float(float('-inf'))
    ///     Decimal('-Infinity')
    #[classmethod("from_float(f, /)")]
    fn from_float(cls: &PyType, f: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let d = from_float(f, cx)?;
        as_class(cls, d, cx)
    }
    /// Class method that converts a real number to a decimal number, exactly.
    ///
    ///     >>> Decimal.from_number(314)              # int
    ///     Decimal('314')
    ///     >>> Decimal.from_number(0.1)              # float
    ///     Decimal('0.1000000000000000055511151231257827021181583404541015625')
    ///     >>> Decimal.from_number(Decimal('3.14'))  # another decimal instance
    ///     Decimal('3.14')
    #[classmethod("from_number(number, /)")]
    fn from_number(cls: &PyType, number: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if !number.is_a::<PyInt>() && !number.is_a::<PyFloat>() && !number.is_a::<PyDecimal>() {
            return Err(unsupported(number, cx));
        }
        let context = state::current(cx)?;
        let d = from_object(number, Precision::Exact, &context, cx)?;
        as_class(cls, d, cx)
    }
    #[getter("real")]
    fn real(&self) -> &PyDecimal {
        self
    }
    #[getter("imag")]
    fn imag(&self, cx: &mut Cx) -> PyResult<Own<PyDecimal>> {
        PyDecimal::new(Dec::zero(false, 0), cx)
    }
}
