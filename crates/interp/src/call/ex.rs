//! `f(*args, **kwargs)`.

use super::quick;
use super::window::{BUF, call_moved};
use crate::frames::{self, enter_window};
use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::call;
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, frame_flags as ff};
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::builtin::PyCFunction;
use taipan_object::types::function::PyFunction;

#[inline(always)]
pub unsafe fn call_ex<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    m.pc = m.pc.add(1);
    m.save();
    if m.breaker() {
        crate::breaker::before_call(*m, 2 + W::WIDE as usize)?;
    }
    if w.cu() == 0 {
        let win = m.at(w.b());
        let n = spread(m.ts, m.frame, win);
        if n >= 0 {
            let (n, f) = (n as usize, (*(*win).as_ptr()).cast_unchecked::<PyFunction>());
            let (code, left) = (f.code(), m.ts.py_recursion_remaining.get());
            if code.simple_args() as usize == n && left > 0 && enter_window(m, w.b(), f, code, n, w.a()) {
                m.ts.py_recursion_remaining.set(left - 1);
                return Ok(());
            }
            quick::enter(m.ts, win, w.b(), n, w.a())?;
            m.reload();
            return Ok(());
        }
        let r = native(m.at(w.b()), m.ts);
        if r.0 & 3 != 3 {
            m.put(w, r);
            return m.settled();
        }
        if r == FAILURE {
            return Err(Raised::assume());
        }
    }
    run(*m, m.at(w.b()), w.cu() != 0, w.a())?;
    m.settle()
}

/// Put the items of the tuple in the window of a Python function in its place: how many. Negative: nothing was done. A leaf, so that the usual way saves no registers.
#[inline(never)]
unsafe fn spread(ts: &ThreadState, frame: *mut Frame, win: *mut Slot) -> isize {
    let first = win.add(FRAME_HEADER);
    let (f, args) = (*win, *first);
    if !f.is_object() || !args.is_object() || !(*f.as_ptr()).is_exact::<PyFunction>() {
        return -1;
    }
    let Some(t) = (*args.as_ptr()).exact::<PyTuple>() else { return -1 };
    let n = t.len();
    // The items may lie beyond the frame's end, where nothing else is; a generator's frame has no such place. No code may run before the callee's frame is there, so somebody else has to hold the tuple.
    if (first.add(n) as usize) >= ts.datastack_limit.get() as usize || (*frame).has(ff::GENERATOR) || !Object::decref_unless_last(args.as_ptr()) {
        return -1;
    }
    *first = Slot::EMPTY;
    for (i, a) in t.as_slice().iter().enumerate() {
        *first.add(i) = Slot::new_ref(a);
    }
    n as isize
}

/// An exception is set; the window is empty.
const FAILURE: Slot = Slot(3);
/// Another callee, or arguments that are no tuple: nothing was consumed.
const MISS: Slot = Slot(7);

/// `f(*args)` of a built-in function with a tuple: the result, or one of the words above.
#[inline(never)]
unsafe fn native(win: *mut Slot, ts: &'static ThreadState) -> Slot {
    let first = win.add(FRAME_HEADER);
    let (f, args) = (*win, *first);
    if !f.is_object() || !args.is_object() || !(*f.as_ptr()).is_exact::<PyCFunction>() || ts.stack_is_low() {
        return MISS;
    }
    let (Some(v), Some(t)) = (call::vectorcall_of(&*f.as_ptr()), (*args.as_ptr()).exact::<PyTuple>()) else { return MISS };
    let items = t.as_slice();
    let r = v(f.as_ptr(), items.as_ptr() as *const *mut Object, items.len(), std::ptr::null_mut());
    *first = Slot::EMPTY;
    *win = Slot::EMPTY;
    args.release();
    f.release();
    if r.is_null() { FAILURE } else { crate::arith::unboxed(Own::from_raw(r)) }
}

/// "f() argument after * must be an iterable, not int".
#[cold]
fn not_iterable(f: &Object, args: &Object, r: Raised, cx: &mut Cx) -> Raised {
    if !cx.raised_is(exc::TypeError()) || args.ty().tp_iter.get().is_some() || abstract_::iter::is_sequence(args) {
        return r;
    }
    cx.discard(r);
    match taipan_object::args::function_str(f, cx) {
        Ok(n) => cx.type_error(format_args!("{n} argument after * must be an iterable, not {}", args.ty().tp_name_str())),
        Err(r) => r,
    }
}

