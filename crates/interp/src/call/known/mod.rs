//! Call sites that know how their callee is called: a site whose callee was native becomes `CallKnown` (`CallMethodKnown`), whose cell holds a handler for that calling convention.
//!
//! A handler checks that the callee is of its kind, boxes the arguments, calls the C function with the window's words as its arguments, and releases everything. Guards: convention and
//! type of the callee are read from the callee itself; classes and other callables are recognised by the version of a type (`a` of the cell). The number of arguments is the site's.
//! When a guard fails nothing has been consumed.

pub mod borrowed;
mod builtins;

use super::bind::release_all;
use super::window::{Callee, run_window};
use crate::regs::*;
use std::sync::atomic::Ordering::Relaxed;
use taipan_bytecode::{Op, sop};
use taipan_object::args::check_result;
use taipan_object::call::{ARGUMENTS_OFFSET, vectorcall_of};
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::typeobj::{self, *};
use taipan_object::types::builtin::PyCFunction;
use taipan_object::types::code::CacheCell;
use taipan_object::types::descr::{PyClassMethodDescr, PyMethodDescr};
use taipan_object::types::function::PyFunction;
use taipan_object::types::method::PyMethod;
use taipan_object::types::module::PyModule;

/// What a handler gives: the result as an owned word, or one of the odd words below, which are none (their low bits are those of an empty slot).
type Answer = Slot;
/// An exception is set.
const FAILURE: Answer = Slot(3);
/// Not what the handler is for; nothing was consumed.
const MISS: Answer = Slot(7);
/// The result waits in the window's first word; the breaker asks for something.
const ATTENTION: Answer = Slot(11);

