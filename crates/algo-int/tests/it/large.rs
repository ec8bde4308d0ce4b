//! Properties of operations on long numbers, across every threshold of the algorithms, and against plain schoolbook code.
use taipan_algo_int as n;
use taipan_algo_int::{BigInt, IntRef};

/// Reproducible numbers.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 16
    }

    /// `len` digits, some of them in long runs of zeros or ones, where carries travel far.
    fn number(&mut self, len: usize) -> BigInt {
        let style = self.next() % 4;
        let mut digits: Vec<u32> = Vec::with_capacity(len);
        while digits.len() < len {
            let run = if style == 0 { 1 + self.next() as usize % 40 } else { 1 };
            let d = match (style, self.next() % 3) {
                (0, 0) => 0,
                (0, 1) => n::DIGIT_MASK,
                _ => self.next() as u32 & n::DIGIT_MASK,
            };
            digits.extend(std::iter::repeat_n(d, run.min(len - digits.len())));
        }
        if let Some(top) = digits.last_mut() {
            *top |= 1;
        }
        BigInt::new(self.next() & 1 == 1, digits)
    }
}

/// Rows of products, the definition.
fn schoolbook(a: IntRef, b: IntRef) -> BigInt {
    let mut out = vec![0u32; a.digits.len() + b.digits.len()];
    for (i, &x) in a.digits.iter().enumerate() {
        let mut carry = 0u64;
        for (j, &y) in b.digits.iter().enumerate() {
            carry += u64::from(out[i + j]) + u64::from(x) * u64::from(y);
            out[i + j] = carry as u32 & n::DIGIT_MASK;
            carry >>= n::DIGIT_BITS;
        }
        out[i + b.digits.len()] = carry as u32;
    }
    BigInt::new(a.neg != b.neg, out)
}

#[test]
fn products_follow_the_definition() {
    let mut r = Random(1);
    let lens = [1, 2, 4, 5, 6, 54, 55, 56, 57, 63, 87, 88, 89, 110, 113, 128, 200, 257, 400, 1001];
    for a_len in lens {
        for b_len in lens {
            let (a, b) = (r.number(a_len), r.number(b_len));
            assert_eq!(n::mul(a.view(), b.view()), schoolbook(a.view(), b.view()), "{a_len} {b_len}");
        }
        let a = r.number(a_len);
        assert_eq!(n::mul(a.view(), a.view()), schoolbook(a.view(), a.view()), "{a_len}");
    }
}

#[test]
fn transform_agrees_with_karatsuba_by_distribution() {
    // Halves stay below the transform's threshold, the whole is above it.
    let mut r = Random(2);
    for len in [4790, 4900, 6144, 7001] {
        let (a, b) = (r.number(len), r.number(len + 7));
        let cut = len as u64 / 2 * 30;
        let (high, low) = (n::shr(b.view().abs(), cut), BigInt::new(false, n::bits::low_bits(&b.digits, cut)));
        let mut parts = n::add(
            n::shl(n::mul(a.view().abs(), high.view()).view(), cut).unwrap().view(),
            n::mul(a.view().abs(), low.view()).view(),
        );
        parts.neg = a.neg != b.neg;
        assert_eq!(n::mul(a.view(), b.view()), parts, "{len}");
        assert_eq!(n::mul(a.view(), a.view()), n::mul(a.view(), a.clone().view()), "square {len}");
    }
}

#[test]
fn short_quotients_from_the_tops_agree_with_the_whole_division() {
    let mut r = Random(4);
    for len in [3, 4, 5, 8, 33, 300] {
        for round in 0..40 {
            let b = r.number(len);
            let q = match round % 4 {
                0 => BigInt::zero(),
                1 => BigInt::from(round as u128),
                2 => r.number(1),
                _ => r.number(2),
            };
            // Exact multiples, and one more and less than them: where the uppermost digits cannot tell.
            let exact = n::mul(q.view(), b.view());
            let near = [n::add(exact.view(), IntRef::ONE), n::sub(exact.view(), IntRef::ONE), n::add(exact.view(), r.number(len - 1).view()), exact];
            for a in near {
                for (a, b) in [(a.view(), b.view()), (a.view().negated(), b.view())] {
                    let (quotient, rest) = n::divmod_floor(a, b).unwrap();
                    assert_eq!(n::floor_div(a, b), Some(quotient), "{len} {round}");
                    assert!(rest.is_zero() || rest.neg == b.neg);
                }
            }
        }
    }
}

