//! Generators that native code asks for their items: one by one (`tp_iternext`), or all of them (`abstract_::iter::walk`), which does not leave the loop between two items.
//!
//! A frame flagged `DRIVEN` is entered by [`drive`] only, in whose stack frame lies the `Drive` that the frame's return word tells. Whoever else resumes the generator writes that word anew.

use crate::frames::{ret_word, too_deep};
use crate::generator::{deliver, enter, send_into, suspend_frame};
use crate::regs::*;
use crate::traced::Entry;
use taipan_object::frame::{Frame, Slot, Tagged, frame_flags as ff};
use taipan_object::machine::{Drive, Sink};
use taipan_object::monitoring::is_traced;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::generator::{self as gens, Gen, GenState, NO_DELEGATE};
use taipan_object::types::none;

/// What leaves the loop when the sink has had the item: an odd word that is no int.
const LEFT: Slot = Slot(7);
/// Where the address begins in a return word.
const ADDRESS: u32 = 16;

/// `None`, borrowed for ever.
#[inline(always)]
fn nothing() -> Slot {
    Slot(none().as_ptr() as usize)
}

/// The return word of a frame that `d` drives. None: the address has too many bits.
fn word_for(d: *mut Drive<'_>) -> Option<u64> {
    let at = d.expose_provenance() as u64;
    (at >> (64 - ADDRESS) == 0).then(|| ff::TAG | ff::GENERATOR | ff::ENTRY | ff::DRIVEN | at << ADDRESS)
}

/// # Safety
/// The frame runs, entered by [`drive`].
#[inline(always)]
unsafe fn driver<'a>(frame: *mut Frame) -> &'a mut Drive<'a> {
    &mut *std::ptr::with_exposed_provenance_mut(((*frame).ret.get() >> ADDRESS) as usize)
}

/// Whether [`drive`] entered the frame.
#[inline(always)]
pub unsafe fn is_driven(frame: *mut Frame) -> bool {
    (*frame).has(ff::DRIVEN)
}

/// `yield_value` of a driven generator: true when the sink has taken the value and the generator just goes on.
#[inline(always)]
pub unsafe fn quietly(frame: *mut Frame, v: Slot) -> bool {
    driver(frame).sink.take_quietly(v)
}

/// A driven generator yields `v` before `pc`: it is suspended, the sink takes the item, and it is resumed. The value to leave the loop with, or empty to go on in the innermost frame.
#[inline(never)]
pub unsafe fn give(ts: &'static ThreadState, frame: *mut Frame, pc: *const u32, v: Slot) -> Slot {
    (*frame).pc.set(Tagged::new(pc));
    let g = Gen::of_frame(frame);
    let ret = (*frame).ret.get();
    let d = driver(frame);
    suspend_frame(ts, frame, v, NO_DELEGATE);
    let cx = &mut cx();
    let more = match v.into_own(cx) {
        Ok(v) => d.sink.take(v, cx),
        Err(r) => Err(r),
    };
    if !matches!(more, Ok(true)) {
        d.ended = Some(more.map(drop));
        return LEFT;
    }
    // The sink may have run anything, this generator too.
    if g.state() != GenState::Suspended || g.core.delegate.get() != NO_DELEGATE || is_traced(ts) || ts.py_recursion_remaining.get() <= 0 {
        return LEFT;
    }
    enter(ts, g, ret);
    deliver(g.frame(), nothing(), false);
    Slot::EMPTY
}

/// `machine::Hooks::drive`.
pub fn drive(g: &Gen, sink: &mut dyn Sink, cx: &mut Cx) -> PyResult<()> {
    let keep = g.as_object().own();
    let mut d = Drive { sink, ended: None };
    // SAFETY: the frame that gets the address runs only during the calls of the loop in there.
    let r = unsafe {
        match word_for(&raw mut d) {
            Some(word) => drive_by(g, &raw mut d, word, cx),
            None => drive_by(g, &raw mut d, ret_word(ff::ENTRY, 0), cx),
        }
    };
    drop(keep);
    r
}

unsafe fn drive_by(g: &Gen, d: *mut Drive<'_>, word: u64, cx: &mut Cx) -> PyResult<()> {
    let ts = cx.ts();
    loop {
        let how = match g.state() {
            GenState::Created => Entry::Start,
            GenState::Suspended => Entry::Resume,
            // Over; or it runs, which `send` says.
            _ => return g.send(none(), cx).map(drop),
        };
        if ts.stack_is_low() {
            return Err(too_deep());
        }
        send_into(ts, g, word, nothing())?;
        let Some(v) = crate::dispatch::go_on(ts, how) else { return Err(Raised::assume()) };
        if v == LEFT {
            match (*d).ended.take() {
                Some(r) => return r,
                None => continue,
            }
        }
        if g.state() != GenState::Suspended {
            v.release();
            return Ok(());
        }
        let v = v.into_own(cx)?;
        if !(*d).sink.take(v, cx)? {
            return Ok(());
        }
    }
}

/// `machine::Hooks::next`.
pub unsafe extern "C" fn next(o: *mut Object) -> *mut Object {
    let run = std::panic::AssertUnwindSafe(|| next_in(&*o));
    match std::panic::catch_unwind(run) {
        Ok(p) => p,
        Err(_) => {
            drop(cx().system_error(format_args!("internal error in a generator")));
            std::ptr::null_mut()
        }
    }
}

#[inline(always)]
unsafe fn next_in(o: &Object) -> *mut Object {
    let g = o.cast_unchecked::<Gen>();
    let ts = cx().ts();
    let plain = g.state() == GenState::Suspended && g.core.delegate.get() == NO_DELEGATE && !is_traced(ts);
    if !plain || ts.py_recursion_remaining.get() <= 0 || ts.stack_is_low() {
        return next_slowly(g);
    }
    let keep = o.own();
    enter(ts, g, ret_word(ff::ENTRY, 0));
    deliver(g.frame(), nothing(), false);
    let v = crate::dispatch::go_on(ts, Entry::Resume);
    let suspended = g.state() == GenState::Suspended;
    drop(keep);
    match v {
        Some(v) if suspended => taipan_object::err::result_into_raw(v.into_own(&mut cx())),
        v => ended(v),
    }
}

/// The generator has returned `v`, or raised.
#[cold]
#[inline(never)]
unsafe fn ended(v: Option<Slot>) -> *mut Object {
    if let Some(v) = v
        && v != nothing()
        && let Ok(v) = v.into_own(&mut cx())
    {
        drop(gens::raise_stop_iteration(&v, &mut cx()));
    }
    std::ptr::null_mut()
}

#[cold]
#[inline(never)]
unsafe fn next_slowly(g: &Gen) -> *mut Object {
    match g.next(&mut cx()) {
        Ok(v) => v.map_or(std::ptr::null_mut(), Own::into_raw),
        Err(_) => std::ptr::null_mut(),
    }
}
