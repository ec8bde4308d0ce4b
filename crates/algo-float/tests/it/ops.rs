//! Requests in text form, as the differential checks and the recorded tables hold them, and their answers.
use taipan_algo_float::percent::{self, Arguments, PercentError};
use taipan_algo_float::spec::{self, FormatError, FormatSpec, IntForm, Locale, Padded};
use taipan_algo_float as n;

struct None_;
impl Arguments for None_ {
    type Error = ();
    fn select(&mut self, _: std::ops::Range<usize>) -> Result<(), ()> {
        Err(())
    }
    fn need_mapping(&mut self) -> Result<(), ()> {
        Err(())
    }
    fn star_width(&mut self) -> Result<isize, ()> {
        Err(())
    }
    fn star_precision(&mut self) -> Result<i32, ()> {
        Err(())
    }
}

fn bits(s: &str) -> f64 {
    f64::from_bits(u64::from_str_radix(s, 16).unwrap())
}

fn units(s: &str) -> Vec<u32> {
    s.chars().map(Into::into).collect()
}

fn shown(r: Result<Padded, FormatError>, spec: &str, name: &str) -> String {
    match r {
        Ok(p) => {
            let text = p.to_text().unwrap();
            assert_eq!(text.chars().count(), p.len());
            if p.is_ascii() {
                let mut out = Vec::new();
                p.push_ascii(&mut out);
                assert_eq!(out, text.as_bytes());
            }
            text
        }
        Err(e) => "!".to_owned() + &e.message(spec, name),
    }
}

fn radix(mut v: u128, base: u128, upper: bool) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let d = char::from_digit((v % base) as u32, 36).unwrap();
        out.insert(0, if upper { d.to_ascii_uppercase() } else { d } as u8);
        v /= base;
        if v == 0 {
            return out;
        }
    }
}

fn int(value: i128, spec: &str) -> Result<Padded, FormatError> {
    let s = FormatSpec::for_int(&units(spec)[..])?;
    match spec::int_form(&s)? {
        IntForm::Digits { base, upper } => {
            let digits = radix(value.unsigned_abs(), base.into(), upper);
            spec::format_int(&s, value < 0, &digits, &Locale::C)
        }
        IntForm::Char => spec::format_char(&s, i64::try_from(value).ok()).map(|p| p.0),
        IntForm::Float => spec::format_float(&s, value as f64, &Locale::C),
    }
}

fn percent_one(format: &str, float: Option<f64>, value: i128) -> String {
    let text = units(format);
    let (spec, end) = match percent::parse(&text[..], 1, &mut None_) {
        Ok(r) => r,
        Err(PercentError::Argument(())) => return "!arg".into(),
        Err(e) => return "!".to_owned() + e.message().unwrap(),
    };
    assert_eq!(end, text.len());
    let padded = match char::from_u32(spec.kind).unwrap() {
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let digits = radix(value.unsigned_abs(), percent::int_base(spec.kind).into(), false);
            percent::format_int(&spec, value < 0, &digits)
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => percent::format_float(&spec, float.unwrap_or(value as f64)),
        _ => return "!".to_owned() + &percent::unsupported_message(&spec),
    };
    padded.unwrap().to_text().unwrap()
}

fn cut(text: &[u32], range: std::ops::Range<usize>) -> String {
    text[range].iter().map(|&c| char::from_u32(c).unwrap()).collect()
}

fn pieces(template: &str) -> String {
    let text = units(template);
    let mut out = String::new();
    for piece in n::template::Template::new(&text[..]) {
        match piece {
            Err(e) => return out + "!" + e.message(),
            Ok(p) => {
                out += &format!("<{}>", cut(&text, p.literal));
                if let Some(f) = p.field {
                    let conversion = char::from_u32(f.conversion).filter(|&c| c != '\0').map(String::from);
                    out += &format!(
                        "({}|{}|{})",
                        cut(&text, f.name),
                        cut(&text, f.spec),
                        conversion.as_deref().unwrap_or("-")
                    );
                }
            }
        }
    }
    out
}

