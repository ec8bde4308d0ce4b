//! `_sha3`: SHA-3 and SHAKE.

use super::GIL_MINSIZE;
use taipan_algo_codec::binascii::hex_text;
use sha3::digest::{ExtendableOutput, Update, XofReader};
use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// What the types of both kinds share.
macro_rules! common {
    ($ty:ident, $part:ident, $name:literal, $rate:literal, $size:literal, $suffix:literal) => {
        #[pymethods($part)]
        impl $ty {
            /// Return a copy of the hash object.
            #[method("copy()")]
            fn copy(&self, cx: &mut Cx) -> PyResult<Own<$ty>> {
                let state = RefCell::new(self.state.borrow().clone());
                cx.new_object($ty { head: Object::placeholder(), state })
            }
            /// Update this hash object's state with the provided bytes-like object.
            #[method("update(data, /)")]
            fn update(&self, data: &Object, cx: &mut Cx) -> PyResult<()> {
                let b = Buffer::to_hash(data, cx)?;
                Update::update(&mut *self.state.borrow_mut(), b.bytes());
                Ok(())
            }
            #[getter("block_size")]
            fn block_size(&self) -> i32 {
                $rate / 8
            }
            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }
            #[getter("digest_size")]
            fn digest_size(&self) -> i32 {
                $size
            }
            #[getter("_capacity_bits")]
            fn capacity_bits(&self) -> i32 {
                1600 - $rate
            }
            #[getter("_rate_bits")]
            fn rate_bits(&self) -> i32 {
                $rate
            }
            #[getter("_suffix")]
            fn suffix(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                PyBytes::new(&[$suffix], cx)
            }
        }
    };
}

macro_rules! sha3_type {
    ($ty:ident, $py:literal, $name:literal, $new:literal, $engine:ty, $rate:literal, $size:literal) => {
        /// A digest under way.
        #[pytype(
            name = $py, heap,
            parts(PART, COMMON),
            doc = "([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object."
        )]
        #[repr(C)]
        pub struct $ty {
            head: ObjHead,
            #[gc(skip)]
            state: RefCell<$engine>,
        }
        common!($ty, COMMON, $name, $rate, $size, 6);

        impl $ty {
            fn value(&self) -> Vec<u8> {
                sha3::Digest::finalize(self.state.borrow().clone()).to_vec()
            }
        }

        #[pymethods]
        impl $ty {
            #[new($new, nosig)]
            fn new(cls: &PyType, data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<$ty>> {
                let _ = usedforsecurity;
                let mut state = <$engine as Default>::default();
                if let Some(b) = Buffer::to_hash_either(data, string, cx)? {
                    Update::update(&mut state, b.bytes());
                }
                cx.new_object_of(cls, $ty { head: Object::placeholder(), state: RefCell::new(state) })
            }
            /// Return the digest value as a bytes object.
            #[method("digest()")]
            fn digest(&self, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                PyBytes::new(&self.value(), cx)
            }
            /// Return the digest value as a string of hexadecimal digits.
            #[method("hexdigest()")]
            fn hexdigest(&self) -> String {
                hex_text(&self.value())
            }
        }
    };
}

macro_rules! shake_type {
    ($ty:ident, $py:literal, $name:literal, $new:literal, $engine:ty, $rate:literal) => {
        /// A digest of any length under way.
        #[pytype(
            name = $py, heap,
            parts(PART, COMMON),
            doc = "([data], *, usedforsecurity=True) -> SHAKE object\n\nReturn a new SHAKE hash object."
        )]
        #[repr(C)]
        pub struct $ty {
            head: ObjHead,
            #[gc(skip)]
            state: RefCell<$engine>,
        }
        common!($ty, COMMON, $name, $rate, 0, 0x1f);

        impl $ty {
            fn value(&self, length: usize, cx: &mut Cx) -> PyResult<Vec<u8>> {
                if length >= 1 << 29 {
                    return Err(cx.value_error(format_args!("length is too large")));
                }
                let mut out = vec![0; length];
                self.state.borrow().clone().finalize_xof().read(&mut out);
                Ok(out)
            }
        }

        #[pymethods]
        impl $ty {
            #[new($new, nosig)]
            fn new(cls: &PyType, data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<$ty>> {
                let _ = usedforsecurity;
                let mut state = <$engine as Default>::default();
                if let Some(b) = Buffer::to_hash_either(data, string, cx)? {
                    Update::update(&mut state, b.bytes());
                }
                cx.new_object_of(cls, $ty { head: Object::placeholder(), state: RefCell::new(state) })
            }
            /// Return the digest value as a bytes object.
            #[method("digest(length)")]
            fn digest(&self, length: usize, cx: &mut Cx) -> PyResult<Own<PyBytes>> {
                let v = self.value(length, cx)?;
                PyBytes::new(&v, cx)
            }
            /// Return the digest value as a string of hexadecimal digits.
            #[method("hexdigest(length)")]
            fn hexdigest(&self, length: usize, cx: &mut Cx) -> PyResult<String> {
                Ok(hex_text(&self.value(length, cx)?))
            }
        }
    };
}

sha3_type!(PySha3224, "_sha3.sha3_224", "sha3_224", "sha3_224(data=b'', *, usedforsecurity=True, string=None)", sha3::Sha3_224, 1152, 28);
sha3_type!(PySha3256, "_sha3.sha3_256", "sha3_256", "sha3_256(data=b'', *, usedforsecurity=True, string=None)", sha3::Sha3_256, 1088, 32);
sha3_type!(PySha3384, "_sha3.sha3_384", "sha3_384", "sha3_384(data=b'', *, usedforsecurity=True, string=None)", sha3::Sha3_384, 832, 48);
sha3_type!(PySha3512, "_sha3.sha3_512", "sha3_512", "sha3_512(data=b'', *, usedforsecurity=True, string=None)", sha3::Sha3_512, 576, 64);
shake_type!(PyShake128, "_sha3.shake_128", "shake_128", "shake_128(data=b'', *, usedforsecurity=True, string=None)", sha3::Shake128, 1344);
shake_type!(PyShake256, "_sha3.shake_256", "shake_256", "shake_256(data=b'', *, usedforsecurity=True, string=None)", sha3::Shake256, 1088);

#[pymodule(name = "_sha3", types(PySha3224, PySha3256, PySha3384, PySha3512, PyShake128, PyShake256))]
mod module {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE;
    #[constant("implementation")]
    fn implementation(cx: &mut Cx) -> PyResult<Own<PyStr>> {
        PyStr::new("RustCrypto", cx)
    }
}
pub use module::MODULE;
