//! Conversions and literals.
use taipan_algo_int::{BigInt, ParseIntError, from_str_radix, parse_literal};

#[test]
fn machine_integers_round_trip() {
    for v in [0i64, 1, -1, 1 << 30, -(1 << 30), (1 << 60) - 1, 1 << 60, i64::MAX, i64::MIN] {
        let n = BigInt::from(v);
        assert_eq!(n.view().to_i64(), Some(v));
        assert_eq!(n.view().to_i128(), Some(v.into()));
        assert_eq!(n.view().wrapping_u64(), v as u64);
    }
    assert_eq!(BigInt::from(u64::MAX).view().to_u64(), Some(u64::MAX));
    assert_eq!(BigInt::from(u64::MAX).view().to_i64(), None);
    assert_eq!(BigInt::from(u128::MAX).view().mag_u128(), Some(u128::MAX));
    assert_eq!(BigInt::from(i128::MIN).view().to_i128(), Some(i128::MIN));
    assert!(BigInt::from(-5i64) < BigInt::from(-4i64) && BigInt::from(-5i64) < BigInt::from(4i64));
}

#[test]
fn literals() {
    let ok = |s: &str, v: i128| assert_eq!(parse_literal(s.as_bytes(), 0), Ok(BigInt::from(v)), "{s}");
    ok("0", 0);
    ok("00_0", 0);
    ok("1_000", 1000);
    ok("0x_fF", 255);
    ok("0O17", 15);
    ok("0b1_0", 2);
    ok("1180591620717411303424", 1 << 70);
    ok("0x400000000000000000", 1 << 70);
    for s in ["", "_1", "1_", "1__0", "0x", "0x_", "012", "0b2", "12a", "0_x1", " 1 ", "-1", "+1", "1 "] {
        assert_eq!(parse_literal(s.as_bytes(), 0), Err(ParseIntError::Invalid), "{s}");
    }
    assert_eq!(from_str_radix(b" -0x1f\n", 16, 0), Ok(BigInt::from(-31i64)));
    assert_eq!(from_str_radix(b"zz", 36, 0), Ok(BigInt::from(1295i64)));
    assert_eq!(from_str_radix(b"0b1", 16, 0), Ok(BigInt::from(0xb1i64)));
    assert_eq!(from_str_radix(b"1", 37, 0), Err(ParseIntError::BadBase));
    assert_eq!(from_str_radix(b"12_345", 10, 4), Err(ParseIntError::TooManyDigits(5)));
}
