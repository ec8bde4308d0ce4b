//! Edges, each worked out on CPython 3.14.
use taipan_algo_float::percent::{self, Arguments, PercentError, PercentSpec};
use taipan_algo_float::spec::{FormatError, FormatSpec, Locale, format_float, format_int, format_str};
use taipan_algo_float::*;

fn text(x: f64) -> String {
    let mut out = Vec::new();
    repr(x, &mut out);
    String::from_utf8(out).unwrap()
}

fn float(x: f64, spec: &str) -> Result<String, FormatError> {
    let spec: Vec<u32> = spec.chars().map(Into::into).collect();
    format_float(&FormatSpec::for_float(&spec[..])?, x, &Locale::C).map(|p| p.to_text().unwrap())
}

#[test]
fn repr_reads_back() {
    let mut bits = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..20_000 {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        let x = f64::from_bits(bits);
        if x.is_finite() {
            assert_eq!(parse_float(text(x).as_bytes()).map(f64::to_bits), Some(bits));
            let mut out = Vec::new();
            hex::to_hex(x, &mut out);
            assert_eq!(hex::from_hex(&out).map(f64::to_bits), Ok(bits));
            assert_eq!(float(x, ".16e").unwrap().parse::<f64>().unwrap().to_bits(), bits);
        }
    }
    assert_eq!(text(1e16), "1e+16");
    assert_eq!(text(9999999999999998.0), "9999999999999998.0");
    assert_eq!(text(0.0001), "0.0001");
    assert_eq!(text(0.00001), "1e-05");
    assert_eq!(text(-0.0), "-0.0");
}

#[test]
fn shortest_digits_round_as_exact_ones() {
    let mut bits = 88172645463325252u64;
    for i in 0..30_000u32 {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        // Plenty of ties: few binary digits after the point.
        let x = if i % 2 == 0 { (bits >> 44) as f64 / f64::from(1u32 << (i % 12)) } else { (bits >> 11) as f64 * 1e-9 };
        let p = (i / 7 % 9) as usize;
        assert_eq!(float(x, &format!(".{p}f")).unwrap(), format!("{x:.p$}"));
        let e = format!("{x:.p$e}");
        let (mantissa, exp) = e.split_once('e').unwrap();
        let exp: i32 = exp.parse().unwrap();
        let sign = if exp < 0 { '-' } else { '+' };
        assert_eq!(float(x, &format!(".{p}e")).unwrap(), format!("{mantissa}e{sign}{:02}", exp.abs()));
    }
}

#[test]
fn large_precision_is_exact() {
    let long = float(0.1, ".400f").unwrap();
    assert!(long.starts_with("0.1000000000000000055511151231257827021181583404541015625000"));
    assert_eq!(long.len(), 402);
    assert_eq!(float(5e-324, ".1100f").unwrap().len(), 1102);
    assert_eq!(float(1.5, ".3000f").unwrap(), format!("1.5{}", "0".repeat(2999)));
    assert_eq!(float(1.5, ".2147483648f"), Err(FormatError::PrecisionTooBig));
    assert!(float(1.5, ".99999999999999999999f").is_err());
}

#[test]
fn wide_fill_and_locale() {
    let spec: Vec<u32> = vec![0xd800, u32::from(b'<'), u32::from(b'7'), u32::from(b'n')];
    let spec = FormatSpec::for_int(&spec[..]).unwrap();
    let swiss = Locale { decimal_point: ",", thousands_sep: "\u{2019}", grouping: &[3, 2, 0] };
    let padded = format_int(&spec, true, b"1234567", &swiss).unwrap();
    assert_eq!(padded.text, "-12\u{2019}34\u{2019}567");
    assert_eq!((padded.len(), padded.right, padded.to_text()), (10, 0, Some(padded.text.clone())));
    let padded = format_int(&spec, false, b"12", &swiss).unwrap();
    assert_eq!((padded.len(), padded.right, padded.to_text()), (7, 5, None));
    let spec = FormatSpec::for_float(&b"010n"[..]).unwrap();
    assert_eq!(format_float(&spec, 1234.5, &swiss).unwrap().to_text().unwrap(), "0\u{2019}01\u{2019}234,5");
    let spec = FormatSpec::for_int(&b"9223372036854775807,d"[..]).unwrap();
    assert_eq!(format_int(&spec, false, b"1", &Locale::C).unwrap().len(), isize::MAX as usize);
    let spec = FormatSpec::for_int(&b"09223372036854775807,d"[..]).unwrap();
    assert_eq!(format_int(&spec, false, b"1", &Locale::C), Err(FormatError::OutOfMemory));
    let spec = FormatSpec::for_str(&b"9223372036854775807"[..]).unwrap();
    assert_eq!(format_str(&spec, 3).unwrap().right, isize::MAX as usize - 3);
    // Digits of other scripts count in widths.
    assert_eq!(FormatSpec::for_int(&[0x661u32, 0x662][..]).unwrap().width, Some(12));
}

