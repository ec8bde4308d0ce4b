//! `_hmac`: keyed digests (RFC 2104) over the digests of this folder.
//!
//! A keyed digest is two plain ones that have absorbed the key, padded by 0x36 and by 0x5c; copying it copies both.

use super::GIL_MINSIZE;
use taipan_algo_codec::binascii::hex_text;
use digest::Digest;
use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// A digest under way, of any kind.
trait Engine {
    fn update(&mut self, data: &[u8]);
    fn value(&self) -> Vec<u8>;
    fn copy(&self) -> Box<dyn Engine>;
}

/// A digest of RustCrypto.
#[derive(Clone)]
struct Plain<D>(D);

impl<D: Digest + Clone + 'static> Engine for Plain<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
    fn value(&self) -> Vec<u8> {
        self.0.clone().finalize().to_vec()
    }
    fn copy(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

impl Engine for blake2b_simd::State {
    fn update(&mut self, data: &[u8]) {
        blake2b_simd::State::update(self, data);
    }
    fn value(&self) -> Vec<u8> {
        self.finalize().as_bytes().to_vec()
    }
    fn copy(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

impl Engine for blake2s_simd::State {
    fn update(&mut self, data: &[u8]) {
        blake2s_simd::State::update(self, data);
    }
    fn value(&self) -> Vec<u8> {
        self.finalize().as_bytes().to_vec()
    }
    fn copy(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

fn plain<D: Digest + Clone + 'static>() -> Box<dyn Engine> {
    Box::new(Plain(D::new()))
}

/// What is known of a digest.
struct Kind {
    name: &'static str,
    block: usize,
    size: usize,
    start: fn() -> Box<dyn Engine>,
}

static KINDS: [Kind; 12] = [
    Kind { name: "md5", block: 64, size: 16, start: plain::<md5::Md5> },
    Kind { name: "sha1", block: 64, size: 20, start: plain::<sha1::Sha1> },
    Kind { name: "sha224", block: 64, size: 28, start: plain::<sha2::Sha224> },
    Kind { name: "sha256", block: 64, size: 32, start: plain::<sha2::Sha256> },
    Kind { name: "sha384", block: 128, size: 48, start: plain::<sha2::Sha384> },
    Kind { name: "sha512", block: 128, size: 64, start: plain::<sha2::Sha512> },
    Kind { name: "sha3_224", block: 144, size: 28, start: plain::<sha3::Sha3_224> },
    Kind { name: "sha3_256", block: 136, size: 32, start: plain::<sha3::Sha3_256> },
    Kind { name: "sha3_384", block: 104, size: 48, start: plain::<sha3::Sha3_384> },
    Kind { name: "sha3_512", block: 72, size: 64, start: plain::<sha3::Sha3_512> },
    Kind { name: "blake2s", block: 64, size: 32, start: || Box::new(blake2s_simd::State::new()) },
    Kind { name: "blake2b", block: 128, size: 64, start: || Box::new(blake2b_simd::State::new()) },
];

/// The kind of that name, in any case.
fn kind_of_name(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name.eq_ignore_ascii_case(name))
}

/// The two digests that have absorbed the key.
struct Keyed {
    inner: Box<dyn Engine>,
    outer: Box<dyn Engine>,
}

impl Keyed {
    fn new(kind: &Kind, key: &[u8]) -> Keyed {
        let mut block = vec![0u8; kind.block];
        if key.len() > kind.block {
            let mut e = (kind.start)();
            e.update(key);
            block[..kind.size].copy_from_slice(&e.value());
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let absorbed = |pad: u8| {
            let mut e = (kind.start)();
            e.update(&block.iter().map(|b| b ^ pad).collect::<Vec<_>>());
            e
        };
        Keyed { inner: absorbed(0x36), outer: absorbed(0x5c) }
    }
    fn value(&self) -> Vec<u8> {
        let mut outer = self.outer.copy();
        outer.update(&self.inner.value());
        outer.value()
    }
}

/// A keyed digest under way.
#[pytype(name = "_hmac.HMAC", no_new, doc = "")]
#[repr(C)]
pub struct PyHmac {
    head: ObjHead,
    #[gc(skip)]
    kind: &'static Kind,
    #[gc(skip)]
    state: RefCell<Keyed>,
}

#[pymethods]
impl PyHmac {
    /// Return a copy ("clone") of the HMAC object.
    #[method("copy()")]
    fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyHmac>> {
        let s = self.state.borrow();
        let state = RefCell::new(Keyed { inner: s.inner.copy(), outer: s.outer.copy() });
        cx.new_object(PyHmac { head: Object::placeholder(), kind: self.kind, state })
    }
    /// Update the HMAC object with the given message.
    #[method("update(msg)")]
    fn update(&self, msg: &Object, cx: &mut Cx) -> PyResult<()> {
        let b = Buffer::to_hash(msg, cx)?;
        self.state.borrow_mut().inner.update(b.bytes());
        Ok(())
    }
    /// Return the digest of the bytes passed to the update() method so far.
    ///
    /// This method may raise a MemoryError.
    #[method("digest()")]
    fn digest(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let value = self.state.borrow().value();
        PyBytes::new(&value, cx)
    }
    /// Return hexadecimal digest of the bytes passed to the update() method so far.
    ///
    /// This may be used to exchange the value safely in email or other
    /// non-binary environments.
    ///
    /// This method may raise a MemoryError.
    #[method("hexdigest()")]
    fn hexdigest(&self) -> String {
        hex_text(&self.state.borrow().value())
    }
    #[getter("name")]
    fn name(&self) -> String {
        format!("hmac-{}", self.kind.name)
    }
    #[getter("block_size")]
    fn block_size(&self) -> usize {
        self.kind.block
    }
    #[getter("digest_size")]
    fn digest_size(&self) -> usize {
        self.kind.size
    }
    #[slot(tp_repr)]
    fn repr(&self) -> String {
        format!("<{} HMAC object @ {:#x}>", self.kind.name, self.as_ptr() as usize)
    }
}

#[derive(Default)]
struct State {
    unknown: FieldCell<Object>,
}

/// The exception `_hmac.UnknownHashError`, made once.
fn unknown_class(cx: &mut Cx) -> PyResult<Own<Object>> {
    let cell = &cx.state::<State>().unknown;
    if let Some(c) = cell.own() {
        return Ok(c);
    }
    let c = taipan_builtins::new_exception("_hmac.UnknownHashError", exc::ValueError(), cx)?;
    cell.set(Some(c.clone()), cx);
    Ok(c)
}

/// The kind that an argument names.
fn kind_of(o: &Object, cx: &mut Cx) -> PyResult<&'static Kind> {
    if let Some(kind) = o.downcast::<PyStr>().and_then(|s| kind_of_name(&s.to_string_lossy())) {
        return Ok(kind);
    }
    let text = taipan_object::abstract_::repr(o, cx)?;
    let class = unknown_class(cx)?;
    match class.downcast::<PyType>() {
        Some(t) => Err(cx.raise_msg(t, format_args!("unsupported hash type: {}", text.to_string_lossy()))),
        None => Err(cx.value_error(format_args!("unsupported hash type"))),
    }
}

fn compute(kind: &Kind, key: &Object, msg: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
    let (key, msg) = (Buffer::to_hash(key, cx)?, Buffer::to_hash(msg, cx)?);
    if u32::try_from(key.bytes().len()).is_err() {
        return Err(cx.overflow_error(format_args!("key length exceeds 4294967295")));
    }
    if u32::try_from(msg.bytes().len()).is_err() {
        return Err(cx.overflow_error(format_args!("message length exceeds 4294967295")));
    }
    let mut keyed = Keyed::new(kind, key.bytes());
    keyed.inner.update(msg.bytes());
    PyBytes::new(&keyed.value(), cx)
}

macro_rules! one_shot {
    ($($f:ident $sig:literal $index:literal,)*) => {
        #[pyfunctions]
        pub mod one_shot {
            use super::*;
            $(
                #[function($sig)]
                fn $f(key: &Object, msg: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                    compute(&KINDS[$index], key, msg, cx)
                }
            )*
        }
    };
}
one_shot! {
    compute_md5 "compute_md5(key, msg, /)" 0,
    compute_sha1 "compute_sha1(key, msg, /)" 1,
    compute_sha224 "compute_sha224(key, msg, /)" 2,
    compute_sha256 "compute_sha256(key, msg, /)" 3,
    compute_sha384 "compute_sha384(key, msg, /)" 4,
    compute_sha512 "compute_sha512(key, msg, /)" 5,
    compute_sha3_224 "compute_sha3_224(key, msg, /)" 6,
    compute_sha3_256 "compute_sha3_256(key, msg, /)" 7,
    compute_sha3_384 "compute_sha3_384(key, msg, /)" 8,
    compute_sha3_512 "compute_sha3_512(key, msg, /)" 9,
    compute_blake2s_32 "compute_blake2s_32(key, msg, /)" 10,
    compute_blake2b_32 "compute_blake2b_32(key, msg, /)" 11,
}

#[pymodule(name = "_hmac", types(PyHmac), parts(one_shot))]
mod module {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        let class = unknown_class(cx)?;
        m.add("UnknownHashError", &class, cx)
    }

    /// Return a new HMAC object.
    #[function("new(key, msg=None, digestmod=None)")]
    fn new(key: &Object, msg: &Object, digestmod: Option<&Object>, cx: &mut Cx) -> PyResult<Own<PyHmac>> {
        let Some(digestmod) = digestmod else {
            return Err(cx.type_error(format_args!("new() missing 1 required argument 'digestmod'")));
        };
        let kind = kind_of(digestmod, cx)?;
        let mut keyed = Keyed::new(kind, Buffer::to_hash(key, cx)?.bytes());
        if !msg.is_none() {
            keyed.inner.update(Buffer::to_hash(msg, cx)?.bytes());
        }
        cx.new_object(PyHmac { head: Object::placeholder(), kind, state: RefCell::new(keyed) })
    }

    #[function("compute_digest(key, msg, digest)")]
    fn compute_digest(key: &Object, msg: &Object, digest: &Object, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
        let kind = kind_of(digest, cx)?;
        compute(kind, key, msg, cx)
    }
}

pub use module::MODULE;
