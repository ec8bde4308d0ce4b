//! Raising and handling.

use crate::regs::*;
use taipan_object::abstract_;
use taipan_object::call;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::typeobj::flags;
use taipan_object::types::exc::PyBaseException;
use taipan_object::types::frame::PyFrame;
use taipan_object::types::none;
use taipan_object::types::traceback::PyTraceback;

/// `raise`; whether it is an exception of this instruction.
#[cold]
pub unsafe fn raise_current(m: Regs) -> bool {
    let cx = &mut cx();
    match m.ts.handled_exception() {
        // Raised again as it is: no new context, no traceback entry.
        Some(e) => {
            drop(cx.set_raised(e));
            false
        }
        None => {
            drop(cx.runtime_error(format_args!("No active exception to reraise")));
            true
        }
    }
}

/// An exception instance from what `raise` was given.
fn instance(e: &Object, cx: &mut Cx) -> PyResult {
    if e.downcast::<PyBaseException>().is_some() {
        return Ok(e.own());
    }
    if let Some(t) = e.downcast::<PyType>().filter(|t| t.has(flags::BASE_EXC_SUBCLASS)) {
        let v = match exc::base::new_plain(t, &[], cx) {
            Some(v) => v?,
            None => call::call(e, &[], cx)?,
        };
        if v.downcast::<PyBaseException>().is_none() {
            let (t, got) = (abstract_::repr(e, cx)?, v.ty().tp_name_str());
            return Err(cx.type_error(format_args!("calling {t} should have returned an instance of BaseException, not {got}")));
        }
        return Ok(v);
    }
    Err(cx.type_error(format_args!("exceptions must derive from BaseException")))
}

#[inline(never)]
pub unsafe fn raise(e: Opd, cause: Option<Opd>) -> Raised {
    let cx = &mut cx();
    let s = e.peek();
    if cause.is_none() && s.is_object() {
        // A built-in class, or an instance that was just made.
        let o = &*s.as_ptr();
        let made = match o.exact::<PyType>() {
            Some(t) => match exc::base::new_built_in(t, PyTuple::empty(), cx) {
                Some(Ok(v)) => {
                    e.consume();
                    Some(v)
                }
                Some(Err(r)) => return r,
                None => None,
            },
            None if o.is_a::<PyBaseException>() => Some(Own::from_raw(e.take_slot().as_ptr())),
            None => None,
        };
        if let Some(v) = made {
            return cx.raise(v);
        }
    }
    match raise_in(e, cause, cx) {
        Ok(e) => cx.raise(e),
        Err(r) => r,
    }
}

unsafe fn raise_in(e: Opd, cause: Option<Opd>, cx: &mut Cx) -> PyResult {
    let e = e.take(cx)?;
    let inst = instance(&e, cx)?;
    if let Some(c) = cause {
        let c = c.take(cx)?;
        let cause = if c.is_none() {
            None
        } else if c.downcast::<PyBaseException>().is_some() || c.downcast::<PyType>().is_some_and(|t| t.is_subtype(exc::BaseException())) {
            Some(instance(&c, cx)?)
        } else {
            return Err(cx.type_error(format_args!("exception causes must derive from BaseException")));
        };
        if let Some(b) = inst.downcast::<PyBaseException>() {
            b.cause.set(cause, cx);
            b.suppress_context.set(true);
        }
    }
    Ok(inst)
}

/// `reraise`: set the exception again; with `lasti` > 0 the frame's position becomes the one saved so many registers below.
#[cold]
#[inline(never)]
pub unsafe fn reraise(m: Regs, e: isize, lasti: usize) {
    if lasti != 0 {
        let at = m.get(e - lasti as isize);
        if at.is_int() && !at.is_empty() {
            let pc = m.code().exec_ptr().add(at.as_int() as usize + 1);
            (*m.frame).pc.set(taipan_object::frame::Tagged::new(pc));
        }
    }
    let v = m.src(e).take_slot();
    // Not an object: a callback raised another exception before this one was in its place.
    if v.is_object() {
        drop(cx().set_raised(Own::from_raw(v.as_ptr())));
    }
}

#[inline(always)]
pub unsafe fn push_exc<W: Word>(m: &mut Regs, w: W) {
    let at = m.at(w.a());
    let e = *at;
    let old = m.ts.exc_top().exc_value.swap(Some((*e.as_ptr()).own()));
    *at = match old {
        Some(o) => Slot::object(o),
        None => Slot::new_ref(none()),
    };
    *at.add(1) = e;
}

#[inline(always)]
pub unsafe fn pop_exc<W: Word>(m: &mut Regs, w: W) {
    let prev = m.src(w.a()).take_slot();
    // A callback that raised when the exception was to be handled came before `push_exc`.
    if !prev.is_object() {
        return;
    }
    let new = if prev.as_ptr() == none().as_ptr() { None } else { Some(Own::from_raw(prev.as_ptr())) };
    m.save();
    drop(m.ts.exc_top().exc_value.swap(new));
}

