//! Throughput of the hot codecs, in MB/s of input. `ref-python3.14 gen/bench.py` measures the reference on the same.

use std::time::{Duration, Instant};
use taipan_algo_codec::*;

fn time(name: &str, bytes: usize, mut run: impl FnMut() -> usize) {
    let (mut least, mut spent, mut sum) = (Duration::MAX, Duration::ZERO, 0usize);
    while spent < Duration::from_millis(150) {
        let start = Instant::now();
        sum = sum.wrapping_add(run());
        least = least.min(start.elapsed());
        spent += start.elapsed();
    }
    println!("{name:24} {:9.0} MB/s {}", bytes as f64 / least.as_nanos() as f64 * 1e3, if sum == 1 { "" } else { " " });
}

fn decode_utf8(bytes: &[u8]) -> usize {
    let (measure, text) = utf8::measure(bytes).unwrap();
    match measure.max {
        0..0x80 => bytes.to_vec().len(),
        0x80..0x100 => {
            let mut out = vec![0u8; measure.len];
            utf8::fill_latin1(text, &mut out);
            out.len()
        }
        0x100..0x10000 => {
            let mut out = vec![0u16; measure.len];
            utf8::fill_ucs2(text, &mut out);
            out.len()
        }
        _ => {
            let mut out = vec![0u32; measure.len];
            utf8::fill_ucs4(text, &mut out);
            out.len()
        }
    }
}

fn main() {
    let ascii = "The quick brown fox jumps over it. ".repeat(3000);
    let latin = "Über die Brücke läuft ein müder Fuchs. ".repeat(3000);
    let wide = "Съешь же ещё этих мягких булок. 中文字符编码测试。".repeat(1500);
    let emoji = "smile 😀 and wave 👋 at 中文. ".repeat(2000);
    for (name, text) in [("ascii", &ascii), ("latin", &latin), ("wide", &wide), ("emoji", &emoji)] {
        time(&format!("utf8 decode {name}"), text.len(), || decode_utf8(text.as_bytes()));
        let units: Vec<u16> = text.encode_utf16().collect();
        let latin1: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        let cps: Vec<u32> = text.chars().map(u32::from).collect();
        let view = match &latin1 {
            Some(bytes) => Text::One(bytes),
            None if name == "wide" => Text::Two(&units),
            None => Text::Four(&cps),
        };
        time(&format!("utf8 encode {name}"), text.len(), || {
            let mut out = Vec::new();
            utf8::encode(view, 0, &mut out).unwrap();
            out.len()
        });
    }
    let wide16: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    time("utf16 decode wide", wide16.len(), || {
        let mut out = TextBuf::default();
        utf16::decode(&wide16, 0, ByteOrder::Little, true, &mut out).unwrap();
        out.len()
    });
    let data: Vec<u8> = (0..100_000u32).map(|i| (i * 7919 >> 3) as u8).collect();
    let (mut base64, mut hex) = (Vec::new(), Vec::new());
    binascii::encode_base64(&data, &mut base64);
    binascii::encode_hex(&data, &mut hex);
    time("base64 encode", data.len(), || {
        let mut out = Vec::new();
        binascii::encode_base64(&data, &mut out);
        out.len()
    });
    time("base64 decode", base64.len(), || binascii::decode_base64(&base64, false).unwrap().len());
    time("hex encode", data.len(), || {
        let mut out = Vec::new();
        binascii::encode_hex(&data, &mut out);
        out.len()
    });
    time("hex decode", hex.len(), || binascii::decode_hex(&hex).unwrap().len());
    time("crc32", data.len(), || binascii::crc32(&data, 0) as usize);
    let qp = binascii::encode_quoted(latin.as_bytes(), binascii::QuotedOptions { quote_tabs: false, is_text: true, header: false });
    time("qp decode", qp.len(), || binascii::decode_quoted(&qp, false).len());
    let mut escaped = Vec::new();
    escape::encode_unicode(Text::Four(&latin.chars().map(u32::from).collect::<Vec<_>>()), &mut escaped);
    time("unicode_escape decode", escaped.len(), || {
        let mut out = TextBuf::default();
        escape::decode_unicode(&escaped, 0, true, &mut out, &mut None).unwrap();
        out.len()
    });
    for name in ["gbk", "shift_jis", "euc_kr", "iso2022_jp"] {
        let codec = cjk::find(name).unwrap();
        let text: Vec<u16> = if name == "euc_kr" { "한국어 문자 ".repeat(3000) } else { "中文かな 日本語 ".repeat(3000) }.encode_utf16().collect();
        let mut bytes = Vec::new();
        codec.encode(&mut codec.initial(), Text::Two(&text), 0, true, &mut bytes).unwrap();
        time(&format!("{name} encode"), bytes.len(), || {
            let mut out = Vec::new();
            codec.encode(&mut codec.initial(), Text::Two(&text), 0, true, &mut out).unwrap();
            out.len()
        });
        time(&format!("{name} decode"), bytes.len(), || {
            let mut out = TextBuf::default();
            codec.decode(&mut codec.initial(), &bytes, 0, true, &mut out).unwrap();
            out.len()
        });
    }
}