#[test]
fn division_undoes_multiplication() {
    let mut r = Random(3);
    let lens = [1, 2, 3, 7, 30, 99, 141, 160, 201, 330, 800, 2000];
    for a_len in lens {
        for b_len in lens {
            let (a, b) = (r.number(a_len), r.number(b_len));
            let (q, m) = n::divmod_floor(a.view(), b.view()).unwrap();
            assert_eq!(n::add(n::mul(q.view(), b.view()).view(), m.view()), a, "{a_len} {b_len}");
            assert!(m.is_zero() || m.neg == b.neg);
            assert!(m.view().abs() < b.view().abs());
            assert_eq!(n::modulo(a.view(), b.view()), Some(m));
            let product = n::mul(a.view(), b.view());
            assert_eq!(n::divmod_floor(product.view(), b.view()), Some((a, BigInt::zero())));
        }
    }
    assert_eq!(n::divmod_floor(IntRef::ONE, IntRef::ZERO), None);
}

#[test]
fn text_round_trips_in_every_base() {
    let mut r = Random(4);
    for len in [1, 5, 59, 60, 61, 120, 700, 3000] {
        let a = r.number(len);
        for base in if len < 500 { 2..=36 } else { 9..=11 } {
            let mut text = Vec::new();
            n::to_radix(a.view(), base, base % 2 == 0, &mut text);
            assert_eq!(n::from_str_radix(&text, base, 0), Ok(a.clone()), "{len} {base}");
        }
    }
}

#[test]
fn digit_limits() {
    let text = |digits: usize| [b'9'].repeat(digits);
    let exactly = n::from_str_radix(&text(4300), 10, 4300).unwrap();
    assert_eq!(n::from_str_radix(&text(4301), 10, 4300), Err(n::ParseIntError::TooManyDigits(4301)));
    assert!(n::from_str_radix(&text(5000), 16, 4300).is_ok());
    let mut out = Vec::new();
    assert_eq!(n::to_decimal_limited(exactly.view(), 4300, &mut out), Ok(()));
    assert_eq!(out.len(), 4300);
    let more = n::add(exactly.view(), IntRef::ONE);
    assert_eq!(n::to_decimal_limited(more.view(), 4300, &mut out), Err(n::TooManyDigits));
    let huge = n::shl(IntRef::ONE, 10_000_000).unwrap();
    assert_eq!(n::to_decimal_limited(huge.view(), 4300, &mut out), Err(n::TooManyDigits));
    assert_eq!(out.len(), 4300);
}

#[test]
fn what_cannot_be_is_refused() {
    assert_eq!(n::shl(IntRef::ONE, u64::MAX), Err(n::TooLarge));
    let two = BigInt::from(2i64);
    assert_eq!(n::pow(two.view(), n::shl(IntRef::ONE, 70).unwrap().view()), Err(n::TooLarge));
    assert_eq!(n::pow(BigInt::from(-1i64).view(), n::shl(IntRef::ONE, 70).unwrap().view()), Ok(BigInt::from(1i64)));
    assert_eq!(n::isqrt(BigInt::from(-1i64).view()), None);
    assert!(n::shr(two.view(), u64::MAX).is_zero());
    assert_eq!(n::shr(BigInt::from(-2i64).view(), u64::MAX), BigInt::from(-1i64));
}

#[test]
fn gcd_and_inverse() {
    let mut r = Random(5);
    for len in [1, 3, 10, 40, 150] {
        let (a, b, c) = (r.number(len), r.number(len + 1), r.number(len / 2 + 1));
        let g = n::gcd::gcd(n::mul(a.view(), c.view()).view(), n::mul(b.view(), c.view()).view());
        assert!(n::modulo(g.view(), c.view()).unwrap().is_zero());
        let m = BigInt { neg: false, digits: b.digits.clone() };
        if n::gcd::gcd(a.view(), m.view()) == BigInt::from(1i64) && m > BigInt::from(1i64) {
            let inverse = n::modpow(a.view(), BigInt::from(-1i64).view(), m.view()).unwrap();
            let one = n::modulo(n::mul(inverse.view(), a.view()).view(), m.view());
            assert_eq!(one, Some(BigInt::from(1i64)));
        }
    }
}
