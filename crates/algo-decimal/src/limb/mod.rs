//! Magnitudes in base 10**19: little-endian `u64` limbs, each below [`BASE`], so that decimal shifts and digit counts are cheap.
//!
//! Slices may have zeros at the top unless a function says otherwise. One power of ten per limb is the most that a word holds, and the base
//! has its top bit set, so that dividing two words by it needs no shift (Möller and Granlund, "Improved division by invariant integers").

pub mod buf;
pub mod div;
pub mod mul;
pub mod root;

use std::cmp::Ordering;

pub use buf::Limbs;

/// Decimal digits in a limb.
pub const LIMB_DIGITS: usize = 19;
/// One more than the largest limb.
pub const BASE: u64 = 10_000_000_000_000_000_000;
/// `floor((2**128 - 1) / BASE) - 2**64`.
const BASE_INVERSE: u64 = ((u128::MAX / BASE as u128) - (1 << 64)) as u64;

/// Powers of ten that fit a word.
pub const POW10: [u64; 20] = {
    let mut t = [1u64; 20];
    let mut i = 1;
    while i < 20 {
        t[i] = t[i - 1] * 10;
        i += 1;
    }
    t
};

/// Powers of ten that fit a double word.
pub const POW10_WIDE: [u128; 39] = {
    let mut t = [1u128; 39];
    let mut i = 1;
    while i < 39 {
        t[i] = t[i - 1] * 10;
        i += 1;
    }
    t
};

/// `10**n` for `n` up to 38.
#[inline(always)]
pub fn power_of_ten(n: usize) -> u128 {
    POW10_WIDE.get(n).copied().unwrap_or(0)
}

/// What a right shift dropped, compared with half a unit of the last place kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rest {
    /// Nothing.
    Zero,
    /// Less than a half.
    Below,
    /// Exactly a half.
    Half,
    /// More than a half.
    Above,
}

/// Decimal digits of a word; 0 for zero.
#[inline(always)]
pub fn digits_of(x: u64) -> usize {
    // 1233 / 4096 is a little above log10(2).
    let guess = ((64 - x.leading_zeros()) as usize * 1233) >> 12;
    guess + usize::from(x >= POW10[guess])
}

/// Decimal digits of a double word below 10**38; 0 for zero.
#[inline(always)]
pub fn digits_of_wide(x: u128) -> usize {
    if x >> 64 == 0 {
        return digits_of(x as u64);
    }
    let guess = ((128 - x.leading_zeros()) as usize * 1233) >> 12;
    guess + usize::from(guess < 39 && x >= POW10_WIDE[guess])
}

/// Quotient and remainder of a double word by the base; the quotient fits a limb when `x < BASE * BASE`.
#[inline(always)]
pub fn split(x: u128) -> (u64, u64) {
    divide_words((x >> 64) as u64, x as u64, BASE, BASE_INVERSE)
}

/// `(hi, lo) / d` for a normalised `d > hi` with its inverse.
#[inline(always)]
pub fn divide_words(hi: u64, lo: u64, d: u64, inverse: u64) -> (u64, u64) {
    let q = u128::from(inverse) * u128::from(hi) + (u128::from(hi) << 64 | u128::from(lo));
    let mut q1 = ((q >> 64) as u64).wrapping_add(1);
    let mut r = lo.wrapping_sub(q1.wrapping_mul(d));
    if r > q as u64 {
        q1 = q1.wrapping_sub(1);
        r = r.wrapping_add(d);
    }
    if r >= d {
        q1 = q1.wrapping_add(1);
        r -= d;
    }
    (q1, r)
}

/// A double word from two limbs.
#[inline(always)]
pub fn join(hi: u64, lo: u64) -> u128 {
    u128::from(hi) * u128::from(BASE) + u128::from(lo)
}

/// `limbs` without its most significant zeros.
#[inline]
pub fn trim(mut limbs: &[u64]) -> &[u64] {
    while let [rest @ .., 0] = limbs {
        limbs = rest;
    }
    limbs
}

