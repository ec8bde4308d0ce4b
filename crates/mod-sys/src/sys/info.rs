//! Constants and struct sequences of `sys`.

use super::fields::*;
use super::stdlib_names::STDLIB_MODULE_NAMES;
use taipan_builtins::types::namespace;
use taipan_object::prelude::*;
use taipan_object::types::{boolean, float::PyFloat, set::PyFrozenSet, structseq::StructSeq};

/// The version of Python that Taipan is: major, minor, micro.
pub const VERSION: (i64, i64, i64) = (3, 14, 10);
const HEXVERSION: i64 = (VERSION.0 << 24) | (VERSION.1 << 16) | (VERSION.2 << 8) | 0xf0;
const COPYRIGHT: &str = "Copyright (c) 2001 Python Software Foundation.\nAll Rights Reserved.\n\nCopyright (c) 2000 BeOpen.com.\nAll Rights Reserved.\n\nCopyright (c) 1995-2001 Corporation for National Research Initiatives.\nAll Rights Reserved.\n\nCopyright (c) 1991-1995 Stichting Mathematisch Centrum, Amsterdam.\nAll Rights Reserved.";

/// A value on its way into a struct sequence.
pub enum V<'a> {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(&'a str),
}

impl V<'_> {
    fn make(self, cx: &mut Cx) -> PyResult<Own<Object>> {
        match self {
            V::Int(n) => PyInt::new(n, cx).map(Own::into_object),
            V::Float(x) => PyFloat::new(x, cx).map(Own::into_object),
            V::Bool(b) => Ok(boolean::from_bool(b)),
            V::Text(s) => PyStr::new(s, cx).map(Own::into_object),
        }
    }
}

fn seq(s: &'static StructSeq, values: Vec<V<'_>>, cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let values = values.into_iter().map(|v| v.make(cx)).collect::<PyResult<Vec<_>>>()?;
    s.make(values, cx)
}

fn version_info(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    seq(&VERSION_INFO, vec![V::Int(VERSION.0), V::Int(VERSION.1), V::Int(VERSION.2), V::Text("final"), V::Int(0)], cx)
}

/// `sys.flags` of the present configuration.
pub fn flags(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let values = {
        let c = cx.interp().config.borrow();
        let n = |b: bool| V::Int(b as i64);
        vec![
            V::Int(c.debug as i64),
            n(c.inspect),
            n(c.interactive),
            V::Int(c.optimize as i64),
            n(c.dont_write_bytecode),
            n(c.no_user_site),
            n(c.no_site),
            n(c.ignore_environment),
            V::Int(c.verbose as i64),
            V::Int(c.bytes_warning as i64),
            n(c.quiet),
            n(c.hash_randomization),
            n(c.isolated),
            V::Bool(c.dev_mode),
            n(c.utf8_mode),
            n(c.warn_default_encoding),
            V::Bool(c.safe_path),
            V::Int(c.int_max_str_digits as i64),
            V::Int(1),
            n(c.thread_inherit_context),
            n(c.context_aware_warnings),
        ]
    };
    seq(&FLAGS, values, cx)
}

fn float_info(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let values = vec![
        V::Float(f64::MAX),
        V::Int(f64::MAX_EXP as i64),
        V::Int(f64::MAX_10_EXP as i64),
        V::Float(f64::MIN_POSITIVE),
        V::Int(f64::MIN_EXP as i64),
        V::Int(f64::MIN_10_EXP as i64),
        V::Int(f64::DIGITS as i64),
        V::Int(f64::MANTISSA_DIGITS as i64),
        V::Float(f64::EPSILON),
        V::Int(f64::RADIX as i64),
        V::Int(1),
    ];
    seq(&FLOAT_INFO, values, cx)
}

fn implementation(version: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
    let d = PyDict::new(cx)?;
    for (name, text) in [("name", "cpython"), ("cache_tag", "taipan-314")] {
        let v = PyStr::new(text, cx)?;
        d.set_text(name, v.into_object(), cx)?;
    }
    d.set_text("version", version.own(), cx)?;
    let hex = PyInt::new(HEXVERSION, cx)?;
    d.set_text("hexversion", hex.into_object(), cx)?;
    let arch = PyStr::new(multiarch(), cx)?;
    d.set_text("_multiarch", arch.into_object(), cx)?;
    d.set_text("supports_isolated_interpreters", boolean::from_bool(true), cx)?;
    namespace::new(&d, cx).map(Own::into_object)
}

