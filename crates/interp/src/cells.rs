//! Cells and free variables, moves and constants.

use crate::regs::*;
use taipan_bytecode::{CommonConst, local_kind};
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::cell::PyCell;
use taipan_object::types::function::PyFunction;

/// A `NameError` with `name` set.
#[cold]
pub fn name_error(text: std::fmt::Arguments<'_>, name: &PyStr, cx: &mut Cx) -> Raised {
    exc::raise::raise_name_error(cx, exc::NameError(), name, &text.to_string())
}

#[cold]
#[inline(never)]
unsafe fn unbound_local(m: Regs, r: isize) -> Raised {
    let cx = &mut cx();
    m.save();
    let code = m.code();
    let name = code.local_name((r + code.nlocals() as isize) as usize);
    let text = format!("cannot access local variable '{name}' where it is not associated with a value");
    exc::raise::raise_name_error(cx, exc::UnboundLocalError(), name, &text)
}

#[inline(always)]
pub unsafe fn check_local<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    if m.get(w.a()).is_empty() { Err(unbound_local(*m, w.a())) } else { Ok(()) }
}

#[inline(always)]
pub unsafe fn move_<W: Word>(m: &mut Regs, w: W) {
    let v = m.get(w.b());
    if !W::A_TEMP && w.b() < 0 && v.0 & m.get(w.a()).0 & 1 != 0 {
        // Nothing to count.
        *m.at(w.a()) = v;
        return;
    }
    let v = m.src(w.b()).take_slot();
    m.put(w, v);
}

/// Exchange two variables, of which this word and the next one tell; the third is behind it.
#[inline(always)]
pub unsafe fn swap(m: &mut Regs, w: Narrow) {
    let next = Narrow(*m.pc as u64);
    std::ptr::swap(m.at(w.b()), m.at(next.b()));
    m.pc = m.pc.add(2);
}

#[inline(always)]
pub unsafe fn copy<W: Word>(m: &mut Regs, w: W) {
    let v = m.get(w.b()).duplicate();
    m.put(w, v);
}

#[inline(always)]
pub unsafe fn pop<W: Word>(m: &mut Regs, w: W) {
    m.consume(w.a());
}

#[inline(always)]
pub unsafe fn load_int<W: Word>(m: &mut Regs, w: W) {
    m.put(w, Slot::int(w.bc() as i64));
}

#[inline(always)]
pub unsafe fn load_const<W: Word>(m: &mut Regs, w: W) {
    let v = m.const_slot(w.bcu()).duplicate();
    m.put(w, v);
}

#[inline(never)]
pub unsafe fn load_common(dst: *mut Slot, which: usize) -> PyResult<()> {
    let cx = &mut cx();
    let v = match CommonConst::from_u32(which as u32) {
        Some(CommonConst::AssertionError) => exc::AssertionError().as_object().own(),
        Some(CommonConst::NotImplementedError) => exc::NotImplementedError().as_object().own(),
        Some(CommonConst::Tuple) => PyTuple::ty().as_object().own(),
        Some(c) => match cx.interp().quantifiers[usize::from(c == CommonConst::All)].own() {
            Some(f) => f,
            None => quantifier(c, cx)?,
        },
        None => return Err(cx.system_error(format_args!("unknown common constant"))),
    };
    store_own(dst, v);
    Ok(())
}

/// The builtin that instructions stand for. What a program put in its place is none.
#[cold]
fn quantifier(c: CommonConst, cx: &mut Cx) -> PyResult {
    let f = crate::names::builtin(c.name(), cx)?;
    if f.exact::<taipan_object::types::builtin::PyCFunction>().is_some_and(|x| x.name() == c.name()) {
        cx.interp().quantifiers[usize::from(c == CommonConst::All)].set(Some(f.clone()), cx);
        return Ok(f);
    }
    Ok(taipan_object::types::none().own())
}

#[inline(never)]
pub unsafe fn make_cell(at: *mut Slot) -> PyResult<()> {
    let cx = &mut cx();
    let s = std::mem::replace(&mut *at, Slot::EMPTY);
    let v = if s.is_empty() { None } else { Some(s.into_own(cx)?) };
    *at = Slot::object(PyCell::new(v, cx)?);
    Ok(())
}

#[inline(never)]
pub unsafe fn copy_free_vars(m: Regs, count: usize) -> PyResult<()> {
    copy_closure((*m.frame).func(), m.fp, count)
}

/// The cells of the function's closure become the last locals before `fp`.
#[inline(always)]
pub unsafe fn copy_closure(f: &PyFunction, fp: *mut Slot, count: usize) -> PyResult<()> {
    let cx = &mut cx();
    let cells = match f.closure(cx) {
        Some(t) if t.len() == count => t,
        _ => return Err(cx.system_error(format_args!("closure does not fit the code"))),
    };
    for (i, c) in cells.as_slice().iter().enumerate() {
        store(fp.sub(count - i), Slot::new_ref(c));
    }
    Ok(())
}

#[inline(always)]
unsafe fn cell_at(m: &Regs, r: isize) -> &'static PyCell {
    (*m.get(r).as_ptr()).cast_unchecked::<PyCell>()
}

#[cold]
#[inline(never)]
unsafe fn unbound_cell(m: Regs, r: isize) -> Raised {
    m.save();
    let cx = &mut cx();
    let code = m.code();
    let i = (r + code.nlocals() as isize) as usize;
    let name = code.local_name(i);
    if code.local_kind(i) & local_kind::FREE != 0 {
        return name_error(format_args!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope"), name, cx);
    }
    unbound_local(m, r)
}

#[inline(always)]
pub unsafe fn load_deref<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    match cell_at(m, w.b()).get() {
        Some(v) => {
            m.put(w, Slot::loaded_own(v));
            Ok(())
        }
        None => Err(unbound_cell(*m, w.b())),
    }
}

#[inline(always)]
pub unsafe fn store_deref<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    let s = m.src(w.b()).take_slot();
    let v = s.into_own(&mut cx())?;
    m.save();
    drop(cell_at(m, w.a()).replace(Some(v)));
    Ok(())
}

#[inline(always)]
pub unsafe fn delete_deref<W: Word>(m: &mut Regs, w: W) -> PyResult<()> {
    m.save();
    match cell_at(m, w.a()).replace(None) {
        Some(_) => Ok(()),
        None => Err(unbound_cell(*m, w.a())),
    }
}

#[inline(never)]
pub unsafe fn load_from_dict_or_deref(m: Regs, dst: isize, dict: Opd, cell: isize) -> PyResult<()> {
    let cx = &mut cx();
    let code = m.code();
    let name = code.local_name((cell + code.nlocals() as isize) as usize);
    let d = dict.take(cx)?;
    let found = crate::names::mapping_get(&d, name, cx)?;
    drop(d);
    let v = match found.or_else(|| cell_at(&m, cell).get()) {
        Some(v) => v,
        None => return Err(unbound_cell(m, cell)),
    };
    m.set(dst, Slot::object(v));
    Ok(())
}
