//! Pushing and popping frames.
//!
//! A Python function called with exactly its positional arguments runs in the window of the call: the header is written in front of the arguments, which have become its first
//! locals. All other frames are *separate*: they begin at the top of the stack and their arguments are moved there.

use crate::call::bind;
use crate::generator;
use crate::operator;
use crate::regs::*;
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, Tagged, frame_flags as ff, pop_separate, push_separate};
use taipan_bytecode::flags;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::code::PyCode;
use taipan_object::types::frame::PyFrame;
use taipan_object::types::function::PyFunction;
use taipan_object::types::none;

/// "maximum recursion depth exceeded".
#[cold]
#[inline(never)]
pub fn too_deep() -> Raised {
    let cx = &mut cx();
    let ts = cx.ts();
    // Room for making the exception.
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 50);
    let r = cx.recursion_error(format_args!("maximum recursion depth exceeded"));
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 50);
    r
}

/// Write a header. `f` and the arguments are in place already.
#[inline(always)]
pub unsafe fn write_header(fr: *mut Frame, previous: *mut Frame, f: &PyFunction, code: &PyCode, ret: u64) {
    let fr = &*fr;
    fr.previous.set(Tagged::new(previous));
    fr.code.set(Tagged::new(code));
    fr.globals.set(Tagged::new(f.globals() as *const PyDict as *const Object));
    fr.locals.set(Slot::EMPTY);
    fr.frame_obj.set(Slot::EMPTY);
    fr.pc.set(Tagged::new(code.entry_ptr()));
    fr.ret.set(ret);
}

#[inline(always)]
pub fn ret_word(flags: u64, dst: isize) -> u64 {
    ff::TAG | flags | (dst as i32 as u32 as u64) << 32
}

/// For [`ret_word`]: the frame lies in its caller's window at register `b`. So the return finds the caller's registers without asking the caller's code.
#[inline(always)]
pub fn window_bits(b: isize) -> u64 {
    (b as u16 as u64) << 16
}

/// The register that gets the result.
#[inline(always)]
pub fn ret_dst(ret: u64) -> isize {
    (ret >> 32) as u32 as i32 as isize
}

/// Whether a frame of `code` that begins at `win` ends within the chunk of the stack.
#[inline(always)]
pub unsafe fn fits(ts: &ThreadState, win: *mut Slot, code: &PyCode) -> bool {
    win.wrapping_add(code.frame_size()) as usize <= ts.datastack_limit.get() as usize
}

/// Call `f`, whose code wants exactly the arguments in the window at register `b`, in the window. False: no room there.
#[inline(always)]
pub unsafe fn enter_window(m: &mut Regs, b: isize, f: &PyFunction, code: &PyCode, nargs: usize, dst: isize) -> bool {
    if !fits(m.ts, m.at(b), code) || (*m.frame).has(ff::GENERATOR) {
        return false;
    }
    begin_window(m, b, f, code, nargs, dst);
    true
}

/// [`enter_window`], where there is room and the caller is no generator.
#[inline(always)]
unsafe fn begin_window(m: &mut Regs, b: isize, f: &PyFunction, code: &PyCode, nargs: usize, dst: isize) {
    m.save();
    let win = m.at(b);
    let fr = win as *mut Frame;
    write_header(fr, m.frame, f, code, ret_word(window_bits(b), dst));
    let locals = win.add(FRAME_HEADER);
    let n = code.nlocals();
    let mut i = nargs;
    while i < n {
        *locals.add(i) = Slot::EMPTY;
        i += 1;
    }
    m.frame = fr;
    m.ts.current_frame.set(fr);
    m.fp = locals.add(n);
    m.pc = code.entry_ptr();
    m.cells = code.cells_ptr();
}

