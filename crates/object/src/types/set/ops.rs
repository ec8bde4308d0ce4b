//! Set algebra. Sizes decide which operand is walked, in CPython's way, because the order of the result's elements follows from it.

use super::{PyFrozenSet, PySet, any_set, hash_element};
use crate::abstract_::iter;
use crate::cx::Cx;
use crate::err::PyResult;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::dict::PyDict;

/// View a result that was made as a set or frozenset.
fn as_set(o: &Object) -> &PySet {
    // SAFETY: callers pass what `PySet::empty_of` made.
    unsafe { o.cast_unchecked::<PySet>() }
}

impl PySet {
    /// `set` or `frozenset`, whichever the type descends from: the type of results that subclasses do not keep.
    pub(super) fn base_type(&self) -> &'static PyType {
        if self.is_a::<PyFrozenSet>() { PyFrozenSet::ty() } else { PySet::ty() }
    }

    /// Add every item of an iterable (`update`).
    pub fn update(&self, items: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(s) = any_set(items) {
            let s = s.new_ref();
            return self.merge(&s, cx);
        }
        if let Some(d) = items.exact::<PyDict>() {
            let d = d.new_ref();
            return self.merge_keys(&d, cx);
        }
        iter::for_each(items, cx, |v, cx| self.add(&v, cx).map(|_| true))
    }

    fn merge(&self, other: &PySet, cx: &mut Cx) -> PyResult<()> {
        if std::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        if (self.fill.get() + other.used.get()) as usize * 5 >= self.mask() * 3 {
            self.resize((self.len() + other.len()) * 2, cx)?;
        }
        if self.fill.get() == 0 {
            let same_shape = self.mask() == other.mask() && other.fill.get() == other.used.get();
            for i in 0..=other.mask() {
                let e = other.entry(i);
                let k = e.key.get();
                if k.is_null() || std::ptr::eq(k, super::table::marker()) {
                    continue;
                }
                // SAFETY: a live key; this set takes a count of its own.
                unsafe { (*k).incref() };
                if same_shape {
                    self.entry(i).key.set(k);
                    self.entry(i).hash.set(e.hash.get());
                } else {
                    self.place(k, e.hash.get());
                }
            }
            self.fill.set(other.used.get());
            self.used.set(other.used.get());
            return Ok(());
        }
        let mut at = 0;
        while let Some((k, h)) = other.next_own(&mut at) {
            self.add_with_hash(&k, h, cx)?;
        }
        Ok(())
    }

    fn merge_keys(&self, d: &PyDict, cx: &mut Cx) -> PyResult<()> {
        if (self.fill.get() as usize + d.len()) * 5 >= self.mask() * 3 {
            self.resize((self.len() + d.len()) * 2, cx)?;
        }
        let mut at = 0;
        while let Some((k, _, h)) = d.next_own(&mut at) {
            self.add_with_hash(&k, h, cx)?;
        }
        Ok(())
    }

    /// A copy of type `cls`.
    pub(super) fn copy_as(&self, cls: &PyType, cx: &mut Cx) -> PyResult<Own<Object>> {
        let out = PySet::empty_of(cls, cx)?;
        as_set(&out).merge(self, cx)?;
        Ok(out)
    }

    /// `copy()`; an exact frozenset is its own copy.
    pub(super) fn copy(&self, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is_exact::<PyFrozenSet>() {
            return Ok(self.own());
        }
        self.copy_as(self.base_type(), cx)
    }

    /// `self | other | …`.
    pub(super) fn union(&self, others: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
        let out = self.copy_as(self.base_type(), cx)?;
        for o in others {
            if !self.is(o) {
                as_set(&out).update(o, cx)?;
            }
        }
        Ok(out)
    }

    /// Put those elements into the new set `result` of which "it is in `within`" is `want`, as long as that needs no Python code. False: it does at position `at`.
    fn sift(&self, within: &PySet, want: bool, result: &PySet, at: &mut usize, cx: &mut Cx) -> PyResult<bool> {
        loop {
            let here = *at;
            let Some((k, h)) = self.walk(at) else { return Ok(true) };
            // SAFETY: a live key; no code runs before it is counted.
            let k = unsafe { &*k };
            match within.contains_known(k, h) {
                // The elements differ from one another already.
                Some(there) if there == want => result.add_new(k.own(), h, cx)?,
                Some(_) => {}
                None => {
                    *at = here;
                    return Ok(false);
                }
            }
        }
    }

    /// `self & other`.
    pub(super) fn intersection(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        if self.is(other) {
            return self.copy_as(self.base_type(), cx);
        }
        let out = PySet::empty_of(self.base_type(), cx)?;
        let result = as_set(&out);
        if let Some(o) = any_set(other) {
            let (each, within) = if o.len() > self.len() { (self, o) } else { (o, self) };
            let (each, within) = (each.new_ref(), within.new_ref());
            let mut at = 0;
            if !each.sift(&within, true, result, &mut at, cx)? {
                while let Some((k, h)) = each.next_own(&mut at) {
                    if within.contains_with_hash(&k, h, cx)? {
                        result.add_with_hash(&k, h, cx)?;
                    }
                }
            }
            return Ok(out);
        }
        iter::for_each(other, cx, |k, cx| {
            let h = hash_element(&k, cx)?;
            if self.contains_with_hash(&k, h, cx)? {
                result.add_with_hash(&k, h, cx)?;
            }
            // Nothing more can come once everything is in.
            Ok(result.len() < self.len() || self.is_empty())
        })?;
        Ok(out)
    }

    /// `self & other & …`.
    pub(super) fn intersection_all(&self, others: &[&Object], cx: &mut Cx) -> PyResult<Own<Object>> {
        let Some((first, rest)) = others.split_first() else { return self.copy_as(self.base_type(), cx) };
        let mut out = self.intersection(first, cx)?;
        for o in rest {
            out = as_set(&out).intersection(o, cx)?;
        }
        Ok(out)
    }

    /// `self - other`.
    pub(super) fn difference(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let size = match (any_set(other), other.exact::<PyDict>()) {
            (Some(s), _) => Some(s.len()),
            (_, Some(d)) => Some(d.len()),
            _ => None,
        };
        // When there is much more here than there, or membership cannot be asked: copy and remove.
        let Some(_) = size.filter(|&n| self.len() >> 2 <= n) else {
            let out = self.copy_as(self.base_type(), cx)?;
            as_set(&out).difference_update(other, cx)?;
            return Ok(out);
        };
        let out = PySet::empty_of(self.base_type(), cx)?;
        let result = as_set(&out);
        let other = other.own();
        let mut at = 0;
        if let Some(s) = any_set(&other) {
            if self.sift(s, false, result, &mut at, cx)? {
                return Ok(out);
            }
        }
        while let Some((k, h)) = self.next_own(&mut at) {
            let there = match (any_set(&other), other.exact::<PyDict>()) {
                (Some(s), _) => s.contains_with_hash(&k, h, cx)?,
                (_, Some(d)) => d.contains_with_hash(&k, h, cx)?,
                _ => false,
            };
            if !there {
                result.add_with_hash(&k, h, cx)?;
            }
        }
        Ok(out)
    }

    /// `self -= other`.
    pub fn difference_update(&self, other: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.is(other) {
            self.clear_items();
            return Ok(());
        }
        if let Some(o) = any_set(other) {
            let o = if o.len() >> 3 > self.len() { self.intersection(other, cx)? } else { o.own() };
            let mut at = 0;
            while let Some((k, h)) = as_set(&o).next_own(&mut at) {
                self.discard_with_hash(&k, h, cx)?;
            }
        } else {
            iter::for_each(other, cx, |k, cx| self.discard(&k, cx).map(|_| true))?;
        }
        if (self.fill.get() - self.used.get()) as usize <= self.mask() / 4 {
            return Ok(());
        }
        self.resize(self.growth(), cx)
    }

    /// `self ^= other`.
    pub fn symmetric_difference_update(&self, other: &Object, cx: &mut Cx) -> PyResult<()> {
        if self.is(other) {
            self.clear_items();
            return Ok(());
        }
        if let Some(d) = other.exact::<PyDict>() {
            let d = d.new_ref();
            let mut at = 0;
            while let Some((k, _, h)) = d.next_own(&mut at) {
                self.toggle(&k, h, cx)?;
            }
            return Ok(());
        }
        let held = match any_set(other) {
            Some(_) => other.own(),
            None => PySet::from_iterable(other, cx)?.into_object(),
        };
        let mut at = 0;
        while let Some((k, h)) = as_set(&held).next_own(&mut at) {
            self.toggle(&k, h, cx)?;
        }
        Ok(())
    }

    fn toggle(&self, k: &Object, h: isize, cx: &mut Cx) -> PyResult<()> {
        if !self.discard_with_hash(k, h, cx)? {
            self.add_with_hash(k, h, cx)?;
        }
        Ok(())
    }

    /// `self ^ other`.
    pub(super) fn symmetric_difference(&self, other: &Object, cx: &mut Cx) -> PyResult<Own<Object>> {
        let out = PySet::new_of(self.base_type(), Some(other), cx)?;
        as_set(&out).symmetric_difference_update(self, cx)?;
        Ok(out)
    }

    /// Whether every element is in `other`.
    pub fn is_subset(&self, other: &Object, cx: &mut Cx) -> PyResult<bool> {
        let Some(o) = any_set(other) else {
            let common = self.intersection(other, cx)?;
            return Ok(as_set(&common).len() == self.len());
        };
        if self.len() > o.len() {
            return Ok(false);
        }
        let mut at = 0;
        let mut left = self.len();
        while left > 0 {
            let here = at;
            let Some((k, h)) = self.walk(&mut at) else { return Ok(true) };
            left -= 1;
            // SAFETY: a live key; no code runs meanwhile.
            match o.contains_known(unsafe { &*k }, h) {
                Some(true) => {}
                Some(false) => return Ok(false),
                None => return self.is_subset_from(here, o, cx),
            }
        }
        Ok(true)
    }

    /// The rest of `is_subset`, by comparisons that may run code.
    #[cold]
    #[inline(never)]
    fn is_subset_from(&self, mut at: usize, o: &PySet, cx: &mut Cx) -> PyResult<bool> {
        while let Some((k, h)) = self.next_own(&mut at) {
            if !o.contains_with_hash(&k, h, cx)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether every item of `other` is here.
    pub fn is_superset(&self, other: &Object, cx: &mut Cx) -> PyResult<bool> {
        if let Some(o) = any_set(other) {
            return o.is_subset(self, cx);
        }
        let mut all = true;
        iter::for_each(other, cx, |k, cx| {
            all = self.contains(&k, cx)?;
            Ok(all)
        })?;
        Ok(all)
    }

    /// Whether there is no common element.
    pub fn is_disjoint(&self, other: &Object, cx: &mut Cx) -> PyResult<bool> {
        if self.is(other) {
            return Ok(self.is_empty());
        }
        if let Some(o) = any_set(other) {
            let (each, within) = if o.len() > self.len() { (self, o) } else { (o, self) };
            let mut at = 0;
            while let Some((k, h)) = each.next_own(&mut at) {
                let there = match within.contains_known(&k, h) {
                    Some(there) => there,
                    None => within.contains_with_hash(&k, h, cx)?,
                };
                if there {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let mut disjoint = true;
        iter::for_each(other, cx, |k, cx| {
            disjoint = !self.contains(&k, cx)?;
            Ok(disjoint)
        })?;
        Ok(disjoint)
    }

    /// Equality of contents.
    pub(super) fn equals(&self, other: &PySet, cx: &mut Cx) -> PyResult<bool> {
        let (a, b) = (self.hash.get(), other.hash.get());
        if self.len() != other.len() || (a != -1 && b != -1 && a != b) {
            return Ok(false);
        }
        self.is_subset(other, cx)
    }

    /// Exchange contents with another set (`intersection_update`).
    pub(super) fn swap_contents(&self, other: &PySet) {
        let (a_small, b_small) = (self.is_small(), other.is_small());
        let (at, bt) = (self.table.get(), other.table.get());
        self.fill.swap(&other.fill);
        self.used.swap(&other.used);
        self.mask.swap(&other.mask);
        for (x, y) in self.small.iter().zip(&other.small) {
            x.key.swap(&y.key);
            x.hash.swap(&y.hash);
        }
        self.table.set(if b_small { &raw const self.small as *mut super::Entry } else { bt });
        other.table.set(if a_small { &raw const other.small as *mut super::Entry } else { at });
        self.hash.set(-1);
        other.hash.set(-1);
    }
}
