//! What the interpreter tries first: keys that are found (or surely new) by a look at one group, without a comparison and without a call. Whatever is not plain goes the long way.

use super::keys::Entry;
use super::*;
use crate::frame::Slot;
use crate::types::int::PyInt;
use crate::types::str::PyStr;
use crate::types::tuple::PyTuple;

impl PyDict {
    /// Where the value under a key lies, if that is plain to see: the key is the same string or tuple, or an int of one digit. Null: the long way must tell.
    ///
    /// Small tables of strings have a function of their own, since they are the commonest, and one that needs no more registers than a function may use for nothing.
    ///
    /// # Safety
    /// `key` is not empty and, if it is an object, alive. The place is good until the dict changes.
    #[inline(always)]
    pub unsafe fn plain_place(&self, key: Slot) -> *const Cell<*mut Object> {
        // SAFETY: the caller's promise.
        unsafe {
            if key.is_int() {
                return self.plain_int(key.as_int());
            }
            let o = key.as_ptr();
            if (*o).is_exact::<PyStr>() {
                let e = self.keys().small_entry_of_same(o, (*(o as *const PyStr)).cached_hash());
                if !e.is_null() {
                    return value_of(e);
                }
            }
            self.plain_other(o)
        }
    }

    /// Whether a key is there, if that is plain to see: 1 or 0; 2: the long way must tell. Keys are told apart as by [`PyDict::plain_place`].
    ///
    /// # Safety
    /// `key` is not empty and, if it is an object, alive.
    #[inline(never)]
    pub unsafe fn plain_has(&self, key: Slot) -> u8 {
        let keys = self.keys();
        if key.is_int() {
            return keys.has_int(key.as_int());
        }
        let o = key.as_ptr();
        // SAFETY: a live object.
        unsafe {
            match (*o).exact::<PyStr>().map(PyStr::cached_hash) {
                Some(hash) if hash != -1 => keys.has_same(o, hash),
                _ => 2,
            }
        }
    }

    #[inline(never)]
    fn plain_int(&self, n: i64) -> *const Cell<*mut Object> {
        value_of(self.keys().entry_of_int(n))
    }

    #[inline(never)]
    unsafe fn plain_other(&self, o: *mut Object) -> *const Cell<*mut Object> {
        // SAFETY: a live object.
        let hash = unsafe {
            if (*o).is_exact::<PyStr>() {
                (*(o as *const PyStr)).cached_hash()
            } else if (*o).is_exact::<PyTuple>() {
                (*(o as *const PyTuple)).cached_hash().get()
            } else {
                match (*o).exact::<PyInt>().and_then(PyInt::compact) {
                    Some(n) => return self.plain_int(n),
                    None => return std::ptr::null(),
                }
            }
        };
        value_of(self.keys().entry_of_same(o, hash))
    }

    /// Whether somebody wants to know of changes.
    #[inline(always)]
    pub fn is_watched(&self) -> bool {
        self.watcher.get() & 0xff != 0
    }

    /// Add a short int as a key, when it is plain to see by one group that it is new, and there is room. False: nothing has happened.
    ///
    /// # Safety
    /// `key` is an exact int of that hash; it and `value` give their counts away if the result is true.
    #[inline(always)]
    pub unsafe fn insert_plain(&self, hash: isize, key: *mut Object, value: *mut Object) -> bool {
        if self.is_watched() || !self.keys().push_new_int(hash, key, value) {
            return false;
        }
        self.used.set(self.used.get() + 1);
        true
    }

    /// As [`PyDict::insert_plain`] for keys whose probe goes on, or whose group has the same tag.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn insert_further(&self, hash: isize, key: *mut Object, value: *mut Object) -> bool {
        if self.is_watched() || !self.keys().push_new_hashed(hash, key, value) {
            return false;
        }
        self.used.set(self.used.get() + 1);
        true
    }
}

/// The value's place in an entry of a combined block; null stays null.
#[inline(always)]
fn value_of(e: *const Entry) -> *const Cell<*mut Object> {
    // SAFETY: null or an entry.
    unsafe { e.as_ref().map_or(std::ptr::null(), |e| &raw const e.value) }
}
