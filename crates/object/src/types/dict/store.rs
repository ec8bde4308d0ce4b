//! Changing dicts. Everything that alters a dict is in this file (and `merge`, which uses it): watchers, versions and counts are kept here.

use super::lookup::hash_key;
use super::watch::{self, Event};
use super::*;
use crate::types::str::PyStr;

impl PyDict {
    #[inline(always)]
    fn announce(&self, ev: Event, key: Option<&Object>, value: Option<&Object>) {
        if self.watcher.get() & 0xff != 0 {
            watch::notify(self, ev, key, value);
        }
    }

    /// `self[key] = value`. Raises what `__hash__` and `__eq__` raise, and `MemoryError`.
    #[inline]
    pub fn set(&self, key: &Object, value: &Object, cx: &mut Cx) -> PyResult<()> {
        self.set_own(key, value.own(), cx)
    }

    /// As `set`, taking over the reference to the value.
    pub fn set_own(&self, key: &Object, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        if self.values.get().is_null() && self.watcher.get() & 0xff == 0 {
            if key.is_exact::<PyStr>() {
                // SAFETY: an exact string.
                let h = unsafe { key.cast_unchecked::<PyStr>() }.cached_hash();
                if h != -1 && self.keys().push_new_str(key.as_ptr(), h, value.as_ptr()) {
                    key.incref();
                    std::mem::forget(value);
                    self.used.set(self.used.get() + 1);
                    return Ok(());
                }
            }
        }
        self.set_own_otherwise(key, value, cx)
    }

    #[inline(never)]
    fn set_own_otherwise(&self, key: &Object, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        if self.values.get().is_null() && self.watcher.get() & 0xff == 0 {
            if let Some((h, found)) = self.find_quietly(key) {
                return match found {
                    Some(ix) => {
                        // SAFETY: an entry of a combined table has a live value.
                        drop(unsafe { Own::<Object>::from_raw(self.keys().entry(ix).value.replace(value.into_raw())) });
                        Ok(())
                    }
                    None => self.insert_new(key.own(), h, value, cx),
                };
            }
        }
        let h = hash_key(key, cx)?;
        self.set_with_hash(key, h, value, cx)
    }

    /// As `set`, with the hash known.
    #[inline]
    pub fn set_with_hash(&self, key: &Object, hash: isize, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        match self.find(key, hash, cx)? {
            // A name that only the class knows; this key is another object and must be the one that is stored.
            Some(ix) if self.value_raw(ix).is_null() && !key.is_exact::<PyStr>() => self.insert_new(key.own(), hash, value, cx),
            Some(ix) => self.put_value(ix, value, cx),
            None => self.insert_new(key.own(), hash, value, cx),
        }
    }

    /// `self[key] = value` in a dict that nobody else has seen, with room (see [`PyDict::with_capacity`]); `key` is an exact string, and every key is.
    #[inline(always)]
    pub fn put_fresh(&self, key: Own<Object>, value: Own<Object>) {
        debug_assert!(self.is_str_only() && self.values.get().is_null() && key.is_exact::<PyStr>());
        // SAFETY: the caller's promise.
        let s = unsafe { key.cast_unchecked::<PyStr>() };
        let (k, h) = (self.keys(), s.hash_value());
        if k.push_new_str(key.as_object().as_ptr(), h, value.as_object().as_ptr()) {
            std::mem::forget((key, value));
            self.used.set(self.used.get() + 1);
            return;
        }
        match k.find_str(s, h) {
            // SAFETY: an entry of a combined table has a live value.
            Some(ix) => drop(unsafe { Own::<Object>::from_raw(k.entry(ix).value.replace(value.into_raw())) }),
            None => {
                assert!(k.usable() > 0);
                k.push(key.into_raw(), h, value.into_raw());
                self.used.set(self.used.get() + 1);
            }
        }
    }

    /// `self[key] = value` for an exact string: runs code only when old values die or non-string keys are there.
    #[inline]
    pub fn set_str(&self, key: &PyStr, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        self.set_own(key, value, cx)
    }

    /// `self[key] = value` with Rust text as key.
    pub fn set_text(&self, key: &str, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let s = PyStr::new_interned(key, cx)?;
        self.set_own(&s, value, cx)
    }

    /// Store the value of a known key.
    #[inline]
    fn put_value(&self, ix: usize, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        if let Some(v) = self.split_values() {
            if ix >= v.capacity() {
                // The class knows the key, but this instance has no room for it.
                // SAFETY: shared keys are live.
                let key = unsafe { (*self.keys().key_at(ix)).own() };
                let hash = self.keys().hash_at(ix);
                self.combine(Kind::Str, v.len() + 1, cx)?;
                return self.insert_new(key, hash, value, cx);
            }
        }
        drop(self.exchange(ix, value));
        Ok(())
    }

