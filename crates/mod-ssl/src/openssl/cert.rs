//! A certificate (`X509`): its forms, and what Python shows of it.
#![allow(unsafe_code)]

use super::bio::printed;
use super::names::{AltName, Name, alternative_names, crl_uris, info_uris, name_parts};
use super::table::{STACK, X509, X509_NAME, api};
use std::ffi::{c_int, c_uchar, c_ulong};
use std::ptr::{NonNull, null_mut};

/// An owned certificate. It does not change, so threads may share it.
pub struct Cert(NonNull<X509>);

/// A call failed; the reason is in the error queue.
#[derive(Debug)]
pub struct Failed;

/// What `getpeercert()` shows.
pub struct Details {
    pub subject: Name,
    pub issuer: Name,
    pub version: i64,
    pub serial: Vec<u8>,
    pub not_before: Vec<u8>,
    pub not_after: Vec<u8>,
    pub alternatives: Option<Vec<AltName>>,
    pub ocsp: Vec<Vec<u8>>,
    pub ca_issuers: Vec<Vec<u8>>,
    pub crl: Vec<Vec<u8>>,
}

/// The written forms of a certificate.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    Pem,
    PemAux,
}

/// How RFC 2253 writes a name: `XN_FLAG_RFC2253`.
const RFC2253: c_ulong = 0x0111_0317;

const OCSP: c_int = 178;
const CA_ISSUERS: c_int = 179;

impl Cert {
    /// Take over a certificate; `None` for null.
    ///
    /// # Safety
    /// The caller owns `p`.
    pub unsafe fn steal(p: *mut X509) -> Option<Cert> {
        NonNull::new(p).map(Cert)
    }
    /// A certificate that somebody else owns too.
    ///
    /// # Safety
    /// `p` is null or alive.
    pub unsafe fn share(p: *mut X509) -> Option<Cert> {
        let c = NonNull::new(p)?;
        // SAFETY: alive.
        unsafe { (api().X509_up_ref)(p) };
        Some(Cert(c))
    }
    /// The certificates of a stack, which keeps its own.
    ///
    /// # Safety
    /// `s` is a living stack of certificates.
    pub unsafe fn of_stack(s: *const STACK) -> Vec<Cert> {
        // SAFETY: the caller's promise.
        unsafe {
            let n = (api().OPENSSL_sk_num)(s);
            (0..n).filter_map(|i| Cert::share((api().OPENSSL_sk_value)(s, i).cast())).collect()
        }
    }
    /// The first certificate of a text in PEM form.
    pub fn from_pem(text: &[u8]) -> Option<Cert> {
        // SAFETY: the BIO is alive during the call; there is no password callback.
        super::bio::reading(text, |bio| unsafe { Cert::steal((api().PEM_read_bio_X509)(bio, null_mut(), None, null_mut())) })?
    }
    pub fn as_ptr(&self) -> *mut X509 {
        self.0.as_ptr()
    }
    pub fn der(&self) -> Result<Vec<u8>, Failed> {
        let mut p: *mut c_uchar = null_mut();
        // SAFETY: OpenSSL allocates the bytes, which are copied and freed.
        unsafe {
            let n = (api().i2d_X509)(self.as_ptr(), &mut p);
            if n < 0 || p.is_null() {
                return Err(Failed);
            }
            let out = std::slice::from_raw_parts(p, n as usize).to_vec();
            (api().CRYPTO_free)(p.cast(), c"".as_ptr(), 0);
            Ok(out)
        }
    }
    pub fn pem(&self, form: Form) -> Result<Vec<u8>, Failed> {
        let write = match form {
            Form::Pem => api().PEM_write_bio_X509,
            Form::PemAux => api().PEM_write_bio_X509_AUX,
        };
        // SAFETY: both are alive during the call.
        printed(|bio| unsafe { write(bio, self.as_ptr()) == 1 }).ok_or(Failed)
    }
    /// Whether it may sign others.
    pub fn is_ca(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().X509_check_ca)(self.as_ptr()) != 0 }
    }
    pub fn equals(&self, other: &Cert) -> bool {
        // SAFETY: alive.
        unsafe { (api().X509_cmp)(self.as_ptr(), other.as_ptr()) == 0 }
    }
    pub fn subject_hash(&self) -> u64 {
        // SAFETY: alive.
        unsafe { (api().X509_subject_name_hash)(self.as_ptr()) }
    }
    /// The subject as RFC 2253 writes it.
    pub fn subject_text(&self) -> Result<Vec<u8>, Failed> {
        // SAFETY: alive.
        printed(|bio| unsafe { (api().X509_NAME_print_ex)(bio, (api().X509_get_subject_name)(self.as_ptr()), 0, RFC2253) >= 0 }).ok_or(Failed)
    }
    fn name(&self, get: unsafe extern "C" fn(*const X509) -> *mut X509_NAME) -> Result<Name, Failed> {
        // SAFETY: the name lives in the certificate.
        unsafe { name_parts(get(self.as_ptr())) }
    }
    pub fn details(&self) -> Result<Details, Failed> {
        let (a, p) = (api(), self.as_ptr());
        // SAFETY: everything asked for lives in the certificate, which lives; `printed` hands out living BIOs.
        unsafe {
            Ok(Details {
                subject: self.name(a.X509_get_subject_name)?,
                issuer: self.name(a.X509_get_issuer_name)?,
                version: (a.X509_get_version)(p) + 1,
                serial: printed(|bio| (a.i2a_ASN1_INTEGER)(bio, (a.X509_get_serialNumber)(p)) >= 0).ok_or(Failed)?,
                not_before: printed(|bio| (a.ASN1_TIME_print)(bio, (a.X509_get0_notBefore)(p)) >= 0).ok_or(Failed)?,
                not_after: printed(|bio| (a.ASN1_TIME_print)(bio, (a.X509_get0_notAfter)(p)) >= 0).ok_or(Failed)?,
                alternatives: alternative_names(p)?,
                ocsp: info_uris(p, OCSP),
                ca_issuers: info_uris(p, CA_ISSUERS),
                crl: crl_uris(p),
            })
        }
    }
}

impl Drop for Cert {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { (api().X509_free)(self.as_ptr()) };
    }
}
