//! `call` and `call_kw`.

use super::{bind, class, known, native, quick};
use crate::frames::{self, enter_window};
use crate::regs::*;
use taipan_bytecode::sop;
use taipan_object::call::{ARGUMENTS_OFFSET, vectorcall_raw};
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, frame_flags as ff};
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::typeobj::{PyType, flags, lookup, slots};
use taipan_object::types::builtin::PyCFunction;
use taipan_object::types::function::PyFunction;
use taipan_object::types::method::PyMethod;

/// Who is called with the arguments of a window.
pub struct Callee {
    /// First argument word.
    pub args: *mut Slot,
    pub nargs: usize,
    pub kwnames: Option<&'static PyTuple>,
    pub dst: isize,
}

#[inline(always)]
pub unsafe fn call<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let win = m.at(w.b());
    let mut n = w.cu();
    let cell = m.cell();
    if m.breaker() {
        crate::breaker::before_call(*m, 2 + W::WIDE as usize)?;
    }
    let callee = *win;
    if !callee.is_int() {
        let mut callee = &*callee.as_ptr();
        loop {
            if let Some(f) = callee.exact::<PyFunction>() {
                let code = f.code();
                let left = m.ts.py_recursion_remaining.get();
                if code.simple_args() as usize == n && left > 0 && enter_window(m, w.b(), f, code, n, w.a()) {
                    m.ts.py_recursion_remaining.set(left - 1);
                    return Ok(());
                }
                m.save();
                quick::enter(m.ts, win, w.b(), n, w.a())?;
                m.reload();
                return Ok(());
            }
            if !(callee.is_exact::<PyMethod>() && unbind(m.ts, m.frame, win, n)) {
                break;
            }
            callee = &*(*win).as_ptr();
            n += 1;
        }
        if callee.is_exact::<PyCFunction>() {
            m.save();
            if !W::WIDE && known::due(cell) && known::learn(win, n, cell, false) {
                m.respecialise(2, sop::CallKnown);
                known::borrowed::learn(*m, cell, false);
            }
            if native::call_function(m.at(w.a()), win, n)? {
                return m.settled();
            }
        } else if class::is_class(callee) {
            m.save();
            if !W::WIDE && known::due(cell) && known::learn(win, n, cell, false) {
                m.respecialise(2, sop::CallKnown);
                known::borrowed::learn(*m, cell, false);
            } else if class::call(m.ts, m.fp, w.b(), 0, n, cell, w.a())? {
                m.reload();
                return m.settled();
            }
        } else if !W::WIDE && known::due(cell) && known::learn(win, n, cell, false) {
            m.respecialise(2, sop::CallKnown);
        }
    }
    m.save();
    let c = Callee { args: win.add(FRAME_HEADER), nargs: n, kwnames: None, dst: w.a() };
    run_window(*m, win, c)?;
    m.settle()
}

#[inline(always)]
pub unsafe fn call_kw<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let win = m.at(w.b());
    let names = m.fetch() as usize;
    let cell = m.cell();
    m.save();
    if m.breaker() {
        crate::breaker::before_call(*m, 3 + W::WIDE as usize)?;
    }
    let names = m.const_obj(names).cast_unchecked::<PyTuple>();
    let callee = *win;
    if !callee.is_int() && (*callee.as_ptr()).is_exact::<PyFunction>() {
        quick::enter_keywords(m.ts, win, w.b(), w.cu(), names, cell, w.a())?;
        m.reload();
        return Ok(());
    }
    if !callee.is_int() && native::call_keywords(m.at(w.a()), win, win.add(FRAME_HEADER), w.cu(), names)? {
        return m.settled();
    }
    let c = Callee { args: win.add(FRAME_HEADER), nargs: w.cu(), kwnames: Some(names), dst: w.a() };
    run_window(*m, win, c)?;
    m.settle()
}

/// The general way: the callable at `win`, the arguments of `c`, everything is consumed. A Python function's frame is pushed, everything else called.
#[inline(never)]
pub unsafe fn run_window(m: Regs, win: *mut Slot, mut c: Callee) -> PyResult<()> {
    let cx = &mut cx();
    if (*win).is_int() {
        let o = Slot::boxed(win, cx)?;
        return Err(taipan_object::call::not_callable(o, cx));
    }
    let callee = &*(*win).as_ptr();
    if c.kwnames.is_none() {
        if let Some(r) = native::direct(win, c.args, c.nargs, cx) {
            m.set(c.dst, r?);
            return Ok(());
        }
    }
    if callee.is_exact::<PyFunction>() {
        return frames::enter_python(m.ts, win, c.args, c.nargs, c.kwnames, 0, c.dst);
    }
    let receiver = match callee.exact::<PyMethod>() {
        Some(b) => Some((b.func(), b.receiver())),
        None => call_dunder(callee, cx).map(|f| (f, callee)),
    };
    if let Some((f, slf)) = receiver.filter(|(f, _)| f.is_exact::<PyFunction>()) {
        let last = c.args.add(c.nargs);
        if c.args == win.add(FRAME_HEADER) && !(*m.frame).has(ff::GENERATOR) && (last as usize) < m.ts.datastack_limit.get() as usize {
            // Self goes in front: the arguments move up by one word, beyond the frame's end perhaps, where nothing lies.
            let slf = Slot::new_ref(slf);
            let f = Slot::new_ref(f);
            std::ptr::copy(c.args, c.args.add(1), c.nargs);
            *c.args = slf;
            let old = std::mem::replace(&mut *win, f);
            let r = frames::enter_python(m.ts, win, c.args, c.nargs + 1, c.kwnames, 0, c.dst);
            // The callee holds what it needs.
            old.release();
            return r;
        }
    }
    if let Some(b) = callee.exact::<PyMethod>() {
        // A bound method: its function is called with its self in front.
        let (f, slf) = (b.func().own(), b.receiver().own());
        if c.nargs < BUF {
            let mut buf = [Slot::EMPTY; BUF + 1];
            buf[0] = Slot::object(slf);
            for i in 0..c.nargs {
                buf[i + 1] = std::mem::replace(&mut *c.args.add(i), Slot::EMPTY);
            }
            let total = c.nargs + 1;
            store(win, Slot::object(f));
            return call_moved(m, win, &mut buf[..total], c.kwnames, c.dst);
        }
    }
    if class::is_class(callee) {
        let t = callee.cast_unchecked::<PyType>();
        if c.kwnames.is_none() && t.has(flags::BASE_EXC_SUBCLASS) {
            if let Some(s) = new_exception(t, win, &c, cx) {
                m.set(c.dst, s?);
                return Ok(());
            }
        }
        if c.kwnames.is_none() || c.nargs < BUF {
            if class::construct(m, win, t, &mut c)? {
                return Ok(());
            }
        }
    }
    let v = call_c(win, &c, cx)?;
    m.set(c.dst, v);
    Ok(())
}

