//! `datetime.timedelta`. Invariants: |days| <= 999999999, 0 <= seconds < 86400, 0 <= microseconds < 1000000.

use std::cell::Cell;
use taipan_object::prelude::*;
use taipan_object::types::float::{self, PyFloat};
use taipan_object::types::int::ops;
use taipan_object::{abstract_, call};

pub const DAYS_MAX: i64 = 999_999_999;
const DAY_US: i128 = 86_400_000_000;

/// Difference between two datetime values.
#[pytype(
    name = "datetime.timedelta",
    basetype,
    layout = "PyDateTime_Delta",
    doc = "Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or floats, and may be positive or negative.",
    attrs("resolution" => resolution, "min" => min, "max" => max)
)]
#[repr(C)]
pub struct PyDelta {
    head: ObjHead,
    hash: Cell<isize>,
    #[member("days", ty = Py_T_INT, readonly, doc = "Number of days.")]
    pub days: i32,
    #[member("seconds", ty = Py_T_INT, readonly, doc = "Number of seconds (>= 0 and less than 1 day).")]
    pub seconds: i32,
    #[member("microseconds", ty = Py_T_INT, readonly, doc = "Number of microseconds (>= 0 and less than 1 second).")]
    pub microseconds: i32,
}

fn resolution(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyDelta::from_micros(1, cx)?.into_object())
}
fn min(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyDelta::new_normal(-DAYS_MAX, 0, 0, cx)?.into_object())
}
fn max(cx: &mut Cx) -> PyResult<Own<Object>> {
    Ok(PyDelta::new_normal(DAYS_MAX, 86_399, 999_999, cx)?.into_object())
}

#[cold]
fn too_large(cx: &mut Cx) -> Raised {
    cx.overflow_error(format_args!("Python int too large to convert to C int"))
}

/// The value of an int if it has at most 127 bits.
pub fn int_to_i128(i: &PyInt) -> Option<i128> {
    if let Some(n) = i.to_i64() {
        return Some(i128::from(n));
    }
    let digits = i.as_ref_int().digits;
    if digits.len() > 4 {
        return None;
    }
    let n = digits.iter().rev().fold(0i128, |n, &d| n << 30 | i128::from(d));
    Some(if i.is_negative() { -n } else { n })
}

/// An int of any `i128`.
pub fn int_from_i128(n: i128, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    if let Ok(n) = i64::try_from(n) {
        return PyInt::new(n, cx);
    }
    let mut digits = Vec::with_capacity(5);
    let mut rest = n.unsigned_abs();
    while rest > 0 {
        digits.push((rest & 0x3FFF_FFFF) as u32);
        rest >>= 30;
    }
    PyInt::from_digits(n < 0, &digits, cx)
}

impl PyDelta {
    /// All in microseconds.
    pub fn micros(&self) -> i128 {
        (i128::from(self.days) * 86_400 + i128::from(self.seconds)) * 1_000_000 + i128::from(self.microseconds)
    }

    /// From normal parts, as the class `cls`. Raises `OverflowError` out of range.
    pub fn of_parts(cls: &PyType, days: i64, seconds: i32, microseconds: i32, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        if !(-DAYS_MAX..=DAYS_MAX).contains(&days) {
            return Err(cx.overflow_error(format_args!("days={days}; must have magnitude <= {DAYS_MAX}")));
        }
        let d = PyDelta { head: Object::placeholder(), hash: Cell::new(-1), days: days as i32, seconds, microseconds };
        cx.new_object_of(cls, d)
    }

    /// From microseconds, as the class `cls`.
    fn of_micros(cls: &PyType, us: i128, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        let (days, rest) = (us.div_euclid(DAY_US), us.rem_euclid(DAY_US));
        let Ok(days) = i32::try_from(days) else { return Err(too_large(cx)) };
        PyDelta::of_parts(cls, i64::from(days), (rest / 1_000_000) as i32, (rest % 1_000_000) as i32, cx)
    }

    /// From microseconds. Raises `OverflowError` out of range.
    pub fn from_micros(us: i128, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        PyDelta::of_micros(PyDelta::ty(), us, cx)
    }

