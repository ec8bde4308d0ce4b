//! Digests, keyed digests and key derivation of libcrypto.
#![allow(unsafe_code)]

use super::cert::Failed;
use super::queue;
use super::table::{EVP_MD, EVP_MD_CTX, HMAC_CTX, api};
use super::text_at;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{NonNull, null, null_mut};

/// The longest digest of fixed length.
pub const SIZE_MAX: usize = 64;
/// `EVP_MD_FLAG_XOF`.
const XOF: u64 = 2;

/// A digest algorithm, owned.
pub struct Md(NonNull<EVP_MD>);

/// A digest under way.
pub struct Digest(NonNull<EVP_MD_CTX>);

/// A keyed digest under way.
pub struct Hmac(NonNull<HMAC_CTX>);

impl Md {
    /// An algorithm by name; `insecure` allows those that FIPS mode forbids.
    pub fn fetch(name: &CStr, insecure: bool) -> Option<Md> {
        queue::clear();
        let properties = if insecure { c"-fips".as_ptr() } else { null() };
        // SAFETY: the texts live during the call.
        NonNull::new(unsafe { (api().EVP_MD_fetch)(null_mut(), name.as_ptr(), properties) }).map(Md)
    }
    fn shared(p: *const EVP_MD) -> Option<Md> {
        let p = NonNull::new(p.cast_mut())?;
        // SAFETY: alive, as part of a digest under way.
        unsafe { (api().EVP_MD_up_ref)(p.as_ptr()) };
        Some(Md(p))
    }
    /// The size of a result; 0 where the caller chooses it.
    pub fn size(&self) -> usize {
        // SAFETY: alive, as in all of these.
        let n = unsafe { (api().EVP_MD_get_size)(self.0.as_ptr()) };
        if self.is_xof() { 0 } else { usize::try_from(n).unwrap_or(0) }
    }
    pub fn block_size(&self) -> i32 {
        // SAFETY: alive.
        unsafe { (api().EVP_MD_get_block_size)(self.0.as_ptr()) }
    }
    pub fn is_xof(&self) -> bool {
        // SAFETY: alive.
        unsafe { (api().EVP_MD_get_flags)(self.0.as_ptr()) & XOF != 0 }
    }
    /// OpenSSL's own name.
    pub fn name(&self) -> String {
        // SAFETY: alive; a text of its own, copied.
        unsafe {
            let nid = (api().EVP_MD_get_type)(self.0.as_ptr());
            let known = if nid == 0 { None } else { text_at((api().OBJ_nid2ln)(nid)) };
            known.or_else(|| text_at((api().EVP_MD_get0_name)(self.0.as_ptr()))).unwrap_or_default()
        }
    }
}

impl Drop for Md {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { (api().EVP_MD_free)(self.0.as_ptr()) };
    }
}

/// OpenSSL's "1 is success".
fn done(r: c_int) -> Result<(), Failed> {
    if r == 1 { Ok(()) } else { Err(Failed) }
}

/// A digest under way, keyed or not.
pub trait Running: Sized {
    /// What an exception calls it.
    const KIND: &str;
    fn algorithm(&self) -> Option<Md>;
    fn update(&self, b: &[u8]) -> Result<(), Failed>;
    fn copy(&self) -> Result<Self, Failed>;
    /// Write the digest of fixed length; its size.
    fn finish(self, out: &mut [u8; SIZE_MAX]) -> Result<u32, Failed>;
    /// The digest of fixed length so far.
    fn result(&self) -> Result<Vec<u8>, Failed> {
        let mut out = [0u8; SIZE_MAX];
        let n = self.copy()?.finish(&mut out)?;
        Ok(out.get(..n as usize).unwrap_or_default().to_vec())
    }
}

impl Digest {
    pub fn new(md: &Md, insecure: bool) -> Result<Digest, Failed> {
        const NON_FIPS_ALLOW: c_int = 8;
        let a = api();
        let d = Digest::blank()?;
        // SAFETY: both are alive.
        unsafe {
            if insecure {
                (a.EVP_MD_CTX_set_flags)(d.0.as_ptr(), NON_FIPS_ALLOW);
            }
            done((a.EVP_DigestInit_ex)(d.0.as_ptr(), md.0.as_ptr(), null_mut()))?;
        }
        Ok(d)
    }
    fn blank() -> Result<Digest, Failed> {
        // SAFETY: a plain call; the context is owned from the start.
        NonNull::new(unsafe { (api().EVP_MD_CTX_new)() }).map(Digest).ok_or(Failed)
    }
    /// A digest of the length that `out` has.
    pub fn result_into(&self, out: &mut [u8]) -> Result<(), Failed> {
        let d = self.copy()?;
        // SAFETY: room for so many bytes.
        done(unsafe { (api().EVP_DigestFinalXOF)(d.0.as_ptr(), out.as_mut_ptr(), out.len()) })
    }
}

impl Running for Digest {
    const KIND: &str = "HASH";
    fn algorithm(&self) -> Option<Md> {
        // SAFETY: alive.
        Md::shared(unsafe { (api().EVP_MD_CTX_get0_md)(self.0.as_ptr()) })
    }
    fn update(&self, b: &[u8]) -> Result<(), Failed> {
        // SAFETY: alive; the bytes are there during the call.
        done(unsafe { (api().EVP_DigestUpdate)(self.0.as_ptr(), b.as_ptr().cast(), b.len()) })
    }
    fn copy(&self) -> Result<Digest, Failed> {
        let d = Digest::blank()?;
        // SAFETY: both are alive.
        done(unsafe { (api().EVP_MD_CTX_copy)(d.0.as_ptr(), self.0.as_ptr()) })?;
        Ok(d)
    }
    fn finish(self, out: &mut [u8; SIZE_MAX]) -> Result<u32, Failed> {
        let mut n = 0;
        // SAFETY: room for the longest digest.
        done(unsafe { (api().EVP_DigestFinal)(self.0.as_ptr(), out.as_mut_ptr(), &mut n) })?;
        Ok(n)
    }
}

