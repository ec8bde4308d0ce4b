//! Changing a list: insertion, removal, slices. Old items are handed back, so that they die when the list is consistent again.

use super::PyList;
use crate::abstract_;
use crate::frame::Slot;
use crate::machine::Sink;
use crate::prelude::*;
use crate::types::dict::iter::What;
use crate::types::slice::Span;

/// Appends what it is given to a list.
struct Appended<'a>(&'a PyList);
impl Sink for Appended<'_> {
    #[inline]
    fn take(&mut self, v: Own<Object>, cx: &mut Cx) -> PyResult<bool> {
        self.0.push(v, cx).map(|()| true)
    }
    unsafe fn take_quietly(&mut self, v: Slot) -> bool {
        let (l, n) = (self.0, self.0.len());
        if n as isize >= l.allocated.get() {
            return false;
        }
        // SAFETY: the caller's promise.
        let Some(v) = (unsafe { v.into_own_quietly() }) else { return false };
        // SAFETY: room for one more.
        unsafe { *l.items.get().add(n) = v.into_raw() };
        l.head.size.set(n as isize + 1);
        true
    }
}

impl PyList {
    #[inline(always)]
    fn at(&self, i: usize) -> *mut *mut Object {
        debug_assert!(i as isize <= self.allocated.get().max(0));
        // SAFETY: callers stay within the allocated block.
        unsafe { self.items.get().add(i) }
    }

    /// Give memory back when less than half of it is used.
    #[inline(always)]
    fn shrink(&self, cx: &mut Cx) {
        let n = self.len();
        if (n as isize) < self.allocated.get() / 2 {
            if n == 0 {
                // SAFETY: our block, no items in it.
                unsafe { super::free_items(self.items.replace(std::ptr::null_mut()), self.allocated.get()) };
                self.allocated.set(0);
            } else {
                self.shrink_to(n, cx);
            }
        }
    }

    #[inline(never)]
    fn shrink_to(&self, n: usize, cx: &mut Cx) {
        let cap = (n + (n >> 3) + 6) & !3;
        if cap < self.allocated.get() as usize {
            if let Err(r) = self.set_capacity(cap, cx) {
                cx.discard(r);
            }
        }
    }

    /// Append an object, whose count is given away, if that calls nothing. False: nothing has happened.
    #[inline(always)]
    pub fn push_at_hand(&self, v: *mut Object) -> bool {
        let n = self.len();
        if n as isize >= self.allocated.get() {
            // The first four; a list that is being sorted has no items, but says so.
            if !self.items.get().is_null() || self.allocated.get() != 0 {
                return false;
            }
            let p = crate::alloc::take_kept(32);
            if p.is_null() {
                return false;
            }
            self.items.set(p as *mut *mut Object);
            self.allocated.set(4);
        }
        // SAFETY: room for one more.
        unsafe { *self.items.get().add(n) = v };
        self.head.size.set(n as isize + 1);
        true
    }

    /// Take the last item out if that calls nothing; its count is the caller's. Null: nothing has happened.
    #[inline(always)]
    pub fn pop_at_hand(&self) -> *mut Object {
        let (n, cap) = (self.len(), self.allocated.get());
        if n == 0 || cap < 0 {
            return std::ptr::null_mut();
        }
        let n = n - 1;
        // SAFETY: within bounds; the list holds the item no more.
        unsafe {
            let items = self.items.get();
            let v = *items.add(n);
            if n < cap as usize / 2 {
                // The empty list gives its block back.
                if n != 0 || v.is_null() || !crate::alloc::keep(items as *mut u8, cap as usize * 8) {
                    return std::ptr::null_mut();
                }
                self.items.set(std::ptr::null_mut());
                self.allocated.set(0);
            }
            if !v.is_null() {
                self.head.size.set(n as isize);
            }
            v
        }
    }

    /// Insert before position `i` (`i <= len`).
    pub fn insert(&self, i: usize, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let n = self.len();
        let i = i.min(n);
        self.reserve(n + 1, cx)?;
        // SAFETY: room for one more; the items behind move up by one.
        unsafe {
            std::ptr::copy(self.at(i), self.at(i + 1), n - i);
            *self.at(i) = v.into_raw();
        }
        self.head.size.set(n as isize + 1);
        Ok(())
    }

    /// Take item `i` (`i < len`) out.
    pub fn remove_at(&self, i: usize, cx: &mut Cx) -> Own<Object> {
        let n = self.len();
        assert!(i < n);
        // SAFETY: within bounds; the items behind move down by one.
        let v = unsafe {
            let v = Own::from_raw(*self.at(i));
            std::ptr::copy(self.at(i + 1), self.at(i), n - i - 1);
            v
        };
        self.head.size.set(n as isize - 1);
        self.shrink(cx);
        v
    }