/// "f() argument after ** must be a mapping, not int".
#[cold]
pub fn not_mapping(f: &Object, kw: &Object, cx: &mut Cx) -> Raised {
    match taipan_object::args::function_str(f, cx) {
        Ok(n) => cx.type_error(format_args!("{n} argument after ** must be a mapping, not {}", kw.ty().tp_name_str())),
        Err(r) => r,
    }
}

#[inline(never)]
unsafe fn run(m: Regs, win: *mut Slot, has_kwargs: bool, dst: isize) -> PyResult<()> {
    let cx = &mut cx();
    let first = win.add(FRAME_HEADER);
    let f = std::mem::replace(&mut *win, Slot::EMPTY).into_own(cx)?;
    let args = std::mem::replace(&mut *first, Slot::EMPTY).into_own(cx)?;
    let kwargs = if has_kwargs { Some(std::mem::replace(&mut *first.add(1), Slot::EMPTY).into_own(cx)?) } else { None };
    let args = match args.exact::<PyTuple>() {
        Some(t) => t.new_ref(),
        None => abstract_::iter::to_tuple(&args, cx).map_err(|r| not_iterable(&f, &args, r, cx))?,
    };
    let kwargs = match kwargs {
        None => None,
        Some(k) => match if k.is_exact::<PyDict>() { k.downcast_own::<PyDict>() } else { Err(k) } {
            Ok(d) => Some(d),
            Err(k) => {
                if k.ty().mapping().is_none_or(|mp| mp.mp_subscript.get().is_none()) {
                    return Err(not_mapping(&f, &k, cx));
                }
                let d = PyDict::new(cx)?;
                d.update(&k, cx)?;
                Some(d)
            }
        },
    };
    if !f.is_exact::<PyFunction>() {
        if cx.ts().stack_is_low() {
            return Err(frames::too_deep());
        }
        let quick = if kwargs.as_ref().is_none_or(|d| d.is_empty()) { call::vectorcall_of(&f) } else { None };
        let v = match quick {
            Some(v) => taipan_object::err::result_from_raw(v(f.as_ptr(), args.as_slice().as_ptr() as *const *mut Object, args.len(), std::ptr::null_mut()))?,
            None => call::call_tuple_dict(&f, &args, kwargs.as_deref(), cx)?,
        };
        drop(args);
        drop(f);
        m.set(dst, crate::arith::unboxed(v));
        return Ok(());
    }
    let (home, n) = (first, args.len());
    let room = (home.add(n) as usize) < m.ts.datastack_limit.get() as usize && !(*m.frame).has(ff::GENERATOR);
    if room && kwargs.as_ref().is_none_or(|d| d.is_empty()) {
        // Straight into the window, beyond the frame's end perhaps, where nothing lies.
        *win = Slot::object(f);
        for (i, a) in args.as_slice().iter().enumerate() {
            *home.add(i) = Slot::new_ref(a);
        }
        let r = quick::enter(m.ts, win, win.offset_from(m.fp), n, dst);
        drop(args);
        return r;
    }
    *win = Slot::object(f);
    if let Some(d) = kwargs.as_ref().filter(|_| room) {
        if quick::enter_mapping(m.ts, win, win.offset_from(m.fp), &args, d, dst) {
            return Ok(());
        }
    }
    let (names, values) = match kwargs.filter(|d| !d.is_empty()) {
        Some(d) => {
            let (n, v) = d.split_kwargs(cx)?;
            (Some(n), v)
        }
        None => (None, Vec::new()),
    };
    let total = args.len() + values.len();
    if total <= BUF {
        let mut buf = [Slot::EMPTY; BUF];
        fill(&mut buf, &args, values);
        return go(m, win, &mut buf[..total], names, dst);
    }
    let mut buf = vec![Slot::EMPTY; total];
    fill(&mut buf, &args, values);
    go(m, win, &mut buf, names, dst)
}

fn fill(buf: &mut [Slot], args: &PyTuple, values: Vec<Own<Object>>) {
    for (i, a) in args.as_slice().iter().enumerate() {
        buf[i] = Slot::new_ref(a);
    }
    for (i, v) in values.into_iter().enumerate() {
        buf[args.len() + i] = Slot::object(v);
    }
}

unsafe fn go(m: Regs, win: *mut Slot, buf: &mut [Slot], names: Option<Own<PyTuple>>, dst: isize) -> PyResult<()> {
    // The names are only used while binding, so the extended lifetime is not kept.
    let names_ref = names.as_deref().map(|n| &*(n as *const PyTuple));
    call_moved(m, win, buf, names_ref, dst)
}
