//! Method calls, `super()` and calls of classes.

use super::window::{BUF, Callee, push_python, run_window};
use crate::frames::enter_window;
use crate::regs::*;
use taipan_object::attr;
use taipan_object::frame::{FRAME_HEADER, Slot, frame_flags as ff};
use taipan_object::name;
use taipan_object::prelude::*;
use taipan_object::typeobj::{self, PyType, flags};
use taipan_object::types::function::PyFunction;
use taipan_object::types::method::PyMethod;
use taipan_object::types::super_;

/// `load_method` in its general form.
#[inline(never)]
pub unsafe fn load_method_slow(win: *mut Slot, o: Opd, name: &PyStr) -> PyResult<()> {
    let cx = &mut cx();
    let obj = o.take(cx)?;
    let (f, bound) = attr::get_method(&obj, name, cx)?;
    *win = Slot::object(f);
    *win.add(FRAME_HEADER) = if bound { Slot::EMPTY } else { Slot::object(obj.into_own()) };
    Ok(())
}

#[inline(always)]
pub unsafe fn call_method<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let win = m.at(w.b());
    let n = w.cu();
    m.pc = m.pc.add(1);
    if m.breaker() {
        crate::breaker::before_call(*m, 2 + W::WIDE as usize)?;
    }
    let callee = *win;
    let has_self = !(*win.add(FRAME_HEADER)).is_empty();
    if has_self && callee.is_object() {
        if let Some(f) = (*callee.as_ptr()).exact::<PyFunction>() {
            let code = f.code();
            let left = m.ts.py_recursion_remaining.get();
            if code.simple_args() as usize == n && left > 0 && enter_window(m, win, f, code, n, w.a()) {
                m.ts.py_recursion_remaining.set(left - 1);
                return Ok(());
            }
        }
    }
    m.save();
    method_slow(*m, win, n, None, w.a())?;
    m.settle()
}

#[inline(always)]
pub unsafe fn call_method_kw<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let win = m.at(w.b());
    let names = m.fetch() as usize;
    m.pc = m.pc.add(1);
    m.save();
    if m.breaker() {
        crate::breaker::before_call(*m, 3 + W::WIDE as usize)?;
    }
    let names = m.const_obj(names).cast_unchecked::<PyTuple>();
    method_slow(*m, win, w.cu(), Some(names), w.a())?;
    m.settle()
}

#[inline(never)]
unsafe fn method_slow(mut m: Regs, win: *mut Slot, n: usize, kwnames: Option<&'static PyTuple>, dst: isize) -> PyResult<()> {
    let first = win.add(FRAME_HEADER);
    if !(*first).is_empty() {
        return run_window(m, win, Callee { args: first, nargs: n, kwnames, dst });
    }
    // A Python function wants its arguments from the window's start; a bound method's self takes the free place.
    if let Some(b) = (*(*win).as_ptr()).exact::<PyMethod>() {
        *first = Slot::new_ref(b.receiver());
        store(win, Slot::new_ref(b.func()));
        return run_window(m, win, Callee { args: first, nargs: n, kwnames, dst });
    }
    if kwnames.is_none() {
        if let Some(f) = (*(*win).as_ptr()).exact::<PyFunction>() {
            std::ptr::copy(first.add(1), first, n - 1);
            *first.add(n - 1) = Slot::EMPTY;
            let code = f.code();
            let left = m.ts.py_recursion_remaining.get();
            if code.simple_args() as usize == n - 1 && left > 0 && enter_window(&mut m, win, f, code, n - 1, dst) {
                m.ts.py_recursion_remaining.set(left - 1);
                return Ok(());
            }
            return push_python(m, win, &mut Callee { args: first, nargs: n - 1, kwnames, dst }, 0, dst);
        }
    }
    run_window(m, win, Callee { args: first.add(1), nargs: n - 1, kwnames, dst })
}

