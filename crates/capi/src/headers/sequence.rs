//! `abstract.h`: the sequence and mapping protocols, iterators.

use crate::border::{Borrowed, str_of};
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::abstract_::{self, iter, number, sequence};
use taipan_object::prelude::*;
use taipan_object::types::slice::new_slice;
use taipan_object::{attr, call};

fn null_error(cx: &mut Cx) -> Raised {
    if cx.is_raised() {
        // SAFETY: just looked.
        return unsafe { Raised::assume() };
    }
    cx.system_error(format_args!("null argument to internal routine"))
}

/// `o[a:b]` as a slice object.
fn span(a: isize, b: isize, cx: &mut Cx) -> PyResult<Own<Object>> {
    let (a, b) = (PyInt::new(a as i64, cx)?, PyInt::new(b as i64, cx)?);
    new_slice(&a, &b, none(), cx)
}

pub(super) fn is_mapping(o: &Object) -> bool {
    o.ty().mapping().is_some_and(|m| m.mp_subscript.get().is_some())
}

/// `keys()`, `values()` or `items()` as a list.
fn method_list(o: &Object, method: &str, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let name = PyStr::new_interned(method, cx)?;
    let r = call::call_method(o, &name, &[], cx)?;
    if let Ok(l) = r.clone().downcast_own::<PyList>() {
        return Ok(l);
    }
    let it = match iter::get_iter(&r, cx) {
        Ok(it) => it,
        Err(e) if cx.raised_is(exc::TypeError()) => {
            cx.discard(e);
            return Err(cx.type_error(format_args!("{}.{method}() returned a non-iterable (type {})", o.ty().tp_name_str(), r.ty().tp_name_str())));
        }
        Err(e) => return Err(e),
    };
    iter::to_list(&it, cx)
}

/// Count or find by comparison along an iterator.
fn search(o: &Object, v: &Object, mut hit: impl FnMut(isize) -> bool, cx: &mut Cx) -> PyResult<()> {
    let it = match iter::get_iter(o, cx) {
        Ok(it) => it,
        Err(e) if cx.raised_is(exc::TypeError()) => {
            cx.discard(e);
            return Err(cx.type_error(format_args!("argument of type '{}' is not iterable", o.ty().tp_name_str())));
        }
        Err(e) => return Err(e),
    };
    let mut i = 0;
    while let Some(x) = iter::next(&it, cx)? {
        if abstract_::eq(&x, v, cx)? && !hit(i) {
            break;
        }
        i += 1;
    }
    Ok(())
}

/// A missing key: 0 and null; a value: 1.
unsafe fn optional_item(o: &Object, key: &Object, out: *mut *mut Object, cx: &mut Cx) -> PyResult<bool> {
    // SAFETY: the caller's out-parameter.
    unsafe {
        out.write(std::ptr::null_mut());
        if let Some(d) = o.exact::<PyDict>() {
            return Ok(match d.get(key, cx)? {
                Some(v) => {
                    out.write(v.into_raw());
                    true
                }
                None => false,
            });
        }
        match abstract_::get_item(o, key, cx) {
            Ok(v) => {
                out.write(v.into_raw());
                Ok(true)
            }
            Err(e) => cx.catch(e, exc::KeyError()).map(|()| false),
        }
    }
}

fn hidden(r: PyResult<bool>, o: &Object, text: &str, cx: &mut Cx) -> c_int {
    match r {
        Ok(b) => b.into(),
        Err(_) => {
            taipan_object::unraisable::write(cx, Some(text), Some(o));
            0
        }
    }
}

fn length(o: Option<&Object>, cx: &mut Cx) -> PyResult<isize> {
    match o {
        Some(o) => abstract_::len(o, cx).map(|n| n as isize),
        None => Err(null_error(cx)),
    }
}

