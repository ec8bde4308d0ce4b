//! The modules `_sysconfig` and `_sysconfigdata__linux_…`: how this build was made, for Lib's `sysconfig` and the tools that build extensions.
//!
//! What installers read (suffixes, compiler, include directory) is true for an extension built against CPython 3.14's ABI.

use taipan_object::prelude::*;

/// Facts as numbers.
const NUMBERS: &[(&str, i64)] = &[
    ("ALIGNOF_LONG", 8), ("ALIGNOF_MAX_ALIGN_T", 16), ("ALIGNOF_SIZE_T", 8), ("DIRMODE", 755), ("DOUBLE_IS_LITTLE_ENDIAN_IEEE754", 1), ("ENABLE_IPV6", 1),
    ("EXEMODE", 755), ("FILEMODE", 644), ("HAVE_DYNAMIC_LOADING", 1), ("HAVE_FORK", 1), ("HAVE_GETENTROPY", 1), ("HAVE_GETRANDOM", 1),
    ("HAVE_GETRANDOM_SYSCALL", 1), ("HAVE_VFORK", 1), ("PY_COERCE_C_LOCALE", 1), ("PY_SUPPORT_TIER", 0), ("Py_DEBUG", 0), ("Py_ENABLE_SHARED", 0),
    ("Py_GIL_DISABLED", 0), ("Py_HASH_ALGORITHM", 0), ("Py_TRACE_REFS", 0), ("SIZEOF_DOUBLE", 8), ("SIZEOF_FLOAT", 4), ("SIZEOF_FPOS_T", 16),
    ("SIZEOF_INT", 4), ("SIZEOF_LONG", 8), ("SIZEOF_LONG_DOUBLE", 16), ("SIZEOF_LONG_LONG", 8), ("SIZEOF_OFF_T", 8), ("SIZEOF_PID_T", 4),
    ("SIZEOF_PTHREAD_T", 8), ("SIZEOF_SHORT", 2), ("SIZEOF_SIZE_T", 8), ("SIZEOF_TIME_T", 8), ("SIZEOF_UINTPTR_T", 8), ("SIZEOF_VOID_P", 8),
    ("SIZEOF_WCHAR_T", 4), ("SIZEOF__BOOL", 1), ("WITH_DOC_STRINGS", 1), ("WITH_MIMALLOC", 1), ("WITH_PYMALLOC", 0), ("_Py_HAVE_STRERROR_R", 1),
];

