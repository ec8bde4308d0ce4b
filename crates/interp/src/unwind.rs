//! Unwinding: traceback entries, handlers, frames that end by an exception.

use crate::frames;
use crate::regs::*;
use taipan_object::frame::{Slot, frame_flags as ff};
use taipan_object::monitoring::{fire, is_traced};
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::traceback;

/// The exception that is set leaves the instruction at the saved `pc`. Gives the registers at its handler, or none when a frame that Rust entered ended.
#[inline(never)]
pub unsafe fn unwind(mut m: Regs, mut entry: bool) -> Option<Regs> {
    loop {
        let fr = &*m.frame;
        // The handler is looked up where control is; the frame's own position may be that of the first raise (`reraise`).
        let at = (m.pc.offset_from(m.code().exec_ptr()) - 1).max(0) as u32;
        let word = fr.lasti_word().max(0);
        if entry {
            traceback::add_frame_entry(fr, &mut cx());
        }
        let watched = is_traced(m.ts);
        if watched {
            fire::raised(fr, !entry, &mut cx());
        }
        entry = true;
        let code = m.code();
        if let Some(h) = code.handler_at(at) {
            if watched && !tell_handled(&m) {
                // The handler is left before its first instruction: what it would have found in its registers is not there.
                clear_temps(&m, h.depth as usize);
                m.pc = code.exec_ptr().add(h.handler as usize + 1);
                entry = false;
                continue;
            }
            return Some(enter_handler(m, h, word));
        }
        if watched {
            fire::unwound(fr, &mut cx());
        }
        clear_temps(&m, 0);
        let ret = fr.ret.get();
        let caller = fr.previous.get().get();
        if ret & ff::GENERATOR != 0 {
            match crate::generator::raised(m) {
                Some(r) => {
                    m = r;
                    continue;
                }
                None => return None,
            }
        }
        frames::pop(&m);
        if ret & ff::ENTRY != 0 {
            return None;
        }
        m = Regs::of(caller, m.ts);
        if ret & ff::NEXT != 0 && cx().raised_is(exc::StopIteration()) {
            drop(m.ts.current_exception.take());
            let iter = Narrow(*m.pc.sub(1) as u64).b();
            std::mem::replace(&mut *m.at(iter), Slot::EMPTY).release();
            return Some(m);
        }
        if ret & ff::INIT != 0 {
            let win = m.at((ret >> 16) as i16 as isize);
            std::mem::replace(&mut *win, Slot::EMPTY).release();
        }
    }
}

/// Tell that the current exception is handled here. False: a callback raised another.
unsafe fn tell_handled(m: &Regs) -> bool {
    let Some(e) = m.ts.current_exception.take() else { return true };
    let cx = &mut cx();
    match fire::handled(&*m.frame, &e, cx) {
        Ok(()) => {
            drop(cx.set_raised(e));
            true
        }
        Err(_) => false,
    }
}

/// Release the temps from `depth` on.
unsafe fn clear_temps(m: &Regs, depth: usize) {
    let (mut p, end) = (m.fp.add(depth), m.fp.add(m.code().ntemps()));
    while (p as usize) < end as usize {
        let v = *p;
        if v.is_object() {
            *p = Slot::EMPTY;
            v.release();
        }
        p = p.add(1);
    }
}

/// [`unwind`] for the plain loop: `pc` stands behind the instruction of the innermost frame that raised. True: the innermost frame goes on at its saved `pc`.
#[cold]
#[inline(never)]
pub unsafe fn unwind_innermost(ts: &'static ThreadState, pc: *const u32, entry: bool) -> bool {
    let mut m = Regs::of(ts.current_frame.get(), ts);
    m.pc = pc;
    match unwind(m, entry) {
        Some(m) => {
            m.save();
            true
        }
        None => false,
    }
}

unsafe fn enter_handler(mut m: Regs, h: &taipan_bytecode::ExceptionEntry, word: i32) -> Regs {
    // The exception is taken first: releasing temps may run code that looks at the thread state.
    let e = m.ts.current_exception.take();
    let depth = h.depth as usize;
    clear_temps(&m, depth);
    let mut at = m.fp.add(depth);
    if h.lasti {
        *at = Slot::int(word as i64);
        at = at.add(1);
    }
    *at = match e {
        Some(e) => Slot::object(e),
        None => Slot::EMPTY,
    };
    m.pc = m.code().exec_ptr().add(h.handler as usize);
    m
}
