//! Quotients: by a word, long division (Knuth's algorithm D), and recursive division (Burnikel and Ziegler) for long operands.

use super::mul::{by_word, mul_into};
use super::{BASE, Limbs, add_assign, cmp, div_word, join, mul_word, sub_assign, sub_word, trim};
use std::cmp::Ordering;

/// From this many limbs of the divisor on, recursion.
const RECURSIVE_MIN: usize = 60;

/// Quotient and remainder, trimmed. `b` is not zero.
pub fn divrem(a: &[u64], b: &[u64]) -> (Limbs, Limbs) {
    let (a, b) = (trim(a), trim(b));
    if let [d] = *b {
        let mut q = Limbs::from_slice(a);
        let r = div_word(q.as_mut_slice(), d);
        q.trim();
        return (q, Limbs::from_word(r));
    }
    if cmp(a, b) == Ordering::Less {
        return (Limbs::new(), Limbs::from_slice(a));
    }
    // A factor that brings the divisor's top limb to half the base at least.
    let Some(&top) = b.last() else { return (Limbs::new(), Limbs::new()) };
    let factor = BASE / (top + 1);
    let v = by_word(b, factor);
    let mut u = Limbs::from_slice(a);
    let carry = mul_word(u.as_mut_slice(), factor, 0);
    u.push(carry);
    let (mut q, mut r) = if b.len() >= RECURSIVE_MIN && a.len() - b.len() >= RECURSIVE_MIN / 2 {
        short_quotient(u, v.as_slice())
    } else {
        let mut q = Limbs::zeroed(u.len() - v.len());
        school(u.as_mut_slice(), v.as_slice(), q.as_mut_slice());
        u.truncate(v.len());
        (q, u)
    };
    div_word(r.as_mut_slice(), factor);
    q.trim();
    r.trim();
    (q, r)
}

/// `u / v` for a divisor of exactly two limbs and a dividend below `v * BASE**3`; true if nothing is left. `u` is scratch afterwards.
#[inline]
pub fn by_two(u: &mut [u64; 5], v: &[u64; 2], q: &mut [u64; 4]) -> bool {
    let factor = BASE / (v[1] + 1);
    let mut n = *v;
    if factor > 1 {
        mul_word(&mut n, factor, 0);
        mul_word(u, factor, 0);
    }
    school(u, &n, &mut q[..3]);
    u[0] == 0 && u[1] == 0
}

/// Algorithm D: `q = u / v`, the remainder stays in the low limbs of `u`. `v` is normalised, has two limbs at least; `q.len() == u.len() - v.len()`,
/// and the top `v.len()` limbs of `u` are below `v`.
fn school(u: &mut [u64], v: &[u64], q: &mut [u64]) {
    let n = v.len();
    let (v1, v2) = (v[n - 1], v[n - 2]);
    for j in (0..q.len()).rev() {
        let head = join(u[j + n], u[j + n - 1]);
        let (mut qhat, mut rhat) = if u[j + n] >= v1 {
            // The quotient digit cannot be more than this.
            (BASE - 1, head - u128::from(BASE - 1) * u128::from(v1))
        } else {
            let d = (head / u128::from(v1)) as u64;
            (d, head - u128::from(d) * u128::from(v1))
        };
        while rhat < u128::from(BASE) && u128::from(qhat) * u128::from(v2) > rhat * u128::from(BASE) + u128::from(u[j + n - 2]) {
            qhat -= 1;
            rhat += u128::from(v1);
        }
        if qhat != 0 && mul_sub(&mut u[j..=j + n], v, qhat) {
            qhat -= 1;
            add_assign(&mut u[j..=j + n], v);
        }
        q[j] = qhat;
    }
}

/// `u -= v * m`; true if it went below zero (and wrapped).
fn mul_sub(u: &mut [u64], v: &[u64], m: u64) -> bool {
    let mut carry = 0u64;
    let n = v.len();
    for (x, &y) in u.iter_mut().zip(v) {
        let (q, r) = super::split(u128::from(y) * u128::from(m) + u128::from(carry));
        carry = q;
        if *x < r {
            *x = x.wrapping_add(BASE).wrapping_sub(r);
            carry += 1;
        } else {
            *x -= r;
        }
    }
    sub_word_full(&mut u[n..], carry)
}

