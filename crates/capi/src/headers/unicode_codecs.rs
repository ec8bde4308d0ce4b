//! `unicodeobject.h`: encodings and characters; `codecs.h`.

use super::unicodeobject::encoded;
use crate::border::{as_str, bad_argument, put, text, want_str};
use crate::capi;
use std::ffi::{CStr, c_char, c_int};
use taipan_algo_ucd as ucd;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str;
use taipan_object::{call, fspath};

unsafe fn slice<'a>(p: *const c_char, n: isize) -> &'a [u8] {
    // SAFETY: the caller's `n` bytes.
    if n <= 0 { &[] } else { unsafe { std::slice::from_raw_parts(p as *const u8, n as usize) } }
}

/// A C string or a default.
unsafe fn or<'a>(p: *const c_char, default: &'a str) -> std::borrow::Cow<'a, str> {
    // SAFETY: null or the caller's C string.
    if p.is_null() { default.into() } else { std::borrow::Cow::Owned(unsafe { text(p) }.into_owned()) }
}

fn decode(b: &[u8], encoding: &str, errors: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let o = str::codec::decode(b, encoding, errors, cx)?;
    let ty = o.ty().tp_name_str().to_owned();
    o.downcast_own::<PyStr>().map_err(|_| cx.type_error(format_args!("'{encoding}' decoder returned '{ty}' instead of 'str'; use codecs.decode() to decode to arbitrary types")))
}

/// `_codecs.NAME(bytes, errors, False)` for stateful decoding: the text and the number of bytes used.
fn stateful(b: &[u8], function: &str, errors: &str, last: bool, cx: &mut Cx) -> PyResult<(Own<PyStr>, usize)> {
    let f = cx.import_attr("_codecs", function)?;
    let (b, e) = (PyBytes::new(b, cx)?, PyStr::new(errors, cx)?);
    let last = taipan_object::types::boolean::from_bool(last);
    let pair = call::call(&f, &[&b, &e, &last], cx)?;
    let t: &PyTuple = crate::border::want(Some(&pair), cx)?;
    let (Some(s), Some(n)) = (t.get(0), t.get(1)) else { return Err(bad_argument(cx)) };
    let used = n.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(0) as usize;
    Ok((as_str(s.own(), cx)?, used))
}

unsafe fn decode_stateful(p: *const c_char, n: isize, function: &str, errors: *const c_char, consumed: *mut isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    // SAFETY: the caller's bytes, text and out-parameter.
    unsafe {
        let (s, used) = stateful(slice(p, n), function, &or(errors, "strict"), consumed.is_null(), cx)?;
        put(consumed, used as isize);
        Ok(s)
    }
}

/// UTF-16 or UTF-32 with the byte order in and out (-1 little, 0 by mark, 1 big).
unsafe fn decode_ordered(p: *const c_char, n: isize, bits: u32, errors: *const c_char, order: *mut c_int, consumed: *mut isize, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    // SAFETY: the caller's bytes, text and out-parameters.
    unsafe {
        let f = cx.import_attr("_codecs", if bits == 16 { "utf_16_ex_decode" } else { "utf_32_ex_decode" })?;
        let (b, e) = (PyBytes::new(slice(p, n), cx)?, PyStr::new(&or(errors, "strict"), cx)?);
        let o = PyInt::new(if order.is_null() { 0 } else { (*order).into() }, cx)?;
        let last = taipan_object::types::boolean::from_bool(consumed.is_null());
        let t = call::call(&f, &[&b, &e, &o, &last], cx)?;
        let t: &PyTuple = crate::border::want(Some(&t), cx)?;
        let (Some(s), Some(used), Some(found)) = (t.get(0), t.get(1), t.get(2)) else { return Err(bad_argument(cx)) };
        let number = |v: &Object| v.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(0);
        put(consumed, number(used) as isize);
        put(order, number(found) as c_int);
        as_str(s.own(), cx)
    }
}

/// Codec functions of the registry by name.
fn registry(function: &str, args: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
    let f = cx.import_attr("_codecs", function)?;
    call::call(&f, args, cx)
}

/// What the registry says about an encoding.
unsafe fn codec_info(encoding: *const c_char, cx: &mut Cx) -> PyResult<Own<Object>> {
    if encoding.is_null() {
        return Err(bad_argument(cx));
    }
    // SAFETY: the caller's C string.
    let e = PyStr::new(&unsafe { text(encoding) }, cx)?;
    registry("lookup", &[&e], cx)
}