    /// From parts that need not be normal.
    pub fn new_normal(days: i64, seconds: i64, microseconds: i64, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        PyDelta::of_normal(PyDelta::ty(), days, seconds, microseconds, cx)
    }

    /// As [`PyDelta::new_normal`], as the class `cls`.
    pub fn of_normal(cls: &PyType, days: i64, seconds: i64, microseconds: i64, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        let (carry, us) = (microseconds.div_euclid(1_000_000), microseconds.rem_euclid(1_000_000));
        let seconds = seconds + carry;
        let (carry, seconds) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        PyDelta::of_parts(cls, days + carry, seconds as i32, us as i32, cx)
    }

    /// Whether it is strictly between -24 and 24 hours.
    pub fn is_within_a_day(&self) -> bool {
        self.micros().abs() < DAY_US
    }

    pub fn is_zero(&self) -> bool {
        self.days == 0 && self.seconds == 0 && self.microseconds == 0
    }

    fn micros_int(&self, cx: &mut Cx) -> PyResult<Own<PyInt>> {
        int_from_i128(self.micros(), cx)
    }

    fn from_int(us: &PyInt, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        match int_to_i128(us) {
            Some(us) => PyDelta::from_micros(us, cx),
            None => Err(too_large(cx)),
        }
    }
}

/// The sum of the constructor's arguments.
struct Sum {
    us: i128,
    /// Fractions of microseconds.
    left: f64,
}

impl Sum {
    fn add(&mut self, name: &str, v: &Object, factor: i64, cx: &mut Cx) -> PyResult<()> {
        if let Some(i) = v.downcast::<PyInt>() {
            let sum = int_to_i128(i).and_then(|n| n.checked_mul(i128::from(factor))).and_then(|n| self.us.checked_add(n));
            self.us = sum.ok_or_else(|| too_large(cx))?;
            return Ok(());
        }
        let Some(f) = v.downcast::<PyFloat>() else {
            return Err(cx.type_error(format_args!("unsupported type for timedelta {name} component: {}", v.ty().tp_name_str())));
        };
        let x = f.value();
        let (whole, frac) = (x.trunc(), x - x.trunc());
        if !x.is_finite() || whole.abs() >= 1e30 {
            // Raises for infinities and NaN.
            drop(float::convert::to_int(x, cx)?);
            return Err(too_large(cx));
        }
        let part = frac * factor as f64;
        let sum = (whole as i128).checked_mul(i128::from(factor)).and_then(|n| self.us.checked_add(n)).and_then(|n| n.checked_add(part.trunc() as i128));
        self.us = sum.ok_or_else(|| too_large(cx))?;
        if frac != 0.0 {
            self.left += part - part.trunc();
        }
        Ok(())
    }

    /// The sum with its fraction rounded to even.
    fn total(self) -> i128 {
        if self.left == 0.0 {
            return self.us;
        }
        let mut whole = self.left.round();
        if (whole - self.left).abs() == 0.5 {
            let odd = f64::from((self.us & 1) as u8);
            whole = 2.0 * ((self.left + odd) * 0.5).round() - odd;
        }
        self.us + whole as i128
    }
}

/// `a / b` rounded to the nearest int, ties to even.
fn divide_nearest(a: &PyInt, b: &PyInt, cx: &mut Cx) -> PyResult<Own<PyInt>> {
    let (q, r) = ops::divmod(a, b, cx)?;
    let twice = ops::add(&r, &r, cx)?;
    // The remainder has the divisor's sign.
    let order = if b.is_negative() { ops::cmp(b, &twice) } else { ops::cmp(&twice, b) };
    let odd = q.as_ref_int().digits.first().is_some_and(|d| d & 1 == 1);
    if order.is_gt() || (order.is_eq() && odd) {
        let one = PyInt::new(1, cx)?;
        return ops::add(&q, &one, cx);
    }
    Ok(q)
}

