//! `_blake2`: BLAKE2b and BLAKE2s with all their parameters.

use super::GIL_MINSIZE;
use taipan_algo_codec::binascii::hex_text;
use std::cell::RefCell;
use taipan_object::abstract_::{self, number};
use taipan_object::prelude::*;
use taipan_object::types::bytes::PyBytes;

/// What the constructor was given, checked.
struct Setup {
    digest_size: usize,
    key: Vec<u8>,
    salt: Vec<u8>,
    person: Vec<u8>,
    fanout: u8,
    depth: u8,
    leaf_size: u32,
    node_offset: u64,
    node_depth: u8,
    inner_size: usize,
    last_node: bool,
    data: Option<Buffer>,
}

/// The limits of one of the two.
struct Limits {
    name: &'static str,
    out: usize,
    key: usize,
    salt: usize,
    offset_bits: u32,
}

/// The keywords as they come.
struct Given<'a> {
    data: Option<&'a Object>,
    string: &'a Object,
    kw: [Option<&'a Object>; 11],
}

fn int(o: Option<&Object>, default: i64, cx: &mut Cx) -> PyResult<i64> {
    match o {
        None => Ok(default),
        Some(o) => {
            let i = number::index(o, cx)?;
            Ok(i.to_i64().unwrap_or(if i.is_negative() { i64::MIN } else { i64::MAX }))
        }
    }
}

fn unsigned(o: Option<&Object>, max: u64, name: &str, cx: &mut Cx) -> PyResult<u64> {
    let Some(o) = o else { return Ok(0) };
    let i = number::index(o, cx)?;
    if i.is_negative() {
        return Err(cx.value_error(format_args!("Cannot convert negative int")));
    }
    let n = i.as_ref_int().to_u64().filter(|&n| n <= max);
    n.ok_or_else(|| cx.overflow_error(format_args!("{name} is too large")))
}

fn block(o: Option<&Object>, max: usize, name: &str, cx: &mut Cx) -> PyResult<Vec<u8>> {
    let Some(o) = o else { return Ok(Vec::new()) };
    let b = Buffer::get(o, 0, cx)?.bytes().to_vec();
    if b.len() > max {
        return Err(cx.value_error(format_args!("maximum {name} length is {max} bytes")));
    }
    Ok(b)
}

impl Setup {
    fn new(g: Given<'_>, l: &Limits, cx: &mut Cx) -> PyResult<Setup> {
        let [digest_size, key, salt, person, fanout, depth, leaf_size, node_offset, node_depth, inner_size, last_node] = g.kw;
        let data = Buffer::to_hash_either(g.data, g.string, cx)?;
        let size = int(digest_size, l.out as i64, cx)?;
        if size < 1 || size > l.out as i64 {
            return Err(cx.value_error(format_args!("digest_size for {} must be between 1 and {} bytes, here it is {size}", l.name, l.out)));
        }
        let salt = block(salt, l.salt, "salt", cx)?;
        let person = block(person, l.salt, "person", cx)?;
        let ranged = |o, default, low: i64, high: i64, msg: &str, cx: &mut Cx| {
            let n = int(o, default, cx)?;
            if (low..=high).contains(&n) { Ok(n) } else { Err(cx.value_error(format_args!("{msg}"))) }
        };
        let fanout = ranged(fanout, 1, 0, 255, "fanout must be between 0 and 255", cx)?;
        let depth = ranged(depth, 1, 1, 255, "depth must be between 1 and 255", cx)?;
        let leaf_size = unsigned(leaf_size, u64::from(u32::MAX), "leaf_size", cx)?;
        let offset_max = if l.offset_bits >= 64 { u64::MAX } else { (1 << l.offset_bits) - 1 };
        let node_offset = unsigned(node_offset, offset_max, "node_offset", cx)?;
        let node_depth = ranged(node_depth, 0, 0, 255, "node_depth must be between 0 and 255", cx)?;
        let inner = format!("inner_size must be between 0 and is {}", l.out);
        let inner_size = ranged(inner_size, 0, 0, l.out as i64, &inner, cx)?;
        let key = block(key, l.key, "key", cx)?;
        let last_node = last_node.map_or(Ok(false), |o| abstract_::is_true(o, cx))?;
        Ok(Setup {
            digest_size: size as usize,
            key,
            salt,
            person,
            fanout: fanout as u8,
            depth: depth as u8,
            leaf_size: leaf_size as u32,
            node_offset,
            node_depth: node_depth as u8,
            inner_size: inner_size as usize,
            last_node,
            data,
        })
    }
}

