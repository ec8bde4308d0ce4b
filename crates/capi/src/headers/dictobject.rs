//! `dictobject.h`, `setobject.h`, `sliceobject.h`.

use crate::border::{Borrowed, bad_internal_call, put, str_of, want};
use crate::capi;
use std::ffi::{c_char, c_int};
use taipan_object::call;
use taipan_object::prelude::*;
use taipan_object::types::dict::{Clash, PyMappingProxy, watch};
use taipan_object::types::set::{PyFrozenSet, PySet, any_set};
use taipan_object::types::slice::{PySlice, new_slice};

/// Look up, hiding every error (`PyDict_GetItem` and its like).
fn hidden(r: PyResult<Option<Own<Object>>>, text: &str, cx: &mut Cx) -> Borrowed {
    match r {
        Ok(Some(v)) => Borrowed(v.as_ptr()),
        Ok(None) => Borrowed(std::ptr::null_mut()),
        Err(_) => {
            taipan_object::unraisable::write(cx, Some(text), None);
            Borrowed(std::ptr::null_mut())
        }
    }
}

fn borrowed(v: Option<Own<Object>>) -> Borrowed {
    // The dict keeps the value alive.
    Borrowed(v.map_or(std::ptr::null_mut(), |v| v.as_ptr()))
}

unsafe fn through(v: Option<Own<Object>>, out: *mut *mut Object) -> bool {
    let found = v.is_some();
    // SAFETY: the caller's out-parameter, which may be null.
    unsafe { put(out, v.map_or(std::ptr::null_mut(), Own::into_raw)) };
    found
}

fn missing(key: &Object, cx: &mut Cx) -> Raised {
    cx.raise_arg(exc::KeyError(), key)
}

fn merge(a: Option<&Object>, b: Option<&Object>, clash: Clash, cx: &mut Cx) -> PyResult<()> {
    let d: &PyDict = want(a, cx)?;
    match b {
        Some(b) => d.merge_any(b, clash, cx),
        None => Err(bad_internal_call(cx)),
    }
}

fn listed(o: Option<&Object>, what: &str, cx: &mut Cx) -> PyResult<Own<PyList>> {
    let d: &PyDict = want(o, cx)?;
    let name = PyStr::new_interned(what, cx)?;
    let view = match what {
        // Exact semantics for subclasses: the dict's own content.
        _ if d.as_object().is_exact::<PyDict>() => call::call_method(d, &name, &[], cx)?,
        _ => {
            let f = taipan_object::attr::get(PyDict::ty().as_object(), &name, cx)?;
            call::call(&f, &[d], cx)?
        }
    };
    taipan_object::abstract_::iter::to_list(&view, cx)
}

/// The number of a registered dict watcher.
fn watcher(id: c_int, cx: &mut Cx) -> PyResult<usize> {
    match usize::try_from(id).ok().filter(|i| *i < watch::WATCHERS_MAX) {
        None => Err(cx.value_error(format_args!("Invalid dict watcher ID {id}"))),
        Some(i) if !cx.state::<watch::Watchers>().is_set(i) => Err(cx.value_error(format_args!("No dict watcher set for ID {id}"))),
        Some(i) => Ok(i),
    }
}

fn set_of<'a>(o: Option<&'a Object>, cx: &mut Cx) -> PyResult<&'a PySet> {
    match o.and_then(any_set) {
        Some(s) => Ok(s),
        None => Err(bad_internal_call(cx)),
    }
}

/// Take `key` out: 1 and the value, 0 when it is missing.
unsafe fn pop(o: Option<&Object>, key: Option<&Object>, out: *mut *mut Object, cx: &mut Cx) -> PyResult<bool> {
    // SAFETY: the caller's out-parameter.
    unsafe {
        put(out, std::ptr::null_mut());
        let d: &PyDict = want(o, cx)?;
        if d.is_empty() {
            return Ok(false);
        }
        let Some(key) = key else { return Err(bad_internal_call(cx)) };
        let v = d.remove(key, cx)?;
        Ok(through(v, out))
    }
}