/// The architecture triplet of extension file names.
pub fn multiarch() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-linux-gnu" } else { "x86_64-linux-gnu" }
}

fn thread_info(cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    const GNU_LIBPTHREAD_VERSION: i32 = 3;
    let version = match taipan_host::sysinfo::confstr(GNU_LIBPTHREAD_VERSION) {
        Ok(Some(v)) => PyStr::new(&String::from_utf8_lossy(&v), cx)?.into_object(),
        _ => none().own(),
    };
    let (name, lock) = (PyStr::new("pthread", cx)?, PyStr::new("semaphore", cx)?);
    THREAD_INFO.make(vec![name.into_object(), lock.into_object(), version], cx)
}

fn stdlib_names(cx: &mut Cx) -> PyResult<Own<Object>> {
    let mut names = Vec::with_capacity(STDLIB_MODULE_NAMES.len());
    for n in STDLIB_MODULE_NAMES {
        names.push(PyStr::new_interned(n, cx)?.into_object());
    }
    let list = PyList::from_vec(names, cx)?;
    PyFrozenSet::from_iterable(&list, cx)
}

fn tuple_of(texts: &[&str], cx: &mut Cx) -> PyResult<Own<PyTuple>> {
    let v = texts.iter().map(|t| PyStr::new(t, cx).map(Own::into_object)).collect::<PyResult<Vec<_>>>()?;
    PyTuple::from_vec(v, cx)
}

/// `sys.version`: Python's version first, as everything that parses it expects, then ours.
pub fn version_text() -> String {
    let (major, minor, micro) = VERSION;
    format!("{major}.{minor}.{micro} (main) [Taipan {}, Rust]", env!("CARGO_PKG_VERSION"))
}

/// Add the facts.
pub fn fill(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let version = version_text();
    let platlibdir = cx.interp().config.borrow().platlibdir.clone();
    let texts: &[(&str, &str)] = &[
        ("version", &version),
        ("copyright", COPYRIGHT),
        ("platform", "linux"),
        ("byteorder", if cfg!(target_endian = "little") { "little" } else { "big" }),
        ("abiflags", ""),
        ("platlibdir", platlibdir.as_deref().unwrap_or("lib")),
        ("_framework", ""),
        ("float_repr_style", "short"),
    ];
    for (name, text) in texts {
        let v = PyStr::new(text, cx)?;
        m.add(name, &v, cx)?;
    }
    for (name, n) in [("hexversion", HEXVERSION), ("api_version", 1013), ("maxsize", i64::MAX), ("maxunicode", 0x10ffff)] {
        let v = PyInt::new(n, cx)?;
        m.add(name, &v, cx)?;
    }
    let v = version_info(cx)?;
    m.add("version_info", &v, cx)?;
    let v = implementation(&v, cx)?;
    m.add("implementation", &v, cx)?;
    let v = flags(cx)?;
    m.add("flags", &v, cx)?;
    let v = float_info(cx)?;
    m.add("float_info", &v, cx)?;
    let v = seq(&INT_INFO, vec![V::Int(30), V::Int(4), V::Int(4300), V::Int(640)], cx)?;
    m.add("int_info", &v, cx)?;
    let hash = vec![
        V::Int(64),
        V::Int((1 << 61) - 1),
        V::Int(314159),
        V::Int(0),
        V::Int(1000003),
        V::Text("siphash13"),
        V::Int(64),
        V::Int(128),
        V::Int(0),
    ];
    let v = seq(&HASH_INFO, hash, cx)?;
    m.add("hash_info", &v, cx)?;
    let v = thread_info(cx)?;
    m.add("thread_info", &v, cx)?;
    let v = stdlib_names(cx)?;
    m.add("stdlib_module_names", &v, cx)?;
    let v = tuple_of(&["CPython", "", ""], cx)?;
    m.add("_git", &v, cx)?;
    Ok(())
}