/// Make a separate frame for a call of `f`; binds the arguments, which are taken over in any case. The caller enters it. Counts the recursion.
pub unsafe fn push_call(
    ts: &'static ThreadState,
    f: Own<PyFunction>,
    args: &mut [Slot],
    kwnames: Option<&PyTuple>,
    flags: u64,
    dst: isize,
) -> PyResult<*mut Frame> {
    let cx = &mut cx();
    let code = f.code();
    if let Err(r) = code.ensure_linked(cx) {
        bind::release_all(args);
        return Err(r);
    }
    let words = code.frame_words() + FRAME_HEADER;
    let n = ts.py_recursion_remaining.get();
    if n <= 0 || ts.stack_is_low() {
        bind::release_all(args);
        return Err(too_deep());
    }
    let fr = push_separate(ts, words);
    if fr.is_null() {
        bind::release_all(args);
        return Err(cx.memory_error());
    }
    let locals = (*fr).locals_ptr();
    // Binding may raise, never runs Python code while the frame is incomplete.
    let bound = bind::quick(&f, code, locals, args.as_mut_ptr(), args.len(), kwnames);
    let bound = if let Ok(true) = bound {
        Ok(())
    } else {
        for i in 0..code.nlocals() {
            *locals.add(i) = Slot::EMPTY;
        }
        match bound {
            Ok(_) => bind::bind(&f, code, locals, args, kwnames, cx),
            Err(r) => {
                bind::release_all(args);
                Err(r)
            }
        }
    };
    if let Err(r) = bound {
        for i in 0..code.nlocals() {
            std::mem::replace(&mut *locals.add(i), Slot::EMPTY).release();
        }
        pop_separate(ts, fr);
        return Err(r);
    }
    ts.py_recursion_remaining.set(n - 1);
    write_header(fr, ts.current_frame.get(), &f, code, ret_word(flags | ff::SEPARATE, dst));
    (*fr).func.set(Slot::object(f));
    Ok(fr)
}

/// Room for arguments that are bound out of place.
const BUF: usize = 24;

/// Call the Python function in the word `win` with the `nargs` argument words at `args` (positional ones, then one per name in `kwnames`): make its frame the innermost one. In the window
/// when there is room: the header begins at `win`, and arguments that lie behind it already stay where they are. Function and arguments are taken over in any case. The caller's
/// `pc` is saved.
#[inline(never)]
pub unsafe fn enter_python(
    ts: &'static ThreadState,
    win: *mut Slot,
    args: *mut Slot,
    nargs: usize,
    kwnames: Option<&PyTuple>,
    fl: u64,
    dst: isize,
) -> PyResult<()> {
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let code = f.code();
    if let Err(r) = code.ensure_linked(&mut cx()) {
        abandon(ts, win, args, nargs, std::ptr::null_mut());
        return Err(r);
    }
    let caller = ts.current_frame.get();
    let left = ts.py_recursion_remaining.get();
    if left <= 0 {
        abandon(ts, win, args, nargs, std::ptr::null_mut());
        return Err(too_deep());
    }
    let exact = code.simple_args() as usize == nargs && kwnames.is_none();
    // Not `exact`: their calls need no frame.
    let generator = code.is_generator_like() && fl == 0 && kwnames.is_none() && nargs == code.argcount();
    if generator
        && code.kwonlyargcount() == 0
        && !code.has_flag(flags::VARARGS | flags::VARKEYWORDS)
        && let Some(g) = generator::make_directly(ts, f, code, args, nargs)
    {
        return match g {
            Ok(g) => {
                // The generator has taken the function over.
                *win = Slot::EMPTY;
                store((*caller).fp().offset(dst), g);
                Ok(())
            }
            Err(r) => {
                let e = ts.current_exception.take();
                abandon(ts, win, args, nargs, std::ptr::null_mut());
                ts.current_exception.set(e, &mut cx());
                Err(r)
            }
        };
    }
    if exact && args == win.add(FRAME_HEADER) && !(*caller).has(ff::GENERATOR) {
        let words = code.frame_words() + FRAME_HEADER;
        if (ts.datastack_limit.get() as usize).wrapping_sub(win as usize) / 8 >= words {
            ts.py_recursion_remaining.set(left - 1);
            let fr = win as *mut Frame;
            write_header(fr, caller, f, code, ret_word(if fl == 0 { window_bits(win.offset_from((*caller).fp())) } else { fl }, dst));
            for i in nargs..code.nlocals() {
                // Volatile, or it becomes a call of `memset`, which costs more than the few words.
                args.add(i).write_volatile(Slot::EMPTY);
            }
            ts.current_frame.set(fr);
            return Ok(());
        }
    }
    let words = FRAME_HEADER + code.frame_words().max(nargs);
    let room = (ts.datastack_limit.get() as usize).wrapping_sub(win as usize) / 8;
    let in_window = room >= words && !(*caller).has(ff::GENERATOR);
    let fr = if in_window { win as *mut Frame } else { push_separate(ts, words) };
    if fr.is_null() {
        abandon(ts, win, args, nargs, std::ptr::null_mut());
        return Err(cx().memory_error());
    }
    let locals = (*fr).locals_ptr();
    let (argc, n) = (code.argcount(), code.nlocals());
    let simple = exact || kwnames.is_none() && nargs <= argc && code.kwonlyargcount() == 0 && !code.has_flag(flags::VARARGS | flags::VARKEYWORDS);
    let bound = if simple {
        if args != locals {
            for i in 0..nargs {
                *locals.add(i) = std::mem::replace(&mut *args.add(i), Slot::EMPTY);
            }
        }
        for i in nargs..n {
            *locals.add(i) = Slot::EMPTY;
        }
        nargs == argc || bind::fill_defaults(f, code, locals, nargs)
    } else {
        match bind::quick(f, code, locals, args, nargs, kwnames) {
            Ok(done) => done,
            Err(r) => {
                let e = ts.current_exception.take();
                abandon(ts, win, args, nargs, if in_window { std::ptr::null_mut() } else { fr });
                ts.current_exception.set(e, &mut cx());
                return Err(r);
            }
        }
    };
    if !bound {
        // Out of place, also for the exact message of what is missing.
        let (mut small, mut large);
        let buf: &mut [Slot] = if nargs <= BUF {
            small = [Slot::EMPTY; BUF];
            &mut small[..nargs]
        } else {
            large = vec![Slot::EMPTY; nargs];
            &mut large
        };
        let from = if simple { locals } else { args };
        for (i, b) in buf.iter_mut().enumerate() {
            *b = std::mem::replace(&mut *from.add(i), Slot::EMPTY);
        }
        for i in 0..n {
            *locals.add(i) = Slot::EMPTY;
        }
        // Binding may raise, never runs Python code while the frame is incomplete.
        if let Err(r) = bind::bind(f, code, locals, buf, kwnames, &mut cx()) {
            let e = ts.current_exception.take();
            abandon(ts, win, locals, n, if in_window { std::ptr::null_mut() } else { fr });
            ts.current_exception.set(e, &mut cx());
            return Err(r);
        }
    }
    if code.is_generator_like() && fl == 0 && !ts.in_traced.get() {
        // Nothing of it runs now: no frame for the call.
        let g = match generator::make(f, code, locals) {
            Ok(g) => g,
            Err(r) => {
                let e = ts.current_exception.take();
                abandon(ts, win, locals, n, if in_window { std::ptr::null_mut() } else { fr });
                ts.current_exception.set(e, &mut cx());
                return Err(r);
            }
        };
        if let Some(g) = g {
            if !in_window {
                pop_separate(ts, fr);
            }
            std::mem::replace(&mut *win, Slot::EMPTY).release();
            store((*caller).fp().offset(dst), g);
            return Ok(());
        }
    }
    ts.py_recursion_remaining.set(left - 1);
    let separate = if in_window {
        if fl == 0 { window_bits(win.offset_from((*caller).fp())) } else { 0 }
    } else {
        (*fr).func.set(std::mem::replace(&mut *win, Slot::EMPTY));
        ff::SEPARATE
    };
    write_header(fr, caller, f, code, ret_word(fl | separate, dst));
    ts.current_frame.set(fr);
    Ok(())
}

