//! Arithmetic of complex numbers and the number slots. Infinities and NaNs follow Annex G of the C standard; real operands stay real, so that they
//! bring in no zeros with a sign of their own.

use super::PyComplex;
use crate::abstract_::number;
use crate::prelude::*;
use crate::types::float::PyFloat;
use taipan_macros::pymethods;

/// Real and imaginary part.
pub type Pair = (f64, f64);

/// Exponents up to this are powers by repeated multiplication.
const SMALL_EXPONENT: f64 = 100.0;

/// 1 for an infinity, 0 for anything else, with the sign of `x`.
fn boxed(x: f64) -> f64 {
    (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x)
}

/// `a * b`.
pub fn mul(a: Pair, b: Pair) -> Pair {
    let (ac, bd, ad, bc) = (a.0 * b.0, a.1 * b.1, a.0 * b.1, a.1 * b.0);
    let r = (ac - bd, ad + bc);
    if !(r.0.is_nan() && r.1.is_nan()) {
        return r;
    }
    // Recover infinities that came out as NaN.
    let zeroed = |x: f64| if x.is_nan() { 0.0f64.copysign(x) } else { x };
    let (mut a, mut b, mut again) = (a, b, false);
    if a.0.is_infinite() || a.1.is_infinite() {
        a = (boxed(a.0), boxed(a.1));
        b = (zeroed(b.0), zeroed(b.1));
        again = true;
    }
    if b.0.is_infinite() || b.1.is_infinite() {
        b = (boxed(b.0), boxed(b.1));
        a = (zeroed(a.0), zeroed(a.1));
        again = true;
    }
    if !again && [ac, bd, ad, bc].iter().any(|x| x.is_infinite()) {
        a = (zeroed(a.0), zeroed(a.1));
        b = (zeroed(b.0), zeroed(b.1));
        again = true;
    }
    if again { (f64::INFINITY * (a.0 * b.0 - a.1 * b.1), f64::INFINITY * (a.0 * b.1 + a.1 * b.0)) } else { r }
}

/// `a / b`; `None` if `b` is zero.
pub fn div(a: Pair, b: Pair) -> Option<Pair> {
    let r = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denom = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denom, (a.1 - a.0 * ratio) / denom)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denom = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denom, (a.1 * ratio - a.0) / denom)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(r.0.is_nan() && r.1.is_nan()) {
        return Some(r);
    }
    let infinite = |p: Pair| p.0.is_infinite() || p.1.is_infinite();
    let finite = |p: Pair| p.0.is_finite() && p.1.is_finite();
    Some(if infinite(a) && finite(b) {
        let (x, y) = (boxed(a.0), boxed(a.1));
        (f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1))
    } else if infinite(b) && finite(a) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        (0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y))
    } else {
        r
    })
}

/// `a / b` for a real `a`; `None` if `b` is zero.
fn real_div(a: f64, b: Pair) -> Option<Pair> {
    let r = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denom = b.0 + b.1 * ratio;
        (a / denom, (-a * ratio) / denom)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denom = b.0 * ratio + b.1;
        ((a * ratio) / denom, (-a) / denom)
    } else {
        (f64::NAN, f64::NAN)
    };
    if r.0.is_nan() && r.1.is_nan() && a.is_finite() && (b.0.is_infinite() || b.1.is_infinite()) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        return Some((0.0 * (a * x), 0.0 * (-a * y)));
    }
    Some(r)
}

/// `a ** n` by squaring.
fn power_unsigned(a: Pair, n: u32) -> Pair {
    let (mut r, mut p, mut n) = ((1.0, 0.0), a, n);
    loop {
        if n & 1 == 1 {
            r = mul(r, p);
        }
        n >>= 1;
        if n == 0 {
            return r;
        }
        p = mul(p, p);
    }
}

/// `a ** b`. Raises `ZeroDivisionError` and `OverflowError`.
pub fn power(a: Pair, b: Pair, cx: &mut Cx) -> PyResult<Pair> {
    let zero_error = |cx: &mut Cx| cx.zero_division_error(format_args!("zero to a negative or complex power"));
    let r = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= SMALL_EXPONENT {
        let p = power_unsigned(a, b.0.abs() as u32);
        if b.0 > 0.0 {
            p
        } else {
            match div((1.0, 0.0), p) {
                Some(r) => r,
                None => return Err(zero_error(cx)),
            }
        }
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(zero_error(cx));
        }
        (0.0, 0.0)
    } else {
        let size = a.0.hypot(a.1);
        let mut len = size.powf(b.0);
        let at = a.1.atan2(a.0);
        let mut phase = at * b.0;
        if b.1 != 0.0 {
            len *= (-at * b.1).exp();
            phase += b.1 * size.ln();
        }
        (len * phase.cos(), len * phase.sin())
    };
    if r.0.is_infinite() || r.1.is_infinite() {
        return Err(cx.overflow_error(format_args!("complex exponentiation")));
    }
    Ok(r)
}

