//! Generators in the loop: making, resuming, suspending, delegating, ending.
//!
//! A generator's frame runs where it lies. Resumed from Rust it is an entry frame; resumed by `for_iter` or `yield_from` in this loop, it returns into the caller's frame directly and
//! no StopIteration is made.

use crate::cells;
use crate::dispatch::op;
use crate::frames::{Returned, enter_python, ret_dst, ret_word, too_deep};
use crate::regs::*;
use crate::traced::Entry;
use taipan_bytecode::{Op, flags};
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, Tagged, frame_flags as ff, pop_separate};
use taipan_object::machine::Resumed;
use taipan_object::monitoring::{event, fire};
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::exc::PyBaseException;
use taipan_object::types::code::PyCode;
use taipan_object::types::frame::PyFrame;
use taipan_object::types::function::PyFunction;
use taipan_object::types::generator::{self as gens, AsyncGenASend, AsyncGenWrapped, Gen, GenState, NO_DELEGATE, PyAsyncGen, PyCoroutine, PyGenerator, gen_of};
use taipan_object::types::none;

/// `return_generator`: move the frame into a generator object and return that to the caller.
#[inline(never)]
pub unsafe fn return_generator(m: Regs) -> PyResult<Returned> {
    let cx = &mut cx();
    let fr = &*m.frame;
    let code = m.code();
    let g = gens::new_generator(code, fr.func(), m.pc, fr.locals_ptr(), code.nlocals(), cx)?;
    let gf = g.frame();
    gf.func.set(fr.func.replace(Slot::EMPTY));
    // A module body with `await` keeps its namespace.
    gf.locals.set(fr.locals.replace(Slot::EMPTY));
    if fr.frame_obj.get().is_object() {
        drop(Own::<Object>::from_raw(fr.frame_obj.replace(Slot::EMPTY).as_ptr()));
    }
    let (ret, caller) = (fr.ret.get(), fr.previous.get().get());
    m.ts.py_recursion_remaining.set(m.ts.py_recursion_remaining.get() + 1);
    m.ts.current_frame.set(caller);
    if ret & ff::SEPARATE != 0 {
        pop_separate(m.ts, m.frame);
    }
    let g = Slot(g.as_object().as_ptr() as usize);
    if ret & ff::ENTRY != 0 {
        return Ok(Returned::Exit(g));
    }
    let c = Regs::of(caller, m.ts);
    c.set(ret_dst(ret), g);
    Ok(Returned::Resume)
}

/// Where a generator of this code begins, once its cells are made in `locals`: nothing else comes before `return_generator`. None: something does, nothing has happened.
unsafe fn prologue(f: &PyFunction, code: &PyCode, locals: *mut Slot) -> PyResult<Option<*const u32>> {
    let mut pc = code.entry_ptr();
    let end = loop {
        match *pc as u8 {
            op::ReturnGenerator => break pc,
            op::MakeCell | op::CopyFreeVars => pc = pc.add(1),
            _ => return Ok(None),
        }
    };
    pc = code.entry_ptr();
    let fp = locals.add(code.nlocals());
    while pc < end {
        let w = Narrow(*pc as u64);
        if *pc as u8 == op::MakeCell {
            cells::make_cell(fp.offset(w.a()))?;
        } else {
            cells::copy_closure(f, fp, w.au())?;
        }
        pc = pc.add(1);
    }
    Ok(Some(end.add(1)))
}

/// A generator whose arguments lie bound in `locals`, made without a frame for the call. None: it needs one, nothing has happened. The locals are empty when it succeeds.
#[inline]
pub unsafe fn make(f: &PyFunction, code: &PyCode, locals: *mut Slot) -> PyResult<Option<Slot>> {
    let Some(pc) = prologue(f, code, locals)? else { return Ok(None) };
    let g = gens::new_generator(code, f, pc, locals, code.nlocals(), &mut cx())?;
    g.frame().func.set(Slot::new_ref(f));
    Ok(Some(Slot(g.as_object().as_ptr() as usize)))
}

/// A generator of `f`, the innermost function's callee, straight from its arguments: nothing comes before `return_generator`, and nobody listens. The function and the arguments are taken
/// over when it succeeds. None: there is more to do, nothing has happened.
#[inline]
pub unsafe fn make_directly(ts: &'static ThreadState, f: &PyFunction, code: &PyCode, args: *mut Slot, nargs: usize) -> Option<PyResult<Slot>> {
    let pc = code.entry_ptr();
    if *pc as u8 != op::ReturnGenerator || ts.in_traced.get() {
        return None;
    }
    Some(gens::new_generator(code, f, pc.add(1), args, nargs, &mut cx()).map(|g| {
        g.frame().func.set(Slot(f.as_object().as_ptr() as usize));
        Slot(g.as_object().as_ptr() as usize)
    }))
}

