//! The functions of `_codecs`, one line of work each.

use super::charmap::{self, PyEncodingMap};
use super::drive::Errors;
use super::registry::{self, Way};
use super::utf::{self, Plain};
use super::{escape, texts};
use crate::data::{Data, name_of, new_str, text_of};
use taipan_algo_codec::TextBuf;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

type Pair = PyResult<Own<PyTuple>>;

/// `(bytes, characters consumed)`.
fn encoded(b: &[u8], n: usize, cx: &mut Cx) -> Pair {
    let (b, n) = (PyBytes::new(b, cx)?, PyInt::new(n as i64, cx)?);
    PyTuple::from_slice(&[&b, &n], cx)
}

/// `(str, bytes consumed)`.
fn decoded(r: (TextBuf, usize), cx: &mut Cx) -> Pair {
    let (s, n) = (new_str(&r.0, cx)?, PyInt::new(r.1 as i64, cx)?);
    PyTuple::from_slice(&[&s, &n], cx)
}

/// The module.
#[pymodule(name = "_codecs", doc = "", parts(crate::codecs::module::unicode))]
mod registry_functions {
    use super::*;

    #[exec]
    fn exec(_m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyEncodingMap::SPEC, cx)
    }

    /// Register a codec search function.
    ///
    /// Search functions are expected to take one argument, the encoding name in
    /// all lower case letters, and either return None, or a tuple of functions
    /// (encoder, decoder, stream_reader, stream_writer) (or a CodecInfo object).
    #[function("register(search_function, /)")]
    fn register(search_function: &Object, cx: &mut Cx) -> PyResult<()> {
        registry::register(search_function, cx)
    }
    /// Unregister a codec search function and clear the registry's cache.
    ///
    /// If the search function is not registered, do nothing.
    #[function("unregister(search_function, /)")]
    fn unregister(search_function: &Object, cx: &mut Cx) -> PyResult<()> {
        registry::unregister(search_function, cx)
    }
    /// Looks up a codec tuple in the Python codec registry and returns a CodecInfo object.
    #[function("lookup(encoding, /)")]
    fn lookup(encoding: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = name_of(encoding, cx)?;
        registry::lookup(&n, cx)
    }
    /// Encodes obj using the codec registered for encoding.
    ///
    /// The default encoding is 'utf-8'.  errors may be given to set a
    /// different error handling scheme.  Default is 'strict' meaning that encoding
    /// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
    /// and 'backslashreplace' as well as any other name registered with
    /// codecs.register_error that can handle ValueErrors.
    #[function("encode(obj, encoding='utf-8', errors='strict')")]
    fn encode(obj: &Object, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = encoding.map_or(Ok("utf-8".to_owned()), |e| name_of(e, cx))?;
        registry::convert(Way::Encode, obj, &n, errors, cx)
    }
    /// Decodes obj using the codec registered for encoding.
    ///
    /// Default encoding is 'utf-8'.  errors may be given to set a
    /// different error handling scheme.  Default is 'strict' meaning that encoding
    /// errors raise a ValueError.  Other possible values are 'ignore', 'replace'
    /// and 'backslashreplace' as well as any other name registered with
    /// codecs.register_error that can handle ValueErrors.
    #[function("decode(obj, encoding='utf-8', errors='strict')")]
    fn decode(obj: &Object, encoding: Option<&PyStr>, errors: Option<&PyStr>, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = encoding.map_or(Ok("utf-8".to_owned()), |e| name_of(e, cx))?;
        registry::convert(Way::Decode, obj, &n, errors, cx)
    }
    /// Register the specified error handler under the name errors.
    ///
    /// handler must be a callable object, that
    /// will be called with an exception instance containing
    /// information about the location of the encoding/decoding
    /// error and must return a (replacement, new position) tuple.
    #[function("register_error(errors, handler, /)")]
    fn register_error(errors: &PyStr, handler: &Object, cx: &mut Cx) -> PyResult<()> {
        registry::register_error(errors, handler, cx)
    }
    /// Un-register the specified error handler for the error handling `errors'.
    ///
    /// Only custom error handlers can be un-registered. An exception is raised
    /// if the error handling is a built-in one (e.g., 'strict'), or if an error
    /// occurs.
    ///
    /// Otherwise, this returns True if a custom handler has been successfully
    /// un-registered, and False if no custom handler for the specified error
    /// handling exists.
    #[function("_unregister_error(errors, /)")]
    fn unregister_error(errors: &PyStr, cx: &mut Cx) -> PyResult<bool> {
        registry::unregister_error(errors, cx)
    }
    /// lookup_error(errors) -> handler
    ///
    /// Return the error handler for the specified error handling name or raise a
    /// LookupError, if no handler exists under this name.
    #[function("lookup_error(name, /)")]
    fn lookup_error(name: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        registry::lookup_error(name, cx)
    }
    /// `str.encode` for what the kernel does not do itself.
    #[function("_encode_text(str, encoding, errors, /)")]
    fn encode_text(str: &PyStr, encoding: &PyStr, errors: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = name_of(encoding, cx)?;
        texts::encode(str, &n, errors, cx)
    }
    /// `bytes.decode` for what the kernel does not do itself.
    #[function("_decode_text(data, encoding, errors, /)")]
    fn decode_text(data: &Object, encoding: &PyStr, errors: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        let n = name_of(encoding, cx)?;
        let d = Data::of(data, cx)?;
        texts::decode(data, d.bytes(), &n, errors, cx)
    }
    #[function("charmap_build(map, /)")]
    fn charmap_build(map: &PyStr, cx: &mut Cx) -> PyResult<Own<Object>> {
        charmap::build(map, cx)
    }
    #[function("charmap_encode(str, errors=None, mapping=None, /)")]
    fn charmap_encode(str: &PyStr, errors: NoneOr<&PyStr>, mapping: NoneOr<&Object>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = charmap::encode(str, &mut e, mapping.0, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("charmap_decode(data, errors=None, mapping=None, /)")]
    fn charmap_decode(data: &Object, errors: NoneOr<&PyStr>, mapping: NoneOr<&Object>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = charmap::decode(d.bytes(), &mut e, mapping.0, cx)?;
        decoded(r, cx)
    }
    #[function("escape_encode(data, errors=None, /)")]
    fn escape_encode(data: &PyBytes, _errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut out = Vec::new();
        taipan_algo_codec::escape::encode_bytes(data.as_bytes(), &mut out);
        encoded(&out, data.len(), cx)
    }
    #[function("escape_decode(data, errors=None, /)")]
    fn escape_decode(data: &Object, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let d = Data::of_text_or_bytes(data, cx)?;
        let out = escape::decode_bytes(d.bytes(), errors.0, cx)?;
        encoded(&out, d.bytes().len(), cx)
    }
    #[function("readbuffer_encode(data, errors=None, /)")]
    fn readbuffer_encode(data: &Object, _errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let d = Data::of_text_or_bytes(data, cx)?;
        encoded(d.bytes(), d.bytes().len(), cx)
    }
    #[function("unicode_escape_encode(str, errors=None, /)")]
    fn unicode_escape_encode(str: &PyStr, _errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut out = Vec::new();
        taipan_algo_codec::escape::encode_unicode(text_of(str), &mut out);
        encoded(&out, str.len(), cx)
    }
    #[function("raw_unicode_escape_encode(str, errors=None, /)")]
    fn raw_unicode_escape_encode(str: &PyStr, _errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut out = Vec::new();
        taipan_algo_codec::escape::encode_raw(text_of(str), &mut out);
        encoded(&out, str.len(), cx)
    }
    #[function("unicode_escape_decode(data, errors=None, final=True, /)")]
    fn unicode_escape_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of_text_or_bytes(data, cx)?, Errors::new(errors.0, cx)?);
        let r = escape::decode_unicode(d.bytes(), &mut e, r#final.unwrap_or(true), cx)?;
        // The whole input counts as read, even when a handler replaced it by a shorter one.
        let read = if r#final.unwrap_or(true) { d.bytes().len() } else { r.1 };
        decoded((r.0, read), cx)
    }
    #[function("raw_unicode_escape_decode(data, errors=None, final=True, /)")]
    fn raw_unicode_escape_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of_text_or_bytes(data, cx)?, Errors::new(errors.0, cx)?);
        let r = escape::decode_raw(d.bytes(), &mut e, r#final.unwrap_or(true), cx)?;
        // The whole input counts as read, even when a handler replaced it by a shorter one.
        let read = if r#final.unwrap_or(true) { d.bytes().len() } else { r.1 };
        decoded((r.0, read), cx)
    }
}

