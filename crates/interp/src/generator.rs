//! Generators in the loop: making, resuming, suspending, delegating, ending.
//!
//! A generator's frame runs where it lies. Resumed from Rust it is an entry frame; resumed by `for_iter` or `yield_from` in this loop, it returns into the caller's frame directly and
//! no StopIteration is made.

use crate::frames::{Returned, pop, ret_dst, ret_word, too_deep, write_header};
use crate::regs::*;
use crate::traced::Entry;
use taipan_bytecode::{Op, flags};
use taipan_object::frame::{Frame, Slot, Tagged, frame_flags as ff, stack_top};
use taipan_object::machine::Resumed;
use taipan_object::monitoring::{event, fire};
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::exc::PyBaseException;
use taipan_object::types::frame::PyFrame;
use taipan_object::types::generator::{self as gens, Gen, GenState, NO_DELEGATE, PyCoroutine, PyGenerator, gen_of};
use taipan_object::types::none;

/// `return_generator`: move the frame into a generator object and return that to the caller.
#[inline(never)]
pub unsafe fn return_generator(m: Regs) -> PyResult<Returned> {
    let cx = &mut cx();
    let fr = &*m.frame;
    let code = m.code();
    let func = fr.func();
    let g = gens::new_generator(code, func, cx)?;
    let gf = gen_of(&g).map(|g| g.frame()).expect("a generator was made");
    // Move the locals, then the header's owned words.
    let n = code.nlocals();
    let (from, to) = (fr.locals_ptr(), gf.locals_ptr());
    for i in 0..n {
        *to.add(i) = std::mem::replace(&mut *from.add(i), Slot::EMPTY);
    }
    write_header(gf as *const _ as *mut _, std::ptr::null_mut(), func, code, ret_word(ff::GENERATOR, 0));
    gf.pc.set(Tagged::new(m.pc));
    gf.func.set(Slot::new_ref(func.as_object()));
    // A module body with `await` keeps its namespace.
    gf.locals.set(fr.locals.replace(Slot::EMPTY));
    if fr.frame_obj.get().is_object() {
        drop(Own::<Object>::from_raw(fr.frame_obj.replace(Slot::EMPTY).as_ptr()));
    }
    let (ret, caller) = (fr.ret.get(), fr.previous.get().get());
    pop(&m);
    if ret & ff::ENTRY != 0 {
        return Ok(Returned::Exit(Slot::object(g)));
    }
    let c = Regs::of(caller, m.ts);
    c.set(ret_dst(ret), Slot::object(g));
    Ok(Returned::Resume)
}

/// Make the generator's frame the running one. `flags`: who resumes.
#[inline]
unsafe fn enter(ts: &'static ThreadState, g: &Gen, flags: u64, dst: isize) -> PyResult<()> {
    let left = ts.py_recursion_remaining.get();
    if left <= 0 || ts.stack_is_low() {
        return Err(too_deep());
    }
    ts.py_recursion_remaining.set(left - 1);
    let core = &g.core;
    let top = stack_top(ts);
    core.saved_top.set(ts.datastack_top.get());
    core.state.set(GenState::Running);
    core.delegate.set(NO_DELEGATE);
    let fr = g.frame();
    fr.previous.set(Tagged::new(ts.current_frame.get()));
    fr.ret.set(ret_word(ff::GENERATOR | flags, dst));
    core.exc.previous_item.set(ts.exc_info.get());
    ts.exc_info.set(&core.exc);
    if top.is_null() {
        // The thread has no stack yet.
        taipan_object::frame::push_separate(ts, 1);
    } else {
        ts.datastack_top.set(top as *mut usize);
    }
    ts.current_frame.set(fr as *const Frame as *mut Frame);
    Ok(())
}

/// Undo `enter`: the generator is not running any more.
#[inline]
unsafe fn exit(ts: &'static ThreadState, g: &Gen) {
    let core = &g.core;
    ts.exc_info.set(core.exc.previous_item.get());
    ts.datastack_top.set(core.saved_top.get());
    ts.current_frame.set(g.frame().previous.get().get());
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
}