/// Call the generator function in the window with `n` positional arguments: no frame is needed for that as a rule. Function and arguments are taken over in any case.
#[inline(never)]
pub unsafe fn call(ts: &'static ThreadState, win: *mut Slot, n: usize, dst: isize) -> PyResult<()> {
    const ODD: u32 = flags::VARARGS | flags::VARKEYWORDS;
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let (code, args) = (f.code(), win.add(FRAME_HEADER));
    let pc = code.entry_ptr();
    let plain = n == code.argcount() && code.kwonlyargcount() == 0 && !code.has_flag(ODD) && !pc.is_null() && ts.py_recursion_remaining.get() > 0;
    if !plain || *pc as u8 != op::ReturnGenerator || ts.in_traced.get() {
        return enter_python(ts, win, args, n, None, 0, dst);
    }
    let cx = &mut cx();
    match gens::new_generator(code, f, pc.add(1), args, n, cx) {
        Ok(g) => {
            g.frame().func.set(std::mem::replace(&mut *win, Slot::EMPTY));
            store((*ts.current_frame.get()).fp().offset(dst), Slot(g.as_object().as_ptr() as usize));
            Ok(())
        }
        Err(r) => {
            cx.discard(r);
            enter_python(ts, win, args, n, None, 0, dst)
        }
    }
}

/// `o.name()`, where the class has a generator function of no other parameters under that name: what the slot would give, without running a frame. None: the slot must say.
pub unsafe fn of_method(o: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let ty = o.ty();
    if !ty.has(taipan_object::typeobj::flags::HEAPTYPE) || cx.ts().in_traced.get() {
        return Ok(None);
    }
    let Some(f) = taipan_object::typeobj::lookup(ty, name, cx).and_then(|f| f.exact::<PyFunction>()).map(|f| f.new_ref()) else { return Ok(None) };
    let code = f.code();
    let odd = flags::VARARGS | flags::VARKEYWORDS;
    if !code.is_generator_like() || code.argcount() != 1 || code.kwonlyargcount() != 0 || code.has_flag(odd) || code.nlocals() > SMALL {
        return Ok(None);
    }
    code.ensure_linked(cx)?;
    let mut locals = [Slot::EMPTY; SMALL];
    locals[0] = Slot::new_ref(o);
    let made = make(&f, code, locals.as_mut_ptr());
    if !matches!(made, Ok(Some(_))) {
        crate::call::bind::release_all(&mut locals);
    }
    Ok(made?.map(|g| Own::from_raw(g.as_ptr())))
}

/// Most locals of a generator that [`of_method`] makes.
const SMALL: usize = 16;

/// Make the generator's frame the running one; the limit of recursion was checked. `ret`: who resumes.
#[inline(always)]
pub unsafe fn enter(ts: &'static ThreadState, g: &Gen, ret: u64) {
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
    let core = &g.core;
    let (caller, top) = (ts.current_frame.get(), ts.datastack_top.get());
    core.saved_top.set(top);
    core.state.set(GenState::Running);
    let fr = g.frame();
    fr.previous.set(Tagged::new(caller));
    fr.ret.set(ret | ff::GENERATOR);
    core.exc.previous_item.set(ts.exc_info.get());
    ts.exc_info.set(&core.exc);
    match caller.as_ref() {
        Some(c) if c.has(ff::GENERATOR) => {}
        Some(c) => ts.datastack_top.set(c.end() as *mut usize),
        // The thread has no stack yet.
        None if top.is_null() => drop(taipan_object::frame::push_separate(ts, 1)),
        None => {}
    }
    ts.current_frame.set(fr as *const Frame as *mut Frame);
}

/// Undo `enter`: the generator is not running any more.
#[inline(always)]
unsafe fn exit(ts: &'static ThreadState, g: &Gen) {
    let core = &g.core;
    ts.exc_info.set(core.exc.previous_item.get());
    ts.datastack_top.set(core.saved_top.get());
    ts.current_frame.set(g.frame().previous.get().get());
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
}

