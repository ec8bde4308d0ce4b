//! Calls of classes: allocation and a Python `__init__` in one go, the built-in classes through their `tp_vectorcall`, `type(x)`.
//!
//! The cache cell of a call site keeps the last class it constructed: `a` = version of the class, `b` = its [`Kind`], `c` = its `__init__`, borrowed (alive while the version is valid).

use super::native;
use super::window::{BUF, Callee, new_exception};
use crate::frames;
use crate::regs::*;
use taipan_object::frame::{FRAME_HEADER, Slot, frame_flags as ff, pop_separate, push_separate};
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::thread::ThreadState;
use taipan_object::typeobj::{self, PyType, flags, version_tag};
use taipan_object::types::code::CacheCell;
use taipan_object::types::function::PyFunction;

/// How instances of a class come about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something this module does not know.
    Other = 0,
    /// `object.__new__`, then a Python `__init__`.
    Init = 1,
    /// `object.__new__` and `object.__init__`: no arguments.
    Plain = 2,
    /// An exception class that only keeps its arguments.
    Exception = 3,
}

/// What calling `t` does, with its `__init__`.
unsafe fn kind<'a>(t: &'a PyType, cx: &'a Cx) -> (Kind, Option<&'a PyFunction>) {
    let object = typeobj::object_type();
    let ordinary = t.tp_new.get().map(|f| f as usize) == object.tp_new.get().map(|f| f as usize)
        && t.has(flags::HEAPTYPE)
        && !t.has(flags::IS_ABSTRACT)
        && t.tp_alloc.get().map(|f| f as usize) == Some(typeobj::alloc::generic_alloc as *const () as usize);
    if !ordinary {
        return (Kind::Other, None);
    }
    if t.tp_init.get().map(|f| f as usize) == object.tp_init.get().map(|f| f as usize) {
        return (Kind::Plain, None);
    }
    match typeobj::lookup(t, name!(cx, "__init__"), cx).and_then(|f| f.exact::<PyFunction>()) {
        Some(f) => (Kind::Init, Some(f)),
        None => (Kind::Other, None),
    }
}

/// Whether the object is a class that `type.__call__` calls.
#[inline(always)]
pub fn is_class(o: &Object) -> bool {
    let meta = o.ty();
    std::ptr::eq(meta, PyType::ty()) || (meta.has(flags::TYPE_SUBCLASS) && meta.tp_call.get().map(|f| f as usize) == PyType::ty().tp_call.get().map(|f| f as usize))
}

/// `call` of the class ([`is_class`]) in window register `b` with `n` positional arguments behind `lead` empty words (0 or 1); the frame's `pc` is saved. False: the general way must do it,
/// nothing has happened.
#[inline(never)]
pub unsafe fn call(ts: &'static ThreadState, fp: *mut Slot, b: isize, lead: usize, n: usize, cell: *mut CacheCell, dst: isize) -> PyResult<bool> {
    let win = fp.offset(b);
    let args = win.add(FRAME_HEADER + lead);
    let t: &PyType = &*((*win).as_ptr() as *const PyType);
    let cx = &mut cx();
    let c = &mut *cell;
    let version = t.tp_version_tag.get();
    if version == 0 || c.a != version {
        if std::ptr::eq(t, PyType::ty()) && n == 1 {
            return type_of(fp.offset(dst), win, args).map(|()| true);
        }
        if let Some(f) = t.constructor() {
            return native::call_type(fp.offset(dst), win, args, f, n).map(|()| true);
        }
        if t.has(flags::BASE_EXC_SUBCLASS) && exc::base::only_keeps(t) {
            *c = CacheCell { a: version_tag(t), b: Kind::Exception as u32, c: 0 };
        }
        if t.has(flags::BASE_EXC_SUBCLASS) {
            let given = Callee { args, nargs: n, kwnames: None, dst };
            if let Some(r) = new_exception(t, win, &given, cx) {
                store(fp.offset(dst), r?);
                return Ok(true);
            }
        }
        let (kind, init) = kind(t, cx);
        *c = CacheCell { a: version_tag(t), b: kind as u32, c: init.map_or(0, |f| f as *const PyFunction as u64) };
        if c.a == 0 {
            return Ok(false);
        }
    }
    if c.b == Kind::Exception as u32 {
        let args = PyTuple::take_slots(args, n, cx)?;
        let e = exc::base::new_keeping(t, args, cx)?;
        std::mem::replace(&mut *win, Slot::EMPTY).release();
        store(fp.offset(dst), Slot::object(e));
        return Ok(true);
    }
    if c.b == Kind::Plain as u32 && n == 0 {
        let obj = typeobj::alloc_instance(t, 0, cx)?;
        std::mem::replace(&mut *win, Slot::EMPTY).release();
        store(fp.offset(dst), Slot::object(obj));
        return Ok(true);
    }
    if c.b != Kind::Init as u32 || b > i16::MAX as isize || ts.in_traced.get() {
        return Ok(false);
    }
    if (*ts.current_frame.get()).has(ff::GENERATOR) {
        return call_apart(ts, win, args, b, n, &*(c.c as *const PyFunction), dst);
    }
    // The instance takes the class's place; the frame of `__init__` begins one word later, so the arguments move up to behind self.
    let first = win.add(FRAME_HEADER);
    if (first.add(n + 2) as usize) >= ts.datastack_limit.get() as usize {
        return Ok(false);
    }
    let init = &*(c.c as *const PyFunction);
    let obj = typeobj::alloc_instance(t, 0, cx)?;
    for i in (0..n).rev() {
        *first.add(i + 2) = *args.add(i);
    }
    *first.add(1) = Slot::new_ref(&obj);
    let class = std::mem::replace(&mut *win, Slot::object(obj));
    *win.add(1) = Slot::new_ref(init);
    // The instance holds its class.
    class.release();
    if n > 0 {
        // Free for the header; the words above were moved, not copied.
        *first = Slot::EMPTY;
    }
    let fl = ff::INIT | (b as u16 as u64) << 16;
    frames::enter_python(ts, win.add(1), first.add(1), n + 1, None, fl, dst)?;
    Ok(true)
}

