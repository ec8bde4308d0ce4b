//! Finding keys. Exact string keys in string-only dicts take a quiet path; other keys may call `__hash__` and `__eq__`, which may change the dict: then the search starts again.

use super::keys::Probe;
use super::*;
pub(crate) use crate::abstract_::quiet_eq;
use crate::abstract_;
use crate::err::Raised;
use crate::types::float::PyFloat;
use crate::types::int::PyInt;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;

/// Hash of an exact string, small int or tuple whose hash is known, without a slot call.
#[inline(always)]
pub(crate) fn quick_hash(key: &Object) -> Option<isize> {
    if let Some(s) = key.exact::<PyStr>() {
        return Some(s.hash_value());
    }
    // An int below the modulus of numeric hashes is its own hash; -1 is taken.
    if let Some(n) = key.exact::<PyInt>().and_then(PyInt::compact) {
        return Some(if n == -1 { -2 } else { n as isize });
    }
    quick_hash_other(key)
}

/// As [`quick_hash`], for what is neither a string nor a small int.
#[inline(never)]
fn quick_hash_other(key: &Object) -> Option<isize> {
    if let Some(n) = key.exact::<PyInt>() {
        return if n.digit_count() == 2 { n.to_i64().map(|n| n as isize) } else { None };
    }
    if let Some(f) = key.exact::<PyFloat>() {
        return Some(crate::types::float::hash_f64(f.value(), key));
    }
    // Classes, functions, plain instances: what the address says.
    let by_address = crate::typeobj::object_type().tp_hash.get().map(|f| f as usize);
    if key.ty().tp_hash.get().map(|f| f as usize) == by_address {
        return Some(crate::hash::hash_pointer(key.as_ptr()));
    }
    // A tuple that was asked before.
    let t = key.downcast::<PyTuple>()?;
    let as_tuples = |o: &Object| o.is_exact::<PyTuple>() || o.ty().tp_hash.get().map(|f| f as usize) == PyTuple::ty().tp_hash.get().map(|f| f as usize);
    Some(t.cached_hash().get()).filter(|&h| h != -1 && as_tuples(key))
}

/// Hash of a key; a plain `TypeError` becomes the message for unhashable dict keys.
#[inline(always)]
pub fn hash_key(key: &Object, cx: &mut Cx) -> PyResult<isize> {
    match quick_hash(key) {
        Some(h) => Ok(h),
        None => abstract_::hash(key, cx).map_err(|r| unhashable(key, "a dict key", r, cx)),
    }
}

/// Reword the error of an unhashable key or element.
#[cold]
pub(crate) fn unhashable(key: &Object, role: &str, r: Raised, cx: &mut Cx) -> Raised {
    let e = cx.take_raised(r);
    if !std::ptr::eq(e.ty(), crate::types::exc::TypeError()) {
        return cx.set_raised(e);
    }
    match abstract_::str(&e, cx) {
        Ok(text) => {
            let name = full_type_name(key.ty(), cx);
            cx.type_error(format_args!("cannot use '{name}' as {role} ({})", &*text))
        }
        Err(r) => r,
    }
}

/// Module and qualified name of a type, without the modules `builtins` and `__main__` (`%T`).
pub fn full_type_name(ty: &crate::typeobj::PyType, cx: &mut Cx) -> String {
    let Some(heap) = ty.heap() else { return ty.tp_name_str().to_owned() };
    let text = |o: Option<Own<Object>>| o.and_then(|o| o.downcast::<PyStr>().map(|s| s.to_string_lossy()));
    let qual = text(heap.ht_qualname.own()).unwrap_or_else(|| ty.name().to_owned());
    let module = ty.tp_dict.get(cx).and_then(|d| d.get_str(crate::name!(cx, "__module__"), cx)).map(|o| o.own());
    match text(module) {
        Some(m) if m != "builtins" && m != "__main__" => format!("{m}.{qual}"),
        _ => qual,
    }
}