fn sequence_length(o: Option<&Object>, cx: &mut Cx) -> PyResult<isize> {
    let Some(o) = o else { return Err(null_error(cx)) };
    if o.ty().sequence().is_some_and(|s| s.sq_length.get().is_some()) {
        return abstract_::len(o, cx).map(|n| n as isize);
    }
    let name = o.ty().tp_name_str();
    Err(match o.ty().mapping().is_some_and(|m| m.mp_length.get().is_some()) {
        true => cx.type_error(format_args!("{name} is not a sequence")),
        false => cx.type_error(format_args!("object of type '{name}' has no len()")),
    })
}

fn mapping_length(o: Option<&Object>, cx: &mut Cx) -> PyResult<isize> {
    let Some(o) = o else { return Err(null_error(cx)) };
    if o.ty().mapping().is_some_and(|m| m.mp_length.get().is_some()) {
        return abstract_::len(o, cx).map(|n| n as isize);
    }
    let name = o.ty().tp_name_str();
    Err(match o.ty().sequence().is_some_and(|m| m.sq_length.get().is_some()) {
        true => cx.type_error(format_args!("{name} is not a mapping")),
        false => cx.type_error(format_args!("object of type '{name}' has no len()")),
    })
}

fn set_index(o: Option<&Object>, i: isize, v: Option<&Object>, cx: &mut Cx) -> PyResult<()> {
    match o {
        Some(o) => sequence::set(o, i, v, cx),
        None => Err(null_error(cx)),
    }
}

