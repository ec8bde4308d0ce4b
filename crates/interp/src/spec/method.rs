//! `load_method`: the function and its self, without a bound method object.

use super::load::{class_attr, class_value, guarded, has_no_own, module_index, module_value};
use super::*;
use crate::call::load_method_slow;
use taipan_object::frame::{FRAME_HEADER, Slot};
use taipan_object::typeobj::{lookup, version_tag};
use taipan_object::types::module::PyModule;

#[inline(always)]
pub unsafe fn load_method<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let cell = m.cell();
    m.save();
    if !W::WIDE && due(cell) {
        let o = m.get(w.b());
        match if o.is_object() { choose(&*o.as_ptr(), m.name(w.cu()), &mut *cell) } else { None } {
            Some(op) => m.respecialise(2, op),
            None => give_up(cell),
        }
    }
    load_method_slow(m.at(w.a()), m.src(w.b()), m.name(w.cu()))
}

#[inline(never)]
unsafe fn choose(o: &Object, name: &PyStr, cell: &mut CacheCell) -> Option<u8> {
    let cx = &mut cx();
    let ty = o.ty();
    if let Some(md) = o.exact::<PyModule>() {
        return module_index(md, name, cell, cx).then_some(sop::LoadMethodModule);
    }
    if let Some(t) = o.downcast::<PyType>() {
        return class_attr(t, name, cell, cx).then_some(sop::LoadMethodClass);
    }
    let version = version_tag(ty);
    if version == 0 || !uses_generic_get(ty) {
        return None;
    }
    let f = lookup(ty, name, cx).filter(|f| f.ty().has(flags::METHOD_DESCRIPTOR))?;
    let (op, b) = match absence(ty, name) {
        Absence::NoDict => (sop::LoadMethodPlain, 0),
        Absence::KeysVersion(v) => (sop::LoadMethodInstance, v),
        Absence::Unknown => return None,
    };
    *cell = CacheCell { a: version, b, c: f.as_ptr() as u64 };
    Some(op)
}

#[cold]
#[inline(never)]
unsafe fn miss(m: Regs, cell: *mut CacheCell, win: isize, obj: isize, name: usize) -> PyResult<()> {
    m.save();
    despecialise(&m, cell, Op::LoadMethod);
    load_method_slow(m.at(win), m.src(obj), m.name(name))
}

/// Fill the window with a method and its self. The object may itself be the window's first word.
#[inline(always)]
unsafe fn fill(m: &mut Regs, win: isize, obj: isize, f: *mut Object) -> PyResult<()> {
    let slf = m.src(obj).take_slot();
    let win = m.at(win);
    *win = Slot::new_ref(&*f);
    *win.add(FRAME_HEADER) = slf;
    Ok(())
}

/// Fill the window with a callable that takes no self.
#[inline(always)]
unsafe fn fill_plain(m: &mut Regs, win: isize, obj: isize, f: *mut Object) -> PyResult<()> {
    let f = Slot::new_ref(&*f);
    m.src(obj).consume();
    let win = m.at(win);
    *win = f;
    *win.add(FRAME_HEADER) = Slot::EMPTY;
    Ok(())
}

#[inline(always)]
pub unsafe fn load_method_instance(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if let Some(o) = guarded(m.get(w.b()), (*cell).a) {
        if has_no_own(o, (*cell).b) {
            return fill(m, w.a(), w.b(), (*cell).c as *mut Object);
        }
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_plain(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    if guarded(m.get(w.b()), (*cell).a).is_some() {
        return fill(m, w.a(), w.b(), (*cell).c as *mut Object);
    }
    miss(*m, cell, w.a(), w.b(), w.cu())
}

#[inline(always)]
pub unsafe fn load_method_module(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    match module_value(m.get(w.b()), &*cell) {
        Some(v) => fill_plain(m, w.a(), w.b(), v),
        None => miss(*m, cell, w.a(), w.b(), w.cu()),
    }
}

#[inline(always)]
pub unsafe fn load_method_class(m: &mut Regs, w: Narrow) -> PyResult<()> {
    let cell = m.cell();
    match class_value(m.get(w.b()), &*cell) {
        Some(v) => fill_plain(m, w.a(), w.b(), v),
        None => miss(*m, cell, w.a(), w.b(), w.cu()),
    }
}
