//! Direct calls of native functions: builtins and methods of built-in types whose calling convention needs no packing.

use super::bind::{box_all, release_all};
use crate::arith::unboxed;
use crate::compare::bool_slot;
use crate::regs::{cx, store};
use taipan_object::args::check_result;
use taipan_object::call::ARGUMENTS_OFFSET;
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::prelude::*;
use taipan_object::typeobj::*;
use taipan_object::types::builtin::PyCFunction;
use taipan_object::types::code::CacheCell;
use taipan_object::types::module::PyModule;
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

/// Built-in functions that a call site knows: `b` of its cell, with the function's row in `c`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
enum Known {
    Other = 1,
    Len = 2,
    IsInstance = 3,
}

#[cold]
#[inline(never)]
unsafe fn learn(f: &PyCFunction, cell: &mut CacheCell, cx: &mut Cx) {
    let module = f.self_ptr().as_ref().and_then(|m| m.exact::<PyModule>());
    let builtin = module.is_some_and(|m| m.md_dict.as_raw() == cx.interp().builtins.as_raw());
    let name = std::ffi::CStr::from_ptr(f.def().ml_name).to_bytes();
    let known = match name {
        b"len" if builtin => Known::Len,
        b"isinstance" if builtin => Known::IsInstance,
        _ => Known::Other,
    };
    *cell = CacheCell { a: 0, b: known as u32, c: f.def() as *const MethodDef as u64 };
}

/// `len` of the commonest exact types, `isinstance` of an exact class where the type decides.
#[inline(always)]
unsafe fn answer(known: u32, args: *mut Slot, n: usize) -> Option<Slot> {
    let x = *args;
    if known == Known::Len as u32 && n == 1 && !x.is_int() {
        let o = &*x.as_ptr();
        let len = if let Some(l) = o.exact::<PyList>() {
            l.len()
        } else if let Some(t) = o.exact::<PyTuple>() {
            t.len()
        } else if let Some(d) = o.exact::<PyDict>() {
            d.len()
        } else {
            o.exact::<PyStr>()?.len()
        };
        return Slot::try_int(len as i64);
    }
    if known == Known::IsInstance as u32 && n == 2 && !(*args.add(1)).is_int() {
        let t = (*(*args.add(1)).as_ptr()).exact::<PyType>()?;
        let ty = if x.is_int() { PyInt::ty() } else { (*x.as_ptr()).ty() };
        if std::ptr::eq(ty, t) || ty.is_subtype(t) {
            return Some(bool_slot(true));
        }
        // Others may have a `__class__` of their own.
        return x.is_int().then(|| bool_slot(false));
    }
    None
}

/// `call` of a built-in function in the window at `win`. False: the general way must do it, nothing has happened.
#[inline(never)]
pub unsafe fn call_function(dst: *mut Slot, win: *mut Slot, n: usize, cell: *mut CacheCell) -> PyResult<bool> {
    let f = (*(*win).as_ptr()).cast_unchecked::<PyCFunction>();
    let c = &mut *cell;
    if c.c != f.def() as *const MethodDef as u64 {
        learn(f, c, &mut cx());
    }
    if c.b != Known::Other as u32 {
        let args = win.add(FRAME_HEADER);
        if let Some(v) = answer(c.b, args, n) {
            for i in 0..n {
                std::mem::replace(&mut *args.add(i), Slot::EMPTY).release();
            }
            std::mem::replace(&mut *win, Slot::EMPTY).release();
            store(dst, v);
            return Ok(true);
        }
    }
    deliver(dst, invoke(f.def(), f.self_ptr(), 0, win, win.add(FRAME_HEADER), n, &mut cx()))
}

/// `call_method` of a method of a built-in type, with self in its place. False: as [`call_function`].
#[inline(never)]
pub unsafe fn call_method_descr(dst: *mut Slot, win: *mut Slot, n: usize) -> PyResult<bool> {
    let d = (*(*win).as_ptr()).cast_unchecked::<PyMethodDescr>();
    deliver(dst, direct_method(d, win, win.add(FRAME_HEADER), n, &mut cx()))
}

/// Call of a class with a `tp_vectorcall` of its own.
pub unsafe fn call_type(dst: *mut Slot, win: *mut Slot, f: VectorcallFunc, n: usize) -> PyResult<()> {
    let cx = &mut cx();
    let all = std::slice::from_raw_parts_mut(win.add(FRAME_HEADER), n);
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
    // Each transmute gives the function its own type according to the flags.
    let r = match how {
        METH_O => f(slf, *rest),
        METH_NOARGS => f(slf, std::ptr::null_mut()),
        METH_FASTCALL => std::mem::transmute::<CFunction, FastCall>(f)(slf, rest, given as isize),
        _ => std::mem::transmute::<CFunction, FastCallKeywords>(f)(slf, rest, given as isize, std::ptr::null_mut()),
    };
    let r = check_result(r, callee, cx);
    release_all(all);
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    Some(r.map(unboxed))
}
