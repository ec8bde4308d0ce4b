//! The border: pointers from C become references, results become what C expects, and a panic becomes `SystemError`.

use super::into_return::SendResult;
use crate::cx::Cx;
use crate::err::{PyResult, Raised, result_into_raw};
use crate::refs::*;
use crate::typeobj::{Ptr, PyType};
use crate::types::tuple::PyTuple;
use std::any::Any;
use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

pub use crate::abstract_::CmpOp;

/// The parameters of an entry point as words; the body knows what they are. Unused ones are null.
#[derive(Clone, Copy)]
pub struct Raw {
    pub slf: Ptr,
    pub a: Ptr,
    pub b: Ptr,
    pub c: Ptr,
}

/// The Rust side of an entry point. One type per kind of result, so that the guard is compiled once per kind and not once per method.
pub type Body<R> = unsafe fn(&Raw, &mut Cx) -> PyResult<R>;

/// Run the body of an entry point. A panic inside is a bug of the runtime: reported as `SystemError`, never passed on to C.
///
/// # Safety
/// The thread holds the GIL; `raw` holds what `body` expects.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
unsafe fn run<R>(label: &'static str, body: Body<R>, raw: Raw) -> PyResult<R> {
    // SAFETY: the caller's promise.
    unsafe { guard(label, move |cx| body(&raw, cx)) }
}

/// Run `f` as the outermost Rust code below C. A panic inside is reported as `SystemError`. For hand-written entry points (`capi`).
///
/// # Safety
/// The thread holds the GIL.
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn guard<R>(label: &'static str, f: impl FnOnce(&mut Cx) -> PyResult<R>) -> PyResult<R> {
    // SAFETY: the caller holds the GIL.
    let run = AssertUnwindSafe(|| f(&mut unsafe { Cx::assume() }));
    match catch_unwind(run) {
        Ok(r) => r,
        Err(payload) => Err(panicked(label, payload)),
    }
}

#[cold]
#[inline(never)]
fn panicked(label: &'static str, payload: Box<dyn Any + Send>) -> Raised {
    let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(s), _) => s,
        (_, Some(s)) => s.as_str(),
        _ => "unknown panic",
    };
    // SAFETY: reached only through `guard`, whose caller holds the GIL.
    let cx = &mut unsafe { Cx::assume() };
    cx.system_error(format_args!("internal error in {label}: {text}"))
}

/// An entry that gives an object: null when raised.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry(label: &'static str, body: Body<Own<Object>>, raw: Raw) -> Ptr {
    // SAFETY: as the caller's.
    result_into_raw(unsafe { run(label, body, raw) })
}

/// `tp_iternext`: null without an exception when exhausted.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry_next(label: &'static str, body: Body<Option<Own<Object>>>, raw: Raw) -> Ptr {
    // SAFETY: as the caller's.
    match unsafe { run(label, body, raw) } {
        Ok(Some(o)) => o.into_raw(),
        _ => null_mut(),
    }
}

/// An entry that gives an `int`: -1 when raised.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry_int(label: &'static str, body: Body<c_int>, raw: Raw) -> c_int {
    // SAFETY: as the caller's.
    unsafe { run(label, body, raw) }.unwrap_or(-1)
}

/// An entry that gives a `Py_ssize_t` or hash: -1 when raised.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry_size(label: &'static str, body: Body<isize>, raw: Raw) -> isize {
    // SAFETY: as the caller's.
    unsafe { run(label, body, raw) }.unwrap_or(-1)
}

/// An entry that gives nothing and cannot raise; a panic is reported as unraisable.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry_unit(label: &'static str, body: Body<()>, raw: Raw) {
    // SAFETY: as the caller's.
    if unsafe { run(label, body, raw) }.is_err() {
        // SAFETY: as above.
        crate::unraisable::write(&mut unsafe { Cx::assume() }, None, None);
    }
}