/// Whether the suspended instruction (one word before `pc`) has a prefix. A word that looks like one may be the last word of the instruction before, so then the code is decoded
/// from its start.
#[inline(always)]
unsafe fn is_wide(fr: &Frame) -> bool {
    // `return_generator` comes before every suspension, so there is a word in front.
    let pc = fr.pc.get().get() as *const u32;
    (*pc.sub(2)) as u8 == Op::Wide as u8 && is_wide_slow(fr, pc)
}

#[cold]
#[inline(never)]
unsafe fn is_wide_slow(fr: &Frame, pc: *const u32) -> bool {
    const SHORT: usize = 128;
    let code = fr.code();
    // Few registers need no prefix.
    (code.nlocals() > SHORT || code.ntemps() > SHORT) && crate::spec::starts_instruction(code, pc.offset_from(code.exec_ptr()) as usize - 2)
}

/// Put the value that was sent where the suspended instruction wants it. `again`: a `yield_from`, which runs again with it.
#[inline(always)]
pub unsafe fn deliver(fr: &Frame, v: Slot, again: bool) {
    let pc = fr.pc.get().get() as *const u32;
    let word = *pc.sub(1);
    let wide = is_wide(fr);
    let dst = if wide { Wide(*pc.sub(2), word).a() } else { Narrow(word as u64).a() };
    if again {
        fr.pc.set(Tagged::new(pc.sub(if wide { 2 } else { 1 })));
    }
    store(fr.fp().offset(dst), v);
}

/// Enter `g`, which is suspended or fresh, with the value that is sent; when it waits for another generator, that one is entered as well, and so on.
#[inline(always)]
pub unsafe fn send_into(ts: &'static ThreadState, g: &Gen, ret: u64, v: Slot) -> PyResult<()> {
    if ts.py_recursion_remaining.get() <= 0 {
        v.release();
        return Err(too_deep());
    }
    let fresh = g.state() == GenState::Created;
    enter(ts, g, ret);
    if fresh {
        v.release();
    } else if g.core.delegate.get() == NO_DELEGATE {
        deliver(g.frame(), v, false);
    } else {
        descend(ts, g, v);
    }
    Ok(())
}

/// `g` has been entered and waits in a `yield_from`: enter what it waits for, down to the innermost generator.
#[inline(never)]
unsafe fn descend(ts: &'static ThreadState, mut g: &Gen, v: Slot) {
    let calm = ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) == 0 && !ts.in_traced.get();
    loop {
        let fr = g.frame();
        let reg = g.core.delegate.get() as isize;
        let it = &*(*fr.fp().offset(reg)).as_ptr();
        let simple = calm && ts.py_recursion_remaining.get() > 0 && (it.is_exact::<PyGenerator>() || it.is_exact::<PyCoroutine>());
        if !simple {
            return deliver(fr, v, true);
        }
        let inner = it.cast_unchecked::<Gen>();
        if inner.state() != GenState::Suspended {
            return deliver(fr, v, true);
        }
        enter(ts, inner, ret_word(ff::SEND, reg));
        if inner.core.delegate.get() == NO_DELEGATE {
            return deliver(inner.frame(), v, false);
        }
        g = inner;
    }
}

