//! `_SSLContext`: certificates, keys, authorities, and what a context knows of them.

use crate::openssl::cert::Cert;
use crate::openssl::conn::Cipher;
use crate::openssl::bio::Transport;
use crate::openssl::conn::Conn;
use crate::openssl::ctx::{FileResult, ctrl};
use crate::openssl::queue;
use crate::ssl::callbacks::{self, Password, password_bytes};
use crate::ssl::certificate;
use crate::ssl::context::PyContext;
use crate::ssl::errors;
use std::ffi::CString;
use taipan_host::Errno;
use taipan_object::abstract_::buffer::has_buffer;
use taipan_object::prelude::*;
use taipan_object::types::boolean::from_bool;
use taipan_object::{audit, fspath};

/// Lines of CPython's messages.
mod line {
    pub const CHAIN: u32 = 4291;
    pub const KEY: u32 = 4312;
    pub const CHECK: u32 = 4321;
    pub const VERIFY: u32 = 4544;
    pub const NO_CADATA: u32 = 4410;
    pub const CADATA: u32 = 4423;
    pub const DH: u32 = 4600;
    pub const DEFAULTS: u32 = 4748;
    pub const CIPHERS: u32 = 3360;
}

/// A file's name; anything that is none gets its own message.
fn path(o: &Object, what: &str, cx: &mut Cx) -> PyResult<Option<CString>> {
    if o.is_none() {
        return Ok(None);
    }
    match fspath::to_cstring(o, cx) {
        Ok(p) => Ok(Some(p)),
        Err(r) if cx.raised_is(exc::TypeError()) => {
            cx.discard(r);
            Err(cx.type_error(format_args!("{what} should be a valid filesystem path")))
        }
        Err(r) => Err(r),
    }
}

/// The exception of a file operation: errno's if there is one, else OpenSSL's.
fn finish(r: FileResult, line: u32, cx: &mut Cx) -> PyResult<()> {
    match r {
        FileResult::Done => Ok(()),
        FileResult::Failed(Errno(0), code) => Err(errors::from_code(code, line, cx)),
        FileResult::Failed(e, _) => Err(cx.os_error(e.0, &e.message(), None, None)),
    }
}

fn text_or_none(t: Option<&str>, cx: &mut Cx) -> PyResult {
    match t {
        Some(t) => PyStr::new(t, cx).map(Own::into_object),
        None => Ok(none().own()),
    }
}

/// A cipher as `get_ciphers()` shows it.
fn cipher_dict(c: Cipher, cx: &mut Cx) -> PyResult {
    let out = PyDict::new(cx)?;
    let (strength, all) = c.bits();
    let [symmetric, digest, kea, auth] = c.parts();
    let v = PyInt::new(c.id().into(), cx)?.into_object();
    out.set_text("id", v, cx)?;
    for (key, text) in [("name", c.name()), ("protocol", c.protocol()), ("description", Some(c.description()))] {
        let v = text_or_none(text.as_deref(), cx)?;
        out.set_text(key, v, cx)?;
    }
    for (key, n) in [("strength_bits", strength), ("alg_bits", all)] {
        let v = PyInt::new(n.into(), cx)?.into_object();
        out.set_text(key, v, cx)?;
    }
    out.set_text("aead", from_bool(c.is_aead()), cx)?;
    for (key, text) in [("symmetric", symmetric), ("digest", digest), ("kea", kea), ("auth", auth)] {
        let v = text_or_none(text.as_deref(), cx)?;
        out.set_text(key, v, cx)?;
    }
    Ok(out.into_object())
}

impl PyContext {
    /// Trust the certificates of `cadata`.
    fn add_cadata(&self, data: &Object, cx: &mut Cx) -> PyResult<()> {
        let wrong = |cx: &mut Cx| cx.type_error(format_args!("cadata should be an ASCII string or a bytes-like object"));
        if let Some(s) = data.downcast::<PyStr>() {
            let Some(t) = s.as_ascii() else { return Err(wrong(cx)) };
            return self.add_authorities(t.as_bytes(), true, cx);
        }
        if !has_buffer(data) {
            return Err(wrong(cx));
        }
        let b = Buffer::get(data, 0, cx)?;
        if b.view().ndim > 1 {
            return Err(cx.type_error(format_args!("cadata should be a contiguous buffer with a single dimension")));
        }
        self.add_authorities(b.bytes(), false, cx)
    }