    /// Swap in the value of entry `ix`; the old one, if there was one, comes back.
    #[inline(always)]
    fn exchange(&self, ix: usize, value: Own<Object>) -> Option<Own<Object>> {
        if self.watcher.get() & 0xff != 0 {
            let ev = if self.value_raw(ix).is_null() { Event::Added } else { Event::Modified };
            // SAFETY: the key of an existing entry.
            watch::notify(self, ev, unsafe { self.keys().key_at(ix).as_ref() }, Some(&value));
        }
        let old = match self.split_values() {
            None => self.keys().entry(ix).value.replace(value.into_raw()),
            Some(v) => {
                let old = v.store(ix, value.into_raw());
                if old.is_null() {
                    self.used.set(self.used.get() + 1);
                }
                old
            }
        };
        // SAFETY: the count was the dict's.
        unsafe { Own::from_raw_opt(old) }
    }

    /// Replace the value of entry `ix`, for inline caches of global stores. The old value comes back; let it go after the dict is not borrowed.
    ///
    /// # Safety
    /// The dict is combined and `ix` is an entry that exists under the checked keys version.
    #[inline(always)]
    #[must_use]
    pub unsafe fn set_value_at_unchecked(&self, ix: u32, value: Own<Object>) -> Option<Own<Object>> {
        self.exchange(ix as usize, value)
    }

    /// Add a key that is not there.
    #[inline]
    pub(super) fn insert_new(&self, key: Own<Object>, hash: isize, value: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let is_str = key.is_exact::<PyStr>();
        if let Some(v) = self.split_values() {
            let k = self.keys();
            if is_str && k.usable() > 0 && k.nentries() < v.capacity() {
                let ix = k.push(key.into_raw(), hash, null_mut());
                drop(self.exchange(ix, value));
                return Ok(());
            }
            self.combine(if is_str { Kind::Str } else { Kind::General }, v.len() + 1, cx)?;
        } else if self.keys().usable() == 0 || (!is_str && self.keys().kind() == Kind::Str) {
            let kind = if is_str { self.keys().kind() } else { Kind::General };
            let n = self.len();
            // Doubling; between 8 and 13 items only to 16, which saves the index. A full table of 7/8 is doubled by 7/4 of its items: more would give four times the buckets.
            self.rebuild(kind, if n < 14 { (n * 2).clamp(n + 1, 16) } else { n * 7 / 4 }, cx)?;
        }
        self.announce(Event::Added, Some(&key), Some(&value));
        self.keys().push(key.into_raw(), hash, value.into_raw());
        self.used.set(self.used.get() + 1);
        Ok(())
    }

    /// Move a combined dict into a fresh block for at least `n` items.
    #[cold]
    pub(super) fn rebuild(&self, kind: Kind, n: usize, cx: &mut Cx) -> PyResult<()> {
        let old = self.keys.get();
        let new = Keys::new(kind, n);
        if new.is_null() {
            return Err(cx.memory_error());
        }
        // SAFETY: both blocks are alive; the old one is given back after its entries have moved.
        unsafe {
            (*old).move_into(&*new, self.len());
            self.keys.set(new);
            Keys::release(old);
        }
        Ok(())
    }

    /// Turn a split dict into a combined one with room for `n` items. Values in an instance become invalid: the dict has them now.
    pub(crate) fn combine(&self, kind: Kind, n: usize, cx: &mut Cx) -> PyResult<()> {
        let Some(v) = self.split_values() else { return Ok(()) };
        let new = Keys::new(kind, n.max(v.len()));
        if new.is_null() {
            return Err(cx.memory_error());
        }
        let old = self.keys.get();
        // SAFETY: live blocks; each value moves with its count, each key gets one more.
        unsafe {
            for i in 0..v.len() {
                let ix = v.order(i);
                let key = (*old).key_at(ix);
                (*key).incref();
                (*new).push(key, (*old).hash_at(ix), v.cell(ix).get());
            }
            self.keys.set(new);
            self.values.set(null_mut());
            v.forget_all();
            Keys::release(old);
        }
        Ok(())
    }

    /// Delete a key and give its value; `None` when it is not there.
    pub fn remove(&self, key: &Object, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let h = hash_key(key, cx)?;
        self.remove_with_hash(key, h, cx)
    }

    /// As `remove`, with the hash known.
    pub fn remove_with_hash(&self, key: &Object, hash: isize, cx: &mut Cx) -> PyResult<Option<Own<Object>>> {
        let Some(ix) = self.find(key, hash, cx)? else { return Ok(None) };
        if self.value_raw(ix).is_null() {
            return Ok(None);
        }
        Ok(self.take_entry(ix, false).1)
    }

