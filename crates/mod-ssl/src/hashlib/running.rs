//! A digest under way behind its lock: what hash objects and keyed ones have in common.

use super::{GIL_MINSIZE, failed, names};
use crate::openssl::digest::{Md, Running};
use crate::openssl::lock::Lock;
use taipan_algo_codec::binascii::hex_text;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// A digest, used by one thread at a time.
pub struct Locked<D> {
    pub digest: D,
    pub lock: Lock,
}

impl<D: Running> Locked<D> {
    pub fn new(digest: D) -> Locked<D> {
        Locked { digest, lock: Lock::default() }
    }
    /// A digest with its first data.
    pub fn begin(digest: D, data: Option<&[u8]>, cx: &mut Cx) -> PyResult<Locked<D>> {
        let d = Locked::new(digest);
        match data.filter(|b| !b.is_empty()) {
            Some(b) => d.feed(b, cx).map(|()| d),
            None => Ok(d),
        }
    }
    fn feed(&self, b: &[u8], cx: &mut Cx) -> PyResult<()> {
        let done = if b.len() >= GIL_MINSIZE { self.lock.slow(cx, || self.digest.update(b)) } else { self.lock.quick(cx, || self.digest.update(b)) };
        done.map_err(|_| failed(cx))
    }
    /// `update(o)`.
    pub fn update(&self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        let data = Buffer::to_hash(o, cx)?;
        self.feed(data.bytes(), cx)
    }
    pub fn algorithm(&self, cx: &mut Cx) -> PyResult<Md> {
        self.digest.algorithm().ok_or_else(|| cx.value_error(format_args!("missing EVP_MD for {} context", D::KIND)))
    }
    /// The algorithm's name as Python has it.
    pub fn name(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(names::to_python(&self.algorithm(cx)?.name()).to_owned())
    }
    fn result(&self, cx: &mut Cx) -> PyResult<Vec<u8>> {
        self.lock.quick(cx, || self.digest.result()).map_err(|_| failed(cx))
    }
    /// `digest()`.
    pub fn bytes(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        PyBytes::new(&self.result(cx)?, cx)
    }
    /// `hexdigest()`.
    pub fn hex(&self, cx: &mut Cx) -> PyResult<String> {
        Ok(hex_text(&self.result(cx)?))
    }
    /// Another one that goes on from here.
    pub fn copy(&self, cx: &mut Cx) -> PyResult<Locked<D>> {
        self.lock.quick(cx, || self.digest.copy()).map(Locked::new).map_err(|_| failed(cx))
    }
}
