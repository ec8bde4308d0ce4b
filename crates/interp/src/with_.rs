//! `with` and `async with`.

use crate::call::{Callee, quick, run_window};
use crate::regs::*;
use taipan_object::err::result_from_raw;
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::typeobj::{flags, lookup};
use taipan_object::types::function::PyFunction;
use taipan_object::types::none;

/// A special method of the object's type: (callable, whether it takes the object as first argument).
#[inline]
fn special(o: &Object, n: &PyStr, cx: &mut Cx) -> PyResult<Option<(Own<Object>, bool)>> {
    let Some(f) = lookup(o.ty(), n, cx).map(|f| f.own()) else { return Ok(None) };
    if f.ty().has(flags::METHOD_DESCRIPTOR) {
        return Ok(Some((f, true)));
    }
    match f.ty().tp_descr_get.get() {
        None => Ok(Some((f, false))),
        // SAFETY: the slot's contract.
        Some(get) => unsafe { result_from_raw(get(f.as_ptr(), o.as_ptr(), o.ty().as_object().as_ptr())).map(|f| Some((f, false))) },
    }
}

#[cold]
fn unsupported(o: &Object, is_async: bool, missing_exit: bool, cx: &mut Cx) -> Raised {
    let n = o.ty().tp_name_str();
    let (kind, missed) = match (is_async, missing_exit) {
        (false, false) => ("context manager", "__enter__"),
        (false, true) => ("context manager", "__exit__"),
        (true, false) => ("asynchronous context manager", "__aenter__"),
        (true, true) => ("asynchronous context manager", "__aexit__"),
    };
    let has = |s: &str, cx: &mut Cx| PyStr::new_interned(s, cx).is_ok_and(|s| lookup(o.ty(), &s, cx).is_some());
    let hint = if is_async {
        let other = has("__enter__", cx) && has("__exit__", cx);
        other.then_some(" but it supports the context manager protocol. Did you mean to use 'with'?")
    } else {
        let other = has("__aenter__", cx) && has("__aexit__", cx);
        other.then_some(" but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?")
    };
    let hint = hint.unwrap_or_default();
    cx.type_error(format_args!("'{n}' object does not support the {kind} protocol (missed {missed} method){hint}"))
}

#[inline(never)]
pub unsafe fn enter(m: Regs, base: isize, src: Opd, win: *mut Slot, is_async: bool) -> PyResult<()> {
    let cx = &mut cx();
    let o = src.take(cx)?.into_own();
    let (en, ex) = if is_async { (name!(cx, "__aenter__"), name!(cx, "__aexit__")) } else { (name!(cx, "__enter__"), name!(cx, "__exit__")) };
    // The exit comes first, as in CPython.
    let Some((x, x_self)) = special(&o, ex, cx)? else { return Err(unsupported(&o, is_async, true, cx)) };
    let Some((f, f_self)) = special(&o, en, cx)? else { return Err(unsupported(&o, is_async, false, cx)) };
    m.set(base, Slot::object(x));
    m.set(base + 1, if x_self { Slot::object(o.clone()) } else { Slot::EMPTY });
    *win = Slot::object(f);
    let args = win.add(FRAME_HEADER);
    let mut n = 0;
    if f_self {
        *args = Slot::object(o);
        n = 1;
    }
    call_method(m, win, n, base + 2)
}

/// Call what lies in the window with the `n` arguments there.
unsafe fn call_method(m: Regs, win: *mut Slot, n: usize, dst: isize) -> PyResult<()> {
    if (*win).is_object() && (*(*win).as_ptr()).is_exact::<PyFunction>() {
        return quick::enter(m.ts, win, win.offset_from(m.fp), n, dst);
    }
    run_window(m, win, Callee { args: win.add(FRAME_HEADER), nargs: n, kwnames: None, dst })
}

/// Put the pair at `base` into the window, consumed or copied; gives the number of arguments so far.
unsafe fn exit_call(m: &Regs, base: isize, win: *mut Slot, keep: bool) -> usize {
    let (f, s) = (m.at(base), m.at(base + 1));
    let take = |p: *mut Slot| if keep { (*p).duplicate() } else { std::mem::replace(&mut *p, Slot::EMPTY) };
    *win = take(f);
    if (*s).is_empty() {
        return 0;
    }
    *win.add(FRAME_HEADER) = take(s);
    1
}

#[inline(never)]
pub unsafe fn exit(m: Regs, dst: isize, base: isize, win: *mut Slot) -> PyResult<()> {
    let n = exit_call(&m, base, win, false);
    let args = win.add(FRAME_HEADER);
    for i in 0..3 {
        *args.add(n + i) = Slot::new_ref(none());
    }
    call_method(m, win, n + 3, dst)
}

#[inline(never)]
pub unsafe fn except_start(m: Regs, dst: isize, base: isize, win: *mut Slot) -> PyResult<()> {
    let cx = &mut cx();
    let e = (*m.get(base + 4).as_ptr()).own();
    let n = exit_call(&m, base, win, true);
    let args = win.add(FRAME_HEADER);
    let tb = match e.downcast::<exc::PyBaseException>().and_then(|b| b.traceback.own()) {
        Some(t) => t,
        None => none().own(),
    };
    *args.add(n) = Slot::new_ref(e.ty().as_object());
    *args.add(n + 1) = Slot::object(e);
    *args.add(n + 2) = Slot::object(tb);
    let _ = cx;
    call_method(m, win, n + 3, dst)
}
