//! `_hashlib.HMAC`: a keyed digest under way.

use super::{GIL_MINSIZE, data_of, failed, hex, names};
use crate::openssl::digest::{Hmac, Md};
use crate::openssl::lock::Lock;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// The object used to calculate HMAC of a message.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest() -- return the current digest value
/// hexdigest() -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the name, including the hash algorithm used by this object
/// digest_size -- number of bytes in digest() output
#[pytype(name = "_hashlib.HMAC", heap, no_new)]
#[repr(C)]
pub struct PyHmac {
    head: ObjHead,
    #[gc(skip)]
    hmac: Hmac,
    #[gc(skip)]
    lock: Lock,
}

/// An object with a key and its first data.
pub fn make(key: &[u8], md: &Md, data: Option<&[u8]>, cx: &mut Cx) -> PyResult {
    let Ok(hmac) = Hmac::new(key, md) else { return Err(failed(cx)) };
    if let Some(b) = data.filter(|b| !b.is_empty()) {
        let done = if b.len() >= GIL_MINSIZE { cx.without_gil(|| hmac.update(b)) } else { hmac.update(b) };
        if done.is_err() {
            return Err(failed(cx));
        }
    }
    cx.new_object(PyHmac { head: Object::placeholder(), hmac, lock: Lock::default() }).map(Own::into_object)
}

impl PyHmac {
    fn algorithm(&self, cx: &mut Cx) -> PyResult<Md> {
        self.hmac.algorithm().ok_or_else(|| cx.value_error(format_args!("missing EVP_MD for HMAC context")))
    }
    fn shown_name(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(names::to_python(&self.algorithm(cx)?.name()).to_owned())
    }
    fn result(&self, cx: &mut Cx) -> PyResult<Vec<u8>> {
        self.lock.quick(cx, || self.hmac.result()).map_err(|_| failed(cx))
    }
}

#[pymethods]
impl PyHmac {
    /// Update the HMAC object with msg.
    #[method("update(msg)")]
    fn update(&self, msg: &Object, cx: &mut Cx) -> PyResult<()> {
        let data = data_of(msg, cx)?;
        let b = data.bytes();
        let done = if b.len() >= GIL_MINSIZE { self.lock.slow(cx, || self.hmac.update(b)) } else { self.lock.quick(cx, || self.hmac.update(b)) };
        done.map_err(|_| failed(cx))
    }
    /// Return the digest of the bytes passed to the update() method so far.
    #[method("digest()")]
    fn digest(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let b = self.result(cx)?;
        PyBytes::new(&b, cx)
    }
    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// This may be used to exchange the value safely in email or other
    /// non-binary environments.
    #[method("hexdigest()")]
    fn hexdigest(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(hex(&self.result(cx)?))
    }
    /// Return a copy ("clone") of the HMAC object.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult {
        match self.lock.quick(cx, || self.hmac.copy()) {
            Ok(hmac) => cx.new_object(PyHmac { head: Object::placeholder(), hmac, lock: Lock::default() }).map(Own::into_object),
            Err(_) => Err(failed(cx)),
        }
    }
    #[getter]
    fn digest_size(&self, cx: &mut Cx) -> PyResult<usize> {
        Ok(self.algorithm(cx)?.size())
    }
    #[getter]
    fn block_size(&self, cx: &mut Cx) -> PyResult<i32> {
        Ok(self.algorithm(cx)?.block_size())
    }
    #[getter]
    fn name(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(format!("hmac-{}", self.shown_name(cx)?))
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(format!("<{} HMAC object @ {:p}>", self.shown_name(cx)?, self.as_object()))
    }
}