/// Decimal digits; 0 for zero.
#[inline]
pub fn digits(limbs: &[u64]) -> usize {
    match trim(limbs) {
        [] => 0,
        [low @ .., top] => low.len() * LIMB_DIGITS + digits_of(*top),
    }
}

/// Order of two magnitudes.
pub fn cmp(a: &[u64], b: &[u64]) -> Ordering {
    let (a, b) = (trim(a), trim(b));
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// `acc += b`, `acc` at least as long; the carry out.
#[inline]
pub fn add_assign(acc: &mut [u64], b: &[u64]) -> u64 {
    let (low, high) = acc.split_at_mut(b.len());
    let mut carry = 0;
    for (x, &y) in low.iter_mut().zip(b) {
        let (mut t, over) = x.overflowing_add(y + carry);
        carry = u64::from(over | (t >= BASE));
        if carry != 0 {
            t = t.wrapping_sub(BASE);
        }
        *x = t;
    }
    add_word(high, carry)
}

/// `acc += w` for a word below the base; the carry out.
#[inline]
pub fn add_word(acc: &mut [u64], w: u64) -> u64 {
    let mut carry = w;
    for x in acc {
        if carry == 0 {
            return 0;
        }
        let (mut t, over) = x.overflowing_add(carry);
        carry = u64::from(over | (t >= BASE));
        if carry != 0 {
            t = t.wrapping_sub(BASE);
        }
        *x = t;
    }
    carry
}

/// `acc -= b`, `acc` at least as long; the borrow out.
#[inline]
pub fn sub_assign(acc: &mut [u64], b: &[u64]) -> u64 {
    let (low, high) = acc.split_at_mut(b.len());
    let mut borrow = 0;
    for (x, &y) in low.iter_mut().zip(b) {
        let (mut t, under) = x.overflowing_sub(y + borrow);
        borrow = u64::from(under);
        if under {
            t = t.wrapping_add(BASE);
        }
        *x = t;
    }
    sub_word(high, borrow)
}

/// `acc -= w` for a word below the base; the borrow out.
#[inline]
pub fn sub_word(acc: &mut [u64], w: u64) -> u64 {
    let mut borrow = w;
    for x in acc {
        if borrow == 0 {
            return 0;
        }
        let (mut t, under) = x.overflowing_sub(borrow);
        borrow = u64::from(under);
        if under {
            t = t.wrapping_add(BASE);
        }
        *x = t;
    }
    borrow
}

/// `out = |a - b|` for operands of the same length as `out`; true if `a < b`.
pub fn abs_diff(out: &mut [u64], a: &[u64], b: &[u64]) -> bool {
    let less = a.iter().rev().cmp(b.iter().rev()) == Ordering::Less;
    let (big, small) = if less { (b, a) } else { (a, b) };
    out.copy_from_slice(big);
    sub_assign(out, small);
    less
}

/// `acc = acc * m + add`; the limb that leaves it.
#[inline]
pub fn mul_word(acc: &mut [u64], m: u64, add: u64) -> u64 {
    let mut carry = add;
    for x in acc {
        let (q, r) = split(u128::from(*x) * u128::from(m) + u128::from(carry));
        *x = r;
        carry = q;
    }
    carry
}

/// `acc /= d`, the remainder; `d` is any word but zero.
pub fn div_word(acc: &mut [u64], d: u64) -> u64 {
    let mut rest = 0u64;
    if acc.len() <= 2 {
        for x in acc.iter_mut().rev() {
            if rest == 0 {
                (*x, rest) = (*x / d, *x % d);
            } else {
                let t = join(rest, *x);
                *x = (t / u128::from(d)) as u64;
                rest = (t - u128::from(*x) * u128::from(d)) as u64;
            }
        }
        return rest;
    }
    let shift = d.leading_zeros();
    let norm = d << shift;
    let inverse = ((u128::MAX / u128::from(norm)) - (1 << 64)) as u64;
    for x in acc.iter_mut().rev() {
        // rest < d, so the shifted double word's upper half stays below the shifted divisor.
        let t = join(rest, *x) << shift;
        let (q, r) = divide_words((t >> 64) as u64, t as u64, norm, inverse);
        *x = q;
        rest = r >> shift;
    }
    rest
}

/// `a * 10**n`, trimmed.
pub fn shl(a: &[u64], n: usize) -> Limbs {
    let a = trim(a);
    if a.is_empty() {
        return Limbs::new();
    }
    let (whole, part) = (n / LIMB_DIGITS, n % LIMB_DIGITS);
    let mut out = Limbs::zeroed(a.len() + whole + usize::from(part != 0));
    let slots = &mut out.as_mut_slice()[whole..];
    if part == 0 {
        slots.copy_from_slice(a);
        return out;
    }
    let (up, down) = (POW10[part], POW10[LIMB_DIGITS - part]);
    let mut carry = 0;
    for (slot, &x) in slots.iter_mut().zip(a) {
        let q = x / down;
        *slot = (x - q * down) * up + carry;
        carry = q;
    }
    slots[a.len()] = carry;
    out.trim();
    out
}

/// `a /= 10**n` in place, and what was dropped.
pub fn shr(a: &mut Limbs, n: usize) -> Rest {
    let (whole, part) = (n / LIMB_DIGITS, n % LIMB_DIGITS);
    let len = a.len();
    if len == 0 {
        return Rest::Zero;
    }
    if whole > len || (whole == len && part > 0) {
        a.clear();
        return Rest::Below;
    }
    let slice = a.as_mut_slice();
    // The highest dropped digit with what is below it in its limb, then the rest of the limbs.
    let (top, unit, below) = match (whole, part) {
        (0, 0) => return Rest::Zero,
        (w, 0) => (slice[w - 1], POW10[LIMB_DIGITS - 1], w - 1),
        (w, p) => (slice[w] % POW10[p], POW10[p - 1], w),
    };
    let mut rest = match top.cmp(&(5 * unit)) {
        _ if top == 0 => Rest::Zero,
        Ordering::Less => Rest::Below,
        Ordering::Equal => Rest::Half,
        Ordering::Greater => Rest::Above,
    };
    if matches!(rest, Rest::Zero | Rest::Half) && slice[..below].iter().any(|&x| x != 0) {
        rest = if rest == Rest::Zero { Rest::Below } else { Rest::Above };
    }
    if part == 0 {
        slice.copy_within(whole.., 0);
    } else {
        let (down, up) = (POW10[part], POW10[LIMB_DIGITS - part]);
        let mut low = slice[whole] / down;
        for i in whole + 1..len {
            let q = slice[i] / down;
            slice[i - whole - 1] = low + (slice[i] - q * down) * up;
            low = q;
        }
        slice[len - whole - 1] = low;
    }
    a.truncate(len - whole);
    a.trim();
    rest
}

/// Keep the lowest `n` digits.
pub fn keep_low(a: &mut Limbs, n: usize) {
    let (whole, part) = (n / LIMB_DIGITS, n % LIMB_DIGITS);
    if whole >= a.len() {
        return;
    }
    a.as_mut_slice()[whole] %= POW10[part];
    a.truncate(whole + 1);
    a.trim();
}

/// Decimal zeros at the low end; 0 for zero.
pub fn trailing_zeros(a: &[u64]) -> usize {
    let Some(i) = a.iter().position(|&x| x != 0) else { return 0 };
    let (mut x, mut n) = (a[i], i * LIMB_DIGITS);
    for step in [16, 8, 4, 2, 1] {
        if x.is_multiple_of(POW10[step]) {
            x /= POW10[step];
            n += step;
        }
    }
    n
}

/// The digit of weight `10**i`.
pub fn digit_at(a: &[u64], i: usize) -> u64 {
    a.get(i / LIMB_DIGITS).map_or(0, |x| x / POW10[i % LIMB_DIGITS] % 10)
}

/// `10**n - 1`.
pub fn nines(n: usize) -> Limbs {
    let mut out = Limbs::zeroed(n.div_ceil(LIMB_DIGITS));
    out.as_mut_slice().fill(BASE - 1);
    if n % LIMB_DIGITS != 0 && let Some(top) = out.as_mut_slice().last_mut() {
        *top = POW10[n % LIMB_DIGITS] - 1;
    }
    out
}