/// An incremental encoder or decoder.
unsafe fn incremental(encoding: *const c_char, part: &str, errors: *const c_char, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's C strings.
    unsafe {
        let info = codec_info(encoding, cx)?;
        let f = taipan_object::attr::get_text(&info, part, cx)?;
        if errors.is_null() {
            return call::call(&f, &[], cx);
        }
        let e = optional_text(errors, cx)?;
        call::call(&f, &[&e], cx)
    }
}

unsafe fn codec_part(encoding: *const c_char, i: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: the caller's C string.
    let info = unsafe { codec_info(encoding, cx)? };
    let t: &PyTuple = crate::border::want(Some(&info), cx)?;
    t.get(i).map(Object::own).ok_or_else(|| bad_argument(cx))
}

unsafe fn optional_text(p: *const c_char, cx: &mut Cx) -> PyResult<Own<Object>> {
    // SAFETY: null or the caller's C string.
    if p.is_null() { Ok(none().own()) } else { PyStr::new(&unsafe { text(p) }, cx).map(Own::into_object) }
}

/// An error handler of the registry applied to an exception.
fn handler(name: &str, e: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let n = PyStr::new(name, cx)?;
    let h = registry("lookup_error", &[&n], cx)?;
    call::call(&h, &[e], cx)
}

/// What a mapping says about a character.
enum Mapped {
    Same,
    Text(Own<PyStr>),
    Char(u32),
    Undefined,
}

fn mapped(c: u32, mapping: &Object, cx: &mut Cx) -> PyResult<Mapped> {
    let k = PyInt::new(c.into(), cx)?;
    let v = match taipan_object::abstract_::get_item(mapping, &k, cx) {
        Ok(v) => v,
        Err(r) => {
            cx.catch(r, exc::LookupError())?;
            return Ok(Mapped::Same);
        }
    };
    if v.is_none() {
        return Ok(Mapped::Undefined);
    }
    if let Some(i) = v.downcast::<PyInt>() {
        return match i.to_i64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n <= 0x10ffff) {
            Some(n) => Ok(Mapped::Char(n)),
            None => Err(cx.value_error(format_args!("character mapping must be in range(0x110000)"))),
        };
    }
    match v.downcast_own::<PyStr>() {
        Ok(s) => Ok(Mapped::Text(s)),
        Err(_) => Err(cx.type_error(format_args!("character mapping must return integer, None or str"))),
    }
}

/// Every character through a mapping; those that it maps to None are the error handler's.
fn translate(s: &PyStr, mapping: &Object, errors: &str, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let points = s.to_points();
    let mut out = str::StrBuf::new();
    let mut i = 0;
    while let Some(&c) = points.get(i) {
        match mapped(c, mapping, cx)? {
            Mapped::Same => out.push(c),
            Mapped::Char(c) => out.push(c),
            Mapped::Text(t) => out.push_str(&t),
            Mapped::Undefined => {
                let mut end = i + 1;
                while let Some(&c) = points.get(end) {
                    if !matches!(mapped(c, mapping, cx)?, Mapped::Undefined) {
                        break;
                    }
                    end += 1;
                }
                let (a, b, why) = (PyInt::new(i as i64, cx)?, PyInt::new(end as i64, cx)?, PyStr::new("character maps to <undefined>", cx)?);
                let e = call::call(exc::UnicodeTranslateError().as_object(), &[s.as_object(), &a, &b, &why], cx)?;
                let t = handler(errors, &e, cx)?;
                let t: &PyTuple = crate::border::want(Some(&t), cx)?;
                let (Some(text), Some(at)) = (t.get(0), t.get(1)) else { return Err(bad_argument(cx)) };
                out.push_str(want_str(text, cx)?);
                let at = at.downcast::<PyInt>().and_then(|n| n.to_i64()).unwrap_or(end as i64);
                let at = if at < 0 { at + points.len() as i64 } else { at };
                i = usize::try_from(at).unwrap_or(end).min(points.len());
                continue;
            }
        }
        i += 1;
    }
    out.finish(cx)
}

fn flag(p: bool) -> c_int {
    p.into()
}