/// Facts as text. `@P` stands for the prefix, `@A` for the architecture's triplet.
const TEXTS: &[(&str, &str)] = &[
    ("ABIFLAGS", ""), ("AR", "ar"), ("ARFLAGS", "rcs"), ("BASECFLAGS", "-fno-strict-overflow -Wsign-compare"), ("BINDIR", "@P/bin"),
    ("BINLIBDEST", "@P/lib/python3.14"), ("BLDSHARED", "cc -shared"), ("BUILDPYTHON", "taipan"), ("CC", "cc"), ("CCSHARED", "-fPIC"),
    ("CFLAGS", "-fno-strict-overflow -Wsign-compare -DNDEBUG -g -O3 -Wall"), ("CONFIG_ARGS", ""), ("CONFINCLUDEDIR", "@P/include"),
    ("CONFINCLUDEPY", "@P/include/python3.14"), ("CPPFLAGS", ""), ("CXX", "c++"), ("DESTDIRS", "@P @P/lib @P/lib/python3.14 @P/lib/python3.14/lib-dynload"),
    ("DESTLIB", "@P/lib/python3.14"), ("DESTSHARED", "@P/lib/python3.14/lib-dynload"), ("EXE", ""), ("EXENAME", "@P/bin/python3.14"),
    ("EXT_SUFFIX", ".cpython-314-@A.so"), ("HOSTRUNNER", ""), ("INCLDIRSTOMAKE", "@P/include @P/include @P/include/python3.14 @P/include/python3.14"),
    ("INCLUDEDIR", "@P/include"), ("INCLUDEPY", "@P/include/python3.14"), ("INSTSONAME", ""), ("LDCXXSHARED", "c++ -shared"), ("LDFLAGS", ""),
    ("LDLIBRARY", "libpython3.14.a"), ("LDSHARED", "cc -shared"), ("LDVERSION", "3.14"), ("LIBDEST", "@P/lib/python3.14"), ("LIBDIR", "@P/lib"),
    ("LIBM", "-lm"), ("LIBPL", "@P/lib/python3.14/config-3.14-@A"), ("LIBPYTHON", ""), ("LIBRARY", "libpython3.14.a"), ("LIBS", "-ldl -lm"),
    ("LINKCC", "cc"), ("LINKFORSHARED", "-Xlinker -export-dynamic"), ("MACHDEP", "linux"), ("MACHDESTLIB", "@P/lib/python3.14"), ("MANDIR", "@P/share/man"),
    ("MULTIARCH", "@A"), ("OPT", "-DNDEBUG -g -O3 -Wall"), ("PLATLIBDIR", "lib"), ("PYTHON", "python"), ("PYTHONFRAMEWORK", ""), ("PYTHONPATH", ""),
    ("PY_BUILTIN_HASHLIB_HASHES", "\"md5,sha1,sha2,sha3,blake2\""), ("PY_CFLAGS", "-fno-strict-overflow -Wsign-compare -DNDEBUG -g -O3 -Wall"),
    ("PY_CFLAGS_NODIST", ""), ("PY_CORE_CFLAGS", ""), ("PY_LDFLAGS", ""), ("PY_LDFLAGS_NODIST", ""), ("RANLIB", "ranlib"), ("SCRIPTDIR", "@P/lib"),
    ("SHELL", "/bin/sh -e"), ("SHLIB_SUFFIX", ".so"), ("SOABI", "cpython-314-@A"), ("SYSLIBS", "-lm"), ("TEST_MODULES", "yes"),
    ("TZPATH", "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"), ("VERSION", "3.14"), ("VPATH", ""), ("WHEEL_PKG_DIR", ""),
    ("abi_thread", ""), ("abs_builddir", "@P"), ("abs_srcdir", "@P"), ("datarootdir", "@P/share"), ("exec_prefix", "@P"), ("host_exec_prefix", "@P"), ("host_prefix", "@P"),
    ("prefix", "@P"),
];

fn numbers(d: &PyDict, only: &[&str], cx: &mut Cx) -> PyResult<()> {
    for &(name, n) in NUMBERS.iter().filter(|(name, _)| only.is_empty() || only.contains(name)) {
        let v = PyInt::new(n, cx)?;
        d.set_text(name, v.into_object(), cx)?;
    }
    Ok(())
}

#[pymodule(name = "_sysconfig", doc = "A helper for the sysconfig module.")]
pub mod sysconfig {
    use super::*;

    /// Returns a dictionary containing build variables intended to be exposed by sysconfig.
    #[function("config_vars()")]
    fn config_vars(cx: &mut Cx) -> PyResult<Own<PyDict>> {
        let d = PyDict::new(cx)?;
        numbers(&d, &["Py_GIL_DISABLED", "Py_DEBUG"], cx)?;
        Ok(d)
    }
}

fn fill(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
    let d = PyDict::new(cx)?;
    numbers(&d, &[], cx)?;
    let prefix = cx.import_attr("sys", "base_prefix")?;
    let prefix = prefix.downcast::<PyStr>().map(|s| s.to_string_lossy()).unwrap_or_default();
    for &(name, text) in TEXTS {
        let v = text.replace("@P", &prefix).replace("@A", crate::sys::multiarch());
        let v = PyStr::new(&v, cx)?;
        d.set_text(name, v.into_object(), cx)?;
    }
    m.add("build_time_vars", &d, cx)
}

/// The module that `sysconfig` imports by the platform's name.
#[cfg(target_arch = "x86_64")]
#[pymodule(name = "_sysconfigdata__linux_x86_64-linux-gnu", doc = "")]
pub mod data {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        fill(m, cx)
    }
}

/// The module that `sysconfig` imports by the platform's name.
#[cfg(target_arch = "aarch64")]
#[pymodule(name = "_sysconfigdata__linux_aarch64-linux-gnu", doc = "")]
pub mod data {
    use super::*;

    #[exec]
    fn exec(m: &PyModule, cx: &mut Cx) -> PyResult<()> {
        fill(m, cx)
    }
}
