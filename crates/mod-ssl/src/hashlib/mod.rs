//! The module `_hashlib`: the digests of libcrypto, which `hashlib` prefers to those of `_md5`, `_sha2` and so on.

mod hash;
mod hmac;
mod names;
mod running;

use crate::openssl::digest::{self, Costs, Md, Running as _};
use hash::{PyHash, PyHashXof};
use hmac::PyHmac;
use names::NAMES;
use std::ffi::CString;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;
use taipan_object::types::set::PyFrozenSet;
use taipan_object::{abstract_, args, call};

pub use _hashlib::MODULE;

/// Data this large is hashed without the GIL.
const GIL_MINSIZE: usize = 2048;

/// What the module keeps per interpreter.
#[derive(Default)]
pub struct State {
    unsupported: FieldCell<Object>,
    /// The functions `openssl_…` with the names of their digests.
    constructors: FieldCell<PyDict>,
}

fn unsupported(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().unsupported;
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception("_hashlib.UnsupportedDigestmodError", exc::ValueError(), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

/// Raise `UnsupportedDigestmodError`.
fn raise_unsupported(text: &str, cx: &mut Cx) -> Raised {
    match unsupported(cx) {
        Ok(c) => match c.downcast::<PyType>() {
            Some(t) => cx.raise_msg(t, format_args!("{text}")),
            None => cx.value_error(format_args!("{text}")),
        },
        Err(r) => r,
    }
}

/// OpenSSL's error in words.
fn error_text() -> String {
    match digest::last_error() {
        (Some(l), Some(r)) => format!("[{l}] {r}"),
        (None, Some(r)) | (Some(r), None) => r,
        (None, None) => "no reason supplied".to_owned(),
    }
}

/// Raise `ValueError` with OpenSSL's words.
#[cold]
fn failed(cx: &mut Cx) -> Raised {
    let text = error_text();
    cx.value_error(format_args!("{text}"))
}

/// The algorithm of a name of Python's or OpenSSL's.
fn fetch(name: &str, insecure: bool, cx: &mut Cx) -> PyResult<Md> {
    let Ok(c) = CString::new(names::to_openssl(name)) else { return Err(cx.value_error(format_args!("embedded null character"))) };
    match Md::fetch(&c, insecure) {
        Some(md) => Ok(md),
        None => {
            let text = error_text();
            Err(raise_unsupported(&text, cx))
        }
    }
}

/// The algorithm of a `digestmod`: a name, or one of the module's own functions.
fn fetch_mod(o: &Object, cx: &mut Cx) -> PyResult<Md> {
    if let Some(s) = o.downcast::<PyStr>() {
        let name = args::utf8(s, cx)?.into_owned();
        return fetch(&name, false, cx);
    }
    let known = match cx.state::<State>().constructors.own() {
        // What cannot be a key is none of ours.
        Some(d) if o.is_a::<taipan_object::types::builtin::PyCFunction>() => d.get(o, cx)?,
        _ => None,
    };
    match known.and_then(|n| n.downcast::<PyStr>().map(PyStr::to_string_lossy)) {
        Some(name) => fetch(&name, false, cx),
        None => {
            let shown = abstract_::repr(o, cx)?.to_string_lossy();
            Err(raise_unsupported(&format!("Unsupported digestmod {shown}"), cx))
        }
    }
}

/// A new hash object.
fn make(name: &str, data: Option<&Object>, string: &Object, usedforsecurity: bool, cx: &mut Cx) -> PyResult {
    let data = Buffer::to_hash_either(data, string, cx)?;
    let md = fetch(name, !usedforsecurity, cx)?;
    hash::make(&md, data.as_ref().map(Buffer::bytes), !usedforsecurity, cx)
}

/// A C `long`.
fn long(o: &Object, cx: &mut Cx) -> PyResult<i64> {
    let n = abstract_::number::index(o, cx)?;
    n.to_i64().ok_or_else(|| cx.overflow_error(format_args!("Python int too large to convert to C long")))
}

#[pyfunctions]
mod constructors {
    use super::*;
    /// Returns a md5 hash object; optionally initialized with a string
    #[function("openssl_md5(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_md5(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("md5", data, string, usedforsecurity, cx)
    }
    /// Returns a sha1 hash object; optionally initialized with a string
    #[function("openssl_sha1(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha1(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha1", data, string, usedforsecurity, cx)
    }
    /// Returns a sha224 hash object; optionally initialized with a string
    #[function("openssl_sha224(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha224(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha224", data, string, usedforsecurity, cx)
    }
    /// Returns a sha256 hash object; optionally initialized with a string
    #[function("openssl_sha256(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha256(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha256", data, string, usedforsecurity, cx)
    }
    /// Returns a sha384 hash object; optionally initialized with a string
    #[function("openssl_sha384(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha384(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha384", data, string, usedforsecurity, cx)
    }
    /// Returns a sha512 hash object; optionally initialized with a string
    #[function("openssl_sha512(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha512(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha512", data, string, usedforsecurity, cx)
    }
    /// Returns a sha3-224 hash object; optionally initialized with a string
    #[function("openssl_sha3_224(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_224(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha3_224", data, string, usedforsecurity, cx)
    }
    /// Returns a sha3-256 hash object; optionally initialized with a string
    #[function("openssl_sha3_256(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_256(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha3_256", data, string, usedforsecurity, cx)
    }
    /// Returns a sha3-384 hash object; optionally initialized with a string
    #[function("openssl_sha3_384(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_384(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha3_384", data, string, usedforsecurity, cx)
    }
    /// Returns a sha3-512 hash object; optionally initialized with a string
    #[function("openssl_sha3_512(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_512(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("sha3_512", data, string, usedforsecurity, cx)
    }
    /// Returns a shake-128 variable hash object; optionally initialized with a string
    #[function("openssl_shake_128(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_shake_128(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("shake_128", data, string, usedforsecurity, cx)
    }
    /// Returns a shake-256 variable hash object; optionally initialized with a string
    #[function("openssl_shake_256(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_shake_256(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        make("shake_256", data, string, usedforsecurity, cx)
    }
}