macro_rules! blake_type {
    ($ty:ident, $py:literal, $name:literal, $new:literal, $params:path, $state:path, $limits:ident, $block:literal, $max:ident, $doc:literal) => {
        /// A digest under way.
        #[pytype(name = $py, heap, basetype, doc = $doc, attrs("SALT_SIZE" => $max::salt, "PERSON_SIZE" => $max::salt, "MAX_KEY_SIZE" => $max::key, "MAX_DIGEST_SIZE" => $max::out))]
        #[repr(C)]
        pub struct $ty {
            head: ObjHead,
            #[gc(skip)]
            state: RefCell<$state>,
            digest_size: usize,
        }

        impl $ty {
            fn value(&self) -> Vec<u8> {
                self.state.borrow().finalize().as_bytes().to_vec()
            }
        }

        #[pymethods]
        impl $ty {
            #[new($new)]
            #[allow(clippy::too_many_arguments)]
            fn new(
                cls: &PyType,
                data: Option<&Object>,
                digest_size: Option<&Object>,
                key: Option<&Object>,
                salt: Option<&Object>,
                person: Option<&Object>,
                fanout: Option<&Object>,
                depth: Option<&Object>,
                leaf_size: Option<&Object>,
                node_offset: Option<&Object>,
                node_depth: Option<&Object>,
                inner_size: Option<&Object>,
                last_node: Option<&Object>,
                usedforsecurity: bool,
                string: &Object,
                cx: &mut Cx,
            ) -> PyResult<Own<$ty>> {
                let _ = usedforsecurity;
                let kw = [digest_size, key, salt, person, fanout, depth, leaf_size, node_offset, node_depth, inner_size, last_node];
                let s = Setup::new(Given { data, string, kw }, &$limits, cx)?;
                let mut p = <$params>::new();
                p.hash_length(s.digest_size).key(&s.key).salt(&s.salt).personal(&s.person);
                p.fanout(s.fanout).max_depth(s.depth).max_leaf_length(s.leaf_size).node_offset(s.node_offset);
                p.node_depth(s.node_depth).inner_hash_length(s.inner_size).last_node(s.last_node);
                let mut state = p.to_state();
                if let Some(b) = &s.data {
                    state.update(b.bytes());
                }
                cx.new_object_of(cls, $ty { head: Object::placeholder(), state: RefCell::new(state), digest_size: s.digest_size })
            }
            /// Return a copy of the hash object.
            #[method("copy()")]
            fn copy(&self, cx: &mut Cx) -> PyResult<Own<$ty>> {
                let state = RefCell::new(self.state.borrow().clone());
                cx.new_object_of(self.ty(), $ty { head: Object::placeholder(), state, digest_size: self.digest_size })
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
            /// Update this hash object's state with the provided bytes-like object.
            #[method("update(data, /)")]
            fn update(&self, data: &Object, cx: &mut Cx) -> PyResult<()> {
                let b = Buffer::to_hash(data, cx)?;
                self.state.borrow_mut().update(b.bytes());
                Ok(())
            }
            #[getter("name")]
            fn name(&self) -> &'static str {
                $name
            }
            #[getter("block_size")]
            fn block_size(&self) -> i32 {
                $block
            }
            #[getter("digest_size")]
            fn get_digest_size(&self) -> usize {
                self.digest_size
            }
        }
    };
}

const B: Limits = Limits { name: "Blake2b", out: 64, key: 64, salt: 16, offset_bits: 64 };
const S: Limits = Limits { name: "Blake2s", out: 32, key: 32, salt: 8, offset_bits: 48 };

macro_rules! sizes {
    ($m:ident, $l:ident) => {
        mod $m {
            use super::*;
            fn of(n: usize, cx: &mut Cx) -> PyResult<Own<Object>> {
                Ok(PyInt::new(n as i64, cx)?.into_object())
            }
            pub fn salt(cx: &mut Cx) -> PyResult<Own<Object>> {
                of($l.salt, cx)
            }
            pub fn key(cx: &mut Cx) -> PyResult<Own<Object>> {
                of($l.key, cx)
            }
            pub fn out(cx: &mut Cx) -> PyResult<Own<Object>> {
                of($l.out, cx)
            }
        }
    };
}
sizes!(b_max, B);
sizes!(s_max, S);

blake_type!(
    PyBlake2b,
    "_blake2.blake2b",
    "blake2b",
    "blake2b(data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
    blake2b_simd::Params,
    blake2b_simd::State,
    B,
    128,
    b_max,
    "Return a new BLAKE2b hash object."
);
blake_type!(
    PyBlake2s,
    "_blake2.blake2s",
    "blake2s",
    "blake2s(data=b'', *, digest_size=32, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)",
    blake2s_simd::Params,
    blake2s_simd::State,
    S,
    64,
    s_max,
    "Return a new BLAKE2s hash object."
);

#[pymodule(name = "_blake2", doc = "_blake2b provides BLAKE2b for hashlib\n", types(PyBlake2b, PyBlake2s))]
mod module {
    use super::*;

    #[constant("_GIL_MINSIZE")]
    const MINSIZE: i32 = GIL_MINSIZE;
    #[constant]
    const BLAKE2B_MAX_DIGEST_SIZE: i32 = 64;
    #[constant]
    const BLAKE2B_MAX_KEY_SIZE: i32 = 64;
    #[constant]
    const BLAKE2B_PERSON_SIZE: i32 = 16;
    #[constant]
    const BLAKE2B_SALT_SIZE: i32 = 16;
    #[constant]
    const BLAKE2S_MAX_DIGEST_SIZE: i32 = 32;
    #[constant]
    const BLAKE2S_MAX_KEY_SIZE: i32 = 32;
    #[constant]
    const BLAKE2S_PERSON_SIZE: i32 = 8;
    #[constant]
    const BLAKE2S_SALT_SIZE: i32 = 8;
}
pub use module::MODULE;
