//! The module `_ssl` itself: its functions and what it shows.

use crate::openssl::cert::Cert;
use crate::openssl::names::{Known, by_number, by_text};
use crate::openssl::{library, table};
use crate::ssl::certificate::{self, PyCertificate};
use crate::ssl::constants::{FEATURES, NUMBERS};
use crate::ssl::context::{DEFAULT_CIPHERS, PyContext};
use crate::ssl::errors;
use crate::ssl::memory::PyMemoryBio;
use crate::ssl::session::PySession;
use crate::ssl::socket::PySslSocket;
use std::ffi::CString;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::types::bytes::PyBytes;
use taipan_object::{args, fspath};

pub use _ssl::MODULE;

/// Number, short name, long name, digits.
fn known_tuple(k: Known, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let nid = PyInt::new(k.nid.into(), cx)?;
    let (short, long) = (PyStr::new(&k.short, cx)?, PyStr::new(&k.long, cx)?);
    let digits = match k.digits {
        Some(d) => PyStr::new(&d, cx)?.into_object(),
        None => none().own(),
    };
    PyTuple::from_slice(&[&nid, &short, &long, &digits], cx)
}

/// The parts of OpenSSL's version number, as `OPENSSL_VERSION_INFO`.
fn version_info(n: u64, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let parts = [n >> 28 & 0xf, n >> 20 & 0xff, n >> 12 & 0xff, n >> 4 & 0xff, n & 0xf];
    let parts = parts.iter().map(|p| PyInt::new(*p as i64, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    PyTuple::from_vec(parts, cx)
}

#[pymodule(
    name = "_ssl",
    doc = "Implementation module for SSL socket operations.  See the socket module\nfor documentation.",
    types(PyContext, PySslSocket, PyMemoryBio, PySession, PyCertificate)
)]
mod _ssl {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        crate::load(cx)?;
        for (name, class) in errors::make_classes(cx)? {
            m.add(name, &class, cx)?;
        }
        for (name, n) in NUMBERS {
            let n = PyInt::new(*n, cx)?;
            m.add(name, &n, cx)?;
        }
        let a = table::api();
        let (tls1, tls1_1, psk) = (a.TLSv1_method.is_some(), a.TLSv1_1_method.is_some(), a.SSL_CTX_set_psk_client_callback.is_some());
        for (name, on) in FEATURES.iter().copied().chain([("HAS_TLSv1", tls1), ("HAS_TLSv1_1", tls1_1), ("HAS_PSK", psk)]) {
            m.add(name, &from_bool(on), cx)?;
        }
        let (number, text) = library::version();
        let (n, info, text) = (PyInt::new(number as i64, cx)?, version_info(number, cx)?, PyStr::new(&text, cx)?);
        m.add("OPENSSL_VERSION_NUMBER", &n, cx)?;
        m.add("OPENSSL_VERSION_INFO", &info, cx)?;
        m.add("OPENSSL_VERSION", &text, cx)?;
        m.add("_OPENSSL_API_VERSION", &info, cx)?;
        let ciphers = PyStr::new(DEFAULT_CIPHERS, cx)?;
        m.add("_DEFAULT_CIPHERS", &ciphers, cx)
    }

    #[function("_test_decode_cert(path, /)")]
    fn test_decode_cert(path: &Object, cx: &mut Cx) -> PyResult {
        let path = fspath::to_cstring(path, cx)?;
        let Ok(text) = taipan_host::fs::read_file(&path) else { return Err(errors::plain("Can't open file", cx)) };
        let cert = Cert::from_pem(&text);
        crate::openssl::queue::clear();
        match cert {
            Some(c) => certificate::decode(&c, cx),
            None => Err(errors::plain("Error decoding PEM-encoded file", cx)),
        }
    }

    /// Mix string into the OpenSSL PRNG state.
    ///
    /// entropy (a float) is a lower bound on the entropy contained in
    /// string.  See RFC 4086.
    #[function("RAND_add(string, entropy, /)")]
    fn rand_add(string: &Object, entropy: f64, cx: &mut Cx) -> PyResult<()> {
        if let Some(s) = string.downcast::<PyStr>() {
            let text = args::utf8(s, cx)?;
            library::add_entropy(text.as_bytes(), entropy);
            return Ok(());
        }
        let b = Buffer::get(string, 0, cx)?;
        library::add_entropy(b.bytes(), entropy);
        Ok(())
    }

    /// Generate n cryptographically strong pseudo-random bytes.
    #[function("RAND_bytes(n, /)")]
    fn rand_bytes(n: i32, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let Ok(n) = usize::try_from(n) else { return Err(cx.value_error(format_args!("num must be positive"))) };
        let mut done = true;
        let out = PyBytes::build(n, cx, |b| done = library::random(b))?;
        if done { Ok(out) } else { Err(errors::from_queue(0, cx)) }
    }

    /// Returns True if the OpenSSL PRNG has been seeded with enough data and False if not.
    ///
    /// It is necessary to seed the PRNG with RAND_add() on some platforms
    /// before using the ssl() function.
    #[function("RAND_status()")]
    fn rand_status() -> bool {
        library::is_seeded()
    }

    /// Return search paths and environment vars that are used by SSLContext's set_default_verify_paths() to load default CAs.
    ///
    /// The values are 'cert_file_env', 'cert_file', 'cert_dir_env', 'cert_dir'.
    #[function("get_default_verify_paths()")]
    fn get_default_verify_paths(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let paths = library::verify_paths();
        let paths = paths.iter().map(|p| fspath::decode(p.as_bytes(), cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
        PyTuple::from_vec(paths, cx)
    }

    /// Lookup NID, short name, long name and OID of an ASN1_OBJECT.
    ///
    /// By default objects are looked up by OID. With name=True short and
    /// long name are also matched.
    #[function("txt2obj(txt, name=False)")]
    fn txt2obj(txt: &PyStr, name: bool, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        let text = args::utf8(txt, cx)?;
        let Ok(c) = CString::new(text.as_bytes()) else { return Err(cx.value_error(format_args!("embedded null character"))) };
        let found = by_text(&c, name);
        crate::openssl::queue::clear();
        match found {
            Some(Some(k)) => known_tuple(k, cx),
            Some(None) => Err(cx.value_error(format_args!("Unknown object"))),
            None => {
                let shown: String = text.chars().take(100).collect();
                Err(cx.value_error(format_args!("unknown object '{shown}'")))
            }
        }
    }

    /// Lookup NID, short name, long name and OID of an ASN1_OBJECT by NID.
    #[function("nid2obj(nid, /)")]
    fn nid2obj(nid: i32, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
        if nid < 0 {
            return Err(cx.value_error(format_args!("NID must be positive.")));
        }
        let found = by_number(nid);
        crate::openssl::queue::clear();
        match found {
            Some(Some(k)) => known_tuple(k, cx),
            Some(None) => Err(cx.value_error(format_args!("Unknown object"))),
            None => Err(cx.value_error(format_args!("unknown NID {nid}"))),
        }
    }
}
