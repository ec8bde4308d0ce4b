//! `internal/pycore_*.h`: functions that CPython's own extension and test modules import although no public header declares them.

use crate::border::bad_internal_call;
use crate::capi;
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::sync::atomic::{AtomicU8, Ordering::*};
use taipan_abi::Py_complex;
use taipan_object::prelude::*;
use taipan_object::thread::{Interpreter, ThreadState};
use taipan_object::types::set::any_set;
use taipan_object::{attr, call, cx};

const fn complex(real: f64, imag: f64) -> Py_complex {
    Py_complex { real, imag }
}

/// `a / b` of a real and a complex (Smith's way, with C99's answer for an infinite divisor).
fn real_by_complex(a: f64, b: Py_complex) -> Py_complex {
    let (re, im) = (b.real.abs(), b.imag.abs());
    let r = if re >= im {
        if re == 0.0 {
            crate::errno::set(crate::errno::EDOM);
            return complex(0.0, 0.0);
        }
        let ratio = b.imag / b.real;
        let d = b.real + b.imag * ratio;
        complex(a / d, -a * ratio / d)
    } else if im >= re {
        let ratio = b.real / b.imag;
        let d = b.real * ratio + b.imag;
        complex(a * ratio / d, -a / d)
    } else {
        complex(f64::NAN, f64::NAN)
    };
    if r.real.is_nan() && r.imag.is_nan() && a.is_finite() && (re.is_infinite() || im.is_infinite()) {
        let one = |v: f64| if v.is_infinite() { 1f64.copysign(v) } else { 0f64.copysign(v) };
        return complex(0.0 * (a * one(b.real)), 0.0 * (-a * one(b.imag)));
    }
    r
}

/// Bit 0 of a once-flag says "being run"; the value 4 "done".
const ONCE_DONE: u8 = 4;

type OnceFn = unsafe extern "C" fn(*mut c_void) -> c_int;

/// A name of `_PyUnicode_TransformDecimalAndSpaceToASCII`: decimals become digits, blanks spaces, everything else beyond ASCII `?`.
fn ascii_number(s: &PyStr, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    if s.as_ascii().is_some() {
        return Ok(s.new_ref());
    }
    let mut out = Vec::with_capacity(s.len());
    for c in s.to_points() {
        out.push(match c {
            0..=127 => c as u8,
            c if taipan_algo_ucd::is_space(c) => b' ',
            c => match taipan_algo_ucd::to_decimal(c) {
                Some(d) => b'0' + d as u8,
                None => {
                    out.push(b'?');
                    break;
                }
            },
        });
    }
    PyStr::from_latin1(&out, cx)
}

