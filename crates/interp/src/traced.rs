//! The second loop: one instruction at a time, telling `sys.monitoring`, trace and profile functions what happens (PEP 669, `sys.settrace`).
//!
//! The plain loop pays nothing for it: it leaves (`breaker::switch`) at a call or back edge once the thread's `TRACE` bit is set, and this loop leaves as soon as the bit is
//! clear. Here generators are resumed through Rust and classes are called natively, so that frames are only pushed by calls of Python functions.

use crate::dispatch::{self, Flow, op};
use crate::regs::*;
use crate::unwind;
use taipan_bytecode::Op;
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, Tagged};
use taipan_object::monitoring::fire::{self, What};
use taipan_object::monitoring::{event, is_traced};
use taipan_object::prelude::*;
use taipan_object::types::descr::PyClassMethodDescr;
use taipan_object::types::frame::PyFrame;
use taipan_object::types::function::PyFunction;
use taipan_object::types::method::PyMethod;
use taipan_object::types::none;

/// What the registers that a loop gets are the beginning of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// A fresh frame.
    Start,
    /// A suspended generator that goes on.
    Resume,
    /// The middle of a frame.
    Middle,
}

/// How the traced loop ended.
enum Left {
    Exit(Option<Slot>),
    /// Nobody listens any more.
    Plain(Regs),
}

/// As `dispatch::run`, for a thread somebody listens to.
#[cold]
#[inline(never)]
pub unsafe fn run(mut m: Regs, mut how: Entry) -> Option<Slot> {
    let ts = m.ts;
    let was = ts.in_traced.replace(true);
    let v = loop {
        match watch(m, how) {
            Left::Exit(v) => break v,
            Left::Plain(r) => {
                ts.in_traced.set(false);
                r.save();
                let v = dispatch::plain(ts);
                if v.is_some() || !ts.switching.take() {
                    break v;
                }
                m = Regs::of(ts.current_frame.get(), ts);
                how = Entry::Middle;
                ts.in_traced.set(true);
            }
        }
    };
    ts.in_traced.set(was && is_traced(ts));
    v
}

/// What the loop remembers between instructions.
struct Seen {
    frame: *mut Frame,
    /// Line of the instruction before, -1: none, so that the next line is news.
    line: i32,
    entry: Entry,
    lines: *const [i32],
}

impl Seen {
    /// `m` describes another frame than before.
    unsafe fn look(&mut self, m: &Regs, how: Option<Entry>) {
        let code = m.code();
        let fr = &*m.frame;
        let pushed = !self.frame.is_null() && fr.previous.get().get() == self.frame && m.pc == code.entry_ptr();
        self.entry = how.unwrap_or(if pushed { Entry::Start } else { Entry::Middle });
        self.frame = m.frame;
        self.lines = code.monitoring_or_new().lines(code);
        self.line = if self.entry == Entry::Start { -1 } else { self.line_at(fr.lasti_word().max(0) as u32) };
    }
    unsafe fn line_at(&self, at: u32) -> i32 {
        (&*self.lines).get(at as usize).copied().unwrap_or(-1)
    }
}

/// A call that is being told about.
struct Told {
    callable: Own<Object>,
    arg0: Option<Own<Object>>,
}

unsafe fn watch(mut m: Regs, how: Entry) -> Left {
    let mut seen = Seen { frame: std::ptr::null_mut(), line: -1, entry: how, lines: &[] };
    seen.look(&m, Some(how));
    loop {
        if !is_traced(m.ts) {
            return Left::Plain(m);
        }
        m.ts.in_traced.set(true);
        if m.frame != seen.frame {
            seen.look(&m, None);
        }
        let at = m.pc.offset_from(m.code().exec_ptr()) as u32;
        let mut told = None;
        match before(&mut m, &mut seen, at, &mut told) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(_) => {
                // Raised where the frame was said to be.
                m.pc = (*m.frame).pc.get().get();
                match unwind::unwind(m, true) {
                    Some(r) => m = r,
                    None => return Left::Exit(None),
                }
                continue;
            }
        }
        let line = seen.line_at(at);
        if line >= 0 && seen.entry == Entry::Middle {
            seen.line = line;
        }
        let word = crate::call::known::borrowed::as_single(m.fetch());
        let wide = word as u8 == op::Wide;
        let (code, (r, flow)) = if wide {
            let second = m.fetch();
            (second as u8, dispatch::step(m, Wide(word, second), second as u64))
        } else {
            (word as u8, dispatch::step(m, Narrow(word as u64), word as u64))
        };
        m = r;
        let (mut entry, raised) = match flow {
            Flow::Next => (true, false),
            Flow::Exit(v) => return Left::Exit(Some(v)),
            Flow::Raise { .. } if m.ts.switching.take() => {
                m.reload();
                continue;
            }
            Flow::Raise { entry } => (entry, true),
        };
        let mut failed = raised;
        if raised {
            if entry {
                m.save();
            }
            if let Some(t) = told {
                call_failed(&*m.frame, at, &t);
            }
        } else if m.frame == seen.frame {
            let told = after(&m, &seen, at, code, told);
            if told.is_ok() {
                moved(&mut m, &mut seen);
            } else {
                failed = true;
                entry = true;
                if (*m.frame).lasti_word() < at as i32 {
                    m.save();
                }
            }
        }
        if failed {
            match unwind::unwind(m, entry) {
                Some(r) => m = r,
                None => return Left::Exit(None),
            }
        }
    }
}