impl Drop for Digest {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { (api().EVP_MD_CTX_free)(self.0.as_ptr()) };
    }
}

impl Hmac {
    /// Begin with a key of at most `c_int::MAX` bytes.
    pub fn new(key: &[u8], md: &Md) -> Result<Hmac, Failed> {
        let n = c_int::try_from(key.len()).map_err(|_| Failed)?;
        queue::clear();
        let h = Hmac::blank()?;
        // SAFETY: both are alive; the key is there during the call.
        done(unsafe { (api().HMAC_Init_ex)(h.0.as_ptr(), key.as_ptr().cast(), n, md.0.as_ptr(), null_mut()) })?;
        Ok(h)
    }
    fn blank() -> Result<Hmac, Failed> {
        // SAFETY: a plain call; the context is owned from the start.
        NonNull::new(unsafe { (api().HMAC_CTX_new)() }).map(Hmac).ok_or(Failed)
    }
}

impl Running for Hmac {
    const KIND: &str = "HMAC";
    fn algorithm(&self) -> Option<Md> {
        // SAFETY: alive.
        Md::shared(unsafe { (api().HMAC_CTX_get_md)(self.0.as_ptr()) })
    }
    fn update(&self, b: &[u8]) -> Result<(), Failed> {
        // SAFETY: alive; the bytes are there during the call.
        done(unsafe { (api().HMAC_Update)(self.0.as_ptr(), b.as_ptr(), b.len()) })
    }
    fn copy(&self) -> Result<Hmac, Failed> {
        let h = Hmac::blank()?;
        // SAFETY: both are alive.
        done(unsafe { (api().HMAC_CTX_copy)(h.0.as_ptr(), self.0.as_ptr()) })?;
        Ok(h)
    }
    fn finish(self, out: &mut [u8; SIZE_MAX]) -> Result<u32, Failed> {
        let mut n = 0;
        // SAFETY: room for the longest digest.
        done(unsafe { (api().HMAC_Final)(self.0.as_ptr(), out.as_mut_ptr(), &mut n) })?;
        Ok(n)
    }
}

impl Drop for Hmac {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { (api().HMAC_CTX_free)(self.0.as_ptr()) };
    }
}

/// PBKDF2 with HMAC; lengths and rounds are in the range of `c_int`.
pub fn pbkdf2(md: &Md, password: &[u8], salt: &[u8], rounds: c_int, out: &mut [u8]) -> Result<(), Failed> {
    let len = |b: &[u8]| c_int::try_from(b.len()).map_err(|_| Failed);
    let (p, s, n) = (len(password)?, len(salt)?, len(out)?);
    queue::clear();
    // SAFETY: all bytes are there during the call.
    let r = unsafe { (api().PKCS5_PBKDF2_HMAC)(password.as_ptr().cast::<c_char>(), p, salt.as_ptr(), s, rounds, md.0.as_ptr(), n, out.as_mut_ptr()) };
    if r == 1 { Ok(()) } else { Err(Failed) }
}

/// The costs of scrypt.
#[derive(Clone, Copy)]
pub struct Costs {
    pub n: u64,
    pub r: u64,
    pub p: u64,
    pub memory_max: u64,
}

/// Whether the costs are allowed.
pub fn scrypt_allows(c: Costs) -> bool {
    queue::clear();
    // SAFETY: without room for a result, the function only looks at the costs.
    unsafe { (api().EVP_PBE_scrypt)(null(), 0, null(), 0, c.n, c.r, c.p, c.memory_max, null_mut(), 0) == 1 }
}

pub fn scrypt(password: &[u8], salt: &[u8], c: Costs, out: &mut [u8]) -> Result<(), Failed> {
    queue::clear();
    // SAFETY: all bytes are there during the call.
    let r = unsafe { (api().EVP_PBE_scrypt)(password.as_ptr().cast(), password.len(), salt.as_ptr(), salt.len(), c.n, c.r, c.p, c.memory_max, out.as_mut_ptr(), out.len()) };
    if r == 1 { Ok(()) } else { Err(Failed) }
}

/// OpenSSL's names of all digests that it provides.
pub fn all_names() -> Vec<String> {
    unsafe extern "C" fn note(md: *mut EVP_MD, out: *mut c_void) {
        // SAFETY: called with a living algorithm and our vector.
        unsafe {
            if let (Some(md), Some(out)) = (Md::shared(md), out.cast::<Vec<String>>().as_mut()) {
                // Parts of other algorithms have no number.
                if (api().EVP_MD_get_type)(md.0.as_ptr()) != 0 {
                    out.push(md.name());
                }
            }
        }
    }
    let mut out: Vec<String> = Vec::new();
    // SAFETY: the callback gets the vector, which lives during the call.
    unsafe { (api().EVP_MD_do_all_provided)(null_mut(), note, (&raw mut out).cast()) };
    out
}

/// Whether only approved algorithms are allowed.
pub fn fips_mode() -> i32 {
    // SAFETY: a plain call.
    unsafe { (api().EVP_default_properties_is_fips_enabled)(null_mut()) }
}

/// The newest error as `_hashlib` says it, the queue emptied: the library and the reason in words.
pub fn last_error() -> (Option<String>, Option<String>) {
    let code = queue::last();
    queue::clear();
    if code.is_none() {
        return (None, None);
    }
    // SAFETY: a constant text.
    (unsafe { text_at((api().ERR_lib_error_string)(code.0)) }, code.text())
}