pub use registry_functions::MODULE;

#[pyfunctions]
pub mod unicode {
    use super::*;

    #[function("utf_8_encode(str, errors=None, /)")]
    fn utf_8_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_plain(Plain::Utf8, str, &mut e, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("ascii_encode(str, errors=None, /)")]
    fn ascii_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_plain(Plain::Ascii, str, &mut e, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("latin_1_encode(str, errors=None, /)")]
    fn latin_1_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_plain(Plain::Latin1, str, &mut e, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_8_decode(data, errors=None, final=False, /)")]
    fn utf_8_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_plain(Plain::Utf8, d.bytes(), &mut e, r#final.unwrap_or(false), cx)?;
        decoded(r, cx)
    }
    #[function("ascii_decode(data, errors=None, /)")]
    fn ascii_decode(data: &Object, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_plain(Plain::Ascii, d.bytes(), &mut e, true, cx)?;
        decoded(r, cx)
    }
    #[function("latin_1_decode(data, errors=None, /)")]
    fn latin_1_decode(data: &Object, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_plain(Plain::Latin1, d.bytes(), &mut e, true, cx)?;
        decoded(r, cx)
    }
    #[function("utf_7_encode(str, errors=None, /)")]
    fn utf_7_encode(str: &PyStr, _errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        encoded(&utf::encode_utf7(str), str.len(), cx)
    }
    #[function("utf_7_decode(data, errors=None, final=False, /)")]
    fn utf_7_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_utf7(d.bytes(), &mut e, r#final.unwrap_or(false), cx)?;
        decoded(r, cx)
    }
    #[function("utf_16_encode(str, errors=None, byteorder=0, /)")]
    fn utf_16_encode(str: &PyStr, errors: NoneOr<&PyStr>, byteorder: Option<i32>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_wide(2, str, &mut e, byteorder.unwrap_or(0), cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_16_decode(data, errors=None, final=False, /)")]
    fn utf_16_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(2, d.bytes(), &mut e, 0, r#final.unwrap_or(false), cx)?;
        decoded((r.0, r.1), cx)
    }
    #[function("utf_16_ex_decode(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_16_ex_decode(data: &Object, errors: NoneOr<&PyStr>, byteorder: Option<i32>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(2, d.bytes(), &mut e, byteorder.unwrap_or(0), r#final.unwrap_or(false), cx)?;
        let (s, n, o) = (new_str(&r.0, cx)?, PyInt::new(r.1 as i64, cx)?, PyInt::new(i64::from(r.2), cx)?);
        PyTuple::from_slice(&[&s, &n, &o], cx)
    }
    #[function("utf_16_le_encode(str, errors=None, /)")]
    fn utf_16_le_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_wide(2, str, &mut e, -1, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_16_le_decode(data, errors=None, final=False, /)")]
    fn utf_16_le_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(2, d.bytes(), &mut e, -1, r#final.unwrap_or(false), cx)?;
        decoded((r.0, r.1), cx)
    }
    #[function("utf_16_be_encode(str, errors=None, /)")]
    fn utf_16_be_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_wide(2, str, &mut e, 1, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_16_be_decode(data, errors=None, final=False, /)")]
    fn utf_16_be_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(2, d.bytes(), &mut e, 1, r#final.unwrap_or(false), cx)?;
        decoded((r.0, r.1), cx)
    }
    #[function("utf_32_encode(str, errors=None, byteorder=0, /)")]
    fn utf_32_encode(str: &PyStr, errors: NoneOr<&PyStr>, byteorder: Option<i32>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_wide(4, str, &mut e, byteorder.unwrap_or(0), cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_32_decode(data, errors=None, final=False, /)")]
    fn utf_32_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(4, d.bytes(), &mut e, 0, r#final.unwrap_or(false), cx)?;
        decoded((r.0, r.1), cx)
    }
    #[function("utf_32_ex_decode(data, errors=None, byteorder=0, final=False, /)")]
    fn utf_32_ex_decode(data: &Object, errors: NoneOr<&PyStr>, byteorder: Option<i32>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(4, d.bytes(), &mut e, byteorder.unwrap_or(0), r#final.unwrap_or(false), cx)?;
        let (s, n, o) = (new_str(&r.0, cx)?, PyInt::new(r.1 as i64, cx)?, PyInt::new(i64::from(r.2), cx)?);
        PyTuple::from_slice(&[&s, &n, &o], cx)
    }
    #[function("utf_32_le_encode(str, errors=None, /)")]
    fn utf_32_le_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_wide(4, str, &mut e, -1, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_32_le_decode(data, errors=None, final=False, /)")]
    fn utf_32_le_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(4, d.bytes(), &mut e, -1, r#final.unwrap_or(false), cx)?;
        decoded((r.0, r.1), cx)
    }
    #[function("utf_32_be_encode(str, errors=None, /)")]
    fn utf_32_be_encode(str: &PyStr, errors: NoneOr<&PyStr>, cx: &mut Cx) -> Pair {
        let mut e = Errors::new(errors.0, cx)?;
        let out = utf::encode_wide(4, str, &mut e, 1, cx)?;
        encoded(&out, str.len(), cx)
    }
    #[function("utf_32_be_decode(data, errors=None, final=False, /)")]
    fn utf_32_be_decode(data: &Object, errors: NoneOr<&PyStr>, r#final: Option<bool>, cx: &mut Cx) -> Pair {
        let (d, mut e) = (Data::of(data, cx)?, Errors::new(errors.0, cx)?);
        let r = utf::decode_wide(4, d.bytes(), &mut e, 1, r#final.unwrap_or(false), cx)?;
        decoded((r.0, r.1), cx)
    }}
