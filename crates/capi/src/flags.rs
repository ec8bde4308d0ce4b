//! `Py_*Flag`: the old global variables of the configuration, which programs read through `ctypes` or C. Set once at start; nothing here reads them.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering::Relaxed};
use taipan_object::prelude::*;

macro_rules! flags {
    ($($name:ident = |$c:ident| $value:expr;)*) => {
        $(
            /// See the file's head.
            #[unsafe(no_mangle)]
            #[allow(non_upper_case_globals)]
            pub static $name: AtomicI32 = AtomicI32::new(0);
        )*
        /// Set all, and keep the linker from dropping them.
        pub fn init(cx: &Cx) {
            let config = &*cx.interp().config.borrow();
            $( {
                let $c = config;
                std::hint::black_box(&$name).store(c_int::from($value), Relaxed);
            } )*
            std::hint::black_box((&PyOS_InputHook, &PyOS_ReadlineFunctionPointer));
            let keys = taipan_object::hash::secret();
            for (word, v) in _Py_HashSecret.iter().zip([keys.k0, keys.k1, keys.k0 ^ keys.k1]) {
                word.store(v, Relaxed);
            }
        }
    };
}

flags! {
    Py_BytesWarningFlag = |c| c.bytes_warning;
    Py_DebugFlag = |c| c.debug;
    Py_DontWriteBytecodeFlag = |c| c.dont_write_bytecode;
    Py_FrozenFlag = |_c| 0;
    Py_HasFileSystemDefaultEncoding = |_c| 1;
    Py_HashRandomizationFlag = |c| c.hash_randomization;
    Py_IgnoreEnvironmentFlag = |c| c.ignore_environment;
    Py_InspectFlag = |c| c.inspect;
    Py_InteractiveFlag = |c| c.interactive;
    Py_IsolatedFlag = |c| c.isolated;
    Py_NoSiteFlag = |c| c.no_site;
    Py_NoUserSiteDirectory = |c| c.no_user_site;
    Py_OptimizeFlag = |c| c.optimize;
    Py_QuietFlag = |c| c.quiet;
    Py_UTF8Mode = |c| c.utf8_mode;
    Py_UnbufferedStdioFlag = |c| c.unbuffered;
    Py_VerboseFlag = |c| c.verbose;
}

/// The hook of graphical toolkits, called while the console waits: there is none until C code sets one.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static PyOS_InputHook: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

/// The line editor of C code: none.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static PyOS_ReadlineFunctionPointer: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

/// `_Py_HashSecret_t`: the two keys of SipHash, then the salt that CPython gives expat. Compilers (numba) hash strings themselves.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static _Py_HashSecret: [AtomicU64; 3] = [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)];