/// Release the function at `win` and the words at `args` of a call that did not come about. All words are taken first: they may lie above the innermost frame's end, where what a
/// finaliser runs has its frames. `fr`: the separate frame that is given back before, or null.
#[cold]
#[inline(never)]
pub unsafe fn abandon(ts: &ThreadState, win: *mut Slot, args: *mut Slot, nargs: usize, fr: *mut Frame) {
    let all: Vec<Slot> = (0..nargs).map(|i| std::mem::replace(&mut *args.add(i), Slot::EMPTY)).collect();
    let f = std::mem::replace(&mut *win, Slot::EMPTY);
    if !fr.is_null() {
        pop_separate(ts, fr);
    }
    for s in all {
        s.release();
    }
    f.release();
}

/// A frame right behind the caller's, for a call from an instruction without a window: as if there were one.
#[derive(Clone, Copy)]
pub struct Behind {
    /// The register where the window begins.
    at: isize,
    /// Where the arguments are to be written before [`Behind::enter`]. (Handed over as an array they would be read in wider pieces than they were written, which waits for the cache.)
    pub args: *mut Slot,
}

impl Behind {
    /// The place for a frame of `f`. None: no room, or a generator's frame calls.
    #[inline(always)]
    pub unsafe fn of(m: &Regs, f: &PyFunction) -> Option<Behind> {
        let at = m.code().ntemps() as isize;
        let win = m.at(at);
        if m.ts.py_recursion_remaining.get() <= 0 || at > i16::MAX as isize || (*m.frame).has(ff::GENERATOR) || !fits(m.ts, win, f.code()) {
            return None;
        }
        Some(Behind { at, args: win.add(FRAME_HEADER) })
    }