/// `us * x` or `us / x` by the exact ratio of a float.
fn by_float(d: &PyDelta, x: &Object, divide: bool, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
    let ratio = call::call_method(x, name!(cx, "as_integer_ratio"), &[], cx)?;
    let parts = ratio.downcast::<PyTuple>().map(PyTuple::as_slice).unwrap_or_default();
    let (Some(Some(num)), Some(Some(den))) = (parts.first().map(|o| o.downcast::<PyInt>()), parts.get(1).map(|o| o.downcast::<PyInt>())) else {
        return Err(cx.type_error(format_args!("unexpected return type from as_integer_ratio(): expected tuple, not '{}'", ratio.ty().tp_name_str())));
    };
    let (num, den) = if divide { (den, num) } else { (num, den) };
    let us = d.micros_int(cx)?;
    let product = ops::mul(&us, num, cx)?;
    let q = divide_nearest(&product, den, cx)?;
    PyDelta::from_int(&q, cx)
}

fn both<'a>(a: &'a Object, b: &'a Object) -> Option<(&'a PyDelta, &'a PyDelta)> {
    Some((a.downcast::<PyDelta>()?, b.downcast::<PyDelta>()?))
}

fn no() -> PyResult<Own<Object>> {
    Ok(not_implemented().own())
}

fn mul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (d, other) = match (a.downcast::<PyDelta>(), b.downcast::<PyDelta>()) {
        (Some(d), _) => (d, b),
        (_, Some(d)) => (d, a),
        _ => return no(),
    };
    if let Some(i) = other.downcast::<PyInt>() {
        if let Some(us) = int_to_i128(i).and_then(|n| n.checked_mul(d.micros())) {
            return Ok(PyDelta::from_micros(us, cx)?.into_object());
        }
        let us = d.micros_int(cx)?;
        let product = ops::mul(&us, i, cx)?;
        return Ok(PyDelta::from_int(&product, cx)?.into_object());
    }
    if other.is_a::<PyFloat>() {
        return Ok(by_float(d, other, false, cx)?.into_object());
    }
    no()
}

#[pymethods]
impl PyDelta {
    #[new("__new__(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)", nosig)]
    #[allow(clippy::too_many_arguments)]
    fn new(
        cls: &PyType,
        days: Option<&Object>,
        seconds: Option<&Object>,
        microseconds: Option<&Object>,
        milliseconds: Option<&Object>,
        minutes: Option<&Object>,
        hours: Option<&Object>,
        weeks: Option<&Object>,
        cx: &mut Cx,
    ) -> PyResult<Own<PyDelta>> {
        let parts = [
            ("microseconds", microseconds, 1),
            ("milliseconds", milliseconds, 1000),
            ("seconds", seconds, 1_000_000),
            ("minutes", minutes, 60_000_000),
            ("hours", hours, 3_600_000_000),
            ("days", days, 86_400_000_000),
            ("weeks", weeks, 604_800_000_000),
        ];
        let mut sum = Sum { us: 0, left: 0.0 };
        for (name, v, factor) in parts {
            if let Some(v) = v {
                sum.add(name, v, factor, cx)?;
            }
        }
        PyDelta::of_micros(cls, sum.total(), cx)
    }

    #[slot(tp_repr)]
    fn repr(&self) -> String {
        let parts = [("days", self.days), ("seconds", self.seconds), ("microseconds", self.microseconds)];
        let shown: Vec<String> = parts.iter().filter(|p| p.1 != 0).map(|p| format!("{}={}", p.0, p.1)).collect();
        let shown = if shown.is_empty() { "0".to_owned() } else { shown.join(", ") };
        format!("{}({shown})", self.ty().tp_name_str())
    }

    #[slot(tp_str)]
    fn str(&self) -> String {
        let (h, m, s) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        let mut out = String::new();
        if self.days != 0 {
            let plural = if self.days.abs() == 1 { "" } else { "s" };
            out = format!("{} day{plural}, ", self.days);
        }
        out += &format!("{h}:{m:02}:{s:02}");
        if self.microseconds != 0 {
            out += &format!(".{:06}", self.microseconds);
        }
        out
    }

