//! Direct calls of native functions: builtins and methods of built-in types whose calling convention needs no packing.

use super::bind::{box_all, release_all};
use crate::arith::unboxed;
use crate::regs::{cx, store};
use taipan_object::args::check_result;
use taipan_object::call::{ARGUMENTS_OFFSET, vectorcall_of};
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::prelude::*;
use taipan_object::typeobj::*;
use taipan_object::types::builtin::PyCFunction;
use taipan_object::types::descr::PyMethodDescr;

type FastCall = unsafe extern "C" fn(Ptr, *const Ptr, isize) -> Ptr;
type FastCallKeywords = unsafe extern "C" fn(Ptr, *const Ptr, isize, Ptr) -> Ptr;

const CONVENTION: i32 = METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD;
const FAST_KW: i32 = METH_FASTCALL | METH_KEYWORDS;

/// Call the native function in `win` with `n` positional arguments from `args`. `None`: not such a function, or the arguments do not fit (the general way has the
/// message); nothing was consumed then.
#[inline]
pub unsafe fn direct(win: *mut Slot, args: *mut Slot, n: usize, cx: &mut Cx) -> Option<PyResult<Slot>> {
    let callee = &*(*win).as_ptr();
    if let Some(d) = callee.exact::<PyMethodDescr>() {
        direct_method(d, win, args, n, cx)
    } else if let Some(f) = callee.exact::<PyCFunction>() {
        invoke(f.def(), f.self_ptr(), 0, win, args, n, cx)
    } else {
        None
    }
}

#[inline(always)]
unsafe fn direct_method(d: &PyMethodDescr, win: *mut Slot, args: *mut Slot, n: usize, cx: &mut Cx) -> Option<PyResult<Slot>> {
    if n == 0 {
        return None;
    }
    let slf = if (*args).is_int() { Slot::boxed(args, cx).ok()? } else { &*(*args).as_ptr() };
    if !std::ptr::eq(slf.ty(), d.owner()) && !slf.ty().is_subtype(d.owner()) {
        return None;
    }
    invoke(d.def(), slf.as_ptr(), 1, win, args, n, cx)
}

/// `call` of a built-in function in the window at `win`. False: the general way must do it, nothing has happened.
#[inline(never)]
pub unsafe fn call_function(dst: *mut Slot, win: *mut Slot, n: usize) -> PyResult<bool> {
    let f = (*(*win).as_ptr()).cast_unchecked::<PyCFunction>();
    deliver(dst, invoke(f.def(), f.self_ptr(), 0, win, win.add(FRAME_HEADER), n, &mut cx()))
}

/// `call_method` of a method of a built-in type, with self in its place. False: as [`call_function`].
#[inline(never)]
pub unsafe fn call_method_descr(dst: *mut Slot, win: *mut Slot, n: usize) -> PyResult<bool> {
    let d = (*(*win).as_ptr()).cast_unchecked::<PyMethodDescr>();
    deliver(dst, direct_method(d, win, win.add(FRAME_HEADER), n, &mut cx()))
}

/// Call of a class with a `tp_vectorcall` of its own.
pub unsafe fn call_type(dst: *mut Slot, win: *mut Slot, args: *mut Slot, f: VectorcallFunc, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    let all = std::slice::from_raw_parts_mut(args, n);
    box_all(all, cx)?;
    if cx.ts().stack_is_low() {
        return Err(crate::frames::too_deep());
    }
    let r = f((*win).as_ptr(), all.as_ptr() as *const Ptr, n | ARGUMENTS_OFFSET, std::ptr::null_mut());
    let r = check_result(r, &*(*win).as_ptr(), cx);
    release_all(all);
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    store(dst, unboxed(r?));
    Ok(())
}

#[inline(always)]
unsafe fn deliver(dst: *mut Slot, r: Option<PyResult<Slot>>) -> PyResult<bool> {
    match r {
        None => Ok(false),
        Some(r) => {
            store(dst, r?);
            Ok(true)
        }
    }
}

/// Call the row `def` with the words at `args`, the first `first` (0 or 1) of which is self.
#[inline(always)]
unsafe fn invoke(def: &MethodDef, slf: Ptr, first: usize, win: *mut Slot, args: *mut Slot, n: usize, cx: &mut Cx) -> Option<PyResult<Slot>> {
    let callee = &*(*win).as_ptr();
    let given = n - first;
    let how = def.ml_flags & CONVENTION;
    let fits = match how {
        METH_O => given == 1,
        METH_NOARGS => given == 0,
        METH_FASTCALL | FAST_KW => true,
        _ => false,
    };
    if !fits || cx.ts().stack_is_low() {
        return None;
    }
    let f = def.ml_meth?;
    let all = std::slice::from_raw_parts_mut(args, n);
    if let Err(r) = box_all(all, cx) {
        return Some(Err(r));
    }
    let rest = args.add(first) as *const Ptr;
    taipan_object::rules::calling(def);
    // Each transmute gives the function its own type according to the flags.
    let r = match how {
        METH_O => f(slf, *rest),
        METH_NOARGS => f(slf, std::ptr::null_mut()),
        METH_FASTCALL => std::mem::transmute::<CFunction, FastCall>(f)(slf, rest, given as isize),
        _ => std::mem::transmute::<CFunction, FastCallKeywords>(f)(slf, rest, given as isize, std::ptr::null_mut()),
    };
    taipan_object::rules::after_call(callee, rest, given, r);
    let r = check_result(r, callee, cx);
    release_all(all);
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    Some(r.map(unboxed))
}

/// A call with keyword values behind the positional ones, of what takes them as they lie. False: not such a callee, nothing has happened.
#[inline(never)]
pub unsafe fn call_keywords(dst: *mut Slot, win: *mut Slot, args: *mut Slot, n: usize, names: &PyTuple) -> PyResult<bool> {
    let cx = &mut cx();
    let callee = &*(*win).as_ptr();
    if !callee.is_exact::<PyCFunction>() && !callee.is_exact::<PyMethodDescr>() {
        return Ok(false);
    }
    let Some(f) = vectorcall_of(callee) else { return Ok(false) };
    let all = std::slice::from_raw_parts_mut(args, n);
    box_all(all, cx)?;
    // The callee checks its own result.
    let r = f(callee.as_ptr(), args as *const Ptr, (n - names.len()) | ARGUMENTS_OFFSET, names.as_object().as_ptr());
    let r = taipan_object::err::result_from_raw(r);
    release_all(all);
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    store(dst, unboxed(r?));
    Ok(true)
}
