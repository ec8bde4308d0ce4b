//! The sequence protocol: items by integer.

use crate::cx::Cx;
use crate::err::{PyResult, Raised, result_from_raw};
use crate::refs::*;

/// Add the length to a negative index when the type has one.
fn adjust(o: &Object, i: isize) -> PyResult<isize> {
    if i >= 0 {
        return Ok(i);
    }
    match o.ty().sequence().and_then(|s| s.sq_length.get()) {
        // SAFETY: the slot's contract; negative means raised.
        Some(f) => unsafe {
            let n = f(o.as_ptr());
            if n < 0 { Err(Raised::assume()) } else { Ok(i + n) }
        },
        None => Ok(i),
    }
}

/// `a + b` as the type's own concatenation does it; none when it has none.
pub fn own_concat(a: &Object, b: &Object, _cx: &mut Cx) -> Option<PyResult> {
    let f = a.ty().sequence()?.sq_concat.get()?;
    // SAFETY: the slot's contract.
    Some(unsafe { result_from_raw(f(a.as_ptr(), b.as_ptr())) })
}

/// `o[i]` through `sq_item` (`PySequence_GetItem`).
pub fn get(o: &Object, i: isize, cx: &mut Cx) -> PyResult {
    match o.ty().sequence().and_then(|s| s.sq_item.get()) {
        // SAFETY: the slot's contract.
        Some(f) => {
            let i = adjust(o, i)?;
            unsafe { result_from_raw(f(o.as_ptr(), i)) }
        }
        None if o.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some()) => {
            Err(cx.type_error(format_args!("{} is not a sequence", o.ty().tp_name_str())))
        }
        None => Err(cx.type_error(format_args!("'{}' object does not support indexing", o.ty().tp_name_str()))),
    }
}

/// `o[i] = v` or `del o[i]` through `sq_ass_item`.
pub fn set(o: &Object, i: isize, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    match o.ty().sequence().and_then(|s| s.sq_ass_item.get()) {
        // SAFETY: the slot's contract; non-zero means raised.
        Some(f) => {
            let i = adjust(o, i)?;
            unsafe {
                match f(o.as_ptr(), i, v.map_or(std::ptr::null_mut(), |v| v.as_ptr())) {
                    0 => Ok(()),
                    _ => Err(Raised::assume()),
                }
            }
        }
        None => {
            let what = if v.is_some() { "does not support item assignment" } else { "doesn't support item deletion" };
            Err(cx.type_error(format_args!("'{}' object {what}", o.ty().tp_name_str())))
        }
    }
}

/// `v in o` (`PySequence_Contains`).
pub fn contains(o: &Object, v: &Object, cx: &mut Cx) -> PyResult<bool> {
    match o.ty().sequence().and_then(|s| s.sq_contains.get()) {
        // SAFETY: the slot's contract; negative means raised.
        Some(f) => unsafe {
            match f(o.as_ptr(), v.as_ptr()) {
                n if n < 0 => Err(Raised::assume()),
                n => Ok(n != 0),
            }
        },
        None => super::iter::search(o, v, cx),
    }
}