capi! {
    /// The current state, or null.
    fn _PyThreadState_GetCurrent() -> *mut ThreadState = |_| { cx::current() as *mut ThreadState }
    /// Forget a single-phase module.
    fn _PyImport_ClearExtension(name: &Object, path: &Object) -> PyResult<()> = |cx| { taipan_import::extension::forget(name, path, cx) }
    /// `a + b`.
    fn _Py_cr_sum(a: Py_complex, b: f64) -> Py_complex = |_| { complex(a.real + b, a.imag) }
    /// `a - b`.
    fn _Py_cr_diff(a: Py_complex, b: f64) -> Py_complex = |_| { complex(a.real - b, a.imag) }
    /// `a - b`.
    fn _Py_rc_diff(a: f64, b: Py_complex) -> Py_complex = |_| { complex(a - b.real, -b.imag) }
    /// `a * b`.
    fn _Py_cr_prod(a: Py_complex, b: f64) -> Py_complex = |_| { complex(a.real * b, a.imag * b) }
    /// `a / b`; sets `errno` to EDOM for a zero divisor.
    fn _Py_cr_quot(a: Py_complex, b: f64) -> Py_complex = |_| {
        if b == 0.0 {
            crate::errno::set(crate::errno::EDOM);
            return complex(0.0, 0.0);
        }
        complex(a.real / b, a.imag / b)
    }
    /// `a / b`; sets `errno` to EDOM for a zero divisor.
    fn _Py_rc_quot(a: f64, b: Py_complex) -> Py_complex = |_| { real_by_complex(a, b) }
    /// Run `f(arg)` unless that has succeeded before.
    fn _PyOnceFlag_CallOnceSlow(flag: &AtomicU8, f: OnceFn, arg: *mut c_void) -> c_int = |_| {
        if flag.load(Acquire) == ONCE_DONE { return 0; }
        let r = f(arg);
        if r == 0 { flag.store(ONCE_DONE, Release); }
        r
    }
    /// The next item of a set (a new reference) and its hash.
    fn _PySet_NextEntryRef(o: Option<&Object>, pos: *mut isize, v: *mut *mut Object, hash: *mut isize) -> PyResult<bool> = |cx| {
        if o.and_then(any_set).is_none() { return Err(bad_internal_call(cx)); }
        let found = super::dictobject::_PySet_NextEntry(o, pos, v, hash) == 1;
        if found { std::mem::forget((**v).own()); }
        Ok(found)
    }
    /// Give a type a version tag.
    fn _PyType_SetVersion(t: &PyType, version: c_uint) = |_| { t.tp_version_tag.set(version) }
    /// Decimals as ASCII digits, for parsers of numbers.
    fn _PyUnicode_TransformDecimalAndSpaceToASCII(o: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| {
        match o.and_then(|o| o.downcast::<PyStr>()) { Some(s) => ascii_number(s, cx), None => Err(bad_internal_call(cx)) }
    }
    /// Whether the object has been freed: told by its memory, in builds of the reference that fill it; not here.
    fn _PyObject_IsFreed(o: *mut Object) -> bool = |_| { crate::debug_alloc::looks_freed(o as *const u8) }
    /// The allocator's name.
    fn _PyMem_GetCurrentAllocatorName() -> *const c_char = |_| { c"mimalloc".as_ptr() }
    /// Have a thread call `f(arg)` soon: 0, -1 when too many wait.
    fn _PyEval_AddPendingCall(i: *mut Interpreter, f: crate::sync::Pending, arg: *mut c_void, flags: c_int) -> c_int = |_| {
        const MAIN_THREAD_ONLY: c_int = 1;
        if flags & MAIN_THREAD_ONLY != 0 { return crate::sync::add_pending(f, arg); }
        // The threads are counted with the GIL held, which the caller need not do.
        let held = super::pystate::PyGILState_Ensure();
        let r = crate::sync::add_pending_for_any(&*i, f, arg, &Cx::assume());
        super::pystate::PyGILState_Release(held);
        r
    }
    /// Stop other threads: holding the GIL does that.
    fn _PyEval_StopTheWorld(i: *mut Interpreter) = |_| {}
    /// Let other threads go on.
    fn _PyEval_StartTheWorld(i: *mut Interpreter) = |_| {}
    /// `exc.__notes__` and the rest of `except*`.
    fn PyUnstable_Exc_PrepReraiseStar(orig: Option<&Object>, list: Option<&Object>) -> PyResult<Own<Object>> = |cx| { prep_reraise_star(orig, list, cx) }
    /// `types.SimpleNamespace(**d)`.
    fn _PyNamespace_New(d: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let t = cx.import_attr("types", "SimpleNamespace")?;
        let empty = PyTuple::empty();
        call::call_tuple_dict(&t, &empty, d.and_then(|d| d.downcast::<PyDict>()), cx)
    }
}

fn prep_reraise_star(orig: Option<&Object>, list: Option<&Object>, cx: &mut Cx) -> PyResult<Own<Object>> {
    let is_exception = |o: &Object| o.ty().is_subtype(exc::BaseException());
    let Some(orig) = orig.filter(|o| is_exception(o)) else {
        return Err(cx.type_error(format_args!("orig must be an exception")));
    };
    let Some(l) = list.and_then(|l| l.downcast::<PyList>()) else {
        return Err(cx.type_error(format_args!("excs must be a list of exceptions")));
    };
    for i in 0..l.len() {
        if l.get_filled(i).flatten().is_none_or(|e| !e.is_none() && !is_exception(&e)) {
            return Err(cx.type_error(format_args!("item {i} in excs is not an exception")));
        }
    }
    let tb = attr::get(orig, name!(cx, "__traceback__"), cx)?;
    if tb.is_none() {
        return Err(cx.value_error(format_args!("orig must be a raised exception")));
    }
    taipan_interp::prep_reraise_star(orig, l, cx)
}
