//! The storage of a deque: a growable ring of owned references.
//!
//! The cell is never borrowed while Python code can run: what leaves the ring is handed out and released by the caller.

use std::cell::RefCell;
use std::collections::VecDeque;
use taipan_object::field::GcField;
use taipan_object::prelude::*;

/// A ring of references that the collector can walk and empty.
#[derive(Default)]
pub struct Ring(RefCell<VecDeque<Own<Object>>>);

impl Ring {
    /// Number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }
    /// A new reference to item `i`.
    #[inline]
    pub fn get(&self, i: usize) -> Option<Own<Object>> {
        self.0.borrow().get(i).cloned()
    }
    /// Replace item `i`; the old one comes back, or the new one when there is no such item.
    pub fn replace(&self, i: usize, v: Own<Object>) -> Result<Own<Object>, Own<Object>> {
        match self.0.borrow_mut().get_mut(i) {
            Some(slot) => Ok(std::mem::replace(slot, v)),
            None => Err(v),
        }
    }
    /// Make room for one more. Raises `MemoryError`.
    #[inline]
    fn room(ring: &mut VecDeque<Own<Object>>, cx: &mut Cx) -> PyResult<()> {
        if ring.len() == ring.capacity() && ring.try_reserve(1).is_err() {
            return Err(cx.memory_error());
        }
        Ok(())
    }
    /// Add an item at the right end.
    #[inline]
    pub fn push_back(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let mut r = self.0.borrow_mut();
        Ring::room(&mut r, cx)?;
        r.push_back(v);
        Ok(())
    }
    /// Add an item at the left end.
    #[inline]
    pub fn push_front(&self, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let mut r = self.0.borrow_mut();
        Ring::room(&mut r, cx)?;
        r.push_front(v);
        Ok(())
    }
    /// Take the rightmost item.
    #[inline]
    pub fn pop_back(&self) -> Option<Own<Object>> {
        self.0.borrow_mut().pop_back()
    }
    /// Take the leftmost item. An emptied ring keeps its memory.
    #[inline]
    pub fn pop_front(&self) -> Option<Own<Object>> {
        self.0.borrow_mut().pop_front()
    }
    /// Take item `i`.
    pub fn remove(&self, i: usize) -> Option<Own<Object>> {
        self.0.borrow_mut().remove(i)
    }
    /// Put an item in front of item `i` (`i <= len`).
    pub fn insert(&self, i: usize, v: Own<Object>, cx: &mut Cx) -> PyResult<()> {
        let mut r = self.0.borrow_mut();
        Ring::room(&mut r, cx)?;
        let n = r.len();
        r.insert(i.min(n), v);
        Ok(())
    }
    /// Rotate `n` steps to the right.
    pub fn rotate(&self, n: isize) {
        let mut r = self.0.borrow_mut();
        if r.len() > 1 {
            let steps = n.rem_euclid(r.len() as isize) as usize;
            r.rotate_right(steps);
        }
    }
    /// Reverse in place.
    pub fn reverse(&self) {
        self.0.borrow_mut().make_contiguous().reverse();
    }
    /// Take everything out.
    #[must_use]
    pub fn take(&self) -> VecDeque<Own<Object>> {
        std::mem::take(&mut *self.0.borrow_mut())
    }
    /// New references to all items.
    pub fn snapshot(&self) -> Vec<Own<Object>> {
        self.0.borrow().iter().cloned().collect()
    }
    /// Make room for `extra` more items. Raises `MemoryError`.
    pub fn reserve(&self, extra: usize, cx: &mut Cx) -> PyResult<()> {
        self.0.borrow_mut().try_reserve(extra).map_err(|_| cx.memory_error())
    }
    /// Bytes of the storage.
    pub fn bytes(&self) -> usize {
        self.0.borrow().capacity() * size_of::<Own<Object>>()
    }
}

impl GcField for Ring {
    fn traverse(&self, v: Visit) -> Result<(), i32> {
        // A ring that is being changed holds what it holds: the collector then takes its items for reachable.
        match self.0.try_borrow() {
            Ok(r) => r.iter().try_for_each(|x| x.traverse(v)),
            Err(_) => Ok(()),
        }
    }
    fn gc_clear(&self) {
        drop(self.take());
    }
}
