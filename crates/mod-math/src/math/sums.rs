//! Accurate sums: `fsum`, `sumprod`, `hypot`, `dist`.

use taipan_object::abstract_::{iter, number};
use taipan_object::prelude::*;
use taipan_object::types::float::PyFloat;

/// `a + b` as rounded sum and error.
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let x = a + b;
    let z = x - a;
    (x, (a - (x - z)) + (b - z))
}

/// `a * b` as rounded product and error.
#[inline(always)]
fn two_product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    (p, a.mul_add(b, -p))
}

/// Length of a vector whose largest magnitude is `max`: scaled by a power of two, squares summed with their errors, the root corrected once
/// (Borges, "An improved algorithm for hypot(a, b)", 2019, for any dimension).
fn norm(v: &mut [f64], max: f64, found_nan: bool) -> f64 {
    if max.is_infinite() {
        return max;
    }
    if found_nan {
        return f64::NAN;
    }
    if max == 0.0 || v.len() <= 1 {
        return max;
    }
    let (_, e) = taipan_algo_int::float::frexp_f64(max);
    if e < -1021 {
        // The reciprocal scale would overflow: lift subnormal numbers first.
        v.iter_mut().for_each(|x| *x /= f64::MIN_POSITIVE);
        return f64::MIN_POSITIVE * norm(v, max / f64::MIN_POSITIVE, false);
    }
    let scale = taipan_algo_int::float::ldexp(1.0, -e);
    let (mut sum, mut low1, mut low2) = (1.0, 0.0, 0.0);
    let mut add = |sum: &mut f64, (hi, lo): (f64, f64)| {
        let s = *sum + hi;
        low1 += lo;
        low2 += (*sum - s) + hi;
        *sum = s;
        low1 + low2
    };
    let mut low = 0.0;
    for x in v.iter() {
        let x = x * scale;
        low = add(&mut sum, two_product(x, x));
    }
    let mut h = (sum - 1.0 + low).sqrt();
    low = add(&mut sum, two_product(-h, h));
    h += (sum - 1.0 + low) / (2.0 * h);
    h / scale
}

/// Shewchuk's exact sum: parts that do not overlap, smallest first.
#[derive(Default)]
struct Partials {
    parts: Vec<f64>,
    special: f64,
    infinities: f64,
}

impl Partials {
    /// Add one number; `false` on overflow in between.
    fn add(&mut self, value: f64) -> bool {
        let (mut x, mut kept) = (value, 0);
        for i in 0..self.parts.len() {
            let mut y = self.parts[i];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let hi = x + y;
            let lo = y - (hi - x);
            if lo != 0.0 {
                self.parts[kept] = lo;
                kept += 1;
            }
            x = hi;
        }
        self.parts.truncate(kept);
        if x == 0.0 {
            return true;
        }
        if x.is_finite() {
            self.parts.push(x);
            return true;
        }
        if value.is_finite() {
            return false;
        }
        if value.is_infinite() {
            self.infinities += value;
        }
        self.special += value;
        self.parts.clear();
        true
    }

    /// The sum of the parts, rounded half to even once.
    fn total(&self) -> f64 {
        let mut rest = self.parts.iter().rev();
        let mut hi = rest.next().copied().unwrap_or(0.0);
        let mut lo = 0.0;
        for &y in rest.by_ref() {
            let x = hi;
            hi = x + y;
            lo = y - (hi - x);
            if lo != 0.0 {
                break;
            }
        }
        // Half-way cases: what is below decides.
        if let Some(&next) = rest.next() {
            if lo < 0.0 && next < 0.0 || lo > 0.0 && next > 0.0 {
                let y = lo * 2.0;
                let x = hi + y;
                if y == x - hi {
                    hi = x;
                }
            }
        }
        hi
    }
}

/// A sum of products in three doubles.
#[derive(Clone, Copy, Default)]
struct Triple {
    hi: f64,
    lo: f64,
    tiny: f64,
}

impl Triple {
    /// Add `x * y`.
    fn fma(&mut self, x: f64, y: f64) {
        let (p, pe) = two_product(x, y);
        let (s, se) = two_sum(self.hi, p);
        let (r1, r1e) = two_sum(self.lo, pe);
        let (r2, r2e) = two_sum(r1, se);
        *self = Triple { hi: s, lo: r2, tiny: self.tiny + r1e + r2e };
    }
    fn value(self) -> f64 {
        let (last, lost) = two_sum(self.lo, self.hi);
        let last_two = self.tiny + lost;
        last + last_two
    }
}

/// The running total of `sumprod`: exact while all are ints, extended while floats join, general otherwise.
struct SumProd {
    total: Own<Object>,
    ints: Option<i64>,
    floats: Option<Triple>,
    /// Whether the pairs were all ints so far, or all ints and then floats: neither comes back once something else was added.
    int_path: bool,
    float_path: bool,
}

