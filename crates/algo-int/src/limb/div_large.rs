//! Division of long numbers by long ones: recursive halving (Burnikel and Ziegler, "Fast recursive division", 1998), so
//! that its cost follows that of the product.

use super::div::knuth;
use super::mul::mul;
use super::{LIMB_MASK, LIMB_BITS, add_assign, add_small, cmp, cmp_same_len, shl, shl_small, shr_small, sub_assign, sub_small};

/// Shorter divisors are better off with Knuth's algorithm.
pub const DIVISOR_MIN: usize = 70;
/// And so are shorter quotients.
pub const QUOTIENT_MIN: usize = 30;
/// Blocks below this length are divided by Knuth's algorithm.
const BLOCK_MIN: usize = 50;

/// Quotient and remainder; `b` has at least two limbs and no zero at the top.
pub fn divrem(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    if a.len() - b.len() + 2 < b.len() {
        return divrem_short_quotient(a, b);
    }
    // The block length is BLOCK * 2**k, not shorter than `b`; both numbers move up so that the divisor fills a block.
    let mut levels = 0;
    while b.len() >> levels >= BLOCK_MIN {
        levels += 1;
    }
    let n = b.len().div_ceil(1 << levels) << levels;
    let shift = (n - b.len()) as u64 * u64::from(LIMB_BITS)
        + u64::from(b[b.len() - 1].leading_zeros() - (64 - LIMB_BITS));
    let mut v = shl(b, shift);
    v.resize(n, 0);
    let mut u = shl(a, shift);
    // One more bit than needed, so that the first block is below the divisor.
    u.push(0);
    let blocks = u.len().div_ceil(n).max(2);
    u.resize(blocks * n, 0);
    if cmp_same_len(&u[(blocks - 1) * n..], &v).is_ge() {
        u.resize((blocks + 1) * n, 0);
    }
    let blocks = u.len() / n;
    let mut q = vec![0; (blocks - 1) * n];
    let mut window = vec![0; 2 * n];
    window[n..].copy_from_slice(&u[(blocks - 1) * n..]);
    for j in (0..blocks - 1).rev() {
        window[..n].copy_from_slice(&u[j * n..(j + 1) * n]);
        div_2_by_1(&mut q[j * n..(j + 1) * n], &mut window, &v);
        window.copy_within(..n, n);
    }
    let mut r = window.split_off(n);
    let whole = (shift / u64::from(LIMB_BITS)) as usize;
    r.drain(..whole);
    shr_small(&mut r, (shift % u64::from(LIMB_BITS)) as u32);
    super::trim_vec(&mut q);
    (q, r)
}

/// The quotient is shorter than the divisor: it follows, but for a unit or two, from the tops of both numbers.
fn divrem_short_quotient(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let n = b.len();
    let shift = b[n - 1].leading_zeros() - (64 - LIMB_BITS);
    let mut v = shl_small(b, shift);
    v.pop();
    let u = shl_small(a, shift);
    let cut = 2 * n - u.len();
    let (mut q, high) = super::div::divrem(&u[cut..], &v[cut..]);
    let mut r = u[..cut].to_vec();
    r.extend(high);
    r.resize(n + 1, 0);
    let mut product = mul(&q, &v[..cut]);
    super::trim_vec(&mut product);
    product.resize(product.len().max(r.len()), 0);
    while cmp(&r, &product).is_lt() {
        sub_small(&mut q, 1);
        r.resize(product.len() + 1, 0);
        add_assign(&mut r, &v);
    }
    r.resize(product.len().max(r.len()), 0);
    sub_assign(&mut r, &product);
    r.truncate(n);
    shr_small(&mut r, shift);
    (q, r)
}

/// `window` (2n limbs, upper half below `v`) by `v` (n limbs, normalised): n limbs of quotient; the remainder is left in the
/// lower half, zeros in the upper.
fn div_2_by_1(q: &mut [u64], window: &mut [u64], v: &[u64]) {
    let n = v.len();
    if n < BLOCK_MIN || !n.is_multiple_of(2) {
        knuth(q, window, v);
        return;
    }
    let half = n / 2;
    let (q_low, q_high) = q.split_at_mut(half);
    div_3_by_2(q_high, &mut window[half..], v);
    div_3_by_2(q_low, &mut window[..3 * half], v);
}

/// `window` (3h limbs, the upper 2h below `v`) by `v` (2h limbs): h limbs of quotient, remainder in the low 2h limbs.
fn div_3_by_2(q: &mut [u64], window: &mut [u64], v: &[u64]) {
    let half = q.len();
    let (v_low, v_high) = v.split_at(half);
    if cmp_same_len(&window[2 * half..], v_high).is_lt() {
        div_2_by_1(q, &mut window[half..], v_high);
    } else {
        // The quotient is the largest h-limb number, or a little less: subtract v_high * (B**h - 1).
        q.fill(LIMB_MASK);
        sub_assign(&mut window[2 * half..], v_high);
        add_assign(&mut window[half..], v_high);
    }
    let product = mul(q, v_low);
    if sub_assign(window, &product) != 0 {
        // Too large by one or two.
        loop {
            sub_small(q, 1);
            if add_assign(&mut window[..2 * half], v) != 0 && add_small(&mut window[2 * half..], 1) != 0 {
                break;
            }
        }
    }
}