    /// Replace the items `lo..hi` by new ones.
    pub fn splice(&self, lo: usize, hi: usize, new: Vec<Own<Object>>, cx: &mut Cx) -> PyResult<Vec<Own<Object>>> {
        let n = self.len();
        let (lo, hi) = (lo.min(n), hi.clamp(lo.min(n), n));
        let (old_count, new_count) = (hi - lo, new.len());
        if new_count > old_count {
            self.reserve(n + (new_count - old_count), cx)?;
        }
        // SAFETY: every slot of the old range is read once; the tail moves; every slot of the new range is written once.
        let old: Vec<Own<Object>> = unsafe {
            let old = (lo..hi).map(|i| Own::from_raw(*self.at(i))).collect();
            if n > hi && new_count != old_count {
                std::ptr::copy(self.at(hi), self.at(lo + new_count), n - hi);
            }
            for (k, v) in new.into_iter().enumerate() {
                *self.at(lo + k) = v.into_raw();
            }
            old
        };
        self.head.size.set((n - old_count + new_count) as isize);
        if new_count < old_count {
            self.shrink(cx);
        }
        Ok(old)
    }

    /// Replace the items `lo..hi` by new references to `new`, which lie outside this list. The old ones die when the list is whole.
    pub(super) fn splice_refs(&self, lo: usize, hi: usize, new: &[&Object], cx: &mut Cx) -> PyResult<()> {
        const FEW: usize = 16;
        let n = self.len();
        let (lo, hi) = (lo.min(n), hi.clamp(lo.min(n), n));
        let (old_count, new_count) = (hi - lo, new.len());
        if new_count > old_count {
            self.reserve(n + (new_count - old_count), cx)?;
        }
        let mut few = [std::ptr::null_mut::<Object>(); FEW];
        let mut many = Vec::new();
        let old = if old_count <= FEW {
            &mut few[..old_count]
        } else {
            many.resize(old_count, std::ptr::null_mut());
            &mut many[..]
        };
        if self.items.get().is_null() {
            return Ok(()); // nothing there and nothing to add
        }
        // SAFETY: the old range is read once, the tail moves, each slot of the new range is written once; nothing runs before the list is whole.
        unsafe {
            let at = self.items.get();
            std::ptr::copy_nonoverlapping(at.add(lo), old.as_mut_ptr(), old_count);
            if n > hi && new_count != old_count {
                std::ptr::copy(at.add(hi), at.add(lo + new_count), n - hi);
            }
            for (k, v) in new.iter().enumerate() {
                v.incref();
                *at.add(lo + k) = v.as_ptr();
            }
        }
        self.head.size.set((n - old_count + new_count) as isize);
        if new_count < old_count {
            self.shrink(cx);
        }
        for o in old.iter().rev() {
            // SAFETY: the count was the list's.
            unsafe { Object::decref(*o) };
        }
        Ok(())
    }

    /// Replace the items `lo..hi` by those of an exact list or tuple; `None` for other values (and for the list itself).
    pub fn assign_range(&self, lo: usize, hi: usize, value: &Object, cx: &mut Cx) -> Option<PyResult<()>> {
        if let Some(t) = value.exact::<PyTuple>() {
            return Some(self.splice_refs(lo, hi, t.as_slice(), cx));
        }
        let l = value.exact::<PyList>()?;
        if std::ptr::eq(l, self) { None } else { Some(self.splice_refs(lo, hi, l.raw_slice(), cx)) }
    }

    /// New references to the items `lo..hi`, clipped.
    pub fn range_own(&self, lo: usize, hi: usize) -> Vec<Own<Object>> {
        let hi = hi.min(self.len());
        (lo.min(hi)..hi).filter_map(|i| self.get_own(i)).collect()
    }

    /// A new list of the items `lo..hi`.
    pub fn slice(&self, lo: usize, hi: usize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let hi = hi.min(self.len());
        let lo = lo.min(hi);
        let l = PyList::with_capacity(hi - lo, cx)?;
        l.append_raw(self, lo, hi);
        Ok(l)
    }

    /// Append the items `lo..hi` of another list; the room is there.
    fn append_raw(&self, from: &PyList, lo: usize, hi: usize) {
        let n = self.len();
        let hi = hi.min(from.len());
        if lo >= hi {
            return;
        }
        // SAFETY: within both blocks; the lists may be the same one, whose old and new items do not overlap.
        unsafe {
            let (src, dst) = (from.items.get().add(lo), self.items.get().add(n));
            for i in 0..hi - lo {
                let v = *src.add(i);
                (*v).incref();
                *dst.add(i) = v;
            }
        }
        self.head.size.set((n + hi - lo) as isize);
    }

    /// `self + other`.
    pub fn concat(&self, other: &PyList, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let l = PyList::with_capacity(self.len() + other.len(), cx)?;
        l.append_raw(self, 0, self.len());
        l.append_raw(other, 0, other.len());
        Ok(l)
    }