impl PyDict {
    /// Index of the entry of `key` in the keys block. In a split dict the value may be absent.
    #[inline(always)]
    pub(super) fn find(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Option<usize>> {
        let k = self.keys();
        if k.kind() != Kind::General {
            if let Some(s) = key.exact::<PyStr>() {
                return Ok(k.find_str(s, hash));
            }
        }
        self.find_any(key, hash, cx)
    }

    fn find_any(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Option<usize>> {
        'again: loop {
            let kp = self.keys.get();
            // SAFETY: the dict's block; held during comparisons.
            let k = unsafe { &*kp };
            let mut p = Probe::new(k, hash);
            while let Some((ix, _)) = p.next(k) {
                let e = k.key_at(ix);
                if std::ptr::eq(e, key) {
                    return Ok(Some(ix));
                }
                // A null key: a comparison that found nothing changed deleted it under the walk.
                if e.is_null() || k.hash_at(ix) != hash {
                    continue;
                }
                // SAFETY: live keys.
                match quiet_eq(unsafe { &*e }, key) {
                    Some(true) => return Ok(Some(ix)),
                    Some(false) => continue,
                    None => {}
                }
                let (same, changed) = self.compare(kp, ix, key, cx)?;
                if changed {
                    continue 'again;
                }
                if same {
                    return Ok(Some(ix));
                }
            }
            return Ok(None);
        }
    }

    /// Compare the key of entry `ix` with `key` by Python's `==`: (equal, whether the dict changed there meanwhile).
    #[cold]
    fn compare(&self, kp: *mut Keys, ix: usize, key: &Object, cx: &mut Cx) -> PyResult<(bool, bool)> {
        // SAFETY: the block is alive and held during the call.
        unsafe {
            let k = &*kp;
            let mine = (*k.key_at(ix)).own();
            k.retain();
            let same = abstract_::eq(&mine, key, cx);
            let changed = self.keys.get() != kp || ix >= k.nentries() || !std::ptr::eq(k.key_at(ix), &*mine);
            Keys::release(kp);
            Ok((same?, changed))
        }
    }

    /// The value cell contents of entry `ix`; null when absent.
    #[inline(always)]
    pub(super) fn value_raw(&self, ix: usize) -> *mut Object {
        match self.split_values() {
            None => self.keys().entry(ix).value.get(),
            // A class's keys may have grown beyond the values of this instance.
            Some(v) if ix < v.capacity() => v.cell(ix).get(),
            Some(_) => null_mut(),
        }
    }

    /// Whether all keys are exact strings by the table's form, so that a string is found without anything that could run code.
    #[inline(always)]
    pub fn has_only_strings(&self) -> bool {
        self.keys().kind() != Kind::General
    }

    /// The value of a string key, comparing with string keys only: runs no code, raises nothing. Complete when [`PyDict::is_str_only`].
    #[inline(always)]
    pub fn get_str<'a>(&'a self, key: &PyStr, _cx: &'a Cx) -> Option<&'a Object> {
        let ix = self.keys().find_str(key, key.hash_value())?;
        // SAFETY: null or live; changes need `&mut Cx`.
        unsafe { self.value_raw(ix).as_ref() }
    }

    /// Hash of an exact string, small int or hashed tuple and the index of its entry, when that needs no comparison by Python code; no index when the key is not there.
    #[inline(always)]
    pub(super) fn find_quietly(&self, key: &Object) -> Option<(isize, Option<usize>)> {
        let k = self.keys();
        if let Some(s) = key.exact::<PyStr>() {
            let h = s.hash_value();
            if k.kind() != Kind::General {
                return Some((h, k.find_str(s, h)));
            }
            return self.find_quietly_any(key, h);
        }
        let h = quick_hash(key)?;
        self.find_quietly_any(key, h)
    }

    fn find_quietly_any(&self, key: &Object, hash: isize) -> Option<(isize, Option<usize>)> {
        let k = self.keys();
        let mut p = Probe::new(k, hash);
        while let Some((ix, _)) = p.next(k) {
            let e = k.key_at(ix);
            if std::ptr::eq(e, key) {
                return Some((hash, Some(ix)));
            }
            // SAFETY: entries of full buckets have live keys.
            if k.hash_at(ix) == hash && quiet_eq(unsafe { &*e }, key)? {
                return Some((hash, Some(ix)));
            }
        }
        Some((hash, None))
    }

    /// The value of a key, when no Python code is needed to find it; the inner option is none when the key is not there.
    #[inline(always)]
    pub fn get_quietly<'a>(&'a self, key: &Object, _cx: &'a Cx) -> Option<Option<&'a Object>> {
        let (_, found) = self.find_quietly(key)?;
        // SAFETY: null or live; changes need `&mut Cx`.
        Some(found.and_then(|ix| unsafe { self.value_raw(ix).as_ref() }))
    }

    /// The value of a key (`PyDict_GetItemRef`). Raises what `__hash__` and `__eq__` raise.
    #[inline]
    pub fn get(&self, key: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let h = hash_key(key, cx)?;
        self.get_with_hash(key, h, cx)
    }

    /// As `get`, with the hash known.
    #[inline]
    pub fn get_with_hash(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(ix) = self.find(key, hash, cx)? else { return Ok(None) };
        // SAFETY: null or live.
        Ok(unsafe { self.value_raw(ix).as_ref() }.map(|o| o.own()))
    }

    /// Index of the entry of a key in a combined dict, valid until the next change (see [`PyDict::entries_id`]). For types that keep something beside each entry.
    pub fn entry_index(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Option<usize>> {
        Ok(self.find(key, hash, cx)?.filter(|&ix| !self.value_raw(ix).is_null()))
    }

    /// Changes whenever entries get other indexes: the address of the table.
    #[inline]
    pub fn entries_id(&self) -> usize {
        self.keys.get() as usize
    }

    /// The key of entry `ix`.
    #[inline]
    pub fn entry_key<'a>(&'a self, ix: usize, _cx: &'a Cx) -> Option<&'a Object> {
        let k = self.keys();
        // SAFETY: null (deleted) or live; changes need `&mut Cx`.
        if ix < k.nentries() { unsafe { k.key_at(ix).as_ref() } } else { None }
    }

    /// The value of a key that is Rust text (C code's `PyDict_GetItemString`).
    pub fn get_text(&self, key: &str, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let s = PyStr::new(key, cx)?;
        self.get(&s, cx)
    }

    /// Whether the key is there.
    #[inline]
    pub fn contains(&self, key: &Object, cx: &mut Cx) -> PyResult<bool> {
        let h = hash_key(key, cx)?;
        self.contains_with_hash(key, h, cx)
    }

    /// As `contains`, with the hash known.
    #[inline]
    pub fn contains_with_hash(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<bool> {
        Ok(self.find(key, hash, cx)?.is_some_and(|ix| !self.value_raw(ix).is_null()))
    }

    /// Entry index of a string key for inline caches, valid while [`PyDict::keys_version`] stays. `None` in split dicts and when the key is absent.
    #[inline]
    pub fn lookup_index_str(&self, key: &PyStr) -> Option<u32> {
        if !self.values.get().is_null() {
            return None;
        }
        self.keys().find_str(key, key.hash_value()).map(|ix| ix as u32)
    }

    /// The value of entry `ix` (from `lookup_index_str` under the same keys version).
    ///
    /// # Safety
    /// The dict is combined and `ix` is below its entry count.
    #[inline(always)]
    pub unsafe fn value_at_unchecked<'a>(&'a self, ix: u32, _cx: &'a Cx) -> &'a Object {
        // SAFETY: the caller's promise: an entry that exists under the checked version.
        unsafe { &*self.keys().entry(ix as usize).value.get() }
    }

    /// Where the value of entry `ix` lies (from `lookup_index_str`): the place stays as long as the keys version.
    #[inline]
    pub fn value_place(&self, ix: u32) -> *const *mut Object {
        self.keys().entry(ix as usize).value.as_ptr()
    }

    /// As `value_at_unchecked`, checked.
    #[inline]
    pub fn value_at<'a>(&'a self, ix: u32, _cx: &'a Cx) -> Option<&'a Object> {
        let k = self.keys();
        if !self.values.get().is_null() || ix as usize >= k.nentries() {
            return None;
        }
        // SAFETY: null (deleted) or live.
        unsafe { k.entry(ix as usize).value.get().as_ref() }
    }

    /// Where an inline cache of a subscript with a constant string might look next time: the entry of the key. `None` in split dicts and when absent.
    #[inline]
    pub fn hint_for(&self, key: &PyStr) -> Option<u32> {
        self.lookup_index_str(key)
    }

    /// The value of entry `hint` if its key is this very object: no hash, no probe, no version. Any `hint` is safe.
    #[inline(always)]
    pub fn get_at_hint<'a>(&'a self, key: &Object, hint: u32, _cx: &'a Cx) -> Option<&'a Object> {
        let k = self.keys();
        if hint as usize >= k.nentries() || !self.values.get().is_null() {
            return None;
        }
        let e = k.entry(hint as usize);
        // SAFETY: an entry with a key has a live value.
        std::ptr::eq(e.key.get(), key).then(|| unsafe { &*e.value.get() })
    }

    /// Replace the value of entry `hint` if its key is this very object; gives the value back when it is not.
    #[inline(always)]
    pub fn set_at_hint(&self, key: &Object, hint: u32, value: Own<Object>) -> Result<Option<Own<Object>>, Own<Object>> {
        let k = self.keys();
        if hint as usize >= k.nentries() || !self.values.get().is_null() || !std::ptr::eq(k.key_at(hint as usize), key) {
            return Err(value);
        }
        // SAFETY: combined, and the entry exists.
        Ok(unsafe { self.set_value_at_unchecked(hint, value) })
    }
}