fn check_class(c: &Object, cx: &mut Cx) -> PyResult<()> {
    let ok = |c: &Object| c.downcast::<PyType>().is_some_and(|t| t.is_subtype(exc::BaseException()));
    let fine = match c.downcast::<PyTuple>() {
        Some(t) => t.as_slice().iter().all(|c| ok(c)),
        None => ok(c),
    };
    if fine {
        return Ok(());
    }
    Err(cx.type_error(format_args!("catching classes that do not inherit from BaseException is not allowed")))
}

/// Whether an exception is caught by a class or a tuple of classes.
pub fn matches(e: &Object, c: &Object) -> bool {
    match c.downcast::<PyTuple>() {
        Some(t) => t.as_slice().iter().any(|c| matches(e, c)),
        None => c.downcast::<PyType>().is_some_and(|t| e.ty().is_subtype(t)),
    }
}

#[inline(never)]
pub unsafe fn exc_match(e: Opd, class: Opd) -> PyResult<bool> {
    let cx = &mut cx();
    let (s, raised) = (class.peek(), (*e.peek().as_ptr()).ty());
    if s.as_ptr() as *const PyType == raised as *const PyType {
        class.consume();
        return Ok(true);
    }
    let c = class.take(cx)?;
    let ty = (*e.peek().as_ptr()).ty();
    if let Some(t) = c.exact::<PyType>().filter(|t| t.has(flags::BASE_EXC_SUBCLASS)) {
        return Ok(std::ptr::eq(ty, t) || ty.is_subtype(t));
    }
    check_class(&c, cx)?;
    Ok(matches(&*e.peek().as_ptr(), &c))
}

/// `except*`: see `check_eg_match`.
#[inline(never)]
pub unsafe fn eg_match(m: Regs, dst: isize, rest: isize, class: Opd) -> PyResult<()> {
    let cx = &mut cx();
    let c = class.take(cx)?;
    check_class(&c, cx)?;
    let groups = |c: &Object| c.downcast::<PyType>().is_some_and(|t| t.is_subtype(exc::BaseExceptionGroup()));
    let bad = match c.downcast::<PyTuple>() {
        Some(t) => t.as_slice().iter().any(|c| groups(c)),
        None => groups(&c),
    };
    if bad {
        return Err(cx.type_error(format_args!("catching ExceptionGroup with except* is not allowed. Use except instead.")));
    }
    let e = (*m.get(rest).as_ptr()).own();
    let (hit, left) = split(&e, &c, cx)?;
    if !hit.is(&e)
        && let Some(group) = hit.downcast::<PyBaseException>()
        && !e.ty().is_subtype(exc::BaseExceptionGroup())
    {
        // A naked exception was wrapped: the group begins here.
        let frame = &*m.frame;
        let shown = PyFrame::of(frame, cx)?;
        let tb = PyTraceback::new(None, shown, frame.lasti_word().max(0) * 2, -1, cx)?;
        group.traceback.set(Some(tb.into_object()), cx);
    }
    if !hit.is_none() {
        drop(m.ts.exc_top().exc_value.swap(Some(hit.clone())));
    }
    m.set(rest, Slot::object(left));
    m.set(dst, Slot::object(hit));
    Ok(())
}

/// (what matches, what is left), each None when empty.
fn split(e: &Object, c: &Object, cx: &mut Cx) -> PyResult<(Own<Object>, Own<Object>)> {
    if e.is_none() {
        return Ok((none().own(), none().own()));
    }
    if matches(e, c) {
        if e.ty().is_subtype(exc::BaseExceptionGroup()) {
            return Ok((e.own(), none().own()));
        }
        // A naked exception is wrapped.
        let items = PyTuple::from_slice(&[e], cx)?;
        let msg = taipan_object::types::str::intern::empty();
        let group = crate::names::builtin("ExceptionGroup", cx)?;
        let g = call::call(&group, &[&msg, &items], cx)?;
        return Ok((g, none().own()));
    }
    if e.ty().is_subtype(exc::BaseExceptionGroup()) {
        let pair = call::call_method(e, taipan_object::name!(cx, "split"), &[c], cx)?;
        let Some(t) = pair.downcast::<PyTuple>() else {
            return Err(cx.type_error(format_args!("{}.split must return a tuple, not {}", e.ty().tp_name_str(), pair.ty().tp_name_str())));
        };
        let (Some(a), Some(b)) = (t.get(0), t.get(1)) else {
            return Err(cx.type_error(format_args!("{}.split must return a 2-tuple, got tuple of size {}", e.ty().tp_name_str(), t.len())));
        };
        return Ok((a.own(), b.own()));
    }
    Ok((none().own(), e.own()))
}