capi! {
    /// `len(o)`.
    fn PyObject_Size(o: Option<&Object>) -> PyResult<isize> = |cx| { length(o, cx) }
    /// `len(o)`.
    fn PyObject_Length(o: Option<&Object>) -> PyResult<isize> = |cx| { length(o, cx) }
    /// `operator.length_hint(o, default)`.
    fn PyObject_LengthHint(o: &Object, default: isize) -> PyResult<isize> = |cx| {
        abstract_::length_hint(o, default.max(0) as usize, cx).map(|n| n as isize)
    }
    /// `o[key]`.
    fn PyObject_GetItem(o: Option<&Object>, key: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match (o, key) {
            (Some(o), Some(k)) => abstract_::get_item(o, k, cx),
            _ => Err(null_error(cx)),
        }
    }
    /// `o[key] = v`.
    fn PyObject_SetItem(o: Option<&Object>, key: Option<&Object>, v: Option<&Object>) -> PyResult<()> = |cx| {
        match (o, key, v) {
            (Some(o), Some(k), Some(v)) => abstract_::set_item(o, k, Some(v), cx),
            _ => Err(null_error(cx)),
        }
    }
    /// `del o[key]`.
    fn PyObject_DelItem(o: Option<&Object>, key: Option<&Object>) -> PyResult<()> = |cx| {
        match (o, key) {
            (Some(o), Some(k)) => abstract_::set_item(o, k, None, cx),
            _ => Err(null_error(cx)),
        }
    }
    /// `del o[key]`.
    fn PyObject_DelItemString(o: Option<&Object>, key: *const c_char) -> PyResult<()> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        let k = str_of(key, cx)?;
        abstract_::set_item(o, &k, None, cx)
    }
    /// `type(o)`.
    fn PyObject_Type(o: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match o { Some(o) => Ok(o.ty().as_object().own()), None => Err(null_error(cx)) }
    }
    /// `format(o, spec)`.
    fn PyObject_Format(o: &Object, spec: Option<&Object>) -> PyResult<Own<PyStr>> = |cx| {
        match spec {
            None => {
                let s = PyStr::new("", cx)?;
                abstract_::format(o, &s, cx)
            }
            Some(s) => match s.downcast::<PyStr>() {
                Some(s) => abstract_::format(o, s, cx),
                None => Err(cx.system_error(format_args!("Format specifier must be a string, not {}", s.ty().tp_name_str()))),
            },
        }
    }
    /// `isinstance(o, cls)`.
    fn PyObject_IsInstance(o: &Object, cls: &Object) -> PyResult<bool> = |cx| { abstract_::is_instance(o, cls, cx) }
    /// `issubclass(d, cls)`.
    fn PyObject_IsSubclass(d: &Object, cls: &Object) -> PyResult<bool> = |cx| { abstract_::is_subclass(d, cls, cx) }

    /// Whether the object has `__getitem__` with ints (dicts do not count).
    fn PySequence_Check(o: &Object) -> bool = |_| { iter::is_sequence(o) }
    /// `len(o)` of a sequence.
    fn PySequence_Size(o: Option<&Object>) -> PyResult<isize> = |cx| { sequence_length(o, cx) }
    /// `len(o)` of a sequence.
    fn PySequence_Length(o: Option<&Object>) -> PyResult<isize> = |cx| { sequence_length(o, cx) }
    /// `a + b`.
    fn PySequence_Concat(a: Option<&Object>, b: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let (Some(a), Some(b)) = (a, b) else { return Err(null_error(cx)) };
        if let Some(f) = a.ty().sequence().and_then(|s| s.sq_concat.get()) {
            return taipan_object::err::result_from_raw(f(a.as_ptr(), b.as_ptr()));
        }
        if iter::is_sequence(a) && iter::is_sequence(b) {
            return number::binary(&number::ADD, a, b, cx);
        }
        Err(cx.type_error(format_args!("'{}' object can't be concatenated", a.ty().tp_name_str())))
    }
    /// `a += b`.
    fn PySequence_InPlaceConcat(a: Option<&Object>, b: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let (Some(a), Some(b)) = (a, b) else { return Err(null_error(cx)) };
        let s = a.ty().sequence();
        if let Some(f) = s.and_then(|s| s.sq_inplace_concat.get()).or_else(|| s.and_then(|s| s.sq_concat.get())) {
            return taipan_object::err::result_from_raw(f(a.as_ptr(), b.as_ptr()));
        }
        if iter::is_sequence(a) && iter::is_sequence(b) {
            return number::inplace(&number::ADD, a, b, cx);
        }
        Err(cx.type_error(format_args!("'{}' object can't be concatenated", a.ty().tp_name_str())))
    }
    /// `o * n`.
    fn PySequence_Repeat(o: Option<&Object>, n: isize) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        if let Some(f) = o.ty().sequence().and_then(|s| s.sq_repeat.get()) {
            return taipan_object::err::result_from_raw(f(o.as_ptr(), n));
        }
        if iter::is_sequence(o) {
            let n = PyInt::new(n as i64, cx)?;
            return number::binary(&number::MUL, o, &n, cx);
        }
        Err(cx.type_error(format_args!("'{}' object can't be repeated", o.ty().tp_name_str())))
    }
    /// `o *= n`.
    fn PySequence_InPlaceRepeat(o: Option<&Object>, n: isize) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        let s = o.ty().sequence();
        if let Some(f) = s.and_then(|s| s.sq_inplace_repeat.get()).or_else(|| s.and_then(|s| s.sq_repeat.get())) {
            return taipan_object::err::result_from_raw(f(o.as_ptr(), n));
        }
        if iter::is_sequence(o) {
            let n = PyInt::new(n as i64, cx)?;
            return number::inplace(&number::MUL, o, &n, cx);
        }
        Err(cx.type_error(format_args!("'{}' object can't be repeated", o.ty().tp_name_str())))
    }
    /// `o[i]`.
    fn PySequence_GetItem(o: Option<&Object>, i: isize) -> PyResult<Own<Object>> = |cx| {
        match o { Some(o) => sequence::get(o, i, cx), None => Err(null_error(cx)) }
    }
    /// `o[i] = v`; null deletes.
    fn PySequence_SetItem(o: Option<&Object>, i: isize, v: Option<&Object>) -> PyResult<()> = |cx| { set_index(o, i, v, cx) }
    /// `del o[i]`.
    fn PySequence_DelItem(o: Option<&Object>, i: isize) -> PyResult<()> = |cx| { set_index(o, i, None, cx) }
    /// `o[a:b]`.
    fn PySequence_GetSlice(o: Option<&Object>, a: isize, b: isize) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        if !is_mapping(o) {
            return Err(cx.type_error(format_args!("'{}' object is unsliceable", o.ty().tp_name_str())));
        }
        let s = span(a, b, cx)?;
        abstract_::get_item(o, &s, cx)
    }
    /// `o[a:b] = v`; null deletes.
    fn PySequence_SetSlice(o: Option<&Object>, a: isize, b: isize, v: Option<&Object>) -> PyResult<()> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        if o.ty().mapping().is_none_or(|m| m.mp_ass_subscript.get().is_none()) {
            return Err(cx.type_error(format_args!("'{}' object doesn't support slice assignment", o.ty().tp_name_str())));
        }
        let s = span(a, b, cx)?;
        abstract_::set_item(o, &s, v, cx)
    }
    /// `del o[a:b]`.
    fn PySequence_DelSlice(o: Option<&Object>, a: isize, b: isize) -> PyResult<()> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        if o.ty().mapping().is_none_or(|m| m.mp_ass_subscript.get().is_none()) {
            return Err(cx.type_error(format_args!("'{}' object doesn't support slice deletion", o.ty().tp_name_str())));
        }
        let s = span(a, b, cx)?;
        abstract_::set_item(o, &s, None, cx)
    }
    /// `v in o`.
    fn PySequence_Contains(o: Option<&Object>, v: Option<&Object>) -> PyResult<bool> = |cx| {
        match (o, v) {
            (Some(o), Some(v)) => sequence::contains(o, v, cx),
            // Nothing is compared with the value then.
            (Some(o), None) if o.downcast::<PyList>().is_some_and(|l| l.is_empty()) || o.downcast::<PyTuple>().is_some_and(|t| t.is_empty()) => Ok(false),
            _ => Err(null_error(cx)),
        }
    }
    /// `v in o`.
    fn PySequence_In(o: &Object, v: &Object) -> PyResult<bool> = |cx| { sequence::contains(o, v, cx) }
    /// How often `v` occurs.
    fn PySequence_Count(o: Option<&Object>, v: Option<&Object>) -> PyResult<isize> = |cx| {
        let (Some(o), Some(v)) = (o, v) else { return Err(null_error(cx)) };
        let mut n = 0;
        search(o, v, |_| { n += 1; true }, cx)?;
        Ok(n)
    }
    /// Where `v` occurs first; `ValueError` when it does not.
    fn PySequence_Index(o: Option<&Object>, v: Option<&Object>) -> PyResult<isize> = |cx| {
        let (Some(o), Some(v)) = (o, v) else { return Err(null_error(cx)) };
        let mut at = None;
        search(o, v, |i| { at = Some(i); false }, cx)?;
        at.ok_or_else(|| cx.value_error(format_args!("sequence.index(x): x not in sequence")))
    }
    /// `list(o)`.
    fn PySequence_List(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| {
        match o { Some(o) => iter::to_list(o, cx), None => Err(null_error(cx)) }
    }
    /// `tuple(o)`.
    fn PySequence_Tuple(o: Option<&Object>) -> PyResult<Own<PyTuple>> = |cx| {
        match o { Some(o) => iter::to_tuple(o, cx), None => Err(null_error(cx)) }
    }
    /// `o` itself when it is a list or tuple, otherwise a list of its items; `message` for what is not iterable.
    fn PySequence_Fast(o: Option<&Object>, message: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o else { return Err(null_error(cx)) };
        if o.is_exact::<PyList>() || o.is_exact::<PyTuple>() {
            return Ok(o.own());
        }
        match iter::get_iter(o, cx) {
            Ok(it) => iter::to_list(&it, cx).map(Own::into_object),
            Err(e) if cx.raised_is(exc::TypeError()) => {
                cx.discard(e);
                Err(cx.type_error(format_args!("{}", crate::border::text(message))))
            }
            Err(e) => Err(e),
        }
    }

    /// Whether the object has `__getitem__`.
    fn PyMapping_Check(o: Option<&Object>) -> bool = |_| { o.is_some_and(is_mapping) }
    /// `len(o)` of a mapping.
    fn PyMapping_Size(o: Option<&Object>) -> PyResult<isize> = |cx| { mapping_length(o, cx) }
    /// `len(o)` of a mapping.
    fn PyMapping_Length(o: Option<&Object>) -> PyResult<isize> = |cx| { mapping_length(o, cx) }
    /// `o[key]`.
    fn PyMapping_GetItemString(o: Option<&Object>, key: *const c_char) -> PyResult<Own<Object>> = |cx| {
        let Some(o) = o.filter(|_| !key.is_null()) else { return Err(null_error(cx)) };
        let k = str_of(key, cx)?;
        abstract_::get_item(o, &k, cx)
    }
    /// `o[key] = v`.
    fn PyMapping_SetItemString(o: Option<&Object>, key: *const c_char, v: &Object) -> PyResult<()> = |cx| {
        let Some(o) = o.filter(|_| !key.is_null()) else { return Err(null_error(cx)) };
        let k = str_of(key, cx)?;
        abstract_::set_item(o, &k, Some(v), cx)
    }
    /// `o[key]` where a missing key is no error.
    fn PyMapping_GetOptionalItem(o: &Object, key: &Object, out: *mut *mut Object) -> PyResult<bool> = |cx| { optional_item(o, key, out, cx) }
    /// As `PyMapping_GetOptionalItem`.
    fn PyMapping_GetOptionalItemString(o: &Object, key: *const c_char, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        *out = std::ptr::null_mut();
        if key.is_null() {
            return Err(null_error(cx));
        }
        let k = str_of(key, cx)?;
        optional_item(o, &k, out, cx)
    }
    /// Whether `o[key]` works.
    fn PyMapping_HasKeyWithError(o: &Object, key: &Object) -> PyResult<bool> = |cx| {
        let mut v = std::ptr::null_mut();
        let r = optional_item(o, key, &raw mut v, cx);
        drop(crate::border::steal(v));
        r
    }
    /// Whether `o[key]` works.
    fn PyMapping_HasKeyStringWithError(o: &Object, key: *const c_char) -> PyResult<bool> = |cx| {
        let k = str_of(key, cx)?;
        let mut v = std::ptr::null_mut();
        let r = optional_item(o, &k, &raw mut v, cx);
        drop(crate::border::steal(v));
        r
    }
    /// Whether `o[key]` works; errors are hidden.
    fn PyMapping_HasKey(o: Option<&Object>, key: Option<&Object>) -> c_int = |cx| {
        let mut v = std::ptr::null_mut();
        let r = match (o, key) {
            (Some(o), Some(key)) => optional_item(o, key, &raw mut v, cx),
            _ => Err(null_error(cx)),
        };
        drop(crate::border::steal(v));
        hidden(r, o.unwrap_or(none()), "Exception ignored in PyMapping_HasKey(); consider using PyMapping_HasKeyWithError(), PyMapping_GetOptionalItem() or PyObject_GetItem()", cx)
    }
    /// Whether `o[key]` works; errors are hidden.
    fn PyMapping_HasKeyString(o: Option<&Object>, key: *const c_char) -> c_int = |cx| {
        let mut v = std::ptr::null_mut();
        let r = match o {
            Some(o) => str_of(key, cx).and_then(|k| optional_item(o, &k, &raw mut v, cx)),
            None => Err(null_error(cx)),
        };
        drop(crate::border::steal(v));
        hidden(r, o.unwrap_or(none()), "Exception ignored in PyMapping_HasKeyString(); consider using PyMapping_HasKeyStringWithError(), PyMapping_GetOptionalItemString() or PyMapping_GetItemString()", cx)
    }
    /// `list(o.keys())`.
    fn PyMapping_Keys(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| {
        match o { Some(o) => method_list(o, "keys", cx), None => Err(null_error(cx)) }
    }
    /// `list(o.values())`.
    fn PyMapping_Values(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| {
        match o { Some(o) => method_list(o, "values", cx), None => Err(null_error(cx)) }
    }
    /// `list(o.items())`.
    fn PyMapping_Items(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| {
        match o { Some(o) => method_list(o, "items", cx), None => Err(null_error(cx)) }
    }

    /// `iter(o)`.
    fn PyObject_GetIter(o: &Object) -> PyResult<Own<Object>> = |cx| { iter::get_iter(o, cx) }
    /// `aiter(o)`.
    fn PyObject_GetAIter(o: &Object) -> PyResult<Own<Object>> = |cx| {
        let f = cx.import_attr("builtins", "aiter")?;
        call::call(&f, &[o], cx)
    }
    /// Whether the object is an iterator.
    fn PyIter_Check(o: &Object) -> bool = |_| { iter::is_iterator(o) }
    /// Whether the object is an asynchronous iterator.
    fn PyAIter_Check(o: &Object) -> bool = |_| { o.ty().asynch().is_some_and(|a| a.am_anext.get().is_some()) }
    /// The next item; null at the end (no exception) or with an exception.
    fn PyIter_Next(it: &Object) -> *mut Object = direct |cx| {
        if let Some(f) = it.ty().tp_iternext.get() {
            let v = f(it.as_ptr());
            if !v.is_null() || !cx.is_raised() { return v }
            return taipan_iteration_end();
        }
        taipan_no_iterator(it)
    }
    /// An iterator raised: null, and `StopIteration` is no error.
    fn taipan_iteration_end() -> PyResult<Option<Own<Object>>> = |cx| { cx.catch(Raised::assume(), exc::StopIteration()).map(|()| None) }
    /// Raise that the object is no iterator.
    fn taipan_no_iterator(it: &Object) -> PyResult<Option<Own<Object>>> = |cx| { iter::next(it, cx) }
    /// The next item: 1, 0 at the end, -1.
    fn PyIter_NextItem(it: &Object, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        *out = std::ptr::null_mut();
        if !iter::is_iterator(it) {
            return Err(cx.type_error(format_args!("expected an iterator, got '{}'", it.ty().tp_name_str())));
        }
        Ok(match iter::next(it, cx)? {
            Some(v) => { *out = v.into_raw(); true }
            None => false,
        })
    }
    /// `it.send(v)`: 1 and a yielded value, 0 and a returned one, -1.
    fn PyIter_Send(it: &Object, v: &Object, out: *mut *mut Object) -> c_int = |cx| {
        *out = std::ptr::null_mut();
        if let Some(f) = it.ty().asynch().and_then(|a| a.am_send.get()) {
            return f(it.as_ptr(), v.as_ptr(), out);
        }
        let r = if v.is_none() && iter::is_iterator(it) {
            match it.ty().tp_iternext.get() {
                Some(f) => taipan_object::err::result_from_raw(f(it.as_ptr())),
                None => call::call_method(it, name!(cx, "send"), &[v], cx),
            }
        } else {
            call::call_method(it, name!(cx, "send"), &[v], cx)
        };
        match r {
            Ok(x) => { *out = x.into_raw(); 1 }
            Err(e) => {
                if !cx.is_raised() {
                    *out = none().own().into_raw();
                    return 0;
                }
                if !cx.raised_is(exc::StopIteration()) {
                    return -1;
                }
                let e = cx.take_raised(e);
                *out = taipan_object::types::generator::stop_iteration_value(&e).into_raw();
                0
            }
        }
    }
    /// Whether the attribute `name` exists in the mapping of attributes; see `PyObject_HasAttr`.
    fn _PyObject_LookupSpecial(o: &Object, name: &Object) -> PyResult<Option<Own<Object>>> = |cx| {
        let n = attr::as_name(name, cx)?;
        call::lookup_special(o, &n, cx)
    }
    /// The type's attribute along its MRO, borrowed.
    fn _PyType_Lookup(ty: &PyType, name: &Object) -> Borrowed = |cx| {
        match name.downcast::<PyStr>().and_then(|n| taipan_object::typeobj::lookup(ty, n, cx)) {
            Some(v) => v.into(),
            None => Borrowed(std::ptr::null_mut()),
        }
    }
    /// The type's attribute along its MRO.
    fn _PyType_LookupRef(ty: &PyType, name: &Object) -> Option<Own<Object>> = |cx| {
        name.downcast::<PyStr>().and_then(|n| taipan_object::typeobj::lookup(ty, n, cx)).map(Object::own)
    }
}