    /// Call `f`, whose `n` arguments, exactly those that it takes, were written at [`Behind::args`].
    #[inline(always)]
    pub unsafe fn enter(self, m: &mut Regs, f: &PyFunction, n: usize, dst: isize) {
        *m.at(self.at) = Slot::new_ref(f);
        m.ts.py_recursion_remaining.set(m.ts.py_recursion_remaining.get() - 1);
        begin_window(m, self.at, f, f.code(), n, dst);
    }
}

/// As [`Behind::enter`], from wherever there is room; the innermost frame is the new one then. The arguments are taken over. The caller's `pc` is saved.
#[inline(never)]
pub unsafe fn enter_separate<const N: usize>(ts: &'static ThreadState, f: &PyFunction, args: [Slot; N], dst: isize) -> PyResult<()> {
    let code = f.code();
    let left = ts.py_recursion_remaining.get();
    let fr = if left <= 0 { std::ptr::null_mut() } else { push_separate(ts, FRAME_HEADER + code.frame_words()) };
    if fr.is_null() {
        args.into_iter().for_each(|a| a.release());
        return Err(if left <= 0 { too_deep() } else { cx().memory_error() });
    }
    let locals = (*fr).locals_ptr();
    for (i, a) in args.into_iter().enumerate() {
        *locals.add(i) = a;
    }
    for i in N..code.nlocals() {
        *locals.add(i) = Slot::EMPTY;
    }
    ts.py_recursion_remaining.set(left - 1);
    let caller = ts.current_frame.get();
    // Right behind the caller it is as if it lay in a window there: its return needs no flag.
    let behind = (*caller).end().offset_from((*caller).fp());
    let fl = if fr as *mut Slot == (*caller).end() && behind <= i16::MAX as isize { window_bits(behind) } else { ff::SEPARATE };
    write_header(fr, caller, f, code, ret_word(fl, dst));
    (*fr).func.set(Slot::new_ref(f));
    ts.current_frame.set(fr);
    Ok(())
}

/// What a return led to.
pub enum Returned {
    /// Go on in the calling frame.
    Resume,
    /// The frame had been entered from Rust: leave the loop.
    Exit(Slot),
    /// The caller raises.
    Raise,
}

/// The last count of a local was given up by a return. True: the frame has an object now.
#[cold]
#[inline(never)]
unsafe fn last_of_local(fr: &Frame, o: *mut Object) -> bool {
    // Finalisers of locals must not see the frame any more: before its first instruction it is not shown.
    fr.pc.set(Tagged::new(fr.code().exec_ptr()));
    taipan_object::dealloc::dealloc(o);
    // A finaliser of a local may have asked for it.
    fr.frame_obj.get().is_object()
}

/// The last count of a function was given up by its return.
#[cold]
#[inline(never)]
unsafe fn last_of_function(f: *mut Object) {
    taipan_object::dealloc::dealloc(f)
}

/// Return `v` (owned) from the current frame. `None`: the usual case, `m` describes the caller.
#[inline(always)]
pub unsafe fn leave(m: &mut Regs, v: Slot) -> Option<Returned> {
    let fr = &*m.frame;
    let ret = fr.ret.get();
    let flagged = ret & (ff::MASK & !ff::TAG) != 0;
    let odd = flagged && (ret & ff::GENERATOR != 0 || (ret & ff::ENTRY != 0 && fr.locals.get().is_object()) || (ret & ff::INIT != 0 && v.as_ptr() != none().as_ptr()));
    if odd || fr.frame_obj.get().is_object() {
        // The frame's object shows the line of the return afterwards.
        m.save();
        if ret & ff::GENERATOR != 0 {
            return Some(generator::returned(m.ts, m.frame, v));
        }
        return Some(leave_slow(*m, v));
    }
    let mut p = (m.frame as *mut Slot).add(FRAME_HEADER);
    while p < m.fp {
        // Ints may stay: what lies above the innermost frame is never looked at.
        let old = *p;
        if old.is_object() {
            *p = Slot::EMPTY;
            if Object::decref_is_last(old.as_ptr()) && last_of_local(fr, old.as_ptr()) {
                return Some(leave_slow(*m, v));
            }
        }
        p = p.add(1);
    }
    let f = fr.func.replace(Slot::EMPTY).as_ptr();
    Object::decref_or(f, || last_of_function(f), || ());
    m.ts.py_recursion_remaining.set(m.ts.py_recursion_remaining.get() + 1);
    let caller = fr.previous.get().get();
    m.ts.current_frame.set(caller);
    if !flagged {
        let code = &*(*caller).code.get().get();
        let fp = (m.frame as *mut Slot).offset(-init_window(ret));
        *m = Regs { pc: (*caller).pc.get().get(), fp, cells: code.cells_ptr(), frame: caller, ts: m.ts };
        m.set(ret_dst(ret), v);
        return None;
    }
    if ret & ff::SEPARATE != 0 {
        pop_separate(m.ts, m.frame);
        if ret & ff::ENTRY != 0 {
            return Some(Returned::Exit(v));
        }
    }
    *m = Regs::of(caller, m.ts);
    if ret & (ff::INIT | ff::NEXT | ff::OPERATOR) == 0 {
        m.set(ret_dst(ret), v);
    } else if ret & ff::OPERATOR != 0 {
        match operator::finish(m.fp, m.pc, ret, v) {
            Ok(pc) => m.pc = pc,
            Err(_) => return Some(Returned::Raise),
        }
    } else if ret & ff::NEXT != 0 {
        // The for_iter stands right before the return address.
        m.pc = m.pc.offset(Narrow(*m.pc.sub(1) as u64).c());
        m.set(ret_dst(ret), v);
    } else {
        let obj = std::mem::replace(&mut *m.at(init_window(ret)), Slot::EMPTY);
        m.set(ret_dst(ret), obj);
    }
    None
}

