//! Every answer for every code point, as checksums recorded from the reference by `gen/checksum.py`.

use std::fmt::Write;
use taipan_algo_ucd::*;

const FORMS: [Form; 4] = [Form::Nfc, Form::Nfd, Form::Nfkc, Form::Nfkd];
const VERSIONS: [Version; 2] = [Version::Current, Version::V3_2_0];

struct Crc {
    table: [u32; 256],
    state: u32,
}

impl Crc {
    fn new() -> Self {
        let mut table = [0; 256];
        for (i, entry) in table.iter_mut().enumerate() {
            *entry = (0..8).fold(i as u32, |c, _| if c & 1 != 0 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 });
        }
        Crc { table, state: !0 }
    }

    fn feed(&mut self, text: &str) {
        for byte in text.bytes() {
            self.state = self.table[(self.state as u8 ^ byte) as usize] ^ (self.state >> 8);
        }
    }

    fn finish(&mut self) -> u32 {
        !std::mem::replace(&mut self.state, !0)
    }
}

fn cps(text: &[u32]) -> String {
    text.iter().map(|cp| format!("{cp:x}")).collect::<Vec<_>>().join(",")
}

fn opt<T: ToString>(value: Option<T>) -> String {
    value.map_or("-".into(), |v| v.to_string())
}

fn database(version: Version, cp: u32, out: &mut String) {
    let numeric = numeric(version, cp).map(|v| format!("{:x}", v.to_bits()));
    write!(
        out,
        " {} {} {} {} {} {} {} {} {}",
        category(version, cp),
        bidirectional(version, cp),
        combining(version, cp),
        east_asian_width(version, cp),
        u8::from(mirrored(version, cp)),
        opt(decimal(version, cp)),
        opt(digit(cp)),
        opt(numeric),
        decomposition(version, cp)
    )
    .unwrap();
    for form in FORMS {
        write!(out, " {}", cps(&normalize(version, form, &[cp]))).unwrap();
    }
    out.push(' ');
    for form in FORMS {
        out.push(if is_normalized(version, form, &[cp]) { '1' } else { '0' });
    }
    out.push(' ');
    if let Some(name) = name(version, cp) {
        out.push_str(name.as_str());
    }
}

fn lowered(text: &[u32]) -> String {
    let mut out = Vec::new();
    lower_into(text, &mut out);
    cps(&out)
}

fn line(cp: u32, out: &mut String) {
    let tests: [fn(u32) -> bool; 13] = [
        is_alpha, is_alnum, is_decimal, is_digit, is_numeric, is_lower, is_upper, is_title, is_space, is_printable,
        is_xid_start, is_xid_continue, is_linebreak,
    ];
    out.extend(tests.iter().map(|test| if test(cp) { '1' } else { '0' }));
    write!(out, " {:x} {:x} {:x}", lower_simple(cp), upper_simple(cp), title_simple(cp)).unwrap();
    for full in [lower_full(cp), upper_full(cp), title_full(cp), fold_full(cp)] {
        // A capital sigma alone is not final, so lower_full is lower().
        write!(out, " {}", cps(&full)).unwrap();
    }
    write!(out, " {} {}", lowered(&[0x61, cp, 0x3A3]), lowered(&[cp, 0x3A3])).unwrap();
    for version in VERSIONS {
        database(version, cp, out);
    }
    out.push('\n');
}

fn checksums() -> Vec<u32> {
    include_str!("checksums.txt").lines().map(|l| u32::from_str_radix(l, 16).unwrap()).collect()
}

#[test]
fn every_code_point_equals_the_reference() {
    let expected = checksums();
    let mut crc = Crc::new();
    let mut text = String::new();
    let mut wrong = Vec::new();
    for (block, &sum) in expected[..0x110].iter().enumerate() {
        for cp in block * 0x1000..(block + 1) * 0x1000 {
            text.clear();
            line(cp as u32, &mut text);
            crc.feed(&text);
        }
        if crc.finish() != sum {
            wrong.push(format!("{:#x}", block * 0x1000));
        }
    }
    assert!(wrong.is_empty(), "blocks that differ: {wrong:?}");
}

struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    fn text(&mut self, alphabet: &[u32]) -> Vec<u32> {
        let len = 1 + self.below(12);
        (0..len).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

#[test]
fn random_strings_equal_the_reference() {
    let current = Version::Current;
    let is_mark = |&cp: &u32| {
        combining(current, cp) != 0 || (!(0xAC00..0xD7A4).contains(&cp) && !decomposition(current, cp).is_empty())
    };
    let marks: Vec<u32> = (0..0x110000).filter(is_mark).chain(0x1100..0x1200).collect();
    let common: Vec<u32> = (0x41..0x7B)
        .chain(0xC0..0x250)
        .chain(0x300..0x350)
        .chain(0xAC00..0xAC40)
        .chain(0x1100..0x1120)
        .chain(0x1160..0x11C3)
        .chain(0x390..0x3D0)
        .collect();
    let sigma = [
        0x3A3, 0x3A3, 0x61, 0x41, 0x27, 0x301, 0x20, 0xAD, 0xDF, 0x149, 0x1C4, 0x1C5, 0x1C6, 0x1E9E, 0xFB01, 0x31, 0x130,
    ];
    let (mut lcg, mut crc) = (Lcg(1), Crc::new());
    for alphabet in [&marks, &common] {
        for _ in 0..4000 {
            // The recording script draws the length after `1 +`, then each character.
            let text = lcg.text(alphabet);
            for version in VERSIONS {
                for form in FORMS {
                    let flag = u8::from(is_normalized(version, form, &text));
                    crc.feed(&format!("{} {flag}\n", cps(&normalize(version, form, &text))));
                }
            }
        }
    }
    for _ in 0..4000 {
        let text = lcg.text(&sigma);
        let parts = [lower_into, upper_into, title_into, fold_into, swap_into].map(|convert: fn(&[u32], &mut Vec<u32>)| {
            let mut out = Vec::new();
            convert(&text, &mut out);
            cps(&out)
        });
        crc.feed(&format!("{}\n", parts.join(" ")));
    }
    assert_eq!(crc.finish(), checksums()[0x110]);
}

#[test]
fn names_find_their_characters() {
    for cp in 0..0x110000 {
        if let Some(name) = name(Version::Current, cp) {
            assert_eq!(lookup(Version::Current, name.as_str()), Some(Named::Char(cp)), "{}", name.as_str());
        }
    }
    assert_eq!(lookup_char("alert"), Some(7));
    assert_eq!(lookup(Version::V3_2_0, "ALERT"), None);
    assert_eq!(lookup_char("BELL"), Some(0x1F514));
    assert_eq!(lookup_char("TANGUT IDEOGRAPH-17000"), Some(0x17000));
    assert_eq!(lookup_char("CJK UNIFIED IDEOGRAPH-4e00"), Some(0x4E00));
    assert_eq!(lookup_char("CJK UNIFIED IDEOGRAPH-04E00"), None);
    assert_eq!(lookup_char("HANGUL SYLLABLE GAGX"), None);
    let sequence = lookup(Version::Current, "LATIN SMALL LETTER R WITH TILDE");
    assert_eq!(sequence, Some(Named::Sequence(&[0x72, 0x303])));
    assert_eq!(lookup_char("LATIN SMALL LETTER R WITH TILDE"), None);
    assert!(lookup_char("").is_none() && lookup_char(&"A".repeat(5000)).is_none());
}

#[test]
fn beyond_unicode_is_unassigned() {
    for cp in [0x110000, u32::MAX] {
        assert!(!is_alpha(cp) && !is_printable(cp) && lower_simple(cp) == cp);
        assert_eq!(category(Version::Current, cp), "Cn");
        assert!(name(Version::Current, cp).is_none());
    }
}