/// Call of a class whose instances are made by `object.__new__` and a Python `__init__`: allocate, then run `__init__` in the loop. False: not such a class.
pub unsafe fn construct(m: Regs, win: *mut Slot, t: &PyType, c: &mut Callee) -> PyResult<bool> {
    let cx = &mut cx();
    let reg = win.offset_from(m.fp);
    let object_new = typeobj::object_type().tp_new.get().map(|f| f as usize);
    if !t.as_object().is_exact::<PyType>()
        || t.tp_new.get().map(|f| f as usize) != object_new
        || !t.has(flags::HEAPTYPE)
        || t.has(flags::IS_ABSTRACT)
        || reg > i16::MAX as isize
        || c.nargs >= BUF
        || m.ts.in_traced.get()
        || t.tp_alloc.get().map(|f| f as usize) != Some(typeobj::alloc::generic_alloc as *const () as usize)
    {
        return Ok(false);
    }
    let object_init = typeobj::object_type().tp_init.get().map(|f| f as usize);
    if c.nargs == 0 && t.tp_init.get().map(|f| f as usize) == object_init {
        let obj = typeobj::alloc_instance(t, 0, cx)?;
        store(win, Slot::EMPTY);
        m.set(c.dst, Slot::object(obj));
        return Ok(true);
    }
    let Some(init) = typeobj::lookup(t, name!(cx, "__init__"), cx).and_then(|f| f.exact::<PyFunction>()).map(|f| f.new_ref()) else {
        return Ok(false);
    };
    let obj = typeobj::alloc_instance(t, 0, cx)?;
    let mut buf = [Slot::EMPTY; BUF + 1];
    buf[0] = Slot::new_ref(&obj);
    for i in 0..c.nargs {
        buf[i + 1] = std::mem::replace(&mut *c.args.add(i), Slot::EMPTY);
    }
    store(win, Slot::object(obj));
    let flags = ff::INIT | (reg as u16 as u64) << 16;
    let fr = crate::frames::push_call(m.ts, init, &mut buf[..c.nargs + 1], c.kwnames, flags, c.dst)?;
    m.ts.current_frame.set(fr);
    Ok(true)
}

/// `super(cls, self).name`; run(base, 3) = the global `super`, the class, self. With `method`, whether the value is to be called with self.
unsafe fn super_lookup(base: *mut Slot, name: &PyStr, two: bool, method: bool, cx: &mut Cx) -> PyResult<(Own<Object>, bool)> {
    for i in 0..3 {
        Slot::boxed(base.add(i), cx)?;
    }
    let g = (*(*base).as_ptr()).own();
    let (a, b) = (&*(*base.add(1)).as_ptr(), &*(*base.add(2)).as_ptr());
    let real = std::ptr::eq(&*g, super_::super_type().as_object());
    if let Some(class) = a.downcast::<PyType>().filter(|_| real) {
        return super_::lookup(class, b, name, method, cx);
    }
    // Without arguments in the source the compiler passes what `super()` would find; a replaced `super` is called as it was written.
    let s = if two || real { taipan_object::call::call(&g, &[a, b], cx)? } else { taipan_object::call::call(&g, &[], cx)? };
    Ok((attr::get(&s, name, cx)?, false))
}

unsafe fn clear_run(base: *mut Slot, n: usize) {
    for i in 0..n {
        std::mem::replace(&mut *base.add(i), Slot::EMPTY).release();
    }
}

#[inline(always)]
pub unsafe fn load_super_attr<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let two = m.fetch() != 0;
    m.pc = m.pc.add(1);
    m.save();
    let base = m.at(w.b());
    let (v, _) = super_lookup(base, m.name(w.cu()), two, false, &mut cx())?;
    clear_run(base, 3);
    m.set(w.a(), Slot::object(v));
    Ok(())
}

#[inline(always)]
pub unsafe fn load_super_method<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let two = m.fetch() != 0;
    m.pc = m.pc.add(1);
    m.save();
    let base = m.at(w.b());
    let (v, with_self) = super_lookup(base, m.name(w.cu()), two, true, &mut cx())?;
    let slf = if with_self { std::mem::replace(&mut *base.add(2), Slot::EMPTY) } else { Slot::EMPTY };
    clear_run(base, 3);
    let win = m.at(w.a());
    store(win, Slot::object(v));
    store(win.add(FRAME_HEADER), slf);
    Ok(())
}