#[test]
fn hashes() {
    let rows = [(0.0, 0), (-0.0, 0), (1.0, 1), (-1.0, -2), (0.5, 1152921504606846976), (1e300, 1224995262755759164)];
    for (x, expected) in rows {
        assert_eq!(hash(x), Some(expected));
    }
    assert_eq!(hash(f64::INFINITY), Some(314159));
    assert_eq!(hash(f64::NAN), None);
    assert_eq!(as_integer_ratio(0.75), Some((false, 3, -2)));
    assert_eq!(as_integer_ratio(-0.0), Some((false, 0, 0)));
    assert_eq!(as_integer_ratio(f64::INFINITY), None);
}

/// Serves stars from a list; every key is known.
struct Stars(Vec<i32>, Vec<std::ops::Range<usize>>);

impl Arguments for Stars {
    type Error = &'static str;
    fn need_mapping(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    fn select(&mut self, range: std::ops::Range<usize>) -> Result<(), Self::Error> {
        self.1.push(range);
        Ok(())
    }
    fn star_width(&mut self) -> Result<isize, Self::Error> {
        self.star_precision().map(|n| n as isize)
    }
    fn star_precision(&mut self) -> Result<i32, Self::Error> {
        self.0.pop().ok_or("not enough arguments for format string")
    }
}

#[test]
fn percent_grammar() {
    let mut args = Stars(vec![3, -9], Vec::new());
    let (spec, end) = percent::parse(&b"%(a(b)c)+*.*lf tail"[..], 1, &mut args).unwrap();
    assert_eq!((end, args.1.first()), (14, Some(&(2..7))));
    assert_eq!(
        spec,
        PercentSpec {
            flags: percent::PLUS | percent::LEFT,
            width: Some(9),
            precision: Some(3),
            kind: u32::from(b'f'),
            index: 13
        }
    );
    assert_eq!(percent::format_float(&spec, 2.5).unwrap().to_text().unwrap(), "+2.500   ");
    let error = |text: &[u8]| percent::parse(text, 1, &mut Stars(Vec::new(), Vec::new())).unwrap_err();
    assert_eq!(error(b"%"), PercentError::Incomplete);
    assert_eq!(error(b"%5."), PercentError::Incomplete);
    assert_eq!(error(b"%(a"), PercentError::IncompleteKey);
    assert_eq!(error(b"%99999999999999999999d"), PercentError::WidthTooBig);
    assert_eq!(error(b"%.2147483648d"), PercentError::PrecisionTooBig);
    assert_eq!(error(b"%*d"), PercentError::Argument("not enough arguments for format string"));
    let (spec, _) = percent::parse(&[0x25u32, 0x20ac][..], 1, &mut Stars(Vec::new(), Vec::new())).unwrap();
    assert_eq!(percent::unsupported_message(&spec), "unsupported format character '?' (0x20ac) at index 1");
    let mut c = PercentSpec { kind: u32::from(b's'), width: Some(5), precision: Some(2), ..PercentSpec::default() };
    assert_eq!(percent::format_text(&c, 9), (2, 3, 0));
    c.flags = percent::LEFT;
    assert_eq!(percent::format_text(&c, 9), (2, 0, 3));
}