impl SumProd {
    fn flush_ints(&mut self, cx: &mut Cx) -> PyResult<()> {
        if let Some(n) = self.ints.take() {
            let n = PyInt::new(n, cx)?;
            self.total = number::binary(&number::ADD, &self.total, &n, cx)?;
        }
        Ok(())
    }
    fn flush_floats(&mut self, cx: &mut Cx) -> PyResult<()> {
        if let Some(t) = self.floats.take() {
            let v = PyFloat::new(t.value(), cx)?;
            self.total = number::binary(&number::ADD, &self.total, &v, cx)?;
        }
        Ok(())
    }
    fn add(&mut self, p: &Object, q: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.int_path {
            if let (Some(x), Some(y)) = (p.exact::<PyInt>().and_then(|a| a.to_i64()), q.exact::<PyInt>().and_then(|b| b.to_i64())) {
                if let Some(s) = x.checked_mul(y).and_then(|v| v.checked_add(self.ints.unwrap_or(0))) {
                    self.ints = Some(s);
                    return Ok(());
                }
            }
            self.int_path = false;
            self.flush_ints(cx)?;
        }
        if self.float_path {
            if let Some((x, y)) = float_pair(p, q) {
                let mut t = self.floats.unwrap_or_default();
                t.fma(x, y);
                if t.hi.is_finite() {
                    self.floats = Some(t);
                    return Ok(());
                }
            }
            self.float_path = false;
            self.flush_floats(cx)?;
        }
        let v = number::binary(&number::MUL, p, q, cx)?;
        self.total = number::binary(&number::ADD, &self.total, &v, cx)?;
        Ok(())
    }
}

/// Two floats, or a float and an int or bool that is exact as a double or nearly so.
fn float_pair(p: &Object, q: &Object) -> Option<(f64, f64)> {
    let of = |o: &Object| match o.exact::<PyFloat>() {
        Some(f) => Some((f.value(), true)),
        None => o.downcast::<PyInt>().filter(|i| i.is_exact::<PyInt>() || i.ty().name() == "bool").and_then(|i| {
            taipan_algo_int::to_f64(i.as_ref_int()).ok().map(|v| (v, false))
        }),
    };
    let ((x, fx), (y, fy)) = (of(p)?, of(q)?);
    (fx || fy).then_some((x, y))
}

#[pyfunctions]
pub mod functions {
    use super::*;

    /// Return an accurate floating-point sum of values in the iterable seq.
    ///
    /// Assumes IEEE-754 floating-point arithmetic.
    #[function("fsum(seq, /)")]
    fn fsum(seq: &Object, cx: &mut Cx) -> PyResult<f64> {
        let mut p = Partials::default();
        iter::for_each(seq, cx, |x, cx| {
            let v = number::as_f64(&x, cx)?;
            if p.add(v) { Ok(true) } else { Err(cx.overflow_error(format_args!("intermediate overflow in fsum"))) }
        })?;
        if p.special != 0.0 {
            if p.infinities.is_nan() {
                return Err(cx.value_error(format_args!("-inf + inf in fsum")));
            }
            return Ok(p.special);
        }
        Ok(p.total())
    }

    /// Multidimensional Euclidean distance from the origin to a point.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum(x**2 for x in coordinates))
    ///
    /// For a two dimensional point (x, y), gives the hypotenuse
    /// using the Pythagorean theorem:  sqrt(x*x + y*y).
    ///
    /// For example, the hypotenuse of a 3/4/5 right triangle is:
    ///
    ///     >>> hypot(3.0, 4.0)
    ///     5.0
    #[function("hypot(*coordinates)")]
    fn hypot(args: Args<'_>, cx: &mut Cx) -> PyResult<f64> {
        let mut v = Vec::with_capacity(args.len());
        for a in args.0 {
            v.push(number::as_f64(a, cx)?.abs());
        }
        let (max, nan) = (v.iter().fold(0.0, |m: f64, x| m.max(*x)), v.iter().any(|x| x.is_nan()));
        Ok(norm(&mut v, max, nan))
    }

    /// Return the Euclidean distance between two points p and q.
    ///
    /// The points should be specified as sequences (or iterables) of
    /// coordinates.  Both inputs must have the same dimension.
    ///
    /// Roughly equivalent to:
    ///     sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))
    #[function("dist(p, q, /)")]
    fn dist(p: &Object, q: &Object, cx: &mut Cx) -> PyResult<f64> {
        let (p, q) = (iter::to_tuple(p, cx)?, iter::to_tuple(q, cx)?);
        if p.len() != q.len() {
            return Err(cx.value_error(format_args!("both points must have the same number of dimensions")));
        }
        let mut v = Vec::with_capacity(p.len());
        for (a, b) in p.as_slice().iter().zip(q.as_slice()) {
            let (a, b) = (number::as_f64(a, cx)?, number::as_f64(b, cx)?);
            v.push((a - b).abs());
        }
        let (max, nan) = (v.iter().fold(0.0, |m: f64, x| m.max(*x)), v.iter().any(|x| x.is_nan()));
        Ok(norm(&mut v, max, nan))
    }

    /// Return the sum of products of values from two iterables p and q.
    ///
    /// Roughly equivalent to:
    ///
    ///     sum(map(operator.mul, p, q, strict=True))
    ///
    /// For float and mixed int/float inputs, the intermediate products
    /// and sums are computed with extended precision.
    #[function("sumprod(p, q, /)")]
    fn sumprod(p: &Object, q: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let (p, q) = (iter::get_iter(p, cx)?, iter::get_iter(q, cx)?);
        let mut sum = SumProd { total: PyInt::new(0, cx)?.into_object(), ints: None, floats: None, int_path: true, float_path: true };
        loop {
            let a = iter::next(&p, cx)?;
            let b = iter::next(&q, cx)?;
            match (a, b) {
                (Some(a), Some(b)) => sum.add(&a, &b, cx)?,
                (None, None) => break,
                _ => return Err(cx.value_error(format_args!("Inputs are not the same length"))),
            }
        }
        sum.flush_ints(cx)?;
        sum.flush_floats(cx)?;
        Ok(sum.total)
    }
}
