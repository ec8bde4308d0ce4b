//! The module `binascii`.

use crate::data::Data;
use std::cell::OnceCell;
use std::fmt::Display;
use taipan_algo_codec::binascii::{self as algo, QuotedOptions};
use taipan_object::abstract_;
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

#[derive(Default)]
struct Errors {
    error: OnceCell<Own<Object>>,
}

fn new_class(name: &str, base: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
    let ns = PyDict::new(cx)?;
    let module = PyStr::new("binascii", cx)?;
    ns.set(name!(cx, "__module__"), &module, cx)?;
    let bases = PyTuple::from_slice(&[base.as_object()], cx)?;
    let name = PyStr::new(name, cx)?;
    call::call(base.ty().as_object(), &[&name, &bases, &ns], cx)
}

fn fail(e: impl Display, cx: &mut Cx) -> Raised {
    match cx.state::<Errors>().error.get().and_then(|c| c.downcast::<PyType>()) {
        Some(t) => cx.raise_msg(t, format_args!("{e}")),
        None => cx.value_error(format_args!("{e}")),
    }
}

/// Bytes-like or an ASCII string.
fn ascii_or_bytes<'a>(o: &'a Object, cx: &mut Cx) -> PyResult<Data<'a>> {
    if let Some(s) = o.downcast::<PyStr>() {
        return match s.as_ascii() {
            Some(t) => Ok(Data::Bytes(t.as_bytes())),
            None => Err(cx.value_error(format_args!("string argument should contain only ASCII characters"))),
        };
    }
    match Data::of(o, cx) {
        Ok(d) => Ok(d),
        Err(r) => {
            cx.catch(r, exc::TypeError())?;
            Err(cx.type_error(format_args!("argument should be bytes, buffer or ASCII string, not '{}'", o.ty().tp_name_str())))
        }
    }
}

fn hex(data: &Object, sep: Option<&Object>, group: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    let d = Data::of(data, cx)?;
    let mut out = Vec::new();
    let Some(sep) = sep else {
        algo::encode_hex(d.bytes(), &mut out);
        return PyBytes::new(&out, cx);
    };
    if abstract_::len(sep, cx)? != 1 {
        return Err(cx.value_error(format_args!("sep must be length 1.")));
    }
    let byte = match (sep.downcast::<PyStr>(), sep.downcast::<PyBytes>()) {
        (Some(s), _) => match u8::try_from(s.code_point(0)) {
            Ok(b) => b,
            Err(_) => return Err(cx.value_error(format_args!("sep must be ASCII."))),
        },
        (_, Some(b)) => b.as_bytes()[0],
        _ => return Err(cx.type_error(format_args!("sep must be str or bytes."))),
    };
    match group.unwrap_or(1) {
        0 => algo::encode_hex(d.bytes(), &mut out),
        n => algo::encode_hex_grouped(d.bytes(), byte, n, &mut out),
    }
    PyBytes::new(&out, cx)
}

fn unhex(o: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    let d = ascii_or_bytes(o, cx)?;
    match algo::decode_hex(d.bytes()) {
        Ok(v) => PyBytes::new(&v, cx),
        Err(e) => Err(fail(e, cx)),
    }
}

/// The low 32 bits of an int (`unsigned int` with a mask).
fn low_bits(o: Option<&Object>, cx: &mut Cx) -> PyResult<u32> {
    let Some(o) = o else { return Ok(0) };
    let n = abstract_::number::index(o, cx)?;
    let r = n.as_ref_int();
    let digit = |i: usize| u64::from(r.digits.get(i).copied().unwrap_or(0));
    let low = (digit(0) | digit(1) << 30) as u32;
    Ok(if r.neg { low.wrapping_neg() } else { low })
}