capi! {
    /// `o.encode(encoding, errors)`.
    fn PyUnicode_AsEncodedString(o: &Object, encoding: *const c_char, errors: *const c_char) -> PyResult<Own<Object>> = |cx| {
        encoded(o, &or(encoding, "utf-8"), &or(errors, "strict"), cx)
    }
    /// UTF-8.
    fn PyUnicode_AsUTF8String(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "utf-8", "strict", cx) }
    /// Latin-1.
    fn PyUnicode_AsLatin1String(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "latin-1", "strict", cx) }
    /// ASCII.
    fn PyUnicode_AsASCIIString(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "ascii", "strict", cx) }
    /// UTF-16 with byte order mark.
    fn PyUnicode_AsUTF16String(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "utf-16", "strict", cx) }
    /// UTF-32 with byte order mark.
    fn PyUnicode_AsUTF32String(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "utf-32", "strict", cx) }
    /// `unicode_escape`.
    fn PyUnicode_AsUnicodeEscapeString(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "unicode_escape", "strict", cx) }
    /// `raw_unicode_escape`.
    fn PyUnicode_AsRawUnicodeEscapeString(o: &Object) -> PyResult<Own<Object>> = |cx| { encoded(o, "raw_unicode_escape", "strict", cx) }
    /// With a mapping.
    fn PyUnicode_AsCharmapString(o: Option<&Object>, mapping: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let (Some(o), Some(mapping)) = (o, mapping) else { return Err(bad_argument(cx)) };
        let s = want_str(o, cx)?;
        let e = PyStr::new("strict", cx)?;
        let r = registry("charmap_encode", &[s, &e, mapping], cx)?;
        let t: &PyTuple = crate::border::want(Some(&r), cx)?;
        t.get(0).map(Object::own).ok_or_else(|| bad_argument(cx))
    }
    /// For the file system.
    fn PyUnicode_EncodeFSDefault(o: &Object) -> PyResult<Own<PyBytes>> = |cx| {
        let b = fspath::encode(want_str(o, cx)?, cx)?;
        PyBytes::new(&b, cx)
    }
    /// For the locale.
    fn PyUnicode_EncodeLocale(o: &Object, errors: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let s = want_str(o, cx)?;
        if s.code_points().any(|c| c == 0) {
            return Err(cx.value_error(format_args!("embedded null character")));
        }
        encoded(o, "utf-8", &or(errors, "strict"), cx)
    }

    /// `bytes.decode(encoding, errors)`.
    fn PyUnicode_Decode(p: *const c_char, n: isize, encoding: *const c_char, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        decode(slice(p, n), &or(encoding, "utf-8"), &or(errors, "strict"), cx)
    }
    /// Decode a buffer.
    fn PyUnicode_FromEncodedObject(o: &Object, encoding: *const c_char, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        if o.is_a::<PyStr>() {
            return Err(cx.type_error(format_args!("decoding str is not supported")));
        }
        let Ok(b) = Buffer::get(o, 0, cx) else {
            drop(cx.ts().current_exception.take());
            return Err(cx.type_error(format_args!("decoding to str: need a bytes-like object, {} found", o.ty().tp_name_str())));
        };
        let v = b.bytes().to_vec();
        drop(b);
        decode(&v, &or(encoding, "utf-8"), &or(errors, "strict"), cx)
    }
    /// UTF-8.
    fn PyUnicode_DecodeUTF8(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| { decode(slice(p, n), "utf-8", &or(errors, "strict"), cx) }
    /// UTF-8, which may end within a character.
    fn PyUnicode_DecodeUTF8Stateful(p: *const c_char, n: isize, errors: *const c_char, consumed: *mut isize) -> PyResult<Own<PyStr>> = |cx| {
        decode_stateful(p, n, "utf_8_decode", errors, consumed, cx)
    }
    /// UTF-7.
    fn PyUnicode_DecodeUTF7(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| { decode(slice(p, n), "utf-7", &or(errors, "strict"), cx) }
    /// UTF-7, which may end within a sequence.
    fn PyUnicode_DecodeUTF7Stateful(p: *const c_char, n: isize, errors: *const c_char, consumed: *mut isize) -> PyResult<Own<PyStr>> = |cx| {
        decode_stateful(p, n, "utf_7_decode", errors, consumed, cx)
    }
    /// UTF-16.
    fn PyUnicode_DecodeUTF16(p: *const c_char, n: isize, errors: *const c_char, order: *mut c_int) -> PyResult<Own<PyStr>> = |cx| {
        decode_ordered(p, n, 16, errors, order, std::ptr::null_mut(), cx)
    }
    /// UTF-16, which may end within a character.
    fn PyUnicode_DecodeUTF16Stateful(p: *const c_char, n: isize, errors: *const c_char, order: *mut c_int, consumed: *mut isize) -> PyResult<Own<PyStr>> = |cx| {
        decode_ordered(p, n, 16, errors, order, consumed, cx)
    }
    /// UTF-32.
    fn PyUnicode_DecodeUTF32(p: *const c_char, n: isize, errors: *const c_char, order: *mut c_int) -> PyResult<Own<PyStr>> = |cx| {
        decode_ordered(p, n, 32, errors, order, std::ptr::null_mut(), cx)
    }
    /// UTF-32, which may end within a character.
    fn PyUnicode_DecodeUTF32Stateful(p: *const c_char, n: isize, errors: *const c_char, order: *mut c_int, consumed: *mut isize) -> PyResult<Own<PyStr>> = |cx| {
        decode_ordered(p, n, 32, errors, order, consumed, cx)
    }
    /// Latin-1.
    fn PyUnicode_DecodeLatin1(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| { PyStr::from_latin1(slice(p, n), cx) }
    /// ASCII.
    fn PyUnicode_DecodeASCII(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| { decode(slice(p, n), "ascii", &or(errors, "strict"), cx) }
    /// `unicode_escape`.
    fn PyUnicode_DecodeUnicodeEscape(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| { decode(slice(p, n), "unicode_escape", &or(errors, "strict"), cx) }
    /// `raw_unicode_escape`.
    fn PyUnicode_DecodeRawUnicodeEscape(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| { decode(slice(p, n), "raw_unicode_escape", &or(errors, "strict"), cx) }
    /// With a mapping.
    fn PyUnicode_DecodeCharmap(p: *const c_char, n: isize, mapping: Option<&Object>, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        let (b, e) = (PyBytes::new(slice(p, n), cx)?, PyStr::new(&or(errors, "strict"), cx)?);
        let r = match mapping {
            Some(m) => registry("charmap_decode", &[&b, &e, m], cx)?,
            None => registry("charmap_decode", &[&b, &e], cx)?,
        };
        let t: &PyTuple = crate::border::want(Some(&r), cx)?;
        match t.get(0) { Some(s) => as_str(s.own(), cx), None => Err(bad_argument(cx)) }
    }
    /// From the file system.
    fn PyUnicode_DecodeFSDefault(p: *const c_char) -> PyResult<Own<PyStr>> = |cx| { fspath::decode(CStr::from_ptr(p).to_bytes(), cx) }
    /// From the file system.
    fn PyUnicode_DecodeFSDefaultAndSize(p: *const c_char, n: isize) -> PyResult<Own<PyStr>> = |cx| { fspath::decode(slice(p, n), cx) }
    /// From the locale.
    fn PyUnicode_DecodeLocale(p: *const c_char, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        decode(CStr::from_ptr(p).to_bytes(), "utf-8", &or(errors, "strict"), cx)
    }
    /// From the locale.
    fn PyUnicode_DecodeLocaleAndSize(p: *const c_char, n: isize, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        if n >= 0 && *p.offset(n) != 0 || slice(p, n).contains(&0) {
            return Err(cx.value_error(format_args!("embedded null byte")));
        }
        decode(slice(p, n), "utf-8", &or(errors, "strict"), cx)
    }
    /// `o.translate(mapping)`.
    fn PyUnicode_Translate(o: Option<&Object>, mapping: Option<&Object>, errors: *const c_char) -> PyResult<Own<PyStr>> = |cx| {
        let (Some(o), Some(mapping)) = (o, mapping) else { return Err(bad_argument(cx)) };
        translate(want_str(o, cx)?, mapping, &or(errors, "strict"), cx)
    }
    /// `"O&"` converter: a path as bytes; null releases the result.
    fn PyUnicode_FSConverter(o: Option<&Object>, out: *mut *mut Object) -> c_int = |cx| {
        let Some(o) = o else {
            drop(crate::border::steal(std::mem::replace(&mut *out, std::ptr::null_mut())));
            return 1;
        };
        let r = fspath::to_bytes(o, cx).and_then(|b| {
            if b.contains(&0) { return Err(cx.value_error(format_args!("embedded null byte"))); }
            PyBytes::new(&b, cx)
        });
        match r {
            Ok(b) => { *out = b.into_raw(); 0x20000 }
            Err(_) => 0,
        }
    }
    /// `"O&"` converter: a path as str; null releases the result.
    fn PyUnicode_FSDecoder(o: Option<&Object>, out: *mut *mut Object) -> c_int = |cx| {
        let Some(o) = o else {
            drop(crate::border::steal(std::mem::replace(&mut *out, std::ptr::null_mut())));
            return 1;
        };
        let r = fspath::fspath(o, cx).and_then(|p| match p.downcast::<PyStr>() {
            Some(s) => Ok(s.new_ref()),
            None => { let b = fspath::to_bytes(&p, cx)?; fspath::decode(&b, cx) }
        });
        match r {
            Ok(s) if s.code_points().any(|c| c == 0) => { let _raised = cx.value_error(format_args!("embedded null character")); 0 }
            Ok(s) => { *out = s.into_raw(); 0x20000 }
            Err(_) => 0,
        }
    }
    /// `"utf-8"`.
    fn PyUnicode_GetDefaultEncoding() -> *const c_char = |_| { c"utf-8".as_ptr() }

    /// Whether the character is alphabetic.
    fn _PyUnicode_IsAlpha(c: u32) -> c_int = |_| { flag(ucd::is_alpha(c)) }
    /// Whether the character is a decimal digit.
    fn _PyUnicode_IsDecimalDigit(c: u32) -> c_int = |_| { flag(ucd::to_decimal(c).is_some()) }
    /// Whether the character is a digit.
    fn _PyUnicode_IsDigit(c: u32) -> c_int = |_| { flag(ucd::to_digit(c).is_some()) }
    /// Whether the character has a numeric value.
    fn _PyUnicode_IsNumeric(c: u32) -> c_int = |_| { flag(ucd::is_numeric(c)) }
    /// Whether the character is lower case.
    fn _PyUnicode_IsLowercase(c: u32) -> c_int = |_| { flag(ucd::is_lower(c)) }
    /// Whether the character is upper case.
    fn _PyUnicode_IsUppercase(c: u32) -> c_int = |_| { flag(ucd::is_upper(c)) }
    /// Whether the character is title case.
    fn _PyUnicode_IsTitlecase(c: u32) -> c_int = |_| { flag(ucd::is_title(c)) }
    /// Whether the character is blank.
    fn _PyUnicode_IsWhitespace(c: u32) -> c_int = |_| { flag(ucd::is_space(c)) }
    /// Whether the character ends a line.
    fn _PyUnicode_IsLinebreak(c: u32) -> c_int = |_| { flag(matches!(c, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)) }
    /// Whether `repr` shows the character as it is.
    fn _PyUnicode_IsPrintable(c: u32) -> c_int = |_| { flag(ucd::is_printable(c)) }
    /// The decimal value, or -1.
    fn _PyUnicode_ToDecimalDigit(c: u32) -> c_int = |_| { ucd::to_decimal(c).map_or(-1, |d| d as c_int) }
    /// The digit value, or -1.
    fn _PyUnicode_ToDigit(c: u32) -> c_int = |_| { ucd::to_digit(c).map_or(-1, |d| d as c_int) }
    /// The numeric value, or -1.
    fn _PyUnicode_ToNumeric(c: u32) -> f64 = |_| { ucd::numeric(ucd::Version::Current, c).unwrap_or(-1.0) }
    /// Lower case.
    fn _PyUnicode_ToLowercase(c: u32) -> u32 = |_| { ucd::lower_simple(c) }
    /// Upper case.
    fn _PyUnicode_ToUppercase(c: u32) -> u32 = |_| { ucd::upper_simple(c) }
    /// Title case.
    fn _PyUnicode_ToTitlecase(c: u32) -> u32 = |_| { ucd::title_simple(c) }

    /// Add a search function.
    fn PyCodec_Register(f: &Object) -> PyResult<()> = |cx| { registry("register", &[f], cx).map(drop) }
    /// Remove a search function.
    fn PyCodec_Unregister(f: &Object) -> PyResult<()> = |cx| { registry("unregister", &[f], cx).map(drop) }
    /// Whether the encoding is known.
    fn PyCodec_KnownEncoding(encoding: *const c_char) -> bool = |cx| {
        let e = PyStr::new(&text(encoding), cx);
        match e.and_then(|e| registry("lookup", &[&e], cx)) {
            Ok(_) => true,
            Err(r) => { cx.discard(r); false }
        }
    }
    /// `codecs.encode(o, encoding, errors)`.
    fn PyCodec_Encode(o: &Object, encoding: *const c_char, errors: *const c_char) -> PyResult<Own<Object>> = |cx| {
        if encoding.is_null() { return Err(bad_argument(cx)); }
        let (e, h) = (PyStr::new(&text(encoding), cx)?, PyStr::new(&or(errors, "strict"), cx)?);
        registry("encode", &[o, &e, &h], cx)
    }
    /// `codecs.decode(o, encoding, errors)`.
    fn PyCodec_Decode(o: &Object, encoding: *const c_char, errors: *const c_char) -> PyResult<Own<Object>> = |cx| {
        if encoding.is_null() { return Err(bad_argument(cx)); }
        let (e, h) = (PyStr::new(&text(encoding), cx)?, PyStr::new(&or(errors, "strict"), cx)?);
        registry("decode", &[o, &e, &h], cx)
    }
    /// `codecs.getincrementalencoder(encoding)(errors)`.
    fn PyCodec_IncrementalEncoder(encoding: *const c_char, errors: *const c_char) -> PyResult<Own<Object>> = |cx| { incremental(encoding, "incrementalencoder", errors, cx) }
    /// `codecs.getincrementaldecoder(encoding)(errors)`.
    fn PyCodec_IncrementalDecoder(encoding: *const c_char, errors: *const c_char) -> PyResult<Own<Object>> = |cx| { incremental(encoding, "incrementaldecoder", errors, cx) }
    /// A compact form of a decoding table.
    fn PyUnicode_BuildEncodingMap(s: &Object) -> PyResult<Own<Object>> = |cx| { registry("charmap_build", &[s], cx) }
    /// The encoder function.
    fn PyCodec_Encoder(encoding: *const c_char) -> PyResult<Own<Object>> = |cx| { codec_part(encoding, 0, cx) }
    /// The decoder function.
    fn PyCodec_Decoder(encoding: *const c_char) -> PyResult<Own<Object>> = |cx| { codec_part(encoding, 1, cx) }
    /// A stream reader.
    fn PyCodec_StreamReader(encoding: *const c_char, stream: &Object, errors: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let f = codec_part(encoding, 2, cx)?;
        if errors.is_null() { return call::call(&f, &[stream], cx); }
        let e = optional_text(errors, cx)?;
        call::call(&f, &[stream, &e], cx)
    }
    /// A stream writer.
    fn PyCodec_StreamWriter(encoding: *const c_char, stream: &Object, errors: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let f = codec_part(encoding, 3, cx)?;
        if errors.is_null() { return call::call(&f, &[stream], cx); }
        let e = optional_text(errors, cx)?;
        call::call(&f, &[stream, &e], cx)
    }
    /// Add an error handler.
    fn PyCodec_RegisterError(name: *const c_char, f: &Object) -> PyResult<()> = |cx| {
        let n = PyStr::new(&text(name), cx)?;
        registry("register_error", &[&n, f], cx).map(drop)
    }
    /// An error handler.
    fn PyCodec_LookupError(name: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let n = PyStr::new(&or(name, "strict"), cx)?;
        registry("lookup_error", &[&n], cx)
    }
    /// The handler `strict`.
    fn PyCodec_StrictErrors(e: &Object) -> PyResult<Own<Object>> = |cx| { handler("strict", e, cx) }
    /// The handler `ignore`.
    fn PyCodec_IgnoreErrors(e: &Object) -> PyResult<Own<Object>> = |cx| { handler("ignore", e, cx) }
    /// The handler `replace`.
    fn PyCodec_ReplaceErrors(e: &Object) -> PyResult<Own<Object>> = |cx| { handler("replace", e, cx) }
    /// The handler `xmlcharrefreplace`.
    fn PyCodec_XMLCharRefReplaceErrors(e: &Object) -> PyResult<Own<Object>> = |cx| { handler("xmlcharrefreplace", e, cx) }
    /// The handler `backslashreplace`.
    fn PyCodec_BackslashReplaceErrors(e: &Object) -> PyResult<Own<Object>> = |cx| { handler("backslashreplace", e, cx) }
    /// The handler `namereplace`.
    fn PyCodec_NameReplaceErrors(e: &Object) -> PyResult<Own<Object>> = |cx| { handler("namereplace", e, cx) }
}