/// Window, number of argument words, the site's cell, the thread.
type Handler = unsafe extern "C" fn(*mut Slot, usize, &CacheCell, &'static ThreadState) -> Answer;
type FastCall = unsafe extern "C" fn(Ptr, *const Ptr, isize) -> Ptr;
type FastCallKeywords = unsafe extern "C" fn(Ptr, *const Ptr, isize, Ptr) -> Ptr;
type VarKeywords = unsafe extern "C" fn(Ptr, Ptr, Ptr) -> Ptr;

/// Static rows are left out: they get no self.
const CONVENTION: i32 = METH_VARARGS | METH_FASTCALL | METH_NOARGS | METH_O | METH_KEYWORDS | METH_METHOD | METH_STATIC;
const FAST_KW: i32 = METH_FASTCALL | METH_KEYWORDS;
const VAR_KW: i32 = METH_VARARGS | METH_KEYWORDS;

/// Runs until a site that could not be specialised, or whose guard failed, tries again.
const FAILED: u32 = 400;
const MISSED: u32 = 30;

/// Whether the general form of a call should look at its callee now. A cell with `a` is in use for a class.
#[inline(always)]
pub unsafe fn due(cell: *mut CacheCell) -> bool {
    let c = &mut *cell;
    if c.a != 0 {
        return false;
    }
    if c.b == 0 {
        return true;
    }
    c.b -= 1;
    false
}

/// The site's call through its handler. `general`: the instruction to turn back into.
#[inline(always)]
pub unsafe fn call<W: Word>(m: &mut Regs, w: W, general: Op) -> PyResult<()> {
    let win = m.at(w.b());
    let cell = m.cell();
    m.save();
    // SAFETY of the transmute: the specialised form is put in place with a handler in its cell.
    let handler = std::mem::transmute::<u64, Handler>((*cell).c);
    let r = handler(win, w.cu(), &*cell, m.ts);
    if r.0 & 3 != 3 {
        m.put(w, r);
        return Ok(());
    }
    unusual(m.ts, r, general)?;
    m.reload();
    Ok(())
}

/// What is left to do when a handler gave no result. The frame's `pc` was saved.
#[cold]
#[inline(never)]
unsafe fn unusual(ts: &'static ThreadState, r: Answer, general: Op) -> PyResult<()> {
    let mut m = Regs::of(ts.current_frame.get(), ts);
    let w = Narrow(*m.pc.sub(2) as u64);
    let (win, n, dst) = (m.at(w.b()), w.cu(), w.a());
    if r == FAILURE {
        return Err(Raised::assume());
    }
    if r == ATTENTION {
        let v = std::mem::replace(&mut *win, Slot::EMPTY);
        m.set(dst, v);
        return crate::breaker::after_native(m);
    }
    // Something else is called here now.
    m.respecialise(2, general as u8);
    *m.cells.add(*m.pc.sub(1) as usize) = CacheCell { a: 0, b: MISSED, c: 0 };
    if general == Op::CallMethod {
        crate::call::method::method_slow(m, win, n, None, dst)?;
    } else {
        run_window(m, win, Callee { args: win.add(FRAME_HEADER), nargs: n, kwnames: None, dst })?;
    }
    m.settle()
}

/// Choose a handler for what a call site is about to call; false: the general way stays. `method`: the site's first argument word is self's place.
#[cold]
#[inline(never)]
pub unsafe fn learn(win: *mut Slot, n: usize, cell: *mut CacheCell, method: bool) -> bool {
    let found = if (*win).is_int() { None } else { choose(&*(*win).as_ptr(), win, n, method, &mut cx()) };
    let (version, handler) = match found {
        Some(f) => f,
        None => {
            *cell = CacheCell { a: 0, b: FAILED, c: 0 };
            return false;
        }
    };
    *cell = CacheCell { a: version.0, b: version.1, c: handler as usize as u64 };
    true
}

/// The two halves of a row's address, for handlers that are for one function alone.
fn halves(def: &MethodDef) -> (u32, u32) {
    let at = def as *const MethodDef as u64;
    (at as u32, (at >> 32) as u32)
}

#[inline(always)]
fn is_row(cell: &CacheCell, def: &MethodDef) -> bool {
    (u64::from(cell.b) << 32 | u64::from(cell.a)) == def as *const MethodDef as u64
}

unsafe fn choose(callee: &Object, win: *mut Slot, n: usize, method: bool, cx: &mut Cx) -> Option<((u32, u32), Handler)> {
    let first = *win.add(FRAME_HEADER);
    if method && !first.is_empty() {
        if let Some(d) = callee.exact::<PyClassMethodDescr>() {
            return convention::<CLASS_METHOD>(d.def(), n - 1).map(|h| ((0, 0), h));
        }
        return method_handler(callee.exact::<PyMethodDescr>()?, first, n);
    }
    let given = n - method as usize;
    if let Some(f) = callee.exact::<PyCFunction>() {
        if let Some(h) = builtin_handler(f, given, cx).filter(|_| !method) {
            return Some((halves(f.def()), h));
        }
        let h = if method { convention::<BEHIND_SELF>(f.def(), given) } else { convention::<PLAIN>(f.def(), given) };
        return h.map(|h| ((0, 0), h));
    }
    if callee.is_exact::<PyFunction>() || callee.is_exact::<PyMethod>() {
        return None;
    }
    if let Some(t) = callee.exact::<PyType>() {
        return class_handler(t, given, method).map(|h| ((version_tag(t), 0), h)).filter(|f| f.0.0 != 0);
    }
    let version = (version_tag(callee.ty()), 0);
    if version.0 == 0 || callee.is_a::<PyType>() {
        return None;
    }
    if callee.ty().has(flags::HAVE_VECTORCALL) {
        return Some((version, if method { by_vector::<1> } else { by_vector::<0> }));
    }
    let call = callee.ty().tp_call.get()?;
    // Instances of Python classes get a frame for their `__call__`.
    (call as usize != slots::dispatch::slot_tp_call as *const () as usize).then_some((version, if method { by_slot::<1> as Handler } else { by_slot::<0> }))
}

/// Where self and arguments lie: a function's arguments from the window's first argument word on, behind the empty place of self, or self and then the arguments.
const PLAIN: u8 = 0;
const BEHIND_SELF: u8 = 1;
const METHOD: u8 = 2;
/// As `METHOD`, where self is a class.
const CLASS_METHOD: u8 = 3;

fn convention<const WHO: u8>(def: &MethodDef, given: usize) -> Option<Handler> {
    match def.ml_flags & CONVENTION {
        METH_O if given == 1 => Some(native::<WHO, METH_O>),
        METH_NOARGS if given == 0 => Some(native::<WHO, METH_NOARGS>),
        METH_FASTCALL => Some(native::<WHO, METH_FASTCALL>),
        FAST_KW => Some(native::<WHO, FAST_KW>),
        METH_VARARGS => Some(native::<WHO, METH_VARARGS>),
        VAR_KW => Some(native::<WHO, VAR_KW>),
        _ => None,
    }
}

unsafe fn method_handler(d: &PyMethodDescr, slf: Slot, n: usize) -> Option<((u32, u32), Handler)> {
    if let Some(h) = builtins::method(d, slf, n) {
        return Some((halves(d.def()), h));
    }
    convention::<METHOD>(d.def(), n - 1).map(|h| ((0, 0), h))
}

unsafe fn builtin_handler(f: &PyCFunction, n: usize, cx: &mut Cx) -> Option<Handler> {
    let module = f.self_ptr().as_ref().and_then(|m| m.exact::<PyModule>())?;
    if module.md_dict.as_raw() != cx.interp().builtins.as_raw() {
        return None;
    }
    builtins::function(std::ffi::CStr::from_ptr(f.def().ml_name).to_bytes(), n)
}

/// Classes whose instances C code makes. Others, and exceptions, are the business of `class`.
unsafe fn class_handler(t: &PyType, n: usize, method: bool) -> Option<Handler> {
    if let Some(h) = builtins::class(t, n).filter(|_| !method) {
        return Some(h);
    }
    if std::ptr::eq(t, PyType::ty()) {
        return None;
    }
    if t.constructor().is_some() {
        return Some(if method { class_by_vector::<1> } else { class_by_vector::<0> });
    }
    let object = typeobj::object_type();
    let own_new = t.tp_new.get()? as usize != object.tp_new.get()? as usize;
    (own_new && !t.has(flags::BASE_EXC_SUBCLASS)).then_some(if method { construct::<1> as Handler } else { construct::<0> })
}

/// Box what C code gets to see. Raises `MemoryError`.
#[inline(always)]
unsafe fn box_words(args: *mut Slot, n: usize) -> bool {
    for i in 0..n {
        let a = args.add(i);
        if (*a).is_int() && !box_word(a) {
            return false;
        }
    }
    true
}

#[inline(never)]
unsafe fn box_word(a: *mut Slot) -> bool {
    match PyInt::new((*a).as_int(), &mut cx()) {
        Ok(i) => {
            *a = Slot::object(i);
            true
        }
        Err(_) => false,
    }
}

/// Release an object word that was taken out of its slot.
#[inline(always)]
unsafe fn release(at: *mut Slot) {
    let o = std::mem::replace(&mut *at, Slot::EMPTY).as_ptr();
    Object::decref(o);
}

/// A result as a word: a tagged int if it is a short exact one. Everything in the window has been released.
#[inline(always)]
unsafe fn deliver(r: Ptr, win: *mut Slot, ts: &ThreadState) -> Answer {
    let mut v = Slot(r as usize);
    if let Some(i) = (*r).exact::<PyInt>() {
        if let Some(n) = i.compact() {
            v = Slot::int(n);
            Object::decref(r);
        }
    }
    done(v, win, ts)
}

#[inline(always)]
unsafe fn done(v: Slot, win: *mut Slot, ts: &ThreadState) -> Answer {
    if ts.eval_breaker.load(Relaxed) == 0 { v } else { put_aside(v, win) }
}

#[cold]
#[inline(never)]
unsafe fn put_aside(v: Slot, win: *mut Slot) -> Answer {
    *win = v;
    ATTENTION
}

/// Whether a C function's answer is a plain result: an object, and no exception.
#[inline(always)]
fn is_plain(r: Ptr, ts: &ThreadState) -> bool {
    !r.is_null() && ts.current_exception.as_raw().is_null()
}

/// The arguments as a tuple for the time of the call.
#[inline(always)]
unsafe fn lend(args: *mut Slot, n: usize) -> Ptr {
    PyTuple::lend(args as *mut Ptr, n, Slot::EMPTY.0 as Ptr)
}

/// Null, or a result with an exception set: the error is raised, everything in the window released.
#[cold]
#[inline(never)]
unsafe fn odd(r: Ptr, win: *mut Slot, n: usize) -> Answer {
    let cx = &mut cx();
    // Both ways it is an error.
    drop(check_result(r, &*(*win).as_ptr(), cx));
    release_all(std::slice::from_raw_parts_mut(win.add(FRAME_HEADER), n));
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    FAILURE
}

/// A builtin function or a method of a built-in type.
unsafe extern "C" fn native<const WHO: u8, const HOW: i32>(win: *mut Slot, n: usize, _: &CacheCell, ts: &'static ThreadState) -> Answer {
    let args = win.add(FRAME_HEADER);
    if (*win).is_int() {
        return MISS;
    }
    let callee = &*(*win).as_ptr();
    let (rest, given) = if WHO == PLAIN { (args, n) } else { (args.add(1), n - 1) };
    let (def, slf) = if WHO == METHOD {
        let Some(d) = callee.exact::<PyMethodDescr>() else { return MISS };
        if !(*args).is_object() {
            return MISS;
        }
        let slf = (*args).as_ptr();
        let ty = (*slf).ty();
        if !std::ptr::eq(ty, d.owner()) && !ty.is_subtype(d.owner()) {
            return MISS;
        }
        (d.def(), slf)
    } else if WHO == CLASS_METHOD {
        let Some(d) = callee.exact::<PyClassMethodDescr>() else { return MISS };
        let Some(t) = builtins::object_of(*args).and_then(|o| o.downcast::<PyType>()) else { return MISS };
        if !t.is_subtype(d.owner()) {
            return MISS;
        }
        (d.def(), t.as_object().as_ptr())
    } else {
        let Some(f) = callee.exact::<PyCFunction>() else { return MISS };
        if WHO == BEHIND_SELF && !(*args).is_empty() {
            return MISS;
        }
        (f.def(), f.bound_ptr())
    };
    if def.ml_flags & CONVENTION != HOW || ts.stack_is_low() {
        return MISS;
    }
    // A row without a function could not be called by anybody.
    let f = def.ml_meth.unwrap_unchecked();
    if HOW == METH_O {
        if (*rest).is_int() && !box_word(rest) {
            return FAILURE;
        }
    } else if HOW != METH_NOARGS && !box_words(rest, given) {
        return FAILURE;
    }
    let objects = rest as *const Ptr;
    taipan_object::rules::calling(def);
    // Each transmute gives the function its own type according to the flags.
    let r = match HOW {
        METH_O => f(slf, *objects),
        METH_NOARGS => f(slf, std::ptr::null_mut()),
        METH_FASTCALL => std::mem::transmute::<CFunction, FastCall>(f)(slf, objects, given as isize),
        FAST_KW => std::mem::transmute::<CFunction, FastCallKeywords>(f)(slf, objects, given as isize, std::ptr::null_mut()),
        _ => {
            let t = lend(rest, given);
            if t.is_null() {
                return no_memory();
            }
            let r = if HOW == METH_VARARGS {
                f(slf, t)
            } else {
                std::mem::transmute::<CFunction, VarKeywords>(f)(slf, t, std::ptr::null_mut())
            };
            PyTuple::end_loan(t);
            r
        }
    };
    if matches!(HOW, METH_O | METH_FASTCALL | FAST_KW) {
        taipan_object::rules::after_call(&*(*win).as_ptr(), objects, given, r);
    }
    if !is_plain(r, ts) {
        return odd(r, win, n);
    }
    match HOW {
        METH_O => release(rest),
        METH_FASTCALL | FAST_KW => {
            for i in 0..given {
                release(rest.add(i));
            }
        }
        _ => {}
    }
    if WHO == METHOD || WHO == CLASS_METHOD {
        release(args);
    }
    release(win);
    deliver(r, win, ts)
}

#[cold]
unsafe fn no_memory() -> Answer {
    let _raised = cx().memory_error();
    FAILURE
}

/// A class with `tp_new`, and `tp_init` perhaps, of C code: `type.__call__`.
unsafe extern "C" fn construct<const FIRST: usize>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if (*win).is_int() || (FIRST == 1 && !(*win.add(FRAME_HEADER)).is_empty()) {
        return MISS;
    }
    let Some(t) = (*(*win).as_ptr()).exact::<PyType>().filter(|t| t.tp_version_tag.get() == cell.a) else { return MISS };
    let Some(new) = t.tp_new.get().filter(|_| !ts.stack_is_low()) else { return MISS };
    let (args, n) = (win.add(FRAME_HEADER + FIRST), n - FIRST);
    if !box_words(args, n) {
        return FAILURE;
    }
    let given = lend(args, n);
    if given.is_null() {
        return no_memory();
    }
    let mut r = new(t as *const PyType as *mut PyType, given, std::ptr::null_mut());
    if !r.is_null() {
        let ty = (*r).ty();
        // `object.__init__` has no objection when `__new__` is not `object.__new__`.
        let init = ty.tp_init.get().filter(|f| *f as usize != typeobj::object_type().tp_init.get().map_or(0, |o| o as usize));
        if let Some(init) = init.filter(|_| std::ptr::eq(ty, t) || ty.is_subtype(t)) {
            if init(r, given, std::ptr::null_mut()) < 0 {
                Object::decref(std::mem::replace(&mut r, std::ptr::null_mut()));
            }
        }
    }
    PyTuple::end_loan(given);
    if !is_plain(r, ts) {
        return odd(r, win, n + FIRST);
    }
    release(win);
    deliver(r, win, ts)
}