/// [`call`] in a generator, where the frame of `__init__` lies apart from the window, whose first word keeps the instance.
unsafe fn call_apart(ts: &'static ThreadState, win: *mut Slot, args: *mut Slot, b: isize, n: usize, init: &PyFunction, dst: isize) -> PyResult<bool> {
    let code = init.code();
    let left = ts.py_recursion_remaining.get();
    if code.simple_args() as usize != n + 1 || left <= 0 {
        return Ok(false);
    }
    let fr = push_separate(ts, FRAME_HEADER + code.frame_words());
    if fr.is_null() {
        return Ok(false);
    }
    let obj = match typeobj::alloc_instance(&*((*win).as_ptr() as *const PyType), 0, &mut cx()) {
        Ok(o) => o,
        Err(r) => {
            pop_separate(ts, fr);
            return Err(r);
        }
    };
    let locals = (*fr).locals_ptr();
    *locals = Slot::new_ref(&obj);
    for i in 0..n {
        *locals.add(i + 1) = std::mem::replace(&mut *args.add(i), Slot::EMPTY);
    }
    for i in n + 1..code.nlocals() {
        *locals.add(i) = Slot::EMPTY;
    }
    ts.py_recursion_remaining.set(left - 1);
    let fl = ff::SEPARATE | ff::INIT | (b as u16 as u64) << 16;
    frames::write_header(fr, ts.current_frame.get(), init, code, frames::ret_word(fl, dst));
    (*fr).func.set(Slot::new_ref(init));
    ts.current_frame.set(fr);
    // The instance holds its class.
    store(win, Slot::object(obj));
    Ok(true)
}

/// `type(x)`.
unsafe fn type_of(dst: *mut Slot, win: *mut Slot, arg: *mut Slot) -> PyResult<()> {
    let x = std::mem::replace(&mut *arg, Slot::EMPTY);
    let t = if x.is_int() { PyInt::ty() } else { (*x.as_ptr()).ty() };
    let t = Slot::new_ref(t.as_object());
    x.release();
    std::mem::replace(&mut *win, Slot::EMPTY).release();
    store(dst, t);
    Ok(())
}

/// The general call of a class that [`kind`] knows: allocate, then run `__init__` in the loop. False: not such a class.
pub unsafe fn construct(m: Regs, win: *mut Slot, t: &PyType, c: &mut Callee) -> PyResult<bool> {
    let cx = &mut cx();
    let reg = win.offset_from(m.fp);
    if reg > i16::MAX as isize || c.nargs >= BUF || m.ts.in_traced.get() {
        return Ok(false);
    }
    let (kind, init) = kind(t, cx);
    let init = init.map(|f| f.new_ref());
    if kind == Kind::Plain && c.nargs == 0 {
        let obj = typeobj::alloc_instance(t, 0, cx)?;
        store(win, Slot::EMPTY);
        m.set(c.dst, Slot::object(obj));
        return Ok(true);
    }
    let Some(init) = init.filter(|_| kind == Kind::Init) else { return Ok(false) };
    let obj = typeobj::alloc_instance(t, 0, cx)?;
    let mut buf = [Slot::EMPTY; BUF + 1];
    buf[0] = Slot::new_ref(&obj);
    for i in 0..c.nargs {
        buf[i + 1] = std::mem::replace(&mut *c.args.add(i), Slot::EMPTY);
    }
    store(win, Slot::object(obj));
    let flags = ff::INIT | (reg as u16 as u64) << 16;
    let fr = frames::push_call(m.ts, init, &mut buf[..c.nargs + 1], c.kwnames, flags, c.dst)?;
    m.ts.current_frame.set(fr);
    Ok(true)
}
