//! Arithmetic against results of CPython 3.14 and limb algorithms against each other.

use crate::context::{Context, Rounding};
use crate::limb::{self, Limbs, div::divrem, mul::mul as mul_limbs, root::isqrt};
use crate::num::Dec;
use crate::ops::{add, div, mul, power, sqrt};
use crate::text::{parse::parse_exact, write::to_text};

fn ctx(prec: i64) -> Context {
    Context { prec, emax: 999_999, emin: -999_999, round: Rounding::HalfEven, clamp: false }
}

fn d(s: &str) -> Dec {
    parse_exact(s.as_bytes(), &mut 0)
}

fn binary(f: impl Fn(&Dec, &Dec, &Context, &mut u32) -> Dec, a: &str, b: &str) -> String {
    to_text(&f(&d(a), &d(b), &ctx(28), &mut 0), true, false)
}

#[test]
fn basic_operations() {
    assert_eq!(binary(add::add, "1.1", "2.25"), "3.35");
    assert_eq!(binary(add::sub, "1", "1E-30"), "1.000000000000000000000000000");
    assert_eq!(binary(mul::mul, "12345678901234567890.5", "98765432109876543210.25"), "1.219326311370217952289932937E+39");
    assert_eq!(binary(div::div, "1", "3"), "0.3333333333333333333333333333");
    assert_eq!(binary(div::div, "1", "8"), "0.125");
    assert_eq!(binary(div::rem, "-7", "2.5"), "-2.0");
    assert_eq!(binary(div::rem_near, "8", "5"), "-2");
    assert_eq!(binary(power::power, "2", "0.5"), "1.414213562373095048801688724");
    assert_eq!(binary(power::power, "7", "-3"), "0.002915451895043731778425655977");
}

#[test]
fn elementary_functions() {
    let unary = |f: fn(&Dec, &Context, &mut u32) -> Dec, a: &str, prec: i64| to_text(&f(&d(a), &ctx(prec), &mut 0), true, false);
    assert_eq!(unary(crate::elementary::exp::exp, "1", 50), "2.7182818284590452353602874713526624977572470937000");
    assert_eq!(unary(crate::elementary::exp::exp, "-1.5", 28), "0.2231301601484298289332804708");
    assert_eq!(unary(crate::elementary::log::ln, "2", 28), "0.6931471805599453094172321215");
    assert_eq!(unary(crate::elementary::log::ln, "0.9999999", 28), "-1.000000050000003333333583333E-7");
    assert_eq!(unary(crate::elementary::log::log10, "2", 28), "0.3010299956639811952137388947");
    assert_eq!(unary(sqrt::sqrt, "2", 28), "1.414213562373095048801688724");
    assert_eq!(unary(sqrt::sqrt, "6.25", 28), "2.5");
}

/// A reproducible stream of limbs, some of them extreme.
fn stream(seed: u64) -> impl FnMut() -> u64 {
    let mut x = seed;
    move || {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match x >> 60 {
            0 => 0,
            1 => limb::BASE - 1,
            _ => (x >> 1) % limb::BASE,
        }
    }
}

#[test]
fn long_limbs() {
    let mut next = stream(7);
    for &(n, m) in &[(3, 2), (30, 30), (70, 65), (200, 100), (500, 61), (1500, 900), (1600, 799), (3000, 40), (900, 800)] {
        let mut make = |n: usize| Limbs::from_vec({ let mut v: Vec<u64> = (0..n).map(|_| next()).collect(); v.push(1 + next() / 2); v });
        let (a, b, r) = (make(n), make(m), make(m - 1));
        let r = if limb::cmp(r.as_slice(), b.as_slice()).is_lt() { r } else { Limbs::new() };
        let mut p = mul_limbs(a.as_slice(), b.as_slice());
        limb::add_assign(p.as_mut_slice(), r.as_slice());
        let (q, rest) = divrem(p.as_slice(), b.as_slice());
        assert_eq!(q.as_slice(), a.as_slice(), "{n} {m}");
        assert_eq!(rest.as_slice(), r.as_slice(), "{n} {m}");
        let square = mul_limbs(a.as_slice(), a.as_slice());
        let (s, exact) = isqrt(square.as_slice());
        assert!(exact);
        assert_eq!(s.as_slice(), a.as_slice());
    }
}

#[test]
fn integers_there_and_back() {
    let mut next = stream(3);
    for n in [1usize, 2, 3, 10, 59, 60, 61, 200, 1000] {
        let l = Limbs::from_vec((0..n).map(|_| next()).chain([1]).collect());
        let i = crate::convert::int::to_int(false, l.as_slice());
        assert_eq!(crate::convert::int::from_digits(&i.digits).as_slice(), l.as_slice(), "{n}");
    }
}