/// The events before the instruction at word `at`. False: look again (the program counter was moved).
unsafe fn before(m: &mut Regs, seen: &mut Seen, at: u32, told: &mut Option<Told>) -> PyResult<bool> {
    let cx = &mut cx();
    let fr = &*m.frame;
    let (ts, code) = (m.ts, m.code());
    if seen.entry != Entry::Middle && at >= code.first_traceable() {
        let how = std::mem::replace(&mut seen.entry, Entry::Middle);
        if how == Entry::Start {
            m.save();
        } else if *m.pc as u8 == op::YieldFrom {
            // It runs again with the value that was sent.
            fr.pc.set(Tagged::new(m.pc.add(1)));
        }
        let ev = if how == Entry::Start { event::PY_START } else { event::PY_RESUME };
        fire::entered(fr, ev, cx)?;
        return Ok(false);
    }
    if seen.entry != Entry::Middle {
        return Ok(true);
    }
    fr.pc.set(Tagged::new(m.pc.add(1)));
    let line = seen.line_at(at);
    if line >= 0 && line != seen.line {
        seen.line = line;
        fire::line(fr, at, line, cx)?;
        fire::trace(fr, What::Line, None, cx)?;
        if moved(m, seen) {
            return Ok(false);
        }
    }
    fire::plain(fr, at, event::INSTRUCTION, cx)?;
    fire::trace(fr, What::Opcode, None, cx)?;
    if moved(m, seen) {
        return Ok(false);
    }
    if !is_traced(ts) {
        return Ok(true);
    }
    let word = *m.pc;
    if word as u8 == op::Wide {
        let second = *m.pc.add(1);
        *told = leaving_or_calling(m, Wide(word, second), second as u8, at)?;
    } else {
        *told = leaving_or_calling(m, Narrow(word as u64), crate::spec::general_call(word as u8), at)?;
    }
    Ok(true)
}

/// Whether a trace function set `f_lineno`; then `m` goes there.
unsafe fn moved(m: &mut Regs, seen: &mut Seen) -> bool {
    let Some(to) = jump_of(&*m.frame) else { return false };
    m.pc = m.code().exec_ptr().add(to);
    seen.line = -1;
    true
}

/// Where a trace function wants the frame to go on.
pub unsafe fn jump_of(fr: &Frame) -> Option<usize> {
    let o = fr.frame_obj.get();
    if o.is_object() { (*o.as_ptr()).cast_unchecked::<PyFrame>().take_jump() } else { None }
}

