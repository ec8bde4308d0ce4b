//! Fixed-point magnitudes: `limbs / BASE**k`. Every operation truncates.

use crate::limb::mul::{by_word, mul as mul_limbs};
use crate::limb::{self, LIMB_DIGITS, Limbs, div::divrem, div_word};
use std::cell::RefCell;

/// One.
pub fn one(k: usize) -> Limbs {
    let mut out = Limbs::zeroed(k + 1);
    out.as_mut_slice()[k] = 1;
    out
}

/// Drop the lowest `n` limbs.
pub fn drop_low(a: &Limbs, n: usize) -> Limbs {
    let mut out = Limbs::from_slice(a.as_slice().get(n..).unwrap_or_default());
    out.trim();
    out
}

/// Change the number of fraction limbs.
pub fn rescale(a: &Limbs, from: usize, to: usize) -> Limbs {
    if to <= from { drop_low(a, from - to) } else { limb::shl(a.as_slice(), (to - from) * LIMB_DIGITS) }
}

/// `a * b`.
pub fn mul(a: &Limbs, b: &Limbs, k: usize) -> Limbs {
    drop_low(&mul_limbs(a.as_slice(), b.as_slice()), k)
}

/// `a / b`.
pub fn div(a: &Limbs, b: &Limbs, k: usize) -> Limbs {
    divrem(limb::shl(a.as_slice(), k * LIMB_DIGITS).as_slice(), b.as_slice()).0
}

/// `a + b`.
pub fn add(mut a: Limbs, b: &Limbs) -> Limbs {
    while a.len() < b.len() {
        a.push(0);
    }
    let carry = limb::add_assign(a.as_mut_slice(), b.as_slice());
    if carry != 0 {
        a.push(carry);
    }
    a
}

/// `a - b` for `a >= b`.
pub fn sub(mut a: Limbs, b: &Limbs) -> Limbs {
    limb::sub_assign(a.as_mut_slice(), b.as_slice());
    a.trim();
    a
}

/// `a / d`.
pub fn div_small(mut a: Limbs, d: u64) -> Limbs {
    div_word(a.as_mut_slice(), d);
    a.trim();
    a
}

/// The parts of a sum over `[a, b)` of `1 / ((2i + 1) q**(i - a + 1))` as `t / (odd * power)`.
struct Part {
    t: Limbs,
    odd: Limbs,
    power: Limbs,
}

fn split_sum(a: u64, b: u64, q: u64) -> Part {
    if b - a == 1 {
        return Part { t: Limbs::from_word(1), odd: Limbs::from_word(2 * a + 1), power: Limbs::from_word(q) };
    }
    let m = a + (b - a) / 2;
    let (l, r) = (split_sum(a, m, q), split_sum(m, b, q));
    let by = |x: &Limbs, y: &Limbs| mul_limbs(x.as_slice(), y.as_slice());
    let left = by(&by(&l.t, &r.odd), &r.power);
    Part { t: add(left, &by(&l.odd, &r.t)), odd: by(&l.odd, &r.odd), power: by(&l.power, &r.power) }
}

/// The inverse hyperbolic tangent of `1 / n`, times `factor`.
fn atanh_inverse(n: u64, factor: u64, k: usize) -> Limbs {
    let digits = (k * LIMB_DIGITS) as f64 + 4.0;
    let terms = (digits / (2.0 * (n as f64).log10())) as u64 + 2;
    let s = split_sum(0, terms, n * n);
    let numerator = by_word(s.t.as_slice(), n * factor);
    let denominator = mul_limbs(s.odd.as_slice(), s.power.as_slice());
    div(&numerator, &denominator, k)
}

thread_local! {
    /// The longest ln(10) computed so far and its fraction limbs.
    static LN10: RefCell<(usize, Limbs)> = const { RefCell::new((0, Limbs::new())) };
}

/// ln(10), a few units too small at most.
pub fn ln10(k: usize) -> Limbs {
    LN10.with(|cell| {
        let mut held = cell.borrow_mut();
        if held.0 < k {
            let kk = k + 1 + k / 4;
            // Machin-like: ln 10 = 46 atanh(1/31) + 34 atanh(1/49) + 20 atanh(1/161)
            let s = add(atanh_inverse(31, 46, kk), &atanh_inverse(49, 34, kk));
            *held = (kk, add(s, &atanh_inverse(161, 20, kk)));
        }
        drop_low(&held.1, held.0 - k)
    })
}

/// `e**r` for `0 <= r < 10`, a few units too small at most.
pub fn exp(r: &Limbs, k: usize) -> Limbs {
    let bits = k as f64 * 63.2;
    let halvings = (bits.sqrt() * 0.9) as usize + 4;
    // Each squaring doubles the relative error.
    let kk = k + halvings / 60 + 2;
    let mut x = rescale(r, k, kk);
    let mut left = halvings;
    while left > 0 {
        let step = left.min(60);
        x = div_small(x, 1 << step);
        left -= step;
    }
    let mut sum = add(one(kk), &x);
    let mut term = x.clone();
    let mut i = 2;
    while !term.is_empty() {
        term = div_small(mul(&term, &x, kk), i);
        sum = add(sum, &term);
        i += 1;
    }
    for _ in 0..halvings {
        sum = mul(&sum, &sum, kk);
    }
    drop_low(&sum, kk - k)
}

/// `ln(m)` for `1 <= m < 10` by Halley's iteration on [`exp`], a few units wrong at most.
pub fn ln(m: &Limbs, k: usize) -> Limbs {
    // Fraction limbs of the steps, the last first: each step has a third of the digits of the next.
    let mut steps = vec![k];
    while let Some(&last) = steps.last()
        && last > 2
    {
        steps.push(last / 3 + 1);
    }
    let first = steps.last().copied().unwrap_or(2);
    let mut y = guess(m, k, first);
    let mut have = first;
    for &kk in steps.iter().rev() {
        y = rescale(&y, have, kk);
        have = kk;
        let target = rescale(m, k, kk);
        let e = exp(&y, kk);
        let total = add(target.clone(), &e);
        if limb::cmp(target.as_slice(), e.as_slice()).is_ge() {
            let d = by_word(sub(target, &e).as_slice(), 2);
            y = add(y, &div(&d, &total, kk));
        } else {
            let d = by_word(sub(e, &target).as_slice(), 2);
            let step = div(&d, &total, kk);
            // Near ln(1) the correction may pass zero by a unit.
            y = if limb::cmp(y.as_slice(), step.as_slice()).is_ge() { sub(y, &step) } else { Limbs::new() };
        }
    }
    y
}

/// The logarithm to machine precision, with `to` fraction limbs.
fn guess(m: &Limbs, k: usize, to: usize) -> Limbs {
    let s = m.as_slice();
    let whole = s.get(k).copied().unwrap_or(0) as f64;
    let fraction = k.checked_sub(1).and_then(|i| s.get(i)).copied().unwrap_or(0) as f64 / limb::BASE as f64;
    // ln(1 + x) keeps its digits near one.
    let y = ((whole - 1.0) + fraction).max(0.0).ln_1p().max(0.0);
    let units = (y * limb::BASE as f64) as u128;
    rescale(&Limbs::from_wide(units), 1, to)
}
