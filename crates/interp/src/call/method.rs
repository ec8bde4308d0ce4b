//! Method calls and `super()`.

use super::{known, native, quick};
use super::window::{Callee, run_window};
use crate::frames::{self, enter_window};
use crate::regs::*;
use taipan_bytecode::sop;
use taipan_object::attr;
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::prelude::*;
use taipan_object::typeobj::{PyType, version_tag};
use taipan_object::types::code::CacheCell;
use taipan_object::types::descr::{PyClassMethodDescr, PyMethodDescr};
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
    let cell = m.cell();
    if m.breaker() {
        crate::breaker::before_call(*m, 2 + W::WIDE as usize)?;
    }
    let callee = *win;
    let has_self = !(*win.add(FRAME_HEADER)).is_empty();
    if has_self && callee.is_object() {
        if let Some(f) = (*callee.as_ptr()).exact::<PyFunction>() {
            let code = f.code();
            let left = m.ts.py_recursion_remaining.get();
            if code.simple_args() as usize == n && left > 0 && enter_window(m, w.b(), f, code, n, w.a()) {
                m.ts.py_recursion_remaining.set(left - 1);
                return Ok(());
            }
            m.save();
            quick::enter(m.ts, win, w.b(), n, w.a())?;
            m.reload();
            return Ok(());
        }
        if (*callee.as_ptr()).is_exact::<PyMethodDescr>() {
            m.save();
            if !W::WIDE && known::due(cell) && known::learn(win, n, cell, true) {
                m.respecialise(2, sop::CallMethodKnown);
                known::borrowed::learn(*m, cell, true);
            }
            if native::call_method_descr(m.at(w.a()), win, n)? {
                return m.settled();
            }
        } else if (*callee.as_ptr()).is_exact::<PyClassMethodDescr>() && !W::WIDE && known::due(cell) && known::learn(win, n, cell, true) {
            m.respecialise(2, sop::CallMethodKnown);
        }
    } else if !W::WIDE && !has_self && callee.is_object() && known::due(cell) && known::learn(win, n, cell, true) {
        m.respecialise(2, sop::CallMethodKnown);
        known::borrowed::learn(*m, cell, true);
    } else if !has_self && callee.is_object() && super::class::is_class(&*callee.as_ptr()) {
        m.save();
        if super::class::call(m.ts, m.fp, w.b(), 1, n - 1, cell, w.a())? {
            m.reload();
            return m.settled();
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
    let cell = m.cell();
    m.save();
    if m.breaker() {
        crate::breaker::before_call(*m, 3 + W::WIDE as usize)?;
    }
    let names = m.const_obj(names).cast_unchecked::<PyTuple>();
    let first = win.add(FRAME_HEADER);
    if (*win).is_object() {
        if !(*first).is_empty() && (*(*win).as_ptr()).is_exact::<PyFunction>() {
            quick::enter_keywords(m.ts, win, w.b(), w.cu(), names, cell, w.a())?;
            m.reload();
            return Ok(());
        }
        let given = (*first).is_empty() as usize;
        if native::call_keywords(m.at(w.a()), win, first.add(given), w.cu() - given, names)? {
            return m.settled();
        }
    }
    method_slow(*m, win, w.cu(), Some(names), w.a())?;
    m.settle()
}

#[inline(never)]
pub(super) unsafe fn method_slow(m: Regs, win: *mut Slot, n: usize, kwnames: Option<&'static PyTuple>, dst: isize) -> PyResult<()> {
    let first = win.add(FRAME_HEADER);
    if !(*first).is_empty() {
        return run_window(m, win, Callee { args: first, nargs: n, kwnames, dst });
    }
    // A Python function wants its arguments from the window's start; a bound method's self takes the free place.
    if let Some(b) = (*(*win).as_ptr()).exact::<PyMethod>() {
        *first = Slot::new_ref(b.receiver());
        store(win, Slot::new_ref(b.func()));
        if (*(*win).as_ptr()).is_exact::<PyFunction>() {
            return frames::enter_python(m.ts, win, first, n, kwnames, 0, dst);
        }
        return run_window(m, win, Callee { args: first, nargs: n, kwnames, dst });
    }
    if (*(*win).as_ptr()).is_exact::<PyFunction>() {
        return frames::enter_python(m.ts, win, first.add(1), n - 1, kwnames, 0, dst);
    }
    run_window(m, win, Callee { args: first.add(1), nargs: n - 1, kwnames, dst })
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
    let cell = m.cell();
    m.save();
    load_super_method_in(m.at(w.a()), m.at(w.b()), m.name(w.cu()), two, &mut *cell)
}

/// The cell: `a` = version of self's type, `b` = of the class, `c` = the method found behind it.
#[inline(never)]
unsafe fn load_super_method_in(win: *mut Slot, base: *mut Slot, name: &PyStr, two: bool, cell: &mut CacheCell) -> PyResult<()> {
    let (g, class, slf) = (*base, *base.add(1), *base.add(2));
    let plain = g.as_ptr() == super_::super_type().as_object().as_ptr() && class.is_object() && slf.is_object() && (*class.as_ptr()).is_exact::<PyType>();
    if plain && cell.a != 0 {
        let t = &*(class.as_ptr() as *const PyType);
        if t.tp_version_tag.get() == cell.b && (*slf.as_ptr()).ty().tp_version_tag.get() == cell.a {
            for i in 0..3 {
                *base.add(i) = Slot::EMPTY;
            }
            store(win, Slot::new_ref(&*(cell.c as *const Object)));
            store(win.add(FRAME_HEADER), slf);
            g.release();
            class.release();
            return Ok(());
        }
    }
    let (v, with_self) = super_lookup(base, name, two, true, &mut cx())?;
    if plain && with_self {
        let (t, ty) = (&*(class.as_ptr() as *const PyType), (*slf.as_ptr()).ty());
        let versions = (version_tag(ty), version_tag(t));
        // What was found belongs to the classes of the MRO only if no dict subclass or the like made it up.
        let kept = v.refcount() > 1;
        *cell = CacheCell { a: if kept && versions.1 != 0 { versions.0 } else { 0 }, b: versions.1, c: v.as_ptr() as u64 };
    }
    let slf = if with_self { std::mem::replace(&mut *base.add(2), Slot::EMPTY) } else { Slot::EMPTY };
    clear_run(base, 3);
    store(win, Slot::object(v));
    store(win.add(FRAME_HEADER), slf);
    Ok(())
}