    /// Delete entry `ix`, which has a value: (key, value).
    fn take_entry(&self, ix: usize, give_back: bool) -> (Option<Own<Object>>, Option<Own<Object>>) {
        // SAFETY: a live key.
        self.announce(Event::Deleted, unsafe { self.keys().key_at(ix).as_ref() }, None);
        self.used.set(self.used.get() - 1);
        // SAFETY: counts that were the dict's, or a new one for a shared key.
        unsafe {
            match self.split_values() {
                Some(v) => (self.keys().key_at(ix).as_ref().map(|k| k.own()), Own::from_raw_opt(v.take(ix))),
                None => {
                    let (k, v) = self.keys().delete(ix, give_back);
                    (Own::from_raw_opt(k), Own::from_raw_opt(v))
                }
            }
        }
    }

    /// Take out the item that was inserted last (`popitem`). Raises `MemoryError`, as a split dict becomes combined.
    pub fn pop_last(&self, cx: &mut Cx) -> PyResult<Option<(Own<Object>, Own<Object>)>> {
        self.combine(Kind::Str, self.len(), cx)?;
        let k = self.keys();
        let Some(ix) = (0..k.nentries()).rev().find(|&i| !k.key_at(i).is_null()) else { return Ok(None) };
        let (k, v) = self.take_entry(ix, true);
        Ok(k.zip(v))
    }

    /// The value of `key`; when it is not there, `value` is stored and given back. The flag says whether it was stored.
    pub fn setdefault(&self, key: &Object, value: &Object, cx: &mut Cx) -> PyResult<(Own<Object>, bool)> {
        let h = hash_key(key, cx)?;
        self.setdefault_with_hash(key, h, value, cx)
    }

    /// As `setdefault`, with the hash known.
    pub fn setdefault_with_hash(&self, key: &Object, hash: isize, value: &Object, cx: &mut Cx) -> PyResult<(Own<Object>, bool)> {
        let found = self.find(key, hash, cx)?;
        if let Some(ix) = found {
            // SAFETY: null or live.
            if let Some(v) = unsafe { self.value_raw(ix).as_ref() } {
                return Ok((v.own(), false));
            }
            self.put_value(ix, value.own(), cx)?;
        } else {
            self.insert_new(key.own(), hash, value.own(), cx)?;
        }
        Ok((value.own(), true))
    }

    /// Remove every item. Values die after the dict is empty.
    pub fn clear_items(&self, _cx: &mut Cx) {
        if self.is_empty() && self.values.get().is_null() && self.keys().nentries() == 0 {
            return;
        }
        self.announce(Event::Cleared, None, None);
        self.used.set(0);
        match self.split_values() {
            // The instance goes on using its values.
            Some(v) if v.is_embedded() => v.clear(),
            _ => self.drop_tables(),
        }
    }

    /// Let go of keys and values; the dict is empty and combined then.
    pub(super) fn drop_tables(&self) {
        self.used.set(0);
        let k = self.keys.replace(Keys::empty());
        let v = self.values.replace(null_mut());
        // SAFETY: the holds were the dict's; it has already forgotten them.
        unsafe {
            if let Some(vals) = v.as_ref() {
                if !vals.is_embedded() {
                    vals.clear();
                    alloc::free(v as *mut u8, InlineValues::bytes_for(vals.capacity()));
                }
            }
            if !k.is_null() {
                Keys::release(k);
            }
        }
    }

    /// Install what a bulk operation built; gives the earlier block back to be released.
    pub(super) fn replace_keys(&self, k: *mut Keys, used: usize) -> *mut Keys {
        self.used.set(used as isize);
        self.keys.replace(k)
    }

    /// Store value `ix` of a split dict on behalf of its instance; the old value comes back.
    #[must_use]
    pub(crate) fn store_split(&self, ix: usize, value: Own<Object>) -> Option<Own<Object>> {
        debug_assert!(self.split_values().is_some());
        self.exchange(ix, value)
    }

    /// Make an empty dict the alias of an instance's values. Takes over a hold of the keys.
    pub(crate) fn alias(&self, k: &Keys, v: &InlineValues) {
        debug_assert!(self.is_empty() && self.values.get().is_null());
        self.keys.set(k as *const Keys as *mut Keys);
        self.values.set(v as *const InlineValues as *mut InlineValues);
        self.used.set(v.len() as isize);
    }

    /// Undo `alias`: the dict is empty and on its own; the instance keeps the values.
    pub(crate) fn unalias(&self) {
        self.drop_tables();
    }

    /// Swap the values block of a split dict (an instance dies and its dict goes on alone).
    pub(crate) fn set_split_values(&self, v: *mut InlineValues) {
        self.values.set(v);
    }
}