/// The end of a call by `tp_vectorcall` or the like: all arguments are still in the window.
#[inline(always)]
unsafe fn end(r: Ptr, win: *mut Slot, first: usize, n: usize, ts: &ThreadState) -> Answer {
    if !is_plain(r, ts) {
        return odd(r, win, n + first);
    }
    for i in 0..n {
        release(win.add(FRAME_HEADER + first + i));
    }
    release(win);
    deliver(r, win, ts)
}

/// Call the callee in the window through its vectorcall function `f`.
#[inline(always)]
unsafe fn run_vector<const FIRST: usize>(f: VectorcallFunc, win: *mut Slot, n: usize, ts: &'static ThreadState) -> Answer {
    let (args, n) = (win.add(FRAME_HEADER + FIRST), n - FIRST);
    if !box_words(args, n) {
        return FAILURE;
    }
    end(f((*win).as_ptr(), args as *const Ptr, n | ARGUMENTS_OFFSET, std::ptr::null_mut()), win, FIRST, n, ts)
}

unsafe extern "C" fn class_by_vector<const FIRST: usize>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if (*win).is_int() || (FIRST == 1 && !(*win.add(FRAME_HEADER)).is_empty()) {
        return MISS;
    }
    let callee = (*win).as_ptr();
    let Some(t) = (*callee).exact::<PyType>().filter(|t| t.tp_version_tag.get() == cell.a) else { return MISS };
    let Some(f) = t.constructor().filter(|_| !ts.stack_is_low()) else { return MISS };
    run_vector::<FIRST>(f, win, n, ts)
}