/// Put the value that was sent where the suspended instruction wants it.
#[inline]
unsafe fn deliver(fr: &Frame, was: GenState, delegate: i32, v: Slot) {
    if was == GenState::Created {
        v.release();
        return;
    }
    let pc = fr.pc.get().get() as *const u32;
    let word = *pc.sub(1);
    let wide = is_wide(fr);
    let dst = if wide { Wide(*pc.sub(2), word).a() } else { Narrow(word as u64).a() };
    store(fr.fp().offset(dst), v);
    if delegate != NO_DELEGATE {
        // `yield_from` runs again with the value.
        fr.pc.set(Tagged::new(pc.sub(if wide { 2 } else { 1 })));
    }
}

/// Whether the suspended instruction (one word before `pc`) has a prefix. A word that looks like one may be the last word of the instruction before, so then the code is decoded
/// from its start.
#[inline]
unsafe fn is_wide(fr: &Frame) -> bool {
    let pc = fr.pc.get().get() as *const u32;
    let at = pc.offset_from(fr.code().exec_ptr()) as usize - 1;
    at > 0 && (*pc.sub(2)) as u8 == Op::Wide as u8 && crate::spec::starts_instruction(fr.code(), at - 1)
}

/// `machine::Hooks::resume`.
pub fn resume(g: &Gen, v: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Resumed> {
    // SAFETY: the generator is suspended or fresh (its callers checked), so its frame is complete.
    unsafe {
        let keep = g.as_object().own();
        let ts = cx.ts();
        let (was, delegate) = (g.state(), g.core.delegate.get());
        let pending = if v.is_none() { ts.current_exception.take() } else { None };
        enter(ts, g, ff::ENTRY, 0)?;
        let r = match v {
            Some(v) => {
                deliver(g.frame(), was, delegate, Slot::object(v));
                let how = if was == GenState::Created { Entry::Start } else { Entry::Resume };
                crate::dispatch::run(Regs::of(ts.current_frame.get(), ts), how)
            }
            None => {
                ts.current_exception.set(pending, cx);
                throw_in(Regs::of(ts.current_frame.get(), ts), delegate)
            }
        };
        drop(keep);
        match r {
            Some(v) => {
                let v = v.into_own(cx)?;
                Ok(if g.state() == GenState::Suspended { Resumed::Yield(v) } else { Resumed::Return(v) })
            }
            None => Err(Raised::assume()),
        }
    }
}

/// The running generator's frame gets the current exception at its suspension point.
unsafe fn throw_in(m: Regs, delegate: i32) -> Option<Slot> {
    if delegate != NO_DELEGATE {
        match throw_to_delegate(m, delegate as isize) {
            Some(Ok(Resumed::Yield(v))) => {
                return match suspend_frame(m.ts, m.frame, Slot::object(v), delegate) {
                    Suspended::Exit(v) => Some(v),
                    Suspended::Resume | Suspended::Raise => crate::dispatch::run(Regs::of(m.ts.current_frame.get(), m.ts), Entry::Middle),
                };
            }
            Some(Ok(Resumed::Return(v))) => {
                finish_delegation(&*m.frame, delegate as isize, Slot::object(v));
                return crate::dispatch::run(m, Entry::Resume);
            }
            Some(Err(_)) | None => {}
        }
    }
    // What the generator itself is handling becomes the context.
    if !m.ts.exc_top().exc_value.is_empty()
        && let Some(e) = m.ts.current_exception.take()
    {
        let _ = cx().raise(e);
    }
    if taipan_object::monitoring::is_traced(m.ts) {
        fire::thrown(&*m.frame, &mut cx());
    }
    match crate::unwind::unwind(m, true) {
        Some(m) => crate::dispatch::run(m, Entry::Middle),
        None => None,
    }
}

/// The delegate has returned `v`: release it, and go on behind the `yield_from`.
unsafe fn finish_delegation(fr: &Frame, iter: isize, v: Slot) {
    let pc = fr.pc.get().get() as *const u32;
    let value = if is_wide(fr) { Wide(*pc.sub(2), *pc.sub(1)).a() } else { Narrow(*pc.sub(1) as u64).a() };
    std::mem::replace(&mut *fr.fp().offset(iter), Slot::EMPTY).release();
    store(fr.fp().offset(value), v);
}

/// PEP 380: hand the current exception to the iterator. `None`: it has no `throw`; the exception is set again. An `Err` leaves the exception to raise set.
unsafe fn throw_to_delegate(m: Regs, iter: isize) -> Option<PyResult<Resumed>> {
    let cx = &mut cx();
    let e = m.ts.current_exception.take()?;
    let s = m.get(iter);
    let it = (*s.as_ptr()).own();
    m.save();
    if e.ty().is_subtype(exc::GeneratorExit()) {
        return match close_delegate(&it, cx) {
            Ok(()) => {
                drop(cx.set_raised(e));
                None
            }
            Err(r) => Some(Err(r)),
        };
    }
    if let Some(g) = gen_of(&it).filter(|g| !g.is_async_gen()) {
        if g.state() == GenState::Running {
            return Some(Err(cx.value_error(format_args!("generator already executing"))));
        }
        drop(cx.set_raised(e));
        return Some(stop_to_return(g.resume_raising(cx), cx));
    }
    let throw = match taipan_object::attr::get_opt(&it, name!(cx, "throw"), cx) {
        Ok(Some(t)) => t,
        Ok(None) => {
            drop(cx.set_raised(e));
            return None;
        }
        Err(r) => return Some(Err(r)),
    };
    Some(stop_to_return(taipan_object::call::call(&throw, &[&e], cx).map(Resumed::Yield), cx))
}

unsafe fn close_delegate(it: &Object, cx: &mut Cx) -> PyResult<()> {
    gens::close_iter(it, cx)
}

/// StopIteration from a delegate is its return value.
fn stop_to_return(r: PyResult<Resumed>, cx: &mut Cx) -> PyResult<Resumed> {
    match r {
        Err(r) if cx.raised_is(exc::StopIteration()) => {
            let e = cx.take_raised(r);
            Ok(Resumed::Return(gens::stop_iteration_value(&e)))
        }
        r => r,
    }
}

/// `yield_value` in a generator that a loop of this machine resumed, while nobody listens: hand the value over and go on in the loop's frame. False: the general way must do it.
#[inline(never)]
pub unsafe fn yield_to_loop(ts: &'static ThreadState, frame: *mut Frame, pc: *const u32, v: Slot) -> bool {
    let fr = &*frame;
    let ret = fr.ret.get();
    if ret & ff::MASK != ff::TAG | ff::GENERATOR | ff::FOR_ITER || ts.in_traced.get() {
        return false;
    }
    fr.pc.set(Tagged::new(pc));
    let g = Gen::of_frame(frame);
    g.core.state.set(GenState::Suspended);
    g.core.delegate.set(NO_DELEGATE);
    let caller = &*fr.previous.get().get();
    exit(ts, g);
    fr.previous.set(Tagged::new(std::ptr::null()));
    // The for_iter stands right before the return address.
    let at = caller.pc.get().get() as *const u32;
    caller.pc.set(Tagged::new(at.offset(Narrow(*at.sub(1) as u64).c())));
    store(caller.fp().offset(ret_dst(ret)), v);
    true
}

/// Where a suspension leads.
pub enum Suspended {
    Exit(Slot),
    /// Go on in the innermost frame.
    Resume,
    /// A callback raised: the frame does not suspend.
    Raise,
}

/// Suspend the running generator, handing out `v`.
#[inline]
pub unsafe fn suspend(m: Regs, v: Slot, delegate: i32) -> Suspended {
    m.save();
    if m.ts.in_traced.get() {
        let cx = &mut cx();
        let told = v.duplicate().into_own(cx).and_then(|o| fire::left(&*m.frame, event::PY_YIELD, &o, cx));
        if told.is_err() {
            v.release();
            return Suspended::Raise;
        }
        if let Some(to) = crate::traced::jump_of(&*m.frame) {
            // Not suspended: a trace function sent it elsewhere.
            v.release();
            (*m.frame).pc.set(Tagged::new(m.code().exec_ptr().add(to)));
            return Suspended::Resume;
        }
    }
    suspend_frame(m.ts, m.frame, v, delegate)
}

unsafe fn suspend_frame(ts: &'static ThreadState, mut frame: *mut Frame, v: Slot, mut delegate: i32) -> Suspended {
    loop {
        let g = Gen::of_frame(frame);
        g.core.state.set(GenState::Suspended);
        g.core.delegate.set(delegate);
        let ret = g.frame().ret.get();
        let caller = &*g.frame().previous.get().get();
        if ret & ff::ENTRY != 0 {
            exit(ts, g);
            g.frame().previous.set(Tagged::new(std::ptr::null()));
            return Suspended::Exit(v);
        }
        exit(ts, g);
        g.frame().previous.set(Tagged::new(std::ptr::null()));
        if ret & ff::FOR_ITER != 0 {
            store(caller.fp().offset(ret_dst(ret)), v);
            // The for_iter stands right before the return address.
            let pc = caller.pc.get().get() as *const u32;
            caller.pc.set(Tagged::new(pc.offset(Narrow(*pc.sub(1) as u64).c())));
            return Suspended::Resume;
        }
        // Delegated to by `yield_from`: that generator suspends too.
        delegate = ret_dst(ret) as i32;
        frame = caller as *const Frame as *mut Frame;
    }
}

/// The generator's frame returned `v`.
pub unsafe fn returned(m: Regs, v: Slot) -> Returned {
    let g = Gen::of_frame(m.frame);
    let ret = g.frame().ret.get();
    let caller = &*g.frame().previous.get().get();
    let keep = g.as_object().own();
    end(m, g);
    drop(keep);
    if ret & ff::FOR_ITER != 0 {
        v.release();
        let iter = Narrow(*(caller.pc.get().get() as *const u32).sub(1) as u64).b();
        std::mem::replace(&mut *caller.fp().offset(iter), Slot::EMPTY).release();
        return Returned::Resume;
    }
    if ret & ff::SEND != 0 {
        finish_delegation(caller, ret_dst(ret), v);
        return Returned::Resume;
    }
    Returned::Exit(v)
}

/// The generator is over: leave it and release its frame (which may run finalisers) while it still counts as running.
unsafe fn end(m: Regs, g: &Gen) {
    let cx = &mut cx();
    let fr = g.frame();
    let e = m.ts.current_exception.take();
    if fr.frame_obj.get().is_object() {
        let o = Own::<PyFrame>::from_raw(fr.frame_obj.get().as_ptr());
        PyFrame::leave(o, fr, cx);
    }
    exit(m.ts, g);
    g.finish(cx);
    m.ts.current_exception.set(e, cx);
}

/// An exception leaves the generator's frame. Gives the caller's registers when the generator had been resumed by this loop.
pub unsafe fn raised(m: Regs) -> Option<Regs> {
    let g = Gen::of_frame(m.frame);
    let ret = g.frame().ret.get();
    let caller = g.frame().previous.get().get();
    stop_to_runtime_error(g);
    end(m, g);
    if ret & ff::SEND != 0 {
        return Some(Regs::of(caller, m.ts));
    }
    if ret & ff::ENTRY != 0 { None } else { Some(Regs::of(caller, m.ts)) }
}

/// PEP 479: StopIteration must not leave a generator.
unsafe fn stop_to_runtime_error(g: &Gen) {
    let cx = &mut cx();
    let what = if g.is_coroutine() {
        "coroutine"
    } else if g.is_async_gen() {
        "async generator"
    } else {
        "generator"
    };
    let which = if cx.raised_is(exc::StopIteration()) {
        "StopIteration"
    } else if g.is_async_gen() && cx.raised_is(exc::StopAsyncIteration()) {
        "StopAsyncIteration"
    } else {
        return;
    };
    let Some(e) = cx.ts().current_exception.take() else { return };
    drop(cx.runtime_error(format_args!("{what} raised {which}")));
    let new = cx.ts().current_exception.own();
    if let Some(n) = new.as_ref().and_then(|n| n.downcast::<PyBaseException>()) {
        n.cause.set(Some(e.clone()), cx);
        n.context.set(Some(e), cx);
        n.suppress_context.set(true);
        taipan_object::types::traceback::add_frame_entry(g.frame(), cx);
    }
}

/// `for_iter` over a generator: run it in this loop. False: it cannot be entered that way.
#[inline(never)]
pub unsafe fn enter_for_iter(ts: &'static ThreadState, g: &Gen, dst: isize) -> PyResult<bool> {
    let was = g.state();
    if !matches!(was, GenState::Created | GenState::Suspended) {
        return Ok(false);
    }
    let delegate = g.core.delegate.get();
    enter(ts, g, ff::FOR_ITER, dst)?;
    deliver(g.frame(), was, delegate, Slot(none().as_ptr() as usize));
    Ok(true)
}

/// `yield_from`: `pc` stands behind the instruction, `iter` and `value` are its registers. A value leaves the loop; without one it goes on in the innermost frame.
#[inline(never)]
pub unsafe fn yield_from(m: Regs, value: isize, iter: isize) -> PyResult<Option<Slot>> {
    let cx = &mut cx();
    m.save();
    if m.breaker() {
        let words = if is_wide(&*m.frame) { 2 } else { 1 };
        crate::breaker::before_call(m, words)?;
    }
    let it = &*m.get(iter).as_ptr();
    let sent = std::mem::replace(&mut *m.at(value), Slot::EMPTY);
    let inner = if m.ts.in_traced.get() {
        None
    } else if it.is_exact::<PyGenerator>() || it.is_exact::<PyCoroutine>() { gen_of(it) } else { None };
    if let Some(g) = inner {
        let was = g.state();
        let fresh_ok = was == GenState::Created && sent.as_ptr() == none().as_ptr();
        if fresh_ok || was == GenState::Suspended {
            let delegate = g.core.delegate.get();
            if let Err(e) = enter(m.ts, g, ff::SEND, iter) {
                sent.release();
                return Err(e);
            }
            deliver(g.frame(), was, delegate, sent);
            return Ok(None);
        }
    }
    let sent = sent.into_own(cx)?;
    let r = send(it, &sent, cx)?;
    drop(sent);
    match r {
        Resumed::Yield(v) => match suspend(m, Slot::object(v), iter as i32) {
            Suspended::Exit(v) => Ok(Some(v)),
            Suspended::Resume => Ok(None),
            Suspended::Raise => Err(Raised::assume()),
        },
        Resumed::Return(v) => {
            if m.ts.in_traced.get() {
                let e = taipan_object::call::call(exc::StopIteration().as_object(), &[&v], cx)?;
                fire::stop_iteration(&*m.frame, &e, gen_of(it).is_some(), cx)?;
            }
            std::mem::replace(&mut *m.at(iter), Slot::EMPTY).release();
            m.set(value, Slot::object(v));
            Ok(None)
        }
    }
}

/// Send to any iterator (`PyIter_Send`).
unsafe fn send(it: &Object, v: &Object, cx: &mut Cx) -> PyResult<Resumed> {
    if let Some(g) = gen_of(it).filter(|g| !g.is_async_gen()) {
        return match g.send(v, cx)? {
            Some(r) => Ok(r),
            None => Ok(Resumed::Return(none().own())),
        };
    }
    if let Some(f) = it.ty().asynch().and_then(|a| a.am_send.get()) {
        let mut out = std::ptr::null_mut();
        return match f(it.as_ptr(), v.as_ptr(), &mut out) {
            1 => Ok(Resumed::Yield(Own::from_raw(out))),
            0 => Ok(Resumed::Return(Own::from_raw(out))),
            _ => Err(Raised::assume()),
        };
    }
    let r = if v.is(none()) {
        match it.ty().tp_iternext.get() {
            Some(f) => {
                let p = f(it.as_ptr());
                if p.is_null() && !cx.is_raised() {
                    return Ok(Resumed::Return(none().own()));
                }
                taipan_object::err::result_from_raw(p)
            }
            None => Err(cx.type_error(format_args!("'{}' object is not an iterator", it.ty().tp_name_str()))),
        }
    } else {
        taipan_object::call::call_method(it, name!(cx, "send"), &[v], cx)
    };
    stop_to_return(r.map(Resumed::Yield), cx)
}

#[inline(never)]
pub unsafe fn get_yield_from_iter(m: Regs, dst: isize, src: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = src.take(cx)?;
    let it = if v.is_exact::<PyCoroutine>() {
        if !m.code().has_flag(flags::COROUTINE | flags::ITERABLE_COROUTINE) {
            return Err(cx.type_error(format_args!("cannot 'yield from' a coroutine object in a non-coroutine generator")));
        }
        v.into_own()
    } else if v.is_exact::<PyGenerator>() {
        v.into_own()
    } else {
        taipan_object::abstract_::iter::get_iter(&v, cx)?
    };
    m.set(dst, Slot::object(it));
    Ok(())
}

#[inline(never)]
pub unsafe fn get_awaitable(m: Regs, dst: isize, src: Opd, whence: usize) -> PyResult<()> {
    let cx = &mut cx();
    let v = src.take(cx)?;
    let it = match gens::awaitable_iter(&v, cx) {
        Ok(it) => it,
        Err(r) => {
            let plain = v.ty().asynch().is_none_or(|a| a.am_await.get().is_none());
            if whence == 0 || !plain || !cx.raised_is(exc::TypeError()) {
                return Err(r);
            }
            cx.discard(r);
            let which = if whence == 1 { "__aenter__" } else { "__aexit__" };
            return Err(cx.type_error(format_args!(
                "'async with' received an object from {which} that does not implement __await__: {}",
                v.ty().tp_name_str()
            )));
        }
    };
    if let Some(g) = gen_of(&it).filter(|g| g.is_coroutine()) {
        if g.delegate().is_some() {
            return Err(cx.runtime_error(format_args!("coroutine is being awaited already")));
        }
    }
    m.set(dst, Slot::object(it));
    Ok(())
}

#[inline(never)]
pub unsafe fn get_aiter(m: Regs, dst: isize, src: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = src.take(cx)?;
    let Some(f) = v.ty().asynch().and_then(|a| a.am_aiter.get()) else {
        return Err(cx.type_error(format_args!("'async for' requires an object with __aiter__ method, got {}", v.ty().tp_name_str())));
    };
    let it = taipan_object::err::result_from_raw(f(v.as_ptr()))?;
    if it.ty().asynch().is_none_or(|a| a.am_anext.get().is_none()) {
        return Err(cx.type_error(format_args!(
            "'async for' received an object from __aiter__ that does not implement __anext__: {}",
            it.ty().tp_name_str()
        )));
    }
    m.set(dst, Slot::object(it));
    Ok(())
}

#[inline(never)]
pub unsafe fn get_anext(m: Regs, dst: isize, aiter: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = aiter.take(cx)?;
    let Some(f) = v.ty().asynch().and_then(|a| a.am_anext.get()) else {
        return Err(cx.type_error(format_args!("'async for' requires an iterator with __anext__ method, got {}", v.ty().tp_name_str())));
    };
    let next = taipan_object::err::result_from_raw(f(v.as_ptr()))?;
    let it = if gens::is_async_helper(&next) {
        next
    } else {
        match gens::awaitable_iter(&next, cx) {
            Ok(it) => it,
            Err(r) => {
                let e = cx.take_raised(r);
                let r = cx.type_error(format_args!(
                    "'async for' received an invalid object from __anext__: {}",
                    next.ty().tp_name_str()
                ));
                let new = cx.take_raised(r);
                if let Some(n) = new.downcast::<PyBaseException>() {
                    n.cause.set(Some(e.clone()), cx);
                    n.context.set(Some(e), cx);
                    n.suppress_context.set(true);
                }
                return Err(cx.set_raised(new));
            }
        }
    };
    m.set(dst, Slot::object(it));
    Ok(())
}

#[inline(never)]
pub unsafe fn end_async_for(aiter: Opd, e: Opd) -> PyResult<bool> {
    let cx = &mut cx();
    let (it, e) = (aiter.take(cx)?, e.take(cx)?);
    if e.ty().is_subtype(exc::StopAsyncIteration()) {
        return Ok(true);
    }
    drop(it);
    drop(cx.set_raised(e.into_own()));
    Ok(false)
}
