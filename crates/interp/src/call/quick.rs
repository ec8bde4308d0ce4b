//! Calls of Python functions in the window whose arguments defaults, `*args`, keywords or a mapping complete. Whatever else, and every error, is `frames::enter_python`'s.
//!
//! The cache cell of a call with keywords keeps how the last function binds them: `a` = its version, which stands for code and defaults, `b` = a bit for every keyword that goes to
//! `**kwargs`, and in the upper half how often the site has learned, `c` = for each parameter behind the positional arguments four bits: the keyword that fills it, or [`DEFAULT`].

use super::bind::box_all;
use crate::generator;
use crate::frames::{abandon, enter_python, fits, ret_word, window_bits, write_header};
use crate::regs::*;
use std::mem::MaybeUninit;
use taipan_bytecode::flags;
use taipan_object::frame::{FRAME_HEADER, Frame, Slot, frame_flags as ff};
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::types::code::{CacheCell, NOT_SIMPLE, PyCode};
use taipan_object::types::function::PyFunction;

/// Whether a frame of `code` may begin at the window now.
#[inline(always)]
unsafe fn has_room(ts: &ThreadState, win: *mut Slot, code: &PyCode) -> bool {
    ts.py_recursion_remaining.get() > 0 && fits(ts, win, code) && !(*ts.current_frame.get()).has(ff::GENERATOR)
}

/// Make the window at register `b` the innermost frame. The first `filled` locals are bound, the words behind them may hold anything that owns nothing.
#[inline(always)]
unsafe fn push(ts: &ThreadState, win: *mut Slot, b: isize, f: &PyFunction, code: &PyCode, filled: usize, dst: isize) {
    let locals = win.add(FRAME_HEADER);
    for i in filled..code.nlocals() {
        // Volatile, or it becomes a call of `memset`, which costs more than the few words.
        locals.add(i).write_volatile(Slot::EMPTY);
    }
    ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() - 1);
    write_header(win as *mut Frame, ts.current_frame.get(), f, code, ret_word(window_bits(b), dst));
    ts.current_frame.set(win as *mut Frame);
}

/// Whether `*args` is all that the code has besides ordinary parameters, and it is linked and makes no generator.
#[inline(always)]
fn takes_rest_only(code: &PyCode) -> bool {
    const ODD: u32 = flags::VARKEYWORDS | flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;
    code.has_flag(flags::VARARGS) && !code.has_flag(ODD) && code.kwonlyargcount() == 0 && !code.entry_ptr().is_null()
}

/// Call the Python function in the window at register `b` with `n` positional arguments: make its frame the innermost one. Function and arguments are taken over in any case. The caller's `pc`
/// is saved.
#[inline(never)]
pub unsafe fn enter(ts: &'static ThreadState, win: *mut Slot, b: isize, n: usize, dst: isize) -> PyResult<()> {
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let code = f.code();
    if code.simple_args() == NOT_SIMPLE {
        return enter_odd(ts, win, b, n, dst);
    }
    let locals = win.add(FRAME_HEADER);
    let wanted = code.simple_args() as usize;
    if n > wanted || !has_room(ts, win, code) {
        return enter_python(ts, win, locals, n, None, 0, dst);
    }
    if n < wanted {
        let cx = &cx();
        let Some(values) = f.defaults(cx).map(|d| d.as_slice()).filter(|v| v.len() + n >= wanted) else {
            return enter_python(ts, win, locals, n, None, 0, dst);
        };
        let first = values.as_ptr().add(values.len() - wanted);
        for i in n..wanted {
            *locals.add(i) = Slot::loaded(*first.add(i));
        }
    }
    push(ts, win, b, f, code, wanted, dst);
    Ok(())
}

/// As [`enter`] for code that takes more than ordinary parameters, or makes a generator.
#[inline(never)]
unsafe fn enter_odd(ts: &'static ThreadState, win: *mut Slot, b: isize, n: usize, dst: isize) -> PyResult<()> {
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let code = f.code();
    if code.is_generator_like() { generator::call(ts, win, n, dst) } else { enter_rest(ts, win, b, n, dst) }
}

