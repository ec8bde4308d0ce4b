//! Attribute access: the `tp_getattro`/`tp_setattro` protocol and its default (`PyObject_GenericGetAttr`).

use crate::cx::Cx;
use crate::err::{PyResult, Raised, result_from_raw};
use crate::instance;
use crate::refs::*;
use crate::typeobj::{self, PyType, flags, lookup, lookup_entry};
use crate::types::{exc, str::PyStr};

/// `getattr(obj, name)`.
#[inline]
pub fn get(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult {
    match obj.ty().tp_getattro.get() {
        // SAFETY: the slot's contract.
        Some(f) => unsafe { result_from_raw(f(obj.as_ptr(), name.as_object().as_ptr())) },
        None => get_by_c_name(obj, name, cx),
    }
}

#[cold]
fn get_by_c_name(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult {
    let ty = obj.ty();
    if let (Some(f), Some(text)) = (ty.tp_getattr.get(), name.to_str_checked().and_then(|s| std::ffi::CString::new(s).ok())) {
        // SAFETY: the slot's contract.
        return unsafe { result_from_raw(f(obj.as_ptr(), text.as_ptr() as *mut _)) };
    }
    Err(no_attribute(obj, name, cx))
}

/// `getattr(obj, name)` for a name from Rust text. For repeated use keep a `name!`.
pub fn get_text(obj: &Object, name: &str, cx: &mut Cx) -> PyResult {
    let n = PyStr::new_interned(name, cx)?;
    get(obj, &n, cx)
}

/// As `get`; a missing attribute is `None`, without an exception where the object uses the generic lookup (`PyObject_GetOptionalAttr`).
pub fn get_opt(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let found = if uses_generic_get(obj.ty()) {
        generic_get_opt(obj, name, cx)
    } else if let Some(t) = obj.downcast::<PyType>().filter(|_| crate::types::type_::uses_type_get(obj.ty())) {
        match crate::types::type_::find_attr(t, name, cx) {
            Err(r) if cx.is_raised() => cx.catch(r, exc::AttributeError()).map(|()| None),
            found => found,
        }
    } else {
        match get(obj, name, cx) {
            Ok(v) => Ok(Some(v)),
            Err(r) if !cx.is_raised() => Err(r),
            Err(r) => cx.catch(r, exc::AttributeError()).map(|()| None),
        }
    };
    match found {
        // A getter of an extension may give null without an exception: here, as in CPython, that means that there is nothing.
        Err(_nothing) if !cx.is_raised() => Ok(None),
        found => found,
    }
}

/// Whether attributes of the type's instances are found by the generic lookup (`object.__getattribute__`).
#[inline]
pub fn uses_generic_get(ty: &PyType) -> bool {
    let f = ty.tp_getattro.get().map(|f| f as usize);
    f == typeobj::object_type().tp_getattro.get().map(|f| f as usize) || f == Some(generic_get_slot as *const () as usize)
}

/// Whether attributes are set by `object.__setattr__`.
#[inline]
pub fn uses_generic_set(ty: &PyType) -> bool {
    let f = ty.tp_setattro.get().map(|f| f as usize);
    f == typeobj::object_type().tp_setattro.get().map(|f| f as usize) || f == Some(generic_set_slot as *const () as usize)
}

/// Whether the attribute exists (`PyObject_HasAttrWithError`).
pub fn has(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<bool> {
    Ok(get_opt(obj, name, cx)?.is_some())
}

/// `setattr(obj, name, value)`; `None` deletes.
pub fn set(obj: &Object, name: &PyStr, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let ty = obj.ty();
    let v = value.map_or(std::ptr::null_mut(), |v| v.as_ptr());
    if let Some(f) = ty.tp_setattro.get() {
        // SAFETY: the slot's contract.
        return match unsafe { f(obj.as_ptr(), name.as_object().as_ptr(), v) } {
            0 => Ok(()),
            // SAFETY: non-zero means raised.
            _ => Err(unsafe { Raised::assume() }),
        };
    }
    if let (Some(f), Some(text)) = (ty.tp_setattr.get(), name.to_str_checked().and_then(|s| std::ffi::CString::new(s).ok())) {
        // SAFETY: the slot's contract.
        return match unsafe { f(obj.as_ptr(), text.as_ptr() as *mut _, v) } {
            0 => Ok(()),
            // SAFETY: non-zero means raised.
            _ => Err(unsafe { Raised::assume() }),
        };
    }
    let what = if ty.tp_getattro.get().is_some() || ty.tp_getattr.get().is_some() { "only read-only" } else { "no" };
    let verb = if value.is_some() { "assign to" } else { "del" };
    Err(cx.type_error(format_args!("'{}' object has {what} attributes ({verb} .{name})", ty.tp_name_str())))
}

#[inline(always)]
fn is_data_descriptor(d: &Object) -> bool {
    d.ty().tp_descr_set.get().is_some()
}

/// Call `tp_descr_get`.
///
/// # Safety
/// `get` is the slot of `d`'s type.
unsafe fn descr_get(get: typeobj::TernaryFunc, d: &Object, obj: &Object) -> PyResult {
    // SAFETY: the slot's contract.
    unsafe { result_from_raw(get(d.as_ptr(), obj.as_ptr(), obj.ty().as_object().as_ptr())) }
}

/// The generic lookup; `None` when there is no such attribute. An `AttributeError` of a descriptor counts as missing.
pub fn generic_get_opt(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    match generic_find(obj, name, cx) {
        Ok(v) => Ok(v),
        Err(r) => cx.catch(r, exc::AttributeError()).map(|()| None),
    }
}

fn generic_find(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
    let ty = obj.ty();
    let descr = lookup(ty, name, cx).map(|d| d.own());
    if let Some(d) = &descr {
        if let Some(get) = d.ty().tp_descr_get.get() {
            if is_data_descriptor(d) {
                // SAFETY: the slot of its type.
                return unsafe { descr_get(get, d, obj) }.map(Some);
            }
        }
    }
    if let Some(v) = instance::get(obj, name, cx)? {
        return Ok(Some(v));
    }
    match descr {
        None => Ok(None),
        Some(d) => match d.ty().tp_descr_get.get() {
            // SAFETY: the slot of its type.
            Some(get) => unsafe { descr_get(get, &d, obj) }.map(Some),
            None => Ok(Some(d)),
        },
    }
}

/// `object.__getattribute__`.
pub fn generic_get(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult {
    match generic_find(obj, name, cx)? {
        Some(v) => Ok(v),
        None => Err(no_attribute(obj, name, cx)),
    }
}

/// `object.__setattr__` and `__delattr__` (`value` none).
pub fn generic_set(obj: &Object, name: &PyStr, value: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    let ty = obj.ty();
    let descr = lookup(ty, name, cx).map(|d| d.own());
    if let Some(d) = &descr {
        if let Some(f) = d.ty().tp_descr_set.get() {
            let v = value.map_or(std::ptr::null_mut(), |v| v.as_ptr());
            // SAFETY: the slot's contract; non-zero means raised.
            return unsafe { if f(d.as_ptr(), obj.as_ptr(), v) == 0 { Ok(()) } else { Err(Raised::assume()) } };
        }
    }
    if instance::has_dict(obj) {
        return match value {
            Some(v) => instance::set(obj, name, v, cx),
            None if instance::delete(obj, name, cx)? => Ok(()),
            None => Err(no_attribute(obj, name, cx)),
        };
    }
    let text = if descr.is_some() {
        format!("'{}' object attribute '{name}' is read-only", ty.tp_name_str())
    } else {
        let set = uses_generic_set(ty);
        if set {
            format!("'{}' object has no attribute '{name}' and no __dict__ for setting new attributes", ty.tp_name_str())
        } else {
            format!("'{}' object has no attribute '{name}'", ty.tp_name_str())
        }
    };
    Err(attribute_error(obj, name, &text, cx))
}

/// As [`generic_get`] with `dict` in place of the instance's own (`_PyObject_GenericGetAttrWithDict`).
pub fn generic_get_with_dict(obj: &Object, name: &PyStr, dict: &crate::types::dict::PyDict, cx: &mut Cx) -> PyResult {
    let descr = lookup(obj.ty(), name, cx).map(|d| d.own());
    let get = descr.as_ref().and_then(|d| d.ty().tp_descr_get.get());
    if let (Some(d), Some(get)) = (&descr, get) {
        if is_data_descriptor(d) {
            // SAFETY: the slot of its type.
            return unsafe { descr_get(get, d, obj) };
        }
    }
    if let Some(v) = dict.get(name, cx)? {
        return Ok(v);
    }
    match (descr, get) {
        // SAFETY: the slot of its type.
        (Some(d), Some(get)) => unsafe { descr_get(get, &d, obj) },
        (Some(d), None) => Ok(d),
        (None, _) => Err(no_attribute(obj, name, cx)),
    }
}

/// As [`generic_set`] with `dict` in place of the instance's own.
pub fn generic_set_with_dict(obj: &Object, name: &PyStr, value: Option<&Object>, dict: &crate::types::dict::PyDict, cx: &mut Cx) -> PyResult<()> {
    let descr = lookup(obj.ty(), name, cx).map(|d| d.own());
    if let Some(f) = descr.as_ref().and_then(|d| d.ty().tp_descr_set.get()) {
        let d = descr.as_ref().map_or(std::ptr::null_mut(), |d| d.as_ptr());
        let v = value.map_or(std::ptr::null_mut(), |v| v.as_ptr());
        // SAFETY: the slot's contract; non-zero means raised.
        return unsafe { if f(d, obj.as_ptr(), v) == 0 { Ok(()) } else { Err(Raised::assume()) } };
    }
    match value {
        Some(v) => dict.set(name, v, cx),
        None if dict.remove(name, cx)?.is_some() => Ok(()),
        None => Err(no_attribute(obj, name, cx)),
    }
}

/// Raise `AttributeError` with `name` and `obj` set.
#[cold]
pub fn attribute_error(obj: &Object, name: &PyStr, text: &str, cx: &mut Cx) -> Raised {
    exc::raise::raise_attribute_error(cx, obj, name, text)
}

/// "'X' object has no attribute 'y'" (for types: "type object 'X' has no attribute 'y'").
#[cold]
pub fn no_attribute(obj: &Object, name: &PyStr, cx: &mut Cx) -> Raised {
    let text = match obj.downcast::<PyType>() {
        Some(t) => format!("type object '{}' has no attribute '{name}'", t.tp_name_str()),
        None => format!("'{}' object has no attribute '{name}'", obj.ty().tp_name_str()),
    };
    attribute_error(obj, name, &text, cx)
}

#[inline]
fn name_of<'a>(n: &'a Object, cx: &mut Cx) -> PyResult<&'a PyStr> {
    match n.downcast::<PyStr>() {
        Some(s) => Ok(s),
        None => Err(cx.type_error(format_args!("attribute name must be string, not '{}'", n.ty().tp_name_str()))),
    }
}

/// A name that needs nothing done to it: an exact string, interned already. The caller of the function holds it.
#[inline]
pub fn interned_name(n: &Object) -> Option<&PyStr> {
    n.exact::<PyStr>().filter(|s| s.interned() != 0)
}

/// An attribute name from an argument: a `str`, interned for the caches.
pub fn as_name(n: &Object, cx: &mut Cx) -> PyResult<Own<PyStr>> {
    let s = name_of(n, cx)?.new_ref();
    Ok(crate::types::str::intern::intern(s, cx))
}

/// `PyObject_GenericGetAttr` as a slot.
pub unsafe extern "C" fn generic_get_slot(obj: *mut Object, name: *mut Object) -> *mut Object {
    // SAFETY: called as a slot with the GIL held.
    unsafe {
        if let Some(n) = (*name).exact::<PyStr>() {
            let v = generic_get_quickly(&*obj, n, &Cx::assume());
            if !v.is_null() {
                return v;
            }
        }
        generic_get_slowly(obj, name)
    }
}

#[inline(never)]
unsafe extern "C" fn generic_get_slowly(obj: *mut Object, name: *mut Object) -> *mut Object {
    // SAFETY: called as a slot with the GIL held.
    unsafe {
        let cx = &mut Cx::assume();
        crate::err::result_into_raw(name_of(&*name, cx).and_then(|n| generic_get(&*obj, n, cx)))
    }
}

/// The attribute where it lies in the object, as an inline value or an object member (`__slots__`); null: ask the general way. Runs no code.
#[inline(always)]
fn generic_get_quickly(obj: &Object, name: &PyStr, cx: &Cx) -> *mut Object {
    let ty = obj.ty();
    let none = std::ptr::null_mut();
    let Ok(e) = lookup_entry(ty, name, cx) else { return none };
    // SAFETY: an entry of the cache, which no lookup changes meanwhile; its value is alive; members lie in instances of their class.
    unsafe {
        if let Some(d) = (*e).value().as_ref() {
            if let Some(m) = d.exact::<crate::types::descr::PyMemberDescr>() {
                return m.object_in(obj).map_or(none, |v| v.own().into_raw());
            }
            if is_data_descriptor(d) {
                return none;
            }
        }
        let Some(k) = instance::shared_keys(ty) else { return none };
        let v = instance::inline_values(obj, ty);
        if !v.is_valid() {
            return none;
        }
        if !k.is_at((*e).place, name) {
            let Some(ix) = instance::index_of(ty, name) else { return none };
            (*e).place = ix;
        }
        let ix = (*e).place as usize;
        if ix >= v.capacity() {
            return none;
        }
        v.cell(ix).get().as_ref().map_or(none, |v| v.own().into_raw())
    }
}

/// `PyObject_GenericSetAttr` as a slot.
pub unsafe extern "C" fn generic_set_slot(obj: *mut Object, name: *mut Object, value: *mut Object) -> i32 {
    // SAFETY: called as a slot with the GIL held.
    unsafe {
        let cx = &mut Cx::assume();
        match name_of(&*name, cx).and_then(|n| generic_set(&*obj, n, value.as_ref(), cx)) {
            Ok(()) => 0,
            Err(_) => -1,
        }
    }
}

/// Find a method for a call: `(function, false)` to be called with `obj` first, or `(bound or plain callable, true)` (`_PyObject_GetMethod`).
pub fn get_method(obj: &Object, name: &PyStr, cx: &mut Cx) -> PyResult<(Own<Object>, bool)> {
    let ty = obj.ty();
    if !uses_generic_get(ty) {
        return get(obj, name, cx).map(|f| (f, true));
    }
    let Some(d) = lookup(ty, name, cx).map(|d| d.own()) else {
        return get(obj, name, cx).map(|f| (f, true));
    };
    let is_method = d.ty().has(flags::METHOD_DESCRIPTOR);
    if !is_method && d.ty().tp_descr_get.get().is_some() && is_data_descriptor(&d) {
        return get(obj, name, cx).map(|f| (f, true));
    }
    if let Some(v) = instance::get(obj, name, cx)? {
        return Ok((v, true));
    }
    if is_method {
        return Ok((d, false));
    }
    match d.ty().tp_descr_get.get() {
        // SAFETY: the slot of its type.
        Some(get) => unsafe { descr_get(get, &d, obj) }.map(|f| (f, true)),
        None => Ok((d, true)),
    }
}

/// Bind a class attribute: `d.__get__(obj, owner)` where its type has that, else `d` itself.
pub fn bind(d: &Object, obj: Option<&Object>, owner: &PyType) -> PyResult {
    match d.ty().tp_descr_get.get() {
        // SAFETY: the slot's contract.
        Some(get) => unsafe { result_from_raw(get(d.as_ptr(), obj.map_or(std::ptr::null_mut(), |o| o.as_ptr()), owner.as_object().as_ptr())) },
        None => Ok(d.own()),
    }
}