/// `machine::Hooks::resume`.
pub fn resume(g: &Gen, v: Option<Own<Object>>, cx: &mut Cx) -> PyResult<Resumed> {
    // SAFETY: the generator is suspended or fresh (its callers checked), so its frame is complete.
    unsafe {
        let ts = cx.ts();
        let keep = g.as_object().own();
        let r = match v {
            Some(v) => {
                if ts.stack_is_low() {
                    return Err(too_deep());
                }
                let how = if g.state() == GenState::Created { Entry::Start } else { Entry::Resume };
                send_into(ts, g, ret_word(ff::ENTRY, 0), Slot::object(v))?;
                crate::dispatch::go_on(ts, how)
            }
            None => {
                let delegate = g.core.delegate.get();
                let pending = ts.current_exception.take();
                if ts.py_recursion_remaining.get() <= 0 || ts.stack_is_low() {
                    drop(pending);
                    return Err(too_deep());
                }
                enter(ts, g, ret_word(ff::ENTRY, 0));
                ts.current_exception.set(pending, cx);
                throw_in(Regs::of(ts.current_frame.get(), ts), delegate)
            }
        };
        let suspended = g.state() == GenState::Suspended;
        drop(keep);
        match r {
            Some(v) => {
                let v = v.into_own(cx)?;
                Ok(if suspended { Resumed::Yield(v) } else { Resumed::Return(v) })
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
                    Slot::EMPTY => crate::dispatch::go_on(m.ts, Entry::Middle),
                    v => Some(v),
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

/// Where a suspension leads.
pub enum Suspended {
    Exit(Slot),
    /// Go on in the innermost frame.
    Resume,
    /// A callback raised: the frame does not suspend.
    Raise,
}

/// `yield_value` while nobody listens: the value to leave the loop with, or empty to go on in the innermost frame.
#[inline(never)]
pub unsafe fn yield_value(ts: &'static ThreadState, frame: *mut Frame, pc: *const u32, v: Slot) -> Slot {
    (*frame).pc.set(Tagged::new(pc));
    suspend_frame(ts, frame, v, NO_DELEGATE)
}

/// Suspend the running generator, handing out `v`.
#[inline(never)]
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
    match suspend_frame(m.ts, m.frame, v, delegate) {
        Slot::EMPTY => Suspended::Resume,
        v => Suspended::Exit(v),
    }
}

/// Suspend the running generator and those that delegate to it, up to who resumed the outermost. The value to leave the loop with, or empty to go on in the innermost frame.
#[inline(always)]
pub unsafe fn suspend_frame(ts: &'static ThreadState, mut frame: *mut Frame, v: Slot, mut delegate: i32) -> Slot {
    let mut left = ts.py_recursion_remaining.get();
    let item = delegate == NO_DELEGATE && (*frame).has(ff::ASEND) && v.is_object() && (*v.as_ptr()).is_exact::<AsyncGenWrapped>();
    loop {
        let g = Gen::of_frame(frame);
        g.core.state.set(GenState::Suspended);
        g.core.delegate.set(delegate);
        left += 1;
        let fr = &*frame;
        let ret = fr.ret.get();
        let caller = fr.previous.get().get();
        fr.previous.set(Tagged::new(std::ptr::null()));
        if ret & ff::SEND != 0 && !item {
            // Delegated to by `yield_from`: that generator suspends too.
            delegate = ret_dst(ret) as i32;
            frame = caller;
            continue;
        }
        ts.exc_info.set(g.core.exc.previous_item.get());
        ts.datastack_top.set(g.core.saved_top.get());
        ts.current_frame.set(caller);
        ts.py_recursion_remaining.set(left);
        if ret & ff::ENTRY != 0 {
            return v;
        }
        let caller = &*caller;
        if item {
            let wrapped = &*v.as_ptr();
            finish_asend(caller, ret_dst(ret), wrapped.cast_unchecked::<AsyncGenWrapped>().value().own());
            v.release();
            return Slot::EMPTY;
        }
        // The for_iter stands right before the return address.
        let pc = caller.pc.get().get() as *const u32;
        caller.pc.set(Tagged::new(pc.offset(Narrow(*pc.sub(1) as u64).c())));
        store(caller.fp().offset(ret_dst(ret)), v);
        return Slot::EMPTY;
    }
}

/// The async generator behind the awaitable in register `reg` of `caller` has given an item.
unsafe fn finish_asend(caller: &Frame, reg: isize, v: Own<Object>) {
    asend_of(caller, reg).end(false);
    finish_delegation(caller, reg, Slot::object(v));
}

unsafe fn asend_of(caller: &Frame, reg: isize) -> &AsyncGenASend {
    (*(*caller.fp().offset(reg)).as_ptr()).cast_unchecked::<AsyncGenASend>()
}

/// `async_gen_wrap` before a `yield_value`, in an async generator whose awaitable this loop resumed: yield the item without wrapping it. False: it must be wrapped, nothing has happened.
/// `pc` stands behind the wrapping instruction.
#[inline(never)]
pub unsafe fn yield_item(ts: &'static ThreadState, frame: *mut Frame, pc: *const u32, dst: isize, src: Opd) -> PyResult<bool> {
    let fr = &*frame;
    let next = Narrow(*pc as u64);
    if !fr.has(ff::ASEND) || ts.in_traced.get() || *pc as u8 != op::YieldValue || next.b() != dst {
        return Ok(false);
    }
    let v = src.take(&mut cx())?.into_own();
    fr.pc.set(Tagged::new(pc.add(1)));
    let g = Gen::of_frame(frame);
    g.core.state.set(GenState::Suspended);
    g.core.delegate.set(NO_DELEGATE);
    let (ret, caller) = (fr.ret.get(), &*fr.previous.get().get());
    exit(ts, g);
    fr.previous.set(Tagged::new(std::ptr::null()));
    finish_asend(caller, ret_dst(ret), v);
    Ok(true)
}

/// The generator's frame returned `v`.
#[inline(never)]
pub unsafe fn returned(ts: &'static ThreadState, frame: *mut Frame, v: Slot) -> Returned {
    let g = Gen::of_frame(frame);
    let fr = &*frame;
    let ret = fr.ret.get();
    let caller = &*fr.previous.get().get();
    let cx = &mut cx();
    if fr.frame_obj.get().is_object() {
        PyFrame::leave(Own::<PyFrame>::from_raw(fr.frame_obj.get().as_ptr()), fr, cx);
    }
    exit(ts, g);
    g.core.state.set(GenState::Finished);
    // What it lies in is held by who resumed it: a register of the caller, or Rust. Temps are empty.
    let locals = fr.locals_ptr();
    for i in 0..fr.code().nlocals() {
        std::mem::replace(&mut *locals.add(i), Slot::EMPTY).release();
    }
    if fr.frame_obj.get().is_object() {
        PyFrame::leave(Own::<PyFrame>::from_raw(fr.frame_obj.get().as_ptr()), fr, cx);
    }
    g.release_header(cx);
    if ret & ff::FOR_ITER != 0 {
        v.release();
        let iter = Narrow(*(caller.pc.get().get() as *const u32).sub(1) as u64).b();
        std::mem::replace(&mut *caller.fp().offset(iter), Slot::EMPTY).release();
        return Returned::Resume;
    }
    if ret & ff::ASEND != 0 {
        v.release();
        return exhausted(ts, caller, ret_dst(ret));
    }
    if ret & ff::SEND != 0 {
        finish_delegation(caller, ret_dst(ret), v);
        return Returned::Resume;
    }
    Returned::Exit(v)
}

/// The async generator behind the awaitable in register `reg` of `caller` is over: StopAsyncIteration, which an `async for` need not see.
unsafe fn exhausted(ts: &'static ThreadState, caller: &Frame, reg: isize) -> Returned {
    asend_of(caller, reg).end(true);
    let code = caller.code();
    if let Some(h) = code.handler_at(caller.lasti_word().max(0) as u32) {
        let pc = code.exec_ptr().add(h.handler as usize);
        let w = Narrow(*pc as u64);
        if *pc as u8 == op::EndAsyncFor && w.b() == h.depth as isize && !h.lasti && !ts.in_traced.get() {
            caller.pc.set(Tagged::new(pc.add(1)));
            for i in h.depth as usize..code.ntemps() {
                std::mem::replace(&mut *caller.fp().add(i), Slot::EMPTY).release();
            }
            if w.a() >= 0 {
                std::mem::replace(&mut *caller.fp().offset(w.a()), Slot::EMPTY).release();
            }
            return Returned::Resume;
        }
    }
    drop(cx().raise_empty(exc::StopAsyncIteration()));
    Returned::Raise
}

/// The generator ends by an exception: leave it and release its frame (which may run finalisers) while it still counts as running.
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
    if ret & ff::ASEND != 0 {
        let cx = &cx();
        asend_of(&*caller, ret_dst(ret)).end(cx.raised_is(exc::GeneratorExit()) || cx.raised_is(exc::StopAsyncIteration()));
    }
    end(m, g);
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
    if !matches!(g.state(), GenState::Created | GenState::Suspended) {
        return Ok(false);
    }
    send_into(ts, g, ret_word(ff::FOR_ITER, dst), Slot(none().as_ptr() as usize))?;
    Ok(true)
}

/// `yield_from`: `pc` stands behind the instruction, `iter` and `value` are its registers. A value leaves the loop; without one it goes on in the innermost frame.
#[inline(never)]
pub unsafe fn yield_from(ts: &'static ThreadState, frame: *mut Frame, pc: *const u32, value: isize, iter: isize) -> PyResult<Option<Slot>> {
    let fp = (*frame).fp();
    let it = &*(*fp.offset(iter)).as_ptr();
    let calm = ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) == 0 && !ts.in_traced.get() && ts.py_recursion_remaining.get() > 0;
    if calm && (it.is_exact::<PyCoroutine>() || it.is_exact::<PyGenerator>()) && *fp.offset(value) == Slot(none().as_ptr() as usize) {
        let g = it.cast_unchecked::<Gen>();
        if g.state() == GenState::Created {
            // As a rule it begins here.
            (*frame).pc.set(Tagged::new(pc));
            *fp.offset(value) = Slot::EMPTY;
            std::hint::assert_unchecked(!ts.current_frame.get().is_null());
            enter(ts, g, ret_word(ff::SEND, iter));
            return Ok(None);
        }
    }
    yield_from_any(ts, frame, pc, value, iter)
}

#[inline(never)]
unsafe fn yield_from_any(ts: &'static ThreadState, frame: *mut Frame, pc: *const u32, value: isize, iter: isize) -> PyResult<Option<Slot>> {
    let fr = &*frame;
    fr.pc.set(Tagged::new(pc));
    let fp = fr.fp();
    if ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) != 0 {
        let words = if is_wide(fr) { 2 } else { 1 };
        let mut m = Regs::of(frame, ts);
        m.pc = pc;
        crate::breaker::before_call(m, words)?;
    }
    let it = &*(*fp.offset(iter)).as_ptr();
    let sent = std::mem::replace(&mut *fp.offset(value), Slot::EMPTY);
    if !ts.in_traced.get() {
        let sent_none = sent.as_ptr() == none().as_ptr();
        if it.is_exact::<PyGenerator>() || it.is_exact::<PyCoroutine>() {
            let g = it.cast_unchecked::<Gen>();
            let was = g.state();
            if was == GenState::Suspended || (was == GenState::Created && sent_none) {
                return send_into(ts, g, ret_word(ff::SEND, iter), sent).map(|()| None);
            }
        } else if let Some(a) = it.exact::<AsyncGenASend>()
            && ts.py_recursion_remaining.get() > 0
            && let Some((g, first)) = a.begin(sent_none)
        {
            let v = first.map_or(sent, Slot::object);
            return send_into(ts, g, ret_word(ff::SEND | ff::ASEND, iter), v).map(|()| None);
        }
    }
    let mut m = Regs::of(frame, ts);
    m.pc = pc;
    send_out(m, it, sent, value, iter)
}

