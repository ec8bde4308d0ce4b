//! The Unicode codecs against the reference: whole-input decoding with every error logged, incremental decoding, encoding.

use crate::{Lcg, compare, hex};
use taipan_algo_codec::escape::*;
use taipan_algo_codec::*;

const LE: ByteOrder = ByteOrder::Little;
const BE: ByteOrder = ByteOrder::Big;

pub fn cps(text: Text<'_>) -> String {
    text.iter().map(|cp| format!("{cp:x}")).collect::<Vec<_>>().join(",")
}

type Decoder = fn(&[u8], usize, bool, &mut TextBuf) -> Result<usize, CodecError>;
type Encoder = fn(Text<'_>, usize, &mut Vec<u8>) -> Result<(), CodecError>;

pub fn show(error: CodecError) -> String {
    format!("{}-{}:{}", error.start, error.end, error.reason)
}

pub fn decode_logged(decode: Decoder, data: &[u8]) -> String {
    let (mut out, mut log, mut pos) = (TextBuf::default(), Vec::new(), 0);
    while let Err(error) = decode(data, pos, true, &mut out) {
        out.push(u32::from(b'?'));
        pos = error.end;
        log.push(show(error));
    }
    format!("{} {}", cps(out.as_text()), log.join(";"))
}

fn decode_case(decode: Decoder, data: &[u8]) -> String {
    let line = decode_logged(decode, data);
    let mut out = TextBuf::default();
    match decode(data, 0, false, &mut out) {
        Ok(used) => format!("{line} {} {used}", cps(out.as_text())),
        Err(error) => format!("{line} {}", show(error)),
    }
}

pub fn encode_case(encode: Encoder, text: Text<'_>) -> String {
    let (mut out, mut log, mut pos) = (Vec::new(), Vec::new(), 0);
    while let Err(error) = encode(text, pos, &mut out) {
        encode(Text::One(b"?"), 0, &mut out).unwrap();
        pos = error.end;
        log.push(show(error));
    }
    format!("{} {}", hex(&out), log.join(";"))
}

pub fn narrow(cps: &[u32]) -> TextBuf {
    let mut out = TextBuf::default();
    cps.iter().for_each(|&cp| out.push(cp));
    out
}

fn utf8_alphabet() -> Vec<u8> {
    let mut out: Vec<u8> = (0x78..=0xFF).collect();
    out.extend(b"\xed\xa0\xb0\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9".repeat(4));
    out.extend(b"ab".repeat(8));
    out
}

const ESCAPES: &[u8] = b"\\\\\\\\\\xxuUN{}0178abfnrtv'\"\n09afAFz \xe9";
const NAMES: [&[u8]; 9] = [
    b"\\N{DIGIT ONE}", b"\\N{bell}", b"\\N{ALERT}", b"\\N{X Y}", b"\\U0001F600", b"\\u20ac", b"\\xe9", b"\\777", b"\\U00110000",
];
const UNITS: [u32; 29] = [
    0, 9, 10, 0x2B, 0x2D, 0x41, 0x5C, 0x7E, 0x7F, 0x80, 0xE9, 0xFF, 0x100, 0x20AC, 0xD800, 0xD83D, 0xDC80, 0xDE00, 0xDFFF,
    0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF, 0x61, 0x62, 0x20, 0x3A, 0x30,
];

fn cp1252() -> charmap::EncodingMap {
    let high = [
        0x20AC, 0xFFFE, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0xFFFE, 0x17D, 0xFFFE,
        0xFFFE, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0xFFFE, 0x17E, 0x178,
    ];
    let table: Vec<u32> = (0..0x80).chain(high).chain(0xA0..0x100).collect();
    charmap::EncodingMap::build(Text::Four(&table)).unwrap()
}

fn encode_lines(text: Text<'_>, out: &mut Vec<String>) {
    let encoders: [Encoder; 10] = [
        utf8::encode,
        |text, _, out| Ok(utf7::encode(text, out)),
        |text, pos, out| utf16::encode(text, pos, LE, out),
        |text, pos, out| utf16::encode(text, pos, BE, out),
        |text, pos, out| utf32::encode(text, pos, LE, out),
        |text, pos, out| utf32::encode(text, pos, BE, out),
        single::encode_ascii,
        single::encode_latin1,
        |text, _, out| Ok(encode_unicode(text, out)),
        |text, _, out| Ok(encode_raw(text, out)),
    ];
    out.extend(encoders.into_iter().map(|encode| encode_case(encode, text)));
    out.push(encode_case(|text, pos, out| cp1252().encode(text, pos, out), text));
    let replacers = [handlers::backslash_replace, handlers::xml_char_ref_replace, handlers::name_replace];
    for replace in replacers {
        let (mut bytes, mut pos) = (Vec::new(), 0);
        while let Err(error) = single::encode_ascii(text, pos, &mut bytes) {
            replace(text, error.start, error.end, &mut bytes);
            pos = error.end;
        }
        out.push(hex(&bytes));
    }
    let utfs: [(handlers::Utf, Encoder); 3] = [
        (handlers::Utf::Utf8, encoders[0]),
        (handlers::Utf::Utf16(LE), encoders[2]),
        (handlers::Utf::Utf32(BE), encoders[5]),
    ];
    for (utf, encode) in utfs {
        let (mut bytes, mut pos) = (Vec::new(), 0);
        while let Err(error) = encode(text, pos, &mut bytes) {
            handlers::surrogate_pass(utf, text, error.start, error.end, &mut bytes).unwrap();
            pos = error.end;
        }
        out.push(hex(&bytes));
    }
}

fn escape_decoded(data: &[u8], policy: BytesEscapePolicy) -> String {
    match decode_bytes(data, policy, &mut None) {
        Ok(bytes) => hex(&bytes),
        Err(BytesEscapeError::TrailingBackslash) => "Trailing \\ in string".into(),
        Err(BytesEscapeError::InvalidHex(at)) => format!("invalid \\x escape at position {at}"),
    }
}

fn lines() -> Vec<String> {
    let mut rng = Lcg(2);
    let mut out = Vec::new();
    let utf8_bytes = utf8_alphabet();
    let latin = |data: &[u8], pos, _: bool, out: &mut TextBuf| single::decode_ascii(data, pos, out);
    for _ in 0..4000 {
        out.push(decode_case(utf8::decode, &rng.pick(&utf8_bytes, 9)));
        out.push(decode_case(utf7::decode, &rng.pick(b"+++-/AZaz09=~\\\x00\x80 \xe9ANggAPc2AN3g", 14)));
        let data = rng.pick(b"\x00\x00\xd8\xd8\xdc\xdc\x01a\xdf\xff", 11);
        out.push(decode_case(|b, p, f, o| utf16::decode(b, p, LE, f, o), &data));
        out.push(decode_case(|b, p, f, o| utf16::decode(b, p, BE, f, o), &data));
        let data = rng.pick(b"\x00\x00\x00\x00\x00\x01\x10\xd8\x11a", 17);
        out.push(decode_case(|b, p, f, o| utf32::decode(b, p, LE, f, o), &data));
        out.push(decode_case(|b, p, f, o| utf32::decode(b, p, BE, f, o), &data));
        let mut data = rng.pick(ESCAPES, 14);
        data.extend_from_slice(NAMES[rng.below(NAMES.len())]);
        data.extend(rng.pick(ESCAPES, 5));
        out.push(decode_case(|b, p, f, o| decode_unicode(b, p, f, o, &mut None), &data));
        out.push(decode_case(decode_raw, &data));
        for policy in [BytesEscapePolicy::Strict, BytesEscapePolicy::Replace, BytesEscapePolicy::Ignore] {
            out.push(escape_decoded(&data, policy));
        }
        let mut escaped = Vec::new();
        encode_bytes(&data, &mut escaped);
        out.push(hex(&escaped));
        out.push(decode_logged(latin, &data));
        let text = narrow(&rng.pick(&UNITS, 10));
        encode_lines(text.as_text(), &mut out);
    }
    out
}

#[test]
fn unicode_codecs_equal_the_reference() {
    compare("unicode", include_str!("unicode.txt"), lines());
}

#[test]
fn fast_utf8_fills_what_it_measured() {
    for text in ["", "abc", "caf\u{e9} \u{ff}", "\u{20ac}uro \u{100}", "x\u{1f600}y\u{e9}", &"\u{e9}abcdefgh".repeat(99)] {
        let (measure, valid) = utf8::measure(text.as_bytes()).unwrap();
        assert_eq!(measure.len, text.chars().count());
        let top = text.chars().map(u32::from).max().unwrap_or(0);
        let expected = [0x7F, 0xFF, 0xFFFF, 0x10FFFF].into_iter().find(|&max| top <= max).unwrap();
        assert_eq!(measure.max, expected);
        let mut out = vec![0u32; measure.len];
        utf8::fill_ucs4(valid, &mut out);
        assert!(out.iter().copied().eq(text.chars().map(u32::from)));
        let mut back = Vec::new();
        utf8::encode(Text::Four(&out), 0, &mut back).unwrap();
        assert_eq!(back, text.as_bytes());
    }
    assert!(utf8::measure(b"\xed\xa0\x80").is_none());
}
