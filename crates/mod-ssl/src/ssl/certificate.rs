//! `_ssl.Certificate`, and certificates as dictionaries.

use crate::openssl::cert::{Cert, Form};
use crate::openssl::names::{AltName, Name, Value};
use crate::ssl::errors;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::str::codec;
use taipan_object::warn;

/// The numbers of the written forms.
pub const PEM: i32 = 1;
pub const DER: i32 = 2;
const PEM_AUX: i32 = 0x101;

/// Lines of CPython's messages.
const LINE_DECODE: u32 = 1312;
const LINE_WRITE: u32 = 63;

#[pytype(name = "_ssl.Certificate", heap, no_new, doc = "")]
#[repr(C)]
pub struct PyCertificate {
    head: ObjHead,
    #[gc(skip)]
    cert: Cert,
}

/// A certificate as an object.
pub fn wrap(cert: Cert, cx: &mut Cx) -> PyResult {
    cx.new_object(PyCertificate { head: Object::placeholder(), cert }).map(Own::into_object)
}

/// A list of certificates, or `None`.
pub fn wrap_all(certs: Option<Vec<Cert>>, cx: &mut Cx) -> PyResult {
    let Some(certs) = certs else { return Ok(none().own()) };
    let out = PyList::new(cx)?;
    for c in certs {
        let c = wrap(c, cx)?;
        out.push(c, cx)?;
    }
    Ok(out.into_object())
}

/// The bytes of a certificate in DER form.
pub fn der(cert: &Cert, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    match cert.der() {
        Ok(b) => PyBytes::new(&b, cx),
        Err(_) => Err(errors::from_queue(LINE_WRITE, cx)),
    }
}

fn utf8(b: &[u8], cx: &mut Cx) -> PyResult {
    match std::str::from_utf8(b) {
        Ok(t) => PyStr::new(t, cx).map(Own::into_object),
        // The codec raises the exact error.
        Err(_) => codec::decode(b, "utf-8", "strict", cx),
    }
}

fn pair(a: &str, b: &Object, cx: &mut Cx) -> PyResult {
    let a = PyStr::new(a, cx)?;
    PyTuple::from_slice(&[&a, b], cx).map(Own::into_object)
}

/// A name as tuples of tuples of pairs.
fn name_tuple(name: &Name, cx: &mut Cx) -> PyResult {
    let mut levels = Vec::with_capacity(name.len());
    for level in name {
        let mut all = Vec::with_capacity(level.len());
        for (attribute, value) in level {
            let value = match value {
                Value::Text(t) => utf8(t, cx)?,
                Value::Bits(b) => PyBytes::new(b, cx)?.into_object(),
            };
            all.push(pair(attribute, &value, cx)?);
        }
        levels.push(PyTuple::from_vec(all, cx)?.into_object());
    }
    PyTuple::from_vec(levels, cx).map(Own::into_object)
}

fn alternative(n: &AltName, cx: &mut Cx) -> PyResult {
    match n {
        AltName::Directory(name) => {
            let t = name_tuple(name, cx)?;
            pair("DirName", &t, cx)
        }
        AltName::Text(kind, text) => {
            let t = utf8(text, cx)?;
            pair(kind, &t, cx)
        }
        AltName::Printed(kind, text) => {
            if !(0..=8).contains(kind) {
                warn::warn(exc::RuntimeWarning(), format_args!("Unknown general name type {kind}"), 1, cx)?;
            }
            let Some(colon) = text.iter().position(|b| *b == b':') else {
                let shown: String = String::from_utf8_lossy(text).chars().take(200).collect();
                return Err(cx.value_error(format_args!("Invalid value {shown}")));
            };
            let (kind, value) = text.split_at(colon);
            let (kind, value) = (utf8(kind, cx)?, utf8(value.get(1..).unwrap_or_default(), cx)?);
            PyTuple::from_slice(&[&kind, &value], cx).map(Own::into_object)
        }
    }
}

/// What `getpeercert()` shows of a certificate.
pub fn decode(cert: &Cert, cx: &mut Cx) -> PyResult {
    let Ok(d) = cert.details() else { return Err(errors::from_queue(LINE_DECODE, cx)) };
    let out = PyDict::new(cx)?;
    let v = name_tuple(&d.subject, cx)?;
    out.set_text("subject", v, cx)?;
    let v = name_tuple(&d.issuer, cx)?;
    out.set_text("issuer", v, cx)?;
    let v = PyInt::new(d.version, cx)?;
    out.set_text("version", v.into_object(), cx)?;
    for (key, text) in [("serialNumber", &d.serial), ("notBefore", &d.not_before), ("notAfter", &d.not_after)] {
        let v = utf8(text, cx)?;
        out.set_text(key, v, cx)?;
    }
    if let Some(names) = &d.alternatives {
        let all = names.iter().map(|n| alternative(n, cx)).collect::<PyResult<Vec<_>>>()?;
        let v = PyTuple::from_vec(all, cx)?;
        out.set_text("subjectAltName", v.into_object(), cx)?;
    }
    for (key, uris) in [("OCSP", &d.ocsp), ("caIssuers", &d.ca_issuers), ("crlDistributionPoints", &d.crl)] {
        if !uris.is_empty() {
            let all = uris.iter().map(|u| utf8(u, cx)).collect::<PyResult<Vec<_>>>()?;
            let v = PyTuple::from_vec(all, cx)?;
            out.set_text(key, v.into_object(), cx)?;
        }
    }
    Ok(out.into_object())
}

#[pymethods]
impl PyCertificate {
    #[method("public_bytes(format=Encoding.PEM)")]
    fn public_bytes(&self, #[default(PEM)] format: i32, cx: &mut Cx) -> PyResult {
        let form = match format {
            PEM => Form::Pem,
            PEM_AUX => Form::PemAux,
            DER => return der(&self.cert, cx).map(Own::into_object),
            _ => return Err(cx.value_error(format_args!("Unsupported format"))),
        };
        match self.cert.pem(form) {
            Ok(b) => utf8(&b, cx),
            Err(_) => Err(errors::from_queue(LINE_WRITE, cx)),
        }
    }
    #[method("get_info()")]
    fn get_info(&self, cx: &mut Cx) -> PyResult {
        decode(&self.cert, cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        match self.cert.subject_text() {
            Ok(t) => Ok(format!("<{} '{}'>", self.as_object().ty().tp_name_str(), String::from_utf8_lossy(&t))),
            Err(_) => Err(errors::from_queue(LINE_DECODE, cx)),
        }
    }
    #[slot(tp_hash)]
    fn hash(&self) -> isize {
        match self.cert.subject_hash() as isize {
            -1 => -2,
            n => n,
        }
    }
    #[slot(tp_richcompare)]
    fn compare(&self, other: &Object, op: CmpOp) -> Own<Object> {
        match (op, other.downcast::<PyCertificate>()) {
            (CmpOp::Eq | CmpOp::Ne, Some(other)) => from_bool(self.cert.equals(&other.cert) == (op == CmpOp::Eq)),
            _ => not_implemented().own(),
        }
    }
}