/// The module.
#[pymodule(name = "binascii", doc = "Conversion between binary data and ASCII")]
mod functions {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let error = new_class("Error", exc::ValueError(), cx)?;
        m.add("Error", &error, cx)?;
        let _ = cx.state::<Errors>().error.set(error);
        let incomplete = new_class("Incomplete", exc::Exception(), cx)?;
        m.add("Incomplete", &incomplete, cx)
    }

    /// Decode a line of base64 data.
    ///
    ///   strict_mode
    ///     When set to True, bytes that are not part of the base64 standard are not allowed.
    ///     The same applies to excess data after padding (= / ==).
    #[function("a2b_base64(data, /, *, strict_mode=False)")]
    fn a2b_base64(data: &Object, strict_mode: Option<bool>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = ascii_or_bytes(data, cx)?;
        match algo::decode_base64(d.bytes(), strict_mode.unwrap_or(false)) {
            Ok(v) => PyBytes::new(&v, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// Base64-code line of data.
    #[function("b2a_base64(data, /, *, newline=True)")]
    fn b2a_base64(data: &Object, newline: Option<bool>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = Data::of(data, cx)?;
        let mut out = Vec::new();
        algo::encode_base64(d.bytes(), &mut out);
        if newline.unwrap_or(true) {
            out.push(b'\n');
        }
        PyBytes::new(&out, cx)
    }
    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    /// This function is also available as "unhexlify()".
    #[function("a2b_hex(hexstr, /)")]
    fn a2b_hex(hexstr: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        unhex(hexstr, cx)
    }
    /// Binary data of hexadecimal representation.
    ///
    /// hexstr must contain an even number of hex digits (upper or lower case).
    #[function("unhexlify(hexstr, /)")]
    fn unhexlify(hexstr: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        unhex(hexstr, cx)
    }
    /// Hexadecimal representation of binary data.
    #[function("b2a_hex(data, sep=None, bytes_per_sep=1)", nosig)]
    fn b2a_hex(data: &Object, sep: Option<&Object>, bytes_per_sep: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        hex(data, sep, bytes_per_sep, cx)
    }
    /// Hexadecimal representation of binary data.
    #[function("hexlify(data, sep=None, bytes_per_sep=1)", nosig)]
    fn hexlify(data: &Object, sep: Option<&Object>, bytes_per_sep: Option<isize>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        hex(data, sep, bytes_per_sep, cx)
    }
    /// Decode a string of qp-encoded data.
    #[function("a2b_qp(data, header=False)")]
    fn a2b_qp(data: &Object, header: Option<bool>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = ascii_or_bytes(data, cx)?;
        let v = algo::decode_quoted(d.bytes(), header.unwrap_or(false));
        PyBytes::new(&v, cx)
    }
    /// Encode a string using quoted-printable encoding.
    ///
    /// On encoding, when istext is set, newlines are not encoded, and white
    /// space at end of lines is.  When istext is not set, \r and \n (CR/LF)
    /// are both encoded.  When quotetabs is set, space and tabs are encoded.
    #[function("b2a_qp(data, quotetabs=False, istext=True, header=False)")]
    fn b2a_qp(data: &Object, quotetabs: Option<bool>, istext: Option<bool>, header: Option<bool>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = Data::of(data, cx)?;
        let options = QuotedOptions { quote_tabs: quotetabs.unwrap_or(false), is_text: istext.unwrap_or(true), header: header.unwrap_or(false) };
        let v = algo::encode_quoted(d.bytes(), options);
        PyBytes::new(&v, cx)
    }
    /// Decode a line of uuencoded data.
    #[function("a2b_uu(data, /)")]
    fn a2b_uu(data: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = ascii_or_bytes(data, cx)?;
        match algo::decode_uu(d.bytes()) {
            Ok(v) => PyBytes::new(&v, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// Uuencode line of data.
    #[function("b2a_uu(data, /, *, backtick=False)")]
    fn b2a_uu(data: &Object, backtick: Option<bool>, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let d = Data::of(data, cx)?;
        match algo::encode_uu(d.bytes(), backtick.unwrap_or(false)) {
            Ok(v) => PyBytes::new(&v, cx),
            Err(e) => Err(fail(e, cx)),
        }
    }
    /// Compute CRC-32 incrementally.
    #[function("crc32(data, crc=0, /)")]
    fn crc32(data: &Object, crc: Option<&Object>, cx: &mut Cx) -> PyResult<u32> {
        let start = low_bits(crc, cx)?;
        let d = Data::of(data, cx)?;
        Ok(algo::crc32(d.bytes(), start))
    }
    /// Compute CRC-CCITT incrementally.
    #[function("crc_hqx(data, crc, /)")]
    fn crc_hqx(data: &Object, crc: &Object, cx: &mut Cx) -> PyResult<u32> {
        let start = low_bits(Some(crc), cx)?;
        let d = Data::of(data, cx)?;
        Ok(u32::from(algo::crc_hqx(d.bytes(), start as u16)))
    }
}

pub use functions::MODULE;