    fn add_authorities(&self, data: &[u8], is_pem: bool, cx: &mut Cx) -> PyResult<()> {
        if data.is_empty() {
            return Err(cx.value_error(format_args!("Empty certificate data")));
        }
        if data.len() > i32::MAX as usize {
            return Err(cx.overflow_error(format_args!("Certificate data is too long.")));
        }
        queue::clear();
        let added = self.ctx.quick(cx, |c| c.add_authorities(data, is_pem));
        queue::clear();
        match added {
            None => Err(errors::with_text("Can't allocate buffer", 0, line::NO_CADATA, cx)),
            Some((0, _)) if is_pem => Err(errors::with_text("no start line: cadata does not contain a certificate", 0, line::NO_CADATA, cx)),
            Some((0, _)) => Err(errors::with_text("not enough data: cadata does not contain a certificate", 0, line::NO_CADATA, cx)),
            Some((_, code)) if !code.is_none() => Err(errors::from_code(code, line::CADATA, cx)),
            Some(_) => Ok(()),
        }
    }

    /// The trusted certificates, and how many revocation lists there are beside.
    fn trusted(&self, cx: &mut Cx) -> PyResult<(Vec<Cert>, i64)> {
        const CERTIFICATE: i32 = 1;
        const REVOCATION_LIST: i32 = 2;
        let (mut certs, mut lists) = (Vec::new(), 0);
        let done = self.ctx.quick(cx, |c| {
            c.each_trusted(|kind, cert| match (kind, cert) {
                (CERTIFICATE, Some(c)) => certs.push(c),
                (REVOCATION_LIST, _) => lists += 1,
                _ => {}
            })
        });
        match done {
            Ok(()) => Ok((certs, lists)),
            Err(_) => Err(errors::plain("failed to query cert store", cx)),
        }
    }
}

#[pymethods(LOADING)]
impl PyContext {
    #[method("load_cert_chain(certfile, keyfile=None, password=None)")]
    fn load_cert_chain(&self, certfile: &Object, keyfile: &Object, password: &Object, cx: &mut Cx) -> PyResult<()> {
        let wrong = |cx: &mut Cx| cx.type_error(format_args!("certfile should be a valid filesystem path"));
        let Some(cert) = path(certfile, "certfile", cx)? else { return Err(wrong(cx)) };
        let key = path(keyfile, "keyfile", cx)?;
        let mut info = Password { callable: None, bytes: Vec::new(), error: None };
        if !password.is_none() {
            if cx.is_callable(password) {
                info.callable = Some(password.own());
            } else {
                info.bytes = password_bytes(password, "password should be a string or callable", cx)?;
            }
        }
        let asked = (!password.is_none()).then_some((callbacks::password as crate::openssl::table::PasswordCb, (&raw mut info).cast()));
        let (failed, line) = self.ctx.slow(cx, |c| {
            c.with_password(asked, || match c.use_chain(&cert) {
                FileResult::Done => (c.use_key(key.as_ref().unwrap_or(&cert)), line::KEY),
                failed => (failed, line::CHAIN),
            })
        });
        if let Some(e) = info.error.take() {
            return Err(cx.set_raised(e));
        }
        finish(failed, line, cx)?;
        self.ctx.quick(cx, |c| c.check_key()).map_err(|_| errors::from_queue(line::CHECK, cx))
    }

    #[method("load_dh_params(path, /)")]
    fn load_dh_params(&self, path: &Object, cx: &mut Cx) -> PyResult<()> {
        let name = fspath::to_cstring(path, cx)?;
        let (mode, zero) = (PyStr::new("rb", cx)?, PyInt::new(0, cx)?);
        audit::raise("open", &[path, &mode, &zero], cx)?;
        let text = cx.without_gil(|| taipan_host::fs::read_file(&name)).map_err(|e| cx.os_error(e.0, &e.message(), Some(path), None))?;
        queue::clear();
        self.ctx.quick(cx, |c| c.set_dh(&text)).map_err(|_| errors::from_queue(line::DH, cx))
    }

