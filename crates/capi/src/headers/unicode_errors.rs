//! `pyerrors.h`: the parts of `UnicodeEncodeError`, `UnicodeDecodeError` and `UnicodeTranslateError`.

use crate::border::str_of;
use crate::capi;
use std::ffi::c_char;
use taipan_object::attr;
use taipan_object::prelude::*;

/// An attribute of an exception of that type.
fn part(e: &Object, ty: &PyType, name: &str, cx: &mut Cx) -> PyResult<Own<Object>> {
    of_type(e, ty, cx)?;
    let v = attr::get_text(e, name, cx)?;
    if v.is_none() {
        return Err(cx.type_error(format_args!("UnicodeError '{name}' attribute is not set")));
    }
    Ok(v)
}

fn of_type(e: &Object, ty: &PyType, cx: &mut Cx) -> PyResult<()> {
    if e.ty().is_subtype(ty) {
        return Ok(());
    }
    Err(cx.type_error(format_args!("expecting a {} object, got {}", ty.name(), e.ty().tp_name_str())))
}

/// `start` or `end`, clipped to the object: start within it, end behind start.
unsafe fn position(e: &Object, ty: &PyType, name: &str, out: *mut isize, cx: &mut Cx) -> PyResult<()> {
    let object = part(e, ty, "object", cx)?;
    let n = taipan_object::abstract_::len(&object, cx)? as isize;
    let v = part(e, ty, name, cx)?;
    let v = v.downcast::<PyInt>().and_then(|i| i.to_i64()).unwrap_or(0) as isize;
    let v = if name == "start" { v.clamp(0, (n - 1).max(0)) } else { v.max(1).min(n) };
    // SAFETY: the caller's variable.
    unsafe { out.write(v) };
    Ok(())
}

fn set_position(e: &Object, ty: &PyType, name: &str, v: isize, cx: &mut Cx) -> PyResult<()> {
    of_type(e, ty, cx)?;
    let (n, v) = (PyStr::new_interned(name, cx)?, PyInt::new(v as i64, cx)?);
    attr::set(e, &n, Some(&v), cx)
}

unsafe fn set_reason(e: &Object, ty: &PyType, p: *const c_char, cx: &mut Cx) -> PyResult<()> {
    of_type(e, ty, cx)?;
    // SAFETY: the caller's C string.
    let s = unsafe { str_of(p, cx)? };
    attr::set(e, name!(cx, "reason"), Some(&s), cx)
}

capi! {
    /// `e.encoding`.
    fn PyUnicodeEncodeError_GetEncoding(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeEncodeError(), "encoding", cx) }
    /// `e.encoding`.
    fn PyUnicodeDecodeError_GetEncoding(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeDecodeError(), "encoding", cx) }
    /// `e.object`.
    fn PyUnicodeEncodeError_GetObject(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeEncodeError(), "object", cx) }
    /// `e.object`.
    fn PyUnicodeDecodeError_GetObject(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeDecodeError(), "object", cx) }
    /// `e.object`.
    fn PyUnicodeTranslateError_GetObject(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeTranslateError(), "object", cx) }
    /// `e.reason`.
    fn PyUnicodeEncodeError_GetReason(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeEncodeError(), "reason", cx) }
    /// `e.reason`.
    fn PyUnicodeDecodeError_GetReason(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeDecodeError(), "reason", cx) }
    /// `e.reason`.
    fn PyUnicodeTranslateError_GetReason(e: &Object) -> PyResult<Own<Object>> = |cx| { part(e, exc::UnicodeTranslateError(), "reason", cx) }
    /// `e.start`, clipped.
    fn PyUnicodeEncodeError_GetStart(e: &Object, p: *mut isize) -> PyResult<()> = |cx| { position(e, exc::UnicodeEncodeError(), "start", p, cx) }
    /// `e.start`, clipped.
    fn PyUnicodeDecodeError_GetStart(e: &Object, p: *mut isize) -> PyResult<()> = |cx| { position(e, exc::UnicodeDecodeError(), "start", p, cx) }
    /// `e.start`, clipped.
    fn PyUnicodeTranslateError_GetStart(e: &Object, p: *mut isize) -> PyResult<()> = |cx| { position(e, exc::UnicodeTranslateError(), "start", p, cx) }
    /// `e.end`, clipped.
    fn PyUnicodeEncodeError_GetEnd(e: &Object, p: *mut isize) -> PyResult<()> = |cx| { position(e, exc::UnicodeEncodeError(), "end", p, cx) }
    /// `e.end`, clipped.
    fn PyUnicodeDecodeError_GetEnd(e: &Object, p: *mut isize) -> PyResult<()> = |cx| { position(e, exc::UnicodeDecodeError(), "end", p, cx) }
    /// `e.end`, clipped.
    fn PyUnicodeTranslateError_GetEnd(e: &Object, p: *mut isize) -> PyResult<()> = |cx| { position(e, exc::UnicodeTranslateError(), "end", p, cx) }
    /// Set `e.start`.
    fn PyUnicodeEncodeError_SetStart(e: &Object, v: isize) -> PyResult<()> = |cx| { set_position(e, exc::UnicodeEncodeError(), "start", v, cx) }
    /// Set `e.start`.
    fn PyUnicodeDecodeError_SetStart(e: &Object, v: isize) -> PyResult<()> = |cx| { set_position(e, exc::UnicodeDecodeError(), "start", v, cx) }
    /// Set `e.start`.
    fn PyUnicodeTranslateError_SetStart(e: &Object, v: isize) -> PyResult<()> = |cx| { set_position(e, exc::UnicodeTranslateError(), "start", v, cx) }
    /// Set `e.end`.
    fn PyUnicodeEncodeError_SetEnd(e: &Object, v: isize) -> PyResult<()> = |cx| { set_position(e, exc::UnicodeEncodeError(), "end", v, cx) }
    /// Set `e.end`.
    fn PyUnicodeDecodeError_SetEnd(e: &Object, v: isize) -> PyResult<()> = |cx| { set_position(e, exc::UnicodeDecodeError(), "end", v, cx) }
    /// Set `e.end`.
    fn PyUnicodeTranslateError_SetEnd(e: &Object, v: isize) -> PyResult<()> = |cx| { set_position(e, exc::UnicodeTranslateError(), "end", v, cx) }
    /// Set `e.reason`.
    fn PyUnicodeEncodeError_SetReason(e: &Object, p: *const c_char) -> PyResult<()> = |cx| { set_reason(e, exc::UnicodeEncodeError(), p, cx) }
    /// Set `e.reason`.
    fn PyUnicodeDecodeError_SetReason(e: &Object, p: *const c_char) -> PyResult<()> = |cx| { set_reason(e, exc::UnicodeDecodeError(), p, cx) }
    /// Set `e.reason`.
    fn PyUnicodeTranslateError_SetReason(e: &Object, p: *const c_char) -> PyResult<()> = |cx| { set_reason(e, exc::UnicodeTranslateError(), p, cx) }
}