#[inline(never)]
unsafe fn enter_rest(ts: &'static ThreadState, win: *mut Slot, b: isize, n: usize, dst: isize) -> PyResult<()> {
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let code = f.code();
    let locals = win.add(FRAME_HEADER);
    let argc = code.argcount();
    if n < argc || !takes_rest_only(code) || !has_room(ts, win, code) {
        return enter_python(ts, win, locals, n, None, 0, dst);
    }
    match PyTuple::take_slots(locals.add(argc), n - argc, &mut cx()) {
        Ok(t) => *locals.add(argc) = Slot::object(t),
        Err(r) => return Err(give_up(ts, win, n, r)),
    }
    push(ts, win, b, f, code, argc + 1, dst);
    Ok(())
}

/// Without memory: release what the window holds.
#[cold]
#[inline(never)]
unsafe fn give_up(ts: &ThreadState, win: *mut Slot, n: usize, r: Raised) -> Raised {
    let e = ts.current_exception.take();
    abandon(ts, win, win.add(FRAME_HEADER), n, std::ptr::null_mut());
    ts.current_exception.set(e, &mut cx());
    r
}

/// Most parameters behind the positional arguments that a cell describes.
const FEW: usize = 16;
/// The parameter has its default.
const DEFAULT: u64 = 15;
/// How often a site learns before it gives up.
const PATIENCE: u32 = 20;

/// As [`enter`], with keywords behind the positional arguments: the last words of the `n` are their values.
#[inline(never)]
pub unsafe fn enter_keywords(ts: &'static ThreadState, win: *mut Slot, b: isize, n: usize, names: &PyTuple, cell: *mut CacheCell, dst: isize) -> PyResult<()> {
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let code = f.code();
    let c = &mut *cell;
    let known = c.a != 0 && c.a == f.current_version();
    let locals = win.add(FRAME_HEADER);
    if !(known || learn(f, code, n, names, c)) || !has_room(ts, win, code) {
        return enter_python(ts, win, locals, n, Some(names), 0, dst);
    }
    let cx = &mut cx();
    let npos = n - names.len();
    let (argc, total) = (code.argcount(), code.argcount() + code.kwonlyargcount());
    let mut kwargs = Slot::EMPTY;
    if code.has_flag(flags::VARKEYWORDS) {
        match collect(names, locals.add(npos), c.b, cx) {
            Ok(d) => kwargs = Slot::object(d),
            Err(r) => return Err(give_up(ts, win, n, r)),
        }
    }
    let mut given = [const { MaybeUninit::<Slot>::uninit() }; FEW];
    for i in npos..n {
        given[i - npos].write(*locals.add(i));
    }
    let mut map = c.c;
    // The defaults, so that the parameter's number finds its own.
    let defaults = f.defaults(cx).map_or(std::ptr::null(), |d| d.as_slice().as_ptr().wrapping_add(d.len()).wrapping_sub(argc));
    for i in npos..total {
        let from = map & 15;
        map >>= 4;
        *locals.add(i) = if from == DEFAULT { Slot::loaded(*defaults.wrapping_add(i)) } else { given[from as usize].assume_init() };
    }
    let mut filled = total;
    if !kwargs.is_empty() {
        *locals.add(total) = kwargs;
        filled += 1;
        // Values that have moved to a parameter.
        for i in filled..n {
            *locals.add(i) = Slot::EMPTY;
        }
    }
    push(ts, win, b, f, code, filled, dst);
    Ok(())
}

/// The dict of the keywords with a bit in `which`, whose values are taken from the words at `values`.
#[inline(never)]
unsafe fn collect(names: &PyTuple, values: *mut Slot, which: u32, cx: &mut Cx) -> PyResult<Own<PyDict>> {
    let values = std::slice::from_raw_parts_mut(values, names.len());
    let mine = |i: usize| which >> i & 1 != 0;
    for (_, v) in values.iter_mut().enumerate().filter(|(i, _)| mine(*i)) {
        box_all(std::slice::from_mut(v), cx)?;
    }
    let d = PyDict::with_capacity((which & 0xffff).count_ones() as usize, true, cx)?;
    for (i, (name, v)) in names.as_slice().iter().zip(values).enumerate() {
        if mine(i) {
            d.put_fresh(name.own(), Own::from_raw(std::mem::replace(v, Slot::EMPTY).as_ptr()));
        }
    }
    Ok(d)
}