fn name(name: &str) -> String {
    use n::template::{First, Step};
    let text = units(name);
    let (first, path) = match n::template::split_name(&text[..], 0..text.len()) {
        Ok(r) => r,
        Err(e) => return "!".to_owned() + e.message(),
    };
    let mut out = match first {
        First::Empty => "''".to_owned(),
        First::Index(i) => i.to_string(),
        First::Name(r) => format!("'{}'", cut(&text, r)),
    };
    for step in path {
        out += &match step {
            Ok(Step::Attribute(r)) => format!(".'{}'", cut(&text, r)),
            Ok(Step::Index(i)) => format!("[{i}"),
            Ok(Step::Key(r)) => format!("['{}'", cut(&text, r)),
            Err(e) => return out + "!" + e.message(),
        };
    }
    out
}

/// The answer to one request.
pub fn run(w: &[&str]) -> String {
    let mut out = Vec::new();
    let hex = |x: f64| format!("{:x}", x.to_bits());
    match w[0] {
        "repr" => n::repr(bits(w[1]), &mut out),
        "crepr" => n::complex_repr(bits(w[1]), bits(w[2]), &mut out),
        "fmt" => {
            let r = FormatSpec::for_float(&units(w[2])[..]).and_then(|s| spec::format_float(&s, bits(w[1]), &Locale::C));
            return shown(r, w[2], "float");
        }
        "cfmt" => {
            let r = FormatSpec::for_float(&units(w[3])[..])
                .and_then(|s| spec::format_complex(&s, bits(w[1]), bits(w[2]), &Locale::C));
            return shown(r, w[3], "complex");
        }
        "ifmt" => return shown(int(w[1].parse().unwrap(), w[2]), w[2], "int"),
        "sfmt" => {
            let r = FormatSpec::for_str(&units(w[2])[..]).and_then(|s| spec::format_str(&s, w[1].chars().count()));
            return match r {
                Ok(l) => {
                    let fill = |n| std::iter::repeat_n(char::from_u32(l.fill).unwrap(), n);
                    fill(l.left).chain(w[1].chars().take(l.take)).chain(fill(l.right)).collect()
                }
                Err(e) => "!".to_owned() + &e.message(w[2], "str"),
            };
        }
        "pctf" => return percent_one(w[1], Some(bits(w[2])), 0),
        "pcti" => return percent_one(w[1], None, w[2].parse().unwrap()),
        "parse" => return n::parse_float(w[1].as_bytes()).map_or("none".into(), hex),
        "cparse" => {
            return n::parse_complex(w[1].as_bytes()).map_or("none".into(), |(a, b)| hex(a) + " " + &hex(b));
        }
        "hex" => n::hex::to_hex(bits(w[1]), &mut out),
        "fromhex" => return n::hex::from_hex(w[1].as_bytes()).map_or_else(|e| format!("{e:?}"), hex),
        "round" => return n::round_digits(bits(w[1]), w[2].parse().unwrap()).map_or("overflow".into(), hex),
        "hash" => return n::hash(bits(w[1])).unwrap().to_string(),
        "divmod" => {
            return n::divmod(bits(w[1]), bits(w[2])).map_or("none".into(), |(a, b)| {
                assert_eq!(n::number::modulo(bits(w[1]), bits(w[2])).unwrap().to_bits(), b.to_bits());
                hex(a) + " " + &hex(b)
            });
        }
        "template" => return pieces(w.get(1).copied().unwrap_or("")),
        "name" => return name(w.get(1).copied().unwrap_or("")),
        op => panic!("{op}"),
    }
    String::from_utf8(out).unwrap()
}


/// Text by machine words is that of `core::fmt`, which rounds the exact value.
#[test]
fn fixed_point_by_words() {
    let mut seed = 12_345u64;
    for i in 0..20_000u32 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = (seed >> 11) as f64 / 2f64.powi((i % 90) as i32);
        let p = (i % 18) as usize;
        if let Some(text) = taipan_algo_float::text::fixed_into(x, p, &mut [0; 48]) {
            assert_eq!(std::str::from_utf8(text).unwrap(), format!("{x:.p$}"), "{x:e} {p}");
        }
    }
    for (x, p, want) in [(0.125, 2, "0.12"), (0.375, 2, "0.38"), (5e-324, 3, "0.000"), (0.5, 1, "0.5"), (9_007_199_254_740_991.0, 1, "9007199254740991.0")] {
        assert_eq!(taipan_algo_float::text::fixed_into(x, p, &mut [0; 48]), Some(want.as_bytes()));
    }
    assert!(taipan_algo_float::text::fixed_into(9_007_199_254_740_992.0, 1, &mut [0; 48]).is_none());
}
