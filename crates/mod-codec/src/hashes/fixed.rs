//! `_md5`, `_sha1` and `_sha2`: digests of fixed size without parameters.

use super::GIL_MINSIZE;
use taipan_algo_codec::binascii::hex_text;
use digest::Digest;
use std::cell::RefCell;
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

macro_rules! hash_type {
    ($ty:ident, $py:literal, $name:literal, $engine:ty, $block:literal, $size:literal) => {
        /// A digest under way.
        #[pytype(name = $py, heap, no_new, doc = "")]
        #[repr(C)]
        pub struct $ty {
            head: ObjHead,
            #[gc(skip)]
            state: RefCell<$engine>,
        }

        impl $ty {
            fn make(data: Option<&Object>, string: &Object, cx: &mut Cx) -> PyResult<Own<$ty>> {
                let mut state = <$engine>::new();
                if let Some(b) = Buffer::to_hash_either(data, string, cx)? {
                    state.update(b.bytes());
                }
                cx.new_object($ty { head: Object::placeholder(), state: RefCell::new(state) })
            }
            fn value(&self) -> Vec<u8> {
                self.state.borrow().clone().finalize().to_vec()
            }
        }

        #[pymethods]
        impl $ty {
            /// Return a copy of the hash object.
            #[method("copy()")]
            fn copy(&self, cx: &mut Cx) -> PyResult<Own<$ty>> {
                let state = RefCell::new(self.state.borrow().clone());
                cx.new_object($ty { head: Object::placeholder(), state })
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
            /// Update this hash object's state with the provided string.
            #[method("update(obj, /)")]
            fn update(&self, obj: &Object, cx: &mut Cx) -> PyResult<()> {
                let b = Buffer::to_hash(obj, cx)?;
                self.state.borrow_mut().update(b.bytes());
                Ok(())
            }
            #[getter("block_size")]
            fn block_size(&self) -> i32 {
                $block
            }
            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }
            #[getter("digest_size")]
            fn digest_size(&self) -> i32 {
                $size
            }
        }
    };
}

hash_type!(PyMd5, "_md5.md5", "md5", md5::Md5, 64, 16);
hash_type!(PySha1, "_sha1.sha1", "sha1", sha1::Sha1, 64, 20);
hash_type!(PySha224, "_sha2.SHA224Type", "sha224", sha2::Sha224, 64, 28);
hash_type!(PySha256, "_sha2.SHA256Type", "sha256", sha2::Sha256, 64, 32);
hash_type!(PySha384, "_sha2.SHA384Type", "sha384", sha2::Sha384, 128, 48);
hash_type!(PySha512, "_sha2.SHA512Type", "sha512", sha2::Sha512, 128, 64);

#[pymodule(name = "_md5")]
mod md5_module {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PyMd5::SPEC, cx)?;
        m.add("MD5Type", PyMd5::ty().as_object(), cx)
    }
    /// Return a new MD5 hash object; optionally initialized with a string.
    #[function("md5(data=b'', *, usedforsecurity=True, string=None)")]
    fn md5(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<PyMd5>> {
        let _ = usedforsecurity;
        PyMd5::make(data, string, cx)
    }
}
pub use md5_module::MODULE as MD5;

#[pymodule(name = "_sha1")]
mod sha1_module {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        taipan_object::typeobj::ready_static(PySha1::SPEC, cx)?;
        m.add("SHA1Type", PySha1::ty().as_object(), cx)
    }
    /// Return a new SHA1 hash object; optionally initialized with a string.
    #[function("sha1(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha1(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<PySha1>> {
        let _ = usedforsecurity;
        PySha1::make(data, string, cx)
    }
}
pub use sha1_module::MODULE as SHA1;

#[pymodule(name = "_sha2", types(PySha224, PySha256, PySha384, PySha512))]
mod sha2_module {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE;

    /// Return a new SHA-224 hash object; optionally initialized with a string.
    #[function("sha224(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha224(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<PySha224>> {
        let _ = usedforsecurity;
        PySha224::make(data, string, cx)
    }
    /// Return a new SHA-256 hash object; optionally initialized with a string.
    #[function("sha256(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha256(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<PySha256>> {
        let _ = usedforsecurity;
        PySha256::make(data, string, cx)
    }
    /// Return a new SHA-384 hash object; optionally initialized with a string.
    #[function("sha384(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha384(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<PySha384>> {
        let _ = usedforsecurity;
        PySha384::make(data, string, cx)
    }
    /// Return a new SHA-512 hash object; optionally initialized with a string.
    #[function("sha512(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha512(data: Option<&Object>, usedforsecurity: bool, string: &Object, cx: &mut Cx) -> PyResult<Own<PySha512>> {
        let _ = usedforsecurity;
        PySha512::make(data, string, cx)
    }
}
pub use sha2_module::MODULE as SHA2;