unsafe extern "C" fn by_vector<const FIRST: usize>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if (*win).is_int() || (FIRST == 1 && !(*win.add(FRAME_HEADER)).is_empty()) || (*(*win).as_ptr()).ty().tp_version_tag.get() != cell.a {
        return MISS;
    }
    let callee = (*win).as_ptr();
    let Some(f) = vectorcall_of(&*callee).filter(|_| !ts.stack_is_low()) else { return MISS };
    run_vector::<FIRST>(f, win, n, ts)
}

/// An object with `tp_call` only.
unsafe extern "C" fn by_slot<const FIRST: usize>(win: *mut Slot, n: usize, cell: &CacheCell, ts: &'static ThreadState) -> Answer {
    if (*win).is_int() || (FIRST == 1 && !(*win.add(FRAME_HEADER)).is_empty()) || (*(*win).as_ptr()).ty().tp_version_tag.get() != cell.a {
        return MISS;
    }
    let callee = (*win).as_ptr();
    let Some(f) = (*callee).ty().tp_call.get().filter(|_| !ts.stack_is_low()) else { return MISS };
    let (args, n) = (win.add(FRAME_HEADER + FIRST), n - FIRST);
    if !box_words(args, n) {
        return FAILURE;
    }
    let given = lend(args, n);
    if given.is_null() {
        return no_memory();
    }
    let r = f(callee, given, std::ptr::null_mut());
    PyTuple::end_loan(given);
    if !is_plain(r, ts) {
        return odd(r, win, n + FIRST);
    }
    release(win);
    deliver(r, win, ts)
}
