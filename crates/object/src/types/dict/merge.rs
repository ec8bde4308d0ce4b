//! Copying and merging.

use super::watch::{self, Event};
use super::*;

/// What to do with keys that are already there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clash {
    /// The new value wins (`update`).
    Replace,
    /// The old value stays.
    Keep,
    /// Raise `KeyError(key)` (keyword arguments given twice).
    Raise,
}

impl PyDict {
    /// A copy of the items as a plain dict.
    pub fn copy(&self, cx: &mut Cx) -> PyResult<Own<PyDict>> {
        if self.is_empty() {
            return PyDict::new(cx);
        }
        let k = self.compact_copy();
        if k.is_null() {
            return Err(cx.memory_error());
        }
        PyDict::from_keys(k, null_mut(), self.len(), cx)
    }

    /// A combined block with the same items (their references counted again). Null when memory is exhausted.
    fn compact_copy(&self) -> *mut Keys {
        let k = self.keys();
        if self.values.get().is_null() && self.len() * 4 >= k.nentries() * 3 && (k.capacity() <= 16 || self.len() * 2 >= k.capacity() / 2) {
            return k.duplicate();
        }
        let kind = if k.kind() == Kind::General { Kind::General } else { Kind::Str };
        let new = Keys::new(kind, self.len());
        if new.is_null() {
            return new;
        }
        let mut at = 0;
        while let Some((key, value, hash)) = self.walk_raw(&mut at) {
            // SAFETY: live items; the new block has room for them all.
            unsafe {
                (*key).incref();
                (*value).incref();
                (*new).push(key, hash, value);
            }
        }
        new
    }

    /// Take over the items of another dict (`update` for real dicts). Raises `KeyError` by `Clash::Raise` and what comparisons raise.
    pub fn merge(&self, other: &PyDict, clash: Clash, cx: &mut Cx) -> PyResult<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if self.is_empty() && self.values.get().is_null() {
            let k = other.compact_copy();
            if k.is_null() {
                return Err(cx.memory_error());
            }
            if self.watcher.get() & 0xff != 0 {
                watch::notify(self, Event::Cloned, Some(other.as_object()), None);
            }
            let old = self.replace_keys(k, other.len());
            // SAFETY: the hold was the dict's.
            unsafe { Keys::release(old) };
            return Ok(());
        }
        self.reserve_for(other, cx)?;
        let mut at = 0;
        let (kp, n) = (other.keys.get(), other.walk_end());
        while let Some((key, value, hash)) = other.next_own(&mut at) {
            match clash {
                Clash::Replace => self.set_with_hash(&key, hash, value, cx)?,
                Clash::Keep => {
                    self.setdefault_with_hash(&key, hash, &value, cx)?;
                }
                Clash::Raise => {
                    if !self.setdefault_with_hash(&key, hash, &value, cx)?.1 {
                        return Err(cx.raise_arg(crate::types::exc::KeyError(), &key));
                    }
                }
            }
            if other.keys.get() != kp || other.walk_end() != n {
                return Err(cx.runtime_error(format_args!("dict mutated during update")));
            }
        }
        Ok(())
    }

    /// The items as keyword arguments: names (a tuple of str) and values. Raises `TypeError` when a key is not a string.
    pub fn split_kwargs(&self, cx: &mut Cx) -> PyResult<(Own<crate::types::tuple::PyTuple>, Vec<Own<Object>>)> {
        let (mut names, mut vals) = (Vec::with_capacity(self.len()), Vec::with_capacity(self.len()));
        let mut at = 0;
        while let Some((k, v, _)) = self.next_own(&mut at) {
            if !k.is_a::<crate::types::str::PyStr>() {
                return Err(cx.type_error(format_args!("keywords must be strings")));
            }
            names.push(k);
            vals.push(v);
        }
        Ok((crate::types::tuple::PyTuple::from_vec(names, cx)?, vals))
    }

    /// Room for `n` items in an empty dict that is about to get them. Raises `MemoryError`.
    pub fn reserve(&self, n: usize, cx: &mut Cx) -> PyResult<()> {
        if self.is_empty() && self.values.get().is_null() && self.keys().usable() < n {
            self.rebuild(self.keys().kind(), n, cx)?;
        }
        Ok(())
    }

    /// One resize instead of several when another dict's items are about to come in.
    fn reserve_for(&self, other: &PyDict, cx: &mut Cx) -> PyResult<()> {
        let k = self.keys();
        // A few more items are left to ordinary growth, whose doubling keeps repeated small updates linear.
        if self.values.get().is_null() && k.usable() < other.len() && other.len() * 2 >= self.len() {
            let kind = if other.keys().kind() == Kind::General { Kind::General } else { k.kind() };
            self.rebuild(kind, self.len() + other.len(), cx)?;
        }
        Ok(())
    }
}
