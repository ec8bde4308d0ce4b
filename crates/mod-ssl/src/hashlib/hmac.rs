//! `_hashlib.HMAC`: a keyed digest under way.

use super::failed;
use super::running::Locked;
use crate::openssl::digest::{Hmac, Md};
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
    running: Locked<Hmac>,
}

/// An object with a key and its first data.
pub fn make(key: &[u8], md: &Md, data: Option<&[u8]>, cx: &mut Cx) -> PyResult {
    let Ok(hmac) = Hmac::new(key, md) else { return Err(failed(cx)) };
    let running = Locked::begin(hmac, data, cx)?;
    cx.new_object(PyHmac { head: Object::placeholder(), running }).map(Own::into_object)
}

#[pymethods]
impl PyHmac {
    /// Update the HMAC object with msg.
    #[method("update(msg)")]
    fn update(&self, msg: &Object, cx: &mut Cx) -> PyResult<()> {
        self.running.update(msg, cx)
    }
    /// Return the digest of the bytes passed to the update() method so far.
    #[method("digest()")]
    fn digest(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.running.bytes(cx)
    }
    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// This may be used to exchange the value safely in email or other
    /// non-binary environments.
    #[method("hexdigest()")]
    fn hexdigest(&self, cx: &mut Cx) -> PyResult<String> {
        self.running.hex(cx)
    }
    /// Return a copy ("clone") of the HMAC object.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult {
        let running = self.running.copy(cx)?;
        cx.new_object(PyHmac { head: Object::placeholder(), running }).map(Own::into_object)
    }
    #[getter]
    fn digest_size(&self, cx: &mut Cx) -> PyResult<usize> {
        Ok(self.running.algorithm(cx)?.size())
    }
    #[getter]
    fn block_size(&self, cx: &mut Cx) -> PyResult<i32> {
        Ok(self.running.algorithm(cx)?.block_size())
    }
    #[getter]
    fn name(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(format!("hmac-{}", self.running.name(cx)?))
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(format!("<{} HMAC object @ {:p}>", self.running.name(cx)?, self.as_object()))
    }
}
