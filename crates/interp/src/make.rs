//! `make_function`.

use crate::regs::*;
use taipan_object::frame::Slot;
use taipan_object::prelude::*;
use taipan_object::types::code::PyCode;
use taipan_object::types::function::PyFunction;

#[inline(never)]
pub unsafe fn make_function(m: Regs, dst: isize, base: *mut Slot, flags: usize, code: usize) -> PyResult<()> {
    let cx = &mut cx();
    let code = m.const_obj(code).cast_unchecked::<PyCode>();
    let f = PyFunction::new_like(code, (*m.frame).func(), cx)?;
    if flags == 8 {
        // Only a closure.
        let v = std::mem::replace(&mut *base, Slot::EMPTY).into_own(cx)?;
        f.set_closure(Some(v.cast_own_unchecked()));
    } else if flags != 0 {
        parts(&f, base, flags, cx)?;
    }
    m.set(dst, Slot::object(f));
    Ok(())
}

/// Defaults, annotations and closure of a new function, as `flags` says, from the words at `at`.
unsafe fn parts(f: &PyFunction, mut at: *mut Slot, flags: usize, cx: &mut Cx) -> PyResult<()> {
    let mut next = |on: bool, cx: &mut Cx| -> PyResult<Option<Own<Object>>> {
        if !on {
            return Ok(None);
        }
        let v = std::mem::replace(&mut *at, Slot::EMPTY).into_own(cx)?;
        at = at.add(1);
        Ok(Some(v))
    };
    if let Some(v) = next(flags & 1 != 0, cx)? {
        f.set_defaults(Some(v.cast_own_unchecked()));
    }
    if let Some(v) = next(flags & 2 != 0, cx)? {
        f.set_kwdefaults(Some(v.cast_own_unchecked()));
    }
    if let Some(v) = next(flags & 4 != 0, cx)? {
        f.set_annotations(Some(v));
    }
    if let Some(v) = next(flags & 16 != 0, cx)? {
        f.set_annotate(Some(v));
    }
    if let Some(v) = next(flags & 8 != 0, cx)? {
        f.set_closure(Some(v.cast_own_unchecked()));
    }
    Ok(())
}
