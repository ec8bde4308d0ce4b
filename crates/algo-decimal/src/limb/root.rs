//! Integer square roots by Newton's iteration from a root of half the length.

use super::div::divrem;
use super::mul::mul;
use super::{Limbs, add_assign, cmp, digits, div_word, join, shl, shr, sub_word, trim};
use std::cmp::Ordering;

/// The integer part of the square root, and whether the root is exact.
pub fn isqrt(n: &[u64]) -> (Limbs, bool) {
    let s = root(n);
    let exact = cmp(mul(s.as_slice(), s.as_slice()).as_slice(), n) == Ordering::Equal;
    (s, exact)
}

fn root(n: &[u64]) -> Limbs {
    let n = trim(n);
    let wide = match *n {
        [] => return Limbs::new(),
        [a] => u128::from(a),
        [a, b] => join(b, a),
        _ => return newton(n),
    };
    Limbs::from_wide(wide.isqrt())
}

/// Three limbs at least.
fn newton(n: &[u64]) -> Limbs {
    // A root with about half of the digits; one step doubles them.
    let low = digits(n).div_ceil(2) / 2 - 1;
    let mut high = Limbs::from_slice(n);
    shr(&mut high, 2 * low);
    let guess = shl(root(high.as_slice()).as_slice(), low);
    let (q, _) = divrem(n, guess.as_slice());
    let mut s = Limbs::from_slice(guess.as_slice());
    while s.len() < q.len() {
        s.push(0);
    }
    let carry = add_assign(s.as_mut_slice(), q.as_slice());
    if carry != 0 {
        s.push(carry);
    }
    div_word(s.as_mut_slice(), 2);
    s.trim();
    // The mean of guess and quotient is never too small, and at most a few units too large.
    while cmp(mul(s.as_slice(), s.as_slice()).as_slice(), n) == Ordering::Greater {
        sub_word(s.as_mut_slice(), 1);
        s.trim();
    }
    s
}
