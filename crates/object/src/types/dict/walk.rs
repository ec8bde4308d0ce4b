//! The iteration cursor: a position that stays safe however the dict changes between steps (it may then skip or repeat items, as in CPython).

use super::*;

impl PyDict {
    /// Raw step: (key, value, hash) at or after `*at`; moves `*at` behind it.
    #[inline(always)]
    pub(super) fn walk_raw(&self, at: &mut usize) -> Option<(*mut Object, *mut Object, isize)> {
        let k = self.keys();
        if let Some(v) = self.split_values() {
            if *at >= v.len() {
                return None;
            }
            let ix = v.order(*at);
            *at += 1;
            return Some((k.key_at(ix), v.cell(ix).get(), k.hash_at(ix)));
        }
        let n = k.nentries();
        let mut i = *at;
        while i < n {
            let e = k.entry(i);
            let key = e.key.get();
            if !key.is_null() {
                *at = i + 1;
                return Some((key, e.value.get(), k.hash_at(i)));
            }
            i += 1;
        }
        *at = i;
        None
    }

    /// Every object that the collector is to see: the values, and keys that may be containers.
    #[inline(always)]
    pub(crate) fn each_referent(&self, f: impl Fn(*mut Object)) {
        if let Some(v) = self.split_values() {
            return v.each(f);
        }
        let keys = self.keys();
        let with_keys = !self.is_str_only();
        for i in 0..keys.nentries() {
            let entry = keys.entry(i);
            if !entry.key.get().is_null() {
                f(entry.value.get());
                if with_keys {
                    f(entry.key.get());
                }
            }
        }
    }

    /// The next item in insertion order, borrowed while no Python code can run (`_PyDict_Next`). `*pos` starts at 0.
    #[inline(always)]
    pub fn next<'a>(&'a self, pos: &mut usize, _cx: &'a Cx) -> Option<(&'a Object, &'a Object, isize)> {
        // SAFETY: live entries hold live objects; changes need `&mut Cx`.
        self.walk_raw(pos).map(|(k, v, h)| unsafe { (&*k, &*v, h) })
    }

    /// As `next`, with new references: for loops that run code.
    #[inline(always)]
    pub fn next_own(&self, pos: &mut usize) -> Option<(Own<Object>, Own<Object>, isize)> {
        // SAFETY: live entries hold live objects.
        self.walk_raw(pos).map(|(k, v, h)| unsafe { ((*k).own(), (*v).own(), h) })
    }

    /// The item before `*pos` in insertion order (`reversed`); `*pos` starts at [`PyDict::walk_end`].
    pub fn prev_own(&self, pos: &mut usize) -> Option<(Own<Object>, Own<Object>, isize)> {
        let k = self.keys();
        if let Some(v) = self.split_values() {
            // A position beyond the items: others were here when the walk began.
            if *pos > v.len() {
                return None;
            }
            *pos = pos.checked_sub(1)?;
            let ix = v.order(*pos);
            // SAFETY: present values and their keys are live.
            return unsafe { Some(((*k.key_at(ix)).own(), (*v.cell(ix).get()).own(), k.hash_at(ix))) };
        }
        if *pos > k.nentries() {
            return None;
        }
        let mut i = *pos;
        while i > 0 {
            i -= 1;
            let e = k.entry(i);
            if !e.key.get().is_null() {
                *pos = i;
                // SAFETY: a live entry.
                return unsafe { Some(((*e.key.get()).own(), (*e.value.get()).own(), k.hash_at(i))) };
            }
        }
        *pos = 0;
        None
    }

    /// Where a reversed walk begins.
    pub fn walk_end(&self) -> usize {
        self.split_values().map_or(self.keys().nentries(), |v| v.len())
    }
}