/// The register of the window that a frame without flags lies in, or whose first word holds the instance that an `INIT` frame initialises.
#[inline(always)]
pub fn init_window(ret: u64) -> isize {
    (ret >> 16) as i16 as isize
}

/// Release everything of the current frame and make the previous one current. The frame's memory may be gone afterwards.
pub unsafe fn pop(m: &Regs) {
    let fr = &*m.frame;
    let cx = &mut cx();
    if fr.frame_obj.get().is_object() {
        let o = Own::<PyFrame>::from_raw(fr.frame_obj.get().as_ptr());
        PyFrame::leave(o, fr, cx);
    }
    let n = fr.code().nlocals();
    let locals = fr.locals_ptr();
    fr.pc.set(Tagged::new(fr.code().exec_ptr()));
    for i in 0..n {
        std::mem::replace(&mut *locals.add(i), Slot::EMPTY).release();
    }
    if fr.frame_obj.get().is_object() {
        let o = Own::<PyFrame>::from_raw(fr.frame_obj.get().as_ptr());
        PyFrame::leave(o, fr, cx);
    }
    fr.locals.replace(Slot::EMPTY).release();
    fr.func.replace(Slot::EMPTY).release();
    m.ts.py_recursion_remaining.set(m.ts.py_recursion_remaining.get() + 1);
    m.ts.current_frame.set(fr.previous.get().get());
    if fr.has(ff::SEPARATE) {
        pop_separate(m.ts, m.frame);
    }
}

#[cold]
#[inline(never)]
unsafe fn leave_slow(m: Regs, v: Slot) -> Returned {
    let fr = &*m.frame;
    let ret = fr.ret.get();
    let caller = fr.previous.get().get();
    pop(&m);
    if ret & ff::ENTRY != 0 {
        return Returned::Exit(v);
    }
    let m = Regs::of(caller, m.ts);
    if ret & ff::INIT != 0 {
        // The instance waits in the window's first word, whose register is in the middle bits.
        let win = m.at(init_window(ret));
        let obj = std::mem::replace(&mut *win, Slot::EMPTY);
        if v.as_ptr() != none().as_ptr() {
            let cx = &mut cx();
            let name = match v.into_own(cx) {
                Ok(o) => o.ty().tp_name_str().to_owned(),
                Err(_) => String::new(),
            };
            obj.release();
            drop(cx.type_error(format_args!("__init__() should return None, not '{name}'")));
            return Returned::Raise;
        }
        m.set(ret_dst(ret), obj);
        return Returned::Resume;
    }
    if ret & ff::OPERATOR != 0 {
        return match operator::finish(m.fp, m.pc, ret, v) {
            Ok(pc) => {
                (*m.frame).pc.set(Tagged::new(pc));
                Returned::Resume
            }
            Err(_) => Returned::Raise,
        };
    }
    if ret & ff::NEXT != 0 {
        (*m.frame).pc.set(Tagged::new(m.pc.offset(Narrow(*m.pc.sub(1) as u64).c())));
    }
    m.set(ret_dst(ret), v);
    Returned::Resume
}
