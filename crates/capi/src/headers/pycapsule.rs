//! `pycapsule.h`.

use crate::border::text;
use crate::capi;
use std::ffi::{c_char, c_int, c_void};
use taipan_object::attr;
use taipan_object::prelude::*;
use taipan_object::typeobj::{Destructor, Inquiry, TraverseProc};
use taipan_object::types::capsule::PyCapsule;

/// A live capsule, or `ValueError` in the function's name.
fn valid<'a>(o: Option<&'a Object>, function: &str, cx: &mut Cx) -> PyResult<&'a PyCapsule> {
    match o.and_then(|o| o.exact::<PyCapsule>()).filter(|c| !c.pointer.get().is_null()) {
        Some(c) => Ok(c),
        None => Err(cx.value_error(format_args!("{function} called with invalid PyCapsule object"))),
    }
}

/// `module.part.attribute` by importing as far as needed.
unsafe fn import(name: *const c_char, cx: &mut Cx) -> PyResult<*mut c_void> {
    // SAFETY: the caller's C string.
    let path = unsafe { text(name) }.into_owned();
    // SAFETY: as above.
    let whole = unsafe { std::ffi::CStr::from_ptr(name) }.to_bytes();
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    let Ok(mut o) = cx.import(first) else {
        return Err(cx.import_error(format_args!("PyCapsule_Import could not import module \"{first}\"")));
    };
    for (p, raw) in parts.zip(whole.split(|c| *c == b'.').skip(1)) {
        crate::border::utf8(raw, cx)?;
        o = attr::get_text(&o, p, cx)?;
    }
    // SAFETY: as above.
    match o.exact::<PyCapsule>().filter(|c| !c.pointer.get().is_null() && unsafe { c.is_named(name) }) {
        Some(c) => Ok(c.pointer.get()),
        None => Err(cx.attribute_error(format_args!("PyCapsule_Import \"{path}\" is not valid"))),
    }
}

capi! {
    /// A capsule around a pointer.
    fn PyCapsule_New(p: *mut c_void, name: *const c_char, destructor: Option<Destructor>) -> PyResult<Own<PyCapsule>> = |cx| {
        if p.is_null() {
            return Err(cx.value_error(format_args!("PyCapsule_New called with null pointer")));
        }
        PyCapsule::new(p, name, destructor, cx)
    }
    /// Whether the object is a capsule of that name.
    fn PyCapsule_IsValid(o: Option<&Object>, name: *const c_char) -> bool = |_| {
        o.and_then(|o| o.exact::<PyCapsule>()).is_some_and(|c| !c.pointer.get().is_null() && c.is_named(name))
    }
    /// The pointer of a capsule of that name.
    fn PyCapsule_GetPointer(o: Option<&Object>, name: *const c_char) -> PyResult<*mut c_void> = |cx| {
        let c = valid(o, "PyCapsule_GetPointer", cx)?;
        if !c.is_named(name) {
            return Err(cx.value_error(format_args!("PyCapsule_GetPointer called with incorrect name")));
        }
        Ok(c.pointer.get())
    }
    /// The name.
    fn PyCapsule_GetName(o: Option<&Object>) -> PyResult<*const c_char> = |cx| { valid(o, "PyCapsule_GetName", cx).map(|c| c.name.get()) }
    /// The destructor, or null.
    fn PyCapsule_GetDestructor(o: Option<&Object>) -> PyResult<*const ()> = |cx| {
        valid(o, "PyCapsule_GetDestructor", cx).map(|c| c.destructor.function.get().map_or(std::ptr::null(), |f| f as *const ()))
    }
    /// The context, or null.
    fn PyCapsule_GetContext(o: Option<&Object>) -> PyResult<*mut c_void> = |cx| { valid(o, "PyCapsule_GetContext", cx).map(|c| c.context.get()) }
    /// Replace the pointer.
    fn PyCapsule_SetPointer(o: Option<&Object>, p: *mut c_void) -> PyResult<()> = |cx| {
        if p.is_null() {
            return Err(cx.value_error(format_args!("PyCapsule_SetPointer called with null pointer")));
        }
        valid(o, "PyCapsule_SetPointer", cx)?.pointer.set(p);
        Ok(())
    }
    /// Replace the name.
    fn PyCapsule_SetName(o: Option<&Object>, name: *const c_char) -> PyResult<()> = |cx| {
        valid(o, "PyCapsule_SetName", cx)?.name.set(name);
        Ok(())
    }
    /// Replace the destructor.
    fn PyCapsule_SetDestructor(o: Option<&Object>, f: Option<Destructor>) -> PyResult<()> = |cx| {
        valid(o, "PyCapsule_SetDestructor", cx)?.destructor.function.set(f);
        Ok(())
    }
    /// Replace the context.
    fn PyCapsule_SetContext(o: Option<&Object>, p: *mut c_void) -> PyResult<()> = |cx| {
        valid(o, "PyCapsule_SetContext", cx)?.context.set(p);
        Ok(())
    }
    /// Let the collector see what the capsule holds.
    fn _PyCapsule_SetTraverse(o: Option<&Object>, t: Option<TraverseProc>, c: Option<Inquiry>) -> PyResult<()> = |cx| {
        let capsule = valid(o, "_PyCapsule_SetTraverse", cx)?;
        if t.is_none() || c.is_none() {
            return Err(cx.value_error(format_args!("_PyCapsule_SetTraverse() called with NULL callback")));
        }
        capsule.destructor.traverse.set(t);
        capsule.destructor.clear.set(c);
        Ok(())
    }
    /// The pointer of the capsule `module.attribute`.
    fn PyCapsule_Import(name: *const c_char, no_block: c_int) -> PyResult<*mut c_void> = |cx| { import(name, cx) }
}