/// As `sub_word` for a word that may be the base itself.
fn sub_word_full(u: &mut [u64], w: u64) -> bool {
    if w == BASE {
        return match u {
            [_, rest @ ..] => sub_word(rest, 1) != 0,
            [] => true,
        };
    }
    sub_word(u, w) != 0
}

/// When the quotient is shorter than the divisor, the upper limbs of both give it but for two units.
fn short_quotient(u: Limbs, v: &[u64]) -> (Limbs, Limbs) {
    let need = u.len() - v.len() + 1;
    if need + 8 >= v.len() {
        return long(u, v);
    }
    let drop = v.len() - need;
    let (mut q, _) = long(Limbs::from_slice(&u.as_slice()[drop..]), &v[drop..]);
    let mut r = u.into_vec();
    let product = super::mul::mul(q.as_slice(), v);
    r.resize(r.len().max(product.len()) + 1, 0);
    if sub_assign(&mut r, product.as_slice()) != 0 {
        loop {
            sub_word(q.as_mut_slice(), 1);
            if add_assign(&mut r, v) != 0 {
                break;
            }
        }
    }
    (q, Limbs::from_vec(r))
}

/// Long operands: blocks of the dividend, each twice the divisor's length. `v` is normalised.
fn long(u: Limbs, v: &[u64]) -> (Limbs, Limbs) {
    // Pad the divisor so that halving reaches the schoolbook size evenly.
    let mut parts = 1;
    while v.len().div_ceil(parts) >= RECURSIVE_MIN {
        parts *= 2;
    }
    let n = v.len().div_ceil(parts) * parts;
    let pad = n - v.len();
    let mut divisor = vec![0; n];
    divisor[pad..].copy_from_slice(v);
    let blocks = (u.len() + pad).div_ceil(n);
    let mut dividend = vec![0; blocks * n];
    dividend[pad..pad + u.len()].copy_from_slice(u.as_slice());
    let mut q = vec![0; blocks * n];
    // The remainder of the blocks so far is the upper half of the next dividend.
    let mut rest = vec![0; n];
    for i in (0..blocks).rev() {
        let mut block = dividend[i * n..(i + 1) * n].to_vec();
        block.extend_from_slice(&rest);
        rest = two_by_one(block, &divisor, &mut q[i * n..(i + 1) * n]);
    }
    rest.drain(..pad);
    (Limbs::from_vec(q), Limbs::from_vec(rest))
}

/// `a` of `2n` limbs by `b` of `n`, the upper half of `a` below `b`: the quotient into `q`, the remainder as result.
fn two_by_one(mut a: Vec<u64>, b: &[u64], q: &mut [u64]) -> Vec<u64> {
    let n = b.len();
    if n % 2 == 1 || n < RECURSIVE_MIN {
        school(&mut a, b, q);
        a.truncate(n);
        return a;
    }
    let half = n / 2;
    let (q0, q1) = q.split_at_mut(half);
    let rest = three_by_two(&a[half..], b, q1);
    a.truncate(half);
    a.extend_from_slice(&rest);
    three_by_two(&a, b, q0)
}

/// `a` of `3h` limbs by `b` of `2h`, the upper two thirds of `a` below `b`.
fn three_by_two(a: &[u64], b: &[u64], q: &mut [u64]) -> Vec<u64> {
    let h = q.len();
    let (b0, b1) = b.split_at(h);
    let mut rest = if cmp(&a[2 * h..], b1) == Ordering::Less {
        two_by_one(a[h..].to_vec(), b1, q)
    } else {
        // The quotient is all nines: a1 - (BASE**h - 1) * b1.
        q.fill(BASE - 1);
        let mut r = a[h..].to_vec();
        sub_assign(&mut r[h..], b1);
        r.push(0);
        add_assign(&mut r, b1);
        r
    };
    let mut r = a[..h].to_vec();
    r.append(&mut rest);
    r.resize(2 * h + 2, 0);
    let mut d = vec![0; 2 * h];
    mul_into(&mut d, q, b0);
    if sub_assign(&mut r, &d) != 0 {
        // Each addition that does not carry out of `r` leaves it below zero still.
        loop {
            sub_word(q, 1);
            if add_assign(&mut r, b) != 0 {
                break;
            }
        }
    }
    r.truncate(2 * h);
    r
}
