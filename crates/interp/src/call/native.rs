//! Direct calls of native functions: builtins and methods of built-in types whose calling convention needs no packing.

use super::bind::{box_all, release_all};
use taipan_object::args::check_result;
use taipan_object::frame::Slot;
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
    let (def, slf, first) = if let Some(d) = callee.exact::<PyMethodDescr>() {
        if n == 0 || (*args).is_int() || !std::ptr::eq((*(*args).as_ptr()).ty(), d.owner()) {
            return None;
        }
        (d.def(), (*args).as_ptr(), 1)
    } else if let Some(f) = callee.exact::<PyCFunction>() {
        (f.def(), f.self_ptr(), 0)
    } else {
        return None;
    };
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
    Some(r.map(Slot::object))
}