    #[method("load_verify_locations(cafile=None, capath=None, cadata=None)")]
    fn load_verify_locations(&self, cafile: &Object, capath: &Object, cadata: &Object, cx: &mut Cx) -> PyResult<()> {
        if cafile.is_none() && capath.is_none() && cadata.is_none() {
            return Err(cx.type_error(format_args!("cafile, capath and cadata cannot be all omitted")));
        }
        let (file, folder) = (path(cafile, "cafile", cx)?, path(capath, "capath", cx)?);
        if !cadata.is_none() {
            self.add_cadata(cadata, cx)?;
        }
        if file.is_none() && folder.is_none() {
            return Ok(());
        }
        let r = self.ctx.slow(cx, |c| c.load_locations(file.as_deref(), folder.as_deref()));
        finish(r, line::VERIFY, cx)
    }

    #[method("set_default_verify_paths()")]
    fn set_default_verify_paths(&self, cx: &mut Cx) -> PyResult<()> {
        // The reason of a failure is in the queue of this thread.
        if self.ctx.slow(cx, |c| c.set_default_verify_paths()) { Ok(()) } else { Err(errors::from_queue(line::DEFAULTS, cx)) }
    }

    #[method("session_stats()")]
    fn session_stats(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        // By number from the first; one of them has no name here.
        const NAMES: [&str; 12] =
            ["number", "connect", "connect_good", "connect_renegotiate", "accept", "accept_good", "accept_renegotiate", "hits", "", "misses", "timeouts", "cache_full"];
        let out = PyDict::new(cx)?;
        for (i, name) in NAMES.iter().enumerate().filter(|(_, n)| !n.is_empty()) {
            let n = self.ctx.quick(cx, |c| c.control(ctrl::SESSION_NUMBERS + i as i32, 0));
            let n = PyInt::new(n, cx)?;
            out.set_text(name, n.into_object(), cx)?;
        }
        Ok(out)
    }

    /// Returns quantities of loaded X.509 certificates.
    ///
    /// X.509 certificates with a CA extension and certificate revocation
    /// lists inside the context's cert store.
    ///
    /// NOTE: Certificates in a capath directory aren't loaded unless they
    /// have been used at least once.
    #[method("cert_store_stats()")]
    fn cert_store_stats(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let (certs, lists) = self.trusted(cx)?;
        let authorities = certs.iter().filter(|c| c.is_ca()).count();
        let out = PyDict::new(cx)?;
        for (name, n) in [("x509", certs.len() as i64), ("crl", lists), ("x509_ca", authorities as i64)] {
            let n = PyInt::new(n, cx)?;
            out.set_text(name, n.into_object(), cx)?;
        }
        Ok(out)
    }

    /// Returns a list of dicts with information of loaded CA certs.
    ///
    /// If the optional argument is True, returns a DER-encoded copy of the
    /// CA certificate.
    ///
    /// NOTE: Certificates in a capath directory aren't loaded unless they
    /// have been used at least once.
    #[method("get_ca_certs(binary_form=False)")]
    fn get_ca_certs(&self, binary_form: bool, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let (certs, _) = self.trusted(cx)?;
        let out = PyList::new(cx)?;
        for c in certs.iter().filter(|c| c.is_ca()) {
            let v = if binary_form { certificate::der(c, cx)?.into_object() } else { certificate::decode(c, cx)? };
            out.push(v, cx)?;
        }
        Ok(out)
    }

    #[method("get_ciphers()")]
    fn get_ciphers(&self, cx: &mut Cx) -> PyResult {
        let t = Transport::memory();
        let Ok(conn) = self.ctx.quick(cx, |c| Conn::new(c.as_ptr(), &t, &t)) else { return Err(errors::from_queue(line::CIPHERS, cx)) };
        let Some(all) = conn.quick(cx, |c| c.ciphers()) else { return Ok(none().own()) };
        let out = PyList::new(cx)?;
        for c in all {
            let d = cipher_dict(c, cx)?;
            out.push(d, cx)?;
        }
        Ok(out.into_object())
    }
}
