//! The door for the other crates: installing the machine, running code, calling functions from native code.

use crate::breaker;
use crate::call::bind;
use crate::frames;
use crate::{driven, generator};
use crate::regs::*;
use crate::traced::Entry;
use taipan_object::frame::{FRAME_HEADER, Slot, frame_flags as ff, pop_separate, push_separate};
use taipan_object::machine::{self, Hooks};
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::function::PyFunction;

/// Install the interpreter into the kernel. Once, before any Python code runs.
pub fn init() {
    machine::install(Hooks { function_vectorcall, resume: generator::resume, drive: driven::drive, next: driven::next, breaker: breaker::handle_in });
}

/// Arguments that a native call passes without allocation.
const INLINE_ARGS: usize = 16;

/// `vectorcall` of Python functions.
unsafe extern "C" fn function_vectorcall(f: *mut Object, args: *const *mut Object, nargsf: usize, kwnames: *mut Object) -> *mut Object {
    // SAFETY: called as a vectorcall function with the GIL held.
    let cx = &mut cx();
    let run = std::panic::AssertUnwindSafe(|| vectorcall_in(f, args, nargsf, kwnames, cx));
    match std::panic::catch_unwind(run) {
        Ok(r) => taipan_object::err::result_into_raw(r),
        Err(_) => {
            drop(Cx::assume().system_error(format_args!("internal error in a function call")));
            std::ptr::null_mut()
        }
    }
}

unsafe fn vectorcall_in(f: *mut Object, args: *const *mut Object, nargsf: usize, kwnames: *mut Object, cx: &mut Cx) -> PyResult {
    let f = (*f).cast_unchecked::<PyFunction>();
    let n = nargsf & !taipan_object::call::ARGUMENTS_OFFSET;
    let (ts, code) = (cx.ts(), f.code());
    let left = ts.py_recursion_remaining.get();
    let calm = ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) == 0 && left > 0 && !ts.stack_is_low();
    if calm && kwnames.is_null() && code.simple_args() as usize == n {
        let fr = push_separate(ts, code.frame_words() + FRAME_HEADER);
        if !fr.is_null() {
            let locals = (*fr).locals_ptr();
            for i in 0..n {
                *locals.add(i) = Slot::new_ref(&**args.add(i));
            }
            for i in n..code.nlocals() {
                *locals.add(i) = Slot::EMPTY;
            }
            ts.py_recursion_remaining.set(left - 1);
            frames::write_header(fr, ts.current_frame.get(), f, code, frames::ret_word(ff::ENTRY | ff::SEPARATE, 0));
            (*fr).func.set(Slot::new_ref(f));
            ts.current_frame.set(fr);
            return match crate::dispatch::run(Regs::of(fr, ts), Entry::Start) {
                Some(v) => v.into_own(cx),
                None => Err(Raised::assume()),
            };
        }
    }
    let names = if kwnames.is_null() { None } else { Some((*kwnames).cast_unchecked::<PyTuple>()) };
    let total = n + names.map_or(0, |k| k.len());
    if calm && let Some(r) = run_bound(f, args, total, names, cx) {
        return r;
    }
    let copy = |buf: &mut [Slot]| {
        for (i, s) in buf.iter_mut().enumerate() {
            *s = Slot::new_ref(&**args.add(i));
        }
    };
    if total <= INLINE_ARGS {
        let mut buf = [Slot::EMPTY; INLINE_ARGS];
        copy(&mut buf[..total]);
        call_function(f, &mut buf[..total], names, cx)
    } else {
        let mut buf = vec![Slot::EMPTY; total];
        copy(&mut buf);
        call_function(f, &mut buf, names, cx)
    }
}

/// Run a function whose arguments [`bind::quick`] can bind where the frame has them. None: nothing has happened.
unsafe fn run_bound(f: &PyFunction, args: *const *mut Object, total: usize, names: Option<&PyTuple>, cx: &mut Cx) -> Option<PyResult> {
    let (ts, code) = (cx.ts(), f.code());
    if code.ensure_linked(cx).is_err() {
        return Some(Err(Raised::assume()));
    }
    let fr = push_separate(ts, code.frame_words().max(total) + FRAME_HEADER);
    if fr.is_null() {
        return None;
    }
    let locals = (*fr).locals_ptr();
    for i in 0..total {
        *locals.add(i) = Slot::new_ref(&**args.add(i));
    }
    let bound = bind::quick(f, code, locals, locals, total, names);
    if !matches!(bound, Ok(true)) {
        // The caller holds the arguments: nothing dies.
        bind::release_all(std::slice::from_raw_parts_mut(locals, total));
        pop_separate(ts, fr);
        return bound.err().map(Err);
    }
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
    frames::write_header(fr, ts.current_frame.get(), f, code, frames::ret_word(ff::ENTRY | ff::SEPARATE, 0));
    (*fr).func.set(Slot::new_ref(f));
    ts.current_frame.set(fr);
    Some(match crate::dispatch::run(Regs::of(fr, ts), Entry::Start) {
        Some(v) => v.into_own(cx),
        None => Err(Raised::assume()),
    })
}

/// Run a function to its end; the arguments are taken over.
unsafe fn call_function(f: &PyFunction, args: &mut [Slot], names: Option<&PyTuple>, cx: &mut Cx) -> PyResult {
    let ts = cx.ts();
    if ts.eval_breaker.load(std::sync::atomic::Ordering::Relaxed) != 0 {
        if let Err(r) = breaker::handle_in(cx) {
            bind::release_all(args);
            return Err(r);
        }
    }
    let fr = frames::push_call(ts, f.new_ref(), args, names, ff::ENTRY, 0)?;
    ts.current_frame.set(fr);
    match crate::dispatch::run(Regs::of(fr, ts), Entry::Start) {
        Some(v) => v.into_own(cx),
        None => Err(Raised::assume()),
    }
}

/// Run code as `exec` and `eval` do: with these globals, and `locals` as the namespace of names (the globals when none). The code has no free variables.
pub fn eval_code(code: &PyCode, globals: &PyDict, locals: Option<&Object>, cx: &mut Cx) -> PyResult {
    eval_code_with_closure(code, globals, locals, None, cx)
}

/// As [`eval_code`], with the cells of the code's free variables (their number is checked by the caller).
pub fn eval_code_with_closure(code: &PyCode, globals: &PyDict, locals: Option<&Object>, closure: Option<Own<PyTuple>>, cx: &mut Cx) -> PyResult {
    let f = PyFunction::new(code, globals, cx)?;
    f.set_closure(closure);
    // SAFETY: a fresh frame is pushed, completed and run; the thread holds the GIL.
    unsafe {
        let ts = cx.ts();
        let fr = frames::push_call(ts, f, &mut [], None, ff::ENTRY, 0)?;
        if !code.has_flag(taipan_bytecode::flags::OPTIMIZED) {
            let ns = locals.unwrap_or(globals.as_object());
            (*fr).locals.set(Slot::new_ref(ns));
        }
        ts.current_frame.set(fr);
        match crate::dispatch::run(Regs::of(fr, ts), Entry::Start) {
            Some(v) => v.into_own(cx),
            None => Err(Raised::assume()),
        }
    }
}

/// Globals of the innermost Python frame, for `eval`, `exec`, `globals()` and imports.
pub fn current_globals(cx: &Cx) -> Option<Own<PyDict>> {
    machine::current_frame(cx.ts()).map(|f| f.globals().new_ref())
}