/// `yield_from` over what this loop does not run itself.
unsafe fn send_out(m: Regs, it: &Object, sent: Slot, value: isize, iter: isize) -> PyResult<Option<Slot>> {
    let cx = &mut cx();
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
                let e = gens::stop_iteration(&v, cx)?;
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
        crate::iter::iter_of(&v, cx)?
    };
    m.set(dst, Slot::object(it));
    Ok(())
}

#[inline(always)]
pub unsafe fn get_awaitable<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let s = m.get(w.b());
    if w.b() >= 0 && s.is_object() && (*s.as_ptr()).is_exact::<PyCoroutine>() && !awaited((*s.as_ptr()).cast_unchecked::<Gen>()) {
        *m.at(w.b()) = Slot::EMPTY;
        m.put(w, s);
        return Ok(());
    }
    m.save();
    awaitable(*m, w.a(), m.src(w.b()), w.cu())
}

#[inline(never)]
unsafe fn awaitable(m: Regs, dst: isize, src: Opd, whence: usize) -> PyResult<()> {
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
    if gen_of(&it).is_some_and(|g| g.is_coroutine() && awaited(g)) {
        return Err(cx.runtime_error(format_args!("coroutine is being awaited already")));
    }
    m.set(dst, Slot::object(it));
    Ok(())
}

/// Whether somebody awaits the coroutine: it is suspended and waits for something itself.
#[inline(always)]
fn awaited(g: &Gen) -> bool {
    g.state() == GenState::Suspended && g.core.delegate.get() != NO_DELEGATE
}

#[inline(never)]
pub unsafe fn get_aiter(m: Regs, dst: isize, src: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let v = src.take(cx)?;
    let Some(f) = v.ty().asynch().and_then(|a| a.am_aiter.get()) else {
        return Err(cx.type_error(format_args!("'async for' requires an object with __aiter__ method, got {}", v.ty().tp_name_str())));
    };
    let it = match of_method(&v, name!(cx, "__aiter__"), cx)? {
        Some(g) => g,
        None => taipan_object::err::result_from_raw(f(v.as_ptr()))?,
    };
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
    if let Some(g) = v.exact::<PyAsyncGen>() {
        let next = g.next_awaitable(cx)?;
        m.set(dst, Slot::object(next));
        return Ok(());
    }
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
