//! Requests in text form, as the differential checks and the recorded tables hold them, and their answers.
use taipan_algo_int as n;
use taipan_algo_int::{BigInt, IntRef};

fn parse(s: &str) -> BigInt {
    n::from_str_radix(s.as_bytes(), 16, 0).unwrap_or_default()
}

fn show(a: IntRef) -> String {
    let mut out = Vec::new();
    n::to_radix(a, 16, false, &mut out);
    String::from_utf8(out).unwrap()
}

fn float(r: Result<f64, n::FloatError>) -> String {
    match r {
        Ok(x) => format!("{:x}", x.to_bits()),
        Err(e) => format!("{e:?}"),
    }
}

/// The answer to one request.
pub fn run(words: &[&str]) -> String {
    let a = parse(words[1]);
    let a = a.view();
    let b = words.get(2).map(|w| parse(w)).unwrap_or_default();
    let small = b.view().to_u64().unwrap_or(0);
    let b = b.view();
    let pair = |(q, r): (BigInt, BigInt)| format!("{} {}", show(q.view()), show(r.view()));
    match words[0] {
        "add" => show(n::add(a, b).view()),
        "sub" => show(n::sub(a, b).view()),
        "mul" => show(n::mul(a, b).view()),
        "sqr" => show(n::mul(a, a).view()),
        "divmod" => pair(n::divmod_floor(a, b).unwrap()),
        "mod" => show(n::modulo(a, b).unwrap().view()),
        "pow" => show(n::pow(a, b).unwrap().view()),
        "modpow" => match n::modpow(a, b, parse(words[3]).view()) {
            Ok(r) => show(r.view()),
            Err(e) => format!("{e:?}"),
        },
        "shl" => show(n::shl(a, small).unwrap().view()),
        "shr" => show(n::shr(a, small).view()),
        "and" => show(n::and(a, b).view()),
        "or" => show(n::or(a, b).view()),
        "xor" => show(n::xor(a, b).view()),
        "not" => show(n::invert(a).view()),
        "bit" => n::bits::test_bit(a, small).to_string(),
        "gcd" => show(n::gcd::gcd(a, b).view()),
        "lcm" => show(n::gcd::lcm(a, b).view()),
        "isqrt" => show(n::isqrt(a).unwrap().view()),
        "cmp" => (a.cmp(&b) as i32).to_string(),
        "str" => {
            let mut out = Vec::new();
            n::to_decimal(a, &mut out);
            String::from_utf8(out).unwrap()
        }
        "int" => show(n::from_str_radix(words[2].as_bytes(), words[3].parse().unwrap(), 0).unwrap().view()),
        "radix" => {
            let mut out = Vec::new();
            n::to_radix(a, small as u32, false, &mut out);
            String::from_utf8(out).unwrap()
        }
        "float" => float(n::to_f64(a)),
        "truediv" => float(n::true_div(a, b)),
        "fromfloat" => show(n::from_f64(f64::from_bits(a.to_u64().unwrap())).unwrap().view()),
        "cmpf" => format!("{:?}", n::cmp_f64(a, f64::from_bits(b.to_u64().unwrap())).map(|o| o as i32)),
        "frexp" => {
            let (m, e) = n::float::frexp(a);
            format!("{:x} {e}", m.to_bits())
        }
        "ldexp" => float(Ok(n::float::ldexp(f64::from_bits(a.to_u64().unwrap()), b.to_i64().unwrap()))),
        "frexpf" => {
            let (m, e) = n::float::frexp_f64(f64::from_bits(a.to_u64().unwrap()));
            format!("{:x} {e}", m.to_bits())
        }
        "hash" => n::hash(a).to_string(),
        "bytes" => {
            let mut out = vec![0; small as usize];
            let endian = if words[3] == "little" { n::Endian::Little } else { n::Endian::Big };
            match n::to_bytes(a, &mut out, endian, words[4] == "1") {
                Ok(()) => {
                    assert!(n::from_bytes(&out, endian, words[4] == "1").view() == a, "{words:?}");
                    out.iter().map(|b| format!("{b:02x}")).collect::<String>() + "."
                }
                Err(e) => format!("{e:?}"),
            }
        }
        "fact" => show(n::combinat::factorial(a.to_u64().unwrap()).view()),
        "perm" => show(n::combinat::perm(a, small).view()),
        "comb" => show(n::combinat::comb(a, small).view()),
        op => panic!("{op}"),
    }
}