    #[slot(tp_hash)]
    fn hash(&self, cx: &mut Cx) -> PyResult<isize> {
        if self.hash.get() == -1 {
            let state = self.state(cx)?;
            self.hash.set(abstract_::hash(&state, cx)?);
        }
        Ok(self.hash.get())
    }

    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        match other.downcast::<PyDelta>() {
            Some(o) => {
                let order = (self.days, self.seconds, self.microseconds).cmp(&(o.days, o.seconds, o.microseconds));
                taipan_object::types::boolean::from_bool(op.holds(order))
            }
            None => not_implemented().own(),
        }
    }

    #[slot(nb_add)]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match both(a, b) {
            Some((a, b)) => Ok(PyDelta::from_micros(a.micros() + b.micros(), cx)?.into_object()),
            None => no(),
        }
    }
    #[slot(nb_subtract)]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        match both(a, b) {
            Some((a, b)) => Ok(PyDelta::from_micros(a.micros() - b.micros(), cx)?.into_object()),
            None => no(),
        }
    }
    #[slot(nb_multiply)]
    fn mul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        mul(a, b, cx)
    }
    #[slot(nb_negative)]
    fn neg(&self, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        PyDelta::from_micros(-self.micros(), cx)
    }
    #[slot(nb_positive)]
    fn pos(&self, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        PyDelta::from_micros(self.micros(), cx)
    }
    #[slot(nb_absolute)]
    fn abs(&self, cx: &mut Cx) -> PyResult<Own<PyDelta>> {
        PyDelta::from_micros(self.micros().abs(), cx)
    }
    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        !self.is_zero()
    }
    #[slot(nb_floor_divide)]
    fn floor_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(d) = a.downcast::<PyDelta>() else { return no() };
        let us = d.micros_int(cx)?;
        if let Some(i) = b.downcast::<PyInt>() {
            let q = ops::floor_div(&us, i, cx)?;
            return Ok(PyDelta::from_int(&q, cx)?.into_object());
        }
        match b.downcast::<PyDelta>() {
            Some(o) => {
                let o = o.micros_int(cx)?;
                Ok(ops::floor_div(&us, &o, cx)?.into_object())
            }
            None => no(),
        }
    }
    #[slot(nb_true_divide)]
    fn true_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some(d) = a.downcast::<PyDelta>() else { return no() };
        let us = d.micros_int(cx)?;
        if let Some(o) = b.downcast::<PyDelta>() {
            let o = o.micros_int(cx)?;
            return Ok(PyFloat::new(ops::true_div(&us, &o, cx)?, cx)?.into_object());
        }
        if let Some(i) = b.downcast::<PyInt>() {
            let q = divide_nearest(&us, i, cx)?;
            return Ok(PyDelta::from_int(&q, cx)?.into_object());
        }
        if b.is_a::<PyFloat>() {
            return Ok(by_float(d, b, true, cx)?.into_object());
        }
        no()
    }
    #[slot(nb_remainder)]
    fn modulo(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((a, b)) = both(a, b) else { return no() };
        let (a, b) = (a.micros_int(cx)?, b.micros_int(cx)?);
        let r = ops::modulo(&a, &b, cx)?;
        Ok(PyDelta::from_int(&r, cx)?.into_object())
    }
    #[slot(nb_divmod)]
    fn divmod(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((a, b)) = both(a, b) else { return no() };
        let (a, b) = (a.micros_int(cx)?, b.micros_int(cx)?);
        let (q, r) = ops::divmod(&a, &b, cx)?;
        let r = PyDelta::from_int(&r, cx)?;
        Ok(PyTuple::from_slice(&[&q, &r], cx)?.into_object())
    }

    /// Total seconds in the duration.
    #[method("total_seconds()")]
    fn total_seconds(&self, cx: &mut Cx) -> PyResult<f64> {
        let us = self.micros_int(cx)?;
        let million = PyInt::new(1_000_000, cx)?;
        ops::true_div(&us, &million, cx)
    }
    /// __reduce__() -> (cls, state)
    #[method("__reduce__()")]
    fn reduce(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let state = self.state(cx)?;
        PyTuple::from_slice(&[self.ty().as_object(), &state], cx)
    }
}

impl PyDelta {
    fn state(&self, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let mut parts = Vec::with_capacity(3);
        for n in [self.days, self.seconds, self.microseconds] {
            parts.push(PyInt::new(i64::from(n), cx)?.into_object());
        }
        PyTuple::from_vec(parts, cx)
    }
}
