//! Calls of native functions with variables for arguments: the moves into the window and the call behind them run as one instruction, and the callee borrows the variables' references.
//!
//! A site that learnt to call a plain native function looks at what stands in front of it. When that are moves of variables that make all its arguments, the first of them becomes
//! `CallBorrowed`, with the handler's number in the move's unused operand; the others and the call stay, for jumps that come in between. Nothing runs between the moves and the call, so the
//! variables still have the values that were to be moved; while the callee runs only `f_locals` can set them, and it keeps the old values (`PyFrame::displace`). The window gets no
//! borrowed word, so whoever looks at the frame sees owned ones only.
//!
//! When something does not fit (another callee, an argument that is no object), the instruction becomes the move that it was; nothing was consumed then.

use super::*;
use taipan_object::frame::{Frame, Tagged};

/// Behind the first move, first temp, the cells, the frame, the thread.
pub(super) type Borrower = unsafe extern "C" fn(*const u32, *mut Slot, *const CacheCell, *mut Frame, &'static ThreadState) -> Answer;

/// Most arguments of such a call.
const ARGS_MAX: usize = 4;

/// Where callee and self lie: the callee in its window; in a variable, whose move is the first; both in the window; the callee there, and the place of self empty.
const IN_WINDOW: u8 = 0;
const IN_VARIABLE: u8 = 1;
const WITH_SELF: u8 = 2;
const NO_SELF: u8 = 3;

/// The moves and the call behind them.
#[inline(always)]
pub unsafe fn call(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let number = w.cu();
    let quick = match number {
        LEN => quick_len(m, w),
        TYPE => quick_type(m, w),
        _ => Slot::EMPTY,
    };
    if !quick.is_empty() {
        let call = Narrow(*m.pc as u64);
        m.pc = m.pc.add(2);
        m.put(call, quick);
        return Ok(());
    }
    let r = HANDLERS[number](m.pc, m.fp, m.cells, m.frame, m.ts);
    if r.0 & 3 != 3 {
        let call = m.pc.add(moves_of(number) - 1);
        m.pc = call.add(2);
        m.set(Narrow(*call as u64).a(), r);
        return Ok(());
    }
    if r == MISS {
        let v = m.src(w.b()).take_slot();
        m.put(w, v);
        return Ok(());
    }
    unusual(m.ts, r)?;
    m.reload();
    Ok(())
}

const LEN: usize = number(ROWS + builtins::LEN, 1);
const TYPE: usize = number(ROWS + builtins::TYPE, 1);

/// `len(x)` of a variable with a plain length: nothing can happen on the way. Else empty, and nothing was done.
#[inline(always)]
unsafe fn quick_len(m: &mut Regs, w: Narrow) -> Slot {
    let win = m.at(Narrow(*m.pc as u64).b());
    let (callee, x) = (*win, m.get(w.b()));
    if !callee.is_object() || !x.is_object() || !(*callee.as_ptr()).is_exact::<PyCFunction>() {
        return Slot::EMPTY;
    }
    if !is_row(&*m.cells.add(*m.pc.add(1) as usize), (*callee.as_ptr()).cast_unchecked::<PyCFunction>().def()) {
        return Slot::EMPTY;
    }
    match builtins::plain_len(&*x.as_ptr()) {
        // The module holds the function.
        Some(n) if Object::decref_unless_last(callee.as_ptr()) => {
            *win = Slot::EMPTY;
            Slot::int(n as i64)
        }
        _ => Slot::EMPTY,
    }
}

/// `type(x)` of a variable, likewise.
#[inline(always)]
unsafe fn quick_type(m: &mut Regs, w: Narrow) -> Slot {
    let win = m.at(Narrow(*m.pc as u64).b());
    if (*win).0 != PyType::ty() as *const PyType as usize {
        return Slot::EMPTY;
    }
    // `type` is immortal.
    *win = Slot::EMPTY;
    Slot::new_ref(builtins::class_of(m.get(w.b())).as_object())
}

/// The call raised, or the breaker asks for something. The frame's `pc` stands behind the call.
#[cold]
#[inline(never)]
unsafe fn unusual(ts: &'static ThreadState, r: Answer) -> PyResult<()> {
    if r == FAILURE {
        return Err(Raised::assume());
    }
    let m = Regs::of(ts.current_frame.get(), ts);
    let w = Narrow(*m.pc.sub(2) as u64);
    let v = std::mem::replace(&mut *m.at(w.b()), Slot::EMPTY);
    m.set(w.a(), v);
    crate::breaker::after_native(m)
}

/// The instruction word as the traced loop runs it: one by one.
pub fn as_single(word: u32) -> u32 {
    match word as u8 {
        sop::CallBorrowed | sop::Swap => word & !0xff | Op::Move as u32,
        sop::AppendNext => word & !0xff | Op::ListAppend as u32,
        _ => word,
    }
}

/// Handlers by number: the kind above, the number of moves in the lowest three bits. Zero is none.
const fn number(kind: usize, moves: usize) -> usize {
    kind << 3 | moves
}
const fn moves_of(number: usize) -> usize {
    number & 7
}
/// The kind of a function's calls, by convention and place.
const fn kind(who: u8, how: i32) -> usize {
    who as usize * 3
        + match how {
            METH_O => 0,
            METH_FASTCALL => 1,
            _ => 2,
        }
}
/// The first kind of the rows that have an own form: `len`, `hash`, `ord`, each with the callee in its window or in a variable.
const ROWS: usize = 12;

static HANDLERS: [Borrower; 256] = {
    let mut t: [Borrower; 256] = [miss_always; 256];
    macro_rules! fill {
        ($($who:ident)*) => { $(
            let more = ($who == IN_VARIABLE) as usize;
            t[number(kind($who, METH_O), 1 + more)] = native::<{ $who }, METH_O, 1>;
            t[number(kind($who, METH_FASTCALL), 1 + more)] = native::<{ $who }, METH_FASTCALL, 1>;
            t[number(kind($who, METH_FASTCALL), 2 + more)] = native::<{ $who }, METH_FASTCALL, 2>;
            t[number(kind($who, METH_FASTCALL), 3 + more)] = native::<{ $who }, METH_FASTCALL, 3>;
            t[number(kind($who, METH_FASTCALL), 4 + more)] = native::<{ $who }, METH_FASTCALL, 4>;
            t[number(kind($who, FAST_KW), 1 + more)] = native::<{ $who }, FAST_KW, 1>;
            t[number(kind($who, FAST_KW), 2 + more)] = native::<{ $who }, FAST_KW, 2>;
            t[number(kind($who, FAST_KW), 3 + more)] = native::<{ $who }, FAST_KW, 3>;
            t[number(kind($who, FAST_KW), 4 + more)] = native::<{ $who }, FAST_KW, 4>;
        )* };
    }
    fill!(IN_WINDOW IN_VARIABLE WITH_SELF NO_SELF);
    let mut k = 0;
    while k < builtins::BORROWERS.len() {
        t[number(ROWS + k, 1)] = builtins::BORROWERS[k].1;
        k += 1;
    }
    t
};

/// A site whose cell has got a handler: `m` stands behind the call.
#[cold]
#[inline(never)]
pub unsafe fn learn(m: Regs, cell: *mut CacheCell, method: bool) {
    let call = m.pc.sub(2);
    let w = Narrow(*call as u64);
    let win = m.at(w.b());
    let callee = &*(*win).as_ptr();
    if std::ptr::eq(callee, PyType::ty().as_object()) && w.cu() == 1 && !method {
        let at = call.sub(1);
        if call != m.code().exec_ptr() && is_move(at, w.b() + FRAME_HEADER as isize) {
            become_first(m, at, TYPE);
        }
        return;
    }
    let (def, who) = match (callee.exact::<PyCFunction>(), callee.exact::<PyMethodDescr>()) {
        (Some(f), _) => (f.def(), if method { NO_SELF } else { IN_WINDOW }),
        (_, Some(d)) if method => (d.def(), WITH_SELF),
        _ => return,
    };
    let given = w.cu() - method as usize;
    let how = def.ml_flags & CONVENTION;
    let fits = matches!(how, METH_O | METH_FASTCALL | FAST_KW) && (how != METH_O || given == 1);
    // What `sys.getrefcount` tells is the count of its argument.
    if !fits || !(1..=ARGS_MAX).contains(&given) || std::ffi::CStr::from_ptr(def.ml_name) == c"getrefcount" {
        return;
    }
    let start = m.code().exec_ptr();
    let mut at = call;
    for k in (0..given).rev() {
        if at == start || !is_move(at.sub(1), w.b() + (FRAME_HEADER + method as usize + k) as isize) {
            return;
        }
        at = at.sub(1);
    }
    // Handlers for classes and for one row say so in the cell.
    let found = if (*cell).a != 0 || (*cell).b != 0 {
        match builtins::BORROWERS.iter().position(|(h, _)| *h as *const () as u64 == (*cell).c) {
            Some(k) if given == 1 && !method => number(ROWS + k, 1),
            _ => return,
        }
    } else if who == IN_WINDOW && at != start && is_move(at.sub(1), w.b()) {
        at = at.sub(1);
        number(kind(IN_VARIABLE, how), given + 1)
    } else {
        number(kind(who, how), given)
    };
    become_first(m, at, found);
}

/// Make the move at `at` the first of a call with its arguments, by handler `number`.
unsafe fn become_first(m: Regs, at: *const u32, number: usize) {
    if crate::spec::starts_instruction(m.code(), at.offset_from(m.code().exec_ptr()) as usize) {
        let at = at as *mut u32;
        *at = *at & 0x00ff_ff00 | sop::CallBorrowed as u32 | (number as u32) << 24;
    }
}

/// Whether the word is a move of a variable to register `to`.
unsafe fn is_move(at: *const u32, to: isize) -> bool {
    let w = Narrow(*at as u64);
    let op = *at as u8;
    (op == Op::Move as u8 || op == sop::MoveTL) && w.a() == to && w.b() < 0
}

/// The value that the move `k` words behind the first one moves.
#[inline(always)]
unsafe fn moved(pc: *const u32, fp: *mut Slot, k: usize) -> Slot {
    *fp.offset(Narrow(*pc.add(k).sub(1) as u64).b())
}

unsafe extern "C" fn native<const WHO: u8, const HOW: i32, const GIVEN: usize>(pc: *const u32, fp: *mut Slot, _: *const CacheCell, frame: *mut Frame, ts: &'static ThreadState) -> Answer {
    let own_move = (WHO == IN_VARIABLE) as usize;
    let call = pc.add(GIVEN + own_move - 1);
    let win = fp.offset(Narrow(*call as u64).b());
    let callee = if WHO == IN_VARIABLE { moved(pc, fp, 0) } else { *win };
    if !callee.is_object() || ts.stack_is_low() {
        return miss(pc);
    }
    let callee = callee.as_ptr();
    let (def, slf) = if WHO == WITH_SELF {
        let Some(d) = (*callee).exact::<PyMethodDescr>() else { return miss(pc) };
        let slf = *win.add(FRAME_HEADER);
        if !slf.is_object() {
            return miss(pc);
        }
        let ty = (*slf.as_ptr()).ty();
        if !std::ptr::eq(ty, d.owner()) && !ty.is_subtype(d.owner()) {
            return miss(pc);
        }
        (d.def(), slf.as_ptr())
    } else {
        let Some(f) = (*callee).exact::<PyCFunction>() else { return miss(pc) };
        if WHO == NO_SELF && !(*win.add(FRAME_HEADER)).is_empty() {
            return miss(pc);
        }
        (f.def(), f.bound_ptr())
    };
    if def.ml_flags & CONVENTION != HOW {
        return miss(pc);
    }
    let mut objects = [std::ptr::null_mut::<Object>(); GIVEN];
    for (k, o) in objects.iter_mut().enumerate() {
        let v = moved(pc, fp, k + own_move);
        if v.0 & 1 != 0 {
            return miss(pc);
        }
        *o = v.as_ptr();
    }
    (*frame).pc.set(Tagged::new(call.add(2)));
    let f = def.ml_meth.unwrap_unchecked();
    taipan_object::rules::calling(def);
    // Each transmute gives the function its own type according to the flags.
    let r = match HOW {
        METH_O => f(slf, objects[0]),
        METH_FASTCALL => std::mem::transmute::<CFunction, FastCall>(f)(slf, objects.as_ptr(), GIVEN as isize),
        _ => std::mem::transmute::<CFunction, FastCallKeywords>(f)(slf, objects.as_ptr(), GIVEN as isize, std::ptr::null_mut()),
    };
    taipan_object::rules::after_call(&*callee, objects.as_ptr(), GIVEN, r);
    if !is_plain(r, ts) {
        return odd_borrowed(r, callee, win, WHO);
    }
    if WHO == WITH_SELF {
        release(win.add(FRAME_HEADER));
    }
    if WHO != IN_VARIABLE {
        release(win);
    }
    deliver(r, win, ts)
}

/// Null, or a result with an exception set: the error is raised, what the window owns released.
#[cold]
#[inline(never)]
unsafe fn odd_borrowed(r: Ptr, callee: *mut Object, win: *mut Slot, who: u8) -> Answer {
    // Both ways it is an error.
    drop(check_result(r, &*callee, &mut cx()));
    if who == WITH_SELF {
        release(win.add(FRAME_HEADER));
    }
    if who != IN_VARIABLE {
        release(win);
    }
    FAILURE
}

/// The call of one row with one argument, `body` of it; the callee lies in the window.
#[inline(always)]
pub(super) unsafe fn one_row(
    pc: *const u32,
    fp: *mut Slot,
    cells: *const CacheCell,
    frame: *mut Frame,
    ts: &'static ThreadState,
    body: impl FnOnce(&Object) -> Answer,
) -> Answer {
    let win = fp.offset(Narrow(*pc as u64).b());
    let (callee, x) = (*win, moved(pc, fp, 0));
    if !callee.is_object() || !x.is_object() || ts.stack_is_low() {
        return miss(pc);
    }
    let Some(f) = (*callee.as_ptr()).exact::<PyCFunction>() else { return miss(pc) };
    if !is_row(&*cells.add(*pc.add(1) as usize), f.def()) {
        return miss(pc);
    }
    (*frame).pc.set(Tagged::new(pc.add(2)));
    let r = body(&*x.as_ptr());
    if r == MISS {
        return miss(pc);
    }
    release(win);
    if r == FAILURE { r } else { done(r, win, ts) }
}

pub(super) unsafe extern "C" fn miss_always(pc: *const u32, _: *mut Slot, _: *const CacheCell, _: *mut Frame, _: &'static ThreadState) -> Answer {
    miss(pc)
}

/// Something else is called here now, or with something else: the move is one again.
#[cold]
#[inline(never)]
unsafe fn miss(pc: *const u32) -> Answer {
    let at = pc.sub(1) as *mut u32;
    *at = *at & 0x00ff_ff00 | Op::Move as u32;
    *at = *at & !0xff | taipan_bytecode::running::shaped(Op::Move as u8, *at) as u32;
    MISS
}
