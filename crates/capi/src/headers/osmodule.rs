//! `pylifecycle.h` and `osmodule.h`: signals and the command line.

use crate::capi;
use std::ffi::{c_int, c_void};
use taipan_object::prelude::*;

unsafe extern "C" {
    fn signal(number: c_int, handler: *const c_void) -> *const c_void;
    fn siginterrupt(number: c_int, flag: c_int) -> c_int;
}

/// `wchar_t *` texts of `sys.orig_argv`, kept for C code that holds on to them.
#[derive(Default)]
struct OriginalArguments {
    texts: std::cell::OnceCell<Vec<Box<[i32]>>>,
    pointers: std::cell::OnceCell<Vec<*mut i32>>,
}

fn original(cx: &mut Cx) -> PyResult<Vec<Box<[i32]>>> {
    let list = cx.import_attr("sys", "orig_argv")?;
    let mut out = Vec::new();
    for o in taipan_object::abstract_::iter::collect(&list, cx)? {
        let s = crate::border::as_str(o, cx)?;
        out.push(s.code_points().map(|c| c as i32).chain([0]).collect());
    }
    Ok(out)
}

capi! {
    /// Set the C handler of a signal; the one before.
    fn PyOS_setsig(number: c_int, handler: *const c_void) -> *const c_void = |_| {
        let before = signal(number, handler);
        siginterrupt(number, 1);
        before
    }
    /// The C handler of a signal.
    fn PyOS_getsig(number: c_int) -> *const c_void = |_| {
        let before = signal(number, std::ptr::null());
        signal(number, before);
        before
    }
    /// The command line as it was given, as wide strings that stay.
    fn Py_GetArgcArgv(count: *mut c_int, values: *mut *mut *mut i32) = |cx| {
        let state = cx.state::<OriginalArguments>();
        if state.texts.get().is_none() {
            match original(cx) {
                Ok(t) => { let _first = state.texts.set(t); }
                Err(r) => cx.discard(r),
            }
        }
        let texts = state.texts.get_or_init(Vec::new);
        let pointers = state.pointers.get_or_init(|| texts.iter().map(|t| t.as_ptr() as *mut i32).collect());
        *count = pointers.len() as c_int;
        *values = pointers.as_ptr() as *mut *mut i32;
    }
    /// The bytes of an object that exports a buffer, which is given back at once (deprecated).
    fn PyObject_AsReadBuffer(o: &Object, p: *mut *const c_void, n: *mut isize) -> PyResult<()> = |cx| {
        let view = taipan_object::abstract_::buffer::Buffer::get(o, 0, cx)?;
        let bytes = view.bytes();
        *p = bytes.as_ptr() as *const c_void;
        *n = bytes.len() as isize;
        Ok(())
    }
}