/// An operand of a mixed operation.
#[derive(Clone, Copy)]
enum Num {
    Real(f64),
    Complex(Pair),
}

impl Num {
    /// A complex, float or int; `None` for anything else.
    fn of(o: &Object, cx: &mut Cx) -> PyResult<Option<Num>> {
        if let Some(c) = o.downcast::<PyComplex>() {
            return Ok(Some(Num::Complex(c.value())));
        }
        if let Some(f) = o.downcast::<PyFloat>() {
            return Ok(Some(Num::Real(f.value())));
        }
        match o.downcast::<PyInt>() {
            Some(i) => number::int_to_f64(i, cx).map(|v| Some(Num::Real(v))),
            None => Ok(None),
        }
    }
    fn pair(self) -> Pair {
        match self {
            Num::Real(x) => (x, 0.0),
            Num::Complex(p) => p,
        }
    }
}

macro_rules! nums {
    ($a:expr, $b:expr, $cx:expr) => {
        match (Num::of($a, $cx)?, Num::of($b, $cx)?) {
            (Some(a), Some(b)) => (a, b),
            _ => return Ok(crate::types::not_implemented().own()),
        }
    };
}

fn made(v: Pair, cx: &mut Cx) -> PyResult<Own<Object>> {
    PyComplex::new(v.0, v.1, cx).map(Own::into_object)
}

#[pymethods(NUMBER)]
impl PyComplex {
    #[slot(nb_add)]
    fn add(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let r = match nums!(a, b, cx) {
            (Num::Real(x), Num::Complex(c)) | (Num::Complex(c), Num::Real(x)) => (c.0 + x, c.1),
            (a, b) => (a.pair().0 + b.pair().0, a.pair().1 + b.pair().1),
        };
        made(r, cx)
    }
    #[slot(nb_subtract)]
    fn sub(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let r = match nums!(a, b, cx) {
            (Num::Real(x), Num::Complex(c)) => (x - c.0, -c.1),
            (Num::Complex(c), Num::Real(x)) => (c.0 - x, c.1),
            (a, b) => (a.pair().0 - b.pair().0, a.pair().1 - b.pair().1),
        };
        made(r, cx)
    }
    #[slot(nb_multiply)]
    fn mul(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let r = match nums!(a, b, cx) {
            (Num::Real(x), Num::Complex(c)) | (Num::Complex(c), Num::Real(x)) => (c.0 * x, c.1 * x),
            (a, b) => mul(a.pair(), b.pair()),
        };
        made(r, cx)
    }
    #[slot(nb_true_divide)]
    fn true_div(a: &Object, b: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let r = match nums!(a, b, cx) {
            (Num::Real(x), Num::Complex(c)) => real_div(x, c),
            (Num::Complex(c), Num::Real(x)) => (x != 0.0).then(|| (c.0 / x, c.1 / x)),
            (a, b) => div(a.pair(), b.pair()),
        };
        match r {
            Some(r) => made(r, cx),
            None => Err(cx.zero_division_error(format_args!("division by zero"))),
        }
    }
    #[slot(nb_power)]
    fn pow(a: &Object, b: &Object, m: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (a, b) = nums!(a, b, cx);
        if !m.is(crate::types::none()) {
            return Err(cx.value_error(format_args!("complex modulo")));
        }
        let r = power(a.pair(), b.pair(), cx)?;
        made(r, cx)
    }
    #[slot(nb_negative)]
    fn neg(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (re, im) = self.value();
        made((-re, -im), cx)
    }
    #[slot(nb_positive)]
    fn pos(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.as_object().is_exact::<PyComplex>() { Ok(self.as_object().own()) } else { made(self.value(), cx) }
    }
    #[slot(nb_absolute)]
    fn abs(&self, cx: &mut Cx) -> PyResult<f64> {
        let (re, im) = self.value();
        let v = re.hypot(im);
        if v.is_infinite() && re.is_finite() && im.is_finite() {
            return Err(cx.overflow_error(format_args!("absolute value too large")));
        }
        Ok(v)
    }
    #[slot(nb_bool)]
    fn truth(&self) -> bool {
        self.value() != (0.0, 0.0)
    }
}