/// Put the function and the receiver of the bound method at `win` into the window, which then has an argument more. False: nothing was done, the general way must call it. A leaf, so that
/// the usual way saves no registers.
#[inline(never)]
unsafe fn unbind(ts: &ThreadState, frame: *mut Frame, win: *mut Slot, n: usize) -> bool {
    let old = (*win).as_ptr();
    let b = (*old).cast_unchecked::<PyMethod>();
    let args = win.add(FRAME_HEADER);
    // No code may run before the frame is there: the argument more lies behind the caller's frame.
    if !b.func().is_exact::<PyFunction>() || b.is_watched() || (*frame).has(ff::GENERATOR) || (args.add(n) as usize) >= ts.datastack_limit.get() as usize {
        return false;
    }
    let (f, slf) = (Slot::new_ref(b.func()), Slot::new_ref(b.receiver()));
    for i in (0..n).rev() {
        // Volatile, or it becomes a call of `memmove`.
        args.add(i + 1).write_volatile(*args.add(i));
    }
    *args = slf;
    *win = f;
    // The callee holds what it needs.
    Object::decref_unless_last(old) || last(old)
}

/// The last count of a bound method is given up at its call.
#[cold]
#[inline(never)]
unsafe fn last(o: *mut Object) -> bool {
    Own::<Object>::from_raw(o);
    true
}

/// The function that calling an instance of a Python class runs.
unsafe fn call_dunder<'a>(o: &'a Object, cx: &'a Cx) -> Option<&'a Object> {
    let ty = o.ty();
    if ty.tp_call.get().map(|f| f as usize) != Some(slots::dispatch::slot_tp_call as *const () as usize) {
        return None;
    }
    lookup(ty, name!(cx, "__call__"), cx)
}

/// An exception whose class only keeps the arguments. The window is emptied if it is one.
pub(super) unsafe fn new_exception(t: &PyType, win: *mut Slot, c: &Callee, cx: &mut Cx) -> Option<PyResult<Slot>> {
    let args = std::slice::from_raw_parts_mut(c.args, c.nargs);
    if let Err(r) = bind::box_all(args, cx) {
        return Some(Err(r));
    }
    let objects = std::slice::from_raw_parts(c.args as *const &Object, c.nargs);
    let r = exc::base::new_plain(t, objects, cx)?;
    bind::release_all(args);
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    Some(r.map(Slot::object))
}

/// Most arguments that are moved through a buffer on the OS stack.
pub const BUF: usize = 24;

/// Call `*win` with arguments that were moved out of the window.
pub unsafe fn call_moved(m: Regs, win: *mut Slot, args: &mut [Slot], kwnames: Option<&'static PyTuple>, dst: isize) -> PyResult<()> {
    let cx = &mut cx();
    let f = Own::<Object>::from_raw(std::mem::replace(&mut *win, Slot::EMPTY).as_ptr());
    if f.is_exact::<PyFunction>() {
        let fr = frames::push_call(m.ts, f.cast_own_unchecked(), args, kwnames, 0, dst)?;
        m.ts.current_frame.set(fr);
        return Ok(());
    }
    let nk = kwnames.map_or(0, |k| k.len());
    let r = match bind::box_all(args, cx) {
        Ok(()) => {
            let kw = kwnames.map_or(std::ptr::null_mut(), |k| k.as_object().as_ptr());
            vectorcall_raw(&f, args.as_ptr() as *const *mut Object, args.len() - nk, kw, cx)
        }
        Err(r) => Err(r),
    };
    bind::release_all(args);
    drop(f);
    m.set(dst, Slot::object(r?));
    Ok(())
}

/// Call a native callable at `win` with the window as its argument array; the window is emptied.
pub unsafe fn call_c(win: *mut Slot, c: &Callee, cx: &mut Cx) -> PyResult<Slot> {
    let args = std::slice::from_raw_parts_mut(c.args, c.nargs);
    bind::box_all(args, cx)?;
    if cx.ts().stack_is_low() {
        return Err(frames::too_deep());
    }
    let callee = &*(*win).as_ptr();
    let nk = c.kwnames.map_or(0, |k| k.len());
    let kw = c.kwnames.map_or(std::ptr::null_mut(), |k| k.as_object().as_ptr());
    let r = vectorcall_raw(callee, c.args as *const *mut Object, (c.nargs - nk) | ARGUMENTS_OFFSET, kw, cx);
    bind::release_all(args);
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    r.map(Slot::object)
}