    /// `self * n`.
    pub fn repeated(&self, n: isize, cx: &mut Cx) -> PyResult<Own<PyList>> {
        let n = n.max(0) as usize;
        let Some(total) = self.len().checked_mul(n).filter(|&t| t <= isize::MAX as usize / 8) else { return Err(cx.memory_error()) };
        let l = PyList::with_capacity(total, cx)?;
        for _ in 0..if self.is_empty() { 0 } else { n } {
            l.append_raw(self, 0, self.len());
        }
        Ok(l)
    }

    /// `self *= n`.
    pub fn repeat_in_place(&self, n: isize, cx: &mut Cx) -> PyResult<()> {
        let len = self.len();
        if n <= 0 || len == 0 {
            drop(self.take_all());
            return Ok(());
        }
        let Some(total) = len.checked_mul(n as usize).filter(|&t| t <= isize::MAX as usize / 8) else { return Err(cx.memory_error()) };
        self.reserve(total, cx)?;
        for _ in 1..n {
            self.append_raw(self, 0, len);
        }
        Ok(())
    }

    /// Append every item of an iterable.
    pub fn extend(&self, o: &Object, cx: &mut Cx) -> PyResult<()> {
        if let Some(l) = o.exact::<PyList>() {
            let n = l.len();
            self.make_room(n, cx)?;
            self.append_raw(l, 0, n);
            return Ok(());
        }
        if let Some(t) = o.exact::<PyTuple>() {
            let n = self.len();
            return self.splice_refs(n, n, t.as_slice(), cx);
        }
        if let Some(d) = o.exact::<PyDict>() {
            self.make_room(d.len(), cx)?;
            return self.extend_from_dict(d, What::Keys, cx);
        }
        if let Some((d, what)) = crate::types::dict::view::viewed(o) {
            self.make_room(d.len(), cx)?;
            return self.extend_from_dict(&d, what, cx);
        }
        let it = abstract_::iter::get_iter(o, cx)?;
        let hint = abstract_::length_hint(o, 8, cx)?;
        // A hint that cannot be true at all is not believed.
        let hint = if hint > isize::MAX as usize - self.len() { 0 } else { hint };
        if hint > isize::MAX as usize / 8 {
            return Err(cx.memory_error());
        }
        // A wrong hint must not cost much: what is too much is not reserved.
        self.make_room(hint.min(1 << 24), cx)?;
        abstract_::iter::walk_iterator(&it, &mut Appended(self), cx)?;
        self.shrink(cx);
        Ok(())
    }

    /// Append the keys, values or items of a dict; no code runs meanwhile.
    fn extend_from_dict(&self, d: &PyDict, what: What, cx: &mut Cx) -> PyResult<()> {
        let mut at = 0;
        while let Some((k, v, _)) = d.next_own(&mut at) {
            let item = match what {
                What::Keys => k,
                What::Values => v,
                What::Items => PyTuple::pair(k, v, cx)?.into_object(),
            };
            self.push(item, cx)?;
        }
        Ok(())
    }

    /// Room for `n` more: exactly (to an even number) in a list that never had any, as CPython does.
    fn make_room(&self, n: usize, cx: &mut Cx) -> PyResult<()> {
        if self.allocated.get() == 0 && n > 0 {
            return self.set_capacity((n + 1) & !1, cx);
        }
        self.reserve(self.len().saturating_add(n), cx)
    }

    /// `self[span]` with any step.
    pub(super) fn select(&self, s: Span, cx: &mut Cx) -> PyResult<Own<PyList>> {
        if s.step == 1 {
            return self.slice(s.start.max(0) as usize, s.start.max(0) as usize + s.count, cx);
        }
        let l = PyList::with_capacity(s.count, cx)?;
        for (k, i) in s.positions().enumerate() {
            if let Some(v) = self.get_own(i) {
                // SAFETY: room for `count` items was made.
                unsafe { *l.items.get().add(k) = v.into_raw() };
                l.head.size.set(k as isize + 1);
            }
        }
        Ok(l)
    }

    /// `del self[span]` for a step other than 1.
    pub(super) fn delete_span(&self, s: Span, cx: &mut Cx) -> Vec<Own<Object>> {
        let n = self.len();
        let mut gone: Vec<usize> = s.positions().collect();
        if s.step < 0 {
            gone.reverse();
        }
        let mut old = Vec::with_capacity(gone.len());
        let mut next = gone.iter().copied().peekable();
        let mut to = 0;
        for i in 0..n {
            // SAFETY: each slot is either handed back or moved down, once.
            unsafe {
                if next.peek() == Some(&i) {
                    next.next();
                    old.push(Own::from_raw(*self.at(i)));
                } else {
                    *self.at(to) = *self.at(i);
                    to += 1;
                }
            }
        }
        self.head.size.set(to as isize);
        self.shrink(cx);
        old
    }

    /// Reverse the items in place.
    pub fn reverse(&self) {
        let n = self.len();
        if n > 1 {
            // SAFETY: `n` items.
            unsafe { std::slice::from_raw_parts_mut(self.items.get(), n) }.reverse();
        }
    }
}