/// Find out how the keywords fill the parameters of `f`. False: the general way must bind them (and may raise).
#[inline(never)]
unsafe fn learn(f: &PyFunction, code: &PyCode, n: usize, names: &PyTuple, c: &mut CacheCell) -> bool {
    let times = (c.b >> 16) + 1;
    if times > PATIENCE {
        return false;
    }
    *c = CacheCell { a: 0, b: times << 16, c: 0 };
    let cx = &cx();
    let npos = n - names.len();
    let (argc, total) = (code.argcount(), code.argcount() + code.kwonlyargcount());
    if code.entry_ptr().is_null() || code.is_generator_like() || code.has_flag(flags::VARARGS) || npos > argc || total - npos > FEW || names.len() >= FEW {
        return false;
    }
    let params = code.local_names().as_slice();
    let (mut map, mut to_dict) = (u64::MAX, 0);
    for (k, name) in names.as_slice().iter().enumerate() {
        // Parameters are interned, and so are names in code.
        match (code.posonlyargcount()..total).find(|&i| params[i].is(name)) {
            Some(i) if i >= npos && map >> (4 * (i - npos)) & 15 == DEFAULT => map ^= (DEFAULT ^ k as u64) << (4 * (i - npos)),
            None if code.has_flag(flags::VARKEYWORDS) && name.exact::<PyStr>().is_some_and(|s| s.interned() != 0) => to_dict |= 1 << k,
            _ => return false,
        }
    }
    let defaults = f.defaults(cx).map_or(0, |d| d.len());
    // Defaults of keyword-only parameters lie in a dict, which may change.
    let all_known = (npos..total).all(|i| map >> (4 * (i - npos)) & 15 != DEFAULT || (i < argc && i + defaults >= argc));
    if !all_known {
        return false;
    }
    *c = CacheCell { a: f.version(), b: times << 16 | to_dict, c: map };
    c.a != 0
}

/// The Python function in the window at register `b` with the positional arguments `args` and keywords from `d`, an exact dict with string keys only. False: the general way must do it,
/// nothing has happened.
#[inline(never)]
pub unsafe fn enter_mapping(ts: &'static ThreadState, win: *mut Slot, b: isize, args: &PyTuple, d: &PyDict, dst: isize) -> bool {
    let cx = &cx();
    let f: &PyFunction = (*(*win).as_ptr()).cast_unchecked::<PyFunction>();
    let code = f.code();
    let (npos, argc) = (args.len(), code.argcount());
    // Linked, no generator, and no `*`, `**` or keyword-only parameters.
    if code.simple_args() as usize != argc || npos > argc || argc - npos > FEW || !d.is_str_only() || !has_room(ts, win, code) {
        return false;
    }
    let defaults = f.defaults(cx).map_or(&[][..], |d| d.as_slice());
    let mut values = [const { MaybeUninit::<&Object>::uninit() }; FEW];
    let mut found = 0;
    for i in npos..argc {
        let given = if i >= code.posonlyargcount() { d.get_str(code.local_name(i), cx) } else { None };
        found += given.is_some() as usize;
        let Some(v) = given.or_else(|| defaults.get((i + defaults.len()).wrapping_sub(argc)).copied()) else { return false };
        values[i - npos].write(v);
    }
    if found != d.len() {
        return false;
    }
    let locals = win.add(FRAME_HEADER);
    for (i, a) in args.as_slice().iter().enumerate() {
        *locals.add(i) = Slot::loaded(a);
    }
    for i in npos..argc {
        *locals.add(i) = Slot::loaded(values[i - npos].assume_init());
    }
    push(ts, win, b, f, code, argc, dst);
    true
}