/// `am_send`, whose third parameter takes the value: PYGEN_RETURN 0, PYGEN_ERROR -1, PYGEN_NEXT 1.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry_send(label: &'static str, body: Body<SendResult>, raw: Raw) -> c_int {
    // SAFETY: as the caller's.
    let (v, code) = match unsafe { run(label, body, raw) } {
        Ok(SendResult::Yield(v)) => (v.into_raw(), 1),
        Ok(SendResult::Return(v)) => (v.into_raw(), 0),
        Err(_) => (null_mut(), -1),
    };
    // SAFETY: the slot's contract.
    unsafe { *(raw.b as *mut Ptr) = v };
    code
}

/// `bf_getbuffer`, whose second parameter is the view: on failure `view->obj` is null.
///
/// # Safety
/// As [`run`].
#[cfg_attr(debug_assertions, inline)]
#[cfg_attr(not(debug_assertions), inline(always))]
pub unsafe fn entry_buffer(label: &'static str, body: Body<()>, raw: Raw) -> c_int {
    // SAFETY: as the caller's.
    match unsafe { run(label, body, raw) } {
        Ok(()) => 0,
        Err(_) => {
            // SAFETY: the slot's contract.
            unsafe { (*(raw.a as *mut taipan_abi::Py_buffer)).obj = null_mut() };
            -1
        }
    }
}

/// `self` of a method.
///
/// # Safety
/// `p` is a live object of layout `T` for `'a`.
#[inline(always)]
pub unsafe fn instance<'a, T: PyLayout>(p: Ptr) -> &'a T {
    // SAFETY: the caller's promise.
    unsafe { &*(p as *const T) }
}

/// `cls` of a class method or constructor.
///
/// # Safety
/// `p` is a live type for `'a`.
#[inline(always)]
pub unsafe fn class<'a>(p: Ptr) -> &'a PyType {
    // SAFETY: the caller's promise.
    unsafe { &*(p as *const PyType) }
}

/// The module that a function belongs to.
///
/// # Safety
/// `p` is a live module for `'a`.
#[inline(always)]
pub unsafe fn module<'a, M: PyLayout>(p: Ptr) -> &'a M {
    // SAFETY: the caller's promise.
    unsafe { &*(p as *const M) }
}

/// An object or null.
///
/// # Safety
/// `p` is null or live for `'a`.
#[inline(always)]
pub unsafe fn opt_object<'a>(p: Ptr) -> Option<&'a Object> {
    // SAFETY: the caller's promise.
    unsafe { p.as_ref() }
}

/// The positional arguments of a vector call.
///
/// # Safety
/// `args` holds `n` live objects for `'a` (or `n` is 0).
#[inline(always)]
pub unsafe fn slice<'a>(args: *const Ptr, n: isize) -> &'a [&'a Object] {
    if n <= 0 {
        return &[];
    }
    // SAFETY: the caller's promise; `&Object` is a non-null pointer.
    unsafe { std::slice::from_raw_parts(args as *const &Object, n as usize) }
}

/// The items of an argument tuple.
///
/// # Safety
/// `t` is null or a live tuple for `'a`.
#[inline(always)]
pub unsafe fn tuple_slice<'a>(t: Ptr) -> &'a [&'a Object] {
    // SAFETY: the caller's promise.
    match unsafe { (t as *const PyTuple).as_ref() } {
        Some(t) => t.as_slice(),
        None => &[],
    }
}

/// Count of a vector call without `PY_VECTORCALL_ARGUMENTS_OFFSET`.
#[inline(always)]
pub fn vector_len(n: usize) -> isize {
    (n & (usize::MAX >> 1)) as isize
}

/// An argument whose presence was checked.
///
/// # Safety
/// `i < all.len()`.
#[inline(always)]
pub unsafe fn nth<'a>(all: &[&'a Object], i: usize) -> &'a Object {
    debug_assert!(i < all.len());
    // SAFETY: the caller's promise.
    unsafe { all.get_unchecked(i) }
}

/// A required argument after binding.
///
/// # Safety
/// `bind` has succeeded, so it is there.
#[inline(always)]
pub unsafe fn bound<'a>(v: Option<&'a Object>) -> &'a Object {
    debug_assert!(v.is_some());
    // SAFETY: the caller's promise.
    unsafe { v.unwrap_unchecked() }
}

/// The operator of a rich comparison; C code can only pass 0 to 5.
#[inline(always)]
pub fn compare_op(op: c_int) -> CmpOp {
    CmpOp::from_int(op)
}