capi! {
    /// `{}`.
    fn PyDict_New() -> PyResult<Own<PyDict>> = |cx| { PyDict::new(cx) }
    /// A dict with room for `n` items.
    fn _PyDict_NewPresized(n: isize) -> PyResult<Own<PyDict>> = |cx| { PyDict::with_capacity(n.max(0) as usize, false, cx) }
    /// `o.clear()`.
    fn PyDict_Clear(o: Option<&Object>) = |cx| {
        if let Some(d) = o.and_then(|o| o.downcast::<PyDict>()) { d.clear_items(cx) }
    }
    /// `len(o)`.
    fn PyDict_Size(o: Option<&Object>) -> PyResult<isize> = |cx| { want::<PyDict>(o, cx).map(|d| d.len() as isize) }
    /// `key in o`.
    fn PyDict_Contains(o: &PyDict, key: &Object) -> PyResult<bool> = |cx| { o.contains(key, cx) }
    /// `key in o`.
    fn PyDict_ContainsString(o: &PyDict, key: *const c_char) -> PyResult<bool> = |cx| {
        let k = str_of(key, cx)?;
        o.contains(&k, cx)
    }
    /// `o.copy()`.
    fn PyDict_Copy(o: Option<&Object>) -> PyResult<Own<PyDict>> = |cx| {
        let d: &PyDict = want(o, cx)?;
        d.copy(cx)
    }
    /// `o[key]`, borrowed; null when missing or on any error, which is hidden.
    fn PyDict_GetItem(o: Option<&Object>, key: &Object) -> Borrowed = |cx| {
        let Some(d) = o.and_then(|o| o.downcast::<PyDict>()) else { return Borrowed(std::ptr::null_mut()) };
        let saved = cx.ts().current_exception.take();
        let r = taipan_object::abstract_::hash(key, cx).and_then(|_| d.get(key, cx));
        let b = hidden(r, "Exception ignored in PyDict_GetItem(); consider using PyDict_GetItemRef() or PyDict_GetItemWithError()", cx);
        cx.ts().current_exception.set(saved, cx);
        b
    }
    /// `o[key]`, borrowed; null without an exception when missing.
    fn PyDict_GetItemWithError(o: Option<&Object>, key: &Object) -> PyResult<Borrowed> = |cx| {
        let d: &PyDict = want(o, cx)?;
        d.get(key, cx).map(borrowed)
    }
    /// As `PyDict_GetItemWithError` with the hash known.
    fn _PyDict_GetItem_KnownHash(o: Option<&Object>, key: &Object, hash: isize) -> PyResult<Borrowed> = |cx| {
        let d: &PyDict = want(o, cx)?;
        d.get_with_hash(key, hash, cx).map(borrowed)
    }
    /// `o[key]`, borrowed; errors are hidden.
    fn PyDict_GetItemString(o: Option<&Object>, key: *const c_char) -> Borrowed = |cx| {
        let Some(d) = o.and_then(|o| o.downcast::<PyDict>()) else { return Borrowed(std::ptr::null_mut()) };
        let saved = cx.ts().current_exception.take();
        let r = str_of(key, cx).and_then(|k| d.get(&k, cx));
        let b = hidden(r, "Exception ignored in PyDict_GetItemString(); consider using PyDict_GetItemRefString()", cx);
        cx.ts().current_exception.set(saved, cx);
        b
    }
    /// `o[key]`, borrowed; null without an exception when missing.
    fn _PyDict_GetItemStringWithError(o: Option<&Object>, key: *const c_char) -> PyResult<Borrowed> = |cx| {
        let k = str_of(key, cx)?;
        let d: &PyDict = want(o, cx)?;
        d.get(&k, cx).map(borrowed)
    }
    /// `o[key]`: 1 and the value, 0 when missing.
    fn PyDict_GetItemRef(o: Option<&Object>, key: &Object, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        *out = std::ptr::null_mut();
        let d: &PyDict = want(o, cx)?;
        let v = d.get(key, cx)?;
        Ok(through(v, out))
    }
    /// As `PyDict_GetItemRef`.
    fn PyDict_GetItemStringRef(o: Option<&Object>, key: *const c_char, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        *out = std::ptr::null_mut();
        let k = str_of(key, cx)?;
        let d: &PyDict = want(o, cx)?;
        let v = d.get(&k, cx)?;
        Ok(through(v, out))
    }
    /// `o[key] = v`.
    fn PyDict_SetItem(o: Option<&Object>, key: &Object, v: &Object) -> PyResult<()> = |cx| {
        let d: &PyDict = want(o, cx)?;
        d.set(key, v, cx)
    }
    /// `collections.OrderedDict()`.
    fn PyODict_New() -> PyResult<Own<Object>> = |cx| { let t = cx.import_attr("collections", "OrderedDict")?; taipan_object::call::call(&t, &[], cx) }
    /// `o[key] = v` of an ordered dict.
    fn PyODict_SetItem(o: &Object, key: &Object, v: &Object) -> PyResult<()> = |cx| { taipan_object::abstract_::set_item(o, key, Some(v), cx) }
    /// `del o[key]` of an ordered dict.
    fn PyODict_DelItem(o: &Object, key: &Object) -> PyResult<()> = |cx| { taipan_object::abstract_::set_item(o, key, None, cx) }
    /// As `PyDict_SetItem` with the hash known.
    fn _PyDict_SetItem_KnownHash(o: Option<&Object>, key: &Object, v: &Object, hash: isize) -> PyResult<()> = |cx| {
        let d: &PyDict = want(o, cx)?;
        d.set_with_hash(key, hash, v.own(), cx)
    }
    /// As `_PyDict_SetItem_KnownHash`; with the GIL there is no other lock.
    fn _PyDict_SetItem_KnownHash_LockHeld(d: &PyDict, key: &Object, v: &Object, hash: isize) -> PyResult<()> = |cx| { d.set_with_hash(key, hash, v.own(), cx) }
    /// `o[key] = v`.
    fn PyDict_SetItemString(o: Option<&Object>, key: *const c_char, v: &Object) -> PyResult<()> = |cx| {
        let k = taipan_object::types::str::intern::intern(str_of(key, cx)?, cx);
        let d: &PyDict = want(o, cx)?;
        d.set(&k, v, cx)
    }
    /// `del o[key]`.
    fn PyDict_DelItem(o: Option<&Object>, key: &Object) -> PyResult<()> = |cx| {
        let d: &PyDict = want(o, cx)?;
        match d.remove(key, cx)? { Some(v) => { drop(v); Ok(()) } None => Err(missing(key, cx)) }
    }
    /// `del o[key]`.
    fn PyDict_DelItemString(o: Option<&Object>, key: *const c_char) -> PyResult<()> = |cx| {
        let k = str_of(key, cx)?;
        let d: &PyDict = want(o, cx)?;
        match d.remove(&k, cx)? { Some(v) => { drop(v); Ok(()) } None => Err(missing(&k, cx)) }
    }
    /// `o.setdefault(key, v)`, borrowed.
    fn PyDict_SetDefault(o: Option<&Object>, key: &Object, v: &Object) -> PyResult<Borrowed> = |cx| {
        let d: &PyDict = want(o, cx)?;
        d.setdefault(key, v, cx).map(|(v, _)| Borrowed(v.as_ptr()))
    }
    /// `o.setdefault(key, v)`: 1 when the key was there, 0 when it was inserted.
    fn PyDict_SetDefaultRef(o: Option<&Object>, key: &Object, v: &Object, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        put(out, std::ptr::null_mut());
        let d: &PyDict = want(o, cx)?;
        let had = d.contains(key, cx)?;
        let (v, _) = d.setdefault(key, v, cx)?;
        put(out, std::ptr::null_mut());
        if !out.is_null() { *out = v.into_raw(); }
        Ok(had)
    }
    /// `o.pop(key)`: 1 and the value, 0 when missing.
    fn PyDict_Pop(o: Option<&Object>, key: Option<&Object>, out: *mut *mut Object) -> PyResult<bool> = |cx| { pop(o, key, out, cx) }
    /// As `PyDict_Pop`.
    fn PyDict_PopString(o: Option<&Object>, key: *const c_char, out: *mut *mut Object) -> PyResult<bool> = |cx| {
        put(out, std::ptr::null_mut());
        let k = str_of(key, cx)?;
        pop(o, Some(k.as_object()), out, cx)
    }
    /// `o.pop(key, default)`; null default raises `KeyError`.
    fn _PyDict_Pop(o: Option<&Object>, key: &Object, default: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let d: &PyDict = want(o, cx)?;
        match (d.remove(key, cx)?, default) {
            (Some(v), _) => Ok(v),
            (None, Some(v)) => Ok(v.own()),
            (None, None) => Err(missing(key, cx)),
        }
    }
    /// The next item at `*pos`, borrowed; 0 at the end.
    fn PyDict_Next(o: Option<&Object>, pos: *mut isize, key: *mut *mut Object, value: *mut *mut Object) -> bool = |cx| {
        let Some(d) = o.and_then(|o| o.downcast::<PyDict>()) else { return false };
        let mut at = *pos as usize;
        let found = d.next(&mut at, cx);
        *pos = at as isize;
        match found {
            Some((k, v, _)) => {
                put(key, k.as_ptr());
                put(value, v.as_ptr());
                true
            }
            None => false,
        }
    }
    /// `list(o.keys())`.
    fn PyDict_Keys(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| { listed(o, "keys", cx) }
    /// `list(o.values())`.
    fn PyDict_Values(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| { listed(o, "values", cx) }
    /// `list(o.items())`.
    fn PyDict_Items(o: Option<&Object>) -> PyResult<Own<PyList>> = |cx| { listed(o, "items", cx) }
    /// `a.update(b)` of a mapping.
    fn PyDict_Update(a: Option<&Object>, b: Option<&Object>) -> PyResult<()> = |cx| { merge(a, b, Clash::Replace, cx) }
    /// As `PyDict_Update`; without `replace` existing keys stay.
    fn PyDict_Merge(a: Option<&Object>, b: Option<&Object>, replace: c_int) -> PyResult<()> = |cx| {
        merge(a, b, if replace != 0 { Clash::Replace } else { Clash::Keep }, cx)
    }
    /// As `PyDict_Merge`; `replace` 2 refuses keys that exist.
    fn _PyDict_MergeEx(a: Option<&Object>, b: Option<&Object>, replace: c_int) -> PyResult<()> = |cx| {
        merge(a, b, match replace { 0 => Clash::Keep, 1 => Clash::Replace, _ => Clash::Raise }, cx)
    }
    /// Take over key-value pairs.
    fn PyDict_MergeFromSeq2(a: &PyDict, pairs: &Object, replace: c_int) -> PyResult<()> = |cx| {
        a.merge_pairs(pairs, if replace != 0 { Clash::Replace } else { Clash::Keep }, cx)
    }
    /// Register a callback for changes of watched dicts; its number.
    fn PyDict_AddWatcher(f: watch::Callback) -> PyResult<c_int> = |cx| {
        match cx.state::<watch::Watchers>().add(f) {
            Some(i) => Ok(i as c_int),
            None => Err(cx.runtime_error(format_args!("no more dict watcher IDs available"))),
        }
    }
    /// Forget a callback.
    fn PyDict_ClearWatcher(id: c_int) -> PyResult<()> = |cx| {
        let i = watcher(id, cx)?;
        cx.state::<watch::Watchers>().remove(i);
        Ok(())
    }
    /// Watch a dict.
    fn PyDict_Watch(id: c_int, o: &Object) -> PyResult<()> = |cx| {
        let Some(d) = o.downcast::<PyDict>() else { return Err(cx.value_error(format_args!("Cannot watch non-dictionary"))) };
        d.watch(watcher(id, cx)?, true);
        Ok(())
    }
    /// Watch a dict no longer.
    fn PyDict_Unwatch(id: c_int, o: &Object) -> PyResult<()> = |cx| {
        let Some(d) = o.downcast::<PyDict>() else { return Err(cx.value_error(format_args!("Cannot watch non-dictionary"))) };
        d.watch(watcher(id, cx)?, false);
        Ok(())
    }
    /// A read-only view of a mapping.
    fn PyDictProxy_New(o: &Object) -> PyResult<Own<PyMappingProxy>> = |cx| {
        if !super::sequence::is_mapping(o) || o.is_a::<PyList>() || o.is_a::<PyTuple>() {
            return Err(cx.type_error(format_args!("mappingproxy() argument must be a mapping, not {}", o.ty().tp_name_str())));
        }
        PyMappingProxy::of(o, cx)
    }

    /// `set(items)`; null is empty.
    fn PySet_New(items: Option<&Object>) -> PyResult<Own<PySet>> = |cx| {
        match items { Some(i) => PySet::from_iterable(i, cx), None => PySet::new(cx) }
    }
    /// `frozenset(items)`; null is empty.
    fn PyFrozenSet_New(items: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        match items {
            Some(i) => PyFrozenSet::from_iterable(i, cx),
            None => PyFrozenSet::from_iterable(&PyTuple::empty(), cx),
        }
    }
    /// `len(o)`.
    fn PySet_Size(o: Option<&Object>) -> PyResult<isize> = |cx| { set_of(o, cx).map(|s| s.len() as isize) }
    /// `v in o`.
    fn PySet_Contains(o: Option<&Object>, v: &Object) -> PyResult<bool> = |cx| { let s = set_of(o, cx)?; s.contains(v, cx) }
    /// `o.add(v)`; a frozenset that nobody else sees may still be filled.
    fn PySet_Add(o: Option<&Object>, v: &Object) -> PyResult<()> = |cx| {
        let s = set_of(o, cx)?;
        if !s.as_object().is_a::<PySet>() && !s.as_object().is_unique() {
            return Err(bad_internal_call(cx));
        }
        s.add(v, cx).map(drop)
    }
    /// `o.discard(v)`: whether it was there.
    fn PySet_Discard(o: Option<&Object>, v: &Object) -> PyResult<bool> = |cx| { let s: &PySet = want(o, cx)?; s.discard(v, cx) }
    /// `o.pop()`.
    fn PySet_Pop(o: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        let s: &PySet = want(o, cx)?;
        match s.pop() {
            Some(v) => Ok(v),
            None => {
                let m = PyStr::new("pop from an empty set", cx)?;
                Err(cx.raise_arg(exc::KeyError(), &m))
            }
        }
    }
    /// `o.clear()`.
    fn PySet_Clear(o: Option<&Object>) -> PyResult<()> = |cx| {
        let s: &PySet = want(o, cx)?;
        s.clear_items();
        Ok(())
    }
    /// The next element at `*pos`, borrowed, with its hash; 0 at the end.
    fn _PySet_NextEntry(o: Option<&Object>, pos: *mut isize, v: *mut *mut Object, hash: *mut isize) -> bool = |cx| {
        let Some(s) = o.and_then(any_set) else { return false };
        let mut at = *pos as usize;
        let found = s.next(&mut at, cx);
        *pos = at as isize;
        match found {
            Some((x, h)) => {
                put(v, x.as_ptr());
                put(hash, h);
                true
            }
            None => false,
        }
    }
    /// `s.update(items)`.
    fn _PySet_Update(o: Option<&Object>, items: &Object) -> PyResult<()> = |cx| { let s: &PySet = want(o, cx)?; s.update(items, cx) }

    /// `slice(start, stop, step)`; null is None.
    fn PySlice_New(a: Option<&Object>, b: Option<&Object>, s: Option<&Object>) -> PyResult<Own<Object>> = |cx| {
        new_slice(a.unwrap_or_else(|| none()), b.unwrap_or_else(|| none()), s.unwrap_or_else(|| none()), cx)
    }
    /// `slice(a, b)` of C integers.
    fn _PySlice_FromIndices(a: isize, b: isize) -> PyResult<Own<Object>> = |cx| {
        let (a, b) = (PyInt::new(a as i64, cx)?, PyInt::new(b as i64, cx)?);
        new_slice(&a, &b, none(), cx)
    }
    /// The bounds as C integers, out-of-range ones clipped.
    fn PySlice_Unpack(o: &PySlice, a: *mut isize, b: *mut isize, s: *mut isize) -> PyResult<()> = |cx| {
        let (x, y, z) = o.unpack(cx)?;
        (*a, *b, *s) = (x, y, z);
        Ok(())
    }
    /// Clip unpacked bounds to a length; the number of items.
    fn PySlice_AdjustIndices(n: isize, a: *mut isize, b: *mut isize, s: isize) -> isize = |_| {
        let (low, high) = if s < 0 { (-1, n - 1) } else { (0, n) };
        for p in [a, b] {
            if *p < 0 {
                *p = (*p + n).max(low);
            } else if *p >= n {
                *p = high;
            }
        }
        let (a, b) = (*a, *b);
        if s < 0 && b < a { (a - b - 1) / -s + 1 } else if s > 0 && a < b { (b - a - 1) / s + 1 } else { 0 }
    }
    /// Unpack and clip.
    fn PySlice_GetIndicesEx(o: &PySlice, n: isize, a: *mut isize, b: *mut isize, s: *mut isize, len: *mut isize) -> PyResult<()> = |cx| {
        let (x, y, z) = o.unpack(cx)?;
        (*a, *b, *s) = (x, y, z);
        *len = PySlice_AdjustIndices(n, a, b, z);
        Ok(())
    }
    /// Unpack bounds that must be in range; -1 without an exception otherwise.
    fn PySlice_GetIndices(o: &PySlice, n: isize, a: *mut isize, b: *mut isize, s: *mut isize) -> c_int = |cx| {
        let (start, stop, step) = o.parts();
        let part = |v: &Object, default: isize| -> Option<isize> {
            if v.is_none() {
                return Some(default);
            }
            let i = v.downcast::<PyInt>()?.to_i64()? as isize;
            Some(if i < 0 { i + n } else { i })
        };
        let step = if step.is_none() { Some(1) } else { step.downcast::<PyInt>().and_then(|i| i.to_i64()).map(|i| i as isize) };
        let Some(st) = step else { return -1 };
        let (Some(x), Some(y)) = (part(start, if st < 0 { n - 1 } else { 0 }), part(stop, if st < 0 { -1 } else { n })) else { return -1 };
        (*a, *b, *s) = (x, y, st);
        if y > n || x >= n || st == 0 { -1 } else { 0 }
    }
}
