//! Tests of source decoding, WTF-8 and the line index; messages as CPython gives them.

use taipan_text::decode::{DecodeError, decode};
use taipan_text::{LineIndex, Wtf8, Wtf8Buf};

fn run(source: &[u8]) -> Result<String, DecodeError> {
    let mut codec = |name: &str, _: &[u8]| Err(format!("unknown encoding: {name}"));
    decode(source, None, &mut codec).map(|text| text.into_owned())
}

fn message(source: &[u8]) -> (String, i64, i64) {
    let error = run(source).expect_err("does not decode");
    (error.message, error.lineno, error.offset)
}

#[test]
fn cookies_and_marks() {
    assert_eq!(run(b"# coding: latin-1\nx='\xe9'").as_deref(), Ok("# coding: latin-1\nx='\u{e9}'"));
    assert_eq!(run(b"# coding: Latin-1-unix\n'\xe9'").as_deref(), Ok("# coding: Latin-1-unix\n'\u{e9}'"));
    assert_eq!(run(b"\xef\xbb\xbfx=1").as_deref(), Ok("x=1"));
    assert_eq!(run(b"# coding: utf-8-mac\nx").as_deref(), Ok("# coding: utf-8-mac\nx"));
    // Only the first two lines count, and only comments before the cookie.
    assert_eq!(run(b"x=1\n# coding: foo\nx").as_deref(), Ok("x=1\n# coding: foo\nx"));
    assert_eq!(message(b"\n# coding: foo\nx"), ("unknown encoding: foo".into(), 0, -1));
    assert_eq!(message(b"# vim: set fileencoding=foo :\n"), ("unknown encoding: foo".into(), 0, -1));
    assert_eq!(message(b"# coding: utf8-foo\nx"), ("unknown encoding: utf8-foo".into(), 0, -1));
    let (text, line, offset) = message(b"\xef\xbb\xbf# coding: latin-1\nx");
    assert_eq!((text.as_str(), line, offset), ("encoding problem: iso-8859-1 with BOM", 1, 0));
}

#[test]
fn undecodable_bytes() {
    let place = "but no encoding declared; see https://peps.python.org/pep-0263/ for details";
    let expected = format!("Non-UTF-8 code starting with '\\xff' on line 2, {place}");
    assert_eq!(message(b"x\n\xc3\xa9 \xff"), (expected, 2, 3));
    let expected = format!("Non-UTF-8 code starting with '\\xe9' on line 2, {place}");
    assert_eq!(message(b"x = 1\r\ny='\xe9'\r\n"), (expected, 2, 4));
    let expected = format!("Non-UTF-8 code starting with '\\xed' on line 1, {place}");
    assert_eq!(message(b"\xed\xa0\x80"), (expected, 1, 1));
    assert_eq!(
        message(b"#coding=ascii\nx='\xe9'").0,
        "'ascii' codec can't decode byte 0xe9 in position 17: ordinal not in range(128)"
    );
    assert_eq!(
        message(b"# coding: utf8\nx='\xe9'").0,
        "'utf-8' codec can't decode byte 0xe9 in position 18: invalid continuation byte"
    );
}

#[test]
fn surrogates_survive() {
    let mut text = Wtf8Buf::from("a");
    text.push(0xD83D);
    text.push(0xDE00);
    text.push(0x1F600);
    assert_eq!(text.code_points().collect::<Vec<_>>(), [0x61, 0xD83D, 0xDE00, 0x1F600]);
    assert_eq!(text.as_str(), None);
    assert_eq!(Wtf8Buf::from_bytes(text.as_bytes().to_vec()), Some(text));
    assert!(Wtf8::from_bytes(b"\xff").is_none());
    assert_eq!(Wtf8::from_str("x").to_string_lossy(), "x");
}

#[test]
fn lines() {
    let index = LineIndex::new("ab\nc\n");
    assert_eq!(index.line_count(), 3);
    assert_eq!(index.locate(0), (1, 0));
    assert_eq!(index.locate(4), (2, 1));
    assert_eq!(index.line_range(2), Some(3..5));
    assert_eq!(index.line_start(4), None);
}
