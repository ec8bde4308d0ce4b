//! `_hashlib.HASH` and `_hashlib.HASHXOF`: digests under way, of fixed length and of any.

use super::failed;
use super::running::Locked;
use crate::openssl::digest::{Digest, Md};
use taipan_algo_codec::binascii::hex_text;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// A hash is an object used to calculate a checksum of a string of information.
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
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
#[pytype(name = "_hashlib.HASH", heap, basetype, no_new)]
#[repr(C)]
pub struct PyHash {
    head: ObjHead,
    #[gc(skip)]
    running: Locked<Digest>,
}

/// A hash is an object used to calculate a checksum of a string of information.
///
/// Methods:
///
/// update() -- updates the current digest with an additional string
/// digest(length) -- return the current digest value
/// hexdigest(length) -- return the current digest as a string of hexadecimal digits
/// copy() -- return a copy of the current hash object
///
/// Attributes:
///
/// name -- the hash algorithm being used by this object
/// digest_size -- number of bytes in this hashes output
#[pytype(name = "_hashlib.HASHXOF", heap, basetype, no_new, base = PyHash)]
#[repr(C)]
pub struct PyHashXof {
    base: PyHash,
}

/// A hash object of an algorithm, with its first data.
pub fn make(md: &Md, data: Option<&[u8]>, insecure: bool, cx: &mut Cx) -> PyResult {
    let Ok(digest) = Digest::new(md, insecure) else { return Err(failed(cx)) };
    let running = Locked::begin(digest, data, cx)?;
    wrap(running, md.is_xof(), cx)
}

fn wrap(running: Locked<Digest>, is_xof: bool, cx: &mut Cx) -> PyResult {
    let base = PyHash { head: Object::placeholder(), running };
    if is_xof { cx.new_object(PyHashXof { base }).map(Own::into_object) } else { cx.new_object(base).map(Own::into_object) }
}

#[pymethods]
impl PyHash {
    /// Update this hash object's state with the provided string.
    #[method("update(obj, /)")]
    fn update(&self, obj: &Object, cx: &mut Cx) -> PyResult<()> {
        self.running.update(obj, cx)
    }
    /// Return the digest value as a bytes object.
    #[method("digest()")]
    fn digest(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.running.bytes(cx)
    }
    /// Return the digest value as a string of hexadecimal digits.
    #[method("hexdigest()")]
    fn hexdigest(&self, cx: &mut Cx) -> PyResult<String> {
        self.running.hex(cx)
    }
    /// Return a copy of the hash object.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult {
        let is_xof = self.running.algorithm(cx)?.is_xof();
        let copy = self.running.copy(cx)?;
        wrap(copy, is_xof, cx)
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
        self.running.name(cx)
    }
    #[slot(tp_repr)]
    fn repr(&self, cx: &mut Cx) -> PyResult<String> {
        let o = self.as_object();
        Ok(format!("<{} {} object @ {:p}>", self.running.name(cx)?, o.ty().tp_name_str(), o))
    }
}

impl PyHashXof {
    fn bytes(&self, length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let Ok(n) = usize::try_from(length) else {
            return Err(cx.system_error(format_args!("Negative size passed to PyBytes_FromStringAndSize")));
        };
        // More than any memory holds is an exception at once: the system might promise it and end the process later.
        const LENGTH_MAX: usize = 1 << 36;
        let mut out = Vec::new();
        if n > LENGTH_MAX || out.try_reserve_exact(n).is_err() {
            return Err(cx.memory_error());
        }
        out.resize(n, 0);
        if n > 0 {
            let running = &self.base.running;
            let done = running.lock.quick(cx, || running.digest.result_into(&mut out));
            done.map_err(|_| failed(cx))?;
        }
        PyBytes::new(&out, cx)
    }
}

#[pymethods]
impl PyHashXof {
    /// Return the digest value as a bytes object.
    #[method("digest(length)")]
    fn digest(&self, length: isize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        self.bytes(length, cx)
    }
    /// Return the digest value as a string of hexadecimal digits.
    #[method("hexdigest(length)")]
    fn hexdigest(&self, length: isize, cx: &mut Cx) -> PyResult<String> {
        Ok(hex_text(self.bytes(length, cx)?.as_bytes()))
    }
    #[getter]
    fn digest_size(&self) -> i32 {
        0
    }
}
