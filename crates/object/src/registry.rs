//! Registers of living objects that keep none of them alive: an entry leaves by itself when its object dies.
//!
//! An object that can be registered has a [`Membership`] among its own fields; dropping that takes the entry out, so an address in a register is always that of an
//! object whose fields are still there. An object whose count is zero (it is being destroyed) is not shown any more.

use crate::cx::Cx;
use crate::refs::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The word of the free place that no other free one follows: an index beyond every end.
const END: usize = usize::MAX;

/// Entries: addresses of objects (even), or for a free place the next free one, as `index << 1 | 1`.
#[derive(Default)]
struct Places {
    words: Vec<usize>,
    /// The first free place as `index << 1 | 1`, or 0.
    free: usize,
}

/// Objects that are alive. Touched with the GIL held.
#[derive(Default)]
pub struct Registry(Rc<RefCell<Places>>);

/// A field of an object that can be in a register, in one at a time.
#[derive(Default)]
pub struct Membership(Cell<Option<(Rc<RefCell<Places>>, usize)>>);

impl Registry {
    /// Add an object; `m` is one of its fields. Nothing happens if it is in a register already, or `m` is no part of it.
    #[inline]
    pub fn enter(&self, o: &Object, m: &Membership) {
        let offset = (m as *const Membership as usize).wrapping_sub(o.as_ptr() as usize);
        if m.is_in() || offset >= o.ty().tp_basicsize.get() as usize {
            return;
        }
        let mut p = self.0.borrow_mut();
        let address = o.as_ptr() as usize;
        let index = p.free >> 1;
        match p.words.get(index).copied() {
            Some(next) if p.free != 0 => {
                p.free = next;
                p.words[index] = address;
                m.0.set(Some((self.0.clone(), index)));
            }
            _ => {
                p.words.push(address);
                m.0.set(Some((self.0.clone(), p.words.len() - 1)));
            }
        }
    }

    /// New references to all that live.
    pub fn living(&self, _cx: &Cx) -> Vec<Own<Object>> {
        let p = self.0.borrow();
        let objects = p.words.iter().filter(|w| **w & 1 == 0 && **w != 0);
        // SAFETY: the object behind an entry has its fields still, one of which takes the entry out.
        objects.map(|w| unsafe { &*(*w as *const Object) }).filter(|o| o.refcount() > 0).map(|o| o.own()).collect()
    }
}

impl Membership {
    /// In no register.
    pub const fn new() -> Membership {
        Membership(Cell::new(None))
    }

    /// Whether the object is in a register.
    #[inline]
    pub fn is_in(&self) -> bool {
        // SAFETY: a look at the cell's own value, which nobody changes meanwhile.
        unsafe { (*self.0.as_ptr()).is_some() }
    }

    /// Take the object out.
    #[inline]
    pub fn leave(&self) {
        if let Some((places, index)) = self.0.take() {
            let mut p = places.borrow_mut();
            let free = p.free;
            if let Some(w) = p.words.get_mut(index) {
                *w = if free == 0 { END } else { free };
                p.free = index << 1 | 1;
            }
        }
    }
}

impl Drop for Membership {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}

impl crate::field::GcField for Membership {}