#[pymodule(name = "_hashlib", doc = "OpenSSL interface for hashlib module", types(PyHash, PyHashXof, PyHmac), parts(constructors))]
mod _hashlib {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE as i32;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        crate::load(cx)?;
        let e = unsupported(cx)?;
        m.add("UnsupportedDigestmodError", &e, cx)?;
        let compare = cx.import_attr("_operator", "_compare_digest")?;
        m.add("compare_digest", &compare, cx)?;
        let mut all: Vec<String> = digest::all_names().iter().map(|n| names::to_python(n).to_owned()).collect();
        all.sort();
        all.dedup();
        let list = all.iter().map(|n| PyStr::new(n, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
        let list = PyList::from_vec(list, cx)?;
        let set = call::call(PyFrozenSet::ty().as_object(), &[&list], cx)?;
        m.add("openssl_md_meth_names", &set, cx)?;
        let table = PyDict::new(cx)?;
        for (name, _) in NAMES.iter().filter(|n| names::has_function(n.0)) {
            let Some(f) = m.dict(cx)?.get_text(&format!("openssl_{name}"), cx)? else { continue };
            let name = PyStr::new(name, cx)?;
            table.set(&f, &name, cx)?;
        }
        let proxy = cx.import_attr("types", "MappingProxyType")?;
        let proxy = call::call(&proxy, &[&table], cx)?;
        m.add("_constructors", &proxy, cx)?;
        cx.state::<State>().constructors.set(Some(table), cx);
        Ok(())
    }

    /// Return a new hash object using the named algorithm.
    ///
    /// An optional string argument may be provided and will be
    /// automatically hashed.
    ///
    /// The MD5 and SHA1 algorithms are always supported.
    #[function("new(name, data=b'', *, usedforsecurity=True, string=None)")]
    fn new(name: &PyStr, data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult {
        let name = args::utf8(name, cx)?;
        make(&name, data, string, usedforsecurity, cx)
    }

    /// Return a new hmac object.
    #[function("hmac_new(key, msg=b'', digestmod=None)")]
    fn hmac_new(key: Buffer, msg: Option<&Object>, digestmod: &Object, cx: &mut Cx) -> PyResult {
        if key.bytes().len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("key is too long.")));
        }
        if digestmod.is_none() {
            return Err(cx.type_error(format_args!("Missing required parameter 'digestmod'.")));
        }
        let md = fetch_mod(digestmod, cx)?;
        let msg = match msg.filter(|m| !m.is_none()) {
            Some(m) => Some(Buffer::to_hash(m, cx)?),
            None => None,
        };
        hmac::make(key.bytes(), &md, msg.as_ref().map(Buffer::bytes), cx)
    }

    /// Single-shot HMAC.
    #[function("hmac_digest(key, msg, digest)")]
    fn hmac_digest(key: Buffer, msg: Buffer, digest: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        if key.bytes().len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("key is too long.")));
        }
        if msg.bytes().len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("msg is too long.")));
        }
        let md = fetch_mod(digest, cx)?;
        let done = cx.without_gil(|| {
            let h = digest::Hmac::new(key.bytes(), &md)?;
            h.update(msg.bytes())?;
            h.result()
        });
        match done {
            Ok(b) => PyBytes::new(&b, cx),
            Err(_) => Err(failed(cx)),
        }
    }

    /// Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function.
    #[function("pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None)")]
    fn pbkdf2_hmac(hash_name: &PyStr, password: Buffer, salt: Buffer, iterations: &Object, dklen: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let rounds = long(iterations, cx)?;
        let name = args::utf8(hash_name, cx)?;
        let md = fetch(&name, false, cx)?;
        if password.bytes().len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("password is too long.")));
        }
        if salt.bytes().len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("salt is too long.")));
        }
        if rounds < 1 {
            return Err(cx.value_error(format_args!("iteration value must be greater than 0.")));
        }
        let Ok(rounds) = i32::try_from(rounds) else { return Err(cx.overflow_error(format_args!("iteration value is too great."))) };
        let n = if dklen.is_none() { md.size() as i64 } else { long(dklen, cx)? };
        if n < 1 {
            return Err(cx.value_error(format_args!("key length must be greater than 0.")));
        }
        if n > i64::from(i32::MAX) {
            return Err(cx.overflow_error(format_args!("key length is too great.")));
        }
        let mut out = vec![0; n as usize];
        let done = cx.without_gil(|| digest::pbkdf2(&md, password.bytes(), salt.bytes(), rounds, &mut out));
        if done.is_err() {
            return Err(failed(cx));
        }
        PyBytes::new(&out, cx)
    }

    /// scrypt password-based key derivation function.
    #[function("scrypt(password, *, salt, n, r, p, maxmem=0, dklen=64)")]
    #[allow(clippy::too_many_arguments)]
    fn scrypt(password: Buffer, salt: Buffer, n: u64, r: u64, p: u64, maxmem: i64, dklen: i64, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        const INT_MAX: i64 = i32::MAX as i64;
        if password.bytes().len() > INT_MAX as usize {
            return Err(cx.overflow_error(format_args!("password is too long.")));
        }
        if salt.bytes().len() > INT_MAX as usize {
            return Err(cx.overflow_error(format_args!("salt is too long.")));
        }
        if n < 2 || !n.is_power_of_two() {
            return Err(cx.value_error(format_args!("n must be a power of 2.")));
        }
        if !(0..=INT_MAX).contains(&maxmem) {
            return Err(cx.value_error(format_args!("maxmem must be positive and smaller than {INT_MAX}")));
        }
        if !(1..=INT_MAX).contains(&dklen) {
            return Err(cx.value_error(format_args!("dklen must be greater than 0 and smaller than {INT_MAX}")));
        }
        let costs = Costs { n, r, p, memory_max: maxmem as u64 };
        if !digest::scrypt_allows(costs) {
            return Err(match digest::last_error() {
                (Some(l), Some(r)) => cx.value_error(format_args!("[{l}] {r}")),
                _ => cx.value_error(format_args!("Invalid parameter combination for n, r, p, maxmem.")),
            });
        }
        let mut out = vec![0; dklen as usize];
        let done = cx.without_gil(|| digest::scrypt(password.bytes(), salt.bytes(), costs, &mut out));
        if done.is_err() {
            return Err(failed(cx));
        }
        PyBytes::new(&out, cx)
    }

    /// Determine the OpenSSL FIPS mode of operation.
    ///
    /// For OpenSSL 3.0.0 and newer it returns the state of the default provider
    /// in the default OSSL context. It's not quite the same as FIPS_mode() but
    /// good enough for unittests.
    ///
    /// Effectively any non-zero return value indicates FIPS mode;
    /// values other than 1 may have additional significance.
    #[function("get_fips_mode()")]
    fn get_fips_mode() -> i32 {
        digest::fips_mode()
    }
}