/// What is told before returns and calls.
unsafe fn leaving_or_calling<W: Word>(m: &mut Regs, w: W, code: u8, at: u32) -> PyResult<Option<Told>> {
    let cx = &mut cx();
    let fr = &*m.frame;
    let win = m.at(w.b());
    let first = win.add(FRAME_HEADER);
    let (callable, arg0) = match code {
        op::Return => {
            let v = (*m.at(w.a())).duplicate().into_own(cx)?;
            fire::left(fr, event::PY_RETURN, &v, cx)?;
            return Ok(None);
        }
        op::ReturnNone => {
            fire::left(fr, event::PY_RETURN, none(), cx)?;
            return Ok(None);
        }
        op::Call | op::CallKw => (win, (w.cu() > 0).then_some(first)),
        op::CallMethod | op::CallMethodKw => {
            let at = if (*first).is_empty() { first.add(1) } else { first };
            (win, (w.cu() > 1 || !(*first).is_empty()).then_some(at))
        }
        op::CallEx => (win, None),
        _ => return Ok(None),
    };
    let mut callable = Slot::boxed(callable, cx)?.own();
    let mut arg0 = match arg0 {
        Some(a) => Some(Slot::boxed(a, cx)?.own()),
        None => None,
    };
    if code == op::CallEx {
        let args = &*(*first).as_ptr();
        arg0 = match (args.downcast::<PyTuple>(), args.downcast::<PyList>()) {
            (Some(t), _) => t.get(0).map(|o| o.own()),
            (_, Some(l)) => l.items(cx).first().map(|o| o.own()),
            _ => None,
        };
    }
    if let Some(b) = callable.exact::<PyMethod>().filter(|_| code != op::CallEx) {
        arg0 = Some(b.receiver().own());
        callable = b.func().own();
    }
    if let Some(d) = callable.exact::<PyClassMethodDescr>() {
        // Called with its class in self's place: what is told about is the bound method that the source asked for.
        if let (Some(get), Some(class)) = (d.as_object().ty().tp_descr_get.get(), arg0.as_ref().filter(|a| a.is_a::<PyType>())) {
            callable = taipan_object::err::result_from_raw(get(callable.as_ptr(), std::ptr::null_mut(), class.as_ptr()))?;
            let next = first.add(1);
            arg0 = if w.cu() > 1 { Some(Slot::boxed(next, cx)?.own()) } else { None };
        }
    }
    fire::call_event(fr, at, event::CALL, &callable, arg0.as_deref(), cx)?;
    let python = match callable.exact::<PyMethod>() {
        Some(b) => b.func().is_exact::<PyFunction>(),
        None => callable.is_exact::<PyFunction>(),
    };
    if python {
        return Ok(None);
    }
    fire::profile_c(fr, What::CCall, &callable, arg0.as_deref(), cx)?;
    Ok(Some(Told { callable, arg0 }))
}

/// A native call raised.
unsafe fn call_failed(fr: &Frame, at: u32, t: &Told) {
    let cx = &mut cx();
    let Some(e) = cx.ts().current_exception.take() else { return };
    let r = fire::call_event(fr, at, event::C_RAISE, &t.callable, t.arg0.as_deref(), cx)
        .and_then(|()| fire::profile_c(fr, What::CException, &t.callable, t.arg0.as_deref(), cx));
    if r.is_ok() {
        drop(cx.set_raised(e));
    }
}

/// Whether an instruction jumps, by opcode: 1 always, 2 on a condition.
const JUMPS: [u8; 256] = {
    let mut t = [0; 256];
    let mut i = 0;
    while i < Op::COUNT {
        let o = Op::ALL[i].info().operands;
        let mut k = 0;
        while k < o.len() {
            if o[k].1.is_jump() {
                t[i] = 2;
            }
            k += 1;
        }
        i += 1;
    }
    t[op::Jump as usize] = 1;
    t[op::JumpBackward as usize] = 1;
    t[op::JumpFar as usize] = 0;
    t[taipan_bytecode::sop::ForIterSlot as usize] = 2;
    t[taipan_bytecode::sop::ForIterList as usize] = 2;
    t[taipan_bytecode::sop::ForIterRange as usize] = 2;
    t
};

/// The events after an instruction that went well and stayed in its frame.
unsafe fn after(m: &Regs, seen: &Seen, at: u32, code: u8, told: Option<Told>) -> PyResult<()> {
    let cx = &mut cx();
    let fr = &*m.frame;
    if let Some(t) = told {
        fire::call_event(fr, at, event::C_RETURN, &t.callable, t.arg0.as_deref(), cx)?;
        return fire::profile_c(fr, What::CReturn, &t.callable, t.arg0.as_deref(), cx);
    }
    let kind = JUMPS[code as usize];
    if kind == 0 {
        return Ok(());
    }
    let mut to = m.pc.offset_from(m.code().exec_ptr()) as u32;
    let words = m.code().words();
    let Ok(i) = taipan_bytecode::decode(words, at as usize) else { return Ok(()) };
    // What `jump_far` will do is told with the conditional jump in front of it.
    if let Ok(far) = taipan_bytecode::decode(words, to as usize) {
        if far.op == Op::JumpFar {
            to = far.jump_target().unwrap_or(to as i64) as u32;
        }
    }
    let (target, next) = taipan_bytecode::encode::ways(words, &i).unwrap_or((i.end as i64, i.end as i64));
    let (taken, backward) = (to != next as u32, target <= at as i64);
    let same_line = seen.line_at(at) == seen.line_at(to);
    if kind == 1 {
        // The jump to a loop's test at its bottom is none in the source.
        if backward || !same_line {
            fire::jump(fr, at, event::JUMP, to, cx)?;
        }
    } else {
        let ev = if taken == backward { event::BRANCH_LEFT } else { event::BRANCH_RIGHT };
        fire::jump(fr, at, ev, to, cx)?;
    }
    if taken && backward && same_line {
        fr.pc.set(Tagged::new(m.pc.add(1)));
        fire::trace(fr, What::Line, None, cx)?;
    }
    Ok(())
}
